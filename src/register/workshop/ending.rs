//! The end of a turn: what it is about, and whether what stands is still that.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    AgendaSet, Digest, Finish, MeasureNote, Notes, Person, Question, RecordsNote, RiskNote, Said, Statement, TableRisk,
    Turn, risk,
};
use crate::register::Date;

/// That the sitting is over, as it was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// The statement.
    pub id: Digest,
    /// Who wrote it down.
    pub by: Person,
    /// When, in seconds since 1970 by that device's clock.
    pub at: i64,
    /// What was said.
    pub what: Finish,
    /// What stood beside the decisions that it names; none of an end that doesn't say.
    pub notes: Option<EndedNotes>,
}

/// What stood beside the decisions when a turn was ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedNotes {
    /// The information sets, in the agenda's order.
    pub sets: Vec<AgendaSet>,
    /// What was said of each measure.
    pub measures: Vec<MeasureNote>,
    /// What was settled of keeping and disposing.
    pub records: Vec<RecordsNote>,
    /// The risks that nobody had struck.
    pub risks: Vec<TableRisk>,
    /// What participants had written of why they think otherwise.
    pub dissents: Vec<(Question, Person, String)>,
}

impl EndedNotes {
    /// What the statements that an end names say. `all` is what was said at the turn, in the statements' order.
    pub(super) fn of(
        named: &[Digest],
        all: &[&Statement],
        facilitators: &BTreeSet<Person>,
        voters: &BTreeSet<Person>,
    ) -> Self {
        let named: BTreeSet<Digest> = named.iter().copied().collect();
        let is_named = |statement: &&&Statement| named.contains(&statement.id);
        let mut notes = Notes::default();
        for statement in all.iter().filter(is_named).filter(|statement| facilitators.contains(&statement.by)) {
            notes.take(statement);
        }
        let dissent = |statement: &&Statement| match &statement.said {
            Said::Dissent { question, text } if voters.contains(&statement.by) => {
                Some((question.clone(), statement.by, text.clone()))
            }
            _ => None,
        };
        Self {
            sets: notes.agenda_sets(),
            measures: notes.measures.into_values().map(|(_, note)| note).collect(),
            records: notes.records.into_values().map(|(_, note)| note).collect(),
            risks: risk::named_risks(all, &named, facilitators, voters),
            dissents: all.iter().filter(is_named).filter_map(dissent).collect(),
        }
    }
}

/// The statements that say which risks and dissent stand. `all` is what was said at the turn, in the statements' order.
pub(super) fn noted(all: &[&Statement], voters: &BTreeSet<Person>, risks: &[TableRisk]) -> Vec<Digest> {
    let dissents = all.iter().filter(|statement| voters.contains(&statement.by));
    let dissents = dissents.filter_map(|statement| match &statement.said {
        Said::Dissent { question, .. } => Some(((question, statement.by), statement.id)),
        _ => None,
    });
    let dissents: BTreeMap<(&Question, Person), Digest> = dissents.collect();
    let risks = risks.iter().filter(|risk| !risk.struck).flat_map(|risk| &risk.said);
    risks.copied().chain(dissents.into_values()).collect()
}

/// What an end is about.
#[derive(PartialEq)]
struct Content<'t> {
    decisions: BTreeSet<Digest>,
    sets: &'t [AgendaSet],
    measures: &'t [MeasureNote],
    records: &'t [RecordsNote],
    risks: Vec<(Digest, &'t RiskNote)>,
    dissents: Vec<(&'t Question, &'t [(Person, String)])>,
}

impl Turn {
    /// What whoever ends the turn now says: it names the decisions that hold, what stands beside them, and the ends that
    /// it takes the place of.
    #[must_use]
    pub fn to_finish(&self, decided_by: String, day: Date, archive_took_part: bool) -> Finish {
        Finish {
            decided_by,
            day,
            archive_took_part,
            decisions: self.asked.iter().filter_map(|asked| Some(asked.decision()?.id)).collect(),
            notes: Some(self.noted.clone()),
            instead_of: self.endings.iter().map(|ending| ending.id).collect(),
        }
    }

    /// The turn as this ending saw it: of decisions only its own, also where another has taken their place since, and
    /// what stood beside them then.
    #[must_use]
    pub fn as_ended(&self, ending: &Ending) -> Self {
        let mut turn = self.clone();
        if let Some(notes) = ending.notes.clone() {
            for asked in &mut turn.asked {
                let own = notes.dissents.iter().filter(|(question, ..)| *question == asked.question);
                let own =
                    own.map(|(_, person, text)| (*person, text.clone())).filter(|(_, text)| !text.trim().is_empty());
                asked.dissents = own.collect::<BTreeMap<_, _>>().into_iter().collect();
            }
            (turn.sets, turn.measures) = (notes.sets, notes.measures);
            (turn.records, turn.risks) = (notes.records, notes.risks);
        }
        let mut all = std::mem::take(&mut turn.asked);
        for asked in &mut all {
            let floor = turn.floor(&asked.question).map(|floor| floor.level);
            let others = asked.replaced.drain(..).chain(asked.below_floor.drain(..));
            asked.decisions.extend(others);
            asked.decisions.retain(|one| ending.what.decisions.contains(&one.id) && floor <= Some(one.what.level));
        }
        turn.asked = all;
        turn
    }

    fn content(&self) -> Content<'_> {
        let dissents = self.asked.iter().filter(|asked| !asked.dissents.is_empty());
        Content {
            decisions: self.asked.iter().filter_map(|asked| Some(asked.decision()?.id)).collect(),
            sets: &self.sets,
            measures: &self.measures,
            records: &self.records,
            risks: self.standing_risks().map(|risk| (risk.id, &risk.note)).collect(),
            dissents: dissents.map(|asked| (&asked.question, asked.dissents.as_slice())).collect(),
        }
    }

    /// Whether something has changed since it was ended: what stands now is what no end is about.
    #[must_use]
    pub fn changed_since_end(&self) -> bool {
        let now = self.content();
        !self.endings.is_empty() && self.endings.iter().all(|ending| self.as_ended(ending).content() != now)
    }

    /// Whether two facilitators ended it apart, and differently: other decisions, other measures or other records rules.
    #[must_use]
    pub fn ended_apart(&self) -> bool {
        let Some((first, others)) = self.endings.split_first() else { return false };
        let decisions = |ending: &Ending| ending.what.decisions.iter().copied().collect::<BTreeSet<_>>();
        let noted = |one: &Ending, other: &Ending| match (&one.notes, &other.notes) {
            (Some(one), Some(other)) => one.measures != other.measures || one.records != other.records,
            // Of an end that doesn't say what stood, nothing is known.
            _ => false,
        };
        others.iter().any(|other| decisions(other) != decisions(first) || noted(first, other))
    }
}
