//! No parser of outside bytes panics, whatever the bytes are: the kept corpus, and a few thousand changes of it.
//!
//! The corpus is in `tests/fuzz/corpus/<target>/`. Bytes that once broke something are kept there, under a name that says
//! what. `scripts/fuzz` looks for more, guided by coverage. `KLASSRUM_FUZZ_SEED` chooses other changes, and
//! `KLASSRUM_WRITE_CORPUS=1` writes what the program itself makes into the corpus anew.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/devices.rs"]
mod devices;
#[path = "support/network.rs"]
mod network;
#[path = "fuzz/targets.rs"]
mod targets;
#[path = "support/templates.rs"]
mod templates;

use std::fs;
use std::panic::catch_unwind;
use std::path::PathBuf;

use devices::{act, add_system, device};
use klassrum::crypto::{Access, DocumentKind, Invitation, RelayAddress};
use klassrum::document::WorkshopDocument;
use klassrum::register::workshop::{Join, PersonKey, Said, Statement};
use klassrum::relay::store::{NameHash, News, RelayName, Word};
use klassrum::sync::wire::{Mailbox, Mark, Refusal, RelayFrame, Signature, Token};
use klassrum::sync::{Batch, DeviceCard, DocumentName, Parcel, Whisper};
use network::{Network, secret};
use targets::{TARGETS, Target, access};

/// How often each file of the corpus is changed and tried.
const CHANGES: usize = 1_000;

fn folder(target: &str) -> PathBuf {
    ["tests/fuzz/corpus", target].iter().collect()
}

fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder(target)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| (file.display().to_string(), fs::read(file).unwrap())).collect()
}

/// Chance that can be had again.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap() % end.max(1)
    }
}

/// Some changes to `bytes`, with pieces of `other` at times.
fn change(bytes: &[u8], other: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=chance.below(4) {
        let at = chance.below(bytes.len() + 1);
        let end = (at + chance.below(9)).min(bytes.len());
        match chance.below(6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
            1 if at < bytes.len() => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][chance.below(5)],
            2 => drop(bytes.drain(at..end)),
            3 => bytes.truncate(at),
            4 => drop(bytes.splice(at..at, [0xff; 4])),
            _ => {
                let from = chance.below(other.len() + 1);
                let to = (from + chance.below(40)).min(other.len());
                drop(bytes.splice(at..end, other[from..to].iter().copied()));
            }
        }
    }
    bytes
}

fn try_one((name, target): Target, from: &str, bytes: &[u8]) {
    if catch_unwind(|| target(bytes)).is_err() {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        panic!("{name} panicked on a change of {from}: {hex}");
    }
}

fn try_all(target: Target) {
    let seed = std::env::var("KLASSRUM_FUZZ_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    println!("KLASSRUM_FUZZ_SEED={seed}");
    let mut chance = Chance(seed);
    let corpus = corpus(target.0);
    assert!(!corpus.is_empty());
    for (from, bytes) in &corpus {
        try_one(target, from, bytes);
        for _ in 0..CHANGES {
            let (_, other) = &corpus[chance.below(corpus.len())];
            try_one(target, from, &change(bytes, other, &mut chance));
        }
    }
}

#[test]
fn no_parser_of_outside_bytes_panics() {
    if std::env::var_os("KLASSRUM_WRITE_CORPUS").is_some() {
        write_corpus();
    }
    for target in TARGETS {
        let began = std::time::Instant::now();
        try_all(target);
        println!("{}: {} ms", target.0, began.elapsed().as_millis());
    }
}

#[test]
fn the_corpus_reaches_behind_the_first_checks() {
    let whole = |target: &str, check: fn(&[u8]) -> bool| {
        assert!(corpus(target).iter().any(|(_, bytes)| check(bytes)), "nothing in {target} is whole");
    };
    whole("client-frame", |bytes| klassrum::sync::wire::ClientFrame::from_bytes(bytes).is_ok());
    whole("relay-frame", |bytes| RelayFrame::from_bytes(bytes).is_ok());
    let news = corpus("news");
    let told = |bytes: &[u8]| klassrum::relay::store::News::read(str::from_utf8(bytes).unwrap()).is_some();
    assert!(news.len() == 7 && news.iter().all(|(_, bytes)| told(bytes)));
    whole("batch", |bytes| Batch::from_bytes(bytes).is_some_and(|batch| device(1).take_in(batch.changes).is_ok()));
    whole("document", |bytes| device(1).take_in(bytes).is_ok_and(|taken| !taken.entries.is_empty()));
    whole("statement", |bytes| Statement::from_bytes(bytes).is_ok());
    whole("workshop", |bytes| {
        let mut document = WorkshopDocument::create([1; 16]).unwrap();
        document.take_in(bytes).is_ok() && document.statements().next().is_some()
    });
    whole("invitation", |bytes| Invitation::parse(&String::from_utf8_lossy(bytes)).is_ok());
    whole("register-file", |bytes| klassrum::crypto::open_file("lösenfras", bytes).is_ok());
    whole("parcel", |bytes| Parcel::from_bytes(bytes).is_ok());
    whole("qr", |bytes| targets::read_qr_in(bytes).is_some());
    whole("import", |bytes| klassrum::exchange::read(bytes).is_ok());
    assert_eq!(corpus("template").len(), 3);
    corpus("template").iter().for_each(|(from, bytes)| assert!(targets::is_template(bytes), "{from} is whole"));
    let is_method = |bytes: &[u8]| {
        klassrum::catalogue::text_of(bytes).is_ok_and(|text| klassrum::catalogue::method_file(&text).is_ok())
    };
    whole("issued", |bytes| klassrum::report::Frozen::read(bytes).is_ok());
    assert_eq!(corpus("method").iter().filter(|(_, bytes)| is_method(bytes)).count(), 4);
}

#[test]
fn a_panic_is_seen() {
    let found = catch_unwind(|| try_one(("a target", |_| panic!("as a test")), "nothing", &[1]));
    assert!(found.is_err());
}

fn write(target: &str, name: &str, bytes: &[u8]) {
    fs::create_dir_all(folder(target)).unwrap();
    fs::write(folder(target).join(name), bytes).unwrap();
}

/// What the program itself makes.
fn write_corpus() {
    let mut network = Network::new(2);
    network.edit(0, &add_system("a"));
    let mut frames = (Vec::new(), Vec::new());
    for _ in 0..40 {
        for desk in 0..2 {
            network.deliver(desk);
            frames.0.extend(network.desks[desk].wires.iter().flat_map(|wires| wires.up.iter().cloned()));
            network.answer(desk);
            frames.1.extend(network.desks[desk].wires.iter().flat_map(|wires| wires.down.iter().cloned()));
        }
        network.pass(250);
    }
    frames.0.extend([vec![6, 1, 0], [&[8, 1, 0][..], &[5; 64]].concat(), [&[7][..], &[1; 8]].concat()]);
    let open = klassrum::sync::wire::ClientFrame::Open {
        channel: 1,
        mailbox: Mailbox([1; 32]),
        token: Token([2; 32]),
        after: 3,
        mark: Mark([4; 16]),
    };
    frames.0.push(open.to_bytes());
    frames.1.push(RelayFrame::Refused { channel: Some(0), code: Refusal::Busy, detail: "wait" }.to_bytes());
    frames.1.push(RelayFrame::Presence { channel: 0, readers: 2 }.to_bytes());
    frames.1.push(RelayFrame::Whispered { channel: 0, signature: Signature([1; 64]), sealed: &[2; 60] }.to_bytes());
    for (target, frames) in [("client-frame", &frames.0), ("relay-frame", &frames.1)] {
        let mut kinds = std::collections::BTreeMap::new();
        for frame in frames {
            kinds.entry(frame[0]).or_insert(frame);
        }
        kinds.iter().for_each(|(kind, frame)| write(target, &format!("kind-{kind}"), frame));
    }
    let (name, from) = (NameHash::of(&Mailbox([1; 32])), RelayName([2; 8]));
    let whisper = Word::Whisper { from, mailbox: name, signature: Signature([3; 64]), sealed: vec![4; 60].into() };
    for (kind, news) in [
        ("appended", News::Appended(name, 17)),
        ("destroyed", News::Destroyed(name)),
        ("readers", News::Word(Word::Readers { from, ask: false, counts: vec![(name, 2), (name, 0)] })),
        ("asks", News::Word(Word::Readers { from, ask: true, counts: vec![(name, 300)] })),
        ("whisper", News::Word(whisper)),
        ("here", News::Word(Word::Here(from))),
        ("stops", News::Word(Word::Gone(from))),
    ] {
        write("news", kind, news.told().as_bytes());
    }
    network.desks[1].wires = None;
    let log: Vec<_> = network.log(&secret(1)).to_vec();
    let mut heard = vec![RelayFrame::Opened { channel: 0, head: 1, reset: false, readers: 2 }.to_bytes()];
    heard.extend(network.history.iter().take(1).cloned());
    heard.push(RelayFrame::CaughtUp { channel: 0, head: log.len() as u64 }.to_bytes());
    heard.push(RelayFrame::Presence { channel: 0, readers: 3 }.to_bytes());
    let told = |frames: &[Vec<u8>]| {
        let framed =
            frames.iter().map(|frame| [&u16::try_from(frame.len()).unwrap().to_le_bytes()[..], frame].concat());
        framed.collect::<Vec<_>>().concat()
    };
    write("line", "catching-up", &told(&heard));
    let refused = RelayFrame::Refused { channel: Some(0), code: Refusal::NotOpen, detail: "" }.to_bytes();
    write("line", "no-mailbox", &told(&[refused.clone(), refused]));

    let mut document = device(3);
    let changes = act(&mut document, &add_system("a")).bytes;
    write("document", "changes", &changes);
    write("document", "whole", &document.save());
    let join = Said::Join(Join { role: "IT".into(), name: String::new(), observer: false });
    let statement = PersonKey::from_seed(&[1; 32]).say(1, 5, None, &join);
    write("statement", "join", &statement);
    let mut workshop = WorkshopDocument::create([3; 16]).unwrap();
    write("workshop", "change", &workshop.say(&[statement]).unwrap());
    write("workshop", "whole", &workshop.save());
    let from = DeviceCard { id: [1; 8], device: "platta".into(), name: "Åsa".into(), role: "ISAM".into() };
    write("batch", "changes", &Batch { from: from.clone(), at: 1, seen: 2, changes: &changes }.to_bytes());
    write("batch", "whisper", &Whisper { from, at: 1, seen: 2 }.to_bytes());
    for (name, access) in [("edit", access()), ("read", Access::Read(access().reading()))] {
        let relay = RelayAddress::parse("https://relay.example:8443");
        let invitation = Invitation { kind: DocumentKind::Register, access, relay };
        write("invitation", name, invitation.link("https://app.example/").as_bytes());
    }
    let code = fast_qr::qr::QRBuilder::new("a#k").build().unwrap();
    let side = (code.size + 8) * 2;
    let inside = |at: usize| (at / 2).checked_sub(4).filter(|at| *at < code.size);
    let point = |at: usize| match inside(at % side).zip(inside(at / side)) {
        Some((x, y)) if code[y][x].value() => 30,
        _ => 220,
    };
    let picture: Vec<u8> = std::iter::once(u8::try_from(side).unwrap()).chain((0..side * side).map(point)).collect();
    write("qr", "code", &picture);
    let name = DocumentName::parse("sisab-2024").unwrap();
    write("parcel", "changes", &Parcel { document: name, changes }.to_bytes().unwrap());
    write("import", "text.csv", "System;Ägare;K\nAgresso;Ekonomi;2\n\"a;b\";;\n".as_bytes());
    write("import", "tabs.txt", b"a\tb\r\n1\t2024-01-02\r\n");
    let company = templates::company();
    write("template", "company.dotx", &company.pack());
    let parts = |all: &mut dyn Iterator<Item = &(String, Vec<u8>)>| {
        all.map(|(name, bytes)| format!("== {name}\n{}\n", String::from_utf8_lossy(bytes))).collect::<String>()
    };
    write("template", "parts", parts(&mut company.parts.iter()).as_bytes());
    let least = ["_rels/.rels", "word/_rels/document.xml.rels", "word/document.xml", "word/styles.xml"];
    let least = parts(&mut company.parts.iter().filter(|(name, _)| least.contains(&name.as_str())));
    write("template", "least", least.as_bytes());
}
