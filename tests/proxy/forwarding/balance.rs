//! Several servers, servers that fail, and servers that nobody can trust.

use std::{fs, net::TcpListener};

use super::ask;
use crate::gateway::{
    Client, End, Gateway, Next, Origin,
    process::{Port, site},
};

fn close_to(found: f64, expected: f64) -> bool {
    (found - expected).abs() < f64::EPSILON
}

/// A server that nobody runs; its port stays taken for as long as the first half lives.
fn nobody() -> (Port, String) {
    let port = Port::reserve();
    let url = format!("http://{}", port.address);
    (port, url)
}

#[test]
fn requests_go_round() {
    let origins = [Origin::hello(), Origin::hello(), Origin::hello()];
    let urls: Vec<_> = origins.iter().map(Origin::url).collect();
    let urls: Vec<_> = urls.iter().map(String::as_str).collect();
    let gateway = Gateway::start(&site(&urls));
    let mut client = Client::connect(gateway.https());
    for _ in 0..12 {
        assert_eq!(client.get("/").status, 200);
    }
    let counts: Vec<_> = origins
        .iter()
        .map(|origin| origin.requests().len())
        .collect();
    assert_eq!(counts, [4, 4, 4]);
}

#[test]
fn a_server_that_is_down_costs_no_request_and_then_rests() {
    let origin = Origin::hello();
    let (_port, down) = nobody();
    let gateway = Gateway::start(&site(&[&down, &origin.url()]));
    let mut client = Client::connect(gateway.https());
    for number in 0..20 {
        let content = if number % 2 == 0 { "GET /" } else { "POST /" };
        assert_eq!(ask(&mut client, content, "", "").status, 200);
    }
    assert!(close_to(
        gateway.metric("privet_endpoints_ejected_total"),
        1.0
    ));
    let failures = gateway.metric("privet_upstream_errors_total{kind=\"connect\"}");
    assert!(close_to(failures, 3.0), "asked {failures} times");
}

#[test]
fn a_server_that_answers_nonsense_rests_after_three_times() {
    let good = Origin::hello();
    let bad = Origin::scripted(|exchange| {
        let _ = exchange.read_body();
        exchange.send("nonsense\r\n\r\n");
        Next::Close
    });
    let gateway = Gateway::start(&site(&[&bad.url(), &good.url()]));
    let mut client = Client::connect(gateway.https());
    let statuses: Vec<_> = (0..20).map(|_| client.get("/").status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 502).count(), 3);
    assert_eq!(bad.requests().len(), 3);
}

#[test]
fn where_all_are_down_each_request_is_told_so_at_once() {
    let (_first, first) = nobody();
    let (_second, second) = nobody();
    let gateway = Gateway::start(&site(&[&first, &second]));
    let mut client = Client::connect(gateway.https());
    for _ in 0..10 {
        assert_eq!(client.get("/").status, 502);
    }
}

#[test]
fn a_server_that_rests_is_asked_again_where_all_rest() {
    let (port, url) = nobody();
    let gateway = Gateway::start(&site(&[&url]));
    let mut client = Client::connect(gateway.https());
    for _ in 0..4 {
        assert_eq!(client.get("/").status, 502);
    }
    assert!(close_to(
        gateway.metric("privet_endpoints_ejected_total"),
        1.0
    ));
    let address = port.address;
    let listener = TcpListener::bind(address).expect("the port is kept for this");
    let answer = std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut stream, _) = listener.accept().expect("a request");
        let mut room = [0; 4096];
        assert!(stream.read(&mut room).expect("a request") > 0);
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            .expect("sent");
    });
    assert_eq!(client.get("/").status, 200);
    answer.join().expect("no panic");
}

/// Answers `hello`; where the path asks for it, delimited by the end of a connection that nobody
/// ends politely.
fn hello_over_tls(name: &str) -> Origin {
    Origin::scripted_tls(name, |exchange| {
        let _ = exchange.read_body();
        if exchange.request.target() == "/cut" {
            exchange.send("HTTP/1.1 200 OK\r\n\r\nhello");
            return Next::Close;
        }
        exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
        Next::Request
    })
}

/// In front of an origin whose certificate is trusted.
fn trusting(origin: &Origin) -> Gateway {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("roots.pem");
    fs::write(&file, origin.certificate()).expect("written");
    let roots = file.to_str().expect("a path");
    Gateway::start_with(&site(&[&origin.url()]), &[("SSL_CERT_FILE", roots)])
}

fn is_not_asked(gateway: &Gateway, origin: &Origin) {
    let mut client = Client::connect(gateway.https());
    assert_eq!(client.get("/").status, 502);
    let response = ask(&mut client, "POST /", "Content-Length: 5\r\n", "hello");
    assert_eq!(response.status, 502);
    assert_eq!(origin.started(), 0);
    let failures = gateway.metric("privet_upstream_errors_total{kind=\"tls\"}");
    assert!(close_to(failures, 2.0), "{failures}");
}

#[test]
fn a_website_over_tls_that_nobody_vouches_for_is_not_asked() {
    let origin = hello_over_tls("127.0.0.1");
    is_not_asked(&Gateway::before(&origin, ""), &origin);
}

#[test]
fn a_website_over_tls_whose_certificate_is_for_another_name_is_not_asked() {
    let origin = hello_over_tls("www.example.com");
    is_not_asked(&trusting(&origin), &origin);
}

#[test]
fn a_website_over_tls_is_asked_where_its_certificate_is_trusted_for_its_name() {
    let origin = hello_over_tls("127.0.0.1");
    let gateway = trusting(&origin);
    let mut client = Client::connect(gateway.https());
    for _ in 0..3 {
        assert_eq!(client.get("/").text(), "hello");
    }
    assert_eq!(origin.connections(), 1);
}

#[test]
fn content_of_a_website_over_tls_that_is_cut_off_reaches_no_visitor_as_whole() {
    let origin = hello_over_tls("127.0.0.1");
    let gateway = trusting(&origin);
    let mut client = Client::connect(gateway.https());
    client.send("GET /cut HTTP/1.1\r\nHost: a\r\n\r\n");
    let (bytes, end) = client.rest();
    assert_eq!(end, End::Cut);
    assert!(!bytes.ends_with(b"0\r\n\r\n"), "{}", bytes.escape_ascii());
}
