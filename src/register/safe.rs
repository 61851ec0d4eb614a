//! Which of several values of a field is the careful one: what holds until people have settled which is right.
//!
//! The careful value asks for more protection, or for somebody to look sooner: the higher level, the earlier day, the work
//! that is still open. A field without such a rule shows what the document happens to show; it is as wrong as the other.

use super::value::Value;
use super::{RecordKind, RecordKind as Kind};

/// How a field's values compare.
enum Rule {
    /// These choices, the most careful last; nothing filled in is an empty key.
    Choices(&'static [&'static str]),
    /// The earlier day; any day before none.
    Earlier,
    /// No day, or else the later.
    StillOpen,
    /// Yes before no before nothing.
    Yes,
}

const LEVELS: Rule = Rule::Choices(&["", "negligible", "moderate", "significant", "serious", "exceptional"]);
const LIKELIHOODS: Rule = Rule::Choices(&["", "unlikely", "possible", "probable", "certain", "frequent"]);
const IMPACTS: Rule = Rule::Choices(&["", "negligible", "moderate", "significant", "serious", "disastrous"]);
const STATUSES: Rule =
    Rule::Choices(&["dropped", "verified", "introduced", "", "hindered", "ongoing", "decided", "proposed"]);

fn rule(kind: RecordKind, field: &str) -> Option<Rule> {
    Some(match (kind, field) {
        (Kind::Classification, "confidentiality" | "integrity" | "availability" | "traceability") => LEVELS,
        // What asks for a measure at a lower level asks for it in more systems.
        (Kind::Action, "level") => {
            Rule::Choices(&["", "exceptional", "serious", "significant", "moderate", "negligible"])
        }
        (Kind::System, "criticality") => Rule::Choices(&["", "low", "normal", "high", "vital"]),
        (Kind::Risk, "likelihood" | "residual_likelihood") => LIKELIHOODS,
        (Kind::Risk, "impact" | "residual_impact") => IMPACTS,
        (Kind::Incident, "severity") => Rule::Choices(&["", "none", "low", "medium", "high"]),
        (Kind::Incident, "nis2") => Rule::Choices(&["not-covered", "not-significant", "", "significant"]),
        (Kind::Action, "priority") => Rule::Choices(&["", "low", "normal", "high"]),
        (Kind::Action, "assessment") => Rule::Choices(&["not-applicable", "met", "", "unknown", "partly", "not-met"]),
        (Kind::Action | Kind::Treatment, "status") => STATUSES,
        (Kind::Risk, "status") => Rule::Choices(&["closed", "reduced", "accepted", "lifted", "", "treating", "open"]),
        // Nobody throws away what somebody wants to keep.
        (Kind::InformationSet, "retention") => Rule::Choices(&["dispose", "", "undecided", "keep"]),
        (Kind::InformationSet, "special_categories" | "children" | "protected_identity" | "national_security") => {
            Rule::Yes
        }
        (Kind::System, "contract_ends" | "moves" | "planned")
        | (Kind::Action | Kind::Treatment, "due")
        | (Kind::Treatment, "follow_up")
        | (Kind::Risk, "accepted_until") => Rule::Earlier,
        (Kind::Incident, "closed") => Rule::StillOpen,
        (Kind::System | Kind::InformationSet | Kind::Incident, "personal_data") => Rule::Yes,
        _ => return None,
    })
}

/// The place of the careful one among several values of a field; `None` when the field has no rule for that.
#[must_use]
pub fn safest(kind: RecordKind, field: &str, values: &[Value]) -> Option<usize> {
    let rule = rule(kind, field)?;
    let care = |value: &Value| match (&rule, value) {
        (Rule::Choices(choices), Value::Nothing) => rank(choices, ""),
        (Rule::Choices(choices), Value::Choice(key)) => rank(choices, key),
        (Rule::Earlier, Value::Date(day)) => i64::MAX - number(*day),
        (Rule::StillOpen, Value::Nothing) => i64::MAX,
        (Rule::StillOpen, Value::Date(day)) => number(*day),
        (Rule::Yes, Value::Flag(yes)) => 1 + i64::from(*yes),
        _ => 0,
    };
    values.iter().enumerate().max_by_key(|(_, value)| care(value)).map(|(at, _)| at)
}

/// A choice that only a newer program knows is the least careful.
fn rank(choices: &[&str], key: &str) -> i64 {
    choices.iter().position(|choice| *choice == key).and_then(|at| i64::try_from(at + 1).ok()).unwrap_or(0)
}

fn number(day: super::Date) -> i64 {
    i64::from(day.year()) * 10_000 + i64::from(day.month()) * 100 + i64::from(day.day())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::{Choose, value};

    fn choice(key: &str) -> Value {
        Value::Choice(key.into())
    }

    fn day(text: &str) -> Value {
        Value::Date(text.parse().unwrap())
    }

    fn check(kind: RecordKind, field: &str, careful: &Value, other: &Value) {
        for (values, expected) in [([careful.clone(), other.clone()], 0), ([other.clone(), careful.clone()], 1)] {
            assert_eq!(safest(kind, field, &values), Some(expected), "{field}: {careful:?} before {other:?}");
        }
    }

    #[test]
    fn the_higher_level_is_the_careful_one() {
        check(Kind::Classification, "confidentiality", &choice("serious"), &choice("moderate"));
        check(Kind::Classification, "traceability", &choice("negligible"), &Value::Nothing);
        check(Kind::System, "criticality", &choice("vital"), &choice("low"));
        check(Kind::Risk, "likelihood", &choice("certain"), &choice("possible"));
        check(Kind::Risk, "impact", &choice("serious"), &choice("moderate"));
        check(Kind::Incident, "severity", &choice("high"), &choice("none"));
    }

    #[test]
    fn a_measure_asked_for_at_a_lower_level_is_the_careful_one() {
        check(Kind::Action, "level", &choice("moderate"), &choice("serious"));
    }

    #[test]
    fn the_earlier_day_is_the_careful_one_and_any_day_before_none() {
        for (kind, field) in [
            (Kind::Action, "due"),
            (Kind::Treatment, "due"),
            (Kind::System, "contract_ends"),
            (Kind::Risk, "accepted_until"),
        ] {
            check(kind, field, &day("2026-01-31"), &day("2026-02-01"));
            check(kind, field, &day("2026-01-31"), &Value::Nothing);
        }
    }

    #[test]
    fn what_is_still_open_is_the_careful_one() {
        check(Kind::Action, "status", &choice("ongoing"), &choice("introduced"));
        check(Kind::Action, "status", &choice("proposed"), &choice("ongoing"));
        check(Kind::Treatment, "status", &Value::Nothing, &choice("dropped"));
        check(Kind::Risk, "status", &choice("open"), &choice("closed"));
        check(Kind::Incident, "closed", &Value::Nothing, &day("2026-01-31"));
        check(Kind::Incident, "closed", &day("2026-02-01"), &day("2026-01-31"));
    }

    #[test]
    fn that_there_are_personal_data_is_the_careful_one() {
        for kind in [Kind::System, Kind::InformationSet, Kind::Incident] {
            check(kind, "personal_data", &Value::Flag(true), &Value::Flag(false));
            check(kind, "personal_data", &Value::Flag(true), &Value::Nothing);
        }
    }

    #[test]
    fn of_two_names_neither_is_more_careful() {
        let values = [Value::Line("Ekonomi".into()), Value::Line("Juridik".into())];
        assert_eq!(safest(Kind::System, "unit", &values), None);
    }

    #[test]
    fn what_only_a_newer_program_knows_is_never_taken_for_the_careful_one() {
        check(Kind::Action, "status", &choice("dropped"), &choice("on-the-moon"));
    }

    #[test]
    fn every_choice_of_a_field_with_a_rule_has_its_rank() {
        for kind in Kind::ALL {
            for field in kind.fields() {
                let (Some(Rule::Choices(ranks)), value::Kind::Choice(choices)) = (rule(*kind, field.key), field.kind)
                else {
                    continue;
                };
                let mut named: Vec<_> = choices.iter().map(|choice| choice.key).chain([""]).collect();
                let mut ranks = ranks.to_vec();
                named.sort_unstable();
                ranks.sort_unstable();
                assert_eq!(named, ranks, "{kind:?} {}", field.key);
            }
        }
    }
}
