//! The IAB's strings: what its own libraries write (`tests/vectors/iab.mjs`), and what nobody
//! should.
#![allow(
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed test may panic"
)]

use super::{super::platform::testing, tc_string::TcString};
use crate::privacy::{
    catalogue::Catalogue,
    consent::{Outcome, signals::Reading},
    purpose::{Purpose, Purposes},
    rules::Vendor,
};

const ROWS: &str = include_str!("../../../../../tests/vectors/iab.tsv");

/// As in `iab.mjs`, and one that is on no list.
fn catalogue() -> Catalogue {
    let vendor = |(name, purpose, iab_vendor): (&str, _, _)| Vendor {
        name: name.to_owned(),
        purpose,
        country: None,
        iab_vendor,
        cookies: Vec::new(),
        hosts: Vec::new(),
        paths: Vec::new(),
        policy: None,
        marks: Default::default(),
    };
    let vendors = [
        ("unlisted", Purpose::Marketing, None),
        ("adone", Purpose::Marketing, Some(10)),
        ("adtwo", Purpose::Marketing, Some(755)),
        ("counter", Purpose::Analytics, Some(91)),
        ("chat", Purpose::Functional, Some(1)),
        ("player", Purpose::Media, Some(65_535)),
    ];
    Catalogue::new(vendors.map(vendor).into(), Vec::new())
}

fn names(purposes: Purposes) -> String {
    let names = purposes.iter().map(Purpose::name);
    names.collect::<Vec<_>>().join(",")
}

/// Granted, refused, vendors refused; of no answer `-`.
fn words(reading: Option<&Reading>, catalogue: &Catalogue) -> [String; 3] {
    let Some(reading) = reading else {
        return ["-"; 3].map(str::to_owned);
    };
    let vendors = reading.vendors.iter().map(|(id, granted)| {
        assert!(!granted, "an answer of its own is a no");
        catalogue.vendor(*id).expect("a vendor").name.clone()
    });
    [
        names(reading.granted),
        names(reading.refused),
        vendors.collect::<Vec<_>>().join(","),
    ]
}

#[test]
fn what_the_iabs_libraries_write_is_read_as_they_mean_it() {
    let catalogue = catalogue();
    let mut wrong = Vec::new();
    for row in ROWS.lines() {
        let [platform, cookies, expected @ .., note] =
            <[&str; 6]>::try_from(row.split('\t').collect::<Vec<_>>()).expect("six cells");
        let reading = testing::reading(platform, cookies, &catalogue);
        let found = words(reading.as_ref(), &catalogue);
        if found != expected {
            let outcome = match testing::outcome(platform, cookies) {
                Outcome::Unreadable(reason) | Outcome::Unanswered(reason) => reason,
                Outcome::Absent | Outcome::Answered(_) => "",
            };
            wrong.push(format!(
                "{platform}, {note}: {found:?} {outcome}, not {expected:?}"
            ));
        }
    }
    assert!(ROWS.lines().count() >= 600, "rows are missing");
    let shown = wrong.iter().take(20).map(String::as_str);
    assert!(wrong.is_empty(), "{}", shown.collect::<Vec<_>>().join("\n"));
}

/// Writes bits as the IAB's strings hold them.
#[derive(Clone, Default)]
struct Writer(Vec<bool>);

impl Writer {
    fn number(mut self, number: u64, count: u32) -> Self {
        let bits = (0..count)
            .rev()
            .map(|bit| number.checked_shr(bit).is_some_and(|rest| rest & 1 == 1));
        self.0.extend(bits);
        self
    }

    fn text(&self) -> String {
        const ALPHABET: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let sextets = self.0.chunks(6).map(|six| {
            let padded = six.iter().chain([&false; 6]).take(6);
            padded.fold(0, |value, bit| value << 1 | usize::from(*bit))
        });
        sextets.map(|sextet| char::from(ALPHABET[sextet])).collect()
    }

    /// A core up to its vendors: of that version, of that day since 1970, with all purposes.
    fn core(version: u64, day: u64) -> Self {
        let time = day * 864_000;
        let head = Self::default().number(version, 6).number(time, 36);
        // Policy 5, for this website alone, all purposes.
        let head = head
            .number(time, 36)
            .number(0, 54)
            .number(5, 6)
            .number(1, 1);
        let head = head.number(0, 13).number(0xff_ffff, 24);
        head.number(0, 24).number(0, 13)
    }

    /// No vendors, and no restrictions.
    fn rest(self) -> Self {
        self.number(0, 17).number(0, 12)
    }
}

/// 28 February 2026, in days since 1970.
const BEFORE: u64 = 20_512;

fn reason(text: &str) -> &'static str {
    match TcString::read(text.as_bytes()) {
        Ok(_) => "",
        Err(reason) => reason,
    }
}

#[test]
fn malformed_tc_strings_are_not_read() {
    let core = || Writer::core(2, BEFORE);
    let sound = core().number(0, 17).rest().text();
    let ranges = |count: u64| core().number(9, 16).number(1, 1).number(count, 12);
    let segment = |kind| Writer::default().number(kind, 3);
    let and = |segment: Writer| format!("{sound}.{}", segment.text());
    for (name, text, expected) in [
        ("sound", sound.clone(), ""),
        ("nothing", String::new(), "has a part that is empty"),
        ("not base64url", sound.replace('A', "+"), "is not base64url"),
        ("padded", format!("{sound}="), "is not base64url"),
        (
            "version 1",
            Writer::core(1, BEFORE).number(0, 17).rest().text(),
            "is not of version 2",
        ),
        (
            "version 3",
            Writer::core(3, BEFORE).number(0, 17).rest().text(),
            "is not of version 2",
        ),
        ("no vendors", core().text(), "is cut off"),
        (
            "more vendors than bits",
            core().number(0xffff, 16).number(0, 40).text(),
            "is cut off",
        ),
        (
            "more ranges than bits",
            ranges(4095).number(0, 400).text(),
            "is cut off",
        ),
        (
            "backwards",
            ranges(1)
                .number(1, 1)
                .number(9, 16)
                .number(8, 16)
                .rest()
                .rest()
                .text(),
            "has a range of vendors that is none",
        ),
        (
            "vendor 0",
            ranges(1).number(0, 17).rest().rest().text(),
            "has a range of vendors that is none",
        ),
        (
            "above",
            ranges(1).number(10, 17).rest().rest().text(),
            "names a vendor above its highest",
        ),
        ("no ranges", ranges(0).rest().text(), ""),
        (
            "more restrictions than bits",
            core()
                .number(0, 17)
                .number(0, 17)
                .number(4095, 12)
                .number(0, 99)
                .text(),
            "is cut off",
        ),
        (
            "restriction 3",
            core()
                .number(0, 34)
                .number(1, 12)
                .number(1, 6)
                .number(3, 2)
                .number(0, 12)
                .text(),
            "has a publisher restriction of no known kind",
        ),
        (
            "more behind",
            core()
                .number(0, 17)
                .rest()
                .number(0, 24)
                .number(1, 6)
                .text(),
            "has more behind its end",
        ),
        (
            "an empty segment",
            format!("{sound}."),
            "has a part that is empty",
        ),
        ("two cores", format!("{sound}.{sound}"), "has two cores"),
        (
            "disclosed, cut off",
            and(segment(1).number(500, 17)),
            "is cut off",
        ),
        (
            "allowed, cut off",
            and(segment(2).number(500, 17)),
            "is cut off",
        ),
        (
            "publisher, cut off",
            and(segment(3).number(0, 48)),
            "is cut off",
        ),
        (
            "own purposes, cut off",
            and(segment(3).number(0, 48).number(63, 6)),
            "is cut off",
        ),
        (
            "publisher",
            and(segment(3).number(0, 48).number(2, 6).number(5, 4)),
            "",
        ),
        ("unknown", and(segment(4).number(77, 30)), ""),
        (
            "unknown, not base64url",
            format!("{sound}.g!"),
            "is not base64url",
        ),
        ("twice", format!("{sound}.IAAA.IAAA"), "has a segment twice"),
    ] {
        assert_eq!(reason(&text), expected, "{name}: {text}");
    }
}

#[test]
fn the_specifications_example_is_read() {
    let example = "CQSbk4AQSbk4ANwAAAENAwCgAAAAAAAAAAYgACPAAAAA.IDKQA4AAgAKAGQAygAAA.YAAAAAAAAAAA";
    assert_eq!(reason(example), "is void: it was made before TCF 2.2");
}

#[test]
fn other_malformed_values_are_unreadable_and_early_ones_unanswered() {
    let usnat = "BVQqAAAAAgA.QA";
    for (platform, cookies, is_unreadable) in [
        ("tcf", "euconsent-v2=".to_owned(), false),
        ("tcf", "euconsent-v2=%".to_owned(), true),
        (
            "tcf",
            "FCCDCF=%5Bnull%2Cnull%2Cnull%2Cnull%5D".to_owned(),
            false,
        ),
        ("tcf", "FCCDCF=[]".to_owned(), false),
        ("tcf", "FCCDCF=[null,null,null,[null]]".to_owned(), false),
        ("tcf", "FCCDCF=[null,null,null,[7]]".to_owned(), true),
        ("tcf", "FCCDCF=[null,null,null,[\"x\"]]".to_owned(), true),
        ("tcf", "FCCDCF=[null,null,null,[\"".to_owned(), true),
        ("tcf", "FCCDCF={\"3\":[\"x\"]}".to_owned(), true),
        ("tcf", "FCCDCF=%5".to_owned(), true),
        (
            "tcf",
            format!("FCCDCF={}1{}", "[".repeat(1000), "]".repeat(1000)),
            true,
        ),
        ("tcf", format!("euconsent-v2={}", "C".repeat(5000)), true),
        ("gpp", "__gpp=".to_owned(), true),
        ("gpp", "__gpp=DBAA".to_owned(), false),
        ("gpp", format!("__gpp=DBABLA~{usnat}"), false),
        ("gpp", "__gpp=DBABLA".to_owned(), true),
        ("gpp", "__gpp=DBABLA~".to_owned(), true),
        ("gpp", format!("__gpp=DBABLA~{usnat}~{usnat}"), true),
        ("gpp", format!("__gpp=DCABLA~{usnat}"), true),
        ("gpp", format!("__gpp=CBABLA~{usnat}"), true),
        ("gpp", format!("__gpp=DB__LA~{usnat}"), true),
        ("gpp", "__gpp=DBABLA~BVQ".to_owned(), true),
        ("gpp", "__gpp=DBABLA~AVQqAAAAAgA".to_owned(), true),
        ("gpp", "__gpp=DBABLA~BVQ_AAAAAgA".to_owned(), true),
        ("gpp", "__gpp=DBABLA~BVQqAAAAAgA.".to_owned(), true),
        ("gpp", "__gpp=DBABLA~BVQqAAAAAgA.!".to_owned(), true),
        ("gpp", "__gpp=DBABLA~BVQqAAAAAgA%".to_owned(), true),
        ("gpp", format!("__gpp=DBABLA~{usnat}.AA.AA.AA"), true),
        ("us-privacy", "usprivacy=".to_owned(), true),
        ("us-privacy", "usprivacy=1YN".to_owned(), true),
        ("us-privacy", "usprivacy=1YYNN".to_owned(), true),
        ("us-privacy", "usprivacy=2YYN".to_owned(), true),
        ("us-privacy", "usprivacy=1YXN".to_owned(), true),
        ("us-privacy", "usprivacy=1%2D%2D%2D".to_owned(), false),
        ("us-privacy", "usprivacy=1---".to_owned(), false),
    ] {
        let outcome = testing::outcome(platform, &cookies);
        let as_expected = match outcome {
            Outcome::Unreadable(_) => is_unreadable,
            Outcome::Unanswered(_) => !is_unreadable,
            Outcome::Absent | Outcome::Answered(_) => false,
        };
        assert!(as_expected, "{cookies}: {outcome:?}");
    }
}

#[test]
fn an_opt_out_beside_a_tc_string_leaves_nothing_of_it_granted() {
    let catalogue = Catalogue::new(Vec::new(), Vec::new());
    let granting = ROWS
        .lines()
        .find(|row| row.starts_with("gpp\t") && row.ends_with("\tEU"));
    let granting = granting
        .and_then(|row| row.split('\t').nth(1))
        .expect("a row");
    let opting_out = "__gpp=DBABLA~CVQaAAAAAACA.QA";
    for cookies in [
        format!("{granting}; {opting_out}"),
        format!("{opting_out}; {granting}"),
    ] {
        let reading = testing::reading("gpp", &cookies, &catalogue).expect("an answer");
        assert_eq!(names(reading.granted), "");
    }
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    fn reading(platform: &str, cookies: &str) -> Option<Reading> {
        testing::reading(platform, cookies, &catalogue())
    }

    fn grants_more(part: Option<&Reading>, whole: Option<&Reading>) -> bool {
        let granted = |reading: Option<&Reading>| reading.map_or(Purposes::NONE, |its| its.granted);
        !granted(part).difference(granted(whole)).is_empty()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_value_is_borne_and_grants_nothing(value in "[!-:<-~]{0,300}") {
            for (platform, name) in [
                ("tcf", "euconsent-v2"), ("tcf", "FCCDCF"), ("gpp", "__gpp"), ("us-privacy", "usprivacy"),
            ] {
                let reading = reading(platform, &format!("{name}={value}"));
                prop_assert!(reading.is_none_or(|its| its.granted.is_empty()));
            }
        }

        #[test]
        fn any_base64url_is_borne(value in "[A-Za-z0-9_-]{0,400}", ranges in "[DB]B[A-P]{1,6}") {
            reading("tcf", &format!("euconsent-v2=C{value}"));
            reading("gpp", &format!("__gpp={ranges}~B{value}~C{value}"));
        }

        #[test]
        fn a_string_that_is_cut_off_grants_nothing_more(row in 0..ROWS.lines().count(), at in 0.0..1.0) {
            let cells: Vec<&str> = ROWS.lines().nth(row).expect("a row").split('\t').collect();
            let (platform, cookies) = (cells[0], cells[1]);
            if !cookies.contains(';') {
                let name = cookies.find('=').expect("a value") + 1;
                let cut = name + ((cookies.len() - name) as f64 * at) as usize;
                let (part, whole) = (reading(platform, &cookies[..cut]), reading(platform, cookies));
                prop_assert!(!grants_more(part.as_ref(), whole.as_ref()), "{}", &cookies[..cut]);
            }
        }
    }
}
