//! What the website and the access log learn of an address, by each method.

use std::{collections::BTreeSet, net::Ipv4Addr};

use crate::{
    gateway::{Client, Gateway, Origin},
    visit::{last, website},
};

const VISITOR: Ipv4Addr = Ipv4Addr::new(127, 113, 55, 77);

fn gateway(origin: &Origin, rules: &str) -> Gateway {
    let trusted = "[client_ip]\ntrusted_proxies = [\"127.9.0.0/16\"]\n";
    Gateway::before(origin, &format!("[site.client_ip]\n{rules}\n{trusted}"))
}

/// What the website and what the log get of `address`, as a trusted proxy tells it.
fn shown(origin: &Origin, gateway: &Gateway, address: &str) -> (String, String) {
    let mut client = Client::from_ip(Ipv4Addr::new(127, 9, 0, 1), gateway.https());
    seen(
        origin,
        gateway,
        &mut client,
        &[("X-Forwarded-For", address)],
    )
}

fn seen(
    origin: &Origin,
    gateway: &Gateway,
    client: &mut Client,
    fields: &[(&str, &str)],
) -> (String, String) {
    // Lines of the log come in no order, so each visit is told apart by its path.
    let path = format!("/visit-{}", origin.started());
    client.visit(&path, fields);
    let entry = gateway.wait_log("the visit", |entry| entry["path"] == path.as_str());
    let logged = entry["client"].as_str().expect("a text").to_owned();
    (last(origin, "x-forwarded-for").join(" and "), logged)
}

#[test]
fn a_truncated_address_is_all_that_the_website_and_the_log_get() {
    let origin = website(&[]);
    let gateway = gateway(&origin, "");
    let both = |text: &str| (text.to_owned(), text.to_owned());
    let mut direct = Client::from_ip(VISITOR, gateway.https());
    let found = seen(&origin, &gateway, &mut direct, &[]);
    assert_eq!(found, both("127.113.55.0"));
    for (address, expected) in [
        ("203.0.113.77", "203.0.113.0"),
        ("::ffff:203.0.113.77", "203.0.113.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        // 6to4, Teredo and NAT64 hold an IPv4 address.
        ("2002:cb00:714d:1::1", "2002:cb00:7100::"),
        ("2001:0:4136:e378:8000:63bf:34ff:8eb2", "2001:0:4136::"),
        ("64:ff9b::203.0.113.77", "64:ff9b::"),
        ("fe80::1", "fe80::"),
        ("::1", "::"),
    ] {
        let found = shown(&origin, &gateway, address);
        assert_eq!(found, both(expected), "{address}");
    }
}

#[test]
fn prefixes_are_the_operators() {
    let origin = website(&[]);
    let gateway = gateway(&origin, "ipv4_prefix = 16\nipv6_prefix = 32");
    for (address, expected) in [
        ("203.0.113.77", "203.0.0.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8::"),
        ("2002:cb00:714d:1::1", "2002:cb00::"),
    ] {
        let found = shown(&origin, &gateway, address);
        assert_eq!(
            found,
            (expected.to_owned(), expected.to_owned()),
            "{address}"
        );
    }
}

#[test]
fn a_pseudonym_is_stable_differs_between_visitors_and_between_readers() {
    let origin = website(&[]);
    let gateway = gateway(&origin, "method = \"pseudonym\"");
    let one = shown(&origin, &gateway, "203.0.113.77");
    assert!(one.0.starts_with("fd70:7276:"), "{one:?}");
    assert_eq!(one, shown(&origin, &gateway, "203.0.113.77"));
    let other = shown(&origin, &gateway, "203.0.113.78");
    let network = shown(&origin, &gateway, "2001:db8:1:2::1");
    assert_eq!(network, shown(&origin, &gateway, "2001:db8:1:2:ffff::9"));
    let mut all = BTreeSet::new();
    for (website, log) in [one, other, network] {
        all.extend([website, log]);
    }
    assert_eq!(all.len(), 6, "three visitors, two readers each: {all:?}");

    // Another run has another key.
    let again = self::gateway(&origin, "method = \"pseudonym\"");
    let (website, log) = shown(&origin, &again, "203.0.113.77");
    assert!(!all.contains(&website) && !all.contains(&log));
}

#[test]
fn a_pseudonym_does_not_outlive_its_rotation() {
    let origin = website(&[]);
    let rules = "method = \"pseudonym\"\npseudonym_rotation = \"1 second\"";
    let gateway = gateway(&origin, rules);
    let mut client = Client::from_ip(VISITOR, gateway.https());
    let mut pseudonym = || {
        client.get("/");
        last(&origin, "x-forwarded-for")
    };
    let first = pseudonym();
    crate::gateway::eventually("another pseudonym", || (pseudonym() != first).then_some(()));
}

#[test]
fn a_removed_address_leaves_nothing() {
    let origin = website(&[]);
    let gateway = gateway(&origin, "method = \"remove\"");
    let nothing = (String::new(), "-".to_owned());
    assert_eq!(shown(&origin, &gateway, "203.0.113.77"), nothing);
    let mut direct = Client::from_ip(VISITOR, gateway.https());
    assert_eq!(seen(&origin, &gateway, &mut direct, &[]), nothing);
    let names = origin.requests()[1].head.names();
    assert!(!names.contains(&"x-forwarded-for".to_owned()), "{names:?}");
}
