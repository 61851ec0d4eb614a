//! What goes by a fixed number of bytes.

use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A value that is nothing but its bytes.
macro_rules! bytes_only {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $len]);

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }
    };
}

bytes_only! {
    /// What a document's mailbox is called. Only who holds the document's key can compute it.
    Mailbox, 32
}
bytes_only! {
    /// The public half of the key with which a document's writers sign.
    WriterKey, 32
}
bytes_only! {
    /// An Ed25519 signature.
    Signature, 64
}
bytes_only! {
    /// What the relay keeps of a [`Token`].
    TokenHash, 32
}
bytes_only! {
    /// Which entry: the beginning of the hash of its sealed bytes.
    EntryId, 16
}
bytes_only! {
    /// Stands for an entry and all before it in its mailbox; zeroes stand for an empty mailbox.
    Mark, 16
}
bytes_only! {
    /// A relay's database, by a random name that it got when it was made.
    Epoch, 16
}
bytes_only! {
    /// Random bytes of one connection, signed by whoever destroys a mailbox on it.
    Challenge, 16
}

/// Shows the relay that one may read a mailbox. Has no `Debug`, so that it can't be logged.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Token(pub [u8; 32]);

impl Token {
    /// What the relay keeps of it.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0).into())
    }
}

impl Signature {
    /// Stands where a whisper is of one who may only read, and so can't sign. As a signature it is never right.
    pub const NONE: Self = Self([0; 64]);
}

impl EntryId {
    /// The id of the entry with these sealed bytes.
    #[must_use]
    pub fn of(sealed: &[u8]) -> Self {
        Self(half(&Sha256::digest(sealed).into()))
    }
}

impl Mark {
    /// The mark of an empty mailbox.
    pub const EMPTY: Self = Self([0; 16]);

    /// The mark after one more entry.
    #[must_use]
    pub fn after(self, entry: EntryId) -> Self {
        Self(half(&Sha256::new().chain_update(self.0).chain_update(entry.0).finalize().into()))
    }
}

/// The first half of a hash.
fn half(hash: &[u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    for (to, from) in half.iter_mut().zip(hash) {
        *to = *from;
    }
    half
}
