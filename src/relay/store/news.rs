//! What relays on one database tell each other, and how it is written: the payload of a PostgreSQL `NOTIFY`, in ASCII.
//!
//! | payload | |
//! |---|---|
//! | `<mailbox> <number>` | the mailbox has entries up to this number |
//! | `<mailbox> gone` | the mailbox is destroyed |
//! | `<relay> readers <mailbox> <count> …` | so many read these mailboxes at that relay; at most [`COUNTS_MAX`] |
//! | `<relay> asks <mailbox> <count> …` | the same, and it wants to know in turn |
//! | `<relay> whispers <mailbox> <bytes>` | a whisper: 64 bytes of signature, then what is sealed |
//! | `<relay> here`, `<relay> stops` | the relay is there; it stops |
//!
//! A mailbox is the hash of its name, 16 bytes; a relay is a random name, 8 bytes; both in small hexadecimal digits. The
//! whisper's bytes are base64 without padding. Each thing can be said in one way only. Nothing here knows of a database.

use std::fmt::Write as _;

use base64ct::{Base64Unpadded, Encoding};
use bytes::Bytes;

use crate::sync::wire::{EntryId, Mailbox, Signature, WHISPER_MAX};

/// What another relay on the same database did. The mailbox's name does not travel, only its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// A mailbox has entries up to this number.
    Appended(NameHash, u64),
    /// A mailbox is gone.
    Destroyed(NameHash),
    /// Some news may have been lost.
    Missed,
    /// Another relay, or this one, says something that is not stored.
    Word(Word),
}

/// A relay among several on one database, by a random name that it gives itself when it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RelayName(pub [u8; 8]);

/// What relays on one database tell each other, and no database stores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// So many devices read these mailboxes at this relay now.
    Readers {
        /// Who says so.
        from: RelayName,
        /// Relays where any of them is read, too, are to say how many read it there.
        ask: bool,
        /// At most [`COUNTS_MAX`].
        counts: Vec<(NameHash, u16)>,
    },
    /// A device's whisper, for those who read the mailbox at other relays.
    Whisper {
        /// Who passes it on.
        from: RelayName,
        /// In which mailbox.
        mailbox: NameHash,
        /// As the device gave it.
        signature: Signature,
        /// The sealed bytes.
        sealed: Bytes,
    },
    /// This relay is there.
    Here(RelayName),
    /// This relay stops.
    Gone(RelayName),
}

/// The most mailboxes in one [`Word::Readers`].
pub const COUNTS_MAX: usize = 150;
/// PostgreSQL carries less than this at a time.
const TOLD_MAX: usize = 8_000;

/// Stands for a mailbox's name where the name itself should not be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NameHash([u8; 16]);

impl NameHash {
    /// The hash of a name.
    #[must_use]
    pub fn of(name: &Mailbox) -> Self {
        Self(EntryId::of(&name.0).0)
    }
}

impl AsRef<[u8]> for NameHash {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl News {
    /// As it is told; [`News::Missed`] is nothing to tell.
    #[must_use]
    pub fn told(&self) -> String {
        match self {
            Self::Appended(name, head) => format!("{} {head}", hex(&name.0)),
            Self::Destroyed(name) => format!("{} gone", hex(&name.0)),
            Self::Word(word) => word.told(),
            Self::Missed => String::new(),
        }
    }

    /// What was told, if it is something that a relay tells.
    #[must_use]
    pub fn read(told: &str) -> Option<Self> {
        if TOLD_MAX <= told.len() {
            return None;
        }
        let (name, what) = told.split_once(' ')?;
        if let Some(from) = unhex(name) {
            return Word::read(RelayName(from), what).map(Self::Word);
        }
        let name = NameHash(unhex(name)?);
        if what == "gone" { Some(Self::Destroyed(name)) } else { Some(Self::Appended(name, number(what)?)) }
    }
}

impl Word {
    /// As it is told.
    #[must_use]
    pub fn told(&self) -> String {
        match self {
            Self::Readers { from, ask, counts } => {
                let mut text = format!("{} {}", hex(&from.0), if *ask { "asks" } else { "readers" });
                for (name, count) in counts.iter().take(COUNTS_MAX) {
                    // Writing to a string can't fail.
                    let _ = write!(text, " {} {count}", hex(&name.0));
                }
                text
            }
            Self::Whisper { from, mailbox, signature, sealed } => {
                let said = Base64Unpadded::encode_string(&[&signature.0[..], sealed].concat());
                format!("{} whispers {} {said}", hex(&from.0), hex(&mailbox.0))
            }
            Self::Here(from) => format!("{} here", hex(&from.0)),
            Self::Gone(from) => format!("{} stops", hex(&from.0)),
        }
    }

    fn read(from: RelayName, told: &str) -> Option<Self> {
        let mut parts = told.split(' ');
        let verb = parts.next()?;
        let word = match verb {
            "readers" | "asks" => {
                let mut counts = Vec::new();
                while let Some(name) = parts.next() {
                    if counts.len() == COUNTS_MAX {
                        return None;
                    }
                    counts.push((NameHash(unhex(name)?), number(parts.next()?)?.try_into().ok()?));
                }
                Self::Readers { from, ask: verb == "asks", counts }
            }
            "whispers" => {
                let mailbox = NameHash(unhex(parts.next()?)?);
                let said = Base64Unpadded::decode_vec(parts.next()?).ok()?;
                let (signature, sealed) = said.split_first_chunk()?;
                if WHISPER_MAX < sealed.len() {
                    return None;
                }
                let (signature, sealed) = (Signature(*signature), Bytes::copy_from_slice(sealed));
                Self::Whisper { from, mailbox, signature, sealed }
            }
            "here" => Self::Here(from),
            "stops" => Self::Gone(from),
            _ => return None,
        };
        parts.next().is_none().then_some(word)
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let is_hex = text.bytes().all(|sign| matches!(sign, b'0'..=b'9' | b'a'..=b'f'));
    if text.len() != 2 * N || !is_hex {
        return None;
    }
    let bytes: Option<Vec<u8>> = (0..N).map(|at| u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()).collect();
    bytes?.try_into().ok()
}

/// A number as it is written here: neither a sign nor a zero before it.
fn number(text: &str) -> Option<u64> {
    let is_plain = text.bytes().all(|sign| sign.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if is_plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_are_heard_as_they_were_told() {
        let name = NameHash::of(&Mailbox([7; 32]));
        let from = RelayName([3; 8]);
        let counts = vec![(name, u16::MAX); COUNTS_MAX];
        let (signature, sealed) = (Signature([4; 64]), Bytes::from(vec![5; WHISPER_MAX]));
        for news in [
            News::Appended(name, u64::MAX),
            News::Destroyed(name),
            News::Word(Word::Readers { from, ask: true, counts }),
            News::Word(Word::Readers { from, ask: false, counts: vec![] }),
            News::Word(Word::Whisper { from, mailbox: name, signature, sealed }),
            News::Word(Word::Here(from)),
            News::Word(Word::Gone(from)),
        ] {
            let told = news.told();
            assert!(told.len() < TOLD_MAX, "{}", told.len());
            assert_eq!(News::read(&told), Some(news));
        }
    }

    #[test]
    fn what_no_relay_tells_is_not_heard() {
        let name = hex(&NameHash::of(&Mailbox([7; 32])).0);
        let relay = "0303030303030303";
        let too_many = format!("{relay} readers{}", format!(" {name} 1").repeat(COUNTS_MAX + 1));
        let whisper = |len: usize| Base64Unpadded::encode_string(&vec![1; len]);
        assert!(News::read(&format!("{relay} whispers {name} {}", whisper(64))).is_some());
        for nonsense in [
            "",
            "00",
            "zz 1",
            "0011 1",
            &format!("{name} 01"),
            &format!("{name} +1"),
            &format!("{name} -1"),
            &format!("{name} 18446744073709551616"),
            &format!("{} 1", name.to_uppercase()),
            &format!("{relay} readers 00"),
            &format!("{relay} readers {name}"),
            &format!("{relay} readers {name} 65536"),
            &too_many,
            &format!("{relay} whispers {name} AAAA"),
            &format!("{relay} whispers {name} {}", whisper(63)),
            &format!("{relay} whispers {name} {}", whisper(64 + WHISPER_MAX + 1)),
            &format!("{relay} here again"),
            &format!("{relay}  here"),
            &format!("{name} 1{}", " ".repeat(TOLD_MAX)),
        ] {
            assert_eq!(News::read(nonsense), None, "{nonsense}");
        }
    }
}
