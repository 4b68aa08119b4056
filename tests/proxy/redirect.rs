//! The plain listener: it sends every request to https and nothing to a website; and plain HTTP on
//! the port for https.

use std::net::SocketAddr;

use crate::gateway::{
    Gateway, Origin, Response,
    client::{is_timeout, plain},
};

/// The only answer on a connection.
fn answer(address: SocketAddr, method: &str, bytes: impl AsRef<[u8]>) -> Response {
    let mut input = plain(address, bytes);
    let response = input.response(method).expect("an answer");
    match input.read_to_end() {
        Ok(rest) => assert_eq!(rest, b"", "something behind the answer"),
        Err(error) => assert!(!is_timeout(&error), "the connection stays open"),
    }
    response
}

fn location(address: SocketAddr, method: &str, bytes: impl AsRef<[u8]>) -> String {
    let response = answer(address, method, bytes);
    assert_eq!(response.status, 308);
    assert_eq!(response.get("connection"), Some("close"));
    // RFC 6797 §7.2: not over plain HTTP.
    assert_eq!(response.get("strict-transport-security"), None);
    response.get("location").expect("a location").to_owned()
}

fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: www.example.com\r\n\r\n")
}

#[test]
fn every_method_is_sent_to_https_and_none_to_the_website() {
    let origin = Origin::hello();
    let gateway = Gateway::before(&origin, "");
    let expected = format!("https://www.example.com:{}/a?b=c", gateway.https().port());
    for method in [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "x-own",
    ] {
        let request = get("/a?b=c").replacen("GET", method, 1);
        assert_eq!(
            location(gateway.http(), method, request),
            expected,
            "{method}"
        );
    }
    let entry = gateway.wait_log("a redirect", |entry| entry["method"] == "PUT");
    assert_eq!(
        (&entry["status"], &entry["path"]),
        (&308.into(), &"/a?b=…".into())
    );
    assert_eq!(origin.connections(), 0);
}

#[test]
fn content_is_neither_awaited_nor_read_as_a_request() {
    let origin = Origin::hello();
    let gateway = Gateway::before(&origin, "");
    let inner = get("/smuggled");
    for fields in [
        "Content-Length: 100000",
        "Transfer-Encoding: chunked",
        "Expect: 100-continue\r\nContent-Length: 5",
        "Content-Length: 0",
    ] {
        let head = format!("POST /a HTTP/1.1\r\nHost: www.example.com\r\n{fields}\r\n\r\n");
        let expected = format!("https://www.example.com:{}/a", gateway.https().port());
        assert_eq!(
            location(gateway.http(), "POST", head + &inner),
            expected,
            "{fields}"
        );
    }
    assert_eq!(origin.connections(), 0);
}

#[test]
fn the_location_names_the_host_that_was_asked_for_and_the_public_port() {
    let origin = Origin::hello();
    let listen = "[listen]\nhttps = [\"{https}\"]\nhttp = [\"{http}\"]\npublic_https_port = ";
    let gateway = Gateway::before(&origin, &format!("{listen} 443"));
    for (request, expected) in [
        (get("/"), "https://www.example.com/"),
        (
            get("//evil.example/"),
            "https://www.example.com//evil.example/",
        ),
        (
            get("http://www.example.org:8080/a?b"),
            "https://www.example.org/a?b",
        ),
        (get("https://www.example.org"), "https://www.example.org/"),
        (
            get("*").replacen("GET", "OPTIONS", 1),
            "https://www.example.com/",
        ),
        (
            get("/a").replace("www.example.com", "WWW.Example.COM:8080"),
            "https://www.example.com/a",
        ),
        (
            get("/a").replace("www.example.com", "[::1]:8080"),
            "https://[::1]/a",
        ),
        (
            "GET /a HTTP/1.0\r\nHost: a\r\n\r\n".to_owned(),
            "https://a/a",
        ),
    ] {
        assert_eq!(
            location(gateway.http(), "GET", &request),
            expected,
            "{request}"
        );
    }
    let gateway = Gateway::before(&origin, &format!("{listen} 8443"));
    assert_eq!(
        location(gateway.http(), "GET", get("/")),
        "https://www.example.com:8443/"
    );
}

#[test]
fn what_is_no_request_gets_400_and_never_reaches_the_website() {
    let origin = Origin::hello();
    let gateway = Gateway::before(&origin, "");
    let long = format!("/{}", "a".repeat(20_000));
    for (bytes, expected) in [
        ("\x16\x03\x01\x02\x00\x01\x00\r\n\r\n".to_owned(), 400),
        ("nonsense\r\n\r\n".to_owned(), 400),
        ("GET / HTTP/1.1\r\n\r\n".to_owned(), 400),
        ("GET / HTTP/1.0\r\n\r\n".to_owned(), 400),
        (get("/").replace("www.example.com", "user@a"), 400),
        (get("/").replace("www.example.com", "a\r\nHost: b"), 400),
        (get("/").replace("Host:", "Host :"), 400),
        (get("/a b"), 505),
        (get("/\u{1}"), 400),
        (get("/").replace("\r\n", "\n"), 400),
        (get("/").replace("1.1", "2.0"), 505),
        (
            get("/").replace(
                "Host",
                "Content-Length: 1\r\nTransfer-Encoding: chunked\r\nHost",
            ),
            400,
        ),
        (get("a:443").replacen("GET", "CONNECT", 1), 405),
        (get(&long), 414),
        (
            get("/").replace("Host", &format!("X: {}\r\nHost", "x".repeat(40_000))),
            431,
        ),
    ] {
        let response = answer(gateway.http(), "GET", &bytes);
        assert_eq!(response.status, expected, "{bytes}");
        assert_eq!(response.get("location"), None);
    }
    assert_eq!(origin.connections(), 0);
}

#[test]
fn a_head_that_does_not_come_is_not_waited_for() {
    let origin = Origin::hello();
    let limits = "[limits]\nheader_timeout = \"300ms\"\nidle_timeout = \"300ms\"";
    let gateway = Gateway::before(&origin, limits);
    assert_eq!(
        answer(gateway.http(), "GET", "GET / HTTP/1.1\r\nHost").status,
        408
    );
    let silent = plain(gateway.http(), "").read_to_end().expect("an end");
    assert_eq!(silent, b"");
}

#[test]
fn plain_http_on_the_port_for_https_gets_a_readable_answer() {
    let origin = Origin::hello();
    let gateway = Gateway::before(&origin, "");
    let upload = format!(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30000\r\n\r\n{}",
        "x".repeat(30_000)
    );
    for request in [get("/"), get("/").replace("1.1", "1.0"), upload] {
        let response = answer(gateway.https(), "GET", request);
        assert_eq!(response.status, 400);
        assert!(response.text().contains("https://"), "{}", response.text());
    }
    assert_eq!(origin.connections(), 0);
}
