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
//! A workshop is another kind of document, with a first change of its own: [`WorkshopDocument`].
//!
//! Nothing here reads a clock, a random number, storage or the network: actors, days and bytes are passed in.

mod author;
mod begin;
mod conflicts;
mod contested;
mod edit;
mod history;
mod news;
mod pieces;
mod reading;
mod replaced;
mod stored;
mod undo;
mod workshop;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use automerge::{ActorId, Automerge, AutomergeError, Change, ChangeHash, ObjId, PatchAction, PatchLog, ROOT, ReadDoc};
use thiserror::Error;

pub use crate::document::author::{Author, Signed};
pub use crate::document::conflicts::{Claim, Conflict};
pub use crate::document::history::Past;
pub use crate::document::news::{NEWS_MAX, News};
pub use crate::document::pieces::BYTES_MAX;
pub use crate::document::workshop::WorkshopDocument;
use crate::register::{Choose, CommandError, Entry, Key, Place, RecordKind, Register, SCHEMA, Seen};
use author::{Note, kinds_below};
use begin::{GENESIS, GENESIS_HASH};
use contested::Changes;
use pieces::{Piece, pieces};
use replaced::{Replaced, prose_key};
use stored::REMOVED;

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
    /// The records whose removal is contested, once somebody has asked.
    contested: OnceCell<BTreeSet<Place>>,
    /// The longer texts that took another's place, once somebody has asked.
    replaced: OnceCell<Replaced>,
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
            for piece in pieces(bytes.as_ref(), &GENESIS_HASH)? {
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
        let mut loaded = Self {
            doc,
            waiting: Vec::new(),
            done: Vec::new(),
            undone: Vec::new(),
            contested: OnceCell::new(),
            replaced: OnceCell::new(),
        };
        loaded.admit(changes, &mut PatchLog::inactive())?;
        Ok(loaded)
    }

    /// What can be read of stored bytes of which some are damaged, as a plain `.automerge` file that opens.
    ///
    /// # Errors
    /// Nothing of it can be read.
    pub fn salvage<Bytes: AsRef<[u8]>>(stored: &[Bytes]) -> Result<Vec<u8>, DocumentError> {
        let is_sound = |bytes: &&Bytes| pieces(bytes.as_ref(), &GENESIS_HASH).is_ok();
        let mut document = Self::load(stored.iter().filter(is_sound), [0; 16])?;
        if document.has_no_beginning() {
            return Err(DocumentError::Damaged);
        }
        let file = document.save();
        Self::load([&file], [0; 16])?;
        Ok(file)
    }

    /// The whole document: what a plain `.automerge` file holds.
    pub fn save(&mut self) -> Vec<u8> {
        whole(&self.doc, &self.waiting)
    }

    /// Whether all that it holds waits for others: what comes over a line may bring them; without one, it is the end of a
    /// document that was removed.
    #[must_use]
    pub fn has_no_beginning(&self) -> bool {
        !self.waiting.is_empty() && self.doc.get_heads() == [GENESIS_HASH]
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

    /// Every record that is not removed, or whose removal is contested.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.entries_at(None)
    }

    /// One record, as it is now.
    #[must_use]
    pub fn entry(&self, place: &Place) -> Entry {
        let found = reading::record_at(&self.doc, place).filter(|_| self.is_here(place)).map(|mut found| {
            found.contest();
            found.dispute(self.replaced());
            found.entry()
        });
        found.unwrap_or_else(|| Entry::new(place.clone(), None))
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
        self.doc.get_changes(&known).iter().map(one_change).collect()
    }

    /// The document's schema, if it is newer than this program. It can then be read but not changed.
    #[must_use]
    pub fn read_only(&self) -> Option<u32> {
        newer(&self.doc, SCHEMA)
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
        for piece in pieces(bytes, &GENESIS_HASH)? {
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
        let notes = self.notes(&changes);
        self.admit(changes, &mut log)?;
        let (mut places, mut put) = (BTreeSet::new(), BTreeSet::new());
        for patch in self.doc.make_patches(&mut log) {
            let puts = patch.path.len() == 2;
            let mut path = patch.path.iter().map(|(_, prop)| prop.clone()).chain(prop_of(patch.action));
            let (Some(collection), Some(key)) = (path.next(), path.next()) else { continue };
            let (automerge::Prop::Map(collection), automerge::Prop::Map(key)) = (collection, key) else { continue };
            let (Some(kind), Some(key)) = (RecordKind::from_key(&collection), Key::parse(&key)) else { continue };
            let place = Place { kind, key };
            if let Some(automerge::Prop::Map(field)) = path.next() {
                if field == REMOVED {
                    places.extend(below(&self.doc, &place));
                } else if let Some(field) = prose_key(kind, &field).filter(|_| puts) {
                    put.insert((place.clone(), field));
                }
            }
            places.insert(place);
        }
        places.extend(self.contest(&places));
        if let Some(replaced) = self.replaced.get_mut() {
            // What is written into a text that is not in its field any more shows nowhere in the document.
            let concerns = |note: &Option<Note>, place: &_| note.as_ref().is_none_or(|note| note.may_concern(place));
            put.extend(replaced.concerned(|place| notes.iter().any(|note| concerns(note, place))));
            places.extend(replaced.look_again(&self.doc, put));
        }
        Ok(places.iter().map(|place| self.entry(place)).collect())
    }

    fn merge_much(&mut self, whole: Vec<Automerge>, mut changes: Vec<Change>) -> Result<Vec<Entry>, DocumentError> {
        let before: BTreeMap<_, _> = self.entries().into_iter().map(|entry| (entry.place.clone(), entry)).collect();
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
        self.forget_disputes();
        let after = self.entries();
        let gone: BTreeSet<_> = after.iter().map(|entry| &entry.place).collect();
        let gone: Vec<_> = before.keys().filter(|place| !gone.contains(place)).cloned().collect();
        let changed = after.into_iter().filter(|entry| before.get(&entry.place) != Some(entry));
        Ok(changed.chain(gone.into_iter().map(|place| Entry::new(place, None))).collect())
    }

    /// Takes in the changes whose forerunners are here; the others wait. All or nothing.
    fn admit(&mut self, incoming: Vec<Change>, log: &mut PatchLog) -> Result<(), DocumentError> {
        admit(&mut self.doc, &mut self.waiting, incoming, log, knows)
    }

    fn read_at(&self, heads: Option<&[ChangeHash]>) -> Register {
        let mut register = Register::default();
        for entry in self.entries_at(heads) {
            register.put(entry);
        }
        register
    }

    fn entries_at(&self, heads: Option<&[ChangeHash]>) -> Vec<Entry> {
        let found = reading::records(&self.doc, heads);
        let here = match heads {
            // Who contested what was settled one way or the other later.
            Some(_) => reading::here(found, &BTreeSet::new(), &Replaced::default()),
            None => {
                let contested = self.contested.get_or_init(|| contested_among(&self.doc, &found));
                let replaced = self.replaced.get_or_init(|| replaced_among(&self.doc, &found));
                reading::here(found, contested, replaced)
            }
        };
        here.into_iter().map(reading::Found::entry).collect()
    }

    /// The records whose removal is contested.
    fn contested(&self) -> &BTreeSet<Place> {
        self.contested.get_or_init(|| contested_among(&self.doc, &reading::records(&self.doc, None)))
    }

    /// The longer texts that took another's place.
    fn replaced(&self) -> &Replaced {
        self.replaced.get_or_init(|| replaced_among(&self.doc, &reading::records(&self.doc, None)))
    }

    /// What is disputed without showing in a single place is looked for anew when somebody asks.
    fn forget_disputes(&mut self) {
        self.contested.take();
        self.replaced.take();
    }

    /// What the changes that may come in say of themselves, if that tells anything.
    fn notes(&self, incoming: &[Change]) -> Vec<Option<Note>> {
        let told = incoming.iter().chain(&self.waiting);
        let told = told.filter(|change| change.timestamp() != 0 || change.message().is_some());
        told.map(|change| change.message().and_then(Note::read)).collect()
    }

    fn is_here(&self, place: &Place) -> bool {
        is_here(&self.doc, place, |place| self.contested().contains(place))
    }

    /// Looks again whether the removal of what has been touched is contested. Gives what is there or gone because of it.
    fn contest(&mut self, touched: &BTreeSet<Place>) -> BTreeSet<Place> {
        let mut changed = BTreeSet::new();
        let Some(contested) = self.contested.get_mut() else { return changed };
        let with_owners: BTreeSet<_> =
            touched.iter().flat_map(|place| std::iter::once(place.clone()).chain(place.owners())).collect();
        let (removed, kept): (BTreeSet<_>, BTreeSet<_>) = with_owners
            .into_iter()
            .partition(|place| record(&self.doc, place).is_some_and(|record| is_marked(&self.doc, &record)));
        contested.retain(|place| !kept.contains(place));
        if removed.is_empty() {
            return changed;
        }
        let now = Changes::of(&self.doc).contested(removed.iter());
        for place in removed {
            let is_contested = now.contains(&place);
            if is_contested != contested.contains(&place) {
                changed.extend(below(&self.doc, &place));
                if is_contested {
                    contested.insert(place.clone());
                } else {
                    contested.remove(&place);
                }
                changed.insert(place);
            }
        }
        changed
    }

    fn writable(&self) -> Result<(), DocumentError> {
        match self.read_only() {
            Some(schema) => Err(DocumentError::Newer { schema }),
            None => Ok(()),
        }
    }
}

/// All of a document, with the changes that wait for others.
fn whole(doc: &Automerge, waiting: &[Change]) -> Vec<u8> {
    let mut bytes = doc.save();
    for change in waiting {
        bytes.extend_from_slice(change.raw_bytes());
    }
    bytes
}

/// The schema that a document says it has, if it is newer than the one this program knows.
fn newer(doc: &Automerge, known: u32) -> Option<u32> {
    let schemas = doc.get_all(ROOT, "schema").unwrap_or_default();
    let newest = schemas.iter().filter_map(|(value, _)| value.as_u64()).max()?;
    let newest = u32::try_from(newest).unwrap_or(u32::MAX);
    (known < newest).then_some(newest)
}

/// A change, as those outside know it.
fn one_change(change: &Change) -> OneChange {
    OneChange {
        hash: change.hash().0,
        deps: change.deps().iter().map(|dep| dep.0).collect(),
        bytes: change.raw_bytes().to_vec(),
    }
}

/// Takes in the changes whose forerunners are here; the others wait. All or nothing.
fn admit(
    doc: &mut Automerge,
    waiting: &mut Vec<Change>,
    incoming: Vec<Change>,
    log: &mut PatchLog,
    knows: impl Fn(&Automerge, &ChangeHash) -> bool,
) -> Result<(), DocumentError> {
    let mut pool: BTreeMap<_, Change> = BTreeMap::new();
    for change in incoming.into_iter().chain(waiting.iter().cloned()) {
        if !knows(doc, &change.hash()) {
            // A change comes after all it builds on, when changes are ordered by their first operation.
            pool.insert((change.start_op(), change.hash()), change);
        }
    }
    let (mut ready, mut hashes, mut still_waiting) = (Vec::new(), BTreeSet::new(), Vec::new());
    for change in pool.into_values() {
        if change.deps().iter().all(|dep| hashes.contains(dep) || knows(doc, dep)) {
            hashes.insert(change.hash());
            ready.push(change);
        } else {
            still_waiting.push(change);
        }
    }
    doc.apply_changes_log_patches(ready, log).map_err(|why| match why {
        AutomergeError::DuplicateSeqNumber(..) => DocumentError::Split,
        why => DocumentError::Automerge(why),
    })?;
    *waiting = still_waiting;
    Ok(())
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

/// Whether a record is marked as removed, and nobody has said otherwise meanwhile.
fn is_marked<D: ReadDoc>(doc: &D, record: &ObjId) -> bool {
    let marks = doc.get_all(record, REMOVED).unwrap_or_default();
    !marks.is_empty() && marks.iter().all(|(mark, _)| mark.as_bool() == Some(true))
}

/// Whether the record is there and neither it nor an owner of it is removed, but for contested removals.
fn is_here<D: ReadDoc>(doc: &D, place: &Place, is_contested: impl Fn(&Place) -> bool) -> bool {
    let stays = |place: &Place, record: &ObjId| !is_marked(doc, record) || is_contested(place);
    record(doc, place).is_some_and(|record| stays(place, &record))
        && place.owners().all(|owner| record(doc, &owner).is_none_or(|record| stays(&owner, &record)))
}

/// Of all records of a document, those whose removal is contested.
fn contested_among(doc: &Automerge, found: &[reading::Found]) -> BTreeSet<Place> {
    let mut removed = found.iter().filter(|record| record.removed).map(|record| &record.place).peekable();
    if removed.peek().is_none() {
        return BTreeSet::new();
    }
    Changes::of(doc).contested(removed)
}

/// Of all records of a document, the longer texts that took another's place.
fn replaced_among(doc: &Automerge, found: &[reading::Found]) -> Replaced {
    let all = found.iter().flat_map(|record| record.replaced.iter().map(|field| (record.place.clone(), *field)));
    let all: BTreeSet<_> = all.collect();
    if all.is_empty() { Replaced::default() } else { Replaced::among(&Changes::of(doc), all) }
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
