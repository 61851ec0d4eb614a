//! What a device tells the relay.

use super::codec::{Reader, cut, put_count, put_sealed, text};
use super::{
    ADMISSION_MAX, ENTRIES_MAX, MAGIC, Mailbox, Mark, NewEntry, Signature, Token, TokenHash, VERSION, WHISPER_MAX,
    WireError, WriterKey,
};

/// A frame from a device to the relay. Holds a token at times, and so has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub enum ClientFrame<'a> {
    /// The first frame.
    Hello {
        /// The version that the device speaks.
        version: u16,
    },
    /// Begins to read a mailbox.
    Open {
        /// The device's name for the mailbox on this connection.
        channel: u16,
        /// The mailbox.
        mailbox: Mailbox,
        /// Shows that the device may read it.
        token: Token,
        /// The number of the last entry that the device has, or 0.
        after: u64,
        /// The relay's mark after that entry.
        mark: Mark,
    },
    /// Makes a mailbox, or finds that it is there already and the same, and opens it from its beginning.
    Create {
        /// The device's name for the mailbox on this connection.
        channel: u16,
        /// The mailbox.
        mailbox: Mailbox,
        /// What the relay keeps of the token.
        token_hash: TokenHash,
        /// The key with which its writers sign.
        writer: WriterKey,
        /// What a relay that doesn't take mailboxes from everybody asks for, or nothing.
        admission: &'a str,
        /// Over [`super::mailbox_message`].
        signature: Signature,
    },
    /// Adds to a mailbox's log.
    Append {
        /// Which mailbox.
        channel: u16,
        /// What to add, the first first.
        entries: Vec<NewEntry<'a>>,
    },
    /// Tells those who are connected now.
    Whisper {
        /// Which mailbox.
        channel: u16,
        /// Over [`super::entry_message`] with [`super::Kind::Whisper`] and 0; [`Signature::NONE`] on a
        /// [`super::Kind::Nod`].
        signature: Signature,
        /// The sealed bytes, at most [`WHISPER_MAX`].
        sealed: &'a [u8],
    },
    /// Reads a mailbox no more.
    Close {
        /// Which mailbox.
        channel: u16,
    },
    /// Asks for the same bytes back.
    Ping([u8; 8]),
    /// Removes a mailbox for good.
    Destroy {
        /// Which mailbox.
        channel: u16,
        /// Over [`super::destroy_message`].
        signature: Signature,
    },
}

impl<'a> ClientFrame<'a> {
    /// The frame as bytes. Lists and texts longer than the limits make a frame that the relay refuses.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let begin = |bytes: &mut Vec<u8>, kind: u8, channel: u16| {
            bytes.push(kind);
            bytes.extend_from_slice(&channel.to_le_bytes());
        };
        match self {
            Self::Hello { version } => {
                bytes.push(1);
                bytes.extend_from_slice(&MAGIC);
                bytes.extend_from_slice(&version.to_le_bytes());
            }
            Self::Open { channel, mailbox, token, after, mark } => {
                begin(&mut bytes, 2, *channel);
                bytes.extend_from_slice(&mailbox.0);
                bytes.extend_from_slice(&token.0);
                bytes.extend_from_slice(&after.to_le_bytes());
                bytes.extend_from_slice(&mark.0);
            }
            Self::Create { channel, mailbox, token_hash, writer, admission, signature } => {
                begin(&mut bytes, 3, *channel);
                bytes.extend_from_slice(&mailbox.0);
                bytes.extend_from_slice(&token_hash.0);
                bytes.extend_from_slice(&writer.0);
                let admission = cut(admission, ADMISSION_MAX);
                bytes.push(u8::try_from(admission.len()).unwrap_or(u8::MAX));
                bytes.extend_from_slice(admission.as_bytes());
                bytes.extend_from_slice(&signature.0);
            }
            Self::Append { channel, entries } => {
                begin(&mut bytes, 4, *channel);
                put_count(&mut bytes, entries.len());
                entries.iter().for_each(|entry| entry.put(&mut bytes));
            }
            Self::Whisper { channel, signature, sealed } => {
                begin(&mut bytes, 5, *channel);
                bytes.extend_from_slice(&signature.0);
                put_sealed(&mut bytes, sealed);
            }
            Self::Close { channel } => begin(&mut bytes, 6, *channel),
            Self::Ping(echo) => {
                bytes.push(7);
                bytes.extend_from_slice(echo);
            }
            Self::Destroy { channel, signature } => {
                begin(&mut bytes, 8, *channel);
                bytes.extend_from_slice(&signature.0);
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
            1 => {
                if from.array()? != MAGIC {
                    return Err(WireError::Magic);
                }
                let version = from.u16()?;
                if version != VERSION {
                    // What else a later version says in it can't be known; it gets a clear answer all the same.
                    return Ok(Self::Hello { version });
                }
                Self::Hello { version }
            }
            2 => Self::Open {
                channel: from.channel()?,
                mailbox: Mailbox(from.array()?),
                token: Token(from.array()?),
                after: from.u64()?,
                mark: Mark(from.array()?),
            },
            3 => Self::Create {
                channel: from.channel()?,
                mailbox: Mailbox(from.array()?),
                token_hash: TokenHash(from.array()?),
                writer: WriterKey(from.array()?),
                admission: {
                    let len = usize::from(from.u8()?);
                    text(from.take(len)?)?
                },
                signature: Signature(from.array()?),
            },
            4 => Self::Append { channel: from.channel()?, entries: from.items(ENTRIES_MAX, NewEntry::read)? },
            5 => Self::Whisper {
                channel: from.channel()?,
                signature: Signature(from.array()?),
                sealed: from.sealed(WHISPER_MAX)?,
            },
            6 => Self::Close { channel: from.channel()? },
            7 => Self::Ping(from.array()?),
            8 => Self::Destroy { channel: from.channel()?, signature: Signature(from.array()?) },
            kind => return Err(WireError::Frame(kind)),
        };
        from.end()?;
        Ok(frame)
    }
}
