//! What is spoken to visitors: TLS 1.2 and 1.3, HTTP/2 before HTTP/1.1, resumption by tickets.
//!
//! Nothing is remembered per visitor: a session lives in the ticket that the client holds, sealed
//! with keys that rotate every six hours and are forgotten after twelve (RFC 5077 §4, RFC 8446
//! §4.6.1), so that neither a cache grows nor an old key opens yesterday's traffic. 0-RTT is off:
//! what it carries can be replayed (RFC 8446 §8). Client certificates are never asked for.

use std::sync::Arc;

use rustls::{
    Error, ServerConfig, SupportedProtocolVersion,
    crypto::aws_lc_rs::Ticketer,
    server::{NoServerSessionStorage, ProducesTickets},
    version::{TLS12, TLS13},
};

use super::{CertificateResolver, provider};
use crate::config::options::{Tls, TlsVersion};

/// Application protocols, the preferred one first (RFC 7301 §3.2: the server's order decides). What
/// answers HTTP/1.1 answers HTTP/1.0 too, and some clients name it (`curl --http1.0`).
const PROTOCOLS: [&[u8]; 3] = [b"h2", b"http/1.1", b"http/1.0"];

/// Tickets sent after a TLS 1.3 handshake. Each costs the handshake a key derivation, a seal and a
/// record. One is enough: with HTTP/2 a browser holds one connection, and where it opens several
/// over HTTP/1.1 each brings a ticket of its own.
const TICKETS: usize = 1;

/// The parameters of every connection that begins from now on.
///
/// # Errors
/// No random bytes for the ticket keys.
pub(crate) fn server_config(
    options: &Tls,
    resolver: Arc<CertificateResolver>,
) -> Result<Arc<ServerConfig>, Error> {
    build(options, resolver, Ticketer::new()?)
}

/// As [`server_config`], for a reload: keeps the ticket keys of `previous`, so that not every
/// visitor has to come with a full handshake at once.
///
/// # Errors
/// As [`server_config`].
pub(crate) fn server_config_after(
    previous: &ServerConfig,
    options: &Tls,
    resolver: Arc<CertificateResolver>,
) -> Result<Arc<ServerConfig>, Error> {
    build(options, resolver, Arc::clone(&previous.ticketer))
}

fn build(
    options: &Tls,
    resolver: Arc<CertificateResolver>,
    ticketer: Arc<dyn ProducesTickets>,
) -> Result<Arc<ServerConfig>, Error> {
    let versions: &[&SupportedProtocolVersion] = match options.min_version {
        TlsVersion::V1_2 => &[&TLS13, &TLS12],
        TlsVersion::V1_3 => &[&TLS13],
    };
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(versions)?
        .with_no_client_auth()
        .with_cert_resolver(resolver);
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    config.ticketer = ticketer;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = TICKETS;
    config.max_early_data_size = 0;
    // The client knows whether it has AES in hardware or is better off with ChaCha20; every suite
    // on our list is good.
    config.ignore_client_order = false;
    Ok(Arc::new(config))
}

#[cfg(test)]
#[path = "server_tests.rs"]
mod tests;
