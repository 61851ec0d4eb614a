//! What a workshop's page knows and can ask for: the workshop as it is now, and what the people at this device say.

use std::rc::Rc;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::browser::device;
use crate::browser::keeper::Keeper;
use crate::browser::keeper::protocol::{Chosen, Event, LineView, NotStored, Refusal, Request, Ticket, WorkshopView};
use crate::register::workshop::{
    Digest, Join, Participant, Person, Question, Round, Said, Stop, Tally, Turn, Workshop,
};
use crate::register::{Key, Level};
use crate::ui::session::{Answer, Session};
use crate::ui::waiting::Waiting;

/// Where the workshop stands on this device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// None is asked for.
    None,
    /// It is being opened, or the first of it is on its way.
    Opening,
    /// It is open.
    Open,
    /// This device holds no such workshop.
    NotHere,
    /// It could not be opened, and why. What is stored is untouched.
    CannotOpen(String),
    /// The keeper is gone. What was stored is stored.
    Lost,
}

/// A handle that every part of a workshop's page holds.
#[derive(Clone, Copy)]
pub struct Table {
    /// The workshop as it is now.
    pub view: RwSignal<Option<WorkshopView>>,
    /// Where it stands.
    pub standing: RwSignal<Standing>,
    /// How it stands with the relay.
    pub line: RwSignal<Option<LineView>>,
    /// Why something is not stored, if so.
    pub not_stored: RwSignal<Option<NotStored>>,
    /// The last refusal, until it is closed.
    pub refusal: RwSignal<Option<Refusal>>,
    /// Which of the people at this device holds it now, by number.
    pub holder: RwSignal<u16>,
    /// Whether it lies between two of them: who takes it up says so before anything is voted.
    pub passed: RwSignal<bool>,
    waiting: Waiting,
    keeper: StoredValue<Option<Keeper>, LocalStorage>,
}

impl Table {
    /// Starts a keeper of its own and puts the handle where components find it.
    pub fn provide() -> Self {
        let table = Self::start(Session::expect());
        // Tablets drop connections when one looks away.
        let hurry = move |_| table.tell(&Request::Hurry);
        let seen = window_event_listener_untyped("visibilitychange", hurry);
        let online = window_event_listener_untyped("online", hurry);
        on_cleanup(move || {
            seen.remove();
            online.remove();
        });
        provide_context(table);
        table
    }

    /// Starts a keeper for a workshop that no page shows.
    pub fn start(session: Session) -> Self {
        let table = Self {
            view: RwSignal::new(None),
            standing: RwSignal::new(Standing::None),
            line: RwSignal::new(None),
            not_stored: RwSignal::new(None),
            refusal: RwSignal::new(None),
            holder: RwSignal::new(0),
            passed: RwSignal::new(false),
            waiting: Waiting::default(),
            keeper: StoredValue::new_local(None),
        };
        match Keeper::start_workshop(session.author.get_untracked(), move |event| table.hear(event)) {
            Ok(keeper) => table.keeper.set_value(Some(keeper)),
            Err(_) => table.standing.set(Standing::Lost),
        }
        table
    }

    /// The table of the page this component is on.
    #[must_use]
    pub fn expect() -> Self {
        expect_context()
    }

    /// Reads something of the workshop, or what stands for nothing while there is none; runs again when it changes.
    pub fn read<T: Default>(&self, read: impl FnOnce(&Workshop) -> T) -> T {
        self.view.with(|view| view.as_ref().map(|view| read(&view.workshop)).unwrap_or_default())
    }

    /// The same of the system whose turn it is.
    pub fn turn<T: Default>(&self, read: impl FnOnce(&Turn) -> T) -> T {
        self.read(|workshop| workshop.turn().map(read).unwrap_or_default())
    }

    /// The name of the system whose turn it is.
    #[must_use]
    pub fn system(&self) -> Option<String> {
        self.turn(|turn| Some(turn.about.name.clone()))
    }

    /// The person who holds this device now; nothing before anybody has sat down.
    #[must_use]
    pub fn me(&self) -> Option<Person> {
        let number = usize::from(self.holder.get());
        self.view.with(|view| view.as_ref().and_then(|view| view.here.get(number).copied()))
    }

    /// The person as the others see them.
    #[must_use]
    pub fn participant(&self) -> Option<Participant> {
        let me = self.me()?;
        self.read(|workshop| workshop.participant(me).cloned())
    }

    /// Whether the owner of this device leads the sitting.
    #[must_use]
    pub fn leads(&self) -> bool {
        self.view.with(|view| {
            let owner = view.as_ref().and_then(|view| Some((view, *view.here.first()?)));
            owner.is_some_and(|(view, owner)| view.workshop.is_facilitator(owner))
        })
    }

    /// Whether the owner of this device founded the workshop.
    #[must_use]
    pub fn founded(&self) -> bool {
        self.view.with(|view| {
            view.as_ref().is_some_and(|view| {
                view.workshop.founder.is_some() && view.here.first() == view.workshop.founder.as_ref()
            })
        })
    }

    /// Whether more than one sits at this device.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.view.with(|view| view.as_ref().is_some_and(|view| 1 < view.here.len()))
    }

    /// Hands this device to the person with this number.
    pub fn pass_to(&self, number: u16) {
        self.holder.set(number);
        self.passed.set(false);
    }

    /// What the holder has voted in this round and not taken back. At a device that goes round it is not told: who holds it
    /// is whoever says so.
    #[must_use]
    pub fn own_vote(&self, round: &Round) -> Option<Level> {
        let me = self.me().filter(|_| !self.is_shared())?;
        self.view.with(|view| {
            let votes = view.as_ref().map(|view| view.votes.as_slice()).unwrap_or_default();
            votes.iter().find(|own| own.person == me && own.round == *round).map(|own| own.level)
        })
    }

    /// The round that a question is at, and its votes so far.
    #[must_use]
    pub fn tally(&self, question: &Question) -> (Round, Option<Tally>) {
        let first = Round { turn: None, question: question.clone(), number: 1 };
        self.view.with(|view| {
            let Some(turn) = view.as_ref().and_then(|view| view.workshop.turn()) else { return (first, None) };
            let tally = turn.asked(question).and_then(|asked| asked.round().cloned());
            (turn.round_of(question), tally)
        })
    }

    /// Says something of the system whose turn it is, or of the table, as the owner of this device.
    pub fn say(&self, said: Said) {
        self.say_as(0, said, |_| {});
    }

    /// The same as the person with this number here, and tells `then` the answer.
    pub fn say_as(&self, number: u16, said: Said, then: impl FnOnce(Answer) + 'static) {
        let turn = untrack(|| self.turn(|turn| turn.id));
        self.ask(|ticket| Request::Say(ticket, number, turn, vec![said]), then);
    }

    /// Sits down as the person with this number: the owner, or another at the same device.
    pub fn sit_down(&self, number: u16, join: Join) {
        self.say_as(number, Said::Join(join), |_| {});
    }

    /// Has everybody look at this.
    pub fn show(&self, stop: Stop) {
        self.say(Said::Show(stop));
    }

    /// Has everybody look at another system, where it was left.
    pub fn go_to(&self, turn: Option<Digest>) {
        let stop = untrack(|| self.read(|workshop| workshop.turn_of(turn).map(|turn| turn.stop.clone())));
        if let Some(stop) = stop {
            self.ask(|ticket| Request::Say(ticket, 0, turn, vec![Said::Show(stop)]), |_| {});
        }
    }

    /// Votes as the holder, or takes the vote back.
    pub fn vote(&self, round: Round, level: Option<Level>) {
        let number = self.holder.get_untracked();
        let request = |ticket| match level {
            Some(level) => Request::Vote(ticket, number, round, Chosen(level)),
            None => Request::TakeBack(ticket, number, round),
        };
        self.ask(request, |_| {});
    }

    /// Opens a workshop that this device holds.
    pub fn take(&self, name: String) {
        self.standing.set(Standing::Opening);
        self.begin(|ticket| Request::Take(ticket, name));
    }

    /// Takes part in the workshop that a link leads to.
    pub fn join(&self, link: String) {
        self.standing.set(Standing::Opening);
        self.begin(|ticket| Request::Join(ticket, link));
    }

    /// Asks for what a keeper is asked first, and says what went wrong.
    fn begin(&self, request: impl FnOnce(Ticket) -> Request) {
        let table = *self;
        self.ask(request, move |answer| {
            if let Answer::Refused(why) = answer {
                let standing = if why == Refusal::NoRegister { Standing::NotHere } else { Standing::None };
                table.standing.set(standing);
            }
        });
    }

    /// Asks the keeper for something, and tells `then` the answer.
    pub fn ask(&self, request: impl FnOnce(Ticket) -> Request, then: impl FnOnce(Answer) + 'static) {
        let ticket = self.keeper.with_value(|keeper| keeper.as_ref().map(|keeper| keeper.ask(request)));
        if let Some(ticket) = ticket {
            self.waiting.add(ticket, then);
        }
    }

    /// Sends a request that needs no answer.
    pub fn tell(&self, request: &Request) {
        // The page may have been left meanwhile.
        self.keeper.try_with_value(|keeper| {
            if let Some(keeper) = keeper {
                keeper.send(request);
            }
        });
    }

    /// Lets the keeper go, when no page shows the workshop.
    pub fn end(&self) {
        self.keeper.set_value(None);
    }

    fn hear(&self, event: Option<Event>) {
        if self.waiting.is_gone() {
            return;
        }
        match event {
            None => self.standing.set(Standing::Lost),
            Some(Event::Workshop(view)) => {
                keep_in_mind(&view);
                if self.standing.get_untracked() != Standing::Open {
                    self.standing.set(Standing::Open);
                }
                self.view.set(Some(*view));
            }
            Some(Event::Line(line)) => self.line.set(line),
            Some(Event::Stored(ticket)) => {
                if self.not_stored.with_untracked(Option::is_some) {
                    self.not_stored.set(None);
                }
                self.waiting.done_up_to(ticket);
            }
            Some(Event::NotStored(why)) => self.not_stored.set(Some(why)),
            Some(Event::LineDone(ticket)) => self.waiting.answer(ticket, Answer::Done),
            Some(Event::Invitation(ticket, link, picture)) => {
                self.waiting.answer(ticket, Answer::Invitation(Rc::new((link, picture))));
            }
            Some(Event::Refused(ticket, why)) => {
                self.refusal.set(Some(why.clone()));
                self.waiting.answer(ticket, Answer::Refused(why));
            }
            Some(Event::Nothing) => {
                self.view.set(None);
                self.standing.set(Standing::NotHere);
            }
            Some(Event::CannotOpen(why)) => self.standing.set(Standing::CannotOpen(why)),
            // A workshop has no records.
            Some(_) => {}
        }
    }
}

/// A workshop that this device holds, for finding it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// What it is called on this device.
    pub name: String,
    /// The names of its systems.
    pub title: String,
    /// The first system's key in the register it comes from.
    pub system: Key,
    /// When it began, in seconds since 1970.
    pub begun: i64,
    /// Whether it is over.
    pub ended: bool,
    /// Whether the owner of this device leads it.
    pub leads: bool,
}

/// The workshops that this device holds, the latest first.
#[must_use]
pub fn kept() -> Vec<Kept> {
    device::preference("workshops").and_then(|kept| serde_json::from_str(&kept).ok()).unwrap_or_default()
}

/// Forgets that this device holds a workshop.
pub fn forget(name: &str) {
    let left: Vec<_> = kept().into_iter().filter(|kept| kept.name != name).collect();
    keep_list(&left);
}

fn keep_list(list: &[Kept]) {
    if let Ok(text) = serde_json::to_string(list) {
        device::prefer("workshops", &text);
    }
}

fn keep_in_mind(view: &WorkshopView) {
    let turns = &view.workshop.turns;
    let Some(first) = turns.first() else { return };
    let leads = view.here.first().is_some_and(|owner| view.workshop.is_facilitator(*owner));
    let new = Kept {
        name: view.name.clone(),
        title: turns.iter().map(|turn| turn.about.name.as_str()).collect::<Vec<_>>().join(", "),
        system: first.about.system.clone(),
        begun: first.begun,
        ended: turns.iter().all(|turn| !turn.endings.is_empty()),
        leads,
    };
    let mut list = kept();
    match list.iter_mut().find(|kept| kept.name == new.name) {
        Some(kept) if *kept == new => return,
        Some(kept) => *kept = new,
        None => list.push(new),
    }
    list.sort_by_key(|kept| std::cmp::Reverse(kept.begun));
    keep_list(&list);
}
