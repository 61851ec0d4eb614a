//! A workshop's document: what was said, never taken back.
//!
//! It is `{ kind: "workshop", schema: 1, said: { <id>: <statement's bytes> } }`. Statements are read out of the changes
//! themselves and not out of the map: whoever has the document's key can write over an entry or delete it, but no change
//! ever leaves the history. So whatever anybody writes, on whatever device, what was said stays said.
//!
//! Start at [`WorkshopDocument::say`].

use std::collections::{BTreeMap, BTreeSet};

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, Automerge, Change, ChangeHash, ObjType, PatchLog, ROOT, ReadDoc, ScalarValue};

use super::pieces::{Piece, pieces};
use super::{DocumentError, OneChange, Taken, admit, newer, one_change, whole};
use crate::register::workshop::{Digest, Statement};

/// The version of what a workshop's document holds.
const SCHEMA: u32 = 1;

/// The first change of every workshop: its kind, its schema and the empty map of what is said. Frozen bytes.
const GENESIS: &[u8] = include_bytes!("workshop.automerge");

/// The first change's own name.
const GENESIS_HASH: ChangeHash = ChangeHash([
    0x32, 0x12, 0x2d, 0x43, 0xa0, 0x06, 0x7a, 0xbb, 0x2a, 0xda, 0x8b, 0x77, 0x68, 0x48, 0x0a, 0x83, 0xd7, 0x76, 0xc2,
    0x33, 0x04, 0xf2, 0xef, 0x4b, 0xbc, 0x08, 0xb5, 0x14, 0x39, 0x3b, 0x74, 0xe3,
]);

/// A workshop's document, as one device holds it.
#[derive(Debug, Clone)]
pub struct WorkshopDocument {
    doc: Automerge,
    /// Changes that came before what they build on.
    waiting: Vec<Change>,
    said: BTreeMap<Digest, Statement>,
}

impl WorkshopDocument {
    /// A workshop in which nothing was said. `actor` is random and never used before, on this device or another.
    ///
    /// # Errors
    /// Never in a program whose tests are green.
    pub fn create(actor: [u8; 16]) -> Result<Self, DocumentError> {
        Self::load([GENESIS], actor)
    }

    /// The workshop that these pieces make up: snapshots, changes or both, in any order, doubled or not.
    ///
    /// # Errors
    /// A piece is damaged or belongs to something else, or there are no pieces at all.
    pub fn load(stored: impl IntoIterator<Item = impl AsRef<[u8]>>, actor: [u8; 16]) -> Result<Self, DocumentError> {
        let doc = Automerge::load(GENESIS)?.with_actor(ActorId::from(actor));
        let mut loaded = Self { doc, waiting: Vec::new(), said: BTreeMap::new() };
        let mut any = false;
        for bytes in stored {
            any = true;
            loaded.take_in(bytes.as_ref())?;
        }
        if any { Ok(loaded) } else { Err(DocumentError::Empty) }
    }

    /// The whole document.
    pub fn save(&mut self) -> Vec<u8> {
        whole(&self.doc, &self.waiting)
    }

    /// All that was said, by anybody who signed it.
    pub fn statements(&self) -> impl Iterator<Item = &Statement> {
        self.said.values()
    }

    /// The document's schema, if it is newer than this program. It can then be read but nothing can be said.
    #[must_use]
    pub fn read_only(&self) -> Option<u32> {
        newer(&self.doc, SCHEMA)
    }

    /// Adds statements, as [`crate::register::workshop::PersonKey::say`] made them. Gives the change, to be stored and
    /// passed on; nothing when all were said before.
    ///
    /// # Errors
    /// One is no statement, or the document is newer than this program.
    pub fn say(&mut self, statements: &[Vec<u8>]) -> Result<Vec<u8>, DocumentError> {
        if let Some(schema) = self.read_only() {
            return Err(DocumentError::Newer { schema });
        }
        let mut new = Vec::new();
        for bytes in statements {
            let statement = Statement::from_bytes(bytes).map_err(|_| DocumentError::Damaged)?;
            if !self.said.contains_key(&statement.id) {
                new.push((statement, bytes));
            }
        }
        let Some((first, _)) = new.first() else { return Ok(Vec::new()) };
        let time = first.at;
        let mut change = self.doc.transaction();
        // Who deletes the map stops nobody: a statement is heard wherever it stands.
        let said = match ReadDoc::get(&change, ROOT, "said")? {
            Some((automerge::Value::Object(ObjType::Map), said)) => said,
            _ => ROOT,
        };
        for (statement, bytes) in &new {
            change.put(&said, statement.id.to_string(), ScalarValue::Bytes(bytes.to_vec()))?;
        }
        change.commit_with(CommitOptions::default().with_time(time));
        let bytes = self.doc.get_last_local_change().map(|change| change.raw_bytes().to_vec());
        self.said.extend(new.into_iter().map(|(statement, _)| (statement.id, statement)));
        bytes.ok_or(DocumentError::Damaged)
    }

    /// Takes in what others said: changes, or a whole document. Tells what the bytes led up to; the entries stay empty.
    ///
    /// # Errors
    /// The bytes are damaged or belong to something else. Nothing is touched then.
    pub fn take_in(&mut self, bytes: &[u8]) -> Result<Taken, DocumentError> {
        let mut changes = Vec::new();
        let mut heads = BTreeSet::new();
        for piece in pieces(bytes, &GENESIS_HASH)? {
            match piece {
                Piece::Change(change) => {
                    heads.insert(change.hash());
                    changes.push(*change);
                }
                Piece::Whole(other) => {
                    heads.extend(other.get_heads());
                    changes.extend(other.get_changes(&[]));
                }
            }
        }
        let deps: BTreeSet<_> = changes.iter().flat_map(|change| change.deps().iter().copied()).collect();
        heads.retain(|head| !deps.contains(head));
        let knows = |doc: &Automerge, hash: &ChangeHash| doc.get_change_meta_by_hash(hash).is_some();
        let before = self.doc.get_heads();
        admit(&mut self.doc, &mut self.waiting, changes, &mut PatchLog::inactive(), knows)?;
        // Read from what the document took in, not from what came: a change that is none can't be read.
        let new = self.doc.get_changes(&before);
        self.said.extend(new.iter().flat_map(heard).map(|statement| (statement.id, statement)));
        let bytes = |hashes: BTreeSet<ChangeHash>| hashes.into_iter().map(|hash| hash.0).collect();
        Ok(Taken { entries: Vec::new(), heads: bytes(heads), deps: bytes(deps) })
    }

    /// The changes that no other change builds on yet.
    #[must_use]
    pub fn heads(&self) -> Vec<[u8; 32]> {
        self.doc.get_heads().into_iter().map(|hash| hash.0).collect()
    }

    /// Whether the document holds this change.
    #[must_use]
    pub fn holds(&self, change: &[u8; 32]) -> bool {
        self.doc.get_change_meta_by_hash(&ChangeHash(*change)).is_some()
    }

    /// The changes that are not among `known` nor what these build on; each comes after those that it builds on. Of
    /// `known`, what this document doesn't hold says nothing.
    #[must_use]
    pub fn changes_since(&self, known: &[[u8; 32]]) -> Vec<OneChange> {
        let known = known.iter().map(|hash| ChangeHash(*hash)).filter(|hash| self.holds(&hash.0));
        let known: Vec<_> = known.chain([GENESIS_HASH]).collect();
        self.doc.get_changes(&known).iter().map(one_change).collect()
    }
}

/// The statements in a change, wherever it puts them.
fn heard(change: &Change) -> Vec<Statement> {
    let operations = change.decode().operations;
    let put = operations.iter().filter_map(|operation| match operation.primitive_value()? {
        ScalarValue::Bytes(bytes) => Statement::from_bytes(&bytes).ok(),
        _ => None,
    });
    put.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::workshop::{Join, PersonKey, Said};

    fn first_change() -> Vec<u8> {
        let mut doc = Automerge::new().with_actor(ActorId::from(*b"klassrum-worksho"));
        let mut change = doc.transaction();
        change.put(ROOT, "kind", "workshop").unwrap();
        change.put(ROOT, "schema", 1_u64).unwrap();
        change.put_object(ROOT, "said", ObjType::Map).unwrap();
        change.commit_with(CommitOptions::default().with_time(0));
        doc.get_last_local_change().unwrap().raw_bytes().to_vec()
    }

    fn joined(byte: u8) -> Vec<u8> {
        let join = Join { role: "IT".into(), name: String::new(), observer: false };
        PersonKey::from_seed(&[byte; 32]).say(1, 5, None, &Said::Join(join))
    }

    fn ids(document: &WorkshopDocument) -> Vec<Digest> {
        document.statements().map(|statement| statement.id).collect()
    }

    #[test]
    fn the_first_change_is_the_same_for_good() {
        let change = Change::from_bytes(GENESIS.to_vec()).unwrap();
        assert_eq!(change.hash(), GENESIS_HASH);
        assert_eq!(first_change(), GENESIS);
    }

    #[test]
    fn what_was_said_is_there_after_storing_and_opening() {
        let mut document = WorkshopDocument::create([1; 16]).unwrap();
        let change = document.say(&[joined(1), joined(2)]).unwrap();
        assert_eq!(document.say(&[joined(1)]).unwrap(), Vec::<u8>::new());
        let whole = document.save();
        for pieces in [vec![whole.clone()], vec![change.clone()], vec![change, whole]] {
            let opened = WorkshopDocument::load(pieces, [2; 16]).unwrap();
            assert_eq!(ids(&opened), ids(&document));
            assert_eq!(opened.heads(), document.heads());
        }
    }

    #[test]
    fn whoever_deletes_what_was_said_or_writes_over_it_changes_nothing() {
        let mut document = WorkshopDocument::create([1; 16]).unwrap();
        document.say(&[joined(1), joined(2)]).unwrap();
        let mut foe = document.doc.clone().with_actor(ActorId::from([9; 16]));
        let mut change = foe.transaction();
        let (_, said) = ReadDoc::get(&change, ROOT, "said").unwrap().unwrap();
        let keys: Vec<_> = change.keys(&said).collect();
        change.delete(&said, keys[0].as_str()).unwrap();
        change.put(&said, keys[1].as_str(), ScalarValue::Bytes(vec![1, 2, 3])).unwrap();
        change.delete(ROOT, "said").unwrap();
        change.commit();
        let before = ids(&document);
        document.take_in(foe.get_last_local_change().unwrap().raw_bytes()).unwrap();
        assert_eq!(ids(&document), before);
        document.say(&[joined(3)]).unwrap();
        let opened = WorkshopDocument::load([document.save()], [2; 16]).unwrap();
        assert_eq!(ids(&opened), ids(&document));
        assert_eq!(ids(&opened).len(), before.len() + 1);
    }

    #[test]
    fn a_register_is_no_workshop_and_a_workshop_no_register() {
        let mut register = crate::document::RegisterDocument::create([1; 16]).unwrap();
        let mut workshop = WorkshopDocument::create([1; 16]).unwrap();
        let (register_bytes, workshop_bytes) = (register.save(), workshop.save());
        assert!(matches!(workshop.take_in(&register_bytes), Err(DocumentError::OtherKind)));
        assert!(matches!(register.take_in(&workshop_bytes), Err(DocumentError::OtherKind)));
    }
}
