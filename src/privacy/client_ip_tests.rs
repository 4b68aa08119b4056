//! Walks through forwarding fields, well and badly written.

use proptest::prelude::*;

use super::*;
use crate::privacy::field_value::FieldValue;

fn derive(peer: &str, lines: &[(&str, &str)]) -> (String, bool) {
    let value = |value: &str| FieldValue::try_from(value).expect("a value");
    let lines: Vec<_> = lines
        .iter()
        .map(|(name, text)| (*name, value(text)))
        .collect();
    derive_from(peer, &lines)
}

fn derive_from(peer: &str, lines: &[(&str, FieldValue)]) -> (String, bool) {
    let nets = ["10.0.0.0/8", "2001:db8:aaaa::/48"].map(|net| net.parse().expect("a net"));
    let names = ["x-forwarded-for", "forwarded"].map(HeaderName::from_static);
    let proxies = TrustedProxies::new(nets.to_vec(), names.to_vec());
    let mut fields = FieldLines::default();
    for (name, value) in lines {
        let name: HeaderName = name.parse().expect("a name");
        fields.push(name, value.clone());
    }
    let peer = ClientAddr::from(peer.parse::<IpAddr>().expect("an address"));
    let derived = proxies.derive(peer, &fields);
    let whole = crate::privacy::AddressRule {
        method: crate::privacy::AddressMethod::Truncate,
        ipv4_prefix: 32,
        ipv6_prefix: 128,
        pseudonym_rotation: std::time::Duration::MAX,
    };
    let key = crate::privacy::PseudonymKey::new([0; 32]);
    let shown = whole.minimise(derived.client, &key, crate::privacy::PseudonymReader::Log);
    (
        shown.expect("truncation shows something").to_string(),
        derived.malformed,
    )
}

#[test]
fn x_forwarded_for_is_walked_from_the_right_past_trusted_hops() {
    for (name, peer, list, expected, malformed) in [
        (
            "peer not trusted",
            "203.0.113.9",
            "1.2.3.4",
            "203.0.113.9",
            false,
        ),
        ("one hop", "10.0.0.1", "1.2.3.4", "1.2.3.4", false),
        (
            "forged prefix",
            "10.0.0.1",
            "6.6.6.6, 1.2.3.4",
            "1.2.3.4",
            false,
        ),
        (
            "trusted chain",
            "10.0.0.1",
            "1.2.3.4, 10.1.1.1, 10.2.2.2",
            "1.2.3.4",
            false,
        ),
        (
            "all trusted",
            "10.0.0.1",
            "10.3.3.3, 10.2.2.2",
            "10.3.3.3",
            false,
        ),
        ("with port", "10.0.0.1", "1.2.3.4:51324", "1.2.3.4", false),
        (
            "port too large",
            "10.0.0.1",
            "1.2.3.4:70000",
            "10.0.0.1",
            true,
        ),
        ("bare v6", "10.0.0.1", "2001:db8::7", "2001:db8::7", false),
        (
            "v6 never has a bare port",
            "10.0.0.1",
            "2001:db8::7:443",
            "2001:db8::7:443",
            false,
        ),
        (
            "brackets",
            "10.0.0.1",
            "[2001:db8::7]:443",
            "2001:db8::7",
            false,
        ),
        (
            "mapped",
            "::ffff:10.0.0.1",
            "::ffff:1.2.3.4",
            "1.2.3.4",
            false,
        ),
        (
            "leading zero",
            "10.0.0.1",
            "1.2.3.4, 1.2.3.04",
            "10.0.0.1",
            true,
        ),
        ("zone", "10.0.0.1", "fe80::1%eth0", "10.0.0.1", true),
        (
            "name",
            "10.0.0.1",
            "1.2.3.4, unknown, 10.9.9.9",
            "10.9.9.9",
            true,
        ),
        ("unspecified", "10.0.0.1", "0.0.0.0", "10.0.0.1", true),
        ("quoted", "10.0.0.1", "\"1.2.3.4\"", "10.0.0.1", true),
        (
            "empty elements",
            "10.0.0.1",
            "1.2.3.4, , ,",
            "1.2.3.4",
            false,
        ),
        (
            "junk to the left is not read",
            "10.0.0.1",
            "\u{7f}junk, 1.2.3.4",
            "1.2.3.4",
            false,
        ),
    ] {
        if list.contains('\u{7f}') {
            continue; // not a field value that reaches us
        }
        let got = derive(peer, &[("x-forwarded-for", list)]);
        assert_eq!(got, (expected.to_owned(), malformed), "{name}");
    }
}

#[test]
fn several_lines_are_one_list() {
    let lines = [
        ("x-forwarded-for", "6.6.6.6"),
        ("x-forwarded-for", "1.2.3.4"),
    ];
    assert_eq!(derive("10.0.0.1", &lines), ("1.2.3.4".to_owned(), false));
}

#[test]
fn forwarded_is_read_where_x_forwarded_for_is_absent() {
    for (name, list, expected, malformed) in [
        ("token", "for=1.2.3.4;proto=https", "1.2.3.4", false),
        (
            "quoted v6 with port",
            "For=\"[2001:db8::7]:4711\"",
            "2001:db8::7",
            false,
        ),
        ("obfuscated port", "for=\"1.2.3.4:_x\"", "1.2.3.4", false),
        (
            "chain",
            "for=6.6.6.6, for=1.2.3.4, for=10.0.0.2",
            "1.2.3.4",
            false,
        ),
        (
            "comma in quotes",
            "for=1.2.3.4;host=\"a,b\"",
            "1.2.3.4",
            false,
        ),
        ("unquoted v6", "for=[2001:db8::7]", "10.0.0.1", true),
        ("unknown", "for=unknown", "10.0.0.1", true),
        ("no for", "proto=https", "10.0.0.1", true),
        ("two for", "for=1.2.3.4;for=1.2.3.5", "10.0.0.1", true),
        (
            "unclosed quote",
            "for=1.2.3.4, for=\"1.2.3.5",
            "10.0.0.1",
            true,
        ),
    ] {
        let got = derive("10.0.0.1", &[("forwarded", list)]);
        assert_eq!(got, (expected.to_owned(), malformed), "{name}");
    }
    let both = [("forwarded", "for=6.6.6.6"), ("x-forwarded-for", "1.2.3.4")];
    assert_eq!(derive("10.0.0.1", &both).0, "1.2.3.4");
}

proptest! {
    #[test]
    fn what_strangers_wrote_before_a_trusted_proxys_word_never_counts(
        junk in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let mut list = junk;
        list.extend_from_slice(b", 1.2.3.4");
        if let Ok(value) = FieldValue::from_bytes(&list) {
            prop_assert_eq!(derive_from("10.0.0.1", &[("x-forwarded-for", value)]), ("1.2.3.4".to_owned(), false));
        }
    }

    #[test]
    fn any_bytes_are_walked_without_panic_and_a_stranger_is_never_believed(
        name in prop::sample::select(vec!["x-forwarded-for", "forwarded"]),
        list in prop::collection::vec(any::<u8>(), 0..80),
        likely in "[fFoOrR=\"\\[\\]:;,.0-9a-f_\\\\ ]{0,40}",
    ) {
        for list in [list.as_slice(), likely.as_bytes()] {
            if let Ok(value) = FieldValue::from_bytes(list) {
                let _ = derive_from("10.0.0.1", &[(name, value.clone())]);
                let believed = derive_from("203.0.113.9", &[(name, value)]);
                prop_assert_eq!(believed, ("203.0.113.9".to_owned(), false));
            }
        }
    }
}
