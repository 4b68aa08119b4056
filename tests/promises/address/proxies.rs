//! Whose address it is, as trusted proxies tell it.

use std::net::Ipv4Addr;

use crate::{
    gateway::{Client, Gateway},
    visit::{last, website},
};

const TRUSTED: Ipv4Addr = Ipv4Addr::new(127, 9, 0, 1);
const STRANGER: Ipv4Addr = Ipv4Addr::new(127, 44, 0, 1);

const XFF: &str = "X-Forwarded-For";
const FORWARDED: &str = "Forwarded";

/// What a trusted proxy sends, the address that is found, and whether something was malformed.
type Case = (&'static [(&'static str, &'static str)], &'static str, bool);

const CASES: &[Case] = &[
    (&[], "127.9.0.0", false),
    (&[(XFF, "203.0.113.9")], "203.0.113.0", false),
    // What stands further left was written by somebody unknown.
    (&[(XFF, "6.6.6.6, 203.0.113.9")], "203.0.113.0", false),
    (
        &[(XFF, "6.6.6.6"), (XFF, "203.0.113.9")],
        "203.0.113.0",
        false,
    ),
    (
        &[(XFF, "203.0.113.9, 10.1.1.1, 10.2.2.2")],
        "203.0.113.0",
        false,
    ),
    (
        &[(XFF, "203.0.113.9"), (XFF, "10.1.1.1")],
        "203.0.113.0",
        false,
    ),
    (
        &[(XFF, "2001:db8:1:2::3, 2001:db8:aaaa::1")],
        "2001:db8:1::",
        false,
    ),
    (
        &[(XFF, "::ffff:203.0.113.9, ::ffff:10.0.0.1")],
        "203.0.113.0",
        false,
    ),
    (&[(XFF, "203.0.113.9:4711")], "203.0.113.0", false),
    (&[(XFF, "[2001:db8:1:2::3]:4711")], "2001:db8:1::", false),
    (&[(XFF, "10.3.3.3, 10.2.2.2")], "10.3.3.0", false),
    (&[(XFF, "203.0.113.9, , ,")], "203.0.113.0", false),
    (&[(XFF, "")], "127.9.0.0", false),
    // One malformed element ends the walk at the last proxy that is known.
    (&[(XFF, "203.0.113.9, unknown")], "127.9.0.0", true),
    (&[(XFF, "203.0.113.9, unknown, 10.9.9.9")], "10.9.9.0", true),
    (&[(XFF, "203.0.113.09")], "127.9.0.0", true),
    (&[(XFF, "203.0.113")], "127.9.0.0", true),
    (&[(XFF, "203.0.113.9:99999")], "127.9.0.0", true),
    (&[(XFF, "0.0.0.0")], "127.9.0.0", true),
    (&[(XFF, "255.255.255.255")], "127.9.0.0", true),
    (&[(XFF, "fe80::1%eth0")], "127.9.0.0", true),
    (&[(XFF, "\"203.0.113.9\"")], "127.9.0.0", true),
    (&[(XFF, "\u{ff}")], "127.9.0.0", true),
    // The other field, where the first is absent, and never both.
    (
        &[(FORWARDED, "for=203.0.113.9;proto=https")],
        "203.0.113.0",
        false,
    ),
    (
        &[(FORWARDED, "For=\"[2001:db8:1:2::3]:4711\"")],
        "2001:db8:1::",
        false,
    ),
    (
        &[(FORWARDED, "for=6.6.6.6, for=203.0.113.9, for=10.0.0.1")],
        "203.0.113.0",
        false,
    ),
    (
        &[(FORWARDED, "for=\"203.0.113.9:_hidden\";by=\"a,b\"")],
        "203.0.113.0",
        false,
    ),
    (
        &[(FORWARDED, "for=6.6.6.6"), (XFF, "203.0.113.9")],
        "203.0.113.0",
        false,
    ),
    (
        &[(FORWARDED, "for=203.0.113.9"), (XFF, "junk")],
        "127.9.0.0",
        true,
    ),
    (&[(FORWARDED, "for=unknown")], "127.9.0.0", true),
    (&[(FORWARDED, "for=_hidden")], "127.9.0.0", true),
    (&[(FORWARDED, "for=[2001:db8::1]")], "127.9.0.0", true),
    (
        &[(FORWARDED, "for=203.0.113.9;for=6.6.6.6")],
        "127.9.0.0",
        true,
    ),
    (
        &[(FORWARDED, "for=203.0.113.9, for=\"6.6.6.6")],
        "127.9.0.0",
        true,
    ),
    (&[(FORWARDED, "proto=https")], "127.9.0.0", true),
    // Other spellings are removed, and never read.
    (&[("X_Forwarded_For", "203.0.113.9")], "127.9.0.0", false),
    (&[("X-Real-IP", "203.0.113.9")], "127.9.0.0", false),
];

#[test]
fn forwarding_fields_are_walked_from_the_right_past_trusted_proxies() {
    let origin = website(&[]);
    let more = "[client_ip]\ntrusted_proxies = [\"127.9.0.0/16\", \"10.0.0.0/8\", \"2001:db8:aaaa::/48\"]\n";
    let gateway = Gateway::before(&origin, more);
    let mut trusted = Client::from_ip(TRUSTED, gateway.https());
    let mut malformed = 0.0;
    for (fields, expected, odd) in CASES {
        trusted.visit("/", fields);
        assert_eq!(last(&origin, "x-forwarded-for"), [*expected], "{fields:?}");
        let raw = origin
            .requests()
            .last()
            .expect("a request")
            .head
            .raw
            .clone();
        let raw = String::from_utf8_lossy(&raw).into_owned();
        assert!(!raw.contains("113.9") && !raw.contains("6.6.6.6"), "{raw}");
        malformed += if *odd { 1.0 } else { 0.0 };
    }
    let counted = gateway.metric("privet_malformed_input_total{kind=\"forwarded\"}");
    assert!(
        (counted - malformed).abs() < f64::EPSILON,
        "{counted} of {malformed}"
    );
}

#[test]
fn a_stranger_is_not_believed() {
    let origin = website(&[]);
    let trusting = Gateway::before(
        &origin,
        "[client_ip]\ntrusted_proxies = [\"127.9.0.0/16\"]\n",
    );
    let by_default = Gateway::before(&origin, "");
    for (gateway, ip, expected) in [
        (&trusting, STRANGER, "127.44.0.0"),
        (&by_default, STRANGER, "127.44.0.0"),
        (&by_default, TRUSTED, "127.9.0.0"),
    ] {
        let mut client = Client::from_ip(ip, gateway.https());
        client.visit(
            "/",
            &[
                (XFF, "203.0.113.9"),
                (FORWARDED, "for=203.0.113.9"),
                ("CF-Connecting-IP", "203.0.113.9"),
            ],
        );
        assert_eq!(last(&origin, "x-forwarded-for"), [expected]);
    }
}

#[test]
fn a_providers_own_field_is_read_where_the_operator_says_so() {
    let origin = website(&[]);
    let more = "[client_ip]\ntrusted_proxies = [\"127.9.0.1\"]\nheaders = [\"CF-Connecting-IP\"]\n";
    let gateway = Gateway::before(&origin, more);
    let mut client = Client::from_ip(TRUSTED, gateway.https());
    for (field, expected) in [
        (("CF-Connecting-IP", "203.0.113.9"), "203.0.113.0"),
        ((XFF, "203.0.113.9"), "127.9.0.0"),
        ((FORWARDED, "for=203.0.113.9"), "127.9.0.0"),
    ] {
        client.visit("/", &[field]);
        assert_eq!(last(&origin, "x-forwarded-for"), [expected], "{field:?}");
        let names = origin.requests().last().expect("a request").head.names();
        assert!(!names.contains(&"cf-connecting-ip".to_owned()), "{names:?}");
    }
}
