//! The statistics in a PostgreSQL store. Nodes of a fleet add to the same rows.

use tokio_postgres::{Client, types::ToSql};

use super::store::Result;
use crate::statistics::{Hour, Key, Name, Rows, Sighting};

/// Names of one website that are kept.
const MOST_NAMES: i64 = 2000;

/// Adds rows, and deletes those that are older than is kept. They come in order, so that nodes that
/// write at the same time wait for each other and never in a circle.
pub(super) async fn count(client: &mut Client, rows: &Rows, now: Hour) -> Result<()> {
    let transaction = client.transaction().await?;
    let sql = "INSERT INTO privet_tally AS old (hour, site, vendor, purpose, kind, count)
               VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (hour, site, vendor, purpose, kind)
               DO UPDATE SET count = old.count + excluded.count";
    let statement = transaction.prepare(sql).await?;
    for ((hour, key), count) in &rows.counts {
        let values: [&(dyn ToSql + Sync); 6] = [
            &hour.0,
            &key.site,
            &key.vendor,
            &key.purpose,
            &key.kind,
            &number(*count),
        ];
        transaction.execute(&statement, &values).await?;
    }
    let sql = "INSERT INTO privet_sighting AS old
                   (site, what, name, vendor, first, last, count, own, pattern)
               SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9
               WHERE (SELECT count(*) FROM privet_sighting WHERE site = $1) < $10
                  OR EXISTS (SELECT 1 FROM privet_sighting
                             WHERE site = $1 AND what = $2 AND name = $3 AND vendor = $4)
               ON CONFLICT (site, what, name, vendor)
               DO UPDATE SET first = least(old.first, excluded.first),
                   last = greatest(old.last, excluded.last),
                   count = old.count + excluded.count, own = old.own + excluded.own";
    let statement = transaction.prepare(sql).await?;
    for (name, sighting) in &rows.sightings {
        let values: [&(dyn ToSql + Sync); 10] = [
            &name.site,
            &name.what,
            &name.name,
            &name.vendor,
            &sighting.first,
            &sighting.last,
            &number(sighting.count),
            &number(sighting.set),
            &sighting.pattern,
            &MOST_NAMES,
        ];
        transaction.execute(&statement, &values).await?;
    }
    let oldest = now.oldest_kept();
    let sql = "DELETE FROM privet_tally WHERE hour < $1";
    transaction.execute(sql, &[&oldest.0]).await?;
    let sql = "DELETE FROM privet_sighting WHERE last < $1";
    transaction.execute(sql, &[&oldest.day()]).await?;
    Ok(transaction.commit().await?)
}

/// The numbers since `since`, and all names.
pub(super) async fn statistics(client: &Client, since: Hour) -> Result<Rows> {
    let mut found = Rows::default();
    let sql = "SELECT hour, site, vendor, purpose, kind, count FROM privet_tally WHERE hour >= $1";
    for row in client.query(sql, &[&since.0]).await? {
        let key = Key {
            site: row.try_get(1)?,
            vendor: row.try_get(2)?,
            purpose: row.try_get(3)?,
            kind: row.try_get(4)?,
        };
        let count: i64 = row.try_get(5)?;
        let hour = Hour(row.try_get(0)?);
        found.counts.insert((hour, key), count.unsigned_abs());
    }
    let sql =
        "SELECT site, what, name, vendor, first, last, count, own, pattern FROM privet_sighting";
    for row in client.query(sql, &[]).await? {
        let name = Name {
            site: row.try_get(0)?,
            what: row.try_get(1)?,
            name: row.try_get(2)?,
            vendor: row.try_get(3)?,
        };
        let sighting = Sighting {
            first: row.try_get(4)?,
            last: row.try_get(5)?,
            count: row.try_get::<_, i64>(6)?.unsigned_abs(),
            set: row.try_get::<_, i64>(7)?.unsigned_abs(),
            pattern: row.try_get(8)?,
        };
        found.sightings.insert(name, sighting);
    }
    Ok(found)
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
