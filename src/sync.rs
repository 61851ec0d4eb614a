//! How changes travel from one tab or device to another: framing, names and the protocol.
//!
//! Start at [`Parcel`] for what the tabs of one browser tell each other, at [`wire`] for the frames between a device and the
//! relay, and at [`Line`] for the device's side of the protocol: it is told what happens and says what to do. Nothing here
//! opens a socket, reads a clock or a random number, or looks at what changes say.
//!
//! # Between tabs
//! A parcel's bytes are, one after the other:
//!
//! | bytes | what |
//! |---|---|
//! | 1 | the version of this framing: 1 |
//! | 1 | the length of the document's name, 1 to 64 |
//! | as many as that | the document's name: `a-z`, `0-9` and `-` |
//! | 4 | the length of the changes, the lowest byte first |
//! | as many as that | the changes, as the document room made them |
//!
//! Nothing comes after.
//!
//! # Between a device and the relay
//! One WebSocket at `/sync`, binary messages, one frame in each. Numbers have their lowest byte first. Every frame begins
//! with one byte that says which it is; nothing comes after what the tables name. A frame has at most
//! [`wire::FRAME_MAX`] bytes. A channel is the device's own number for a mailbox on this connection; 65535 is none.
//!
//! From the device; the first frame of a connection is Hello, and every other frame waits for the relay's Welcome:
//!
//! | first byte | frame | then |
//! |---|---|---|
//! | 1 | Hello | `KLSR`, 2 version (1); a later version may say more, within the 1,024 bytes that may come before a Welcome |
//! | 2 | Open | 2 channel, 32 mailbox, 32 token, 8 number of the last entry read, 16 the relay's mark after it |
//! | 3 | Create | 2 channel, 32 mailbox, 32 SHA-256 of the token, 32 writer's public key, 1 length, admission, 64 signature |
//! | 4 | Append | 2 channel, 2 count (1 to 1024), entries |
//! | 5 | Whisper | 2 channel, 64 signature, 4 length (40 to 4096), sealed bytes |
//! | 6 | Close | 2 channel |
//! | 7 | Ping | 8 bytes to be sent back |
//! | 8 | Destroy | 2 channel, 64 signature |
//!
//! From the relay:
//!
//! | first byte | frame | then |
//! |---|---|---|
//! | 65 | Welcome | 2 version, 16 epoch, 8 the relay's clock, 16 challenge, 4 most bytes of an entry, 8 most of a mailbox |
//! | 66 | Opened | 2 channel, 8 number of the last entry, 1 whether all is sent from the start (0, 1), 2 connections |
//! | 67 | Entries | 2 channel, 2 count (at most 1024), stored entries |
//! | 68 | CaughtUp | 2 channel, 8 number of the last entry |
//! | 69 | Acknowledged | 2 channel, 2 count (at most 1024), receipts |
//! | 70 | Whispered | 2 channel, 64 signature, 4 length (40 to 4096), sealed bytes |
//! | 71 | Refused | 2 channel (65535: the connection), 1 why, 2 length (at most 500), text |
//! | 72 | Pong | the 8 bytes of the ping |
//! | 73 | Presence | 2 channel, 2 connections |
//!
//! An entry is 1 kind (0 changes, 1 snapshot), 8 the number up to which a snapshot covers the log (0 for changes), 64
//! signature, 4 length (40 to [`wire::ENTRY_MAX`]), sealed bytes. A stored entry has before that 8 number, 16 mark, 8 time
//! in milliseconds since 1970. A receipt is 16 id, 8 number, 16 mark, 8 time. Why something is refused: [`wire::Refusal`].
//!
//! Signatures are Ed25519 over these bytes, where `||` puts one behind the other:
//! - of an entry: `klassrum entry 1` || mailbox || 1 kind || 8 covers || SHA-256 of the sealed bytes; of a whisper the same
//!   with kind 2 and 0;
//! - of Create: `klassrum mailbox 1` || mailbox || SHA-256 of the token || admission;
//! - of Destroy: `klassrum destroy 1` || mailbox || challenge.
//!
//! What is sealed only devices read. A varint is a number of up to 64 bits, seven to a byte, the lowest first, with the
//! highest bit of a byte set when another follows. A signed number goes as twice itself, or, below zero, as twice what it
//! is below −1, and one more. A text is a varint, the length in bytes, and that many bytes of UTF-8.
//!
//! | of kind | then |
//! |---|---|
//! | 0 changes, 1 snapshot | card, signed varint time, varint number, varint length, that many bytes of changes |
//! | 2 whisper, 3 nod | card, signed varint time, varint number |
//!
//! A card is the device's 8 bytes, then three texts of at most 200 bytes each: what the device is called, who sits there,
//! and in what role. The time is in seconds since 1970 by the sender's clock, the number is that of the last entry that the
//! sender has, and the changes are as the document room made them. Nothing comes after.
//!
//! An entry's id is the first half of the SHA-256 of its sealed bytes; an entry that is sent again has the number that it
//! got the first time. A mark is the first half of the SHA-256 of the mark before it || the entry's id, so that two logs
//! with the same mark are the same.
//!
//! A whisper whose signature is 64 zeroes is a nod: it is from somebody who may only read, and sealed as kind 3. The relay
//! takes it from whoever has the mailbox open, and thus showed its token; that it was sealed with the reading key, and not
//! by the relay, each device finds when it opens it. A nod says what a whisper says, and is never stored; a reader could lie
//! in it about what it has seen or what it is called, so that it changes nothing that a writer has signed. A relay from
//! before there were nods refuses one, and such a device counts it as unsigned; neither does more, so that the version is
//! the same.
//!
//! When a mailbox is opened the relay sends the entries above the number that the device gave. If the newest snapshot is
//! shorter than those, it sends the snapshot first, then the entries above the number that the snapshot covers, without the
//! snapshot itself.

mod held;
mod kept;
pub mod line;
mod message;
pub mod parcel;
mod progress;
mod status;
pub mod wire;

pub use held::{Head, Held};
pub use kept::{KeptLink, KeptMailbox};
pub use line::{Effect, Event, Line, Moment};
pub use message::{Batch, DeviceCard, Whisper};
pub use parcel::{CHANGES_MAX, DocumentName, NAME_MAX, Parcel, ParcelError};
pub use progress::Progress;
pub use status::{Device, Problem, Reach, Status};
