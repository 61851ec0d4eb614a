//! Beginnings that are the same on every device, so that what was begun apart meets.

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, Automerge, Change, ChangeHash, ObjType, ROOT, ReadDoc};

use crate::register::value::Kind;
use crate::register::{Choose, Place, RecordKind};

use super::DocumentError;

/// The first change of every register: its kind, its schema, an empty collection per kind of record, and the record of
/// whose register it is. Frozen bytes: two devices that each made their own would lose one side's records when they
/// meet. A collection that comes with a later version needs its own frozen change, after this one.
pub(super) const GENESIS: &[u8] = include_bytes!("genesis.automerge");

/// The first change's own name.
pub(super) const GENESIS_HASH: ChangeHash = ChangeHash([
    0x8d, 0x88, 0xad, 0xf3, 0xa2, 0x5e, 0x8b, 0xc5, 0x10, 0x7f, 0xff, 0x8c, 0x58, 0xa2, 0xfb, 0x18, 0xc4, 0xd2, 0x3a,
    0x3d, 0x47, 0x80, 0xc2, 0x6d, 0x91, 0xd3, 0x83, 0x9a, 0x57, 0x6f, 0x55, 0xb6,
]);

/// Collections that came with a later version of the program: a frozen change after the first one, with the kinds whose
/// collections it brings. It comes into a document when the first record of such a kind does; until then the document is
/// what it was, and an older program passes it over.
pub(super) struct Later {
    kinds: &'static [RecordKind],
    bytes: &'static [u8],
}

/// Each of them builds on the first change alone, so that they don't depend on the order in which they came.
const LATER: &[Later] = &[
    Later {
        kinds: &[
            RecordKind::Method,
            RecordKind::Answer,
            RecordKind::LocalMeasure,
            RecordKind::Sitting,
            RecordKind::Attendance,
            RecordKind::Vote,
        ],
        bytes: include_bytes!("later-method.automerge"),
    },
    Later { kinds: &[RecordKind::Decision, RecordKind::Issued], bytes: include_bytes!("later-review.automerge") },
    Later { kinds: &[RecordKind::IncidentLink], bytes: include_bytes!("later-links.automerge") },
];

/// The frozen change that brings a kind's collection; nothing when the first change has it.
pub(super) fn later(kind: RecordKind) -> Result<Option<Change>, DocumentError> {
    let Some(later) = LATER.iter().find(|later| later.kinds.contains(&kind)) else { return Ok(None) };
    Change::from_bytes(later.bytes.to_vec()).map(Some).map_err(|_| DocumentError::Damaged)
}

/// The change that begins a record with a natural key, with its longer texts empty.
///
/// It depends on nothing but the first change, or the later one that brings its collection, and all of it follows from the record's place: every device makes the
/// same bytes. What it holds is frozen; longer text that a later version adds to such a record needs a beginning of
/// its own.
pub(super) fn beginning(place: &Place) -> Result<Change, DocumentError> {
    let mut doc = Automerge::load(GENESIS)?;
    doc.apply_changes(later(place.kind)?)?;
    doc.set_actor(actor(place));
    let mut change = doc.transaction();
    let Some((_, collection)) = ReadDoc::get(&change, ROOT, place.kind.key())? else {
        return Err(DocumentError::OtherKind);
    };
    let record = change.put_object(&collection, place.key.as_str(), ObjType::Map)?;
    for field in prose(place.kind) {
        change.put_object(&record, field, ObjType::Text)?;
    }
    change.commit_with(CommitOptions::default().with_time(0));
    doc.get_last_local_change().ok_or(DocumentError::Damaged)
}

/// The fields of a kind of record that hold longer text. They are there, empty, from a record's beginning: two devices
/// that each began the same text would keep one side's words.
pub(super) fn prose(kind: RecordKind) -> impl Iterator<Item = &'static str> {
    kind.fields().iter().filter(|field| matches!(field.kind, Kind::Prose)).map(|field| field.key)
}

/// Who begins a record: nobody, by a name that follows from the place (FNV-1a, 128 bits).
fn actor(place: &Place) -> ActorId {
    let name = format!("klassrum begin 1/{}/{}", place.kind.key(), place.key);
    let hash = name.bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    });
    ActorId::from(hash.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::{Key, review_place, section_place};

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn begun(place: &Place) -> Change {
        beginning(place).unwrap()
    }

    /// How the first change was made, once.
    fn first_change() -> Vec<u8> {
        let mut doc = Automerge::new().with_actor(ActorId::from(*b"klassrum-genesis"));
        let mut change = doc.transaction();
        change.put(ROOT, "kind", "register").unwrap();
        change.put(ROOT, "schema", 1_u64).unwrap();
        for collection in [
            "organisation",
            "systems",
            "information_sets",
            "classifications",
            "action_plans",
            "actions",
            "risk_analyses",
            "risks",
            "treatment_plans",
            "treatments",
            "incidents",
            "trainings",
            "training_counts",
            "reviews",
            "sections",
        ] {
            let collection_id = change.put_object(ROOT, collection, ObjType::Map).unwrap();
            if collection == "organisation" {
                change.put_object(&collection_id, "own", ObjType::Map).unwrap();
            }
        }
        change.commit_with(CommitOptions::default().with_time(0));
        doc.get_last_local_change().unwrap().raw_bytes().to_vec()
    }

    #[test]
    fn the_first_change_is_the_same_for_good() {
        let change = Change::from_bytes(GENESIS.to_vec()).unwrap();
        assert_eq!(change.hash(), GENESIS_HASH);
        assert_eq!(hex(&GENESIS_HASH.0), "8d88adf3a25e8bc5107fff8c58a2fb18c4d23a3d4780c26d91d3839a576f55b6");
        assert_eq!(first_change(), GENESIS);
    }

    #[test]
    fn every_kind_of_record_has_its_collection_in_the_first_change_or_in_one_later() {
        for kind in RecordKind::ALL {
            let mut doc = Automerge::load(GENESIS).unwrap();
            let later = later(*kind).unwrap();
            let has = |doc: &Automerge| ReadDoc::get(doc, ROOT, kind.key()).unwrap().is_some();
            assert_eq!(has(&doc), later.is_none(), "{kind:?}");
            doc.apply_changes(later).unwrap();
            assert!(has(&doc), "{kind:?}");
        }
    }

    /// How a later change was made, once.
    fn later_change(name: &[u8; 16], collections: &[&str]) -> Vec<u8> {
        let mut doc = Automerge::load(GENESIS).unwrap();
        doc.set_actor(ActorId::from(*name));
        let mut change = doc.transaction();
        for collection in collections {
            change.put_object(ROOT, *collection, ObjType::Map).unwrap();
        }
        change.commit_with(CommitOptions::default().with_time(0));
        doc.get_last_local_change().unwrap().raw_bytes().to_vec()
    }

    #[test]
    fn the_later_changes_are_the_same_for_good() {
        let method = ["methods", "answers", "local_measures", "sittings", "attendances", "votes"];
        let made = [
            (b"klassrum-later-m", &method[..], "f9be29a5d7ad6a81af550663a6a356855536ac31db435f67d6238929227352f5"),
            (
                b"klassrum-later-r",
                &["decisions", "issued"],
                "01627e8a97fd070a3e07491be9032e3d6d5d0a8d86adc831b5a70863b0f376b5",
            ),
            (
                b"klassrum-later-l",
                &["incident_links"],
                "c4139d492a30e1d80bb356391e522cb25942464da37eba507aacf9c50545613a",
            ),
        ];
        assert_eq!(made.len(), LATER.len());
        for ((name, collections, hash), later) in made.into_iter().zip(LATER) {
            assert_eq!(later_change(name, collections), later.bytes);
            let change = Change::from_bytes(later.bytes.to_vec()).unwrap();
            assert_eq!(change.deps(), [GENESIS_HASH]);
            assert_eq!(hex(&change.hash().0), hash);
            assert_eq!(later.kinds.iter().map(|kind| kind.key()).collect::<Vec<_>>(), collections);
        }
    }

    #[test]
    fn how_a_measure_is_carried_out_begins_the_same_for_good() {
        let place = crate::register::local_measure_place(&Key::parse("antura").unwrap(), "m13").unwrap();
        assert_eq!(hex(&begun(&place).hash().0), "18dd39946e0e0ce3e03cc52594552231c3c91705ce17c08ad6cc5869bcd261ac");
    }

    #[test]
    fn a_year_s_review_and_its_sections_begin_the_same_for_good() {
        assert_eq!(
            hex(&begun(&review_place(2024)).hash().0),
            "045273e429c4475a407b690f182192671f2d467170d50ad621fb245f48b4e379"
        );
        assert_eq!(
            hex(&begun(&section_place(2024, "summary")).hash().0),
            "932d16602b4367129940f2f40e38daf7fb813f2b2fb4562b9c51449424a0fe2d"
        );
    }

    #[test]
    fn beginnings_hold_the_longer_texts_they_have_always_held() {
        let natural = RecordKind::ALL.iter().filter(|kind| kind.has_natural_key());
        let held: Vec<_> = natural.map(|kind| (kind.key(), prose(*kind).collect::<Vec<_>>())).collect();
        assert_eq!(
            held,
            [
                ("organisation", vec![]),
                ("reviews", vec![]),
                ("sections", vec!["text"]),
                ("local_measures", vec!["how"])
            ]
        );
    }

    #[test]
    fn two_places_are_begun_by_two_names() {
        let one = Place { kind: RecordKind::Review, key: Key::parse("2024").unwrap() };
        let other = Place { kind: RecordKind::Review, key: Key::parse("2025").unwrap() };
        assert_ne!(actor(&one), actor(&other));
    }
}
