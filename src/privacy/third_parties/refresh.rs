//! The URL of a declarative refresh: `<meta http-equiv="refresh">` (HTML §4.2.5.3, "shared declarative
//! refresh steps").

use super::srcset::is_space;

/// Where the page is led to; `None` if nowhere else.
pub(super) fn url(content: &[u8]) -> Option<&[u8]> {
    let text = content.trim_ascii_start();
    let time = text
        .iter()
        .take_while(|byte| byte.is_ascii_digit() || **byte == b'.');
    let (time, rest) = text.split_at(time.count());
    if time.is_empty() || !rest.first().is_some_and(|byte| is_separator(*byte)) {
        return None;
    }
    let rest = rest.trim_ascii_start();
    let rest = match rest.split_first() {
        Some((b';' | b',', behind)) => behind.trim_ascii_start(),
        _ => rest,
    };
    let url = named(rest).unwrap_or(rest);
    let url = match url.split_first() {
        Some((quote @ (b'"' | b'\''), quoted)) => {
            let end = memchr::memchr(*quote, quoted);
            quoted.get(..end.unwrap_or(quoted.len()))?
        }
        _ => url,
    };
    Some(url).filter(|url| !url.is_empty())
}

const fn is_separator(byte: u8) -> bool {
    is_space(byte) || matches!(byte, b';' | b',')
}

/// What stands behind `url=`.
fn named(text: &[u8]) -> Option<&[u8]> {
    let (name, rest) = text.split_at_checked(3)?;
    let rest = rest.trim_ascii_start().strip_prefix(b"=")?;
    name.eq_ignore_ascii_case(b"url")
        .then(|| rest.trim_ascii_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_leads_where_browsers_go() {
        for (content, expected) in [
            ("0;url=https://v.example/", Some("https://v.example/")),
            (
                " 5.5 ; URL = 'https://v.example/' x",
                Some("https://v.example/"),
            ),
            ("0,\"//v.example\"", Some("//v.example")),
            ("0 //v.example", Some("//v.example")),
            ("0;url//v.example", Some("url//v.example")),
            (".;url=x", Some("x")),
            ("0;url='x", Some("x")),
            ("5", None),
            ("5;", None),
            ("x;url=y", None),
            ("", None),
        ] {
            let expected = expected.map(str::as_bytes);
            assert_eq!(url(content.as_bytes()), expected, "{content}");
        }
    }
}
