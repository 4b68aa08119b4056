//! The URL of a `Refresh` field.

/// The URL, as browsers look for it (HTML, "shared declarative refresh steps"); `None` where the
/// page only loads itself again.
pub(super) fn refresh_url(value: &[u8]) -> Option<&[u8]> {
    let start = memchr::memchr2(b';', b',', value)? + 1;
    let rest = value.get(start..)?.trim_ascii_start();
    let url = after_name(rest).unwrap_or(rest);
    let url = match url.first() {
        Some(quote @ (b'"' | b'\'')) => url.get(1..)?.split(|byte| byte == quote).next()?,
        _ => url,
    };
    (!url.is_empty()).then_some(url)
}

/// What is behind `url=`.
fn after_name(text: &[u8]) -> Option<&[u8]> {
    let (name, rest) = text.split_at_checked("url".len())?;
    let is_named = name.eq_ignore_ascii_case(b"url");
    let value = rest.trim_ascii_start().strip_prefix(b"=")?;
    is_named.then(|| value.trim_ascii_start())
}
