//! The privacy report and the cookie declaration, from outside: what visitors did is what they tell,
//! small numbers are not told, and a restart forgets nothing.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed test may panic"
)]

#[path = "../gateway/mod.rs"]
mod gateway;

mod declaration;
mod traffic;

use serde_json::Value;

use crate::{
    gateway::{Gateway, process::site},
    traffic::{HOST, choose, load, report, visit, website},
};

const STORE: &str = "[ledger]\nstore = \"sqlite:privet.db\"\n";

/// The row of a list that has that value.
fn row<'a>(report: &'a Value, list: &str, key: &str, value: &str) -> &'a Value {
    let rows = report[list].as_array().expect("a list");
    let found = rows.iter().find(|row| row[key] == value);
    found.unwrap_or_else(|| panic!("{value} is not in {list}: {report:#}"))
}

#[test]
fn the_report_tells_what_happened() {
    let origin = website(&[
        "Set-Cookie: _hjid=1; Max-Age=60",
        "Set-Cookie: mystery-7781=x",
    ]);
    let gateway = Gateway::start(&format!("{}{STORE}", site(&[&origin.url()])));
    for _ in 0..12 {
        load(
            &gateway,
            "/shop/4711",
            &["Cookie: _ga=GA1.1.2.3", "Sec-GPC: 1"],
        );
    }
    for _ in 0..11 {
        choose(&gateway, "choice=save&purpose=analytics");
    }
    let report = report(&gateway);
    assert_eq!(report["basis"], "store");
    let vendor = row(&report, "vendors", "vendor", "Google Analytics");
    assert_eq!(
        (&vendor["request"], &vendor["evicted"]),
        (&12.into(), &12.into())
    );
    assert_eq!(vendor["purpose"], "analytics");
    let hotjar = row(&report, "vendors", "vendor", "Hotjar");
    assert_eq!(
        (&hotjar["response"], &hotjar["set"]),
        (&12.into(), &0.into())
    );
    let signals = &report["signals"];
    assert_eq!(
        (&signals["pages"], &signals["gpc"]),
        (&12.into(), &12.into())
    );
    assert_eq!(report["choices"]["chose_some"], 11);
    let purpose = row(&report, "purposes", "purpose", "analytics");
    assert_eq!(
        (&purpose["granted"], &purpose["refused"]),
        (&11.into(), &0.into())
    );
    let cookie = row(&report, "cookies", "name", "mystery-#");
    assert_eq!(cookie["vendor"], Value::Null);
    assert_eq!(
        (&cookie["first_on"], &cookie["count"]),
        (&"/shop/#".into(), &12.into())
    );
    let metrics = gateway.metrics();
    assert!(
        metrics.contains("privet_cookies_evicted_total{"),
        "{metrics}"
    );
    let (status, page) = gateway.ask_admin("GET", "/?days=1");
    assert_eq!(status, 200);
    for expected in [
        "Google Analytics",
        "mystery-#",
        "<svg",
        "Kept in the ledger",
    ] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    assert!(!page.contains("<script") && !page.contains("4711") && !page.contains("7781"));
}

#[test]
fn a_number_below_ten_is_not_told() {
    let origin = website(&[]);
    let gateway = Gateway::start(&format!(
        "{}[ledger]\nstore = \"off\"\n",
        site(&[&origin.url()])
    ));
    for _ in 0..9 {
        load(&gateway, "/", &["Cookie: _ga=1; only-one-visitor=1"]);
    }
    let before = report(&gateway);
    assert_eq!(before["basis"], "since the start");
    let vendor = row(&before, "vendors", "vendor", "Google Analytics");
    assert_eq!(vendor["request"], "<10");
    assert_eq!(before["signals"]["pages"], "<10");
    let (_, page) = gateway.ask_admin("GET", "/");
    assert!(
        page.contains("&lt;10") && !page.contains("only-one-visitor"),
        "{page}"
    );
    assert!(page.contains("there is no store"), "{page}");
    load(&gateway, "/", &["Cookie: _ga=1; only-one-visitor=1"]);
    let after = report(&gateway);
    assert_eq!(
        row(&after, "vendors", "vendor", "Google Analytics")["request"],
        10
    );
}

#[test]
fn what_passes_by_consent_is_told_apart() {
    let origin = website(&["Set-Cookie: _hjid=1"]);
    let gateway = Gateway::start(&site(&[&origin.url()]));
    let choice = format!("Cookie: _hjid=1; {}", choose(&gateway, "choice=accept-all"));
    for _ in 0..10 {
        visit(&gateway, "/", &[&choice]);
    }
    let report = report(&gateway);
    let vendor = row(&report, "vendors", "vendor", "Hotjar");
    assert_eq!((&vendor["sent"], &vendor["set"]), (&10.into(), &10.into()));
    assert_eq!(
        (&vendor["request"], &vendor["response"]),
        (&0.into(), &0.into())
    );
}

#[test]
fn a_restart_forgets_nothing() {
    let origin = website(&["Set-Cookie: _hjid=1"]);
    let gateway = Gateway::start(&format!("{}{STORE}", site(&[&origin.url()])));
    for _ in 0..10 {
        load(&gateway, "/", &[]);
    }
    // It is written when it is asked for, and otherwise once a minute and at the end.
    report(&gateway);
    let gateway = gateway.restart();
    for _ in 0..5 {
        load(&gateway, "/", &[]);
    }
    let kept = report(&gateway);
    assert_eq!(row(&kept, "vendors", "vendor", "Hotjar")["response"], 15);
    assert_eq!(kept["signals"]["pages"], 15);
    let again = report(&gateway);
    assert_eq!(kept, again, "nothing is counted twice");
    assert_eq!(kept["sites"][0], "*", "{HOST} is one of any");
}
