//! The placeholder in the frame of an embed: what it says, where its two answers lead.

use serde_json::json;

use crate::{
    chromium::Chromium,
    gated::{Gated, choose, script_tag},
    gateway::{Client, eventually},
};

const EMBED: &str = "/.privet/embed?vendor=player&url=";

/// The value of `url=` for a path at the vendor.
fn encoded(site: &Gated, path: &str) -> String {
    site.vendor(path)
        .replace(':', "%3A")
        .replace('/', "%2F")
        .replace('?', "%3F")
        .replace('=', "%3D")
}

/// A website with two embeds, and without privet's script if so wanted.
fn site(with_script: bool) -> Gated {
    Gated::open(move |_, _| {
        let tag = if with_script {
            script_tag("")
        } else {
            String::new()
        };
        let frame = |name: &str| {
            format!(
                r#"<iframe id="{name}" width="560" height="315" data-privet-vendor="player" data-privet-src="{{vendor}}/{name}?a=1" src="{EMBED}{{vendor}}/{name}%3Fa=1"></iframe>"#
            )
        };
        (
            "",
            format!(
                "<!doctype html><script>window.ran = []</script>{tag}{}{}",
                frame("one"),
                frame("two")
            ),
        )
    })
}

/// Goes into a frame, does that, and comes back.
fn inside<T>(visitor: &Chromium, frame: &str, work: impl FnOnce() -> T) -> T {
    visitor.enter(frame);
    let done = work();
    visitor.leave();
    done
}

/// Waits until a frame shows the vendor's page.
fn wait_real(visitor: &Chromium, frame: &str, heading: &str) {
    eventually("the real page", || {
        inside(visitor, frame, || {
            visitor.has("h1").then(|| visitor.text("h1"))
        })
        .filter(|text| text == heading)
    });
}

fn disable_scripts(visitor: &Chromium) {
    visitor.devtools(
        "Emulation.setScriptExecutionDisabled",
        &json!({ "value": true }),
    );
}

#[test]
fn a_placeholder_names_the_vendor_and_asks_it_nothing() {
    let (site, visitor) = (site(true), Chromium::start());
    visitor.go(&site.url("/"));
    inside(&visitor, "#one", || {
        assert_eq!(visitor.text("h1"), "Player");
        assert!(visitor.text(".about").contains("France"));
        let policy = "return document.querySelector('.about a').href";
        assert_eq!(visitor.run(policy), "https://vendor.test/privacy");
        assert!(
            visitor
                .text(".lead")
                .contains("learns your internet address")
        );
    });
    assert_eq!(site.asked(), [""; 0]);
}

#[test]
fn shown_once_it_is_shown_in_this_frame_only() {
    let (site, visitor) = (site(true), Chromium::start());
    visitor.go(&site.url("/"));
    inside(&visitor, "#one", || visitor.click("a.button"));
    wait_real(&visitor, "#one", "/one?a=1");
    assert_eq!(site.asked(), ["/one?a=1"]);
    assert!(!visitor.cookies().contains_key("privet_consent"));
    visitor.go(&site.url("/"));
    inside(&visitor, "#one", || {
        assert_eq!(visitor.text("h1"), "Player")
    });
}

#[test]
fn shown_always_all_frames_of_the_vendor_come_alive_and_other_answers_stay() {
    let (site, visitor) = (site(true), Chromium::start());
    visitor.go(&site.url("/"));
    choose(&visitor, "choice=save&purpose=analytics");
    visitor.go(&site.url("/"));
    inside(&visitor, "#one", || visitor.click("button"));
    wait_real(&visitor, "#one", "/one?a=1");
    wait_real(&visitor, "#two", "/two?a=1");
    let ones = site
        .asked()
        .iter()
        .filter(|path| *path == "/one?a=1")
        .count();
    assert_eq!(ones, 1, "{:?}", site.asked());
    let told = visitor.run_async(
        "fetch('/.privet/consent?vendors=player,metrics,nobody').then(answer => answer.json()).then(done)",
    );
    assert_eq!(told["purposes"]["media"], "refused");
    assert_eq!(told["purposes"]["analytics"], "granted");
    assert_eq!(told["vendors"], json!({ "Player": "granted" }));
    assert_eq!(
        told["allowed"],
        json!({ "player": true, "metrics": true, "nobody": false })
    );
}

#[test]
fn what_was_never_asked_stays_open_when_a_vendor_is_added() {
    let (site, visitor) = (site(true), Chromium::start());
    visitor.go(&site.url("/"));
    choose(&visitor, "choice=add&vendor=player");
    let told =
        visitor.run_async("fetch('/.privet/consent').then(answer => answer.json()).then(done)");
    assert_eq!(told["purposes"]["media"], "not-asked");
    assert_eq!(told["purposes"]["analytics"], "not-asked");
    assert_eq!(told["vendors"], json!({ "Player": "granted" }));
    assert_eq!(told["source"], "privet");
    assert!(told.get("allowed").is_none());
}

#[test]
fn both_answers_work_without_scripts() {
    let (site, visitor) = (site(false), Chromium::start());
    disable_scripts(&visitor);
    visitor.go(&site.url("/"));
    inside(&visitor, "#one", || visitor.click("a.button"));
    wait_real(&visitor, "#one", "/one?a=1");
    visitor.go(&site.url("/"));
    inside(&visitor, "#two", || visitor.click("button"));
    wait_real(&visitor, "#two", "/two?a=1");
    visitor.go(&site.url("/"));
    wait_real(&visitor, "#one", "/one?a=1");
}

#[test]
fn nobody_is_sent_elsewhere_in_the_websites_name() {
    let site = site(false);
    let mut client = Client::connect(site.gateway.https());
    let mut ask = |query: &str, more: &str| {
        client.send(format!(
            "GET /.privet/embed?{query} HTTP/1.1\r\nHost: site.test\r\n{more}\r\n"
        ));
        client.response("GET")
    };
    let yes = "Cookie: privet_consent=policy=1&time=9999999999&granted=media&refused=\r\n";
    let yes = yes.replace("9999999999", &now().to_string());
    let framed = format!("{yes}Sec-Fetch-Dest: iframe\r\n");
    let url = encoded(&site, "/film");
    for query in [
        "",
        "vendor=player",
        "vendor=player&url=https://evil.test/",
        "vendor=player&url=javascript:alert(1)",
        "vendor=player&url=https://vendor.test@evil.test/",
        "vendor=player&url=%2F%2Fvendor.test/",
        "vendor=nobody&url=https://vendor.test/",
        "vendor=metrics&url=https://vendor.test/",
    ] {
        assert_eq!(ask(query, &framed).status, 404, "{query}");
    }
    let good = format!("vendor=player&url={url}");
    let redirect = ask(&good, &framed);
    assert_eq!(
        (redirect.status, redirect.get("location")),
        (303, Some(&*site.vendor("/film")))
    );
    assert_eq!(redirect.get("cache-control"), Some("no-store"));
    let policy = redirect.get("content-security-policy").expect("a policy");
    assert!(policy.contains("frame-ancestors 'self'"), "{policy}");
    for more in [
        yes.as_str(),
        &format!("{yes}Sec-Fetch-Dest: document\r\n"),
        "Sec-Fetch-Dest: iframe\r\n",
    ] {
        let page = ask(&good, more);
        assert_eq!((page.status, page.get("location")), (200, None), "{more}");
        let html = String::from_utf8(page.body).expect("text");
        assert!(
            html.contains("noindex") && !html.contains("<script"),
            "{html}"
        );
    }
}

fn now() -> u64 {
    let since = std::time::UNIX_EPOCH.elapsed();
    since.expect("after 1970").as_secs()
}

#[test]
fn a_placeholder_of_any_size_can_be_read_and_used() {
    let (site, visitor) = (site(false), Chromium::start());
    let url = site.url(&format!("{EMBED}{}", encoded(&site, "/film")));
    for scheme in ["light", "dark"] {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        visitor.devtools(
            "Emulation.setEmulatedMedia",
            &json!({ "features": features }),
        );
        for (width, height) in [
            (200, 113),
            (320, 180),
            (280, 157),
            (560, 315),
            (1280, 720),
            (120, 600),
            (728, 90),
        ] {
            visitor.resize(width, height, false);
            visitor.go(&url);
            let place = format!("{width} by {height}, {scheme}");
            assert_eq!(crate::pages::missing(&visitor), json!([]), "{place}");
            assert_eq!(crate::pages::pale(&visitor), json!([]), "{place}");
            assert_eq!(crate::pages::overflow(&visitor), json!([]), "{place}");
            let hidden = "return [...document.querySelectorAll('h1, .about *:not(.hidden), a.button, button')] \
                .filter(it => { const box = it.getBoundingClientRect(); \
                    return box.top < 0 || box.bottom > innerHeight || box.left < 0; }).map(it => it.textContent)";
            assert_eq!(visitor.run(hidden), json!([]), "{place}");
        }
    }
}
