//! How a record is named: its kind and its key.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A record's key. A record that belongs to another carries the owner's key first: `system.classification`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Key(Arc<str>);

impl From<String> for Key {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        key.0.as_ref().to_owned()
    }
}

impl Key {
    /// A key of its own from ten random bytes: 80 bits, so that two devices never choose the same.
    #[must_use]
    pub fn random(bytes: [u8; 10]) -> Self {
        const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        let number = bytes.iter().fold(0_u128, |number, byte| (number << 8) | u128::from(*byte));
        let letter = |place: u32| {
            let five_bits = (number >> (5 * place)) & 31;
            LETTERS.get(usize::try_from(five_bits).unwrap_or(0)).map_or('0', |byte| char::from(*byte))
        };
        Self((0..16).rev().map(letter).collect::<String>().into())
    }

    /// The key in a file or an address, if it has a key's form: parts of `a-z`, `0-9` and `-`, joined by full stops.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let sound =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        (text.len() <= 200 && text.split('.').all(sound)).then(|| Self(text.into()))
    }

    /// The key of a record that belongs to this one; `own` is a key without owner.
    #[must_use]
    pub fn child(&self, own: &Self) -> Self {
        Self(format!("{}.{}", self.0, own.0).into())
    }

    /// The key of the record that this one belongs to.
    #[must_use]
    pub fn owner(&self) -> Option<Self> {
        self.0.rsplit_once('.').map(|(owner, _)| Self(owner.into()))
    }

    /// The part after the owner's key.
    #[must_use]
    pub fn own(&self) -> &str {
        self.0.rsplit_once('.').map_or(&*self.0, |(_, own)| own)
    }

    /// The first part: a classification's system, say.
    #[must_use]
    pub fn root(&self) -> Self {
        Self(self.0.split('.').next().unwrap_or_default().into())
    }

    /// How many owners it has.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.0.matches('.').count()
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first and the first-not key of what belongs to this one.
    pub(super) fn below(&self) -> std::ops::Range<Self> {
        // '/' is the sign after '.', so that all that begins with "key." lies between the two.
        Self(format!("{}.", self.0).into())..Self(format!("{}/", self.0).into())
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a record is: its kind and its key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The kind of record.
    pub kind: super::RecordKind,
    /// Its key.
    pub key: Key,
}

impl Place {
    /// The record that this one belongs to, the one that that one belongs to, and so on.
    pub fn owners(&self) -> impl Iterator<Item = Self> + use<> {
        let above = |place: &Self| Some(Self { kind: place.kind.owner()?, key: place.key.owner()? });
        std::iter::successors(above(self), move |place| above(place))
    }

    /// Whether it is `other`, or belongs to it.
    #[must_use]
    pub fn is_or_is_below(&self, other: &Self) -> bool {
        self == other || self.owners().any(|owner| owner == *other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_key_has_the_form_of_a_key_and_keeps_all_its_bits() {
        let one = Key::random([0xff; 10]);
        let other = Key::random([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe]);
        assert_ne!(one, other);
        assert_eq!(one.as_str().len(), 16);
        assert_eq!(Key::parse(one.as_str()), Some(one));
    }

    #[test]
    fn text_of_another_form_is_no_key() {
        for text in ["", ".", "a.", "A", "a b", "å", "a/b", "../x"] {
            assert_eq!(Key::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn what_belongs_to_a_key_lies_in_its_range_and_nothing_else_does() {
        let system = Key::parse("ab").unwrap();
        let inside = system.child(&Key::parse("z").unwrap());
        let neighbour = Key::parse("abc.z").unwrap();
        assert!(system.below().contains(&inside));
        assert!(!system.below().contains(&neighbour));
        assert!(!system.below().contains(&system));
        assert_eq!(inside.owner(), Some(system));
    }
}
