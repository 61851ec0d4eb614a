//! The worker that keeps the document: opens it, edits it, stores it. The page sends commands and gets records back.

pub mod inside;
mod line;
pub mod protocol;
mod register;
pub mod register_file;
mod workshop;

use std::cell::Cell;

use self::protocol::{Event, Request, Ticket, VERSION};
use super::worker::{Heard, Remote};
use crate::document::Author;
use crate::register::Command;
use wasm_bindgen::JsValue;

/// What a worker is called that keeps a workshop; the register's has no name.
const WORKSHOP: &str = "workshop";
/// Where in the app workshops are.
pub const WORKSHOP_PLACE: &str = "/workshop";

/// A [`Command`] in postcard's form, as another worker made it: the page passes it on without opening it, so that an
/// import of thousands of rows is not felt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed(pub(super) Vec<u8>);

/// The page's end of the keeper.
pub struct Keeper {
    remote: Remote<Request>,
    next: Cell<Ticket>,
}

impl Keeper {
    /// Starts the keeper and has it open what this device holds. `heard` gets `None` when the keeper is lost.
    ///
    /// # Errors
    /// The browser can't start a worker.
    pub fn start(author: Author, heard: impl Fn(Option<Event>) + 'static) -> Result<Self, JsValue> {
        Self::start_as("", author, heard)
    }

    /// Starts a keeper for a workshop. Which one, the page tells it by the first request that it sends.
    ///
    /// # Errors
    /// The browser can't start a worker.
    pub fn start_workshop(author: Author, heard: impl Fn(Option<Event>) + 'static) -> Result<Self, JsValue> {
        Self::start_as(WORKSHOP, author, heard)
    }

    fn start_as(own_name: &str, author: Author, heard: impl Fn(Option<Event>) + 'static) -> Result<Self, JsValue> {
        let remote = Remote::start("keeper", own_name, move |event| match event {
            Heard::Event(event) => heard(Some(event)),
            Heard::Lost => heard(None),
        })?;
        remote.send(&Request::Open { version: VERSION, author });
        Ok(Self { remote, next: Cell::new(1) })
    }

    /// Sends a request that needs no answer of its own.
    pub fn send(&self, request: &Request) {
        self.remote.send(request);
    }

    /// A ticket that no request has had.
    #[must_use]
    pub fn ticket(&self) -> Ticket {
        let ticket = self.next.get();
        self.next.set(ticket + 1);
        ticket
    }

    /// Has a packed command carried out, and tells the ticket its answer will carry.
    pub fn apply_packed(&self, command: &Packed) -> Ticket {
        let ticket = self.ticket();
        // What stands before the command in such a request is what stands before an empty one.
        let nothing = Command::Batch(Vec::new());
        let length = postcard::to_allocvec(&nothing).map_or(0, |bytes| bytes.len());
        if let Ok(mut bytes) = postcard::to_allocvec(&Request::Apply(ticket, nothing)) {
            bytes.truncate(bytes.len().saturating_sub(length));
            bytes.extend_from_slice(&command.0);
            self.remote.send_bytes(&bytes);
        }
        ticket
    }

    /// Sends a request and tells the ticket its answer will carry.
    pub fn ask(&self, request: impl FnOnce(Ticket) -> Request) -> Ticket {
        let ticket = self.ticket();
        self.remote.send(&request(ticket));
        ticket
    }
}
