//! The register's keeper.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::inside::{
    Inside, Kept, Shared, compact, forget, greet, keep, name_of, refuse, refuse_with, rename, store, store_queue,
    take_in,
};
use super::line;
use super::protocol::{Event, Refusal, Request, Ticket, VERSION};
use super::register_file::{self, FileProblem};
use crate::browser::store::StoreError;
use crate::browser::{device, kept_link, worker};
use crate::crypto::{DocumentKind, Invitation};
use crate::document::{Applied, DocumentError, RegisterDocument, Signed};
use crate::register::{Entry, Place, RecordKind};
use crate::sync::{DocumentName, KeptLink};
use wasm_bindgen_futures::spawn_local;

/// The name of the register's document on this device and in the tabs' channel.
pub(super) const REGISTER: &str = "register";
/// Records a message to the page: few enough that taking them in is not felt.
const CHUNK: usize = 60;

type Register = Shared<RegisterDocument>;

/// Starts the register's keeper.
pub(super) fn run() {
    let keeper: Register = Rc::new(RefCell::new(Inside::default()));
    if let Some(name) = DocumentName::parse(REGISTER) {
        keep(&keeper, name);
    }
    let opening = Rc::clone(&keeper);
    worker::serve(move |request| handle(&keeper, request));
    // The page's own module may still be on its way: by the time it is there, so is the register.
    spawn_local(open(opening));
}

/// What the register's keeper holds beside the register.
#[derive(Default)]
pub(super) struct Beside {
    /// The register file that was opened last, unsealed.
    inspected: Option<Vec<u8>>,
}

/// What this device holds: the document's pieces with their numbers, and the last picture's messages.
type Found = (Vec<(f64, Vec<u8>)>, Vec<Vec<u8>>);

impl Kept for RegisterDocument {
    const KIND: DocumentKind = DocumentKind::Register;
    const PLACE: &'static str = "/";
    const HURRIES: bool = false;
    type Beside = Beside;

    fn open(keeper: &Register) {
        spawn_local(open(Rc::clone(keeper)));
    }

    fn take_from_tab(inside: &mut Inside<Self>, changes: &[u8]) -> bool {
        let Some(document) = inside.document.as_mut() else { return false };
        let Ok(entries) = document.merge(changes) else { return false };
        let (undo, redo, seen) = (document.can_undo(), document.can_redo(), document.seen());
        worker::tell(&Event::Changed { entries, seen, undo, redo, ticket: None });
        true
    }

    fn show_changed(keeper: &Register, changed: &[Entry]) {
        let inside = keeper.borrow();
        let Some(document) = inside.document.as_ref() else { return };
        let (undo, redo, seen) = (document.can_undo(), document.can_redo(), document.seen());
        for chunk in changed.chunks(CHUNK) {
            worker::tell(&Event::Changed { entries: chunk.to_vec(), seen: seen.clone(), undo, redo, ticket: None });
        }
    }

    fn takes_line(_: &Register) {}

    fn join(keeper: &Register, ticket: Ticket, invitation: Invitation) {
        if keeper.borrow().document.is_none() {
            match RegisterDocument::create(device::random()) {
                Ok(mut document) => {
                    let bytes = document.save();
                    let mut inside = keeper.borrow_mut();
                    inside.document = Some(document);
                    inside.queue.push(bytes);
                }
                Err(why) => return refuse_with(ticket, Refusal::Other(why.to_string())),
            }
            show(keeper, BTreeMap::new());
            store_queue(keeper);
        }
        line::begin_with(keeper, ticket, KeptLink::new(invitation.access, String::new()));
    }
}

fn handle(keeper: &Register, request: Request) {
    match request {
        Request::Open { version, author } => greet(keeper, version, author),
        Request::Author(author) => rename(keeper, author),
        Request::Create(ticket) => create(keeper, ticket),
        Request::Apply(ticket, command) => {
            edit(keeper, ticket, |document, signed| document.apply(&command, signed).map(Some))
        }
        Request::Undo(ticket) => edit(keeper, ticket, RegisterDocument::undo),
        Request::Redo(ticket) => edit(keeper, ticket, RegisterDocument::redo),
        Request::Inspect(ticket, bytes, passphrase) => inspect(keeper, ticket, bytes, passphrase),
        Request::Merge(ticket) => merge_inspected(keeper, ticket),
        Request::Save(ticket, passphrase) => save(keeper, ticket, passphrase),
        Request::Conflicts(ticket, places) => {
            with_document(keeper, ticket, |document| Ok(Event::Conflicts(ticket, document.conflicts_of(&places))))
        }
        Request::History(ticket, place, field) => with_document(keeper, ticket, |document| {
            Ok(Event::History(ticket, document.history(&place, field.as_deref())))
        }),
        Request::News(ticket, since) => {
            let me = keeper.borrow().author.device.clone();
            with_document(keeper, ticket, |document| {
                let news = document.knows(&since).then(|| document.news(&since, &me));
                Ok(Event::News(ticket, news))
            });
        }
        Request::At(ticket, at) => with_document(keeper, ticket, |document| {
            let then = document.register_at(at).map(|register| register.entries().collect());
            Ok(Event::At(ticket, then.ok_or_else(|| document.began())))
        }),
        Request::StoreAgain => store_queue(keeper),
        Request::Salvage(ticket) => spawn_local(salvage(Rc::clone(keeper), ticket)),
        Request::Forget(ticket) => spawn_local(forget(Rc::clone(keeper), ticket)),
        Request::Connect(ticket, admission) => line::connect(keeper, ticket, admission),
        Request::Join(ticket, invitation) => line::join(keeper, ticket, &invitation),
        Request::Leave(ticket) => line::leave(keeper, ticket),
        Request::ChangeKeys(ticket) => line::change_keys(keeper, ticket),
        Request::Invite(ticket, address, edit) => line::invite(keeper, ticket, &address, edit),
        Request::Hurry => line::hurry(keeper),
        // A workshop's keeper is another.
        Request::Found(ticket, _)
        | Request::JoinByCode(ticket, _)
        | Request::Take(ticket, _)
        | Request::Say(ticket, ..)
        | Request::Turn(ticket, ..)
        | Request::Vote(ticket, ..)
        | Request::TakeBack(ticket, ..)
        | Request::CloseRound(ticket, _) => refuse_with(ticket, Refusal::NoRegister),
    }
}

async fn open(keeper: Register) {
    if std::mem::replace(&mut keeper.borrow_mut().opening, true) {
        return;
    }
    let found = loop {
        let said = keeper.borrow().early.len();
        let found = read(&keeper).await;
        // What another tab says meanwhile may be the beginning, which it has stored.
        let is_empty = matches!(&found, Ok((pieces, _)) if pieces.is_empty());
        if !is_empty || keeper.borrow().early.len() == said {
            break found;
        }
    };
    keeper.borrow_mut().opening = false;
    let (pieces, glimpse) = match found {
        Ok(found) => found,
        Err(why) => return worker::tell(&Event::CannotOpen(format!("{why:?}"))),
    };
    if pieces.is_empty() {
        // What another tab said of a register that was removed is no part of the next.
        keeper.borrow_mut().early.clear();
        return worker::tell(&Event::Nothing);
    }
    let shown = glimpsed(&glimpse);
    if !shown.is_empty() {
        for message in glimpse.iter().skip(1) {
            worker::tell_bytes(message);
        }
        worker::tell(&Event::Glimpsed);
    }
    let loaded = RegisterDocument::load(pieces.iter().map(|(_, piece)| piece), device::random());
    let has_no_beginning = loaded.as_ref().is_ok_and(RegisterDocument::has_no_beginning);
    if has_no_beginning && has_no_line(&keeper).await {
        return worker::tell(&Event::CannotOpen("what the register begins with is missing".to_owned()));
    }
    match loaded {
        Ok(document) => {
            {
                let mut inside = keeper.borrow_mut();
                (inside.document, inside.begun) = (Some(document), true);
            }
            let picture = show(&keeper, shown);
            spawn_local(line::read(Rc::clone(&keeper)));
            compact(&keeper, &pieces).await;
            if picture != glimpse
                && let Ok(store) = store(&keeper).await
            {
                // The next opening shows an older picture first if this fails.
                let _ = store.keep_picture(&picture).await;
            }
        }
        Err(why) => worker::tell(&Event::CannotOpen(why.to_string())),
    }
}

async fn salvage(keeper: Register, ticket: Ticket) {
    let pieces = match read(&keeper).await {
        Ok((pieces, _)) => pieces,
        Err(why) => return refuse_with(ticket, Refusal::Other(format!("{why:?}"))),
    };
    let pieces: Vec<_> = pieces.iter().map(|(_, piece)| piece).collect();
    match RegisterDocument::salvage(&pieces) {
        Ok(file) => worker::tell(&Event::Saved(ticket, file)),
        Err(why) => refuse(ticket, &why),
    }
}

/// Whether nothing is known of a relay that could bring what is missing.
async fn has_no_line(keeper: &Register) -> bool {
    matches!(kept_link::read(&name_of(keeper)).await, Ok(None))
}

async fn read(keeper: &Register) -> Result<Found, StoreError> {
    let store = store(keeper).await?;
    let pieces = store.pieces().await?;
    // A picture that can't be read costs only the glimpse.
    let glimpse = if pieces.is_empty() { Vec::new() } else { store.picture().await.unwrap_or_default() };
    Ok((pieces, glimpse))
}

/// What a kept picture shows. Its first message says which version the others have; another version shows nothing.
fn glimpsed(messages: &[Vec<u8>]) -> BTreeMap<Place, Entry> {
    let mut shown = BTreeMap::new();
    let Some((version, messages)) = messages.split_first() else { return shown };
    if *version != VERSION.to_le_bytes() {
        return shown;
    }
    for message in messages {
        let Ok(Event::Picture(entries)) = postcard::from_bytes(message) else { return BTreeMap::new() };
        shown.extend(entries.into_iter().map(|entry| (entry.place.clone(), entry)));
    }
    shown
}

/// Sends the register to the page, less what it shows already, and then what other tabs said meanwhile. Gives the whole
/// picture as messages.
fn show(keeper: &Register, mut shown: BTreeMap<Place, Entry>) -> Vec<Vec<u8>> {
    let (early, messages) = {
        let mut inside = keeper.borrow_mut();
        let Some(document) = inside.document.as_mut() else { return Vec::new() };
        let mut entries = document.entries();
        // Systems last: by then all that a system's row counts is there.
        entries.sort_by_key(|entry| entry.place.kind == RecordKind::System);
        let (newer, seen) = (document.read_only(), document.seen());
        let chunks =
            entries.chunks(CHUNK).filter_map(|chunk| postcard::to_allocvec(&Event::Picture(chunk.to_vec())).ok());
        let messages: Vec<Vec<u8>> = std::iter::once(VERSION.to_le_bytes().to_vec()).chain(chunks).collect();
        if shown.is_empty() {
            messages.iter().skip(1).for_each(|message| worker::tell_bytes(message));
        } else {
            let mut changed: Vec<Entry> =
                entries.into_iter().filter(|entry| shown.remove(&entry.place).as_ref() != Some(entry)).collect();
            changed.extend(shown.into_keys().map(|place| Entry::new(place, None)));
            for chunk in changed.chunks(CHUNK) {
                let (entries, seen) = (chunk.to_vec(), seen.clone());
                worker::tell(&Event::Changed { entries, seen, undo: false, redo: false, ticket: None });
            }
        }
        worker::tell(&Event::Opened { newer, seen });
        (std::mem::take(&mut inside.early), messages)
    };
    for changes in early {
        take_in(keeper, &changes);
    }
    messages
}

fn create(keeper: &Register, ticket: Ticket) {
    if keeper.borrow().document.is_some() {
        // Another tab was first.
        keeper.borrow_mut().queued = ticket;
        return store_queue(keeper);
    }
    match RegisterDocument::create(device::random()) {
        Ok(mut document) => {
            let bytes = document.save();
            {
                let mut inside = keeper.borrow_mut();
                inside.document = Some(document);
                inside.queue.push(bytes);
                inside.queued = ticket;
            }
            show(keeper, BTreeMap::new());
            store_queue(keeper);
        }
        Err(why) => worker::tell(&Event::CannotOpen(why.to_string())),
    }
}

fn edit(
    keeper: &Register,
    ticket: Ticket,
    carry_out: impl FnOnce(&mut RegisterDocument, &Signed) -> Result<Option<Applied>, DocumentError>,
) {
    {
        let mut inside = keeper.borrow_mut();
        let signed = Signed { by: inside.author.clone(), at: device::now() };
        if !line::may_edit(&inside) {
            return refuse_with(ticket, Refusal::ReadOnly);
        }
        let Some(document) = inside.document.as_mut() else {
            return worker::tell(&Event::Refused(ticket, Refusal::NoRegister));
        };
        let before = document.seen();
        let applied = match carry_out(document, &signed) {
            Ok(applied) => applied,
            Err(why) => return refuse(ticket, &why),
        };
        let (undo, redo) = (document.can_undo(), document.can_redo());
        let seen = document.seen();
        let (entries, bytes) = applied.map(|applied| (applied.entries, applied.bytes)).unwrap_or_default();
        // An import changes thousands of records. Until the last are there, the page has seen what it had before.
        let rest = entries.len().saturating_sub(1) / CHUNK * CHUNK;
        let (first, last) = entries.split_at(rest);
        for chunk in first.chunks(CHUNK) {
            let (entries, seen) = (chunk.to_vec(), before.clone());
            worker::tell(&Event::Changed { entries, seen, undo, redo, ticket: None });
        }
        worker::tell(&Event::Changed { entries: last.to_vec(), seen, undo, redo, ticket: Some(ticket) });
        inside.queue_edit(bytes);
        inside.queued = ticket;
    }
    store_queue(keeper);
}

fn save(keeper: &Register, ticket: Ticket, passphrase: Option<String>) {
    let mut inside = keeper.borrow_mut();
    let Some(document) = inside.document.as_mut() else {
        return worker::tell(&Event::Refused(ticket, Refusal::NoRegister));
    };
    match register_file::make(document, passphrase) {
        Ok(bytes) => worker::tell(&Event::Saved(ticket, bytes)),
        Err(why) => worker::tell(&Event::Refused(ticket, Refusal::File(why))),
    }
}

fn inspect(keeper: &Register, ticket: Ticket, bytes: Vec<u8>, passphrase: Option<String>) {
    let mut inside = keeper.borrow_mut();
    inside.beside.inspected = None;
    let found = register_file::open(bytes, passphrase).and_then(|bytes| {
        let difference = register_file::difference(inside.document.as_mut(), &bytes)?;
        Ok((bytes, difference))
    });
    match found {
        Ok((bytes, difference)) => {
            inside.beside.inspected = Some(bytes);
            worker::tell(&Event::Inspected(ticket, difference));
        }
        Err(why) => worker::tell(&Event::Refused(ticket, Refusal::File(why))),
    }
}

fn merge_inspected(keeper: &Register, ticket: Ticket) {
    let inspected = keeper.borrow_mut().beside.inspected.take();
    match inspected {
        Some(bytes) => merge(keeper, ticket, bytes),
        None => worker::tell(&Event::Refused(ticket, Refusal::File(FileProblem::NotRead))),
    }
}

fn merge(keeper: &Register, ticket: Ticket, bytes: Vec<u8>) {
    let fresh = keeper.borrow().document.is_none();
    if fresh {
        match RegisterDocument::load([&bytes], device::random()) {
            Ok(document) => keeper.borrow_mut().document = Some(document),
            Err(why) => return refuse(ticket, &why),
        }
    } else {
        let mut inside = keeper.borrow_mut();
        let Some(document) = inside.document.as_mut() else { return };
        let entries = match document.merge(&bytes) {
            Ok(entries) => entries,
            Err(why) => return refuse(ticket, &why),
        };
        let (undo, redo, seen) = (document.can_undo(), document.can_redo(), document.seen());
        worker::tell(&Event::Changed { entries, seen, undo, redo, ticket: Some(ticket) });
    }
    {
        let mut inside = keeper.borrow_mut();
        inside.queue.push(bytes);
        inside.queued = ticket;
        inside.fresh = true;
    }
    if fresh {
        show(keeper, BTreeMap::new());
    }
    store_queue(keeper);
}

fn with_document(
    keeper: &Register,
    ticket: Ticket,
    answer: impl FnOnce(&mut RegisterDocument) -> Result<Event, DocumentError>,
) {
    let mut inside = keeper.borrow_mut();
    match inside.document.as_mut().map(answer) {
        Some(Ok(event)) => worker::tell(&event),
        Some(Err(why)) => refuse(ticket, &why),
        None => worker::tell(&Event::Refused(ticket, Refusal::NoRegister)),
    }
}
