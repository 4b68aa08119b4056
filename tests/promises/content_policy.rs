//! The Content-Security-Policy that privet adds by consent, browsers' reports, and what the operator
//! is told of third parties.

use serde_json::Value;

use crate::{
    gateway::{Client, Gateway, Origin, process::site},
    visit::{choice, website},
};

const PAGE: &str = "Content-Type: text/html";
const VENDORS: &str = r#"
[[vendor]]
name = "Example Metrics"
purpose = "analytics"
country = "NL"
hosts = ["*.metrics.example"]
[[vendor]]
name = "Example Video"
purpose = "media"
hosts = ["video.example/embed/*"]
[[vendor]]
name = "Example Ads"
purpose = "marketing"
hosts = ["ads.example"]
"#;

/// privet in front of `origin`, at `www.shop.example`, with `csp` and further rules on third parties.
fn gateway(origin: &Origin, rules: &str) -> Gateway {
    Gateway::start(&format!(
        "[[site]]\nhosts = [\"www.shop.example\", \"www.example.com\"]\nupstream = [{:?}]\n\
         [site.third_parties]\n{rules}\n{VENDORS}",
        origin.url()
    ))
}

fn granting(purposes: &str) -> String {
    choice(purposes, "functional.marketing", 5)
}

/// What the third parties' inventory says of `host`.
fn told(gateway: &Gateway, host: &str) -> Option<(Value, Value)> {
    let (status, text) = gateway.ask_admin("GET", "/third-parties");
    assert_eq!(status, 200);
    let all: Value = serde_json::from_str(&text).expect("JSON");
    let sites = all["sites"].as_array().expect("sites").clone();
    let parties = sites
        .into_iter()
        .flat_map(|site| site["third_parties"].as_array().expect("parties").clone());
    let mut hosts = parties.flat_map(|party| {
        let hosts = party["hosts"].as_array().expect("hosts").clone();
        hosts.into_iter().map(move |host| (party.clone(), host))
    });
    hosts.find(|(_, found)| found["host"] == host)
}

fn report(blocked: &str) -> String {
    format!(
        r#"{{"csp-report":{{"document-uri":"https://www.example.com/blog/jane?mail=jane@doe.example",
        "blocked-uri":"{blocked}","effective-directive":"img-src","script-sample":"jane"}}}}"#
    )
}

const TYPE: (&str, &str) = ("Content-Type", "application/csp-report");

#[test]
fn the_enforced_policy_admits_exactly_whom_this_visitor_consented_to() {
    let origin = website(&[PAGE]);
    let gateway = gateway(
        &origin,
        "csp = \"enforce\"\ncsp_hosts = [\"cdn.listed.example\"]",
    );
    let mut client = Client::connect(gateway.https());
    for (purposes, metrics, video) in [
        ("", false, false),
        ("analytics", true, false),
        ("media", false, true),
        ("analytics.media", true, true),
    ] {
        let cookie = granting(purposes);
        let response = client.visit("/", &[("Cookie", &cookie)]);
        let policies = response.head.all("content-security-policy");
        let [policy] = policies.as_slice() else {
            panic!("one policy: {policies:?}");
        };
        let admits = |source: &str| policy.split([' ', ';']).any(|token| token == source);
        assert_eq!(admits("*.metrics.example:*"), metrics, "{purposes}");
        assert_eq!(admits("video.example:*/embed/"), video, "{purposes}");
        assert!(!admits("ads.example:*"), "{purposes}");
        for always in [
            "'self'",
            "www.shop.example:*",
            "*.shop.example:*",
            "cdn.listed.example:*",
            "'unsafe-inline'",
            "/.privet/csp",
        ] {
            assert!(admits(always), "{always} in {policy}");
        }
        assert!(policy.len() < 8 * 1024, "{}", policy.len());
    }
}

#[test]
fn the_websites_own_policy_stays_byte_for_byte() {
    let own = "default-src  'self';; img-src https://pics.example:444/a, script-src 'nonce-a'";
    let line = format!("Content-Security-Policy: {own}");
    let origin = website(&[PAGE, &line]);
    let gateway = gateway(&origin, "csp = \"enforce\"");
    let mut client = Client::connect(gateway.https());
    let response = client.visit("/", &[]);
    let policies = response.head.all("content-security-policy");
    assert_eq!(policies.first(), Some(&own));
    assert_eq!(policies.len(), 2, "privet's own stands beside it");
    assert!(
        policies[1].contains(" pics.example:*"),
        "whom the website admits and no vendor claims is admitted: {}",
        policies[1]
    );
}

#[test]
fn nothing_is_added_where_nothing_is_to_be_kept_out() {
    let name = "content-security-policy";
    for (rules, lines, cookie, expected) in [
        ("", &[PAGE][..], "", 0),
        ("csp = \"off\"", &[PAGE], "", 0),
        ("csp = \"enforce\"", &[PAGE], "", 1),
        ("csp = \"enforce\"", &["Content-Type: text/css"], "", 0),
        ("csp = \"enforce\"", &["Content-Type: image/svg+xml"], "", 1),
        ("csp = \"enforce\"", &[PAGE], "all", 0),
    ] {
        let origin = website(lines);
        let gateway = gateway(&origin, rules);
        let mut client = Client::connect(gateway.https());
        let all = choice("functional.analytics.marketing.media", "", 5);
        let cookie = if cookie == "all" { all.as_str() } else { "a=b" };
        let response = client.visit("/", &[("Cookie", cookie)]);
        assert_eq!(response.head.all(name).len(), expected, "{rules} {lines:?}");
    }
    let origin = website(&["Content-Type: text/javascript"]);
    let gateway = gateway(&origin, "csp = \"enforce\"");
    let mut client = Client::connect(gateway.https());
    for (destination, expected) in [("script", 0), ("worker", 1), ("serviceworker", 1)] {
        let response = client.visit("/a.js", &[("Sec-Fetch-Dest", destination)]);
        assert_eq!(response.head.all(name).len(), expected, "{destination}");
    }
}

#[test]
fn while_observing_no_policy_is_sent() {
    let origin = website(&[PAGE]);
    let more = "[third_parties]\ncsp = \"enforce\"";
    let config = format!("mode = \"observe\"\n{}{more}\n", site(&[&origin.url()]));
    let gateway = Gateway::start(&config);
    let mut client = Client::connect(gateway.https());
    let response = client.visit("/", &[]);
    assert_eq!(response.head.get("content-security-policy"), None);
}

#[test]
fn a_reporting_policy_blocks_nothing() {
    let origin = website(&[PAGE]);
    let gateway = gateway(&origin, "csp = \"report\"");
    let mut client = Client::connect(gateway.https());
    let response = client.visit("/", &[]);
    assert_eq!(response.head.get("content-security-policy"), None);
    let policy = response.head.get("content-security-policy-report-only");
    let policy = policy.expect("a policy");
    assert!(policy.ends_with("; report-uri /.privet/csp"), "{policy}");
}

#[test]
fn reports_become_an_inventory_without_a_trace_of_the_visitor() {
    let origin = website(&[PAGE]);
    let gateway = gateway(&origin, "csp = \"report\"");
    let mut client = Client::connect(gateway.https());
    for blocked in [
        "https://px.metrics.example/p?id=77",
        "https://cdn.nobody.example/a.png",
    ] {
        let response = client.ask("POST", "/.privet/csp", &[TYPE], &report(blocked));
        assert_eq!(response.status, 204);
    }
    let many = r#"[{"type":"csp-violation","body":{"documentURL":"https://www.example.com/",
        "blockedURL":"https://px.metrics.example/q","effectiveDirective":"connect-src"}}]"#;
    let reports = ("Content-Type", "application/reports+json; charset=utf-8");
    client.ask("POST", "/.privet/csp", &[reports], many);

    let (party, host) = told(&gateway, "px.metrics.example").expect("told");
    assert_eq!(
        (
            party["vendor"].as_str(),
            party["purpose"].as_str(),
            party["country"].as_str()
        ),
        (Some("Example Metrics"), Some("analytics"), Some("NL"))
    );
    assert_eq!(host["reports"], 2);
    assert_eq!(
        host["directives"],
        serde_json::json!(["connect-src", "img-src"])
    );
    assert_eq!(host["pages"], serde_json::json!(["/", "/blog/…"]));
    let (party, _) = told(&gateway, "cdn.nobody.example").expect("told");
    assert_eq!(party["vendor"], Value::Null);
    let (_, metrics) = gateway.ask_admin("GET", "/metrics");
    for (vendor, purpose, count) in [
        ("Example Metrics", "analytics", 2),
        ("unknown", "unknown", 1),
    ] {
        let line = format!(
            "privet_third_party_reports_total{{site=\"www.shop.example\",vendor=\"{vendor}\",purpose=\"{purpose}\"}} {count}\n"
        );
        assert!(metrics.contains(&line), "{line} in {metrics}");
    }
    let (_, text) = gateway.ask_admin("GET", "/third-parties");
    assert!(!text.contains("jane") && !text.contains("id=77"), "{text}");
    assert!(
        origin.requests().is_empty(),
        "the website hears nothing of it"
    );
}

#[test]
fn an_unclaimed_host_is_admitted_once_it_is_known() {
    let origin = website(&[PAGE]);
    for (rules, expected) in [("", true), ("unknown_hosts = \"gate\"", false)] {
        let gateway = gateway(&origin, &format!("csp = \"enforce\"\n{rules}"));
        let mut client = Client::connect(gateway.https());
        let mut admits = |host: &str| {
            let response = client.visit("/", &[]);
            let policy = response.head.get("content-security-policy");
            policy.expect("a policy").contains(&format!(" {host}:*"))
        };
        assert!(!admits("cdn.nobody.example"));
        let mut other = Client::connect(gateway.https());
        for blocked in ["https://cdn.nobody.example/a.png", "https://ads.example/"] {
            other.ask("POST", "/.privet/csp", &[TYPE], &report(blocked));
        }
        assert_eq!(admits("cdn.nobody.example"), expected, "{rules}");
        assert!(!admits("ads.example"), "a refused vendor is never learnt");
    }
}

#[test]
fn what_is_no_report_is_ignored_or_refused() {
    let origin = website(&[PAGE]);
    let gateway = gateway(&origin, "csp = \"report\"");
    let mut client = Client::connect(gateway.https());
    let text = report("https://px.metrics.example/");
    let plain = ("Content-Type", "text/plain");
    let cross = ("Sec-Fetch-Site", "cross-site");
    let long = format!("{text}{}", " ".repeat(20_000));
    for (method, lines, body, expected) in [
        ("POST", &[plain][..], text.as_str(), 204),
        ("POST", &[TYPE], "{", 204),
        ("POST", &[TYPE], "", 204),
        ("POST", &[TYPE, cross], text.as_str(), 403),
        ("GET", &[], "", 405),
        ("POST", &[TYPE], long.as_str(), 413),
    ] {
        let mut client = Client::connect(gateway.https());
        let response = client.ask(method, "/.privet/csp", lines, body);
        assert_eq!(response.status, expected, "{method} {lines:?}");
    }
    assert!(told(&gateway, "px.metrics.example").is_none());
    client.ask("POST", "/.privet/csp", &[TYPE], &text);
    assert!(told(&gateway, "px.metrics.example").is_some());
}
