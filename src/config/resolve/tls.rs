//! `[tls]`: protocol versions, `Strict-Transport-Security` (RFC 6797) and certificates.

use std::{path::absolute, time::Duration};

use super::{
    bounds::{DAY, LONG, seconds_within},
    certificate,
    names::TLS_VERSIONS,
};
use crate::config::{
    document::Kind,
    node::Node,
    options::{CertificateFiles, Hsts, Site, Tls, TlsVersion},
    problem::Problem,
    section::{Keys, Section},
};

pub(super) const KEYS: Keys = Keys {
    allowed: &["min_version", "hsts", "certificate"],
    later: &["acme"],
    top_level: &[],
};

const HSTS_KEYS: Keys = Keys {
    allowed: &["max_age", "include_subdomains", "preload"],
    later: &[],
    top_level: &[],
};

const CERTIFICATE_KEYS: Keys = Keys {
    allowed: &["cert", "key"],
    later: &[],
    top_level: &[],
};

/// The section; `sites` are those that the certificates are for.
pub(super) fn tls(section: Option<&Section<'_>>, sites: &[Site]) -> Tls {
    let get = |key: &str| section.and_then(|section| section.get(key));
    let on = Hsts {
        max_age: DAY * 730,
        include_subdomains: false,
        preload: false,
    };
    let certificates = get("certificate")
        .map(|node| node.sections(&CERTIFICATE_KEYS))
        .unwrap_or_default();
    Tls {
        min_version: get("min_version")
            .and_then(|node| node.choice(TLS_VERSIONS))
            .unwrap_or(TlsVersion::V1_2),
        hsts: get("hsts").map_or(Some(on), |node| hsts(&node, on)),
        certificates: certificates
            .iter()
            .filter_map(|section| files(section, sites))
            .collect(),
    }
}

fn hsts(node: &Node<'_>, default: Hsts) -> Option<Hsts> {
    if !matches!(node.value.kind, Kind::Table(_)) {
        let expected = "\"off\", or a table such as { max_age = \"730 days\" }";
        let off = |text: &str| {
            if text == "off" {
                Ok(())
            } else {
                Err(Problem::error("is not a choice"))
            }
        };
        node.parsed(expected, off);
        return None;
    }
    let section = node.clone().section(&HSTS_KEYS)?;
    let get = |key: &str| section.get(key);
    let boolean = |key: &str, default| get(key).and_then(|node| node.boolean()).unwrap_or(default);
    let max_age = get("max_age").and_then(|node| seconds_within(&node, Duration::ZERO, LONG));
    let hsts = Hsts {
        max_age: max_age.unwrap_or(default.max_age),
        include_subdomains: boolean("include_subdomains", default.include_subdomains),
        preload: boolean("preload", default.preload),
    };
    // What hstspreload.org asks for; without it, browsers' lists refuse the website.
    if hsts.preload
        && (!hsts.include_subdomains || hsts.max_age < DAY * 365)
        && let Some(node) = get("preload")
    {
        let problem =
            Problem::error("is true, and browsers would not accept the website to their list");
        node.report(
            problem.expecting(
                "include_subdomains = true and a max_age of at least \"365 days\" with it",
            ),
        );
    }
    Some(hsts)
}

fn files(section: &Section<'_>, sites: &[Site]) -> Option<CertificateFiles> {
    let cert = section.required("cert", "the path of a PEM file with the certificate chain");
    let key = section.required("key", "the path of a PEM file with the private key");
    let path = |node: &Node<'_>| {
        let folder = node.context.sources.folder(node.value.place);
        node.parsed("the path of a PEM file", |text| match text {
            "" => Err(Problem::error("is empty")),
            _ => absolute(folder.join(text)).map_err(|_| Problem::error("is no path")),
        })
    };
    let cert_path = cert.as_ref().and_then(path);
    let key_path = key.as_ref().and_then(path);
    let chain = cert
        .as_ref()
        .zip(cert_path.as_ref())
        .and_then(|(node, path)| certificate::chain(node, path, sites));
    let signer = key
        .as_ref()
        .zip(key_path.as_ref())
        .and_then(|(node, path)| certificate::key(node, path));
    if let (Some(node), Some(chain), Some(signer)) = (&key, chain, signer) {
        certificate::check_pair(node, chain, signer);
    }
    Some(CertificateFiles {
        cert: cert_path?,
        key: key_path?,
    })
}
