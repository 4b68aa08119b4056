//! SIGTERM and SIGINT: nobody new is let in, whoever is in is served, and then it ends.

use std::{net::TcpStream, time::Instant};

use rustix::process::Signal;

use super::load::{Habit, Load};
use crate::gateway::{
    Client, End, Gateway, Http2, Latch, Next, Origin, client::is_timeout, eventually,
};

/// Answers `/held` only once the latch is open.
fn holding(latch: &Latch) -> Origin {
    let latch = latch.clone();
    Origin::scripted(move |exchange| {
        if exchange.read_body().is_err() {
            return Next::Close;
        }
        if exchange.request.target() == "/held" {
            latch.wait();
        }
        exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
        Next::Request
    })
}

fn held(origin: &Origin, count: usize) {
    eventually("requests in progress", || {
        let held = origin.requests().into_iter();
        let held = held.filter(|request| request.target() == "/held").count();
        (held >= count).then_some(())
    });
}

fn refuses(gateway: &Gateway) {
    for address in [gateway.https(), gateway.http()] {
        eventually("nobody is let in", || {
            TcpStream::connect(address).is_err().then_some(())
        });
    }
}

#[test]
fn running_requests_are_finished_while_nobody_new_is_let_in() {
    for signal in [Signal::TERM, Signal::INT] {
        let latch = Latch::new();
        let origin = holding(&latch);
        let mut gateway = Gateway::before(&origin, "");
        let mut http1 = Client::connect(gateway.https());
        http1.send("GET /held HTTP/1.1\r\nHost: www.example.com\r\n\r\n");
        let http2 = Http2::connect(gateway.https());
        let pending = http2.send_get("/held");
        let mut idle = Client::connect(gateway.https());
        assert_eq!(idle.get("/").status, 200);
        held(&origin, 2);
        assert_eq!(gateway.ask_admin("GET", "/readyz").0, 200);

        gateway.signal(signal);
        refuses(&gateway);
        // Whoever balances was told before.
        assert_eq!(gateway.ask_admin("GET", "/readyz").0, 503);
        assert_eq!(gateway.ask_admin("GET", "/healthz").0, 200);
        assert!(gateway.metric("privet_connections_open") >= 2.0);
        assert_eq!(
            idle.end(),
            End::Closed,
            "an idle connection is no reason to wait"
        );

        latch.open();
        let response = http1.response("GET");
        assert_eq!((response.status, response.text().as_str()), (200, "hello"));
        assert_eq!(response.get("connection"), Some("close"));
        assert_eq!(http1.end(), End::Closed);
        let answer = pending.answer();
        assert_eq!((answer.status(), answer.text().as_str()), (200, "hello"));
        assert_eq!(gateway.wait_exit().code(), Some(0), "{signal:?}");
        // The log is complete.
        let entries = gateway.wait_log_lines(3);
        assert!(
            entries.iter().all(|entry| entry["status"] == 200),
            "{entries:?}"
        );
    }
}

#[test]
fn under_load_no_request_fails() {
    use Habit::{Fresh, Http1, Http2};
    for round in 0..2 {
        let origin = Origin::hello();
        let mut gateway = Gateway::before(
            &origin,
            "[log]\naccess = \"off\"\n[limits]\ndrain_delay = \"0 seconds\"\n",
        );
        let load = Load::on(
            gateway.https(),
            &[Http1, Http1, Http2, Http2, Fresh, Fresh, Fresh],
        );
        gateway.signal(Signal::TERM);
        assert_eq!(gateway.wait_exit().code(), Some(0));
        for (habit, tally) in load.finish() {
            assert!(tally.answered > 0, "{habit:?}");
            assert_eq!(tally.failed, [""; 0], "round {round}, {habit:?}: {tally:?}");
            // No more than what was under way as the end was announced.
            let most = if habit == Http2 { 4 } else { 1 };
            let most = most * tally.connections;
            assert!(tally.crossed <= most, "{habit:?}: {tally:?}");
        }
    }
}

#[test]
fn a_request_that_takes_longer_than_the_limit_is_ended() {
    let latch = Latch::new();
    let origin = holding(&latch);
    let more = "[limits]\ndrain_timeout = \"300 milliseconds\"\n";
    let mut gateway = Gateway::before(&origin, more);
    let mut client = Client::connect(gateway.https());
    client.send("GET /held HTTP/1.1\r\nHost: www.example.com\r\n\r\n");
    held(&origin, 1);
    let begun = Instant::now();
    gateway.signal(Signal::TERM);
    assert_eq!(gateway.wait_exit().code(), Some(0));
    assert!(begun.elapsed().as_millis() >= 300, "it was given the time");
    let error = client.try_response("GET").expect_err("an answer");
    assert!(!is_timeout(&error), "{error}");
    gateway.wait_stderr("did not finish in time");
    latch.open();
}

#[test]
fn a_connection_that_was_let_in_gets_an_answer_to_its_first_request() {
    let origin = Origin::hello();
    let latch = Latch::new();
    let slow = holding(&latch);
    let site = |host: &str, origin: &Origin| {
        let url = origin.url();
        format!("[[site]]\nhosts = [{host:?}]\nupstream = {url:?}\n")
    };
    let sites = [
        site("www.example.com", &origin),
        site("slow.example", &slow),
    ]
    .concat();
    let limits = "[limits]\nheader_timeout = \"1 hour\"\n";
    let mut gateway = Gateway::start(&format!("{sites}{limits}"));
    // Keeps it from ending.
    let mut other = Client::connect(gateway.https());
    other.send("GET /held HTTP/1.1\r\nHost: slow.example\r\n\r\n");
    held(&slow, 1);
    let mut fresh = Client::connect(gateway.https());
    gateway.signal(Signal::TERM);
    refuses(&gateway);
    assert!(!gateway.stderr().contains("did not finish"), "it waits");
    let response = fresh.get("/");
    assert_eq!(response.status, 200);
    assert_eq!(response.get("connection"), Some("close"));
    latch.open();
    assert_eq!(other.response("GET").status, 200);
    assert_eq!(gateway.wait_exit().code(), Some(0));
}
