//! Devices that are no browsers: they seal and sign as the app does, and speak with a relay that runs already.
#![allow(dead_code, reason = "each program uses a part of it")]

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::{SinkExt, StreamExt};
use klassrum::crypto::Keys;
use klassrum::sync::wire::{
    ClientFrame, Kind, Mailbox, Mark, NewEntry, RelayFrame, Signature, Token, VERSION, entry_message,
};
use klassrum::sync::{Batch, DeviceCard};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// The relay takes 5,000 of a connection at once.
const OF_A_CONNECTION: usize = 4_000;

/// An entry, ready to be appended.
pub struct Sealed {
    covers: Option<u64>,
    signature: Signature,
    pub sealed: Vec<u8>,
}

/// Seals changes, or a snapshot of all up to the entry numbered `covers`.
pub fn entry(keys: &Keys, seen: u64, covers: Option<u64>, changes: &[u8]) -> Sealed {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let mut nonce = [0; 24];
    nonce[..8].copy_from_slice(&now().to_le_bytes());
    nonce[8..16].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_le_bytes());
    nonce[16..20].copy_from_slice(&std::process::id().to_le_bytes());
    let from = DeviceCard { id: [0xb7; 8], device: "platta".into(), name: String::new(), role: "Objektägare".into() };
    let kind = if covers.is_some() { Kind::Snapshot } else { Kind::Changes };
    let sealed = keys.seal(kind.number(), nonce, &Batch { from, at: now(), seen, changes }.to_bytes());
    let message = entry_message(&Mailbox(keys.mailbox()), kind, covers.unwrap_or(0), &sealed);
    Sealed { covers, signature: Signature(keys.sign(&message).expect("an invitation to edit")), sealed }
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn connect(address: &str, keys: &Keys) -> Socket {
    let (mut socket, _) = connect_async(address).await.unwrap();
    let open = ClientFrame::Open {
        channel: 1,
        mailbox: Mailbox(keys.mailbox()),
        token: Token(*keys.token()),
        after: 0,
        mark: Mark::EMPTY,
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

/// What comes to a device that stays on the line.
pub enum Heard {
    /// The changes of entries.
    Changes(Vec<Vec<u8>>),
    /// All that the relay had is here.
    CaughtUp,
}

/// A device that stays on the line.
pub struct Line<'k> {
    socket: Socket,
    keys: &'k Keys,
}

impl<'k> Line<'k> {
    pub async fn open(address: &str, keys: &'k Keys) -> Self {
        Self { socket: connect(address, keys).await, keys }
    }

    /// What comes next. Nothing is lost when it is waited for no longer.
    pub async fn hear(&mut self) -> Heard {
        loop {
            match RelayFrame::from_bytes(&hear(&mut self.socket).await).unwrap() {
                RelayFrame::Entries { entries, .. } => {
                    return Heard::Changes(entries.iter().map(|entry| changes(self.keys, &entry.new)).collect());
                }
                RelayFrame::CaughtUp { .. } => return Heard::CaughtUp,
                RelayFrame::Refused { code, .. } => panic!("the relay refuses: {code:?}"),
                _ => {}
            }
        }
    }

    pub async fn append(&mut self, some: &[Sealed]) {
        append_on(&mut self.socket, some).await;
    }
}

fn changes(keys: &Keys, entry: &NewEntry<'_>) -> Vec<u8> {
    let plain = keys.open(entry.kind.number(), entry.sealed).unwrap();
    Batch::from_bytes(&plain).unwrap().changes.to_vec()
}

async fn append_on(socket: &mut Socket, some: &[Sealed]) {
    let entries = some
        .iter()
        .map(|Sealed { covers, signature, sealed }| NewEntry {
            kind: if covers.is_some() { Kind::Snapshot } else { Kind::Changes },
            covers: covers.unwrap_or(0),
            signature: *signature,
            sealed,
        })
        .collect();
    say(socket, &ClientFrame::Append { channel: 1, entries }).await;
}

/// Hands over the changes of every entry that the relay has, and gives the number of the last.
pub async fn read(address: &str, keys: &Keys, mut take_in: impl FnMut(&[u8])) -> u64 {
    let mut socket = connect(address, keys).await;
    loop {
        let bytes = hear(&mut socket).await;
        match RelayFrame::from_bytes(&bytes).unwrap() {
            RelayFrame::Entries { entries, .. } => {
                for entry in entries {
                    take_in(&changes(keys, &entry.new));
                }
            }
            RelayFrame::CaughtUp { head, .. } => return head,
            RelayFrame::Refused { code, .. } => panic!("the relay refuses: {code:?}"),
            _ => {}
        }
    }
}

/// Appends all, and waits until the relay has stored them.
pub async fn append(address: &str, keys: &Keys, all: &[Sealed]) {
    for part in all.chunks(OF_A_CONNECTION) {
        let mut socket = connect(address, keys).await;
        let mut waiting = part.len();
        for some in part.chunks(200) {
            append_on(&mut socket, some).await;
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

/// In seconds since 1970.
pub fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}
