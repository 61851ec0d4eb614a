//! A running relay, and devices that speak with it. What they seal is not sealed: the relay can't tell.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ed25519_dalek::{Signer, SigningKey};
use futures_util::{SinkExt, StreamExt};
use klassrum::sync::wire::{
    Challenge, ClientFrame, Epoch, Kind, Mailbox, Mark, NewEntry, Receipt, Refusal, RelayFrame, Signature, Token,
    VERSION, WriterKey, destroy_message, entry_message, mailbox_message,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Bytes, Message};

/// Longer than anything here takes; a test that waits for this long has failed.
pub const TOO_LONG: Duration = Duration::from_secs(60);

/// A relay of a test's own, the real program on a free port; it ends with the test.
pub struct Relay {
    pub program: Child,
    pub address: String,
    pub said: Arc<Mutex<String>>,
    house: PathBuf,
    options: Vec<String>,
    log: &'static str,
}

impl Relay {
    /// Starts a relay with a database of its own.
    pub fn start(name: &str, options: &[&str]) -> Self {
        Self::start_with_log(name, options, "debug,sqlx=info,hyper=info")
    }

    /// The same, with the log that the relay has when nobody asks for another.
    pub fn start_quietly(name: &str, options: &[&str]) -> Self {
        Self::start_with_log(name, options, "info")
    }

    fn start_with_log(name: &str, options: &[&str], log: &'static str) -> Self {
        let house = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("sync-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&house);
        fs::create_dir_all(house.join("dist")).unwrap();
        fs::write(house.join("dist/index.html"), "<!doctype html>").unwrap();
        let options: Vec<_> = options.iter().map(|option| (*option).to_owned()).collect();
        let (program, address, said) = spawn(&house, &options, log);
        Self { program, address, said, house, options, log }
    }

    /// Starts it again, on its old data.
    pub fn start_again(&mut self) {
        let (program, address, said) = spawn(&self.house, &self.options, self.log);
        (self.program, self.address, self.said) = (program, address, said);
    }

    /// Starts it again with other options.
    pub fn start_again_with(&mut self, options: &[&str]) {
        self.options = options.iter().map(|option| (*option).to_owned()).collect();
        self.start_again();
    }

    /// As a power cut does: it finishes nothing.
    pub fn kill(&mut self) {
        self.program.kill().unwrap();
        self.program.wait().unwrap();
    }

    pub fn ask_to_stop(&self) {
        assert!(Command::new("kill").args(["-TERM", &self.program.id().to_string()]).status().unwrap().success());
    }

    pub fn data(&self) -> PathBuf {
        self.house.join("data")
    }

    pub async fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    /// A figure of `/metrics`, 0 where it isn't there yet.
    pub async fn metric(&self, name: &str) -> f64 {
        let text = self.get("/metrics").await;
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.map_or(0.0, |value| value.trim().parse().unwrap())
    }

    /// Waits until a figure of `/metrics` is what is expected.
    pub async fn until(&self, name: &str, is_so: impl Fn(f64) -> bool) {
        let asking = async { while !is_so(self.metric(name).await) {} };
        tokio::time::timeout(TOO_LONG, asking).await.unwrap_or_else(|_| panic!("{name} never was so"));
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the relay's log:\n{}", self.said.lock().map(|said| said.clone()).unwrap_or_default());
        }
        let _ = self.program.kill();
        let _ = self.program.wait();
        let _ = fs::remove_dir_all(&self.house);
    }
}

fn spawn(house: &Path, options: &[String], log: &str) -> (Child, String, Arc<Mutex<String>>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_klassrum"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("KLASSRUM_")) {
        command.env_remove(name);
    }
    let program = command
        .args(["relay", "--listen", "127.0.0.1:0", "--dist"])
        .arg(house.join("dist"))
        .arg("--data")
        .arg(house.join("data"))
        .args(options)
        .env("RUST_LOG", log)
        .stderr(Stdio::piped())
        .spawn();
    let mut program = program.unwrap();
    let mut lines = BufReader::new(program.stderr.take().unwrap()).lines();
    let said = Arc::new(Mutex::new(String::new()));
    let address = loop {
        let Some(line) = lines.next() else { panic!("the relay stopped at once: {}", said.lock().unwrap()) };
        let line = line.unwrap();
        said.lock().unwrap().push_str(&format!("{line}\n"));
        if let Some((_, port)) = line.split_once("is served at http").and_then(|(_, rest)| rest.rsplit_once(':')) {
            break format!("127.0.0.1:{port}");
        }
    };
    // The program would fail on its next line if nobody read it.
    let more = said.clone();
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            more.lock().unwrap().push_str(&format!("{line}\n"));
        }
    });
    (program, address, said)
}

/// A document's keys, all from one number.
#[derive(Clone)]
pub struct Keys {
    pub mailbox: Mailbox,
    pub token: Token,
    pub writing: SigningKey,
}

impl Keys {
    pub fn new(number: u32) -> Self {
        let mut seed = [9; 32];
        seed[..4].copy_from_slice(&number.to_le_bytes());
        let mut mailbox = seed;
        mailbox[31] = 1;
        let mut token = seed;
        token[31] = 2;
        Self { mailbox: Mailbox(mailbox), token: Token(token), writing: SigningKey::from_bytes(&seed) }
    }

    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.writing.sign(message).to_bytes())
    }

    pub fn entry<'a>(&self, sealed: &'a [u8]) -> NewEntry<'a> {
        let signature = self.sign(&entry_message(&self.mailbox, Kind::Changes, 0, sealed));
        NewEntry { kind: Kind::Changes, covers: 0, signature, sealed }
    }

    pub fn snapshot<'a>(&self, covers: u64, sealed: &'a [u8]) -> NewEntry<'a> {
        let signature = self.sign(&entry_message(&self.mailbox, Kind::Snapshot, covers, sealed));
        NewEntry { kind: Kind::Snapshot, covers, signature, sealed }
    }
}

/// Bytes as if sealed: 100 of them, no two numbers the same.
pub fn sealed(number: u64) -> Vec<u8> {
    sized(number, 100)
}

pub fn sized(number: u64, len: usize) -> Vec<u8> {
    let mut sealed = vec![7; len];
    sealed[..8].copy_from_slice(&number.to_le_bytes());
    sealed
}

/// One connection to a relay.
pub struct Device {
    pub socket: WebSocketStream<TcpStream>,
    pub epoch: Epoch,
    pub challenge: Challenge,
}

/// What the relay said, its bytes owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    Opened {
        head: u64,
        reset: bool,
        readers: u16,
    },
    /// Numbers and sealed bytes.
    Entries(Vec<(u64, Vec<u8>)>),
    CaughtUp(u64),
    Acknowledged(Vec<Receipt>),
    Whispered(Vec<u8>),
    /// By the connection as a whole where the channel is none.
    Refused(Option<u16>, Refusal),
    Pong([u8; 8]),
    Presence(u16),
    Ended,
}

impl Device {
    /// Connects and says hello.
    pub async fn connect(relay: &Relay) -> Self {
        let mut device = Self::connect_silently(&relay.address).await;
        device.say(ClientFrame::Hello { version: VERSION }).await;
        let bytes = device.next_bytes().await.unwrap();
        let RelayFrame::Welcome(welcome) = RelayFrame::from_bytes(&bytes).unwrap() else { panic!("no welcome") };
        (device.epoch, device.challenge) = (welcome.epoch, welcome.challenge);
        device
    }

    /// Connects and says nothing.
    pub async fn connect_silently(address: &str) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        Self::over(socket.connect(address.parse().unwrap()).await.unwrap(), address).await
    }

    /// Connects and says nothing; takes no more than so many bytes that it hasn't read.
    pub async fn connect_narrowly(address: &str, receive_buffer: u32) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(receive_buffer).unwrap();
        Self::over(socket.connect(address.parse().unwrap()).await.unwrap(), address).await
    }

    async fn over(stream: TcpStream, address: &str) -> Self {
        stream.set_nodelay(true).unwrap();
        let (socket, _) = tokio_tungstenite::client_async(format!("ws://{address}/sync"), stream).await.unwrap();
        Self { socket, epoch: Epoch([0; 16]), challenge: Challenge([0; 16]) }
    }

    pub async fn say(&mut self, frame: ClientFrame<'_>) {
        self.say_bytes(frame.to_bytes()).await;
    }

    pub async fn say_bytes(&mut self, bytes: Vec<u8>) {
        // A relay that has ended the connection is found out by what it said last.
        let _ = self.socket.send(Message::Binary(Bytes::from(bytes))).await;
    }

    pub async fn create(&mut self, channel: u16, keys: &Keys, admission: &str) {
        let token_hash = keys.token.hash();
        let signature = keys.sign(&mailbox_message(&keys.mailbox, &token_hash, admission));
        let writer = WriterKey(keys.writing.verifying_key().to_bytes());
        self.say(ClientFrame::Create { channel, mailbox: keys.mailbox, token_hash, writer, admission, signature })
            .await;
    }

    /// Makes the mailbox, or opens it from its beginning, and reads all that is in it.
    pub async fn enter(&mut self, channel: u16, keys: &Keys) -> Vec<(u64, Vec<u8>)> {
        self.create(channel, keys, "").await;
        self.read_all().await
    }

    pub async fn open(&mut self, channel: u16, keys: &Keys, after: u64, mark: Mark) {
        let (mailbox, token) = (keys.mailbox, keys.token.clone());
        self.say(ClientFrame::Open { channel, mailbox, token, after, mark }).await;
    }

    /// What comes until the relay says that this is all.
    pub async fn read_all(&mut self) -> Vec<(u64, Vec<u8>)> {
        let mut all = Vec::new();
        loop {
            match self.next().await {
                Said::Entries(entries) => all.extend(entries),
                Said::CaughtUp(_) => return all,
                Said::Opened { .. } | Said::Presence(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    pub async fn append(&mut self, channel: u16, keys: &Keys, sealed: &[u8]) {
        self.say(ClientFrame::Append { channel, entries: vec![keys.entry(sealed)] }).await;
    }

    /// Appends and waits for the receipt.
    pub async fn store(&mut self, channel: u16, keys: &Keys, sealed: &[u8]) -> Receipt {
        self.append(channel, keys, sealed).await;
        loop {
            match self.next().await {
                Said::Acknowledged(receipts) => return receipts[0],
                Said::Entries(_) | Said::Presence(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    pub async fn destroy(&mut self, channel: u16, keys: &Keys) {
        let signature = keys.sign(&destroy_message(&keys.mailbox, &self.challenge));
        self.say(ClientFrame::Destroy { channel, signature }).await;
    }

    /// The bytes of the next frame, or nothing when the connection has ended.
    pub async fn next_bytes(&mut self) -> Option<Bytes> {
        loop {
            let next = tokio::time::timeout(TOO_LONG, self.socket.next()).await.expect("the relay says nothing");
            match next {
                Some(Ok(Message::Binary(bytes))) => return Some(bytes),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    pub async fn next(&mut self) -> Said {
        let Some(bytes) = self.next_bytes().await else { return Said::Ended };
        match RelayFrame::from_bytes(&bytes).unwrap() {
            RelayFrame::Opened { head, reset, readers, .. } => Said::Opened { head, reset, readers },
            RelayFrame::Entries { entries, .. } => {
                Said::Entries(entries.into_iter().map(|entry| (entry.number, entry.new.sealed.to_vec())).collect())
            }
            RelayFrame::CaughtUp { head, .. } => Said::CaughtUp(head),
            RelayFrame::Acknowledged { receipts, .. } => Said::Acknowledged(receipts),
            RelayFrame::Whispered { sealed, .. } => Said::Whispered(sealed.to_vec()),
            RelayFrame::Refused { channel, code, .. } => Said::Refused(channel, code),
            RelayFrame::Pong(echo) => Said::Pong(echo),
            RelayFrame::Presence { readers, .. } => Said::Presence(readers),
            RelayFrame::Welcome(_) => panic!("a second welcome"),
        }
    }

    /// Whether the relay closes as it should, once it has refused: a connection that is torn down may take the refusal with it.
    pub async fn is_let_go_gently(&mut self) -> bool {
        assert_eq!(self.next().await, Said::Ended);
        let socket = self.socket.get_mut();
        let last = async {
            let mut bytes = [0; 512];
            loop {
                match socket.read(&mut bytes).await {
                    Ok(0) => return true,
                    Ok(_) => {}
                    Err(_) => return false,
                }
            }
        };
        tokio::time::timeout(TOO_LONG, last).await.expect("the relay doesn't close")
    }

    /// Waits until it is told that so many have the mailbox open.
    pub async fn until_readers(&mut self, count: u16) {
        loop {
            match self.next().await {
                Said::Presence(readers) | Said::Opened { readers, .. } if readers == count => return,
                Said::Presence(_) | Said::Opened { .. } | Said::CaughtUp(_) | Said::Entries(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// All that comes before what is waited for, but who else is there.
    pub async fn read_until(&mut self, wanted: Said) -> Vec<Said> {
        let mut before = Vec::new();
        loop {
            match self.next().await {
                said if said == wanted => return before,
                Said::Presence(_) => {}
                said => before.push(said),
            }
        }
    }

    /// The next that is not about who else is there.
    pub async fn next_but_presence(&mut self) -> Said {
        loop {
            match self.next().await {
                Said::Presence(_) => {}
                said => return said,
            }
        }
    }
}

/// The fingerprint of the certificate that the relay shows, once `/health` was asked over it.
pub async fn tls_fingerprint(relay: &Relay) -> String {
    use sha2::{Digest, Sha256};
    use tokio_rustls::TlsConnector;
    use tokio_rustls::rustls::pki_types::pem::PemObject;
    use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
    use tokio_rustls::rustls::{ClientConfig, RootCertStore};

    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(relay.data().join("tls-certificate.pem")).unwrap()).unwrap();
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let stream = TcpStream::connect(&relay.address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
    let request = b"GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = vec![0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, b"HTTP/1.1 200");
    let shown = stream.get_ref().1.peer_certificates().unwrap()[0].to_vec();
    let hash: [u8; 32] = Sha256::digest(&shown).into();
    hash.map(|byte| format!("{byte:02X}")).join(":")
}
