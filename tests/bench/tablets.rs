//! The devices at the other end of what `bench.mjs` measures in a browser: they take an invitation, and append to the
//! register's mailbox what many tablets would.
//!
//! `week <link> <relay> <entries> <last>`: so many entries, one edit in each, with one snapshot that leaves the `last` of
//! them uncovered. `apart <link> <relay> <tablets> <edits>`: each tablet makes so many edits without a network; once a line
//! comes in, all of them meet. The last edit of all names a system [`LAST`].
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[cfg(target_arch = "wasm32")]
fn main() {}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    tablets::main();
}

#[cfg(not(target_arch = "wasm32"))]
mod tablets {
    use std::io::{BufRead, Write};
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::{SystemTime, UNIX_EPOCH};

    use futures_util::{SinkExt, StreamExt};
    use klassrum::crypto::{Invitation, Keys};
    use klassrum::document::{Author, RegisterDocument, Signed};
    use klassrum::register::{Command, Key, Place, RecordKind, Value};
    use klassrum::sync::wire::{
        ClientFrame, Kind, Mailbox, Mark, NewEntry, RelayFrame, Signature, Token, VERSION, entry_message,
    };
    use klassrum::sync::{Batch, DeviceCard};
    use tokio::net::TcpStream;
    use tokio_tungstenite::tungstenite::Message;
    use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

    /// What the last edit calls a system; it then stands first in a list by name.
    const LAST: &str = "AA sist av alla";
    /// The relay takes 5,000 of a connection at once.
    const OF_A_CONNECTION: usize = 4_000;

    #[tokio::main]
    pub async fn main() {
        let arguments: Vec<_> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
        let [what, link, relay, first, second] = &arguments[..] else {
            // As `cargo bench` runs all benches: there is nobody to send anything to.
            return;
        };
        let keys = Invitation::parse(link).expect("an invitation").access.keys();
        let (first, second) = (first.parse().unwrap(), second.parse().unwrap());
        let address = format!("{}/sync", relay.replacen("http", "ws", 1));
        match what.as_str() {
            "week" => week(&address, &keys, first, second).await,
            "apart" => apart(&address, &keys, first, second).await,
            other => panic!("{other} is neither week nor apart"),
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

    struct Sealed {
        covers: Option<u64>,
        signature: Signature,
        sealed: Vec<u8>,
    }

    fn entry(keys: &Keys, seen: u64, covers: Option<u64>, changes: &[u8]) -> Sealed {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let mut nonce = [0; 24];
        nonce[..8].copy_from_slice(&now().to_le_bytes());
        nonce[8..16].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_le_bytes());
        nonce[16..20].copy_from_slice(&std::process::id().to_le_bytes());
        let from =
            DeviceCard { id: [0xb7; 8], device: "platta".into(), name: String::new(), role: "Objektägare".into() };
        let kind = if covers.is_some() { Kind::Snapshot } else { Kind::Changes };
        let sealed = keys.seal(kind.number(), nonce, &Batch { from, at: now(), seen, changes }.to_bytes());
        let message = entry_message(&Mailbox(keys.mailbox()), kind, covers.unwrap_or(0), &sealed);
        Sealed { covers, signature: Signature(keys.sign(&message).expect("an invitation to edit")), sealed }
    }

    type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

    async fn connect(address: &str, keys: &Keys, after: u64, mark: Mark) -> Socket {
        let (mut socket, _) = connect_async(address).await.unwrap();
        let open = ClientFrame::Open {
            channel: 1,
            mailbox: Mailbox(keys.mailbox()),
            token: Token(*keys.token()),
            after,
            mark,
        };
        say(&mut socket, &ClientFrame::Hello { version: VERSION }).await;
        say(&mut socket, &open).await;
        socket
    }

    async fn say(socket: &mut Socket, frame: &ClientFrame<'_>) {
        socket.send(Message::Binary(frame.to_bytes().into())).await.unwrap();
    }

    async fn hear(socket: &mut Socket) -> Vec<u8> {
        loop {
            match socket.next().await.expect("the relay ended the connection").unwrap() {
                Message::Binary(bytes) => return bytes.to_vec(),
                Message::Close(why) => panic!("the relay ended the connection: {why:?}"),
                _ => {}
            }
        }
    }

    /// The register as the relay has it, and the number of the last entry.
    async fn read(address: &str, keys: &Keys) -> (RegisterDocument, u64) {
        let mut document = RegisterDocument::create(actor(255)).unwrap();
        let mut socket = connect(address, keys, 0, Mark::EMPTY).await;
        loop {
            let bytes = hear(&mut socket).await;
            match RelayFrame::from_bytes(&bytes).unwrap() {
                RelayFrame::Entries { entries, .. } => {
                    for entry in entries {
                        let plain = keys.open(entry.new.kind.number(), entry.new.sealed).unwrap();
                        document.take_in(Batch::from_bytes(&plain).unwrap().changes).unwrap();
                    }
                }
                RelayFrame::CaughtUp { head, .. } => return (document, head),
                RelayFrame::Refused { code, .. } => panic!("the relay refuses: {code:?}"),
                _ => {}
            }
        }
    }

    async fn append(address: &str, keys: &Keys, all: &[Sealed]) {
        for part in all.chunks(OF_A_CONNECTION) {
            let mut socket = connect(address, keys, 0, Mark::EMPTY).await;
            let mut waiting = part.len();
            for some in part.chunks(200) {
                let entries = some
                    .iter()
                    .map(|Sealed { covers, signature, sealed }| NewEntry {
                        kind: if covers.is_some() { Kind::Snapshot } else { Kind::Changes },
                        covers: covers.unwrap_or(0),
                        signature: *signature,
                        sealed,
                    })
                    .collect();
                say(&mut socket, &ClientFrame::Append { channel: 1, entries }).await;
            }
            while 0 < waiting {
                match RelayFrame::from_bytes(&hear(&mut socket).await).unwrap() {
                    RelayFrame::Acknowledged { receipts, .. } => waiting -= receipts.len(),
                    RelayFrame::Refused { code, .. } => panic!("the relay refuses: {code:?}"),
                    _ => {}
                }
            }
        }
    }

    fn now() -> i64 {
        i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
    }
}
