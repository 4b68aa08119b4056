//! A server with certificates and clients of every kind, for the tests of this room.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed test may panic"
)]

use std::{io, path::Path, sync::Arc};

use rustls::{
    AlertDescription, ClientConfig, DigitallySignedStruct, Error, RootCertStore, ServerConfig,
    SignatureScheme, SupportedProtocolVersion,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::CryptoProvider,
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use tempfile::{TempDir, tempdir};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio_rustls::{TlsConnector, client, server::TlsStream};

use super::{
    CertificateResolver, Certificates, HandshakeError, handshake, provider, server_config,
    test_certificates::{Authority, ECDSA, options},
};
use crate::config::options::{CertificateFiles, TlsVersion};

pub(crate) const NAME: &str = "www.example.com";

/// A server with certificates, and what a client has to trust.
pub(crate) struct Server {
    pub(crate) folder: TempDir,
    pub(crate) authority: Authority,
    pub(crate) resolver: Arc<CertificateResolver>,
    pub(crate) config: Arc<ServerConfig>,
}

impl Server {
    pub(crate) fn new() -> Self {
        Self::with(TlsVersion::V1_2, |authority, folder| {
            vec![authority.issue(folder, "www", ECDSA, &[NAME])]
        })
    }

    pub(crate) fn with(
        min_version: TlsVersion,
        issue: impl FnOnce(&Authority, &Path) -> Vec<CertificateFiles>,
    ) -> Self {
        let folder = tempdir().unwrap();
        let authority = Authority::new();
        let mut options = options(issue(&authority, folder.path()));
        options.min_version = min_version;
        let certificates = Certificates::load(&options, &[]).unwrap();
        let resolver = Arc::new(CertificateResolver::new(certificates));
        let config = server_config(&options, Arc::clone(&resolver)).unwrap();
        Self {
            folder,
            authority,
            resolver,
            config,
        }
    }

    pub(crate) fn client(&self, versions: &[&'static SupportedProtocolVersion]) -> ClientConfig {
        client_of(provider(), versions, self.authority.roots())
    }

    /// Both sides of a handshake over a pipe.
    pub(crate) async fn meet(&self, client: &ClientConfig, name: &str) -> Meeting {
        let (near, far) = duplex(16 * 1024);
        let connector = TlsConnector::from(Arc::new(client.clone()));
        let name = ServerName::try_from(name.to_owned()).unwrap();
        let (server, client) = tokio::join!(
            handshake(near, &self.config, &self.resolver),
            connector.connect(name, far),
        );
        Meeting { server, client }
    }
}

pub(crate) struct Meeting {
    pub(crate) server: Result<TlsStream<DuplexStream>, HandshakeError>,
    pub(crate) client: io::Result<client::TlsStream<DuplexStream>>,
}

impl Meeting {
    /// What the client sees after some bytes have gone both ways (a TLS 1.3 ticket comes after the
    /// handshake).
    pub(crate) async fn talk(self) -> client::TlsStream<DuplexStream> {
        let (mut server, mut client) = (self.server.unwrap(), self.client.unwrap());
        exchange(&mut server, &mut client).await;
        client
    }

    pub(crate) fn failure(self) -> HandshakeError {
        self.server.err().unwrap()
    }

    pub(crate) fn alert(&self) -> Option<AlertDescription> {
        let error = self.client.as_ref().err().unwrap().get_ref().unwrap();
        match error.downcast_ref() {
            Some(Error::AlertReceived(alert)) => Some(*alert),
            _ => None,
        }
    }
}

pub(crate) async fn exchange(
    server: &mut TlsStream<DuplexStream>,
    client: &mut client::TlsStream<DuplexStream>,
) {
    let mut buffer = [0; 4];
    client.write_all(b"ping").await.unwrap();
    client.flush().await.unwrap();
    server.read_exact(&mut buffer).await.unwrap();
    server.write_all(b"pong").await.unwrap();
    server.flush().await.unwrap();
    client.read_exact(&mut buffer).await.unwrap();
    assert_eq!(&buffer, b"pong");
}

pub(crate) fn client_of(
    provider: Arc<CryptoProvider>,
    versions: &[&'static SupportedProtocolVersion],
    roots: RootCertStore,
) -> ClientConfig {
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec(), b"h2".to_vec()];
    config
}

pub(crate) fn leaf(client: &client::TlsStream<DuplexStream>) -> Vec<u8> {
    client.get_ref().1.peer_certificates().unwrap()[0].to_vec()
}

/// Trusts everybody, and can verify only `schemes`.
#[derive(Debug)]
struct AnythingGoes(Vec<SignatureScheme>);

impl ServerCertVerifier for AnythingGoes {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.clone()
    }
}

pub(crate) fn anything_goes(
    provider: Arc<CryptoProvider>,
    schemes: Vec<SignatureScheme>,
) -> ClientConfig {
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnythingGoes(schemes)))
        .with_no_client_auth()
}
