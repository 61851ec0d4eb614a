//! The keeper's line to the relay: the socket, the timer, what is kept of it, and which tab holds it.
//!
//! What is to be sent and believed, [`Line`] decides; this carries it out. One tab holds the line, the others hear from it
//! how the register stands. Without Web Locks (an address that is not secure) each tab holds one, which costs only bytes.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use wasm_bindgen_futures::spawn_local;

use super::inside::{Inside, Kept, Shared, drop_document, name_of, refuse_with, store_queue};
use super::protocol::{DeviceView, Event, LineReach, LineTrouble, LineView, Refusal, Ticket};
use crate::browser::kept_link;
use crate::browser::socket::{Heard, Socket};
use crate::browser::tabs::{self, Tabs};
use crate::browser::{device, worker};
use crate::crypto::{Access, DocumentSecret, Invitation, RelayAddress, WorkshopCode, qr_svg};
use crate::document::{Author, DocumentError, OneChange, Taken};
use crate::register::{Entry, Place};
use crate::sync::line::{Effect, Event as LineEvent, Line};
use crate::sync::wire::Refusal as RelayRefusal;
use crate::sync::{DeviceCard, DocumentName, Held, KeptLink, KeptMailbox, Problem, Progress, Reach, Status};

/// The line, from the moment the register is joined to a relay.
pub(super) struct Link {
    kept: KeptLink,
    line: Line,
    /// Whether this tab holds it.
    holds: bool,
    socket: Option<Socket>,
    /// Raised by each socket: what an earlier one says is passed over.
    sockets: u32,
    /// What is to be kept has changed.
    unkept: bool,
    view: LineView,
}

impl Link {
    /// Whether this is the line of the workshop that the code leads to.
    pub(super) fn is_to(&self, code: &WorkshopCode) -> bool {
        let Access::Edit(here) = &self.kept.here.access else { return false };
        code.secret().is_some_and(|secret| secret.expose() == here.expose())
    }
}

/// What the tabs tell each other of the line.
#[derive(Serialize, Deserialize)]
enum News {
    /// The register was joined to a relay, or taken from it: what is kept is to be read again.
    Changed,
    /// Whoever holds the line is to say how it stands.
    Ask,
    /// How it stands.
    Stands(LineView),
    /// The document was removed from this device, its keys with it.
    Forgotten,
}

/// The channel of that.
pub(super) struct Channel(Tabs);

impl Channel {
    fn tell(&self, news: &News) {
        if let Ok(bytes) = postcard::to_allocvec(news) {
            self.0.tell(&bytes);
        }
    }
}

/// Joins the tabs' channel, and holds the line as soon as no other tab does.
pub(super) fn begin<D: Kept>(keeper: &Shared<D>, name: &DocumentName) {
    let channel = format!("klassrum.line.{name}");
    let news = Tabs::join(&channel, {
        let keeper = Rc::clone(keeper);
        move |bytes| {
            if let Ok(news) = postcard::from_bytes(&bytes) {
                hear(&keeper, news);
            }
        }
    });
    keeper.borrow_mut().news = Some(Channel(news));
    let keeper = Rc::clone(keeper);
    tabs::hold(&channel, move || {
        keeper.borrow_mut().holds_line = true;
        if let Some(link) = keeper.borrow_mut().link.as_mut() {
            link.holds = true;
        }
        D::takes_line(&keeper);
        drive(&keeper, LineEvent::Hurry);
    });
}

fn hear<D: Kept>(keeper: &Shared<D>, news: News) {
    match news {
        News::Changed => spawn_local(read(Rc::clone(keeper))),
        News::Forgotten => {
            drop_document(keeper);
            // There may be another already.
            D::open(keeper);
        }
        News::Ask => {
            let inside = keeper.borrow();
            if let (Some(link), Some(news)) = (inside.link.as_ref().filter(|link| link.holds), &inside.news) {
                news.tell(&News::Stands(link.view.clone()));
            }
        }
        News::Stands(view) => {
            let mut inside = keeper.borrow_mut();
            if let Some(link) = inside.link.as_mut().filter(|link| !link.holds) {
                link.view = view.clone();
                worker::tell(&Event::Line(Some(view)));
            }
        }
    }
}

/// Reads what is kept of the line, and takes it up. Called when the register is open.
pub(super) async fn read<D: Kept>(keeper: Shared<D>) {
    match kept_link::read(&name_of(&keeper)).await {
        Ok(Some(kept)) => take_up(&keeper, kept),
        Ok(None) => {
            keeper.borrow_mut().link = None;
            worker::tell(&Event::Line(None));
        }
        // The next opening tries again. Until then nothing is put in the place of keys that nobody else may have.
        Err(_) => {
            keeper.borrow_mut().link = None;
            let trouble = Some(LineTrouble::Keys);
            worker::tell(&Event::Line(Some(LineView { may_edit: true, trouble, ..LineView::default() })));
        }
    }
}

/// Tells the other tabs that the document was removed.
pub(super) fn tell_forgotten<D: Kept>(keeper: &Shared<D>) {
    if let Some(news) = &keeper.borrow().news {
        news.tell(&News::Forgotten);
    }
}

pub(super) fn take_up<D: Kept>(keeper: &Shared<D>, kept: KeptLink) {
    {
        let mut inside = keeper.borrow_mut();
        let mut line = Line::new(card(&inside.author));
        let Some(name) = inside.name.clone() else { return };
        line.add(name.clone(), &kept.here.access, kept.here.progress.clone(), &kept.admission);
        for left in &kept.left {
            line.leave(name.clone(), &left.access, left.progress.clone());
        }
        let may_edit = kept.here.access.may_edit();
        let view = LineView { may_edit, ..LineView::default() };
        worker::tell(&Event::Line(Some(view.clone())));
        let holds = inside.holds_line;
        if let Some(news) = inside.news.as_ref().filter(|_| !holds) {
            news.tell(&News::Ask);
        }
        inside.link = Some(Link { kept, line, holds, socket: None, sockets: 0, unkept: false, view });
    }
    drive(keeper, LineEvent::Hurry);
}

/// Whether the register may be edited here: not when the invitation was to read.
pub(super) fn may_edit<D: Kept>(inside: &Inside<D>) -> bool {
    inside.link.as_ref().is_none_or(|link| link.view.may_edit)
}

/// Another one sits here now.
pub(super) fn rename<D: Kept>(keeper: &Shared<D>, author: &Author) {
    if let Some(link) = keeper.borrow_mut().link.as_mut() {
        link.line.rename(card(author));
    }
}

/// Something was edited here and is stored.
pub(super) fn edited<D: Kept>(keeper: &Shared<D>) {
    let name = keeper.borrow().name.clone();
    if let Some(name) = name {
        drive(keeper, LineEvent::Changed(&name));
    }
}

/// Joins the register to the relay that the app came from, with a mailbox of its own. One that is joined gets the word only
/// that the relay asks for.
pub(super) fn connect<D: Kept>(keeper: &Shared<D>, ticket: Ticket, admission: String) {
    let joined = keeper.borrow().link.as_ref().map(|link| link.kept.clone());
    if let Some(mut kept) = joined {
        if admission.is_empty() || kept.admission == admission {
            return worker::tell(&Event::LineDone(ticket));
        }
        kept.admission = admission;
        return begin_with(keeper, ticket, kept);
    }
    let keeper = Rc::clone(keeper);
    spawn_local(async move {
        // There may be keys that have not been read, or could not be: nothing is put in their place.
        match kept_link::read(&name_of(&keeper)).await {
            Ok(Some(kept)) => {
                take_up(&keeper, kept);
                worker::tell(&Event::LineDone(ticket));
            }
            Ok(None) => {
                let access = Access::Edit(DocumentSecret::from_bytes(device::random()));
                begin_with(&keeper, ticket, KeptLink::new(access, admission));
            }
            Err(why) => refuse_with(ticket, Refusal::Other(format!("{why:?}"))),
        }
    });
}

/// Takes an invitation up. A register that is here already is merged with the one invited to. One to another relay leads
/// there: a page may speak with its own only.
pub(super) fn join<D: Kept>(keeper: &Shared<D>, ticket: Ticket, link: &str) {
    let invitation = match Invitation::parse(link) {
        Ok(invitation) if invitation.kind == D::KIND => invitation,
        Ok(_) => return refuse_with(ticket, Refusal::Invitation("it is to another kind of document".to_owned())),
        Err(why) => return refuse_with(ticket, Refusal::Invitation(why.to_string())),
    };
    let relay = invitation.relay.clone().or_else(|| RelayAddress::of_link(link));
    let Some(relay) = relay.filter(|relay| relay.as_str() != device::origin()) else {
        return D::join(keeper, ticket, invitation);
    };
    let keeper = Rc::clone(keeper);
    spawn_local(async move {
        // Whoever sits at the relay itself may have another address for it than those around.
        if device::address_for_others().await == relay.as_str() {
            return D::join(&keeper, ticket, invitation);
        }
        let link = invitation.link(&format!("{}{}", relay.as_str(), D::PLACE));
        refuse_with(ticket, Refusal::Elsewhere(link.to_string()));
    });
}

pub(super) fn begin_with<D: Kept>(keeper: &Shared<D>, ticket: Ticket, kept: KeptLink) {
    let keeper = Rc::clone(keeper);
    spawn_local(async move {
        // Kept before anything is sent: a key that is lost can't be made again.
        match kept_link::keep(&name_of(&keeper), &kept).await {
            Ok(()) => {
                take_up(&keeper, kept);
                tell_changed(&keeper);
                worker::tell(&Event::LineDone(ticket));
            }
            Err(why) => refuse_with(ticket, Refusal::Other(format!("{why:?}"))),
        }
    });
}

/// Takes the register from the relay. It stays on this device, and at the relay for the others.
pub(super) fn leave<D: Kept>(keeper: &Shared<D>, ticket: Ticket) {
    let keeper = Rc::clone(keeper);
    spawn_local(async move {
        match kept_link::forget(&name_of(&keeper)).await {
            Ok(()) => {
                keeper.borrow_mut().link = None;
                worker::tell(&Event::Line(None));
                tell_changed(&keeper);
                worker::tell(&Event::LineDone(ticket));
            }
            Err(why) => refuse_with(ticket, Refusal::Other(format!("{why:?}"))),
        }
    });
}

/// Moves the register to a new mailbox with new keys, and destroys the old one when all of it is in the new.
pub(super) fn change_keys<D: Kept>(keeper: &Shared<D>, ticket: Ticket) {
    let kept = {
        let inside = keeper.borrow();
        let Some(link) = inside.link.as_ref().filter(|link| link.view.may_edit) else {
            return refuse_with(ticket, Refusal::ReadOnly);
        };
        let mut kept = link.kept.clone();
        let access = Access::Edit(DocumentSecret::from_bytes(device::random()));
        let old = std::mem::replace(&mut kept.here, KeptMailbox { access, progress: Progress::default() });
        kept.left.push(old);
        kept
    };
    begin_with(keeper, ticket, kept);
}

/// An invitation: a link, and the same as a picture.
pub(super) fn invite<D: Kept>(keeper: &Shared<D>, ticket: Ticket, address: &str, edit: bool) {
    let inside = keeper.borrow();
    let Some(link) = &inside.link else { return refuse_with(ticket, Refusal::ReadOnly) };
    let access = &link.kept.here.access;
    let access = match access {
        Access::Edit(_) if edit => access.clone(),
        Access::Read(_) if edit => return refuse_with(ticket, Refusal::ReadOnly),
        access => Access::Read(access.reading()),
    };
    let invitation = Invitation { kind: D::KIND, access, relay: RelayAddress::parse(address) };
    let link = invitation.link(&format!("{address}{}", D::PLACE));
    match qr_svg(&link) {
        Ok(picture) => worker::tell(&Event::Invitation(ticket, link.to_string(), picture)),
        Err(why) => refuse_with(ticket, Refusal::Other(why.to_string())),
    }
}

/// The network is back, or the page is about to be hidden.
pub(super) fn hurry<D: Kept>(keeper: &Shared<D>) {
    drive(keeper, LineEvent::Hurry);
}

/// Keeps how far the line has come, once all that it speaks of is stored.
pub(super) fn keep<D: Kept>(keeper: &Shared<D>) {
    let (name, kept) = {
        let mut inside = keeper.borrow_mut();
        let name = inside.name.as_ref().map(ToString::to_string).unwrap_or_default();
        let all_stored = inside.queue.is_empty();
        let Some(link) = inside.link.as_mut().filter(|link| all_stored && link.holds && link.unkept) else { return };
        link.unkept = false;
        (name, link.kept.clone())
    };
    spawn_local(async move {
        // What is not kept is asked for again by the next opening.
        let _ = kept_link::keep_progress(&name, &kept).await;
    });
}

fn tell_changed<D: Kept>(keeper: &Shared<D>) {
    if let Some(news) = &keeper.borrow().news {
        news.tell(&News::Changed);
    }
}

/// Tells the line what happened, and does what it says.
fn drive<D: Kept>(keeper: &Shared<D>, event: LineEvent<'_>) {
    let (effects, changed) = {
        let mut inside = keeper.borrow_mut();
        let Inside { name, document, link, .. } = &mut *inside;
        let (Some(document), Some(link), Some(name)) = (document.as_mut(), link.as_mut(), name.clone()) else { return };
        if !link.holds {
            return;
        }
        let mut documents = BTreeMap::from([(name, Shown { document, changed: BTreeMap::new(), any: false })]);
        let effects = link.line.handle(event, &mut documents, device::moment(), &mut device::random);
        let shown = documents.into_values().next().filter(|shown| shown.any);
        (effects, shown.map(|shown| shown.changed.into_values().collect::<Vec<_>>()))
    };
    if let Some(changed) = changed {
        D::show_changed(keeper, &changed);
    }
    for effect in effects {
        carry_out(keeper, effect);
    }
    set_timer(keeper);
}

/// The document, and what the relay changed of it.
struct Shown<'a, D> {
    document: &'a mut D,
    /// The records that changed, of a document that has records.
    changed: BTreeMap<Place, Entry>,
    /// Whether anything came.
    any: bool,
}

impl<D: Kept> Held for Shown<'_, D> {
    fn heads(&self) -> Vec<[u8; 32]> {
        self.document.heads()
    }

    fn holds(&self, change: &[u8; 32]) -> bool {
        self.document.holds(change)
    }

    fn changes_since(&self, known: &[[u8; 32]]) -> Vec<OneChange> {
        self.document.changes_since(known)
    }

    fn whole(&mut self) -> Vec<u8> {
        self.document.whole()
    }

    fn take_in(&mut self, changes: &[u8]) -> Result<Taken, DocumentError> {
        let taken = self.document.take_in(changes)?;
        self.any = true;
        self.changed.extend(taken.entries.iter().map(|entry| (entry.place.clone(), entry.clone())));
        Ok(taken)
    }
}

fn carry_out<D: Kept>(keeper: &Shared<D>, effect: Effect) {
    match effect {
        Effect::Connect => open_socket(keeper),
        Effect::Disconnect => {
            if let Some(link) = keeper.borrow_mut().link.as_mut() {
                link.socket = None;
            }
        }
        Effect::Send(bytes) => {
            if let Some(socket) = keeper.borrow().link.as_ref().and_then(|link| link.socket.as_ref()) {
                socket.send(&bytes);
            }
        }
        Effect::Store { document: _, mailbox, changes, progress } => {
            {
                let mut inside = keeper.borrow_mut();
                inside.queue.extend(changes);
                if let Some(link) = inside.link.as_mut() {
                    link.unkept = true;
                    let boxes = std::iter::once(&mut link.kept.here).chain(&mut link.kept.left);
                    for kept in boxes.filter(|kept| kept.access.keys().mailbox() == mailbox) {
                        kept.progress = progress.clone();
                    }
                }
            }
            store_queue(keeper);
        }
        Effect::Left { document: _, mailbox } => {
            if let Some(link) = keeper.borrow_mut().link.as_mut() {
                link.kept.left.retain(|left| left.access.keys().mailbox() != mailbox);
                link.unkept = true;
            }
            keep(keeper);
        }
        Effect::Show(_, status) => {
            let mut inside = keeper.borrow_mut();
            let Inside { link, news, .. } = &mut *inside;
            let Some(link) = link else { return };
            link.view = view(&status, link.kept.here.access.may_edit());
            worker::tell(&Event::Line(Some(link.view.clone())));
            if let Some(news) = news {
                news.tell(&News::Stands(link.view.clone()));
            }
        }
    }
}

fn open_socket<D: Kept>(keeper: &Shared<D>) {
    let Some(number) = keeper.borrow_mut().link.as_mut().map(|link| {
        link.sockets += 1;
        link.sockets
    }) else {
        return;
    };
    let heard = {
        let keeper = Rc::clone(keeper);
        move |heard: Heard| {
            let is_now = keeper.borrow().link.as_ref().is_some_and(|link| link.sockets == number);
            match heard {
                _ if !is_now => {}
                Heard::Opened => drive(&keeper, LineEvent::Connected),
                Heard::Message(bytes) => drive(&keeper, LineEvent::Frame(&bytes)),
                Heard::Closed => drive(&keeper, LineEvent::Disconnected),
            }
        }
    };
    match Socket::open(&device::socket_address(), heard) {
        Ok(socket) => {
            if let Some(link) = keeper.borrow_mut().link.as_mut() {
                link.socket = Some(socket);
            }
        }
        Err(_) => drive(keeper, LineEvent::Disconnected),
    }
}

/// Comes back when the line next has something to do.
fn set_timer<D: Kept>(keeper: &Shared<D>) {
    let next = keeper.borrow().link.as_ref().and_then(|link| link.line.next_tick());
    let Some(next) = next else { return };
    let wait = next.saturating_sub(device::moment().running).clamp(0, 3_600_000);
    let turn = {
        let mut inside = keeper.borrow_mut();
        inside.timers += 1;
        inside.timers
    };
    let keeper = Rc::clone(keeper);
    spawn_local(async move {
        device::wait(wait).await;
        // A later timer knows better.
        if keeper.borrow().timers == turn {
            drive(&keeper, LineEvent::Tick);
        }
    });
}

/// What the others see of this device.
fn card(author: &Author) -> DeviceCard {
    let mut id = [0_u8; 8];
    for (at, byte) in author.device.bytes().enumerate() {
        if let Some(place) = id.get_mut(at % 8) {
            *place = place.wrapping_mul(31).wrapping_add(byte);
        }
    }
    let short = |text: &str| text.chars().take(50).collect::<String>();
    DeviceCard { id, device: short(&author.device), name: short(&author.name), role: short(&author.role) }
}

fn view(status: &Status, may_edit: bool) -> LineView {
    LineView {
        may_edit,
        reach: match status.reach {
            Reach::Trying => LineReach::Trying,
            Reach::CatchingUp => LineReach::CatchingUp,
            Reach::Live => LineReach::Live,
            Reach::Away { since } => LineReach::Away { since: since / 1000 },
        },
        unsent: status.unsent,
        at_relay: status.at_relay.map(|at| at / 1000),
        seen: status.seen.map(|at| at / 1000),
        trouble: status.problem.map(|problem| match problem {
            Problem::NoMailbox => LineTrouble::NoMailbox,
            Problem::Nonsense => LineTrouble::Nonsense,
            Problem::Refused(RelayRefusal::Version) => LineTrouble::Version,
            Problem::Refused(RelayRefusal::DiskFull | RelayRefusal::Quota | RelayRefusal::TooLarge) => {
                LineTrouble::Full
            }
            Problem::Refused(RelayRefusal::AdmissionNeeded) => LineTrouble::Admission,
            Problem::Refused(_) => LineTrouble::Refused,
        }),
        others: status.others,
        devices: status
            .devices
            .iter()
            .map(|device| DeviceView {
                name: device.card.name.clone(),
                role: device.card.role.clone(),
                heard: device.heard / 1000,
                edits: device.writes,
            })
            .collect(),
        forged: status.forged,
        unread: status.unread,
        clock_off: status.clock_off.map(|off| off / 1000),
    }
}
