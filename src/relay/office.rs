//! What all connections of a relay share.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};

use super::elsewhere::Elsewhere;
use super::gate::Unfinished;
use super::group::{Group, Item};
use super::limits::{Addresses, Limits};
use super::metrics::{Metrics, Operation};
use super::readers::{Delivery, Readers, Room};
use super::store::{MailStore, News, StoreError, Word};
use super::writer::{Letter, Post};
use crate::sync::wire::{ENTRIES_MAX, Mailbox};

/// Most bytes that wait to be stored.
const UNSTORED_MAX: usize = 64 << 20;
/// Most bytes of entries that are read from the store at a time.
pub(super) const PAGE: u64 = 256 * 1024;

/// Who may make mailboxes.
#[derive(Clone, PartialEq, Eq)]
pub enum NewMailboxes {
    /// Everybody who reaches the relay.
    Open,
    /// Who knows this word.
    Token(String),
}

impl NewMailboxes {
    /// Whether this word lets in. How long it takes tells nothing about the right one.
    pub(super) fn admit(&self, word: &str) -> bool {
        match self {
            Self::Open => true,
            Self::Token(right) => same(&Sha256::digest(word).into(), &Sha256::digest(right).into()),
        }
    }
}

/// Whether two hashes are the same, in a time that doesn't depend on where they differ.
pub(super) fn same(one: &[u8; 32], other: &[u8; 32]) -> bool {
    one.iter().zip(other).fold(0, |differs, (one, other)| differs | (one ^ other)) == 0
}

/// What the relay is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// It answers.
    Serving,
    /// It reads nothing more, and finishes what it has begun.
    Finishing,
    /// It says goodbye.
    Closing,
}

/// What all connections of a relay share.
pub(super) struct Office<S> {
    pub(super) store: S,
    pub(super) limits: Limits,
    pub(super) new_mailboxes: NewMailboxes,
    pub(super) readers: Readers,
    pub(super) metrics: Metrics,
    pub(super) phase: watch::Sender<Phase>,
    pub(super) addresses: Addresses,
    pub(super) elsewhere: Elsewhere,
    pub(super) unfinished: Unfinished,
    /// Held while entries are stored and passed on: news of later ones, from another relay, wait until that is done, so
    /// that devices are not sent what they are owed a receipt for.
    pub(super) delivering: Mutex<()>,
    letters: mpsc::Sender<Post>,
    unstored: Arc<Semaphore>,
}

impl<S: MailStore> Office<S> {
    /// An office, what its writer is to be given, and what other relays are to be told.
    pub(super) fn new(
        store: S,
        limits: Limits,
        new_mailboxes: NewMailboxes,
    ) -> (Arc<Self>, mpsc::Receiver<Post>, mpsc::Receiver<Word>) {
        let (elsewhere, words) = Elsewhere::new();
        let (letters, post) = mpsc::channel(4096);
        let readers = Readers::new(store.is_shared());
        let office = Self {
            store,
            limits,
            new_mailboxes,
            readers,
            metrics: Metrics::new(),
            phase: watch::Sender::new(Phase::Serving),
            addresses: Addresses::default(),
            elsewhere,
            unfinished: Unfinished::default(),
            delivering: Mutex::default(),
            letters,
            unstored: Arc::new(Semaphore::new(UNSTORED_MAX)),
        };
        (Arc::new(office), post, words)
    }

    /// Hands entries to the writer, once there is room for that many bytes.
    pub(super) async fn send(&self, letter: impl FnOnce(OwnedSemaphorePermit) -> Box<Letter>, bytes: usize) {
        let bytes = u32::try_from(bytes.min(UNSTORED_MAX)).unwrap_or(u32::MAX);
        // Neither is ever closed while the office is there.
        let Ok(room) = self.unstored.clone().acquire_many_owned(bytes).await else { return };
        let _ = self.letters.send(Post::Letter(letter(room))).await;
    }

    /// Waits until all that was sent before is stored and passed on.
    pub(super) async fn all_stored(&self) {
        let (done, is_done) = oneshot::channel();
        if self.letters.send(Post::Finish(done)).await.is_ok() {
            let _ = is_done.await;
        }
    }

    /// Asks the store, and counts how long it took.
    pub(super) async fn ask<T>(
        &self,
        operation: Operation,
        question: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let began = Instant::now();
        let answer = question.await;
        self.metrics.store_took(operation, began.elapsed());
        if let Err(cause) = &answer
            && !matches!(cause, StoreError::Taken | StoreError::Destroyed)
        {
            tracing::error!(%cause, ?operation, "the store failed");
        }
        answer
    }

    /// Passes groups on to those who read the mailbox, after what another relay stored before them.
    pub(super) async fn deliver(&self, room: &Room, groups: &[Arc<Group>]) {
        let (Some(first), Some(last)) = (groups.first(), groups.last()) else { return };
        while let Delivery::After(delivered) = room.deliver(groups) {
            if !self.deliver_from_store(room, delivered, first.first() - 1).await {
                // They find it themselves; the receipts wait for it.
                room.have_all_read(last.last());
            }
        }
    }

    /// Passes on what the store has after `delivered`, up to `to`: what comes after that may be owed a receipt. False when
    /// it has not all of it.
    async fn deliver_from_store(&self, room: &Room, mut delivered: u64, to: u64) -> bool {
        while delivered < to {
            let count = usize::try_from(to - delivered).unwrap_or(ENTRIES_MAX).min(ENTRIES_MAX);
            let read = self.ask(Operation::Read, self.store.read(room.mailbox, delivered, count, PAGE)).await;
            let Ok(entries) = read else { return false };
            let items = entries.iter().map(|entry| Item::stored(entry, None)).collect();
            let groups: Vec<_> = Group::of(items).into_iter().map(Arc::new).collect();
            if groups.is_empty() || room.deliver(&groups) != Delivery::Done {
                return false;
            }
            delivered = room.delivered();
        }
        true
    }

    /// Passes on what other relays store, for as long as it runs.
    pub(super) async fn hear_news(&self) {
        loop {
            let news = match self.store.news().await {
                News::Word(word) => {
                    self.hear_word(word);
                    continue;
                }
                news => news,
            };
            let _delivering = self.delivering.lock().await;
            match news {
                News::Appended(hash, number) => {
                    let Some((_, room)) = self.readers.room_by_hash(hash) else { continue };
                    if !self.deliver_from_store(&room, room.delivered(), number).await {
                        room.have_all_read(number);
                    }
                }
                News::Destroyed(hash) => {
                    if let Some((name, _)) = self.readers.room_by_hash(hash) {
                        self.readers.close(&name);
                    }
                }
                News::Missed => {
                    self.ask_others();
                    self.look_everywhere().await;
                }
                News::Word(_) => {}
            }
        }
    }

    /// Looks for what was stored or destroyed in every mailbox that is open here.
    async fn look_everywhere(&self) {
        for (name, room) in self.readers.all() {
            match self.ask(Operation::Find, self.store.find(&name)).await {
                Ok(Some(state)) if room.delivered() < state.head => room.have_all_read(state.head),
                Ok(None) => self.readers.close(&name),
                Ok(Some(_)) | Err(_) => {}
            }
        }
    }

    /// Drops covered entries now and then, for as long as it runs.
    pub(super) async fn tidy(&self) {
        const HOURLY: Duration = Duration::from_secs(3600);
        loop {
            let keep = i64::try_from(self.limits.keep_covered.as_millis()).unwrap_or(i64::MAX);
            match self.store.drop_covered(now().saturating_sub(keep)).await {
                Ok(0) => {}
                Ok(bytes) => tracing::info!(bytes, "entries that snapshots cover were dropped"),
                Err(cause) => tracing::error!(%cause, "covered entries can't be dropped"),
            }
            tokio::time::sleep(HOURLY).await;
        }
    }

    /// Removes a mailbox for good.
    pub(super) async fn destroy(&self, name: &Mailbox) -> Result<(), StoreError> {
        self.store.destroy(name).await?;
        self.readers.close(name);
        Ok(())
    }
}

/// The relay's clock, in milliseconds since 1970.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Bytes that go out as they are.
pub(super) fn frame(frame: &crate::sync::wire::RelayFrame<'_>) -> Bytes {
    frame.to_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_word_admits() {
        let closed = NewMailboxes::Token("släpp in".into());
        assert!(closed.admit("släpp in"));
        for wrong in ["", "släpp", "släpp in ", "SLÄPP IN"] {
            assert!(!closed.admit(wrong), "{wrong}");
        }
        assert!(NewMailboxes::Open.admit(""));
    }
}
