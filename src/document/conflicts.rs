//! Where two people have put different things in one field: both are kept until somebody decides.

use automerge::{ObjId, ObjType, ReadDoc};

use super::author::{Author, Note};
use super::reading::records;
use super::stored::{REMOVED, Stored};
use super::{RegisterDocument, record};
use crate::register::{Place, Value};

/// One field with several values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The record.
    pub place: Place,
    /// The field's key, or `removed`.
    pub field: String,
    /// What each of them put there. The one that is shown elsewhere comes last.
    pub claims: Vec<Claim>,
}

/// One of several values of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The value.
    pub value: Value,
    /// Who put it there, if the change says so.
    pub by: Option<Author>,
    /// When, in seconds since 1970, by their device's clock.
    pub at: i64,
}

impl RegisterDocument {
    /// Every field in which people have put different things apart.
    #[must_use]
    pub fn conflicts(&self) -> Vec<Conflict> {
        let disputed = records(&self.doc, None).into_iter().filter(|record| record.disputed);
        disputed.flat_map(|record| self.conflicts_at(&record.place)).collect()
    }

    /// The fields of one record in which people have put different things apart.
    #[must_use]
    pub fn conflicts_at(&self, place: &Place) -> Vec<Conflict> {
        let Some(record) = record(&self.doc, place) else { return Vec::new() };
        let disputed = self.doc.map_range(&record, ..).filter(|item| item.conflict);
        disputed.filter_map(|item| self.conflict(place, &record, &item.key)).collect()
    }

    fn conflict(&self, place: &Place, record: &ObjId, field: &str) -> Option<Conflict> {
        if place.kind.field(field).is_none() && field != REMOVED {
            return None;
        }
        let all = self.doc.get_all(record, field).ok()?;
        let claims: Vec<_> = all
            .into_iter()
            .map(|(value, id)| {
                let stored = match value {
                    automerge::Value::Scalar(value) => Stored::scalar(&value),
                    automerge::Value::Object(ObjType::Text) => self.doc.text(&id).map_or(Stored::Other, Stored::Prose),
                    automerge::Value::Object(_) => Stored::Other,
                };
                let change = self.doc.hash_for_opid(&id).and_then(|hash| self.doc.get_change_meta_by_hash(&hash));
                let note = change.as_ref().and_then(|change| Note::read(change.message.as_deref()?));
                Claim {
                    value: stored.value(place.kind, field),
                    by: note.map(|note| note.by),
                    at: change.map_or(0, |change| change.timestamp),
                }
            })
            .collect();
        // Two who put the same thing there don't disagree.
        let differ = claims.windows(2).any(|pair| matches!(pair, [one, other] if one.value != other.value));
        differ.then(|| Conflict { place: place.clone(), field: field.to_owned(), claims })
    }
}
