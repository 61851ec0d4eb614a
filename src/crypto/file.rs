//! Register files (`.klassrum`): a document sealed with a passphrase.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `KLASSRUM` |
//! | 1 | version: 1 |
//! | 4 | Argon2id: memory in KiB, 8 MiB to 256 MiB |
//! | 4 | Argon2id: passes, 1 to 10 |
//! | 16 | Argon2id: salt; one lane, version 0x13 |
//! | 24 | nonce |
//! | 8 | the length of the sealed document, at most [`DOCUMENT_MAX`] + 16 |
//! | 16 | the check: tells a wrong passphrase from a damaged file |
//! | as many as that | the document, sealed with XChaCha20-Poly1305; all of the above is authenticated with it |
//!
//! The passphrase is UTF-8 in its composed form (NFC), without spaces before and after; callers see to that.
//! Numbers have their lowest byte first. Argon2id gives 48 bytes: the key, then the check.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use thiserror::Error;
use zeroize::Zeroizing;

const MAGIC: [u8; 8] = *b"KLASSRUM";
const VERSION: u8 = 1;
const HEADER: usize = 8 + 1 + 4 + 4 + 16 + 24 + 8 + 16;
/// How many bytes the seal itself has.
const SEAL: u64 = 16;
/// The most bytes of a document in a register file.
pub const DOCUMENT_MAX: u64 = 256 * 1024 * 1024;
/// 64 MiB and 3 passes: about a second on a tablet.
const COST: Cost = Cost { memory: 64 * 1024, passes: 3 };

/// What a guess at the passphrase costs.
#[derive(Clone, Copy)]
struct Cost {
    /// In KiB.
    memory: u32,
    passes: u32,
}

/// The document as a register file. Salt and nonce are random. Takes about a second, and 64 MiB.
///
/// # Errors
/// The document is too large, or there is not enough memory.
pub fn seal_file(passphrase: &str, salt: [u8; 16], nonce: [u8; 24], document: &[u8]) -> Result<Vec<u8>, FileError> {
    seal_at(COST, passphrase, salt, nonce, document)
}

fn seal_at(
    cost: Cost,
    passphrase: &str,
    salt: [u8; 16],
    nonce: [u8; 24],
    document: &[u8],
) -> Result<Vec<u8>, FileError> {
    let len = document.len() as u64;
    if DOCUMENT_MAX < len {
        return Err(FileError::TooLarge);
    }
    let (cipher, check) = unlock(cost, passphrase, &salt)?;
    let mut file = [
        MAGIC.as_slice(),
        &[VERSION],
        &cost.memory.to_le_bytes(),
        &cost.passes.to_le_bytes(),
        &salt,
        &nonce,
        &(len + SEAL).to_le_bytes(),
        &check,
    ]
    .concat();
    let payload = Payload { msg: document, aad: &file };
    let sealed = cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| FileError::TooLarge)?;
    file.extend_from_slice(&sealed);
    Ok(file)
}

/// Whether the bytes begin as a register file does, whole or not.
#[must_use]
pub fn is_sealed(file: &[u8]) -> bool {
    file.starts_with(&MAGIC) || (!file.is_empty() && MAGIC.starts_with(file))
}

/// Checks all that can be known of a register file without its passphrase.
///
/// # Errors
/// [`FileError`] says why it can't be opened with any.
pub fn check_file(file: &[u8]) -> Result<(), FileError> {
    parts(file).map(|_| ())
}

/// The document in a register file. Takes about as long as sealing it took.
///
/// # Errors
/// [`FileError`] says why it doesn't open; nothing is given in part.
pub fn open_file(passphrase: &str, file: &[u8]) -> Result<Vec<u8>, FileError> {
    let Parts { header, cost, salt, nonce, check: expected, sealed } = parts(file)?;
    let (cipher, check) = unlock(cost, passphrase, &salt)?;
    if check != expected {
        return Err(FileError::WrongPassphrase);
    }
    let payload = Payload { msg: sealed, aad: header };
    cipher.decrypt(&XNonce::from(nonce), payload).map_err(|_| FileError::Damaged)
}

/// A register file, cut up.
struct Parts<'f> {
    /// All that is authenticated with the document.
    header: &'f [u8],
    cost: Cost,
    salt: [u8; 16],
    nonce: [u8; 24],
    check: [u8; 16],
    sealed: &'f [u8],
}

fn parts(file: &[u8]) -> Result<Parts<'_>, FileError> {
    if !is_sealed(file) {
        return Err(FileError::Other);
    }
    match file.get(MAGIC.len()) {
        None => return Err(FileError::CutShort),
        Some(&VERSION) => {}
        Some(&version) => return Err(FileError::Newer(version)),
    }
    let (header, sealed) = file.split_at_checked(HEADER).ok_or(FileError::CutShort)?;
    let mut rest = header.get(MAGIC.len() + 1..).unwrap_or_default();
    let cost = Cost { memory: u32::from_le_bytes(take(&mut rest)?), passes: u32::from_le_bytes(take(&mut rest)?) };
    let (salt, nonce) = (take::<16>(&mut rest)?, take::<24>(&mut rest)?);
    let (len, check) = (u64::from_le_bytes(take(&mut rest)?), take::<16>(&mut rest)?);
    if !(8 * 1024..=256 * 1024).contains(&cost.memory) || !(1..=10).contains(&cost.passes) || len < SEAL {
        return Err(FileError::Damaged);
    }
    if DOCUMENT_MAX + SEAL < len {
        return Err(FileError::TooLarge);
    }
    match (sealed.len() as u64).cmp(&len) {
        std::cmp::Ordering::Less => Err(FileError::CutShort),
        std::cmp::Ordering::Greater => Err(FileError::Damaged),
        std::cmp::Ordering::Equal => Ok(Parts { header, cost, salt, nonce, check, sealed }),
    }
}

/// Whether a passphrase is long enough to keep a register in: twelve signs, or four words.
#[must_use]
pub fn is_long_enough(passphrase: &str) -> bool {
    let words = passphrase.split_whitespace().filter(|word| 1 < word.chars().count());
    12 <= passphrase.trim().chars().count() || 4 <= words.count()
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], FileError> {
    let (taken, left) = rest.split_first_chunk::<N>().ok_or(FileError::CutShort)?;
    *rest = left;
    Ok(*taken)
}

fn unlock(cost: Cost, passphrase: &str, salt: &[u8; 16]) -> Result<(XChaCha20Poly1305, [u8; 16]), FileError> {
    let params = Params::new(cost.memory, cost.passes, 1, Some(48)).map_err(|_| FileError::Damaged)?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut derived = Zeroizing::new([0_u8; 48]);
    argon.hash_password_into(passphrase.as_bytes(), salt, derived.as_mut()).map_err(|_| FileError::Memory)?;
    let (mut key, mut check) = (Zeroizing::new([0_u8; 32]), [0; 16]);
    let (first, second) = derived.split_at(32);
    key.copy_from_slice(first);
    check.copy_from_slice(second);
    Ok((XChaCha20Poly1305::new((&*key).into()), check))
}

/// Why a register file doesn't open, or can't be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FileError {
    /// Not made by this program.
    #[error("this is not a register file")]
    Other,
    /// The end is missing.
    #[error("the register file is cut short; fetch it again")]
    CutShort,
    /// From a newer program.
    #[error("the register file has version {0}, which this program doesn't know; update the program")]
    Newer(u8),
    /// Another passphrase opens it.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// The passphrase may be right, but something has been changed.
    #[error("the register file is damaged")]
    Damaged,
    /// More than a register file takes.
    #[error("the document is larger than a register file takes")]
    TooLarge,
    /// Not enough memory for Argon2id.
    #[error("there is not enough memory to use the passphrase")]
    Memory,
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost { memory: 8 * 1024, passes: 1 };

    fn file() -> Vec<u8> {
        seal_at(CHEAP, "lösenfras", [1; 16], [2; 24], b"a register").unwrap()
    }

    #[test]
    fn a_register_file_opens_with_its_passphrase_alone() {
        assert_eq!(open_file("lösenfras", &file()), Ok(b"a register".to_vec()));
        assert_eq!(open_file("losenfras", &file()), Err(FileError::WrongPassphrase));
    }

    #[test]
    fn a_passphrase_has_twelve_signs_or_four_words() {
        for passphrase in ["tolv tecken!", "häst-batteri", "en by vid ån"] {
            assert!(is_long_enough(passphrase), "{passphrase}");
        }
        for passphrase in ["", "lösenfras", "  elva tecken ", "a b c d"] {
            assert!(!is_long_enough(passphrase), "{passphrase}");
        }
    }

    #[test]
    fn a_file_that_ends_too_early_says_so() {
        let file = file();
        assert_eq!(check_file(&file), Ok(()));
        for len in 1..file.len() {
            assert_eq!(check_file(&file[..len]), Err(FileError::CutShort), "{len}");
            assert_eq!(open_file("lösenfras", &file[..len]), Err(FileError::CutShort), "{len}");
        }
    }

    #[test]
    fn a_file_changed_anywhere_is_refused() {
        let file = file();
        for at in (0..file.len()).step_by(7).chain([HEADER - 1, HEADER, file.len() - 1]) {
            let mut changed = file.clone();
            changed[at] ^= 0x80;
            assert!(open_file("lösenfras", &changed).is_err(), "{at}");
        }
        let mut changed = file.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(open_file("lösenfras", &changed), Err(FileError::Damaged));
        assert_eq!(open_file("lösenfras", &[file, vec![0]].concat()), Err(FileError::Damaged));
    }

    #[test]
    fn other_files_and_newer_files_are_told_apart() {
        assert_eq!(open_file("x", b""), Err(FileError::Other));
        assert_eq!(open_file("x", b"PK\x03\x04 a workbook"), Err(FileError::Other));
        let mut newer = file();
        newer[8] = 2;
        assert_eq!(open_file("lösenfras", &newer), Err(FileError::Newer(2)));
    }

    #[test]
    fn a_file_can_not_ask_for_all_memory_or_for_ever() {
        for (at, value) in [(9, u32::MAX), (9, 0), (13, u32::MAX), (13, 0)] {
            let mut greedy = file();
            greedy[at..at + 4].copy_from_slice(&value.to_le_bytes());
            assert_eq!(open_file("lösenfras", &greedy), Err(FileError::Damaged));
        }
    }
}
