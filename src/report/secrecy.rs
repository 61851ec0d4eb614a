//! What is kept out of the open report, by which rule, and where it goes instead.
//!
//! The report is in two parts. The open one can be read by anybody; what may be under secrecy stands in an [`annex`] of
//! its own, with the paragraph for each item: risks and weaknesses by name, addresses, and what people have put in
//! `[[…]]`. The law is offentlighets- och sekretesslagen (2009:400), OSL. A marking is a reminder (5 kap. 5 § OSL):
//! whether secrecy holds is tried when somebody asks for the document. What is given out then is [`public`].

use std::ops::Range;

use super::computed::disputed;
use super::model::{Align, Block, Report, Run, Section, Table, Withheld, day_in_words, line, number as written};
use crate::catalogue::MethodInUse;
use crate::register::list::{Index, Only};
use crate::register::method::sentence;
use crate::register::value::choice;
use crate::register::{Action, Choose, Criticality, Date, Key, Priority, RecordKind, Register, RiskStatus};

/// A paragraph of OSL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ground {
    /// Its chapter.
    pub chapter: u8,
    /// Its number in the chapter.
    pub paragraph: u8,
}

impl Ground {
    /// Security and surveillance measures: 18 kap. 8 §.
    pub const SECURITY: Self = Self { chapter: 18, paragraph: 8 };
    /// Personal data that would be handled against the data protection rules: 21 kap. 7 §.
    pub const PERSONAL: Self = Self { chapter: 21, paragraph: 7 };

    /// As it is written: `18 kap. 8 § OSL`.
    #[must_use]
    pub fn words(self) -> String {
        format!("{} kap. {} § OSL", self.chapter, self.paragraph)
    }

    /// The paragraph that words begin with, `18:13`, and the words after it.
    fn leading(words: &str) -> Option<(Self, &str)> {
        let (reference, rest) = words.split_once(char::is_whitespace)?;
        let (chapter, paragraph) = reference.split_once(':')?;
        Some((Self { chapter: chapter.parse().ok()?, paragraph: paragraph.parse().ok()? }, rest))
    }
}

choice! {
    /// Which part of a report a file holds. An issued report keeps its checksums by the keys: never rename them.
    #[derive(serde::Serialize, serde::Deserialize)]
    Part {
        /// What anybody may read.
        Open "open" "Rapporten" "The report",
        /// What may be under secrecy.
        Annex "annex" "Bilagan med sekretess" "The annex with secrecy",
        /// The version that is given out.
        Public "public" "Offentlig version" "Public version",
    }
}

/// A part of a report, from the report and its annex; nothing when there is no annex.
#[must_use]
pub fn part(part: Part, report: &Report, annex: impl FnOnce() -> Option<Report>) -> Option<Report> {
    match part {
        Part::Open => Some(open(report)),
        Part::Annex => annex().map(|annex| open(&annex)),
        Part::Public => Some(public(report).0),
    }
}

const OPENS: &str = "[[";
const CLOSES: &str = "]]";
/// Stand around a passage's place in a text whose passages have been taken out. No font has them.
const MARKS: (char, char) = ('\u{E000}', '\u{E001}');

/// A text without the passages that are kept out of the open report, and those passages. Each has left a mark.
pub(super) fn taken_out(text: &str) -> (String, Vec<(String, Ground)>) {
    let mut open = String::with_capacity(text.len());
    let mut passages = Vec::new();
    let mut rest = text;
    loop {
        let inside = rest.split_once(OPENS).and_then(|(before, after)| {
            let (inside, after) = after.split_once(CLOSES)?;
            (!inside.trim().is_empty()).then_some((before, inside.trim(), after))
        });
        let Some((before, inside, after)) = inside else { break };
        put_open(before, &mut open, &mut passages);
        let (ground, words) = Ground::leading(inside).unwrap_or((Ground::SECURITY, inside));
        put_mark(words.trim(), ground, &mut open, &mut passages);
        rest = after;
    }
    put_open(rest, &mut open, &mut passages);
    (open, passages)
}

/// Open words, but for the addresses in them.
fn put_open(words: &str, open: &mut String, passages: &mut Vec<(String, Ground)>) {
    let words: String = words.chars().filter(|letter| *letter != MARKS.0 && *letter != MARKS.1).collect();
    let mut from = 0;
    for place in addresses(&words) {
        open.push_str(words.get(from..place.start).unwrap_or_default());
        put_mark(words.get(place.clone()).unwrap_or_default(), Ground::SECURITY, open, passages);
        from = place.end;
    }
    open.push_str(words.get(from..).unwrap_or_default());
}

fn put_mark(words: &str, ground: Ground, open: &mut String, passages: &mut Vec<(String, Ground)>) {
    open.push(MARKS.0);
    open.push_str(&passages.len().to_string());
    open.push(MARKS.1);
    passages.push((words.to_owned(), ground));
}

/// A piece of a text whose passages have been taken out.
pub(super) enum Piece<'a> {
    /// Words.
    Open(&'a str),
    /// The place of a passage.
    Passage(usize),
}

/// The pieces of such a text.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(MARKS.0) {
        let Some((place, after)) = after.split_once(MARKS.1) else { break };
        if !before.is_empty() {
            pieces.push(Piece::Open(before));
        }
        pieces.extend(place.parse().ok().map(Piece::Passage));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Open(rest));
    }
    pieces
}

/// Whether a text opens a passage that it doesn't close: it is then as open as the rest.
#[must_use]
pub fn leaves_open(text: &str) -> bool {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(OPENS) {
        let Some((_, after)) = after.split_once(CLOSES) else { return true };
        rest = after;
    }
    false
}

/// What stands in place of a passage until the report's passages are counted.
pub(super) const UNNUMBERED: &str = "[sekretess]";

/// Counts the report's passages, in the order in which they stand.
pub(super) fn number(report: &mut Report) {
    let mut count = 0;
    for run in report.all_runs_mut() {
        if let Run::Withheld(withheld) = run {
            count += 1;
            withheld.shown = format!("[sekretess {}, punkt {count} i bilagan]", withheld.ground.words());
        }
    }
}

/// The addresses in a text: a street and a number.
fn addresses(text: &str) -> Vec<Range<usize>> {
    const STREETS: [&str; 15] = [
        "gata", "gatan", "väg", "vägen", "gränd", "gränden", "torg", "torget", "stig", "stigen", "backe", "backen",
        "allé", "allén", "kajen",
    ];
    let words = tokens(text);
    words
        .windows(2)
        .filter_map(|pair| {
            let [street, house] = pair else { return None };
            let name = text.get(street.clone())?;
            let named = name.chars().next().is_some_and(char::is_uppercase) && 5 <= name.chars().count();
            let is_street = named && STREETS.iter().any(|ending| name.to_lowercase().ends_with(ending));
            let house_words = text.get(house.clone())?;
            let digits = house_words.chars().take_while(char::is_ascii_digit).count();
            let letters = house_words.chars().count() - digits;
            let is_house = (1..=3).contains(&digits) && letters <= 1;
            let apart = text.get(street.end..house.start)?;
            (is_street && is_house && apart.chars().all(char::is_whitespace)).then_some(street.start..house.end)
        })
        .collect()
}

/// The words of a text, without what stands around them.
fn tokens(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut begun = None;
    for (place, letter) in text.char_indices().chain([(text.len(), ' ')]) {
        match (letter.is_alphanumeric(), begun) {
            (true, None) => begun = Some(place),
            (false, Some(from)) => {
                found.push(from..place);
                begun = None;
            }
            _ => {}
        }
    }
    found
}

/// The annex with secrecy to a report: a document of its own, in the same form. Nothing when there is nothing to say in it.
#[must_use]
pub fn annex(register: &Register, report: &Report) -> Option<Report> {
    let sections = [
        passages_of(report),
        section("risker", "Risker", risks(register)),
        section("brister", "Brister", weaknesses(register, report.as_of)),
        section("incidenter", "Incidenter med sekretess", incidents(register, report.year)),
    ];
    let sections: Vec<Section> = sections.into_iter().flatten().collect();
    if sections.is_empty() {
        return None;
    }
    let day = report.day();
    let whose = if report.organisation.is_empty() { String::new() } else { format!("{}, ", report.organisation) };
    let reminder = Run::Text(format!(
        "Sekretessmarkering enligt 5 kap. 5 § offentlighets- och sekretesslagen (2009:400), OSL. {whose}{}. Vid varje \
         uppgift står den bestämmelse som kan gälla. Frågan om sekretess prövas när någon begär ut handlingen.",
        day_in_words(day)
    ));
    let first = Section::new("sekretess", "Om bilagan", vec![Block::Paragraph(vec![reminder])]);
    Some(Report {
        title: format!("Bilaga med sekretess till {}", report.title),
        marking: format!("Sekretess: {}", Ground::SECURITY.words()),
        sections: std::iter::once(first).chain(sections).collect(),
        ..report.clone()
    })
}

fn section(name: &'static str, heading: &str, blocks: Vec<Block>) -> Option<Section> {
    (!blocks.is_empty()).then(|| Section::new(name, heading, blocks))
}

/// The passages that the report has left out, by their numbers in it.
fn passages_of(report: &Report) -> Option<Section> {
    let mut rows = Vec::new();
    for section in &report.sections {
        for run in section.blocks().flat_map(Block::runs).flatten() {
            if let Run::Withheld(Withheld { hidden, ground, .. }) = run {
                let count = u32::try_from(rows.len() + 1).unwrap_or(u32::MAX);
                rows.push(vec![written(count), section.heading.clone(), hidden.clone(), ground.words()]);
            }
        }
    }
    section(
        "stycken",
        "Uppgifter ur rapporten",
        table("Uppgifter ur rapporten", ["Punkt", "Avsnitt", "Uppgift", "Lagrum"], rows),
    )
}

fn table<const N: usize>(caption: &str, header: [&str; N], rows: Vec<Vec<String>>) -> Vec<Block> {
    if rows.is_empty() {
        return Vec::new();
    }
    vec![Block::Table(Table {
        caption: caption.to_owned(),
        header: header.map(str::to_owned).to_vec(),
        align: vec![Align::Left; N],
        rows: rows.iter().map(|row| row.iter().map(|cell| vec![Run::text(cell)]).collect()).collect(),
    })]
}

fn name_of(register: &Register, key: &Key) -> Option<String> {
    register.systems.get(&key.root()).map(|system| line(&system.name))
}

/// The risks that are not closed, the greatest first.
fn risks(register: &Register) -> Vec<Block> {
    let method = MethodInUse::of(register);
    let mut found: Vec<(Option<usize>, Vec<String>)> = register
        .risks
        .iter()
        .filter(|(_, risk)| risk.status != Some(RiskStatus::Closed))
        .filter_map(|(key, risk)| {
            let system = name_of(register, key)?;
            let matrix = key.owner().and_then(|analysis| method.matrix_of(register, &analysis));
            let level = matrix.and_then(|matrix| matrix.of(risk).0);
            let words = level.map_or_else(|| "Ej bedömd".to_owned(), |(_, level)| level.name.sv.clone());
            let what = format!("{}{}", line(&sentence(risk)), disputed(register, RecordKind::Risk, key));
            let handled = [risk.treatment.map(|it| it.term().sv), risk.status.map(|it| it.term().sv)];
            let handled = handled.into_iter().flatten().collect::<Vec<_>>().join(", ");
            let row = vec![system, what, words, handled, line(&risk.owner), Ground::SECURITY.words()];
            Some((level.map(|(rank, _)| rank), row))
        })
        .collect();
    found.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.first().cmp(&other.1.first())));
    let rows = found.into_iter().map(|(_, row)| row);
    table("Risker, de största först", ["System", "Risk", "Nivå", "Hantering", "Riskägare", "Lagrum"], rows.collect())
}

/// What an attacker would look for: late and urgent actions, and important systems that nobody has classified.
fn weaknesses(register: &Register, as_of: Date) -> Vec<Block> {
    let is_weak =
        |action: &Action| !action.is_closed() && (action.is_late(as_of) || action.priority == Some(Priority::High));
    let actions = register.actions.iter().filter(|(_, action)| is_weak(action)).filter_map(|(key, action)| {
        let why = if action.is_late(as_of) { "Försenad" } else { "Hög prioritet" };
        let due = action.due.map_or_else(String::new, |due| due.to_string());
        let what = format!("{}{}", line(&action.title), disputed(register, RecordKind::Action, key));
        Some(vec![name_of(register, key)?, what, why.to_owned(), due, Ground::SECURITY.words()])
    });
    let index = Index::new(register);
    let systems = index
        .rows()
        .filter(|(_, row)| row.is(Only::Unclassified) && Some(Criticality::High) <= row.system.criticality)
        .map(|(key, row)| {
            vec![
                format!("{}{}", line(&row.system.name), disputed(register, RecordKind::System, key)),
                row.system.criticality.map_or("", |it| it.term().sv).to_owned(),
                Ground::SECURITY.words(),
            ]
        });
    let mut blocks = table(
        "Åtgärder som är försenade eller har hög prioritet",
        ["System", "Åtgärd", "Varför", "Klar senast", "Lagrum"],
        actions.collect(),
    );
    blocks.extend(table(
        "Verksamhetskritiska system som inte är klassade",
        ["System", "Verksamhetskritiskt", "Lagrum"],
        systems.collect(),
    ));
    blocks
}

fn incidents(register: &Register, year: i16) -> Vec<Block> {
    let rows = register
        .incidents
        .iter()
        .filter(|(_, incident)| incident.year() == Some(year) && !incident.secrecy.is_empty())
        .map(|(key, incident)| {
            let what = format!("{}{}", line(&incident.title), disputed(register, RecordKind::Incident, key));
            let day = super::charts::day_of(incident).map_or_else(String::new, |day| day.to_string());
            let kind = incident.kind.map_or("", |kind| kind.term().sv);
            vec![day, what, kind.to_owned(), line(&incident.secrecy)]
        });
    table("Incidenter med sekretess", ["Dag", "Händelse", "Slag", "Lagrum"], rows.collect())
}

/// The report as it is frozen and sent: what is withheld is not in it.
#[must_use]
pub fn open(report: &Report) -> Report {
    let mut report = report.clone();
    for run in report.all_runs_mut() {
        if let Run::Withheld(withheld) = run {
            *run = Run::Text(std::mem::take(&mut withheld.shown));
        }
    }
    report
}

/// Something that is masked in the version that is given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask {
    /// The heading it stood under.
    pub section: String,
    /// What it was.
    pub what: &'static str,
    /// By which paragraph.
    pub ground: Ground,
}

const MASKED: &str = "[maskat]";

/// The report as it can be given to anybody who asks: addresses of people and machines, telephone numbers and personal
/// identity numbers are masked, and a list at its end says what was masked and why.
#[must_use]
pub fn public(report: &Report) -> (Report, Vec<Mask>) {
    let mut report = open(report);
    let mut masks = Vec::new();
    mask(&mut report.signatory, "Rapportens huvud", &mut masks);
    for Section { heading, computed, text, footnotes, .. } in &mut report.sections {
        for block in computed.iter_mut().chain(text) {
            if let Block::Chart(chart) = block {
                mask(&mut chart.alt, heading, &mut masks);
            }
            if let Some(table) = block.table_mut() {
                let names = std::iter::once(&mut table.caption).chain(&mut table.header);
                names.for_each(|name| mask(name, heading, &mut masks));
            }
            for run in block.runs_mut().flatten() {
                if let Run::Text(text) | Run::Strong(text) = run {
                    mask(text, heading, &mut masks);
                }
            }
        }
        footnotes.iter_mut().for_each(|note| mask(&mut note.text, heading, &mut masks));
    }
    let rows = masks.iter().map(|mask| vec![mask.section.clone(), mask.what.to_owned(), mask.ground.words()]).collect();
    let mut blocks = table("Maskningar", ["Avsnitt", "Vad", "Lagrum"], rows);
    if blocks.is_empty() {
        blocks.push(Block::Paragraph(vec![Run::text(
            "Inget har maskats i den här versionen. Det som kan omfattas av sekretess står i en egen bilaga.",
        )]));
    }
    report.sections.push(Section::new("maskningar", "Bilaga: Maskningar i den offentliga versionen", blocks));
    report.title = format!("{} – offentlig version", report.title);
    (report, masks)
}

/// Masks a text that stands under a heading, and notes what was masked.
fn mask(text: &mut String, heading: &str, masks: &mut Vec<Mask>) {
    let found = to_mask(text);
    for (place, ..) in found.iter().rev() {
        text.replace_range(place.clone(), MASKED);
    }
    masks.extend(found.into_iter().map(|(_, what, ground)| Mask { section: heading.to_owned(), what, ground }));
}

/// The places in a text that are masked, in order.
fn to_mask(text: &str) -> Vec<(Range<usize>, &'static str, Ground)> {
    let mut found = Vec::new();
    let mut from = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let around: &[char] = &['(', ')', ',', '.', ';', ':', '!', '?', '"', '”', '<', '>'];
        let bare = word.trim().trim_matches(around);
        let begins = from + word.find(bare).unwrap_or(0);
        from += word.len();
        let what = if is_mail(bare) {
            Some(("E-postadress", Ground::PERSONAL))
        } else if is_identity(bare) {
            Some(("Personnummer", Ground::PERSONAL))
        } else if is_machine(bare) {
            Some(("Nätverksadress", Ground::SECURITY))
        } else {
            None
        };
        found.extend(what.map(|(what, ground)| (begins..begins + bare.len(), what, ground)));
    }
    let free =
        |place: &Range<usize>| found.iter().all(|(taken, ..)| place.end <= taken.start || taken.end <= place.start);
    let telephones: Vec<_> = telephones(text).into_iter().filter(free).collect();
    found.extend(telephones.into_iter().map(|place| (place, "Telefonnummer", Ground::PERSONAL)));
    found.sort_by_key(|(place, ..)| place.start);
    found
}

fn is_mail(word: &str) -> bool {
    word.split_once('@').is_some_and(|(name, at)| !name.is_empty() && at.contains('.') && !at.contains('@'))
}

/// `ÅÅMMDD-NNNN`, or with the century, with `-` or `+` or nothing between.
fn is_identity(word: &str) -> bool {
    let digits: String = word.chars().filter(|letter| !matches!(letter, '-' | '+')).collect();
    let other = word.chars().count() - digits.chars().count();
    if other > 1 || !matches!(digits.len(), 10 | 12) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let day = digits.len() - 10;
    let two = |at: usize| digits.get(at..at + 2).and_then(|two| two.parse::<u8>().ok()).unwrap_or(0);
    // Coordination numbers have 60 added to the day.
    (1..=12).contains(&two(day + 2)) && matches!(two(day + 4), 1..=31 | 61..=91)
}

fn is_machine(word: &str) -> bool {
    let word = word.split_once(['/', ':']).map_or(word, |(host, _)| host);
    let parts: Vec<&str> = word.split('.').collect();
    parts.len() == 4 && parts.iter().all(|part| part.len() <= 3 && part.parse::<u8>().is_ok())
}

/// Numbers that begin with `0` or `+46` and have eight to twelve digits in groups.
fn telephones(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let Some(begins) = rest.find(['0', '+']) else { break };
        let start = at + begins;
        let before = text.get(..start).and_then(|before| before.chars().next_back());
        let rest = text.get(start..).unwrap_or_default();
        let length: usize = rest
            .char_indices()
            .take_while(|(place, letter)| {
                letter.is_ascii_digit()
                    || matches!(letter, ' ' | '\u{A0}' | '-' | '–')
                    || (*place == 0 && *letter == '+')
            })
            .map(|(_, letter)| letter.len_utf8())
            .sum();
        let words = rest.get(..length).unwrap_or_default().trim_end_matches([' ', '\u{A0}', '-', '–']);
        let digits = words.chars().filter(char::is_ascii_digit).count();
        let begins_well = words.starts_with("+46") || (words.starts_with('0') && words.contains(['-', ' ', '\u{A0}']));
        let alone = before.is_none_or(|letter| !letter.is_alphanumeric() && !matches!(letter, '/' | ':' | '-' | '.'));
        if alone && begins_well && (8..=12).contains(&digits) {
            found.push(start..start + words.len());
        }
        at = start + words.len().max(1);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> (String, Vec<String>) {
        let (open, passages) = taken_out(text);
        let open = pieces(&open)
            .iter()
            .map(|piece| match piece {
                Piece::Open(words) => (*words).to_owned(),
                Piece::Passage(place) => format!("<{place}>"),
            })
            .collect();
        (open, passages.into_iter().map(|(words, ground)| format!("{words} ({})", ground.words())).collect())
    }

    #[test]
    fn what_is_put_in_brackets_and_addresses_are_taken_out() {
        let table: &[(&str, &str, &[&str])] = &[
            ("Inget.", "Inget.", &[]),
            ("Dörren [[är öppen]].", "Dörren <0>.", &["är öppen (18 kap. 8 § OSL)"]),
            ("[[18:13 Reservkraft\n\nsaknas]]", "<0>", &["Reservkraft\n\nsaknas (18 kap. 13 § OSL)"]),
            (
                "Serverhallen på Ekgatan 12 b, källaren",
                "Serverhallen på <0> b, källaren",
                &["Ekgatan 12 (18 kap. 8 § OSL)"],
            ),
            ("Handlingsplan 2024, Storgatan 2024, vägen 3", "Handlingsplan 2024, Storgatan 2024, vägen 3", &[]),
            ("[[]] [[ ]] [[aldrig stängd", "[[]] [[ ]] [[aldrig stängd", &[]),
            ("\u{E000}7\u{E001}", "7", &[]),
            ("[[|a|b]]", "<0>", &["|a|b (18 kap. 8 § OSL)"]),
        ];
        for (text, open, passages) in table {
            assert_eq!(
                shape(text),
                ((*open).to_owned(), passages.iter().map(|it| (*it).to_owned()).collect()),
                "{text}"
            );
        }
        assert!(leaves_open("[[a]] [[b"));
        assert!(!leaves_open("[[a]] b]]"));
    }

    #[test]
    fn what_names_people_and_machines_is_masked_and_other_numbers_are_not() {
        let table: &[(&str, &[&str])] = &[
            ("Skriv till anna.berg@exempel.se.", &["anna.berg@exempel.se"]),
            ("Servern (10.0.12.7) och 192.168.1.0/24", &["10.0.12.7", "192.168.1.0/24"]),
            ("Ring 08-508 460 00 eller +46 70 123 45 67.", &["08-508 460 00", "+46 70 123 45 67"]),
            ("811218-9876 och 198112189876", &["811218-9876", "198112189876"]),
            ("Version 1.2.3, dnr 2025/148, 2025-03-26, 0,5 och 80 system", &[]),
            ("ISO 27001:2022, 300.1.1.1, lagen 2009:400", &[]),
        ];
        for (text, expected) in table {
            let found: Vec<&str> = to_mask(text).into_iter().map(|(place, ..)| &text[place]).collect();
            assert_eq!(found, *expected, "{text}");
        }
    }
}
