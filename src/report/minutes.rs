//! The minutes of a workshop: who was there, what was decided and why, how the votes fell, and what is to be done.
//!
//! The same model as the report's, so that page and file say the same. Votes are given as numbers; who voted what stands
//! there only if the table chose to see it.

use super::figures::Figures;
use super::model::{Align, Block, Report, Run, Runs, Section, Table, day_in_words, line, printable};
use crate::catalogue::matrix_at;
use crate::register::method::{Step, sentence};
use crate::register::workshop::{Asked, MeasureState, Participant, TableRisk, Turn, Workshop};
use crate::register::{Aspect, Choose, Date, Language, Level, Register, Term};

/// The minutes of one of a workshop's turns: once it is ended as it was ended, before that as it is. `today` stands on those
/// of one that hasn't ended.
#[must_use]
pub fn minutes(workshop: &Workshop, turn: &Turn, organisation: &str, today: Date) -> Report {
    // Two who ended it apart have not settled which end holds.
    let ended = match turn.endings.as_slice() {
        [ending] => Some(turn.as_ended(ending)),
        _ => None,
    };
    let turn = ended.as_ref().unwrap_or(turn);
    let ending = turn.endings.last();
    let day = ending.map_or(today, |ending| ending.what.day);
    let sections = [
        section("deltagare", "Deltagare", people(workshop, turn)),
        section("beslut", "Beslutade nivåer", decided(turn)),
        section("motiveringar", "Motiveringar och röster", reasons(workshop, turn)),
        section("atgarder", "Åtgärder", measures(turn)),
        section("gallring", "Bevara och gallra", records(turn)),
        section("risker", "Risker", risks(turn)),
        section("avslut", "Avslut", end(turn)),
    ];
    Report {
        title: format!("Protokoll: klassning av {}", line(&turn.about.name)),
        organisation: line(organisation),
        town: String::new(),
        date: ending.is_some().then_some(day),
        dnr: String::new(),
        signatory: String::new(),
        draft: ending.is_none(),
        marking: String::new(),
        year: day.year(),
        as_of: day,
        language: "sv-SE",
        figures: Figures::count(&Register::default(), day.year(), day),
        sections: sections.into_iter().filter(|section| !section.computed.is_empty()).collect(),
    }
}

fn section(name: &'static str, heading: &str, computed: Vec<Block>) -> Section {
    Section { name, heading: heading.to_owned(), level: 1, computed, text: Vec::new(), footnotes: Vec::new() }
}

fn text(text: &str) -> Runs {
    vec![Run::Text(printable(text.trim()))]
}

fn table(caption: &str, header: &[&str], rows: Vec<Vec<String>>) -> Vec<Block> {
    if rows.is_empty() {
        return Vec::new();
    }
    vec![Block::Table(Table {
        caption: caption.to_owned(),
        header: header.iter().map(|heading| (*heading).to_owned()).collect(),
        align: vec![Align::Left; header.len()],
        rows: rows.into_iter().map(|row| row.iter().map(|cell| text(cell)).collect()).collect(),
    })]
}

fn people(workshop: &Workshop, turn: &Turn) -> Vec<Block> {
    let written = |person: &Participant| {
        let mut words = person.role.clone();
        if !person.name.is_empty() {
            words.push_str(&format!(", {}", person.name));
        }
        if person.facilitator {
            words.push_str(" (ledde workshoppen)");
        }
        if person.observer {
            words.push_str(" (observatör)");
        }
        text(&words)
    };
    // Who came once this system was done with took no part in it.
    let was_there = |person: &&Participant| turn.endings.last().is_none_or(|ending| turn.was_there(person, ending));
    let there: Vec<_> = workshop.at_table().filter(was_there).map(written).collect();
    if there.is_empty() { Vec::new() } else { vec![Block::Bullets(there)] }
}

fn level_words(level: Option<Level>) -> String {
    level.map_or_else(
        || "–".to_owned(),
        |level| format!("{} {}", level.number(), level.term().in_language(Language::Swedish).to_lowercase()),
    )
}

fn decided(turn: &Turn) -> Vec<Block> {
    let row = |name: &str, levels: crate::register::Levels| {
        let cells = Aspect::ALL.iter().map(|aspect| level_words(levels.of(*aspect)));
        std::iter::once(name.to_owned()).chain(cells).collect::<Vec<_>>()
    };
    if turn.levels(None).top().is_none() {
        return Vec::new();
    }
    let mut rows: Vec<_> = turn.agenda().map(|set| row(&set.name, turn.levels(Some(&set.key)))).collect();
    rows.push(row("Systemet som helhet", turn.levels(None)));
    let header = ["Informationsmängd", "Konfidentialitet", "Riktighet", "Tillgänglighet", "Spårbarhet"];
    table("Beslutade nivåer", &header, rows)
}

fn reasons(workshop: &Workshop, turn: &Turn) -> Vec<Block> {
    let row = |asked: &Asked| {
        let decision = asked.decision()?;
        let set = asked.question.set.as_ref().and_then(|set| turn.set(set));
        let about = set.map_or("Systemet som helhet", |set| set.name.as_str());
        let aspect = asked.question.aspect.term().in_language(Language::Swedish);
        let mut reason = decision.what.reason_to_keep().to_owned();
        if let Some(floor) = turn.floor(&asked.question) {
            let space = if reason.is_empty() { "" } else { "\n" };
            reason.push_str(&format!("{space}Golv {}: {}", floor.level.number(), floor.because));
        }
        if let Some(raise) = decision.what.raise.filter(|_| asked.question.set.is_none()) {
            let space = if reason.is_empty() { "" } else { "\n" };
            let why = raise.term().in_language(Language::Swedish).to_lowercase();
            reason.push_str(&format!("{space}Höjt: {why}"));
        }
        if asked.is_disputed() {
            reason.push_str("\nTvå har beslutat olika; det högre gäller.");
        }
        Some(vec![
            format!("{about}: {}", aspect.to_lowercase()),
            level_words(Some(decision.what.level)),
            reason,
            asked
                .rounds
                .iter()
                .filter(|round| round.closed)
                .map(|round| votes(workshop, round))
                .collect::<Vec<_>>()
                .join("\n"),
            asked.dissents.iter().map(|(_, text)| text.trim().to_owned()).collect::<Vec<_>>().join("\n"),
        ])
    };
    let header = ["Fråga", "Beslut", "Motivering", "Röster", "Avvikande mening"];
    table("Motiveringar och röster", &header, turn.asked.iter().filter_map(row).collect())
}

/// How the votes of a round fell: ”Omgång 1: 2 på 3, 4 på 2; kom sent: 1 på 3”.
fn votes(workshop: &Workshop, round: &crate::register::workshop::Tally) -> String {
    let counts = round.fell().map(|(level, count)| {
        let roles: Vec<_> = round
            .opened_votes
            .iter()
            .filter(|vote| workshop.roles_shown && vote.level == level)
            .filter_map(|vote| workshop.participant(vote.person).map(|person| person.role.as_str()))
            .collect();
        let roles = if roles.is_empty() { String::new() } else { format!(" ({})", roles.join(", ")) };
        format!("{count} på {}{roles}", level.number())
    });
    let counted = format!("Omgång {}: {}", round.number, counts.collect::<Vec<_>>().join(", "));
    let mut late: Vec<_> = round.late_fell().map(|(level, count)| format!("{count} på {}", level.number())).collect();
    if 0 < round.late_sealed() {
        late.push(format!("{} inte öppnade", round.late_sealed()));
    }
    if late.is_empty() { counted } else { format!("{counted}; kom sent: {}", late.join(", ")) }
}

fn measures(turn: &Turn) -> Vec<Block> {
    let state = |state: MeasureState| match state {
        MeasureState::Done => "Klart",
        MeasureState::Partly => "Delvis",
        MeasureState::Missing => "Saknas",
        MeasureState::NotOurs => "Inte vårt",
        MeasureState::NotApplicable => "Gäller inte",
    };
    let rows = turn.measures.iter().map(|note| {
        // Who does what by when is said of what is left to do.
        let is_left = !matches!(note.state, MeasureState::Done | MeasureState::NotApplicable);
        let left = is_left.then_some(note);
        let owner = match note.state {
            MeasureState::NotOurs => note.reason.trim().to_owned(),
            _ => left.map(|note| note.owner.clone()).unwrap_or_default(),
        };
        let due = left.and_then(|note| note.due).map(|due| due.to_string()).unwrap_or_default();
        let why = note.reason.trim();
        let how = match note.state {
            MeasureState::NotApplicable if !why.is_empty() => format!("{}: {why}", state(note.state)),
            other => state(other).to_owned(),
        };
        vec![note.title.clone(), how, owner, due]
    });
    table("Åtgärder", &["Åtgärd", "Läge", "Ansvarig", "Klart senast"], rows.collect())
}

fn records(turn: &Turn) -> Vec<Block> {
    let rows = turn.records.iter().filter_map(|note| {
        let set = turn.set(&note.set).filter(|set| !set.dropped)?;
        let what = if note.keep { "Bevaras".to_owned() } else { format!("Gallras {}", note.when).trim().to_owned() };
        Some(vec![set.name.clone(), what, note.basis.clone()])
    });
    table("Bevara och gallra", &["Informationsmängd", "Regel", "Stöd"], rows.collect())
}

fn risks(turn: &Turn) -> Vec<Block> {
    let matrix = matrix_at(turn);
    let said = |term: Option<Term>| term.map(|term| term.in_language(Language::Swedish)).unwrap_or_default();
    let row = |one: &TableRisk| {
        let risk = one.note.as_risk();
        let level = matrix.as_ref().and_then(|matrix| {
            let (_, level) = matrix.of(&risk).0?;
            let (likelihood, impact) = (risk.likelihood?, risk.impact?);
            let name = |step: Option<&Step>| step.map(|step| step.name.sv.to_lowercase()).unwrap_or_default();
            let likelihood = name(matrix.likelihoods.get(likelihood as usize));
            Some(format!("{} ({likelihood}, {})", level.name.sv, name(matrix.impacts.get(impact as usize))))
        });
        let treatment = said(risk.treatment.map(Choose::term));
        let until = risk.accepted_until.map(|until| format!(" till och med {until}")).unwrap_or_default();
        vec![sentence(&risk), level.unwrap_or_else(|| "–".to_owned()), risk.owner, format!("{treatment}{until}")]
    };
    table("Risker", &["Risk", "Nivå", "Ägare", "Behandling"], turn.standing_risks().map(row).collect())
}

fn end(turn: &Turn) -> Vec<Block> {
    let said = turn.endings.iter().map(|ending| {
        let archive =
            if ending.what.archive_took_part { "Arkivfunktionen deltog." } else { "Arkivfunktionen deltog inte." };
        let day = day_in_words(ending.what.day);
        Block::Paragraph(text(&format!("Beslutat av {} den {day}. {archive}", ending.what.decided_by.trim())))
    });
    said.collect()
}
