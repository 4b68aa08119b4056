//! URLs of the web server's own authority in a response's fields, made those of the public website.
//!
//! Browsers follow `Location`, `Refresh` and `Link`, and resolve against `Content-Location`: one
//! that names the server behind privet would lead past it, or nowhere, and tell where it stands.
//! Only what begins a URL is looked at; a URL inside another one's query is the website's own word.

use http::{HeaderName, header};

use super::field_value::FieldValue;

/// The value with such URLs made public; `None` if it has none, or the field holds no URLs.
///
/// `origin` is the web server's scheme and authority, as in `http://10.0.0.5:8000`; `authority` is
/// the one that the visitor asked.
pub(super) fn relocated(
    name: &HeaderName,
    value: &FieldValue,
    origin: &str,
    authority: &str,
) -> Option<FieldValue> {
    let (scheme, server) = origin.split_once(':').filter(|_| !authority.is_empty())?;
    let mut out = Vec::new();
    let mut rest = value.as_bytes();
    let first = match *name {
        header::REFRESH => refresh_url(rest)?,
        header::LINK => next_link(rest)?,
        header::LOCATION | header::CONTENT_LOCATION => 0,
        _ => return None,
    };
    let mut start = Some(first);
    let mut found = false;
    while let Some((before, url)) = start.and_then(|start| rest.split_at_checked(start)) {
        out.extend_from_slice(before);
        rest = url;
        if let Some(path) = after_origin(url, scheme, server) {
            found = true;
            out.extend_from_slice(b"https://");
            out.extend_from_slice(authority.as_bytes());
            rest = path;
        }
        start = next_link(rest).filter(|_| *name == header::LINK);
    }
    out.extend_from_slice(rest);
    found.then(|| FieldValue::from_shared(out.into()).ok())?
}

/// What follows the origin in a URL that begins with it, with its scheme or without one.
fn after_origin<'a>(url: &'a [u8], scheme: &str, server: &str) -> Option<&'a [u8]> {
    let relative = strip(url, scheme.as_bytes())
        .and_then(|rest| rest.strip_prefix(b":"))
        .unwrap_or(url);
    let rest = strip(relative, server.as_bytes())?;
    let ends = matches!(
        rest.first(),
        None | Some(b'/' | b'?' | b'#' | b'\\' | b'>' | b'"' | b'\'' | b' ')
    );
    ends.then_some(rest)
}

/// What is behind `start`, whose case does not matter (RFC 3986 §6.2.2.1).
fn strip<'a>(text: &'a [u8], start: &[u8]) -> Option<&'a [u8]> {
    let (head, rest) = text.split_at_checked(start.len())?;
    head.eq_ignore_ascii_case(start).then_some(rest)
}

/// Where the next target of a `Link` field begins (RFC 8288 §3).
fn next_link(text: &[u8]) -> Option<usize> {
    memchr::memchr(b'<', text).map(|bracket| bracket + 1)
}

/// Where the URL of a `Refresh` field begins, as browsers look for it (HTML, "shared declarative
/// refresh steps").
fn refresh_url(text: &[u8]) -> Option<usize> {
    let spaces = |text: &[u8]| text.iter().take_while(|byte| **byte == b' ').count();
    let mut at = memchr::memchr2(b';', b',', text)? + 1;
    at += spaces(text.get(at..)?);
    if let Some(rest) = strip(text.get(at..)?, b"url") {
        let gap = spaces(rest);
        if let Some(rest) = rest.get(gap..).and_then(|rest| rest.strip_prefix(b"=")) {
            at += 3 + gap + 1 + spaces(rest);
        }
    }
    let quoted = matches!(text.get(at), Some(b'"' | b'\''));
    Some(at + usize::from(quoted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_the_web_server_become_public_where_browsers_would_follow_them() {
        let same = "";
        for (name, value, expected) in [
            (
                "location",
                "http://10.0.0.5:8000/a?b#c",
                "https://shop.example/a?b#c",
            ),
            ("location", "HTTP://10.0.0.5:8000", "https://shop.example"),
            ("location", "//10.0.0.5:8000/a", "https://shop.example/a"),
            (
                "content-location",
                "//10.0.0.5:8000?a",
                "https://shop.example?a",
            ),
            ("location", "/a", same),
            ("location", "https://10.0.0.5:8000/a", same),
            ("location", "//10.0.0.5:80001/a", same),
            ("location", "//10.0.0.5:8000.evil.example/", same),
            ("location", "//10.0.0.5:8000@evil.example/", same),
            (
                "location",
                "https://other.example/?to=http://10.0.0.5:8000/",
                same,
            ),
            ("location", "", same),
            (
                "refresh",
                "5; url=http://10.0.0.5:8000/a",
                "5; url=https://shop.example/a",
            ),
            (
                "refresh",
                "0;URL = '//10.0.0.5:8000/a'",
                "0;URL = 'https://shop.example/a'",
            ),
            (
                "refresh",
                "0,\"http://10.0.0.5:8000\"",
                "0,\"https://shop.example\"",
            ),
            (
                "refresh",
                "0; http://10.0.0.5:8000/",
                "0; https://shop.example/",
            ),
            ("refresh", "0; url=/a?u=http://10.0.0.5:8000/", same),
            ("refresh", "5", same),
            ("refresh", "5;", same),
            (
                "link",
                "<http://10.0.0.5:8000/a.css>; rel=preload, </b>, <//10.0.0.5:8000>; rel=x",
                "<https://shop.example/a.css>; rel=preload, </b>, <https://shop.example>; rel=x",
            ),
            (
                "link",
                "<https://cdn.example/?u=http://10.0.0.5:8000/>; rel=preload",
                same,
            ),
            ("link", "http://10.0.0.5:8000/", same),
            ("x-other", "http://10.0.0.5:8000/", same),
        ] {
            let field = HeaderName::from_static(name);
            let given = FieldValue::from_static(value);
            let got = relocated(&field, &given, "http://10.0.0.5:8000", "shop.example");
            let expected = (!expected.is_empty()).then_some(expected);
            let got = got.as_ref().map(|value| value.to_str().expect("text"));
            assert_eq!(got, expected, "{name}: {value}");
        }
        let given = FieldValue::from_static("//a/");
        assert_eq!(relocated(&header::LOCATION, &given, "", "a"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_value_is_read_without_panic(value in "[ -~]{0,40}", text in "(http:|url=|[;,<\"]|//a:1|/){0,8}") {
            for value in [value, text] {
                let given = FieldValue::try_from(value).expect("a value");
                for name in [header::LOCATION, header::REFRESH, header::LINK] {
                    let got = relocated(&name, &given, "http://a:1", "b");
                    let again = got.and_then(|got| relocated(&name, &got, "http://a:1", "b"));
                    proptest::prop_assert!(again.is_none(), "at once");
                }
            }
        }
    }
}
