//! Tests of [`super`].
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed test may panic"
)]

use proptest::prelude::*;

use super::*;

const V4: [u8; 12] = [203, 0, 113, 7, 192, 0, 2, 1, 0xc8, 0x22, 1, 0xbb];

fn source(address: &str) -> ProxyHeader {
    ProxyHeader::Source(ClientAddr::from(address.parse::<IpAddr>().unwrap()))
}

fn v2(command: u8, family: u8, body: &[u8]) -> Vec<u8> {
    let mut header = V2_SIGNATURE.to_vec();
    header.extend([command, family]);
    header.extend(u16::try_from(body.len()).unwrap().to_be_bytes());
    header.extend(body);
    header
}

fn v6_body(address: &str) -> Vec<u8> {
    let mut body = address.parse::<Ipv6Addr>().unwrap().octets().to_vec();
    body.extend([0; 15]);
    body.extend([1, 0, 80, 1, 0xbb]);
    body
}

fn field(kind: u8, value: &[u8]) -> Vec<u8> {
    let mut field = vec![kind];
    field.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
    field.extend(value);
    field
}

fn with_fields(fields: &[Vec<u8>]) -> Vec<u8> {
    v2(0x21, 0x11, &[&V4[..], &fields.concat()].concat())
}

/// A header with a right checksum between two other fields.
fn checksummed() -> Vec<u8> {
    let mut header = with_fields(&[
        field(0x02, b"www.example.com"),
        field(0x03, &[0; 4]),
        field(0x04, &[0; 9]),
    ]);
    let at = header.len() - 12 - 4;
    let crc = crc32c([&header]).to_be_bytes();
    header[at..at + 4].copy_from_slice(&crc);
    header
}

fn complete_headers() -> Vec<(&'static str, Vec<u8>, ProxyHeader)> {
    let ssl = [
        &[1, 0, 0, 0, 0][..],
        &field(0x21, b"TLSv1.3"),
        &field(0x22, b""),
    ]
    .concat();
    vec![
        ("v1 TCP4", b"PROXY TCP4 203.0.113.7 192.0.2.1 51234 443\r\n".to_vec(), source("203.0.113.7")),
        ("v1 TCP6", b"PROXY TCP6 2001:DB8::7 2001:db8:0:0:0:0:0:1 0 65535\r\n".to_vec(), source("2001:db8::7")),
        ("v1 mapped", b"PROXY TCP6 ::ffff:203.0.113.7 ::1 1 2\r\n".to_vec(), source("203.0.113.7")),
        ("v1 longest TCP6", b"PROXY TCP6 ffff:f:f:f:f:f:f:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n".to_vec(), source("ffff:f:f:f:f:f:f:ffff")),
        ("v1 zero source", b"PROXY TCP4 0.0.0.0 192.0.2.1 1 2\r\n".to_vec(), ProxyHeader::Local),
        ("v1 unknown", b"PROXY UNKNOWN\r\n".to_vec(), ProxyHeader::Local),
        ("v1 unknown with more", b"PROXY UNKNOWN ffff::1 \xff  x\r\n".to_vec(), ProxyHeader::Local),
        ("v2 INET", v2(0x21, 0x11, &V4), source("203.0.113.7")),
        ("v2 INET6", v2(0x21, 0x21, &v6_body("2001:db8::7")), source("2001:db8::7")),
        ("v2 mapped", v2(0x21, 0x21, &v6_body("::ffff:203.0.113.7")), source("203.0.113.7")),
        ("v2 zero source", v2(0x21, 0x11, &[0; 12]), ProxyHeader::Local),
        ("v2 mapped zero source", v2(0x21, 0x21, &v6_body("::ffff:0.0.0.0")), ProxyHeader::Local),
        ("v2 UNIX", v2(0x21, 0x31, &[b'/'; 216]), ProxyHeader::Local),
        ("v2 UNSPEC", v2(0x21, 0x00, &[9, 9]), ProxyHeader::Local),
        ("v2 LOCAL", v2(0x20, 0x00, &[]), ProxyHeader::Local),
        ("v2 LOCAL with a block", v2(0x20, 0x11, &V4), ProxyHeader::Local),
        ("v2 LOCAL with anything", v2(0x20, 0xff, b"?"), ProxyHeader::Local),
        ("v2 fields", with_fields(&[field(0x01, b"h2"), field(0x20, &ssl), field(0xea, b"\x01vpce")]), source("203.0.113.7")),
        ("v2 longest UNIQUE_ID", with_fields(&[field(0x05, &[7; 128])]), source("203.0.113.7")),
        ("v2 checksum", checksummed(), source("203.0.113.7")),
        ("v2 at the limit", v2(0x20, 0x00, &[0; HEADER_LIMIT - V2_PREFIX]), ProxyHeader::Local),
    ]
}

#[test]
fn a_header_is_read_alike_wherever_the_network_splits_it() {
    for (name, bytes, header) in complete_headers() {
        for split in 0..bytes.len() {
            assert_eq!(
                parse(&bytes[..split]),
                Ok(Parsed::Incomplete),
                "{name}, first {split} bytes"
            );
        }
        let complete = Ok(Parsed::Complete {
            header,
            length: bytes.len(),
        });
        assert_eq!(parse(&bytes), complete, "{name}");
        let followed = [&bytes[..], b"\x16\x03\x01\r\nPROXY "].concat();
        assert_eq!(
            parse(&followed),
            complete,
            "{name}, followed by the visitor's bytes"
        );
    }
}

#[test]
fn anything_but_the_grammar_is_refused() {
    use ProxyHeaderError::*;
    let long = |length: usize| {
        let mut line = b"PROXY UNKNOWN ".to_vec();
        line.resize(length - 2, b'x');
        [&line[..], b"\r\n"].concat()
    };
    assert!(matches!(
        parse(&long(V1_LIMIT)),
        Ok(Parsed::Complete {
            length: V1_LIMIT,
            ..
        })
    ));

    let ssl_overrun = [&[1, 0, 0, 0, 0, 0x21, 0, 9][..], b"TLS"].concat();
    let mut tampered = checksummed();
    tampered[16] ^= 1;
    let mut two_checksums = with_fields(&[field(0x03, &[0; 4]), field(0x03, &[0; 4])]);
    let crc = crc32c([&two_checksums]).to_be_bytes();
    two_checksums[31..35].copy_from_slice(&crc);
    let cases: Vec<(&str, Vec<u8>, ProxyHeaderError)> = vec![
        ("TLS", b"\x16\x03\x01\x02".to_vec(), Missing),
        ("HTTP", b"GET / HTTP/1.1\r\n".to_vec(), Missing),
        ("lower case", b"proxy TCP4 ".to_vec(), Missing),
        (
            "two spaces after PROXY",
            b"PROXY  TCP4 1.2.3.4 1.2.3.4 1 2\r\n".to_vec(),
            Line,
        ),
        (
            "two spaces",
            b"PROXY TCP4 1.2.3.4  1.2.3.4 1 2\r\n".to_vec(),
            Line,
        ),
        ("tab", b"PROXY TCP4\t1.2.3.4 1.2.3.4 1 2\r\n".to_vec(), Line),
        (
            "space at the end",
            b"PROXY TCP4 1.2.3.4 1.2.3.4 1 2 \r\n".to_vec(),
            Line,
        ),
        (
            "a word more",
            b"PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3\r\n".to_vec(),
            Line,
        ),
        (
            "a word less",
            b"PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n".to_vec(),
            Line,
        ),
        ("nothing", b"PROXY \r\n".to_vec(), Line),
        (
            "no such protocol",
            b"PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n".to_vec(),
            Line,
        ),
        ("UNKNOWN run together", b"PROXY UNKNOWNS\r\n".to_vec(), Line),
        (
            "IPv6 in TCP4",
            b"PROXY TCP4 ::1 1.2.3.4 1 2\r\n".to_vec(),
            Line,
        ),
        (
            "IPv4 in TCP6",
            b"PROXY TCP6 1.2.3.4 ::1 1 2\r\n".to_vec(),
            Line,
        ),
        (
            "wrong destination",
            b"PROXY TCP4 1.2.3.4 ::1 1 2\r\n".to_vec(),
            Line,
        ),
        (
            "leading zero in an address",
            b"PROXY TCP4 1.2.3.04 1.2.3.4 1 2\r\n".to_vec(),
            Line,
        ),
        (
            "short address",
            b"PROXY TCP4 1.2.3 1.2.3.4 1 2\r\n".to_vec(),
            Line,
        ),
        ("zone", b"PROXY TCP6 fe80::1%1 ::1 1 2\r\n".to_vec(), Line),
        ("brackets", b"PROXY TCP6 [::1] ::1 1 2\r\n".to_vec(), Line),
        (
            "leading zero in a port",
            b"PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n".to_vec(),
            Line,
        ),
        (
            "signed port",
            b"PROXY TCP4 1.2.3.4 1.2.3.4 +1 2\r\n".to_vec(),
            Line,
        ),
        (
            "empty port",
            b"PROXY TCP4 1.2.3.4 1.2.3.4 1 \r\n".to_vec(),
            Line,
        ),
        (
            "great port",
            b"PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n".to_vec(),
            Line,
        ),
        (
            "bare LF",
            b"PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n".to_vec(),
            Line,
        ),
        (
            "bare CR",
            b"PROXY TCP4 1.2.3.4 1.2.3.4 1 2\rx".to_vec(),
            Line,
        ),
        ("108 bytes", long(V1_LIMIT + 1), TooLong),
        (
            "no end in sight",
            [&b"PROXY UNKNOWN "[..], &[b'x'; 93]].concat(),
            TooLong,
        ),
        ("version 1 in binary", v2(0x11, 0x11, &V4), Command),
        ("no such command", v2(0x22, 0x11, &V4), Command),
        (
            "4097 bytes",
            v2(0x20, 0x00, &[0; HEADER_LIMIT - V2_PREFIX + 1]),
            TooLong,
        ),
        ("datagrams", v2(0x21, 0x12, &V4), Datagram),
        ("datagrams over IPv6", v2(0x21, 0x22, &V4), Datagram),
        ("no such family", v2(0x21, 0x41, &V4), Family),
        ("no such transport", v2(0x21, 0x13, &V4), Family),
        ("family without transport", v2(0x21, 0x10, &V4), Family),
        ("short INET", v2(0x21, 0x11, &V4[..11]), Truncated),
        ("short INET6", v2(0x21, 0x21, &[1; 35]), Truncated),
        ("short UNIX", v2(0x21, 0x31, &[1; 215]), Truncated),
        (
            "field without length",
            v2(0x21, 0x11, &[&V4[..], &[4, 0]].concat()),
            Field,
        ),
        (
            "field past the end",
            v2(0x21, 0x11, &[&V4[..], &[4, 0, 2, 0]].concat()),
            Field,
        ),
        (
            "UNIQUE_ID too long",
            with_fields(&[field(0x05, &[7; 129])]),
            Field,
        ),
        (
            "short SSL field",
            with_fields(&[field(0x20, &[1, 0, 0, 0])]),
            Field,
        ),
        (
            "field within SSL past the end",
            with_fields(&[field(0x20, &ssl_overrun)]),
            Field,
        ),
        (
            "short checksum",
            with_fields(&[field(0x03, &[0; 3])]),
            Field,
        ),
        ("two checksums", two_checksums, Field),
        (
            "zero checksum",
            with_fields(&[field(0x03, &[0; 4])]),
            Checksum,
        ),
        ("tampered address", tampered, Checksum),
    ];
    for (name, bytes, error) in cases {
        assert_eq!(parse(&bytes), Err(error), "{name}");
    }
}

#[test]
fn crc32c_gives_the_published_values() {
    for (name, input, expected) in [
        ("check value", &b"123456789"[..], 0xe306_9283),
        ("RFC 3720 B.4, zeros", &[0; 32], 0x8a91_36aa),
        ("RFC 3720 B.4, ones", &[0xff; 32], 0x62a8_ab43),
        ("empty", &[], 0),
    ] {
        assert_eq!(crc32c([input]), expected, "{name}");
    }
    assert_eq!(crc32c([b"1234", b"", b"56789"]), 0xe306_9283, "in parts");
}

#[test]
fn neither_an_address_nor_an_error_shows_input() {
    let parsed = parse(b"PROXY TCP4 203.0.113.7 192.0.2.1 51234 443\r\n").unwrap();
    assert!(!format!("{parsed:?}").contains("203"));
    let error = parse(b"PROXY TCP4 203.0.113.7 oops 51234 443\r\n").unwrap_err();
    assert!(!format!("{error:?} {error}").contains("203"));
}

fn damaged_header() -> impl Strategy<Value = Vec<u8>> {
    let headers: Vec<_> = complete_headers()
        .into_iter()
        .map(|(_, bytes, _)| bytes)
        .collect();
    (
        prop::sample::select(headers),
        any::<prop::sample::Index>(),
        any::<u8>(),
    )
        .prop_map(|(mut bytes, at, byte)| {
            let at = at.index(bytes.len());
            bytes[at] = byte;
            bytes
        })
}

proptest! {
    #[test]
    fn no_input_panics_or_is_read_past_its_end(
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..300),
            prop::collection::vec(any::<u8>(), 0..300).prop_map(|rest| [&b"PROXY "[..], &rest].concat()),
            prop::collection::vec(any::<u8>(), 0..300).prop_map(|rest| [&V2_SIGNATURE[..], &rest].concat()),
            prop::collection::vec(any::<u8>(), 0..300).prop_map(|rest| v2(0x21, 0x11, &[&V4[..], &rest].concat())),
            damaged_header(),
        ],
    ) {
        if let Ok(Parsed::Complete { length, header }) = parse(&bytes) {
            prop_assert!(length <= bytes.len() && length <= HEADER_LIMIT);
            prop_assert_eq!(parse(&bytes[..length]), Ok(Parsed::Complete { length, header }));
        }
    }
}
