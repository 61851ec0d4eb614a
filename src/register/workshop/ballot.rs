//! What seals a vote until it is opened.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::statement::hashes;
use super::{Digest, Person, Round, by_key};
use crate::register::Level;

/// What a vote shows before it is opened: a hash, from which nobody can tell the level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Commitment(pub Digest);

/// What opens a vote. Stays on the voter's device until the round is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ballot {
    /// The level that was voted for.
    #[serde(with = "by_key")]
    pub level: Level,
    /// 32 random bytes, so that trying the few levels tells nothing.
    pub nonce: Digest,
}

impl Ballot {
    /// The commitment to this ballot by `person` in `round`: SHA-256 of `klassrum ballot 1`, the person's public key, the
    /// aspect's letter, the round's number (2 bytes, the lowest first), the level's number, the nonce, and where the round is
    /// asked: at a turn after the first a 2 and the turn; then the key of the information set after a 1, or a 0 for the system
    /// as a whole.
    #[must_use]
    pub fn commitment(&self, round: &Round, person: Person) -> Commitment {
        let mut hash = Sha256::new();
        hash.update(b"klassrum ballot 1");
        hash.update(person.0);
        hash.update([u8::try_from(u32::from(round.question.aspect.letter())).unwrap_or_default()]);
        hash.update(round.number.to_le_bytes());
        hash.update([self.level.number()]);
        hash.update(self.nonce.0);
        round.place_in(&mut hash);
        Commitment(hashes(hash))
    }
}

/// A vote that was given on this device, with what opens it.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnVote {
    /// Whose.
    pub person: Person,
    /// In which round.
    pub round: Round,
    /// The statement that is the vote.
    pub vote: Digest,
    /// What opens it.
    pub ballot: Ballot,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::workshop::Question;
    use crate::register::{Aspect, Choose, Key};

    fn round() -> Round {
        let set = Some(Key::parse("kort").unwrap());
        Round { turn: None, question: Question { set, aspect: Aspect::Confidentiality }, number: 1 }
    }

    #[test]
    fn a_commitment_fits_one_level_one_person_one_question_one_round_and_one_turn() {
        let ballot = Ballot { level: Level::Serious, nonce: Digest([7; 32]) };
        let person = Person([1; 32]);
        let commitment = ballot.commitment(&round(), person);
        let mut others = vec![
            ballot.commitment(&round(), Person([2; 32])),
            ballot.commitment(&Round { number: 2, ..round() }, person),
            ballot.commitment(&Round { number: 256, ..round() }, person),
            ballot.commitment(&Round { turn: Some(Digest([0; 32])), ..round() }, person),
            ballot.commitment(&Round { turn: Some(Digest([1; 32])), ..round() }, person),
            Ballot { nonce: Digest([8; 32]), ..ballot }.commitment(&round(), person),
            ballot.commitment(
                &Round { question: Question { set: None, aspect: Aspect::Confidentiality }, ..round() },
                person,
            ),
        ];
        for aspect in Aspect::ALL.iter().skip(1) {
            let question = Question { aspect: *aspect, ..round().question };
            others.push(ballot.commitment(&Round { question, ..round() }, person));
        }
        for level in Level::ALL.iter().filter(|level| **level != Level::Serious) {
            others.push(Ballot { level: *level, ..ballot }.commitment(&round(), person));
        }
        assert!(others.iter().all(|other| *other != commitment));
        assert_ne!(others[3], others[4], "two turns");
    }

    #[test]
    fn a_commitment_is_computed_the_same_for_good() {
        let commitment = Ballot { level: Level::Serious, nonce: Digest([7; 32]) }.commitment(&round(), Person([1; 32]));
        assert_eq!(commitment.0.to_string(), "a9e5ddf74253db8f052ff16ad292acf9446e98aa4eee44a12c9087b5e40860c6");
    }
}
