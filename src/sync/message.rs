//! What is inside sealed bytes; only devices see it.

use serde::{Deserialize, Serialize};

/// The most bytes of a text on a card.
const TEXT_MAX: usize = 200;

/// Which device, and who sits at it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct DeviceCard {
    /// Random; tells devices with the same name apart.
    pub id: [u8; 8],
    /// What the device is called.
    pub device: String,
    /// Who sits at it, if a name was given.
    pub name: String,
    /// In what role.
    pub role: String,
}

impl DeviceCard {
    fn is_short(&self) -> bool {
        [&self.device, &self.name, &self.role].iter().all(|text| text.len() <= TEXT_MAX)
    }
}

/// What an entry holds: changes, or a whole document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch<'a> {
    /// Who sent it.
    pub from: DeviceCard,
    /// When, in seconds since 1970 by the sender's clock.
    pub at: i64,
    /// The number of the last entry that the sender has.
    pub seen: u64,
    /// As the document room made them.
    pub changes: &'a [u8],
}

/// What a device tells those who are connected now: that it is there, and what it has. From one who may only read it goes
/// unsigned, as a nod; see [`super`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whisper {
    /// Who sent it.
    pub from: DeviceCard,
    /// When, in seconds since 1970 by the sender's clock.
    pub at: i64,
    /// The number of the last entry that the sender has.
    pub seen: u64,
}

impl<'a> Batch<'a> {
    /// The batch as bytes, to be sealed.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_stdvec(self).unwrap_or_default()
    }

    /// The batch in bytes that were opened, if they hold one and nothing else.
    #[must_use]
    pub fn from_bytes(bytes: &'a [u8]) -> Option<Self> {
        let (batch, rest) = postcard::take_from_bytes::<Self>(bytes).ok()?;
        (rest.is_empty() && batch.from.is_short()).then_some(batch)
    }
}

impl Whisper {
    /// The whisper as bytes, to be sealed.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_stdvec(self).unwrap_or_default()
    }

    /// The whisper in bytes that were opened, if they hold one and nothing else.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (whisper, rest) = postcard::take_from_bytes::<Self>(bytes).ok()?;
        (rest.is_empty() && whisper.from.is_short()).then_some(whisper)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_and_a_whisper_arrive_as_they_were_sent_and_nothing_else_is_one() {
        let from = DeviceCard { id: [1; 8], device: "platta".into(), name: "Åsa".into(), role: "ISAM".into() };
        let batch = Batch { from: from.clone(), at: -1, seen: 300, changes: &[1, 2, 3] };
        let bytes = batch.to_bytes();
        assert_eq!(Batch::from_bytes(&bytes), Some(batch));
        assert!((0..bytes.len()).all(|len| Batch::from_bytes(&bytes[..len]).is_none()));
        assert_eq!(Batch::from_bytes(&[&bytes[..], &[0]].concat()), None);
        let whisper = Whisper { from, at: 1, seen: 2 };
        assert_eq!(Whisper::from_bytes(&whisper.to_bytes()), Some(whisper));
    }

    /// As the table in [`crate::sync`] says, byte by byte: programs of other ages read it.
    #[test]
    fn what_is_sealed_is_written_as_it_always_was() {
        let from = DeviceCard { id: [1; 8], device: "platta".into(), name: "Åsa".into(), role: "ISAM".into() };
        let card = "0101010101010101 06706c61747461 04c3857361 044953414d";
        let batch = Batch { from: from.clone(), at: -2, seen: 300, changes: &[1, 2, 3] };
        assert_eq!(hex(&batch.to_bytes()), format!("{card} 03 ac02 03010203").replace(' ', ""));
        let whisper = Whisper { from, at: 1_700_000_000, seen: 2 };
        assert_eq!(hex(&whisper.to_bytes()), format!("{card} 80c49fd50c 02").replace(' ', ""));
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn a_card_with_a_long_text_is_refused() {
        let from = DeviceCard { name: "a".repeat(TEXT_MAX + 1), ..DeviceCard::default() };
        assert_eq!(Whisper::from_bytes(&Whisper { from, at: 1, seen: 2 }.to_bytes()), None);
    }
}
