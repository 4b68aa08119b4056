//! Refused cookies that the browser still holds are expired, and no cache plays that to others.

use crate::{
    gateway::{Client, Gateway, Tls},
    visit::{choice, website},
};

#[test]
fn a_refused_cookie_is_expired_for_the_host_and_its_parents() {
    let origin = website(&["Set-Cookie: sid=1; Secure; SameSite=Lax"]);
    let gateway = Gateway::before(&origin, "");
    for (host, domains) in [
        (
            "www.shop.example.co.uk",
            &[
                "www.shop.example.co.uk",
                "shop.example.co.uk",
                "example.co.uk",
            ][..],
        ),
        ("WWW.Example.COM:8443", &["www.example.com", "example.com"]),
        ("127.0.0.1", &[]),
        ("[::1]:8443", &[]),
        ("localhost", &[]),
    ] {
        let tls = Tls {
            sni: Some("www.shop.example.co.uk".to_owned()),
            ..Tls::default()
        };
        let mut client = Client::with(gateway.https(), &tls).expect("a handshake");
        let fields = [
            ("Host", host),
            ("Cookie", "_ga=1; a=2; __Host-_ga=3; _fbp=4"),
        ];
        let response = client.visit("/", &fields);
        let mut expected = vec!["sid=1; Secure; SameSite=Lax".to_owned()];
        for name in ["_ga", "_fbp"] {
            expected.push(format!("{name}=; Path=/; Max-Age=0; Secure"));
            let lines = domains.iter();
            expected.extend(
                lines.map(|domain| format!("{name}=; Path=/; Max-Age=0; Secure; Domain={domain}")),
            );
        }
        assert_eq!(response.head.all("set-cookie"), expected, "{host}");
    }
}

#[test]
fn nothing_is_expired_where_the_operator_or_the_visitor_wants_it_kept() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "[cookies]\nevict = false\n");
    let mut client = Client::connect(gateway.https());
    let response = client.visit("/", &[("Cookie", "_ga=1")]);
    assert_eq!(response.head.all("set-cookie"), [""; 0]);
    let response = client.choose("choice=reject-all", &[("Cookie", "_ga=1")]);
    let lines = response.head.all("set-cookie");
    assert_eq!(lines.len(), 1, "only the choice: {lines:?}");

    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    let cookie = format!("_ga=1; {}", choice("analytics", "", 5));
    let response = client.visit("/", &[("Cookie", &cookie)]);
    assert_eq!(response.head.all("set-cookie"), [""; 0]);
}

#[test]
fn a_response_to_which_privet_adds_cookies_is_private() {
    for (website_says, expected) in [
        (&[][..], &["private"][..]),
        (
            &["Cache-Control: public, max-age=60"],
            &["public, max-age=60", "private"],
        ),
        (
            &["Cache-Control: max-age=60, Private"],
            &["max-age=60, Private"],
        ),
        (
            &["Cache-Control: a", "Cache-Control: no-store"],
            &["a", "no-store"],
        ),
        // Only one field is private, so a shared cache could still keep the rest.
        (
            &["Cache-Control: private=\"x\""],
            &["private=\"x\"", "private"],
        ),
    ] {
        // A page would be private in any case.
        let origin = website(&[&["Content-Type: image/png"][..], website_says].concat());
        let gateway = Gateway::before(&origin, "");
        let mut client = Client::connect(gateway.https());
        let response = client.visit("/", &[("Cookie", "_ga=1")]);
        assert_eq!(response.head.all("cache-control"), expected);
        // Nothing is added: nothing is changed.
        let response = client.visit("/", &[("Cookie", "a=1")]);
        let as_sent: Vec<&str> = website_says
            .iter()
            .filter_map(|line| line.strip_prefix("Cache-Control: "))
            .collect();
        assert_eq!(response.head.all("cache-control"), as_sent);
    }
}
