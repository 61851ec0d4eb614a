//! The report's charts, each from one function: a drawing, what it shows in words, and the same as a table.
//!
//! Nothing is told by colour alone: every bar, part and cell has its number written on or beside it.

use std::collections::BTreeMap;

use super::calendar;
use super::drawing::{Anchor, Drawing, Shape, Tone};
use super::figures::{Figure, Figures};
use super::model::{Align, Run, Runs, Table, number};
use crate::register::list::Index;
use crate::register::method::Matrix;
use crate::register::{
    Action, Aspect, Choose, Date, Impact, Incident, IncidentKind, Language, Level, Likelihood, Register, Risk,
};

/// A chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// What it shows, for those who don't see it.
    pub alt: String,
    /// The drawing.
    pub drawing: Drawing,
    /// The same as a table, whose caption is the chart's.
    pub table: Table,
}

const WIDTH: i32 = 640;
const ROW: i32 = 36;
/// Where bars begin, after their names.
const LEFT: i32 = 210;
/// The width of the longest bar; its number stands after it.
const LONGEST: i32 = WIDTH - LEFT - 60;

fn cell(text: impl Into<String>) -> Runs {
    vec![Run::Text(text.into())]
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// A part of `most`, as part of `length`.
fn scaled(part: u32, most: u32, length: i32) -> i32 {
    let scaled = i64::from(part) * i64::from(length) / i64::from(most.max(1));
    i32::try_from(scaled).unwrap_or(length)
}

fn place(nth: usize) -> i32 {
    i32::try_from(nth).unwrap_or(0)
}

fn aligned(columns: usize) -> Vec<Align> {
    (0..columns).map(|column| if column == 0 { Align::Left } else { Align::Right }).collect()
}

/// Rows of bars, each with its name before and its number after it.
fn bars(rows: &[(String, u32)], out_of: u32) -> Drawing {
    let mut drawing = Drawing::new(WIDTH, place(rows.len()) * ROW + 8);
    for (nth, (name, count)) in rows.iter().enumerate() {
        let top = place(nth) * ROW + 6;
        let width = scaled(*count, out_of, LONGEST);
        drawing.words((LEFT - 12, top + 18), Anchor::End, Tone::Ink, name);
        drawing.bar((LEFT, top), (LONGEST, 26), Tone::Quiet);
        drawing.bar((LEFT, top), (width, 26), Tone::Accent);
        drawing.strong((LEFT + LONGEST + 10, top + 18), Anchor::Start, Tone::Ink, number(*count));
    }
    drawing.line((LEFT, 0), (LEFT, drawing.height));
    drawing
}

/// How many systems have come how far.
#[must_use]
pub fn funnel(figures: &Figures) -> Option<Chart> {
    const STEPS: [Figure; 5] =
        [Figure::Systems, Figure::Classified, Figure::ActionPlan, Figure::RiskAnalysis, Figure::TreatmentPlan];
    let all = figures.get(Figure::Systems);
    if all == 0 {
        return None;
    }
    let name = |figure: Figure| figure.term().in_language(Language::Swedish).to_owned();
    let rows: Vec<_> = STEPS.iter().map(|figure| (name(*figure), figures.get(*figure))).collect();
    let said: Vec<_> =
        rows.iter().map(|(name, count)| format!("{}: {}", name.to_lowercase(), number(*count))).collect();
    Some(Chart {
        alt: format!("Liggande staplar, en för varje steg. {}.", said.join(", ")),
        drawing: bars(&rows, all),
        table: Table {
            caption: "Hur långt systemen har kommit".to_owned(),
            header: vec!["Steg".to_owned(), "Antal system".to_owned(), "Andel".to_owned()],
            align: aligned(3),
            rows: STEPS
                .iter()
                .map(|figure| {
                    let count = figures.get(*figure);
                    let count_run = Run::Figure { figure: *figure, value: number(count) };
                    vec![cell(name(*figure)), vec![count_run], cell(super::figures::share(count, all))]
                })
                .collect(),
        },
    })
}

/// How many classified systems have each level, aspect by aspect.
#[must_use]
pub fn levels(index: &Index) -> Option<Chart> {
    let mut counts: BTreeMap<(Aspect, Option<Level>), u32> = BTreeMap::new();
    let mut all = 0;
    for levels in index.rows().filter_map(|(_, row)| row.classified).map(|classified| classified.levels) {
        all += 1;
        for aspect in Aspect::ALL {
            *counts.entry((*aspect, levels.of(*aspect))).or_default() += 1;
        }
    }
    if all == 0 {
        return None;
    }
    let count = |aspect: Aspect, level: Option<Level>| counts.get(&(aspect, level)).copied().unwrap_or_default();
    let is_used = |level: Option<Level>| counts.keys().any(|(_, used)| *used == level);
    let some = Level::ALL.iter().copied().map(Some);
    let columns: Vec<Option<Level>> = some
        .filter(|level| *level != Some(Level::Exceptional) || is_used(*level))
        .chain(is_used(None).then_some(None))
        .collect();
    let heading = |level: Option<Level>| {
        level.map_or_else(|| "Ej angiven".to_owned(), |level| format!("{} – {}", level.number(), level.term().sv))
    };
    let mut drawing = Drawing::new(WIDTH, place(Aspect::ALL.len()) * ROW + 44);
    let (left, width) = (170, WIDTH - 180);
    let mut said = Vec::new();
    for (nth, aspect) in Aspect::ALL.iter().enumerate() {
        let top = place(nth) * ROW + 6;
        drawing.words(
            (left - 12, top + 18),
            Anchor::End,
            Tone::Ink,
            format!("{} {}", aspect.letter(), aspect.term().sv),
        );
        let (mut from, mut parts) = (0, Vec::new());
        for level in &columns {
            let part = count(*aspect, *level);
            if part == 0 {
                continue;
            }
            let (begin, end) = (left + scaled(from, all, width), left + scaled(from + part, all, width));
            let (tone, on, sign) = level.map_or((Tone::Quiet, Tone::Soft, "–".to_owned()), |level| {
                (Tone::Level(level.number()), Tone::OnLevel(level.number()), level.number().to_string())
            });
            drawing.bar((begin, top), (end - begin - 1, 26), tone);
            // A part too narrow for its words has them in the table.
            let words = format!("{sign}: {}", number(part));
            if place(words.chars().count()) * 8 + 6 <= end - begin {
                drawing.words(((begin + end) / 2, top + 18), Anchor::Middle, on, words);
            }
            from += part;
            parts.push(format!("{} på {}", number(part), level.map_or("ingen nivå", |level| level.term().sv)));
        }
        said.push(format!("{}: {}", aspect.term().sv, parts.join(", ")));
    }
    drawing.words(
        (left, place(Aspect::ALL.len()) * ROW + 28),
        Anchor::Start,
        Tone::Soft,
        "I varje del står nivån, ett kolon och antalet system.",
    );
    Some(Chart {
        alt: format!("En liggande stapel för varje aspekt, delad efter nivå. {}.", said.join(". ")),
        drawing,
        table: Table {
            caption: "Klassade system per aspekt och nivå".to_owned(),
            header: std::iter::once("Aspekt".to_owned()).chain(columns.iter().map(|level| heading(*level))).collect(),
            align: aligned(columns.len() + 1),
            rows: Aspect::ALL
                .iter()
                .map(|aspect| {
                    let name = cell(format!("{} {}", aspect.letter(), aspect.term().sv));
                    let counts = columns.iter().map(|level| cell(number(count(*aspect, *level))));
                    std::iter::once(name).chain(counts).collect()
                })
                .collect(),
        },
    })
}

/// How many risks have each likelihood and impact in their analysis' matrix, before treatment.
#[must_use]
pub fn risk_matrix(matrix: &Matrix, risks: &[&Risk], caption: String) -> Option<Chart> {
    let mut counts: BTreeMap<(Likelihood, Impact), u32> = BTreeMap::new();
    for risk in risks {
        if let (Some(likelihood), Some(impact)) = (risk.likelihood, risk.impact)
            && matrix.level(likelihood, impact).is_some()
        {
            *counts.entry((likelihood, impact)).or_default() += 1;
        }
    }
    if counts.is_empty() {
        return None;
    }
    let count = |likelihood, impact| counts.get(&(likelihood, impact)).copied().unwrap_or_default();
    let impacts: Vec<_> = matrix.impacts().collect();
    let (left, high) = (170, 44);
    let wide = (WIDTH - left) / place(impacts.len());
    let foot = place(matrix.likelihoods.len()) * high;
    let mut drawing = Drawing::new(WIDTH, foot + 56);
    let mut said = Vec::new();
    for (nth, (likelihood, row)) in matrix.likelihoods().rev().enumerate() {
        let top = place(nth) * high + 4;
        drawing.words((left - 12, top + 26), Anchor::End, Tone::Ink, row.name.sv.as_str());
        for (nth, (impact, column)) in impacts.iter().enumerate() {
            let Some((rank, level)) = matrix.level(likelihood, *impact) else { continue };
            let (shade, name) = (shade(rank, matrix.levels.len()), &level.name.sv);
            let begin = left + place(nth) * wide;
            drawing.bar((begin, top), (wide - 3, high - 3), Tone::Level(shade));
            let here = count(likelihood, *impact);
            let (tone, middle) = (Tone::OnLevel(shade), (begin + wide / 2, top + 26));
            if here == 0 {
                drawing.words(middle, Anchor::Middle, tone, name.as_str());
            } else {
                drawing.strong(middle, Anchor::Middle, tone, format!("{name}: {}", number(here)));
                said.push(format!(
                    "{} vid sannolikhet {} och konsekvens {} ({})",
                    number(here),
                    row.name.sv.to_lowercase(),
                    column.name.sv.to_lowercase(),
                    name.to_lowercase()
                ));
            }
        }
    }
    for (nth, (_, column)) in impacts.iter().enumerate() {
        let middle = left + place(nth) * wide + wide / 2;
        drawing.words((middle, foot + 22), Anchor::Middle, Tone::Ink, column.name.sv.as_str());
    }
    drawing.words((left - 12, foot + 44), Anchor::End, Tone::Soft, "Sannolikhet uppåt");
    drawing.words((left, foot + 44), Anchor::Start, Tone::Soft, "Konsekvens åt höger");
    let names = impacts.iter().map(|(_, column)| column.name.sv.clone());
    Some(Chart {
        alt: format!("Ett rutnät med sannolikhet uppåt och konsekvens åt höger. Antal risker: {}.", said.join("; ")),
        drawing,
        table: Table {
            caption,
            header: std::iter::once("Sannolikhet".to_owned()).chain(names).collect(),
            align: aligned(impacts.len() + 1),
            rows: matrix
                .likelihoods()
                .rev()
                .map(|(likelihood, row)| {
                    let counts = impacts.iter().map(|(impact, _)| cell(number(count(likelihood, *impact))));
                    std::iter::once(cell(row.name.sv.as_str())).chain(counts).collect()
                })
                .collect(),
        },
    })
}

/// The shade of a level of risk by its rank among as many: from the lightest, 0, to the darkest, 3.
fn shade(rank: usize, levels: usize) -> u8 {
    u8::try_from(rank * 3 / levels.saturating_sub(1).max(1)).unwrap_or(3).min(3)
}

/// The day an incident counts on.
pub(super) fn day_of(incident: &Incident) -> Option<Date> {
    incident.occurred.or(incident.discovered).map(jiff::civil::DateTime::date).or(incident.reported)
}

/// A year's incidents by kind and quarter, and how many of them concern the business.
#[must_use]
pub fn incidents(all: &[&Incident]) -> Option<Chart> {
    #[derive(Default)]
    struct Kind {
        quarters: [u32; 4],
        business: u32,
    }
    let mut kinds: BTreeMap<(bool, Option<IncidentKind>), Kind> = BTreeMap::new();
    for incident in all {
        let kind = kinds.entry((incident.kind.is_none(), incident.kind)).or_default();
        let quarter = day_of(incident).map_or(0, |day| usize::try_from((day.month() - 1) / 3).unwrap_or(0));
        kind.quarters.iter_mut().skip(quarter).take(1).for_each(|count| *count += 1);
        kind.business += u32::from(incident.business_related == Some(true));
    }
    let most = kinds.values().flat_map(|kind| kind.quarters).max()?;
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    let sum = |kind: &Kind| kind.quarters.iter().sum::<u32>();
    kinds.sort_by_key(|(_, kind)| std::cmp::Reverse(sum(kind)));
    let name = |kind: Option<IncidentKind>| kind.map_or("Ej angivet", |kind| kind.term().sv);

    let (left, wide) = (230, (WIDTH - 230) / 4);
    let mut drawing = Drawing::new(WIDTH, place(kinds.len()) * ROW + 32);
    let mut said = Vec::new();
    for quarter in 0..4 {
        let at = left + quarter * wide;
        drawing.words((at, 16), Anchor::Start, Tone::Soft, format!("Kvartal {}", quarter + 1));
        drawing.line((at - 4, 0), (at - 4, drawing.height));
    }
    for (nth, ((_, kind), counts)) in kinds.iter().enumerate() {
        let top = place(nth) * ROW + 28;
        drawing.words((left - 14, top + 18), Anchor::End, Tone::Ink, name(*kind));
        for (quarter, count) in counts.quarters.iter().enumerate() {
            let at = left + place(quarter) * wide;
            let width = scaled(*count, most, wide - 40);
            drawing.bar((at, top), (width, 26), Tone::Accent);
            let tone = if *count == 0 { Tone::Soft } else { Tone::Ink };
            drawing.words((at + width + 6, top + 18), Anchor::Start, tone, number(*count));
        }
        let quarters = (1..).zip(counts.quarters).filter(|(_, count)| 0 < *count);
        let quarters: Vec<_> =
            quarters.map(|(quarter, count)| format!("{} i kvartal {quarter}", number(count))).collect();
        said.push(format!("{}: {}", name(*kind), quarters.join(", ")));
    }
    Some(Chart {
        alt: format!("Staplar för varje typ av incident och kvartal. {}.", said.join(". ")),
        drawing,
        table: Table {
            caption: "Incidenter per typ och kvartal".to_owned(),
            header: ["Typ", "Kv 1", "Kv 2", "Kv 3", "Kv 4", "Antal", "Varav verksamhetsrelaterade"]
                .map(str::to_owned)
                .to_vec(),
            align: aligned(7),
            rows: kinds
                .iter()
                .map(|((_, kind), counts)| {
                    let numbers = counts.quarters.iter().copied().chain([sum(counts), counts.business]);
                    std::iter::once(cell(name(*kind))).chain(numbers.map(|count| cell(number(count)))).collect()
                })
                .collect(),
        },
    })
}

/// Open actions by how long they are past their day.
#[must_use]
pub fn actions_by_age<'a>(open: impl Iterator<Item = &'a Action>, today: Date) -> Option<Chart> {
    const AGES: [(&str, i32, i32); 4] = [
        ("Försenade 1–30 dagar", 1, 30),
        ("Försenade 31–90 dagar", 31, 90),
        ("Försenade 91–365 dagar", 91, 365),
        ("Försenade mer än ett år", 366, i32::MAX),
    ];
    let (mut dated, mut undated) = (Vec::new(), 0);
    for action in open {
        match action.due {
            Some(due) => dated.push(due.until(today).map_or(0, |span| span.get_days())),
            None => undated += 1,
        }
    }
    let all = small(dated.len()) + undated;
    if all == 0 {
        return None;
    }
    let count = |from: i32, to: i32| small(dated.iter().filter(|late| (from..=to).contains(late)).count());
    let rows: Vec<(String, u32)> = std::iter::once(("Slutdatum kvar".to_owned(), count(i32::MIN, 0)))
        .chain(AGES.iter().map(|(name, from, to)| ((*name).to_owned(), count(*from, *to))))
        .chain([("Utan slutdatum".to_owned(), undated)])
        .collect();
    let said: Vec<_> =
        rows.iter().map(|(name, count)| format!("{}: {}", name.to_lowercase(), number(*count))).collect();
    let most = rows.iter().map(|(_, count)| *count).max().unwrap_or(all);
    Some(Chart {
        alt: format!("Liggande staplar efter hur sena åtgärderna är. {}.", said.join(", ")),
        drawing: bars(&rows, most),
        table: Table {
            caption: "Öppna åtgärder efter hur sena de är".to_owned(),
            header: vec!["Läge".to_owned(), "Antal".to_owned()],
            align: aligned(2),
            rows: rows.into_iter().map(|(name, count)| vec![cell(name), cell(number(count))]).collect(),
        },
    })
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"];

/// The year as a wheel: what was decided, analysed and reported in each month.
#[must_use]
pub fn year_wheel(register: &Register, year: i16) -> Option<Chart> {
    let mut months = [[0_u32; 4]; 12];
    let mut count = |day: Option<Date>, what: usize| {
        let Some(day) = day.filter(|day| day.year() == year) else { return };
        let month = usize::try_from(day.month() - 1).unwrap_or(0);
        if let Some(count) = months.get_mut(month).and_then(|month| month.get_mut(what)) {
            *count += 1;
        }
    };
    for (_, decision) in super::figures::classifications(register, year, false) {
        count(decision.decided, 0);
    }
    for (day, ..) in calendar::risk_analyses(register) {
        count(Some(day), 1);
    }
    for (day, ..) in calendar::actions(register) {
        count(Some(day), 2);
    }
    for (_, incident) in register.incidents.iter() {
        count(day_of(incident), 3);
    }
    if months.iter().flatten().all(|count| *count == 0) {
        return None;
    }
    let busiest = months.iter().map(|month| month.iter().sum::<u32>()).max().unwrap_or(1);
    let mut drawing = Drawing::new(WIDTH, 400);
    let (middle, inner, outer) = ((WIDTH / 2, 200), 60, 150);
    for (nth, month) in months.iter().enumerate() {
        let sum: u32 = month.iter().sum();
        let nth = place(nth);
        drawing.shapes.push(Shape::Area { corners: wedge(middle, nth, inner, outer), tone: Tone::Quiet });
        let reach = inner + scaled(sum, busiest, outer - inner);
        if 0 < sum {
            drawing.shapes.push(Shape::Area { corners: wedge(middle, nth, inner, reach), tone: Tone::Accent });
        }
        let name = MONTHS.get(usize::try_from(nth).unwrap_or(0)).copied().unwrap_or_default();
        let (x, y) = around(middle, nth * 30 + 15, outer + 24);
        drawing.words((x, y + 5), Anchor::Middle, Tone::Ink, format!("{name} {}", number(sum)));
    }
    drawing.strong((middle.0, middle.1 + 5), Anchor::Middle, Tone::Ink, year.to_string());
    let said: Vec<_> = MONTHS
        .iter()
        .zip(&months)
        .map(|(name, month)| (name, month.iter().sum::<u32>()))
        .filter(|(_, sum)| 0 < *sum)
        .map(|(name, sum)| format!("{name} {}", number(sum)))
        .collect();
    Some(Chart {
        alt: format!("Året som ett hjul med en del för varje månad. Antal händelser: {}.", said.join(", ")),
        drawing,
        table: Table {
            caption: format!("Vad som hände månad för månad {year}"),
            header: ["Månad", "Klassningsbeslut", "Riskanalyser", "Åtgärder som ska vara klara", "Incidenter"]
                .map(str::to_owned)
                .to_vec(),
            align: aligned(5),
            rows: MONTHS
                .iter()
                .zip(&months)
                .map(|(name, month)| {
                    std::iter::once(cell(*name)).chain(month.iter().map(|count| cell(number(*count)))).collect()
                })
                .collect(),
        },
    })
}

/// A month's part of a ring; January begins at the top.
fn wedge(middle: (i32, i32), month: i32, inner: i32, outer: i32) -> Vec<(i32, i32)> {
    let (from, to) = (month * 30 + 1, month * 30 + 29);
    let steps = || (0..=4).map(move |step| from + (to - from) * step / 4);
    let out = steps().map(|at| around(middle, at, outer));
    out.chain(steps().rev().map(|at| around(middle, at, inner))).collect()
}

/// A place on a circle, by degrees from the top, clockwise.
fn around(middle: (i32, i32), degrees: i32, radius: i32) -> (i32, i32) {
    let degrees = degrees.rem_euclid(360);
    let x = i64::from(radius) * i64::from(sine(degrees)) / 10_000;
    let y = i64::from(radius) * i64::from(sine((degrees + 90) % 360)) / 10_000;
    (middle.0 + i32::try_from(x).unwrap_or(0), middle.1 - i32::try_from(y).unwrap_or(0))
}

/// The sine in ten-thousandths, by Bhāskara's approximation: whole numbers are the same on every device, where the
/// machine's own sine need not be.
fn sine(degrees: i32) -> i32 {
    let (sign, degrees) = if degrees < 180 { (1, degrees) } else { (-1, degrees - 180) };
    let product = degrees * (180 - degrees);
    sign * 40_000 * product / (40_500 - product)
}
