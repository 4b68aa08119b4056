//! The cryptography that every TLS connection of privet uses, visitors' and upstreams' alike.
//!
//! It is passed by value and never installed as the process default, so that no other crate can
//! change it and nothing depends on the order of start-up. Suites: AES-GCM and ChaCha20-Poly1305
//! with ephemeral keys only (RFC 8446 §9.1, RFC 7525bis). Groups: the post-quantum hybrid first.

use std::sync::{Arc, LazyLock};

use rustls::crypto::{
    CryptoProvider,
    aws_lc_rs::{
        default_provider,
        kx_group::{SECP256R1, SECP384R1, X25519, X25519MLKEM768},
    },
};

/// The one provider of this process.
#[must_use]
pub(crate) fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| {
        Arc::new(CryptoProvider {
            // As a client, the first is offered with a key share. As a server, rustls takes the
            // first of the *client's* list that stands here.
            kx_groups: vec![X25519MLKEM768, X25519, SECP256R1, SECP384R1],
            ..default_provider()
        })
    });
    Arc::clone(&PROVIDER)
}

#[cfg(test)]
mod tests {
    use rustls::NamedGroup;

    use super::*;

    #[test]
    fn the_post_quantum_hybrid_stands_first_and_finite_fields_are_absent() {
        let groups: Vec<_> = provider().kx_groups.iter().map(|g| g.name()).collect();
        assert_eq!(
            groups,
            [
                NamedGroup::X25519MLKEM768,
                NamedGroup::X25519,
                NamedGroup::secp256r1,
                NamedGroup::secp384r1,
            ]
        );
    }

    #[test]
    fn every_suite_is_authenticated_encryption_with_ephemeral_keys() {
        for suite in &provider().cipher_suites {
            let name = format!("{:?}", suite.suite());
            assert!(
                name.contains("GCM") || name.contains("CHACHA20"),
                "{name} is no AEAD"
            );
            assert!(
                name.starts_with("TLS13_") || name.contains("ECDHE"),
                "{name} has no forward secrecy"
            );
        }
    }
}
