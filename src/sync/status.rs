//! What the screen tells of a document's way to the relay.

use super::message::DeviceCard;
use super::wire::Refusal;

/// How the relay is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// Not yet, or not for a short while; nothing to worry about.
    #[default]
    Trying,
    /// Connected, and what the relay has is still coming.
    CatchingUp,
    /// Connected, and all that the relay has is here.
    Live,
    /// Not for more than ten seconds.
    Away {
        /// Since when, in milliseconds since 1970 by this device's clock.
        since: i64,
    },
}

/// Why a document doesn't get to the relay although it is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// The mailbox is not there: not made yet, or removed because the keys were changed.
    NoMailbox,
    /// The relay said no.
    Refused(Refusal),
    /// What the relay sends makes no sense.
    Nonsense,
}

/// A device that was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its card, as it said last.
    pub card: DeviceCard,
    /// When it said something last, in milliseconds since 1970 by this device's clock.
    pub heard: i64,
    /// The number of the last entry that it had then.
    pub seen: u64,
    /// Whether a writer's signature vouches for what it said; otherwise it may only read.
    pub writes: bool,
}

/// How one document stands with the relay.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    /// How the relay is reached.
    pub reach: Reach,
    /// Something on this device is not at the relay yet. Stays so on a device that only reads and holds changes of its own.
    pub unsent: bool,
    /// When the last edit from this device came to the relay, in milliseconds since 1970 by the relay's clock.
    pub at_relay: Option<i64>,
    /// When another device was known to have it, in milliseconds since 1970 by this device's clock.
    pub seen: Option<i64>,
    /// What stands in the way.
    pub problem: Option<Problem>,
    /// How many other connections have the mailbox open.
    pub others: u16,
    /// Devices that were heard, in the order of their cards' ids.
    pub devices: Vec<Device>,
    /// Entries and whispers that no writer had signed, and were left out.
    pub forged: u64,
    /// Entries that could not be taken in: from a newer program, say.
    pub unread: u64,
    /// How far the relay's clock is ahead of this device's, in milliseconds, if that is more than two minutes.
    pub clock_off: Option<i64>,
}
