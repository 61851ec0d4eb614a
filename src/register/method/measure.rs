//! Measures: what a catalogue holds, and which of them levels ask for.

use std::collections::BTreeMap;

use super::{Edition, Words};
use crate::register::{Aspect, Choose, Level, Levels, Side};

/// A level of an aspect: `K2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AspectLevel {
    /// The aspect.
    pub aspect: Aspect,
    /// The level.
    pub level: Level,
}

impl std::fmt::Display for AspectLevel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.aspect.letter(), self.level.number())
    }
}

/// From when a measure applies.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct From {
    /// From any of these levels; empty for always, as grundskydd.
    pub levels: Vec<AspectLevel>,
    /// From any of these it is asked for more strictly; empty when it is the same at every level.
    pub stricter: Vec<AspectLevel>,
}

impl From {
    /// Whether it belongs to the grundskydd, which every system has.
    #[must_use]
    pub fn is_basic(&self) -> bool {
        self.levels.is_empty()
    }

    /// What is written in a catalogue's file: `G`, `K2`, `S2,K2` or `G/K2`.
    #[must_use]
    pub fn as_text(&self) -> String {
        let list = |levels: &[AspectLevel]| levels.iter().map(AspectLevel::to_string).collect::<Vec<_>>().join(",");
        let base = if self.is_basic() { "G".to_owned() } else { list(&self.levels) };
        if self.stricter.is_empty() { base } else { format!("{base}/{}", list(&self.stricter)) }
    }
}

/// An area of the measures that NIS2 art. 21.2 and cybersäkerhetslagen 2 kap. 3 § ask for: `a` to `j`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Nis2Area(char);

impl Nis2Area {
    /// The area with this letter.
    #[must_use]
    pub fn new(letter: char) -> Option<Self> {
        ('a'..='j').contains(&letter).then_some(Self(letter))
    }

    /// Its letter.
    #[must_use]
    pub const fn letter(self) -> char {
        self.0
    }
}

/// A control of ISO/IEC 27001:2022, annex A: `5.9`. The text of the standard isn't ours to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Control {
    /// 5 organisational, 6 people, 7 physical, 8 technological.
    pub theme: u8,
    /// Its number within the theme, from 1.
    pub number: u8,
}

impl Control {
    /// How many there are of each theme.
    pub const THEMES: [(u8, u8); 4] = [(5, 37), (6, 8), (7, 14), (8, 34)];

    /// The control with this id, if the annex has it.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        let (theme, number) = id.split_once('.')?;
        let control = Self { theme: theme.parse().ok()?, number: number.parse().ok()? };
        let is_there = |(theme, most): &(u8, u8)| control.theme == *theme && (1..=*most).contains(&control.number);
        Self::THEMES.iter().any(is_there).then_some(control)
    }
}

impl std::fmt::Display for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.theme, self.number)
    }
}

/// One measure of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Measure {
    /// Its id, with a key's form: `m13`. The same in every edition.
    pub id: String,
    /// What it is called.
    pub title: Words,
    /// What is expected.
    pub expects: Words,
    /// What is expected where it is asked for more strictly; empty when that says itself.
    pub stricter: Words,
    /// From when it applies.
    pub from: From,
    /// The controls it answers to.
    pub controls: Vec<Control>,
    /// The areas of NIS2 it belongs to.
    pub nis2: Vec<Nis2Area>,
    /// Who does it, the first first.
    pub sides: Vec<Side>,
    /// Ids of measures in earlier editions that this one takes the place of.
    pub replaces: Vec<String>,
}

impl Measure {
    /// Its id as people say it: `M13`.
    #[must_use]
    pub fn label(&self) -> String {
        self.id.to_uppercase()
    }
}

/// A catalogue of measures, as it holds for an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Catalogue {
    /// The editions it is made up of: the shipped one, then the organisation's own.
    pub editions: Vec<Edition>,
    /// Its name on the screen.
    pub name: Words,
    /// Its measures, in the order of their file.
    pub measures: Vec<Measure>,
}

impl Catalogue {
    /// One measure.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Measure> {
        self.measures.iter().find(|measure| measure.id == id)
    }

    /// The editions as one word, which answers name: `klassrum-1+sisab-2`.
    #[must_use]
    pub fn edition(&self) -> String {
        self.editions.iter().map(Edition::to_string).collect::<Vec<_>>().join("+")
    }

    /// This catalogue with another's measures in it: those with an id that is here take that one's place, the others
    /// come last, and those that the other leaves out go.
    #[must_use]
    pub fn with(mut self, other: &Self, leaves_out: &[String]) -> Self {
        self.measures.retain(|measure| !leaves_out.contains(&measure.id));
        for measure in &other.measures {
            match self.measures.iter_mut().find(|here| here.id == measure.id) {
                Some(here) => here.clone_from(measure),
                None => self.measures.push(measure.clone()),
            }
        }
        self.editions.extend(other.editions.iter().cloned());
        self
    }
}

/// A measure that a system's levels ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked<'c> {
    /// The measure.
    pub measure: &'c Measure,
    /// The levels that ask for it; empty when it is asked for always.
    pub because: Vec<AspectLevel>,
    /// Whether it is asked for more strictly here.
    pub stricter: bool,
}

/// Level 4 is for what concerns Sweden's security. No measures are chosen for it: the work goes on elsewhere, under
/// säkerhetsskyddslagen (2018:585).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// The aspect that got the level.
    pub aspect: Aspect,
}

/// The measures that these levels ask for, in the catalogue's order. Those of the grundskydd are always among them, also
/// where an aspect has no level yet.
///
/// # Errors
/// [`Stop`] when an aspect has level 4.
pub fn measures_for(catalogue: &Catalogue, levels: Levels) -> Result<Vec<Asked<'_>>, Stop> {
    if let Some(aspect) = exceptional(levels) {
        return Err(Stop { aspect });
    }
    let reached = |from: &&AspectLevel| levels.of(from.aspect).is_some_and(|level| from.level <= level);
    let asked = catalogue.measures.iter().filter_map(|measure| {
        let because: Vec<_> = measure.from.levels.iter().filter(reached).copied().collect();
        let stricter = measure.from.stricter.iter().any(|from| reached(&from));
        (measure.from.is_basic() || !because.is_empty()).then_some(Asked { measure, because, stricter })
    });
    Ok(asked.collect())
}

/// The first aspect with level 4.
#[must_use]
pub fn exceptional(levels: Levels) -> Option<Aspect> {
    Aspect::ALL.iter().copied().find(|aspect| levels.of(*aspect) == Some(Level::Exceptional))
}

/// How many measures each area of NIS2 has.
#[must_use]
pub fn by_area<'m>(measures: impl IntoIterator<Item = &'m Measure>) -> BTreeMap<Nis2Area, Vec<&'m Measure>> {
    let mut areas: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for measure in measures {
        for area in &measure.nis2 {
            areas.entry(*area).or_default().push(measure);
        }
    }
    areas
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn from(levels: &[(Aspect, Level)], stricter: &[(Aspect, Level)]) -> From {
        let list = |levels: &[(Aspect, Level)]| {
            levels.iter().map(|(aspect, level)| AspectLevel { aspect: *aspect, level: *level }).collect()
        };
        From { levels: list(levels), stricter: list(stricter) }
    }

    fn measure(id: &str, from: From) -> Measure {
        Measure { id: id.into(), from, ..Measure::default() }
    }

    fn catalogue() -> Catalogue {
        use Aspect::{Availability as T, Confidentiality as K, Traceability as S};
        Catalogue {
            measures: vec![
                measure("always", from(&[], &[])),
                measure("either", from(&[(S, Level::Significant), (K, Level::Significant)], &[])),
                measure("stricter", from(&[], &[(T, Level::Significant)])),
                measure("high", from(&[(K, Level::Serious)], &[])),
            ],
            ..Catalogue::default()
        }
    }

    #[test]
    fn levels_choose_measures_and_say_which_level_did_it() {
        let catalogue = catalogue();
        let levels = Levels {
            confidentiality: Some(Level::Significant),
            availability: Some(Level::Serious),
            ..Levels::default()
        };
        let asked = measures_for(&catalogue, levels).unwrap();
        let seen: Vec<_> = asked
            .iter()
            .map(|asked| {
                let because: Vec<_> = asked.because.iter().map(AspectLevel::to_string).collect();
                (asked.measure.id.as_str(), because.join(","), asked.stricter)
            })
            .collect();
        assert_eq!(
            seen,
            [("always", String::new(), false), ("either", "K2".to_owned(), false), ("stricter", String::new(), true),]
        );
        assert_eq!(measures_for(&catalogue, Levels::default()).unwrap().len(), 2);
    }

    #[test]
    fn level_4_stops_and_yields_no_plan() {
        let levels = Levels::only(Aspect::Integrity, Level::Exceptional);
        assert_eq!(measures_for(&catalogue(), levels), Err(Stop { aspect: Aspect::Integrity }));
    }

    #[test]
    fn a_control_is_one_of_the_annex() {
        for id in ["5.1", "5.37", "6.8", "7.14", "8.34"] {
            assert_eq!(Control::parse(id).unwrap().to_string(), id);
        }
        for id in ["5.0", "5.38", "9.1", "A.5.1", "5", "", "5.1.2", "5.-1"] {
            assert_eq!(Control::parse(id), None, "{id}");
        }
    }

    #[test]
    fn an_organisation_s_own_measures_take_the_place_of_those_with_their_id() {
        let mine = Catalogue {
            measures: vec![measure("high", from(&[], &[])), measure("own", from(&[], &[]))],
            editions: vec![Edition { id: "sisab".into(), version: 2 }],
            ..Catalogue::default()
        };
        let both = catalogue().with(&mine, &["always".into()]);
        let ids: Vec<_> = both.measures.iter().map(|measure| measure.id.as_str()).collect();
        assert_eq!(ids, ["either", "stricter", "high", "own"]);
        assert!(both.get("high").unwrap().from.is_basic());
    }

    fn levels() -> impl Strategy<Value = Levels> {
        let level = || prop::option::of(prop::sample::select(&Level::ALL[..4]));
        (level(), level(), level(), level()).prop_map(|(confidentiality, integrity, availability, traceability)| {
            Levels { confidentiality, integrity, availability, traceability }
        })
    }

    proptest! {
        /// A higher level never drops a measure, nor makes it less strict.
        #[test]
        fn a_higher_level_asks_for_at_least_as_much(low in levels(), more in levels()) {
            let catalogue = catalogue();
            let high = measures_for(&catalogue, low.highest(more)).unwrap();
            for asked in measures_for(&catalogue, low).unwrap() {
                let above = high.iter().find(|above| above.measure.id == asked.measure.id);
                prop_assert!(above.is_some_and(|above| asked.stricter <= above.stricter));
            }
        }
    }
}
