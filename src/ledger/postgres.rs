//! The ledger in PostgreSQL, or what speaks its protocol, for several gateways.
//!
//! Whoever writes holds an advisory lock for the transaction, so that all nodes add to one chain. A
//! transaction of which nobody knows whether it was committed is tried again later: what is there
//! already stays as it is, by its commitment.

use std::{collections::HashSet, sync::Arc, time::Duration};

use tokio::{runtime::Runtime, time::timeout};
use tokio_postgres::{Client, IsolationLevel, NoTls, Row, Transaction};

use super::{
    postgres_schema::{LOCK, migrate},
    postgres_statistics,
    postgres_tls::Connector,
    store::{Each, Pending, Result, Store, StoreError, Survey, Wanted, draw_salt},
};
use crate::{
    config::PostgresUrl,
    privacy::ledger::{
        ConsentId, Day, Digest, Entry, Head, Link, Opened, Rendering, Salt, Sealed, Statement,
        Timestamp,
    },
    statistics::{Hour, Rows},
    upstream::client_config,
};

/// Entries that one transaction erases, prunes or reads.
const STEP: i64 = 1000;

const COLUMNS: &str = "number, day, previous, commitment, salt, statement";

/// What the connection lives in. It runs only while something is asked.
struct Driver {
    runtime: Runtime,
    /// How long one transaction may take before the database counts as failed.
    patience: Duration,
}

impl Driver {
    /// What `act` does, in time.
    fn run<T>(&self, act: impl Future<Output = Result<T>>) -> Result<T> {
        let done = self
            .runtime
            .block_on(async { timeout(self.patience, act).await });
        done.map_err(|_| StoreError::Timeout)?
    }
}

/// See the module.
pub(super) struct Postgres {
    driver: Driver,
    client: Client,
    /// Renderings that are in the database.
    known: HashSet<Digest>,
}

impl Postgres {
    /// Connects, and makes or migrates the tables. Whatever is asked takes `patience` at most.
    pub(super) fn open(url: &PostgresUrl, patience: Duration) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let driver = Driver { runtime, patience };
        let client = driver.run(async {
            let mut client = connect(url).await?;
            // Acknowledged is durable, unless the database is set up to promise even more.
            client
                .batch_execute(
                    "SELECT set_config('synchronous_commit', 'on', false)
                     WHERE current_setting('synchronous_commit') = 'off'",
                )
                .await?;
            migrate(&mut client).await?;
            Ok(client)
        })?;
        Ok(Self {
            driver,
            client,
            known: HashSet::new(),
        })
    }
}

async fn connect(url: &PostgresUrl) -> Result<Client> {
    if !url.is_encrypted() {
        let (client, connection) = url.settings().connect(NoTls).await?;
        tokio::spawn(connection);
        return Ok(client);
    }
    let trust = client_config().map_err(|error| StoreError::Foreign(error.to_string()))?;
    let mut trust = Arc::unwrap_or_clone(trust);
    trust.alpn_protocols.clear();
    let (client, connection) = url.settings().connect(Connector(Arc::new(trust))).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// A transaction of the one who writes.
async fn begin(client: &mut Client) -> Result<Transaction<'_>> {
    let transaction = client.transaction().await?;
    transaction.batch_execute(LOCK).await?;
    Ok(transaction)
}

fn digest(bytes: &[u8], number: u64) -> Result<Digest> {
    Digest::from_slice(bytes).ok_or(StoreError::Unreadable(number))
}

async fn head(client: &Client) -> Result<Head> {
    let sql = "SELECT number, day, link FROM privet_ledger ORDER BY number DESC LIMIT 1";
    let Some(row) = client.query_opt(sql, &[]).await? else {
        return Ok(Head::START);
    };
    let number = row.try_get::<_, i64>(0)?.unsigned_abs();
    Ok(Head {
        number,
        day: Day(row.try_get(1)?),
        link: digest(row.try_get(2)?, number)?,
    })
}

/// Appends statements in their order; returns where the chain ends then.
async fn insert(
    transaction: &Transaction<'_>,
    mut head: Head,
    batch: &[&Sealed],
    today: Day,
) -> Result<Head> {
    let (mut numbers, mut days, mut ids) = (Vec::new(), Vec::new(), Vec::new());
    let mut bytes: [Vec<Vec<u8>>; 5] = Default::default();
    for sealed in batch {
        let link = head.next(today, sealed.commitment);
        head = link.head();
        numbers.push(number(link.number));
        days.push(link.day.0);
        ids.push(
            sealed
                .statement
                .consent_id()
                .map(|id| id.as_bytes().to_vec()),
        );
        let [previous, commitments, links, salts, statements] = &mut bytes;
        previous.push(link.previous.as_bytes().to_vec());
        commitments.push(link.commitment.as_bytes().to_vec());
        links.push(head.link.as_bytes().to_vec());
        salts.push(sealed.salt.as_bytes().to_vec());
        statements.push(sealed.statement.to_canonical());
    }
    let [previous, commitments, links, salts, statements] = &bytes;
    let sql = "INSERT INTO privet_ledger
               (number, day, previous, commitment, link, consent_id, salt, statement)
               SELECT * FROM unnest($1::bigint[], $2::integer[], $3::bytea[], $4::bytea[],
                                    $5::bytea[], $6::bytea[], $7::bytea[], $8::bytea[])";
    transaction
        .execute(
            sql,
            &[
                &numbers,
                &days,
                previous,
                commitments,
                links,
                &ids,
                salts,
                statements,
            ],
        )
        .await?;
    Ok(head)
}

fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn entry(row: &Row) -> Result<Entry> {
    let number = row.try_get::<_, i64>(0)?.unsigned_abs();
    let unreadable = || StoreError::Unreadable(number);
    let link = Link {
        number,
        day: Day(row.try_get(1)?),
        previous: digest(row.try_get(2)?, number)?,
        commitment: digest(row.try_get(3)?, number)?,
    };
    let content: (Option<&[u8]>, Option<&[u8]>) = (row.try_get(4)?, row.try_get(5)?);
    let opened = match content {
        (Some(salt), Some(statement)) => Some(Opened {
            salt: Salt::from_slice(salt).ok_or_else(unreadable)?,
            statement: Statement::from_canonical(statement).ok_or_else(unreadable)?,
        }),
        _ => None,
    };
    Ok(Entry { link, opened })
}

impl Store for Postgres {
    fn append(&mut self, batch: &[Pending], today: Day) -> Result<Head> {
        let Self {
            driver,
            client,
            known,
        } = self;
        driver.run(async {
            let transaction = begin(client).await?;
            let mut shown = HashSet::new();
            for rendering in batch
                .iter()
                .filter_map(|pending| pending.rendering.as_ref())
            {
                let digest = rendering.digest();
                if !known.contains(&digest) && shown.insert(digest) {
                    let sql = "INSERT INTO privet_ledger_rendering (digest, content)
                               VALUES ($1, $2) ON CONFLICT DO NOTHING";
                    let digest: &[u8] = digest.as_bytes();
                    transaction
                        .execute(sql, &[&digest, &rendering.content()])
                        .await?;
                }
            }
            let commitments: Vec<&[u8]> = batch
                .iter()
                .map(|pending| &pending.sealed.commitment.as_bytes()[..])
                .collect();
            let sql = "SELECT commitment FROM privet_ledger WHERE commitment = ANY($1)";
            let mut there = HashSet::new();
            for row in transaction.query(sql, &[&commitments]).await? {
                there.extend(Digest::from_slice(row.try_get(0)?));
            }
            let sealed = batch.iter().map(|pending| &pending.sealed);
            let new: Vec<&Sealed> = sealed
                .filter(|sealed| there.insert(sealed.commitment))
                .collect();
            let mut end = head(transaction.client()).await?;
            if !new.is_empty() {
                end = insert(&transaction, end, &new, today).await?;
            }
            transaction.commit().await?;
            known.extend(shown);
            Ok(end)
        })
    }

    fn erase(&mut self, id: ConsentId, now: Timestamp) -> Result<u64> {
        let Self { driver, client, .. } = self;
        driver.run(async {
            let transaction = begin(client).await?;
            let sql = "UPDATE privet_ledger SET consent_id = NULL, salt = NULL, statement = NULL
                       WHERE number IN (SELECT number FROM privet_ledger WHERE consent_id = $1
                                        ORDER BY number LIMIT $2)
                       RETURNING number";
            let id: &[u8] = id.as_bytes();
            let rows = transaction.query(sql, &[&id, &STEP]).await?;
            let numbers = rows.iter().map(|row| row.try_get::<_, i64>(0));
            let mut numbers: Vec<i64> = numbers.collect::<std::result::Result<_, _>>()?;
            if numbers.is_empty() {
                return Ok(0);
            }
            numbers.sort_unstable();
            let numbers = numbers.iter().map(|number| number.unsigned_abs()).collect();
            let sealed = Sealed::new(draw_salt(), Statement::Erasure { time: now, numbers });
            let head = head(transaction.client()).await?;
            insert(&transaction, head, &[&sealed], Day::of(now)).await?;
            transaction.commit().await?;
            Ok(rows.len() as u64)
        })
    }

    fn prune(&mut self, day: Day, now: Timestamp) -> Result<u64> {
        let Self { driver, client, .. } = self;
        driver.run(async {
            let transaction = begin(client).await?;
            let sql = "SELECT number, link FROM
                       (SELECT number, day, link FROM privet_ledger ORDER BY number LIMIT $1) AS oldest
                       WHERE day < $2 ORDER BY number DESC LIMIT 1";
            let Some(row) = transaction.query_opt(sql, &[&STEP, &day.0]).await? else {
                return Ok(0);
            };
            let last: i64 = row.try_get(0)?;
            let through = last.unsigned_abs();
            let statement = Statement::Pruning {
                time: now,
                through,
                link: digest(row.try_get(1)?, through)?,
            };
            let sealed = Sealed::new(draw_salt(), statement);
            let head = head(transaction.client()).await?;
            insert(&transaction, head, &[&sealed], Day::of(now)).await?;
            let sql = "DELETE FROM privet_ledger WHERE number <= $1";
            let deleted = transaction.execute(sql, &[&last]).await?;
            transaction.commit().await?;
            Ok(deleted)
        })
    }

    fn scan(
        &mut self,
        wanted: Wanted,
        most: u64,
        begin: &mut dyn FnMut(Survey) -> Result<()>,
        each: Each<'_>,
    ) -> Result<()> {
        let Self { driver, client, .. } = self;
        let (since, id) = match wanted {
            Wanted::All => (Day(i32::MIN), None),
            Wanted::Since(day) => (day, None),
            Wanted::Visitor(id) => (Day(i32::MIN), Some(id.as_bytes().to_vec())),
        };
        // All of it as of one moment.
        let snapshot = client
            .build_transaction()
            .isolation_level(IsolationLevel::RepeatableRead)
            .read_only(true);
        let transaction = driver.run(async { Ok(snapshot.start().await?) })?;
        let client = transaction.client();
        let survey = driver.run(survey(client, since, id.is_none()))?;
        begin(survey)?;
        let condition = match id {
            Some(_) => "consent_id = $1",
            None => "$1::bytea IS NULL",
        };
        let sql = format!(
            "SELECT {COLUMNS} FROM privet_ledger WHERE {condition} AND day >= $2 AND number > $3
             ORDER BY number LIMIT $4"
        );
        let (mut last, mut left) = (0, number(most));
        while left > 0 {
            let step = left.min(STEP);
            let rows = driver
                .run(async { Ok(client.query(&sql, &[&id, &since.0, &last, &step]).await?) })?;
            for row in &rows {
                let entry = entry(row)?;
                last = number(entry.link.number);
                each(entry)?;
            }
            left -= step;
            if rows.len() < usize::try_from(step).unwrap_or(usize::MAX) {
                break;
            }
        }
        driver.run(async { Ok(transaction.commit().await?) })
    }

    fn count(&mut self, rows: &Rows, now: Hour) -> Result<()> {
        let Self { driver, client, .. } = self;
        driver.run(postgres_statistics::count(client, rows, now))
    }

    fn statistics(&mut self, since: Hour) -> Result<Rows> {
        let Self { driver, client, .. } = self;
        driver.run(postgres_statistics::statistics(client, since))
    }

    fn renderings(&mut self, each: &mut dyn FnMut(Rendering) -> Result<()>) -> Result<()> {
        let Self { driver, client, .. } = self;
        let sql = "SELECT content FROM privet_ledger_rendering ORDER BY digest";
        let rows = driver.run(async { Ok(client.query(sql, &[]).await?) })?;
        for row in rows {
            each(Rendering::new(row.try_get(0)?))?;
        }
        Ok(())
    }
}

async fn survey(client: &Client, since: Day, with_roots: bool) -> Result<Survey> {
    let head = head(client).await?;
    let mut roots = Vec::new();
    if with_roots {
        let sql = "SELECT day, link, number FROM privet_ledger WHERE number IN
                   (SELECT max(number) FROM privet_ledger WHERE day >= $1 GROUP BY day)
                   ORDER BY number";
        for row in client.query(sql, &[&since.0]).await? {
            let number = row.try_get::<_, i64>(2)?.unsigned_abs();
            roots.push((Day(row.try_get(0)?), digest(row.try_get(1)?, number)?));
        }
    }
    Ok(Survey { head, roots })
}
