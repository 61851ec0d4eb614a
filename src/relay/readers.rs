//! Who has which mailbox open on this relay, and how many have it open on others that share the database.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;

use super::catch_up::Beginning;
use super::group::Group;
use super::outbox::Outbox;
use super::store::{MailboxId, NameHash, RelayName};
use crate::sync::wire::{Mailbox, Refusal, RelayFrame};

/// A mailbox that is open on a connection; no two have the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Seat(pub(super) u64);

/// Who has which mailbox open.
#[derive(Default)]
pub(super) struct Readers {
    rooms: Mutex<Rooms>,
    seats: AtomicU64,
    /// Whether there are others to be told of `changed`.
    has_others: bool,
    /// Mailboxes whose number of readers here has changed since others were told; with those that are new here, others
    /// are asked for theirs.
    changed: Mutex<HashMap<NameHash, bool>>,
    wake: Notify,
}

#[derive(Default)]
struct Rooms {
    by_name: HashMap<Mailbox, Arc<Room>>,
    by_hash: HashMap<NameHash, Mailbox>,
}

impl Rooms {
    fn put(&mut self, name: Mailbox, room: Arc<Room>) {
        self.by_hash.insert(room.hash, name);
        self.by_name.insert(name, room);
    }

    fn remove(&mut self, name: &Mailbox) -> Option<Arc<Room>> {
        let room = self.by_name.remove(name)?;
        self.by_hash.remove(&room.hash);
        Some(room)
    }
}

/// Those who have one mailbox open.
pub(super) struct Room {
    pub(super) mailbox: MailboxId,
    hash: NameHash,
    inside: Mutex<Inside>,
}

struct Inside {
    /// All up to this number has been passed on.
    delivered: u64,
    sitting: Vec<Sitting>,
    /// How many have it open at other relays.
    elsewhere: HashMap<RelayName, u16>,
}

struct Sitting {
    seat: Seat,
    channel: u16,
    outbox: Arc<Outbox>,
}

/// What became of groups that were to be passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delivery {
    Done,
    /// Another relay stored entries before these: those after this number are to be passed on first.
    After(u64),
}

impl Readers {
    /// Nobody yet. With `has_others`, other relays are to be told who comes and goes.
    pub(super) fn new(has_others: bool) -> Self {
        Self { has_others, ..Self::default() }
    }

    fn rooms(&self) -> MutexGuard<'_, Rooms> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a connection read a mailbox whose last entry is `head`. Says where it sits, and how many read it now.
    pub(super) fn join(
        &self,
        (name, mailbox, head): (Mailbox, MailboxId, u64),
        channel: u16,
        outbox: &Arc<Outbox>,
        beginning: Beginning,
    ) -> (Seat, u16) {
        let seat = Seat(self.seats.fetch_add(1, Ordering::Relaxed));
        let mut rooms = self.rooms();
        let known = rooms.by_name.get(&name).cloned();
        // Otherwise the mailbox was destroyed and made anew, and the news of it are not here yet.
        let (same, other): (Option<_>, Option<_>) = match known {
            Some(room) if room.mailbox == mailbox => (Some(room), None),
            other => (None, other),
        };
        if let Some(other) = other {
            other.turn_out();
        }
        self.has_changed(NameHash::of(&name), same.is_none());
        let room = same.unwrap_or_else(|| {
            let room = Arc::new(Room::new(&name, mailbox, head));
            rooms.put(name, room.clone());
            room
        });
        let mut inside = room.inside();
        outbox.open(channel, seat, beginning);
        inside.sitting.push(Sitting { seat, channel, outbox: outbox.clone() });
        inside.tell_presence(Some(seat));
        (seat, inside.count())
    }

    /// A connection reads a mailbox no more.
    pub(super) fn leave(&self, name: &Mailbox, seat: Seat) {
        let mut rooms = self.rooms();
        let Some(room) = rooms.by_name.get(name).cloned() else { return };
        self.has_changed(room.hash, false);
        let mut inside = room.inside();
        inside.sitting.retain(|sitting| sitting.seat != seat);
        inside.tell_presence(Some(seat));
        let is_empty = inside.sitting.is_empty();
        drop(inside);
        if is_empty {
            rooms.remove(name);
        }
    }

    /// Those who have the mailbox open, if anybody has.
    pub(super) fn room(&self, name: &Mailbox) -> Option<Arc<Room>> {
        self.rooms().by_name.get(name).cloned()
    }

    /// Those who have the mailbox with that hash open.
    pub(super) fn room_by_hash(&self, hash: NameHash) -> Option<(Mailbox, Arc<Room>)> {
        let rooms = self.rooms();
        let name = *rooms.by_hash.get(&hash)?;
        Some((name, rooms.by_name.get(&name)?.clone()))
    }

    /// All rooms.
    pub(super) fn all(&self) -> Vec<(Mailbox, Arc<Room>)> {
        self.rooms().by_name.iter().map(|(name, room)| (*name, room.clone())).collect()
    }

    /// Turns everybody out of a mailbox that is gone.
    pub(super) fn close(&self, name: &Mailbox) {
        if let Some(room) = self.rooms().remove(name) {
            self.has_changed(room.hash, false);
            room.turn_out();
        }
    }

    fn has_changed(&self, mailbox: NameHash, is_new: bool) {
        if !self.has_others {
            return;
        }
        *self.changed.lock().unwrap_or_else(PoisonError::into_inner).entry(mailbox).or_default() |= is_new;
        self.wake.notify_one();
    }

    /// Waits until the number of readers has changed in some mailbox.
    pub(super) async fn until_changed(&self) {
        self.wake.notified().await;
    }

    /// The mailboxes whose number of readers has changed, whether others are to be asked for theirs, and the number.
    pub(super) fn take_changed(&self) -> Vec<(NameHash, bool, u16)> {
        let changed = std::mem::take(&mut *self.changed.lock().unwrap_or_else(PoisonError::into_inner));
        let count = |hash| self.room_by_hash(hash).map_or(0, |(_, room)| room.inside().here());
        changed.into_iter().map(|(hash, asks)| (hash, asks, count(hash))).collect()
    }

    /// Others are to hear how many read each mailbox here, and to say how many do there.
    pub(super) fn ask_everywhere(&self) {
        let all: Vec<_> = self.rooms().by_hash.keys().copied().collect();
        all.into_iter().for_each(|hash| self.has_changed(hash, true));
    }

    /// Takes note of how many read a mailbox at another relay.
    pub(super) fn note_elsewhere(&self, from: RelayName, mailbox: NameHash, count: u16, asks: bool) {
        let Some((_, room)) = self.room_by_hash(mailbox) else { return };
        room.note_elsewhere(|elsewhere| match count {
            0 => _ = elsewhere.remove(&from),
            count => _ = elsewhere.insert(from, count),
        });
        if asks {
            self.has_changed(mailbox, false);
        }
    }

    /// Forgets what is known of the relays that `is_gone` names.
    pub(super) fn forget_elsewhere(&self, is_gone: impl Fn(&RelayName) -> bool) {
        for (_, room) in self.all() {
            room.note_elsewhere(|elsewhere| elsewhere.retain(|relay, _| !is_gone(relay)));
        }
    }
}

impl Room {
    fn new(name: &Mailbox, mailbox: MailboxId, head: u64) -> Self {
        let inside = Inside { delivered: head, sitting: Vec::new(), elsewhere: HashMap::new() };
        Self { mailbox, hash: NameHash::of(name), inside: Mutex::new(inside) }
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number up to which all has been passed on.
    pub(super) fn delivered(&self) -> u64 {
        self.inside().delivered
    }

    /// Passes groups on to everybody; to those who wrote an entry, the receipt for it.
    pub(super) fn deliver(&self, groups: &[Arc<Group>]) -> Delivery {
        let mut inside = self.inside();
        for group in groups {
            if inside.delivered + 1 < group.first() {
                return Delivery::After(inside.delivered);
            }
            let is_new = inside.delivered < group.last();
            for sitting in &inside.sitting {
                if is_new || group.receipts(sitting.seat).next().is_some() {
                    sitting.outbox.put_group(sitting.channel, sitting.seat, group);
                }
            }
            inside.delivered = inside.delivered.max(group.last());
        }
        Delivery::Done
    }

    /// Has everybody read the store up to `number`; then passes `groups` on as if nothing were missing.
    pub(super) fn have_all_read(&self, number: u64) {
        let mut inside = self.inside();
        inside.delivered = inside.delivered.max(number);
        for sitting in &inside.sitting {
            sitting.outbox.put_news(sitting.channel, sitting.seat, number);
        }
    }

    /// Tells everybody but the one at `seat`, as far as they take what they are sent.
    pub(super) fn whisper(&self, seat: Option<Seat>, frame: impl Fn(u16) -> Bytes) {
        for sitting in self.inside().sitting.iter().filter(|sitting| Some(sitting.seat) != seat) {
            // Whoever has fallen behind doesn't miss a whisper.
            let _ = sitting.outbox.put_if_room(frame(sitting.channel));
        }
    }

    /// What others are told of it; `None` when nobody reads it elsewhere.
    pub(super) fn hash_for_others(&self) -> Option<NameHash> {
        (!self.inside().elsewhere.is_empty()).then_some(self.hash)
    }

    fn note_elsewhere(&self, note: impl FnOnce(&mut HashMap<RelayName, u16>)) {
        let mut inside = self.inside();
        let before = inside.count();
        note(&mut inside.elsewhere);
        if inside.count() != before {
            inside.tell_presence(None);
        }
    }

    fn turn_out(&self) {
        for sitting in std::mem::take(&mut self.inside().sitting) {
            let channel = Some(sitting.channel);
            sitting.outbox.close(sitting.channel, sitting.seat);
            sitting.outbox.put(RelayFrame::Refused { channel, code: Refusal::NotOpen, detail: "" }.to_bytes().into());
        }
    }
}

impl Inside {
    /// How many have it open at this relay.
    fn here(&self) -> u16 {
        u16::try_from(self.sitting.len()).unwrap_or(u16::MAX)
    }

    /// How many have it open anywhere.
    fn count(&self) -> u16 {
        self.elsewhere.values().fold(self.here(), |sum, count| sum.saturating_add(*count))
    }

    /// Tells the others, not the one who comes or goes, how many there are.
    fn tell_presence(&self, but: Option<Seat>) {
        for sitting in self.sitting.iter().filter(|sitting| Some(sitting.seat) != but) {
            sitting.outbox.put_presence(sitting.channel, sitting.seat, self.count());
        }
    }
}
