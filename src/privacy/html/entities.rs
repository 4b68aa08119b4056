//! Character references in attribute values (13.2.5.72 to 13.2.5.80), as far as they matter in URLs.

use std::borrow::Cow;

use memchr::memchr;

/// Named references of characters that mean something in a URL, and of those that old pages write
/// without `;`. A name that isn't here stays as it is written.
const NAMED: &[(&str, &str)] = &[
    ("AMP", "&"),
    ("GT", ">"),
    ("Hat", "^"),
    ("LT", "<"),
    ("NegativeMediumSpace", "\u{200b}"),
    ("NegativeThickSpace", "\u{200b}"),
    ("NegativeThinSpace", "\u{200b}"),
    ("NegativeVeryThinSpace", "\u{200b}"),
    ("NewLine", "\n"),
    ("NoBreak", "\u{2060}"),
    ("NonBreakingSpace", "\u{a0}"),
    ("QUOT", "\""),
    ("Tab", "\t"),
    ("UnderBar", "_"),
    ("VerticalLine", "|"),
    ("ZeroWidthSpace", "\u{200b}"),
    ("DiacriticalGrave", "`"),
    ("amp", "&"),
    ("apos", "'"),
    ("ast", "*"),
    ("bsol", "\\"),
    ("colon", ":"),
    ("comma", ","),
    ("commat", "@"),
    ("dollar", "$"),
    ("equals", "="),
    ("excl", "!"),
    ("fjlig", "fj"),
    ("grave", "`"),
    ("gt", ">"),
    ("hyphen", "\u{2010}"),
    ("lbrace", "{"),
    ("lbrack", "["),
    ("lcub", "{"),
    ("lowbar", "_"),
    ("lpar", "("),
    ("lsqb", "["),
    ("lt", "<"),
    ("midast", "*"),
    ("nbsp", "\u{a0}"),
    ("num", "#"),
    ("percnt", "%"),
    ("period", "."),
    ("plus", "+"),
    ("quest", "?"),
    ("quot", "\""),
    ("rbrace", "}"),
    ("rbrack", "]"),
    ("rcub", "}"),
    ("rpar", ")"),
    ("rsqb", "]"),
    ("semi", ";"),
    ("shy", "\u{ad}"),
    ("sol", "/"),
    ("verbar", "|"),
    ("vert", "|"),
];

/// Those that need no `;`.
const LEGACY: &[&str] = &[
    "AMP", "GT", "LT", "QUOT", "amp", "gt", "lt", "nbsp", "quot", "shy",
];

/// What stands for the numbers 0x80 to 0x9F: those of Windows-1252.
const WINDOWS_1252: [char; 32] = [
    '\u{20ac}', '\u{81}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}',
    '\u{2c6}', '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{8d}', '\u{17d}', '\u{8f}',
    '\u{90}', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '\u{2022}', '\u{2013}', '\u{2014}',
    '\u{2dc}', '\u{2122}', '\u{161}', '\u{203a}', '\u{153}', '\u{9d}', '\u{17e}', '\u{178}',
];

/// An attribute's value as browsers read it, other bytes as they are; characters of references in
/// UTF-8.
pub fn decode_entities(raw: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = memchr(b'&', raw) else {
        return Cow::Borrowed(raw);
    };
    let (before, mut rest) = raw.split_at_checked(first).unwrap_or((raw, b""));
    let mut decoded = before.to_vec();
    while let Some((byte, after)) = rest.split_first() {
        if *byte != b'&' {
            let end = memchr(b'&', rest).unwrap_or(rest.len());
            let (text, next) = rest.split_at_checked(end).unwrap_or((rest, b""));
            decoded.extend_from_slice(text);
            rest = next;
            continue;
        }
        if let Some((text, next)) = reference(after) {
            decoded.extend_from_slice(text.as_bytes());
            rest = next;
        } else {
            decoded.push(b'&');
            rest = after;
        }
    }
    Cow::Owned(decoded)
}

/// Reads what stands behind `&`: its text, and what follows.
fn reference(after: &[u8]) -> Option<(Cow<'static, str>, &[u8])> {
    match after.strip_prefix(b"#") {
        Some(number) => numeric(number),
        None => named(after),
    }
}

/// The same in text, where a name that needs no `;` may be followed by anything.
pub(super) fn reference_in_text(after: &[u8]) -> Option<(Cow<'static, str>, &[u8])> {
    reference(after).or_else(|| {
        let name = LEGACY
            .iter()
            .find(|name| after.starts_with(name.as_bytes()))?;
        let (_, text) = NAMED.iter().find(|(known, _)| known == name)?;
        Some((Cow::Borrowed(*text), after.get(name.len()..)?))
    })
}

/// Reads a number behind `&#`: its text, and what follows.
fn numeric(after: &[u8]) -> Option<(Cow<'static, str>, &[u8])> {
    let (digits, radix) = match after.split_first() {
        Some((b'x' | b'X', digits)) => (digits, 16),
        _ => (after, 10),
    };
    let is_digit = |byte: &u8| char::from(*byte).is_digit(radix);
    let length = digits
        .iter()
        .position(|byte| !is_digit(byte))
        .unwrap_or(digits.len());
    let (digits, rest) = digits.split_at_checked(length).filter(|_| length > 0)?;
    let number = digits.iter().fold(0_u32, |number, byte| {
        let digit = char::from(*byte).to_digit(radix).unwrap_or_default();
        number.saturating_mul(radix).saturating_add(digit)
    });
    let character = match number {
        0 => char::REPLACEMENT_CHARACTER,
        0x80..=0x9f => WINDOWS_1252
            .get(number as usize - 0x80)
            .copied()
            .unwrap_or_default(),
        _ => char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER),
    };
    let rest = rest.strip_prefix(b";").unwrap_or(rest);
    Some((Cow::Owned(character.to_string()), rest))
}

/// Reads a name behind `&`: its text, and what follows.
fn named(after: &[u8]) -> Option<(Cow<'static, str>, &[u8])> {
    let length = after
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric())
        .unwrap_or(after.len());
    let (name, rest) = after.split_at_checked(length)?;
    let find = |name: &[u8]| NAMED.iter().find(|(known, _)| known.as_bytes() == name);
    match rest.split_first() {
        Some((b';', rest)) if let Some((_, text)) = find(name) => {
            Some((Cow::Borrowed(*text), rest))
        }
        // In attributes, one that goes on with a letter, a digit or `=` is a query's `&lt=`.
        Some((b'=', _)) => None,
        _ if LEGACY.iter().any(|legacy| legacy.as_bytes() == name) => {
            find(name).map(|(_, text)| (Cow::Borrowed(*text), rest))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_as_in_attributes() {
        let cases = [
            ("plain", "plain"),
            ("&#x2F;&#47;&sol;&#X2f", "////"),
            (
                "https&colon;&sol;&sol;a&period;example",
                "https://a.example",
            ),
            ("?a=1&amp;b=2&ampc&amp=d&amp", "?a=1&b=2&ampc&amp=d&"),
            ("?a&lt=1&copy=2&lt;&quot;&quest;", "?a&lt=1&copy=2<\"?"),
            ("j&Tab;a&NewLine;v&#9;a", "j\ta\nv\ta"),
            (
                "&#x80;&#x9F;&#0;&#xD800;&#x110000;",
                "\u{20ac}\u{178}\u{fffd}\u{fffd}\u{fffd}",
            ),
            ("&#99999999999999999999;&#4294967393;", "\u{fffd}\u{fffd}"),
            ("&#;&#x;&;&&amp;&unheard;", "&#;&#x;&;&&&unheard;"),
            ("&#97b&#x61g", "abag"),
        ];
        for (raw, decoded) in cases {
            let found = decode_entities(raw.as_bytes());
            assert_eq!(String::from_utf8_lossy(&found), decoded, "of {raw}");
        }
    }

    #[test]
    fn a_value_without_references_is_not_copied() {
        assert!(matches!(decode_entities(b"\xffa"), Cow::Borrowed(b"\xffa")));
    }
}
