//! Which certificate answers which name.
//!
//! Names come from subjectAltName only; the subject's common name is ignored (RFC 9525 §2, §6.3).
//! `*.example.org` covers exactly one label. Certificates with different key types for one name are
//! all kept, and what the client can verify decides, ECDSA before RSA because signing costs a
//! tenth. With no files configured there is one certificate, self-signed, for every name.

use std::{
    borrow::Cow,
    collections::HashMap,
    fmt, io,
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime},
};

use rustls::{SignatureAlgorithm, SignatureScheme, sign::CertifiedKey};

use super::{
    files::{self, FileStamp},
    self_signed,
};
use crate::config::options::{HostPattern, Tls};

/// A self-signed certificate is made anew when less than this is left of it.
const SELF_SIGNED_MARGIN: Duration = Duration::from_secs(24 * 60 * 60);

/// The certificates in force, by name. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Certificates {
    /// In the order of the configuration; never empty.
    all: Vec<Arc<CertifiedKey>>,
    exact: HashMap<String, Vec<Arc<CertifiedKey>>>,
    /// By the name without its `*.`.
    wildcard: HashMap<String, Vec<Arc<CertifiedKey>>>,
    source: Source,
    /// When the first of them runs out.
    first_expiry: SystemTime,
}

/// Where certificates came from.
#[derive(Clone)]
enum Source {
    Files(Vec<FileStamp>),
    SelfSigned,
}

/// One certificate with what was read from it.
pub(super) struct NamedCertificate {
    pub(super) key: Arc<CertifiedKey>,
    pub(super) names: Vec<CertificateName>,
    pub(super) not_after: SystemTime,
}

/// A name in a certificate, lower case; an IPv6 address in brackets, as in a URL.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum CertificateName {
    Exact(String),
    /// `*.` and this.
    Wildcard(String),
}

impl Certificates {
    /// Reads the files that `options` names, or makes a self-signed certificate for `hosts` where
    /// it names none.
    ///
    /// # Errors
    /// The first file that can't be used, and why.
    pub(crate) fn load(options: &Tls, hosts: &[HostPattern]) -> Result<Self, CertificateError> {
        if options.certificates.is_empty() {
            return Self::self_signed(hosts);
        }
        // Stamped before they are read: a change in between is then seen as a change.
        let stamps = options
            .certificates
            .iter()
            .flat_map(|files| [&files.cert, &files.key])
            .map(|path| FileStamp::of(path))
            .collect();
        let certificates = options
            .certificates
            .iter()
            .map(files::load)
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self::new(certificates, Source::Files(stamps)))
    }

    /// Makes a certificate for `hosts` and this machine's own names, for this run.
    ///
    /// # Errors
    /// A host that can't stand in a certificate, or no random bytes.
    pub(crate) fn self_signed(hosts: &[HostPattern]) -> Result<Self, CertificateError> {
        let certificate = self_signed::make(hosts, SystemTime::now())?;
        Ok(Self::new(vec![certificate], Source::SelfSigned))
    }

    /// As [`load`](Self::load), but keeps a self-signed certificate that still serves, so that
    /// whoever accepted it in a browser isn't asked again after every reload.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub(crate) fn reload(
        &self,
        options: &Tls,
        hosts: &[HostPattern],
    ) -> Result<Self, CertificateError> {
        let kept = options.certificates.is_empty()
            && self.is_self_signed()
            && !self.is_stale()
            && self.uncovered(hosts).is_empty();
        if kept {
            Ok(self.clone())
        } else {
            Self::load(options, hosts)
        }
    }

    fn new(certificates: Vec<NamedCertificate>, source: Source) -> Self {
        let mut all = Vec::with_capacity(certificates.len());
        let mut exact: HashMap<_, Vec<_>> = HashMap::new();
        let mut wildcard: HashMap<_, Vec<_>> = HashMap::new();
        let mut first_expiry = None;
        for NamedCertificate {
            key,
            names,
            not_after,
        } in certificates
        {
            for name in names {
                match name {
                    CertificateName::Exact(name) => exact.entry(name).or_default(),
                    CertificateName::Wildcard(parent) => wildcard.entry(parent).or_default(),
                }
                .push(Arc::clone(&key));
            }
            first_expiry = first_expiry.min(Some(not_after)).or(Some(not_after));
            all.push(key);
        }
        for keys in exact.values_mut().chain(wildcard.values_mut()) {
            keys.sort_by_key(|key| signing_cost(key.key.algorithm()));
        }
        Self {
            all,
            exact,
            wildcard,
            source,
            first_expiry: first_expiry.unwrap_or(SystemTime::UNIX_EPOCH),
        }
    }

    /// Whether this is the certificate made for this run, which answers any name.
    #[must_use]
    pub(crate) fn is_self_signed(&self) -> bool {
        matches!(self.source, Source::SelfSigned)
    }

    /// Whether a client that asks for `name` is answered.
    #[must_use]
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.is_self_signed() || self.named(name).next().is_some()
    }

    /// The hosts that no certificate covers: browsers will refuse them. [`HostPattern::Any`]
    /// can't be covered and isn't listed.
    #[must_use]
    pub(crate) fn uncovered<'a>(&self, hosts: &'a [HostPattern]) -> Vec<&'a HostPattern> {
        hosts
            .iter()
            .filter(|host| match host {
                HostPattern::Exact(name) => self.named(name).next().is_none(),
                HostPattern::Subdomains(parent) => !self.wildcard.contains_key(parent),
                HostPattern::Any => false,
            })
            .collect()
    }

    /// Whether [`reload`](Self::reload) would give something newer: a file has changed, or the
    /// self-signed certificate is about to run out. Asks the file system; for a timer.
    #[must_use]
    pub(crate) fn is_stale(&self) -> bool {
        match &self.source {
            Source::Files(stamps) => stamps.iter().any(FileStamp::has_changed),
            Source::SelfSigned => SystemTime::now() + SELF_SIGNED_MARGIN > self.first_expiry,
        }
    }

    /// The certificate for a client that asks for `name` and can verify `schemes`.
    pub(super) fn choose(
        &self,
        name: Option<&str>,
        schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        match name {
            Some(name) if !self.is_self_signed() => verifiable(self.named(name), schemes),
            // Clients that connect by address name none (RFC 6066 §3).
            _ => verifiable(self.all.iter(), schemes),
        }
    }

    /// Certificates that cover `name`, those that name it in full first.
    fn named<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Arc<CertifiedKey>> {
        let name = lower_case(name.strip_suffix('.').unwrap_or(name));
        let exact = self.exact.get(name.as_ref());
        let wildcard = match name.split_once('.') {
            Some((label, parent)) if !label.is_empty() => self.wildcard.get(parent),
            _ => None,
        };
        exact.into_iter().chain(wildcard).flatten()
    }
}

/// The first key that signs in a way the client can verify, else the first, whose failure rustls
/// then puts into the right alert.
fn verifiable<'a>(
    mut keys: impl Iterator<Item = &'a Arc<CertifiedKey>>,
    schemes: &[SignatureScheme],
) -> Option<Arc<CertifiedKey>> {
    let first = keys.next()?;
    let can_sign = |key: &&Arc<CertifiedKey>| key.key.choose_scheme(schemes).is_some();
    let chosen = if can_sign(&first) {
        first
    } else {
        keys.find(can_sign).unwrap_or(first)
    };
    Some(Arc::clone(chosen))
}

fn signing_cost(algorithm: SignatureAlgorithm) -> u8 {
    match algorithm {
        SignatureAlgorithm::ECDSA => 0,
        SignatureAlgorithm::ED25519 => 1,
        _ => 2,
    }
}

fn lower_case(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificates")
            .field("certificates", &self.all.len())
            .field("names", &(self.exact.len() + self.wildcard.len()))
            .field("self_signed", &self.is_self_signed())
            .finish_non_exhaustive()
    }
}

/// Why a certificate can't be used.
#[derive(Debug)]
pub(crate) enum CertificateError {
    /// The file could not be read.
    Unreadable {
        /// Which one.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The file holds no PEM certificate.
    NoCertificate(PathBuf),
    /// The first certificate in the file is not well-formed X.509.
    Malformed(PathBuf),
    /// The certificate names no host and no address as subjectAltName.
    NoNames(PathBuf),
    /// The file holds no PEM private key, or an encrypted one.
    NoKey(PathBuf),
    /// The private key is of a kind, or in a form, that is not supported.
    UnsupportedKey(PathBuf),
    /// The private key is not that of the first certificate.
    KeyMismatch {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
    },
    /// The self-signed certificate could not be made.
    SelfSigned(rcgen::Error),
}

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { path, .. } => write!(f, "can't read {path:?}"),
            Self::NoCertificate(path) => write!(f, "{path:?} holds no certificate in PEM form"),
            Self::Malformed(path) => {
                write!(f, "the first certificate in {path:?} is not well-formed")
            }
            Self::NoNames(path) => write!(
                f,
                "the first certificate in {path:?} names no host (no subjectAltName)"
            ),
            Self::NoKey(path) => write!(f, "{path:?} holds no unencrypted private key in PEM form"),
            Self::UnsupportedKey(path) => {
                write!(f, "the private key in {path:?} is of no supported kind")
            }
            Self::KeyMismatch { cert, key } => write!(
                f,
                "the private key in {key:?} does not belong to the first certificate in {cert:?}"
            ),
            Self::SelfSigned(_) => f.write_str("can't make a self-signed certificate"),
        }
    }
}

impl std::error::Error for CertificateError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable { error, .. } => Some(error),
            Self::SelfSigned(error) => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
#[path = "certificates_tests.rs"]
mod tests;
