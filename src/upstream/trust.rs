//! Which certificate authorities a website behind privet may be certified by.
//!
//! Those of the machine, or of the files that `SSL_CERT_FILE` and `SSL_CERT_DIR` name. One
//! unreadable file is no reason to stop; a store without any root is, because every request would
//! fail later and less clearly. Only HTTP/1.1 is spoken to upstreams. RFC 9110 §4.3.4.

use std::{fmt, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    client::Resumption,
    pki_types::CertificateDer,
    version::{TLS12, TLS13},
};

use crate::tls::provider;

/// Sessions remembered for resumption, over all upstreams.
const SESSIONS: usize = 256;

/// The parameters of every TLS connection to an upstream.
///
/// # Errors
/// No certificate authority was found.
pub(crate) fn client_config() -> Result<Arc<ClientConfig>, TrustError> {
    let found = rustls_native_certs::load_native_certs();
    if !found.errors.is_empty() {
        tracing::warn!(
            unreadable = found.errors.len(),
            "some certificate authorities could not be read"
        );
    }
    trusting(found.certs)
}

fn trusting(
    authorities: impl IntoIterator<Item = CertificateDer<'static>>,
) -> Result<Arc<ClientConfig>, TrustError> {
    let mut roots = RootCertStore::empty();
    let (usable, ignored) = roots.add_parsable_certificates(authorities);
    if usable == 0 {
        return Err(TrustError::NoRoots);
    }
    tracing::debug!(usable, ignored, "certificate authorities for upstreams");
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(TrustError::Provider)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = Resumption::in_memory_sessions(SESSIONS);
    Ok(Arc::new(config))
}

/// Why no upstream can be verified.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TrustError {
    /// The machine has no usable certificate authority.
    NoRoots,
    /// The TLS library refused its own parameters.
    Provider(rustls::Error),
}

impl fmt::Display for TrustError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoRoots => {
                "no certificate authority found to verify https upstreams with: install the \
                 system's CA certificates or name a file in \"SSL_CERT_FILE\""
            }
            Self::Provider(_) => "the TLS parameters for upstreams don't fit together",
        })
    }
}

impl std::error::Error for TrustError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NoRoots => None,
            Self::Provider(error) => Some(error),
        }
    }
}

#[cfg(test)]
#[path = "trust_tests.rs"]
mod tests;
