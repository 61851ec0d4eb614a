//! What is set on paper: the report's words, tables and drawings as data, for whoever sets the pages.
//!
//! It is JSON, in which people's texts are strings and never code, and it has all that the pages show: a typesetter adds
//! nothing but where things stand. The same report gives the same sheet.

use std::collections::BTreeSet;

use serde::Serialize;

use super::charts::Chart;
use super::columns::{ROWS_TOGETHER, letters_in, widths};
use super::model::{Align, Block, Footnote, Report, Run, Runs, Section, Table, words};

/// Words longer than this may be parted, in a cell and in running text: more doesn't fit beside anything. In a cell that is
/// narrower still, so are those that don't fit a line.
const LONGEST_WORD: (usize, usize) = (30, 60);
/// Where a word that is too long may be parted: every so many letters, or as many as a line takes.
const PIECE: usize = 10;
/// A row with a text of more letters or lines than these may be longer than a page, in the narrowest of columns.
const MAY_BE_LONG: (usize, usize) = (200, 20);
/// A table with more letters than this isn't kept on one page, however few rows it has.
const LETTERS_TOGETHER: usize = 1_200;
/// The room for text, as widths are counted for a Word document, whose letters may be wider than those on paper.
const TEXT_WIDTH: usize = 11_500;

/// The report as it is set on paper, in JSON.
#[must_use]
pub fn sheet(report: &Report) -> String {
    let day = report.day();
    let mut seen = BTreeSet::new();
    let sheet = Sheet {
        title: &report.title,
        author: report.author(),
        date: (day.year(), day.month(), day.day()),
        head: report.head(),
        foot: report.foot(),
        marking: marking(report),
        sections: report.sections.iter().map(|section| set(section, &mut seen)).collect(),
    };
    // Words and numbers only: nothing in it can fail to be written.
    serde_json::to_string(&sheet).unwrap_or_default()
}

/// What stands on paper in the place of a letter that no font has.
#[must_use]
pub fn number_of(letter: char) -> String {
    format!("[U+{:04X}]", u32::from(letter))
}

/// What stands at the head of every page.
fn marking(report: &Report) -> String {
    let draft = if report.draft { "Utkast" } else { "" };
    let marks = [report.marking.as_str(), draft].into_iter().filter(|mark| !mark.is_empty());
    marks.collect::<Vec<_>>().join(" · ")
}

#[derive(Serialize)]
struct Sheet<'a> {
    title: &'a str,
    author: &'a str,
    date: (i16, i8, i8),
    head: Vec<String>,
    foot: String,
    marking: String,
    sections: Vec<Part<'a>>,
}

#[derive(Serialize)]
struct Part<'a> {
    level: u8,
    heading: &'a str,
    blocks: Vec<Piece<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Piece<'a> {
    Paragraph { words: Vec<Words> },
    Bullets { items: Vec<Vec<Words>> },
    Numbered { items: Vec<Vec<Words>> },
    Table { table: Grid<'a> },
    Chart { alt: &'a str, svg: String, table: Grid<'a> },
}

#[derive(Serialize)]
struct Grid<'a> {
    caption: &'a str,
    header: Vec<String>,
    /// The columns' widths, in parts of the whole.
    widths: Vec<usize>,
    right: Vec<bool>,
    rows: Vec<Row>,
    /// Whether it stands on one page.
    together: bool,
}

#[derive(Serialize)]
struct Row {
    cells: Vec<Vec<Words>>,
    /// Whether it may be longer than a page, and so has to be measured.
    long: bool,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Words {
    Text {
        text: String,
    },
    Strong {
        text: String,
    },
    /// A note at the page's foot: its words where it is first referred to, then its number only.
    Note {
        number: u32,
        text: String,
        again: bool,
    },
}

fn set<'a>(section: &'a Section, seen: &mut BTreeSet<u32>) -> Part<'a> {
    let notes = &section.footnotes;
    let blocks = section.blocks().map(|block| piece(block, notes, seen)).collect();
    Part { level: section.level, heading: &section.heading, blocks }
}

fn piece<'a>(block: &'a Block, notes: &[Footnote], seen: &mut BTreeSet<u32>) -> Piece<'a> {
    let mut all = |items: &[Runs]| items.iter().map(|runs| said(runs, notes, LONGEST_WORD.1, seen)).collect();
    match block {
        Block::Paragraph(runs) => Piece::Paragraph { words: said(runs, notes, LONGEST_WORD.1, seen) },
        Block::Bullets(items) => Piece::Bullets { items: all(items) },
        Block::Numbered(items) => Piece::Numbered { items: all(items) },
        Block::Table(table) | Block::KeyFigures(table) => Piece::Table { table: grid(table, notes, seen) },
        Block::Chart(Chart { alt, drawing, table }) => {
            Piece::Chart { alt, svg: drawing.to_svg(), table: grid(table, notes, seen) }
        }
    }
}

fn grid<'a>(table: &'a Table, notes: &[Footnote], seen: &mut BTreeSet<u32>) -> Grid<'a> {
    let letters = |row: &[Runs]| row.iter().map(|runs| words(runs).chars().count()).collect::<Vec<_>>();
    let all: usize = table.rows.iter().flat_map(|row| letters(row)).sum();
    let may_be_long = |runs: &Runs| {
        let text = words(runs);
        MAY_BE_LONG.0 < text.chars().count() || MAY_BE_LONG.1 < text.split('\n').count()
    };
    let widths = widths(table, TEXT_WIDTH);
    let longest = |letters: usize| LONGEST_WORD.0.min(letters.max(1));
    let of_columns = || widths.iter().map(|width| letters_in(*width));
    let headings = table.header.iter().zip(of_columns());
    let row = |row: &Vec<Runs>| Row {
        long: row.iter().any(may_be_long),
        cells: row.iter().zip(of_columns()).map(|(runs, (_, below))| said(runs, notes, longest(below), seen)).collect(),
    };
    Grid {
        caption: &table.caption,
        header: headings.map(|(heading, (letters, _))| parted(heading, longest(letters))).collect(),
        right: table.align.iter().map(|align| *align == Align::Right).collect(),
        rows: table.rows.iter().map(row).collect(),
        widths,
        together: table.rows.len() <= ROWS_TOGETHER && all <= LETTERS_TOGETHER,
    }
}

fn said(runs: &[Run], notes: &[Footnote], longest: usize, seen: &mut BTreeSet<u32>) -> Vec<Words> {
    let one = |run: &Run| match run {
        Run::Footnote(number) => {
            let text = notes.iter().find(|note| note.number == *number).map(|note| note.text.clone());
            Words::Note { number: *number, text: text.unwrap_or_default(), again: !seen.insert(*number) }
        }
        Run::Strong(text) => Words::Strong { text: parted(text, longest) },
        run => Words::Text { text: parted(run.words(), longest) },
    };
    runs.iter().map(one).collect()
}

/// The text with places where words may be parted that are longer than a line.
fn parted(text: &str, longest: usize) -> String {
    let is_long = |word: &str| longest < word.chars().count();
    if !text.split([' ', '\n']).any(is_long) {
        return text.to_owned();
    }
    let mut whole = String::with_capacity(text.len() * 2);
    for word in text.split_inclusive([' ', '\n']) {
        let long = is_long(word.trim_end_matches([' ', '\n']));
        for (nth, letter) in word.chars().enumerate() {
            if long && 0 < nth && nth.is_multiple_of(PIECE.min(longest)) {
                whole.push('\u{200B}');
            }
            whole.push(letter);
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_that_are_too_long_may_be_parted() {
        assert_eq!(parted("Ett kort ord\noch ett till", 10), "Ett kort ord\noch ett till");
        let long = "a".repeat(25);
        assert_eq!(
            parted(&format!("kort {long} ord"), 20),
            format!("kort {0}\u{200B}{0}\u{200B}aaaaa ord", "a".repeat(10))
        );
        assert_eq!(parted(&long, 25), long);
        assert_eq!(parted("kort längre", 4), "kort läng\u{200B}re");
    }

    #[test]
    fn a_word_fits_a_line_of_its_column_however_narrow_that_is() {
        let table = |columns: usize| Table {
            caption: String::new(),
            header: vec!["Personuppgifter".to_owned(); columns],
            align: vec![Align::Left; columns],
            rows: vec![vec![vec![Run::Text("informationssäkerhet".to_owned())]; columns]],
        };
        let set = |columns| serde_json::to_string(&grid(&table(columns), &[], &mut BTreeSet::new())).unwrap();
        assert!(set(3).contains("\"informationssäkerhet\"") && set(3).contains("\"Personuppgifter\""));
        let narrow = set(12);
        assert!(narrow.contains("infor\u{200B}matio\u{200B}nssäk\u{200B}erhet"), "{narrow}");
        assert!(narrow.contains("Pers\u{200B}onup\u{200B}pgif\u{200B}ter"), "{narrow}");
    }

    #[test]
    fn a_note_is_said_where_it_is_first_referred_to() {
        let notes = [Footnote { number: 1, text: "Så räknas det.".to_owned() }];
        let mut seen = BTreeSet::new();
        for expected in [false, true] {
            let said = said(&[Run::Footnote(1)], &notes, 60, &mut seen);
            let is_note = |again, text: &str| again == expected && text == "Så räknas det.";
            assert!(matches!(&said[..], [Words::Note { number: 1, text, again }] if is_note(*again, text)));
        }
    }
}
