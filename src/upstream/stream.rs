//! A byte stream to a website, over TLS or not.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::error::UpstreamError;
use crate::config::options::Server;

/// See the module.
#[derive(Debug)]
pub(crate) enum Stream {
    /// `http://`.
    Plain(TcpStream),
    /// `https://`.
    Tls(Box<TlsStream<TcpStream>>),
}

impl Stream {
    /// Connects to `server`, trying each of its addresses in turn.
    pub(super) async fn connect(
        server: &Server,
        trust: Option<&Arc<ClientConfig>>,
    ) -> Result<Self, UpstreamError> {
        let tcp = TcpStream::connect((server.host.as_str(), server.port))
            .await
            .map_err(|_| UpstreamError::Connect)?;
        tcp.set_nodelay(true).map_err(|_| UpstreamError::Connect)?;
        if !server.tls {
            return Ok(Self::Plain(tcp));
        }
        let trust = trust.ok_or(UpstreamError::Tls)?;
        let name = ServerName::try_from(server.host.clone()).map_err(|_| UpstreamError::Tls)?;
        let tls = TlsConnector::from(Arc::clone(trust))
            .connect(name, tcp)
            .await;
        tls.map(|tls| Self::Tls(Box::new(tls)))
            .map_err(|_| UpstreamError::Tls)
    }

    /// Whether the website closed the connection, or sent what nobody asked for, while it idled.
    /// Costs no system call unless something arrived.
    pub(super) fn is_spoilt(&self) -> bool {
        let tcp = match self {
            Self::Plain(tcp) => tcp,
            Self::Tls(tls) => tls.get_ref().0,
        };
        let mut cx = Context::from_waker(Waker::noop());
        if tcp.poll_read_ready(&mut cx).is_pending() {
            return false;
        }
        match tcp.try_read(&mut [0; 1]) {
            Err(error) => error.kind() != io::ErrorKind::WouldBlock,
            Ok(_) => true,
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_read(cx, buffer),
            Self::Tls(tls) => Pin::new(tls).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_write(cx, bytes),
            Self::Tls(tls) => Pin::new(tls).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(_) => Poll::Ready(Ok(())),
            Self::Tls(tls) => Pin::new(tls).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_shutdown(cx),
            Self::Tls(tls) => Pin::new(tls).poll_shutdown(cx),
        }
    }
}
