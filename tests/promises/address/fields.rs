//! Fields that carry an address do not reach the website, however they are spelled; others do.

use std::net::Ipv4Addr;

use crate::{
    gateway::{Client, Gateway, Http2, http2},
    visit::website,
};

const FIELDS: &str = include_str!("../../data/address-fields.txt");

/// The fields that privet itself writes, whatever the visitor sent.
const OWN: &[&str] = &[
    "host",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-request-id",
];

fn names() -> Vec<&'static str> {
    let lines = FIELDS.lines().filter(|line| !line.starts_with('#'));
    let names: Vec<&str> = lines.collect();
    assert!(names.len() > 290, "{}", names.len());
    names
}

#[test]
fn no_field_that_carries_an_address_reaches_the_website() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    // CGI-style servers take these spellings for the same field.
    let spellings: [fn(&str) -> String; 5] = [
        str::to_owned,
        |name| name.replace('-', "_"),
        |name| name.replacen('-', "_", 1).to_uppercase(),
        |name| name.replace('-', "."),
        |name| format!("HTTP_{name}"),
    ];
    let mut sent = 0;
    for spelling in spellings {
        let names: Vec<String> = names().into_iter().map(spelling).collect();
        for batch in names.chunks(90) {
            // A value in which no address could be recognised.
            let fields: Vec<(&str, &str)> = batch.iter().map(|name| (name.as_str(), "x")).collect();
            assert_eq!(client.visit("/", &fields).status, 200);
            let requests = origin.requests();
            let arrived = requests.last().expect("a request").head.names();
            assert_eq!(arrived, OWN, "of {batch:?}");
            sent += batch.len();
        }
    }
    let removed = gateway.metric("privet_address_fields_removed_total");
    assert!(removed > sent as f64 * 0.99, "{removed} of {sent}");
}

#[test]
fn no_field_that_carries_an_address_reaches_the_website_from_http2() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    let client = Http2::connect(gateway.https());
    for batch in names().chunks(90) {
        let mut request = http2::request("GET", "/", http2::empty());
        for name in batch {
            let name: http::HeaderName = name.parse().expect("a name");
            // It can't stand in HTTP/2 at all.
            if name != "proxy-connection" {
                request
                    .headers_mut()
                    .insert(name, "x".parse().expect("a value"));
            }
        }
        assert_eq!(client.send(request).answer().status(), 200);
        let requests = origin.requests();
        let arrived = requests.last().expect("a request").head.names();
        assert_eq!(arrived, OWN, "of {batch:?}");
    }
}

#[test]
fn nor_in_a_trailer_section() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    let begin = "POST / HTTP/1.1\r\nHost: www.example.com\r\nTransfer-Encoding: chunked\r\n\r\n\
                 1\r\nx\r\n0\r\n";
    // No more than 32 are taken.
    for batch in names().chunks(30) {
        let trailers: String = batch.iter().map(|name| format!("{name}: x\r\n")).collect();
        client.send(format!("{begin}X-Kept: 1\r\n{trailers}\r\n"));
        assert_eq!(client.response("POST").status, 200);
        let requests = origin.requests();
        let arrived = &requests.last().expect("a request").trailers;
        assert_eq!(*arrived, [("x-kept".to_owned(), "1".to_owned())]);
    }
}

#[test]
fn an_unforeseen_field_that_spells_the_address_out_is_removed() {
    let origin = website(&[]);
    let gateway = Gateway::before(
        &origin,
        "[client_ip]\ntrusted_proxies = [\"127.9.0.0/16\"]\n",
    );
    let visitor = Ipv4Addr::new(127, 113, 55, 77);
    let mut client = Client::from_ip(visitor, gateway.https());
    let kept = [
        ("X-Anything", "127.113.55.78"),
        ("Client", "desktop"),
        ("Coming-From", "home"),
    ];
    let mut fields = kept.to_vec();
    fields.extend([
        ("X-Other", "seen 127.113.55.77 today"),
        ("X-Mapped", "::ffff:127.113.55.77"),
        ("Client", "198.51.100.1"),
        ("Coming-From", "198.51.100.1"),
    ]);
    client.visit("/", &fields);
    let head = origin.only_request().head;
    assert_eq!(head.all("x-anything"), ["127.113.55.78"]);
    assert_eq!(head.all("client"), ["desktop"]);
    assert_eq!(head.all("coming-from"), ["home"]);
    let raw = String::from_utf8_lossy(&head.raw).into_owned();
    assert!(
        !raw.contains("127.113.55.77") && !raw.contains("198.51"),
        "{raw}"
    );

    let mut proxy = Client::from_ip(Ipv4Addr::new(127, 9, 0, 1), gateway.https());
    let fields = [
        ("X-Forwarded-For", "2001:db8::7:a"),
        ("X-Short", "[2001:DB8::7:A]"),
        ("X-Long", "2001:0db8:0000:0000:0000:0000:0007:000a"),
        ("X-Kept", "2001:db8::7:b"),
    ];
    proxy.visit("/", &fields);
    let head = &origin.requests()[1].head;
    assert_eq!(head.all("x-kept"), ["2001:db8::7:b"]);
    assert_eq!((head.all("x-short"), head.all("x-long")), (vec![], vec![]));
}

#[test]
fn fields_that_are_the_visitors_own_arrive_as_they_are() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    let fields = [
        ("Accept-Language", "de, en;q=0.5"),
        ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64)"),
        ("Referer", "https://other.example/a?b"),
        ("Origin", "https://other.example"),
        ("From", "jane@example.com"),
        ("Authorization", "Bearer abc.def"),
        ("DNT", "0"),
        ("Sec-GPC", "1"),
        ("Sec-Fetch-Site", "cross-site"),
        ("CDN-Loop", "cdn.example"),
        ("X-Device-Id", "1"),
        ("Device-Id", "1"),
        ("X-Unique-Id", "1"),
        ("X-Correlation-Id", "1"),
        ("X-ATT-DeviceId", "1"),
        ("X-Requested-With", "XMLHttpRequest"),
        (
            "traceparent",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ),
        ("tracestate", "a=1"),
        ("baggage", "a=1"),
        ("X-B3-TraceId", "1"),
        ("X-Amzn-Trace-Id", "Root=1-1-1"),
        ("X-Cloud-Trace-Context", "1/1"),
        ("CF-Access-Jwt-Assertion", "1"),
        ("Device-Memory", "8"),
        ("Save-Data", "on"),
        ("RTT", "50"),
        ("Sec-CH-UA-Model", "\"x\""),
        ("Sec-CH-Prefers-Color-Scheme", "dark"),
        ("X-Api-Key", "k"),
        ("Idempotency-Key", "i"),
        ("Sec-Fetch-Dest", "video"),
        ("If-None-Match", "\"x\""),
        ("Range", "bytes=0-"),
    ];
    Client::connect(gateway.https()).visit("/film.mp4", &fields);
    let head = origin.only_request().head;
    for (name, value) in fields {
        assert_eq!(head.all(name), [value], "{name}");
    }
    assert!(gateway.metric("privet_address_fields_removed_total").abs() < f64::EPSILON);
}

#[test]
fn fields_of_a_response_that_would_echo_an_address_do_not_reach_the_visitor() {
    let removed = [
        "X-Client-IP",
        "Client-IP",
        "X-Real-IP",
        "X-Remote-Addr",
        "X-Your-IP",
        "X-Forwarded-For",
        "X-Forwarded-Anything",
        "Forwarded",
        "CF-Ray",
        "Via",
        "Server",
        "X-Powered-By",
        "X-Served-By",
        "X-Upstream-Addr",
        "X-Envoy-Upstream-Service-Time",
        "Alt-Svc",
        "X-Accel-Redirect",
    ];
    let lines: Vec<String> = removed.iter().map(|name| format!("{name}: x")).collect();
    let mut lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    lines.push("X-Kept: 1");
    let origin = website(&lines);
    let gateway = Gateway::before(&origin, "");
    let response = Client::connect(gateway.https()).get("/");
    assert_eq!(response.get("x-kept"), Some("1"));
    for name in removed {
        assert_eq!(response.get(name), None, "{name}");
    }
}
