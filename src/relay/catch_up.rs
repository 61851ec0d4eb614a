//! From where a mailbox is sent to a device that opens it: a pure decision.

use super::store::{MailboxState, Place, Snapshot};
use crate::sync::wire::Mark;

/// Where sending begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Beginning {
    /// Whether the device has read what this relay doesn't have.
    pub reset: bool,
    /// This entry is sent first, and not again.
    pub first: Option<u64>,
    /// Then every entry above this number.
    pub after: u64,
}

/// What the device says that it has read last, and the place that the relay has at that number.
#[derive(Debug, Clone, Copy)]
pub(super) struct LastRead {
    pub number: u64,
    pub mark: Mark,
    pub place: Option<Place>,
}

/// The log from what was read last, or the best snapshot and what it doesn't cover, whichever is fewer bytes.
pub(super) fn beginning(state: &MailboxState, last: LastRead, snapshot: Option<Snapshot>) -> Beginning {
    let read = match last.place {
        _ if last.number == 0 => Some(Place { mark: Mark::EMPTY, total: 0 }),
        Some(place) if place.mark == last.mark && last.number <= state.head => Some(place),
        _ => None,
    };
    let reset = read.is_none();
    let (after, from) = read.map_or((0, 0), |place| (last.number, place.total));
    let log = Beginning { reset, first: None, after };
    let Some(snapshot) = snapshot else { return log };
    let has_hole = after < state.dropped_to;
    // The entries after those that the snapshot covers are sent either way.
    let is_ahead = after < snapshot.covers;
    if has_hole || (is_ahead && snapshot.bytes < state.total.saturating_sub(from)) {
        Beginning { reset, first: Some(snapshot.number), after: snapshot.covers }
    } else {
        log
    }
}

#[cfg(test)]
mod tests {
    use super::super::store::MailboxId;
    use super::*;
    use crate::sync::wire::{TokenHash, WriterKey};

    const HERE: Mark = Mark([1; 16]);
    const ELSEWHERE: Mark = Mark([2; 16]);

    fn state(dropped_to: u64) -> MailboxState {
        MailboxState {
            id: MailboxId::for_tests(1),
            token_hash: TokenHash([0; 32]),
            writer: WriterKey([0; 32]),
            head: 100,
            mark: HERE,
            total: 10_000,
            kept: 10_000,
            dropped_to,
        }
    }

    fn read(number: u64, mark: Mark) -> LastRead {
        let place = (1..=100).contains(&number).then_some(Place { mark: HERE, total: number.saturating_mul(100) });
        LastRead { number, mark, place }
    }

    fn snapshot(bytes: u64) -> Option<Snapshot> {
        Some(Snapshot { number: 95, covers: 90, bytes })
    }

    #[test]
    fn it_begins_where_the_device_stopped() {
        for (last, after) in [(read(0, Mark::EMPTY), 0), (read(40, HERE), 40), (read(100, HERE), 100)] {
            assert_eq!(beginning(&state(0), last, None), Beginning { reset: false, first: None, after });
        }
    }

    #[test]
    fn a_device_that_read_what_is_not_here_gets_everything() {
        for last in [read(40, ELSEWHERE), read(101, HERE), read(u64::MAX, ELSEWHERE)] {
            assert_eq!(beginning(&state(0), last, None), Beginning { reset: true, first: None, after: 0 });
            let with_snapshot = beginning(&state(0), last, snapshot(10));
            assert_eq!(with_snapshot, Beginning { reset: true, first: Some(95), after: 90 });
        }
    }

    #[test]
    fn a_snapshot_is_taken_when_it_is_fewer_bytes() {
        let with = Beginning { reset: false, first: Some(95), after: 90 };
        let without = Beginning { reset: false, first: None, after: 50 };
        assert_eq!(beginning(&state(0), read(50, HERE), snapshot(4_999)), with);
        assert_eq!(beginning(&state(0), read(50, HERE), snapshot(5_000)), without);
        // What it covers has been read: the log goes on, however small the snapshot is.
        assert_eq!(beginning(&state(0), read(90, HERE), snapshot(1)).first, None);
    }

    #[test]
    fn where_entries_are_dropped_only_the_snapshot_leads_on() {
        let begins = beginning(&state(90), read(50, HERE), snapshot(1_000_000));
        assert_eq!(begins, Beginning { reset: false, first: Some(95), after: 90 });
        assert_eq!(beginning(&state(90), read(90, HERE), snapshot(1_000_000)).first, None);
    }
}
