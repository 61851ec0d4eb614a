//! A workshop on several devices: whatever comes in whatever order, all end with the same, and nobody's vote is read early,
//! changed or lost.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop where it stands")]

use klassrum::catalogue::{MethodInUse, agenda};
use klassrum::document::{RegisterDocument, Signed, WorkshopDocument};
use klassrum::register::method::{NewAnswer, answer, held_answers};
use klassrum::register::workshop::{
    About, AgendaSet, Ballot, Begin, Decide, Digest, Finish, Floor, Join, KnownMeasure, MeasureNote, MeasureState,
    Outcome, OwnVote, Person, PersonKey, Question, RecordsNote, RiskNote, Round, Said, SetFacts, Stop, TableRisk, Turn,
    Workshop, outcome,
};
use klassrum::register::{
    Action, ActionStatus, Aspect, Assessment, Choose, Classification, Command, Criticality, Impact, InformationSet,
    KeepOrDispose, Key, Language, Level, Likelihood, Place, Priority, Raise, RecordKind, Register, RiskStatus,
    RiskTreatment, Side, System, Value,
};
use klassrum::report::model::{Block, words};
use proptest::prelude::*;

const SALT: [u8; 32] = [5; 32];

/// One tablet: its document, the person at it, and the votes that were given on it.
struct Device {
    document: WorkshopDocument,
    key: PersonKey,
    /// The turn that it is at.
    turn: Option<Digest>,
    votes: Vec<OwnVote>,
    /// Votes that it said again at another turn than their own.
    replayed: Vec<Digest>,
    nonces: u8,
}

impl Device {
    fn new(number: u8) -> Self {
        Self {
            document: WorkshopDocument::create([number; 16]).unwrap(),
            key: PersonKey::from_seed(&[number; 32]),
            turn: None,
            votes: Vec::new(),
            replayed: Vec::new(),
            nonces: 0,
        }
    }

    fn person(&self) -> Person {
        self.key.person()
    }

    /// The turn that this device is at, as it reads it.
    fn read(&self) -> Turn {
        self.workshop().turn_of(self.turn).unwrap().clone()
    }

    fn workshop(&self) -> Workshop {
        let founder = PersonKey::from_seed(&[0; 32]).person();
        Workshop::from_statements(self.document.statements(), |person, salt| person == founder && *salt == SALT)
    }

    fn say(&mut self, said: &Said) -> Digest {
        self.say_at(self.turn, said)
    }

    fn say_at(&mut self, turn: Option<Digest>, said: &Said) -> Digest {
        let seq = self.workshop().next_seq(self.document.statements(), self.person());
        let bytes = self.key.say(seq, i64::try_from(seq).unwrap(), turn, said);
        self.document.say(std::slice::from_ref(&bytes)).unwrap();
        klassrum::register::workshop::Statement::from_bytes(&bytes).unwrap().id
    }

    fn vote(&mut self, round: &Round, level: Level) {
        self.nonces += 1;
        let ballot = Ballot { level, nonce: Digest([self.nonces; 32]) };
        let commitment = Some(ballot.commitment(round, self.person()));
        let vote = self.say(&Said::Vote { round: round.clone(), commitment });
        self.votes.push(OwnVote { person: self.person(), round: round.clone(), vote, ballot });
    }

    /// Says a vote of its own again at the turn that it is at, and opens it with the same ballot.
    fn replay(&mut self, vote: usize) {
        let Some(own) = self.votes.get(vote).filter(|own| own.round.turn != self.turn).cloned() else { return };
        let commitment = Some(own.ballot.commitment(&own.round, self.person()));
        let round = Round { turn: self.turn, ..own.round };
        let again = self.say(&Said::Vote { round, commitment });
        self.say(&Said::Reveal { vote: again, ballot: own.ballot });
        self.replayed.push(again);
    }

    /// Goes to a turn, if it has heard of it.
    fn go_to(&mut self, turn: usize) {
        if let Some(turn) = self.workshop().turns.get(turn) {
            self.turn = turn.id;
        }
    }

    /// A round at the turn that it is at.
    fn round(&self, set: usize, number: u16) -> Round {
        Round { turn: self.turn, question: question(SETS[set]), number }
    }

    fn take_back(&mut self, round: &Round) {
        self.say(&Said::Vote { round: round.clone(), commitment: None });
    }

    fn close(&mut self, round: &Round) {
        let votes = self.workshop().votes_to_count(round);
        self.say(&Said::Close { round: round.clone(), votes });
    }

    /// What a device does by itself: opens the votes whose round is closed.
    fn open_votes(&mut self) {
        let due: Vec<_> = self.workshop().to_open(&self.votes).into_iter().cloned().collect();
        for own in due {
            self.say_at(own.round.turn, &Said::Reveal { vote: own.vote, ballot: own.ballot });
        }
    }

    fn decide(&mut self, question: &Question, level: Level, reason: &str) {
        let standing = self.read().asked(question).map(klassrum::register::workshop::Asked::to_replace);
        self.say(&Said::Decide(Decide {
            question: question.clone(),
            level,
            reason: reason.into(),
            dissent: true,
            raise: None,
            instead_of: standing.unwrap_or_default(),
        }));
    }

    /// Answers about a measure, in the place of what the register had answered.
    fn answer(&mut self, measure: &str, state: MeasureState) {
        let known = self.read().known(measure).cloned();
        self.say(&Said::Measure(MeasureNote {
            measure: measure.into(),
            title: format!("Åtgärd {measure}"),
            state,
            reason: String::new(),
            owner: String::new(),
            due: None,
            instead_of: Some(known.map(|known| known.answers).unwrap_or_default()),
        }));
    }

    fn propose(&mut self, event: &str, impact: Impact) -> Digest {
        self.say(&Said::Risk(RiskNote {
            cause: "Korten spärras sent".into(),
            event: event.into(),
            likelihood: Some(Likelihood::Probable),
            impact: Some(impact),
            owner: "Informationsägare".into(),
            ..RiskNote::default()
        }))
    }

    /// Values a risk anew, and accepts it, in the place of what was said of it.
    fn amend(&mut self, risk: &TableRisk, impact: Impact) {
        let note = RiskNote {
            of: Some(risk.id),
            instead_of: risk.said.clone(),
            impact: Some(impact),
            treatment: Some(RiskTreatment::Accept),
            until: Some(jiff::civil::date(2027, 3, 2)),
            ..risk.note.clone()
        };
        self.say(&Said::Risk(note));
    }

    fn settle_records(&mut self, set: &str, keep: bool) {
        let (set, when) = (key(set), if keep { "" } else { "efter två år" }.to_owned());
        self.say(&Said::Records(RecordsNote { set, keep, when, basis: String::new() }));
    }

    fn dissent(&mut self, question: &Question, text: &str) {
        self.say(&Said::Dissent { question: question.clone(), text: text.into() });
    }

    fn finish(&mut self) {
        let finish = self.to_finish();
        self.say(&Said::Finish(finish));
    }

    fn to_finish(&self) -> Finish {
        self.read().to_finish("Informationsägare".into(), jiff::civil::date(2026, 3, 2), true)
    }
}

/// What a table is told of a system.
fn about(system: &str, name: &str) -> About {
    About {
        system: key(system),
        name: name.into(),
        purpose: "Vem får gå in var".into(),
        facts: Vec::new(),
        words: Vec::new(),
        wording: "1".into(),
        catalogue: "1".into(),
        last: None,
        answers: true,
        matrix: "klassrum-4x4".into(),
        rules: Vec::new(),
        personal_data: None,
        criticality: None,
    }
}

fn agenda_set(set: &str) -> Said {
    Said::Set(AgendaSet {
        key: key(set),
        order: 0,
        name: set.into(),
        description: String::new(),
        floors: Vec::new(),
        before: Vec::new(),
        known: false,
        dropped: false,
        facts: SetFacts::default(),
        facts_before: SetFacts::default(),
        rule: None,
    })
}

/// A founder, another facilitator, and as many participants.
fn sitting(participants: u8) -> Vec<Device> {
    let mut devices: Vec<_> = (0..participants + 2).map(Device::new).collect();
    let other = devices[1].person();
    devices[0].say(&Said::Begin(Begin { salt: Digest(SALT), about: about("passer", "Passersystem") }));
    devices[0].say(&Said::Appoint(other));
    for set in ["kort", "larm"] {
        devices[0].say(&agenda_set(set));
    }
    exchange_all(&mut devices);
    for (number, device) in devices.iter_mut().enumerate() {
        let observer = number < 2;
        device.say(&Said::Join(Join { role: format!("Roll {number}"), name: String::new(), observer }));
    }
    exchange_all(&mut devices);
    devices
}

fn key(text: &str) -> Key {
    Key::parse(text).unwrap()
}

fn question(set: &str) -> Question {
    Question { set: Some(key(set)), aspect: Aspect::Confidentiality }
}

fn first(set: &str) -> Round {
    Round { turn: None, question: question(set), number: 1 }
}

fn merge(devices: &mut [Device], into: usize, from: usize) {
    let bytes = devices[from].document.save();
    devices[into].document.take_in(&bytes).unwrap();
}

fn exchange_all(devices: &mut [Device]) {
    for from in 1..devices.len() {
        merge(devices, 0, from);
    }
    for into in 1..devices.len() {
        merge(devices, into, 0);
    }
}

/// Exchanges everything, with what devices do by themselves, until nothing more happens.
fn settle(devices: &mut [Device]) {
    for _ in 0..3 {
        exchange_all(devices);
        devices.iter_mut().for_each(Device::open_votes);
    }
    exchange_all(devices);
}

fn levels(turn: &Turn, set: &str) -> Vec<(Person, Level)> {
    let round = turn.asked(&question(set)).unwrap().rounds[0].clone();
    round.opened_votes.iter().map(|vote| (vote.person, vote.level)).collect()
}

#[derive(Debug, Clone)]
enum Step {
    Turn { device: usize },
    GoTo { device: usize, turn: usize },
    Replay { device: usize, vote: usize },
    Vote { device: usize, set: usize, number: u16, level: usize },
    TakeBack { device: usize, set: usize, number: u16 },
    Close { device: usize, set: usize, number: u16 },
    Open { device: usize, set: usize, number: u16 },
    Decide { device: usize, set: usize, level: usize, reason: &'static str },
    Measure { device: usize, measure: usize, state: usize },
    Records { device: usize, set: usize, keep: bool },
    Dissent { device: usize, set: usize, text: &'static str },
    Propose { device: usize, impact: usize },
    Amend { device: usize, risk: usize, impact: usize },
    Strike { device: usize, risk: usize, struck: bool },
    Finish { device: usize },
    OpenVotes { device: usize },
    Merge { into: usize, from: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let device = 0..5_usize;
    prop_oneof![
        1 => (0..3_usize).prop_map(|device| Step::Turn { device }),
        3 => (device.clone(), 0..3_usize).prop_map(|(device, turn)| Step::GoTo { device, turn }),
        1 => (device.clone(), 0..3_usize).prop_map(|(device, vote)| Step::Replay { device, vote }),
        5 => (device.clone(), 0..2_usize, 1..3_u16, 0..4_usize)
            .prop_map(|(device, set, number, level)| Step::Vote { device, set, number, level }),
        1 => (device.clone(), 0..2_usize, 1..3_u16).prop_map(|(device, set, number)| Step::TakeBack { device, set, number }),
        2 => (0..3_usize, 0..2_usize, 1..3_u16).prop_map(|(device, set, number)| Step::Close { device, set, number }),
        1 => (0..3_usize, 0..2_usize, 1..3_u16).prop_map(|(device, set, number)| Step::Open { device, set, number }),
        2 => (0..3_usize, 0..2_usize, 0..4_usize, prop::sample::select(vec!["", "därför"]))
            .prop_map(|(device, set, level, reason)| Step::Decide { device, set, level, reason }),
        2 => (0..3_usize, 0..2_usize, 0..3_usize)
            .prop_map(|(device, measure, state)| Step::Measure { device, measure, state }),
        2 => (0..3_usize, 0..2_usize, any::<bool>())
            .prop_map(|(device, set, keep)| Step::Records { device, set, keep }),
        2 => (device.clone(), 0..2_usize, prop::sample::select(vec!["", "Lägre", "Högre"]))
            .prop_map(|(device, set, text)| Step::Dissent { device, set, text }),
        1 => (device.clone(), 0..4_usize).prop_map(|(device, impact)| Step::Propose { device, impact }),
        2 => (device.clone(), 0..3_usize, 0..4_usize)
            .prop_map(|(device, risk, impact)| Step::Amend { device, risk, impact }),
        1 => (0..3_usize, 0..3_usize, any::<bool>())
            .prop_map(|(device, risk, struck)| Step::Strike { device, risk, struck }),
        1 => (0..3_usize).prop_map(|device| Step::Finish { device }),
        2 => device.clone().prop_map(|device| Step::OpenVotes { device }),
        4 => (device.clone(), device).prop_map(|(into, from)| Step::Merge { into, from }),
    ]
}

const MEASURES: [&str; 2] = ["m01", "m13"];
const STATES: [MeasureState; 3] = [MeasureState::Done, MeasureState::Missing, MeasureState::NotOurs];
const IMPACTS: [Impact; 4] = [Impact::Negligible, Impact::Moderate, Impact::Significant, Impact::Serious];
const SETS: [&str; 2] = ["kort", "larm"];
const LEVELS: [Level; 4] = [Level::Negligible, Level::Moderate, Level::Significant, Level::Serious];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn devices_that_have_heard_everything_read_the_same(steps in prop::collection::vec(step(), 1..40)) {
        let mut devices = sitting(3);
        for step in steps {
            match step {
                Step::Turn { device } => _ = devices[device].say(&Said::Turn(about("tidbok", "Tidbok"))),
                Step::GoTo { device, turn } => devices[device].go_to(turn),
                Step::Vote { device, set, number, level } => {
                    let round = devices[device].round(set, number);
                    devices[device].vote(&round, LEVELS[level]);
                }
                Step::Replay { device, vote } => devices[device].replay(vote),
                Step::TakeBack { device, set, number } => {
                    let round = devices[device].round(set, number);
                    devices[device].take_back(&round);
                }
                Step::Close { device, set, number } => {
                    let round = devices[device].round(set, number);
                    devices[device].close(&round);
                }
                Step::Open { device, set, number } => {
                    let round = devices[device].round(set, number);
                    devices[device].say(&Said::Open { round, seconds: 60 });
                }
                Step::Decide { device, set, level, reason } => {
                    devices[device].decide(&question(SETS[set]), LEVELS[level], reason);
                }
                Step::Measure { device, measure, state } => devices[device].answer(MEASURES[measure], STATES[state]),
                Step::Records { device, set, keep } => devices[device].settle_records(SETS[set], keep),
                Step::Dissent { device, set, text } => devices[device].dissent(&question(SETS[set]), text),
                Step::Propose { device, impact } => _ = devices[device].propose("Ett kort kommer bort", IMPACTS[impact]),
                // Of a risk that this device has not heard of, nothing can be said.
                Step::Amend { device, risk, impact } => {
                    if let Some(risk) = devices[device].read().risks.get(risk) {
                        devices[device].amend(risk, IMPACTS[impact]);
                    }
                }
                Step::Strike { device, risk, struck } => {
                    if let Some(risk) = devices[device].read().risks.get(risk) {
                        devices[device].say(&Said::Strike { risk: risk.id, struck });
                    }
                }
                Step::Finish { device } => devices[device].finish(),
                Step::OpenVotes { device } => devices[device].open_votes(),
                Step::Merge { into, from } => merge(&mut devices, into, from),
            }
        }
        settle(&mut devices);
        let workshop = devices[0].workshop();
        for device in &devices[1..] {
            prop_assert_eq!(&device.workshop(), &workshop);
        }
        // A risk has the words of whoever proposed it or leads, and is there once.
        for risk in workshop.turns.iter().flat_map(|turn| &turn.risks) {
            let leads = |person| workshop.is_facilitator(person);
            prop_assert!(leads(risk.by) || workshop.participant(risk.by).is_some_and(|who| who.votes()));
            let same = workshop.turns.iter().flat_map(|turn| &turn.risks).filter(|other| other.id == risk.id);
            prop_assert_eq!(same.count(), 1);
            for said in &risk.said {
                let by = devices[0].document.statements().find(|statement| statement.id == *said).unwrap().by;
                prop_assert!(by == risk.by || leads(by));
            }
        }
        // An end is about its own decisions whatever came later; two that saw different notes are apart; ended again by
        // somebody who has heard everything, nothing is left that no end is about.
        for turn in &workshop.turns {
            for ending in &turn.endings {
                let then = turn.as_ended(ending);
                let mut decided = then.asked.iter().flat_map(|asked| &asked.decisions);
                prop_assert!(decided.all(|decision| ending.what.decisions.contains(&decision.id)));
            }
            let notes = turn.endings.iter().filter_map(|ending| ending.notes.as_ref());
            let seen: Vec<_> = notes.map(|notes| (&notes.records, &notes.measures)).collect();
            if seen.windows(2).any(|two| two[0] != two[1]) {
                prop_assert!(turn.ended_apart());
            }
            devices[0].turn = turn.id;
            devices[0].finish();
            let again = devices[0].read();
            prop_assert_eq!(again.endings.len(), 1);
            prop_assert!(!again.changed_since_end() && !again.ended_apart());
        }
        // With every device back, nothing that counts stays sealed but what was said again from another turn, and nobody
        // counts twice or for what they didn't vote there.
        for (turn, asked) in workshop.turns.iter().flat_map(|turn| turn.asked.iter().map(move |asked| (turn, asked))) {
            for tally in &asked.rounds {
                for (person, vote) in &tally.sealed {
                    let device = devices.iter().find(|device| device.person() == *person).unwrap();
                    prop_assert!(device.replayed.contains(vote));
                }
                for vote in &tally.opened_votes {
                    let all = tally.opened_votes.iter().filter(|other| other.person == vote.person).count();
                    prop_assert_eq!(all, 1);
                    let device = devices.iter().find(|device| device.person() == vote.person).unwrap();
                    let voted = |own: &OwnVote| {
                        own.round.turn == turn.id
                            && own.round.number == tally.number
                            && own.round.question == asked.question
                            && own.ballot.level == vote.level
                    };
                    prop_assert!(device.votes.iter().any(voted));
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// One facilitator who hears everything: what the table had before its eyes stays, whatever is voted and closed later.
    #[test]
    fn a_vote_that_was_counted_stays_as_it_was_counted(
        steps in prop::collection::vec((2..5_usize, 0..4_usize, any::<bool>(), any::<bool>()), 1..12),
    ) {
        let mut devices = sitting(3);
        let mut counted: Vec<(Person, Level)> = Vec::new();
        for (device, level, takes_back, closes) in steps {
            if takes_back {
                devices[device].take_back(&first("kort"));
            } else {
                devices[device].vote(&first("kort"), LEVELS[level]);
            }
            exchange_all(&mut devices);
            if closes {
                let voted = devices[0].workshop().tally(&first("kort")).unwrap().voted.clone();
                devices[0].close(&first("kort"));
                settle(&mut devices);
                let now = levels(&devices[0].read(), "kort");
                prop_assert!(counted.iter().all(|before| now.contains(before)));
                // And whoever had a vote is counted.
                prop_assert!(voted.iter().all(|(person, _)| now.iter().any(|(who, _)| who == person)));
                counted = now;
            }
        }
    }
}

#[test]
fn who_votes_anew_when_the_votes_are_open_is_not_counted_anew_when_late_votes_are_taken_in() {
    let mut devices = sitting(3);
    devices[2].vote(&first("kort"), Level::Moderate);
    merge(&mut devices, 0, 2);
    devices[0].close(&first("kort"));
    // One was away with its vote, and another changes theirs when they have seen the votes.
    devices[3].vote(&first("kort"), Level::Serious);
    settle(&mut devices);
    devices[2].vote(&first("kort"), Level::Negligible);
    settle(&mut devices);
    let votes = |device: &Device| minutes_of(device, "motiveringar");
    devices[0].decide(&question("kort"), Level::Moderate, "x");
    assert_eq!(votes(&devices[0])[0][3], "Omgång 1: 1 på 1; kom sent: 1 på 3");

    devices[0].close(&first("kort"));
    settle(&mut devices);
    let expected = [(devices[2].person(), Level::Moderate), (devices[3].person(), Level::Serious)];
    let mut counted = levels(&devices[4].read(), "kort");
    counted.sort_by_key(|(_, level)| *level);
    assert_eq!(counted, expected);
    assert_eq!(votes(&devices[0])[0][3], "Omgång 1: 1 på 3, 1 på 1");
}

/// The rows of a section of the minutes that is a table.
fn minutes_of(device: &Device, section: &str) -> Vec<Vec<String>> {
    let day = jiff::civil::date(2026, 3, 3);
    let report = klassrum::report::minutes(&device.workshop(), &device.read(), "Skolfastigheter AB", day);
    let Some(section) = report.sections.into_iter().find(|one| one.name == section) else { return Vec::new() };
    let Block::Table(table) = section.computed.into_iter().next().unwrap() else { panic!("a table") };
    table.rows.into_iter().map(|row| row.iter().map(|cell| words(cell)).collect()).collect()
}

#[test]
fn votes_on_three_devices_are_counted_once_the_round_is_closed_and_not_before() {
    let mut devices = sitting(3);
    for (device, level) in [(2, Level::Serious), (3, Level::Significant), (4, Level::Serious)] {
        devices[device].vote(&first("kort"), level);
    }
    settle(&mut devices);
    let open = devices[0].read();
    assert!(levels(&open, "kort").is_empty());
    assert_eq!(open.asked(&question("kort")).unwrap().rounds[0].voted.len(), 3);
    assert_eq!(devices[0].document.statements().filter(|said| matches!(said.said, Said::Reveal { .. })).count(), 0);

    devices[0].close(&first("kort"));
    settle(&mut devices);
    let closed = devices[4].read();
    let tally = &closed.asked(&question("kort")).unwrap().rounds[0];
    assert_eq!(
        tally.distribution(),
        [
            (Level::Exceptional, 0),
            (Level::Serious, 2),
            (Level::Significant, 1),
            (Level::Moderate, 0),
            (Level::Negligible, 0)
        ]
    );
    assert_eq!(tally.highest(), Some(Level::Serious));
}

#[test]
fn a_question_in_sight_is_being_opened_from_the_close_until_its_last_vote_is() {
    let mut devices = sitting(3);
    devices[0].say(&Said::Show(Stop::Question(question("kort"))));
    exchange_all(&mut devices);
    for device in [2, 3] {
        devices[device].vote(&first("kort"), Level::Serious);
    }
    exchange_all(&mut devices);
    assert!(!devices[4].workshop().is_opening());
    devices[0].close(&first("kort"));
    exchange_all(&mut devices);
    devices[2].open_votes();
    exchange_all(&mut devices);
    assert!(devices[4].workshop().is_opening());
    devices[3].open_votes();
    exchange_all(&mut devices);
    assert!(!devices[4].workshop().is_opening());
}

#[test]
fn a_vote_taken_back_or_changed_before_the_close_counts_as_it_was_last() {
    let mut devices = sitting(3);
    devices[2].vote(&first("kort"), Level::Serious);
    devices[2].vote(&first("kort"), Level::Moderate);
    devices[3].vote(&first("kort"), Level::Serious);
    devices[3].take_back(&first("kort"));
    exchange_all(&mut devices);
    devices[0].close(&first("kort"));
    settle(&mut devices);
    assert_eq!(levels(&devices[1].read(), "kort"), [(devices[2].person(), Level::Moderate)]);
}

#[test]
fn a_second_vote_after_the_close_comes_late_and_changes_nothing() {
    let mut devices = sitting(3);
    devices[2].vote(&first("kort"), Level::Moderate);
    exchange_all(&mut devices);
    devices[0].close(&first("kort"));
    settle(&mut devices);
    devices[2].vote(&first("kort"), Level::Serious);
    settle(&mut devices);
    assert_eq!(levels(&devices[0].read(), "kort"), [(devices[2].person(), Level::Moderate)]);
}

#[test]
fn a_vote_that_was_given_offline_comes_late_is_kept_and_counts_once_a_facilitator_takes_it_in() {
    let mut devices = sitting(3);
    devices[3].vote(&first("kort"), Level::Serious);
    devices[2].vote(&first("kort"), Level::Moderate);
    merge(&mut devices, 0, 2);
    devices[0].close(&first("kort"));
    settle(&mut devices);
    let turn = devices[0].read();
    let late = &turn.asked(&question("kort")).unwrap().rounds[0].late;
    assert_eq!(
        late.iter().map(|late| (late.person, late.ballot.unwrap().level)).collect::<Vec<_>>(),
        [(devices[3].person(), Level::Serious)]
    );
    assert_eq!(levels(&turn, "kort"), [(devices[2].person(), Level::Moderate)]);

    devices[0].close(&first("kort"));
    settle(&mut devices);
    assert_eq!(levels(&devices[4].read(), "kort").len(), 2);
}

#[test]
fn a_ballot_that_does_not_fit_its_vote_opens_nothing() {
    let mut devices = sitting(3);
    devices[2].vote(&first("kort"), Level::Moderate);
    exchange_all(&mut devices);
    devices[0].close(&first("kort"));
    let own = devices[2].votes[0].clone();
    let ballot = Ballot { level: Level::Serious, ..own.ballot };
    devices[2].say(&Said::Reveal { vote: own.vote, ballot });
    exchange_all(&mut devices);
    assert!(levels(&devices[0].read(), "kort").is_empty());
    // And the true one still does.
    devices[2].say(&Said::Reveal { vote: own.vote, ballot: own.ballot });
    exchange_all(&mut devices);
    assert_eq!(levels(&devices[0].read(), "kort"), [(devices[2].person(), Level::Moderate)]);
}

#[test]
fn nobody_votes_for_another_nor_copies_a_vote_of_another_s() {
    let mut devices = sitting(3);
    devices[2].vote(&first("kort"), Level::Moderate);
    exchange_all(&mut devices);
    // Another puts the same commitment under their own name, and the same ballot.
    let own = devices[2].votes[0].clone();
    let commitment = Some(own.ballot.commitment(&first("kort"), own.person));
    let copied = devices[3].say(&Said::Vote { round: first("kort"), commitment });
    exchange_all(&mut devices);
    devices[0].close(&first("kort"));
    settle(&mut devices);
    devices[3].say(&Said::Reveal { vote: copied, ballot: own.ballot });
    devices[3].say(&Said::Reveal { vote: own.vote, ballot: Ballot { level: Level::Serious, ..own.ballot } });
    settle(&mut devices);
    assert_eq!(levels(&devices[0].read(), "kort"), [(devices[2].person(), Level::Moderate)]);
}

#[test]
fn who_only_looks_on_or_was_taken_off_the_list_or_leads_nothing_changes_nothing() {
    let mut devices = sitting(3);
    devices[1].vote(&first("kort"), Level::Serious);
    devices[2].vote(&first("kort"), Level::Moderate);
    devices[3].vote(&first("kort"), Level::Serious);
    let excluded = devices[3].person();
    devices[0].say(&Said::Exclude { person: excluded, excluded: true });
    exchange_all(&mut devices);
    devices[0].close(&first("kort"));
    // A participant is no facilitator.
    devices[2].say(&Said::Show(Stop::Summary));
    devices[2].decide(&question("kort"), Level::Negligible, "");
    devices[2].say(&Said::Close { round: first("larm"), votes: Vec::new() });
    devices[2].finish();
    settle(&mut devices);
    let turn = devices[0].read();
    assert_eq!(levels(&turn, "kort"), [(devices[2].person(), Level::Moderate)]);
    assert_eq!(turn.stop, Stop::Facts);
    assert!(turn.endings.is_empty());
    assert!(turn.asked(&question("kort")).unwrap().decisions.is_empty());
    assert!(turn.asked(&question("larm")).is_none());
}

#[test]
fn nobody_else_can_seem_to_have_founded_the_workshop() {
    let mut devices = sitting(1);
    let told = devices[0].read().about;
    devices[2].say(&Said::Begin(Begin { salt: Digest(SALT), about: about("annat", "Något annat") }));
    exchange_all(&mut devices);
    let workshop = devices[0].workshop();
    assert_eq!((&workshop.turns[0].about, workshop.founder), (&told, Some(devices[0].person())));
    assert_eq!(workshop.turns.len(), 1);
}

#[test]
fn two_facilitators_who_decide_apart_keep_both_and_the_higher_holds_until_it_is_settled() {
    let mut devices = sitting(1);
    devices[0].decide(&question("kort"), Level::Moderate, "grindarna");
    devices[1].decide(&question("kort"), Level::Serious, "larmet");
    exchange_all(&mut devices);
    let asked = devices[2].read().asked(&question("kort")).unwrap().clone();
    assert!(asked.is_disputed());
    assert_eq!(asked.decisions.len(), 2);
    assert_eq!(asked.decision().unwrap().what.level, Level::Serious);

    devices[0].decide(&question("kort"), Level::Moderate, "tillsammans");
    exchange_all(&mut devices);
    let asked = devices[2].read().asked(&question("kort")).unwrap().clone();
    assert!(!asked.is_disputed());
    assert_eq!(asked.decision().unwrap().what.level, Level::Moderate);
}

/// A round of three votes, the highest of them serious, closed and opened.
fn voted_serious() -> Vec<Device> {
    let mut devices = sitting(3);
    for (device, level) in [(2, Level::Serious), (3, Level::Significant), (4, Level::Significant)] {
        devices[device].vote(&first("kort"), level);
    }
    exchange_all(&mut devices);
    devices[0].close(&first("kort"));
    settle(&mut devices);
    devices
}

fn decided(turn: &Turn) -> (Option<Level>, Vec<Level>) {
    let asked = turn.asked(&question("kort")).unwrap();
    let level = |decision: &klassrum::register::workshop::Decision| decision.what.level;
    (asked.decision().map(level), asked.unreasoned.iter().map(level).collect())
}

#[test]
fn a_level_below_the_highest_vote_does_not_count_without_a_reason() {
    let mut devices = voted_serious();
    // No form is asked here: this is what somebody else's program may say.
    devices[0].decide(&question("kort"), Level::Significant, " ");
    exchange_all(&mut devices);
    let turn = devices[4].read();
    assert_eq!(decided(&turn), (None, vec![Level::Significant]));
    assert_eq!(turn.levels(None).top(), None);

    // Nor does it take the place of a decision that counts.
    devices[0].decide(&question("kort"), Level::Serious, "");
    devices[1].decide(&question("kort"), Level::Moderate, "");
    exchange_all(&mut devices);
    assert_eq!(decided(&devices[4].read()), (Some(Level::Serious), vec![Level::Moderate]));

    devices[1].decide(&question("kort"), Level::Moderate, "Korten spärras samma dag");
    exchange_all(&mut devices);
    assert_eq!(decided(&devices[4].read()), (Some(Level::Moderate), Vec::new()));
}

#[test]
fn what_is_voted_or_taken_in_after_a_decision_does_not_undo_it() {
    let mut devices = sitting(3);
    devices[2].vote(&first("kort"), Level::Moderate);
    // A vote that has not come yet.
    devices[3].vote(&first("kort"), Level::Serious);
    merge(&mut devices, 0, 2);
    devices[0].close(&first("kort"));
    merge(&mut devices, 2, 0);
    devices[2].open_votes();
    merge(&mut devices, 0, 2);
    devices[0].decide(&question("kort"), Level::Moderate, "");
    settle(&mut devices);
    // The late vote is taken in, and a second round goes higher too.
    devices[0].close(&first("kort"));
    devices[4].vote(&Round { number: 2, ..first("kort") }, Level::Serious);
    exchange_all(&mut devices);
    devices[0].close(&Round { number: 2, ..first("kort") });
    settle(&mut devices);
    let turn = devices[1].read();
    assert_eq!(levels(&turn, "kort").len(), 2);
    assert_eq!(decided(&turn), (Some(Level::Moderate), Vec::new()));
    // But a new decision is held to what is open now.
    devices[1].decide(&question("kort"), Level::Moderate, "");
    assert_eq!(decided(&devices[1].read()), (Some(Level::Moderate), vec![Level::Moderate]));
    assert!(devices[1].read().asked(&question("kort")).unwrap().needs_reason(Level::Significant));
}

#[test]
fn while_a_vote_that_counts_is_not_open_yet_a_decision_says_why() {
    let mut devices = sitting(2);
    devices[2].vote(&first("kort"), Level::Moderate);
    devices[3].vote(&first("kort"), Level::Moderate);
    exchange_all(&mut devices);
    devices[0].close(&first("kort"));
    let needs = |device: &Device, level| device.read().asked(&question("kort")).unwrap().needs_reason(level);
    assert!(needs(&devices[0], Level::Serious) && !needs(&devices[0], Level::Exceptional));
    settle(&mut devices);
    assert!(!needs(&devices[0], Level::Moderate) && needs(&devices[0], Level::Negligible));
}

#[test]
fn a_workshop_that_was_ended_apart_shows_it_and_loses_neither_end() {
    let mut devices = sitting(1);
    devices[0].decide(&question("kort"), Level::Moderate, "");
    devices[1].decide(&question("kort"), Level::Serious, "");
    devices[0].finish();
    devices[1].finish();
    exchange_all(&mut devices);
    let turn = devices[2].read();
    assert!(turn.ended_apart());
    assert_eq!(turn.endings.len(), 2);
    // Whoever brings them in gets one after the other, and the register shows that they differ.
    let mut register = RegisterDocument::create([9; 16]).unwrap();
    register.apply(&Command::add_system(key("passer"), "Passersystem"), &Signed::default()).unwrap();
    for _ in 0..2 {
        let found = outcome_of(&devices[0], &register.read()).unwrap();
        register.apply(&found.command, &Signed::default()).unwrap();
    }
    assert_eq!(outcome_of(&devices[0], &register.read()), None);
    let register = register.read();
    assert_eq!(register.sittings.len(), 2);
    let held = register.classified(&key("passer")).unwrap();
    assert_eq!((held.levels.confidentiality, held.disputed), (Some(Level::Serious), true));
    devices[0].finish();
    exchange_all(&mut devices);
    assert_eq!(devices[2].read().endings.len(), 1);
}

#[test]
fn what_is_changed_after_the_end_is_in_no_minutes_and_no_register_before_it_is_ended_again() {
    let mut devices = sitting(1);
    devices[0].decide(&question("kort"), Level::Serious, "Skolor som står tomma");
    devices[0].answer("m01", MeasureState::Missing);
    devices[0].settle_records("kort", true);
    devices[0].finish();
    assert!(!devices[0].read().changed_since_end());
    // Said again, nothing is changed; nor by a decision that doesn't count.
    devices[0].settle_records("kort", true);
    assert!(!devices[0].read().changed_since_end());

    devices[0].decide(&question("kort"), Level::Moderate, "Korten spärras samma dag");
    devices[0].answer("m01", MeasureState::Done);
    devices[0].settle_records("kort", false);
    assert!(devices[0].read().changed_since_end());
    assert_eq!(devices[0].read().levels(None).confidentiality, Some(Level::Moderate));
    assert_eq!(minutes_of(&devices[0], "motiveringar")[0][1..3], ["3 allvarlig", "Skolor som står tomma"]);
    assert_eq!(minutes_of(&devices[0], "atgarder")[0][1], "Saknas");
    assert_eq!(minutes_of(&devices[0], "gallring")[0][1], "Bevaras");
    let mut register = register_with(&[]);
    let bring = |devices: &[Device], register: &mut RegisterDocument| {
        let found = outcome_of(&devices[0], &register.read()).unwrap();
        register.apply(&found.command, &Signed::default()).unwrap();
        assert_eq!(outcome_of(&devices[0], &register.read()), None);
        let after = register.read();
        let held = after.classified(&key("passer")).unwrap();
        (held.levels.confidentiality, held.disputed, after.sittings.len(), after.attendances.len())
    };
    assert_eq!(bring(&devices, &mut register), (Some(Level::Serious), false, 1, 3));

    devices[0].finish();
    assert!(!devices[0].read().changed_since_end());
    assert_eq!(minutes_of(&devices[0], "motiveringar")[0][1..3], ["1 måttlig", "Korten spärras samma dag"]);
    assert_eq!(minutes_of(&devices[0], "gallring")[0][1], "Gallras efter två år");
    // The same day, lower, of the same sitting: the first is withdrawn and not in dispute with it.
    assert_eq!(bring(&devices, &mut register), (Some(Level::Moderate), false, 1, 3));
    let after = register.read();
    assert_eq!(after.classifications.iter().filter(|(_, one)| one.withdrawn == Some(true)).count(), 2);
    let held = held_answers(&after, &key("passer"));
    assert_eq!((held["m01"].standing.len(), held["m01"].answer.assessment), (1, Some(Assessment::Met)));
    assert!(after.actions.iter().all(|(_, row)| row.is_closed()), "the row that the first end made");
    register.undo(&Signed::default()).unwrap();
    assert_eq!(register.read().classified(&key("passer")).unwrap().levels.confidentiality, Some(Level::Serious));
}

/// Something said on one of the devices.
type Change = fn(&mut [Device]);

#[test]
fn whatever_is_changed_after_the_end_is_seen() {
    let change: [(&str, Change); 7] = [
        ("a decision", |devices| devices[0].decide(&question("kort"), Level::Serious, "y")),
        ("a question decided", |devices| devices[0].decide(&question("larm"), Level::Serious, "y")),
        ("an information set", |devices| _ = devices[0].say(&agenda_set("nyckel"))),
        ("a measure", |devices| devices[1].answer("m01", MeasureState::Done)),
        ("a records rule", |devices| devices[1].settle_records("larm", true)),
        ("a risk", |devices| _ = devices[2].propose("Ett kort kommer bort", Impact::Moderate)),
        ("dissent", |devices| devices[2].dissent(&question("kort"), "För lågt")),
    ];
    for (what, change) in change {
        let mut devices = sitting(1);
        devices[0].decide(&question("kort"), Level::Moderate, "x");
        let struck = devices[0].propose("Solen slocknar", Impact::Serious);
        // Of what was said of it before, nothing comes back.
        for impact in [Impact::Moderate, Impact::Negligible] {
            let risk = devices[0].read().risks[0].clone();
            devices[0].amend(&risk, impact);
        }
        devices[0].finish();
        let then = devices[0].read();
        exchange_all(&mut devices);
        change(&mut devices);
        exchange_all(&mut devices);
        let turn = devices[0].read();
        assert!(turn.changed_since_end() && !then.changed_since_end(), "{what}");
        let ended = turn.as_ended(&turn.endings[0]);
        let decided: Vec<_> = ended.asked.into_iter().filter(|asked| asked.decision().is_some()).collect();
        assert_eq!(decided, then.asked, "{what}");
        assert_eq!((ended.risks, ended.sets), (then.risks, then.sets), "{what}");
        assert_eq!((ended.measures, ended.records), (then.measures, then.records), "{what}");
        devices[1].finish();
        assert!(!devices[1].read().changed_since_end(), "{what}");
        devices[1].say(&Said::Strike { risk: struck, struck: true });
        assert!(devices[1].read().changed_since_end(), "a risk that is struck, after {what}");
    }
}

#[test]
fn an_end_that_does_not_say_what_stood_beside_its_decisions_is_about_all_that_stands() {
    let mut devices = sitting(1);
    devices[0].decide(&question("kort"), Level::Moderate, "x");
    let finish = Finish { notes: None, ..devices[0].to_finish() };
    devices[0].say(&Said::Finish(finish));
    devices[0].settle_records("kort", true);
    let turn = devices[0].read();
    assert!(!turn.changed_since_end());
    assert_eq!(turn.as_ended(&turn.endings[0]).records.len(), 1);
    devices[0].decide(&question("kort"), Level::Serious, "y");
    let turn = devices[0].read();
    assert!(turn.changed_since_end());
    assert_eq!(turn.as_ended(&turn.endings[0]).levels(None).confidentiality, Some(Level::Moderate));
}

#[test]
fn two_ends_with_other_measures_or_records_rules_are_apart_and_both_come_in() {
    let apart: [Change; 2] = [
        |devices| {
            devices[0].answer("m01", MeasureState::Done);
            devices[1].answer("m01", MeasureState::Missing);
        },
        |devices| {
            devices[0].settle_records("kort", true);
            devices[1].settle_records("kort", false);
        },
    ];
    for (number, differ) in apart.into_iter().enumerate() {
        let mut devices = sitting(1);
        devices[0].decide(&question("kort"), Level::Moderate, "x");
        exchange_all(&mut devices);
        differ(&mut devices);
        devices[0].finish();
        devices[1].finish();
        exchange_all(&mut devices);
        let turn = devices[2].read();
        assert!(turn.ended_apart());
        let mut register = register_with(&[]);
        for _ in 0..2 {
            let found = outcome_of(&devices[0], &register.read()).unwrap();
            register.apply(&found.command, &Signed::default()).unwrap();
        }
        assert_eq!(outcome_of(&devices[0], &register.read()), None);
        if number == 0 {
            let held = held_answers(&register.read(), &key("passer"));
            assert!(held["m01"].disputed, "neither end had heard of the other's answer");
        }
        devices[0].finish();
        assert!(!devices[0].read().ended_apart());
    }
    // The same on both sides is not apart.
    let mut devices = sitting(1);
    devices[0].decide(&question("kort"), Level::Moderate, "x");
    exchange_all(&mut devices);
    devices[0].finish();
    devices[1].finish();
    exchange_all(&mut devices);
    assert_eq!((devices[2].read().endings.len(), devices[2].read().ended_apart()), (2, false));
}

#[test]
fn a_decision_below_what_the_facts_allow_does_not_count_whenever_the_facts_came() {
    let with_floor = |level: Option<Level>| {
        let Said::Set(set) = agenda_set("kort") else { panic!("a set") };
        let floor = |level| Floor { aspect: Aspect::Confidentiality, level, because: "Fakta".into() };
        Said::Set(AgendaSet { floors: level.map(floor).into_iter().collect(), ..set })
    };
    let decided = |device: &Device| {
        let turn = device.read();
        let asked = turn.asked(&question("kort")).unwrap();
        let level = |decision: &klassrum::register::workshop::Decision| decision.what.level;
        (asked.decision().map(level), asked.below_floor.iter().map(level).collect::<Vec<_>>())
    };
    let mut devices = sitting(1);
    devices[0].decide(&question("kort"), Level::Moderate, "x");
    devices[0].finish();
    let register = register_with(&[]).read();
    assert!(outcome_of(&devices[0], &register).is_some());

    // A fact comes afterwards: what was decided and ended is to be decided and ended again.
    devices[0].say(&with_floor(Some(Level::Serious)));
    assert_eq!(decided(&devices[0]), (None, vec![Level::Moderate]));
    assert_eq!(devices[0].read().levels(None).top(), None);
    assert!(devices[0].read().changed_since_end());
    // It was a slip: what was decided stands.
    devices[0].say(&with_floor(None));
    assert_eq!(decided(&devices[0]), (Some(Level::Moderate), Vec::new()));
    assert!(!devices[0].read().changed_since_end());

    // Somebody's program decides below it all the same, with a reason.
    devices[0].say(&with_floor(Some(Level::Serious)));
    exchange_all(&mut devices);
    devices[1].decide(&question("kort"), Level::Significant, "Det räcker");
    assert_eq!(decided(&devices[1]), (None, vec![Level::Moderate, Level::Significant]));
    devices[1].finish();
    assert_eq!(outcome_of(&devices[1], &register), None);
    // One that counts takes the place of them all.
    devices[1].decide(&question("kort"), Level::Serious, "");
    assert_eq!(decided(&devices[1]), (Some(Level::Serious), Vec::new()));
    devices[1].finish();
    exchange_all(&mut devices);
    assert_eq!(decided(&devices[2]), (Some(Level::Serious), Vec::new()));
    assert!(outcome_of(&devices[0], &register).is_some());
}

#[test]
fn level_four_stops_and_nothing_of_it_comes_into_minutes_or_register() {
    let floored = |level| {
        let Said::Set(set) = agenda_set("kort") else { panic!("a set") };
        let floor = Floor { aspect: Aspect::Confidentiality, level, because: "Fakta".into() };
        Said::Set(AgendaSet { floors: vec![floor], ..set })
    };
    // By a vote, also one that came late; and a new round without it takes that away.
    let mut devices = sitting(2);
    devices[2].vote(&first("kort"), Level::Moderate);
    exchange_all(&mut devices);
    devices[0].close(&first("kort"));
    settle(&mut devices);
    assert!(!devices[3].read().stops(&question("kort")));
    devices[3].vote(&first("kort"), Level::Exceptional);
    settle(&mut devices);
    assert!(devices[2].read().stops(&question("kort")) && !devices[2].read().is_stopped());
    devices[0].close(&first("kort"));
    settle(&mut devices);
    assert!(devices[2].read().stops(&question("kort")) && !devices[2].read().stops(&question("larm")));
    let second = Round { number: 2, ..first("kort") };
    devices[3].vote(&second, Level::Moderate);
    exchange_all(&mut devices);
    devices[0].close(&second);
    settle(&mut devices);
    assert!(!devices[2].read().stops(&question("kort")));

    // By a fact.
    devices[0].say(&floored(Level::Serious));
    assert!(!devices[0].read().stops(&question("kort")));
    devices[0].decide(&question("kort"), Level::Serious, "x");
    devices[0].finish();
    let register = register_with(&[]).read();
    assert!(outcome_of(&devices[0], &register).is_some());
    devices[0].say(&floored(Level::Exceptional));
    devices[0].finish();
    assert!(devices[0].read().stops(&question("kort")) && devices[0].read().is_stopped());
    assert_eq!(outcome_of(&devices[0], &register), None);

    // By a decision, whatever reason a program writes with it.
    let mut devices = sitting(1);
    devices[0].decide(&question("kort"), Level::Exceptional, "Skyddsvärt");
    devices[0].decide(&question("larm"), Level::Moderate, "Syns ändå");
    devices[0].finish();
    assert!(devices[0].read().stops(&question("kort")) && devices[0].read().is_stopped());
    assert_eq!(outcome_of(&devices[0], &register), None);
    let rows = minutes_of(&devices[0], "motiveringar");
    assert_eq!((rows[0][2].as_str(), rows[1][2].as_str()), ("", "Syns ändå"));
}

#[test]
fn dissent_is_kept_whatever_the_decision_says_of_it() {
    let mut devices = voted_serious();
    devices[0].say(&Said::Decide(Decide {
        question: question("kort"),
        level: Level::Significant,
        reason: "Korten spärras samma dag".into(),
        dissent: false,
        raise: None,
        instead_of: Vec::new(),
    }));
    devices[2].dissent(&question("kort"), "Ett kort räcker");
    exchange_all(&mut devices);
    devices[0].finish();
    assert_eq!(minutes_of(&devices[0], "motiveringar")[0][4], "Ett kort räcker");
    let mut register = register_with(&[]);
    let found = outcome_of(&devices[0], &register.read()).unwrap();
    register.apply(&found.command, &Signed::default()).unwrap();
    let after = register.read();
    let otherwise: Vec<_> = after.votes.iter().filter(|(_, vote)| vote.dissent == Some(true)).collect();
    assert_eq!(otherwise.iter().map(|(_, vote)| vote.reason.as_str()).collect::<Vec<_>>(), ["Ett kort räcker"]);
    let decided = after.classifications.get(&found.classification).unwrap();
    assert!(decided.confidentiality_reason.contains("Avvikande mening: Ett kort räcker"));
}

#[test]
fn a_finished_workshop_comes_into_the_register_as_one_step_with_its_votes_and_reasons() {
    let mut devices = sitting(3);
    for (device, level) in [(2, Level::Serious), (3, Level::Significant), (4, Level::Significant)] {
        devices[device].vote(&first("kort"), level);
    }
    exchange_all(&mut devices);
    devices[0].close(&first("kort"));
    settle(&mut devices);
    devices[0].decide(&question("kort"), Level::Serious, "Skolor som står tomma");
    devices[0].finish();

    let mut register = RegisterDocument::create([9; 16]).unwrap();
    register.apply(&Command::add_system(key("passer"), "Passersystem"), &Signed::default()).unwrap();
    let before = register.read();
    let found = outcome_of(&devices[0], &before).unwrap();
    register.apply(&found.command, &Signed::default()).unwrap();
    let after = register.read();
    let classified = after.classified(&key("passer")).unwrap();
    assert_eq!(classified.levels.confidentiality, Some(Level::Serious));
    let place = Place { kind: RecordKind::Classification, key: found.classification };
    let reason = after.value(&place, Classification::CONFIDENTIALITY_REASON.key).unwrap();
    assert_eq!(reason, Value::Prose("kort: Skolor som står tomma (röster: 1 på 3, 2 på 2)".into()));
    assert_eq!(after.information_sets.len(), 2);
    assert_eq!((after.sittings.len(), after.attendances.len(), after.votes.len()), (1, 5, 3));
    assert_eq!(outcome_of(&devices[0], &after), None, "it is in already");

    register.undo(&Signed::default()).unwrap();
    assert_eq!(register.read(), before);
    assert!(register.read().systems.get(&key("passer")).is_some_and(|system| system.name == "Passersystem"));
}

#[test]
fn what_the_table_did_not_come_to_stays_as_it_was() {
    let mut devices = sitting(1);
    devices[0].decide(&question("kort"), Level::Moderate, "Spärras samma dag");
    devices[0].finish();
    let mut register = RegisterDocument::create([9; 16]).unwrap();
    register.apply(&Command::add_system(key("passer"), "Passersystem"), &Signed::default()).unwrap();
    let earlier = Command::Add {
        place: Place { kind: RecordKind::Classification, key: key("passer").child(&key("2024")) },
        fields: vec![
            (Classification::DECIDED.key.to_owned(), Value::Date(jiff::civil::date(2024, 5, 8))),
            (Classification::CONFIDENTIALITY.key.to_owned(), Value::Choice(Level::Serious.key().to_owned())),
            (Classification::AVAILABILITY.key.to_owned(), Value::Choice(Level::Significant.key().to_owned())),
        ],
    };
    register.apply(&earlier, &Signed::default()).unwrap();
    let found = outcome_of(&devices[0], &register.read()).unwrap();
    register.apply(&found.command, &Signed::default()).unwrap();
    let held = register.read().classified(&key("passer")).unwrap();
    // ”larm” was not taken up: the whole is not lowered by what was said of ”kort”, and what nobody asked for stands.
    assert_eq!(held.levels.confidentiality, Some(Level::Serious));
    assert_eq!(held.levels.availability, Some(Level::Significant));
    assert_eq!(held.levels.integrity, None);

    devices[0].decide(&question("larm"), Level::Moderate, "Larmen syns ändå");
    devices[0].finish();
    let found = outcome_of(&devices[0], &register.read()).unwrap();
    register.apply(&found.command, &Signed::default()).unwrap();
    let place = Place { kind: RecordKind::Classification, key: found.classification };
    let level = register.read().value(&place, Classification::CONFIDENTIALITY.key).unwrap();
    assert_eq!(level, Value::Choice(Level::Moderate.key().to_owned()), "now all was taken up, and it may be lowered");
}

/// What the turn that a device is at brings into a register.
fn outcome_of(device: &Device, register: &Register) -> Option<Outcome> {
    outcome(&device.workshop(), &device.read(), register)
}

/// A register with the system, and an answer on a measure.
fn register_with(answers: &[(&str, &str, Assessment)]) -> RegisterDocument {
    let mut register = RegisterDocument::create([9; 16]).unwrap();
    register.apply(&Command::add_system(key("passer"), "Passersystem"), &Signed::default()).unwrap();
    for (own, measure, assessment) in answers {
        answer_in(&mut register, own, measure, *assessment);
    }
    register
}

fn answer_in(register: &mut RegisterDocument, own: &str, measure: &str, assessment: Assessment) {
    let new = NewAnswer {
        measure: measure.into(),
        catalogue: "klassrum-1".into(),
        assessment,
        reason: "därför".into(),
        at: jiff::civil::datetime(2025, 3, 12, 10, 0, 0, 0),
        by: "Systemförvaltare".into(),
    };
    let command = answer(&register.read(), &key("passer"), &key(own), &new);
    register.apply(&command, &Signed::default()).unwrap();
}

fn known(measure: &str, own: &str, state: MeasureState) -> KnownMeasure {
    KnownMeasure {
        measure: measure.into(),
        answers: vec![key(own)],
        state: Some(state),
        answered: Some(jiff::civil::date(2025, 3, 12)),
        reason: String::new(),
        how: String::new(),
        row: None,
        owner: "IT".into(),
        due: Some(jiff::civil::date(2026, 9, 1)),
    }
}

#[test]
fn an_answer_confirmed_at_the_table_takes_the_place_of_the_one_it_was_shown_and_of_no_later_one() {
    let mut register = register_with(&[("forr", "m01", Assessment::Partly), ("da", "m13", Assessment::Partly)]);
    let mut devices = sitting(1);
    for one in [known("m01", "forr", MeasureState::Partly), known("m13", "da", MeasureState::Partly)] {
        devices[0].say(&Said::Known(one.clone()));
        // Nobody at the table but a facilitator says what the register says.
        devices[2].say(&Said::Known(KnownMeasure { state: Some(MeasureState::Done), ..one }));
    }
    exchange_all(&mut devices);
    let confirmed = devices[1].read().known("m01").unwrap().confirmed("Ägare utsedd").unwrap();
    assert_eq!((confirmed.state, confirmed.owner.as_str()), (MeasureState::Partly, "IT"));
    devices[1].say(&Said::Measure(confirmed));
    devices[1].answer("m13", MeasureState::Done);
    devices[1].decide(&question("kort"), Level::Moderate, "x");
    devices[1].finish();
    // While the table sat, somebody answered m13 in the register.
    answer_in(&mut register, "medan", "m13", Assessment::NotMet);

    let found = outcome_of(&devices[1], &register.read()).unwrap();
    register.apply(&found.command, &Signed::default()).unwrap();
    let after = register.read();
    assert_eq!(after.answers.len(), 5, "answers are added");
    let held = held_answers(&after, &key("passer"));
    assert_eq!((held["m01"].standing.len(), held["m01"].answer.assessment), (1, Some(Assessment::Partly)));
    assert!(after.answers.get(&held["m01"].standing[0]).unwrap().replaces == "forr");
    assert!(held["m13"].disputed, "the table had not seen the later answer");
    assert_eq!(held["m13"].answer.assessment, Some(Assessment::NotMet));
}

#[test]
fn a_second_end_answers_in_the_place_of_the_first_and_adds_no_second_row_to_the_plan() {
    let mut register = register_with(&[("forr", "m01", Assessment::NotMet)]);
    let row = Place { kind: RecordKind::Action, key: key("passer").child(&key("rad")) };
    let fields = vec![
        (Action::TITLE.key.to_owned(), Value::Line("Utse ägare".into())),
        (Action::MEASURE.key.to_owned(), Value::Line("m01".into())),
        (Action::OWNER.key.to_owned(), Value::Line("Ekonomi".into())),
    ];
    register.apply(&Command::Add { place: row.clone(), fields }, &Signed::default()).unwrap();
    let mut devices = sitting(1);
    devices[0].say(&Said::Known(known("m01", "forr", MeasureState::Missing)));
    let confirmed = devices[0].read().known("m01").unwrap().confirmed("Ägare utsedd").unwrap();
    devices[0].say(&Said::Measure(confirmed));
    devices[0].decide(&question("kort"), Level::Moderate, "x");
    for _ in 0..2 {
        devices[0].answer("m13", MeasureState::Missing);
        devices[0].finish();
        let found = outcome_of(&devices[0], &register.read()).unwrap();
        register.apply(&found.command, &Signed::default()).unwrap();
    }
    let after = register.read();
    let held = held_answers(&after, &key("passer"));
    assert_eq!((held["m01"].standing.len(), held["m13"].standing.len()), (1, 1));
    assert_eq!(after.actions.len(), 2, "the row that was open, and one for what had none");
    let action = after.actions.get(&row.key).unwrap();
    assert_eq!((action.owner.as_str(), action.due), ("IT", Some(jiff::civil::date(2026, 9, 1))));
    assert_eq!(action.title, "Utse ägare");
}

#[test]
fn a_risk_is_proposed_by_whoever_votes_changed_by_them_or_who_leads_and_struck_by_who_leads_only() {
    let mut devices = sitting(4);
    let join = Join { role: "Praktikant".into(), name: String::new(), observer: true };
    devices[4].say(&Said::Join(join));
    let excluded = devices[5].person();
    devices[0].say(&Said::Exclude { person: excluded, excluded: true });
    let risk = devices[2].propose("Ett kort kommer bort", Impact::Moderate);
    devices[4].propose("Den som ser på föreslår", Impact::Serious);
    devices[5].propose("Den som är struken föreslår", Impact::Serious);
    exchange_all(&mut devices);
    let proposed = devices[0].read().risks;
    assert_eq!(proposed.iter().map(|risk| risk.id).collect::<Vec<_>>(), [risk]);

    // Another at the table neither changes nor strikes it.
    devices[3].amend(&proposed[0], Impact::Negligible);
    devices[3].say(&Said::Strike { risk, struck: true });
    exchange_all(&mut devices);
    let risks = devices[1].read().risks;
    assert_eq!((risks[0].note.impact, risks[0].said.len(), risks[0].struck), (Some(Impact::Moderate), 1, false));

    devices[2].amend(&risks[0], Impact::Significant);
    exchange_all(&mut devices);
    let risks = devices[1].read().risks;
    devices[1].amend(&risks[0], Impact::Serious);
    devices[1].say(&Said::Strike { risk, struck: true });
    exchange_all(&mut devices);
    let turn = devices[3].read();
    assert_eq!((turn.risks[0].note.impact, turn.risks[0].struck), (Some(Impact::Serious), true));
    assert_eq!((turn.risks.len(), turn.standing_risks().count()), (1, 0), "it is marked and stays");
    devices[0].say(&Said::Strike { risk, struck: false });
    exchange_all(&mut devices);
    assert_eq!(devices[3].read().standing_risks().count(), 1);
}

#[test]
fn of_two_who_write_of_a_risk_apart_both_are_kept_and_the_more_serious_shows_until_it_is_settled() {
    let mut devices = sitting(1);
    devices[2].propose("Ett kort kommer bort", Impact::Moderate);
    exchange_all(&mut devices);
    let before = devices[0].read().risks;
    devices[0].amend(&before[0], Impact::Serious);
    devices[1].amend(&before[0], Impact::Negligible);
    exchange_all(&mut devices);
    let apart = devices[2].read().risks;
    assert_eq!((apart[0].note.impact, apart[0].said.len()), (Some(Impact::Serious), 2));
    devices[2].amend(&apart[0], Impact::Negligible);
    exchange_all(&mut devices);
    let settled = devices[0].read().risks;
    assert_eq!((settled[0].note.impact, settled[0].said.len()), (Some(Impact::Negligible), 1));
}

#[test]
fn the_risks_come_into_the_register_as_one_analysis_in_the_same_step_and_each_of_them_once() {
    let mut devices = sitting(1);
    devices[2].propose("Ett kort kommer bort", Impact::Moderate);
    let struck = devices[2].propose("Solen slocknar", Impact::Serious);
    exchange_all(&mut devices);
    let risk = devices[0].read().risks.iter().find(|risk| risk.id != struck).unwrap().clone();
    devices[0].amend(&risk, Impact::Significant);
    devices[0].say(&Said::Strike { risk: struck, struck: true });
    devices[0].decide(&question("kort"), Level::Moderate, "x");
    devices[0].finish();
    let mut register = register_with(&[]);
    let before = register.read();
    let found = outcome_of(&devices[0], &before).unwrap();
    register.apply(&found.command, &Signed::default()).unwrap();
    let after = register.read();
    assert_eq!((after.risk_analyses.len(), after.risks.len()), (1, 1));
    let (analysis_key, analysis) = after.risk_analyses.of(&key("passer")).next().unwrap();
    assert_eq!((analysis.date, analysis.matrix.as_str()), (Some(jiff::civil::date(2026, 3, 2)), "klassrum-4x4"));
    assert_eq!(&*analysis.participants, "Roll 2", "those who only looked on took no part");
    let (_, one) = after.risks.of(analysis_key).next().unwrap();
    assert_eq!(
        (&*one.event, one.likelihood, one.impact),
        ("Ett kort kommer bort", Some(Likelihood::Probable), Some(Impact::Significant))
    );
    assert_eq!((one.treatment, one.status), (Some(RiskTreatment::Accept), Some(RiskStatus::Accepted)));
    assert_eq!(
        (one.accepted_until, one.accepted_by.as_str()),
        (Some(jiff::civil::date(2027, 3, 2)), "Informationsägare")
    );
    register.undo(&Signed::default()).unwrap();
    assert_eq!(register.read(), before);
    register.redo(&Signed::default()).unwrap();

    // Ended again with one more: the same analysis gets that one.
    devices[0].propose("Larmet är av", Impact::Moderate);
    devices[0].finish();
    let found = outcome_of(&devices[0], &register.read()).unwrap();
    register.apply(&found.command, &Signed::default()).unwrap();
    let after = register.read();
    assert_eq!((after.risk_analyses.len(), after.risks.len()), (1, 2));
}

#[test]
fn the_minutes_have_the_risks_under_their_own_heading_with_their_levels() {
    let mut devices = sitting(1);
    let struck = devices[2].propose("Solen slocknar", Impact::Serious);
    devices[2].propose("Ett kort kommer bort", Impact::Significant);
    exchange_all(&mut devices);
    devices[0].say(&Said::Strike { risk: struck, struck: true });
    let risks = |device: &Device| {
        let day = jiff::civil::date(2026, 3, 2);
        let report = klassrum::report::minutes(&device.workshop(), &device.read(), "Skolfastigheter AB", day);
        let section = report.sections.into_iter().find(|section| section.heading == "Risker").unwrap();
        let Block::Table(table) = section.computed.into_iter().next().unwrap() else { panic!("a table") };
        table.rows.into_iter().map(|row| row.iter().map(|cell| words(cell)).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    let sentence = "Eftersom korten spärras sent kan det hända att ett kort kommer bort.";
    assert_eq!(risks(&devices[0]), [[sentence, "Hög (trolig, betydande)", "Informationsägare", ""]]);

    // By a matrix of the organisation's own, which came with the agenda.
    let own = include_str!("../src/catalogue/matrix-4x4.txt").replace("name.sv: Hög", "name.sv: Brinner");
    devices[0].say(&Said::Matrix(own));
    // Nobody but a facilitator brings a matrix.
    devices[2].say(&Said::Matrix("kind: matrix".into()));
    exchange_all(&mut devices);
    assert_eq!(risks(&devices[2])[0][1], "Brinner (trolig, betydande)");
}

/// A sitting that has come to a second system; all are at it.
fn second_turn(participants: u8) -> Vec<Device> {
    let mut devices = sitting(participants);
    let turn = devices[1].say(&Said::Turn(about("tidbok", "Tidbok")));
    devices[1].say_at(Some(turn), &agenda_set("kort"));
    exchange_all(&mut devices);
    devices.iter_mut().for_each(|device| device.turn = Some(turn));
    devices
}

#[test]
fn the_next_system_has_its_own_agenda_votes_and_decisions_and_the_first_keeps_its() {
    let mut devices = sitting(2);
    devices[2].vote(&first("kort"), Level::Serious);
    exchange_all(&mut devices);
    devices[0].close(&first("kort"));
    settle(&mut devices);
    devices[0].decide(&question("kort"), Level::Serious, "");
    let before = devices[0].read();
    let turn = devices[0].say(&Said::Turn(about("tidbok", "Tidbok")));
    devices[0].turn = Some(turn);
    devices[0].say(&agenda_set("kort"));
    exchange_all(&mut devices);
    devices.iter_mut().for_each(|device| device.turn = Some(turn));

    let workshop = devices[3].workshop();
    assert_eq!((workshop.at, workshop.turns.len()), (1, 2), "the table is at what was begun last");
    assert_eq!(workshop.turns[0], before);
    let now = workshop.turn().unwrap();
    assert_eq!((now.about.name.as_str(), now.stop.clone()), ("Tidbok", Stop::Facts));
    assert_eq!(now.sets.iter().map(|set| set.key.clone()).collect::<Vec<_>>(), [key("kort")]);
    assert_eq!((now.asked.len(), now.levels(None).top()), (0, None));

    let round = Round { turn: Some(turn), ..first("kort") };
    devices[3].vote(&round, Level::Moderate);
    exchange_all(&mut devices);
    devices[1].close(&round);
    settle(&mut devices);
    devices[1].decide(&question("kort"), Level::Moderate, "");
    exchange_all(&mut devices);
    let workshop = devices[2].workshop();
    assert_eq!(workshop.turns[0].asked, before.asked);
    let levels = |turn: &Turn| turn.levels(None).confidentiality;
    assert_eq!(workshop.turns.iter().map(levels).collect::<Vec<_>>(), [Some(Level::Serious), Some(Level::Moderate)]);

    // Whoever leads goes back, and all with them.
    devices[0].say_at(None, &Said::Show(Stop::Summary));
    exchange_all(&mut devices);
    let workshop = devices[3].workshop();
    assert_eq!((workshop.at, &workshop.turns[0].stop, &workshop.turns[1].stop), (0, &Stop::Summary, &Stop::Facts));
}

#[test]
fn only_whoever_leads_begins_the_next_system_or_moves_the_table() {
    let mut devices = second_turn(1);
    devices[2].say(&Said::Turn(about("annat", "Annat")));
    devices[2].say_at(None, &Said::Show(Stop::Summary));
    exchange_all(&mut devices);
    let workshop = devices[0].workshop();
    assert_eq!((workshop.at, workshop.turns.len()), (1, 2));
}

#[test]
fn a_vote_of_one_turn_is_none_in_another_whatever_is_said_of_it() {
    let mut devices = second_turn(2);
    let (turn, person) = (devices[2].turn, devices[2].person());
    devices[2].turn = None;
    devices[2].vote(&first("kort"), Level::Negligible);
    let own = devices[2].votes[0].clone();
    devices[2].turn = turn;
    let second = Round { turn, ..first("kort") };
    // Its commitment said again at the second turn; and the first turn's round, said at the second, and the other way.
    let commitment = Some(own.ballot.commitment(&own.round, person));
    devices[2].say(&Said::Vote { round: second.clone(), commitment });
    devices[2].say(&Said::Vote { round: first("kort"), commitment });
    devices[2].say_at(None, &Said::Vote { round: second.clone(), commitment });
    exchange_all(&mut devices);
    for (turn, round) in [(None, first("kort")), (turn, second)] {
        let votes = devices[0].workshop().votes_to_count(&round);
        assert_eq!(votes.len(), 1);
        devices[0].say_at(turn, &Said::Close { round, votes: votes.clone() });
        devices[2].say_at(turn, &Said::Reveal { vote: votes[0], ballot: own.ballot });
    }
    settle(&mut devices);
    let workshop = devices[1].workshop();
    assert_eq!(levels(&workshop.turns[0], "kort"), [(person, Level::Negligible)]);
    assert!(levels(&workshop.turns[1], "kort").is_empty(), "the ballot opens nothing there");
    assert_eq!(workshop.turns[1].asked(&question("kort")).unwrap().rounds[0].sealed.len(), 1);
}

#[test]
fn a_device_that_kept_only_its_key_opens_its_votes_of_every_turn() {
    let mut devices = second_turn(1);
    let turn = devices[2].turn;
    for (seq, round) in [(50, first("kort")), (51, Round { turn, ..first("kort") })] {
        let ballot = devices[2].key.ballot(&round, seq, Level::Significant);
        let commitment = Some(ballot.commitment(&round, devices[2].person()));
        let bytes = devices[2].key.say(seq, 0, round.turn, &Said::Vote { round, commitment });
        devices[2].document.say(&[bytes]).unwrap();
    }
    devices[2].votes = devices[2].key.own_votes(devices[2].document.statements());
    assert_eq!(devices[2].votes.len(), 2);
    exchange_all(&mut devices);
    devices[0].close(&Round { turn, ..first("kort") });
    settle(&mut devices);
    let workshop = devices[1].workshop();
    assert_eq!(levels(&workshop.turns[1], "kort").len(), 1);
    assert!(levels(&workshop.turns[0], "kort").is_empty(), "nobody closed that one");
}

#[test]
fn each_system_comes_into_the_register_as_a_decision_of_its_own() {
    let mut devices = second_turn(1);
    let mut register = register_with(&[]);
    register.apply(&Command::add_system(key("tidbok"), "Tidbok"), &Signed::default()).unwrap();
    let turn = devices[0].turn;
    for (turn, level, event) in [(None, Level::Moderate, "Kort"), (turn, Level::Serious, "Tid")] {
        devices[0].turn = turn;
        devices[0].decide(&question("kort"), level, event);
        devices[0].propose(event, Impact::Moderate);
        devices[0].finish();
    }
    for turn in [turn, None] {
        devices[0].turn = turn;
        let found = outcome_of(&devices[0], &register.read()).unwrap();
        register.apply(&found.command, &Signed::default()).unwrap();
        assert_eq!(outcome_of(&devices[0], &register.read()), None);
    }
    let after = register.read();
    let held = |system: &str| after.classified(&key(system)).unwrap().levels.confidentiality;
    assert_eq!((held("passer"), held("tidbok")), (Some(Level::Moderate), Some(Level::Serious)));
    assert_eq!((after.sittings.len(), after.risk_analyses.len(), after.risks.len()), (2, 2, 2));
    register.undo(&Signed::default()).unwrap();
    let after = register.read();
    assert!(after.classified(&key("passer")).is_none(), "taking one back leaves the other");
    assert!(after.classified(&key("tidbok")).is_some());
    let day = jiff::civil::date(2026, 3, 2);
    let workshop = devices[0].workshop();
    let title = |turn: &Turn| klassrum::report::minutes(&workshop, turn, "Skolfastigheter AB", day).title;
    assert_eq!(
        workshop.turns.iter().map(title).collect::<Vec<_>>(),
        ["Protokoll: klassning av Passersystem", "Protokoll: klassning av Tidbok"]
    );
}

#[test]
fn the_whole_is_raised_with_its_kind_and_reason_and_only_while_it_is_higher_than_its_sets() {
    let mut devices = sitting(1);
    devices[0].decide(&question("kort"), Level::Moderate, "Spärras");
    devices[0].decide(&question("larm"), Level::Moderate, "Syns ändå");
    let whole = Question { set: None, aspect: Aspect::Confidentiality };
    let raise = |device: &mut Device, level| {
        let standing = device.read().asked(&whole).map(klassrum::register::workshop::Asked::to_replace);
        device.say(&Said::Decide(Decide {
            question: whole.clone(),
            level,
            reason: "Alla skolors kort på ett ställe".into(),
            dissent: false,
            raise: Some(Raise::Accumulation),
            instead_of: standing.unwrap_or_default(),
        }))
    };
    raise(&mut devices[0], Level::Serious);
    exchange_all(&mut devices);
    let turn = devices[2].read();
    assert_eq!(
        (turn.levels(None).confidentiality, turn.raised(whole.aspect)),
        (Some(Level::Serious), Some(Raise::Accumulation))
    );
    devices[0].finish();
    let mut register = register_with(&[]);
    let found = outcome_of(&devices[0], &register.read()).unwrap();
    register.apply(&found.command, &Signed::default()).unwrap();
    let after = register.read();
    let decided = after.classifications.get(&found.classification).unwrap();
    assert_eq!(
        (decided.confidentiality, decided.raised(whole.aspect)),
        (Some(Level::Serious), Some(Raise::Accumulation))
    );
    assert!(decided.confidentiality_reason.contains("Alla skolors kort på ett ställe"));
    assert_eq!(after.classifications.len(), 3);
    let raised = after.classifications.iter().filter(|(_, one)| one.confidentiality_raise.is_some());
    assert_eq!(raised.count(), 1, "no information set is raised");

    // A set that is decided as high needs no raising.
    devices[0].decide(&question("kort"), Level::Serious, "Högre ändå");
    assert_eq!(devices[0].read().raised(whole.aspect), None);
    assert_eq!(devices[0].read().levels(None).confidentiality, Some(Level::Serious));
}

#[test]
fn what_is_done_closes_the_row_of_the_plan_that_the_table_saw_and_no_other() {
    let mut register = register_with(&[("forr", "m01", Assessment::NotMet), ("da", "m13", Assessment::NotMet)]);
    let row = |own: &str| Place { kind: RecordKind::Action, key: key("passer").child(&key(own)) };
    for (own, measure) in [("sedd", "m01"), ("senare", "m13"), ("kvar", "m14")] {
        let fields = vec![
            (Action::TITLE.key.to_owned(), Value::Line(own.into())),
            (Action::MEASURE.key.to_owned(), Value::Line(measure.into())),
        ];
        register.apply(&Command::Add { place: row(own), fields }, &Signed::default()).unwrap();
    }
    let mut devices = sitting(1);
    devices[0]
        .say(&Said::Known(KnownMeasure { row: Some(key("sedd")), ..known("m01", "forr", MeasureState::Missing) }));
    // This row was made in the register after the table had begun.
    devices[0].say(&Said::Known(known("m13", "da", MeasureState::Missing)));
    devices[0]
        .say(&Said::Known(KnownMeasure { row: Some(key("kvar")), ..known("m14", "inte", MeasureState::Missing) }));
    devices[0].answer("m01", MeasureState::Done);
    devices[0].answer("m13", MeasureState::Done);
    devices[0].answer("m14", MeasureState::Missing);
    devices[0].decide(&question("kort"), Level::Moderate, "x");
    devices[0].finish();
    let found = outcome_of(&devices[0], &register.read()).unwrap();
    register.apply(&found.command, &Signed::default()).unwrap();
    let after = register.read();
    let status = |own: &str| after.actions.get(&row(own).key).unwrap().status;
    assert_eq!((status("sedd"), status("senare"), status("kvar")), (Some(ActionStatus::Introduced), None, None));
    assert_eq!(after.actions.get(&row("sedd").key).unwrap().assessment, Some(Assessment::Met));
    assert_eq!(after.actions.len(), 3);
}

/// A register with the system, high in criticality, with an information set that has a records rule.
fn register_with_set() -> RegisterDocument {
    let mut register = register_with(&[]);
    let system = Place { kind: RecordKind::System, key: key("passer") };
    for (field, value) in [
        (System::PERSONAL_DATA, Value::Flag(true)),
        (System::CRITICALITY, Value::Choice(Criticality::High.key().into())),
    ] {
        set(&mut register, &system, field.key, value);
    }
    let fields = vec![
        (InformationSet::NAME.key.to_owned(), Value::Line("Kort".into())),
        (InformationSet::CHILDREN.key.to_owned(), Value::Flag(true)),
        (InformationSet::RETENTION.key.to_owned(), Value::Choice(KeepOrDispose::Dispose.key().into())),
        (InformationSet::DISPOSE_AFTER.key.to_owned(), Value::Line("två år".into())),
        (InformationSet::RETENTION_BASIS.key.to_owned(), Value::Line("Planen".into())),
    ];
    let place = Place { kind: RecordKind::InformationSet, key: key("passer.kort") };
    register.apply(&Command::Add { place, fields }, &Signed::default()).unwrap();
    register
}

fn set(register: &mut RegisterDocument, place: &Place, field: &str, value: Value) {
    let command = Command::Set { place: place.clone(), field: field.to_owned(), value };
    register.apply(&command, &Signed::default()).unwrap();
}

/// A founder alone with what the register gives the table.
fn begun_from(register: &Register) -> Device {
    let brought = agenda(register, &MethodInUse::shipped(), &key("passer"), Language::Swedish).unwrap();
    let mut device = Device::new(0);
    device.say(&Said::Begin(Begin { salt: Digest(SALT), about: brought.about.clone() }));
    for said in brought.said() {
        assert!(said.is_sound());
        device.say(&said);
    }
    device
}

fn floors(turn: &Turn, set: &str) -> Vec<(Aspect, Level)> {
    let floors = &turn.set(&key(set)).unwrap().floors;
    floors.iter().map(|floor| (floor.aspect, floor.level)).collect()
}

#[test]
fn facts_that_the_table_writes_down_set_floors_as_the_register_s_do_and_come_into_it() {
    let mut register = register_with_set();
    let mut device = begun_from(&register.read());
    let turn = device.read();
    let highest = |aspect| {
        move |turn: &Turn, set: &str| {
            floors(turn, set).into_iter().filter(|(of, _)| *of == aspect).map(|(_, level)| level).max()
        }
    };
    let (secret, there) = (highest(Aspect::Confidentiality), highest(Aspect::Availability));
    assert_eq!((secret(&turn, "kort"), there(&turn, "kort")), (Some(Level::Significant), Some(Level::Significant)));

    // A set of the table's own has its system's floors from the start.
    let Said::Set(new) = agenda_set("larm") else { panic!("a set") };
    device.say(&Said::Set(AgendaSet { floors: turn.floors_of(&new.facts), order: 1, ..new }));
    let turn = device.read();
    assert_eq!((secret(&turn, "larm"), there(&turn, "larm")), (Some(Level::Moderate), Some(Level::Significant)));
    for (name, facts) in [
        ("larm", SetFacts { secrecy: "18 kap. 8 §".into(), personal_data: Some(false), ..SetFacts::default() }),
        ("kort", SetFacts { protected_identity: Some(true), ..turn.set(&key("kort")).unwrap().facts.clone() }),
    ] {
        let set = turn.set(&key(name)).unwrap().clone();
        device.say(&Said::Set(AgendaSet { floors: turn.floors_of(&facts), facts, ..set }));
    }
    let turn = device.read();
    assert_eq!((secret(&turn, "larm"), secret(&turn, "kort")), (Some(Level::Serious), Some(Level::Serious)));
    assert_eq!(turn.floor(&question("larm")).map(|floor| floor.level), Some(Level::Serious));

    for name in ["kort", "larm"] {
        device.decide(&question(name), Level::Serious, "x");
    }
    device.finish();
    // Meanwhile somebody wrote in the register what the table did not touch.
    let place = Place { kind: RecordKind::InformationSet, key: key("passer.kort") };
    set(&mut register, &place, InformationSet::CHILDREN.key, Value::Flag(false));
    let found = outcome_of(&device, &register.read()).unwrap();
    register.apply(&found.command, &Signed::default()).unwrap();
    let after = register.read();
    let (cards, alarms) = (
        after.information_sets.get(&key("passer.kort")).unwrap(),
        after.information_sets.get(&key("passer.larm")).unwrap(),
    );
    assert_eq!((cards.protected_identity, cards.children, cards.personal_data), (Some(true), Some(false), None));
    assert_eq!((alarms.secrecy.as_str(), alarms.personal_data, alarms.children), ("18 kap. 8 §", Some(false), None));
    for (name, set) in [("passer.kort", cards), ("passer.larm", alarms)] {
        let (_, decided) = after.classifications.iter().find(|(_, one)| one.information_set == name).unwrap();
        let system = after.systems.get(&key("passer")).unwrap();
        let changed = klassrum::register::method::changed_since(&decided.basis, system, Some(set));
        assert_eq!(changed, [], "what came in with the decision is nothing new to it");
    }
}

#[test]
fn the_records_rule_of_the_register_is_at_the_table_and_what_is_kept_has_no_day_of_disposal() {
    let mut register = register_with_set();
    let mut device = begun_from(&register.read());
    let rule = device.read().set(&key("kort")).unwrap().rule.clone().unwrap();
    assert_eq!((rule.keep, rule.when.as_str(), rule.basis.as_str()), (Some(false), "två år", "Planen"));
    let note = RecordsNote { set: key("kort"), keep: true, when: rule.when, basis: String::new() };
    device.say(&Said::Records(note));
    device.decide(&question("kort"), Level::Serious, "x");
    device.finish();
    let found = outcome_of(&device, &register.read()).unwrap();
    register.apply(&found.command, &Signed::default()).unwrap();
    let after = register.read();
    let cards = after.information_sets.get(&key("passer.kort")).unwrap();
    assert_eq!((cards.retention, cards.dispose_after.as_str()), (Some(KeepOrDispose::Keep), ""));
    assert_eq!(cards.retention_basis, "Planen", "what the table wrote nothing of stands");
}

#[test]
fn the_measures_travel_with_the_turn_and_one_that_is_another_s_stays_open_with_a_row_of_theirs() {
    let mut register = register_with_set();
    let mut device = begun_from(&register.read());
    device.decide(&question("kort"), Level::Serious, "x");
    let turn = device.read();
    let shipped = MethodInUse::shipped().measures;
    let asked = |catalogue| {
        let asked = klassrum::register::method::measures_for(catalogue, turn.levels(None)).unwrap();
        asked
            .iter()
            .map(|one| (one.measure.id.clone(), one.measure.expects.sv.clone(), one.stricter))
            .collect::<Vec<_>>()
    };
    let brought = turn.as_catalogue();
    assert_eq!(asked(&brought), asked(&shipped));
    let note = |measure: &str, state, reason: &str| {
        Said::Measure(MeasureNote {
            measure: measure.into(),
            title: measure.into(),
            state,
            reason: reason.into(),
            owner: String::new(),
            due: None,
            instead_of: Some(Vec::new()),
        })
    };
    device.say(&note("m13", MeasureState::NotOurs, "Driftleverantör"));
    device.say(&note("m01", MeasureState::Missing, ""));
    device.say(&note("m02", MeasureState::NotApplicable, ""));
    device.say(&note("m03", MeasureState::NotApplicable, "Ingen sådan drift"));
    device.finish();
    let found = outcome_of(&device, &register.read()).unwrap();
    assert_eq!(found.command.check(), Ok(()));
    register.apply(&found.command, &Signed::default()).unwrap();
    let after = register.read();
    let held = held_answers(&after, &key("passer"));
    let of = |measure: &str| (held[measure].answer.assessment, held[measure].answer.reason.as_str());
    assert_eq!(of("m13"), (Some(Assessment::Unknown), "Inte vårt att göra, utan: Driftleverantör"));
    assert_eq!(of("m02").0, Some(Assessment::Unknown), "without a reason it is not known not to apply");
    assert_eq!(of("m03"), (Some(Assessment::NotApplicable), "Ingen sådan drift"));
    let row = |measure: &str| after.actions.iter().find(|(_, row)| row.measure == measure).map(|(_, row)| row.clone());
    let (theirs, ours) = (row("m13").unwrap(), row("m01").unwrap());
    assert_eq!((theirs.owner.as_str(), theirs.side), ("Driftleverantör", Some(Side::Provider)));
    assert!(theirs.title.starts_with("M13 "));
    let first = shipped.get("m01").unwrap();
    assert_eq!(ours.title, format!("M01 {}", first.title.sv));
    assert_eq!((ours.side, ours.priority), (first.sides.first().copied(), Some(Priority::Normal)));
    assert_eq!((ours.status, ours.decided_by.as_str()), (Some(ActionStatus::Decided), "Informationsägare"));
    assert!(row("m02").is_none() && row("m03").is_none());
}

#[test]
fn who_comes_once_a_system_is_done_with_was_not_at_its_sitting() {
    let mut devices = sitting(2);
    // A clock that goes far ahead.
    let late = i64::from(u32::MAX);
    let come = |device: &mut Device, role: &str| {
        let join = Said::Join(Join { role: role.into(), name: String::new(), observer: false });
        let bytes = device.key.say(1, late, None, &join);
        device.document.say(&[bytes]).unwrap();
    };
    devices.push(Device::new(9));
    exchange_all(&mut devices);
    come(&mut devices[4], "Voterade");
    devices[4].vote(&first("kort"), Level::Moderate);
    exchange_all(&mut devices);
    devices[0].close(&first("kort"));
    settle(&mut devices);
    devices[0].decide(&question("kort"), Level::Moderate, "");
    devices[0].finish();
    exchange_all(&mut devices);
    devices.push(Device::new(10));
    exchange_all(&mut devices);
    come(&mut devices[5], "Sen");
    exchange_all(&mut devices);
    let workshop = devices[0].workshop();
    assert_eq!(workshop.at_table().count(), 6);
    let mut register = register_with(&[]);
    let found = outcome_of(&devices[0], &register.read()).unwrap();
    register.apply(&found.command, &Signed::default()).unwrap();
    let mut roles: Vec<_> = register.read().attendances.iter().map(|(_, one)| one.role.clone()).collect();
    roles.sort_unstable();
    assert_eq!(roles, ["Roll 0", "Roll 1", "Roll 2", "Roll 3", "Voterade"]);
    let report = klassrum::report::minutes(&workshop, &devices[0].read(), "", jiff::civil::date(2026, 3, 2));
    let Block::Bullets(there) = &report.sections[0].computed[0] else { panic!("a list") };
    assert!(there.iter().all(|one| !words(one).contains("Sen")));
}
