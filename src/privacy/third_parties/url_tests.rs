//! Tests of how URLs are read, also against an independent reader.

use proptest::prelude::*;

use super::*;
use crate::privacy::html::decode_entities;

const PAGE: &str = "https://www.example.com/shop/index.html?q=1#top";

fn base() -> Base {
    Base::new(PAGE.as_bytes()).expect("a base")
}

/// Host and target, as they are looked up.
fn found(url: &[u8]) -> Option<(String, String)> {
    let url = cleaned(url);
    let location = match base().read(&url) {
        Reference::Absolute(location) => location,
        Reference::Relative(relative) => base().join(relative),
        Reference::Script(_) | Reference::Data(_) | Reference::Nowhere => return None,
    };
    let target = String::from_utf8_lossy(&location.target()).into_owned();
    Some((location.host.into_owned(), target))
}

#[test]
fn urls_are_read_as_browsers_read_them() {
    for (url, expected) in [
        ("https://v.example/a?b#c", Some(("v.example", "/a?b"))),
        ("HTTPS://V.Example/A", Some(("v.example", "/A"))),
        ("//v.example", Some(("v.example", "/"))),
        ("\\\\v.example\\x", Some(("v.example", "/x"))),
        ("/\\v.example/x", Some(("v.example", "/x"))),
        ("///v.example/x", Some(("v.example", "/x"))),
        (
            "https:v.example",
            Some(("www.example.com", "/shop/v.example")),
        ),
        ("https:/v.example", Some(("www.example.com", "/v.example"))),
        ("https:////v.example", Some(("v.example", "/"))),
        ("http:v.example/x", Some(("v.example", "/x"))),
        ("wss:v.example/x", Some(("v.example", "/x"))),
        (" \u{1}//v.example/x \n", Some(("v.example", "/x"))),
        ("ht\ntps://v.exa\tmple/x", Some(("v.example", "/x"))),
        ("//me:secret@v.example:8443/x", Some(("v.example", "/x"))),
        ("//a@b@v.example/x", Some(("v.example", "/x"))),
        ("//v.example./x", Some(("v.example", "/x"))),
        ("//v%2Eex%61mple/x", Some(("v.example", "/x"))),
        ("//ｖ。ｅｘａｍｐｌｅ/x", Some(("v.example", "/x"))),
        ("//v\u{ad}.example/x", Some(("v.example", "/x"))),
        (
            "//v.example/a/../%2e%2E/tr/./?x=../",
            Some(("v.example", "/tr/?x=../")),
        ),
        ("//v.example/%74r%2f%C3", Some(("v.example", "/tr%2f%C3"))),
        ("//[::1]:80/x", Some(("[::1]", "/x"))),
        ("//:80/x", None),
        ("https://", None),
        ("x/y", Some(("www.example.com", "/shop/x/y"))),
        ("../x", Some(("www.example.com", "/x"))),
        ("?x", Some(("www.example.com", "/shop/index.html?x"))),
        ("", Some(("www.example.com", "/shop/index.html?q=1"))),
        ("#x", Some(("www.example.com", "/shop/index.html?q=1"))),
        ("javascript:x", None),
        ("data:text/html,//v.example", None),
        (
            "1https://v.example",
            Some(("www.example.com", "/shop/1https://v.example")),
        ),
    ] {
        let expected = expected.map(|(host, target)| (host.to_owned(), target.to_owned()));
        assert_eq!(found(url.as_bytes()), expected, "{url:?}");
    }
    assert_eq!(base().read(b"JavaScript:go()"), Reference::Script(b"go()"));
}

#[test]
fn a_url_is_written_out_with_its_own_path_query_and_fragment() {
    for (url, expected) in [
        (
            "//v.example:8443/a%20b?x=1&y#z",
            "https://v.example:8443/a%20b?x=1&y#z",
        ),
        ("HTTP://V.example?x", "http://v.example/?x"),
    ] {
        let Reference::Absolute(location) = base().read(url.as_bytes()) else {
            panic!("{url} names a host");
        };
        assert_eq!(location.absolute(), expected.as_bytes());
    }
}

#[test]
fn an_origin_keeps_its_port() {
    let base = Base::new(b"http://Shop.example:8080/x").expect("a base");
    assert_eq!(base.origin(), b"http://shop.example:8080");
    assert_eq!(
        base.join(b"y?z#f").absolute(),
        b"http://shop.example:8080/y?z#f"
    );
    assert!(Base::new(b"/x").is_none() && Base::new(b"data:,").is_none());
}

#[test]
fn what_is_plainly_relative_stays_with_the_host() {
    for value in [
        "",
        "/",
        "/x",
        "/_next/x.js",
        "/.well-known/x",
        "#a",
        "?x//y",
    ] {
        assert!(is_plainly_relative(value.as_bytes()), "{value}");
        let host = found(value.as_bytes()).map(|(host, _)| host);
        assert_eq!(host.as_deref(), Some("www.example.com"));
    }
    for value in ["//x", "/\\x", "/\t/x", "/&#47;x", "https:x", " //x"] {
        assert!(!is_plainly_relative(value.as_bytes()), "{value}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn hosts_and_paths_are_those_that_an_independent_reader_finds(
        pieces in proptest::collection::vec(
            prop_oneof![
                Just("/"), Just("\\"), Just(":"), Just("@"), Just("?"), Just("#"), Just("."), Just(".."),
                Just("%2e"), Just("%2E"), Just("%41"), Just("%2f"), Just("\t"), Just("\n"), Just(" "), Just("http:"),
                Just("HTTPS:"), Just("https://"), Just("//"), Just("ws:"), Just("a"), Just("B"), Just("v.example"),
                Just("80"), Just("。"), Just("ａ"), Just("Ａ"), Just("\u{ad}"), Just("[::1]"), Just("x=1"), Just("-"),
                Just("javascript:"), Just("data:"), Just("ſ"), Just("𝐚"), Just("𝒁"), Just("Ⓚ"), Just("\u{212a}"),
            ],
            0..10,
        ),
    ) {
        let text = pieces.concat();
        let page = ::url::Url::parse(PAGE).expect("a URL");
        let Ok(url) = page.join(&text) else { return Ok(()) };
        let ours = found(text.as_bytes());
        if !matches!(url.scheme(), "http" | "https" | "ws" | "wss") {
            prop_assert_eq!(ours, None, "{:?}", text);
            return Ok(());
        }
        // Numbers and addresses are no names of vendors.
        let Some(::url::Host::Domain(host)) = url.host() else { return Ok(()) };
        let (our_host, our_target) = ours.expect("a host");
        prop_assert_eq!(our_host.as_str(), host.strip_suffix('.').unwrap_or(host), "{:?}", text);
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let path = String::from_utf8(unescaped(url.path().as_bytes())).expect("text");
        if path.is_ascii() && !path.contains('%') && !query.contains('%') {
            let our_target = if our_target.starts_with('/') { our_target } else { format!("/{our_target}") };
            prop_assert_eq!(our_target, format!("{path}{query}"), "{:?}", text);
        }
    }
}

/// The hosts that `url`, an attribute's value, names for us and by the URL standard, of which only one in
/// ASCII can be a vendor's.
fn hosts(raw: &str, text: &str) -> (String, Option<String>) {
    let value = decode_entities(raw.as_bytes());
    let ours = match base().read(&cleaned(&value)) {
        Reference::Absolute(location) => location.host.into_owned(),
        _ => String::new(),
    };
    let theirs = url::Url::parse(text).ok();
    let theirs = theirs.and_then(|url| url.host_str().map(str::to_owned));
    (ours, theirs.filter(|host| !host.contains("xn--")))
}

#[test]
fn a_host_written_with_any_reference_is_read_as_browsers_read_it() {
    let mut wrong = Vec::new();
    for (name, (first, second)) in html5ever::data::NAMED_ENTITIES.entries() {
        // Parts of names stand for nothing.
        let text: String = [*first, *second]
            .into_iter()
            .filter(|code| *code != 0)
            .filter_map(char::from_u32)
            .collect();
        if text.is_empty() || !name.ends_with(';') {
            continue;
        }
        let raw = format!("https://me&{name}x.example/");
        let (ours, theirs) = hosts(&raw, &format!("https://me{text}x.example/"));
        if theirs.is_some_and(|theirs| theirs != ours) {
            wrong.push(name);
        }
    }
    wrong.sort();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn a_host_written_with_any_character_is_read_as_browsers_read_it() {
    let mut wrong = Vec::new();
    for character in ('\u{80}'..='\u{ffff}')
        .chain('\u{1d400}'..='\u{1fbff}')
        .chain('\u{e0000}'..='\u{e01ff}')
    {
        let url = format!("https://me{character}x.example/");
        let (ours, theirs) = hosts(&url, &url);
        if theirs.is_some_and(|theirs| theirs != ours) {
            wrong.push(format!("{:x}", u32::from(character)));
        }
    }
    assert!(wrong.is_empty(), "{} {wrong:?}", wrong.len());
}
