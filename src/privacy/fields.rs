//! Which fields may pass: the table of those that carry a visitor's address, a stand-in for it,
//! or what only a gateway may say.
//!
//! A name is looked up in the form in which CGI-style servers would see it: lower case, every byte
//! that is not a letter or digit as `-`, so that `X_Forwarded.For` is `x-forwarded-for`
//! (RFC 3875 §4.1.18). Besides exact names, families are caught by prefix and suffix, and at last
//! any unknown field whose value spells the client's address out. Connection-specific fields
//! (RFC 9110 §7.6.1) go in both directions, by the same function.

use http::{HeaderName, header};

use super::{
    address::ClientAddr,
    address_fields::{ADDRESS_FIELDS, ADDRESS_PREFIXES, ADDRESS_SUFFIXES},
    field_lines::FieldLines,
};

/// Fields of ordinary requests, which no rule removes. Checked first: it is nearly always the
/// answer.
fn is_known_safe(name: &str) -> bool {
    matches!(
        name,
        "accept"
            | "accept-charset"
            | "accept-encoding"
            | "accept-language"
            | "access-control-request-headers"
            | "access-control-request-method"
            | "authorization"
            | "cache-control"
            | "cdn-loop"
            | "content-disposition"
            | "content-encoding"
            | "content-language"
            | "content-location"
            | "content-type"
            | "date"
            | "dnt"
            | "if-match"
            | "if-modified-since"
            | "if-none-match"
            | "if-range"
            | "if-unmodified-since"
            | "last-event-id"
            | "origin"
            | "pragma"
            | "prefer"
            | "priority"
            | "range"
            | "referer"
            | "sec-ch-ua"
            | "sec-ch-ua-mobile"
            | "sec-ch-ua-platform"
            | "sec-fetch-dest"
            | "sec-fetch-mode"
            | "sec-fetch-site"
            | "sec-fetch-user"
            | "sec-gpc"
            | "sec-websocket-extensions"
            | "sec-websocket-key"
            | "sec-websocket-protocol"
            | "sec-websocket-version"
            | "traceparent"
            | "tracestate"
            | "upgrade-insecure-requests"
            | "user-agent"
            | "x-csrf-token"
            | "x-requested-with"
            | "x-xsrf-token"
    )
}

/// Whether a request field, or a field of a request's trailer section, must not reach the website.
pub(super) fn is_removed(name: &str, value: &[u8], client: ClientAddr) -> bool {
    if is_known_safe(name) {
        return false;
    }
    is_address_field(name) || is_address_in_disguise(name, value) || client.is_spelled_in(value)
}

/// Why a request field does not reach the website.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Removal {
    /// It belongs to the connection with the visitor.
    Connection,
    /// It carries an address, a stand-in for one, or what only a gateway may say.
    Address,
    /// Its value spells the client's address out.
    SpelledOut,
}

/// Why the field `name` of a request with `fields` is removed; `None` if it passes. For
/// explanations, not for the hot path.
pub fn removal(
    name: &HeaderName,
    value: &[u8],
    fields: &FieldLines,
    client: ClientAddr,
) -> Option<Removal> {
    if is_connection_specific(name) || named_by_connection(fields).contains(name) {
        Some(Removal::Connection)
    } else if !is_removed(name.as_str(), value, client) {
        None
    } else if is_address_field(name.as_str()) || is_address_in_disguise(name.as_str(), value) {
        Some(Removal::Address)
    } else {
        Some(Removal::SpelledOut)
    }
}

/// Whether `name` is one of the fields that carry an address, whoever sent it.
pub(super) fn is_address_field(name: &str) -> bool {
    let mut room = [0_u8; 64];
    // Every name of the table is shorter than the room, and so is each prefix; a longer name is
    // looked up by its first and last bytes.
    let length = name.len().min(room.len());
    for (slot, byte) in room.iter_mut().zip(name.bytes()) {
        *slot = if byte.is_ascii_alphanumeric() {
            byte.to_ascii_lowercase()
        } else {
            b'-'
        };
    }
    let mut normalised = room.get(..length).unwrap_or_default();
    while let Some(rest) = normalised.strip_prefix(b"http-") {
        normalised = rest;
    }
    if name.len() <= room.len()
        && ADDRESS_FIELDS
            .binary_search_by(|field| field.as_bytes().cmp(normalised))
            .is_ok()
    {
        return true;
    }
    ADDRESS_PREFIXES
        .iter()
        .any(|prefix| normalised.starts_with(prefix.as_bytes()))
        || ends_like_an_address(name)
}

fn ends_like_an_address(name: &str) -> bool {
    ADDRESS_SUFFIXES.iter().any(|suffix| {
        let start = name.len().saturating_sub(suffix.len());
        name.len() >= suffix.len()
            && name
                .bytes()
                .skip(start)
                .zip(suffix.bytes())
                .all(|(byte, wanted)| {
                    byte.eq_ignore_ascii_case(&wanted)
                        || (wanted == b'-' && !byte.is_ascii_alphanumeric())
                })
    })
}

/// `Client` and `Coming-From` are ordinary words; they go only where the value is an address.
fn is_address_in_disguise(name: &str, value: &[u8]) -> bool {
    let first = value
        .split(|byte| *byte == b',')
        .next()
        .unwrap_or_default()
        .trim_ascii();
    matches!(name, "client" | "coming-from")
        && std::str::from_utf8(first).is_ok_and(|text| text.parse::<std::net::IpAddr>().is_ok())
}

/// Whether a response field would tell a visitor of addresses or of hosts behind privet.
/// `Alt-Svc` would lead browsers round privet.
pub(super) fn is_removed_from_response(name: &HeaderName) -> bool {
    let name = name.as_str();
    match name {
        "alt-svc"
        | "cf-ray"
        | "client-ip"
        | "forwarded"
        | "set-cookie2"
        | "strict-transport-security"
        | "via"
        | "x-client-ip"
        | "x-real-ip"
        | "x-remote-addr"
        | "x-your-ip"
        | "x-request-id" => true,
        _ => {
            name.starts_with("x-forwarded-")
                || name.starts_with("x-envoy-")
                || name.starts_with("x-privet-")
                || name.starts_with("x-accel-")
        }
    }
}

/// Whether a field belongs to one connection only (RFC 9110 §7.6.1), whoever names it.
pub(crate) fn is_connection_specific(name: &HeaderName) -> bool {
    match *name {
        header::CONNECTION | header::TE | header::TRANSFER_ENCODING | header::UPGRADE => true,
        _ => matches!(
            name.as_str(),
            "keep-alive" | "proxy-connection" | "http2-settings"
        ),
    }
}

/// Whether an option of `Connection` names no field that would not go anyway.
fn is_usual_option(option: &[u8]) -> bool {
    ["keep-alive", "close", "upgrade", "te"]
        .iter()
        .any(|usual| option.eq_ignore_ascii_case(usual.as_bytes()))
}

/// The names that every `Connection` line of a message lists; none in nearly every message.
pub(crate) fn named_by_connection(fields: &FieldLines) -> Vec<HeaderName> {
    fields
        .get_all(&header::CONNECTION)
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .filter(|option| !is_usual_option(option))
        .filter_map(|name| HeaderName::from_bytes(name).ok())
        .collect()
}

#[cfg(test)]
#[path = "fields_tests.rs"]
mod tests;
