//! Which fields may pass: the table of those that carry a visitor's address, a stand-in for it,
//! or what only a gateway may say.
//!
//! A name is looked up in the form in which CGI-style servers would see it: lower case, every byte
//! that is not a letter or digit as `-`, so that `X_Forwarded.For` is `x-forwarded-for`
//! (RFC 3875 §4.1.18). Besides exact names, families are caught by prefix and suffix, and at last
//! any unknown field whose value spells the client's address out. Connection-specific fields
//! (RFC 9110 §7.6.1) go in both directions, by the same function.

use http::{HeaderName, header};

use super::{address::ClientAddr, field_lines::FieldLines};

/// Fields of ordinary requests, which no rule removes. Checked first: it is nearly always the
/// answer.
fn is_known_safe(name: &str) -> bool {
    matches!(
        name,
        "accept"
            | "accept-charset"
            | "accept-encoding"
            | "accept-language"
            | "access-control-request-headers"
            | "access-control-request-method"
            | "authorization"
            | "cache-control"
            | "cdn-loop"
            | "content-disposition"
            | "content-encoding"
            | "content-language"
            | "content-location"
            | "content-type"
            | "date"
            | "dnt"
            | "if-match"
            | "if-modified-since"
            | "if-none-match"
            | "if-range"
            | "if-unmodified-since"
            | "last-event-id"
            | "origin"
            | "pragma"
            | "prefer"
            | "priority"
            | "range"
            | "referer"
            | "sec-ch-ua"
            | "sec-ch-ua-mobile"
            | "sec-ch-ua-platform"
            | "sec-fetch-dest"
            | "sec-fetch-mode"
            | "sec-fetch-site"
            | "sec-fetch-user"
            | "sec-gpc"
            | "sec-websocket-extensions"
            | "sec-websocket-key"
            | "sec-websocket-protocol"
            | "sec-websocket-version"
            | "traceparent"
            | "tracestate"
            | "upgrade-insecure-requests"
            | "user-agent"
            | "x-csrf-token"
            | "x-requested-with"
            | "x-xsrf-token"
    )
}

/// Sorted, for the binary search.
const ADDRESS_FIELDS: &[&str] = &[
    "ar-real-ip",
    "cdn-client-ip",
    "cdn-real-ip",
    "cdn-requestcountrycode",
    "cdn-src-ip",
    "cdn-src-port",
    "cf-bot-score",
    "cf-device-type",
    "cf-ew-via",
    "cf-ja3-hash",
    "cf-ja4",
    "cf-metro-code",
    "cf-postal-code",
    "cf-ray",
    "cf-threat-score",
    "cf-timezone",
    "cf-visitor",
    "cf-worker",
    "client-cert",
    "client-cert-chain",
    "client-ip",
    "disguised-host",
    "eo-client-ip",
    "eo-connecting-ip",
    "forwarded",
    "forwarded-for",
    "forwarded-for-ip",
    "front-end-https",
    "geolocation",
    "ip",
    "msisdn",
    "proxy",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-client-ip",
    "real-ip",
    "remote-addr",
    "remote-host",
    "remote-ip",
    "remoteip",
    "source-ip",
    "tm-user-id",
    "true-client-ip",
    "user-ip",
    "via",
    "x-acr",
    "x-bb-client-request-uuid",
    "x-bb-ip",
    "x-bluecoat-via",
    "x-cache-forward-for",
    "x-caller-ip",
    "x-cdn-src-ip",
    "x-client-address",
    "x-client-cert",
    "x-client-city",
    "x-client-data",
    "x-client-host",
    "x-client-port",
    "x-client-region",
    "x-cluster-client-ip",
    "x-comes-from",
    "x-coming-from",
    "x-country",
    "x-country-code",
    "x-custom-ip-authorization",
    "x-dcmguid",
    "x-device-user-agent",
    "x-em-uid",
    "x-forward-for",
    "x-forwarded",
    "x-forwarder-for",
    "x-host",
    "x-hts-clid",
    "x-http-host-override",
    "x-iinfo",
    "x-imei",
    "x-imsi",
    "x-ip",
    "x-iwproxy",
    "x-jphone-msname",
    "x-jphone-uid",
    "x-mdn",
    "x-msisdn",
    "x-network-info",
    "x-original-forwarded-for",
    "x-original-host",
    "x-original-method",
    "x-original-uri",
    "x-original-url",
    "x-originating-ip",
    "x-peer-ip",
    "x-proto",
    "x-proxy-ip",
    "x-proxymesh-ip",
    "x-proxyuser-ip",
    "x-qc-country",
    "x-real-ip",
    "x-real-port",
    "x-remote-addr",
    "x-remote-host",
    "x-remote-ip",
    "x-remote-port",
    "x-rewrite-url",
    "x-scheme",
    "x-server-name",
    "x-source-ip",
    "x-source-port",
    "x-src-ip",
    "x-tls-fingerprint",
    "x-uidh",
    "x-url-scheme",
    "x-user-ip",
    "x-vf-acr",
    "x-visitor-ip",
    "z-forwarded-for",
];

/// Families, by the beginning of the name.
const ADDRESS_PREFIXES: &[&str] = &[
    "akamai-",
    "ali-",
    "cf-cert-",
    "cf-connecting-",
    "cf-ip",
    "cf-pseudo-",
    "cf-region",
    "cloudfront-",
    "eagleeye-",
    "fastly-",
    "fly-",
    "forwarded-for",
    "geo-",
    "geoip-",
    "incap-",
    "ja3-",
    "ja4-",
    "mm-",
    "sec-ch-geo",
    "ssl-client-",
    "wl-proxy-",
    "x-accel-",
    "x-akamai-",
    "x-amobee-",
    "x-amz-cf-",
    "x-amz-source-ip",
    "x-amzn-client-ip",
    "x-amzn-mtls-",
    "x-amzn-remapped-x-forwarded",
    "x-appengine-",
    "x-arr-",
    "x-azure-",
    "x-client-geo-",
    "x-client-tls-",
    "x-distil-",
    "x-ec-geo-",
    "x-envoy-",
    "x-fastly-geo-",
    "x-fd-",
    "x-forwarded-",
    "x-geo-",
    "x-geoip-",
    "x-h3g-",
    "x-hwwaf-",
    "x-ja3",
    "x-ja4",
    "x-maxmind-",
    "x-ms-client-principal",
    "x-ms-forwarded-",
    "x-nf-",
    "x-nokia-",
    "x-onion-",
    "x-operamini-features",
    "x-operamini-phone",
    "x-privet-",
    "x-reblaze-",
    "x-sdp-msisdn",
    "x-sendfile",
    "x-sp-client-",
    "x-ssl-client-",
    "x-ssl-ja3",
    "x-subscriber-",
    "x-sucuri-",
    "x-tencent-ua-",
    "x-tor-",
    "x-up-",
    "x-vercel-",
    "x-wap-",
    "x-waws-",
];

/// Families, by the end of the name.
const ADDRESS_SUFFIXES: &[&str] = &[
    "-client-ip",
    "-clientip",
    "-connecting-ip",
    "-forwarded-for",
    "-imsi",
    "-msisdn",
    "-real-ip",
    "-remote-addr",
    "-remote-ip",
    "-src-ip",
    "-user-ip",
];

/// Whether a request field, or a field of a request's trailer section, must not reach the website.
pub(super) fn is_removed(name: &str, value: &[u8], client: ClientAddr) -> bool {
    if is_known_safe(name) {
        return false;
    }
    is_address_field(name) || is_address_in_disguise(name, value) || client.is_spelled_in(value)
}

/// Whether `name` is one of the fields that carry an address, whoever sent it.
pub(super) fn is_address_field(name: &str) -> bool {
    let mut room = [0_u8; 64];
    // Every name of the table is shorter than the room, and so is each prefix; a longer name is
    // looked up by its first and last bytes.
    let length = name.len().min(room.len());
    for (slot, byte) in room.iter_mut().zip(name.bytes()) {
        *slot = if byte.is_ascii_alphanumeric() {
            byte.to_ascii_lowercase()
        } else {
            b'-'
        };
    }
    let mut normalised = room.get(..length).unwrap_or_default();
    while let Some(rest) = normalised.strip_prefix(b"http-") {
        normalised = rest;
    }
    if name.len() <= room.len()
        && ADDRESS_FIELDS
            .binary_search_by(|field| field.as_bytes().cmp(normalised))
            .is_ok()
    {
        return true;
    }
    ADDRESS_PREFIXES
        .iter()
        .any(|prefix| normalised.starts_with(prefix.as_bytes()))
        || ends_like_an_address(name)
}

fn ends_like_an_address(name: &str) -> bool {
    ADDRESS_SUFFIXES.iter().any(|suffix| {
        let start = name.len().saturating_sub(suffix.len());
        name.len() >= suffix.len()
            && name
                .bytes()
                .skip(start)
                .zip(suffix.bytes())
                .all(|(byte, wanted)| {
                    byte.eq_ignore_ascii_case(&wanted)
                        || (wanted == b'-' && !byte.is_ascii_alphanumeric())
                })
    })
}

/// `Client` and `Coming-From` are ordinary words; they go only where the value is an address.
fn is_address_in_disguise(name: &str, value: &[u8]) -> bool {
    let first = value
        .split(|byte| *byte == b',')
        .next()
        .unwrap_or_default()
        .trim_ascii();
    matches!(name, "client" | "coming-from")
        && std::str::from_utf8(first).is_ok_and(|text| text.parse::<std::net::IpAddr>().is_ok())
}

/// Whether a response field would tell a visitor of addresses or of hosts behind privet.
/// `Alt-Svc` would lead browsers round privet.
pub(super) fn is_removed_from_response(name: &HeaderName) -> bool {
    let name = name.as_str();
    match name {
        "alt-svc"
        | "cf-ray"
        | "client-ip"
        | "forwarded"
        | "strict-transport-security"
        | "via"
        | "x-client-ip"
        | "x-real-ip"
        | "x-remote-addr"
        | "x-your-ip"
        | "x-request-id" => true,
        _ => {
            name.starts_with("x-forwarded-")
                || name.starts_with("x-envoy-")
                || name.starts_with("x-privet-")
                || name.starts_with("x-accel-")
        }
    }
}

/// Whether a field belongs to one connection only (RFC 9110 §7.6.1), whoever names it.
pub(crate) fn is_connection_specific(name: &HeaderName) -> bool {
    match *name {
        header::CONNECTION | header::TE | header::TRANSFER_ENCODING | header::UPGRADE => true,
        _ => matches!(
            name.as_str(),
            "keep-alive" | "proxy-connection" | "http2-settings"
        ),
    }
}

/// Whether an option of `Connection` names no field that would not go anyway.
fn is_usual_option(option: &[u8]) -> bool {
    ["keep-alive", "close", "upgrade", "te"]
        .iter()
        .any(|usual| option.eq_ignore_ascii_case(usual.as_bytes()))
}

/// The names that every `Connection` line of a message lists; none in nearly every message.
pub(crate) fn named_by_connection(fields: &FieldLines) -> Vec<HeaderName> {
    fields
        .get_all(&header::CONNECTION)
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .filter(|option| !is_usual_option(option))
        .filter_map(|name| HeaderName::from_bytes(name).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

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
            fields.push(header::CONNECTION, http::HeaderValue::from_static(value));
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
}
