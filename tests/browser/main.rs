//! A real browser in front of the bundled website: what it keeps, what it sends, what it shows.
//!
//! Chromium and chromedriver have to be installed; a machine without them fails these tests.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed test may panic"
)]

#[path = "../gateway/mod.rs"]
mod gateway;

mod activation;
mod chromium;
mod cookies;
mod csp;
mod embeds;
mod gated;
mod pages;
mod shop;
mod signals;
mod stand_ins;
mod third_parties;
mod webdriver;
