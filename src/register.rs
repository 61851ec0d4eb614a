//! What a register is: systems and their classifications, plans and risks, incidents, training, the yearly review,
//! and the edits people make.
//!
//! Nothing here reads a clock, a random number, the network or storage, and nothing here knows Automerge: callers pass
//! days and keys in. The same rules run in the browser, in the workers and in `cargo test`.
//!
//! Start at [`records`] for what is kept, at [`Command`] for how it changes, at [`Register`] for how it is read, and at
//! [`method`] for how systems are classified. A classification [`workshop`] is a thing of its own, whose end comes into
//! a register as one command.

pub mod command;
pub mod disputes;
pub mod key;
pub mod level;
pub mod list;
pub mod method;
pub mod records;
pub mod safe;
pub mod stage;
pub mod text;
pub mod value;
pub mod workshop;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use command::{Command, CommandError, Seen};
pub use disputes::Disputes;
pub use jiff::civil::{Date, DateTime};
pub use key::{Key, Place};
pub use level::{Aspect, Level, Levels, SCALE};
pub use records::*;
use serde::{Deserialize, Serialize};
pub use stage::{Classified, Stage};
pub use value::{Choice, Choose, Field, FieldError, Kind, Language, Prose, Record, Term, Value};

/// The version of what a register's document holds. A program opens a newer one read-only.
pub const SCHEMA: u32 = 1;

/// All records of one kind, by key.
#[derive(Debug, Clone, PartialEq)]
pub struct Table<R>(BTreeMap<Key, Arc<R>>);

impl<R> Default for Table<R> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<R: Record> Table<R> {
    /// One record.
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<&Arc<R>> {
        self.0.get(key)
    }

    /// All records, in the order of their keys.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Key, &Arc<R>)> {
        self.0.iter()
    }

    /// The records that belong to `owner`, directly or through another record.
    pub fn of(&self, owner: &Key) -> impl DoubleEndedIterator<Item = (&Key, &Arc<R>)> {
        self.0.range(owner.below())
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn put(&mut self, key: Key, fields: Option<&[(String, Value)]>) {
        let Some(fields) = fields else {
            self.0.remove(&key);
            return;
        };
        let mut record = R::default();
        for (field, value) in fields {
            // What this version doesn't know stays in the document; it is not part of what is read.
            let _ = record.put(field, value.clone());
        }
        self.0.insert(key, Arc::new(record));
    }
}

/// One record as it travels between the document, the workers and the screen; `None` when it is removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Where it is.
    pub place: Place,
    /// What it holds: field keys and values, nothing left out but empty fields.
    pub fields: Option<Vec<(String, Value)>>,
    /// The fields of which people have said different things, and nobody has settled which holds; `removed` when they
    /// disagree whether the record shall be there at all.
    pub disputed: Vec<String>,
}

impl Entry {
    /// A record of which nothing is disputed.
    #[must_use]
    pub const fn new(place: Place, fields: Option<Vec<(String, Value)>>) -> Self {
        Self { place, fields, disputed: Vec::new() }
    }
}

macro_rules! register {
    ($($table:ident : $record:ident),+ $(,)?) => {
        /// A register as it is read: every record that is not removed, by kind.
        ///
        /// It is a picture. The document is changed by [`Command`]s, and [`Register::put`] brings the picture up to date
        /// with the records that changed.
        #[derive(Debug, Clone, PartialEq, Default)]
        pub struct Register {
            $( #[doc = concat!("All records of the kind [`", stringify!($record), "`].")] pub $table: Table<$record>, )+
            /// What people have said different things of.
            pub disputes: Disputes,
        }

        impl Register {
            /// Brings one record up to date.
            pub fn put(&mut self, entry: Entry) {
                let Entry { place, fields, disputed } = entry;
                self.disputes.put(&place, disputed);
                let Place { kind, key } = place;
                match kind {
                    $( RecordKind::$record => self.$table.put(key, fields.as_deref()), )+
                }
            }

            /// Takes over every record of the kinds that are `wanted` from another register, instead of its own.
            pub fn take(&mut self, from: &Self, wanted: impl Fn(RecordKind) -> bool) {
                $( if wanted(RecordKind::$record) {
                    self.$table = from.$table.clone();
                } )+
                self.disputes.take(&from.disputes, wanted);
            }

            /// One field of one record.
            #[must_use]
            pub fn value(&self, place: &Place, field: &str) -> Option<Value> {
                match place.kind {
                    $( RecordKind::$record => self.$table.get(&place.key)?.get(field), )+
                }
            }

            /// Whether the record is there.
            #[must_use]
            pub fn has(&self, place: &Place) -> bool {
                match place.kind {
                    $( RecordKind::$record => self.$table.get(&place.key).is_some(), )+
                }
            }

            /// The keys of a kind's records in their order: all of them, or those that belong to `owner`.
            #[must_use]
            pub fn keys(&self, kind: RecordKind, owner: Option<&Key>) -> Vec<Key> {
                match (kind, owner) {
                    $( (RecordKind::$record, None) => self.$table.iter().map(|(key, _)| key.clone()).collect(), )+
                    $( (RecordKind::$record, Some(owner)) => self.$table.of(owner).map(|(key, _)| key.clone()).collect(), )+
                }
            }

            /// Every record, as entries.
            pub fn entries(&self) -> impl Iterator<Item = Entry> {
                let all: Vec<Entry> = Vec::new();
                all.into_iter()
                    $( .chain(self.$table.iter().map(|(key, record)| {
                        let place = Place { kind: RecordKind::$record, key: key.clone() };
                        let disputed = self.disputes.of(&place).to_vec();
                        Entry { place, fields: Some(filled(record.as_ref())), disputed }
                    })) )+
            }
        }

        impl RecordKind {
            /// The fields of this kind of record, in the order a form shows them.
            #[must_use]
            pub const fn fields(self) -> &'static [Field] {
                match self {
                    $( Self::$record => <$record as Record>::FIELDS, )+
                }
            }
        }
    };
}

register! {
    organisations: Organisation,
    systems: System,
    information_sets: InformationSet,
    classifications: Classification,
    action_plans: ActionPlan,
    actions: Action,
    risk_analyses: RiskAnalysis,
    risks: Risk,
    treatment_plans: TreatmentPlan,
    treatments: Treatment,
    incidents: Incident,
    incident_links: IncidentLink,
    trainings: Training,
    training_counts: TrainingCount,
    reviews: Review,
    sections: Section,
    methods: Method,
    answers: Answer,
    local_measures: LocalMeasure,
    sittings: Sitting,
    attendances: Attendance,
    votes: Vote,
    decisions: Decision,
    issued: Issued,
}

impl RecordKind {
    /// One field of this kind of record.
    #[must_use]
    pub fn field(self, key: &str) -> Option<Field> {
        self.fields().iter().find(|field| field.key == key).copied()
    }
}

/// A record's fields that are filled in.
#[must_use]
pub fn filled<R: Record>(record: &R) -> Vec<(String, Value)> {
    R::FIELDS
        .iter()
        .filter_map(|field| {
            let value = record.get(field.key)?;
            (!value.is_empty()).then(|| (field.key.to_owned(), value))
        })
        .collect()
}

impl Register {
    /// Whose register it is; empty until somebody has written it.
    #[must_use]
    pub fn organisation(&self) -> Arc<Organisation> {
        self.organisations.iter().next().map(|(_, record)| Arc::clone(record)).unwrap_or_default()
    }
}

impl Register {
    /// The decisions of a year's review in their order, each with the number of its paragraph: `§ 1` and so on.
    #[must_use]
    pub fn decisions_of(&self, year: i16) -> Vec<(u32, &Key, &Arc<Decision>)> {
        let review = review_place(year).key;
        let mut decisions: Vec<_> = self.decisions.of(&review).collect();
        decisions.sort_by_key(|(key, decision)| (decision.order, *key));
        decisions.into_iter().zip(1..).map(|((key, decision), number)| (number, key, decision)).collect()
    }

    /// The decisions of a year to follow up, each with its paragraph in the report that was issued; those of a report that
    /// doesn't say which they were, or isn't issued, are [`Self::decisions_of`] the year.
    #[must_use]
    pub fn decided_of(&self, year: i16) -> Vec<(u32, &Key, &Arc<Decision>)> {
        let issued = self.issued_of(year).into_iter().map(|(_, issued)| &issued.decisions).next();
        let Some(keys) = issued.filter(|keys| !keys.is_empty()) else { return self.decisions_of(year) };
        let numbered = (1..).zip(keys.lines());
        numbered
            .filter_map(|(number, key)| {
                let (key, decision) = self.decisions.0.get_key_value(&Key::parse(key)?)?;
                Some((number, key, decision))
            })
            .collect()
    }

    /// The reports of a year that were issued and stand, the latest first. There is more than one when two people have
    /// issued apart; until one is withdrawn, the latest is shown.
    #[must_use]
    pub fn issued_of(&self, year: i16) -> Vec<(&Key, &Arc<Issued>)> {
        let mut issued: Vec<_> =
            self.issued.of(&review_place(year).key).filter(|(_, one)| one.withdrawn != Some(true)).collect();
        issued.sort_by_key(|(key, one)| std::cmp::Reverse((one.issued, *key)));
        issued
    }
}

impl Register {
    /// The risks and actions that an incident has to do with, each with the links that say so: two devices may have made
    /// the same link apart. What has been removed is not among them.
    #[must_use]
    pub fn linked_to(&self, incident: &Key) -> BTreeMap<Place, Vec<Key>> {
        let mut linked: BTreeMap<Place, Vec<Key>> = BTreeMap::new();
        for (key, link) in self.incident_links.of(incident) {
            if let Some(place) = IncidentLink::place(&link.to).filter(|place| self.has(place)) {
                linked.entry(place).or_default().push(key.clone());
            }
        }
        linked
    }

    /// The incidents that have to do with a risk or an action, in the order of their keys.
    #[must_use]
    pub fn incidents_linked_to(&self, place: &Place) -> BTreeSet<Key> {
        let named = IncidentLink::named(place);
        let links = self.incident_links.iter().filter(|(_, link)| link.to == named);
        links.filter_map(|(key, _)| key.owner()).filter(|incident| self.incidents.get(incident).is_some()).collect()
    }
}

/// Where the one organisation record is.
#[must_use]
pub fn organisation_place() -> Place {
    Place { kind: RecordKind::Organisation, key: natural_key("own") }
}

/// Where a year's review is.
#[must_use]
pub fn review_place(year: i16) -> Place {
    Place { kind: RecordKind::Review, key: natural_key(&year.to_string()) }
}

/// Where the text of one section of a year's review is; `name` has a key's form.
#[must_use]
pub fn section_place(year: i16, name: &str) -> Place {
    Place { kind: RecordKind::Section, key: natural_key(&format!("{year}.{name}")) }
}

/// Where it stands how a measure is carried out in a system; nothing when the measure's id has no key's form.
#[must_use]
pub fn local_measure_place(system: &Key, measure: &str) -> Option<Place> {
    let own = Key::parse(measure).filter(|own| own.depth() == 0)?;
    Some(Place { kind: RecordKind::LocalMeasure, key: system.child(&own) })
}

fn natural_key(text: &str) -> Key {
    Key::parse(text).unwrap_or_else(|| Key::random([0; 10]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_distinct_field_keys() {
        for kind in RecordKind::ALL {
            let mut keys: Vec<_> = kind.fields().iter().map(|field| field.key).collect();
            keys.sort_unstable();
            let before = keys.len();
            keys.dedup();
            assert_eq!(keys.len(), before, "{kind:?}");
        }
    }

    #[test]
    fn a_register_is_the_same_after_its_entries_are_put_into_an_empty_one() {
        let mut register = Register::default();
        register.put(Entry {
            place: Place { kind: RecordKind::System, key: natural_key("antura") },
            fields: Some(vec![
                (System::NAME.key.into(), Value::Line("Antura".into())),
                (System::PERSONAL_DATA.key.into(), Value::Flag(true)),
            ]),
            disputed: vec!["unit".into()],
        });
        let mut copy = Register::default();
        for entry in register.entries() {
            copy.put(entry);
        }
        assert_eq!(copy, register);
        assert_eq!(copy.systems.len(), 1);
    }

    #[test]
    fn a_decision_keeps_the_paragraph_that_it_was_issued_with() {
        let mut register = Register::default();
        let key = |own: &str| review_place(2024).key.child(&natural_key(own));
        let put = |register: &mut Register, own: &str, order: u32| {
            let fields = vec![(Decision::ORDER.key.to_owned(), Value::Number(order))];
            register.put(Entry::new(Place { kind: RecordKind::Decision, key: key(own) }, Some(fields)));
        };
        let told = |register: &Register| -> Vec<(u32, String)> {
            register.decided_of(2024).into_iter().map(|(number, key, _)| (number, key.own().to_owned())).collect()
        };
        let said =
            |all: &[(u32, &str)]| all.iter().map(|(number, own)| (*number, (*own).to_owned())).collect::<Vec<_>>();
        put(&mut register, "one", 1);
        put(&mut register, "two", 2);
        let place = Place { kind: RecordKind::Issued, key: key("report") };
        // Of a report that an earlier program issued nothing says which its decisions were.
        register.put(Entry::new(place.clone(), Some(vec![])));
        assert_eq!(told(&register), said(&[(1, "one"), (2, "two")]));

        let order = Issued::decisions_in_order(register.decisions_of(2024).into_iter().map(|(_, key, _)| key));
        let fields = vec![(Issued::DECISIONS.key.to_owned(), Value::Line(order))];
        register.put(Entry::new(place.clone(), Some(fields.clone())));
        put(&mut register, "late", 0);
        put(&mut register, "one", 7);
        assert_eq!(told(&register), said(&[(1, "one"), (2, "two")]));
        register.put(Entry::new(Place { kind: RecordKind::Decision, key: key("one") }, None));
        assert_eq!(told(&register), said(&[(2, "two")]));

        let withdrawn = (Issued::WITHDRAWN.key.to_owned(), Value::Flag(true));
        register.put(Entry::new(place, Some(fields.into_iter().chain([withdrawn]).collect())));
        assert_eq!(told(&register), said(&[(1, "late"), (2, "two")]));
    }

    #[test]
    fn a_field_of_a_newer_program_is_passed_over() {
        let mut register = Register::default();
        let place = Place { kind: RecordKind::System, key: natural_key("antura") };
        register.put(Entry::new(
            place.clone(),
            Some(vec![
                ("colour".into(), Value::Line("blue".into())),
                (System::STATUS.key.into(), Value::Choice("on-the-moon".into())),
                (System::NAME.key.into(), Value::Line("Antura".into())),
            ]),
        ));
        assert_eq!(register.value(&place, "name"), Some(Value::Line("Antura".into())));
        assert_eq!(register.value(&place, "status"), Some(Value::Nothing));
    }
}
