//! The clients and the web server that everybody has: curl and openssl in front of privet, nginx
//! behind it.
//!
//! All three have to be installed; a machine without them fails these tests.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed test may panic"
)]

#[path = "../gateway/mod.rs"]
mod gateway;

mod content;
mod curl;
mod openssl;
mod origin;
mod privacy;
mod tls;
mod world;
