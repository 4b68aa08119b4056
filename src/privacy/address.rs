//! Addresses of visitors, and what may be known of them.
//!
//! A [`ClientAddr`] is the visitor's full address. It never leaves the process: it has no
//! `Display`, no serialisation, and its `Debug` says nothing, so the compiler refuses to log it.
//! [`AddressRule::minimise`] turns it into a [`MinimisedAddr`], the only form that is shown, sent
//! to a website or written to a log. GDPR Art. 5(1)(c); CJEU C-582/14 (Breyer).
//!
//! ```compile_fail
//! let address = privet::privacy::ClientAddr::from(std::net::Ipv4Addr::LOCALHOST);
//! println!("{address}");
//! ```

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use aws_lc_rs::hmac;
use ipnet::IpNet;
use zeroize::Zeroizing;

use super::rules::{AddressMethod, AddressRule};

/// A visitor's full address, IPv4-mapped IPv6 normalised to IPv4. It can't be printed.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct ClientAddr(IpAddr);

impl ClientAddr {
    /// Whether one of `nets` holds the address.
    pub(crate) fn is_in(self, nets: &[IpNet]) -> bool {
        nets.iter().any(|net| net.contains(&self.0))
    }

    /// Whether the address can be somebody's: not unspecified, broadcast or multicast.
    pub(super) fn can_be_a_client(self) -> bool {
        let broadcast = self.0 == IpAddr::V4(Ipv4Addr::BROADCAST);
        !(self.0.is_unspecified() || self.0.is_multicast() || broadcast)
    }

    /// Whether `text` holds the full address in one of its usual spellings. Used to find fields
    /// that carry it under a name that nobody foresaw.
    pub(super) fn is_spelled_in(self, text: &[u8]) -> bool {
        let mut spelling = Spelling::new();
        if fmt::write(&mut spelling, format_args!("{}", self.0)).is_ok()
            && contains_ignoring_case(text, spelling.bytes())
        {
            return true;
        }
        let IpAddr::V6(address) = self.0 else {
            return false;
        };
        let mut long = Spelling::new();
        let [a, b, c, d, e, f, g, h] = address.segments();
        let groups =
            format_args!("{a:04x}:{b:04x}:{c:04x}:{d:04x}:{e:04x}:{f:04x}:{g:04x}:{h:04x}");
        fmt::write(&mut long, groups).is_ok() && contains_ignoring_case(text, long.bytes())
    }
}

impl From<IpAddr> for ClientAddr {
    fn from(address: IpAddr) -> Self {
        Self(address.to_canonical())
    }
}

impl From<Ipv4Addr> for ClientAddr {
    fn from(address: Ipv4Addr) -> Self {
        Self(IpAddr::V4(address))
    }
}

impl fmt::Debug for ClientAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientAddr(…)")
    }
}

/// Room for one spelled-out address, so that a look for it allocates nothing.
struct Spelling {
    text: [u8; 46],
    length: usize,
}

impl Spelling {
    fn new() -> Self {
        Self {
            text: [0; 46],
            length: 0,
        }
    }

    fn bytes(&self) -> &[u8] {
        self.text.get(..self.length).unwrap_or_default()
    }
}

impl fmt::Write for Spelling {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let end = self.length + part.len();
        let room = self.text.get_mut(self.length..end).ok_or(fmt::Error)?;
        room.copy_from_slice(part.as_bytes());
        self.length = end;
        Ok(())
    }
}

fn contains_ignoring_case(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len())
        .any(|window| window.eq_ignore_ascii_case(part))
}

/// What is shown of a visitor's address. Not anonymous: shortened or keyed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MinimisedAddr {
    /// The address with its last bits zeroed.
    Truncated(IpAddr),
    /// A keyed pseudonym in the form of an IPv6 unique local address (RFC 4193).
    Pseudonym(Ipv6Addr),
}

impl fmt::Display for MinimisedAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated(address) => address.fmt(f),
            Self::Pseudonym(address) => address.fmt(f),
        }
    }
}

/// A random key that pseudonyms are made with, kept in memory only and wiped when dropped.
pub struct PseudonymKey(Zeroizing<[u8; 32]>);

impl PseudonymKey {
    /// A key from 32 random bytes of the operating system.
    pub fn new(random: [u8; 32]) -> Self {
        Self(Zeroizing::new(random))
    }
}

impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PseudonymKey(…)")
    }
}

/// Who a pseudonym is for. Pseudonyms of one visitor for different readers can't be joined.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PseudonymReader {
    /// The website behind privet, in `X-Forwarded-For`.
    Website,
    /// The access log.
    Log,
}

impl AddressRule {
    /// What may be known of `address`; `None` if nothing may.
    pub fn minimise(
        &self,
        address: ClientAddr,
        key: &PseudonymKey,
        reader: PseudonymReader,
    ) -> Option<MinimisedAddr> {
        match self.method {
            AddressMethod::Truncate => Some(MinimisedAddr::Truncated(self.truncate(address))),
            AddressMethod::Pseudonym => {
                Some(MinimisedAddr::Pseudonym(pseudonym(address, key, reader)))
            }
            AddressMethod::Remove => None,
        }
    }

    fn truncate(&self, address: ClientAddr) -> IpAddr {
        match address.0 {
            IpAddr::V4(v4) => IpAddr::V4(Ipv4Addr::from_bits(
                v4.to_bits() & mask_v4(self.ipv4_prefix),
            )),
            IpAddr::V6(v6) => {
                let prefix = self
                    .ipv6_prefix
                    .min(embedded_ipv4_cap(v6, self.ipv4_prefix));
                IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask_v6(prefix)))
            }
        }
    }
}

fn mask_v4(prefix: u8) -> u32 {
    u32::MAX
        .checked_shl(32 - u32::from(prefix.min(32)))
        .unwrap_or(0)
}

fn mask_v6(prefix: u8) -> u128 {
    u128::MAX
        .checked_shl(128 - u32::from(prefix.min(128)))
        .unwrap_or(0)
}

/// The longest prefix that shows no more of an IPv4 address inside `address` than `ipv4_prefix`
/// bits: 6to4 (RFC 3056 §2) carries it in bits 16 to 48, where a /48 would show it whole; Teredo
/// (RFC 4380 §4) carries the client's port and address from bit 80 on; NAT64 (RFC 6052 §2.1),
/// IPv4-compatible (RFC 4291 §2.5.5.1) and translated (RFC 2765) addresses in the last 32 bits.
fn embedded_ipv4_cap(address: Ipv6Addr, ipv4_prefix: u8) -> u8 {
    match address.segments() {
        [0x2002, ..] => 16 + ipv4_prefix,
        [0x2001, 0, ..] => 80,
        [0x64, 0xff9b, 0, 0, 0, 0, ..] | [0, 0, 0, 0, 0, 0, ..] | [0, 0, 0, 0, 0xffff, 0, ..] => {
            96 + ipv4_prefix
        }
        [0x64, 0xff9b, 1, ..] => 48,
        [.., 0x5efe, _, _] => 64,
        _ => 128,
    }
}

/// A pseudonym in `fd70:7276::/32`: 96 bits of HMAC-SHA-256 over the reader and the normalised
/// address, for IPv6 its /64 only, since temporary addresses would make one visitor many.
fn pseudonym(address: ClientAddr, key: &PseudonymKey, reader: PseudonymReader) -> Ipv6Addr {
    let label: &[u8] = match reader {
        PseudonymReader::Website => b"xff",
        PseudonymReader::Log => b"log",
    };
    let bits = match address.0 {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits() & mask_v6(64),
    };
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.0.as_slice());
    let mut context = hmac::Context::with_key(&key);
    context.update(label);
    context.update(&bits.to_be_bytes());
    let tag = context.sign();
    let number = tag
        .as_ref()
        .iter()
        .take(12)
        .fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    Ipv6Addr::from_bits(0xfd70_7276_u128 << 96 | number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(method: AddressMethod) -> AddressRule {
        AddressRule {
            method,
            ipv4_prefix: 24,
            ipv6_prefix: 48,
            pseudonym_rotation: std::time::Duration::from_secs(86_400),
        }
    }

    fn shown(address: &str, rule: &AddressRule, key: u8, reader: PseudonymReader) -> String {
        let address = ClientAddr::from(address.parse::<IpAddr>().expect("an address"));
        rule.minimise(address, &PseudonymKey::new([key; 32]), reader)
            .map_or_else(String::new, |shown| shown.to_string())
    }

    #[test]
    fn truncation_never_shows_more_of_an_ipv4_address_than_allowed() {
        let rule = rule(AddressMethod::Truncate);
        for (address, expected) in [
            ("203.0.113.7", "203.0.113.0"),
            ("::ffff:203.0.113.7", "203.0.113.0"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
            ("2002:cb00:7107:1::1", "2002:cb00:7100::"),
            ("2001:0:4136:e378:8000:63bf:34ff:8ef8", "2001:0:4136::"),
            ("64:ff9b::203.0.113.7", "64:ff9b::"),
            ("64:ff9b:1:7:cb00:7107::", "64:ff9b:1::"),
            ("::203.0.113.7", "::"),
            ("::ffff:0:203.0.113.7", "::"),
            ("::1", "::"),
            ("fe80::1234", "fe80::"),
        ] {
            assert_eq!(
                shown(address, &rule, 0, PseudonymReader::Log),
                expected,
                "{address}"
            );
        }
        let all = AddressRule {
            ipv4_prefix: 0,
            ipv6_prefix: 0,
            ..rule
        };
        assert_eq!(
            shown("203.0.113.7", &all, 0, PseudonymReader::Log),
            "0.0.0.0"
        );
        assert_eq!(shown("2001:db8::1", &all, 0, PseudonymReader::Log), "::");
    }

    #[test]
    fn pseudonyms_are_stable_under_one_key_and_unlinkable_otherwise() {
        use PseudonymReader::{Log, Website};
        let rule = rule(AddressMethod::Pseudonym);
        let first = shown("203.0.113.7", &rule, 1, Log);
        assert!(first.starts_with("fd70:7276:"), "{first}");
        assert_eq!(first, shown("::ffff:203.0.113.7", &rule, 1, Log));
        assert_ne!(
            first,
            shown("203.0.113.7", &rule, 2, Log),
            "another rotation"
        );
        assert_ne!(
            first,
            shown("203.0.113.7", &rule, 1, Website),
            "another reader"
        );
        assert_ne!(
            first,
            shown("203.0.113.8", &rule, 1, Log),
            "another visitor"
        );
        assert_eq!(
            shown("2001:db8:1:2::1", &rule, 1, Log),
            shown("2001:db8:1:2:ffff::9", &rule, 1, Log),
            "one network, one visitor"
        );
    }

    #[test]
    fn removal_leaves_nothing() {
        assert_eq!(
            shown(
                "203.0.113.7",
                &rule(AddressMethod::Remove),
                1,
                PseudonymReader::Log
            ),
            ""
        );
    }

    #[test]
    fn debug_says_nothing_of_the_address() {
        let address = ClientAddr::from(Ipv4Addr::new(203, 0, 113, 7));
        assert!(!format!("{address:?}").contains("203"));
    }

    #[test]
    fn an_address_is_found_in_text_however_it_is_spelled() {
        let v6 = ClientAddr::from("2001:db8::7".parse::<IpAddr>().expect("an address"));
        assert!(v6.is_spelled_in(b"ip=2001:DB8::7;"));
        assert!(v6.is_spelled_in(b"2001:0db8:0000:0000:0000:0000:0000:0007"));
        assert!(!v6.is_spelled_in(b"2001:db8::8"));
        assert!(ClientAddr::from(Ipv4Addr::new(203, 0, 113, 7)).is_spelled_in(b"x203.0.113.7y"));
    }
}
