//! A register's document: what people do on several devices meets, survives and can be taken back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support {
    pub mod devices;
}

use automerge::transaction::Transactable;
use automerge::{Automerge, ObjId, ObjType, ROOT, ReadDoc};
use jiff::civil::date;
use klassrum::document::{Author, DocumentError, RegisterDocument, Signed};
use klassrum::register::method::{NewAnswer, answer, held_answers};
use klassrum::register::{
    Assessment, Command, Entry, IncidentLink, Key, Level, Place, RecordKind, Register, Seen, Value,
    local_measure_place, review_place,
};
use support::devices::*;

#[test]
fn what_is_done_can_be_read_saved_and_loaded() {
    let mut laptop = device(0);
    act(&mut laptop, &add_system("antura"));
    act(&mut laptop, &set(&system("antura"), "unit", "Ekonomi"));
    let purpose = write(&laptop, &system("antura"), "purpose", "Projekt och portföljer");
    act(&mut laptop, &purpose);
    act(&mut laptop, &classify("antura.one", Level::Serious));

    let register = laptop.read();
    assert_eq!(register.systems.get(&key("antura")).unwrap().unit, "Ekonomi");
    assert_eq!(&*register.systems.get(&key("antura")).unwrap().purpose, "Projekt och portföljer");
    assert_eq!(register.classified(&key("antura")).unwrap().levels.confidentiality, Some(Level::Serious));

    let bytes = laptop.save();
    let again = RegisterDocument::load([bytes], actor(1)).unwrap();
    assert_eq!(again.read(), register);
}

#[test]
fn the_pieces_of_each_edit_make_up_the_register_in_any_order_and_doubled() {
    let mut laptop = device(0);
    let mut pieces = vec![act(&mut laptop, &add_system("antura")).bytes];
    pieces.push(act(&mut laptop, &set(&system("antura"), "unit", "Ekonomi")).bytes);
    let text = write(&laptop, &summary(2024), "text", "Ett gott år");
    pieces.push(act(&mut laptop, &text).bytes);
    let doubled: Vec<_> = pieces.iter().rev().chain(&pieces).collect();
    let again = RegisterDocument::load(doubled, actor(1)).unwrap();
    assert_eq!(again.read(), laptop.read());
    assert_eq!(again.waiting(), 0);
}

#[test]
fn a_change_without_its_forerunner_waits_for_it_and_is_saved_meanwhile() {
    let mut laptop = device(0);
    let first = act(&mut laptop, &add_system("antura")).bytes;
    let second = act(&mut laptop, &set(&system("antura"), "unit", "Ekonomi")).bytes;

    let mut tablet = device(1);
    assert_eq!(tablet.merge(&second).unwrap(), []);
    assert_eq!(tablet.waiting(), 1);
    let mut tablet = RegisterDocument::load([tablet.save()], actor(2)).unwrap();
    assert_eq!(tablet.waiting(), 1);
    // It may be the end of a document that was removed, and is not to be shown as an empty register.
    assert!(RegisterDocument::load([&second], actor(3)).unwrap().has_no_beginning());
    assert!(!RegisterDocument::load([&first], actor(3)).unwrap().has_no_beginning());
    let entries = tablet.merge(&first).unwrap();
    assert_eq!(entries, [laptop.entry(&system("antura"))]);
    assert_eq!(tablet.waiting(), 0);
}

#[test]
fn an_edit_tells_what_it_touched_and_no_more() {
    let mut laptop = device(0);
    act(&mut laptop, &add_system("antura"));
    act(&mut laptop, &add_system("agresso"));
    let applied = act(&mut laptop, &set(&system("antura"), "unit", "Ekonomi"));
    assert_eq!(applied.entries, [laptop.entry(&system("antura"))]);
    assert_eq!(applied.seen, laptop.seen());
}

#[test]
fn an_edit_that_changes_nothing_makes_no_change() {
    let mut laptop = device(0);
    act(&mut laptop, &add_system("antura"));
    act(&mut laptop, &set(&system("antura"), "unit", "Ekonomi"));
    let before = laptop.save();
    for command in [
        set(&system("antura"), "unit", "Ekonomi"),
        Command::Batch(vec![set(&system("antura"), "unit", "Ekonomi")]),
        Command::Batch(vec![]),
        Command::Set { place: system("antura"), field: "contract_ends".into(), value: Value::Nothing },
        write(&laptop, &system("antura"), "purpose", ""),
        write(&laptop, &summary(2024), "text", ""),
        Command::Restore { place: system("antura") },
    ] {
        let applied = act(&mut laptop, &command);
        assert!(applied.bytes.is_empty(), "{command:?}");
        assert!(applied.entries.is_empty(), "{command:?}");
    }
    assert_eq!(laptop.save(), before);
}

#[test]
fn of_a_batch_with_a_mistake_nothing_is_done() {
    let mut laptop = device(0);
    act(&mut laptop, &add_system("antura"));
    let before = laptop.save();
    let batch = Command::Batch(vec![
        add_system("agresso"),
        set(&system("antura"), "unit", "Ekonomi"),
        set(&system("nowhere"), "unit", "Ekonomi"),
    ]);
    assert!(matches!(refused(&mut laptop, &batch), DocumentError::Missing(place) if place == system("nowhere")));
    assert_eq!(laptop.save(), before);
    act(&mut laptop, &set(&system("antura"), "unit", "Juridik"));
    assert_eq!(laptop.read().systems.len(), 1);
}

#[test]
fn a_batch_may_build_on_what_it_adds() {
    let mut laptop = device(0);
    let applied =
        act(&mut laptop, &Command::Batch(vec![add_system("antura"), classify("antura.one", Level::Moderate)]));
    assert_eq!(applied.entries.len(), 2);
    assert_eq!(laptop.read().classifications.len(), 1);
}

#[test]
fn a_key_is_taken_once_even_by_what_is_removed() {
    let mut laptop = device(0);
    act(&mut laptop, &add_system("antura"));
    assert!(matches!(refused(&mut laptop, &add_system("antura")), DocumentError::Taken(_)));
    act(&mut laptop, &Command::Remove { place: system("antura") });
    assert!(matches!(refused(&mut laptop, &add_system("antura")), DocumentError::Taken(_)));
}

#[test]
fn what_belongs_to_nothing_or_to_what_is_removed_is_refused() {
    let mut laptop = device(0);
    assert!(matches!(refused(&mut laptop, &classify("antura.one", Level::Moderate)), DocumentError::Missing(_)));
    act(&mut laptop, &add_system("antura"));
    act(&mut laptop, &Command::Remove { place: system("antura") });
    assert!(matches!(refused(&mut laptop, &classify("antura.one", Level::Moderate)), DocumentError::Missing(_)));
}

#[test]
fn what_belongs_to_a_removed_system_goes_and_comes_with_it() {
    let mut laptop = device(0);
    act(&mut laptop, &add_system("antura"));
    act(&mut laptop, &classify("antura.one", Level::Moderate));
    act(&mut laptop, &add_system("antura2"));
    let decision = place(RecordKind::Classification, "antura.one");

    let removed = act(&mut laptop, &Command::Remove { place: system("antura") });
    let places: Vec<_> = removed.entries.iter().map(|entry| entry.place.clone()).collect();
    assert_eq!(places, [system("antura"), decision.clone()]);
    assert!(removed.entries.iter().all(|entry| entry.fields.is_none()));
    assert_eq!(laptop.read().systems.len(), 1);
    assert!(laptop.read().classifications.is_empty());

    let restored = act(&mut laptop, &Command::Restore { place: system("antura") });
    assert!(restored.entries.iter().all(|entry| entry.fields.is_some()));
    assert_eq!(laptop.read().classifications.len(), 1);
}

#[test]
fn a_removal_from_elsewhere_tells_of_what_belonged_to_it() {
    let mut devices = devices(2);
    act(&mut devices[0], &add_system("antura"));
    act(&mut devices[0], &classify("antura.one", Level::Moderate));
    exchange_all(&mut devices);
    act(&mut devices[0], &Command::Remove { place: system("antura") });
    let entries = merge(&mut devices, 1, 0);
    let mut picture = devices[1].read();
    for entry in entries {
        picture.put(entry);
    }
    assert_eq!(picture, agreed(&devices));
    assert!(picture.classifications.is_empty());
}

#[test]
fn a_decision_is_withdrawn_once_with_its_reason() {
    let mut laptop = device(0);
    act(&mut laptop, &add_system("antura"));
    act(&mut laptop, &classify("antura.one", Level::Moderate));
    let withdraw =
        Command::Withdraw { place: place(RecordKind::Classification, "antura.one"), reason: "fel system".into() };
    act(&mut laptop, &withdraw);
    let register = laptop.read();
    let decision = register.classifications.get(&key("antura.one")).unwrap();
    assert_eq!((decision.withdrawn, decision.withdrawn_reason.as_str()), (Some(true), "fel system"));
    assert_eq!(decision.confidentiality, Some(Level::Moderate));
    assert!(matches!(refused(&mut laptop, &withdraw), DocumentError::Withdrawn(_)));
}

#[test]
fn both_systems_survive_when_two_devices_each_add_one() {
    let mut devices = devices(2);
    act(&mut devices[0], &add_system("antura"));
    act(&mut devices[1], &add_system("agresso"));
    exchange_all(&mut devices);
    assert_eq!(agreed(&devices).systems.len(), 2);
}

#[test]
fn two_fields_of_one_system_set_apart_both_survive() {
    let mut devices = devices(2);
    act(&mut devices[0], &add_system("antura"));
    exchange_all(&mut devices);
    act(&mut devices[0], &set(&system("antura"), "unit", "Ekonomi"));
    act(&mut devices[1], &set(&system("antura"), "supplier", "Antura AB"));
    exchange_all(&mut devices);
    let register = agreed(&devices);
    let both = register.systems.get(&key("antura")).unwrap();
    assert_eq!((both.unit.as_str(), both.supplier.as_str()), ("Ekonomi", "Antura AB"));
}

#[test]
fn words_that_two_devices_write_in_one_text_both_survive() {
    let mut devices = devices(2);
    act(&mut devices[0], &add_system("antura"));
    exchange_all(&mut devices);
    for (at, word) in [(0, "projekt"), (1, "portfölj")] {
        let write = write(&devices[at], &system("antura"), "purpose", word);
        act(&mut devices[at], &write);
    }
    exchange_all(&mut devices);
    let register = agreed(&devices);
    let purpose = &register.systems.get(&key("antura")).unwrap().purpose;
    assert!(purpose.contains("projekt") && purpose.contains("portfölj"), "{purpose:?}");
}

#[test]
fn text_written_against_what_was_seen_keeps_the_words_that_came_since() {
    let mut devices = devices(2);
    act(&mut devices[0], &add_system("antura"));
    let first = write(&devices[0], &system("antura"), "purpose", "ett två tre");
    act(&mut devices[0], &first);
    exchange_all(&mut devices);
    let from_an_older_screen = write(&devices[0], &system("antura"), "purpose", "ett två tre fyra");
    let meanwhile = write(&devices[1], &system("antura"), "purpose", "noll ett två tre");
    act(&mut devices[1], &meanwhile);
    merge(&mut devices, 0, 1);
    let applied = act(&mut devices[0], &from_an_older_screen);
    assert_eq!(line(&devices[0], &system("antura"), "purpose"), "noll ett två tre fyra");
    devices[1].merge(&applied.bytes).unwrap();
    assert_eq!(agreed(&devices), devices[0].read());
}

#[test]
fn text_written_against_an_unknown_state_is_refused() {
    let mut laptop = device(0);
    act(&mut laptop, &add_system("antura"));
    for seen in [Seen::default(), Seen(vec![[1; 32]])] {
        let command = Command::Write { place: system("antura"), field: "purpose".into(), text: "x".into(), seen };
        assert!(matches!(refused(&mut laptop, &command), DocumentError::UnknownSeen));
    }
}

#[test]
fn a_section_begun_on_two_devices_keeps_both_texts() {
    let mut devices = devices(2);
    for (at, text) in [(0, "Från ada. "), (1, "Från ben. ")] {
        let write = write(&devices[at], &summary(2024), "text", text);
        act(&mut devices[at], &write);
    }
    exchange_all(&mut devices);
    let register = agreed(&devices);
    let text = &register.sections.get(&summary(2024).key).unwrap().text;
    assert!(text.contains("Från ada. ") && text.contains("Från ben. "), "{text:?}");
    assert!(register.reviews.get(&review_place(2024).key).is_some());
}

#[test]
fn a_beginning_travels_with_the_edit_that_needed_it() {
    let mut devices = devices(2);
    let write = write(&devices[0], &summary(2024), "text", "Ett gott år");
    let bytes = act(&mut devices[0], &write).bytes;
    devices[1].merge(&bytes).unwrap();
    assert_eq!(devices[1].waiting(), 0);
    assert_eq!(agreed(&devices).sections.len(), 1);
}

#[test]
fn of_a_refused_edit_not_even_the_beginning_stays() {
    let mut laptop = device(0);
    let before = laptop.save();
    let batch = Command::Batch(vec![set(&review_place(2024), "town", "Stockholm"), set(&system("no"), "unit", "x")]);
    refused(&mut laptop, &batch);
    assert_eq!(laptop.save(), before);
    assert!(!laptop.can_undo());
}

#[test]
fn every_kind_of_value_survives_the_document() {
    let mut laptop = device(0);
    let incident = place(RecordKind::Incident, "one");
    let fields = vec![
        ("title".to_owned(), Value::Line("Borttappad telefon".into())),
        ("occurred".to_owned(), Value::Moment("2024-03-01T09:30:00".parse().unwrap())),
        ("reported".to_owned(), Value::Date("2024-03-02".parse().unwrap())),
        ("kind".to_owned(), Value::Choice("lost-equipment".into())),
        ("personal_data".to_owned(), Value::Flag(false)),
        ("persons".to_owned(), Value::Number(u32::MAX)),
        ("description".to_owned(), Value::Prose("På tåget.\nHittad 🚆".into())),
    ];
    act(&mut laptop, &Command::Add { place: incident.clone(), fields: fields.clone() });
    let register = laptop.read();
    for (field, value) in fields {
        assert_eq!(register.value(&incident, &field), Some(value), "{field}");
    }
    assert!(laptop.entries().contains(&laptop.entry(&incident)));
    assert_eq!(register.entries().collect::<Vec<_>>(), laptop.entries());
}

/// Lets another program, newer or other, write in the document.
fn elsewhere(device: &mut RegisterDocument, write: impl FnOnce(&mut automerge::transaction::Transaction<'_>)) {
    let mut doc = Automerge::load(&device.save()).unwrap();
    let mut change = doc.transaction();
    write(&mut change);
    change.commit();
    device.merge(&doc.save()).unwrap();
}

fn record_in(change: &impl ReadDoc, collection: &str, key: &str) -> ObjId {
    let (_, collection) = change.get(ROOT, collection).unwrap().unwrap();
    change.get(collection, key).unwrap().unwrap().1
}

#[test]
fn what_a_newer_program_wrote_survives_an_edit_by_this_one() {
    let mut laptop = device(0);
    act(&mut laptop, &add_system("antura"));
    elsewhere(&mut laptop, |change| {
        let antura = record_in(change, "systems", "antura");
        change.put(&antura, "colour", "blue").unwrap();
        change.put(&antura, "status", "on-the-moon").unwrap();
        let planets = change.put_object(ROOT, "planets", ObjType::Map).unwrap();
        change.put(&planets, "mars", 4_i64).unwrap();
    });
    act(&mut laptop, &set(&system("antura"), "unit", "Ekonomi"));
    act(&mut laptop, &Command::Remove { place: system("antura") });
    act(&mut laptop, &Command::Restore { place: system("antura") });

    let doc = Automerge::load(&laptop.save()).unwrap();
    let antura = record_in(&doc, "systems", "antura");
    assert_eq!(doc.get(&antura, "colour").unwrap().unwrap().0.into_string().unwrap(), "blue");
    assert_eq!(doc.get(&antura, "status").unwrap().unwrap().0.into_string().unwrap(), "on-the-moon");
    let (_, planets) = doc.get(ROOT, "planets").unwrap().unwrap();
    assert!(doc.get(planets, "mars").unwrap().is_some());
    assert_eq!(line(&laptop, &system("antura"), "unit"), "Ekonomi");
}

#[test]
fn a_newer_document_can_be_read_and_not_changed() {
    let mut laptop = device(0);
    act(&mut laptop, &add_system("antura"));
    assert_eq!(laptop.read_only(), None);
    elsewhere(&mut laptop, |change| change.put(ROOT, "schema", 2_u64).unwrap());

    let mut older = RegisterDocument::load([laptop.save()], actor(1)).unwrap();
    assert_eq!(older.read_only(), Some(2));
    assert_eq!(older.read().systems.len(), 1);
    let before = older.save();
    assert!(matches!(refused(&mut older, &add_system("agresso")), DocumentError::Newer { schema: 2 }));
    assert!(matches!(older.undo(&signed("ISAM", 1)), Err(DocumentError::Newer { schema: 2 })));
    assert_eq!(older.save(), before);
}

#[test]
fn another_kind_of_document_is_refused_and_nothing_is_touched() {
    let mut other = Automerge::new();
    let mut change = other.transaction();
    change.put(ROOT, "kind", "workshop").unwrap();
    change.commit();
    let whole = other.save();
    let one = other.get_last_local_change().unwrap().raw_bytes().to_vec();

    let mut laptop = device(0);
    act(&mut laptop, &add_system("antura"));
    let before = laptop.save();
    for bytes in [&whole, &one] {
        assert!(matches!(laptop.merge(bytes), Err(DocumentError::OtherKind)));
        assert!(matches!(RegisterDocument::load([bytes], actor(1)), Err(DocumentError::OtherKind)));
    }
    assert_eq!(laptop.save(), before);
}

#[test]
fn damaged_bytes_are_refused_and_nothing_is_touched() {
    let mut laptop = device(0);
    let edit = act(&mut laptop, &add_system("antura")).bytes;
    let whole = laptop.save();
    let mut tablet = device(1);
    let before = tablet.save();
    for bytes in [&edit, &whole] {
        for len in 1..bytes.len() {
            assert!(matches!(tablet.merge(&bytes[..len]), Err(DocumentError::CutShort)), "{len}");
        }
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x40;
            assert!(tablet.merge(&damaged).is_err(), "{at}");
        }
    }
    assert!(matches!(tablet.merge(b"PK\x03\x04"), Err(DocumentError::Foreign)));
    assert!(matches!(tablet.merge(&[&edit[..], b"PK"].concat()), Err(DocumentError::Damaged)));
    assert_eq!(tablet.save(), before);
    assert_eq!(tablet.waiting(), 0);
    assert!(matches!(RegisterDocument::load([b""], actor(1)), Err(DocumentError::Empty)));
}

#[test]
fn of_damaged_pieces_the_sound_ones_are_saved_and_what_comes_later_mends_the_rest() {
    let mut laptop = device(0);
    let first = act(&mut laptop, &add_system("antura")).bytes;
    let second = act(&mut laptop, &set(&system("antura"), "unit", "Ekonomi")).bytes;
    let third = act(&mut laptop, &set(&system("antura"), "supplier", "Antura AB")).bytes;
    let mut damaged = second.clone();
    damaged[20] ^= 0x40;

    let stored = [first.clone(), damaged.clone(), third.clone()];
    assert!(RegisterDocument::load(&stored, actor(1)).is_err());
    let file = RegisterDocument::salvage(&stored).unwrap();
    let mut again = RegisterDocument::load([file], actor(1)).unwrap();
    assert_eq!(again.read().systems.get(&key("antura")).unwrap().unit, "");
    // What built on the damaged piece is in the file, and waits for it.
    assert_eq!(again.waiting(), 1);
    again.merge(&second).unwrap();
    assert_eq!(again.read(), laptop.read());

    // Without what all builds on, there is nothing to save.
    for stored in [vec![damaged.clone()], vec![damaged, third]] {
        assert!(RegisterDocument::salvage(&stored).is_err());
    }
    let sound = RegisterDocument::salvage(&[first, second]).unwrap();
    assert_eq!(
        RegisterDocument::load([sound], actor(1)).unwrap().read().systems.get(&key("antura")).unwrap().unit,
        "Ekonomi"
    );
}

#[test]
fn one_name_with_two_histories_is_noticed() {
    let mut one = device(0);
    let mut copy = device(0);
    act(&mut one, &add_system("antura"));
    act(&mut copy, &add_system("agresso"));
    let before = one.save();
    assert!(matches!(one.merge(&copy.save()), Err(DocumentError::Split)));
    assert_eq!(one.save(), before);
}

#[test]
fn each_edit_can_be_undone_and_done_again() {
    let mut laptop = device(0);
    act(&mut laptop, &add_system("antura"));
    act(&mut laptop, &classify("antura.one", Level::Moderate));
    let purpose = write(&laptop, &system("antura"), "purpose", "Projekt");
    act(&mut laptop, &purpose);
    let longer = write(&laptop, &system("antura"), "purpose", "Projekt och mer");
    let decision = place(RecordKind::Classification, "antura.one");
    for command in [
        add_system("agresso"),
        set(&system("antura"), "unit", "Ekonomi"),
        Command::Set { place: review_place(2024), field: "town".into(), value: Value::Line("Stockholm".into()) },
        longer,
        Command::Withdraw { place: decision, reason: "fel system".into() },
        Command::Remove { place: system("antura") },
        Command::Batch(vec![
            add_system("t-lan"),
            classify("t-lan.one", Level::Serious),
            set(&system("t-lan"), "unit", "IT"),
            set(&system("t-lan"), "unit", "Drift"),
        ]),
    ] {
        let before = laptop.read();
        act(&mut laptop, &command);
        let after = laptop.read();
        assert!(!laptop.can_redo());
        for _ in 0..2 {
            let undone = laptop.undo(&signed("ISAM", 2)).unwrap().unwrap();
            assert_eq!(without_empty_review(laptop.read()), without_empty_review(before.clone()), "{command:?}");
            assert!(!undone.bytes.is_empty() && undone.left.is_empty());
            let again = laptop.redo(&signed("ISAM", 3)).unwrap().unwrap();
            assert_eq!(laptop.read(), after, "{command:?}");
            assert!(again.entries.iter().all(|entry| *entry == laptop.entry(&entry.place)));
        }
        laptop.undo(&signed("ISAM", 4)).unwrap();
    }
}

#[test]
fn a_report_that_was_issued_and_what_it_froze_is_not_undone() {
    let mut laptop = device(0);
    let year = review_place(2024).key;
    let decision = place(RecordKind::Decision, &format!("{year}.one"));
    act(&mut laptop, &Command::Add { place: decision.clone(), fields: vec![] });
    act(&mut laptop, &set(&decision, "owner", "Bolagschef"));
    act(&mut laptop, &set(&decision, "owner", "IT-chef"));
    laptop.undo(&signed("ISAM", 2)).unwrap();
    assert!(laptop.can_undo() && laptop.can_redo());

    let report = place(RecordKind::Issued, &format!("{year}.report"));
    let day = date(2025, 3, 26);
    let fields = vec![
        ("issued".to_owned(), Value::Moment(day.at(10, 0, 0, 0))),
        ("date".to_owned(), Value::Date(day)),
        ("dnr".to_owned(), Value::Line("1/25".to_owned())),
        ("as_of".to_owned(), Value::Date(day)),
        ("content".to_owned(), Value::Line("packed".to_owned())),
        ("hash".to_owned(), Value::Line("0".to_owned())),
    ];
    act(&mut laptop, &Command::Add { place: report.clone(), fields });
    let issued = laptop.read();
    assert!(!laptop.can_undo() && !laptop.can_redo());
    assert_eq!(laptop.undo(&signed("ISAM", 3)).unwrap(), None);
    assert_eq!(laptop.read(), issued);

    // That it was withdrawn is undone as any edit.
    act(&mut laptop, &Command::Withdraw { place: report, reason: "Fel diarienummer".to_owned() });
    assert!(laptop.read().issued_of(2024).is_empty());
    laptop.undo(&signed("ISAM", 4)).unwrap();
    assert_eq!(laptop.read(), issued);
}

/// That a year's review has begun is not undone: it holds nothing.
fn without_empty_review(mut register: Register) -> Register {
    register.put(Entry::new(review_place(2024), None));
    register
}

#[test]
fn there_is_nothing_to_undo_in_a_document_just_opened() {
    let mut laptop = device(0);
    act(&mut laptop, &add_system("antura"));
    assert!(laptop.can_undo());
    let mut opened = RegisterDocument::load([laptop.save()], actor(1)).unwrap();
    assert!(!opened.can_undo());
    assert_eq!(opened.undo(&signed("ISAM", 2)).unwrap(), None);
    assert_eq!(opened.redo(&signed("ISAM", 2)).unwrap(), None);
}

#[test]
fn a_new_edit_leaves_nothing_to_redo() {
    let mut laptop = device(0);
    act(&mut laptop, &add_system("antura"));
    act(&mut laptop, &set(&system("antura"), "unit", "Ekonomi"));
    laptop.undo(&signed("ISAM", 2)).unwrap();
    assert!(laptop.can_redo());
    act(&mut laptop, &set(&system("antura"), "supplier", "Antura AB"));
    assert!(!laptop.can_redo());
}

#[test]
fn what_somebody_has_changed_since_is_not_undone() {
    let mut devices = devices(2);
    act(&mut devices[0], &add_system("antura"));
    act(&mut devices[0], &set(&system("antura"), "unit", "Ekonomi"));
    exchange_all(&mut devices);
    act(&mut devices[1], &set(&system("antura"), "unit", "Juridik"));
    exchange_all(&mut devices);
    assert!(matches!(devices[0].undo(&signed("ISAM", 2)), Err(DocumentError::ChangedSince)));
    assert_eq!(line(&devices[0], &system("antura"), "unit"), "Juridik");
    // The step is gone; the one before it is next.
    devices[0].undo(&signed("ISAM", 3)).unwrap();
    assert!(devices[0].read().systems.is_empty());
}

#[test]
fn of_a_batch_what_has_changed_since_is_left_and_told() {
    let mut devices = devices(2);
    act(&mut devices[0], &Command::Batch(vec![add_system("antura"), add_system("agresso")]));
    let units = ["antura", "agresso"].map(|name| set(&system(name), "unit", "Ekonomi"));
    act(&mut devices[0], &Command::Batch(units.to_vec()));
    exchange_all(&mut devices);
    act(&mut devices[1], &set(&system("antura"), "unit", "Juridik"));
    exchange_all(&mut devices);
    let undone = devices[0].undo(&signed("ISAM", 2)).unwrap().unwrap();
    assert_eq!(undone.left, [system("antura")]);
    assert_eq!(line(&devices[0], &system("antura"), "unit"), "Juridik");
    assert_eq!(line(&devices[0], &system("agresso"), "unit"), "");
}

#[test]
fn undoing_text_leaves_the_words_of_others() {
    let mut devices = devices(2);
    act(&mut devices[0], &add_system("antura"));
    let first = write(&devices[0], &system("antura"), "purpose", "ett tre");
    act(&mut devices[0], &first);
    let second = write(&devices[0], &system("antura"), "purpose", "ett två tre");
    act(&mut devices[0], &second);
    exchange_all(&mut devices);
    let other = write(&devices[1], &system("antura"), "purpose", "ett två tre fyra");
    act(&mut devices[1], &other);
    exchange_all(&mut devices);
    devices[0].undo(&signed("ISAM", 2)).unwrap();
    assert_eq!(line(&devices[0], &system("antura"), "purpose"), "ett tre fyra");
    devices[0].redo(&signed("ISAM", 3)).unwrap();
    assert_eq!(line(&devices[0], &system("antura"), "purpose"), "ett två tre fyra");
    exchange_all(&mut devices);
    agreed(&devices);
}

#[test]
fn a_batch_that_wrote_twice_in_one_text_is_undone_around_the_words_of_others() {
    let mut devices = devices(2);
    act(&mut devices[0], &add_system("antura"));
    let first = write(&devices[0], &system("antura"), "purpose", "ett");
    let second = write(&devices[0], &system("antura"), "purpose", "ett två");
    act(&mut devices[0], &Command::Batch(vec![first, second]));
    exchange_all(&mut devices);
    let other = write(&devices[1], &system("antura"), "purpose", "ett två tre");
    act(&mut devices[1], &other);
    exchange_all(&mut devices);
    devices[0].undo(&signed("ISAM", 2)).unwrap();
    assert_eq!(line(&devices[0], &system("antura"), "purpose"), " tre");
}

#[test]
fn a_field_s_history_says_who_when_before_and_after() {
    let mut devices = devices(2);
    devices[0].apply(&add_system("antura"), &signed("ISAM", 100)).unwrap();
    devices[0].apply(&add_system("agresso"), &signed("ISAM", 150)).unwrap();
    devices[0].apply(&set(&system("antura"), "unit", "Ekonomi"), &signed("ISAM", 200)).unwrap();
    exchange_all(&mut devices);
    let command = set(&system("antura"), "unit", "Juridik");
    devices[1].apply(&command, &signed("Objektägare", 300)).unwrap();
    let text = write(&devices[1], &system("antura"), "purpose", "Projekt");
    devices[1].apply(&text, &signed("Objektägare", 400)).unwrap();
    exchange_all(&mut devices);
    elsewhere(&mut devices[0], |change| {
        let antura = record_in(change, "systems", "antura");
        change.put(&antura, "unit", "Fastighet").unwrap();
    });

    let line = |text: &str| Value::Line(text.into());
    let told: Vec<_> = devices[0]
        .history(&system("antura"), Some("unit"))
        .into_iter()
        .map(|past| (past.by.map(|by| by.role), past.at, past.before, past.after))
        .collect();
    assert_eq!(
        told,
        [
            (Some("ISAM".to_owned()), 200, Value::Nothing, line("Ekonomi")),
            (Some("Objektägare".to_owned()), 300, line("Ekonomi"), line("Juridik")),
            (None, 0, line("Juridik"), line("Fastighet")),
        ]
    );
    let fields: Vec<_> = devices[0].history(&system("antura"), None).into_iter().map(|past| past.field).collect();
    assert_eq!(fields, ["name", "unit", "unit", "purpose", "unit"]);
}

#[test]
fn a_removal_is_part_of_the_history_and_can_be_found_afterwards() {
    let mut laptop = device(0);
    act(&mut laptop, &add_system("antura"));
    laptop.apply(&Command::Remove { place: system("antura") }, &signed("ISAM", 2_000)).unwrap();
    let past = laptop.history(&system("antura"), Some("removed"));
    assert_eq!(past.len(), 1);
    assert_eq!((past[0].at, &past[0].after), (2_000, &Value::Flag(true)));
}

#[test]
fn a_large_batch_is_still_in_each_record_s_history() {
    let mut laptop = device(0);
    let batch = (0..60).map(|number| add_system(&format!("system-{number}"))).collect();
    act(&mut laptop, &Command::Batch(batch));
    assert_eq!(laptop.history(&system("system-59"), None).len(), 1);
}

#[test]
fn an_import_travels_in_small_and_is_told_whole() {
    let mut devices = devices(2);
    let batch = (0..2_000).map(|number| add_system(&format!("system-{number}"))).collect();
    let bytes = act(&mut devices[0], &Command::Batch(batch)).bytes;
    assert!(bytes.len() < 100_000, "{}", bytes.len());
    let entries = devices[1].merge(&bytes).unwrap();
    assert_eq!(entries.len(), 2_000);
    agreed(&devices);
    act(&mut devices[1], &Command::Remove { place: system("system-7") });
    let undone = devices[0].undo(&signed("ISAM", 2)).unwrap().unwrap();
    assert_eq!(undone.entries.len(), 2_000);
    assert!(devices[0].read().systems.is_empty());
}

#[test]
fn two_registers_that_both_grew_meet_whole_with_what_changed() {
    let mut devices = devices(2);
    act(&mut devices[0], &add_system("antura"));
    act(&mut devices[1], &add_system("agresso"));
    act(&mut devices[1], &add_system("t-lan"));
    act(&mut devices[1], &Command::Remove { place: system("t-lan") });
    let told = merge(&mut devices, 0, 1);
    assert_eq!(told, [devices[1].entry(&system("agresso"))]);
    // The other side holds all of this one, and nothing changes here any more.
    assert_eq!(merge(&mut devices, 1, 0).len(), 1);
    assert!(merge(&mut devices, 0, 1).is_empty());
    act(&mut devices[0], &set(&system("agresso"), "unit", "Ekonomi"));
    assert!(devices[0].can_undo());
}

#[test]
fn links_from_an_incident_made_apart_all_stay_and_each_is_shown_once() {
    let mut devices = devices(2);
    act(&mut devices[0], &add_system("antura"));
    let action = place(RecordKind::Action, "antura.las");
    act(
        &mut devices[0],
        &Command::Add { place: action.clone(), fields: vec![("title".into(), Value::Line("Byt lås".into()))] },
    );
    let incident = place(RecordKind::Incident, "inbrott");
    act(
        &mut devices[0],
        &Command::Add { place: incident.clone(), fields: vec![("title".into(), Value::Line("Inbrott".into()))] },
    );
    exchange_all(&mut devices);

    let link = |key: &str| Command::Add {
        place: place(RecordKind::IncidentLink, key),
        fields: vec![("to".into(), Value::Line(IncidentLink::named(&action)))],
    };
    act(&mut devices[0], &link("inbrott.one"));
    act(&mut devices[1], &link("inbrott.two"));
    exchange_all(&mut devices);
    for device in &devices {
        let register = device.read();
        let linked: Vec<_> = register.linked_to(&incident.key).into_iter().collect();
        let both = ["inbrott.one", "inbrott.two"].map(|key| Key::parse(key).unwrap());
        assert_eq!(linked, [(action.clone(), both.to_vec())]);
        assert!(register.incidents_linked_to(&action).iter().eq([&incident.key]));
    }

    // What is removed is linked to nothing, and is linked again when it comes back.
    act(&mut devices[0], &Command::Remove { place: action.clone() });
    assert!(devices[0].read().linked_to(&incident.key).is_empty());
    devices[0].undo(&signed("ISAM", 2)).unwrap();
    assert_eq!(devices[0].read().linked_to(&incident.key).len(), 1);
    act(&mut devices[0], &Command::Remove { place: incident.clone() });
    assert!(devices[0].read().incidents_linked_to(&action).is_empty());
}

#[test]
fn a_link_that_names_no_risk_or_action_leads_nowhere() {
    for to in ["", "antura.las", "systems:antura", "actions:antura", "actions:antura.las.x", "actions:Å", "shoes:a.b"]
    {
        assert_eq!(IncidentLink::place(to), None, "{to}");
    }
    assert_eq!(IncidentLink::place("actions:antura.las"), Some(place(RecordKind::Action, "antura.las")));
}

#[test]
fn the_register_can_be_read_as_it_was() {
    let mut laptop = device(0);
    assert_eq!((laptop.register_at(i64::MAX), laptop.began()), (None, None));
    laptop.apply(&add_system("antura"), &signed("ISAM", 100)).unwrap();
    laptop.apply(&add_system("agresso"), &signed("ISAM", 200)).unwrap();
    laptop.apply(&Command::Remove { place: system("antura") }, &signed("ISAM", 300)).unwrap();
    let names = |at| {
        laptop
            .register_at(at)
            .map(|then| then.systems.iter().map(|(key, _)| key.as_str().to_owned()).collect::<Vec<_>>().join(" "))
    };
    assert_eq!(names(99), None);
    assert_eq!(names(100).unwrap(), "antura");
    assert_eq!(names(299).unwrap(), "agresso antura");
    assert_eq!(names(300).unwrap(), "agresso");
    assert_eq!(laptop.register_at(1_000).unwrap(), laptop.read());
    assert_eq!(laptop.began(), Some(100));
}

#[test]
fn what_builds_on_a_later_change_is_not_part_of_an_earlier_register() {
    let mut laptop = device(0);
    laptop.apply(&add_system("antura"), &signed("ISAM", 500)).unwrap();
    // A device whose clock is behind.
    laptop.apply(&set(&system("antura"), "unit", "Ekonomi"), &signed("ISAM", 100)).unwrap();
    assert_eq!(laptop.register_at(100), None);
    assert_eq!(laptop.register_at(500).unwrap(), laptop.read());
    assert_eq!(laptop.began(), Some(500));
}

#[test]
fn two_values_of_one_field_are_both_kept_with_who_and_when_until_somebody_decides() {
    let mut devices = devices(2);
    act(&mut devices[0], &add_system("antura"));
    exchange_all(&mut devices);
    devices[0].apply(&set(&system("antura"), "unit", "Ekonomi"), &signed("ISAM", 200)).unwrap();
    devices[1].apply(&set(&system("antura"), "unit", "Juridik"), &signed("Objektägare", 100)).unwrap();
    // The same value from two people is no disagreement.
    for device in &mut devices {
        act(device, &set(&system("antura"), "supplier", "Antura AB"));
    }
    assert!(devices[0].conflicts().is_empty());
    exchange_all(&mut devices);

    let conflicts = devices[0].conflicts();
    assert_eq!(conflicts, devices[1].conflicts());
    assert_eq!(conflicts.len(), 1);
    assert_eq!((&conflicts[0].place, conflicts[0].field.as_str()), (&system("antura"), "unit"));
    let mut claims: Vec<_> =
        conflicts[0].claims.iter().map(|claim| (claim.by.as_ref().unwrap().role.as_str(), claim.at)).collect();
    claims.sort_unstable();
    assert_eq!(claims, [("ISAM", 200), ("Objektägare", 100)]);
    let shown = line(&devices[0], &system("antura"), "unit");
    assert_eq!(conflicts[0].claims[conflicts[0].shown].value, Value::Line(shown.clone()));
    assert!(!conflicts[0].careful);
    for device in &devices {
        assert_eq!(device.read().disputes.of(&system("antura")), ["unit"]);
        assert_eq!(device.entry(&system("antura")), entry_of(device, &system("antura")));
    }

    // To decide for what is shown already is also an edit.
    let decided = act(&mut devices[0], &set(&system("antura"), "unit", &shown));
    assert!(!decided.bytes.is_empty());
    assert!(devices[0].conflicts().is_empty());
    assert_eq!(devices[0].read().disputes.count(), 0);
    exchange_all(&mut devices);
    assert!(devices[1].conflicts().is_empty());
}

/// A record among all of the register.
fn entry_of(device: &RegisterDocument, place: &Place) -> Entry {
    device.entries().into_iter().find(|entry| entry.place == *place).unwrap()
}

fn put(place: &Place, field: &str, value: Value) -> Command {
    Command::Set { place: place.clone(), field: field.into(), value }
}

#[test]
fn until_somebody_decides_every_device_shows_the_careful_value() {
    let day = |text: &str| Value::Date(text.parse().unwrap());
    for turn in [false, true] {
        let mut devices = devices(2);
        act(&mut devices[0], &add_system("antura"));
        exchange_all(&mut devices);
        let (one, other) = if turn { (0, 1) } else { (1, 0) };
        act(&mut devices[one], &put(&system("antura"), "contract_ends", day("2026-01-31")));
        act(&mut devices[other], &put(&system("antura"), "contract_ends", day("2027-06-30")));
        act(&mut devices[one], &put(&system("antura"), "personal_data", Value::Flag(true)));
        act(&mut devices[other], &put(&system("antura"), "personal_data", Value::Flag(false)));
        exchange_all(&mut devices);

        let register = agreed(&devices);
        assert_eq!(register.value(&system("antura"), "contract_ends"), Some(day("2026-01-31")));
        assert_eq!(register.value(&system("antura"), "personal_data"), Some(Value::Flag(true)));
        assert_eq!(register.disputes.count(), 2);
        for device in &devices {
            assert_eq!(device.entry(&system("antura")), entry_of(device, &system("antura")));
            assert!(device.conflicts().iter().all(|conflict| conflict.careful));
        }
        let mut reopened = RegisterDocument::load([devices[0].save()], actor(7)).unwrap();
        assert_eq!(reopened.read(), register);

        // Undoing a decision shows what was shown before it.
        act(&mut reopened, &put(&system("antura"), "contract_ends", day("2027-06-30")));
        assert_eq!(reopened.read().value(&system("antura"), "contract_ends"), Some(day("2027-06-30")));
        reopened.undo(&signed("ISAM", 1)).unwrap();
        assert_eq!(reopened.read().value(&system("antura"), "contract_ends"), Some(day("2026-01-31")));
    }
}

#[test]
fn of_two_reasons_for_one_withdrawal_somebody_chooses() {
    let mut devices = devices(2);
    act(&mut devices[0], &add_system("antura"));
    act(&mut devices[0], &classify("antura.one", Level::Serious));
    exchange_all(&mut devices);
    let decision = place(RecordKind::Classification, "antura.one");
    for (device, reason) in devices.iter_mut().zip(["fel system", "fel nivå"]) {
        act(device, &Command::Withdraw { place: decision.clone(), reason: reason.into() });
        assert!(matches!(refused(device, &set(&decision, "withdrawn_reason", "nytt")), DocumentError::Command(_)));
    }
    exchange_all(&mut devices);
    assert_eq!(devices[0].conflicts()[0].field, "withdrawn_reason");
    act(&mut devices[0], &set(&decision, "withdrawn_reason", "fel nivå"));
    assert!(devices[0].conflicts().is_empty());
}

/// Two devices: the first has removed a system, the second has changed something of it without knowing.
fn removed_and_edited(edit: &Command) -> Vec<RegisterDocument> {
    let mut devices = devices(2);
    act(&mut devices[0], &add_system("antura"));
    act(&mut devices[0], &add_system("agresso"));
    act(
        &mut devices[0],
        &Command::Add { place: an_action(), fields: vec![("title".into(), Value::Line("MFA".into()))] },
    );
    exchange_all(&mut devices);
    // What is already known as a list is kept up to date from here on.
    devices.iter().for_each(|device| assert_eq!(device.read().systems.len(), 2));
    devices[0].apply(&Command::Remove { place: system("antura") }, &signed("ISAM", 100)).unwrap();
    devices[1].apply(edit, &signed("Objektägare", 200)).unwrap();
    devices
}

fn an_action() -> Place {
    place(RecordKind::Action, "antura.mfa")
}

#[test]
fn what_one_removes_and_another_edits_stays_until_somebody_decides() {
    for edit in [
        set(&system("antura"), "unit", "Ekonomi"),
        set(&an_action(), "owner", "IT-chef"),
        classify("antura.one", Level::Serious),
        Command::Batch((0..60).map(|at| set(&system("antura"), "unit", &format!("{at}"))).collect()),
    ] {
        for small in [false, true] {
            let mut devices = removed_and_edited(&edit);
            assert_eq!(devices[0].read().systems.len(), 1);
            if small {
                let (to_first, to_second) = (latest(&devices[1]), latest(&devices[0]));
                let told = devices[0].merge(&to_first).unwrap();
                assert!(told.iter().any(|entry| entry.place == system("antura") && entry.fields.is_some()), "{edit:?}");
                assert!(told.iter().any(|entry| entry.place == an_action() && entry.fields.is_some()), "{edit:?}");
                let told = devices[1].merge(&to_second).unwrap();
                assert!(told.iter().any(|entry| entry.place == system("antura") && entry.disputed == ["removed"]));
            } else {
                exchange_all(&mut devices);
            }
            let register = agreed(&devices);
            assert_eq!((register.systems.len(), register.actions.len()), (2, 1), "{edit:?}");
            assert_eq!(register.disputes.of(&system("antura")), ["removed"]);
            for device in &devices {
                assert_eq!(device.entry(&system("antura")), entry_of(device, &system("antura")));
                let [conflict] = &device.conflicts()[..] else { panic!("{:?}", device.conflicts()) };
                assert_eq!((&conflict.place, conflict.field.as_str()), (&system("antura"), "removed"));
                let said: Vec<_> = conflict
                    .claims
                    .iter()
                    .map(|claim| (claim.by.as_ref().unwrap().role.as_str(), claim.value.clone(), claim.at))
                    .collect();
                assert_eq!(said, [("ISAM", Value::Flag(true), 100), ("Objektägare", Value::Flag(false), 200)]);
                assert_eq!((conflict.shown, conflict.careful), (1, true));
            }
            // It can be edited meanwhile, and is no less contested.
            act(&mut devices[0], &set(&system("antura"), "supplier", "Antura AB"));
            assert_eq!(devices[0].read().disputes.count(), 1);
            let reopened = RegisterDocument::load([devices[0].save()], actor(7)).unwrap();
            assert_eq!(reopened.read(), devices[0].read());
        }
    }
}

/// The last change of a device, as it would be passed on.
fn latest(device: &RegisterDocument) -> Vec<u8> {
    let mut device = device.clone();
    let doc = Automerge::load(&device.save()).unwrap();
    let heads = doc.get_heads();
    doc.get_change_by_hash(&heads[0]).unwrap().bytes().into_owned()
}

#[test]
fn to_keep_or_to_remove_what_was_contested_settles_it_on_every_device() {
    for keep in [true, false] {
        let mut devices = removed_and_edited(&set(&system("antura"), "unit", "Ekonomi"));
        exchange_all(&mut devices);
        let decide = if keep {
            Command::Restore { place: system("antura") }
        } else {
            Command::Remove { place: system("antura") }
        };
        let decided = act(&mut devices[1], &decide);
        assert!(!decided.bytes.is_empty());
        let told = devices[0].merge(&decided.bytes).unwrap();
        for place in [system("antura"), an_action()] {
            assert!(told.iter().any(|entry| entry.place == place && entry.fields.is_some() == keep), "{place:?}");
        }
        let register = agreed(&devices);
        assert_eq!((register.systems.len(), register.actions.len()), if keep { (2, 1) } else { (1, 0) });
        assert_eq!((register.disputes.count(), devices[0].conflicts().len()), (0, 0));

        devices[1].undo(&signed("ISAM", 1)).unwrap();
        assert_eq!(devices[1].read().systems.len(), 2, "as it was shown before the decision");
    }
}

#[test]
fn a_removal_by_somebody_who_had_seen_the_edit_stands() {
    let mut devices = removed_and_edited(&set(&system("agresso"), "unit", "Ekonomi"));
    exchange_all(&mut devices);
    assert_eq!((agreed(&devices).systems.len(), devices[0].conflicts().len()), (1, 0));
    let mut devices = removed_and_edited(&Command::Remove { place: system("antura") });
    exchange_all(&mut devices);
    assert_eq!((agreed(&devices).systems.len(), devices[0].conflicts().len()), (1, 0));
    let mut devices = removed_and_edited(&Command::Remove { place: an_action() });
    exchange_all(&mut devices);
    assert_eq!((agreed(&devices).systems.len(), devices[0].conflicts().len()), (1, 0));
}

/// Two devices that each began the same text: it came with a later version than the record, say.
fn begun_apart() -> Vec<RegisterDocument> {
    let mut devices = devices(2);
    act(&mut devices[0], &add_system("antura"));
    elsewhere(&mut devices[0], |change| {
        let antura = record_in(change, "systems", "antura");
        change.delete(&antura, "purpose").unwrap();
    });
    exchange_all(&mut devices);
    for (device, text, role, at) in [(0, "Från ada.", "ISAM", 100), (1, "Från ben.", "Arkivarie", 200)] {
        let write = write(&devices[device], &system("antura"), "purpose", text);
        devices[device].apply(&write, &signed(role, at)).unwrap();
    }
    // What is already known as disputed is kept up to date from here on.
    devices.iter().for_each(|device| assert_eq!(device.read().disputes.count(), 0));
    devices
}

fn settle(place: &Place, text: &str, seen: Seen) -> Command {
    Command::Settle { place: place.clone(), field: "purpose".into(), text: text.into(), seen }
}

fn purpose(device: &RegisterDocument) -> String {
    line(device, &system("antura"), "purpose")
}

/// What is said of the one disputed field, on every device the same.
fn said(devices: &[RegisterDocument]) -> Vec<String> {
    agreed(devices);
    let conflicts = devices[0].conflicts();
    for device in devices {
        assert_eq!(device.conflicts(), conflicts);
        assert_eq!(device.read().disputes.count(), conflicts.len());
        assert_eq!(device.entry(&system("antura")), entry_of(device, &system("antura")));
        let mut device = device.clone();
        assert_eq!(RegisterDocument::load([device.save()], actor(7)).unwrap().conflicts(), conflicts);
    }
    let Some(conflict) = conflicts.first() else { return Vec::new() };
    assert_eq!((&conflict.place, conflict.field.as_str(), conflicts.len()), (&system("antura"), "purpose", 1));
    assert_eq!(conflict.claims[conflict.shown].value, Value::Prose(purpose(&devices[0])));
    let text = |value: &Value| if let Value::Prose(text) = value { text.clone() } else { String::new() };
    let mut said: Vec<_> = conflict.claims.iter().map(|claim| text(&claim.value)).collect();
    said.sort_unstable();
    said
}

#[test]
fn of_two_texts_that_began_apart_one_is_kept_or_a_third_is_written() {
    for text in ["Från ada.", "Från ben.", "Från båda.", ""] {
        let mut devices = begun_apart();
        exchange_all(&mut devices);
        assert_eq!(said(&devices), ["Från ada.", "Från ben."]);
        let shown = purpose(&devices[1]);
        let decide = settle(&system("antura"), text, devices[1].conflicts()[0].seen.clone());
        let decided = act(&mut devices[1], &decide);
        assert_eq!(decided.entries, [devices[1].entry(&system("antura"))]);
        assert!(decided.entries[0].disputed.is_empty());
        let told = devices[0].merge(&decided.bytes).unwrap();
        assert_eq!(told, decided.entries);
        assert!(said(&devices).is_empty());
        assert_eq!(purpose(&devices[0]), text);

        let undone = devices[1].undo(&signed("ISAM", 1)).unwrap().unwrap();
        assert_eq!(purpose(&devices[1]), shown, "as it was shown before the decision");
        devices[0].merge(&undone.bytes).unwrap();
        assert!(said(&devices).is_empty());
        devices[1].redo(&signed("ISAM", 1)).unwrap();
        assert_eq!(purpose(&devices[1]), text);
    }
}

#[test]
fn two_who_settle_a_text_apart_end_with_the_same_and_disagree_openly() {
    for (other, left) in [("Från ben.", vec!["Från ada.", "Från ben."]), ("Från ada.", vec![])] {
        let mut devices = begun_apart();
        exchange_all(&mut devices);
        for (device, text) in devices.iter_mut().zip(["Från ada.", other]) {
            let decide = settle(&system("antura"), text, device.seen());
            act(device, &decide);
        }
        exchange_all(&mut devices);
        assert_eq!(said(&devices), left);
        // Who writes on writes for all who decided the same.
        let more = format!("{} Och mer.", purpose(&devices[0]));
        let write = write(&devices[0], &system("antura"), "purpose", &more);
        act(&mut devices[0], &write);
        exchange_all(&mut devices);
        assert_eq!(said(&devices).len(), left.len());
        let decide = settle(&system("antura"), &more, devices[1].seen());
        act(&mut devices[1], &decide);
        exchange_all(&mut devices);
        assert!(said(&devices).is_empty());
        assert_eq!(purpose(&devices[0]), more);
    }
}

#[test]
fn words_written_into_a_text_that_was_settled_meanwhile_are_said_beside_it() {
    for (kept, small) in [("Från ada.", true), ("Från ben.", false), ("Från båda.", true)] {
        let mut devices = begun_apart();
        merge(&mut devices, 0, 1);
        let decide = settle(&system("antura"), kept, devices[0].seen());
        let decided = act(&mut devices[0], &decide);
        // Ben has heard neither of Ada's text nor of the decision.
        let write = write(&devices[1], &system("antura"), "purpose", "Från ben. Ett tillägg.");
        let written = devices[1].apply(&write, &signed("Arkivarie", 300)).unwrap();
        if small {
            let told = devices[0].merge(&written.bytes).unwrap();
            assert_eq!(told, [devices[0].entry(&system("antura"))]);
            assert_eq!(told[0].disputed, ["purpose"]);
            merge(&mut devices, 1, 0);
        } else {
            exchange_all(&mut devices);
        }
        let mut expected = [kept, "Från ben. Ett tillägg."];
        expected.sort_unstable();
        assert_eq!(said(&devices), expected, "{kept}");
        assert_eq!(purpose(&devices[0]), kept, "what was decided is shown");
        let conflict = &devices[0].conflicts()[0];
        let late = conflict.claims.iter().find(|claim| claim.value != Value::Prose(kept.into())).unwrap();
        assert_eq!((late.by.as_ref().unwrap().role.as_str(), late.at), ("Arkivarie", 300));

        let decide = settle(&system("antura"), "Från ben. Ett tillägg.", conflict.seen.clone());
        act(&mut devices[1], &decide);
        exchange_all(&mut devices);
        assert!(said(&devices).is_empty());
        assert_eq!(purpose(&devices[0]), "Från ben. Ett tillägg.");
        assert!(!decided.bytes.is_empty());
    }
}

#[test]
fn to_keep_what_was_decided_settles_what_was_said_late() {
    let mut devices = begun_apart();
    merge(&mut devices, 0, 1);
    let decide = settle(&system("antura"), "Från ada.", devices[0].seen());
    act(&mut devices[0], &decide);
    let write = write(&devices[1], &system("antura"), "purpose", "Från ben. Ett tillägg.");
    act(&mut devices[1], &write);
    exchange_all(&mut devices);
    assert_eq!(said(&devices).len(), 2);
    let decide = settle(&system("antura"), "Från ada.", devices[0].seen());
    act(&mut devices[0], &decide);
    exchange_all(&mut devices);
    assert!(said(&devices).is_empty());
    assert_eq!(purpose(&devices[1]), "Från ada.");
}

#[test]
fn who_decides_settles_only_what_was_on_the_screen() {
    let mut devices = begun_apart();
    exchange_all(&mut devices);
    let on_the_screen = devices[0].conflicts()[0].seen.clone();
    let shown = purpose(&devices[0]);
    let write = write(&devices[1], &system("antura"), "purpose", &format!("{shown} Ett tillägg."));
    act(&mut devices[1], &write);
    merge(&mut devices, 0, 1);
    let decide = settle(&system("antura"), "Från båda.", on_the_screen);
    let decided = act(&mut devices[0], &decide);
    assert_eq!(decided.entries[0].disputed, ["purpose"]);
    devices[1].merge(&decided.bytes).unwrap();
    let mut expected = ["Från båda.".to_owned(), format!("{shown} Ett tillägg.")];
    expected.sort_unstable();
    assert_eq!(said(&devices), expected);
}

#[test]
fn words_from_an_older_screen_go_into_the_text_they_were_written_in() {
    let mut devices = begun_apart();
    let from_an_older_screen = write(&devices[1], &system("antura"), "purpose", "Från ben. Ett tillägg.");
    merge(&mut devices, 1, 0);
    let decide = settle(&system("antura"), "Från båda.", devices[1].seen());
    act(&mut devices[1], &decide);
    let written = act(&mut devices[1], &from_an_older_screen);
    assert_eq!(written.entries[0].disputed, ["purpose"]);
    merge(&mut devices, 0, 1);
    assert_eq!(said(&devices), ["Från ben. Ett tillägg.", "Från båda."]);
    // What was written then can be taken back, and the decision holds again.
    devices[1].undo(&signed("ISAM", 1)).unwrap().unwrap();
    merge(&mut devices, 0, 1);
    assert!(said(&devices).is_empty());
    assert_eq!(purpose(&devices[0]), "Från båda.");
}

/// Ada has settled the text, and Ben has come to the same words in the one that she replaced.
fn come_to_the_same_words() -> Vec<RegisterDocument> {
    let mut devices = begun_apart();
    merge(&mut devices, 0, 1);
    let decide = settle(&system("antura"), "Från båda.", devices[0].seen());
    act(&mut devices[0], &decide);
    let write = write(&devices[1], &system("antura"), "purpose", "Från båda.");
    act(&mut devices[1], &write);
    exchange_all(&mut devices);
    assert!(said(&devices).is_empty());
    devices
}

#[test]
fn who_writes_on_in_one_of_two_texts_with_the_same_words_is_shown_the_other() {
    let mut devices = come_to_the_same_words();
    let write = write(&devices[0], &system("antura"), "purpose", "Från båda. Och mer.");
    let written = act(&mut devices[0], &write);
    assert_eq!(written.entries[0].disputed, ["purpose"]);
    assert_eq!(devices[1].merge(&written.bytes).unwrap()[0].disputed, ["purpose"]);
    assert_eq!(said(&devices), ["Från båda.", "Från båda. Och mer."]);
    let undone = devices[0].undo(&signed("ISAM", 1)).unwrap().unwrap();
    assert!(undone.entries[0].disputed.is_empty());
    devices[1].merge(&undone.bytes).unwrap();
    assert!(said(&devices).is_empty());
}

#[test]
fn who_undoes_one_of_two_texts_with_the_same_words_is_shown_the_other() {
    let mut devices = come_to_the_same_words();
    let undone = devices[0].undo(&signed("ISAM", 1)).unwrap().unwrap();
    assert_eq!(undone.entries[0].disputed, ["purpose"]);
    assert_eq!(devices[1].merge(&undone.bytes).unwrap()[0].disputed, ["purpose"]);
    assert_eq!(said(&devices).len(), 2);
    devices[0].redo(&signed("ISAM", 1)).unwrap().unwrap();
    merge(&mut devices, 1, 0);
    assert!(said(&devices).is_empty());
}

#[test]
fn a_decision_that_somebody_has_settled_again_is_not_undone() {
    let mut devices = begun_apart();
    exchange_all(&mut devices);
    let decide = settle(&system("antura"), "Från ada.", devices[0].seen());
    act(&mut devices[0], &decide);
    exchange_all(&mut devices);
    let decide = settle(&system("antura"), "Från ben.", devices[1].seen());
    act(&mut devices[1], &decide);
    exchange_all(&mut devices);
    assert!(matches!(devices[0].undo(&signed("ISAM", 1)), Err(DocumentError::ChangedSince)));
    assert!(said(&devices).is_empty());
}

#[test]
fn words_in_a_text_that_another_program_replaced_are_said_beside_it() {
    let mut devices = devices(2);
    act(&mut devices[0], &add_system("antura"));
    exchange_all(&mut devices);
    devices.iter().for_each(|device| assert_eq!(device.read().disputes.count(), 0));
    // As JavaScript's Automerge does when a string is assigned.
    elsewhere(&mut devices[0], |change| {
        let antura = record_in(change, "systems", "antura");
        let text = change.put_object(&antura, "purpose", ObjType::Text).unwrap();
        change.splice_text(&text, 0, 0, "Annanstans.").unwrap();
    });
    let write = write(&devices[1], &system("antura"), "purpose", "Här.");
    let written = act(&mut devices[1], &write);
    assert_eq!(devices[0].merge(&written.bytes).unwrap()[0].disputed, ["purpose"]);
    merge(&mut devices, 1, 0);
    assert_eq!(said(&devices), ["Annanstans.", "Här."]);
    assert_eq!(purpose(&devices[1]), "Annanstans.");
}

#[test]
fn a_settled_text_costs_nothing_to_those_who_wrote_before_and_after() {
    let mut devices = begun_apart();
    exchange_all(&mut devices);
    let decide = settle(&system("antura"), "Från båda.", devices[0].seen());
    act(&mut devices[0], &decide);
    exchange_all(&mut devices);
    for (device, more) in [(0, "Först. Från båda."), (1, "Från båda. Sist.")] {
        let write = write(&devices[device], &system("antura"), "purpose", more);
        act(&mut devices[device], &write);
    }
    exchange_all(&mut devices);
    assert!(said(&devices).is_empty());
    assert_eq!(purpose(&devices[0]), "Först. Från båda. Sist.");
}

#[test]
fn what_others_did_since_one_looked_is_told_and_ones_own_is_not() {
    let mut devices = devices(2);
    act(&mut devices[0], &add_system("a"));
    merge(&mut devices, 1, 0);
    let looked = devices[0].seen();
    assert_eq!(devices[0].news(&looked, "laptop"), []);

    let others = Signed { by: Author { role: "IT".into(), name: String::new(), device: "tablet".into() }, at: 7 };
    devices[1].apply(&set(&system("a"), "unit", "Drift"), &others).unwrap();
    devices[1].apply(&set(&system("a"), "supplier", "Leverantör 17"), &others).unwrap();
    act(&mut devices[0], &set(&system("a"), "object_owner", "Chef Projekt"));
    merge(&mut devices, 0, 1);

    let news = devices[0].news(&looked, "laptop");
    let told: Vec<_> = news.iter().map(|news| (news.past.field.as_str(), news.past.after.clone())).collect();
    let line = |text: &str| Value::Line(text.to_owned());
    assert_eq!(told, [("supplier", line("Leverantör 17")), ("unit", line("Drift"))]);
    assert!(news.iter().all(|news| news.place == system("a") && news.past.before == Value::Nothing));
    assert_eq!(news[0].past.by.as_ref().map(|by| by.role.as_str()), Some("IT"));
    assert_eq!(devices[0].news(&devices[0].seen(), "laptop"), []);
}

#[test]
fn news_of_an_import_that_names_no_places_is_found_all_the_same() {
    let mut devices = devices(2);
    let looked = devices[0].seen();
    let many = (0..60).map(|at| add_system(&format!("s{at}"))).collect();
    let others = Signed { by: Author { role: "IT".into(), name: String::new(), device: "tablet".into() }, at: 7 };
    devices[1].apply(&Command::Batch(many), &others).unwrap();
    merge(&mut devices, 0, 1);
    let news = devices[0].news(&looked, "laptop");
    let places: std::collections::BTreeSet<_> = news.iter().map(|news| news.place.clone()).collect();
    assert_eq!(places.len(), 60);
}

fn how(device: &RegisterDocument, words: &str) -> Command {
    write(device, &local_measure_place(&key("antura"), "m13").unwrap(), "how", words)
}

fn answered(device: &RegisterDocument, own: &str, assessment: Assessment) -> Command {
    let new = NewAnswer {
        measure: "m13".into(),
        catalogue: "klassrum-1".into(),
        assessment,
        reason: "Prövat".into(),
        at: "2024-09-01T10:00:00".parse().unwrap(),
        by: "Systemförvaltare".into(),
    };
    answer(&device.read(), &key("antura"), &key(own), &new)
}

#[test]
fn a_register_from_before_the_method_takes_it_in_when_it_is_first_needed() {
    let mut laptop = device(0);
    act(&mut laptop, &add_system("antura"));
    let before = laptop.changes_since(&[]).len();
    let none = how(&laptop, "");
    assert!(act(&mut laptop, &none).bytes.is_empty());
    let first = answered(&laptop, "one", Assessment::Partly);
    act(&mut laptop, &first);
    let again = answered(&laptop, "two", Assessment::Met);
    act(&mut laptop, &again);
    // Two edits, and once the change that brings the collections.
    assert_eq!(laptop.changes_since(&[]).len(), before + 3);
    let again = RegisterDocument::load([laptop.save()], actor(1)).unwrap();
    assert_eq!(again.read().answers.len(), 2);
    assert_eq!(held_answers(&again.read(), &key("antura"))["m13"].answer.assessment, Some(Assessment::Met));
}

#[test]
fn devices_that_each_begin_the_method_apart_meet_in_it() {
    let mut devices = devices(2);
    act(&mut devices[0], &add_system("antura"));
    exchange_all(&mut devices);
    for (at, word, assessment) in [(0, "BankID", Assessment::Met), (1, "Freja", Assessment::NotMet)] {
        let words = how(&devices[at], word);
        act(&mut devices[at], &words);
        let answer = answered(&devices[at], &format!("d{at}"), assessment);
        act(&mut devices[at], &answer);
    }
    exchange_all(&mut devices);
    let register = agreed(&devices);
    let local = register.local_measures.get(&key("antura.m13")).unwrap();
    assert!(local.how.contains("BankID") && local.how.contains("Freja"), "{:?}", local.how);
    let held = &held_answers(&register, &key("antura"))["m13"];
    assert!(held.disputed && held.answer.assessment == Some(Assessment::NotMet));
    let settled = answered(&devices[0], "settled", Assessment::Met);
    act(&mut devices[0], &settled);
    exchange_all(&mut devices);
    assert!(!held_answers(&agreed(&devices), &key("antura"))["m13"].disputed);
}

#[test]
fn an_answer_stands_and_can_only_be_followed_by_another_or_withdrawn() {
    let mut laptop = device(0);
    act(&mut laptop, &add_system("antura"));
    let first = answered(&laptop, "one", Assessment::Met);
    act(&mut laptop, &first);
    let place = place(RecordKind::Answer, "antura.one");
    let other =
        Command::Set { place: place.clone(), field: "assessment".into(), value: Value::Choice("not-met".into()) };
    assert!(matches!(refused(&mut laptop, &other), DocumentError::Command(_)));
    act(&mut laptop, &Command::Withdraw { place, reason: "fel system".into() });
    assert!(held_answers(&laptop.read(), &key("antura")).is_empty());
    laptop.undo(&signed("ISAM", 5)).unwrap();
    assert_eq!(held_answers(&laptop.read(), &key("antura")).len(), 1);
}

#[test]
fn how_a_measure_is_carried_out_is_never_written_of_a_system_that_is_not_there() {
    let mut laptop = device(0);
    let before = laptop.save();
    let nowhere = how(&laptop, "BankID");
    assert!(matches!(refused(&mut laptop, &nowhere), DocumentError::Missing(_)));
    assert_eq!(laptop.save(), before);
    act(&mut laptop, &add_system("antura"));
    act(&mut laptop, &Command::Remove { place: system("antura") });
    assert!(matches!(refused(&mut laptop, &nowhere), DocumentError::UnknownSeen | DocumentError::Missing(_)));
}

#[test]
fn the_first_answer_of_all_can_be_undone_and_given_again() {
    let mut laptop = device(0);
    act(&mut laptop, &add_system("antura"));
    let first = answered(&laptop, "one", Assessment::Met);
    act(&mut laptop, &first);
    laptop.undo(&signed("ISAM", 3)).unwrap();
    assert!(laptop.read().answers.is_empty());
    laptop.redo(&signed("ISAM", 4)).unwrap();
    assert_eq!(laptop.read().answers.len(), 1);
}

#[test]
fn votes_belong_to_their_classification_and_go_with_its_system() {
    let mut laptop = device(0);
    act(&mut laptop, &add_system("antura"));
    act(&mut laptop, &classify("antura.one", Level::Serious));
    let vote = Command::Add {
        place: place(RecordKind::Vote, "antura.one.first"),
        fields: vec![
            ("aspect".into(), Value::Choice("confidentiality".into())),
            ("level".into(), Value::Choice("serious".into())),
            ("role".into(), Value::Line("Arkivarie".into())),
        ],
    };
    act(&mut laptop, &vote);
    assert_eq!(laptop.read().votes.of(&key("antura.one")).count(), 1);
    act(&mut laptop, &Command::Remove { place: system("antura") });
    assert!(laptop.read().votes.is_empty());
}

#[test]
fn decisions_added_apart_before_anybody_has_begun_the_review_are_all_there_when_the_devices_meet() {
    let decision = |own: &str| Command::Add {
        place: Place { kind: RecordKind::Decision, key: key(&format!("2024.{own}")) },
        fields: vec![("order".to_owned(), Value::Number(1))],
    };
    let (mut laptop, mut tablet) = (device(0), device(1));
    let from_laptop = act(&mut laptop, &decision("a")).bytes;
    let from_tablet = act(&mut tablet, &decision("b")).bytes;
    laptop.merge(&from_tablet).unwrap();
    tablet.merge(&from_laptop).unwrap();
    for device in [&laptop, &tablet] {
        let register = device.read();
        assert_eq!(
            register.decisions_of(2024).iter().map(|(number, key, _)| (*number, key.own())).collect::<Vec<_>>(),
            [(1, "a"), (2, "b")]
        );
        assert!(register.reviews.get(&review_place(2024).key).is_some());
    }
    assert_eq!(laptop.read(), tablet.read());
}
