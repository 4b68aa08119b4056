//! No visitor can make one HTTP/1.1 request into two, or two readers of it disagree (RFC 9112 §6.3,
//! §11.2): a table of what is refused, and of what is unusual and yet one request.

mod framing;
mod heads;
mod http2;
mod website;

use crate::gateway::{
    Client, Gateway, Origin,
    message::latin,
    origin::{Exchange, Next, Request},
};

/// What would be a request of its own if somebody read on in the wrong place.
const SMUGGLED: &str = "GET /smuggled HTTP/1.1\r\nHost: www.example.com\r\n\r\n";

/// Bytes of a visitor, and what must come of them.
struct Case {
    name: &'static str,
    /// Each character is one byte.
    bytes: String,
    /// The status of each answer.
    answers: Vec<u16>,
    /// Target and body of each request that reaches the website.
    seen: Vec<(&'static str, String)>,
}

/// Refused, and nothing behind it is read as a request.
fn refused(name: &'static str, status: u16, bytes: impl Into<String>) -> Case {
    Case {
        name,
        bytes: bytes.into() + SMUGGLED,
        answers: vec![status],
        seen: Vec::new(),
    }
}

/// Refused, and where the next request begins is not in doubt.
fn answered_400(name: &'static str, bytes: String) -> Case {
    Case {
        name,
        bytes: bytes + SMUGGLED,
        answers: vec![400, 200],
        seen: vec![("/smuggled", String::new())],
    }
}

/// One request for `/a` with that body.
fn one(name: &'static str, bytes: impl Into<String>, body: &str) -> Case {
    Case {
        name,
        bytes: bytes.into(),
        answers: vec![200],
        seen: vec![("/a", body.to_owned())],
    }
}

/// A request that begins with `start` and has a good `Host`.
fn head(start: &str, fields: &str) -> String {
    format!("{start}\r\nHost: www.example.com\r\n{fields}\r\n")
}

fn get(fields: &str) -> String {
    head("GET /a HTTP/1.1", fields)
}

fn post(fields: &str, body: &str) -> String {
    head("POST /a HTTP/1.1", fields) + body
}

fn chunked(body: &str) -> String {
    post("Transfer-Encoding: chunked\r\n", body)
}

const HELLO: &str = "5\r\nhello\r\n0\r\n\r\n";

/// Echoes nothing: the same short answer to all.
fn answer(exchange: &mut Exchange<'_>) -> Next {
    if exchange.read_body().is_ok() {
        exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        return Next::Request;
    }
    Next::Close
}

/// Sends each case over a connection of its own and holds the whole of what the website got
/// against what it was to get.
fn check(cases: &[Case]) {
    let origin = Origin::scripted(answer);
    let gateway = Gateway::before(&origin, "");
    let mut expected = Vec::new();
    for case in cases {
        visit(&gateway, case);
        expected.extend(case.seen.iter().cloned());
    }
    // Had anything more been sent, it would be there before the answer to this.
    assert_eq!(Client::connect(gateway.https()).get("/last").status, 200);
    expected.push(("/last", String::new()));
    let requests = origin.requests();
    let seen: Vec<_> = requests
        .iter()
        .map(|request| (request.target(), latin(&request.body)))
        .collect();
    assert_eq!(seen, expected);
    requests.iter().for_each(one_reading);
}

/// A request that reaches the website has one `Host` and one framing, whoever reads it.
fn one_reading(request: &Request) {
    assert!(request.head.get("host").is_some());
    let framings =
        request.head.all("content-length").len() + request.head.all("transfer-encoding").len();
    assert!(framings < 2);
    assert!(request.head.all("expect").is_empty());
}

fn visit(gateway: &Gateway, case: &Case) {
    let name = case.name;
    let bytes: Vec<u8> = case.bytes.chars().map(|char| char as u8).collect();
    let mut client = Client::connect(gateway.https());
    client.send(bytes);
    for expected in &case.answers {
        let response = client.try_response("GET");
        let response = response.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(response.status, *expected, "{name}: {}", response.text());
    }
    if case.seen.is_empty() {
        let (rest, _) = client.rest();
        assert!(rest.is_empty(), "{name}: {}", rest.escape_ascii());
    }
}
