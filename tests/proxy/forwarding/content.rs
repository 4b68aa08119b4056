//! Content byte for byte, whatever frames it, and responses that have none.

use super::{all_bytes, ask};
use crate::gateway::{
    Client, End, Frames, Gateway, Http2, Next, Origin,
    frames::{self, DATA, END_HEADERS, END_STREAM, HEADERS},
    http2::{empty, full, pieces, request},
    message::latin,
};
use bytes::Bytes;
use http_body::Frame;

/// Cut into chunks of unlike sizes.
fn in_chunks(content: &[u8]) -> Vec<u8> {
    let mut rest = content;
    let mut out = Vec::new();
    for size in [1, 2, 15, 16, 17, 255, 256, 1000].into_iter().cycle() {
        let size = size.min(rest.len());
        let (chunk, after) = rest.split_at(size);
        out.extend(format!("{size:x}\r\n").bytes());
        if chunk.is_empty() {
            break;
        }
        out.extend_from_slice(chunk);
        out.extend(b"\r\n");
        rest = after;
    }
    out.extend(b"\r\n");
    out
}

/// Answers with all bytes there are, framed as the path says.
fn framing_origin() -> Origin {
    Origin::scripted(|exchange| {
        let _ = exchange.read_body();
        let content = all_bytes();
        let (fields, content, next) = match exchange.request.target() {
            "/length" => (
                format!("Content-Length: {}\r\n", content.len()),
                content,
                Next::Request,
            ),
            "/chunked" => (
                "Transfer-Encoding: chunked\r\n".to_owned(),
                in_chunks(&content),
                Next::Request,
            ),
            _ => (String::new(), content, Next::Close),
        };
        exchange.send(format!("HTTP/1.1 200 OK\r\n{fields}\r\n"));
        exchange.send(content);
        next
    })
}

#[test]
fn a_visitors_content_arrives_byte_for_byte() {
    let origin = Origin::hello();
    let gateway = Gateway::before(&origin, "");
    let content = all_bytes();
    let mut client = Client::connect(gateway.https());
    let length = format!("Content-Length: {}\r\n", content.len());
    ask(&mut client, "POST /", &length, &content);
    ask(
        &mut client,
        "POST /",
        "Transfer-Encoding: chunked\r\n",
        in_chunks(&content),
    );
    let visitor = Http2::connect(gateway.https());
    visitor
        .send(request("POST", "/", full(content.clone())))
        .answer();
    let (sender, cut) = pieces();
    for piece in content.chunks(777) {
        sender
            .send(Frame::data(Bytes::copy_from_slice(piece)))
            .expect("sent");
    }
    drop(sender);
    visitor.send(request("PUT", "/", cut)).answer();
    let requests = origin.requests();
    assert_eq!(requests.len(), 4);
    for request in requests {
        assert!(
            request.body == content,
            "{}",
            request.head.raw.escape_ascii()
        );
    }
}

#[test]
fn a_websites_content_arrives_byte_for_byte() {
    let origin = framing_origin();
    let gateway = Gateway::before(&origin, "");
    let content = all_bytes();
    let mut client = Client::connect(gateway.https());
    let visitor = Http2::connect(gateway.https());
    for path in ["/length", "/chunked", "/close"] {
        let response = client.get(path);
        assert!(response.body == content, "{path}");
        let chunked = response.head.is_chunked().expect("one framing");
        assert_eq!(chunked, path != "/length");
        let answer = visitor.get(path);
        assert!(answer.body == content && answer.broken.is_none(), "{path}");
    }
}

#[test]
fn an_http_1_0_visitor_gets_no_chunks() {
    let origin = framing_origin();
    let gateway = Gateway::before(&origin, "");
    for path in ["/length", "/chunked", "/close"] {
        let mut client = Client::connect(gateway.https());
        client.send(format!(
            "GET {path} HTTP/1.0\r\nHost: www.example.com\r\n\r\n"
        ));
        let response = client.response("GET");
        assert!(response.body == all_bytes(), "{path}");
        assert_eq!(response.get("connection"), Some("close"));
        assert_eq!(response.get("transfer-encoding"), None);
        assert_eq!(client.end(), End::Closed);
    }
    let mut client = Client::connect(gateway.https());
    for _ in 0..2 {
        client.send(
            "GET /length HTTP/1.0\r\nHost: www.example.com\r\nConnection: keep-alive\r\n\r\n",
        );
        assert_eq!(client.response("GET").get("connection"), Some("keep-alive"));
    }
}

#[test]
fn responses_without_content_leave_the_connection_in_step() {
    let origin = Origin::answering(|request| match request.target() {
        "/204" => "HTTP/1.1 204 No Content\r\nContent-Length: 3\r\nX: y\r\n\r\n",
        "/304" => "HTTP/1.1 304 Not Modified\r\nETag: \"e\"\r\nContent-Length: 5\r\n\r\n",
        _ if request.method() == "HEAD" => "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        "/empty" => "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "/empty-chunked" => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        _ => "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    });
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    let head = ask(&mut client, "HEAD /", "", "");
    assert_eq!((head.status, head.get("content-length")), (200, Some("5")));
    let no_content = client.get("/204");
    assert_eq!(
        (no_content.status, no_content.get("content-length")),
        (204, None)
    );
    let unmodified = client.get("/304");
    assert_eq!(
        (unmodified.status, unmodified.get("etag")),
        (304, Some("\"e\""))
    );
    assert_eq!(client.get("/empty").get("content-length"), Some("0"));
    assert_eq!(client.get("/empty-chunked").text(), "");
    assert_eq!(client.get("/").text(), "hello");
    assert_eq!(origin.connections(), 1);
    let visitor = Http2::connect(gateway.https());
    let head = visitor.send(request("HEAD", "/", empty())).answer();
    assert_eq!(
        (head.get("content-length"), head.text().as_str()),
        (Some("5"), "")
    );
    for (path, status) in [("/204", 204), ("/304", 304), ("/empty", 200), ("/", 200)] {
        assert_eq!(visitor.get(path).status(), status);
    }
}

#[test]
fn trailer_sections_pass_both_ways() {
    let origin = Origin::answering(|_| {
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n\
         5\r\nhello\r\n0\r\nX-Sum: 2\r\nContent-Length: 9\r\nConnection: close\r\n\r\n"
    });
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    let content = "3\r\nabc\r\n0\r\nX-Sum: 1\r\nHost: b\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n";
    let fields = "TE: trailers\r\nTransfer-Encoding: chunked\r\n";
    let response = ask(&mut client, "POST /", fields, content);
    let sum = |number: &str| vec![("x-sum".to_owned(), number.to_owned())];
    assert_eq!(
        (response.text().as_str(), response.trailers),
        ("hello", sum("2"))
    );
    let (sender, content) = pieces();
    sender.send(Frame::data(Bytes::from("abc"))).expect("sent");
    let trailers = [("x-sum", "1"), ("x-real-ip", "192.0.2.1")];
    let trailers = trailers.map(|(name, value)| {
        (
            name.parse::<http::HeaderName>().expect("a name"),
            value.parse().expect("a value"),
        )
    });
    sender
        .send(Frame::trailers(trailers.into_iter().collect()))
        .expect("sent");
    drop(sender);
    let answer = Http2::connect(gateway.https())
        .send(request("POST", "/", content))
        .answer();
    let trailers = answer.trailers.expect("trailers");
    assert_eq!(
        (trailers.len(), trailers["x-sum"].as_bytes()),
        (1, b"2".as_slice())
    );
    for request in origin.requests() {
        assert_eq!(
            (latin(&request.body).as_str(), request.trailers),
            ("abc", sum("1"))
        );
    }
    assert_eq!(origin.requests().len(), 2);
}

#[test]
fn what_a_header_section_may_not_hold_no_trailer_section_does() {
    let origin = Origin::answering(|_| {
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Inner: 1\r\n\r\n5\r\nhello\r\n0\r\n\
         X-Sum: 2\r\nServer: x/1\r\nX-Inner: 1\r\nVia: 1.1 z\r\nSet-Cookie: _ga=1\r\n\r\n"
    });
    let gateway = Gateway::before(&origin, "[headers]\nhide = [\"server\", \"X-Inner\"]\n");
    let response = ask(
        &mut Client::connect(gateway.https()),
        "GET /",
        "TE: trailers\r\n",
        "",
    );
    assert_eq!(response.head.get("x-inner"), None);
    assert_eq!(response.trailers, [("x-sum".to_owned(), "2".to_owned())]);
    let answer = Http2::connect(gateway.https()).get("/");
    let trailers = answer.trailers.expect("trailers");
    assert_eq!(
        (trailers.len(), trailers["x-sum"].as_bytes()),
        (1, b"2".as_slice())
    );
}

#[test]
fn padding_and_priority_of_http2_are_no_content() {
    let origin = Origin::hello();
    let gateway = Gateway::before(&origin, "");
    let mut visitor = Frames::connect(gateway.https(), &[]);
    const PADDED: u8 = 8;
    const PRIORITISED: u8 = 32;
    let mut head = vec![3, 0, 0, 0, 0, 1];
    head.extend(frames::block(&frames::get("/a", &[])));
    head.extend([0; 3]);
    visitor.send(HEADERS, END_HEADERS | PADDED | PRIORITISED, 1, head);
    visitor.send(DATA, PADDED, 1, *b"\x04hello\0\0\0\0");
    visitor.send(DATA, END_STREAM, 1, "!");
    assert_eq!(
        visitor.outcome(1),
        frames::Outcome::Answered(200, b"hello".to_vec())
    );
    assert_eq!(origin.only_request().body, b"hello!");
}
