//! Who speaks when: pipelining, `Expect`, answers that come before the request is complete, and
//! streams side by side.

use std::io::Read;

use bytes::Bytes;
use http_body::Frame;

use crate::gateway::{
    Client, Frames, Gateway, Http2, Latch, Next, Origin,
    frames::{self, DATA, END_STREAM, Outcome},
    http2::{empty, pieces, request},
};

#[test]
fn pipelined_requests_are_answered_in_their_order() {
    let latch = Latch::new();
    let slow = latch.clone();
    let origin = Origin::answering(move |request| {
        if request.target() == "/0" {
            slow.wait();
        }
        let target = request.target();
        format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{target}",
            target.len()
        )
    });
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    for number in 0..20 {
        client.send(format!("GET /{number} HTTP/1.1\r\nHost: a\r\n\r\n"));
    }
    latch.open();
    for number in 0..20 {
        assert_eq!(client.response("GET").text(), format!("/{number}"));
    }
}

#[test]
fn a_visitor_that_waits_for_100_continue_gets_it_once() {
    let origin = Origin::hello();
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    for _ in 0..2 {
        client.send(
            "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 5\r\n\r\n",
        );
        let interim = client.response("POST");
        assert_eq!((interim.status, interim.head.fields.len()), (100, 0));
        client.send("hello");
        assert_eq!(client.response("POST").status, 200);
    }
    for request in origin.requests() {
        assert_eq!(request.body, b"hello");
        assert!(request.head.all("expect").is_empty());
    }
}

#[test]
fn a_final_answer_comes_instead_of_100_continue_where_privet_refuses() {
    let origin = Origin::hello();
    let gateway = Gateway::before(&origin, "[limits]\nbody_size = \"10 B\"\n");
    let mut client = Client::connect(gateway.https());
    client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 50\r\n\r\n");
    assert_eq!(client.response("POST").status, 413);
    assert_eq!(client.rest().0, b"");
    assert_eq!(origin.started(), 0);
}

/// Answers `403` and reads nothing of the content.
fn refusing() -> Origin {
    Origin::scripted(|exchange| {
        exchange.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
        Next::Close
    })
}

#[test]
fn a_website_may_refuse_content_before_it_came() {
    let origin = refusing();
    let gateway = Gateway::before(&origin, "");
    for expect in ["", "Expect: 100-continue\r\n"] {
        let mut client = Client::connect(gateway.https());
        client.send(format!(
            "POST / HTTP/1.1\r\nHost: a\r\n{expect}Content-Length: 50\r\n\r\n"
        ));
        let mut response = client.response("POST");
        if response.status == 100 {
            response = client.response("POST");
        }
        assert_eq!((response.status, response.text().as_str()), (403, "no"));
        assert_eq!(response.get("connection"), Some("close"));
        client.send("GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
        assert_eq!(client.rest().0, b"", "the rest of the upload was answered");
    }
    let mut visitor = Frames::connect(gateway.https(), &[]);
    visitor.headers(1, false, &frames::get("/", &[("content-length", "50")]));
    assert_eq!(visitor.outcome(1), Outcome::Answered(403, b"no".to_vec()));
    assert_eq!(origin.started(), 3);
}

/// Answers at once and then sends back whatever comes, as it comes, five bytes at a time.
fn echoing() -> Origin {
    Origin::scripted(|exchange| {
        exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        // The content comes as chunks of five bytes, framed as it goes out again.
        let mut chunk = [0; 10];
        loop {
            let mut filled = 0;
            while filled < chunk.len() && !chunk[..filled].starts_with(b"0\r\n\r\n") {
                match exchange.read(&mut chunk[filled..]) {
                    Ok(count @ 1..) => filled += count,
                    _ => return Next::Close,
                }
            }
            exchange.send(&chunk[..filled]);
            if chunk.starts_with(b"0") {
                return Next::Close;
            }
        }
    })
}

#[test]
fn an_answer_runs_while_the_upload_does() {
    let origin = echoing();
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    let head = client.input.head().expect("a head").expect("a head");
    assert!(head.is_chunked().expect("one framing"));
    for word in ["hello", "again", "there"] {
        client.send(format!("5\r\n{word}\r\n"));
        let echoed = client.input.exact(10).expect("an echo");
        assert_eq!(echoed, format!("5\r\n{word}\r\n").as_bytes());
    }
    client.send("0\r\n\r\n");
    assert_eq!(client.input.exact(5).expect("the end"), b"0\r\n\r\n");
    assert_eq!(client.get("/.privet/nothing").status, 404, "it goes on");
}

#[test]
fn an_answer_runs_while_the_upload_does_over_http2() {
    let origin = echoing();
    let gateway = Gateway::before(&origin, "");
    let mut visitor = Frames::connect(gateway.https(), &[]);
    visitor.headers(1, false, &frames::get("/", &[]));
    for word in ["hello", "again"] {
        visitor.send(DATA, 0, 1, word);
        let echoed = std::iter::from_fn(|| visitor.next()).find(|frame| frame.kind == DATA);
        assert_eq!(echoed.expect("an echo").payload, word.as_bytes());
    }
    visitor.send(DATA, END_STREAM, 1, "");
    // The status came with the first frames.
    let end = std::iter::from_fn(|| visitor.next()).find(|frame| frame.stream == 1);
    let end = end.expect("an end");
    assert_eq!((end.kind, end.flags & END_STREAM), (DATA, END_STREAM));
}

#[test]
fn what_is_left_of_an_upload_is_never_read_as_a_request() {
    let origin = Origin::scripted(|exchange| {
        exchange.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
        Next::Close
    });
    let gateway = Gateway::before(&origin, "");
    let inner = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    for (fields, rest, goes_on) in [
        (
            format!("Content-Length: {}", inner.len()),
            inner.to_owned(),
            true,
        ),
        (
            "Transfer-Encoding: chunked".to_owned(),
            format!("{:x}\r\n{inner}\r\n0\r\n\r\n", inner.len()),
            true,
        ),
        (
            "Transfer-Encoding: chunked".to_owned(),
            format!("0x0\r\n\r\n0\r\n\r\n{inner}"),
            false,
        ),
        (
            "Transfer-Encoding: chunked".to_owned(),
            format!("0\r\nbad trailer\r\n\r\n{inner}"),
            false,
        ),
    ] {
        let before = origin.started();
        let mut client = Client::connect(gateway.https());
        client.send(format!("POST / HTTP/1.1\r\nHost: a\r\n{fields}\r\n\r\n"));
        assert_eq!(client.response("POST").text(), "ok");
        client.send(&rest);
        client.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
        if goes_on {
            assert_eq!(client.response("GET").text(), "ok", "{rest}");
        } else {
            assert_eq!(client.rest().0, b"", "{rest}");
        }
        assert_eq!(
            origin.started() - before,
            1 + usize::from(goes_on),
            "{rest}"
        );
    }
}

#[test]
fn streams_run_side_by_side_and_a_slow_one_holds_up_none() {
    let latch = Latch::new();
    let slow = latch.clone();
    let origin = Origin::answering(move |request| {
        if request.target() == "/slow" {
            slow.wait();
        }
        let target = request.target();
        format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{target}",
            target.len()
        )
    });
    let gateway = Gateway::before(&origin, "");
    let visitor = Http2::connect(gateway.https());
    let waiting = visitor.send(request("GET", "/slow", empty()));
    let (sender, content) = pieces();
    let uploading = visitor.send(request("POST", "/upload", content));
    let others: Vec<_> = (0..50)
        .map(|number| visitor.send(request("GET", &format!("/{number}"), empty())))
        .collect();
    for (number, other) in others.into_iter().enumerate() {
        assert_eq!(other.answer().text(), format!("/{number}"));
    }
    sender.send(Frame::data(Bytes::from("late"))).expect("sent");
    drop(sender);
    assert_eq!(uploading.answer().text(), "/upload");
    latch.open();
    assert_eq!(waiting.answer().text(), "/slow");
}

#[test]
fn interim_responses_of_a_website_are_not_taken_for_the_answer() {
    let origin = Origin::answering(|_| {
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n\
         HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    });
    let gateway = Gateway::before(&origin, "");
    let response = Client::connect(gateway.https()).get("/");
    assert_eq!((response.status, response.get("link")), (200, None));
    assert_eq!(Http2::connect(gateway.https()).get("/").text(), "ok");
}

#[test]
fn a_request_may_come_byte_by_byte() {
    let origin = Origin::hello();
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    let bytes = b"\r\nPOST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\
        3;x=y\r\nabc\r\n0\r\nA: b\r\n\r\n";
    for byte in bytes {
        client.send([*byte]);
    }
    assert_eq!(client.response("POST").text(), "hello");
    assert_eq!(origin.only_request().body, b"abc");
    let mut room = [0; 1];
    client.finish_sending();
    assert!(matches!(
        client.input.stream.read(&mut room),
        Ok(0) | Err(_)
    ));
}
