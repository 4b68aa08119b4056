//! privet's own error pages: in the form that the visitor asked for, and without a word of what
//! stands behind.

use super::ask;
use crate::gateway::{
    Client, Gateway, Http2, Response,
    http2::{empty, request},
    process::{Port, site},
};

/// A website that is not there, so that every answer is privet's own.
fn before_nobody() -> (Port, Gateway) {
    let port = Port::reserve();
    let url = format!("http://{}", port.address);
    let gateway = Gateway::start(&site(&[&url]));
    (port, gateway)
}

fn accepting(gateway: &Gateway, accept: &str) -> Response {
    let fields = format!("Accept: {accept}\r\n");
    ask(&mut Client::connect(gateway.https()), "GET /a", &fields, "")
}

#[test]
fn an_error_comes_in_the_form_that_was_asked_for() {
    let (_port, gateway) = before_nobody();
    for (accept, expected) in [
        (
            "text/html,application/xhtml+xml,*/*;q=0.8",
            "text/html; charset=utf-8",
        ),
        ("application/json", "application/problem+json"),
        ("text/plain", "text/plain; charset=utf-8"),
        ("*/*", "text/plain; charset=utf-8"),
        ("image/png", "text/plain; charset=utf-8"),
    ] {
        let response = accepting(&gateway, accept);
        assert_eq!(response.status, 502);
        assert_eq!(response.get("content-type"), Some(expected), "{accept}");
        assert_eq!(response.get("cache-control"), Some("no-store"));
        assert_eq!(response.get("vary"), Some("Accept"));
    }
    let json: serde_json::Value =
        serde_json::from_str(&accepting(&gateway, "application/json").text()).expect("JSON");
    assert_eq!(json["status"], 502);
    let id = json["request_id"].clone();
    gateway.wait_log("the request that the page names", |entry| {
        entry["request_id"] == id
    });
}

#[test]
fn an_error_page_tells_nothing_of_what_stands_behind() {
    let (port, gateway) = before_nobody();
    let mut answers = Vec::new();
    for accept in ["text/html", "application/json", "text/plain"] {
        answers.push(accepting(&gateway, accept));
        let mut client = Client::connect(gateway.https());
        client.send(format!("GET / HTTP/1.1\r\nAccept: {accept}\r\n\r\n"));
        answers.push(client.response("GET"));
    }
    for answer in answers {
        let all = format!(
            "{}{}",
            String::from_utf8_lossy(&answer.head.raw),
            answer.text()
        );
        let port = port.address.port().to_string();
        for secret in [
            port.as_str(),
            "127.0.0.1",
            "refused",
            "os error",
            "privet",
            "hyper",
            "rustls",
            "src/",
        ] {
            assert!(!all.contains(secret), "{secret} in {all}");
        }
    }
}

#[test]
fn a_head_request_gets_the_errors_head_and_no_content() {
    let (_port, gateway) = before_nobody();
    let mut client = Client::connect(gateway.https());
    let response = ask(&mut client, "HEAD /", "", "");
    assert_eq!(response.status, 502);
    assert_ne!(response.get("content-length"), Some("0"));
    assert_eq!(client.get("/").status, 502, "the connection is in step");
    let answer = Http2::connect(gateway.https())
        .send(request("HEAD", "/", empty()))
        .answer();
    assert_eq!((answer.status(), answer.body.len()), (502, 0));
}
