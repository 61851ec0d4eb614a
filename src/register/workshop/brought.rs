//! What a turn brings of the method and the register, so that any device at the table can count with it: the facts of the
//! information sets, the rules for floors, the measures and the records rules.

use serde::{Deserialize, Serialize};

use super::{AspectLevel, Floor, Turn};
use crate::register::method::{self, Catalogue, Fact, Facts, FloorRule, From, Measure, Words};
use crate::register::value::Record;
use crate::register::{Choose, Field, InformationSet, KeepOrDispose, Levels, Side, System, Value};

/// The most rules for floors that a turn brings.
pub const RULES_MAX: usize = 64;
/// The most measures of one statement.
pub const MEASURES_MAX: usize = 6;
/// The most characters of what a measure expects.
pub const EXPECTS_MAX: usize = 600;

/// The facts of an information set that may set a floor.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SetFacts {
    /// Whether there are personal data; none: as its system.
    #[serde(default)]
    pub personal_data: Option<bool>,
    /// Whether some are of a special category.
    #[serde(default)]
    pub special_categories: Option<bool>,
    /// Whether some are about children.
    #[serde(default)]
    pub children: Option<bool>,
    /// Whether some are about people whose identity is protected.
    #[serde(default)]
    pub protected_identity: Option<bool>,
    /// Whether it may concern Sweden's security.
    #[serde(default)]
    pub national_security: Option<bool>,
    /// The secrecy paragraphs, as people write them.
    #[serde(default)]
    pub secrecy: String,
}

impl SetFacts {
    const FIELDS: [Field; 6] = [
        InformationSet::PERSONAL_DATA,
        InformationSet::SPECIAL_CATEGORIES,
        InformationSet::CHILDREN,
        InformationSet::PROTECTED_IDENTITY,
        InformationSet::NATIONAL_SECURITY,
        InformationSet::SECRECY,
    ];

    /// Those of an information set in the register.
    #[must_use]
    pub fn of(set: &InformationSet) -> Self {
        Self {
            personal_data: set.personal_data,
            special_categories: set.special_categories,
            children: set.children,
            protected_identity: set.protected_identity,
            national_security: set.national_security,
            secrecy: set.secrecy.clone(),
        }
    }

    /// An information set with these facts and nothing else.
    #[must_use]
    pub fn as_set(&self) -> InformationSet {
        InformationSet {
            personal_data: self.personal_data,
            special_categories: self.special_categories,
            children: self.children,
            protected_identity: self.protected_identity,
            national_security: self.national_security,
            secrecy: self.secrecy.trim().to_owned(),
            ..InformationSet::default()
        }
    }

    /// The fields that say something else than `before`, as the register keeps them.
    #[must_use]
    pub fn since(&self, before: &Self) -> Vec<(Field, Value)> {
        let (now, before) = (self.as_set(), before.as_set());
        let changed = |field: Field| {
            Some((field, now.get(field.key)?)).filter(|(_, now)| before.get(field.key).as_ref() != Some(now))
        };
        Self::FIELDS.into_iter().filter_map(changed).collect()
    }
}

/// What the register says of keeping an information set or disposing of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownRule {
    /// Kept for good, or disposed of; none when only the rest is written.
    #[serde(default)]
    pub keep: Option<bool>,
    /// When it is disposed of, in words.
    #[serde(default)]
    pub when: String,
    /// What it rests on.
    #[serde(default)]
    pub basis: String,
}

impl KnownRule {
    /// The rule of an information set in the register; none when nothing is written.
    #[must_use]
    pub fn of(set: &InformationSet) -> Option<Self> {
        let rule = Self {
            keep: set.retention.map(|what| what == KeepOrDispose::Keep),
            when: set.dispose_after.trim().to_owned(),
            basis: set.retention_basis.trim().to_owned(),
        };
        (rule.keep.is_some() || !rule.when.is_empty() || !rule.basis.is_empty()).then_some(rule)
    }
}

/// One rule of the organisation's for floors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRule {
    /// The fact, by its key: one that this program doesn't know sets no floor here.
    pub fact: String,
    /// Of secrecy: the paragraphs that it is about; empty for any.
    #[serde(default)]
    pub paragraphs: Vec<String>,
    /// At least these.
    #[serde(default)]
    pub levels: Vec<AspectLevel>,
    /// What the screen says of it.
    pub because: String,
}

impl TableRule {
    fn as_rule(&self) -> Option<FloorRule> {
        let one = |levels: Levels, at: &AspectLevel| levels.highest(Levels::only(at.aspect, at.level));
        Some(FloorRule {
            id: String::new(),
            fact: Fact::from_key(&self.fact)?,
            paragraphs: self.paragraphs.clone(),
            levels: self.levels.iter().fold(Levels::default(), one),
            because: in_one_language(&self.because),
        })
    }
}

/// One measure of the organisation's catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableMeasure {
    /// Its id in the catalogue.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What is expected.
    #[serde(default)]
    pub expects: String,
    /// What is expected where it is asked for more strictly.
    #[serde(default)]
    pub stricter: String,
    /// From any of these levels; empty for always.
    #[serde(default)]
    pub from: Vec<AspectLevel>,
    /// From any of these it is asked for more strictly.
    #[serde(default)]
    pub stricter_from: Vec<AspectLevel>,
    /// Who does it, by the sides' keys, the first first.
    #[serde(default)]
    pub sides: Vec<String>,
}

impl TableMeasure {
    fn as_measure(&self) -> Measure {
        let levels = |levels: &[AspectLevel]| {
            levels.iter().map(|at| method::AspectLevel { aspect: at.aspect, level: at.level }).collect()
        };
        Measure {
            id: self.id.clone(),
            title: in_one_language(&self.title),
            expects: in_one_language(&self.expects),
            stricter: in_one_language(&self.stricter),
            from: From { levels: levels(&self.from), stricter: levels(&self.stricter_from) },
            sides: self.sides.iter().filter_map(|side| Side::from_key(side)).collect(),
            ..Measure::default()
        }
    }
}

/// The table has its words in the language that it was begun in.
fn in_one_language(text: &str) -> Words {
    Words { sv: text.to_owned(), en: String::new() }
}

impl Turn {
    /// The floors that these facts of an information set, and those of its system, set by the rules that the turn brought.
    #[must_use]
    pub fn floors_of(&self, facts: &SetFacts) -> Vec<Floor> {
        let about = &self.about;
        let system = System { personal_data: about.personal_data, criticality: about.criticality, ..System::default() };
        let rules: Vec<_> = about.rules.iter().filter_map(TableRule::as_rule).collect();
        let floors = method::floors(&rules, &Facts::of(&system, Some(&facts.as_set())));
        let one = |floor: method::Floor| Floor { aspect: floor.aspect, level: floor.level, because: floor.because.sv };
        floors.into_iter().map(one).collect()
    }

    /// The measures that the turn brought, as the catalogue they come from; without any when an older program began it.
    #[must_use]
    pub fn as_catalogue(&self) -> Catalogue {
        Catalogue { measures: self.catalogue.iter().map(TableMeasure::as_measure).collect(), ..Catalogue::default() }
    }
}
