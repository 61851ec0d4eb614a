//! A list of systems: matched by name, with their classifications, plans and analyses.

use std::collections::HashMap;

use super::record::{self, Given};
use super::{Answer, Difference, Offer, PreviewRow, Title, Verdict, Work};
use crate::exchange::cell;
use crate::exchange::doubt::{Doubt, Why};
use crate::exchange::table::{Cell, Row};
use crate::exchange::target::{Target, date_of};
use crate::register::{
    Aspect, Choose, Classification, Command, Date, Key, Levels, Place, Record, RecordKind, Register, RiskAnalysis,
    SCALE, System, Value,
};

/// What a row says of a system.
struct Said {
    name: String,
    fields: Vec<Given>,
    decision: Option<Decision>,
    made: Vec<Made>,
    doubts: Vec<Doubt>,
}

/// A classification that a row gives.
struct Decision {
    decided: Date,
    given: Vec<Given>,
    levels: Levels,
    exceptional: Vec<usize>,
}

/// What a row says of a plan or an analysis.
struct Made {
    kind: RecordKind,
    yes: bool,
    date: Option<Date>,
    column: usize,
}

pub(super) fn rows(work: &mut Work<'_>) -> Vec<PreviewRow> {
    let name = Target::field(RecordKind::System, System::NAME);
    let mut in_register: HashMap<String, Vec<Key>> = HashMap::new();
    for (key, system) in work.register.systems.iter() {
        in_register.entry(record::compared(&system.name)).or_default().push(key.clone());
    }
    let mut in_file: HashMap<String, Vec<usize>> = HashMap::new();
    for row in work.list.rows() {
        in_file.entry(record::compared(&record::name(work.list, row, &name))).or_default().push(row.number);
    }
    let list = work.list;
    let mut rows = Vec::new();
    for row in list.rows() {
        let called = record::name(list, row, &name);
        if called.is_empty() {
            let (column, named) = list.cell(row, &name);
            let why = match named {
                Cell::Error(error) => Why::Failed(error.clone()),
                named => cell::line(&named.text()).err().unwrap_or(Why::NoName),
            };
            let doubts = vec![list.doubt(row.number, column, why)];
            rows.push(PreviewRow {
                row: row.number,
                title: Title::Row(row.number),
                verdict: Verdict::Doubtful,
                doubts,
                offers: Vec::new(),
            });
            continue;
        }
        let compared = record::compared(&called);
        let others: Vec<usize> =
            in_file.get(&compared).into_iter().flatten().copied().filter(|number| *number != row.number).collect();
        let said = read(work, row, called);
        let known = in_register.get(&compared).map_or(&[][..], Vec::as_slice);
        rows.push(one(work, row.number, said, known, others));
    }
    rows
}

/// Reads a row, without regard to the register.
fn read(work: &Work<'_>, row: &Row, name: String) -> Said {
    let list = work.list;
    let (mut fields, mut doubts) = record::given(list, row, RecordKind::System, work.today);
    fields.retain(|given| given.field != System::NAME);
    let decision = decision(work, row, &mut doubts);
    let mut made = Vec::new();
    for (target, _) in &list.columns {
        let Target::Has(kind) = target else { continue };
        let (column, cell) = list.cell(row, target);
        // A date where a yes should be says yes, and when.
        let dated =
            if matches!(cell, Cell::Text(_) | Cell::Date(_) | Cell::Moment(_)) { cell::date(cell).ok() } else { None };
        match (dated.flatten(), cell::yes_or_no(cell)) {
            (Some((date, _)), _) => made.push(Made { kind: *kind, yes: true, date: Some(date), column }),
            (None, Ok(Some(yes))) => made.push(Made { kind: *kind, yes, date: None, column }),
            (None, Ok(None)) => {}
            (None, Err(why)) => doubts.push(list.doubt(row.number, column, why)),
        }
    }
    Said { name, fields, decision, made, doubts }
}

/// The classification of a row, when it says both when and what.
fn decision(work: &Work<'_>, row: &Row, doubts: &mut Vec<Doubt>) -> Option<Decision> {
    let list = work.list;
    let decided = Target::field(RecordKind::Classification, Classification::DECIDED);
    let (date_column, date_cell) = list.cell(row, &decided);
    let (mut given, mut unclear) = record::given(list, row, RecordKind::Classification, work.today);
    // ”Klassad: Ja” is no date, and ”Klassad: Nej” is no doubt.
    if let Ok(Some(yes)) = cell::yes_or_no(date_cell)
        && !matches!(date_cell, Cell::Number(_))
    {
        unclear.retain(|doubt| doubt.at.column.as_ref().is_none_or(|(column, _)| *column != date_column));
        if yes {
            unclear.push(list.doubt(row.number, date_column, Why::ClassifiedWhen));
        }
    }
    let broken =
        unclear.iter().any(|doubt| !matches!(doubt.why, Why::Ahead(_) | Why::TooLong { .. } | Why::NeitherYesNorNo(_)));
    doubts.append(&mut unclear);
    let date = given.iter().find_map(|given| match given.value {
        Value::Date(date) if given.field == Classification::DECIDED => Some(date),
        _ => None,
    });
    let mut holder = Classification::default();
    for given in &given {
        // A level that its field can't hold is a doubt already.
        let _ = holder.put(given.field.key, given.value.clone());
    }
    let levels = holder.levels();
    if broken {
        return None;
    }
    match (date, levels.top()) {
        (None, None) => {
            // ”Arkivfunktionen deltog: Nej” says nothing when there is no classification.
            let says = given.iter().find(|given| given.value != Value::Flag(false));
            doubts.extend(says.map(|given| list.doubt(row.number, given.column, Why::NoDecision)));
            None
        }
        (None, Some(_)) => {
            let column = given.first().map_or(usize::MAX, |given| given.column);
            doubts.push(list.doubt(row.number, column, Why::LevelsWithoutDate));
            None
        }
        (Some(_), None) => {
            doubts.push(list.doubt(row.number, date_column, Why::DateWithoutLevels));
            None
        }
        (Some(decided), Some(_)) => {
            given.sort_by_key(|given| given.field != Classification::DECIDED);
            let exceptional = given
                .iter()
                .filter(|given| given.value == Value::Choice("exceptional".to_owned()))
                .map(|given| given.column)
                .collect();
            Some(Decision { decided, given, levels, exceptional })
        }
    }
}

/// What is to be done with a row, given the systems that have its name.
fn one(work: &mut Work<'_>, row: usize, mut said: Said, known: &[Key], others: Vec<usize>) -> PreviewRow {
    let mut doubts = std::mem::take(&mut said.doubts);
    let title = Title::Named(said.name.clone());
    let updates: Vec<(Key, Update)> = known.iter().map(|key| (key.clone(), update(work, row, &said, key))).collect();
    let asked = !others.is_empty() || 1 < known.len();
    // A row that one of its namesakes already says is no question.
    if updates.iter().any(|(_, update)| update.is_nothing()) && (asked || doubts.is_empty()) {
        let verdict = if doubts.is_empty() { Verdict::Same } else { Verdict::Doubtful };
        return PreviewRow { row, title, verdict, doubts, offers: Vec::new() };
    }
    let mut offers = Vec::new();
    let verdict;
    if asked {
        if !others.is_empty() {
            doubts.push(work.list.row_doubt(row, Why::DoubledInFile { rows: others }));
        }
        if 1 < known.len() {
            doubts.push(work.list.row_doubt(row, Why::DoubledInRegister { count: known.len() }));
        }
        for (number, (key, update)) in updates.into_iter().enumerate() {
            doubts.extend(update.doubts);
            if !update.commands.is_empty() {
                let (differences, commands) = (update.differences, update.commands);
                offers.push(Offer { answer: Answer::Update(key, number + 1), differences, commands });
            }
        }
        let (new, mut of_new) = add(work, row, &said, Answer::Add);
        doubts.append(&mut of_new);
        offers.push(new);
        verdict = Verdict::Doubtful;
    } else if let Some((_, mut update)) = updates.into_iter().next() {
        doubts.append(&mut update.doubts);
        if let Some(mut second) = update.second.take() {
            if !update.commands.is_empty() {
                offers.push(Offer {
                    answer: Answer::WithoutDecision,
                    differences: update.differences.clone(),
                    commands: update.commands.clone(),
                });
            }
            second.differences.splice(..0, update.differences);
            second.commands.splice(..0, update.commands);
            offers.push(second);
        } else if !update.commands.is_empty() {
            offers.push(Offer { answer: Answer::Take, differences: update.differences, commands: update.commands });
        }
        verdict = match (doubts.is_empty(), offers.is_empty()) {
            (false, _) => Verdict::Doubtful,
            (true, false) => Verdict::Changed,
            (true, true) => Verdict::Same,
        };
    } else {
        let (new, mut of_new) = add(work, row, &said, Answer::Take);
        doubts.append(&mut of_new);
        offers.push(new);
        verdict = if doubts.is_empty() { Verdict::New } else { Verdict::Doubtful };
    }
    PreviewRow { row, title, verdict, doubts, offers }
}

/// A new system with all that its row says.
fn add(work: &mut Work<'_>, row: usize, said: &Said, answer: Answer) -> (Offer, Vec<Doubt>) {
    let key = (work.keys)();
    let name = Value::Line(said.name.clone());
    let mut fields = vec![(System::NAME.key.to_owned(), name.clone())];
    fields.extend(record::fields(&said.fields));
    let mut offer = Offer {
        answer,
        differences: vec![Difference {
            target: Target::field(RecordKind::System, System::NAME),
            old: Value::Nothing,
            new: name,
        }],
        commands: vec![Command::Add { place: Place { kind: RecordKind::System, key: key.clone() }, fields }],
    };
    offer.differences.extend(record::all_new(RecordKind::System, &said.fields));
    let mut doubts = Vec::new();
    if let Some(decision) = &said.decision {
        doubts.extend(exceptional(work, row, decision));
        offer.commands.push(decide(work, &key, decision));
        offer.differences.extend(record::all_new(RecordKind::Classification, &decision.given));
    }
    for made in said.made.iter().filter(|made| made.yes) {
        let (difference, command) = make(work, &key, made);
        offer.differences.push(difference);
        offer.commands.push(command);
    }
    (offer, doubts)
}

/// What a row changes in a system that is there.
#[derive(Default)]
struct Update {
    differences: Vec<Difference>,
    commands: Vec<Command>,
    second: Option<Offer>,
    doubts: Vec<Doubt>,
}

impl Update {
    fn is_nothing(&self) -> bool {
        self.commands.is_empty() && self.second.is_none() && self.doubts.is_empty()
    }
}

fn update(work: &mut Work<'_>, row: usize, said: &Said, key: &Key) -> Update {
    let register = work.register;
    let Some(system) = register.systems.get(key) else { return Update::default() };
    let place = Place { kind: RecordKind::System, key: key.clone() };
    let (differences, commands) = record::changes(work, &place, system.as_ref(), &said.fields);
    let mut update = Update { differences, commands, ..Update::default() };
    if let Some(decision) = &said.decision {
        match held(register, key, decision) {
            Held::Same(held) => {
                for given in &decision.given {
                    let old = held.get(given.field.key).unwrap_or_default();
                    if old != given.value {
                        update.doubts.push(work.list.doubt(row, given.column, Why::DecisionStands));
                    }
                }
            }
            Held::Other => {
                update.doubts.extend(exceptional(work, row, decision));
                let column = decision.given.first().map_or(usize::MAX, |given| given.column);
                update.doubts.push(work.list.doubt(row, column, Why::OtherDecision(decision.decided)));
                update.second = Some(Offer {
                    answer: Answer::SecondDecision,
                    differences: levels_changed(register, key, decision),
                    commands: vec![decide(work, key, decision)],
                });
            }
            Held::None => {
                update.doubts.extend(exceptional(work, row, decision));
                update.differences.extend(levels_changed(register, key, decision));
                update.commands.push(decide(work, key, decision));
            }
        }
    }
    for made in &said.made {
        let has = match made.kind {
            RecordKind::ActionPlan => register.has_action_plan(key),
            RecordKind::RiskAnalysis => register.has_risk_analysis(key),
            _ => register.has_treatment_plan(key),
        };
        if made.yes && !has {
            let (difference, command) = make(work, key, made);
            update.differences.push(difference);
            update.commands.push(command);
        } else if !made.yes && has {
            update.doubts.push(work.list.doubt(row, made.column, Why::NoButThereIs(made.kind)));
        }
    }
    update
}

/// What the register already has of a row's classification.
enum Held {
    None,
    Same(std::sync::Arc<Classification>),
    Other,
}

fn held(register: &Register, system: &Key, decision: &Decision) -> Held {
    let mut held = Held::None;
    for (_, one) in register.classifications.of(system) {
        let stands = one.withdrawn != Some(true) && one.information_set.is_empty();
        if !stands || one.decided != Some(decision.decided) {
            continue;
        }
        // An aspect that the file doesn't give is no disagreement.
        let agrees =
            |aspect: &Aspect| decision.levels.of(*aspect).is_none_or(|level| one.levels().of(*aspect) == Some(level));
        if Aspect::ALL.iter().all(agrees) {
            return Held::Same(std::sync::Arc::clone(one));
        }
        held = Held::Other;
    }
    held
}

/// A classification's fields beside those that hold now.
fn levels_changed(register: &Register, system: &Key, decision: &Decision) -> Vec<Difference> {
    let now = register.classified(system);
    let mut held = Classification { decided: now.map(|now| now.decided), ..Classification::default() };
    if let Some(levels) = now.map(|now| now.levels) {
        held.confidentiality = levels.confidentiality;
        held.integrity = levels.integrity;
        held.availability = levels.availability;
        held.traceability = levels.traceability;
    }
    decision
        .given
        .iter()
        .map(|given| Difference {
            target: Target::field(RecordKind::Classification, given.field),
            old: held.get(given.field.key).unwrap_or_default(),
            new: given.value.clone(),
        })
        .filter(|difference| difference.old != difference.new)
        .collect()
}

fn decide(work: &mut Work<'_>, system: &Key, decision: &Decision) -> Command {
    let mut fields = record::fields(&decision.given);
    fields.push((Classification::SCALE.key.to_owned(), Value::Line(SCALE.to_owned())));
    let key = system.child(&(work.keys)());
    Command::Add { place: Place { kind: RecordKind::Classification, key }, fields }
}

fn exceptional(work: &Work<'_>, row: usize, decision: &Decision) -> Vec<Doubt> {
    decision.exceptional.iter().map(|column| work.list.doubt(row, *column, Why::Exceptional)).collect()
}

fn make(work: &mut Work<'_>, system: &Key, made: &Made) -> (Difference, Command) {
    let mut fields = Vec::new();
    if made.kind == RecordKind::RiskAnalysis {
        fields.push((RiskAnalysis::TITLE.key.to_owned(), Value::Line("Riskanalys".to_owned())));
    }
    if let (Some(field), Some(date)) = (date_of(made.kind), made.date) {
        fields.push((field.key.to_owned(), Value::Date(date)));
    }
    let key = system.child(&(work.keys)());
    let difference = Difference { target: Target::Has(made.kind), old: Value::Nothing, new: Value::Flag(true) };
    (difference, Command::Add { place: Place { kind: made.kind, key }, fields })
}
