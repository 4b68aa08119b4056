//! Numbers about privet's work, in OpenMetrics text, never about a person.
//!
//! Each worker counts in its own [`WorkerMetrics`] and [`StripCounters`], which share no cache line
//! with another's; [`Metrics`] adds them up when it is asked. Labels are closed sets of names: no
//! host, path or address of a request is ever one.

mod collect;
mod hub;
mod kind;
mod ledger;
mod strip;
mod worker;

pub(crate) use hub::Metrics;
pub(crate) use kind::{
    Direction, Handshake, Malformed, ReloadResult, TlsVersion, UnreadablePage, UpstreamFailure,
};
pub(crate) use ledger::LedgerMetrics;
pub(crate) use strip::{StripCounters, StripTable};
pub(crate) use worker::WorkerMetrics;
