//! The operator's rules for cookies: unknown ones, attributes, sites, vendors, and observing only.

use crate::{
    gateway::{Client, Gateway, Origin, Response},
    visit::{choice, last, website},
};

fn visit(gateway: &Gateway, host: &str, cookie: &str) -> Response {
    let mut client = Client::connect(gateway.https());
    client.visit("/", &[("Host", host), ("Cookie", cookie)])
}

fn site(host: &str, origin: &Origin, rules: &str) -> String {
    format!(
        "[[site]]\nhosts = [{host:?}]\nupstream = {:?}\n{rules}\n",
        origin.url()
    )
}

const COOKIE: &str = "strange=1; own=2";

/// A site, what its website gets of the cookies, and what the visitor gets of the website's.
const CASES: &[(&str, &str, &[&str])] = &[
    (
        "keep.example",
        COOKIE,
        &[
            "strange=1; Max-Age=300; Path=/; Expires=…; Secure; SameSite=Strict",
            "old=; Max-Age=0; Secure; SameSite=Strict",
        ],
    ),
    (
        "session.example",
        COOKIE,
        &[
            "strange=1; Path=/; SameSite=Lax",
            "old=; Max-Age=0; SameSite=Lax",
        ],
    ),
    ("strip.example", "own=2", &[]),
    (
        "leave.example",
        COOKIE,
        &[
            "strange=1; Max-Age=600; Path=/; Expires=…; Secure",
            "old=; Max-Age=0; Secure",
            "_ga=1; Secure",
        ],
    ),
    (
        "none.example",
        COOKIE,
        &[
            "strange=1; Path=/; Secure; SameSite=None",
            "old=; Max-Age=0; Secure; SameSite=None",
        ],
    ),
    (
        "default.example",
        COOKIE,
        &[
            "strange=1; Max-Age=600; Path=/; Expires=…; Secure; SameSite=Lax",
            "old=; Max-Age=0; Secure; SameSite=Lax",
        ],
    ),
];

#[test]
fn unknown_cookies_and_attributes_are_treated_as_each_site_says() {
    let origin = website(&[
        "Set-Cookie: strange=1; Max-Age=600; Path=/; Expires=Fri, 01 Jan 2100 00:00:00 GMT",
        "Set-Cookie: old=; Max-Age=0",
        "Set-Cookie: _ga=1",
    ]);
    let sites = [
        site(
            "keep.example",
            &origin,
            "[site.cookies]\nmax_lifetime = \"5 minutes\"\nsame_site = \"strict\"",
        ),
        site(
            "session.example",
            &origin,
            "[site.cookies]\nunknown = \"session\"\nsecure = false",
        ),
        site(
            "strip.example",
            &origin,
            "[site.cookies]\nunknown = \"strip\"\nkeep = [\"own\"]\nevict = false",
        ),
        site(
            "leave.example",
            &origin,
            "[site.cookies]\nsame_site = \"leave\"\nkeep = [\"_ga\"]",
        ),
        site(
            "none.example",
            &origin,
            "[site.cookies]\nsame_site = \"none\"\nunknown = \"session\"",
        ),
        site("default.example", &origin, ""),
    ];
    let base = "[cookies]\nmax_lifetime = \"10 minutes\"\n";
    let gateway = Gateway::start(&format!("{base}{}", sites.concat()));
    for (host, arrives, expected) in CASES {
        let response = visit(&gateway, host, COOKIE);
        let lines: Vec<String> = response
            .head
            .all("set-cookie")
            .into_iter()
            .map(without_date)
            .collect();
        assert_eq!(lines, *expected, "{host}");
        assert_eq!(last(&origin, "cookie"), [*arrives], "{host}");
    }
}

/// The moment depends on the clock; that it is brought near is another test's.
fn without_date(line: &str) -> String {
    let Some((before, rest)) = line.split_once("Expires=") else {
        return line.to_owned();
    };
    assert!(!rest.contains("2100"), "{line}");
    let (_, after) = rest.split_once(';').expect("more attributes");
    format!("{before}Expires=…;{after}")
}

#[test]
fn observing_changes_no_cookie_and_counts_each() {
    let origin = website(&["Set-Cookie: _ga=1; Max-Age=99999999999", "Set-Cookie: a=1"]);
    let gateway = Gateway::start(&format!("mode = \"observe\"\n{}", site("*", &origin, "")));
    let cookie = "a=1;  _ga=2 ;_fbp=3";
    let response = visit(&gateway, "www.example.com", cookie);
    assert_eq!(last(&origin, "cookie"), [cookie]);
    assert_eq!(last(&origin, "x-forwarded-for"), ["127.0.0.0"]);
    assert_eq!(
        response.head.all("set-cookie"),
        ["_ga=1; Max-Age=99999999999", "a=1"]
    );
    assert_eq!(response.get("cache-control"), None);
    let entry = gateway.wait_log("the visit", |entry| entry["status"] == 200);
    assert_eq!(entry["cookies_stripped"], 2);
    assert_eq!(entry["set_cookies_stripped"], 1);
    assert_counted(&gateway, "Google Analytics", "analytics", "request", 1.0);
    assert_counted(&gateway, "Google Analytics", "analytics", "response", 1.0);
    assert_counted(&gateway, "Facebook Pixel", "marketing", "request", 1.0);
}

#[test]
fn every_refused_cookie_is_counted_by_vendor_purpose_and_direction() {
    let origin = website(&["Set-Cookie: _hjid=1", "Set-Cookie: odd=1"]);
    let more = "[site.cookies]\nunknown = \"strip\"\n";
    let gateway = Gateway::before(&origin, more);
    for _ in 0..2 {
        visit(&gateway, "www.example.com", "_ga=1; _gid=2; strange=3");
    }
    assert_counted(&gateway, "Google Analytics", "analytics", "request", 4.0);
    assert_counted(&gateway, "Hotjar", "analytics", "response", 2.0);
    assert_counted(&gateway, "unknown", "unknown", "request", 2.0);
    assert_counted(&gateway, "unknown", "unknown", "response", 2.0);
    let all = gateway.metrics();
    let series = all.matches("\nprivet_cookies_stripped_total{").count();
    assert_eq!(series, 4, "and nothing else: {all}");
}

fn assert_counted(gateway: &Gateway, vendor: &str, purpose: &str, direction: &str, count: f64) {
    let series = format!(
        "privet_cookies_stripped_total{{site=\"*\",vendor=\"{vendor}\",purpose=\"{purpose}\",direction=\"{direction}\"}}"
    );
    let found = gateway.metric(&series);
    assert!((found - count).abs() < f64::EPSILON, "{series} is {found}");
}

#[test]
fn the_operators_vendor_replaces_the_catalogues_entry_of_that_name() {
    let origin = website(&["Set-Cookie: _ga=1; Max-Age=99999999", "Set-Cookie: _gid=1"]);
    let more = r#"
[[vendor]]
name = "google analytics"
purpose = "functional"
cookies = [{ name = "_ga", max_lifetime = "1 hour" }]
[[vendor]]
name = "Own"
purpose = "media"
cookies = [{ name = "_fbp" }]
"#;
    let gateway = Gateway::before(&origin, more);
    let cookie = "_ga=1; _gid=2; _fbp=3";
    let response = visit(&gateway, "www.example.com", cookie);
    // Nobody claims _gid any more; _fbp is a medium's now.
    assert_eq!(last(&origin, "cookie"), ["_gid=2"]);
    let set = response.head.all("set-cookie");
    assert!(set.contains(&"_gid=1; Secure; SameSite=Lax"), "{set:?}");
    assert!(!set.iter().any(|line| line.starts_with("_ga=1")), "{set:?}");

    let consent = choice("functional.media", "analytics.marketing", 5);
    let response = visit(&gateway, "www.example.com", &format!("{cookie}; {consent}"));
    assert_eq!(last(&origin, "cookie"), [format!("{cookie}; {consent}")]);
    assert_eq!(
        response.head.all("set-cookie"),
        [
            "_ga=1; Max-Age=3600; Secure; SameSite=Lax",
            "_gid=1; Secure; SameSite=Lax"
        ]
    );
}
