//! Longer texts that took another's place, and words written into the other by somebody who did not know of it.
//!
//! A record's longer texts begin with the record, and then everybody writes in the same one. Several come about where
//! a text began apart on several devices (a field that came with a later version, another program), and one takes the
//! place of others where somebody has settled which of them holds. The others can't be seen any more then. What is
//! written into them without knowing of it is said beside the text that holds, until somebody has settled that too.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use automerge::{ActorId, Automerge, ChangeHash, ObjId, ObjType, ReadDoc, Value};

use super::author::Note;
use super::begin::prose;
use super::contested::Changes;
use super::history::is_beginning;
use super::record;
use crate::register::{Place, RecordKind};

/// The texts of a register that took another's place.
#[derive(Debug, Clone, Default)]
pub(super) struct Replaced {
    all: BTreeSet<(Place, &'static str)>,
    /// Those of them beside which something else is said.
    late: BTreeSet<(Place, &'static str)>,
}

impl Replaced {
    pub(super) fn among(changes: &Changes<'_>, all: BTreeSet<(Place, &'static str)>) -> Self {
        let late = all.iter().filter(|(place, field)| !changes.late(place, field).is_empty()).cloned().collect();
        Self { all, late }
    }

    /// The fields of a record beside whose text something else is said.
    pub(super) fn late_of(&self, place: &Place) -> impl Iterator<Item = &'static str> {
        self.late.range((place.clone(), "")..).take_while(move |(other, _)| other == place).map(|(_, field)| *field)
    }

    /// Those in the records that `concern` picks.
    pub(super) fn concerned(&self, concern: impl Fn(&Place) -> bool) -> BTreeSet<(Place, &'static str)> {
        self.all.iter().filter(|(place, _)| concern(place)).cloned().collect()
    }

    /// Those of some fields whose text took another's place: what is said beside it depends on what it says itself.
    pub(super) fn among_them(
        &self,
        fields: impl IntoIterator<Item = (Place, &'static str)>,
    ) -> BTreeSet<(Place, &'static str)> {
        fields.into_iter().filter(|field| self.all.contains(field)).collect()
    }

    /// Somebody who has seen all of it has settled what a text says.
    pub(super) fn settle(&mut self, place: &Place, field: &'static str) {
        self.late.remove(&(place.clone(), field));
        self.all.insert((place.clone(), field));
    }

    /// Looks again at some fields. Gives the records of which more or less is disputed than before.
    pub(super) fn look_again(&mut self, doc: &Automerge, fields: BTreeSet<(Place, &'static str)>) -> BTreeSet<Place> {
        let (mut changes, mut changed) = (None, BTreeSet::new());
        for at in fields {
            let (place, field) = &at;
            let took = record(doc, place).is_some_and(|record| took_a_place(doc, &record, field));
            let late = took && !changes.get_or_insert_with(|| Changes::of(doc)).late(place, field).is_empty();
            let differs = self.late.contains(&at) != late;
            if differs {
                changed.insert(place.clone());
            }
            if late {
                self.late.insert(at.clone())
            } else {
                self.late.remove(&at)
            };
            if took {
                self.all.insert(at)
            } else {
                self.all.remove(&at)
            };
        }
        changed
    }
}

/// The field's own key, if it holds longer text.
pub(super) fn prose_key(kind: RecordKind, field: &str) -> Option<&'static str> {
    prose(kind).find(|key| *key == field)
}

/// Whether what a field holds was put there in the place of something else.
pub(super) fn took_a_place(doc: &Automerge, record: &ObjId, field: &str) -> bool {
    let begun = doc.hash_for_opid(record);
    let held = doc.get_all(record, field).unwrap_or_default();
    held.iter().filter_map(|(_, id)| doc.hash_for_opid(id)).any(|made| {
        let change = (Some(made) != begun).then(|| doc.get_change_meta_by_hash(&made)).flatten();
        let before = change.and_then(|change| doc.get_all_at(record, field, &change.deps).ok());
        before.is_some_and(|before| !before.is_empty())
    })
}

/// Tells what began with its record, at less cost than [`took_a_place`].
pub(super) struct Beginnings<'d> {
    doc: &'d Automerge,
    /// The last change in which a record began: whose, and its first and last operation.
    change: Option<(ActorId, RangeInclusive<u64>)>,
}

impl<'d> Beginnings<'d> {
    pub(super) fn of(doc: &'d Automerge) -> Self {
        Self { doc, change: None }
    }

    /// Whether a value came in the change that brought its record.
    pub(super) fn hold(&mut self, record: &ObjId, value: &ObjId) -> bool {
        let (ObjId::Id(begun, by, _), ObjId::Id(put, putter, _)) = (record, value) else { return false };
        if by != putter {
            return false;
        }
        if !self.change.as_ref().is_some_and(|(actor, steps)| actor == by && steps.contains(begun)) {
            let change = self.doc.hash_for_opid(record).and_then(|hash| self.doc.get_change_meta_by_hash(&hash));
            self.change = change.map(|change| (by.clone(), change.start_op..=change.max_op));
        }
        self.change.as_ref().is_some_and(|(_, steps)| steps.contains(put))
    }
}

/// A text that is not in its field any more, with words that nobody who replaced it had seen.
pub(super) struct Late {
    pub(super) object: ObjId,
    pub(super) text: String,
    /// The last change to it.
    pub(super) last: ChangeHash,
}

impl Changes<'_> {
    /// What is said beside the text that a field holds, the latest last.
    pub(super) fn late(&self, place: &Place, field: &str) -> Vec<Late> {
        let doc = self.doc;
        let Some(record) = record(doc, place) else { return Vec::new() };
        let held = texts(doc.get_all(&record, field));
        let made: Vec<_> = held.iter().filter_map(|text| doc.hash_for_opid(text)).collect();
        let mut found = Vec::<(ObjId, ChangeHash)>::new();
        for change in self.beside(&made).filter(|change| !is_beginning(change)) {
            let note = change.message.as_deref().and_then(Note::read);
            if note.is_some_and(|note| !note.may_concern(place)) {
                continue;
            }
            for text in texts(doc.get_all_at(&record, field, &[change.hash])) {
                let wrote = doc.text_at(&text, &change.deps).ok() != doc.text_at(&text, &[change.hash]).ok();
                if wrote && !held.contains(&text) {
                    found.retain(|(other, _)| *other != text);
                    found.push((text, change.hash));
                }
            }
        }
        let late = found.into_iter().filter_map(|(object, last)| {
            let text = doc.text(&object).ok()?;
            let was_seen = made.iter().any(|made| doc.text_at(&object, &[*made]).is_ok_and(|seen| seen == text));
            let is_said = held.iter().any(|held| doc.text(held).is_ok_and(|held| held == text));
            (!was_seen && !is_said).then_some(Late { object, text, last })
        });
        late.collect()
    }
}

/// The text objects among a field's values.
pub(super) fn texts<E>(values: Result<Vec<(Value<'_>, ObjId)>, E>) -> Vec<ObjId> {
    let texts = values.unwrap_or_default().into_iter();
    texts.filter(|(value, _)| matches!(value, Value::Object(ObjType::Text))).map(|(_, id)| id).collect()
}
