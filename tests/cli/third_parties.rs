//! What the commands tell of vendors under the website's own name, click identifiers and countries.

use crate::program::{Folder, row, section, unwrapped};

#[test]
fn click_identifiers_and_disguises_are_told_with_their_vendors() {
    let vendors = r#"
[[site]]
hosts = ["www.example.com"]
upstream = "http://127.0.0.1:9"
[[vendor]]
name = "Own Ads"
purpose = "marketing"
parameters = ["xmclid"]
[[vendor]]
name = "Own Tags"
purpose = "analytics"
disguises = ["*/g/collect?tid=G-*&cid=*"]
"#;
    let folder = Folder::with(vendors);
    let told = folder.fine(&["explain", "https://www.example.com/a?xmclid=secret&b=1"]);
    let taken = section(&told, "Click identifiers in the URL");
    assert_eq!(
        row(taken, "xmclid"),
        "xmclid taken off marketing not granted Own Ads"
    );
    let website = section(&told, "The website receives");
    assert!(website.contains("GET /a?b=1\n"), "{website}");

    let beacon = "https://www.example.com/m/g/collect?tid=G-1&cid=1";
    let told = unwrapped(&folder.fine(&["explain", beacon]));
    assert!(
        told.contains("204 No Content: path and query are a disguise of Own Tags ([[vendor]]), and analytics not granted."),
        "{told}"
    );
    let granted = unwrapped(&folder.fine(&["explain", beacon, "--consent", "analytics"]));
    assert!(
        granted.contains("A vendor under the website's own name"),
        "{granted}"
    );
    assert!(
        granted.contains("Own Tags ([[vendor]]); analytics granted."),
        "{granted}"
    );
}

#[test]
fn a_vendor_tells_where_it_sits_and_whether_that_is_allowed() {
    let folder = Folder::with(
        r#"
[third_parties]
allowed_countries = ["EEA"]
[[site]]
hosts = ["a.example"]
upstream = "demo"
[[vendor]]
name = "Far"
purpose = "analytics"
country = "JP"
cookies = [{ name = "_far" }]
disguises = ["/far/*"]
"#,
    );
    let told = folder.fine(&["vendors", "Far"]);
    assert!(row(&told, "transfer").starts_with("transfer adequate by decision (EU) 2019/419"));
    let refused = unwrapped(&told);
    assert!(
        refused.contains("refused on a.example, whatever the consent"),
        "{told}"
    );
    let told = unwrapped(&folder.fine(&["vendors", "https://a.example/far/x"]));
    assert!(
        told.contains("claimed as a request to your own websites"),
        "{told}"
    );
    let told = unwrapped(&folder.fine(&["vendors", "_far"]));
    assert!(
        told.contains("is stripped: outside the allowed countries"),
        "{told}"
    );
}

#[test]
fn vendors_outside_the_allowed_countries_are_counted_and_yours_named() {
    let folder = Folder::with(
        r#"
[third_parties]
allowed_countries = ["EEA", "adequate"]
csp = "enforce"
[[site]]
hosts = ["www.example.com"]
upstream = "http://tags.example.net"
[[vendor]]
name = "Far Metrics"
purpose = "analytics"
country = "IN"
cookies = [{ name = "_far" }]
[[vendor]]
name = "Near Tags"
purpose = "marketing"
country = "FR"
hosts = ["*.example.net"]
"#,
    );
    let said = folder.run(&["check"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let (promised, open) = said.out.split_once("\nNot covered\n").expect("both parts");
    let (promised, open) = (unwrapped(promised), unwrapped(open));
    for expected in [
        "Only vendors in the EEA and countries with an adequacy decision are let in",
        "Of yours, that is Far Metrics (",
        "That is a host of Near Tags: without consent to it privet answers.",
        "to contact no refused vendor",
    ] {
        assert!(promised.contains(expected), "{expected}: {promised}");
    }
    assert!(!open.contains("Scripts that load scripts"), "{open}");
}
