//! Hands the certificates in force to rustls, and lets a reload swap them between two handshakes.
//!
//! A connection keeps the certificate it was greeted with; the next one gets the new one. A client
//! that names nobody (RFC 6066 §3) gets the first certificate; one that names a stranger gets none.

use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::{
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};

use super::Certificates;

/// The certificates in force, shared by all listeners and workers.
#[derive(Debug)]
pub(crate) struct CertificateResolver {
    certificates: ArcSwap<Certificates>,
}

impl CertificateResolver {
    /// Begins with `certificates`.
    #[must_use]
    pub(crate) fn new(certificates: Certificates) -> Self {
        Self {
            certificates: ArcSwap::from_pointee(certificates),
        }
    }

    /// The certificates in force.
    #[must_use]
    pub(crate) fn current(&self) -> Arc<Certificates> {
        self.certificates.load_full()
    }

    /// Puts `certificates` in force for every handshake from now on.
    pub(crate) fn replace(&self, certificates: Certificates) {
        self.certificates.store(Arc::new(certificates));
    }

    /// Whether a client that asks for `name` is answered. The acceptor asks first, because rustls
    /// says `access_denied` where RFC 6066 §3 has `unrecognized_name`.
    #[must_use]
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.certificates.load().knows(name)
    }
}

impl ResolvesServerCert for CertificateResolver {
    fn resolve(&self, client_hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.certificates
            .load()
            .choose(client_hello.server_name(), client_hello.signature_schemes())
    }
}
