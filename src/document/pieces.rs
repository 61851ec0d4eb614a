//! Bytes from elsewhere, cut into changes and checked before anything is touched.

use automerge::{Automerge, Change, ChangeHash};

use super::DocumentError;

/// The most bytes that are opened at once.
pub const BYTES_MAX: usize = 256 * 1024 * 1024;

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// Magic, checksum, kind; then a length and that many bytes.
const HEAD: usize = 9;

/// What a stretch of bytes holds.
pub(super) enum Piece {
    /// A whole document.
    Whole(Box<Automerge>),
    /// One change.
    Change(Box<Change>),
}

/// All pieces of `bytes`, which belong to documents that begin with `genesis`.
pub(super) fn pieces(mut bytes: &[u8], genesis: &ChangeHash) -> Result<Vec<Piece>, DocumentError> {
    if BYTES_MAX < bytes.len() {
        return Err(DocumentError::TooLarge { max: BYTES_MAX });
    }
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let (kind, piece, rest) = cut(bytes).map_err(|why| match why {
            // What begins as something else is something else; what goes on as something else is damaged.
            DocumentError::Foreign if !found.is_empty() => DocumentError::Damaged,
            why => why,
        })?;
        found.push(match kind {
            0 => Piece::Whole(Box::new(whole(piece, genesis)?)),
            1 | 2 => Piece::Change(Box::new(change(piece, genesis)?)),
            _ => return Err(DocumentError::Damaged),
        });
        bytes = rest;
    }
    Ok(found)
}

/// The first piece's kind, the piece, and what comes after it.
fn cut(bytes: &[u8]) -> Result<(u8, &[u8], &[u8]), DocumentError> {
    let begins = bytes.iter().zip(MAGIC).all(|(one, other)| *one == other);
    if !begins {
        return Err(DocumentError::Foreign);
    }
    let kind = *bytes.get(HEAD - 1).ok_or(DocumentError::CutShort)?;
    let (mut len, mut shift, mut at) = (0_u64, 0_u32, HEAD);
    loop {
        let byte = *bytes.get(at).ok_or(DocumentError::CutShort)?;
        at += 1;
        len |= u64::from(byte & 0x7f).checked_shl(shift).ok_or(DocumentError::Damaged)?;
        if byte & 0x80 == 0 {
            break;
        }
        shift += 7;
        if 35 < shift {
            return Err(DocumentError::Damaged);
        }
    }
    let len = usize::try_from(len).ok().and_then(|len| at.checked_add(len)).ok_or(DocumentError::Damaged)?;
    let (piece, rest) = bytes.split_at_checked(len).ok_or(DocumentError::CutShort)?;
    Ok((kind, piece, rest))
}

fn whole(piece: &[u8], genesis: &ChangeHash) -> Result<Automerge, DocumentError> {
    let doc = Automerge::load(piece).map_err(|_| DocumentError::Damaged)?;
    if doc.get_change_meta_by_hash(genesis).is_some() { Ok(doc) } else { Err(DocumentError::OtherKind) }
}

fn change(piece: &[u8], genesis: &ChangeHash) -> Result<Change, DocumentError> {
    let change = Change::try_from(piece).map_err(|_| DocumentError::Damaged)?;
    if piece.get(4..8) != change.hash().0.get(..4) {
        return Err(DocumentError::Damaged);
    }
    if change.deps().is_empty() && change.hash() != *genesis {
        return Err(DocumentError::OtherKind);
    }
    Ok(change)
}
