//! A vendor's requests under the website's own name obey consent to the vendor, whatever the path,
//! and so do the cookies that they set, whatever their names.

use crate::{
    gateway::{Client, Gateway, Origin, Response, eventually, process::site},
    visit::{choice, last, stored, website},
};

const VENDORS: &str = r#"
[[vendor]]
name = "Gateway Analytics"
purpose = "analytics"
disguises = ["*/g/collect?tid=G-*&cid=*", "*/gtag/js?id=G-*", "*?id=G-*&s=/g/collect*", "/ingest/*"]

[[vendor]]
name = "Gateway Ads"
purpose = "marketing"
disguises = ["*/gtag/js?id=AW-*"]
payloads = ["fbp=fb.*ev="]
"#;

const BEACON: &str = "/metrics/g/collect?v=2&tid=G-AB12&cid=1.2&en=page_view";

fn kind(response: &Response) -> &'static str {
    match (response.status, response.get("content-type")) {
        (204, None) => "beacon",
        (200, Some("text/javascript; charset=utf-8")) if response.body.is_empty() => "script",
        (200, None) => "website",
        (403, Some(_)) => "refused",
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_vendor_in_disguise_is_answered_here_until_the_visitor_consents() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, VENDORS);
    let mut client = Client::connect(gateway.https());
    let script = ("Sec-Fetch-Dest", "script");
    let document = ("Sec-Fetch-Dest", "document");
    let cases = [
        ("POST", BEACON, None, "beacon"),
        ("GET", BEACON, None, "beacon"),
        ("GET", BEACON, Some(("Sec-Fetch-Dest", "image")), "beacon"),
        ("PUT", BEACON, Some(("Sec-Fetch-Dest", "empty")), "beacon"),
        ("GET", BEACON, Some(document), "refused"),
        ("GET", "/metrics/gtag/js?id=G-AB12", Some(script), "script"),
        ("GET", "/metrics/gtag/js?id=G-AB12", None, "script"),
        (
            "GET",
            "/x/measurement.php?id=G-1&s=%2Fgtag%2Fjs",
            Some(script),
            "script",
        ),
        (
            "POST",
            "/x/measurement.php?s=%2Fg%2Fcollect&id=G-1",
            None,
            "beacon",
        ),
        (
            "POST",
            "/metrics%2Fg/collect?cid=1&t%69d=G-1",
            None,
            "beacon",
        ),
        ("POST", "/ingest/e/?ip=1", None, "beacon"),
        // One mark alone is an ordinary request.
        ("POST", "/metrics/g/collect?cid=1.2", None, "website"),
        ("POST", "/g/collect", None, "website"),
        ("GET", "/shop?id=G-7", Some(document), "website"),
    ];
    let refused = choice("marketing", "analytics", 5);
    let mut asked = 0;
    for (method, target, field, expected) in cases {
        for cookie in [None, Some(("Cookie", refused.as_str()))] {
            let fields: Vec<_> = field.into_iter().chain(cookie).collect();
            let response = client.ask(method, target, &fields, "");
            assert_eq!(kind(&response), expected, "{method} {target}");
            asked += usize::from(expected == "website");
            assert_eq!(origin.started(), asked, "{method} {target}");
        }
    }
    let granted = choice("analytics", "marketing", 5);
    for (method, target, ..) in cases {
        let response = client.ask(method, target, &[("Cookie", &granted)], "");
        assert_eq!(response.text(), "hello", "{method} {target}");
    }
    let ads = client.visit("/gtag/js?id=AW-1", &[("Cookie", &granted), script]);
    assert_eq!(kind(&ads), "script", "another vendor's");
}

#[test]
fn a_payload_is_the_vendors_under_any_path() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, VENDORS);
    let mut client = Client::connect(gateway.https());
    let payload = "id=1&ev=PageView&fbp=fb.1.2.3";
    let empty = [("Sec-Fetch-Dest", "empty")];
    assert_eq!(
        kind(&client.ask("POST", "/capi/a1", &empty, payload)),
        "beacon"
    );
    assert_eq!(
        kind(&client.ask("POST", "/capi/a1", &[], payload)),
        "beacon"
    );
    assert_eq!(origin.started(), 0);
    // A visitor's form, one mark alone, and a vendor with consent.
    let granted = choice("marketing", "", 5);
    let long = format!("ev=PageView&{}", "x".repeat(100_000));
    for (fields, content) in [
        ([("Sec-Fetch-Dest", "document")], payload),
        (empty, "ev=PageView"),
        (empty, &long),
        ([("Cookie", granted.as_str())], payload),
    ] {
        let response = client.ask("POST", "/capi/a1", &fields, content);
        assert_eq!(response.text(), "hello");
        let requests = origin.requests();
        let received = &requests.last().unwrap().body;
        assert_eq!(received, content.as_bytes(), "nothing is lost");
    }
}

#[test]
fn observing_lets_a_vendor_in_disguise_pass() {
    let origin = website(&[]);
    let site = site(&[&origin.url()]);
    let gateway = Gateway::start(&format!("mode = \"observe\"\n{site}{VENDORS}"));
    let mut client = Client::connect(gateway.https());
    assert_eq!(client.get(BEACON).text(), "hello");
}

#[test]
fn a_website_that_hands_all_to_a_vendors_server_is_the_vendors() {
    let origin = website(&[]);
    let url = origin.url().replace("127.0.0.1", "localhost");
    let gateway = Gateway::start(&format!(
        "{}\n[[vendor]]\nname = \"Server Tags\"\npurpose = \"analytics\"\nhosts = [\"localhost\"]\n",
        site(&[&url])
    ));
    let mut client = Client::connect(gateway.https());
    let fields = [("Sec-Fetch-Dest", "script")];
    assert_eq!(kind(&client.visit("/abcdef?st=1", &fields)), "script");
    assert_eq!(kind(&client.ask("POST", "/data", &[], "x")), "beacon");
    assert_eq!(client.get("/.privet/").status, 200);
    assert_eq!(origin.started(), 0);
    let granted = choice("analytics", "", 5);
    let response = client.visit("/abcdef", &[("Cookie", &granted)]);
    assert_eq!(response.text(), "hello");
}

/// Answers with a session and, to a vendor's requests, with one cookie more.
fn tagged_website() -> Origin {
    Origin::answering(|request| {
        let cookie = if request.target().contains("/g/collect") {
            "Set-Cookie: _zq1=abc; Path=/; Max-Age=99999999\r\n"
        } else {
            ""
        };
        format!(
            "HTTP/1.1 200 OK\r\n{cookie}Set-Cookie: app=1; Path=/\r\nContent-Length: 5\r\n\r\nhello"
        )
    })
}

#[test]
fn cookies_that_a_vendor_in_disguise_sets_are_the_vendors_whatever_their_names() {
    let origin = tagged_website();
    let gateway = Gateway::before(&origin, VENDORS);
    let mut client = Client::connect(gateway.https());
    let granted = format!("{}; app=1; _zq1=abc", choice("analytics", "", 5));
    let refused = format!("{}; app=1; _zq1=abc", choice("", "analytics", 5));
    let (granted, refused) = (
        [("Cookie", granted.as_str())],
        [("Cookie", refused.as_str())],
    );

    client.visit("/", &refused);
    assert!(
        last(&origin, "cookie")[0].contains("_zq1=abc"),
        "nobody's yet"
    );

    let response = client.visit(BEACON, &granted);
    assert!(stored(&response, "_zq1").is_some());
    let line = response.head.all("set-cookie").join("\n");
    assert!(
        line.contains("_zq1=abc") && line.contains("Secure"),
        "{line}"
    );

    let response = client.visit("/", &refused);
    assert!(
        !last(&origin, "cookie")[0].contains("_zq1"),
        "on the same connection"
    );
    assert!(
        last(&origin, "cookie")[0].contains("app=1"),
        "the website's own"
    );
    assert_eq!(
        stored(&response, "_zq1").as_deref(),
        Some("_zq1="),
        "expired"
    );

    let series = "privet_reloads_total{result=\"ok\"}";
    let before = gateway.metric(series);
    gateway.signal(rustix::process::Signal::HUP);
    eventually("the reload", || {
        (gateway.metric(series) > before).then_some(())
    });
    let mut client = Client::connect(gateway.https());
    client.visit("/", &refused);
    assert!(
        !last(&origin, "cookie")[0].contains("_zq1"),
        "after a reload"
    );
    client.visit("/", &granted);
    assert!(last(&origin, "cookie")[0].contains("_zq1"), "with consent");
}
