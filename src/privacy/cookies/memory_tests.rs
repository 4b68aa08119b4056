//! What may be recalled, and what must be decided anew.

use http::HeaderName;

use super::*;
use crate::privacy::{
    catalogue::{Catalogue, VendorId},
    consent::ConsentPolicy,
    purpose::{Purpose, Purposes},
    rules::{ConsentRules, Signal},
};

fn fields(lines: &[(&'static str, &'static str)]) -> FieldLines {
    let line = |(name, value): &(&'static str, &'static str)| {
        (
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        )
    };
    lines.iter().map(line).collect()
}

fn consent(lines: &[(&'static str, &'static str)]) -> Consent {
    let marketing = Purposes::NONE.with(Purpose::Marketing);
    let rules = ConsentRules {
        signals: vec![Signal::Gpc],
        platforms: Vec::new(),
        default: Purposes::NECESSARY.with(Purpose::Marketing),
        gpc: marketing,
        dnt: marketing,
        policy_version: "1".to_owned(),
        lifetime: std::time::Duration::from_secs(1),
        banner: true,
    };
    let catalogue = Catalogue::new(Vec::new(), Vec::new());
    let policy = ConsentPolicy::new(rules, std::sync::Arc::new(catalogue));
    Consent::read(&fields(lines), &policy, 0)
}

#[test]
fn only_the_same_cookies_for_the_same_host_under_the_same_consent_are_recalled() {
    let asked = fields(&[
        ("cookie", "a=1; _ga=2"),
        ("accept", "*/*"),
        ("cookie", "b=3"),
    ]);
    let decision = CookieDecision {
        line: Some(HeaderValue::from_static("a=1; b=3")),
        stripped: vec![Stripped(Some(VendorId(7)))],
        evictions: vec![HeaderValue::from_static("_ga=")],
    };
    let yes = consent(&[]);
    let mut memory = CookieMemory::default();
    assert!(
        memory.recall(&asked, "a.example", &yes).is_none(),
        "nothing yet"
    );
    memory.remember(&asked, "a.example", &yes, &decision);
    let found = memory
        .recall(&asked, "a.example", &yes)
        .expect("the decision");
    assert_eq!(found.line, decision.line);
    assert_eq!(found.evictions, decision.evictions);
    assert_eq!(found.stripped.len(), 1);

    assert!(
        memory.recall(&asked, "b.example", &yes).is_none(),
        "another host"
    );
    let objects = consent(&[("sec-gpc", "1")]);
    assert!(
        memory.recall(&asked, "a.example", &objects).is_none(),
        "another consent"
    );
    for lines in [
        &[("cookie", "a=1; _ga=2")][..],
        &[
            ("cookie", "a=1; _ga=2"),
            ("cookie", "b=3"),
            ("cookie", "c=4"),
        ],
        &[("cookie", "a=1; _ga=2"), ("cookie", "b=4")],
        &[("cookie", "b=3"), ("cookie", "a=1; _ga=2")],
        &[("cookie", "a=1; _ga=2b=3")],
        &[],
    ] {
        assert!(
            memory.recall(&fields(lines), "a.example", &yes).is_none(),
            "{lines:?}"
        );
    }
}

#[test]
fn a_long_field_is_not_kept_and_what_was_before_it_is_forgotten() {
    let short = fields(&[("cookie", "a=1")]);
    let mut long = FieldLines::default();
    let value = HeaderValue::from_bytes(&[b'a'; LONGEST]).expect("a value");
    long.push(header::COOKIE, value);
    let (yes, decision) = (consent(&[]), CookieDecision::default());
    let mut memory = CookieMemory::default();
    memory.remember(&short, "a.example", &yes, &decision);
    memory.remember(&long, "a.example", &yes, &decision);
    assert!(memory.recall(&long, "a.example", &yes).is_none());
    assert!(memory.recall(&short, "a.example", &yes).is_none());
}
