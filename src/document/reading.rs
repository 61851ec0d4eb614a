//! A whole register read in one pass over the document.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use automerge::iter::{DocItem, MapRangeItem};
use automerge::{Automerge, ChangeHash, ObjId, ObjType, ROOT, ReadDoc, ValueRef};

use super::replaced::{Beginnings, Replaced, prose_key, took_a_place};
use super::stored::{REMOVED, Stored};
use crate::register::safe::safest;
use crate::register::{Choose, Entry, Key, Place, RecordKind, Value};

/// One record, as it was found.
pub(super) struct Found {
    pub(super) place: Place,
    pub(super) fields: Vec<(String, Stored)>,
    /// Whether everybody who says anything of it has removed it.
    pub(super) removed: bool,
    /// The fields of which people have said different things; `removed` among them.
    pub(super) disputed: Vec<String>,
    /// The longer texts of it that took another's place.
    pub(super) replaced: Vec<&'static str>,
}

/// What an object is in a register.
#[derive(Clone, Copy)]
enum Spot {
    Root,
    Collection(RecordKind),
    /// The record at this place among those found.
    Record(usize),
    /// The text of this field of this record.
    Text(usize, usize),
    Other,
}

/// Every record, removed or not, in the order of their places.
pub(super) fn records(doc: &Automerge, heads: Option<&[ChangeHash]>) -> Vec<Found> {
    let mut reading = Reading {
        spots: BTreeMap::from([(ROOT, Spot::Root)]),
        found: Vec::new(),
        conflicts: Vec::new(),
        // What was said late of the register as it once was, was settled one way or the other later.
        beginnings: heads.is_none().then(|| Beginnings::of(doc)),
        later: Vec::new(),
    };
    let mut last: Option<(Arc<ObjId>, Spot)> = None;
    for item in doc.iter_at(ROOT, heads) {
        let spot = match &last {
            Some((object, spot)) if Arc::ptr_eq(object, &item.obj) => *spot,
            _ => reading.spots.get(&*item.obj).copied().unwrap_or(Spot::Other),
        };
        match item.item {
            DocItem::Map(map_item) => reading.key(spot, &map_item, &item.obj),
            DocItem::Text(span) => reading.text(spot, span.as_str()),
            DocItem::List(_) => {}
        }
        last = Some((item.obj, spot));
    }
    reading.settle(doc, heads);
    let mut found = reading.found;
    found.sort_by(|one, other| one.place.cmp(&other.place));
    found
}

/// One record, removed or not, as it is now.
pub(super) fn record_at(doc: &Automerge, place: &Place) -> Option<Found> {
    let record = super::record(doc, place)?;
    let mut found = Found::new(place.clone());
    let mut conflicts = Vec::new();
    for item in doc.map_range(&record, ..) {
        let stored = match &item.value {
            ValueRef::Object(ObjType::Text) => doc.text(item.id()).map_or(Stored::Other, Stored::Prose),
            value => Stored::seen(value),
        };
        if item.conflict {
            conflicts.push(item.key.to_string());
        }
        found.take(item.key.to_string(), stored);
    }
    for field in conflicts {
        found.settle(doc, None, &record, field);
    }
    Some(found)
}

/// Those that neither are removed nor belong to one that is. A contested removal removes nothing yet.
pub(super) fn here(mut found: Vec<Found>, contested: &BTreeSet<Place>, replaced: &Replaced) -> Vec<Found> {
    for record in found.iter_mut().filter(|record| !record.replaced.is_empty()) {
        record.dispute(replaced);
    }
    for record in found.iter_mut().filter(|record| contested.contains(&record.place)) {
        record.contest();
    }
    let removed: BTreeSet<_> =
        found.iter().filter(|record| record.removed).map(|record| record.place.clone()).collect();
    if !removed.is_empty() {
        found.retain(|record| !record.removed && record.place.owners().all(|owner| !removed.contains(&owner)));
    }
    found
}

/// All that a field holds, the one that Automerge shows last.
pub(super) fn all_of(
    doc: &Automerge,
    heads: Option<&[ChangeHash]>,
    record: &ObjId,
    field: &str,
) -> Vec<(Stored, ObjId)> {
    let all = match heads {
        Some(heads) => doc.get_all_at(record, field, heads),
        None => doc.get_all(record, field),
    };
    let stored = |value: automerge::Value<'_>, id: &ObjId| match value {
        automerge::Value::Scalar(value) => Stored::scalar(&value),
        automerge::Value::Object(ObjType::Text) => match heads {
            Some(heads) => doc.text_at(id, heads),
            None => doc.text(id),
        }
        .map_or(Stored::Other, Stored::Prose),
        automerge::Value::Object(_) => Stored::Other,
    };
    all.unwrap_or_default().into_iter().map(|(value, id)| (stored(value, &id), id)).collect()
}

/// Several values of one field.
pub(super) struct Several {
    pub(super) values: Vec<Value>,
    /// Which of them is shown.
    pub(super) shown: usize,
    /// Whether it is shown because it is the careful one.
    pub(super) careful: bool,
}

/// What the values of a field come to; nothing when all say the same.
pub(super) fn several(kind: RecordKind, field: &str, stored: Vec<Stored>) -> Option<Several> {
    let values: Vec<_> = stored
        .into_iter()
        .map(|stored| match stored.value(kind, field) {
            // A mark that was never there and one that was taken away mean the same.
            Value::Nothing if field == REMOVED => Value::Flag(false),
            value => value,
        })
        .collect();
    let (last, others) = values.split_last()?;
    if others.iter().all(|other| other == last) {
        return None;
    }
    let careful = match field {
        // Nothing goes while somebody wants it to stay.
        REMOVED => values.iter().rposition(|value| *value == Value::Flag(false)),
        field => safest(kind, field, &values),
    };
    let shown = careful.unwrap_or(others.len());
    Some(Several { values, shown, careful: careful.is_some() })
}

/// The records so far, and the fields of them that hold several values.
struct Reading<'d> {
    spots: BTreeMap<ObjId, Spot>,
    found: Vec<Found>,
    conflicts: Vec<(usize, Arc<ObjId>, String)>,
    beginnings: Option<Beginnings<'d>>,
    /// The texts that did not begin with their record.
    later: Vec<(usize, Arc<ObjId>, &'static str)>,
}

impl Reading<'_> {
    fn key(&mut self, spot: Spot, item: &MapRangeItem<'_>, object: &Arc<ObjId>) {
        let is_object = matches!(item.value, ValueRef::Object(_));
        match spot {
            Spot::Root if is_object => {
                if let Some(kind) = RecordKind::from_key(&item.key) {
                    self.spots.insert(item.id(), Spot::Collection(kind));
                }
            }
            Spot::Collection(kind) if is_object => {
                if let Some(key) = Key::parse(&item.key) {
                    self.spots.insert(item.id(), Spot::Record(self.found.len()));
                    let place = Place { kind, key };
                    self.found.push(Found::new(place));
                }
            }
            Spot::Record(at) => self.field(at, item, object),
            _ => {}
        }
    }

    fn field(&mut self, at: usize, item: &MapRangeItem<'_>, object: &Arc<ObjId>) {
        let Some(record) = self.found.get_mut(at) else { return };
        if item.conflict {
            self.conflicts.push((at, Arc::clone(object), item.key.to_string()));
        }
        if let Some(beginnings) = &mut self.beginnings
            && matches!(item.value, ValueRef::Object(ObjType::Text))
            && (item.conflict || !beginnings.hold(object, &item.id()))
            && let Some(field) = prose_key(record.place.kind, &item.key)
        {
            self.later.push((at, Arc::clone(object), field));
        }
        let stored = match &item.value {
            ValueRef::Object(ObjType::Text) => {
                self.spots.insert(item.id(), Spot::Text(at, record.fields.len()));
                Stored::Prose(String::new())
            }
            value => Stored::seen(value),
        };
        record.take(item.key.to_string(), stored);
    }

    fn settle(&mut self, doc: &Automerge, heads: Option<&[ChangeHash]>) {
        for (at, record, field) in std::mem::take(&mut self.conflicts) {
            if let Some(found) = self.found.get_mut(at) {
                found.settle(doc, heads, &record, field);
            }
        }
        for (at, record, field) in std::mem::take(&mut self.later) {
            if let Some(found) = self.found.get_mut(at)
                && took_a_place(doc, &record, field)
            {
                found.replaced.push(field);
            }
        }
    }

    fn text(&mut self, spot: Spot, more: &str) {
        let Spot::Text(at, field) = spot else { return };
        if let Some((_, Stored::Prose(text))) = self.found.get_mut(at).and_then(|record| record.fields.get_mut(field)) {
            text.push_str(more);
        }
    }
}

impl Found {
    fn new(place: Place) -> Self {
        Self { place, fields: Vec::new(), removed: false, disputed: Vec::new(), replaced: Vec::new() }
    }

    fn take(&mut self, field: String, stored: Stored) {
        if field == REMOVED {
            self.removed = stored == Stored::Flag(true);
        } else {
            self.fields.push((field, stored));
        }
    }

    /// Shows the careful one of a field's values, where they differ.
    fn settle(&mut self, doc: &Automerge, heads: Option<&[ChangeHash]>, record: &ObjId, field: String) {
        let kind = self.place.kind;
        if field != REMOVED && kind.field(&field).is_none() {
            return;
        }
        let all: Vec<_> = all_of(doc, heads, record, &field).into_iter().map(|(stored, _)| stored).collect();
        let Some(several) = several(kind, &field, all.clone()) else { return };
        if field == REMOVED {
            self.removed = false;
        } else if let Some((_, held)) = self.fields.iter_mut().find(|(key, _)| *key == field)
            && let Some(shown) = all.into_iter().nth(several.shown)
        {
            *held = shown;
        }
        self.disputed.push(field);
    }

    /// The record stays, although it is marked as removed.
    pub(super) fn contest(&mut self) {
        if std::mem::replace(&mut self.removed, false) {
            self.disputed.push(REMOVED.to_owned());
        }
    }

    /// Something else is said beside some of its longer texts.
    pub(super) fn dispute(&mut self, replaced: &Replaced) {
        for field in replaced.late_of(&self.place) {
            if self.disputed.iter().all(|disputed| disputed != field) {
                self.disputed.push(field.to_owned());
            }
        }
    }

    /// The record as it travels on.
    pub(super) fn entry(self) -> Entry {
        let Self { place, mut fields, disputed, .. } = self;
        let filled = place.kind.fields().iter().filter_map(|field| {
            let (_, stored) = fields.iter_mut().find(|(key, _)| key == field.key)?;
            let value = std::mem::take(stored).value(place.kind, field.key);
            (!value.is_empty()).then(|| (field.key.to_owned(), value))
        });
        let filled = filled.collect();
        Entry { place, fields: Some(filled), disputed }
    }
}
