//! A choice becomes a record that the commands show.

use crate::{
    gateway::Gateway,
    store::{assert_whole, config, export, records},
    visitor::{HOST, Visitor},
};

#[test]
fn a_choice_is_a_record_that_an_export_shows_and_proves() {
    let gateway = Gateway::start(&config("sqlite:privet.db", ""));
    let mut visitor = Visitor::new(&gateway);
    assert_eq!(visitor.hidden().matches('&').count(), 2);
    assert_eq!(visitor.id(), None, "nobody has an id before a choice");
    let hidden = visitor.hidden();
    visitor.choose(&format!("choice=save&purpose=analytics&vendor=youtube{hidden}"));
    let id = visitor.id().expect("an id");
    visitor.choose("choice=reject-all");
    assert_eq!(visitor.id(), Some(id.clone()), "it stays");

    let export = export(&gateway);
    let records = records(&export);
    assert_eq!(records.len(), 2, "{export:#}");
    let first = records[0];
    assert_eq!(first["id"], id.as_str());
    assert_eq!(first["host"], HOST);
    assert_eq!(first["source"], "centre");
    assert_eq!(first["policy_version"], "1");
    assert_eq!(first["language"], "en");
    assert_eq!(first["purposes_granted"], serde_json::json!(["analytics"]));
    assert_eq!(
        first["purposes_refused"],
        serde_json::json!(["functional", "marketing", "media"])
    );
    assert_eq!(first["vendors_granted"], serde_json::json!(["YouTube"]));
    let shown = first["rendering"].as_str().expect("what was shown");
    let renderings = export["renderings"].as_array().expect("renderings");
    assert_eq!(renderings.len(), 1);
    assert_eq!(renderings[0]["digest"], shown);
    let page = renderings[0]["content"].as_str().expect("a page");
    assert!(page.contains("Reject all") && !page.contains(HOST), "{page}");

    assert_eq!(records[1]["source"], "unknown");
    assert!(records[1]["rendering"].is_null());
    assert_eq!(records[1]["purposes_granted"], serde_json::json!([]));
    assert_whole(&gateway);
    let series = "privet_ledger_records_total{result=\"stored\"}";
    assert!(gateway.metric(series) >= 2.0, "{}", gateway.metrics());
    assert!(gateway.metric("privet_ledger_up") >= 1.0);
}
