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

pub(crate) use accept::{HandshakeError, handshake};
pub(crate) use certificates::Certificates;
pub(crate) use provider::provider;
pub(crate) use resolver::CertificateResolver;
pub(crate) use server::{server_config, server_config_after};
