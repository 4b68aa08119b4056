//! `privet vendors`: whose something is, and why.

use crate::program::{DEMO, Folder, row, unwrapped};

const OWN: &str = r#"
[cookies]
keep = ["_gid", "stay_*"]
unknown = "strip"
[[site]]
hosts = ["a.example"]
upstream = "demo"
[[site]]
hosts = ["b.example"]
upstream = "demo"
[site.cookies]
unknown = "keep"
[[vendor]]
name = "Example Metrics"
purpose = "analytics"
country = "NL"
cookies = [{ name = "_xm_*", max_lifetime = "30 days" }]
hosts = ["metrics.example.net", "*.xm-cdn.example"]
paths = ["/stats/xm/*"]
"#;

#[test]
fn the_table_shows_every_vendor_in_force() {
    let without = Folder::new().fine(&["vendors"]);
    let with = Folder::with(OWN).fine(&["vendors"]);
    assert!(with.contains("Example Metrics") && !without.contains("Example Metrics"));
    let line = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.contains(name));
        unwrapped(line.unwrap_or_default())
    };
    assert_eq!(
        line(&with, "Example Metrics"),
        "analytics Example Metrics NL 1 2 [[vendor]]"
    );
    assert!(line(&without, " Hotjar ").starts_with("analytics Hotjar MT "));
    assert!(line(&with, " from [[vendor]]").contains("1 from [[vendor]]"));
    assert!(line(&without, " from [[vendor]]").contains("none from [[vendor]]"));
    assert_eq!(with.lines().count(), without.lines().count() + 1);
}

#[test]
fn a_cookie_leads_to_its_vendor_and_the_pattern_that_claims_it() {
    let folder = Folder::with(OWN);
    let told = folder.fine(&["vendors", "_ga_ABC"]);
    assert_eq!(
        row(&told, "vendor"),
        "vendor Google Analytics, US (built in)"
    );
    assert_eq!(
        row(&told, "purpose"),
        "purpose analytics: only with consent"
    );
    assert_eq!(row(&told, "claimed"), "claimed as a cookie, by \"_ga_*\"");
    assert_eq!(row(&told, "lifetime"), "lifetime 730 days at most");
    assert!(unwrapped(&told).ends_with("at first is stripped until the visitor consents"));

    let told = folder.fine(&["vendors", "_xm_1"]);
    assert_eq!(
        row(&told, "vendor"),
        "vendor Example Metrics, NL ([[vendor]])"
    );
    assert_eq!(row(&told, "lifetime"), "lifetime 30 days at most");
}

#[test]
fn what_cookies_keep_and_cookies_unknown_do_is_told_for_each_site() {
    let folder = Folder::with(OWN);
    let told = folder.fine(&["vendors", "_gid"]);
    assert!(
        told.contains("Google Analytics") && told.contains("cookies.keep"),
        "{told}"
    );
    let told = folder.fine(&["vendors", "stay_1"]);
    assert!(
        told.contains("passes as necessary: cookies.keep names it"),
        "{told}"
    );
    let told = unwrapped(&folder.fine(&["vendors", "nobodys"]));
    assert!(
        told.contains(
            "on a.example is stripped by cookies.unknown; on b.example passes by cookies.unknown"
        ),
        "{told}"
    );
}

#[test]
fn hosts_urls_and_paths_lead_to_their_vendor() {
    let folder = Folder::with(OWN);
    for (name, vendor, why) in [
        (
            "metrics.example.net",
            "Example Metrics",
            "\"metrics.example.net\"",
        ),
        (
            "https://x.xm-cdn.example/a.js?b",
            "Example Metrics",
            "\"*.xm-cdn.example\"",
        ),
        (
            "https://www.google-analytics.com:443/g",
            "Google Analytics",
            "google-analytics.com\"",
        ),
        (
            "https://a.example/stats/xm/a.js?x=1",
            "Example Metrics",
            "as a path",
        ),
        ("/stats/xm/a.js", "Example Metrics", "as a path"),
    ] {
        let told = folder.fine(&["vendors", name]);
        assert!(row(&told, "vendor").contains(vendor), "{told}");
        assert!(row(&told, "claimed").contains(why), "{told}");
    }
    let told = folder.fine(&["vendors", "https://a.example/statistics"]);
    assert!(told.contains("No vendor"), "{told}");
}

#[test]
fn a_vendors_name_is_found_and_a_misspelt_one_leads_to_the_nearest() {
    let folder = Folder::with(OWN);
    let told = folder.fine(&["vendors", "example metrics"]);
    assert_eq!(row(&told, "cookies"), "cookies _xm_* (30 days)");
    assert_eq!(row(&told, "paths"), "paths /stats/xm/*");
    let told = folder.fine(&["vendors", "hotjr", "exampel metrics", "zqxwvk"]);
    assert!(told.contains("Vendors of similar names: Hotjar."), "{told}");
    assert!(
        told.contains("Vendors of similar names: Example Metrics"),
        "{told}"
    );
    assert_eq!(
        told.matches("Vendors of similar names").count(),
        2,
        "{told}"
    );
}

#[test]
fn without_a_file_the_defaults_are_asked_and_it_is_said() {
    let told = Folder::new().fine(&["vendors", "_fbp"]);
    assert!(
        told.contains("Facebook Pixel") && told.contains("no proxy.toml"),
        "{told}"
    );
    let told = Folder::with(DEMO).fine(&["vendors", "_fbp"]);
    assert!(
        told.contains("Facebook Pixel") && !told.contains("proxy.toml"),
        "{told}"
    );
}

#[test]
fn privets_own_cookies_are_nobodys_unknown_ones() {
    let folder = Folder::with(OWN);
    let told = folder.fine(&[
        "vendors",
        "privet_consent",
        "privet_capped",
        "privet_mirror",
    ]);
    assert_eq!(
        told.matches("passes: it is privet's own").count(),
        2,
        "{told}"
    );
    assert!(!told.contains("cookies.unknown"), "{told}");
}
