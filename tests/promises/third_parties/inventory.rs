//! The operator learns which third parties pages name, from the pages themselves.

use serde_json::Value;

use crate::{
    gateway::{Client, Gateway, Origin, eventually, origin::Request},
    visit::choice,
};

const PAGE: &str = "<!doctype html><title>t</title>\
    <script src=https://static.hotjar.com/c/hotjar-1.js></script>\
    <iframe src=//www.youtube.com/embed/x></iframe><img src=HTTPS://CDN.Unknown.test/a.png>\
    <img src=https://cdn.unknown.test/b.png><link rel=canonical href=https://other.test/>\
    <a href=https://linked.test/>x</a><img src=/own.png><img src=https://www.example.com/own.png>";

fn website() -> Origin {
    Origin::answering(|_: &Request| {
        format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n{PAGE}",
            PAGE.len()
        )
    })
}

/// Each host of the inventory: the vendor, in how many pages it was, how often it was gated.
fn hosts(gateway: &Gateway) -> Vec<(String, Value, Value, Value)> {
    let (_, text) = gateway.ask_admin("GET", "/third-parties");
    let all: Value = serde_json::from_str(&text).expect("JSON");
    let sites = all["sites"].as_array().expect("sites").iter();
    let parties = sites.flat_map(|site| site["third_parties"].as_array().expect("parties"));
    let mut hosts: Vec<_> = parties
        .flat_map(|party| {
            let hosts = party["hosts"].as_array().expect("hosts").iter();
            hosts.map(|host| {
                let name = host["host"].as_str().expect("text").to_owned();
                (
                    name,
                    party["vendor"].clone(),
                    host["in_pages"].clone(),
                    host["gated"].clone(),
                )
            })
        })
        .collect();
    hosts.sort_by(|a, b| a.0.cmp(&b.0));
    hosts
}

#[test]
fn pages_teach_the_inventory_whom_they_name() {
    let origin = website();
    for (mode, gated) in [("", 1), ("mode = \"observe\"", 0)] {
        let config = format!(
            "{mode}\n[[site]]\nhosts = [\"www.example.com\"]\nupstream = [{:?}]\n",
            origin.url()
        );
        let gateway = Gateway::start(&config);
        let mut client = Client::connect(gateway.https());
        client.visit("/", &[]);
        let analytics = choice("analytics", "functional.marketing.media", 5);
        client.visit("/", &[("Cookie", &analytics)]);
        let expected = [
            ("cdn.unknown.test", Value::Null, 2, 0),
            ("static.hotjar.com", "Hotjar".into(), 2, gated),
            ("www.youtube.com", "YouTube".into(), 2, 2 * gated),
        ];
        let expected = expected
            .map(|(host, vendor, pages, gated)| {
                (host.to_owned(), vendor, pages.into(), gated.into())
            })
            .to_vec();
        let found = eventually("both pages", || {
            let found = hosts(&gateway);
            let is_whole = found.iter().all(|(_, _, pages, _)| *pages == 2);
            (is_whole && !found.is_empty()).then_some(found)
        });
        assert_eq!(found, expected, "{mode}");
    }
}
