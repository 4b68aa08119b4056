//! Opening the store that the configuration names.

use rustix::fs::{Access, access};

use super::{
    sqlite::Sqlite,
    store::{Result, Store, StoreError},
};
use crate::config::options::LedgerStore;

/// Opens it; makes and migrates what has to be.
pub(crate) fn open(store: &LedgerStore) -> Result<Box<dyn Store>> {
    match store {
        LedgerStore::Sqlite(path) => Ok(Box::new(Sqlite::open(path)?)),
    }
}

/// Whether it could be opened, as far as can be told without changing anything.
pub(crate) fn probe(store: &LedgerStore) -> Result<()> {
    match store {
        LedgerStore::Sqlite(path) => {
            let folder = path
                .parent()
                .ok_or_else(|| StoreError::Foreign("it is no file".into()))?;
            access(folder, Access::WRITE_OK | Access::EXEC_OK).map_err(std::io::Error::from)?;
            if path.exists() {
                access(path, Access::READ_OK | Access::WRITE_OK).map_err(std::io::Error::from)?;
            }
            Sqlite::probe(path)
        }
    }
}
