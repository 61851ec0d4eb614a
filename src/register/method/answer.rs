//! What people have answered on measures, and the rows of the action plan that follow from it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Asked, upgrade::care};
use crate::register::value::FieldType;
use crate::register::{
    Action, ActionStatus, Answer, Aspect, Assessment, Command, DateTime, Key, Language, Level, Place, Priority,
    RecordKind, Register, Value, local_measure_place,
};

/// The answer that holds for a measure in a system.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// The answer; of several that stand, the most careful.
    pub answer: Arc<Answer>,
    /// The answers that stand. More than one when people have answered apart; the next answer settles it.
    pub standing: Vec<Key>,
    /// Whether those say different things.
    pub disputed: bool,
}

/// The answers that hold in a system, by the measure's id.
#[must_use]
pub fn held_answers(register: &Register, system: &Key) -> BTreeMap<String, Held> {
    let all: Vec<_> = register.answers.of(system).filter(|(_, answer)| answer.withdrawn != Some(true)).collect();
    let replaced: BTreeSet<&str> = all.iter().flat_map(|(_, answer)| answer.replaces.split_whitespace()).collect();
    let mut held: BTreeMap<String, Held> = BTreeMap::new();
    for (key, answer) in all.iter().filter(|(key, _)| !replaced.contains(key.own())) {
        let one = Held { answer: Arc::clone(answer), standing: vec![(*key).clone()], disputed: false };
        held.entry(answer.measure.clone())
            .and_modify(|held| {
                held.disputed |= held.answer.assessment != answer.assessment;
                held.standing.push((*key).clone());
                let careful = |answer: &Answer| (answer.assessment.map(care), answer.answered);
                if careful(&held.answer) < careful(answer) {
                    held.answer = Arc::clone(answer);
                }
            })
            .or_insert(one);
    }
    held
}

/// The row of the action plan that is about a measure and not finished, if there is one.
#[must_use]
pub fn open_action<'r>(register: &'r Register, system: &Key, measure: &str) -> Option<(&'r Key, &'r Action)> {
    let mut of_system = register.actions.of(system).map(|(key, action)| (key, action.as_ref()));
    of_system.find(|(_, action)| action.measure == measure && !action.is_closed())
}

/// A new answer to a measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAnswer {
    /// The measure's id.
    pub measure: String,
    /// The catalogue's editions, as [`super::Catalogue::edition`] gives them.
    pub catalogue: String,
    /// The answer.
    pub assessment: Assessment,
    /// Why; never empty for what is not applicable.
    pub reason: String,
    /// When, in the office's own time.
    pub at: DateTime,
    /// Who, by role.
    pub by: String,
}

/// The edit that answers: it takes the place of every answer that stood in `register`. `own` is a new key.
#[must_use]
pub fn answer(register: &Register, system: &Key, own: &Key, new: &NewAnswer) -> Command {
    answer_instead_of(register, system, own, new, |_| true)
}

/// The edit that answers, as [`answer`], but of the answers that stood in `register` it takes the place of those only that
/// `seen` says were before somebody's eyes. `seen` is asked for the part of an answer's key that is its own.
#[must_use]
pub fn answer_instead_of(
    register: &Register,
    system: &Key,
    own: &Key,
    new: &NewAnswer,
    seen: impl Fn(&str) -> bool,
) -> Command {
    let before = held_answers(register, system).remove(&new.measure);
    let standing = before.iter().flat_map(|held| held.standing.iter().map(Key::own));
    let replaces: Vec<_> = standing.filter(|own| seen(own)).collect();
    let fields = [
        (Answer::MEASURE, new.measure.value()),
        (Answer::CATALOGUE, new.catalogue.value()),
        (Answer::ASSESSMENT, Some(new.assessment).value()),
        (Answer::REASON, new.reason.trim().to_owned().value()),
        (Answer::ANSWERED, Some(new.at).value()),
        (Answer::ANSWERED_BY, new.by.trim().to_owned().value()),
        (Answer::REPLACES, replaces.join(" ").value()),
    ];
    let fields = fields.into_iter().filter(|(_, value)| !value.is_empty());
    Command::Add {
        place: Place { kind: RecordKind::Answer, key: system.child(own) },
        fields: fields.map(|(field, value)| (field.key.to_owned(), value)).collect(),
    }
}

/// How the measures that a system's levels ask for stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Measures asked for.
    pub asked: usize,
    /// Met, or not applicable here.
    pub done: usize,
    /// Met in part, or not at all.
    pub missing: usize,
    /// Not answered, or nobody knew.
    pub open: usize,
}

/// Counts how the measures stand.
#[must_use]
pub fn standing(asked: &[Asked<'_>], held: &BTreeMap<String, Held>) -> Standing {
    let mut standing = Standing { asked: asked.len(), ..Standing::default() };
    for one in asked {
        match held.get(&one.measure.id).and_then(|held| held.answer.assessment) {
            Some(Assessment::Met | Assessment::NotApplicable) => standing.done += 1,
            Some(Assessment::Partly | Assessment::NotMet) => standing.missing += 1,
            Some(Assessment::Unknown) | None => standing.open += 1,
        }
    }
    standing
}

/// A row that the action plan lacks.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanRow<'c> {
    /// The measure that is not met, and what asks for it.
    pub asked: Asked<'c>,
    /// The answer.
    pub assessment: Assessment,
    /// What comes first, as a proposal.
    pub priority: Priority,
}

/// The measures that are not met, or in part, and that no row of the system's action plan is about.
#[must_use]
pub fn plan_rows<'c>(register: &Register, system: &Key, asked: &[Asked<'c>]) -> Vec<PlanRow<'c>> {
    let held = held_answers(register, system);
    let planned: BTreeSet<_> = register.actions.of(system).map(|(_, action)| action.measure.as_str()).collect();
    let missing = asked.iter().filter(|one| !planned.contains(one.measure.id.as_str()));
    missing
        .filter_map(|one| {
            let assessment = held.get(&one.measure.id)?.answer.assessment?;
            Some(PlanRow { asked: one.clone(), assessment, priority: priority(one, assessment)? })
        })
        .collect()
}

/// What comes first of what is not met, as a proposal; nothing for what is, or is not known.
#[must_use]
pub fn priority(asked: &Asked<'_>, assessment: Assessment) -> Option<Priority> {
    let serious = asked.stricter || asked.because.iter().any(|because| Level::Serious <= because.level);
    match (assessment, serious) {
        (Assessment::NotMet, true) => Some(Priority::High),
        (Assessment::NotMet, false) | (Assessment::Partly, true) => Some(Priority::Normal),
        (Assessment::Partly, false) => Some(Priority::Low),
        (Assessment::Met | Assessment::NotApplicable | Assessment::Unknown, _) => None,
    }
}

/// The edit that puts a row into the action plan. `own` is a new key.
#[must_use]
pub fn plan_row(register: &Register, system: &Key, own: &Key, row: &PlanRow<'_>, language: Language) -> Command {
    let measure = row.asked.measure;
    let local = local_measure_place(system, &measure.id);
    let local = local.and_then(|place| register.local_measures.get(&place.key));
    let side = local.and_then(|local| local.side).or(measure.sides.first().copied());
    let aspects: BTreeSet<Aspect> = row.asked.because.iter().map(|because| because.aspect).collect();
    let aspects: Vec<_> = aspects.into_iter().map(|aspect| aspect.letter().to_string()).collect();
    let title = format!("{} {}", measure.label(), measure.title.in_language(language));
    let fields: [(crate::register::Field, Value); 8] = [
        (Action::TITLE, title.value()),
        (Action::MEASURE, measure.id.value()),
        (Action::LEVEL, row.asked.because.iter().map(|because| because.level).min().value()),
        (Action::ASPECTS, aspects.join(", ").value()),
        (Action::ASSESSMENT, Some(row.assessment).value()),
        (Action::SIDE, side.value()),
        (Action::PRIORITY, Some(row.priority).value()),
        (Action::STATUS, Some(ActionStatus::Proposed).value()),
    ];
    let fields = fields.into_iter().filter(|(_, value)| !value.is_empty());
    Command::Add {
        place: Place { kind: RecordKind::Action, key: system.child(own) },
        fields: fields.map(|(field, value)| (field.key.to_owned(), value)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::register::method::{From, Measure, Words};
    use crate::register::{Choose, Entry, Side};

    fn key(text: &str) -> Key {
        Key::parse(text).unwrap()
    }

    fn new(measure: &str, assessment: Assessment) -> NewAnswer {
        NewAnswer {
            measure: measure.into(),
            catalogue: "klassrum-1".into(),
            assessment,
            reason: "därför".into(),
            at: jiff::civil::datetime(2024, 9, 1, 10, 0, 0, 0),
            by: "Systemförvaltare".into(),
        }
    }

    fn put(register: &mut Register, command: Command) {
        assert_eq!(command.check(), Ok(()));
        let Command::Add { place, fields } = command else { panic!("an answer is added") };
        register.put(Entry::new(place, Some(fields)));
    }

    #[test]
    fn a_later_answer_takes_the_place_of_the_one_that_was_seen() {
        let (mut register, system) = (Register::default(), key("antura"));
        let first = answer(&register, &system, &key("one"), &new("m01", Assessment::Met));
        put(&mut register, first);
        let second = answer(&register, &system, &key("two"), &new("m01", Assessment::NotMet));
        put(&mut register, second);
        // Corrected the same minute, to something less careful: it still holds.
        let third = answer(&register, &system, &key("three"), &new("m01", Assessment::Met));
        put(&mut register, third);
        let held = held_answers(&register, &system).remove("m01").unwrap();
        assert_eq!(held.answer.assessment, Some(Assessment::Met));
        assert_eq!((held.standing, held.disputed), (vec![key("antura.three")], false));
        assert_eq!(register.answers.len(), 3);
    }

    #[test]
    fn of_two_answers_given_apart_the_careful_one_holds_until_somebody_answers_again() {
        let (mut register, system) = (Register::default(), key("antura"));
        let mine = answer(&register, &system, &key("mine"), &new("m01", Assessment::Met));
        let yours = answer(&register, &system, &key("yours"), &new("m01", Assessment::Partly));
        put(&mut register, mine);
        put(&mut register, yours);
        let held = held_answers(&register, &system).remove("m01").unwrap();
        assert!(held.disputed);
        assert_eq!(held.answer.assessment, Some(Assessment::Partly));
        let settled = answer(&register, &system, &key("settled"), &new("m01", Assessment::Met));
        put(&mut register, settled);
        let held = held_answers(&register, &system).remove("m01").unwrap();
        assert_eq!((held.answer.assessment, held.disputed), (Some(Assessment::Met), false));
    }

    #[test]
    fn what_is_not_applicable_says_why() {
        let without = NewAnswer { reason: " ".into(), ..new("m01", Assessment::NotApplicable) };
        let command = answer(&Register::default(), &key("antura"), &key("one"), &without);
        assert_eq!(command.check(), Err(crate::register::CommandError::ReasonMissing));
    }

    #[test]
    fn what_is_not_met_becomes_a_row_once() {
        let (mut register, system) = (Register::default(), key("antura"));
        let measure = Measure {
            id: "m13".into(),
            title: Words { sv: "Flerfaktor inom systemet".into(), en: String::new() },
            from: From::default(),
            sides: vec![Side::It, Side::Provider],
            ..Measure::default()
        };
        let asked = vec![Asked { measure: &measure, because: vec![], stricter: true }];
        assert_eq!(plan_rows(&register, &system, &asked), []);
        for (own, assessment, rows) in [("a", Assessment::Unknown, 0), ("b", Assessment::NotMet, 1)] {
            let command = answer(&register, &system, &key(own), &new("m13", assessment));
            put(&mut register, command);
            assert_eq!(plan_rows(&register, &system, &asked).len(), rows, "{assessment:?}");
        }
        let row = plan_rows(&register, &system, &asked).remove(0);
        assert_eq!(row.priority, Priority::High);
        let command = plan_row(&register, &system, &key("row"), &row, Language::Swedish);
        put(&mut register, command);
        let action = register.actions.get(&key("antura.row")).unwrap();
        assert_eq!((action.title.as_str(), action.side), ("M13 Flerfaktor inom systemet", Some(Side::It)));
        assert_eq!(plan_rows(&register, &system, &asked), []);
        let standing = standing(&asked, &held_answers(&register, &system));
        assert_eq!(standing, Standing { asked: 1, missing: 1, ..Standing::default() });
    }

    proptest! {
        /// In whatever order answers given apart arrive, the same one holds.
        #[test]
        fn the_same_answer_holds_in_whatever_order_they_come(
            given in prop::collection::vec((prop::sample::select(Assessment::ALL), any::<bool>()), 1..8),
            turn in any::<prop::sample::Index>(),
        ) {
            let system = key("antura");
            let mut written = Register::default();
            let mut commands = Vec::new();
            for (at, (assessment, seen)) in given.iter().enumerate() {
                let nothing = Register::default();
                let before = if *seen { &written } else { &nothing };
                let command = answer(before, &system, &key(&format!("k{at}")), &new("m01", *assessment));
                put(&mut written, command.clone());
                commands.push(command);
            }
            let middle = turn.index(commands.len());
            commands.rotate_left(middle);
            let mut other = Register::default();
            for command in commands {
                put(&mut other, command);
            }
            let (one, other) = (held_answers(&written, &system), held_answers(&other, &system));
            prop_assert_eq!(one.get("m01").and_then(|held| held.answer.assessment), other.get("m01").and_then(|held| held.answer.assessment));
            prop_assert!(one.contains_key("m01"), "an answer never leaves a measure unanswered");
        }
    }
}
