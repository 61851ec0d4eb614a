//! What a device keeps of a document's way to the relay: its keys and how far it has come. Beside the document, in a
//! database of its own.

use indexed_db_futures::database::Database;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::{TransactionDurability, TransactionMode, TransactionOptions};
use js_sys::Uint8Array;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};
use zeroize::Zeroizing;

use super::device;
use super::store::StoreError;
use crate::crypto::{Access, DocumentSecret, ReadingHalf};
use crate::sync::Progress;

const LINK: &str = "link";
/// Where the link lies.
const HERE: u32 = 1;
/// Where the bytes lie that a workshop's persons at this device follow from.
const SEED: u32 = 2;

/// A mailbox that the document is in, or has been in.
#[derive(Clone)]
pub(super) struct Mailbox {
    pub(super) access: Access,
    pub(super) progress: Progress,
}

/// What is kept.
#[derive(Clone)]
pub(super) struct KeptLink {
    /// The word that the relay asks of those who make a mailbox.
    pub(super) admission: String,
    pub(super) here: Mailbox,
    /// Mailboxes that the document has moved away from and that are to be destroyed.
    pub(super) left: Vec<Mailbox>,
}

impl KeptLink {
    pub(super) fn new(access: Access, admission: String) -> Self {
        Self { admission, here: Mailbox { access, progress: Progress::default() }, left: Vec::new() }
    }
}

/// As it is stored. The keys lie in the browser's own storage, as the document does.
#[derive(Serialize, Deserialize)]
struct Stored<'a> {
    admission: &'a str,
    mailboxes: Vec<(&'a [u8], Progress)>,
}

fn key_of(access: &Access) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(match access {
        Access::Edit(secret) => secret.expose().to_vec(),
        Access::Read(half) => half.expose().to_vec(),
    })
}

/// A secret has 32 bytes, a reading half 64.
fn access_of(key: &[u8]) -> Option<Access> {
    if let Ok(secret) = key.try_into() {
        return Some(Access::Edit(DocumentSecret::from_bytes(secret)));
    }
    ReadingHalf::from_bytes(key.try_into().ok()?).ok().map(Access::Read)
}

async fn database(document: &str) -> Result<Database, StoreError> {
    let database = Database::open(format!("klassrum.{document}.link"))
        .with_version(1_u8)
        .with_on_upgrade_needed(|_, database| {
            database.create_object_store(LINK).build()?;
            Ok(())
        })
        .await?;
    Ok(database)
}

/// What is kept of a document's link, if it has one. Something that can't be read counts as none: an invitation makes it
/// anew.
pub(super) async fn read(document: &str) -> Result<Option<KeptLink>, StoreError> {
    let database = database(document).await?;
    let transaction = database.transaction(LINK).with_mode(TransactionMode::Readonly).build()?;
    let kept = transaction.object_store(LINK)?.get::<JsValue, _, _>(HERE).primitive()?.await?;
    let Some(bytes) = kept.map(|kept| Zeroizing::new(kept.unchecked_into::<Uint8Array>().to_vec())) else {
        return Ok(None);
    };
    let Ok(stored) = postcard::from_bytes::<Stored<'_>>(&bytes) else { return Ok(None) };
    let mut mailboxes =
        stored.mailboxes.into_iter().filter_map(|(key, progress)| Some(Mailbox { access: access_of(key)?, progress }));
    let Some(here) = mailboxes.next() else { return Ok(None) };
    Ok(Some(KeptLink { admission: stored.admission.to_owned(), here, left: mailboxes.collect() }))
}

/// Keeps it, on the disk before this returns.
pub(super) async fn keep(document: &str, link: &KeptLink) -> Result<(), StoreError> {
    let keys: Vec<_> = std::iter::once(&link.here).chain(&link.left).map(|mailbox| key_of(&mailbox.access)).collect();
    let progress = std::iter::once(&link.here).chain(&link.left).map(|mailbox| mailbox.progress.clone());
    let mailboxes = keys.iter().map(|key| key.as_slice()).zip(progress).collect();
    let stored = postcard::to_allocvec(&Stored { admission: &link.admission, mailboxes });
    let bytes = Zeroizing::new(stored.map_err(|why| StoreError::Refused(why.to_string()))?);
    put(document, HERE, &bytes).await
}

/// The random bytes that a workshop's persons at this device follow from; made by the first who asks, and on the disk before
/// this returns: nobody says anything with a key that could be lost.
pub(super) async fn seed(document: &str) -> Result<Zeroizing<[u8; 32]>, StoreError> {
    let database = database(document).await?;
    let mut options = TransactionOptions::new();
    options.set_durability(TransactionDurability::Strict);
    let transaction = database.transaction(LINK).with_mode(TransactionMode::Readwrite).with_options(options).build()?;
    let store = transaction.object_store(LINK)?;
    let kept = store.get::<JsValue, _, _>(SEED).primitive()?.await?;
    let kept = kept.map(|kept| Zeroizing::new(kept.unchecked_into::<Uint8Array>().to_vec()));
    let seed = match kept.and_then(|kept| <[u8; 32]>::try_from(kept.as_slice()).ok()) {
        Some(kept) => Zeroizing::new(kept),
        None => {
            let seed = Zeroizing::new(device::random());
            store.put(JsValue::from(Uint8Array::from(seed.as_slice()))).with_key(SEED).primitive()?.await?;
            seed
        }
    };
    transaction.commit().await?;
    Ok(seed)
}

/// Keeps bytes that persons follow from, for a document that has none yet.
pub(super) async fn keep_seed(document: &str, seed: &[u8; 32]) -> Result<(), StoreError> {
    put(document, SEED, seed).await
}

/// Puts bytes in their place, on the disk before this returns.
async fn put(document: &str, place: u32, bytes: &[u8]) -> Result<(), StoreError> {
    let database = database(document).await?;
    let mut options = TransactionOptions::new();
    options.set_durability(TransactionDurability::Strict);
    let transaction = database.transaction(LINK).with_mode(TransactionMode::Readwrite).with_options(options).build()?;
    let store = transaction.object_store(LINK)?;
    store.put(JsValue::from(Uint8Array::from(bytes))).with_key(place).primitive()?.await?;
    transaction.commit().await?;
    Ok(())
}

/// Forgets it.
pub(super) async fn forget(document: &str) -> Result<(), StoreError> {
    let database = database(document).await?;
    let transaction = database.transaction(LINK).with_mode(TransactionMode::Readwrite).build()?;
    transaction.object_store(LINK)?.clear()?.await?;
    transaction.commit().await?;
    Ok(())
}
