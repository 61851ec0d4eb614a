//! Sealing, opening, signing, checking.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use thiserror::Error;
use zeroize::Zeroizing;

use super::ReadingHalf;
use super::access::derive;

/// The version of what is authenticated with sealed bytes.
const FORMAT: u8 = 1;

/// A document's keys, computed once.
#[derive(Clone)]
pub struct Keys {
    mailbox: [u8; 32],
    token: Zeroizing<[u8; 32]>,
    cipher: XChaCha20Poly1305,
    writer: [u8; 32],
    /// Without one, no signature is right.
    checking: Option<VerifyingKey>,
    signing: Option<SigningKey>,
}

impl Keys {
    pub(super) fn new(reading: &ReadingHalf, signing: Option<SigningKey>) -> Self {
        Self {
            mailbox: *derive(&reading.half, "mailbox"),
            token: derive(&reading.half, "token"),
            cipher: XChaCha20Poly1305::new((&*derive(&reading.half, "sealing")).into()),
            writer: reading.writer,
            checking: VerifyingKey::from_bytes(&reading.writer).ok(),
            signing,
        }
    }

    /// What the document's mailbox is called.
    #[must_use]
    pub fn mailbox(&self) -> [u8; 32] {
        self.mailbox
    }

    /// Shows the relay that one may read. To be given to the relay only.
    #[must_use]
    pub fn token(&self) -> &[u8; 32] {
        &self.token
    }

    /// The public half of the writers' key.
    #[must_use]
    pub fn writer(&self) -> [u8; 32] {
        self.writer
    }

    /// Whether [`Self::sign`] gives anything.
    #[must_use]
    pub fn may_write(&self) -> bool {
        self.signing.is_some()
    }

    /// The writers' signature over `message`; `None` without the writing key.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Option<[u8; 64]> {
        self.signing.as_ref().map(|key| key.sign(message).to_bytes())
    }

    /// Whether a writer of this document has signed `message`.
    #[must_use]
    pub fn is_signed(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let signature = Signature::from_bytes(signature);
        self.checking.is_some_and(|key| key.verify_strict(message, &signature).is_ok())
    }

    /// Seals `plain`. No nonce may be used twice: it is random.
    #[must_use]
    pub fn seal(&self, kind: u8, nonce: [u8; 24], plain: &[u8]) -> Vec<u8> {
        #[expect(clippy::expect_used, reason = "fails only past 256 GiB")]
        let ciphertext = self
            .cipher
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: &self.place(kind) })
            .expect("memory holds less than the cipher takes");
        [nonce.as_slice(), &ciphertext].concat()
    }

    /// What was sealed as this kind for this document.
    ///
    /// # Errors
    /// It was sealed with another key, as another kind or for another mailbox, or has been changed or cut since.
    pub fn open(&self, kind: u8, sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
        let (nonce, ciphertext) = sealed.split_first_chunk::<24>().ok_or(Unsealable)?;
        let payload = Payload { msg: ciphertext, aad: &self.place(kind) };
        self.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| Unsealable)
    }

    /// What is authenticated with sealed bytes.
    fn place(&self, kind: u8) -> Vec<u8> {
        [b"klassrum".as_slice(), &[FORMAT, kind], &self.mailbox].concat()
    }
}

/// Sealed bytes that don't open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("it was not sealed for this document, or has been changed since")]
pub struct Unsealable;

#[cfg(test)]
mod tests {
    use crate::crypto::{Access, DocumentSecret, ReadingHalf, Unsealable};

    fn edit(byte: u8) -> Access {
        Access::Edit(DocumentSecret::from_bytes([byte; 32]))
    }

    #[test]
    fn a_reader_opens_what_a_writer_sealed_and_checks_who_signed() {
        let writer = edit(1).keys();
        let reader = Access::Read(edit(1).reading()).keys();
        let sealed = writer.seal(0, [9; 24], b"hemligt");
        assert_eq!(reader.open(0, &sealed), Ok(b"hemligt".to_vec()));
        let signature = writer.sign(&sealed).unwrap();
        assert!(reader.is_signed(&sealed, &signature));
        assert_eq!((reader.mailbox(), reader.token()), (writer.mailbox(), writer.token()));
    }

    #[test]
    fn a_reader_signs_nothing_and_no_signature_fits_other_bytes() {
        let reader = Access::Read(edit(1).reading()).keys();
        assert_eq!(reader.sign(b"x"), None);
        let signature = edit(1).keys().sign(b"x").unwrap();
        assert!(reader.is_signed(b"x", &signature));
        assert!(!reader.is_signed(b"y", &signature));
        assert!(!reader.is_signed(b"x", &edit(2).keys().sign(b"x").unwrap()));
    }

    #[test]
    fn what_was_sealed_for_one_place_opens_nowhere_else() {
        let keys = edit(1).keys();
        let sealed = keys.seal(0, [9; 24], b"hemligt");
        assert_eq!(keys.open(1, &sealed), Err(Unsealable));
        assert_eq!(edit(2).keys().open(0, &sealed), Err(Unsealable));
    }

    #[test]
    fn sealed_bytes_changed_or_cut_anywhere_do_not_open() {
        let keys = edit(1).keys();
        let sealed = keys.seal(0, [9; 24], b"hemligt");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(keys.open(0, &changed), Err(Unsealable), "{at}");
            assert_eq!(keys.open(0, &sealed[..at]), Err(Unsealable), "{at}");
        }
    }

    #[test]
    fn a_key_with_which_anything_seems_signed_is_refused() {
        let mut bytes = *edit(1).reading().expose();
        assert!(ReadingHalf::from_bytes(&bytes).is_ok());
        bytes[32..].copy_from_slice(&[0; 32]);
        assert!(ReadingHalf::from_bytes(&bytes).is_err());
    }
}
