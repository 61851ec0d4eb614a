//! The keeper from within its worker.
//!
//! An edit is applied in memory, the page is told, and its bytes join a queue that one loop at a time writes to
//! IndexedDB. Only then is the page told ”stored”, and only then do the other tabs hear of it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::line::{self, Link};
use super::protocol::{Event, NotStored, Refusal, Request, Ticket, VERSION};
use super::register_file::{self, FileProblem};
use crate::browser::store::{Store, StoreError};
use crate::browser::tabs::{self, Tabs};
use crate::browser::{device, kept_link, worker};
use crate::document::{Applied, Author, DocumentError, RegisterDocument, Signed};
use crate::register::{Entry, Place, RecordKind};
use crate::sync::{DocumentName, Parcel};
use wasm_bindgen_futures::spawn_local;

/// The name of the register's document on this device and in the tabs' channel.
pub(super) const REGISTER: &str = "register";
/// Records a message to the page: few enough that taking them in is not felt.
pub(super) const CHUNK: usize = 60;
/// With more pieces than this, opening makes one of them.
const PIECES: usize = 200;

/// Starts the keeper in its worker.
pub fn run() {
    console_error_panic_hook::set_once();
    let keeper = Rc::new(RefCell::new(Inside::default()));
    let tabs = Tabs::join("klassrum", {
        let keeper = Rc::clone(&keeper);
        move |bytes| hear(&keeper, &bytes)
    });
    keeper.borrow_mut().tabs = Some(tabs);
    line::begin(&keeper);
    let opening = Rc::clone(&keeper);
    worker::serve(move |request| handle(&keeper, request));
    // The page's own module may still be on its way: by the time it is there, so is the register.
    spawn_local(open(opening));
}

#[derive(Default)]
pub(super) struct Inside {
    pub(super) author: Author,
    pub(super) document: Option<RegisterDocument>,
    tabs: Option<Tabs>,
    /// What other tabs said while the document was being opened.
    early: Vec<Vec<u8>>,
    /// Bytes that are not stored yet, and the last ticket they answer.
    pub(super) queue: Vec<Vec<u8>>,
    queued: Ticket,
    writing: bool,
    opening: bool,
    store: Option<Rc<Store>>,
    /// Something in the queue was not at the relay when it came.
    fresh: bool,
    /// The line to the relay, if the register is joined to one.
    pub(super) link: Option<Link>,
    /// Whether this tab is the one that holds the line.
    pub(super) holds_line: bool,
    pub(super) news: Option<line::Channel>,
    /// Raised by each timer of the line's: only the last counts.
    pub(super) timers: u32,
    /// The register file that was opened last, unsealed.
    inspected: Option<Vec<u8>>,
}

/// What this device holds: the document's pieces with their numbers, and the last picture's messages.
type Found = (Vec<(f64, Vec<u8>)>, Vec<Vec<u8>>);

pub(super) type Shared = Rc<RefCell<Inside>>;

fn handle(keeper: &Shared, request: Request) {
    match request {
        Request::Open { version, author } => {
            line::rename(keeper, &author);
            keeper.borrow_mut().author = author;
            if version != VERSION {
                worker::tell(&Event::CannotOpen("the program was updated meanwhile".to_owned()));
            }
        }
        Request::Author(author) => {
            line::rename(keeper, &author);
            keeper.borrow_mut().author = author;
        }
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
            with_document(keeper, ticket, |document| Ok(Event::News(ticket, document.news(&since, &me))));
        }
        Request::At(ticket, at) => with_document(keeper, ticket, |document| {
            Ok(Event::At(ticket, document.register_at(at).map(|register| register.entries().collect())))
        }),
        Request::StoreAgain => store_queue(keeper),
        Request::Forget(ticket) => spawn_local(forget(Rc::clone(keeper), ticket)),
        Request::Connect(ticket, admission) => line::connect(keeper, ticket, admission),
        Request::Join(ticket, invitation) => line::join(keeper, ticket, &invitation),
        Request::Leave(ticket) => line::leave(keeper, ticket),
        Request::ChangeKeys(ticket) => line::change_keys(keeper, ticket),
        Request::Invite(ticket, address, edit) => line::invite(keeper, ticket, &address, edit),
        Request::Hurry => line::hurry(keeper),
    }
}

async fn open(keeper: Shared) {
    if std::mem::replace(&mut keeper.borrow_mut().opening, true) {
        return;
    }
    let found = read(&keeper).await;
    keeper.borrow_mut().opening = false;
    let (pieces, glimpse) = match found {
        Ok(found) => found,
        Err(why) => return worker::tell(&Event::CannotOpen(format!("{why:?}"))),
    };
    if pieces.is_empty() {
        return worker::tell(&Event::Nothing);
    }
    let shown = glimpsed(&glimpse);
    if !shown.is_empty() {
        for message in glimpse.iter().skip(1) {
            worker::tell_bytes(message);
        }
        worker::tell(&Event::Glimpsed);
    }
    match RegisterDocument::load(pieces.iter().map(|(_, piece)| piece), device::random()) {
        Ok(document) => {
            keeper.borrow_mut().document = Some(document);
            let picture = show(&keeper, shown);
            spawn_local(line::read(Rc::clone(&keeper)));
            if PIECES < pieces.len() {
                let covered = pieces.iter().map(|(number, _)| *number).collect();
                compact(&keeper, covered).await;
            }
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

async fn read(keeper: &Shared) -> Result<Found, StoreError> {
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
fn show(keeper: &Shared, mut shown: BTreeMap<Place, Entry>) -> Vec<Vec<u8>> {
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

/// Sends the whole register to the page.
pub(super) fn show_all(keeper: &Shared) {
    show(keeper, BTreeMap::new());
}

/// Makes one piece of many, if no other tab is doing so. What was appended meanwhile stays a piece of its own.
async fn compact(keeper: &Shared, covered: Vec<f64>) {
    let snapshot = keeper.borrow_mut().document.as_mut().map(RegisterDocument::save);
    let Some(snapshot) = snapshot else { return };
    let keeper = Rc::clone(keeper);
    tabs::alone("klassrum.compact", async move {
        // The pieces are as they were if this fails; the next opening tries again.
        if let Ok(store) = store(&keeper).await {
            let _ = store.compact(&snapshot, &covered).await;
        }
    })
    .await;
}

fn create(keeper: &Shared, ticket: Ticket) {
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
    keeper: &Shared,
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
        if !bytes.is_empty() {
            inside.queue.push(bytes);
            inside.fresh = true;
        }
        inside.queued = ticket;
    }
    store_queue(keeper);
}

/// Writes the queue until it is empty. What can't be written stays in it.
pub(super) fn store_queue(keeper: &Shared) {
    if std::mem::replace(&mut keeper.borrow_mut().writing, true) {
        return;
    }
    let keeper = Rc::clone(keeper);
    spawn_local(async move {
        loop {
            let (pieces, ticket) = {
                let inside = keeper.borrow();
                (inside.queue.clone(), inside.queued)
            };
            let stored = if pieces.is_empty() { Ok(()) } else { write(&keeper, &pieces).await };
            let mut inside = keeper.borrow_mut();
            if let Err(why) = stored {
                inside.writing = false;
                worker::tell(&Event::NotStored(match why {
                    StoreError::Full => NotStored::Full,
                    StoreError::Refused(_) => NotStored::Refused,
                }));
                return;
            }
            inside.queue.drain(..pieces.len());
            worker::tell(&Event::Stored(ticket));
            for changes in pieces {
                let Some(document) = DocumentName::parse(REGISTER) else { continue };
                let parcel = Parcel { document, changes };
                // Changes too large for a parcel are in the store; other tabs see them when they are reloaded.
                if let (Some(tabs), Ok(bytes)) = (&inside.tabs, parcel.to_bytes()) {
                    tabs.tell(&bytes);
                }
            }
            if inside.queue.is_empty() && inside.queued == ticket {
                inside.writing = false;
                let fresh = std::mem::take(&mut inside.fresh);
                drop(inside);
                line::keep(&keeper);
                if fresh {
                    line::edited(&keeper);
                }
                return;
            }
        }
    });
}

async fn write(keeper: &Shared, pieces: &[Vec<u8>]) -> Result<(), StoreError> {
    let written = store(keeper).await?.append(pieces).await;
    if written.is_err() {
        // The connection may be what failed (iOS drops it in the background): the next try opens a new one.
        keeper.borrow_mut().store = None;
    }
    written
}

async fn store(keeper: &Shared) -> Result<Rc<Store>, StoreError> {
    if let Some(store) = keeper.borrow().store.clone() {
        return Ok(store);
    }
    let store = Rc::new(Store::open(REGISTER).await?);
    keeper.borrow_mut().store = Some(Rc::clone(&store));
    Ok(store)
}

/// Another tab has stored something.
fn hear(keeper: &Shared, bytes: &[u8]) {
    let Ok(parcel) = Parcel::from_bytes(bytes) else { return };
    if parcel.document.as_str() != REGISTER {
        return;
    }
    if keeper.borrow().document.is_none() {
        keeper.borrow_mut().early.push(parcel.changes);
        // This tab said that there was no register; now there may be one.
        spawn_local(open(Rc::clone(keeper)));
        return;
    }
    take_in(keeper, &parcel.changes);
}

fn take_in(keeper: &Shared, changes: &[u8]) {
    let mut inside = keeper.borrow_mut();
    let Some(document) = inside.document.as_mut() else { return };
    // A parcel that can't be read is one of a newer program's; it is in the store, and a reload says so.
    let Ok(entries) = document.merge(changes) else { return };
    let (undo, redo, seen) = (document.can_undo(), document.can_redo(), document.seen());
    worker::tell(&Event::Changed { entries, seen, undo, redo, ticket: None });
    drop(inside);
    // That tab has stored it; this one may be the one that sends it.
    line::edited(keeper);
}

fn save(keeper: &Shared, ticket: Ticket, passphrase: Option<String>) {
    let mut inside = keeper.borrow_mut();
    let Some(document) = inside.document.as_mut() else {
        return worker::tell(&Event::Refused(ticket, Refusal::NoRegister));
    };
    match register_file::make(document, passphrase) {
        Ok(bytes) => worker::tell(&Event::Saved(ticket, bytes)),
        Err(why) => worker::tell(&Event::Refused(ticket, Refusal::File(why))),
    }
}

fn inspect(keeper: &Shared, ticket: Ticket, bytes: Vec<u8>, passphrase: Option<String>) {
    let mut inside = keeper.borrow_mut();
    inside.inspected = None;
    let found = register_file::open(bytes, passphrase).and_then(|bytes| {
        let difference = register_file::difference(inside.document.as_mut(), &bytes)?;
        Ok((bytes, difference))
    });
    match found {
        Ok((bytes, difference)) => {
            inside.inspected = Some(bytes);
            worker::tell(&Event::Inspected(ticket, difference));
        }
        Err(why) => worker::tell(&Event::Refused(ticket, Refusal::File(why))),
    }
}

fn merge_inspected(keeper: &Shared, ticket: Ticket) {
    let inspected = keeper.borrow_mut().inspected.take();
    match inspected {
        Some(bytes) => merge(keeper, ticket, bytes),
        None => worker::tell(&Event::Refused(ticket, Refusal::File(FileProblem::NotRead))),
    }
}

fn merge(keeper: &Shared, ticket: Ticket, bytes: Vec<u8>) {
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

async fn forget(keeper: Shared, ticket: Ticket) {
    let cleared = async {
        kept_link::forget(REGISTER).await?;
        store(&keeper).await?.clear().await
    }
    .await;
    match cleared {
        Ok(()) => {
            let mut inside = keeper.borrow_mut();
            inside.document = None;
            inside.link = None;
            inside.queue.clear();
            worker::tell(&Event::Line(None));
            worker::tell(&Event::Stored(ticket));
            worker::tell(&Event::Nothing);
        }
        Err(why) => worker::tell(&Event::Refused(ticket, Refusal::Other(format!("{why:?}")))),
    }
}

fn with_document(
    keeper: &Shared,
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

pub(super) fn refuse_with(ticket: Ticket, why: Refusal) {
    worker::tell(&Event::Refused(ticket, why));
}

fn refuse(ticket: Ticket, why: &DocumentError) {
    refuse_with(
        ticket,
        match why {
            DocumentError::Newer { schema } => Refusal::Newer(*schema),
            DocumentError::ChangedSince => Refusal::ChangedSince,
            other => Refusal::Other(other.to_string()),
        },
    );
}
