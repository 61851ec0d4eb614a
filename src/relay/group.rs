//! Entries of one mailbox that are passed on together, encoded once for all who read it.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;

use super::readers::Seat;
use super::store::{SealedEntry, StoredEntry};
use crate::sync::wire::{ENTRIES_MAX, Entry, EntryId, NewEntry, Receipt, RelayFrame, entries_frame};

/// Most bytes of entries in one frame, unless one entry alone has more.
pub(super) const FRAME_AIM: usize = 256 * 1024;

/// An entry of a group.
pub(super) struct Item {
    pub receipt: Receipt,
    /// [`StoredEntry::to_bytes`].
    pub bytes: Bytes,
    /// Who added it on this relay; it is acknowledged to them instead of sent.
    pub from: Option<Seat>,
}

/// Entries in order of their numbers, without gaps.
pub(super) struct Group {
    items: Vec<Item>,
    bytes: usize,
    /// The frame for those who get all of it, by channel. Most devices use the same few numbers.
    shared: Mutex<Vec<(u16, Bytes)>>,
}

impl Item {
    /// An entry that was just stored.
    pub(super) fn new(receipt: Receipt, entry: &SealedEntry, from: Seat) -> Self {
        let SealedEntry { kind, covers, signature, ref sealed, .. } = *entry;
        let new = NewEntry { kind, covers, signature, sealed };
        let entry = Entry { number: receipt.number, mark: receipt.mark, at: receipt.at, new };
        Self { receipt, bytes: entry.to_bytes().into(), from: Some(from) }
    }

    /// An entry that was read from the store.
    pub(super) fn stored(entry: &StoredEntry, from: Option<Seat>) -> Self {
        let receipt = Receipt { id: EntryId::of(&entry.sealed), number: entry.number, mark: entry.mark, at: entry.at };
        Self { receipt, bytes: Bytes::from(entry.to_bytes()), from }
    }
}

impl Group {
    /// Groups that each fit in a frame.
    pub(super) fn of(items: Vec<Item>) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for item in items {
            let len = item.bytes.len();
            match groups.last_mut() {
                Some(group) if group.items.len() < ENTRIES_MAX && group.bytes + len <= FRAME_AIM => {
                    group.bytes += len;
                    group.items.push(item);
                }
                _ => groups.push(Self { items: vec![item], bytes: len, shared: Mutex::default() }),
            }
        }
        groups
    }

    pub(super) fn first(&self) -> u64 {
        self.items.first().map_or(0, |item| item.receipt.number)
    }

    pub(super) fn last(&self) -> u64 {
        self.items.last().map_or(0, |item| item.receipt.number)
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// What those at `seat` are to be told that they added.
    pub(super) fn receipts(&self, seat: Seat) -> impl Iterator<Item = Receipt> {
        self.items.iter().filter(move |item| item.from == Some(seat)).map(|item| item.receipt)
    }

    /// The frames for one reader that has all up to `after`, in order of the numbers, and how many entries they hold.
    pub(super) fn frames(&self, seat: Seat, channel: u16, after: u64, into: &mut Vec<Bytes>) -> usize {
        if after < self.first() && self.items.iter().all(|item| item.from != Some(seat)) {
            into.push(self.shared_frame(channel));
            return self.items.len();
        }
        let mut delivered = 0;
        let wanted = |item: &&Item| after < item.receipt.number || item.from == Some(seat);
        let items: Vec<_> = self.items.iter().filter(wanted).collect();
        for run in items.chunk_by(|one, next| (one.from == Some(seat)) == (next.from == Some(seat))) {
            if run.first().is_some_and(|item| item.from == Some(seat)) {
                let receipts = run.iter().map(|item| item.receipt).collect();
                into.push(RelayFrame::Acknowledged { channel, receipts }.to_bytes().into());
            } else {
                let entries: Vec<_> = run.iter().map(|item| &item.bytes).collect();
                into.push(entries_frame(channel, &entries).into());
                delivered += run.len();
            }
        }
        delivered
    }

    fn shared_frame(&self, channel: u16) -> Bytes {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, frame)) = shared.iter().find(|(its, _)| *its == channel) {
            return frame.clone();
        }
        let entries: Vec<_> = self.items.iter().map(|item| &item.bytes).collect();
        let frame = Bytes::from(entries_frame(channel, &entries));
        shared.push((channel, frame.clone()));
        frame
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::wire::{Kind, Mark, Signature};

    fn item(number: u64, len: usize, from: Option<Seat>) -> Item {
        let entry = StoredEntry {
            number,
            mark: Mark([1; 16]),
            at: 5,
            kind: Kind::Changes,
            covers: 0,
            signature: Signature([2; 64]),
            sealed: vec![3; len].into(),
        };
        Item::stored(&entry, from)
    }

    fn told(group: &Group, seat: Seat, after: u64) -> Vec<String> {
        let mut frames = Vec::new();
        group.frames(seat, 1, after, &mut frames);
        let numbers = |numbers: Vec<u64>| format!("{numbers:?}");
        let tell = |frame: &Bytes| match RelayFrame::from_bytes(frame).unwrap() {
            RelayFrame::Entries { channel: 1, entries } => {
                format!("entries {}", numbers(entries.iter().map(|entry| entry.number).collect()))
            }
            RelayFrame::Acknowledged { channel: 1, receipts } => {
                format!("yours {}", numbers(receipts.iter().map(|receipt| receipt.number).collect()))
            }
            other => panic!("{other:?}"),
        };
        frames.iter().map(tell).collect()
    }

    #[test]
    fn a_reader_gets_the_entries_of_others_and_receipts_for_its_own_in_their_order() {
        let (ada, ben, eva) = (Seat(1), Seat(2), Seat(3));
        let from = [ada, ben, ada, ada, eva];
        let items = from.iter().zip(11..).map(|(from, number)| item(number, 40, Some(*from))).collect();
        let group = Group::of(items).remove(0);
        assert_eq!((group.first(), group.last()), (11, 15));
        assert_eq!(told(&group, ada, 10), ["yours [11]", "entries [12]", "yours [13, 14]", "entries [15]"]);
        assert_eq!(told(&group, Seat(9), 10), ["entries [11, 12, 13, 14, 15]"]);
        // What came by another way is not sent again; a receipt is owed all the same.
        assert_eq!(told(&group, Seat(9), 13), ["entries [14, 15]"]);
        assert_eq!(told(&group, ben, 15), ["yours [12]"]);
    }

    #[test]
    fn those_who_get_all_of_it_share_one_frame() {
        let group = Group::of(vec![item(1, 40, None)]).remove(0);
        let mut frames = Vec::new();
        for seat in [Seat(1), Seat(2)] {
            group.frames(seat, 7, 0, &mut frames);
        }
        assert_eq!(frames[0].as_ptr(), frames[1].as_ptr());
    }

    #[test]
    fn a_group_fits_in_a_frame() {
        let small = Group::of((1..=2500).map(|number| item(number, 40, None)).collect());
        assert_eq!(small.iter().map(Group::last).collect::<Vec<_>>(), [1024, 2048, 2500]);
        let large = Group::of((1..=3).map(|number| item(number, FRAME_AIM, None)).collect());
        assert_eq!(large.len(), 3);
    }
}
