//! Which systems come next, and a plan for the year.

use std::cmp::Reverse;

use jiff::ToSpan;

use super::{Current, DueReason, IncidentsBySystem, due};
use crate::register::{Command, Criticality, Date, Key, Place, RecordKind, Register, System, SystemStatus, Value};

/// Minutes that a sitting is taken for while none has been measured.
pub const SITTING_MINUTES: u32 = 90;
/// Days before a contract ends from which that counts.
const CONTRACT_DAYS: i32 = 365;

/// Why a system comes where it comes.
#[derive(Debug, Clone, PartialEq)]
pub enum NextReason {
    /// It was never classified.
    NotClassified,
    /// Its classification is due again.
    Due(DueReason),
    /// The company depends on it.
    Critical(Criticality),
    /// It moves on this day.
    Moves(Date),
    /// Its contract ends on this day.
    ContractEnds(Date),
    /// It holds personal data.
    PersonalData,
    /// Neither a system owner nor an object owner is named.
    OwnerMissing,
    /// No information owner is named: there is nobody to decide.
    InformationOwnerMissing,
    /// It is being phased out.
    PhasingOut,
}

impl NextReason {
    /// How much it weighs. The figures order the list and are never shown; equal ones fall back on days and names.
    #[must_use]
    pub const fn weight(&self) -> i32 {
        match self {
            Self::NotClassified => 40,
            Self::Due(reason) if reason.is_redo() => 35,
            Self::Due(_) => 15,
            Self::Critical(Criticality::Vital) => 30,
            Self::Critical(Criticality::High) => 20,
            Self::Critical(Criticality::Normal | Criticality::Low) => 0,
            Self::Moves(_) => 30,
            Self::ContractEnds(_) | Self::PersonalData => 10,
            Self::OwnerMissing | Self::InformationOwnerMissing => 5,
            Self::PhasingOut => -30,
        }
    }
}

/// A system that waits to be classified, for the first time or again.
#[derive(Debug, Clone, PartialEq)]
pub struct Next {
    /// The system.
    pub system: Key,
    /// Its name.
    pub name: String,
    /// Why it comes here, the weightiest first.
    pub reasons: Vec<NextReason>,
    /// The day by which it should be done: a move, if there is one.
    pub before: Option<Date>,
    /// The day that somebody has planned it for.
    pub planned: Option<Date>,
}

impl Next {
    fn weight(&self) -> i32 {
        // Several reasons of one kind to classify again weigh as the weightiest of them.
        let due = self.reasons.iter().filter(|reason| matches!(reason, NextReason::Due(_)));
        let due = due.map(NextReason::weight).max().unwrap_or(0);
        let others = self.reasons.iter().filter(|reason| !matches!(reason, NextReason::Due(_)));
        due + others.map(NextReason::weight).sum::<i32>()
    }
}

/// The systems that are not classified or are due again, the one that should come first first.
#[must_use]
pub fn backlog(register: &Register, current: Current<'_>, today: Date) -> Vec<Next> {
    let incidents = IncidentsBySystem::of(register);
    let mut all: Vec<Next> = register
        .systems
        .iter()
        .filter_map(|(key, system)| {
            let mut reasons = match due(register, key, current, &incidents, today) {
                None => vec![NextReason::NotClassified],
                // Nothing more is planned here for what belongs to säkerhetsskydd.
                Some(due) if due.reasons.contains(&DueReason::Exceptional) => return None,
                Some(due) if due.is_now() => due.reasons.into_iter().map(NextReason::Due).collect(),
                Some(_) => return None,
            };
            reasons.extend(circumstances(system, today));
            reasons.sort_by_key(|reason| Reverse(reason.weight()));
            let before = system.moves.filter(|moves| today <= *moves);
            Some(Next { system: key.clone(), name: system.name.clone(), reasons, before, planned: system.planned })
        })
        .collect();
    all.sort_by_cached_key(|next| {
        (Reverse(next.weight()), next.before.is_none(), next.before, next.name.to_lowercase(), next.system.clone())
    });
    all
}

fn circumstances(system: &System, today: Date) -> Vec<NextReason> {
    let within = |day: Date, days: i32| today <= day && today.checked_add(days.days()).is_ok_and(|end| day <= end);
    let mut reasons = Vec::new();
    reasons.extend(system.criticality.filter(|one| Criticality::High <= *one).map(NextReason::Critical));
    reasons.extend(system.moves.filter(|day| within(*day, CONTRACT_DAYS)).map(NextReason::Moves));
    reasons.extend(system.contract_ends.filter(|day| within(*day, CONTRACT_DAYS)).map(NextReason::ContractEnds));
    reasons.extend((system.personal_data == Some(true)).then_some(NextReason::PersonalData));
    reasons.extend(system.lacks_owner().then_some(NextReason::OwnerMissing));
    reasons.extend(system.lacks_information_owner().then_some(NextReason::InformationOwnerMissing));
    reasons.extend((system.status == Some(SystemStatus::PhasingOut)).then_some(NextReason::PhasingOut));
    reasons
}

/// How long a sitting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SittingTime {
    /// Minutes.
    pub minutes: u32,
    /// How many sittings it was measured over; none when it is a guess or somebody's own figure.
    pub measured: usize,
}

/// How long a sitting takes here: the median of those measured, which one left open overnight doesn't move much, else the
/// organisation's own figure, else a guess.
#[must_use]
pub fn sitting_time(register: &Register) -> SittingTime {
    let sittings = register.sittings.iter().filter_map(|(_, sitting)| sitting.minutes);
    let mut measured: Vec<u32> = sittings.filter(|minutes| 0 < *minutes).collect();
    measured.sort_unstable();
    // Of an even number, halfway between the two in the middle.
    let at = |place: usize| measured.get(place).copied();
    let middle = at(measured.len() / 2);
    let before = if measured.len().is_multiple_of(2) { at((measured.len() / 2).saturating_sub(1)) } else { middle };
    let minutes = before.zip(middle).map(|(one, other)| u32::midpoint(one, other));
    let own = register.organisation().sitting_minutes.filter(|minutes| 0 < *minutes);
    SittingTime { minutes: minutes.or(own).unwrap_or(SITTING_MINUTES), measured: measured.len() }
}

/// What the plan is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The first day to plan for.
    pub from: Date,
    /// How many months, that one counted.
    pub months: u32,
    /// How many sittings a month.
    pub per_month: usize,
    /// A month in which nobody sits, from 1; none: 0.
    pub pause: i8,
}

/// A month of the plan.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedMonth {
    /// Its first day.
    pub month: Date,
    /// What is planned for it.
    pub systems: Vec<PlannedSystem>,
}

/// A system in the plan.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedSystem {
    /// The system.
    pub system: Key,
    /// Its name.
    pub name: String,
    /// Whether somebody has planned it before; it stays where it is.
    pub settled: bool,
    /// Whether it comes after the day by which it should be done.
    pub late: bool,
}

/// A plan for the year.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct YearPlan {
    /// Month by month, also those in which nothing is planned.
    pub months: Vec<PlannedMonth>,
    /// How many systems didn't find room.
    pub left: usize,
}

/// Spreads the backlog over months. What somebody has planned within them stays where it is; the others fill what is
/// left, in their order. What has to be done before a day goes into the last month before it with room, if its turn would
/// come too late.
#[must_use]
pub fn year_plan(backlog: &[Next], pace: Pace) -> YearPlan {
    let mut months = Vec::new();
    let mut month = pace.from.first_of_month();
    for _ in 0..pace.months.min(60) {
        months.push(PlannedMonth { month, systems: Vec::new() });
        let Ok(next) = month.checked_add(1.month()) else { break };
        month = next;
    }
    let late = |month: Date, before: Option<Date>| before.is_some_and(|before| before < month.last_of_month());
    let mut settled = Vec::new();
    for next in backlog {
        let Some(planned) = next.planned else { continue };
        if let Some(month) = months.iter_mut().find(|month| month.month == planned.first_of_month()) {
            let late = next.before.is_some_and(|before| before < planned);
            month.systems.push(PlannedSystem {
                system: next.system.clone(),
                name: next.name.clone(),
                settled: true,
                late,
            });
            settled.push(&next.system);
        }
    }
    let waiting: Vec<&Next> = backlog.iter().filter(|next| !settled.contains(&&next.system)).collect();
    let has_room = |month: &PlannedMonth| month.systems.len() < pace.per_month && month.month.month() != pace.pause;
    let place = |months: &mut Vec<PlannedMonth>, at: usize, next: &Next| {
        if let Some(month) = months.get_mut(at) {
            let late = late(month.month, next.before);
            month.systems.push(PlannedSystem {
                system: next.system.clone(),
                name: next.name.clone(),
                settled: false,
                late,
            });
        }
    };
    // Those with a day first, the earliest day first, so that nothing without one takes their last chance.
    let (mut dated, undated): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|next| next.before.is_some());
    dated.sort_by_key(|next| next.before);
    let mut left = 0;
    for next in dated {
        let in_time = months.iter().position(|month| has_room(month) && !late(month.month, next.before));
        match in_time.or_else(|| months.iter().position(has_room)) {
            Some(at) => place(&mut months, at, next),
            None => left += 1,
        }
    }
    for next in undated {
        match months.iter().position(has_room) {
            Some(at) => place(&mut months, at, next),
            None => left += 1,
        }
    }
    YearPlan { months, left }
}

impl YearPlan {
    /// The edit that writes the plan into the systems' own records; nothing when it says nothing new.
    #[must_use]
    pub fn command(&self) -> Option<Command> {
        let new = self.months.iter().flat_map(|month| {
            month.systems.iter().filter(|system| !system.settled).map(|system| Command::Set {
                place: Place { kind: RecordKind::System, key: system.system.clone() },
                field: System::PLANNED.key.to_owned(),
                value: Value::Date(month.month),
            })
        });
        let commands: Vec<_> = new.collect();
        (!commands.is_empty()).then_some(Command::Batch(commands))
    }

    /// How many are planned.
    #[must_use]
    pub fn count(&self) -> usize {
        self.months.iter().map(|month| month.systems.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::register::{Classification, Entry, Level, Record, Sitting, filled};

    fn key(text: &str) -> Key {
        Key::parse(text).unwrap()
    }

    fn put<R: Record>(register: &mut Register, kind: RecordKind, at: &str, record: &R) {
        register.put(Entry::new(Place { kind, key: key(at) }, Some(filled(record))));
    }

    fn system(name: &str) -> System {
        System {
            name: name.into(),
            system_owner: "IT-chef".into(),
            information_owner: "Ekonomichef".into(),
            ..System::default()
        }
    }

    const CURRENT: Current<'static> = Current { wording: "klassrum-1", catalogue: "klassrum-1", floors: &[] };

    #[test]
    fn the_most_pressing_comes_first_and_says_why() {
        let (mut register, today) = (Register::default(), date(2025, 1, 15));
        put(&mut register, RecordKind::System, "plain", &system("Plain"));
        let vital = System { criticality: Some(Criticality::Vital), ..system("Vital") };
        put(&mut register, RecordKind::System, "vital", &vital);
        put(&mut register, RecordKind::System, "moves", &System { moves: Some(date(2025, 4, 1)), ..vital.clone() });
        put(&mut register, RecordKind::System, "orphan", &System { name: "Orphan".into(), ..System::default() });
        let ending = System { status: Some(SystemStatus::PhasingOut), ..system("Ending") };
        put(&mut register, RecordKind::System, "ending", &ending);
        for (at, decided) in [("fresh", date(2025, 1, 1)), ("old", date(2023, 1, 1))] {
            put(&mut register, RecordKind::System, at, &system(at));
            let decision = Classification {
                decided: Some(decided),
                integrity: Some(Level::Moderate),
                ..Classification::default()
            };
            put(&mut register, RecordKind::Classification, &format!("{at}.one"), &decision);
        }
        let backlog = backlog(&register, CURRENT, today);
        let order: Vec<_> = backlog.iter().map(|next| next.system.as_str()).collect();
        assert_eq!(order, ["moves", "vital", "orphan", "plain", "old", "ending"]);
        assert_eq!(
            backlog[2].reasons,
            [NextReason::NotClassified, NextReason::OwnerMissing, NextReason::InformationOwnerMissing]
        );
        assert_eq!(backlog[4].reasons, [NextReason::Due(DueReason::Review(date(2024, 1, 1)))]);
    }

    #[test]
    fn sittings_that_were_measured_say_how_long_the_next_takes() {
        let mut register = Register::default();
        assert_eq!(sitting_time(&register), SittingTime { minutes: SITTING_MINUTES, measured: 0 });
        for (at, minutes, median) in [("a.one", 60, 60), ("a.two", 90, 75), ("a.overnight", 1_200, 90)] {
            let sitting = Sitting { minutes: Some(minutes), ..Sitting::default() };
            put(&mut register, RecordKind::Sitting, at, &sitting);
            assert_eq!(sitting_time(&register).minutes, median);
        }
        assert_eq!(sitting_time(&register).measured, 3);
    }

    fn next(name: &str, before: Option<Date>, planned: Option<Date>) -> Next {
        Next { system: key(name), name: name.into(), reasons: vec![], before, planned }
    }

    #[test]
    fn the_year_is_filled_in_order_around_what_is_settled_and_what_has_a_day() {
        let backlog = [
            next("a", None, None),
            next("b", None, Some(date(2025, 6, 10))),
            next("c", Some(date(2025, 7, 20)), None),
            next("d", None, None),
            next("e", None, None),
        ];
        let pace = Pace { from: date(2025, 6, 3), months: 3, per_month: 2, pause: 7 };
        let plan = year_plan(&backlog, pace);
        let months: Vec<Vec<_>> =
            plan.months.iter().map(|month| month.systems.iter().map(|one| one.name.as_str()).collect()).collect();
        assert_eq!(months, [vec!["b", "c"], vec![], vec!["a", "d"]]);
        assert_eq!(plan.left, 1);
        assert!(plan.months[0].systems[0].settled && !plan.months[0].systems[1].late);
        let Some(Command::Batch(commands)) = plan.command() else { panic!("there is something to write") };
        assert_eq!(commands.len(), 3);
        assert_eq!(Command::Batch(commands).check(), Ok(()));
    }

    proptest! {
        /// Nothing is planned twice or lost, and no month takes more than the pace but for what people settled.
        #[test]
        fn every_system_is_planned_once_or_left(
            systems in prop::collection::vec((prop::option::of(1_i8..=12), prop::option::of(1_i8..=12)), 0..40),
            per_month in 0_usize..4,
            months in 0_u32..15,
            pause in 0_i8..=12,
        ) {
            let day = |month: Option<i8>| month.map(|month| date(2025, month, 15));
            let backlog: Vec<_> = systems.iter().enumerate()
                .map(|(at, (before, planned))| next(&format!("s{at}"), day(*before), day(*planned)))
                .collect();
            let plan = year_plan(&backlog, Pace { from: date(2025, 1, 1), months, per_month, pause });
            prop_assert_eq!(plan.count() + plan.left, backlog.len());
            let mut seen = std::collections::BTreeSet::new();
            for month in &plan.months {
                let own = month.systems.iter().filter(|one| !one.settled).count();
                prop_assert!(own == 0 || month.systems.len() <= per_month && month.month.month() != pause);
                for one in &month.systems {
                    prop_assert!(seen.insert(one.system.clone()));
                }
            }
        }
    }
}
