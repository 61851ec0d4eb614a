//! Which list a file is, where its headings are, and what its columns hold. A person may change all of it.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::cell::shown;
use super::table::{Sheet, Workbook};
use super::target::{ListKind, Target, TrainingColumn};
use crate::catalogue::{self, Known};
use crate::register::Date;
use crate::register::value::Choose;

/// How many of a sheet's first rows may hold its headings.
const HEADER_WITHIN: usize = 30;
/// How many values of a column are shown.
const SAMPLES: usize = 3;

/// What a file seems to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guess {
    /// The kind of list.
    pub list: ListKind,
    /// Whether enough headings were known to believe it.
    pub sure: bool,
    /// The sheet, from 0.
    pub sheet: usize,
    /// The number of the row with headings, from 1, as in the file.
    pub header: usize,
    /// The columns of that sheet.
    pub columns: Vec<ColumnGuess>,
    /// All sheets, for choosing another.
    pub sheets: Vec<SheetOutline>,
}

/// What a column seems to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnGuess {
    /// Its heading.
    pub heading: String,
    /// What it seems to hold.
    pub target: Option<Target>,
    /// Whether the heading stands in the table of headings, and no column before it has the same target.
    pub sure: bool,
    /// Its first values. Empty where they could name people.
    pub samples: Vec<String>,
}

/// A sheet, for choosing it and its row of headings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetOutline {
    /// Its name; empty in a text file.
    pub name: String,
    /// How many rows hold something.
    pub rows: usize,
    /// The rows that could hold the headings, with their numbers from 1. Rows that could name people are not among them.
    pub headers: Vec<(usize, String)>,
}

/// Finds out which list a file is. A register is not needed: what a heading means doesn't depend on it.
#[must_use]
pub fn guess(book: &Workbook) -> Guess {
    let mut best = Best { score: 0, list: ListKind::Systems, sheet: 0, header: first_row(book) };
    for (index, sheet) in book.sheets.iter().enumerate() {
        for row in sheet.rows.iter().take(HEADER_WITHIN) {
            for list in ListKind::ALL {
                let score = score(*list, row.cells.iter().map(super::table::Cell::text));
                if best.score < score {
                    best = Best { score, list: *list, sheet: index, header: row.number };
                }
            }
        }
    }
    let Best { score, list, sheet, header } = best;
    let sure = SURE <= score;
    let outline = |sheet: &Sheet| SheetOutline {
        name: sheet.name.clone(),
        rows: sheet.rows.len(),
        headers: sheet
            .rows
            .iter()
            .take(HEADER_WITHIN)
            .take_while(|row| list != ListKind::Training || row.number <= header)
            .map(|row| {
                let cells: Vec<_> = row.cells.iter().filter(|cell| !cell.is_empty()).map(|cell| cell.text()).collect();
                (row.number, shown(&cells.join(" · ")))
            })
            .collect(),
    };
    Guess {
        list,
        sure,
        sheet,
        header,
        columns: book.sheets.get(sheet).map(|sheet| columns(sheet, list, header)).unwrap_or_default(),
        sheets: book.sheets.iter().map(outline).collect(),
    }
}

struct Best {
    score: usize,
    list: ListKind,
    sheet: usize,
    header: usize,
}

fn first_row(book: &Workbook) -> usize {
    book.sheets.first().and_then(|sheet| sheet.rows.first()).map_or(1, |row| row.number)
}

/// The name of what is listed, and one more column; both surely known.
const SURE: usize = 12;

/// How well a row fits as the headings of a list: what it names, and whether it names what the list can't do without.
fn score(list: ListKind, headings: impl Iterator<Item = String>) -> usize {
    let mut seen = HashSet::new();
    let mut score = 0;
    for heading in headings {
        match catalogue::heading(list.key(), &heading) {
            Some(Known::Surely(key)) if seen.insert(key) => score += 2,
            Some(Known::Perhaps(key)) if seen.insert(key) => score += 1,
            _ => {}
        }
    }
    let needs: &[&str] = match list {
        ListKind::Systems => &["systems.name"],
        ListKind::Incidents => &["incidents.title", "incidents.ia_number"],
        ListKind::Training => &["training.course"],
    };
    // One known word may stand in any row; with the name of what is listed, it is a row of headings.
    if 1 < seen.len() && needs.iter().any(|key| seen.contains(key)) { score + 8 } else { score }
}

/// What the columns of a sheet hold, when it is such a list with its headings in that row.
#[must_use]
pub fn columns(sheet: &Sheet, list: ListKind, header: usize) -> Vec<ColumnGuess> {
    let row = sheet.row(header);
    let headings: Vec<String> =
        (0..sheet.width()).map(|column| row.map_or_else(String::new, |row| shown(&row.cell(column).text()))).collect();
    let known: Vec<Option<Known>> = headings.iter().map(|heading| catalogue::heading(list.key(), heading)).collect();
    // What is surely known goes first. A second column for the same is for a person to place.
    let mut taken = HashSet::new();
    let mut targets: Vec<Option<Target>> = vec![None; headings.len()];
    for surely in [true, false] {
        for (target, known) in targets.iter_mut().zip(&known) {
            let key = match (surely, known) {
                (true, Some(Known::Surely(key))) | (false, Some(Known::Perhaps(key))) => *key,
                _ => continue,
            };
            if taken.insert(key) {
                *target = Target::parse(key);
            }
        }
    }
    headings
        .into_iter()
        .zip(targets)
        .zip(known)
        .enumerate()
        .map(|(column, ((heading, target), known))| {
            let sure = matches!(known, Some(Known::Surely(_)));
            let samples = if may_show(list, target.as_ref()) {
                sheet
                    .rows
                    .iter()
                    .filter(|row| header < row.number)
                    .map(|row| row.cell(column))
                    .filter(|cell| !cell.is_empty())
                    .take(SAMPLES)
                    .map(|cell| shown(&cell.text()))
                    .collect()
            } else {
                Vec::new()
            };
            ColumnGuess { heading, sure: sure && target.is_some(), target, samples }
        })
        .collect()
}

/// In a training list, only columns that surely name nobody are shown.
fn may_show(list: ListKind, target: Option<&Target>) -> bool {
    list != ListKind::Training || matches!(target, Some(Target::Training(column)) if *column != TrainingColumn::Person)
}

/// The day in a file's name, such as `utbildning-2024-11-26.csv`.
#[must_use]
pub fn cut_off_in_name(name: &str) -> Option<Date> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    name.char_indices().find_map(|(start, _)| {
        let dashed = name.get(start..start + 10)?;
        let [year, month, day] = dashed.split(['-', '_', '.']).collect::<Vec<_>>().try_into().ok()?;
        let whole = [year, month, day].iter().all(|part| digits(part)) && year.len() == 4 && month.len() == 2;
        if !whole {
            return None;
        }
        Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::read;
    use jiff::civil::date;

    fn target(guess: &Guess, heading: &str) -> Option<String> {
        guess.columns.iter().find(|column| column.heading == heading)?.target.as_ref().map(Target::key)
    }

    #[test]
    fn headings_are_found_below_title_rows() {
        let text = "Uttag 2024;;\n;;\nKansliets lista över system;;\nSystemnamn;Rum;Systemägare\nAntura;12;Chef\n";
        let guess = guess(&read(text.as_bytes()).unwrap());
        assert_eq!((guess.list, guess.header, guess.sure), (ListKind::Systems, 4, true));
        assert_eq!(target(&guess, "Systemnamn").as_deref(), Some("systems.name"));
        assert_eq!(target(&guess, "Rum"), None);
        assert_eq!(guess.columns[1].samples, ["12"]);
        assert_eq!(guess.sheets[0].headers.len(), 4);
    }

    #[test]
    fn a_second_column_for_the_same_is_left_to_a_person() {
        let guess = guess(&read("System;Kommentar;Anteckning\nA;b;c\n".as_bytes()).unwrap());
        assert_eq!(target(&guess, "Kommentar").as_deref(), Some("systems.comment"));
        assert_eq!(target(&guess, "Anteckning"), None);
    }

    #[test]
    fn a_heading_that_is_surely_known_goes_before_one_that_only_resembles() {
        let guess = guess(&read("System;Systemägare enhet;Systemägare\nA;b;c\n".as_bytes()).unwrap());
        assert_eq!(target(&guess, "Systemägare").as_deref(), Some("systems.system_owner"));
        assert_eq!(target(&guess, "Systemägare enhet"), None);
    }

    #[test]
    fn lists_are_told_apart() {
        for (text, list) in [
            ("System;Systemägare;K;R;T\nA;B;1;2;3\n", ListKind::Systems),
            ("Rubrik;Typ;Datum\nA;Spam;2024-01-01\n", ListKind::Incidents),
            ("Ärendenummer;Beskrivning;Händelsedatum\n1;x;2024-01-01\n", ListKind::Incidents),
            ("Namn;Kurs;Status\nA;Dataskydd;Klar\n", ListKind::Training),
        ] {
            let guess = guess(&read(text.as_bytes()).unwrap());
            assert_eq!((guess.list, guess.sure), (list, true), "{text}");
        }
    }

    #[test]
    fn a_file_without_known_headings_is_not_believed() {
        let guess = guess(&read("alfa;beta\n1;2\n".as_bytes()).unwrap());
        assert!(!guess.sure);
        assert!(guess.columns.iter().all(|column| column.target.is_none()));
    }

    #[test]
    fn no_person_is_among_the_samples() {
        let text = "Namn;Kurs;Status;Telefon\nAda Berg;Dataskydd;Klar;070\n";
        let guess = guess(&read(text.as_bytes()).unwrap());
        let all = format!("{guess:?}");
        assert!(all.contains("Dataskydd") && !all.contains("Ada") && !all.contains("070"), "{all}");
    }

    #[test]
    fn the_cut_off_stands_in_the_files_name() {
        for (name, expected) in [
            ("utbildning-2024-11-26.csv", Some(date(2024, 11, 26))),
            ("2024_11_26 kurser.xlsx", Some(date(2024, 11, 26))),
            ("kurser 2024-13-40.xlsx", None),
            ("kurser.xlsx", None),
        ] {
            assert_eq!(cut_off_in_name(name), expected, "{name}");
        }
    }
}
