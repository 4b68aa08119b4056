//! What an operator may set, as a browser meets it.

use super::{site::BEHIND, visitor::Visitor};
use crate::gateway::{Gateway, Next, Origin, eventually};

/// The pages `rules/…`: their type, and what is in them.
pub(super) fn answer(name: &str) -> Option<(&'static str, &'static [u8])> {
    Some(match name.strip_prefix("rules/")? {
        "embeds" => (
            "text/html",
            b"<!doctype html><title>embeds</title><p>before</p>\
              <iframe width=560 height=315 src=https://www.youtube.com/embed/film></iframe>\
              <embed src=https://player.vimeo.com/video/1 width=99 height=99>\
              <iframe src=/nothing id=own></iframe><p id=end>end",
        ),
        "unknown" => (
            "text/html",
            b"<!doctype html><title>unknown</title>\
              <script src=https://cdn.nobody.test/a.js></script><script src=/own.js></script>\
              <img src=https://img.nobody.test/a.png><p id=end>end",
        ),
        "xhtml" => (
            "application/xhtml+xml",
            b"<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\"><head><title>xhtml</title>\
              <script src=\"https://static.hotjar.com/c/hotjar-1.js?a=1&amp;b=2\"></script></head><body>\
              <img src=\"https://www.facebook.com/tr?id=1&amp;ev=PageView\" alt=\"\"/>\
              <iframe width=\"560\" height=\"315\" src=\"https://www.youtube.com/embed/film\"></iframe>\
              <p id=\"end\">end</p></body></html>",
        ),
        "container" => (
            "text/html",
            b"<!doctype html><title>container</title>\
              <script async src=https://www.googletagmanager.com/gtm.js?id=GTM-A1B2C3></script>\
              <p id=end>end",
        ),
        _ => return None,
    })
}

#[test]
fn removed_embeds_leave_nothing_behind_and_come_with_consent() {
    let visitor = Visitor::arrive("[site.third_parties]\nembeds = \"remove\"");
    let before = visitor.visit(BEHIND, "rules/embeds");
    assert_eq!(before.contacts, []);
    assert_eq!(before.errors, [""; 0]);
    let left = "return [...document.querySelectorAll('iframe, embed')].map(it => it.id).join()";
    assert_eq!(visitor.browser.run(left), "own");
    visitor.grant(&["media"]);
    let after = visitor.visit(BEHIND, "rules/embeds");
    let hosts = after.hosts();
    assert!(hosts.contains("www.youtube.com") && hosts.contains("player.vimeo.com"));
}

#[test]
fn hosts_that_nobody_knows_wait_for_consent_to_marketing_where_they_are_gated() {
    let visitor = Visitor::arrive("[site.third_parties]\nunknown_hosts = \"gate\"");
    let before = visitor.visit(BEHIND, "rules/unknown");
    assert_eq!(before.contacts, []);
    assert_eq!(
        visitor.browser.run("return window.own"),
        1,
        "its own script runs"
    );
    visitor.browser.run("window.same = true");
    visitor.grant(&["analytics"]);
    visitor.browser.run("dispatchEvent(new Event('focus'))");
    assert_eq!(visitor.outcome().contacts, []);
    let after = visitor.choose_on_the_page("accept-all");
    let hosts: Vec<&str> = after.hosts().into_iter().collect();
    assert_eq!(hosts, ["cdn.nobody.test", "img.nobody.test"]);
    assert_eq!(visitor.browser.run("return window.same"), true);
}

#[test]
fn an_xhtml_page_comes_alive_by_consent() {
    let visitor = Visitor::arrive("");
    let before = visitor.visit(BEHIND, "rules/xhtml");
    assert_eq!(before.contacts, []);
    assert_eq!(before.errors, [""; 0]);
    assert_eq!(
        visitor.browser.run("return document.contentType"),
        "application/xhtml+xml"
    );
    visitor.browser.run("window.same = true");
    let after = visitor.choose_on_the_page("accept-all");
    let hosts = after.hosts();
    for host in ["static.hotjar.com", "www.facebook.com", "www.youtube.com"] {
        assert!(hosts.contains(host), "{host}: {hosts:?}");
    }
    let asked = after
        .contacts
        .iter()
        .find(|it| it.host == "static.hotjar.com");
    assert_eq!(asked.expect("hotjar").target, "/c/hotjar-1.js?a=1&b=2");
    assert_eq!(after.errors, [""; 0]);
    assert_eq!(visitor.browser.run("return window.same"), true);
}

#[test]
fn a_container_that_honours_consent_mode_finds_the_defaults_before_it_runs() {
    let visitor = Visitor::arrive("[site.third_parties]\nconsent_mode = true");
    visitor.grant(&[]);
    let none = visitor.visit(BEHIND, "rules/container");
    assert_eq!(
        none.contacts,
        [],
        "without any consent there is no container"
    );
    visitor.grant(&["analytics"]);
    let some = visitor.visit(BEHIND, "rules/container");
    assert!(
        some.hosts().contains("www.googletagmanager.com"),
        "{some:?}"
    );
    let found = visitor.browser.run(
        "return dataLayer.map(it => [...(it.length ? it : [])]).filter(it => it[0] === 'consent')",
    );
    let defaults = &found[0];
    assert_eq!(
        (&defaults[0], &defaults[1]),
        (&"consent".into(), &"default".into())
    );
    assert_eq!(defaults[2]["analytics_storage"], "granted");
    for name in ["ad_storage", "ad_user_data", "ad_personalization"] {
        assert_eq!(defaults[2][name], "denied", "{name}");
    }
    // The container's stand-in tells of each entry that it finds, in their order.
    let calls = some
        .contacts
        .iter()
        .filter(|it| it.target.contains("call="));
    let first = calls
        .map(|it| it.target.as_str())
        .find(|it| it.contains("consent"));
    assert!(
        first.is_some_and(|call| call.contains("default")),
        "{first:?}"
    );
}

/// Google's tag gateway and server-side tagging: the vendor's scripts and beacons are the website's own.
#[test]
fn a_vendor_in_disguise_is_silent_on_a_real_page_until_consent() {
    let origin = Origin::scripted(|exchange| {
        let target = exchange.request.target().to_owned();
        if exchange.read_body().is_err() {
            return Next::Close;
        }
        let (media_type, content) = match target.split('?').next() {
            Some("/") => (
                "text/html",
                "<!doctype html><title>t</title><script src=/metrics/m.js></script>\
                 <script>navigator.sendBeacon('/g/collect?v=2&tid=G-7QK2M9XW4T&cid=1.2&en=page_view');\
                 Promise.all(['idsite=1&rec=1&url=x', 'size=42'].map(body => fetch('/relay', { method: 'POST', body })))\
                   .then(all => { window.answered = all.map(it => it.status).join(); });</script>",
            ),
            Some("/metrics/m.js") => ("text/javascript", "window.ran = true;"),
            _ => ("text/plain", ""),
        };
        exchange.send(format!(
            "HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n\r\n{content}",
            content.len()
        ));
        Next::Request
    });
    let gateway = Gateway::start(&format!(
        "[[site]]\nhosts = [\"shop.test\"]\nupstream = [{:?}]\n\
         [[vendor]]\nname = \"Own Metrics\"\npurpose = \"analytics\"\npaths = [\"/metrics/*\"]\n",
        origin.url()
    ));
    let browser = crate::chromium::Chromium::start();
    let url = format!("https://shop.test:{}/", gateway.https().port());
    let disguised = || {
        let requests = origin.requests().into_iter();
        let mut targets: Vec<String> = requests
            .map(|it| it.target().split('?').next().unwrap_or_default().to_owned())
            .filter(|it| it.starts_with("/metrics") || it.starts_with("/g/") || it == "/relay")
            .collect();
        targets.sort_unstable();
        targets
    };
    browser.go(&url);
    let answered = || browser.run("return window.answered || null");
    eventually("the answers", || answered().is_string().then_some(()));
    assert_eq!(answered(), "204,200", "by what is in them");
    assert_eq!(browser.run("return window.ran || false"), false);
    assert_eq!(disguised(), ["/relay"]);

    browser.go(&format!("{url}.privet/"));
    browser.click("input[value=analytics]");
    browser.follow("button[value=save]");
    browser.go(&url);
    assert_eq!(browser.run("return window.ran"), true);
    eventually("the beacons", || {
        let all = ["/g/collect", "/metrics/m.js", "/relay", "/relay", "/relay"];
        (disguised() == all).then_some(())
    });
}
