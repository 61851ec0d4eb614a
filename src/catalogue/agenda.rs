//! What a workshop takes with it out of the register: one system, in the organisation's own words, and nothing else.

use std::collections::BTreeMap;

use super::{MethodFile, MethodInUse, method_file, shipped_matrices};
use crate::register::method::{self, Held, Matrix, held_answers, open_action};
use crate::register::workshop::{
    ANSWERS_MAX, About, AgendaSet, AspectLevel, AspectWords, Digest, EXPECTS_MAX, KnownMeasure, KnownRule, LINE_MAX,
    MATRIX_MAX, MEASURES_MAX, MeasureState, RULES_MAX, Said, SetFacts, TEXT_MAX, TableMeasure, TableRule, Turn,
};
use crate::register::{Aspect, Assessment, Choose, Key, Language, Level, Register, System, local_measure_place};

/// What a table is given when it begins with a system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agenda {
    /// What it is about.
    pub about: About,
    /// The information sets, in order.
    pub sets: Vec<AgendaSet>,
    /// What the register says of measures. Which of them the levels ask for, the table decides.
    pub known: Vec<KnownMeasure>,
    /// The organisation's measures, in their catalogue's order.
    pub catalogue: Vec<TableMeasure>,
    /// The organisation's own risk matrix, if it has another than those that ship.
    pub matrix: Option<String>,
}

impl Agenda {
    /// All but the beginning, as the founder says it.
    #[must_use]
    pub fn said(self) -> Vec<Said> {
        let known = self.known.into_iter().map(Said::Known);
        let catalogue: Vec<_> =
            self.catalogue.chunks(MEASURES_MAX).map(|some| Said::Catalogue(some.to_vec())).collect();
        let sets = self.sets.into_iter().map(Said::Set);
        sets.chain(known).chain(catalogue).chain(self.matrix.map(Said::Matrix)).collect()
    }
}

/// What a turn about `system` begins with; `None` when there is no such system. A system without information sets gets
/// one for all that it holds. Longer text is cut to what a workshop takes.
#[must_use]
pub fn agenda(register: &Register, method: &MethodInUse, system: &Key, language: Language) -> Option<Agenda> {
    let about = register.systems.get(system)?;
    let editions = method.editions();
    let told = About {
        system: system.clone(),
        name: about.name.clone(),
        purpose: cut(&about.purpose, TEXT_MAX),
        facts: facts(about, language),
        words: Aspect::ALL.iter().map(|aspect| words(method, *aspect, language)).collect(),
        wording: editions.wording,
        catalogue: editions.catalogue,
        last: register.classified(system).map(|held| held.decided),
        answers: true,
        matrix: method.matrices.first().map(|matrix| matrix.edition.id.clone()).unwrap_or_default(),
        rules: rules(method, language),
        personal_data: about.personal_data,
        criticality: about.criticality,
    };
    let turn = Turn::new(None, Digest::default(), told.clone(), 0);
    let of_system = register.information_sets.of(system);
    let mut sets: Vec<_> = of_system
        .zip(0..)
        .filter_map(|((key, set), order)| {
            let own = Key::parse(key.as_str().rsplit('.').next()?)?;
            let facts = SetFacts { secrecy: line(&set.secrecy), ..SetFacts::of(set) };
            let rule = KnownRule::of(set);
            Some(AgendaSet {
                key: own,
                order,
                name: set.name.clone(),
                description: cut(&set.description, TEXT_MAX),
                floors: turn.floors_of(&facts),
                before: before(register, key),
                known: true,
                dropped: false,
                facts: facts.clone(),
                facts_before: facts,
                rule: rule.map(|rule| KnownRule { when: line(&rule.when), basis: line(&rule.basis), ..rule }),
            })
        })
        .collect();
    if sets.is_empty() {
        sets.push(AgendaSet {
            key: Key::parse("allt")?,
            order: 0,
            name: match language {
                Language::Swedish => format!("All information i {}", about.name),
                Language::English => format!("All information in {}", about.name),
            },
            description: String::new(),
            floors: turn.floors_of(&SetFacts::default()),
            before: Vec::new(),
            known: false,
            dropped: false,
            facts: SetFacts::default(),
            facts_before: SetFacts::default(),
            rule: None,
        });
    }
    let matrix = method.matrices.first().filter(|matrix| !shipped_matrices().contains(matrix));
    Some(Agenda {
        about: told,
        sets,
        known: known(register, method, system),
        catalogue: catalogue(method, language),
        matrix: matrix.and_then(|matrix| matrix_text(register, matrix)),
    })
}

/// The text of the organisation's own file that this matrix stands in, without its comments.
fn matrix_text(register: &Register, matrix: &Matrix) -> Option<String> {
    let is_it = |text: &&str| matches!(method_file(text), Ok(MethodFile::Matrix(read)) if read == *matrix);
    let text = register.methods.iter().map(|(_, one)| &*one.text.0).find(is_it)?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    Some(lines.collect::<Vec<_>>().join("\n")).filter(|text| text.chars().count() <= MATRIX_MAX)
}

/// The matrix that a table values risks by: the organisation's own, if it came with the agenda, or the one it names of
/// those that ship. Nothing when it named one that did not come, or what came can't be read.
#[must_use]
pub fn matrix_at(turn: &Turn) -> Option<Matrix> {
    if !turn.matrix.is_empty() {
        return match method_file(&turn.matrix) {
            Ok(MethodFile::Matrix(matrix)) => Some(matrix),
            _ => None,
        };
    }
    let named = turn.about.matrix.as_str();
    let mut shipped = shipped_matrices().iter();
    if named.is_empty() { shipped.next().cloned() } else { shipped.find(|matrix| matrix.edition.id == named).cloned() }
}

fn cut(text: &str, max: usize) -> String {
    text.chars().take(max).collect()
}

fn line(text: &str) -> String {
    cut(text.trim(), LINE_MAX)
}

/// The rules for floors, so that the table counts with them whatever is said of an information set there.
fn rules(method: &MethodInUse, language: Language) -> Vec<TableRule> {
    let one = |rule: &method::FloorRule| TableRule {
        fact: rule.fact.key().to_owned(),
        paragraphs: rule.paragraphs.clone(),
        levels: Aspect::ALL
            .iter()
            .filter_map(|aspect| Some(AspectLevel { aspect: *aspect, level: rule.levels.of(*aspect)? }))
            .collect(),
        because: line(rule.because.in_language(language)),
    };
    method.floors.rules.iter().map(one).take(RULES_MAX).collect()
}

/// The measures, so that all at the table see what is asked, by the organisation's own catalogue.
fn catalogue(method: &MethodInUse, language: Language) -> Vec<TableMeasure> {
    let levels = |levels: &[method::AspectLevel]| -> Vec<AspectLevel> {
        levels.iter().map(|at| AspectLevel { aspect: at.aspect, level: at.level }).collect()
    };
    let one = |measure: &method::Measure| TableMeasure {
        id: measure.id.clone(),
        title: line(measure.title.in_language(language)),
        expects: cut(measure.expects.in_language(language), EXPECTS_MAX),
        stricter: cut(measure.stricter.in_language(language), EXPECTS_MAX),
        from: levels(&measure.from.levels),
        stricter_from: levels(&measure.from.stricter),
        sides: measure.sides.iter().map(|side| side.key().to_owned()).collect(),
    };
    method.measures.measures.iter().map(one).collect()
}

/// What the register says of each measure in use: the answer that holds, and the open row of the action plan.
fn known(register: &Register, method: &MethodInUse, system: &Key) -> Vec<KnownMeasure> {
    let held = held_answers(register, system);
    method.measures.measures.iter().filter_map(|measure| known_measure(register, system, &measure.id, &held)).collect()
}

fn known_measure(
    register: &Register,
    system: &Key,
    measure: &str,
    held: &BTreeMap<String, Held>,
) -> Option<KnownMeasure> {
    let (held, open) = (held.get(measure), open_action(register, system, measure));
    if held.is_none() && open.is_none() {
        return None;
    }
    let row = open.and_then(|(key, _)| Key::parse(key.own()));
    let open = open.map(|(_, action)| action);
    let answer = held.map(|held| &held.answer);
    let how = local_measure_place(system, measure).and_then(|place| register.local_measures.get(&place.key));
    let how = how.map(|local| local.how.trim()).filter(|how| how.chars().count() <= LINE_MAX && !how.contains('\n'));
    Some(KnownMeasure {
        measure: measure.to_owned(),
        answers: held
            .iter()
            .flat_map(|held| held.standing.iter().filter_map(|key| Key::parse(key.own())))
            .take(ANSWERS_MAX)
            .collect(),
        state: answer.and_then(|answer| state_of(answer.assessment?)),
        answered: answer.and_then(|answer| Some(answer.answered?.date())),
        reason: line(answer.map_or("", |answer| &answer.reason)),
        how: how.unwrap_or_default().to_owned(),
        row,
        owner: line(open.map_or("", |open| &open.owner)),
        due: open.and_then(|open| open.due),
    })
}

const fn state_of(assessment: Assessment) -> Option<MeasureState> {
    match assessment {
        Assessment::Met => Some(MeasureState::Done),
        Assessment::Partly => Some(MeasureState::Partly),
        Assessment::NotMet => Some(MeasureState::Missing),
        Assessment::NotApplicable => Some(MeasureState::NotApplicable),
        Assessment::Unknown => None,
    }
}

/// The fields that help a table think, those that are filled in. No address, no weakness, no name.
fn facts(system: &System, language: Language) -> Vec<(String, String)> {
    let of = |field: crate::register::Field, text: &str| (field.term.in_language(language).to_owned(), text.to_owned());
    let choice = |term: Option<crate::register::Term>| term.map_or("", |term| term.in_language(language));
    let yes_no = |yes: bool| match (language, yes) {
        (Language::Swedish, true) => "Ja",
        (Language::Swedish, false) => "Nej",
        (Language::English, true) => "Yes",
        (Language::English, false) => "No",
    };
    let all = [
        of(System::UNIT, &system.unit),
        of(System::CRITICALITY, choice(system.criticality.map(Choose::term))),
        of(System::SUPPLIER, &system.supplier),
        of(System::OPERATIONS, &system.operations),
        of(System::HOSTING_COUNTRY, &system.hosting_country),
        of(System::PERSONAL_DATA, system.personal_data.map_or("", yes_no)),
        of(System::INTEGRATIONS, &system.integrations),
        of(System::MOVES, &system.moves.map(|on| on.to_string()).unwrap_or_default()),
    ];
    all.into_iter().filter(|(_, text)| !text.trim().is_empty()).collect()
}

fn words(method: &MethodInUse, aspect: Aspect, language: Language) -> AspectWords {
    let of_aspect = method.wording.aspects.get(&aspect);
    let of_level = |level: &Level| method.wording.level(aspect, *level).cloned().unwrap_or_default();
    let levels: Vec<_> = Level::ALL.iter().map(of_level).collect();
    AspectWords {
        aspect,
        question: of_aspect.map_or_else(String::new, |words| words.question.in_language(language).to_owned()),
        levels: levels.iter().map(|level| level.meaning.in_language(language).to_owned()).collect(),
        examples: levels.iter().map(|level| line(level.example.in_language(language))).collect(),
        hours: levels.iter().map(|level| level.hours).collect(),
    }
}

fn before(register: &Register, set: &Key) -> Vec<AspectLevel> {
    let Some(levels) = register.set_levels(set) else { return Vec::new() };
    let one = |aspect: &Aspect| Some(AspectLevel { aspect: *aspect, level: levels.of(*aspect)? });
    Aspect::ALL.iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, datetime};

    use super::*;
    use crate::register::workshop::STATEMENT_MAX;
    use crate::register::{Entry, Place, RecordKind, Value};

    fn register() -> Register {
        let mut register = Register::default();
        let line = |text: &str| Value::Line(text.into());
        let mut put = |kind, key: &str, fields: Vec<(&str, Value)>| {
            let place = Place { kind, key: Key::parse(key).unwrap() };
            let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            register.put(Entry::new(place, Some(fields)));
        };
        put(
            RecordKind::System,
            "passer",
            vec![("name", line("Passersystem")), ("supplier", line("Lås AB")), ("personal_data", Value::Flag(true))],
        );
        put(RecordKind::System, "annat", vec![("name", line("Hemligt system"))]);
        put(
            RecordKind::InformationSet,
            "passer.kort",
            vec![("name", line("Kort")), ("secrecy", line("OSL 18:8")), ("children", Value::Flag(true))],
        );
        let answered = |measure: &str, assessment: &str, replaces: &str| {
            vec![
                ("measure", line(measure)),
                ("assessment", Value::Choice(assessment.into())),
                ("answered", Value::Moment(datetime(2025, 3, 12, 9, 0, 0, 0))),
                ("replaces", line(replaces)),
            ]
        };
        put(RecordKind::Answer, "passer.forr", answered("m01", "not-met", ""));
        put(RecordKind::Answer, "passer.nu", answered("m01", "partly", "forr"));
        put(RecordKind::Answer, "passer.vet", answered("m02", "unknown", ""));
        put(RecordKind::LocalMeasure, "passer.m01", vec![("how", Value::Prose("Listan gås igenom i mars".into()))]);
        put(
            RecordKind::Action,
            "passer.rad",
            vec![
                ("title", line("Ägare utsedd")),
                ("measure", line("m01")),
                ("owner", line("IT")),
                ("due", Value::Date(date(2026, 5, 1))),
            ],
        );
        put(RecordKind::Answer, "annat.sa", answered("m03", "met", ""));
        register
    }

    #[test]
    fn a_workshop_takes_its_own_system_with_its_floors_and_words_and_nothing_of_another() {
        let Agenda { about, sets, known, matrix, .. } =
            agenda(&register(), &MethodInUse::shipped(), &Key::parse("passer").unwrap(), Language::Swedish).unwrap();
        assert_eq!(about.name, "Passersystem");
        assert!(about.facts.contains(&("Leverantör".into(), "Lås AB".into())));
        assert_eq!(about.words.len(), 4);
        assert!(about.words.iter().all(|words| words.levels.len() == 5 && words.question.ends_with('?')));
        assert_eq!(sets.len(), 1);
        assert_eq!((sets[0].key.as_str(), sets[0].known), ("kort", true));
        let highest =
            sets[0].floors.iter().filter(|floor| floor.aspect == Aspect::Confidentiality).map(|floor| floor.level);
        assert_eq!(highest.max(), Some(Level::Serious));
        let one = |known: &KnownMeasure| (known.measure.clone(), known.state, known.how.clone());
        assert_eq!(
            known.iter().map(one).collect::<Vec<_>>(),
            [
                ("m01".to_owned(), Some(MeasureState::Partly), "Listan gås igenom i mars".to_owned()),
                ("m02".to_owned(), None, String::new()),
            ]
        );
        assert_eq!(known[0].answers, [Key::parse("nu").unwrap()], "what it took the place of is not at the table");
        assert_eq!(known[0].answered, Some(date(2025, 3, 12)));
        assert_eq!((known[0].owner.as_str(), known[0].due), ("IT", Some(date(2026, 5, 1))));
        assert_eq!((known[0].row.clone(), known[1].row.clone()), (Key::parse("rad"), None));
        assert_eq!((about.matrix.as_str(), matrix), ("klassrum-4x4", None), "what ships need not travel");
        let all = serde_json::to_string(&(&about, &sets, &known)).unwrap();
        assert!(!all.contains("Hemligt"));
    }

    #[test]
    fn what_the_table_is_given_is_within_what_a_workshop_takes() {
        let mut register = register();
        let long = |text: &str| text.repeat(5_000);
        let place = Place { kind: RecordKind::System, key: Key::parse("passer").unwrap() };
        let fields = vec![
            ("name".to_owned(), Value::Line("Passersystem".into())),
            ("purpose".to_owned(), Value::Prose(long("å"))),
        ];
        register.put(Entry::new(place, Some(fields)));
        for number in 0..200 {
            let place = Place { kind: RecordKind::Answer, key: Key::parse(&format!("passer.s{number}")).unwrap() };
            let fields = [
                ("measure", Value::Line("m05".into())),
                ("assessment", Value::Choice("not-applicable".into())),
                ("reason", Value::Line("ö".repeat(1_000))),
                ("answered", Value::Moment(datetime(2025, 3, 12, 9, 0, 0, 0))),
            ];
            let fields = fields.map(|(name, value)| (name.to_owned(), value)).to_vec();
            register.put(Entry::new(place, Some(fields)));
        }
        let system = Key::parse("passer").unwrap();
        let agenda = agenda(&register, &MethodInUse::shipped(), &system, Language::Swedish).unwrap();
        let begin = Said::Turn(agenda.about.clone());
        let all = std::iter::once(begin).chain(agenda.said());
        for said in all {
            assert!(said.is_sound(), "{said:?}");
            assert!(serde_json::to_vec(&said).unwrap().len() < STATEMENT_MAX / 2);
        }
    }

    #[test]
    fn an_organisation_s_own_matrix_comes_to_the_table_and_is_read_there() {
        let mut register = register();
        let text = include_str!("matrix-5x5.txt").replace("id: klassrum-5x5", "id: egen").replace("M M", "H M");
        let line = |text: &str| Value::Line(text.into());
        let place = Place { kind: RecordKind::Method, key: Key::parse("egen").unwrap() };
        let fields = vec![
            ("kind".to_owned(), Value::Choice("matrix".into())),
            ("text".to_owned(), Value::Prose(text)),
            ("decided".to_owned(), Value::Date(date(2025, 1, 1))),
        ];
        register.put(Entry::new(place, Some(fields)));
        let fields = vec![("name".to_owned(), line("Skolfastigheter")), ("matrix".to_owned(), line("egen"))];
        register.put(Entry::new(crate::register::organisation_place(), Some(fields)));
        let method = MethodInUse::of(&register);
        let agenda = agenda(&register, &method, &Key::parse("passer").unwrap(), Language::Swedish).unwrap();
        let text = agenda.matrix.unwrap();
        assert!(Said::Matrix(text.clone()).is_sound() && !text.contains("\n#"));
        let turn = Turn::new(None, Digest::default(), agenda.about, 0);
        assert_eq!(matrix_at(&Turn { matrix: text, ..turn.clone() }).as_ref(), method.matrices.first());
        // Without it the table has none, rather than another than the organisation's.
        assert_eq!(matrix_at(&turn), None);
    }

    #[test]
    fn a_system_without_sets_gets_one_for_all_it_holds() {
        let Agenda { sets, .. } =
            agenda(&register(), &MethodInUse::shipped(), &Key::parse("annat").unwrap(), Language::Swedish).unwrap();
        assert_eq!(sets.iter().map(|set| set.name.as_str()).collect::<Vec<_>>(), ["All information i Hemligt system"]);
        assert!(!sets[0].known);
    }
}
