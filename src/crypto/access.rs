//! What a person holds who may edit or read a document.

use ed25519_dalek::{SigningKey, VerifyingKey};
use hkdf::Hkdf;
use sha2::Sha256;
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::Keys;

/// 32 bytes that follow from `from`, for the use that `info` names.
pub(super) fn derive(from: &[u8; 32], info: &str) -> Zeroizing<[u8; 32]> {
    let mut derived = Zeroizing::new([0; 32]);
    let expanded = Hkdf::<Sha256>::new(Some(b"klassrum v1"), from).expand(info.as_bytes(), derived.as_mut());
    debug_assert!(expanded.is_ok(), "32 bytes are never too many");
    derived
}

/// A document's one secret. Who has it may edit.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct DocumentSecret([u8; 32]);

impl DocumentSecret {
    /// A secret of these bytes: random ones for a new document, or those that were kept.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, to be kept on this device and nowhere else.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// What lets others read and not write.
    #[must_use]
    pub fn reading(&self) -> ReadingHalf {
        ReadingHalf { half: *derive(&self.0, "reading"), writer: self.signing_key().verifying_key().to_bytes() }
    }

    pub(super) fn signing_key(&self) -> SigningKey {
        SigningKey::from_bytes(&derive(&self.0, "writing"))
    }
}

/// What lets one read a document and check who wrote it.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct ReadingHalf {
    pub(super) half: [u8; 32],
    pub(super) writer: [u8; 32],
}

impl ReadingHalf {
    /// The half of these bytes: 32 secret ones, then the writers' public key.
    ///
    /// # Errors
    /// The last 32 bytes are no public key.
    pub fn from_bytes(bytes: &[u8; 64]) -> Result<Self, BadWriter> {
        let mut read = Self { half: [0; 32], writer: [0; 32] };
        let (half, writer) = bytes.split_at(32);
        read.half.copy_from_slice(half);
        read.writer.copy_from_slice(writer);
        let key = VerifyingKey::from_bytes(&read.writer).map_err(|_| BadWriter)?;
        if key.is_weak() { Err(BadWriter) } else { Ok(read) }
    }

    /// The bytes, to be kept on this device and nowhere else.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<[u8; 64]> {
        let mut bytes = Zeroizing::new([0; 64]);
        let (half, writer) = bytes.split_at_mut(32);
        half.copy_from_slice(&self.half);
        writer.copy_from_slice(&self.writer);
        bytes
    }
}

/// Bytes that should be the writers' public key, and are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the writers' key is damaged")]
pub struct BadWriter;

/// What somebody may do with a document.
#[derive(Clone)]
pub enum Access {
    /// Edit and read.
    Edit(DocumentSecret),
    /// Only read.
    Read(ReadingHalf),
}

impl Access {
    /// All keys that follow from it.
    #[must_use]
    pub fn keys(&self) -> Keys {
        match self {
            Self::Edit(secret) => Keys::new(&secret.reading(), Some(secret.signing_key())),
            Self::Read(half) => Keys::new(half, None),
        }
    }

    /// The same document's access for those who shall only read.
    #[must_use]
    pub fn reading(&self) -> ReadingHalf {
        match self {
            Self::Edit(secret) => secret.reading(),
            Self::Read(half) => half.clone(),
        }
    }

    /// Whether it allows editing.
    #[must_use]
    pub fn may_edit(&self) -> bool {
        matches!(self, Self::Edit(_))
    }
}
