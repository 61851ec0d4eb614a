//! The risks that a table has come up with.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Digest, Person, RiskNote, Said, Statement, standing};

/// A risk as the table has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRisk {
    /// The statement that proposed it.
    pub id: Digest,
    /// Who proposed it.
    pub by: Person,
    /// When, in seconds since 1970 by that device's clock.
    pub at: i64,
    /// What is said of it; of several things that were said apart, the most serious.
    pub note: RiskNote,
    /// The statements that say what is said of it; more than one when two have written apart.
    pub said: Vec<Digest>,
    /// Whether a facilitator has struck it. It stays to be seen, and comes into nothing.
    pub struck: bool,
}

/// All risks that anybody proposed who may, in the order they came. `all` is what was said at a turn, in the statements'
/// order.
///
/// Who proposed a risk may say more of it, and a facilitator may of any.
pub(super) fn risks(all: &[&Statement], facilitators: &BTreeSet<Person>, voters: &BTreeSet<Person>) -> Vec<TableRisk> {
    let mut struck = BTreeSet::new();
    let mut proposed: BTreeMap<Digest, &Statement> = BTreeMap::new();
    let mut said: BTreeMap<Digest, Vec<(&Statement, &RiskNote)>> = BTreeMap::new();
    for statement in all {
        let leads = facilitators.contains(&statement.by);
        match &statement.said {
            Said::Risk(note) if leads || voters.contains(&statement.by) => {
                if note.of.is_none() {
                    proposed.insert(statement.id, statement);
                }
                said.entry(note.of.unwrap_or(statement.id)).or_default().push((statement, note));
            }
            Said::Strike { risk, struck: true } if leads => _ = struck.insert(*risk),
            Said::Strike { risk, struck: false } if leads => _ = struck.remove(risk),
            _ => {}
        }
    }
    let risk = |(id, first): (Digest, &Statement)| {
        let notes = said.get(&id)?.iter().filter(|(by, _)| by.by == first.by || facilitators.contains(&by.by));
        let standing = standing(notes.map(|(by, note)| (*by, note.instead_of.as_slice(), *note)));
        held(first, &standing, struck.contains(&id))
    };
    in_order(proposed.into_iter().filter_map(risk))
}

/// The risks that these statements say, each as they say it, whatever else was said of it. `all` is what was said at a turn,
/// in the statements' order.
pub(super) fn named_risks(
    all: &[&Statement],
    named: &BTreeSet<Digest>,
    facilitators: &BTreeSet<Person>,
    voters: &BTreeSet<Person>,
) -> Vec<TableRisk> {
    let may_propose = |one: &&&Statement| facilitators.contains(&one.by) || voters.contains(&one.by);
    let proposals = all.iter().filter(|one| matches!(&one.said, Said::Risk(note) if note.of.is_none()));
    let proposals = proposals.filter(may_propose);
    let proposed: BTreeMap<Digest, &Statement> = proposals.map(|one| (one.id, *one)).collect();
    let mut said: BTreeMap<Digest, Vec<(&Statement, &RiskNote)>> = BTreeMap::new();
    for statement in all.iter().filter(|one| named.contains(&one.id)) {
        let Said::Risk(note) = &statement.said else { continue };
        let id = note.of.unwrap_or(statement.id);
        let by_proposer = proposed.get(&id).is_some_and(|first| first.by == statement.by);
        if by_proposer || facilitators.contains(&statement.by) {
            said.entry(id).or_default().push((statement, note));
        }
    }
    in_order(said.into_iter().filter_map(|(id, notes)| held(proposed.get(&id)?, &notes, false)))
}

/// A risk as the most serious of what stands of it has it.
fn held(first: &Statement, standing: &[(&Statement, &RiskNote)], struck: bool) -> Option<TableRisk> {
    let (_, holds) = standing.iter().max_by_key(|(by, note)| (note.impact, note.likelihood, by.id))?;
    Some(TableRisk {
        id: first.id,
        by: first.by,
        at: first.at,
        note: (*holds).clone(),
        said: standing.iter().map(|(by, _)| by.id).collect(),
        struck,
    })
}

fn in_order(risks: impl Iterator<Item = TableRisk>) -> Vec<TableRisk> {
    let mut risks: Vec<_> = risks.collect();
    risks.sort_by_key(|risk| (risk.at, risk.id));
    risks
}
