//! Whatever people do on several devices, in whatever order it meets: all end equal, and nothing that was added is lost.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support {
    pub mod devices;
}

use std::collections::BTreeSet;

use automerge::transaction::Transactable;
use automerge::{Automerge, ROOT};
use klassrum::document::{DocumentError, RegisterDocument};
use klassrum::register::method::{NewAnswer, answer};
use klassrum::register::{
    Assessment, Choose, Command, Entry, Level, Place, RecordKind, Register, Value, local_measure_place, review_place,
};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use support::devices::*;

#[derive(Debug, Clone)]
enum Edit {
    Add(Place),
    SetUnit(Place, String),
    Town(String),
    Write(Place, &'static str, String),
    /// Writes against what was seen before the device last heard from others.
    WriteLate(Place, &'static str, String),
    /// Settles what the text says.
    Settle(Place, &'static str, String),
    /// The same, knowing only what was seen before the device last heard from others.
    SettleLate(Place, &'static str, String),
    Remove(Place),
    Restore(Place),
    Withdraw(Place),
    /// Answers on a measure in a system, knowing what the screen shows.
    Answer(Place, Assessment),
    /// Writes how the measure is carried out there.
    How(Place, String),
    Batch(Vec<Edit>),
    Undo,
    Redo,
}

#[derive(Debug, Clone)]
enum Step {
    Edit {
        device: usize,
        edit: Edit,
    },
    Merge {
        into: usize,
        from: usize,
    },
    /// Only the latest that `from` stored, as one tab tells another; what it builds on may not have come yet.
    Tell {
        into: usize,
        from: usize,
    },
    /// Closed and opened again, from what was stored.
    Reopen {
        device: usize,
    },
}

/// Few keys, so that edits collide.
fn a_system() -> impl Strategy<Value = Place> {
    prop::sample::select(vec!["a", "b", "c"]).prop_map(system)
}

fn a_decision() -> impl Strategy<Value = Place> {
    (prop::sample::select(vec!["a", "b", "c"]), prop::sample::select(vec!["one", "two"]))
        .prop_map(|(owner, own)| place(RecordKind::Classification, &format!("{owner}.{own}")))
}

fn words() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(vec!["ett ", "två ", "tre ", "å🚆", ""]), 0..5)
        .prop_map(|words| words.concat())
}

fn single() -> impl Strategy<Value = Edit> {
    let text = || {
        prop_oneof![
            a_system().prop_map(|place| (place, "purpose")),
            Just((summary(2024), "text")),
            Just((summary(2025), "text")),
        ]
    };
    prop_oneof![
        3 => a_system().prop_map(Edit::Add),
        2 => a_decision().prop_map(Edit::Add),
        3 => (a_system(), "[x-z]{0,2}").prop_map(|(place, unit)| Edit::SetUnit(place, unit)),
        1 => "[x-z]{0,2}".prop_map(Edit::Town),
        3 => (text(), words()).prop_map(|((place, field), words)| Edit::Write(place, field, words)),
        2 => (text(), words()).prop_map(|((place, field), words)| Edit::WriteLate(place, field, words)),
        2 => (text(), words()).prop_map(|((place, field), words)| Edit::Settle(place, field, words)),
        1 => (text(), words()).prop_map(|((place, field), words)| Edit::SettleLate(place, field, words)),
        1 => a_system().prop_map(Edit::Remove),
        1 => a_system().prop_map(Edit::Restore),
        1 => a_decision().prop_map(Edit::Withdraw),
        1 => (a_system(), prop::sample::select(Assessment::ALL)).prop_map(|(place, answer)| Edit::Answer(place, answer)),
        1 => (a_system(), words()).prop_map(|(place, words)| Edit::How(place, words)),
    ]
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        8 => single(),
        1 => prop::collection::vec(single(), 0..4).prop_map(Edit::Batch),
        2 => Just(Edit::Undo),
        1 => Just(Edit::Redo),
    ]
}

fn steps(devices: usize) -> impl Strategy<Value = Vec<Step>> {
    let one = prop_oneof![
        6 => (0..devices, edit()).prop_map(|(device, edit)| Step::Edit { device, edit }),
        3 => (0..devices, 0..devices).prop_map(|(into, from)| Step::Merge { into, from }),
        3 => (0..devices, 0..devices).prop_map(|(into, from)| Step::Tell { into, from }),
        1 => (0..devices).prop_map(|device| Step::Reopen { device }),
    ];
    prop::collection::vec(one, 1..40)
}

/// A device, the pieces its browser has stored, the picture on its screen, and what it saw a while ago.
struct Desk {
    document: RegisterDocument,
    stored: Vec<Vec<u8>>,
    picture: Register,
    earlier: klassrum::register::Seen,
    opened: usize,
}

impl Desk {
    fn new(number: usize) -> Self {
        let document = device(number);
        let (picture, earlier) = (document.read(), document.seen());
        Self { document, stored: vec![], picture, earlier, opened: 0 }
    }

    fn command(&self, number: usize, edit: &Edit) -> Option<Command> {
        // Keys are this device's own, as random keys are.
        let own = |place: &Place| format!("{}-{number}", place.key.root());
        Some(match edit {
            Edit::Add(place) if place.kind == RecordKind::Classification => {
                classify(&format!("{}.{}", own(place), place.key.own()), Level::Moderate)
            }
            Edit::Add(place) => add_system(&own(place)),
            Edit::SetUnit(place, unit) => set(&self.any(place), "unit", unit),
            Edit::Town(town) => {
                Command::Set { place: review_place(2024), field: "town".into(), value: Value::Line(town.clone()) }
            }
            Edit::Write(place, field, words) => {
                let place = self.any(place);
                let text = format!("{}{words}", line(&self.document, &place, field));
                write(&self.document, &place, field, &text)
            }
            Edit::WriteLate(place, field, words) => Command::Write {
                place: self.any(place),
                field: (*field).into(),
                text: words.clone(),
                seen: self.earlier.clone(),
            },
            Edit::Settle(place, field, words) | Edit::SettleLate(place, field, words) => Command::Settle {
                place: self.any(place),
                field: (*field).into(),
                text: words.clone(),
                seen: match edit {
                    Edit::SettleLate(..) => self.earlier.clone(),
                    _ => self.document.seen(),
                },
            },
            Edit::Remove(place) => Command::Remove { place: self.any(place) },
            Edit::Restore(place) => Command::Restore { place: self.any(place) },
            Edit::Withdraw(place) => {
                let found =
                    self.picture.classifications.iter().map(|(key, _)| key).find(|key| key.own() == place.key.own());
                Command::Withdraw {
                    place: Place { kind: RecordKind::Classification, key: found?.clone() },
                    reason: "fel system".into(),
                }
            }
            Edit::Answer(place, assessment) => {
                let new = NewAnswer {
                    measure: "m13".into(),
                    catalogue: "klassrum-1".into(),
                    assessment: *assessment,
                    reason: "därför".into(),
                    at: "2024-09-01T10:00:00".parse().unwrap(),
                    by: "ISAM".into(),
                };
                let own = key(&format!("a{number}-{}", self.picture.answers.len()));
                answer(&self.picture, &self.any(place).key, &own, &new)
            }
            Edit::How(place, words) => {
                let place = local_measure_place(&self.any(place).key, "m13").unwrap();
                let text = format!("{}{words}", line(&self.document, &place, "how"));
                write(&self.document, &place, "how", &text)
            }
            Edit::Batch(edits) => Command::Batch(edits.iter().filter_map(|edit| self.command(number, edit)).collect()),
            Edit::Undo | Edit::Redo => return None,
        })
    }

    /// Somebody's system by this letter, whoever added it; a place that names all by itself as it is.
    fn any(&self, place: &Place) -> Place {
        if place.kind != RecordKind::System {
            return place.clone();
        }
        let found =
            self.picture.systems.iter().map(|(key, _)| key).find(|key| key.as_str().starts_with(place.key.as_str()));
        Place { kind: place.kind, key: found.cloned().unwrap_or_else(|| place.key.clone()) }
    }

    /// Does it; gives what was added by it.
    fn act(&mut self, number: usize, edit: &Edit, at: i64) -> Vec<Place> {
        let by = signed("ISAM", at);
        let command = self.command(number, edit);
        let done = match (edit, &command) {
            (Edit::Undo, _) => self.document.undo(&by),
            (Edit::Redo, _) => self.document.redo(&by),
            (_, Some(command)) => self.document.apply(command, &by).map(Some),
            (_, None) => Ok(None),
        };
        // An edit of what is not there, or no longer, is refused: fine.
        let Ok(Some(applied)) = done else { return Vec::new() };
        assert_eq!(applied.seen, self.document.seen());
        self.take(applied.bytes, applied.entries);
        match command {
            Some(Command::Add { place, .. }) => vec![place],
            Some(Command::Batch(commands)) => commands
                .into_iter()
                .filter_map(|command| match command {
                    Command::Add { place, .. } => Some(place),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    fn take(&mut self, bytes: Vec<u8>, entries: Vec<Entry>) {
        if !bytes.is_empty() {
            self.stored.push(bytes);
        }
        for entry in entries {
            self.picture.put(entry);
        }
    }

    fn hear(&mut self, bytes: Vec<u8>) {
        self.earlier = self.document.seen();
        let entries = self.document.merge(&bytes).unwrap();
        self.take(bytes, entries);
    }

    fn reopen(&mut self, number: usize) {
        if self.stored.is_empty() {
            return;
        }
        self.opened += 1;
        let again = RegisterDocument::load(&self.stored, actor(number + 10 * self.opened)).unwrap();
        assert_eq!(again.seen(), self.document.seen());
        self.document = again;
    }
}

/// Carries the steps out and lets everybody hear everything. Gives the desks and all that was ever added.
fn carry_out(devices: usize, steps: &[Step]) -> (Vec<Desk>, BTreeSet<Place>) {
    let mut desks: Vec<_> = (0..devices).map(Desk::new).collect();
    let mut added = BTreeSet::new();
    for (at, step) in steps.iter().enumerate() {
        match step {
            Step::Edit { device, edit } => {
                added.extend(desks[*device].act(*device, edit, i64::try_from(at).unwrap()));
            }
            Step::Merge { into, from } if into != from => {
                let bytes = desks[*from].document.save();
                desks[*into].hear(bytes);
            }
            Step::Tell { into, from } if into != from => {
                if let Some(bytes) = desks[*from].stored.last().cloned() {
                    desks[*into].hear(bytes);
                }
            }
            Step::Merge { .. } | Step::Tell { .. } => {}
            Step::Reopen { device } => desks[*device].reopen(*device),
        }
        for desk in &desks {
            assert_eq!(desk.picture, desk.document.read(), "the screen shows what the document holds");
        }
    }
    for _ in 0..2 {
        for into in 0..devices {
            for from in 0..devices {
                if into != from {
                    let bytes = desks[from].document.save();
                    desks[into].hear(bytes);
                }
            }
        }
    }
    (desks, added)
}

proptest! {
    #![proptest_config(ProptestConfig {
        // What is rare takes many: PROPTEST_CASES=20000.
        cases: std::env::var("PROPTEST_CASES").map_or(64, |many| many.parse().unwrap()),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("tests/convergence.proptest-regressions"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn devices_that_have_exchanged_everything_agree_and_have_all_that_was_added(
        (devices, steps) in (2..=5_usize).prop_flat_map(|devices| (Just(devices), steps(devices))),
    ) {
        let (desks, added) = carry_out(devices, &steps);
        let first = desks[0].document.read();
        for desk in &desks {
            prop_assert_eq!(&desk.document.read(), &first);
            prop_assert_eq!(&desk.picture, &first);
            prop_assert_eq!(desk.document.waiting(), 0);
            prop_assert_eq!(desk.document.conflicts(), desks[0].document.conflicts());
        }
        for place in added {
            // A removed record is marked, not gone: its history is there.
            prop_assert!(!desks[0].document.history(&place, None).is_empty(), "{place:?}");
        }
    }

    #[test]
    fn what_was_stored_piece_by_piece_loads_in_any_order_and_doubled(
        steps in steps(3),
        order in any::<u64>(),
    ) {
        let (mut desks, _) = carry_out(3, &steps);
        let desk = &mut desks[0];
        prop_assume!(!desk.stored.is_empty());
        let mut pieces = [desk.stored.clone(), desk.stored.clone()].concat();
        let len = pieces.len();
        for at in 0..len {
            pieces.swap(at, (at * 7 + usize::try_from(order % 1_000).unwrap()) % len);
        }
        let loaded = RegisterDocument::load(&pieces, actor(9)).unwrap();
        prop_assert_eq!(loaded.waiting(), 0);
        prop_assert_eq!(loaded.read(), desk.document.read());
        let mut saved = RegisterDocument::load([desk.document.save()], actor(9)).unwrap();
        prop_assert_eq!(saved.read(), desk.document.read());
        prop_assert_eq!(saved.save(), RegisterDocument::load([saved.save()], actor(9)).unwrap().save());
    }

    #[test]
    fn an_older_program_reads_a_newer_document_and_leaves_it_alone(steps in steps(2), schema in 2_u64..=u64::MAX) {
        let (mut desks, _) = carry_out(2, &steps);
        let mut doc = Automerge::load(&desks[0].document.save()).unwrap();
        let mut change = doc.transaction();
        change.put(ROOT, "schema", schema).unwrap();
        change.commit();
        let bytes = doc.save();
        for older in [RegisterDocument::load([&bytes], actor(9)).unwrap(), {
            let document = &mut desks[1].document;
            document.merge(&bytes).unwrap();
            document.clone()
        }] {
            let mut older = older;
            prop_assert_eq!(older.read(), desks[0].document.read());
            prop_assert!(older.read_only().is_some());
            let before = older.seen();
            let refused = older.apply(&add_system("new"), &signed("ISAM", 1));
            prop_assert!(matches!(refused, Err(DocumentError::Newer { .. })), "{refused:?}");
            prop_assert_eq!(older.seen(), before);
        }
    }

    #[test]
    fn bytes_from_anywhere_never_bring_the_program_down(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        cut in 0..400_usize,
        flip in 0..400_usize,
    ) {
        let mut laptop = device(0);
        let edit = act(&mut laptop, &Command::Batch(vec![add_system("a"), classify("a.one", Level::Serious)])).bytes;
        let whole = laptop.save();
        let before = laptop.seen();
        for sound in [&edit, &whole] {
            let mut damaged = sound[..cut.min(sound.len())].to_vec();
            if let Some(byte) = damaged.get_mut(flip) {
                *byte ^= 0x11;
            }
            let magic = [&[0x85, 0x6f, 0x4a, 0x83], &bytes[..]].concat();
            for bytes in [&bytes, &magic, &damaged] {
                let _ = laptop.merge(bytes);
                let _ = RegisterDocument::load([bytes], actor(1));
            }
        }
        prop_assert_eq!(laptop.seen(), before);
    }
}

/// The plain twin: the property above is worth something only if such steps really do something.
#[test]
fn steps_on_three_devices_meet_in_one_register() {
    let edit = |device, edit| Step::Edit { device, edit };
    let steps = [
        edit(0, Edit::Add(system("a"))),
        edit(0, Edit::Add(place(RecordKind::Classification, "a.one"))),
        edit(1, Edit::Add(system("b"))),
        Step::Tell { into: 2, from: 0 },
        Step::Merge { into: 2, from: 0 },
        edit(2, Edit::SetUnit(system("a"), "x".into())),
        edit(0, Edit::Write(system("a"), "purpose", "ett ".into())),
        edit(2, Edit::Write(system("a"), "purpose", "två ".into())),
        edit(1, Edit::Write(summary(2024), "text", "tre ".into())),
        edit(2, Edit::Write(summary(2024), "text", "ett ".into())),
        Step::Reopen { device: 2 },
        edit(1, Edit::Add(system("c"))),
        edit(1, Edit::Undo),
        edit(1, Edit::Redo),
        Step::Merge { into: 0, from: 2 },
        edit(0, Edit::WriteLate(system("a"), "purpose", "ett sent ".into())),
        edit(0, Edit::Withdraw(place(RecordKind::Classification, "a.one"))),
    ];
    let (desks, added) = carry_out(3, &steps);
    assert_eq!(added.len(), 4);
    let register = desks[2].document.read();
    assert_eq!(register.systems.len(), 3);
    let first = register.systems.get(&key("a-0")).unwrap();
    assert_eq!(first.unit, "x");
    for word in ["ett ", "två ", "sent "] {
        assert!(first.purpose.contains(word), "{word} in {:?}", first.purpose);
    }
    let text = &register.sections.get(&summary(2024).key).unwrap().text;
    assert!(text.contains("tre ") && text.contains("ett "), "{text:?}");
    assert_eq!(register.classifications.get(&key("a-0.one")).unwrap().withdrawn, Some(true));
}

#[test]
fn pieces_of_three_desks_are_many_and_load_shuffled() {
    let mut laptop = device(0);
    let mut pieces: Vec<_> =
        ["a", "b", "c"].map(|name| act(&mut laptop, &add_system(name)).bytes).into_iter().collect();
    pieces.reverse();
    let loaded = RegisterDocument::load(&pieces, actor(1)).unwrap();
    assert_eq!(loaded.read().systems.len(), 3);
}
