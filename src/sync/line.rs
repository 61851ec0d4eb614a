//! A device's line to one relay: it is told what happens, and says what is to be done.
//!
//! Start at [`Line::handle`]. A line carries several documents, each on a channel of its own. For each document it first
//! takes in all that the relay has, then sends what the relay lacks, and from then on both as it comes. It knows which
//! changes the relay holds ([`Progress::at_relay`]) and sends all others, so that what the relay holds always is complete
//! in itself. When a relay turns out to have less than it once had, what it sends is the new truth about what it holds,
//! and the rest is given back to it.
//!
//! What comes from the relay is taken in only when a writer of the document has signed it and it opens with the document's
//! key. The line never stops for an entry that is neither: it is counted and left out.

mod channel;
mod event;
mod sending;

use std::collections::BTreeMap;

pub use event::{Effect, Event, Moment};

use super::message::DeviceCard;
use super::status::{Problem, Reach};
use super::wire::{CONNECTION, ClientFrame, Refusal, RelayFrame, VERSION, Welcome};
use super::{DocumentName, Held, Progress};
use crate::crypto::Access;
use channel::Channel;

/// A connection that is not there within this many milliseconds is given up.
const CONNECT_MAX: i64 = 15_000;
/// After this many milliseconds without a word the relay is asked for one.
const QUIET: i64 = 25_000;
/// And after this many more the connection is given up.
const ANSWER_MAX: i64 = 15_000;
/// A lost connection is no matter to show for this many milliseconds.
const CALM: i64 = 10_000;
/// The first and the longest time between two tries, in milliseconds, before chance makes it half to one and a half.
const RETRY: (i64, i64) = (500, 60_000);
/// A relay that doesn't speak this version is asked again after so many milliseconds.
const RETRY_VERSION: i64 = 600_000;
/// Clocks that differ by more than this many milliseconds are said to differ.
const CLOCK_OFF: i64 = 120_000;

/// A device's line to one relay.
pub struct Line {
    me: DeviceCard,
    channels: Vec<Channel>,
    socket: Socket,
    /// Tries since a document was last up to date.
    tries: u32,
    /// When the connection was lost.
    lost: Option<Moment>,
    /// The screen knows of it.
    alarmed: bool,
    /// The relay refuses the connection as a whole.
    problem: Option<Problem>,
    clock_off: Option<i64>,
    next_number: u16,
    snapshot_after: u64,
    /// Channels of documents that were removed.
    to_close: Vec<u16>,
}

enum Socket {
    Idle { retry: i64 },
    Connecting { since: i64 },
    Greeting { since: i64 },
    Up { welcome: Welcome, heard: i64, pinged: Option<i64> },
}

/// What the connection can't go on with.
struct Broken;

/// All that an event is handled with.
struct Work<'a, D> {
    documents: &'a mut BTreeMap<DocumentName, D>,
    now: Moment,
    random: &'a mut dyn FnMut() -> [u8; 24],
    me: &'a DeviceCard,
    effects: Vec<Effect>,
}

impl<D> Work<'_, D> {
    fn send(&mut self, frame: &ClientFrame<'_>) {
        self.effects.push(Effect::Send(frame.to_bytes()));
    }
}

impl Line {
    /// A line of this device, with no documents yet.
    #[must_use]
    pub fn new(me: DeviceCard) -> Self {
        Self {
            me,
            channels: Vec::new(),
            socket: Socket::Idle { retry: i64::MIN },
            tries: 0,
            lost: None,
            alarmed: false,
            problem: None,
            clock_off: None,
            next_number: 0,
            snapshot_after: sending::SNAPSHOT_AFTER,
            to_close: Vec::new(),
        }
    }

    /// Writes a snapshot when so many entries have come after the last, instead of 300.
    #[must_use]
    pub fn snapshot_after(mut self, entries: u64) -> Self {
        self.snapshot_after = entries;
        self
    }

    /// Another one sits at this device.
    pub fn rename(&mut self, me: DeviceCard) {
        self.me = me;
    }

    /// Keeps a document in step with its mailbox from now on. Who may write makes the mailbox if it isn't there, with the
    /// word that the relay asks for (`admission`). `progress` is what was stored last, or [`Progress::default`].
    pub fn add(&mut self, document: DocumentName, access: &Access, progress: Progress, admission: &str) {
        self.remove(&document);
        let channel =
            Channel::new(self.take_number(), document, access, progress, admission, false, self.snapshot_after);
        self.channels.push(channel);
    }

    /// Takes in the rest of a mailbox that the document has moved away from, and destroys it once the document is whole in
    /// its new one, which is the one given to [`Self::add`]. While the relay doesn't make the new one, the document is still
    /// kept in step with the old. [`Effect::Left`] says that it is gone; until then this is to be
    /// called again whenever the program starts. Takes a writer's access.
    pub fn leave(&mut self, document: DocumentName, access: &Access, progress: Progress) {
        let channel = Channel::new(self.take_number(), document, access, progress, "", true, self.snapshot_after);
        self.channels.push(channel);
    }

    /// Keeps a document in step no more, nor leaves mailboxes of it.
    pub fn remove(&mut self, document: &DocumentName) {
        let gone = self.channels.extract_if(.., |channel| channel.document == *document && !channel.leaving);
        self.to_close.extend(gone.filter(|channel| !channel.is_closed()).map(|channel| channel.number));
    }

    /// A number that no channel has.
    fn take_number(&mut self) -> u16 {
        loop {
            let number = self.next_number;
            self.next_number = number.checked_add(1).filter(|next| *next != CONNECTION).unwrap_or(0);
            if self.channels.iter().all(|channel| channel.number != number) {
                return number;
            }
        }
    }

    /// Takes note of what happened, and says what is to be done. Every document that was added is in `documents`; `random`
    /// gives random bytes.
    pub fn handle<D: Held>(
        &mut self,
        event: Event<'_>,
        documents: &mut BTreeMap<DocumentName, D>,
        now: Moment,
        random: &mut dyn FnMut() -> [u8; 24],
    ) -> Vec<Effect> {
        let me = self.me.clone();
        let mut work = Work { documents, now, random, me: &me, effects: Vec::new() };
        let done = self.note(event, &mut work).and_then(|()| self.go_on(&mut work));
        if done.is_err() {
            work.effects.push(Effect::Disconnect);
            self.lose(&mut work, None);
        }
        self.connect(&mut work);
        self.show(&mut work);
        work.effects
    }

    fn note<D: Held>(&mut self, event: Event<'_>, work: &mut Work<'_, D>) -> Result<(), Broken> {
        let now = work.now.running;
        match event {
            Event::Connected => {
                if matches!(self.socket, Socket::Connecting { .. }) {
                    self.socket = Socket::Greeting { since: now };
                    work.send(&ClientFrame::Hello { version: VERSION });
                }
            }
            Event::Disconnected => {
                if !matches!(self.socket, Socket::Idle { .. }) {
                    self.lose(work, None);
                }
            }
            Event::Frame(_) if matches!(self.socket, Socket::Idle { .. } | Socket::Connecting { .. }) => {}
            Event::Frame(bytes) => {
                if let Socket::Up { heard, pinged, .. } = &mut self.socket {
                    (*heard, *pinged) = (now, None);
                }
                match RelayFrame::from_bytes(bytes) {
                    Ok(frame) => self.frame(frame, work)?,
                    Err(_) => return Err(Broken),
                }
            }
            Event::Changed(document) => {
                for channel in self.channels.iter_mut().filter(|channel| channel.document == *document) {
                    channel.changed(now);
                }
            }
            Event::Tick => {}
            Event::Hurry => {
                if let Socket::Idle { retry } = &mut self.socket {
                    *retry = now;
                }
                self.channels.iter_mut().for_each(|channel| channel.hurry(now));
            }
        }
        Ok(())
    }

    fn frame<D: Held>(&mut self, frame: RelayFrame<'_>, work: &mut Work<'_, D>) -> Result<(), Broken> {
        let channel = match &frame {
            RelayFrame::Welcome(welcome) => return self.welcome(*welcome, work),
            RelayFrame::Pong(_) => return Ok(()),
            RelayFrame::Refused { channel: None, code, .. } => {
                self.refused(*code, work);
                return Ok(());
            }
            RelayFrame::Opened { channel, .. }
            | RelayFrame::Entries { channel, .. }
            | RelayFrame::CaughtUp { channel, .. }
            | RelayFrame::Acknowledged { channel, .. }
            | RelayFrame::Whispered { channel, .. }
            | RelayFrame::Refused { channel: Some(channel), .. }
            | RelayFrame::Presence { channel, .. } => *channel,
        };
        let Socket::Up { .. } = &self.socket else { return Err(Broken) };
        // A channel that was closed a moment ago may still be spoken of.
        let Some(channel) = self.channels.iter_mut().find(|known| known.number == channel) else { return Ok(()) };
        if channel.frame(frame, work)? {
            (self.tries, self.lost) = (0, None);
        }
        if channel.leaving {
            // What came out of the old mailbox goes into the new one.
            let document = channel.document.clone();
            let moved = self.channels.iter_mut().filter(|known| !known.leaving && known.document == document);
            moved.for_each(|channel| channel.changed(work.now.running));
        }
        Ok(())
    }

    fn welcome<D: Held>(&mut self, welcome: Welcome, work: &mut Work<'_, D>) -> Result<(), Broken> {
        if !matches!(self.socket, Socket::Greeting { .. }) || welcome.version != VERSION {
            return Err(Broken);
        }
        self.problem = None;
        let off = welcome.at.saturating_sub(work.now.clock);
        self.clock_off = (CLOCK_OFF < off.saturating_abs()).then_some(off);
        self.socket = Socket::Up { welcome, heard: work.now.running, pinged: None };
        Ok(())
    }

    /// The relay refuses the connection as a whole.
    fn refused<D: Held>(&mut self, code: Refusal, work: &mut Work<'_, D>) {
        let wait = match code {
            Refusal::Version => Some(RETRY_VERSION),
            // All its devices come back at once: spread over two seconds.
            Refusal::Stopping => Some(jitter(1_000, work.random)),
            _ => None,
        };
        if code != Refusal::Stopping {
            self.problem = Some(Problem::Refused(code));
        }
        work.effects.push(Effect::Disconnect);
        self.lose(work, wait);
    }

    /// The connection is gone; the next try is in `wait` milliseconds, or later and later.
    fn lose<D: Held>(&mut self, work: &mut Work<'_, D>, wait: Option<i64>) {
        let (first, longest) = RETRY;
        let wait = wait.unwrap_or_else(|| {
            let wait = first.saturating_mul(1_i64.checked_shl(self.tries).unwrap_or(i64::MAX)).clamp(first, longest);
            jitter(wait, work.random)
        });
        self.tries = (self.tries + 1).min(20);
        self.socket = Socket::Idle { retry: work.now.running.saturating_add(wait) };
        self.lost.get_or_insert(work.now);
        self.to_close.clear();
        self.channels.iter_mut().for_each(Channel::close);
    }

    /// Does what is due.
    fn go_on<D: Held>(&mut self, work: &mut Work<'_, D>) -> Result<(), Broken> {
        let now = work.now.running;
        let welcome = match &mut self.socket {
            Socket::Idle { .. } => return Ok(()),
            Socket::Connecting { since } | Socket::Greeting { since } => {
                return if since.saturating_add(CONNECT_MAX) <= now { Err(Broken) } else { Ok(()) };
            }
            Socket::Up { welcome, heard, pinged } => {
                match pinged {
                    Some(pinged) if pinged.saturating_add(ANSWER_MAX) <= now => return Err(Broken),
                    None if heard.saturating_add(QUIET) <= now => {
                        *pinged = Some(now);
                        work.send(&ClientFrame::Ping([0; 8]));
                    }
                    _ => {}
                }
                *welcome
            }
        };
        for channel in self.to_close.drain(..) {
            work.send(&ClientFrame::Close { channel });
        }
        // What is edited before there is a new mailbox reaches the others through the old one.
        let stuck: Vec<_> = self
            .channels
            .iter()
            .filter(|channel| !channel.leaving && channel.is_shut())
            .map(|channel| channel.document.clone())
            .collect();
        for channel in &mut self.channels {
            channel.quiet = channel.leaving && !stuck.contains(&channel.document);
            channel.go_on(&welcome, work)?;
        }
        let moved: Vec<_> =
            self.channels.iter().filter(|channel| channel.is_whole()).map(|channel| channel.document.clone()).collect();
        for channel in self.channels.iter_mut().filter(|channel| moved.contains(&channel.document)) {
            channel.destroy(&welcome, work);
        }
        self.channels.retain(|channel| !channel.is_gone());
        Ok(())
    }

    fn connect<D>(&mut self, work: &mut Work<'_, D>) {
        if let Socket::Idle { retry } = self.socket
            && retry <= work.now.running
            && !self.channels.is_empty()
        {
            self.socket = Socket::Connecting { since: work.now.running };
            self.lost.get_or_insert(work.now);
            work.effects.push(Effect::Connect);
        }
    }

    fn show<D: Held>(&mut self, work: &mut Work<'_, D>) {
        let away = self.lost.filter(|lost| lost.running.saturating_add(CALM) <= work.now.running);
        self.alarmed = away.is_some();
        let reach = away.map_or(Reach::Trying, |lost| Reach::Away { since: lost.clock });
        for channel in self.channels.iter_mut().filter(|channel| !channel.leaving) {
            channel.show(reach, self.problem, self.clock_off, work);
        }
    }

    /// When [`Event::Tick`] is next to be told, as [`Moment::running`], unless something else happens before; `None`: not
    /// at all.
    #[must_use]
    pub fn next_tick(&self) -> Option<i64> {
        let socket = match &self.socket {
            Socket::Idle { retry } => (!self.channels.is_empty()).then_some(*retry),
            Socket::Connecting { since } | Socket::Greeting { since } => Some(since.saturating_add(CONNECT_MAX)),
            Socket::Up { heard, pinged, .. } => {
                Some(pinged.map_or(heard.saturating_add(QUIET), |at| at.saturating_add(ANSWER_MAX)))
            }
        };
        let calm = self.lost.filter(|_| !self.alarmed).map(|lost| lost.running.saturating_add(CALM));
        let channels = match self.socket {
            Socket::Up { .. } => self.channels.iter().filter_map(Channel::next_tick).min(),
            _ => None,
        };
        [socket, calm, channels].into_iter().flatten().min()
    }
}

/// Between a half and one and a half of `wait`.
fn jitter(wait: i64, random: &mut dyn FnMut() -> [u8; 24]) -> i64 {
    let [chance, ..] = random();
    wait / 2 + wait * i64::from(chance) / 255
}
