//! The lists behind the report, as sheets of cells: what a workbook writes and nothing of how it looks.
//!
//! A list has all fields of its kind of record, so that nothing that somebody has written is left out.

use super::calendar::{self, Dated};
use super::figures::Figure;
use super::model::{Block, Report, Table, number, printable, words};
use crate::catalogue::MethodInUse;
use crate::register::list::Index;
use crate::register::value::Kind;
use crate::register::{
    self, Aspect, Choose, Date, DateTime, Field, Key, Language, Level, Place, Record, RecordKind, Register, Risk, Value,
};

/// One sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// Its name, at most 31 characters.
    pub name: &'static str,
    /// Its columns.
    pub columns: Vec<Column>,
    /// The rows below the headings; each has a cell for each column.
    pub rows: Vec<Vec<Cell>>,
}

/// A column of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub heading: String,
    /// How wide it is, in letters.
    pub width: u16,
}

/// A cell of a sheet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Words; never a formula, whatever they begin with.
    Text(String),
    /// A count.
    Number(u32),
    /// A day.
    Date(Date),
    /// A day and a time of day.
    Moment(DateTime),
}

impl Cell {
    fn text(text: &str) -> Self {
        let text = printable(text);
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }
}

/// The sheets that go with a report: what it is, its figures, the year's plan, the lists behind them, and its own text and
/// tables.
#[must_use]
pub fn annexes(register: &Register, report: &Report) -> Vec<Sheet> {
    let method = MethodInUse::of(register);
    let index = super::figures::index(register, report.as_of);
    vec![
        about(report),
        figures(report),
        year_plan(register, &index, report),
        systems(register, &index),
        list(register, "Klassningar", &register.classifications, |_, _| Vec::new()),
        list(register, "Åtgärder", &register.actions, |_, action| {
            vec![Cell::text(if action.is_late(report.as_of) { "Ja" } else { "Nej" })]
        })
        .with("Försenad"),
        list(register, "Risker", &register.risks, |key, risk| vec![level_of(register, &method, key, risk)])
            .with("Risknivå"),
        list(register, "Riskåtgärder", &register.treatments, |_, _| Vec::new()),
        incidents(register, report),
        list(register, "Utbildning", &register.training_counts, |_, _| Vec::new()),
        tables(report),
        text(report),
    ]
}

fn column(heading: impl Into<String>, width: u16) -> Column {
    Column { heading: heading.into(), width }
}

/// How wide a field's column is.
const fn width(field: &Field) -> u16 {
    match field.kind {
        Kind::Prose => 48,
        Kind::Line => 24,
        Kind::Choice(_) => 20,
        Kind::Date => 12,
        Kind::Moment => 17,
        _ => 10,
    }
}

fn value(field: &Field, value: Option<Value>) -> Cell {
    match (value.unwrap_or_default(), field.kind) {
        (Value::Nothing, _) => Cell::Empty,
        (Value::Line(text) | Value::Prose(text), _) => Cell::text(&text),
        (Value::Date(day), _) => Cell::Date(day),
        (Value::Moment(moment), _) => Cell::Moment(moment),
        (Value::Flag(yes), _) => Cell::text(if yes { "Ja" } else { "Nej" }),
        (Value::Number(count), _) => Cell::Number(count),
        (Value::Choice(key), Kind::Choice(choices)) => Cell::text(
            &choices
                .iter()
                .find(|choice| choice.key == key)
                .map_or_else(|| key.clone(), |choice| named(&key, choice.term.sv)),
        ),
        (Value::Choice(key), _) => Cell::text(&key),
    }
}

/// A level is written with its number, in every list.
fn named(key: &str, word: &str) -> String {
    Level::from_key(key)
        .filter(|level| level.term().sv == word)
        .map_or_else(|| word.to_owned(), |level| level_in_words(Some(level)))
}

fn level_in_words(level: Option<Level>) -> String {
    level.map_or_else(String::new, |level| format!("{} – {}", level.number(), level.term().sv))
}

fn fields<R: Record>(record: &R) -> impl Iterator<Item = Cell> {
    R::FIELDS.iter().map(|field| value(field, record.get(field.key)))
}

fn columns<R: Record>() -> impl Iterator<Item = Column> {
    R::FIELDS.iter().map(|field| column(field.term.sv, width(field)))
}

/// What the record at the root of a key is called.
fn root_name(register: &Register, kind: RecordKind, key: &Key) -> Option<Cell> {
    let root = key.root();
    if kind == RecordKind::TrainingCount {
        return register.trainings.get(&root).map(|training| training.cut_off.map_or(Cell::Empty, Cell::Date));
    }
    register.systems.get(&root).map(|system| Cell::text(&system.name))
}

/// A list of records that belong to systems, or to a training count: what they belong to, `more`, and all fields.
fn list<R: Record + Kinded>(
    register: &Register,
    name: &'static str,
    table: &register::Table<R>,
    more: impl Fn(&Key, &R) -> Vec<Cell>,
) -> Sheet {
    let owner = if R::KIND == RecordKind::TrainingCount { "Läget den" } else { "System" };
    let rows = table
        .iter()
        .filter_map(|(key, record)| {
            let owner = root_name(register, R::KIND, key)?;
            let place = Place { kind: R::KIND, key: key.clone() };
            Some((place, std::iter::once(owner).chain(more(key, record)).chain(fields(&**record)).collect()))
        })
        .collect();
    sheet(register, name, std::iter::once(column(owner, 28)).chain(columns::<R>()).collect(), rows)
}

/// A sheet of records. What people have said different things of is named in a last column, where there is any.
fn sheet(register: &Register, name: &'static str, mut columns: Vec<Column>, rows: Vec<(Place, Vec<Cell>)>) -> Sheet {
    if rows.iter().all(|(place, _)| register.disputes.of(place).is_empty()) {
        return Sheet { name, columns, rows: rows.into_iter().map(|(_, cells)| cells).collect() };
    }
    columns.push(column("Olika uppgifter om", 28));
    let rows = rows.into_iter().map(|(place, mut cells)| {
        let named = |field: &String| place.kind.field(field).map_or("Borttagning", |field| field.term.sv);
        let fields: Vec<_> = register.disputes.of(&place).iter().map(named).collect();
        cells.push(Cell::text(&fields.join(", ")));
        cells
    });
    Sheet { name, columns, rows: rows.collect() }
}

/// A record that knows its kind.
trait Kinded {
    const KIND: RecordKind;
}
macro_rules! kinded {
    ($($record:ident),+) => { $( impl Kinded for register::$record { const KIND: RecordKind = RecordKind::$record; } )+ };
}
kinded!(Classification, Action, Risk, Treatment, TrainingCount);

impl Sheet {
    /// The heading of a column that stands after what a record belongs to.
    fn with(mut self, heading: &str) -> Self {
        self.columns.insert(1, column(heading, 14));
        self
    }
}

/// The level of a risk by the matrix of its analysis.
fn level_of(register: &Register, method: &MethodInUse, key: &Key, risk: &Risk) -> Cell {
    let matrix = key.owner().and_then(|analysis| method.matrix_of(register, &analysis));
    let level = matrix.and_then(|matrix| matrix.of(risk).0);
    level.map_or(Cell::Empty, |(_, level)| Cell::text(level.name.sv.as_str()))
}

/// What has a day in the report's year or the next, and what should have been done before.
fn year_plan(register: &Register, index: &Index, report: &Report) -> Sheet {
    let row = |one: Dated| {
        let month = format!("{:04}-{:02}", one.day.year(), one.day.month());
        let cells = vec![
            Cell::text(&month),
            if one.month_only { Cell::Empty } else { Cell::Date(one.day) },
            Cell::text(one.occasion.term().sv),
            Cell::text(&one.what),
            Cell::text(&one.system),
            Cell::text(&one.responsible),
            Cell::text(one.standing.words()),
        ];
        (one.place, cells)
    };
    let columns = vec![
        column("Månad", 10),
        column("Dag", 12),
        column("Slag", 28),
        column("Vad", 48),
        column("System", 28),
        column("Ansvarig", 24),
        column("Läge", 14),
    ];
    let rows = calendar::plan(register, index, report).into_iter().map(row).collect();
    sheet(register, "Årsplan", columns, rows)
}

fn systems(register: &Register, index: &Index) -> Sheet {
    let computed = [column("Läge", 16), column("Senast klassat", 14), column("Ska klassas om", 14)];
    let levels = Aspect::ALL.iter().map(|aspect| column(format!("{} {}", aspect.letter(), aspect.term().sv), 18));
    let rows = index
        .rows()
        .map(|(key, row)| {
            let levels = row.classified.map(|classified| classified.levels).unwrap_or_default();
            let stage = Cell::text(row.stage.term().sv);
            let decided = row.classified.map_or(Cell::Empty, |classified| Cell::Date(classified.decided));
            let due = match &row.due {
                Some(due) if due.is_now() => Cell::text("Nu"),
                Some(due) => Cell::Date(due.next),
                None => Cell::Empty,
            };
            let levels = Aspect::ALL.iter().map(|aspect| Cell::text(&level_in_words(levels.of(*aspect))));
            let place = Place { kind: RecordKind::System, key: key.clone() };
            (place, fields(&*row.system).chain([stage, decided, due]).chain(levels).collect())
        })
        .collect();
    let columns = columns::<register::System>().chain(computed).chain(levels).collect();
    sheet(register, "System", columns, rows)
}

fn incidents(register: &Register, report: &Report) -> Sheet {
    let all = super::figures::incidents(register, report.year, super::IncidentsOnly::All);
    let place = |key: &Key| Place { kind: RecordKind::Incident, key: key.clone() };
    let rows = all.map(|(key, incident)| (place(key), fields(&**incident).collect())).collect();
    sheet(register, "Incidenter", columns::<register::Incident>().collect(), rows)
}

fn about(report: &Report) -> Sheet {
    let when = report.date.map_or(Cell::Empty, Cell::Date);
    let rows: Vec<(&str, Cell)> = vec![
        ("Bilaga till", Cell::text(&report.title)),
        ("Organisation", Cell::text(&report.organisation)),
        ("Diarienummer", Cell::text(&report.dnr)),
        ("Rapporten är daterad", when),
        ("Uppgifterna gäller per den", Cell::Date(report.as_of)),
        ("Läge", Cell::text(if report.draft { "Utkast" } else { "Färdig" })),
        ("Att tänka på", Cell::text(CAUTION)),
    ];
    Sheet {
        name: "Om bilagan",
        columns: vec![column("Uppgift", 28), column("Innehåll", 70)],
        rows: rows.into_iter().map(|(name, cell)| vec![Cell::text(name), cell]).collect(),
    }
}

const CAUTION: &str = "Bladen innehåller uppgifter om risker, brister och skydd. De kan omfattas av sekretess: pröva innan \
                       något lämnas ut.";

/// Every figure, how it is counted, and where its list is.
fn figures(report: &Report) -> Sheet {
    let rows = Figure::ALL.iter().map(|figure| {
        vec![
            Cell::text(figure.term().sv),
            Cell::Number(report.figures.get(*figure)),
            Cell::text(figure.definition(Language::Swedish)),
            Cell::text(figure.list(report.year).sheet()),
        ]
    });
    Sheet {
        name: "Nyckeltal",
        columns: vec![
            column("Nyckeltal", 36),
            column("Antal", 10),
            column("Så räknas det", 90),
            column("Listan finns på bladet", 22),
        ],
        rows: rows.collect(),
    }
}

/// The tables of the report, row by row.
fn tables(report: &Report) -> Sheet {
    let all = || report.sections.iter().flat_map(|section| section.blocks()).filter_map(Block::table);
    let most = all().map(|table| table.header.len()).max().unwrap_or(1);
    let pad = |mut row: Vec<Cell>| {
        row.resize(most + 1, Cell::Empty);
        row
    };
    let mut rows = Vec::new();
    for table in all() {
        let Table { caption, header, rows: of_table, .. } = table;
        rows.push(pad(std::iter::once(Cell::text(caption))
            .chain(header.iter().map(|name| Cell::text(name)))
            .collect()));
        for row in of_table {
            let cells = row.iter().map(|runs| count(&words(runs)));
            rows.push(pad(std::iter::once(Cell::text(caption)).chain(cells).collect()));
        }
    }
    let columns = (1..=most).map(|nth| column(format!("Kolumn {nth}"), 30));
    Sheet { name: "Rapportens tabeller", columns: std::iter::once(column("Tabell", 44)).chain(columns).collect(), rows }
}

/// A number where the words are one, so that it can be added up.
fn count(words: &str) -> Cell {
    let digits = words.replace('\u{A0}', "");
    match digits.parse::<u32>() {
        Ok(parsed) if number(parsed) == words => Cell::Number(parsed),
        _ => Cell::text(words),
    }
}

/// The report's words, one row for a heading, a paragraph, an item or a note.
fn text(report: &Report) -> Sheet {
    let mut rows = Vec::new();
    let mut put = |section: &str, what: &str, text: &str| {
        rows.push(vec![Cell::text(section), Cell::text(what), Cell::text(text)]);
    };
    for line in report.head() {
        put("", "Huvud", &line);
    }
    put("", "Titel", &report.title);
    for section in &report.sections {
        put(&section.heading, "Rubrik", &section.heading);
        for block in section.blocks() {
            match block {
                Block::Paragraph(runs) => put(&section.heading, "Stycke", &words(runs)),
                Block::Bullets(items) | Block::Numbered(items) => {
                    items.iter().for_each(|item| put(&section.heading, "Punkt", &words(item)));
                }
                Block::Table(table) | Block::KeyFigures(table) => put(&section.heading, "Tabell", &table.caption),
                Block::Chart(chart) => {
                    put(&section.heading, "Diagram", &chart.table.caption);
                    put(&section.heading, "Diagrammet i ord", &chart.alt);
                }
            }
        }
    }
    for (section, note) in
        report.sections.iter().flat_map(|section| section.footnotes.iter().map(move |note| (section, note)))
    {
        put(&section.heading, "Fotnot", &note.text);
    }
    Sheet {
        name: "Rapportens text",
        columns: vec![column("Avsnitt", 40), column("Slag", 16), column("Text", 110)],
        rows,
    }
}
