//! Tables of what becomes of conditions and validators.

use super::*;
use crate::privacy::FieldValue;

fn fields(lines: &[(HeaderName, &str)]) -> FieldLines {
    let lines = lines.iter().map(|(name, value)| {
        let value = FieldValue::from_bytes(value.as_bytes()).expect("a value");
        (name.clone(), value)
    });
    lines.collect()
}

fn value(fields: &FieldLines, name: &HeaderName) -> Option<String> {
    let lines: Vec<_> = fields.get_all(name).collect();
    assert!(lines.len() < 2, "{name}");
    let line = lines.first()?;
    Some(line.to_str().expect("text").to_owned())
}

const NOW: ConsentTag = ConsentTag(*b"abcdefghi-_");
const BEFORE: ConsentTag = ConsentTag(*b"ABCDEFGHIJK");

fn tagged(own: Option<&str>, tag: &ConsentTag) -> String {
    let bound = bound(own.map(str::as_bytes), tag).expect("an entity tag");
    bound.to_str().expect("text").to_owned()
}

#[test]
fn the_websites_entity_tag_can_be_told_from_privets() {
    for own in [
        "\"x\"",
        "W/\"x\"",
        "\"\"",
        "W/\"\"",
        "\"a,b\"",
        "\"x~abcdefghi-_s\"",
    ] {
        let text = tagged(Some(own), &NOW);
        let parsed = Tagged::parse(text.as_bytes()).expect("privet's");
        assert_eq!(parsed.tag, NOW.0);
        assert_eq!(parsed.restored().as_deref(), Some(own.as_bytes()), "{own}");
    }
    assert_eq!(tagged(Some("\"x\""), &NOW), "W/\"x~abcdefghi-_s\"");
    assert_eq!(tagged(Some("W/\"x\""), &NOW), "W/\"x~abcdefghi-_w\"");
    let dated = tagged(None, &NOW);
    assert_eq!(dated, "W/\"~abcdefghi-_n\"");
    let dated = Tagged::parse(dated.as_bytes()).expect("privet's");
    assert_eq!(dated.restored(), None);
    for other in [
        "\"x\"",
        "W/\"x\"",
        "x",
        "",
        "W/\"abcdefghi-_s\"",
        "W/\"x~abcdefghi-_q\"",
    ] {
        assert_eq!(Tagged::parse(other.as_bytes()), None, "{other}");
    }
}

/// `If-None-Match` and `If-Modified-Since` before and after.
struct Case {
    destination: Destination,
    sent: (Option<String>, bool),
    forwarded: (Option<&'static str>, bool),
    holds_page: bool,
}

#[test]
fn a_browser_revalidates_only_what_was_made_for_its_consent() {
    let now = |own| Some(tagged(own, &NOW));
    let before = |own| Some(tagged(own, &BEFORE));
    let plain = |text: &str| Some(text.to_owned());
    let both = Some(format!(
        "{}, {}",
        tagged(Some("\"a,b\""), &BEFORE),
        tagged(Some("\"b\""), &NOW)
    ));
    use Destination::{Data, Document, Fragment, Resource};
    for (number, case) in [
        (
            Document,
            (now(Some("\"x\"")), true),
            (Some("\"x\""), true),
            true,
        ),
        (
            Document,
            (now(Some("W/\"x\"")), false),
            (Some("W/\"x\""), false),
            true,
        ),
        (Document, (now(None), true), (None, true), true),
        (
            Document,
            (before(Some("\"x\"")), true),
            (None, false),
            false,
        ),
        (Document, (before(None), true), (None, false), false),
        (Document, (plain("\"x\""), true), (None, false), false),
        (Document, (plain("*"), true), (None, false), false),
        (Document, (None, true), (None, false), false),
        (Document, (both.clone(), true), (Some("\"b\""), true), true),
        (Fragment, (plain("\"x\""), true), (None, false), false),
        (Data, (plain("\"x\""), true), (Some("\"x\""), true), false),
        (Data, (None, true), (None, true), false),
        (Data, (before(Some("\"x\"")), true), (None, false), false),
        (
            Data,
            (now(Some("\"x\"")), true),
            (Some("\"x\""), true),
            true,
        ),
        (
            Resource,
            (plain("\"x\", W/\"y,z\""), true),
            (Some("\"x\", W/\"y,z\""), true),
            false,
        ),
        (Resource, (None, true), (None, true), false),
    ]
    .into_iter()
    .map(|(destination, sent, forwarded, holds_page)| Case {
        destination,
        sent,
        forwarded,
        holds_page,
    })
    .enumerate()
    {
        let mut lines = FieldLines::default();
        if let Some(line) = &case.sent.0 {
            let line = FieldValue::from_bytes(line.as_bytes()).expect("a value");
            lines.push(header::IF_NONE_MATCH, line);
        }
        if case.sent.1 {
            lines.push(header::IF_MODIFIED_SINCE, FieldValue::from_static("Sat"));
        }
        let holds = minimise_conditions(&Method::GET, &mut lines, case.destination, || NOW);
        let forwarded = value(&lines, &header::IF_NONE_MATCH);
        assert_eq!(forwarded.as_deref(), case.forwarded.0, "case {number}");
        let dated = lines.contains(&header::IF_MODIFIED_SINCE);
        assert_eq!(dated, case.forwarded.1, "case {number}");
        assert_eq!(holds, case.holds_page, "case {number}");
    }
}

#[test]
fn who_writes_is_held_to_the_websites_own_entity_tags() {
    let sent = format!(
        "{}, \"y\", {}",
        tagged(Some("\"x\""), &BEFORE),
        tagged(None, &NOW)
    );
    let mut lines = fields(&[(header::IF_MATCH, &sent)]);
    assert!(!minimise_conditions(
        &Method::PUT,
        &mut lines,
        Destination::Data,
        || NOW
    ));
    let forwarded = value(&lines, &header::IF_MATCH);
    assert_eq!(
        forwarded.as_deref(),
        Some("\"x\", \"y\", W/\"~abcdefghi-_n\"")
    );
}

#[test]
fn no_part_of_a_page_is_asked_for() {
    let tag = tagged(Some("\"x\""), &NOW);
    for (destination, range, if_range, passes) in [
        (Destination::Document, "bytes=0-", "\"x\"", false),
        (Destination::Data, "bytes=0-", "\"x\"", true),
        (Destination::Data, "bytes=0-1,3-4", "\"x\"", false),
        (Destination::Data, "bytes=0-", &tag, false),
        (Destination::Resource, "bytes=0-1,3-4", "\"x\"", true),
    ] {
        let mut lines = fields(&[(header::RANGE, range), (header::IF_RANGE, if_range)]);
        minimise_conditions(&Method::GET, &mut lines, destination, || NOW);
        assert_eq!(
            lines.contains(&header::RANGE),
            passes,
            "{destination:?} {range}"
        );
        assert_eq!(
            lines.contains(&header::IF_RANGE),
            passes,
            "{destination:?} {range}"
        );
    }
}

#[test]
fn caches_keep_no_page_for_others() {
    for (sent, expected) in [
        (None, "private, no-cache"),
        (Some("public, max-age=60, immutable"), "private, no-cache"),
        (Some("no-store"), "private, no-cache, no-store"),
        (
            Some("S-MaxAge=3, private=\"a, b\", no-transform, must-revalidate, x=\"y, z\""),
            "private, no-cache, no-transform, must-revalidate, x=\"y, z\"",
        ),
    ] {
        let sent = sent.map(|sent: &str| sent.replace("S-MaxAge", "S-MAXAGE"));
        let mut lines = FieldLines::default();
        if let Some(sent) = &sent {
            let line = FieldValue::from_bytes(sent.as_bytes()).expect("a value");
            lines.push(header::CACHE_CONTROL, line);
        }
        bind_to_consent(&mut lines, &NOW);
        let cached = value(&lines, &header::CACHE_CONTROL);
        assert_eq!(cached.as_deref(), Some(expected), "{sent:?}");
    }
}

#[test]
fn a_page_varies_by_what_it_was_made_from() {
    for (sent, expected) in [
        ("", "Cookie, Sec-GPC, DNT"),
        (
            "Accept-Encoding, cookie",
            "Accept-Encoding, cookie, Sec-GPC, DNT",
        ),
        ("*", "*"),
    ] {
        let mut lines = fields(&[(header::VARY, sent)]);
        bind_to_consent(&mut lines, &NOW);
        assert_eq!(value(&lines, &header::VARY).as_deref(), Some(expected));
    }
}

#[test]
fn a_page_has_one_entity_tag_that_names_the_consent() {
    let dated = (header::LAST_MODIFIED, "Sat");
    for (lines, expected) in [
        (vec![(header::ETAG, "\"x\"")], Some("W/\"x~abcdefghi-_s\"")),
        (
            vec![(header::ETAG, "x"), dated.clone()],
            Some("W/\"~abcdefghi-_n\""),
        ),
        (vec![(header::ETAG, "\"a\"b\"")], None),
        (vec![dated], Some("W/\"~abcdefghi-_n\"")),
        (vec![], None),
    ] {
        let mut lines = fields(&lines);
        bind_to_consent(&mut lines, &NOW);
        assert_eq!(value(&lines, &header::ETAG).as_deref(), expected);
    }
    let mut lines = fields(&[
        (header::EXPIRES, "0"),
        (header::ACCEPT_RANGES, "bytes"),
        (HeaderName::from_static("repr-digest"), "sha-256=:x:"),
        (header::CONTENT_TYPE, "text/html"),
    ]);
    bind_to_consent(&mut lines, &NOW);
    let names: Vec<&str> = lines.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["content-type", "vary", "cache-control"]);
}

#[test]
fn other_rules_and_other_consents_have_other_tags() {
    assert_eq!(fingerprint(&("a", 1)), fingerprint(&("a", 1)));
    assert_ne!(fingerprint(&("a", 1)), fingerprint(&("a", 2)));
}
