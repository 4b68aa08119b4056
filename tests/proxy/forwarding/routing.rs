//! Which website a request is for.

use super::ask;
use crate::gateway::{
    Client, Gateway, Http2, Origin, Tls,
    http2::{empty, request},
};

/// Says its name.
fn named(name: &'static str) -> Origin {
    Origin::answering(move |_| {
        format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{name}",
            name.len()
        )
    })
}

fn sites(sites: &[(&str, &Origin)]) -> String {
    let section = |(hosts, origin): &(&str, &Origin)| {
        format!(
            "[[site]]\nhosts = {hosts}\nupstream = \"{}\"\n",
            origin.url()
        )
    };
    sites.iter().map(section).collect()
}

fn over_both(gateway: &Gateway, host: &str) -> (u16, String) {
    let mut client = Client::connect(gateway.https());
    client.send(format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"));
    let response = client.response("GET");
    let mut request = request("GET", "/", empty());
    *request.uri_mut() = format!("https://{host}/").parse().expect("a URI");
    let answer = Http2::connect(gateway.https()).send(request).answer();
    assert_eq!(answer.status(), response.status, "{host}");
    (response.status, response.text())
}

#[test]
fn the_most_specific_site_answers() {
    let (exact, below, any) = (named("exact"), named("below"), named("any"));
    let gateway = Gateway::start(&sites(&[
        ("[\"www.example.com\"]", &exact),
        ("[\"*.example.com\"]", &below),
        ("[\"*\"]", &any),
    ]));
    for (host, expected) in [
        ("www.example.com", "exact"),
        ("WWW.Example.COM:8443", "exact"),
        ("www.example.com.", "exact"),
        ("a.example.com", "below"),
        ("a.b.example.com", "below"),
        ("example.com", "any"),
        ("www.example.com.example.org", "any"),
        ("127.0.0.1", "any"),
        ("[::1]:443", "any"),
    ] {
        assert_eq!(
            over_both(&gateway, host),
            (200, expected.to_owned()),
            "{host}"
        );
    }
}

#[test]
fn a_host_that_nobody_serves_is_misdirected_and_asks_no_website() {
    let origin = named("exact");
    let gateway = Gateway::start(&sites(&[("[\"www.example.com\"]", &origin)]));
    for host in [
        "www.example.org",
        "example.com",
        "a.www.example.com",
        "127.0.0.1",
    ] {
        assert_eq!(over_both(&gateway, host).0, 421, "{host}");
    }
    assert_eq!(origin.started(), 0);
    // The connection is good for the right name.
    let mut client = Client::connect(gateway.https());
    client.send("GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n");
    assert_eq!(client.response("GET").status, 421);
    assert_eq!(ask(&mut client, "GET /", "", "").text(), "exact");
}

#[test]
fn without_a_server_name_the_authority_decides() {
    let origin = named("exact");
    let gateway = Gateway::start(&sites(&[("[\"www.example.com\"]", &origin)]));
    let tls = Tls {
        sni: None,
        ..Tls::default()
    };
    let mut client = Client::with(gateway.https(), &tls).expect("a handshake");
    assert_eq!(client.get("/").text(), "exact");
    let mut client = Client::with(gateway.https(), &Tls::v12()).expect("a handshake");
    assert_eq!(client.get("/").text(), "exact");
}
