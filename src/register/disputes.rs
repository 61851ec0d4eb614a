//! The fields of which people have said different things, and which nobody has settled yet.

use std::collections::BTreeMap;

use super::{Key, Place, RecordKind};

/// The disputed fields of every record that has any, and the mark `removed` among them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Disputes {
    /// By key first: what belongs to a record follows it.
    fields: BTreeMap<(Key, RecordKind), Vec<String>>,
    count: usize,
}

impl Disputes {
    /// Brings one record up to date.
    pub fn put(&mut self, place: &Place, fields: Vec<String>) {
        let at = (place.key.clone(), place.kind);
        self.count += fields.len();
        let before = if fields.is_empty() { self.fields.remove(&at) } else { self.fields.insert(at, fields) };
        self.count -= before.map_or(0, |before| before.len());
    }

    /// Takes over what is disputed of the kinds that are `wanted` from another register, instead of its own.
    pub(super) fn take(&mut self, from: &Self, wanted: impl Fn(RecordKind) -> bool) {
        self.fields.retain(|(_, kind), _| !wanted(*kind));
        let taken = from.fields.iter().filter(|((_, kind), _)| wanted(*kind));
        self.fields.extend(taken.map(|(at, fields)| (at.clone(), fields.clone())));
        self.count = self.fields.values().map(Vec::len).sum();
    }

    /// The disputed fields of one record.
    #[must_use]
    pub fn of(&self, place: &Place) -> &[String] {
        self.fields.get(&(place.key.clone(), place.kind)).map_or(&[], Vec::as_slice)
    }

    /// Whether anything is disputed of a record, or of what belongs to it.
    #[must_use]
    pub fn concern(&self, kind: RecordKind, key: &Key) -> bool {
        if self.fields.is_empty() {
            return false;
        }
        let below = key.below();
        self.fields.contains_key(&(key.clone(), kind))
            || self.fields.range((below.start, RecordKind::Organisation)..(below.end, RecordKind::Organisation)).any(
                |((_, below), _)| {
                    std::iter::successors(below.owner(), |below| below.owner()).any(|owner| owner == kind)
                },
            )
    }

    /// Where something is disputed.
    pub fn places(&self) -> impl Iterator<Item = Place> {
        self.fields.keys().map(|(key, kind)| Place { kind: *kind, key: key.clone() })
    }

    /// How many fields are disputed.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(kind: RecordKind, key: &str) -> Place {
        Place { kind, key: Key::parse(key).unwrap() }
    }

    #[test]
    fn a_record_is_concerned_by_its_own_disputes_and_by_those_of_what_belongs_to_it() {
        let mut disputes = Disputes::default();
        let key = |text| Key::parse(text).unwrap();
        disputes.put(&place(RecordKind::Action, "antura.one"), vec!["due".into()]);
        disputes.put(&place(RecordKind::System, "agresso"), vec!["unit".into(), "status".into()]);
        disputes.put(&place(RecordKind::Incident, "antur"), vec!["title".into()]);
        disputes.put(&place(RecordKind::TrainingCount, "antu.one"), vec!["people".into()]);
        let concern = |disputes: &Disputes, kind, text| disputes.concern(kind, &key(text));
        assert!(["antura", "agresso"].iter().all(|text| concern(&disputes, RecordKind::System, text)));
        assert!(!["antur", "antu"].iter().any(|text| concern(&disputes, RecordKind::System, text)));
        assert!(concern(&disputes, RecordKind::Training, "antu"));
        assert_eq!(disputes.count(), 5);
        disputes.put(&place(RecordKind::System, "agresso"), vec![]);
        assert!(!concern(&disputes, RecordKind::System, "agresso"));
        assert_eq!((disputes.count(), disputes.places().count()), (3, 3));
    }
}
