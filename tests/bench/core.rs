//! How long the core's work takes: `cargo bench --bench core`.
#![allow(clippy::unwrap_used, missing_docs)]

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use klassrum::document::{Author, RegisterDocument, Signed};
use klassrum::register::{Command, Key, Place, RecordKind, Value};

fn signed() -> Signed {
    Signed { by: Author { role: "ISAM".into(), name: String::new(), device: "laptop".into() }, at: 1_700_000_000 }
}

fn key(number: usize) -> Key {
    Key::parse(&format!("system-{number}")).unwrap()
}

fn system(number: usize) -> Place {
    Place { kind: RecordKind::System, key: key(number) }
}

/// One import's worth of systems, each filled in as in an ordinary list.
fn import(systems: usize) -> Command {
    let line = |text: String| Value::Line(text);
    let add = |number: usize| Command::Add {
        place: system(number),
        fields: vec![
            ("name".into(), line(format!("System {number}"))),
            ("purpose".into(), Value::Prose(format!("Ärendehantering och uppföljning, del {number}"))),
            ("kind".into(), Value::Choice("cloud".into())),
            ("status".into(), Value::Choice("in-use".into())),
            ("unit".into(), line(format!("Enhet {}", number % 12))),
            ("system_owner".into(), line("Ekonomichef".into())),
            ("object_owner".into(), line("Fastighetschef".into())),
            ("object_manager".into(), line(format!("Objektledare {}", number % 40))),
            ("supplier".into(), line(format!("Leverantör {} AB", number % 90))),
            ("operations".into(), line("Driftleverantör".into())),
            ("hosting_country".into(), line("Sverige".into())),
            ("contract_ends".into(), Value::Date("2027-12-31".parse().unwrap())),
            ("personal_data".into(), Value::Flag(number.is_multiple_of(3))),
        ],
    };
    Command::Batch((0..systems).map(add).collect())
}

/// A register as it is when somebody opens it: saved by another device, edited a little since.
fn register(systems: usize) -> RegisterDocument {
    let mut laptop = RegisterDocument::create([1; 16]).unwrap();
    laptop.apply(&import(systems), &signed()).unwrap();
    for number in 0..100 {
        laptop.apply(&set(number % systems, &format!("Driftform {number}")), &signed()).unwrap();
    }
    let mut opened = RegisterDocument::load([laptop.save()], [2; 16]).unwrap();
    opened.apply(&set(0, "Egen drift"), &signed()).unwrap();
    opened
}

fn set(number: usize, text: &str) -> Command {
    Command::Set { place: system(number), field: "operations".into(), value: Value::Line(text.into()) }
}

fn edits(bench: &mut Criterion) {
    for systems in [80, 5_000] {
        let mut document = register(systems);
        let mut number = 0;
        bench.bench_function(&format!("a field set in {systems} systems"), |timer| {
            timer.iter(|| {
                number += 1;
                document.apply(&set(number % systems, &format!("Driftform {number}")), &signed()).unwrap()
            });
        });
        bench.bench_function(&format!("a text written in {systems} systems"), |timer| {
            timer.iter(|| {
                number += 1;
                let write = Command::Write {
                    place: system(number % systems),
                    field: "purpose".into(),
                    text: format!("Ärendehantering och uppföljning, gång {number}"),
                    seen: document.seen(),
                };
                document.apply(&write, &signed()).unwrap()
            });
        });
        bench.bench_function(&format!("an edit undone in {systems} systems"), |timer| {
            timer.iter(|| {
                document.undo(&signed()).unwrap();
                document.redo(&signed()).unwrap()
            });
        });
        let bytes = register(systems).save();
        bench.bench_function(&format!("the first edit after opening {systems} systems"), |timer| {
            timer.iter_batched_ref(
                || {
                    // As the keeper opens it: what is shown is read before anybody can edit.
                    let document = RegisterDocument::load([&bytes], [3; 16]).unwrap();
                    drop(document.entries());
                    document
                },
                |document| document.apply(&set(1, "Molnet"), &signed()).unwrap(),
                BatchSize::PerIteration,
            );
        });
        let change = RegisterDocument::load([&bytes], [4; 16]).unwrap().apply(&set(1, "Molnet"), &signed()).unwrap();
        bench.bench_function(&format!("another device's edit merged into {systems} systems"), |timer| {
            timer.iter_batched_ref(
                || RegisterDocument::load([&bytes], [3; 16]).unwrap(),
                |document| document.merge(&change.bytes).unwrap(),
                BatchSize::PerIteration,
            );
        });
    }
}

fn whole(bench: &mut Criterion) {
    let mut document = register(5_000);
    let bytes = document.save();
    let mut group = bench.benchmark_group("5000 systems");
    group.sample_size(10);
    group.bench_function("imported", |timer| {
        let import = import(5_000);
        timer.iter_batched_ref(
            || RegisterDocument::create([1; 16]).unwrap(),
            |document| document.apply(&import, &signed()).unwrap(),
            BatchSize::PerIteration,
        );
    });
    group.bench_function("loaded", |timer| timer.iter(|| RegisterDocument::load([&bytes], [3; 16]).unwrap()));
    group.bench_function("read", |timer| timer.iter(|| document.read()));
    group.bench_function("saved", |timer| timer.iter_batched(|| (), |()| document.save(), BatchSize::PerIteration));
    group.bench_function("merged whole into an empty register", |timer| {
        timer.iter_batched_ref(
            || RegisterDocument::create([1; 16]).unwrap(),
            |document| document.merge(&bytes).unwrap(),
            BatchSize::PerIteration,
        );
    });
    group
        .bench_function("one field's history", |timer| timer.iter(|| document.history(&system(7), Some("operations"))));
    group.bench_function("conflicts", |timer| timer.iter(|| document.conflicts()));
    group.finish();
    eprintln!("5000 systems saved: {} bytes", bytes.len());
}

/// What a workshop's tablets did apart, each as one entry: 200 edits of 30 tablets in 500 systems.
fn apart(bench: &mut Criterion) {
    let bytes = register(500).save();
    let tablet = |tablet: u8| {
        let mut document = RegisterDocument::load([&bytes], [10 + tablet; 16]).unwrap();
        let edit = |(at, field): (usize, &str)| {
            let place = system((usize::from(tablet) * 13 + at * 7) % 500);
            let value = Value::Line(format!("Platta {tablet}, rad {at}"));
            document.apply(&Command::Set { place, field: field.into(), value }, &signed()).unwrap().bytes
        };
        (0..200).zip(["unit", "supplier", "operations"].into_iter().cycle()).flat_map(edit).collect::<Vec<u8>>()
    };
    let entries: Vec<_> = (0..30).map(tablet).collect();
    let mut group = bench.benchmark_group("500 systems");
    group.sample_size(10);
    group.bench_function("30 tablets' 200 edits each merged", |timer| {
        timer.iter_batched_ref(
            || {
                // As the keeper holds it: what is shown has been read.
                let document = RegisterDocument::load([&bytes], [3; 16]).unwrap();
                drop(document.entries());
                document
            },
            |document| entries.iter().map(|entry| document.merge(entry).unwrap().len()).sum::<usize>(),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, edits, apart, whole);
criterion_main!(benches);
