//! The certificate for a run without one: so that `privet run` shows a website over HTTPS at once,
//! behind the browser's warning.
//!
//! ECDSA P-256, for the sites' hosts and this machine's own names, valid from yesterday (clocks
//! differ) for 30 days. Neither it nor its key is ever written to a file.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
    time::{Duration, SystemTime},
};

use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair,
    KeyUsagePurpose, SanType,
};
use rustls::{
    crypto::aws_lc_rs::sign::any_ecdsa_type,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    sign::CertifiedKey,
};
use zeroize::Zeroize;

use super::{
    certificates::{CertificateError, NamedCertificate},
    files,
};
use crate::config::options::HostPattern;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Makes the certificate.
pub(super) fn make(
    hosts: &[HostPattern],
    now: SystemTime,
) -> Result<NamedCertificate, CertificateError> {
    let mut params = CertificateParams::default();
    params.not_before = (now - DAY).into();
    params.not_after = (now + 29 * DAY).into();
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "privet, self-signed");
    params.subject_alt_names = names(hosts).map_err(CertificateError::SelfSigned)?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];

    let pair = KeyPair::generate().map_err(CertificateError::SelfSigned)?;
    let certificate = params
        .self_signed(&pair)
        .map_err(CertificateError::SelfSigned)?;
    let mut der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(pair.serialize_der()));
    let key = any_ecdsa_type(&der);
    der.zeroize();

    let unusable = || CertificateError::SelfSigned(rcgen::Error::CouldNotParseKeyPair);
    let key = key.map_err(|_| unusable())?;
    let (names, not_after) = files::read_leaf(certificate.der()).ok_or_else(unusable)?;
    Ok(NamedCertificate {
        key: Arc::new(CertifiedKey::new(vec![certificate.into()], key)),
        names,
        not_after,
    })
}

/// What the certificate is for, each name once.
fn names(hosts: &[HostPattern]) -> Result<Vec<SanType>, rcgen::Error> {
    let mut names = Vec::new();
    let mut add = |name| {
        if !names.contains(&name) {
            names.push(name);
        }
    };
    for host in hosts {
        match host {
            HostPattern::Exact(host) => add(exact(host)?),
            HostPattern::Subdomains(parent) => {
                add(SanType::DnsName(format!("*.{parent}").try_into()?));
            }
            HostPattern::Any => {}
        }
    }
    add(SanType::DnsName("localhost".try_into()?));
    add(SanType::IpAddress(Ipv4Addr::LOCALHOST.into()));
    add(SanType::IpAddress(Ipv6Addr::LOCALHOST.into()));
    Ok(names)
}

fn exact(host: &str) -> Result<SanType, rcgen::Error> {
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    Ok(match bare.parse::<IpAddr>() {
        Ok(address) => SanType::IpAddress(address),
        Err(_) => SanType::DnsName(host.try_into()?),
    })
}
