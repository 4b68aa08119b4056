//! `proxy.toml`, in two layers: what is written, and what it means.
//!
//! [`load()`] reads the file and those it includes (`source`, `document`, `include`), walks their
//! keys with a reader that notes each mistake and goes on (`section`, `node`), and compiles them to a
//! [`Config`] (`resolve`). A configuration either has no mistake or is a [`Report`] of all of
//! them, each with its place, what is allowed and the nearest name.

pub(crate) mod csv;
mod document;
mod environment;
mod include;
mod load;
mod mistake;
mod node;
pub mod options;
mod postgres_url;
mod problem;
mod quantity;
mod resolve;
mod section;
mod source;
mod toml_text;
mod write;
mod write_vendor;

pub(crate) use load::catalogue;
pub use load::{Loaded, admin_listener, for_upstream, load, parse, vendors_from_catalogue};
pub use mistake::{Mistake, Position, Report, Severity};
pub use options::Config;
pub use postgres_url::PostgresUrl;
pub(crate) use quantity::write_duration;
pub use write::to_toml;
