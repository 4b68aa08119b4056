//! Tests of [`super`].
#![allow(clippy::unwrap_used, reason = "a failed test may panic")]

use std::{env, fs, process::Command};

use rustls::pki_types::ServerName;
use tempfile::tempdir;
use tokio::io::duplex;
use tokio_rustls::TlsConnector;

use super::*;
use crate::tls::{
    CertificateResolver, Certificates, handshake, server_config,
    test_certificates::{Authority, ECDSA, options},
};

#[test]
fn no_authority_is_an_error_that_names_the_remedy() {
    for (case, found) in [
        ("none", vec![]),
        ("none usable", vec![CertificateDer::from(vec![0])]),
    ] {
        let error = trusting(found).unwrap_err();
        assert_eq!(error, TrustError::NoRoots, "{case}");
        assert!(error.to_string().contains("SSL_CERT_FILE"));
    }
}

#[test]
fn one_unusable_authority_does_not_spoil_the_others() {
    let found = [
        CertificateDer::from(vec![0]),
        Authority::new().certificate(),
    ];
    trusting(found).unwrap();
}

#[tokio::test]
async fn only_a_known_authoritys_certificate_for_the_right_name_is_accepted_and_http_1_is_spoken() {
    let folder = tempdir().unwrap();
    let authority = Authority::new();
    let files = authority.issue(folder.path(), "c", ECDSA, &["origin.example", "192.0.2.1"]);
    let options = options(vec![files]);
    let certificates = Certificates::load(&options, &[]).unwrap();
    let resolver = Arc::new(CertificateResolver::new(certificates));
    let server = server_config(&options, Arc::clone(&resolver)).unwrap();

    let ours = trusting([authority.certificate()]).unwrap();
    let strange = trusting([Authority::new().certificate()]).unwrap();
    for (case, config, name, accepted) in [
        ("host name", &ours, "origin.example", true),
        ("address", &ours, "192.0.2.1", true),
        ("another address", &ours, "192.0.2.2", false),
        ("another authority", &strange, "origin.example", false),
    ] {
        let (near, far) = duplex(16 * 1024);
        let connector = TlsConnector::from(Arc::clone(config));
        let name = ServerName::try_from(name).unwrap();
        let (_, client) = tokio::join!(
            handshake(near, &server, &resolver),
            connector.connect(name, far)
        );
        assert_eq!(client.is_ok(), accepted, "{case}");
        if let Ok(client) = client {
            assert_eq!(client.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
        }
    }
}

/// The environment belongs to the whole process, so a child is asked.
#[test]
fn ssl_cert_file_decides_whom_to_trust() {
    let folder = tempdir().unwrap();
    let good = folder.path().join("c.pem");
    Authority::new().issue(folder.path(), "c", ECDSA, &["authority.example"]);
    let empty = folder.path().join("empty.pem");
    fs::write(&empty, "").unwrap();
    for (file, expected) in [(good, true), (empty, false)] {
        let child = Command::new(env::current_exe().unwrap())
            .args([
                "--exact",
                "--ignored",
                "upstream::trust::tests::finds_an_authority",
            ])
            .env("SSL_CERT_FILE", &file)
            .env_remove("SSL_CERT_DIR")
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&child.stdout);
        assert!(printed.contains("running 1 test"), "{printed}");
        assert_eq!(child.status.success(), expected, "{file:?}");
    }
}

#[test]
#[ignore = "run by `ssl_cert_file_decides_whom_to_trust`, with its environment"]
fn finds_an_authority() {
    client_config().unwrap();
}
