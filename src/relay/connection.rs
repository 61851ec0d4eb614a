//! One device's socket, from its hello to its end.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::ws::{Message, WebSocket};
use bytes::Bytes;
use ed25519_dalek::VerifyingKey;
use futures_util::{SinkExt, StreamExt};
use tokio::time::timeout;
use tokio_rustls::rustls::crypto::ring;

use super::catch_up::{Beginning, LastRead, beginning};
use super::gate::Gate;
use super::limits::Bucket;
use super::metrics::Operation;
use super::office::{NewMailboxes, Office, PAGE, Phase, frame, now, same};
use super::outbox::{Behind, Outbox, Parcel};
use super::readers::Seat;
use super::store::{MailStore, MailboxId, MailboxState, NewMailbox, StoreError};
use super::writer::{Letter, Unchecked, is_signed};
use crate::sync::wire::{
    Challenge, ClientFrame, ENTRIES_MAX, Kind, Mailbox, Mark, Refusal, RelayFrame, Signature, Token, TokenHash,
    VERSION, Welcome, WireError, WriterKey, destroy_message, entry_message, mailbox_message,
};

/// A device's connection.
struct Connection<S> {
    office: Arc<Office<S>>,
    socket: WebSocket,
    outbox: Arc<Outbox>,
    challenge: Challenge,
    channels: HashMap<u16, Channel>,
    entries: Bucket,
    opens: Bucket,
    whispers: Bucket,
    last_served: u16,
}

/// A mailbox that is open on the connection.
struct Channel {
    name: Mailbox,
    mailbox: MailboxId,
    writer: VerifyingKey,
    seat: Seat,
}

/// Why a connection ends.
enum End {
    /// The device is gone, or said goodbye.
    Gone,
    /// The device doesn't take what it is sent.
    Slow,
    /// The relay ends it, and says why.
    Refused(Refusal, &'static str),
}

/// Speaks with a device until one of both has enough.
pub(super) async fn serve<S: MailStore>(office: Arc<Office<S>>, socket: WebSocket, gate: &Gate) {
    let now = Instant::now();
    let mut connection = Connection {
        socket,
        outbox: Arc::default(),
        challenge: Challenge([0; 16]),
        channels: HashMap::new(),
        entries: Bucket::full(5_000, 1_000, now),
        opens: Bucket::full(500, 50, now),
        whispers: Bucket::full(40, 10, now),
        last_served: 0,
        office: office.clone(),
    };
    office.metrics.connections.inc();
    let end = connection.speak(gate).await;
    for (_, channel) in connection.channels.drain() {
        office.metrics.channels.dec();
        office.readers.leave(&channel.name, channel.seat);
    }
    match end {
        Ok(()) | Err(End::Gone) => {}
        Err(End::Slow) => {
            office.metrics.dropped_slow.inc();
        }
        Err(End::Refused(code, detail)) => {
            office.metrics.refused(code);
            connection.say_goodbye(code, detail).await;
            // Not through the socket, which reads no more once it has met what it can't read.
            gate.keep_stream();
            drop(connection);
            gate.close().await;
        }
    }
    office.metrics.connections.dec();
}

impl<S: MailStore> Connection<S> {
    async fn speak(&mut self, gate: &Gate) -> Result<(), End> {
        let within = self.office.limits.hello_within;
        timeout(within, self.hello(gate)).await.unwrap_or(Err(End::Gone))?;
        let mut phase = self.office.phase.subscribe();
        let half_silence = self.office.limits.silence / 2;
        let mut silence = tokio::time::interval_at(tokio::time::Instant::now() + half_silence, half_silence);
        let mut is_silent = false;
        loop {
            let is_behind = self.send_waiting().await?;
            let now = *phase.borrow_and_update();
            if now == Phase::Closing && !is_behind {
                return Err(End::Refused(Refusal::Stopping, ""));
            }
            tokio::select! {
                message = self.socket.next(), if now == Phase::Serving => {
                    is_silent = false;
                    self.receive(message, gate).await?;
                }
                () = self.outbox.filled() => {}
                () = std::future::ready(()), if is_behind => {}
                _ = phase.changed() => {}
                _ = silence.tick() => {
                    if std::mem::replace(&mut is_silent, true) {
                        return Err(End::Gone);
                    }
                    self.send(vec![Message::Ping(Bytes::new())]).await?;
                }
            }
        }
    }

    /// The first frame of each side.
    async fn hello(&mut self, gate: &Gate) -> Result<(), End> {
        let bytes = loop {
            match self.socket.next().await {
                Some(Ok(Message::Binary(bytes))) => break bytes,
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Text(_))) => return Err(End::Refused(Refusal::Malformed, "a message of text")),
                Some(Err(_)) if gate.is_shut() => {
                    return Err(End::Refused(Refusal::TooLarge, "too much before a hello"));
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(End::Gone),
            }
        };
        match ClientFrame::from_bytes(&bytes) {
            Ok(ClientFrame::Hello { version: VERSION }) => {}
            Ok(ClientFrame::Hello { .. }) => return Err(End::Refused(Refusal::Version, "1")),
            _ => return Err(End::Refused(Refusal::Malformed, "the first frame is no hello")),
        }
        gate.next(false);
        let random = ring::default_provider().secure_random;
        random.fill(&mut self.challenge.0).map_err(|_| End::Refused(Refusal::Busy, ""))?;
        let welcome = Welcome {
            version: VERSION,
            epoch: self.office.store.epoch(),
            at: now(),
            challenge: self.challenge,
            entry_max: u32::try_from(self.office.limits.entry_max).unwrap_or(u32::MAX),
            mailbox_max: self.office.limits.mailbox_max,
        };
        self.outbox.put(frame(&RelayFrame::Welcome(welcome)));
        Ok(())
    }

    async fn receive(&mut self, message: Option<Result<Message, axum::Error>>, gate: &Gate) -> Result<(), End> {
        match message {
            Some(Ok(Message::Binary(bytes))) => {
                self.office.metrics.received_bytes.inc_by(u64::try_from(bytes.len()).unwrap_or(0));
                match ClientFrame::from_bytes(&bytes) {
                    Ok(client_frame) => self.act(client_frame, &bytes).await?,
                    Err(WireError::TooLarge) => return Err(End::Refused(Refusal::TooLarge, "")),
                    Err(_) => return Err(End::Refused(Refusal::Malformed, "")),
                }
                // Not after a ping: those may come between the halves of a message.
                gate.next(!self.channels.is_empty());
                Ok(())
            }
            Some(Ok(Message::Text(_))) => Err(End::Refused(Refusal::Malformed, "a message of text")),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
            Some(Ok(Message::Close(_))) | None => Err(End::Gone),
            Some(Err(_)) if gate.is_shut() => Err(End::Refused(Refusal::TooLarge, "too much before a mailbox is open")),
            Some(Err(_)) if gate.is_full() => Err(End::Refused(Refusal::Busy, "too many unfinished messages")),
            Some(Err(cause)) if cause.to_string().contains("too long") => Err(End::Refused(Refusal::TooLarge, "")),
            Some(Err(_)) => Err(End::Gone),
        }
    }

    async fn act(&mut self, client_frame: ClientFrame<'_>, bytes: &Bytes) -> Result<(), End> {
        match client_frame {
            ClientFrame::Hello { .. } => return Err(End::Refused(Refusal::Malformed, "a second hello")),
            ClientFrame::Open { channel, mailbox, token, after, mark } => {
                self.open(channel, mailbox, &token, after, mark).await;
            }
            ClientFrame::Create { channel, mailbox, token_hash, writer, admission, signature } => {
                let new = NewMailbox { name: mailbox, token_hash, writer };
                self.create(channel, &new, admission, signature).await;
            }
            ClientFrame::Append { channel, entries } => {
                let entries = entries
                    .into_iter()
                    .map(|new| Unchecked {
                        kind: new.kind,
                        covers: new.covers,
                        signature: new.signature,
                        sealed: bytes.slice_ref(new.sealed),
                    })
                    .collect();
                self.append(channel, entries).await;
            }
            ClientFrame::Whisper { channel, signature, sealed } => self.whisper(channel, signature, sealed),
            ClientFrame::Close { channel } => self.close(channel),
            ClientFrame::Ping(echo) => self.outbox.put(frame(&RelayFrame::Pong(echo))),
            ClientFrame::Destroy { channel, signature } => self.destroy(channel, signature).await,
        }
        Ok(())
    }

    async fn open(&mut self, channel: u16, name: Mailbox, token: &Token, after: u64, mark: Mark) {
        if !self.may_open(channel) {
            return;
        }
        let found = match self.office.ask(Operation::Find, self.office.store.find(&name)).await {
            Ok(found) => found,
            Err(_) => return self.refuse(channel, Refusal::Busy, ""),
        };
        // One hash and one comparison, whether or not the mailbox is there.
        let expected = found.map_or(TokenHash([0; 32]), |state| state.token_hash);
        let is_right = same(&token.hash().0, &expected.0);
        match found {
            Some(state) if is_right => self.begin(channel, name, &state, after, mark).await,
            _ => self.refuse(channel, Refusal::NotOpen, ""),
        }
    }

    async fn create(&mut self, channel: u16, new: &NewMailbox, admission: &str, signature: Signature) {
        if !self.may_open(channel) {
            return;
        }
        let key = writer_key(new.writer).filter(|key| {
            let message = mailbox_message(&new.name, &new.token_hash, admission);
            is_signed(key, &message, &signature)
        });
        if key.is_none() {
            return self.refuse(channel, Refusal::Signature, "");
        }
        if !self.office.new_mailboxes.admit(admission) && !is_there(&*self.office, new).await {
            // Whoever was left outside needs an invitation, and the word would be of no help.
            let destroyed = self.office.store.was_destroyed(&new.name);
            if let Ok(true) = self.office.ask(Operation::Find, destroyed).await {
                return self.refuse(channel, Refusal::NotOpen, "");
            }
            let detail = match self.office.new_mailboxes {
                NewMailboxes::Open => "",
                NewMailboxes::Token(_) => "this relay takes new mailboxes only with its word",
            };
            return self.refuse(channel, Refusal::AdmissionNeeded, detail);
        }
        match self.office.ask(Operation::Create, self.office.store.create(new)).await {
            Ok(state) => self.begin(channel, new.name, &state, 0, Mark::EMPTY).await,
            Err(StoreError::Taken | StoreError::Destroyed) => self.refuse(channel, Refusal::NotOpen, ""),
            Err(StoreError::DiskFull) => self.refuse(channel, Refusal::DiskFull, ""),
            Err(_) => self.refuse(channel, Refusal::Busy, ""),
        }
    }

    fn may_open(&mut self, channel: u16) -> bool {
        if !self.opens.take(1, Instant::now()) {
            self.refuse(channel, Refusal::Rate, "");
            return false;
        }
        self.close(channel);
        if self.office.limits.channels <= self.channels.len() {
            self.refuse(channel, Refusal::Busy, "too many mailboxes on this connection");
            return false;
        }
        true
    }

    /// Opens the channel and begins to send.
    async fn begin(&mut self, channel: u16, name: Mailbox, state: &MailboxState, after: u64, mark: Mark) {
        let Some(writer) = writer_key(state.writer) else { return self.refuse(channel, Refusal::NotOpen, "") };
        let Ok(begins) = self.office.ask(Operation::Read, find_beginning(&self.office.store, state, after, mark)).await
        else {
            return self.refuse(channel, Refusal::Busy, "");
        };
        let (seat, readers) = self.office.readers.join((name, state.id, state.head), channel, &self.outbox, begins);
        self.channels.insert(channel, Channel { name, mailbox: state.id, writer, seat });
        self.office.metrics.channels.inc();
        self.outbox.put(frame(&RelayFrame::Opened { channel, head: state.head, reset: begins.reset, readers }));
    }

    async fn append(&mut self, channel: u16, entries: Vec<Unchecked>) {
        let Some(open) = self.channels.get(&channel) else { return self.refuse(channel, Refusal::NotOpen, "") };
        if entries.iter().any(|entry| self.office.limits.entry_max < entry.sealed.len()) {
            return self.refuse(channel, Refusal::TooLarge, "");
        }
        let count = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        if !self.entries.take(count.max(1), Instant::now()) {
            return self.refuse(channel, Refusal::Rate, "");
        }
        if entries.is_empty() {
            return self.refuse(channel, Refusal::Malformed, "no entries");
        }
        let bytes = entries.iter().map(|entry| entry.sealed.len()).sum();
        let (from, mailbox, writer, outbox) = (open.seat, open.name, open.writer, self.outbox.clone());
        let letter = |_room| Box::new(Letter { from, channel, outbox, mailbox, writer, entries, _room });
        self.office.send(letter, bytes).await;
    }

    fn whisper(&mut self, channel: u16, signature: Signature, sealed: &[u8]) {
        let Some(open) = self.channels.get(&channel) else { return self.refuse(channel, Refusal::NotOpen, "") };
        if !self.whispers.take(1, Instant::now()) {
            return self.refuse(channel, Refusal::Rate, "");
        }
        // Who may only read can't sign. It has shown the token, and those who hear it see who sealed it.
        let is_nod = signature == Signature::NONE;
        let message = entry_message(&open.name, Kind::Whisper, 0, sealed);
        if !is_nod && !is_signed(&open.writer, &message, &signature) {
            return self.refuse(channel, Refusal::Signature, "");
        }
        self.office.whisper(&open.name, open.seat, signature, sealed);
    }

    async fn destroy(&mut self, channel: u16, signature: Signature) {
        let Some(open) = self.channels.get(&channel) else { return self.refuse(channel, Refusal::NotOpen, "") };
        let message = destroy_message(&open.name, &self.challenge);
        if !is_signed(&open.writer, &message, &signature) {
            return self.refuse(channel, Refusal::Signature, "");
        }
        let name = open.name;
        if self.office.destroy(&name).await.is_err() {
            self.refuse(channel, Refusal::Busy, "");
        }
    }

    fn close(&mut self, channel: u16) {
        if let Some(open) = self.channels.remove(&channel) {
            self.office.metrics.channels.dec();
            self.outbox.close(channel, open.seat);
            self.office.readers.leave(&open.name, open.seat);
        }
    }

    fn refuse(&self, channel: u16, code: Refusal, detail: &str) {
        self.office.metrics.refused(code);
        self.outbox.put(frame(&RelayFrame::Refused { channel: Some(channel), code, detail }));
    }

    /// Sends what waits, and one page of what is behind. Says whether there may be more at once.
    async fn send_waiting(&mut self) -> Result<bool, End> {
        let waiting = self.outbox.take();
        let behind = self.outbox.next_behind(self.last_served);
        self.send_parcel(waiting).await?;
        let Some(behind) = behind else { return Ok(false) };
        self.last_served = behind.channel;
        let page = self.page(behind).await?;
        self.send_parcel(page).await?;
        Ok(true)
    }

    async fn page(&mut self, behind: Behind) -> Result<Parcel, End> {
        let Some(channel) = self.channels.get(&behind.channel) else { return Ok(Parcel::default()) };
        let count = if behind.only_one { 1 } else { ENTRIES_MAX };
        let read = self.office.store.read(channel.mailbox, behind.after, count, PAGE);
        match self.office.ask(Operation::Read, read).await {
            Ok(entries) => Ok(self.outbox.page(behind, &entries)),
            // A device that only listens would wait for ever for what this mailbox can't send: it is to come again.
            Err(_) => Err(End::Refused(Refusal::Busy, "the relay's database failed")),
        }
    }

    async fn send_parcel(&mut self, parcel: Parcel) -> Result<(), End> {
        if parcel.frames.is_empty() {
            return Ok(());
        }
        self.office.metrics.deliveries.inc_by(u64::try_from(parcel.entries).unwrap_or(0));
        self.send(parcel.frames.into_iter().map(Message::Binary).collect()).await
    }

    async fn send(&mut self, messages: Vec<Message>) -> Result<(), End> {
        let len: usize = messages.iter().map(message_len).sum();
        self.office.metrics.sent_bytes.inc_by(u64::try_from(len).unwrap_or(0));
        // More time for more bytes: half a minute for each mebibyte that was begun.
        let mebibytes = u32::try_from(len >> 20).unwrap_or(u32::MAX).saturating_add(1);
        let within: Duration = self.office.limits.write_within.saturating_mul(mebibytes);
        let sending = async {
            for message in messages {
                self.socket.feed(message).await?;
            }
            self.socket.flush().await
        };
        match timeout(within, sending).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Gone),
            Err(_) => Err(End::Slow),
        }
    }

    /// The last frame; whether it arrives doesn't matter any more.
    async fn say_goodbye(&mut self, code: Refusal, detail: &str) {
        let last = frame(&RelayFrame::Refused { channel: None, code, detail });
        let mut messages: Vec<_> = self.outbox.take().frames.into_iter().map(Message::Binary).collect();
        messages.extend([Message::Binary(last), Message::Close(None)]);
        let _ = timeout(Duration::from_secs(1), self.send(messages)).await;
    }
}

fn message_len(message: &Message) -> usize {
    match message {
        Message::Binary(bytes) | Message::Ping(bytes) | Message::Pong(bytes) => bytes.len(),
        Message::Text(text) => text.len(),
        Message::Close(_) => 0,
    }
}

/// Whether exactly this mailbox is there already; whoever could make it then needs no word.
async fn is_there<S: MailStore>(office: &Office<S>, new: &NewMailbox) -> bool {
    let found = office.ask(Operation::Find, office.store.find(&new.name)).await;
    matches!(found, Ok(Some(state)) if state.token_hash == new.token_hash && state.writer == new.writer)
}

/// Where to begin for a device that has read up to `after`.
async fn find_beginning(
    store: &impl MailStore,
    state: &MailboxState,
    after: u64,
    mark: Mark,
) -> Result<Beginning, StoreError> {
    let place = if 0 < after { store.place(state.id, after).await? } else { None };
    let has_all = after == state.head && place.is_some();
    let snapshot = if has_all || state.head == 0 { None } else { store.best_snapshot(state.id).await? };
    Ok(beginning(state, LastRead { number: after, mark, place }, snapshot))
}

/// The key, if it is one that no signature fits by accident.
fn writer_key(writer: WriterKey) -> Option<VerifyingKey> {
    VerifyingKey::from_bytes(&writer.0).ok().filter(|key| !key.is_weak())
}
