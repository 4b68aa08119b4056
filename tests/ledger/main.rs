//! Records of consent, over real sockets and with the real commands: nothing acknowledged is lost, an
//! export proves itself, and erasing and pruning leave a chain that still holds.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed test may panic"
)]

#[path = "../gateway/mod.rs"]
mod gateway;

mod choosing;
mod cluster;
mod durable;
mod exports;
mod home;
mod rights;
mod store;
mod visitor;
