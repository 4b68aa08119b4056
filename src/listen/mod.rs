//! Accepting connections: sockets, how many at a time, whose they are, and their handshakes.

mod accept;
mod connection;
mod proxy_protocol;
mod socket;

pub(crate) use accept::{Gate, Listening};
pub(crate) use socket::{Door, bind, reserve};
