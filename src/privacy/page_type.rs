//! Whether a response is a page, and in which syntax and character encoding it says that it is.

use http::{StatusCode, header};

use super::{destination::Destination, field_lines::FieldLines, html::Syntax};

/// A page, as its fields describe it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PageType {
    /// HTML or XML.
    pub syntax: Syntax,
    /// The label of its character encoding, where `Content-Type` has one.
    pub charset: Option<Vec<u8>>,
}

impl PageType {
    /// What a response with content is; `None` for whatever isn't a page that a browser shows or a
    /// script puts into one: other types, redirects, downloads.
    pub fn of(status: StatusCode, fields: &FieldLines, destination: Destination) -> Option<Self> {
        // Of other statuses browsers show the content, whatever `Location` says.
        let is_redirect = matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
            && fields.contains(&header::LOCATION);
        let is_empty = status.is_informational()
            || matches!(
                status,
                StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED
            );
        if is_redirect || is_empty {
            return None;
        }
        let page = Self::of_types(fields, destination)?;
        (!is_download(fields)).then_some(page)
    }

    /// By `Content-Type`, read as a list (Fetch, "extract a MIME type"): of several types browsers take the
    /// last good one, with the charset of one before it; one that says HTML is enough here.
    fn of_types(fields: &FieldLines, destination: Destination) -> Option<Self> {
        let lines = fields.get_all(&header::CONTENT_TYPE);
        let types = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
        let (mut syntax, mut charset, mut is_typed) = (None, None, false);
        for text in types {
            let essence = essence(text);
            is_typed |= is_good(essence);
            syntax = syntax_of(essence).or(syntax);
            charset = charset_of(text).map(<[u8]>::to_vec).or(charset);
        }
        // Browsers look at the content of what has no type.
        let is_sniffed = !is_typed && destination == Destination::Document;
        let syntax = syntax.or_else(|| is_sniffed.then_some(Syntax::Html))?;
        Some(Self { syntax, charset })
    }
}

/// A type without its parameters, and without what browsers take for none.
fn essence(text: &[u8]) -> &[u8] {
    let text = text.trim_ascii_start();
    let is_end = |byte: &u8| *byte == b';' || byte.is_ascii_whitespace();
    let end = text.iter().position(is_end);
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}

/// Whether browsers take it for a type.
fn is_good(essence: &[u8]) -> bool {
    let unknown = ["*/*", "unknown/unknown", "application/unknown"];
    let is_unknown = |known: &&str| essence.eq_ignore_ascii_case(known.as_bytes());
    let parts = split_once(essence, b'/');
    parts.is_some_and(|(kind, name)| !kind.is_empty() && !name.is_empty())
        && !unknown.iter().any(is_unknown)
}

fn syntax_of(essence: &[u8]) -> Option<Syntax> {
    let is = |known: &str| essence.eq_ignore_ascii_case(known.as_bytes());
    // The last is what a script of the website puts into its pages (Hotwire).
    if is("text/html") || is("text/vnd.turbo-stream.html") {
        Some(Syntax::Html)
    } else if is("application/xhtml+xml") {
        Some(Syntax::Xml)
    } else {
        None
    }
}

fn charset_of(text: &[u8]) -> Option<&[u8]> {
    let mut parameters = text.split(|byte| *byte == b';').skip(1);
    parameters.find_map(|parameter| {
        let (name, value) = split_once(parameter, b'=')?;
        name.trim_ascii()
            .eq_ignore_ascii_case(b"charset")
            .then(|| unquoted(value.trim_ascii()))
    })
}

fn split_once(text: &[u8], by: u8) -> Option<(&[u8], &[u8])> {
    let place = memchr::memchr(by, text)?;
    let (before, after) = text.split_at_checked(place)?;
    Some((before, after.get(1..)?))
}

fn unquoted(value: &[u8]) -> &[u8] {
    let inner = value.strip_prefix(b"\"");
    inner.map_or(value, |inner| inner.strip_suffix(b"\"").unwrap_or(inner))
}

/// RFC 6266: whatever isn't `inline` is saved, not shown.
fn is_download(fields: &FieldLines) -> bool {
    let value = fields.get(&header::CONTENT_DISPOSITION);
    value.is_some_and(|value| {
        let kind = value.as_bytes().split(|byte| *byte == b';').next();
        kind.unwrap_or_default()
            .trim_ascii()
            .eq_ignore_ascii_case(b"attachment")
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;
    use crate::privacy::FieldValue;

    fn of(status: u16, lines: &[(HeaderName, &'static str)]) -> Option<PageType> {
        let lines = lines.iter().cloned();
        let fields = lines.map(|(name, value)| (name, FieldValue::from_static(value)));
        let status = StatusCode::from_u16(status).expect("a status");
        PageType::of(status, &fields.collect(), Destination::Document)
    }

    #[test]
    fn pages_are_told_by_their_type() {
        let html = |charset: Option<&str>| {
            Some(PageType {
                syntax: Syntax::Html,
                charset: charset.map(|label| label.as_bytes().to_vec()),
            })
        };
        for (value, expected) in [
            ("text/html", html(None)),
            (
                " TEXT/HTML ;x=y; Charset = \"UTF-16LE\" ",
                html(Some("UTF-16LE")),
            ),
            ("text/html;charset=shift_jis", html(Some("shift_jis"))),
            ("text/htmlx", None),
            ("text/html,text/html", html(None)),
            (",text/html", html(None)),
            ("x-foo,Text/HTML", html(None)),
            ("text/html x", html(None)),
            (
                "text/html;charset=utf-16le,text/html",
                html(Some("utf-16le")),
            ),
            ("text/vnd.turbo-stream.html", html(None)),
            ("", html(None)),
            ("*/*", html(None)),
            ("unknown/unknown", html(None)),
            ("text", html(None)),
            ("text/plain", None),
            ("application/json", None),
        ] {
            assert_eq!(
                of(200, &[(header::CONTENT_TYPE, value)]),
                expected,
                "{value}"
            );
        }
        let xhtml = of(404, &[(header::CONTENT_TYPE, "application/xhtml+xml")]);
        assert_eq!(xhtml.expect("a page").syntax, Syntax::Xml);
        assert_eq!(of(200, &[]), html(None), "browsers look at the content");
    }

    #[test]
    fn redirects_downloads_and_empty_answers_are_no_pages() {
        let html = (header::CONTENT_TYPE, "text/html");
        assert_eq!(of(302, &[html.clone(), (header::LOCATION, "/")]), None);
        for status in [300, 305, 306, 399] {
            let shown = of(status, &[html.clone(), (header::LOCATION, "/")]);
            assert!(shown.is_some(), "{status}");
        }
        for status in [101, 204, 205, 304] {
            assert_eq!(of(status, std::slice::from_ref(&html)), None, "{status}");
        }
        let saved = (header::CONTENT_DISPOSITION, "Attachment; filename=x.html");
        assert_eq!(of(200, &[html.clone(), saved]), None);
        assert!(of(200, &[html, (header::CONTENT_DISPOSITION, "inline")]).is_some());
    }
}
