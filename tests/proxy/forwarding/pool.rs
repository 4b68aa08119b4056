//! Kept connections to a website: used again, and what happens where one turns out closed.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use super::ask;
use crate::gateway::{Client, Gateway, Next, Origin};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// Answers the first request of each connection, and closes when another arrives.
fn one_each() -> Origin {
    let answered = AtomicUsize::new(0);
    Origin::scripted(move |exchange| {
        let _ = exchange.read_body();
        if answered.swap(exchange.request.connection + 1, SeqCst) == exchange.request.connection + 1
        {
            return Next::Close;
        }
        exchange.send(OK);
        Next::Request
    })
}

#[test]
fn a_connection_is_kept_and_used_again() {
    let origin = Origin::hello();
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    for _ in 0..5 {
        assert_eq!(client.get("/").text(), "hello");
    }
    assert_eq!((origin.connections(), origin.requests().len()), (1, 5));
}

#[test]
fn a_connection_that_the_website_will_close_is_not_used_again() {
    let origin = Origin::answering(|request| match request.target() {
        "/1.0" => "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        _ => "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 2\r\n\r\nok",
    });
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    for path in ["/1.0", "/", "/1.0", "/"] {
        assert_eq!(client.get(path).text(), "ok");
    }
    assert_eq!(origin.connections(), 4);
}

#[test]
fn an_idempotent_request_is_sent_once_more_where_a_kept_connection_turns_out_closed() {
    for method in ["GET", "PUT", "DELETE", "OPTIONS"] {
        let origin = one_each();
        let gateway = Gateway::before(&origin, "");
        let mut client = Client::connect(gateway.https());
        client.get("/first");
        assert_eq!(
            ask(&mut client, &format!("{method} /second"), "", "").status,
            200
        );
        let seen: Vec<_> = origin
            .requests()
            .iter()
            .map(|request| (request.connection, request.target().to_owned()))
            .collect();
        let expected = [(0, "/first"), (0, "/second"), (1, "/second")];
        assert_eq!(
            seen,
            expected.map(|(connection, path)| (connection, path.to_owned()))
        );
        assert!((gateway.metric("privet_upstream_retries_total") - 1.0).abs() < f64::EPSILON);
    }
}

#[test]
fn any_other_request_is_sent_once_and_never_again() {
    for (start, content) in [
        ("POST /second", ""),
        ("POST /second", "hello"),
        ("PATCH /second", ""),
        ("PUT /second", "hello"),
    ] {
        let origin = one_each();
        let gateway = Gateway::before(&origin, "");
        let mut client = Client::connect(gateway.https());
        client.get("/first");
        let length = format!("Content-Length: {}\r\n", content.len());
        assert_eq!(
            ask(&mut client, start, &length, content).status,
            502,
            "{start}"
        );
        assert_eq!(origin.requests().len(), 2, "{start}");
    }
}

#[test]
fn a_request_is_sent_twice_at_most() {
    let origin = Origin::scripted(|exchange| {
        let _ = exchange.read_body();
        if exchange.request.target() == "/first" {
            exchange.send(OK);
            return Next::Request;
        }
        Next::Close
    });
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    client.get("/first");
    assert_eq!(client.get("/second").status, 502);
    assert_eq!(origin.requests().len(), 3);
}

#[test]
fn a_request_whose_answer_had_begun_is_not_sent_again() {
    let origin = Origin::scripted(|exchange| {
        let _ = exchange.read_body();
        if exchange.request.target() == "/first" {
            exchange.send(OK);
            return Next::Request;
        }
        exchange.send("HTTP/1.1 200");
        Next::Close
    });
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    client.get("/first");
    assert_eq!(client.get("/second").status, 502);
    assert_eq!(origin.requests().len(), 2);
}

#[test]
fn a_connection_that_the_website_closed_while_it_idled_costs_nothing() {
    let origin = Origin::scripted(|exchange| {
        let _ = exchange.read_body();
        exchange.send(OK);
        Next::Close
    });
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    for _ in 0..10 {
        assert_eq!(client.get("/").text(), "ok");
    }
    assert_eq!(origin.requests().len(), 10);
}
