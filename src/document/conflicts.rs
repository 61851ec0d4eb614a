//! Where two people have put different things in one field: both are kept until somebody decides.

use automerge::{ChangeHash, ObjId, ReadDoc};
use serde::{Deserialize, Serialize};

use super::author::{Author, Note};
use super::contested::{Changes, marks};
use super::reading::{Several, all_of, here, records, several};
use super::stored::{REMOVED, Stored};
use super::{RegisterDocument, record};
use crate::register::{Place, Seen, Value};

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
    /// The document's state in which this was so: what is decided on longer text is decided against it.
    pub seen: Seen,
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
        let all = here(records(&self.doc, None), self.contested(), self.replaced());
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
            let late: Vec<_> = self.replaced().late_of(place).collect();
            for item in self.doc.map_range(&record, ..) {
                let late = late.iter().any(|field| *field == item.key);
                if item.conflict || late {
                    let changes = late.then(|| &*changes.get_or_insert_with(|| Changes::of(&self.doc)));
                    found.extend(self.conflict(place, &record, &item.key, changes));
                }
            }
        }
        found
    }

    /// `changes` where something is said beside what the field holds.
    fn conflict(&self, place: &Place, record: &ObjId, field: &str, changes: Option<&Changes<'_>>) -> Option<Conflict> {
        if place.kind.field(field).is_none() && field != REMOVED {
            return None;
        }
        let late = changes.map(|changes| changes.late(place, field)).unwrap_or_default().into_iter();
        let late = late.map(|late| (Stored::Prose(late.text), Some(late.last)));
        let held = all_of(&self.doc, None, record, field).into_iter();
        let held = held.map(|(stored, id)| (stored, self.doc.hash_for_opid(&id)));
        let (stored, made): (Vec<_>, Vec<_>) = late.chain(held).unzip();
        // Two who put the same thing there don't disagree.
        let Several { values, shown, careful } = several(place.kind, field, stored)?;
        let claims = values.into_iter().zip(made).map(|(value, made)| self.claim(value, made.as_ref())).collect();
        let (place, field, seen) = (place.clone(), field.to_owned(), self.seen());
        Some(Conflict { place, field, claims, shown, careful, seen })
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
        let (place, field, seen) = (place.clone(), REMOVED.to_owned(), self.seen());
        Conflict { place, field, claims, shown, careful: true, seen }
    }

    fn claim(&self, value: Value, hash: Option<&ChangeHash>) -> Claim {
        let change = hash.and_then(|hash| self.doc.get_change_meta_by_hash(hash));
        let note = change.as_ref().and_then(|change| Note::read(change.message.as_deref()?));
        Claim { value, by: note.map(|note| note.by), at: change.map_or(0, |change| change.timestamp) }
    }
}
