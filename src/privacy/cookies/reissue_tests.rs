//! Which cookies are set again, with which lines, and for which requests.

use std::{sync::Arc, time::Duration};

use http::HeaderName;

use super::*;
use crate::privacy::{
    catalogue::Catalogue,
    cookies::CookieDecision,
    purpose::{Purpose, Purposes},
    rules::{
        AddressMethod, AddressRule, ConsentRules, CookieRules, HeaderRules, Mode, PolicyRules,
        SameSiteDefault, Signal, UnknownCookies, Vendor, VendorCookie,
    },
    third_parties::ThirdPartyRules,
};

const NOW: i64 = 784_111_777; // Sun, 06 Nov 1994 08:49:37 GMT
const DAY: Duration = Duration::from_secs(86_400);
/// Behind the value of a cookie that may live for ten days.
const TEN_DAYS: &str =
    "; Path=/; Max-Age=864000; Expires=Wed, 16 Nov 1994 08:49:37 GMT; Secure; SameSite=Lax";

fn vendor(name: &str, purpose: Purpose, cookies: &[(&str, Option<u32>)]) -> Vendor {
    let cookies = cookies.iter().map(|(name, days)| VendorCookie {
        name: (*name).to_owned(),
        max_lifetime: days.map(|days| DAY * days),
    });
    Vendor {
        name: name.to_owned(),
        purpose,
        country: None,
        iab_vendor: None,
        cookies: cookies.collect(),
        hosts: Vec::new(),
        paths: Vec::new(),
        policy: None,
        marks: Default::default(),
    }
}

fn rules() -> CookieRules {
    CookieRules {
        unknown: UnknownCookies::Strip,
        secure: true,
        same_site: SameSiteDefault::Lax,
        keep_same_site: vec!["_left".to_owned()],
        max_lifetime: DAY * 60,
        keep: vec!["_kept".to_owned()],
        evict: true,
        cap_script_set: true,
    }
}

/// Analytics are granted, marketing is not.
fn policy(mode: Mode, cookies: CookieRules) -> Policy {
    let ten = Some(10);
    let measured = [
        ("_a*", ten),
        ("_long", Some(700)),
        ("_open", None),
        ("_kept", ten),
        ("_left", ten),
        ("FP*", ten),
        ("__Host-_a", ten),
        ("__secure-_a", ten),
    ];
    let vendors = vec![
        vendor("Metrics", Purpose::Analytics, &measured),
        vendor("Ads", Purpose::Marketing, &[("_m", ten)]),
        vendor("Shop", Purpose::Necessary, &[("_n", ten)]),
    ];
    let rules = PolicyRules {
        hosts: Vec::new(),
        mode,
        address: AddressRule {
            method: AddressMethod::Truncate,
            ipv4_prefix: 24,
            ipv6_prefix: 48,
            pseudonym_rotation: DAY,
        },
        consent: ConsentRules {
            signals: vec![Signal::Privet],
            platforms: Vec::new(),
            default: Purposes::NECESSARY.with(Purpose::Analytics),
            gpc: Purposes::NONE,
            dnt: Purposes::NONE,
            policy_version: "1".to_owned(),
            lifetime: DAY,
            banner: true,
            clear_site_data: Vec::new(),
        },
        cookies,
        headers: HeaderRules {
            referrer_policy: None,
            permissions_policy: None,
            hide: Vec::new(),
        },
        third_parties: ThirdPartyRules::default(),
    };
    Policy::new(rules, None, Arc::new(Catalogue::new(vendors, Vec::new())))
}

fn decide(policy: &Policy, host: &str, lines: &[(&'static str, &str)]) -> CookieDecision {
    let fields: FieldLines = lines
        .iter()
        .map(|(name, value)| {
            let value: Vec<u8> = value.chars().map(|char| char as u8).collect();
            let value = FieldValue::from_bytes(&value).expect("a value");
            (HeaderName::from_static(name), value)
        })
        .collect();
    CookieDecision::new(&fields, host, policy, NOW)
}

fn text(lines: &[FieldValue]) -> Vec<String> {
    let latin = |line: &FieldValue| {
        line.as_bytes()
            .iter()
            .map(|byte| char::from(*byte))
            .collect()
    };
    lines.iter().map(latin).collect()
}

/// The lines beside a response that sets nothing.
fn added(policy: &Policy, host: &str, lines: &[(&'static str, &str)]) -> Vec<String> {
    text(&decide(policy, host, lines).reissues.beside([].iter()))
}

#[test]
fn a_cookie_is_set_again_for_the_registrable_domain_alone() {
    let policy = policy(Mode::Enforce, rules());
    let expired = "_a=; Path=/; Max-Age=0; Secure";
    for (host, between, domain) in [
        (
            "www.shop.example.co.uk",
            &["www.shop.example.co.uk", "shop.example.co.uk"][..],
            Some("example.co.uk"),
        ),
        ("www.example.com", &["www.example.com"], Some("example.com")),
        ("example.com", &[], Some("example.com")),
        ("localhost", &[], None),
        ("127.0.0.1", &[], None),
        ("[::1]", &[], None),
    ] {
        let mut expected = Vec::new();
        if domain.is_some() {
            expected.push(expired.to_owned());
        }
        expected.extend(
            between
                .iter()
                .map(|domain| format!("{expired}; Domain={domain}")),
        );
        let domain = domain.map_or_else(String::new, |domain| format!("; Domain={domain}"));
        expected.push(format!("_a=1{TEN_DAYS}{domain}"));
        expected.push(REMEMBER.to_owned());
        assert_eq!(
            added(&policy, host, &[("cookie", "_a=1")]),
            expected,
            "{host}"
        );
    }
}

#[test]
fn only_consented_cookies_that_are_promised_a_life_are_set_again() {
    let policy = policy(Mode::Enforce, rules());
    for (cookie, expected) in [
        ("_a=1", Some("_a=1")),
        ("_a", None),
        ("_a=", Some("_a=")),
        (
            "x=1; _a=\"b, {c}\"=d\u{e9}; y=2",
            Some("_a=\"b, {c}\"=d\u{e9}"),
        ),
        ("_a = 1 ", Some("_a=1")),
        ("_m=refused", None),
        ("_n=necessary", None),
        ("_open=1", None),
        ("_kept=1", None),
        ("_left=1", None),
        ("unknown=1", None),
        ("__Host-_a=1; __secure-_a=1", None),
        ("FPID=1; FPAU=1; FPGCLAW=1", None),
        ("FPLC=1", Some("FPLC=1")),
        // Nobody can tell which is whose, or what a browser would make of it.
        ("_a=1; _a=2", None),
        ("\"_a\"=1", None),
        ("=_a=1", None),
        // It was done today.
        ("_a=1; privet_capped=1", None),
        ("privet_capped=; _a=1", None),
    ] {
        let got = added(&policy, "localhost", &[("cookie", cookie)]);
        let mut lines: Vec<String> = expected
            .iter()
            .map(|pair| format!("{pair}{TEN_DAYS}"))
            .collect();
        if !lines.is_empty() {
            lines.push(REMEMBER.to_owned());
        }
        assert_eq!(got, lines, "{cookie}");
    }
    let got = added(&policy, "localhost", &[("cookie", "_long=1")]);
    assert!(
        got[0].contains("; Max-Age=5184000; Expires=Thu, 05 Jan 1995 "),
        "{got:?}"
    );
}

#[test]
fn only_the_answer_to_a_page_sets_cookies_again_where_the_operator_wants_it() {
    let on = policy(Mode::Enforce, rules());
    let observing = policy(Mode::Observe, rules());
    let off = policy(
        Mode::Enforce,
        CookieRules {
            cap_script_set: false,
            ..rules()
        },
    );
    for (name, policy, destination, expected) in [
        ("a page", &on, Some("document"), true),
        ("a browser that does not say", &on, None, true),
        ("a script", &on, Some("script"), false),
        ("a frame", &on, Some("iframe"), false),
        ("a call", &on, Some("empty"), false),
        ("observing", &observing, None, false),
        ("off", &off, None, false),
    ] {
        let mut lines = vec![("cookie", "_a=1")];
        lines.extend(destination.map(|destination| ("sec-fetch-dest", destination)));
        let got = decide(policy, "a.example", &lines);
        assert_eq!(!got.reissues.is_empty(), expected, "{name}");
    }
    assert!(decide(&on, "a.example", &[]).reissues.is_empty());
}

#[test]
fn attributes_are_those_of_the_operator() {
    for (same_site, secure, expected) in [
        (SameSiteDefault::Lax, true, "; Secure; SameSite=Lax"),
        (SameSiteDefault::Strict, true, "; Secure; SameSite=Strict"),
        (SameSiteDefault::None, true, "; Secure; SameSite=None"),
        (SameSiteDefault::Leave, true, "; Secure"),
        (SameSiteDefault::Leave, false, ""),
    ] {
        let policy = policy(
            Mode::Enforce,
            CookieRules {
                same_site,
                secure,
                ..rules()
            },
        );
        let got = added(&policy, "localhost", &[("cookie", "_a=1")]);
        let end = format!(" GMT{expected}");
        assert!(got[0].ends_with(&end), "{got:?}");
    }
}

#[test]
fn what_the_website_sets_itself_is_left_to_it() {
    let policy = policy(Mode::Enforce, rules());
    let decision = decide(&policy, "localhost", &[("cookie", "_a1=1; _a2=2")]);
    let set = |lines: &[&'static str]| -> Vec<String> {
        let lines: Vec<FieldValue> = lines
            .iter()
            .map(|line| FieldValue::from_static(line))
            .collect();
        text(&decision.reissues.beside(lines.iter()))
    };
    let [first, second] = [format!("_a1=1{TEN_DAYS}"), format!("_a2=2{TEN_DAYS}")];
    assert_eq!(set(&["sid=1"]), [&first, &second, REMEMBER]);
    assert_eq!(set(&["_a1=3; Path=/"]), [&second, REMEMBER]);
    // Nothing was done, so nothing is remembered.
    assert_eq!(set(&["_a1=3", " _a2 = ; Max-Age=0"]), [""; 0]);
}

#[test]
fn a_strangers_cookies_make_no_more_lines_than_a_browser_takes() {
    let policy = policy(Mode::Enforce, rules());
    let many: Vec<String> = (0..500).map(|number| format!("_a{number}=1")).collect();
    let got = added(&policy, "localhost", &[("cookie", &many.join("; "))]);
    assert_eq!(got.len(), MOST_COOKIES + 1);
    let long: Vec<String> = (0..8)
        .map(|number| format!("_a{number}={}", "x".repeat(3000)))
        .collect();
    let got = added(
        &policy,
        "www.example.com",
        &[("cookie", &format!("{}; _az=1", long.join("; ")))],
    );
    let size: usize = got.iter().map(String::len).sum();
    assert!(
        (6000..MOST_BYTES + REMEMBER.len()).contains(&size),
        "{size}"
    );
    assert!(
        got.iter().any(|line| line.starts_with("_az=1;")),
        "what fits is not held up"
    );
}

#[test]
fn privets_own_cookies_are_unknown_to_nobody_and_one_stays_here() {
    let policy = policy(Mode::Enforce, rules());
    let cookies = "privet_mirror=a; privet_capped=1; privet_consent=b; _a=1";
    let decision = decide(&policy, "a.example", &[("cookie", cookies)]);
    assert_eq!(decision.stripped, []);
    let line = decision.line.expect("a line");
    assert_eq!(line, "privet_mirror=a; privet_consent=b; _a=1");
    let observing = self::policy(Mode::Observe, rules());
    let decision = decide(&observing, "a.example", &[("cookie", cookies)]);
    assert_eq!(decision.line.expect("a line"), cookies);
}
