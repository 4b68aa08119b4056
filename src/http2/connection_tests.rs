//! Connections as a client could make them: whole, cut anywhere, and out of order.

use bytes::BytesMut;
use proptest::prelude::*;

use super::{
    connection::{Bounds, Connection, Event},
    frame::{self, ACK, END_HEADERS, END_STREAM, Kind, PADDED, PREFACE, PRIORITY, Reason},
    receive::Received,
    send::ResponseLines,
    stream::{Taken, WINDOW},
};
use crate::http1::HeadLimits;
use crate::privacy::FieldValue;

pub(super) const BOUNDS: Bounds = Bounds {
    streams: 10,
    head: HeadLimits {
        size: 4096,
        fields: 20,
        target: 100,
    },
};

pub(super) fn raw(kind: Kind, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    [&frame::head(kind, flags, stream, payload.len()), payload].concat()
}

/// Preface and settings.
pub(super) fn hello() -> Vec<u8> {
    [PREFACE, &raw(Kind::Settings, 0, 0, &[])].concat()
}

/// Literals that nobody indexes.
pub(super) fn block(lines: &[(&str, &str)]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in lines {
        block.push(0);
        for text in [name, value] {
            assert!(text.len() < 127);
            block.push(text.len() as u8);
            block.extend_from_slice(text.as_bytes());
        }
    }
    block
}

pub(super) const GET: &[(&str, &str)] = &[
    (":method", "GET"),
    (":scheme", "https"),
    (":path", "/a"),
    (":authority", "a.example"),
];

pub(super) fn request(stream: u32, ends: bool, more: &[(&str, &str)]) -> Vec<u8> {
    let flags = END_HEADERS | if ends { END_STREAM } else { 0 };
    let lines = [GET, more].concat();
    raw(Kind::Headers, flags, stream, &block(&lines))
}

fn describe(event: &Event) -> String {
    match event {
        Event::Request {
            stream,
            head,
            ended,
        } => format!(
            "{stream}: {} {} {:?} {} {ended}",
            head.method,
            head.target,
            head.length,
            head.fields.len()
        ),
        event => format!("{event:?}"),
    }
}

/// What pieces of bytes bring.
pub(super) fn feed<'a>(
    connection: &mut Connection,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Vec<String>, Reason> {
    let (mut input, mut events) = (BytesMut::new(), Vec::new());
    for piece in pieces {
        input.extend_from_slice(piece);
        loop {
            match connection.receive(&mut input)? {
                Received::NeedMore => break,
                Received::Frame => {}
                Received::Event(event) => events.push(describe(&event)),
            }
        }
    }
    Ok(events)
}

/// What a connection says to frames behind a hello.
pub(super) fn said(frames: &[Vec<u8>]) -> (Connection, Result<Vec<String>, Reason>) {
    let mut connection = Connection::new(BOUNDS);
    let bytes = [hello(), frames.concat()].concat();
    let events = feed(&mut connection, [bytes.as_slice()]);
    (connection, events)
}

/// The kinds, streams and payloads of what was written since `connection.output` was cleared.
pub(super) fn written(connection: &mut Connection) -> Vec<(u8, u32, Vec<u8>)> {
    let output = std::mem::take(&mut connection.output);
    let (mut rest, mut frames) = (output.as_slice(), Vec::new());
    while let Some(head) = frame::FrameHead::parse(rest) {
        let payload = rest[9..9 + head.length].to_vec();
        frames.push((rest[3], head.stream, payload));
        rest = &rest[9 + head.length..];
    }
    frames
}

fn all_data(connection: &mut Connection, stream: u32) -> (Vec<u8>, bool) {
    let mut data = Vec::new();
    loop {
        match connection.take_content(stream) {
            Taken::Data(piece) => data.extend_from_slice(&piece),
            Taken::Trailers(_) => {}
            Taken::End => return (data, true),
            Taken::Nothing | Taken::Gone => return (data, false),
        }
    }
}

#[test]
fn frames_mean_the_same_wherever_they_are_cut() {
    let padded = [&[3][..], b"llo", &[0; 3]].concat();
    let priority = [&[0, 0, 0, 0, 7][..], &block(GET)].concat();
    let whole = block(GET);
    let (first, second) = whole.split_at(9);
    let bytes = [
        hello(),
        raw(Kind::Settings, 0, 0, &[0, 4, 0, 0, 1, 0]),
        raw(Kind::Settings, ACK, 0, &[]),
        request(1, false, &[("content-length", "5"), ("cookie", "a=1")]),
        raw(Kind::Data, 0, 1, b"he"),
        raw(Kind::Ping, 0, 0, b"12345678"),
        raw(Kind::Data, PADDED, 1, &padded),
        raw(Kind::Unknown, 0xff, 9, b"whatever"),
        raw(
            Kind::Headers,
            END_HEADERS | END_STREAM,
            1,
            &block(&[("x-sum", "1")]),
        ),
        raw(
            Kind::Headers,
            END_HEADERS | END_STREAM | PRIORITY,
            3,
            &priority,
        ),
        raw(Kind::Priority, 0, 3, &[0; 5]),
        raw(Kind::WindowUpdate, 0, 3, &[0, 0, 1, 0]),
        raw(Kind::Headers, END_STREAM, 5, first),
        raw(Kind::Continuation, END_HEADERS, 5, second),
        raw(Kind::Reset, 0, 5, &[0, 0, 0, 8]),
    ]
    .concat();
    let expected = [
        "1: GET /a Some(5) 2 false",
        "Content(1)",
        "Content(1)",
        "Content(1)",
        "3: GET /a None 0 true",
        "Window(3)",
        "5: GET /a None 0 true",
        "Reset(5)",
    ];
    for cut in 0..bytes.len() {
        let mut connection = Connection::new(BOUNDS);
        let events = feed(&mut connection, [&bytes[..cut], &bytes[cut..]]);
        assert_eq!(events.expect("sound"), expected, "cut at {cut}");
        assert_eq!(all_data(&mut connection, 1), (b"hello".to_vec(), true));
    }
    let mut connection = Connection::new(BOUNDS);
    let events = feed(&mut connection, bytes.chunks(1));
    assert_eq!(events.expect("sound"), expected, "byte by byte");
}

#[test]
fn windows_open_as_content_is_read_and_only_then() {
    let (mut connection, _) = said(&[request(1, false, &[])]);
    connection.output.clear();
    let data = raw(Kind::Data, 0, 1, &[b'x'; 16_384]);
    let frames = usize::try_from(WINDOW).expect("small") / 16_384;
    for _ in 0..frames {
        feed(&mut connection, [data.as_slice()]).expect("sound");
    }
    assert_eq!(written(&mut connection), [], "nothing was read");
    let one = raw(Kind::Data, 0, 1, b"x");
    let mut other = said(&[request(1, false, &[])]).0;
    for _ in 0..frames {
        feed(&mut other, [data.as_slice()]).expect("sound");
    }
    assert_eq!(
        feed(&mut other, [one.as_slice()]),
        Ok(vec!["Reset(1)".to_owned()])
    );
    assert_eq!(all_data(&mut connection, 1).0.len(), frames * 16_384);
    let updates = written(&mut connection);
    let given: u32 = updates
        .iter()
        .filter(|(kind, stream, _)| (*kind, *stream) == (8, 1))
        .map(|(.., payload)| u32::from_be_bytes(payload[..].try_into().expect("four")))
        .sum();
    assert_eq!(given, WINDOW);
    feed(&mut connection, [one.as_slice()]).expect("sound");
}

#[test]
fn content_that_nobody_wants_is_read_for_a_while_and_then_reset() {
    let (mut connection, _) = said(&[request(1, false, &[])]);
    connection.discard(1);
    connection.send_content(1, b"", true);
    assert!(connection.holds(1));
    connection.output.clear();
    let data = raw(Kind::Data, 0, 1, &[b'x'; 16_384]);
    for _ in 0..4 {
        assert_eq!(feed(&mut connection, [data.as_slice()]), Ok(Vec::new()));
    }
    assert!(
        written(&mut connection).contains(&(3, 1, vec![0; 4])),
        "without an error"
    );
    assert_eq!(
        feed(&mut connection, [data.as_slice()]),
        Ok(Vec::new()),
        "on its way"
    );
}

#[test]
fn streams_beyond_the_limit_are_refused() {
    let frames: Vec<_> = (0..11)
        .map(|number| request(number * 2 + 1, true, &[]))
        .collect();
    let (mut connection, events) = said(&frames);
    assert_eq!(events.expect("sound").len(), 10);
    assert!(written(&mut connection).contains(&(3, 21, vec![0, 0, 0, 7])));
}

#[test]
fn who_says_goodbye_serves_what_has_come_and_nothing_more() {
    let (mut connection, _) = said(&[request(1, true, &[])]);
    connection.announce_end();
    let frames = [request(3, true, &[]), raw(Kind::Ping, ACK, 0, b"farewell")].concat();
    let events = feed(&mut connection, [frames.as_slice()]).expect("sound");
    assert_eq!(events, ["3: GET /a None 0 true", "Farewell"]);
    connection.end();
    let late = [request(5, false, &[]), raw(Kind::Data, 0, 5, b"x")].concat();
    assert_eq!(feed(&mut connection, [late.as_slice()]), Ok(Vec::new()));
    assert!(!connection.is_idle());
    for stream in [1, 3] {
        connection.send_content(stream, b"", true);
    }
    assert!(connection.is_idle());
}

#[test]
fn a_head_beyond_a_frame_is_continued_in_others() {
    let (mut connection, _) = said(&[request(1, true, &[])]);
    connection.output.clear();
    let value = FieldValue::try_from("x".repeat(1000)).expect("a value");
    let response = ResponseLines {
        status: http::StatusCode::OK,
        fields: &crate::privacy::FieldLines::default(),
        cookies: &vec![value; 40],
    };
    connection.respond(1, &response, true);
    let mut rest = connection.output.as_slice();
    let (mut heads, mut block) = (Vec::new(), Vec::new());
    while let Some(head) = frame::FrameHead::parse(rest) {
        heads.push((head.kind, head.flags, head.length));
        block.extend_from_slice(&rest[9..9 + head.length]);
        rest = &rest[9 + head.length..];
    }
    let last = block.len() - 2 * 16_384;
    assert_eq!(
        heads,
        [
            (Kind::Headers, END_STREAM, 16_384),
            (Kind::Continuation, 0, 16_384),
            (Kind::Continuation, END_HEADERS, last),
        ]
    );
    let mut lines = 0;
    let decoded = super::hpack::Decoder::new().decode(&block, |_, _| lines += 1);
    assert_eq!((decoded, lines), (Ok(()), 41));
    assert!(connection.is_idle());
}

#[test]
fn content_leaves_as_far_as_the_windows_let_it() {
    let settings = raw(Kind::Settings, 0, 0, &[0, 4, 0, 0, 0, 10]);
    let (mut connection, events) = said(&[settings, request(1, true, &[]), request(3, true, &[])]);
    assert_eq!(events.expect("sound").len(), 2);
    assert_eq!(connection.sendable(1), 10);
    connection.send_content(1, b"12345678", false);
    assert_eq!((connection.sendable(1), connection.sendable(3)), (2, 10));
    // Smaller than what was sent: the window is below nothing until it is opened again.
    let smaller = raw(Kind::Settings, 0, 0, &[0, 4, 0, 0, 0, 1]);
    assert_eq!(feed(&mut connection, [smaller.as_slice()]), Ok(Vec::new()));
    assert_eq!((connection.sendable(1), connection.sendable(3)), (0, 1));
    let wider = raw(Kind::WindowUpdate, 0, 1, &[0, 0, 0, 10]);
    let events = feed(&mut connection, [wider.as_slice()]);
    assert_eq!(events, Ok(vec!["Window(1)".to_owned()]));
    assert_eq!(connection.sendable(1), 3);
    let wide = raw(Kind::Settings, 0, 0, &[0, 4, 0, 2, 0, 0]);
    let events = feed(&mut connection, [wide.as_slice()]);
    assert_eq!(events, Ok(vec!["Windows".to_owned()]));
    assert_eq!(connection.sendable(3), 65_535 - 8, "the connection's own");
}

#[test]
fn frames_that_cost_more_than_who_sends_them_are_counted() {
    for (name, frame, costs) in [
        ("ping", raw(Kind::Ping, 0, 0, &[0; 8]), true),
        ("settings", raw(Kind::Settings, 0, 0, &[]), true),
        ("priority", raw(Kind::Priority, 0, 1, &[0; 5]), true),
        ("unknown", raw(Kind::Unknown, 0, 0, &[]), true),
        ("reset", raw(Kind::Reset, 0, 1, &[0; 4]), true),
        ("empty data", raw(Kind::Data, 0, 1, &[]), true),
        ("window", raw(Kind::WindowUpdate, 0, 0, &[0, 0, 0, 1]), true),
        ("data", raw(Kind::Data, 0, 1, b"x"), false),
        ("end", raw(Kind::Data, END_STREAM, 1, &[]), false),
    ] {
        let (mut connection, _) = said(&[request(1, false, &[])]);
        connection.forgive();
        feed(&mut connection, [frame.as_slice()]).expect("sound");
        assert_eq!(connection.is_flooded(0), costs, "{name}");
        assert!(!connection.is_flooded(1), "{name}");
        connection.forgive();
        assert!(!connection.is_flooded(0), "{name}");
    }
    let (mut connection, _) = said(&[]);
    connection.forgive();
    let update = raw(Kind::WindowUpdate, 0, 0, &[0, 0, 0, 1]);
    feed(&mut connection, [update.as_slice()]).expect("sound");
    connection.note_written(1024);
    assert!(!connection.is_flooded(0), "what was written justifies it");
}

fn any_frame() -> impl Strategy<Value = Vec<u8>> {
    let payload = prop_oneof![
        Just(block(GET)),
        Just(vec![0, 0, 0, 9]),
        Just(vec![0; 8]),
        prop::collection::vec(any::<u8>(), 0..40),
    ];
    (0_u8..12, any::<u8>(), 0_u32..14, payload).prop_map(|(kind, flags, stream, payload)| {
        let mut bytes = raw(Kind::Data, flags, stream, &payload);
        bytes[3] = kind;
        bytes
    })
}

proptest! {
    #[test]
    fn any_frames_are_survived_and_bounded(
        frames in prop::collection::vec(any_frame(), 0..60),
        cut: prop::sample::Index,
    ) {
        let bytes = [hello(), frames.concat()].concat();
        let cut = cut.index(bytes.len());
        let mut whole = Connection::new(BOUNDS);
        let mut pieces = Connection::new(BOUNDS);
        let events = feed(&mut whole, [bytes.as_slice()]);
        prop_assert_eq!(&events, &feed(&mut pieces, [&bytes[..cut], &bytes[cut..]]));
        prop_assert_eq!(&whole.output, &pieces.output);
        prop_assert!(whole.streams.len() <= 10 && whole.reset.len() <= 64);
        prop_assert!(whole.output.len() <= 200 + frames.len() * 60);
    }

    #[test]
    fn any_bytes_are_survived(bytes: Vec<u8>) {
        let _ = feed(&mut Connection::new(BOUNDS), [bytes.as_slice()]);
        let bytes = [hello(), bytes].concat();
        let _ = feed(&mut Connection::new(BOUNDS), [bytes.as_slice()]);
    }
}
