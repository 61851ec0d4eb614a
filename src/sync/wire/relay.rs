//! What the relay tells a device.

use super::codec::{Reader, cut, put_count, put_sealed, text};
use super::{
    CONNECTION, Challenge, DETAIL_MAX, ENTRIES_MAX, Entry, Epoch, Receipt, Refusal, Signature, WHISPER_MAX, WireError,
};

/// A frame from the relay to a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelayFrame<'a> {
    /// The first frame, once the device has said hello.
    Welcome(Welcome),
    /// A mailbox is open; its entries follow, then [`Self::CaughtUp`].
    Opened {
        /// Which mailbox.
        channel: u16,
        /// The number of the last entry; 0 when there is none.
        head: u64,
        /// The relay doesn't have what the device read last: everything is sent from the start.
        reset: bool,
        /// How many connections have the mailbox open, this one with them.
        readers: u16,
    },
    /// Entries of the log, in the order in which they are to be taken in.
    Entries {
        /// Which mailbox.
        channel: u16,
        /// The entries.
        entries: Vec<Entry<'a>>,
    },
    /// All that was stored before the mailbox was opened has been sent.
    CaughtUp {
        /// Which mailbox.
        channel: u16,
        /// The number of the last entry.
        head: u64,
    },
    /// Entries are stored for good.
    Acknowledged {
        /// Which mailbox.
        channel: u16,
        /// Which entries, and where they stand.
        receipts: Vec<Receipt>,
    },
    /// Another device's whisper.
    Whispered {
        /// Which mailbox.
        channel: u16,
        /// Over [`super::entry_message`] with [`super::Kind::Whisper`] and 0; [`Signature::NONE`] on a
        /// [`super::Kind::Nod`].
        signature: Signature,
        /// The sealed bytes.
        sealed: &'a [u8],
    },
    /// Something was not done.
    Refused {
        /// Which mailbox; `None`: the connection as a whole.
        channel: Option<u16>,
        /// Why.
        code: Refusal,
        /// More about it, for a log. With [`Refusal::Version`]: the versions that the relay knows, with commas between.
        detail: &'a str,
    },
    /// The answer to a ping.
    Pong([u8; 8]),
    /// Others have come or gone.
    Presence {
        /// Which mailbox.
        channel: u16,
        /// How many connections have the mailbox open, this one with them.
        readers: u16,
    },
}

/// What the relay says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Welcome {
    /// The version that both speak from here on.
    pub version: u16,
    /// The relay's database.
    pub epoch: Epoch,
    /// The relay's clock, in milliseconds since 1970.
    pub at: i64,
    /// This connection's challenge.
    pub challenge: Challenge,
    /// The most bytes in one entry's sealed bytes.
    pub entry_max: u32,
    /// The most bytes in one mailbox.
    pub mailbox_max: u64,
}

impl<'a> RelayFrame<'a> {
    /// The frame as bytes. Lists longer than the limits make a frame that the device refuses.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let begin = |bytes: &mut Vec<u8>, kind: u8, channel: u16| {
            bytes.push(kind);
            bytes.extend_from_slice(&channel.to_le_bytes());
        };
        match self {
            Self::Welcome(Welcome { version, epoch, at, challenge, entry_max, mailbox_max }) => {
                bytes.push(65);
                bytes.extend_from_slice(&version.to_le_bytes());
                bytes.extend_from_slice(&epoch.0);
                bytes.extend_from_slice(&at.to_le_bytes());
                bytes.extend_from_slice(&challenge.0);
                bytes.extend_from_slice(&entry_max.to_le_bytes());
                bytes.extend_from_slice(&mailbox_max.to_le_bytes());
            }
            Self::Opened { channel, head, reset, readers } => {
                begin(&mut bytes, 66, *channel);
                bytes.extend_from_slice(&head.to_le_bytes());
                bytes.push(u8::from(*reset));
                bytes.extend_from_slice(&readers.to_le_bytes());
            }
            Self::Entries { channel, entries } => {
                let entries: Vec<_> = entries.iter().map(Entry::to_bytes).collect();
                return entries_frame(*channel, &entries);
            }
            Self::CaughtUp { channel, head } => {
                begin(&mut bytes, 68, *channel);
                bytes.extend_from_slice(&head.to_le_bytes());
            }
            Self::Acknowledged { channel, receipts } => {
                begin(&mut bytes, 69, *channel);
                put_count(&mut bytes, receipts.len());
                receipts.iter().for_each(|receipt| receipt.put(&mut bytes));
            }
            Self::Whispered { channel, signature, sealed } => {
                begin(&mut bytes, 70, *channel);
                bytes.extend_from_slice(&signature.0);
                put_sealed(&mut bytes, sealed);
            }
            Self::Refused { channel, code, detail } => {
                begin(&mut bytes, 71, channel.unwrap_or(CONNECTION));
                bytes.push(code.number());
                let detail = cut(detail, DETAIL_MAX);
                put_count(&mut bytes, detail.len());
                bytes.extend_from_slice(detail.as_bytes());
            }
            Self::Pong(echo) => {
                bytes.push(72);
                bytes.extend_from_slice(echo);
            }
            Self::Presence { channel, readers } => {
                begin(&mut bytes, 73, *channel);
                bytes.extend_from_slice(&readers.to_le_bytes());
            }
        }
        bytes
    }

    /// The frame that the bytes hold; what is sealed in it is not copied.
    ///
    /// # Errors
    /// [`WireError`] says why they hold none.
    pub fn from_bytes(bytes: &'a [u8]) -> Result<Self, WireError> {
        let mut from = Reader::new(bytes)?;
        let frame = match from.u8()? {
            65 => Self::Welcome(Welcome {
                version: from.u16()?,
                epoch: Epoch(from.array()?),
                at: from.i64()?,
                challenge: Challenge(from.array()?),
                entry_max: from.u32()?,
                mailbox_max: from.u64()?,
            }),
            66 => Self::Opened {
                channel: from.channel()?,
                head: from.u64()?,
                reset: match from.u8()? {
                    0 => false,
                    1 => true,
                    _ => return Err(WireError::Flag),
                },
                readers: from.u16()?,
            },
            67 => Self::Entries { channel: from.channel()?, entries: from.items(ENTRIES_MAX, Entry::read)? },
            68 => Self::CaughtUp { channel: from.channel()?, head: from.u64()? },
            69 => Self::Acknowledged { channel: from.channel()?, receipts: from.items(ENTRIES_MAX, Receipt::read)? },
            70 => Self::Whispered {
                channel: from.channel()?,
                signature: Signature(from.array()?),
                sealed: from.sealed(WHISPER_MAX)?,
            },
            71 => Self::Refused {
                channel: Some(from.u16()?).filter(|channel| *channel != CONNECTION),
                code: Refusal::from_number(from.u8()?)?,
                detail: {
                    let len = usize::from(from.u16()?);
                    if DETAIL_MAX < len {
                        return Err(WireError::TooLarge);
                    }
                    text(from.take(len)?)?
                },
            },
            72 => Self::Pong(from.array()?),
            73 => Self::Presence { channel: from.channel()?, readers: from.u16()? },
            kind => return Err(WireError::Frame(kind)),
        };
        from.end()?;
        Ok(frame)
    }
}

/// A frame of entries, each given as the bytes of [`Entry::to_bytes`]: these are the same for every reader, so that they
/// are made once and shared, and only put behind one another here.
#[must_use]
pub fn entries_frame(channel: u16, entries: &[impl AsRef<[u8]>]) -> Vec<u8> {
    let len: usize = entries.iter().map(|entry| entry.as_ref().len()).sum();
    let mut bytes = Vec::with_capacity(5 + len);
    bytes.push(67);
    bytes.extend_from_slice(&channel.to_le_bytes());
    put_count(&mut bytes, entries.len());
    for entry in entries {
        bytes.extend_from_slice(entry.as_ref());
    }
    bytes
}
