//! No website, however confused or hostile, can make one response into two, or have another
//! visitor's request answered with the rest of this one's.

use std::io::ErrorKind;

use crate::gateway::{
    Client, Frames, Gateway, Http2, Next, Origin,
    frames::{self, Outcome},
};

/// A response, the request that provokes it, and what the visitor gets.
struct Case {
    name: &'static str,
    method: &'static str,
    bytes: Vec<u8>,
    gets: Gets,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Gets {
    /// privet's own `502`.
    BadGateway,
    /// This status and content, and nothing behind it.
    Whole(u16, &'static str),
    /// A response that breaks off.
    Cut,
}

/// What must never be read as a response of its own.
const SECOND: &str = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond";

fn case(name: &'static str, method: &'static str, bytes: impl Into<Vec<u8>>, gets: Gets) -> Case {
    Case {
        name,
        method,
        bytes: bytes.into(),
        gets,
    }
}

fn bad(name: &'static str, bytes: impl Into<Vec<u8>>) -> Case {
    case(name, "GET", bytes, Gets::BadGateway)
}

/// A `200` with those field lines, and content that would do for each of them.
fn ok(fields: &str) -> String {
    format!("HTTP/1.1 200 OK\r\n{fields}\r\n5\r\nhello\r\n0\r\n\r\n{SECOND}")
}

fn heads() -> Vec<Case> {
    let line = |line: &str| format!("{line}\r\nContent-Length: 5\r\n\r\nhello");
    let interim = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(20);
    let huge = format!("X: {}\r\n", "x".repeat(1000)).repeat(200);
    let many = "X: y\r\n".repeat(300);
    vec![
        bad(
            "both framings",
            ok("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
        ),
        bad(
            "two lengths",
            ok("Content-Length: 5\r\nContent-Length: 15\r\n"),
        ),
        bad(
            "the same length twice",
            ok("Content-Length: 5\r\nContent-Length: 5\r\n"),
        ),
        bad("a list of lengths", ok("Content-Length: 5, 5\r\n")),
        bad("a negative length", ok("Content-Length: -5\r\n")),
        bad(
            "a huge length",
            ok("Content-Length: 99999999999999999999\r\n"),
        ),
        bad("xchunked", ok("Transfer-Encoding: xchunked\r\n")),
        bad(
            "chunked twice",
            ok("Transfer-Encoding: chunked, chunked\r\n"),
        ),
        bad("gzip, chunked", ok("Transfer-Encoding: gzip, chunked\r\n")),
        bad(
            "two codings",
            ok("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
        ),
        bad(
            "space before the colon",
            ok("Transfer-Encoding : chunked\r\n"),
        ),
        bad("folded", ok("Transfer-Encoding:\r\n chunked\r\n")),
        bad(
            "chunked in HTTP/1.0",
            ok("Transfer-Encoding: chunked\r\n").replace("1.1 200", "1.0 200"),
        ),
        bad("LF in a name", ok("X\nY: z\r\n")),
        bad("bare LF", ok("X: y\nTransfer-Encoding: chunked\r\n")),
        bad("bare CR", ok("X: y\rTransfer-Encoding: chunked\r\n")),
        bad("NUL in a value", ok("X: a\0b\r\n")),
        bad("no colon", ok("X\r\n")),
        bad("many fields", ok(&many)),
        bad("a huge head", ok(&huge)),
        bad("a flood of interim responses", interim + SECOND),
        bad(
            "a switch that nobody asked for",
            format!(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n{SECOND}"
            ),
        ),
        bad("HTTP/2", line("HTTP/2 200 OK")),
        bad("another protocol", line("ICY 200 OK")),
        bad("no status", line("HTTP/1.1 OK")),
        bad("a status of two digits", line("HTTP/1.1 99 OK")),
        bad("a status of four digits", line("HTTP/1.1 2000 OK")),
        bad("CR in the reason", line("HTTP/1.1 200 O\rK")),
        bad("HTTP/0.9", "hello, this is no head\r\n\r\n"),
        bad("nothing", ""),
        bad("half a head", "HTTP/1.1 200 OK\r\nContent-"),
    ]
}

fn contents() -> Vec<Case> {
    let chunked =
        |content: &str| format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{content}");
    let cut = |name, content: &str| case(name, "GET", chunked(content), Gets::Cut);
    let with_body = |status: &str| {
        format!(
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{SECOND}",
            SECOND.len()
        )
    };
    vec![
        cut(
            "a chunk size with 0x",
            "5\r\nhello\r\n0x5\r\nhello\r\n0\r\n\r\n",
        ),
        cut("a huge chunk size", "5\r\nhello\r\nfffffffffffffffff\r\n"),
        cut(
            "LF behind a chunk size",
            "5\r\nhello\r\n5\nhello\r\n0\r\n\r\n",
        ),
        cut("no line end behind a chunk", "5\r\nhello0\r\n\r\n"),
        cut(
            "a trailer that is none",
            "5\r\nhello\r\n0\r\nbad trailer\r\n\r\n",
        ),
        cut("no last chunk", "5\r\nhello\r\n"),
        cut("half a trailer section", "5\r\nhello\r\n0\r\nA: b\r\n"),
        case(
            "fewer bytes than said",
            "GET",
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
            Gets::Cut,
        ),
        case(
            "more bytes than said",
            "GET",
            format!("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello{SECOND}"),
            Gets::Whole(200, "hello"),
        ),
        case(
            "bytes behind the last chunk",
            "GET",
            chunked("5\r\nhello\r\n0\r\n\r\n") + SECOND,
            Gets::Whole(200, "hello"),
        ),
        case(
            "204 with content",
            "GET",
            with_body("204 No Content"),
            Gets::Whole(204, ""),
        ),
        case(
            "304 with content",
            "GET",
            with_body("304 Not Modified"),
            Gets::Whole(304, ""),
        ),
        case(
            "HEAD with content",
            "HEAD",
            with_body("200 OK"),
            Gets::Whole(200, ""),
        ),
        case(
            "HEAD with chunks",
            "HEAD",
            chunked("5\r\nhello\r\n0\r\n\r\n"),
            Gets::Whole(200, ""),
        ),
        case(
            "204 with chunks",
            "GET",
            chunked("5\r\nhello\r\n0\r\n\r\n").replace("200 OK", "204 No Content"),
            Gets::Whole(204, ""),
        ),
    ]
}

/// Each case has its number for a path.
fn hostile(cases: &[Case]) -> Origin {
    let answers: Vec<_> = cases.iter().map(|case| case.bytes.clone()).collect();
    Origin::scripted(move |exchange| {
        let _ = exchange.read_body();
        let number = exchange
            .request
            .target()
            .trim_start_matches('/')
            .parse::<usize>();
        let Ok(number) = number else {
            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine");
            return Next::Request;
        };
        exchange.send(&answers[number]);
        // What is incomplete stays so; what is complete leaves the connection open for misuse.
        if answers[number].ends_with(b"second") {
            Next::Request
        } else {
            Next::Close
        }
    })
}

#[test]
fn an_ambiguous_or_malformed_head_is_a_bad_gateway() {
    over_http1(&heads());
    over_http2(&heads());
}

#[test]
fn malformed_content_is_cut_off_and_never_completed() {
    over_http1(&contents());
    over_http2(&contents());
}

fn over_http1(cases: &[Case]) {
    let origin = hostile(cases);
    let gateway = Gateway::before(&origin, "");
    for (number, case) in cases.iter().enumerate() {
        let name = case.name;
        let mut client = Client::connect(gateway.https());
        let method = case.method;
        client.send(format!(
            "{method} /{number} HTTP/1.1\r\nHost: www.example.com\r\n\r\n"
        ));
        match (case.gets, client.try_response(method)) {
            (Gets::BadGateway, Ok(response)) => assert_eq!(response.status, 502, "{name}"),
            (Gets::Whole(status, text), Ok(response)) => {
                assert_eq!(
                    (response.status, response.text().as_str()),
                    (status, text),
                    "{name}"
                );
            }
            (Gets::Cut, Err(error)) => {
                assert_eq!(error.kind(), ErrorKind::UnexpectedEof, "{name}: {error}");
                client = Client::connect(gateway.https());
            }
            (gets, response) => panic!("{name}: {response:?} and not {gets:?}"),
        }
        assert_eq!(client.get("/fine").text(), "fine", "after {name}");
    }
    no_connection_was_used_again(&origin);
}

fn over_http2(cases: &[Case]) {
    let origin = hostile(cases);
    let gateway = Gateway::before(&origin, "");
    for (number, case) in cases.iter().enumerate() {
        let name = case.name;
        let path = format!("/{number}");
        let mut visitor = Frames::connect(gateway.https(), &[]);
        let mut fields = frames::get(&path, &[]);
        fields[0] = (":method", case.method);
        visitor.headers(1, true, &fields);
        match (case.gets, visitor.outcome(1)) {
            (Gets::BadGateway, Outcome::Answered(502, _)) | (Gets::Cut, Outcome::Reset(..)) => {}
            (Gets::Whole(status, text), Outcome::Answered(found, content))
                if status == found && text.as_bytes() == content => {}
            (gets, outcome) => panic!("{name}: {outcome:?} and not {gets:?}"),
        }
        visitor.headers(3, true, &frames::get("/fine", &[]));
        let fine = Outcome::Answered(200, b"fine".to_vec());
        assert_eq!(visitor.outcome(3), fine, "after {name}");
    }
    assert_eq!(Http2::connect(gateway.https()).get("/fine").text(), "fine");
    no_connection_was_used_again(&origin);
}

/// After a hostile response, nothing more is asked on its connection.
fn no_connection_was_used_again(origin: &Origin) {
    let requests = origin.requests();
    for (index, request) in requests.iter().enumerate() {
        if request.target() != "/fine" {
            let later = requests[index + 1..].iter();
            let reused = later.filter(|later| later.connection == request.connection);
            assert_eq!(reused.count(), 0, "{} was not the last", request.target());
        }
    }
}
