//! The report says what the register says, under the headings that the yearly report has.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support {
    pub mod lists;
    pub mod reports;
}

use jiff::civil::date;
use klassrum::exchange::{cut_off_in_name, example};
use klassrum::register::{Choose, Entry, Key, Place, RecordKind, Register, Value, review_place, section_place};
use klassrum::report::model::words;
use klassrum::report::{
    Block, Figure, LastYear, ListBehind, Report, Run, SECTIONS, Section, annexes, insertable, report, secrecy, text,
    to_docx,
};
use quick_xml::events::Event;
use support::lists::Office;
use support::reports::{docx_text, example, full, line, of_2024, part, put, write};

const HEADINGS: [(u8, &str); 32] = [
    (1, "Sammanfattning"),
    (1, "Sedan förra året"),
    (1, "Bakgrund"),
    (1, "Ledningssystem för informationssäkerhet, LIS"),
    (1, "Status för beslut och åtgärder från föregående genomgång"),
    (
        1,
        "Omvärldsbevakning – förändringar i externa och interna frågor som är relevanta för ledningssystemet för informationssäkerhet",
    ),
    (2, "Lagstiftning och avtalsmässiga krav"),
    (2, "Övrig påverkan"),
    (2, "Risk och sårbarhetsanalys (RSA)"),
    (2, "Resultat av egen uppföljning (IKP)"),
    (2, "Resultat från revisioner"),
    (1, "Information om informationssäkerhetens prestanda"),
    (2, "Avvikelser och korrigerande åtgärder"),
    (2, "Incidentrapportering/statistik"),
    (2, "Resultat från övervakning och mätning"),
    (2, "Identifiering av processer och oönskade händelser"),
    (2, "Värdering och hantering av oönskade händelser"),
    (2, "Obligatoriska utbildningar inom Informationssäkerhet för medarbetare i staden"),
    (2, "Årshjul"),
    (3, "Några rekommendationer i DSO-årsrapport"),
    (1, "Återkoppling från intressenter"),
    (1, "Planerade och genomförda aktiviteter samt planering inför kommande år"),
    (1, "Informationssäkerhetsmål"),
    (2, "Måluppfyllelse"),
    (1, "Resultat från riskbedömning och status för riskbehandlingsplan"),
    (1, "Resurser"),
    (1, "Möjligheter till ständig förbättring 2025–2026"),
    (1, "Planerade och prioriterat arbete och aktiviteter under kommande perioder"),
    (1, "Beslut"),
    (2, "Underskrift"),
    (1, "Bilaga: Plan för 2025–2027"),
    (1, "Bilaga: Så räknas siffrorna"),
];

fn section_text(report: &Report, name: &str) -> String {
    let one =
        Report { sections: report.sections.iter().filter(|one| one.name == name).cloned().collect(), ..report.clone() };
    text::text(&one).replace('\u{A0}', " ")
}

#[test]
fn every_heading_of_the_yearly_report_is_there_in_its_order() {
    let report = of_2024(&example());
    let headings: Vec<(u8, &str)> =
        report.sections.iter().map(|section| (section.level, section.heading.as_str())).collect();
    assert_eq!(headings, HEADINGS);
    assert_eq!(report.title, "Ledningens genomgång informationssäkerhet 2024");
    assert_eq!(
        report.head(),
        ["Utkast", "Stockholm, 26 mars 2025", "Dnr: SFAB 2025/148", "Rapportör: Informationssäkerhetssamordnare"]
    );
    assert!(report.draft, "it is a draft until it is issued");
}

#[test]
fn a_heading_never_skips_a_level_and_every_section_can_be_written_in() {
    let mut above = 0;
    for plan in SECTIONS {
        assert!(plan.level <= above + 1, "{}", plan.name);
        above = plan.level;
        assert_eq!(section_place(2024, plan.name).key.own(), plan.name);
    }
}

#[test]
fn the_report_gives_the_figures_of_the_example() {
    let report = of_2024(&example());
    let expected = [
        (Figure::Systems, 80),
        (Figure::Classified, 18),
        (Figure::ActionPlan, 17),
        (Figure::RiskAnalysis, 10),
        (Figure::Unclassified, 62),
        (Figure::OwnerMissing, 16),
        (Figure::InformationOwnerMissing, 80),
        (Figure::Incidents, 14),
        (Figure::IncidentsBusiness, 2),
        (Figure::Trained, 139),
        (Figure::TrainedManagers, 25),
        (Figure::People, 250),
    ];
    for (figure, count) in expected {
        assert_eq!(report.figures.get(figure), count, "{figure:?}");
    }
    let said = [
        ("identification", "cirka 80 system och tjänster. Av dem är 18 klassade, 17 har en handlingsplan och för 10"),
        ("identification", "Arkivfunktionen deltog i 18 av 18."),
        ("valuation", "Av cirka 80 system och tjänster är 62 ännu inte klassade."),
        ("incidents", "Under 2024 rapporterades 14 informationssäkerhetsincidenter. Av dem bedöms 2 som"),
        ("training", "Den 26 november 2024 hade 139 av 250 personer, konsulter inräknade,"),
        ("training", "Av dem var 25 chefer."),
        ("training", "Chefer\tAnställda\t30\t25\t83 %"),
        ("summary", "System och tjänster\tcirka 80"),
        ("risks", "Ägare saknas för 16 system"),
    ];
    for (section, words) in said {
        let text = section_text(&report, section);
        assert!(text.contains(words), "{words:?} is not in {text}");
    }
}

#[test]
fn the_example_files_give_the_document_its_figures() {
    let mut office = Office::new();
    for (name, bytes) in example::example() {
        let preview = office.look_with(bytes, |chosen| chosen.cut_off = cut_off_in_name(name));
        office.take(&preview, &preview.by_default());
    }
    let read = docx_text(&to_docx(&of_2024(&office.register())).unwrap());
    let said = [
        "cirka 80 system och tjänster. Av dem är 18 klassade, 17 har en handlingsplan och för 10 är en riskanalys",
        "62 ännu inte klassade",
        "14 informationssäkerhetsincidenter. Av dem bedöms 2 som verksamhetsrelaterade",
        "Den 26 november 2024 hade 139 av 250 personer, konsulter inräknade,",
        "Av dem var 25 chefer",
    ];
    for words in said {
        assert!(read.contains(words), "{words:?} is not in {read}");
    }
}

#[test]
fn every_figure_in_the_report_equals_the_list_behind_it() {
    let register = example();
    let report = of_2024(&register);
    for figure in Figure::ALL {
        let list = figure.list(2024);
        if list != ListBehind::Training {
            let keys = list.keys(&register, &report.figures);
            assert_eq!(usize::try_from(report.figures.get(*figure)).unwrap(), keys.len(), "{figure:?}");
        }
    }
    let mut written = 0;
    for run in report.sections.iter().flat_map(Section::blocks).flat_map(Block::runs).flatten() {
        if let Run::Figure { figure, value } = run {
            assert_eq!(value.replace('\u{A0}', ""), report.figures.get(*figure).to_string());
            written += 1;
        }
    }
    assert!(20 < written, "{written} figures");
}

#[test]
fn the_number_of_systems_is_exact_once_somebody_has_said_so() {
    let mut register = example();
    let fields = Some(vec![("approximate".to_owned(), Value::Flag(false))]);
    register.put(Entry::new(review_place(2024), fields));
    let text = text::text(&of_2024(&register));
    assert!(text.contains("Registret omfattar 80 system"));
    assert!(!text.contains("cirka"));
}

#[test]
fn a_placeholder_in_a_text_follows_the_register() {
    let mut register = example();
    write(&mut register, "summary", "Klassade: {{classified}} av {{systems}}.");
    let last = |register: &Register| {
        let report = of_2024(register);
        let Some(Block::Paragraph(runs)) = report.section("summary").unwrap().text.last() else { panic!() };
        words(runs)
    };
    assert_eq!(last(&register), "Klassade: 18 av 80.");
    register.put(Entry::new(Place { kind: RecordKind::Classification, key: Key::parse("s00.one").unwrap() }, None));
    assert_eq!(last(&register), "Klassade: 17 av 80.");
    assert_eq!(insertable(&of_2024(&register).figures).first().unwrap().0, "{{systems}}");
}

#[test]
fn last_year_has_a_column_where_it_is_known() {
    let register = example();
    let last = LastYear::of(&register, date(2024, 3, 1), &register, date(2025, 3, 1), 2024);
    let with = report(&register, 2024, date(2025, 3, 1), Some(&last));
    let header = |report: &Report| {
        let blocks = &report.section("summary").unwrap().computed;
        let table = blocks.iter().find_map(|block| match block {
            Block::KeyFigures(table) => Some(table.clone()),
            _ => None,
        });
        let table = table.unwrap();
        assert!(table.rows.iter().all(|row| row.len() == table.header.len() && row.len() == table.align.len()));
        table.header
    };
    assert_eq!(header(&with), ["Nyckeltal", "2024", "2023"]);
    assert_eq!(header(&of_2024(&register)), ["Nyckeltal", "2024"], "nothing in the register is dated before 2024");
    let mut older = register;
    put(&mut older, RecordKind::Incident, "older", &[("reported", Value::Date(date(2023, 5, 1)))]);
    let report = of_2024(&older);
    assert_eq!(header(&report), ["Nyckeltal", "2024", "2023"]);
    assert!(section_text(&report, "summary").contains("Incidenter\t14\t1\n"));
    assert!(section_text(&report, "summary").contains("System och tjänster\tcirka 80\t–\n"));
}

#[test]
fn a_key_figure_says_what_it_is_counted_among() {
    let summary = section_text(&of_2024(&full()), "summary");
    let said = |begins: &str| {
        let mut rows = summary.lines().filter_map(|line| line.strip_prefix(begins)?.strip_prefix('\t'));
        let values = rows.next().unwrap_or_else(|| panic!("{begins}: {summary}"));
        values.split('\t').next().unwrap().to_owned()
    };
    for (figure, words) in [
        (Figure::Systems, "cirka 80"),
        (Figure::Classified, "18 av cirka 80"),
        (Figure::ActionPlan, "17 av cirka 80"),
        (Figure::RiskAnalysis, "10 av cirka 80"),
        (Figure::Unclassified, "62 av cirka 80"),
        (Figure::IncidentsBusiness, "2 av 14"),
        (Figure::Trained, "139 av 250"),
    ] {
        assert_eq!(said(figure.term().sv), words);
    }
    assert!(said(Figure::OwnerMissing.term().sv).ends_with(" av cirka 80"));
    let (late, open) = (said(Figure::ActionsLate.term().sv), said(Figure::ActionsOpen.term().sv));
    assert!(late.ends_with(&format!(" av {open}")), "{late}, {open}");
}

#[test]
fn what_has_changed_since_the_last_review_is_told_in_the_page_and_in_every_file() {
    let now = example();
    let mut before = now.clone();
    for number in 10..18 {
        let key = Key::parse(&format!("s{number}.one")).unwrap();
        before.put(Entry::new(Place { kind: RecordKind::Classification, key }, None));
    }
    let last = LastYear::of(&before, date(2023, 12, 31), &now, date(2025, 3, 1), 2024);
    let with = report(&now, 2024, date(2025, 3, 1), Some(&last));
    let said = [
        "Jämförelsen gäller registret den 31 december 2023 och den 1 mars 2025.",
        "Däremellan har 8 system klassats för första gången och 0 klassats om.",
        "0 åtgärder har avslutats och 0 har blivit försenade.",
        "Klassade för första gången\t8\t70 som inte var klassade",
        "Klassade om\t0\t10 som var klassade",
        "Klassade för första gången: System 10, System 11, System 12, System 13, System 14 och 3 till",
    ];
    let docx = docx_text(&to_docx(&with).unwrap()).replace('\u{A0}', " ");
    for words in said {
        assert!(section_text(&with, "since-last").contains(words), "{words:?}");
        assert!(docx.contains(words), "{words:?} is not in the document");
    }
    let alike = LastYear::of(&now, date(2023, 12, 31), &now, date(2023, 12, 31), 2024);
    let alike = section_text(&report(&now, 2024, date(2025, 3, 1), Some(&alike)), "since-last");
    assert!(alike.contains("Inget av det som jämförs har ändrats.") && alike.contains("Nya risker\t0\t0 risker nu"));
}

#[test]
fn what_people_have_said_different_things_of_is_marked_in_the_report_and_its_files() {
    let mut calm = full();
    for (key, text) in [("2024.a", "Klassa resten"), ("2024.b", "Utse ägare")] {
        put(&mut calm, RecordKind::Decision, key, &[("text", Value::Prose(text.into()))]);
    }
    let wanted = |place: &Place| match place.kind {
        RecordKind::Incident => calm.incidents.get(&place.key).unwrap().business_related == Some(true),
        kind => [RecordKind::Risk, RecordKind::Decision, RecordKind::System].contains(&kind),
    };
    let mut register = calm.clone();
    let entries: Vec<_> = calm.entries().filter(|entry| wanted(&entry.place)).collect();
    for entry in &entries {
        register.put(Entry { disputed: vec!["status".to_owned()], ..entry.clone() });
    }
    let (before, after) = (of_2024(&calm), of_2024(&register));
    const MARK: &str = "(två olika uppgifter i registret)";
    assert!(!text::text(&before).contains("olika"), "{}", text::text(&before));
    let count = entries.len();
    let said = format!("{count} uppgifter i registret har olika värden från olika personer.");
    assert!(section_text(&after, "summary").contains(&said), "{}", section_text(&after, "summary"));
    for name in ["incidents", "decisions"] {
        let marks = section_text(&after, name).matches(MARK).count();
        let rows = entries.iter().filter(|entry| match entry.place.kind {
            RecordKind::Incident => name == "incidents",
            RecordKind::Decision => name == "decisions" && entry.place.key.owner() == Some(review_place(2024).key),
            _ => false,
        });
        assert_eq!(marks, rows.count(), "{name}: {}", section_text(&after, name));
        let section = after.section(name).unwrap();
        let explained = section.footnotes.iter().filter(|note| note.text.contains("den försiktigaste")).count();
        assert!(1 < marks && explained == 1, "{name}: {marks} marks, {explained} notes");
    }
    let annex = |register, report| secrecy::annex(register, report).map(|annex| text::text(&annex)).unwrap();
    assert!(!annex(&calm, &before).contains(MARK));
    assert!(annex(&register, &after).contains(MARK));
    let column = |register, report| {
        let sheets = annexes::annexes(register, report);
        let risks = sheets.into_iter().find(|sheet| sheet.name == "Risker").unwrap();
        let last = risks.columns.last().unwrap().heading.clone();
        (last, risks.rows.iter().map(|row| row.last().unwrap().clone()).collect::<Vec<_>>())
    };
    let (heading, cells) = column(&register, &after);
    assert_eq!(heading, "Olika uppgifter om");
    assert!(
        !cells.is_empty() && cells.iter().all(|cell| *cell == annexes::Cell::Text("Status".to_owned())),
        "{cells:?}"
    );
    assert_ne!(column(&calm, &before).0, heading);
}

#[test]
fn a_register_without_history_that_old_says_so_instead() {
    let mut register = example();
    let text = section_text(&of_2024(&register), "since-last");
    assert_eq!(text.lines().filter(|line| line.contains("historik")).count(), 1, "{text}");
    assert!(text.contains("Registret har ingen historik från den 31 december 2023,"), "{text}");
    let fields = vec![("cut_off".to_owned(), Value::Date(date(2024, 1, 31)))];
    register.put(Entry::new(review_place(2023), Some(fields)));
    let text = section_text(&of_2024(&register), "since-last");
    assert!(text.contains("Registret har ingen historik från den 31 januari 2024,"), "{text}");
}

#[test]
fn every_table_has_a_cell_for_each_heading() {
    let report = of_2024(&example());
    let mut tables = 0;
    for block in report.sections.iter().flat_map(|section| section.blocks()) {
        if let Some(table) = block.table() {
            tables += 1;
            assert!(!table.caption.is_empty());
            assert_eq!(table.header.len(), table.align.len(), "{}", table.caption);
            for row in &table.rows {
                assert_eq!(row.len(), table.header.len(), "{}", table.caption);
            }
        }
    }
    assert!(4 <= tables, "{tables} tables");
}

#[test]
fn footnotes_are_numbered_through_the_report_and_each_is_referred_to() {
    let report = of_2024(&example());
    let numbers: Vec<u32> =
        report.sections.iter().flat_map(|section| &section.footnotes).map(|note| note.number).collect();
    let referred: Vec<u32> = report
        .sections
        .iter()
        .flat_map(Section::blocks)
        .flat_map(Block::runs)
        .flatten()
        .filter_map(|run| match run {
            Run::Footnote(number) => Some(*number),
            _ => None,
        })
        .collect();
    assert_eq!(numbers, referred);
    assert_eq!(numbers, (1..=u32::try_from(numbers.len()).unwrap()).collect::<Vec<_>>());
    assert!(!numbers.is_empty());
}

#[test]
fn an_empty_register_gives_a_draft_with_every_heading() {
    let report = of_2024(&Register::default());
    assert!(report.draft);
    assert_eq!(report.sections.len(), HEADINGS.len());
    assert_eq!(report.head(), ["utkast per 2025-03-01"]);
    assert!(text::text(&report).contains("Inga system eller tjänster är registrerade."));
}

#[test]
fn the_document_says_what_the_report_says() {
    let report = of_2024(&example());
    assert_eq!(docx_text(&to_docx(&report).unwrap()), text::text(&report));
}

#[test]
fn the_same_report_gives_the_same_bytes_and_no_clock_is_in_them() {
    let report = of_2024(&example());
    let file = to_docx(&report).unwrap();
    let _another_between = to_docx(&of_2024(&Register::default())).unwrap();
    assert_eq!(to_docx(&report).unwrap(), file);
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&file)).unwrap();
    for place in 0..zip.len() {
        let entry = zip.by_index(place).unwrap();
        assert_eq!(entry.last_modified().unwrap().year(), 1980, "{}", entry.name().unwrap());
    }
    let core = part(&file, "docProps/core.xml");
    assert!(core.contains("2025-03-26T00:00:00Z</dcterms:created>"), "{core}");
    assert!(core.contains("<dc:title>Ledningens genomgång informationssäkerhet 2024</dc:title>"), "{core}");
    assert!(core.contains("<dc:creator>Skolfastigheter AB</dc:creator>"), "{core}");
    assert!(core.contains("<dc:language>sv-SE</dc:language>"), "{core}");
}

#[test]
fn headings_tables_and_language_are_told_to_word_and_not_only_shown() {
    let report = of_2024(&example());
    let file = to_docx(&report).unwrap();
    let document = part(&file, "word/document.xml");
    for level in 1..=3_u8 {
        let expected = report.sections.iter().filter(|section| section.level == level).count();
        let found = document.matches(&format!("<w:pStyle w:val=\"Heading{level}\" />")).count();
        assert_eq!(found, expected, "level {level}");
    }
    let tables = document.matches("<w:tbl>").count();
    assert!(4 <= tables);
    assert_eq!(document.matches("<w:tblHeader/>").count(), tables, "a header row in each table");
    assert_eq!(document.matches("<w:tblCaption ").count(), tables, "a name for each table");
    assert_eq!(document.matches("<w:tr>").count(), document.matches("<w:cantSplit").count(), "no row is torn");
    assert_eq!(document.matches("<w:hyperlink ").count(), report.sections.len(), "every heading is in the contents");
    assert!(document.contains("TOC \\o &quot;1-3&quot;"), "the contents are a field");
    assert!(!document.contains("paraId"));
    let styles = part(&file, "word/styles.xml");
    assert!(styles.contains("<w:lang w:val=\"sv-SE\""));
    for name in ["heading 1", "heading 2", "heading 3", "Body Text", "Tabell", "toc 1", "caption", "footnote text"] {
        assert!(styles.contains(&format!("<w:name w:val=\"{name}\"/>")), "{name}");
    }
    let used: std::collections::BTreeSet<&str> =
        document.split("Style w:val=\"").skip(1).filter_map(|after| after.split('"').next()).collect();
    for style in used {
        assert!(styles.contains(&format!("w:styleId=\"{style}\"")), "{style} is used and not defined");
    }
}

#[test]
fn every_part_is_well_formed_and_every_part_that_is_named_is_there() {
    let file = to_docx(&of_2024(&example())).unwrap();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&file)).unwrap();
    let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
    for name in names.iter().filter(|name| name.ends_with(".xml") || name.ends_with(".rels")) {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut zip.by_name(name).unwrap(), &mut text).unwrap();
        let mut reader = quick_xml::Reader::from_str(&text);
        while !matches!(reader.read_event().unwrap_or_else(|error| panic!("{name}: {error}")), Event::Eof) {}
    }
    let types = part(&file, "[Content_Types].xml");
    for named in types.split("PartName=\"/").skip(1).filter_map(|after| after.split('"').next()) {
        assert!(names.iter().any(|name| name == named), "{named} is named and not there");
    }
    for (place, folder) in [("word/_rels/document.xml.rels", "word/"), ("_rels/.rels", "")] {
        for target in part(&file, place).split("Target=\"").skip(1).filter_map(|after| after.split('"').next()) {
            let target = format!("{folder}{target}");
            assert!(names.contains(&target), "{target} is related and not there");
        }
    }
}

#[test]
fn whatever_people_write_ends_as_text() {
    let long = "å".repeat(100_000);
    let table = [
        "<b>fet</b> & <script>alert(1)</script>",
        "# Rubrik\n* punkt\n\\section{x} `kod` _a_",
        "</w:t></w:r></w:p><w:p/><w:rPr /> w14:paraId=\"1\" <w:tblPr></w:tblPr>",
        "]]> <![CDATA[ &amp; &#0; &lt;",
        "שלום עולם \u{202E}bakvänt\u{202C} مرحبا",
        "👩‍🏫 🇸🇪 e\u{301}",
        "noll\u{0}, klocka\u{7}, escape\u{1b}, \u{FFFE}\u{FFFF} och \u{85}ny rad",
        "- <i>punkt</i>\n- \"citat\" 'apostrof'\n\n1. {{klassade}}",
        long.as_str(),
    ];
    for text in table {
        let mut register = example();
        write(&mut register, "summary", text);
        let fields = [("title", line(&text.chars().take(900).filter(|c| *c != '\n').collect::<String>()))];
        let business = [("reported", Value::Date(date(2024, 12, 30))), ("business_related", Value::Flag(true))];
        put(&mut register, RecordKind::Incident, "odd", &[fields.as_slice(), business.as_slice()].concat());
        let report = of_2024(&register);
        let read = docx_text(&to_docx(&report).unwrap());
        assert_eq!(read, text::text(&report));
        let first_words: String =
            text.trim_start_matches(['-', ' ']).chars().take(8).filter(|c| !c.is_control()).collect();
        assert!(read.contains(&first_words), "{first_words:?}");
        assert!(!read.contains(|c: char| c.is_control() && c != '\n' && c != '\t'));
    }
}

#[test]
fn each_numbered_list_begins_at_one() {
    let mut register = example();
    write(&mut register, "priorities", "1. ett\n2. två\n\nSedan:\n\n1. tre");
    let file = to_docx(&of_2024(&register)).unwrap();
    let document = part(&file, "word/document.xml");
    let numbering = part(&file, "word/numbering.xml");
    for list in ["2", "3", "4"] {
        assert!(document.contains(&format!("<w:numId w:val=\"{list}\" />")), "{list}");
        assert!(numbering.contains(&format!("<w:num w:numId=\"{list}\">")), "{list}");
    }
    assert_eq!(numbering.matches("<w:startOverride w:val=\"1\"/>").count(), 3);
}

/// The charts of a report, each with its section.
fn charts(report: &Report) -> Vec<(&'static str, klassrum::report::Chart)> {
    let all = report.sections.iter().flat_map(|section| section.blocks().map(|block| (section.name, block)));
    all.filter_map(|(name, block)| match block {
        Block::Chart(chart) => Some((name, chart.clone())),
        _ => None,
    })
    .collect()
}

#[test]
fn a_table_in_word_says_what_it_shows_a_charts_as_the_chart_does() {
    let mut register = full();
    write(&mut register, "law", "Tabell: Krav på \"oss\" & <andra>\n| Krav |\n| Ett |");
    let report = of_2024(&register);
    let document = part(&to_docx(&report).unwrap(), "word/document.xml");
    let escaped = |text: &str| quick_xml::escape::escape(text).replace("&apos;", "'");
    let told: Vec<&str> =
        document.split("<w:tblPr>").skip(1).map(|table| table.split_once("</w:tblPr>").unwrap().0).collect();
    let mut charts = 0;
    let blocks = report.sections.iter().flat_map(|section| section.blocks()).filter(|block| block.table().is_some());
    for (block, told) in blocks.zip(&told) {
        let name = &block.table().unwrap().caption;
        let shows = if let Block::Chart(chart) = block { &chart.alt } else { name };
        charts += usize::from(shows != name);
        let last =
            format!("<w:tblCaption w:val=\"{}\"/><w:tblDescription w:val=\"{}\"/>", escaped(name), escaped(shows));
        assert!(told.ends_with(&last), "{told}, not {last}");
    }
    assert_eq!(charts, 6);
    assert_eq!(
        told.len(),
        report.sections.iter().flat_map(|section| section.blocks()).filter_map(Block::table).count()
    );
}

#[test]
fn every_chart_says_in_words_and_in_a_table_what_it_draws() {
    let report = of_2024(&full());
    let charts = charts(&report);
    let sections: Vec<&str> = charts.iter().map(|(name, _)| *name).collect();
    assert_eq!(sections, ["deviations", "incidents", "identification", "valuation", "year-wheel", "risks"]);
    for (name, chart) in &charts {
        let drawn: Vec<String> = chart
            .drawing
            .shapes
            .iter()
            .filter_map(|shape| match shape {
                klassrum::report::drawing::Shape::Words { text, .. } => Some(text.clone()),
                _ => None,
            })
            .collect();
        let mut numbers = 0;
        for cell in chart.table.rows.iter().flat_map(|row| row.iter().skip(1).map(|cell| words(cell))) {
            if let Some(count) = cell.parse::<u32>().ok().filter(|count| 0 < *count) {
                // Sums are told by the table; what is drawn is told by both.
                numbers +=
                    u32::from(drawn.iter().any(|said| said.split([' ', ':']).any(|word| word == count.to_string())));
            }
        }
        assert!(0 < numbers, "{name} draws no number of its table");
        assert!(chart.alt.ends_with('.') && 40 < chart.alt.len(), "{name}: {}", chart.alt);
        for row in &chart.table.rows {
            assert_eq!(row.len(), chart.table.header.len(), "{name}");
        }
        let svg = chart.drawing.to_svg();
        let mut reader = quick_xml::Reader::from_str(&svg);
        while !matches!(reader.read_event().unwrap_or_else(|error| panic!("{name}: {error}")), Event::Eof) {}
        for shape in &chart.drawing.shapes {
            if let klassrum::report::drawing::Shape::Bar { x, y, width, height, .. } = shape {
                let within =
                    0 <= *x && 0 <= *y && x + width <= chart.drawing.width && y + height <= chart.drawing.height;
                assert!(within, "{name} draws beside its sheet");
            }
        }
    }
}

#[test]
fn a_chart_counts_what_its_figures_count() {
    let report = of_2024(&full());
    let sum = |section: &str, column: usize| -> u32 {
        let charts = charts(&report);
        let (_, chart) = charts.iter().find(|(name, _)| *name == section).unwrap();
        chart.table.rows.iter().map(|row| words(&row[column]).parse::<u32>().unwrap()).sum()
    };
    assert_eq!(sum("incidents", 5), report.figures.get(Figure::Incidents));
    assert_eq!(sum("incidents", 6), report.figures.get(Figure::IncidentsBusiness));
    assert_eq!(sum("deviations", 1), report.figures.get(Figure::ActionsOpen));
    assert_eq!((1..=4).map(|column| sum("risks", column)).sum::<u32>(), 8);
    let (_, levels) = charts(&report).into_iter().find(|(name, _)| *name == "valuation").unwrap();
    for row in &levels.table.rows {
        let all: u32 = row[1..].iter().map(|cell| words(cell).parse::<u32>().unwrap()).sum();
        assert_eq!(all, report.figures.get(Figure::Classified), "{}", words(&row[0]));
    }
}

#[test]
fn a_risk_has_the_level_that_its_own_analysis_matrix_gives_it() {
    let mut register = full();
    let rows = |register: &Register, caption: &str| -> Vec<(String, String)> {
        let report = of_2024(register);
        let tables = report.section("risks").unwrap().computed.iter().filter_map(Block::table);
        let found: Vec<_> = tables.filter(|table| table.caption == caption).collect();
        let [table] = &found[..] else { panic!("{} tables are called {caption}", found.len()) };
        table.rows.iter().map(|row| (words(&row[0]), words(&row[1]))).collect()
    };
    let before = rows(&register, "Risker per nivå, före åtgärd");
    assert_eq!(before.iter().map(|(_, count)| count.parse::<u32>().unwrap()).sum::<u32>(), 8);

    // The same steps are high among four by four, and medium among five by five.
    put(&mut register, RecordKind::RiskAnalysis, "s03.one", &[("matrix", line("klassrum-5x5"))]);
    let medium = ("Medel".to_owned(), "1".to_owned());
    assert_eq!(rows(&register, "Risker per nivå, före åtgärd, fem gånger fem"), [medium]);
    let high = |rows: &[(String, String)]| {
        rows.iter().find(|(level, _)| level == "Hög").map_or(0, |(_, count)| count.parse::<u32>().unwrap())
    };
    let after = rows(&register, "Risker per nivå, före åtgärd, fyra gånger fyra");
    assert_eq!(high(&after) + 1, high(&before));
}

#[test]
fn a_report_with_everything_says_the_same_in_word() {
    let report = of_2024(&full());
    assert_eq!(docx_text(&to_docx(&report).unwrap()), text::text(&report));
}

#[test]
fn a_table_written_by_hand_is_a_table_and_its_figures_follow_the_register() {
    let mut register = example();
    let written = "Tabell: Årets mål\n| Mål | Utfall |\n| Alla system klassade | {{classified}} av {{systems}} |";
    write(&mut register, "goal-fulfilment", written);
    let report = of_2024(&register);
    let section = report.section("goal-fulfilment").unwrap();
    let table = section.text[0].table().unwrap();
    assert_eq!((table.caption.as_str(), table.header.join("/")), ("Årets mål", "Mål/Utfall".to_owned()));
    assert_eq!(words(&table.rows[0][1]), "18 av 80");
    assert_eq!(docx_text(&to_docx(&report).unwrap()), text::text(&report));
}

#[test]
fn every_figure_is_defined_in_the_report_and_named_with_its_list() {
    let report = of_2024(&example());
    let table = report.section("definitions").unwrap().computed.iter().find_map(Block::table).unwrap();
    assert_eq!(table.rows.len(), Figure::ALL.len());
    for (row, figure) in table.rows.iter().zip(Figure::ALL) {
        assert_eq!(words(&row[0]), figure.term().sv);
        assert_eq!(words(&row[3]).replace('\u{A0}', ""), report.figures.get(*figure).to_string());
    }
}
