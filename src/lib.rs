//! privet.

pub mod admin;
pub mod cli;
pub mod config;
pub mod demo;
mod http1;
mod listen;
mod log;
mod metrics;
pub mod privacy;
pub mod serve;
pub mod server;
mod site;
mod tls;
mod upstream;
