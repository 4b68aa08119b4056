//! The operator's own listener: health, readiness, metrics and reload. On loopback by default; it
//! serves no website and shows no visitor's address.

mod client;
mod serve;

pub use client::{AdminAnswer, AdminError, ask};
pub(crate) use serve::{Admin, ReloadRequest, listen, serve};
