//! Certificate and key files: that they can be read, belong together, and are for our sites.
//!
//! The TLS room reads them again when it serves; here they are checked so that `privet check` and
//! a reload find out before a visitor does. Nothing of a key is ever part of a message.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::Arc,
};

use rustls::{
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    sign::{CertifiedKey, SigningKey},
};
use x509_parser::{
    certificate::X509Certificate, extensions::GeneralName, prelude::FromDer, time::ASN1Time,
};
use zeroize::Zeroizing;

use crate::config::{
    mistake::{quoted, shown},
    node::Node,
    options::{HostPattern, Site},
    problem::Problem,
    source::{read, reason},
};

/// The chain in the file at `path`, leaf first.
pub(super) fn chain(
    node: &Node<'_>,
    path: &Path,
    sites: &[Site],
) -> Option<Vec<CertificateDer<'static>>> {
    let bytes = contents(node, path)?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    let chain = match chain {
        Ok(chain) if !chain.is_empty() => chain,
        Ok(_) => {
            node.report(
                about(path, "holds no certificate")
                    .expecting("PEM with \"-----BEGIN CERTIFICATE-----\""),
            );
            return None;
        }
        Err(_) => {
            node.report(
                about(path, "is not PEM").expecting("PEM with \"-----BEGIN CERTIFICATE-----\""),
            );
            return None;
        }
    };
    let leaf = chain
        .first()
        .and_then(|leaf| X509Certificate::from_der(leaf).ok());
    let Some((_, leaf)) = leaf else {
        node.report(about(
            path,
            "holds something else than an X.509 certificate",
        ));
        return None;
    };
    check_validity(node, path, &leaf);
    check_names(node, path, &leaf, sites);
    Some(chain)
}

/// The private key in the file at `path`.
pub(super) fn key(node: &Node<'_>, path: &Path) -> Option<Arc<dyn SigningKey>> {
    let bytes = contents(node, path)?;
    let mode = fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode() & 0o777);
    if mode & 0o077 != 0 {
        let problem = format!(
            "{} is open to others than its owner (mode {mode:04o})",
            quoted(&path.display().to_string())
        );
        node.report(Problem::warning(problem).expecting("mode 0600"));
    }
    let Ok(key) = PrivateKeyDer::from_pem_slice(&bytes) else {
        node.report(
            about(path, "holds no private key")
                .expecting("PEM with \"-----BEGIN PRIVATE KEY-----\", not encrypted"),
        );
        return None;
    };
    let signer = aws_lc_rs::default_provider()
        .key_provider
        .load_private_key(key)
        .ok();
    if signer.is_none() {
        node.report(
            about(path, "holds a key of a kind that TLS does not use here")
                .expecting("an RSA, ECDSA or Ed25519 key"),
        );
    }
    signer
}

/// Notes a key that is another certificate's.
pub(super) fn check_pair(
    node: &Node<'_>,
    chain: Vec<CertificateDer<'static>>,
    signer: Arc<dyn SigningKey>,
) {
    use rustls::{Error, InconsistentKeys};
    match CertifiedKey::new(chain, signer).keys_match() {
        Ok(()) | Err(Error::InconsistentKeys(InconsistentKeys::Unknown)) => {}
        Err(_) => node.report(
            Problem::error("is not the key of the certificate")
                .expecting("the key that cert was made for"),
        ),
    }
}

fn about(path: &Path, what: &str) -> Problem {
    Problem::error(format!("{} {what}", quoted(&path.display().to_string())))
}

/// What is in the file, wiped from memory afterwards.
fn contents(node: &Node<'_>, path: &Path) -> Option<Zeroizing<Vec<u8>>> {
    match read(path) {
        Ok(bytes) => Some(Zeroizing::new(bytes)),
        Err(error) => {
            node.report(about(path, &format!("can't be read: {}", reason(&error))));
            None
        }
    }
}

fn check_validity(node: &Node<'_>, path: &Path, leaf: &X509Certificate<'_>) {
    let now = ASN1Time::now();
    let validity = leaf.validity();
    let shown = quoted(&path.display().to_string());
    let day = |time: ASN1Time| time.to_datetime().date();
    if validity.not_after < now {
        let problem = format!("{shown} expired on {}", day(validity.not_after));
        node.report(Problem::warning(problem).expecting("a renewed certificate"));
    } else if validity.not_before > now {
        node.report(Problem::warning(format!(
            "{shown} is not valid before {}",
            day(validity.not_before)
        )));
    }
}

fn check_names(node: &Node<'_>, path: &Path, leaf: &X509Certificate<'_>, sites: &[Site]) {
    let names: Vec<String> = match leaf.subject_alternative_name() {
        Ok(Some(extension)) => extension
            .value
            .general_names
            .iter()
            .filter_map(name)
            .collect(),
        _ => Vec::new(),
    };
    let mut hosts = sites.iter().flat_map(|site| &site.hosts).peekable();
    if hosts.peek().is_none() || hosts.any(|host| names.iter().any(|name| covers(name, host))) {
        return;
    }
    let shown = quoted(&path.display().to_string());
    let names = if names.is_empty() {
        "no name at all".to_owned()
    } else {
        names.join(", ")
    };
    let problem = Problem::warning(format!("{shown} is for no site's host"));
    node.report(problem.expecting(format!("a host of a [[site]] among its names: {names}")));
}

/// A name in a certificate as a host is written.
fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some(shown(&name.to_ascii_lowercase())),
        GeneralName::IPAddress(bytes) => {
            let v4 = <[u8; 4]>::try_from(*bytes).map(|bytes| IpAddr::V4(Ipv4Addr::from(bytes)));
            let v6 = || <[u8; 16]>::try_from(*bytes).map(|bytes| IpAddr::V6(Ipv6Addr::from(bytes)));
            match v4.or_else(|_| v6()).ok()? {
                IpAddr::V4(address) => Some(address.to_string()),
                IpAddr::V6(address) => Some(format!("[{address}]")),
            }
        }
        _ => None,
    }
}

/// Whether a certificate for `name` serves some host of the pattern.
fn covers(name: &str, host: &HostPattern) -> bool {
    let parent = |name: &str| name.split_once('.').map(|(_, parent)| parent.to_owned());
    match host {
        HostPattern::Any => true,
        HostPattern::Exact(host) => {
            name == host
                || name
                    .strip_prefix("*.")
                    .is_some_and(|below| parent(host).as_deref() == Some(below))
        }
        HostPattern::Subdomains(domain) => name
            .strip_suffix(domain.as_str())
            .is_some_and(|label| label.ends_with('.')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_covers_the_hosts_that_browsers_accept_it_for() {
        let exact = |host: &str| HostPattern::Exact(host.to_owned());
        let below = |domain: &str| HostPattern::Subdomains(domain.to_owned());
        for (name, host, expected) in [
            ("example.com", exact("example.com"), true),
            ("*.example.com", exact("www.example.com"), true),
            ("*.example.com", exact("example.com"), false),
            ("*.example.com", exact("a.b.example.com"), false),
            ("*.example.com", below("example.com"), true),
            ("www.example.com", below("example.com"), true),
            ("example.com", below("example.com"), false),
            ("badexample.com", below("example.com"), false),
            ("other.example", HostPattern::Any, true),
        ] {
            assert_eq!(covers(name, &host), expected, "{name} {host:?}");
        }
    }
}
