//! privet's own paths: they never reach a website, however they are spelled, and no website speaks
//! in privet's name.

use crate::{
    gateway::{Client, Gateway, Http2},
    visit::{choice, last, website},
};

#[test]
fn privets_own_paths_never_reach_the_website() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    for (target, status) in [
        ("/.privet/", 200),
        ("/.privet", 308),
        ("/.privet/consent?x=1", 200),
        ("/.privet/privet.css", 200),
        ("/.privet/nothing", 404),
        ("/.privet/consent/", 404),
        ("/.privet/../", 200),
        ("/.privet/../index.html", 404),
        ("/.privet/..%2findex.html", 404),
        ("/.privet/%2e%2e/%2e%2e/index.html", 404),
        ("/.privet/a/../../index.html", 404),
        ("/%2eprivet/consent", 200),
        ("/%2Epriv%65t/consent", 200),
        ("/.privet%2Fconsent", 200),
        ("/.privet%2fconsent", 200),
        ("%2F.privet/x", 400),
        ("//.privet/consent", 200),
        ("///.privet//consent", 200),
        ("/./.privet/./consent", 200),
        ("/a/../.privet/consent", 200),
        ("/a/%2e%2e/.privet/consent", 200),
        ("/../.privet/consent", 200),
        ("https://www.example.com/.privet/consent", 200),
        ("https://www.example.com//.privet/consent", 200),
        // As servers that take parameters off, or `\` for a slash, would have it.
        ("/.privet;x=1/consent", 200),
        ("/.privet/consent;x=1", 200),
        ("/.privet%3Bx/consent", 200),
        ("/a/..;/.privet/consent", 200),
        ("/.privet\\consent", 200),
        ("\\.privet\\consent", 400),
        ("/%5c.privet%5Cconsent", 200),
        ("/a\\..\\.privet/consent", 200),
        ("/.privet/..;/index.html", 404),
        ("/.privet/..\\index.html", 404),
        ("/.well-known/gpc.json", 200),
    ] {
        let response = client.visit(target, &[]);
        assert_eq!(response.status, status, "{target}");
        assert_eq!(origin.started(), 0, "{target}");
        if status == 400 {
            client = Client::connect(gateway.https());
        }
    }
    let client = Http2::connect(gateway.https());
    for target in ["/.privet/x", "/%2eprivet/x", "//.privet/x", "/.privet/../x"] {
        assert_eq!(client.get(target).status(), 404, "{target}");
        assert_eq!(origin.started(), 0, "{target}");
    }
    // Only the whole segment is privet's.
    for target in ["/.privetx", "/a/.privet/x", "/privet/"] {
        assert_eq!(client.get(target).text(), "hello", "{target}");
    }
}

#[test]
fn what_the_visitor_says_in_privets_name_is_removed() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    let forged = [
        ("X-Privet-Consent", "marketing"),
        ("x_privet_consent", "marketing"),
        ("X-Privet-Anything", "1"),
        ("X-Request-Id", "mine"),
        ("Connection", "x-privet-consent, x-forwarded-for"),
    ];
    client.visit("/", &forged);
    let head = origin.only_request().head;
    let names = head.names();
    assert!(
        !names.iter().any(|name| name.contains("privet")),
        "{names:?}"
    );
    assert_ne!(head.get("x-request-id"), Some("mine"));
    assert_eq!(head.get("x-forwarded-for"), Some("127.0.0.0"));
    let consent = choice("media", "", 5);
    let mut fields = forged.to_vec();
    fields.push(("Cookie", &consent));
    client.visit("/", &fields);
    assert_eq!(last(&origin, "x-privet-consent"), ["media"]);
}

#[test]
fn a_website_can_neither_set_the_choice_nor_say_what_was_chosen() {
    let origin = website(&[
        "Set-Cookie: privet_consent=policy=1&time=1&granted=marketing; Path=/",
        "Set-Cookie: a=1; Secure; SameSite=Lax",
        "X-Privet-Consent: marketing",
    ]);
    for mode in ["enforce", "observe"] {
        let site = crate::gateway::process::site(&[&origin.url()]);
        let gateway = Gateway::start(&format!("mode = {mode:?}\n{site}"));
        let response = Client::connect(gateway.https()).get("/");
        assert_eq!(
            response.get("set-cookie"),
            Some("a=1; Secure; SameSite=Lax")
        );
        assert_eq!(response.get("x-privet-consent"), None);
    }
}

#[test]
fn support_for_global_privacy_control_is_declared() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    let response = Client::connect(gateway.https()).get("/.well-known/gpc.json");
    assert_eq!(response.get("content-type"), Some("application/json"));
    let declared: serde_json::Value = serde_json::from_slice(&response.body).expect("JSON");
    assert_eq!(declared["gpc"], true);
    let date = declared["lastUpdate"].as_str().expect("a date");
    assert_eq!(date.len(), "2026-11-24".len(), "{date}");
}
