//! What the relay keeps: mailboxes, and in each a log of sealed entries.
//!
//! Start at [`MailStore`]. Numbers and marks are given out in one place, [`ledger`], whichever database holds the log.
//! Nothing here checks a signature or looks into sealed bytes.

pub mod ledger;
mod news;
mod postgres;
mod sqlite;

use std::future::Future;

use bytes::Bytes;
use thiserror::Error;
use tokio_rustls::rustls::crypto::ring;

use crate::sync::wire::{
    Entry, EntryId, Epoch, Kind, Mailbox, Mark, NewEntry, Receipt, Signature, TokenHash, WriterKey,
};

pub use news::{COUNTS_MAX, NameHash, News, RelayName, Word};
pub use postgres::PostgresStore;
pub use sqlite::SqliteStore;

/// What the relay keeps. Every implementation passes `conforms` (`tests/relay_store.rs`).
///
/// When a call has returned `Ok`, what it did survives a loss of power. When it has returned an error, nothing was done.
pub trait MailStore: Send + Sync + 'static {
    /// The name that the database got when it was made.
    fn epoch(&self) -> Epoch;

    /// Makes an empty mailbox, or finds that it is there and the same.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when it is there with another token or writer, [`StoreError::Destroyed`] when it was
    /// destroyed.
    fn create(&self, new: &NewMailbox) -> impl Future<Output = Result<MailboxState, StoreError>> + Send;

    /// The mailbox, if there is one of that name.
    fn find(&self, name: &Mailbox) -> impl Future<Output = Result<Option<MailboxState>, StoreError>> + Send;

    /// Adds entries to any number of mailboxes, all in one step that is durable when this returns. `at` is the relay's
    /// time in milliseconds since 1970.
    ///
    /// Numbers go 1, 2, 3 and so on in each mailbox. An entry that is there already keeps the number it has. Each addition
    /// is taken whole or not at all, and one that is refused doesn't touch the others; the answers are in their order.
    fn append(
        &self,
        additions: &[Addition],
        at: i64,
        mailbox_max: u64,
    ) -> impl Future<Output = Result<Vec<Added>, StoreError>> + Send;

    /// The entries above `after` that still have their bytes, in order: at most `count`, and no more than about `bytes` of
    /// sealed bytes, but at least one if there is any.
    fn read(
        &self,
        mailbox: MailboxId,
        after: u64,
        count: usize,
        bytes: u64,
    ) -> impl Future<Output = Result<Vec<StoredEntry>, StoreError>> + Send;

    /// The mark after an entry, dropped ones too, and how many bytes the log had up to it.
    fn place(&self, mailbox: MailboxId, number: u64) -> impl Future<Output = Result<Option<Place>, StoreError>> + Send;

    /// The snapshot that covers most, the newest if several do.
    fn best_snapshot(&self, mailbox: MailboxId) -> impl Future<Output = Result<Option<Snapshot>, StoreError>> + Send;

    /// Drops the bytes of entries that a snapshot stored before `before` covers, and says how many bytes that were.
    fn drop_covered(&self, before: i64) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Removes a mailbox and all its entries for good: none of that name is made again.
    fn destroy(&self, name: &Mailbox) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Whether a mailbox of that name was destroyed.
    fn was_destroyed(&self, name: &Mailbox) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Whether the database answers.
    fn check(&self) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The next news from another relay on the same database. Never comes where there can be none.
    fn news(&self) -> impl Future<Output = News> + Send;

    /// Whether other relays may be on the same database.
    fn is_shared(&self) -> bool;

    /// Tells the other relays on the same database something that is not stored. Says nothing where there can be none.
    ///
    /// # Errors
    /// It was not told. Nothing is lost but the words.
    fn tell(&self, words: &[Word]) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Closes the database; what was asked for before is done first.
    fn close(&self) -> impl Future<Output = ()> + Send;
}

/// Why the database did not do something.
#[derive(Debug, Error)]
pub enum StoreError {
    /// A mailbox of this name is there with another token or writer.
    #[error("the mailbox is somebody else's")]
    Taken,
    /// A mailbox of this name was destroyed.
    #[error("the mailbox was destroyed")]
    Destroyed,
    /// Reading still works; writing will when there is room.
    #[error("the disk is full")]
    DiskFull,
    /// The database can't be made, or was made by a newer relay.
    #[error("the database can't be prepared: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// Anything else, for the log.
    #[error("the database failed: {0}")]
    Failed(sqlx::Error),
    /// What is stored isn't what was stored.
    #[error("the database holds what it can't")]
    Damaged,
}

impl From<sqlx::Error> for StoreError {
    fn from(cause: sqlx::Error) -> Self {
        if is_full(&cause) { Self::DiskFull } else { Self::Failed(cause) }
    }
}

/// SQLite: FULL, and WRITE and SHMSIZE when the file may not grow. PostgreSQL: `disk_full`.
fn is_full(cause: &sqlx::Error) -> bool {
    let code = cause.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| ["13", "778", "4874", "53100"].contains(&code.as_ref()))
}

/// A mailbox as the database knows it; never given to another mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MailboxId(i64);

#[cfg(test)]
impl MailboxId {
    pub(super) fn for_tests(id: i64) -> Self {
        Self(id)
    }
}

/// A mailbox to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMailbox {
    /// What it is called.
    pub name: Mailbox,
    /// Who knows the token to this may read.
    pub token_hash: TokenHash,
    /// Who has the other half of this key may write.
    pub writer: WriterKey,
}

/// A mailbox and where its log stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailboxState {
    /// What the database calls it.
    pub id: MailboxId,
    /// Who knows the token to this may read.
    pub token_hash: TokenHash,
    /// Who has the other half of this key may write.
    pub writer: WriterKey,
    /// The number of the last entry, or 0.
    pub head: u64,
    /// The mark after it.
    pub mark: Mark,
    /// Bytes of all entries that ever were.
    pub total: u64,
    /// Bytes of the entries that are still here; this counts against the mailbox's limit.
    pub kept: u64,
    /// Entries up to this number have lost their bytes.
    pub dropped_to: u64,
}

impl MailboxState {
    fn is_the_same_as(self, new: &NewMailbox) -> Result<Self, StoreError> {
        let is_same = self.token_hash == new.token_hash && self.writer == new.writer;
        if is_same { Ok(self) } else { Err(StoreError::Taken) }
    }
}

/// An entry to store, its id computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedEntry {
    /// [`EntryId::of`] the sealed bytes.
    pub id: EntryId,
    /// [`Kind::Changes`] or [`Kind::Snapshot`].
    pub kind: Kind,
    /// Of a snapshot: the number up to which it holds all.
    pub covers: u64,
    /// The writer's.
    pub signature: Signature,
    /// The sealed bytes.
    pub sealed: Bytes,
}

impl SealedEntry {
    /// What it counts against a mailbox's limit: with its head, so that many empty entries fill a mailbox too.
    #[must_use]
    pub fn cost(&self) -> u64 {
        u64::try_from(self.sealed.len() + Entry::HEAD).unwrap_or(u64::MAX)
    }
}

/// Entries for one mailbox that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addition {
    /// Which mailbox.
    pub mailbox: Mailbox,
    /// The entries, the first first.
    pub entries: Vec<SealedEntry>,
}

/// What became of an addition.
pub type Added = Result<Vec<Stored>, NotAdded>;

/// Where an entry of an addition stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// What its writer is told.
    pub receipt: Receipt,
    /// False when it was there already.
    pub is_new: bool,
}

/// Why an addition was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAdded {
    /// There is no such mailbox.
    NoMailbox,
    /// It would not hold all.
    MailboxFull,
    /// A snapshot covers entries that are not there.
    CoversTooMuch,
}

/// An entry with its place in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEntry {
    /// 1, 2, 3 and so on.
    pub number: u64,
    /// The mark after it.
    pub mark: Mark,
    /// When it was stored, in milliseconds since 1970 by the relay's clock.
    pub at: i64,
    /// [`Kind::Changes`] or [`Kind::Snapshot`].
    pub kind: Kind,
    /// Of a snapshot: the number up to which it holds all.
    pub covers: u64,
    /// The writer's.
    pub signature: Signature,
    /// The sealed bytes.
    pub sealed: Bytes,
}

impl StoredEntry {
    /// As it travels.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let new = NewEntry { kind: self.kind, covers: self.covers, signature: self.signature, sealed: &self.sealed };
        Entry { number: self.number, mark: self.mark, at: self.at, new }.to_bytes()
    }
}

/// A place in a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The mark after the entry.
    pub mark: Mark,
    /// Bytes of the log up to it.
    pub total: u64,
}

/// Where a snapshot stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Snapshot {
    /// Its own number.
    pub number: u64,
    /// It holds all entries up to this number.
    pub covers: u64,
    /// Bytes of the snapshot.
    pub bytes: u64,
}

fn new_epoch() -> Result<Epoch, StoreError> {
    let mut epoch = Epoch([0; 16]);
    ring::default_provider().secure_random.fill(&mut epoch.0).map_err(|_| StoreError::Damaged)?;
    Ok(epoch)
}

/// A column of fixed length.
fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N], StoreError> {
    bytes.try_into().map_err(|_| StoreError::Damaged)
}

/// Databases count in `i64`; what is larger than that is larger than anything stored.
fn to_db(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn from_db(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|_| StoreError::Damaged)
}
