//! What the one who signs should look at before the report goes out.

use super::figures::{self, Figure};
use super::model::{Block, Report, Run, Section};
use super::secrecy;
use crate::register::value::choice;
use crate::register::{Choose, Date, Language, Register, review_place, section_place};

choice! {
    /// Whom a thing to look at waits for.
    WaitsFor {
        /// Who writes the report.
        Coordinator "isam" "ISAM" "Coordinator (ISAM)",
        /// Who gives it its number.
        Registrar "registrar" "Registrator" "Registrar",
        /// Who answers for the information, and that it is classified.
        InformationOwner "information-owner" "Informationsägare" "Information owners",
        /// Who decides about the system, and who answers for what is in it.
        ObjectOwner "object-owner" "Objektägare" "Object owners",
        /// Who carries out an action.
        Responsible "responsible" "Åtgärdsansvariga" "Those responsible for actions",
        /// Who gives recommendations on personal data.
        Dso "dso" "Dataskyddsombud" "Data protection officer",
        /// Who takes the decisions.
        Management "management" "Bolagschef" "Managing director",
    }
}

/// Something to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The section's name; none when it is about the report as a whole.
    pub section: Option<&'static str>,
    /// What it is.
    pub concern: Concern,
}

/// What there is to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Concern {
    /// The report has no date.
    DateMissing,
    /// The report has no registration number.
    DnrMissing,
    /// Nothing stands under the heading.
    Empty,
    /// The text names another year.
    OtherYear {
        /// The year it names.
        year: i16,
    },
    /// The text says a number, and the register another.
    Contradicted {
        /// The words of the text.
        said: String,
        /// What they seem to be about.
        figure: Figure,
        /// What the register says.
        counted: u32,
    },
    /// The text holds a placeholder that is no figure's.
    UnknownPlaceholder {
        /// As it is written.
        placeholder: String,
    },
    /// The text opens `[[` and doesn't close it.
    SecrecyUnclosed,
    /// People have said different things of fields that nobody has settled.
    Disputed {
        /// How many fields.
        count: usize,
    },
    /// The register has no history as old as the day that the figures are of, so they are of today's register.
    CutOffTooOld {
        /// That day.
        day: Date,
    },
    /// The day that the figures are to be of is still to come, so they are of today's register.
    CutOffToCome {
        /// That day.
        day: Date,
    },
    /// Systems that nobody has classified.
    Unclassified {
        /// How many.
        count: u32,
    },
    /// Systems without an information owner.
    InformationOwnerMissing {
        /// How many.
        count: u32,
    },
    /// Actions that should have been done.
    ActionsLate {
        /// How many.
        count: u32,
    },
    /// There is no training count.
    TrainingMissing,
    /// The training count is older than the year.
    TrainingOld {
        /// Its day.
        day: Date,
    },
}

impl Concern {
    /// The figure that it is, whose list shows what to mend.
    #[must_use]
    pub const fn figure(&self) -> Option<Figure> {
        match self {
            Self::Unclassified { .. } => Some(Figure::Unclassified),
            Self::InformationOwnerMissing { .. } => Some(Figure::InformationOwnerMissing),
            Self::ActionsLate { .. } => Some(Figure::ActionsLate),
            _ => None,
        }
    }
}

impl Warning {
    /// Whom it waits for.
    #[must_use]
    pub fn waits_for(&self) -> WaitsFor {
        match (&self.concern, self.section) {
            (Concern::DnrMissing, _) => WaitsFor::Registrar,
            (Concern::Unclassified { .. }, _) => WaitsFor::InformationOwner,
            (Concern::InformationOwnerMissing { .. }, _) => WaitsFor::ObjectOwner,
            (Concern::ActionsLate { .. }, _) => WaitsFor::Responsible,
            (Concern::Empty, Some("decisions")) => WaitsFor::Management,
            (Concern::Empty, Some("dso")) => WaitsFor::Dso,
            _ => WaitsFor::Coordinator,
        }
    }

    /// What to tell a person.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        let swedish = language == Language::Swedish;
        let say = |sv: &str, en: &str| if swedish { sv.to_owned() } else { en.to_owned() };
        match &self.concern {
            Concern::DateMissing => say("Rapporten saknar datum.", "The report has no date."),
            Concern::DnrMissing => say("Rapporten saknar diarienummer.", "The report has no registration number."),
            Concern::Empty => say("Avsnittet är tomt.", "The section is empty."),
            Concern::OtherYear { year } => say(
                &format!("Texten nämner {year}. Stämmer det, eller är texten från en tidigare rapport?"),
                &format!("The text mentions {year}. Is that right, or is the text from an earlier report?"),
            ),
            Concern::Contradicted { said, figure, counted } => {
                let term = figure.term().in_language(language);
                say(
                    &format!(
                        "I texten står ”{said}”, men enligt registret är det {counted} ({}).",
                        term.to_lowercase()
                    ),
                    &format!("The text says “{said}”, but the register says {counted} ({}).", term.to_lowercase()),
                )
            }
            Concern::UnknownPlaceholder { placeholder } => say(
                &format!("Det finns ingen siffra som heter {placeholder}."),
                &format!("There is no figure called {placeholder}."),
            ),
            Concern::SecrecyUnclosed => say(
                "Texten har ett [[ utan ]]. Det som skulle undantas står nu öppet i rapporten.",
                "The text has a [[ without its ]]. What was to be kept out now stands open in the report.",
            ),
            Concern::Disputed { count: 1 } => say(
                "Två uppgifter står mot varandra på ett ställe. Tills ni har valt räknar rapporten med den försiktigaste.",
                "Two answers stand against each other in one place. Until you have chosen, the report counts on the most careful one.",
            ),
            Concern::Disputed { count } => say(
                &format!(
                    "Två uppgifter står mot varandra på {count} ställen. Tills ni har valt räknar rapporten med den försiktigaste."
                ),
                &format!(
                    "Two answers stand against each other in {count} places. Until you have chosen, the report counts on the most careful one."
                ),
            ),
            Concern::CutOffTooOld { day } => say(
                &format!(
                    "Registret har ingen historik från {day}. Siffrorna är därför räknade ur registret som det är nu."
                ),
                &format!(
                    "The register has no history from {day}, so the figures are counted in the register as it is now."
                ),
            ),
            Concern::CutOffToCome { day } => say(
                &format!(
                    "Uppgifterna ska gälla per den {day}, som inte har varit än. Siffrorna är därför räknade ur registret som det är nu."
                ),
                &format!(
                    "The figures are to be of {day}, which is still to come, so they are counted in the register as it is now."
                ),
            ),
            Concern::Unclassified { count: 1 } => say("Ett system är inte klassat.", "One system is not classified."),
            Concern::Unclassified { count } => {
                say(&format!("{count} system är inte klassade."), &format!("{count} systems are not classified."))
            }
            Concern::InformationOwnerMissing { count: 1 } => {
                say("Ett system saknar informationsägare.", "One system has no information owner.")
            }
            Concern::InformationOwnerMissing { count } => say(
                &format!("{count} system saknar informationsägare."),
                &format!("{count} systems have no information owner."),
            ),
            Concern::ActionsLate { count: 1 } => say("En åtgärd är försenad.", "One action is late."),
            Concern::ActionsLate { count } => {
                say(&format!("{count} åtgärder är försenade."), &format!("{count} actions are late."))
            }
            Concern::TrainingMissing => say(
                "Ingen avläsning av utbildningen finns för året eller tidigare.",
                "There is no training count for the year or before it.",
            ),
            Concern::TrainingOld { day } => say(
                &format!("Den senaste avläsningen av utbildningen är från {day}, före det år som rapporten gäller."),
                &format!("The latest training count is of {day}, before the year of the report."),
            ),
        }
    }
}

/// That the figures are not of the day that they should be of.
#[must_use]
pub const fn cut_off_too_old(day: Date) -> Warning {
    Warning { section: None, concern: Concern::CutOffTooOld { day } }
}

/// Everything to look at, in the order of the report.
#[must_use]
pub fn warnings(register: &Register, report: &Report) -> Vec<Warning> {
    let whole = |concern| Warning { section: None, concern };
    let date = report.date.is_none().then(|| whole(Concern::DateMissing));
    let dnr = report.dnr.is_empty().then(|| whole(Concern::DnrMissing));
    let review = register.reviews.get(&review_place(report.year).key);
    let to_come = review.and_then(|review| review.cut_off).filter(|day| report.as_of < *day);
    let to_come = to_come.map(|day| whole(Concern::CutOffToCome { day }));
    let count = register.disputes.count();
    let disputed = (0 < count).then(|| whole(Concern::Disputed { count }));
    let mut found: Vec<Warning> = date.into_iter().chain(dnr).chain(to_come).chain(disputed).collect();
    let counted = |figure| Some(report.figures.get(figure)).filter(|count| 0 < *count);
    found.extend(counted(Figure::Unclassified).map(|count| whole(Concern::Unclassified { count })));
    found.extend(
        counted(Figure::InformationOwnerMissing).map(|count| whole(Concern::InformationOwnerMissing { count })),
    );
    found.extend(counted(Figure::ActionsLate).map(|count| whole(Concern::ActionsLate { count })));
    for section in &report.sections {
        let concerns = of_section(register, report, section);
        found.extend(concerns.into_iter().map(|concern| Warning { section: Some(section.name), concern }));
    }
    found
}

fn of_section(register: &Register, report: &Report, section: &Section) -> Vec<Concern> {
    let mut concerns = Vec::new();
    if section.blocks().next().is_none() {
        concerns.push(Concern::Empty);
    }
    if section.name == "training" {
        match figures::training(register, report.year).and_then(|(_, training)| training.cut_off) {
            None => concerns.push(Concern::TrainingMissing),
            Some(day) if day.year() < report.year => concerns.push(Concern::TrainingOld { day }),
            Some(_) => {}
        }
    }
    let written = register.sections.get(&section_place(report.year, section.name).key);
    if written.is_some_and(|written| secrecy::leaves_open(&written.text)) {
        concerns.push(Concern::SecrecyUnclosed);
    }
    let counted_here: Vec<String> = section.computed.iter().flat_map(numbers_in).collect();
    for runs in section.text.iter().flat_map(Block::runs) {
        let sentence: String = runs
            .iter()
            .map(|run| match run {
                // A figure can't be wrong. It stands as a wall between the words on its two sides.
                Run::Figure { .. } => "; ",
                // So does what stands for words that are kept out.
                Run::Withheld(_) => "; ",
                run => run.words(),
            })
            .collect();
        concerns.extend(unknown_placeholders(&sentence));
        concerns.extend(other_years(&sentence, report.year));
        concerns.extend(contradicted(&sentence, report, section, &counted_here));
    }
    let mut seen = Vec::new();
    concerns.retain(|concern| {
        !seen.contains(concern) && {
            seen.push(concern.clone());
            true
        }
    });
    concerns
}

/// The numbers that the register itself says in a block: breakdowns are as true as the figures.
fn numbers_in(block: &Block) -> Vec<String> {
    let mut found = Vec::new();
    for run in block.runs().flatten() {
        found.extend(
            run.words()
                .replace('\u{A0}', "")
                .split(|letter: char| !letter.is_ascii_digit())
                .filter(|digits| !digits.is_empty())
                .map(str::to_owned),
        );
    }
    found
}

fn unknown_placeholders(text: &str) -> Vec<Concern> {
    text.split("{{")
        .skip(1)
        .filter_map(|after| after.split_once("}}"))
        .filter(|(key, _)| !key.contains('\n') && key.chars().count() <= 60)
        .map(|(key, _)| Concern::UnknownPlaceholder { placeholder: format!("{{{{{key}}}}}") })
        .collect()
}

/// The years from 2000 on that are neither the report's, nor one of the three it plans for.
///
/// A year that is part of a registration number (`2021/866`), of a law's number (`2025:1506`) or of a standard's is a
/// name and no year, and so is one in a sentence that names a registration number.
fn other_years(text: &str, year: i16) -> Vec<Concern> {
    let mut found = Vec::new();
    for sentence in text.split_inclusive(['.', '!', '?', '\n']) {
        if words_of(sentence).any(|word| word.eq_ignore_ascii_case("dnr")) {
            continue;
        }
        let letters: Vec<char> = sentence.chars().collect();
        for (place, digits) in letters.windows(4).enumerate() {
            let [a, b, c, d] = digits else { continue };
            let before = place.checked_sub(1).and_then(|before| letters.get(before)).copied().unwrap_or(' ');
            let after = letters.get(place + 4).copied().unwrap_or(' ');
            let part_of_more = |letter: char| letter.is_alphanumeric() || matches!(letter, '/' | ':');
            // A colon that ends a clause is followed by a space: "Under 2022: …".
            let next = letters.get(place + 5).copied().unwrap_or(' ');
            if part_of_more(before) || (part_of_more(after) && (after != ':' || next.is_ascii_digit())) {
                continue;
            }
            let named: String = [*a, *b, *c, *d].iter().collect();
            let Some(named) = named.parse::<i16>().ok().filter(|_| digits.iter().all(char::is_ascii_digit)) else {
                continue;
            };
            if (2000..2100).contains(&named) && !(year..=year + 3).contains(&named) {
                found.push(Concern::OtherYear { year: named });
            }
        }
    }
    found
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// How many words away a word may be to be about a number.
const NEAR: usize = 8;

/// Numbers written by hand beside a word that a figure is about, where the register says otherwise.
///
/// A number belongs to the words after it in its clause, or to the words before it when none of those says anything.
/// It is let be when it equals any figure that the clause may be about, or any number computed in the section. A number
/// of systems alone says nothing about all of them, so that one needs "cirka", "totalt" or "tjänster" beside it.
fn contradicted(text: &str, report: &Report, section: &Section, counted_here: &[String]) -> Vec<Concern> {
    let about_training =
        section.name == "training" || words_of(text).any(|word| word.to_lowercase().contains("utbild"));
    let mut found = Vec::new();
    for clause in text.split([',', ';', ':', '.', '!', '?', '(', ')', '\n']) {
        let words: Vec<&str> = clause.split_whitespace().collect();
        let numbers: Vec<(usize, u32)> =
            words.iter().enumerate().filter_map(|(place, word)| Some((place, number_said(word)?))).collect();
        for (nth, (place, said)) in numbers.iter().enumerate() {
            let next = numbers.get(nth + 1).map_or(words.len(), |(next, _)| *next).min(place + 1 + NEAR);
            let before = nth.checked_sub(1).and_then(|nth| numbers.get(nth)).map_or(0, |(place, _)| place + 1);
            let before = before.max(place.saturating_sub(NEAR));
            let (before, after) =
                (words.get(before..*place).unwrap_or_default(), words.get(place + 1..next).unwrap_or_default());
            if after.first().is_some_and(|word| matches!(*word, "%" | "procent" | "kronor" | "kr")) {
                continue;
            }
            let counts_all = before.last().is_some_and(|word| {
                matches!(word.to_lowercase().as_str(), "cirka" | "ca" | "omkring" | "ungefär" | "totalt" | "sammanlagt")
            });
            let mut candidates = meant(after, counts_all, about_training);
            let mut shown = words.get(*place..(place + 1 + after.len()).min(place + 4)).unwrap_or_default().join(" ");
            if candidates.is_empty() {
                candidates = meant(before, counts_all, about_training);
                candidates.reverse();
                shown = words.get(place.saturating_sub(3)..=*place).unwrap_or_default().join(" ");
            }
            let Some(figure) = candidates.first().copied() else { continue };
            let agrees = candidates.iter().any(|figure| report.figures.get(*figure) == *said)
                || counted_here.contains(&said.to_string());
            if !agrees {
                found.push(Concern::Contradicted { said: shown, figure, counted: report.figures.get(figure) });
            }
        }
    }
    found
}

/// The figures that words may be about, the nearest first.
fn meant(words: &[&str], counts_all: bool, about_training: bool) -> Vec<Figure> {
    let mut meant = Vec::new();
    let mut missing = false;
    let services = words.iter().any(|word| word.to_lowercase().starts_with("tjänster"));
    for word in words {
        let word = word.to_lowercase();
        let has = |stem: &str| word.starts_with(stem);
        missing |= has("sakna") || word == "utan" || word == "ej" || word == "inte";
        if has("verksamhetsrelaterad") {
            meant.push(Figure::IncidentsBusiness);
        } else if word.ends_with("incident") || word.ends_with("incidenter") || word.ends_with("incidenterna") {
            meant.push(Figure::Incidents);
        } else if has("oklassad") || (missing && (has("klassa") || has("klassning") || has("informationsklass"))) {
            meant.push(Figure::Unclassified);
        } else if ["klassad", "klassat", "klassats", "informationsklassad", "informationsklassat"]
            .iter()
            .any(|s| has(s))
        {
            meant.push(Figure::Classified);
        } else if has("handlingsplan") && !missing {
            meant.push(Figure::ActionPlan);
        } else if has("riskanalys") && !missing {
            meant.push(Figure::RiskAnalysis);
        } else if has("informationsägare") && missing {
            meant.push(Figure::InformationOwnerMissing);
        } else if (word == "ägare" || has("systemägare") || has("objektägare")) && missing {
            meant.push(Figure::OwnerMissing);
        } else if (word == "chefer" || word == "cheferna") && about_training {
            meant.extend([Figure::TrainedManagers, Figure::Managers]);
        } else if (["medarbetare", "personer", "anställda"].contains(&word.as_str()) || has("utbildade"))
            && about_training
        {
            meant.extend([Figure::Trained, Figure::People]);
        }
    }
    let systems = words.iter().any(|word| word.to_lowercase().starts_with("system"));
    if meant.is_empty() && systems && (counts_all || services) {
        meant.push(Figure::Systems);
    }
    meant
}

/// The number that a word says, in digits or in letters. Years are no counts, and "en" is mostly an article.
fn number_said(word: &str) -> Option<u32> {
    const LETTERS: [&str; 11] = ["två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv"];
    if let Some(place) = LETTERS.iter().position(|letters| word.to_lowercase() == *letters) {
        return u32::try_from(place + 2).ok();
    }
    let digits = word.replace('\u{A0}', "");
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = digits.parse().ok()?;
    let may_be_year = digits.len() == 4 && (1900..2100).contains(&number);
    (!may_be_year).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::{Entry, Key, Language, Place, RecordKind, Value};
    use crate::report::model;
    use crate::report::prose::blocks;
    use jiff::civil::date;

    /// A report on 2024 whose register holds nothing but `text`, so that every figure is 0.
    fn concerns(section: &str, text: &str) -> Vec<Concern> {
        let mut register = Register::default();
        let fields = vec![("text".into(), Value::Prose(text.into()))];
        register.put(Entry::new(section_place(2024, section), Some(fields)));
        let report = model::report(&register, 2024, date(2025, 3, 26), None);
        assert_eq!(report.section(section).unwrap().text, blocks(text, &report.figures));
        warnings(&register, &report)
            .into_iter()
            .filter(|warning| warning.section == Some(section))
            .map(|warning| warning.concern)
            .collect()
    }

    #[test]
    fn another_year_is_found_and_the_names_of_documents_are_not() {
        let table: &[(&str, &[i16])] = &[
            ("Under år 2023 har inga rekommendationer lämnats.", &[2023]),
            ("Under 2024, 2025, 2026 och 2027.", &[]),
            ("2028 är för långt bort", &[2028]),
            ("Perioden 2022–2024", &[2022]),
            ("Läget 2023-11-26", &[2023]),
            ("Under 2022: inget.", &[2022]),
            ("Riktlinjen har dnr 2021/866 och lagen 2006:544.", &[]),
            ("Riktlinje beslutad 2022-02-21, Dnr: 2021/866", &[]),
            ("ISO/IEC 27001:2022, A2023B, 12023, 20231", &[]),
            ("År 1999 och 2100", &[]),
        ];
        for (text, years) in table {
            let found: Vec<i16> = concerns("audits", text)
                .into_iter()
                .filter_map(|concern| match concern {
                    Concern::OtherYear { year } => Some(year),
                    _ => None,
                })
                .collect();
            assert_eq!(found, *years, "{text}");
        }
    }

    #[test]
    fn a_number_beside_a_figures_word_is_held_against_the_register() {
        let table: &[(&str, Option<Figure>)] = &[
            ("16 system klassade", Some(Figure::Classified)),
            ("Av bolagets system har 18 st klassats", Some(Figure::Classified)),
            ("cirka 80 system och tjänster", Some(Figure::Systems)),
            ("Tre system flyttas till den nya driften.", None),
            ("17 har en tydlig handlingsplan", Some(Figure::ActionPlan)),
            ("riskanalys har gjorts för 10 st", Some(Figure::RiskAnalysis)),
            ("Två betraktas som verksamhetsrelaterade", Some(Figure::IncidentsBusiness)),
            ("14 informationssäkerhetsincidenter rapporterades", Some(Figure::Incidents)),
            ("62 system saknar klassning", Some(Figure::Unclassified)),
            ("5 system saknar informationsägare", Some(Figure::InformationOwnerMissing)),
            ("139 medarbetare har gått utbildningen", Some(Figure::Trained)),
            ("25 chefer har gått utbildningen", Some(Figure::TrainedManagers)),
            ("25 chefer deltog i mötet", None),
            ("18 % är klassade", None),
            ("0 incidenter", None),
            ("{{incidents}} incidenter, {{classified}} klassade system", None),
            ("2024 rapporterades incidenter", None),
            ("kapitel 3 i ISO 27001", None),
        ];
        for (text, figure) in table {
            let found: Vec<Figure> = concerns("law", text)
                .into_iter()
                .filter_map(|concern| match concern {
                    Concern::Contradicted { figure, .. } => Some(figure),
                    _ => None,
                })
                .collect();
            assert_eq!(found.first(), figure.as_ref(), "{text}: {found:?}");
        }
    }

    #[test]
    fn an_unknown_placeholder_and_an_empty_section_are_told() {
        let placeholder = Concern::UnknownPlaceholder { placeholder: "{{klassade}}".into() };
        assert_eq!(concerns("law", "{{klassade}} är {{classified}}"), [placeholder]);
        assert_eq!(concerns("law", " \n"), [Concern::Empty]);
        assert_eq!(concerns("law", "Text."), []);
    }

    #[test]
    fn what_the_whole_report_lacks_comes_first_in_both_languages() {
        let register = Register::default();
        let report = model::report(&register, 2024, date(2025, 3, 26), None);
        let found = warnings(&register, &report);
        let concerns: Vec<_> = found.iter().take(2).map(|warning| warning.concern.clone()).collect();
        assert_eq!(concerns, [Concern::DateMissing, Concern::DnrMissing]);
        assert!(found.iter().any(|warning| warning.concern == Concern::TrainingMissing));
        for warning in found {
            assert_ne!(warning.text(Language::Swedish), warning.text(Language::English));
        }
    }

    #[test]
    fn a_single_thing_is_said_in_the_singular() {
        let of = |count| Concern::Disputed { count };
        let said = |concern| Warning { section: None, concern }.text(Language::Swedish);
        assert!(said(of(1)).contains("på ett ställe.") && said(of(2)).contains("på 2 ställen."));
    }

    #[test]
    fn a_cut_off_that_is_still_to_come_is_told() {
        let mut register = Register::default();
        let today = date(2025, 3, 26);
        for (cut_off, is_told) in [(date(2025, 3, 25), false), (today, false), (date(2025, 3, 27), true)] {
            let fields = vec![("cut_off".to_owned(), Value::Date(cut_off))];
            register.put(Entry::new(review_place(2024), Some(fields)));
            let found = warnings(&register, &model::report(&register, 2024, today, None));
            let told = found.iter().find(|warning| warning.concern == Concern::CutOffToCome { day: cut_off });
            assert_eq!(told.is_some(), is_told, "{cut_off}");
        }
    }

    #[test]
    fn each_thing_to_look_at_waits_for_the_one_who_can_mend_it() {
        let mut register = Register::default();
        let systems = [("a", "Chef Fastighet"), ("b", "")].into_iter();
        for (key, owner) in systems.filter_map(|(key, owner)| Some((Key::parse(key)?, owner))) {
            let fields = [("name", key.as_str()), ("information_owner", owner)];
            let fields: Vec<_> =
                fields.iter().map(|(field, words)| ((*field).into(), Value::Line((*words).into()))).collect();
            let place = Place { kind: RecordKind::System, key };
            register.put(Entry::new(place, Some(fields.into_iter().filter(|(_, value)| !value.is_empty()).collect())));
        }
        let report = model::report(&register, 2024, date(2025, 3, 26), None);
        let found = warnings(&register, &report);
        let who = |concern: &Concern, section: Option<&str>| {
            let mut fits = found.iter().filter(|it| it.concern == *concern && it.section == section);
            fits.next().map(Warning::waits_for)
        };
        assert_eq!(who(&Concern::DnrMissing, None), Some(WaitsFor::Registrar));
        assert_eq!(who(&Concern::Unclassified { count: 2 }, None), Some(WaitsFor::InformationOwner));
        assert_eq!(who(&Concern::InformationOwnerMissing { count: 1 }, None), Some(WaitsFor::ObjectOwner));
        assert_eq!(who(&Concern::Empty, Some("decisions")), Some(WaitsFor::Management));
        assert_eq!(who(&Concern::Empty, Some("dso")), Some(WaitsFor::Dso));
        assert_eq!(who(&Concern::Empty, Some("law")), Some(WaitsFor::Coordinator));
        assert_eq!(who(&Concern::ActionsLate { count: 0 }, None), None);
        for warning in found {
            assert_ne!(warning.text(Language::Swedish), warning.text(Language::English));
        }
    }
}
