//! A TLS client that sends any bytes and reads strictly.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    sync::Arc,
};

use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, ProtocolVersion, SignatureScheme,
    StreamOwned, SupportedProtocolVersion,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
    version::{TLS12, TLS13},
};
use socket2::{Domain, SockRef, Socket, Type};

use super::{
    PATIENCE,
    message::{Input, Response},
};

/// Any certificate will do: the gateway's is self-signed, and who it is is not in question here.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
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
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

static ALL_VERSIONS: &[&SupportedProtocolVersion] = &[&TLS13, &TLS12];
static TLS12_ONLY: &[&SupportedProtocolVersion] = &[&TLS12];

/// What a client asks for in its handshake.
#[derive(Clone, Debug)]
pub(crate) struct Tls {
    /// The name asked for; without one, none is sent.
    pub(crate) sni: Option<String>,
    pub(crate) alpn: Vec<&'static str>,
    pub(crate) versions: &'static [&'static SupportedProtocolVersion],
}

impl Default for Tls {
    fn default() -> Self {
        Self {
            sni: Some("www.example.com".to_owned()),
            alpn: vec!["http/1.1"],
            versions: ALL_VERSIONS,
        }
    }
}

impl Tls {
    /// Asks for HTTP/2.
    pub(crate) fn h2() -> Self {
        Self {
            alpn: vec!["h2"],
            ..Self::default()
        }
    }

    /// Asks for TLS 1.2 only.
    pub(crate) fn v12() -> Self {
        Self {
            versions: TLS12_ONLY,
            ..Self::default()
        }
    }

    pub(crate) fn config(&self) -> Arc<ClientConfig> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(self.versions)
            .expect("versions")
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
            .with_no_client_auth();
        config.alpn_protocols = self
            .alpn
            .iter()
            .map(|name| name.as_bytes().to_vec())
            .collect();
        config.enable_sni = self.sni.is_some();
        Arc::new(config)
    }

    pub(crate) fn name(&self) -> ServerName<'static> {
        let name = self.sni.clone().unwrap_or_else(|| "localhost".to_owned());
        ServerName::try_from(name).expect("a name")
    }
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum End {
    /// With TLS's `close_notify`: nothing was cut off.
    Closed,
    /// Without it.
    Cut,
}

/// A connection over TLS.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) input: Input<StreamOwned<ClientConnection, TcpStream>>,
}

impl Client {
    /// Connects and speaks HTTP/1.1.
    pub(crate) fn connect(address: SocketAddr) -> Self {
        Self::with(address, &Tls::default()).expect("a handshake")
    }

    /// Connects as `tls` says.
    pub(crate) fn with(address: SocketAddr, tls: &Tls) -> io::Result<Self> {
        Self::over(TcpStream::connect(address)?, tls.config(), tls.name())
    }

    /// Connects from `ip`, one of this machine's many loopback addresses.
    pub(crate) fn from_ip(ip: Ipv4Addr, address: SocketAddr) -> Self {
        let (stream, tls) = (connect_from(ip, address), Tls::default());
        Self::over(stream, tls.config(), tls.name()).expect("a handshake")
    }

    /// Shakes hands on a connection, on which something may have been sent already.
    pub(crate) fn over(
        stream: TcpStream,
        config: Arc<ClientConfig>,
        name: ServerName<'static>,
    ) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let session = ClientConnection::new(config, name).map_err(io::Error::other)?;
        let mut stream = StreamOwned::new(session, stream);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        Ok(Self {
            input: Input::new(stream),
        })
    }

    /// The application protocol agreed on.
    pub(crate) fn alpn(&self) -> Option<String> {
        let protocol = self.input.stream.conn.alpn_protocol();
        protocol.map(|name| String::from_utf8_lossy(name).into_owned())
    }

    /// The version agreed on.
    pub(crate) fn version(&self) -> Option<ProtocolVersion> {
        self.input.stream.conn.protocol_version()
    }

    /// Sends bytes. Errors are for the reader to see: a peer may close early.
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.try_send(bytes);
    }

    /// Sends bytes.
    pub(crate) fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        let stream = &mut self.input.stream;
        stream.write_all(bytes.as_ref())?;
        stream.flush()
    }

    /// The next response, to a request with `method`.
    pub(crate) fn try_response(&mut self, method: &str) -> io::Result<Response> {
        self.input.response(method)
    }

    /// The next response, to a request with `method`.
    pub(crate) fn response(&mut self, method: &str) -> Response {
        self.try_response(method)
            .unwrap_or_else(|error| panic!("a response to {method}: {error}"))
    }

    /// Sends a `GET` and reads its response.
    pub(crate) fn get(&mut self, path: &str) -> Response {
        self.send(format!(
            "GET {path} HTTP/1.1\r\nHost: www.example.com\r\n\r\n"
        ));
        self.response("GET")
    }

    /// Reads until the connection ends: what came, and how it ended.
    pub(crate) fn rest(&mut self) -> (Vec<u8>, End) {
        let mut bytes = std::mem::take(&mut self.input.ahead);
        match self.input.stream.read_to_end(&mut bytes) {
            Ok(_) => (bytes, End::Closed),
            Err(error) if is_timeout(&error) => panic!("the connection does not end"),
            Err(_) => (bytes, End::Cut),
        }
    }

    /// How the connection ended; panics if anything came before.
    pub(crate) fn end(&mut self) -> End {
        let (bytes, end) = self.rest();
        assert!(bytes.is_empty(), "unasked: {}", bytes.escape_ascii());
        end
    }

    /// Says that nothing more will be sent.
    pub(crate) fn finish_sending(&mut self) {
        let stream = &mut self.input.stream;
        stream.conn.send_close_notify();
        stream.flush().expect("sent");
        let _ = stream.sock.shutdown(std::net::Shutdown::Write);
    }

    /// Ends the connection with a reset.
    pub(crate) fn reset(self) {
        let _ = SockRef::from(&self.input.stream.sock).set_linger(Some(std::time::Duration::ZERO));
    }
}

/// Whether nothing came for as long as tests wait.
pub(crate) fn is_timeout(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}

/// A connection from `ip`, one of this machine's many loopback addresses.
pub(crate) fn connect_from(ip: Ipv4Addr, address: SocketAddr) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    let here = SocketAddr::from((ip, 0));
    socket.bind(&here.into()).expect("a loopback address");
    socket.connect(&address.into()).expect("a connection");
    socket.into()
}

/// Connects without TLS and sends bytes.
pub(crate) fn plain(address: SocketAddr, bytes: impl AsRef<[u8]>) -> Input<TcpStream> {
    plain_on(
        TcpStream::connect(address).expect("a connection"),
        bytes.as_ref(),
    )
}

/// Sends bytes on a connection without TLS.
pub(crate) fn plain_on(mut stream: TcpStream, bytes: &[u8]) -> Input<TcpStream> {
    stream.set_read_timeout(Some(PATIENCE)).expect("set");
    stream.set_write_timeout(Some(PATIENCE)).expect("set");
    // A peer may close before it has read all.
    let _ = stream.write_all(bytes);
    Input::new(stream)
}
