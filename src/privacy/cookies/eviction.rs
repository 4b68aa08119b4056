//! Expiring refused cookies that the browser still holds.
//!
//! A browser deletes a cookie only for the very domain it was set for, which a request does not
//! tell: so for the host itself and for each parent domain down to the registrable one (public
//! suffix list), where trackers put theirs. The path is not told either; trackers use `/`.

use std::net::Ipv4Addr;

use bytes::{BufMut, BytesMut};
use http::HeaderValue;

/// The domains for which a cookie that `host` receives can have been set: the host, and the
/// parents down to the registrable domain. Of a name under no listed suffix browsers take the last
/// label for the suffix, as in `www.intranet.lan`. Empty for IP addresses and single labels, where
/// only host-only cookies exist.
fn domains_of(host: &str) -> impl Iterator<Item = &str> {
    let address = host.starts_with('[') || host.parse::<Ipv4Addr>().is_ok();
    let registrable = psl::domain_str(host).filter(|_| !address);
    let mut next = registrable.map(|_| host);
    std::iter::from_fn(move || {
        let domain = next?;
        next = match domain.split_once('.') {
            Some((_, parent)) if registrable != Some(domain) => Some(parent),
            _ => None,
        };
        Some(domain)
    })
}

/// Lines for one response: more than the refused cookies of any browser need, and no more than
/// clients take. What is left over goes with the next response.
const MOST_LINES: usize = 128;
/// The same in bytes, since names may be long.
const MOST_BYTES: usize = 16 * 1024;
/// Domains for one cookie: the host, and the last of its parents, where trackers put theirs.
const MOST_DOMAINS: usize = 4;

/// Makes the lines that expire a request's refused cookies.
#[derive(Debug)]
pub(crate) struct Evictions<'a> {
    host: &'a str,
    /// Found out once a cookie is refused.
    domains: Option<Vec<&'a str>>,
    /// Where lines are written, many to one allocation.
    room: BytesMut,
    lines: Vec<HeaderValue>,
}

impl<'a> Evictions<'a> {
    /// None yet, for what `host` receives.
    pub(crate) fn new(host: &'a str) -> Self {
        Self {
            host,
            domains: None,
            room: BytesMut::new(),
            lines: Vec::new(),
        }
    }

    /// Expires the cookie `name`.
    ///
    /// A name that can't stand in a `Set-Cookie` field makes no line; such cookies are still
    /// stripped from every request.
    pub(crate) fn expire(&mut self, name: &[u8]) {
        let Self {
            host,
            domains,
            room,
            lines,
        } = self;
        let domains = domains.get_or_insert_with(|| {
            room.reserve(512);
            lines.reserve(8);
            let mut domains: Vec<&str> = domains_of(host).collect();
            if domains.len() > MOST_DOMAINS {
                domains.drain(1..=domains.len() - MOST_DOMAINS);
            }
            domains
        });
        let is_this = |line: &HeaderValue| {
            let rest = line.as_bytes().strip_prefix(name);
            rest.is_some_and(|rest| rest.starts_with(ATTRIBUTES))
        };
        let size: usize = lines.iter().map(HeaderValue::len).sum();
        let more: usize = domains.iter().map(|domain| domain.len() + 9).sum();
        let more = more + (domains.len() + 1) * (name.len() + ATTRIBUTES.len());
        let is_too_much = lines.len() + domains.len() >= MOST_LINES || size + more > MOST_BYTES;
        if is_too_much || lines.iter().any(is_this) {
            return;
        }
        push(name, None, room, lines);
        if !name.starts_with(b"__Host-") {
            for domain in domains {
                push(name, Some(domain), room, lines);
            }
        }
    }

    /// The `Set-Cookie` lines.
    pub(crate) fn into_lines(self) -> Vec<HeaderValue> {
        self.lines
    }
}

const ATTRIBUTES: &[u8] = b"=; Path=/; Max-Age=0; Secure";

fn push(name: &[u8], domain: Option<&str>, room: &mut BytesMut, lines: &mut Vec<HeaderValue>) {
    room.reserve(name.len() + ATTRIBUTES.len() + 9 + domain.map_or(0, str::len));
    room.put_slice(name);
    room.put_slice(ATTRIBUTES);
    if let Some(domain) = domain {
        room.put_slice(b"; Domain=");
        room.put_slice(domain.as_bytes());
    }
    if let Ok(line) = HeaderValue::from_maybe_shared(room.split().freeze()) {
        lines.push(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_cookies_and_labels_make_no_more_lines_than_a_browser_needs() {
        let deep = format!("{}example.com", "a.".repeat(100));
        let mut evictions = Evictions::new(&deep);
        for _ in 0..10 {
            evictions.expire(b"_ga");
        }
        let lines = evictions
            .lines
            .iter()
            .map(|line| line.to_str().expect("text"));
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
        assert!(evictions.lines.len() > 40 && evictions.lines.len() <= MOST_LINES);
        let mut evictions = Evictions::new("www.example.com");
        for number in 0..100 {
            evictions.expire(format!("_ga_{number}_{}", "x".repeat(1000)).as_bytes());
        }
        let size: usize = evictions.lines.iter().map(HeaderValue::len).sum();
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
            assert_eq!(domains_of(host).collect::<Vec<_>>(), expected, "{host}");
        }
    }

    #[test]
    fn lines_expire_at_once() {
        let mut evictions = Evictions::new("www.example.com");
        evictions.expire(b"_ga");
        evictions.expire(b"__Host-x");
        let lines = evictions.into_lines();
        let lines: Vec<&str> = lines
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
    }
}
