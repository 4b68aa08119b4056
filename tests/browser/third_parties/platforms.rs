//! The website's own consent platform gives the answer, by a script and without another page: what
//! waits comes alive where it is, or goes on waiting.

use super::{
    site::BEHIND,
    visitor::{Visit, Visitor},
};
use crate::gateway::eventually;

/// What each platform does when somebody says `analytics` and `media` with `yes` or `no`: the names,
/// formats and events of its own, in its own order.
const PLATFORMS: [(&str, &str); 6] = [
    (
        "onetrust",
        "store('OptanonAlertBoxClosed', new Date().toISOString()); \
         store('OptanonConsent', `isGpcEnabled=0&version=202401.1.0&landingPath=NotLandingPage&groups=C0001%3A1%2CC0002%3A${+analytics}%2CC0005%3A${+media}`); \
         dispatchEvent(new CustomEvent('consent.onetrust', { detail: [] })); \
         dispatchEvent(new CustomEvent('OneTrustGroupsUpdated', { detail: [] }));",
    ),
    (
        "cookiebot",
        "store('CookieConsent', encodeURI(`{stamp:'a==',necessary:true,preferences:${media},statistics:${analytics},marketing:${media},method:'explicit',ver:1}`)); \
         dispatchEvent(new Event(analytics || media ? 'CookiebotOnAccept' : 'CookiebotOnDecline'));",
    ),
    (
        "tcf",
        "for (const listener of listeners) listener({ eventStatus: 'useractioncomplete' }, true); \
         setTimeout(() => store('euconsent-v2', analytics && media ? STRING : NONE), 100);",
    ),
    (
        "plain",
        "store('cookieconsent_status', analytics && media ? 'allow' : 'deny');",
    ),
    // The operator says what it is called.
    (
        "renamed",
        "store('Choices', `groups=C0002%3A${+analytics}%2CC0005%3A${+media}&landingPath=NotLandingPage`); \
         dispatchEvent(new CustomEvent('OneTrustGroupsUpdated', { detail: [] }));",
    ),
    // Before the visitor answers there is a cookie already.
    (
        "onetrust-again",
        "store('OptanonConsent', `groups=C0002%3A0%2CC0005%3A0`); \
         dispatchEvent(new CustomEvent('OneTrustGroupsUpdated', { detail: [] })); \
         setTimeout(() => { store('OptanonAlertBoxClosed', 'now'); \
            store('OptanonConsent', `groups=C0002%3A${+analytics}%2CC0005%3A${+media}`); \
            dispatchEvent(new CustomEvent('OneTrustGroupsUpdated', { detail: [] })); }, 500);",
    ),
];

/// TC strings: all is consented to, and nothing.
const STRINGS: &str = "const STRING = 'CQgYw8AQgYw8AEsACBENCWFgAP_gAAAAABpf__wBQAAgAKAC2AvN__4AAAAA.P__wBQAAgAKAC2AvN__4', \
    NONE = 'CQgYw8AQgYw8AEsACBENCWFgAAAAAAAAABpfAAAAAAAA';";

/// The page of a platform, `platform/NAME`.
pub(super) fn answer(name: &str) -> Option<Vec<u8>> {
    let name = name.strip_prefix("platform/")?;
    let (_, does) = PLATFORMS.iter().find(|(platform, _)| *platform == name)?;
    let page = format!(
        "<!doctype html><title>{name}</title><script>\
         {STRINGS} const listeners = []; \
         window.__tcfapi = (command, version, listener) => command === 'addEventListener' && listeners.push(listener); \
         const store = (name, value) => document.cookie = `${{name}}=${{value}}; path=/; max-age=9999`; \
         window.answer = (analytics, media) => {{ {does} }}; \
         </script>\
         <script src=https://static.hotjar.com/c/hotjar-1.js></script>\
         <iframe width=560 height=315 src=https://www.youtube.com/embed/film></iframe>\
         <p id=end>end"
    );
    Some(page.into_bytes())
}

/// What the operator says of a platform.
fn rules(platform: &str) -> &'static str {
    match platform {
        "renamed" => "[site.consent.platform.onetrust]\ncookie = \"Choices\"",
        "cookiebot" => {
            "[site.consent.platform.cookiebot]\n\
             categories = { statistics = \"analytics\", marketing = [\"marketing\", \"media\"] }"
        }
        _ => "",
    }
}

fn arrive(platform: &str) -> Visitor {
    let visitor = Visitor::arrive(rules(platform));
    let before = visitor.visit(BEHIND, &format!("platform/{platform}"));
    assert_eq!(before.contacts, [], "{platform}");
    visitor.browser.run("window.same = true");
    visitor
}

/// Answers the platform, and waits until privet was asked what that means, and for what comes of it.
fn answer_platform(visitor: &Visitor, analytics: bool, media: bool) -> Visit {
    visitor
        .browser
        .run(&format!("window.answer({analytics}, {media})"));
    eventually("the question", || {
        let asked = visitor.browser.run(
            "const stored = document.cookie.includes('euconsent') || !listeners.length || !/tcf/.test(document.title); \
             return stored && performance.getEntriesByType('resource').filter(it => it.name.includes('/.privet/consent') && it.responseEnd).length \
                > Number(document.title === 'onetrust-again')",
        );
        (asked == true).then_some(())
    });
    visitor.outcome()
}

#[test]
fn a_platforms_yes_brings_what_waits_to_life_on_the_same_page() {
    for (platform, _) in PLATFORMS {
        let visitor = arrive(platform);
        let after = answer_platform(&visitor, true, true);
        let hosts: Vec<&str> = after.hosts().into_iter().collect();
        let both = hosts.contains(&"static.hotjar.com") && hosts.contains(&"www.youtube.com");
        assert!(both, "{platform}: {hosts:?}");
        assert_eq!(
            visitor.browser.run("return window.same"),
            true,
            "{platform}"
        );
        assert_eq!(after.errors, [""; 0], "{platform}");
    }
}

#[test]
fn a_platforms_no_leaves_what_waits_as_it_is() {
    for (platform, _) in PLATFORMS {
        let visitor = arrive(platform);
        let after = answer_platform(&visitor, false, false);
        assert_eq!(after.contacts, [], "{platform}");
        assert!(visitor.browser.has("[data-privet-vendor=hotjar]"));
        assert_eq!(
            visitor.browser.run("return window.same"),
            true,
            "{platform}"
        );
    }
}

#[test]
fn a_platforms_yes_to_one_purpose_brings_only_that() {
    let visitor = arrive("onetrust");
    let after = answer_platform(&visitor, true, false);
    let hosts = after.hosts();
    assert!(hosts.contains("static.hotjar.com"), "{hosts:?}");
    assert!(!hosts.contains("www.youtube.com"), "{hosts:?}");
}

#[test]
fn a_platforms_withdrawal_loads_the_page_again() {
    let visitor = arrive("onetrust");
    answer_platform(&visitor, true, true);
    visitor.world.forget();
    visitor.browser.run("window.answer(false, false)");
    eventually("another page", || {
        let same = visitor.browser.run("return window.same || false");
        (same == false).then_some(())
    });
    visitor.settle();
    assert_eq!(visitor.world.contacts(), []);
    assert!(visitor.browser.has("[data-privet-vendor=hotjar]"));
}
