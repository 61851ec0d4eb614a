//! What is signed: the bytes that a writer's key signs and the relay and every reader check.

use sha2::{Digest, Sha256};

use super::{Challenge, Kind, Mailbox, TokenHash};

/// What is signed for an entry or a whisper.
#[must_use]
pub fn entry_message(mailbox: &Mailbox, kind: Kind, covers: u64, sealed: &[u8]) -> Vec<u8> {
    let hash: [u8; 32] = Sha256::digest(sealed).into();
    [b"klassrum entry 1".as_slice(), &mailbox.0, &[kind.number()], &covers.to_le_bytes(), &hash].concat()
}

/// What is signed when a mailbox is made.
#[must_use]
pub fn mailbox_message(mailbox: &Mailbox, token_hash: &TokenHash, admission: &str) -> Vec<u8> {
    [b"klassrum mailbox 1".as_slice(), &mailbox.0, &token_hash.0, admission.as_bytes()].concat()
}

/// What is signed when a mailbox is removed for good.
#[must_use]
pub fn destroy_message(mailbox: &Mailbox, challenge: &Challenge) -> Vec<u8> {
    [b"klassrum destroy 1".as_slice(), &mailbox.0, &challenge.0].concat()
}
