//! The devices at the other end of what `bench.mjs` measures in a browser: they take an invitation, and append to the
//! register's mailbox what many tablets would; or they sit down at a workshop's table.
//!
//! `week <link> <relay> <entries> <last>`: so many entries, one edit in each, with one snapshot that leaves the `last` of
//! them uncovered. `apart <link> <relay> <tablets> <edits>`: each tablet makes so many edits without a network; once a line
//! comes in, all of them meet. The last edit of all names a system [`LAST`].
//!
//! `table <code> <relay> <seats>`: so many sit down at a table, each on a line of its own, and open their votes once the round
//! is closed. `<seat> <level>` on a line lets one vote. Told are `seated`, and with the time, in milliseconds since 1970,
//! `voted`, `seen <votes>` when all of them have so many votes of the round before them, and `opened <votes>`.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[cfg(target_arch = "wasm32")]
fn main() {}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    tablets::main();
}

#[cfg(not(target_arch = "wasm32"))]
#[path = "../support/sealed.rs"]
mod sealed;

#[cfg(not(target_arch = "wasm32"))]
mod table;

#[cfg(not(target_arch = "wasm32"))]
mod tablets {
    use std::io::{BufRead, Write};

    use klassrum::crypto::{Invitation, Keys};
    use klassrum::document::{Author, RegisterDocument, Signed};
    use klassrum::register::{Command, Key, Place, RecordKind, Value};

    use super::sealed::{self, append, entry, now};
    use super::table;

    /// What the last edit calls a system; it then stands first in a list by name.
    const LAST: &str = "AA sist av alla";

    #[tokio::main]
    pub async fn main() {
        let arguments: Vec<_> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
        // As `cargo bench` runs all benches, there is nobody to send anything to.
        let [what, link, relay, numbers @ ..] = &arguments[..] else { return };
        let address = format!("{}/sync", relay.replacen("http", "ws", 1));
        let keys = || Invitation::parse(link).expect("an invitation").access.keys();
        let numbers: Vec<usize> = numbers.iter().map(|number| number.parse().unwrap()).collect();
        match (what.as_str(), &numbers[..]) {
            ("week", &[entries, last]) => week(&address, &keys(), entries, last).await,
            ("apart", &[tablets, edits]) => apart(&address, &keys(), tablets, edits).await,
            ("table", &[seats]) => table::sit(&address, link, seats).await,
            other => panic!("{other:?} is no work for tablets"),
        }
    }

    async fn week(address: &str, keys: &Keys, entries: usize, last: usize) {
        let (mut document, number) = read(address, keys).await;
        let systems = systems(&document);
        let mut sealed = Vec::new();
        for at in 0..entries {
            if at == entries - last {
                let covers = number + u64::try_from(at).unwrap();
                sealed.push(entry(keys, covers, Some(covers), &document.save()));
            }
            let before = document.heads();
            let (field, value) =
                if at + 1 == entries { ("name", LAST.to_owned()) } else { ("unit", format!("Enhet {}", at % 97)) };
            edit(&mut document, &systems[at % systems.len()], field, value);
            sealed.push(entry(keys, number, None, &changes(&document, &before)));
        }
        append(address, keys, &sealed).await;
        let bytes: usize = sealed.iter().map(|entry| entry.sealed.len()).sum();
        let snapshot = sealed[entries - last].sealed.len();
        println!("{{\"entries\": {}, \"bytes\": {bytes}, \"snapshot\": {snapshot}}}", sealed.len());
    }

    async fn apart(address: &str, keys: &Keys, tablets: usize, edits: usize) {
        let (mut base, number) = read(address, keys).await;
        let systems = systems(&base);
        let whole = base.save();
        let mut sealed = Vec::new();
        for tablet in 0..tablets {
            let mut document = RegisterDocument::load([&whole], actor(tablet)).unwrap();
            let before = document.heads();
            for at in 0..edits {
                // Some of them meet in the same field of the same system.
                let place = &systems[(tablet * 13 + at * 7) % systems.len()];
                let field = ["unit", "supplier", "operations"][at % 3];
                edit(&mut document, place, field, format!("Platta {tablet}, rad {at}"));
            }
            sealed.push(entry(keys, number, None, &changes(&document, &before)));
        }
        let before = base.heads();
        edit(&mut base, &systems[0], "name", LAST.to_owned());
        sealed.push(entry(keys, number, None, &changes(&base, &before)));
        println!("ready");
        std::io::stdout().flush().unwrap();
        std::io::stdin().lock().read_line(&mut String::new()).unwrap();
        append(address, keys, &sealed).await;
        let bytes: usize = sealed.iter().map(|entry| entry.sealed.len()).sum();
        println!("{{\"entries\": {}, \"bytes\": {bytes}}}", sealed.len());
    }

    fn actor(tablet: usize) -> [u8; 16] {
        let mut bytes = [0xb7; 16];
        bytes[0] = u8::try_from(tablet).unwrap();
        bytes
    }

    fn systems(document: &RegisterDocument) -> Vec<Place> {
        let keys = document.read().systems.iter().map(|(key, _)| key.clone()).collect::<Vec<Key>>();
        assert!(!keys.is_empty(), "the register has no systems");
        keys.into_iter().map(|key| Place { kind: RecordKind::System, key }).collect()
    }

    fn edit(document: &mut RegisterDocument, place: &Place, field: &str, value: String) {
        let by = Author { role: "Objektägare".into(), name: String::new(), device: "platta".into() };
        let command = Command::Set { place: place.clone(), field: field.into(), value: Value::Line(value) };
        document.apply(&command, &Signed { by, at: now() }).unwrap();
    }

    fn changes(document: &RegisterDocument, before: &[[u8; 32]]) -> Vec<u8> {
        document.changes_since(before).iter().flat_map(|change| change.bytes.clone()).collect()
    }

    /// The register as the relay has it, and the number of the last entry.
    async fn read(address: &str, keys: &Keys) -> (RegisterDocument, u64) {
        let mut document = RegisterDocument::create(actor(255)).unwrap();
        let head = sealed::read(address, keys, |changes| _ = document.take_in(changes).unwrap()).await;
        (document, head)
    }
}
