//! Devices that each hold the same register, and what people do on them.
#![allow(dead_code, reason = "each test file uses its own part")]

use klassrum::document::{Applied, Author, DocumentError, RegisterDocument, Signed};
use klassrum::register::value::FieldType as _;
use klassrum::register::{Command, Entry, Key, Level, Place, RecordKind, Register, Value, section_place};

/// An actor that no other device has.
pub fn actor(device: usize) -> [u8; 16] {
    let mut bytes = [7; 16];
    bytes[15] = u8::try_from(device).unwrap();
    bytes
}

pub fn device(number: usize) -> RegisterDocument {
    RegisterDocument::create(actor(number)).unwrap()
}

/// Devices that each began their register on their own.
pub fn devices(count: usize) -> Vec<RegisterDocument> {
    (0..count).map(device).collect()
}

/// `from` gives all it has to `into`.
pub fn merge(devices: &mut [RegisterDocument], into: usize, from: usize) -> Vec<Entry> {
    let bytes = devices[from].save();
    devices[into].merge(&bytes).unwrap()
}

/// Every device hears everything.
pub fn exchange_all(devices: &mut [RegisterDocument]) {
    for _ in 0..2 {
        for into in 0..devices.len() {
            for from in 0..devices.len() {
                if into != from {
                    merge(devices, into, from);
                }
            }
        }
    }
}

/// What all devices hold; they agree.
pub fn agreed(devices: &[RegisterDocument]) -> Register {
    let first = devices[0].read();
    for other in devices {
        assert_eq!(other.read(), first);
    }
    first
}

pub fn signed(role: &str, at: i64) -> Signed {
    Signed { by: Author { role: role.into(), name: String::new(), device: "laptop".into() }, at }
}

pub fn key(text: &str) -> Key {
    Key::parse(text).unwrap()
}

pub fn system(text: &str) -> Place {
    Place { kind: RecordKind::System, key: key(text) }
}

pub fn place(kind: RecordKind, text: &str) -> Place {
    Place { kind, key: key(text) }
}

pub fn summary(year: i16) -> Place {
    section_place(year, "summary")
}

pub fn add_system(text: &str) -> Command {
    Command::add_system(key(text), text)
}

pub fn set(place: &Place, field: &str, line: &str) -> Command {
    Command::Set { place: place.clone(), field: field.into(), value: Value::Line(line.into()) }
}

/// Writes what the field shall hold, as seen on this device now.
pub fn write(device: &RegisterDocument, place: &Place, field: &str, text: &str) -> Command {
    Command::Write { place: place.clone(), field: field.into(), text: text.into(), seen: device.seen() }
}

pub fn classify(text: &str, level: Level) -> Command {
    Command::Add {
        place: place(RecordKind::Classification, text),
        fields: vec![
            ("decided".into(), Value::Date("2024-07-25".parse().unwrap())),
            ("confidentiality".into(), Some(level).value()),
        ],
    }
}

/// Does it at noon, as the coordinator.
pub fn act(device: &mut RegisterDocument, command: &Command) -> Applied {
    device.apply(command, &signed("ISAM", 1_000)).unwrap()
}

pub fn refused(device: &mut RegisterDocument, command: &Command) -> DocumentError {
    device.apply(command, &signed("ISAM", 1_000)).unwrap_err()
}

pub fn line(device: &RegisterDocument, place: &Place, field: &str) -> String {
    match device.read().value(place, field) {
        Some(Value::Line(text) | Value::Prose(text)) => text,
        _ => String::new(),
    }
}
