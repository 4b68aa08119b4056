//! HTTP/2 as bytes (RFC 9113, RFC 7541), the server's side: bytes in, events and bytes out. Pure.
//!
//! privet speaks it itself for the same reasons as HTTP/1.1: field lines are made once, straight
//! from the wire, responses of several streams leave in one write, and everything that a stranger
//! can make it hold has a bound that is written down here. It reads no clock: who calls it decides
//! when enough is enough. Priorities are read over and not acted on (RFC 9113 §5.3.2); there is no
//! server push.

mod block;
mod connection;
mod control;
mod field;
mod frame;
mod hpack;
mod receive;
mod request;
mod send;
mod stream;

pub(crate) use connection::{Bounds, Connection, Event};
pub(crate) use frame::Reason;
pub(crate) use receive::Received;
pub(crate) use request::RequestHead;
pub(crate) use send::ResponseLines;
pub(crate) use stream::Taken;

#[cfg(test)]
#[path = "connection_tests.rs"]
#[allow(clippy::indexing_slicing, reason = "a failed test may panic")]
mod tests;

#[cfg(test)]
#[path = "violation_tests.rs"]
#[allow(clippy::indexing_slicing, reason = "a failed test may panic")]
mod violations;
