//! What a page knows and can ask for: the picture of the register, and the commands that change the register itself.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::waiting::Waiting;
use crate::browser::device::{self, Keeping};
use crate::browser::files::ReadFrom;
use crate::browser::keeper::protocol::{Difference, Event, LineReach, LineView, NotStored, Refusal, Request, Ticket};
use crate::browser::keeper::register_file::FileStep;
use crate::browser::keeper::{Keeper, Packed};
use crate::browser::offline::{self, OfflineState};
use crate::catalogue::MethodInUse;
use crate::document::{Author, Conflict, News, Past};
use crate::register::list::Index;
use crate::register::{Command, Date, DateTime, Entry, Field, Key, Place, RecordKind, Register, Seen, Value};

/// The register as it is shown, and its list of systems.
#[derive(Default)]
pub struct Picture {
    /// Every record.
    pub register: Register,
    /// The rows of the list of systems.
    pub index: Index,
    /// The day by which it was told what is due again.
    told: Option<Date>,
    /// Something has come that may decide otherwise what is due.
    stale: bool,
}

impl Picture {
    /// Takes in a part of a register that is being opened: what belongs to a system comes before the system.
    fn open(&mut self, entries: Vec<Entry>) {
        for entry in entries {
            self.stale |= decides_what_is_due(entry.place.kind);
            let system = (entry.place.kind == RecordKind::System).then(|| entry.place.key.clone());
            self.register.put(entry);
            if let Some(system) = system {
                self.index.refresh(&self.register, &system);
            }
        }
    }

    /// Whether what is due again must be told anew: it was not yet, it is another day, or what decides it has changed.
    fn must_tell_due(&self) -> bool {
        self.stale || self.told != Some(device::today())
    }

    /// Tells anew what is due again by a day.
    fn tell_due(&mut self, today: Date) {
        let rules = MethodInUse::of(&self.register).due_rules(&self.register, today);
        self.index.set_rules(&self.register, rules);
        (self.told, self.stale) = (Some(today), false);
    }

    fn put(&mut self, entries: Vec<Entry>) {
        let mut systems: Vec<Key> = Vec::new();
        for entry in entries {
            self.stale |= decides_what_is_due(entry.place.kind);
            if matches!(entry.place.kind, RecordKind::System) || has_system(entry.place.kind) {
                systems.push(entry.place.key.root());
            }
            self.register.put(entry);
        }
        systems.sort_unstable();
        systems.dedup();
        for system in systems {
            self.index.refresh(&self.register, &system);
        }
        if self.must_tell_due() {
            self.tell_due(device::today());
        }
    }
}

/// Whether a record decides for many systems when they are due again.
const fn decides_what_is_due(kind: RecordKind) -> bool {
    matches!(kind, RecordKind::Method | RecordKind::Incident)
}

fn has_system(kind: RecordKind) -> bool {
    kind.owner().is_some_and(|owner| owner == RecordKind::System || has_system(owner))
}

/// Where the register stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is being opened.
    Opening,
    /// This device holds none.
    Nothing,
    /// It is shown as it was last opened, while its document is being read.
    Glimpsed,
    /// It is open; read-only when its document has this newer schema.
    Open {
        /// The newer schema.
        newer: Option<u32>,
    },
    /// It could not be opened, and why. What is stored is untouched.
    CannotOpen(String),
    /// The keeper is gone. What was stored is stored.
    Lost,
}

/// How far this tab's edits have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saving {
    /// Nothing has been edited here yet.
    Untouched,
    /// On their way to the disk.
    Underway,
    /// On this device since then.
    Stored(DateTime),
    /// Held in memory only.
    Failed(NotStored),
}

/// An answer to one request.
#[derive(Debug, Clone)]
pub enum Answer {
    /// It was done, and the picture shows it.
    Done,
    /// It was not done.
    Refused(Refusal),
    /// An invitation: the link, and the same as an SVG picture.
    Invitation(Rc<(String, String)>),
    /// What merging a file would change.
    Inspected(Difference),
    /// The register as a file.
    Saved(Rc<Vec<u8>>),
    /// What people have put differently.
    Conflicts(Rc<Vec<Conflict>>),
    /// What a record has been.
    History(Rc<Vec<Past>>),
    /// What others have done; nothing when what was looked through last is of another register.
    News(Option<Vec<News>>),
    /// The register at an earlier time; when it has no history that old, the day the first was written.
    At(Result<Arc<Then>, Option<Date>>),
}

/// The register at an earlier time.
#[derive(Debug)]
pub struct Then {
    /// As it was.
    pub register: Register,
    /// What of the document was here when it was read.
    pub seen: Seen,
}

/// How the register of an earlier day is shown, while it isn't today's.
#[derive(Default)]
struct Aside {
    /// Today's register, which goes on taking in what others do.
    live: Picture,
    /// What of the document the earlier one was read from.
    seen: Seen,
}

/// A handle that every component may hold.
#[derive(Clone, Copy)]
pub struct Session {
    /// The register as it is shown: today's, or that of an earlier day.
    pub picture: RwSignal<Picture>,
    /// Where it stands.
    pub standing: RwSignal<Standing>,
    /// How far this tab's edits have come.
    pub saving: RwSignal<Saving>,
    /// Whether there is an edit to take back.
    pub can_undo: RwSignal<bool>,
    /// Whether there is one to make again.
    pub can_redo: RwSignal<bool>,
    /// The last refusal that nobody waited for.
    pub refusal: RwSignal<Option<Refusal>>,
    /// How far the latest register file has come.
    pub file_step: RwSignal<Option<FileStep>>,
    /// Who edits here.
    pub author: RwSignal<Author>,
    /// What others have done since it was last looked through here, the latest first.
    pub news: RwSignal<Vec<News>>,
    /// How the register stands with the relay; nothing when it is joined to none.
    pub line: RwSignal<Option<LineView>>,
    /// An invitation that was opened and not answered yet.
    pub invitation: RwSignal<Option<String>>,
    /// Whether the app starts without a network.
    pub offline: RwSignal<OfflineState>,
    /// What the browser answered when it was asked to keep what is stored here; nothing before.
    pub keeping: RwSignal<Option<Keeping>>,
    /// The controls that hold words which have not been sent yet.
    unsent: RwSignal<BTreeSet<String>>,
    /// The day whose register is shown, when it isn't today's.
    past: RwSignal<Option<Date>>,
    aside: StoredValue<Option<Aside>>,
    /// The day whose register is asked for.
    coming: StoredValue<Option<Date>>,
    seen: StoredValue<Seen>,
    news_waits: StoredValue<bool>,
    /// How far down each address was scrolled.
    places: StoredValue<BTreeMap<String, f64>>,
    /// The address that Back or Forward led to, until its page is there.
    back: StoredValue<Option<String>>,
    /// The edits that are on their way to the disk.
    underway: StoredValue<BTreeSet<Ticket>>,
    /// How things stood before they were sent.
    settled: StoredValue<Saving>,
    waiting: Waiting,
    keeper: StoredValue<Option<Keeper>, LocalStorage>,
}

impl Session {
    /// Starts the keeper and puts the session where components find it.
    pub fn provide() -> Self {
        let session = Self {
            picture: RwSignal::new(Picture::default()),
            standing: RwSignal::new(Standing::Opening),
            saving: RwSignal::new(last_saved()),
            can_undo: RwSignal::new(false),
            can_redo: RwSignal::new(false),
            refusal: RwSignal::new(None),
            file_step: RwSignal::new(None),
            author: RwSignal::new(author()),
            news: RwSignal::new(Vec::new()),
            line: RwSignal::new(None),
            invitation: RwSignal::new(device::take_fragment()),
            offline: RwSignal::new(offline::state()),
            keeping: RwSignal::new(None),
            unsent: RwSignal::new(BTreeSet::new()),
            past: RwSignal::new(None),
            aside: StoredValue::new(None),
            coming: StoredValue::new(None),
            seen: StoredValue::new(Seen::default()),
            news_waits: StoredValue::new(false),
            places: StoredValue::new(BTreeMap::new()),
            back: StoredValue::new(None),
            underway: StoredValue::new(BTreeSet::new()),
            settled: StoredValue::new(last_saved()),
            waiting: Waiting::default(),
            keeper: StoredValue::new_local(None),
        };
        match Keeper::start(session.author.get_untracked(), move |event| session.hear(event)) {
            Ok(keeper) => session.keeper.set_value(Some(keeper)),
            Err(_) => session.standing.set(Standing::Lost),
        }
        offline::register(move |state| session.offline.set(state));
        // Tablets drop connections when one looks away: what waits is sent first, and fetched when one looks again.
        let hurry = move |_| {
            session.tell(&Request::Hurry);
            // The page may have been left open since yesterday.
            session.tell_due();
        };
        let seen = window_event_listener_untyped("visibilitychange", hurry);
        let online = window_event_listener_untyped("online", hurry);
        on_cleanup(move || {
            seen.remove();
            online.remove();
        });
        // An invitation that is opened where the app is open already changes only what stands behind `#`.
        let invited = window_event_listener_untyped("hashchange", move |_| {
            if let Some(link) = device::take_fragment() {
                session.invitation.set(Some(link));
            }
        });
        on_cleanup(move || invited.remove());
        let popped = window_event_listener(leptos::ev::popstate, move |_| session.back.set_value(address_here()));
        on_cleanup(move || popped.remove());
        provide_context(session);
        session
    }

    /// The session of the page this component is on.
    #[must_use]
    pub fn expect() -> Self {
        expect_context()
    }

    /// Reads something out of the register; runs again when the register changes.
    pub fn read<T>(&self, read: impl FnOnce(&Register) -> T) -> T {
        self.picture.with(|picture| read(&picture.register))
    }

    /// The day whose register is shown, when it isn't today's: then all that is shown is of that day, and nothing can be
    /// edited.
    #[must_use]
    pub fn past(&self) -> Option<Date> {
        self.past.get()
    }

    /// The day that what is shown is of: late is what was late then.
    #[must_use]
    pub fn today(&self) -> Date {
        self.past.get().unwrap_or_else(device::today)
    }

    /// Shows the register as it was at the end of an earlier day, and tells `then` when the first was written if there
    /// is no history that old. What others do meanwhile is kept.
    pub fn show_past(&self, day: Date, then: impl FnOnce(Option<Date>) + 'static) {
        let session = *self;
        session.coming.set_value(Some(day));
        session.ask(
            |ticket| Request::At(ticket, device::end_of(day)),
            move |answer| {
                // Another day may have been chosen meanwhile, or another page.
                let Answer::At(found) = answer else { return };
                if session.coming.get_value() != Some(day) {
                    return;
                }
                session.coming.set_value(None);
                match found {
                    Ok(found) => session.set_aside(day, &found),
                    Err(began) => then(began),
                }
            },
        );
    }

    /// The register of an earlier day that has been asked for is not wanted any more.
    pub fn leave_past_be(&self) {
        self.coming.set_value(None);
    }

    fn set_aside(&self, day: Date, then: &Then) {
        let register = then.register.clone();
        let mut shown = Picture { index: Index::new(&register), register, ..Picture::default() };
        shown.tell_due(day);
        self.picture.update(|picture| {
            let before = std::mem::replace(picture, shown);
            self.aside.update_value(|aside| {
                // From one earlier day to another, today's is aside already.
                aside.get_or_insert_with(|| Aside { live: before, seen: Seen::default() }).seen = then.seen.clone();
            });
        });
        self.past.set(Some(day));
    }

    /// Shows today's register again, with all that has come meanwhile.
    pub fn show_today(&self) {
        self.leave_past_be();
        let aside = self.aside.try_update_value(Option::take).flatten();
        if let Some(aside) = aside {
            self.past.set(None);
            self.picture.set(aside.live);
        }
    }

    /// Changes today's register, shown or not.
    fn update_live(&self, change: impl FnOnce(&mut Picture)) {
        if self.past.with_untracked(Option::is_none) {
            return self.picture.update(change);
        }
        self.aside.update_value(|aside| {
            if let Some(aside) = aside {
                change(&mut aside.live);
            }
        });
    }

    /// Whether the register can be edited.
    #[must_use]
    pub fn editable(&self) -> bool {
        self.past.with(Option::is_none)
            && self.standing.with(|standing| matches!(standing, Standing::Open { newer: None }))
            && self.line.with(|line| line.as_ref().is_none_or(|line| line.may_edit))
    }

    /// Tells whether the control called `id` holds words that have not been sent yet: until then nothing is shown as
    /// saved, and whoever leaves the page is asked.
    pub fn holds_unsent(&self, id: &str, unsent: bool) {
        if self.unsent.with_untracked(|controls| controls.contains(id)) == unsent {
            return;
        }
        self.unsent.update(|controls| {
            if unsent {
                controls.insert(id.to_owned());
            } else {
                controls.remove(id);
            }
        });
    }

    /// Whether any control holds words that have not been sent yet.
    #[must_use]
    pub fn has_unsent(&self) -> bool {
        self.unsent.with(|controls| !controls.is_empty())
    }

    /// Asks the browser to keep what is stored here.
    pub fn ask_to_keep(&self) {
        let keeping = self.keeping;
        spawn_local(async move {
            let promise = device::ask_to_keep().await;
            keeping.set(Some(promise));
        });
    }

    /// Sends an edit.
    pub fn send(&self, command: Command) {
        self.ask(|ticket| Request::Apply(ticket, command), |_| {});
    }

    /// Sends an edit and tells `then` how it went.
    pub fn send_then(&self, command: Command, then: impl FnOnce(Answer) + 'static) {
        self.ask(|ticket| Request::Apply(ticket, command), then);
    }

    /// Puts one field in place.
    pub fn set(&self, place: Place, field: Field, value: Value) {
        self.send(Command::Set { place, field: field.key.to_owned(), value });
    }

    /// Changes longer text from what the person had seen.
    pub fn write(&self, place: Place, field: Field, text: String, seen: Seen) {
        self.send(Command::Write { place, field: field.key.to_owned(), text, seen });
    }

    /// What of the document is shown.
    #[must_use]
    pub fn seen(&self) -> Seen {
        let aside = self.aside.with_value(|aside| aside.as_ref().map(|aside| aside.seen.clone()));
        aside.unwrap_or_else(|| self.seen.get_value())
    }

    /// What the register that is shown was read from.
    #[must_use]
    pub fn read_from(&self) -> ReadFrom {
        ReadFrom(vec![(self.past.get_untracked(), self.seen())])
    }

    /// Takes back this tab's last edit.
    pub fn undo(&self) {
        self.ask(Request::Undo, |_| {});
    }

    /// Makes it again.
    pub fn redo(&self) {
        self.ask(Request::Redo, |_| {});
    }

    /// Asks the keeper for something, and tells `then` the answer.
    pub fn ask(&self, request: impl FnOnce(Ticket) -> Request, then: impl FnOnce(Answer) + 'static) {
        let request = self
            .keeper
            .with_value(|keeper| keeper.as_ref().map(Keeper::ticket))
            .map(|ticket| (ticket, request(ticket)));
        let Some((ticket, request)) = request else { return };
        let edits = matches!(
            request,
            Request::Create(_) | Request::Apply(..) | Request::Undo(_) | Request::Redo(_) | Request::Merge(_)
        );
        if edits && self.past.with_untracked(Option::is_some) {
            return self.refuse_past(then);
        }
        self.tell(&request);
        self.wait_for(ticket, edits, then);
    }

    /// What was said to an earlier day is not done to today.
    fn refuse_past(&self, then: impl FnOnce(Answer)) {
        self.refusal.set(Some(Refusal::Past));
        then(Answer::Refused(Refusal::Past));
    }

    /// Sends an edit that a worker has packed, and tells `then` how it went.
    pub fn send_packed(&self, command: &Packed, then: impl FnOnce(Answer) + 'static) {
        if self.past.with_untracked(Option::is_some) {
            return self.refuse_past(then);
        }
        let ticket = self.keeper.with_value(|keeper| keeper.as_ref().map(|keeper| keeper.apply_packed(command)));
        if let Some(ticket) = ticket {
            self.wait_for(ticket, true, then);
        }
    }

    fn wait_for(&self, ticket: Ticket, edits: bool, then: impl FnOnce(Answer) + 'static) {
        self.waiting.add(ticket, then);
        if edits {
            self.underway.update_value(|underway| _ = underway.insert(ticket));
            self.saving.set(Saving::Underway);
        }
    }

    /// What was sent has come to rest: on the disk, or in memory only.
    fn settle(&self, saving: Saving) {
        self.settled.set_value(saving);
        self.saving.set(saving);
    }

    /// An edit was refused: all is as it was before it was sent. What was not stored then still isn't.
    fn turn_back(&self, ticket: Ticket) {
        let was_underway = self.underway.try_update_value(|underway| underway.remove(&ticket)).unwrap_or_default();
        let settled = self.settled.get_value();
        let others = !self.underway.with_value(BTreeSet::is_empty);
        if was_underway && (!others || matches!(settled, Saving::Failed(_))) {
            self.saving.set(settled);
        }
    }

    /// How far down Back leads on the page that is being built; nothing when it was reached in another way.
    pub fn place(&self) -> Option<f64> {
        let back = self.back.with_value(Clone::clone).filter(|back| address_here().as_ref() == Some(back))?;
        self.places.with_value(|places| places.get(&back).copied())
    }

    /// Scrolls back to where one was, when Back led here; then `look` sees what is in sight.
    pub fn restore_place(&self, look: impl Fn() + 'static) {
        let places = self.places;
        let place = self.place();
        self.back.set_value(None);
        request_animation_frame(move || {
            if let Some(place) = place {
                window().scroll_to_with_x_and_y(0.0, place);
                look();
            } else {
                // Looking asks where things are: once they are painted, that costs nothing.
                set_timeout(look, std::time::Duration::ZERO);
            }
        });
        let moved = window_event_listener(leptos::ev::scroll, move |_| {
            let place = window().scroll_y().unwrap_or_default();
            let Some(address) = address_here() else { return };
            places.update_value(|places| {
                places.insert(address, place);
            });
        });
        on_cleanup(move || moved.remove());
    }

    /// Sends a request that needs no answer.
    pub fn tell(&self, request: &Request) {
        self.keeper.with_value(|keeper| {
            if let Some(keeper) = keeper {
                keeper.send(request);
            }
        });
    }

    /// Who edits here, from now on; kept on this device.
    pub fn sign_as(&self, author: Author) {
        device::prefer("role", &author.role);
        device::prefer("name", &author.name);
        self.tell(&Request::Author(author.clone()));
        self.author.set(author);
    }

    /// All that others have done has been looked at.
    pub fn look_through(&self) {
        self.seen.with_value(has_looked);
        self.news.set(Vec::new());
    }

    /// Who has just come looks at all of it for the first time: none of that is news. As long as nothing has come, as whoever
    /// invited may not have sent it yet, nothing has been looked at.
    fn look_first(&self) {
        let is_live = self.line.with_untracked(|line| line.as_ref().is_some_and(|line| line.reach == LineReach::Live));
        // A register begins with records that nobody has filled in.
        let says_something = |entry: Entry| entry.fields.is_some_and(|fields| !fields.is_empty());
        let is_here = || self.picture.with_untracked(|picture| picture.register.entries().any(says_something));
        if is_live && looked().is_none() && is_here() {
            self.look_through();
        }
    }

    /// Merges the register file in that was inspected last, and tells `then` how it went. What others have done in it is news,
    /// with a relay or without.
    pub fn merge(&self, then: impl FnOnce(Answer) + 'static) {
        let session = *self;
        let before = self.standing.with_untracked(|standing| matches!(standing, Standing::Open { .. }));
        let before = before.then(|| self.seen.get_value());
        self.ask(Request::Merge, move |answer| {
            if let (Answer::Done, Some(before)) = (&answer, before) {
                if looked().is_none() {
                    has_looked(&before);
                }
                session.ask_for_news();
            }
            then(answer);
        });
    }

    /// Asks what others have done, once what comes has come to rest.
    fn ask_for_news(&self) {
        let session = *self;
        let waits = self.news_waits.try_update_value(|waits| std::mem::replace(waits, true));
        if waits != Some(false) {
            return;
        }
        set_timeout(
            move || {
                session.news_waits.set_value(false);
                let Some(since) = looked() else { return };
                session.ask(
                    |ticket| Request::News(ticket, since),
                    move |answer| match answer {
                        Answer::News(Some(news)) => session.news.set(news),
                        Answer::News(None) => session.look_through(),
                        _ => {}
                    },
                );
            },
            NEWS_REST,
        );
    }

    /// Tells anew what is due again today, if it may be something else.
    fn tell_due(&self) {
        let tell = |picture: &mut Picture| {
            if picture.must_tell_due() {
                picture.tell_due(device::today());
            }
        };
        if self.past.with_untracked(Option::is_some) || self.picture.with_untracked(Picture::must_tell_due) {
            self.update_live(tell);
        }
    }

    fn hear(&self, event: Option<Event>) {
        let Some(event) = event else {
            self.standing.set(Standing::Lost);
            return;
        };
        match event {
            Event::Nothing => {
                self.show_today();
                self.picture.set(Picture::default());
                // The next register has been looked at by nobody.
                device::prefer("looked", "");
                self.news.set(Vec::new());
                self.standing.set(Standing::Nothing);
            }
            Event::Picture(entries) => self.update_live(|picture| picture.open(entries)),
            Event::Glimpsed => {
                self.tell_due();
                self.standing.set(Standing::Glimpsed);
            }
            Event::Opened { newer, seen } => {
                self.tell_due();
                self.seen.set_value(seen);
                self.standing.set(Standing::Open { newer });
                self.ask_for_news();
            }
            Event::Changed { entries, seen, undo, redo, ticket } => {
                self.seen.set_value(seen);
                if !entries.is_empty() {
                    self.update_live(|picture| picture.put(entries));
                }
                self.can_undo.set(undo);
                self.can_redo.set(redo);
                match ticket {
                    Some(ticket) => self.waiting.answer(ticket, Answer::Done),
                    None => {
                        self.look_first();
                        self.ask_for_news();
                    }
                }
            }
            Event::Stored(ticket) => {
                self.underway.update_value(|underway| underway.retain(|sent| ticket < *sent));
                if self.underway.with_value(BTreeSet::is_empty) {
                    let now = device::local_time();
                    device::prefer("saved", &now.to_string());
                    self.settle(Saving::Stored(now));
                }
            }
            Event::NotStored(why) => self.settle(Saving::Failed(why)),
            Event::Refused(ticket, why) => {
                self.turn_back(ticket);
                // What is wrong with a file or an invitation is told beside it.
                if !matches!(why, Refusal::File(_) | Refusal::Elsewhere(_)) {
                    self.refusal.set(Some(why.clone()));
                }
                self.waiting.answer(ticket, Answer::Refused(why));
            }
            Event::Line(line) => {
                if self.line.with_untracked(|now| *now != line) {
                    self.line.set(line);
                    self.look_first();
                }
            }
            Event::LineDone(ticket) => self.waiting.answer(ticket, Answer::Done),
            Event::Invitation(ticket, link, picture) => {
                self.waiting.answer(ticket, Answer::Invitation(Rc::new((link, picture))));
            }
            Event::FileStep(step) => self.file_step.set(Some(step)),
            Event::Inspected(ticket, difference) => self.waiting.answer(ticket, Answer::Inspected(difference)),
            Event::Saved(ticket, bytes) => self.waiting.answer(ticket, Answer::Saved(Rc::new(bytes))),
            Event::Conflicts(ticket, found) => self.waiting.answer(ticket, Answer::Conflicts(Rc::new(found))),
            Event::History(ticket, past) => self.waiting.answer(ticket, Answer::History(Rc::new(past))),
            Event::News(ticket, news) => self.waiting.answer(ticket, Answer::News(news)),
            Event::At(ticket, found) => {
                let found = found.map(|entries| {
                    let mut register = Register::default();
                    entries.into_iter().for_each(|entry| register.put(entry));
                    Arc::new(Then { register, seen: self.seen.get_value() })
                });
                let began = |began: Option<i64>| began.map(|began| device::local_time_of(began).date());
                self.waiting.answer(ticket, Answer::At(found.map_err(began)));
            }
            Event::CannotOpen(why) => self.standing.set(Standing::CannotOpen(why)),
            // A workshop's keeper is another.
            Event::Workshop(_) => {}
        }
    }
}

/// How long what others do may go on before it is asked for again.
const NEWS_REST: std::time::Duration = std::time::Duration::from_millis(700);

/// What of the register was looked through last; nothing before the first time.
fn looked() -> Option<Seen> {
    device::preference("looked").and_then(|kept| serde_json::from_str(&kept).ok())
}

/// All of the register up to there has been looked through.
fn has_looked(seen: &Seen) {
    if let Ok(kept) = serde_json::to_string(seen) {
        device::prefer("looked", &kept);
    }
}

/// The address of the page, with all that stands in it.
fn address_here() -> Option<String> {
    window().location().href().ok()
}

/// When this device last stored an edit.
fn last_saved() -> Saving {
    device::preference("saved").and_then(|moment| moment.parse().ok()).map_or(Saving::Untouched, Saving::Stored)
}

fn author() -> Author {
    let device = device::preference("device").unwrap_or_else(|| {
        let name = device::new_key().to_string();
        device::prefer("device", &name);
        name
    });
    Author {
        role: device::preference("role").unwrap_or_default(),
        name: device::preference("name").unwrap_or_default(),
        device,
    }
}
