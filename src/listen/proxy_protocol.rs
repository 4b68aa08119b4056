//! Reads the PROXY protocol header with which a layer-4 balancer names the visitor.
//!
//! Versions 1 and 2 as in the protocol's text (HAProxy, `proxy-protocol.txt` §2.1, §2.2), read
//! strictly: what a lenient reader repairs, a forger chooses. Pure: bytes in, verdict out. Whether
//! a peer may send a header at all is the listener's question, and it is asked first. Fields that
//! name a person (UNIQUE_ID, a client certificate) are measured and skipped; errors hold no input.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

use crate::privacy::ClientAddr;

/// Longest version 1 header, CRLF included (§2.1).
const V1_LIMIT: usize = 107;
/// Longest version 2 header that is read; its length field could claim 16 times as much.
pub(crate) const HEADER_LIMIT: usize = 4096;
/// What version 2 begins with.
const V2_SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";
/// Signature, version and command, family, length.
const V2_PREFIX: usize = 16;
/// Longest UNIQUE_ID (§2.2.5).
const UNIQUE_ID_LIMIT: usize = 128;

/// What is known after some bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Parsed {
    /// Nothing is wrong so far; more is needed.
    Incomplete,
    /// The header is complete.
    Complete {
        /// What it says.
        header: ProxyHeader,
        /// Its bytes. What follows belongs to the visitor's connection.
        length: usize,
    },
}

/// Whom a header names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ProxyHeader {
    /// Nobody (LOCAL, UNKNOWN, a UNIX socket, the zero address): the connection's own peer is meant.
    Local,
    /// This visitor.
    Source(ClientAddr),
}

/// Why a header is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ProxyHeaderError {
    /// What came is no PROXY header.
    Missing,
    /// Longer than 107 bytes (version 1) or 4 KiB (version 2).
    TooLong,
    /// A version 1 line against the grammar.
    Line,
    /// A version or command that does not exist.
    Command,
    /// An address family or transport that does not exist.
    Family,
    /// Datagrams, on a stream.
    Datagram,
    /// Too short for the addresses it claims.
    Truncated,
    /// An additional field (TLV) against its form.
    Field,
    /// The checksum does not match.
    Checksum,
}

/// Reads the header at the front of `bytes`.
///
/// # Errors
/// The connection has to be closed without an answer.
pub(crate) fn parse(bytes: &[u8]) -> Result<Parsed, ProxyHeaderError> {
    if let Some(rest) = bytes.strip_prefix(b"PROXY ") {
        return parse_v1(bytes, rest);
    }
    if bytes.starts_with(V2_SIGNATURE) {
        return parse_v2(bytes);
    }
    if b"PROXY ".starts_with(bytes) || V2_SIGNATURE.starts_with(bytes) {
        return Ok(Parsed::Incomplete);
    }
    Err(ProxyHeaderError::Missing)
}

/// Version 1: one line of text, of which `rest` is what follows `PROXY `.
fn parse_v1(bytes: &[u8], rest: &[u8]) -> Result<Parsed, ProxyHeaderError> {
    let window = bytes.get(..V1_LIMIT).unwrap_or(bytes);
    let more = if bytes.len() < V1_LIMIT {
        Ok(Parsed::Incomplete)
    } else {
        Err(ProxyHeaderError::TooLong)
    };
    let Some(end) = memchr::memchr2(b'\r', b'\n', window) else {
        return more;
    };
    match window.get(end..) {
        Some([b'\r']) => return more,
        Some([b'\r', b'\n', ..]) => {}
        _ => return Err(ProxyHeaderError::Line),
    }
    let line = end
        .checked_sub(bytes.len() - rest.len())
        .and_then(|length| rest.get(..length))
        .ok_or(ProxyHeaderError::Line)?;
    Ok(Parsed::Complete {
        header: v1_header(line).ok_or(ProxyHeaderError::Line)?,
        length: end + 2,
    })
}

fn v1_header(line: &[u8]) -> Option<ProxyHeader> {
    let mut words = line.split(|byte| *byte == b' ');
    match words.next()? {
        b"TCP4" => v1_source::<Ipv4Addr>(words),
        b"TCP6" => v1_source::<Ipv6Addr>(words),
        // Whatever follows has to be ignored (§2.1).
        b"UNKNOWN" => Some(ProxyHeader::Local),
        _ => None,
    }
}

fn v1_source<'a, A>(mut words: impl Iterator<Item = &'a [u8]>) -> Option<ProxyHeader>
where
    A: FromStr + Into<IpAddr>,
{
    let mut address = || -> Option<IpAddr> {
        let text = str::from_utf8(words.next()?).ok()?;
        // The standard library takes no leading zeros in IPv4, and no zone.
        text.parse::<A>().ok().map(Into::into)
    };
    let source = address()?;
    address()?;
    port(words.next()?)?;
    port(words.next()?)?;
    words.next().is_none().then(|| source_header(source))
}

/// A decimal port without sign and leading zeros.
fn port(text: &[u8]) -> Option<u16> {
    match text {
        [b'0'] => Some(0),
        [b'1'..=b'9', rest @ ..] if rest.iter().all(u8::is_ascii_digit) => {
            str::from_utf8(text).ok()?.parse().ok()
        }
        _ => None,
    }
}

/// The zero address is nobody's.
fn source_header(source: IpAddr) -> ProxyHeader {
    if source.to_canonical().is_unspecified() {
        ProxyHeader::Local
    } else {
        ProxyHeader::Source(ClientAddr::from(source))
    }
}

/// Version 2: binary, its length in front.
fn parse_v2(bytes: &[u8]) -> Result<Parsed, ProxyHeaderError> {
    let Some((prefix, _)) = bytes.split_first_chunk::<V2_PREFIX>() else {
        return Ok(Parsed::Incomplete);
    };
    let [.., command, family, high, low] = *prefix;
    let length = V2_PREFIX + usize::from(u16::from_be_bytes([high, low]));
    let is_local = match command {
        0x20 => true,
        0x21 => false,
        _ => return Err(ProxyHeaderError::Command),
    };
    if length > HEADER_LIMIT {
        return Err(ProxyHeaderError::TooLong);
    }
    let family = Family::of(family, is_local)?;
    let Some(header) = bytes.get(..length) else {
        return Ok(Parsed::Incomplete);
    };
    Ok(Parsed::Complete {
        header: v2_header(header, family)?,
        length,
    })
}

/// What a version 2 header's address block holds.
#[derive(Clone, Copy)]
enum Family {
    /// Something that has to be skipped whole.
    Opaque,
    Inet,
    Inet6,
    Unix,
}

impl Family {
    fn of(byte: u8, is_local: bool) -> Result<Self, ProxyHeaderError> {
        match byte {
            // A balancer's own connection, such as a health check: family and block are ignored.
            _ if is_local => Ok(Self::Opaque),
            0x00 => Ok(Self::Opaque),
            0x11 => Ok(Self::Inet),
            0x21 => Ok(Self::Inet6),
            0x31 => Ok(Self::Unix),
            0x12 | 0x22 | 0x32 => Err(ProxyHeaderError::Datagram),
            _ => Err(ProxyHeaderError::Family),
        }
    }
}

fn v2_header(header: &[u8], family: Family) -> Result<ProxyHeader, ProxyHeaderError> {
    // Source and destination address, source and destination port.
    let block = match family {
        Family::Opaque => return Ok(ProxyHeader::Local),
        Family::Inet => 12,
        Family::Inet6 => 36,
        Family::Unix => 216,
    };
    let addresses = header
        .get(V2_PREFIX..V2_PREFIX + block)
        .ok_or(ProxyHeaderError::Truncated)?;
    check_fields(header, V2_PREFIX + block)?;
    let source = match family {
        Family::Inet => addresses.first_chunk::<4>().copied().map(IpAddr::from),
        Family::Inet6 => addresses.first_chunk::<16>().copied().map(IpAddr::from),
        Family::Opaque | Family::Unix => None,
    };
    Ok(source.map_or(ProxyHeader::Local, source_header))
}

/// Measures the additional fields, which begin at `start`, and verifies the checksum if one of
/// them is it.
fn check_fields(header: &[u8], start: usize) -> Result<(), ProxyHeaderError> {
    const CRC32C: u8 = 0x03;
    const UNIQUE_ID: u8 = 0x05;
    const SSL: u8 = 0x20;
    /// Client flags and verification result, before the fields within.
    const SSL_PREFIX: usize = 5;

    let mut rest = header.get(start..).ok_or(ProxyHeaderError::Truncated)?;
    let mut verified = false;
    while !rest.is_empty() {
        let (kind, value, after) = split_field(rest)?;
        match kind {
            CRC32C => {
                let at = header.len() - after.len() - value.len();
                if verified {
                    return Err(ProxyHeaderError::Field);
                }
                verify_checksum(header, at, value)?;
                verified = true;
            }
            UNIQUE_ID if value.len() > UNIQUE_ID_LIMIT => return Err(ProxyHeaderError::Field),
            SSL => {
                let mut within = value.get(SSL_PREFIX..).ok_or(ProxyHeaderError::Field)?;
                while !within.is_empty() {
                    (_, _, within) = split_field(within)?;
                }
            }
            _ => {}
        }
        rest = after;
    }
    Ok(())
}

/// Type, value, and what follows.
fn split_field(bytes: &[u8]) -> Result<(u8, &[u8], &[u8]), ProxyHeaderError> {
    let ([kind, high, low], rest) = bytes
        .split_first_chunk::<3>()
        .ok_or(ProxyHeaderError::Field)?;
    let (value, after) = rest
        .split_at_checked(usize::from(u16::from_be_bytes([*high, *low])))
        .ok_or(ProxyHeaderError::Field)?;
    Ok((*kind, value, after))
}

/// The checksum stands in `header` at `at` and was made with zeros in its place (§2.2.3).
fn verify_checksum(header: &[u8], at: usize, value: &[u8]) -> Result<(), ProxyHeaderError> {
    let expected = <[u8; 4]>::try_from(value).map_err(|_| ProxyHeaderError::Field)?;
    let (before, rest) = header.split_at_checked(at).ok_or(ProxyHeaderError::Field)?;
    let after = rest.get(4..).ok_or(ProxyHeaderError::Field)?;
    if crc32c([before, &[0; 4], after]) == u32::from_be_bytes(expected) {
        Ok(())
    } else {
        Err(ProxyHeaderError::Checksum)
    }
}

/// CRC-32C (RFC 9260 Appendix A). Bit by bit: headers with a checksum are some hundred bytes.
fn crc32c<const N: usize>(parts: [&[u8]; N]) -> u32 {
    const REVERSED_POLYNOMIAL: u32 = 0x82f6_3b78;
    let mut crc = u32::MAX;
    for byte in parts.into_iter().flatten() {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (REVERSED_POLYNOMIAL * (crc & 1));
        }
    }
    !crc
}

impl fmt::Display for ProxyHeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "no PROXY header",
            Self::TooLong => "PROXY header too long",
            Self::Line => "malformed PROXY line",
            Self::Command => "unknown PROXY version or command",
            Self::Family => "unknown address family in PROXY header",
            Self::Datagram => "PROXY header for datagrams on a stream",
            Self::Truncated => "PROXY header too short for its addresses",
            Self::Field => "malformed additional field in PROXY header",
            Self::Checksum => "wrong checksum in PROXY header",
        })
    }
}

impl std::error::Error for ProxyHeaderError {}

#[cfg(test)]
#[path = "proxy_protocol_tests.rs"]
mod tests;
