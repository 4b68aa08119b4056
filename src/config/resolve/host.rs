//! Host names: of a site, of a vendor, of an upstream. RFC 1123 §2.1, RFC 3986 §3.2.2.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::config::{node::Node, options::HostPattern, problem::Problem};

/// What a host pattern looks like, for messages.
pub(super) const PATTERN: &str =
    "a host name such as \"www.example.com\", \"*.example.com\" or \"*\"";

/// A host as a site claims it.
pub(super) fn pattern(node: &Node<'_>) -> Option<HostPattern> {
    node.parsed(PATTERN, parse)
}

/// The pattern that `text` is.
pub(super) fn parse(text: &str) -> Result<HostPattern, Problem> {
    if text == "*" {
        return Ok(HostPattern::Any);
    }
    if let Some(name) = text.strip_prefix("*.") {
        check(name, text)?;
        if name.parse::<Ipv4Addr>().is_ok() || name.starts_with('[') {
            return Err(Problem::error("is a wildcard before an address"));
        }
        return Ok(HostPattern::Subdomains(name.to_owned()));
    }
    check(text, text)?;
    Ok(HostPattern::Exact(text.to_owned()))
}

/// Whether `name` is a host name, `written` being the whole value.
fn check(name: &str, written: &str) -> Result<(), Problem> {
    if let Some(inside) = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'))
    {
        return bracketed(inside);
    }
    if name.parse::<Ipv6Addr>().is_ok() {
        return Err(Problem::error("has no brackets").meant(Some(&format!("[{name}]"))));
    }
    let bare = |text: &str| is_name(&text.to_lowercase()).then(|| text.to_lowercase());
    if let Some((_, rest)) = written.split_once("://") {
        let host = rest.split(['/', ':']).next().unwrap_or_default();
        return Err(Problem::error("is a URL, not a host").meant(bare(host).as_deref()));
    }
    if let Some((host, _)) = written.split_once('/') {
        return Err(Problem::error("has a path").meant(bare(host).as_deref()));
    }
    if let Some((host, port)) = written.rsplit_once(':')
        && port.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Err(
            Problem::error("has a port, which plays no part in choosing a site")
                .meant(bare(host).as_deref()),
        );
    }
    if !name.is_ascii() {
        return Err(Problem::error("is not ASCII")
            .expecting("its punycode form, such as \"xn--bcher-kva.example\""));
    }
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(Problem::error("is not lower case").meant(Some(&written.to_ascii_lowercase())));
    }
    if name.contains('*') {
        return Err(Problem::error(
            "has \"*\" in another place than a leading \"*.\"",
        ));
    }
    if let Some(without) = written
        .strip_suffix('.')
        .filter(|_| is_name(name.trim_end_matches('.')))
    {
        return Err(Problem::error("ends with a dot").meant(Some(without)));
    }
    if is_name(name) {
        Ok(())
    } else {
        Err(Problem::error("is not a host name"))
    }
}

/// An IPv6 address, without its brackets.
fn bracketed(inside: &str) -> Result<(), Problem> {
    match inside.parse::<Ipv6Addr>() {
        Ok(address) if address.to_string() == inside => Ok(()),
        Ok(address) => Err(Problem::error("is not how the address is usually written")
            .meant(Some(&format!("[{address}]")))),
        Err(_) => Err(Problem::error("is not an address")),
    }
}

/// Whether `name` is a name of letters, digits, hyphens and underscores, or an IPv4 address.
pub(super) fn is_name(name: &str) -> bool {
    let inner = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_')
    };
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    // A last label of digits only is an IPv4 address, or nothing (WHATWG URL §3.5).
    let numeric = last.bytes().all(|byte| byte.is_ascii_digit());
    name.len() <= 253
        && name.split('.').all(is_label)
        && (!numeric || name.parse::<Ipv4Addr>().is_ok())
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed test may panic"
)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_exact_names_addresses_or_leading_wildcards() {
        let exact = |name: &str| Some(HostPattern::Exact(name.to_owned()));
        for (text, expected) in [
            ("www.example.com", exact("www.example.com")),
            ("localhost", exact("localhost")),
            ("xn--bcher-kva.example", exact("xn--bcher-kva.example")),
            ("10.0.0.1", exact("10.0.0.1")),
            ("[::1]", exact("[::1]")),
            (
                "*.example.org",
                Some(HostPattern::Subdomains("example.org".to_owned())),
            ),
            ("*", Some(HostPattern::Any)),
            ("", None),
            ("Example.com", None),
            ("bücher.example", None),
            ("example.com:443", None),
            ("https://example.com", None),
            ("a.*.example", None),
            ("*example.com", None),
            ("*.", None),
            ("*.*", None),
            ("example.com.", None),
            ("-a.example", None),
            ("a..b", None),
            ("10.0.0.300", None),
            ("::1", None),
            ("[::0001]", None),
            ("a b", None),
        ] {
            assert_eq!(parse(text).ok(), expected, "{text}");
        }
        assert!(parse(&"a.".repeat(130)).is_err());
    }
}
