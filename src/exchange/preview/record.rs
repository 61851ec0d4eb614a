//! A row's fields, and how they differ from a record's.

use super::{Difference, List, Work};
use crate::exchange::cell;
use crate::exchange::doubt::{Doubt, Why};
use crate::exchange::table::{Cell, Row};
use crate::exchange::target::Target;
use crate::register::{Command, Date, Field, Kind, Place, Record, RecordKind, Value};

/// A field that a row fills in, and the column it came from.
#[derive(Debug, Clone)]
pub(super) struct Given {
    pub(super) field: Field,
    pub(super) value: Value,
    pub(super) column: usize,
}

/// All fields of a kind of record that a row fills in, and what is doubtful in them.
pub(super) fn given(list: &List<'_>, row: &Row, kind: RecordKind, today: Date) -> (Vec<Given>, Vec<Doubt>) {
    let mut all = Vec::new();
    let mut doubts = Vec::new();
    for (target, columns) in &list.columns {
        let Some((record, field)) = target.as_field() else { continue };
        if record != kind {
            continue;
        }
        let mut found: Option<Given> = None;
        for column in columns.iter().copied() {
            let value = match cell::value(record, field, row.cell(column)) {
                Ok(None) => continue,
                Ok(Some(value)) => value,
                Err(why) => {
                    doubts.push(list.doubt(row.number, column, why));
                    continue;
                }
            };
            if let Some(date) = ahead(field, &value, today) {
                doubts.push(list.doubt(row.number, column, Why::Ahead(date)));
            }
            let value = with_heading(list, columns, column, value);
            match &mut found {
                None => found = Some(Given { field, value, column }),
                Some(first) => match joined(&first.value, &value) {
                    Some(both) => first.value = both,
                    None if first.value == value => {}
                    None => {
                        let text = cell::shown(&row.cell(column).text());
                        doubts.push(list.doubt(row.number, column, Why::TwoColumns(text)));
                    }
                },
            }
        }
        all.extend(found);
    }
    (all, doubts)
}

/// A day that should have been and has not. A contract may well end in the future.
fn ahead(field: Field, value: &Value, today: Date) -> Option<Date> {
    const PAST: [&str; 5] = ["decided", "occurred", "discovered", "reported", "closed"];
    let date = match value {
        Value::Date(date) => *date,
        Value::Moment(moment) => moment.date(),
        _ => return None,
    };
    (PAST.contains(&field.key) && today < date).then_some(date)
}

/// Text from a column that a person has placed beside another keeps its heading, so that it can still be understood.
fn with_heading(list: &List<'_>, columns: &[usize], column: usize, value: Value) -> Value {
    match value {
        Value::Prose(text) if list.renamed.get(column) == Some(&true) && 1 < columns.len() => {
            Value::Prose(format!("{}: {text}", list.heading(column)))
        }
        value => value,
    }
}

/// Two columns' text as one; nothing when it isn't text.
fn joined(first: &Value, second: &Value) -> Option<Value> {
    match (first, second) {
        (Value::Prose(first), Value::Prose(second)) => Some(Value::Prose(format!("{first}\n{second}"))),
        (Value::Line(first), Value::Line(second)) if first != second => {
            cell::line(&format!("{first}, {second}")).ok().map(Value::Line)
        }
        _ => None,
    }
}

/// What a new record holds from the start.
pub(super) fn fields(given: &[Given]) -> Vec<(String, Value)> {
    given.iter().map(|given| (given.field.key.to_owned(), given.value.clone())).collect()
}

/// What a new record says, as differences from nothing.
pub(super) fn all_new(kind: RecordKind, given: &[Given]) -> Vec<Difference> {
    given
        .iter()
        .map(|given| Difference {
            target: Target::field(kind, given.field),
            old: Value::Nothing,
            new: given.value.clone(),
        })
        .collect()
}

/// What a row changes in a record that is there: the differences and the edits.
pub(super) fn changes<R: Record>(
    work: &Work<'_>,
    place: &Place,
    record: &R,
    given: &[Given],
) -> (Vec<Difference>, Vec<Command>) {
    let mut differences = Vec::new();
    let mut commands = Vec::new();
    for Given { field, value, .. } in given {
        let old = record.get(field.key).unwrap_or_default();
        if says_the_same(&old, value) {
            continue;
        }
        differences.push(Difference {
            target: Target::field(place.kind, *field),
            old: old.clone(),
            new: value.clone(),
        });
        let (place, field_key) = (place.clone(), field.key.to_owned());
        commands.push(match (field.kind, value) {
            (Kind::Prose, Value::Prose(text)) => {
                Command::Write { place, field: field_key, text: text.clone(), seen: work.seen.clone() }
            }
            _ => Command::Set { place, field: field_key, value: value.clone() },
        });
    }
    (differences, commands)
}

/// Whether a file's value says nothing more than the register's.
fn says_the_same(old: &Value, new: &Value) -> bool {
    match (old, new) {
        // A list that gives only the day doesn't take the time away.
        (Value::Moment(old), Value::Moment(new)) => {
            old == new || (old.date() == new.date() && new.time() == jiff::civil::Time::midnight())
        }
        (Value::Prose(old), Value::Prose(new)) => old.trim() == new.trim(),
        (Value::Line(old), Value::Line(new)) => old == new || cell::line(old).as_ref() == Ok(new),
        _ => old == new,
    }
}

/// The text of the cells that name a row: a system's name, an incident's title.
pub(super) fn name(list: &List<'_>, row: &Row, target: &Target) -> String {
    match list.cell(row, target).1 {
        Cell::Error(_) => String::new(),
        cell => cell::line(&cell.text()).unwrap_or_default(),
    }
}

/// Names as they are compared: small letters, one space between words.
pub(super) fn compared(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
