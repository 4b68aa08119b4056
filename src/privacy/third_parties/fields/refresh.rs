//! The URL of a `Refresh` field (HTML, "shared declarative refresh steps").

/// The URL; `None` where the page only loads itself again.
pub(super) fn refresh_url(value: &[u8]) -> Option<&[u8]> {
    let text = value.trim_ascii_start();
    let is_time = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
    let end = text
        .iter()
        .position(|byte| !is_time(byte))
        .filter(|end| *end > 0)?;
    let (_, rest) = text.split_at_checked(end)?;
    let after_space = rest.trim_ascii_start();
    let rest = match after_space.split_first() {
        Some((b';' | b',', rest)) => rest.trim_ascii_start(),
        _ if after_space.len() < rest.len() => after_space,
        _ => return None,
    };
    let url = after_name(rest).unwrap_or(rest);
    let url = match url.split_first() {
        Some((quote @ (b'"' | b'\''), quoted)) => quoted.split(|byte| byte == quote).next()?,
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
