//! One signed thing that somebody said, and its bytes.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | version: 1 |
//! | 32 | the person's public key (Ed25519) |
//! | 64 | the person's signature over `klassrum statement 1` and the rest |
//! | the rest | JSON: `{"seq": …, "at": …, "said": {…}}`; see [`Said`] |
//!
//! A statement's id is the SHA-256 of all its bytes.

use std::fmt;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

use super::Said;

const VERSION: u8 = 1;
/// The most bytes of a statement.
pub const STATEMENT_MAX: usize = 64 * 1024;
/// No statement counts itself higher: JSON's whole numbers end here.
const SEQ_MAX: u64 = 1 << 53;

macro_rules! bytes32 {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub [u8; 32]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl $name {
            /// From its 64 hexadecimal digits.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                if text.len() != 64 || !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
                    return None;
                }
                let mut bytes = [0; 32];
                for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
                    *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
                }
                Some(Self(bytes))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                if to.is_human_readable() { to.collect_str(self) } else { self.0.serialize(to) }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                if from.is_human_readable() {
                    let text = String::deserialize(from)?;
                    Self::parse(&text).ok_or_else(|| D::Error::custom("64 hexadecimal digits"))
                } else {
                    <[u8; 32]>::deserialize(from).map(Self)
                }
            }
        }
    };
}

bytes32! {
    /// 32 bytes: a statement's id, a hash, a nonce.
    Digest
}

bytes32! {
    /// Somebody at the table, by the public key that their statements are signed with. Made for one workshop and used in no
    /// other, so that it tells nothing of the person.
    Person
}

pub(super) fn hashes(hash: Sha256) -> Digest {
    Digest(hash.finalize().into())
}

/// The secret of a workshop that this person founds: SHA-256 of `klassrum workshop key 1` and the SHA-256 of
/// `klassrum workshop 1`, the person and the salt. Nobody can find another person and salt that lead to the same secret, so
/// that all who have it know who the founder is.
#[must_use]
pub fn founding_secret(founder: Person, salt: &[u8; 32]) -> Zeroizing<[u8; 32]> {
    let mark = Sha256::new().chain_update(b"klassrum workshop 1").chain_update(founder.0).chain_update(salt).finalize();
    let secret = Sha256::new().chain_update(b"klassrum workshop key 1").chain_update(mark).finalize();
    Zeroizing::new(secret.into())
}

/// What a person signs with. It never leaves the device that made it, and has no `Debug`, so that it can't be logged.
#[derive(Clone)]
pub struct PersonKey(SigningKey);

impl PersonKey {
    /// The key that grows from 32 random bytes.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The bytes to store, on this device only.
    #[must_use]
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// Who signs with it.
    #[must_use]
    pub fn person(&self) -> Person {
        Person(self.0.verifying_key().to_bytes())
    }

    /// The bytes of a statement.
    #[must_use]
    pub fn say(&self, seq: u64, at: i64, said: &Said) -> Vec<u8> {
        // Fails only for maps whose keys are no text; there are none.
        let text = serde_json::to_vec(&Text { seq, at, said }).unwrap_or_default();
        let signature = self.0.sign(&signed(&text));
        [&[VERSION], self.person().0.as_slice(), &signature.to_bytes(), &text].concat()
    }
}

#[derive(Serialize)]
struct Text<'a> {
    seq: u64,
    at: i64,
    said: &'a Said,
}

#[derive(Deserialize)]
struct Heard {
    seq: u64,
    at: i64,
    said: serde_json::Value,
}

fn signed(text: &[u8]) -> Vec<u8> {
    [b"klassrum statement 1".as_slice(), text].concat()
}

/// One thing that somebody said, with a signature that was checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// What it is known by.
    pub id: Digest,
    /// Who said it.
    pub by: Person,
    /// Its place among what the same person said; a facilitator's also comes after what they had heard other facilitators
    /// say. Of two with the same, the one with the higher id is later.
    pub seq: u64,
    /// When, in seconds since 1970 by that device's clock. Shown only.
    pub at: i64,
    /// What was said.
    pub said: Said,
}

impl Statement {
    /// The statement in these bytes.
    ///
    /// # Errors
    /// [`NotSaid`] tells why it counts for nothing.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotSaid> {
        if STATEMENT_MAX < bytes.len() {
            return Err(NotSaid::TooLong);
        }
        let (version, rest) = bytes.split_first().ok_or(NotSaid::Other)?;
        if *version != VERSION {
            return Err(NotSaid::Newer);
        }
        let (person, rest) = rest.split_first_chunk::<32>().ok_or(NotSaid::Other)?;
        let (signature, text) = rest.split_first_chunk::<64>().ok_or(NotSaid::Other)?;
        let key = VerifyingKey::from_bytes(person).map_err(|_| NotSaid::Forged)?;
        key.verify_strict(&signed(text), &Signature::from_bytes(signature)).map_err(|_| NotSaid::Forged)?;
        let heard: Heard = serde_json::from_slice(text).map_err(|_| NotSaid::Other)?;
        if SEQ_MAX < heard.seq {
            return Err(NotSaid::Other);
        }
        let said = serde_json::from_value(heard.said).unwrap_or(Said::Unknown);
        let id = hashes(Sha256::new().chain_update(bytes));
        Ok(Self { id, by: Person(*person), seq: heard.seq, at: heard.at, said })
    }
}

/// Why bytes count for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotSaid {
    /// More than a statement may have.
    #[error("a statement has at most {STATEMENT_MAX} bytes")]
    TooLong,
    /// From a newer program.
    #[error("the statement has a version that this program doesn't know")]
    Newer,
    /// Whoever it names did not sign it.
    #[error("the statement is not signed by the person it names")]
    Forged,
    /// Something else.
    #[error("this is no statement")]
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::workshop::Join;

    fn key(byte: u8) -> PersonKey {
        PersonKey::from_seed(&[byte; 32])
    }

    fn joined() -> Said {
        Said::Join(Join { role: "Arkivarie".into(), name: String::new(), observer: false })
    }

    #[test]
    fn what_was_said_arrives_with_who_said_it() {
        let bytes = key(1).say(3, 99, &joined());
        let statement = Statement::from_bytes(&bytes).unwrap();
        assert_eq!((statement.by, statement.seq, statement.at), (key(1).person(), 3, 99));
        assert_eq!(statement.said, joined());
    }

    #[test]
    fn bytes_changed_anywhere_count_for_nothing() {
        let bytes = key(1).say(3, 99, &joined());
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(Statement::from_bytes(&changed).is_err(), "{at}");
            assert!(Statement::from_bytes(&bytes[..at]).is_err(), "{at}");
        }
    }

    #[test]
    fn nobody_speaks_for_another() {
        let mut bytes = key(1).say(3, 99, &joined());
        bytes[1..33].copy_from_slice(&key(2).person().0);
        assert_eq!(Statement::from_bytes(&bytes), Err(NotSaid::Forged));
    }

    #[test]
    fn what_a_newer_program_says_is_heard_and_not_understood() {
        let text = br#"{"seq":1,"at":2,"said":{"sing":"la la"},"loudly":true}"#;
        let signature = key(1).0.sign(&signed(text)).to_bytes();
        let bytes = [&[VERSION], key(1).person().0.as_slice(), &signature, text].concat();
        assert_eq!(Statement::from_bytes(&bytes).unwrap().said, Said::Unknown);
    }

    #[test]
    fn a_workshop_s_secret_is_computed_the_same_for_good_and_is_one_founder_s() {
        let secret = founding_secret(Person([1; 32]), &[2; 32]);
        assert_eq!(Digest(*secret).to_string(), "2c66628afc5ddcc215651c001897db9db2bff646548c6da38fc9a5691ae0a63c");
        assert_ne!(*secret, *founding_secret(Person([1; 32]), &[3; 32]));
        assert_ne!(*secret, *founding_secret(Person([2; 32]), &[2; 32]));
    }

    #[test]
    fn a_digest_reads_what_it_writes() {
        let digest = Digest(std::array::from_fn(|at| u8::try_from(at * 7).unwrap()));
        assert_eq!(Digest::parse(&digest.to_string()), Some(digest));
        assert_eq!(Digest::parse(&"é".repeat(32)), None);
    }
}
