//! What may be recalled, and what must be decided anew.

use std::{sync::Arc, time::Duration};

use http::HeaderName;

use super::*;
use crate::privacy::field_value::FieldValue;
use crate::privacy::{
    catalogue::Catalogue,
    purpose::{Purpose, Purposes},
    rules::{
        AddressMethod, AddressRule, ConsentRules, CookieRules, HeaderRules, Mode, PolicyRules,
        SameSiteDefault, Signal, UnknownCookies, Vendor, VendorCookie,
    },
    third_parties::ThirdPartyRules,
};

fn fields(lines: &[(&'static str, &'static str)]) -> FieldLines {
    let line = |(name, value): &(&'static str, &'static str)| {
        (
            HeaderName::from_static(name),
            FieldValue::from_static(value),
        )
    };
    lines.iter().map(line).collect()
}

fn policy() -> Policy {
    let marketing = Purposes::NONE.with(Purpose::Marketing);
    let day = Duration::from_secs(86_400);
    let vendor = Vendor {
        name: "Metrics".to_owned(),
        purpose: Purpose::Analytics,
        country: None,
        iab_vendor: None,
        cookies: vec![VendorCookie {
            name: "_ga".to_owned(),
            max_lifetime: None,
        }],
        hosts: Vec::new(),
        paths: Vec::new(),
        policy: None,
        marks: Default::default(),
    };
    let rules = PolicyRules {
        hosts: Vec::new(),
        mode: Mode::Enforce,
        address: AddressRule {
            method: AddressMethod::Truncate,
            ipv4_prefix: 24,
            ipv6_prefix: 48,
            pseudonym_rotation: day,
        },
        consent: ConsentRules {
            signals: vec![Signal::Privet],
            platforms: Vec::new(),
            default: Purposes::NECESSARY,
            gpc: marketing,
            dnt: marketing,
            policy_version: "1".to_owned(),
            lifetime: day,
            banner: true,
            clear_site_data: Vec::new(),
        },
        cookies: CookieRules {
            unknown: UnknownCookies::Keep,
            secure: true,
            same_site: SameSiteDefault::Lax,
            keep_same_site: Vec::new(),
            max_lifetime: day,
            keep: Vec::new(),
            evict: true,
            cap_script_set: false,
        },
        headers: HeaderRules {
            referrer_policy: None,
            permissions_policy: None,
            hide: Vec::new(),
        },
        third_parties: ThirdPartyRules::default(),
    };
    Policy::new(
        rules,
        None,
        Arc::new(Catalogue::new(vec![vendor], Vec::new())),
    )
}

#[test]
fn only_the_same_cookies_for_the_same_host_from_the_same_browser_are_recalled() {
    const ASKED: [(&str, &str); 3] = [
        ("cookie", "a=1; _ga=2"),
        ("accept", "*/*"),
        ("cookie", "b=3"),
    ];
    let policy = policy();
    let asked = fields(&ASKED);
    let mut memory = CookieMemory::default();
    let first = memory.decide(&asked, "www.a.example", &policy, 100);
    let line = first.line.as_ref().expect("two pass");
    assert_eq!(line, "a=1; b=3");
    assert_eq!(
        (first.stripped.len(), first.evictions.lines().len()),
        (1, 3)
    );
    let again = memory.decide(&asked, "www.a.example", &policy, 100 + KEPT);
    assert!(Rc::ptr_eq(&first, &again), "the very same");

    let gpc = [&ASKED[..], &[("sec-gpc", "1")]].concat();
    let dnt = [&ASKED[..], &[("dnt", "1")]].concat();
    for (name, host, time, lines) in [
        ("another host", "b.example", 100, &ASKED[..]),
        ("later", "www.a.example", 101 + KEPT, &ASKED),
        ("the clock went back", "www.a.example", 99, &ASKED),
        ("Sec-GPC", "www.a.example", 100, &gpc),
        ("DNT", "www.a.example", 100, &dnt),
        ("fewer", "www.a.example", 100, &ASKED[..1]),
        (
            "more",
            "www.a.example",
            100,
            &[&ASKED[..], &[("cookie", "c=4")]].concat(),
        ),
        (
            "another value",
            "www.a.example",
            100,
            &[ASKED[0], ("cookie", "b=4")],
        ),
        ("another order", "www.a.example", 100, &[ASKED[2], ASKED[0]]),
        (
            "joined",
            "www.a.example",
            100,
            &[("cookie", "a=1; _ga=2b=3")],
        ),
        ("none", "www.a.example", 100, &[]),
    ] {
        let first = memory.decide(&asked, "www.a.example", &policy, 100);
        let other = memory.decide(&fields(lines), host, &policy, time);
        assert!(!Rc::ptr_eq(&first, &other), "{name}");
    }
}

#[test]
fn a_long_field_is_not_kept_and_what_was_before_it_is_forgotten() {
    let policy = policy();
    let short = fields(&[("cookie", "a=1")]);
    let mut long = FieldLines::default();
    let value = FieldValue::from_bytes(&[b'a'; LONGEST]).expect("a value");
    long.push(header::COOKIE, value);
    let mut memory = CookieMemory::default();
    let first = memory.decide(&short, "a.example", &policy, 0);
    let second = memory.decide(&long, "a.example", &policy, 0);
    let third = memory.decide(&long, "a.example", &policy, 0);
    assert!(!Rc::ptr_eq(&second, &third));
    let last = memory.decide(&short, "a.example", &policy, 0);
    assert!(!Rc::ptr_eq(&first, &last));
}
