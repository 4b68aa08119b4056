//! The host of a URL in the form in which hosts are looked up.
//!
//! WHATWG URL §3.5: percent-encoding undone, then UTS #46 mapping. Of that mapping only what can lead
//! to an ASCII name is done: catalogues hold no others.

use std::borrow::Cow;

use super::url::hexadecimal;

/// The host's name, lower case and without the root's dot; `None` if it is empty.
pub(super) fn host(written: &[u8]) -> Option<Cow<'_, str>> {
    let is_plain = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_');
    let host = if written.iter().all(is_plain) {
        Cow::Borrowed(std::str::from_utf8(written).ok()?)
    } else {
        Cow::Owned(mapped(&String::from_utf8_lossy(&decoded(written))))
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

fn mapped(host: &str) -> String {
    let kept = host.chars().filter(|character| !is_ignored(*character));
    kept.map(|character| plain(character).to_ascii_lowercase())
        .collect()
}

/// Characters that UTS #46 takes away.
const fn is_ignored(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{200b}' | '\u{2060}'
            | '\u{2064}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0100}'..='\u{e01ef}'
    )
}

/// The ASCII character that another one stands for.
fn plain(character: char) -> char {
    let code = u32::from(character);
    let ascii = match code {
        // Stops of ideographic scripts.
        0x3002 | 0xff0e | 0xff61 => u32::from('.'),
        // Full width.
        0xff01..=0xff5e => code - 0xff01 + 0x21,
        // Long s, Kelvin, and letters in circles.
        0x17f => u32::from('s'),
        0x212a => u32::from('k'),
        0x24b6..=0x24cf => code - 0x24b6 + u32::from('a'),
        0x24d0..=0x24e9 => code - 0x24d0 + u32::from('a'),
        // Mathematical letters come in alphabets of 52, their digits in tens.
        0x1d400..=0x1d6a3 => (code - 0x1d400) % 26 + u32::from('a'),
        0x1d7ce..=0x1d7ff => (code - 0x1d7ce) % 10 + u32::from('0'),
        _ => code,
    };
    char::from_u32(ascii).unwrap_or(character)
}
