//! What tests over real sockets stand on: the real binary, an origin that says what it got, and
//! clients that send any bytes.
//!
//! Nothing here sleeps and hopes: whatever is awaited is polled for, or waited on, with
//! [`PATIENCE`] as the bound.
#![allow(dead_code, unused_imports, reason = "each test crate uses a part")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed test may panic"
)]

pub(crate) mod client;
pub(crate) mod frames;
pub(crate) mod http2;
pub(crate) mod message;
pub(crate) mod origin;
pub(crate) mod process;

pub(crate) use client::{Client, End, Tls};
pub(crate) use frames::Frames;
pub(crate) use http2::Http2;
pub(crate) use message::Response;
pub(crate) use origin::{Exchange, Latch, Next, Origin};
pub(crate) use process::Gateway;

use std::{
    thread,
    time::{Duration, Instant},
};

/// How long anything may take before a test gives up: long, because the machine may be busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(100);

/// Polls `found` until it yields something.
pub(crate) fn eventually<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "waited in vain: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
