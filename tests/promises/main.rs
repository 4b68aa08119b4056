//! What privet promises about privacy and operation, over real sockets: cookies, consent, addresses,
//! logs, certificates, and that reloads and shutdowns lose nothing.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed test may panic"
)]

#[path = "../gateway/mod.rs"]
mod gateway;

mod address;
mod consent;
mod content_policy;
mod cookies;
mod leak;
mod lifecycle;
mod log;
mod pages;
mod response_fields;
mod third_parties;
mod tls;
mod visit;
