//! When a classification is due again, and why (`domain.md` §2.6).

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;

use super::{Facts, Floor, FloorRule, below_floor, floors, held_answers};
use crate::register::value::Record;
use crate::register::{Classification, Date, Field, InformationSet, Key, Levels, Register, Severity, System, Value};

/// Months until a classification is looked through.
pub const REVIEW_MONTHS: i32 = 12;
/// Months until it is made anew.
pub const REDO_MONTHS: i32 = 36;
/// Days before a move from which the classification must have been seen to.
pub const MOVE_DAYS: i32 = 180;

/// What of a system a classification rests on.
const OF_SYSTEM: [Field; 6] = [
    System::SUPPLIER,
    System::OPERATIONS,
    System::HOSTING_COUNTRY,
    System::PERSONAL_DATA,
    System::INTEGRATIONS,
    System::KIND,
];
/// Who answers for a system.
const OWNERS: [Field; 3] = [System::SYSTEM_OWNER, System::OBJECT_OWNER, System::INFORMATION_OWNER];
/// What of an information set a classification rests on.
const OF_SET: [Field; 6] = [
    InformationSet::PERSONAL_DATA,
    InformationSet::SPECIAL_CATEGORIES,
    InformationSet::CHILDREN,
    InformationSet::PROTECTED_IDENTITY,
    InformationSet::SECRECY,
    InformationSet::NATIONAL_SECURITY,
];

/// What the method says today.
#[derive(Debug, Clone, Copy)]
pub struct Current<'m> {
    /// The edition of the words for the levels.
    pub wording: &'m str,
    /// The editions of the catalogue.
    pub catalogue: &'m str,
    /// The rules for floors.
    pub floors: &'m [FloorRule],
}

/// Why it is time to classify again.
#[derive(Debug, Clone, PartialEq)]
pub enum DueReason {
    /// It is a year since.
    Review(Date),
    /// It is three years since: it is to be made anew.
    Redo(Date),
    /// The system moves, or has moved, on this day.
    Moves(Date),
    /// These facts are others than they were then.
    Changed(Vec<Field>),
    /// Somebody else answers for it.
    OwnerChanged,
    /// A fact asks for a higher level than was decided.
    BelowFloor(Floor),
    /// An incident of severity 2 or more since then.
    Incident(Key),
    /// Information sets that nobody has classified, in a system where others are.
    NewSets(usize),
    /// The words for the levels are of another edition now.
    Wording,
    /// Measures were answered by another edition of the catalogue.
    Catalogue,
    /// The system is classified at level 4 and belongs to säkerhetsskydd.
    Exceptional,
}

impl DueReason {
    /// Whether the levels themselves must be thought through, not just looked at.
    #[must_use]
    pub const fn is_redo(&self) -> bool {
        !matches!(self, Self::Review(_) | Self::Catalogue | Self::OwnerChanged)
    }
}

/// When a classification is due again.
#[derive(Debug, Clone, PartialEq)]
pub struct Due {
    /// The day it will be time if nothing else happens.
    pub next: Date,
    /// Why it is time today; empty when it isn't.
    pub reasons: Vec<DueReason>,
}

impl Due {
    /// Whether it is time.
    #[must_use]
    pub fn is_now(&self) -> bool {
        !self.reasons.is_empty()
    }
}

/// All that decides when the classifications of a register are due again, but the systems themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct DueRules {
    /// The edition of the words for the levels.
    pub wording: String,
    /// The editions of the catalogue.
    pub catalogue: String,
    /// The rules for floors.
    pub floors: Vec<FloorRule>,
    /// The incidents that bear on classifications.
    pub incidents: IncidentsBySystem,
    /// The day it is.
    pub today: Date,
}

impl DueRules {
    /// When the classification of a system is due again; nothing when there is none.
    #[must_use]
    pub fn due(&self, register: &Register, system: &Key) -> Option<Due> {
        let current = Current { wording: &self.wording, catalogue: &self.catalogue, floors: &self.floors };
        due(register, system, current, &self.incidents, self.today)
    }

    /// The systems for which other rules may say something else, by key or by name in small letters; `None` for all.
    #[must_use]
    pub fn concern(&self, other: &Self) -> Option<BTreeSet<String>> {
        let (IncidentsBySystem(mine), IncidentsBySystem(others)) = (&self.incidents, &other.incidents);
        let same = self.today == other.today
            && self.wording == other.wording
            && self.catalogue == other.catalogue
            && self.floors == other.floors;
        let named = mine.keys().chain(others.keys());
        same.then(|| named.filter(|name| mine.get(*name) != others.get(*name)).cloned().collect())
    }
}

/// The incidents that bear on classifications, by the system they name; read once for all systems.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IncidentsBySystem(BTreeMap<String, Vec<(Date, Key)>>);

impl IncidentsBySystem {
    /// Reads all incidents of severity 2 or more.
    #[must_use]
    pub fn of(register: &Register) -> Self {
        let mut by_name: BTreeMap<String, Vec<(Date, Key)>> = BTreeMap::new();
        for (key, incident) in register.incidents.iter() {
            let day = incident.occurred.or(incident.discovered).map(|at| at.date()).or(incident.reported);
            let (Some(day), true) = (day, Some(Severity::Medium) <= incident.severity) else { continue };
            for name in incident.systems.split([',', ';', '|']).map(folded).filter(|name| !name.is_empty()) {
                by_name.entry(name).or_default().push((day, key.clone()));
            }
        }
        Self(by_name)
    }

    /// Those of a system, known by its key or its name, since a day.
    fn since(&self, key: &Key, name: &str, day: Date) -> impl Iterator<Item = &Key> {
        let name = folded(name);
        let named = [key.as_str(), name.as_str()].into_iter().filter_map(|name| self.0.get(name));
        let mut found: Vec<_> = named.flatten().filter(|(at, _)| day < *at).map(|(_, key)| key).collect();
        found.dedup();
        found.into_iter()
    }
}

/// A system's name as incidents are looked up by it.
#[must_use]
pub fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

/// When the classification of a system is due again; nothing when there is none.
#[must_use]
pub fn due(
    register: &Register,
    system: &Key,
    current: Current<'_>,
    incidents: &IncidentsBySystem,
    today: Date,
) -> Option<Due> {
    let record = register.systems.get(system)?;
    let held = register.classified(system)?;
    let after = |months: i32| held.decided.checked_add(months.months()).unwrap_or(held.decided);
    let (review, redo) = (after(REVIEW_MONTHS), after(REDO_MONTHS));
    let moves = record.moves.filter(|moves| held.decided < *moves);
    let before_move = moves.and_then(|moves| moves.checked_sub(MOVE_DAYS.days()).ok());

    let mut reasons = Vec::new();
    if held.levels.top() == Some(crate::register::Level::Exceptional) {
        reasons.push(DueReason::Exceptional);
    }
    let decisions = standing_decisions(register, system);
    for (set, levels) in held_levels(register, system, held.levels) {
        let floors = floors(current.floors, &Facts::of(record, set));
        reasons.extend(below_floor(&floors, levels).map(|floor| DueReason::BelowFloor(floor.clone())));
    }
    let mut changed = Vec::new();
    for decision in &decisions {
        let set = Key::parse(&decision.information_set).and_then(|key| register.information_sets.get(&key));
        changed.extend(changed_since(&decision.basis, record, set.map(AsRef::as_ref)));
    }
    let owner_changed = changed.iter().any(|field| OWNERS.contains(field));
    changed.retain(|field| !OWNERS.contains(field));
    changed.sort_by_key(|field| field.key);
    changed.dedup();
    if !changed.is_empty() {
        reasons.push(DueReason::Changed(changed));
    }
    reasons.extend(incidents.since(system, &record.name, held.decided).cloned().map(DueReason::Incident));
    if let Some(moves) = moves.filter(|_| before_move.is_some_and(|from| from <= today)) {
        reasons.push(DueReason::Moves(moves));
    }
    let by_set = decisions.iter().filter(|decision| !decision.information_set.is_empty()).count();
    let sets = register.information_sets.of(system);
    let unclassified = sets.filter(|(key, _)| !decisions.iter().any(|one| one.information_set == key.as_str())).count();
    if 0 < by_set && 0 < unclassified {
        reasons.push(DueReason::NewSets(unclassified));
    }
    if redo <= today {
        reasons.push(DueReason::Redo(redo));
    } else if review <= today {
        reasons.push(DueReason::Review(review));
    }
    if owner_changed {
        reasons.push(DueReason::OwnerChanged);
    }
    if decisions.iter().any(|decision| !decision.wording.is_empty() && decision.wording != current.wording) {
        reasons.push(DueReason::Wording);
    }
    let answers = held_answers(register, system);
    if answers.values().any(|held| !held.answer.catalogue.is_empty() && held.answer.catalogue != current.catalogue) {
        reasons.push(DueReason::Catalogue);
    }
    Some(Due { next: before_move.unwrap_or(review).min(review), reasons })
}

/// The latest decision of each information set and of the whole, that is not withdrawn; of one day, all.
fn standing_decisions<'r>(register: &'r Register, system: &Key) -> Vec<&'r Classification> {
    let all = register.classifications.of(system).map(|(_, one)| one.as_ref());
    let standing: Vec<_> = all.filter(|one| one.withdrawn != Some(true) && one.decided.is_some()).collect();
    let mut latest: BTreeMap<&str, Option<Date>> = BTreeMap::new();
    for one in &standing {
        let day = latest.entry(&one.information_set).or_default();
        *day = (*day).max(one.decided);
    }
    let is_latest = |one: &&Classification| latest.get(one.information_set.as_str()) == Some(&one.decided);
    standing.into_iter().filter(is_latest).collect()
}

/// Each information set with the levels that hold for it, or the system as a whole when it has none.
fn held_levels<'r>(register: &'r Register, system: &Key, whole: Levels) -> Vec<(Option<&'r InformationSet>, Levels)> {
    let sets = register.information_sets.of(system);
    let mut held: Vec<_> = sets
        .map(|(key, set)| {
            let own = register.set_levels(key);
            // A set that was never classified by itself was classified with the whole.
            (Some(set.as_ref()), own.unwrap_or(whole))
        })
        .collect();
    held.push((None, whole));
    held
}

/// What a classification rests on, to be kept with it: short prints of the facts, not the facts.
#[must_use]
pub fn basis(system: &System, set: Option<&InformationSet>) -> String {
    facts(system, set).map(|(field, print)| format!("{}={print:08x}", field.key)).collect::<Vec<_>>().join(" ")
}

/// The facts that are others than when `basis` was made. What it doesn't mention says nothing.
#[must_use]
pub fn changed_since(basis: &str, system: &System, set: Option<&InformationSet>) -> Vec<Field> {
    let then: BTreeMap<&str, &str> = basis.split(' ').filter_map(|part| part.split_once('=')).collect();
    let differs = |(field, print): &(Field, u32)| {
        then.get(field.key).is_some_and(|then| u32::from_str_radix(then, 16) != Ok(*print))
    };
    facts(system, set).filter(differs).map(|(field, _)| field).collect()
}

/// Of a set, its own word on personal data goes before its system's.
fn facts(system: &System, set: Option<&InformationSet>) -> impl Iterator<Item = (Field, u32)> {
    let of_set = set.map(|set| OF_SET.map(|field| (field, print(set.get(field.key)))));
    let of_system = OF_SYSTEM.into_iter().chain(OWNERS);
    let of_system = of_system.filter(|field| set.is_none() || *field != System::PERSONAL_DATA);
    let of_system: Vec<_> = of_system.map(|field| (field, print(system.get(field.key)))).collect();
    of_system.into_iter().chain(of_set.into_iter().flatten())
}

/// FNV-1a, 32 bits: enough to tell that something was changed, and says nothing of what it was.
fn print(value: Option<Value>) -> u32 {
    let text = match value.unwrap_or_default() {
        Value::Nothing => String::new(),
        Value::Line(text) | Value::Prose(text) | Value::Choice(text) => text.trim().to_owned(),
        Value::Flag(yes) => u8::from(yes).to_string(),
        Value::Number(number) => number.to_string(),
        Value::Date(day) => day.to_string(),
        Value::Moment(at) => at.to_string(),
    };
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::register::method::{Fact, Words};
    use crate::register::value::FieldType;
    use crate::register::{Aspect, Entry, Level, Place, RecordKind, filled};

    fn key(text: &str) -> Key {
        Key::parse(text).unwrap()
    }

    fn put<R: Record>(register: &mut Register, kind: RecordKind, at: &str, record: &R) {
        register.put(Entry::new(Place { kind, key: key(at) }, Some(filled(record))));
    }

    fn system() -> System {
        System {
            name: "Antura".into(),
            supplier: "Antura AB".into(),
            information_owner: "Ekonomichef".into(),
            ..System::default()
        }
    }

    fn register() -> Register {
        let mut register = Register::default();
        put(&mut register, RecordKind::System, "antura", &system());
        let decision = Classification {
            decided: Some(date(2024, 3, 1)),
            confidentiality: Some(Level::Moderate),
            wording: "klassrum-1".into(),
            basis: basis(&system(), None),
            ..Classification::default()
        };
        put(&mut register, RecordKind::Classification, "antura.one", &decision);
        register
    }

    fn rules() -> Vec<FloorRule> {
        vec![FloorRule {
            id: "children".into(),
            fact: Fact::Children,
            paragraphs: vec![],
            levels: Levels::only(Aspect::Confidentiality, Level::Significant),
            because: Words::default(),
        }]
    }

    fn due_on(register: &Register, today: Date) -> Due {
        let rules = rules();
        let current = Current { wording: "klassrum-1", catalogue: "klassrum-1", floors: &rules };
        due(register, &key("antura"), current, &IncidentsBySystem::of(register), today).unwrap()
    }

    #[test]
    fn a_year_later_it_is_looked_through_and_after_three_made_anew() {
        let register = register();
        let one = due_on(&register, date(2025, 2, 28));
        assert_eq!((one.next, one.is_now()), (date(2025, 3, 1), false));
        assert_eq!(due_on(&register, date(2025, 3, 1)).reasons, [DueReason::Review(date(2025, 3, 1))]);
        let late = due_on(&register, date(2027, 3, 1)).reasons;
        assert_eq!(late, [DueReason::Redo(date(2027, 3, 1))]);
        assert!(late[0].is_redo() && !DueReason::Review(date(2025, 3, 1)).is_redo());
    }

    #[test]
    fn what_has_changed_since_is_a_reason_and_a_new_owner_is_its_own() {
        let (mut register, today) = (register(), date(2024, 6, 1));
        put(&mut register, RecordKind::System, "antura", &System { unit: "Ny enhet".into(), ..system() });
        assert_eq!(due_on(&register, today).reasons, []);
        let moved = System { supplier: "Annan AB".into(), information_owner: "HR-chef".into(), ..system() };
        put(&mut register, RecordKind::System, "antura", &moved);
        let reasons = due_on(&register, today).reasons;
        assert_eq!(reasons, [DueReason::Changed(vec![System::SUPPLIER]), DueReason::OwnerChanged]);
    }

    #[test]
    fn a_decision_that_says_nothing_of_what_it_rests_on_is_never_said_to_have_changed() {
        let other = System { supplier: "Annan AB".into(), ..system() };
        assert_eq!(changed_since("", &other, None), []);
        assert_eq!(changed_since("supplier", &other, None), []);
        assert_eq!(changed_since("supplier=zz", &other, None), [System::SUPPLIER]);
        let basis = basis(&system(), Some(&InformationSet::default()));
        assert!(basis.len() <= crate::register::value::LINE_MAX);
    }

    #[test]
    fn a_grave_incident_since_then_is_a_reason() {
        let (mut register, today) = (register(), date(2024, 6, 1));
        let incident = |day: Date, severity, systems: &str| crate::register::Incident {
            reported: Some(day),
            severity: Some(severity),
            systems: systems.into(),
            ..crate::register::Incident::default()
        };
        for (at, incident) in [
            ("before", incident(date(2024, 2, 1), Severity::High, "Antura")),
            ("mild", incident(date(2024, 4, 1), Severity::Low, "Antura")),
            ("other", incident(date(2024, 4, 1), Severity::High, "Antura Mobil; W3D3")),
        ] {
            put(&mut register, RecordKind::Incident, at, &incident);
        }
        assert_eq!(due_on(&register, today).reasons, []);
        let grave = incident(date(2024, 4, 1), Severity::Medium, "W3D3, antura");
        put(&mut register, RecordKind::Incident, "grave", &grave);
        assert_eq!(due_on(&register, today).reasons, [DueReason::Incident(key("grave"))]);
    }

    #[test]
    fn a_fact_that_came_later_asks_for_more_than_was_decided() {
        let (mut register, today) = (register(), date(2024, 6, 1));
        let set = InformationSet { name: "Elever".into(), children: Some(true), ..InformationSet::default() };
        put(&mut register, RecordKind::InformationSet, "antura.set", &set);
        assert!(
            matches!(due_on(&register, today).reasons.as_slice(), [DueReason::BelowFloor(floor)] if floor.fact == Fact::Children)
        );
        let decision = Classification {
            decided: Some(date(2024, 5, 1)),
            information_set: "antura.set".into(),
            confidentiality: Some(Level::Serious),
            ..Classification::default()
        };
        put(&mut register, RecordKind::Classification, "antura.two", &decision);
        assert_eq!(due_on(&register, today).reasons, []);
        put(&mut register, RecordKind::InformationSet, "antura.new", &InformationSet::default());
        assert_eq!(due_on(&register, today).reasons, [DueReason::NewSets(1)]);
    }

    #[test]
    fn a_move_and_a_new_wording_are_reasons() {
        let mut register = register();
        put(&mut register, RecordKind::System, "antura", &System { moves: Some(date(2024, 12, 1)), ..system() });
        assert_eq!(due_on(&register, date(2024, 5, 1)).reasons, []);
        assert_eq!(due_on(&register, date(2024, 5, 1)).next, date(2024, 6, 4));
        assert_eq!(due_on(&register, date(2024, 6, 4)).reasons, [DueReason::Moves(date(2024, 12, 1))]);
        let current = Current { wording: "egen-1", catalogue: "klassrum-1", floors: &[] };
        let due = due(&register, &key("antura"), current, &IncidentsBySystem::default(), date(2024, 5, 1)).unwrap();
        assert_eq!(due.reasons, [DueReason::Wording]);
        assert_eq!(Some(Level::Serious).value(), Value::Choice("serious".into()));
    }
}
