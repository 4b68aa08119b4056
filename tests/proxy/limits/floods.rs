//! Frames that cost privet more than who sends them (CVE-2019-9511 to 9518, CVE-2024-27316).

use super::{holding, limited, still_serves};
use crate::gateway::{
    Frames, Gateway,
    frames::{
        self, CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, Outcome, PING, PRIORITY,
        SETTINGS, WINDOW_UPDATE, block, frame,
    },
};

/// Sends the same frame again and again until the connection ends.
fn ends(gateway: &Gateway, prelude: impl FnOnce(&mut Frames), piece: &[u8]) {
    let mut visitor = Frames::connect(gateway.https(), &[]);
    prelude(&mut visitor);
    let many = piece.repeat(100);
    let mut sent = 0;
    while visitor.client.try_send(&many).is_ok() {
        sent += 100;
        assert!(sent < 1_000_000, "a flood goes on");
    }
    assert_eq!(visitor.outcome(u32::MAX), Outcome::Gone);
}

#[test]
fn a_flood_of_control_frames_ends_the_connection() {
    let origin = holding();
    let gateway = limited(&origin, "http2_control_frames = 200");
    let before = gateway.proc_status("VmRSS");
    let request = |visitor: &mut Frames| visitor.headers(1, false, &frames::get("/held", &[]));
    let nothing = |_: &mut Frames| {};
    ends(&gateway, nothing, &frame(PING, 0, 0, [0; 8]));
    ends(&gateway, nothing, &frame(SETTINGS, 0, 0, []));
    ends(
        &gateway,
        nothing,
        &frame(SETTINGS, 0, 0, [0, 4, 0, 0, 1, 0]),
    );
    ends(&gateway, nothing, &frame(PRIORITY, 0, 1, [0, 0, 0, 0, 1]));
    ends(&gateway, nothing, &frame(WINDOW_UPDATE, 0, 0, [0, 0, 0, 1]));
    ends(&gateway, nothing, &frame(0xfe, 0, 0, "unknown"));
    ends(&gateway, request, &frame(DATA, 0, 1, ""));
    ends(&gateway, request, &frame(WINDOW_UPDATE, 0, 1, [0, 0, 0, 1]));
    let grown = gateway.proc_status("VmHWM").saturating_sub(before);
    assert!(grown < 20 * 1024, "grew by {grown} KiB");
    assert_eq!(origin.requests().len(), 0);
    still_serves(&gateway);
}

#[test]
fn a_head_continued_without_end_ends_the_connection() {
    let origin = holding();
    let gateway = limited(&origin, "");
    let before = gateway.proc_status("VmRSS");
    let begin = |visitor: &mut Frames| {
        visitor.send(HEADERS, END_STREAM, 1, block(&frames::get("/", &[])));
    };
    let large = block(&[("x", &"x".repeat(4000))]);
    ends(&gateway, begin, &frame(CONTINUATION, 0, 1, large));
    ends(&gateway, begin, &frame(CONTINUATION, 0, 1, ""));
    ends(
        &gateway,
        begin,
        &frame(CONTINUATION, 0, 1, block(&[("x", "y")])),
    );
    let grown = gateway.proc_status("VmHWM").saturating_sub(before);
    assert!(grown < 20 * 1024, "grew by {grown} KiB");
    assert_eq!(origin.started(), 0);
    still_serves(&gateway);
}

#[test]
fn a_head_that_unpacks_to_far_more_than_was_sent_is_refused() {
    let origin = holding();
    let gateway = limited(&origin, "");
    let before = gateway.proc_status("VmRSS");
    for _ in 0..10 {
        let mut visitor = Frames::connect(gateway.https(), &[]);
        let mut head = block(&frames::get("/", &[]));
        // A literal that is indexed, of nearly the table's size, and then named again and again.
        head.extend([0x40, 1, b'x', 0x7f, 0xa1, 0x1e]);
        head.extend(vec![b'x'; 4000]);
        head.extend(vec![0xbe; 10_000]);
        visitor.send(HEADERS, END_HEADERS | END_STREAM, 1, head);
        match visitor.outcome(1) {
            Outcome::Answered(431, _) | Outcome::Reset(..) | Outcome::Gone => {}
            Outcome::Answered(status, _) => panic!("{status}"),
        }
    }
    let grown = gateway.proc_status("VmHWM").saturating_sub(before);
    assert!(grown < 20 * 1024, "grew by {grown} KiB");
    assert_eq!(origin.started(), 0);
    still_serves(&gateway);
}

#[test]
fn a_frame_or_a_preface_that_is_none_ends_the_connection() {
    let origin = holding();
    let gateway = limited(&origin, "");
    for bytes in [
        frame(DATA, 0, 0, "on no stream"),
        frame(HEADERS, END_HEADERS, 2, block(&frames::get("/", &[]))),
        frame(PING, 0, 0, "short"),
        frame(PING, 0, 1, [0; 8]),
        frame(SETTINGS, 0, 0, "five5"),
        frame(SETTINGS, 0, 0, [0, 5, 0, 0, 0, 1]),
        frame(WINDOW_UPDATE, 0, 0, [0; 4]),
        frame(CONTINUATION, END_HEADERS, 1, ""),
        frame(HEADERS, END_HEADERS, 1, [0xff; 20]),
        frame(DATA, 0, 1, vec![0; 20_000]),
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n".to_vec(),
    ] {
        let mut visitor = Frames::connect(gateway.https(), &[]);
        visitor.client.send(&bytes);
        assert_eq!(
            visitor.outcome(1),
            Outcome::Gone,
            "{}",
            bytes[..9].escape_ascii()
        );
    }
    assert_eq!(origin.started(), 0);
    still_serves(&gateway);
}
