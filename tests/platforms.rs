//! What consent libraries themselves store, and what privet's mirror copies, against what is made of
//! it: `platforms.tsv` and `mirror.tsv` in `tests/vectors`, which the scripts beside them make by
//! running both.
#![allow(clippy::indexing_slicing, reason = "a failed test may panic")]

use std::{sync::Arc, time::Duration};

use http::header;
use privet::privacy::{
    Catalogue, Consent, ConsentPolicy, ConsentRules, FieldLines, FieldValue, PlatformId,
    PlatformRules, Purpose, Purposes, Signal, State,
};

const VISITS: &str = concat!(
    include_str!("vectors/platforms.tsv"),
    include_str!("vectors/mirror.tsv")
);

/// A minute after the visits.
const NOW: i64 = 1_795_460_060;

/// What `platforms.mjs` says its services are for.
const SERVICES: &[(&str, Purpose)] = &[
    ("gtag", Purpose::Analytics),
    ("facebookpixel", Purpose::Marketing),
    ("youtube", Purpose::Media),
];

fn policy(platform: PlatformId) -> ConsentPolicy {
    let mut own = PlatformRules::new(platform);
    if platform.name() == "tarteaucitron" {
        let service =
            |(name, purpose): &(&str, Purpose)| ((*name).to_owned(), Purposes::NONE.with(*purpose));
        own.categories = SERVICES.iter().map(service).collect();
    }
    let rules = ConsentRules {
        signals: vec![Signal::Platform(platform)],
        platforms: vec![own],
        default: Purposes::NECESSARY,
        gpc: Purposes::NONE,
        dnt: Purposes::NONE,
        policy_version: "1".to_owned(),
        lifetime: Duration::from_secs(86_400),
        banner: false,
        clear_site_data: Vec::new(),
    };
    ConsentPolicy::new(rules, Arc::new(Catalogue::new(Vec::new(), Vec::new())))
}

#[test]
fn what_libraries_store_is_read_as_it_was_meant() {
    let mut platforms = Vec::new();
    for line in VISITS.lines() {
        let cells: Vec<&str> = line.split('\t').collect();
        let [platform, cookies, granted, refused, note] = cells[..] else {
            panic!("five cells, not: {line}");
        };
        let id =
            PlatformId::from_name(platform).unwrap_or_else(|| panic!("{platform} is no platform"));
        platforms.push(platform);
        let mut fields = FieldLines::default();
        fields.push(
            header::COOKIE,
            FieldValue::try_from(cookies).expect("a value"),
        );
        let consent = Consent::read(&fields, &policy(id), NOW);
        let stand = |state| {
            let purposes = Purpose::ALL.into_iter().skip(1);
            let names = purposes.filter(|purpose| consent.state(*purpose) == state);
            let names: Vec<&str> = names.map(Purpose::name).collect();
            if names.is_empty() {
                "-".to_owned()
            } else {
                names.join(",")
            }
        };
        let found = (stand(State::Granted), stand(State::Refused));
        let expected = (granted.to_owned(), refused.to_owned());
        assert_eq!(found, expected, "{platform}, {note}: {cookies}");
        assert!(!consent.unreadable(), "{platform}, {note}: {cookies}");
    }
    platforms.dedup();
    assert_eq!(
        platforms,
        [
            "klaro",
            "orejime",
            "tarteaucitron",
            "vanilla-cookieconsent",
            "cookieconsent",
            "mirror"
        ]
    );
}
