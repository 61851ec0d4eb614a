//! Keys, sealing, signatures, invitations and sealed register files: the only room that sees both plain and sealed bytes.
//!
//! Start at [`Access`]: what a person holds who may edit a document, or only read it. [`Access::keys`] computes all that is
//! needed to seal, open, sign and check. An [`Invitation`] carries an access from one device to another, and a register
//! file ([`seal_file`], [`open_file`]) carries a document under a passphrase.
//!
//! Nothing here reads random numbers, a clock or storage: random bytes and nonces are passed in. Secrets are zeroed when
//! they are dropped and have neither `Debug` nor `Serialize`, so that they can't slip into a log.
//!
//! # How the keys hang together
//! HKDF-SHA256 with the salt `klassrum v1` and these infos; each gives 32 bytes:
//!
//! | from | info | gives |
//! |---|---|---|
//! | the document's secret, 32 random bytes | `reading` | the reading half |
//! | the document's secret | `writing` | the seed of the Ed25519 key with which writers sign |
//! | the reading half | `mailbox` | the mailbox's name at the relay |
//! | the reading half | `sealing` | the key for XChaCha20-Poly1305 |
//! | the reading half | `token` | what shows the relay that one may read |
//!
//! Sealed bytes are a nonce of 24 bytes and the ciphertext. Authenticated with them: `klassrum`, the format's version (1),
//! the kind of what is sealed, and the mailbox.

mod access;
mod code;
mod file;
mod invitation;
mod keys;
mod qr;
#[cfg(test)]
mod vectors;

pub use access::{Access, BadWriter, DocumentSecret, ReadingHalf};
pub use code::WorkshopCode;
pub use file::{DOCUMENT_MAX, FileError, check_file, is_long_enough, is_sealed, open_file, seal_file};
pub use invitation::{DocumentKind, Invitation, InvitationError, RELAY_MAX, RelayAddress};
pub use keys::{Keys, Unsealable};
pub use qr::{PICTURE_MAX, TooMuchForQr, qr_svg, read_qr};
