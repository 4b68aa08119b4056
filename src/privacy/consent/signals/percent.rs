//! Percent-encoding (RFC 3986 §2.1) of cookie values, undone once.

use std::borrow::Cow;

/// The value as text; `None` where an escape is broken or the bytes are no UTF-8.
pub(super) fn decoded(value: &[u8]) -> Option<Cow<'_, str>> {
    if memchr::memchr(b'%', value).is_none() {
        return std::str::from_utf8(value).ok().map(Cow::Borrowed);
    }
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'%' {
            bytes.push(*byte);
            continue;
        }
        let [high, low, beyond @ ..] = after else {
            return None;
        };
        bytes.push(digit(*high)? << 4 | digit(*low)?);
        rest = beyond;
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

fn digit(byte: u8) -> Option<u8> {
    let digit = char::from(byte).to_digit(16)?;
    u8::try_from(digit).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_once_and_only_whole() {
        for (value, expected) in [
            (&b"plain, {raw}"[..], Some("plain, {raw}")),
            (b"a%2Cb%20c", Some("a,b c")),
            (b"%2525", Some("%25")),
            (b"%C3%a9", Some("\u{e9}")),
            (b"%", None),
            (b"%2", None),
            (b"%zz", None),
            (b"%ff", None),
            (b"\xff", None),
        ] {
            assert_eq!(decoded(value).as_deref(), expected);
        }
    }
}
