//! What ships with the program as data: the headings and the words that people use in their own lists, and the method:
//! the levels' wording, floors, measures and matrices.
//!
//! The data are plain text files beside this one, each with its version. Start at [`heading`] for columns, at [`value`]
//! for cells and at [`MethodInUse`] for the method. Nothing here decides what a word leads to; that is the exchange
//! room's. What the method's data lead to is the register's [`crate::register::method`].

mod agenda;
mod method;
mod sheet;
mod words;

use std::sync::LazyLock;

use words::Words;

static HEADINGS: LazyLock<Words> = LazyLock::new(|| Words::read(include_str!("catalogue/headings.txt")));
static VALUES: LazyLock<Words> = LazyLock::new(|| Words::read(include_str!("catalogue/values.txt")));

pub use agenda::{Agenda, agenda, matrix_at};
pub use method::*;
pub use sheet::{FILE_MAX, SheetError, text_of};
pub use words::fold;

/// How well a heading is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// It stands in the table.
    Surely(&'static str),
    /// Something in it stands in the table.
    Perhaps(&'static str),
}

/// What a column with this heading holds, in the section of its kind of list.
#[must_use]
pub fn heading(section: &str, text: &str) -> Option<Known> {
    let folded = fold(text);
    if let Some(key) = HEADINGS.find(section, &folded) {
        return Some(Known::Surely(key));
    }
    HEADINGS.find_within(section, &folded).map(Known::Perhaps)
}

/// What a word in a cell stands for, in the section of its field.
#[must_use]
pub fn value(section: &str, text: &str) -> Option<&'static str> {
    VALUES.find(section, &fold(text))
}

/// Every word of a section with what it stands for, folded.
pub fn words(section: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    VALUES.all(section)
}

/// The versions of the tables: headings, words.
#[must_use]
pub fn versions() -> (u32, u32) {
    (HEADINGS.version(), VALUES.version())
}

/// Every heading's key, by section; for checking that each leads somewhere.
pub fn heading_keys() -> impl Iterator<Item = (&'static str, &'static str)> {
    HEADINGS.keys()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_the_tables_is_passed_over() {
        for text in [include_str!("catalogue/headings.txt"), include_str!("catalogue/values.txt")] {
            assert_eq!(words::unread(text), Vec::<&str>::new());
        }
        assert_eq!(versions(), (3, 1));
    }

    #[test]
    fn no_heading_or_word_stands_for_two_things() {
        for text in [include_str!("catalogue/headings.txt"), include_str!("catalogue/values.txt")] {
            assert_eq!(words::doubled(text), Vec::<String>::new());
        }
    }

    #[test]
    fn headings_are_known_whatever_their_case_and_punctuation() {
        let surely = |text| heading("systems", text);
        for text in ["System/tjänst", "SYSTEM / TJÄNST:", "  system_tjänst ", "System\ntjänst*"] {
            assert_eq!(surely(text), Some(Known::Surely("systems.name")), "{text:?}");
        }
        assert_eq!(surely("K"), Some(Known::Surely("classifications.confidentiality")));
        assert_eq!(surely("Kontakt informationsägare"), Some(Known::Perhaps("systems.information_owner")));
        assert_eq!(surely("Rumsnummer"), None);
        assert_eq!(surely(""), None);
    }

    #[test]
    fn signs_stand_for_themselves() {
        assert_eq!(value("yes", " ✓ "), Some("yes"));
        assert_eq!(value("no", "-"), Some("no"));
        assert_eq!(value("yes", "JA"), Some("yes"));
        assert_eq!(value("yes", "kanske"), None);
    }
}
