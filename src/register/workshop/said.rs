//! What can be said in a workshop. The names here are a file format: add, never rename.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::statement::hashes;
use super::{
    Ballot, Commitment, Digest, EXPECTS_MAX, KnownRule, MEASURES_MAX, Person, RULES_MAX, SetFacts, TableMeasure,
    TableRule, by_key,
};
use crate::register::{
    Aspect, Criticality, Date, Impact, Key, Level, Likelihood, Prose, Raise, Risk, RiskStatus, RiskTreatment,
};

/// The most characters of a line.
pub const LINE_MAX: usize = 300;
/// The most characters of a longer text.
pub const TEXT_MAX: usize = 4_000;
/// The most characters of an organisation's own matrix.
pub const MATRIX_MAX: usize = 12_000;
/// The most statements that one may name as those it takes the place of.
const NAMED_MAX: usize = 200;
/// The most answers to one measure that stand beside each other.
pub const ANSWERS_MAX: usize = 64;

/// One thing said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Said {
    /// What the sitting is about. The first; the founder's.
    #[serde(rename = "begin")]
    Begin(Begin),
    /// The table turns to another system. What is said of it names this statement. A facilitator's.
    #[serde(rename = "turn")]
    Turn(About),
    /// Another may lead the sitting too. The founder's.
    #[serde(rename = "appoint")]
    Appoint(Person),
    /// Somebody sits down, or says anew who they are.
    #[serde(rename = "join")]
    Join(Join),
    /// A person is taken off the list, or put back. A facilitator's.
    #[serde(rename = "exclude")]
    Exclude {
        /// Who.
        person: Person,
        /// Off, or back.
        excluded: bool,
    },
    /// An information set on the agenda, as it is from now on. A facilitator's.
    #[serde(rename = "set")]
    Set(AgendaSet),
    /// What everybody looks at from now on. A facilitator's.
    #[serde(rename = "show")]
    Show(Stop),
    /// Whether who voted what is shown by role. A facilitator's, when the table has chosen.
    #[serde(rename = "show-roles")]
    ShowRoles(bool),
    /// A round is opened, with so many seconds to think. A facilitator's.
    #[serde(rename = "open")]
    Open {
        /// The round.
        round: Round,
        /// Seconds to think; 0: no hurry.
        seconds: u32,
    },
    /// A vote, sealed; or that it is taken back.
    #[serde(rename = "vote")]
    Vote {
        /// The round.
        round: Round,
        /// What shows that the vote was given; nothing takes it back.
        commitment: Option<Commitment>,
    },
    /// A round is closed, with the votes that count. A facilitator's.
    #[serde(rename = "close")]
    Close {
        /// The round.
        round: Round,
        /// The statements that are votes and count.
        votes: Vec<Digest>,
    },
    /// A vote is opened by the one who gave it.
    #[serde(rename = "reveal")]
    Reveal {
        /// The statement that is the vote.
        vote: Digest,
        /// What it was.
        ballot: Ballot,
    },
    /// A level is decided. A facilitator's.
    #[serde(rename = "decide")]
    Decide(Decide),
    /// Why somebody thinks otherwise.
    #[serde(rename = "dissent")]
    Dissent {
        /// The question.
        question: Question,
        /// In their own words.
        text: String,
    },
    /// How the register has it with a measure, before the table has said anything. A facilitator's.
    #[serde(rename = "known")]
    Known(KnownMeasure),
    /// Measures of the organisation's catalogue, so that all see what is asked. Several such make up the catalogue, in
    /// their order. A facilitator's.
    #[serde(rename = "catalogue")]
    Catalogue(Vec<TableMeasure>),
    /// How it is with a measure. A facilitator's.
    #[serde(rename = "measure")]
    Measure(MeasureNote),
    /// What is kept and what is disposed of. A facilitator's.
    #[serde(rename = "records")]
    Records(RecordsNote),
    /// The organisation's own risk matrix, as the text of its file; without it the one that ships holds. A facilitator's.
    #[serde(rename = "matrix")]
    Matrix(String),
    /// A risk that somebody proposes, or what is said of one. Of whoever votes; of another's, a facilitator's.
    #[serde(rename = "risk")]
    Risk(RiskNote),
    /// A risk is struck, or put back. A facilitator's.
    #[serde(rename = "strike")]
    Strike {
        /// The statement that proposed it.
        risk: Digest,
        /// Struck, or back.
        struck: bool,
    },
    /// The sitting is over. A facilitator's.
    #[serde(rename = "finish")]
    Finish(Finish),
    /// Something that only a newer program understands.
    #[serde(rename = "unknown")]
    Unknown,
}

/// What a workshop begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begin {
    /// Random; makes the workshop's code the founder's, as the crypto room computes it.
    pub salt: Digest,
    /// The first system. Its fields stand beside the salt.
    #[serde(flatten)]
    pub about: About,
}

/// What a workshop is about at a turn: all that the table needs of one system, and nothing else of the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The system's key in the register it comes from.
    pub system: Key,
    /// Its name.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub purpose: String,
    /// What else the table should know: a heading and a line each.
    #[serde(default)]
    pub facts: Vec<(String, String)>,
    /// The words for the levels, per aspect.
    #[serde(default)]
    pub words: Vec<AspectWords>,
    /// The edition of those words.
    #[serde(default)]
    pub wording: String,
    /// The editions of the catalogue of measures.
    #[serde(default)]
    pub catalogue: String,
    /// The day the system was last classified.
    #[serde(default)]
    pub last: Option<Date>,
    /// Whether the table is given what the register has answered about measures.
    #[serde(default)]
    pub answers: bool,
    /// The id of the matrix that risks are valued by.
    #[serde(default)]
    pub matrix: String,
    /// The organisation's rules for floors; none from an older program, and then no facts are changed at the table.
    #[serde(default)]
    pub rules: Vec<TableRule>,
    /// Whether the system has personal data, for the sets that say nothing of it themselves.
    #[serde(default)]
    pub personal_data: Option<bool>,
    /// How much the company depends on the system.
    #[serde(default, with = "by_key::option")]
    pub criticality: Option<Criticality>,
}

/// How one aspect is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AspectWords {
    /// The aspect.
    #[serde(with = "by_key")]
    pub aspect: Aspect,
    /// The question, in plain words.
    pub question: String,
    /// What each level's card says, from level 0 on.
    pub levels: Vec<String>,
    /// What it could be at each level, from level 0 on.
    #[serde(default)]
    pub examples: Vec<String>,
    /// Of availability: the longest that one can be without it at each level, in hours, from level 0 on.
    #[serde(default)]
    pub hours: Vec<Option<u32>>,
}

/// Who somebody is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Join {
    /// The role.
    pub role: String,
    /// The name, if one is given.
    #[serde(default)]
    pub name: String,
    /// Whether the person only looks on.
    #[serde(default)]
    pub observer: bool,
}

/// An information set on the agenda.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgendaSet {
    /// Its key; in the register it is the key below the system's.
    pub key: Key,
    /// Its place on the agenda.
    #[serde(default)]
    pub order: u32,
    /// Its name.
    pub name: String,
    /// What it is.
    #[serde(default)]
    pub description: String,
    /// Below what the facts don't let it go.
    #[serde(default)]
    pub floors: Vec<Floor>,
    /// What was decided last time.
    #[serde(default)]
    pub before: Vec<AspectLevel>,
    /// Whether it was in the register before the sitting.
    #[serde(default)]
    pub known: bool,
    /// Whether it was taken off the agenda.
    #[serde(default)]
    pub dropped: bool,
    /// The facts about it that may set a floor, as the table has them.
    #[serde(default)]
    pub facts: SetFacts,
    /// The same as the register had them when the turn began.
    #[serde(default)]
    pub facts_before: SetFacts,
    /// What the register says of keeping it or disposing of it.
    #[serde(default)]
    pub rule: Option<KnownRule>,
}

/// A level of an aspect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AspectLevel {
    /// The aspect.
    #[serde(with = "by_key")]
    pub aspect: Aspect,
    /// The level.
    #[serde(with = "by_key")]
    pub level: Level,
}

/// A level that a fact asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Floor {
    /// Of which aspect.
    #[serde(with = "by_key")]
    pub aspect: Aspect,
    /// At least this.
    #[serde(with = "by_key")]
    pub level: Level,
    /// Which fact, in words.
    pub because: String,
}

/// What is asked: an aspect of an information set, or of the system as a whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Question {
    /// The information set; none: the system as a whole.
    #[serde(default)]
    pub set: Option<Key>,
    /// The aspect.
    #[serde(with = "by_key")]
    pub aspect: Aspect,
}

/// One time of asking.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Round {
    /// At which turn: the statement that it began with; none: the first.
    #[serde(default)]
    pub turn: Option<Digest>,
    /// What is asked.
    pub question: Question,
    /// The first is 1.
    pub number: u16,
}

impl Round {
    /// SHA-256 of the aspect's letter, the round's number (2 bytes, the lowest first), and its place: at a turn after the
    /// first a 2 and the turn; then the key of the information set after a 1, or a 0 for the system as a whole.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut hash = Sha256::new();
        hash.update([u8::try_from(u32::from(self.question.aspect.letter())).unwrap_or_default()]);
        hash.update(self.number.to_le_bytes());
        self.place_in(&mut hash);
        hashes(hash)
    }

    /// Adds to a hash where the round is asked, as its digest says.
    pub(super) fn place_in(&self, hash: &mut Sha256) {
        if let Some(turn) = &self.turn {
            hash.update([2]);
            hash.update(turn.0);
        }
        match &self.question.set {
            Some(set) => {
                hash.update([1]);
                hash.update(set.as_str());
            }
            None => hash.update([0]),
        }
    }
}

/// What everybody looks at.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Stop {
    /// Purpose and facts, while people sit down.
    #[default]
    #[serde(rename = "facts")]
    Facts,
    /// Which information there is.
    #[serde(rename = "sets")]
    Sets,
    /// A question: the cards, then the votes, then the decision.
    #[serde(rename = "question")]
    Question(Question),
    /// What the levels ask for.
    #[serde(rename = "measures")]
    Measures,
    /// What is kept and what is disposed of.
    #[serde(rename = "records")]
    Records,
    /// Whether the standard measures suffice, if there is time.
    #[serde(rename = "risks")]
    Risks,
    /// What was decided, to be read aloud.
    #[serde(rename = "summary")]
    Summary,
}

/// A decision on a level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decide {
    /// The question.
    pub question: Question,
    /// The level.
    #[serde(with = "by_key")]
    pub level: Level,
    /// Why, in one line. Below the highest vote, a decision without it doesn't count.
    #[serde(default)]
    pub reason: String,
    /// Whether programs of before dissent was always kept are to keep it. Nothing here asks.
    #[serde(default)]
    pub dissent: bool,
    /// For the system as a whole: why it is higher than each information set.
    #[serde(default, with = "by_key::option")]
    pub raise: Option<Raise>,
    /// The decisions that this one takes the place of.
    #[serde(default)]
    pub instead_of: Vec<Digest>,
}

impl Decide {
    /// The reason as it is shown and kept: what is behind a level 4 is written down nowhere.
    #[must_use]
    pub fn reason_to_keep(&self) -> &str {
        if self.level == Level::Exceptional { "" } else { self.reason.trim() }
    }
}

/// How far a measure has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MeasureState {
    /// It is done.
    #[serde(rename = "done")]
    Done,
    /// In part.
    #[serde(rename = "partly")]
    Partly,
    /// It is missing.
    #[serde(rename = "missing")]
    Missing,
    /// Somebody else's to do.
    #[serde(rename = "not-ours")]
    NotOurs,
    /// It doesn't apply here.
    #[serde(rename = "not-applicable")]
    NotApplicable,
}

/// What was said of a measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasureNote {
    /// The measure's id in the catalogue, or a key of its own.
    pub measure: String,
    /// What it is called.
    pub title: String,
    /// How it is.
    pub state: MeasureState,
    /// Whose it is, where it is not ours; why, where it does not apply.
    #[serde(default)]
    pub reason: String,
    /// Who is to do it: a role.
    #[serde(default)]
    pub owner: String,
    /// By when.
    #[serde(default)]
    pub due: Option<Date>,
    /// The register's answers that this one takes the place of: those that the table had before its eyes. None in what a
    /// program says that brings no answers to the table; then it takes the place of all.
    #[serde(default)]
    pub instead_of: Option<Vec<Key>>,
}

/// What the register says of a measure when the workshop begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownMeasure {
    /// The measure's id in the catalogue.
    pub measure: String,
    /// The answers that stand, by the part of their keys that is their own. More than one when people have answered apart.
    #[serde(default)]
    pub answers: Vec<Key>,
    /// How it is, by the answer that holds; none when nobody knew, or nobody has answered.
    #[serde(default)]
    pub state: Option<MeasureState>,
    /// The day that was answered.
    #[serde(default)]
    pub answered: Option<Date>,
    /// Why it is so, if the answer says.
    #[serde(default)]
    pub reason: String,
    /// How it is done here, if that is said in a line.
    #[serde(default)]
    pub how: String,
    /// The row of the action plan that is open, by the part of its key that is its own.
    #[serde(default)]
    pub row: Option<Key>,
    /// Who is to do it, by that row.
    #[serde(default)]
    pub owner: String,
    /// By when, by that row.
    #[serde(default)]
    pub due: Option<Date>,
}

impl KnownMeasure {
    /// The answer at the table that says the same again; none when there is nothing to say again.
    #[must_use]
    pub fn confirmed(&self, title: &str) -> Option<MeasureNote> {
        Some(MeasureNote {
            measure: self.measure.clone(),
            title: title.to_owned(),
            state: self.state?,
            reason: self.reason.clone(),
            owner: self.owner.clone(),
            due: self.due,
            instead_of: Some(self.answers.clone()),
        })
    }
}

/// What is done with an information set's records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordsNote {
    /// The information set.
    pub set: Key,
    /// Kept for good, or disposed of.
    pub keep: bool,
    /// When they are disposed of, in words.
    #[serde(default)]
    pub when: String,
    /// What it rests on.
    #[serde(default)]
    pub basis: String,
}

/// What is said of a risk: an event with its cause and its consequence, how bad it is and what is done about it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RiskNote {
    /// The statement that proposed it; none in that one itself.
    #[serde(default)]
    pub of: Option<Digest>,
    /// What was said of it before that this takes the place of.
    #[serde(default)]
    pub instead_of: Vec<Digest>,
    /// Why it may happen.
    #[serde(default)]
    pub cause: String,
    /// What may happen.
    pub event: String,
    /// What it leads to.
    #[serde(default)]
    pub consequence: String,
    /// How likely, by the organisation's matrix.
    #[serde(default, with = "by_key::option")]
    pub likelihood: Option<Likelihood>,
    /// How bad, by the same matrix.
    #[serde(default, with = "by_key::option")]
    pub impact: Option<Impact>,
    /// Who owns it: a role.
    #[serde(default)]
    pub owner: String,
    /// What is done about it.
    #[serde(default, with = "by_key::option")]
    pub treatment: Option<RiskTreatment>,
    /// How long it is accepted, where it is.
    #[serde(default)]
    pub until: Option<Date>,
}

impl RiskNote {
    /// The risk as the register has risks.
    #[must_use]
    pub fn as_risk(&self) -> Risk {
        let accepted = self.treatment == Some(RiskTreatment::Accept);
        Risk {
            cause: Prose(self.cause.trim().to_owned()),
            event: Prose(self.event.trim().to_owned()),
            consequence: Prose(self.consequence.trim().to_owned()),
            likelihood: self.likelihood,
            impact: self.impact,
            treatment: self.treatment,
            owner: self.owner.trim().to_owned(),
            status: Some(if accepted { RiskStatus::Accepted } else { RiskStatus::Open }),
            accepted_until: self.until.filter(|_| accepted),
            ..Risk::default()
        }
    }
}

/// That the sitting is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finish {
    /// Who decided: the information owner, by role or name.
    pub decided_by: String,
    /// The day.
    pub day: Date,
    /// Whether the archive function took part.
    #[serde(default)]
    pub archive_took_part: bool,
    /// The decisions that it is about, in their order.
    pub decisions: Vec<Digest>,
    /// What stood beside them, by the statements that say it: information sets, measures, records rules, risks and
    /// dissent. None in what a program says that names none; then it is about all that stands.
    #[serde(default)]
    pub notes: Option<Vec<Digest>>,
    /// The endings that this one takes the place of.
    #[serde(default)]
    pub instead_of: Vec<Digest>,
}

impl Said {
    /// Whether it is said of the system whose turn it is, and not of the table.
    #[must_use]
    pub const fn is_of_turn(&self) -> bool {
        match self {
            Self::Set(_)
            | Self::Show(_)
            | Self::Open { .. }
            | Self::Vote { .. }
            | Self::Close { .. }
            | Self::Reveal { .. }
            | Self::Decide(_)
            | Self::Dissent { .. }
            | Self::Known(_)
            | Self::Catalogue(_)
            | Self::Measure(_)
            | Self::Records(_)
            | Self::Matrix(_)
            | Self::Risk(_)
            | Self::Strike { .. }
            | Self::Finish(_) => true,
            Self::Begin(_)
            | Self::Turn(_)
            | Self::Appoint(_)
            | Self::Join(_)
            | Self::Exclude { .. }
            | Self::ShowRoles(_)
            | Self::Unknown => false,
        }
    }

    /// Whether it makes sense, and fits where the register keeps it. What doesn't is not said, and counts for nothing when
    /// it is heard.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let line = |text: &str| text.chars().count() <= LINE_MAX && !text.contains(['\n', '\r']);
        let text = |text: &str| text.chars().count() <= TEXT_MAX;
        let named = |name: &str| line(name) && !name.trim().is_empty();
        let answers = |answers: &[Key]| answers.len() <= ANSWERS_MAX && answers.iter().all(is_key);
        match self {
            Self::Begin(Begin { about, .. }) | Self::Turn(about) => {
                let editions = line(&about.wording) && line(&about.catalogue) && line(&about.matrix);
                let rules = about.rules.len() <= RULES_MAX;
                is_key(&about.system) && named(&about.name) && text(&about.purpose) && editions && rules
            }
            Self::Join(join) => named(&join.role) && line(&join.name),
            Self::Set(set) => {
                let rule = set.rule.as_ref().is_none_or(|rule| line(&rule.when) && line(&rule.basis));
                let facts = line(&set.facts.secrecy) && line(&set.facts_before.secrecy);
                is_key(&set.key) && named(&set.name) && text(&set.description) && facts && rule
            }
            Self::Decide(decide) => line(&decide.reason),
            Self::Dissent { text: words, .. } => text(words),
            Self::Known(known) => {
                let lines = [&known.reason, &known.how, &known.owner];
                named(&known.measure) && lines.into_iter().all(|text| line(text)) && answers(&known.answers)
            }
            Self::Catalogue(measures) => {
                let short = |text: &str| text.chars().count() <= EXPECTS_MAX;
                let one = |one: &TableMeasure| {
                    named(&one.id) && named(&one.title) && short(&one.expects) && short(&one.stricter)
                };
                measures.len() <= MEASURES_MAX && measures.iter().all(one)
            }
            Self::Measure(note) => {
                let lines = [&note.owner, &note.reason];
                named(&note.measure)
                    && named(&note.title)
                    && lines.into_iter().all(|text| line(text))
                    && note.instead_of.as_deref().is_none_or(answers)
            }
            Self::Records(note) => line(&note.when) && line(&note.basis),
            Self::Matrix(text) => text.chars().count() <= MATRIX_MAX,
            Self::Risk(note) => {
                let texts = [&note.cause, &note.event, &note.consequence];
                let named_event = !note.event.trim().is_empty();
                let places = note.instead_of.len() <= NAMED_MAX;
                named_event && texts.into_iter().all(|words| text(words)) && line(&note.owner) && places
            }
            Self::Finish(finish) => named(&finish.decided_by),
            Self::Vote { round, .. } | Self::Open { round, .. } | Self::Close { round, .. } => 0 < round.number,
            Self::Appoint(_)
            | Self::Exclude { .. }
            | Self::Show(_)
            | Self::ShowRoles(_)
            | Self::Strike { .. }
            | Self::Reveal { .. }
            | Self::Unknown => true,
        }
    }
}

/// Whether it is the key of a record without an owner. What is read from a file need not even have a key's form.
fn is_key(key: &Key) -> bool {
    !key.as_str().contains('.') && Key::parse(key.as_str()).is_some()
}
