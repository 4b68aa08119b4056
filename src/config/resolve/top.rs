//! The whole file: its sections in their order, and what must hold between them.

use super::{
    address, catalogue_files, consent, cookies, headers, ledger, limits, listen, log, names,
    platform::KnownVendors, site, third_parties, tls, vendor,
};
use crate::{
    config::{
        document::Value,
        node::{Context, Node},
        options::{ClientIp, Config, Listen},
        problem::Problem,
        section::{Keys, Section},
    },
    privacy::{Mode, ThirdPartyRules, Vendor},
};

const KEYS: Keys = Keys {
    allowed: &[
        "mode",
        "include",
        "listen",
        "tls",
        "client_ip",
        "consent",
        "cookies",
        "third_parties",
        "headers",
        "limits",
        "log",
        "ledger",
        "admin",
        "catalogue",
        "site",
        "vendor",
    ],
    later: &[],
    top_level: &[],
};

/// What the file means; `None` only if it is no table.
pub(in crate::config) fn config(root: &Value, context: Context<'_>) -> Option<Config> {
    let folder = context.sources.folder(root.place);
    let root = Section::root(root, context, &KEYS)?;
    let section = |key: &str, keys: &Keys| root.get(key).and_then(|node| node.section(keys));

    let (listen, mut sockets) = listen::listen(section("listen", &listen::KEYS).as_ref());
    let admin = listen::admin(section("admin", &listen::ADMIN_KEYS).as_ref(), &mut sockets);
    listen::conflicts(&sockets);
    let addresses: Vec<_> = sockets.iter().map(|socket| socket.address).collect();

    let address_section = section("client_ip", &address::KEYS);
    let client_ip = address::client_ip(address_section.as_ref());
    check_proxy_protocol(&root, &listen, &client_ip);

    let vendors = root
        .get("vendor")
        .map(|node| vendor::vendors(&node, vendor::Claims::Once))
        .unwrap_or_default();
    let lists = section("catalogue", &catalogue_files::KEYS);
    let catalogue_files = catalogue_files::files(lists.as_ref(), vendors.len());
    let known = KnownVendors::new(&vendors, &catalogue_files);
    let base = rules(&root, address_section.as_ref(), &known);
    let sites = site::sites(root.get("site").as_ref(), &base, &addresses, &known);
    let expected = "at least one [[site]] with hosts and upstream";
    if let Some(node) = root.required("site", expected).filter(Node::is_empty) {
        node.report(Problem::error("is empty").expecting(expected));
    }
    let tls = tls::tls(section("tls", &tls::KEYS).as_ref(), &sites);
    let ledger = section("ledger", &ledger::KEYS);
    let ledger = ledger::ledger(ledger.as_ref(), folder);
    Some(Config {
        catalogue_files,
        limits: limits::limits(section("limits", &limits::TABLE).as_ref()),
        log: log::log(section("log", &log::KEYS).as_ref()),
        vendors,
        ledger,
        listen,
        tls,
        client_ip,
        admin,
        sites,
    })
}

/// The privacy rules of sites that say nothing.
fn rules(
    root: &Section<'_>,
    address_section: Option<&Section<'_>>,
    known: &KnownVendors<'_>,
) -> site::Rules {
    let section = |key: &str, keys: &Keys| root.get(key).and_then(|node| node.section(keys));
    site::Rules {
        mode: root
            .get("mode")
            .and_then(|node| node.choice(names::MODES))
            .unwrap_or(Mode::Enforce),
        address: address::rule(address_section, address::default()),
        consent: consent::consent(
            section("consent", &consent::KEYS).as_ref(),
            &consent::default(),
            known,
        ),
        cookies: cookies::cookies(
            section("cookies", &cookies::KEYS).as_ref(),
            &cookies::default(),
        ),
        headers: headers::headers(
            section("headers", &headers::KEYS).as_ref(),
            &headers::default(),
        ),
        third_parties: third_parties::third_parties(
            section("third_parties", &third_parties::KEYS).as_ref(),
            &ThirdPartyRules::default(),
        ),
    }
}

/// With PROXY protocol required and nobody trusted to speak it, no connection could be accepted.
fn check_proxy_protocol(root: &Section<'_>, listen: &Listen, client_ip: &ClientIp) {
    let child = |section: &str, key: &str| root.get(section).and_then(|node| node.child(key));
    // A list of nothing but mistakes is empty too; those are noted.
    let nobody = child("client_ip", "trusted_proxies").is_none_or(|node| node.is_empty());
    if listen.proxy_protocol
        && client_ip.trusted_proxies.is_empty()
        && nobody
        && let Some(node) = child("listen", "proxy_protocol")
    {
        let problem =
            "is true, and client_ip.trusted_proxies is empty: no connection could be accepted";
        node.report(
            Problem::error(problem)
                .expecting("the addresses of the proxies in client_ip.trusted_proxies"),
        );
    }
}

/// The operator's listener, whatever else is wrong with the file.
pub(in crate::config) fn admin(
    root: &Value,
    context: Context<'_>,
) -> Option<Option<std::net::SocketAddr>> {
    let root = Section::root(root, context, &KEYS)?;
    let section = root
        .get("admin")
        .and_then(|node| node.section(&listen::ADMIN_KEYS));
    Some(listen::admin(section.as_ref(), &mut Vec::new()))
}

/// The vendors of a catalogue.
pub(in crate::config) fn catalogue(root: &Value, context: Context<'_>) -> Option<Vec<Vendor>> {
    let keys = Keys {
        allowed: &["vendor"],
        later: &[],
        top_level: &[],
    };
    let root = Section::root(root, context, &keys)?;
    let vendors = root
        .get("vendor")
        .map(|node| vendor::vendors(&node, vendor::Claims::Shared));
    Some(vendors.unwrap_or_default())
}
