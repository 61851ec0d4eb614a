//! A list of incidents: matched by IA number, else by title and day.

use std::collections::HashMap;

use super::record::{self, Given};
use super::{Answer, Offer, PreviewRow, Title, Verdict, Work};
use crate::exchange::doubt::{Doubt, Why};
use crate::exchange::table::Row;
use crate::exchange::target::Target;
use crate::register::value::FieldType;
use crate::register::{Command, Date, Incident, IncidentKind, Key, Place, RecordKind, Value};

/// How incidents are told apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Mark {
    Number(String),
    TitleAndDay(String, Option<Date>),
}

struct Said {
    title: String,
    number: String,
    given: Vec<Given>,
    doubts: Vec<Doubt>,
    /// The word for a kind that isn't known.
    unknown_kind: Option<(String, usize)>,
}

impl Said {
    fn day(&self) -> Option<Date> {
        let of = |field| {
            self.given.iter().find(|given| given.field == field).and_then(|given| match given.value {
                Value::Date(date) => Some(date),
                Value::Moment(moment) => Some(moment.date()),
                _ => None,
            })
        };
        of(Incident::OCCURRED).or_else(|| of(Incident::DISCOVERED)).or_else(|| of(Incident::REPORTED))
    }

    fn mark(&self) -> Mark {
        if self.number.is_empty() {
            Mark::TitleAndDay(record::compared(&self.title), self.day())
        } else {
            Mark::Number(record::compared(&self.number))
        }
    }
}

pub(super) fn rows(work: &mut Work<'_>) -> Vec<PreviewRow> {
    let list = work.list;
    let mut in_register: HashMap<Mark, Vec<Key>> = HashMap::new();
    for (key, incident) in work.register.incidents.iter() {
        let day = incident.occurred.or(incident.discovered).map(jiff::civil::DateTime::date).or(incident.reported);
        let titled = Mark::TitleAndDay(record::compared(&incident.title), day);
        in_register.entry(titled).or_default().push(key.clone());
        if !incident.ia_number.is_empty() {
            in_register.entry(Mark::Number(record::compared(&incident.ia_number))).or_default().push(key.clone());
        }
    }
    let said: Vec<(usize, Said)> = list.rows().map(|row| (row.number, read(work, row))).collect();
    let mut in_file: HashMap<Mark, Vec<usize>> = HashMap::new();
    for (row, said) in &said {
        in_file.entry(said.mark()).or_default().push(*row);
    }
    said.into_iter()
        .map(|(row, said)| {
            let mark = said.mark();
            let others: Vec<usize> =
                in_file.get(&mark).into_iter().flatten().copied().filter(|number| *number != row).collect();
            let mut known = in_register.get(&mark).cloned().unwrap_or_default();
            if known.is_empty() && !said.number.is_empty() {
                // Written by hand before it got its number.
                let titled = Mark::TitleAndDay(record::compared(&said.title), said.day());
                known = in_register.get(&titled).cloned().unwrap_or_default();
                known.retain(|key| work.register.incidents.get(key).is_some_and(|held| held.ia_number.is_empty()));
            }
            one(work, row, said, &known, others)
        })
        .collect()
}

fn read(work: &Work<'_>, row: &Row) -> Said {
    let list = work.list;
    let (mut given, mut doubts) = record::given(list, row, RecordKind::Incident, work.today);
    let text = |field| record::name(list, row, &Target::field(RecordKind::Incident, field));
    let (title, number) = (text(Incident::TITLE), text(Incident::IA_NUMBER));
    given.retain(|given| given.field != Incident::TITLE);
    let mut unknown_kind = None;
    doubts.retain(|doubt| match (&doubt.why, &doubt.at.column) {
        (Why::UnknownKind(word), Some((column, _))) => {
            unknown_kind = Some((word.clone(), *column));
            false
        }
        _ => true,
    });
    Said { title, number, given, doubts, unknown_kind }
}

fn one(work: &mut Work<'_>, row: usize, mut said: Said, known: &[Key], others: Vec<usize>) -> PreviewRow {
    let mut doubts = std::mem::take(&mut said.doubts);
    let title = match (said.title.is_empty(), said.number.is_empty()) {
        (false, _) => Title::Named(said.title.clone()),
        (true, false) => Title::Named(said.number.clone()),
        (true, true) => Title::Row(row),
    };
    let asked = !others.is_empty() || 1 < known.len();
    let updates: Vec<(Key, Offer, Vec<Doubt>)> =
        known.iter().enumerate().filter_map(|(number, key)| update(work, row, &said, key, number + 1)).collect();
    if updates.iter().any(|(_, offer, doubts)| offer.commands.is_empty() && doubts.is_empty()) {
        let verdict = if doubts.is_empty() { Verdict::Same } else { Verdict::Doubtful };
        return PreviewRow { row, title, verdict, doubts, offers: Vec::new() };
    }
    let mut offers = Vec::new();
    let fresh = updates.is_empty();
    for (_, mut offer, mut more) in updates {
        doubts.append(&mut more);
        if !asked {
            offer.answer = Answer::Take;
        }
        if !offer.commands.is_empty() {
            offers.push(offer);
        }
    }
    if asked {
        if !others.is_empty() {
            doubts.push(work.list.row_doubt(row, Why::DoubledInFile { rows: others }));
        }
        if 1 < known.len() {
            doubts.push(work.list.row_doubt(row, Why::DoubledInRegister { count: known.len() }));
        }
    }
    if fresh || asked {
        if said.title.is_empty() {
            let column = work.list.cell(&Row::default(), &Target::field(RecordKind::Incident, Incident::TITLE)).0;
            doubts.push(work.list.doubt(row, column, Why::NoName));
        } else {
            offers.push(add(work, row, &said, if asked { Answer::Add } else { Answer::Take }, &mut doubts));
        }
    }
    let verdict = match (doubts.is_empty(), fresh) {
        (false, _) => Verdict::Doubtful,
        (true, true) => Verdict::New,
        (true, false) => Verdict::Changed,
    };
    PreviewRow { row, title, verdict, doubts, offers }
}

fn titled(said: &Said) -> Option<Given> {
    let value = Value::Line(said.title.clone());
    (!said.title.is_empty()).then_some(Given { field: Incident::TITLE, value, column: usize::MAX })
}

/// What is written of a kind that the register has no choice for.
fn kept_word(word: &str) -> String {
    format!("Typ i listan: {word}")
}

fn add(work: &mut Work<'_>, row: usize, said: &Said, answer: Answer, doubts: &mut Vec<Doubt>) -> Offer {
    let mut given: Vec<Given> = titled(said).into_iter().chain(said.given.iter().cloned()).collect();
    if let Some((word, column)) = &said.unknown_kind {
        doubts.push(work.list.doubt(row, *column, Why::UnknownKind(word.clone())));
        given.push(Given { field: Incident::KIND, value: Some(IncidentKind::Other).value(), column: *column });
        given = with_word(given, "", &kept_word(word), *column);
    }
    let key = (work.keys)();
    Offer {
        answer,
        differences: record::all_new(RecordKind::Incident, &given),
        commands: vec![Command::Add {
            place: Place { kind: RecordKind::Incident, key },
            fields: record::fields(&given),
        }],
    }
}

/// The description with a line more, unless it says so already.
fn with_word(mut given: Vec<Given>, held: &str, line: &str, column: usize) -> Vec<Given> {
    let described = given.iter_mut().find(|given| given.field == Incident::DESCRIPTION);
    let text = match &described {
        Some(Given { value: Value::Prose(text), .. }) => text.clone(),
        _ => held.to_owned(),
    };
    let text = match (text.is_empty(), text.contains(line)) {
        (true, _) => line.to_owned(),
        (false, true) => text,
        (false, false) => format!("{text}\n{line}"),
    };
    match described {
        Some(given) => given.value = Value::Prose(text),
        None => given.push(Given { field: Incident::DESCRIPTION, value: Value::Prose(text), column }),
    }
    given
}

fn update(work: &Work<'_>, row: usize, said: &Said, key: &Key, number: usize) -> Option<(Key, Offer, Vec<Doubt>)> {
    let held = work.register.incidents.get(key)?;
    let place = Place { kind: RecordKind::Incident, key: key.clone() };
    let mut given = said.given.clone();
    if record::compared(&held.title) != record::compared(&said.title) {
        given.extend(titled(said));
    }
    let mut doubts = Vec::new();
    if let Some((word, column)) = &said.unknown_kind {
        let line = kept_word(word);
        // Once taken in, the word is in the description; a kind that a person has chosen since stays.
        if !held.description.contains(&line) {
            doubts.push(work.list.doubt(row, *column, Why::UnknownKind(word.clone())));
        }
        if held.kind.is_none() {
            given.push(Given { field: Incident::KIND, value: Some(IncidentKind::Other).value(), column: *column });
        }
        given = with_word(given, &held.description, &line, *column);
    }
    let (differences, commands) = record::changes(work, &place, held.as_ref(), &given);
    Some((key.clone(), Offer { answer: Answer::Update(key.clone(), number), differences, commands }, doubts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_for_an_unknown_kind_is_written_once() {
        let given = with_word(Vec::new(), "Vid porten.", &kept_word("Meteor"), 0);
        let again = with_word(given.clone(), "", &kept_word("Meteor"), 0);
        assert_eq!(given[0].value, Value::Prose("Vid porten.\nTyp i listan: Meteor".into()));
        assert_eq!(again[0].value, given[0].value);
    }
}
