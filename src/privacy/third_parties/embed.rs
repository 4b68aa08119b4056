//! Embeds: which of them get a placeholder, and its address.

use super::{
    rules::Embeds,
    url::{Base, Reference, cleaned},
};
use crate::privacy::{
    html::{StartTag, decode_entities},
    policy::{Policy, Stripped},
    purpose::Purpose,
};

/// What becomes of a refused embed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fate {
    /// It is left as it is.
    Left,
    /// It is made inert.
    Gated,
    /// It is made inert, and a placeholder shown.
    Replaced,
    /// It is taken out.
    Removed,
}

/// What becomes of an embed of `whose`.
pub(super) fn fate(policy: &Policy, whose: Stripped, tag: &StartTag<'_>) -> Fate {
    let vendor = whose.0.and_then(|vendor| policy.catalogue().vendor(vendor));
    // Others show nothing that a visitor could want.
    let is_shown =
        vendor.is_some_and(|vendor| matches!(vendor.purpose, Purpose::Media | Purpose::Functional));
    if !is_shown {
        return Fate::Gated;
    }
    match policy.third_parties().embeds {
        Embeds::Leave => Fate::Left,
        Embeds::Remove => Fate::Removed,
        Embeds::Click if is_hidden(tag) => Fate::Gated,
        Embeds::Click => Fate::Replaced,
    }
}

/// Whether nobody sees the element: a pixel, or not displayed.
fn is_hidden(tag: &StartTag<'_>) -> bool {
    let is_pixel = |name: &str| {
        let value = tag.attribute(name).and_then(|attribute| attribute.value);
        value.is_some_and(|value| {
            let value = value.trim_ascii();
            let digits = value
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            let (digits, unit) = value.split_at(digits);
            matches!(digits, b"0" | b"1" | b"00" | b"01")
                && (unit.is_empty() || unit.eq_ignore_ascii_case(b"px"))
        })
    };
    let style = tag.attribute("style").and_then(|attribute| attribute.value);
    tag.attribute("hidden").is_some()
        || is_pixel("width")
        || is_pixel("height")
        || style.is_some_and(is_hiding)
}

/// Whether a style hides its element.
fn is_hiding(style: &[u8]) -> bool {
    let style = decode_entities(style);
    let mut declarations = style.split(|byte| *byte == b';').map(|declaration| {
        let kept = declaration
            .iter()
            .filter(|byte| !byte.is_ascii_whitespace());
        let text: Vec<u8> = kept.map(u8::to_ascii_lowercase).collect();
        text.strip_suffix(b"!important")
            .map(<[u8]>::to_vec)
            .unwrap_or(text)
    });
    let hiding: [&[u8]; 9] = [
        b"display:none",
        b"visibility:hidden",
        b"width:0",
        b"width:0px",
        b"width:1px",
        b"height:0",
        b"height:0px",
        b"height:1px",
        b"visibility:collapse",
    ];
    declarations.any(|declaration| hiding.contains(&declaration.as_slice()))
}

/// The address of the placeholder for `url`, an attribute's value; `None` if it has none to be shown.
/// `origin` stands before privet's own paths.
pub(super) fn placeholder(slug: &str, url: &[u8], base: &Base, origin: &str) -> Option<String> {
    let url = cleaned(url);
    let location = match base.read(&url) {
        Reference::Absolute(location) => location,
        Reference::Relative(relative) => base.join(relative),
        Reference::Script(_) | Reference::Data(_) | Reference::Nowhere => return None,
    };
    let mut address = format!("{origin}/.privet/embed?vendor={slug}&url=");
    for byte in location.absolute() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            address.push(char::from(byte));
        } else {
            address.push_str(&format!("%{byte:02X}"));
        }
    }
    Some(address)
}
