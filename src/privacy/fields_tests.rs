//! Which fields are removed however they are spelled, and which must never be.

use std::net::Ipv4Addr;

use super::*;
use crate::privacy::field_value::FieldValue;

#[test]
fn the_table_is_sorted() {
    assert!(ADDRESS_FIELDS.is_sorted());
    assert!(ADDRESS_FIELDS.iter().all(|name| name.len() < 64));
}

#[test]
fn fields_that_carry_an_address_are_removed_however_they_are_spelled() {
    let client = ClientAddr::from(Ipv4Addr::new(203, 0, 113, 7));
    for name in [
        "x-forwarded-for",
        "x_forwarded_for",
        "x.forwarded.for",
        "x-real-ip",
        "x_real_ip",
        "true-client-ip",
        "cf-connecting-ip",
        "cf-connecting-ipv6",
        "forwarded",
        "via",
        "cloudfront-viewer-address",
        "x-azure-clientip",
        "http-x-forwarded-for",
        "proxy",
        "http_x_real_ip",
        "my-own-client-ip",
        "my_own_client_ip",
        "x-privet-consent",
        "x-request-id",
        "x_request_id",
        "x-cluster-client-ip",
        "x-original-url",
        "x-envoy-external-address",
        "x-msisdn",
        "x-some-very-long-name-that-goes-on-and-on-and-on-and-on-and-on-client-ip",
    ] {
        assert!(is_removed(name, b"x", client), "{name}");
    }
    for name in [
        "accept",
        "user-agent",
        "x-requested-with",
        "x-device-id",
        "cf-access-jwt-assertion",
        "x-correlation-id",
        "sec-gpc",
        "client",
        "x-api-key",
        "idempotency-key",
        "ip-version",
    ] {
        assert!(!is_removed(name, b"x", client), "{name}");
    }
}

#[test]
fn an_unknown_field_that_spells_the_address_out_is_removed() {
    let client = ClientAddr::from(Ipv4Addr::new(203, 0, 113, 7));
    assert!(is_removed("x-anything", b"seen 203.0.113.7 today", client));
    assert!(!is_removed("x-anything", b"seen 203.0.113.8 today", client));
    assert!(is_removed("client", b"198.51.100.1", client));
}

#[test]
fn names_that_any_connection_line_lists_are_found() {
    let mut fields = FieldLines::default();
    for value in ["x-one", "Keep-Alive, X-Two , close"] {
        fields.push(header::CONNECTION, FieldValue::from_static(value));
    }
    assert_eq!(named_by_connection(&fields), ["x-one", "x-two"]);
    for name in [
        "connection",
        "keep-alive",
        "te",
        "upgrade",
        "proxy-connection",
    ] {
        assert!(
            is_connection_specific(&HeaderName::from_static(name)),
            "{name}"
        );
    }
    assert!(!is_connection_specific(&header::ACCEPT));
}
