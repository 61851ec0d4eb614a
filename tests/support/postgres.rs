//! A PostgreSQL database of a test's own.

use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

/// The address of a new, empty database. Without `KLASSRUM_TEST_POSTGRES`, which `scripts/test` sets, there is none, and
/// the test says so.
pub async fn new_database(name: &str) -> Option<String> {
    let Ok(server) = std::env::var("KLASSRUM_TEST_POSTGRES") else {
        eprintln!("NOT TESTED: {name} needs PostgreSQL; run it as scripts/with-postgres cargo test");
        return None;
    };
    let name = format!("klassrum_{name}_{}", std::process::id());
    let mut admin = PgConnectOptions::from_str(&server).unwrap().connect().await.unwrap();
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut admin).await.unwrap();
    admin.close().await.unwrap();
    let (server, _) = server.rsplit_once('/').unwrap();
    Some(format!("{server}/{name}"))
}
