//! The statistics in an SQLite store.

use rusqlite::{Connection, params};

use super::store::Result;
use crate::statistics::{Hour, Key, Name, Rows, Sighting};

/// Names of one website that are kept.
const MOST_NAMES: i64 = 2000;

/// Adds rows, and deletes those that are older than is kept.
pub(super) fn count(connection: &mut Connection, rows: &Rows, now: Hour) -> Result<()> {
    let transaction = connection.transaction()?;
    let sql =
        "INSERT INTO tally (hour, site, vendor, purpose, kind, count) VALUES (?, ?, ?, ?, ?, ?)
               ON CONFLICT DO UPDATE SET count = count + excluded.count";
    for ((hour, key), count) in &rows.counts {
        transaction.prepare_cached(sql)?.execute(params![
            hour.0,
            key.site,
            key.vendor,
            key.purpose,
            key.kind,
            number(*count)
        ])?;
    }
    let sql = "INSERT INTO sighting (site, what, name, vendor, first, last, count, own, pattern)
               SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
               WHERE (SELECT count(*) FROM sighting WHERE site = ?1) < ?10
                  OR EXISTS (SELECT 1 FROM sighting
                             WHERE site = ?1 AND what = ?2 AND name = ?3 AND vendor = ?4)
               ON CONFLICT DO UPDATE SET first = min(first, excluded.first),
                   last = max(last, excluded.last), count = count + excluded.count,
                   own = own + excluded.own";
    for (name, sighting) in &rows.sightings {
        transaction.prepare_cached(sql)?.execute(params![
            name.site,
            name.what,
            name.name,
            name.vendor,
            sighting.first,
            sighting.last,
            number(sighting.count),
            number(sighting.set),
            sighting.pattern,
            MOST_NAMES,
        ])?;
    }
    let oldest = now.oldest_kept();
    transaction.execute("DELETE FROM tally WHERE hour < ?", [oldest.0])?;
    transaction.execute("DELETE FROM sighting WHERE last < ?", [oldest.day()])?;
    Ok(transaction.commit()?)
}

/// The numbers since `since`, and all names.
pub(super) fn statistics(connection: &Connection, since: Hour) -> Result<Rows> {
    let mut found = Rows::default();
    let sql = "SELECT hour, site, vendor, purpose, kind, count FROM tally WHERE hour >= ?";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([since.0])?;
    while let Some(row) = rows.next()? {
        let key = Key {
            site: row.get(1)?,
            vendor: row.get(2)?,
            purpose: row.get(3)?,
            kind: row.get(4)?,
        };
        let count: i64 = row.get(5)?;
        found
            .counts
            .insert((Hour(row.get(0)?), key), count.unsigned_abs());
    }
    let sql = "SELECT site, what, name, vendor, first, last, count, own, pattern FROM sighting";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let name = Name {
            site: row.get(0)?,
            what: row.get(1)?,
            name: row.get(2)?,
            vendor: row.get(3)?,
        };
        let sighting = Sighting {
            first: row.get(4)?,
            last: row.get(5)?,
            count: row.get::<_, i64>(6)?.unsigned_abs(),
            set: row.get::<_, i64>(7)?.unsigned_abs(),
            pattern: row.get(8)?,
        };
        found.sightings.insert(name, sighting);
    }
    Ok(found)
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
