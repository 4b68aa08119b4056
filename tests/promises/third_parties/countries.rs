//! Vendors outside the allowed countries are refused whatever the consent, and visitors are told.

use crate::{
    gateway::{Client, Gateway, process::site},
    visit::{choice, last, website},
};

const RULES: &str = "[third_parties]\nallowed_countries = [\"EEA\", \"adequate\"]\n";

const VENDORS: &str = r#"
[[vendor]]
name = "Near"
purpose = "analytics"
country = "FR"
cookies = [{ name = "_near" }]
paths = ["/near/*"]

[[vendor]]
name = "Listed"
purpose = "analytics"
country = "US"
adequate = "2026-11"
cookies = [{ name = "_listed" }]

[[vendor]]
name = "Far"
purpose = "analytics"
country = "IN"
cookies = [{ name = "_far" }]
paths = ["/far/*"]

[[vendor]]
name = "Nowhere"
purpose = "analytics"
cookies = [{ name = "_nowhere" }]

[[vendor]]
name = "Own Sign-in"
purpose = "necessary"
cookies = [{ name = "signin" }]
"#;

#[test]
fn no_consent_lets_in_a_vendor_from_elsewhere() {
    let origin = website(&["Set-Cookie: _far=1", "Set-Cookie: _near=1"]);
    let site = site(&[&origin.url()]);
    let gateway = Gateway::start(&format!("{RULES}{site}{VENDORS}"));
    let mut client = Client::connect(gateway.https());
    let granted = choice("functional.analytics.marketing.media", "", 5);
    let cookies =
        format!("{granted}; _near=1; _listed=2; _far=3; _nowhere=4; signin=5; PHPSESSID=6");
    let response = client.visit("/", &[("Cookie", &cookies)]);
    let received = last(&origin, "cookie").join("; ");
    for (pair, passes) in [
        ("_near=1", true),
        ("_listed=2", true),
        ("_far=3", false),
        ("_nowhere=4", false),
        ("signin=5", true),
        ("PHPSESSID=6", true),
    ] {
        assert_eq!(received.contains(pair), passes, "{pair}: {received}");
    }
    let set = response.head.all("set-cookie").join("\n");
    assert!(set.contains("_near=1") && !set.contains("_far=1"), "{set}");
    let fields = [("Cookie", granted.as_str())];
    assert_eq!(client.visit("/near/x", &fields).status, 200);
    assert_eq!(client.visit("/far/x", &fields).status, 403);
}

#[test]
fn visitors_are_told_which_vendors_are_refused_for_their_country() {
    let origin = website(&[]);
    let site = site(&[&origin.url()]);
    let gateway = Gateway::start(&format!("{RULES}{site}{VENDORS}"));
    let mut client = Client::connect(gateway.https());
    let granted = choice("functional.analytics.marketing.media", "", 5);
    let fields = [("Cookie", granted.as_str())];
    let json = client.visit("/.privet/consent", &fields).text();
    for expected in [
        "\"Far\":\"refused\"",
        "\"Nowhere\":\"refused\"",
        "\"outside_allowed_countries\":[\"Far\",\"Nowhere\"]",
    ] {
        assert!(json.contains(expected), "{expected}: {json}");
    }
    assert!(!json.contains("\"Near\""), "{json}");
    let page = client.visit("/.privet/", &fields).text();
    let reason = "Refused: outside the allowed countries";
    assert_eq!(page.matches(reason).count(), 2, "{page}");
    assert!(
        page.contains("India") && !page.contains("value=\"far\""),
        "{page}"
    );
}

#[test]
fn a_tag_manager_needs_consent_to_every_purpose_or_to_itself() {
    let origin = website(&[]);
    let vendor = r#"
[[vendor]]
name = "Tags"
purpose = "marketing"
tag_manager = true
paths = ["/tags/*"]
"#;
    let site = site(&[&origin.url()]);
    let all = choice("functional.analytics.marketing.media", "", 5);
    let some = choice("analytics.marketing", "functional.media", 5);
    let itself = format!(
        "{}&vendors=tags:yes",
        choice("analytics", "functional.marketing.media", 5)
    );
    let other = choice("functional.media", "analytics.marketing", 5);
    for (rules, passing) in [
        ("", [true, false, true, false]),
        (
            "[third_parties]\nconsent_mode = true\n",
            [true, true, true, false],
        ),
    ] {
        let gateway = Gateway::start(&format!("{rules}{site}{vendor}"));
        let mut client = Client::connect(gateway.https());
        for (cookie, passes) in [&all, &some, &itself, &other].into_iter().zip(passing) {
            let response = client.visit("/tags/x", &[("Cookie", cookie)]);
            assert_eq!(response.status == 200, passes, "{rules}{cookie}");
        }
    }
}

#[test]
fn pages_are_told_that_something_may_come_alive_only_if_everybody_may() {
    let origin = website(&[]);
    let vendor = r#"
[[vendor]]
name = "Tags"
purpose = "marketing"
country = "FR"
tag_manager = true
hosts = ["tags.test"]
"#;
    let rules = format!("{RULES}unknown_hosts = \"gate\"\n");
    let site = site(&[&origin.url()]);
    let gateway = Gateway::start(&format!("{rules}{site}{VENDORS}{vendor}"));
    let mut client = Client::connect(gateway.https());
    let asked = "/.privet/consent?vendors=near,far,tags,unknown,nobody,near%20unknown,near%20far";
    let analytics = choice("analytics", "functional.marketing.media", 5);
    let both = choice("analytics.marketing", "functional.media", 5);
    let all = choice("functional.analytics.marketing.media", "", 5);
    for (cookie, allowed) in [
        (&analytics, "near"),
        (&both, "near unknown near+unknown"),
        (&all, "near tags unknown near+unknown"),
    ] {
        let told = client.visit(asked, &[("Cookie", cookie)]).text();
        for name in [
            "near",
            "far",
            "tags",
            "unknown",
            "nobody",
            "near+unknown",
            "near+far",
        ] {
            let allows = allowed.split(' ').any(|it| it == name);
            let line = format!("\"{}\":{allows}", name.replace('+', " "));
            assert!(told.contains(&line), "{cookie}: {line} in {told}");
        }
    }
}
