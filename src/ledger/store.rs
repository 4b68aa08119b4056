//! What a store of the ledger does, whichever engine it is.

use std::{fmt, sync::Arc};

use aws_lc_rs::rand;
use rusqlite::ErrorCode;

use crate::{
    privacy::ledger::{ConsentId, Day, Digest, Entry, Head, Rendering, Salt, Sealed, Timestamp},
    statistics::{Hour, Rows},
};

/// A statement on its way into the chain, with what the visitor was shown.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    pub(crate) sealed: Sealed,
    pub(crate) rendering: Option<Arc<Rendering>>,
}

/// Which entries are asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted {
    All,
    Since(Day),
    Visitor(ConsentId),
}

/// What a scan says before its first entry.
#[derive(Clone, Debug)]
pub(crate) struct Survey {
    /// Where the chain ends.
    pub(crate) head: Head,
    /// The last link of each day that the scan covers; none for one visitor's.
    pub(crate) roots: Vec<(Day, Digest)>,
}

/// Why a store can't do what it should.
#[derive(Debug)]
pub(crate) enum StoreError {
    /// SQLite says so.
    Sqlite(rusqlite::Error),
    /// PostgreSQL, or the way there.
    Postgres(tokio_postgres::Error),
    /// It does not answer in time.
    Timeout,
    /// The file or folder.
    File(std::io::Error),
    /// It was moved away or replaced while it was in use.
    Replaced,
    /// It is none of privet's, or of a later version.
    Foreign(String),
    /// An entry that no version of privet wrote.
    Unreadable(u64),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(error) => error.fmt(f),
            Self::Postgres(error) => match error.as_db_error() {
                Some(told) => write!(f, "{error}: {}", told.message()),
                None => error.fmt(f),
            },
            Self::Timeout => f.write_str("it does not answer in time"),
            Self::File(error) => error.fmt(f),
            Self::Replaced => f.write_str("the file was moved away or replaced"),
            Self::Foreign(what) => f.write_str(what),
            Self::Unreadable(number) => write!(f, "entry {number} can't be read"),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Postgres(error)
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        Self::File(error)
    }
}

impl StoreError {
    /// Whether it may be over later without anybody's help: a database that can't be reached, or a file
    /// that another process holds.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Postgres(_) | Self::Timeout => true,
            Self::Sqlite(error) => error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy),
            Self::File(_) | Self::Replaced | Self::Foreign(_) | Self::Unreadable(_) => false,
        }
    }
}

pub(crate) type Result<T> = std::result::Result<T, StoreError>;

/// Takes entries one after the other.
pub(crate) type Each<'a> = &'a mut dyn FnMut(Entry) -> Result<()>;

/// A store. What it returns is on disk.
pub(crate) trait Store: Send {
    /// Appends what isn't there yet, in one transaction; returns where the chain ends then.
    fn append(&mut self, batch: &[Pending], today: Day) -> Result<Head>;

    /// Deletes what entries of one visitor say, and says so in the chain. Not all at once, so that
    /// choices don't wait for long; returns how many, 0 once there are none.
    fn erase(&mut self, id: ConsentId, now: Timestamp) -> Result<u64>;

    /// Deletes entries written before `day`, and says so in the chain; as many at once, and returns the
    /// same.
    fn prune(&mut self, day: Day, now: Timestamp) -> Result<u64>;

    /// Tells where the chain ends, then each entry that is wanted, all as of one moment. At most
    /// `most` of them.
    fn scan(
        &mut self,
        wanted: Wanted,
        most: u64,
        begin: &mut dyn FnMut(Survey) -> Result<()>,
        each: Each<'_>,
    ) -> Result<()>;

    /// Adds to the statistics, and deletes what of them is older than is kept.
    fn count(&mut self, rows: &Rows, now: Hour) -> Result<()>;

    /// The statistics since an hour, and all names.
    fn statistics(&mut self, since: Hour) -> Result<Rows>;

    /// What visitors were shown, one after the other.
    fn renderings(&mut self, each: &mut dyn FnMut(Rendering) -> Result<()>) -> Result<()>;
}

/// Random bytes; aws-lc's generator fails only where the operating system has none.
pub(super) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let _ = rand::fill(&mut bytes);
    bytes
}

/// A salt for one commitment.
pub(super) fn draw_salt() -> Salt {
    Salt::new(random())
}
