//! The consent ledger: choices of visitors, kept so that they can be proven, shown and erased.
//!
//! One thread owns the store and writes what waits in one transaction (group commit); the answer to a
//! choice waits until it is on disk. Where the store fails, the choice goes to a bounded file beside it,
//! the backlog, and from there to the store once that is back. What the records are, and what binds
//! them together, is in [`crate::privacy::ledger`].

mod backlog;
mod export;
mod handle;
mod open;
mod postgres;
mod postgres_schema;
mod postgres_tls;
mod sqlite;
mod sqlite_schema;
mod store;
mod writer;

pub(crate) use export::{FORMAT, write_csv, write_json};
pub(crate) use handle::{Ledger, Unavailable};
pub(crate) use open::{open, probe};
pub(crate) use store::{Store, StoreError, Wanted};
pub(crate) use writer::{now, oldest_kept};
