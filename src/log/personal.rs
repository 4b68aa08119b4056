//! Whether a piece of a URL looks as if it told who somebody is: an e-mail address, an IP address,
//! a number as long as a telephone's, a token that names a session or a person.
//!
//! A guess, by form only, which rather hides too much: GDPR Art. 5(1)(c). Escapes are undone first,
//! also doubled ones. Words of eight letters that happen to be a name are beyond it.

use std::net::Ipv6Addr;

/// A piece longer than this, escapes undone, is no word of a website's own.
const LONGEST: usize = 256;
/// So many times may escapes be wrapped in escapes before that alone is reason to hide them.
const DEEPEST: usize = 4;
/// The shortest random name worth hiding.
const TOKEN: usize = 20;
/// The digits of a short telephone number.
const TELEPHONE: usize = 9;

/// A piece of a URL with its escapes undone.
pub(super) struct Decoded {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Decoded {
    /// `None` if it is too long or too deeply wrapped to be judged.
    pub(super) fn new(text: &[u8]) -> Option<Self> {
        let mut decoded = Self::once(text)?;
        for _ in 1..DEEPEST {
            if memchr::memchr(b'%', decoded.bytes()).is_none() {
                return Some(decoded);
            }
            let again = Self::once(decoded.bytes())?;
            if again.length == decoded.length {
                return Some(decoded);
            }
            decoded = again;
        }
        None
    }

    fn once(text: &[u8]) -> Option<Self> {
        let mut decoded = Self {
            bytes: [0; LONGEST],
            length: 0,
        };
        for byte in Unescaped(text) {
            *decoded.bytes.get_mut(decoded.length)? = byte;
            decoded.length += 1;
        }
        Some(decoded)
    }

    /// What stood there.
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// The bytes of a text, percent-encoding undone (RFC 3986 §2.1).
struct Unescaped<'a>(&'a [u8]);

impl Iterator for Unescaped<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        if let [b'%', high, low, rest @ ..] = self.0
            && let (Some(high), Some(low)) = (hex_value(*high), hex_value(*low))
        {
            self.0 = rest;
            return Some(high << 4 | low);
        }
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }
}

fn hex_value(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

/// Whether `text`, escapes included, can be anything but harmless. Cheap, for what is usual.
pub(super) fn is_harmless(text: &[u8]) -> bool {
    let telling = |byte: &u8| matches!(byte, b'0'..=b'9' | b'@' | b'%' | b':');
    text.len() < TOKEN && !text.iter().any(telling)
}

/// Whether `text`, escapes undone, tells who somebody is.
pub(crate) fn is_personal(text: &[u8]) -> bool {
    holds_email(text) || holds_telephone(text) || holds_address(text) || holds_token(text)
}

/// `name@domain`, but not a handle (`@name`) or a version (`name@1.2.3`).
fn holds_email(text: &[u8]) -> bool {
    memchr::memchr_iter(b'@', text).any(|at| {
        let (before, after) = text.split_at_checked(at).unwrap_or_default();
        let domain = after.get(1..).unwrap_or_default();
        let is_name = before
            .last()
            .is_some_and(|byte| byte.is_ascii_graphic() || *byte >= 0x80);
        let is_word = domain
            .first()
            .is_some_and(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80);
        let ends_in_word = domain
            .split(|byte| *byte == b'.')
            .skip(1)
            .any(|label| label.len() > 1 && label.iter().all(u8::is_ascii_alphabetic));
        is_name && (is_word || ends_in_word)
    })
}

/// Nine digits or more, with or without what groups them.
fn holds_telephone(text: &[u8]) -> bool {
    let (mut digits, mut gap) = (0, 0);
    for byte in text {
        match byte {
            b'0'..=b'9' => {
                (digits, gap) = (digits + 1, 0);
                if digits >= TELEPHONE {
                    return true;
                }
            }
            b' ' | b'+' | b'(' | b')' | b'.' | b'-' | b'_' if gap < 2 => gap += 1,
            _ => (digits, gap) = (0, 0),
        }
    }
    false
}

/// An IPv4 or IPv6 address, wherever in `text`.
pub(super) fn holds_address(text: &[u8]) -> bool {
    holds_ipv4(text) || (memchr::memchr(b':', text).is_some() && holds_ipv6(text))
}

fn holds_ipv4(text: &[u8]) -> bool {
    let mut rest = text;
    let mut before = b' ';
    while let Some((first, after)) = rest.split_first() {
        if first.is_ascii_digit() && !before.is_ascii_digit() && starts_with_ipv4(rest) {
            return true;
        }
        before = *first;
        rest = after;
    }
    false
}

/// Four octets parted by dots, or by what host names put for dots; or all in one, as `0x…`.
fn starts_with_ipv4(text: &[u8]) -> bool {
    if let [b'0', b'x' | b'X', digits @ ..] = text {
        return digits
            .iter()
            .take_while(|digit| digit.is_ascii_hexdigit())
            .count()
            >= 7;
    }
    let Some((separator, mut rest)) = octet(text).and_then(|rest| Some((*rest.first()?, rest)))
    else {
        return false;
    };
    if !matches!(separator, b'.' | b'-' | b'_') {
        return false;
    }
    for _ in 0..3 {
        match rest.strip_prefix(&[separator]).and_then(octet) {
            Some(after) => rest = after,
            None => return false,
        }
    }
    true
}

/// What follows a number up to 255.
fn octet(text: &[u8]) -> Option<&[u8]> {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at_checked(length)?;
    let value = digits.iter().fold(0_u32, |value, digit| {
        value
            .saturating_mul(10)
            .saturating_add(u32::from(digit - b'0'))
    });
    (1..=3)
        .contains(&length)
        .then_some(rest)
        .filter(|_| value <= 255)
}

fn holds_ipv6(text: &[u8]) -> bool {
    let is_part = |byte: u8| byte.is_ascii_hexdigit() || byte == b':' || byte == b'.';
    let mut rest = text;
    let mut before = b' ';
    while !rest.is_empty() {
        let length = rest.iter().take_while(|byte| is_part(**byte)).count();
        let (run, after) = rest.split_at_checked(length).unwrap_or_default();
        let alone = |byte: u8| !byte.is_ascii_alphanumeric();
        let is_alone = alone(before) && alone(after.first().copied().unwrap_or(b' '));
        if is_ipv6(run, is_alone) {
            return true;
        }
        let Some((first, after)) = after.split_first() else {
            return false;
        };
        before = *first;
        rest = after;
    }
    false
}

/// Also hardware addresses, and what is nearly an IPv6 address. `12:30:45` is a time.
fn is_ipv6(run: &[u8], is_alone: bool) -> bool {
    let colons = memchr::memchr_iter(b':', run).count();
    let digits = run.iter().filter(|byte| byte.is_ascii_hexdigit()).count();
    if colons >= 3 {
        return digits > 0;
    }
    let parses = || str::from_utf8(run).is_ok_and(|run| run.parse::<Ipv6Addr>().is_ok());
    colons == 2
        && is_alone
        && digits > 0
        && (parses() || memchr::memmem::find(run, b"::").is_some())
}

fn holds_token(text: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+');
    text.split(|byte| !is_part(byte)).any(|run| {
        // A JSON Web Token (RFC 7519) begins with `{"` in base64.
        (run.len() >= 10 && run.starts_with(b"eyJ")) || (run.len() >= TOKEN && is_token(run))
    })
}

/// Letters and digits mixed, as no words are: `10-best-trails-of-2026` is none.
fn is_token(run: &[u8]) -> bool {
    let has_digits = run.iter().any(u8::is_ascii_digit);
    let has_letters = run.iter().any(u8::is_ascii_alphabetic);
    if !(has_digits && has_letters) {
        return false;
    }
    let is_mixed = |part: &[u8]| {
        part.len() >= TOKEN
            && part.iter().any(u8::is_ascii_digit)
            && part.iter().any(u8::is_ascii_alphabetic)
    };
    let changes = run
        .iter()
        .zip(run.iter().skip(1))
        .filter(|(first, second)| {
            (first.is_ascii_alphabetic() && second.is_ascii_digit())
                || (first.is_ascii_digit() && second.is_ascii_alphabetic())
                || (first.is_ascii_lowercase() && second.is_ascii_uppercase())
        });
    changes.count() >= 4
        || run
            .split(|byte| !byte.is_ascii_alphanumeric())
            .any(is_mixed)
        || is_uuid(run)
}

/// RFC 9562 §4, anywhere at the end or start of a run.
fn is_uuid(run: &[u8]) -> bool {
    let is_one = |window: &[u8]| {
        window.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
    };
    run.windows(36).any(is_one)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(text: &str) -> bool {
        let text = text.as_bytes();
        let thorough = Decoded::new(text).is_none_or(|decoded| is_personal(decoded.bytes()));
        assert!(
            !(is_harmless(text) && thorough),
            "the quick look must miss nothing"
        );
        thorough
    }

    #[test]
    fn what_tells_who_somebody_is_is_found() {
        for text in [
            "jane@example.com",
            "jane%40example.com",
            "jane%2540example.com",
            "%6a%61ne%40example.com",
            "mailto:jane.doe+x@3m.com.pdf",
            "jürgen@intranet",
            "203.0.113.7",
            "203%2E0%2e113.7",
            "ip-203-0-113-7",
            "x203.000.113.007y",
            "0xCB007107",
            "2001:db8::7",
            "2001%3Adb8%3A%3A7",
            "[2001:db8::7]:443",
            "::ffff:203.0.113.7",
            "fe80::1%25eth0",
            "::1",
            "00:1a:2b:3c:4d:5e",
            "+4915112345678",
            "0151-1234-5678",
            "(030)%20123%2045%2067",
            "4f9a8b7c6d5e4f3a2b1c0d",
            "550e8400-e29b-41d4-a716-446655440000",
            "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee",
            "eyJhbGciOi.eyJzdWIi.c2ln",
            "dQw4w9WgXcQ-abc_DEF1",
            "sess-4f9a8b7c6d5e4f3a2b1c",
            "DE89370400440532013000",
        ] {
            assert!(judged(text), "{text}");
        }
    }

    #[test]
    fn words_of_a_website_are_left_alone() {
        for text in [
            "",
            "products",
            "42",
            "2026-11-24",
            "10-best-hiking-trails-of-2026",
            "samsung-galaxy-s24-ultra-256gb-5g-black",
            "internationalisation",
            "react@18.2.0",
            "@babel",
            "main.8f3a9c2d1e.chunk.js",
            "12:30:45",
            "std::vec",
            "v1.2.3",
            "1920x1080",
            "%D0%BF%D1%80%D0%B8%D0%B2%D0%B5%D1%82",
        ] {
            assert!(!judged(text), "{text}");
        }
    }

    #[test]
    fn what_is_too_long_or_too_deeply_wrapped_is_not_judged() {
        assert!(Decoded::new(&[b'a'; LONGEST]).is_some());
        assert!(Decoded::new(&[b'a'; LONGEST + 1]).is_none());
        assert!(Decoded::new(b"%25252525252541").is_none());
        assert!(Decoded::new(b"100%").is_some());
    }
}
