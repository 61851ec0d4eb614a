//! The relay as devices meet it: the real program, real sockets.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop where it stands"
)]

use std::collections::BTreeMap;
use std::time::Instant;

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use curve25519_dalek::{EdwardsPoint, Scalar};
use ed25519_dalek::Verifier;
use futures_util::SinkExt;
use klassrum::sync::wire::{ClientFrame, EntryId, Kind, Mark, Refusal, Signature, Token, entry_message};
use sha2::{Digest, Sha512};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::Message;

mod support {
    pub mod postgres;
    pub mod relay;
}

use support::relay::{Device, Keys, Relay, Said, TOO_LONG, sealed, sized};

#[tokio::test]
async fn what_one_device_appends_every_other_gets() {
    let relay = Relay::start("passes-on", &[]);
    let keys = Keys::new(1);
    let [mut ada, mut ben] = [Device::connect(&relay).await, Device::connect(&relay).await];
    assert_eq!(ada.enter(1, &keys).await, []);
    ben.open(2, &keys, 0, Mark::EMPTY).await;
    assert_eq!(ben.next().await, Said::Opened { head: 0, reset: false, readers: 2 });
    assert_eq!(ben.next().await, Said::CaughtUp(0));
    assert_eq!(ada.next().await, Said::Presence(2));

    let receipt = ada.store(1, &keys, &sealed(1)).await;
    let id = EntryId::of(&sealed(1));
    assert_eq!((receipt.id, receipt.number, receipt.mark), (id, 1, Mark::EMPTY.after(id)));
    assert_eq!(ben.next().await, Said::Entries(vec![(1, sealed(1))]));
    assert_eq!(ben.store(2, &keys, &sealed(2)).await.number, 2);
    assert_eq!(ada.next().await, Said::Entries(vec![(2, sealed(2))]));

    // Who comes later gets both, and the one who has the first gets the second.
    let mut eva = Device::connect(&relay).await;
    assert_eq!(eva.enter(1, &keys).await, [(1, sealed(1)), (2, sealed(2))]);
    eva.open(7, &keys, 1, receipt.mark).await;
    assert_eq!(eva.read_all().await, [(2, sealed(2))]);
}

#[tokio::test]
async fn a_device_with_another_history_is_told_to_begin_anew() {
    let relay = Relay::start("reset", &[]);
    let keys = Keys::new(1);
    let mut ada = Device::connect(&relay).await;
    ada.enter(1, &keys).await;
    ada.store(1, &keys, &sealed(1)).await;
    for (after, mark) in [(1, Mark([9; 16])), (2, Mark([9; 16])), (u64::MAX, Mark::EMPTY)] {
        ada.open(2, &keys, after, mark).await;
        assert_eq!(ada.next_but_presence().await, Said::Opened { head: 1, reset: true, readers: 2 });
        assert_eq!(ada.read_all().await, [(1, sealed(1))]);
    }
}

#[tokio::test]
async fn a_forged_signature_is_refused_and_stores_nothing() {
    let relay = Relay::start("forged", &[]);
    let keys = Keys::new(1);
    let mut ada = Device::connect(&relay).await;
    ada.enter(1, &keys).await;
    let bytes = sealed(1);
    let mut flipped = keys.entry(&bytes);
    flipped.signature.0[5] ^= 1;
    let stranger = Keys { writing: Keys::new(2).writing, ..keys.clone() };
    // A right signature, for a whisper or for another cover.
    let whisper = keys.sign(&entry_message(&keys.mailbox, Kind::Whisper, 0, &bytes));
    let as_whisper = klassrum::sync::wire::NewEntry { signature: whisper, ..keys.entry(&bytes) };
    let uncovered = klassrum::sync::wire::NewEntry { kind: Kind::Snapshot, ..keys.entry(&bytes) };
    let none = klassrum::sync::wire::NewEntry { signature: Signature([0; 64]), ..keys.entry(&bytes) };
    for forged in [flipped, stranger.entry(&bytes), as_whisper, uncovered, none] {
        // What is sound beside it falls with it.
        let other = sealed(2);
        ada.say(ClientFrame::Append { channel: 1, entries: vec![keys.entry(&other), forged] }).await;
        assert_eq!(ada.next().await, Said::Refused(Some(1), Refusal::Signature));
    }
    assert_eq!(ada.store(1, &keys, &sealed(3)).await.number, 1);
}

/// Whoever has the writers' key can make signatures that one way of checking takes and another doesn't. What the relay
/// takes, every device takes.
#[tokio::test]
async fn a_signature_that_devices_refuse_is_refused_by_the_relay() {
    let relay = Relay::start("strict", &[]);
    let keys = Keys::new(1);
    let mut ada = Device::connect(&relay).await;
    ada.enter(1, &keys).await;
    let key = keys.writing.verifying_key();
    for torsion in &EIGHT_TORSION[1..] {
        // With R of small order, and with a sound R that something of small order was added to. Several at once, as only
        // then would they be checked together.
        for nonce in [Scalar::ZERO, Scalar::from(7_u8)] {
            let bytes: Vec<_> = (0..8).map(sealed).collect();
            let mut entries: Vec<_> = bytes.iter().map(|bytes| keys.entry(bytes)).collect();
            let message = entry_message(&keys.mailbox, Kind::Changes, 0, &bytes[0]);
            let made = odd_signature(&keys, &message, nonce, *torsion);
            let made = ed25519_dalek::Signature::from_bytes(&made.0);
            assert!(key.verify_strict(&message, &made).is_err());
            entries[0].signature = Signature(made.to_bytes());
            ada.say(ClientFrame::Append { channel: 1, entries }).await;
            assert_eq!(ada.next().await, Said::Refused(Some(1), Refusal::Signature));
        }
    }
    // One that the looser check takes, always: the test is about something.
    let message = entry_message(&keys.mailbox, Kind::Changes, 0, &sealed(1));
    let loose = ed25519_dalek::Signature::from_bytes(&odd_signature(&keys, &message, Scalar::ZERO, EIGHT_TORSION[0]).0);
    assert!(key.verify(&message, &loose).is_ok() && key.verify_strict(&message, &loose).is_err());
    let first = sealed(1);
    let entry = klassrum::sync::wire::NewEntry { signature: Signature(loose.to_bytes()), ..keys.entry(&first) };
    let other = sealed(2);
    ada.say(ClientFrame::Append { channel: 1, entries: vec![entry, keys.entry(&other)] }).await;
    assert_eq!(ada.next().await, Said::Refused(Some(1), Refusal::Signature));
    assert_eq!(ada.store(1, &keys, &sealed(3)).await.number, 1);
}

/// A signature whose R has something of small order in it.
fn odd_signature(keys: &Keys, message: &[u8], nonce: Scalar, torsion: EdwardsPoint) -> Signature {
    let r = (nonce * ED25519_BASEPOINT_POINT + torsion).compress();
    let hash = Sha512::new()
        .chain_update(r.as_bytes())
        .chain_update(keys.writing.verifying_key().as_bytes())
        .chain_update(message)
        .finalize();
    let s = nonce + Scalar::from_bytes_mod_order_wide(&hash.into()) * keys.writing.to_scalar();
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(r.as_bytes());
    signature[32..].copy_from_slice(s.as_bytes());
    Signature(signature)
}

#[tokio::test]
async fn a_forgery_does_not_spoil_what_others_append_at_the_same_time() {
    let relay = Relay::start("spoil", &[]);
    let keys = Keys::new(1);
    let mut mallory = Device::connect(&relay).await;
    mallory.enter(1, &keys).await;
    let mut ada = Device::connect(&relay).await;
    ada.enter(1, &keys).await;
    for number in 0..50 {
        let mut forged = sealed(1000 + number);
        let signature = keys.entry(&forged).signature;
        forged[50] ^= 1;
        let forged = klassrum::sync::wire::NewEntry { signature, ..keys.entry(&forged) };
        mallory.say(ClientFrame::Append { channel: 1, entries: vec![forged] }).await;
        ada.append(1, &keys, &sealed(number)).await;
    }
    let mut acknowledged = 0;
    while acknowledged < 50 {
        match ada.next_but_presence().await {
            Said::Acknowledged(receipts) => acknowledged += receipts.len(),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(Device::connect(&relay).await.enter(1, &keys).await.len(), 50);
}

#[tokio::test]
async fn a_replayed_entry_keeps_its_number_and_is_passed_on_once() {
    let relay = Relay::start("replayed", &[]);
    let keys = Keys::new(1);
    let [mut ada, mut mallory] = [Device::connect(&relay).await, Device::connect(&relay).await];
    ada.enter(1, &keys).await;
    mallory.enter(1, &keys).await;
    let first = ada.store(1, &keys, &sealed(1)).await;
    ada.store(1, &keys, &sealed(2)).await;
    assert_eq!(mallory.store(1, &keys, &sealed(1)).await, first);
    mallory.store(1, &keys, &sealed(3)).await;
    assert_eq!(ada.next_but_presence().await, Said::Entries(vec![(3, sealed(3))]));
}

#[tokio::test]
async fn an_entry_of_another_mailbox_is_refused() {
    let relay = Relay::start("another", &[]);
    let [one, other] = [Keys::new(1), Keys::new(2)];
    let mut ada = Device::connect(&relay).await;
    ada.enter(1, &one).await;
    ada.enter(2, &other).await;
    // Signed for the other, and by the other for this one.
    let confused = Keys { writing: other.writing.clone(), ..one.clone() };
    for keys in [&other, &confused] {
        let bytes = sealed(1);
        ada.say(ClientFrame::Append { channel: 1, entries: vec![keys.entry(&bytes)] }).await;
        assert_eq!(ada.next().await, Said::Refused(Some(1), Refusal::Signature));
    }
    // On a channel that is not open, nothing is asked about the signature.
    ada.append(3, &one, &sealed(1)).await;
    assert_eq!(ada.next().await, Said::Refused(Some(3), Refusal::NotOpen));
}

#[tokio::test]
async fn a_wrong_token_and_a_missing_mailbox_get_the_same_answer() {
    let relay = Relay::start("token", &[]);
    let keys = Keys::new(1);
    let mut ada = Device::connect(&relay).await;
    ada.enter(1, &keys).await;
    ada.store(1, &keys, &sealed(1)).await;

    let mut mallory = Device::connect(&relay).await;
    let wrong = Keys { token: Token([0; 32]), ..keys.clone() };
    let missing = Keys::new(2);
    let mut answers = Vec::new();
    for tried in [&wrong, &missing] {
        mallory.open(1, tried, 0, Mark::EMPTY).await;
        answers.push(mallory.next_bytes().await.unwrap());
    }
    assert_eq!(answers[0], answers[1]);
    // Nor does it help to say that one makes it.
    let stranger = Keys { writing: missing.writing.clone(), ..keys.clone() };
    mallory.create(1, &stranger, "").await;
    assert_eq!(mallory.next_bytes().await.unwrap(), answers[0]);
    mallory.open(1, &keys, 0, Mark::EMPTY).await;
    assert_eq!(mallory.read_all().await.len(), 1, "the right token opens it");
}

#[tokio::test]
async fn what_is_too_large_is_refused_before_it_is_stored() {
    let relay = Relay::start("oversize", &["--max-entry", "100K", "--max-mailbox", "300K"]);
    let keys = Keys::new(1);
    let mut ada = Device::connect(&relay).await;
    ada.enter(1, &keys).await;
    ada.append(1, &keys, &sized(1, 100 * 1024 + 1)).await;
    assert_eq!(ada.next().await, Said::Refused(Some(1), Refusal::TooLarge));
    // The head of each counts against the mailbox, too.
    for number in 1..=2 {
        assert_eq!(ada.store(1, &keys, &sized(number, 100 * 1024)).await.number, number);
    }
    ada.append(1, &keys, &sized(3, 100 * 1024)).await;
    assert_eq!(ada.next().await, Said::Refused(Some(1), Refusal::Quota));
    assert_eq!(ada.store(1, &keys, &sealed(4)).await.number, 3);

    // More than any frame has ends the connection.
    ada.say_bytes(vec![4; 300 * 1024]).await;
    assert_eq!(ada.next().await, Said::Refused(None, Refusal::TooLarge));
    assert!(ada.is_let_go_gently().await);
}

#[tokio::test]
async fn what_makes_no_sense_ends_the_connection_with_a_reason() {
    let relay = Relay::start("nonsense", &[]);
    let keys = Keys::new(1);
    let whole = ClientFrame::Append { channel: 1, entries: vec![keys.entry(&sealed(1))] }.to_bytes();
    for nonsense in [whole[..whole.len() - 1].to_vec(), vec![99], vec![], vec![4, 1, 0, 255, 255]] {
        let mut mallory = Device::connect(&relay).await;
        mallory.enter(1, &keys).await;
        mallory.say_bytes(nonsense.clone()).await;
        assert_eq!(mallory.next().await, Said::Refused(None, Refusal::Malformed), "{nonsense:?}");
        assert_eq!(mallory.next().await, Said::Ended);
    }
    let mut ada = Device::connect(&relay).await;
    assert_eq!(ada.enter(1, &keys).await, []);
}

#[tokio::test]
async fn half_a_message_stores_nothing_and_holds_nobody_up() {
    let relay = Relay::start("half", &[]);
    let keys = Keys::new(1);
    let mut ada = Device::connect(&relay).await;
    ada.enter(1, &keys).await;
    let mut mallory = Device::connect(&relay).await;
    mallory.enter(1, &keys).await;
    let whole = ClientFrame::Append { channel: 1, entries: vec![keys.entry(&sized(1, 60_000))] }.to_bytes();
    // A binary message, masked with zeroes, of which the last byte never comes.
    let len = u16::try_from(whole.len()).unwrap().to_be_bytes();
    let half = [&[0x82, 0x80 | 126, len[0], len[1], 0, 0, 0, 0][..], &whole[..whole.len() - 1]].concat();
    mallory.socket.get_mut().write_all(&half).await.unwrap();
    assert_eq!(ada.store(1, &keys, &sealed(2)).await.number, 1);
    drop(mallory);
    assert_eq!(ada.read_until(Said::Presence(1)).await, []);
    assert_eq!(Device::connect(&relay).await.enter(1, &keys).await, [(1, sealed(2))]);
}

#[tokio::test]
async fn a_relay_restored_from_a_backup_is_noticed() {
    let mut relay = Relay::start("restored", &[]);
    let keys = Keys::new(1);
    let mut ada = Device::connect(&relay).await;
    ada.enter(1, &keys).await;
    ada.store(1, &keys, &sealed(1)).await;
    let file = relay.data().join("relay.sqlite");
    let backup = relay.data().join("backup.sqlite");
    relay.ask_to_stop();
    drop(ada);
    relay.program.wait().unwrap();
    std::fs::copy(&file, &backup).unwrap();

    relay.start_again();
    let mut ada = Device::connect(&relay).await;
    ada.enter(1, &keys).await;
    let lost = ada.store(1, &keys, &sealed(2)).await;
    relay.kill();
    for rest in ["relay.sqlite-wal", "relay.sqlite-shm"] {
        let _ = std::fs::remove_file(relay.data().join(rest));
    }
    std::fs::copy(&backup, &file).unwrap();

    relay.start_again();
    let [mut ada, mut ben] = [Device::connect(&relay).await, Device::connect(&relay).await];
    ada.open(1, &keys, lost.number, lost.mark).await;
    assert_eq!(ada.next().await, Said::Opened { head: 1, reset: true, readers: 1 });
    assert_eq!(ada.read_all().await, [(1, sealed(1))]);
    // Another device was there first; the same number now stands for something else, and that is noticed too.
    ben.enter(1, &keys).await;
    ben.store(1, &keys, &sealed(3)).await;
    ada.open(1, &keys, lost.number, lost.mark).await;
    loop {
        match ada.next().await {
            Said::Opened { head, reset, .. } => break assert_eq!((head, reset), (2, true)),
            Said::Entries(_) | Said::Presence(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(ada.read_all().await, [(1, sealed(1)), (2, sealed(3))]);
    assert_eq!(ada.store(1, &keys, &sealed(2)).await.number, 3, "what was lost is given back");
}

#[tokio::test]
async fn a_snapshot_that_covers_what_is_not_there_is_refused() {
    let relay = Relay::start("covers", &[]);
    let keys = Keys::new(1);
    let mut ada = Device::connect(&relay).await;
    ada.enter(1, &keys).await;
    ada.store(1, &keys, &sealed(1)).await;
    let bytes = sealed(2);
    ada.say(ClientFrame::Append { channel: 1, entries: vec![keys.snapshot(2, &bytes)] }).await;
    assert_eq!(ada.next().await, Said::Refused(Some(1), Refusal::Malformed));
    ada.say(ClientFrame::Append { channel: 1, entries: vec![keys.snapshot(1, &bytes)] }).await;
    assert!(matches!(ada.next().await, Said::Acknowledged(_)));
    // Shorter than what it covers: who comes now gets only the snapshot.
    for number in 3..=4 {
        ada.store(1, &keys, &sealed(number)).await;
    }
    let bytes = sealed(5);
    ada.say(ClientFrame::Append { channel: 1, entries: vec![keys.snapshot(3, &bytes)] }).await;
    ada.next().await;
    assert_eq!(ada.enter(2, &keys).await, [(5, sealed(5)), (4, sealed(4))]);
}

#[tokio::test]
async fn covered_entries_make_room_when_their_time_has_come() {
    let mut relay = Relay::start("covered", &["--max-mailbox", "2K", "--keep-covered", "30d"]);
    let keys = Keys::new(1);
    let mut ada = Device::connect(&relay).await;
    ada.enter(1, &keys).await;
    ada.store(1, &keys, &sized(1, 1000)).await;
    let snapshot = sealed(2);
    ada.say(ClientFrame::Append { channel: 1, entries: vec![keys.snapshot(1, &snapshot)] }).await;
    assert!(matches!(ada.next().await, Said::Acknowledged(_)));
    ada.append(1, &keys, &sized(3, 1000)).await;
    assert_eq!(ada.next().await, Said::Refused(Some(1), Refusal::Quota));
    relay.kill();
    relay.start_again_with(&["--max-mailbox", "2K", "--keep-covered", "0s"]);
    let mut ada = Device::connect(&relay).await;
    assert_eq!(ada.enter(1, &keys).await, [(2, sealed(2))]);
    let makes_room = async {
        loop {
            ada.append(1, &keys, &sized(3, 1000)).await;
            match ada.next().await {
                Said::Refused(Some(1), Refusal::Quota) => {}
                Said::Acknowledged(receipts) => return receipts[0].number,
                other => panic!("{other:?}"),
            }
        }
    };
    assert_eq!(tokio::time::timeout(TOO_LONG, makes_room).await.expect("covered entries stay"), 3);
    assert_eq!(Device::connect(&relay).await.enter(1, &keys).await, [(2, sealed(2)), (3, sized(3, 1000))]);
}

#[tokio::test]
async fn an_unknown_version_is_told_which_ones_there_are() {
    let relay = Relay::start("version", &[]);
    let mut old = Device::connect_silently(&relay.address).await;
    old.say_bytes(b"\x01KLSR\x63\x00and what a later version says".to_vec()).await;
    let bytes = old.next_bytes().await.unwrap();
    let refused = klassrum::sync::wire::RelayFrame::from_bytes(&bytes).unwrap();
    let expected = klassrum::sync::wire::RelayFrame::Refused { channel: None, code: Refusal::Version, detail: "1" };
    assert_eq!(refused, expected);
    assert_eq!(old.next().await, Said::Ended);

    let mut rude = Device::connect_silently(&relay.address).await;
    rude.say(ClientFrame::Ping([1; 8])).await;
    assert_eq!(rude.next().await, Said::Refused(None, Refusal::Malformed));
}

#[tokio::test]
async fn new_mailboxes_need_the_word_where_the_relay_asks_for_one() {
    let word = std::env::temp_dir().join(format!("klassrum-word-{}", std::process::id()));
    std::fs::write(&word, "släpp in\n").unwrap();
    let options = ["--new-mailboxes", "token", "--admission-file", word.to_str().unwrap()];
    let relay = Relay::start("admission", &options);
    let keys = Keys::new(1);
    let mut ada = Device::connect(&relay).await;
    for wrong in ["", "släpp in\n", "öppna"] {
        ada.create(1, &keys, wrong).await;
        assert_eq!(ada.next().await, Said::Refused(Some(1), Refusal::AdmissionNeeded), "{wrong:?}");
    }
    ada.open(1, &keys, 0, Mark::EMPTY).await;
    assert_eq!(ada.next().await, Said::Refused(Some(1), Refusal::NotOpen));
    ada.create(1, &keys, "släpp in").await;
    assert_eq!(ada.read_all().await, []);
    // Who has the keys of a mailbox that is there needs no word.
    ada.create(1, &keys, "").await;
    assert_eq!(ada.read_all().await, []);
    std::fs::remove_file(word).unwrap();
}

#[tokio::test]
async fn a_whisper_reaches_those_who_are_there_and_is_never_stored() {
    let relay = Relay::start("whisper", &[]);
    let keys = Keys::new(1);
    let [mut ada, mut ben] = [Device::connect(&relay).await, Device::connect(&relay).await];
    ada.enter(1, &keys).await;
    ben.enter(1, &keys).await;
    let whispered = sealed(1);
    let signature = keys.sign(&entry_message(&keys.mailbox, Kind::Whisper, 0, &whispered));
    ben.say(ClientFrame::Whisper { channel: 1, signature, sealed: &whispered }).await;
    assert_eq!(ada.next_but_presence().await, Said::Whispered(whispered.clone()));
    // Who says that a writer has signed is held to it.
    ben.say(ClientFrame::Whisper { channel: 1, signature: Signature([1; 64]), sealed: &whispered }).await;
    assert_eq!(ben.next().await, Said::Refused(Some(1), Refusal::Signature));
    // Who may only read may nod,
    ben.say(ClientFrame::Whisper { channel: 1, signature: Signature::NONE, sealed: &sealed(2) }).await;
    assert_eq!(ada.next_but_presence().await, Said::Whispered(sealed(2)));
    // and not write by way of it; who has not shown the token may not even nod.
    let bytes = sealed(3);
    let unsigned = klassrum::sync::wire::NewEntry { signature: Signature::NONE, ..keys.entry(&bytes) };
    ben.say(ClientFrame::Append { channel: 1, entries: vec![unsigned] }).await;
    assert_eq!(ben.next().await, Said::Refused(Some(1), Refusal::Signature));
    ben.say(ClientFrame::Whisper { channel: 9, signature: Signature::NONE, sealed: &sealed(2) }).await;
    assert_eq!(ben.next().await, Said::Refused(Some(9), Refusal::NotOpen));
    assert_eq!(Device::connect(&relay).await.enter(1, &keys).await, []);
}

#[tokio::test]
async fn too_much_at_once_is_refused_and_may_be_sent_later() {
    let relay = Relay::start("rate", &[]);
    let keys = Keys::new(1);
    let mut ada = Device::connect(&relay).await;
    ada.enter(1, &keys).await;
    let bytes: Vec<_> = (0..8_000).map(sealed).collect();
    let mut acknowledged = 0;
    let mut refused = 0;
    for chunk in bytes.chunks(1000) {
        let entries = chunk.iter().map(|bytes| keys.entry(bytes)).collect();
        ada.say(ClientFrame::Append { channel: 1, entries }).await;
        match ada.next().await {
            Said::Acknowledged(receipts) => acknowledged += receipts.len(),
            Said::Refused(Some(1), Refusal::Rate) => refused += 1000,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(acknowledged + refused, 8_000);
    assert!(5_000 <= acknowledged && 0 < refused, "{acknowledged} {refused}");
    assert_eq!(ada.enter(2, &keys).await.len(), acknowledged);
}

#[tokio::test]
async fn a_destroyed_mailbox_is_gone_for_everybody() {
    let relay = Relay::start("destroy", &[]);
    let keys = Keys::new(1);
    let [mut ada, mut ben] = [Device::connect(&relay).await, Device::connect(&relay).await];
    ada.enter(1, &keys).await;
    ben.enter(1, &keys).await;
    ada.store(1, &keys, &sealed(1)).await;
    // Signed for another connection: a recording doesn't help.
    let replayed = ben.challenge;
    (ben.challenge, ada.challenge) = (ada.challenge, replayed);
    ada.destroy(1, &keys).await;
    assert_eq!(ada.next_but_presence().await, Said::Refused(Some(1), Refusal::Signature));
    (ben.challenge, ada.challenge) = (ada.challenge, ben.challenge);

    ada.destroy(1, &keys).await;
    assert_eq!(ada.next_but_presence().await, Said::Refused(Some(1), Refusal::NotOpen));
    assert_eq!(ben.next_but_presence().await, Said::Entries(vec![(1, sealed(1))]));
    assert_eq!(ben.next_but_presence().await, Said::Refused(Some(1), Refusal::NotOpen));
    ben.open(1, &keys, 0, Mark::EMPTY).await;
    assert_eq!(ben.next().await, Said::Refused(Some(1), Refusal::NotOpen));
}

/// Otherwise the first device left outside would make it again within a minute, under keys that may have leaked.
#[tokio::test]
async fn a_destroyed_mailbox_is_never_made_again() {
    let mut relay = Relay::start("never-again", &[]);
    let keys = Keys::new(1);
    let mut ada = Device::connect(&relay).await;
    ada.enter(1, &keys).await;
    ada.store(1, &keys, &sealed(1)).await;
    ada.destroy(1, &keys).await;
    assert_eq!(ada.next().await, Said::Refused(Some(1), Refusal::NotOpen));
    ada.create(1, &keys, "").await;
    assert_eq!(ada.next().await, Said::Refused(Some(1), Refusal::NotOpen));

    // After a restart neither, nor where the relay asks for a word: with it or without, an invitation is what is needed.
    relay.ask_to_stop();
    assert!(relay.program.wait().unwrap().success());
    let word = std::env::temp_dir().join(format!("klassrum-again-{}", std::process::id()));
    std::fs::write(&word, "släpp in\n").unwrap();
    relay.start_again_with(&["--new-mailboxes", "token", "--admission-file", word.to_str().unwrap()]);
    let mut ben = Device::connect(&relay).await;
    for admission in ["", "släpp in"] {
        ben.create(1, &keys, admission).await;
        assert_eq!(ben.next().await, Said::Refused(Some(1), Refusal::NotOpen), "{admission:?}");
    }
    ben.create(1, &Keys::new(2), "").await;
    assert_eq!(ben.next().await, Said::Refused(Some(1), Refusal::AdmissionNeeded));
    std::fs::remove_file(word).unwrap();
}

#[tokio::test]
async fn a_full_disk_is_said_and_the_relay_goes_on_when_there_is_room() {
    let mut relay = Relay::start("full", &["--max-database", "500K"]);
    let keys = Keys::new(1);
    let mut ada = Device::connect(&relay).await;
    ada.enter(1, &keys).await;
    let mut stored = Vec::new();
    for number in 1.. {
        ada.append(1, &keys, &sized(number, 50_000)).await;
        match ada.next().await {
            Said::Acknowledged(_) => stored.push((number, sized(number, 50_000))),
            Said::Refused(Some(1), Refusal::DiskFull) => break,
            other => panic!("{other:?}"),
        }
    }
    assert!(!stored.is_empty());
    assert_eq!(ada.enter(2, &keys).await, stored, "reading goes on");
    assert!(relay.get("/health").await.starts_with("HTTP/1.1 200"));
    relay.ask_to_stop();
    assert!(relay.program.wait().unwrap().success());

    relay.start_again_with(&["--max-database", "10M"]);
    let mut ada = Device::connect(&relay).await;
    assert_eq!(ada.enter(1, &keys).await, stored);
    let number = u64::try_from(stored.len()).unwrap() + 1;
    assert_eq!(ada.store(1, &keys, &sized(number, 50_000)).await.number, number);
}

#[tokio::test]
async fn a_device_that_takes_nothing_is_dropped_and_the_others_notice_nothing() {
    let relay = Relay::start("slow", &["--write-within", "1s"]);
    let keys = Keys::new(1);
    let mut slow = Device::connect_narrowly(&relay.address, 4096).await;
    slow.say(ClientFrame::Hello { version: 1 }).await;
    slow.create(1, &keys, "").await;
    let [mut ada, mut ben] = [Device::connect(&relay).await, Device::connect(&relay).await];
    ada.enter(1, &keys).await;
    ben.enter(1, &keys).await;
    relay.until("klassrum_connections", |count| count == 3.0).await;
    let mut received = 0;
    for number in 1..=100 {
        ada.store(1, &keys, &sized(number, 200_000)).await;
        while received < number {
            let Said::Entries(entries) = ben.next_but_presence().await else { panic!() };
            received += u64::try_from(entries.len()).unwrap();
        }
    }
    relay.until("klassrum_dropped_slow_total", |count| count == 1.0).await;
    relay.until("klassrum_connections", |count| count == 2.0).await;
    assert_eq!(ada.store(1, &keys, &sealed(1000)).await.number, 101);
}

#[tokio::test]
async fn a_device_that_catches_up_while_others_write_misses_nothing_and_gets_nothing_twice() {
    let relay = Relay::start("meanwhile", &[]);
    let keys = Keys::new(1);
    let mut ada = Device::connect(&relay).await;
    ada.enter(1, &keys).await;
    for chunk in (0..3_000).map(sealed).collect::<Vec<_>>().chunks(1000) {
        let entries = chunk.iter().map(|bytes| keys.entry(bytes)).collect();
        ada.say(ClientFrame::Append { channel: 1, entries }).await;
    }
    let mut late = Device::connect(&relay).await;
    late.open(1, &keys, 0, Mark::EMPTY).await;
    for number in 3_000..3_300 {
        ada.append(1, &keys, &sealed(number)).await;
    }
    let mut expected = 1;
    while expected <= 3_300 {
        if let Said::Entries(entries) = late.next().await {
            for (number, bytes) in entries {
                assert_eq!((number, bytes), (expected, sealed(number - 1)));
                expected += 1;
            }
        }
    }
}

#[tokio::test]
async fn thousands_who_never_say_hello_do_not_keep_others_out() {
    let files: usize = std::fs::read_to_string("/proc/self/limits")
        .unwrap()
        .lines()
        .find_map(|line| line.strip_prefix("Max open files")?.split_whitespace().next()?.parse().ok())
        .unwrap();
    let aim = 10_000.min(files.saturating_sub(500));
    let relay = Relay::start("silent", &["--hello-within", "5s", "--max-per-address", "500"]);
    let keys = Keys::new(1);
    let mut silent = Vec::new();
    for number in 0..aim {
        // Each half thousand comes from an address of its own, as an attacker with many machines does.
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(format!("127.0.1.{}:0", 1 + number / 500).parse().unwrap()).unwrap();
        let mut stream = socket.connect(relay.address.parse().unwrap()).await.unwrap();
        // Some say nothing at all, some begin a request, some upgrade and stop there.
        let part: &[u8] = match number % 3 {
            0 => b"",
            1 => b"GET /sync HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\n",
            _ => {
                b"GET /sync HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
                   sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            }
        };
        stream.write_all(part).await.unwrap();
        silent.push(stream);
    }
    let began = Instant::now();
    let mut ada = Device::connect(&relay).await;
    ada.enter(1, &keys).await;
    ada.store(1, &keys, &sealed(1)).await;
    println!("{} silent connections; a device came through in {:?}", silent.len(), began.elapsed());

    // All of them are let go of.
    for mut stream in silent {
        let gone = async { while stream.read(&mut [0; 512]).await.is_ok_and(|len| 0 < len) {} };
        tokio::time::timeout(TOO_LONG, gone).await.expect("a silent connection is kept");
    }
    assert_eq!(ada.store(1, &keys, &sealed(2)).await.number, 2);
}

#[tokio::test]
async fn who_has_not_said_hello_sends_a_few_bytes_and_no_more() {
    // Long enough that nobody is let go of for being slow.
    let relay = Relay::start("before-hello", &["--hello-within", "1h"]);
    let mut stranger = Device::connect_silently(&relay.address).await.socket.into_inner();
    // The head of a message of a mebibyte, and a part of it.
    let mut bytes = vec![0x82, 0xff, 0, 0, 0, 0, 0, 0x10, 0, 0, 1, 2, 3, 4];
    bytes.resize(64 * 1024, 7);
    let _ = stranger.write_all(&bytes).await;
    let gone = async { while stranger.read(&mut [0; 512]).await.is_ok_and(|len| 0 < len) {} };
    tokio::time::timeout(TOO_LONG, gone).await.expect("the stranger is listened to");
    // Small ones, too, add up.
    let mut patient = Device::connect_silently(&relay.address).await;
    let pings = async { while patient.socket.send(Message::Ping(vec![7; 100].into())).await.is_ok() {} };
    tokio::time::timeout(TOO_LONG, pings).await.expect("the patient one is listened to");

    // A later version's hello, with more behind it, is still answered, and after a hello there is room.
    let mut later = Device::connect_silently(&relay.address).await;
    later.say_bytes([&b"\x01KLSR\x02\x00"[..], &[7; 500]].concat()).await;
    assert_eq!(later.next().await, Said::Refused(None, Refusal::Version));
    assert!(later.is_let_go_gently().await);
    let (mut ada, keys) = (Device::connect(&relay).await, Keys::new(1));
    ada.enter(1, &keys).await;
    assert_eq!(ada.store(1, &keys, &sized(1, 1 << 20)).await.number, 1);
}

#[tokio::test]
async fn who_has_opened_no_mailbox_can_not_have_the_relay_hold_much() {
    let relay = Relay::start("before-mailbox", &[]);
    // The head of a message of a mebibyte, and a part of it.
    let mut bytes = vec![0x82, 0xff, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0];
    bytes.resize(64 * 1024, 7);
    let mut stranger = Device::connect(&relay).await;
    let _ = stranger.socket.get_mut().write_all(&bytes).await;
    assert_eq!(stranger.next().await, Said::Refused(None, Refusal::TooLarge));
    assert!(stranger.is_let_go_gently().await);

    // Pings between its parts make no message whole.
    let mut sly = Device::connect(&relay).await;
    let part = |first: bool| [&[u8::from(first) * 2, 0x80 | 126, 0x10, 0, 0, 0, 0, 0][..], &[7; 4096]].concat();
    let ping = [0x89, 0x80, 0, 0, 0, 0];
    for number in 0..64 {
        let _ = sly.socket.get_mut().write_all(&[&part(number == 0)[..], &ping].concat()).await;
    }
    assert_eq!(sly.next().await, Said::Refused(None, Refusal::TooLarge));
    assert!(sly.is_let_go_gently().await);

    // Whole messages are let through, however many.
    let mut patient = Device::connect(&relay).await;
    for _ in 0..8 {
        for _ in 0..1_000 {
            patient.say(ClientFrame::Ping([7; 8])).await;
        }
        for _ in 0..1_000 {
            assert_eq!(patient.next().await, Said::Pong([7; 8]));
        }
    }
    // With a mailbox there is room, and none when it is closed.
    let keys = Keys::new(1);
    patient.enter(1, &keys).await;
    assert_eq!(patient.store(1, &keys, &sized(1, 1 << 20)).await.number, 1);
    patient.say(ClientFrame::Close { channel: 1 }).await;
    patient.say(ClientFrame::Ping([8; 8])).await;
    while patient.next().await != Said::Pong([8; 8]) {}
    let _ = patient.socket.get_mut().write_all(&bytes).await;
    assert_eq!(patient.next().await, Said::Refused(None, Refusal::TooLarge));
}

#[tokio::test]
async fn an_append_of_nothing_is_refused_and_counted() {
    let relay = Relay::start("empty", &[]);
    let keys = Keys::new(1);
    let mut ada = Device::connect(&relay).await;
    ada.enter(1, &keys).await;
    let mut refused = Vec::new();
    for _ in 0..8 {
        for _ in 0..1_000 {
            ada.say(ClientFrame::Append { channel: 1, entries: Vec::new() }).await;
        }
        for _ in 0..1_000 {
            let Said::Refused(Some(1), code) = ada.next().await else { panic!("it was taken") };
            refused.push(code);
        }
    }
    assert_eq!(refused[0], Refusal::Malformed);
    assert!(refused.contains(&Refusal::Rate));
}

#[tokio::test]
async fn a_device_is_told_to_come_again_when_the_database_fails_while_it_catches_up() {
    let relay = Relay::start("failing", &[]);
    let keys = Keys::new(1);
    let mut ada = Device::connect(&relay).await;
    ada.enter(1, &keys).await;
    ada.store(1, &keys, &sealed(1)).await;
    let file = format!("sqlite://{}", relay.data().join("relay.sqlite").display());
    let database = sqlx::SqlitePool::connect(&file).await.unwrap();
    sqlx::query("ALTER TABLE entry RENAME COLUMN sealed TO lost").execute(&database).await.unwrap();
    // One that only listened would wait for ever on a connection that goes on without its mailbox.
    let mut ben = Device::connect(&relay).await;
    ben.open(1, &keys, 1, Mark::EMPTY.after(EntryId::of(&sealed(1)))).await;
    loop {
        match ben.next().await {
            Said::Opened { .. } | Said::Presence(_) => {}
            Said::Refused(channel, code) => break assert_eq!((channel.is_none(), code), (true, Refusal::Busy)),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn one_address_gets_so_many_connections_and_no_more() {
    let relay = Relay::start("per-address", &["--max-per-address", "3"]);
    let connect = async |from: &str| {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
        let mut stream = socket.connect(relay.address.parse().unwrap()).await.unwrap();
        let _ = stream.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n").await;
        let is_answered = stream.read(&mut [0; 512]).await.is_ok_and(|len| 0 < len);
        (stream, is_answered)
    };
    let mut kept: Vec<(TcpStream, bool)> = Vec::new();
    for _ in 0..3 {
        kept.push(connect("127.0.1.1").await);
    }
    assert!(kept.iter().all(|(_, is_answered)| *is_answered));
    assert!(!connect("127.0.1.1").await.1);
    assert!(connect("127.0.1.2").await.1);
    kept.clear();
    let until_free = async { while !connect("127.0.1.1").await.1 {} };
    tokio::time::timeout(TOO_LONG, until_free).await.unwrap();
}

#[tokio::test]
async fn a_clean_stop_finishes_what_was_received_and_says_so() {
    let mut relay = Relay::start("clean-stop", &[]);
    let keys = Keys::new(1);
    let [mut ada, mut ben] = [Device::connect(&relay).await, Device::connect(&relay).await];
    ada.enter(1, &keys).await;
    ben.enter(1, &keys).await;
    for number in 0..500 {
        ada.append(1, &keys, &sealed(number)).await;
    }
    // One is acknowledged: the relay has begun with them.
    let Said::Acknowledged(first) = ada.next_but_presence().await else { panic!() };
    relay.ask_to_stop();
    let mut acknowledged = first.len();
    loop {
        match ada.next_but_presence().await {
            Said::Acknowledged(receipts) => acknowledged += receipts.len(),
            Said::Refused(None, Refusal::Stopping) => break,
            other => panic!("{other:?}"),
        }
    }
    let mut passed_on = 0;
    loop {
        match ben.next_but_presence().await {
            Said::Entries(entries) => passed_on += entries.len(),
            Said::Refused(None, Refusal::Stopping) => break,
            other => panic!("{other:?}"),
        }
    }
    drop((ada, ben));
    assert!(relay.program.wait().unwrap().success());
    assert_eq!(passed_on, acknowledged);
    relay.start_again();
    assert_eq!(Device::connect(&relay).await.enter(1, &keys).await.len(), acknowledged);
}

#[tokio::test]
async fn no_acknowledged_entry_is_missing_after_fifty_power_cuts() {
    let mut relay = Relay::start("crash", &[]);
    let keys = Keys::new(1);
    let mut acknowledged: BTreeMap<u64, EntryId> = BTreeMap::new();
    let mut next = 0;
    let mut epoch = None;
    for round in 0..50_u64 {
        let mut device = Device::connect(&relay).await;
        assert_eq!(*epoch.get_or_insert(device.epoch), device.epoch);
        let there: BTreeMap<_, _> = device.enter(1, &keys).await.into_iter().collect();
        for (number, id) in &acknowledged {
            assert_eq!(there.get(number).map(|bytes| EntryId::of(bytes)), Some(*id), "round {round}, entry {number}");
        }
        assert_eq!(there.keys().copied().collect::<Vec<_>>(), (1..=there.len() as u64).collect::<Vec<_>>());
        // Each round is cut off somewhere else: while entries are on their way, after so many receipts.
        for _ in 0..200 {
            device.append(1, &keys, &sealed(next)).await;
            next += 1;
        }
        let mut receipts_wanted = round;
        while 0 < receipts_wanted {
            let Said::Acknowledged(receipts) = device.next_but_presence().await else { panic!() };
            receipts_wanted = receipts_wanted.saturating_sub(receipts.len() as u64);
            acknowledged.extend(receipts.iter().map(|receipt| (receipt.number, receipt.id)));
        }
        relay.kill();
        // What was acknowledged but not read yet counts as well.
        loop {
            match device.next_but_presence().await {
                Said::Acknowledged(receipts) => {
                    acknowledged.extend(receipts.iter().map(|receipt| (receipt.number, receipt.id)));
                }
                Said::Ended => break,
                other => panic!("{other:?}"),
            }
        }
        relay.start_again();
    }
    assert!(50 < acknowledged.len(), "the test is vacuous: {} receipts", acknowledged.len());
}

#[tokio::test]
async fn two_relays_on_one_postgres_are_one() {
    let Some(database) = support::postgres::new_database("two").await else { return };
    let mut here = Relay::start("pg-here", &["--database", &database]);
    let there = Relay::start("pg-there", &["--database", &database]);
    let keys = Keys::new(1);
    let [mut ada, mut ben] = [Device::connect(&here).await, Device::connect(&there).await];
    assert_eq!(ada.epoch, ben.epoch);
    ada.enter(1, &keys).await;
    ben.enter(1, &keys).await;
    for number in 0..200 {
        ada.append(1, &keys, &sealed(number)).await;
        ben.append(1, &keys, &sealed(1000 + number)).await;
    }
    // Each hears of all, in one order, its own by receipt.
    let mut orders = Vec::new();
    for device in [&mut ada, &mut ben] {
        let mut order = Vec::new();
        while order.len() < 400 {
            match device.next_but_presence().await {
                Said::Entries(entries) => {
                    order.extend(entries.iter().map(|(number, bytes)| (*number, EntryId::of(bytes))))
                }
                Said::Acknowledged(receipts) => {
                    order.extend(receipts.iter().map(|receipt| (receipt.number, receipt.id)))
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(order.iter().map(|(number, _)| *number).collect::<Vec<_>>(), (1..=400).collect::<Vec<_>>());
        orders.push(order);
    }
    assert_eq!(orders[0], orders[1]);

    // One relay goes, its device goes to the other.
    here.kill();
    let mut ada = Device::connect(&there).await;
    assert_eq!(ada.enter(1, &keys).await.len(), 400);
    ada.destroy(1, &keys).await;
    assert_eq!(ben.next_but_presence().await, Said::Refused(Some(1), Refusal::NotOpen));
}

/// What devices on different relays know of each other, and what they whisper, goes through the database.
#[tokio::test]
async fn devices_on_three_relays_on_one_postgres_hear_each_other() {
    let Some(database) = support::postgres::new_database("three").await else { return };
    let mut relays = ["pg-first", "pg-second", "pg-third"].map(|name| Relay::start(name, &["--database", &database]));
    let keys = Keys::new(1);
    let mut devices = Vec::new();
    for relay in &relays {
        let mut device = Device::connect(relay).await;
        device.enter(1, &keys).await;
        devices.push(device);
    }
    for device in &mut devices {
        device.until_readers(3).await;
    }

    // A whisper of one, and a nod of another, reach both others, and nobody twice.
    let (whispered, nodded) = (sized(1, 4_096), sealed(2));
    let signature = keys.sign(&entry_message(&keys.mailbox, Kind::Whisper, 0, &whispered));
    devices[0].say(ClientFrame::Whisper { channel: 1, signature, sealed: &whispered }).await;
    for at in [1, 2] {
        assert_eq!(devices[at].next_but_presence().await, Said::Whispered(whispered.clone()));
    }
    devices[1].say(ClientFrame::Whisper { channel: 1, signature: Signature::NONE, sealed: &nodded }).await;
    for at in [0, 2] {
        assert_eq!(devices[at].next_but_presence().await, Said::Whispered(nodded.clone()));
    }

    // Entries of each reach all, in one order.
    for at in 0..3_u64 {
        devices[usize::try_from(at).unwrap()].append(1, &keys, &sealed(100 + at)).await;
    }
    for device in &mut devices {
        let mut numbers = Vec::new();
        while numbers.len() < 3 {
            match device.next_but_presence().await {
                Said::Entries(entries) => numbers.extend(entries.iter().map(|(number, _)| *number)),
                Said::Acknowledged(receipts) => numbers.extend(receipts.iter().map(|receipt| receipt.number)),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(numbers, [1, 2, 3]);
    }

    // One device goes, then one relay is stopped, with its device; whoever is left knows of it.
    drop(devices.remove(2));
    for device in &mut devices {
        device.until_readers(2).await;
    }
    relays[1].ask_to_stop();
    relays[1].program.wait().unwrap();
    devices[0].until_readers(1).await;
    // The one that comes again is counted again.
    relays[1].start_again();
    let mut ben = Device::connect(&relays[1]).await;
    ben.open(1, &keys, 0, Mark::EMPTY).await;
    devices[0].until_readers(2).await;
    ben.until_readers(2).await;
}

#[tokio::test]
async fn the_log_and_the_figures_name_no_mailbox_and_no_token() {
    let relay = Relay::start("secrets", &[]);
    let keys = Keys::new(1);
    let mut ada = Device::connect(&relay).await;
    ada.enter(1, &keys).await;
    ada.store(1, &keys, &sealed(1)).await;
    ada.open(2, &Keys { token: Token([0xab; 32]), ..keys.clone() }, 0, Mark::EMPTY).await;
    assert_eq!(ada.next().await, Said::Refused(Some(2), Refusal::NotOpen));
    let figures = relay.get("/metrics").await;
    assert!(figures.contains("klassrum_appends_total 1"), "{figures}");
    assert!(figures.contains(r#"klassrum_refusals_total{reason="not open"} 1"#), "{figures}");
    let said = relay.said.lock().unwrap().clone();
    assert!(said.contains("/sync"), "the log is empty: {said}");
    for secret in [keys.mailbox.0, keys.token.0, [0xab; 32]] {
        let hex: String = secret[..4].iter().map(|byte| format!("{byte:02x}")).collect();
        let list = format!("{}, {}, {}, {}", secret[0], secret[1], secret[2], secret[3]);
        for text in [&said, &figures] {
            assert!(!text.to_lowercase().contains(&hex) && !text.contains(&list), "{text}");
        }
    }
}

#[tokio::test]
async fn a_certificate_of_its_own_is_made_once_and_shown_by_its_fingerprint() {
    let fingerprint = |relay: &Relay| {
        let said = relay.said.lock().unwrap().clone();
        let (_, rest) = said.split_once("fingerprint is ").unwrap_or_else(|| panic!("{said}"));
        rest.lines().next().unwrap().to_owned()
    };
    let mut relay = Relay::start("tls", &["--tls-self"]);
    let first = fingerprint(&relay);
    assert_eq!(first.split(':').count(), 32);
    assert!(relay.said.lock().unwrap().contains("https://localhost"));
    relay.kill();
    relay.start_again();
    assert_eq!(fingerprint(&relay), first);

    // What is served is what was shown.
    let certificate = std::fs::read(relay.data().join("tls-certificate.pem")).unwrap();
    assert!(certificate.starts_with(b"-----BEGIN CERTIFICATE-----"));
    assert_eq!(support::relay::tls_fingerprint(&relay).await, first);
}
