//! What the consent form ticks, and what it never lets through.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed test may panic"
)]

use super::*;

fn vendor(slug: &'static str, state: State) -> VendorView<'static> {
    VendorView {
        name: slug,
        slug,
        country: Some("MT"),
        policy: None,
        state,
        elsewhere: false,
    }
}

/// The names and values of the ticked boxes.
fn ticks(html: &str) -> Vec<String> {
    html.split("<input ")
        .skip(1)
        .filter_map(|input| input.split('>').next())
        .filter(|input| input.ends_with(" checked"))
        .map(|input| {
            let quoted: Vec<&str> = input.split('"').collect();
            format!("{}={}", quoted[3], quoted[5])
        })
        .collect()
}

#[test]
fn saving_the_form_as_it_stands_never_widens_a_consent() {
    use State::{Granted, NotAsked, Refused};
    for (name, state, vendors, expected) in [
        ("nothing asked", NotAsked, [NotAsked, NotAsked], vec![]),
        ("all refused", Refused, [Refused, Refused], vec![]),
        (
            "all granted",
            Granted,
            [Granted, Granted],
            vec!["purpose=analytics"],
        ),
        (
            "granted but one",
            Granted,
            [Granted, Refused],
            vec!["vendor=a"],
        ),
        (
            "refused but one",
            Refused,
            [Refused, Granted],
            vec!["vendor=b"],
        ),
        (
            "granted, all companies refused",
            Granted,
            [Refused, Refused],
            vec![],
        ),
    ] {
        let html = list(&[PurposeView {
            purpose: Purpose::Analytics,
            state,
            vendors: vec![vendor("a", vendors[0]), vendor("b", vendors[1])],
        }]);
        assert_eq!(ticks(&html), expected, "{name}");
        assert_eq!(
            html.contains("<details open>"),
            html.contains("Allowed for some"),
            "{name}"
        );
    }
}

#[test]
fn a_purpose_without_companies_has_its_own_answer() {
    for (state, label, ticked) in [
        (State::Granted, "Allowed<", true),
        (State::Refused, "Refused<", false),
        (State::NotAsked, "Not answered<", false),
    ] {
        let html = list(&[PurposeView {
            purpose: Purpose::Media,
            state,
            vendors: Vec::new(),
        }]);
        assert!(html.contains(label), "{html}");
        assert_eq!(html.contains(" checked"), ticked, "{label}");
        assert!(!html.contains("<details"), "{label}");
        assert!(html.contains("No company has been seen"), "{label}");
    }
}

#[test]
fn what_is_necessary_has_no_box() {
    let html = list(&[PurposeView {
        purpose: Purpose::Necessary,
        state: State::Granted,
        vendors: vec![vendor("payments", State::Granted)],
    }]);
    assert!(html.contains("Always on") && !html.contains("<input"));
    assert!(html.contains("What this covers") && !html.contains("company"));
}

#[test]
fn hostile_companies_stay_text() {
    let hostile = VendorView {
        name: "<img src=x onerror=alert(1)>",
        slug: "\"><script>",
        country: Some("<u>"),
        policy: Some("https://x.example/\"><b>"),
        state: State::Refused,
        elsewhere: false,
    };
    let html = list(&[PurposeView {
        purpose: Purpose::Marketing,
        state: State::Refused,
        vendors: vec![hostile],
    }]);
    for markup in ["<img", "<script", "<u>", "<b>"] {
        assert!(!html.contains(markup), "{markup}");
    }
    assert!(html.contains("value=\"&quot;&gt;&lt;script&gt;\""));
}

#[test]
fn only_web_addresses_become_links() {
    for (url, expected) in [
        ("https://a.example/privacy", true),
        ("HTTP://a.example", true),
        ("javascript:alert(1)", false),
        ("javascript://a.example/%0aalert(1)", false),
        (" https://a.example", false),
        ("/privacy", false),
        ("data:text/html,://", false),
        ("", false),
    ] {
        assert_eq!(is_web_address(url), expected, "{url:?}");
    }
}

#[test]
fn a_company_outside_the_allowed_countries_is_refused_and_not_asked_for() {
    let elsewhere = VendorView {
        elsewhere: true,
        ..vendor("far", State::Refused)
    };
    let html = list(&[PurposeView {
        purpose: Purpose::Analytics,
        state: State::Granted,
        vendors: vec![vendor("near", State::Granted), elsewhere],
    }]);
    assert_eq!(ticks(&html), ["purpose=analytics"], "it takes no tick away");
    assert!(
        html.contains("value=\"near\"") && !html.contains("value=\"far\""),
        "{html}"
    );
    assert!(
        html.contains("Refused: outside the allowed countries"),
        "{html}"
    );
}
