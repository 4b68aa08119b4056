//! How long each side may keep the other waiting.

use std::{
    io::Read,
    net::TcpStream,
    time::{Duration, Instant},
};

use super::{holding, limited, still_serves};
use crate::gateway::{
    Client, End, Frames, Gateway, Latch, Next, Origin, PATIENCE,
    client::is_timeout,
    eventually,
    frames::{self, DATA, GOAWAY, Outcome},
};

/// A body that has come only in part must not have made a request complete.
fn never_complete(origin: &Origin) {
    assert!(
        origin
            .requests()
            .iter()
            .all(|request| request.target() != "/slow")
    );
}

/// Sends a byte now and then until something comes back; how long that took.
fn trickle(client: &mut Client) -> Duration {
    let begun = Instant::now();
    let pause = Some(Duration::from_millis(20));
    client
        .input
        .stream
        .sock
        .set_read_timeout(pause)
        .expect("set");
    loop {
        client.send("x");
        let mut room = [0; 4096];
        match client.input.stream.read(&mut room) {
            Err(error) if is_timeout(&error) => assert!(begun.elapsed() < PATIENCE, "never ends"),
            Ok(count) => {
                client.input.ahead.extend_from_slice(&room[..count]);
                break;
            }
            Err(_) => break,
        }
    }
    client
        .input
        .stream
        .sock
        .set_read_timeout(Some(PATIENCE))
        .expect("set");
    begun.elapsed()
}

#[test]
fn a_head_that_does_not_come_is_not_waited_for() {
    let origin = holding();
    let gateway = limited(&origin, "header_timeout = \"400ms\"");
    let mut client = Client::connect(gateway.https());
    client.send("GET / HTTP/1.1\r\nHost: a\r\n");
    assert_eq!(client.response("GET").status, 408);
    assert_eq!(client.end(), End::Closed);
    let mut client = Client::connect(gateway.https());
    client.send("GET / HTTP/1.1\r\nX: ");
    let waited = trickle(&mut client);
    assert!(waited > Duration::from_millis(300), "{waited:?}");
    assert_eq!(client.response("GET").status, 408);
    assert_eq!(origin.started(), 0);
    still_serves(&gateway);
}

#[test]
fn a_handshake_that_does_not_come_is_not_waited_for() {
    let origin = holding();
    let gateway = limited(&origin, "handshake_timeout = \"400ms\"");
    let mut stream = TcpStream::connect(gateway.https()).expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).expect("set");
    assert!(matches!(stream.read(&mut [0; 1]), Ok(0)));
    let timeouts = "privet_tls_handshakes_total{result=\"timeout\",version=\"unknown\"}";
    eventually("it is counted", || {
        (gateway.metric(timeouts) > 0.0).then_some(())
    });
    still_serves(&gateway);
}

#[test]
fn an_idle_connection_ends_without_a_word() {
    let origin = holding();
    let gateway = limited(&origin, "idle_timeout = \"400ms\"");
    let mut fresh = Client::connect(gateway.https());
    let mut used = Client::connect(gateway.https());
    assert_eq!(used.get("/").text(), "hello");
    assert_eq!((fresh.end(), used.end()), (End::Closed, End::Closed));
    let mut visitor = Frames::connect(gateway.https(), &[]);
    visitor.headers(1, true, &frames::get("/", &[]));
    assert!(matches!(visitor.outcome(1), Outcome::Answered(200, _)));
    let goaway = std::iter::from_fn(|| visitor.next()).find(|frame| frame.kind == GOAWAY);
    let payload = goaway.expect("a farewell").payload;
    assert_eq!(payload[4..8], [0; 4], "without an error");
    while visitor.next().is_some() {}
    still_serves(&gateway);
}

#[test]
fn a_running_request_is_not_idle() {
    let latch = Latch::new();
    let slow = latch.clone();
    let origin = Origin::answering(move |_| {
        slow.wait();
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
    });
    let gateway = limited(
        &origin,
        "idle_timeout = \"200ms\"\nheader_timeout = \"200ms\"",
    );
    let mut client = Client::connect(gateway.https());
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    let mut visitor = Frames::connect(gateway.https(), &[]);
    visitor.headers(1, true, &frames::get("/", &[]));
    // Another connection that idles shows when the time is over.
    assert_eq!(Client::connect(gateway.https()).end(), End::Closed);
    assert_eq!(Client::connect(gateway.https()).end(), End::Closed);
    latch.open();
    assert_eq!(client.response("GET").text(), "hello");
    assert_eq!(
        visitor.outcome(1),
        Outcome::Answered(200, b"hello".to_vec())
    );
}

#[test]
fn content_that_stops_coming_is_not_waited_for() {
    let origin = holding();
    let gateway = limited(&origin, "body_timeout = \"400ms\"");
    for (framing, part) in [
        ("Content-Length: 10", "hello"),
        ("Transfer-Encoding: chunked", "5\r\nhello\r\n"),
        ("Transfer-Encoding: chunked", "5"),
    ] {
        let mut client = Client::connect(gateway.https());
        client.send(format!(
            "POST /slow HTTP/1.1\r\nHost: a\r\n{framing}\r\n\r\n{part}"
        ));
        assert_eq!(client.response("POST").status, 408, "{framing}");
        assert_eq!(client.rest().0, b"");
    }
    let mut visitor = Frames::connect(gateway.https(), &[]);
    visitor.headers(1, false, &frames::get("/slow", &[]));
    visitor.send(DATA, 0, 1, "hello");
    assert!(matches!(visitor.outcome(1), Outcome::Answered(408, _)));
    never_complete(&origin);
    still_serves(&gateway);
}

#[test]
fn content_that_trickles_below_the_least_rate_is_not_waited_for() {
    let origin = holding();
    let gateway = limited(&origin, "body_timeout = \"1s\"\nmin_rate = \"1 MiB\"");
    let mut client = Client::connect(gateway.https());
    client.send("POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
    trickle(&mut client);
    assert_eq!(client.response("POST").status, 408);
    never_complete(&origin);
    still_serves(&gateway);
}

#[test]
fn a_website_that_does_not_answer_in_time_is_a_gateway_timeout() {
    let origin = holding();
    let gateway = limited(&origin, "first_byte_timeout = \"400ms\"");
    let mut client = Client::connect(gateway.https());
    assert_eq!(client.get("/held").status, 504);
    let mut visitor = Frames::connect(gateway.https(), &[]);
    visitor.headers(1, true, &frames::get("/held", &[]));
    assert!(matches!(visitor.outcome(1), Outcome::Answered(504, _)));
    eventually("both are given up", || {
        (origin.cancelled() == 2).then_some(())
    });
    assert_eq!(client.get("/").text(), "hello");
    still_serves(&gateway);
}

#[test]
fn a_website_that_stops_within_its_answer_is_cut_off() {
    let origin = Origin::scripted(|exchange| {
        let _ = exchange.read_body();
        if exchange.request.target() == "/other" {
            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
            return Next::Request;
        }
        exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
        exchange.hold()
    });
    let gateway = limited(&origin, "read_timeout = \"400ms\"");
    let mut client = Client::connect(gateway.https());
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    let (bytes, end) = client.rest();
    assert!(bytes.ends_with(b"hello"), "{}", bytes.escape_ascii());
    assert_eq!(end, End::Cut);
    let mut visitor = Frames::connect(gateway.https(), &[]);
    visitor.headers(1, true, &frames::get("/", &[]));
    assert!(matches!(visitor.outcome(1), Outcome::Reset(..)));
    eventually("both are given up", || {
        (origin.cancelled() == 2).then_some(())
    });
    still_serves(&gateway);
}

/// Sends without end on `/endless`.
fn endless() -> Origin {
    Origin::scripted(|exchange| {
        let _ = exchange.read_body();
        if exchange.request.target() == "/other" {
            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
            return Next::Request;
        }
        exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
        while exchange.try_send(&chunk).is_ok() {}
        exchange.hold()
    })
}

fn gives_up(origin: &Origin, gateway: &Gateway) {
    eventually("the website is let go", || {
        (origin.cancelled() == 1).then_some(())
    });
    still_serves(gateway);
}

#[test]
fn a_visitor_that_takes_nothing_of_a_response_is_let_go() {
    let origin = endless();
    let gateway = limited(&origin, "write_timeout = \"1s\"");
    let mut client = Client::connect(gateway.https());
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    gives_up(&origin, &gateway);
    drop(client);
}

#[test]
fn an_http2_visitor_that_takes_nothing_of_a_response_is_let_go() {
    let origin = endless();
    let gateway = limited(&origin, "write_timeout = \"1s\"");
    let mut visitor = Frames::connect(gateway.https(), &[(4, 0x7fff_ffff)]);
    visitor.send(frames::WINDOW_UPDATE, 0, 0, 0x7fff_0000_u32.to_be_bytes());
    visitor.headers(1, true, &frames::get("/", &[]));
    gives_up(&origin, &gateway);
    drop(visitor);
}

#[test]
fn an_http2_visitor_that_opens_no_window_is_let_go() {
    let origin = endless();
    let gateway = limited(&origin, "write_timeout = \"1s\"");
    let mut visitor = Frames::connect(gateway.https(), &[(4, 0)]);
    visitor.headers(1, true, &frames::get("/", &[]));
    gives_up(&origin, &gateway);
    drop(visitor);
}

#[test]
fn a_stream_that_takes_nothing_costs_only_its_own_response() {
    let latch = Latch::new();
    let other = latch.clone();
    let origin = Origin::scripted(move |exchange| {
        let _ = exchange.read_body();
        if exchange.request.target() == "/other" {
            other.wait();
            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
            return Next::Request;
        }
        exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello");
        exchange.hold()
    });
    let gateway = limited(&origin, "write_timeout = \"400ms\"");
    let mut visitor = Frames::connect(gateway.https(), &[(4, 0)]);
    visitor.headers(1, true, &frames::get("/stalled", &[]));
    visitor.headers(3, true, &frames::get("/other", &[]));
    visitor.send(frames::WINDOW_UPDATE, 0, 3, 100_u32.to_be_bytes());
    origin.wait_requests(2);
    eventually("the website is let go", || {
        (origin.cancelled() == 1).then_some(())
    });
    latch.open();
    let outcome = visitor.outcome(3);
    assert_eq!(outcome, Outcome::Answered(200, b"hello".to_vec()));
}

#[test]
fn a_tunnel_in_which_nothing_moves_ends() {
    let origin = Origin::scripted(|exchange| {
        let _ = exchange.read_body();
        if exchange.request.target() == "/other" {
            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
            return Next::Request;
        }
        exchange
            .send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
        exchange.hold()
    });
    let gateway = limited(&origin, "tunnel_timeout = \"400ms\"");
    let mut client = Client::connect(gateway.https());
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
    assert_eq!(client.response("GET").status, 101);
    assert_eq!(client.rest().0, b"");
    gives_up(&origin, &gateway);
}
