//! What a page and its keeper say to each other. Both are built together; [`VERSION`] tells when they were not.

use serde::{Deserialize, Serialize};

use super::register_file::{FileProblem, FileStep};
use crate::document::{Author, Conflict, News, Past};
use crate::register::workshop::{About, Digest, Join, Person, Round, Said, Workshop, by_key};
use crate::register::{Command, Entry, Level, Place, Seen};

/// Raised when a message changes its shape.
pub const VERSION: u16 = 7;

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
    /// What other devices have done since this one had seen that.
    News(Ticket, Seen),
    /// The register as it stood at a second since 1970.
    At(Ticket, i64),
    /// Tries again to store what could not be stored.
    StoreAgain,
    /// Removes the register from this device.
    Forget(Ticket),
    /// Joins the register to the relay that the app came from, or gives the word that it asked for meanwhile; the word is what
    /// the relay asks of newcomers, or empty.
    Connect(Ticket, String),
    /// Takes up an invitation: its link, or the link's fragment.
    Join(Ticket, String),
    /// Takes the register from the relay; it stays on this device.
    Leave(Ticket),
    /// Gives the register new keys, so that who isn't invited again is left outside.
    ChangeKeys(Ticket),
    /// Makes an invitation to the app at this address: to edit, or only to read.
    Invite(Ticket, String, bool),
    /// The page is about to be hidden, or the network is back: what waits is sent now.
    Hurry,
    /// Founds a workshop. This and what follows are for a workshop's keeper; one of the next three is its first.
    Found(Ticket, Box<Founding>),
    /// Takes part in the workshop with this code.
    JoinByCode(Ticket, String),
    /// Opens a workshop that this device holds, by the name it has here.
    Take(Ticket, String),
    /// Says something at the turn that began with this statement, or the first; as the person with this number at this
    /// device. The number after the last is somebody new.
    Say(Ticket, u16, Option<Digest>, Vec<Said>),
    /// Turns the table to the next system, and says what the table is given of it.
    Turn(Ticket, Box<About>, Vec<Said>),
    /// Votes, as the person with this number.
    Vote(Ticket, u16, Round, Chosen),
    /// Takes that person's vote back.
    TakeBack(Ticket, u16, Round),
    /// Closes a round with the votes that are here.
    CloseRound(Ticket, Round),
    /// What can be read of a register that can't be opened, as a plain file; what is stored stays as it is.
    Salvage(Ticket),
}

/// The level that is voted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen(#[serde(with = "by_key")] pub Level);

/// What a workshop begins with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Founding {
    /// What it is about first.
    pub about: About,
    /// What else the table is given, as the founder says it.
    pub agenda: Vec<Said>,
    /// Who leads it.
    pub join: Join,
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
    /// The answer to [`Request::Save`]: a whole file, which opens and holds what the register holds; and to
    /// [`Request::Salvage`]: one that opens.
    Saved(Ticket, Vec<u8>),
    /// The answer to [`Request::Conflicts`].
    Conflicts(Ticket, Vec<Conflict>),
    /// The answer to [`Request::History`].
    History(Ticket, Vec<Past>),
    /// The answer to [`Request::News`], the latest first; nothing when what had been seen is of another register.
    News(Ticket, Option<Vec<News>>),
    /// The answer to [`Request::At`]; when the register has no history that old, the second since 1970 when the first was
    /// written.
    At(Ticket, Result<Vec<Entry>, Option<i64>>),
    /// How the register stands with the relay; nothing when it is joined to none.
    Line(Option<LineView>),
    /// What was asked for with the relay is done; how it stands comes by itself.
    LineDone(Ticket),
    /// The answer to [`Request::Invite`]: the link, and the same as an SVG picture.
    Invitation(Ticket, String, String),
    /// The document could not be opened. It is still there, untouched.
    CannotOpen(String),
    /// The workshop as it is now.
    Workshop(Box<WorkshopView>),
}

/// A workshop, and what this device has of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorkshopView {
    /// What it is called on this device.
    pub name: String,
    /// The workshop.
    pub workshop: Workshop,
    /// Who sits at this device, the owner first.
    pub here: Vec<Person>,
    /// The votes that were given here and stand.
    pub votes: Vec<OwnLevel>,
    /// The code that leads here, once what the workshop is about has arrived.
    pub code: Option<String>,
    /// The document's schema, when it is newer than this program: it can be read and nothing can be said.
    pub newer: Option<u32>,
}

/// A vote that was given on this device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnLevel {
    /// Whose.
    pub person: Person,
    /// In which round.
    pub round: Round,
    /// For what.
    #[serde(with = "by_key")]
    pub level: Level,
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
    /// This device was invited to read only.
    ReadOnly,
    /// The page shows the register as it once was. Keepers never say so.
    Past,
    /// The invitation is none, and why.
    Invitation(String),
    /// The invitation is to a register at another relay: the link that leads there.
    Elsewhere(String),
    /// There is no register, or no such workshop.
    NoRegister,
    /// What was typed is no code of a workshop.
    NoCode,
    /// The device has not memory enough.
    Memory,
    /// Something is wrong with a register file. Nothing has changed.
    File(FileProblem),
    /// Something that must be there is missing: a name, a reason, a day or a level.
    Incomplete,
    /// More characters than this are not taken.
    TooLong(u32),
    /// What it concerns is not there, or is removed.
    Gone,
    /// A decision is withdrawn and made anew, never changed, and withdrawn once only.
    DecisionStands,
    /// It makes no sense, whatever the document holds.
    Senseless,
    /// Anything else, in the document's own words.
    Other(String),
}

/// How the register stands with the relay, as the screen tells it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LineView {
    /// Whether it may be edited here: not when the invitation was to read.
    pub may_edit: bool,
    /// How the relay is reached.
    pub reach: LineReach,
    /// Something here is not at the relay yet.
    pub unsent: bool,
    /// When the last edit from here came to the relay, in seconds since 1970 by the relay's clock.
    pub at_relay: Option<i64>,
    /// When another device was known to have it, in seconds since 1970.
    pub seen: Option<i64>,
    /// What stands in the way.
    pub trouble: Option<LineTrouble>,
    /// How many others are connected now.
    pub others: u16,
    /// The devices that were heard.
    pub devices: Vec<DeviceView>,
    /// Messages that nobody with the right to write had signed; they were left out.
    pub forged: u64,
    /// Messages that could not be read: from a newer program, say.
    pub unread: u64,
    /// How many seconds the relay's clock is ahead of this device's, if that is much.
    pub clock_off: Option<i64>,
}

/// How the relay is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum LineReach {
    /// Not yet, or not for a short while.
    #[default]
    Trying,
    /// Connected; what the relay has is still coming.
    CatchingUp,
    /// Connected; all that the relay has is here.
    Live,
    /// Not for a while.
    Away {
        /// Since when, in seconds since 1970.
        since: i64,
    },
}

/// Why the register doesn't get to the relay although it is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LineTrouble {
    /// It isn't there: not made yet, or its keys were changed.
    NoMailbox,
    /// The relay asks newcomers for a word.
    Admission,
    /// The relay, or this register's share of it, is full.
    Full,
    /// The relay and this program don't speak the same version.
    Version,
    /// The relay says no.
    Refused,
    /// What the relay sends contradicts itself.
    Nonsense,
    /// The keys that this device keeps can't be read. Nothing is put in their place unasked.
    Keys,
}

/// A device that was heard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceView {
    /// Who sits there, if they said so.
    pub name: String,
    /// In what role.
    pub role: String,
    /// When it was last heard, in seconds since 1970.
    pub heard: i64,
    /// Whether it may edit.
    pub edits: bool,
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
