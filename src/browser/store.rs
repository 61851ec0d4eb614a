//! A document's pieces in IndexedDB: a snapshot and what was appended since.
//!
//! Pieces are only ever added, each under a number of its own, so two tabs can't overwrite each other. The one write
//! that removes pieces first adds the snapshot that covers them, in the same transaction, and asks the browser to have
//! it on the disk before it says so.
//!
//! Beside the pieces lies the last picture of the register, as messages to the page: a copy that shows the list while
//! the pieces are still being read, and that nothing is lost with. A single empty message in its place says that a person
//! has removed the document; without it, a store that is empty was cleared by the browser.

use indexed_db_futures::KeyRange;
use indexed_db_futures::database::Database;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::{Transaction, TransactionDurability, TransactionMode, TransactionOptions};
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};

const PIECES: &str = "pieces";
const PICTURE: &str = "picture";

/// What became of pieces that were to be added to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Appended {
    /// They are stored.
    Stored,
    /// They are not: a person has removed the document, in another tab.
    Removed,
    /// They are not: the others are gone, and nobody has removed them.
    Cleared,
}

/// One document's pieces.
pub(super) struct Store {
    database: Database,
}

/// Why the store could not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum StoreError {
    /// The disk, or what the browser gives this address of it, is full.
    Full,
    /// The browser refuses IndexedDB: a private window, say.
    Refused(String),
}

impl From<indexed_db_futures::error::Error> for StoreError {
    fn from(error: indexed_db_futures::error::Error) -> Self {
        let text = format!("{error:?}");
        // A write that the browser took and then gave up had no room: the error's own name is lost on the way here.
        let full = ["QuotaExceeded", "TransactionAborted"].iter().any(|name| text.contains(name));
        if full { Self::Full } else { Self::Refused(text) }
    }
}

impl From<indexed_db_futures::error::OpenDbError> for StoreError {
    fn from(error: indexed_db_futures::error::OpenDbError) -> Self {
        Self::Refused(format!("{error:?}"))
    }
}

impl Store {
    /// Opens the pieces of the document called `name`; there may be none.
    pub(super) async fn open(name: &str) -> Result<Self, StoreError> {
        let database = Database::open(format!("klassrum.{name}"))
            .with_version(1_u8)
            .with_on_upgrade_needed(|_, database| {
                database.create_object_store(PIECES).with_auto_increment(true).build()?;
                database.create_object_store(PICTURE).with_auto_increment(true).build()?;
                Ok(())
            })
            .await?;
        Ok(Self { database })
    }

    /// All pieces with their numbers, oldest first.
    pub(super) async fn pieces(&self) -> Result<Vec<(f64, Vec<u8>)>, StoreError> {
        let transaction = self.database.transaction(PIECES).with_mode(TransactionMode::Readonly).build()?;
        let store = transaction.object_store(PIECES)?;
        let numbers = store.get_all_keys::<f64>().primitive()?;
        let pieces = store.get_all::<JsValue>().primitive()?;
        let numbers: Vec<f64> = numbers.await?.collect::<Result<_, _>>()?;
        let mut found = Vec::with_capacity(numbers.len());
        for (number, piece) in numbers.into_iter().zip(pieces.await?) {
            found.push((number, piece?.unchecked_into::<Uint8Array>().to_vec()));
        }
        Ok(found)
    }

    /// Adds pieces, all or none. They are stored when this returns.
    pub(super) async fn append(&self, pieces: &[Vec<u8>]) -> Result<(), StoreError> {
        let transaction = self.database.transaction(PIECES).with_mode(TransactionMode::Readwrite).build()?;
        add_all(transaction, pieces).await
    }

    /// The same, to pieces that are there already. Adds nothing when there are none.
    pub(super) async fn append_to_others(&self, pieces: &[Vec<u8>]) -> Result<Appended, StoreError> {
        let transaction = self.database.transaction([PIECES, PICTURE]).with_mode(TransactionMode::Readwrite).build()?;
        if transaction.object_store(PIECES)?.count().primitive()?.await? == 0 {
            let removed = transaction.object_store(PICTURE)?.count().primitive()?.await? != 0;
            return Ok(if removed { Appended::Removed } else { Appended::Cleared });
        }
        add_all(transaction, pieces).await?;
        Ok(Appended::Stored)
    }

    /// Replaces the pieces numbered `covered` by the snapshot that holds all of them. Others stay.
    pub(super) async fn compact(&self, snapshot: &[u8], covered: &[f64]) -> Result<(), StoreError> {
        let mut options = TransactionOptions::new();
        options.set_durability(TransactionDurability::Strict);
        let transaction =
            self.database.transaction(PIECES).with_mode(TransactionMode::Readwrite).with_options(options).build()?;
        let store = transaction.object_store(PIECES)?;
        // The document was removed meanwhile.
        if store.count().primitive()?.await? == 0 {
            return Ok(());
        }
        store.add(JsValue::from(Uint8Array::from(snapshot))).primitive()?.await?;
        for number in covered {
            store.delete::<f64, _>(KeyRange::Only(*number)).primitive()?.await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// The messages of the last picture, in order.
    pub(super) async fn picture(&self) -> Result<Vec<Vec<u8>>, StoreError> {
        let transaction = self.database.transaction(PICTURE).with_mode(TransactionMode::Readonly).build()?;
        let messages = transaction.object_store(PICTURE)?.get_all::<JsValue>().primitive()?.await?;
        messages.map(|message| Ok(message?.unchecked_into::<Uint8Array>().to_vec())).collect()
    }

    /// Puts a new picture in the old one's place.
    pub(super) async fn keep_picture(&self, messages: &[Vec<u8>]) -> Result<(), StoreError> {
        let transaction = self.database.transaction(PICTURE).with_mode(TransactionMode::Readwrite).build()?;
        let store = transaction.object_store(PICTURE)?;
        store.clear()?.await?;
        for message in messages {
            store.add(JsValue::from(Uint8Array::from(message.as_slice()))).primitive()?.await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Removes every piece and the picture, and notes that a person wanted it so: the document leaves this device.
    pub(super) async fn clear(&self) -> Result<(), StoreError> {
        let transaction = self.database.transaction([PIECES, PICTURE]).with_mode(TransactionMode::Readwrite).build()?;
        transaction.object_store(PIECES)?.clear()?.await?;
        let picture = transaction.object_store(PICTURE)?;
        picture.clear()?.await?;
        picture.add(JsValue::from(Uint8Array::new_with_length(0))).primitive()?.await?;
        transaction.commit().await?;
        Ok(())
    }
}

async fn add_all(transaction: Transaction<'_>, pieces: &[Vec<u8>]) -> Result<(), StoreError> {
    let store = transaction.object_store(PIECES)?;
    for piece in pieces {
        store.add(JsValue::from(Uint8Array::from(piece.as_slice()))).primitive()?.await?;
    }
    transaction.commit().await?;
    Ok(())
}
