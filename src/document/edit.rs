//! How a command is carried out: on the part it concerns, all or nothing, as one change.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use automerge::transaction::{CommitOptions, Transactable, Transaction};
use automerge::{Automerge, Change, ChangeHash, ObjId, ObjType, PatchLog, ROOT, ReadDoc, ScalarValue};
use autosurgeon::{hydrate_prop, reconcile_prop};

use super::author::Note;
use super::begin::{beginning, later};
use super::reading::several;
use super::replaced::{prose_key, texts};
use super::stored::{Fill, REMOVED, Stored, new_record};
use super::undo::{Inverse, Step};
use super::{Applied, DocumentError, RegisterDocument, Signed, below, is_here, record};
use crate::register::{Choose, Classification, Command, CommandError, Place, RecordKind, Seen, Value};

impl RegisterDocument {
    /// Carries out an edit, all of it or nothing.
    ///
    /// # Errors
    /// [`DocumentError`] says why not; the document is as it was.
    pub fn apply(&mut self, command: &Command, signed: &Signed) -> Result<Applied, DocumentError> {
        self.writable()?;
        command.check()?;
        let steps = match command {
            Command::Batch(commands) => commands.as_slice(),
            one => std::slice::from_ref(one),
        };
        let late = self.written_late(steps)?;
        if late.is_empty() && self.changes_nothing(steps) {
            return Ok(self.applied(&[], BTreeSet::new(), Vec::new()));
        }
        let missing = self.to_begin(steps);
        let collections = self.collections_to_begin(steps)?;
        // Only what can't be rolled back otherwise is worth a copy of the whole.
        let begins = !missing.is_empty() || !collections.is_empty();
        let before = (begins || 1 < steps.len() && !late.is_empty()).then(|| self.doc.clone());
        let done = self.carry_out(steps, (collections, missing), &late, signed);
        if let (Err(_), Some(before)) = (&done, before) {
            self.doc = before;
            self.forget_disputes();
        }
        done
    }

    fn carry_out(
        &mut self,
        steps: &[Command],
        (collections, missing): (Vec<Change>, BTreeSet<Place>),
        late: &BTreeSet<usize>,
        signed: &Signed,
    ) -> Result<Applied, DocumentError> {
        let mut hashes: Vec<_> = collections.iter().map(Change::hash).collect();
        self.doc.apply_changes(collections)?;
        for place in &missing {
            let beginning = beginning(place)?;
            hashes.push(beginning.hash());
            self.doc.apply_changes([beginning])?;
        }
        let contested = self.contested().clone();
        let mut work = Work { shown: missing.clone(), begun: missing, contested, ..Work::default() };
        let mut change = self.doc.transaction();
        for (at, step) in steps.iter().enumerate() {
            if !late.contains(&at) {
                work.carry_out(&mut change, step)?;
            }
        }
        let main = commit(change, &work.touched, signed);
        work.tie_to(main.as_slice());
        self.contested = OnceCell::from(std::mem::take(&mut work.contested));
        if let Some(replaced) = self.replaced.get_mut() {
            work.settled.iter().for_each(|(place, field)| replaced.settle(place, field));
        }
        hashes.extend(main);
        let written = work.inverses.iter().filter_map(|inverse| match inverse {
            Inverse::Write { place, field, .. } => Some((place.clone(), prose_key(place.kind, field)?)),
            Inverse::Put { .. } => None,
        });
        let mut wrote = self.replaced.get().map(|replaced| replaced.among_them(written)).unwrap_or_default();
        for at in late {
            let Some(step) = steps.get(*at) else { continue };
            let (place, field, done) = match step {
                Command::Write { place, field, text, seen } => {
                    (place, field, write_at(&mut self.doc, place, field, text, &heads(seen), signed)?)
                }
                Command::Settle { place, field, text, seen } => {
                    (place, field, settle_at(&mut self.doc, place, field, text, &heads(seen), signed)?)
                }
                _ => continue,
            };
            let Some((hash, text)) = done else { continue };
            let (place, field) = (place.clone(), field.clone());
            work.touch(&place);
            wrote.extend(prose_key(place.kind, &field).map(|field| (place.clone(), field)));
            work.inverses.push(Inverse::Write { place, field, text, at: vec![hash] });
            hashes.push(hash);
        }
        if let Some(replaced) = self.replaced.get_mut() {
            // What was written as it was seen then may be in a text that others have replaced since.
            replaced.look_again(&self.doc, wrote);
        }
        if steps.iter().any(issues) {
            // It froze what was done before it.
            self.done.clear();
            self.undone.clear();
        }
        if !work.inverses.is_empty() {
            self.undone.clear();
            self.remember(Step(work.inverses));
        }
        Ok(self.applied(&hashes, work.shown, Vec::new()))
    }

    /// What the caller hears: the changes by these hashes, the records at these places.
    pub(super) fn applied(&self, hashes: &[ChangeHash], shown: BTreeSet<Place>, left: Vec<Place>) -> Applied {
        let mut bytes = Vec::new();
        for hash in hashes {
            if let Some(mut change) = self.doc.get_change_by_hash(hash) {
                bytes.extend_from_slice(&change.bytes());
            }
        }
        Applied { bytes, entries: shown.iter().map(|place| self.entry(place)).collect(), seen: self.seen(), left }
    }

    /// The steps that write text against a state in which that text was another, or settle what was said then.
    fn written_late(&self, steps: &[Command]) -> Result<BTreeSet<usize>, DocumentError> {
        let now = self.doc.get_heads();
        let mut late = BTreeSet::new();
        for (at, step) in steps.iter().enumerate() {
            let (Command::Write { place, field, seen, .. } | Command::Settle { place, field, seen, .. }) = step else {
                continue;
            };
            let seen = heads(seen);
            if seen == now {
                continue;
            }
            if seen.is_empty() || !seen.iter().all(|hash| super::knows(&self.doc, hash)) {
                return Err(DocumentError::UnknownSeen);
            }
            if !self.is_here(place) {
                continue;
            }
            if let Command::Settle { .. } = step {
                late.insert(at);
                continue;
            }
            let Some(text) = text_object(&self.doc, place, field) else { continue };
            let is_same = text_object_at(&self.doc, place, field, &seen).as_ref() == Some(&text);
            if !is_same || self.doc.text_at(&text, &seen).ok() != Some(self.doc.text(&text)?) {
                late.insert(at);
            }
        }
        Ok(late)
    }

    /// Whether a single edit would leave everything as it is. It then costs no change.
    fn changes_nothing(&self, steps: &[Command]) -> bool {
        match steps {
            [Command::Set { place, field, value }] => {
                let Some(record) = self.is_here(place).then(|| record(&self.doc, place)).flatten() else {
                    return false;
                };
                let undisputed = self.doc.get_all(&record, field.as_str()).is_ok_and(|all| all.len() < 2);
                let held = hydrate_prop::<_, Stored, _, _>(&self.doc, &record, field.as_str()).unwrap_or_default();
                undisputed && held != Stored::Other && held.value(place.kind, field) == *value
            }
            [Command::Write { place, field, text, .. }] => {
                let Some(object) = text_object(&self.doc, place, field) else { return false };
                self.is_here(place) && self.doc.text(&object).is_ok_and(|held| held == *text)
            }
            _ => false,
        }
    }

    /// The records with natural keys that these steps write in, or in what belongs to them, and that are not there.
    fn to_begin(&self, steps: &[Command]) -> BTreeSet<Place> {
        let mut missing = BTreeSet::new();
        for step in steps {
            let place = match step {
                Command::Add { place, .. } => place,
                Command::Set { place, value, .. } if !value.is_empty() => place,
                Command::Write { place, text, .. } if !text.is_empty() => place,
                _ => continue,
            };
            let begins = |place: &Place| place.kind.has_natural_key() && record(&self.doc, place).is_none();
            missing.extend(std::iter::once(place.clone()).chain(place.owners()).filter(begins));
        }
        missing
    }

    /// The frozen changes that bring the collections these steps write in, and that are not here.
    fn collections_to_begin(&self, steps: &[Command]) -> Result<Vec<Change>, DocumentError> {
        let mut missing: Vec<Change> = Vec::new();
        for step in steps {
            let place = match step {
                Command::Add { place, .. } => place,
                // To empty what nobody has begun changes nothing.
                step if empties_nothing(&self.doc, step) => continue,
                Command::Set { place, .. } | Command::Write { place, .. } => place,
                _ => continue,
            };
            let is_here = |change: &Change| {
                super::knows(&self.doc, &change.hash()) || missing.iter().any(|other| other.hash() == change.hash())
            };
            missing.extend(later(place.kind)?.filter(|change| !is_here(change)));
        }
        Ok(missing)
    }
}

/// Whether a step issues a report.
fn issues(step: &Command) -> bool {
    matches!(step, Command::Add { place, .. } if place.kind == RecordKind::Issued)
}

/// Whether a step empties a field of a record with a natural key that nobody has begun.
fn empties_nothing<D: ReadDoc>(doc: &D, step: &Command) -> bool {
    let (place, empty) = match step {
        Command::Set { place, value, .. } => (place, value.is_empty()),
        Command::Write { place, text, .. } => (place, text.is_empty()),
        _ => return false,
    };
    empty && place.kind.has_natural_key() && record(doc, place).is_none()
}

/// What a command has come to so far.
#[derive(Default)]
struct Work {
    /// Records with natural keys that began with this command.
    begun: BTreeSet<Place>,
    /// Where something was written.
    touched: BTreeSet<Place>,
    /// What looks different now: what was touched, and what belongs to what was removed.
    shown: BTreeSet<Place>,
    inverses: Vec<Inverse>,
    /// The records whose removal is contested, less those that this command has settled.
    contested: BTreeSet<Place>,
    /// The longer texts that took the place of all there was.
    settled: BTreeSet<(Place, &'static str)>,
}

impl Work {
    /// The record's map, if it is here.
    fn here(&self, change: &Transaction<'_>, place: &Place) -> Result<ObjId, DocumentError> {
        // What begins by itself still belongs to something that somebody has added.
        let begun_by_hand = |owner: &Place| owner.kind.has_natural_key() || record(change, owner).is_some();
        let here = is_here(change, place, |place| self.contested.contains(place))
            && place.owners().all(|owner| begun_by_hand(&owner));
        here.then(|| record(change, place)).flatten().ok_or_else(|| DocumentError::Missing(place.clone()))
    }

    fn touch(&mut self, place: &Place) {
        self.touched.insert(place.clone());
        self.shown.insert(place.clone());
    }

    /// Text that was written in a change can be written back against it.
    fn tie_to(&mut self, hashes: &[ChangeHash]) {
        for inverse in &mut self.inverses {
            if let Inverse::Write { at, .. } = inverse {
                hashes.clone_into(at);
            }
        }
    }

    fn carry_out(&mut self, change: &mut Transaction<'_>, step: &Command) -> Result<(), DocumentError> {
        if empties_nothing(change, step) {
            return Ok(());
        }
        match step {
            Command::Add { place, fields } => self.add(change, place, fields),
            Command::Set { place, field, value } => {
                let record = self.here(change, place)?;
                if place.kind.is_decision() && change.get_all(&record, field.as_str())?.len() < 2 {
                    return Err(CommandError::DecisionStands.into());
                }
                self.put(change, place, &record, field, value)
            }
            Command::Write { place, field, text, .. } => self.write(change, place, field, text),
            Command::Settle { place, field, text, .. } => {
                let record = self.here(change, place)?;
                let before = shown_text(change, &record, field)?;
                self.replace(change, place, &record, field, text, before)
            }
            Command::Remove { place } => {
                let record = record(change, place).ok_or_else(|| DocumentError::Missing(place.clone()))?;
                self.mark(change, place, &record, true)
            }
            Command::Restore { place } => {
                let record = record(change, place).ok_or_else(|| DocumentError::Missing(place.clone()))?;
                self.mark(change, place, &record, false)
            }
            Command::Withdraw { place, reason } => {
                let record = self.here(change, place)?;
                let (withdrawn, why) = (Classification::WITHDRAWN.key, Classification::WITHDRAWN_REASON.key);
                if hydrate_prop::<_, Stored, _, _>(change, &record, withdrawn)? == Stored::Flag(true) {
                    return Err(DocumentError::Withdrawn(place.clone()));
                }
                self.put(change, place, &record, withdrawn, &Value::Flag(true))?;
                self.put(change, place, &record, why, &Value::Line(reason.clone()))
            }
            // A batch holds single edits: the command was checked.
            Command::Batch(_) => Ok(()),
        }
    }

    fn add(
        &mut self,
        change: &mut Transaction<'_>,
        place: &Place,
        fields: &[(String, Value)],
    ) -> Result<(), DocumentError> {
        if let Some(owner) = place.owners().next() {
            self.here(change, &owner)?;
        }
        let began = self.begun.remove(place);
        match record(change, place) {
            Some(record) if began => {
                for (field, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
                    reconcile_prop(change, &record, field.as_str(), Fill(value))?;
                }
            }
            Some(_) => return Err(DocumentError::Taken(place.clone())),
            None => {
                let Some((_, collection)) = ReadDoc::get(change, ROOT, place.kind.key())? else {
                    return Err(DocumentError::Missing(place.clone()));
                };
                let new = new_record(place.kind, fields);
                change.batch_create_object(&collection, place.key.as_str(), &new, false)?;
            }
        }
        // A report that has been issued is withdrawn, with a reason.
        if place.kind != RecordKind::Issued {
            self.inverses.push(Inverse::Put {
                place: place.clone(),
                field: REMOVED.into(),
                held: ScalarValue::Null,
                put: ScalarValue::Boolean(true),
            });
        }
        self.touch(place);
        Ok(())
    }

    fn mark(
        &mut self,
        change: &mut Transaction<'_>,
        place: &Place,
        record: &ObjId,
        removed: bool,
    ) -> Result<(), DocumentError> {
        let disputed = self.contested.remove(place) || 1 < change.get_all(record, REMOVED)?.len();
        if disputed {
            // To remove it again is to remove it knowing of the edits. It was there before, and is so if this is undone.
            // The same value put again would be no change: the old mark goes first.
            change.delete(record, REMOVED)?;
            change.put(record, REMOVED, removed)?;
            self.inverses.push(Inverse::Put {
                place: place.clone(),
                field: REMOVED.into(),
                held: ScalarValue::Boolean(removed),
                put: ScalarValue::Boolean(false),
            });
            self.touch(place);
            self.shown.extend(below(change, place));
            return Ok(());
        }
        let is_removed = scalar(change, record, REMOVED) == ScalarValue::Boolean(true);
        if is_removed != removed {
            self.put(change, place, record, REMOVED, &Value::Flag(removed))?;
            self.shown.extend(below(change, place));
        }
        Ok(())
    }

    fn put(
        &mut self,
        change: &mut Transaction<'_>,
        place: &Place,
        record: &ObjId,
        field: &str,
        value: &Value,
    ) -> Result<(), DocumentError> {
        let before = shown_scalar(change, place, record, field);
        let pending = change.pending_ops();
        if *value == Value::Nothing && before == ScalarValue::Null {
            return Ok(());
        }
        reconcile_prop(&mut *change, record, field, Fill(value))?;
        if pending < change.pending_ops() {
            let held = scalar(change, record, field);
            self.inverses.push(Inverse::Put { place: place.clone(), field: field.to_owned(), held, put: before });
            self.touch(place);
        }
        Ok(())
    }

    fn write(
        &mut self,
        change: &mut Transaction<'_>,
        place: &Place,
        field: &str,
        text: &str,
    ) -> Result<(), DocumentError> {
        let record = self.here(change, place)?;
        let before = shown_text(change, &record, field)?;
        if before != text {
            let all = texts(change.get_all(&record, field));
            if 1 < all.len() && all.iter().all(|other| change.text(other).is_ok_and(|other| other == before)) {
                // Several texts that say the same are one to whoever writes: the others would differ from it now.
                return self.replace(change, place, &record, field, text, before);
            }
            reconcile_prop(change, &record, field, Fill(&Value::Prose(text.to_owned())))?;
            self.inverses.push(Inverse::Write {
                place: place.clone(),
                field: field.to_owned(),
                text: before,
                at: Vec::new(),
            });
            self.touch(place);
        }
        Ok(())
    }

    /// Puts a text in the place of all that the field holds.
    fn replace(
        &mut self,
        change: &mut Transaction<'_>,
        place: &Place,
        record: &ObjId,
        field: &str,
        text: &str,
        before: String,
    ) -> Result<(), DocumentError> {
        let object = change.put_object(record, field, ObjType::Text)?;
        change.splice_text(&object, 0, 0, text)?;
        self.settled.extend(prose_key(place.kind, field).map(|field| (place.clone(), field)));
        let (place, field) = (place.clone(), field.to_owned());
        self.touch(&place);
        self.inverses.push(Inverse::Write { place, field, text: before, at: Vec::new() });
        Ok(())
    }
}

/// The longer text that a field shows.
fn shown_text<D: autosurgeon::ReadDoc>(doc: &D, record: &ObjId, field: &str) -> Result<String, DocumentError> {
    Ok(match hydrate_prop(doc, record, field)? {
        Stored::Prose(text) | Stored::Line(text) => text,
        _ => String::new(),
    })
}

/// What a field shows, if it is no object: of several values the careful one.
fn shown_scalar<D: ReadDoc>(doc: &D, place: &Place, record: &ObjId, field: &str) -> ScalarValue {
    let all: Vec<_> = doc
        .get_all(record, field)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|(value, _)| match value {
            automerge::Value::Scalar(value) => Some(value.into_owned()),
            automerge::Value::Object(_) => None,
        })
        .collect();
    match several(place.kind, field, all.iter().map(Stored::scalar).collect()) {
        Some(several) => all.into_iter().nth(several.shown).unwrap_or(ScalarValue::Null),
        None => scalar(doc, record, field),
    }
}

/// What a field holds, if it is no object.
pub(super) fn scalar<D: ReadDoc>(doc: &D, record: &ObjId, field: &str) -> ScalarValue {
    match doc.get(record, field) {
        Ok(Some((automerge::Value::Scalar(value), _))) => value.into_owned(),
        _ => ScalarValue::Null,
    }
}

/// The text object in a field.
pub(super) fn text_object<D: ReadDoc>(doc: &D, place: &Place, field: &str) -> Option<ObjId> {
    let (value, id) = doc.get(record(doc, place)?, field).ok()??;
    matches!(value, automerge::Value::Object(ObjType::Text)).then_some(id)
}

/// The text object that was in a field at `at`.
pub(super) fn text_object_at<D: ReadDoc>(doc: &D, place: &Place, field: &str, at: &[ChangeHash]) -> Option<ObjId> {
    let (value, id) = doc.get_at(record(doc, place)?, field, at).ok()??;
    matches!(value, automerge::Value::Object(ObjType::Text)).then_some(id)
}

pub(super) fn heads(seen: &Seen) -> Vec<ChangeHash> {
    seen.0.iter().map(|hash| ChangeHash(*hash)).collect()
}

/// Makes one change of it, if there is anything in it.
pub(super) fn commit(change: Transaction<'_>, touched: &BTreeSet<Place>, signed: &Signed) -> Option<ChangeHash> {
    if change.pending_ops() == 0 {
        change.rollback();
        return None;
    }
    change.commit_with(options(touched, signed)).0
}

fn options(touched: &BTreeSet<Place>, signed: &Signed) -> CommitOptions {
    CommitOptions::default().with_message(Note::write(&signed.by, touched.iter())).with_time(signed.at)
}

/// Writes text as it was meant at `at`, so that what others wrote since stays. Gives the change and the text as it was.
pub(super) fn write_at(
    doc: &mut Automerge,
    place: &Place,
    field: &str,
    text: &str,
    at: &[ChangeHash],
    signed: &Signed,
) -> Result<Option<(ChangeHash, String)>, DocumentError> {
    let touched = BTreeSet::from([place.clone()]);
    // Somebody may have put another text in its place since: then what was written is disputed.
    let Some(object) = text_object_at(doc, place, field, at) else {
        // The text began after what the writer had seen: both are kept, one after the other.
        let Some(object) = text_object(doc, place, field) else { return Ok(None) };
        let before = doc.text(&object)?;
        let mut change = doc.transaction();
        change.splice_text(&object, 0, 0, text)?;
        return Ok(commit(change, &touched, signed).map(|hash| (hash, before)));
    };
    let before = doc.text_at(&object, at)?;
    if before == text {
        return Ok(None);
    }
    let mut change = doc.transaction_at(PatchLog::inactive(), at).map_err(|_| DocumentError::UnknownSeen)?;
    change.update_text(&object, text)?;
    Ok(commit(change, &touched, signed).map(|hash| (hash, before)))
}

/// Puts a text in the place of all that was in a field at `at`; what was not, stays. Gives the change and what was shown.
fn settle_at(
    doc: &mut Automerge,
    place: &Place,
    field: &str,
    text: &str,
    at: &[ChangeHash],
    signed: &Signed,
) -> Result<Option<(ChangeHash, String)>, DocumentError> {
    let shown = text_object_at(doc, place, field, at).map(|object| doc.text_at(&object, at)).transpose()?;
    let mut change = doc.transaction_at(PatchLog::inactive(), at).map_err(|_| DocumentError::UnknownSeen)?;
    let record = record(&change, place).ok_or_else(|| DocumentError::Missing(place.clone()))?;
    let object = change.put_object(&record, field, ObjType::Text)?;
    change.splice_text(&object, 0, 0, text)?;
    let hash = commit(change, &BTreeSet::from([place.clone()]), signed);
    Ok(hash.map(|hash| (hash, shown.unwrap_or_default())))
}
