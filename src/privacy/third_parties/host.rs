//! The host of a URL in the form in which hosts are looked up.
//!
//! WHATWG URL §3.5: percent-encoding undone, then what IDNA makes of it (UTS #46).

use std::borrow::Cow;

use super::url::hexadecimal;

/// The host's name, lower case and without the root's dot; `None` if it is empty or none.
pub(super) fn host(written: &[u8]) -> Option<Cow<'_, str>> {
    let is_plain = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_');
    let host = if written.iter().all(is_plain) {
        Cow::Borrowed(std::str::from_utf8(written).ok()?)
    } else {
        Cow::Owned(mapped(&decoded(written))?)
    };
    if host.is_empty() {
        return None;
    }
    Some(match host {
        Cow::Borrowed(name) => Cow::Borrowed(name.strip_suffix('.').unwrap_or(name)),
        Cow::Owned(mut name) => {
            if name.ends_with('.') {
                name.pop();
            }
            Cow::Owned(name)
        }
    })
}

/// `text` percent-decoded once; what is no escape stands for itself (WHATWG URL §1.3).
pub(super) fn decoded(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'%', text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, behind)) = rest.split_first() {
        let byte = (*first == b'%').then(|| hexadecimal(behind)).flatten();
        out.push(byte.unwrap_or(*first));
        rest = byte.map_or(behind, |_| behind.get(2..).unwrap_or_default());
    }
    Cow::Owned(out)
}

fn mapped(host: &[u8]) -> Option<String> {
    if host.is_ascii() {
        return String::from_utf8(host.to_ascii_lowercase()).ok();
    }
    let text = String::from_utf8_lossy(host);
    let name = idna::domain_to_ascii_cow(text.as_bytes(), idna::AsciiDenyList::URL);
    name.ok().map(Cow::into_owned)
}
