//! What has a day in the register: what was done on it, what is to be done by it, and what ends on it.
//!
//! The year wheel counts some of it, and the annexes list all that somebody has to do something about.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::model::words;
use super::prose;
use super::{Report, Run};
use crate::register::list::{Index, Row, swedish_order};
use crate::register::method::{Due, DueReason};
use crate::register::value::choice;
use crate::register::{
    Action, ActionStatus, Choose, Date, Key, Nis2Decision, Place, RecordKind, Register, RiskAnalysis, RiskStatus,
    Treatment,
};

choice! {
    /// What a day is for.
    Occasion {
        ToClassify "to-classify" "Planerad klassning" "Planned classification",
        ToReview "to-review" "Genomgång av klassning" "Review of a classification",
        Classified "classified" "Klassningsbeslut" "Classification decision",
        RiskAnalysis "risk-analysis" "Riskanalys" "Risk analysis",
        Action "action" "Åtgärd" "Action",
        Treatment "treatment" "Riskåtgärd" "Risk treatment",
        FollowUp "follow-up" "Uppföljning av riskåtgärd" "Follow-up of a risk treatment",
        AcceptanceEnds "acceptance-ends" "Acceptans av risk går ut" "Acceptance of a risk ends",
        Decision "decision" "Beslut av ledningen" "Decision by management",
        ManagementReview "management-review" "Ledningens genomgång" "Management review",
        FinalReport "final-report" "Slutrapport om incident" "Final report on an incident",
        ContractEnds "contract-ends" "Avtal löper ut" "Contract ends",
        Moves "moves" "Flytt eller byte av drift" "Move or change of operations",
    }
}

/// How far something has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is still to come, and nobody has said more of it.
    ToCome,
    /// Nobody has decided it yet.
    Proposed,
    /// As somebody has said.
    As(ActionStatus),
    /// It is done.
    Done,
    /// Its day has been, and it isn't done.
    Late,
    /// It is time today, whatever its day is.
    Now,
    /// Its day has been, and nothing says whether anybody saw to it.
    Passed,
}

impl Standing {
    /// In Swedish, as the annexes are.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::ToCome => "Kommande",
            Self::Proposed => "Förslag",
            Self::As(status) => status.term().sv,
            Self::Done => "Klart",
            Self::Late => "Försenat",
            Self::Now => "Dags nu",
            Self::Passed => "Har passerat",
        }
    }

    const fn is_left(self) -> bool {
        matches!(self, Self::Late | Self::Now)
    }
}

/// Something with a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Dated {
    /// The day; of what is only planned for a month, its first.
    pub day: Date,
    /// Whether only the month is known.
    pub month_only: bool,
    /// What the day is for.
    pub occasion: Occasion,
    /// What it is of.
    pub place: Place,
    /// What is to be done, or was, in words.
    pub what: String,
    /// The system; empty where it is of none.
    pub system: String,
    /// The role that sees to it; may be empty.
    pub responsible: String,
    /// How far it has come.
    pub standing: Standing,
}

/// The risk analyses of systems that are there, with their days.
pub(super) fn risk_analyses(register: &Register) -> impl Iterator<Item = (Date, &Key, &Arc<RiskAnalysis>)> {
    let here = register.risk_analyses.iter().filter(|(key, _)| is_here(register, key));
    here.filter_map(|(key, analysis)| Some((analysis.date?, key, analysis)))
}

/// The rows of action plans that are to be done by a day, done or not.
pub(super) fn actions(register: &Register) -> impl Iterator<Item = (Date, &Key, &Arc<Action>)> {
    let here = register.actions.iter().filter(|(key, _)| is_here(register, key));
    here.filter_map(|(key, action)| Some((action.due?, key, action)))
}

fn is_here(register: &Register, key: &Key) -> bool {
    register.systems.get(&key.root()).is_some()
}

/// The plan of a report's year and the year after it, in the order of its days: what is done, what is to be done, and
/// what should have been done before and isn't. `index` is of the report's day.
#[must_use]
pub fn plan(register: &Register, index: &Index, report: &Report) -> Vec<Dated> {
    let years = report.year..=report.year.saturating_add(1);
    let mut all = Plan { register, as_of: report.as_of, all: Vec::new() };
    all.classifications(report.year);
    all.actions();
    all.risks();
    all.reviews(report);
    all.incidents();
    for (key, row) in index.rows() {
        all.system(key, row);
    }
    let mut all = all.all;
    all.retain(|one| years.contains(&one.day.year()) || (one.day.year() < report.year && one.standing.is_left()));
    all.sort_by_cached_key(|one| {
        (
            one.day,
            !one.month_only,
            one.occasion,
            swedish_order(&one.system),
            swedish_order(&one.what),
            one.place.clone(),
        )
    });
    all
}

struct Plan<'r> {
    register: &'r Register,
    as_of: Date,
    all: Vec<Dated>,
}

impl Plan<'_> {
    fn dated(
        &self,
        (day, occasion): (Date, Occasion),
        (kind, key): (RecordKind, &Key),
        (what, responsible): (&str, &str),
        standing: Standing,
    ) -> Dated {
        let system = self.register.systems.get(&key.root()).map_or_else(String::new, |system| system.name.clone());
        let (what, responsible) = (what.to_owned(), responsible.to_owned());
        let place = Place { kind, key: key.clone() };
        Dated { day, month_only: false, occasion, place, what, system, responsible, standing }
    }

    fn put(&mut self, when: (Date, Occasion), of: (RecordKind, &Key), said: (&str, &str), standing: Standing) {
        let dated = self.dated(when, of, said, standing);
        self.all.push(dated);
    }

    /// How far something with a status has come; `late` is whether its day has been and it isn't closed.
    fn by_status(status: Option<ActionStatus>, late: bool) -> Standing {
        if late { Standing::Late } else { status.map_or(Standing::ToCome, Standing::As) }
    }

    /// What needs nobody to say that it is done.
    fn by_day(&self, day: Date, passed: Standing) -> Standing {
        if day < self.as_of { passed } else { Standing::ToCome }
    }

    fn classifications(&mut self, year: i16) {
        for year in [year, year.saturating_add(1)] {
            for (key, decision) in super::figures::classifications(self.register, year, false) {
                let Some(day) = decision.decided else { continue };
                let set = Key::parse(&decision.information_set);
                let set = set.and_then(|key| self.register.information_sets.get(&key));
                let what = set.map_or("Systemet i sin helhet", |set| set.name.as_str());
                let of = (RecordKind::Classification, key);
                self.put((day, Occasion::Classified), of, (what, &decision.decided_by), Standing::Done);
            }
        }
        for (day, key, analysis) in risk_analyses(self.register) {
            let standing = if day <= self.as_of { Standing::Done } else { Standing::ToCome };
            let of = (RecordKind::RiskAnalysis, key);
            self.put((day, Occasion::RiskAnalysis), of, (&analysis.title, &analysis.leader), standing);
        }
    }

    fn actions(&mut self) {
        for (day, key, action) in actions(self.register) {
            let side = action.side.map_or("", |side| side.term().sv);
            let responsible = if action.owner.is_empty() { side } else { &action.owner };
            let standing = Self::by_status(action.status, action.is_late(self.as_of));
            self.put((day, Occasion::Action), (RecordKind::Action, key), (&action.title, responsible), standing);
        }
    }

    fn risks(&mut self) {
        let register = self.register;
        for (key, treatment) in register.treatments.iter().filter(|(key, _)| is_here(register, key)) {
            let of = (RecordKind::Treatment, key);
            let said = (treatment.title.as_str(), treatment.responsible.as_str());
            if let Some(day) = treatment.due {
                let standing = Self::by_status(treatment.status, treatment.is_late(self.as_of));
                self.put((day, Occasion::Treatment), of, said, standing);
            }
            if let Some(day) = treatment.follow_up {
                self.put((day, Occasion::FollowUp), of, said, self.followed_up(treatment, day));
            }
        }
        for (key, risk) in register.risks.iter().filter(|(key, _)| is_here(register, key)) {
            if let (Some(day), Some(RiskStatus::Accepted)) = (risk.accepted_until, risk.status) {
                let of = (RecordKind::Risk, key);
                let standing = self.by_day(day, Standing::Late);
                self.put((day, Occasion::AcceptanceEnds), of, (&risk.event, &risk.owner), standing);
            }
        }
    }

    fn followed_up(&self, treatment: &Treatment, day: Date) -> Standing {
        match treatment.status {
            Some(ActionStatus::Dropped) => Standing::As(ActionStatus::Dropped),
            _ if !treatment.effect.is_empty() => Standing::Done,
            _ => self.by_day(day, Standing::Late),
        }
    }

    /// Management's reviews, and what was decided in them up to the report's own.
    fn reviews(&mut self, report: &Report) {
        let register = self.register;
        let year_of = |key: &Key| key.root().as_str().parse::<i16>().ok();
        for (key, review) in register.reviews.iter() {
            let (Some(day), Some(year)) = (review.date, year_of(key)) else { continue };
            let issued = !register.issued_of(year).is_empty();
            let standing = if issued { Standing::Done } else { self.by_day(day, Standing::Late) };
            let what = format!("Ledningens genomgång {year}");
            let of = (RecordKind::Review, key);
            self.put((day, Occasion::ManagementReview), of, (&what, &review.signatory), standing);
        }
        let years: BTreeSet<i16> = register.decisions.iter().filter_map(|(key, _)| year_of(key)).collect();
        for year in years.into_iter().filter(|year| *year <= report.year) {
            let proposed = year == report.year && register.issued_of(year).is_empty();
            for (paragraph, key, decision) in register.decided_of(year) {
                let Some(day) = decision.due else { continue };
                let standing = match Self::by_status(decision.status, decision.is_late(self.as_of)) {
                    Standing::ToCome if proposed => Standing::Proposed,
                    standing => standing,
                };
                let what = format!("{year} § {paragraph} {}", said(&prose::runs(&decision.text, &report.figures)));
                let of = (RecordKind::Decision, key);
                self.put((day, Occasion::Decision), of, (&what, &decision.owner), standing);
            }
        }
    }

    /// The day by which the law wants a last report on a significant incident.
    fn incidents(&mut self) {
        for (key, incident) in self.register.incidents.iter() {
            let last = incident.report_deadlines().last.map(|last| last.date());
            let (Some(day), Some(Nis2Decision::Significant)) = (last, incident.nis2) else { continue };
            let standing =
                if incident.nis2_final.is_some() { Standing::Done } else { self.by_day(day, Standing::Late) };
            let of = (RecordKind::Incident, key);
            let dated = self.dated((day, Occasion::FinalReport), of, (&incident.title, ""), standing);
            self.all.push(Dated { system: incident.systems.clone(), ..dated });
        }
    }

    fn system(&mut self, key: &Key, row: &Row) {
        let (system, of) = (&row.system, (RecordKind::System, key));
        let owner = if system.system_owner.is_empty() { &system.object_owner } else { &system.system_owner };
        if let Some(day) = system.contract_ends {
            let what = if system.contract.is_empty() { &system.supplier } else { &system.contract };
            self.put((day, Occasion::ContractEnds), of, (what, owner), self.by_day(day, Standing::Passed));
        }
        if let Some(day) = system.moves {
            let said = ("Systemet flyttas eller byter drift", owner.as_str());
            self.put((day, Occasion::Moves), of, said, self.by_day(day, Standing::Passed));
        }
        let due = row.due.as_ref();
        // Nothing is planned here for what belongs to säkerhetsskydd.
        if due.is_some_and(|due| due.reasons.contains(&DueReason::Exceptional)) {
            return;
        }
        let waits = due.is_none_or(Due::is_now);
        if let Some(day) = system.planned {
            // A plan names months, by their first day.
            let month_only = day == day.first_of_month();
            let last = if month_only { day.last_of_month() } else { day };
            let standing = if waits { self.by_day(last, Standing::Late) } else { Standing::Done };
            let said = ("Klassa systemet", system.information_owner.as_str());
            let dated = self.dated((day, Occasion::ToClassify), of, said, standing);
            self.all.push(Dated { month_only, ..dated });
        }
        if let Some(due) = due {
            let standing = if due.is_now() { Standing::Now } else { Standing::ToCome };
            let said = ("Gå igenom klassningen", system.information_owner.as_str());
            self.put((due.next, Occasion::ToReview), of, said, standing);
        }
    }
}

/// All words of a text, those kept out of the open report too.
fn said(runs: &[Run]) -> String {
    let one = |run: &Run| match run {
        Run::Withheld(withheld) => withheld.hidden.clone(),
        run => words(std::slice::from_ref(run)),
    };
    runs.iter().map(one).collect()
}
