//! Where a test's ledger lives: each test runs on SQLite and on PostgreSQL.

use rusqlite::Connection;

use crate::{cluster::Cluster, gateway::Gateway};

/// A store, and ways to take it away for a while.
pub(crate) enum Home {
    Sqlite(Option<Connection>),
    Postgres(Cluster),
}

impl Home {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(None)
    }

    pub(crate) fn postgres() -> Self {
        Self::Postgres(Cluster::start())
    }

    /// `ledger.store`.
    pub(crate) fn store(&self) -> String {
        match self {
            Self::Sqlite(_) => "sqlite:records.db".to_owned(),
            Self::Postgres(cluster) => cluster.url(),
        }
    }

    /// A database of the gateway's own file.
    fn database(gateway: &Gateway) -> Connection {
        Connection::open(gateway.folder().join("records.db")).expect("a database")
    }

    /// Makes the store fail.
    pub(crate) fn interrupt(&mut self, gateway: &Gateway) {
        match self {
            Self::Sqlite(lock) => {
                let database = Self::database(gateway);
                database
                    .busy_timeout(crate::gateway::PATIENCE)
                    .expect("set");
                database.execute_batch("BEGIN EXCLUSIVE").expect("locked");
                *lock = Some(database);
            }
            Self::Postgres(cluster) => cluster.interrupt(),
        }
    }

    /// Lets it work again.
    pub(crate) fn resume(&mut self) {
        match self {
            Self::Sqlite(lock) => drop(lock.take()),
            Self::Postgres(cluster) => cluster.resume(),
        }
    }

    /// Runs statements; `{entry}` stands for the table of entries.
    pub(crate) fn execute(&self, gateway: &Gateway, sql: &str) {
        match self {
            Self::Sqlite(_) => {
                let sql = sql.replace("{entry}", "entry");
                Self::database(gateway).execute_batch(&sql).expect("done");
            }
            Self::Postgres(cluster) => {
                cluster
                    .execute(&sql.replace("{entry}", "privet_ledger"))
                    .expect("done");
            }
        }
    }

    /// Bytes as a literal.
    pub(crate) fn literal(&self, hexadecimal: &str) -> String {
        match self {
            Self::Sqlite(_) => format!("x'{hexadecimal}'"),
            Self::Postgres(_) => format!("'\\x{hexadecimal}'::bytea"),
        }
    }
}

/// Runs each test on both.
macro_rules! on_both {
    ($($test:ident)*) => {
        mod sqlite {
            $(#[test] fn $test() { super::$test(&mut crate::home::Home::sqlite()); })*
        }
        mod postgres {
            $(#[test] fn $test() { super::$test(&mut crate::home::Home::postgres()); })*
        }
    };
}
pub(crate) use on_both;
