//! What is negotiated with a rustls client, in memory.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed test may panic"
)]

use rustls::{
    AlertDescription, CipherSuite, HandshakeKind, NamedGroup, ProtocolVersion, SignatureScheme,
    crypto::{CryptoProvider, aws_lc_rs::kx_group},
};

use super::*;
use crate::tls::{
    Certificates, HandshakeError,
    accept::HandshakeFailure,
    provider,
    test_certificates::{ECDSA, RSA, options},
    test_server::{NAME, Server, anything_goes, client_of, exchange, leaf},
};

#[tokio::test]
async fn both_versions_are_spoken_and_http_2_is_preferred() {
    let server = Server::new();
    for (version, expected) in [
        (&TLS12, ProtocolVersion::TLSv1_2),
        (&TLS13, ProtocolVersion::TLSv1_3),
    ] {
        let client = server
            .meet(&server.client(&[version]), NAME)
            .await
            .talk()
            .await;
        let connection = client.get_ref().1;
        assert_eq!(connection.protocol_version(), Some(expected));
        assert_eq!(connection.alpn_protocol(), Some(&b"h2"[..]), "{expected:?}");
    }
}

#[tokio::test]
async fn the_newer_version_and_the_post_quantum_hybrid_are_chosen() {
    let server = Server::new();
    let client = server
        .meet(&server.client(&[&TLS12, &TLS13]), NAME)
        .await
        .talk()
        .await;
    let connection = client.get_ref().1;
    assert_eq!(
        connection.protocol_version(),
        Some(ProtocolVersion::TLSv1_3)
    );
    let group = connection.negotiated_key_exchange_group().unwrap().name();
    assert_eq!(group, NamedGroup::X25519MLKEM768);
}

#[tokio::test]
async fn clients_without_the_hybrid_get_a_classic_group() {
    let server = Server::new();
    for group in [kx_group::X25519, kx_group::SECP256R1, kx_group::SECP384R1] {
        let classic = CryptoProvider {
            kx_groups: vec![group],
            ..(*provider()).clone()
        };
        let config = client_of(Arc::new(classic), &[&TLS13], server.authority.roots());
        let client = server.meet(&config, NAME).await.talk().await;
        let negotiated = client.get_ref().1.negotiated_key_exchange_group().unwrap();
        assert_eq!(negotiated.name(), group.name());
    }
}

#[tokio::test]
async fn the_name_chooses_the_certificate_and_without_one_the_first_is_given() {
    let server = Server::with(TlsVersion::V1_2, |authority, folder| {
        vec![
            authority.issue(folder, "first", ECDSA, &[NAME, "192.0.2.1"]),
            authority.issue(folder, "wild", ECDSA, &["*.example.org"]),
        ]
    });
    let issued = |name| server.resolver.current().choose(name, &[]).unwrap().cert[0].to_vec();
    let (first, wild) = (issued(None), issued(Some("any.example.org")));
    assert_ne!(first, wild);
    for version in [&TLS12, &TLS13] {
        let mut config = server.client(&[version]);
        for (name, expected) in [
            (NAME, &first),
            ("a.example.org", &wild),
            ("B.EXAMPLE.ORG", &wild),
            ("192.0.2.1", &first),
        ] {
            let client = server.meet(&config, name).await.talk().await;
            assert_eq!(&leaf(&client), expected, "{name}");
        }
        config.enable_sni = false;
        let client = server.meet(&config, NAME).await.talk().await;
        assert_eq!(leaf(&client), first, "no name");
    }
}

#[tokio::test]
async fn a_self_signed_certificate_answers_any_name() {
    let resolver = Arc::new(CertificateResolver::new(
        Certificates::self_signed(&[]).unwrap(),
    ));
    let config = server_config(&options(vec![]), Arc::clone(&resolver)).unwrap();
    let server = Server {
        resolver,
        config,
        ..Server::new()
    };
    let client = anything_goes(provider(), vec![SignatureScheme::ECDSA_NISTP256_SHA256]);
    for name in ["shop.example", "localhost", "127.0.0.1"] {
        server.meet(&client, name).await.talk().await;
    }
}

#[tokio::test]
async fn a_client_that_speaks_too_old_a_version_is_told() {
    let server = Server::with(TlsVersion::V1_3, |authority, folder| {
        vec![authority.issue(folder, "www", ECDSA, &[NAME])]
    });
    let meeting = server.meet(&server.client(&[&TLS12]), NAME).await;
    assert_eq!(meeting.alert(), Some(AlertDescription::ProtocolVersion));
    assert_eq!(
        meeting.failure(),
        HandshakeError::Failed(HandshakeFailure::Version)
    );
    server
        .meet(&server.client(&[&TLS13]), NAME)
        .await
        .talk()
        .await;
}

#[tokio::test]
async fn sessions_resume_by_ticket_in_both_versions() {
    for version in [&TLS12, &TLS13] {
        let server = Server::new();
        let config = server.client(&[version]);
        for (visit, expected) in [
            ("first", HandshakeKind::Full),
            ("second", HandshakeKind::Resumed),
            ("third", HandshakeKind::Resumed),
        ] {
            let client = server.meet(&config, NAME).await.talk().await;
            let connection = client.get_ref().1;
            assert_eq!(
                connection.handshake_kind(),
                Some(expected),
                "{version:?}, {visit}"
            );
            if version.version == ProtocolVersion::TLSv1_3 {
                assert_eq!(connection.tls13_tickets_received(), 1, "{visit}");
            }
        }
    }
}

#[tokio::test]
async fn ticket_keys_survive_a_reload_but_not_a_start() {
    for version in [&TLS12, &TLS13] {
        let mut server = Server::new();
        let config = server.client(&[version]);
        server.meet(&config, NAME).await.talk().await;

        let options = options(vec![]);
        let resolver = Arc::clone(&server.resolver);
        server.config = server_config_after(&server.config, &options, resolver).unwrap();
        let client = server.meet(&config, NAME).await.talk().await;
        assert_eq!(
            client.get_ref().1.handshake_kind(),
            Some(HandshakeKind::Resumed)
        );

        server.config = server_config(&options, Arc::clone(&server.resolver)).unwrap();
        let client = server.meet(&config, NAME).await.talk().await;
        assert_eq!(
            client.get_ref().1.handshake_kind(),
            Some(HandshakeKind::Full)
        );
    }
}

#[tokio::test]
async fn a_reload_gives_new_connections_the_new_certificate_and_leaves_open_ones_alone() {
    let server = Server::new();
    let config = server.client(&[&TLS13]);
    let open = server.meet(&config, NAME).await;
    let (mut near, mut far) = (open.server.unwrap(), open.client.unwrap());
    exchange(&mut near, &mut far).await;

    let files = server
        .authority
        .issue(server.folder.path(), "www", ECDSA, &[NAME]);
    let current = server.resolver.current();
    assert!(current.is_stale());
    let renewed = current.reload(&options(vec![files]), &[]).unwrap();
    server.resolver.replace(renewed);

    exchange(&mut near, &mut far).await;
    let fresh = server
        .meet(&server.client(&[&TLS13]), NAME)
        .await
        .talk()
        .await;
    assert_ne!(leaf(&fresh), leaf(&far));
}

#[tokio::test]
async fn what_the_client_can_verify_chooses_between_rsa_and_ecdsa() {
    let server = Server::with(TlsVersion::V1_2, |authority, folder| {
        vec![
            authority.issue(folder, "rsa", RSA, &[NAME]),
            authority.issue(folder, "ecdsa", ECDSA, &[NAME]),
        ]
    });
    let rsa_scheme = SignatureScheme::RSA_PSS_SHA256;
    let ecdsa_scheme = SignatureScheme::ECDSA_NISTP256_SHA256;
    let issued = |scheme| {
        server
            .resolver
            .current()
            .choose(Some(NAME), &[scheme])
            .unwrap()
            .cert[0]
            .to_vec()
    };
    let (rsa, ecdsa) = (issued(rsa_scheme), issued(ecdsa_scheme));
    assert_ne!(rsa, ecdsa);
    let mut rsa_suites = (*provider()).clone();
    rsa_suites
        .cipher_suites
        .retain(|suite| suite.suite() == CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256);
    for (case, provider, schemes, expected) in [
        ("both", provider(), vec![rsa_scheme, ecdsa_scheme], &ecdsa),
        ("RSA signatures only", provider(), vec![rsa_scheme], &rsa),
        (
            "ECDSA signatures only",
            provider(),
            vec![ecdsa_scheme],
            &ecdsa,
        ),
        (
            "TLS 1.2, RSA suites only",
            Arc::new(rsa_suites),
            vec![rsa_scheme, ecdsa_scheme],
            &rsa,
        ),
    ] {
        let config = anything_goes(provider, schemes);
        let client = server.meet(&config, NAME).await.talk().await;
        assert_eq!(&leaf(&client), expected, "{case}");
    }
}
