//! Addresses of visitors, and what may be known of them.
//!
//! A [`ClientAddr`] is the visitor's full address. It never leaves the process: it has no
//! `Display`, no serialisation, and its `Debug` says nothing, so the compiler refuses to log it.
//! [`AddressMinimiser`] turns it into a [`MinimisedAddr`], the only form that is shown, sent to a website or
//! written to a log. GDPR Art. 5(1)(c); CJEU C-582/14 (Breyer).
//!
//! ```compile_fail
//! let address = privet::privacy::ClientAddr::from(std::net::Ipv4Addr::LOCALHOST);
//! println!("{address}");
//! ```

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// A visitor's full address, IPv4-mapped IPv6 normalised to IPv4. It can't be printed.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct ClientAddr(IpAddr);

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

/// What is shown of a visitor's address. Not anonymous: shortened or keyed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MinimisedAddr {
    /// The address with its last bits zeroed.
    Truncated(IpAddr),
    /// A keyed pseudonym in the form of an IPv6 unique local address.
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
