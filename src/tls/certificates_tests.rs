//! Tests of [`super`].
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed test may panic"
)]

use std::{error::Error as _, fs};

use tempfile::tempdir;

use super::*;
use crate::{
    config::options::CertificateFiles,
    tls::test_certificates::{Authority, ECDSA, RSA, options},
};

const ANY_SCHEME: [SignatureScheme; 2] = [
    SignatureScheme::ECDSA_NISTP256_SHA256,
    SignatureScheme::RSA_PSS_SHA256,
];

fn exact(name: &str) -> HostPattern {
    HostPattern::Exact(name.to_owned())
}

fn subdomains(name: &str) -> HostPattern {
    HostPattern::Subdomains(name.to_owned())
}

fn leaf(key: Option<Arc<CertifiedKey>>) -> Option<Vec<u8>> {
    key.map(|key| key.cert[0].to_vec())
}

#[test]
fn a_name_is_matched_in_full_or_by_a_wildcard_for_one_label() {
    let folder = tempdir().unwrap();
    let authority = Authority::new();
    let issue = |file, names| authority.issue(folder.path(), file, ECDSA, names);
    let files = vec![
        issue(
            "first",
            &["www.example.com", "example.com", "192.0.2.1", "2001:db8::1"],
        ),
        issue("wild", &["*.Example.ORG"]),
        issue("special", &["special.example.org", "w*.example.net"]),
    ];
    let certificates = Certificates::load(&options(files), &[]).unwrap();
    assert!(!certificates.is_self_signed());
    for (name, expected) in [
        ("www.example.com", Some(0)),
        ("WWW.Example.Com", Some(0)),
        ("www.example.com.", Some(0)),
        ("example.com", Some(0)),
        ("192.0.2.1", Some(0)),
        ("[2001:db8::1]", Some(0)),
        ("a.example.org", Some(1)),
        ("A.EXAMPLE.ORG", Some(1)),
        ("special.example.org", Some(2)),
        ("a.b.example.org", None),
        ("example.org", None),
        (".example.org", None),
        ("*.example.org", Some(1)),
        ("www.example.net", None),
        ("www.example.com.evil.example", None),
        ("com", None),
        ("", None),
    ] {
        let chosen = leaf(certificates.choose(Some(name), &ANY_SCHEME));
        let expected_leaf = expected.map(|at: usize| certificates.all[at].cert[0].to_vec());
        assert_eq!(chosen, expected_leaf, "{name:?}");
        assert_eq!(certificates.knows(name), expected.is_some(), "{name:?}");
    }
    let unnamed = leaf(certificates.choose(None, &ANY_SCHEME));
    assert_eq!(
        unnamed,
        Some(certificates.all[0].cert[0].to_vec()),
        "no name"
    );
}

#[test]
fn of_two_kinds_of_key_the_client_gets_what_it_can_verify_and_ecdsa_if_both() {
    let folder = tempdir().unwrap();
    let authority = Authority::new();
    let files = vec![
        authority.issue(folder.path(), "rsa", RSA, &["example.com"]),
        authority.issue(folder.path(), "ecdsa", ECDSA, &["example.com"]),
    ];
    let certificates = Certificates::load(&options(files), &[]).unwrap();
    for (case, schemes, expected) in [
        ("both", &ANY_SCHEME[..], SignatureAlgorithm::ECDSA),
        (
            "RSA",
            &[SignatureScheme::RSA_PSS_SHA256],
            SignatureAlgorithm::RSA,
        ),
        (
            "ECDSA",
            &[SignatureScheme::ECDSA_NISTP256_SHA256],
            SignatureAlgorithm::ECDSA,
        ),
        (
            "neither",
            &[SignatureScheme::ED25519],
            SignatureAlgorithm::ECDSA,
        ),
    ] {
        let key = certificates.choose(Some("example.com"), schemes).unwrap();
        assert_eq!(key.key.algorithm(), expected, "{case}");
    }
    let unnamed = certificates.choose(None, &ANY_SCHEME).unwrap();
    assert_eq!(
        unnamed.key.algorithm(),
        SignatureAlgorithm::RSA,
        "the first of the file"
    );
}

#[test]
fn hosts_without_a_certificate_are_told() {
    let folder = tempdir().unwrap();
    let files =
        Authority::new().issue(folder.path(), "c", ECDSA, &["*.example.org", "example.org"]);
    let certificates = Certificates::load(&options(vec![files]), &[]).unwrap();
    let hosts = [
        exact("example.org"),
        exact("www.example.org"),
        subdomains("example.org"),
        HostPattern::Any,
        exact("example.com"),
        subdomains("www.example.org"),
    ];
    assert_eq!(
        certificates.uncovered(&hosts),
        [&exact("example.com"), &subdomains("www.example.org")]
    );
}

#[test]
fn a_file_that_cannot_be_used_is_named_with_the_reason() {
    let folder = tempdir().unwrap();
    let path = |file: &str| folder.path().join(file);
    let authority = Authority::new();
    let good = authority.issue(folder.path(), "good", ECDSA, &["example.com"]);
    let other = authority.issue(folder.path(), "other", ECDSA, &["example.com"]);
    let unnamed = authority.issue(folder.path(), "unnamed", ECDSA, &[]);
    let pem = |label: &str, content: &str| {
        format!("-----BEGIN {label}-----\n{content}\n-----END {label}-----\n")
    };
    fs::write(path("empty"), "").unwrap();
    fs::write(path("junk.pem"), pem("CERTIFICATE", "AAAA")).unwrap();
    fs::write(path("broken.pem"), pem("CERTIFICATE", "!")).unwrap();
    fs::write(path("junk.key"), pem("PRIVATE KEY", "AAAA")).unwrap();
    fs::write(path("sealed.key"), pem("ENCRYPTED PRIVATE KEY", "AAAA")).unwrap();

    for (cert, key, reason) in [
        (path("absent"), good.key.clone(), "can't read"),
        (good.cert.clone(), path("absent"), "can't read"),
        (path("empty"), good.key.clone(), "no certificate"),
        (good.key.clone(), good.key.clone(), "no certificate"),
        (path("broken.pem"), good.key.clone(), "no certificate"),
        (path("junk.pem"), good.key.clone(), "not well-formed"),
        (
            good.cert.clone(),
            path("empty"),
            "no unencrypted private key",
        ),
        (
            good.cert.clone(),
            good.cert.clone(),
            "no unencrypted private key",
        ),
        (
            good.cert.clone(),
            path("sealed.key"),
            "no unencrypted private key",
        ),
        (good.cert.clone(), path("junk.key"), "no supported kind"),
        (good.cert.clone(), other.key, "does not belong"),
        (unnamed.cert, unnamed.key, "names no host"),
    ] {
        let case = format!("{cert:?} with {key:?}");
        let files = vec![good.clone(), CertificateFiles { cert, key }];
        let error = Certificates::load(&options(files), &[]).unwrap_err();
        assert!(error.to_string().contains(reason), "{case}: {error}");
        let is_unreadable = matches!(error, CertificateError::Unreadable { .. });
        assert_eq!(error.source().is_some(), is_unreadable, "{case}");
    }
}

#[test]
fn without_files_one_certificate_answers_every_name_for_thirty_days() {
    let hosts = [
        exact("www.example.com"),
        exact("[2001:db8::1]"),
        exact("192.0.2.1"),
        exact("localhost"),
        subdomains("example.org"),
        HostPattern::Any,
    ];
    let certificates = Certificates::load(&options(vec![]), &hosts).unwrap();
    assert!(certificates.is_self_signed());
    assert!(certificates.knows("anybody.example"));
    assert!(
        certificates
            .choose(Some("anybody.example"), &ANY_SCHEME)
            .is_some()
    );
    assert!(certificates.choose(None, &ANY_SCHEME).is_some());
    assert!(certificates.uncovered(&hosts).is_empty());
    for name in [
        "www.example.com",
        "a.example.org",
        "localhost",
        "127.0.0.1",
        "[::1]",
    ] {
        assert!(certificates.named(name).next().is_some(), "{name}");
    }
    assert!(certificates.named("example.org").next().is_none());

    let days = |days: u64| Duration::from_secs(days * 24 * 60 * 60);
    let left = certificates
        .first_expiry
        .duration_since(SystemTime::now())
        .unwrap();
    assert!(left <= days(29) && left > days(28), "{left:?}");
    assert!(!certificates.is_stale());
}

#[test]
fn a_host_that_cannot_stand_in_a_certificate_is_an_error() {
    let error = Certificates::self_signed(&[exact("bücher.example")]).unwrap_err();
    assert!(matches!(error, CertificateError::SelfSigned(_)), "{error}");
}

#[test]
fn a_reload_keeps_a_self_signed_certificate_while_it_serves() {
    let first = Certificates::self_signed(&[exact("example.com")]).unwrap();
    let same = |other: &Certificates| Arc::ptr_eq(&first.all[0], &other.all[0]);

    let kept = first
        .reload(&options(vec![]), &[exact("example.com")])
        .unwrap();
    assert!(same(&kept), "same hosts");
    let widened = first
        .reload(&options(vec![]), &[exact("example.net")])
        .unwrap();
    assert!(!same(&widened), "another host");
    let mut old = first.clone();
    old.first_expiry = SystemTime::now() + Duration::from_secs(60);
    assert!(old.is_stale());
    let renewed = old
        .reload(&options(vec![]), &[exact("example.com")])
        .unwrap();
    assert!(!same(&renewed) && !renewed.is_stale(), "about to expire");
}

#[test]
fn changed_files_are_noticed_and_a_half_written_pair_is_refused() {
    let folder = tempdir().unwrap();
    let authority = Authority::new();
    let files = authority.issue(folder.path(), "c", ECDSA, &["example.com"]);
    let options = options(vec![files.clone()]);
    let first = Certificates::load(&options, &[]).unwrap();
    assert!(!first.is_stale());

    let old_key = fs::read(&files.key).unwrap();
    fs::remove_file(&files.cert).unwrap();
    assert!(
        !first.is_stale(),
        "gone for the moment: nothing newer to load"
    );
    authority.issue(
        folder.path(),
        "c",
        ECDSA,
        &["example.com", "new.example.com"],
    );
    let new_key = fs::read(&files.key).unwrap();
    fs::write(&files.key, old_key).unwrap();
    assert!(first.is_stale());
    let error = first.reload(&options, &[]).unwrap_err();
    assert!(
        matches!(error, CertificateError::KeyMismatch { .. }),
        "{error}"
    );

    fs::write(&files.key, new_key).unwrap();
    let second = first.reload(&options, &[]).unwrap();
    assert!(second.knows("new.example.com") && !first.knows("new.example.com"));
    assert!(!second.is_stale());
}

#[test]
fn debug_shows_no_key() {
    let shown = format!("{:?}", Certificates::self_signed(&[]).unwrap());
    assert_eq!(
        shown,
        "Certificates { certificates: 1, names: 3, self_signed: true, .. }"
    );
}
