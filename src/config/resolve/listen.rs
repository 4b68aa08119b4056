//! `[listen]` and `[admin]`: sockets, and that no two of them are the same.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::config::{
    node::Node,
    options::Listen,
    problem::Problem,
    section::{Keys, Section},
};

pub(super) const KEYS: Keys = Keys {
    allowed: &["https", "http", "public_https_port", "proxy_protocol"],
    later: &[],
    top_level: &[],
};

pub(super) const ADMIN_KEYS: Keys = Keys {
    allowed: &["listen"],
    later: &[],
    top_level: &[],
};

const ADDRESS: &str = "an IP address and a port, such as \"0.0.0.0:8443\" or \"[::]:8443\"";
const ADDRESSES: &str = "a list of addresses, such as [\"0.0.0.0:8443\"]";

const HTTPS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 8443);
const HTTP: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 8080);
const ADMIN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9180);

/// An address that privet listens on.
pub(super) struct Socket<'a> {
    pub(super) address: SocketAddr,
    /// Which key it comes from.
    key: &'static str,
    /// Where it is written; `None` for a default.
    node: Option<Node<'a>>,
}

/// `[listen]`, and its sockets.
pub(super) fn listen<'a>(section: Option<&Section<'a>>) -> (Listen, Vec<Socket<'a>>) {
    let mut sockets = Vec::new();
    let get = |key: &str| section.and_then(|section| section.get(key));
    let mut read = |item: &Node<'a>, key| {
        let address = address(item)?;
        sockets.push(Socket {
            address,
            key,
            node: Some(item.clone()),
        });
        Some(address)
    };
    let https =
        get("https").map(|node| node.full_list(ADDRESSES, |item| read(item, "listen.https")));
    let http = get("http").map(|node| node.list(ADDRESSES, |item| read(item, "listen.http")));
    if https.is_none() {
        sockets.push(Socket {
            address: HTTPS,
            key: "listen.https",
            node: None,
        });
    }
    if http.is_none() {
        sockets.push(Socket {
            address: HTTP,
            key: "listen.http",
            node: None,
        });
    }
    let https = https.flatten().unwrap_or_else(|| vec![HTTPS]);
    let port = get("public_https_port").and_then(|node| node.integer(1..=65_535));
    let port = port.and_then(|port| u16::try_from(port).ok());
    let listen = Listen {
        public_https_port: port.unwrap_or_else(|| https.first().map_or(443, SocketAddr::port)),
        https,
        http: http.map_or_else(|| vec![HTTP], Option::unwrap_or_default),
        proxy_protocol: get("proxy_protocol")
            .and_then(|node| node.boolean())
            .unwrap_or(false),
    };
    (listen, sockets)
}

/// `[admin]`; adds its socket.
pub(super) fn admin<'a>(
    section: Option<&Section<'a>>,
    sockets: &mut Vec<Socket<'a>>,
) -> Option<SocketAddr> {
    let Some(node) = section.and_then(|section| section.get("listen")) else {
        sockets.push(Socket {
            address: ADMIN,
            key: "admin.listen",
            node: None,
        });
        return Some(ADMIN);
    };
    let expected = "an IP address and a port, such as \"127.0.0.1:9180\", or \"off\"";
    let address = node.parsed(expected, |text| match text {
        "off" => Ok(None),
        _ => parse(text).map(Some),
    })??;
    if !address.ip().is_loopback() {
        let problem =
            Problem::warning("is reachable from other machines, and asks nobody who they are");
        node.report(
            problem.expecting("a loopback address, or a network that only operators reach"),
        );
    }
    sockets.push(Socket {
        address,
        key: "admin.listen",
        node: Some(node),
    });
    Some(address)
}

fn address(node: &Node<'_>) -> Option<SocketAddr> {
    node.parsed(ADDRESS, parse)
}

fn parse(text: &str) -> Result<SocketAddr, Problem> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let number = |text: &str| text.parse::<u16>().is_ok();
    let (host, port) = text.rsplit_once(':').unwrap_or((text, ""));
    Err(match text.parse::<IpAddr>() {
        Ok(ip) => Problem::error("has no port")
            .meant(Some(&SocketAddr::new(ip, HTTPS.port()).to_string())),
        Err(_) if number(text) => {
            Problem::error("has no address").meant(Some(&format!("0.0.0.0:{text}")))
        }
        Err(_) if matches!(host, "" | "*") && number(port) => {
            Problem::error("has no address").meant(Some(&format!("0.0.0.0:{port}")))
        }
        Err(_) if host == "localhost" && number(port) => {
            Problem::error("names a host").meant(Some(&format!("127.0.0.1:{port}")))
        }
        Err(_) => Problem::error("is not an address to listen on"),
    })
}

/// Notes sockets that can't be open at the same time.
pub(super) fn conflicts(sockets: &[Socket<'_>]) {
    for (index, socket) in sockets.iter().enumerate() {
        let clash = sockets
            .iter()
            .take(index)
            .find(|earlier| clash(earlier.address, socket.address));
        let Some(earlier) = clash else {
            continue;
        };
        let (at, other) = if socket.node.is_some() {
            (socket, earlier)
        } else {
            (earlier, socket)
        };
        // The list itself notes what it holds twice.
        if let Some(node) = &at.node
            && !(at.key == other.key && at.address == other.address)
        {
            let default = if other.node.is_none() {
                ", by default"
            } else {
                ""
            };
            let problem = format!(
                "\"{}\" is taken by {} \"{}\"{default}",
                at.address, other.key, other.address
            );
            node.report(
                Problem::error(problem).expecting("an address of its own for each listener"),
            );
        }
    }
}

fn clash(a: SocketAddr, b: SocketAddr) -> bool {
    let everywhere = a.ip().is_unspecified() || b.ip().is_unspecified();
    let same = a.ip() == b.ip() || (everywhere && a.is_ipv4() == b.is_ipv4());
    // Port 0 is a different free one each time.
    a.port() == b.port() && a.port() != 0 && same
}
