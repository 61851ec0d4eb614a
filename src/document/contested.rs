//! Records that one has removed and another, who did not know of it, has changed: they stay until somebody decides.
//!
//! A removal stands when it was made by somebody who had seen every edit of the record and of what belongs to it. An edit
//! that no removal had seen contests it. To remove the record again, or to put it back, settles it.

use std::collections::{BTreeSet, HashMap};

use automerge::{Automerge, ChangeHash, ChangeMetadata, ReadDoc};

use super::author::Note;
use super::history::{held, is_beginning};
use super::stored::REMOVED;
use super::{below, record};
use crate::register::Place;

/// A document's changes and what each builds on.
pub(super) struct Changes<'d> {
    pub(super) doc: &'d Automerge,
    /// Each after those that it builds on.
    all: Vec<ChangeMetadata<'d>>,
    places: HashMap<ChangeHash, usize>,
    /// What each builds on directly.
    deps: Vec<Vec<usize>>,
}

impl<'d> Changes<'d> {
    pub(super) fn of(doc: &'d Automerge) -> Self {
        let all = doc.get_changes_meta(&[]);
        let places: HashMap<_, _> = all.iter().enumerate().map(|(at, change)| (change.hash, at)).collect();
        let deps = all.iter().map(|change| change.deps.iter().filter_map(|hash| places.get(hash).copied()).collect());
        let deps = deps.collect();
        Self { doc, all, places, deps }
    }

    /// Of some records that are marked as removed, those whose removal is contested.
    pub(super) fn contested<'p>(&self, removed: impl Iterator<Item = &'p Place>) -> BTreeSet<Place> {
        removed.filter(|place| !self.contesting(place).is_empty()).cloned().collect()
    }

    /// The edits that contest the removal of a record, oldest first.
    pub(super) fn contesting(&self, place: &Place) -> Vec<&ChangeMetadata<'d>> {
        let seen = self.before(&marks(self.doc, place));
        let unseen = self.all.iter().zip(&seen).filter(|(_, seen)| !**seen).map(|(change, _)| change);
        unseen.filter(|change| !is_beginning(change) && self.edits(change, place)).collect()
    }

    /// Whether each change is one of `heads` or comes before one of them.
    fn before(&self, heads: &[ChangeHash]) -> Vec<bool> {
        let mut seen = vec![false; self.all.len()];
        let mut next: Vec<usize> = heads.iter().filter_map(|hash| self.places.get(hash).copied()).collect();
        while let Some(at) = next.pop() {
            let (Some(is_seen), Some(deps)) = (seen.get_mut(at), self.deps.get(at)) else { continue };
            if !std::mem::replace(is_seen, true) {
                next.extend(deps);
            }
        }
        seen
    }

    /// The changes that neither come before any of `heads` nor after one, oldest first.
    pub(super) fn beside(&self, heads: &[ChangeHash]) -> impl Iterator<Item = &ChangeMetadata<'d>> {
        let before = self.before(heads);
        let mut after = vec![false; self.all.len()];
        let mut beside = Vec::new();
        for (at, deps) in self.deps.iter().enumerate() {
            let Some(change) = self.all.get(at) else { continue };
            let follows = heads.contains(&change.hash) || deps.iter().any(|dep| after.get(*dep) == Some(&true));
            if let Some(after) = after.get_mut(at) {
                *after = follows;
            }
            if !follows && before.get(at) == Some(&false) {
                beside.push(change);
            }
        }
        beside.into_iter()
    }

    /// Whether a change does something else to a record, or to what belongs to it, than to remove it.
    fn edits(&self, change: &ChangeMetadata<'_>, place: &Place) -> bool {
        let removes = |place: &Place| marks(self.doc, place).contains(&change.hash);
        match change.message.as_deref().and_then(Note::read).and_then(|note| note.places()) {
            Some(names) => names.iter().any(|name| name.is_or_is_below(place) && !removes(name)),
            // It says that it touched much, or nothing: then the fields tell.
            None => std::iter::once(place.clone())
                .chain(below(self.doc, place))
                .any(|place| self.touches(change, &place) && !removes(&place)),
        }
    }

    fn touches(&self, change: &ChangeMetadata<'_>, place: &Place) -> bool {
        let Some(record) = record(self.doc, place) else { return false };
        place.kind.fields().iter().any(|field| {
            held(self.doc, place, &record, field.key, &change.deps)
                != held(self.doc, place, &record, field.key, &[change.hash])
        })
    }
}

/// The changes that have marked a record as removed.
pub(super) fn marks(doc: &Automerge, place: &Place) -> Vec<ChangeHash> {
    let all = record(doc, place).and_then(|record| doc.get_all(&record, REMOVED).ok()).unwrap_or_default();
    let marks = all.into_iter().filter(|(mark, _)| mark.as_bool() == Some(true));
    marks.filter_map(|(_, id)| doc.hash_for_opid(&id)).collect()
}
