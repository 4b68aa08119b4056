//! What an HTTP/2 visitor begins and does not go on with, or takes drop by drop.

use std::time::{Duration, Instant};

use super::{holding, limited, still_serves};
use crate::gateway::{
    Frames, Gateway, Next, Origin, eventually,
    frames::{
        self, END_HEADERS, END_STREAM, HEADERS, Outcome, SETTINGS, WINDOW_UPDATE, block, frame,
    },
};

#[test]
fn a_head_that_stays_half_is_not_waited_for() {
    let origin = holding();
    let gateway = limited(&origin, "header_timeout = \"400ms\"");
    let head = block(&frames::get("/", &[]));
    let whole = frame(HEADERS, END_HEADERS | END_STREAM, 1, head.as_slice());
    for half in [
        whole[..4].to_vec(),
        whole[..20].to_vec(),
        frame(HEADERS, END_STREAM, 1, head),
    ] {
        let mut visitor = Frames::connect(gateway.https(), &[]);
        // Its acknowledgement must not become the other half.
        while visitor.next().expect("settings").kind != SETTINGS {}
        let begun = Instant::now();
        visitor.client.send(half);
        assert_eq!(visitor.outcome(1), Outcome::Gone);
        assert!(begun.elapsed() > Duration::from_millis(300));
    }
    assert_eq!(origin.started(), 0);
    still_serves(&gateway);
}

/// Sends a mebibyte on `/large`.
fn large() -> Origin {
    Origin::scripted(|exchange| {
        let _ = exchange.read_body();
        if exchange.request.target() == "/other" {
            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
            return Next::Request;
        }
        exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\n\r\n");
        let _ = exchange.try_send("x".repeat(1_048_576));
        exchange.hold()
    })
}

fn window(visitor: &mut Frames, size: u32) {
    let payload = size.to_be_bytes();
    let _ = visitor.client.try_send(frame(WINDOW_UPDATE, 0, 1, payload));
}

#[test]
fn a_visitor_that_takes_its_response_drop_by_drop_is_let_go() {
    let origin = large();
    let gateway = limited(&origin, "write_timeout = \"1s\"\nmin_rate = \"1 KiB\"");
    let mut visitor = Frames::connect(gateway.https(), &[(4, 0)]);
    visitor.headers(1, true, &frames::get("/large", &[]));
    eventually("the website is let go", || {
        window(&mut visitor, 1);
        (origin.cancelled() == 1).then_some(())
    });
    still_serves(&gateway);
}

#[test]
fn a_visitor_that_takes_its_response_slowly_gets_all_of_it() {
    let origin = large();
    let gateway = limited(&origin, "write_timeout = \"300ms\"\nmin_rate = \"1 KiB\"");
    let mut visitor = Frames::connect(gateway.https(), &[(4, 0)]);
    visitor.headers(1, true, &frames::get("/large", &[]));
    let mut received = 0;
    let begun = Instant::now();
    while received < 1_048_576 {
        window(&mut visitor, 65_536);
        visitor.send(WINDOW_UPDATE, 0, 0, 65_536_u32.to_be_bytes());
        let due = received + 65_536;
        while received < due {
            let frame = visitor.next().expect("a frame");
            assert_ne!(frame.kind, frames::RST_STREAM, "after {received} bytes");
            if frame.kind == frames::DATA {
                received += frame.payload.len();
            }
        }
        // Longer in all than the visitor may take nothing.
        std::thread::sleep(Duration::from_millis(40));
    }
    assert!(begun.elapsed() > Duration::from_millis(600));
}

#[test]
fn a_refused_head_request_gets_no_content() {
    let origin = holding();
    let gateway = Gateway::before(&origin, "[limits]\nurl_size = \"1 KiB\"\n");
    let path = format!("/{}", "a".repeat(2000));
    let mut fields = frames::get(&path, &[]);
    fields[0].1 = "HEAD";
    let mut visitor = Frames::connect(gateway.https(), &[]);
    visitor.headers(1, true, &fields);
    assert_eq!(visitor.outcome(1), Outcome::Answered(414, Vec::new()));
}
