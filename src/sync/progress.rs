//! How far a device has come with one mailbox; kept beside the document.

use serde::{Deserialize, Serialize};

use super::Held;
use super::held::Head;

/// How far a device has come with one mailbox. Stored with the changes that it speaks of, never before them. A device that
/// lost it begins again from nothing, and comes to the same.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Progress {
    /// The relay's database that the rest is about.
    pub epoch: [u8; 16],
    /// The number of the last entry taken in.
    pub number: u64,
    /// The relay's mark after it.
    pub mark: [u8; 16],
    /// Changes of which the relay holds each and all they build on, in entries up to `number`.
    pub at_relay: Vec<Head>,
    /// How many entries there are since the last snapshot.
    pub since_snapshot: u64,
    /// How many entries came that a writer had signed and that could not be taken in: from a newer program, say. This
    /// device then writes no snapshot, which would seem to hold them, and reads all again when it starts next.
    pub unread: u64,
    /// How many entries came that no writer had signed. They are left out.
    pub forged: u64,
    /// The number of the last entry from this device; 0: there is none at this relay.
    pub mine: u64,
    /// When the last entry from this device came to the relay, in milliseconds since 1970 by the relay's clock.
    pub mine_at: Option<i64>,
    /// When another device was known to have that entry, in milliseconds since 1970 by this device's clock.
    pub mine_seen: Option<i64>,
}

impl Progress {
    /// Nothing is known to be at the relay any more.
    pub(super) fn begin_again(&mut self) {
        *self = Self { epoch: self.epoch, forged: self.forged, ..Self::default() };
    }

    /// The relay holds these and what they build on; `deps` are some of those. What `document` doesn't hold waits for
    /// something that the relay may not have, and says nothing.
    pub(super) fn add(&mut self, tips: &[Head], deps: &[Head], document: &impl Held) {
        self.at_relay.retain(|head| !deps.contains(head) && !tips.contains(head));
        self.at_relay.extend(tips.iter().filter(|head| document.holds(head)));
        self.at_relay.sort_unstable();
    }

    /// Whether anything is not at the relay. When nothing is, the document's heads take the place of the others.
    pub(super) fn tidy(&mut self, document: &impl Held) -> bool {
        let heads = document.heads();
        let unsent = self.at_relay != heads && !document.changes_since(&self.at_relay).is_empty();
        if !unsent {
            self.at_relay = heads;
        }
        unsent
    }
}
