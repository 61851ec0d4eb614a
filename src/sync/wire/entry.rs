//! Entries of a mailbox's log, as they travel.

use super::codec::{Reader, put_sealed};
use super::{ENTRY_MAX, EntryId, Mark, Signature, WireError};

/// What sealed bytes hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Changes; part of the log.
    Changes,
    /// A whole document; part of the log.
    Snapshot,
    /// Passed on and never stored.
    Whisper,
    /// A whisper of one who may only read: passed on and never stored, and not signed.
    Nod,
}

impl Kind {
    /// The number that stands for it.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Changes => 0,
            Self::Snapshot => 1,
            Self::Whisper => 2,
            Self::Nod => 3,
        }
    }

    /// The kind of an entry in a log with this number.
    ///
    /// # Errors
    /// No entry's kind has this number.
    pub fn stored(number: u8) -> Result<Self, WireError> {
        match number {
            0 => Ok(Self::Changes),
            1 => Ok(Self::Snapshot),
            _ => Err(WireError::Kind(number)),
        }
    }
}

/// An entry that the relay is asked to store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewEntry<'a> {
    /// [`Kind::Changes`] or [`Kind::Snapshot`].
    pub kind: Kind,
    /// Of a snapshot: it holds all entries up to this number. Otherwise 0.
    pub covers: u64,
    /// Over [`super::entry_message`].
    pub signature: Signature,
    /// The sealed bytes, at least [`super::SEALED_MIN`] and at most [`ENTRY_MAX`].
    pub sealed: &'a [u8],
}

impl<'a> NewEntry<'a> {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> EntryId {
        EntryId::of(self.sealed)
    }

    pub(super) fn read(from: &mut Reader<'a>) -> Result<Self, WireError> {
        let kind = Kind::stored(from.u8()?)?;
        let covers = from.u64()?;
        if kind == Kind::Changes && covers != 0 {
            return Err(WireError::Covers);
        }
        let signature = Signature(from.array()?);
        Ok(Self { kind, covers, signature, sealed: from.sealed(ENTRY_MAX)? })
    }

    pub(super) fn put(&self, into: &mut Vec<u8>) {
        into.push(self.kind.number());
        into.extend_from_slice(&self.covers.to_le_bytes());
        into.extend_from_slice(&self.signature.0);
        put_sealed(into, self.sealed);
    }
}

/// An entry that the relay has stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Its place in the log: 1, 2, 3 and so on.
    pub number: u64,
    /// The relay's mark after it.
    pub mark: Mark,
    /// When the relay stored it, in milliseconds since 1970 by the relay's clock.
    pub at: i64,
    /// What it was stored as.
    pub new: NewEntry<'a>,
}

impl<'a> Entry<'a> {
    /// The bytes that it has in every frame, to be made once for all readers; see [`super::entries_frame`].
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Self::HEAD + self.new.sealed.len());
        bytes.extend_from_slice(&self.number.to_le_bytes());
        bytes.extend_from_slice(&self.mark.0);
        bytes.extend_from_slice(&self.at.to_le_bytes());
        self.new.put(&mut bytes);
        bytes
    }

    /// How many bytes an entry has in a frame beside its sealed bytes.
    pub const HEAD: usize = 8 + 16 + 8 + 1 + 8 + 64 + 4;

    pub(super) fn read(from: &mut Reader<'a>) -> Result<Self, WireError> {
        let number = from.u64()?;
        let (mark, at) = (Mark(from.array()?), from.i64()?);
        Ok(Self { number, mark, at, new: NewEntry::read(from)? })
    }
}

/// The relay's word that an entry is stored for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// Which entry.
    pub id: EntryId,
    /// Its place in the log.
    pub number: u64,
    /// The relay's mark after it.
    pub mark: Mark,
    /// When the relay stored it, in milliseconds since 1970 by the relay's clock.
    pub at: i64,
}

impl Receipt {
    pub(super) fn read(from: &mut Reader<'_>) -> Result<Self, WireError> {
        let (id, number) = (EntryId(from.array()?), from.u64()?);
        Ok(Self { id, number, mark: Mark(from.array()?), at: from.i64()? })
    }

    pub(super) fn put(&self, into: &mut Vec<u8>) {
        into.extend_from_slice(&self.id.0);
        into.extend_from_slice(&self.number.to_le_bytes());
        into.extend_from_slice(&self.mark.0);
        into.extend_from_slice(&self.at.to_le_bytes());
    }
}
