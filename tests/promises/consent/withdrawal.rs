//! Taking a consent back clears what the website keeps in the browser, where the operator wants it.

use crate::{
    gateway::{Client, Gateway, process::site},
    visit::{choice, website},
};

const CLEAR: &str = "clear_site_data = [\"cache\", \"storage\"]\n";

#[test]
fn only_taking_a_consent_back_clears_what_the_browser_keeps() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, &format!("[consent]\n{CLEAR}"));
    let mut client = Client::connect(gateway.https());
    let granted = choice("analytics.marketing", "functional.media", 5);
    let refused = choice("", "functional.analytics.marketing.media", 5);
    let vendor = format!("{refused}&vendors=hotjar:yes");
    for (name, before, form, expected) in [
        ("everything", &granted, "choice=reject-all", true),
        (
            "one purpose",
            &granted,
            "choice=save&purpose=analytics",
            true,
        ),
        (
            "one for another",
            &granted,
            "choice=save&purpose=analytics&purpose=media",
            true,
        ),
        ("a vendor", &vendor, "choice=reject-all", true),
        (
            "a vendor for another",
            &vendor,
            "choice=save&vendor=facebook-pixel",
            true,
        ),
        (
            "nothing",
            &granted,
            "choice=save&purpose=analytics&purpose=marketing",
            false,
        ),
        (
            "a purpose for its vendor",
            &vendor,
            "choice=save&purpose=analytics",
            false,
        ),
        (
            "the same vendor",
            &vendor,
            "choice=save&vendor=hotjar",
            false,
        ),
        ("a yes", &granted, "choice=accept-all", false),
        ("a no again", &refused, "choice=reject-all", false),
        ("a first no", &String::new(), "choice=reject-all", false),
    ] {
        for accept in ["*/*", "application/json"] {
            let fields = [("Cookie", before.as_str()), ("Accept", accept)];
            let answer = client.choose(form, &fields);
            let expected = expected.then_some("\"cache\", \"storage\"");
            assert_eq!(answer.get("clear-site-data"), expected, "{name}");
            let choices = answer.head.all("set-cookie").join("\n");
            assert!(
                choices.starts_with("privet_consent=policy="),
                "{name}: the choice stands"
            );
        }
    }
    let page = client.visit("/", &[("Cookie", &refused)]);
    assert_eq!(page.get("clear-site-data"), None);
}

#[test]
fn what_was_granted_by_default_can_be_taken_back_too() {
    let origin = website(&[]);
    let more = format!("[consent]\ndefault = [\"necessary\", \"functional\"]\n{CLEAR}");
    let gateway = Gateway::before(&origin, &more);
    let answer = Client::connect(gateway.https()).choose("choice=reject-all", &[]);
    assert_eq!(
        answer.get("clear-site-data"),
        Some("\"cache\", \"storage\"")
    );
}

#[test]
fn nothing_is_cleared_by_default_or_where_privet_only_observes() {
    let origin = website(&[]);
    let at = site(&[&origin.url()]);
    for config in [
        at.clone(),
        format!("mode = \"observe\"\n[consent]\n{CLEAR}{at}"),
        format!("[consent]\n{CLEAR}{at}[site.consent]\nclear_site_data = []\n"),
    ] {
        let gateway = Gateway::start(&config);
        let before = choice("marketing", "", 5);
        let mut client = Client::connect(gateway.https());
        let answer = client.choose("choice=reject-all", &[("Cookie", &before)]);
        assert_eq!(
            (answer.status, answer.get("clear-site-data")),
            (303, None),
            "{config}"
        );
    }
    let only_one = "[site.consent]\nclear_site_data = [\"executionContexts\"]\n";
    let gateway = Gateway::start(&format!("{at}{only_one}"));
    let before = choice("marketing", "", 5);
    let answer =
        Client::connect(gateway.https()).choose("choice=reject-all", &[("Cookie", &before)]);
    assert_eq!(answer.get("clear-site-data"), Some("\"executionContexts\""));
}
