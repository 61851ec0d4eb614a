//! The method's data files, shipped and the organisation's own: read, checked and put together.

use std::sync::LazyLock;

use super::sheet::{Block, Sheet, SheetError};
use crate::register::method::{
    AspectLevel, AspectWording, Catalogue, Control, Current, DueRules, Edition, Fact, Facts, Floor, FloorRule, From,
    IncidentsBySystem, LevelWording, Matrix, MayAccept, Measure, MethodKind, Nis2Area, RiskLevel, STEPS, Step, Wording,
    Words, floors,
};
use crate::register::{Aspect, Choose, Date, Key, Level, Levels, Method, Register, Side, Table};

static LEVELS: LazyLock<Wording> = LazyLock::new(|| match shipped(include_str!("levels.txt")) {
    MethodFile::Levels(wording) => wording,
    _ => Wording::default(),
});
static FLOORS: LazyLock<Floors> = LazyLock::new(|| match shipped(include_str!("floors.txt")) {
    MethodFile::Floors(floors) => floors,
    _ => Floors::default(),
});
static MEASURES: LazyLock<Catalogue> = LazyLock::new(|| match shipped(include_str!("measures.txt")) {
    MethodFile::Measures(measures) => measures.catalogue,
    _ => Catalogue::default(),
});
static MATRICES: LazyLock<Vec<Matrix>> = LazyLock::new(|| {
    [include_str!("matrix-4x4.txt"), include_str!("matrix-5x5.txt")]
        .into_iter()
        .filter_map(|text| match shipped(text) {
            MethodFile::Matrix(matrix) => Some(matrix),
            _ => None,
        })
        .collect()
});

/// A shipped file is whole: the tests read them all.
fn shipped(text: &'static str) -> MethodFile {
    method_file(text).unwrap_or(MethodFile::Floors(Floors::default()))
}

/// The words for the levels that ship with the program.
#[must_use]
pub fn shipped_wording() -> &'static Wording {
    &LEVELS
}

/// The rules for floors that ship with the program.
#[must_use]
pub fn shipped_floors() -> &'static Floors {
    &FLOORS
}

/// The measures that ship with the program.
#[must_use]
pub fn shipped_measures() -> &'static Catalogue {
    &MEASURES
}

/// The matrices that ship with the program, the first for whoever has chosen none.
#[must_use]
pub fn shipped_matrices() -> &'static [Matrix] {
    &MATRICES
}

/// Rules for floors, with their edition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Floors {
    /// Which edition.
    pub edition: Edition,
    /// Its name on the screen.
    pub name: Words,
    /// The rules.
    pub rules: Vec<FloorRule>,
}

/// Measures of a file, and how they meet those that ship.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Measures {
    /// The measures.
    pub catalogue: Catalogue,
    /// Whether the shipped measures stay, with these in their places or after them.
    pub builds_on: bool,
    /// Of the shipped measures, those that go.
    pub leaves_out: Vec<String>,
}

/// One data file, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MethodFile {
    /// The words for the levels.
    Levels(Wording),
    /// The rules for floors.
    Floors(Floors),
    /// Measures.
    Measures(Measures),
    /// A matrix.
    Matrix(Matrix),
}

impl MethodFile {
    /// What it is about.
    #[must_use]
    pub const fn kind(&self) -> MethodKind {
        match self {
            Self::Levels(_) => MethodKind::Levels,
            Self::Floors(_) => MethodKind::Floors,
            Self::Measures(_) => MethodKind::Measures,
            Self::Matrix(_) => MethodKind::Matrix,
        }
    }

    /// Which edition it is.
    #[must_use]
    pub fn edition(&self) -> Edition {
        match self {
            Self::Levels(wording) => wording.edition.clone(),
            Self::Floors(floors) => floors.edition.clone(),
            Self::Measures(measures) => measures.catalogue.editions.first().cloned().unwrap_or_default(),
            Self::Matrix(matrix) => matrix.edition.clone(),
        }
    }

    /// Its name on the screen.
    #[must_use]
    pub const fn name(&self) -> &Words {
        match self {
            Self::Levels(wording) => &wording.name,
            Self::Floors(floors) => &floors.name,
            Self::Measures(measures) => &measures.catalogue.name,
            Self::Matrix(matrix) => &matrix.name,
        }
    }
}

/// The method as it holds for an organisation: what ships, with its own editions in their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MethodInUse {
    /// The words for the levels.
    pub wording: Wording,
    /// The rules for floors.
    pub floors: Floors,
    /// The measures.
    pub measures: Catalogue,
    /// The matrices to choose between, the chosen one first.
    pub matrices: Vec<Matrix>,
    /// The organisation's own editions that can't be read, with what is wrong: of a newer program, perhaps.
    pub unread: Vec<(Key, SheetError)>,
}

impl MethodInUse {
    /// The method that ships, for whoever has decided nothing else.
    #[must_use]
    pub fn shipped() -> Self {
        Self {
            wording: shipped_wording().clone(),
            floors: shipped_floors().clone(),
            measures: shipped_measures().clone(),
            matrices: shipped_matrices().to_vec(),
            unread: Vec::new(),
        }
    }

    /// The method of a register's organisation. Of its own editions that stand, the one decided last holds; of one day,
    /// the one with the higher version, then the one whose key comes last, so that every device agrees.
    #[must_use]
    pub fn of(register: &Register) -> Self {
        Self::from_own(&register.methods, &register.organisation().matrix)
    }

    /// As [`Self::of`], from the organisation's own editions and the matrix it has chosen.
    #[must_use]
    pub fn from_own(own: &Table<Method>, chosen: &str) -> Self {
        let mut method = Self::shipped();
        let standing = own.iter().filter(|(_, one)| one.withdrawn != Some(true));
        let mut own = Vec::new();
        for (key, one) in standing {
            match method_file(&one.text) {
                Ok(file) => own.push((one.decided, file.edition().version, key, file)),
                Err(why) => method.unread.push((key.clone(), why)),
            }
        }
        own.sort_by(|one, other| (one.0, one.1, one.2).cmp(&(other.0, other.1, other.2)));
        let mut measures = Vec::new();
        for (.., file) in own {
            match file {
                MethodFile::Levels(wording) => method.wording = wording,
                MethodFile::Floors(floors) => method.floors = floors,
                MethodFile::Matrix(matrix) => {
                    method.matrices.retain(|other| other.edition.id != matrix.edition.id);
                    method.matrices.push(matrix);
                }
                MethodFile::Measures(own) => {
                    let id = |one: &Measures| one.catalogue.editions.first().map(|edition| edition.id.clone());
                    measures.retain(|other| id(other) != id(&own));
                    if !own.builds_on {
                        measures.clear();
                    }
                    measures.push(own);
                }
            }
        }
        for own in measures {
            let base = if own.builds_on { std::mem::take(&mut method.measures) } else { Catalogue::default() };
            method.measures = base.with(&own.catalogue, &own.leaves_out);
        }
        if let Some(at) = method.matrices.iter().position(|matrix| matrix.edition.id == chosen) {
            let first = method.matrices.remove(at);
            method.matrices.insert(0, first);
        }
        method
    }

    /// The matrix that an analysis was made by, or the organisation's own when it names none that is known.
    #[must_use]
    pub fn matrix(&self, named: &str) -> Option<&Matrix> {
        let by_name = |matrix: &&Matrix| matrix.edition.id == named || matrix.edition.to_string() == named;
        self.matrices.iter().find(by_name).or_else(|| self.matrices.first())
    }

    /// The matrix of a risk analysis in a register.
    #[must_use]
    pub fn matrix_of(&self, register: &Register, analysis: &Key) -> Option<&Matrix> {
        self.matrix(register.risk_analyses.get(analysis).map_or("", |one| &one.matrix))
    }

    /// The floors that facts set by this organisation's rules.
    #[must_use]
    pub fn floors(&self, facts: &Facts) -> Vec<Floor> {
        floors(&self.floors.rules, facts)
    }

    /// Its editions, as decisions name them.
    #[must_use]
    pub fn editions(&self) -> Editions {
        Editions { wording: self.wording.edition.to_string(), catalogue: self.measures.edition() }
    }

    /// All that decides when the classifications of a register are due again, on a day.
    #[must_use]
    pub fn due_rules(&self, register: &Register, today: Date) -> DueRules {
        let Editions { wording, catalogue } = self.editions();
        let floors = self.floors.rules.clone();
        DueRules { wording, catalogue, floors, incidents: IncidentsBySystem::of(register), today }
    }

    /// What decides when a classification is due again.
    #[must_use]
    pub fn current<'m>(&'m self, editions: &'m Editions) -> Current<'m> {
        Current { wording: &editions.wording, catalogue: &editions.catalogue, floors: &self.floors.rules }
    }
}

/// The catalogue that answers name, put together again from what ships and from what the organisation has decided;
/// nothing when a part of it is neither.
#[must_use]
pub fn catalogue_of(named: &str, own: &Table<Method>) -> Option<Catalogue> {
    let files = own.iter().filter_map(|(_, one)| method_file(&one.text).ok());
    let files: Vec<Measures> = files
        .filter_map(|file| match file {
            MethodFile::Measures(measures) => Some(measures),
            _ => None,
        })
        .collect();
    named.split('+').try_fold(Catalogue::default(), |catalogue, edition| {
        let is_named = |other: &Catalogue| other.edition() == edition;
        if is_named(shipped_measures()) {
            return Some(catalogue.with(shipped_measures(), &[]));
        }
        let file = files.iter().find(|file| is_named(&file.catalogue))?;
        Some(catalogue.with(&file.catalogue, &file.leaves_out))
    })
}

/// The text of a shipped file, for whoever wants to begin with it.
#[must_use]
pub const fn shipped_text(kind: MethodKind) -> &'static str {
    match kind {
        MethodKind::Levels => include_str!("levels.txt"),
        MethodKind::Floors => include_str!("floors.txt"),
        MethodKind::Measures => include_str!("measures.txt"),
        MethodKind::Matrix => include_str!("matrix-4x4.txt"),
    }
}

/// The editions in use, as decisions and answers name them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Editions {
    /// Of the words for the levels: `klassrum-1`.
    pub wording: String,
    /// Of the measures: `klassrum-1+sisab-2`.
    pub catalogue: String,
}

/// Reads a data file.
///
/// # Errors
/// [`SheetError`] says what is wrong, and on which line.
pub fn method_file(text: &str) -> Result<MethodFile, SheetError> {
    let Sheet { mut head, blocks } = Sheet::read(text)?;
    let kind = head.need_as("kind", MethodKind::from_key)?;
    let is_id = |text: &&str| Key::parse(text).is_some_and(|key| key.depth() == 0) && text.len() <= 40;
    let id = head.need_as("id", |text| Some(text).filter(is_id))?.to_owned();
    let version = head.need_as("version", |text| text.parse().ok().filter(|version| 0 < *version))?;
    let edition = Edition { id, version };
    let name = words(&mut head, "name")?;
    let file = match kind {
        MethodKind::Levels => MethodFile::Levels(Wording { edition, name, aspects: aspects(blocks)? }),
        MethodKind::Floors => MethodFile::Floors(Floors { edition, name, rules: rules(blocks)? }),
        MethodKind::Measures => {
            let builds_on = head.take_as("builds-on", |text| (text == "klassrum").then_some(()))?.is_some();
            let leaves_out = head.take_as("leaves-out", ids)?.unwrap_or_default();
            let measures = blocks.into_iter().map(measure).collect::<Result<Vec<_>, _>>()?;
            if measures.is_empty() && leaves_out.is_empty() {
                return Err(SheetError::Missing { line: 1, name: "[id]".to_owned() });
            }
            let catalogue = Catalogue { editions: vec![edition], name, measures };
            MethodFile::Measures(Measures { catalogue, builds_on, leaves_out })
        }
        MethodKind::Matrix => MethodFile::Matrix(matrix(edition, name, blocks)?),
    };
    head.end()?;
    Ok(file)
}

/// Words that must be there, in Swedish at least.
fn words(block: &mut Block<'_>, key: &str) -> Result<Words, SheetError> {
    let sv = block.need(&format!("{key}.sv"))?.0.to_owned();
    let en = block.take(&format!("{key}.en")).map_or_else(String::new, |(text, _)| text.to_owned());
    Ok(Words { sv, en })
}

/// Words that need not be there.
fn some_words(block: &mut Block<'_>, key: &str) -> Words {
    let mut text =
        |language| block.take(&format!("{key}.{language}")).map_or_else(String::new, |(text, _)| text.to_owned());
    Words { sv: text("sv"), en: text("en") }
}

fn aspects(blocks: Vec<Block<'_>>) -> Result<std::collections::BTreeMap<Aspect, AspectWording>, SheetError> {
    let mut aspects = std::collections::BTreeMap::new();
    for mut block in blocks {
        let Some(aspect) = Aspect::from_key(block.name) else {
            return Err(SheetError::Unknown { line: block.line, name: block.name.chars().take(80).collect() });
        };
        let (short, question) = (words(&mut block, "short")?, words(&mut block, "question")?);
        let mut levels = std::collections::BTreeMap::new();
        for level in Level::ALL.iter().copied() {
            let number = level.number();
            let meaning = words(&mut block, &number.to_string())?;
            let example = some_words(&mut block, &format!("{number}.example"));
            let hours = match aspect {
                Aspect::Availability => block
                    .take_as(&format!("{number}.hours"), |text| text.parse().ok().filter(|hours| *hours <= 100_000))?,
                _ => None,
            };
            levels.insert(level, LevelWording { meaning, example, hours });
        }
        block.end()?;
        aspects.insert(aspect, AspectWording { short, question, levels });
    }
    match Aspect::ALL.iter().find(|aspect| !aspects.contains_key(aspect)) {
        Some(aspect) => Err(SheetError::Missing { line: 1, name: format!("[{}]", aspect.key()) }),
        None => Ok(aspects),
    }
}

fn rules(blocks: Vec<Block<'_>>) -> Result<Vec<FloorRule>, SheetError> {
    let rule = |mut block: Block<'_>| {
        let fact = block.need_as("fact", Fact::from_key)?;
        let paragraphs = match fact {
            Fact::Secrecy => block.take_as("paragraphs", paragraphs)?.unwrap_or_default(),
            _ => Vec::new(),
        };
        let mut levels = Levels::default();
        for aspect in Aspect::ALL.iter().copied() {
            levels.set(aspect, block.take_as(&aspect.letter().to_string(), Level::from_key)?);
        }
        if levels.top().is_none() {
            return Err(SheetError::Missing { line: block.line, name: "K, R, T, S".to_owned() });
        }
        let because = words(&mut block, "because")?;
        let id = block.name.to_owned();
        block.end()?;
        Ok(FloorRule { id, fact, paragraphs, levels, because })
    };
    blocks.into_iter().map(rule).collect()
}

fn paragraphs(text: &str) -> Option<Vec<String>> {
    let sound = |part: &str| {
        let (chapter, paragraph) = part.split_once(':')?;
        let number =
            |text: &str| !text.is_empty() && text.len() < 4 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        (number(chapter) && number(paragraph)).then(|| part.to_owned())
    };
    text.split(',').map(|part| sound(part.trim())).collect()
}

fn ids(text: &str) -> Option<Vec<String>> {
    text.split(',').map(|part| Some(part.trim()).filter(|id| is_own_id(id)).map(str::to_owned)).collect()
}

/// A measure's id is part of a record's key.
fn is_own_id(text: &str) -> bool {
    text.len() <= 40 && Key::parse(text).is_some_and(|key| key.depth() == 0)
}

fn measure(mut block: Block<'_>) -> Result<Measure, SheetError> {
    let line = block.line;
    if !is_own_id(block.name) {
        let value = block.name.chars().take(80).collect();
        return Err(SheetError::Value { line, name: "[id]".to_owned(), value });
    }
    let measure = Measure {
        id: block.name.to_owned(),
        title: words(&mut block, "title")?,
        expects: words(&mut block, "expects")?,
        stricter: some_words(&mut block, "stricter"),
        from: block.need_as("from", from)?,
        controls: block.take_as("iso", |text| list(text, Control::parse))?.unwrap_or_default(),
        nis2: block.take_as("nis2", |text| list(text, area))?.unwrap_or_default(),
        sides: block.need_as("side", |text| list(text, Side::from_key))?,
        replaces: block.take_as("replaces", ids)?.unwrap_or_default(),
    };
    block.end()?;
    Ok(measure)
}

fn list<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    text.split(',').map(|part| read(part.trim())).collect()
}

fn area(text: &str) -> Option<Nis2Area> {
    let mut letters = text.chars();
    let letter = letters.next()?;
    letters.next().is_none().then(|| Nis2Area::new(letter)).flatten()
}

/// `G`, `K2`, `S2,K2` or `G/K2`.
fn from(text: &str) -> Option<From> {
    let (base, stricter) = match text.split_once('/') {
        Some((base, stricter)) => (base, list(stricter, aspect_level)?),
        None => (text, Vec::new()),
    };
    let levels = if base.trim() == "G" { Vec::new() } else { list(base, aspect_level)? };
    Some(From { levels, stricter })
}

/// `K2`: a letter and a number of the scale 0 to 3. Nothing is asked for at level 4.
fn aspect_level(text: &str) -> Option<AspectLevel> {
    let mut letters = text.chars();
    let aspect = Aspect::from_letter(letters.next()?)?;
    let level = Level::from_number(letters.as_str().parse().ok()?).filter(|level| *level < Level::Exceptional)?;
    (letters.as_str().len() == 1).then_some(AspectLevel { aspect, level })
}

fn matrix(edition: Edition, name: Words, blocks: Vec<Block<'_>>) -> Result<Matrix, SheetError> {
    let (mut likelihoods, mut impacts, mut levels, mut grid) = (Vec::new(), Vec::new(), Vec::new(), None);
    for mut block in blocks {
        let unknown = || SheetError::Unknown { line: block.line, name: block.name.chars().take(80).collect() };
        let (what, which) = block.name.split_once(' ').unwrap_or((block.name, ""));
        match what {
            "likelihood" | "impact" => {
                let steps = if what == "impact" { &mut impacts } else { &mut likelihoods };
                // In their order, so that a step is never another than its number says.
                if which != (steps.len() + 1).to_string() || *STEPS.end() == steps.len() {
                    return Err(unknown());
                }
                steps.push(Step { name: words(&mut block, "name")?, meaning: words(&mut block, "meaning")? });
            }
            "level" if (1..=2).contains(&which.chars().count()) && levels.len() < 6 => {
                levels.push(RiskLevel {
                    letter: which.to_owned(),
                    name: words(&mut block, "name")?,
                    accept: block.need_as("accept", may_accept)?,
                    days: block.take_as("days", |text| text.parse().ok().filter(|days| *days <= 3_650))?,
                    inform: some_words(&mut block, "inform"),
                });
            }
            "grid" if which.is_empty() => {
                grid = Some(block);
                continue;
            }
            _ => return Err(unknown()),
        }
        block.end()?;
    }
    for (steps, name) in [(&likelihoods, "[likelihood 3]"), (&impacts, "[impact 3]")] {
        if steps.len() < *STEPS.start() {
            return Err(SheetError::Missing { line: 1, name: name.to_owned() });
        }
    }
    let Some(mut grid) = grid else { return Err(SheetError::Missing { line: 1, name: "[grid]".to_owned() }) };
    let row = |text: &str| -> Option<Vec<usize>> {
        let cells: Option<Vec<_>> =
            text.split_whitespace().map(|letter| levels.iter().position(|level| level.letter == letter)).collect();
        cells.filter(|cells| cells.len() == impacts.len())
    };
    let rows = (1..=likelihoods.len()).map(|number| grid.need_as(&number.to_string(), row));
    let cells = rows.collect::<Result<Vec<_>, _>>()?;
    grid.end()?;
    Ok(Matrix { edition, name, likelihoods, impacts, levels, cells })
}

fn may_accept(text: &str) -> Option<MayAccept> {
    Some(match text {
        "owner" => MayAccept::Owner,
        "lifted" => MayAccept::Lifted,
        "nobody" => MayAccept::Nobody,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::register::method::{by_area, measures_for};
    use crate::register::value::FieldType;
    use crate::register::{
        Entry, Impact, Likelihood, Method, Organisation, Place, RecordKind, Value, organisation_place,
    };

    const FILES: [&str; 5] = [
        include_str!("levels.txt"),
        include_str!("floors.txt"),
        include_str!("measures.txt"),
        include_str!("matrix-4x4.txt"),
        include_str!("matrix-5x5.txt"),
    ];

    #[test]
    fn every_shipped_file_is_whole_and_in_both_languages() {
        for text in FILES {
            let file = method_file(text).unwrap();
            assert!(file.edition().id.starts_with("klassrum"), "{:?}", file.kind());
            let lines = text.lines().filter_map(|line| line.split_once(':')).map(|(key, _)| key.trim());
            let keys: Vec<_> = lines.collect();
            for key in &keys {
                if let Some(base) = key.strip_suffix(".sv") {
                    assert!(keys.contains(&format!("{base}.en").as_str()), "{key} is in Swedish only");
                }
            }
        }
    }

    #[test]
    fn there_are_52_measures_and_each_area_of_nis2_but_f_has_some() {
        let measures = &shipped_measures().measures;
        assert_eq!(measures.len(), 52);
        for (at, measure) in measures.iter().enumerate() {
            assert_eq!(measure.id, format!("m{:02}", at + 1));
            assert!(!measure.controls.is_empty() && !measure.nis2.is_empty() && !measure.sides.is_empty());
            assert!(measure.stricter.is_empty() == measure.from.stricter.is_empty(), "{}", measure.id);
        }
        // To measure the effect belongs to the whole management system, not to one system.
        let areas: String = by_area(measures).keys().map(|area| area.letter()).collect();
        assert_eq!(areas, "abcdeghij");
        let text = |id: &str| shipped_measures().get(id).unwrap().from.as_text();
        assert_eq!(["m01", "m09", "m13", "m15", "m27"].map(text), ["G", "G/K2", "K2", "K3,R3", "S2,K2"]);
    }

    #[test]
    fn what_levels_ask_for() {
        let count = |level: Level| {
            let levels = Aspect::ALL
                .iter()
                .fold(Levels::default(), |levels, aspect| levels.highest(Levels::only(*aspect, level)));
            measures_for(shipped_measures(), levels).unwrap().len()
        };
        let counts = Level::ALL[..4].iter().map(|level| count(*level)).collect::<Vec<_>>();
        assert_eq!(counts, [26, 33, 45, 52]);
        let confidential = measures_for(shipped_measures(), Levels::only(Aspect::Confidentiality, Level::Significant));
        let confidential = confidential.unwrap();
        let of = |id: &str| confidential.iter().find(|asked| asked.measure.id == id);
        assert!(of("m13").is_some() && of("m15").is_none() && of("m34").is_none());
        assert!(of("m09").unwrap().stricter && !of("m32").unwrap().stricter);
    }

    #[test]
    fn hours_without_it_say_the_level() {
        let level = |hours| shipped_wording().level_for_hours(hours);
        assert_eq!([1, 4, 5, 12, 13, 120, 121].map(level).map(Level::number), [3, 3, 2, 2, 1, 1, 0]);
        for aspect in Aspect::ALL {
            for level in Level::ALL {
                assert!(!shipped_wording().level(*aspect, *level).unwrap().meaning.is_empty());
            }
        }
    }

    #[test]
    fn facts_set_floors_and_national_security_stops() {
        let fact = |facts: Facts| {
            let found = floors(&shipped_floors().rules, &facts);
            crate::register::method::floor_levels(&found)
        };
        let protected = fact(Facts { protected_identity: true, ..Facts::default() });
        assert_eq!(
            (protected.confidentiality, protected.traceability),
            (Some(Level::Serious), Some(Level::Significant))
        );
        let drawings = fact(Facts { secrecy: vec!["18:8".into()], ..Facts::default() });
        assert_eq!(drawings.confidentiality, Some(Level::Serious));
        let other = fact(Facts { secrecy: vec!["19:1".into()], ..Facts::default() });
        assert_eq!(other.confidentiality, Some(Level::Significant));
        let stop = fact(Facts { national_security: true, ..Facts::default() });
        assert!(measures_for(shipped_measures(), stop).is_err());
    }

    #[test]
    fn both_matrices_have_the_levels_of_their_products() {
        let [four, five] = shipped_matrices() else { panic!("two matrices ship") };
        let letter = |matrix: &Matrix, likelihood, impact| matrix.level(likelihood, impact).unwrap().1.letter.clone();
        assert_eq!(letter(four, Likelihood::Unlikely, Impact::Moderate), "L");
        assert_eq!(letter(four, Likelihood::Possible, Impact::Moderate), "M");
        assert_eq!(letter(four, Likelihood::Certain, Impact::Serious), "E");
        assert_eq!(four.level(Likelihood::Frequent, Impact::Serious), None);
        let of_product = |product: usize, bounds: [usize; 3]| bounds.iter().filter(|bound| **bound < product).count();
        for (matrix, bounds) in [(four, [2, 6, 12]), (five, [4, 9, 16])] {
            for (row, cells) in matrix.cells.iter().enumerate() {
                for (column, cell) in cells.iter().enumerate() {
                    assert_eq!(*cell, of_product((row + 1) * (column + 1), bounds), "{row} {column}");
                }
            }
        }
    }

    #[test]
    fn a_file_says_what_is_wrong_and_where() {
        let measure =
            "kind: measures\nid: egen\nversion: 1\nname.sv: Egna\n[e1]\ntitle.sv: T\nexpects.sv: E\nside: it\n";
        let with = |line: &str| method_file(&format!("{measure}{line}")).unwrap_err().to_string();
        for (line, expect) in [
            ("", "line 5: from is missing"),
            ("from: K4", "line 9: from can't be \"K4\""),
            ("from: X1", "line 9: from can't be \"X1\""),
            ("from: K22", "line 9: from can't be \"K22\""),
            ("from: G\niso: 5.99", "line 10: iso can't be \"5.99\""),
            ("from: G\nnis2: k", "line 10: nis2 can't be \"k\""),
            ("from: G\nfärg: blå", "line 10: färg is not known here"),
            ("from: G\n[E 2]", "line 10: [id] can't be \"E 2\""),
        ] {
            assert_eq!(with(line), expect);
        }
        for (text, expect) in [
            ("", "line 1: kind is missing"),
            ("kind: other", "line 1: kind can't be \"other\""),
            ("kind: matrix\nid: a b", "line 2: id can't be \"a b\""),
            ("kind: measures\nid: a\nversion: 0", "line 3: version can't be \"0\""),
            ("kind: levels\nid: a\nversion: 1\nname.sv: x", "line 1: [confidentiality] is missing"),
            ("kind: matrix\nid: a\nversion: 1\nname.sv: x\n[impact 2]", "line 5: impact 2 is not known here"),
            ("kind: matrix\nid: a\nversion: 1\nname.sv: x", "line 1: [likelihood 3] is missing"),
        ] {
            assert_eq!(method_file(text).unwrap_err().to_string(), expect, "{text}");
        }
    }

    fn put(register: &mut Register, own: &str, day: i8, text: &str) {
        let fields = [
            (Method::DECIDED, Value::Date(jiff::civil::date(2024, 5, day))),
            (Method::TEXT, Value::Prose(text.into())),
        ];
        let fields = fields.into_iter().map(|(field, value)| (field.key.to_owned(), value)).collect();
        let place = Place { kind: RecordKind::Method, key: Key::parse(own).unwrap() };
        register.put(Entry::new(place, Some(fields)));
    }

    fn own_measures(version: u32, extra: &str) -> String {
        format!(
            "kind: measures\nid: egen\nversion: {version}\nname.sv: Egna\n{extra}\n[e1]\ntitle.sv: Egen {version}\nexpects.sv: E\nfrom: G\nside: it\n"
        )
    }

    #[test]
    fn an_organisation_s_own_editions_take_the_place_of_what_ships() {
        let mut register = Register::default();
        assert_eq!(MethodInUse::of(&register), MethodInUse::shipped());
        put(&mut register, "a", 1, &own_measures(1, "builds-on: klassrum\nleaves-out: m51"));
        put(&mut register, "b", 2, &own_measures(2, "builds-on: klassrum"));
        put(&mut register, "c", 3, &include_str!("levels.txt").replace("id: klassrum", "id: egen"));
        put(&mut register, "d", 3, "kind: of a newer program");
        put(&mut register, "e", 3, &include_str!("matrix-4x4.txt").replace("id: klassrum-4x4", "id: egen"));
        let place = organisation_place();
        register.put(Entry::new(place, Some(vec![(Organisation::MATRIX.key.into(), Value::Line("egen".into()))])));
        let method = MethodInUse::of(&register);
        assert_eq!(method.editions(), Editions { wording: "egen-1".into(), catalogue: "klassrum-1+egen-2".into() });
        assert_eq!(method.measures.measures.len(), 53);
        assert_eq!(method.measures.get("e1").unwrap().title.sv, "Egen 2");
        let ids: Vec<_> = method.matrices.iter().map(|matrix| matrix.edition.id.as_str()).collect();
        assert_eq!(ids, ["egen", "klassrum-4x4", "klassrum-5x5"]);
        assert_eq!(method.matrix("klassrum-5x5-1").unwrap().impacts.len(), 5);
        assert_eq!(method.matrix("gone").unwrap().edition.id, "egen");
        assert_eq!(method.unread.len(), 1);
        assert_eq!(Some(Level::Moderate).value(), Value::Choice("moderate".into()));
        let named = catalogue_of("klassrum-1+egen-1", &register.methods).unwrap();
        assert_eq!((named.measures.len(), named.edition()), (52, "klassrum-1+egen-1".into()));
        assert_eq!(named.get("e1").unwrap().title.sv, "Egen 1");
        assert_eq!(catalogue_of("klassrum-1+egen-9", &register.methods), None);
        put(&mut register, "f", 4, &own_measures(3, ""));
        assert_eq!(MethodInUse::of(&register).measures.measures.len(), 1);
    }

    proptest! {
        /// Whatever the text, it is refused or understood, and what is understood is within limits.
        #[test]
        fn any_text_is_refused_or_understood(
            file in prop::sample::select(&FILES[..]),
            cuts in prop::collection::vec((any::<prop::sample::Index>(), ".{0,6}"), 0..5),
        ) {
            let mut text = file.to_owned();
            for (at, put) in cuts {
                let mut at = at.index(text.len());
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                let end = text[at..].char_indices().nth(3).map_or(text.len(), |(more, _)| at + more);
                text.replace_range(at..end, &put);
            }
            if let Ok(MethodFile::Matrix(matrix)) = method_file(&text) {
                prop_assert!(matrix.cells.iter().flatten().all(|cell| *cell < matrix.levels.len()));
                prop_assert!(STEPS.contains(&matrix.likelihoods.len()) && STEPS.contains(&matrix.impacts.len()));
            }
        }
    }
}
