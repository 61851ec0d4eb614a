//! What has happened to a register between two days: the one it is compared with, and the one the report is of.
//!
//! Both registers come whole, as their documents' history has them. What comes out is counts, each beside what it is
//! counted among, and the names of a few systems.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::figures::Figures;
use crate::register::list::swedish_order;
use crate::register::value::choice;
use crate::register::{Action, Choose, Classification, Criticality, Date, Key, Register, System, review_place};

choice! {
    /// What can have happened.
    #[derive(Serialize, Deserialize)]
    ChangeKind {
        NewSystem "new-system" "Nya system och tjänster" "New systems and services",
        RemovedSystem "removed-system" "Borttagna system och tjänster" "Removed systems and services",
        Classified "classified" "Klassade för första gången" "Classified for the first time",
        Reclassified "reclassified" "Klassade om" "Classified again",
        Owner "owner" "Fått ny ägare eller informationsägare" "New owner or information owner",
        ActionClosed "action-closed" "Avslutade åtgärder" "Closed actions",
        ActionLate "action-late" "Åtgärder som har blivit försenade" "Actions that have become late",
        Risk "risk" "Nya risker" "New risks",
    }
}

impl ChangeKind {
    /// What it is counted among, in Swedish, after the number of them.
    #[must_use]
    pub const fn among(self) -> &'static str {
        match self {
            Self::NewSystem => "system och tjänster nu",
            Self::RemovedSystem => "system och tjänster då",
            Self::Classified => "som inte var klassade",
            Self::Reclassified => "som var klassade",
            Self::Owner => "som fanns båda dagarna",
            Self::ActionClosed => "som var öppna då eller har tillkommit",
            Self::ActionLate => "öppna åtgärder nu",
            Self::Risk => "risker nu",
        }
    }
}

/// The most systems that are named for one kind of change.
pub const NAMED: usize = 5;

/// One kind of change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Which.
    pub kind: ChangeKind,
    /// How many times it has happened.
    pub count: u32,
    /// Among how many it could have.
    pub of: u32,
    /// The names of the systems that it happened to, the most critical first: at most [`NAMED`].
    pub named: Vec<String>,
    /// How many more systems it happened to.
    pub others: u32,
}

/// What has happened between two days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// The day it is compared with, at its end.
    pub since: Date,
    /// The day it is compared at.
    pub until: Date,
    /// Every kind of change, also those that have not happened.
    pub all: Vec<Change>,
}

/// What of last year's register a report needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastYear {
    /// Its figures.
    pub figures: Figures,
    /// What has happened since.
    pub changes: Changes,
}

impl LastYear {
    /// Counts what `before`, the register at the end of `since`, says to the report of `year`, and what has changed in
    /// `now`, the register of the day `until`.
    #[must_use]
    pub fn of(before: &Register, since: Date, now: &Register, until: Date, year: i16) -> Self {
        Self { figures: Figures::count(before, year - 1, since), changes: Changes::between(before, since, now, until) }
    }
}

/// The day that the report of a year is compared with: the cut-off of the review before it, or else the end of the year
/// before; nothing when neither comes before `as_of`, the day that the report is of.
#[must_use]
pub fn compared_with(register: &Register, year: i16, as_of: Date) -> Option<Date> {
    let review = register.reviews.get(&review_place(year - 1).key);
    let cut_off = review.and_then(|review| review.cut_off).filter(|day| *day < as_of);
    cut_off.or_else(|| Date::new(year - 1, 12, 31).ok().filter(|day| *day < as_of))
}

impl Changes {
    /// Compares `before`, the register at the end of `since`, with `now`, the register of the day `until`.
    #[must_use]
    pub fn between(before: &Register, since: Date, now: &Register, until: Date) -> Self {
        let both = Both { before, since, now, until };
        Self { since, until, all: ChangeKind::ALL.iter().map(|kind| both.change(*kind)).collect() }
    }

    /// One kind of change.
    #[must_use]
    pub fn of(&self, kind: ChangeKind) -> Option<&Change> {
        self.all.iter().find(|change| change.kind == kind)
    }

    /// How many times it has happened.
    #[must_use]
    pub fn count(&self, kind: ChangeKind) -> u32 {
        self.of(kind).map_or(0, |change| change.count)
    }
}

/// The register on the two days.
#[derive(Clone, Copy)]
struct Both<'a> {
    before: &'a Register,
    since: Date,
    now: &'a Register,
    until: Date,
}

/// What is gathered of one kind of change.
#[derive(Default)]
struct Gathered {
    of: usize,
    count: usize,
    systems: BTreeSet<Key>,
}

impl Gathered {
    /// Counts one that it could have happened to, and whether it did.
    fn add(&mut self, system: &Key, happened: bool) {
        self.add_unnamed(happened);
        if happened {
            self.systems.insert(system.clone());
        }
    }

    /// The same, of what is not to be named.
    fn add_unnamed(&mut self, happened: bool) {
        self.of += 1;
        self.count += usize::from(happened);
    }
}

impl Both<'_> {
    fn change(self, kind: ChangeKind) -> Change {
        let found = match kind {
            ChangeKind::NewSystem => self.only_in(self.now, self.before),
            ChangeKind::RemovedSystem => self.only_in(self.before, self.now),
            ChangeKind::Classified => self.classified(),
            ChangeKind::Reclassified => self.reclassified(),
            ChangeKind::Owner => self.owners(),
            ChangeKind::ActionClosed => self.closed(),
            ChangeKind::ActionLate => self.late(),
            ChangeKind::Risk => self.risks(),
        };
        let mut systems: Vec<&System> = found.systems.iter().filter_map(|key| self.system(key)).collect();
        systems.sort_by_cached_key(|system| (critical_first(system.criticality), swedish_order(&system.name)));
        let others = systems.len().saturating_sub(NAMED);
        systems.truncate(NAMED);
        Change {
            kind,
            count: small(found.count),
            of: small(found.of),
            named: systems.into_iter().map(|system| system.name.clone()).collect(),
            others: small(others),
        }
    }

    fn system(&self, key: &Key) -> Option<&System> {
        self.now.systems.get(key).or_else(|| self.before.systems.get(key)).map(|system| &**system)
    }

    fn only_in(self, one: &Register, other: &Register) -> Gathered {
        let mut found = Gathered::default();
        for (key, _) in one.systems.iter() {
            found.add(key, other.systems.get(key).is_none());
        }
        found
    }

    fn classified(self) -> Gathered {
        let mut found = Gathered::default();
        for (key, _) in self.now.systems.iter().filter(|(key, _)| self.before.classified(key).is_none()) {
            found.add(key, self.now.classified(key).is_some());
        }
        found
    }

    fn reclassified(self) -> Gathered {
        let mut found = Gathered::default();
        for (system, _) in self.now.systems.iter().filter(|(key, _)| self.before.classified(key).is_some()) {
            let stood = |key: &Key| self.before.classifications.get(key).is_some_and(|decision| stands(decision));
            let mut decisions = self.now.classifications.of(system);
            found.add(system, decisions.any(|(key, decision)| stands(decision) && !stood(key)));
        }
        found
    }

    fn owners(self) -> Gathered {
        let mut found = Gathered::default();
        for (key, system) in self.now.systems.iter() {
            let Some(then) = self.before.systems.get(key) else { continue };
            let is_new = |of: fn(&System) -> &str| !of(system).is_empty() && of(system) != of(then);
            let named: [fn(&System) -> &str; 3] =
                [|system| &system.system_owner, |system| &system.object_owner, |system| &system.information_owner];
            found.add(key, named.into_iter().any(is_new));
        }
        found
    }

    fn closed(self) -> Gathered {
        let mut found = Gathered::default();
        for (key, action) in actions(self.now) {
            let was_closed = self.before.actions.get(key).is_some_and(|then| then.is_closed());
            if !was_closed {
                found.add(&key.root(), action.is_closed());
            }
        }
        found
    }

    fn late(self) -> Gathered {
        let mut found = Gathered::default();
        for (key, action) in actions(self.now).filter(|(_, action)| !action.is_closed()) {
            let was_late = self.before.actions.get(key).is_some_and(|then| then.is_late(self.since));
            found.add(&key.root(), action.is_late(self.until) && !was_late);
        }
        found
    }

    fn risks(self) -> Gathered {
        let mut found = Gathered::default();
        for (key, _) in self.now.risks.iter() {
            let (system, analysis) = (key.root(), key.owner());
            if self.now.systems.get(&system).is_none() {
                continue;
            }
            let is_new = self.before.risks.get(key).is_none();
            let analysis = analysis.and_then(|analysis| self.now.risk_analyses.get(&analysis));
            // That there is something to analyse may be secret, too.
            if analysis.is_some_and(|analysis| analysis.secrecy.is_empty()) {
                found.add(&system, is_new);
            } else {
                found.add_unnamed(is_new);
            }
        }
        found
    }
}

/// The rows of the action plans of systems that are there.
fn actions(register: &Register) -> impl Iterator<Item = (&Key, &Action)> {
    let is_here = |key: &Key| register.systems.get(&key.root()).is_some();
    register.actions.iter().filter(move |(key, _)| is_here(key)).map(|(key, action)| (key, &**action))
}

/// Whether a decision on levels counts.
fn stands(decision: &Classification) -> bool {
    decision.decided.is_some() && decision.withdrawn != Some(true)
}

/// The most critical first; where nobody has said, last.
fn critical_first(criticality: Option<Criticality>) -> Reverse<Option<usize>> {
    Reverse(criticality.and_then(|held| Criticality::ALL.iter().position(|one| *one == held)))
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::register::{Entry, Place, RecordKind, Value};

    const SINCE: Date = date(2023, 12, 31);
    const UNTIL: Date = date(2024, 12, 31);

    type Fields<'a> = &'a [(&'a str, Value)];

    fn line(text: &str) -> Value {
        Value::Line(text.into())
    }

    fn key_choice(key: &str) -> Value {
        Value::Choice(key.into())
    }

    fn put(register: &mut Register, kind: RecordKind, key: &str, fields: Option<Fields<'_>>) {
        let place = Place { kind, key: Key::parse(key).unwrap() };
        let fields =
            fields.map(|fields| fields.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect());
        register.put(Entry::new(place, fields));
    }

    /// Two systems: one classified, with an action that is open and a risk; one with nothing.
    fn register() -> Register {
        let mut register = Register::default();
        put(&mut register, RecordKind::System, "antura", Some(&[("name", line("Antura")), ("unit", line("IT"))]));
        put(&mut register, RecordKind::System, "agresso", Some(&[("name", line("Agresso"))]));
        put(
            &mut register,
            RecordKind::Classification,
            "antura.one",
            Some(&[("decided", Value::Date(date(2023, 5, 2)))]),
        );
        put(
            &mut register,
            RecordKind::Action,
            "antura.a",
            Some(&[("title", line("Logga")), ("due", Value::Date(date(2024, 6, 1)))]),
        );
        put(&mut register, RecordKind::RiskAnalysis, "antura.r", Some(&[]));
        put(&mut register, RecordKind::Risk, "antura.r.one", Some(&[]));
        register
    }

    fn counts(before: &Register, now: &Register) -> Vec<(ChangeKind, u32, u32)> {
        let changes = Changes::between(before, SINCE, now, UNTIL);
        changes.all.iter().map(|change| (change.kind, change.count, change.of)).collect()
    }

    #[test]
    fn a_register_compared_with_itself_has_not_changed() {
        let register = register();
        let changes = Changes::between(&register, SINCE, &register, SINCE);
        assert_eq!(changes.all.len(), ChangeKind::ALL.len());
        for change in changes.all {
            assert_eq!((change.count, change.named.len(), change.others), (0, 0, 0), "{change:?}");
        }
    }

    #[test]
    fn each_kind_of_change_is_counted_among_those_it_could_have_happened_to() {
        use ChangeKind::*;
        let name = |text: &str| vec![("name", line(text))];
        let closed = |status: &str| vec![("title", line("Logga")), ("status", key_choice(status))];
        let decided = |year: i16| vec![("decided", Value::Date(date(year, 5, 2)))];
        let due = |day: Date| vec![("title", line("Logga")), ("due", Value::Date(day))];
        let with = |mut fields: Vec<(&'static str, Value)>, more: Vec<(&'static str, Value)>| {
            fields.extend(more);
            fields
        };
        // What is put, how many changes of which kind that is, among how many, and in which systems.
        type Case<'a> = (RecordKind, &'a str, Option<Vec<(&'a str, Value)>>, ChangeKind, u32, u32, &'a [&'a str]);
        let table: Vec<Case<'_>> = vec![
            (RecordKind::System, "new", Some(name("Ny")), NewSystem, 1, 3, &["Ny"]),
            (RecordKind::System, "agresso", None, RemovedSystem, 1, 2, &["Agresso"]),
            (RecordKind::System, "agresso", Some(name("Agresso 2")), NewSystem, 0, 2, &[]),
            (RecordKind::Classification, "agresso.one", Some(decided(2024)), Classified, 1, 1, &["Agresso"]),
            (RecordKind::Classification, "agresso.one", Some(vec![]), Classified, 0, 1, &[]),
            (RecordKind::Classification, "antura.two", Some(decided(2024)), Classified, 0, 1, &[]),
            (RecordKind::Classification, "antura.two", Some(decided(2024)), Reclassified, 1, 1, &["Antura"]),
            (
                RecordKind::Classification,
                "antura.two",
                Some(with(decided(2024), vec![("withdrawn", Value::Flag(true))])),
                Reclassified,
                0,
                1,
                &[],
            ),
            (RecordKind::Classification, "agresso.one", Some(decided(2024)), Reclassified, 0, 1, &[]),
            (
                RecordKind::System,
                "agresso",
                Some(with(name("Agresso"), vec![("information_owner", line("HR-chef"))])),
                Owner,
                1,
                2,
                &["Agresso"],
            ),
            (
                RecordKind::System,
                "agresso",
                Some(with(name("Agresso"), vec![("object_owner", line("HR-chef"))])),
                Owner,
                1,
                2,
                &["Agresso"],
            ),
            (
                RecordKind::System,
                "agresso",
                Some(with(name("Agresso"), vec![("object_manager", line("HR-chef"))])),
                Owner,
                0,
                2,
                &[],
            ),
            (
                RecordKind::System,
                "new",
                Some(with(name("Ny"), vec![("system_owner", line("HR-chef"))])),
                Owner,
                0,
                2,
                &[],
            ),
            (RecordKind::Action, "antura.a", Some(closed("introduced")), ActionClosed, 1, 1, &["Antura"]),
            (RecordKind::Action, "antura.a", Some(closed("ongoing")), ActionClosed, 0, 1, &[]),
            (RecordKind::Action, "antura.b", Some(closed("verified")), ActionClosed, 1, 2, &["Antura"]),
            (RecordKind::Action, "gone.a", Some(closed("verified")), ActionClosed, 0, 1, &[]),
            (RecordKind::Action, "antura.a", None, ActionClosed, 0, 0, &[]),
            (RecordKind::Action, "antura.b", Some(due(date(2024, 2, 1))), ActionLate, 2, 2, &["Antura"]),
            (RecordKind::Action, "antura.a", Some(due(UNTIL)), ActionLate, 0, 1, &[]),
            (RecordKind::Risk, "antura.r.two", Some(vec![]), Risk, 1, 2, &["Antura"]),
            (RecordKind::Risk, "antura.r.one", None, Risk, 0, 0, &[]),
            (RecordKind::Risk, "gone.r.two", Some(vec![]), Risk, 0, 1, &[]),
        ];
        for (kind, key, fields, change, count, of, named) in table {
            let mut now = register();
            put(&mut now, kind, key, fields.as_deref());
            let found = Changes::between(&register(), SINCE, &now, UNTIL).of(change).cloned().unwrap();
            assert_eq!((found.count, found.of), (count, of), "{change:?} of {key}: {fields:?}");
            assert_eq!(found.named, named, "{change:?} of {key}: {fields:?}");
        }
    }

    #[test]
    fn an_action_that_was_late_already_has_not_become_late_and_a_closed_one_is_closed_once() {
        let mut before = register();
        let due = ("due", Value::Date(date(2023, 6, 1)));
        put(&mut before, RecordKind::Action, "antura.a", Some(std::slice::from_ref(&due)));
        put(&mut before, RecordKind::Action, "antura.b", Some(&[due, ("status", key_choice("verified"))]));
        let found = counts(&before, &before);
        assert!(found.contains(&(ChangeKind::ActionLate, 0, 1)) && found.contains(&(ChangeKind::ActionClosed, 0, 1)));
    }

    #[test]
    fn the_most_critical_are_named_and_the_rest_are_counted() {
        let mut now = Register::default();
        let systems = [
            ("a", "Ödla", ""),
            ("b", "Ask", ""),
            ("c", "Al", "low"),
            ("d", "Bok", "vital"),
            ("e", "Ek", "high"),
            ("f", "Alm", "vital"),
            ("g", "Gran", "normal"),
        ];
        for (key, name, criticality) in systems {
            put(
                &mut now,
                RecordKind::System,
                key,
                Some(&[("name", line(name)), ("criticality", key_choice(criticality))]),
            );
        }
        let changes = Changes::between(&Register::default(), SINCE, &now, UNTIL);
        let found = changes.of(ChangeKind::NewSystem).unwrap();
        assert_eq!(found.named, ["Alm", "Bok", "Ek", "Gran", "Al"]);
        assert_eq!((found.count, found.others), (7, 2));
    }

    #[test]
    fn a_risk_of_a_secret_analysis_is_counted_and_its_system_is_not_named() {
        let mut now = register();
        put(&mut now, RecordKind::RiskAnalysis, "agresso.r", Some(&[("secrecy", line("18 kap. 8 § OSL"))]));
        put(&mut now, RecordKind::Risk, "agresso.r.one", Some(&[]));
        let changes = Changes::between(&register(), SINCE, &now, UNTIL);
        let found = changes.of(ChangeKind::Risk).unwrap();
        assert_eq!((found.count, found.named.len(), found.others), (1, 0, 0));
    }

    #[test]
    fn a_report_is_compared_with_the_last_reviews_day_or_else_the_end_of_the_year_before() {
        let with = |cut_off: Option<Date>| {
            let mut register = Register::default();
            let fields: Vec<_> = cut_off.iter().map(|day| ("cut_off".to_owned(), Value::Date(*day))).collect();
            register.put(Entry::new(review_place(2023), Some(fields)));
            register
        };
        let table = [
            (None, UNTIL, Some(SINCE)),
            (Some(date(2024, 1, 31)), UNTIL, Some(date(2024, 1, 31))),
            (Some(date(2026, 1, 31)), UNTIL, Some(SINCE)),
            (None, SINCE, None),
        ];
        for (cut_off, as_of, day) in table {
            assert_eq!(compared_with(&with(cut_off), 2024, as_of), day, "{cut_off:?} {as_of}");
        }
    }
}
