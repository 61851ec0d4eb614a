//! What others have done since this device last looked.

use std::collections::BTreeSet;

use automerge::{ChangeHash, ChangeMetadata, Prop};
use serde::{Deserialize, Serialize};

use super::author::Note;
use super::history::held;
use super::stored::REMOVED;
use super::{Past, RegisterDocument, knows, prop_of, record};
use crate::register::{Choose, Key, Place, RecordKind, Seen};

/// The most that is told; of more, the latest.
pub const NEWS_MAX: usize = 500;

/// Something that another device did to a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// The record.
    pub place: Place,
    /// What was done, by whom and when.
    pub past: Past,
}

impl RegisterDocument {
    /// Whether this document has been in the state that was seen: if not, it was another's.
    #[must_use]
    pub fn knows(&self, seen: &Seen) -> bool {
        seen.0.iter().all(|hash| knows(&self.doc, &ChangeHash(*hash)))
    }

    /// What devices other than `me` have done since this one had seen `since`, the latest first, at most [`NEWS_MAX`].
    /// Nothing when `since` is of another document.
    #[must_use]
    pub fn news(&self, since: &Seen, me: &str) -> Vec<News> {
        if !self.knows(since) {
            return Vec::new();
        }
        let since: Vec<_> = since.0.iter().map(|hash| ChangeHash(*hash)).collect();
        let mut news = Vec::new();
        for change in self.doc.get_changes_meta(&since).into_iter().rev() {
            let Some(note) = change.message.as_deref().and_then(Note::read).filter(|note| note.by.device != me) else {
                continue;
            };
            for place in note.places().unwrap_or_else(|| self.touched(&change)) {
                self.steps(&place, &change, &note, &mut news);
            }
            if NEWS_MAX <= news.len() {
                news.truncate(NEWS_MAX);
                break;
            }
        }
        news
    }

    /// What a change did to one record.
    fn steps(&self, place: &Place, change: &ChangeMetadata<'_>, note: &Note, news: &mut Vec<News>) {
        let Some(record) = record(&self.doc, place) else { return };
        for field in place.kind.fields().iter().map(|field| field.key).chain([REMOVED]) {
            let before = held(&self.doc, place, &record, field, &change.deps);
            let after = held(&self.doc, place, &record, field, &[change.hash]);
            if before != after {
                let by = Some(note.by.clone());
                let past = Past { by, at: change.timestamp, field: field.to_owned(), before, after };
                news.push(News { place: place.clone(), past });
            }
        }
    }

    /// The records that a change touched which names none because there were many.
    fn touched(&self, change: &ChangeMetadata<'_>) -> Vec<Place> {
        let mut places = BTreeSet::new();
        for patch in self.doc.diff(&change.deps, &[change.hash]) {
            let mut path = patch.path.iter().map(|(_, prop)| prop.clone()).chain(prop_of(patch.action));
            if let (Some(Prop::Map(collection)), Some(Prop::Map(key))) = (path.next(), path.next())
                && let (Some(kind), Some(key)) = (RecordKind::from_key(&collection), Key::parse(&key))
            {
                places.insert(Place { kind, key });
            }
            if NEWS_MAX <= places.len() {
                break;
            }
        }
        places.into_iter().collect()
    }
}
