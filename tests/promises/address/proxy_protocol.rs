//! The PROXY protocol in front of TLS: required, from trusted peers only, read strictly.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpStream},
    time::Duration,
};

use crate::{
    gateway::{
        Client, Gateway, Origin, PATIENCE, Tls,
        client::{connect_from, is_timeout, plain_on},
    },
    visit::{last, website},
};

const TRUSTED: Ipv4Addr = Ipv4Addr::new(127, 9, 0, 1);
const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

fn gateway(origin: &Origin) -> Gateway {
    let listen = "[listen]\nhttps = [\"{https}\"]\nhttp = [\"{http}\"]\nproxy_protocol = true\n";
    let trusted = "[client_ip]\ntrusted_proxies = [\"127.9.0.0/16\"]\n";
    Gateway::before(origin, &format!("{listen}{trusted}"))
}

/// A version 2 header with that command, family and payload.
fn v2(command: u8, family: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len())
        .expect("a length")
        .to_be_bytes();
    [SIGNATURE, &[command, family], &length, payload].concat()
}

fn inet(source: [u8; 4], more: &[u8]) -> Vec<u8> {
    [
        &source[..],
        &[10, 0, 0, 1],
        &[0x11, 0x22],
        &[0x01, 0xbb],
        more,
    ]
    .concat()
}

fn inet6(source: &str) -> Vec<u8> {
    let source: std::net::Ipv6Addr = source.parse().expect("an address");
    [&source.octets()[..], &[0; 16], &[0x11, 0x22], &[0x01, 0xbb]].concat()
}

#[test]
fn a_trusted_peers_header_names_the_visitor() {
    let origin = website(&[]);
    let gateway = gateway(&origin);
    let long = b"PROXY UNKNOWN ffff:f...f:ffff 1 2".as_slice();
    for (header, expected) in [
        (
            b"PROXY TCP4 203.0.113.9 10.0.0.1 4711 443\r\n".to_vec(),
            "203.0.113.0",
        ),
        (
            b"PROXY TCP6 2001:db8:1:2::3 ::1 4711 443\r\n".to_vec(),
            "2001:db8:1::",
        ),
        (
            b"PROXY TCP6 ::ffff:203.0.113.9 ::1 4711 443\r\n".to_vec(),
            "203.0.113.0",
        ),
        (b"PROXY UNKNOWN\r\n".to_vec(), "127.9.0.0"),
        ([long, b"\r\n"].concat(), "127.9.0.0"),
        (v2(0x21, 0x11, &inet([203, 0, 113, 9], b"")), "203.0.113.0"),
        // Additional fields: NOOP, and a unique id that nobody may see.
        (
            v2(
                0x21,
                0x11,
                &inet([203, 0, 113, 9], b"\x04\0\0\x05\0\x04jane"),
            ),
            "203.0.113.0",
        ),
        (v2(0x21, 0x21, &inet6("2001:db8:1:2::3")), "2001:db8:1::"),
        (v2(0x21, 0x21, &inet6("::ffff:203.0.113.9")), "203.0.113.0"),
        (v2(0x20, 0x00, b""), "127.9.0.0"),
        (v2(0x20, 0x11, &inet([203, 0, 113, 9], b"")), "127.9.0.0"),
        (v2(0x21, 0x00, b"whatever"), "127.9.0.0"),
        (v2(0x21, 0x11, &inet([0, 0, 0, 0], b"")), "127.9.0.0"),
    ] {
        let mut stream = connect_from(TRUSTED, gateway.https());
        stream.write_all(&header).expect("sent");
        let mut client = over(stream);
        assert_eq!(
            client.visit("/", &[("X-Forwarded-For", "junk")]).status,
            200
        );
        let shown = header.escape_ascii();
        assert_eq!(last(&origin, "x-forwarded-for"), [expected], "{shown}");
    }
}

fn over(stream: TcpStream) -> Client {
    let tls = Tls::default();
    Client::over(stream, tls.config(), tls.name()).expect("a handshake")
}

#[test]
fn behind_a_header_trusted_proxies_may_still_speak() {
    let origin = website(&[]);
    let gateway = gateway(&origin);
    let mut stream = connect_from(TRUSTED, gateway.https());
    let header = b"PROXY TCP4 127.9.7.7 10.0.0.1 4711 443\r\n";
    stream.write_all(header).expect("sent");
    let mut client = over(stream);
    client.visit("/", &[("X-Forwarded-For", "203.0.113.9")]);
    assert_eq!(last(&origin, "x-forwarded-for"), ["203.0.113.0"]);
}

#[test]
fn a_header_that_comes_in_pieces_is_read_whole() {
    let origin = website(&[]);
    let gateway = gateway(&origin);
    for header in [
        b"PROXY TCP4 203.0.113.9 10.0.0.1 4711 443\r\n".to_vec(),
        v2(0x21, 0x11, &inet([203, 0, 113, 9], b"\x04\0\x02ab")),
    ] {
        let mut stream = connect_from(TRUSTED, gateway.https());
        stream.set_nodelay(true).expect("set");
        for piece in header.chunks(7) {
            stream.write_all(piece).expect("sent");
            // Apart on the wire, as far as the kernel goes along; nothing depends on it.
            std::thread::sleep(Duration::from_millis(2));
        }
        assert_eq!(over(stream).get("/").status, 200);
        assert_eq!(last(&origin, "x-forwarded-for"), ["203.0.113.0"]);
    }
}

#[test]
fn the_plain_listener_requires_the_header_too() {
    let origin = website(&[]);
    let gateway = gateway(&origin);
    let request = "GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n";
    let with = format!("PROXY TCP4 203.0.113.9 10.0.0.1 4711 80\r\n{request}");
    let stream = connect_from(TRUSTED, gateway.http());
    let response = plain_on(stream, with.as_bytes()).response("GET");
    assert_eq!(response.expect("a redirect").status, 308);
    let entry = gateway.wait_log("the redirect", |entry| entry["status"] == 308);
    assert_eq!(entry["client"], "203.0.113.0");
    ends_unanswered(connect_from(TRUSTED, gateway.http()), request.as_bytes());
}

#[test]
fn without_a_wellformed_header_a_connection_ends_unanswered() {
    let origin = website(&[]);
    let gateway = gateway(&origin);
    let refused: Vec<Vec<u8>> = vec![
        // A TLS record, plain HTTP, nothing that could become a header.
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        b"GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n".to_vec(),
        b"proxy TCP4 203.0.113.9 10.0.0.1 4711 443\r\n".to_vec(),
        b"PROXY TCP4 203.0.113.9 10.0.0.1 4711\r\n".to_vec(),
        b"PROXY TCP4 203.0.113.9 10.0.0.1 4711 443 x\r\n".to_vec(),
        b"PROXY  TCP4 203.0.113.9 10.0.0.1 4711 443\r\n".to_vec(),
        b"PROXY TCP4 203.0.113.9 10.0.0.1 4711 443\n".to_vec(),
        b"PROXY TCP4 203.0.113.09 10.0.0.1 4711 443\r\n".to_vec(),
        b"PROXY TCP4 203.0.113.9 10.0.0.1 4711 65536\r\n".to_vec(),
        b"PROXY TCP4 2001:db8::1 ::1 4711 443\r\n".to_vec(),
        b"PROXY UDP4 203.0.113.9 10.0.0.1 4711 443\r\n".to_vec(),
        [b"PROXY UNKNOWN ".as_slice(), &[b'x'; 200], b"\r\n"].concat(),
        [b"PROXY TCP4 ".as_slice(), &[b' '; 8000]].concat(),
        v2(0x31, 0x11, &inet([203, 0, 113, 9], b"")),
        v2(0x22, 0x11, &inet([203, 0, 113, 9], b"")),
        v2(0x21, 0x12, &inet([203, 0, 113, 9], b"")),
        v2(0x21, 0x41, &inet([203, 0, 113, 9], b"")),
        v2(0x21, 0x11, &[203, 0, 113, 9]),
        v2(0x21, 0x11, &inet([203, 0, 113, 9], b"\x05\0\xffx")),
        v2(0x21, 0x11, &inet([203, 0, 113, 9], b"\x03\0\x04abcd")),
        v2(0x21, 0x11, &inet([203, 0, 113, 9], &[4; 5000])),
    ];
    for header in &refused {
        ends_unanswered(connect_from(TRUSTED, gateway.https()), header);
    }
    // A header that is right, from a peer that is not.
    let stranger = connect_from(Ipv4Addr::new(127, 44, 0, 1), gateway.https());
    ends_unanswered(stranger, b"PROXY TCP4 203.0.113.9 10.0.0.1 4711 443\r\n");
    assert_eq!(origin.connections(), 0);
    let series = "privet_malformed_input_total{kind=\"proxy_header\"}";
    let expected = refused.len() as f64 + 1.0;
    crate::gateway::eventually("all are counted", || {
        ((gateway.metric(series) - expected).abs() < f64::EPSILON).then_some(())
    });
}

fn ends_unanswered(mut stream: TcpStream, bytes: &[u8]) {
    stream.set_read_timeout(Some(PATIENCE)).expect("set");
    // It may be closed before all is sent.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    if let Err(error) = stream.read_to_end(&mut answer) {
        assert!(!is_timeout(&error), "{} stays open", bytes.escape_ascii());
    }
    let shown = bytes.escape_ascii();
    assert!(answer.is_empty(), "{shown}: {}", answer.escape_ascii());
}

#[test]
fn without_the_protocol_a_header_is_nothing_but_bad_tls() {
    let origin = website(&[]);
    let gateway = Gateway::before(
        &origin,
        "[client_ip]\ntrusted_proxies = [\"127.9.0.0/16\"]\n",
    );
    let mut stream = connect_from(TRUSTED, gateway.https());
    stream.set_read_timeout(Some(PATIENCE)).expect("set");
    let _ = stream.write_all(b"PROXY TCP4 203.0.113.9 10.0.0.1 4711 443\r\n");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert_eq!(origin.connections(), 0);
    let text = String::from_utf8_lossy(&answer).into_owned();
    assert!(!text.contains("203.0.113"), "{text}");
    assert!(gateway.metric("privet_malformed_input_total{kind=\"proxy_header\"}") < 1.0);
}
