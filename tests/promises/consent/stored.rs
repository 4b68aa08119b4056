//! The stored choice: how long it holds, and that nothing in its place does harm.

use crate::{
    gateway::{Client, Gateway, eventually, process::site},
    visit::{choice, last, now, website},
};

#[test]
fn a_new_version_of_the_policy_asks_everybody_again() {
    let origin = website(&[]);
    let site = site(&[&origin.url()]);
    let gateway = Gateway::start(&site);
    let mut client = Client::connect(gateway.https());
    let consent = choice("analytics", "", 5);
    client.visit("/", &[("Cookie", &consent)]);
    assert_eq!(last(&origin, "x-privet-consent"), ["analytics"]);
    gateway.rewrite(&format!("{site}[consent]\npolicy_version = \"2\"\n"));
    assert_eq!(gateway.ask_admin("POST", "/reload").0, 200);
    // Workers take a new configuration over one after the other.
    eventually("the new policy holds", || {
        client.visit("/", &[("Cookie", &consent)]);
        last(&origin, "x-privet-consent").is_empty().then_some(())
    });
    let answer = client.visit("/.privet/consent", &[("Cookie", &consent)]);
    let text = answer.text();
    assert!(text.contains("\"analytics\":\"not-asked\""), "{text}");
    assert!(text.contains("\"policy_version\":\"2\""), "{text}");
}

#[test]
fn a_choice_holds_for_its_lifetime_and_not_longer() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "[consent]\nlifetime = \"10 days\"\n");
    let mut client = Client::connect(gateway.https());
    let day = 86_400;
    for (ago, holds) in [
        (0, true),
        (10 * day - 3600, true),
        (10 * day, false),
        (1000 * day, false),
        // Clocks differ a little, and no more than that.
        (-3600, true),
        (-3 * day, false),
    ] {
        let consent = choice("analytics", "", ago);
        client.visit("/", &[("Cookie", &consent)]);
        let granted = last(&origin, "x-privet-consent");
        assert_eq!(granted == ["analytics"], holds, "{ago} s ago: {granted:?}");
    }
}

#[test]
fn nothing_in_place_of_a_choice_fails_a_request_or_grants_anything() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    let time = now();
    let huge = format!("policy=1&time={time}&granted={}", "media.".repeat(3000));
    for value in [
        "",
        "=",
        "yes",
        "true",
        "&&&&",
        "policy=1",
        "granted=marketing",
        "policy=1&granted=marketing&refused=",
        "policy=1&time=&granted=marketing",
        "policy=1&time=99999999999999999999&granted=marketing",
        "policy=1&time=-9223372036854775808&granted=marketing",
        "policy=1&time=9223372036854775807&granted=marketing",
        &format!("policy=2&time={time}&granted=marketing"),
        &format!("policy=1&time={time}&granted=everything"),
        &format!("policy=1&time={time}&granted=marketing&refused=marketing"),
        &format!("policy=1&time={time}&granted=marketing&more=1"),
        &format!("policy=1&time={time}&granted=marketing&vendors=x"),
        &format!("policy=1&time={time}&granted=marketing&gpc=no"),
        &format!("policy=1&time={time}&granted=Marketing"),
        &format!("policy=1%26time={time}&granted=marketing"),
        &format!("\"policy=1&time={time}&granted=marketing\""),
        &format!("policy=1&time={time}&granted=marketing\u{e9}"),
        "{\"purposes\":{\"marketing\":true}}",
        "%00%ff",
        "\u{0}".replace('\u{0}', "\u{ff}").as_str(),
        &huge,
    ] {
        for cookie in [
            format!("privet_consent={value}"),
            format!("a=1; privet_consent={value}; b=2"),
        ] {
            let shown = &cookie[..cookie.len().min(80)];
            let response = client.visit("/", &[("Cookie", &cookie)]);
            assert_eq!(response.status, 200, "{shown}");
            assert_eq!(last(&origin, "x-privet-consent"), [""; 0], "{shown}");
            let response = client.visit("/.privet/consent", &[("Cookie", &cookie)]);
            assert_eq!(response.status, 200, "{shown}");
            let response = client.visit("/.privet/", &[("Cookie", &cookie)]);
            assert_eq!(response.status, 200, "{shown}");
        }
    }
}

#[test]
fn of_several_stored_choices_only_what_all_grant_is_granted() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    let both = choice("analytics.media", "marketing", 5);
    let one = choice("analytics", "media", 90);
    client.visit("/", &[("Cookie", &format!("{both}; {one}"))]);
    assert_eq!(last(&origin, "x-privet-consent"), ["analytics"]);
    client.visit("/", &[("Cookie", &one), ("Cookie", &both)]);
    assert_eq!(last(&origin, "x-privet-consent"), ["analytics"]);
}

#[test]
fn a_purpose_that_the_operator_grants_holds_until_it_is_refused() {
    let origin = website(&[]);
    let more = "[site.consent]\ndefault = [\"necessary\", \"functional\", \"analytics\"]\n";
    let gateway = Gateway::before(&origin, more);
    let mut client = Client::connect(gateway.https());
    for (fields, expected) in [
        (&[][..], &["functional,analytics"][..]),
        (&[("DNT", "1")], &["functional"]),
        (
            &[("Cookie", choice("", "analytics.functional", 5).as_str())],
            &[],
        ),
        (
            &[("Cookie", choice("media", "analytics", 5).as_str())],
            &["functional,media"],
        ),
    ] {
        client.visit("/", fields);
        assert_eq!(last(&origin, "x-privet-consent"), expected, "{fields:?}");
    }
}
