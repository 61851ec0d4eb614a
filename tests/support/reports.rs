//! Registers to report on, and the words of a report's files.

#![allow(dead_code, reason = "each test file uses some of it")]

use jiff::civil::date;
use klassrum::register::{
    Choose, Entry, Key, Level, Place, RecordKind, Register, StaffForm, StaffRole, Value, review_place, section_place,
};
use klassrum::report::{Part, Report, annex, part as part_of, report};
use quick_xml::events::Event;

pub fn put(register: &mut Register, kind: RecordKind, key: &str, fields: &[(&str, Value)]) {
    let place = Place { kind, key: Key::parse(key).unwrap() };
    let fields = fields.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    register.put(Entry::new(place, Some(fields)));
}

pub fn line(text: &str) -> Value {
    Value::Line(text.to_owned())
}

pub fn choice(choice: impl Choose) -> Value {
    Value::Choice(choice.key().to_owned())
}

pub fn write(register: &mut Register, section: &str, text: &str) {
    let place = section_place(2024, section);
    register.put(Entry::new(place, Some(vec![("text".to_owned(), Value::Prose(text.to_owned()))])));
}

/// A register in the shape of the one behind the report on 2024.
pub fn example() -> Register {
    let mut register = Register::default();
    let fields = [("name", line("Skolfastigheter AB")), ("short", line("SFAB")), ("town", line("Stockholm"))];
    put(&mut register, RecordKind::Organisation, "own", &fields);
    for number in 0..80 {
        let key = format!("s{number:02}");
        let owner = if number % 5 == 0 { "" } else { "Chef Drift" };
        let fields = [("name", line(&format!("System {number}"))), ("system_owner", line(owner))];
        put(&mut register, RecordKind::System, &key, &fields);
        let of_system = format!("{key}.one");
        if number < 18 {
            let fields = [
                ("decided", Value::Date(date(2024, 6, 17))),
                ("confidentiality", choice(Level::Significant)),
                ("archive_took_part", Value::Flag(true)),
            ];
            put(&mut register, RecordKind::Classification, &of_system, &fields);
        }
        if number < 17 {
            put(&mut register, RecordKind::ActionPlan, &of_system, &[]);
        }
        if number < 10 {
            put(&mut register, RecordKind::RiskAnalysis, &of_system, &[]);
        }
    }
    for number in 0..14_i8 {
        let fields = [
            ("title", line(&format!("Händelse {number}"))),
            ("reported", Value::Date(date(2024, 1 + number % 12, 3))),
            ("business_related", Value::Flag(number < 2)),
        ];
        put(&mut register, RecordKind::Incident, &format!("i{number:02}"), &fields);
    }
    put(&mut register, RecordKind::Training, "t", &[("cut_off", Value::Date(date(2024, 11, 26)))]);
    let rows = [
        ("a", StaffRole::Manager, StaffForm::Employed, 30, 25),
        ("b", StaffRole::Employee, StaffForm::Employed, 180, 94),
        ("c", StaffRole::Employee, StaffForm::Consultant, 40, 20),
    ];
    for (key, role, form, people, completed) in rows {
        let fields = [
            ("role", choice(role)),
            ("form", choice(form)),
            ("people", Value::Number(people)),
            ("completed", Value::Number(completed)),
        ];
        put(&mut register, RecordKind::TrainingCount, &format!("t.{key}"), &fields);
    }
    let fields = Some(vec![
        ("date".to_owned(), Value::Date(date(2025, 3, 26))),
        ("dnr".to_owned(), line("SFAB 2025/148")),
        ("signatory".to_owned(), line("Informationssäkerhetssamordnare")),
    ]);
    register.put(Entry::new(review_place(2024), fields));
    write(&mut register, "law", "Cybersäkerhetslagen gäller.\n\n- ett krav\n- ett till\n\n1. först\n2. sedan");
    register
}

/// A register whose texts fill pages: a table over several of them, and long paragraphs.
pub fn long() -> Register {
    let mut register = full();
    for number in 0..60_usize {
        let key = format!("s{:02}.one.r{number}", number % 18);
        let fields = [
            (
                "event",
                Value::Prose(format!("Händelse {number}: någon utomstående läser det som inte var menat för dem")),
            ),
            ("likelihood", Value::Choice("certain".to_owned())),
            ("impact", Value::Choice("serious".to_owned())),
            ("status", Value::Choice("open".to_owned())),
        ];
        put(&mut register, RecordKind::Risk, &key, &fields);
    }
    let paragraph = "Verksamheten har arbetat vidare med klassningen av sina system. ".repeat(30);
    for section in ["background", "summary", "resources"] {
        let text = (1..=6).map(|number| format!("Stycke {number} i {section}. {paragraph}\n\n")).collect::<String>();
        write(&mut register, section, &text);
    }
    // Rows of every height, of which some come at a page's foot, and one that is longer than a page.
    let mut table = "Tabell: Krav och svar\n| Krav | Svar | Ansvarig |\n".to_owned();
    for number in 0..90_usize {
        let answer = "Så är det löst i dag. ".repeat(if number == 40 { 500 } else { 1 + number * 7 % 40 });
        table.push_str(&format!("| Krav {number} | {answer} | Objektledare |\n"));
    }
    write(&mut register, "improvement", &format!("{ODD}\n\n{EMOJI}\n\n{table}"));
    // Columns so narrow that few words make a row as long as a page.
    let narrow = |text: &str| format!("|{}\n", [text; 12].join("|"));
    let words = "säkerhetsinformationsklassning ".repeat(20);
    write(&mut register, "law", &format!("Tabell: Smalt\n{}{}", narrow("Rubrik"), narrow(&words)));
    put(
        &mut register,
        RecordKind::Organisation,
        "own",
        &[("name", line("Å & Ö <Fastigheter> \"AB\"")), ("town", line("Malmö"))],
    );
    register
}

/// The parts of a report that are not the report itself: of a full register, with words to withhold and to mask.
pub fn other_parts() -> Vec<(&'static str, Report)> {
    let mut register = full();
    write(
        &mut register,
        "other-influence",
        "Serverrummet [[18:13 på plan 4]] och huset på Ekgatan 12. Ring 08-508 460 00.\n\n\
         Tabell: Jour [[bakom larmet]]\n| Vem | 08-508 460 01 |\n| Vakten | Ja |",
    );
    let report = of_2024(&register);
    [("bilaga", Part::Annex), ("offentlig", Part::Public)]
        .into_iter()
        .map(|(name, which)| (name, part_of(which, &report, || annex(&register, &report)).unwrap()))
        .collect()
}

pub fn of_2024(register: &Register) -> Report {
    report(register, 2024, date(2025, 3, 1), None)
}

/// A part of a DOCX file.
pub fn part(file: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(file)).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut zip.by_name(name).unwrap(), &mut text).unwrap();
    text
}

/// The words of a part, in the lines that [`text::text`] has: a paragraph, or the cells of a table's row. What the
/// table of contents holds is said again by the headings.
pub fn lines(xml: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut lines = vec![];
    let (mut line, mut in_text, mut in_row, mut in_contents, mut cells) = (String::new(), false, false, false, 0);
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => return lines,
            Event::Start(tag) => match tag.name().as_ref() {
                b"w:t" => in_text = true,
                b"w:sdt" => in_contents = true,
                b"w:tr" => (in_row, cells) = (true, 0),
                b"w:tc" => {
                    cells += 1;
                    line.push_str(if cells == 1 { "" } else { "\t" });
                }
                _ => {}
            },
            Event::Empty(tag) if tag.name().as_ref() == b"w:br" => line.push('\n'),
            Event::Text(text) if in_text => line.push_str(&text.decode().unwrap()),
            Event::GeneralRef(name) if in_text => line.push_str(match name.decode().unwrap().as_ref() {
                "lt" => "<",
                "gt" => ">",
                "amp" => "&",
                "quot" => "\"",
                "apos" => "'",
                other => panic!("&{other};"),
            }),
            Event::End(tag) => match tag.name().as_ref() {
                b"w:t" => in_text = false,
                b"w:sdt" => {
                    in_contents = false;
                    line.clear();
                }
                b"w:p" if in_contents => line.clear(),
                b"w:p" if !in_row && line.is_empty() => {}
                b"w:p" if !in_row => lines.push(std::mem::take(&mut line)),
                b"w:tr" => {
                    in_row = false;
                    lines.push(std::mem::take(&mut line));
                }
                _ => {}
            },
            _ => {}
        }
    }
}

pub fn docx_text(file: &[u8]) -> String {
    let mut lines_of_all = lines(&part(file, "word/document.xml"));
    lines_of_all.extend(lines(&part(file, "word/footnotes.xml")).iter().map(|note| note.trim().to_owned()));
    lines_of_all.join("\n")
}

/// The same with risks, action plans and words that look like markup, formulas and commands.
pub fn full() -> Register {
    let mut register = example();
    let due = [date(2025, 2, 1), date(2024, 12, 20), date(2024, 6, 1), date(2023, 1, 1), date(2025, 9, 1)];
    for number in 0..12_usize {
        let key = format!("s{number:02}");
        let mut fields = vec![
            ("title", line(&format!("{} Inför loggning {number}", ["=1+1", "@SUM(A1)", "-5", "+46"][number % 4]))),
            ("owner", line("Objektledare")),
            ("side", Value::Choice(["it", "business", "provider"][number % 3].to_owned())),
        ];
        if number % 6 != 5 {
            fields.push(("due", Value::Date(due[number % 5])));
        }
        put(&mut register, RecordKind::Action, &format!("{key}.a"), &fields);
        if number < 8 {
            let fields = [
                ("event", Value::Prose(format!("Händelse #{number} med *stjärnor*, \\kommando och $formel$"))),
                ("likelihood", Value::Choice(["unlikely", "possible", "probable", "certain"][number % 4].to_owned())),
                ("impact", Value::Choice(["moderate", "significant", "serious"][number % 3].to_owned())),
                ("status", Value::Choice(["open", "accepted"][number % 2].to_owned())),
            ];
            put(&mut register, RecordKind::Risk, &format!("{key}.one.r"), &fields);
        }
    }
    for number in 0..14_i8 {
        let fields = [
            ("title", line(&format!("Händelse {number}"))),
            ("occurred", Value::Moment(date(2024, 1 + number % 12, 3).at(9, 41, 0, 0))),
            ("business_related", Value::Flag(number < 2)),
            (
                "kind",
                Value::Choice(
                    ["phishing", "outage", "lost-equipment"][usize::from(number.unsigned_abs()) % 3].to_owned(),
                ),
            ),
        ];
        put(&mut register, RecordKind::Incident, &format!("i{number:02}"), &fields);
    }
    write(&mut register, "improvement", ODD);
    register
}

/// Emoji, and marks that change them, in every way that people and programs put them together.
pub const EMOJI: &str = "🏫 👩‍🏫 👩🏽‍🏫 🏳️‍🌈 👨‍👩‍👧‍👦 🇸🇪🇳🇴 🇸 🇸🇪🇳 🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F} 1️⃣ #️⃣ ©️ ☺︎ ☺️ ✔️ ❤️‍🔥 \
                         👍🏿 🏽 a\u{FE0F}b \u{FE0F} a\u{200D}b \u{200D}🏫\u{200D} 🏫\u{301} e\u{301}🏫 שלום 🏫 עולם مرحبا 👩🏽‍🏫 بالعالم \
                         🏴\u{E0067} å\u{30A} ‼️ ⁉ ➡️ → ★ ⚡";

/// Words that other programs take for something else.
pub const ODD: &str = "#let x = 1 #pagebreak() \\ och *fet* _kursiv_ $a+b$ `kod` @ref <etikett> = rubrik\n\n- [x] {a} ~ -- ... \"citat\" 'apostrof' //kommentar /* */ https://exempel.se/#a\n\nשלום עולם مرحبا بالعالم och 👩‍🏫 🇸🇪 e\u{301} 中文";
