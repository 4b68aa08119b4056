//! privet.

pub mod config;
pub mod listen;
pub mod privacy;
pub mod tls;
pub mod upstream;
