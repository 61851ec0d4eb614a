//! Who has which mailbox open on this relay.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::catch_up::Beginning;
use super::group::Group;
use super::outbox::Outbox;
use super::store::{MailboxId, NameHash};
use crate::sync::wire::{Mailbox, Refusal, RelayFrame};

/// A mailbox that is open on a connection; no two have the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Seat(pub(super) u64);

/// Who has which mailbox open.
#[derive(Default)]
pub(super) struct Readers {
    rooms: Mutex<HashMap<Mailbox, Arc<Room>>>,
    seats: AtomicU64,
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
    fn rooms(&self) -> MutexGuard<'_, HashMap<Mailbox, Arc<Room>>> {
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
        let room = rooms.entry(name).or_insert_with(|| Arc::new(Room::new(&name, mailbox, head)));
        if room.mailbox != mailbox {
            // The mailbox was destroyed and made anew, and the news of it are not here yet.
            room.turn_out();
            *room = Arc::new(Room::new(&name, mailbox, head));
        }
        let mut inside = room.inside();
        outbox.open(channel, seat, beginning);
        inside.sitting.push(Sitting { seat, channel, outbox: outbox.clone() });
        inside.tell_presence(seat);
        (seat, inside.count())
    }

    /// A connection reads a mailbox no more.
    pub(super) fn leave(&self, name: &Mailbox, seat: Seat) {
        let mut rooms = self.rooms();
        let Some(room) = rooms.get(name) else { return };
        let mut inside = room.inside();
        inside.sitting.retain(|sitting| sitting.seat != seat);
        inside.tell_presence(seat);
        let is_empty = inside.sitting.is_empty();
        drop(inside);
        if is_empty {
            rooms.remove(name);
        }
    }

    /// Those who have the mailbox open, if anybody has.
    pub(super) fn room(&self, name: &Mailbox) -> Option<Arc<Room>> {
        self.rooms().get(name).cloned()
    }

    /// Those who have the mailbox with that hash open.
    pub(super) fn room_by_hash(&self, hash: NameHash) -> Option<(Mailbox, Arc<Room>)> {
        let rooms = self.rooms();
        rooms.iter().find(|(_, room)| room.hash == hash).map(|(name, room)| (*name, room.clone()))
    }

    /// All rooms.
    pub(super) fn all(&self) -> Vec<(Mailbox, Arc<Room>)> {
        self.rooms().iter().map(|(name, room)| (*name, room.clone())).collect()
    }

    /// Turns everybody out of a mailbox that is gone.
    pub(super) fn close(&self, name: &Mailbox) {
        if let Some(room) = self.rooms().remove(name) {
            room.turn_out();
        }
    }
}

impl Room {
    fn new(name: &Mailbox, mailbox: MailboxId, head: u64) -> Self {
        Self { mailbox, hash: NameHash::of(name), inside: Mutex::new(Inside { delivered: head, sitting: Vec::new() }) }
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
    pub(super) fn whisper(&self, seat: Seat, frame: impl Fn(u16) -> Bytes) {
        for sitting in self.inside().sitting.iter().filter(|sitting| sitting.seat != seat) {
            // Whoever has fallen behind doesn't miss a whisper.
            let _ = sitting.outbox.put_if_room(frame(sitting.channel));
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
    fn count(&self) -> u16 {
        u16::try_from(self.sitting.len()).unwrap_or(u16::MAX)
    }

    /// Tells the others, not the one who comes or goes, how many there are.
    fn tell_presence(&self, but: Seat) {
        for sitting in self.sitting.iter().filter(|sitting| sitting.seat != but) {
            sitting.outbox.put_presence(sitting.channel, sitting.seat, self.count());
        }
    }
}
