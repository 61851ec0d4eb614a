//! Frames between a device and the relay; the tables are in [`crate::sync`].
//!
//! Start at [`ClientFrame`] and [`RelayFrame`]. A frame that was read borrows its sealed bytes from the bytes it was read
//! from. Signatures are carried here, not checked.

mod client;
mod codec;
mod entry;
mod names;
mod refusal;
mod relay;
mod signed;

use thiserror::Error;

pub use client::ClientFrame;
pub use entry::{Entry, Kind, NewEntry, Receipt};
pub use names::{Challenge, EntryId, Epoch, Mailbox, Mark, Signature, Token, TokenHash, WriterKey};
pub use refusal::Refusal;
pub use relay::{RelayFrame, Welcome, entries_frame};
pub use signed::{destroy_message, entry_message, mailbox_message};

/// What a connection begins with.
pub const MAGIC: [u8; 4] = *b"KLSR";
/// The version of the protocol.
pub const VERSION: u16 = 1;
/// The channel number that stands for the connection as a whole.
pub const CONNECTION: u16 = u16::MAX;
/// The least bytes that sealed bytes have: a nonce and a seal around nothing.
pub const SEALED_MIN: usize = 24 + 16;
/// The most bytes in the sealed bytes of one entry. A relay may take fewer; it says so in [`Welcome`].
pub const ENTRY_MAX: usize = 16 * 1024 * 1024;
/// The most bytes in the sealed bytes of one whisper.
pub const WHISPER_MAX: usize = 4 * 1024;
/// The most entries or receipts in one frame.
pub const ENTRIES_MAX: usize = 1024;
/// The most bytes in one frame, and so in one WebSocket message.
pub const FRAME_MAX: usize = ENTRY_MAX + 64 * 1024;
/// The most bytes in the word with which a relay takes new mailboxes.
pub const ADMISSION_MAX: usize = 255;
/// The most bytes in a refusal's detail.
pub const DETAIL_MAX: usize = 500;

/// Bytes that are no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum WireError {
    /// Too few bytes.
    #[error("the frame is cut short")]
    Cut,
    /// Too many bytes.
    #[error("the frame has bytes left over")]
    LeftOver,
    /// From a newer program, say.
    #[error("the frame has kind {0}, which this program doesn't know")]
    Frame(u8),
    /// The first frame doesn't begin as it should.
    #[error("the connection doesn't begin as one of Klassrum's")]
    Magic,
    /// [`CONNECTION`] is no channel.
    #[error("the frame names no channel")]
    Channel,
    /// More items than a frame takes.
    #[error("the frame has more than {ENTRIES_MAX} items")]
    TooMany,
    /// More bytes than the limit for them.
    #[error("a part of the frame is larger than its limit")]
    TooLarge,
    /// Fewer bytes than anything sealed has.
    #[error("the sealed bytes are fewer than {SEALED_MIN}")]
    TooSmall,
    /// An entry of a kind that is not stored, or that is not known.
    #[error("there is no entry of kind {0}")]
    Kind(u8),
    /// Only a snapshot covers others.
    #[error("an entry of changes says that it covers others")]
    Covers,
    /// Not UTF-8.
    #[error("a text in the frame can't be read")]
    Text,
    /// Neither yes nor no.
    #[error("a yes-or-no in the frame is neither")]
    Flag,
    /// From a newer relay, say.
    #[error("there is no refusal {0}")]
    Refusal(u8),
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEALED: [u8; SEALED_MIN] = [0xee; SEALED_MIN];

    fn new_entry(kind: Kind) -> NewEntry<'static> {
        let covers = if kind == Kind::Snapshot { 7 } else { 0 };
        NewEntry { kind, covers, signature: Signature([5; 64]), sealed: &SEALED }
    }

    fn client_frames() -> Vec<ClientFrame<'static>> {
        let (channel, mailbox, signature) = (0x0201, Mailbox([1; 32]), Signature([5; 64]));
        vec![
            ClientFrame::Hello { version: VERSION },
            ClientFrame::Open { channel, mailbox, token: Token([2; 32]), after: 9, mark: Mark([3; 16]) },
            ClientFrame::Create {
                channel,
                mailbox,
                token_hash: Token([2; 32]).hash(),
                writer: WriterKey([4; 32]),
                admission: "släpp in",
                signature,
            },
            ClientFrame::Append { channel, entries: vec![new_entry(Kind::Changes), new_entry(Kind::Snapshot)] },
            ClientFrame::Whisper { channel, signature, sealed: &SEALED },
            ClientFrame::Close { channel },
            ClientFrame::Ping([6; 8]),
            ClientFrame::Destroy { channel, signature },
        ]
    }

    fn entry() -> Entry<'static> {
        Entry { number: 1, mark: Mark([3; 16]), at: -2, new: new_entry(Kind::Changes) }
    }

    fn relay_frames() -> Vec<RelayFrame<'static>> {
        let channel = 0x0201;
        let receipt = Receipt { id: EntryId([1; 16]), number: 3, mark: Mark([2; 16]), at: 1_732_500_000_000 };
        vec![
            RelayFrame::Welcome(Welcome {
                version: VERSION,
                epoch: Epoch([1; 16]),
                at: 1_732_500_000_000,
                challenge: Challenge([2; 16]),
                entry_max: 1 << 20,
                mailbox_max: 1 << 30,
            }),
            RelayFrame::Opened { channel, head: 4, reset: true, readers: 2 },
            RelayFrame::Entries { channel, entries: vec![entry(), entry()] },
            RelayFrame::CaughtUp { channel, head: 4 },
            RelayFrame::Acknowledged { channel, receipts: vec![receipt] },
            RelayFrame::Whispered { channel, signature: Signature([5; 64]), sealed: &SEALED },
            RelayFrame::Refused { channel: None, code: Refusal::Version, detail: "1" },
            RelayFrame::Refused { channel: Some(channel), code: Refusal::Busy, detail: "" },
            RelayFrame::Pong([6; 8]),
            RelayFrame::Presence { channel, readers: 3 },
        ]
    }

    #[test]
    fn every_frame_arrives_as_it_was_sent() {
        for frame in client_frames() {
            assert!(ClientFrame::from_bytes(&frame.to_bytes()) == Ok(frame));
        }
        for frame in relay_frames() {
            assert_eq!(RelayFrame::from_bytes(&frame.to_bytes()), Ok(frame.clone()));
        }
    }

    #[test]
    fn a_frame_cut_short_or_with_more_behind_it_is_refused() {
        for frame in client_frames().iter().map(ClientFrame::to_bytes) {
            for len in 0..frame.len() {
                assert!(ClientFrame::from_bytes(&frame[..len]).err() == Some(WireError::Cut), "{frame:?} {len}");
            }
            let more = [frame, vec![0]].concat();
            assert!(ClientFrame::from_bytes(&more).err() == Some(WireError::LeftOver), "{more:?}");
        }
        for frame in relay_frames().iter().map(RelayFrame::to_bytes) {
            for len in 0..frame.len() {
                assert_eq!(RelayFrame::from_bytes(&frame[..len]), Err(WireError::Cut), "{frame:?} {len}");
            }
            let more = [frame, vec![0]].concat();
            assert_eq!(RelayFrame::from_bytes(&more), Err(WireError::LeftOver), "{more:?}");
        }
    }

    #[test]
    fn the_bytes_are_those_of_the_tables() {
        let open = ClientFrame::Open {
            channel: 0x0201,
            mailbox: Mailbox([1; 32]),
            token: Token([2; 32]),
            after: 9,
            mark: Mark([3; 16]),
        };
        let expected = [&[2, 1, 2][..], &[1; 32], &[2; 32], &[9, 0, 0, 0, 0, 0, 0, 0], &[3; 16]].concat();
        assert_eq!(open.to_bytes(), expected);

        let entries = RelayFrame::Entries { channel: 0, entries: vec![entry()] };
        let expected = [
            &[67, 0, 0, 1, 0][..],
            &[1, 0, 0, 0, 0, 0, 0, 0],
            &[3; 16],
            &[0xfe, 255, 255, 255, 255, 255, 255, 255],
            &[0],
            &[0; 8],
            &[5; 64],
            &[40, 0, 0, 0],
            &SEALED,
        ]
        .concat();
        assert_eq!(entries.to_bytes(), expected);
        assert_eq!(expected.len(), 5 + Entry::HEAD + SEALED.len());
    }

    #[test]
    fn a_later_versions_hello_is_read_whatever_follows_its_version() {
        let hello = ClientFrame::from_bytes(b"\x01KLSR\x02\x00and more");
        assert!(hello == Ok(ClientFrame::Hello { version: 2 }));
        assert!(ClientFrame::from_bytes(b"\x01HTTP\x01\x00").err() == Some(WireError::Magic));
    }

    #[test]
    fn lengths_and_counts_beyond_the_limits_are_refused_before_anything_is_read() {
        let many = u16::try_from(ENTRIES_MAX + 1).unwrap().to_le_bytes();
        assert!(ClientFrame::from_bytes(&[&[4, 0, 0], &many[..]].concat()).err() == Some(WireError::TooMany));
        assert_eq!(RelayFrame::from_bytes(&[&[67, 0, 0], &many[..]].concat()), Err(WireError::TooMany));
        let large = u32::try_from(ENTRY_MAX + 1).unwrap().to_le_bytes();
        let append = [&[4, 0, 0, 1, 0, 0][..], &[0; 8], &[5; 64], &large].concat();
        assert!(ClientFrame::from_bytes(&append).err() == Some(WireError::TooLarge));
        let small = [&[4, 0, 0, 1, 0, 0][..], &[0; 8], &[5; 64], &[39, 0, 0, 0], &[0; 39]].concat();
        assert!(ClientFrame::from_bytes(&small).err() == Some(WireError::TooSmall));
        assert!(ClientFrame::from_bytes(&vec![4; FRAME_MAX + 1]).err() == Some(WireError::TooLarge));
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        assert!(ClientFrame::from_bytes(&[9]).err() == Some(WireError::Frame(9)));
        assert!(ClientFrame::from_bytes(&[6, 255, 255]).err() == Some(WireError::Channel));
        let mut append = ClientFrame::Append { channel: 0, entries: vec![new_entry(Kind::Snapshot)] }.to_bytes();
        append[5] = 0;
        assert!(ClientFrame::from_bytes(&append).err() == Some(WireError::Covers));
        append[5] = 2;
        assert!(ClientFrame::from_bytes(&append).err() == Some(WireError::Kind(2)));
        assert_eq!(RelayFrame::from_bytes(&[71, 0, 0, 99, 0, 0]), Err(WireError::Refusal(99)));
        let opened = RelayFrame::Opened { channel: 0, head: 0, reset: false, readers: 0 };
        let mut opened = opened.to_bytes();
        opened[11] = 2;
        assert_eq!(RelayFrame::from_bytes(&opened), Err(WireError::Flag));
    }

    #[test]
    fn a_detail_that_is_too_long_is_cut_between_two_letters() {
        let detail = format!("{}ö", "a".repeat(DETAIL_MAX - 1));
        let frame = RelayFrame::Refused { channel: None, code: Refusal::Busy, detail: &detail }.to_bytes();
        let Ok(RelayFrame::Refused { detail, .. }) = RelayFrame::from_bytes(&frame) else { panic!() };
        assert_eq!(detail.len(), DETAIL_MAX - 1);
    }

    #[test]
    fn every_refusal_has_a_number_of_its_own() {
        for (at, refusal) in Refusal::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(refusal.number()), at + 1);
            assert_eq!(Refusal::from_number(refusal.number()), Ok(refusal));
        }
    }

    /// The expected bytes are from Python: `hashlib.sha256(previous + hashlib.sha256(sealed).digest()[:16]).digest()[:16]`.
    #[test]
    fn ids_and_marks_are_frozen() {
        let id = EntryId::of(&SEALED);
        let first = Mark::EMPTY.after(id);
        assert_eq!(format!("{:02x?}", first.after(id).0), MARK_OF_TWO);
        assert_ne!(first, Mark::EMPTY);
    }

    const MARK_OF_TWO: &str = "[4a, c9, 58, d3, 73, 59, 37, 4c, 30, 60, f6, aa, f9, 56, f8, f6]";
}
