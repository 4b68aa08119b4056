//! Escapes in CSS (CSS Syntax §4.3.7), in names, strings and URLs.

use std::borrow::Cow;

use super::srcset::is_space;

/// `text` with its escapes undone.
pub(super) fn unescaped(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\\', text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let (before, from) = rest.split_at(at);
        out.extend_from_slice(before);
        let behind = from.get(1..).unwrap_or_default();
        let (character, length) = escape(behind);
        if let Some(character) = character {
            let mut bytes = [0; 4];
            out.extend_from_slice(character.encode_utf8(&mut bytes).as_bytes());
            rest = behind.get(length..).unwrap_or_default();
        } else if length > 0 {
            // A newline within a string.
            rest = behind.get(length..).unwrap_or_default();
        } else {
            // The byte itself, perhaps the first of several.
            out.extend(behind.first());
            rest = behind.get(1..).unwrap_or_default();
        }
    }
    out.extend_from_slice(rest);
    Cow::Owned(out)
}

/// What stands behind a backslash: the character whose code it is and the code's length, or the length of
/// a newline, or nothing: then the next byte is meant.
pub(super) fn escape(text: &[u8]) -> (Option<char>, usize) {
    let digits = text
        .iter()
        .take(6)
        .take_while(|byte| byte.is_ascii_hexdigit());
    let length = digits.count();
    let digits = text
        .get(..length)
        .and_then(|digits| std::str::from_utf8(digits).ok());
    let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let behind = text.get(length..).unwrap_or_default();
    let space = match behind {
        [b'\r', b'\n', ..] => 2,
        [byte, ..] if is_space(*byte) && (length > 0 || *byte != b' ' && *byte != b'\t') => 1,
        _ => 0,
    };
    let character = code.map(|code| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
    (character, length + space)
}
