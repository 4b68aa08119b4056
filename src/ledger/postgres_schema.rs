//! The tables of the PostgreSQL store, and the way from each version to the next.

use tokio_postgres::Client;

use super::store::{Result, StoreError};

/// The advisory lock under which whoever writes does so: "prvtledg". One chain for all nodes needs an
/// order, and one root a day proves it whole; a chain for each node could be lost with its node, unseen.
pub(super) const LOCK: &str = "SELECT pg_advisory_xact_lock(8102668921999811687)";

/// Each brings the schema from the version of its place to the next.
const MIGRATIONS: &[&str] = &["
CREATE TABLE privet_ledger (
    number bigint PRIMARY KEY,
    day integer NOT NULL,
    previous bytea NOT NULL,
    commitment bytea NOT NULL UNIQUE,
    link bytea NOT NULL,
    consent_id bytea,
    salt bytea,
    statement bytea
);
CREATE INDEX privet_ledger_visitor ON privet_ledger (consent_id) WHERE consent_id IS NOT NULL;
CREATE TABLE privet_ledger_rendering (
    digest bytea PRIMARY KEY,
    content text NOT NULL
);
"];

/// Brings the schema up to date; refuses one of a later version of privet.
pub(super) async fn migrate(client: &mut Client) -> Result<()> {
    let exists = "SELECT to_regclass('privet_ledger_version') IS NOT NULL";
    if client.query_one(exists, &[]).await?.try_get(0)?
        && version(client).await? == MIGRATIONS.len()
    {
        return Ok(());
    }
    let transaction = client.transaction().await?;
    // Several nodes may start at once.
    transaction.batch_execute(LOCK).await?;
    transaction
        .batch_execute(
            "CREATE TABLE IF NOT EXISTS privet_ledger_version (version bigint NOT NULL);
             INSERT INTO privet_ledger_version
             SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM privet_ledger_version);",
        )
        .await?;
    let from = version(transaction.client()).await?;
    if from > MIGRATIONS.len() {
        let what = "it was written by a later version of privet";
        return Err(StoreError::Foreign(what.to_owned()));
    }
    for migration in MIGRATIONS.iter().skip(from) {
        transaction.batch_execute(migration).await?;
    }
    let to = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    transaction
        .execute("UPDATE privet_ledger_version SET version = $1", &[&to])
        .await?;
    Ok(transaction.commit().await?)
}

async fn version(client: &Client) -> Result<usize> {
    let sql = "SELECT version FROM privet_ledger_version";
    let version: i64 = client.query_one(sql, &[]).await?.try_get(0)?;
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}
