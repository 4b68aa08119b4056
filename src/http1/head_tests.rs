//! Heads that must be refused, and heads that must pass, byte for byte.

use proptest::prelude::*;

use super::*;

const LIMITS: HeadLimits = HeadLimits {
    size: 32 * 1024,
    fields: 10,
    target: 64,
};

fn request(head: &str) -> Result<RequestHead, HeadError> {
    parse_request(&Bytes::copy_from_slice(head.as_bytes()), LIMITS)
}

#[test]
fn ambiguous_or_malformed_requests_are_refused() {
    for (name, head, expected) in [
        (
            "length and coding",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            HeadError::Framing,
        ),
        (
            "coding and length",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
            HeadError::Framing,
        ),
        (
            "two lengths",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
            HeadError::Framing,
        ),
        (
            "same length twice",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
            HeadError::Framing,
        ),
        (
            "list of lengths",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n",
            HeadError::Framing,
        ),
        (
            "signed length",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n",
            HeadError::Framing,
        ),
        (
            "huge length",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
            HeadError::Framing,
        ),
        (
            "empty length",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n",
            HeadError::Framing,
        ),
        (
            "two codings",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            HeadError::Coding,
        ),
        (
            "chunked twice",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            HeadError::Framing,
        ),
        (
            "chunked not last",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n",
            HeadError::Framing,
        ),
        (
            "look-alike",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n",
            HeadError::Framing,
        ),
        (
            "coding in 1.0",
            "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
            HeadError::Framing,
        ),
        (
            "space before colon",
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\n",
            HeadError::Field,
        ),
        (
            "folded line",
            "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n Content-Length: 5\r\n\r\n",
            HeadError::Field,
        ),
        ("no host", "GET / HTTP/1.1\r\n\r\n", HeadError::Authority),
        (
            "two hosts",
            "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
            HeadError::Authority,
        ),
        (
            "absolute without host",
            "GET http://a/ HTTP/1.1\r\n\r\n",
            HeadError::Authority,
        ),
        (
            "NUL in value",
            "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
            HeadError::Field,
        ),
        (
            "bare CR in value",
            "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
            HeadError::Field,
        ),
        (
            "fragment",
            "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n",
            HeadError::Target,
        ),
        (
            "asterisk",
            "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
            HeadError::Target,
        ),
        (
            "relative",
            "GET a HTTP/1.1\r\nHost: a\r\n\r\n",
            HeadError::Target,
        ),
        (
            "long target",
            "GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa HTTP/1.1\r\nHost: a\r\n\r\n",
            HeadError::TargetTooLong,
        ),
        (
            "fields",
            "GET / HTTP/1.1\r\nHost: a\r\nA:1\r\nB:1\r\nC:1\r\nD:1\r\nE:1\r\nF:1\r\nG:1\r\nH:1\r\nI:1\r\nJ:1\r\n\r\n",
            HeadError::TooManyFields,
        ),
        (
            "connect",
            "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n",
            HeadError::Method,
        ),
        (
            "trace",
            "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n",
            HeadError::Method,
        ),
        (
            "version",
            "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
            HeadError::Version,
        ),
        ("no version", "GET /\r\n\r\n", HeadError::StartLine),
        (
            "expectation",
            "GET / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n",
            HeadError::Expectation,
        ),
    ] {
        assert_eq!(request(head).err(), Some(expected), "{name}");
    }
}

#[test]
fn requests_are_read_as_they_mean() {
    let head = request("POST http://B:81?x=1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\nConnection: close\r\nExpect: 100-Continue\r\n\r\n").expect("a request");
    assert_eq!(head.authority.expect("an authority"), "B:81");
    assert_eq!(head.target, "/?x=1");
    assert_eq!(head.content, Content::Chunked);
    assert!(!head.keep_alive && head.expects_continue);
    let head = request("OPTIONS * HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").expect("a request");
    assert!(head.keep_alive && head.authority.is_none() && head.target == "*");
    let head = request("GET /%7Ea?b=%zz&c HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n").expect("a request");
    assert!(head.upgrade && head.target == "/%7Ea?b=%zz&c");
}

#[test]
fn responses_are_framed_as_rfc_9112_says() {
    let content = |head: &str, to_head| {
        parse_response(&Bytes::copy_from_slice(head.as_bytes()), to_head).map(|head| head.content)
    };
    use ResponseContent::{Framed, UntilClose};
    for (head, to_head, expected) in [
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
            false,
            Ok(Framed(Content::Length(5))),
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
            true,
            Ok(Framed(Content::None)),
        ),
        (
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
            false,
            Ok(Framed(Content::None)),
        ),
        (
            "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n",
            false,
            Ok(Framed(Content::Chunked)),
        ),
        ("HTTP/1.0 200 OK\r\n\r\n", false, Ok(UntilClose)),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            false,
            Err(HeadError::Framing),
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
            false,
            Err(HeadError::Framing),
        ),
        ("HTTP/1.1 99 What\r\n\r\n", false, Err(HeadError::StartLine)),
    ] {
        assert_eq!(content(head, to_head), expected, "{head}");
    }
}

#[test]
fn a_head_ends_at_its_empty_line_however_it_is_cut() {
    let bytes = b"GET / HTTP/1.1\r\nHost: a\r\n\r\nrest";
    for cut in 0..bytes.len() {
        let mut boundary = HeadBoundary::default();
        let first = boundary.find(&bytes[..cut]).expect("well formed");
        let end = first.or_else(|| boundary.find(bytes).expect("well formed"));
        assert_eq!(end, Some(27), "cut at {cut}");
    }
    assert_eq!(
        HeadBoundary::default().find(b"GET / HTTP/1.1\nHost: a\n\n"),
        Err(HeadError::Field)
    );
}

proptest! {
    #[test]
    fn any_bytes_are_parsed_without_panic(head: Vec<u8>) {
        let head = Bytes::from(head);
        let _ = parse_request(&head, LIMITS);
        let _ = parse_response(&head, false);
        let _ = HeadBoundary::default().find(&head);
    }
}
