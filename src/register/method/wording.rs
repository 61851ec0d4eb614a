//! What each level means, in plain words.

use std::collections::BTreeMap;

use crate::register::value::Language;
use crate::register::{Aspect, Level};

/// Text in both languages. What an organisation writes itself may be in Swedish only.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// In Swedish.
    pub sv: String,
    /// In English; empty when nobody has translated it.
    pub en: String,
}

impl Words {
    /// In `language`, or in Swedish when there is nothing else.
    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::English if !self.en.is_empty() => &self.en,
            _ => &self.sv,
        }
    }

    /// Whether nothing is written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sv.is_empty() && self.en.is_empty()
    }
}

/// Which edition of a data file something was set by: `klassrum-1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Edition {
    /// Whose it is: `klassrum`, or what the organisation calls its own. Has a key's form.
    pub id: String,
    /// Its version, from 1.
    pub version: u32,
}

impl std::fmt::Display for Edition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.id, self.version)
    }
}

/// One edition of the words for the levels.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wording {
    /// Which edition; a classification names it.
    pub edition: Edition,
    /// Its name on the screen.
    pub name: Words,
    /// The words for each aspect.
    pub aspects: BTreeMap<Aspect, AspectWording>,
}

/// How one aspect is asked for and what its levels mean.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AspectWording {
    /// The aspect in three words: ”vem som får se”.
    pub short: Words,
    /// The question, so that it reads well aloud.
    pub question: Words,
    /// What each level means.
    pub levels: BTreeMap<Level, LevelWording>,
}

/// What one level of one aspect means.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LevelWording {
    /// The consequence, in one or two sentences.
    pub meaning: Words,
    /// What it could be.
    pub example: Words,
    /// Of availability: the longest time that one can be without it at this level, in hours.
    pub hours: Option<u32>,
}

impl Wording {
    /// The words for a level of an aspect.
    #[must_use]
    pub fn level(&self, aspect: Aspect, level: Level) -> Option<&LevelWording> {
        self.aspects.get(&aspect)?.levels.get(&level)
    }

    /// The level of availability of something that one can be without for so many hours, by this edition's own limits.
    #[must_use]
    pub fn level_for_hours(&self, hours: u32) -> Level {
        let availability = self.aspects.get(&Aspect::Availability);
        let levels = availability.into_iter().flat_map(|words| &words.levels);
        let fits = levels.filter(|(_, words)| words.hours.is_some_and(|most| hours <= most));
        fits.map(|(level, _)| *level).max().unwrap_or(Level::Negligible)
    }
}
