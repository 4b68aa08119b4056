//! Opening the store that the configuration names.

use std::{path::Path, time::Duration};

use rustix::fs::{Access, access};

use super::{
    postgres::Postgres,
    sqlite::Sqlite,
    store::{Result, Store},
};
use crate::config::options::LedgerStore;

/// Opens it; makes and migrates what has to be. A database that takes longer than `patience` for
/// whatever it is asked counts as failed.
pub(crate) fn open(store: &LedgerStore, patience: Duration) -> Result<Box<dyn Store>> {
    match store {
        LedgerStore::Sqlite(path) => Ok(Box::new(Sqlite::open(path)?)),
        LedgerStore::Postgres { url, .. } => Ok(Box::new(Postgres::open(url, patience)?)),
    }
}

/// Whether it could be opened, as far as can be told without changing or asking anything.
pub(crate) fn probe(store: &LedgerStore) -> Result<()> {
    writable(&store.backlog())?;
    match store {
        LedgerStore::Sqlite(path) => {
            writable(path)?;
            Sqlite::probe(path)
        }
        LedgerStore::Postgres { .. } => Ok(()),
    }
}

/// Whether a file can be made there, or written if it is there.
fn writable(path: &Path) -> Result<()> {
    let place = if path.exists() {
        path
    } else {
        path.parent().unwrap_or(path)
    };
    Ok(access(place, Access::READ_OK | Access::WRITE_OK).map_err(std::io::Error::from)?)
}
