//! `[[site]]`: its hosts, its upstream, and the privacy rules that hold for it.

use std::{collections::HashMap, net::SocketAddr};

use super::{
    address, consent, cookies, headers, host, names::MODES, platform::KnownVendors, third_parties,
    upstream,
};
use crate::{
    config::{
        node::Node,
        options::{HostPattern, Site, Upstream},
        problem::Problem,
        section::{Keys, Section},
    },
    privacy::{AddressRule, ConsentRules, CookieRules, HeaderRules, Mode, ThirdPartyRules},
};

const KEYS: Keys = Keys {
    allowed: &[
        "hosts",
        "upstream",
        "mode",
        "client_ip",
        "consent",
        "cookies",
        "headers",
        "third_parties",
    ],
    later: &[],
    top_level: &[
        "listen",
        "tls",
        "limits",
        "log",
        "ledger",
        "admin",
        "catalogue",
        "vendor",
        "include",
    ],
};

/// What holds for a site that says nothing.
pub(super) struct Rules {
    pub(super) mode: Mode,
    pub(super) address: AddressRule,
    pub(super) consent: ConsentRules,
    pub(super) cookies: CookieRules,
    pub(super) headers: HeaderRules,
    pub(super) third_parties: ThirdPartyRules,
}

/// The sites; `own` are the addresses that privet listens on.
pub(super) fn sites(
    node: Option<&Node<'_>>,
    base: &Rules,
    own: &[SocketAddr],
    known: &KnownVendors<'_>,
) -> Vec<Site> {
    let mut claimed = HashMap::new();
    let sections = node.map(|node| node.sections(&KEYS)).unwrap_or_default();
    sections
        .iter()
        .map(|section| site(section, base, own, known, &mut claimed))
        .collect()
}

fn site(
    section: &Section<'_>,
    base: &Rules,
    own: &[SocketAddr],
    known: &KnownVendors<'_>,
    claimed: &mut HashMap<HostPattern, String>,
) -> Site {
    let inner = |key: &str, keys: &Keys| section.get(key).and_then(|node| node.section(keys));
    let site = &section.node.path;
    let hosts = section
        .required("hosts", "a list of hosts, such as [\"www.example.com\"]")
        .and_then(|node| node.full_list(host::PATTERN, |item| claim(item, site, claimed)));
    let upstream = section
        .required(
            "upstream",
            "the web server, such as \"http://10.0.0.5:8000\", or \"demo\"",
        )
        .and_then(|node| upstream::upstream(&node, own));
    Site {
        hosts: hosts.unwrap_or_default(),
        upstream: upstream.unwrap_or(Upstream::Demo),
        mode: section
            .get("mode")
            .and_then(|node| node.choice(MODES))
            .unwrap_or(base.mode),
        address: address::rule(
            inner("client_ip", &address::SITE_KEYS).as_ref(),
            base.address,
        ),
        consent: consent::consent(
            inner("consent", &consent::KEYS).as_ref(),
            &base.consent,
            known,
        ),
        cookies: cookies::cookies(inner("cookies", &cookies::KEYS).as_ref(), &base.cookies),
        headers: headers::headers(inner("headers", &headers::KEYS).as_ref(), &base.headers),
        third_parties: third_parties::third_parties(
            inner("third_parties", &third_parties::KEYS).as_ref(),
            &base.third_parties,
        ),
    }
}

/// A host, unless another site has it.
fn claim(
    node: &Node<'_>,
    site: &str,
    claimed: &mut HashMap<HostPattern, String>,
) -> Option<HostPattern> {
    let host = host::pattern(node)?;
    let owner = claimed
        .entry(host.clone())
        .or_insert_with(|| site.to_owned());
    if owner != site {
        node.report(
            Problem::error(format!("is a host of {owner} already"))
                .expecting("each host in one site only"),
        );
    }
    Some(host)
}
