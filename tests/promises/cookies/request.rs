//! The visitor's `Cookie` field: refused pairs go, kept ones arrive byte for byte, in order.

use bytes::Bytes;

use crate::{
    gateway::{Client, Gateway, Http2, eventually, http2},
    visit::{choice, last, website},
};

/// Field lines as sent, and the one line that arrives.
const LINES: &[(&[&str], Option<&str>)] = &[
    (&["a=1"], Some("a=1")),
    (
        &["a=\"x, y\"; _ga=GA1.1; b=c=d=; _fbp=fb.1.2; z={x:%27}"],
        Some("a=\"x, y\"; b=c=d=; z={x:%27}"),
    ),
    // A pair without a name, one without "=", empty values and empty pairs.
    (
        &["=v; _gid=1; noequals; c=; ;; d = e f "],
        Some("=v; noequals; c=; d = e f"),
    ),
    // Nothing is removed, so nothing is touched.
    (
        &["a=1;  b=2 ;;c;d=\"_ga=1\""],
        Some("a=1;  b=2 ;;c;d=\"_ga=1\""),
    ),
    // Bytes beyond ASCII.
    (
        &["u=\u{e9}\u{ff}; _ga=\u{e9}; v=\u{80}"],
        Some("u=\u{e9}\u{ff}; v=\u{80}"),
    ),
    // Several lines, as HTTP/2 clients send crumbs.
    (
        &["a=1; _gid=2", "b=2", "_hjSession_12=3; c=3", "_ga_X1=4"],
        Some("a=1; b=2; c=3"),
    ),
    // Names that only look like a tracker's.
    (&["_GA=1; x_ga=2; _ga.x=3"], Some("_GA=1; x_ga=2; _ga.x=3")),
    // What lenient servers take off a name hides nothing.
    (
        &["a=1;\u{a0}_ga=1; \u{c2}\u{a0}_gid=1; \"_fbp\"=2; =_ga=3; b=2"],
        Some("a=1; b=2"),
    ),
    // White space before the name hides nothing.
    (&[" _ga=1;\t_gid =2; a=1"], Some("a=1")),
    (&["a=1; a=2; _ga=1; a=1"], Some("a=1; a=2; a=1")),
    (&["_ga=1; _fbp=2", "_gid=3"], None),
];

#[test]
fn refused_pairs_never_arrive_and_kept_ones_arrive_byte_for_byte() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    for (lines, expected) in LINES {
        let fields: Vec<(&str, &str)> = lines.iter().map(|line| ("Cookie", *line)).collect();
        assert_eq!(client.visit("/", &fields).status, 200);
        let expected: Vec<&str> = expected.iter().copied().collect();
        assert_eq!(last(&origin, "cookie"), expected, "{lines:?}");
    }
}

#[test]
fn crumbs_of_http2_arrive_as_one_line_without_refused_pairs() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    let client = Http2::connect(gateway.https());
    for (lines, expected) in LINES {
        let mut request = http2::request("GET", "/", http2::empty());
        // A browser sends each pair as a crumb of its own (RFC 9113 §8.2.3).
        let crumbs = lines.iter().flat_map(|line| line.split("; "));
        for crumb in crumbs {
            let bytes: Vec<u8> = crumb.chars().map(|char| char as u8).collect();
            let value = http::HeaderValue::from_bytes(&bytes).expect("a value");
            request.headers_mut().append("cookie", value);
        }
        assert_eq!(client.send(request).answer().status(), 200);
        let arrived = last(&origin, "cookie");
        assert!(arrived.len() < 2, "one line: {arrived:?}");
        // The crumbs' own order and bytes; empty pairs leave nothing.
        let pairs = |line: &str| -> Vec<String> {
            let pairs = line.split(';').map(|pair| pair.trim_matches([' ', '\t']));
            let pairs = pairs.filter(|pair| !pair.is_empty());
            pairs.map(str::to_owned).collect()
        };
        let arrived = arrived.first().map(|line| pairs(line));
        assert_eq!(arrived, expected.map(pairs), "{lines:?}");
    }
}

#[test]
fn a_cookie_field_in_a_trailer_section_never_arrives() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    client.send(
        "POST / HTTP/1.1\r\nHost: www.example.com\r\nTransfer-Encoding: chunked\r\n\r\n\
         1\r\nx\r\n0\r\nCookie: _ga=1\r\nX-Kept: 1\r\n\r\n",
    );
    assert_eq!(client.response("POST").status, 200);
    let arrived = origin.only_request().trailers;
    assert_eq!(arrived, [("x-kept".to_owned(), "1".to_owned())]);

    let (pieces, content) = http2::pieces();
    let _ = pieces.send(http_body::Frame::data(Bytes::from_static(b"x")));
    let mut trailers = http::HeaderMap::new();
    trailers.insert("cookie", "_ga=1".parse().expect("a value"));
    trailers.insert("x-kept", "1".parse().expect("a value"));
    let _ = pieces.send(http_body::Frame::trailers(trailers));
    drop(pieces);
    let client = Http2::connect(gateway.https());
    let answer = client.send(http2::request("POST", "/", content)).answer();
    assert_eq!(answer.status(), 200);
    let arrived = &origin.requests()[1].trailers;
    assert_eq!(*arrived, [("x-kept".to_owned(), "1".to_owned())]);
}

#[test]
fn consent_to_a_purpose_or_to_one_vendor_lets_its_pairs_pass() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    let cookies = "_ga=1; _hjid=2; _fbp=3; own=4";
    for (consent, expected) in [
        (choice("analytics", "marketing", 5), "_ga=1; _hjid=2; own=4"),
        (choice("marketing", "analytics", 5), "_fbp=3; own=4"),
        (choice("", "analytics.marketing", 5), "own=4"),
        (
            choice("", "analytics.marketing&vendors=hotjar:yes", 5),
            "_hjid=2; own=4",
        ),
        (
            choice("analytics", "marketing&vendors=hotjar:no", 5),
            "_ga=1; own=4",
        ),
    ] {
        client.visit("/", &[("Cookie", &format!("{cookies}; {consent}"))]);
        let expected = format!("{expected}; {consent}");
        assert_eq!(last(&origin, "cookie"), [expected], "{consent}");
    }
}

#[test]
fn the_same_cookies_on_one_connection_are_decided_on_anew_when_anything_changes() {
    let origin = website(&[]);
    let url = origin.url();
    let sites = format!(
        "[[site]]\nhosts = [\"www.example.com\"]\nupstream = [\"{url}\"]\n\
         [[site]]\nhosts = [\"b.example.com\"]\nupstream = [\"{url}\"]\n\
         [site.cookies]\nkeep = [\"_fbp\"]\n"
    );
    let gateway = Gateway::start(&sites);
    let mut client = Client::connect(gateway.https());
    let cookies = format!("a=1; _fbp=2; {}", choice("marketing", "", 60));
    let all = std::slice::from_ref(&cookies);
    let (line, gpc) = (("Cookie", cookies.as_str()), ("Sec-GPC", "1"));
    for _ in 0..2 {
        client.visit("/", &[line]);
        assert_eq!(last(&origin, "cookie"), all, "consented");
        client.visit("/", &[line]);
        assert_eq!(last(&origin, "cookie"), all, "and again");
        client.visit("/", &[line, gpc]);
        assert!(!last(&origin, "cookie").concat().contains("_fbp"), "GPC");
        client.visit("/", &[line, gpc, ("Host", "b.example.com")]);
        assert_eq!(last(&origin, "cookie"), all, "kept by another site's rule");
    }
    gateway.rewrite(&format!("{sites}\n[cookies]\nkeep = [\"_fbp\"]\n"));
    assert_eq!(gateway.ask_admin("POST", "/reload").0, 200);
    eventually("the new rule holds on the old connection", || {
        client.visit("/", &[line, gpc]);
        (last(&origin, "cookie") == all).then_some(())
    });
}
