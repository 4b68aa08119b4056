//! TLS towards the visitor: which certificate answers which name, which parameters are spoken,
//! and how an accepted connection becomes an encrypted one.
//!
//! [`Certificates`] are read from files or made for this run, a [`CertificateResolver`] hands
//! them out and lets a reload swap them, [`server_config`] fixes versions, groups and tickets,
//! and [`handshake`] does the rest for one connection. RFC 8446, RFC 5246, RFC 6066.

mod accept;
mod certificates;
mod files;
mod provider;
mod resolver;
mod self_signed;
mod server;
#[cfg(test)]
pub(crate) mod test_certificates;
#[cfg(test)]
mod test_server;

pub use accept::{HandshakeError, HandshakeFailure, handshake};
pub use certificates::{CertificateError, Certificates};
pub use provider::provider;
pub use resolver::CertificateResolver;
pub use server::{server_config, server_config_after};
