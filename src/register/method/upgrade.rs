//! From one edition of a catalogue to the next: no answer is lost, and none is carried over unseen where the question changed.

use std::collections::BTreeMap;

use super::{Catalogue, Measure};
use crate::register::Assessment;

/// One measure of the new edition beside what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewed<'c> {
    /// The measure as it is now.
    pub new: &'c Measure,
    /// What it was, or what it takes the place of; empty when it is new.
    pub old: Vec<&'c Measure>,
    /// Whether it asks for the same, word for word, from the same levels. The answer then stands as it is.
    pub same: bool,
    /// The answer to propose: of several old ones the most careful; nothing where nobody has answered.
    pub proposed: Option<Assessment>,
}

/// A change of edition, for one system.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Upgrade<'c> {
    /// Every measure of the new edition, in its order.
    pub renewed: Vec<Renewed<'c>>,
    /// The measures that the new edition neither has nor replaces. Their answers stay in the register.
    pub ended: Vec<&'c Measure>,
}

impl Upgrade<'_> {
    /// What a person must look at: all that is not the same as before.
    pub fn to_look_at(&self) -> impl Iterator<Item = &Renewed<'_>> {
        self.renewed.iter().filter(|renewed| !renewed.same)
    }
}

/// What a change from `old` to `new` means for a system with these answers, by measure.
#[must_use]
pub fn upgrade<'c>(old: &'c Catalogue, new: &'c Catalogue, answers: &BTreeMap<String, Assessment>) -> Upgrade<'c> {
    let renewed: Vec<Renewed<'c>> = new
        .measures
        .iter()
        .map(|measure| {
            let itself = old.get(&measure.id).into_iter();
            // A measure that is still there is nobody's forerunner.
            let replaced = measure.replaces.iter().filter(|id| new.get(id).is_none()).filter_map(|id| old.get(id));
            let before: Vec<_> = itself.chain(replaced.filter(|other| other.id != measure.id)).collect();
            let same = matches!(before.as_slice(), [one] if asks_the_same(one, measure));
            let given = before.iter().filter_map(|one| answers.get(&one.id).copied());
            Renewed { new: measure, proposed: given.max_by_key(|answer| care(*answer)), old: before, same }
        })
        .collect();
    let kept = |measure: &Measure| renewed.iter().any(|renewed| renewed.old.iter().any(|old| old.id == measure.id));
    let ended = old.measures.iter().filter(|measure| !kept(measure)).collect();
    Upgrade { renewed, ended }
}

fn asks_the_same(old: &Measure, new: &Measure) -> bool {
    old.id == new.id && old.expects == new.expects && old.stricter == new.stricter && old.from == new.from
}

/// How much an answer asks of those who read it: the most careful is the highest.
pub(super) const fn care(answer: Assessment) -> u8 {
    match answer {
        Assessment::NotApplicable => 0,
        Assessment::Met => 1,
        Assessment::Unknown => 2,
        Assessment::Partly => 3,
        Assessment::NotMet => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::method::Words;

    fn measure(id: &str, expects: &str, replaces: &[&str]) -> Measure {
        Measure {
            id: id.into(),
            expects: Words { sv: expects.into(), en: String::new() },
            replaces: replaces.iter().map(|id| (*id).into()).collect(),
            ..Measure::default()
        }
    }

    fn catalogue(measures: Vec<Measure>) -> Catalogue {
        Catalogue { measures, ..Catalogue::default() }
    }

    #[test]
    fn answers_follow_their_measures_into_the_new_edition() {
        let old = catalogue(vec![
            measure("same", "x", &[]),
            measure("changed", "x", &[]),
            measure("one", "x", &[]),
            measure("two", "x", &[]),
            measure("ended", "x", &[]),
        ]);
        let new = catalogue(vec![
            measure("both", "y", &["one", "two"]),
            measure("same", "x", &["changed"]),
            measure("changed", "z", &[]),
            measure("new", "z", &[]),
        ]);
        let answers = [("same", Assessment::Met), ("changed", Assessment::Met), ("one", Assessment::Met)];
        let mut answers: BTreeMap<_, _> = answers.into_iter().map(|(id, answer)| (id.to_owned(), answer)).collect();
        answers.insert("two".into(), Assessment::Partly);
        let upgrade = upgrade(&old, &new, &answers);
        let seen: Vec<_> = upgrade
            .renewed
            .iter()
            .map(|one| {
                let old: Vec<_> = one.old.iter().map(|old| old.id.as_str()).collect();
                (one.new.id.as_str(), old.join(","), one.same, one.proposed)
            })
            .collect();
        assert_eq!(
            seen,
            [
                ("both", "one,two".into(), false, Some(Assessment::Partly)),
                ("same", "same".into(), true, Some(Assessment::Met)),
                ("changed", "changed".into(), false, Some(Assessment::Met)),
                ("new", String::new(), false, None),
            ]
        );
        assert_eq!(upgrade.ended.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["ended"]);
        assert_eq!(upgrade.to_look_at().count(), 3);
    }

    #[test]
    fn nothing_is_to_be_looked_at_when_nothing_has_changed() {
        let one = catalogue(vec![measure("a", "x", &[]), measure("b", "y", &["a"])]);
        let upgrade = upgrade(&one, &one, &BTreeMap::new());
        assert_eq!(upgrade.to_look_at().count(), 0);
        assert!(upgrade.ended.is_empty());
    }
}
