//! The list of systems: which are shown, and in which order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use memchr::memmem::Finder;

use super::method::{Due, DueRules, folded};
use super::value::{Choose, Record, Value, choice};
use super::{Aspect, Classified, Date, Key, Level, Levels, RecordKind, Register, Stage, System};

choice! {
    /// A question to the register that a figure counts and a list answers with the systems themselves.
    Only {
        All "all" "Alla" "All",
        Classified "classified" "Klassade" "Classified",
        ActionPlan "action-plan" "Med handlingsplan" "With an action plan",
        RiskAnalysis "risk-analysis" "Med riskanalys" "With a risk analysis",
        TreatmentPlan "treatment-plan" "Med åtgärdsplan" "With a treatment plan",
        Unclassified "unclassified" "Ej klassade" "Not classified",
        DueAgain "due-again" "Ska klassas om" "Due again",
        OwnerMissing "owner-missing" "Ägare saknas" "Owner missing",
        InformationOwnerMissing "information-owner-missing" "Informationsägare saknas" "Information owner missing",
        SystemOwnerMissing "system-owner-missing" "Systemägare saknas" "System owner missing",
        ObjectOwnerMissing "object-owner-missing" "Objektägare saknas" "Object owner missing",
        ObjectManagerMissing "object-manager-missing" "Objektledare saknas" "Object manager missing",
        AnyRoleMissing "any-role-missing" "Någon roll saknas" "Any role missing",
        Disputed "disputed" "Oeniga klassningar" "Disputed classifications",
    }
}

/// What a list's row shows without asking the register again.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The system.
    pub system: Arc<System>,
    /// How far it has come.
    pub stage: Stage,
    /// The classification that holds.
    pub classified: Option<Classified>,
    /// When its classification is due again, and why; nothing without one, and in a list that has no rules for that.
    pub due: Option<Due>,
    /// Whether people have said different things of it, or of what belongs to it.
    pub disputed: bool,
    /// All its words in small letters, for searching.
    haystack: String,
    /// Its name, so that it sorts by its bytes.
    name_order: String,
}

impl Row {
    fn new(register: &Register, key: &Key, system: &Arc<System>, rules: Option<&DueRules>) -> Self {
        let words = System::FIELDS.iter().filter_map(|field| match system.get(field.key)? {
            Value::Line(text) | Value::Prose(text) => Some(text),
            _ => None,
        });
        Self {
            system: Arc::clone(system),
            stage: register.stage(key),
            classified: register.classified(key),
            due: rules.and_then(|rules| rules.due(register, key)),
            disputed: register.disputes.concern(RecordKind::System, key),
            haystack: words.collect::<Vec<_>>().join("\n").to_lowercase(),
            name_order: swedish_order(&system.name),
        }
    }

    /// Whether the row answers the question.
    #[must_use]
    pub fn is(&self, only: Only) -> bool {
        match only {
            Only::All => true,
            Only::Classified => Stage::Classified <= self.stage,
            Only::ActionPlan => Stage::ActionPlan <= self.stage,
            Only::RiskAnalysis => Stage::RiskAnalysis <= self.stage,
            Only::TreatmentPlan => Stage::TreatmentPlan <= self.stage,
            Only::Unclassified => self.stage == Stage::NotClassified,
            Only::DueAgain => self.due.as_ref().is_some_and(Due::is_now),
            Only::OwnerMissing => self.system.lacks_owner(),
            Only::InformationOwnerMissing => self.system.lacks_information_owner(),
            Only::SystemOwnerMissing => self.system.system_owner.is_empty(),
            Only::ObjectOwnerMissing => self.system.object_owner.is_empty(),
            Only::ObjectManagerMissing => self.system.object_manager.is_empty(),
            Only::AnyRoleMissing => {
                System::ROLES.iter().any(|role| self.system.get(role.key).is_none_or(|named| named.is_empty()))
            }
            Only::Disputed => self.classified.is_some_and(|classified| classified.disputed),
        }
    }
}

/// What a list is sorted by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SortBy {
    /// One of the system's own fields, by its key.
    Field(String),
    /// How far it has come.
    Stage,
    /// The levels: by the highest of them, and then by those of K, R, T and S.
    Levels,
    /// The day it was last classified.
    Decided,
    /// The day it is due to be classified again; what is due now comes first.
    Due,
    /// The system's name.
    #[default]
    Name,
}

/// What a person asks the list for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// Words that must all occur, in any field.
    pub search: String,
    /// The questions that must all be answered yes.
    pub only: Vec<Only>,
    /// The unit, by its whole name; empty shows the systems that have none.
    pub unit: Option<String>,
    /// The stages to show; empty shows all.
    pub stages: Vec<Stage>,
    /// The lowest top level to show.
    pub level: Option<Level>,
    /// What to sort by.
    pub sort: SortBy,
    /// Whether the last comes first.
    pub descending: bool,
}

/// The systems in an order, with their rows, so that searching them looks nothing up.
#[derive(Debug, Clone, Default)]
pub struct Order(Vec<(Key, Arc<Row>)>);

impl PartialEq for Order {
    /// A row that is read again is another row.
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().zip(&other.0).all(|(a, b)| Arc::ptr_eq(&a.1, &b.1))
    }
}

impl Order {
    /// The systems that the query asks for.
    #[must_use]
    pub fn matching(&self, query: &Query) -> Vec<Key> {
        let search = query.search.to_lowercase();
        let words: Vec<Finder<'_>> = search.split_whitespace().map(Finder::new).collect();
        let is_asked_for = |row: &Row| {
            words.iter().all(|word| word.find(row.haystack.as_bytes()).is_some())
                && query.only.iter().all(|only| row.is(*only))
                && query.unit.as_ref().is_none_or(|unit| row.system.unit == *unit)
                && (query.stages.is_empty() || query.stages.contains(&row.stage))
                && query.level.is_none_or(|level| {
                    row.classified.and_then(|classified| classified.levels.top()).is_some_and(|top| level <= top)
                })
        };
        self.0.iter().filter(|(_, row)| is_asked_for(row)).map(|(key, _)| key.clone()).collect()
    }
}

/// All rows of the list, kept up to date record by record.
#[derive(Debug, Clone, Default)]
pub struct Index {
    rows: BTreeMap<Key, Arc<Row>>,
    /// How many rows answer each question; kept, so that asking costs nothing.
    counts: BTreeMap<Only, usize>,
    /// What decides when a system is due again.
    rules: Option<DueRules>,
}

impl Index {
    /// Reads every system once. Nothing is due by it; see [`Self::with_rules`].
    #[must_use]
    pub fn new(register: &Register) -> Self {
        Self::read(register, None)
    }

    /// Reads every system once, and when it is due again.
    #[must_use]
    pub fn with_rules(register: &Register, rules: DueRules) -> Self {
        Self::read(register, Some(rules))
    }

    fn read(register: &Register, rules: Option<DueRules>) -> Self {
        let mut index = Self { rules, ..Self::default() };
        for (key, _) in register.systems.iter() {
            index.refresh(register, key);
        }
        index
    }

    /// Reads one system again, after it or something that belongs to it has changed.
    pub fn refresh(&mut self, register: &Register, system: &Key) {
        let old = match register.systems.get(system) {
            Some(record) => {
                let row = Row::new(register, system, record, self.rules.as_ref());
                self.rows.insert(system.clone(), Arc::new(row))
            }
            None => self.rows.remove(system),
        };
        let new = self.rows.get(system);
        for only in Only::ALL {
            let count = self.counts.entry(*only).or_default();
            *count += usize::from(new.is_some_and(|row| row.is(*only)));
            *count -= usize::from(old.as_ref().is_some_and(|row| row.is(*only)));
        }
    }

    /// These rules decide what is due from now on: the systems are read again that they say something else of.
    pub fn set_rules(&mut self, register: &Register, rules: DueRules) {
        let concerned = self.rules.as_ref().and_then(|before| before.concern(&rules));
        if concerned.as_ref().is_none_or(|concerned| !concerned.is_empty()) {
            let is_concerned = |key: &Key, row: &Row| {
                let names = |names: &BTreeSet<String>| {
                    names.contains(key.as_str()) || names.contains(&folded(&row.system.name))
                };
                concerned.as_ref().is_none_or(names)
            };
            let mut count = self.count(Only::DueAgain);
            for (key, row) in self.rows.iter_mut().filter(|(key, row)| is_concerned(key, row)) {
                count -= usize::from(row.is(Only::DueAgain));
                let row = Arc::make_mut(row);
                row.due = rules.due(register, key);
                count += usize::from(row.is(Only::DueAgain));
            }
            self.counts.insert(Only::DueAgain, count);
        }
        self.rules = Some(rules);
    }

    /// One row.
    #[must_use]
    pub fn row(&self, system: &Key) -> Option<&Row> {
        self.rows.get(system).map(Arc::as_ref)
    }

    /// All rows, in the order of their keys.
    pub fn rows(&self) -> impl Iterator<Item = (&Key, &Row)> {
        self.rows.iter().map(|(key, row)| (key, &**row))
    }

    /// How many systems answer the question.
    #[must_use]
    pub fn count(&self, only: Only) -> usize {
        self.counts.get(&only).copied().unwrap_or(0)
    }

    /// All systems in the order asked for. The costly half of a query: keep it while only the search changes.
    #[must_use]
    pub fn order(&self, sort: &SortBy, descending: bool) -> Order {
        let mut rows: Vec<(SortKey, &Key, &Arc<Row>)> =
            self.rows.iter().map(|(key, row)| (sort_key(row, sort), key, row)).collect();
        rows.sort_unstable_by(|a, b| {
            // What is empty comes last whichever way the list is turned.
            let empty = matches!(a.0, SortKey::Empty).cmp(&matches!(b.0, SortKey::Empty));
            let by_field = if descending { b.0.cmp(&a.0) } else { a.0.cmp(&b.0) };
            let by_name = a.2.name_order.cmp(&b.2.name_order).then_with(|| a.1.cmp(b.1));
            let turned = descending && *sort == SortBy::Name;
            empty.then(by_field).then(if turned { by_name.reverse() } else { by_name })
        });
        Order(rows.into_iter().map(|(_, key, row)| (key.clone(), Arc::clone(row))).collect())
    }
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum SortKey {
    Empty,
    Number(i64),
    Text(String),
}

fn sort_key(row: &Row, sort: &SortBy) -> SortKey {
    match sort {
        // The name is what all else falls back on.
        SortBy::Name => SortKey::Empty,
        SortBy::Stage => SortKey::Number(row.stage as i64),
        SortBy::Levels => row.classified.map_or(SortKey::Empty, |classified| levels_key(&classified.levels)),
        SortBy::Decided => row.classified.map_or(SortKey::Empty, |classified| day_key(classified.decided)),
        SortBy::Due => match &row.due {
            Some(due) if due.is_now() => SortKey::Number(0),
            Some(due) => day_key(due.next),
            None => SortKey::Empty,
        },
        SortBy::Field(field) => match row.system.get(field) {
            Some(Value::Line(text) | Value::Prose(text)) => text_key(&text),
            Some(Value::Choice(key)) => System::FIELDS
                .iter()
                .find(|known| known.key == field)
                .and_then(|known| match known.kind {
                    super::Kind::Choice(choices) => choices.iter().position(|choice| choice.key == key),
                    _ => None,
                })
                .and_then(|place| i64::try_from(place).ok())
                .map_or(SortKey::Empty, SortKey::Number),
            Some(Value::Flag(flag)) => SortKey::Number(i64::from(!flag)),
            Some(Value::Number(number)) => SortKey::Number(i64::from(number)),
            Some(Value::Date(day)) => SortKey::Text(day.to_string()),
            Some(Value::Moment(moment)) => SortKey::Text(moment.to_string()),
            Some(Value::Nothing) | None => SortKey::Empty,
        },
    }
}

/// The highest level first, then each aspect's; one that isn't set comes before the lowest.
fn levels_key(levels: &Levels) -> SortKey {
    let Some(top) = levels.top() else { return SortKey::Empty };
    let each = Aspect::ALL.iter().map(|aspect| levels.of(*aspect));
    let place = |level: Option<Level>| level.map_or(0, |level| i64::from(level.number()) + 1);
    SortKey::Number(std::iter::once(Some(top)).chain(each).fold(0, |key, level| key * 10 + place(level)))
}

fn day_key(day: Date) -> SortKey {
    SortKey::Number(i64::from(day.year()) * 10_000 + i64::from(day.month()) * 100 + i64::from(day.day()))
}

/// Text in the order of a Swedish dictionary: å, ä, ö last, accents and case of no account.
fn text_key(text: &str) -> SortKey {
    if text.is_empty() {
        return SortKey::Empty;
    }
    SortKey::Text(swedish_order(text))
}

/// A text that sorts by its bytes as `text` sorts in Swedish.
#[must_use]
pub fn swedish_order(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .map(|letter| match letter {
            'å' => '{',
            'ä' | 'æ' => '|',
            'ö' | 'ø' => '}',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'á' | 'à' | 'â' => 'a',
            'ü' => 'y',
            letter => letter,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::register::method::IncidentsBySystem;
    use crate::register::{Classification, Entry, Incident, Place, RecordKind, Severity, filled};

    fn register(names: &[&str]) -> Register {
        let mut register = Register::default();
        for (number, name) in names.iter().enumerate() {
            register.put(Entry::new(
                Place { kind: RecordKind::System, key: Key::parse(&format!("s{number}")).unwrap() },
                Some(vec![(System::NAME.key.into(), Value::Line((*name).into()))]),
            ));
        }
        register
    }

    fn names(register: &Register, index: &Index, keys: &[Key]) -> Vec<String> {
        assert_eq!(register.systems.len(), index.rows.len());
        keys.iter().map(|key| index.row(key).unwrap().system.name.clone()).collect()
    }

    #[test]
    fn names_sort_as_in_a_swedish_dictionary() {
        let register = register(&["Översikt", "Zebra", "Ärende", "Åtgärd", "ekonomi", "Diarium"]);
        let index = Index::new(&register);
        let order = index.order(&SortBy::Name, false);
        assert_eq!(
            names(&register, &index, &order.matching(&Query::default())),
            ["Diarium", "ekonomi", "Zebra", "Åtgärd", "Ärende", "Översikt"]
        );
    }

    #[test]
    fn a_search_finds_all_its_words_in_any_case() {
        let register = register(&["Ekonomisystem", "Ekonomi gammalt", "Diarium"]);
        let index = Index::new(&register);
        let order = index.order(&SortBy::Name, false);
        let query = Query { search: "GAMM eko".into(), ..Query::default() };
        assert_eq!(names(&register, &index, &order.matching(&query)), ["Ekonomi gammalt"]);
    }

    #[test]
    fn what_is_empty_comes_last_in_both_directions() {
        let mut register = register(&["B", "A"]);
        let place = Place { kind: RecordKind::System, key: Key::parse("s0").unwrap() };
        let fields = vec![("name".into(), Value::Line("B".into())), ("unit".into(), Value::Line("HR".into()))];
        register.put(Entry::new(place, Some(fields)));
        let index = Index::new(&register);
        for descending in [false, true] {
            let order = index.order(&SortBy::Field("unit".into()), descending);
            assert_eq!(names(&register, &index, &order.matching(&Query::default())), ["B", "A"], "{descending}");
        }
    }

    #[test]
    fn a_unit_is_asked_for_by_its_whole_name() {
        let mut register = register(&["A", "B", "C"]);
        for (key, name, unit) in [("s0", "A", "IT"), ("s1", "B", "Kommunikation och IT")] {
            let system = System { name: name.into(), unit: unit.into(), ..System::default() };
            put(&mut register, RecordKind::System, key, &system);
        }
        let index = Index::new(&register);
        let order = index.order(&SortBy::Name, false);
        for (unit, expected) in
            [("IT", vec!["A"]), ("Kommunikation och IT", vec!["B"]), ("", vec!["C"]), ("it", vec![])]
        {
            let query = Query { unit: Some(unit.into()), ..Query::default() };
            assert_eq!(names(&register, &index, &order.matching(&query)), expected, "{unit:?}");
        }
    }

    #[test]
    fn each_missing_role_can_be_asked_for_and_any_of_them() {
        let all = System {
            system_owner: "Enhetschef IT".into(),
            object_owner: "Chef fastighet".into(),
            object_manager: "Förvaltningsledare".into(),
            information_owner: "Chef fastighet".into(),
            ..System::default()
        };
        let without = [
            (Only::InformationOwnerMissing, System { information_owner: String::new(), ..all.clone() }),
            (Only::SystemOwnerMissing, System { system_owner: String::new(), ..all.clone() }),
            (Only::ObjectOwnerMissing, System { object_owner: String::new(), ..all.clone() }),
            (Only::ObjectManagerMissing, System { object_manager: String::new(), ..all.clone() }),
        ];
        let mut register = register(&["Alla"]);
        put(&mut register, RecordKind::System, "s0", &all);
        for (nth, (_, system)) in without.iter().enumerate() {
            put(&mut register, RecordKind::System, &format!("w{nth}"), system);
        }
        let index = Index::new(&register);
        let answer = |only: Only| -> Vec<String> {
            index.rows().filter(|(_, row)| row.is(only)).map(|(key, _)| key.to_string()).collect()
        };
        for (nth, (only, _)) in without.iter().enumerate() {
            assert_eq!(answer(*only), [format!("w{nth}")], "{only:?}");
        }
        assert_eq!(answer(Only::AnyRoleMissing), ["w0", "w1", "w2", "w3"]);
    }

    #[test]
    fn levels_sort_by_the_highest_of_them_and_then_by_k_r_t_s() {
        use Level::{Moderate, Serious, Significant};
        let mut register = register(&["K2 R1", "K1 T3", "K2 R2", "Ingen", "S3"]);
        let levels = [
            ("s0.a", Some(Significant), Some(Moderate), None, None),
            ("s1.a", Some(Moderate), None, Some(Serious), None),
            ("s2.a", Some(Significant), Some(Significant), None, None),
            ("s4.a", None, None, None, Some(Serious)),
        ];
        for (key, confidentiality, integrity, availability, traceability) in levels {
            let decided = Some(date(2025, 3, 1));
            let one = Classification {
                decided,
                confidentiality,
                integrity,
                availability,
                traceability,
                ..Classification::default()
            };
            put(&mut register, RecordKind::Classification, key, &one);
        }
        let index = Index::new(&register);
        let order = index.order(&SortBy::Levels, false);
        assert_eq!(
            names(&register, &index, &order.matching(&Query::default())),
            ["K2 R1", "K2 R2", "S3", "K1 T3", "Ingen"]
        );
        let order = index.order(&SortBy::Levels, true);
        assert_eq!(
            names(&register, &index, &order.matching(&Query::default())),
            ["K1 T3", "S3", "K2 R2", "K2 R1", "Ingen"]
        );
    }

    #[test]
    fn a_count_is_as_long_as_its_list() {
        let register = register(&["A", "B"]);
        let index = Index::new(&register);
        let order = index.order(&SortBy::Name, false);
        for only in Only::ALL {
            let query = Query { only: vec![*only], ..Query::default() };
            assert_eq!(index.count(*only), order.matching(&query).len(), "{only:?}");
        }
        assert_eq!(index.count(Only::Unclassified), 2);
    }

    fn rules(register: &Register, today: Date) -> DueRules {
        let incidents = IncidentsBySystem::of(register);
        DueRules { wording: String::new(), catalogue: String::new(), floors: Vec::new(), incidents, today }
    }

    fn put<R: Record>(register: &mut Register, kind: RecordKind, key: &str, record: &R) {
        let place = Place { kind, key: Key::parse(key).unwrap() };
        register.put(Entry::new(place, Some(filled(record))));
    }

    /// Three systems: one classified a year ago, one just now, one never.
    fn classified() -> Register {
        let mut register = register(&["Antura", "Diarium", "Zebra"]);
        for (key, decided) in [("s0.a", date(2024, 3, 1)), ("s1.a", date(2025, 2, 1))] {
            let confidentiality = Some(Level::Moderate);
            let decided = Some(decided);
            let one = Classification { decided, confidentiality, ..Classification::default() };
            put(&mut register, RecordKind::Classification, key, &one);
        }
        register
    }

    fn due(index: &Index) -> Vec<String> {
        index.rows().filter(|(_, row)| row.is(Only::DueAgain)).map(|(key, _)| key.to_string()).collect()
    }

    #[test]
    fn what_is_due_now_comes_first_then_by_day_and_what_is_not_classified_last() {
        let register = classified();
        let index = Index::with_rules(&register, rules(&register, date(2025, 3, 1)));
        assert_eq!(due(&index), ["s0"]);
        assert_eq!(index.count(Only::DueAgain), 1);
        let order = index.order(&SortBy::Due, false);
        assert_eq!(names(&register, &index, &order.matching(&Query::default())), ["Antura", "Diarium", "Zebra"]);
        let order = index.order(&SortBy::Due, true);
        assert_eq!(names(&register, &index, &order.matching(&Query::default())), ["Diarium", "Antura", "Zebra"]);
        assert_eq!(Index::new(&register).count(Only::DueAgain), 0);
    }

    #[test]
    fn what_is_due_follows_the_day_the_incidents_and_what_is_decided() {
        let mut register = classified();
        let mut index = Index::with_rules(&register, rules(&register, date(2025, 2, 28)));
        assert_eq!(due(&index), Vec::<String>::new());
        index.set_rules(&register, rules(&register, date(2025, 3, 1)));
        assert_eq!(due(&index), ["s0"]);

        let incident = Incident {
            systems: "DIARIUM, något annat".into(),
            severity: Some(Severity::High),
            reported: Some(date(2025, 2, 20)),
            ..Incident::default()
        };
        put(&mut register, RecordKind::Incident, "i1", &incident);
        let by_incident = rules(&register, date(2025, 3, 1));
        let before = rules(&classified(), date(2025, 3, 1));
        let concerned = before.concern(&by_incident).unwrap();
        assert!(concerned.contains("diarium") && !concerned.contains("antura"), "the others need not be read again");
        index.set_rules(&register, by_incident);
        assert_eq!(due(&index), ["s0", "s1"]);

        let again = Classification {
            decided: Some(date(2025, 3, 1)),
            confidentiality: Some(Level::Moderate),
            ..Classification::default()
        };
        put(&mut register, RecordKind::Classification, "s0.b", &again);
        index.refresh(&register, &Key::parse("s0").unwrap());
        assert_eq!(due(&index), ["s1"]);
        // Whatever way it came about, it is as if read anew.
        let anew = Index::with_rules(&register, rules(&register, date(2025, 3, 1)));
        assert_eq!((due(&anew), anew.counts.clone()), (due(&index), index.counts.clone()));
    }
}
