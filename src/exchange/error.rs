//! What can be wrong with a whole file, said so that a person knows what to do.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::table::letters;
use crate::register::Language;

/// A file that can't be read. The register is untouched when this is shown.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum FileError {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// A picture, a PDF, a web page: something that has no table.
    #[error("the file is no table: {0}")]
    NotATable(String),
    /// It begins as a workbook and can't be read to its end.
    #[error("the workbook is damaged or cut short: {0}")]
    Damaged(String),
    /// An old `.xls`, or a workbook locked with a password; from outside they look the same.
    #[error("the workbook is of the old kind, or locked with a password")]
    OldOrLocked,
    /// A workbook of another program or form.
    #[error("the workbook is not an xlsx")]
    OtherWorkbook,
    /// More than [`FILE_MAX`](super::table::FILE_MAX) bytes.
    #[error("the file has {bytes} bytes, more than {max}")]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// The most that is read.
        max: u64,
    },
    /// A workbook that swells when it is unpacked.
    #[error("the workbook holds more than {max} bytes when unpacked")]
    Swells {
        /// The most that is unpacked.
        max: u64,
    },
    /// More rows than are read.
    #[error("sheet {sheet:?} has more than {max} rows")]
    TooManyRows {
        /// The sheet's name; empty in a text file.
        sheet: String,
        /// The most that is read.
        max: usize,
    },
    /// A row with more columns than are read.
    #[error("sheet {sheet:?}, row {row} has more than {max} columns")]
    TooManyColumns {
        /// The sheet's name; empty in a text file.
        sheet: String,
        /// The row, from 1.
        row: usize,
        /// The most that is read.
        max: usize,
    },
    /// More cells than are read.
    #[error("the file has more than {max} cells")]
    TooManyCells {
        /// The most that is read.
        max: usize,
    },
    /// A cell with more text than Excel itself allows.
    #[error("sheet {sheet:?}, row {row}, column {column} has {length} characters, more than {max}")]
    CellTooLong {
        /// The sheet's name; empty in a text file.
        sheet: String,
        /// The row, from 1.
        row: usize,
        /// The column, from 0.
        column: usize,
        /// The characters in it.
        length: usize,
        /// The most that is read.
        max: usize,
    },
    /// A quotation mark that opens a cell and never closes it.
    #[error("the quotation mark on line {line} is never closed")]
    UnclosedQuote {
        /// The line, from 1.
        line: usize,
    },
    /// A sheet whose contents can't be read from some cell on.
    #[error("sheet {sheet:?} can't be read after row {row}, column {column}: {why}")]
    Unreadable {
        /// The sheet's name.
        sheet: String,
        /// The last row that was read, from 1.
        row: usize,
        /// The last column that was read, from 0.
        column: usize,
        /// What the reader said.
        why: String,
    },
    /// The sheet that was asked for is not there.
    #[error("the file has no sheet number {0}")]
    NoSheet(usize),
}

impl FileError {
    /// What happened, what is safe and what to do.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        match language {
            Language::Swedish => format!("{} Registret är orört.", self.swedish()),
            Language::English => format!("{} The register is untouched.", self.english()),
        }
    }

    fn swedish(&self) -> String {
        match self {
            Self::Empty => "Filen är tom. Kontrollera att du valde rätt fil, eller spara listan på nytt.".into(),
            Self::NotATable(what) => format!(
                "Filen är ingen tabell ({what}). Öppna listan i Excel och spara den som Excel-arbetsbok (.xlsx) eller CSV."
            ),
            Self::Damaged(_) => {
                "Arbetsboken är skadad eller avbruten. Hämta den på nytt, eller öppna den i Excel och spara en ny kopia."
                    .into()
            }
            Self::OldOrLocked => {
                "Arbetsboken är antingen av den gamla sorten (.xls) eller låst med lösenord. Öppna den i Excel och spara \
                 den som Excel-arbetsbok (.xlsx) utan lösenord."
                    .into()
            }
            Self::OtherWorkbook => {
                "Filen är ett dokument av en annan sort. Öppna listan i sitt program och spara den som Excel-arbetsbok \
                 (.xlsx) eller CSV."
                    .into()
            }
            Self::TooLarge { bytes, max } => format!(
                "Filen är på {} MB, och högst {} MB läses. Ta bort bilder och blad som inte behövs, eller dela listan.",
                megabytes(*bytes),
                megabytes(*max)
            ),
            Self::Swells { max } => format!(
                "Arbetsboken blir större än {} MB när den packas upp. Spara bladet med listan i en egen arbetsbok.",
                megabytes(*max)
            ),
            Self::TooManyRows { sheet, max } => format!(
                "{}Listan har fler än {max} rader. Dela den i flera filer.",
                in_sheet(sheet, "Blad ", ": ")
            ),
            Self::TooManyColumns { sheet, row, max } => format!(
                "{}Rad {row} har fler än {max} kolumner. Ta bort kolumner som inte behövs.",
                in_sheet(sheet, "Blad ", ": ")
            ),
            Self::TooManyCells { max } => {
                format!("Filen har fler än {max} ifyllda celler. Dela den i flera filer.")
            }
            Self::CellTooLong { sheet, row, column, length, max } => format!(
                "{}Cellen i rad {row}, kolumn {} har {length} tecken, och en cell rymmer högst {max}. Korta texten, \
                 eller se efter om ett citattecken är fel så att flera celler blivit en.",
                in_sheet(sheet, "Blad ", ": "),
                letters(*column)
            ),
            Self::UnclosedQuote { line } => format!(
                "Citattecknet som börjar på rad {line} stängs aldrig, eller stängs mitt i en cell. Därför går det inte \
                 att se var cellerna slutar. Rätta raden, eller spara om listan från Excel."
            ),
            Self::Unreadable { sheet, row: 0, .. } => {
                format!("Blad ”{sheet}” går inte att läsa. Öppna filen i Excel och spara en ny kopia.")
            }
            Self::Unreadable { sheet, row, column, .. } => format!(
                "Blad ”{sheet}” går inte att läsa efter rad {row}, kolumn {}. Öppna filen i Excel och spara en ny kopia.",
                letters(*column)
            ),
            Self::NoSheet(_) => "Bladet finns inte i filen. Välj ett annat blad.".into(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Empty => "The file is empty. Check that you chose the right file, or save the list again.".into(),
            Self::NotATable(what) => format!(
                "The file is not a table ({what}). Open the list in Excel and save it as an Excel workbook (.xlsx) or CSV."
            ),
            Self::Damaged(_) => {
                "The workbook is damaged or cut short. Fetch it again, or open it in Excel and save a new copy.".into()
            }
            Self::OldOrLocked => {
                "The workbook is either of the old kind (.xls) or locked with a password. Open it in Excel and save it \
                 as an Excel workbook (.xlsx) without a password."
                    .into()
            }
            Self::OtherWorkbook => {
                "The file is a document of another kind. Open the list in its own program and save it as an Excel \
                 workbook (.xlsx) or CSV."
                    .into()
            }
            Self::TooLarge { bytes, max } => format!(
                "The file is {} MB, and at most {} MB is read. Remove pictures and sheets that aren't needed, or split the list.",
                megabytes(*bytes),
                megabytes(*max)
            ),
            Self::Swells { max } => format!(
                "The workbook grows beyond {} MB when unpacked. Save the sheet with the list in a workbook of its own.",
                megabytes(*max)
            ),
            Self::TooManyRows { sheet, max } => format!(
                "{}The list has more than {max} rows. Split it into several files.",
                in_sheet(sheet, "Sheet ", ": ")
            ),
            Self::TooManyColumns { sheet, row, max } => format!(
                "{}Row {row} has more than {max} columns. Remove columns that aren't needed.",
                in_sheet(sheet, "Sheet ", ": ")
            ),
            Self::TooManyCells { max } => {
                format!("The file has more than {max} filled cells. Split it into several files.")
            }
            Self::CellTooLong { sheet, row, column, length, max } => format!(
                "{}The cell in row {row}, column {} has {length} characters, and a cell takes at most {max}. Shorten the \
                 text, or see whether a misplaced quotation mark has made several cells into one.",
                in_sheet(sheet, "Sheet ", ": "),
                letters(*column)
            ),
            Self::UnclosedQuote { line } => format!(
                "The quotation mark that begins on line {line} is never closed, or closes in the middle of a cell, so it \
                 can't be seen where the cells end. Correct the line, or save the list again from Excel."
            ),
            Self::Unreadable { sheet, row: 0, .. } => {
                format!("Sheet “{sheet}” can't be read. Open the file in Excel and save a new copy.")
            }
            Self::Unreadable { sheet, row, column, .. } => format!(
                "Sheet “{sheet}” can't be read after row {row}, column {}. Open the file in Excel and save a new copy.",
                letters(*column)
            ),
            Self::NoSheet(_) => "The sheet is not in the file. Choose another sheet.".into(),
        }
    }
}

fn in_sheet(sheet: &str, before: &str, after: &str) -> String {
    if sheet.is_empty() { String::new() } else { format!("{before}”{sheet}”{after}") }
}

const fn megabytes(bytes: u64) -> u64 {
    bytes.div_ceil(1_000_000)
}
