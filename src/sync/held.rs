//! A document, as the line to the relay needs it.

use crate::document::{DocumentError, OneChange, RegisterDocument, Taken, WorkshopDocument};

/// A change, by its hash.
pub type Head = [u8; 32];

/// A document that a device holds. Everything that is asked of it is about changes and never about what they say.
pub trait Held {
    /// The changes that no other builds on.
    fn heads(&self) -> Vec<Head>;

    /// Whether it holds this change and all that it builds on.
    fn holds(&self, change: &Head) -> bool;

    /// The changes that are not among `known` nor what these build on; each comes after those it builds on.
    fn changes_since(&self, known: &[Head]) -> Vec<OneChange>;

    /// The whole document.
    fn whole(&mut self) -> Vec<u8>;

    /// Takes in changes or a whole document. Of what it gives, the line uses the heads and what they build on.
    ///
    /// # Errors
    /// They are damaged or belong to something else. Nothing is taken in then.
    fn take_in(&mut self, changes: &[u8]) -> Result<Taken, DocumentError>;
}

/// Both kinds of document answer by themselves.
macro_rules! held {
    ($($document:ident),+) => { $(
        impl Held for $document {
            fn heads(&self) -> Vec<Head> {
                Self::heads(self)
            }

            fn holds(&self, change: &Head) -> bool {
                Self::holds(self, change)
            }

            fn changes_since(&self, known: &[Head]) -> Vec<OneChange> {
                Self::changes_since(self, known)
            }

            fn whole(&mut self) -> Vec<u8> {
                self.save()
            }

            fn take_in(&mut self, changes: &[u8]) -> Result<Taken, DocumentError> {
                Self::take_in(self, changes)
            }
        }
    )+ };
}
held!(RegisterDocument, WorkshopDocument);
