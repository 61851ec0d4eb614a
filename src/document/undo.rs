//! Undo and redo of what was done here since the document was opened.

use std::collections::{BTreeMap, BTreeSet};

use automerge::transaction::Transactable;
use automerge::{ChangeHash, ObjId, ReadDoc, ScalarValue};

use super::contested::Changes;
use super::edit::{commit, scalar, text_object_at, write_at};
use super::replaced::{prose_key, texts};
use super::stored::REMOVED;
use super::{Applied, DocumentError, RegisterDocument, Signed, below, record};
use crate::register::Place;

/// The most steps that can be undone.
const STEPS_MAX: usize = 500;

/// What takes one command back, in the order it was done.
#[derive(Debug, Clone)]
pub(super) struct Step(pub(super) Vec<Inverse>);

/// What takes one write back.
#[derive(Debug, Clone)]
pub(super) enum Inverse {
    /// Put `put` into the field, if it still holds `held`.
    Put { place: Place, field: String, held: ScalarValue, put: ScalarValue },
    /// Write `text`, as seen from the state `at`.
    Write { place: Place, field: String, text: String, at: Vec<ChangeHash> },
}

impl RegisterDocument {
    /// Whether there is anything to undo.
    #[must_use]
    pub fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    /// Whether there is anything to redo.
    #[must_use]
    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    /// Takes back the latest edit that was made here; nothing when there is none. Others' edits stay.
    ///
    /// # Errors
    /// [`DocumentError::ChangedSince`] when everything it did has been changed since; it can't be undone any more.
    pub fn undo(&mut self, signed: &Signed) -> Result<Option<Applied>, DocumentError> {
        self.writable()?;
        let Some(step) = self.done.pop() else { return Ok(None) };
        let (applied, back) = self.take_back(step, signed)?;
        self.undone.extend(back);
        Ok(Some(applied))
    }

    /// Does again what was undone last; nothing when there is none.
    ///
    /// # Errors
    /// [`DocumentError::ChangedSince`] as in [`Self::undo`].
    pub fn redo(&mut self, signed: &Signed) -> Result<Option<Applied>, DocumentError> {
        self.writable()?;
        let Some(step) = self.undone.pop() else { return Ok(None) };
        let (applied, back) = self.take_back(step, signed)?;
        self.done.extend(back);
        Ok(Some(applied))
    }

    pub(super) fn remember(&mut self, step: Step) {
        if self.done.len() == STEPS_MAX {
            self.done.remove(0);
        }
        self.done.push(step);
    }

    /// Of the texts that a step wrote in, those that are said beside others by now.
    fn said_beside(&self, step: &Step) -> Vec<ObjId> {
        let mut changes = None;
        let written = step.0.iter().filter_map(|inverse| match inverse {
            Inverse::Write { place, field, .. } => Some((place, field)),
            Inverse::Put { .. } => None,
        });
        let late = written.filter(|(place, field)| self.replaced().late_of(place).any(|late| late == *field));
        let texts = late.flat_map(|(place, field)| {
            changes.get_or_insert_with(|| Changes::of(&self.doc)).late(place, field).into_iter().map(|late| late.object)
        });
        texts.collect()
    }

    /// Takes a step back, and gives what takes that back in turn.
    fn take_back(&mut self, step: Step, signed: &Signed) -> Result<(Applied, Option<Step>), DocumentError> {
        let (mut back, mut left, mut late) = (Vec::new(), Vec::new(), BTreeMap::new());
        let (mut touched, mut shown) = (BTreeSet::new(), BTreeSet::new());
        let mut wrote = BTreeSet::new();
        let heads = self.doc.get_heads();
        let beside = self.said_beside(&step);
        let mut change = self.doc.transaction();
        for inverse in step.0.into_iter().rev() {
            match inverse {
                Inverse::Put { place, field, held, put } => {
                    let Some(record) = record(&change, &place) else { continue };
                    let disputed = 1 < change.get_all(&record, field.as_str())?.len();
                    if disputed || !same(&scalar(&change, &record, &field), &held) {
                        left.push(place);
                        continue;
                    }
                    change.put(&record, field.as_str(), put.clone())?;
                    if field == REMOVED {
                        shown.extend(below(&change, &place));
                        if let Some(contested) = self.contested.get_mut() {
                            contested.remove(&place);
                        }
                    }
                    shown.insert(place.clone());
                    touched.insert(place.clone());
                    back.push(Inverse::Put { place, field, held: put, put: held });
                }
                Inverse::Write { place, field, text, at } => {
                    // A text that somebody has replaced since, knowing what it says, is not written in any more.
                    let held = record(&change, &place).map(|record| texts(change.get_all(&record, field.as_str())));
                    let is_said = |object: &ObjId| {
                        beside.contains(object) || held.as_ref().is_some_and(|held| held.contains(object))
                    };
                    let Some(object) = text_object_at(&change, &place, &field, &at).filter(is_said) else {
                        left.push(place);
                        continue;
                    };
                    let now = change.text(&object)?;
                    if at == heads || change.text_at(&object, &at)? == now {
                        // A decision for what was shown is taken back by nothing at all.
                        let at = if now == text { at } else { Vec::new() };
                        change.update_text(&object, &text)?;
                        touched.insert(place.clone());
                        shown.insert(place.clone());
                        wrote.extend(prose_key(place.kind, &field).map(|field| (place.clone(), field)));
                        back.push(Inverse::Write { place, field, text: now, at });
                    } else {
                        // Of several writes in one text, what was there before the first of them comes back.
                        late.insert((place, field), (text, at));
                    }
                }
            }
        }
        let mut hashes: Vec<_> = commit(change, &touched, signed).into_iter().collect();
        for inverse in &mut back {
            if let Inverse::Write { at, .. } = inverse
                && at.is_empty()
            {
                hashes.clone_into(at);
            }
        }
        for ((place, field), (text, at)) in late {
            if let Some((hash, before)) = write_at(&mut self.doc, &place, &field, &text, &at, signed)? {
                shown.insert(place.clone());
                wrote.extend(prose_key(place.kind, &field).map(|field| (place.clone(), field)));
                back.push(Inverse::Write { place, field, text: before, at: vec![hash] });
                hashes.push(hash);
            }
        }
        if let Some(replaced) = self.replaced.get_mut() {
            let wrote = replaced.among_them(wrote);
            replaced.look_again(&self.doc, wrote);
        }
        if hashes.is_empty() && !left.is_empty() {
            return Err(DocumentError::ChangedSince);
        }
        let applied = self.applied(&hashes, shown, left);
        Ok((applied, (!back.is_empty()).then_some(Step(back))))
    }
}

/// A mark that was never there and one that was taken away mean the same.
fn same(one: &ScalarValue, other: &ScalarValue) -> bool {
    one == other || [one, other].iter().all(|value| matches!(value, ScalarValue::Null | ScalarValue::Boolean(false)))
}
