//! The tables of the SQLite store, and the way from each version to the next.

use rusqlite::{Connection, TransactionBehavior};

use super::store::{Result, StoreError};

/// `application_id` of the file: "prvt".
const APPLICATION: i64 = 0x7072_7674;

/// Each brings the schema from the version of its place to the next.
const MIGRATIONS: &[&str] = &["
CREATE TABLE entry (
    number INTEGER PRIMARY KEY,
    day INTEGER NOT NULL,
    previous BLOB NOT NULL,
    commitment BLOB NOT NULL UNIQUE,
    link BLOB NOT NULL,
    consent_id BLOB,
    salt BLOB,
    statement BLOB
) STRICT;
CREATE INDEX entry_of_visitor ON entry (consent_id) WHERE consent_id IS NOT NULL;
CREATE TABLE rendering (
    digest BLOB PRIMARY KEY,
    content TEXT NOT NULL
) STRICT;
"];

fn number(connection: &Connection, pragma: &str) -> Result<i64> {
    Ok(connection.pragma_query_value(None, pragma, |row| row.get(0))?)
}

/// The schema's version; refuses files of others, and of later versions of privet.
pub(super) fn version(connection: &Connection) -> Result<usize> {
    let foreign = |what: String| Err(StoreError::Foreign(what));
    let version = usize::try_from(number(connection, "user_version")?).unwrap_or(usize::MAX);
    let application = number(connection, "application_id")?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match (application, tables) {
        (0, 0) if version == 0 => Ok(0),
        (APPLICATION, _) if version <= MIGRATIONS.len() => Ok(version),
        (APPLICATION, _) => foreign("it was written by a later version of privet".to_owned()),
        _ => foreign("it is a database of another program".to_owned()),
    }
}

/// Brings the schema up to date. Another process may be about to do the same.
pub(super) fn migrate(connection: &mut Connection) -> Result<()> {
    if version(connection)? == MIGRATIONS.len() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let from = version(&transaction)?;
    for migration in MIGRATIONS.iter().skip(from) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(
        None,
        "user_version",
        i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX),
    )?;
    Ok(transaction.commit()?)
}
