//! A report that is issued stays what it was: the same words, the same files, whatever the register and the program become.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support {
    pub mod reports;
}

use jiff::civil::date;
use klassrum::document::{Author, RegisterDocument, Signed};
use klassrum::register::{Entry, Issued, Place, RecordKind, Register, Value, review_place};
use klassrum::report::frozen::checksum;
use klassrum::report::model::words;
use klassrum::report::{Block, Frozen, Report, Run, annex, public, text, to_docx};
use support::reports::{docx_text, example, full, line, of_2024, put, write};

/// A register whose report withholds something, has decisions, and risks to put in the annex.
fn register() -> Register {
    let mut register = full();
    write(
        &mut register,
        "other-influence",
        "Serverrummet [[18:13 på plan 4]] och huset på Ekgatan 12.\n\n[[Larmet\n\när trasigt.]]",
    );
    for (key, order, text) in [("2024.b", 2, "Utse ägare"), ("2024.a", 1, "Klassa resten av {{systems}} [[med larm]]")]
    {
        let fields = [
            ("text", Value::Prose(text.to_owned())),
            ("owner", line("Bolagschef")),
            ("due", Value::Date(date(2025, 12, 1))),
            ("order", Value::Number(order)),
        ];
        put(&mut register, RecordKind::Decision, key, &fields);
    }
    put(
        &mut register,
        RecordKind::Incident,
        "i03",
        &[
            ("title", line("Intrång i larmet")),
            ("secrecy", line("18 kap. 8 § OSL")),
            ("occurred", Value::Moment(date(2024, 4, 1).at(8, 0, 0, 0))),
        ],
    );
    register
}

fn frozen(register: &Register) -> Frozen {
    let report = of_2024(register);
    Frozen::new(&report, annex(register, &report))
}

#[test]
fn a_report_comes_out_of_its_packing_as_it_went_in() {
    let frozen = frozen(&register());
    let (packed, sum) = frozen.pack();
    assert_eq!(frozen.pack(), (packed.clone(), sum.clone()));
    assert!(packed.len() < 60_000, "{}", packed.len());
    let thawed = Frozen::unpack(&packed, &sum).unwrap();
    for (before, after) in
        [(&frozen.open, &thawed.open), (frozen.annex.as_ref().unwrap(), thawed.annex.as_ref().unwrap())]
    {
        assert_eq!(text::text(before), text::text(after));
        assert_eq!(to_docx(before).unwrap(), to_docx(after).unwrap());
        assert_eq!(
            before.sections.iter().map(|it| &it.computed).collect::<Vec<_>>(),
            after.sections.iter().map(|it| &it.computed).collect::<Vec<_>>()
        );
    }
    assert!(!thawed.open.draft && thawed.open.marking.is_empty());
}

#[test]
fn what_is_withheld_is_nowhere_in_the_open_report_and_all_of_it_in_the_annex() {
    let register = register();
    let secrets = ["på plan 4", "Ekgatan 12", "Larmet", "är trasigt", "med larm", "Intrång i larmet", "Händelse #0"];
    let report = of_2024(&register);
    let frozen = frozen(&register);
    let docx = docx_text(&to_docx(&report).unwrap());
    let packed = serde_json::to_string(&format!("{:?}", frozen.open)).unwrap();
    for secret in secrets {
        let secret = &secret.to_lowercase();
        for (what, words) in [("text", text::text(&report)), ("docx", docx.clone()), ("frozen", packed.clone())] {
            assert!(!words.to_lowercase().contains(secret), "{secret} stands in the open {what}");
        }
    }
    let annex = text::text(frozen.annex.as_ref().unwrap());
    for secret in secrets {
        // A risk's event stands within a sentence there.
        let said = secret.replace("Händelse #", "händelse #");
        assert!(annex.contains(&said), "{said} is missing in the annex");
    }
    // Each passage has a number, in the report's order, and the same one in both parts.
    let open = text::text(&report);
    for (number, words) in ["på plan 4", "Ekgatan 12", "Larmet", "med larm"].iter().enumerate() {
        let ground = if number == 0 { "18 kap. 13 § OSL" } else { "18 kap. 8 § OSL" };
        assert!(open.contains(&format!("[sekretess {ground}, punkt {} i bilagan]", number + 1)), "{open}");
        assert!(annex.contains(&format!("{}\t", number + 1)) && annex.contains(words));
    }
    assert!(annex.contains("18 kap. 13 § OSL"));
}

#[test]
fn every_row_of_the_annex_names_a_paragraph() {
    let register = register();
    let annex = annex(&register, &of_2024(&register)).unwrap();
    let mut rows = 0;
    for table in annex.sections.iter().flat_map(|section| &section.computed).filter_map(Block::table) {
        for row in &table.rows {
            rows += 1;
            let ground = words(row.last().unwrap());
            assert!(ground.ends_with("§ OSL"), "{ground} in {}", table.caption);
        }
    }
    assert!(10 < rows, "{rows}");
    assert_eq!(klassrum::report::annex(&Register::default(), &of_2024(&Register::default())), None);
}

#[test]
fn the_annex_says_at_its_head_that_it_is_secret_and_until_it_is_issued_that_it_is_a_draft() {
    let mut register = register();
    let head = |register: &Register| annex(register, &of_2024(register)).unwrap().head();
    assert_eq!(head(&register)[..2], ["Sekretess: 18 kap. 8 § OSL", "Utkast"]);
    let issued = frozen(&register);
    assert_eq!(issued.annex.unwrap().head()[..2], ["Sekretess: 18 kap. 8 § OSL", "Stockholm, 26 mars 2025"]);
    assert_eq!(issued.open.head()[0], "Stockholm, 26 mars 2025");
    register.put(Entry::new(review_place(2024), None));
    assert!(head(&register)[0].starts_with("Sekretess") && head(&register)[1].contains("utkast per"));
}

#[test]
fn a_risk_in_the_annex_is_a_sentence() {
    let annex = annex(&register(), &of_2024(&register())).unwrap();
    let risks = annex.section("risker").unwrap().computed[0].table().unwrap();
    assert!(!risks.rows.is_empty());
    for row in &risks.rows {
        let said = words(&row[1]);
        assert!(said.ends_with('.') && !said.contains('→'), "{said}");
    }
}

#[test]
fn the_public_version_masks_and_lists_what_it_masked() {
    let mut register = register();
    write(&mut register, "law", "Ring Anna på 08-508 460 00 eller anna@exempel.se, dator 10.0.0.1, pnr 811218-9876.");
    let (report, masks) = public(&of_2024(&register));
    let words = text::text(&report);
    for secret in ["508 460", "anna@", "10.0.0.1", "9876", "plan 4", "Ekgatan"] {
        assert!(!words.contains(secret), "{secret}");
    }
    assert_eq!(
        masks.iter().map(|mask| mask.what).collect::<Vec<_>>(),
        ["Telefonnummer", "E-postadress", "Nätverksadress", "Personnummer"]
    );
    let listed = report.section("maskningar").unwrap().computed[0].table().unwrap();
    assert_eq!(listed.rows.len(), masks.len());
    // The rest is the report, word for word.
    let of = |report: &Report| {
        report.sections.iter().filter(|it| it.name == "incidents").map(|it| it.computed.clone()).collect::<Vec<_>>()
    };
    assert_eq!(of(&report), of(&of_2024(&register)));
}

#[test]
fn names_of_tables_and_headings_are_under_the_same_rules_as_texts() {
    let mut register = example();
    write(
        &mut register,
        "law",
        "Tabell: Jour [[18:13 bakom larmet]], 08-508 460 00\n| Anna 08-508 460 01 | [[Reservnyckeln]] |\n| Ja | Nej |",
    );
    let report = of_2024(&register);
    let annex = text::text(&annex(&register, &report).unwrap());
    for (words, ground) in [("bakom larmet", "18 kap. 13 § OSL"), ("Reservnyckeln", "18 kap. 8 § OSL")] {
        assert!(!text::text(&report).contains(words), "{words}");
        assert!(annex.lines().any(|line| line.contains(words) && line.ends_with(ground)), "{annex}");
    }
    let (public, masks) = public(&report);
    assert!(!text::text(&public).contains("508 460"));
    assert_eq!(masks.iter().map(|mask| mask.what).collect::<Vec<_>>(), ["Telefonnummer", "Telefonnummer"]);
}

#[test]
fn a_name_from_a_list_is_under_the_same_rule_as_a_text() {
    let mut register = example();
    let fields = [
        ("title", line("Inbrott på Ekgatan 12 {{systems}}")),
        ("business_related", Value::Flag(true)),
        ("occurred", Value::Moment(date(2024, 12, 4).at(8, 0, 0, 0))),
    ];
    put(&mut register, RecordKind::Incident, "i01", &fields);
    let fields = [("text", Value::Prose("Byt lås".to_owned())), ("owner", line("Vakten, Storgatan 3"))];
    put(&mut register, RecordKind::Decision, "2024.a", &fields);
    let report = of_2024(&register);
    let (open, annex) = (text::text(&report), text::text(&annex(&register, &report).unwrap()));
    for address in ["Ekgatan 12", "Storgatan 3"] {
        assert!(!open.contains(address) && annex.contains(address), "{address}");
    }
    // What looks like a figure is one in a text only.
    assert!(open.contains("i bilagan] {{systems}}"), "{open}");
}

#[test]
fn decisions_have_their_paragraphs_in_order_and_are_followed_up_the_year_after() {
    let mut register = register();
    let report = of_2024(&register);
    let table = report.section("decisions").unwrap().computed[1].table().unwrap();
    let first: Vec<String> = table.rows.iter().map(|row| words(&row[0]).replace('\u{A0}', " ")).collect();
    assert_eq!(first, ["§ 1 Klassa resten av 80 [sekretess 18 kap. 8 § OSL, punkt 4 i bilagan]", "§ 2 Utse ägare"]);
    put(
        &mut register,
        RecordKind::Decision,
        "2024.b",
        &[
            ("text", Value::Prose("Utse ägare".into())),
            ("order", Value::Number(2)),
            ("status", Value::Choice("introduced".into())),
        ],
    );
    let next = klassrum::report::report(&register, 2025, date(2026, 3, 1), None);
    let status = text::text(&next);
    assert!(
        status.contains("Ledningens genomgång 2024 ledde till 2 beslut. Av dem är 1 avslutade och 1 försenade."),
        "{status}"
    );
    assert!(next.section("decisions").unwrap().computed.is_empty());
}

#[test]
fn an_unfinished_bracket_is_told_before_the_report_goes_out() {
    let mut register = register();
    write(&mut register, "law", "Larmet [[är trasigt.");
    let report = of_2024(&register);
    assert!(text::text(&report).contains("är trasigt"));
    let found = klassrum::report::warnings(&register, &report);
    assert!(
        found.iter().any(|it| it.section == Some("law") && it.concern == klassrum::report::Concern::SecrecyUnclosed)
    );
    assert!(
        matches!(report.section("law").unwrap().text[0], Block::Paragraph(ref runs) if matches!(runs[0], Run::Text(_)))
    );
}

fn signed() -> Signed {
    Signed { by: Author { role: "ISAM".into(), name: String::new(), device: "golden".into() }, at: 1_743_000_000 }
}

/// The registers that earlier versions of the program have issued a report in, as plain files.
const GOLDEN: &str = "tests/fixtures/issued";

/// Writes the golden register of this version: `KLASSRUM_WRITE_ISSUED=1 cargo test --test issued`, once before a release.
fn write_the_golden_register_of_this_version() {
    let register = register();
    let frozen = frozen(&register);
    let (content, hash) = frozen.pack();
    let sums = format!(
        "open.docx {}\nannex.docx {}\n",
        checksum(&to_docx(&frozen.open).unwrap()),
        checksum(&to_docx(frozen.annex.as_ref().unwrap()).unwrap())
    );
    let mut document = RegisterDocument::create([7; 16]).unwrap();
    let place = Place { kind: RecordKind::Issued, key: klassrum::register::Key::parse("2024.golden").unwrap() };
    let fields = vec![
        (Issued::ISSUED.key.to_owned(), Value::Moment(date(2025, 3, 26).at(10, 0, 0, 0))),
        (Issued::DATE.key.to_owned(), Value::Date(date(2025, 3, 26))),
        (Issued::AS_OF.key.to_owned(), Value::Date(frozen.open.as_of)),
        (Issued::DNR.key.to_owned(), line(&frozen.open.dnr)),
        (Issued::CONTENT.key.to_owned(), Value::Line(content)),
        (Issued::HASH.key.to_owned(), Value::Line(hash)),
        (Issued::FILES.key.to_owned(), Value::Line(sums)),
        (Issued::PROGRAM.key.to_owned(), line(env!("CARGO_PKG_VERSION"))),
    ];
    document.apply(&klassrum::register::Command::Add { place, fields }, &signed()).unwrap();
    std::fs::create_dir_all(GOLDEN).unwrap();
    let name = format!("{GOLDEN}/{}", env!("CARGO_PKG_VERSION"));
    std::fs::write(format!("{name}.automerge"), document.save()).unwrap();
    std::fs::write(format!("{name}.txt"), text::text(&frozen.open)).unwrap();
}

#[test]
fn reports_that_earlier_versions_issued_give_the_same_words_and_the_same_bytes() {
    if std::env::var_os("KLASSRUM_WRITE_ISSUED").is_some() {
        write_the_golden_register_of_this_version();
    }
    let mut found = 0;
    for entry in std::fs::read_dir(GOLDEN).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "automerge") {
            continue;
        }
        found += 1;
        let bytes = std::fs::read(&path).unwrap();
        let document = RegisterDocument::load([bytes.as_slice()], [8; 16]).unwrap();
        let register = document.read();
        let (_, issued) = register.issued_of(2024)[0];
        let frozen = Frozen::unpack(&issued.content, &issued.hash).unwrap();
        assert_eq!(text::text(&frozen.open), std::fs::read_to_string(path.with_extension("txt")).unwrap(), "{path:?}");
        for (name, report) in [("open.docx", Some(&frozen.open)), ("annex.docx", frozen.annex.as_ref())] {
            let sum = issued.files.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim();
            assert_eq!(
                checksum(&to_docx(report.unwrap()).unwrap()),
                sum,
                "{name} of {path:?} is another file than the one that was issued"
            );
        }
    }
    assert!(0 < found);
    let of_this = std::path::Path::new(GOLDEN).join(concat!(env!("CARGO_PKG_VERSION"), ".automerge"));
    assert!(of_this.exists(), "this version has no golden register: write it before the release");
}
