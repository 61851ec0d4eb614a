//! Where a device keeps a document's way to the relay: its keys and how far it has come. Beside the document, in a database
//! of its own; the keys lie in the browser's own storage, as the document does.

use indexed_db_futures::database::Database;
use indexed_db_futures::object_store::ObjectStore;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::{Transaction, TransactionDurability, TransactionMode, TransactionOptions};
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};
use zeroize::Zeroizing;

use super::device;
use super::store::StoreError;
use crate::sync::KeptLink;

const LINK: &str = "link";
/// Where the keys lie; older programs put their progress there, too.
const KEYS: u32 = 1;
/// Where the progress lies.
const PROGRESS: u32 = 3;
/// Where the bytes lie that a workshop's persons at this device follow from.
const SEED: u32 = 2;

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

/// What is kept of a document's link, if it has one.
///
/// # Errors
/// It can't be read. It is still there, and nothing is to be put in its place unasked: without the keys in it, the document
/// at the relay is out of reach.
pub(super) async fn read(document: &str) -> Result<Option<KeptLink>, StoreError> {
    let database = database(document).await?;
    let transaction = database.transaction(LINK).with_mode(TransactionMode::Readonly).build()?;
    kept_in(&transaction.object_store(LINK)?).await
}

async fn kept_in(store: &ObjectStore<'_>) -> Result<Option<KeptLink>, StoreError> {
    let Some(keys) = bytes_at(store, KEYS).await? else { return Ok(None) };
    let progress = bytes_at(store, PROGRESS).await?;
    let kept = KeptLink::from_bytes(&keys, progress.as_ref().map(|bytes| bytes.as_slice()));
    kept.map(Some).ok_or_else(|| StoreError::Refused("the keys to the relay can't be read".to_owned()))
}

async fn bytes_at(store: &ObjectStore<'_>, place: u32) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
    let kept = store.get::<JsValue, _, _>(place).primitive()?.await?;
    Ok(kept.map(|kept| Zeroizing::new(kept.unchecked_into::<Uint8Array>().to_vec())))
}

async fn put_in(store: &ObjectStore<'_>, place: u32, bytes: &[u8]) -> Result<(), StoreError> {
    store.put(JsValue::from(Uint8Array::from(bytes))).with_key(place).primitive()?.await?;
    Ok(())
}

/// Keeps it in place of what was kept before, on the disk before this returns.
pub(super) async fn keep(document: &str, link: &KeptLink) -> Result<(), StoreError> {
    let database = database(document).await?;
    let transaction = writing(&database)?;
    // What was kept is not read: whoever is invited anew may have keys that can't be read any more.
    put(&transaction.object_store(LINK)?, link).await?;
    transaction.commit().await?;
    Ok(())
}

/// Keeps how far the device has come, if what is kept still is about the same mailbox: another tab may have taken the
/// document from the relay meanwhile, or given it new keys.
pub(super) async fn keep_progress(document: &str, link: &KeptLink) -> Result<(), StoreError> {
    let database = database(document).await?;
    let transaction = writing(&database)?;
    let store = transaction.object_store(LINK)?;
    if !kept_in(&store).await?.is_some_and(|kept| kept.is_of_same_mailbox(link)) {
        return Ok(());
    }
    put(&store, link).await?;
    transaction.commit().await?;
    Ok(())
}

async fn put(store: &ObjectStore<'_>, link: &KeptLink) -> Result<(), StoreError> {
    put_in(store, KEYS, &link.keys_to_bytes()).await?;
    put_in(store, PROGRESS, &link.progress_to_bytes()).await
}

/// A transaction that is on the disk when its commit returns.
fn writing(database: &Database) -> Result<Transaction<'_>, StoreError> {
    let mut options = TransactionOptions::new();
    options.set_durability(TransactionDurability::Strict);
    Ok(database.transaction(LINK).with_mode(TransactionMode::Readwrite).with_options(options).build()?)
}

/// The random bytes that a workshop's persons at this device follow from; made by the first who asks, and on the disk before
/// this returns: nobody says anything with a key that could be lost.
pub(super) async fn seed(document: &str) -> Result<Zeroizing<[u8; 32]>, StoreError> {
    let database = database(document).await?;
    let transaction = writing(&database)?;
    let store = transaction.object_store(LINK)?;
    let kept = bytes_at(&store, SEED).await?;
    let seed = match kept.and_then(|kept| <[u8; 32]>::try_from(kept.as_slice()).ok()) {
        Some(kept) => Zeroizing::new(kept),
        None => {
            let seed = Zeroizing::new(device::random());
            put_in(&store, SEED, seed.as_slice()).await?;
            seed
        }
    };
    transaction.commit().await?;
    Ok(seed)
}

/// Keeps bytes that persons follow from, for a document that has none yet. On the disk before this returns.
pub(super) async fn keep_seed(document: &str, seed: &[u8; 32]) -> Result<(), StoreError> {
    let database = database(document).await?;
    let transaction = writing(&database)?;
    put_in(&transaction.object_store(LINK)?, SEED, seed).await?;
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
