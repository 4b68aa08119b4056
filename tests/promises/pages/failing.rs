//! Pages that can't be read: not sent, or cut with a notice; or passed where the operator wants it.

use super::{
    ELEMENT, FETCHED, INERT, answer,
    codings::{CODINGS, encoded},
    gateway, page, send_chunk,
};
use crate::gateway::{Client, End, Gateway, Http2, Next, Origin};

const OPEN: &str = "[third_parties]\nfail = \"open\"";

fn unreadable(gateway: &Gateway, reason: &str) -> f64 {
    gateway.metric(&format!(
        "privet_pages_unreadable_total{{reason=\"{reason}\"}}"
    ))
}

#[test]
fn a_page_in_an_unknown_coding_is_not_sent() {
    let sent = answer("Content-Encoding: compress\r\n", &page(10));
    let origin = Origin::answering(move |_| sent.clone());
    let closed = gateway(&origin, "");
    let response = Client::connect(closed.https()).visit("/", &[("Accept", "text/html")]);
    assert_eq!(response.status, 502);
    assert!(
        response.text().contains("could not read"),
        "{}",
        response.text()
    );
    closed.wait_stderr("page can't be read");
    assert!(unreadable(&closed, "unknown_coding") > 0.0);
    let open = gateway(&origin, OPEN);
    let response = Client::connect(open.https()).get("/");
    assert!(response.status == 200 && response.body == page(10));
    assert!(unreadable(&open, "unknown_coding") > 0.0);
}

#[test]
fn a_part_of_a_page_that_nobody_asked_for_is_not_sent() {
    let sent = "HTTP/1.1 206 Partial Content\r\nContent-Type: text/html\r\n\
        Content-Range: bytes 0-3/9\r\nContent-Length: 4\r\n\r\n<p>a";
    let origin = Origin::answering(move |_| sent);
    let closed = gateway(&origin, "");
    let fields = [("Range", "bytes=0-3"), ("Accept", "text/html")];
    let response = Client::connect(closed.https()).visit("/", &fields);
    assert_eq!(response.status, 502);
    let text = response.text();
    assert!(text.contains("could not read"), "{text}");
    closed.wait_stderr("the website sent a part of it, unasked");
    assert!(unreadable(&closed, "partial") > 0.0);
}

#[test]
fn a_page_that_is_not_what_its_coding_says_is_not_sent() {
    for (_, name) in CODINGS {
        let line = format!("Content-Encoding: {name}\r\n");
        let sent = answer(&line, &[&b"\xf8"[..], &page(10)].concat());
        let origin = Origin::answering(move |_| sent.clone());
        let closed = gateway(&origin, "");
        assert_eq!(
            Client::connect(closed.https()).get("/").status,
            502,
            "{name}"
        );
        assert!(unreadable(&closed, "broken_coding") > 0.0);
        let open = gateway(&origin, OPEN);
        let response = Client::connect(open.https()).get("/");
        assert!(
            response.body == [&b"\xf8"[..], &page(10)].concat(),
            "{name}"
        );
    }
}

/// A page whose first piece is fine, and whose last is a tag without an end.
fn endless_tag() -> Origin {
    Origin::scripted(|exchange| {
        let _ = exchange.read_body();
        exchange.send(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n",
        );
        send_chunk(exchange, &page(100_000));
        let tag = format!("<div title=\"{}", "x".repeat(300_000));
        send_chunk(exchange, tag.as_bytes());
        send_chunk(exchange, format!("\">{ELEMENT}").as_bytes());
        exchange.send("0\r\n\r\n");
        Next::Request
    })
}

const LITTLE_MEMORY: &str = "[limits]\npage_memory = \"16 KiB\"";

#[test]
fn a_page_that_can_not_be_read_on_is_cut_with_a_notice() {
    let origin = endless_tag();
    let gateway = gateway(&origin, LITTLE_MEMORY);
    let mut client = Client::connect(gateway.https());
    client.send("GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n");
    let (bytes, end) = client.rest();
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains(INERT) && text.contains("role=\"alert\""));
    assert!(!text.contains(FETCHED) && !text.ends_with("0\r\n\r\n"));
    assert_eq!(end, End::Cut);
    let answer = Http2::connect(gateway.https()).get("/");
    assert!(answer.broken.is_some() && answer.text().contains("role=\"alert\""));
    gateway.wait_stderr("limits.page_memory");
    assert!(unreadable(&gateway, "too_long_tag") > 1.0);
}

#[test]
fn a_page_that_can_not_be_read_on_passes_where_the_operator_wants_it() {
    let origin = endless_tag();
    let gateway = gateway(&origin, &format!("{OPEN}\n{LITTLE_MEMORY}"));
    let response = Client::connect(gateway.https()).get("/");
    let text = response.text();
    assert!(text.contains(INERT), "gated as far as it went");
    let tag = format!("<div title=\"{}\">{ELEMENT}", "x".repeat(300_000));
    assert!(text.ends_with(&tag), "and then as it came");
    gateway.wait_stderr("limits.page_memory");
}

#[test]
fn content_that_expands_without_end_costs_little() {
    let zeros = vec![0; 1 << 20];
    for (coding, name) in CODINGS {
        // 128 MiB of zeros.
        let bomb = encoded(coding, &zeros, 128);
        let sent = answer(&format!("Content-Encoding: {name}\r\n"), &bomb);
        let origin = Origin::answering(move |_| sent.clone());
        let gateway = gateway(&origin, "[limits]\npage_size = \"8 MiB\"");
        let mut client = Client::connect(gateway.https());
        client.send("GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n");
        let mut other = Client::connect(gateway.https());
        assert_eq!(other.get("/.privet/consent").status, 200);
        let (bytes, end) = client.rest();
        assert_eq!(end, End::Cut, "{coding}");
        assert!(bytes.len() < 1 << 20, "{coding}: {} bytes", bytes.len());
        let memory = gateway.proc_status("VmHWM");
        assert!(memory < 100 * 1024, "{coding}: {memory} KiB");
        assert!(unreadable(&gateway, "too_large") > 0.0);
    }
}
