//! What came of the votes: who has voted, and after the close what.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    Asked, Ballot, Commitment, Decide, Decision, Digest, Person, Question, Round, Said, Statement, by_key, standing,
};
use crate::register::{Choose, Level};

/// One round's votes, as every device counts them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Which time of asking; the first is 1.
    pub number: u16,
    /// Seconds to think; 0: no hurry. The last that a facilitator said.
    pub seconds: u32,
    /// Whether a facilitator has opened it.
    pub opened: bool,
    /// Whether it is closed.
    pub closed: bool,
    /// Who has voted and not taken it back, with the statement that is the vote.
    pub voted: Vec<(Person, Digest)>,
    /// The votes that count and are opened.
    pub opened_votes: Vec<OpenedVote>,
    /// The votes that count and are not opened yet, because their devices are away.
    pub sealed: Vec<(Person, Digest)>,
    /// Whose votes came after the close, opened or not.
    pub late: Vec<LateVote>,
}

/// A vote that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedVote {
    /// Whose.
    pub person: Person,
    /// The statement that is the vote.
    pub vote: Digest,
    /// What.
    #[serde(with = "by_key")]
    pub level: Level,
}

/// A vote that came after the close.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateVote {
    /// Whose.
    pub person: Person,
    /// The statement that is the vote.
    pub vote: Digest,
    /// What it was, once it is opened.
    pub ballot: Option<Ballot>,
}

impl Tally {
    /// How many voted for each level, the highest first.
    #[must_use]
    pub fn distribution(&self) -> Vec<(Level, usize)> {
        let count = |level| self.opened_votes.iter().filter(|vote| vote.level == level).count();
        Level::ALL.iter().rev().map(|level| (*level, count(*level))).collect()
    }

    /// The levels that anybody voted for, the highest first, each with how many did.
    pub fn fell(&self) -> impl Iterator<Item = (Level, usize)> {
        self.distribution().into_iter().filter(|(_, count)| 0 < *count)
    }

    /// The highest level that anybody voted for.
    #[must_use]
    pub fn highest(&self) -> Option<Level> {
        self.opened_votes.iter().map(|vote| vote.level).max()
    }

    /// The levels that votes were for that came late and are opened, the highest first, each with how many.
    pub fn late_fell(&self) -> impl Iterator<Item = (Level, usize)> {
        let count = |level| {
            self.late.iter().filter(|late| late.ballot.as_ref().is_some_and(|ballot| ballot.level == level)).count()
        };
        Level::ALL.iter().rev().map(move |level| (*level, count(*level))).filter(|(_, count)| 0 < *count)
    }

    /// How many votes came late and are not opened yet.
    #[must_use]
    pub fn late_sealed(&self) -> usize {
        self.late.iter().filter(|late| late.ballot.is_none()).count()
    }

    /// Whether this person has voted in it.
    #[must_use]
    pub fn has_voted(&self, person: Person) -> bool {
        self.voted.iter().any(|(who, _)| *who == person)
    }

    /// What this person voted, once it is opened.
    #[must_use]
    pub fn vote_of(&self, person: Person) -> Option<Level> {
        self.opened_votes.iter().find(|vote| vote.person == person).map(|vote| vote.level)
    }
}

/// One person's vote in one round.
struct Vote<'s> {
    statement: &'s Statement,
    commitment: Option<Commitment>,
}

#[derive(Default)]
struct Votes<'s> {
    /// In the order of the statements, so that the last of a person holds.
    votes: BTreeMap<Person, Vec<Vote<'s>>>,
    opened: bool,
    seconds: u32,
    /// Each close's place among the statements, with the votes that it names.
    closes: Vec<(Order, &'s [Digest])>,
}

/// A statement's place in the order in which all are read.
type Order = (u64, Digest);

impl<'s> Votes<'s> {
    /// The votes that the closes name, or those of them that come before a place; nothing when there is no such close.
    fn named(&self, before: Option<Order>) -> Option<BTreeSet<Digest>> {
        let closes = self.closes.iter().filter(|(order, _)| before.is_none_or(|before| *order < before));
        let mut named = closes.map(|(_, named)| named.iter().copied()).peekable();
        named.peek().is_some().then(|| named.flatten().collect())
    }
}

/// Of several votes of a person that closes name, the last.
fn counted<'v, 's>(said: &'v [Vote<'s>], named: &BTreeSet<Digest>) -> Option<&'v Vote<'s>> {
    said.iter().rev().find(|vote| vote.commitment.is_some() && named.contains(&vote.statement.id))
}

/// The ballots that were given, by who gave them and for which vote.
type Ballots = BTreeMap<(Person, Digest), Vec<Ballot>>;

/// What opens a vote: a ballot by the same person that fits what was committed to.
fn opened(round: &Round, person: Person, vote: &Vote<'_>, ballots: &Ballots) -> Option<Ballot> {
    let given = ballots.get(&(person, vote.statement.id))?;
    given.iter().copied().find(|ballot| Some(ballot.commitment(round, person)) == vote.commitment)
}

/// All questions that something was said of at a turn. `all` is what was said at it, in the statements' order; `agenda` gives
/// the questions', and `floor` the level below which the facts don't let an answer go.
pub(super) fn asked(
    turn: Option<Digest>,
    all: &[&Statement],
    facilitators: &BTreeSet<Person>,
    voters: &BTreeSet<Person>,
    agenda: &[Question],
    floor: impl Fn(&Question) -> Option<Level>,
) -> Vec<Asked> {
    let mut rounds: BTreeMap<Round, Votes<'_>> = BTreeMap::new();
    let mut ballots = Ballots::new();
    let mut dissents: BTreeMap<Question, BTreeMap<Person, String>> = BTreeMap::new();
    let mut questions: BTreeSet<Question> = BTreeSet::new();
    for statement in all {
        let leads = facilitators.contains(&statement.by);
        match &statement.said {
            Said::Vote { round, .. } | Said::Open { round, .. } | Said::Close { round, .. } if round.turn != turn => {}
            Said::Vote { round, commitment } if voters.contains(&statement.by) => {
                let vote = Vote { statement, commitment: *commitment };
                rounds.entry(round.clone()).or_default().votes.entry(statement.by).or_default().push(vote);
            }
            Said::Open { round, seconds } if leads => {
                let votes = rounds.entry(round.clone()).or_default();
                (votes.opened, votes.seconds) = (true, *seconds);
            }
            Said::Close { round, votes: named } if leads => {
                let votes = rounds.entry(round.clone()).or_default();
                votes.closes.push(((statement.seq, statement.id), named));
            }
            Said::Reveal { vote, ballot } => ballots.entry((statement.by, *vote)).or_default().push(*ballot),
            Said::Dissent { question, text } if voters.contains(&statement.by) => {
                dissents.entry(question.clone()).or_default().insert(statement.by, text.clone());
            }
            Said::Decide(decide) if leads => {
                questions.insert(decide.question.clone());
            }
            _ => {}
        }
    }
    questions.extend(rounds.keys().map(|round| round.question.clone()));
    let mut asked: Vec<_> = questions
        .into_iter()
        .map(|question| {
            let of_it = || rounds.range(first(turn, &question)..=last(turn, &question));
            let decisions = all.iter().filter(|statement| facilitators.contains(&statement.by));
            let decisions = decisions.filter_map(|statement| match &statement.said {
                Said::Decide(what) if what.question == question => Some((*statement, what)),
                _ => None,
            });
            let floor = floor(&question);
            let (allowed, below_floor): (Vec<_>, Vec<_>) = decisions.partition(|(_, what)| floor <= Some(what.level));
            let (counted, unreasoned): (Vec<_>, Vec<_>) =
                allowed.into_iter().partition(|(statement, what)| has_reason(statement, what, of_it().rev(), &ballots));
            let settled: BTreeSet<_> = counted.iter().flat_map(|(_, what)| what.instead_of.iter().copied()).collect();
            let decision = |(said, what): (&Statement, &Decide)| Decision {
                id: said.id,
                by: said.by,
                at: said.at,
                what: what.clone(),
            };
            let decisions: Vec<_> =
                standing(counted.iter().map(|(said, what)| (*said, what.instead_of.as_slice(), *what)))
                    .into_iter()
                    .map(decision)
                    .collect();
            let replaced = counted.into_iter().filter(|(said, _)| !decisions.iter().any(|other| other.id == said.id));
            let replaced = replaced.map(decision).collect();
            let is_open = |(said, _): &(&Statement, &Decide)| !settled.contains(&said.id);
            let dissents = dissents.remove(&question).unwrap_or_default();
            Asked {
                rounds: of_it().map(|(round, votes)| tally(round, votes, &ballots)).collect(),
                decisions,
                replaced,
                unreasoned: unreasoned.into_iter().filter(is_open).map(decision).collect(),
                below_floor: below_floor.into_iter().filter(is_open).map(decision).collect(),
                dissents: dissents.into_iter().filter(|(_, text)| !text.trim().is_empty()).collect(),
                question,
            }
        })
        .collect();
    let place = |question: &Question| agenda.iter().position(|other| other == question).unwrap_or(usize::MAX);
    asked.sort_by_cached_key(|asked| (place(&asked.question), asked.question.clone()));
    asked
}

/// Whether a decision says why, or need not: it isn't lower than the highest vote of the last round that was closed before
/// it. What is voted or taken in later changes nothing that the table had before its eyes. `rounds` has the last first.
fn has_reason<'a>(
    statement: &Statement,
    what: &Decide,
    mut rounds: impl Iterator<Item = (&'a Round, &'a Votes<'a>)>,
    ballots: &Ballots,
) -> bool {
    if !what.reason.trim().is_empty() {
        return true;
    }
    let before = Some((statement.seq, statement.id));
    let closed = rounds.find_map(|(round, votes)| Some((round, votes, votes.named(before)?)));
    closed.is_none_or(|(round, votes, named)| {
        let level = |(person, said): (&Person, &Vec<Vote<'_>>)| {
            opened(round, *person, counted(said, &named)?, ballots).map(|ballot| ballot.level)
        };
        votes.votes.iter().filter_map(level).max() <= Some(what.level)
    })
}

fn first(turn: Option<Digest>, question: &Question) -> Round {
    Round { turn, question: question.clone(), number: 0 }
}

fn last(turn: Option<Digest>, question: &Question) -> Round {
    Round { turn, question: question.clone(), number: u16::MAX }
}

fn tally(round: &Round, votes: &Votes<'_>, ballots: &Ballots) -> Tally {
    let named = votes.named(None);
    let mut tally = Tally {
        number: round.number,
        seconds: votes.seconds,
        opened: votes.opened,
        closed: named.is_some(),
        voted: Vec::new(),
        opened_votes: Vec::new(),
        sealed: Vec::new(),
        late: Vec::new(),
    };
    for (person, said) in &votes.votes {
        let opened = |vote: &Vote<'_>| opened(round, *person, vote, ballots);
        let last = said.last().filter(|vote| vote.commitment.is_some());
        if let Some(vote) = last {
            tally.voted.push((*person, vote.statement.id));
        }
        let Some(named) = &named else { continue };
        match (counted(said, named), last) {
            (Some(vote), _) => match opened(vote) {
                Some(ballot) => tally.opened_votes.push(OpenedVote {
                    person: *person,
                    vote: vote.statement.id,
                    level: ballot.level,
                }),
                None => tally.sealed.push((*person, vote.statement.id)),
            },
            (None, Some(vote)) => {
                tally.late.push(LateVote { person: *person, vote: vote.statement.id, ballot: opened(vote) });
            }
            (None, None) => {}
        }
    }
    tally
}
