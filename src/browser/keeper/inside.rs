//! The keeper from within its worker: what is the same for every kind of document.
//!
//! An edit is applied in memory, the page is told, and its bytes join a queue that one loop at a time writes to
//! IndexedDB. Only then is the page told ”stored”, and only then do the other tabs hear of it.

use std::cell::RefCell;
use std::rc::Rc;

use super::line::{self, Link};
use super::protocol::{Event, NotStored, Refusal, Ticket, VERSION};
use super::{register, workshop};
use crate::browser::store::{Appended, Store, StoreError};
use crate::browser::tabs::{self, Tabs};
use crate::browser::{kept_link, worker};
use crate::crypto::{DocumentKind, Invitation};
use crate::document::{Author, DocumentError};
use crate::register::{CommandError, Entry, FieldError};
use crate::sync::{DocumentName, Held, Parcel};
use wasm_bindgen_futures::spawn_local;

/// With more pieces than this, opening makes one of them.
const PIECES: usize = 200;

/// Starts the keeper in its worker: of the register, or of the workshop that the page then names.
pub fn run() {
    console_error_panic_hook::set_once();
    if worker::own_name() == super::WORKSHOP { workshop::run() } else { register::run() }
}

/// A kind of document, as its keeper needs it.
pub(super) trait Kept: Held + Sized + 'static {
    /// Which kind.
    const KIND: DocumentKind;
    /// Where in the app an invitation to it leads.
    const PLACE: &'static str;
    /// Whether others sit and wait for each edit, so that none waits for the next.
    const HURRIES: bool;
    /// What else the keeper of such a document holds.
    type Beside: Default;

    /// Opens what this device holds, and tells the page.
    fn open(keeper: &Shared<Self>);
    /// Takes in what another tab has stored, and tells the page. Tells whether it could be read.
    fn take_from_tab(inside: &mut Inside<Self>, changes: &[u8]) -> bool;
    /// Tells the page what the relay has brought.
    fn show_changed(keeper: &Shared<Self>, changed: &[Entry]);
    /// This tab is the one that holds the line, from now on.
    fn takes_line(keeper: &Shared<Self>);
    /// Takes up an invitation to such a document at this relay.
    fn join(keeper: &Shared<Self>, ticket: Ticket, invitation: Invitation);
}

/// What a keeper holds.
pub(super) struct Inside<D: Kept> {
    /// What the document is called on this device and in the tabs' channel; nothing before it is known.
    pub(super) name: Option<DocumentName>,
    pub(super) author: Author,
    pub(super) document: Option<D>,
    pub(super) beside: D::Beside,
    tabs: Option<Tabs>,
    /// What other tabs said while the document was being opened.
    pub(super) early: Vec<Vec<u8>>,
    /// Bytes that are not stored yet, and the last ticket they answer.
    pub(super) queue: Vec<Vec<u8>>,
    pub(super) queued: Ticket,
    writing: bool,
    pub(super) opening: bool,
    store: Option<Rc<Store>>,
    /// Something in the queue was not at the relay when it came.
    pub(super) fresh: bool,
    /// Something of the document is in the store.
    pub(super) begun: bool,
    /// The line to the relay, if the document is joined to one.
    pub(super) link: Option<Link>,
    /// Whether this tab is the one that holds the line.
    pub(super) holds_line: bool,
    pub(super) news: Option<line::Channel>,
    /// Raised by each timer of the line's: only the last counts.
    pub(super) timers: u32,
}

impl<D: Kept> Default for Inside<D> {
    fn default() -> Self {
        Self {
            name: None,
            author: Author::default(),
            document: None,
            beside: D::Beside::default(),
            tabs: None,
            early: Vec::new(),
            queue: Vec::new(),
            queued: 0,
            writing: false,
            opening: false,
            store: None,
            fresh: false,
            begun: false,
            link: None,
            holds_line: false,
            news: None,
            timers: 0,
        }
    }
}

impl<D: Kept> Inside<D> {
    /// Queues bytes of an edit of this tab's to be stored and sent.
    pub(super) fn queue_edit(&mut self, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            self.queue.push(bytes);
            self.fresh = true;
        }
    }
}

pub(super) type Shared<D> = Rc<RefCell<Inside<D>>>;

/// Begins to keep the document of this name: listens to the other tabs and takes part in who holds the line.
pub(super) fn keep<D: Kept>(keeper: &Shared<D>, name: DocumentName) {
    let tabs = Tabs::join("klassrum", {
        let keeper = Rc::clone(keeper);
        move |bytes| hear(&keeper, &bytes)
    });
    {
        let mut inside = keeper.borrow_mut();
        inside.tabs = Some(tabs);
        inside.name = Some(name.clone());
    }
    line::begin(keeper, &name);
}

/// The name under which this device keeps the document; empty before it is known.
pub(super) fn name_of<D: Kept>(keeper: &Shared<D>) -> String {
    keeper.borrow().name.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// The page says hello: who edits here, and which version of the program it is.
pub(super) fn greet<D: Kept>(keeper: &Shared<D>, version: u16, author: Author) {
    rename(keeper, author);
    if version != VERSION {
        worker::tell(&Event::CannotOpen("the program was updated meanwhile".to_owned()));
    }
}

/// Another one sits here now.
pub(super) fn rename<D: Kept>(keeper: &Shared<D>, author: Author) {
    line::rename(keeper, &author);
    keeper.borrow_mut().author = author;
}

/// Makes one piece of many, if there are many and no other tab is doing so. What was appended meanwhile stays a piece of
/// its own.
pub(super) async fn compact<D: Kept>(keeper: &Shared<D>, pieces: &[(f64, Vec<u8>)]) {
    if pieces.len() <= PIECES {
        return;
    }
    let covered: Vec<_> = pieces.iter().map(|(number, _)| *number).collect();
    let snapshot = keeper.borrow_mut().document.as_mut().map(Held::whole);
    let Some(snapshot) = snapshot else { return };
    let keeper = Rc::clone(keeper);
    let lock = format!("klassrum.compact.{}", name_of(&keeper));
    tabs::alone(&lock, async move {
        // The pieces are as they were if this fails; the next opening tries again.
        if let Ok(store) = store(&keeper).await {
            let _ = store.compact(&snapshot, &covered).await;
        }
    })
    .await;
}

/// Writes the queue until it is empty. What can't be written stays in it.
pub(super) fn store_queue<D: Kept>(keeper: &Shared<D>) {
    if std::mem::replace(&mut keeper.borrow_mut().writing, true) {
        return;
    }
    let keeper = Rc::clone(keeper);
    spawn_local(async move {
        loop {
            let (pieces, ticket, begun) = {
                let inside = keeper.borrow();
                (inside.queue.clone(), inside.queued, inside.begun)
            };
            let stored = if pieces.is_empty() { Ok(true) } else { write(&keeper, &pieces, begun).await };
            if stored == Ok(false) {
                keeper.borrow_mut().writing = false;
                drop_document(&keeper);
                return D::open(&keeper);
            }
            let mut inside = keeper.borrow_mut();
            if let Err(why) = stored {
                inside.writing = false;
                worker::tell(&Event::NotStored(match why {
                    StoreError::Full => NotStored::Full,
                    StoreError::Refused(_) => NotStored::Refused,
                }));
                return;
            }
            inside.begun |= inside.document.is_some() && !pieces.is_empty();
            // Less, if the document was removed meanwhile.
            let written = pieces.len().min(inside.queue.len());
            inside.queue.drain(..written);
            worker::tell(&Event::Stored(ticket));
            for changes in pieces {
                let Some(document) = inside.name.clone() else { continue };
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
                    if D::HURRIES {
                        line::hurry(&keeper);
                    }
                }
                return;
            }
        }
    });
}

/// Writes pieces to the store, and tells whether they were written: not when another tab has removed the document, or they
/// would be pieces of nothing.
async fn write<D: Kept>(keeper: &Shared<D>, pieces: &[Vec<u8>], begun: bool) -> Result<bool, StoreError> {
    let written = append(keeper, pieces, begun).await;
    if written.is_err() {
        // The connection may be what failed (iOS drops it in the background): the next try opens a new one.
        keeper.borrow_mut().store = None;
    }
    written
}

async fn append<D: Kept>(keeper: &Shared<D>, pieces: &[Vec<u8>], begun: bool) -> Result<bool, StoreError> {
    let store = store(keeper).await?;
    if !begun {
        store.append(pieces).await?;
        return Ok(true);
    }
    match store.append_to_others(pieces).await? {
        Appended::Stored => Ok(true),
        Appended::Removed => Ok(false),
        // What the browser has cleared is here still, with these pieces in it.
        Appended::Cleared => {
            let whole = keeper.borrow_mut().document.as_mut().map(Held::whole);
            let Some(whole) = whole else { return Ok(false) };
            store.append(&[whole]).await?;
            Ok(true)
        }
    }
}

pub(super) async fn store<D: Kept>(keeper: &Shared<D>) -> Result<Rc<Store>, StoreError> {
    if let Some(store) = keeper.borrow().store.clone() {
        return Ok(store);
    }
    let store = Rc::new(Store::open(&name_of(keeper)).await?);
    keeper.borrow_mut().store = Some(Rc::clone(&store));
    Ok(store)
}

/// Another tab has stored something.
fn hear<D: Kept>(keeper: &Shared<D>, bytes: &[u8]) {
    let Ok(parcel) = Parcel::from_bytes(bytes) else { return };
    if keeper.borrow().name.as_ref() != Some(&parcel.document) {
        return;
    }
    if keeper.borrow().document.is_none() {
        keeper.borrow_mut().early.push(parcel.changes);
        // This tab said that there was nothing; now there may be something.
        return D::open(keeper);
    }
    take_in(keeper, &parcel.changes);
}

/// Takes in what another tab has stored.
pub(super) fn take_in<D: Kept>(keeper: &Shared<D>, changes: &[u8]) {
    // A parcel that can't be read is one of a newer program's; it is in the store, and a reload says so.
    let taken = D::take_from_tab(&mut keeper.borrow_mut(), changes);
    if taken {
        // That tab has stored it; this one may be the one that sends it, and may have something to say to it.
        line::edited(keeper);
        store_queue(keeper);
    }
}

/// Removes the document and its keys from this device.
pub(super) async fn forget<D: Kept>(keeper: Shared<D>, ticket: Ticket) {
    let cleared = async {
        kept_link::forget(&name_of(&keeper)).await?;
        store(&keeper).await?.clear().await
    }
    .await;
    match cleared {
        Ok(()) => {
            worker::tell(&Event::Stored(ticket));
            drop_document(&keeper);
            line::tell_forgotten(&keeper);
        }
        Err(why) => worker::tell(&Event::Refused(ticket, Refusal::Other(format!("{why:?}")))),
    }
}

/// The document was removed from this device: this tab lets go of it too.
pub(super) fn drop_document<D: Kept>(keeper: &Shared<D>) {
    let mut inside = keeper.borrow_mut();
    (inside.document, inside.link) = (None, None);
    (inside.begun, inside.fresh) = (false, false);
    inside.queue.clear();
    inside.early.clear();
    worker::tell(&Event::Line(None));
    worker::tell(&Event::Nothing);
}

pub(super) fn refuse_with(ticket: Ticket, why: Refusal) {
    worker::tell(&Event::Refused(ticket, why));
}

/// An edit that makes no sense, in words that the page has in both languages.
fn senseless(why: &CommandError) -> Refusal {
    match why {
        CommandError::NameMissing { .. }
        | CommandError::DateMissing
        | CommandError::LevelMissing
        | CommandError::ReasonMissing => Refusal::Incomplete,
        CommandError::Field(FieldError::TooLong { max, .. }) => {
            Refusal::TooLong(u32::try_from(*max).unwrap_or(u32::MAX))
        }
        CommandError::DecisionStands => Refusal::DecisionStands,
        _ => Refusal::Senseless,
    }
}

pub(super) fn refuse(ticket: Ticket, why: &DocumentError) {
    refuse_with(
        ticket,
        match why {
            DocumentError::Newer { schema } => Refusal::Newer(*schema),
            DocumentError::ChangedSince => Refusal::ChangedSince,
            DocumentError::Command(why) => senseless(why),
            DocumentError::Missing(_) => Refusal::Gone,
            DocumentError::Withdrawn(_) => Refusal::DecisionStands,
            other => Refusal::Other(other.to_string()),
        },
    );
}
