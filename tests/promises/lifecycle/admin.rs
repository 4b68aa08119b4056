//! What the operator is told: health, readiness, and metrics that are well-formed and move.

use std::collections::BTreeMap;

use crate::{
    gateway::{Client, Gateway, Http2, Next, Origin, Tls, client::plain, process::Port},
    visit::website,
};

#[test]
fn health_and_readiness_are_told_to_operators_and_to_no_web_page() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    assert_eq!(
        gateway.ask_admin("GET", "/healthz"),
        (200, "ok\n".to_owned())
    );
    assert_eq!(
        gateway.ask_admin("GET", "/readyz"),
        (200, "ready\n".to_owned())
    );
    assert_eq!(gateway.ask_admin("POST", "/metrics").0, 405);
    assert_eq!(gateway.ask_admin("GET", "/nothing").0, 404);
    let ask = |host: &str, more: &str| {
        let request = format!("POST /reload HTTP/1.1\r\nHost: {host}\r\n{more}\r\n");
        let response = plain(gateway.admin(), request).response("POST");
        response.expect("an answer").status
    };
    assert_eq!(
        ask("evil.example", ""),
        421,
        "a name that leads here is no reason"
    );
    assert_eq!(ask("localhost", "Origin: http://localhost\r\n"), 403);
    assert_eq!(ask("localhost", "Sec-Fetch-Site: none\r\n"), 403);
    assert_eq!(ask("localhost", ""), 200);
}

/// The samples of an OpenMetrics exposition, checked against its grammar as far as scrapers care.
fn samples(text: &str) -> BTreeMap<String, f64> {
    let lines = text.strip_suffix("# EOF\n").expect("the end is marked");
    let (mut families, mut samples) = (BTreeMap::new(), BTreeMap::new());
    for line in lines.lines() {
        let words: Vec<&str> = line.splitn(4, ' ').collect();
        match words.as_slice() {
            ["#", "TYPE", name, kind] => {
                assert!(families.insert(*name, *kind).is_none(), "{name} twice");
            }
            ["#", "HELP" | "UNIT", name, text] => {
                assert!(families.contains_key(name) || !text.is_empty(), "{line}");
            }
            ["#", ..] | [] | [""] => panic!("{line}"),
            _ => {
                let (series, value) = line.rsplit_once(' ').expect("a value");
                let name = series.split('{').next().expect("a name");
                let family = families.iter().find(|(family, kind)| {
                    let suffixes: &[&str] = match **kind {
                        "counter" => &["_total"],
                        "gauge" => &[""],
                        "histogram" => &["_bucket", "_sum", "_count"],
                        "info" => &["_info"],
                        other => panic!("{other}"),
                    };
                    let rest = name.strip_prefix(**family);
                    rest.is_some_and(|rest| suffixes.contains(&rest))
                });
                assert!(family.is_some(), "{line} belongs to no family");
                let value = value.parse().expect("a number");
                assert!(samples.insert(series.to_owned(), value).is_none(), "{line}");
            }
        }
    }
    samples
}

/// What moves where a little of everything happens.
const MOVED: &[&str] = &[
    "privet_requests_total{status=\"2xx\",protocol=\"http1\"}",
    "privet_requests_total{status=\"2xx\",protocol=\"http2\"}",
    "privet_requests_total{status=\"4xx\",protocol=\"http1\"}",
    "privet_requests_total{status=\"5xx\",protocol=\"http1\"}",
    "privet_request_duration_seconds_count",
    "privet_request_duration_seconds_bucket{le=\"+Inf\"}",
    "privet_connections_total",
    "privet_tls_handshakes_total{result=\"ok\",version=\"1.3\"}",
    "privet_tls_handshakes_total{result=\"ok\",version=\"1.2\"}",
    "privet_tls_handshakes_total{result=\"failed\",version=\"unknown\"}",
    "privet_upstream_errors_total{kind=\"connect\"}",
    "privet_upstream_errors_total{kind=\"closed\"}",
    "privet_reloads_total{result=\"ok\"}",
    "privet_reloads_total{result=\"failed\"}",
    "privet_cookies_stripped_total{site=\"www.example.com\",vendor=\"Google Analytics\",purpose=\"analytics\",direction=\"request\"}",
    "privet_address_fields_removed_total",
    "privet_malformed_input_total{kind=\"header\"}",
    "privet_malformed_input_total{kind=\"authority\"}",
    "privet_malformed_input_total{kind=\"tls\"}",
];

#[test]
fn metrics_are_wellformed_and_every_counter_moves() {
    let origin = Origin::scripted(|exchange| {
        if exchange.request.target() == "/reset" {
            return Next::Reset;
        }
        if exchange.read_body().is_err() {
            return Next::Close;
        }
        exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
        Next::Request
    });
    let nobody = Port::reserve();
    let gateway = Gateway::start(&format!(
        "[[site]]\nhosts = [\"www.example.com\"]\nupstream = {:?}\n\
         [[site]]\nhosts = [\"down.example\"]\nupstream = \"http://{}\"\n",
        origin.url(),
        nobody.address,
    ));
    let before = samples(&gateway.metrics());
    let mut client = Client::connect(gateway.https());
    client.visit("/", &[("Cookie", "_ga=1"), ("X-Real-IP", "x")]);
    assert_eq!(client.visit("/", &[("Host", "down.example")]).status, 502);
    assert_eq!(client.visit("/", &[("Host", "nobody.example")]).status, 421);
    assert_eq!(client.visit("/reset", &[]).status, 502);
    client.send("GET / HTTP/1.1\r\nBad Field: 1\r\n\r\n");
    assert_eq!(client.response("GET").status, 400);
    assert_eq!(Http2::connect(gateway.https()).get("/").status(), 200);
    let mut old = Client::with(gateway.https(), &Tls::v12()).expect("a handshake");
    assert_eq!(old.get("/").status, 200);
    let junk = plain(gateway.https(), "\u{16}junk, and not TLS").read_to_end();
    drop(junk);
    assert_eq!(gateway.ask_admin("POST", "/reload").0, 200);
    gateway.rewrite("[");
    assert_eq!(gateway.ask_admin("POST", "/reload").0, 409);
    crate::gateway::eventually("all counters have moved", || {
        let after = samples(&gateway.metrics());
        let still = MOVED.iter().find(|series| {
            after.get(**series).copied().unwrap_or_default()
                <= before.get(**series).copied().unwrap_or_default()
        });
        still.is_none().then_some(())
    });
    let after = samples(&gateway.metrics());
    // Counters never fall, and every label is one of a known few.
    for (series, value) in &before {
        if series.contains("_total") {
            assert!(
                after.get(series).is_some_and(|now| now >= value),
                "{series}"
            );
        }
    }
    let names: Vec<&String> = after.keys().filter(|name| name.contains("127.0")).collect();
    assert!(names.is_empty(), "{names:?}");
}
