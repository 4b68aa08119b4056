//! Reads URLs as browsers do, as far as is needed to know whom they contact.
//!
//! WHATWG URL §4.4, for the schemes over which pages fetch: what browsers skip (white space, control
//! characters, repeated slashes), correct (`\`, percent-encoded and full-width hosts) or complete (from
//! the page's own URL) is read alike. Ordinary URLs are borrowed, not copied.

use std::borrow::Cow;

use super::host::host;

/// Where a URL leads.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::privacy) enum Reference<'a> {
    /// To the host that it names.
    Absolute(Location<'a>),
    /// To the host of the base; the URL from its path on.
    Relative(&'a [u8]),
    /// To a script: the text behind `javascript:`.
    Script(&'a [u8]),
    /// To what the URL itself holds: the text behind `data:`.
    Data(&'a [u8]),
    /// To nobody: `about:`, `mailto:`, or what no browser can read.
    Nowhere,
}

/// A URL that names a host.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::privacy) struct Location<'a> {
    scheme: Scheme,
    /// As names are looked up: lower case, no trailing dot.
    pub(in crate::privacy) host: Cow<'a, str>,
    /// The digits.
    port: Cow<'a, [u8]>,
    /// Path, query and fragment as they are written.
    written: Cow<'a, [u8]>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Scheme {
    Http,
    Https,
    Ws,
    Wss,
}

impl Scheme {
    const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Ws => "ws",
            Self::Wss => "wss",
        }
    }
}

/// The URL that relative ones are completed from.
#[derive(Clone, Debug)]
pub(in crate::privacy) struct Base {
    location: Location<'static>,
    /// Whether nothing is relative to it.
    is_opaque: bool,
}

/// Takes off what browsers skip in a URL: white space and control characters around it, tabs and
/// newlines anywhere.
pub(in crate::privacy) fn cleaned(url: &[u8]) -> Cow<'_, [u8]> {
    let is_skipped = |byte: &u8| *byte <= b' ';
    let start = url.iter().take_while(|byte| is_skipped(byte)).count();
    let url = url.get(start..).unwrap_or_default();
    let end = url.iter().rev().take_while(|byte| is_skipped(byte)).count();
    let url = url.get(..url.len() - end).unwrap_or_default();
    let is_broken = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r');
    if memchr::memchr3(b'\t', b'\n', b'\r', url).is_none() {
        return Cow::Borrowed(url);
    }
    let kept = url.iter().copied().filter(|byte| !is_broken(*byte));
    Cow::Owned(kept.collect())
}

/// Whether a URL, as an attribute has it, surely leads to a path of the host that it is relative to:
/// nearly all do, and need no reading.
pub(in crate::privacy) fn is_plainly_relative(value: &[u8]) -> bool {
    match value {
        [] => true,
        [b'/', second, ..] => {
            second.is_ascii_alphanumeric() || matches!(second, b'-' | b'_' | b'.')
        }
        [b'/' | b'#' | b'?'] | [b'#' | b'?', ..] => true,
        _ => false,
    }
}

impl Base {
    /// The base that an absolute http(s) URL is.
    pub(in crate::privacy) fn new(url: &[u8]) -> Option<Self> {
        let url = cleaned(url);
        match read(&url, None) {
            Reference::Absolute(location) => Some(Self {
                location: location.into_owned(),
                is_opaque: false,
            }),
            _ => None,
        }
    }

    /// The root of a host.
    pub(in crate::privacy) fn of_host(host: &str) -> Self {
        Self {
            location: Location {
                scheme: Scheme::Https,
                host: Cow::Owned(host.to_owned()),
                port: Cow::Borrowed(b""),
                written: Cow::Borrowed(b"/"),
            },
            is_opaque: false,
        }
    }

    /// The base of what a `data:` URL on this page holds.
    pub(in crate::privacy) fn opaque(&self) -> Self {
        Self {
            is_opaque: true,
            ..self.clone()
        }
    }

    /// What `<base>` with this URL, which is [`cleaned`], makes of it.
    pub(in crate::privacy) fn based(&self, url: &[u8]) -> Self {
        let location = match self.read(url) {
            Reference::Absolute(location) => location.into_owned(),
            Reference::Relative(relative) => self.join(relative),
            Reference::Script(_) | Reference::Data(_) | Reference::Nowhere => return self.clone(),
        };
        Self {
            location,
            is_opaque: false,
        }
    }

    /// The host.
    pub(in crate::privacy) fn host(&self) -> &str {
        &self.location.host
    }

    /// Scheme, host and port, as in `https://www.example.com:8443`.
    pub(in crate::privacy) fn origin(&self) -> Vec<u8> {
        self.location.origin()
    }

    /// Where `url`, which is [`cleaned`], leads.
    pub(in crate::privacy) fn read<'a>(&self, url: &'a [u8]) -> Reference<'a> {
        read(url, Some(self.location.scheme).filter(|_| !self.is_opaque))
    }

    /// The location of a [`Reference::Relative`].
    pub(in crate::privacy) fn join(&self, relative: &[u8]) -> Location<'static> {
        let base = self.location.written.as_ref();
        let (base_path, _) = split(base, |byte| matches!(byte, b'?' | b'#'));
        let (before_fragment, _) = split(base, |byte| byte == b'#');
        let kept = match relative.first() {
            Some(b'/' | b'\\') => &[],
            None | Some(b'#') => before_fragment,
            Some(b'?') => base_path,
            Some(_) => {
                let slash = base_path
                    .iter()
                    .rposition(|byte| matches!(byte, b'/' | b'\\'));
                base_path
                    .get(..slash.map_or(0, |at| at + 1))
                    .unwrap_or_default()
            }
        };
        Location {
            written: Cow::Owned([kept, relative].concat()),
            ..self.location.clone()
        }
    }
}

impl Location<'_> {
    fn into_owned(self) -> Location<'static> {
        Location {
            scheme: self.scheme,
            host: Cow::Owned(self.host.into_owned()),
            port: Cow::Owned(self.port.into_owned()),
            written: Cow::Owned(self.written.into_owned()),
        }
    }

    fn origin(&self) -> Vec<u8> {
        let mut url = format!("{}://{}", self.scheme.name(), self.host).into_bytes();
        if !self.port.is_empty() {
            url.push(b':');
            url.extend_from_slice(&self.port);
        }
        url
    }

    /// The whole URL, with path, query and fragment as they are written.
    pub(in crate::privacy) fn absolute(&self) -> Vec<u8> {
        let mut url = self.origin();
        if !self.written.starts_with(b"/") {
            url.push(b'/');
        }
        url.extend_from_slice(&self.written);
        url
    }

    /// Path and query as they are looked up: dot segments resolved, letters not percent-encoded in the path.
    pub(in crate::privacy) fn target(&self) -> Cow<'_, [u8]> {
        let (written, _) = split(&self.written, |byte| byte == b'#');
        let (path, query) = split(written, |byte| byte == b'?');
        let is_plain = path.first() == Some(&b'/')
            && memchr::memchr2(b'\\', b'%', path).is_none()
            && memchr::memmem::find(path, b"/.").is_none();
        if is_plain {
            return Cow::Borrowed(written);
        }
        let mut target = resolved(&unescaped(path));
        target.extend_from_slice(query);
        Cow::Owned(target)
    }
}

/// `text` before the first byte of that kind, and from it on.
fn split(text: &[u8], is_end: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| is_end(*byte));
    text.split_at(end.unwrap_or(text.len()))
}

/// A path with `\` for `/` and percent-encoded unreserved characters (RFC 3986 §2.3) as themselves:
/// any server takes them for the same.
fn unescaped(path: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        let escaped = (*first == b'%').then(|| hexadecimal(behind)).flatten();
        let is_unreserved =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        match (first, escaped.filter(is_unreserved)) {
            (_, Some(byte)) => {
                out.push(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
            (b'\\', None) => out.push(b'/'),
            (other, None) => out.push(*other),
        }
    }
    out
}

/// The byte that two hexadecimal digits stand for.
pub(super) fn hexadecimal(text: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(text.get(..2)?).ok()?;
    let is_digits = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_digits.then(|| u8::from_str_radix(digits, 16).ok())?
}

/// A path without dot segments.
fn resolved(path: &[u8]) -> Vec<u8> {
    let path = path.strip_prefix(b"/").unwrap_or(path);
    let mut out: Vec<u8> = Vec::with_capacity(path.len() + 1);
    let mut segments = path.split(|byte| *byte == b'/').peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            b"." | b".." => {
                if segment.len() == 2 {
                    let end = memchr::memrchr(b'/', &out);
                    out.truncate(end.unwrap_or(0));
                }
                if is_last {
                    out.push(b'/');
                }
            }
            segment => {
                out.push(b'/');
                out.extend_from_slice(segment);
            }
        }
    }
    out
}

const fn is_slash(byte: u8) -> bool {
    matches!(byte, b'/' | b'\\')
}

/// Reads a URL; `base` is the scheme of the URL that it is relative to.
fn read(url: &[u8], base: Option<Scheme>) -> Reference<'_> {
    let (scheme, rest) = match scheme(url) {
        Some((name, rest)) => match special(name) {
            Some(scheme) => (Some(scheme), rest),
            None if name.eq_ignore_ascii_case(b"javascript") => return Reference::Script(rest),
            None if name.eq_ignore_ascii_case(b"data") => return Reference::Data(rest),
            None => return Reference::Nowhere,
        },
        None => (None, url),
    };
    let slashes = rest.iter().take_while(|byte| is_slash(**byte)).count();
    let is_relative = slashes < 2 && scheme.is_none_or(|scheme| base == Some(scheme));
    if is_relative {
        return base.map_or(Reference::Nowhere, |_| Reference::Relative(rest));
    }
    let Some(scheme) = scheme.or(base) else {
        return Reference::Nowhere;
    };
    location(scheme, rest.get(slashes..).unwrap_or_default())
        .map_or(Reference::Nowhere, Reference::Absolute)
}

/// The scheme's name and what stands behind its colon.
fn scheme(url: &[u8]) -> Option<(&[u8], &[u8])> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let (name, rest) = split(url, |byte| !is_part(byte));
    let is_name = name.first().is_some_and(u8::is_ascii_alphabetic);
    Some((name, rest.strip_prefix(b":").filter(|_| is_name)?))
}

fn special(name: &[u8]) -> Option<Scheme> {
    let schemes = [Scheme::Https, Scheme::Http, Scheme::Wss, Scheme::Ws];
    let mut schemes = schemes.into_iter();
    schemes.find(|scheme| name.eq_ignore_ascii_case(scheme.name().as_bytes()))
}

/// Reads what stands behind the slashes.
fn location(scheme: Scheme, rest: &[u8]) -> Option<Location<'_>> {
    let (authority, written) = split(rest, |byte| is_slash(byte) || matches!(byte, b'?' | b'#'));
    let authority = memchr::memrchr(b'@', authority)
        .and_then(|at| authority.get(at + 1..))
        .unwrap_or(authority);
    let (name, port) = match memchr::memchr(b']', authority) {
        Some(end) if authority.starts_with(b"[") => authority.split_at_checked(end + 1)?,
        _ => split(authority, |byte| byte == b':'),
    };
    let host = host(name)?;
    Some(Location {
        scheme,
        host,
        port: Cow::Borrowed(port.strip_prefix(b":").unwrap_or_default()),
        written: Cow::Borrowed(written),
    })
}

#[cfg(test)]
#[path = "url_tests.rs"]
mod tests;
