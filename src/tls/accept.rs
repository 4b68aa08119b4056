//! Turns an accepted connection into an encrypted one, or says why not.
//!
//! The ClientHello is read before rustls is given a configuration, because two refusals need words
//! of their own: plain HTTP on this port gets a readable answer, and a name that nobody here serves
//! gets `unrecognized_name` (RFC 6066 §3). An error names a kind and never holds a byte that the
//! peer sent. The whole takes as long as the peer likes: the caller sets the timeout.

use std::{
    fmt,
    future::poll_fn,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use rustls::{
    Error, PeerIncompatible, ServerConfig,
    server::{Accepted, AcceptedAlert, Acceptor},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf},
    time::timeout,
};
use tokio_rustls::{StartHandshake, server::TlsStream};

use super::CertificateResolver;

/// A fatal `unrecognized_name` alert in a record of its own (RFC 8446 §5.1, §6).
const UNRECOGNIZED_NAME: [u8; 7] = [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x70];

/// The answer to plain HTTP. It repeats nothing of the request.
const PLAIN_HTTP_ANSWER: &str = concat!(
    "HTTP/1.1 400 Bad Request\r\n",
    "Content-Type: text/plain; charset=utf-8\r\n",
    "Content-Length: 53\r\n",
    "Cache-Control: no-store\r\n",
    "Connection: close\r\n",
    "\r\n",
    "This port speaks HTTPS: use https:// in the address.\n",
);

/// How much, and for how long, a plain request is read after its answer: closing with bytes unread
/// resets the connection, and the answer is lost (RFC 9112 §9.6).
const LINGER_SIZE: usize = 64 * 1024;
const LINGER_TIME: Duration = Duration::from_secs(1);

/// Does the server's side of a handshake on `stream`.
///
/// # Errors
/// What the peer did instead. It has been answered, and the stream is closed.
pub(crate) async fn handshake<IO>(
    stream: IO,
    config: &Arc<ServerConfig>,
    resolver: &CertificateResolver,
) -> Result<TlsStream<IO>, HandshakeError>
where
    IO: AsyncRead + AsyncWrite + Unpin,
{
    // Boxed: what the handshake needs is several KiB, which would otherwise stay a part of the
    // connection's task until its end.
    Box::pin(negotiate(stream, config, resolver)).await
}

async fn negotiate<IO>(
    mut stream: IO,
    config: &Arc<ServerConfig>,
    resolver: &CertificateResolver,
) -> Result<TlsStream<IO>, HandshakeError>
where
    IO: AsyncRead + AsyncWrite + Unpin,
{
    let accepted = match read_client_hello(&mut stream).await {
        Ok(accepted) => accepted,
        Err(refusal) => return Err(refuse(&mut stream, refusal).await),
    };
    let name_is_strange = accepted
        .client_hello()
        .server_name()
        .is_some_and(|name| !resolver.knows(name));
    if name_is_strange {
        return Err(refuse(&mut stream, Refusal::UnknownName).await);
    }
    StartHandshake::from_parts(accepted, stream)
        .into_stream(Arc::clone(config))
        .into_fallible()
        .await
        .map_err(|(error, _stream)| kind_of(&error))
}

/// Why a connection ends before rustls has a configuration.
enum Refusal {
    PlainHttp,
    UnknownName,
    Alert(Error, AcceptedAlert),
    Io(io::Error),
}

async fn read_client_hello<IO>(stream: &mut IO) -> Result<Accepted, Refusal>
where
    IO: AsyncRead + Unpin,
{
    let mut acceptor = Acceptor::default();
    let mut first = None;
    loop {
        let read = poll_fn(|cx| {
            let mut reader = PollReader {
                stream: &mut *stream,
                cx,
                first: &mut first,
            };
            match acceptor.read_tls(&mut reader) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
                result => Poll::Ready(result),
            }
        })
        .await
        .map_err(Refusal::Io)?;
        if read == 0 {
            return Err(Refusal::Io(io::ErrorKind::UnexpectedEof.into()));
        }
        // A TLS record begins with 20 to 24 (RFC 8446 §5.1), a request line with a method.
        if first.is_some_and(|byte: u8| byte.is_ascii_alphabetic()) {
            return Err(Refusal::PlainHttp);
        }
        match acceptor.accept() {
            Ok(Some(accepted)) => return Ok(accepted),
            Ok(None) => {}
            Err((error, alert)) => return Err(Refusal::Alert(error, alert)),
        }
    }
}

/// Tells the peer, as far as it still listens, and closes.
async fn refuse<IO>(stream: &mut IO, refusal: Refusal) -> HandshakeError
where
    IO: AsyncRead + AsyncWrite + Unpin,
{
    match refusal {
        Refusal::PlainHttp => {
            if say(stream, PLAIN_HTTP_ANSWER.as_bytes()).await.is_ok() {
                let _ended = timeout(LINGER_TIME, linger(stream)).await;
            }
            HandshakeError::PlainHttp
        }
        Refusal::UnknownName => {
            let _said = say(stream, &UNRECOGNIZED_NAME).await;
            HandshakeError::UnknownName
        }
        Refusal::Alert(error, mut alert) => {
            let mut record = Vec::new();
            if alert.write_all(&mut record).is_ok() {
                let _said = say(stream, &record).await;
            }
            HandshakeError::Failed(failure_of(&error))
        }
        Refusal::Io(error) => kind_of(&error),
    }
}

async fn say<IO: AsyncWrite + Unpin>(stream: &mut IO, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes).await?;
    stream.shutdown().await
}

async fn linger<IO: AsyncRead + Unpin>(stream: &mut IO) {
    let mut buffer = vec![0; 4096];
    let mut left = LINGER_SIZE;
    while left > 0 {
        match stream.read(&mut buffer).await {
            Ok(read) if read > 0 => left = left.saturating_sub(read),
            _ => return,
        }
    }
}

/// Lets rustls read from an asynchronous stream, and keeps the first byte.
struct PollReader<'a, 'b, IO> {
    stream: &'a mut IO,
    cx: &'a mut Context<'b>,
    first: &'a mut Option<u8>,
}

impl<IO: AsyncRead + Unpin> io::Read for PollReader<'_, '_, IO> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut buffer = ReadBuf::new(buffer);
        match Pin::new(&mut *self.stream).poll_read(self.cx, &mut buffer) {
            Poll::Ready(Ok(())) => {
                let filled = buffer.filled();
                *self.first = self.first.or_else(|| filled.first().copied());
                Ok(filled.len())
            }
            Poll::Ready(Err(error)) => Err(error),
            Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
        }
    }
}

/// Why there is no encrypted connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum HandshakeError {
    /// The peer spoke plain HTTP and was told so.
    PlainHttp,
    /// The peer asked for a name that no certificate covers.
    UnknownName,
    /// The peer spoke TLS, or something else, and no agreement was reached.
    Failed(HandshakeFailure),
    /// The peer went away.
    Closed,
}

/// Why no agreement was reached.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum HandshakeFailure {
    /// The client is too old, or older than `min_version` allows.
    Version,
    /// No common cipher suite, group, signature scheme or application protocol.
    Parameters,
    /// The client ended it with an alert; mostly it does not trust the certificate.
    RefusedByClient,
    /// What came breaks the protocol.
    Malformed,
    /// The fault is ours.
    Internal,
}

impl fmt::Display for HandshakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PlainHttp => "plain HTTP on the HTTPS port",
            Self::UnknownName => "no certificate for the requested name",
            Self::Failed(HandshakeFailure::Version) => "the client's TLS version is too old",
            Self::Failed(HandshakeFailure::Parameters) => "no TLS parameters in common",
            Self::Failed(HandshakeFailure::RefusedByClient) => "the client refused",
            Self::Failed(HandshakeFailure::Malformed) => "malformed TLS",
            Self::Failed(HandshakeFailure::Internal) => "internal TLS error",
            Self::Closed => "closed during the handshake",
        })
    }
}

impl std::error::Error for HandshakeError {}

/// tokio-rustls wraps rustls's errors in `io::Error`; any other is the connection's.
fn kind_of(error: &io::Error) -> HandshakeError {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    match inner {
        Some(error) => HandshakeError::Failed(failure_of(error)),
        None if error.kind() == io::ErrorKind::InvalidData => {
            HandshakeError::Failed(HandshakeFailure::Malformed)
        }
        None => HandshakeError::Closed,
    }
}

fn failure_of(error: &Error) -> HandshakeFailure {
    match error {
        Error::PeerIncompatible(
            PeerIncompatible::Tls12NotOffered
            | PeerIncompatible::Tls12NotOfferedOrEnabled
            | PeerIncompatible::SupportedVersionsExtensionRequired,
        ) => HandshakeFailure::Version,
        Error::PeerIncompatible(_) | Error::NoApplicationProtocol => HandshakeFailure::Parameters,
        Error::AlertReceived(_) => HandshakeFailure::RefusedByClient,
        Error::InappropriateMessage { .. }
        | Error::InappropriateHandshakeMessage { .. }
        | Error::InvalidMessage(_)
        | Error::PeerMisbehaved(_)
        | Error::PeerSentOversizedRecord
        | Error::DecryptError => HandshakeFailure::Malformed,
        _ => HandshakeFailure::Internal,
    }
}

#[cfg(test)]
#[path = "accept_tests.rs"]
mod tests;
