//! What waits to be sent to one device, with a bound.
//!
//! Live entries are queued while there is room. A mailbox that doesn't fit any more is *behind*: its entries are then
//! read from the store when the device is ready for them, and no memory is used for what it hasn't taken.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;

use super::catch_up::Beginning;
use super::group::{Group, Item};
use super::readers::Seat;
use super::store::StoredEntry;
use crate::sync::wire::{ENTRIES_MAX, Receipt, RelayFrame};

/// Most bytes that wait for one device. What is larger alone waits alone.
const WAITING_MAX: usize = 1024 * 1024;

/// What waits to be sent to one device.
#[derive(Default)]
pub(super) struct Outbox {
    state: Mutex<State>,
    wake: Notify,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Waiting>,
    bytes: usize,
    readings: BTreeMap<u16, Reading>,
}

enum Waiting {
    Group { channel: u16, seat: Seat, group: Arc<Group> },
    Frame(Bytes),
}

/// How far a mailbox has been sent.
struct Reading {
    seat: Seat,
    /// All up to this number has been sent.
    sent: u64,
    /// To be sent before what comes after `sent`, and then not again.
    first: Option<u64>,
    skip: Option<u64>,
    /// What comes next is to be read from the store.
    behind: bool,
    /// The highest number that came while this was behind.
    news: u64,
    /// Receipts that wait for their place in the order of numbers.
    own: BTreeMap<u64, Receipt>,
    /// Whether the device was told that it has caught up.
    greeted: bool,
    presence: Option<u16>,
}

/// What is to be read from the store for a mailbox that is behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Behind {
    pub channel: u16,
    pub after: u64,
    /// Only the entry after `after` is wanted.
    pub only_one: bool,
    /// The store is known to have had entries up to this number.
    pub news: u64,
}

/// Frames to send, and how many entries they hold.
#[derive(Default)]
pub(super) struct Parcel {
    pub frames: Vec<Bytes>,
    pub entries: usize,
}

impl Outbox {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until something was put in since the last time.
    pub(super) async fn filled(&self) {
        self.wake.notified().await;
    }

    /// Begins to send a mailbox: first what the store has.
    pub(super) fn open(&self, channel: u16, seat: Seat, beginning: Beginning) {
        let reading = Reading {
            seat,
            sent: beginning.after,
            first: beginning.first,
            skip: beginning.first,
            behind: true,
            news: 0,
            own: BTreeMap::new(),
            greeted: false,
            presence: None,
        };
        self.state().readings.insert(channel, reading);
        self.wake.notify_one();
    }

    /// Sends no more of a mailbox.
    pub(super) fn close(&self, channel: u16, seat: Seat) {
        let mut state = self.state();
        if state.reading(channel, seat).is_some() {
            state.readings.remove(&channel);
        }
    }

    /// Puts in a frame that is not to get lost.
    pub(super) fn put(&self, frame: Bytes) {
        let mut state = self.state();
        state.bytes += frame.len();
        state.waiting.push_back(Waiting::Frame(frame));
        drop(state);
        self.wake.notify_one();
    }

    /// Puts in a frame if the device takes what it is sent; says whether it did.
    pub(super) fn put_if_room(&self, frame: Bytes) -> bool {
        let has_room = self.state().bytes + frame.len() <= WAITING_MAX;
        if has_room {
            self.put(frame);
        }
        has_room
    }

    /// Puts in live entries, or notes that there are some.
    pub(super) fn put_group(&self, channel: u16, seat: Seat, group: &Arc<Group>) {
        let mut state = self.state();
        let has_room = state.bytes == 0 || state.bytes + group.bytes() <= WAITING_MAX;
        let Some(reading) = state.reading(channel, seat) else { return };
        if reading.behind || !has_room {
            reading.miss(group);
        } else {
            state.bytes += group.bytes();
            state.waiting.push_back(Waiting::Group { channel, seat, group: group.clone() });
        }
        drop(state);
        self.wake.notify_one();
    }

    /// Notes that there are entries up to `number` in the store.
    pub(super) fn put_news(&self, channel: u16, seat: Seat, number: u64) {
        let mut state = self.state();
        let Some(reading) = state.reading(channel, seat) else { return };
        reading.behind = true;
        reading.news = reading.news.max(number);
        drop(state);
        self.wake.notify_one();
    }

    /// Notes how many read a mailbox; only the last count is sent.
    pub(super) fn put_presence(&self, channel: u16, seat: Seat, readers: u16) {
        let mut state = self.state();
        let Some(reading) = state.reading(channel, seat) else { return };
        reading.presence = Some(readers);
        drop(state);
        self.wake.notify_one();
    }

    /// Takes out all that can be sent without reading the store.
    pub(super) fn take(&self) -> Parcel {
        let mut state = self.state();
        let mut parcel = Parcel::default();
        state.bytes = 0;
        for waiting in std::mem::take(&mut state.waiting) {
            match waiting {
                Waiting::Frame(frame) => parcel.frames.push(frame),
                Waiting::Group { channel, seat, group } => {
                    let Some(reading) = state.reading(channel, seat) else { continue };
                    if reading.sent + 1 < group.first() {
                        reading.miss(&group);
                        continue;
                    }
                    parcel.entries += group.frames(seat, channel, reading.sent, &mut parcel.frames);
                    reading.sent = reading.sent.max(group.last());
                }
            }
        }
        for (channel, reading) in &mut state.readings {
            if let Some(readers) = reading.presence.take_if(|_| reading.greeted) {
                parcel.frames.push(RelayFrame::Presence { channel: *channel, readers }.to_bytes().into());
            }
        }
        parcel
    }

    /// A mailbox that is behind; not the one that was served last, if there is another.
    pub(super) fn next_behind(&self, last: u16) -> Option<Behind> {
        let state = self.state();
        let is_behind = |(_, reading): &(&u16, &Reading)| reading.behind;
        let later = state.readings.range(last.saturating_add(1)..).find(is_behind);
        let (channel, reading) = later.or_else(|| state.readings.iter().find(is_behind))?;
        let after = reading.first.map_or(reading.sent, |first| first.saturating_sub(1));
        Some(Behind { channel: *channel, after, only_one: reading.first.is_some(), news: reading.news })
    }

    /// Takes in what the store had for a mailbox that is behind.
    pub(super) fn page(&self, behind: Behind, entries: &[StoredEntry]) -> Parcel {
        let mut state = self.state();
        let mut parcel = Parcel::default();
        let Some(reading) = state.readings.get_mut(&behind.channel) else { return parcel };
        let seat = reading.seat;
        if behind.only_one {
            reading.first = None;
        } else if let Some(last) = entries.last() {
            reading.sent = last.number;
        } else {
            // What was there before the store was asked, and isn't now, is gone from the log.
            reading.sent = reading.sent.max(behind.news);
            reading.behind = reading.sent < reading.news;
        }
        let items = entries
            .iter()
            .filter(|entry| behind.only_one || reading.skip != Some(entry.number))
            .map(|entry| Item::stored(entry, reading.own.remove(&entry.number).map(|_| seat)))
            .collect();
        for group in Group::of(items) {
            parcel.entries += group.frames(seat, behind.channel, 0, &mut parcel.frames);
        }
        if !reading.behind {
            let receipts: Vec<_> = std::mem::take(&mut reading.own).into_values().collect();
            for receipts in receipts.chunks(ENTRIES_MAX) {
                let frame = RelayFrame::Acknowledged { channel: behind.channel, receipts: receipts.to_vec() };
                parcel.frames.push(frame.to_bytes().into());
            }
            if !std::mem::replace(&mut reading.greeted, true) {
                let frame = RelayFrame::CaughtUp { channel: behind.channel, head: reading.sent };
                parcel.frames.push(frame.to_bytes().into());
            }
        }
        parcel
    }
}

impl State {
    fn reading(&mut self, channel: u16, seat: Seat) -> Option<&mut Reading> {
        self.readings.get_mut(&channel).filter(|reading| reading.seat == seat)
    }
}

impl Reading {
    /// Has the store read for what can't wait in memory.
    fn miss(&mut self, group: &Group) {
        self.behind = true;
        self.news = self.news.max(group.last());
        self.own.extend(group.receipts(self.seat).map(|receipt| (receipt.number, receipt)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::wire::{Kind, Mark, Signature};

    const ME: Seat = Seat(1);
    const OTHER: Seat = Seat(2);

    fn entry(number: u64, len: usize) -> StoredEntry {
        StoredEntry {
            number,
            mark: Mark([1; 16]),
            at: 5,
            kind: Kind::Changes,
            covers: 0,
            signature: Signature([2; 64]),
            sealed: vec![u8::try_from(number % 251).unwrap(); len].into(),
        }
    }

    fn group(numbers: std::ops::RangeInclusive<u64>, len: usize, from: Seat) -> Arc<Group> {
        let items = numbers.map(|number| Item::stored(&entry(number, len), Some(from))).collect();
        Arc::new(Group::of(items).remove(0))
    }

    fn opened(after: u64) -> Outbox {
        let outbox = Outbox::default();
        outbox.open(3, ME, Beginning { reset: false, first: None, after });
        outbox
    }

    fn live(after: u64) -> Outbox {
        let outbox = opened(after);
        assert_eq!(told(outbox.page(outbox.next_behind(3).unwrap(), &[])), [format!("caught up {after}")]);
        outbox
    }

    fn told(parcel: Parcel) -> Vec<String> {
        let tell = |frame: &Bytes| match RelayFrame::from_bytes(frame).unwrap() {
            RelayFrame::Entries { entries, .. } => {
                format!("entries {:?}", entries.iter().map(|entry| entry.number).collect::<Vec<_>>())
            }
            RelayFrame::Acknowledged { receipts, .. } => {
                format!("yours {:?}", receipts.iter().map(|receipt| receipt.number).collect::<Vec<_>>())
            }
            RelayFrame::CaughtUp { head, .. } => format!("caught up {head}"),
            RelayFrame::Presence { readers, .. } => format!("readers {readers}"),
            other => panic!("{other:?}"),
        };
        parcel.frames.iter().map(tell).collect()
    }

    #[test]
    fn what_is_stored_comes_first_and_what_is_new_after_it() {
        let outbox = opened(4);
        outbox.put_group(3, ME, &group(7..=7, 40, OTHER));
        let behind = outbox.next_behind(0).unwrap();
        assert_eq!(behind, Behind { channel: 3, after: 4, only_one: false, news: 7 });
        assert_eq!(told(outbox.page(behind, &[entry(5, 40), entry(6, 40)])), ["entries [5, 6]"]);
        let behind = outbox.next_behind(3).unwrap();
        assert_eq!(told(outbox.page(behind, &[entry(7, 40)])), ["entries [7]"]);
        let behind = outbox.next_behind(3).unwrap();
        assert_eq!(told(outbox.page(behind, &[])), ["caught up 7"]);
        assert_eq!(outbox.next_behind(3), None);
        outbox.put_group(3, ME, &group(8..=9, 40, OTHER));
        assert_eq!(told(outbox.take()), ["entries [8, 9]"]);
    }

    #[test]
    fn a_snapshot_is_sent_first_and_once() {
        let outbox = Outbox::default();
        outbox.open(3, ME, Beginning { reset: false, first: Some(9), after: 7 });
        let behind = outbox.next_behind(0).unwrap();
        assert_eq!(behind, Behind { channel: 3, after: 8, only_one: true, news: 0 });
        assert_eq!(told(outbox.page(behind, &[entry(9, 40)])), ["entries [9]"]);
        let behind = outbox.next_behind(0).unwrap();
        assert_eq!(behind, Behind { channel: 3, after: 7, only_one: false, news: 0 });
        let rest = [entry(8, 40), entry(9, 40), entry(10, 40)];
        assert_eq!(told(outbox.page(behind, &rest)), ["entries [8, 10]"]);
        assert_eq!(told(outbox.page(outbox.next_behind(0).unwrap(), &[])), ["caught up 10"]);
    }

    #[test]
    fn a_device_that_takes_nothing_is_kept_no_more_than_the_bound() {
        let outbox = live(0);
        for number in 1..=100 {
            outbox.put_group(3, ME, &group(number..=number, 100_000, if number == 50 { ME } else { OTHER }));
        }
        assert!(outbox.state().bytes <= WAITING_MAX);
        let queued = told(outbox.take());
        assert_eq!(queued.last().unwrap(), "entries [10]");
        let behind = outbox.next_behind(0).unwrap();
        assert_eq!(behind.after, 10);
        // What it wrote itself meanwhile is acknowledged in its place.
        let page = outbox.page(behind, &[entry(49, 40), entry(50, 40), entry(51, 40)]);
        assert_eq!(told(page), ["entries [49]", "yours [50]", "entries [51]"]);
    }

    #[test]
    fn entries_that_the_store_was_quicker_with_are_not_sent_twice() {
        let outbox = live(4);
        outbox.put_group(3, ME, &group(4..=6, 40, OTHER));
        assert_eq!(told(outbox.take()), ["entries [5, 6]"]);
        outbox.put_group(3, ME, &group(5..=6, 40, ME));
        assert_eq!(told(outbox.take()), ["yours [5, 6]"]);
    }

    #[test]
    fn after_a_gap_the_store_is_read() {
        let outbox = live(4);
        outbox.put_group(3, ME, &group(6..=6, 40, ME));
        assert_eq!(told(outbox.take()), [""; 0]);
        let behind = outbox.next_behind(0).unwrap();
        assert_eq!(told(outbox.page(behind, &[entry(5, 40), entry(6, 40)])), ["entries [5]", "yours [6]"]);
    }

    #[test]
    fn news_that_the_store_does_not_have_end_the_reading() {
        let outbox = live(4);
        outbox.put_news(3, ME, 9);
        let mut rounds = 0;
        while let Some(behind) = outbox.next_behind(0) {
            outbox.page(behind, &[]);
            rounds += 1;
            assert!(rounds < 3);
        }
    }

    #[test]
    fn what_comes_while_the_store_is_read_is_not_lost() {
        let outbox = opened(4);
        let behind = outbox.next_behind(0).unwrap();
        outbox.put_group(3, ME, &group(5..=5, 40, OTHER));
        assert_eq!(told(outbox.page(behind, &[])), [""; 0]);
        let behind = outbox.next_behind(0).unwrap();
        assert_eq!(behind.after, 4);
        assert_eq!(told(outbox.page(behind, &[entry(5, 40)])), ["entries [5]"]);
    }

    #[test]
    fn nothing_is_put_in_for_a_channel_that_was_opened_anew() {
        let outbox = live(0);
        outbox.open(3, OTHER, Beginning { reset: false, first: None, after: 0 });
        outbox.put_group(3, ME, &group(1..=1, 40, ME));
        outbox.close(3, ME);
        assert_eq!(told(outbox.take()), [""; 0]);
        assert!(outbox.next_behind(0).is_some());
    }

    #[test]
    fn only_the_last_presence_is_told() {
        let outbox = live(0);
        outbox.put_presence(3, ME, 2);
        outbox.put_presence(3, ME, 3);
        assert_eq!(told(outbox.take()), ["readers 3"]);
        assert_eq!(told(outbox.take()), [""; 0]);
    }
}
