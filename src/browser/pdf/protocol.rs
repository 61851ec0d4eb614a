//! What a page and the worker that sets PDFs say to each other.

use serde::{Deserialize, Serialize};

use crate::browser::files::protocol::Bytes;

/// Raised when a message changes its shape.
pub const VERSION: u16 = 2;

/// From the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// The first: both ends are of the same build.
    Open {
        /// The page's [`VERSION`].
        version: u16,
    },
    /// Sets a sheet. The answer is the first [`Event::Done`] after it.
    Set(Bytes),
}

/// From the worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// How it goes.
    Stage(Stage),
    /// What came of it.
    Done(Result<SetPdf, Failure>),
}

/// A PDF that was set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetPdf {
    /// The file.
    pub file: Bytes,
    /// The letters that no font has, which stand in it as their numbers.
    pub unshown: Vec<char>,
}

/// What a PDF is going through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// The typesetter, or its fonts, are being fetched.
    Fetching,
    /// The pages are being set.
    Setting,
    /// The file is being written.
    Writing,
}

/// Why a sheet was not set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Failure {
    /// The fonts can't be fetched.
    NoFonts,
    /// It can't be set, in the typesetter's own words.
    Refused(String),
}
