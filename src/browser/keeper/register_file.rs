//! Register files within the keeper: made, read back, opened and compared.
//!
//! A file is said to be made only when it has been opened again, with the same passphrase, and holds what the register
//! holds: the same state of the document and the same records. Using a passphrase takes about a second, and 64 MiB.

use js_sys::JsString;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::protocol::{Difference, Event};
use crate::browser::{device, worker};
use crate::crypto::{FileError, check_file, is_sealed, open_file, seal_file};
use crate::document::{DocumentError, RegisterDocument};
use crate::register::{Entry, Register, Value};

/// What takes its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileStep {
    /// The passphrase is being turned into a key, and the file sealed.
    Sealing,
    /// The finished file is being opened again and compared.
    ReadingBack,
    /// A file is being opened with its passphrase.
    Opening,
    /// What the file holds is being compared with the register.
    Comparing,
}

/// What is wrong with a register file. Nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileProblem {
    /// It is sealed, and no passphrase was given.
    NeedsPassphrase,
    /// Another passphrase opens it.
    WrongPassphrase,
    /// The end is missing.
    CutShort,
    /// Something in it has been changed.
    Damaged,
    /// It is no register file at all.
    Foreign,
    /// It is a document, but of something else than a register.
    OtherKind,
    /// A newer program has made it.
    Newer,
    /// It is larger than what is opened at once.
    TooLarge,
    /// There is not enough memory for the passphrase.
    Memory,
    /// The finished file could not be opened again, or held something else.
    ReadBack,
    /// It can't be taken in, for another reason.
    NotRead,
}

impl From<FileError> for FileProblem {
    fn from(why: FileError) -> Self {
        match why {
            FileError::Other => Self::Foreign,
            FileError::CutShort => Self::CutShort,
            FileError::Newer(_) => Self::Newer,
            FileError::WrongPassphrase => Self::WrongPassphrase,
            FileError::Damaged => Self::Damaged,
            FileError::TooLarge => Self::TooLarge,
            FileError::Memory => Self::Memory,
        }
    }
}

impl From<DocumentError> for FileProblem {
    fn from(why: DocumentError) -> Self {
        match why {
            DocumentError::Foreign | DocumentError::Empty => Self::Foreign,
            DocumentError::CutShort => Self::CutShort,
            DocumentError::Damaged => Self::Damaged,
            DocumentError::OtherKind => Self::OtherKind,
            DocumentError::Newer { .. } => Self::Newer,
            DocumentError::TooLarge { .. } => Self::TooLarge,
            _ => Self::NotRead,
        }
    }
}

/// The register as a file: sealed with a passphrase, or plain. Given only when it has been read back.
pub(super) fn make(document: &mut RegisterDocument, passphrase: Option<String>) -> Result<Vec<u8>, FileProblem> {
    let plain = document.save();
    let passphrase = passphrase.map(as_typed);
    let file = match &passphrase {
        Some(passphrase) => {
            worker::tell(&Event::FileStep(FileStep::Sealing));
            seal_file(passphrase, device::random(), device::random(), &plain)?
        }
        None => plain,
    };
    worker::tell(&Event::FileStep(FileStep::ReadingBack));
    let back = unsealed(file.clone(), passphrase.as_ref()).and_then(|bytes| read(&bytes));
    let same = back.is_ok_and(|back| {
        back.seen() == document.seen() && back.waiting() == document.waiting() && back.entries() == document.entries()
    });
    if same { Ok(file) } else { Err(FileProblem::ReadBack) }
}

/// The document in a file, unsealed. It is a register's, and none that a newer program has made.
pub(super) fn open(file: Vec<u8>, passphrase: Option<String>) -> Result<Vec<u8>, FileProblem> {
    let passphrase = passphrase.map(as_typed);
    if passphrase.is_some() {
        worker::tell(&Event::FileStep(FileStep::Opening));
    }
    let bytes = unsealed(file, passphrase.as_ref())?;
    worker::tell(&Event::FileStep(FileStep::Comparing));
    Ok(bytes)
}

/// What would change if the document in `bytes` were merged in.
pub(super) fn difference(document: Option<&mut RegisterDocument>, bytes: &[u8]) -> Result<Difference, FileProblem> {
    let file = read(bytes)?;
    if file.read_only().is_some() {
        return Err(FileProblem::Newer);
    }
    let file = file.read();
    let organisation = file.organisation().name.clone();
    let (before, after) = match document {
        None => (Register::default(), file),
        // A copy takes the file in, so that what is shown is what would happen.
        Some(document) => {
            let mut copy = RegisterDocument::load([document.save()], device::random())?;
            copy.merge(bytes)?;
            (document.read(), copy.read())
        }
    };
    Ok(Difference { organisation, ..compare(&before, &after) })
}

fn read(bytes: &[u8]) -> Result<RegisterDocument, FileProblem> {
    Ok(RegisterDocument::load([bytes], device::random())?)
}

fn unsealed(file: Vec<u8>, passphrase: Option<&Zeroizing<String>>) -> Result<Vec<u8>, FileProblem> {
    match passphrase {
        _ if !is_sealed(&file) => Ok(file),
        Some(passphrase) => Ok(open_file(passphrase, &file)?),
        None => {
            check_file(&file)?;
            Err(FileProblem::NeedsPassphrase)
        }
    }
}

/// The same passphrase whichever keyboard it was typed on: an å may be one sign or two, and a tablet adds a space.
fn as_typed(passphrase: String) -> Zeroizing<String> {
    let passphrase = Zeroizing::new(passphrase);
    let one_form = JsString::from(passphrase.trim()).normalize("NFC");
    Zeroizing::new(String::from(one_form))
}

fn compare(before: &Register, after: &Register) -> Difference {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let (mut added, mut changed) = (0, 0);
    for Entry { place, fields, disputed } in after.entries() {
        let differs = |(key, value): &(String, Value)| before.value(&place, key).as_ref() != Some(value);
        if !before.has(&place) {
            added += 1;
        } else if fields.iter().flatten().any(differs) || before.disputes.of(&place) != disputed {
            changed += 1;
        }
    }
    let removed = before.entries().filter(|entry| !after.has(&entry.place)).count();
    Difference { added: count(added), changed: count(changed), removed: count(removed), organisation: String::new() }
}
