//! Opt-outs that the browser itself sends.

use serde_json::json;

use crate::{
    chromium::Chromium,
    shop::{Shop, expected_after_choice},
};

const NOT_MARKETING: [&str; 3] = ["functional", "analytics", "media"];
const ALL: [&str; 4] = ["functional", "analytics", "media", "marketing"];

#[test]
fn global_privacy_control_beats_an_older_yes_for_good() {
    let (shop, visitor) = (Shop::open(), Chromium::start());
    shop.choose(&visitor, "accept-all");
    visitor.go(&shop.url("/"));
    assert_eq!(visitor.cookie_names(), expected_after_choice(&ALL));
    assert!(!visitor.text("body").contains("Opt-out request honoured"));

    visitor.send_fields(&json!({ "Sec-GPC": "1" }));
    visitor.go(&shop.url("/.privet/"));
    let notice = visitor.text(".notice");
    assert!(notice.contains("Opt-out request honoured"), "{notice}");
    assert!(notice.contains("yes is set aside"), "{notice}");
    assert!(!visitor.has("input[value=marketing]:checked"));
    assert!(visitor.has("input[value=analytics]:checked"));
    visitor.go(&shop.url("/"));
    assert_eq!(
        visitor.cookie_names(),
        expected_after_choice(&NOT_MARKETING)
    );

    visitor.send_fields(&json!({}));
    visitor.go(&shop.url("/"));
    visitor.go(&shop.url("/"));
    assert_eq!(
        visitor.cookie_names(),
        expected_after_choice(&NOT_MARKETING),
        "its absence brings nothing back"
    );
}

#[test]
fn a_visitor_told_of_the_signal_may_say_yes_all_the_same() {
    let (shop, visitor) = (Shop::open(), Chromium::start());
    visitor.send_fields(&json!({ "Sec-GPC": "1" }));
    visitor.go(&shop.url("/.privet/"));
    assert!(visitor.text(".notice").contains("overrides the signal"));
    visitor.follow("button[value=accept-all]");
    assert!(!visitor.text("body").contains("Opt-out request honoured"));
    visitor.go(&shop.url("/"));
    assert_eq!(visitor.cookie_names(), expected_after_choice(&ALL));
}

#[test]
fn support_for_the_signal_is_stated() {
    let (shop, visitor) = (Shop::open(), Chromium::start());
    visitor.go(&shop.url("/.well-known/gpc.json"));
    let support: serde_json::Value =
        serde_json::from_str(&visitor.text("pre")).expect("JSON, shown as text");
    assert_eq!(support["gpc"], true);
}
