//! What a page and its keeper say to each other. Both are built together; [`VERSION`] tells when they were not.

use serde::{Deserialize, Serialize};

use super::register_file::{FileProblem, FileStep};
use crate::document::{Author, Conflict, Past};
use crate::register::{Command, Entry, Place, Seen};

/// Raised when a message changes its shape.
pub const VERSION: u16 = 2;

/// The number a page gives a request, so that it knows the answer.
pub type Ticket = u32;

/// From the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// The first. What this device holds is being opened already.
    Open {
        /// The page's [`VERSION`].
        version: u16,
        /// Who edits here.
        author: Author,
    },
    /// Who edits here, from now on.
    Author(Author),
    /// Begins an empty register.
    Create(Ticket),
    /// Carries out an edit.
    Apply(Ticket, Command),
    /// Takes back this tab's last edit.
    Undo(Ticket),
    /// Makes the edit again that was taken back.
    Redo(Ticket),
    /// What would change if this register file were merged in. A sealed one needs its passphrase. The keeper holds on to
    /// the file until the next is inspected.
    Inspect(Ticket, Vec<u8>, Option<String>),
    /// Merges the file in that was inspected last, or begins with it.
    Merge(Ticket),
    /// The register as a file, read back and compared: sealed with a passphrase, or plain.
    Save(Ticket, Option<String>),
    /// What people have put differently in some records, with who and when.
    Conflicts(Ticket, Vec<Place>),
    /// What a record has been, oldest first; of one field, or all.
    History(Ticket, Place, Option<String>),
    /// The register as it stood at a second since 1970.
    At(Ticket, i64),
    /// Tries again to store what could not be stored.
    StoreAgain,
    /// Removes the register from this device.
    Forget(Ticket),
}

/// From the keeper.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// This device holds no register.
    Nothing,
    /// Part of the register, as it is opened.
    Picture(Vec<Entry>),
    /// The register as it was last opened has been sent. It can be read; what has changed since comes with the next.
    Glimpsed,
    /// The whole register has been sent.
    Opened {
        /// The document's schema, when it is newer than this program: it can be read and not edited.
        newer: Option<u32>,
        /// What has been sent.
        seen: Seen,
    },
    /// Records changed: by this tab, by another, by a file.
    Changed {
        /// The records as they are now.
        entries: Vec<Entry>,
        /// What has been sent.
        seen: Seen,
        /// Whether this tab has something to take back.
        undo: bool,
        /// Whether this tab has something to make again.
        redo: bool,
        /// The request that did it, if this tab's.
        ticket: Option<Ticket>,
    },
    /// Everything up to this edit of this tab is stored on this device.
    Stored(Ticket),
    /// Storing failed; the edits are held in memory and tried again with the next.
    NotStored(NotStored),
    /// A request was not carried out, and nothing has changed.
    Refused(Ticket, Refusal),
    /// How far the making or the opening of a register file has come.
    FileStep(FileStep),
    /// The answer to [`Request::Inspect`].
    Inspected(Ticket, Difference),
    /// The answer to [`Request::Save`]: a whole file, which opens and holds what the register holds.
    Saved(Ticket, Vec<u8>),
    /// The answer to [`Request::Conflicts`].
    Conflicts(Ticket, Vec<Conflict>),
    /// The answer to [`Request::History`].
    History(Ticket, Vec<Past>),
    /// The answer to [`Request::At`]; nothing when the register has no history that old.
    At(Ticket, Option<Vec<Entry>>),
    /// The document could not be opened. It is still there, untouched.
    CannotOpen(String),
}

/// Why something could not be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotStored {
    /// The disk, or this address's share of it, is full.
    Full,
    /// The browser refuses to store: a private window, say.
    Refused,
}

/// Why a request was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// The document is newer than this program.
    Newer(u32),
    /// Somebody has changed it since; taking the edit back would undo theirs.
    ChangedSince,
    /// There is no register.
    NoRegister,
    /// Something is wrong with a register file. Nothing has changed.
    File(FileProblem),
    /// Anything else, in the document's own words.
    Other(String),
}

/// What merging a file would change.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Difference {
    /// Records that the file has and the register lacks.
    pub added: u32,
    /// Records that would change.
    pub changed: u32,
    /// Records that the file marks as removed.
    pub removed: u32,
    /// The organisation named in the file.
    pub organisation: String,
}
