//! privet.

pub mod config;
pub mod privacy;
