//! What a record's fields have held before, by whom and when; and the register as it once was.

use std::collections::{BTreeMap, BTreeSet};

use automerge::{Automerge, ChangeHash, ChangeMetadata, ObjId, ObjType, ReadDoc};
use serde::{Deserialize, Serialize};

use super::author::{Author, Note};
use super::stored::{REMOVED, Stored};
use super::{RegisterDocument, record};
use crate::register::{Place, Register, Value};

/// One step in a field's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    /// Who, if the change says so.
    pub by: Option<Author>,
    /// When, in seconds since 1970, by their device's clock.
    pub at: i64,
    /// The field's key, or `removed`.
    pub field: String,
    /// What it held.
    pub before: Value,
    /// What it held after.
    pub after: Value,
}

impl RegisterDocument {
    /// What was done to a record, or to one field of it, oldest first.
    #[must_use]
    pub fn history(&self, place: &Place, field: Option<&str>) -> Vec<Past> {
        let Some(record) = record(&self.doc, place) else { return Vec::new() };
        let known = place.kind.fields().iter().map(|field| field.key).chain([REMOVED]);
        let fields: Vec<_> = known.filter(|known| field.is_none_or(|field| field == *known)).collect();
        let mut past = Vec::new();
        for change in self.doc.get_changes_meta(&[]) {
            let note = change.message.as_deref().and_then(Note::read);
            // A change by another program says nothing of what it concerns.
            if note.as_ref().is_some_and(|note| !note.may_concern(place)) {
                continue;
            }
            for field in &fields {
                let before = held(&self.doc, place, &record, field, &change.deps);
                let after = held(&self.doc, place, &record, field, &[change.hash]);
                if before != after {
                    let by = note.as_ref().map(|note| note.by.clone());
                    past.push(Past { by, at: change.timestamp, field: (*field).to_owned(), before, after });
                }
            }
        }
        past
    }

    /// The register as it was at the end of the second `at`, by the clocks of those who wrote; nothing if nobody had
    /// written by then.
    #[must_use]
    pub fn register_at(&self, at: i64) -> Option<Register> {
        let changes = self.doc.get_changes_meta(&[]);
        let (mut held, mut heads) = (BTreeSet::new(), BTreeSet::new());
        let mut written = false;
        for change in &changes {
            if change.timestamp <= at && change.deps.iter().all(|dep| held.contains(dep)) {
                written |= !is_beginning(change);
                held.insert(change.hash);
                change.deps.iter().for_each(|dep| {
                    heads.remove(dep);
                });
                heads.insert(change.hash);
            }
        }
        let heads: Vec<_> = heads.into_iter().collect();
        written.then(|| self.read_at((held.len() < changes.len()).then_some(&heads)))
    }

    /// The first second of which [`Self::register_at`] has something to tell; nothing if nobody has written yet.
    #[must_use]
    pub fn began(&self) -> Option<i64> {
        // What builds on a later change is not there before that one is.
        let mut there_from = BTreeMap::new();
        let mut began = None;
        for change in self.doc.get_changes_meta(&[]) {
            let deps = change.deps.iter().filter_map(|dep| there_from.get(dep).copied());
            let from = deps.fold(change.timestamp, i64::max);
            if !is_beginning(&change) {
                began = Some(began.map_or(from, |began: i64| began.min(from)));
            }
            there_from.insert(change.hash, from);
        }
        began
    }
}

/// What a field held at `heads`.
pub(super) fn held(doc: &Automerge, place: &Place, record: &ObjId, field: &str, heads: &[ChangeHash]) -> Value {
    let stored = match doc.get_at(record, field, heads) {
        Ok(Some((automerge::Value::Scalar(value), _))) => Stored::scalar(&value),
        Ok(Some((automerge::Value::Object(ObjType::Text), text))) => {
            doc.text_at(&text, heads).map_or(Stored::Nothing, Stored::Prose)
        }
        _ => Stored::Nothing,
    };
    stored.value(place.kind, field)
}

/// Whether it only prepares a place: those changes are the same on every device and have no time.
pub(super) fn is_beginning(change: &ChangeMetadata<'_>) -> bool {
    change.timestamp == 0 && change.message.is_none()
}
