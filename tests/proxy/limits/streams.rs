//! How many streams an HTTP/2 connection may have, and what resetting them costs.

use super::{holding, limited, still_serves};
use crate::gateway::{
    Frames, eventually,
    frames::{self, Outcome, RST_STREAM, SETTINGS},
};

const REFUSED_STREAM: u32 = 7;
const CANCEL: [u8; 4] = [0, 0, 0, 8];

#[test]
fn a_hundred_streams_are_allowed_and_announced() {
    let origin = holding();
    let gateway = limited(&origin, "");
    let mut visitor = Frames::connect(gateway.https(), &[]);
    let settings = std::iter::from_fn(|| visitor.next()).find(|frame| frame.kind == SETTINGS);
    let settings = settings.expect("settings").payload;
    let most = settings.chunks(6).find(|setting| setting[..2] == [0, 3]);
    assert_eq!(most.expect("a limit")[2..], [0, 0, 0, 100]);
}

#[test]
fn a_stream_beyond_the_limit_is_refused_and_reaches_no_website() {
    let origin = holding();
    let gateway = limited(&origin, "http2_streams = 5");
    let mut visitor = Frames::connect(gateway.https(), &[]);
    // Only who has acknowledged the settings is bound by them.
    while visitor.next().expect("settings").kind != SETTINGS {}
    for number in 0..6 {
        visitor.headers(number * 2 + 1, true, &frames::get("/held", &[]));
    }
    assert_eq!(
        visitor.outcome(11),
        Outcome::Reset(REFUSED_STREAM, Vec::new())
    );
    eventually("the others run", || {
        (origin.requests().len() == 5).then_some(())
    });
    visitor.send(RST_STREAM, 0, 1, CANCEL);
    visitor.headers(13, true, &frames::get("/", &[]));
    assert_eq!(
        visitor.outcome(13),
        Outcome::Answered(200, b"hello".to_vec())
    );
    assert_eq!(origin.started(), 6);
    still_serves(&gateway);
}

#[test]
fn a_flood_of_reset_streams_ends_the_connection_and_spares_the_website() {
    let origin = holding();
    let gateway = limited(&origin, "");
    let mut visitor = Frames::connect(gateway.https(), &[]);
    let head = frames::block(&frames::get("/held", &[]));
    let mut flood = Vec::new();
    for number in 0..5000 {
        let flags = frames::END_HEADERS | frames::END_STREAM;
        flood.extend(frames::frame(
            frames::HEADERS,
            flags,
            number * 2 + 1,
            head.as_slice(),
        ));
        flood.extend(frames::frame(RST_STREAM, 0, number * 2 + 1, CANCEL));
    }
    visitor.client.send(flood);
    assert_eq!(visitor.outcome(u32::MAX), Outcome::Gone);
    assert!(
        origin.started() < 1100,
        "{} reached the website",
        origin.started()
    );
    eventually("all are given up", || {
        (origin.cancelled() == origin.requests().len()).then_some(())
    });
    still_serves(&gateway);
}

#[test]
fn resets_provoked_by_violations_end_the_connection_too() {
    let origin = holding();
    let gateway = limited(&origin, "");
    let mut visitor = Frames::connect(gateway.https(), &[]);
    let mut flood = Vec::new();
    for number in 0..5000_u32 {
        let stream = number * 2 + 1;
        let flags = frames::END_HEADERS;
        let head = frames::block(&frames::get("/", &[("content-length", "1")]));
        flood.extend(frames::frame(frames::HEADERS, flags, stream, head));
        // More than was declared: privet must reset the stream.
        flood.extend(frames::frame(frames::DATA, 0, stream, "xx"));
    }
    visitor.client.send(flood);
    assert_eq!(visitor.outcome(u32::MAX), Outcome::Gone);
    still_serves(&gateway);
}
