//! Lines as an operator's tools read them, and what must never stand in them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed test may panic"
)]

use std::time::UNIX_EPOCH;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn entry<'a>() -> AccessEntry<'a> {
    AccessEntry {
        time: UNIX_EPOCH + Duration::from_millis(1_795_514_400_042),
        client: Some(MinimisedAddr::Truncated(IpAddr::V4(Ipv4Addr::new(
            203, 0, 113, 0,
        )))),
        method: "GET",
        host: Some("www.example.com"),
        target: "/shop/binoculars?page=2&ref=newsletter",
        status: 200,
        bytes: 10_240,
        duration: Duration::from_micros(12_345),
        upstream: Some("10.0.0.5:8000"),
        upstream_duration: Some(Duration::from_micros(11_007)),
        protocol: Version::HTTP_2,
        tls: Some("TLSv1.3"),
        request_id: "0123456789abcdef0123456789abcdef",
        referer: Some(b"https://search.example/?q=jane"),
        user_agent: Some(b"Mozilla/5.0 (X11; rv:145.0) Gecko/20100101 Firefox/145.0"),
        cookies_stripped: 8,
        set_cookies_stripped: 2,
        elements_gated: 3,
    }
}

fn line(format: LogFormat, entry: &AccessEntry<'_>) -> String {
    let mut out = Vec::new();
    Formatter::new(format, vec!["page".into()]).write(entry, &mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn json_has_the_keys_of_the_contract_in_its_order() {
    let expected = concat!(
        r#"{"time":"2026-11-24T10:00:00.042Z","client":"203.0.113.0","method":"GET","#,
        r#""host":"www.example.com","path":"/shop/binoculars?page=2&ref=…","status":200,"#,
        r#""bytes":10240,"duration_ms":12.345,"upstream":"10.0.0.5:8000","upstream_ms":11.007,"#,
        r#""protocol":"HTTP/2","tls":"TLSv1.3","request_id":"0123456789abcdef0123456789abcdef","#,
        r#""referer":"https://search.example","user_agent":"Firefox/145","cookies_stripped":8,"#,
        r#""set_cookies_stripped":2,"elements_gated":3}"#,
        "\n"
    );
    assert_eq!(line(LogFormat::Json, &entry()), expected);
}

#[test]
fn what_is_absent_is_null_in_json_and_a_dash_in_combined() {
    let entry = AccessEntry {
        client: None,
        host: None,
        upstream: None,
        upstream_duration: None,
        tls: None,
        referer: None,
        user_agent: None,
        protocol: Version::HTTP_11,
        ..entry()
    };
    let value: Value = serde_json::from_str(&line(LogFormat::Json, &entry)).unwrap();
    for key in ["upstream", "upstream_ms", "tls", "referer", "user_agent"] {
        assert_eq!(value[key], Value::Null, "{key}");
    }
    assert_eq!(
        (&value["client"], &value["host"]),
        (&json!("-"), &json!("-"))
    );
    assert_eq!(
        line(LogFormat::Combined, &entry),
        "- - - [24/Nov/2026:10:00:00 +0000] \"GET /shop/binoculars?page=2&ref=… HTTP/1.1\" \
         200 10240 \"-\" \"-\"\n"
    );
}

#[test]
fn combined_is_what_log_analysers_expect() {
    assert_eq!(
        line(LogFormat::Combined, &entry()),
        "203.0.113.0 - - [24/Nov/2026:10:00:00 +0000] \"GET /shop/binoculars?page=2&ref=… \
         HTTP/2.0\" 200 10240 \"https://search.example\" \"Firefox/145\"\n"
    );
    let v6 = AccessEntry {
        client: Some(MinimisedAddr::Truncated("2001:db8:1::".parse().unwrap())),
        ..entry()
    };
    assert!(line(LogFormat::Combined, &v6).starts_with("2001:db8:1:: - - ["));
}

#[test]
fn no_canary_survives_in_a_line() {
    let canaries = [
        "203.0.113.77",
        "canary@example.com",
        "c4n4ry",
        "2001:db8::77",
        "Pixel 9 Pro",
    ];
    let entry = AccessEntry {
        target: "/u/canary@example.com/203.0.113.77/2001:db8::77?token=c4n4ry&page=203.0.113.77",
        referer: Some(b"https://203.0.113.77/c4n4ry?mail=canary@example.com"),
        user_agent: Some(b"Mozilla/5.0 (Android; Pixel 9 Pro; c4n4ry) Chrome/142.0.203.0.113.77"),
        ..entry()
    };
    for format in [LogFormat::Json, LogFormat::Combined] {
        let line = line(format, &entry);
        for canary in canaries {
            assert!(!line.contains(canary), "{canary} in {line}");
        }
        assert!(
            line.contains("/u/…/…/…?token=…&page=…") && line.contains("Chrome/142"),
            "{line}"
        );
    }
}

#[test]
fn a_line_of_longest_texts_stays_below_its_limit() {
    let long = "\u{1}".repeat(9000);
    let referer = format!("https://{}.example/", "a".repeat(240));
    let entry = AccessEntry {
        client: Some(MinimisedAddr::Pseudonym(
            "fd70:7276:1111:2222:3333:4444:5555:6666".parse().unwrap(),
        )),
        method: &long,
        host: Some(&long),
        target: &long,
        status: u16::MAX,
        bytes: u64::MAX,
        duration: Duration::MAX,
        upstream: Some(&long),
        upstream_duration: Some(Duration::MAX),
        tls: Some(&long),
        request_id: &long,
        referer: Some(referer.as_bytes()),
        user_agent: Some(b"meta-externalagent/9999"),
        cookies_stripped: u32::MAX,
        set_cookies_stripped: u32::MAX,
        elements_gated: u32::MAX,
        ..entry()
    };
    let path = format!("/{}", "\u{e9}/".repeat(2000));
    for target in [&long, &path] {
        for format in [LogFormat::Json, LogFormat::Combined] {
            let line = line(format, &AccessEntry { target, ..entry });
            assert!(
                line.len() <= MAX_LINE && line.ends_with('\n'),
                "{}",
                line.len()
            );
        }
    }
}

proptest! {
    #[test]
    fn hostile_bytes_make_exactly_one_well_formed_line(
        target in "\\PC{0,40}|(?s).{0,300}",
        method in "(?s).{0,80}",
        referer in prop::collection::vec(any::<u8>(), 0..80),
        origin in "https?://[ -~]{0,40}",
        agent in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        for referer in [&referer[..], origin.as_bytes()] {
            let entry = AccessEntry {
                target: &target,
                method: &method,
                host: Some(&target),
                referer: Some(referer),
                user_agent: Some(&agent),
                ..entry()
            };
            let json = line(LogFormat::Json, &entry);
            let value: Value = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(value.as_object().unwrap().len(), 18);
            let combined = line(LogFormat::Combined, &entry);
            prop_assert_eq!(combined.matches('"').count(), 6);
            for line in [json, combined] {
                prop_assert!(line.len() <= MAX_LINE);
                let controls = line.chars().filter(|character| character.is_control()).count();
                prop_assert!(controls == 1 && line.ends_with('\n'));
            }
        }
    }
}

#[test]
fn a_method_that_nobody_knows_is_not_shown() {
    for (method, shown) in [("PROPFIND", "PROPFIND"), ("203.0.113.77", "other")] {
        let entry = AccessEntry { method, ..entry() };
        let value: Value = serde_json::from_str(&line(LogFormat::Json, &entry)).unwrap();
        assert_eq!(value["method"], shown);
        assert!(line(LogFormat::Combined, &entry).contains(&format!("\"{shown} ")));
    }
}
