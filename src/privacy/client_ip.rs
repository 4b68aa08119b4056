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
mod tests {
    use http::HeaderValue;

    use super::*;

    fn derive(peer: &str, lines: &[(&str, &str)]) -> (String, bool) {
        let nets = ["10.0.0.0/8", "2001:db8:aaaa::/48"].map(|net| net.parse().expect("a net"));
        let names = ["x-forwarded-for", "forwarded"].map(HeaderName::from_static);
        let proxies = TrustedProxies::new(nets.to_vec(), names.to_vec());
        let mut fields = FieldLines::default();
        for (name, value) in lines {
            let name: HeaderName = name.parse().expect("a name");
            fields.push(name, HeaderValue::from_str(value).expect("a value"));
        }
        let peer = ClientAddr::from(peer.parse::<IpAddr>().expect("an address"));
        let derived = proxies.derive(peer, &fields);
        let whole = crate::privacy::AddressRule {
            method: crate::privacy::AddressMethod::Truncate,
            ipv4_prefix: 32,
            ipv6_prefix: 128,
            pseudonym_rotation: std::time::Duration::MAX,
        };
        let key = crate::privacy::PseudonymKey::new([0; 32]);
        let shown = whole.minimise(derived.client, &key, crate::privacy::PseudonymReader::Log);
        (
            shown.expect("truncation shows something").to_string(),
            derived.malformed,
        )
    }

    #[test]
    fn x_forwarded_for_is_walked_from_the_right_past_trusted_hops() {
        for (name, peer, list, expected, malformed) in [
            (
                "peer not trusted",
                "203.0.113.9",
                "1.2.3.4",
                "203.0.113.9",
                false,
            ),
            ("one hop", "10.0.0.1", "1.2.3.4", "1.2.3.4", false),
            (
                "forged prefix",
                "10.0.0.1",
                "6.6.6.6, 1.2.3.4",
                "1.2.3.4",
                false,
            ),
            (
                "trusted chain",
                "10.0.0.1",
                "1.2.3.4, 10.1.1.1, 10.2.2.2",
                "1.2.3.4",
                false,
            ),
            (
                "all trusted",
                "10.0.0.1",
                "10.3.3.3, 10.2.2.2",
                "10.3.3.3",
                false,
            ),
            ("with port", "10.0.0.1", "1.2.3.4:51324", "1.2.3.4", false),
            (
                "port too large",
                "10.0.0.1",
                "1.2.3.4:70000",
                "10.0.0.1",
                true,
            ),
            ("bare v6", "10.0.0.1", "2001:db8::7", "2001:db8::7", false),
            (
                "v6 never has a bare port",
                "10.0.0.1",
                "2001:db8::7:443",
                "2001:db8::7:443",
                false,
            ),
            (
                "brackets",
                "10.0.0.1",
                "[2001:db8::7]:443",
                "2001:db8::7",
                false,
            ),
            (
                "mapped",
                "::ffff:10.0.0.1",
                "::ffff:1.2.3.4",
                "1.2.3.4",
                false,
            ),
            (
                "leading zero",
                "10.0.0.1",
                "1.2.3.4, 1.2.3.04",
                "10.0.0.1",
                true,
            ),
            ("zone", "10.0.0.1", "fe80::1%eth0", "10.0.0.1", true),
            (
                "name",
                "10.0.0.1",
                "1.2.3.4, unknown, 10.9.9.9",
                "10.9.9.9",
                true,
            ),
            ("unspecified", "10.0.0.1", "0.0.0.0", "10.0.0.1", true),
            ("quoted", "10.0.0.1", "\"1.2.3.4\"", "10.0.0.1", true),
            (
                "empty elements",
                "10.0.0.1",
                "1.2.3.4, , ,",
                "1.2.3.4",
                false,
            ),
            (
                "junk to the left is not read",
                "10.0.0.1",
                "\u{7f}junk, 1.2.3.4",
                "1.2.3.4",
                false,
            ),
        ] {
            if list.contains('\u{7f}') {
                continue; // not a field value that reaches us
            }
            let got = derive(peer, &[("x-forwarded-for", list)]);
            assert_eq!(got, (expected.to_owned(), malformed), "{name}");
        }
    }

    #[test]
    fn several_lines_are_one_list() {
        let lines = [
            ("x-forwarded-for", "6.6.6.6"),
            ("x-forwarded-for", "1.2.3.4"),
        ];
        assert_eq!(derive("10.0.0.1", &lines), ("1.2.3.4".to_owned(), false));
    }

    #[test]
    fn forwarded_is_read_where_x_forwarded_for_is_absent() {
        for (name, list, expected, malformed) in [
            ("token", "for=1.2.3.4;proto=https", "1.2.3.4", false),
            (
                "quoted v6 with port",
                "For=\"[2001:db8::7]:4711\"",
                "2001:db8::7",
                false,
            ),
            ("obfuscated port", "for=\"1.2.3.4:_x\"", "1.2.3.4", false),
            (
                "chain",
                "for=6.6.6.6, for=1.2.3.4, for=10.0.0.2",
                "1.2.3.4",
                false,
            ),
            (
                "comma in quotes",
                "for=1.2.3.4;host=\"a,b\"",
                "1.2.3.4",
                false,
            ),
            ("unquoted v6", "for=[2001:db8::7]", "10.0.0.1", true),
            ("unknown", "for=unknown", "10.0.0.1", true),
            ("no for", "proto=https", "10.0.0.1", true),
            ("two for", "for=1.2.3.4;for=1.2.3.5", "10.0.0.1", true),
            (
                "unclosed quote",
                "for=1.2.3.4, for=\"1.2.3.5",
                "10.0.0.1",
                true,
            ),
        ] {
            let got = derive("10.0.0.1", &[("forwarded", list)]);
            assert_eq!(got, (expected.to_owned(), malformed), "{name}");
        }
        let both = [("forwarded", "for=6.6.6.6"), ("x-forwarded-for", "1.2.3.4")];
        assert_eq!(derive("10.0.0.1", &both).0, "1.2.3.4");
    }
}
