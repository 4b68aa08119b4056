//! Heads, targets, content and connections.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
};

use super::{holding, limited, still_serves};
use crate::gateway::{
    Client, Frames, Gateway, Http2, Latch, eventually,
    frames::{self, DATA, END_STREAM, Outcome},
    http2::{full, request},
};

fn status_of(gateway: &Gateway, bytes: impl AsRef<[u8]>) -> u16 {
    let mut client = Client::connect(gateway.https());
    client.send(bytes);
    let status = client.response("GET").status;
    if status != 200 {
        assert_eq!(client.rest().0, b"");
    }
    status
}

fn get(target: &str, fields: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: a\r\n{fields}\r\n")
}

#[test]
fn a_head_of_the_largest_size_passes_and_a_larger_one_does_not() {
    let origin = holding();
    let gateway = limited(&origin, "header_size = \"8 KiB\"");
    let rest = get("/", "X: \r\n").len();
    let field = |size: usize| format!("X: {}\r\n", "x".repeat(size));
    assert_eq!(status_of(&gateway, get("/", &field(8192 - rest))), 200);
    assert_eq!(status_of(&gateway, get("/", &field(8193 - rest))), 431);
    assert_eq!(status_of(&gateway, get("/", &field(100_000))), 431);
    assert_eq!(origin.started(), 1);
    still_serves(&gateway);
}

#[test]
fn a_head_that_never_ends_is_refused_when_it_is_too_large() {
    let origin = holding();
    let gateway = limited(&origin, "header_size = \"8 KiB\"");
    let mut client = Client::connect(gateway.https());
    client.send("GET / HTTP/1.1\r\nX: ");
    while client.try_send("x".repeat(4096)).is_ok() {}
    // The answer may be lost with the reset; that it ended is what counts.
    let mut endless = Client::connect(gateway.https());
    endless.send(format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(8200)));
    assert_eq!(endless.response("GET").status, 431);
    let mut endless = Client::connect(gateway.https());
    endless.send("x".repeat(8200));
    assert_eq!(endless.response("GET").status, 414);
    assert_eq!(origin.started(), 0);
    still_serves(&gateway);
}

#[test]
fn as_many_fields_as_allowed_pass_and_one_more_does_not() {
    let origin = holding();
    let gateway = limited(&origin, "header_fields = 20");
    assert_eq!(status_of(&gateway, get("/", &"X: y\r\n".repeat(19))), 200);
    assert_eq!(status_of(&gateway, get("/", &"X: y\r\n".repeat(20))), 431);
    for (count, expected) in [(20, 200), (21, 431)] {
        let mut visitor = Frames::connect(gateway.https(), &[]);
        visitor.headers(1, true, &frames::get("/", &vec![("x", "y"); count]));
        let Outcome::Answered(status, _) = visitor.outcome(1) else {
            panic!("no answer");
        };
        assert_eq!(status, expected);
    }
    assert_eq!(origin.started(), 2);
}

#[test]
fn a_target_of_the_largest_size_passes_and_a_larger_one_does_not() {
    let origin = holding();
    let gateway = limited(&origin, "url_size = \"1 KiB\"");
    let target = |size: usize| format!("/{}", "a".repeat(size - 1));
    let visitor = Http2::connect(gateway.https());
    for (size, expected) in [(1024, 200), (1025, 414), (20_000, 414)] {
        assert_eq!(
            status_of(&gateway, get(&target(size), "")),
            expected,
            "{size}"
        );
        assert_eq!(visitor.get(&target(size)).status(), expected, "{size}");
    }
    assert_eq!(origin.started(), 2);
}

#[test]
fn content_of_the_largest_size_passes_and_more_does_not() {
    let origin = holding();
    let gateway = limited(&origin, "body_size = \"1 KiB\"");
    let length = |size: usize| {
        format!(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {size}\r\n\r\n{}",
            "x".repeat(size)
        )
    };
    let chunked = |size: usize| {
        format!(
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{}\r\n{:x}\r\n{}\r\n0\r\n\r\n",
            "x".repeat(16),
            size - 16,
            "x".repeat(size - 16)
        )
    };
    let visitor = Http2::connect(gateway.https());
    for (size, expected) in [(1024, 200), (1025, 413), (100_000, 413)] {
        assert_eq!(status_of(&gateway, length(size)), expected, "{size}");
        assert_eq!(
            status_of(&gateway, chunked(size)),
            expected,
            "{size} chunked"
        );
        let answer = visitor
            .send(request("POST", "/", full(vec![0; size])))
            .answer();
        assert_eq!(answer.status(), expected, "{size}");
    }
    let complete: Vec<_> = origin
        .requests()
        .iter()
        .map(|request| request.body.len())
        .collect();
    assert_eq!(complete, [1024; 3]);
    still_serves(&gateway);
}

#[test]
fn a_trailer_section_is_bounded() {
    let origin = holding();
    let gateway = limited(&origin, "");
    let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
    let trailers = format!("X: {}\r\n", "x".repeat(100_000));
    let mut client = Client::connect(gateway.https());
    client.send(format!("{head}{trailers}\r\n"));
    assert_eq!(client.response("POST").status, 413);
    assert_eq!(origin.requests().len(), 0);
    still_serves(&gateway);
}

#[test]
fn connections_beyond_the_cap_wait_for_their_turn() {
    let origin = holding();
    // At least one for each worker, of which there is one for each processor.
    let gateway = limited(&origin, "connections = 1");
    let most = thread::available_parallelism().expect("a count").get();
    let count = most * 4;
    let (served, leave) = (Arc::new(AtomicUsize::new(0)), Latch::new());
    let visitors: Vec<_> = (0..count)
        .map(|_| {
            let (served, leave, address) = (Arc::clone(&served), leave.clone(), gateway.https());
            thread::spawn(move || {
                let mut client = Client::connect(address);
                assert_eq!(client.get("/").text(), "hello");
                served.fetch_add(1, SeqCst);
                leave.wait();
            })
        })
        .collect();
    eventually("one is served", || (served.load(SeqCst) > 0).then_some(()));
    for _ in 0..20 {
        let open = gateway.metric("privet_connections_open");
        assert!(open <= most as f64, "{open} open");
    }
    assert!(served.load(SeqCst) <= most);
    leave.open();
    for visitor in visitors {
        visitor.join().expect("served");
    }
    assert_eq!(served.load(SeqCst), count);
}

#[test]
fn one_byte_frames_of_content_are_content_and_empty_ones_are_not() {
    let origin = holding();
    let gateway = limited(&origin, "http2_control_frames = 100");
    let mut visitor = Frames::connect(gateway.https(), &[]);
    visitor.headers(1, false, &frames::get("/", &[]));
    for _ in 0..500 {
        visitor.send(DATA, 0, 1, "x");
    }
    visitor.send(DATA, END_STREAM, 1, "");
    assert_eq!(
        visitor.outcome(1),
        Outcome::Answered(200, b"hello".to_vec())
    );
    assert_eq!(origin.only_request().body.len(), 500);
}
