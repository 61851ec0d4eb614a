//! The method as pages use it, and the words for when and why a system is due.

use leptos::prelude::*;
use leptos_i18n::I18nContext;

use crate::catalogue::MethodInUse;
use crate::register::method::{AspectLevel, Due, DueReason, Floor, NextReason, RiskFault};
use crate::register::{Choose, Key, Language, Term};
use crate::ui::session::Session;
use crate::ui::words::i18n::{Locale, t_string};
use crate::ui::words::{day, language_of};

/// The organisation's method; read again when its own editions change, and not with every edit.
#[must_use]
pub fn use_method() -> Memo<MethodInUse> {
    let session = Session::expect();
    let own =
        Memo::new(move |_| session.read(|register| (register.methods.clone(), register.organisation().matrix.clone())));
    Memo::new(move |_| own.with(|(own, matrix)| MethodInUse::from_own(own, matrix)))
}

/// When a system is due again.
#[must_use]
pub fn due_of(session: Session, system: &Key) -> Option<Due> {
    session.picture.with(|picture| picture.index.row(system)?.due.clone())
}

/// Why it is time, in a few words: the first reason, and how many more there are.
#[must_use]
pub fn due_briefly(i18n: I18nContext<Locale>, due: &Due) -> String {
    let first = due.reasons.first().map_or("", |reason| due_short(i18n, reason));
    match due.reasons.len() {
        0 | 1 => first.to_owned(),
        count => format!("{first} +{}", count - 1),
    }
}

fn due_short(i18n: I18nContext<Locale>, reason: &DueReason) -> &'static str {
    match reason {
        DueReason::Review(_) => t_string!(i18n, systems.due_review),
        DueReason::Redo(_) => t_string!(i18n, systems.due_redo),
        DueReason::Moves(_) => t_string!(i18n, systems.due_moves),
        DueReason::Changed(_) => t_string!(i18n, systems.due_changed),
        DueReason::OwnerChanged => t_string!(i18n, systems.due_owner),
        DueReason::BelowFloor(_) => t_string!(i18n, systems.due_floor),
        DueReason::Incident(_) => t_string!(i18n, systems.due_incident),
        DueReason::NewSets(_) => t_string!(i18n, systems.due_sets),
        DueReason::Wording => t_string!(i18n, systems.due_wording),
        DueReason::Catalogue => t_string!(i18n, systems.due_catalogue),
        DueReason::Exceptional => t_string!(i18n, systems.due_exceptional),
    }
}

/// Why it is time, in words.
#[must_use]
pub fn due_words(i18n: I18nContext<Locale>, session: Session, reason: &DueReason) -> String {
    let language = language_of(i18n);
    match reason {
        DueReason::Review(on) => t_string!(i18n, method.due_review, day = day(*on, language)).to_string(),
        DueReason::Redo(on) => t_string!(i18n, method.due_redo, day = day(*on, language)).to_string(),
        DueReason::Moves(on) => t_string!(i18n, method.due_moves, day = day(*on, language)).to_string(),
        DueReason::Changed(fields) => {
            let fields: Vec<_> = fields.iter().map(|field| field.term.in_language(language).to_lowercase()).collect();
            t_string!(i18n, method.due_changed, fields = fields.join(", ")).to_string()
        }
        DueReason::OwnerChanged => t_string!(i18n, method.due_owner).to_owned(),
        DueReason::BelowFloor(floor) => floor_words(i18n, floor),
        DueReason::Incident(key) => {
            let title = session
                .read(|register| register.incidents.get(key).map(|incident| incident.title.clone()))
                .unwrap_or_default();
            t_string!(i18n, method.due_incident, title = title).to_string()
        }
        DueReason::NewSets(count) => t_string!(i18n, method.due_sets, count = *count).to_string(),
        DueReason::Wording => t_string!(i18n, method.due_wording).to_owned(),
        DueReason::Catalogue => t_string!(i18n, method.due_catalogue).to_owned(),
        DueReason::Exceptional => t_string!(i18n, method.due_exceptional).to_owned(),
    }
}

/// Why a system comes next, in words.
#[must_use]
pub fn next_words(i18n: I18nContext<Locale>, session: Session, reason: &NextReason) -> String {
    let language = language_of(i18n);
    let of = |term: Term| term.in_language(language).to_lowercase();
    match reason {
        NextReason::NotClassified => t_string!(i18n, method.next_not_classified).to_owned(),
        NextReason::Due(reason) => due_words(i18n, session, reason),
        NextReason::Critical(criticality) => {
            t_string!(i18n, method.next_critical, how = of(criticality.term())).to_string()
        }
        NextReason::Moves(on) => t_string!(i18n, method.next_moves, day = day(*on, language)).to_string(),
        NextReason::ContractEnds(on) => t_string!(i18n, method.next_contract, day = day(*on, language)).to_string(),
        NextReason::PersonalData => t_string!(i18n, method.next_personal_data).to_owned(),
        NextReason::OwnerMissing => t_string!(i18n, method.next_owner).to_owned(),
        NextReason::InformationOwnerMissing => t_string!(i18n, method.next_information_owner).to_owned(),
        NextReason::PhasingOut => t_string!(i18n, method.next_phasing_out).to_owned(),
    }
}

/// A floor in words: ”K minst 3: sekretess för säkerhets- och bevakningsåtgärder”.
#[must_use]
pub fn floor_words(i18n: I18nContext<Locale>, floor: &Floor) -> String {
    let because = floor.because.in_language(language_of(i18n)).to_owned();
    let level = AspectLevel { aspect: floor.aspect, level: floor.level };
    let (letter, number) = (level.aspect.letter().to_string(), level.level.number());
    t_string!(i18n, method.floor, letter = letter, number = number, because = because).to_string()
}

/// What is wrong with how a risk is handled, in words.
#[must_use]
pub fn fault_words(i18n: I18nContext<Locale>, fault: RiskFault) -> String {
    let language: Language = language_of(i18n);
    match fault {
        RiskFault::NotValued => t_string!(i18n, method.fault_not_valued).to_owned(),
        RiskFault::OwnerMissing => t_string!(i18n, method.fault_owner).to_owned(),
        RiskFault::TreatmentMissing => t_string!(i18n, method.fault_treatment).to_owned(),
        RiskFault::MustComeDown => t_string!(i18n, method.fault_must_come_down).to_owned(),
        RiskFault::MustBeLifted => t_string!(i18n, method.fault_must_be_lifted).to_owned(),
        RiskFault::AcceptedByMissing => t_string!(i18n, method.fault_accepted_by).to_owned(),
        RiskFault::AcceptedUntilMissing => t_string!(i18n, method.fault_accepted_until).to_owned(),
        RiskFault::AcceptanceOver(on) => t_string!(i18n, method.fault_over, day = day(on, language)).to_string(),
        RiskFault::ResidualMissing => t_string!(i18n, method.fault_residual).to_owned(),
        RiskFault::WorseAfter => t_string!(i18n, method.fault_worse).to_owned(),
    }
}
