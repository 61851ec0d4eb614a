//! Where the register meets Automerge: frozen beginnings, commands in, entries out, merging, undo, history, conflicts.
//!
//! Start at [`RegisterDocument`]: [`RegisterDocument::apply`] is the only way by which people's edits get into a
//! document. It reads the part that a command concerns, changes it and writes it back without a pause between; a value
//! that was read earlier is never written back.
//!
//! A document is `{ kind: "register", schema: 1, <kind of record>: { <key>: { <field>: value, removed: true? } } }`:
//! flat, so that two devices that add to different records, or fields of one record, never touch the same place.
//! Fields and collections that this version doesn't know are left alone.
//!
//! Nothing here reads a clock, a random number, storage or the network: actors, days and bytes are passed in.

mod author;
mod begin;
mod conflicts;
mod edit;
mod history;
mod news;
mod pieces;
mod reading;
mod stored;
mod undo;

use std::collections::{BTreeMap, BTreeSet};

use automerge::{ActorId, Automerge, AutomergeError, Change, ChangeHash, ObjId, PatchAction, PatchLog, ROOT, ReadDoc};
use thiserror::Error;

pub use crate::document::author::{Author, Signed};
pub use crate::document::conflicts::{Claim, Conflict};
pub use crate::document::history::Past;
pub use crate::document::news::{NEWS_MAX, News};
pub use crate::document::pieces::BYTES_MAX;
use crate::register::{Choose, CommandError, Entry, Key, Place, RecordKind, Register, SCHEMA, Seen};
use author::kinds_below;
use autosurgeon::Hydrate;
use begin::{GENESIS, GENESIS_HASH};
use pieces::{Piece, pieces};
use stored::{REMOVED, StoredRecord};

/// More writes than this at once are much.
const MUCH: usize = 10_000;

/// A register's document, as one device holds it.
#[derive(Debug, Clone)]
pub struct RegisterDocument {
    doc: Automerge,
    /// Changes that came before what they build on.
    waiting: Vec<Change>,
    done: Vec<undo::Step>,
    undone: Vec<undo::Step>,
}

/// What an edit led to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    /// The changes, to be stored and passed on; empty when nothing changed.
    pub bytes: Vec<u8>,
    /// The records that it touched, as they are now.
    pub entries: Vec<Entry>,
    /// The state of the document after it.
    pub seen: Seen,
    /// When undoing: the records that were left as they are, because they have changed since.
    pub left: Vec<Place>,
}

/// One change of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneChange {
    /// What it is known by.
    pub hash: [u8; 32],
    /// The changes that it builds on.
    pub deps: Vec<[u8; 32]>,
    /// The change itself.
    pub bytes: Vec<u8>,
}

/// What taking in changes led to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Taken {
    /// The records that changed, as they are now.
    pub entries: Vec<Entry>,
    /// Those of the changes that no other of them builds on.
    pub heads: Vec<[u8; 32]>,
    /// What the changes build on directly.
    pub deps: Vec<[u8; 32]>,
}

impl RegisterDocument {
    /// An empty register. `actor` is random and never used before, on this device or another.
    ///
    /// # Errors
    /// Never in a program whose tests are green.
    pub fn create(actor: [u8; 16]) -> Result<Self, DocumentError> {
        Self::load([GENESIS], actor)
    }

    /// The register that these pieces make up: snapshots, changes or both, in any order, doubled or not.
    ///
    /// A change whose forerunners are missing is kept and waits for them; see [`Self::waiting`].
    ///
    /// # Errors
    /// A piece is damaged or belongs to something else, or there are no pieces at all.
    pub fn load(stored: impl IntoIterator<Item = impl AsRef<[u8]>>, actor: [u8; 16]) -> Result<Self, DocumentError> {
        let mut whole = None::<Box<Automerge>>;
        let mut changes = Vec::new();
        let mut any = false;
        for bytes in stored {
            for piece in pieces(bytes.as_ref())? {
                any = true;
                match (piece, &whole) {
                    (Piece::Change(change), _) => changes.push(*change),
                    (Piece::Whole(doc), None) => whole = Some(doc),
                    (Piece::Whole(doc), Some(first)) => changes.extend(first.get_changes_added(&doc)),
                }
            }
        }
        if !any {
            return Err(DocumentError::Empty);
        }
        let doc = match whole {
            Some(doc) => *doc,
            None => Automerge::load(GENESIS)?,
        };
        let doc = doc.with_actor(ActorId::from(actor));
        let mut loaded = Self { doc, waiting: Vec::new(), done: Vec::new(), undone: Vec::new() };
        loaded.admit(changes, &mut PatchLog::inactive())?;
        Ok(loaded)
    }

    /// The whole document: what a plain `.automerge` file holds.
    pub fn save(&mut self) -> Vec<u8> {
        let mut bytes = self.doc.save();
        for change in &self.waiting {
            bytes.extend_from_slice(change.raw_bytes());
        }
        bytes
    }

    /// How many changes wait for others that they build on.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// The whole register.
    #[must_use]
    pub fn read(&self) -> Register {
        self.read_at(None)
    }

    /// Every record that is not removed.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.entries_at(None)
    }

    /// One record, as it is now.
    #[must_use]
    pub fn entry(&self, place: &Place) -> Entry {
        Entry { place: place.clone(), fields: fields(&self.doc, place) }
    }

    /// The state of the document, to be given back with what is written against it.
    #[must_use]
    pub fn seen(&self) -> Seen {
        Seen(self.doc.get_heads().iter().map(|hash| hash.0).collect())
    }

    /// The changes that no other change builds on yet. Every device that holds the same has the same.
    #[must_use]
    pub fn heads(&self) -> Vec<[u8; 32]> {
        self.doc.get_heads().into_iter().map(|hash| hash.0).collect()
    }

    /// Whether the document holds this change.
    #[must_use]
    pub fn holds(&self, change: &[u8; 32]) -> bool {
        knows(&self.doc, &ChangeHash(*change))
    }

    /// The changes that are not among `known` nor what these build on; each comes after those that it builds on. Of
    /// `known`, what this document doesn't hold says nothing.
    #[must_use]
    pub fn changes_since(&self, known: &[[u8; 32]]) -> Vec<OneChange> {
        let known = known.iter().map(|hash| ChangeHash(*hash)).filter(|hash| knows(&self.doc, hash));
        let known: Vec<_> = known.chain([GENESIS_HASH]).collect();
        let changes = self.doc.get_changes(&known).into_iter();
        changes
            .map(|change| OneChange {
                hash: change.hash().0,
                deps: change.deps().iter().map(|dep| dep.0).collect(),
                bytes: change.raw_bytes().to_vec(),
            })
            .collect()
    }

    /// The document's schema, if it is newer than this program. It can then be read but not changed.
    #[must_use]
    pub fn read_only(&self) -> Option<u32> {
        let schemas = self.doc.get_all(ROOT, "schema").unwrap_or_default();
        let newest = schemas.iter().filter_map(|(value, _)| value.as_u64()).max()?;
        let newest = u32::try_from(newest).unwrap_or(u32::MAX);
        (SCHEMA < newest).then_some(newest)
    }

    /// Takes in what others did: changes, or a whole document. Gives the records that changed, as they are now.
    ///
    /// # Errors
    /// The bytes are damaged or belong to something else. Nothing is touched then.
    pub fn merge(&mut self, bytes: &[u8]) -> Result<Vec<Entry>, DocumentError> {
        self.take_in(bytes).map(|taken| taken.entries)
    }

    /// As [`Self::merge`], and says what the bytes led up to.
    ///
    /// # Errors
    /// The bytes are damaged or belong to something else. Nothing is touched then.
    pub fn take_in(&mut self, bytes: &[u8]) -> Result<Taken, DocumentError> {
        let mut changes = Vec::new();
        let mut whole = Vec::new();
        for piece in pieces(bytes)? {
            match piece {
                Piece::Change(change) => changes.push(*change),
                Piece::Whole(other) => whole.push(*other),
            }
        }
        let mut heads: BTreeSet<_> = whole.iter().flat_map(Automerge::get_heads).collect();
        heads.extend(changes.iter().map(Change::hash));
        let deps: BTreeSet<_> = changes.iter().flat_map(|change| change.deps().iter().copied()).collect();
        heads.retain(|head| !deps.contains(head));
        let entries = self.take_pieces(whole, changes)?;
        let bytes = |hashes: BTreeSet<ChangeHash>| hashes.into_iter().map(|hash| hash.0).collect();
        Ok(Taken { entries, heads: bytes(heads), deps: bytes(deps) })
    }

    fn take_pieces(&mut self, whole: Vec<Automerge>, changes: Vec<Change>) -> Result<Vec<Entry>, DocumentError> {
        // Taking in much one change at a time costs more than reading everything twice.
        if !whole.is_empty() || MUCH < changes.iter().map(Change::len).sum() {
            return self.merge_much(whole, changes);
        }
        let mut log = PatchLog::active();
        self.admit(changes, &mut log)?;
        let mut places = BTreeSet::new();
        for patch in self.doc.make_patches(&mut log) {
            let mut path = patch.path.iter().map(|(_, prop)| prop.clone()).chain(prop_of(patch.action));
            let (Some(collection), Some(key)) = (path.next(), path.next()) else { continue };
            let (automerge::Prop::Map(collection), automerge::Prop::Map(key)) = (collection, key) else { continue };
            let (Some(kind), Some(key)) = (RecordKind::from_key(&collection), Key::parse(&key)) else { continue };
            let place = Place { kind, key };
            if matches!(path.next(), Some(automerge::Prop::Map(field)) if field == REMOVED) {
                places.extend(below(&self.doc, &place));
            }
            places.insert(place);
        }
        Ok(places.iter().map(|place| self.entry(place)).collect())
    }

    fn merge_much(&mut self, whole: Vec<Automerge>, mut changes: Vec<Change>) -> Result<Vec<Entry>, DocumentError> {
        let before: BTreeMap<_, _> = self.entries().into_iter().map(|entry| (entry.place, entry.fields)).collect();
        let mut adopted = None;
        for other in whole {
            let holds_ours = self.doc.get_heads().iter().all(|hash| knows(&other, hash));
            if holds_ours && adopted.is_none() {
                let other = other.with_actor(self.doc.get_actor().clone());
                adopted = Some(std::mem::replace(&mut self.doc, other));
            } else {
                changes.extend(self.doc.get_changes_added(&other));
            }
        }
        if let Err(why) = self.admit(changes, &mut PatchLog::inactive()) {
            if let Some(doc) = adopted {
                self.doc = doc;
            }
            return Err(why);
        }
        let after = self.entries();
        let gone: BTreeSet<_> = after.iter().map(|entry| &entry.place).collect();
        let gone: Vec<_> = before.keys().filter(|place| !gone.contains(place)).cloned().collect();
        let changed = after.into_iter().filter(|entry| before.get(&entry.place) != Some(&entry.fields));
        Ok(changed.chain(gone.into_iter().map(|place| Entry { place, fields: None })).collect())
    }

    /// Takes in the changes whose forerunners are here; the others wait. All or nothing.
    fn admit(&mut self, incoming: Vec<Change>, log: &mut PatchLog) -> Result<(), DocumentError> {
        let mut pool: BTreeMap<_, Change> = BTreeMap::new();
        for change in incoming.into_iter().chain(self.waiting.iter().cloned()) {
            if !knows(&self.doc, &change.hash()) {
                // A change comes after all it builds on, when changes are ordered by their first operation.
                pool.insert((change.start_op(), change.hash()), change);
            }
        }
        let (mut ready, mut hashes, mut waiting) = (Vec::new(), BTreeSet::new(), Vec::new());
        for change in pool.into_values() {
            if change.deps().iter().all(|dep| hashes.contains(dep) || knows(&self.doc, dep)) {
                hashes.insert(change.hash());
                ready.push(change);
            } else {
                waiting.push(change);
            }
        }
        self.doc.apply_changes_log_patches(ready, log).map_err(|why| match why {
            AutomergeError::DuplicateSeqNumber(..) => DocumentError::Split,
            why => DocumentError::Automerge(why),
        })?;
        self.waiting = waiting;
        Ok(())
    }

    fn read_at(&self, heads: Option<&[ChangeHash]>) -> Register {
        let mut register = Register::default();
        for entry in self.entries_at(heads) {
            register.put(entry);
        }
        register
    }

    fn entries_at(&self, heads: Option<&[ChangeHash]>) -> Vec<Entry> {
        reading::records(&self.doc, heads).into_iter().map(reading::Found::entry).collect()
    }

    fn writable(&self) -> Result<(), DocumentError> {
        match self.read_only() {
            Some(schema) => Err(DocumentError::Newer { schema }),
            None => Ok(()),
        }
    }
}

/// Whether the document holds this change.
fn knows(doc: &Automerge, hash: &ChangeHash) -> bool {
    *hash == GENESIS_HASH || doc.get_change_meta_by_hash(hash).is_some()
}

/// The key within the patched object, where it is a map.
fn prop_of(action: PatchAction) -> Option<automerge::Prop> {
    match action {
        PatchAction::PutMap { key, .. } | PatchAction::DeleteMap { key } => Some(automerge::Prop::Map(key)),
        PatchAction::Conflict { prop } | PatchAction::Increment { prop, .. } => Some(prop),
        _ => None,
    }
}

/// A record's map, removed or not.
fn record<D: ReadDoc>(doc: &D, place: &Place) -> Option<ObjId> {
    let (collection, id) = doc.get(ROOT, place.kind.key()).ok()??;
    let (record, record_id) = collection.is_object().then(|| doc.get(&id, place.key.as_str()).ok()?)??;
    matches!(record, automerge::Value::Object(automerge::ObjType::Map)).then_some(record_id)
}

/// Whether the record is there and neither it nor an owner of it is removed.
fn is_here<D: ReadDoc>(doc: &D, place: &Place) -> bool {
    let marked =
        |record: &ObjId| matches!(doc.get(record, REMOVED), Ok(Some((mark, _))) if mark.as_bool() == Some(true));
    record(doc, place).is_some_and(|record| !marked(&record))
        && owners(place).all(|owner| record(doc, &owner).is_none_or(|record| !marked(&record)))
}

/// The record that this one belongs to, the one that that one belongs to, and so on.
fn owners(place: &Place) -> impl Iterator<Item = Place> {
    let above = |place: &Place| Some(Place { kind: place.kind.owner()?, key: place.key.owner()? });
    std::iter::successors(above(place), move |place| above(place))
}

/// All that belongs to a record, directly or through another, removed or not.
fn below<D: ReadDoc>(doc: &D, place: &Place) -> Vec<Place> {
    let mut found = Vec::new();
    for kind in kinds_below(place.kind) {
        let Ok(Some((_, collection))) = doc.get(ROOT, kind.key()) else { continue };
        // '/' is the sign after '.', so that all that begins with "key." lies between the two.
        let range = format!("{}.", place.key)..format!("{}/", place.key);
        let keys = doc.map_range(&collection, range).filter_map(|item| Key::parse(&item.key));
        found.extend(keys.map(|key| Place { kind, key }));
    }
    found
}

/// A record's fields, if it is here.
fn fields(doc: &Automerge, place: &Place) -> Option<Vec<(String, crate::register::Value)>> {
    let record = is_here(doc, place).then(|| record(doc, place))??;
    let StoredRecord(mut stored) = StoredRecord::hydrate_map(doc, &record).ok()?;
    let filled = place.kind.fields().iter().filter_map(|field| {
        let (_, stored) = stored.iter_mut().find(|(key, _)| key == field.key)?;
        let value = std::mem::take(stored).value(place.kind, field.key);
        (!value.is_empty()).then(|| (field.key.to_owned(), value))
    });
    Some(filled.collect())
}

/// What can't be done with a document.
#[derive(Debug, Error)]
pub enum DocumentError {
    /// The edit makes no sense, whatever the document holds.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// Something else has the key already.
    #[error("there is already a record at {}", .0.key)]
    Taken(Place),
    /// The record, or the one it belongs to, is not there or is removed.
    #[error("there is no record at {}", .0.key)]
    Missing(Place),
    /// The decision was withdrawn before.
    #[error("the decision {} is withdrawn already", .0.key)]
    Withdrawn(Place),
    /// What would be undone has been changed by somebody since.
    #[error("it has been changed since and can't be undone")]
    ChangedSince,
    /// The text was written against a state that this document never had.
    #[error("what the text was written against is unknown here")]
    UnknownSeen,
    /// A newer program has made the document.
    #[error("the document has schema {schema}, newer than this program's: it can be read, not changed")]
    Newer {
        /// The document's schema.
        schema: u32,
    },
    /// A sound document, but not of a register.
    #[error("this is a document, but not of a register")]
    OtherKind,
    /// Not Automerge at all.
    #[error("this is no document")]
    Foreign,
    /// The end is missing.
    #[error("the document is cut short")]
    CutShort,
    /// Something in it has been changed.
    #[error("the document is damaged")]
    Damaged,
    /// Nothing to load from.
    #[error("there is nothing to load the document from")]
    Empty,
    /// More than is opened at once.
    #[error("a document takes {max} bytes")]
    TooLarge {
        /// The most it takes.
        max: usize,
    },
    /// Two different changes claim to be the same device's same step: a copied profile or a restored backup.
    #[error("the document's history has split in two under one name")]
    Split,
    /// Automerge refuses.
    #[error("the document can't be read or written")]
    Automerge(#[from] AutomergeError),
    /// A value can't be read from where it is kept.
    #[error("a value can't be read")]
    Hydrate(#[from] autosurgeon::HydrateError),
    /// A value can't be written where it is kept.
    #[error("a value can't be written")]
    Reconcile(#[from] autosurgeon::ReconcileError),
}
