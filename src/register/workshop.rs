//! A classification workshop: who sits at the table, what is voted on, what each vote was and what is decided.
//!
//! The same table may take several systems in turn: each [`Turn`] has its own agenda, votes, decisions and end. A facilitator
//! begins the next; what is said at it names it, and a vote of one turn is none in another.
//!
//! A workshop is a set of [`Statement`]s, each signed by the person who made it and never changed. All else is computed
//! from the set by [`Workshop::from_statements`], the same on every device in whatever order they came: nothing is said
//! about time, only about what a statement names.
//!
//! - A vote is a [`Commitment`]: nobody, not even a device, can read it. A facilitator's close names the votes that it
//!   counts. A ballot then opens a vote, if it fits; one that doesn't fit opens nothing. A vote that no close names came
//!   late: it is kept and shown, and changes nothing that the table had before its eyes.
//! - The highest vote stands unless a reason is written: a decision below it that says no reason doesn't count.
//! - A decision names those that it takes the place of. Two that know nothing of each other both stand: the higher level
//!   holds until somebody has settled it. So with two ends of one workshop.
//! - An end names what it is about: decisions, and what stood beside them. What is changed after it is in no minutes and
//!   comes into no register before the workshop is ended again.
//! - Level 4 is not classified here: it stops, and nothing of it comes into a register.
//! - A risk is proposed by anybody who votes. Who proposed it and a facilitator may say more of it, naming what that takes
//!   the place of; a facilitator may strike it.
//! - Who founded a workshop follows from its code, so nobody else can seem to. The founder appoints
//!   other facilitators. What only a facilitator may say counts from nobody else.
//!
//! Nothing here reads a clock or a random number, and nothing here draws.

mod ballot;
mod brought;
pub mod by_key;
mod ending;
mod outcome;
mod risk;
mod round;
mod said;
mod statement;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use ballot::{Ballot, Commitment, OwnVote};
pub use brought::*;
pub use ending::{EndedNotes, Ending};
pub use outcome::{Outcome, outcome};
pub use risk::TableRisk;
pub use round::{LateVote, OpenedVote, Tally};
pub use said::*;
pub use statement::{Digest, NotSaid, Person, PersonKey, STATEMENT_MAX, Statement};

use super::{Aspect, Choose, Key, Level, Levels, Raise};

/// Somebody at the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    /// Who.
    pub person: Person,
    /// The role, as written.
    pub role: String,
    /// The name, if one was given.
    pub name: String,
    /// Whether the person only looks on: an observer has no vote and is waited for by nobody.
    pub observer: bool,
    /// When the person came, in seconds since 1970 by that device's clock.
    pub came: i64,
    /// Whether a facilitator has taken the person off the list: joined twice, say.
    pub excluded: bool,
    /// Whether the person leads the sitting.
    pub facilitator: bool,
}

impl Participant {
    /// Whether the person's votes count.
    #[must_use]
    pub const fn votes(&self) -> bool {
        !self.observer && !self.excluded
    }

    /// Two letters for a small circle: the first of the role's two words, or its first two.
    #[must_use]
    pub fn initials(&self) -> String {
        let mut words = self.role.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
        let (first, second) = (words.next().unwrap_or("?"), words.next());
        let letters: String = match second.and_then(|word| word.chars().next()) {
            Some(second) => first.chars().take(1).chain([second]).collect(),
            None => first.chars().take(2).collect(),
        };
        letters.to_uppercase()
    }
}

/// A decision on a level, as it was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The statement.
    pub id: Digest,
    /// Who wrote it down.
    pub by: Person,
    /// When, in seconds since 1970 by that device's clock.
    pub at: i64,
    /// What was decided.
    pub what: Decide,
}

/// One question and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The question.
    pub question: Question,
    /// Its rounds, the first first.
    pub rounds: Vec<Tally>,
    /// The decisions that stand; more than one when facilitators decided apart.
    pub decisions: Vec<Decision>,
    /// The decisions that counted and that others took the place of.
    pub replaced: Vec<Decision>,
    /// Decisions that don't count: lower than the highest vote that was open to the table, and without a reason.
    pub unreasoned: Vec<Decision>,
    /// Decisions that don't count: lower than the facts of the information set allow.
    pub below_floor: Vec<Decision>,
    /// What participants wrote of why they think otherwise.
    pub dissents: Vec<(Person, String)>,
}

impl Asked {
    /// The round that is voted in now, or was last.
    #[must_use]
    pub fn round(&self) -> Option<&Tally> {
        self.rounds.last()
    }

    /// The round that was closed last.
    #[must_use]
    pub fn closed(&self) -> Option<&Tally> {
        self.rounds.iter().rev().find(|round| round.closed)
    }

    /// Whether a decision on this level must say why: somebody voted higher, or may have, as their device is away.
    #[must_use]
    pub fn needs_reason(&self, level: Level) -> bool {
        let may_be_higher = |round: &Tally| !round.sealed.is_empty() && level < Level::Exceptional;
        self.closed().is_some_and(|round| Some(level) < round.highest() || may_be_higher(round))
    }

    /// What a new decision takes the place of: all that were said and that none has taken the place of.
    #[must_use]
    pub fn to_replace(&self) -> Vec<Digest> {
        self.decisions.iter().chain(&self.unreasoned).chain(&self.below_floor).map(|decision| decision.id).collect()
    }

    /// The decision that holds: of several, the one with the highest level.
    #[must_use]
    pub fn decision(&self) -> Option<&Decision> {
        self.decisions.iter().max_by_key(|decision| (decision.what.level, decision.id))
    }

    /// Whether facilitators decided on different levels apart, and nobody has settled it.
    #[must_use]
    pub fn is_disputed(&self) -> bool {
        let mut levels = self.decisions.iter().map(|decision| decision.what.level);
        levels.next().is_some_and(|first| levels.any(|level| level != first))
    }

    /// Whether it has come to level 4: it is decided, or somebody voted for it when it was last asked.
    #[must_use]
    pub fn stops(&self) -> bool {
        let voted = |round: &Tally| {
            let late = round.late_fell().any(|(level, _)| level == Level::Exceptional);
            round.highest() == Some(Level::Exceptional) || late
        };
        let decided = self.decision().is_some_and(|decision| decision.what.level == Level::Exceptional);
        decided || self.closed().is_some_and(voted)
    }
}

/// A workshop as it is read: the table, and what it said of each system in turn.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Workshop {
    /// The systems in turn, in the order they were begun; none until the first has arrived.
    pub turns: Vec<Turn>,
    /// The place among them of the one that everybody is at.
    pub at: usize,
    /// Who founded it.
    pub founder: Option<Person>,
    /// Who is at the table, in the order they came.
    pub people: Vec<Participant>,
    /// Whether the table chose to see who voted what, by role.
    pub roles_shown: bool,
    /// How many statements are from a newer program.
    pub unread: u32,
}

/// What was said of one system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// The statement that it began with; none for the first, which began with the workshop.
    pub id: Option<Digest>,
    /// What makes its keys its own: the workshop's salt for the first, its statement for the others.
    pub mark: Digest,
    /// What it is about.
    pub about: About,
    /// When it began, in seconds since 1970 by that device's clock.
    pub begun: i64,
    /// The information sets on the agenda, in order.
    pub sets: Vec<AgendaSet>,
    /// What everybody looks at now.
    pub stop: Stop,
    /// The questions that were voted on or decided, in the agenda's order.
    pub asked: Vec<Asked>,
    /// What the register said of measures when the turn began, by their ids.
    pub known: Vec<KnownMeasure>,
    /// The organisation's measures, in its catalogue's order; none from an older program.
    pub catalogue: Vec<TableMeasure>,
    /// What was said of each measure, by its id.
    pub measures: Vec<MeasureNote>,
    /// What was settled of keeping and disposing, by information set.
    pub records: Vec<RecordsNote>,
    /// The organisation's own risk matrix, as the text of its file; empty when one that ships holds.
    pub matrix: String,
    /// The risks that were proposed, in the order they came.
    pub risks: Vec<TableRisk>,
    /// The ends that stand; more than one when facilitators ended it apart.
    pub endings: Vec<Ending>,
    /// Every end that was said, also those that another took the place of.
    pub ended: Vec<Digest>,
    /// The statements that say what stands beside the decisions: what an end names.
    pub noted: Vec<Digest>,
}

impl Workshop {
    /// The workshop that these statements make. `is_founding` tells whether a person with this salt founded it.
    #[must_use]
    pub fn from_statements<'s>(
        statements: impl IntoIterator<Item = &'s Statement>,
        is_founding: impl Fn(Person, &[u8; 32]) -> bool,
    ) -> Self {
        // In an order of their own, so that none depends on how they came.
        let mut all: Vec<&Statement> = statements.into_iter().filter(|statement| statement.said.is_sound()).collect();
        all.sort_by_key(|statement| (statement.seq, statement.id));
        all.dedup_by_key(|statement| statement.id);
        let founding = all.iter().find_map(|statement| match &statement.said {
            Said::Begin(begin) if is_founding(statement.by, &begin.salt.0) => Some((*statement, begin)),
            _ => None,
        });
        let Some((first, begin)) = founding else { return Self::default() };
        let founder = first.by;
        let appointed = all.iter().filter(|statement| statement.by == founder);
        let appointed = appointed.filter_map(|statement| match statement.said {
            Said::Appoint(person) => Some(person),
            _ => None,
        });
        let facilitators: BTreeSet<Person> = appointed.chain([founder]).collect();
        let leads = |statement: &Statement| facilitators.contains(&statement.by);

        let mut table = Table::default();
        for statement in &all {
            table.take(statement, leads(statement));
        }
        let people = table.people(&facilitators);
        let voters: BTreeSet<Person> =
            people.iter().filter(|person| person.votes()).map(|person| person.person).collect();
        let later = all.iter().filter(|statement| leads(statement)).filter_map(|statement| match &statement.said {
            Said::Turn(about) => Some((*statement, Some(statement.id), statement.id, about)),
            _ => None,
        });
        let begun = std::iter::once((first, None, begin.salt, &begin.about)).chain(later);
        let turns: Vec<Turn> = begun
            .map(|(statement, id, mark, about)| {
                let said: Vec<_> = all.iter().copied().filter(|statement| statement.turn == id).collect();
                let new = Turn::new(id, mark, about.clone(), statement.at);
                new.with(&said, &facilitators, &voters)
            })
            .collect();
        // Where whoever leads was last: with a system that they began or had everybody look at.
        let led = all.iter().rev().filter(|statement| leads(statement)).filter_map(|statement| match &statement.said {
            Said::Turn(_) => Some(Some(statement.id)),
            Said::Show(_) => Some(statement.turn),
            _ => None,
        });
        let at = led.filter_map(|id| turns.iter().position(|turn| turn.id == id)).next().unwrap_or(0);
        Self { turns, at, founder: Some(founder), people, roles_shown: table.roles_shown, unread: table.unread }
    }

    /// The turn that everybody is at; nothing until it has arrived.
    #[must_use]
    pub fn turn(&self) -> Option<&Turn> {
        self.turns.get(self.at)
    }

    /// The turn that began with this statement; none: the first.
    #[must_use]
    pub fn turn_of(&self, id: Option<Digest>) -> Option<&Turn> {
        self.turns.iter().find(|turn| turn.id == id)
    }

    /// Who sits at the table, in the order they came: those who were not taken off the list.
    pub fn at_table(&self) -> impl Iterator<Item = &Participant> {
        self.people.iter().filter(|person| !person.excluded)
    }

    /// Somebody at the table.
    #[must_use]
    pub fn participant(&self, person: Person) -> Option<&Participant> {
        self.people.iter().find(|participant| participant.person == person)
    }

    /// Whether the person leads the sitting.
    #[must_use]
    pub fn is_facilitator(&self, person: Person) -> bool {
        self.founder == Some(person) || self.participant(person).is_some_and(|participant| participant.facilitator)
    }

    /// How many have a vote.
    #[must_use]
    pub fn voters(&self) -> usize {
        self.people.iter().filter(|person| person.votes()).count()
    }

    /// A round's votes, if anything was said of it.
    #[must_use]
    pub fn tally(&self, round: &Round) -> Option<&Tally> {
        let asked = self.turn_of(round.turn)?.asked(&round.question)?;
        asked.rounds.iter().find(|tally| tally.number == round.number)
    }

    /// Of the votes given on this device, those that are to be opened now: their round is closed, and they count or came
    /// late.
    #[must_use]
    pub fn to_open<'v>(&self, votes: &'v [OwnVote]) -> Vec<&'v OwnVote> {
        let is_due = |own: &&OwnVote| {
            self.tally(&own.round).is_some_and(|round| {
                round.sealed.contains(&(own.person, own.vote))
                    || round.late.iter().any(|late| late.vote == own.vote && late.ballot.is_none())
            })
        };
        votes.iter().filter(is_due).collect()
    }

    /// Whether everybody looks at a question whose last round is closed, and some of its votes are not opened yet.
    #[must_use]
    pub fn is_opening(&self) -> bool {
        let Some(turn) = self.turn() else { return false };
        let Stop::Question(question) = &turn.stop else { return false };
        let last = turn.asked(question).and_then(Asked::round);
        last.is_some_and(|round| round.closed && !round.sealed.is_empty())
    }

    /// The votes that a facilitator's close names now: everybody's last that was not taken back. Closing again names those
    /// that came late beside what was counted before: who votes anew when the votes are open changes nothing.
    #[must_use]
    pub fn votes_to_count(&self, round: &Round) -> Vec<Digest> {
        let Some(tally) = self.tally(round) else { return Vec::new() };
        if !tally.closed {
            return tally.voted.iter().map(|(_, vote)| *vote).collect();
        }
        let counted = tally.opened_votes.iter().map(|vote| vote.vote);
        let sealed = tally.sealed.iter().map(|(_, vote)| *vote);
        counted.chain(sealed).chain(tally.late.iter().map(|late| late.vote)).collect()
    }

    /// The number that what `person` says next gets: after all that they said, and for a facilitator after all that other
    /// facilitators said. What others say never counts here, or one person could use the numbers up.
    #[must_use]
    pub fn next_seq<'s>(&self, statements: impl IntoIterator<Item = &'s Statement>, person: Person) -> u64 {
        let leads = self.is_facilitator(person);
        let heard = statements
            .into_iter()
            .filter(|statement| statement.by == person || leads && self.is_facilitator(statement.by));
        heard.map(|statement| statement.seq).max().unwrap_or(0).saturating_add(1)
    }
}

impl Turn {
    /// A turn at which nothing was said.
    #[must_use]
    pub const fn new(id: Option<Digest>, mark: Digest, about: About, begun: i64) -> Self {
        Self {
            id,
            mark,
            about,
            begun,
            sets: Vec::new(),
            stop: Stop::Facts,
            asked: Vec::new(),
            known: Vec::new(),
            catalogue: Vec::new(),
            measures: Vec::new(),
            records: Vec::new(),
            matrix: String::new(),
            risks: Vec::new(),
            endings: Vec::new(),
            ended: Vec::new(),
            noted: Vec::new(),
        }
    }

    /// With what was said at it, in the statements' order.
    fn with(mut self, said: &[&Statement], facilitators: &BTreeSet<Person>, voters: &BTreeSet<Person>) -> Self {
        let mut notes = Notes::default();
        let of_facilitators = || said.iter().copied().filter(|statement| facilitators.contains(&statement.by));
        for statement in of_facilitators() {
            notes.take(statement);
        }
        self.risks = risk::risks(said, facilitators, voters);
        self.noted = notes.said().chain(ending::noted(said, voters, &self.risks)).collect();
        self.sets = notes.agenda_sets();
        self.stop = notes.stop;
        self.known = notes.known.into_values().collect();
        self.catalogue = notes.catalogue;
        self.measures = notes.measures.into_values().map(|(_, note)| note).collect();
        self.records = notes.records.into_values().map(|(_, note)| note).collect();
        self.matrix = notes.matrix;
        let floor = |question: &Question| self.floor(question).map(|floor| floor.level);
        self.asked = round::asked(self.id, said, facilitators, voters, &self.questions(), floor);
        let ends = || {
            of_facilitators().filter_map(|statement| match &statement.said {
                Said::Finish(finish) => Some((statement, finish.instead_of.as_slice(), finish)),
                _ => None,
            })
        };
        self.ended = ends().map(|(statement, ..)| statement.id).collect();
        let ending = |(statement, what): (&Statement, &Finish)| Ending {
            id: statement.id,
            by: statement.by,
            at: statement.at,
            notes: what.notes.as_ref().map(|named| EndedNotes::of(named, said, facilitators, voters)),
            what: what.clone(),
        };
        self.endings = standing(ends()).into_iter().map(ending).collect();
        self
    }

    /// The information sets that stand on the agenda, in its order.
    pub fn agenda(&self) -> impl Iterator<Item = &AgendaSet> {
        self.sets.iter().filter(|set| !set.dropped)
    }

    /// Every question on the agenda, in its order: per information set its aspects.
    #[must_use]
    pub fn questions(&self) -> Vec<Question> {
        let sets = self.agenda().map(|set| Some(set.key.clone()));
        sets.flat_map(|set| Aspect::ALL.iter().map(move |aspect| Question { set: set.clone(), aspect: *aspect }))
            .collect()
    }

    /// One question, if anything was said of it.
    #[must_use]
    pub fn asked(&self, question: &Question) -> Option<&Asked> {
        self.asked.iter().find(|asked| asked.question == *question)
    }

    /// The information set by this key.
    #[must_use]
    pub fn set(&self, key: &Key) -> Option<&AgendaSet> {
        self.sets.iter().find(|set| set.key == *key)
    }

    /// What the register said of a measure when the turn began, if anything.
    #[must_use]
    pub fn known(&self, measure: &str) -> Option<&KnownMeasure> {
        self.known.iter().find(|known| known.measure == measure)
    }

    /// The risks that nobody has struck.
    pub fn standing_risks(&self) -> impl Iterator<Item = &TableRisk> {
        self.risks.iter().filter(|risk| !risk.struck)
    }

    /// The round that a question is at: the last that was opened, or the first.
    #[must_use]
    pub fn round_of(&self, question: &Question) -> Round {
        let number = self.asked(question).and_then(Asked::round).map_or(1, |round| round.number);
        Round { turn: self.id, question: question.clone(), number }
    }

    /// The level below which the facts don't let an answer go, and which fact it is.
    #[must_use]
    pub fn floor(&self, question: &Question) -> Option<&Floor> {
        let set = self.set(question.set.as_ref()?)?;
        set.floors.iter().filter(|floor| floor.aspect == question.aspect).max_by_key(|floor| floor.level)
    }

    /// The levels that are decided for an information set, or for the system as a whole (`None`): what was decided for
    /// it, and at least the highest of any set.
    #[must_use]
    pub fn levels(&self, set: Option<&Key>) -> Levels {
        let mut levels = Levels::default();
        for asked in &self.asked {
            let concerns = match (set, &asked.question.set) {
                (None, _) => true,
                (Some(set), Some(of)) => set == of,
                (Some(_), None) => false,
            };
            if let Some(decision) = asked.decision().filter(|_| concerns) {
                levels = levels.highest(one_level(asked.question.aspect, decision.what.level));
            }
        }
        levels
    }

    /// The highest levels that are decided for any information set: below them the system as a whole can't go.
    #[must_use]
    pub fn highest_of_sets(&self) -> Levels {
        let of_sets = self.asked.iter().filter(|asked| asked.question.set.is_some());
        let decided = of_sets.filter_map(|asked| Some((asked.question.aspect, asked.decision()?.what.level)));
        decided.fold(Levels::default(), |levels, (aspect, level)| levels.highest(one_level(aspect, level)))
    }

    /// Why the system as a whole is decided higher for an aspect than each information set; nothing when it isn't.
    #[must_use]
    pub fn raised(&self, aspect: Aspect) -> Option<Raise> {
        let decision = self.asked(&Question { set: None, aspect })?.decision()?;
        let highest = self.highest_of_sets().of(aspect)?;
        decision.what.raise.filter(|_| highest < decision.what.level)
    }

    /// Whether somebody was at the table before this ending. By the clocks of two devices, which may differ: whoever voted
    /// at the turn was there, whatever their clock says.
    #[must_use]
    pub fn was_there(&self, who: &Participant, ending: &Ending) -> bool {
        let mut rounds = self.asked.iter().flat_map(|asked| &asked.rounds);
        who.came <= ending.at
            || who.person == ending.by
            || rounds.any(|round| round.opened_votes.iter().any(|vote| vote.person == who.person))
    }

    /// Whether a question has come to level 4, which is not classified here: by a fact, by a vote or by a decision.
    #[must_use]
    pub fn stops(&self, question: &Question) -> bool {
        let by_fact = self.floor(question).is_some_and(|floor| floor.level == Level::Exceptional);
        by_fact || self.asked(question).is_some_and(Asked::stops)
    }

    /// Whether level 4 is decided, or a fact says the same: then nothing of it comes into a register.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        let mut floors = self.agenda().flat_map(|set| &set.floors);
        let decided = self.levels(None).top() == Some(Level::Exceptional);
        decided || floors.any(|floor| floor.level == Level::Exceptional)
    }
}

/// A level for one aspect, none for the others.
#[must_use]
pub const fn one_level(aspect: Aspect, level: Level) -> Levels {
    let level = Some(level);
    let mut levels = Levels { confidentiality: None, integrity: None, availability: None, traceability: None };
    match aspect {
        Aspect::Confidentiality => levels.confidentiality = level,
        Aspect::Integrity => levels.integrity = level,
        Aspect::Availability => levels.availability = level,
        Aspect::Traceability => levels.traceability = level,
    }
    levels
}

/// What the statements say of the table, the later in their order taking the place of the earlier.
#[derive(Default)]
struct Table {
    joined: BTreeMap<Person, (i64, Join)>,
    excluded: BTreeSet<Person>,
    roles_shown: bool,
    unread: u32,
}

impl Table {
    fn take(&mut self, statement: &Statement, leads: bool) {
        match &statement.said {
            Said::Join(join) => {
                let came = self.joined.get(&statement.by).map_or(statement.at, |(came, _)| *came);
                self.joined.insert(statement.by, (came, join.clone()));
            }
            Said::Unknown => self.unread = self.unread.saturating_add(1),
            // What follows is a facilitator's to say.
            _ if !leads => {}
            Said::Exclude { person, excluded } => {
                if *excluded {
                    self.excluded.insert(*person);
                } else {
                    self.excluded.remove(person);
                }
            }
            Said::ShowRoles(shown) => self.roles_shown = *shown,
            _ => {}
        }
    }

    fn people(&self, facilitators: &BTreeSet<Person>) -> Vec<Participant> {
        let mut people: Vec<_> = self
            .joined
            .iter()
            .map(|(person, (came, join))| Participant {
                person: *person,
                role: join.role.clone(),
                name: join.name.clone(),
                observer: join.observer,
                came: *came,
                excluded: self.excluded.contains(person),
                facilitator: facilitators.contains(person),
            })
            .collect();
        people.sort_by_key(|participant| (participant.came, participant.person));
        people
    }
}

/// What facilitators say of a system, but the votes and what may stand beside each other; the later in the statements' order
/// takes the place of the earlier.
#[derive(Default)]
struct Notes {
    sets: BTreeMap<Key, (Digest, AgendaSet)>,
    stop: Stop,
    known: BTreeMap<String, KnownMeasure>,
    catalogue: Vec<TableMeasure>,
    measures: BTreeMap<String, (Digest, MeasureNote)>,
    records: BTreeMap<Key, (Digest, RecordsNote)>,
    matrix: String,
}

impl Notes {
    fn take(&mut self, statement: &Statement) {
        match &statement.said {
            Said::Set(set) => _ = self.sets.insert(set.key.clone(), (statement.id, set.clone())),
            Said::Show(stop) => self.stop = stop.clone(),
            Said::Known(known) => _ = self.known.insert(known.measure.clone(), known.clone()),
            Said::Catalogue(measures) => {
                for one in measures {
                    match self.catalogue.iter_mut().find(|here| here.id == one.id) {
                        Some(here) => here.clone_from(one),
                        None => self.catalogue.push(one.clone()),
                    }
                }
            }
            Said::Measure(note) => _ = self.measures.insert(note.measure.clone(), (statement.id, note.clone())),
            Said::Matrix(text) => self.matrix.clone_from(text),
            Said::Records(note) => _ = self.records.insert(note.set.clone(), (statement.id, note.clone())),
            _ => {}
        }
    }

    /// The statements that say how sets, measures and records rules are.
    fn said(&self) -> impl Iterator<Item = Digest> {
        let sets = self.sets.values().map(|(id, _)| *id);
        let measures = self.measures.values().map(|(id, _)| *id);
        sets.chain(measures).chain(self.records.values().map(|(id, _)| *id))
    }

    /// The information sets in the agenda's order.
    fn agenda_sets(&self) -> Vec<AgendaSet> {
        let mut sets: Vec<_> = self.sets.values().map(|(_, set)| set.clone()).collect();
        sets.sort_by_key(|set| (set.order, set.key.clone()));
        sets
    }
}

/// Of statements that may take each other's place, those that stand: none of the others takes theirs.
pub(super) fn standing<'s, T>(
    all: impl IntoIterator<Item = (&'s Statement, &'s [Digest], T)>,
) -> Vec<(&'s Statement, T)> {
    let all: Vec<_> = all.into_iter().collect();
    let replaced: BTreeSet<Digest> = all.iter().flat_map(|(_, instead_of, _)| instead_of.iter().copied()).collect();
    all.into_iter()
        .filter(|(statement, ..)| !replaced.contains(&statement.id))
        .map(|(statement, _, what)| (statement, what))
        .collect()
}
