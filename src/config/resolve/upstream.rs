//! `upstream` of a site: `"demo"`, or the web servers behind it.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use super::host::is_name;
use crate::config::{
    document::Kind,
    mistake::nearest,
    node::Node,
    options::{Server, Upstream},
    problem::Problem,
};

const URL: &str = "a URL such as \"http://10.0.0.5:8000\"";

/// The upstream; `own` are the addresses that privet listens on.
pub(super) fn upstream(node: &Node<'_>, own: &[SocketAddr]) -> Option<Upstream> {
    if matches!(node.value.kind, Kind::Array(_)) {
        let servers = node.full_list(URL, |item| server(item, own))?;
        return Some(Upstream::Servers(servers));
    }
    if matches!(&node.value.kind, Kind::String(text) if text == "demo") {
        return Some(Upstream::Demo);
    }
    server(node, own).map(|server| Upstream::Servers(vec![server]))
}

fn server(node: &Node<'_>, own: &[SocketAddr]) -> Option<Server> {
    node.parsed(&format!("{URL}, or \"demo\" alone"), |text| {
        let server = parse(text)?;
        match own.iter().find(|address| is_own(&server, **address)) {
            None => Ok(server),
            Some(address) => Err(Problem::error(format!(
                "leads back to privet, which listens on \"{address}\""
            ))
            .expecting("the address of the web server behind privet")),
        }
    })
}

/// The server that `text`, a URL, names.
pub(super) fn parse(text: &str) -> Result<Server, Problem> {
    // A password must not be shown, nor anything that may be one.
    if text.contains('@') {
        return Err(Problem::error("holds a user name or password").concealed());
    }
    if text == "demo" {
        return Err(Problem::error("can't stand in a list").expecting("upstream = \"demo\""));
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        let url = format!("http://{text}");
        let meant = nearest(text, ["demo"]).or_else(|| parse(&url).is_ok().then_some(url.as_str()));
        return Err(Problem::error("has no scheme").meant(meant));
    };
    let tls = match scheme.to_ascii_lowercase().as_str() {
        "http" => false,
        "https" => true,
        _ => {
            return Err(Problem::error("has a scheme that privet does not speak")
                .expecting("\"http://\" or \"https://\""));
        }
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
    if path.contains(['?', '#']) {
        return Err(Problem::error("has a query or fragment"));
    }
    if !matches!(path, "" | "/") {
        return Err(
            Problem::error("has a path prefix, which is not supported yet")
                .meant(Some(&format!("{scheme}://{authority}"))),
        );
    }
    let (host, port) = host_and_port(authority)?;
    let port = port.unwrap_or(if tls { 443 } else { 80 });
    Ok(Server { tls, host, port })
}

fn host_and_port(authority: &str) -> Result<(String, Option<u16>), Problem> {
    let not_a_host = || Problem::error("names no host");
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (inside, port) = rest.split_once(']').ok_or_else(not_a_host)?;
            let address: Ipv6Addr = inside.parse().map_err(|_| not_a_host())?;
            (address.to_string(), port)
        }
        None => {
            let end = authority.find(':').unwrap_or(authority.len());
            let (host, port) = authority.split_at_checked(end).ok_or_else(not_a_host)?;
            (host.to_ascii_lowercase(), port)
        }
    };
    if authority.matches(':').count() > 1 && !authority.starts_with('[') {
        return Err(Problem::error("has an IPv6 address without brackets")
            .expecting("\"http://[2001:db8::1]:8000\""));
    }
    if host.parse::<Ipv6Addr>().is_err() && !is_name(&host) {
        return Err(not_a_host());
    }
    if port.is_empty() {
        return Ok((host, None));
    }
    let number = port
        .strip_prefix(':')
        .and_then(|port| port.parse::<u16>().ok())
        .filter(|port| *port > 0);
    match number {
        Some(port) => Ok((host, Some(port))),
        None => Err(Problem::error("has no usable port").expecting("a port from 1 to 65535")),
    }
}

/// Whether a connection to `server` would arrive at privet's own `address`.
fn is_own(server: &Server, address: SocketAddr) -> bool {
    if server.port != address.port() || address.port() == 0 {
        return false;
    }
    let own = address.ip();
    match server.host.parse::<IpAddr>() {
        Ok(host) => {
            let host_is_here = host.is_loopback() || host.is_unspecified();
            let own_is_here = own.is_loopback() || own.is_unspecified();
            host == own
                || (own.is_unspecified() && host_is_here)
                || (host.is_unspecified() && own_is_here)
        }
        Err(_) => {
            let here = server.host == "localhost" || server.host.ends_with(".localhost");
            here && (own.is_loopback() || own.is_unspecified())
        }
    }
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
    fn urls_name_a_scheme_a_host_and_a_port() {
        for (text, expected) in [
            ("http://10.0.0.5:8000", Some((false, "10.0.0.5", 8000))),
            ("https://Shop.example/", Some((true, "shop.example", 443))),
            ("http://web_1", Some((false, "web_1", 80))),
            ("http://[2001:db8::1]:81", Some((false, "2001:db8::1", 81))),
            ("10.0.0.5:8000", None),
            ("ftp://a", None),
            ("http://", None),
            ("http://a/shop", None),
            ("http://a?x", None),
            ("http://a:0", None),
            ("http://a:", None),
            ("http://a:70000", None),
            ("http://2001:db8::1", None),
            ("http://[::1", None),
            ("http://user:pw@a", None),
            ("http://a b", None),
        ] {
            let server = parse(text).ok();
            let found = server
                .as_ref()
                .map(|server| (server.tls, server.host.as_str(), server.port));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_loop_is_recognised_in_its_spellings() {
        for (url, address, expected) in [
            ("http://127.0.0.1:8080", "0.0.0.0:8080", true),
            ("http://localhost:8080", "127.0.0.1:8080", true),
            ("http://0.0.0.0:8080", "127.0.0.1:8080", true),
            ("http://10.0.0.5:8080", "10.0.0.5:8080", true),
            ("http://10.0.0.5:8080", "0.0.0.0:8080", false),
            ("http://127.0.0.1:8081", "0.0.0.0:8080", false),
            ("http://[::1]:8080", "[::]:8080", true),
        ] {
            assert_eq!(
                is_own(&parse(url).unwrap(), address.parse().unwrap()),
                expected,
                "{url} {address}"
            );
        }
    }
}
