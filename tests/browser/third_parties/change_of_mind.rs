//! What a visitor sees after another choice: embeds shown, consent withdrawn, pages of an earlier
//! state in the browser's own stores.

use serde_json::Value;

use super::{
    history::ANEW,
    site::{self, BARE, BEHIND},
    visitor::{PURPOSES, Visitor, claims},
};
use crate::gateway::{Client, eventually};

const PAGE: &str = "many-vendors";
/// Where the website lets browsers keep its pages.
const KEPT: &str = "kept/many-vendors";

/// Whether a vendor's script or frame stands in the page, ready to run.
fn live_elements(visitor: &Visitor) -> Value {
    visitor.browser.run(
        "return [...document.querySelectorAll('script[src], iframe[src]')].map(it => it.src) \
            .filter(url => !url.startsWith(location.origin))",
    )
}

#[test]
fn with_consent_to_everything_each_page_arrives_byte_for_byte() {
    let visitor = Visitor::arrive("");
    let mut client = Client::connect(visitor.gateway.https());
    let cookie = visitor.consent_cookie(&PURPOSES);
    let mut wrong = Vec::new();
    for page in site::pages() {
        client.send(format!(
            "GET /{page} HTTP/1.1\r\nHost: {BEHIND}\r\nCookie: {cookie}\r\n\r\n"
        ));
        if client.response("GET").body != site::page(&page).expect("a page") {
            wrong.push(page);
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn a_page_without_vendors_arrives_byte_for_byte() {
    let visitor = Visitor::arrive("");
    let mut client = Client::connect(visitor.gateway.https());
    let claims = claims();
    let plain = site::pages().into_iter();
    let plain: Vec<String> = plain.filter(|page| !claims.contains_key(page)).collect();
    assert!(plain.contains(&"share-links".to_owned()), "{plain:?}");
    for page in plain {
        client.send(format!("GET /{page} HTTP/1.1\r\nHost: {BEHIND}\r\n\r\n"));
        let body = client.response("GET").text();
        let sent = String::from_utf8(site::page(&page).expect("a page"));
        assert_eq!(body, sent.expect("ASCII"), "{page}");
    }
}

#[test]
fn an_embed_is_shown_once_by_a_click() {
    let visitor = Visitor::arrive("");
    let before = visitor.visit(BEHIND, "youtube-embed");
    assert_eq!(before.contacts, []);
    assert_eq!(before.cookies.len(), 0);
    visitor.world.forget();
    visitor.browser.enter("iframe");
    visitor.browser.click("a[href*='/embed/dQw4w9WgXcQ']");
    visitor.browser.leave();
    let first = eventually("the film", || visitor.world.contacts().into_iter().next());
    assert_eq!(first.host, "www.youtube-nocookie.com");
    assert_eq!(first.target, "/embed/dQw4w9WgXcQ?si=abcdefghij");
    visitor.settle();
    let again = visitor.visit(BEHIND, "youtube-embed");
    assert_eq!(again.contacts, [], "once was once");
}

#[test]
fn an_embed_that_is_to_be_shown_always_comes_with_the_next_page() {
    let visitor = Visitor::arrive("");
    visitor.visit(BEHIND, "youtube-embed");
    visitor.browser.enter("iframe");
    visitor.browser.click("form button");
    visitor.browser.leave();
    eventually("the film", || visitor.world.contacts().into_iter().next());
    visitor.settle();
    let next = visitor.visit(BEHIND, "youtube-embed");
    assert!(next.hosts().iter().all(|host| host.contains("youtube")));
    assert!(!next.contacts.is_empty());
    let other = visitor.visit(BEHIND, "hotjar");
    assert_eq!(other.contacts, [], "nobody else was meant");
}

#[test]
fn a_withdrawal_loads_the_page_again_without_its_vendors() {
    let visitor = Visitor::arrive("");
    visitor.grant(&["analytics"]);
    assert!(!visitor.visit(BEHIND, PAGE).contacts.is_empty());
    visitor.browser.run("window.old = true");
    visitor.choose_on_the_page("reject-all");
    eventually("another page", || {
        let old = visitor.browser.run("return window.old || false");
        (old == false).then_some(())
    });
    visitor.settle();
    assert_eq!(live_elements(&visitor), serde_json::json!([]));
    let after = visitor.visit(BEHIND, PAGE);
    assert_eq!(after.contacts, []);
    assert_eq!(after.errors, [""; 0]);
}

#[test]
fn a_page_that_the_browser_kept_is_of_the_last_choice() {
    let visitor = Visitor::arrive("");
    let (none, all) = (vec![], PURPOSES.to_vec());
    visitor.visit(BARE, KEPT);
    assert!(!visitor.visit(BARE, KEPT).contacts.is_empty());
    for granted in [&none, &all, &none, &all] {
        visitor.grant(granted);
        let visit = visitor.visit(BEHIND, KEPT);
        assert_eq!(visit.contacts.is_empty(), granted.is_empty(), "{granted:?}");
        let again = visitor.visit(BEHIND, KEPT);
        assert_eq!(
            again.contacts.is_empty(),
            granted.is_empty(),
            "{granted:?}, again"
        );
    }
}

#[test]
fn the_way_back_leads_to_a_page_of_the_last_choice() {
    leads_back(&Visitor::arrive(""));
    leads_back(&Visitor::arrive_by(ANEW, ""));
}

fn leads_back(visitor: &Visitor) {
    visitor.visit(BEHIND, KEPT);
    visitor.visit(BEHIND, "nothing");
    visitor.grant(&PURPOSES);
    visitor.back();
    eventually("the vendors", || {
        let contacts = visitor.world.contacts();
        contacts
            .iter()
            .any(|it| it.host == "static.hotjar.com")
            .then_some(())
    });

    visitor.visit(BEHIND, "nothing");
    visitor.grant(&[]);
    // What the page before was still sending has come.
    visitor.settle();
    visitor.world.forget();
    visitor.back();
    eventually("a page without vendors", || {
        (live_elements(visitor) == serde_json::json!([])).then_some(())
    });
    visitor.settle();
    assert_eq!(visitor.world.contacts(), []);
}
