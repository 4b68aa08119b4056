//! The ledger in an SQLite file: embedded, and safe against crashes and power loss (WAL,
//! `synchronous=FULL`); what is erased is overwritten (`secure_delete`).

use std::{
    collections::HashSet,
    fs::{self, OpenOptions},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{
    Connection, OpenFlags, OptionalExtension, Row, Transaction, TransactionBehavior, params,
};

use super::{
    sqlite_schema::{migrate, version},
    sqlite_statistics,
    store::{Each, Pending, Result, Store, StoreError, Survey, Wanted, draw_salt},
};
use crate::{
    privacy::ledger::{
        ConsentId, Day, Digest, Entry, Head, Link, Opened, Rendering, Salt, Sealed, Statement,
        Timestamp,
    },
    statistics::{Hour, Rows},
};

/// How long another process may hold the file before it counts as failed.
const PATIENCE: Duration = Duration::from_millis(250);
/// Entries that one transaction erases or prunes, so that choices don't wait for long.
const STEP: i64 = 1000;

/// See the module.
pub(super) struct Sqlite {
    connection: Connection,
    path: PathBuf,
    /// Device and number of the file.
    identity: (u64, u64),
    /// Renderings that are in the file.
    known: HashSet<Digest>,
}

impl Sqlite {
    /// Opens the file, or makes it, readable by its owner only.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)?;
        let identity = identity(&file.metadata()?);
        drop(file);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(PATIENCE)?;
        version(&connection)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "secure_delete", true)?;
        migrate(&mut connection)?;
        let known = digests(&connection)?;
        Ok(Self {
            connection,
            path: path.to_owned(),
            identity,
            known,
        })
    }

    /// Whether the file at `path`, if there is one, is a ledger that this version can read.
    pub(super) fn probe(path: &Path) -> Result<()> {
        if !path.exists() {
            return Ok(());
        }
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        version(&connection).map(drop)
    }

    /// A transaction for writing, on the file that stands at the path, and the renderings known.
    fn begin(&mut self) -> Result<(Transaction<'_>, &mut HashSet<Digest>)> {
        // A file that was moved away would take records that nobody finds again.
        if !fs::metadata(&self.path).is_ok_and(|found| identity(&found) == self.identity) {
            return Err(StoreError::Replaced);
        }
        let behaviour = TransactionBehavior::Immediate;
        let transaction = self.connection.transaction_with_behavior(behaviour)?;
        Ok((transaction, &mut self.known))
    }
}

fn identity(metadata: &fs::Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

fn digests(connection: &Connection) -> Result<HashSet<Digest>> {
    let mut statement = connection.prepare("SELECT digest FROM rendering")?;
    let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
    let mut known = HashSet::new();
    for digest in rows {
        known.extend(Digest::from_slice(&digest?));
    }
    Ok(known)
}

/// Where the chain ends.
fn head(connection: &Connection) -> Result<Head> {
    let sql = "SELECT number, day, link FROM entry ORDER BY number DESC LIMIT 1";
    let found = connection.prepare_cached(sql)?.query_row([], |row| {
        Ok((
            row.get::<_, i64>(0)?,
            row.get::<_, i32>(1)?,
            row.get::<_, Vec<u8>>(2)?,
        ))
    });
    let Some((number, day, link)) = found.optional()? else {
        return Ok(Head::START);
    };
    let number = number.unsigned_abs();
    let link = Digest::from_slice(&link).ok_or(StoreError::Unreadable(number))?;
    Ok(Head {
        number,
        day: Day(day),
        link,
    })
}

/// Appends one statement; returns where the chain ends then.
fn insert(transaction: &Transaction<'_>, head: Head, sealed: &Sealed, today: Day) -> Result<Head> {
    let link = head.next(today, sealed.commitment);
    let next = link.head();
    let sql =
        "INSERT INTO entry (number, day, previous, commitment, link, consent_id, salt, statement)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    transaction.prepare_cached(sql)?.execute(params![
        number(link.number),
        link.day.0,
        link.previous.as_bytes(),
        link.commitment.as_bytes(),
        next.link.as_bytes(),
        sealed.statement.consent_id().map(|id| *id.as_bytes()),
        sealed.salt.as_bytes(),
        sealed.statement.to_canonical(),
    ])?;
    Ok(next)
}

fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn is_there(connection: &Connection, commitment: Digest) -> Result<bool> {
    let sql = "SELECT 1 FROM entry WHERE commitment = ?";
    Ok(connection
        .prepare_cached(sql)?
        .exists([commitment.as_bytes()])?)
}

fn entry(row: &Row<'_>) -> Result<Entry> {
    let number = row.get::<_, i64>(0)?.unsigned_abs();
    let unreadable = StoreError::Unreadable(number);
    let digest = |column| {
        let bytes: Vec<u8> = row.get(column)?;
        Digest::from_slice(&bytes).ok_or(StoreError::Unreadable(number))
    };
    let link = Link {
        number,
        day: Day(row.get(1)?),
        previous: digest(2)?,
        commitment: digest(3)?,
    };
    let content: (Option<Vec<u8>>, Option<Vec<u8>>) = (row.get(4)?, row.get(5)?);
    let opened = match content {
        (Some(salt), Some(statement)) => Some(Opened {
            salt: Salt::from_slice(&salt).ok_or(StoreError::Unreadable(number))?,
            statement: Statement::from_canonical(&statement).ok_or(unreadable)?,
        }),
        _ => None,
    };
    Ok(Entry { link, opened })
}

impl Store for Sqlite {
    fn append(&mut self, batch: &[Pending], today: Day) -> Result<Head> {
        let (transaction, known) = self.begin()?;
        let mut head = head(&transaction)?;
        let mut shown = Vec::new();
        for pending in batch {
            if let Some(rendering) = &pending.rendering
                && !known.contains(&rendering.digest())
                && !shown.contains(&rendering.digest())
            {
                let sql = "INSERT OR IGNORE INTO rendering (digest, content) VALUES (?, ?)";
                let digest = rendering.digest();
                transaction.execute(sql, params![digest.as_bytes(), rendering.content()])?;
                shown.push(digest);
            }
            if !is_there(&transaction, pending.sealed.commitment)? {
                head = insert(&transaction, head, &pending.sealed, today)?;
            }
        }
        transaction.commit()?;
        known.extend(shown);
        Ok(head)
    }

    fn erase(&mut self, id: ConsentId, now: Timestamp) -> Result<u64> {
        let (transaction, _) = self.begin()?;
        let sql = "UPDATE entry SET consent_id = NULL, salt = NULL, statement = NULL
                   WHERE number IN (SELECT number FROM entry WHERE consent_id = ?
                                    ORDER BY number LIMIT ?)
                   RETURNING number";
        let mut numbers: Vec<i64> = transaction
            .prepare_cached(sql)?
            .query_map(params![id.as_bytes(), STEP], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        if numbers.is_empty() {
            return Ok(0);
        }
        numbers.sort_unstable();
        let erased = numbers.len() as u64;
        let numbers = numbers.iter().map(|number| number.unsigned_abs()).collect();
        let sealed = Sealed::new(draw_salt(), Statement::Erasure { time: now, numbers });
        insert(&transaction, head(&transaction)?, &sealed, Day::of(now))?;
        transaction.commit()?;
        // The log of the database may still hold what was erased.
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        self.connection.query_row(sql, [], |_| Ok(()))?;
        Ok(erased)
    }

    fn prune(&mut self, day: Day, now: Timestamp) -> Result<u64> {
        let (transaction, _) = self.begin()?;
        let sql = "SELECT number, link FROM
                   (SELECT number, day, link FROM entry ORDER BY number LIMIT ?)
                   WHERE day < ? ORDER BY number DESC LIMIT 1";
        let found = transaction.query_row(sql, params![STEP, day.0], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
        });
        let Some((last, link)) = found.optional()? else {
            return Ok(0);
        };
        let through = last.unsigned_abs();
        let link = Digest::from_slice(&link).ok_or(StoreError::Unreadable(through))?;
        let statement = Statement::Pruning {
            time: now,
            through,
            link,
        };
        let sealed = Sealed::new(draw_salt(), statement);
        insert(&transaction, head(&transaction)?, &sealed, Day::of(now))?;
        let deleted = transaction.execute("DELETE FROM entry WHERE number <= ?", [last])?;
        transaction.commit()?;
        Ok(deleted as u64)
    }

    fn scan(
        &mut self,
        wanted: Wanted,
        most: u64,
        begin: &mut dyn FnMut(Survey) -> Result<()>,
        each: Each<'_>,
    ) -> Result<()> {
        // Reads of one transaction see one state.
        let transaction = self.connection.transaction()?;
        let since = match wanted {
            Wanted::All | Wanted::Visitor(_) => Day(i32::MIN),
            Wanted::Since(day) => day,
        };
        let mut roots = Vec::new();
        if !matches!(wanted, Wanted::Visitor(_)) {
            let sql = "SELECT day, link FROM entry WHERE number IN
                       (SELECT max(number) FROM entry WHERE day >= ? GROUP BY day) ORDER BY number";
            let mut statement = transaction.prepare(sql)?;
            let mut rows = statement.query([since.0])?;
            while let Some(row) = rows.next()? {
                let link = Digest::from_slice(&row.get::<_, Vec<u8>>(1)?).unwrap_or_default();
                roots.push((Day(row.get(0)?), link));
            }
        }
        let head = head(&transaction)?;
        begin(Survey { head, roots })?;
        let (condition, visitor) = match wanted {
            Wanted::All | Wanted::Since(_) => ("day >= ?1 AND ?2 IS NULL", None),
            Wanted::Visitor(id) => ("day >= ?1 AND consent_id = ?2", Some(*id.as_bytes())),
        };
        let sql = format!(
            "SELECT number, day, previous, commitment, salt, statement FROM entry
             WHERE {condition} ORDER BY number LIMIT ?3"
        );
        let mut statement = transaction.prepare(&sql)?;
        let mut rows = statement.query(params![since.0, visitor, number(most)])?;
        while let Some(row) = rows.next()? {
            each(entry(row)?)?;
        }
        Ok(())
    }

    fn count(&mut self, rows: &Rows, now: Hour) -> Result<()> {
        sqlite_statistics::count(&mut self.connection, rows, now)
    }

    fn statistics(&mut self, since: Hour) -> Result<Rows> {
        sqlite_statistics::statistics(&self.connection, since)
    }

    fn renderings(&mut self, each: &mut dyn FnMut(Rendering) -> Result<()>) -> Result<()> {
        let mut statement = self
            .connection
            .prepare("SELECT content FROM rendering ORDER BY digest")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            each(Rendering::new(row.get(0)?))?;
        }
        Ok(())
    }
}
