//! Words that occur nowhere else, and the search for them in any spelling.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The visitor's own address, from which connections come.
pub(super) const VISITOR: Ipv4Addr = Ipv4Addr::new(127, 113, 55, 77);
/// Whom a trusted proxy names.
pub(super) const CLIENT: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 177);
/// The same, by IPv6.
pub(super) const CLIENT_V6: Ipv6Addr =
    Ipv6Addr::new(0x2001, 0xdb8, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc);
/// An address that stands in a path, which the website gets as it is.
pub(super) const IN_PATH: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 177);

/// Begins every secret; a number and `x` follow.
pub(super) const SECRET: &str = "Kanarie";

/// What is searched for: the name under which it is reported, and one of its spellings.
pub(super) struct Canary {
    name: String,
    spelling: String,
    /// Whether letters have to be the very same, as in Base64.
    exact: bool,
}

/// The addresses that nobody but privet may know.
pub(super) fn addresses() -> Vec<Canary> {
    let mut all = Vec::new();
    for address in [VISITOR, CLIENT] {
        push_ipv4(&mut all, address);
    }
    let [a, b, c, d, e, f, g, h] = CLIENT_V6.segments();
    let name = CLIENT_V6.to_string();
    push_text(&mut all, &name, &name);
    let long = format!("{a:04x}:{b:04x}:{c:04x}:{d:04x}:{e:04x}:{f:04x}:{g:04x}:{h:04x}");
    push_text(&mut all, &name, &long);
    push_bytes(&mut all, &name, &CLIENT_V6.octets());
    push(&mut all, &name, CLIENT_V6.to_bits().to_string(), false);
    all
}

/// The addresses, and everything else that no log may hold.
pub(super) fn everything() -> Vec<Canary> {
    let mut all = addresses();
    push_ipv4(&mut all, IN_PATH);
    // All secrets begin alike, so this one finds them all.
    push_text(&mut all, "a secret", SECRET);
    all
}

fn push_ipv4(all: &mut Vec<Canary>, address: Ipv4Addr) {
    let name = address.to_string();
    let [a, b, c, d] = address.octets();
    push_text(all, &name, &name);
    for spelling in [
        format!("{a}-{b}-{c}-{d}"),
        format!("{d}.{c}.{b}.{a}"),
        format!("{a:03}.{b:03}.{c:03}.{d:03}"),
        format!("{a:x}.{b:x}.{c:x}.{d:x}"),
        format!("{a:02x}{b:02x}:{c:02x}{d:02x}"),
        format!("{a:x}{b:02x}:{c:x}{d:02x}"),
        address.to_bits().to_string(),
        address.to_bits().swap_bytes().to_string(),
    ] {
        push(all, &name, spelling, false);
    }
    push_bytes(all, &name, &address.octets());
}

/// A text as it is, in hexadecimal, as a list of numbers, percent-encoded and in Base64.
fn push_text(all: &mut Vec<Canary>, name: &str, text: &str) {
    push(all, name, text.to_owned(), false);
    for text in [text.to_owned(), text.to_lowercase(), text.to_uppercase()] {
        push_bytes(all, name, text.as_bytes());
        let percent = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
        push(all, name, percent, false);
        push_base64(all, name, text.as_bytes());
    }
}

fn push_bytes(all: &mut Vec<Canary>, name: &str, bytes: &[u8]) {
    let each = |form: fn(&u8) -> String, separator: &str| {
        let forms: Vec<String> = bytes.iter().map(form).collect();
        forms.join(separator)
    };
    for spelling in [
        each(|byte| format!("{byte:02x}"), ""),
        each(|byte| format!("{byte:02x}"), ":"),
        each(|byte| format!("{byte:02x}"), ", "),
        each(|byte| format!("{byte:02x}"), " "),
        each(|byte| format!("\\x{byte:02x}"), ""),
        each(|byte| format!("\\u{byte:04x}"), ""),
        each(u8::to_string, ", "),
        each(u8::to_string, ","),
    ] {
        push(all, name, spelling, false);
    }
}

/// What is certain to stand in the Base64 of any text that holds these bytes.
fn push_base64(all: &mut Vec<Canary>, name: &str, bytes: &[u8]) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for before in 0..3_usize {
        let text = [&[0; 3][..before], bytes].concat();
        let bits: Vec<u8> = text
            .iter()
            .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1))
            .collect();
        let known = bits.chunks_exact(6).skip((before * 8).div_ceil(6));
        let spelling: String = known
            .map(|six| {
                six.iter()
                    .fold(0, |digit, bit| digit << 1 | usize::from(*bit))
            })
            .map(|digit| char::from(DIGITS[digit]))
            .collect();
        push(
            all,
            name,
            spelling.replace('+', "-").replace('/', "_"),
            true,
        );
        push(all, name, spelling, true);
    }
}

fn push(all: &mut Vec<Canary>, name: &str, spelling: String, exact: bool) {
    assert!(
        spelling.len() >= SECRET.len(),
        "too short to be told from chance: {spelling}"
    );
    all.push(Canary {
        name: name.to_owned(),
        spelling,
        exact,
    });
}

/// Where `text` holds a canary.
pub(super) fn found(canaries: &[Canary], text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let here = |canary: &&Canary| {
        if canary.exact {
            text.contains(&canary.spelling)
        } else {
            lower.contains(&canary.spelling.to_lowercase())
        }
    };
    canaries
        .iter()
        .filter(here)
        .map(|canary| format!("{} as {}", canary.name, canary.spelling))
        .collect()
}

/// Fails where `text` holds a canary.
#[track_caller]
pub(super) fn assert_clean(canaries: &[Canary], place: &str, text: &str) {
    let found = found(canaries, text);
    if let Some(first) = found.first() {
        let spelling = first.rsplit(" as ").next().unwrap_or_default();
        let at = text.to_lowercase().find(&spelling.to_lowercase());
        let at = at.unwrap_or_default();
        let around: String = text
            .char_indices()
            .filter(|(index, _)| index + 200 > at && *index < at + 200)
            .map(|(_, char)| char)
            .collect();
        panic!("{place} holds {found:?}: …{around}…");
    }
}

#[test]
fn a_canary_is_found_in_any_spelling() {
    let canaries = everything();
    for text in [
        "peer 127.113.55.77:4711",
        "ip-127-113-55-77",
        "77.55.113.127.in-addr.arpa",
        "7F71374D",
        "::ffff:7f71:374d",
        "[127, 113, 55, 77]",
        "2138126157",
        "203.0.113.177",
        "2001:DB8:77:88:99:AA:BB:CC",
        "2001:0db8:0077:0088:0099:00aa:00bb:00cc",
        "198.51.100.177",
        "a=Kanarie07x",
        "a=KANARIE07X",
        "4b616e61726965",
        "%4b%61%6e%61%72%69%65",
        "[75, 97, 110, 97, 114, 105, 101, 48]",
        // Base64 of "Kanarie07x", ":Kanarie07x" and "::Kanarie07x".
        "S2FuYXJpZTA3eA==",
        "OkthbmFyaWUwN3g=",
        "OjpLYW5hcmllMDd4",
    ] {
        assert_ne!(found(&canaries, text), [""; 0], "{text}");
        assert!(found(&canaries, "127.113.55.0 203.0.113.0 2001:db8:77::").is_empty());
    }
}
