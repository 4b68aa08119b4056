//! Tests of [`super`], in memory.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed test may panic"
)]

use rustls::{
    AlertDescription,
    pki_types::ServerName,
    version::{TLS12, TLS13},
};
use tokio::io::{DuplexStream, duplex};
use tokio_rustls::TlsConnector;

use super::*;
use crate::tls::test_server::{NAME, Server};

/// A pipe from which every read gives one byte.
struct Trickle(DuplexStream);

impl AsyncRead for Trickle {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut byte = [0];
        let mut one = ReadBuf::new(&mut byte);
        let result = Pin::new(&mut self.0).poll_read(cx, &mut one);
        buffer.put_slice(one.filled());
        result
    }
}

impl AsyncWrite for Trickle {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

#[tokio::test]
async fn a_handshake_may_come_byte_by_byte() {
    let server = Server::new();
    for version in [&TLS12, &TLS13] {
        let (near, far) = duplex(16 * 1024);
        let connector = TlsConnector::from(Arc::new(server.client(&[version])));
        let name = ServerName::try_from(NAME).unwrap();
        let (near, far) = tokio::join!(
            handshake(Trickle(near), &server.config, &server.resolver),
            connector.connect(name, far),
        );
        assert!(near.is_ok() && far.is_ok(), "{version:?}");
    }
}

#[tokio::test]
async fn an_unknown_name_is_refused_with_its_own_alert() {
    let server = Server::new();
    for version in [&TLS12, &TLS13] {
        let meeting = server
            .meet(&server.client(&[version]), "other.example")
            .await;
        assert_eq!(meeting.alert(), Some(AlertDescription::UnrecognisedName));
        assert_eq!(meeting.failure(), HandshakeError::UnknownName);
    }
}

#[tokio::test]
async fn failures_are_told_apart_by_kind() {
    let server = Server::new();
    let distrustful = Server::new().client(&[&TLS13]);
    let meeting = server.meet(&distrustful, NAME).await;
    assert_eq!(
        meeting.failure(),
        HandshakeError::Failed(HandshakeFailure::RefusedByClient)
    );

    let mut gopher = server.client(&[&TLS13]);
    gopher.alpn_protocols = vec![b"gopher".to_vec()];
    let meeting = server.meet(&gopher, NAME).await;
    assert_eq!(
        meeting.alert(),
        Some(AlertDescription::NoApplicationProtocol)
    );
    assert_eq!(
        meeting.failure(),
        HandshakeError::Failed(HandshakeFailure::Parameters)
    );

    let malformed = HandshakeError::Failed(HandshakeFailure::Malformed);
    for (case, bytes, expected) in [
        ("nothing", &b""[..], HandshakeError::Closed),
        (
            "half a record",
            b"\x16\x03\x01\x00\xff\x01",
            HandshakeError::Closed,
        ),
        ("no record", b"\x00\x01\x02\x03\x04\x05", malformed),
        ("data first", b"\x17\x03\x03\x00\x01a", malformed),
        (
            "no ClientHello",
            b"\x16\x03\x01\x00\x04\x02\x00\x00\x00",
            malformed,
        ),
        ("an alert", b"\x15\x03\x03\x00\x02\x02\x28", malformed),
        (
            "plain HTTP",
            b"GET / HTTP/1.1\r\n\r\n",
            HandshakeError::PlainHttp,
        ),
        (
            "plain HTTP/2",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            HandshakeError::PlainHttp,
        ),
    ] {
        let (near, mut far) = duplex(16 * 1024);
        far.write_all(bytes).await.unwrap();
        far.shutdown().await.unwrap();
        let result = handshake(near, &server.config, &server.resolver).await;
        assert_eq!(result.err(), Some(expected), "{case}");
    }
}

#[tokio::test]
async fn an_unknown_name_leaves_exactly_one_record_on_the_wire() {
    let server = Server::new();
    let mut hello = Vec::new();
    let name = ServerName::try_from("other.example").unwrap();
    rustls::ClientConnection::new(Arc::new(server.client(&[&TLS13])), name)
        .unwrap()
        .write_tls(&mut hello)
        .unwrap();
    let (near, mut far) = duplex(16 * 1024);
    far.write_all(&hello).await.unwrap();
    let error = handshake(near, &server.config, &server.resolver)
        .await
        .err();
    assert_eq!(error, Some(HandshakeError::UnknownName));
    let mut answer = Vec::new();
    far.read_to_end(&mut answer).await.unwrap();
    assert_eq!(answer, [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x70]);
}

#[tokio::test]
async fn plain_http_gets_a_readable_answer_that_repeats_nothing() {
    let server = Server::new();
    // A pipe that is smaller than the request: unless the server reads on after its answer, the
    // visitor can't finish writing.
    let (accepted, mut visitor) = duplex(1024);
    let visit = async {
        let mut request = b"POST /canary HTTP/1.1\r\nHost: canary.example\r\n\r\n".to_vec();
        request.resize(32 * 1024, b'c');
        visitor.write_all(&request).await.unwrap();
        let mut answer = String::new();
        visitor.read_to_string(&mut answer).await.unwrap();
        drop(visitor);
        answer
    };
    let (result, answer) =
        tokio::join!(handshake(accepted, &server.config, &server.resolver), visit);
    assert_eq!(result.err(), Some(HandshakeError::PlainHttp));
    assert!(!answer.contains("canary"), "{answer}");
    let (head, content) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{head}");
    assert!(
        head.contains(&format!("Content-Length: {}\r\n", content.len())),
        "{head}"
    );
    assert!(content.contains("https://"), "{content}");
}

#[tokio::test]
async fn a_plain_client_that_never_closes_is_not_waited_for() {
    let server = Server::new();
    let (near, mut far) = duplex(1024);
    far.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let begin = std::time::Instant::now();
    let result = handshake(near, &server.config, &server.resolver).await;
    assert_eq!(result.err(), Some(HandshakeError::PlainHttp));
    assert!(begin.elapsed() < 3 * LINGER_TIME);
}

#[tokio::test]
async fn the_task_of_a_connection_does_not_carry_the_handshake() {
    let server = Server::new();
    let (near, _far) = duplex(1);
    let future = handshake(near, &server.config, &server.resolver);
    let stream = size_of::<TlsStream<DuplexStream>>();
    assert!(
        size_of_val(&future) <= 512,
        "{} bytes beside a stream of {stream}",
        size_of_val(&future)
    );
}
