//! What a visitor would send, from the command line.

use std::str::FromStr;

use bytes::Bytes;
use http::HeaderName;

use crate::privacy::{FieldValue, Purpose, Purposes};

/// What a visitor asks for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::cli) struct Url {
    /// Whether by `http://`.
    pub(super) plain: bool,
    /// Host, and port if one is given.
    pub(super) authority: String,
    /// Path and query.
    pub(super) target: String,
}

impl FromStr for Url {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("only visible ASCII characters stand in a URL; write others as %XX".into());
        }
        let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
        let plain = match scheme {
            "http" => true,
            "https" => false,
            _ => return Err("give an https:// URL".into()),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at_checked(end).unwrap_or((rest, ""));
        if authority.is_empty() {
            return Err("the URL names no host".into());
        }
        if authority.contains('@') {
            return Err("browsers don't send user names and passwords of a URL".into());
        }
        // A fragment stays in the browser.
        let target = target.split('#').next().unwrap_or_default();
        let slash = if target.starts_with('/') { "" } else { "/" };
        Ok(Self {
            plain,
            authority: authority.to_owned(),
            target: format!("{slash}{target}"),
        })
    }
}

/// `NAME=VALUE`, several of them joined by `;`, or a name alone.
pub(in crate::cli) fn cookie(text: &str) -> Result<FieldValue, String> {
    value(&with_value(text))
}

/// A `Set-Cookie` line; the value may be left out.
pub(in crate::cli) fn set_cookie(text: &str) -> Result<FieldValue, String> {
    value(&with_value(text))
}

/// Who types a name means a cookie of that name, not a nameless one.
fn with_value(text: &str) -> String {
    let (pair, rest) = match text.split_once(';') {
        Some((pair, rest)) => (pair, format!(";{rest}")),
        None => (text, String::new()),
    };
    if pair.contains('=') {
        text.to_owned()
    } else {
        format!("{}=1{rest}", pair.trim_end())
    }
}

/// `Name: value`.
pub(in crate::cli) fn header(text: &str) -> Result<(HeaderName, FieldValue), String> {
    let (name, content) = text.split_once(':').ok_or("write it as \"Name: value\"")?;
    let name = HeaderName::from_str(name.trim()).map_err(|_| "not the name of a field")?;
    Ok((name, value(content.trim())?))
}

fn value(text: &str) -> Result<FieldValue, String> {
    FieldValue::try_from(text).map_err(|_| "only visible ASCII characters can be sent".into())
}

/// `analytics,media`, `all` or `none`.
pub(in crate::cli) fn purposes(text: &str) -> Result<Purposes, String> {
    match text {
        "all" => return Ok(Purposes::ALL),
        "none" => return Ok(Purposes::NONE),
        _ => {}
    }
    let purpose = |name: &str| {
        Purpose::from_name(name.trim()).ok_or_else(|| {
            let names: Vec<&str> = Purpose::ALL.iter().map(|purpose| purpose.name()).collect();
            format!(
                "the purposes are {}, or \"all\", \"none\"",
                names.join(", ")
            )
        })
    };
    text.split(',').map(purpose).collect()
}

/// The head of the request, as it would arrive.
pub(super) fn head(
    url: &Url,
    fields: &[(HeaderName, FieldValue)],
    cookies: &[FieldValue],
    gpc: bool,
) -> Bytes {
    let mut head = format!("GET {} HTTP/1.1\r\n", url.target).into_bytes();
    let mut line = |name: &str, value: &[u8]| {
        head.extend_from_slice(name.as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value);
        head.extend_from_slice(b"\r\n");
    };
    if !fields.iter().any(|(name, _)| *name == http::header::HOST) {
        line("host", url.authority.as_bytes());
    }
    for (name, value) in fields {
        line(name.as_str(), value.as_bytes());
    }
    if gpc {
        line("sec-gpc", b"1");
    }
    for cookie in cookies {
        line("cookie", cookie.as_bytes());
    }
    head.extend_from_slice(b"\r\n");
    head.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_read_as_a_browser_would() {
        for (text, expected) in [
            (
                "https://a.example/b?c=d#e",
                Ok((false, "a.example", "/b?c=d")),
            ),
            ("http://a.example", Ok((true, "a.example", "/"))),
            ("a.example:8443?x", Ok((false, "a.example:8443", "/?x"))),
            ("https://[::1]:8443/", Ok((false, "[::1]:8443", "/"))),
            ("https:///x", Err(())),
            ("ftp://a.example/", Err(())),
            ("https://me:secret@a.example/", Err(())),
            ("https://a.example/\r\nx: y", Err(())),
        ] {
            let read = text.parse::<Url>();
            let read = read
                .as_ref()
                .map(|url| (url.plain, url.authority.as_str(), url.target.as_str()));
            assert_eq!(read.map_err(|_| ()), expected, "{text}");
        }
    }

    #[test]
    fn a_name_alone_is_a_cookie_of_that_name() {
        assert_eq!(cookie("_ga").expect("a value"), "_ga=1");
        assert_eq!(cookie("a=2; b=3").expect("a value"), "a=2; b=3");
        assert_eq!(
            set_cookie("_ga; Max-Age=9").expect("a value"),
            "_ga=1; Max-Age=9"
        );
        assert!(cookie("a=\r\nb").is_err());
    }
}
