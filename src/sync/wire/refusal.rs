//! Why the relay doesn't do something.

use super::WireError;

/// Why the relay doesn't do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The relay doesn't speak the device's version. The connection ends.
    Version,
    /// There is no such mailbox, or not for this token, or it is gone; the relay doesn't say which. Also: the channel is
    /// not open.
    NotOpen,
    /// An entry or a frame is too large.
    TooLarge,
    /// The mailbox is full.
    Quota,
    /// Too much at once; it may be sent again later.
    Rate,
    /// A signature is wrong.
    Signature,
    /// The frame can't be read, or makes no sense here. The connection ends.
    Malformed,
    /// The relay's disk is full; it may be sent again later.
    DiskFull,
    /// The relay takes new mailboxes only with a word that was not given, or was wrong.
    AdmissionNeeded,
    /// The relay is being stopped. The connection ends; another try soon is welcome.
    Stopping,
    /// The relay has too much to do; it may be sent again later.
    Busy,
}

impl Refusal {
    /// All, in the order of their numbers, which begin at 1.
    pub const ALL: [Self; 11] = [
        Self::Version,
        Self::NotOpen,
        Self::TooLarge,
        Self::Quota,
        Self::Rate,
        Self::Signature,
        Self::Malformed,
        Self::DiskFull,
        Self::AdmissionNeeded,
        Self::Stopping,
        Self::Busy,
    ];

    /// The number that stands for it.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Version => 1,
            Self::NotOpen => 2,
            Self::TooLarge => 3,
            Self::Quota => 4,
            Self::Rate => 5,
            Self::Signature => 6,
            Self::Malformed => 7,
            Self::DiskFull => 8,
            Self::AdmissionNeeded => 9,
            Self::Stopping => 10,
            Self::Busy => 11,
        }
    }

    /// The refusal with this number.
    ///
    /// # Errors
    /// None has it.
    pub fn from_number(number: u8) -> Result<Self, WireError> {
        let known = Self::ALL.into_iter().find(|refusal| refusal.number() == number);
        known.ok_or(WireError::Refusal(number))
    }
}
