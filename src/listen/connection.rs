//! One connection from its first byte to the protocol that it speaks: PROXY header, TLS handshake,
//! HTTP version.

use std::{rc::Rc, time::Duration};

use rustls::ProtocolVersion;
use tokio::{
    io::AsyncReadExt,
    net::TcpStream,
    time::{sleep, timeout},
};

use super::{
    accept::Gate,
    proxy_protocol::{Parsed, ProxyHeader, parse},
};
use crate::{
    metrics::{Handshake, Malformed, TlsVersion},
    privacy::ClientAddr,
    serve::{Visitor, serve_http1, serve_http2, serve_redirect},
    tls::{HandshakeError, handshake},
};

/// A PROXY header must be complete within this time, and so must each wait for more of it end.
const PROXY_TIMEOUT: Duration = Duration::from_secs(3);
const PROXY_POLL: Duration = Duration::from_millis(5);
/// The longest PROXY header that is read, bytes.
const PROXY_LIMIT: usize = 4 * 1024;

/// Serves a connection to the https door.
pub(super) async fn serve_https(gate: &Rc<Gate>, mut stream: TcpStream, peer: ClientAddr) {
    let Some(peer) = true_peer(gate, &mut stream, peer).await else {
        return;
    };
    let limit = gate.worker.snapshot().compiled.limits.handshake_timeout;
    let tls = gate.tls();
    let shaken = timeout(limit, Box::pin(handshake(stream, &tls, &gate.resolver))).await;
    drop(tls);
    let metrics = gate.worker.metrics();
    let stream = match shaken {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            metrics.tls_handshake(match error {
                HandshakeError::UnknownName => Handshake::UnknownName,
                _ => Handshake::Failed,
            });
            if !matches!(error, HandshakeError::Closed) {
                metrics.malformed(Malformed::Tls);
            }
            tracing::debug!("TLS handshake failed: {error}");
            return;
        }
        Err(_) => {
            metrics.tls_handshake(Handshake::Timeout);
            return;
        }
    };
    let session = stream.get_ref().1;
    let (tls, version) = match session.protocol_version() {
        Some(ProtocolVersion::TLSv1_3) => ("TLSv1.3", TlsVersion::Tls13),
        _ => ("TLSv1.2", TlsVersion::Tls12),
    };
    metrics.tls_handshake(Handshake::Ok(version));
    let http2 = session.alpn_protocol() == Some(b"h2");
    let visitor = Rc::new(Visitor::new(Rc::clone(&gate.worker), peer, Some(tls)));
    if http2 {
        Box::pin(serve_http2(stream, visitor)).await;
    } else {
        serve_http1(stream, visitor).await;
    }
}

/// Serves a connection to the http door.
pub(super) async fn serve_http(gate: &Rc<Gate>, mut stream: TcpStream, peer: ClientAddr) {
    let Some(peer) = true_peer(gate, &mut stream, peer).await else {
        return;
    };
    let visitor = Rc::new(Visitor::new(Rc::clone(&gate.worker), peer, None));
    Box::pin(serve_redirect(stream, visitor)).await;
}

/// The peer, or whom its PROXY header names. `None` ends the connection without an answer.
async fn true_peer(gate: &Gate, stream: &mut TcpStream, peer: ClientAddr) -> Option<ClientAddr> {
    let snapshot = gate.worker.snapshot();
    if !snapshot.compiled.proxy_protocol {
        return Some(peer);
    }
    let trusted = snapshot.compiled.trusted.trusts(peer);
    drop(snapshot);
    let header = if trusted {
        timeout(PROXY_TIMEOUT, proxy_header(stream))
            .await
            .ok()
            .flatten()
    } else {
        None
    };
    match header {
        Some(ProxyHeader::Source(client)) => Some(client),
        Some(ProxyHeader::Local) => Some(peer),
        None => {
            gate.worker.metrics().malformed(Malformed::ProxyHeader);
            None
        }
    }
}

/// Reads the header and not a byte of what follows.
async fn proxy_header(stream: &mut TcpStream) -> Option<ProxyHeader> {
    let mut room = vec![0; PROXY_LIMIT];
    let mut seen = 0;
    loop {
        let count = stream
            .peek(&mut room)
            .await
            .ok()
            .filter(|count| *count > 0)?;
        let bytes = room.get(..count)?;
        match parse(bytes).ok()? {
            Parsed::Complete { header, length } => {
                stream.read_exact(room.get_mut(..length)?).await.ok()?;
                return Some(header);
            }
            Parsed::Incomplete if count == PROXY_LIMIT => return None,
            // The part that is there stays readable, so more of it can only be polled for.
            Parsed::Incomplete if count == seen => sleep(PROXY_POLL).await,
            Parsed::Incomplete => seen = count,
        }
    }
}
