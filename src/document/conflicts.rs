//! Where two people have put different things in one field: both are kept until somebody decides.

use automerge::{ChangeHash, ObjId, ReadDoc};
use serde::{Deserialize, Serialize};

use super::author::{Author, Note};
use super::contested::{Changes, marks};
use super::reading::{Several, all_of, here, records, several};
use super::stored::REMOVED;
use super::{RegisterDocument, record};
use crate::register::{Place, Value};

/// One field with several values, or a record that some have removed and others changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// The record.
    pub place: Place,
    /// The field's key, or `removed`: then the claims are a yes from who removed it and a no from who changed it.
    pub field: String,
    /// What each of them put there.
    pub claims: Vec<Claim>,
    /// Which of the claims is shown until somebody decides.
    pub shown: usize,
    /// Whether that one is shown because it is the careful one.
    pub careful: bool,
}

/// One of several values of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
        let all = here(records(&self.doc, None), self.contested());
        let disputed: Vec<_> =
            all.into_iter().filter(|found| !found.disputed.is_empty()).map(|found| found.place).collect();
        self.conflicts_of(&disputed)
    }

    /// What people have put differently in some records. Costs as much as there are of them, not as the register has.
    #[must_use]
    pub fn conflicts_of(&self, places: &[Place]) -> Vec<Conflict> {
        let mut changes = None;
        let mut found = Vec::new();
        for place in places.iter().filter(|place| self.is_here(place)) {
            let Some(record) = record(&self.doc, place) else { continue };
            if self.contested().contains(place) {
                let changes = changes.get_or_insert_with(|| Changes::of(&self.doc));
                found.push(self.contested_removal(place, changes));
            }
            let several = self.doc.map_range(&record, ..).filter(|item| item.conflict);
            found.extend(several.filter_map(|item| self.conflict(place, &record, &item.key)));
        }
        found
    }

    fn conflict(&self, place: &Place, record: &ObjId, field: &str) -> Option<Conflict> {
        if place.kind.field(field).is_none() && field != REMOVED {
            return None;
        }
        let (stored, ids): (Vec<_>, Vec<_>) = all_of(&self.doc, None, record, field).into_iter().unzip();
        // Two who put the same thing there don't disagree.
        let Several { values, shown, careful } = several(place.kind, field, stored)?;
        let claims = values.into_iter().zip(ids).map(|(value, id)| {
            let hash = self.doc.hash_for_opid(&id);
            self.claim(value, hash.as_ref())
        });
        Some(Conflict { place: place.clone(), field: field.to_owned(), claims: claims.collect(), shown, careful })
    }

    fn contested_removal(&self, place: &Place, changes: &Changes<'_>) -> Conflict {
        let removed = marks(&self.doc, place);
        let mut claims: Vec<_> = removed.iter().map(|hash| self.claim(Value::Flag(true), Some(hash))).collect();
        for change in changes.contesting(place) {
            let claim = self.claim(Value::Flag(false), Some(&change.hash));
            // Of several edits by one person, the latest.
            claims.retain(|other| other.value != claim.value || other.by != claim.by);
            claims.push(claim);
        }
        let shown = claims.len().saturating_sub(1);
        Conflict { place: place.clone(), field: REMOVED.to_owned(), claims, shown, careful: true }
    }

    fn claim(&self, value: Value, hash: Option<&ChangeHash>) -> Claim {
        let change = hash.and_then(|hash| self.doc.get_change_meta_by_hash(hash));
        let note = change.as_ref().and_then(|change| Note::read(change.message.as_deref()?));
        Claim { value, by: note.map(|note| note.by), at: change.map_or(0, |change| change.timestamp) }
    }
}
