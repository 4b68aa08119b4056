//! Validators and caches: no copy of a page outlives the consent that it was made for.

use super::{FETCHED, INERT, answer, consenting, gateway, page};
use crate::{
    gateway::{Client, Gateway, Origin},
    visit::{choice, last},
};

/// A website of one page, whose entity tag and date never change.
fn website() -> Origin {
    Origin::answering(|request| {
        let held = request.head.get("if-none-match");
        let dated = held.is_none() && request.head.get("if-modified-since").is_some();
        let lines = "ETag: \"v1\"\r\nLast-Modified: Tue, 24 Nov 2026 08:00:00 GMT\r\n\
                     Cache-Control: public, max-age=600\r\nVary: Accept-Language\r\n\
                     Accept-Ranges: bytes\r\nExpires: Tue, 24 Nov 2026 09:00:00 GMT\r\n";
        if dated || held.is_some_and(|held| held.contains("\"v1\"")) {
            return format!("HTTP/1.1 304 Not Modified\r\n{lines}\r\n").into_bytes();
        }
        let mut response = answer(lines, &page(100));
        if request.method() == "HEAD" {
            let end = response.len() - page(100).len();
            response.truncate(end);
        }
        response
    })
}

const DATED: (&str, &str) = ("If-Modified-Since", "Tue, 24 Nov 2026 08:00:00 GMT");
const NAVIGATION: (&str, &str) = ("Sec-Fetch-Dest", "document");

#[test]
fn a_revalidation_after_a_change_of_mind_brings_the_other_page() {
    let origin = website();
    let gateway = gateway(&origin, "");
    let mut client = Client::connect(gateway.https());
    let first = client.visit("/", &[NAVIGATION]);
    assert!(first.text().contains(INERT));
    let without = first.get("etag").expect("an entity tag").to_owned();
    assert!(without.starts_with("W/\"v1~"), "{without}");

    let held = ("If-None-Match", &*without);
    assert_eq!(client.visit("/", &[NAVIGATION, held, DATED]).status, 304);
    assert_eq!(last(&origin, "if-none-match"), ["\"v1\""]);

    let yes = consenting();
    let cookie = ("Cookie", &*yes);
    let second = client.visit("/", &[NAVIGATION, held, DATED, cookie]);
    assert_eq!(second.status, 200);
    assert!(second.text().contains(FETCHED));
    assert_eq!(last(&origin, "if-modified-since"), [""; 0]);
    let with = second.get("etag").expect("an entity tag").to_owned();
    assert_ne!(without, with);

    let held = ("If-None-Match", &*with);
    assert_eq!(
        client.visit("/", &[NAVIGATION, held, DATED, cookie]).status,
        304
    );
    let third = client.visit("/", &[NAVIGATION, held, DATED]);
    assert!(third.status == 200 && third.text().contains(INERT));
}

#[test]
fn a_page_and_its_304_are_for_nobody_else() {
    let origin = website();
    let gateway = gateway(&origin, "");
    let mut client = Client::connect(gateway.https());
    let yes = consenting();
    for cookie in ["a=b", &yes] {
        let cookie = ("Cookie", cookie);
        let first = client.visit("/", &[NAVIGATION, cookie]);
        let tag = first.get("etag").expect("an entity tag").to_owned();
        let again = client.visit("/", &[NAVIGATION, cookie, ("If-None-Match", &tag)]);
        let head = client.ask("HEAD", "/", &[NAVIGATION, cookie], "");
        assert_eq!((first.status, again.status, head.status), (200, 304, 200));
        for response in [&first, &again, &head] {
            assert_eq!(response.get("etag"), Some(&*tag));
            assert_eq!(response.get("cache-control"), Some("private, no-cache"));
            let vary = "Accept-Language, Cookie, Sec-GPC, DNT";
            assert_eq!(response.get("vary"), Some(vary));
            assert_eq!(response.get("accept-ranges"), None);
            assert_eq!(response.get("expires"), None);
        }
    }
}

#[test]
fn what_was_held_before_pages_were_gated_is_not_kept() {
    let origin = website();
    let gateway = gateway(&origin, "");
    let mut client = Client::connect(gateway.https());
    for lines in [
        vec![NAVIGATION, ("If-None-Match", "\"v1\"")],
        vec![NAVIGATION, DATED],
        vec![DATED],
        vec![("Sec-Fetch-Dest", "empty"), ("Accept", "text/html"), DATED],
    ] {
        let response = client.visit("/", &lines);
        assert!(
            response.status == 200 && response.text().contains(INERT),
            "{lines:?}"
        );
    }
}

#[test]
fn what_is_no_page_is_revalidated_as_ever() {
    let origin = website();
    let gateway = gateway(&origin, "");
    let mut client = Client::connect(gateway.https());
    for lines in [
        vec![("Sec-Fetch-Dest", "image"), ("If-None-Match", "\"v1\"")],
        vec![("Sec-Fetch-Dest", "script"), DATED],
        vec![("Accept", "application/json"), ("If-None-Match", "\"v1\"")],
    ] {
        let response = client.visit("/", &lines);
        assert_eq!(response.status, 304, "{lines:?}");
        assert_eq!(response.get("etag"), Some("\"v1\""));
        assert_eq!(response.get("cache-control"), Some("public, max-age=600"));
    }
}

#[test]
fn no_part_of_a_page_is_asked_for_or_sent() {
    let origin = Origin::answering(|request| {
        let lines = "Content-Range: bytes 0-9/100\r\n";
        let whole = answer(lines, b"<p>a part<");
        match request.head.get("range") {
            None => answer("", &page(0)),
            Some(_) => String::from_utf8_lossy(&whole)
                .replace("200 OK", "206 Partial Content")
                .into_bytes(),
        }
    });
    let gateway = gateway(&origin, "");
    let mut client = Client::connect(gateway.https());
    let range = ("Range", "bytes=0-9");
    let response = client.visit("/", &[NAVIGATION, range, ("If-Range", "\"v1\"")]);
    assert!(response.status == 200 && response.text().contains(INERT));
    let part = client.visit("/", &[("Sec-Fetch-Dest", "video"), range]);
    assert_eq!(part.status, 502);
    assert!(!part.text().contains("a part<"));
}

#[test]
fn the_same_bytes_are_gated_anew_for_another_consent_and_another_place() {
    const VENDORS: &str = r#"
[[vendor]]
name = "Example Metrics"
purpose = "analytics"
hosts = ["metrics.example.net"]
paths = ["/metrics/a.gif"]
"#;
    let pages = Origin::answering(|request| {
        let content = match request.target() {
            "/named" => "<p>a</p><img src=https://metrics.example.net/a.gif>",
            _ => "<p>a</p><img src=a.gif>",
        };
        answer("", content.as_bytes())
    });
    let gateway = Gateway::before(&pages, VENDORS);
    let mut client = Client::connect(gateway.https());
    let yes = choice("analytics", "marketing", 5);
    let mut is_inert = |target: &str, cookie: &str| {
        let response = client.visit(target, &[NAVIGATION, ("Cookie", cookie)]);
        response.text().contains("data-privet-src")
    };
    for _ in 0..2 {
        assert!(!is_inert("/named", &yes) && !is_inert("/named", &yes));
        assert!(is_inert("/named", "a=b") && is_inert("/named", "a=b"));
        assert!(!is_inert("/page", "a=b") && !is_inert("/page", "a=b"));
        assert!(is_inert("/metrics/page", "a=b"));
        assert!(!is_inert("/metrics/page", &yes));
    }
}
