//! A choice becomes a record that the commands show.

use crate::{
    gateway::{Client, Gateway, Origin, eventually, process::site},
    home::{Home, on_both},
    store::{assert_whole, config, export, records},
    visitor::{HOST, Visitor},
};

on_both! {
    a_choice_is_a_record_that_an_export_shows_and_proves
    a_stored_choice_of_before_gets_an_id_with_the_next_one
    the_report_counts_choices_over_a_restart
}

fn a_choice_is_a_record_that_an_export_shows_and_proves(home: &mut Home) {
    let gateway = Gateway::start(&config(&home.store(), ""));
    let mut visitor = Visitor::new(&gateway);
    assert_eq!(visitor.hidden().matches('&').count(), 2);
    assert_eq!(visitor.id(), None, "nobody has an id before a choice");
    let hidden = visitor.hidden();
    visitor.choose(&format!(
        "choice=save&purpose=analytics&vendor=youtube{hidden}"
    ));
    let id = visitor.id().expect("an id");
    visitor.choose("choice=reject-all");
    assert_eq!(visitor.id(), Some(id.clone()), "it stays");
    let forged = "0".repeat(64);
    visitor.choose(&format!("choice=reject-all&source=centre&shown={forged}"));

    let export = export(&gateway);
    let records = records(&export);
    assert_eq!(records.len(), 3, "{export:#}");
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
    assert!(
        page.contains("Reject all") && !page.contains(HOST),
        "{page}"
    );

    assert_eq!(records[1]["source"], "unknown");
    assert!(records[1]["rendering"].is_null());
    assert_eq!(records[2]["source"], "centre");
    assert!(records[2]["rendering"].is_null(), "nobody was shown that");
    assert_eq!(records[1]["purposes_granted"], serde_json::json!([]));
    assert_whole(&gateway);
    let series = "privet_ledger_records_total{result=\"stored\"}";
    assert!(gateway.metric(series) >= 2.0, "{}", gateway.metrics());
    assert!(gateway.metric("privet_ledger_up") >= 1.0);
}

fn a_stored_choice_of_before_gets_an_id_with_the_next_one(home: &mut Home) {
    let gateway = Gateway::start(&config(&home.store(), ""));
    let mut visitor = Visitor::new(&gateway);
    let old = "privet_consent=policy=1&time=4000000000&granted=&refused=marketing";
    visitor.cookie = Some(old.replace("4000000000", &now().to_string()));
    let state = visitor.ask("GET", "/.privet/consent", "").text();
    assert!(state.contains("\"source\":\"privet\""), "it holds: {state}");
    visitor.choose("choice=add&vendor=youtube&source=embed");
    assert_eq!(visitor.id().map(|id| id.len()), Some(32));
    let export = export(&gateway);
    let records = records(&export);
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["source"], "embed");
    assert_eq!(
        records[0]["vendors_granted"],
        serde_json::json!(["YouTube"])
    );
}

fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.expect("after 1970").as_secs()
}

#[test]
fn the_website_and_the_logs_never_get_the_id() {
    let origin = Origin::answering(|_| "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    for mode in ["enforce", "observe"] {
        let config = format!(
            "mode = \"{mode}\"\n{}[log]\nlevel = \"trace\"\n",
            site(&[&origin.url()])
        );
        let gateway = Gateway::start(&config);
        let mut visitor = Visitor::new(&gateway);
        visitor.choose("choice=accept-all");
        let (cookie, id) = (
            visitor.cookie.clone().expect("a cookie"),
            visitor.id().expect("an id"),
        );
        let mut client = Client::connect(gateway.https());
        for line in [
            cookie.clone(),
            format!("a=1; {cookie}; b=2"),
            format!("{cookie}&more=1"),
            format!(
                "\"privet_consent={}",
                cookie.trim_start_matches("privet_consent=")
            ),
        ] {
            client.send(
                format!("GET / HTTP/1.1\r\nHost: {HOST}\r\nCookie: {line}\r\n\r\n").into_bytes(),
            );
            assert_eq!(client.response("GET").status, 200);
            let requests = origin.requests();
            let got = requests
                .last()
                .expect("a request")
                .head
                .all("cookie")
                .join("|");
            assert!(!got.contains(&id) && !got.contains("id="), "{mode}: {got}");
            assert!(
                got.contains("granted=functional.analytics"),
                "{mode}: the rest arrives: {got}"
            );
            if line.contains("b=2") {
                assert!(
                    got.starts_with("a=1; privet_consent=policy=") && got.ends_with("; b=2"),
                    "{got}"
                );
            }
        }
        visitor.ask("GET", "/.privet/", "");
        visitor.ask("POST", "/.privet/record", "do=export");
        gateway.wait_log_lines(5);
        for text in [gateway.stdout(), gateway.stderr(), gateway.metrics()] {
            assert!(!text.contains(&id), "{text}");
        }
    }
}

#[test]
fn without_a_ledger_there_is_neither_record_nor_id() {
    let gateway = Gateway::start(&config("off", ""));
    let mut visitor = Visitor::new(&gateway);
    visitor.choose("choice=accept-all");
    assert_eq!(visitor.id(), None);
    let page = visitor.ask("GET", "/.privet/", "").text();
    assert!(
        !page.contains("/.privet/record") && page.contains("nothing that identifies you"),
        "{page}"
    );
    assert_eq!(
        visitor.ask("POST", "/.privet/record", "do=export").status,
        404
    );
    assert!(!gateway.folder().join("privet.db").exists());
    assert_eq!(crate::store::ledger(&gateway, &["export"]).code, Some(2));
    assert!(!gateway.metrics().contains("privet_ledger_up"));
}

#[test]
fn by_default_records_are_in_a_file_beside_the_configuration_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let gateway = Gateway::start(&site(&["http://127.0.0.1:9"]));
    Visitor::new(&gateway).choose("choice=accept-all");
    for name in ["privet.db", "privet.db-backlog", "privet.db-wal"] {
        let metadata = std::fs::metadata(gateway.folder().join(name)).expect(name);
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600, "{name}");
    }
    assert_eq!(records(&export(&gateway)).len(), 1);
}

#[test]
fn retention_may_change_by_a_reload_and_the_store_may_not() {
    let gateway = Gateway::start(&config("sqlite:records.db", ""));
    gateway.rewrite(&config("sqlite:records.db", "retention = \"2 years\""));
    assert_eq!(gateway.ask_admin("POST", "/reload").0, 200);
    gateway.rewrite(&config("off", ""));
    let (status, text) = gateway.ask_admin("POST", "/reload");
    assert_eq!(status, 409);
    assert!(text.contains("ledger.store"), "{text}");
    let mut visitor = Visitor::new(&gateway);
    eventually("a choice is recorded", || {
        visitor.choose("choice=reject-all");
        Some(()).filter(|()| visitor.id().is_some())
    });
}

fn the_report_counts_choices_over_a_restart(home: &mut Home) {
    let told = |gateway: &Gateway| {
        let (_, text) = gateway.ask_admin("GET", "/report.json");
        let report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        (
            report["choices"]["rejected_all"].clone(),
            report["basis"].clone(),
        )
    };
    let gateway = Gateway::start(&config(&home.store(), ""));
    for _ in 0..10 {
        Visitor::new(&gateway).choose("choice=reject-all");
    }
    let expected = (10.into(), "store".into());
    assert_eq!(told(&gateway), expected);
    let gateway = gateway.restart();
    assert_eq!(told(&gateway), expected, "nothing is forgotten");
    for _ in 0..2 {
        Visitor::new(&gateway).choose("choice=reject-all");
    }
    assert_eq!(told(&gateway).0, 12, "nothing is counted twice");
}
