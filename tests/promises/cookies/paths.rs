//! A vendor that the website serves under its own name is answered by privet until the visitor
//! consents.

use crate::{
    gateway::{Client, Gateway, Response},
    visit::{choice, website},
};

const VENDOR: &str = r#"
[[vendor]]
name = "Example Metrics"
purpose = "analytics"
paths = ["/stats/xm/*", "/xm.js"]
"#;

fn kind(response: &Response) -> &'static str {
    let length = response.body.len();
    match (response.status, response.get("content-type")) {
        (204, None) => "beacon",
        (200, Some("text/javascript; charset=utf-8")) if length == 0 => "script",
        (200, None) => "website",
        (403, Some(_)) if length > 0 => "refused",
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_vendors_paths_are_answered_here_until_the_visitor_consents() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, VENDOR);
    let mut client = Client::connect(gateway.https());
    let script = ("Sec-Fetch-Dest", "script");
    let empty = ("Sec-Fetch-Dest", "empty");
    let image = ("Sec-Fetch-Dest", "image");
    let document = ("Sec-Fetch-Dest", "document");
    let cases = [
        ("GET", "/xm.js", None, "script"),
        ("GET", "/stats/xm/a.js?x=1", Some(script), "script"),
        ("GET", "/stats/xm/a.js", Some(document), "refused"),
        ("POST", "/stats/xm/collect", Some(empty), "beacon"),
        ("POST", "/stats/xm/collect", None, "beacon"),
        ("GET", "/stats/xm/pixel.gif", Some(image), "beacon"),
        ("GET", "/stats/xm/pixel.gif", None, "beacon"),
        ("GET", "/stats/xm/page", None, "refused"),
        ("GET", "/stats/xm/", None, "refused"),
        // Spellings that a web server would take for the same.
        ("GET", "/stats/%78m/page", None, "refused"),
        ("GET", "//stats//xm/page", None, "refused"),
        ("GET", "/a/../stats/xm/page", None, "refused"),
        ("GET", "/./stats%2fxm/page", None, "refused"),
        ("GET", "/stats;v=1/xm/page", None, "refused"),
        ("GET", "/xm.js;jsessionid=1", Some(script), "script"),
        ("GET", "/xm.js%3Bx", Some(document), "refused"),
        ("GET", "/a/..;/stats/xm/page", None, "refused"),
        ("GET", "/stats/xm/..;/page", None, "refused"),
        ("GET", "/stats\\xm\\page", None, "refused"),
        ("GET", "/a%5c..%5Cstats/xm/page", None, "refused"),
        ("GET", "/stats/xm/a\\..\\..\\..\\page", None, "refused"),
        // Others; case counts in paths.
        ("GET", "/STATS/xm/page", None, "website"),
        ("GET", "/a;/stats/xm/page", None, "website"),
        ("GET", "/statsxm\\page", None, "website"),
        ("GET", "/stats/xmas", None, "website"),
        ("GET", "/xm.json", None, "website"),
    ];
    let refused = choice("marketing", "analytics", 5);
    let mut asked = 0;
    for (method, path, field, expected) in cases {
        for cookie in [None, Some(("Cookie", refused.as_str()))] {
            let fields: Vec<_> = field.into_iter().chain(cookie).collect();
            let response = client.ask(method, path, &fields, "");
            assert_eq!(kind(&response), expected, "{method} {path}");
            asked += usize::from(expected == "website");
            assert_eq!(origin.started(), asked, "{method} {path}");
            if expected != "website" {
                assert_eq!(response.get("cache-control"), Some("no-store"), "{path}");
            }
        }
    }
    let granted = choice("analytics", "", 5);
    for (method, path, ..) in cases {
        let response = client.ask(method, path, &[("Cookie", &granted)], "");
        asked += 1;
        assert_eq!(response.text(), "hello", "{method} {path}");
        assert_eq!(origin.started(), asked, "{method} {path}");
    }
}

#[test]
fn observing_lets_a_vendors_paths_pass() {
    let origin = website(&[]);
    let gateway = Gateway::start(&format!(
        "mode = \"observe\"\n{}{VENDOR}",
        crate::gateway::process::site(&[&origin.url()])
    ));
    let mut client = Client::connect(gateway.https());
    assert_eq!(client.get("/stats/xm/page").text(), "hello");
}
