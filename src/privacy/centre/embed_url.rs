//! The address of an embed, taken apart as browsers do (WHATWG URL §4.4), and the gentler form in
//! which it is shown.
//!
//! It comes from a page, so from anybody: what could be read in two ways is not taken.

use std::fmt::Write as _;

/// An absolute `https:` or `http:` URL.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EmbedUrl<'a> {
    scheme: &'static str,
    host: String,
    /// With its colon, or empty.
    port: &'a str,
    /// Path, query and fragment.
    rest: &'a str,
}

impl<'a> EmbedUrl<'a> {
    /// Takes `text` apart. `None` for user names, for hosts that are not written in ASCII, and for
    /// what browsers would mend.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let scheme = ["https", "http"]
            .into_iter()
            .find(|known| scheme.eq_ignore_ascii_case(known))?;
        if rest.contains('\\') || rest.contains(char::is_control) {
            return None;
        }
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at_checked(end)?;
        let colon = authority.find(':').unwrap_or(authority.len());
        let (host, port) = authority.split_at_checked(colon)?;
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        let is_port = |port: &str| port.bytes().skip(1).all(|byte| byte.is_ascii_digit());
        (!host.is_empty() && host.bytes().all(is_name) && is_port(port)).then(|| Self {
            scheme,
            host: host.to_ascii_lowercase(),
            port,
            rest,
        })
    }

    /// The host, in lower case.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Path and query.
    pub fn target(&self) -> &str {
        let end = self.rest.find('#').unwrap_or(self.rest.len());
        let (target, _) = self.rest.split_at_checked(end).unwrap_or_default();
        target
    }

    /// Scheme, host and port of what is shown, as in a `Content-Security-Policy`.
    pub(super) fn origin(&self) -> String {
        format!("{}://{}{}", self.scheme, self.shown_host(), self.port)
    }

    /// The URL to show: `YouTube` by the host that sets no cookies before it plays, Vimeo told not
    /// to track, all else as it was, in ASCII.
    pub fn shown(&self) -> String {
        let mut url = self.origin();
        let (rest, fragment) = match self.rest.find('#') {
            Some(at) => self.rest.split_at_checked(at).unwrap_or((self.rest, "")),
            None => (self.rest, ""),
        };
        push_ascii(&mut url, rest);
        if matches!(
            &*self.host,
            "player.vimeo.com" | "vimeo.com" | "www.vimeo.com"
        ) && !["?dnt=", "&dnt="].iter().any(|name| rest.contains(name))
        {
            url.push_str(if rest.contains('?') {
                "&dnt=1"
            } else {
                "?dnt=1"
            });
        }
        push_ascii(&mut url, fragment);
        url
    }

    fn shown_host(&self) -> &str {
        let is_youtube = matches!(
            &*self.host,
            "www.youtube.com" | "youtube.com" | "m.youtube.com"
        );
        if is_youtube && self.rest.starts_with("/embed/") {
            "www.youtube-nocookie.com"
        } else {
            &self.host
        }
    }
}

/// What browsers percent-encode in any part of a URL, so that it can stand in a field.
fn push_ascii(url: &mut String, text: &str) {
    let mut buffer = [0; 4];
    for character in text.chars() {
        if character.is_ascii_graphic() && !matches!(character, '"' | '<' | '>') {
            url.push(character);
        } else {
            for byte in character.encode_utf8(&mut buffer).bytes() {
                let _ = write!(url, "%{byte:02X}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embeds_are_shown_as_they_are_or_gentler() {
        for (url, expected) in [
            (
                "https://www.youtube.com/embed/x?rel=0#t",
                "https://www.youtube-nocookie.com/embed/x?rel=0#t",
            ),
            (
                "HTTPS://YouTube.com/embed/x",
                "https://www.youtube-nocookie.com/embed/x",
            ),
            (
                "https://www.youtube-nocookie.com/embed/x",
                "https://www.youtube-nocookie.com/embed/x",
            ),
            (
                "https://www.youtube.com/live_chat?v=x",
                "https://www.youtube.com/live_chat?v=x",
            ),
            (
                "https://player.vimeo.com/video/1?h=a%2Fb",
                "https://player.vimeo.com/video/1?h=a%2Fb&dnt=1",
            ),
            (
                "https://player.vimeo.com/video/1#t=5",
                "https://player.vimeo.com/video/1?dnt=1#t=5",
            ),
            (
                "https://player.vimeo.com/video/1?dnt=0",
                "https://player.vimeo.com/video/1?dnt=0",
            ),
            (
                "http://maps.example:8080/a b?q=é\"",
                "http://maps.example:8080/a%20b?q=%C3%A9%22",
            ),
            ("https://maps.example", "https://maps.example"),
            ("https://maps.example?q=1", "https://maps.example?q=1"),
        ] {
            let shown = EmbedUrl::parse(url).map(|url| url.shown());
            assert_eq!(shown.as_deref(), Some(expected), "{url}");
        }
    }

    #[test]
    fn what_could_lead_elsewhere_is_not_taken() {
        for url in [
            "",
            "www.youtube.com/embed/x",
            "//www.youtube.com/embed/x",
            "javascript://www.youtube.com/%0aalert(1)",
            "data:text/html,x",
            "https:www.youtube.com",
            "https://",
            "https:///www.youtube.com/",
            "https://www.youtube.com@evil.example/",
            "https://www.youtube.com:x@evil.example/",
            "https://evil.example\\.youtube.com/",
            "https://evil.example\t.youtube.com/",
            "https://y\u{f6}utube.com/",
            "https://www.youtube.com;a/",
            "https://www.youtube.com:80;a/",
            "https://[::1]/",
            "https://www.youtube.com/\r\nSet-Cookie: a",
        ] {
            assert_eq!(EmbedUrl::parse(url), None, "{url:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_shown_stands_in_a_field(tail in ".{0,40}") {
            if let Some(url) = EmbedUrl::parse(&format!("https://a.example{tail}")) {
                proptest::prop_assert!(url.shown().bytes().all(|byte| byte.is_ascii_graphic()));
                proptest::prop_assert!(!url.origin().contains([';', ',', ' ']));
            }
        }
    }
}
