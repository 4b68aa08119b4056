//! Character references in attribute values (13.2.5.72 to 13.2.5.80), as far as they matter in URLs.

use std::borrow::Cow;

use memchr::memchr;

/// Named references of characters that mean something in a URL, that IDNA takes for letters, digits or
/// nothing in a host (UTS #46), or that old pages write without `;`; sorted. A name that isn't here or in
/// [`ALPHABETS`] stays as it is written.
const NAMED: &[(&str, &str)] = &[
    ("AMP", "&"),
    ("ApplyFunction", "\u{2061}"),
    ("Bernoullis", "\u{212c}"),
    ("CapitalDifferentialD", "\u{2145}"),
    ("Cayleys", "\u{212d}"),
    ("DD", "\u{2145}"),
    ("DiacriticalGrave", "`"),
    ("DifferentialD", "\u{2146}"),
    ("Equal", "\u{2a75}"),
    ("ExponentialE", "\u{2147}"),
    ("Fouriertrf", "\u{2131}"),
    ("GT", ">"),
    ("Hat", "^"),
    ("HilbertSpace", "\u{210b}"),
    ("IJlig", "\u{132}"),
    ("Im", "\u{2111}"),
    ("ImaginaryI", "\u{2148}"),
    ("InvisibleComma", "\u{2063}"),
    ("InvisibleTimes", "\u{2062}"),
    ("LT", "<"),
    ("Laplacetrf", "\u{2112}"),
    ("Mellintrf", "\u{2133}"),
    ("NegativeMediumSpace", "\u{200b}"),
    ("NegativeThickSpace", "\u{200b}"),
    ("NegativeThinSpace", "\u{200b}"),
    ("NegativeVeryThinSpace", "\u{200b}"),
    ("NewLine", "\n"),
    ("NoBreak", "\u{2060}"),
    ("NonBreakingSpace", "\u{a0}"),
    ("Poincareplane", "\u{210c}"),
    ("QUOT", "\""),
    ("Re", "\u{211c}"),
    ("TRADE", "\u{2122}"),
    ("Tab", "\t"),
    ("UnderBar", "_"),
    ("VerticalLine", "|"),
    ("ZeroWidthSpace", "\u{200b}"),
    ("af", "\u{2061}"),
    ("amp", "&"),
    ("apos", "'"),
    ("ast", "*"),
    ("bernou", "\u{212c}"),
    ("bsol", "\\"),
    ("circledS", "\u{24c8}"),
    ("colon", ":"),
    ("comma", ","),
    ("commat", "@"),
    ("complexes", "\u{2102}"),
    ("dd", "\u{2146}"),
    ("dollar", "$"),
    ("ee", "\u{2147}"),
    ("ell", "\u{2113}"),
    ("equals", "="),
    ("excl", "!"),
    ("expectation", "\u{2130}"),
    ("exponentiale", "\u{2147}"),
    ("ffilig", "\u{fb03}"),
    ("fflig", "\u{fb00}"),
    ("ffllig", "\u{fb04}"),
    ("filig", "\u{fb01}"),
    ("fjlig", "fj"),
    ("fllig", "\u{fb02}"),
    ("grave", "`"),
    ("gt", ">"),
    ("hamilt", "\u{210b}"),
    ("hyphen", "\u{2010}"),
    ("ic", "\u{2063}"),
    ("ii", "\u{2148}"),
    ("ijlig", "\u{133}"),
    ("image", "\u{2111}"),
    ("imagline", "\u{2110}"),
    ("imagpart", "\u{2111}"),
    ("integers", "\u{2124}"),
    ("it", "\u{2062}"),
    ("lagran", "\u{2112}"),
    ("lbrace", "{"),
    ("lbrack", "["),
    ("lcub", "{"),
    ("lowbar", "_"),
    ("lpar", "("),
    ("lsqb", "["),
    ("lt", "<"),
    ("midast", "*"),
    ("naturals", "\u{2115}"),
    ("nbsp", "\u{a0}"),
    ("num", "#"),
    ("numero", "\u{2116}"),
    ("oS", "\u{24c8}"),
    ("order", "\u{2134}"),
    ("orderof", "\u{2134}"),
    ("ordf", "\u{aa}"),
    ("ordm", "\u{ba}"),
    ("percnt", "%"),
    ("period", "."),
    ("phmmat", "\u{2133}"),
    ("planckh", "\u{210e}"),
    ("plus", "+"),
    ("primes", "\u{2119}"),
    ("quaternions", "\u{210d}"),
    ("quest", "?"),
    ("quot", "\""),
    ("rationals", "\u{211a}"),
    ("rbrace", "}"),
    ("rbrack", "]"),
    ("rcub", "}"),
    ("real", "\u{211c}"),
    ("realine", "\u{211b}"),
    ("realpart", "\u{211c}"),
    ("reals", "\u{211d}"),
    ("rpar", ")"),
    ("rsqb", "]"),
    ("semi", ";"),
    ("shy", "\u{ad}"),
    ("sol", "/"),
    ("sup1", "\u{b9}"),
    ("sup2", "\u{b2}"),
    ("sup3", "\u{b3}"),
    ("szlig", "\u{df}"),
    ("trade", "\u{2122}"),
    ("verbar", "|"),
    ("vert", "|"),
    ("zeetrf", "\u{2128}"),
    ("zwj", "\u{200d}"),
    ("zwnj", "\u{200c}"),
];

/// Letters of mathematics, which are named `Ascr;` to `zopf;`.
struct Alphabet {
    /// The end of their names.
    name: &'static str,
    /// Where `A` stands, with the others behind it.
    capital_a: u32,
    /// Letters that stand elsewhere, each followed by what stands for it.
    elsewhere: &'static str,
}

const ALPHABETS: [Alphabet; 3] = [
    Alphabet {
        name: "fr",
        capital_a: 0x1d504,
        elsewhere: "C\u{212d}H\u{210c}I\u{2111}R\u{211c}Z\u{2128}",
    },
    Alphabet {
        name: "opf",
        capital_a: 0x1d538,
        elsewhere: "C\u{2102}H\u{210d}N\u{2115}P\u{2119}Q\u{211a}R\u{211d}Z\u{2124}",
    },
    Alphabet {
        name: "scr",
        capital_a: 0x1d49c,
        elsewhere: "B\u{212c}E\u{2130}F\u{2131}H\u{210b}I\u{2110}L\u{2112}M\u{2133}R\u{211b}\
                    e\u{212f}g\u{210a}o\u{2134}",
    },
];

/// Those that need no `;`.
const LEGACY: &[&str] = &[
    "AMP", "GT", "LT", "QUOT", "amp", "gt", "lt", "nbsp", "ordf", "ordm", "quot", "shy", "sup1",
    "sup2", "sup3", "szlig",
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
        Some((text_of(name.as_bytes())?, after.get(name.len()..)?))
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
    match rest.split_first() {
        Some((b';', rest)) => Some((text_of(name)?, rest)),
        // In attributes, one that goes on with a letter, a digit or `=` is a query's `&lt=`.
        Some((b'=', _)) => None,
        _ if LEGACY.iter().any(|legacy| legacy.as_bytes() == name) => Some((text_of(name)?, rest)),
        _ => None,
    }
}

/// What a name stands for.
fn text_of(name: &[u8]) -> Option<Cow<'static, str>> {
    let place = NAMED.binary_search_by(|(known, _)| known.as_bytes().cmp(name));
    if let Some((_, text)) = place.ok().and_then(|place| NAMED.get(place)) {
        return Some(Cow::Borrowed(*text));
    }
    let (letter, end) = name.split_first()?;
    let mut alphabets = ALPHABETS.iter();
    let alphabet = alphabets.find(|alphabet| alphabet.name.as_bytes() == end)?;
    let place = match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        _ => return None,
    };
    let mut elsewhere = alphabet.elsewhere.chars();
    let other = elsewhere.find(|other| *other == char::from(*letter));
    let character = match other.and_then(|_| elsewhere.next()) {
        Some(character) => character,
        None => char::from_u32(alphabet.capital_a + u32::from(place))?,
    };
    Some(Cow::Owned(character.to_string()))
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

    #[test]
    fn known_names_stand_for_what_the_standard_says() {
        assert!(NAMED.is_sorted_by_key(|(name, _)| *name));
        let mut known = 0;
        for (name, codes) in html5ever::data::NAMED_ENTITIES.entries() {
            let written = format!("&{name}");
            let found = decode_entities(written.as_bytes());
            if *found != *written.as_bytes() {
                let codes = <[u32; 2]>::from(*codes)
                    .into_iter()
                    .filter(|code| *code != 0);
                let text: String = codes.filter_map(char::from_u32).collect();
                assert_eq!(String::from_utf8_lossy(&found), text, "{name}");
                known += 1;
            }
        }
        assert_eq!(known, NAMED.len() + LEGACY.len() + 3 * 52);
    }
}
