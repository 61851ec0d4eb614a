//! One signed thing that somebody said, and its bytes.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | version: 1 |
//! | 32 | the person's public key (Ed25519) |
//! | 64 | the person's signature over `klassrum statement 1` and the rest |
//! | the rest | JSON: `{"seq": …, "at": …, "said": {…}}`; see [`Said`] |
//!
//! What is said at a turn after the first has `{"in": {"turn": …, "said": {…}}}` in the place of `said`'s value: a program that
//! knows no turns then hears something that it doesn't understand, and not something of the first system.
//!
//! A statement's id is the SHA-256 of all its bytes.

use std::fmt;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

use super::{Ballot, OwnVote, Round, Said};
use crate::register::{Choose, Level};

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

/// What a person signs with. It never leaves the device that made it, and has no `Debug`, so that it can't be logged.
#[derive(Clone)]
pub struct PersonKey(SigningKey);

impl PersonKey {
    /// The key that grows from 32 random bytes.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The key of the person with this number at a device, by the 32 random bytes that the device has for this workshop:
    /// SHA-256 of `klassrum person 1`, the bytes and the number (2 bytes, the lowest first). All that a device must keep
    /// is those bytes.
    #[must_use]
    pub fn at_device(seed: &[u8; 32], number: u16) -> Self {
        let hash = Sha256::new().chain_update(b"klassrum person 1").chain_update(seed);
        Self::from_seed(&Zeroizing::new(hash.chain_update(number.to_le_bytes()).finalize().into()))
    }

    /// What seals a vote for `level` that is said with this number: its nonce follows from the key, so that a device that
    /// has only kept its key can still open what it sealed. SHA-256 of `klassrum nonce 1`, the key's 32 bytes, the
    /// number (8 bytes, the lowest first) and the SHA-256 of the round.
    #[must_use]
    pub fn ballot(&self, round: &Round, seq: u64, level: Level) -> Ballot {
        let key = Zeroizing::new(self.0.to_bytes());
        let hash = Sha256::new().chain_update(b"klassrum nonce 1").chain_update(key.as_slice());
        Ballot { level, nonce: hashes(hash.chain_update(seq.to_le_bytes()).chain_update(round.digest().0)) }
    }

    /// Of these statements, the votes that this person gave, with what opens them.
    #[must_use]
    pub fn own_votes<'s>(&self, statements: impl IntoIterator<Item = &'s Statement>) -> Vec<OwnVote> {
        let person = self.person();
        let opened = |statement: &Statement| {
            let Said::Vote { round, commitment: Some(commitment) } = &statement.said else { return None };
            let mut ballots = Level::ALL.iter().map(|level| self.ballot(round, statement.seq, *level));
            let ballot = ballots.find(|ballot| ballot.commitment(round, person) == *commitment)?;
            Some(OwnVote { person, round: round.clone(), vote: statement.id, ballot })
        };
        statements.into_iter().filter(|statement| statement.by == person).filter_map(opened).collect()
    }

    /// Who signs with it.
    #[must_use]
    pub fn person(&self) -> Person {
        Person(self.0.verifying_key().to_bytes())
    }

    /// The bytes of a statement. `turn` is the statement that the turn began with; none: the first. It counts only for what
    /// is said of a system.
    #[must_use]
    pub fn say(&self, seq: u64, at: i64, turn: Option<Digest>, said: &Said) -> Vec<u8> {
        // Fails only for maps whose keys are no text; there are none.
        let text = match turn.filter(|_| said.is_of_turn()) {
            Some(turn) => serde_json::to_vec(&Text { seq, at, said: AtTurn::In { turn, said } }),
            None => serde_json::to_vec(&Text { seq, at, said }),
        };
        let text = text.unwrap_or_default();
        let signature = self.0.sign(&signed(&text));
        [&[VERSION], self.person().0.as_slice(), &signature.to_bytes(), &text].concat()
    }
}

#[derive(Serialize)]
struct Text<T> {
    seq: u64,
    at: i64,
    said: T,
}

/// Something said at a turn after the first.
#[derive(Serialize, Deserialize)]
enum AtTurn<T> {
    #[serde(rename = "in")]
    In { turn: Digest, said: T },
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
    /// At which turn: the statement that it began with; none: the first, or said of the table.
    pub turn: Option<Digest>,
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
        let (turn, said) = match heard.said.get("in") {
            Some(_) => match serde_json::from_value(heard.said) {
                Ok(AtTurn::In { turn, said }) => (Some(turn), said),
                Err(_) => (None, serde_json::Value::Null),
            },
            None => (None, heard.said),
        };
        let said = serde_json::from_value(said).unwrap_or(Said::Unknown);
        let id = hashes(Sha256::new().chain_update(bytes));
        Ok(Self {
            id,
            by: Person(*person),
            seq: heard.seq,
            at: heard.at,
            turn: turn.filter(|_| said.is_of_turn()),
            said,
        })
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
        let bytes = key(1).say(3, 99, None, &joined());
        let statement = Statement::from_bytes(&bytes).unwrap();
        assert_eq!((statement.by, statement.seq, statement.at), (key(1).person(), 3, 99));
        assert_eq!((statement.turn, &statement.said), (None, &joined()));
        let (turn, show) = (Digest([9; 32]), Said::Show(super::super::Stop::Summary));
        let statement = Statement::from_bytes(&key(1).say(4, 99, Some(turn), &show)).unwrap();
        assert_eq!((statement.turn, statement.said), (Some(turn), show));
        let of_table = Statement::from_bytes(&key(1).say(5, 99, Some(turn), &joined())).unwrap();
        assert_eq!((of_table.turn, of_table.said), (None, joined()));
    }

    #[test]
    fn what_is_said_at_the_first_turn_has_the_bytes_that_it_always_had() {
        let text = |bytes: &[u8]| String::from_utf8(bytes[97..].to_vec()).unwrap();
        let show = Said::Show(super::super::Stop::Summary);
        assert_eq!(text(&key(1).say(4, 99, None, &show)), r#"{"seq":4,"at":99,"said":{"show":"summary"}}"#);
        let at_turn = text(&key(1).say(4, 99, Some(Digest([9; 32])), &show));
        let turn = "09".repeat(32);
        assert_eq!(
            at_turn,
            format!(r#"{{"seq":4,"at":99,"said":{{"in":{{"turn":"{turn}","said":{{"show":"summary"}}}}}}}}"#)
        );
    }

    #[test]
    fn bytes_changed_anywhere_count_for_nothing() {
        let bytes = key(1).say(3, 99, None, &joined());
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(Statement::from_bytes(&changed).is_err(), "{at}");
            assert!(Statement::from_bytes(&bytes[..at]).is_err(), "{at}");
        }
    }

    #[test]
    fn nobody_speaks_for_another() {
        let mut bytes = key(1).say(3, 99, None, &joined());
        bytes[1..33].copy_from_slice(&key(2).person().0);
        assert_eq!(Statement::from_bytes(&bytes), Err(NotSaid::Forged));
    }

    /// Texts of statements as a program of before there were turns wrote them.
    #[test]
    fn what_was_said_before_there_were_turns_means_what_it_meant() {
        let heard = |said: &str| {
            let text = format!(r#"{{"seq":1,"at":2,"said":{said}}}"#).into_bytes();
            let signature = key(1).0.sign(&signed(&text)).to_bytes();
            let bytes = [&[VERSION], key(1).person().0.as_slice(), &signature, &text].concat();
            let statement = Statement::from_bytes(&bytes).unwrap();
            assert_eq!(statement.turn, None, "{said}");
            statement.said
        };
        let salt = "05".repeat(32);
        let begin = heard(&format!(
            r#"{{"begin":{{"salt":"{salt}","system":"passer","name":"Passersystem","purpose":"In","facts":[["Enhet","IT"]],"words":[{{"aspect":"confidentiality","question":"Vad?","levels":["a","b","c","d","e"]}}],"wording":"1","catalogue":"2","last":"2025-03-02","answers":true,"matrix":"klassrum-4x4"}}}}"#
        ));
        let Said::Begin(begin) = begin else { panic!("{begin:?}") };
        assert_eq!(begin.salt, Digest([5; 32]));
        let about = begin.about;
        assert_eq!((about.system.as_str(), about.name.as_str(), about.answers), ("passer", "Passersystem", true));
        assert_eq!(about.facts, [("Enhet".to_owned(), "IT".to_owned())]);
        assert_eq!((about.words.len(), about.last), (1, Some(jiff::civil::date(2025, 3, 2))));

        let question = super::super::Question {
            set: crate::register::Key::parse("kort"),
            aspect: crate::register::Aspect::Confidentiality,
        };
        let round = Round { turn: None, question: question.clone(), number: 1 };
        let old = r#""question":{"set":"kort","aspect":"confidentiality"}"#;
        let vote = heard(&format!(r#"{{"vote":{{"round":{{{old},"number":1}},"commitment":"{salt}"}}}}"#));
        let commitment = Some(super::super::Commitment(Digest([5; 32])));
        assert_eq!(vote, Said::Vote { round: round.clone(), commitment });
        let open = heard(&format!(r#"{{"open":{{"round":{{{old},"number":1}},"seconds":60}}}}"#));
        assert_eq!(open, Said::Open { round, seconds: 60 });
        let decide =
            heard(&format!(r#"{{"decide":{{{old},"level":"serious","reason":"x","dissent":true,"instead_of":[]}}}}"#));
        let Said::Decide(decide) = decide else { panic!("{decide:?}") };
        assert_eq!((decide.question, decide.level, decide.raise), (question, Level::Serious, None));
        let finish = heard(
            r#"{"finish":{"decided_by":"IT","day":"2026-03-02","archive_took_part":true,"decisions":[],"instead_of":[]}}"#,
        );
        let Said::Finish(finish) = finish else { panic!("{finish:?}") };
        assert_eq!((finish.decided_by.as_str(), finish.notes), ("IT", None));
        assert_eq!(heard(r#"{"show":"summary"}"#), Said::Show(super::super::Stop::Summary));
    }

    #[test]
    fn what_a_newer_program_says_is_heard_and_not_understood() {
        let text = br#"{"seq":1,"at":2,"said":{"sing":"la la"},"loudly":true}"#;
        let signature = key(1).0.sign(&signed(text)).to_bytes();
        let bytes = [&[VERSION], key(1).person().0.as_slice(), &signature, text].concat();
        assert_eq!(Statement::from_bytes(&bytes).unwrap().said, Said::Unknown);
    }

    #[test]
    fn a_device_that_kept_only_its_key_opens_its_votes_and_nobody_else_s() {
        let set = Some(crate::register::Key::parse("kort").unwrap());
        let question = crate::register::workshop::Question { set, aspect: crate::register::Aspect::Integrity };
        let round = Round { turn: Some(Digest([3; 32])), question, number: 2 };
        let votes: Vec<_> = (0..2_u16)
            .flat_map(|number| {
                let key = PersonKey::at_device(&[7; 32], number);
                let round = round.clone();
                Level::ALL.iter().zip(1..).map(move |(level, seq)| {
                    let commitment = Some(key.ballot(&round, seq, *level).commitment(&round, key.person()));
                    let bytes = key.say(seq, 0, round.turn, &Said::Vote { round: round.clone(), commitment });
                    Statement::from_bytes(&bytes).unwrap()
                })
            })
            .collect();
        let own = PersonKey::at_device(&[7; 32], 1).own_votes(&votes);
        assert_eq!(own.iter().map(|own| own.ballot.level).collect::<Vec<_>>(), Level::ALL);
        assert_eq!(
            own.iter().map(|own| own.vote).collect::<Vec<_>>(),
            votes[5..].iter().map(|vote| vote.id).collect::<Vec<_>>()
        );
        assert!(PersonKey::at_device(&[8; 32], 1).own_votes(&votes).is_empty());
    }

    #[test]
    fn persons_and_nonces_are_computed_the_same_for_good() {
        let key = PersonKey::at_device(&[7; 32], 1);
        assert_eq!(
            Digest(key.person().0).to_string(),
            "ee5b5ca6f6d9f128a22992871b2de3756ef9e7e454356f3c4103c7ac8f952d3c"
        );
        let question = crate::register::workshop::Question { set: None, aspect: crate::register::Aspect::Integrity };
        let ballot = key.ballot(&Round { turn: None, question, number: 2 }, 5, Level::Serious);
        assert_eq!(ballot.nonce.to_string(), "5b3165c81076eb3d687fbf3b94a44bc0ef8691b2b54b6c6f51774a82ca6313e2");
    }

    #[test]
    fn a_digest_reads_what_it_writes() {
        let digest = Digest(std::array::from_fn(|at| u8::try_from(at * 7).unwrap()));
        assert_eq!(Digest::parse(&digest.to_string()), Some(digest));
        assert_eq!(Digest::parse(&"é".repeat(32)), None);
    }
}
