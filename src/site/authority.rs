//! The authority of a request, from `Host`, an absolute target or `:authority`.

use std::{borrow::Cow, net::Ipv6Addr};

/// A host and the port after it, if one was given.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Authority<'a> {
    /// Host, lower case, IPv6 in brackets, no dot at the end.
    pub host: Cow<'a, str>,
    /// Port.
    pub port: Option<u16>,
}

/// The longest host name (RFC 1035 §2.3.4), with brackets for an IPv6 address.
const HOST_LIMIT: usize = 255;

impl<'a> Authority<'a> {
    /// Parses `host[:port]`. `None` for anything else: user information, escapes, an empty or over-long
    /// host, characters that no registered name has.
    pub(crate) fn parse(text: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        let (host, port) = if text.starts_with('[') {
            let (host, rest) = text.split_at_checked(text.find(']')? + 1)?;
            let address = host.strip_prefix('[')?.strip_suffix(']')?;
            address.parse::<Ipv6Addr>().ok()?;
            (
                host,
                rest.strip_prefix(':')
                    .or_else(|| rest.is_empty().then_some(""))?,
            )
        } else {
            let (host, port) = text.split_once(':').unwrap_or((text, ""));
            (host.strip_suffix('.').unwrap_or(host), port)
        };
        let port = match port {
            "" => None,
            digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(digits.parse().ok()?)
            }
            _ => return None,
        };
        let named = host.starts_with('[') || host.bytes().all(is_name_byte);
        if !named || host.is_empty() || host.len() > HOST_LIMIT || host.starts_with('.') {
            return None;
        }
        let host = if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(host.to_ascii_lowercase())
        } else {
            Cow::Borrowed(host)
        };
        Some(Self { host, port })
    }
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorities_are_read_or_refused() {
        for (text, expected) in [
            ("example.com", Some(("example.com", None))),
            ("Example.COM.:8443", Some(("example.com", Some(8443)))),
            ("example.com:", Some(("example.com", None))),
            ("[::1]:443", Some(("[::1]", Some(443)))),
            ("[2001:DB8::1]", Some(("[2001:db8::1]", None))),
            ("127.0.0.1:80", Some(("127.0.0.1", Some(80)))),
            ("my_host", Some(("my_host", None))),
            ("", None),
            (".", None),
            (":80", None),
            ("user@example.com", None),
            ("example.com:99999", None),
            ("example.com:8a", None),
            ("exa mple.com", None),
            ("example.com/path", None),
            ("[::1", None),
            ("[::1]x", None),
            ("::1", None),
            ("ex%61mple.com", None),
            ("a,b", None),
        ] {
            let parsed = Authority::parse(text.as_bytes());
            let parsed = parsed
                .as_ref()
                .map(|parsed| (parsed.host.as_ref(), parsed.port));
            assert_eq!(parsed, expected, "{text}");
        }
    }
}
