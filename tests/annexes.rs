//! The workbook that goes with the report holds its lists, its tables and its words, as what they are.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support {
    pub mod reports;
}

use std::io::Cursor;

use calamine::{Data, Range, Reader, Xlsx};
use jiff::civil::date;
use klassrum::register::{Entry, Key, Place, RecordKind, Register, Value};
use klassrum::report::annexes::{Cell, annexes};
use klassrum::report::{Block, Report, text, to_xlsx};
use support::reports::{example, full, line, of_2024, part, put, write};

fn workbook(file: &[u8]) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(file.to_vec())).unwrap()
}

fn sheet(register: &Register, name: &str) -> Range<Data> {
    workbook(&to_xlsx(register, &of_2024(register)).unwrap()).worksheet_range(name).unwrap()
}

fn columns(range: &Range<Data>, heading: &str) -> Vec<Data> {
    let at = range.rows().next().unwrap().iter().position(|cell| *cell == Data::String(heading.to_owned())).unwrap();
    range.rows().skip(1).map(|row| row[at].clone()).collect()
}

#[test]
fn each_sheet_is_read_back_as_it_was_meant() {
    let register = full();
    let report = of_2024(&register);
    let file = to_xlsx(&register, &report).unwrap();
    let mut book = workbook(&file);
    let sheets = annexes(&register, &report);
    assert_eq!(book.sheet_names(), sheets.iter().map(|sheet| sheet.name).collect::<Vec<_>>());
    for sheet in &sheets {
        let range = book.worksheet_range(sheet.name).unwrap();
        let mut rows = range.rows();
        let headings: Vec<_> = rows.next().unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(headings, sheet.columns.iter().map(|column| column.heading.clone()).collect::<Vec<_>>());
        for row in &sheet.rows {
            assert_eq!(row.len(), sheet.columns.len(), "{}", sheet.name);
            let read = rows.next().unwrap_or_default();
            for (at, cell) in row.iter().enumerate() {
                let read = read.get(at).unwrap_or(&Data::Empty);
                match cell {
                    Cell::Empty => assert_eq!(*read, Data::Empty, "{}", sheet.name),
                    Cell::Text(text) => assert_eq!(*read, Data::String(text.clone()), "{}", sheet.name),
                    Cell::Number(count) => assert_eq!(read.to_string(), count.to_string(), "{}", sheet.name),
                    Cell::Date(day) => {
                        let Data::DateTime(when) = read else { panic!("{read:?} is no day in {}", sheet.name) };
                        let (year, month, of_month, ..) = when.to_ymd_hms_milli();
                        let read = (
                            i16::try_from(year).unwrap(),
                            i8::try_from(month).unwrap(),
                            i8::try_from(of_month).unwrap(),
                        );
                        assert_eq!(read, (day.year(), day.month(), day.day()));
                    }
                    Cell::Moment(moment) => {
                        let Data::DateTime(when) = read else { panic!("{read:?} is no moment in {}", sheet.name) };
                        let (year, _, _, hour, minute, ..) = when.to_ymd_hms_milli();
                        assert_eq!(
                            (i16::try_from(year).unwrap(), i8::try_from(hour).unwrap(), i8::try_from(minute).unwrap()),
                            (moment.year(), moment.hour(), moment.minute())
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn the_workbook_says_on_its_first_sheet_and_on_every_printed_page_that_it_may_hold_secrets() {
    let register = full();
    let file = to_xlsx(&register, &of_2024(&register)).unwrap();
    let mut book = workbook(&file);
    let first = book.sheet_names()[0].clone();
    let said = columns(&book.worksheet_range(&first).unwrap(), "Innehåll");
    assert!(said.iter().any(|cell| cell.to_string().contains("kan omfattas av sekretess")), "{said:?}");
    for number in 1..=book.sheet_names().len() {
        let sheet = part(&file, &format!("xl/worksheets/sheet{number}.xml"));
        let head = sheet.split_once("<oddHeader>").and_then(|(_, rest)| rest.split_once("</oddHeader>")).unwrap().0;
        assert!(head.contains("sekretess"), "{head}");
    }
}

#[test]
fn what_looks_like_a_formula_stays_text() {
    let register = full();
    let file = to_xlsx(&register, &of_2024(&register)).unwrap();
    let titles = columns(&sheet(&register, "Åtgärder"), "Åtgärd");
    for begins in ["=1+1 ", "@SUM(A1) ", "-5 ", "+46 "] {
        let found = titles.iter().filter(|title| title.to_string().starts_with(begins)).count();
        assert_eq!(found, 3, "{begins}");
    }
    let mut zip = zip::ZipArchive::new(Cursor::new(&file)).unwrap();
    let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
    let mut sheets = 0;
    for name in names.iter().filter(|name| name.starts_with("xl/worksheets/sheet")) {
        let mut xml = String::new();
        std::io::Read::read_to_string(&mut zip.by_name(name).unwrap(), &mut xml).unwrap();
        assert!(!xml.contains("<f>") && !xml.contains("<f "), "a formula in {name}");
        assert!(xml.contains("<autoFilter "), "no filter in {name}");
        assert!(xml.contains("state=\"frozen\""), "the headings of {name} scroll away");
        assert!(!xml.contains("<hyperlink"), "a link in {name}");
        sheets += 1;
    }
    assert!(9 <= sheets);
    assert!(part(&file, "xl/styles.xml").contains("quotePrefix=\"1\""), "Excel would calculate once it is edited");
}

#[test]
fn a_list_has_all_that_the_register_holds() {
    let register = full();
    let systems = sheet(&register, "System");
    assert_eq!(systems.rows().count(), 81);
    assert!(columns(&systems, "K Konfidentialitet").contains(&Data::String("2 – betydande".into())));
    let day = &columns(&systems, "Senast klassat")[0];
    assert!(matches!(day, Data::DateTime(_)), "{day:?}");
    assert_eq!(sheet(&register, "Incidenter").rows().count(), 15);
    assert_eq!(columns(&sheet(&register, "Risker"), "Risknivå").len(), 8);
    let late = columns(&sheet(&register, "Åtgärder"), "Försenad");
    assert_eq!(late.iter().filter(|late| **late == Data::String("Ja".into())).count(), 8);
    let figures = sheet(&register, "Nyckeltal");
    let row = figures.rows().find(|row| row[0] == Data::String("Klassade".into())).unwrap();
    assert_eq!(row[1], Data::Float(18.0));
    assert!(row[2].to_string().starts_with("System med minst ett klassningsbeslut"));
}

/// The rows of the year plan, each cell as it is read: a day in ISO form.
fn year_plan(register: &Register) -> Vec<String> {
    let shown = |cell: &Data| match cell {
        Data::DateTime(when) => {
            let (year, month, day, ..) = when.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        cell => cell.to_string(),
    };
    let sheet = sheet(register, "Årsplan");
    sheet.rows().skip(1).map(|row| row.iter().map(shown).collect::<Vec<_>>().join(" | ")).collect()
}

#[test]
fn the_year_plan_has_every_day_that_somebody_must_see_to_in_order_and_how_far_it_has_come() {
    let mut register = Register::default();
    let day = |year, month, day| Value::Date(date(year, month, day));
    let prose = |text: &str| Value::Prose(text.to_owned());
    let word = |key: &str| Value::Choice(key.to_owned());
    let owners = [("system_owner", line("Chef Drift")), ("information_owner", line("Ekonomichef"))];
    let system = |register: &mut Register, key: &str, name: &str, more: &[(&str, Value)]| {
        put(register, RecordKind::System, key, &[&[("name", line(name))], &owners[..], more].concat());
    };
    // Planned for a month, for a day that has been, and for when there already is a classification.
    system(&mut register, "a", "Antura", &[("planned", day(2025, 5, 1)), ("contract_ends", day(2025, 12, 31))]);
    system(&mut register, "b", "Bodil", &[("planned", day(2024, 11, 15)), ("moves", day(2024, 9, 30))]);
    system(&mut register, "c", "Castor", &[("planned", day(2024, 4, 1)), ("contract_ends", day(2026, 1, 1))]);
    put(&mut register, RecordKind::Classification, "c.1", &[("decided", day(2024, 6, 17))]);
    // One that was withdrawn is none, and a system at level 4 has no plan here.
    let gone = [("decided", day(2024, 7, 1)), ("withdrawn", Value::Flag(true))];
    put(&mut register, RecordKind::Classification, "c.2", &gone);
    system(&mut register, "d", "Delta", &[("planned", day(2025, 6, 1))]);
    let four = [("decided", day(2023, 2, 1)), ("confidentiality", word("exceptional"))];
    put(&mut register, RecordKind::Classification, "d.1", &four);
    // Due again since before the report's year.
    system(&mut register, "e", "Ekot", &[]);
    put(&mut register, RecordKind::Classification, "e.1", &[("decided", day(2022, 10, 3))]);

    let action = |register: &mut Register, key: &str, title: &str, due: Value, more: &[(&str, Value)]| {
        put(register, RecordKind::Action, key, &[&[("title", line(title)), ("due", due)], more].concat());
    };
    let owner = ("owner", line("Objektledare"));
    action(&mut register, "a.1", "Öppen sedan länge", day(2022, 3, 1), &[("side", word("it"))]);
    action(&mut register, "a.2", "Klar sedan länge", day(2022, 3, 1), &[("status", word("verified"))]);
    action(&mut register, "a.3", "Klar i år", day(2024, 3, 1), &[("status", word("introduced")), owner.clone()]);
    action(&mut register, "a.4", "På dagen", day(2025, 3, 1), &[("status", word("ongoing")), owner]);
    action(&mut register, "a.5", "Året efter nästa", day(2026, 3, 1), &[]);
    action(&mut register, "gone.1", "I ett system som är borta", day(2024, 3, 1), &[]);

    put(&mut register, RecordKind::RiskAnalysis, "a.r", &[("title", line("Årlig")), ("date", day(2025, 10, 1))]);
    let risk = |until, status| {
        [("event", prose("Larmet tystnar")), ("accepted_until", until), ("status", word(status)), ("owner", line("VD"))]
    };
    put(&mut register, RecordKind::Risk, "a.r.1", &risk(day(2023, 6, 30), "accepted"));
    put(&mut register, RecordKind::Risk, "a.r.2", &risk(day(2024, 6, 30), "closed"));
    let treatment = [
        ("title", line("Byt lås")),
        ("responsible", line("Vakt")),
        ("due", day(2024, 8, 1)),
        ("follow_up", day(2025, 2, 1)),
        ("status", word("introduced")),
    ];
    put(&mut register, RecordKind::Treatment, "a.t", &treatment);

    put(&mut register, RecordKind::Review, "2024", &[("date", day(2025, 3, 26)), ("signatory", line("ISAM"))]);
    let decision = |text: &str, due| [("text", prose(text)), ("due", due), ("owner", line("Bolagschef"))];
    put(&mut register, RecordKind::Decision, "2023.a", &decision("Utse ägare", day(2024, 12, 1)));
    put(&mut register, RecordKind::Decision, "2024.a", &decision("Klassa {{systems}} [[med larm]]", day(2025, 12, 1)));
    put(&mut register, RecordKind::Decision, "2025.a", &decision("Nästa års", day(2025, 12, 1)));

    let incident = [
        ("title", line("Intrång")),
        ("systems", line("Antura, Bodil")),
        ("nis2", word("significant")),
        ("nis2_notified", Value::Moment(date(2024, 1, 31).at(10, 0, 0, 0))),
    ];
    put(&mut register, RecordKind::Incident, "i", &incident);

    assert_eq!(
        year_plan(&register),
        [
            "2022-03 | 2022-03-01 | Åtgärd | Öppen sedan länge | Antura | IT | Försenat",
            "2023-06 | 2023-06-30 | Acceptans av risk går ut | Larmet tystnar | Antura | VD | Försenat",
            "2023-10 | 2023-10-03 | Genomgång av klassning | Gå igenom klassningen | Ekot | Ekonomichef | Dags nu",
            "2024-02 | 2024-02-29 | Slutrapport om incident | Intrång | Antura, Bodil |  | Försenat",
            "2024-03 | 2024-03-01 | Åtgärd | Klar i år | Antura | Objektledare | Införd",
            "2024-04 |  | Planerad klassning | Klassa systemet | Castor | Ekonomichef | Klart",
            "2024-06 | 2024-06-17 | Klassningsbeslut | Systemet i sin helhet | Castor |  | Klart",
            "2024-08 | 2024-08-01 | Riskåtgärd | Byt lås | Antura | Vakt | Införd",
            "2024-09 | 2024-09-30 | Flytt eller byte av drift | Systemet flyttas eller byter drift | Bodil | Chef Drift | Har passerat",
            "2024-11 | 2024-11-15 | Planerad klassning | Klassa systemet | Bodil | Ekonomichef | Försenat",
            "2024-12 | 2024-12-01 | Beslut av ledningen | 2023 § 1 Utse ägare |  | Bolagschef | Försenat",
            "2025-02 | 2025-02-01 | Uppföljning av riskåtgärd | Byt lås | Antura | Vakt | Försenat",
            "2025-03 | 2025-03-01 | Åtgärd | På dagen | Antura | Objektledare | Pågår",
            "2025-03 | 2025-03-26 | Ledningens genomgång | Ledningens genomgång 2024 |  | ISAM | Kommande",
            "2025-05 |  | Planerad klassning | Klassa systemet | Antura | Ekonomichef | Kommande",
            "2025-06 | 2025-06-17 | Genomgång av klassning | Gå igenom klassningen | Castor | Ekonomichef | Kommande",
            "2025-10 | 2025-10-01 | Riskanalys | Årlig | Antura |  | Kommande",
            "2025-12 | 2025-12-01 | Beslut av ledningen | 2024 § 1 Klassa 5 med larm |  | Bolagschef | Förslag",
            "2025-12 | 2025-12-31 | Avtal löper ut |  | Antura | Chef Drift | Kommande",
        ]
    );

    let place = Place { kind: RecordKind::Decision, key: Key::parse("2023.a").unwrap() };
    let fields = decision("Utse ägare", day(2024, 12, 1)).map(|(field, value)| (field.to_owned(), value));
    register.put(Entry { place, fields: Some(fields.to_vec()), disputed: vec!["due".to_owned()] });
    let disputed: Vec<String> = year_plan(&register).into_iter().filter(|row| row.ends_with("Klart senast")).collect();
    assert_eq!(disputed.len(), 1, "{disputed:?}");
    assert!(disputed[0].contains("Utse ägare"));
}

#[test]
fn the_year_plan_and_the_year_wheel_count_the_same() {
    let mut register = full();
    put(&mut register, RecordKind::RiskAnalysis, "s03.one", &[("date", Value::Date(date(2024, 2, 29)))]);
    let report = of_2024(&register);
    let wheel = report.section("year-wheel").unwrap().computed.iter().find_map(Block::table).unwrap();
    let rows = year_plan(&register);
    let mut seen = 0;
    for (column, kind) in [(1, "Klassningsbeslut"), (2, "Riskanalys"), (3, "Åtgärd")] {
        for (month, row) in (1..).zip(&wheel.rows) {
            let begins = format!("2024-{month:02} | ");
            let inside = format!(" | {kind} | ");
            let of_plan = rows.iter().filter(|row| row.starts_with(&begins) && row.contains(&inside)).count();
            assert_eq!(klassrum::report::model::words(&row[column]), of_plan.to_string(), "{kind} in month {month}");
            seen += of_plan;
        }
    }
    // The classifications, the analysis, and the actions whose day is in the year.
    assert_eq!(seen, 18 + 1 + 4);
}

#[test]
fn the_workbook_has_the_words_of_the_report() {
    for register in [Register::default(), example(), full()] {
        let report = of_2024(&register);
        assert_eq!(words(&register, &report), lines(&text::text(&report)));
    }
}

/// What the report's own two sheets say, in the lines of its plain text, without order.
fn words(register: &Register, report: &Report) -> Vec<String> {
    let mut book = workbook(&to_xlsx(register, report).unwrap());
    let mut said = Vec::new();
    for row in book.worksheet_range("Rapportens text").unwrap().rows().skip(1) {
        if !matches!(row[1].to_string().as_str(), "Diagrammet i ord" | "Tabell" | "Diagram") {
            said.extend(row[2].to_string().split('\n').map(str::to_owned));
        }
    }
    let mut caption = String::new();
    for row in book.worksheet_range("Rapportens tabeller").unwrap().rows().skip(1) {
        let cells: Vec<String> = row.iter().map(shown).collect();
        if cells[0] != caption {
            caption.clone_from(&cells[0]);
            said.push(caption.clone());
        }
        said.push(cells[1..].join("\t").trim_end_matches('\t').to_owned());
    }
    lines(&said.join("\n"))
}

/// A number as the report writes it.
fn shown(cell: &Data) -> String {
    match cell {
        Data::Float(count) => klassrum::report::model::number(format!("{count:.0}").parse().unwrap()),
        cell => cell.to_string(),
    }
}

fn lines(text: &str) -> Vec<String> {
    // A cell without words at a row's end is no cell in a workbook.
    let mut lines: Vec<String> = text.lines().map(|line| line.trim_end_matches('\t').to_owned()).collect();
    lines.sort();
    lines
}

#[test]
fn text_that_is_longer_than_a_cell_goes_on_in_a_sheet_of_its_own() {
    let mut register = example();
    let long = "åäö🏫".repeat(25_000);
    let fields = [("name", line("Antura")), ("purpose", Value::Prose(long.clone()))];
    put(&mut register, RecordKind::System, "s00", &fields);
    let begun = columns(&sheet(&register, "System"), "Användningsområde")[0].to_string();
    let (begun, rest) = begun.split_once(" […] ").unwrap();
    assert_eq!(rest, "Fortsätter på bladet Långa texter, rad 2.");
    let more = sheet(&register, "Långa texter");
    let more: String = columns(&more, "Text").iter().map(ToString::to_string).collect();
    assert_eq!(format!("{begun}{more}"), long);
}

#[test]
fn the_same_report_gives_the_same_workbook() {
    let register = full();
    let report = of_2024(&register);
    let file = to_xlsx(&register, &report).unwrap();
    assert_eq!(to_xlsx(&register, &report).unwrap(), file);
    assert!(part(&file, "docProps/core.xml").contains("2025-03-26T00:00:00Z"));
}

#[test]
fn whatever_people_write_is_text_in_the_workbook() {
    let mut register = example();
    for odd in ["<b>&amp;]]>\u{0}\u{1b}", "&F&P &\"fet\"", "שלום 👩‍🏫"] {
        put(&mut register, RecordKind::System, "s00", &[("name", line(odd))]);
        write(&mut register, "summary", odd);
        let name = columns(&sheet(&register, "System"), "System eller tjänst")[0].to_string();
        assert_eq!(name, odd.replace(['\u{0}', '\u{1b}'], ""));
    }
    let day = Value::Date(date(1850, 1, 1));
    put(&mut register, RecordKind::System, "s00", &[("name", line("Gammalt")), ("contract_ends", day)]);
    assert_eq!(columns(&sheet(&register, "System"), "Avtalet löper ut")[0].to_string(), "1850-01-01");
}
