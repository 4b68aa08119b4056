//! From the document to the compiled truth: one file per section of `proxy.toml`.
//!
//! Each function takes its section, if it is there, and what holds where it says nothing; it notes
//! the mistakes and always returns a value, so that the sections after it are checked too. `top`
//! puts them together and makes the checks that concern two sections.

mod address;
mod bounds;
mod catalogue_files;
mod certificate;
mod consent;
mod cookie_list;
mod cookie_row;
mod cookies;
mod headers;
mod host;
mod ledger;
mod limits;
mod listen;
mod log;
mod marks;
pub(super) mod names;
mod platform;
mod retention;
mod site;
mod third_parties;
mod tls;
mod top;
mod upstream;
mod vendor;

pub(super) use top::{admin, catalogue, config};
