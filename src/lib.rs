//! privet.

pub mod config;
pub mod demo;
pub mod privacy;
pub mod serve;
