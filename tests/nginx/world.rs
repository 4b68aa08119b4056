//! privet with a certificate of its own, in front of nginx.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use rcgen::{CertificateParams, KeyPair};
use tempfile::TempDir;

use crate::{gateway::Gateway, origin::Nginx};

/// 1 MiB in which no piece is like another, so that a shift or a repetition shows.
pub(crate) fn mebibyte() -> Vec<u8> {
    let mut state: u32 = 0x9e37_79b9;
    (0..1 << 20)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            (state >> 24) as u8
        })
        .collect()
}

/// All that a test stands on; it ends with this.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) gateway: Gateway,
    pub(crate) nginx: Nginx,
    folder: TempDir,
}

impl World {
    /// Starts it.
    pub(crate) fn new() -> Self {
        Self::with("")
    }

    /// Starts it with more configuration.
    pub(crate) fn with(more: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        write_certificate(folder.path());
        let style = "p { color: teal }\n".repeat(100);
        let nginx = Nginx::serve(&[
            ("index.html", b"<!doctype html><title>nginx</title>\n"),
            ("small.css", style.as_bytes()),
            ("big.bin", &mebibyte()),
        ]);
        let config = format!(
            r#"
            [[site]]
            hosts = ["www.example.com"]
            upstream = ["{}"]

            [[tls.certificate]]
            cert = "{folder}/cert.pem"
            key = "{folder}/key.pem"

            {more}
            "#,
            nginx.url(),
            folder = folder.path().display(),
        );
        Self {
            gateway: Gateway::start(&config),
            nginx,
            folder,
        }
    }

    /// The website's certificate, which clients are told to trust.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    /// A file name that nothing else uses.
    pub(crate) fn scratch(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// An address on the website.
    pub(crate) fn url(&self, path: &str) -> String {
        let port = self.gateway.https().port();
        format!("https://www.example.com:{port}{path}")
    }
}

fn write_certificate(folder: &Path) {
    let key = KeyPair::generate().expect("a key");
    let names = vec!["www.example.com".to_owned()];
    let parameters = CertificateParams::new(names).expect("names");
    let certificate = parameters.self_signed(&key).expect("a certificate");
    fs::write(folder.join("cert.pem"), certificate.pem()).expect("written");
    let path = folder.join("key.pem");
    fs::write(&path, key.serialize_pem()).expect("written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("private");
}
