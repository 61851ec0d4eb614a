//! Files people already have: lists in XLSX and CSV become commands, by way of a preview that a person looks at first.
//!
//! Bytes go to [`read`], which gives tables; [`guess()`] says which list it is and what its columns hold; a person may
//! change that; [`preview()`] says row by row what is new, what changes and what is doubtful; and [`Preview::command`]
//! makes one command of what the person accepted, so that an import is one step to undo.
//!
//! Nothing here changes a register, evaluates a formula, follows a link or runs anything from a file, and of a training
//! list no person is kept.

mod cell;
pub mod doubt;
pub mod error;
pub mod example;
pub mod guess;
pub mod preview;
pub mod table;
pub mod target;

pub use doubt::{At, Doubt, Why};
pub use error::FileError;
pub use guess::{ColumnGuess, Guess, SheetOutline, columns, cut_off_in_name, guess};
pub use preview::{
    Answer, Chosen, CountRow, Difference, Offer, Preview, PreviewRow, Summary, Title, Unmatched, Verdict, preview,
};
pub use table::{Note, Workbook, letters, read};
pub use target::{ListKind, Target, TrainingColumn, targets};

use crate::register::Language;

impl Note {
    /// The note in words.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        match (language, self) {
            (Language::Swedish, Self::Formulas { sheet, count, row, column }) => format!(
                "Blad ”{sheet}” har {count} celler med formler, den första i rad {row}, kolumn {}. Formlerna räknas inte \
                 om; det senast sparade värdet används.",
                letters(*column)
            ),
            (Language::English, Self::Formulas { sheet, count, row, column }) => format!(
                "Sheet “{sheet}” has {count} cells with formulas, the first in row {row}, column {}. Formulas are not \
                 calculated; the last saved value is used.",
                letters(*column)
            ),
            (Language::Swedish, Self::OtherSheets(names)) => {
                format!("Filen har fler blad, som inte är med här: {}.", names.join(", "))
            }
            (Language::English, Self::OtherSheets(names)) => {
                format!("The file has more sheets, which are not included here: {}.", names.join(", "))
            }
            (Language::Swedish, Self::StrangeSigns) => {
                "Filen har tecken som inte går att läsa. Kontrollera att å, ä och ö ser rätt ut innan du tar in den.".into()
            }
            (Language::English, Self::StrangeSigns) => {
                "The file has characters that can't be read. Check that letters such as å, ä and ö look right before you take it in."
                    .into()
            }
        }
    }
}
