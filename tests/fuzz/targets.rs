//! Every parser of outside bytes, as a function that may refuse whatever it is given but never panics, and that gives back
//! what it was given where it takes it.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::sync::LazyLock;

use klassrum::crypto::{Access, DocumentSecret, Invitation, WorkshopCode, open_file};
use klassrum::document::{RegisterDocument, WorkshopDocument};
use klassrum::register::workshop::{Statement, Workshop};
use klassrum::register::{Date, Register};
use klassrum::relay::store::News;
use klassrum::report::{Frozen, Report, Template, report, text, to_docx, to_docx_in};
use klassrum::sync::wire::{Challenge, ClientFrame, Epoch, RelayFrame, VERSION, Welcome};
use klassrum::sync::{Batch, DeviceCard, DocumentName, Event, Line, Moment, Parcel, Progress, Whisper};

/// A target's name, which is also its corpus' folder, and what it does with the bytes.
pub type Target = (&'static str, fn(&[u8]));

pub const TARGETS: [Target; 16] = [
    ("client-frame", client_frame),
    ("relay-frame", relay_frame),
    ("news", news),
    ("line", line),
    ("batch", batch),
    ("document", document),
    ("statement", statement),
    ("workshop", workshop),
    ("invitation", invitation),
    ("register-file", register_file),
    ("parcel", parcel),
    ("import", import),
    ("method", method),
    ("template", template),
    ("issued", issued),
    ("qr", qr),
];

/// What a camera sees, its width first.
fn qr(bytes: &[u8]) {
    _ = read_qr_in(bytes);
}

/// What is read in such a picture.
pub fn read_qr_in(bytes: &[u8]) -> Option<String> {
    let (width, grey) = bytes.split_first()?;
    let (width, height) = (usize::from(*width), grey.len().checked_div(usize::from(*width))?);
    klassrum::crypto::read_qr(width, height, grey.get(..width * height)?)
}

/// What an issued report unfolds to: what is taken can be set in every form.
fn issued(bytes: &[u8]) {
    if let Ok(frozen) = Frozen::read(bytes) {
        for report in std::iter::once(&frozen.open).chain(&frozen.annex) {
            assert!(!text::text(report).is_empty());
            assert!(to_docx(report).is_ok());
        }
        let (packed, sum) = frozen.pack();
        assert_eq!(Frozen::unpack(&packed, &sum).unwrap().pack(), (packed, sum));
    }
}

fn client_frame(bytes: &[u8]) {
    if let Ok(frame) = ClientFrame::from_bytes(bytes) {
        // What follows a later version's hello is skipped, not kept.
        let later = matches!(frame, ClientFrame::Hello { version } if version != VERSION);
        assert!(later || frame.to_bytes() == bytes);
    }
}

fn relay_frame(bytes: &[u8]) {
    if let Ok(frame) = RelayFrame::from_bytes(bytes) {
        assert_eq!(frame.to_bytes(), bytes);
    }
}

/// What PostgreSQL passes on from another relay, or from whoever else may write there.
fn news(bytes: &[u8]) {
    let Ok(told) = str::from_utf8(bytes) else { return };
    if let Some(news) = News::read(told) {
        assert_eq!(news.told(), told);
    }
}

pub fn access() -> Access {
    Access::Edit(DocumentSecret::from_bytes([1; 32]))
}

pub fn welcome() -> Welcome {
    let (epoch, challenge) = (Epoch([1; 16]), Challenge([2; 16]));
    Welcome { version: VERSION, epoch, at: 1_000, challenge, entry_max: 1 << 20, mailbox_max: 1 << 30 }
}

/// A device that is connected hears these frames: each has its length before it, in two bytes.
fn line(mut bytes: &[u8]) {
    let name = DocumentName::parse("register").unwrap();
    let mut line = Line::new(DeviceCard::default());
    line.add(name.clone(), &access(), Progress::default(), "");
    let document = RegisterDocument::create([9; 16]).unwrap();
    let mut documents = BTreeMap::from([(name, document)]);
    let welcome = RelayFrame::Welcome(welcome()).to_bytes();
    let mut running = 0;
    let mut tell = |line: &mut Line, event| {
        running += 250;
        let now = Moment { clock: 1_000, running };
        line.handle(event, &mut documents, now, &mut || [u8::try_from(running % 251).unwrap(); 24]);
    };
    tell(&mut line, Event::Tick);
    tell(&mut line, Event::Connected);
    tell(&mut line, Event::Frame(&welcome));
    while let Some((len, rest)) = bytes.split_first_chunk::<2>() {
        let (frame, rest) = rest.split_at(rest.len().min(usize::from(u16::from_le_bytes(*len))));
        tell(&mut line, Event::Frame(frame));
        bytes = rest;
    }
}

fn batch(bytes: &[u8]) {
    if let Some(whisper) = Whisper::from_bytes(bytes) {
        assert_eq!(Whisper::from_bytes(&whisper.to_bytes()), Some(whisper));
    }
    if let Some(batch) = Batch::from_bytes(bytes) {
        assert_eq!(Batch::from_bytes(&batch.to_bytes()), Some(batch.clone()));
        document(batch.changes);
    }
}

fn document(bytes: &[u8]) {
    let mut document = RegisterDocument::create([9; 16]).unwrap();
    let before = document.heads();
    if document.take_in(bytes).is_err() {
        assert_eq!(document.heads(), before, "nothing is half done");
    }
}

fn statement(bytes: &[u8]) {
    if let Ok(statement) = Statement::from_bytes(bytes) {
        read(&Workshop::from_statements([&statement], |_, _| true));
    }
}

/// What a page reads out of a workshop.
fn read(workshop: &Workshop) {
    let register = klassrum::register::Register::default();
    for turn in &workshop.turns {
        _ = klassrum::catalogue::matrix_at(turn);
        _ = klassrum::report::minutes(workshop, turn, "", klassrum::register::Date::constant(2026, 3, 2));
        _ = klassrum::register::workshop::outcome(workshop, turn, &register);
    }
}

fn workshop(bytes: &[u8]) {
    let mut document = WorkshopDocument::create([9; 16]).unwrap();
    let before = document.heads();
    if document.take_in(bytes).is_err() {
        assert_eq!(document.heads(), before, "nothing is half done");
        assert_eq!(document.statements().count(), 0);
    }
    read(&Workshop::from_statements(document.statements(), |_, _| true));
}

/// What somebody pastes or types to come in: a link, or a workshop's code.
fn invitation(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(invitation) = Invitation::parse(&text) {
        let fragment = invitation.fragment();
        let again = Invitation::parse(&fragment).ok().unwrap();
        assert!(*again.fragment() == *fragment);
    }
    if let Some(code) = WorkshopCode::parse(&text) {
        let again = WorkshopCode::parse(&code.shown()).unwrap();
        assert!(again == code);
    }
}

fn register_file(bytes: &[u8]) {
    // A file may ask for a second and 256 MiB, which is no fault but slow: here for the least only.
    let cost = bytes.get(9..17);
    if cost.is_none() || cost == Some(&[0, 32, 0, 0, 1, 0, 0, 0]) {
        _ = open_file("lösenfras", bytes);
    }
}

fn parcel(bytes: &[u8]) {
    if let Ok(parcel) = Parcel::from_bytes(bytes) {
        assert_eq!(parcel.to_bytes().as_deref(), Ok(bytes));
    }
}

fn import(bytes: &[u8]) {
    _ = klassrum::exchange::read(bytes);
}

/// An organisation's own words, measures or matrix, and the facts that people write in lines.
fn method(bytes: &[u8]) {
    let Ok(text) = klassrum::catalogue::text_of(bytes) else { return };
    if let Ok(file) = klassrum::catalogue::method_file(&text) {
        assert!(0 < file.edition().version && !file.name().is_empty());
        // What stands on a line is on one line still.
        assert!(!file.name().sv.contains('\n'));
    }
    for line in text.lines().take(50) {
        assert!(klassrum::register::method::paragraphs(line).iter().all(|found| !found.is_empty()));
    }
}

/// A Word template, or its parts one after the other, each under a line with its name: a package's sums would stop most
/// changes to it.
fn template(bytes: &[u8]) {
    let Ok(template) = Template::read(&packed(bytes)) else { return };
    let Ok(made) = to_docx_in(&REPORT, &template) else { panic!("a template that was read makes a document") };
    assert!(Template::read(&made).is_ok(), "what was made is sound");
}

/// Whether a template can be read from this.
#[allow(dead_code, reason = "only the test of the corpus asks")]
pub fn is_template(bytes: &[u8]) -> bool {
    Template::read(&packed(bytes)).is_ok()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    if bytes.starts_with(b"PK") { bytes.to_vec() } else { package_of(bytes) }
}

fn package_of(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for part in text.split("\n== ").map(|part| part.trim_start_matches("== ")).take(40) {
        let (name, text) = part.split_once('\n').unwrap_or((part, ""));
        // A name that is there already is refused.
        if zip.start_file(name, options).is_ok() {
            zip.write_all(text.as_bytes()).unwrap();
        }
    }
    zip.finish().unwrap().into_inner()
}

static REPORT: LazyLock<Report> =
    LazyLock::new(|| report(&Register::default(), 2024, Date::new(2025, 3, 1).unwrap(), None));
