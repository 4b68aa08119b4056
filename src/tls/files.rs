//! Reads a certificate chain and its private key from PEM files, and notices when they change.
//!
//! The key has to belong to the first certificate, which has to name somebody: a half-renewed
//! pair is refused, and the pair in force stays. Key bytes are wiped once the key is loaded.
//! RFC 7468 (PEM), RFC 5280 §4.2.1.6 (subjectAltName).

use std::{
    fs,
    net::IpAddr,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use rustls::{
    Error, InconsistentKeys,
    crypto::aws_lc_rs::sign::any_supported_type,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    sign::{CertifiedKey, SigningKey},
};
use x509_parser::{extensions::GeneralName, parse_x509_certificate, prelude::X509Certificate};
use zeroize::{Zeroize, Zeroizing};

use super::certificates::{CertificateError, CertificateName, NamedCertificate};
use crate::config::options::CertificateFiles;

/// The mode bit that lets everybody read a file.
const READABLE_BY_ALL: u32 = 0o004;

/// Loads one pair of files.
pub(super) fn load(files: &CertificateFiles) -> Result<NamedCertificate, CertificateError> {
    let chain = read_chain(&files.cert)?;
    let key = CertifiedKey::new(chain, read_key(&files.key)?);
    match key.keys_match() {
        // Some kinds of key can't tell their public half; the handshake will.
        Ok(()) | Err(Error::InconsistentKeys(InconsistentKeys::Unknown)) => {}
        Err(Error::InconsistentKeys(_)) => {
            return Err(CertificateError::KeyMismatch {
                cert: files.cert.clone(),
                key: files.key.clone(),
            });
        }
        Err(_) => return Err(CertificateError::Malformed(files.cert.clone())),
    }
    let (names, not_after) = key
        .cert
        .first()
        .and_then(|leaf| read_leaf(leaf))
        .ok_or_else(|| CertificateError::Malformed(files.cert.clone()))?;
    if names.is_empty() {
        return Err(CertificateError::NoNames(files.cert.clone()));
    }
    if not_after < SystemTime::now() {
        tracing::warn!(file = %files.cert.display(), "the certificate has expired");
    }
    Ok(NamedCertificate {
        key: Arc::new(key),
        names,
        not_after,
    })
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, CertificateError> {
    let pem = read(path)?;
    let chain = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| CertificateError::NoCertificate(path.to_owned()))?;
    if chain.is_empty() {
        return Err(CertificateError::NoCertificate(path.to_owned()));
    }
    Ok(chain)
}

fn read_key(path: &Path) -> Result<Arc<dyn SigningKey>, CertificateError> {
    let pem = read(path)?;
    if fs::metadata(path).is_ok_and(|file| file.permissions().mode() & READABLE_BY_ALL != 0) {
        tracing::warn!(file = %path.display(), "every user of this machine can read the private key");
    }
    let mut der = PrivateKeyDer::from_pem_slice(&pem)
        .map_err(|_| CertificateError::NoKey(path.to_owned()))?;
    let key = any_supported_type(&der);
    der.zeroize();
    key.map_err(|_| CertificateError::UnsupportedKey(path.to_owned()))
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, CertificateError> {
    fs::read(path)
        .map(Zeroizing::new)
        .map_err(|error| CertificateError::Unreadable {
            path: path.to_owned(),
            error,
        })
}

/// The names in a certificate and the end of its validity; `None` if it is malformed.
pub(super) fn read_leaf(der: &[u8]) -> Option<(Vec<CertificateName>, SystemTime)> {
    let (_, certificate) = parse_x509_certificate(der).ok()?;
    let seconds = u64::try_from(certificate.validity().not_after.timestamp()).unwrap_or(0);
    let not_after = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    Some((names(&certificate)?, not_after))
}

fn names(certificate: &X509Certificate<'_>) -> Option<Vec<CertificateName>> {
    let Some(extension) = certificate.subject_alternative_name().ok()? else {
        return Some(Vec::new());
    };
    let names = extension.value.general_names.iter();
    Some(names.filter_map(name).collect())
}

fn name(name: &GeneralName<'_>) -> Option<CertificateName> {
    match name {
        GeneralName::DNSName(name) => {
            let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
            match name.strip_prefix("*.") {
                Some(parent) => Some(CertificateName::Wildcard(parent.to_owned())),
                // `w*.example.org` and the like were never to be relied on (RFC 9525 §6.3).
                None if name.contains('*') => None,
                None => Some(CertificateName::Exact(name)),
            }
        }
        GeneralName::IPAddress(bytes) => {
            let address = <[u8; 4]>::try_from(*bytes)
                .map(IpAddr::from)
                .or_else(|_| <[u8; 16]>::try_from(*bytes).map(IpAddr::from))
                .ok()?;
            Some(CertificateName::Exact(match address {
                IpAddr::V4(address) => address.to_string(),
                IpAddr::V6(address) => format!("[{address}]"),
            }))
        }
        _ => None,
    }
}

/// What a file looked like when it was read. Symbolic links are followed, so that a swapped link
/// (certbot, Kubernetes) is a change.
#[derive(Clone)]
pub(super) struct FileStamp {
    path: PathBuf,
    seen: Option<(u64, u64, u64, SystemTime)>,
}

impl FileStamp {
    pub(super) fn of(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            seen: look(path),
        }
    }

    /// Whether the file looks different now. One that is gone for the moment has not changed: there
    /// is nothing newer to load.
    pub(super) fn has_changed(&self) -> bool {
        look(&self.path).is_some_and(|now| self.seen != Some(now))
    }
}

fn look(path: &Path) -> Option<(u64, u64, u64, SystemTime)> {
    let file = fs::metadata(path).ok()?;
    Some((file.dev(), file.ino(), file.len(), file.modified().ok()?))
}
