//! An HTTP/2 connection of a visitor (RFC 9113). Each stream becomes the same kind of request that
//! HTTP/1.1 yields.
//!
//! One task does everything for a connection: it reads, runs the exchanges that can go on, and
//! writes what all of them have to say at once. The protocol itself is the `http2` room's.

mod answer;
mod clock;
mod content;
mod session;
mod signal;
mod slot;
mod streams;

pub(crate) use session::serve_http2;
