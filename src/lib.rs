//! privet.

pub mod config;
pub mod demo;
mod http1;
pub mod privacy;
pub mod serve;
mod site;
mod upstream;
