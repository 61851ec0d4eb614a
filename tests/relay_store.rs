//! What the relay keeps, kept the same way by every database.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop where it stands")]

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use klassrum::relay::store::{
    Addition, MailStore, NameHash, NewMailbox, News, NotAdded, PostgresStore, SealedEntry, SqliteStore, StoreError,
};
use klassrum::sync::wire::{Entry, EntryId, Kind, Mailbox, Mark, Signature, TokenHash, WriterKey};

mod support {
    pub mod postgres;
}

const ANY_SIZE: u64 = u64::MAX;

#[tokio::test]
async fn sqlite_conforms() {
    let file = new_file("conforms");
    conforms(&SqliteStore::open(&file, None).await.unwrap()).await;
}

#[tokio::test]
async fn postgres_conforms() {
    let Some(database) = support::postgres::new_database("conforms").await else { return };
    conforms(&PostgresStore::open(&database).await.unwrap()).await;
}

#[tokio::test]
async fn sqlite_keeps_what_it_was_given_when_it_is_opened_again() {
    let file = new_file("again");
    let store = SqliteStore::open(&file, None).await.unwrap();
    let id = store.create(&mailbox(1)).await.unwrap().id;
    store.append(&[addition(1, 1..=3)], 5, ANY_SIZE).await.unwrap();
    let (epoch, entries) = (store.epoch(), store.read(id, 0, 10, 1000).await.unwrap());
    store.close().await;

    let again = SqliteStore::open(&file, None).await.unwrap();
    assert_eq!(again.epoch(), epoch);
    assert_eq!(again.read(id, 0, 10, 1000).await.unwrap(), entries);
    assert_eq!(entries.len(), 3);
    let other = SqliteStore::open(&new_file("another"), None).await.unwrap();
    assert_ne!(other.epoch(), epoch);
}

/// A relay's database from before destroyed mailboxes were remembered.
#[tokio::test]
async fn an_older_database_goes_on_and_remembers_from_now_on() {
    let file = new_file("older");
    let store = SqliteStore::open(&file, None).await.unwrap();
    store.create(&mailbox(1)).await.unwrap();
    store.append(&[addition(1, 1..=3)], 5, ANY_SIZE).await.unwrap();
    store.close().await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file);
    let older = sqlx::SqlitePool::connect_with(options).await.unwrap();
    for sql in ["DROP TABLE destroyed", "DELETE FROM _sqlx_migrations WHERE version = 2"] {
        sqlx::query(sql).execute(&older).await.unwrap();
    }
    older.close().await;

    let store = SqliteStore::open(&file, None).await.unwrap();
    assert_eq!(store.find(&mailbox(1).name).await.unwrap().unwrap().head, 3);
    store.destroy(&mailbox(1).name).await.unwrap();
    store.close().await;
    let again = SqliteStore::open(&file, None).await.unwrap();
    assert!(matches!(again.create(&mailbox(1)).await, Err(StoreError::Destroyed)));
}

#[tokio::test]
async fn a_full_disk_is_said_and_leaves_nothing_half_done() {
    let file = new_file("full");
    let store = SqliteStore::open(&file, Some(400_000)).await.unwrap();
    let id = store.create(&mailbox(1)).await.unwrap().id;
    store.append(&[addition(1, 1..=1)], 0, ANY_SIZE).await.unwrap();
    let huge = Addition { mailbox: mailbox(1).name, entries: vec![sized(2, 100), sized(3, 600_000)] };
    let refused = store.append(&[huge], 0, ANY_SIZE).await;
    assert!(matches!(refused, Err(StoreError::DiskFull)), "{refused:?}");
    assert_eq!(store.read(id, 0, 10, 1_000_000).await.unwrap().len(), 1);
    assert_eq!(store.find(&mailbox(1).name).await.unwrap().unwrap().head, 1);

    // What fits is taken at once, and all of it once there is room.
    assert_eq!(numbers(store.append(&[addition(1, 2..=2)], 0, ANY_SIZE).await.unwrap().remove(0)), [2]);
    store.close().await;
    let roomy = SqliteStore::open(&file, None).await.unwrap();
    let huge = Addition { mailbox: mailbox(1).name, entries: vec![sized(3, 600_000)] };
    assert_eq!(numbers(roomy.append(&[huge], 0, ANY_SIZE).await.unwrap().remove(0)), [3]);
}

#[tokio::test]
async fn a_relay_hears_what_another_on_the_same_postgres_did() {
    let Some(database) = support::postgres::new_database("news").await else { return };
    let here = PostgresStore::open(&database).await.unwrap();
    let there = PostgresStore::open(&database).await.unwrap();
    assert_eq!(here.epoch(), there.epoch());
    let name = mailbox(1).name;
    here.create(&mailbox(1)).await.unwrap();
    here.append(&[addition(1, 1..=3)], 0, ANY_SIZE).await.unwrap();
    assert_eq!(there.news().await, News::Appended(NameHash::of(&name), 3));
    here.destroy(&name).await.unwrap();
    assert_eq!(there.news().await, News::Destroyed(NameHash::of(&name)));
}

#[tokio::test]
async fn two_relays_that_write_at_once_leave_no_gap() {
    let Some(database) = support::postgres::new_database("gaps").await else { return };
    let stores = [PostgresStore::open(&database).await.unwrap(), PostgresStore::open(&database).await.unwrap()];
    let id = stores[0].create(&mailbox(1)).await.unwrap().id;
    let [here, there] = stores.map(Arc::new);
    let writers = [(here.clone(), 1), (there, 100)].map(|(store, first)| {
        tokio::spawn(async move {
            for number in first..first + 50 {
                store.append(&[addition(1, number..=number)], 0, ANY_SIZE).await.unwrap().remove(0).unwrap();
            }
        })
    });
    for writer in writers {
        writer.await.unwrap();
    }
    let entries = here.read(id, 0, 1000, 1_000_000).await.unwrap();
    assert_eq!(entries.iter().map(|entry| entry.number).collect::<Vec<_>>(), (1..=100).collect::<Vec<_>>());
    let mark = entries.iter().fold(Mark::EMPTY, |mark, entry| mark.after(EntryId::of(&entry.sealed)));
    assert_eq!(entries[99].mark, mark);
}

/// What every store promises; each block begins from mailboxes of its own.
async fn conforms(store: &impl MailStore) {
    makes_a_mailbox_once(store).await;
    numbers_go_up_without_gaps(store).await;
    what_is_sent_again_keeps_its_number(store).await;
    additions_stand_or_fall_alone_and_whole(store).await;
    a_page_is_bounded_but_never_empty(store).await;
    covered_entries_go_and_leave_their_places(store).await;
    what_is_destroyed_is_gone(store).await;
    store.check().await.unwrap();
}

async fn makes_a_mailbox_once(store: &impl MailStore) {
    assert_eq!(store.find(&mailbox(10).name).await.unwrap(), None);
    let made = store.create(&mailbox(10)).await.unwrap();
    assert_eq!((made.head, made.mark, made.kept, made.dropped_to), (0, Mark::EMPTY, 0, 0));
    assert_eq!(store.create(&mailbox(10)).await.unwrap(), made);
    assert_eq!(store.find(&mailbox(10).name).await.unwrap(), Some(made));
    for other in [
        NewMailbox { token_hash: TokenHash([9; 32]), ..mailbox(10) },
        NewMailbox { writer: WriterKey([9; 32]), ..mailbox(10) },
    ] {
        assert!(matches!(store.create(&other).await, Err(StoreError::Taken)));
    }
    assert_eq!(store.find(&mailbox(10).name).await.unwrap(), Some(made));
}

async fn numbers_go_up_without_gaps(store: &impl MailStore) {
    let ids = [store.create(&mailbox(20)).await.unwrap().id, store.create(&mailbox(21)).await.unwrap().id];
    let added = store.append(&[addition(20, 1..=2), addition(21, 1..=1), addition(20, 3..=3)], 77, ANY_SIZE).await;
    let added: Vec<_> = added.unwrap().into_iter().map(numbers).collect();
    assert_eq!(added, [vec![1, 2], vec![1], vec![3]]);
    // More than one statement holds.
    assert_eq!(numbers(store.append(&[addition(20, 4..=1003)], 78, ANY_SIZE).await.unwrap().remove(0)).len(), 1000);

    let entries = store.read(ids[0], 0, 5000, 10_000_000).await.unwrap();
    let mut mark = Mark::EMPTY;
    for (entry, number) in entries.iter().zip(1..) {
        mark = mark.after(EntryId::of(&entry.sealed));
        let expected = sealed(u32::try_from(number).unwrap());
        assert_eq!((entry.number, entry.mark, &entry.sealed), (number, mark, &expected.sealed));
        assert_eq!((entry.kind, entry.covers, entry.signature), (Kind::Changes, 0, expected.signature));
        assert_eq!(entry.at, if number < 4 { 77 } else { 78 });
    }
    assert_eq!(entries.len(), 1003);
    let state = store.find(&mailbox(20).name).await.unwrap().unwrap();
    assert_eq!((state.head, state.mark), (1003, mark));
    assert_eq!(state.kept, 1003 * u64::try_from(Entry::HEAD + 100).unwrap());
    assert_eq!(store.place(ids[0], 1003).await.unwrap().unwrap().mark, mark);
    assert_eq!(store.place(ids[0], 1004).await.unwrap(), None);
    assert_eq!(store.read(ids[1], 0, 10, 1000).await.unwrap().len(), 1);
}

async fn what_is_sent_again_keeps_its_number(store: &impl MailStore) {
    let id = store.create(&mailbox(30)).await.unwrap().id;
    let first = store.append(&[addition(30, 1..=3)], 1, ANY_SIZE).await.unwrap().remove(0).unwrap();
    let twice = [addition(30, 2..=4), addition(30, 4..=4)];
    let mut again = store.append(&twice, 2, ANY_SIZE).await.unwrap();
    let last = again.pop().unwrap().unwrap();
    let again = again.pop().unwrap().unwrap();
    assert_eq!([again[0].receipt, again[1].receipt], [first[1].receipt, first[2].receipt]);
    assert_eq!([again[0].is_new, again[1].is_new, again[2].is_new], [false, false, true]);
    assert_eq!((last[0].receipt, last[0].is_new), (again[2].receipt, false));
    assert_eq!(store.read(id, 0, 10, 10_000).await.unwrap().len(), 4);
    // The same bytes in another mailbox are another entry.
    store.create(&mailbox(31)).await.unwrap();
    assert_eq!(numbers(store.append(&[addition(31, 2..=2)], 1, ANY_SIZE).await.unwrap().remove(0)), [1]);
    // Within one addition, too.
    let double = Addition { mailbox: mailbox(31).name, entries: vec![sealed(7), sealed(7)] };
    assert_eq!(numbers(store.append(&[double], 1, ANY_SIZE).await.unwrap().remove(0)), [2, 2]);
}

async fn additions_stand_or_fall_alone_and_whole(store: &impl MailStore) {
    let id = store.create(&mailbox(40)).await.unwrap().id;
    let cost = sealed(1).cost();
    let too_much = Addition { mailbox: mailbox(40).name, entries: vec![sealed(2), snapshot(3, 9)] };
    let all = [addition(40, 1..=1), addition(41, 1..=1), too_much, addition(40, 4..=6), addition(40, 7..=8)];
    let added = store.append(&all, 1, 3 * cost).await.unwrap();
    assert_eq!(added[1], Err(NotAdded::NoMailbox));
    assert_eq!(added[2], Err(NotAdded::CoversTooMuch));
    assert_eq!(added[3], Err(NotAdded::MailboxFull));
    assert_eq!([numbers(added[0].clone()), numbers(added[4].clone())], [vec![1], vec![2, 3]]);
    let kept: Vec<_> = store.read(id, 0, 10, 10_000).await.unwrap().into_iter().map(|entry| entry.sealed).collect();
    assert_eq!(kept, [sealed(1).sealed, sealed(7).sealed, sealed(8).sealed]);
    // A full mailbox still knows what it has.
    assert_eq!(numbers(store.append(&[addition(40, 8..=8)], 1, 3 * cost).await.unwrap().remove(0)), [3]);
}

async fn a_page_is_bounded_but_never_empty(store: &impl MailStore) {
    let id = store.create(&mailbox(50)).await.unwrap().id;
    store.append(&[addition(50, 1..=9)], 1, ANY_SIZE).await.unwrap();
    let read = async |after, count, bytes| -> Vec<u64> {
        store.read(id, after, count, bytes).await.unwrap().iter().map(|entry| entry.number).collect()
    };
    assert_eq!(read(0, 4, 10_000).await, [1, 2, 3, 4]);
    assert_eq!(read(4, 100, 2 * sealed(1).cost()).await, [5, 6, 7]);
    assert_eq!(read(4, 100, 0).await, [5]);
    assert_eq!(read(9, 100, 10_000).await, [0; 0]);
    assert_eq!(read(u64::MAX, 100, u64::MAX).await, [0; 0]);
}

async fn covered_entries_go_and_leave_their_places(store: &impl MailStore) {
    let id = store.create(&mailbox(60)).await.unwrap().id;
    store.append(&[addition(60, 1..=4)], 1_000, ANY_SIZE).await.unwrap();
    let with_snapshot =
        |number, covers| Addition { mailbox: mailbox(60).name, entries: vec![snapshot(number, covers)] };
    store.append(&[with_snapshot(5, 3)], 2_000, ANY_SIZE).await.unwrap();
    store.append(&[with_snapshot(6, 2)], 3_000, ANY_SIZE).await.unwrap();
    let best = store.best_snapshot(id).await.unwrap().unwrap();
    assert_eq!((best.number, best.covers, best.bytes), (5, 3, 100));
    let before = store.find(&mailbox(60).name).await.unwrap().unwrap();

    assert_eq!(store.drop_covered(2_000).await.unwrap(), 0, "the snapshot is not old enough");
    let place = store.place(id, 2).await.unwrap();
    assert_eq!(store.drop_covered(2_001).await.unwrap(), 3 * sealed(1).cost());
    let left: Vec<_> = store.read(id, 0, 10, 10_000).await.unwrap().iter().map(|entry| entry.number).collect();
    assert_eq!(left, [4, 5, 6]);
    let after = store.find(&mailbox(60).name).await.unwrap().unwrap();
    assert_eq!((after.dropped_to, after.kept), (3, before.kept - 3 * sealed(1).cost()));
    assert_eq!((after.head, after.mark, after.total), (before.head, before.mark, before.total));
    assert_eq!(store.place(id, 2).await.unwrap(), place);
    assert_eq!(numbers(store.append(&[addition(60, 2..=2)], 9_000, ANY_SIZE).await.unwrap().remove(0)), [2]);
    assert_eq!(store.drop_covered(2_001).await.unwrap(), 0);
}

async fn what_is_destroyed_is_gone(store: &impl MailStore) {
    let id = store.create(&mailbox(70)).await.unwrap().id;
    store.create(&mailbox(71)).await.unwrap();
    store.append(&[addition(70, 1..=2), addition(71, 1..=2)], 1, ANY_SIZE).await.unwrap();
    store.destroy(&mailbox(70).name).await.unwrap();
    store.destroy(&mailbox(70).name).await.unwrap();
    assert_eq!(store.find(&mailbox(70).name).await.unwrap(), None);
    assert_eq!(store.read(id, 0, 10, 1000).await.unwrap(), []);
    assert_eq!(store.append(&[addition(70, 3..=3)], 1, ANY_SIZE).await.unwrap()[0], Err(NotAdded::NoMailbox));
    assert_eq!(store.find(&mailbox(71).name).await.unwrap().unwrap().head, 2);
    // Nobody makes it again, with other keys neither; who left one out is left out.
    assert!(store.was_destroyed(&mailbox(70).name).await.unwrap());
    for again in [mailbox(70), NewMailbox { writer: WriterKey([9; 32]), ..mailbox(70) }] {
        assert!(matches!(store.create(&again).await, Err(StoreError::Destroyed)));
    }
    assert_eq!(store.find(&mailbox(70).name).await.unwrap(), None);
    assert!(!store.was_destroyed(&mailbox(71).name).await.unwrap());
    assert_eq!(store.create(&mailbox(71)).await.unwrap().head, 2);
}

fn mailbox(name: u8) -> NewMailbox {
    NewMailbox { name: Mailbox([name; 32]), token_hash: TokenHash([1; 32]), writer: WriterKey([2; 32]) }
}

fn addition(mailbox_name: u8, entries: std::ops::RangeInclusive<u32>) -> Addition {
    Addition { mailbox: mailbox(mailbox_name).name, entries: entries.map(sealed).collect() }
}

fn sealed(number: u32) -> SealedEntry {
    sized(number, 100)
}

fn snapshot(number: u32, covers: u64) -> SealedEntry {
    SealedEntry { kind: Kind::Snapshot, covers, ..sealed(number) }
}

fn sized(number: u32, len: usize) -> SealedEntry {
    let mut sealed = vec![0; len];
    sealed[..4].copy_from_slice(&number.to_le_bytes());
    let signature = Signature([number.to_le_bytes()[0]; 64]);
    SealedEntry { id: EntryId::of(&sealed), kind: Kind::Changes, covers: 0, signature, sealed: Bytes::from(sealed) }
}

fn numbers(added: Result<Vec<klassrum::relay::store::Stored>, NotAdded>) -> Vec<u64> {
    added.unwrap().iter().map(|stored| stored.receipt.number).collect()
}

fn new_file(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("store-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder.join("relay.sqlite")
}
