//! What a device sends of a document.

use super::Work;
use super::channel::Channel;
use crate::document::OneChange;
use crate::sync::Held;
use crate::sync::held::Head;
use crate::sync::message::Batch;
use crate::sync::status::Problem;
use crate::sync::wire::{ClientFrame, ENTRY_MAX, EntryId, Kind, NewEntry, Refusal, Signature, Welcome};

/// So many entries after a snapshot, another one is worth its bytes.
pub(super) const SNAPSHOT_AFTER: u64 = 300;
/// More changes than this are sent as a whole document, which is far smaller.
const WHOLE_AFTER: usize = 1_000;
/// Changes are put together to entries of about so many bytes.
const BATCH: usize = 256 * 1024;
/// And entries to a frame of about so many.
const FRAME: usize = 4 * 1024 * 1024;
/// What sealing, and saying who sends it, may add to the changes.
const OVERHEAD: usize = 2_048;
/// The first and the longest time between two tries after a refusal, in milliseconds.
const AGAIN: (i64, i64) = (2_000, 60_000);

/// An entry that was sent and is not acknowledged yet.
pub(super) struct Pending {
    pub(super) id: EntryId,
    /// Its changes that no other of it builds on,
    pub(super) tips: Vec<Head>,
    /// and what its changes build on.
    pub(super) deps: Vec<Head>,
    /// Of a snapshot: the number up to which it covers the log.
    pub(super) covers: Option<u64>,
}

/// An entry, sealed and signed.
struct Ready {
    kind: Kind,
    covers: u64,
    signature: Signature,
    sealed: Vec<u8>,
    pending: Pending,
}

impl Channel {
    /// Sends what the relay lacks, or a snapshot if the log has become long.
    pub(super) fn send_changes<D: Held>(&mut self, welcome: &Welcome, work: &mut Work<'_, D>) {
        let room = usize::try_from(welcome.entry_max).unwrap_or(ENTRY_MAX).min(ENTRY_MAX).saturating_sub(OVERHEAD);
        let Some(document) = work.documents.get(&self.document) else { return };
        self.unsent = self.progress.tidy(document);
        let changes = document.changes_since(&self.progress.at_relay);
        let long = self.snapshot_at <= self.progress.since_snapshot;
        if changes.is_empty() && !long {
            return;
        }
        if (changes.is_empty() || WHOLE_AFTER < changes.len() && !self.whole_too_large) && self.send_whole(room, work) {
            return;
        }
        let mut ready = Vec::new();
        let mut size = 0;
        for group in groups(&changes, room) {
            let bytes: Vec<u8> = group.iter().flat_map(|change| change.bytes.iter().copied()).collect();
            if room < bytes.len() {
                self.problem = Some(Problem::Refused(Refusal::TooLarge));
                break;
            }
            if FRAME < size + bytes.len() && !ready.is_empty() {
                break;
            }
            size += bytes.len();
            let deps: Vec<Head> = group.iter().flat_map(|change| change.deps.iter().copied()).collect();
            let tips = group.iter().map(|change| change.hash).filter(|hash| !deps.contains(hash)).collect();
            ready.extend(self.ready(Kind::Changes, &bytes, tips, deps, work));
        }
        self.append(ready, work);
    }

    /// Sends the whole document, if it is known to hold all that the relay has, and fits into an entry.
    fn send_whole<D: Held>(&mut self, room: usize, work: &mut Work<'_, D>) -> bool {
        if self.progress.unread != 0 {
            self.snapshot_at = u64::MAX;
            return false;
        }
        let Some(document) = work.documents.get_mut(&self.document) else { return false };
        let (whole, tips) = (document.whole(), document.heads());
        if room < whole.len() {
            self.too_large();
            return false;
        }
        let deps = self.progress.at_relay.clone();
        let ready = self.ready(Kind::Snapshot, &whole, tips, deps, work);
        self.append(ready.into_iter().collect(), work);
        true
    }

    fn ready<D: Held>(
        &self,
        kind: Kind,
        changes: &[u8],
        tips: Vec<Head>,
        deps: Vec<Head>,
        work: &mut Work<'_, D>,
    ) -> Option<Ready> {
        let at = work.now.clock / 1_000;
        let batch = Batch { from: work.me.clone(), at, seen: self.progress.number, changes };
        let sealed = self.keys.seal(kind.number(), (work.random)(), &batch.to_bytes());
        let covers = if kind == Kind::Snapshot { self.progress.number } else { 0 };
        let (id, signature) = self.signed(kind, covers, &sealed)?;
        let pending = Pending { id, tips, deps, covers: (kind == Kind::Snapshot).then_some(covers) };
        Some(Ready { kind, covers, signature, sealed, pending })
    }

    fn append<D: Held>(&mut self, ready: Vec<Ready>, work: &mut Work<'_, D>) {
        if ready.is_empty() {
            return;
        }
        let entries = ready.iter().map(|ready| {
            let Ready { kind, covers, signature, sealed, .. } = ready;
            NewEntry { kind: *kind, covers: *covers, signature: *signature, sealed }
        });
        work.send(&ClientFrame::Append { channel: self.number, entries: entries.collect() });
        self.sent = work.now.running;
        self.pending = ready.into_iter().map(|ready| ready.pending).collect();
    }

    /// Everything that was sent is acknowledged.
    pub(super) fn after_sending(&mut self, now: i64) {
        if self.unsent || self.snapshot_at <= self.progress.since_snapshot {
            self.due = Some(self.due.map_or(now, |due| due.min(now)));
        }
    }

    /// The relay doesn't take what was sent; it is sent again later.
    pub(super) fn not_taken<D: Held>(&mut self, code: Refusal, work: &mut Work<'_, D>) {
        let snapshot = self.pending.iter().any(|pending| pending.covers.is_some());
        if snapshot && matches!(code, Refusal::TooLarge | Refusal::Quota) {
            self.too_large();
        }
        self.pending.clear();
        self.problem = Some(Problem::Refused(code));
        let (first, longest) = AGAIN;
        let wait = first.saturating_mul(1_i64.checked_shl(self.refusals).unwrap_or(i64::MAX)).clamp(first, longest);
        self.refusals = (self.refusals + 1).min(20);
        self.due = Some(work.now.running.saturating_add(super::jitter(wait, work.random)));
    }

    fn too_large(&mut self) {
        self.whole_too_large = true;
        self.snapshot_at = self.progress.since_snapshot.saturating_add(self.snapshot_after);
    }
}

/// The changes in groups of about [`BATCH`] bytes, or `room` where that is less.
fn groups(changes: &[OneChange], room: usize) -> Vec<&[OneChange]> {
    let limit = BATCH.min(room);
    let mut groups = Vec::new();
    let mut rest = changes;
    while !rest.is_empty() {
        let mut size = 0_usize;
        let fitting = rest.iter().take_while(|change| {
            size = size.saturating_add(change.bytes.len());
            size <= limit
        });
        let (group, left) = rest.split_at(fitting.count().max(1));
        groups.push(group);
        rest = left;
    }
    groups
}
