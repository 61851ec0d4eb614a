//! Floors: levels below which a fact doesn't let a classification go.

use super::Words;
use crate::register::value::choice;
use crate::register::{Aspect, Choose, Criticality, InformationSet, Level, Levels, System};

choice! {
    /// A fact about information, or about the system it is in, that may set a floor.
    Fact {
        PersonalData "personal-data" "Personuppgifter" "Personal data",
        SpecialCategories "special-categories" "Känsliga personuppgifter" "Special categories of personal data",
        Children "children" "Uppgifter om barn" "Data about children",
        ProtectedIdentity "protected-identity" "Skyddade personuppgifter" "Protected identities",
        Secrecy "secrecy" "Sekretess" "Secrecy",
        HighCriticality "high-criticality" "Verksamhetskritiskt: hög" "Criticality: high",
        VitalCriticality "vital-criticality" "Verksamhetskritiskt: mycket hög" "Criticality: very high",
        NationalSecurity "national-security" "Rör Sveriges säkerhet" "Concerns Sweden's security",
    }
}

/// What is known of an information set and its system.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// There are personal data.
    pub personal_data: bool,
    /// Some of them are of a special category (GDPR art. 9).
    pub special_categories: bool,
    /// Some of them are about children.
    pub children: bool,
    /// Some of them are about people whose identity is protected.
    pub protected_identity: bool,
    /// It may concern Sweden's security (säkerhetsskydd).
    pub national_security: bool,
    /// The secrecy paragraphs that apply, as [`paragraphs`] gives them: `18:8`.
    pub secrecy: Vec<String>,
    /// How much the company depends on the system.
    pub criticality: Option<Criticality>,
}

impl Facts {
    /// What the register says of an information set in a system, or of the system as a whole.
    #[must_use]
    pub fn of(system: &System, set: Option<&InformationSet>) -> Self {
        let yes = |flag: fn(&InformationSet) -> Option<bool>| set.and_then(flag) == Some(true);
        Self {
            // What a set says of itself goes before what its system says of all of them.
            personal_data: set.and_then(|set| set.personal_data).or(system.personal_data) == Some(true),
            special_categories: yes(|set| set.special_categories),
            children: yes(|set| set.children),
            protected_identity: yes(|set| set.protected_identity),
            national_security: yes(|set| set.national_security),
            secrecy: set.map(|set| paragraphs(&set.secrecy)).unwrap_or_default(),
            criticality: system.criticality,
        }
    }

    /// Whether the fact holds; of secrecy, whether one of these paragraphs applies, or any when none are named.
    #[must_use]
    pub fn holds(&self, fact: Fact, paragraphs: &[String]) -> bool {
        match fact {
            Fact::PersonalData => {
                self.personal_data || self.special_categories || self.children || self.protected_identity
            }
            Fact::SpecialCategories => self.special_categories,
            Fact::Children => self.children,
            Fact::ProtectedIdentity => self.protected_identity,
            Fact::Secrecy if paragraphs.is_empty() => !self.secrecy.is_empty(),
            Fact::Secrecy => self.secrecy.iter().any(|paragraph| paragraphs.contains(paragraph)),
            Fact::HighCriticality => self.criticality == Some(Criticality::High),
            Fact::VitalCriticality => self.criticality == Some(Criticality::Vital),
            Fact::NationalSecurity => self.national_security,
        }
    }
}

/// The paragraphs of offentlighets- och sekretesslagen in a line that people wrote: `18 kap. 8 §`, `OSL 18:8` and
/// `18 kap 8 och 9 §§` give `18:8`, `18:8` and `18:8`, `18:9`. What is written in no such way stands whole, so that it
/// still counts as secrecy.
#[must_use]
pub fn paragraphs(line: &str) -> Vec<String> {
    let words: Vec<&str> = words(line).collect();
    let (mut found, mut chapter) = (Vec::new(), None);
    for (at, word) in words.iter().enumerate().filter(|(_, word)| word.starts_with(|sign: char| sign.is_ascii_digit()))
    {
        let next = words.get(at + 1);
        if next.is_some_and(|next| *next == ":" || next.eq_ignore_ascii_case("kap")) {
            // A law has no chapter 2009: that is the law's own number.
            chapter = Some(word).filter(|word| word.len() < 4);
        } else if let Some(chapter) = chapter {
            found.push(format!("{chapter}:{word}"));
        }
    }
    if found.is_empty() && !line.trim().is_empty() {
        found.push(line.trim().to_owned());
    }
    found
}

/// Runs of letters, numbers with their small letter, and colons.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|sign: char| !sign.is_alphanumeric() && sign != ':');
        let first = rest.chars().next()?;
        let end = if first == ':' {
            1
        } else if first.is_ascii_digit() {
            let digits = rest.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(rest.len());
            // ”10 a §” stays ”10”: the letter stands apart; ”10a” keeps it.
            let letter = rest.get(digits..).and_then(|rest| rest.chars().next()).filter(char::is_ascii_lowercase);
            digits + usize::from(letter.is_some())
        } else {
            rest.find(|sign: char| !sign.is_alphabetic()).unwrap_or(rest.len())
        };
        let (word, after) = rest.split_at_checked(end.max(1)).unwrap_or((rest, ""));
        rest = after;
        Some(word)
    })
}

/// One rule: a fact and the levels it asks for at least.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FloorRule {
    /// The rule's id in its file.
    pub id: String,
    /// The fact.
    pub fact: Fact,
    /// Of secrecy: the paragraphs that it is about; empty for any.
    pub paragraphs: Vec<String>,
    /// At least these levels.
    pub levels: Levels,
    /// What the screen says of it.
    pub because: Words,
}

/// A level below which a classification doesn't go, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Floor {
    /// Of which aspect.
    pub aspect: Aspect,
    /// At least this.
    pub level: Level,
    /// Which fact did it.
    pub fact: Fact,
    /// What the screen says of it.
    pub because: Words,
}

/// The floors that the facts set by these rules: by aspect, and of an aspect the highest first.
#[must_use]
pub fn floors(rules: &[FloorRule], facts: &Facts) -> Vec<Floor> {
    let held = rules.iter().filter(|rule| facts.holds(rule.fact, &rule.paragraphs));
    let mut floors: Vec<Floor> = held
        .flat_map(|rule| {
            Aspect::ALL.iter().filter_map(|aspect| {
                let level = rule.levels.of(*aspect)?;
                Some(Floor { aspect: *aspect, level, fact: rule.fact, because: rule.because.clone() })
            })
        })
        .collect();
    floors.sort_by(|one, other| one.aspect.cmp(&other.aspect).then(other.level.cmp(&one.level)));
    floors
}

/// The highest floor of each aspect.
#[must_use]
pub fn floor_levels(floors: &[Floor]) -> Levels {
    floors.iter().fold(Levels::default(), |levels, floor| levels.highest(Levels::only(floor.aspect, floor.level)))
}

/// The floors that `levels` lie below. An aspect that has no level yet lies below none.
pub fn below_floor(floors: &[Floor], levels: Levels) -> impl Iterator<Item = &Floor> {
    floors.iter().filter(move |floor| levels.of(floor.aspect).is_some_and(|level| level < floor.level))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(fact: Fact, paragraphs: &[&str], levels: Levels) -> FloorRule {
        FloorRule {
            id: fact.key().into(),
            fact,
            paragraphs: paragraphs.iter().map(|text| (*text).into()).collect(),
            levels,
            because: Words { sv: fact.term().sv.into(), en: fact.term().en.into() },
        }
    }

    #[test]
    fn paragraphs_are_found_however_they_are_written() {
        for (line, expect) in [
            ("18 kap. 8 §", vec!["18:8"]),
            ("OSL 18:8", vec!["18:8"]),
            ("18 kap 8 och 9 §§ OSL", vec!["18:8", "18:9"]),
            ("OSL 18:8, 19:1 och 31:16", vec!["18:8", "19:1", "31:16"]),
            ("18 kap. 8 §, 39 kap. 2 §", vec!["18:8", "39:2"]),
            ("stark sekretess", vec!["stark sekretess"]),
            ("  ", vec![]),
            ("18", vec!["18"]),
            ("OSL (2009:400) 10 kap. 2 a §", vec!["10:2"]),
            (":", vec![":"]),
            ("kap kap : 1 : : 2 kap", vec!["kap kap : 1 : : 2 kap"]),
        ] {
            assert_eq!(paragraphs(line), expect, "{line:?}");
        }
    }

    #[test]
    fn a_floor_names_the_fact_that_set_it_and_the_highest_comes_first() {
        let rules = [
            rule(Fact::PersonalData, &[], Levels::only(Aspect::Confidentiality, Level::Moderate)),
            rule(Fact::Secrecy, &["18:8"], Levels::only(Aspect::Confidentiality, Level::Serious)),
            rule(Fact::VitalCriticality, &[], Levels::only(Aspect::Availability, Level::Serious)),
        ];
        let facts = Facts { children: true, secrecy: paragraphs("OSL 18:8"), ..Facts::default() };
        let found = floors(&rules, &facts);
        let seen: Vec<_> = found.iter().map(|floor| (floor.aspect, floor.level, floor.fact)).collect();
        assert_eq!(
            seen,
            [
                (Aspect::Confidentiality, Level::Serious, Fact::Secrecy),
                (Aspect::Confidentiality, Level::Moderate, Fact::PersonalData),
            ]
        );
        let low = Levels::only(Aspect::Confidentiality, Level::Significant);
        assert_eq!(below_floor(&found, low).map(|floor| floor.fact).collect::<Vec<_>>(), [Fact::Secrecy]);
        assert_eq!(below_floor(&found, Levels::default()).count(), 0);
        assert_eq!(floor_levels(&found), Levels::only(Aspect::Confidentiality, Level::Serious));
    }

    #[test]
    fn a_set_s_own_word_on_personal_data_goes_before_its_system_s() {
        let system = System { personal_data: Some(true), criticality: Some(Criticality::Vital), ..System::default() };
        let without = InformationSet { personal_data: Some(false), ..InformationSet::default() };
        assert!(Facts::of(&system, None).personal_data);
        assert!(!Facts::of(&system, Some(&without)).personal_data);
        assert!(Facts::of(&system, Some(&without)).holds(Fact::VitalCriticality, &[]));
        assert!(!Facts::of(&system, Some(&without)).holds(Fact::HighCriticality, &[]));
    }
}
