//! How far a system has come, and which classification holds. Both are computed, never stored.

use std::collections::BTreeMap;

use super::value::choice;
use super::{Date, Key, Levels, Register};

choice! {
    /// The chain from the list of systems to decided treatment (`domain.md` §3.1). A step counts only when those before it are taken.
    Stage {
        NotClassified "not-classified" "Ej klassat" "Not classified",
        Classified "classified" "Klassat" "Classified",
        ActionPlan "action-plan" "Handlingsplan" "Action plan",
        RiskAnalysis "risk-analysis" "Riskanalys" "Risk analysis",
        TreatmentPlan "treatment-plan" "Åtgärdsplan" "Treatment plan",
    }
}

/// The classification that holds for a system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Classified {
    /// The latest day something of it was decided.
    pub decided: Date,
    /// The highest level per aspect, over the system as a whole and each of its information sets.
    pub levels: Levels,
    /// Whether two decisions of the same day say different things. The higher level holds until people have settled it.
    pub disputed: bool,
}

impl Register {
    /// The classification that holds for `system`: the latest decision for the whole and for each information set.
    #[must_use]
    pub fn classified(&self, system: &Key) -> Option<Classified> {
        let mut latest: BTreeMap<&str, Classified> = BTreeMap::new();
        for (_, decision) in self.classifications.of(system) {
            let (Some(decided), false) = (decision.decided, decision.withdrawn == Some(true)) else { continue };
            let one = Classified { decided, levels: decision.levels(), disputed: false };
            latest
                .entry(decision.information_set.as_str())
                .and_modify(|held| {
                    if held.decided < decided {
                        *held = one;
                    } else if held.decided == decided {
                        held.disputed |= held.levels != one.levels;
                        held.levels = held.levels.highest(one.levels);
                    }
                })
                .or_insert(one);
        }
        latest.into_values().reduce(|all, one| Classified {
            decided: all.decided.max(one.decided),
            levels: all.levels.highest(one.levels),
            disputed: all.disputed || one.disputed,
        })
    }

    /// The levels that hold for one information set by decisions of its own; nothing when it has none.
    #[must_use]
    pub fn set_levels(&self, set: &Key) -> Option<Levels> {
        let system = set.root();
        let own = self.classifications.of(&system).map(|(_, decision)| decision);
        let own: Vec<_> = own
            .filter(|one| one.information_set == set.as_str() && one.withdrawn != Some(true) && one.decided.is_some())
            .collect();
        let latest = own.iter().map(|one| one.decided).max()?;
        Some(
            own.iter()
                .filter(|one| one.decided == latest)
                .fold(Levels::default(), |levels, one| levels.highest(one.levels())),
        )
    }

    /// Whether the system has an action plan: one that is decided, or at least a row of one.
    #[must_use]
    pub fn has_action_plan(&self, system: &Key) -> bool {
        self.action_plans.of(system).next().is_some() || self.actions.of(system).next().is_some()
    }

    /// Whether a risk analysis has been made.
    #[must_use]
    pub fn has_risk_analysis(&self, system: &Key) -> bool {
        self.risk_analyses.of(system).next().is_some()
    }

    /// Whether the treatment of its risks is decided.
    #[must_use]
    pub fn has_treatment_plan(&self, system: &Key) -> bool {
        self.treatment_plans.of(system).next().is_some()
    }

    /// How far the system has come.
    #[must_use]
    pub fn stage(&self, system: &Key) -> Stage {
        if self.classified(system).is_none() {
            Stage::NotClassified
        } else if !self.has_action_plan(system) {
            Stage::Classified
        } else if !self.has_risk_analysis(system) {
            Stage::ActionPlan
        } else if !self.has_treatment_plan(system) {
            Stage::RiskAnalysis
        } else {
            Stage::TreatmentPlan
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::value::FieldType;
    use crate::register::{Classification, Entry, Level, Place, RecordKind, Value};

    fn key(text: &str) -> Key {
        Key::parse(text).unwrap()
    }

    fn decision(own: &str, day: i8, level: Level) -> Entry {
        Entry::new(
            Place { kind: RecordKind::Classification, key: key(&format!("antura.{own}")) },
            Some(vec![
                (Classification::DECIDED.key.into(), Value::Date(jiff::civil::date(2024, 7, day))),
                (Classification::CONFIDENTIALITY.key.into(), Some(level).value()),
            ]),
        )
    }

    fn mark(register: &mut Register, kind: RecordKind) {
        register.put(Entry::new(Place { kind, key: key("antura.one") }, Some(vec![])));
    }

    #[test]
    fn the_later_decision_holds_even_when_it_is_lower() {
        let mut register = Register::default();
        register.put(decision("a", 1, Level::Serious));
        register.put(decision("b", 2, Level::Moderate));
        let held = register.classified(&key("antura")).unwrap();
        assert_eq!(held.levels.confidentiality, Some(Level::Moderate));
        assert!(!held.disputed);
    }

    #[test]
    fn of_two_decisions_on_one_day_the_higher_holds_and_the_dispute_shows() {
        let mut register = Register::default();
        register.put(decision("a", 1, Level::Serious));
        register.put(decision("b", 1, Level::Moderate));
        let held = register.classified(&key("antura")).unwrap();
        assert_eq!(held.levels.confidentiality, Some(Level::Serious));
        assert!(held.disputed);
    }

    #[test]
    fn a_step_counts_only_when_the_steps_before_it_are_taken() {
        let mut register = Register::default();
        let system = key("antura");
        mark(&mut register, RecordKind::RiskAnalysis);
        assert_eq!(register.stage(&system), Stage::NotClassified);
        register.put(decision("a", 1, Level::Serious));
        assert_eq!(register.stage(&system), Stage::Classified);
        mark(&mut register, RecordKind::ActionPlan);
        assert_eq!(register.stage(&system), Stage::RiskAnalysis);
        mark(&mut register, RecordKind::TreatmentPlan);
        assert_eq!(register.stage(&system), Stage::TreatmentPlan);
    }
}
