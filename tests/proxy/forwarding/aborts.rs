//! What breaks off on one side is told to the other, and is never taken for whole.

use std::sync::{Mutex, mpsc};

use crate::gateway::{
    Client, End, Exchange, Frames, Gateway, Latch, Next, Origin, PATIENCE, eventually,
    frames::{self, DATA, HEADERS, Outcome, RST_STREAM},
};

const CANCEL: [u8; 4] = [0, 0, 0, 8];

#[test]
fn a_visitor_that_goes_away_cancels_its_request() {
    let origin = Origin::scripted(|exchange| {
        let _ = exchange.read_body();
        exchange.hold()
    });
    let gateway = Gateway::before(&origin, "");
    let leave: [fn(Client); 2] = [drop, Client::reset];
    for (number, leave) in leave.into_iter().enumerate() {
        let mut client = Client::connect(gateway.https());
        client.send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n");
        origin.wait_requests(number + 1);
        assert_eq!(origin.cancelled(), number);
        leave(client);
        eventually("the request is cancelled", || {
            (origin.cancelled() == number + 1).then_some(())
        });
    }
    gateway.wait_log("a request closed by its visitor", |entry| {
        entry["status"] == 499
    });
}

#[test]
fn a_reset_stream_cancels_its_request_and_no_other() {
    let latch = Latch::new();
    let other = latch.clone();
    let origin = Origin::scripted(move |exchange| {
        let _ = exchange.read_body();
        if exchange.request.target() == "/held" {
            return exchange.hold();
        }
        other.wait();
        exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        Next::Request
    });
    let gateway = Gateway::before(&origin, "");
    let mut visitor = Frames::connect(gateway.https(), &[]);
    visitor.headers(1, true, &frames::get("/held", &[]));
    visitor.headers(3, true, &frames::get("/other", &[]));
    origin.wait_requests(2);
    visitor.send(RST_STREAM, 0, 1, CANCEL);
    eventually("the request is cancelled", || {
        (origin.cancelled() == 1).then_some(())
    });
    latch.open();
    assert_eq!(visitor.outcome(3), Outcome::Answered(200, b"ok".to_vec()));
}

#[test]
fn a_visitor_that_leaves_within_its_upload_leaves_no_whole_request() {
    let origin = Origin::hello();
    let gateway = Gateway::before(&origin, "");
    let begun = |count| {
        eventually("the request began", || {
            (origin.started() == count).then_some(())
        })
    };
    for (number, (framing, part)) in [
        ("Content-Length: 10", "hello"),
        ("Transfer-Encoding: chunked", "5\r\nhello\r\n"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut client = Client::connect(gateway.https());
        client.send(format!(
            "POST / HTTP/1.1\r\nHost: a\r\n{framing}\r\n\r\n{part}"
        ));
        begun(number + 1);
        drop(client);
    }
    let mut visitor = Frames::connect(gateway.https(), &[]);
    visitor.headers(1, false, &frames::get("/", &[]));
    visitor.send(DATA, 0, 1, "hello");
    begun(3);
    visitor.send(RST_STREAM, 0, 1, CANCEL);
    eventually("the origin saw them break off", || {
        (origin.broken().len() == 3).then_some(())
    });
    assert_eq!(origin.requests().len(), 0);
}

#[test]
fn a_visitor_that_leaves_within_a_download_stops_it() {
    let origin = Origin::scripted(|exchange| {
        let _ = exchange.read_body();
        exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
        while exchange.try_send(&chunk).is_ok() {}
        exchange.hold()
    });
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    client.input.exact(10_000).expect("a part");
    drop(client);
    eventually("the origin notices", || {
        (origin.cancelled() == 1).then_some(())
    });
    let mut visitor = Frames::connect(gateway.https(), &[]);
    visitor.headers(1, true, &frames::get("/", &[]));
    std::iter::from_fn(|| visitor.next())
        .find(|frame| frame.kind == DATA)
        .expect("a part");
    visitor.send(RST_STREAM, 0, 1, CANCEL);
    eventually("the origin notices", || {
        (origin.cancelled() == 2).then_some(())
    });
}

/// Sends half of an answer; what the path says follows once the test has got it.
fn half(exchange: &mut Exchange<'_>, got: &Mutex<mpsc::Receiver<()>>) -> Next {
    let _ = exchange.read_body();
    let framing = match exchange.request.target() {
        path if path.starts_with("/length") => "Content-Length: 10\r\n",
        _ => "Transfer-Encoding: chunked\r\n",
    };
    exchange.send(format!("HTTP/1.1 200 OK\r\n{framing}\r\n5\r\nhello"));
    let got = got.lock().expect("got").recv_timeout(PATIENCE);
    got.expect("the test got the first half");
    match exchange.request.target() {
        path if path.ends_with("reset") => Next::Reset,
        _ => Next::Close,
    }
}

#[test]
fn an_answer_that_breaks_off_reaches_no_visitor_as_a_whole_one() {
    let (tell, got) = mpsc::channel();
    let got = Mutex::new(got);
    let origin = Origin::scripted(move |exchange| half(exchange, &got));
    let gateway = Gateway::before(&origin, "");
    for path in ["/length", "/length-reset", "/chunked", "/chunked-reset"] {
        for version in ["1.1", "1.0"] {
            let mut client = Client::connect(gateway.https());
            client.send(format!("GET {path} HTTP/{version}\r\nHost: a\r\n\r\n"));
            let mut bytes = client.input.until(b"hello").expect("a half");
            tell.send(()).expect("told");
            let (rest, end) = client.rest();
            bytes.extend(rest);
            assert_eq!(end, End::Cut, "{path} HTTP/{version}");
            let ends = bytes.ends_with(b"0\r\n\r\n");
            assert!(!ends, "{path} HTTP/{version}: {}", bytes.escape_ascii());
        }
        let mut visitor = Frames::connect(gateway.https(), &[]);
        visitor.headers(1, true, &frames::get(path, &[]));
        let part = std::iter::from_fn(|| visitor.next()).find(|frame| frame.kind == DATA);
        assert!(part.expect("a half").payload.ends_with(b"hello"), "{path}");
        tell.send(()).expect("told");
        let outcome = visitor.outcome(1);
        assert!(matches!(outcome, Outcome::Reset(..)), "{path}: {outcome:?}");
        visitor.headers(3, true, &frames::get("/.privet/nothing", &[]));
        let outcome = visitor.outcome(3);
        assert!(
            matches!(outcome, Outcome::Answered(404, _)),
            "the connection goes on"
        );
    }
    let broken_off = "privet_upstream_errors_total{kind=\"aborted\"}";
    assert!((gateway.metric(broken_off) - 12.0).abs() < f64::EPSILON);
}

#[test]
fn a_website_that_breaks_off_before_its_answer_is_a_bad_gateway() {
    let origin = Origin::scripted(|exchange| {
        let _ = exchange.read_body();
        match exchange.request.target() {
            "/reset" => Next::Reset,
            "/half" => {
                exchange.send("HTTP/1.1 200 OK\r\nContent-");
                Next::Close
            }
            _ => Next::Close,
        }
    });
    let gateway = Gateway::before(&origin, "");
    for path in ["/close", "/reset", "/half"] {
        let mut visitor = Frames::connect(gateway.https(), &[]);
        visitor.headers(1, true, &frames::get(path, &[]));
        let answer = std::iter::from_fn(|| visitor.next()).find(|frame| frame.kind == HEADERS);
        assert_eq!(
            frames::status_of(&answer.expect("an answer").payload),
            Some(502)
        );
        let mut client = Client::connect(gateway.https());
        assert_eq!(client.get(path).status, 502);
        assert_eq!(
            client.get("/.privet/nothing").status,
            404,
            "the connection goes on"
        );
    }
    assert_eq!(origin.requests().len(), 6, "none was sent again");
}
