//! Mailboxes in PostgreSQL, which several relays may share.

use std::collections::HashSet;
use std::str::FromStr;
use std::time::Duration;

use bytes::Bytes;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions, PgRow};
use sqlx::{AssertSqlSafe, Executor, PgExecutor, Postgres, Row, Transaction};
use tokio::sync::Mutex;

use super::ledger::{Ledger, NewRow};
use super::{
    Added, Addition, MailStore, MailboxId, MailboxState, NameHash, NewMailbox, News, Place, Snapshot, StoreError,
    StoredEntry, Word, fixed, from_db, new_epoch, to_db,
};
use crate::sync::wire::{Entry, EntryId, Epoch, Kind, Mailbox, Mark, Receipt, Signature, TokenHash, WriterKey};

const CHANNEL: &str = "klassrum";
const STATE: &str = "id, name, token_hash, writer, head, mark, total, kept, dropped_to";
/// How long to wait before the next try when the database doesn't let itself be listened to.
const NEXT_TRY: Duration = Duration::from_secs(1);

/// Mailboxes in one PostgreSQL database.
pub struct PostgresStore {
    epoch: Epoch,
    pool: PgPool,
    /// Only the one task that waits for news takes it.
    /// Nothing once it is closed.
    listener: Mutex<Option<PgListener>>,
}

impl PostgresStore {
    /// Connects to the database at a `postgres://` address and makes its tables if they are missing.
    ///
    /// # Errors
    /// When the database can't be reached, or a newer relay has written it.
    pub async fn open(address: &str) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(address)?
            .application_name("klassrum")
            .options([("synchronous_commit", "on"), ("default_transaction_isolation", "read committed")]);
        let pool = PgPoolOptions::new().max_connections(8).connect_with(options).await?;
        sqlx::migrate!("src/relay/store/postgres").run(&pool).await?;
        sqlx::query("INSERT INTO relay (one, epoch) VALUES (1, $1) ON CONFLICT DO NOTHING")
            .bind(new_epoch()?.0.as_slice())
            .execute(&pool)
            .await?;
        let epoch: Vec<u8> = sqlx::query_scalar("SELECT epoch FROM relay").fetch_one(&pool).await?;
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.listen(CHANNEL).await?;
        Ok(Self { epoch: Epoch(fixed(&epoch)?), pool, listener: Mutex::new(Some(listener)) })
    }
}

impl MailStore for PostgresStore {
    fn epoch(&self) -> Epoch {
        self.epoch
    }

    async fn create(&self, new: &NewMailbox) -> Result<MailboxState, StoreError> {
        if let Some(state) = self.find(&new.name).await? {
            return state.is_the_same_as(new);
        }
        let mut writing = self.pool.begin().await?;
        sqlx::query(
            "INSERT INTO mailbox (name, token_hash, writer, head, mark, total, kept, dropped_to) \
             VALUES ($1, $2, $3, 0, $4, 0, 0, 0) ON CONFLICT DO NOTHING",
        )
        .bind(new.name.as_ref())
        .bind(new.token_hash.as_ref())
        .bind(new.writer.as_ref())
        .bind(Mark::EMPTY.as_ref())
        .execute(&mut *writing)
        .await?;
        // Asked after the insertion, which has waited for whoever was destroying it.
        if was_destroyed(&mut *writing, &new.name).await? {
            return Err(StoreError::Destroyed);
        }
        writing.commit().await?;
        self.find(&new.name).await?.ok_or(StoreError::Damaged)?.is_the_same_as(new)
    }

    async fn find(&self, name: &Mailbox) -> Result<Option<MailboxState>, StoreError> {
        let sql = format!("SELECT {STATE} FROM mailbox WHERE name = $1");
        let row = sqlx::query(AssertSqlSafe(sql)).bind(name.as_ref()).fetch_optional(&self.pool).await?;
        row.as_ref().map(|row| Ok(state(row)?.1)).transpose()
    }

    async fn append(&self, additions: &[Addition], at: i64, mailbox_max: u64) -> Result<Vec<Added>, StoreError> {
        let names: HashSet<_> = additions.iter().map(|addition| addition.mailbox).collect();
        let mut writing = self.pool.begin().await?;
        let mut ledger = Ledger::over(lock(&mut writing, names).await?);
        learn_known(&mut writing, &mut ledger, additions).await?;
        let (added, rows) = ledger.enter(additions, at, mailbox_max);
        if rows.is_empty() {
            return Ok(added);
        }
        insert(&mut writing, &rows).await?;
        update(&mut writing, &ledger).await?;
        let news = ledger.changed().map(|(name, state)| News::Appended(NameHash::of(name), state.head).told());
        let news: Vec<_> = news.collect();
        notify(&mut *writing, &news).await?;
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
            "WITH first AS (SELECT total FROM entry WHERE mailbox = $1 AND $2 < number AND sealed IS NOT NULL \
                            ORDER BY number LIMIT 1) \
             SELECT number, mark, at, kind, covers, signature, sealed FROM entry \
             WHERE mailbox = $1 AND $2 < number AND sealed IS NOT NULL AND total - $3 <= (SELECT total FROM first) \
             ORDER BY number LIMIT $4",
        )
        .bind(mailbox.0)
        .bind(to_db(after))
        .bind(to_db(bytes))
        .bind(i64::try_from(count).unwrap_or(i64::MAX))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(entry).collect()
    }

    async fn place(&self, mailbox: MailboxId, number: u64) -> Result<Option<Place>, StoreError> {
        let row = sqlx::query("SELECT mark, total FROM entry WHERE mailbox = $1 AND number = $2")
            .bind(mailbox.0)
            .bind(to_db(number))
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| Ok(Place { mark: Mark(fixed(row.try_get(0)?)?), total: from_db(row.try_get(1)?)? })).transpose()
    }

    async fn best_snapshot(&self, mailbox: MailboxId) -> Result<Option<Snapshot>, StoreError> {
        let row = sqlx::query(
            "SELECT number, covers, length(sealed)::bigint FROM entry \
             WHERE mailbox = $1 AND kind = 1 AND sealed IS NOT NULL ORDER BY covers DESC, number DESC LIMIT 1",
        )
        .bind(mailbox.0)
        .fetch_optional(&self.pool)
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
             WHERE entry.kind = 1 AND entry.sealed IS NOT NULL AND entry.at < $1 \
             GROUP BY mailbox.id, mailbox.dropped_to HAVING mailbox.dropped_to < MAX(entry.covers)",
        )
        .bind(before)
        .fetch_all(&self.pool)
        .await?;
        let mut dropped = 0;
        for (mailbox, covers) in covered {
            let mut writing = self.pool.begin().await?;
            // Two relays may be at it together; the second finds nothing left to do.
            sqlx::query("SELECT id FROM mailbox WHERE id = $1 FOR UPDATE").bind(mailbox).execute(&mut *writing).await?;
            let bytes: i64 = sqlx::query_scalar(
                "SELECT coalesce(SUM(length(sealed) + $1), 0)::bigint FROM entry \
                 WHERE mailbox = $2 AND number <= $3 AND sealed IS NOT NULL",
            )
            .bind(i64::try_from(Entry::HEAD).unwrap_or(i64::MAX))
            .bind(mailbox)
            .bind(covers)
            .fetch_one(&mut *writing)
            .await?;
            sqlx::query(
                "UPDATE entry SET sealed = NULL, signature = NULL \
                 WHERE mailbox = $1 AND number <= $2 AND sealed IS NOT NULL",
            )
            .bind(mailbox)
            .bind(covers)
            .execute(&mut *writing)
            .await?;
            sqlx::query("UPDATE mailbox SET kept = kept - $1, dropped_to = greatest(dropped_to, $2) WHERE id = $3")
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
        let mut writing = self.pool.begin().await?;
        sqlx::query("DELETE FROM mailbox WHERE name = $1").bind(name.as_ref()).execute(&mut *writing).await?;
        sqlx::query("INSERT INTO destroyed (name_hash) VALUES ($1) ON CONFLICT DO NOTHING")
            .bind(NameHash::of(name).as_ref())
            .execute(&mut *writing)
            .await?;
        notify(&mut *writing, &[News::Destroyed(NameHash::of(name)).told()]).await?;
        Ok(writing.commit().await?)
    }

    async fn was_destroyed(&self, name: &Mailbox) -> Result<bool, StoreError> {
        was_destroyed(&self.pool, name).await
    }

    async fn check(&self) -> Result<(), StoreError> {
        let _: Vec<u8> = sqlx::query_scalar("SELECT epoch FROM relay").fetch_one(&self.pool).await?;
        Ok(())
    }

    async fn news(&self) -> News {
        let mut listener = self.listener.lock().await;
        let Some(listener) = listener.as_mut() else { return std::future::pending().await };
        match listener.try_recv().await {
            Ok(Some(notification)) => News::read(notification.payload()).unwrap_or(News::Missed),
            Ok(None) => News::Missed,
            Err(_) if self.pool.is_closed() => std::future::pending().await,
            Err(cause) => {
                tracing::warn!(%cause, "the database can't be listened to");
                tokio::time::sleep(NEXT_TRY).await;
                News::Missed
            }
        }
    }

    fn is_shared(&self) -> bool {
        true
    }

    async fn tell(&self, words: &[Word]) -> Result<(), StoreError> {
        let words: Vec<_> = words.iter().map(Word::told).collect();
        notify(&self.pool, &words).await
    }

    async fn close(&self) {
        // It holds a connection of the pool, which waits for all of them.
        drop(self.listener.lock().await.take());
        self.pool.close().await;
    }
}

async fn was_destroyed(database: impl PgExecutor<'_>, name: &Mailbox) -> Result<bool, StoreError> {
    let hash = NameHash::of(name);
    let found: Option<i32> = sqlx::query_scalar("SELECT 1 FROM destroyed WHERE name_hash = $1")
        .bind(hash.as_ref())
        .fetch_optional(database)
        .await?;
    Ok(found.is_some())
}

/// Reads the mailboxes and keeps other relays from adding to them until the commit; in order of their ids, so that two
/// relays never wait for each other.
async fn lock(
    writing: &mut Transaction<'static, Postgres>,
    names: HashSet<Mailbox>,
) -> Result<Vec<(Mailbox, MailboxState)>, StoreError> {
    let names: Vec<_> = names.into_iter().map(|name| name.0.to_vec()).collect();
    let sql = format!("SELECT {STATE} FROM mailbox WHERE name = ANY($1) ORDER BY id FOR UPDATE");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(names).fetch_all(&mut **writing).await?;
    rows.iter().map(state).collect()
}

/// Tells the ledger which of the entries are there already.
async fn learn_known(
    writing: &mut Transaction<'static, Postgres>,
    ledger: &mut Ledger,
    additions: &[Addition],
) -> Result<(), StoreError> {
    let (mailboxes, ids): (Vec<i64>, Vec<Vec<u8>>) = additions
        .iter()
        .filter_map(|addition| Some((ledger.mailbox(&addition.mailbox)?, &addition.entries)))
        .flat_map(|(mailbox, entries)| entries.iter().map(move |entry| (mailbox.0, entry.id.0.to_vec())))
        .unzip();
    let rows = sqlx::query(
        "SELECT entry.mailbox, entry.id, entry.number, entry.mark, entry.at \
         FROM UNNEST($1::bigint[], $2::bytea[]) AS wanted (mailbox, id) \
         JOIN entry ON entry.mailbox = wanted.mailbox AND entry.id = wanted.id",
    )
    .bind(mailboxes)
    .bind(ids)
    .fetch_all(&mut **writing)
    .await?;
    for row in rows {
        let receipt = Receipt {
            id: EntryId(fixed(row.try_get(1)?)?),
            number: from_db(row.try_get(2)?)?,
            mark: Mark(fixed(row.try_get(3)?)?),
            at: row.try_get(4)?,
        };
        ledger.knows(MailboxId(row.try_get(0)?), receipt);
    }
    Ok(())
}

async fn insert(writing: &mut Transaction<'static, Postgres>, rows: &[NewRow<'_>]) -> Result<(), StoreError> {
    let bytes = |of: fn(&NewRow<'_>) -> Vec<u8>| rows.iter().map(of).collect::<Vec<_>>();
    let numbers = |of: fn(&NewRow<'_>) -> i64| rows.iter().map(of).collect::<Vec<_>>();
    sqlx::query(
        "INSERT INTO entry (mailbox, number, id, mark, at, kind, covers, total, signature, sealed) \
         SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::bytea[], $4::bytea[], $5::bigint[], $6::smallint[], \
                              $7::bigint[], $8::bigint[], $9::bytea[], $10::bytea[])",
    )
    .bind(numbers(|row| row.mailbox.0))
    .bind(numbers(|row| to_db(row.receipt.number)))
    .bind(bytes(|row| row.receipt.id.0.to_vec()))
    .bind(bytes(|row| row.receipt.mark.0.to_vec()))
    .bind(numbers(|row| row.receipt.at))
    .bind(rows.iter().map(|row| i16::from(row.entry.kind.number())).collect::<Vec<_>>())
    .bind(numbers(|row| to_db(row.entry.covers)))
    .bind(numbers(|row| to_db(row.total)))
    .bind(bytes(|row| row.entry.signature.0.to_vec()))
    .bind(bytes(|row| row.entry.sealed.to_vec()))
    .execute(&mut **writing)
    .await?;
    Ok(())
}

async fn update(writing: &mut Transaction<'static, Postgres>, ledger: &Ledger) -> Result<(), StoreError> {
    let states: Vec<_> = ledger.changed().map(|(_, state)| *state).collect();
    let numbers = |of: fn(&MailboxState) -> i64| states.iter().map(of).collect::<Vec<_>>();
    sqlx::query(
        "UPDATE mailbox SET head = now.head, mark = now.mark, total = now.total, kept = now.kept \
         FROM UNNEST($1::bigint[], $2::bigint[], $3::bytea[], $4::bigint[], $5::bigint[]) \
              AS now (id, head, mark, total, kept) \
         WHERE mailbox.id = now.id",
    )
    .bind(numbers(|state| state.id.0))
    .bind(numbers(|state| to_db(state.head)))
    .bind(states.iter().map(|state| state.mark.0.to_vec()).collect::<Vec<_>>())
    .bind(numbers(|state| to_db(state.total)))
    .bind(numbers(|state| to_db(state.kept)))
    .execute(&mut **writing)
    .await?;
    Ok(())
}

async fn notify(by: impl Executor<'_, Database = Postgres>, news: &[String]) -> Result<(), StoreError> {
    sqlx::query("SELECT pg_notify($1, news) FROM UNNEST($2::text[]) AS news")
        .bind(CHANNEL)
        .bind(news)
        .execute(by)
        .await?;
    Ok(())
}

fn state(row: &PgRow) -> Result<(Mailbox, MailboxState), StoreError> {
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

fn entry(row: &PgRow) -> Result<StoredEntry, StoreError> {
    let kind: u8 = row.try_get::<i16, _>(3)?.try_into().map_err(|_| StoreError::Damaged)?;
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
