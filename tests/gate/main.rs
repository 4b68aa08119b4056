//! Pages in, pages out: what is served in the place of a page that holds third parties, held
//! against a table, and against an HTML parser of others that finds every URL that a browser
//! would fetch.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed test may panic"
)]

#[path = "../gateway/mod.rs"]
mod gateway;

mod css;
mod data;
mod encodings;
mod gate;
mod in_process;
mod nasty;
mod oracle;
mod pages;
mod table;
