//! Bytes from elsewhere, cut into changes and checked before anything is touched.

use std::io::Read;

use automerge::{Automerge, Change, ChangeHash};
use flate2::bufread::DeflateDecoder;

use super::DocumentError;

/// The most bytes that are opened at once, packed and unpacked.
pub const BYTES_MAX: usize = 256 * 1024 * 1024;

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// Magic, checksum, kind; then a length and that many bytes.
const HEAD: usize = 9;

/// DEFLATE makes no more bytes than this of one.
const DEFLATE_MOST: usize = 1032;
/// In a column's number: that it is packed.
const PACKED: usize = 0b1000;

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
    let mut room = BYTES_MAX;
    // Mostly there is not enough of it to come to too much, and nothing needs to be unpacked twice.
    let may_be_too_much = BYTES_MAX / DEFLATE_MOST < bytes.len();
    while !bytes.is_empty() {
        let (kind, piece, body, rest) = cut(bytes).map_err(|why| match why {
            // What begins as something else is something else; what goes on as something else is damaged.
            DocumentError::Foreign if !found.is_empty() => DocumentError::Damaged,
            why => why,
        })?;
        if may_be_too_much {
            room = room_after(kind, body, room)?;
        }
        found.push(match kind {
            0 => Piece::Whole(Box::new(whole(piece, genesis)?)),
            1 | 2 => Piece::Change(Box::new(change(piece, genesis)?)),
            _ => return Err(DocumentError::Damaged),
        });
        bytes = rest;
    }
    Ok(found)
}

/// A piece's kind, all of it, what it has after its head, and what comes after it.
type Cut<'a> = (u8, &'a [u8], &'a [u8], &'a [u8]);

/// The first piece.
fn cut(bytes: &[u8]) -> Result<Cut<'_>, DocumentError> {
    let begins = bytes.iter().zip(MAGIC).all(|(one, other)| *one == other);
    if !begins {
        return Err(DocumentError::Foreign);
    }
    let kind = *bytes.get(HEAD - 1).ok_or(DocumentError::CutShort)?;
    let after = bytes.get(HEAD..).ok_or(DocumentError::CutShort)?;
    let (len, after) = number(after)?;
    let (body, rest) = after.split_at_checked(len).ok_or(DocumentError::CutShort)?;
    let piece = bytes.get(..bytes.len().saturating_sub(rest.len())).ok_or(DocumentError::CutShort)?;
    Ok((kind, piece, body, rest))
}

/// A number in LEB128, of at most six bytes, and what comes after it.
fn number(bytes: &[u8]) -> Result<(usize, &[u8]), DocumentError> {
    let (mut number, mut shift, mut rest) = (0_u64, 0_u32, bytes);
    loop {
        let (byte, after) = rest.split_first().ok_or(DocumentError::CutShort)?;
        rest = after;
        number |= u64::from(byte & 0x7f).checked_shl(shift).ok_or(DocumentError::Damaged)?;
        if byte & 0x80 == 0 {
            break;
        }
        shift += 7;
        if 35 < shift {
            return Err(DocumentError::Damaged);
        }
    }
    Ok((usize::try_from(number).map_err(|_| DocumentError::Damaged)?, rest))
}

/// How many bytes may still come once a piece is unpacked. Automerge unpacks whatever it is given.
fn room_after(kind: u8, body: &[u8], room: usize) -> Result<usize, DocumentError> {
    match kind {
        0 => {
            let (columns, mut data) = columns(body)?;
            columns.into_iter().try_fold(room, |room, (is_packed, len)| {
                let (column, rest) = data.split_at_checked(len).ok_or(DocumentError::Damaged)?;
                data = rest;
                if is_packed { room_unpacked(column, room) } else { Ok(room) }
            })
        }
        2 => room_unpacked(body, room),
        _ => Ok(room),
    }
}

/// Columns, each with whether it is packed and its length; and what comes after that list, which begins with them.
type Columns<'a> = (Vec<(bool, usize)>, &'a [u8]);

/// The columns of a whole document.
fn columns(body: &[u8]) -> Result<Columns<'_>, DocumentError> {
    let (actors, mut rest) = number(body)?;
    for _ in 0..actors {
        let (len, after) = number(rest)?;
        rest = after.get(len..).ok_or(DocumentError::Damaged)?;
    }
    let (heads, after) = number(rest)?;
    rest = heads.checked_mul(32).and_then(|len| after.get(len..)).ok_or(DocumentError::Damaged)?;
    let mut columns = Vec::new();
    // Those of its changes, and those of what they did.
    for _ in 0..2 {
        let (count, after) = number(rest)?;
        rest = after;
        for _ in 0..count {
            let (which, after) = number(rest)?;
            let (len, after) = number(after)?;
            columns.push((which & PACKED != 0, len));
            rest = after;
        }
    }
    Ok((columns, rest))
}

fn room_unpacked(packed: &[u8], room: usize) -> Result<usize, DocumentError> {
    let most = u64::try_from(room).unwrap_or(u64::MAX).saturating_add(1);
    let came = std::io::copy(&mut DeflateDecoder::new(packed).take(most), &mut std::io::sink());
    let came = usize::try_from(came.map_err(|_| DocumentError::Damaged)?).unwrap_or(usize::MAX);
    room.checked_sub(came).ok_or(DocumentError::TooLarge { max: BYTES_MAX })
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

#[cfg(test)]
mod tests {
    use std::io::Write;

    use automerge::transaction::Transactable;
    use automerge::{AutoCommit, ROOT};
    use flate2::Compression;
    use flate2::write::DeflateEncoder;

    use super::*;

    fn document() -> AutoCommit {
        let mut document = AutoCommit::new();
        document.put(ROOT, "text", "ett två tre ".repeat(10_000)).unwrap();
        document
    }

    #[test]
    fn what_a_piece_unpacks_to_is_counted_in_changes_and_in_whole_documents() {
        let mut document = document();
        let packed = document.get_changes(&[]).first().unwrap().clone().bytes().to_vec();
        for bytes in [document.save(), packed] {
            assert!(bytes.len() < 10_000, "it is packed: {}", bytes.len());
            let (kind, piece, body, rest) = cut(&bytes).unwrap();
            assert!(matches!(kind, 0 | 2) && piece == bytes && rest.is_empty());
            let used = 1_000_000 - room_after(kind, body, 1_000_000).unwrap();
            assert!((120_000..140_000).contains(&used), "{used}");
            assert_eq!(room_after(kind, body, used).unwrap(), 0);
            assert!(matches!(room_after(kind, body, used - 1), Err(DocumentError::TooLarge { .. })));
        }
    }

    /// A few hundred kilobytes that would be more than the device's memory.
    #[test]
    fn a_bomb_is_refused_before_automerge_sees_it() {
        let mut packer = DeflateEncoder::new(Vec::new(), Compression::fast());
        let zeroes = vec![0; 1 << 20];
        for _ in 0..=BYTES_MAX >> 20 {
            packer.write_all(&zeroes).unwrap();
        }
        let packed = packer.finish().unwrap();
        assert!(packed.len() < 4 << 20);
        let piece = |kind: u8, body: &[&[u8]]| {
            let body = body.concat();
            let mut bytes = [&MAGIC[..], &[0; 4], &[kind]].concat();
            bytes.extend(leb128(body.len()));
            [bytes, body].concat()
        };
        let column = [&[0, 0, 0, 1, 0x58][..], &leb128(packed.len())].concat();
        for bytes in [piece(2, &[&packed]), piece(0, &[&column, &packed])] {
            let refused = pieces(&bytes, &ChangeHash([0; 32]));
            assert!(matches!(refused, Err(DocumentError::TooLarge { .. })));
        }
    }

    fn leb128(mut number: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        while 0x7f < number {
            bytes.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        bytes.push(number as u8);
        bytes
    }
}
