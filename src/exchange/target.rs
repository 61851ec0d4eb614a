//! What a column may hold, and what a person may choose for it.

use serde::{Deserialize, Serialize};

use crate::register::value::{Choose, choice};
use crate::register::{
    ActionPlan, Classification, Field, Incident, Record, RecordKind, RiskAnalysis, System, Term, TreatmentPlan,
};

choice! {
    /// The lists that can be taken in.
    #[derive(Serialize, Deserialize)]
    ListKind {
        Systems "systems" "Systemlista" "List of systems",
        Incidents "incidents" "Incidenter" "Incidents",
        Training "training" "Utbildning" "Training",
    }
}

choice! {
    /// A column of a training list. People are told apart by it and counted; nothing of them is kept.
    #[derive(Serialize, Deserialize)]
    TrainingColumn {
        Person "person" "Person (räknas, sparas inte)" "Person (counted, not kept)",
        Role "role" "Roll" "Role",
        Form "form" "Anställningsform" "Form of employment",
        Course "course" "Kurs" "Course",
        Status "status" "Genomförd eller inte" "Completed or not",
        Finished "finished" "Datum för genomförande" "Date of completion",
    }
}

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Target {
    /// A field of a system, of its new classification, or of an incident.
    Field {
        /// The kind of record.
        record: RecordKind,
        /// The field's key.
        key: String,
    },
    /// Whether the system has an action plan, a risk analysis or a treatment plan; yes, no, or the day it was made.
    Has(RecordKind),
    /// A column of a training list.
    Training(TrainingColumn),
    /// Left out, because a person chose so.
    Ignore,
}

impl Target {
    /// A field as a target.
    #[must_use]
    pub fn field(record: RecordKind, field: Field) -> Self {
        Self::Field { record, key: field.key.to_owned() }
    }

    /// A text that names the target, for a list of choices and for the table of headings.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Field { record, key } => format!("{}.{key}", record.key()),
            Self::Has(kind) => format!("has.{}", kind.key()),
            Self::Training(column) => format!("training.{}", column.key()),
            Self::Ignore => "ignore".to_owned(),
        }
    }

    /// The target with this key.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == "ignore" {
            return Some(Self::Ignore);
        }
        let (room, key) = text.split_once('.')?;
        match room {
            "has" => RecordKind::from_key(key).filter(|kind| date_of(*kind).is_some()).map(Self::Has),
            "training" => TrainingColumn::from_key(key).map(Self::Training),
            room => {
                let record = RecordKind::from_key(room)?;
                record.field(key)?;
                Some(Self::Field { record, key: key.to_owned() })
            }
        }
    }

    /// Its name on the screen.
    #[must_use]
    pub fn term(&self) -> Term {
        match self {
            Self::Field { record: RecordKind::Classification, key } if key == Classification::DECIDED.key => {
                Term { sv: "Klassad (datum)", en: "Classified (date)" }
            }
            Self::Field { record, key } => record.field(key).map_or(Term { sv: "", en: "" }, |field| field.term),
            Self::Has(kind) => kind.term(),
            Self::Training(column) => column.term(),
            Self::Ignore => Term { sv: "Ta inte med", en: "Leave out" },
        }
    }

    /// The field, when it is one.
    #[must_use]
    pub fn as_field(&self) -> Option<(RecordKind, Field)> {
        match self {
            Self::Field { record, key } => record.field(key).map(|field| (*record, field)),
            _ => None,
        }
    }
}

/// The field that holds when a plan or an analysis was made.
pub(super) const fn date_of(kind: RecordKind) -> Option<Field> {
    match kind {
        RecordKind::ActionPlan => Some(ActionPlan::DECIDED),
        RecordKind::RiskAnalysis => Some(RiskAnalysis::DATE),
        RecordKind::TreatmentPlan => Some(TreatmentPlan::DECIDED),
        _ => None,
    }
}

/// The fields of a classification that a list can give. A withdrawal is never taken from a list.
const OF_CLASSIFICATION: [Field; 12] = [
    Classification::DECIDED,
    Classification::CONFIDENTIALITY,
    Classification::INTEGRITY,
    Classification::AVAILABILITY,
    Classification::TRACEABILITY,
    Classification::ARCHIVE_TOOK_PART,
    Classification::DECIDED_BY,
    Classification::LEGAL,
    Classification::CONFIDENTIALITY_REASON,
    Classification::INTEGRITY_REASON,
    Classification::AVAILABILITY_REASON,
    Classification::TRACEABILITY_REASON,
];

/// What a person may choose for a column of such a list, in the order to offer it.
#[must_use]
pub fn targets(list: ListKind) -> Vec<(Target, Term)> {
    let mut targets: Vec<Target> = match list {
        ListKind::Systems => System::FIELDS
            .iter()
            .map(|field| Target::field(RecordKind::System, *field))
            .chain(OF_CLASSIFICATION.iter().map(|field| Target::field(RecordKind::Classification, *field)))
            .chain([RecordKind::ActionPlan, RecordKind::RiskAnalysis, RecordKind::TreatmentPlan].map(Target::Has))
            .collect(),
        ListKind::Incidents => {
            Incident::FIELDS.iter().map(|field| Target::field(RecordKind::Incident, *field)).collect()
        }
        ListKind::Training => TrainingColumn::ALL.iter().map(|column| Target::Training(*column)).collect(),
    };
    targets.push(Target::Ignore);
    targets
        .into_iter()
        .map(|target| {
            let term = target.term();
            (target, term)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    #[test]
    fn every_heading_in_the_table_leads_to_something_that_can_be_chosen() {
        for (section, key) in catalogue::heading_keys() {
            let list = ListKind::from_key(section).unwrap();
            let target = Target::parse(key).unwrap_or_else(|| panic!("[{section}] {key}"));
            assert!(targets(list).iter().any(|(offered, _)| *offered == target), "[{section}] {key}");
        }
    }

    #[test]
    fn a_target_is_found_again_by_its_key() {
        for list in ListKind::ALL {
            for (target, term) in targets(*list) {
                assert_eq!(Target::parse(&target.key()), Some(target));
                assert!(!term.sv.is_empty() && !term.en.is_empty());
            }
        }
    }

    #[test]
    fn every_field_is_known_by_its_own_name_on_the_screen() {
        for list in ListKind::ALL {
            for (target, term) in targets(*list).into_iter().filter(|(target, _)| *target != Target::Ignore) {
                if matches!(target, Target::Training(_)) {
                    continue;
                }
                let known = catalogue::heading(list.key(), term.sv);
                assert_eq!(known, Some(catalogue::Known::Surely(target.key().leak())), "{}", term.sv);
            }
        }
    }
}
