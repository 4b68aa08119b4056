//! Content larger than any buffer: it streams, whoever is slow, and privet's memory stays as it
//! was.

use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
};

use socket2::SockRef;

use crate::gateway::http2::{full, request};
use crate::gateway::{Client, Exchange, Gateway, Http2, Latch, Next, Origin, eventually};

const SIZE: usize = 40 * 1024 * 1024;
/// What the process may grow by, KiB: a fraction of the content, and far more than its buffers.
const GROWTH: u64 = 10 * 1024;

/// The byte at each place of the content.
fn piece(at: usize, size: usize) -> Vec<u8> {
    (at..at + size)
        .map(|place| (place / 7 % 256) as u8)
        .collect()
}

/// Sends the content as fast as it is taken, and counts.
fn pour(sent: &AtomicUsize, mut write: impl FnMut(&[u8]) -> std::io::Result<()>) {
    const STEP: usize = 64 * 1024;
    for at in (0..SIZE).step_by(STEP) {
        if write(&piece(at, STEP)).is_err() {
            return;
        }
        sent.fetch_add(STEP, SeqCst);
    }
}

/// Waits until nothing more is taken; returns how much was.
fn stalled(sent: &AtomicUsize) -> usize {
    let mut last = (0, std::time::Instant::now());
    eventually("the sender stalls", || {
        let now = sent.load(SeqCst);
        if now != last.0 {
            last = (now, std::time::Instant::now());
        }
        let still = last.1.elapsed() > std::time::Duration::from_millis(400);
        (now > 0 && still).then_some(now)
    })
}

fn check_whole(content: &[u8]) {
    assert_eq!(content.len(), SIZE);
    assert!(content == piece(0, SIZE), "the content was changed");
}

/// Small socket buffers, so that the kernel does not hold it all.
fn narrow(tcp: &std::net::TcpStream) {
    let socket = SockRef::from(tcp);
    socket.set_recv_buffer_size(64 * 1024).expect("set");
    socket.set_send_buffer_size(64 * 1024).expect("set");
}

/// Reads nothing of the content until the latch opens.
fn reluctant(latch: &Latch) -> Origin {
    let latch = latch.clone();
    Origin::scripted(move |exchange| {
        narrow(exchange.tcp);
        if exchange.request.method() == "POST" {
            latch.wait();
        }
        let _ = exchange.read_body();
        exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        Next::Request
    })
}

#[test]
fn a_large_upload_waits_for_a_slow_website_and_not_in_memory() {
    let latch = Latch::new();
    let origin = reluctant(&latch);
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    client.get("/warm");
    let before = gateway.proc_status("VmRSS");
    narrow(&client.input.stream.sock);
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&sent);
    let upload = thread::spawn(move || {
        client.send(format!(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {SIZE}\r\n\r\n"
        ));
        pour(&counter, |bytes| client.input.stream.write_all(bytes));
        client.response("POST").status
    });
    let taken = stalled(&sent);
    let grown = gateway.proc_status("VmHWM").saturating_sub(before);
    assert!(taken < SIZE, "all was taken though nobody read");
    latch.open();
    assert_eq!(upload.join().expect("no panic"), 200);
    check_whole(&origin.wait_requests(2)[1].body);
    assert!(
        grown < GROWTH,
        "grew by {grown} KiB while the website waited"
    );
    let grown = gateway.proc_status("VmHWM").saturating_sub(before);
    assert!(grown < GROWTH, "grew by {grown} KiB");
}

/// Sends the whole content with that framing.
fn flood(exchange: &mut Exchange<'_>, sent: &AtomicUsize) -> Next {
    narrow(exchange.tcp);
    if exchange.request.target() == "/warm" {
        exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        return Next::Request;
    }
    exchange.send(format!("HTTP/1.1 200 OK\r\nContent-Length: {SIZE}\r\n\r\n"));
    pour(sent, |bytes| exchange.try_send(bytes));
    Next::Request
}

#[test]
fn a_large_download_waits_for_a_slow_visitor_and_not_in_memory() {
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&sent);
    let origin = Origin::scripted(move |exchange| flood(exchange, &counter));
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    client.get("/warm");
    let before = gateway.proc_status("VmRSS");
    narrow(&client.input.stream.sock);
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    let taken = stalled(&sent);
    assert!(taken < SIZE, "all was taken though nobody read");
    check_whole(&client.response("GET").body);
    let grown = gateway.proc_status("VmHWM").saturating_sub(before);
    assert!(grown < GROWTH, "grew by {grown} KiB");
}

#[test]
fn large_content_passes_over_http2_both_ways_and_not_through_memory() {
    let origin = Origin::scripted(|exchange| {
        if exchange.request.method() == "POST" {
            let _ = exchange.read_body();
        }
        flood(exchange, &AtomicUsize::new(0))
    });
    let gateway = Gateway::before(&origin, "");
    let visitor = Http2::connect(gateway.https());
    visitor.get("/warm");
    let before = gateway.proc_status("VmRSS");
    let answer = visitor
        .send(request("POST", "/", full(piece(0, SIZE))))
        .answer();
    check_whole(&answer.body);
    check_whole(&origin.wait_requests(2)[1].body);
    let grown = gateway.proc_status("VmHWM").saturating_sub(before);
    assert!(grown < GROWTH, "grew by {grown} KiB");
}
