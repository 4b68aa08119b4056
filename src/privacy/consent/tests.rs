//! Which signal decides, what a stored choice holds, and what `Sec-GPC` takes out of it.

use std::{sync::Arc, time::Duration};

use http::{HeaderName, header};

use super::*;
use crate::privacy::field_value::FieldValue;
use crate::privacy::rules::Vendor;

const NOW: i64 = 1_795_460_000;

fn rules() -> ConsentRules {
    ConsentRules {
        signals: vec![Signal::Privet, Signal::Gpc, Signal::Dnt],
        platforms: Vec::new(),
        default: Purposes::NECESSARY,
        gpc: Purposes::NONE.with(Purpose::Marketing),
        dnt: Purposes::NONE
            .with(Purpose::Analytics)
            .with(Purpose::Marketing),
        policy_version: "2026-11".to_owned(),
        lifetime: Duration::from_secs(180 * 86_400),
        banner: true,
        clear_site_data: Vec::new(),
    }
}

fn catalogue() -> Catalogue {
    let vendor = |name: &str, purpose| Vendor {
        name: name.to_owned(),
        purpose,
        country: None,
        iab_vendor: None,
        cookies: Vec::new(),
        hosts: Vec::new(),
        paths: Vec::new(),
        policy: None,
        marks: Default::default(),
    };
    Catalogue::new(
        vec![
            vendor("Hotjar", Purpose::Analytics),
            vendor("AdRoll", Purpose::Marketing),
        ],
        Vec::new(),
    )
}

fn policy(rules: ConsentRules) -> ConsentPolicy {
    ConsentPolicy::new(rules, Arc::new(catalogue()))
}

fn read(fields: &[(&'static str, &str)]) -> Consent {
    let mut lines = FieldLines::default();
    for (name, value) in fields {
        lines.push(
            HeaderName::from_static(name),
            FieldValue::try_from(*value).expect("a value"),
        );
    }
    Consent::read(&lines, &policy(rules()), NOW)
}

fn granted(consent: &Consent) -> String {
    consent
        .granted()
        .iter()
        .map(Purpose::name)
        .collect::<Vec<_>>()
        .join(",")
}

#[test]
fn a_stored_choice_decides_and_only_a_current_well_formed_one() {
    for (name, value, expected, unreadable) in [
        (
            "yes",
            "policy=2026-11&time=1795459999&granted=analytics.media&refused=marketing",
            "necessary,analytics,media",
            false,
        ),
        (
            "other policy",
            "policy=2025&time=1795459999&granted=analytics&refused=",
            "necessary",
            true,
        ),
        (
            "too old",
            "policy=2026-11&time=1700000000&granted=analytics&refused=",
            "necessary",
            true,
        ),
        (
            "from the future",
            "policy=2026-11&time=1895459999&granted=analytics&refused=",
            "necessary",
            true,
        ),
        (
            "no time",
            "policy=2026-11&granted=analytics",
            "necessary",
            true,
        ),
        (
            "unknown purpose",
            "policy=2026-11&time=1795459999&granted=analytics.all",
            "necessary",
            true,
        ),
        (
            "both",
            "policy=2026-11&time=1795459999&granted=analytics&refused=analytics",
            "necessary",
            false,
        ),
        ("junk", "yes", "necessary", true),
        ("empty", "", "necessary", true),
    ] {
        let consent = read(&[("cookie", &format!("a=1; privet_consent={value}; b=2"))]);
        assert_eq!(granted(&consent), expected, "{name}");
        assert_eq!(consent.unreadable(), unreadable, "{name}");
    }
    assert_eq!(read(&[]).source(), ConsentSource::Default);
    assert_eq!(read(&[]).state(Purpose::Media), State::NotAsked);
}

#[test]
fn of_two_stored_choices_only_what_both_grant_is_granted() {
    let consent = read(&[(
        "cookie",
        "privet_consent=policy=2026-11&time=1795459999&granted=analytics.media&refused=&vendors=hotjar:yes; \
         privet_consent=policy=2026-11&time=1795459999&granted=analytics&refused=&vendors=adroll:no",
    )]);
    assert_eq!(granted(&consent), "necessary,analytics");
    let catalogue = catalogue();
    let answer = |slug| consent.vendor_answer(catalogue.by_slug(slug).expect("known"));
    assert_eq!((answer("hotjar"), answer("adroll")), (None, Some(false)));
}

#[test]
fn a_vendors_own_answer_beats_its_purposes() {
    let consent = read(&[(
        "cookie",
        "privet_consent=policy=2026-11&time=1795459999&granted=analytics&refused=marketing&vendors=hotjar:no.adroll:yes.gone:yes",
    )]);
    let catalogue = catalogue();
    for (slug, purpose, expected) in [
        ("hotjar", Purpose::Analytics, false),
        ("adroll", Purpose::Marketing, true),
    ] {
        let vendor = catalogue.by_slug(slug).expect("known");
        assert_eq!(consent.allows_vendor(vendor, purpose), expected, "{slug}");
    }
}

#[test]
fn gpc_beats_an_older_yes_for_good_until_the_visitor_knows_and_says_yes_again() {
    let yes =
        "policy=2026-11&time=1795459999&granted=marketing.analytics&refused=&vendors=adroll:yes";
    let cookie = format!("privet_consent={yes}");
    let beaten = read(&[("cookie", &cookie), ("sec-gpc", "1")]);
    assert_eq!(granted(&beaten), "necessary,analytics");
    assert_eq!(beaten.source(), ConsentSource::GlobalPrivacyControl);
    let stored = beaten.withdrawal().expect("to be stored again");
    let line = stored
        .set_cookie(&rules(), &catalogue(), NOW)
        .expect("a line");
    let line = line.to_str().expect("text").to_owned();
    assert!(
        line.contains("refused=marketing") && line.contains("Path=/"),
        "{line}"
    );
    assert!(
        line.contains("Secure") && line.contains("SameSite=Lax"),
        "{line}"
    );

    let later = read(&[("cookie", line.split(';').next().expect("a pair"))]);
    assert_eq!(
        granted(&later),
        "necessary,analytics",
        "its absence brings nothing back"
    );
    assert!(later.withdrawal().is_none());
    let catalogue = catalogue();
    let adroll = catalogue.by_slug("adroll").expect("known");
    assert!(
        !later.allows_vendor(adroll, Purpose::Marketing),
        "nor the vendor's own yes"
    );

    let told = read(&[("cookie", &format!("{cookie}&gpc=told")), ("sec-gpc", "1")]);
    assert_eq!(granted(&told), "necessary,analytics,marketing");
    let other = read(&[("cookie", &cookie), ("sec-gpc", "true")]);
    assert_eq!(
        granted(&other),
        "necessary,analytics,marketing",
        "only exactly 1 counts"
    );
}

#[test]
fn gpc_and_dnt_refuse_where_nothing_was_chosen() {
    let gpc = read(&[("sec-gpc", "1")]);
    assert_eq!(gpc.state(Purpose::Marketing), State::Refused);
    assert_eq!(gpc.state(Purpose::Analytics), State::NotAsked);
    assert_eq!(gpc.source(), ConsentSource::GlobalPrivacyControl);
    let dnt = read(&[("dnt", "1")]);
    assert_eq!(dnt.state(Purpose::Analytics), State::Refused);
    assert_eq!(
        read(&[("dnt", "0")]).state(Purpose::Analytics),
        State::NotAsked
    );
    let chosen = read(&[
        (
            "cookie",
            "privet_consent=policy=2026-11&time=1795459999&granted=analytics&refused=marketing",
        ),
        ("dnt", "1"),
    ]);
    assert_eq!(
        chosen.state(Purpose::Analytics),
        State::Granted,
        "a choice beats DNT"
    );
}

#[test]
fn a_refusal_beats_the_operators_default() {
    let mut rules = rules();
    rules.default = Purposes::NECESSARY
        .with(Purpose::Functional)
        .with(Purpose::Marketing);
    let mut fields = FieldLines::default();
    fields.push(
        HeaderName::from_static("sec-gpc"),
        FieldValue::from_static("1"),
    );
    let policy = policy(rules);
    let consent = Consent::read(&fields, &policy, NOW);
    assert_eq!(granted(&consent), "necessary,functional");
    let refused =
        "privet_consent=policy=2026-11&time=1795459999&granted=&refused=functional.marketing";
    fields.set(header::COOKIE, FieldValue::from_static(refused));
    let consent = Consent::read(&fields, &policy, NOW);
    assert_eq!(granted(&consent), "necessary");
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_without_panic_and_grant_nothing_unasked(value: Vec<u8>) {
        let mut fields = FieldLines::default();
        if let Ok(value) = FieldValue::from_bytes(&[b"privet_consent=", value.as_slice()].concat()) {
            fields.push(header::COOKIE, value);
        }
        let consent = Consent::read(&fields, &policy(rules()), NOW);
        proptest::prop_assert!(!consent.granted().contains(Purpose::Marketing));
    }
}
