//! What a page and its files worker say to each other. Both are built together; [`VERSION`] tells when they were not.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::exchange::{Chosen, ColumnGuess, FileError, Guess, ListKind, PreviewRow, Summary, Verdict};
use crate::register::workshop::Workshop;
use crate::register::{Date, Entry, Seen};
use crate::report::{LastYear, Part, TemplateError};

/// Raised when a message changes its shape.
pub const VERSION: u16 = 5;

/// The number a page gives a request, so that it knows the answer.
pub type Ticket = u32;
/// A file that has been read: the ticket it was read by.
pub type BookId = u32;
/// A register that has been sent.
pub type PictureId = u32;

/// From the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// The first: both ends are of the same build.
    Open {
        /// The page's [`VERSION`].
        version: u16,
    },
    /// Part of a register. The parts with the same number make one.
    Picture(PictureId, Vec<Entry>),
    /// That register is not asked about again.
    DropPicture(PictureId),
    /// Reads a file and keeps it by this ticket.
    Read(Ticket, Source),
    /// Which list a sheet seems to be, when a person points at that sheet.
    Sheet(Ticket, BookId, usize),
    /// What the columns hold, when a person says which list it is and where its headings are.
    Columns {
        /// The answer's ticket.
        ticket: Ticket,
        /// The file.
        book: BookId,
        /// The kind of list.
        list: ListKind,
        /// The sheet, from 0.
        sheet: usize,
        /// The row with headings, from 1.
        header: usize,
    },
    /// Compares a file with a register, and keeps the preview with the file.
    Preview {
        /// The answer's ticket.
        ticket: Ticket,
        /// The file.
        book: BookId,
        /// The register, all of which has been sent.
        picture: PictureId,
        /// How the file is to be read.
        chosen: Chosen,
        /// What the register was read from.
        seen: Seen,
        /// Today, where the person is.
        today: Date,
    },
    /// A screen of the preview's rows.
    Rows {
        /// The answer's ticket.
        ticket: Ticket,
        /// The file.
        book: BookId,
        /// Only the rows with this verdict.
        only: Option<Verdict>,
        /// How many of them come before.
        from: usize,
        /// How many are wanted.
        most: usize,
    },
    /// One command for what was accepted of the preview.
    Command(Ticket, BookId, Vec<(usize, usize)>),
    /// The file is not asked about again.
    Close(BookId),
    /// The report of a year.
    Report {
        /// The answer's ticket.
        ticket: Ticket,
        /// The register, all of which has been sent.
        picture: PictureId,
        /// The year.
        year: i16,
        /// Today, where the person is.
        today: Date,
        /// How the register was on the day it is compared with, if it has history that old.
        last: Option<LastYear>,
        /// Which part of it.
        part: Part,
        /// What to make of it.
        form: Form,
        /// The organisation's own Word template, for a Word document in its form.
        template: Option<Bytes>,
    },
    /// A report that was issued.
    Issued {
        /// The answer's ticket.
        ticket: Ticket,
        /// It, packed.
        content: String,
        /// Its checksum.
        hash: String,
        /// Which part of it.
        part: Part,
        /// What to make of it; no workbook.
        form: Form,
        /// The organisation's own Word template, for a Word document in its form.
        template: Option<Bytes>,
    },
    /// The text of a QR code in a picture: a byte a point, row by row.
    Qr {
        /// The answer's ticket.
        ticket: Ticket,
        /// Points in a row.
        width: u32,
        /// Rows.
        height: u32,
        /// The points, 0 black.
        grey: Bytes,
    },
    /// The minutes of the turn that a workshop is at, as a Word document.
    Minutes {
        /// The answer's ticket.
        ticket: Ticket,
        /// The workshop.
        workshop: Box<Workshop>,
        /// Whose it is.
        organisation: String,
        /// Today, where the person is.
        today: Date,
    },
}

/// What a report is made into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// A Word document.
    Docx,
    /// A workbook with the lists behind it.
    Xlsx,
    /// A PDF: what comes is the sheet of it, for the worker that sets one.
    Pdf,
}

/// Where a file comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    /// A person chose it.
    File(Bytes),
    /// One of the example's files, by its place.
    Example(usize),
}

/// From the files worker: the answer to one request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The request's ticket.
    pub ticket: Ticket,
    /// What came of it.
    pub answer: Result<Answer, Failure>,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// To [`Request::Read`] and [`Request::Sheet`]: what the file seems to be.
    Guess(Guess),
    /// To [`Request::Columns`].
    Columns(Vec<ColumnGuess>),
    /// To [`Request::Preview`].
    Summary(Summary),
    /// To [`Request::Rows`]: each with its place in the preview.
    Rows(Vec<(usize, PreviewRow)>),
    /// To [`Request::Command`]: a command in postcard's form, for the page to pass on unopened; nothing when what was
    /// accepted changes nothing.
    Command(Option<Bytes>),
    /// To [`Request::Qr`]: what was read, if anything.
    Qr(Option<String>),
    /// To [`Request::Report`], [`Request::Issued`] and [`Request::Minutes`].
    Report(Bytes),
}

/// Why a request came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Failure {
    /// The file can't be read.
    File(FileError),
    /// The file or the register that was asked about is not here.
    NotHere,
    /// The document could not be made, in the report room's own words.
    Document(String),
    /// The file is no template.
    Template(TemplateError),
}

/// Bytes that are copied whole, where a list of numbers is taken one by one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bytes(pub Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Whole;
        impl Visitor<'_> for Whole {
            type Value = Bytes;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("bytes")
            }
            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_vec()))
            }
            fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Bytes, E> {
                Ok(Bytes(bytes))
            }
        }
        deserializer.deserialize_byte_buf(Whole)
    }
}
