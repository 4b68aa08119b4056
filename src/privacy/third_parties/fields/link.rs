//! One link of a `Link` field (RFC 8288 §3): whether browsers fetch what it names, and from whom.

use super::without::Refused;

/// Relations for which browsers open a connection or fetch.
const FETCHED: [&str; 12] = [
    "apple-touch-icon",
    "compression-dictionary",
    "dns-prefetch",
    "expect",
    "icon",
    "manifest",
    "modulepreload",
    "preconnect",
    "prefetch",
    "preload",
    "prerender",
    "stylesheet",
];

/// Whom browsers would call for the link.
///
/// A link that is malformed, or has a second `<`, is read by each browser in its own way: any URL in
/// it counts then, whatever its relation.
pub(super) fn calls_by_link<T>(link: &[u8], refused: &Refused<'_, T>) -> Option<T> {
    let first = memchr::memchr(b'<', link)?;
    let mut targets = link.get(first + 1..)?.split(|byte| *byte == b'<');
    let target = targets.next()?;
    let (url, tail) = match memchr::memchr(b'>', target) {
        Some(end) => (target.get(..end)?, target.get(end + 1..)),
        None => (target, None),
    };
    let found = refused(url.trim_ascii());
    let mut others = targets.map(|target| {
        let url = target.split(|byte| *byte == b'>').next();
        url.unwrap_or_default().trim_ascii()
    });
    let Some(parameters) = tail.and_then(parameters) else {
        return found.or_else(|| others.find_map(refused));
    };
    if let Some(other) = others.find_map(refused) {
        return Some(other);
    }
    let named = |name: &str| {
        let mut parameters = parameters.iter();
        parameters.find(|(given, _)| given.eq_ignore_ascii_case(name.as_bytes()))
    };
    let (_, relations) = named("rel")?;
    let is_fetched = relations.split(u8::is_ascii_whitespace).any(|relation| {
        FETCHED
            .iter()
            .any(|name| relation.eq_ignore_ascii_case(name.as_bytes()))
    });
    let candidates = named("imagesrcset").map_or(&[][..], |(_, candidates)| candidates);
    let mut candidates = candidates.split(|byte| byte.is_ascii_whitespace() || *byte == b',');
    is_fetched.then(|| found.or_else(|| candidates.find_map(refused)))?
}

/// Names and values, without their quotes; `None` where a quote is not closed.
fn parameters(mut text: &[u8]) -> Option<Vec<(&[u8], &[u8])>> {
    let mut parameters = Vec::new();
    while let Some(start) = memchr::memchr(b';', text) {
        text = text.get(start + 1..)?;
        let end = text.iter().position(|byte| matches!(byte, b'=' | b';'));
        let (name, rest) = text.split_at_checked(end.unwrap_or(text.len()))?;
        let Some(value) = rest.strip_prefix(b"=") else {
            text = rest;
            continue;
        };
        let value = value.trim_ascii_start();
        let (value, rest) = match value.strip_prefix(b"\"") {
            Some(quoted) => quoted.split_at_checked(closing_quote(quoted)?)?,
            None => value.split_at_checked(memchr::memchr(b';', value).unwrap_or(value.len()))?,
        };
        parameters.push((name.trim_ascii(), value.trim_ascii()));
        text = rest;
    }
    Some(parameters)
}

/// Where the string ends that began before `text`.
fn closing_quote(text: &[u8]) -> Option<usize> {
    let mut is_escaped = false;
    text.iter().position(|byte| {
        let is_end = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        is_end
    })
}
