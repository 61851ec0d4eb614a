//! Devices, a relay in memory and the wires between them; a test moves every frame itself.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use ed25519_dalek::VerifyingKey;
use klassrum::crypto::{Access, DocumentSecret};
use klassrum::document::RegisterDocument;
use klassrum::register::Command;
use klassrum::sync::wire::{
    Challenge, ClientFrame, Entry, EntryId, Epoch, Kind, Mailbox, Mark, NewEntry, Receipt, Refusal, RelayFrame,
    Signature, TokenHash, Welcome, WriterKey, destroy_message, entry_message, mailbox_message,
};
use klassrum::sync::{DeviceCard, DocumentName, Effect, Event, Line, Moment, Progress, Status};

use super::devices::signed;

const CHALLENGE: Challenge = Challenge([9; 16]);

pub fn name() -> DocumentName {
    DocumentName::parse("register").unwrap()
}

pub fn secret(byte: u8) -> Access {
    Access::Edit(DocumentSecret::from_bytes([byte; 32]))
}

#[derive(Clone)]
pub struct Stored {
    pub number: u64,
    pub mark: Mark,
    pub id: EntryId,
    pub kind: Kind,
    pub covers: u64,
    pub signature: Signature,
    pub sealed: Vec<u8>,
}

impl Stored {
    fn entry(&self) -> Entry<'_> {
        let new = NewEntry { kind: self.kind, covers: self.covers, signature: self.signature, sealed: &self.sealed };
        Entry { number: self.number, mark: self.mark, at: 1_000, new }
    }
}

#[derive(Clone)]
pub struct Letters {
    token: TokenHash,
    writer: WriterKey,
    pub log: Vec<Stored>,
}

/// A connection's two wires.
#[derive(Default)]
pub struct Wires {
    greeted: bool,
    told: bool,
    open: BTreeMap<u16, Mailbox>,
    pub up: VecDeque<Vec<u8>>,
    pub down: VecDeque<Vec<u8>>,
}

/// A device, what it has stored, and its connection.
pub struct Desk {
    pub documents: BTreeMap<DocumentName, RegisterDocument>,
    pub line: Line,
    pub access: Access,
    pub pieces: Vec<Vec<u8>>,
    pub progress: BTreeMap<[u8; 32], Progress>,
    pub wires: Option<Wires>,
    pub status: Option<Status>,
    pub left: Vec<[u8; 32]>,
    opened: usize,
}

pub struct Network {
    pub desks: Vec<Desk>,
    pub mailboxes: BTreeMap<Mailbox, Letters>,
    destroyed: BTreeSet<Mailbox>,
    copy: (BTreeMap<Mailbox, Letters>, BTreeSet<Mailbox>),
    pub epoch: u8,
    pub disk_full: bool,
    /// The word that the relay asks of those who make a mailbox.
    pub admission: &'static str,
    pub down: bool,
    /// Entries frames that went to a device once.
    pub history: Vec<Vec<u8>>,
    pub now: Moment,
    /// So many entries make a snapshot worth its bytes; few, so that there are many snapshots.
    pub snapshot_after: u64,
    chance: u64,
}

fn card(desk: usize) -> DeviceCard {
    let id = u8::try_from(desk).unwrap();
    DeviceCard { id: [id; 8], device: format!("device {desk}"), name: String::new(), role: "ISAM".into() }
}

/// An actor that no other device has, nor this one had before it was opened so many times.
fn actor_of(desk: usize, opened: usize) -> [u8; 16] {
    let mut bytes = [8; 16];
    bytes[0] = u8::try_from(desk).unwrap();
    bytes[1] = u8::try_from(opened).unwrap();
    bytes
}

fn line(desk: usize, access: &Access, progress: Progress, snapshot_after: u64) -> Line {
    let mut line = Line::new(card(desk)).snapshot_after(snapshot_after);
    line.add(name(), access, progress, "");
    line
}

impl Network {
    /// So many devices that may all edit, none of them connected.
    pub fn new(devices: usize) -> Self {
        Self::with_snapshots_after(devices, 6)
    }

    /// The same, with snapshots after so many entries.
    pub fn with_snapshots_after(devices: usize, snapshot_after: u64) -> Self {
        let mut network = Self {
            desks: Vec::new(),
            mailboxes: BTreeMap::new(),
            destroyed: BTreeSet::new(),
            copy: Default::default(),
            epoch: 1,
            disk_full: false,
            admission: "",
            down: false,
            history: Vec::new(),
            now: Moment { clock: 1_000_000, running: 0 },
            snapshot_after,
            chance: 1,
        };
        (0..devices).for_each(|_| _ = network.join(secret(1)));
        network
    }

    /// One more device. Gives its number.
    pub fn join(&mut self, access: Access) -> usize {
        let number = self.desks.len();
        let mut document = RegisterDocument::create(actor_of(number, 0)).unwrap();
        let pieces = vec![document.save()];
        self.desks.push(Desk {
            documents: BTreeMap::from([(name(), document)]),
            line: line(number, &access, Progress::default(), self.snapshot_after),
            access,
            pieces,
            progress: BTreeMap::new(),
            wires: None,
            status: None,
            left: Vec::new(),
            opened: 0,
        });
        number
    }

    pub fn document(&self, desk: usize) -> &RegisterDocument {
        &self.desks[desk].documents[&name()]
    }

    pub fn status(&self, desk: usize) -> &Status {
        self.desks[desk].status.as_ref().unwrap()
    }

    pub fn log(&self, access: &Access) -> &[Stored] {
        self.mailboxes.get(&Mailbox(access.keys().mailbox())).map_or(&[], |letters| &letters.log)
    }

    /// Tells a device's line something and does what it says.
    pub fn tell(&mut self, at: usize, event: Event<'_>) {
        let (now, down) = (self.now, self.down);
        let chance = &mut self.chance;
        let desk = &mut self.desks[at];
        let mut random = || {
            *chance += 1;
            let mut bytes = [u8::try_from(*chance % 251).unwrap(); 24];
            bytes[16..].copy_from_slice(&chance.to_le_bytes());
            bytes
        };
        for effect in desk.line.handle(event, &mut desk.documents, now, &mut random) {
            match effect {
                Effect::Connect => desk.wires = (!down).then(Wires::default),
                Effect::Disconnect => desk.wires = None,
                Effect::Send(bytes) => desk.wires.as_mut().unwrap().up.push_back(bytes),
                Effect::Store { mailbox, changes, progress, .. } => {
                    desk.pieces.extend(changes);
                    desk.progress.insert(mailbox, progress);
                }
                Effect::Show(_, status) => desk.status = Some(*status),
                Effect::Left { mailbox, .. } => desk.left.push(mailbox),
            }
        }
    }

    /// Somebody edits; the edit is stored before the line hears of it.
    pub fn edit(&mut self, at: usize, command: &Command) {
        let document = self.desks[at].documents.get_mut(&name()).unwrap();
        if let Ok(applied) = document.apply(command, &signed("ISAM", 1_000))
            && !applied.bytes.is_empty()
        {
            self.desks[at].pieces.push(applied.bytes);
            self.tell(at, Event::Changed(&name()));
        }
    }

    /// Time passes, and each device whose time has come is told.
    pub fn pass(&mut self, milliseconds: i64) {
        self.now.clock += milliseconds;
        self.now.running += milliseconds;
        for desk in 0..self.desks.len() {
            if self.desks[desk].line.next_tick().is_some_and(|at| at <= self.now.running) {
                self.tell(desk, Event::Tick);
            }
        }
    }

    pub fn cut(&mut self, at: usize) {
        if self.desks[at].wires.take().is_some() {
            self.tell(at, Event::Disconnected);
        }
    }

    pub fn restart(&mut self) {
        (0..self.desks.len()).for_each(|desk| self.cut(desk));
    }

    pub fn back_up(&mut self) {
        self.copy = (self.mailboxes.clone(), self.destroyed.clone());
    }

    /// The relay's database is the copy again.
    pub fn restore(&mut self) {
        self.restart();
        (self.mailboxes, self.destroyed) = self.copy.clone();
    }

    /// The relay has a new, empty database.
    pub fn replace(&mut self) {
        self.restart();
        self.mailboxes.clear();
        self.destroyed.clear();
        self.epoch = self.epoch.wrapping_add(1);
    }

    /// The device is closed and opened again, from what it has stored.
    pub fn reload(&mut self, at: usize) {
        let desk = &mut self.desks[at];
        desk.wires = None;
        desk.opened += 1;
        let document = RegisterDocument::load(&desk.pieces, actor_of(at, desk.opened)).unwrap();
        desk.documents = BTreeMap::from([(name(), document)]);
        let progress = desk.progress.get(&desk.access.keys().mailbox()).cloned().unwrap_or_default();
        desk.line = line(at, &desk.access, progress, self.snapshot_after);
    }

    /// A frame, or the news that the connection is there, reaches the device.
    pub fn deliver(&mut self, at: usize) -> bool {
        let Some(wires) = &mut self.desks[at].wires else {
            self.tell(at, Event::Disconnected);
            return false;
        };
        if !wires.told {
            wires.told = true;
            self.tell(at, Event::Connected);
            return true;
        }
        let Some(frame) = wires.down.pop_front() else { return false };
        self.tell(at, Event::Frame(&frame));
        true
    }

    /// Lets everything run until nothing more happens, a quarter of a second at a time.
    pub fn settle(&mut self) {
        self.run(4_000);
    }

    pub fn run(&mut self, rounds: usize) {
        let mut quiet = 0;
        for _ in 0..rounds {
            let mut busy = false;
            for desk in 0..self.desks.len() {
                while self.deliver(desk) || self.answer(desk) {
                    busy = true;
                }
            }
            self.pass(250);
            quiet = if busy { 0 } else { quiet + 1 };
            // Long enough for every time that the line waits for.
            if quiet == 500 {
                return;
            }
        }
    }

    fn send(&mut self, at: usize, frame: &RelayFrame<'_>) {
        let bytes = frame.to_bytes();
        if matches!(frame, RelayFrame::Entries { .. }) {
            self.history.push(bytes.clone());
        }
        if let Some(wires) = &mut self.desks[at].wires {
            wires.down.push_back(bytes);
        }
    }

    fn refuse(&mut self, at: usize, channel: u16, code: Refusal) {
        self.send(at, &RelayFrame::Refused { channel: Some(channel), code, detail: "" });
    }

    /// The relay takes one frame of the device's.
    pub fn answer(&mut self, at: usize) -> bool {
        let Some(bytes) = self.desks[at].wires.as_mut().and_then(|wires| wires.up.pop_front()) else { return false };
        let frame = ClientFrame::from_bytes(&bytes).unwrap();
        let wires = self.desks[at].wires.as_mut().unwrap();
        if !wires.greeted {
            // The hello itself was lost.
            if !matches!(frame, ClientFrame::Hello { .. }) {
                self.send(at, &RelayFrame::Refused { channel: None, code: Refusal::Malformed, detail: "" });
                return true;
            }
            wires.greeted = true;
            let welcome = Welcome {
                version: 1,
                epoch: Epoch([self.epoch; 16]),
                at: self.now.clock,
                challenge: CHALLENGE,
                entry_max: 1 << 20,
                mailbox_max: 1 << 30,
            };
            self.send(at, &RelayFrame::Welcome(welcome));
            return true;
        }
        match frame {
            ClientFrame::Hello { .. } => panic!("one hello is enough"),
            ClientFrame::Open { channel, mailbox, token, after, mark } => match self.mailboxes.get(&mailbox) {
                Some(letters) if letters.token == token.hash() => self.open(at, channel, mailbox, after, mark),
                _ => self.refuse(at, channel, Refusal::NotOpen),
            },
            ClientFrame::Create { channel, mailbox, token_hash, writer, admission, signature } => {
                assert!(is_signed(&writer, &mailbox_message(&mailbox, &token_hash, admission), &signature));
                if self.disk_full {
                    return self.refuse_true(at, channel, Refusal::DiskFull);
                }
                if self.destroyed.contains(&mailbox) {
                    return self.refuse_true(at, channel, Refusal::NotOpen);
                }
                if !self.mailboxes.contains_key(&mailbox) && !self.admission.is_empty() && self.admission != admission {
                    return self.refuse_true(at, channel, Refusal::AdmissionNeeded);
                }
                let letters = Letters { token: token_hash, writer, log: Vec::new() };
                self.mailboxes.entry(mailbox).or_insert(letters);
                self.open(at, channel, mailbox, 0, Mark::EMPTY);
            }
            ClientFrame::Append { channel, entries } => {
                let Some(mailbox) = wires.open.get(&channel).copied() else {
                    return self.refuse_true(at, channel, Refusal::NotOpen);
                };
                self.append(at, channel, mailbox, &entries);
            }
            ClientFrame::Whisper { channel, signature, sealed } => {
                let Some(mailbox) = wires.open.get(&channel).copied() else { return true };
                for (other, channel) in self.readers(mailbox) {
                    if other != at {
                        self.send(other, &RelayFrame::Whispered { channel, signature, sealed });
                    }
                }
            }
            ClientFrame::Close { channel } => _ = wires.open.remove(&channel),
            ClientFrame::Ping(echo) => self.send(at, &RelayFrame::Pong(echo)),
            ClientFrame::Destroy { channel, signature } => {
                let mailbox = wires.open[&channel];
                let writer = self.mailboxes[&mailbox].writer;
                assert!(is_signed(&writer, &destroy_message(&mailbox, &CHALLENGE), &signature));
                self.mailboxes.remove(&mailbox);
                self.destroyed.insert(mailbox);
                for (other, channel) in self.readers(mailbox) {
                    self.refuse(other, channel, Refusal::NotOpen);
                    self.desks[other].wires.as_mut().unwrap().open.remove(&channel);
                }
            }
        }
        true
    }

    fn refuse_true(&mut self, at: usize, channel: u16, code: Refusal) -> bool {
        self.refuse(at, channel, code);
        true
    }

    fn readers(&self, mailbox: Mailbox) -> Vec<(usize, u16)> {
        let mut readers = Vec::new();
        for (at, desk) in self.desks.iter().enumerate() {
            let open = desk.wires.iter().flat_map(|wires| &wires.open);
            readers.extend(open.filter(|(_, opened)| **opened == mailbox).map(|(channel, _)| (at, *channel)));
        }
        readers
    }

    fn open(&mut self, at: usize, channel: u16, mailbox: Mailbox, after: u64, mark: Mark) {
        self.desks[at].wires.as_mut().unwrap().open.insert(channel, mailbox);
        let log = self.mailboxes[&mailbox].log.clone();
        let head = log.len() as u64;
        let known = match after {
            0 => Some(Mark::EMPTY),
            after => log.get(usize::try_from(after).unwrap() - 1).map(|stored| stored.mark),
        };
        let reset = known != Some(mark);
        let after = if reset { 0 } else { after };
        let all = self.readers(mailbox);
        let readers = u16::try_from(all.len()).unwrap();
        self.send(at, &RelayFrame::Opened { channel, head, reset, readers });
        for (other, channel) in all.into_iter().filter(|(other, _)| *other != at) {
            self.send(other, &RelayFrame::Presence { channel, readers });
        }
        let snapshot = log.iter().rev().find(|stored| stored.kind == Kind::Snapshot && after < stored.number);
        let covers = snapshot.map_or(after, |snapshot| snapshot.covers.max(after));
        // The shortcut, as often as it can be taken.
        let shortcut = snapshot.filter(|snapshot| after + 1 < snapshot.number);
        let rest: Vec<_> = match shortcut {
            Some(first) => std::iter::once(first)
                .chain(log.iter().filter(|stored| covers < stored.number && stored.number != first.number))
                .collect(),
            None => log.iter().filter(|stored| after < stored.number).collect(),
        };
        for some in rest.chunks(3) {
            let entries = some.iter().map(|stored| stored.entry()).collect();
            self.send(at, &RelayFrame::Entries { channel, entries });
        }
        self.send(at, &RelayFrame::CaughtUp { channel, head });
    }

    fn append(&mut self, at: usize, channel: u16, mailbox: Mailbox, entries: &[NewEntry<'_>]) {
        let mut receipts = Vec::new();
        for new in entries {
            let letters = self.mailboxes.get_mut(&mailbox).unwrap();
            assert!(is_signed(
                &letters.writer,
                &entry_message(&mailbox, new.kind, new.covers, new.sealed),
                &new.signature
            ));
            if let Some(known) = letters.log.iter().find(|stored| stored.id == new.id()) {
                receipts.push(Receipt { id: known.id, number: known.number, mark: known.mark, at: 1_000 });
                continue;
            }
            if self.disk_full {
                self.refuse(at, channel, Refusal::DiskFull);
                break;
            }
            let before = letters.log.last().map_or(Mark::EMPTY, |stored| stored.mark);
            let stored = Stored {
                number: letters.log.len() as u64 + 1,
                mark: before.after(new.id()),
                id: new.id(),
                kind: new.kind,
                covers: new.covers,
                signature: new.signature,
                sealed: new.sealed.to_vec(),
            };
            letters.log.push(stored.clone());
            receipts.push(Receipt { id: stored.id, number: stored.number, mark: stored.mark, at: 1_000 });
            for (other, channel) in self.readers(mailbox) {
                if other != at {
                    self.send(other, &RelayFrame::Entries { channel, entries: vec![stored.entry()] });
                }
            }
        }
        self.send(at, &RelayFrame::Acknowledged { channel, receipts });
    }
}

fn is_signed(writer: &WriterKey, message: &[u8], signature: &Signature) -> bool {
    let key = VerifyingKey::from_bytes(&writer.0).unwrap();
    key.verify_strict(message, &ed25519_dalek::Signature::from_bytes(&signature.0)).is_ok()
}
