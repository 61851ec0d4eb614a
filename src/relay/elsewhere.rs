//! What several relays on one database tell each other beside entries: how many read a mailbox, and what is whispered.
//!
//! Nothing of it is stored. Each relay says how many read which mailbox when that changes, and answers who asks; a relay that
//! says nothing for a while is taken for gone. Relays that don't share their database have nobody to tell.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio_rustls::rustls::crypto::ring;

use super::office::{Office, frame};
use super::readers::Seat;
use super::store::{COUNTS_MAX, MailStore, NameHash, RelayName, Word};
use crate::sync::wire::{Mailbox, RelayFrame, Signature};

/// Comings and goings within this time are told together.
const GATHER: Duration = Duration::from_millis(100);
/// How often a relay says that it is there,
const HERE_EACH: Duration = Duration::from_secs(10);
/// and after how long without a word it is taken for gone.
const GONE_AFTER: Duration = Duration::from_secs(35);
/// Most words that wait to be told; a whisper that finds no room is lost.
const WORDS_MAX: usize = 1024;

/// This relay among others, and what it knows of them.
pub(super) struct Elsewhere {
    me: RelayName,
    words: mpsc::Sender<Word>,
    heard: Mutex<HashMap<RelayName, Instant>>,
}

impl Elsewhere {
    /// What this relay knows of others, and what it is to tell them.
    pub(super) fn new() -> (Self, mpsc::Receiver<Word>) {
        let mut me = RelayName([0; 8]);
        // Without chance it hears nobody, for all have its name.
        let _ = ring::default_provider().secure_random.fill(&mut me.0);
        let (words, to_tell) = mpsc::channel(WORDS_MAX);
        (Self { me, words, heard: Mutex::default() }, to_tell)
    }

    /// Notes that a relay said something; whether it is one that was not known.
    fn hear(&self, from: RelayName) -> bool {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).insert(from, Instant::now()).is_none()
    }

    /// Those that have said nothing for a while; they are known no more.
    fn take_silent(&self) -> Vec<RelayName> {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.extract_if(|_, at| GONE_AFTER < at.elapsed()).map(|(relay, _)| relay).collect()
    }

    fn forget(&self, from: RelayName) {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).remove(&from);
    }
}

impl<S: MailStore> Office<S> {
    /// Passes a whisper on to all who read the mailbox, here and elsewhere.
    pub(super) fn whisper(&self, name: &Mailbox, seat: Seat, signature: Signature, sealed: &[u8]) {
        let Some(room) = self.readers.room(name) else { return };
        room.whisper(Some(seat), |channel| frame(&RelayFrame::Whispered { channel, signature, sealed }));
        if let Some(mailbox) = room.hash_for_others() {
            let (from, sealed) = (self.elsewhere.me, Bytes::copy_from_slice(sealed));
            let _ = self.elsewhere.words.try_send(Word::Whisper { from, mailbox, signature, sealed });
        }
    }

    /// Takes note of what another relay says.
    pub(super) fn hear_word(&self, word: Word) {
        let (Word::Readers { from, .. } | Word::Whisper { from, .. } | Word::Here(from) | Word::Gone(from)) = &word;
        let from = *from;
        if from == self.elsewhere.me {
            return;
        }
        if let Word::Gone(_) = word {
            self.elsewhere.forget(from);
            return self.readers.forget_elsewhere(|relay| *relay == from);
        }
        if self.elsewhere.hear(from) {
            self.readers.ask_everywhere();
        }
        match word {
            Word::Readers { ask, counts, .. } => {
                for (mailbox, count) in counts {
                    self.readers.note_elsewhere(from, mailbox, count, ask);
                }
            }
            Word::Whisper { mailbox, signature, sealed, .. } => {
                if let Some((_, room)) = self.readers.room_by_hash(mailbox) {
                    let sealed = &sealed;
                    room.whisper(None, |channel| frame(&RelayFrame::Whispered { channel, signature, sealed }));
                }
            }
            Word::Here(_) | Word::Gone(_) => {}
        }
    }

    /// Words may have been lost: what is known of others is asked for anew.
    pub(super) fn ask_others(&self) {
        self.readers.forget_elsewhere(|_| true);
        self.readers.ask_everywhere();
    }

    /// Tells other relays what they are to know, for as long as it runs.
    pub(super) async fn tell_others(&self, mut words: mpsc::Receiver<Word>) {
        if !self.store.is_shared() {
            return;
        }
        let mut here = tokio::time::interval(HERE_EACH);
        loop {
            let mut said = Vec::new();
            tokio::select! {
                received = words.recv_many(&mut said, WORDS_MAX) => if received == 0 { return },
                () = self.readers.until_changed() => {
                    tokio::time::sleep(GATHER).await;
                    said.extend(counts(self.elsewhere.me, self.readers.take_changed()));
                }
                _ = here.tick() => {
                    said.push(Word::Here(self.elsewhere.me));
                    let silent = self.elsewhere.take_silent();
                    if !silent.is_empty() {
                        self.readers.forget_elsewhere(|relay| silent.contains(relay));
                    }
                }
            }
            if let Err(cause) = self.store.tell(&said).await {
                tracing::warn!(%cause, "other relays can't be told");
                // They are told all again when the database is back.
                self.readers.ask_everywhere();
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }

    /// Tells the others that this relay stops.
    pub(super) async fn say_goodbye(&self) {
        if self.store.is_shared() {
            // Whoever doesn't hear it finds out.
            let _ = self.store.tell(&[Word::Gone(self.elsewhere.me)]).await;
        }
    }
}

/// As few words as say it.
fn counts(from: RelayName, changed: Vec<(NameHash, bool, u16)>) -> Vec<Word> {
    let (asking, telling): (Vec<_>, Vec<_>) = changed.into_iter().partition(|(_, asks, _)| *asks);
    let words = |all: Vec<(NameHash, bool, u16)>, ask: bool| {
        let counts: Vec<_> = all.into_iter().map(|(mailbox, _, count)| (mailbox, count)).collect();
        counts.chunks(COUNTS_MAX).map(|some| Word::Readers { from, ask, counts: some.to_vec() }).collect::<Vec<_>>()
    };
    [words(asking, true), words(telling, false)].concat()
}
