//! `[client_ip]`: who may say where a visitor comes from, and how the address is minimised.

use ipnet::IpNet;

use super::{
    bounds::{DAY, SECOND, duration_within},
    headers::field_names,
    names::ADDRESS_METHODS,
};
use crate::{
    config::{
        node::Node,
        options::ClientIp,
        problem::Problem,
        section::{Keys, Section},
    },
    privacy::{AddressMethod, AddressRule},
};

pub(super) const KEYS: Keys = Keys {
    allowed: &[
        "trusted_proxies",
        "headers",
        "method",
        "ipv4_prefix",
        "ipv6_prefix",
        "pseudonym_rotation",
    ],
    later: &[],
    top_level: &[],
};

/// Which proxies are trusted is decided before it is known which site is asked for.
pub(super) const SITE_KEYS: Keys = Keys {
    allowed: &["method", "ipv4_prefix", "ipv6_prefix", "pseudonym_rotation"],
    later: &[],
    top_level: &["trusted_proxies", "headers"],
};

const NET: &str = "an address or a network, such as \"10.0.0.0/8\" or \"2001:db8::/32\"";

pub(super) fn default() -> AddressRule {
    AddressRule {
        method: AddressMethod::Truncate,
        ipv4_prefix: 24,
        ipv6_prefix: 48,
        pseudonym_rotation: DAY,
    }
}

/// How the client's address is found.
pub(super) fn client_ip(section: Option<&Section<'_>>) -> ClientIp {
    let get = |key: &str| section.and_then(|section| section.get(key));
    let trusted = get("trusted_proxies").and_then(|node| node.list("a list of networks", net));
    let headers = get("headers").and_then(|node| field_names(&node));
    let defaults = ["x-forwarded-for", "forwarded"].map(http::HeaderName::from_static);
    ClientIp {
        trusted_proxies: trusted.unwrap_or_default(),
        headers: headers.unwrap_or_else(|| defaults.to_vec()),
    }
}

fn net(node: &Node<'_>) -> Option<IpNet> {
    let net = node.parsed(NET, |text| {
        let address = text.parse::<std::net::IpAddr>().map(IpNet::from);
        address
            .or_else(|_| text.parse())
            .map_err(|_| Problem::error("is not an address or a network"))
    })?;
    if net.prefix_len() == 0 {
        let problem = Problem::warning("trusts everybody: any visitor can claim any address");
        node.report(problem.expecting("the addresses of your own proxies"));
    } else if net.trunc() != net {
        let problem = Problem::warning("names one address of the network that is meant");
        node.report(problem.meant(Some(&net.trunc().to_string())));
    }
    Some(net.trunc())
}

/// How the address is minimised; `base` where the section says nothing.
pub(super) fn rule(section: Option<&Section<'_>>, base: AddressRule) -> AddressRule {
    let get = |key: &str| section.and_then(|section| section.get(key));
    let method = get("method")
        .and_then(|node| node.choice(ADDRESS_METHODS))
        .unwrap_or(base.method);
    let prefix = |key, longest, usual| {
        let node = get(key)?;
        let bits = node.integer(0..=longest)?;
        if bits > usual && method == AddressMethod::Truncate {
            let problem = Problem::warning(format!(
                "keeps {bits} bits of the address, so few visitors share them that one can be told apart"
            ));
            node.report(problem.expecting(format!("at most {usual}")));
        }
        u8::try_from(bits).ok()
    };
    let rotation =
        get("pseudonym_rotation").and_then(|node| duration_within(&node, SECOND, DAY * 365));
    AddressRule {
        method,
        ipv4_prefix: prefix("ipv4_prefix", 32, 24).unwrap_or(base.ipv4_prefix),
        ipv6_prefix: prefix("ipv6_prefix", 64, 56).unwrap_or(base.ipv6_prefix),
        pseudonym_rotation: rotation.unwrap_or(base.pseudonym_rotation),
    }
}
