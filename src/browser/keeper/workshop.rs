//! A workshop's keeper: what the people at this device say, and what everybody's statements make.
//!
//! A person's key, and with it all that can open a vote, follows from random bytes that are on the disk before anybody says
//! anything. When a round is closed, the tab that holds the line opens the votes that were given on this device.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use zeroize::Zeroizing;

use super::inside::{
    Inside, Kept, Shared, compact, forget, greet, keep, refuse, refuse_with, rename, store, store_queue, take_in,
};
use super::line;
use super::protocol::{Event, Founding, OwnLevel, Refusal, Request, Ticket, WorkshopView};
use super::register::REGISTER;
use crate::browser::kept_link;
use crate::browser::store::{Store, StoreError};
use crate::browser::{device, worker};
use crate::crypto::{Access, DocumentKind, Invitation, WorkshopCode};
use crate::document::{DocumentError, WorkshopDocument};
use crate::register::workshop::{About, Begin, Digest, OwnVote, Person, PersonKey, Round, Said, Statement, Workshop};
use crate::register::{Entry, Level};
use crate::sync::{DocumentName, KeptLink};
use wasm_bindgen_futures::spawn_local;

/// So many milliseconds what comes over the line is gathered before the page is told: when votes are opened, every device
/// says so at once.
const GATHER: i64 = 25;
/// So many milliseconds the page waits at most for the last of a round's votes to be opened, and then shows them together:
/// one by one, they would be drawn as often as there are people at the table.
const OPENING: i64 = 250;
/// So many beginnings are tried for whether their person founded the workshop; there is one, unless somebody means ill.
const BEGINNINGS: usize = 32;

type Sitting = Shared<WorkshopDocument>;

/// Starts a workshop's keeper. It waits for the page to say which.
pub(super) fn run() {
    let keeper: Sitting = Rc::new(RefCell::new(Inside::default()));
    worker::serve(move |request| handle(&keeper, request));
}

/// What a workshop's keeper holds beside the document.
#[derive(Default)]
pub(super) struct Beside {
    /// What the persons at this device follow from.
    seed: Option<Zeroizing<[u8; 32]>>,
    /// Their keys: those who have sat down, and one for who comes next.
    keys: Vec<PersonKey>,
    /// What the statements make.
    workshop: Workshop,
    /// The code that leads here.
    code: Option<WorkshopCode>,
    /// Whether a person with a salt founded this workshop: finding out takes its time.
    founded: BTreeMap<(Person, Digest), bool>,
    /// Something came over the line that was not read yet.
    unsettled: bool,
    /// The page waits for the votes of a round that was closed.
    waits: bool,
}

impl Kept for WorkshopDocument {
    const KIND: DocumentKind = DocumentKind::Workshop;
    const PLACE: &'static str = super::WORKSHOP_PLACE;
    const HURRIES: bool = true;
    type Beside = Beside;

    fn open(keeper: &Sitting) {
        let keeper = Rc::clone(keeper);
        spawn_local(async move {
            if let Err(why) = open(&keeper).await {
                worker::tell(&Event::CannotOpen(format!("{why:?}")));
            }
        });
    }

    fn take_from_tab(inside: &mut Inside<Self>, changes: &[u8]) -> bool {
        let taken = inside.document.as_mut().is_some_and(|document| document.take_in(changes).is_ok());
        if taken {
            settle(inside);
        }
        taken
    }

    fn show_changed(keeper: &Sitting, _: &[Entry]) {
        if std::mem::replace(&mut keeper.borrow_mut().beside.unsettled, true) {
            return;
        }
        let keeper = Rc::clone(keeper);
        spawn_local(async move {
            device::wait(GATHER).await;
            keeper.borrow_mut().beside.unsettled = false;
            read_and_open(&mut keeper.borrow_mut());
            store_queue(&keeper);
            show_together(&keeper);
        });
    }

    fn takes_line(keeper: &Sitting) {
        settle(&mut keeper.borrow_mut());
        store_queue(keeper);
    }

    fn join(keeper: &Sitting, ticket: Ticket, invitation: Invitation) {
        spawn_local(sit_down(Rc::clone(keeper), ticket, invitation.access));
    }
}

fn handle(keeper: &Sitting, request: Request) {
    match request {
        Request::Open { version, author } => greet(keeper, version, author),
        Request::Author(author) => rename(keeper, author),
        Request::Found(ticket, founding) => spawn_local(found(Rc::clone(keeper), ticket, *founding)),
        Request::Join(ticket, invitation) => line::join(keeper, ticket, &invitation),
        Request::JoinByCode(ticket, code) => {
            let Some(code) = WorkshopCode::parse(&code) else { return refuse_with(ticket, Refusal::NoCode) };
            let Some(secret) = code.secret() else { return refuse_with(ticket, Refusal::Memory) };
            spawn_local(sit_down(Rc::clone(keeper), ticket, Access::Edit(secret)));
        }
        Request::Take(ticket, name) => spawn_local(take(Rc::clone(keeper), ticket, name)),
        Request::Say(ticket, number, turn, said) => answer(keeper, ticket, |inside| speak(inside, number, turn, &said)),
        Request::Turn(ticket, about, said) => answer(keeper, ticket, |inside| turn_to(inside, *about, &said)),
        Request::Vote(ticket, number, round, chosen) => {
            answer(keeper, ticket, |inside| vote(inside, number, round, chosen.0));
        }
        Request::TakeBack(ticket, number, round) => {
            answer(keeper, ticket, |inside| {
                speak(inside, number, round.turn, &[Said::Vote { round, commitment: None }])
            });
        }
        Request::CloseRound(ticket, round) => answer(keeper, ticket, |inside| {
            // Those that came a moment ago count too.
            read_anew(inside);
            let votes = inside.beside.workshop.votes_to_count(&round);
            speak(inside, 0, round.turn, &[Said::Close { round, votes }])
        }),
        Request::StoreAgain => store_queue(keeper),
        Request::Forget(ticket) => spawn_local(forget(Rc::clone(keeper), ticket)),
        Request::Invite(ticket, address, edit) => line::invite(keeper, ticket, &address, edit),
        Request::Hurry => line::hurry(keeper),
        // The register's keeper is another.
        Request::Create(ticket)
        | Request::Apply(ticket, _)
        | Request::Undo(ticket)
        | Request::Redo(ticket)
        | Request::Inspect(ticket, ..)
        | Request::Merge(ticket)
        | Request::Save(ticket, _)
        | Request::Salvage(ticket)
        | Request::Conflicts(ticket, _)
        | Request::History(ticket, ..)
        | Request::News(ticket, _)
        | Request::At(ticket, _)
        | Request::Connect(ticket, _)
        | Request::Leave(ticket)
        | Request::ChangeKeys(ticket) => refuse_with(ticket, Refusal::NoRegister),
    }
}

/// Carries out what somebody here says, tells the page, and has it stored.
fn answer(
    keeper: &Sitting,
    ticket: Ticket,
    carry_out: impl FnOnce(&mut Inside<WorkshopDocument>) -> Result<(), DocumentError>,
) {
    {
        let mut inside = keeper.borrow_mut();
        if let Err(why) = carry_out(&mut inside) {
            return refuse(ticket, &why);
        }
        inside.queued = ticket;
        settle(&mut inside);
    }
    store_queue(keeper);
}

/// Founds a workshop: its code and secret follow from the founder's key, so that all who come know who the founder is.
async fn found(keeper: Sitting, ticket: Ticket, founding: Founding) {
    let (seed, salt) = (Zeroizing::new(device::random::<32>()), device::random::<32>());
    let founder = PersonKey::at_device(&seed, 0).person();
    let secret = WorkshopCode::of(&founder.0, &salt).and_then(|code| code.secret());
    let Some(secret) = secret else { return refuse_with(ticket, Refusal::Memory) };
    let access = Access::Edit(secret);
    let name = name_of(&access);
    // The relay may ask newcomers for a word; whoever founds has given it for the register.
    let admission = match kept_link::read(REGISTER).await {
        Ok(Some(register)) => register.admission,
        _ => String::new(),
    };
    let kept = async {
        kept_link::keep_seed(&name, &seed).await?;
        kept_link::keep(&name, &KeptLink::new(access, admission)).await
    };
    if let Err(why) = kept.await {
        return refuse_with(ticket, Refusal::Other(format!("{why:?}")));
    }
    let begun = WorkshopDocument::create(device::random()).and_then(|mut document| {
        let mut said = vec![Said::Begin(Begin { salt: Digest(salt), about: founding.about })];
        said.push(Said::Join(founding.join));
        said.extend(founding.agenda);
        let key = PersonKey::at_device(&seed, 0);
        let statements: Vec<_> = (1..).zip(&said).map(|(seq, said)| key.say(seq, device::now(), None, said)).collect();
        document.say(&statements)?;
        Ok(document.save())
    });
    match begun {
        Ok(whole) => {
            let stored = async { Store::open(&name).await?.append(&[whole]).await };
            if let Err(why) = stored.await {
                return refuse_with(ticket, Refusal::Other(format!("{why:?}")));
            }
            take(keeper, ticket, name).await;
        }
        Err(why) => refuse(ticket, &why),
    }
}

/// Takes part in the workshop that this access is to. One that this device holds already is opened.
async fn sit_down(keeper: Sitting, ticket: Ticket, access: Access) {
    let name = name_of(&access);
    let kept = async {
        kept_link::seed(&name).await?;
        if kept_link::read(&name).await?.is_none() {
            kept_link::keep(&name, &KeptLink::new(access, String::new())).await?;
        }
        Ok::<_, StoreError>(())
    };
    match kept.await {
        Ok(()) => take(keeper, ticket, name).await,
        Err(why) => refuse_with(ticket, Refusal::Other(format!("{why:?}"))),
    }
}

/// Opens a workshop by the name it has here.
async fn take(keeper: Sitting, ticket: Ticket, name: String) {
    let is_here = async { Ok::<_, StoreError>(kept_link::read(&name).await?.is_some()) };
    match (is_here.await, DocumentName::parse(&name)) {
        (Ok(true), Some(name)) => {
            if keeper.borrow().name.is_none() {
                keep(&keeper, name);
            }
            match open(&keeper).await {
                Ok(()) => worker::tell(&Event::LineDone(ticket)),
                Err(why) => worker::tell(&Event::CannotOpen(why)),
            }
        }
        (Ok(_), _) => refuse_with(ticket, Refusal::NoRegister),
        (Err(why), _) => worker::tell(&Event::CannotOpen(format!("{why:?}"))),
    }
}

/// Reads what this device holds of the workshop, and takes the line up. Nothing but its keys is a workshop of which nothing
/// has come yet.
async fn open(keeper: &Sitting) -> Result<(), String> {
    if std::mem::replace(&mut keeper.borrow_mut().opening, true) {
        return Ok(());
    }
    let found = read(keeper).await;
    keeper.borrow_mut().opening = false;
    let Some((pieces, seed, link)) = found.map_err(|why| format!("{why:?}"))? else {
        keeper.borrow_mut().early.clear();
        worker::tell(&Event::Nothing);
        return Ok(());
    };
    let document = if pieces.is_empty() {
        WorkshopDocument::create(device::random())
    } else {
        WorkshopDocument::load(pieces.iter().map(|(_, piece)| piece), device::random())
    };
    let early = {
        let mut inside = keeper.borrow_mut();
        inside.document = Some(document.map_err(|why| why.to_string())?);
        inside.begun = !pieces.is_empty();
        inside.beside.seed = Some(seed);
        std::mem::take(&mut inside.early)
    };
    for changes in early {
        take_in(keeper, &changes);
    }
    line::take_up(keeper, link);
    settle(&mut keeper.borrow_mut());
    store_queue(keeper);
    compact(keeper, &pieces).await;
    Ok(())
}

/// A workshop's pieces with their numbers, what its persons here follow from, and its line.
type Found = (Vec<(f64, Vec<u8>)>, Zeroizing<[u8; 32]>, KeptLink);

/// Nothing when its keys are not here: it was removed.
async fn read(keeper: &Sitting) -> Result<Option<Found>, StoreError> {
    let name = super::inside::name_of(keeper);
    let Some(link) = kept_link::read(&name).await? else { return Ok(None) };
    let pieces = store(keeper).await?.pieces().await?;
    Ok(Some((pieces, kept_link::seed(&name).await?, link)))
}

/// What a workshop is called on a device: by the beginning of its mailbox's name, which the relay knows too.
fn name_of(access: &Access) -> String {
    let mailbox = access.keys().mailbox();
    let start: String = mailbox.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("workshop-{start}")
}

/// Says something at a turn as the person with this number here.
fn speak(
    inside: &mut Inside<WorkshopDocument>,
    number: u16,
    turn: Option<Digest>,
    said: &[Said],
) -> Result<(), DocumentError> {
    let Inside { document: Some(document), beside, .. } = inside else { return Err(DocumentError::Empty) };
    let key = beside.keys.get(usize::from(number)).ok_or(DocumentError::Empty)?;
    let first = beside.workshop.next_seq(document.statements(), key.person());
    let statements: Vec<_> = (first..).zip(said).map(|(seq, said)| key.say(seq, device::now(), turn, said)).collect();
    let bytes = document.say(&statements)?;
    inside.queue_edit(bytes);
    Ok(())
}

/// Turns the table to the next system, with all that it is given in one change: nobody sees half of it.
fn turn_to(inside: &mut Inside<WorkshopDocument>, about: About, said: &[Said]) -> Result<(), DocumentError> {
    let Inside { document: Some(document), beside, .. } = inside else { return Err(DocumentError::Empty) };
    let key = beside.keys.first().ok_or(DocumentError::Empty)?;
    let first = beside.workshop.next_seq(document.statements(), key.person());
    let begun = key.say(first, device::now(), None, &Said::Turn(about));
    let turn = Statement::from_bytes(&begun).map_err(|_| DocumentError::Damaged)?.id;
    let rest = (first.saturating_add(1)..).zip(said).map(|(seq, said)| key.say(seq, device::now(), Some(turn), said));
    let statements: Vec<_> = std::iter::once(begun).chain(rest).collect();
    let bytes = document.say(&statements)?;
    inside.queue_edit(bytes);
    Ok(())
}

/// Votes, sealed.
fn vote(inside: &mut Inside<WorkshopDocument>, number: u16, round: Round, level: Level) -> Result<(), DocumentError> {
    let Inside { document: Some(document), beside, .. } = &*inside else { return Err(DocumentError::Empty) };
    let key = beside.keys.get(usize::from(number)).ok_or(DocumentError::Empty)?;
    let seq = beside.workshop.next_seq(document.statements(), key.person());
    let commitment = Some(key.ballot(&round, seq, level).commitment(&round, key.person()));
    speak(inside, number, round.turn, &[Said::Vote { round, commitment }])
}

/// Reads the statements anew, opens the votes of this device whose round is closed, and tells the page.
fn settle(inside: &mut Inside<WorkshopDocument>) {
    read_and_open(inside);
    show(inside);
}

fn read_and_open(inside: &mut Inside<WorkshopDocument>) {
    read_anew(inside);
    if inside.holds_line && open_votes(inside) {
        read_anew(inside);
    }
}

/// Tells the page; while the votes of a round are being opened, when all of them are or after [`OPENING`].
fn show_together(keeper: &Sitting) {
    if !keeper.borrow().beside.workshop.is_opening() {
        return show(&mut keeper.borrow_mut());
    }
    if std::mem::replace(&mut keeper.borrow_mut().beside.waits, true) {
        return;
    }
    let keeper = Rc::clone(keeper);
    spawn_local(async move {
        device::wait(OPENING).await;
        // All may have been shown meanwhile.
        if keeper.borrow().beside.waits {
            show(&mut keeper.borrow_mut());
        }
    });
}

fn show(inside: &mut Inside<WorkshopDocument>) {
    inside.beside.waits = false;
    let votes = own_votes(inside);
    let Inside { name, document: Some(document), beside, .. } = &*inside else { return };
    let stands = |own: &OwnVote| {
        let tally = beside.workshop.tally(&own.round);
        tally.is_some_and(|tally| tally.voted.contains(&(own.person, own.vote)))
    };
    let votes = votes.into_iter().filter(stands);
    let votes = votes.map(|own| OwnLevel { person: own.person, round: own.round, level: own.ballot.level }).collect();
    let here = beside.keys.iter().map(PersonKey::person);
    worker::tell(&Event::Workshop(Box::new(WorkshopView {
        name: name.as_ref().map(ToString::to_string).unwrap_or_default(),
        workshop: beside.workshop.clone(),
        here: here.filter(|person| beside.workshop.participant(*person).is_some()).collect(),
        votes,
        code: beside.code.as_ref().map(|code| code.shown().to_string()),
        newer: document.read_only(),
    })));
}

fn read_anew(inside: &mut Inside<WorkshopDocument>) {
    let Inside { document: Some(document), beside, link, .. } = inside else { return };
    let Beside { founded, code, .. } = beside;
    let (founded, code) = (RefCell::new(founded), RefCell::new(code));
    let workshop = Workshop::from_statements(document.statements(), |person, salt| {
        let mut founded = founded.borrow_mut();
        if let Some(known) = founded.get(&(person, Digest(*salt))) {
            return *known;
        }
        let Some(link) = link.as_ref().filter(|_| founded.len() < BEGINNINGS) else { return false };
        let of = WorkshopCode::of(&person.0, salt);
        let leads_here = of.as_ref().is_some_and(|of| link.is_to(of));
        if leads_here {
            **code.borrow_mut() = of;
        }
        founded.insert((person, Digest(*salt)), leads_here);
        leads_here
    });
    beside.workshop = workshop;
    let Some(seed) = &beside.seed else { return };
    while beside.keys.last().is_none_or(|last| beside.workshop.participant(last.person()).is_some()) {
        let Ok(number) = u16::try_from(beside.keys.len()) else { return };
        beside.keys.push(PersonKey::at_device(seed, number));
    }
}

fn own_votes(inside: &Inside<WorkshopDocument>) -> Vec<OwnVote> {
    let Some(document) = &inside.document else { return Vec::new() };
    inside.beside.keys.iter().flat_map(|key| key.own_votes(document.statements())).collect()
}

/// Opens the votes of this device whose round is closed. Tells whether there were any.
fn open_votes(inside: &mut Inside<WorkshopDocument>) -> bool {
    let votes = own_votes(inside);
    let due: Vec<OwnVote> = inside.beside.workshop.to_open(&votes).into_iter().cloned().collect();
    let numbers = inside.beside.keys.iter().map(PersonKey::person).zip(0..);
    let numbers: BTreeMap<Person, u16> = numbers.collect();
    let mut opened = false;
    let turns: BTreeSet<Option<Digest>> = due.iter().map(|own| own.round.turn).collect();
    for ((person, number), turn) in numbers.into_iter().flat_map(|who| turns.iter().map(move |turn| (who, *turn))) {
        let own = due.iter().filter(|own| own.person == person && own.round.turn == turn);
        let said: Vec<_> = own.map(|own| Said::Reveal { vote: own.vote, ballot: own.ballot }).collect();
        // A document of a newer program's takes nothing; the page says so.
        opened |= !said.is_empty() && speak(inside, number, turn, &said).is_ok();
    }
    opened
}
