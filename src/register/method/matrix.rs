//! How a risk is valued: a table of levels over likelihood and impact, and what each level of risk asks for.

use super::{Edition, Words};
use crate::register::{Choose, Date, Impact, Likelihood, Risk, RiskTreatment};

/// The least and the most steps that a matrix has in either direction.
pub const STEPS: std::ops::RangeInclusive<usize> = 3..=5;

/// One step of likelihood or of impact.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Step {
    /// What it is called.
    pub name: Words,
    /// How often, or how bad.
    pub meaning: Words,
}

/// Who may accept a risk of a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MayAccept {
    /// The risk's owner alone.
    Owner,
    /// Only somebody to whom it has been lifted.
    Lifted,
    /// Nobody: it has to come down first.
    Nobody,
}

/// One level of risk and what it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskLevel {
    /// A letter or two, shown in the matrix: `H`.
    pub letter: String,
    /// What it is called.
    pub name: Words,
    /// Who may accept it.
    pub accept: MayAccept,
    /// Within how many days something must be done; none when nothing must.
    pub days: Option<u32>,
    /// Who is told.
    pub inform: Words,
}

/// A level of risk with its rank, 0 for the lowest.
pub type Ranked<'m> = (usize, &'m RiskLevel);

/// One edition of a matrix.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Matrix {
    /// Which edition; a risk analysis names it.
    pub edition: Edition,
    /// Its name on the screen.
    pub name: Words,
    /// The steps of likelihood, the least likely first.
    pub likelihoods: Vec<Step>,
    /// The steps of impact, the mildest first.
    pub impacts: Vec<Step>,
    /// The levels of risk, the lowest first.
    pub levels: Vec<RiskLevel>,
    /// The place in `levels` of each likelihood's row and each impact's column.
    pub cells: Vec<Vec<usize>>,
}

impl Matrix {
    /// The level of a risk, if the matrix has such steps; with its rank, 0 for the lowest.
    #[must_use]
    pub fn level(&self, likelihood: Likelihood, impact: Impact) -> Option<Ranked<'_>> {
        let rank = *self.cells.get(likelihood as usize)?.get(impact as usize)?;
        Some((rank, self.levels.get(rank)?))
    }

    /// The likelihoods that the matrix has, each with its words.
    pub fn likelihoods(&self) -> impl DoubleEndedIterator<Item = (Likelihood, &Step)> {
        Likelihood::ALL.iter().copied().zip(&self.likelihoods).collect::<Vec<_>>().into_iter()
    }

    /// The impacts that the matrix has, each with its words.
    pub fn impacts(&self) -> impl DoubleEndedIterator<Item = (Impact, &Step)> {
        Impact::ALL.iter().copied().zip(&self.impacts).collect::<Vec<_>>().into_iter()
    }

    /// The level of a risk as it is, and as it will be after treatment.
    #[must_use]
    pub fn of(&self, risk: &Risk) -> (Option<Ranked<'_>>, Option<Ranked<'_>>) {
        let level = |likelihood: Option<Likelihood>, impact: Option<Impact>| self.level(likelihood?, impact?);
        (level(risk.likelihood, risk.impact), level(risk.residual_likelihood, risk.residual_impact))
    }

    /// What is wrong with how a risk is handled, by this matrix's rules.
    #[must_use]
    pub fn faults(&self, risk: &Risk, today: Date) -> Vec<RiskFault> {
        let (now, after) = self.of(risk);
        let mut faults = Vec::new();
        let Some((rank, level)) = now else { return vec![RiskFault::NotValued] };
        if risk.owner.trim().is_empty() {
            faults.push(RiskFault::OwnerMissing);
        }
        if after.is_some_and(|(after, _)| rank < after) {
            faults.push(RiskFault::WorseAfter);
        }
        match risk.treatment {
            None if level.accept != MayAccept::Owner => faults.push(RiskFault::TreatmentMissing),
            Some(RiskTreatment::Accept) => {
                let lifted = !risk.lifted_to.trim().is_empty();
                match level.accept {
                    MayAccept::Nobody => faults.push(RiskFault::MustComeDown),
                    MayAccept::Lifted if !lifted => faults.push(RiskFault::MustBeLifted),
                    MayAccept::Owner | MayAccept::Lifted => {}
                }
                if risk.accepted_by.trim().is_empty() {
                    faults.push(RiskFault::AcceptedByMissing);
                }
                match risk.accepted_until {
                    None => faults.push(RiskFault::AcceptedUntilMissing),
                    Some(until) if until < today => faults.push(RiskFault::AcceptanceOver(until)),
                    Some(_) => {}
                }
            }
            Some(RiskTreatment::Reduce) if after.is_none() => faults.push(RiskFault::ResidualMissing),
            None | Some(RiskTreatment::Avoid | RiskTreatment::Transfer | RiskTreatment::Reduce) => {}
        }
        faults
    }
}

/// Something about a risk that the matrix's rules don't allow, or that is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RiskFault {
    /// Likelihood or impact is missing, or is none of the matrix's.
    NotValued,
    /// Nobody owns it.
    OwnerMissing,
    /// Nobody has said what is to be done, and its level asks for that.
    TreatmentMissing,
    /// It is accepted at a level that nobody may accept.
    MustComeDown,
    /// Its owner has accepted it, and only somebody further up may.
    MustBeLifted,
    /// It is accepted, and nobody has said by whom.
    AcceptedByMissing,
    /// It is accepted for good; an acceptance has an end.
    AcceptedUntilMissing,
    /// The acceptance ended on this day.
    AcceptanceOver(Date),
    /// It is to be reduced, and nobody has said to what.
    ResidualMissing,
    /// It is said to be worse after treatment than before.
    WorseAfter,
}

/// A risk in one sentence, in Swedish: cause, event and consequence, as far as they are written.
#[must_use]
pub fn sentence(risk: &Risk) -> String {
    let part = |text: &str| text.trim().trim_end_matches('.').to_owned();
    let (cause, event, consequence) = (part(&risk.cause), part(&risk.event), part(&risk.consequence));
    let mut said = match (cause.is_empty(), event.is_empty()) {
        (false, false) => format!("Eftersom {} kan det hända att {}", small(&cause), small(&event)),
        (false, true) => format!("Eftersom {}", small(&cause)),
        (true, false) => format!("Det kan hända att {}", small(&event)),
        (true, true) => String::new(),
    };
    if !consequence.is_empty() {
        said = if said.is_empty() { consequence } else { format!("{said}, och då {}", small(&consequence)) };
    }
    if !said.is_empty() {
        said.push('.');
    }
    said
}

/// With a small first letter, unless the first word is an abbreviation.
fn small(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), second) if !second.is_some_and(char::is_uppercase) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::register::Prose;

    fn level(letter: &str, accept: MayAccept) -> RiskLevel {
        RiskLevel { letter: letter.into(), name: Words::default(), accept, days: None, inform: Words::default() }
    }

    fn matrix() -> Matrix {
        Matrix {
            likelihoods: vec![Step::default(); 4],
            impacts: vec![Step::default(); 4],
            levels: vec![level("L", MayAccept::Owner), level("M", MayAccept::Lifted), level("H", MayAccept::Nobody)],
            cells: vec![vec![0, 0, 1, 1], vec![0, 1, 1, 2], vec![1, 1, 2, 2], vec![1, 2, 2, 2]],
            ..Matrix::default()
        }
    }

    fn risk(likelihood: Likelihood, impact: Impact) -> Risk {
        Risk {
            likelihood: Some(likelihood),
            impact: Some(impact),
            owner: "Informationsägare".into(),
            ..Risk::default()
        }
    }

    #[test]
    fn a_risk_s_level_is_looked_up_and_steps_that_the_matrix_lacks_give_none() {
        let matrix = matrix();
        assert_eq!(matrix.level(Likelihood::Possible, Impact::Serious).unwrap().0, 2);
        assert_eq!(matrix.level(Likelihood::Unlikely, Impact::Serious).unwrap().0, 1);
        assert_eq!(matrix.level(Likelihood::Frequent, Impact::Negligible), None);
        assert_eq!(
            matrix.faults(&risk(Likelihood::Frequent, Impact::Serious), date(2024, 1, 1)),
            [RiskFault::NotValued]
        );
    }

    #[test]
    fn only_the_lowest_risk_is_its_owner_s_to_accept() {
        let (matrix, today) = (matrix(), date(2024, 6, 1));
        let accepted = |likelihood, impact| Risk {
            treatment: Some(RiskTreatment::Accept),
            accepted_by: "Informationsägare".into(),
            accepted_until: Some(date(2025, 1, 1)),
            ..risk(likelihood, impact)
        };
        assert_eq!(matrix.faults(&accepted(Likelihood::Unlikely, Impact::Negligible), today), []);
        let medium = accepted(Likelihood::Possible, Impact::Moderate);
        assert_eq!(matrix.faults(&medium, today), [RiskFault::MustBeLifted]);
        let lifted = Risk { lifted_to: "Bolagschef".into(), ..medium };
        assert_eq!(matrix.faults(&lifted, today), []);
        assert_eq!(matrix.faults(&lifted, date(2025, 1, 2)), [RiskFault::AcceptanceOver(date(2025, 1, 1))]);
        let high = accepted(Likelihood::Certain, Impact::Serious);
        assert_eq!(matrix.faults(&high, today), [RiskFault::MustComeDown]);
    }

    #[test]
    fn what_is_missing_is_said() {
        let (matrix, today) = (matrix(), date(2024, 6, 1));
        let reduced = Risk { treatment: Some(RiskTreatment::Reduce), ..risk(Likelihood::Possible, Impact::Moderate) };
        assert_eq!(matrix.faults(&reduced, today), [RiskFault::ResidualMissing]);
        let worse = Risk {
            residual_likelihood: Some(Likelihood::Certain),
            residual_impact: Some(Impact::Serious),
            owner: String::new(),
            ..reduced
        };
        assert_eq!(matrix.faults(&worse, today), [RiskFault::OwnerMissing, RiskFault::WorseAfter]);
        let untreated = risk(Likelihood::Certain, Impact::Serious);
        assert_eq!(matrix.faults(&untreated, today), [RiskFault::TreatmentMissing]);
    }

    #[test]
    fn a_risk_reads_as_a_sentence() {
        let said = |cause: &str, event: &str, consequence: &str| {
            let prose = |text: &str| Prose(text.into());
            sentence(&Risk {
                cause: prose(cause),
                event: prose(event),
                consequence: prose(consequence),
                ..Risk::default()
            })
        };
        assert_eq!(
            said("Leverantören har ett gemensamt konto.", "någon obehörig loggar in", "Läcker ritningar"),
            "Eftersom leverantören har ett gemensamt konto kan det hända att någon obehörig loggar in, och då läcker ritningar."
        );
        assert_eq!(said("", "IT ligger nere", ""), "Det kan hända att IT ligger nere.");
        assert_eq!(said("", "", "Böter"), "Böter.");
        assert_eq!(said("", " ", ""), "");
    }

    proptest! {
        /// No text makes the sentence stop.
        #[test]
        fn any_text_makes_a_sentence(cause in ".{0,9}", event in ".{0,9}", consequence in ".{0,9}") {
            let prose = Prose;
            let risk = Risk {
                cause: prose(cause), event: prose(event), consequence: prose(consequence), ..Risk::default()
            };
            let said = sentence(&risk);
            prop_assert!(said.is_empty() || said.ends_with('.'));
        }
    }
}
