//! What is written down: the access log, a line for each request, and the operational log.
//!
//! An [`AccessEntry`] holds what `serve` knows of a request. A `Formatter` turns it into a line in
//! which nothing personal is left (GDPR Art. 5(1)(c)): the address comes minimised by its type, the
//! rest goes through `redact`, `personal` and `user_agent`, which are pure. [`AccessLog`] is the
//! place where the lines go, [`LineWriter`] a worker's way to it, which never waits. [`operational`]
//! sets up what privet says about itself.

mod access;
mod escape;
mod format;
pub(crate) mod operational;
mod personal;
mod redact;
mod retention;
mod sink;
mod timestamp;
mod user_agent;
mod writer;

pub(crate) use access::AccessEntry;
pub(crate) use format::Formatter;
pub(crate) use personal::is_personal;
pub(crate) use redact::shown_path;
pub(crate) use sink::{AccessLog, LineWriter};
