//! What a line is told, and what it asks for.

use crate::sync::{DocumentName, Progress, Status};

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event<'a> {
    /// The connection that was asked for is there.
    Connected,
    /// The connection is gone, or could not be made.
    Disconnected,
    /// A message came.
    Frame(&'a [u8]),
    /// A document was edited here, and the edit is stored.
    Changed(&'a DocumentName),
    /// Time has passed; see [`super::Line::next_tick`].
    Tick,
    /// The page is about to be hidden, or the network is back: what waits is done now.
    Hurry,
}

/// When something happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Moment {
    /// This device's clock, in milliseconds since 1970. May be wrong and may jump.
    pub clock: i64,
    /// Milliseconds since any one time; never goes back.
    pub running: i64,
}

/// What is to be done, in this order. Has no `Debug`, since a message may hold a token.
#[derive(Clone, PartialEq, Eq)]
pub enum Effect {
    /// Make a connection to the relay.
    Connect,
    /// End the connection. Nothing more is to be told of it.
    Disconnect,
    /// Send a message.
    Send(Vec<u8>),
    /// Store what was taken in, and how far it goes: both or neither, or the changes first.
    Store {
        /// Of which document.
        document: DocumentName,
        /// Which of its mailboxes `progress` is about.
        mailbox: [u8; 32],
        /// What was taken in, if anything.
        changes: Option<Vec<u8>>,
        /// How far it goes.
        progress: Progress,
    },
    /// How a document stands has changed.
    Show(DocumentName, Box<Status>),
    /// A mailbox that was to be left is gone: its secret may be forgotten.
    Left {
        /// The document that has moved.
        document: DocumentName,
        /// The mailbox that is gone.
        mailbox: [u8; 32],
    },
}
