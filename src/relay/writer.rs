//! Stores what devices append: checks signatures, and commits many additions at once.
//!
//! While one commit is on its way to the disk, the next one fills. An addition is acknowledged, and passed on, only after
//! the commit that holds it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use ed25519_dalek::{Signature as Ed25519, VerifyingKey};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};
use tokio::task::block_in_place;
use tokio::time::Instant;

use super::group::{Group, Item};
use super::metrics::Operation;
use super::office::{Office, frame, now};
use super::outbox::Outbox;
use super::readers::Seat;
use super::store::{Added, Addition, MailStore, NotAdded, SealedEntry, StoreError};
use crate::sync::wire::{EntryId, Kind, Mailbox, Refusal, RelayFrame, Signature, entry_message};

/// Most additions in one commit.
const GROUP_MAX: usize = 1024;
/// The least time from the beginning of one commit to the next: without it a fast disk would make many small groups, and
/// each costs every reader a message. One that comes alone doesn't wait.
const PACE: Duration = Duration::from_millis(8);

/// What the writer is given.
pub(super) enum Post {
    Letter(Box<Letter>),
    /// To be answered when all before is done.
    Finish(oneshot::Sender<()>),
}

/// Entries that a device appends, and where to answer.
pub(super) struct Letter {
    pub from: Seat,
    pub channel: u16,
    pub outbox: Arc<Outbox>,
    pub mailbox: Mailbox,
    pub writer: VerifyingKey,
    pub entries: Vec<Unchecked>,
    /// Held until the letter is dealt with, so that not too much waits at a time.
    pub _room: OwnedSemaphorePermit,
}

/// An entry whose signature was not checked.
pub(super) struct Unchecked {
    pub kind: Kind,
    pub covers: u64,
    pub signature: Signature,
    pub sealed: Bytes,
}

impl Letter {
    fn refuse(&self, code: Refusal, detail: &str) {
        self.outbox.put(frame(&RelayFrame::Refused { channel: Some(self.channel), code, detail }));
    }
}

/// Stores what it is given, for as long as somebody may give it something.
pub(super) async fn run<S: MailStore>(office: Arc<Office<S>>, mut post: mpsc::Receiver<Post>) {
    let mut received = Vec::new();
    let mut next = Instant::now();
    while 0 < post.recv_many(&mut received, GROUP_MAX).await {
        if Instant::now() < next {
            tokio::time::sleep_until(next).await;
            while received.len() < GROUP_MAX && post.try_recv().map(|more| received.push(more)).is_ok() {}
        }
        next = Instant::now() + PACE;
        let mut letters = Vec::with_capacity(received.len());
        let mut done = Vec::new();
        for item in received.drain(..) {
            match item {
                Post::Letter(letter) => letters.push(*letter),
                Post::Finish(asked) => done.push(asked),
            }
        }
        store(&office, letters).await;
        for asked in done {
            // Whoever asked may have stopped waiting.
            let _ = asked.send(());
        }
    }
}

async fn store<S: MailStore>(office: &Office<S>, letters: Vec<Letter>) {
    if letters.is_empty() {
        return;
    }
    let (letters, additions) = block_in_place(|| check(office, letters));
    let _delivering = office.delivering.lock().await;
    match append(office, &additions).await {
        Ok(added) => pass_on(office, &letters, &additions, added).await,
        // What doesn't fit may be one of them; the others are not to suffer for it.
        Err(StoreError::DiskFull) if 1 < additions.len() => {
            for (letter, addition) in letters.into_iter().zip(additions) {
                let (letter, addition) = ([letter], [addition]);
                match append(office, &addition).await {
                    Ok(added) => pass_on(office, &letter, &addition, added).await,
                    Err(cause) => refuse(office, &letter, &cause),
                }
            }
        }
        Err(cause) => refuse(office, &letters, &cause),
    }
}

async fn append<S: MailStore>(office: &Office<S>, additions: &[Addition]) -> Result<Vec<Added>, StoreError> {
    if additions.is_empty() {
        return Ok(Vec::new());
    }
    office.ask(Operation::Append, office.store.append(additions, now(), office.limits.mailbox_max)).await
}

fn refuse<S: MailStore>(office: &Office<S>, letters: &[Letter], cause: &StoreError) {
    let (code, detail) = match cause {
        StoreError::DiskFull => (Refusal::DiskFull, "the relay's disk is full"),
        _ => (Refusal::Busy, "the relay's database failed"),
    };
    for letter in letters {
        office.metrics.refused(code);
        letter.refuse(code, detail);
    }
}

/// Lets through the letters whose every signature is right, and refuses the others.
fn check<S: MailStore>(office: &Office<S>, letters: Vec<Letter>) -> (Vec<Letter>, Vec<Addition>) {
    let (right, wrong): (Vec<_>, Vec<_>) = letters.into_iter().partition(is_right);
    for letter in wrong {
        office.metrics.refused(Refusal::Signature);
        letter.refuse(Refusal::Signature, "");
    }
    right.into_iter().map(sealed).unzip()
}

/// Whether every signature of a letter is right.
fn is_right(letter: &Letter) -> bool {
    letter.entries.iter().all(|entry| {
        let message = entry_message(&letter.mailbox, entry.kind, entry.covers, &entry.sealed);
        is_signed(&letter.writer, &message, &entry.signature)
    })
}

/// Whether the writer has signed these bytes, by the same check as devices make. Checking many at once would cost half,
/// but lets signatures through that devices refuse.
pub(super) fn is_signed(writer: &VerifyingKey, message: &[u8], signature: &Signature) -> bool {
    writer.verify_strict(message, &Ed25519::from_bytes(&signature.0)).is_ok()
}

/// Takes the entries out of a letter, to be stored.
fn sealed(mut letter: Letter) -> (Letter, Addition) {
    let entries = std::mem::take(&mut letter.entries)
        .into_iter()
        .map(|Unchecked { kind, covers, signature, sealed }| {
            let id = EntryId::of(&sealed);
            SealedEntry { id, kind, covers, signature, sealed }
        })
        .collect();
    let addition = Addition { mailbox: letter.mailbox, entries };
    (letter, addition)
}

/// Acknowledges what was stored, and sends it to the others.
async fn pass_on<S: MailStore>(office: &Office<S>, letters: &[Letter], additions: &[Addition], added: Vec<Added>) {
    let mut items: HashMap<Mailbox, Vec<Item>> = HashMap::new();
    let mut count = 0;
    for ((letter, addition), added) in letters.iter().zip(additions).zip(added) {
        let stored = match added {
            Ok(stored) => stored,
            Err(why) => {
                let (code, detail) = match why {
                    NotAdded::NoMailbox => (Refusal::NotOpen, ""),
                    NotAdded::MailboxFull => (Refusal::Quota, ""),
                    NotAdded::CoversTooMuch => (Refusal::Malformed, "a snapshot covers more than there is"),
                };
                office.metrics.refused(code);
                letter.refuse(code, detail);
                continue;
            }
        };
        let known: Vec<_> = stored.iter().filter(|stored| !stored.is_new).map(|stored| stored.receipt).collect();
        if !known.is_empty() {
            letter.outbox.put(frame(&RelayFrame::Acknowledged { channel: letter.channel, receipts: known }));
        }
        let of_mailbox = items.entry(letter.mailbox).or_default();
        for (stored, entry) in stored.iter().zip(&addition.entries).filter(|(stored, _)| stored.is_new) {
            of_mailbox.push(Item::new(stored.receipt, entry, letter.from));
            count += 1;
        }
    }
    office.metrics.appends.inc_by(count);
    office.metrics.group_entries.observe(f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
    for (mailbox, items) in items {
        let Some(room) = office.readers.room(&mailbox) else { continue };
        let groups: Vec<_> = Group::of(items).into_iter().map(Arc::new).collect();
        office.deliver(&room, &groups).await;
    }
}
