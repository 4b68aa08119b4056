//! Expiring refused cookies that the browser still holds.
//!
//! A browser deletes a cookie only for the very domain it was set for, which a request does not
//! tell: so for the host itself and for each parent domain down to the registrable one (public
//! suffix list), where trackers put theirs. The path is not told either; trackers use `/`.

use std::{net::Ipv4Addr, ops::Range};

use crate::privacy::field_value::FieldValue;
use bytes::Bytes;

/// The domains for which a cookie that `host` receives can have been set: the host, and the
/// parents down to the registrable domain. Of a name under no listed suffix browsers take the last
/// label for the suffix, as in `www.intranet.lan`. Empty for IP addresses and single labels, where
/// only host-only cookies exist. Of many parents only the last ones.
pub(super) fn domains_of(host: &str) -> Vec<&str> {
    let address = host.starts_with('[') || host.parse::<Ipv4Addr>().is_ok();
    let registrable = psl::domain_str(host).filter(|_| !address);
    let mut next = registrable.map(|_| host);
    let mut domains: Vec<&str> = std::iter::from_fn(|| {
        let domain = next?;
        next = match domain.split_once('.') {
            Some((_, parent)) if registrable != Some(domain) => Some(parent),
            _ => None,
        };
        Some(domain)
    })
    .collect();
    if domains.len() > MOST_DOMAINS {
        domains.drain(1..=domains.len() - MOST_DOMAINS);
    }
    domains
}

/// Lines for one response: more than the refused cookies of any browser need, and no more than
/// clients take. What is left over goes with the next response.
const MOST_LINES: usize = 128;
/// The same in bytes, since names may be long.
const MOST_BYTES: usize = 16 * 1024;
/// Domains for one cookie: the host, and the last of its parents, where trackers put theirs.
const MOST_DOMAINS: usize = 4;

/// The `Set-Cookie` lines that expire a request's refused cookies.
///
/// They are written down once, as HTTP/1.1 writes them, and go out with every response to the same
/// cookies.
#[derive(Debug, Default)]
pub struct Evictions {
    written: Bytes,
    lines: Vec<FieldValue>,
}

impl Evictions {
    /// Whether there is nothing to expire.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The values of the lines.
    pub fn lines(&self) -> &[FieldValue] {
        &self.lines
    }

    /// All lines as they stand in an HTTP/1.1 field section, each with its end.
    pub(crate) fn written(&self) -> &[u8] {
        &self.written
    }
}

/// Makes the lines that expire a request's refused cookies.
#[derive(Debug)]
pub(crate) struct EvictionWriter<'a> {
    host: &'a str,
    /// Found out once a cookie is refused.
    domains: Option<Vec<&'a str>>,
    written: Vec<u8>,
    /// Where the values are in what was written.
    values: Vec<Range<usize>>,
}

impl<'a> EvictionWriter<'a> {
    /// None yet, for what `host` receives.
    pub(crate) fn new(host: &'a str) -> Self {
        Self {
            host,
            domains: None,
            written: Vec::new(),
            values: Vec::new(),
        }
    }

    /// Expires the cookie `name`.
    ///
    /// A name that can't stand in a `Set-Cookie` field makes no line; such cookies are still
    /// stripped from every request.
    pub(crate) fn expire(&mut self, name: &[u8]) {
        let domains = self.domains.take().unwrap_or_else(|| {
            self.written.reserve(512);
            self.values.reserve(16);
            domains_of(self.host)
        });
        let more: usize = domains.iter().map(|domain| domain.len() + 9).sum();
        let line = FIELD.len() + name.len() + ATTRIBUTES.len() + END.len();
        let more = more + (domains.len() + 1) * line;
        let is_too_much = self.values.len() + domains.len() >= MOST_LINES
            || self.written.len() + more > MOST_BYTES;
        let fits = name
            .iter()
            .all(|byte| matches!(byte, b'\t' | b' '..=b'~' | 0x80..));
        if !is_too_much && fits && !self.expires(name) {
            self.push(name, None);
            if !name.starts_with(b"__Host-") {
                for domain in &domains {
                    self.push(name, Some(domain));
                }
            }
        }
        self.domains = Some(domains);
    }

    /// Whether the cookie `name` has its lines already.
    fn expires(&self, name: &[u8]) -> bool {
        self.values.iter().any(|value| {
            let value = self.written.get(value.clone()).unwrap_or_default();
            let rest = value.strip_prefix(name);
            rest.is_some_and(|rest| rest.starts_with(ATTRIBUTES))
        })
    }

    fn push(&mut self, name: &[u8], domain: Option<&str>) {
        self.written.extend_from_slice(FIELD);
        let start = self.written.len();
        self.written.extend_from_slice(name);
        self.written.extend_from_slice(ATTRIBUTES);
        if let Some(domain) = domain {
            self.written.extend_from_slice(b"; Domain=");
            self.written.extend_from_slice(domain.as_bytes());
        }
        self.values.push(start..self.written.len());
        self.written.extend_from_slice(END);
    }

    /// The lines.
    pub(crate) fn finish(self) -> Evictions {
        let written = Bytes::from(self.written);
        let values = self.values.into_iter();
        let value = |range| FieldValue::from_shared(written.slice(range)).ok();
        Evictions {
            lines: values.filter_map(value).collect(),
            written,
        }
    }
}

const FIELD: &[u8] = b"set-cookie: ";
/// What makes a cookie's line expire it, behind its name.
pub(super) const ATTRIBUTES: &[u8] = b"=; Path=/; Max-Age=0; Secure";
const END: &[u8] = b"\r\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_cookies_and_labels_make_no_more_lines_than_a_browser_needs() {
        let deep = format!("{}example.com", "a.".repeat(100));
        let mut evictions = EvictionWriter::new(&deep);
        for _ in 0..10 {
            evictions.expire(b"_ga");
        }
        let few = EvictionWriter {
            domains: None,
            written: evictions.written.clone(),
            values: evictions.values.clone(),
            ..evictions
        };
        let few = few.finish();
        let lines = few.lines().iter().map(|line| line.to_str().expect("text"));
        let domains: Vec<&str> = lines
            .map(|line| {
                line.split_once("; Domain=")
                    .map_or("", |(_, domain)| domain)
            })
            .collect();
        let expected = ["", &deep, "a.a.example.com", "a.example.com", "example.com"];
        assert_eq!(domains, expected);
        for number in 0..3000 {
            evictions.expire(format!("_ga_{number}").as_bytes());
        }
        let many = evictions.finish();
        assert!(many.lines().len() > 40 && many.lines().len() <= MOST_LINES);
        let mut evictions = EvictionWriter::new("www.example.com");
        for number in 0..100 {
            evictions.expire(format!("_ga_{number}_{}", "x".repeat(1000)).as_bytes());
        }
        let size = evictions.finish().written().len();
        assert!((10_000..=MOST_BYTES).contains(&size), "{size}");
    }

    #[test]
    fn a_cookie_is_expired_for_the_host_and_its_parents_down_to_the_registrable_domain() {
        for (host, expected) in [
            (
                "www.shop.example.co.uk",
                &[
                    "www.shop.example.co.uk",
                    "shop.example.co.uk",
                    "example.co.uk",
                ][..],
            ),
            ("example.com", &["example.com"]),
            ("localhost", &[]),
            ("intranet.local", &["intranet.local"]),
            (
                "www.shop.intranet.lan",
                &["www.shop.intranet.lan", "shop.intranet.lan", "intranet.lan"],
            ),
            ("lan", &[]),
            ("co.uk", &[]),
            ("127.0.0.1", &[]),
            ("[::1]", &[]),
        ] {
            assert_eq!(domains_of(host), expected, "{host}");
        }
    }

    #[test]
    fn lines_expire_at_once() {
        let mut evictions = EvictionWriter::new("www.example.com");
        evictions.expire(b"_ga");
        evictions.expire(b"__Host-x");
        evictions.expire(b"_ga");
        evictions.expire(b"a\r\nb");
        let evictions = evictions.finish();
        let lines: Vec<&str> = evictions
            .lines()
            .iter()
            .map(|line| line.to_str().expect("text"))
            .collect();
        assert_eq!(
            lines,
            [
                "_ga=; Path=/; Max-Age=0; Secure",
                "_ga=; Path=/; Max-Age=0; Secure; Domain=www.example.com",
                "_ga=; Path=/; Max-Age=0; Secure; Domain=example.com",
                "__Host-x=; Path=/; Max-Age=0; Secure",
            ]
        );
        let written: String = lines
            .iter()
            .map(|line| format!("set-cookie: {line}\r\n"))
            .collect();
        assert_eq!(evictions.written(), written.as_bytes());
    }
}
