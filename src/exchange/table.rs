//! Bytes to tables: a workbook or a text file becomes sheets of cells. What the bytes are is seen from the bytes, never
//! from the file's name. Formulas are never evaluated, macros, links and pictures never read.

mod text;
mod workbook;

use serde::{Deserialize, Serialize};

use super::error::FileError;
use crate::register::{Date, DateTime};

/// The largest file that is read.
pub const FILE_MAX: usize = 50_000_000;
/// The most that a workbook may hold when it is unpacked.
pub const UNPACKED_MAX: u64 = 400_000_000;
/// The most rows of one sheet.
pub const ROWS_MAX: usize = 200_000;
/// The most columns of one row.
pub const COLUMNS_MAX: usize = 500;
/// The most cells of a file.
pub const CELLS_MAX: usize = 5_000_000;
/// The most characters of one cell, as in Excel.
pub const CELL_MAX: usize = 32_767;

/// A file's tables.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Workbook {
    /// The sheets that have anything in them, in the file's order. A text file is one sheet without a name.
    pub sheets: Vec<Sheet>,
    /// What a person should know of how it was read.
    pub notes: Vec<Note>,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheet {
    /// Its name; empty in a text file.
    pub name: String,
    /// The rows that hold something, in order.
    pub rows: Vec<Row>,
}

/// A row that holds something.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// Its number as a person sees it, from 1.
    pub number: usize,
    /// Its cells, from the first column.
    pub cells: Vec<Cell>,
}

impl Row {
    /// One cell, empty where the row has ended.
    #[must_use]
    pub fn cell(&self, column: usize) -> &Cell {
        self.cells.get(column).unwrap_or(&Cell::Empty)
    }
}

impl Sheet {
    /// The row with this number, if it holds something.
    #[must_use]
    pub fn row(&self, number: usize) -> Option<&Row> {
        let index = self.rows.binary_search_by_key(&number, |row| row.number).ok()?;
        self.rows.get(index)
    }

    /// How many columns the widest row has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0)
    }
}

/// What a cell holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Text, as it stands; never markup, never a formula.
    Text(String),
    /// A number.
    Number(f64),
    /// A day.
    Date(Date),
    /// A day and a time.
    Moment(DateTime),
    /// True or false.
    Flag(bool),
    /// A calculation that failed, such as `#REF!`.
    Error(String),
}

impl Cell {
    /// Whether it holds nothing but space.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// What it holds, as text.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Error(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Date(date) => date.to_string(),
            Self::Moment(at) => at.strftime("%Y-%m-%d %H:%M").to_string(),
            Self::Flag(true) => "Ja".to_owned(),
            Self::Flag(false) => "Nej".to_owned(),
        }
    }
}

/// Something about how a file was read that a person should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Note {
    /// Cells with formulas, whose last values were used.
    Formulas {
        /// The sheet's name.
        sheet: String,
        /// How many.
        count: usize,
        /// The first row with one, from 1.
        row: usize,
        /// Its column, from 0.
        column: usize,
    },
    /// Other sheets with something in them, that were not read into the preview.
    OtherSheets(Vec<String>),
    /// A text file ended in the middle of a sign, or has signs that its encoding doesn't.
    StrangeSigns,
}

/// Reads a file, by what its bytes are.
///
/// # Errors
/// [`FileError`] says what is wrong with the file as a whole.
pub fn read(bytes: &[u8]) -> Result<Workbook, FileError> {
    if FILE_MAX < bytes.len() {
        return Err(FileError::TooLarge { bytes: bytes.len() as u64, max: FILE_MAX as u64 });
    }
    if bytes.is_empty() {
        return Err(FileError::Empty);
    }
    let book = if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        workbook::read(bytes)?
    } else if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) {
        return Err(FileError::OldOrLocked);
    } else if let Some(kind) = other_kind(bytes) {
        return Err(FileError::NotATable(kind.to_owned()));
    } else {
        text::read(bytes)?
    };
    if book.sheets.is_empty() { Err(FileError::Empty) } else { Ok(book) }
}

/// What a file is that certainly is no table.
fn other_kind(bytes: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 10] = [
        (b"\x89PNG", "PNG"),
        (b"%PDF", "PDF"),
        (b"\xff\xd8\xff", "JPEG"),
        (b"GIF8", "GIF"),
        (b"RIFF", "RIFF"),
        (b"{\\rtf", "RTF"),
        (b"\x1f\x8b", "GZIP"),
        (b"7z\xbc\xaf", "7-Zip"),
        (b"Rar!", "RAR"),
        (b"MZ\x90", "EXE"),
    ];
    KINDS.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, kind)| *kind)
}

/// A column's letters, as a spreadsheet shows them: A, B, … Z, AA.
#[must_use]
pub fn letters(column: usize) -> String {
    const ALPHABET: &[u8; 26] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut rest = column + 1;
    let mut letters = Vec::new();
    while 0 < rest {
        letters.push(ALPHABET.get((rest - 1) % 26).map_or('?', |letter| char::from(*letter)));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// Checks a cell's length and joins what some programs write apart: `a` and a ring become `å`.
fn cell_text(text: &str, sheet: &str, row: usize, column: usize) -> Result<String, FileError> {
    // Bytes are never fewer than characters, so most cells need no count.
    if CELL_MAX < text.len() {
        let length = text.chars().count();
        if CELL_MAX < length {
            return Err(FileError::CellTooLong { sheet: sheet.to_owned(), row, column, length, max: CELL_MAX });
        }
    }
    if !text.contains(['\u{308}', '\u{30a}', '\u{301}', '\u{feff}']) {
        return Ok(text.to_owned());
    }
    let mut joined = String::with_capacity(text.len());
    for sign in text.chars() {
        let pair = match (joined.chars().next_back(), sign) {
            (Some('a'), '\u{30a}') => 'å',
            (Some('A'), '\u{30a}') => 'Å',
            (Some('a'), '\u{308}') => 'ä',
            (Some('A'), '\u{308}') => 'Ä',
            (Some('o'), '\u{308}') => 'ö',
            (Some('O'), '\u{308}') => 'Ö',
            (Some('u'), '\u{308}') => 'ü',
            (Some('e'), '\u{301}') => 'é',
            (Some('E'), '\u{301}') => 'É',
            (_, '\u{feff}') => continue,
            _ => {
                joined.push(sign);
                continue;
            }
        };
        joined.pop();
        joined.push(pair);
    }
    Ok(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_a_spreadsheets_letters() {
        for (column, expected) in [(0, "A"), (11, "L"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (499, "SF")] {
            assert_eq!(letters(column), expected);
        }
    }

    #[test]
    fn letters_written_apart_are_joined() {
        assert_eq!(cell_text("Lo\u{308}ne- och a\u{30a}terbesök", "", 1, 0).unwrap(), "Löne- och återbesök");
    }

    #[test]
    fn a_file_is_known_by_its_bytes() {
        for (bytes, expected) in [
            (&b""[..], FileError::Empty),
            (b" \r\n \n", FileError::Empty),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", FileError::NotATable("PNG".into())),
            (b"%PDF-1.7", FileError::NotATable("PDF".into())),
            (b"<html><table>", FileError::NotATable("HTML".into())),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", FileError::OldOrLocked),
        ] {
            assert_eq!(read(bytes), Err(expected), "{bytes:?}");
        }
        assert!(matches!(read(b"PK\x03\x04 and no more"), Err(FileError::Damaged(_))));
        assert!(matches!(read(&[1, 0, 2, 0, 3, 0, 0, 0, 9, 1, 4]), Err(FileError::NotATable(_))));
    }
}
