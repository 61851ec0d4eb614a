//! What is counted, how, and where the list behind each figure is.
//!
//! A figure is computed, never stored, and equals the length of its list.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::catalogue::MethodInUse;
use crate::register::list::{Index, Only};
use crate::register::value::choice;
use crate::register::{
    Action, Choose, Classification, Date, Incident, Key, Language, Register, StaffRole, Term, Training, TrainingCount,
};

choice! {
    /// A figure of the register. Its key stands in `data-figure` and, in double braces, in the report's texts.
    #[derive(Serialize, Deserialize)]
    Figure {
        Systems "systems" "System och tjänster" "Systems and services",
        Classified "classified" "Klassade" "Classified",
        ActionPlan "action-plan" "Med handlingsplan" "With an action plan",
        RiskAnalysis "risk-analysis" "Med riskanalys" "With a risk analysis",
        TreatmentPlan "treatment-plan" "Med åtgärdsplan" "With a treatment plan",
        Unclassified "unclassified" "Ej klassade" "Not classified",
        DueAgain "due-again" "Ska klassas om" "Due to be classified again",
        OwnerMissing "owner-missing" "Utan ägare" "Without an owner",
        InformationOwnerMissing "information-owner-missing" "Utan informationsägare" "Without an information owner",
        ClassificationsDecided "classifications-decided" "Klassningar beslutade under året" "Classifications decided in the year",
        ArchiveTookPart "archive-took-part" "Klassningar där arkivfunktionen deltog" "Classifications with the archive function",
        ActionsOpen "actions-open" "Öppna åtgärder" "Open actions",
        ActionsLate "actions-late" "Försenade åtgärder" "Late actions",
        Incidents "incidents" "Incidenter" "Incidents",
        IncidentsBusiness "incidents-business" "Verksamhetsrelaterade incidenter" "Business-related incidents",
        IncidentsPersonalData "incidents-personal-data" "Personuppgiftsincidenter" "Personal data incidents",
        Trained "trained" "Utbildade" "Trained",
        TrainedManagers "trained-managers" "Utbildade chefer" "Trained managers",
        People "people" "Ska gå utbildningen" "To be trained",
        Managers "managers" "Chefer som ska gå utbildningen" "Managers to be trained",
    }
}

choice! {
    /// Which incidents of a year a list shows.
    IncidentsOnly {
        All "all" "Alla" "All",
        Business "business" "Verksamhetsrelaterade" "Business-related",
        PersonalData "personal-data" "Med personuppgifter" "With personal data",
    }
}

/// The list behind a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListBehind {
    /// Systems that answer a question.
    Systems(Only),
    /// Incidents of a year.
    Incidents {
        /// The year.
        year: i16,
        /// Which of them.
        only: IncidentsOnly,
    },
    /// Decisions on levels that were taken in a year and still stand.
    Classifications {
        /// The year.
        year: i16,
        /// Whether only those where the archive function took part.
        archive: bool,
    },
    /// Rows of action plans that are not finished.
    Actions {
        /// Whether only those that should have been done.
        late: bool,
    },
    /// The rows of the training count; the figure is their sum.
    Training,
}

impl ListBehind {
    /// The sheet of the annexes that holds the list.
    #[must_use]
    pub const fn sheet(self) -> &'static str {
        match self {
            Self::Systems(_) => "System",
            Self::Incidents { .. } => "Incidenter",
            Self::Classifications { .. } => "Klassningar",
            Self::Actions { .. } => "Åtgärder",
            Self::Training => "Utbildning",
        }
    }

    /// The records in the list, in the order of their keys. For [`ListBehind::Training`] the figure is not their number.
    #[must_use]
    pub fn keys(self, register: &Register, figures: &Figures) -> Vec<Key> {
        let own = |(key, _): (&Key, _)| key.clone();
        match self {
            Self::Systems(only) => {
                let index = index(register, figures.today);
                index.rows().filter(|(_, row)| row.is(only)).map(|(key, _)| key.clone()).collect()
            }
            Self::Incidents { year, only } => incidents(register, year, only).map(|(key, _)| key.clone()).collect(),
            Self::Classifications { year, archive } => {
                classifications(register, year, archive).map(|(key, _)| key.clone()).collect()
            }
            Self::Actions { late } => actions(register, figures.today, late).map(|(key, _)| key.clone()).collect(),
            Self::Training => training(register, figures.year)
                .map(|(training, _)| training_rows(register, training).map(own).collect())
                .unwrap_or_default(),
        }
    }
}

impl Figure {
    /// One sentence on how it is counted.
    #[must_use]
    pub const fn definition(self, language: Language) -> &'static str {
        let term = match self {
            Self::Systems => Term {
                sv: "Alla system och tjänster i registret, även planerade och sådana som avvecklas.",
                en: "Every system and service in the register, planned ones and those being phased out included.",
            },
            Self::Classified => Term {
                sv: "System med minst ett klassningsbeslut som inte är återkallat.",
                en: "Systems with at least one classification decision that is not withdrawn.",
            },
            Self::ActionPlan => Term {
                sv: "Klassade system som har en handlingsplan.",
                en: "Classified systems that have an action plan.",
            },
            Self::RiskAnalysis => Term {
                sv: "System med handlingsplan där en riskanalys är gjord.",
                en: "Systems with an action plan for which a risk analysis has been made.",
            },
            Self::TreatmentPlan => Term {
                sv: "System med riskanalys där en åtgärdsplan är beslutad.",
                en: "Systems with a risk analysis for which a treatment plan is decided.",
            },
            Self::Unclassified => Term {
                sv: "System utan något gällande klassningsbeslut.",
                en: "Systems without a classification decision that stands.",
            },
            Self::DueAgain => Term {
                sv: "Klassade system som det är dags att klassa om eller gå igenom: ett år har gått, uppgifter, ägare eller \
                     informationsmängder är andra, en nivå ligger under sitt golv, en allvarlig incident har hänt, systemet \
                     flyttas, metoden har en ny utgåva eller nivån är 4.",
                en: "Classified systems that it is time to classify again or look through: a year has passed, facts, owners or \
                     information sets are others, a level is below its floor, a serious incident has happened, the system \
                     moves, the method has a new edition or the level is 4.",
            },
            Self::OwnerMissing => Term {
                sv: "System där varken systemägare eller objektägare är utsedd.",
                en: "Systems with neither a system owner nor an object owner.",
            },
            Self::InformationOwnerMissing => Term {
                sv: "System där ingen informationsägare är utsedd.",
                en: "Systems without an information owner.",
            },
            Self::ClassificationsDecided => Term {
                sv: "Klassningsbeslut som är daterade under året och inte återkallade; ett system kan ha flera.",
                en: "Classification decisions dated in the year and not withdrawn; a system may have several.",
            },
            Self::ArchiveTookPart => Term {
                sv: "Årets klassningsbeslut där det är antecknat att arkivfunktionen deltog.",
                en: "The year's classification decisions where the archive function is noted as taking part.",
            },
            Self::ActionsOpen => Term {
                sv: "Rader i systemens handlingsplaner som varken är införda, verifierade eller avskrivna.",
                en: "Rows of the systems' action plans that are neither introduced, verified nor dropped.",
            },
            Self::ActionsLate => Term {
                sv: "Öppna åtgärder vars slutdatum har passerat.",
                en: "Open actions that are past their due date.",
            },
            Self::Incidents => Term {
                sv: "Incidenter som inträffade under året; saknas tidpunkten räknas när de upptäcktes eller rapporterades.",
                en: "Incidents that occurred in the year; without a time, when they were discovered or reported.",
            },
            Self::IncidentsBusiness => Term {
                sv: "Årets incidenter som är bedömda som verksamhetsrelaterade.",
                en: "The year's incidents that are judged to be business-related.",
            },
            Self::IncidentsPersonalData => Term {
                sv: "Årets incidenter där personuppgifter berörs.",
                en: "The year's incidents that concern personal data.",
            },
            Self::Trained => Term {
                sv: "Medarbetare och chefer, konsulter inräknade, som har gått alla obligatoriska kurser vid årets senaste avläsning.",
                en: "Staff and managers, consultants included, who had finished every mandatory course at the year's latest count.",
            },
            Self::TrainedManagers => Term {
                sv: "Chefer bland de utbildade vid samma avläsning.",
                en: "Managers among the trained in the same count.",
            },
            Self::People => Term {
                sv: "Alla som ska gå de obligatoriska kurserna: avläsningens antal eller, om det saknas, antalet i inställningarna.",
                en: "All who must take the mandatory courses: the number in the count or, if it has none, the number in the settings.",
            },
            Self::Managers => Term {
                sv: "Chefer bland dem som ska gå de obligatoriska kurserna.",
                en: "Managers among those who must take the mandatory courses.",
            },
        };
        term.in_language(language)
    }

    /// Where the list behind the figure of a year is.
    #[must_use]
    pub const fn list(self, year: i16) -> ListBehind {
        match self {
            Self::Systems => ListBehind::Systems(Only::All),
            Self::Classified => ListBehind::Systems(Only::Classified),
            Self::ActionPlan => ListBehind::Systems(Only::ActionPlan),
            Self::RiskAnalysis => ListBehind::Systems(Only::RiskAnalysis),
            Self::TreatmentPlan => ListBehind::Systems(Only::TreatmentPlan),
            Self::Unclassified => ListBehind::Systems(Only::Unclassified),
            Self::DueAgain => ListBehind::Systems(Only::DueAgain),
            Self::OwnerMissing => ListBehind::Systems(Only::OwnerMissing),
            Self::InformationOwnerMissing => ListBehind::Systems(Only::InformationOwnerMissing),
            Self::ClassificationsDecided => ListBehind::Classifications { year, archive: false },
            Self::ArchiveTookPart => ListBehind::Classifications { year, archive: true },
            Self::ActionsOpen => ListBehind::Actions { late: false },
            Self::ActionsLate => ListBehind::Actions { late: true },
            Self::Incidents => ListBehind::Incidents { year, only: IncidentsOnly::All },
            Self::IncidentsBusiness => ListBehind::Incidents { year, only: IncidentsOnly::Business },
            Self::IncidentsPersonalData => ListBehind::Incidents { year, only: IncidentsOnly::PersonalData },
            Self::Trained | Self::TrainedManagers | Self::People | Self::Managers => ListBehind::Training,
        }
    }
}

/// All figures of a year, counted once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// The year they are about.
    pub year: i16,
    /// The day they were counted.
    pub today: Date,
    /// The day of the training count that is used, if there is one.
    pub training_cut_off: Option<Date>,
    counts: BTreeMap<Figure, u32>,
}

impl Figures {
    /// Counts them all.
    #[must_use]
    pub fn count(register: &Register, year: i16, today: Date) -> Self {
        Self::count_with(&index(register, today), register, year, today)
    }

    /// Counts them all, where the list of systems is at hand already.
    #[must_use]
    pub fn count_with(index: &Index, register: &Register, year: i16, today: Date) -> Self {
        let training = training(register, year);
        let trained = training.map(|(key, _)| TrainingSums::of(register, key)).unwrap_or_default();
        let counts = Figure::ALL
            .iter()
            .map(|figure| {
                let count = match (figure, figure.list(year)) {
                    (_, ListBehind::Systems(only)) => index.count(only),
                    (_, ListBehind::Incidents { year, only }) => incidents(register, year, only).count(),
                    (_, ListBehind::Classifications { year, archive }) => {
                        classifications(register, year, archive).count()
                    }
                    (_, ListBehind::Actions { late }) => actions(register, today, late).count(),
                    (figure, ListBehind::Training) => return (*figure, trained.get(*figure, register)),
                };
                (*figure, u32::try_from(count).unwrap_or(u32::MAX))
            })
            .collect();
        Self { year, today, training_cut_off: training.and_then(|(_, training)| training.cut_off), counts }
    }

    /// What the register's own dates say of an earlier year at its end; none when they say nothing.
    ///
    /// Which systems there were, and who owned them, has no date, so those figures are not known.
    #[must_use]
    pub fn at_the_end_of(register: &Register, year: i16) -> Option<Self> {
        let end = Date::new(year, 12, 31).ok()?;
        let mut then = Self::count_with(&Index::default(), register, year, end);
        let classified = |system: &Key| {
            register
                .classifications
                .of(system)
                .any(|(_, decision)| decision.decided.is_some_and(|day| day <= end) && decision.withdrawn != Some(true))
        };
        let classified = register.systems.iter().filter(|(system, _)| classified(system)).count();
        then.counts.retain(|figure, _| match figure.list(year) {
            ListBehind::Systems(_) | ListBehind::Actions { .. } => false,
            ListBehind::Training => then.training_cut_off.is_some(),
            ListBehind::Incidents { .. } | ListBehind::Classifications { .. } => true,
        });
        then.counts.insert(Figure::Classified, u32::try_from(classified).unwrap_or(u32::MAX));
        then.counts.values().any(|count| 0 < *count).then_some(then)
    }

    /// One figure; none is as good as nought.
    #[must_use]
    pub fn get(&self, figure: Figure) -> u32 {
        self.known(figure).unwrap_or_default()
    }

    /// One figure, where it is known. Only those of an earlier year can be unknown.
    #[must_use]
    pub fn known(&self, figure: Figure) -> Option<u32> {
        self.counts.get(&figure).copied()
    }
}

/// The list of systems, with what is due again on a day by the organisation's method.
#[must_use]
pub fn index(register: &Register, today: Date) -> Index {
    Index::with_rules(register, MethodInUse::of(register).due_rules(register, today))
}

#[derive(Default)]
struct TrainingSums {
    trained: u32,
    trained_managers: u32,
    people: u32,
    managers: u32,
}

impl TrainingSums {
    fn of(register: &Register, training: &Key) -> Self {
        training_rows(register, training).fold(Self::default(), |sums, (_, row)| {
            let (completed, people) = (row.completed.unwrap_or(0), row.people.unwrap_or(0));
            let manager = row.role == Some(StaffRole::Manager);
            let of_managers = |count: u32| if manager { count } else { 0 };
            Self {
                trained: sums.trained.saturating_add(completed),
                trained_managers: sums.trained_managers.saturating_add(of_managers(completed)),
                people: sums.people.saturating_add(people),
                managers: sums.managers.saturating_add(of_managers(people)),
            }
        })
    }

    fn get(&self, figure: Figure, register: &Register) -> u32 {
        match figure {
            Figure::Trained => self.trained,
            Figure::TrainedManagers => self.trained_managers,
            Figure::Managers => self.managers,
            // A count without a denominator leans on the number in the settings.
            _ if self.people == 0 => register.organisation().headcount.unwrap_or(0),
            _ => self.people,
        }
    }
}

/// The incidents of a year, in the order of their keys.
pub fn incidents(
    register: &Register,
    year: i16,
    only: IncidentsOnly,
) -> impl DoubleEndedIterator<Item = (&Key, &Arc<Incident>)> {
    register.incidents.iter().filter(move |(_, incident)| {
        incident.year() == Some(year)
            && match only {
                IncidentsOnly::All => true,
                IncidentsOnly::Business => incident.business_related == Some(true),
                IncidentsOnly::PersonalData => incident.personal_data == Some(true),
            }
    })
}

/// The decisions on levels that were taken in a year and still stand.
pub fn classifications(
    register: &Register,
    year: i16,
    archive: bool,
) -> impl Iterator<Item = (&Key, &Arc<Classification>)> {
    register.classifications.iter().filter(move |(key, decision)| {
        decision.decided.is_some_and(|day| day.year() == year)
            && decision.withdrawn != Some(true)
            && (!archive || decision.archive_took_part == Some(true))
            && register.systems.get(&key.root()).is_some()
    })
}

/// The rows of action plans that are not finished, or only those that are late.
pub fn actions(register: &Register, today: Date, late: bool) -> impl Iterator<Item = (&Key, &Arc<Action>)> {
    register.actions.iter().filter(move |(key, action)| {
        (if late { action.is_late(today) } else { !action.is_closed() }) && register.systems.get(&key.root()).is_some()
    })
}

/// The training count that holds for a year: its latest or, if it has none, the latest before it.
#[must_use]
pub fn training(register: &Register, year: i16) -> Option<(&Key, &Arc<Training>)> {
    register
        .trainings
        .iter()
        .filter(|(_, training)| training.cut_off.is_some_and(|day| day.year() <= year))
        .max_by_key(|(_, training)| training.cut_off)
}

/// The rows of a training count that can be added up: those for all its courses together.
pub fn training_rows<'a>(
    register: &'a Register,
    training: &Key,
) -> impl Iterator<Item = (&'a Key, &'a Arc<TrainingCount>)> {
    register.training_counts.of(training).filter(|(_, row)| row.course.is_empty())
}

/// A share in whole per cent, as it is written in Swedish; a dash of nothing. Only all of them is 100 %, and only none is 0.
#[must_use]
pub fn share(part: u32, whole: u32) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    let (part, whole) = (u64::from(part), u64::from(whole));
    let nearest = (part * 100 + whole / 2) / whole;
    let said = if part == 0 || whole <= part { nearest } else { nearest.clamp(1, 99) };
    format!("{said}\u{A0}%")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::value::FieldType;
    use crate::register::{Entry, IncidentKind, Level, Place, RecordKind, Value};
    use jiff::civil::date;

    fn put(register: &mut Register, kind: RecordKind, key: &str, fields: &[(&str, Value)]) {
        let place = Place { kind, key: Key::parse(key).unwrap() };
        let fields = fields.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        register.put(Entry::new(place, Some(fields)));
    }

    fn register() -> Register {
        let mut register = Register::default();
        let line = |text: &str| Value::Line(text.into());
        for number in 0..4 {
            put(&mut register, RecordKind::System, &format!("s{number}"), &[("name", line("Antura"))]);
        }
        let moves = Value::Date(date(2025, 6, 1));
        put(&mut register, RecordKind::System, "s1", &[("name", line("Antura")), ("moves", moves)]);
        put(&mut register, RecordKind::System, "s3", &[("name", line("X")), ("object_owner", line("Fastighetschef"))]);
        for (system, year, archive) in [("s0", 2024, true), ("s0", 2023, true), ("s1", 2024, false)] {
            put(
                &mut register,
                RecordKind::Classification,
                &format!("{system}.y{year}"),
                &[
                    ("decided", Value::Date(date(year, 5, 2))),
                    ("confidentiality", Some(Level::Serious).value()),
                    ("archive_took_part", Value::Flag(archive)),
                ],
            );
        }
        for kind in [RecordKind::ActionPlan, RecordKind::RiskAnalysis, RecordKind::TreatmentPlan] {
            put(&mut register, kind, "s0.one", &[]);
        }
        put(
            &mut register,
            RecordKind::Action,
            "s0.one",
            &[("title", line("A")), ("due", Value::Date(date(2024, 1, 1)))],
        );
        put(&mut register, RecordKind::Action, "s0.two", &[("title", line("B"))]);
        put(&mut register, RecordKind::Action, "s0.three", &[("status", Value::Choice("introduced".into()))]);
        put(&mut register, RecordKind::Action, "gone.one", &[("title", line("C"))]);
        for (key, year, business) in [("i1", 2024, true), ("i2", 2024, false), ("i3", 2023, true)] {
            put(
                &mut register,
                RecordKind::Incident,
                key,
                &[
                    ("reported", Value::Date(date(year, 3, 1))),
                    ("business_related", Value::Flag(business)),
                    ("personal_data", Value::Flag(true)),
                    ("kind", Some(IncidentKind::Malware).value()),
                ],
            );
        }
        for (key, day, completed) in
            [("old", date(2023, 11, 20), 90), ("new", date(2024, 11, 26), 114), ("next", date(2025, 2, 1), 200)]
        {
            put(&mut register, RecordKind::Training, key, &[("cut_off", Value::Date(day))]);
            put(
                &mut register,
                RecordKind::TrainingCount,
                &format!("{key}.staff"),
                &[("completed", Value::Number(completed)), ("people", Value::Number(220))],
            );
            put(
                &mut register,
                RecordKind::TrainingCount,
                &format!("{key}.managers"),
                &[
                    ("completed", Value::Number(25)),
                    ("people", Value::Number(30)),
                    ("role", Some(StaffRole::Manager).value()),
                ],
            );
            put(
                &mut register,
                RecordKind::TrainingCount,
                &format!("{key}.course"),
                &[("completed", Value::Number(7)), ("course", line("Dataskydd"))],
            );
        }
        register
    }

    #[test]
    fn every_figure_equals_its_list() {
        let register = register();
        let figures = Figures::count(&register, 2024, date(2025, 3, 26));
        for figure in Figure::ALL {
            let list = figure.list(2024);
            let count = figures.get(*figure);
            assert_ne!(count, 0, "{figure:?} would be equal to anything empty");
            if list != ListBehind::Training {
                let keys = list.keys(&register, &figures);
                assert_eq!(usize::try_from(count).unwrap(), keys.len(), "{figure:?}");
            }
        }
    }

    #[test]
    fn a_year_counts_its_own_incidents_and_its_latest_training_only() {
        let figures = Figures::count(&register(), 2024, date(2025, 3, 26));
        assert_eq!(figures.get(Figure::Incidents), 2);
        assert_eq!(figures.get(Figure::IncidentsBusiness), 1);
        assert_eq!(figures.training_cut_off, Some(date(2024, 11, 26)));
        assert_eq!(figures.get(Figure::Trained), 139);
        assert_eq!(figures.get(Figure::TrainedManagers), 25);
        assert_eq!(figures.get(Figure::People), 250);
        assert_eq!(figures.get(Figure::ActionsOpen), 2);
    }

    #[test]
    fn a_year_without_a_training_count_uses_the_latest_before_it() {
        let mut register = register();
        register.put(Entry::new(Place { kind: RecordKind::Training, key: Key::parse("new").unwrap() }, None));
        let figures = Figures::count(&register, 2024, date(2025, 3, 26));
        assert_eq!(figures.training_cut_off, Some(date(2023, 11, 20)));
        assert_eq!(figures.get(Figure::Trained), 115);
    }

    #[test]
    fn a_count_without_a_denominator_uses_the_headcount_of_the_settings() {
        let mut register = Register::default();
        put(&mut register, RecordKind::Organisation, "own", &[("headcount", Value::Number(250))]);
        put(&mut register, RecordKind::Training, "t", &[("cut_off", Value::Date(date(2024, 11, 26)))]);
        put(&mut register, RecordKind::TrainingCount, "t.a", &[("completed", Value::Number(139))]);
        let figures = Figures::count(&register, 2024, date(2025, 3, 26));
        assert_eq!((figures.get(Figure::Trained), figures.get(Figure::People)), (139, 250));
    }

    #[test]
    fn of_an_earlier_year_is_known_what_the_registers_dates_say() {
        let register = register();
        let then = Figures::at_the_end_of(&register, 2023).unwrap();
        assert_eq!(then.known(Figure::Classified), Some(1));
        assert_eq!(then.known(Figure::Incidents), Some(1));
        assert_eq!(then.known(Figure::Trained), Some(115));
        assert_eq!(then.known(Figure::Systems), None);
        assert_eq!(then.known(Figure::OwnerMissing), None);
        assert_eq!(Figures::at_the_end_of(&register, 2019), None);
    }

    #[test]
    fn a_share_is_the_nearest_and_says_all_or_none_only_when_it_is() {
        let said = [(139, 250), (1, 2), (249, 250), (1, 250), (0, 250), (250, 250), (0, 0), (260, 250)]
            .map(|(part, whole)| share(part, whole));
        assert_eq!(
            said,
            ["56\u{A0}%", "50\u{A0}%", "99\u{A0}%", "1\u{A0}%", "0\u{A0}%", "100\u{A0}%", "–", "104\u{A0}%"]
        );
    }

    #[test]
    fn the_screen_and_the_texts_know_each_figure_by_its_agreed_key() {
        let agreed = [
            "systems",
            "classified",
            "action-plan",
            "risk-analysis",
            "unclassified",
            "owner-missing",
            "information-owner-missing",
            "incidents",
            "incidents-business",
            "trained",
            "trained-managers",
        ];
        for key in agreed {
            assert!(Figure::from_key(key).is_some(), "{key}");
        }
    }
}
