//! RFC 7541's examples, round trips, and bytes from nowhere.

use http::{HeaderName, StatusCode, header};
use proptest::prelude::*;

use super::{super::field::Field, Decoder, Encoder, huffman};
use crate::privacy::FieldValue;

/// A block's lines, as text.
fn lines(decoder: &mut Decoder, block: &[u8]) -> Option<Vec<String>> {
    let mut lines = Vec::new();
    let decoded = decoder.decode(block, |field, size| {
        let (line, overhead) = match field {
            Field::Authority(value) => (format!(":authority: {}", text(&value)), 30),
            Field::Method(method) => (format!(":method: {method}"), 30),
            Field::Path(path) => (format!(":path: {path}"), 30),
            Field::Scheme => (":scheme".to_owned(), usize::MAX),
            Field::Line(name, value) => (format!("{name}: {}", text(&value)), 30),
            Field::Target | Field::LongTarget => ("target".to_owned(), usize::MAX),
            Field::Flawed => ("flawed".to_owned(), usize::MAX),
        };
        if overhead < usize::MAX {
            assert_eq!(size, line.len() + overhead, "{line}");
        }
        lines.push(line);
    });
    decoded.ok().map(|()| lines)
}

fn text(value: &FieldValue) -> String {
    value
        .as_bytes()
        .iter()
        .map(|byte| char::from(*byte))
        .collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pairs = digits.chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).expect("text"), 16);
    pairs.map(|pair| byte(pair).expect("hex")).collect()
}

/// Decodes blocks one after another, and compares each one's lines and the table's size behind it.
fn agrees(start: &str, blocks: &[(&str, &[&str], usize)]) {
    let mut decoder = Decoder::new();
    assert!(lines(&mut decoder, &bytes(start)).is_some());
    for (block, expected, size) in blocks {
        let decoded = lines(&mut decoder, &bytes(block)).expect("a block");
        assert_eq!(decoded, *expected, "{block}");
        assert_eq!(decoder.table_size(), *size, "{block}");
    }
}

const FIRST: &[&str] = &[
    ":method: GET",
    ":scheme",
    ":path: /",
    ":authority: www.example.com",
];
const SECOND: &[&str] = &[
    ":method: GET",
    ":scheme",
    ":path: /",
    ":authority: www.example.com",
    "cache-control: no-cache",
];
const THIRD: &[&str] = &[
    ":method: GET",
    ":scheme",
    ":path: /index.html",
    ":authority: www.example.com",
    "custom-key: custom-value",
];
const DATE: &str = "date: Mon, 21 Oct 2013 20:13:21 GMT";
const LOCATION: &str = "location: https://www.example.com";
const COOKIE: &str = "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1";
/// A status is nothing that a request has.
const MOVED: &[&str] = &["flawed", "cache-control: private", DATE, LOCATION];
const FOUND: &[&str] = &[
    "flawed",
    "cache-control: private",
    "date: Mon, 21 Oct 2013 20:13:22 GMT",
    LOCATION,
    "content-encoding: gzip",
    COOKIE,
];

#[test]
fn the_examples_of_the_standard_are_understood() {
    let custom = "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572";
    agrees("", &[(custom, &["custom-key: custom-header"], 55)]);
    let path = "040c 2f73 616d 706c 652f 7061 7468";
    agrees("", &[(path, &[":path: /sample/path"], 0)]);
    let password = "1008 7061 7373 776f 7264 0673 6563 7265 74";
    agrees("", &[(password, &["password: secret"], 0)]);
    agrees("", &[("82", &[":method: GET"], 0)]);
    // C.3: requests.
    agrees(
        "",
        &[
            (
                "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
                FIRST,
                57,
            ),
            ("8286 84be 5808 6e6f 2d63 6163 6865", SECOND, 110),
            (
                "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
                THIRD,
                164,
            ),
        ],
    );
    // C.4: the same, Huffman-coded.
    agrees(
        "",
        &[
            ("8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff", FIRST, 57),
            ("8286 84be 5886 a8eb 1064 9cbf", SECOND, 110),
            (
                "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
                THIRD,
                164,
            ),
        ],
    );
    // C.5: responses, with a table of 256 bytes.
    agrees(
        "3fe1 01",
        &[
            (
                "4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133
                 2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70
                 6c65 2e63 6f6d",
                MOVED,
                222,
            ),
            ("4803 3330 37c1 c0bf", MOVED, 222),
            (
                "88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d
                 54c0 5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049
                 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e
                 3d31",
                FOUND,
                215,
            ),
        ],
    );
    // C.6: the same, Huffman-coded.
    agrees(
        "3fe1 01",
        &[
            (
                "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6
                 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
                MOVED,
                222,
            ),
            ("4883 640e ffc1 c0bf", MOVED, 222),
            (
                "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab
                 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f
                 9587 3160 65c0 03ed 4ee5 b106 3d50 07",
                FOUND,
                215,
            ),
        ],
    );
}

#[test]
fn what_can_be_no_block_is_none() {
    for block in [
        "80",                // index 0
        "be",                // nothing is there
        "ff",                // an integer without its rest
        "ff80 8080 8080 01", // an integer without end
        "40",                // a literal without a name
        "4001 61",           // without a value
        "4005 61",           // shorter than it says
        "7e01 61",           // a name that nothing lends
        "0081 ff01 61",      // a name that is padding only
        "3fe2 1f",           // a table larger than allowed
        "8220",              // a change of the table behind a line
        "0082 1fff 00",      // too much padding
    ] {
        assert_eq!(lines(&mut Decoder::new(), &bytes(block)), None, "{block}");
    }
}

#[test]
fn a_flawed_line_is_flawed_again_by_its_index_and_lends_its_name() {
    let mut decoder = Decoder::new();
    let block = bytes("4001 6101 0a be 7e01 62");
    let expected = vec!["flawed", "flawed", "a: b"];
    let decoded = lines(&mut decoder, &block).expect("a block");
    assert_eq!(decoded, expected);
    // An upper-case name can't be mended by another value.
    let block = bytes("4001 4101 62 7e01 63");
    let decoded = lines(&mut decoder, &block).expect("a block");
    assert_eq!(decoded, ["flawed", "flawed"]);
}

fn name() -> impl Strategy<Value = HeaderName> {
    prop_oneof![
        Just(header::CONTENT_TYPE),
        Just(header::CACHE_CONTROL),
        Just(header::SERVER),
        Just(header::SET_COOKIE),
        Just(header::ETAG),
        Just(HeaderName::from_static("referrer-policy")),
        "[a-z][a-z0-9-]{0,20}".prop_map(|name| HeaderName::try_from(name).expect("a name")),
    ]
    .prop_filter("not of a connection", |name| {
        !crate::privacy::is_connection_specific(name)
    })
}

fn value() -> impl Strategy<Value = FieldValue> {
    prop_oneof!["[a-c]", "[!-~]{0,40}", "[!-~]{300,700}"]
        .prop_map(|value| FieldValue::try_from(value).expect("a value"))
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded(
        blocks in prop::collection::vec(
            (prop::collection::vec((name(), value()), 0..12), prop::option::of(0_usize..5000)),
            1..12,
        ),
    ) {
        let (mut encoder, mut decoder) = (Encoder::new(), Decoder::new());
        for (block, size) in blocks {
            if let Some(size) = size {
                encoder.allow(size);
            }
            let mut out = Vec::new();
            encoder.begin(&mut out);
            Encoder::status(StatusCode::OK, &mut out);
            for (name, value) in &block {
                encoder.line(name, value, &mut out);
            }
            let mut expected = vec!["flawed".to_owned()];
            expected.extend(block.iter().map(|(name, value)| format!("{name}: {}", text(value))));
            prop_assert_eq!(lines(&mut decoder, &out), Some(expected));
        }
    }

    #[test]
    fn coded_strings_are_strings(value in "[!-~]{1,100}") {
        let coded = huffman::encode(value.as_bytes());
        prop_assume!(coded.len() < 127);
        let mut block = vec![0, 1, b'x', 0x80 | coded.len() as u8];
        block.extend(coded);
        prop_assert_eq!(
            lines(&mut Decoder::new(), &block),
            Some(vec![format!("x: {value}")])
        );
    }

    #[test]
    fn any_bytes_are_decoded_without_panic_into_a_bounded_table(blocks: Vec<Vec<u8>>) {
        let mut decoder = Decoder::new();
        for block in blocks {
            let _ = decoder.decode(&block, |_, _| {});
            prop_assert!(decoder.table_size() <= 4096);
        }
    }
}

#[test]
fn a_repeated_line_costs_a_byte_and_a_cookie_never_enters_the_table() {
    let mut encoder = Encoder::new();
    let value = FieldValue::from_static;
    let response = [
        (header::CONTENT_TYPE, value("text/html; charset=utf-8")),
        (header::SERVER, value("nginx")),
        (header::SET_COOKIE, value("sid=secret")),
    ];
    let mut write = || {
        let mut out = Vec::new();
        encoder.begin(&mut out);
        for (name, value) in &response {
            encoder.line(name, value, &mut out);
        }
        out
    };
    let (first, second) = (write(), write());
    assert!(first.len() > 40);
    let cookie = [b"\x1f\x28\x0a".as_slice(), b"sid=secret"].concat();
    assert_eq!(second, [[0xbf, 0xbe].as_slice(), &cookie].concat());
}
