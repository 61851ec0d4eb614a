//! Mailboxes in one SQLite file, for a relay on its own.

use std::collections::HashSet;
use std::path::Path;

use bytes::Bytes;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, Connection, Row, Sqlite, SqliteExecutor, Transaction};

use super::ledger::{Ledger, NewRow};
use super::{
    Added, Addition, MailStore, MailboxId, MailboxState, NameHash, NewMailbox, News, Place, Snapshot, StoreError,
    StoredEntry, Word, fixed, from_db, new_epoch, to_db,
};
use crate::sync::wire::{Entry, EntryId, Epoch, Kind, Mailbox, Mark, Receipt, Signature, TokenHash, WriterKey};

const BEGIN: &str = "BEGIN IMMEDIATE";
const STATE: &str = "id, name, token_hash, writer, head, mark, total, kept, dropped_to";
const PAGE: u32 = 4096;
/// Values in one statement; SQLite takes 32,766.
const VALUES_MAX: usize = 2048;

/// Mailboxes in one SQLite file.
///
/// One connection writes, others read beside it (WAL). A commit is on the disk before it returns (synchronous=FULL).
pub struct SqliteStore {
    epoch: Epoch,
    writing: SqlitePool,
    reading: SqlitePool,
}

impl SqliteStore {
    /// Opens the file, and makes it if it is missing. It never grows beyond `file_max` bytes, if that is given.
    ///
    /// # Errors
    /// When the file can't be made or read, or a newer relay has written it.
    pub async fn open(file: &Path, file_max: Option<u64>) -> Result<Self, StoreError> {
        let pages = file_max.map_or(u32::MAX - 1, |max| u32::try_from(max / u64::from(PAGE)).unwrap_or(u32::MAX - 1));
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .page_size(PAGE)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .pragma("journal_size_limit", "67108864")
            .pragma("max_page_count", pages.to_string());
        let writing = SqlitePoolOptions::new()
            .max_connections(1)
            // When the disk is full, SQLite itself takes back what was begun, and sqlx doesn't notice: such a connection
            // is of no more use.
            .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
            .connect_with(options.clone())
            .await?;
        sqlx::migrate!("src/relay/store/sqlite").run(&writing).await?;
        sqlx::query("INSERT INTO relay (one, epoch) VALUES (1, ?) ON CONFLICT DO NOTHING")
            .bind(new_epoch()?.0.as_slice())
            .execute(&writing)
            .await?;
        let epoch: Vec<u8> = sqlx::query_scalar("SELECT epoch FROM relay").fetch_one(&writing).await?;
        let reading = SqlitePoolOptions::new().max_connections(4).connect_with(options.read_only(true)).await?;
        Ok(Self { epoch: Epoch(fixed(&epoch)?), writing, reading })
    }

    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.writing.begin_with(BEGIN).await?)
    }
}

impl MailStore for SqliteStore {
    fn epoch(&self) -> Epoch {
        self.epoch
    }

    async fn create(&self, new: &NewMailbox) -> Result<MailboxState, StoreError> {
        // Devices say this each time they begin; mostly there is nothing to write.
        if let Some(state) = self.find(&new.name).await? {
            return state.is_the_same_as(new);
        }
        let mut writing = self.begin().await?;
        sqlx::query(
            "INSERT INTO mailbox (name, token_hash, writer, head, mark, total, kept, dropped_to) \
             VALUES (?, ?, ?, 0, ?, 0, 0, 0) ON CONFLICT DO NOTHING",
        )
        .bind(new.name.as_ref())
        .bind(new.token_hash.as_ref())
        .bind(new.writer.as_ref())
        .bind(Mark::EMPTY.as_ref())
        .execute(&mut *writing)
        .await?;
        if was_destroyed(&mut *writing, &new.name).await? {
            return Err(StoreError::Destroyed);
        }
        let found = find(&mut writing, &[new.name]).await?;
        writing.commit().await?;
        let (_, state) = found.into_iter().next().ok_or(StoreError::Damaged)?;
        state.is_the_same_as(new)
    }

    async fn find(&self, name: &Mailbox) -> Result<Option<MailboxState>, StoreError> {
        let sql = format!("SELECT {STATE} FROM mailbox WHERE name = ?");
        let row = sqlx::query(AssertSqlSafe(sql)).bind(name.as_ref()).fetch_optional(&self.reading).await?;
        row.as_ref().map(|row| Ok(state(row)?.1)).transpose()
    }

    async fn append(&self, additions: &[Addition], at: i64, mailbox_max: u64) -> Result<Vec<Added>, StoreError> {
        let names: HashSet<_> = additions.iter().map(|addition| addition.mailbox).collect();
        let names: Vec<_> = names.into_iter().collect();
        let mut writing = self.begin().await?;
        let mut ledger = Ledger::over(find(&mut writing, &names).await?);
        learn_known(&mut writing, &mut ledger, additions).await?;
        let (added, rows) = ledger.enter(additions, at, mailbox_max);
        if rows.is_empty() {
            return Ok(added);
        }
        insert(&mut writing, &rows).await?;
        let changed: Vec<_> = ledger.changed().map(|(_, state)| *state).collect();
        update(&mut writing, &changed).await?;
        writing.commit().await?;
        Ok(added)
    }

    async fn read(
        &self,
        mailbox: MailboxId,
        after: u64,
        count: usize,
        bytes: u64,
    ) -> Result<Vec<StoredEntry>, StoreError> {
        let rows = sqlx::query(
            "WITH first AS (SELECT total FROM entry WHERE mailbox = ?1 AND ?2 < number AND sealed IS NOT NULL \
                            ORDER BY number LIMIT 1) \
             SELECT number, mark, at, kind, covers, signature, sealed FROM entry \
             WHERE mailbox = ?1 AND ?2 < number AND sealed IS NOT NULL AND total <= (SELECT total FROM first) + ?3 \
             ORDER BY number LIMIT ?4",
        )
        .bind(mailbox.0)
        .bind(to_db(after))
        .bind(to_db(bytes))
        .bind(i64::try_from(count).unwrap_or(i64::MAX))
        .fetch_all(&self.reading)
        .await?;
        rows.iter().map(entry).collect()
    }

    async fn place(&self, mailbox: MailboxId, number: u64) -> Result<Option<Place>, StoreError> {
        let row = sqlx::query("SELECT mark, total FROM entry WHERE mailbox = ? AND number = ?")
            .bind(mailbox.0)
            .bind(to_db(number))
            .fetch_optional(&self.reading)
            .await?;
        row.map(|row| Ok(Place { mark: Mark(fixed(row.try_get(0)?)?), total: from_db(row.try_get(1)?)? })).transpose()
    }

    async fn best_snapshot(&self, mailbox: MailboxId) -> Result<Option<Snapshot>, StoreError> {
        let row = sqlx::query(
            "SELECT number, covers, length(sealed) FROM entry WHERE mailbox = ? AND kind = 1 AND sealed IS NOT NULL \
             ORDER BY covers DESC, number DESC LIMIT 1",
        )
        .bind(mailbox.0)
        .fetch_optional(&self.reading)
        .await?;
        row.map(|row| {
            let (number, covers, bytes) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            Ok(Snapshot { number: from_db(number)?, covers: from_db(covers)?, bytes: from_db(bytes)? })
        })
        .transpose()
    }

    async fn drop_covered(&self, before: i64) -> Result<u64, StoreError> {
        let covered: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT mailbox.id, MAX(entry.covers) FROM entry JOIN mailbox ON mailbox.id = entry.mailbox \
             WHERE entry.kind = 1 AND entry.sealed IS NOT NULL AND entry.at < ? \
             GROUP BY mailbox.id, mailbox.dropped_to HAVING mailbox.dropped_to < MAX(entry.covers)",
        )
        .bind(before)
        .fetch_all(&self.reading)
        .await?;
        let mut dropped = 0;
        for (mailbox, covers) in covered {
            let mut writing = self.begin().await?;
            let bytes: i64 = sqlx::query_scalar(
                "SELECT coalesce(SUM(length(sealed) + ?), 0) FROM entry \
                 WHERE mailbox = ? AND number <= ? AND sealed IS NOT NULL",
            )
            .bind(i64::try_from(Entry::HEAD).unwrap_or(i64::MAX))
            .bind(mailbox)
            .bind(covers)
            .fetch_one(&mut *writing)
            .await?;
            sqlx::query(
                "UPDATE entry SET sealed = NULL, signature = NULL \
                 WHERE mailbox = ? AND number <= ? AND sealed IS NOT NULL",
            )
            .bind(mailbox)
            .bind(covers)
            .execute(&mut *writing)
            .await?;
            sqlx::query("UPDATE mailbox SET kept = kept - ?, dropped_to = ? WHERE id = ?")
                .bind(bytes)
                .bind(covers)
                .bind(mailbox)
                .execute(&mut *writing)
                .await?;
            writing.commit().await?;
            dropped += from_db(bytes)?;
        }
        Ok(dropped)
    }

    async fn destroy(&self, name: &Mailbox) -> Result<(), StoreError> {
        let mut writing = self.begin().await?;
        sqlx::query("DELETE FROM mailbox WHERE name = ?").bind(name.as_ref()).execute(&mut *writing).await?;
        sqlx::query("INSERT INTO destroyed (name_hash) VALUES (?) ON CONFLICT DO NOTHING")
            .bind(NameHash::of(name).as_ref())
            .execute(&mut *writing)
            .await?;
        Ok(writing.commit().await?)
    }

    async fn was_destroyed(&self, name: &Mailbox) -> Result<bool, StoreError> {
        was_destroyed(&self.reading, name).await
    }

    async fn check(&self) -> Result<(), StoreError> {
        let _: Vec<u8> = sqlx::query_scalar("SELECT epoch FROM relay").fetch_one(&self.reading).await?;
        Ok(())
    }

    async fn news(&self) -> News {
        std::future::pending().await
    }

    fn is_shared(&self) -> bool {
        false
    }

    async fn tell(&self, _: &[Word]) -> Result<(), StoreError> {
        Ok(())
    }

    async fn close(&self) {
        self.reading.close().await;
        self.writing.close().await;
    }
}

async fn was_destroyed(database: impl SqliteExecutor<'_>, name: &Mailbox) -> Result<bool, StoreError> {
    let hash = NameHash::of(name);
    let found: Option<i64> = sqlx::query_scalar("SELECT 1 FROM destroyed WHERE name_hash = ?")
        .bind(hash.as_ref())
        .fetch_optional(database)
        .await?;
    Ok(found.is_some())
}

/// Cuts values into lists whose lengths are powers of two, so that few different statements are ever prepared.
fn pieces<T>(values: &[T], width: usize) -> impl Iterator<Item = &[T]> {
    let most = (VALUES_MAX / width).max(1);
    let mut rest = values;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let len = 1 << rest.len().min(most).ilog2();
        let (piece, after) = rest.split_at_checked(len)?;
        rest = after;
        Some(piece)
    })
}

/// `(?, ?), (?, ?)` for 2 rows of 2.
fn marks(rows: usize, width: usize) -> String {
    let row = format!("({})", vec!["?"; width].join(", "));
    vec![row; rows].join(", ")
}

async fn find(
    writing: &mut Transaction<'static, Sqlite>,
    names: &[Mailbox],
) -> Result<Vec<(Mailbox, MailboxState)>, StoreError> {
    let mut found = Vec::with_capacity(names.len());
    for piece in pieces(names, 1) {
        let sql = format!("SELECT {STATE} FROM mailbox WHERE name IN (VALUES {})", marks(piece.len(), 1));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for name in piece {
            query = query.bind(name.as_ref());
        }
        for row in query.fetch_all(&mut **writing).await? {
            found.push(state(&row)?);
        }
    }
    Ok(found)
}

/// Tells the ledger which of the entries are there already.
async fn learn_known(
    writing: &mut Transaction<'static, Sqlite>,
    ledger: &mut Ledger,
    additions: &[Addition],
) -> Result<(), StoreError> {
    let wanted: Vec<(MailboxId, EntryId)> = additions
        .iter()
        .filter_map(|addition| Some((ledger.mailbox(&addition.mailbox)?, &addition.entries)))
        .flat_map(|(mailbox, entries)| entries.iter().map(move |entry| (mailbox, entry.id)))
        .collect();
    for piece in pieces(&wanted, 2) {
        // The cross join has SQLite go through what is wanted, not through the log.
        let sql = format!(
            "WITH wanted (mailbox, id) AS (VALUES {}) \
             SELECT entry.mailbox, entry.id, entry.number, entry.mark, entry.at FROM wanted \
             CROSS JOIN entry ON entry.mailbox = wanted.mailbox AND entry.id = wanted.id",
            marks(piece.len(), 2)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (mailbox, id) in piece {
            query = query.bind(mailbox.0).bind(id.as_ref());
        }
        for row in query.fetch_all(&mut **writing).await? {
            let receipt = Receipt {
                id: EntryId(fixed(row.try_get(1)?)?),
                number: from_db(row.try_get(2)?)?,
                mark: Mark(fixed(row.try_get(3)?)?),
                at: row.try_get(4)?,
            };
            ledger.knows(MailboxId(row.try_get(0)?), receipt);
        }
    }
    Ok(())
}

async fn insert(writing: &mut Transaction<'static, Sqlite>, rows: &[NewRow<'_>]) -> Result<(), StoreError> {
    for piece in pieces(rows, 10) {
        let sql = format!(
            "INSERT INTO entry (mailbox, number, id, mark, at, kind, covers, total, signature, sealed) VALUES {}",
            marks(piece.len(), 10)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for NewRow { mailbox, receipt, total, entry } in piece {
            query = query
                .bind(mailbox.0)
                .bind(to_db(receipt.number))
                .bind(receipt.id.as_ref().to_vec())
                .bind(receipt.mark.as_ref().to_vec())
                .bind(receipt.at)
                .bind(i64::from(entry.kind.number()))
                .bind(to_db(entry.covers))
                .bind(to_db(*total))
                .bind(entry.signature.as_ref())
                .bind(entry.sealed.as_ref());
        }
        query.execute(&mut **writing).await?;
    }
    Ok(())
}

async fn update(writing: &mut Transaction<'static, Sqlite>, states: &[MailboxState]) -> Result<(), StoreError> {
    for piece in pieces(states, 5) {
        let sql = format!(
            "WITH now (id, head, mark, total, kept) AS (VALUES {}) \
             UPDATE mailbox SET head = now.head, mark = now.mark, total = now.total, kept = now.kept \
             FROM now WHERE mailbox.id = now.id",
            marks(piece.len(), 5)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for state in piece {
            query = query
                .bind(state.id.0)
                .bind(to_db(state.head))
                .bind(state.mark.as_ref())
                .bind(to_db(state.total))
                .bind(to_db(state.kept));
        }
        query.execute(&mut **writing).await?;
    }
    Ok(())
}

fn state(row: &SqliteRow) -> Result<(Mailbox, MailboxState), StoreError> {
    let state = MailboxState {
        id: MailboxId(row.try_get(0)?),
        token_hash: TokenHash(fixed(row.try_get(2)?)?),
        writer: WriterKey(fixed(row.try_get(3)?)?),
        head: from_db(row.try_get(4)?)?,
        mark: Mark(fixed(row.try_get(5)?)?),
        total: from_db(row.try_get(6)?)?,
        kept: from_db(row.try_get(7)?)?,
        dropped_to: from_db(row.try_get(8)?)?,
    };
    Ok((Mailbox(fixed(row.try_get(1)?)?), state))
}

fn entry(row: &SqliteRow) -> Result<StoredEntry, StoreError> {
    let kind: u8 = row.try_get::<i64, _>(3)?.try_into().map_err(|_| StoreError::Damaged)?;
    Ok(StoredEntry {
        number: from_db(row.try_get(0)?)?,
        mark: Mark(fixed(row.try_get(1)?)?),
        at: row.try_get(2)?,
        kind: Kind::stored(kind).map_err(|_| StoreError::Damaged)?,
        covers: from_db(row.try_get(4)?)?,
        signature: Signature(fixed(row.try_get(5)?)?),
        sealed: Bytes::from(row.try_get::<Vec<u8>, _>(6)?),
    })
}
