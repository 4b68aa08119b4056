//! What HTTP/2 would bring into HTTP/1.1 if nobody looked (RFC 9113 §8.2, §8.3).

use crate::gateway::{
    Frames, Gateway, Origin, eventually,
    frames::{CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, Outcome, block, frame, get},
    message::latin,
};

type Fields<'a> = Vec<(&'a str, &'a str)>;

/// `GET /a` with one thing about it changed.
fn changed<'a>(name: &'a str, value: &'a str) -> Fields<'a> {
    let change = |field: (&'a str, &'a str)| {
        if field.0 == name {
            (name, value)
        } else {
            field
        }
    };
    get("/a", &[]).into_iter().map(change).collect()
}

fn with<'a>(name: &'a str, value: &'a str) -> Fields<'a> {
    get("/a", &[(name, value)])
}

fn without(name: &str) -> Fields<'_> {
    get("/a", &[])
        .into_iter()
        .filter(|field| field.0 != name)
        .collect()
}

/// Heads that are to be refused.
fn malformed_heads() -> Vec<Fields<'static>> {
    let mut pseudo_last = vec![("accept", "*/*")];
    pseudo_last.extend(get("/a", &[]));
    vec![
        with("connection", "close"),
        with("connection", "keep-alive"),
        with("keep-alive", "timeout=5"),
        with("proxy-connection", "keep-alive"),
        with("transfer-encoding", "chunked"),
        with("transfer-encoding", "identity"),
        with("upgrade", "websocket"),
        with("te", "gzip"),
        with("X-Upper", "case"),
        with("x y", "z"),
        with("x:y", "z"),
        with("x\r\nx-smuggled", "z"),
        with("", "z"),
        with("x", "a\r\nX-Smuggled: b"),
        with("x", "a\nb"),
        with("x", "a\rb"),
        with("x", "a\0b"),
        with("host", "www.example.org"),
        with(":method", "GET"),
        with(":path", "/b"),
        with(":authority", "www.example.com"),
        with(":status", "200"),
        with(":unknown", "x"),
        with("content-length", "5"),
        with("content-length", "+0"),
        with("content-length", "0, 0"),
        get("/a", &[("content-length", "0"), ("content-length", "0")]),
        get(
            "/a",
            &[("host", "www.example.com"), ("host", "www.example.com")],
        ),
        pseudo_last,
        without(":method"),
        without(":scheme"),
        without(":path"),
        without(":authority"),
        changed(":path", ""),
        changed(":path", "a"),
        changed(":path", "*"),
        changed(":path", "/a b"),
        changed(":path", "/a HTTP/1.1\r\nX-Smuggled: b\r\n\r\n"),
        changed(":path", "/a\0"),
        changed(":path", "http://www.example.org/a"),
        changed(":method", "GET /b HTTP/1.1\r\nHost: a\r\n\r\nGET"),
        changed(":method", "GET /b"),
        changed(":method", ""),
        changed(":method", "TRACE"),
        changed(":method", "trace"),
        changed(":method", "Connect"),
        changed(":method", "CONNECT"),
        changed(":authority", ""),
        changed(":authority", "user@www.example.com"),
        changed(":authority", "www.example.com\r\nX-Smuggled: b"),
        changed(":authority", "www.example.com/b"),
        changed(":authority", "www.example.com:99999"),
        changed(":scheme", "https\r\nX-Smuggled: b"),
        changed(":scheme", "https://www.example.org/?"),
    ]
}

fn is_refusal(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Answered(status, _) => (400..500).contains(status),
        Outcome::Reset(..) | Outcome::Gone => true,
    }
}

#[test]
fn a_malformed_head_never_reaches_the_website() {
    let origin = Origin::hello();
    let gateway = Gateway::before(&origin, "");
    for fields in malformed_heads() {
        let mut visitor = Frames::connect(gateway.https(), &[]);
        visitor.headers(1, true, &fields);
        let outcome = visitor.outcome(1);
        assert!(is_refusal(&outcome), "{fields:?}: {outcome:?}");
    }
    let mut visitor = Frames::connect(gateway.https(), &[]);
    visitor.headers(1, true, &get("/last", &[]));
    assert!(matches!(visitor.outcome(1), Outcome::Answered(200, _)));
    assert_eq!(origin.only_request().target(), "/last");
    assert_eq!((origin.started(), origin.broken()), (1, Vec::new()));
}

#[test]
fn unusual_and_yet_sound_heads_arrive_as_one_request() {
    let origin = Origin::hello();
    let gateway = Gateway::before(&origin, "");
    let crumbs = [("cookie", "sid=1"), ("cookie", "theme=dark")];
    for fields in [
        with("te", "trailers"),
        with("host", "www.example.com"),
        with("content-length", "0"),
        with("x", "a\u{e9}b"),
        with("x", ""),
        get("/a", &crumbs),
    ] {
        let mut visitor = Frames::connect(gateway.https(), &[]);
        visitor.headers(1, true, &fields);
        let expected = Outcome::Answered(200, b"hello".to_vec());
        assert_eq!(visitor.outcome(1), expected, "{fields:?}");
    }
    let requests = origin.requests();
    assert_eq!(requests.len(), 6);
    for request in &requests {
        assert_eq!(request.head.start, "GET /a HTTP/1.1");
        assert_eq!(request.head.get("host"), Some("www.example.com"));
    }
    assert_eq!(requests[5].head.get("cookie"), Some("sid=1; theme=dark"));
}

const REQUEST: &str = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

/// Content, and whether the website is to get all of it.
struct Upload {
    length: Option<&'static str>,
    pieces: &'static [&'static str],
    arrives: Option<&'static str>,
}

#[test]
fn content_that_is_not_as_long_as_declared_is_never_a_whole_request() {
    let upload = |length, pieces, arrives| Upload {
        length,
        pieces,
        arrives,
    };
    let origin = Origin::hello();
    let gateway = Gateway::before(&origin, "");
    let mut expected = Vec::new();
    for upload in [
        upload(Some("5"), &["hello"], Some("hello")),
        upload(Some("5"), &["he", "", "llo"], Some("hello")),
        upload(None, &["hello"], Some("hello")),
        upload(None, &[REQUEST], Some(REQUEST)),
        upload(
            None,
            &["0\r\n\r\n", REQUEST],
            Some(concat!(
                "0\r\n\r\n",
                "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
            )),
        ),
        upload(Some("4"), &["hello"], None),
        upload(Some("6"), &["hello"], None),
        upload(Some("5, 5"), &["hello"], None),
        upload(Some("0x5"), &["hello"], None),
    ] {
        let length = upload.length.map(|length| ("content-length", length));
        let fields = get("/a", length.as_slice());
        let mut visitor = Frames::connect(gateway.https(), &[]);
        visitor.headers(1, false, &fields);
        for (index, piece) in upload.pieces.iter().enumerate() {
            let last = index + 1 == upload.pieces.len();
            visitor.send(DATA, if last { END_STREAM } else { 0 }, 1, *piece);
        }
        let outcome = visitor.outcome(1);
        match upload.arrives {
            Some(body) => {
                assert_eq!(outcome, Outcome::Answered(200, b"hello".to_vec()));
                expected.push(body);
            }
            None => assert!(is_refusal(&outcome), "{:?}: {outcome:?}", upload.length),
        }
    }
    let requests = origin.requests();
    let bodies: Vec<_> = requests
        .iter()
        .map(|request| latin(&request.body))
        .collect();
    assert_eq!(bodies, expected);
    assert!(requests.iter().all(|request| request.target() == "/a"));
}

#[test]
fn content_beyond_its_declared_length_is_never_sent() {
    let origin = Origin::hello();
    let gateway = Gateway::before(&origin, "");
    for (length, pieces) in [("0", vec![REQUEST]), ("5", vec!["hello", REQUEST])] {
        let mut visitor = Frames::connect(gateway.https(), &[]);
        let head = block(&with("content-length", length));
        let mut bytes = frame(HEADERS, END_HEADERS, 1, head);
        bytes.extend(pieces.iter().flat_map(|piece| frame(DATA, 0, 1, *piece)));
        // At once, so that no answer to the declared part comes first.
        visitor.client.send(bytes);
        let outcome = visitor.outcome(1);
        assert!(is_refusal(&outcome), "{length}: {outcome:?}");
    }
    // What was declared may have been sent before the rest came.
    for request in origin.requests() {
        assert_eq!(request.target(), "/a");
        assert!(["", "hello"].contains(&latin(&request.body).as_str()));
    }
    assert_eq!(origin.broken(), Vec::<String>::new());
}

/// `POST /a` with content and that trailer section.
fn with_trailers(gateway: &Gateway, trailers: &[(&str, &str)]) -> Outcome {
    let mut visitor = Frames::connect(gateway.https(), &[]);
    visitor.headers(1, false, &changed(":method", "POST"));
    visitor.send(DATA, 0, 1, "hello");
    visitor.send(HEADERS, END_STREAM | END_HEADERS, 1, block(trailers));
    visitor.outcome(1)
}

#[test]
fn framing_in_a_trailer_section_changes_nothing() {
    let origin = Origin::hello();
    let gateway = Gateway::before(&origin, "");
    for trailer in [("connection", "close"), ("transfer-encoding", "chunked")] {
        let outcome = with_trailers(&gateway, &[trailer]);
        assert!(is_refusal(&outcome), "{trailer:?}: {outcome:?}");
    }
    assert_eq!(origin.requests().len(), 0);
    let trailers = [("content-length", "99"), ("host", "b"), ("x-sum", "1")];
    let outcome = with_trailers(&gateway, &trailers);
    assert!(matches!(outcome, Outcome::Answered(200, _)), "{outcome:?}");
    let request = origin.only_request();
    assert_eq!(request.trailers, [("x-sum".to_owned(), "1".to_owned())]);
}

#[test]
fn a_pseudo_field_in_a_trailer_section_never_reaches_the_website() {
    let origin = Origin::hello();
    let gateway = Gateway::before(&origin, "");
    with_trailers(&gateway, &[(":path", "/b")]);
    for request in origin.requests() {
        assert_eq!((request.target(), request.trailers.len()), ("/a", 0));
    }
}

#[test]
fn frames_between_a_head_and_its_continuation_end_the_connection() {
    let origin = Origin::hello();
    let gateway = Gateway::before(&origin, "");
    let fields = block(&get("/a", &[]));
    let (first, second) = fields.split_at(10);
    for between in [
        frame(DATA, END_STREAM, 1, "x"),
        frame(HEADERS, END_HEADERS | END_STREAM, 3, block(&get("/b", &[]))),
        frame(CONTINUATION, END_HEADERS, 3, second),
    ] {
        let mut visitor = Frames::connect(gateway.https(), &[]);
        visitor.send(HEADERS, END_STREAM, 1, first);
        visitor.client.send(between);
        visitor.send(CONTINUATION, END_HEADERS, 1, second);
        assert_eq!(visitor.outcome(1), Outcome::Gone);
    }
    assert_eq!(origin.started(), 0);
    eventually("the violations are counted", || {
        let counted = gateway.metric("privet_malformed_input_total{kind=\"http2\"}");
        (counted >= 3.0).then_some(())
    });
}
