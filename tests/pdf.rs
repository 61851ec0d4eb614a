//! The report as a PDF, as people get it; `tests/files/check.py` reads what is written here with other programs.
//!
//! `KLASSRUM_FILES` names the folder, as for `report_files`; without it the files are only made.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support {
    pub mod reports;
}

use std::fs;
use std::path::PathBuf;

use klassrum::document::RegisterDocument;
use klassrum::register::Register;
use klassrum::report::frozen::checksum;
use klassrum::report::pdf::{FONTS, PdfError, Step, Typesetter};
use klassrum::report::{Frozen, number_of, sheet};
use support::reports::{EMOJI, example, full, long, of_2024, other_parts, write};

/// The fonts that the app sets reports with.
fn fonts() -> Vec<Vec<u8>> {
    let folder = PathBuf::from("public/fonts/paper");
    FONTS.iter().map(|name| fs::read(folder.join(format!("{name}.ttf"))).unwrap()).collect()
}

fn typesetter() -> Typesetter {
    Typesetter::new(fonts()).unwrap()
}

#[test]
fn every_register_gives_a_pdf_and_the_same_one_again() {
    let folder = std::env::var_os("KLASSRUM_FILES").map(PathBuf::from);
    let mut first = typesetter();
    let reports = [("tomt", Register::default()), ("exempel", example()), ("fullt", full()), ("långt", long())]
        .map(|(name, register)| (name, of_2024(&register)));
    for (name, report) in reports.into_iter().chain(other_parts()) {
        let sheet = sheet(&report);
        let mut steps = Vec::new();
        let began = std::time::Instant::now();
        let made = first.pdf(&sheet, |step| steps.push(step)).unwrap().bytes;
        println!("{name}: {} ms, {} kB", began.elapsed().as_millis(), made.len() / 1000);
        assert!(made.starts_with(b"%PDF-1.7"), "{name}");
        assert_eq!(steps, [Step::Setting, Step::Writing]);
        // Neither the clock nor what was set before may be seen in it.
        assert_eq!(typesetter().pdf(&sheet, |_| {}).unwrap().bytes, made, "{name}");
        if let Some(folder) = &folder {
            fs::create_dir_all(folder).unwrap();
            fs::write(folder.join(format!("{name}.pdf")), &made).unwrap();
        }
    }
}

#[test]
fn another_report_is_another_file() {
    let mut typesetter = typesetter();
    let mut register = example();
    let before = typesetter.pdf(&sheet(&of_2024(&register)), |_| {}).unwrap();
    write(&mut register, "law", "Ett ord till.");
    assert_ne!(typesetter.pdf(&sheet(&of_2024(&register)), |_| {}).unwrap(), before);
}

#[test]
fn any_text_can_be_set() {
    let mut typesetter = typesetter();
    let whole = "x".repeat(100_000);
    let rows = "rad för rad ".repeat(9_000);
    for text in [
        "#panic() #let x = 1; $ x^2 $ *stark* _kursiv_ `kod` \\ <etikett> @källa // inte en kommentar /* heller */",
        "= Ingen rubrik\n- punkt\n+ nummer",
        "שלום עולם, مرحبا بالعالم",
        "👩‍💻 🏳️‍🌈 漢字 ꙮ \u{10FFFD} e\u{301} \u{200F}\u{202E}baklänges\u{202C}",
        "\u{0}\u{7}\u{FEFF}\u{FFFE}",
        &whole,
        &rows,
    ] {
        let mut register = full();
        write(&mut register, "law", text);
        write(&mut register, "background", &format!("[[18:13 {text}]]"));
        typesetter.pdf(&sheet(&of_2024(&register)), |_| {}).unwrap_or_else(|why| {
            panic!("{why}: {}", text.chars().take(40).collect::<String>());
        });
    }
}

#[test]
fn emoji_are_pictures_however_they_are_put_together() {
    let mut typesetter = typesetter();
    let mut register = example();
    let parts: Vec<&str> =
        EMOJI.split(' ').chain(["\u{FE0F}", "\u{200D}", "\u{301}", "🏽", "🇸", "\u{E0067}", "A", "ש"]).collect();
    // Every three that can follow each other, without a space between.
    let mut all = String::new();
    for first in &parts {
        for second in &parts {
            all.extend([first, second, parts[all.len() % parts.len()], " "]);
        }
    }
    for text in [EMOJI, &all] {
        write(&mut register, "law", text);
        write(&mut register, "background", &format!("Tabell: {EMOJI}\n| {EMOJI} |\n| {EMOJI} |"));
        let made = typesetter.pdf(&sheet(&of_2024(&register)), |_| {}).unwrap();
        assert!(made.unshown.is_empty(), "{:?}", made.unshown);
    }
}

#[test]
fn the_letters_that_no_font_has_are_told_each_once() {
    let mut typesetter = typesetter();
    let mut register = example();
    write(&mut register, "law", "Namnet 漢字 (漢) och 한 bredvid 🏫, é och ש.");
    let made = typesetter.pdf(&sheet(&of_2024(&register)), |_| {}).unwrap();
    assert_eq!(made.unshown, ['字', '漢', '한']);
    assert_eq!(number_of('漢'), "[U+6F22]");
    // What one report lacked isn't said of the next.
    write(&mut register, "law", "Bara det som finns.");
    assert!(typesetter.pdf(&sheet(&of_2024(&register)), |_| {}).unwrap().unshown.is_empty());
}

#[test]
fn what_is_no_sheet_is_refused() {
    for sheet in ["", "{", "[]", "{\"title\": 3}", "null"] {
        assert!(matches!(typesetter().pdf(sheet, |_| {}), Err(PdfError::Refused(_))), "{sheet}");
    }
    assert!(matches!(Typesetter::new([b"no font".to_vec()]), Err(PdfError::Font(0))));
}

/// Beside each golden register stand the checksums of its PDFs, `KLASSRUM_WRITE_ISSUED=1` writes those that are missing.
#[test]
fn reports_that_earlier_versions_issued_give_the_same_pdfs() {
    let mut found = 0;
    for entry in fs::read_dir("tests/fixtures/issued").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "automerge") {
            continue;
        }
        let document = RegisterDocument::load([fs::read(&path).unwrap().as_slice()], [8; 16]).unwrap();
        let register = document.read();
        let (_, issued) = register.issued_of(2024)[0];
        let frozen = Frozen::unpack(&issued.content, &issued.hash).unwrap();
        let sums: String = [("open.pdf", Some(&frozen.open)), ("annex.pdf", frozen.annex.as_ref())]
            .into_iter()
            .map(|(name, report)| {
                let made = typesetter().pdf(&sheet(report.unwrap()), |_| {}).unwrap().bytes;
                format!("{name} {}\n", checksum(&made))
            })
            .collect();
        let kept = path.with_extension("pdf.sums");
        if !kept.exists() && std::env::var_os("KLASSRUM_WRITE_ISSUED").is_some() {
            fs::write(&kept, &sums).unwrap();
        }
        assert_eq!(fs::read_to_string(&kept).unwrap(), sums, "the PDFs of {path:?} are other files than before");
        found += 1;
    }
    assert!(0 < found);
}
