//! What a finished workshop brings into the register: one edit.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use super::statement::hashes;
use super::{AgendaSet, Asked, Digest, Ending, MeasureNote, MeasureState, RecordsNote, Turn, Workshop};
use crate::register::method::{
    self, Catalogue, NewAnswer, PlanRow, answer_instead_of, basis, measures_for, open_action, plan_row, priority,
};
use crate::register::value::{FieldType, Record};
use crate::register::{
    Action, ActionStatus, Aspect, Assessment, Attendance, Choose, Classification, Command, Entry, Field,
    InformationSet, KeepOrDispose, Key, Language, Level, Place, Priority, Prose, RecordKind, Register, RiskAnalysis,
    RiskStatus, SCALE, Side, Sitting, Term, Value, Vote, filled,
};

/// What there is to bring in.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The edit: all of it is one step to undo.
    pub command: Command,
    /// The classification of the system as a whole.
    pub classification: Key,
}

/// The edit that brings the end of a turn into the register: the sitting and who was there, sets that are new, what the
/// table changed of their facts, records rules, a classification for the system and one for each information set with its
/// votes, what was answered about measures in the place of the answers that the table had seen, a row of the action plan
/// for each that is missing and has none, an end to the row that the table saw for each that is done, and one risk analysis
/// with the risks that nobody struck.
/// `None` when it hasn't ended, nothing was decided, it has come to level 4, the system isn't in the register, or every end
/// is in it already.
///
/// Keys follow from the end, so that bringing it in twice adds it once. Of two ends that stand, each comes in with its own
/// decisions, one after the other; where they differ, the register shows both. What an end brought in that another took the
/// place of is withdrawn, and the sitting is counted once.
#[must_use]
pub fn outcome(workshop: &Workshop, turn: &Turn, register: &Register) -> Option<Outcome> {
    let about = &turn.about;
    let system = register.systems.get(&about.system)?;
    let key = |ending: &Ending, what: &str, number: usize| Key::parse(&format!("{}{what}{number}", keys_of(ending.id)));
    let is_new = |ending: &&Ending| {
        let classification = key(ending, "k", 0).map(|own| about.system.child(&own));
        classification.is_some_and(|key| register.classifications.get(&key).is_none())
    };
    let ending = turn.endings.iter().rev().find(is_new)?;
    let own = |what: &str, number: usize| key(ending, what, number);
    let turn = &turn.as_ended(ending);
    turn.levels(None).top()?;
    if turn.is_stopped() {
        return None;
    }
    // What an earlier end of the same turn brought in, which this one takes the place of.
    let earlier: Vec<_> = replaced_ends(turn).map(keys_of).collect();
    let is_earlier = |key: &Key| earlier.iter().any(|end| key.own().starts_with(end.as_str()));
    let sitting = register.sittings.of(&about.system).map(|(key, _)| key).find(|key| is_earlier(key)).cloned();
    let (sitting, mut commands) = match sitting {
        Some(sitting) => (sitting, Vec::new()),
        None => {
            let sitting = about.system.child(&own("m", 0)?);
            let commands = attendance(workshop, turn, ending, &sitting)?;
            (sitting, commands)
        }
    };
    let standing = register.classifications.of(&about.system).filter(|(_, one)| one.withdrawn != Some(true));
    let withdrawn: Vec<_> = standing
        .filter(|(key, _)| is_earlier(key))
        .map(|(key, _)| Place { kind: RecordKind::Classification, key: key.clone() })
        .collect();
    let mut without = Cow::Borrowed(register);
    for place in withdrawn {
        without.to_mut().put(Entry::new(place.clone(), None));
        commands.push(Command::Withdraw { place, reason: "Workshopen avslutades igen".to_owned() });
    }
    let register = without.as_ref();
    let classification = about.system.child(&own("k", 0)?);
    let sets: Vec<_> = turn.agenda().collect();
    for set in &sets {
        let place = Place { kind: RecordKind::InformationSet, key: about.system.child(&set.key) };
        let mut fields = of_set(turn, set);
        match register.information_sets.get(&place.key) {
            None => {
                fields.push((InformationSet::NAME, set.name.value()));
                fields.push((InformationSet::DESCRIPTION, Prose(set.description.clone()).value()));
                commands.push(add(place, fields));
            }
            Some(there) => {
                fields.retain(|(field, value)| there.get(field.key).as_ref() != Some(value));
                commands.extend(fields.into_iter().map(|(field, value)| set_field(&place, field, value)));
            }
        }
    }
    let whole = std::iter::once(None).chain(sets.iter().map(|set| Some(*set)));
    for (number, set) in whole.enumerate() {
        let levels = turn.levels(set.map(|set| &set.key));
        if levels.top().is_none() {
            continue;
        }
        let set_key = set.map(|set| about.system.child(&set.key));
        // What the table did not come to is as it was: a new decision takes the place of the old for all aspects.
        let before = match &set_key {
            Some(key) => register.set_levels(key),
            None => register.classified(&about.system).map(|held| held.levels),
        };
        let before = before.unwrap_or_default();
        // It rests on the facts as they are with what the table changed of them.
        let now = set_key.as_ref().zip(set).map(|(key, set)| {
            let mut now = register.information_sets.get(key).map(|set| (**set).clone()).unwrap_or_default();
            for (field, value) in set.facts.since(&set.facts_before) {
                // Fails for a field that a set doesn't have; these are its own.
                let _ = now.put(field.key, value);
            }
            now
        });
        let mut fields = vec![
            (Classification::DECIDED, Some(ending.what.day).value()),
            (Classification::SCALE, SCALE.to_owned().value()),
            (Classification::WORDING, about.wording.value()),
            (Classification::BASIS, basis(system, now.as_ref()).value()),
            (Classification::SITTING, sitting.as_str().to_owned().value()),
            (Classification::DECIDED_BY, ending.what.decided_by.value()),
            (Classification::ARCHIVE_TOOK_PART, Some(ending.what.archive_took_part).value()),
        ];
        fields.extend(set_key.map(|key| (Classification::INFORMATION_SET, key.as_str().to_owned().value())));
        for aspect in Aspect::ALL.iter().copied() {
            let (level_field, reason_field) = fields_of(aspect);
            // Of a system as a whole, nothing is lowered before the table has come to all its information.
            let came_to_all = set.is_some() || sets.iter().all(|set| turn.levels(Some(&set.key)).of(aspect).is_some());
            let (level, reasons) = match (levels.of(aspect), before.of(aspect)) {
                (Some(level), Some(before)) if level < before && !came_to_all => {
                    (before, "Som tidigare; all information togs inte upp på workshoppen.".to_owned())
                }
                (Some(level), _) => (level, reasons(turn, set.map(|set| &set.key), aspect, level)),
                (None, Some(level)) => (level, "Som tidigare; togs inte upp på workshoppen.".to_owned()),
                (None, None) => continue,
            };
            if set.is_none() && levels.of(aspect) == Some(level) {
                fields.push((Classification::raise_field(aspect), turn.raised(aspect).value()));
            }
            fields.push((level_field, Some(level).value()));
            fields.push((reason_field, Prose(reasons).value()));
        }
        let key = about.system.child(&own("k", number)?);
        commands.push(add(Place { kind: RecordKind::Classification, key: key.clone() }, fields));
        let of_it = turn.asked.iter().filter(|asked| asked.question.set.as_ref() == set.map(|set| &set.key));
        let votes = of_it.flat_map(|asked| votes_of(workshop, asked));
        for (number, fields) in votes.enumerate() {
            let key = key.child(&Key::parse(&format!("v{number}"))?);
            commands.push(add(Place { kind: RecordKind::Vote, key }, fields));
        }
    }
    let catalogue = turn.as_catalogue();
    for (number, note) in turn.measures.iter().enumerate() {
        let new = answered(note, &about.catalogue, ending);
        let seen = |own: &str| has_seen(turn, note, own);
        commands.push(answer_instead_of(register, &about.system, &own("s", number)?, &new, seen));
        let is_anothers = note.state == MeasureState::NotOurs && !note.reason.trim().is_empty();
        if is_anothers || matches!(note.state, MeasureState::Partly | MeasureState::Missing) {
            let row = row(&catalogue, turn, note, new.assessment);
            commands.extend(action(register, &about.system, &own("a", number)?, note, &new, row.as_ref()));
        }
        if note.state == MeasureState::Done {
            let seen = turn.known(&note.measure).and_then(|known| known.row.as_ref());
            let made =
                register.actions.of(&about.system).filter(|(key, row)| is_earlier(key) && row.measure == note.measure);
            let made = made.map(|(key, _)| key.clone());
            let rows: BTreeSet<_> = seen.map(|row| about.system.child(row)).into_iter().chain(made).collect();
            commands.extend(rows.into_iter().flat_map(|row| finished(register, row)));
        }
    }
    commands.extend(risks(workshop, turn, register, ending)?);
    Some(Outcome { command: Command::Batch(commands), classification })
}

/// What the table said of an information set that the register keeps with it: the facts that it changed, and the records
/// rule. An empty value takes away what is there: the day of disposal, where all is kept.
fn of_set(turn: &Turn, set: &AgendaSet) -> Vec<(Field, Value)> {
    let mut fields = set.facts.since(&set.facts_before);
    if let Some(RecordsNote { keep, when, basis, .. }) = turn.records.iter().find(|note| note.set == set.key) {
        let what = if *keep { KeepOrDispose::Keep } else { KeepOrDispose::Dispose };
        fields.push((InformationSet::RETENTION, Some(what).value()));
        match (keep, when.value()) {
            (true, _) => fields.push((InformationSet::DISPOSE_AFTER, Value::Nothing)),
            (false, Value::Nothing) => {}
            (false, when) => fields.push((InformationSet::DISPOSE_AFTER, when)),
        }
        fields.extend(Some((InformationSet::RETENTION_BASIS, basis.value())).filter(|(_, basis)| !basis.is_empty()));
    }
    fields
}

fn set_field(place: &Place, field: Field, value: Value) -> Command {
    Command::Set { place: place.clone(), field: field.key.to_owned(), value }
}

fn add(place: Place, fields: Vec<(Field, Value)>) -> Command {
    let fields = fields.into_iter().filter(|(_, value)| !value.is_empty());
    Command::Add { place, fields: fields.map(|(field, value)| (field.key.to_owned(), value)).collect() }
}

/// That the sitting was held, and who was there.
fn attendance(workshop: &Workshop, turn: &Turn, ending: &Ending, sitting: &Key) -> Option<Vec<Command>> {
    let leader = workshop.participant(ending.by).map(|leader| leader.role.clone()).unwrap_or_default();
    // Both by the clocks of those who lead, most often the same one's; a clock that went back says nothing.
    let minutes = u32::try_from((ending.at.saturating_sub(turn.begun)) / 60).ok().filter(|minutes| *minutes != 0);
    let held = vec![
        (Sitting::HELD, Some(ending.what.day).value()),
        (Sitting::LEADER, leader.value()),
        (Sitting::MINUTES, minutes.value()),
    ];
    let mut commands = vec![add(Place { kind: RecordKind::Sitting, key: sitting.clone() }, held)];
    let there = workshop.at_table().filter(|person| turn.was_there(person, ending));
    for (number, person) in there.enumerate() {
        let key = sitting.child(&Key::parse(&format!("d{number}"))?);
        let fields = vec![
            (Attendance::ROLE, person.role.value()),
            (Attendance::NAME, person.name.value()),
            (Attendance::OBSERVER, Some(person.observer).value()),
        ];
        commands.push(add(Place { kind: RecordKind::Attendance, key }, fields));
    }
    Some(commands)
}

/// Every vote that counted, by role only if the table chose that.
fn votes_of(workshop: &Workshop, asked: &Asked) -> Vec<Vec<(Field, Value)>> {
    let decided = asked.decision().map(|decision| decision.what.level);
    let dissents: BTreeMap<_, _> = asked.dissents.iter().map(|(person, text)| (*person, text)).collect();
    let last = asked.rounds.iter().filter(|round| round.closed).map(|round| round.number).max();
    let votes = asked.rounds.iter().flat_map(|round| round.opened_votes.iter().map(move |vote| (round.number, vote)));
    votes
        .map(|(round, vote)| {
            let role = workshop.participant(vote.person).filter(|_| workshop.roles_shown).map(|who| who.role.clone());
            let otherwise = Some(round) == last && decided.is_some_and(|level| level != vote.level);
            let reason = dissents.get(&vote.person).filter(|_| otherwise).map(|text| text.replace(['\n', '\r'], " "));
            vec![
                (Vote::ASPECT, Some(asked.question.aspect).value()),
                (Vote::LEVEL, Some(vote.level).value()),
                (Vote::ROUND, Some(u32::from(round)).value()),
                (Vote::ROLE, role.unwrap_or_default().value()),
                (Vote::REASON, reason.unwrap_or_default().chars().take(1_000).collect::<String>().value()),
                (Vote::DISSENT, otherwise.then_some(true).value()),
            ]
        })
        .collect()
}

/// The risks that nobody struck, in one analysis. Its key follows from the turn and each risk's from who proposed it and
/// how, so that another end of the same turn adds only what is new.
fn risks(workshop: &Workshop, turn: &Turn, register: &Register, ending: &Ending) -> Option<Vec<Command>> {
    let of_turn = hashes(Sha256::new().chain_update(b"klassrum risk analysis 1").chain_update(turn.mark.0));
    let own = |digest: Digest| Key::parse(&format!("w{}-r", digest.to_string().get(..14)?));
    let about = &turn.about;
    let analysis = about.system.child(&own(of_turn)?);
    let mut commands = Vec::new();
    for risk in turn.standing_risks() {
        let key = analysis.child(&own(risk.id)?);
        if register.risks.get(&key).is_some() {
            continue;
        }
        let mut said = risk.note.as_risk();
        if said.status == Some(RiskStatus::Accepted) {
            said.accepted_by.clone_from(&ending.what.decided_by);
        }
        let fields = filled(&said);
        commands.push(Command::Add { place: Place { kind: RecordKind::Risk, key }, fields });
    }
    if !commands.is_empty() && register.risk_analyses.get(&analysis).is_none() {
        let leader = workshop.participant(ending.by).map(|leader| leader.role.clone()).unwrap_or_default();
        let took_part = workshop.at_table().filter(|person| !person.observer && turn.was_there(person, ending));
        let roles = took_part.map(|person| person.role.as_str());
        let made = RiskAnalysis {
            title: "Riskanalys på klassningsworkshop".to_owned(),
            date: Some(ending.what.day),
            scope: Prose("Räcker standardåtgärderna?".to_owned()),
            leader,
            participants: Prose(roles.collect::<Vec<_>>().join(", ")),
            method: "Workshop".to_owned(),
            matrix: about.matrix.clone(),
            owner: ending.what.decided_by.clone(),
            ..RiskAnalysis::default()
        };
        let place = Place { kind: RecordKind::RiskAnalysis, key: analysis };
        commands.insert(0, Command::Add { place, fields: filled(&made) });
    }
    Some(commands)
}

/// Whether the table had this answer before its eyes, or gave it itself with an earlier end of the same turn.
fn has_seen(turn: &Turn, note: &MeasureNote, own: &str) -> bool {
    let Some(seen) = &note.instead_of else { return true };
    seen.iter().any(|seen| seen.as_str() == own)
        || replaced_ends(turn).any(|end| own.starts_with(&format!("{}s", keys_of(end))))
}

/// The ends that others took the place of.
fn replaced_ends(turn: &Turn) -> impl Iterator<Item = Digest> {
    turn.ended.iter().copied().filter(|end| !turn.endings.iter().any(|standing| standing.id == *end))
}

/// How the keys begin of all that an end brings in; those of its answers go on with `s`.
fn keys_of(end: Digest) -> String {
    format!("w{}-", end.to_string().get(..14).unwrap_or_default())
}

/// The row of the plan that a measure of the catalogue that the table had gets; none when it had none.
fn row<'c>(catalogue: &'c Catalogue, turn: &Turn, note: &MeasureNote, assessment: Assessment) -> Option<PlanRow<'c>> {
    let asked = measures_for(catalogue, turn.levels(None)).unwrap_or_default();
    let asked = asked.into_iter().find(|one| one.measure.id == note.measure).or_else(|| {
        let measure = catalogue.get(&note.measure)?;
        Some(method::Asked { measure, because: Vec::new(), stricter: false })
    })?;
    let priority = priority(&asked, assessment).unwrap_or(Priority::Normal);
    Some(PlanRow { asked, assessment, priority })
}

/// The row of the action plan for what is missing or another's to do: the one that is open for the measure gets the owner
/// and the day that the table came to; without one, a new row as the system's own page makes it, but decided.
fn action(
    register: &Register,
    system: &Key,
    own: &Key,
    note: &MeasureNote,
    new: &NewAnswer,
    row: Option<&PlanRow<'_>>,
) -> Vec<Command> {
    let whose = if note.state == MeasureState::NotOurs { note.reason.trim() } else { &note.owner };
    let side = Side::ALL.iter().copied().find(|side| {
        let Term { sv, en } = side.term();
        note.state == MeasureState::NotOurs && [sv, en].iter().any(|name| name.eq_ignore_ascii_case(whose))
    });
    let said = [
        (Action::OWNER, whose.to_owned().value()),
        (Action::DUE, note.due.value()),
        (Action::ASSESSMENT, Some(new.assessment).value()),
        (Action::SIDE, side.value()),
    ];
    let said = said.into_iter().filter(|(_, value)| !value.is_empty());
    if let Some((key, open)) = open_action(register, system, &note.measure) {
        let place = Place { kind: RecordKind::Action, key: key.clone() };
        let differs = said.filter(|(field, value)| open.get(field.key).as_ref() != Some(value));
        return differs.map(|(field, value)| set_field(&place, field, value)).collect();
    }
    let decided =
        [(Action::DECIDED_BY, new.by.value()), (Action::STATUS, Some(ActionStatus::Decided).value())].into_iter();
    let decided = decided.chain(said).map(|(field, value)| (field.key.to_owned(), value));
    let made = row.map(|row| plan_row(register, system, own, row, Language::Swedish));
    if let Some(Command::Add { place, fields }) = made {
        let decided: Vec<_> = decided.collect();
        let is_said = |name: &str| decided.iter().any(|(field, _)| field == name);
        let mut fields: Vec<_> = fields.into_iter().filter(|(name, _)| !is_said(name)).collect();
        fields.extend(decided);
        return vec![Command::Add { place, fields }];
    }
    let named = [(Action::TITLE, note.title.value()), (Action::MEASURE, note.measure.value())];
    let fields = named.into_iter().map(|(field, value)| (field.key.to_owned(), value)).chain(decided).collect();
    vec![Command::Add { place: Place { kind: RecordKind::Action, key: system.child(own) }, fields }]
}

/// What closes the row of the action plan that the table saw, if it is open still.
fn finished(register: &Register, key: Key) -> Vec<Command> {
    let Some(open) = register.actions.get(&key).filter(|row| !row.is_closed()) else { return Vec::new() };
    let place = Place { kind: RecordKind::Action, key };
    let said =
        [(Action::STATUS, Some(ActionStatus::Introduced).value()), (Action::ASSESSMENT, Some(Assessment::Met).value())];
    let differs = said.into_iter().filter(|(field, value)| open.get(field.key).as_ref() != Some(value));
    differs.map(|(field, value)| set_field(&place, field, value)).collect()
}

/// What was said of a measure, as the register keeps it.
fn answered(note: &MeasureNote, catalogue: &str, ending: &Ending) -> NewAnswer {
    let said = note.reason.trim();
    let (assessment, reason) = match note.state {
        MeasureState::Done => (Assessment::Met, said.to_owned()),
        MeasureState::Partly => (Assessment::Partly, said.to_owned()),
        MeasureState::Missing => (Assessment::NotMet, said.to_owned()),
        // That it is another's to do says nothing of whether it is done: somebody has to ask.
        MeasureState::NotOurs if said.is_empty() => (Assessment::Unknown, "Inte vårt att göra".to_owned()),
        MeasureState::NotOurs => (Assessment::Unknown, format!("Inte vårt att göra, utan: {said}")),
        // Without a reason, it is not known not to apply.
        MeasureState::NotApplicable if said.is_empty() => {
            (Assessment::Unknown, "Gäller inte här, enligt workshopen; inget skäl skrevs".to_owned())
        }
        MeasureState::NotApplicable => (Assessment::NotApplicable, said.to_owned()),
    };
    NewAnswer {
        measure: note.measure.clone(),
        catalogue: catalogue.to_owned(),
        assessment,
        reason,
        at: ending.what.day.at(12, 0, 0, 0),
        by: ending.what.decided_by.clone(),
    }
}

const fn fields_of(aspect: Aspect) -> (Field, Field) {
    match aspect {
        Aspect::Confidentiality => (Classification::CONFIDENTIALITY, Classification::CONFIDENTIALITY_REASON),
        Aspect::Integrity => (Classification::INTEGRITY, Classification::INTEGRITY_REASON),
        Aspect::Availability => (Classification::AVAILABILITY, Classification::AVAILABILITY_REASON),
        Aspect::Traceability => (Classification::TRACEABILITY, Classification::TRACEABILITY_REASON),
    }
}

/// Why the level is what it is: the reasons that were written, and how the votes fell.
fn reasons(turn: &Turn, set: Option<&Key>, aspect: Aspect, level: Level) -> String {
    let concerns = |asked: &&Asked| {
        let of = &asked.question;
        of.aspect == aspect && (set.is_none() || of.set.as_ref() == set)
    };
    let driving = turn.asked.iter().filter(concerns).filter(|asked| {
        // For the system as a whole, what its highest sets say.
        asked.decision().is_some_and(|decision| decision.what.level == level)
    });
    let mut lines = Vec::new();
    for asked in driving {
        let Some(decision) = asked.decision() else { continue };
        let of = asked.question.set.as_ref().and_then(|key| turn.set(key)).filter(|_| set.is_none());
        let mut words = of.map(|set| format!("{}: ", set.name)).unwrap_or_default();
        words.push_str(decision.what.reason.trim());
        if let Some(votes) = votes(asked) {
            let space = if words.is_empty() || words.ends_with(' ') { "" } else { " " };
            words.push_str(&format!("{space}({votes})"));
        }
        lines.push(words.trim().to_owned());
        lines.extend(asked.dissents.iter().map(|(_, text)| format!("Avvikande mening: {}", text.trim())));
    }
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

/// How the votes of the last closed round fell: ”röster: 2 på 3, 4 på 2”.
fn votes(asked: &Asked) -> Option<String> {
    let round = asked.rounds.iter().rev().find(|round| round.closed && !round.opened_votes.is_empty())?;
    let counts: Vec<_> = round.fell().map(|(level, count)| format!("{count} på {}", level.number())).collect();
    Some(format!("röster: {}", counts.join(", ")))
}
