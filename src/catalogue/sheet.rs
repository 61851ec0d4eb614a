//! The form that the method's data files have: a head and blocks of `key: value` lines.
//!
//! The files may come from outside: everything has a limit, nothing is passed over, and what is wrong is said with its
//! line.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The most bytes a file may have.
pub const FILE_MAX: usize = 256 * 1024;
/// The most characters a line may have.
const LINE_MAX: usize = 2_000;
/// The most blocks a file may have.
const BLOCKS_MAX: usize = 600;

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum SheetError {
    /// More bytes than a file may have.
    #[error("the file has more than {max} bytes")]
    TooLarge {
        /// The most.
        max: usize,
    },
    /// No text at all, but a picture or a workbook.
    #[error("the file is no text")]
    NoText,
    /// A line with more characters than it may have.
    #[error("line {line} is longer than {max} characters")]
    LongLine {
        /// The line, from 1.
        line: usize,
        /// The most.
        max: usize,
    },
    /// More blocks than a file may have.
    #[error("the file has more than {max} blocks")]
    ManyBlocks {
        /// The most.
        max: usize,
    },
    /// Neither a block's name, a key with a value nor a comment.
    #[error("line {line} is neither [name], key: value nor # comment")]
    Unread {
        /// The line, from 1.
        line: usize,
    },
    /// A block or a key that was there before.
    #[error("line {line}: {name} is there twice")]
    Twice {
        /// The line, from 1.
        line: usize,
        /// The block's or the key's name.
        name: String,
    },
    /// A key or a block that files of this kind don't have: misspelt, or of a newer program.
    #[error("line {line}: {name} is not known here")]
    Unknown {
        /// The line, from 1.
        line: usize,
        /// The name.
        name: String,
    },
    /// Something that must be there.
    #[error("line {line}: {name} is missing")]
    Missing {
        /// The line where it should be: its block's first. The head's is 1.
        line: usize,
        /// The name.
        name: String,
    },
    /// A value that its key can't have.
    #[error("line {line}: {name} can't be {value:?}")]
    Value {
        /// The line, from 1.
        line: usize,
        /// The key.
        name: String,
        /// What stands there.
        value: String,
    },
}

/// A file, read but not understood.
#[derive(Debug)]
pub(super) struct Sheet<'t> {
    pub(super) head: Block<'t>,
    pub(super) blocks: Vec<Block<'t>>,
}

/// The lines under one name. What is taken is not there any more; what is left in the end is unknown.
#[derive(Debug)]
pub(super) struct Block<'t> {
    pub(super) name: &'t str,
    pub(super) line: usize,
    lines: Vec<(&'t str, &'t str, usize)>,
}

/// The text of a file: UTF-8 as most write it, or Latin-1 as older programs do.
///
/// # Errors
/// It is too large, or no text.
pub fn text_of(bytes: &[u8]) -> Result<String, SheetError> {
    if FILE_MAX < bytes.len() {
        return Err(SheetError::TooLarge { max: FILE_MAX });
    }
    if bytes.contains(&0) {
        return Err(SheetError::NoText);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    Ok(match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    })
}

impl<'t> Sheet<'t> {
    pub(super) fn read(text: &'t str) -> Result<Self, SheetError> {
        if FILE_MAX < text.len() {
            return Err(SheetError::TooLarge { max: FILE_MAX });
        }
        let mut head = Block { name: "", line: 1, lines: Vec::new() };
        let mut blocks: Vec<Block<'t>> = Vec::new();
        let (mut names, mut keys) = (BTreeSet::new(), BTreeSet::new());
        for (at, line) in text.lines().enumerate() {
            let (at, line) = (at + 1, line.trim());
            if LINE_MAX < line.len() && LINE_MAX < line.chars().count() {
                return Err(SheetError::LongLine { line: at, max: LINE_MAX });
            }
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                let name = name.trim();
                if name.is_empty() {
                    return Err(SheetError::Unread { line: at });
                }
                if !names.insert(name) {
                    return Err(SheetError::Twice { line: at, name: name.to_owned() });
                }
                if blocks.len() == BLOCKS_MAX {
                    return Err(SheetError::ManyBlocks { max: BLOCKS_MAX });
                }
                keys.clear();
                blocks.push(Block { name, line: at, lines: Vec::new() });
                continue;
            }
            let Some((key, value)) = line.split_once(':') else { return Err(SheetError::Unread { line: at }) };
            let (key, value) = (key.trim(), value.trim());
            if key.is_empty() {
                return Err(SheetError::Unread { line: at });
            }
            if !keys.insert(key) {
                return Err(SheetError::Twice { line: at, name: key.to_owned() });
            }
            blocks.last_mut().unwrap_or(&mut head).lines.push((key, value, at));
        }
        Ok(Self { head, blocks })
    }
}

impl<'t> Block<'t> {
    /// A value that need not be there; an empty one isn't.
    pub(super) fn take(&mut self, key: &str) -> Option<(&'t str, usize)> {
        let at = self.lines.iter().position(|(known, ..)| *known == key)?;
        let (_, value, line) = self.lines.remove(at);
        (!value.is_empty()).then_some((value, line))
    }

    /// A value that must be there.
    pub(super) fn need(&mut self, key: &str) -> Result<(&'t str, usize), SheetError> {
        self.take(key).ok_or_else(|| SheetError::Missing { line: self.line, name: key.to_owned() })
    }

    /// A value that need not be there, understood.
    pub(super) fn take_as<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(&'t str) -> Option<T>,
    ) -> Result<Option<T>, SheetError> {
        let Some((value, line)) = self.take(key) else { return Ok(None) };
        let wrong = || SheetError::Value { line, name: key.to_owned(), value: value.chars().take(80).collect() };
        read(value).map(Some).ok_or_else(wrong)
    }

    /// A value that must be there, understood.
    pub(super) fn need_as<T>(&mut self, key: &str, read: impl FnOnce(&'t str) -> Option<T>) -> Result<T, SheetError> {
        let missing = SheetError::Missing { line: self.line, name: key.to_owned() };
        self.take_as(key, read)?.ok_or(missing)
    }

    /// That nothing is left which nobody has asked for.
    pub(super) fn end(self) -> Result<(), SheetError> {
        match self.lines.first() {
            Some((key, _, line)) => Err(SheetError::Unknown { line: *line, name: (*key).chars().take(80).collect() }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let twice = |line, name: &str| SheetError::Twice { line, name: name.into() };
        for (text, expect) in [
            ("a: b\nnothing", SheetError::Unread { line: 2 }),
            ("[]\n", SheetError::Unread { line: 1 }),
            (": x", SheetError::Unread { line: 1 }),
            ("[a]\n[b]\n[a]", twice(3, "a")),
            ("[a]\nx: 1\n\n# c\nx: 2", twice(5, "x")),
            (&format!("x: {}", "å".repeat(2_000)), SheetError::LongLine { line: 1, max: 2_000 }),
        ] {
            assert_eq!(Sheet::read(text).unwrap_err(), expect, "{text:.40}");
        }
        let many: String = (0..=BLOCKS_MAX).map(|at| format!("[b{at}]\n")).collect();
        assert_eq!(Sheet::read(&many).unwrap_err(), SheetError::ManyBlocks { max: BLOCKS_MAX });
        let large = "# \n".repeat(FILE_MAX / 3 + 1);
        assert_eq!(Sheet::read(&large).unwrap_err(), SheetError::TooLarge { max: FILE_MAX });
    }

    #[test]
    fn a_key_may_stand_once_in_each_block() {
        let mut sheet = Sheet::read("x: 1\n[a]\nx: 2: 3\n [ b ] \n x :  4 \ny:\n").unwrap();
        assert_eq!(sheet.head.take("x"), Some(("1", 1)));
        assert_eq!(sheet.blocks[0].take("x"), Some(("2: 3", 3)));
        assert_eq!((sheet.blocks[1].name, sheet.blocks[1].take("x")), ("b", Some(("4", 5))));
        assert_eq!(sheet.blocks[1].take("y"), None);
        assert_eq!(sheet.blocks[1].need("z"), Err(SheetError::Missing { line: 4, name: "z".into() }));
        let left = Sheet::read("[a]\nx: 1").unwrap().blocks.remove(0).end();
        assert_eq!(left, Err(SheetError::Unknown { line: 2, name: "x".into() }));
    }

    #[test]
    fn a_file_s_text_is_read_as_people_write_it() {
        assert_eq!(text_of("\u{feff}å".as_bytes()), Ok("å".into()));
        assert_eq!(text_of(b"\xe5"), Ok("å".into()));
        assert_eq!(text_of(b"PK\0"), Err(SheetError::NoText));
        assert_eq!(text_of(&vec![b'a'; FILE_MAX + 1]), Err(SheetError::TooLarge { max: FILE_MAX }));
    }
}
