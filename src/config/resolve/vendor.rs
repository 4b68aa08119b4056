//! `[[vendor]]`: who sets which cookies, from where, for what. The catalogue has the same form.

use std::collections::HashMap;

use super::{
    bounds::{LONG, SECOND, seconds_within},
    consent::purpose,
    cookies, host, marks,
};
use crate::{
    config::{
        mistake::quoted,
        node::Node,
        options::HostPattern,
        problem::Problem,
        section::{Keys, Section},
    },
    privacy::{Purpose, Vendor, VendorCookie},
};

const KEYS: Keys = Keys {
    allowed: &[
        "name",
        "purpose",
        "country",
        "iab_vendor",
        "cookies",
        "hosts",
        "paths",
        "policy",
        "snippets",
        "disguises",
        "payloads",
        "parameters",
        "tag_manager",
        "adequate",
    ],
    later: &[],
    top_level: &[],
};

const COOKIE_KEYS: Keys = Keys {
    allowed: &["name", "max_lifetime"],
    later: &[],
    top_level: &[],
};

/// The keys by which a vendor is known.
const CLAIMS: &[&str] = &[
    "cookies",
    "hosts",
    "paths",
    "snippets",
    "disguises",
    "payloads",
    "parameters",
];

/// Whether two vendors may claim the same cookie, host or path.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Claims {
    /// No: the operator would not know which one decides.
    Once,
    /// Yes: a cookie name may be in use by several companies.
    Shared,
}

/// The vendors.
pub(super) fn vendors(node: &Node<'_>, claims: Claims) -> Vec<Vendor> {
    let mut names = HashMap::new();
    let mut claimed = HashMap::new();
    let mut vendors = Vec::new();
    for section in node.sections(&KEYS) {
        let vendor = vendor(&section);
        if let Some(node) = section.get("name").filter(|_| !vendor.name.is_empty()) {
            let first = names
                .entry(vendor.name.to_lowercase())
                .or_insert_with(|| section.node.path.clone());
            if *first != section.node.path {
                let problem = format!("{} is the name of {first} already", quoted(&vendor.name));
                node.report(Problem::error(problem).expecting("one [[vendor]] for each name"));
            }
        }
        if claims == Claims::Once {
            check_claims(&section, &vendor.name, &mut claimed);
        }
        vendors.push(vendor);
    }
    vendors
}

fn vendor(section: &Section<'_>) -> Vendor {
    let name = section
        .required("name", "the name of the vendor")
        .and_then(|node| name(&node));
    let purpose_ = section
        .required("purpose", "what its cookies are for")
        .and_then(|node| purpose(&node));
    let get = |key: &str| section.get(key);
    if CLAIMS
        .iter()
        .all(|key| get(key).is_none_or(|node| node.is_empty()))
    {
        section
            .node
            .report(Problem::absence("claims nothing").expecting(
                "cookies, hosts, paths, snippets, disguises, payloads or parameters by which it is known",
            ));
    }
    let id = get("iab_vendor").and_then(|node| node.integer(1..=65_535));
    Vendor {
        name: name.unwrap_or_default(),
        purpose: purpose_.unwrap_or(Purpose::Marketing),
        country: get("country").and_then(|node| country(&node)),
        iab_vendor: id.and_then(|id| u16::try_from(id).ok()),
        cookies: get("cookies")
            .and_then(|node| node.list("a list of tables, such as [{ name = \"_xm_*\" }]", cookie))
            .unwrap_or_default(),
        hosts: get("hosts")
            .and_then(|node| node.list("a list of hosts", vendor_host))
            .unwrap_or_default(),
        paths: get("paths")
            .and_then(|node| node.list("a list of paths", path))
            .unwrap_or_default(),
        policy: get("policy").and_then(|node| policy(&node)),
        marks: marks::marks(section),
    }
}

fn name(node: &Node<'_>) -> Option<String> {
    node.parsed("a name of 1 to 100 characters", |text| {
        if text.trim() != text || !(1..=100).contains(&text.chars().count()) {
            return Err(Problem::error("is not a name")
                .meant(Some(text.trim()).filter(|name| !name.is_empty())));
        }
        Ok(text.to_owned())
    })
}

fn country(node: &Node<'_>) -> Option<String> {
    let expected = "two capital letters (ISO 3166-1), such as \"NL\"";
    node.parsed(expected, country_code)
}

/// A country's code, ISO 3166-1 alpha-2.
pub(super) fn country_code(text: &str) -> Result<String, Problem> {
    if text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Ok(text.to_owned());
    }
    let upper = text.to_ascii_uppercase();
    let meant =
        (text.len() == 2 && upper.bytes().all(|byte| byte.is_ascii_uppercase())).then_some(upper);
    Err(Problem::error("is not a country code").meant(meant.as_deref()))
}

fn cookie(node: &Node<'_>) -> Option<VendorCookie> {
    let section = node.clone().section(&COOKIE_KEYS)?;
    let name = section
        .required("name", "the cookie's name, such as \"_xm_*\"")
        .and_then(|node| cookies::pattern(&node));
    let max_lifetime = section
        .get("max_lifetime")
        .and_then(|node| seconds_within(&node, SECOND, LONG));
    Some(VendorCookie {
        name: name?,
        max_lifetime,
    })
}

/// A host, or the paths of one.
fn vendor_host(node: &Node<'_>) -> Option<String> {
    let expected = "a host name such as \"metrics.example.net\" or \"*.example.net\", or paths of one: \"www.example.net/maps/*\"";
    node.parsed(expected, |text| {
        let end = text.find('/').unwrap_or(text.len());
        let (name, path) = text.split_at_checked(end).unwrap_or((text, ""));
        named_host(name)?;
        if !path.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Problem::error(
                "has a path that is not how a browser writes it",
            ));
        }
        Ok(text.to_owned())
    })
}

/// A host without paths.
pub(super) fn plain_host(node: &Node<'_>) -> Option<String> {
    let expected = "a host name such as \"cdn.example.net\" or \"*.example.net\"";
    node.parsed(expected, |text| named_host(text).map(|()| text.to_owned()))
}

fn named_host(text: &str) -> Result<(), Problem> {
    match host::parse(text)? {
        HostPattern::Any => Err(Problem::error("would claim every host")),
        HostPattern::Exact(_) | HostPattern::Subdomains(_) => Ok(()),
    }
}

fn path(node: &Node<'_>) -> Option<String> {
    node.parsed("a path such as \"/stats/xm/*\" or \"/xm.js\"", |text| {
        let literal = text.strip_suffix('*').unwrap_or(text);
        let problem = if !text.starts_with('/') {
            Problem::error("does not begin with \"/\"")
        } else if literal.contains('*') {
            Problem::error("has \"*\" before its end")
        } else if literal == "/" {
            Problem::error("would claim the website itself")
        } else if text.starts_with("/.privet/") {
            Problem::error("is privet's own")
        } else if literal.contains(['?', '#']) {
            Problem::error("has a query or fragment")
        } else if !literal.bytes().all(|byte| byte.is_ascii_graphic()) {
            Problem::error("is not how a browser writes it")
                .expecting("other characters than ASCII as %XX")
        } else {
            return Ok(text.to_owned());
        };
        Err(problem)
    })
}

fn policy(node: &Node<'_>) -> Option<String> {
    node.parsed("the URL of its privacy policy", |text| {
        if is_url(text) {
            return Ok(text.to_owned());
        }
        let url = format!("https://{text}");
        let meant = (!text.contains("://") && is_url(&url)).then_some(url);
        Err(Problem::error("is not a URL").meant(meant.as_deref()))
    })
}

/// Whether `text` is the URL of a web page.
pub(super) fn is_url(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let authority = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
    let host = authority.and_then(|authority| authority.split(':').next());
    host.is_some_and(|host| host::is_name(&host.to_ascii_lowercase()))
        && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Notes what another vendor has claimed. `claimed` holds for each claim the vendor's path and name.
fn check_claims(
    section: &Section<'_>,
    name: &str,
    claimed: &mut HashMap<String, (String, String)>,
) {
    let mut claim = |kind: &str, node: &Node<'_>| {
        let Some(text) = node.quiet_text() else {
            return;
        };
        let path = section.node.path.clone();
        let first = claimed
            .entry(format!("{kind} {text}"))
            .or_insert_with(|| (path.clone(), name.to_owned()));
        if first.0 != path {
            let problem = format!(
                "{} is claimed by {} already",
                quoted(&text),
                quoted(&first.1)
            );
            node.report(Problem::error(problem).expecting("each in one [[vendor]] only"));
        }
    };
    for item in section.get("cookies").iter().flat_map(Node::quiet_items) {
        if let Some(name) = item.child("name") {
            claim("cookie", &name);
        }
    }
    for kind in ["hosts", "paths"] {
        for item in section.get(kind).iter().flat_map(Node::quiet_items) {
            claim(kind, &item);
        }
    }
}
