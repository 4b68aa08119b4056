//! privet.

pub mod config;
mod http1;
pub mod privacy;
mod site;
mod upstream;
