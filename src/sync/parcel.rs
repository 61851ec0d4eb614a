//! What the tabs of one browser tell each other: which document, and what was changed in it.

use std::fmt;

use thiserror::Error;

/// The version of the framing.
const VERSION: u8 = 1;
/// The most characters a document's name has.
pub const NAME_MAX: usize = 64;
/// The most bytes of changes in one parcel.
pub const CHANGES_MAX: usize = 64 * 1024 * 1024;

/// What a document is called where it is stored and passed on: 1 to 64 characters of `a-z`, `0-9` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentName(String);

impl DocumentName {
    /// The name, if it has the form of one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let sound = text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        (sound && (1..=NAME_MAX).contains(&text.len())).then(|| Self(text.to_owned()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DocumentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Changes to one document, on their way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// Which document.
    pub document: DocumentName,
    /// The changes.
    pub changes: Vec<u8>,
}

impl Parcel {
    /// The parcel as bytes.
    ///
    /// # Errors
    /// There are more changes than a parcel takes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ParcelError> {
        if CHANGES_MAX < self.changes.len() {
            return Err(ParcelError::TooLarge { len: self.changes.len() });
        }
        let name = self.document.as_str().as_bytes();
        // Both lengths fit: a name has at most 64 characters, and the changes were measured above.
        let name_len = u8::try_from(name.len()).unwrap_or(u8::MAX);
        let len = u32::try_from(self.changes.len()).unwrap_or(u32::MAX).to_le_bytes();
        Ok([&[VERSION, name_len], name, &len, &self.changes].concat())
    }

    /// The parcel that the bytes hold.
    ///
    /// # Errors
    /// [`ParcelError`] says why they hold none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ParcelError> {
        let (version, rest) = bytes.split_first().ok_or(ParcelError::Cut)?;
        if *version != VERSION {
            return Err(ParcelError::Version(*version));
        }
        let (name_len, rest) = rest.split_first().ok_or(ParcelError::Cut)?;
        let (name, rest) = rest.split_at_checked(usize::from(*name_len)).ok_or(ParcelError::Cut)?;
        let name = std::str::from_utf8(name).ok().and_then(DocumentName::parse).ok_or(ParcelError::Name)?;
        let (len, changes) = rest.split_first_chunk::<4>().ok_or(ParcelError::Cut)?;
        let len = usize::try_from(u32::from_le_bytes(*len)).unwrap_or(usize::MAX);
        if CHANGES_MAX < len {
            return Err(ParcelError::TooLarge { len });
        }
        if changes.len() == len {
            Ok(Self { document: name, changes: changes.to_vec() })
        } else {
            Err(ParcelError::Cut)
        }
    }
}

/// Bytes that are no parcel.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ParcelError {
    /// From a newer program, say.
    #[error("the message has version {0}, which this program doesn't know")]
    Version(u8),
    /// Too few bytes, or too many.
    #[error("the message is cut short or has bytes left over")]
    Cut,
    /// The name has not the form of one.
    #[error("the message names no document")]
    Name,
    /// More changes than a parcel takes.
    #[error("a message takes {CHANGES_MAX} bytes of changes, this has {len}")]
    TooLarge {
        /// The bytes it has.
        len: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parcel() -> Parcel {
        Parcel { document: DocumentName::parse("sisab-2024").unwrap(), changes: vec![1, 2, 3] }
    }

    #[test]
    fn a_parcel_arrives_as_it_was_sent() {
        let bytes = parcel().to_bytes().unwrap();
        assert_eq!(bytes, b"\x01\x0asisab-2024\x03\0\0\0\x01\x02\x03");
        assert_eq!(Parcel::from_bytes(&bytes), Ok(parcel()));
    }

    #[test]
    fn a_parcel_cut_short_anywhere_is_refused() {
        let bytes = parcel().to_bytes().unwrap();
        for len in 0..bytes.len() {
            assert!(Parcel::from_bytes(&bytes[..len]).is_err(), "{len}");
        }
    }

    #[test]
    fn bytes_left_over_are_refused() {
        let bytes = [parcel().to_bytes().unwrap(), vec![0]].concat();
        assert_eq!(Parcel::from_bytes(&bytes), Err(ParcelError::Cut));
    }

    #[test]
    fn an_unknown_version_is_named() {
        let mut bytes = parcel().to_bytes().unwrap();
        bytes[0] = 2;
        assert_eq!(Parcel::from_bytes(&bytes), Err(ParcelError::Version(2)));
    }

    #[test]
    fn a_name_of_another_form_is_refused() {
        for name in ["", "Å", "a b", "../x", &"a".repeat(65)] {
            assert_eq!(DocumentName::parse(name), None, "{name:?}");
        }
        assert_eq!(Parcel::from_bytes(b"\x01\x01A\0\0\0\0"), Err(ParcelError::Name));
    }

    #[test]
    fn a_length_beyond_the_limit_is_refused_before_anything_is_copied() {
        assert_eq!(
            Parcel::from_bytes(b"\x01\x01a\xff\xff\xff\xff"),
            Err(ParcelError::TooLarge { len: u32::MAX as usize })
        );
    }
}
