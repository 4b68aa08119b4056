//! A certificate authority for the tests of this crate.
#![allow(
    clippy::unwrap_used,
    reason = "only tests use this, and a failed test may panic"
)]

use std::{fs, path::Path};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, PKCS_ECDSA_P256_SHA256,
    PKCS_RSA_SHA256, SignatureAlgorithm,
};
use rustls::{RootCertStore, pki_types::CertificateDer};

use crate::config::options::{CertificateFiles, Tls, TlsVersion};

pub(crate) const ECDSA: &SignatureAlgorithm = &PKCS_ECDSA_P256_SHA256;
pub(crate) const RSA: &SignatureAlgorithm = &PKCS_RSA_SHA256;

/// Issues certificates.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "test authority");
        let pair = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&pair).unwrap().into();
        Self {
            issuer: Issuer::new(params, pair),
            certificate,
        }
    }

    pub(crate) fn certificate(&self) -> CertificateDer<'static> {
        self.certificate.clone()
    }

    pub(crate) fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate()).unwrap();
        roots
    }

    /// Writes `file.pem` and `file.key` for `names` into `folder`.
    pub(crate) fn issue(
        &self,
        folder: &Path,
        file: &str,
        kind: &'static SignatureAlgorithm,
        names: &[&str],
    ) -> CertificateFiles {
        let pair = KeyPair::generate_for(kind).unwrap();
        let names: Vec<_> = names.iter().copied().map(str::to_owned).collect();
        let certificate = CertificateParams::new(names)
            .unwrap()
            .signed_by(&pair, &self.issuer)
            .unwrap();
        let files = CertificateFiles {
            cert: folder.join(format!("{file}.pem")),
            key: folder.join(format!("{file}.key")),
        };
        fs::write(&files.cert, certificate.pem()).unwrap();
        fs::write(&files.key, pair.serialize_pem()).unwrap();
        files
    }
}

/// `[tls]` with these certificates.
pub(crate) fn options(certificates: Vec<CertificateFiles>) -> Tls {
    Tls {
        min_version: TlsVersion::V1_2,
        hsts: None,
        certificates,
    }
}
