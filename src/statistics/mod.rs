//! Hourly numbers of what privet did, and what it saw for the first time: aggregates that outlive the
//! process, in the store of the ledger.
//!
//! Workers only count in their own memory. Once a minute the [`Collector`] adds up what is new since the
//! last time and gives it to the ledger's thread as [`Rows`]; the report and the declaration read them.
//! Without a store they are those since the start.

mod collector;
mod rows;
mod totals;

pub(crate) use collector::{Basis, Collector, Gathered};
pub(crate) use rows::{COOKIE, HOST, Hour, Key, Name, Rows, Sighting};
pub(crate) use totals::Totals;
