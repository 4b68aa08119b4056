//! privet's proxying over real sockets: what a website receives, what a visitor gets, and that
//! neither a visitor nor a website can make one message into two.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed test may panic"
)]

#[path = "../gateway/mod.rs"]
mod gateway;

mod first;
mod forwarding;
mod limits;
mod redirect;
mod smuggling;
