//! A whole register read in one pass over the document.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use automerge::iter::{DocItem, MapRangeItem};
use automerge::{Automerge, ChangeHash, ObjId, ROOT, ReadDoc, ValueRef};

use super::owners;
use super::stored::{REMOVED, Stored};
use crate::register::{Choose, Entry, Key, Place, RecordKind};

/// One record, as one pass found it.
pub(super) struct Found {
    pub(super) place: Place,
    fields: Vec<(String, Stored)>,
    removed: bool,
    /// Whether a field has several values.
    pub(super) disputed: bool,
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

/// Every record that neither is removed nor belongs to one that is, in the order of their places.
pub(super) fn records(doc: &Automerge, heads: Option<&[ChangeHash]>) -> Vec<Found> {
    let mut reading = Reading { spots: BTreeMap::from([(ROOT, Spot::Root)]), found: Vec::new() };
    let mut last: Option<(Arc<ObjId>, Spot)> = None;
    for item in doc.iter_at(ROOT, heads) {
        let spot = match &last {
            Some((object, spot)) if Arc::ptr_eq(object, &item.obj) => *spot,
            _ => reading.spots.get(&*item.obj).copied().unwrap_or(Spot::Other),
        };
        last = Some((item.obj, spot));
        match item.item {
            DocItem::Map(item) => reading.key(spot, &item),
            DocItem::Text(span) => reading.text(spot, span.as_str()),
            DocItem::List(_) => {}
        }
    }
    reading.here()
}

struct Reading {
    spots: BTreeMap<ObjId, Spot>,
    found: Vec<Found>,
}

impl Reading {
    fn key(&mut self, spot: Spot, item: &MapRangeItem<'_>) {
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
                    self.found.push(Found { place, fields: Vec::new(), removed: false, disputed: false });
                }
            }
            Spot::Record(at) => self.field(at, item),
            _ => {}
        }
    }

    fn field(&mut self, at: usize, item: &MapRangeItem<'_>) {
        let Some(record) = self.found.get_mut(at) else { return };
        record.disputed |= item.conflict;
        let stored = match &item.value {
            ValueRef::Object(automerge::ObjType::Text) => {
                self.spots.insert(item.id(), Spot::Text(at, record.fields.len()));
                Stored::Prose(String::new())
            }
            value => Stored::seen(value),
        };
        if item.key == REMOVED {
            record.removed = stored == Stored::Flag(true);
        } else {
            record.fields.push((item.key.to_string(), stored));
        }
    }

    fn text(&mut self, spot: Spot, more: &str) {
        let Spot::Text(at, field) = spot else { return };
        if let Some((_, Stored::Prose(text))) = self.found.get_mut(at).and_then(|record| record.fields.get_mut(field)) {
            text.push_str(more);
        }
    }

    fn here(self) -> Vec<Found> {
        let removed: BTreeSet<_> =
            self.found.iter().filter(|record| record.removed).map(|record| record.place.clone()).collect();
        let mut here: Vec<_> = self
            .found
            .into_iter()
            .filter(|record| {
                !record.removed && (removed.is_empty() || owners(&record.place).all(|owner| !removed.contains(&owner)))
            })
            .collect();
        here.sort_by(|one, other| one.place.cmp(&other.place));
        here
    }
}

impl Found {
    /// The record as it travels on.
    pub(super) fn entry(self) -> Entry {
        let Self { place, mut fields, .. } = self;
        let filled = place.kind.fields().iter().filter_map(|field| {
            let (_, stored) = fields.iter_mut().find(|(key, _)| key == field.key)?;
            let value = std::mem::take(stored).value(place.kind, field.key);
            (!value.is_empty()).then(|| (field.key.to_owned(), value))
        });
        let filled = filled.collect();
        Entry { place, fields: Some(filled) }
    }
}
