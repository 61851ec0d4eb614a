//! A report as it was issued: packed once, the same for good.
//!
//! What is kept is the report itself, word for word, and not what it was computed from: a later program counts and words
//! things otherwise, but sets the same report in the same way. The names in the packed form are a file format: add,
//! never rename. What was withheld from the open report is not in it, only in the annex.

use std::io::{Read, Write};

use base64ct::{Base64, Encoding};
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::charts::Chart;
use super::drawing::{Anchor, Drawing, Shape, Tone};
use super::figures::{Figure, Figures};
use super::model::{Align, Block, Footnote, Report, Run, Runs, Section, Table};
use super::secrecy;
use super::sections::SECTIONS;
use crate::register::{Choose, Date, Register};

/// The form that is written now. A program reads its own and those before it, and sets each as it was set when it was issued:
/// from the first release on, a layout that gives other files is a form of its own, with the old layout beside it.
const FORM: u32 = 1;
/// The most a packed report may unfold to, in bytes: far more than any report, and no more than a tablet can hold.
const UNFOLDED_MAX: u64 = 32_000_000;

/// A report that is issued, with its annex.
#[derive(Debug, Clone, PartialEq)]
pub struct Frozen {
    /// The open report.
    pub open: Report,
    /// What is under secrecy; nothing when there was nothing to say in it.
    pub annex: Option<Report>,
}

/// Why a packed report can't be read.
#[derive(Debug, Error)]
pub enum FrozenError {
    /// It isn't in the form that reports are packed in, or it is damaged.
    #[error("the issued report is damaged")]
    Damaged,
    /// Its checksum is another than the one it was issued with.
    #[error("the issued report is not what was issued: its checksum differs")]
    Changed,
    /// A newer program packed it.
    #[error("the issued report was packed by a newer program")]
    Newer,
}

impl Frozen {
    /// The report as it is issued on the day that it is dated.
    #[must_use]
    pub fn new(report: &Report, annex: Option<Report>) -> Self {
        let issued = |report: &Report| Report { draft: false, ..secrecy::open(report) };
        Self { open: issued(report), annex: annex.as_ref().map(issued) }
    }

    /// Packed, and the checksum of what is packed: SHA-256, in hexadecimal.
    #[must_use]
    pub fn pack(&self) -> (String, String) {
        // Words and numbers only: nothing in it can fail to be written.
        let plain = serde_json::to_vec(&Whole::of(self)).unwrap_or_default();
        let mut packer = DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        let packed = packer.write_all(&plain).and_then(|()| packer.finish()).unwrap_or_default();
        (Base64::encode_string(&packed), checksum(&plain))
    }

    /// A packed report, if it is the one with this checksum.
    ///
    /// # Errors
    /// [`FrozenError`] says what is wrong with it.
    pub fn unpack(packed: &str, expected: &str) -> Result<Self, FrozenError> {
        let packed = Base64::decode_vec(packed).map_err(|_| FrozenError::Damaged)?;
        let mut plain = Vec::new();
        let mut unfolding = DeflateDecoder::new(packed.as_slice()).take(UNFOLDED_MAX + 1);
        unfolding.read_to_end(&mut plain).map_err(|_| FrozenError::Damaged)?;
        if UNFOLDED_MAX < u64::try_from(plain.len()).unwrap_or(u64::MAX) {
            return Err(FrozenError::Damaged);
        }
        if checksum(&plain) != expected {
            return Err(FrozenError::Changed);
        }
        Self::read(&plain)
    }

    /// What a packed report unfolds to.
    ///
    /// # Errors
    /// [`FrozenError`] says what is wrong with it.
    pub fn read(plain: &[u8]) -> Result<Self, FrozenError> {
        let form: Form = serde_json::from_slice(plain).map_err(|_| FrozenError::Damaged)?;
        if FORM < form.form {
            return Err(FrozenError::Newer);
        }
        serde_json::from_slice::<Whole>(plain).ok().and_then(Whole::thawed).ok_or(FrozenError::Damaged)
    }
}

/// The checksum of bytes: SHA-256, in hexadecimal.
#[must_use]
pub fn checksum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Deserialize)]
struct Form {
    form: u32,
}

#[derive(Serialize, Deserialize)]
struct Whole {
    form: u32,
    open: Paper,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    annex: Option<Paper>,
}

impl Whole {
    fn of(frozen: &Frozen) -> Self {
        Self { form: FORM, open: Paper::of(&frozen.open), annex: frozen.annex.as_ref().map(Paper::of) }
    }

    fn thawed(self) -> Option<Frozen> {
        let annex = match self.annex {
            Some(annex) => Some(annex.thawed()?),
            None => None,
        };
        Some(Frozen { open: self.open.thawed()?, annex })
    }
}

#[derive(Serialize, Deserialize)]
struct Paper {
    title: String,
    organisation: String,
    town: String,
    date: Option<Date>,
    dnr: String,
    signatory: String,
    marking: String,
    year: i16,
    as_of: Date,
    sections: Vec<Part>,
}

#[derive(Serialize, Deserialize)]
struct Part {
    name: String,
    heading: String,
    level: u8,
    computed: Vec<Piece>,
    text: Vec<Piece>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    notes: Vec<(u32, String)>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Piece {
    Paragraph(Vec<Words>),
    Bullets(Vec<Vec<Words>>),
    Numbered(Vec<Vec<Words>>),
    Table(Grid),
    Key(Grid),
    Chart { alt: String, width: i32, height: i32, shapes: Vec<Mark>, table: Grid },
}

#[derive(Serialize, Deserialize)]
struct Grid {
    caption: String,
    header: Vec<String>,
    /// A letter a column: `l` or `r`.
    align: String,
    rows: Vec<Vec<Vec<Words>>>,
}

#[derive(Serialize, Deserialize)]
enum Words {
    #[serde(rename = "t")]
    Text(String),
    #[serde(rename = "s")]
    Strong(String),
    #[serde(rename = "f")]
    Figure(String, String),
    #[serde(rename = "n")]
    Note(u32),
}

#[derive(Serialize, Deserialize)]
enum Mark {
    #[serde(rename = "b")]
    Bar(i32, i32, i32, i32, Colour),
    #[serde(rename = "a")]
    Area(Vec<(i32, i32)>, Colour),
    #[serde(rename = "l")]
    Line((i32, i32), (i32, i32)),
    #[serde(rename = "w")]
    Words(i32, i32, Stands, bool, Colour, String),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Stands {
    Start,
    Middle,
    End,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Colour {
    Ink,
    Soft,
    Accent,
    OnAccent,
    Quiet,
    Level(u8),
    OnLevel(u8),
}

impl Paper {
    fn of(report: &Report) -> Self {
        Self {
            title: report.title.clone(),
            organisation: report.organisation.clone(),
            town: report.town.clone(),
            date: report.date,
            dnr: report.dnr.clone(),
            signatory: report.signatory.clone(),
            marking: report.marking.clone(),
            year: report.year,
            as_of: report.as_of,
            sections: report.sections.iter().map(Part::of).collect(),
        }
    }

    fn thawed(self) -> Option<Report> {
        Some(Report {
            title: self.title,
            organisation: self.organisation,
            town: self.town,
            date: self.date,
            dnr: self.dnr,
            signatory: self.signatory,
            draft: false,
            marking: self.marking,
            year: self.year,
            as_of: self.as_of,
            language: "sv-SE",
            // What it says of them stands in its words.
            figures: Figures::count(&Register::default(), self.year, self.as_of),
            sections: self.sections.into_iter().map(Part::thawed).collect::<Option<_>>()?,
        })
    }
}

impl Part {
    fn of(section: &Section) -> Self {
        Self {
            name: section.name.to_owned(),
            heading: section.heading.clone(),
            level: section.level,
            computed: section.computed.iter().map(Piece::of).collect(),
            text: section.text.iter().map(Piece::of).collect(),
            notes: section.footnotes.iter().map(|note| (note.number, note.text.clone())).collect(),
        }
    }

    fn thawed(self) -> Option<Section> {
        let all = |pieces: Vec<Piece>| pieces.into_iter().map(Piece::thawed).collect::<Option<Vec<_>>>();
        Some(Section {
            // A section that this version doesn't have keeps its heading and its words.
            name: SECTIONS.iter().map(|plan| plan.name).find(|name| *name == self.name).unwrap_or_default(),
            heading: self.heading,
            level: self.level.clamp(1, 3),
            computed: all(self.computed)?,
            text: all(self.text)?,
            footnotes: self.notes.into_iter().map(|(number, text)| Footnote { number, text }).collect(),
        })
    }
}

fn words_of(runs: &Runs) -> Vec<Words> {
    let one = |run: &Run| match run {
        Run::Text(text) => Words::Text(text.clone()),
        Run::Strong(text) => Words::Strong(text.clone()),
        Run::Figure { figure, value } => Words::Figure(figure.key().to_owned(), value.clone()),
        Run::Footnote(number) => Words::Note(*number),
        Run::Withheld(withheld) => Words::Text(withheld.shown.clone()),
    };
    runs.iter().map(one).collect()
}

fn runs_of(words: Vec<Words>) -> Runs {
    let one = |word| match word {
        Words::Text(text) => Run::Text(text),
        Words::Strong(text) => Run::Strong(text),
        Words::Figure(key, value) => match Figure::from_key(&key) {
            Some(figure) => Run::Figure { figure, value },
            None => Run::Text(value),
        },
        Words::Note(number) => Run::Footnote(number),
    };
    words.into_iter().map(one).collect()
}

impl Piece {
    fn of(block: &Block) -> Self {
        match block {
            Block::Paragraph(runs) => Self::Paragraph(words_of(runs)),
            Block::Bullets(items) => Self::Bullets(items.iter().map(words_of).collect()),
            Block::Numbered(items) => Self::Numbered(items.iter().map(words_of).collect()),
            Block::Table(table) => Self::Table(Grid::of(table)),
            Block::KeyFigures(table) => Self::Key(Grid::of(table)),
            Block::Chart(Chart { alt, drawing, table }) => Self::Chart {
                alt: alt.clone(),
                width: drawing.width,
                height: drawing.height,
                shapes: drawing.shapes.iter().map(Mark::of).collect(),
                table: Grid::of(table),
            },
        }
    }

    fn thawed(self) -> Option<Block> {
        let all = |items: Vec<Vec<Words>>| items.into_iter().map(runs_of).collect();
        Some(match self {
            Self::Paragraph(words) => Block::Paragraph(runs_of(words)),
            Self::Bullets(items) => Block::Bullets(all(items)),
            Self::Numbered(items) => Block::Numbered(all(items)),
            Self::Table(grid) => Block::Table(grid.thawed()?),
            Self::Key(grid) => Block::KeyFigures(grid.thawed()?),
            Self::Chart { alt, width, height, shapes, table } => {
                let drawing = Drawing { width, height, shapes: shapes.into_iter().map(Mark::thawed).collect() };
                Block::Chart(Chart { alt, drawing, table: table.thawed()? })
            }
        })
    }
}

impl Grid {
    fn of(table: &Table) -> Self {
        Self {
            caption: table.caption.clone(),
            header: table.header.clone(),
            align: table.align.iter().map(|align| if *align == Align::Right { 'r' } else { 'l' }).collect(),
            rows: table.rows.iter().map(|row| row.iter().map(words_of).collect()).collect(),
        }
    }

    /// Nothing when its rows and columns don't fit each other.
    fn thawed(self) -> Option<Table> {
        let align: Vec<Align> =
            self.align.chars().map(|letter| if letter == 'r' { Align::Right } else { Align::Left }).collect();
        let fits = align.len() == self.header.len() && self.rows.iter().all(|row| row.len() == align.len());
        fits.then(|| Table {
            caption: self.caption,
            header: self.header,
            align,
            rows: self.rows.into_iter().map(|row| row.into_iter().map(runs_of).collect()).collect(),
        })
    }
}

impl Mark {
    fn of(shape: &Shape) -> Self {
        match shape {
            Shape::Bar { x, y, width, height, tone } => Self::Bar(*x, *y, *width, *height, Colour::of(*tone)),
            Shape::Area { corners, tone } => Self::Area(corners.clone(), Colour::of(*tone)),
            Shape::Line { from, to } => Self::Line(*from, *to),
            Shape::Words { x, y, anchor, strong, tone, text } => {
                let anchor = match anchor {
                    Anchor::Start => Stands::Start,
                    Anchor::Middle => Stands::Middle,
                    Anchor::End => Stands::End,
                };
                Self::Words(*x, *y, anchor, *strong, Colour::of(*tone), text.clone())
            }
        }
    }

    fn thawed(self) -> Shape {
        match self {
            Self::Bar(x, y, width, height, tone) => Shape::Bar { x, y, width, height, tone: tone.thawed() },
            Self::Area(corners, tone) => Shape::Area { corners, tone: tone.thawed() },
            Self::Line(from, to) => Shape::Line { from, to },
            Self::Words(x, y, anchor, strong, tone, text) => {
                let anchor = match anchor {
                    Stands::Start => Anchor::Start,
                    Stands::Middle => Anchor::Middle,
                    Stands::End => Anchor::End,
                };
                Shape::Words { x, y, anchor, strong, tone: tone.thawed(), text }
            }
        }
    }
}

impl Colour {
    const fn of(tone: Tone) -> Self {
        match tone {
            Tone::Ink => Self::Ink,
            Tone::Soft => Self::Soft,
            Tone::Accent => Self::Accent,
            Tone::OnAccent => Self::OnAccent,
            Tone::Quiet => Self::Quiet,
            Tone::Level(level) => Self::Level(level),
            Tone::OnLevel(level) => Self::OnLevel(level),
        }
    }

    const fn thawed(self) -> Tone {
        match self {
            Self::Ink => Tone::Ink,
            Self::Soft => Tone::Soft,
            Self::Accent => Tone::Accent,
            Self::OnAccent => Tone::OnAccent,
            Self::Quiet => Tone::Quiet,
            Self::Level(level) => Tone::Level(level),
            Self::OnLevel(level) => Tone::OnLevel(level),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_packed_report_is_refused() {
        let pack = |plain: &str| {
            let mut packer = DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
            packer.write_all(plain.as_bytes()).unwrap();
            (Base64::encode_string(&packer.finish().unwrap()), checksum(plain.as_bytes()))
        };
        let refused = |(packed, sum): (String, String)| Frozen::unpack(&packed, &sum).unwrap_err().to_string();
        assert_eq!(refused(("ö".into(), String::new())), "the issued report is damaged");
        assert_eq!(refused(pack("{}")), "the issued report is damaged");
        assert_eq!(refused(pack("{\"form\":1}")), "the issued report is damaged");
        assert_eq!(refused(pack("{\"form\":2,\"open\":7}")), "the issued report was packed by a newer program");
        let (packed, _) = pack("{\"form\":1}");
        assert!(matches!(Frozen::unpack(&packed, "0"), Err(FrozenError::Changed)));
    }

    #[test]
    fn a_report_that_unfolds_without_end_is_refused() {
        let mut packer = DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        for _ in 0..40 {
            packer.write_all(&vec![b' '; 1_000_000]).unwrap();
        }
        let packed = Base64::encode_string(&packer.finish().unwrap());
        assert!(packed.len() < 200_000);
        assert!(matches!(Frozen::unpack(&packed, ""), Err(FrozenError::Damaged)));
    }
}
