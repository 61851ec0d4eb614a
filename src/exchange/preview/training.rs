//! A training list: one row a person and course becomes counts. People are told apart while counting; nothing of them
//! is in what comes out.

use std::collections::{BTreeMap, HashMap};

use super::record::{Given, changes, fields};
use super::{Answer, Chosen, CountRow, Difference, Offer, PreviewRow, Title, Verdict, Work};
use crate::catalogue;
use crate::exchange::cell;
use crate::exchange::doubt::{Doubt, Why};
use crate::exchange::table::{Cell, Row};
use crate::exchange::target::{Target, TrainingColumn};
use crate::register::value::FieldType;
use crate::register::{
    Choose, Command, Date, Key, Place, RecordKind, StaffForm, StaffRole, Training, TrainingCount, Value,
};

/// A person, while counting.
struct Person {
    role: StaffRole,
    form: StaffForm,
    completed: Vec<bool>,
}

/// With more courses than this, it is people's names that stand in the column, and they are not to be kept.
const COURSES_MAX: usize = 100;

/// How many there are and how many have finished.
type Count = (u32, u32);
/// A row of counts: course, role, form.
type CountOf = (String, StaffRole, StaffForm);

/// All that a list says, without anybody in it.
struct Counted {
    courses: Vec<String>,
    counts: BTreeMap<CountOf, Count>,
    latest: Option<Date>,
    doubts: Vec<Doubt>,
}

pub(super) fn rows(work: &mut Work<'_>, chosen: &Chosen) -> (Vec<PreviewRow>, Vec<CountRow>) {
    let Counted { courses, counts, latest, doubts } = count(work, &chosen.courses);
    let mut rows: Vec<PreviewRow> = Vec::new();
    for doubt in doubts {
        let number = doubt.at.row;
        match rows.last_mut() {
            Some(last) if last.row == number => last.doubts.push(doubt),
            _ => rows.push(PreviewRow {
                row: number,
                title: Title::Row(number),
                verdict: Verdict::Doubtful,
                doubts: vec![doubt],
                offers: Vec::new(),
            }),
        }
    }
    if counts.is_empty() {
        return (rows, Vec::new());
    }
    if COURSES_MAX < courses.len() {
        let column = work.list.columns(&Target::Training(TrainingColumn::Course)).first().copied();
        let doubt = work.list.doubt(work.list.header, column.unwrap_or(usize::MAX), Why::TooManyCourses(courses.len()));
        let (row, title) = (work.list.header, Title::Row(work.list.header));
        return (
            vec![PreviewRow { row, title, verdict: Verdict::Doubtful, doubts: vec![doubt], offers: Vec::new() }],
            Vec::new(),
        );
    }
    let cut_off = chosen.cut_off.or(latest).unwrap_or(work.today);
    let (row, counts) = whole(work, cut_off, &courses, counts);
    rows.insert(0, row);
    (rows, counts)
}

/// Counts the people of a list by role and form, for all mandatory courses together and for each.
fn count(work: &Work<'_>, mandatory: &[String]) -> Counted {
    let list = work.list;
    let column = |column| Target::Training(column);
    let mut names: Vec<String> = Vec::new();
    let mut courses: HashMap<String, usize> = HashMap::new();
    let mut people: HashMap<String, Person> = HashMap::new();
    let mut doubts = Vec::new();
    let mut latest = None;
    let wanted: Vec<String> = mandatory.iter().map(|course| catalogue::fold(course)).collect();
    for row in list.rows() {
        let person = list.cell(row, &column(TrainingColumn::Person)).1.text();
        let person = person.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let (course_column, course) = list.cell(row, &column(TrainingColumn::Course));
        if person.is_empty() {
            doubts.push(list.row_doubt(row.number, Why::NoPerson));
            continue;
        }
        let folded = catalogue::fold(&course.text());
        if folded.is_empty() {
            doubts.push(list.doubt(row.number, course_column, Why::NoCourse));
            continue;
        }
        let (done, date) = done(work, row, &mut doubts);
        latest = latest.max(date);
        let role = role(&list.cell(row, &column(TrainingColumn::Role)).1.text());
        let form = form(&list.cell(row, &column(TrainingColumn::Form)).1.text());
        let known = people.entry(person);
        let person = known.or_insert_with(|| Person { role, form, completed: Vec::new() });
        if person.role != role || person.form != form {
            doubts.push(list.row_doubt(row.number, Why::TwoRoles));
            person.role = person.role.min(role);
            person.form = person.form.min(form);
        }
        // Somebody who has only a voluntary course is still one of those who should have the mandatory ones.
        if !wanted.is_empty() && !wanted.contains(&folded) {
            continue;
        }
        let place = *courses.entry(folded).or_insert_with(|| {
            names.push(cell::line(&course.text()).unwrap_or_default());
            names.len() - 1
        });
        if person.completed.len() <= place {
            person.completed.resize(place + 1, false);
        }
        if let Some(completed) = person.completed.get_mut(place) {
            *completed |= done;
        }
    }
    let mut counts: BTreeMap<CountOf, Count> = BTreeMap::new();
    for Person { role, form, mut completed } in people.into_values() {
        completed.resize(names.len(), false);
        let mut add = |course: &str, completed: bool| {
            let count = counts.entry((course.to_owned(), role, form)).or_default();
            count.0 += 1;
            count.1 += u32::from(completed);
        };
        add("", !completed.is_empty() && completed.iter().all(|done| *done));
        for (name, done) in names.iter().zip(&completed) {
            add(name, *done);
        }
    }
    names.sort();
    Counted { courses: names, counts, latest, doubts }
}

/// Whether a row says that the course is completed, and when.
fn done(work: &Work<'_>, row: &Row, doubts: &mut Vec<Doubt>) -> (bool, Option<Date>) {
    let list = work.list;
    let (status_column, status) = list.cell(row, &Target::Training(TrainingColumn::Status));
    let (date_column, finished) = list.cell(row, &Target::Training(TrainingColumn::Finished));
    let date = match cell::date(finished) {
        Ok(date) => date.map(|(date, _)| date),
        Err(why) => {
            doubts.push(list.doubt(row.number, date_column, why));
            None
        }
    };
    let text = status.text();
    let done = match status {
        // Without a status, the day of completion says it.
        _ if status.is_empty() => date.is_some() && list.columns(&Target::Training(TrainingColumn::Status)).is_empty(),
        Cell::Flag(flag) => *flag,
        _ if catalogue::value("not completed", &text).is_some() => false,
        _ if catalogue::value("completed", &text).is_some() => true,
        // A column ”Genomförd” may hold the day.
        _ => match cell::date(status) {
            Ok(Some(_)) => true,
            _ => {
                doubts.push(list.doubt(row.number, status_column, Why::UnknownStatus(cell::shown(&text))));
                false
            }
        },
    };
    (done, date)
}

/// ”Chef”, ”Enhetschef” and ”VD” are managers; everybody else is staff.
fn role(text: &str) -> StaffRole {
    let folded = catalogue::fold(text);
    let manages = |word: &str| {
        catalogue::words("manager")
            .any(|(known, _)| word == known || (3 < known.len() && (word.starts_with(known) || word.ends_with(known))))
    };
    if folded.split(' ').any(manages) { StaffRole::Manager } else { StaffRole::Employee }
}

/// ”Konsult” and ”Inhyrd personal” are consultants; everybody else is employed.
fn form(text: &str) -> StaffForm {
    let folded = catalogue::fold(text);
    let hired = |word: &str| catalogue::words("consultant").any(|(known, _)| word.starts_with(known));
    if folded.split(' ').any(hired) { StaffForm::Consultant } else { StaffForm::Employed }
}

/// The training as one row to take or leave: half of it would be wrong figures.
fn whole(
    work: &mut Work<'_>,
    cut_off: Date,
    courses: &[String],
    counts: BTreeMap<CountOf, Count>,
) -> (PreviewRow, Vec<CountRow>) {
    let register = work.register;
    let held = register.trainings.iter().find(|(_, training)| training.cut_off == Some(cut_off));
    let key = held.map(|(key, _)| key.clone()).unwrap_or_else(|| (work.keys)());
    let place = Place { kind: RecordKind::Training, key: key.clone() };
    let given = |field, value| Given { field, value, column: usize::MAX };
    let said = [
        given(Training::CUT_OFF, Value::Date(cut_off)),
        given(Training::COURSES, cell::line(&courses.join(", ")).map_or(Value::Nothing, Value::Line)),
    ];
    let (mut differences, mut commands, verdict) = match held {
        Some((_, training)) => {
            let (differences, commands) = changes(work, &place, training.as_ref(), &said);
            (differences, commands, Verdict::Changed)
        }
        None => {
            let add = Command::Add { place, fields: fields(&said) };
            (super::record::all_new(RecordKind::Training, &said), vec![add], Verdict::New)
        }
    };
    let mut before: BTreeMap<CountOf, (Key, Count)> = BTreeMap::new();
    for (key, count) in register.training_counts.of(&key) {
        let (Some(role), Some(form)) = (count.role, count.form) else { continue };
        let held = (count.people.unwrap_or(0), count.completed.unwrap_or(0));
        before.insert((count.course.clone(), role, form), (key.clone(), held));
    }
    let mut rows = Vec::new();
    for ((course, role, form), (people, completed)) in counts {
        let held = before.remove(&(course.clone(), role, form));
        rows.push(CountRow {
            course: course.clone(),
            role: role.key().to_owned(),
            form: form.key().to_owned(),
            people,
            completed,
            before: held.as_ref().map(|(_, count)| *count),
        });
        match held {
            Some((count, (old_people, old_completed))) => {
                for (field, old, new) in
                    [(TrainingCount::PEOPLE, old_people, people), (TrainingCount::COMPLETED, old_completed, completed)]
                {
                    if old != new {
                        differences.push(difference(field, Value::Number(old), Value::Number(new)));
                        let place = Place { kind: RecordKind::TrainingCount, key: count.clone() };
                        let field = field.key.to_owned();
                        commands.push(Command::Set { place, field, value: Value::Number(new) });
                    }
                }
            }
            None => {
                let mut of_count = vec![
                    given(TrainingCount::ROLE, Some(role).value()),
                    given(TrainingCount::FORM, Some(form).value()),
                    given(TrainingCount::PEOPLE, Value::Number(people)),
                    given(TrainingCount::COMPLETED, Value::Number(completed)),
                ];
                if !course.is_empty() {
                    of_count.insert(0, given(TrainingCount::COURSE, Value::Line(course)));
                }
                let key = key.child(&(work.keys)());
                let place = Place { kind: RecordKind::TrainingCount, key };
                commands.push(Command::Add { place, fields: fields(&of_count) });
            }
        }
    }
    // A count that the newer list no longer has would go on being added up.
    for (key, (people, _)) in before.into_values() {
        differences.push(difference(TrainingCount::PEOPLE, Value::Number(people), Value::Nothing));
        commands.push(Command::Remove { place: Place { kind: RecordKind::TrainingCount, key } });
    }
    let same = commands.is_empty();
    let offers = if same { Vec::new() } else { vec![Offer { answer: Answer::Take, differences, commands }] };
    let row = PreviewRow {
        row: work.list.header,
        title: Title::Training(cut_off),
        verdict: if same { Verdict::Same } else { verdict },
        doubts: Vec::new(),
        offers,
    };
    (row, rows)
}

fn difference(field: crate::register::Field, old: Value, new: Value) -> Difference {
    Difference { target: Target::field(RecordKind::TrainingCount, field), old, new }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn managers_and_consultants_are_known_by_their_words() {
        for (text, expected) in [
            ("Chef", StaffRole::Manager),
            ("Enhetschef", StaffRole::Manager),
            ("Chefsjurist", StaffRole::Manager),
            ("VD", StaffRole::Manager),
            ("Bitr. avdelningschef", StaffRole::Manager),
            ("Medarbetare", StaffRole::Employee),
            ("Ekonom", StaffRole::Employee),
            ("Avdelning", StaffRole::Employee),
            ("", StaffRole::Employee),
        ] {
            assert_eq!(role(text), expected, "{text:?}");
        }
        for (text, expected) in [
            ("Konsult", StaffForm::Consultant),
            ("Inhyrd personal", StaffForm::Consultant),
            ("Extern", StaffForm::Consultant),
            ("Anställd", StaffForm::Employed),
            ("Tillsvidare", StaffForm::Employed),
            ("", StaffForm::Employed),
        ] {
            assert_eq!(form(text), expected, "{text:?}");
        }
    }
}
