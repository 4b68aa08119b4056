//! Whose request it is: the client's address as the peer's trusted proxies tell it.
//!
//! The list of a forwarding field is walked from the right, past trusted hops, to the nearest
//! address that somebody trusted vouched for; what stands further left was written by someone
//! unknown and is never parsed. One malformed element stops the walk. With no trusted proxies, the
//! peer is the client and no field is read. RFC 7239 §4 for `Forwarded`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::{HeaderName, header};
use ipnet::IpNet;

use super::{address::ClientAddr, field_lines::FieldLines};

/// More hops than any real chain has; what is beyond is not believed.
const HOP_LIMIT: usize = 64;

/// Peers whose word is taken, and the fields in which they give it.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies {
    nets: Vec<IpNet>,
    fields: Vec<HeaderName>,
}

/// The client's address, and whether a malformed element ended the walk before its time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Derived {
    /// Whose request it is.
    pub client: ClientAddr,
    /// Whether a trusted proxy's field held something that is no address.
    pub malformed: bool,
}

impl TrustedProxies {
    /// Trusts `nets` in the first of `fields` that a request has.
    pub fn new(nets: Vec<IpNet>, fields: Vec<HeaderName>) -> Self {
        Self { nets, fields }
    }

    /// Whether `peer`'s word is taken.
    pub fn trusts(&self, peer: ClientAddr) -> bool {
        peer.is_in(&self.nets)
    }

    /// The client behind `peer`.
    pub fn derive(&self, peer: ClientAddr, fields: &FieldLines) -> Derived {
        let believed = Derived {
            client: peer,
            malformed: false,
        };
        if !self.trusts(peer) {
            return believed;
        }
        let Some(name) = self.fields.iter().find(|name| fields.contains(*name)) else {
            return believed;
        };
        let list = joined(fields, name);
        if *name == header::FORWARDED {
            self.walk(peer, forwarded_elements(&list), forwarded_for)
        } else {
            self.walk(
                peer,
                list.split(|byte| *byte == b',').collect(),
                plain_address,
            )
        }
    }

    fn walk(
        &self,
        peer: ClientAddr,
        elements: Vec<&[u8]>,
        parse: fn(&[u8]) -> Option<ClientAddr>,
    ) -> Derived {
        let mut last = peer;
        let mut hops = 0;
        for element in elements.into_iter().rev() {
            let element = element.trim_ascii();
            if element.is_empty() {
                continue;
            }
            hops += 1;
            let address = parse(element).filter(|address| address.can_be_a_client());
            let Some(address) = address.filter(|_| hops <= HOP_LIMIT) else {
                return Derived {
                    client: last,
                    malformed: true,
                };
            };
            last = address;
            if !self.trusts(address) {
                break;
            }
        }
        Derived {
            client: last,
            malformed: false,
        }
    }
}

/// All lines of a list field are one list, in order of arrival (RFC 9110 §5.3).
fn joined(fields: &FieldLines, name: &HeaderName) -> Vec<u8> {
    let mut list = Vec::new();
    for value in fields.get_all(name) {
        if !list.is_empty() {
            list.push(b',');
        }
        list.extend_from_slice(value.as_bytes());
    }
    list
}

/// Splits at commas outside quotes. An unclosed quote makes the rest one element, which will not
/// parse.
fn forwarded_elements(list: &[u8]) -> Vec<&[u8]> {
    split_unquoted(list, b',')
}

fn split_unquoted(text: &[u8], separator: u8) -> Vec<&[u8]> {
    let mut quoted = false;
    let mut escaped = false;
    text.split(|byte| {
        if escaped {
            escaped = false;
            return false;
        }
        match byte {
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ => return !quoted && *byte == separator,
        }
        false
    })
    .collect()
}

/// The `for` parameter of one element of `Forwarded` (RFC 7239 §4), exactly one.
fn forwarded_for(element: &[u8]) -> Option<ClientAddr> {
    let mut node = None;
    for pair in split_unquoted(element, b';') {
        let pair = pair.trim_ascii();
        let equals = pair.iter().position(|byte| *byte == b'=')?;
        let (name, value) = pair.split_at_checked(equals)?;
        if name.eq_ignore_ascii_case(b"for") && node.replace(value.get(1..)?).is_some() {
            return None;
        }
    }
    let node = node?;
    let Some(quoted) = node.strip_prefix(b"\"") else {
        // A token holds neither ":" nor brackets, so it can only be a bare IPv4 address.
        return ipv4(node);
    };
    let inner = quoted.strip_suffix(b"\"")?;
    if inner.contains(&b'\\') {
        return None;
    }
    match inner.strip_prefix(b"[") {
        Some(_) => bracketed_ipv6(inner, true),
        None => ipv4_with_port(inner, true),
    }
}

/// An element of `X-Forwarded-For` or of a provider's own field.
fn plain_address(element: &[u8]) -> Option<ClientAddr> {
    if element.starts_with(b"[") {
        bracketed_ipv6(element, false)
    } else if element.iter().filter(|byte| **byte == b':').count() > 1 {
        ipv6(element)
    } else {
        ipv4_with_port(element, false)
    }
}

fn ipv4(text: &[u8]) -> Option<ClientAddr> {
    // Ipv4Addr's parser takes four decimal parts without leading zeros, nothing else.
    let address: Ipv4Addr = std::str::from_utf8(text).ok()?.parse().ok()?;
    Some(ClientAddr::from(address))
}

fn ipv6(text: &[u8]) -> Option<ClientAddr> {
    let address: Ipv6Addr = std::str::from_utf8(text).ok()?.parse().ok()?;
    Some(ClientAddr::from(IpAddr::V6(address)))
}

fn ipv4_with_port(text: &[u8], obfuscated: bool) -> Option<ClientAddr> {
    match text.iter().position(|byte| *byte == b':') {
        None => ipv4(text),
        Some(colon) => {
            let (address, port) = text.split_at_checked(colon)?;
            is_port(port.get(1..)?, obfuscated).then(|| ipv4(address))?
        }
    }
}

fn bracketed_ipv6(text: &[u8], obfuscated: bool) -> Option<ClientAddr> {
    let close = text.iter().position(|byte| *byte == b']')?;
    let (address, rest) = text.split_at_checked(close)?;
    let address = ipv6(address.get(1..)?)?;
    match rest.get(1..)? {
        [] => Some(address),
        [b':', port @ ..] if is_port(port, obfuscated) => Some(address),
        _ => None,
    }
}

/// A port, or in `Forwarded` an obfuscated one (RFC 7239 §6).
fn is_port(text: &[u8], obfuscated: bool) -> bool {
    if obfuscated && text.starts_with(b"_") {
        return text
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(byte));
    }
    let digits = (1..=5).contains(&text.len()) && text.iter().all(u8::is_ascii_digit);
    digits && std::str::from_utf8(text).is_ok_and(|port| port.parse::<u16>().is_ok())
}

#[cfg(test)]
#[path = "client_ip_tests.rs"]
mod tests;
