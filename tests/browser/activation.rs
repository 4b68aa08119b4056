//! What waits for consent comes alive as if it had just been parsed, and until then nobody misses it.

use serde_json::{Value, json};

use crate::{
    chromium::Chromium,
    gated::{Gated, Page, choose, ran, script_tag},
    gateway::eventually,
};

/// A page with `body` behind privet's script.
fn page(fields: &'static str, body: &str) -> Page {
    let html = format!(
        r#"<!doctype html><html><head><title>page</title><script>window.ran = []; window.got = []; window.loads = 0</script>{}</head><body>{body}</body></html>"#,
        script_tag("")
    );
    (fields, html)
}

/// Opens a website of that one page, with nothing asked of the vendors yet.
fn visit(fields: &'static str, body: &str) -> (Gated, Chromium) {
    let body = body.to_owned();
    let site = Gated::open(move |_, _| {
        let (fields, html) = page(fields, &body);
        let nonce = if fields.contains("nonce-n1") {
            "<script nonce=n1"
        } else {
            "<script"
        };
        (fields, html.replace("<script", nonce))
    });
    let visitor = Chromium::start();
    visitor.go(&site.url("/"));
    assert_eq!(site.asked(), [""; 0], "before any consent");
    (site, visitor)
}

const STRICT: &str = "Content-Security-Policy: default-src 'self'; script-src 'nonce-n1' 'strict-dynamic'; \
     require-trusted-types-for 'script'; trusted-types privet; base-uri 'none'\r\n";

#[test]
fn scripts_run_in_their_order_under_a_strict_policy() {
    let scripts = r#"
        <script type="text/plain" data-privet-vendor="player" data-privet-src="{vendor}/one.js"></script>
        <script type="text/plain" data-privet-vendor="player">ran.push("two" + document.currentScript.id)</script>
        <script type="text/plain" data-privet-vendor="player" data-privet-src="{vendor}/six.js" defer></script>
        <script type="text/plain" data-privet-vendor="player" data-privet-src="{vendor}/three.js" data-privet-type="text/javascript"></script>
        <script type="text/plain" data-privet-vendor="player" data-privet-src="{vendor}/none.js" nomodule></script>
        <script type="text/plain" data-privet-vendor="player" id="four">ran.push(document.currentScript.id + document.currentScript.nonce)</script>
        <script type="text/plain" data-privet-vendor="player" data-privet-type="module">ran.push("seven")</script>
        <script type="text/plain" data-privet-vendor="player" data-privet-type="application/ld+json" id="data">{"a": 1}</script>
        <script type="text/plain" data-privet-vendor="metrics">ran.push("not granted")</script>
        <script type="text/plain" data-privet-vendor="player" data-privet-src="{vendor}/five.js"></script>"#;
    let (site, visitor) = visit(STRICT, scripts);
    choose(&visitor, "choice=save&purpose=media");
    let expected = ["one", "two", "three", "fourn1", "five", "six", "seven"];
    assert_eq!(ran(&visitor, 7), expected);
    assert_eq!(
        visitor.run("return document.querySelector('#data').type"),
        "application/ld+json"
    );
    assert_eq!(
        site.asked(),
        ["/one.js", "/three.js", "/five.js", "/six.js"]
    );
    let left = "return document.querySelectorAll('[data-privet-vendor]').length";
    assert_eq!(visitor.run(left), 1, "the other vendor waits");
}

#[test]
fn a_script_without_the_pages_nonce_is_left_to_the_browser() {
    let site = Gated::open(|_, granted| {
        let script = match granted.contains("media") {
            true => "<script>document.title = 'stranger'</script><p id=new>new</p>",
            false => {
                r#"<script type="text/plain" data-privet-vendor="player">document.title = "stranger"</script>"#
            }
        };
        let (_, html) = page("", "");
        (STRICT, html.replace("<script", "<script nonce=n1") + script)
    });
    let visitor = Chromium::start();
    visitor.go(&site.url("/"));
    choose(&visitor, "choice=accept-all");
    eventually("a new page", || visitor.has("#new").then_some(()));
    assert_eq!(visitor.run("return document.title"), "page");
}

#[test]
fn handlers_are_called_once_and_what_is_asynchronous_holds_nothing_up() {
    let (_site, visitor) = visit(
        "",
        r#"
        <script type="text/plain" data-privet-vendor="player" data-privet-src="{vendor}/async.js" async onload="loads++"></script>
        <script type="text/plain" data-privet-vendor="player" data-privet-src="{vendor}/one.js" onload="ran.push('loaded')"></script>
        <script type="text/plain" data-privet-vendor="player">ran.push("inline")</script>
        <script type="text/plain" data-privet-vendor="player" data-privet-src="https://nowhere.invalid/x.js" onerror="ran.push('failed')"></script>
        <script type="text/plain" data-privet-vendor="player">ran.push("last")</script>"#,
    );
    choose(&visitor, "choice=accept-all");
    let mut order = ran(&visitor, 6);
    order.retain(|name| name != "async");
    assert_eq!(order, ["one", "loaded", "inline", "failed", "last"]);
    eventually("onload", || {
        (visitor.run("return window.loads") == 1).then_some(())
    });
}

#[test]
fn late_scripts_write_where_they_stand_and_hear_that_the_page_is_loaded() {
    let (_site, visitor) = visit(
        "",
        r#"<main><script type="text/plain" data-privet-vendor="player" data-privet-src="{vendor}/writes.js"></script></main>
        <script type="text/plain" data-privet-vendor="player">document.write("<b id=bold>b</b>")</script>
        <script type="text/plain" data-privet-vendor="player" data-privet-src="{vendor}/listens.js"></script>
        <script type="text/plain" data-privet-vendor="player">window.onload = () => ran.push("onload")</script>
        <p id="end">end</p>"#,
    );
    choose(&visitor, "choice=accept-all");
    let mut names = ran(&visitor, 6);
    names.sort_unstable();
    assert_eq!(
        names,
        ["inner", "listens", "load", "onload", "parsed", "writes"]
    );
    assert!(visitor.has("main > #written") && visitor.has("body > #bold"));
    assert!(visitor.has("#end"), "the page is still there");
}

#[test]
fn every_kind_of_element_gets_its_attributes_back() {
    let (site, visitor) = visit(
        "",
        r#"
        <img id="image" data-privet-vendor="player" data-privet-src="{vendor}/image" data-privet-srcset="{vendor}/set 2x">
        <link id="link" rel="stylesheet" data-privet-vendor="player" data-privet-href="{vendor}/style">
        <style id="style">#boxed { background: url("data:,privet:player:{vendor}/background") }
            #other { background: url(data:,privet:metrics:https://metrics.test/x) }</style>
        <p id="boxed">x</p>
        <p id="inline" style="background: url(data:,privet:player:{vendor}/inline)">x</p>
        <form id="form" data-privet-vendor="player" data-privet-action="{vendor}/form" action="/.privet/"></form>
        <object id="object" data-privet-vendor="player" data-privet-data="{vendor}/object" data-privet-type="text/html" data="/.privet/embed?x" type="text/html"></object>
        <video id="video"><source data-privet-vendor="player" data-privet-src="{vendor}/film"></video>
        <svg><image id="svg" data-privet-vendor="player" data-privet-xlink:href="{vendor}/svg"></image></svg>
        <template id="template"><img data-privet-vendor="player" data-privet-src="{vendor}/template"></template>
        <iframe id="unnamed" name="privet-f-1" data-privet-vendor="player" data-privet-src="{vendor}/frame"></iframe>
        <iframe id="named" name="privet-f-2" data-privet-name="film" data-privet-vendor="player" data-privet-src="{vendor}/frame"></iframe>
        <div id="host"></div>"#,
    );
    visitor.run(
        "const shadow = document.querySelector('#host').attachShadow({ mode: 'open' }); \
         shadow.innerHTML = '<img data-privet-vendor=player data-privet-src=\"/shadow\">'",
    );
    choose(&visitor, "choice=save&purpose=media");
    let expected = [
        "/background",
        "/film",
        "/frame",
        "/frame",
        "/image",
        "/inline",
        "/object",
        "/style",
        "/svg",
    ];
    let asked = eventually("requests at the vendor", || {
        let mut asked = site.asked();
        asked.sort_unstable();
        (asked.len() >= expected.len()).then_some(asked)
    });
    assert_eq!(asked, expected);
    let after = visitor.run(
        "const of = (id, name) => document.getElementById(id).getAttribute(name); \
         return [of('image', 'srcset'), of('form', 'action'), of('object', 'type'), \
            document.querySelector('template').content.firstChild.getAttribute('src'), \
            document.querySelector('#host').shadowRoot.firstChild.getAttribute('src'), \
            document.querySelectorAll('[data-privet-vendor]').length, \
            document.querySelector('style').textContent.includes('privet:metrics:'), \
            of('unnamed', 'name'), of('named', 'name')]",
    );
    let vendor = |path: &str| site.vendor(path);
    assert_eq!(
        after,
        json!([
            vendor("/set 2x"),
            vendor("/form"),
            "text/html",
            vendor("/template"),
            "/shadow",
            0,
            true,
            null,
            "film"
        ])
    );
}

#[test]
fn an_element_of_several_vendors_waits_for_all_of_them() {
    let (site, visitor) = visit(
        "",
        r#"<script type="text/plain" data-privet-vendor="player metrics" data-privet-src="{vendor}/both.js"></script>
        <script type="text/plain" data-privet-vendor="player" data-privet-src="{vendor}/one.js"></script>
        <style>p { background: url("data:,privet:player:{vendor}/style") }
            b { background: url("data:,privet:metrics:{vendor}/never") }</style><p>x</p><b>x</b>"#,
    );
    choose(&visitor, "choice=save&purpose=media");
    assert_eq!(ran(&visitor, 1), ["one"]);
    let asked = || {
        let mut asked = site.asked();
        asked.sort_unstable();
        asked
    };
    eventually("each URL of a style by itself", || {
        (asked() == ["/one.js", "/style"]).then_some(())
    });
    choose(&visitor, "choice=save&purpose=media&purpose=analytics");
    assert_eq!(ran(&visitor, 2), ["one", "both"]);
}

#[test]
fn what_comes_later_is_brought_back_too() {
    let (_site, visitor) = visit("", "<main></main>");
    choose(&visitor, "choice=accept-all");
    visitor.run(
        "document.querySelector('main').innerHTML = \
            '<div><script type=\"text/plain\" data-privet-vendor=player>ran.push(\"late\")</script></div>'",
    );
    // The page did not know of this vendor: it asks when the consent changes again.
    choose(&visitor, "choice=save&purpose=media");
    assert_eq!(ran(&visitor, 1), ["late"]);
    visitor.run(
        "document.querySelector('main').innerHTML = \
            '<div><script type=\"text/plain\" data-privet-vendor=player>ran.push(\"later\")</script></div>'",
    );
    assert_eq!(ran(&visitor, 2), ["late", "later"]);
}

#[test]
fn a_website_that_forbids_questions_gets_a_new_page() {
    let site = Gated::open(|_, granted| {
        let script = match granted.contains("media") {
            true => r#"<script src="{vendor}/one.js"></script>"#,
            false => {
                r#"<script type="text/plain" data-privet-vendor="player" data-privet-src="{vendor}/one.js"></script>"#
            }
        };
        page(
            "Content-Security-Policy: connect-src https://api.test\r\n",
            script,
        )
    });
    let visitor = Chromium::start();
    visitor.go(&site.url("/"));
    visitor.run("document.cookie = 'privet_consent=policy=1&time=' + Math.floor(Date.now() / 1000) + '&granted=media&refused=; path=/; secure'");
    assert_eq!(ran(&visitor, 1), ["one"]);
    assert!(!visitor.has("[data-privet-vendor]"));
}

/// A page that says what it was made with.
fn honest(_: &str, granted: &str) -> Page {
    let names = granted.replace(',', " ");
    (
        "",
        format!(
            "<title>page</title><script>window.ran = []</script>{}<p id=granted>{names}</p>",
            script_tag(&names)
        ),
    )
}

/// What the page that is shown was made with; nothing while there is none.
fn granted_here(visitor: &Chromium) -> Value {
    visitor.run("const it = document.querySelector('#granted'); return it && it.textContent")
}

#[test]
fn a_withdrawal_loads_the_page_without_what_was_withdrawn() {
    let site = Gated::open(honest);
    let visitor = Chromium::start();
    visitor.go(&site.url("/"));
    choose(&visitor, "choice=save&purpose=media&purpose=analytics");
    visitor.go(&site.url("/"));
    assert_eq!(visitor.text("#granted"), "analytics media");
    choose(&visitor, "choice=save&purpose=media");
    visitor.run("dispatchEvent(new Event('focus'))");
    eventually("another page", || {
        (granted_here(&visitor) == "media").then_some(())
    });
    // A second look finds nothing new.
    visitor.run("window.same = true; dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))");
    visitor.run_async("setTimeout(() => done(1), 500)");
    assert_eq!(visitor.run("return window.same"), true);
}

#[test]
fn a_page_from_the_back_forward_cache_is_not_older_than_the_consent() {
    let site = Gated::open(honest);
    let visitor = Chromium::start();
    visitor.go(&site.url("/"));
    choose(&visitor, "choice=accept-all");
    visitor.go(&site.url("/first"));
    visitor.go(&site.url("/second"));
    assert_eq!(
        visitor.text("#granted"),
        "functional analytics marketing media"
    );
    choose(&visitor, "choice=reject-all");
    visitor.run("history.back()");
    eventually("the first page without consent", || {
        let is_there = visitor.address().ends_with("/first");
        (is_there && granted_here(&visitor) == "").then_some(())
    });
}
