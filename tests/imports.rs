//! Lists that people have become the register they meant, and nothing else does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support {
    pub mod lists;
}

use klassrum::exchange::{
    Answer, FileError, ListKind, Note, Preview, Target, Title, Verdict, Why, cut_off_in_name, example, read,
};
use klassrum::register::{
    Choose, Classification, Command, IncidentKind, Language, Level, RecordKind, StaffRole, Stage, System, Value,
};
use klassrum::report::Figure;
use proptest::prelude::*;
use support::lists::*;

#[test]
fn the_example_gives_the_figures_of_the_report() {
    let mut office = Office::new();
    for (name, bytes) in example::example() {
        let preview = office.look_with(bytes, |chosen| chosen.cut_off = cut_off_in_name(name));
        assert_eq!(preview.count(Verdict::Doubtful), 0, "{name}: {:?}", preview.rows);
        assert!(preview.unmatched.is_empty(), "{name}: {:?}", preview.unmatched);
        office.take(&preview, &preview.by_default());
    }
    let register = office.register();
    let reached = |stage| register.systems.iter().filter(|(key, _)| stage <= register.stage(key)).count();
    assert_eq!(register.systems.len(), 80);
    assert_eq!(reached(Stage::Classified), 18);
    assert_eq!(reached(Stage::ActionPlan), 17);
    assert_eq!(reached(Stage::RiskAnalysis), 10);

    assert_eq!(register.incidents.len(), 14);
    assert_eq!(register.incidents.iter().filter(|(_, one)| one.business_related == Some(true)).count(), 2);

    let (key, training) = register.trainings.iter().next().unwrap();
    assert_eq!(training.cut_off, Some(jiff::civil::date(2024, 11, 26)));
    assert_eq!(training.courses, "Dataskydd, Informationssäkerhet");
    let sum = |managers_only: bool| {
        let mut sum = (0, 0);
        for (_, count) in register.training_counts.of(key) {
            if count.course.is_empty() && (!managers_only || count.role == Some(StaffRole::Manager)) {
                sum.0 += count.people.unwrap();
                sum.1 += count.completed.unwrap();
            }
        }
        sum
    };
    assert_eq!(sum(false), (250, 139));
    assert_eq!(sum(true), (32, 25));
}

#[test]
fn what_the_example_adds_to_its_lists_changes_no_figure_but_what_is_due_again() {
    let mut office = Office::new();
    for (name, bytes) in example::example() {
        let preview = office.look_with(bytes, |chosen| chosen.cut_off = cut_off_in_name(name));
        office.take(&preview, &preview.by_default());
    }
    let before = office.register();
    let mut keys = 0;
    let more = example::information(&before, || {
        keys += 1;
        klassrum::register::Key::parse(&format!("more-{keys}")).unwrap()
    });
    let signed = klassrum::document::Signed { by: klassrum::document::Author::default(), at: 2 };
    office.document.apply(&more, &signed).unwrap();
    let after = office.register();
    let figures = |register| klassrum::report::Figures::count(register, 2024, jiff::civil::date(2025, 3, 26));
    let (was, is) = (figures(&before), figures(&after));
    let same = |figure: &&Figure| was.get(**figure) == is.get(**figure);
    // What is added is a reason to classify one of the systems again.
    assert_eq!(Figure::ALL.iter().filter(|figure| !same(figure)).collect::<Vec<_>>(), [&Figure::DueAgain]);
    assert_eq!(is.get(Figure::DueAgain), was.get(Figure::DueAgain) + 1);
    assert_eq!((after.information_sets.len(), after.answers.len()), (5, 8));
    let (system, _) = after.systems.iter().find(|(_, system)| system.name == "Passersystem").unwrap();
    let method = klassrum::catalogue::MethodInUse::of(&after);
    let levels = after.classified(system).unwrap().levels;
    let asked = klassrum::register::method::measures_for(&method.measures, levels).unwrap();
    let rows = klassrum::register::method::plan_rows(&after, system, &asked);
    assert_eq!(rows.iter().map(|row| row.asked.measure.id.as_str()).collect::<Vec<_>>(), ["m01", "m09"]);
}

#[test]
fn the_example_is_the_fixtures() {
    for (name, bytes) in example::example() {
        assert!(fixture(name) == bytes, "{name}");
    }
}

#[test]
fn the_example_taken_in_again_changes_nothing() {
    let mut office = Office::new();
    for round in 0..2 {
        for (name, bytes) in example::example() {
            let preview = office.look_with(bytes, |chosen| chosen.cut_off = cut_off_in_name(name));
            assert!(!preview.rows.is_empty());
            if round == 1 {
                assert_eq!(preview.count(Verdict::Same), preview.rows.len(), "{name}");
                assert_eq!(preview.command(&everything(&preview)), None);
            }
            office.take(&preview, &preview.by_default());
        }
    }
}

#[test]
fn a_list_gives_the_same_commands_as_workbook_and_as_text() {
    let register = Office::new().register();
    let [book, text] = ["systemlista.xlsx", "systemlista.csv"].map(|name| look(&fixture(name), &register).unwrap());
    assert_eq!(book.command(&book.by_default()), text.command(&text.by_default()));
    assert_eq!(book.rows.len(), 80);
}

#[test]
fn an_import_is_one_step_to_undo() {
    let mut office = Office::new();
    let before = office.register();
    office.import(&fixture("systemlista.xlsx"));
    assert_eq!(office.register().systems.len(), 80);
    let signed = klassrum::document::Signed::default();
    office.document.undo(&signed).unwrap();
    assert_eq!(office.register(), before);
}

#[test]
fn no_person_of_a_training_list_is_in_what_comes_out() {
    let text = "Namn;Anställningsnummer;Roll;Kurs;Status;E-post\n\
                Ada Berg;A77001;Chef;Dataskydd;Klar;ada.berg@skola.example\n\
                Bo Ek;A77002;Ekonom;Dataskydd;kanske;bo.ek@skola.example\n";
    let guess = guessed(text.as_bytes());
    let preview = Office::new().look(text.as_bytes());
    let shown: String =
        preview.rows.iter().flat_map(|row| row.doubts.iter().map(|doubt| doubt.text(Language::Swedish))).collect();
    let all = format!("{guess:?} {preview:?} {shown} {:?}", preview.command(&everything(&preview))).to_lowercase();
    for secret in ["ada", "berg", "a77001", "bo ek", "a77002", "example"] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
    assert!(shown.contains("”kanske”"));
    assert_eq!(preview.counts.iter().filter(|count| count.course.is_empty()).map(|count| count.people).sum::<u32>(), 2);
}

fn office_with(text: &str) -> Office {
    let mut office = Office::new();
    office.import(text.as_bytes());
    office
}

fn whys(preview: &Preview) -> Vec<&Why> {
    preview.rows.iter().flat_map(|row| &row.doubts).map(|doubt| &doubt.why).collect()
}

fn texts(preview: &Preview) -> Vec<String> {
    preview.rows.iter().flat_map(|row| &row.doubts).map(|doubt| doubt.text(Language::Swedish)).collect()
}

fn the_system(office: &Office) -> System {
    let register = office.register();
    let (_, system) = register.systems.iter().next().unwrap();
    System::clone(system)
}

#[test]
fn a_newer_list_updates_and_an_empty_cell_empties_nothing() {
    let mut office = office_with("System;Enhet;Leverantör;Syfte\nAntura;Projekt;L1;Styra\n");
    let newer = "System;Enhet;Leverantör;Syfte\n  ANTURA ;Ekonomi;;Styra projekt\n";
    let preview = office.look(newer.as_bytes());
    assert_eq!(preview.rows[0].verdict, Verdict::Changed);
    let told: Vec<_> = preview.rows[0].offers[0].differences.iter().map(|one| one.text(Language::Swedish)).collect();
    assert_eq!(
        told,
        [("Användningsområde", "Styra".into(), "Styra projekt".into()), ("Enhet", "Projekt".into(), "Ekonomi".into())]
            .into_iter()
            .rev()
            .collect::<Vec<_>>()
    );
    office.take(&preview, &preview.by_default());
    let system = the_system(&office);
    assert_eq!((system.name.as_str(), system.unit.as_str(), system.supplier.as_str()), ("Antura", "Ekonomi", "L1"));
    assert_eq!(&*system.purpose, "Styra projekt");
    assert_eq!(office.import(newer.as_bytes()).rows[0].verdict, Verdict::Same);
}

#[test]
fn a_name_doubled_in_the_file_is_a_question() {
    let text = "System;Enhet\nAntura;Projekt\nAntura;Ekonomi\nDiarium;Kansli\n";
    let mut office = Office::new();
    let preview = office.look(text.as_bytes());
    let verdicts: Vec<_> = preview.rows.iter().map(|row| row.verdict).collect();
    assert_eq!(verdicts, [Verdict::Doubtful, Verdict::Doubtful, Verdict::New]);
    assert_eq!(preview.rows[0].doubts[0].why, Why::DoubledInFile { rows: vec![3] });
    office.take(&preview, &preview.by_default());
    assert_eq!(office.register().systems.len(), 1);

    let preview = office.look(text.as_bytes());
    office.take(&preview, &[(0, 0), (1, 0)]);
    assert_eq!(office.register().systems.len(), 3);
    let again = office.look(text.as_bytes());
    assert_eq!(again.count(Verdict::Same), 3, "each row is one of the namesakes");

    let moved = office.look("System;Enhet\nAntura;HR\n".as_bytes());
    assert_eq!(moved.rows[0].doubts[0].why, Why::DoubledInRegister { count: 2 });
    let answers: Vec<_> = moved.rows[0].offers.iter().map(|offer| &offer.answer).collect();
    assert!(matches!(answers[..], [Answer::Update(_, 1), Answer::Update(_, 2), Answer::Add]));
    assert!(moved.by_default().is_empty());
    office.take(&moved, &[(0, 1)]);
    let units: Vec<_> = office.register().systems.iter().map(|(_, one)| one.unit.clone()).collect();
    assert!(units.contains(&"HR".into()) && units.len() == 3, "{units:?}");
}

#[test]
fn a_name_doubled_in_the_file_can_update_the_one_in_the_register() {
    let mut office = office_with("System;Enhet\nAntura;Projekt\n");
    let preview = office.look("System;Enhet\nAntura;Ekonomi\nAntura;HR\n".as_bytes());
    let answers: Vec<_> = preview.rows[0].offers.iter().map(|offer| offer.answer.text(Language::Swedish)).collect();
    assert_eq!(answers, ["Uppdatera", "Lägg till som ny"]);
    office.take(&preview, &[(0, 0), (1, 0)]);
    assert_eq!(the_system(&office).unit, "HR", "the later row holds");
}

#[test]
fn level_nine_is_named_and_the_rest_of_the_row_can_be_taken() {
    let rows = [vec!["System", "Enhet", "Klassad", "K", "R"], vec!["Antura", "Projekt", "2024-07-25", "9", "2"]];
    let cells = rows.map(|row| row.into_iter().map(|text| Xml::Text(text.into())).collect());
    let mut office = Office::new();
    let preview = office.look(&xlsx("Lista", &cells));
    assert_eq!(preview.rows[0].verdict, Verdict::Doubtful);
    let text = &texts(&preview)[0];
    assert!(text.starts_with("Blad ”Lista”, rad 2, kolumn D (K): ”9” är ingen nivå."), "{text}");
    assert!(preview.by_default().is_empty());
    office.take(&preview, &everything(&preview));
    let register = office.register();
    assert_eq!((register.systems.len(), register.classifications.len()), (1, 0));
    assert_eq!(the_system(&office).unit, "Projekt");
}

#[test]
fn level_four_is_taken_with_a_warning_and_only_once() {
    let text = "System;Klassad;K\nLarm;2024-07-25;4\n";
    let mut office = Office::new();
    let preview = office.look(text.as_bytes());
    assert_eq!(whys(&preview), [&Why::Exceptional]);
    assert!(texts(&preview)[0].contains("säkerhetsskydd"));
    office.take(&preview, &everything(&preview));
    let register = office.register();
    let (_, decision) = register.classifications.iter().next().unwrap();
    assert_eq!((decision.confidentiality, decision.scale.as_str()), (Some(Level::Exceptional), "0-4"));
    assert_eq!(office.look(text.as_bytes()).count(Verdict::Same), 1);
}

#[test]
fn a_classification_needs_both_date_and_levels() {
    for (row, expected) in [
        ("Antura;;2", Some(Why::LevelsWithoutDate)),
        ("Antura;2024-07-25;", Some(Why::DateWithoutLevels)),
        ("Antura;Ja;2", Some(Why::ClassifiedWhen)),
        ("Antura;Nej;", None),
        ("Antura;-;-", None),
        ("Antura;i våras;2", Some(Why::NoDate("i våras".into()))),
        ("Antura;03/04/2024;2", Some(Why::DayOrMonth("03/04/2024".into()))),
    ] {
        let preview = Office::new().look(format!("System;Klassad;K\n{row}\n").as_bytes());
        assert_eq!(whys(&preview), expected.iter().collect::<Vec<_>>(), "{row}");
        let command = format!("{:?}", preview.command(&everything(&preview)));
        assert!(command.contains("Antura") && !command.contains("Classification"), "{row}: {command}");
    }
}

#[test]
fn another_classification_of_the_same_day_is_a_question() {
    let mut office = office_with("System;Enhet;Klassad;K;R\nAntura;Projekt;2024-07-25;2;2\n");
    let preview = office.look("System;Enhet;Klassad;K;R\nAntura;HR;2024-07-25;3;2\n".as_bytes());
    assert_eq!(whys(&preview), [&Why::OtherDecision(jiff::civil::date(2024, 7, 25))]);
    let answers: Vec<_> = preview.rows[0].offers.iter().map(|offer| &offer.answer).collect();
    assert_eq!(answers, [&Answer::WithoutDecision, &Answer::SecondDecision]);
    office.take(&preview, &[(0, 1)]);
    let register = office.register();
    let (key, system) = register.systems.iter().next().unwrap();
    assert!(register.classified(key).unwrap().disputed);
    assert_eq!(system.unit, "HR");
}

#[test]
fn a_later_classification_is_added_to_the_history() {
    let mut office = office_with("System;Klassad;K;R\nAntura;2023-07-25;2;2\n");
    let preview = office.import("System;Klassad;K;R\nAntura;2024-07-25;3;2\n".as_bytes());
    assert_eq!(preview.rows[0].verdict, Verdict::Changed);
    let differences: Vec<_> =
        preview.rows[0].offers[0].differences.iter().map(|one| one.text(Language::Swedish)).collect();
    assert_eq!(
        differences,
        [
            ("Klassad (datum)", "2023-07-25".into(), "2024-07-25".into()),
            ("Konfidentialitet", "betydande".into(), "allvarlig".into())
        ]
    );
    assert_eq!(office.register().classifications.len(), 2);
}

#[test]
fn a_withdrawn_classification_is_no_hindrance() {
    let text = "System;Klassad;K\nAntura;2024-07-25;2\n";
    let mut office = office_with(text);
    let place = klassrum::register::Place {
        kind: RecordKind::Classification,
        key: office.register().classifications.iter().next().unwrap().0.clone(),
    };
    let withdraw = Command::Withdraw { place, reason: "fel system".into() };
    office.document.apply(&withdraw, &klassrum::document::Signed::default()).unwrap();
    assert_eq!(office.look(text.as_bytes()).rows[0].verdict, Verdict::Changed);
}

#[test]
fn no_takes_nothing_away() {
    let mut office = office_with("System;Klassad;K;Handlingsplan;Riskanalys\nAntura;2024-07-25;2;Ja;2024-09-01\n");
    let register = office.register();
    assert_eq!(register.risk_analyses.iter().next().unwrap().1.date, Some(jiff::civil::date(2024, 9, 1)));
    let preview = office.look("System;Handlingsplan;Riskanalys\nAntura;Nej;x\n".as_bytes());
    assert_eq!(whys(&preview), [&Why::NoButThereIs(RecordKind::ActionPlan)]);
    assert_eq!(preview.command(&everything(&preview)), None);
}

#[test]
fn a_value_that_does_not_fit_leaves_its_field_alone() {
    let mut office = office_with("System;Personuppgifter;Status\nAntura;Ja;I drift\n");
    let preview = office.look("System;Personuppgifter;Status\nAntura;delvis;på månen\n".as_bytes());
    assert_eq!(whys(&preview), [&Why::NeitherYesNorNo("delvis".into()), &Why::NoChoice("på månen".into())]);
    assert_eq!(preview.command(&everything(&preview)), None);
}

#[test]
fn a_column_nobody_knows_is_offered_and_can_be_placed() {
    let text = "System;Rumsnummer;Kommentar\nAntura;B12;Bra\nDiarium;;\n";
    let mut office = Office::new();
    let preview = office.look(text.as_bytes());
    let [column] = &preview.unmatched[..] else { panic!("{:?}", preview.unmatched) };
    assert_eq!((column.column, column.heading.as_str(), column.filled), (1, "Rumsnummer", 1));
    assert_eq!(column.samples, ["B12"]);

    let place = |target: Target| move |chosen: &mut klassrum::exchange::Chosen| chosen.targets[1] = Some(target);
    let placed = office.look_with(text.as_bytes(), place(Target::field(RecordKind::System, System::COMMENT)));
    assert!(placed.unmatched.is_empty());
    office.take(&placed, &placed.by_default());
    let comments: Vec<_> = office.register().systems.iter().map(|(_, one)| one.comment.0.clone()).collect();
    assert_eq!(comments, ["Rumsnummer: B12\nBra", ""]);
    let left_out = office.look_with(text.as_bytes(), place(Target::Ignore));
    assert!(left_out.unmatched.is_empty());
}

#[test]
fn rows_without_a_name_can_not_be_taken() {
    let preview = Office::new().look("System;Enhet\n;Projekt\n;\n".as_bytes());
    assert_eq!(whys(&preview), [&Why::NoName]);
    assert_eq!(preview.rows[0].title, Title::Row(2));
    assert_eq!(preview.command(&everything(&preview)), None);
}

#[test]
fn an_incident_is_known_by_its_number_and_else_by_title_and_day() {
    let mut office = office_with("IA-nummer;Rubrik;Händelsedatum\nIA-1;Spam;2024-03-01 09:15\n;Inbrott;2024-04-01\n");
    assert_eq!(office.register().incidents.len(), 2);
    let newer = "IA-nummer;Rubrik;Händelsedatum;Typ\n\
                 IA-1;Spam igen;2024-03-01;Bluffmejl\n\
                 IA-2;Inbrott;2024-04-01;Inbrott\n\
                 IA-3;Inbrott;2024-04-02;Inbrott\n";
    let preview = office.import(newer.as_bytes());
    let verdicts: Vec<_> = preview.rows.iter().map(|row| row.verdict).collect();
    assert_eq!(verdicts, [Verdict::Changed, Verdict::Changed, Verdict::New]);
    let register = office.register();
    assert_eq!(register.incidents.len(), 3);
    let first = register.incidents.iter().map(|(_, one)| one).find(|one| one.ia_number == "IA-1").unwrap();
    assert_eq!((first.title.as_str(), first.kind), ("Spam igen", Some(IncidentKind::Phishing)));
    assert_eq!(first.occurred, Some(jiff::civil::datetime(2024, 3, 1, 9, 15, 0, 0)), "the time stays");
    assert_eq!(office.look(newer.as_bytes()).count(Verdict::Same), 3);
}

#[test]
fn an_unknown_kind_of_incident_is_kept_as_a_word() {
    let text = "Rubrik;Typ;Rapporterad\nSten genom taket;Meteornedslag;2024-03-01\n";
    let mut office = Office::new();
    let preview = office.look(text.as_bytes());
    assert_eq!(whys(&preview), [&Why::UnknownKind("Meteornedslag".into())]);
    office.take(&preview, &everything(&preview));
    let register = office.register();
    let (_, incident) = register.incidents.iter().next().unwrap();
    assert_eq!(incident.kind, Some(IncidentKind::Other));
    assert_eq!(&*incident.description, "Typ i listan: Meteornedslag");
    assert_eq!(office.look(text.as_bytes()).count(Verdict::Same), 1);
}

#[test]
fn a_newer_training_list_of_the_same_day_changes_the_counts() {
    let list = |status: &str, more: &str| {
        format!("Namn;Roll;Kurs;Status\nA;Chef;Dataskydd;Klar\nB;Handläggare;Dataskydd;{status}\n{more}")
    };
    let on = |chosen: &mut klassrum::exchange::Chosen| chosen.cut_off = Some(jiff::civil::date(2024, 11, 26));
    let mut office = Office::new();
    let total = |office: &Office| {
        let counts = office.register().training_counts;
        counts
            .iter()
            .filter(|(_, one)| one.course.is_empty())
            .fold((0, 0), |sum, (_, one)| (sum.0 + one.people.unwrap(), sum.1 + one.completed.unwrap()))
    };
    let first = office.look_with(list("Pågår", "").as_bytes(), on);
    office.take(&first, &first.by_default());
    assert_eq!(total(&office), (2, 1));

    let second = office.look_with(list("Klar", "").as_bytes(), on);
    assert_eq!(second.rows[0].verdict, Verdict::Changed);
    office.take(&second, &second.by_default());
    assert_eq!(total(&office), (2, 2));
    assert_eq!(office.register().trainings.len(), 1);
    assert_eq!(office.look_with(list("Klar", "").as_bytes(), on).rows[0].verdict, Verdict::Same);

    // A manager who has become staff leaves no count behind.
    let third = list("Klar", "").replace("Chef", "Ekonom");
    let third = office.look_with(third.as_bytes(), on);
    office.take(&third, &third.by_default());
    assert_eq!(total(&office), (2, 2));
}

#[test]
fn only_the_courses_that_are_chosen_are_mandatory() {
    let text = "Namn;Kurs;Status\nA;Dataskydd;Klar\nA;Yoga;Ej klar\nB;Yoga;Klar\n";
    let of = |courses: &[&str]| {
        let courses = courses.iter().map(ToString::to_string).collect();
        let preview = Office::new().look_with(text.as_bytes(), |chosen| chosen.courses = courses);
        let whole = preview.counts.iter().find(|count| count.course.is_empty()).unwrap();
        (whole.people, whole.completed)
    };
    assert_eq!(of(&[]), (2, 0));
    assert_eq!(of(&["dataskydd"]), (2, 1));
}

#[test]
fn a_column_of_people_chosen_as_courses_is_refused() {
    let rows: String = (0..150).map(|number| format!("Person {number};Dataskydd;Klar\n")).collect();
    let preview = Office::new().look_with(format!("Namn;Kurs;Status\n{rows}").as_bytes(), |chosen| {
        chosen.targets.swap(0, 1);
    });
    assert_eq!(whys(&preview), [&Why::TooManyCourses(150)]);
    assert!(preview.counts.is_empty() && preview.command(&everything(&preview)).is_none());
    assert!(!format!("{preview:?}").contains("Person 1"));
}

#[test]
fn a_window_shows_some_rows_and_keeps_their_places() {
    let preview = Office::new().look("System\nA\n;\nB\nB\nC\n".as_bytes());
    let places =
        |only, from, most| preview.window(only, from, most).into_iter().map(|(place, _)| place).collect::<Vec<_>>();
    assert_eq!(places(None, 0, 10), [0, 1, 2, 3]);
    assert_eq!(places(None, 1, 2), [1, 2]);
    assert_eq!(places(Some(Verdict::Doubtful), 0, 10), [1, 2]);
    assert_eq!(places(Some(Verdict::New), 1, 10), [3]);
    assert!(preview.window(None, 0, 10).iter().all(|(_, row)| row.offers[0].commands.is_empty()));
    assert_eq!(preview.summary().by_default, [(0, 0), (3, 0)]);
}

#[test]
fn formulas_are_never_calculated_and_their_last_value_is_told_of() {
    let rows = vec![
        vec![Xml::Text("System".into()), Xml::Text("Enhet".into())],
        vec![Xml::Formula("HYPERLINK(\"http://x\",\"Antura\")", "Antura"), Xml::Text("=cmd|' /C calc'!A0".into())],
    ];
    let mut office = Office::new();
    let preview = office.import(&xlsx("Lista", &rows));
    assert_eq!(preview.notes, [Note::Formulas { sheet: "Lista".into(), count: 1, row: 2, column: 0 }]);
    assert!(preview.notes[0].text(Language::Swedish).contains("rad 2, kolumn A"));
    let system = the_system(&office);
    assert_eq!((system.name.as_str(), system.unit.as_str()), ("Antura", "=cmd|' /C calc'!A0"));
}

#[test]
fn markup_stays_text() {
    let office = office_with("System;Syfte\n<img src=x onerror=alert(1)>;<script>alert(1)</script>\n");
    let system = the_system(&office);
    assert_eq!(system.name, "<img src=x onerror=alert(1)>");
    assert_eq!(&*system.purpose, "<script>alert(1)</script>");
}

#[test]
fn a_bad_file_is_named_for_what_it_is() {
    let whole = fixture("systemlista.xlsx");
    let png = [&b"\x89PNG\r\n\x1a\n"[..], &[0; 100]].concat();
    let long = xlsx("Lista", &[vec![Xml::Text("System".into())], vec![Xml::Text("x".repeat(2_000_000))]]);
    let boasting = pack(&[
        ("_rels/.rels", String::new()),
        ("xl/sharedStrings.xml", "<sst uniqueCount=\"99999999999999999\">".into()),
    ]);
    for (name, bytes, expected) in [
        ("empty", Vec::new(), "Filen är tom."),
        ("truncated", whole[..whole.len() / 2].to_vec(), "Arbetsboken är skadad eller avbruten."),
        ("a picture", png, "Filen är ingen tabell (PNG)."),
        ("unclosed", b"System;Enhet\nA;\"b\nC;d\n".to_vec(), "Citattecknet som börjar på rad 2 stängs aldrig"),
        ("a long cell", long, "Blad ”Lista”: Cellen i rad 2, kolumn A har 2000000 tecken"),
        ("a text document", pack(&[("word/document.xml", "<w/>".into())]), "Filen är ett dokument av en annan sort."),
        ("a boasting table of strings", boasting, "Arbetsboken är skadad"),
    ] {
        let why = read(&bytes).unwrap_err();
        let text = why.text(Language::Swedish);
        assert!(text.starts_with(expected), "{name}: {text}");
        assert!(text.ends_with("Registret är orört."), "{name}: {text}");
    }
}

#[test]
fn a_workbook_that_swells_is_put_down() {
    let one = " ".repeat(8_000_000);
    let parts: Vec<_> = (0..60).map(|number| (format!("xl/{number}.xml"), one.clone())).collect();
    let parts: Vec<_> = parts.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
    assert!(matches!(read(&pack(&parts)), Err(FileError::Swells { .. })));
}

#[test]
fn a_damaged_sheet_is_named_with_the_last_cell_that_was_read() {
    let good = xlsx("Lista", &[vec![Xml::Text("System".into())], vec![Xml::Text("Antura".into())]]);
    let mut parts = unpack(&good);
    for (_, text) in &mut parts {
        *text = text.replace("</row></sheetData></worksheet>", "<c r=\"B2\"><v>1");
    }
    let why = read(&pack_again(&parts)).unwrap_err();
    assert!(matches!(&why, FileError::Unreadable { sheet, row: 2, column: 0, .. } if sheet == "Lista"), "{why:?}");
}

#[test]
fn a_sheet_that_lies_about_its_places_is_refused_or_read() {
    let good = xlsx("Lista", &[vec![Xml::Text("System".into())], vec![Xml::Text("Antura".into())]]);
    for (from, to) in [
        ("<sheetData>", "<dimension ref=\"C9:A1\"/><sheetData>"),
        ("<sheetData>", "<dimension ref=\"A1:XFD1048576\"/><sheetData>"),
        ("r=\"A2\"", "r=\"ZZZZZZZZ99999999999999\""),
        ("r=\"A2\"", "r=\"A0\""),
        ("r=\"A2\"", "r=\"\""),
        ("r=\"A2\"", "r=\"2\""),
        ("<row r=\"2\"", "<row r=\"0\""),
        ("t=\"inlineStr\"", "t=\"s\""),
        ("t=\"inlineStr\"", "s=\"99999999999\" t=\"n\""),
        ("sheetId=\"1\"", "sheetId=\"x\""),
        ("name=\"Lista\"", "name=\"&bogus;\""),
        ("worksheets/sheet1.xml", "../../../etc/passwd"),
    ] {
        let mut parts = unpack(&good);
        let mut found = false;
        for (_, text) in &mut parts {
            found |= text.contains(from);
            *text = text.replace(from, to);
        }
        assert!(found, "{from}");
        match read(&pack_again(&parts)) {
            Ok(book) => assert!(book.sheets.iter().all(|sheet| sheet.width() <= 500), "{to}"),
            Err(why) => assert!(
                matches!(why, FileError::Damaged(_) | FileError::Unreadable { .. } | FileError::TooManyColumns { .. }),
                "{to}: {why:?}"
            ),
        }
    }
}

/// Rows of a system list: what people's own lists hold, clean and unclean.
fn a_list() -> impl Strategy<Value = Vec<Vec<String>>> {
    let row = (
        "[A-DÅ]{1,2}|  a b ",
        "[a-z \"=<;,\n]{0,12}",
        prop::sample::select(vec!["", "Ja", "nej", "x", "kanske"]),
        prop::sample::select(vec!["", "2024-01-02", "3/2 2023", "Ja", "i fjol"]),
        prop::sample::select(vec!["", "0", "2", "Betydande", "3 - Allvarlig", "4", "9"]),
        prop::sample::select(vec!["", "1", "måttlig"]),
        prop::sample::select(vec!["", "Ja", "Nej", "2024-05-01"]),
    );
    prop::collection::vec(row, 0..12).prop_map(|rows| {
        let head = ["System", "Syfte", "Personuppgifter", "Klassad", "K", "R", "Handlingsplan"];
        let mut list = vec![head.map(str::to_owned).to_vec()];
        list.extend(rows.into_iter().map(|(name, purpose, personal, day, k, r, plan)| {
            [name, purpose].into_iter().chain([personal, day, k, r, plan].map(str::to_owned)).collect()
        }));
        list
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn taking_a_list_in_again_changes_nothing(list in a_list()) {
        let bytes = csv(&list);
        let mut office = Office::new();
        office.import(&bytes);
        let before = office.register();
        let again = office.look(&bytes);
        prop_assert_eq!(again.command(&again.by_default()), None);
        prop_assert_eq!(again.count(Verdict::New), 0);
        prop_assert_eq!(again.count(Verdict::Changed), 0);
        office.take(&again, &again.by_default());
        prop_assert_eq!(office.register(), before);
    }

    #[test]
    fn every_command_of_a_preview_makes_sense(list in a_list()) {
        let mut office = Office::new();
        let preview = office.look(&csv(&list));
        for row in &preview.rows {
            for offer in &row.offers {
                prop_assert_eq!(Command::Batch(offer.commands.clone()).check(), Ok(()));
            }
        }
        office.take(&preview, &everything(&preview));
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(book) = read(&bytes) {
            let _ = klassrum::exchange::guess(&book);
        }
    }

    #[test]
    fn no_damage_to_a_workbook_makes_the_reader_panic(damage in prop::collection::vec((0_usize..12_700, any::<u8>()), 1..20)) {
        let mut bytes = fixture("systemlista.xlsx");
        for (place, byte) in damage {
            let place = place % bytes.len();
            bytes[place] = byte;
        }
        let _ = look(&bytes, &klassrum::register::Register::default());
    }

    #[test]
    fn no_damage_within_a_workbook_makes_the_reader_panic(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), "[ -~]{0,3}"), 1..4),
    ) {
        let mut parts = unpack(&fixture("systemlista.xlsx"));
        for (part, place, written) in damage {
            let part = part.index(parts.len());
            let text = &mut parts[part].1;
            let place = place.index(text.len().min(3_000));
            let places = text.char_indices().map(|(place, _)| place).collect::<Vec<_>>();
            let start = places[place.min(places.len() - 1)];
            let end = places.get(place + written.len()).copied().unwrap_or(text.len()).max(start);
            text.replace_range(start..end, &written);
        }
        let _ = look(&pack_again(&parts), &klassrum::register::Register::default());
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "[a-z;,\"\n\r\tåä=0-9.-]{0,200}") {
        let _ = look(text.as_bytes(), &klassrum::register::Register::default());
    }
}

#[test]
fn a_list_taken_in_twice_is_the_same_the_second_time_and_was_new_the_first() {
    let text = "System;Syfte;Klassad;K;Handlingsplan\nA;x;2024-01-02;2;Ja\nB;y;;;Nej\n";
    let mut office = Office::new();
    assert_eq!(office.import(text.as_bytes()).count(Verdict::New), 2);
    assert_eq!(office.import(text.as_bytes()).count(Verdict::Same), 2);
    assert_eq!(office.register().systems.len(), 2);
    assert_eq!(office.register().classifications.len(), 1);
}

#[test]
fn a_list_of_five_thousand_systems_is_read_and_previewed() {
    let mut rows =
        vec![["System", "Syfte", "Enhet", "Klassad", "K", "R", "T", "S"].map(|text| Xml::Text(text.into())).into()];
    for number in 0..5_000 {
        let text = |text: String| Xml::Text(text);
        let mut row = vec![text(format!("System {number}")), text(format!("Syfte {number}")), text("IT".into())];
        row.push(text("2024-07-25".into()));
        row.extend([1.0, 2.0, 3.0, 2.0].map(Xml::Number));
        rows.push(row);
    }
    let bytes = xlsx("Lista", &rows);
    let start = std::time::Instant::now();
    let preview = look(&bytes, &klassrum::register::Register::default()).unwrap();
    println!("5,000 rows, {} kB: read and previewed in {:?}", bytes.len() / 1_000, start.elapsed());
    assert_eq!(preview.count(Verdict::New), 5_000);
    assert_eq!(preview.list, ListKind::Systems);
    let Some(Command::Batch(commands)) = preview.command(&preview.by_default()) else { panic!("no batch") };
    assert_eq!(commands.len(), 10_000);
    let Command::Add { fields, .. } = &commands[1] else { panic!("no classification") };
    assert!(fields.contains(&(Classification::SCALE.key.into(), Value::Line("0-4".into()))));
}
