//! The levels of consequence, and the four aspects of information that each get one.

use super::value::{Choose, choice};

choice! {
    /// What a loss leads to. Named, never a bare number: an older KLASSA scale began at 1 and called 2 ”Måttlig”.
    Level {
        Negligible "negligible" "försumbar" "negligible",
        Moderate "moderate" "måttlig" "moderate",
        Significant "significant" "betydande" "significant",
        Serious "serious" "allvarlig" "serious",
        Exceptional "exceptional" "synnerligen allvarlig" "exceptional",
    }
}

/// The scale whose names [`Level`] has: KLASSA 4, 0 to 4.
pub const SCALE: &str = "0-4";

impl Level {
    /// Its number on the scale [`SCALE`], 0 to 4.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The level with this number on the scale [`SCALE`].
    #[must_use]
    pub fn from_number(number: u32) -> Option<Self> {
        Self::ALL.iter().copied().find(|level| u32::from(level.number()) == number)
    }
}

choice! {
    /// The four sides of information that are classified.
    Aspect {
        Confidentiality "confidentiality" "Konfidentialitet" "Confidentiality",
        Integrity "integrity" "Riktighet" "Integrity",
        Availability "availability" "Tillgänglighet" "Availability",
        Traceability "traceability" "Spårbarhet" "Traceability",
    }
}

impl Aspect {
    /// The aspect with this letter.
    #[must_use]
    pub fn from_letter(letter: char) -> Option<Self> {
        Self::ALL.iter().copied().find(|aspect| aspect.letter() == letter)
    }

    /// The letter on the screen, in both languages: K R T S.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::Confidentiality => 'K',
            Self::Integrity => 'R',
            Self::Availability => 'T',
            Self::Traceability => 'S',
        }
    }
}

/// A level, or none yet, for each aspect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Levels {
    /// Who may see it.
    pub confidentiality: Option<Level>,
    /// Can it be trusted.
    pub integrity: Option<Level>,
    /// How long without it.
    pub availability: Option<Level>,
    /// Who did what.
    pub traceability: Option<Level>,
}

impl Levels {
    /// The level of one aspect.
    #[must_use]
    pub const fn of(&self, aspect: Aspect) -> Option<Level> {
        match aspect {
            Aspect::Confidentiality => self.confidentiality,
            Aspect::Integrity => self.integrity,
            Aspect::Availability => self.availability,
            Aspect::Traceability => self.traceability,
        }
    }

    /// One aspect's level, and none of the others.
    #[must_use]
    pub fn only(aspect: Aspect, level: Level) -> Self {
        let mut levels = Self::default();
        levels.set(aspect, Some(level));
        levels
    }

    /// Puts the level of one aspect in place.
    pub const fn set(&mut self, aspect: Aspect, level: Option<Level>) {
        match aspect {
            Aspect::Confidentiality => self.confidentiality = level,
            Aspect::Integrity => self.integrity = level,
            Aspect::Availability => self.availability = level,
            Aspect::Traceability => self.traceability = level,
        }
    }

    /// Per aspect the higher of the two: the safe choice where people disagree, and what a system takes from its information.
    #[must_use]
    pub fn highest(self, other: Self) -> Self {
        Self {
            confidentiality: self.confidentiality.max(other.confidentiality),
            integrity: self.integrity.max(other.integrity),
            availability: self.availability.max(other.availability),
            traceability: self.traceability.max(other.traceability),
        }
    }

    /// The highest level of any aspect.
    #[must_use]
    pub fn top(&self) -> Option<Level> {
        Aspect::ALL.iter().filter_map(|aspect| self.of(*aspect)).max()
    }
}
