//! What would happen if a list were taken in: row by row what is new, what changes and what is doubtful.
//!
//! A row carries its own commands, as offers. A person takes one offer of a row or none; [`Preview::command`] puts the
//! taken ones together. An empty cell never empties a field.

mod incidents;
mod record;
mod systems;
mod training;

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::cell::shown;
use super::doubt::{At, Doubt, Why};
use super::error::FileError;
use super::guess::columns;
use super::table::{Cell, Note, Row, Sheet, Workbook};
use super::target::{ListKind, Target};
use crate::register::value::Choose;
use crate::register::{Command, Date, Field, Key, Kind, Language, Place, Register, Seen, StaffForm, StaffRole, Value};

/// What a person has chosen for a file, or left as it was guessed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// The kind of list.
    pub list: ListKind,
    /// The sheet, from 0.
    pub sheet: usize,
    /// The number of the row with headings, from 1; 0 when there is none.
    pub header: usize,
    /// What each column holds; nothing where that is still open.
    pub targets: Vec<Option<Target>>,
    /// The day that a training list tells of. Nothing takes the last day in the list.
    pub cut_off: Option<Date>,
    /// The courses that are mandatory; empty when all in a training list are.
    pub courses: Vec<String>,
}

impl From<super::Guess> for Chosen {
    fn from(guess: super::Guess) -> Self {
        Self {
            list: guess.list,
            sheet: guess.sheet,
            header: guess.header,
            targets: guess.columns.into_iter().map(|column| column.target).collect(),
            cut_off: None,
            courses: Vec::new(),
        }
    }
}

/// What would happen if a list were taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// The kind of list.
    pub list: ListKind,
    /// The rows of the list. A training list has one for all of it, and one for each row that is doubtful.
    pub rows: Vec<PreviewRow>,
    /// What a training list counts to.
    pub counts: Vec<CountRow>,
    /// Columns that hold something and that nobody has placed.
    pub unmatched: Vec<Unmatched>,
    /// What a person should know of how the file was read.
    pub notes: Vec<Note>,
}

/// One row of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewRow {
    /// Its number in the file, from 1.
    pub row: usize,
    /// What it is about.
    pub title: Title,
    /// What becomes of it.
    pub verdict: Verdict,
    /// What a person must look at.
    pub doubts: Vec<Doubt>,
    /// What a person can take: nothing for a row that is the same, several when there is a question.
    pub offers: Vec<Offer>,
}

/// What a row is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Title {
    /// A system's name, an incident's title.
    Named(String),
    /// The training as of a day.
    Training(Date),
    /// A row that is known by its number only.
    Row(usize),
}

impl Title {
    /// The title in words.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        match (language, self) {
            (_, Self::Named(name)) => name.clone(),
            (Language::Swedish, Self::Training(date)) => format!("Utbildning, läget den {date}"),
            (Language::English, Self::Training(date)) => format!("Training as of {date}"),
            (Language::Swedish, Self::Row(row)) => format!("Rad {row}"),
            (Language::English, Self::Row(row)) => format!("Row {row}"),
        }
    }
}

choice! {
    /// What becomes of a row.
    #[derive(Serialize, Deserialize)]
    Verdict {
        New "new" "Ny" "New",
        Changed "changed" "Ändras" "Changes",
        Same "same" "Oförändrad" "Unchanged",
        Doubtful "doubtful" "Tveksam" "Doubtful",
    }
}
use crate::register::value::choice;

/// Something a person can take of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// What it means to take it.
    pub answer: Answer,
    /// What it changes, field by field.
    pub differences: Vec<Difference>,
    /// The edits.
    pub commands: Vec<Command>,
}

/// What it means to take an offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// Take the row in.
    Take,
    /// Take the row in, but not its classification.
    WithoutDecision,
    /// Take the row in, and its classification as a second decision of that day.
    SecondDecision,
    /// Update this record; the number tells alike ones apart, from 1.
    Update(Key, usize),
    /// Add as a new record.
    Add,
}

impl Answer {
    /// The answer in words.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        match (language, self) {
            (Language::Swedish, Self::Take) => "Ta in".to_owned(),
            (Language::English, Self::Take) => "Take in".to_owned(),
            (Language::Swedish, Self::WithoutDecision) => "Ta in utan klassningen".to_owned(),
            (Language::English, Self::WithoutDecision) => "Take in without the classification".to_owned(),
            (Language::Swedish, Self::SecondDecision) => "Ta in med klassningen".to_owned(),
            (Language::English, Self::SecondDecision) => "Take in with the classification".to_owned(),
            (Language::Swedish, Self::Update(_, 1)) => "Uppdatera".to_owned(),
            (Language::English, Self::Update(_, 1)) => "Update".to_owned(),
            (Language::Swedish, Self::Update(_, number)) => format!("Uppdatera nummer {number}"),
            (Language::English, Self::Update(_, number)) => format!("Update number {number}"),
            (Language::Swedish, Self::Add) => "Lägg till som ny".to_owned(),
            (Language::English, Self::Add) => "Add as new".to_owned(),
        }
    }
}

/// One field: what it held, and what it would hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The field, or the plan or analysis.
    pub target: Target,
    /// What the register holds.
    pub old: Value,
    /// What the file says.
    pub new: Value,
}

impl Difference {
    /// The field's name, the old value and the new in words.
    #[must_use]
    pub fn text(&self, language: Language) -> (&'static str, String, String) {
        let field = self.target.as_field().map(|(_, field)| field);
        let words = |value: &Value| words(field, value, language);
        (self.target.term().in_language(language), words(&self.old), words(&self.new))
    }
}

/// A value in words.
fn words(field: Option<Field>, value: &Value, language: Language) -> String {
    match value {
        Value::Nothing => String::new(),
        Value::Line(text) | Value::Prose(text) => text.clone(),
        Value::Date(date) => date.to_string(),
        Value::Moment(at) => at.strftime("%Y-%m-%d %H:%M").to_string(),
        Value::Number(number) => number.to_string(),
        Value::Flag(flag) => match (language, flag) {
            (Language::Swedish, true) => "Ja".to_owned(),
            (Language::English, true) => "Yes".to_owned(),
            (Language::Swedish, false) => "Nej".to_owned(),
            (Language::English, false) => "No".to_owned(),
        },
        Value::Choice(key) => match field.map(|field| field.kind) {
            Some(Kind::Choice(choices)) => choices
                .iter()
                .find(|choice| choice.key == key)
                .map_or_else(|| key.clone(), |choice| choice.term.in_language(language).to_owned()),
            _ => key.clone(),
        },
    }
}

/// A count from a training list, of people of one role and one form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountRow {
    /// The course; empty for all mandatory courses together.
    pub course: String,
    /// The key of a [`StaffRole`].
    pub role: String,
    /// The key of a [`StaffForm`].
    pub form: String,
    /// How many there are.
    pub people: u32,
    /// How many had finished.
    pub completed: u32,
    /// How many there were and had finished, in the register; nothing when it has no such count.
    pub before: Option<(u32, u32)>,
}

impl CountRow {
    /// Course, role and form in words; the course is empty for all together.
    #[must_use]
    pub fn text(&self, language: Language) -> (&str, &'static str, &'static str) {
        let role = StaffRole::from_key(&self.role).map_or("", |role| role.term().in_language(language));
        let form = StaffForm::from_key(&self.form).map_or("", |form| form.term().in_language(language));
        (&self.course, role, form)
    }
}

/// A column that holds something and that nobody has placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmatched {
    /// The column, from 0.
    pub column: usize,
    /// Its heading.
    pub heading: String,
    /// How many rows have something in it.
    pub filled: usize,
    /// Its first values. Empty where they could name people.
    pub samples: Vec<String>,
}

/// A preview without its rows: what a page shows first, while the rows stay where they were made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// The kind of list.
    pub list: ListKind,
    /// How many rows have each verdict, in the order of [`Verdict::ALL`](Choose::ALL).
    pub verdicts: Vec<(Verdict, usize)>,
    /// What a training list counts to.
    pub counts: Vec<CountRow>,
    /// Columns that hold something and that nobody has placed.
    pub unmatched: Vec<Unmatched>,
    /// What a person should know of how the file was read.
    pub notes: Vec<Note>,
    /// What is taken unless a person says otherwise.
    pub by_default: Vec<(usize, usize)>,
}

impl Preview {
    /// All but the rows.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary {
            list: self.list,
            verdicts: Verdict::ALL.iter().map(|verdict| (*verdict, self.count(*verdict))).collect(),
            counts: self.counts.clone(),
            unmatched: self.unmatched.clone(),
            notes: self.notes.clone(),
            by_default: self.by_default(),
        }
    }

    /// Some of the rows, each with its place in [`Preview::rows`] and without commands: what one screen shows.
    #[must_use]
    pub fn window(&self, only: Option<Verdict>, from: usize, most: usize) -> Vec<(usize, PreviewRow)> {
        self.rows
            .iter()
            .enumerate()
            .filter(|(_, row)| only.is_none_or(|verdict| row.verdict == verdict))
            .skip(from)
            .take(most)
            .map(|(index, row)| {
                let offers = row.offers.iter().map(|offer| Offer {
                    answer: offer.answer.clone(),
                    differences: offer.differences.clone(),
                    commands: Vec::new(),
                });
                let (title, doubts) = (row.title.clone(), row.doubts.clone());
                (index, PreviewRow { row: row.row, title, verdict: row.verdict, doubts, offers: offers.collect() })
            })
            .collect()
    }

    /// How many rows have this verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.rows.iter().filter(|row| row.verdict == verdict).count()
    }

    /// What is taken unless a person says otherwise: all that is new or changes, and nothing doubtful.
    #[must_use]
    pub fn by_default(&self) -> Vec<(usize, usize)> {
        let sure = |row: &PreviewRow| matches!(row.verdict, Verdict::New | Verdict::Changed) && !row.offers.is_empty();
        self.rows.iter().enumerate().filter(|(_, row)| sure(row)).map(|(index, _)| (index, 0)).collect()
    }

    /// One command for what was accepted: pairs of a row's place in [`Preview::rows`] and an offer's place in it.
    #[must_use]
    pub fn command(&self, accepted: &[(usize, usize)]) -> Option<Command> {
        let mut commands: Vec<&Command> = accepted
            .iter()
            .filter_map(|(row, offer)| self.rows.get(*row)?.offers.get(*offer))
            .flat_map(|offer| &offer.commands)
            .collect();
        // Where two rows were accepted for one record, the later holds, and what they both add is added once.
        let mut seen = HashSet::new();
        commands.reverse();
        commands.retain(|command| same_effect(command).is_none_or(|effect| seen.insert(effect)));
        commands.reverse();
        (!commands.is_empty()).then(|| Command::Batch(commands.into_iter().cloned().collect()))
    }
}

/// What two commands have in common when the later makes the earlier senseless.
fn same_effect(command: &Command) -> Option<String> {
    match command {
        Command::Set { place, field, .. }
        | Command::Write { place, field, .. }
        | Command::Settle { place, field, .. } => Some(format!("{place:?} {field}")),
        Command::Add { place: Place { kind, key }, fields } => {
            key.owner().map(|owner| format!("{kind:?} {owner} {fields:?}"))
        }
        _ => None,
    }
}

/// Compares a list with a register. Keys for what is new come from `keys`; `seen` is what the register was read from.
///
/// # Errors
/// [`FileError::NoSheet`] when the chosen sheet isn't there.
pub fn preview(
    book: &Workbook,
    chosen: &Chosen,
    register: &Register,
    seen: &Seen,
    keys: &mut dyn FnMut() -> Key,
    today: Date,
) -> Result<Preview, FileError> {
    let sheet = book.sheets.get(chosen.sheet).ok_or(FileError::NoSheet(chosen.sheet))?;
    let list = List::new(sheet, chosen);
    let mut preview = Preview {
        list: chosen.list,
        rows: Vec::new(),
        counts: Vec::new(),
        unmatched: list.unmatched(chosen),
        notes: book.notes.iter().filter(|note| is_of(note, sheet)).cloned().collect(),
    };
    let others: Vec<String> = book
        .sheets
        .iter()
        .enumerate()
        .filter(|(index, _)| *index != chosen.sheet)
        .map(|(_, sheet)| sheet.name.clone())
        .collect();
    if !others.is_empty() {
        preview.notes.push(Note::OtherSheets(others));
    }
    let mut work = Work { list: &list, register, seen, keys, today };
    match chosen.list {
        ListKind::Systems => preview.rows = systems::rows(&mut work),
        ListKind::Incidents => preview.rows = incidents::rows(&mut work),
        ListKind::Training => (preview.rows, preview.counts) = training::rows(&mut work, chosen),
    }
    Ok(preview)
}

fn is_of(note: &Note, sheet: &Sheet) -> bool {
    match note {
        Note::Formulas { sheet: name, .. } => *name == sheet.name,
        Note::OtherSheets(_) | Note::StrangeSigns => true,
    }
}

/// What every kind of list is compared with.
struct Work<'a> {
    list: &'a List<'a>,
    register: &'a Register,
    seen: &'a Seen,
    keys: &'a mut dyn FnMut() -> Key,
    today: Date,
}

/// A sheet as a list: its rows below the headings, and its columns by what they hold.
struct List<'a> {
    sheet: &'a Sheet,
    header: usize,
    columns: Vec<(Target, Vec<usize>)>,
    headings: Vec<String>,
    /// Columns whose own heading doesn't say what a person has chosen for them.
    renamed: Vec<bool>,
}

impl<'a> List<'a> {
    fn new(sheet: &'a Sheet, chosen: &Chosen) -> Self {
        let guessed = columns(sheet, chosen.list, chosen.header);
        let mut by_target: Vec<(Target, Vec<usize>)> = Vec::new();
        let mut renamed = vec![false; guessed.len()];
        for (column, target) in chosen.targets.iter().enumerate() {
            let Some(target) = target.as_ref().filter(|target| **target != Target::Ignore) else { continue };
            match by_target.iter_mut().find(|(known, _)| known == target) {
                Some((_, columns)) => columns.push(column),
                None => by_target.push((target.clone(), vec![column])),
            }
            if let (Some(renamed), Some(guess)) = (renamed.get_mut(column), guessed.get(column)) {
                *renamed = guess.target.as_ref() != Some(target);
            }
        }
        let headings = guessed.into_iter().map(|guess| guess.heading).collect();
        Self { sheet, header: chosen.header, columns: by_target, headings, renamed }
    }

    fn rows(&self) -> impl Iterator<Item = &'a Row> {
        let header = self.header;
        self.sheet.rows.iter().filter(move |row| header < row.number)
    }

    fn columns(&self, target: &Target) -> &[usize] {
        self.columns.iter().find(|(known, _)| known == target).map_or(&[], |(_, columns)| columns.as_slice())
    }

    /// The first cell that is filled, of those that hold the target.
    fn cell<'r>(&self, row: &'r Row, target: &Target) -> (usize, &'r Cell) {
        let columns = self.columns(target);
        let filled = columns.iter().copied().find(|column| !row.cell(*column).is_empty());
        let column = filled.or(columns.first().copied()).unwrap_or(usize::MAX);
        (column, row.cell(column))
    }

    fn heading(&self, column: usize) -> &str {
        self.headings.get(column).map_or("", String::as_str)
    }

    fn at(&self, row: usize, column: usize) -> At {
        let column = (column < self.headings.len()).then(|| (column, self.heading(column).to_owned()));
        At { sheet: self.sheet.name.clone(), row, column }
    }

    fn doubt(&self, row: usize, column: usize, why: Why) -> Doubt {
        Doubt { at: self.at(row, column), why }
    }

    /// A doubt about a row as a whole.
    fn row_doubt(&self, row: usize, why: Why) -> Doubt {
        self.doubt(row, usize::MAX, why)
    }

    fn unmatched(&self, chosen: &Chosen) -> Vec<Unmatched> {
        let show = chosen.list != ListKind::Training;
        (0..self.headings.len())
            .filter(|column| chosen.targets.get(*column).is_none_or(Option::is_none))
            .filter_map(|column| {
                let filled: Vec<&Cell> =
                    self.rows().map(|row| row.cell(column)).filter(|cell| !cell.is_empty()).collect();
                let samples = filled.iter().take(if show { 3 } else { 0 }).map(|cell| shown(&cell.text())).collect();
                let heading = self.heading(column).to_owned();
                (!filled.is_empty()).then_some(Unmatched { column, heading, filled: filled.len(), samples })
            })
            .collect()
    }
}
