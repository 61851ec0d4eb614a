//! The report as it is, before anybody has decided what it looks like.

use std::slice;
use std::sync::Arc;

use super::as_of::day_of;
use super::changes::{LastYear, compared_with};
use super::charts::Chart;
use super::computed::{Compared, Facts};
use super::figures::{Figure, Figures};
use super::prose;
use super::secrecy::{self, Ground};
use super::sections::SECTIONS;
use crate::register::{Date, Register, Review, review_place, section_place};

/// A year's report.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Its title, with the year.
    pub title: String,
    /// Whose it is.
    pub organisation: String,
    /// Where it was written; may be empty.
    pub town: String,
    /// The day it is dated, once somebody has said so.
    pub date: Option<Date>,
    /// Its registration number; may be empty.
    pub dnr: String,
    /// The role that hands it over; may be empty.
    pub signatory: String,
    /// Whether it has not been issued.
    pub draft: bool,
    /// Which secrecy it is under; may be empty.
    pub marking: String,
    /// The year it is about.
    pub year: i16,
    /// The day its figures are of.
    pub as_of: Date,
    /// The language it is written in.
    pub language: &'static str,
    /// Its figures.
    pub figures: Figures,
    /// Its sections, in order.
    pub sections: Vec<Section>,
}

/// A heading and what stands under it.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Its name: a key's form, and the one its text has in the register.
    pub name: &'static str,
    /// The heading.
    pub heading: String,
    /// The heading's level, 1 to 3.
    pub level: u8,
    /// What the register says.
    pub computed: Vec<Block>,
    /// What people have written.
    pub text: Vec<Block>,
    /// The notes that its runs refer to.
    pub footnotes: Vec<Footnote>,
}

impl Section {
    /// A section that the program writes, of the first level.
    pub(super) fn new(name: &'static str, heading: &str, computed: Vec<Block>) -> Self {
        Self { name, heading: heading.to_owned(), level: 1, computed, text: Vec::new(), footnotes: Vec::new() }
    }

    /// All its blocks, in order: what people have written comes after what is computed.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.computed.iter().chain(&self.text)
    }

    /// The same, to be changed.
    pub fn blocks_mut(&mut self) -> impl Iterator<Item = &mut Block> {
        self.computed.iter_mut().chain(&mut self.text)
    }
}

/// A note at the foot of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Footnote {
    /// Its number, counted through the report from 1.
    pub number: u32,
    /// What it says.
    pub text: String,
}

/// Running text: pieces one after the other.
pub type Runs = Vec<Run>;

/// One thing under a heading.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A paragraph.
    Paragraph(Runs),
    /// A list without order.
    Bullets(Vec<Runs>),
    /// A list in order, from 1.
    Numbered(Vec<Runs>),
    /// A table.
    Table(Table),
    /// The table of the year's figures; a page may make a box of it.
    KeyFigures(Table),
    /// A chart, with the same as a table.
    Chart(Chart),
}

impl Block {
    /// The table that it is or has.
    #[must_use]
    pub const fn table(&self) -> Option<&Table> {
        match self {
            Self::Table(table) | Self::KeyFigures(table) | Self::Chart(Chart { table, .. }) => Some(table),
            Self::Paragraph(_) | Self::Bullets(_) | Self::Numbered(_) => None,
        }
    }

    /// The same, to be changed.
    pub const fn table_mut(&mut self) -> Option<&mut Table> {
        match self {
            Self::Table(table) | Self::KeyFigures(table) | Self::Chart(Chart { table, .. }) => Some(table),
            Self::Paragraph(_) | Self::Bullets(_) | Self::Numbered(_) => None,
        }
    }

    /// Its running texts, in order: the paragraph, the items of a list, or the cells below a table's header.
    pub fn runs(&self) -> impl Iterator<Item = &Runs> {
        let (items, rows): (&[Runs], &[Vec<Runs>]) = match self {
            Self::Paragraph(runs) => (slice::from_ref(runs), &[]),
            Self::Bullets(items) | Self::Numbered(items) => (items, &[]),
            Self::Table(table) | Self::KeyFigures(table) | Self::Chart(Chart { table, .. }) => (&[], &table.rows),
        };
        items.iter().chain(rows.iter().flatten())
    }

    /// The same, to be changed.
    pub fn runs_mut(&mut self) -> impl Iterator<Item = &mut Runs> {
        let (items, rows): (&mut [Runs], &mut [Vec<Runs>]) = match self {
            Self::Paragraph(runs) => (slice::from_mut(runs), &mut []),
            Self::Bullets(items) | Self::Numbered(items) => (items, &mut []),
            Self::Table(table) | Self::KeyFigures(table) | Self::Chart(Chart { table, .. }) => {
                (&mut [], &mut table.rows)
            }
        };
        items.iter_mut().chain(rows.iter_mut().flatten())
    }
}

/// A table. Every row has as many cells as the header.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// The columns' headings.
    pub header: Vec<String>,
    /// How each column is set.
    pub align: Vec<Align>,
    /// The rows below the header.
    pub rows: Vec<Vec<Runs>>,
}

/// How a column is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A piece of running text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run {
    /// Words as they are. A line feed begins a new line.
    Text(String),
    /// Words that stand out.
    Strong(String),
    /// A figure of the register, as it is written.
    Figure {
        /// Which.
        figure: Figure,
        /// Its digits.
        value: String,
    },
    /// A reference to the footnote with this number.
    Footnote(u32),
    /// Words that stand in the annex with secrecy, and not here.
    Withheld(Withheld),
}

/// Words that are kept out of the open report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// What stands in their place. Every rendering shows this; only the annex reads the words.
    pub shown: String,
    /// The words.
    pub hidden: String,
    /// By which rule.
    pub ground: Ground,
}

impl Run {
    /// Words as they are, without the characters that no document can hold.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(printable(text))
    }

    /// What it says in plain text; a reference to a footnote says nothing.
    #[must_use]
    pub fn words(&self) -> &str {
        match self {
            Self::Text(text) | Self::Strong(text) => text,
            Self::Figure { value, .. } => value,
            Self::Withheld(withheld) => &withheld.shown,
            Self::Footnote(_) => "",
        }
    }
}

/// What runs say, one after the other.
#[must_use]
pub fn words(runs: &[Run]) -> String {
    runs.iter().map(Run::words).collect()
}

/// The text without the characters that XML can't hold; line endings become line feeds and tabs become spaces.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\r' if letters.peek() == Some(&'\n') => {}
            '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => kept.push('\n'),
            '\t' => kept.push(' '),
            '\n' => kept.push('\n'),
            '\u{FFFE}' | '\u{FFFF}' => {}
            letter if letter.is_control() => {}
            letter => kept.push(letter),
        }
    }
    kept
}

/// The same on a single line.
pub(super) fn line(text: &str) -> String {
    printable(text).replace('\n', " ").trim().to_owned()
}

/// A count as it is written in Swedish: `5 000`, with a space that doesn't break.
#[must_use]
pub fn number(count: u32) -> String {
    let digits = count.to_string();
    let mut written = String::with_capacity(digits.len() + 3);
    for (place, digit) in digits.chars().enumerate() {
        if 0 < place && (digits.len() - place).is_multiple_of(3) {
            written.push('\u{A0}');
        }
        written.push(digit);
    }
    written
}

const MONTHS: [&str; 12] = [
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
];

/// A day in words: `26 mars 2025`.
#[must_use]
pub fn day_in_words(day: Date) -> String {
    let month = usize::try_from(day.month() - 1).ok().and_then(|month| MONTHS.get(month)).copied().unwrap_or_default();
    format!("{} {month} {}", day.day(), day.year())
}

impl Report {
    /// The lines above the title: its secrecy, that it is a draft, where and when, the registration number, and who
    /// hands it over.
    #[must_use]
    pub fn head(&self) -> Vec<String> {
        let when = self.date.map_or_else(|| format!("utkast per {}", self.as_of), day_in_words);
        let place = if self.town.is_empty() { when } else { format!("{}, {when}", self.town) };
        let dnr = (!self.dnr.is_empty()).then(|| format!("Dnr: {}", self.dnr));
        let signatory = (!self.signatory.is_empty()).then(|| format!("Rapportör: {}", self.signatory));
        let marking = (!self.marking.is_empty()).then(|| self.marking.clone());
        // Without a day it says so beside the place.
        let draft = (self.draft && self.date.is_some()).then(|| "Utkast".to_owned());
        marking.into_iter().chain(draft).chain([place]).chain(dnr).chain(signatory).collect()
    }

    /// What stands at the foot of every page: its title and registration number.
    #[must_use]
    pub fn foot(&self) -> String {
        let dnr = if self.dnr.is_empty() { String::new() } else { format!(" · Dnr: {}", self.dnr) };
        format!("{}{dnr}", self.title)
    }

    /// Who a file says has written it.
    #[must_use]
    pub fn author(&self) -> &str {
        if self.organisation.is_empty() { "Klassrum" } else { &self.organisation }
    }

    /// The day that a file says it is of: its date, or as long as it has none that of its figures.
    #[must_use]
    pub fn day(&self) -> Date {
        self.date.unwrap_or(self.as_of)
    }

    /// One section.
    #[must_use]
    pub fn section(&self, name: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.name == name)
    }

    /// All its runs, to be changed.
    pub(super) fn all_runs_mut(&mut self) -> impl Iterator<Item = &mut Run> {
        self.sections.iter_mut().flat_map(Section::blocks_mut).flat_map(Block::runs_mut).flatten()
    }
}

/// Makes the report of a year.
///
/// Its figures are those of the register as it is; `today` decides which actions are late, unless the review names a
/// day that the figures are of. `last` says how the register was on the day it is compared with, if it has history that
/// old. The key figures get a column for the year before: from there, or else what the register's own dates say of it,
/// if they say anything.
#[must_use]
pub fn report(register: &Register, year: i16, today: Date, last: Option<&LastYear>) -> Report {
    let review = register.reviews.get(&review_place(year).key).map_or_else(Arc::<Review>::default, Arc::clone);
    let organisation = register.organisation();
    let as_of = day_of(register, year, today);
    let figures = Figures::count(register, year, as_of);
    let dated = if last.is_none() { Figures::at_the_end_of(register, year - 1) } else { None };
    let compared = Compared {
        figures: last.map(|last| &last.figures).or(dated.as_ref()),
        changes: last.map(|last| &last.changes),
        day: compared_with(register, year, as_of),
    };
    let mut facts = Facts::new(register, &review, &figures, compared);
    let sections = SECTIONS
        .iter()
        .map(|plan| {
            let (computed, footnotes) = facts.section(plan);
            let written = register.sections.get(&section_place(year, plan.name).key);
            Section {
                name: plan.name,
                heading: plan.heading(year),
                level: plan.level,
                computed,
                text: written.map_or_else(Vec::new, |section| prose::blocks(&section.text, &figures)),
                footnotes,
            }
        })
        .collect();
    let town = if review.town.is_empty() { &organisation.town } else { &review.town };
    let (town, dnr) = (line(town), line(&review.dnr));
    let mut report = Report {
        title: format!("Ledningens genomgång informationssäkerhet {year}"),
        organisation: line(if organisation.name.is_empty() { &organisation.short } else { &organisation.name }),
        town,
        date: review.date,
        draft: true,
        marking: String::new(),
        dnr,
        signatory: line(&review.signatory),
        year,
        as_of,
        language: "sv-SE",
        figures,
        sections,
    };
    secrecy::number(&mut report);
    report
}
