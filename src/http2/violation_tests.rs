//! What no decent client sends, and what becomes of it.

use super::{
    connection::Connection,
    frame::{ACK, END_HEADERS, END_STREAM, Kind, PADDED, PREFACE, Reason},
    tests::{BOUNDS, GET, block, feed, raw, request, said, written},
};

#[test]
fn what_breaks_the_protocol_ends_the_connection() {
    let get = request(1, true, &[]);
    let begun = raw(Kind::Headers, 0, 1, &block(GET));
    let most = 0x7fff_ffff_u32.to_be_bytes();
    for (name, frames, reason) in [
        (
            "data on no stream",
            vec![raw(Kind::Data, 0, 0, b"x")],
            Reason::Protocol,
        ),
        (
            "data on an idle stream",
            vec![raw(Kind::Data, 0, 1, b"x")],
            Reason::Protocol,
        ),
        (
            "an even stream",
            vec![request(2, true, &[])],
            Reason::Protocol,
        ),
        (
            "a number again",
            vec![request(3, true, &[]), get.clone()],
            Reason::StreamClosed,
        ),
        (
            "a short ping",
            vec![raw(Kind::Ping, 0, 0, b"short")],
            Reason::FrameSize,
        ),
        (
            "a ping on a stream",
            vec![raw(Kind::Ping, 0, 1, &[0; 8])],
            Reason::Protocol,
        ),
        (
            "broken settings",
            vec![raw(Kind::Settings, 0, 0, &[0; 5])],
            Reason::FrameSize,
        ),
        (
            "settings on a stream",
            vec![raw(Kind::Settings, 0, 1, &[])],
            Reason::Protocol,
        ),
        (
            "an ack with settings",
            vec![raw(Kind::Settings, ACK, 0, &[0; 6])],
            Reason::FrameSize,
        ),
        (
            "a push setting of 2",
            vec![raw(Kind::Settings, 0, 0, &[0, 2, 0, 0, 0, 2])],
            Reason::Protocol,
        ),
        (
            "a tiny frame size",
            vec![raw(Kind::Settings, 0, 0, &[0, 5, 0, 0, 0, 1])],
            Reason::Protocol,
        ),
        (
            "a huge window",
            vec![raw(Kind::Settings, 0, 0, &[0, 4, 0x80, 0, 0, 0])],
            Reason::FlowControl,
        ),
        (
            "no increment",
            vec![raw(Kind::WindowUpdate, 0, 0, &[0; 4])],
            Reason::Protocol,
        ),
        (
            "a window beyond all",
            vec![raw(Kind::WindowUpdate, 0, 0, &most)],
            Reason::FlowControl,
        ),
        (
            "an update of an idle stream",
            vec![raw(Kind::WindowUpdate, 0, 1, &[0, 0, 0, 1])],
            Reason::Protocol,
        ),
        (
            "a reset of an idle stream",
            vec![raw(Kind::Reset, 0, 1, &[0; 4])],
            Reason::Protocol,
        ),
        (
            "a short reset",
            vec![get.clone(), raw(Kind::Reset, 0, 1, &[0; 3])],
            Reason::FrameSize,
        ),
        (
            "a push",
            vec![raw(Kind::Push, END_HEADERS, 1, &[0; 4])],
            Reason::Protocol,
        ),
        (
            "a continuation of nothing",
            vec![raw(Kind::Continuation, END_HEADERS, 1, &[])],
            Reason::Protocol,
        ),
        (
            "another stream's continuation",
            vec![begun.clone(), raw(Kind::Continuation, 0, 3, &[])],
            Reason::Protocol,
        ),
        (
            "a ping within a block",
            vec![begun, raw(Kind::Ping, 0, 0, &[0; 8])],
            Reason::Protocol,
        ),
        (
            "no block",
            vec![raw(Kind::Headers, END_HEADERS, 1, &[0xff; 20])],
            Reason::Compression,
        ),
        (
            "padding only",
            vec![raw(Kind::Headers, END_HEADERS | PADDED, 1, &[9, 0])],
            Reason::Protocol,
        ),
        (
            "padding without a length",
            vec![get, raw(Kind::Headers, END_HEADERS | PADDED, 3, &[])],
            Reason::FrameSize,
        ),
        (
            "a goodbye on a stream",
            vec![raw(Kind::GoAway, 0, 1, &[0; 8])],
            Reason::Protocol,
        ),
        (
            "a frame too large",
            vec![vec![0, 0x40, 1, 0, 0, 0, 0, 0, 1]],
            Reason::FrameSize,
        ),
    ] {
        assert_eq!(said(&frames).1, Err(reason), "{name}");
    }
    for bytes in [
        b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        [PREFACE, &raw(Kind::Ping, 0, 0, &[0; 8])].concat(),
        [PREFACE, &raw(Kind::Settings, ACK, 0, &[])].concat(),
    ] {
        let mut connection = Connection::new(BOUNDS);
        assert_eq!(
            feed(&mut connection, [bytes.as_slice()]),
            Err(Reason::Protocol)
        );
    }
}

#[test]
fn what_makes_a_mess_of_a_stream_ends_that_stream() {
    const RESET: u8 = 3;
    let open = || request(1, false, &[]);
    let five = || request(1, false, &[("content-length", "5")]);
    for (name, frames, reason) in [
        ("upper case", vec![request(1, true, &[("X", "y")])], 1),
        (
            "a connection's field",
            vec![request(1, true, &[("connection", "close")])],
            1,
        ),
        ("another te", vec![request(1, true, &[("te", "gzip")])], 1),
        ("white space", vec![request(1, true, &[("x", " y")])], 1),
        (
            "a late pseudo-field",
            vec![request(1, true, &[("x", "y"), (":path", "/")])],
            1,
        ),
        ("two paths", vec![request(1, true, &[(":path", "/")])], 1),
        ("a status", vec![request(1, true, &[(":status", "200")])], 1),
        (
            "content that does not come",
            vec![request(1, true, &[("content-length", "5")])],
            1,
        ),
        (
            "no length",
            vec![request(1, false, &[("content-length", "0x5")])],
            1,
        ),
        (
            "more than declared",
            vec![five(), raw(Kind::Data, 0, 1, b"123456")],
            1,
        ),
        (
            "less than declared",
            vec![five(), raw(Kind::Data, END_STREAM, 1, b"1234")],
            1,
        ),
        (
            "content behind the end",
            vec![request(1, true, &[]), raw(Kind::Data, 0, 1, b"x")],
            5,
        ),
        (
            "a head behind the end",
            vec![request(1, true, &[]), request(1, true, &[])],
            5,
        ),
        (
            "a head within content",
            vec![open(), request(1, true, &[])],
            1,
        ),
        (
            "trailers without an end",
            vec![
                open(),
                raw(Kind::Headers, END_HEADERS, 1, &block(&[("x", "y")])),
            ],
            1,
        ),
        (
            "no increment",
            vec![open(), raw(Kind::WindowUpdate, 0, 1, &[0; 4])],
            1,
        ),
        (
            "a window beyond all",
            vec![
                open(),
                raw(Kind::WindowUpdate, 0, 1, &[0x7f, 0xff, 0xff, 0xff]),
            ],
            3,
        ),
    ] {
        let (mut connection, events) = said(&frames);
        assert!(events.is_ok(), "{name}: {events:?}");
        let expected = (RESET, 1, vec![0, 0, 0, reason]);
        assert!(written(&mut connection).contains(&expected), "{name}");
        assert!(connection.is_idle(), "{name}");
        assert!(connection.is_flooded(0), "{name} costs nothing");
    }
}

#[test]
fn a_request_that_is_understood_and_refused_says_why() {
    let with = |name: &str, value: &str| {
        let lines = GET
            .iter()
            .map(|line| if line.0 == name { (name, value) } else { *line });
        let lines: Vec<_> = lines.collect();
        raw(Kind::Headers, END_HEADERS | END_STREAM, 1, &block(&lines))
    };
    let many = vec![("x", "y"); 21];
    let large: Vec<_> = (0..40).map(|_| ("x", "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy")).collect();
    let long = format!("/{}", "a".repeat(100));
    for (frame, error) in [
        (with(":path", "*"), "Target"),
        (with(":path", "a"), "Target"),
        (with(":path", "/a b"), "Target"),
        (with(":path", "/a#b"), "Target"),
        (with(":path", &long), "TargetTooLong"),
        (with(":method", "TRACE"), "Method"),
        (with(":method", "CONNECT"), "Method"),
        (request(1, true, &[("host", "b.example")]), "Authority"),
        (
            request(1, true, &[("host", "a.example"), ("host", "a.example")]),
            "Authority",
        ),
        (request(1, true, &many), "TooManyFields"),
        (request(1, true, &large), "TooLarge"),
    ] {
        let expected = format!("Refused {{ stream: 1, error: {error}, to_head: false }}");
        assert_eq!(said(&[frame]).1, Ok(vec![expected]));
    }
}
