//! One document on a line.

use std::collections::BTreeMap;

use super::sending::Pending;
use super::{Broken, Effect, Work};
use crate::crypto::{Access, Keys};
use crate::sync::held::Head;
use crate::sync::message::{Batch, Whisper};
use crate::sync::status::{Device, Problem, Reach};
use crate::sync::wire::{
    ClientFrame, Entry, EntryId, Kind, Mailbox, Mark, NewEntry, Receipt, Refusal, RelayFrame, Signature, Token,
    Welcome, WriterKey, destroy_message, entry_message, mailbox_message,
};
use crate::sync::{DocumentName, Held, Progress, Status};

/// Changes within this many milliseconds go together.
const GATHER: i64 = 200;
/// Who took something in says so at most once in so many milliseconds,
const WHISPER_EACH: i64 = 5_000;
/// and says that it is there at least once in so many, when others are.
const WHISPER_AT_LEAST: i64 = 60_000;
/// A mailbox that isn't there is asked for again after so many milliseconds.
const REOPEN: i64 = 60_000;
/// What was sent is answered within so many milliseconds, or the connection is given up.
const ANSWER_MAX: i64 = 60_000;
/// The most devices that are remembered.
const DEVICES_MAX: usize = 100;

pub(super) struct Channel {
    pub(super) number: u16,
    pub(super) document: DocumentName,
    pub(super) keys: Keys,
    pub(super) progress: Progress,
    /// The document has moved to another mailbox, and this one is to be destroyed.
    pub(super) leaving: bool,
    /// Nothing is sent into it: the document has moved, and the relay has not said no to the mailbox that it moved to.
    pub(super) quiet: bool,
    admission: String,
    phase: Phase,
    ahead: Option<Ahead>,
    pub(super) pending: Vec<Pending>,
    /// When something was sent that the relay answers, or when it last did.
    pub(super) sent: i64,
    /// When what is not at the relay is to be sent.
    pub(super) due: Option<i64>,
    whisper_due: Option<i64>,
    whispered: i64,
    /// How long the log must be for the next snapshot.
    pub(super) snapshot_at: u64,
    pub(super) snapshot_after: u64,
    /// The relay doesn't take the whole document in one entry.
    pub(super) whole_too_large: bool,
    pub(super) unsent: bool,
    pub(super) problem: Option<Problem>,
    pub(super) refusals: u32,
    readers: u16,
    devices: BTreeMap<[u8; 8], (i64, Device)>,
    shown: Option<Status>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Closed,
    Opening,
    Creating,
    CatchingUp,
    Live,
    /// Asked to be destroyed.
    Destroying,
    /// The relay doesn't open it; to be asked again at a time, or never.
    Shut {
        retry: i64,
    },
    /// To be forgotten.
    Gone,
}

/// A snapshot came first, and what it covers didn't. The device has come no further until it has all up to the snapshot.
struct Ahead {
    number: u64,
    covers: u64,
    mark: Mark,
    /// The number that comes next, and the mark before it where that is known.
    next: u64,
    before: Option<Mark>,
    tips: Vec<Head>,
}

/// What came with an entry.
#[derive(Default)]
struct Read {
    /// Its changes that no other of it builds on,
    tips: Vec<Head>,
    /// what its changes build on,
    deps: Vec<Head>,
    /// and its changes.
    changes: Option<Vec<u8>>,
}

impl Channel {
    pub(super) fn new(
        number: u16,
        document: DocumentName,
        access: &Access,
        mut progress: Progress,
        admission: &str,
        leaving: bool,
        snapshot_after: u64,
    ) -> Self {
        if progress.unread != 0 {
            // The program may be newer by now.
            progress.begin_again();
        }
        Self {
            number,
            document,
            keys: access.keys(),
            progress,
            leaving,
            quiet: leaving,
            admission: admission.to_owned(),
            phase: Phase::Closed,
            ahead: None,
            pending: Vec::new(),
            sent: 0,
            due: None,
            whisper_due: None,
            whispered: i64::MIN,
            snapshot_at: snapshot_after,
            snapshot_after,
            whole_too_large: false,
            unsent: true,
            problem: None,
            refusals: 0,
            readers: 0,
            devices: BTreeMap::new(),
            shown: None,
        }
    }

    pub(super) fn mailbox(&self) -> Mailbox {
        Mailbox(self.keys.mailbox())
    }

    pub(super) fn is_closed(&self) -> bool {
        matches!(self.phase, Phase::Closed | Phase::Shut { .. } | Phase::Gone)
    }

    /// Whether the relay doesn't open it.
    pub(super) fn is_shut(&self) -> bool {
        matches!(self.phase, Phase::Shut { .. })
    }

    pub(super) fn is_gone(&self) -> bool {
        self.phase == Phase::Gone
    }

    /// Whether the relay holds all of the document in this mailbox, which is not one to be left.
    pub(super) fn is_whole(&self) -> bool {
        !self.leaving && self.phase == Phase::Live && self.pending.is_empty() && !self.unsent
    }

    pub(super) fn close(&mut self) {
        self.phase = Phase::Closed;
        self.pending.clear();
        (self.ahead, self.due, self.whisper_due, self.readers) = (None, None, None, 0);
    }

    pub(super) fn changed(&mut self, now: i64) {
        self.unsent = true;
        self.due.get_or_insert(now.saturating_add(GATHER));
    }

    pub(super) fn hurry(&mut self, now: i64) {
        self.due = self.due.map(|due| due.min(now));
    }

    pub(super) fn next_tick(&self) -> Option<i64> {
        match self.phase {
            Phase::Closed => Some(i64::MIN),
            Phase::Shut { retry } => Some(retry),
            _ if self.waits() => Some(self.sent.saturating_add(ANSWER_MAX)),
            Phase::Live if !self.quiet => {
                let due = self.due.filter(|_| self.keys.may_write());
                [due, self.whisper_due].into_iter().flatten().min()
            }
            _ => None,
        }
    }

    /// Whether the relay owes an answer.
    fn waits(&self) -> bool {
        match self.phase {
            Phase::Opening | Phase::Creating | Phase::CatchingUp | Phase::Destroying => true,
            Phase::Live => !self.pending.is_empty(),
            Phase::Closed | Phase::Shut { .. } | Phase::Gone => false,
        }
    }

    /// Does what is due.
    pub(super) fn go_on<D: Held>(&mut self, welcome: &Welcome, work: &mut Work<'_, D>) -> Result<(), Broken> {
        let now = work.now.running;
        match self.phase {
            Phase::Closed => self.open(welcome, work),
            Phase::Shut { retry } if retry <= now => self.open(welcome, work),
            _ if self.waits() && self.sent.saturating_add(ANSWER_MAX) <= now => return Err(Broken),
            Phase::Live if !self.quiet => {
                if self.keys.may_write() && self.pending.is_empty() && self.due.is_some_and(|due| due <= now) {
                    self.due = None;
                    self.send_changes(welcome, work);
                }
                if self.whisper_due.is_some_and(|due| due <= now) {
                    self.whisper(work);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn open<D: Held>(&mut self, welcome: &Welcome, work: &mut Work<'_, D>) {
        let Some(document) = work.documents.get(&self.document) else {
            self.phase = Phase::Shut { retry: work.now.running.saturating_add(REOPEN) };
            return;
        };
        // Progress that speaks of changes that are not here was stored without them: it is worth nothing.
        let sound = self.progress.at_relay.iter().all(|head| document.holds(head));
        if self.progress.epoch != welcome.epoch.0 || !sound {
            self.begin_again();
            self.progress.epoch = welcome.epoch.0;
        }
        (self.phase, self.sent) = (Phase::Opening, work.now.running);
        work.send(&ClientFrame::Open {
            channel: self.number,
            mailbox: self.mailbox(),
            token: Token(*self.keys.token()),
            after: self.progress.number,
            mark: Mark(self.progress.mark),
        });
    }

    fn create<D: Held>(&mut self, work: &mut Work<'_, D>) {
        let (mailbox, token_hash) = (self.mailbox(), Token(*self.keys.token()).hash());
        let message = mailbox_message(&mailbox, &token_hash, &self.admission);
        let Some(signature) = self.keys.sign(&message) else { return };
        self.begin_again();
        (self.phase, self.sent) = (Phase::Creating, work.now.running);
        work.send(&ClientFrame::Create {
            channel: self.number,
            mailbox,
            token_hash,
            writer: WriterKey(self.keys.writer()),
            admission: &self.admission,
            signature: Signature(signature),
        });
    }

    /// What the relay is about to send is all that it holds.
    fn begin_again(&mut self) {
        self.progress.begin_again();
        self.devices.values_mut().for_each(|(_, device)| device.seen = 0);
        self.snapshot_at = self.snapshot_after;
        self.unsent = true;
    }

    /// Destroys the mailbox if it is one to be left, and all that it held is here: what this device could not read, a newer
    /// program may.
    pub(super) fn destroy<D: Held>(&mut self, welcome: &Welcome, work: &mut Work<'_, D>) {
        if !self.leaving || self.phase != Phase::Live || self.progress.unread != 0 {
            return;
        }
        let message = destroy_message(&self.mailbox(), &welcome.challenge);
        let Some(signature) = self.keys.sign(&message) else {
            self.phase = Phase::Gone;
            return;
        };
        (self.phase, self.sent) = (Phase::Destroying, work.now.running);
        work.send(&ClientFrame::Destroy { channel: self.number, signature: Signature(signature) });
    }

    /// Takes note of a frame. Whether the document has just come up to date.
    pub(super) fn frame<D: Held>(&mut self, frame: RelayFrame<'_>, work: &mut Work<'_, D>) -> Result<bool, Broken> {
        match frame {
            RelayFrame::Opened { head, reset, readers, .. } => {
                self.opened(head, reset, readers)?;
                self.sent = work.now.running;
            }
            RelayFrame::Entries { entries, .. } => {
                if !matches!(self.phase, Phase::CatchingUp | Phase::Live | Phase::Destroying) {
                    return Ok(false);
                }
                if self.phase == Phase::CatchingUp {
                    self.sent = work.now.running;
                }
                for entry in &entries {
                    self.entry(entry, work)?;
                }
            }
            RelayFrame::CaughtUp { head, .. } => return self.caught_up(head, work),
            RelayFrame::Acknowledged { receipts, .. } => {
                if self.phase == Phase::Live {
                    for receipt in &receipts {
                        self.receipt(receipt, work)?;
                    }
                }
            }
            RelayFrame::Whispered { signature, sealed, .. } => self.whispered(signature, sealed, work),
            RelayFrame::Refused { code, .. } => self.refused(code, work),
            RelayFrame::Presence { readers, .. } => {
                if self.readers < readers {
                    self.whisper_soon(work.now.running);
                }
                self.readers = readers;
            }
            RelayFrame::Welcome(_) | RelayFrame::Pong(_) => {}
        }
        Ok(false)
    }

    fn opened(&mut self, head: u64, reset: bool, readers: u16) -> Result<(), Broken> {
        if !matches!(self.phase, Phase::Opening | Phase::Creating) {
            return Err(Broken);
        }
        if reset {
            self.begin_again();
        } else if head < self.progress.number {
            return Err(self.nonsense());
        }
        self.phase = Phase::CatchingUp;
        (self.ahead, self.readers, self.problem) = (None, readers, None);
        Ok(())
    }

    /// What came contradicts what came before: all is asked for again.
    fn nonsense(&mut self) -> Broken {
        self.begin_again();
        self.problem = Some(Problem::Nonsense);
        Broken
    }

    fn entry<D: Held>(&mut self, entry: &Entry<'_>, work: &mut Work<'_, D>) -> Result<(), Broken> {
        let next = self.ahead.as_ref().map_or(self.progress.number.saturating_add(1), |ahead| ahead.next);
        let new = &entry.new;
        if entry.number < next || self.ahead.as_ref().is_some_and(|ahead| ahead.number == entry.number) {
            return Ok(());
        }
        if entry.number == next {
            let before = self.ahead.as_ref().map_or(Some(Mark(self.progress.mark)), |ahead| ahead.before);
            if before.is_some_and(|before| before.after(new.id()) != entry.mark) {
                return Err(self.nonsense());
            }
        } else {
            let first = self.ahead.is_none() && self.phase == Phase::CatchingUp && new.kind == Kind::Snapshot;
            if !first || entry.number <= new.covers {
                return Err(Broken);
            }
            // Otherwise the relay could make a device pass over what it has not read, for good.
            if !self.is_signed(new) {
                return Err(self.nonsense());
            }
            let (number, covers, mark) = (entry.number, new.covers, entry.mark);
            let next = covers.saturating_add(1);
            self.ahead = Some(Ahead { number, covers, mark, next, before: None, tips: Vec::new() });
        }
        let Read { tips, deps, changes } = self.read(entry, work).unwrap_or_default();
        let Some(document) = work.documents.get(&self.document) else { return Err(Broken) };
        match &mut self.ahead {
            None => {
                (self.progress.number, self.progress.mark) = (entry.number, entry.mark.0);
                self.progress.since_snapshot = if new.kind == Kind::Snapshot {
                    uncovered(entry.number, new.covers)
                } else {
                    self.progress.since_snapshot.saturating_add(1)
                };
                self.progress.add(&tips, &deps, document);
            }
            Some(ahead) => {
                ahead.tips.retain(|head| !deps.contains(head));
                ahead.tips.extend(tips);
                if entry.number != ahead.number {
                    (ahead.next, ahead.before) = (entry.number.saturating_add(1), Some(entry.mark));
                }
                if ahead.next == ahead.number {
                    (ahead.next, ahead.before) = (ahead.number.saturating_add(1), Some(ahead.mark));
                }
                if ahead.number < ahead.next {
                    let number = ahead.next.saturating_sub(1);
                    self.progress.number = number;
                    self.progress.mark = ahead.before.unwrap_or(ahead.mark).0;
                    self.progress.since_snapshot = number.saturating_sub(ahead.covers);
                    let tips = std::mem::take(&mut ahead.tips);
                    self.progress.add(&tips, &[], document);
                    self.ahead = None;
                }
            }
        }
        // While much comes, the question is put off until all of it is here.
        self.unsent = self.phase != Phase::Live || self.progress.tidy(document);
        self.whisper_soon(work.now.running);
        self.store(changes, work);
        Ok(())
    }

    fn is_signed(&self, new: &NewEntry<'_>) -> bool {
        let message = entry_message(&self.mailbox(), new.kind, new.covers, new.sealed);
        self.keys.is_signed(&message, &new.signature.0)
    }

    /// What an entry holds, which has been taken in. `None`: it is left out, and counted.
    fn read<D: Held>(&mut self, entry: &Entry<'_>, work: &mut Work<'_, D>) -> Option<Read> {
        let NewEntry { kind, sealed, .. } = entry.new;
        if !self.is_signed(&entry.new) {
            self.progress.forged = self.progress.forged.saturating_add(1);
            return None;
        }
        let taken = self.keys.open(kind.number(), sealed).ok().and_then(|plain| {
            let batch = Batch::from_bytes(&plain)?;
            let taken = work.documents.get_mut(&self.document)?.take_in(batch.changes).ok()?;
            Some((batch.from, batch.at, batch.seen, taken, batch.changes.to_vec()))
        });
        let Some((from, at, seen, taken, changes)) = taken else {
            self.progress.unread = self.progress.unread.saturating_add(1);
            return None;
        };
        if from.id == work.me.id {
            if self.progress.mine < entry.number {
                (self.progress.mine, self.progress.mine_at) = (entry.number, Some(entry.at));
                self.progress.mine_seen = None;
            }
        } else {
            let device = Device { card: from, heard: entry.at, seen: seen.min(entry.number), writes: true };
            self.hear(device, at, work.now.clock);
        }
        Some(Read { tips: taken.heads, deps: taken.deps, changes: Some(changes) })
    }

    /// Another device said something at `at` by its own clock, in seconds.
    fn hear(&mut self, device: Device, at: i64, clock: i64) {
        if self.progress.mine != 0 && self.progress.mine <= device.seen {
            self.progress.mine_seen.get_or_insert(clock);
        }
        let id = device.card.id;
        if self.devices.len() < DEVICES_MAX || self.devices.contains_key(&id) {
            let (said, known) = self.devices.entry(id).or_insert_with(|| (at, device.clone()));
            // What was said before is not news, whoever repeats it; nor may a reader speak for a writer.
            if *said <= at && (device.writes || !known.writes) {
                *said = at;
                *known = Device { heard: known.heard.max(device.heard), seen: known.seen.max(device.seen), ..device };
            }
        }
    }

    fn caught_up<D: Held>(&mut self, head: u64, work: &mut Work<'_, D>) -> Result<bool, Broken> {
        match self.phase {
            Phase::CatchingUp => {}
            Phase::Opening | Phase::Creating => return Err(Broken),
            _ => return Ok(false),
        }
        if self.ahead.is_some() || self.progress.number < head {
            return Err(Broken);
        }
        self.phase = Phase::Live;
        self.refusals = 0;
        if let Some(document) = work.documents.get(&self.document) {
            self.unsent = self.progress.tidy(document);
        }
        self.due = Some(work.now.running);
        self.whisper_soon(work.now.running);
        self.store(None, work);
        Ok(true)
    }

    fn receipt<D: Held>(&mut self, receipt: &Receipt, work: &mut Work<'_, D>) -> Result<(), Broken> {
        let next = self.progress.number.saturating_add(1);
        if next < receipt.number {
            return Err(Broken);
        }
        let of = self.pending.iter().position(|pending| pending.id == receipt.id).map(|at| self.pending.remove(at));
        if receipt.number == next {
            if Mark(self.progress.mark).after(receipt.id) != receipt.mark {
                return Err(self.nonsense());
            }
            (self.progress.number, self.progress.mark) = (receipt.number, receipt.mark.0);
            self.progress.since_snapshot = self.progress.since_snapshot.saturating_add(1);
        }
        let Some(document) = work.documents.get(&self.document) else { return Err(Broken) };
        if let Some(Pending { tips, deps, covers, .. }) = of {
            self.progress.add(&tips, &deps, document);
            if let Some(covers) = covers {
                self.progress.since_snapshot = uncovered(receipt.number, covers);
                self.snapshot_at = self.snapshot_after;
            }
            if self.progress.mine < receipt.number {
                (self.progress.mine, self.progress.mine_at) = (receipt.number, Some(receipt.at));
                self.progress.mine_seen = None;
            }
            (self.problem, self.refusals) = (None, 0);
        }
        self.unsent = self.progress.tidy(document);
        if self.pending.is_empty() {
            self.after_sending(work.now.running);
        }
        self.store(None, work);
        Ok(())
    }

    fn whispered<D: Held>(&mut self, signature: Signature, sealed: &[u8], work: &mut Work<'_, D>) {
        let writes = signature != Signature::NONE;
        let kind = if writes { Kind::Whisper } else { Kind::Nod };
        let message = entry_message(&self.mailbox(), kind, 0, sealed);
        if writes && !self.keys.is_signed(&message, &signature.0) {
            self.progress.forged = self.progress.forged.saturating_add(1);
            return;
        }
        let plain = self.keys.open(kind.number(), sealed);
        let Some(Whisper { from, at, seen }) = plain.ok().and_then(|plain| Whisper::from_bytes(&plain)) else { return };
        if from.id != work.me.id {
            let before = self.progress.mine_seen;
            let clock = work.now.clock;
            self.hear(Device { card: from, heard: clock, seen, writes }, at, clock);
            if self.progress.mine_seen != before {
                self.store(None, work);
            }
        }
    }

    fn whisper_soon(&mut self, now: i64) {
        let due = now.max(self.whispered.saturating_add(WHISPER_EACH));
        self.whisper_due = Some(self.whisper_due.map_or(due, |before| before.min(due)));
    }

    fn whisper<D: Held>(&mut self, work: &mut Work<'_, D>) {
        let now = work.now.running;
        self.whispered = now;
        self.whisper_due = Some(now.saturating_add(WHISPER_AT_LEAST));
        if self.readers < 2 {
            return;
        }
        let whisper = Whisper { from: work.me.clone(), at: work.now.clock / 1_000, seen: self.progress.number };
        // Who may only read can't sign, and nods.
        let kind = if self.keys.may_write() { Kind::Whisper } else { Kind::Nod };
        let sealed = self.keys.seal(kind.number(), (work.random)(), &whisper.to_bytes());
        let message = entry_message(&self.mailbox(), kind, 0, &sealed);
        let signature = self.keys.sign(&message).map_or(Signature::NONE, Signature);
        work.send(&ClientFrame::Whisper { channel: self.number, signature, sealed: &sealed });
    }

    fn refused<D: Held>(&mut self, code: Refusal, work: &mut Work<'_, D>) {
        let now = work.now.running;
        match (self.phase, code) {
            (Phase::Opening, Refusal::NotOpen) if self.keys.may_write() && !self.leaving => self.create(work),
            (Phase::Opening | Phase::Live | Phase::Destroying, Refusal::NotOpen) if self.leaving => {
                self.phase = Phase::Gone;
                let mailbox = self.keys.mailbox();
                work.effects.push(Effect::Left { document: self.document.clone(), mailbox });
            }
            (_, Refusal::NotOpen) => {
                self.close();
                self.phase = Phase::Shut { retry: now.saturating_add(REOPEN) };
                self.problem = Some(Problem::NoMailbox);
            }
            // A nod that isn't taken is no matter.
            (Phase::Live, _) if !self.keys.may_write() => {}
            (Phase::Live, code) => self.not_taken(code, work),
            (_, code) => {
                self.close();
                self.phase = Phase::Shut { retry: now.saturating_add(REOPEN) };
                self.problem = Some(Problem::Refused(code));
            }
        }
    }

    pub(super) fn store<D: Held>(&self, changes: Option<Vec<u8>>, work: &mut Work<'_, D>) {
        let (document, mailbox) = (self.document.clone(), self.keys.mailbox());
        work.effects.push(Effect::Store { document, mailbox, changes, progress: self.progress.clone() });
    }

    pub(super) fn show<D: Held>(
        &mut self,
        reach: Reach,
        problem: Option<Problem>,
        clock_off: Option<i64>,
        work: &mut Work<'_, D>,
    ) {
        let status = Status {
            reach: match self.phase {
                Phase::Live | Phase::Destroying => Reach::Live,
                Phase::CatchingUp => Reach::CatchingUp,
                _ => reach,
            },
            unsent: self.unsent,
            at_relay: self.progress.mine_at,
            seen: self.progress.mine_seen,
            problem: problem.or(self.problem),
            others: self.readers.saturating_sub(1),
            devices: self.devices.values().map(|(_, device)| device.clone()).collect(),
            forged: self.progress.forged,
            unread: self.progress.unread,
            clock_off,
        };
        if self.shown.as_ref() != Some(&status) {
            self.shown = Some(status.clone());
            work.effects.push(Effect::Show(self.document.clone(), Box::new(status)));
        }
    }

    /// The id of what was sealed, with the writers' signature over it.
    pub(super) fn signed(&self, kind: Kind, covers: u64, sealed: &[u8]) -> Option<(EntryId, Signature)> {
        let signature = self.keys.sign(&entry_message(&self.mailbox(), kind, covers, sealed))?;
        Some((EntryId::of(sealed), Signature(signature)))
    }
}

/// How many entries a snapshot with this number doesn't cover: those that were stored while it was on its way.
fn uncovered(number: u64, covers: u64) -> u64 {
    number.saturating_sub(covers).saturating_sub(1)
}
