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
        let is_redirect = status.is_redirection() && fields.contains(&header::LOCATION);
        let is_empty = status.is_informational()
            || matches!(
                status,
                StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED
            );
        if is_redirect || is_empty {
            return None;
        }
        let mut types = fields.get_all(&header::CONTENT_TYPE).peekable();
        // Browsers look at the content of what has no type.
        let untyped = types.peek().is_none() && destination == Destination::Document;
        // Of several lines browsers take the last good one; one that says HTML is enough here.
        let page = types.filter_map(|line| typed(line.as_bytes())).last();
        let page = page.or_else(|| {
            untyped.then_some(Self {
                syntax: Syntax::Html,
                charset: None,
            })
        })?;
        (!is_download(fields)).then_some(page)
    }
}

fn typed(value: &[u8]) -> Option<PageType> {
    let mut parts = value.split(|byte| *byte == b';');
    let essence = parts.next().unwrap_or_default().trim_ascii();
    let syntax = if essence.eq_ignore_ascii_case(b"text/html") {
        Syntax::Html
    } else if essence.eq_ignore_ascii_case(b"application/xhtml+xml") {
        Syntax::Xml
    } else {
        return None;
    };
    let charset = parts.find_map(|parameter| {
        let (name, value) = split_once(parameter, b'=')?;
        name.trim_ascii()
            .eq_ignore_ascii_case(b"charset")
            .then(|| unquoted(value.trim_ascii()).to_vec())
    });
    Some(PageType { syntax, charset })
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
        assert!(of(300, std::slice::from_ref(&html)).is_some());
        for status in [101, 204, 205, 304] {
            assert_eq!(of(status, std::slice::from_ref(&html)), None, "{status}");
        }
        let saved = (header::CONTENT_DISPOSITION, "Attachment; filename=x.html");
        assert_eq!(of(200, &[html.clone(), saved]), None);
        assert!(of(200, &[html, (header::CONTENT_DISPOSITION, "inline")]).is_some());
    }
}
