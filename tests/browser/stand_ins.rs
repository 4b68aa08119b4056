//! Calls of a vendor's functions before its script may come, and pages that wait for one to show.

use serde_json::json;

use crate::{
    chromium::Chromium,
    gated::{Gated, Page, choose, ran, script_tag},
    gateway::eventually,
};

/// A page in which `body` follows what waits.
fn page(waiting: &str, body: &str) -> Page {
    let html = format!(
        "<!doctype html><html><head><script>window.ran = []; window.got = []; onerror = error => ran.push(error)</script>{}{waiting}</head><body>{body}</body></html>",
        script_tag("")
    );
    ("", html)
}

fn visit(waiting: &str, body: &str) -> (Gated, Chromium) {
    let (waiting, body) = (waiting.to_owned(), body.to_owned());
    let site = Gated::open(move |_, _| page(&waiting, &body));
    let visitor = Chromium::start();
    visitor.go(&site.url("/"));
    (site, visitor)
}

/// A script that waits, from a URL.
fn from(vendor: &str, name: &str) -> String {
    format!(
        r#"<script type="text/plain" data-privet-vendor="{vendor}" data-privet-src="{{vendor}}/{name}.js"></script>"#
    )
}

/// A script that waits, in the page.
fn inline(vendor: &str, code: &str) -> String {
    format!(r#"<script type="text/plain" data-privet-vendor="{vendor}">{code}</script>"#)
}

#[test]
fn calls_before_the_consent_do_not_throw_whatever_they_do() {
    let vendors = [
        "google-analytics",
        "google-tag-manager",
        "google-ads-and-doubleclick",
        "facebook-pixel",
        "facebook-embeds",
        "hotjar",
        "vwo",
        "linkedin-insight-tag",
        "x-ads",
        "x-embeds",
        "tiktok-pixel",
        "pinterest-tag",
        "snapchat-pixel",
        "reddit-pixel",
        "microsoft-advertising",
        "microsoft-clarity",
        "matomo",
        "hubspot-analytics",
        "adroll",
        "intercom",
        "drift",
        "zendesk",
        "crisp",
        "tawk-to",
        "livechat",
        "mixpanel",
        "amplitude",
        "posthog",
        "heap",
        "segment",
        "adobe-analytics",
        "optimizely",
        "criteo",
        "contentsquare",
        "klaviyo",
        "dynamic-yield",
        "youtube",
        "vimeo",
        "linkedin-embeds",
        "recaptcha",
        "calendly",
        "google-maps",
        "customer-io",
        "woopra",
        "survicate",
        "outbrain",
        "taboola",
        "quora-pixel",
        "yandex-metrica",
    ];
    let waiting: String = vendors.iter().map(|vendor| inline(vendor, "")).collect();
    let (_site, visitor) = visit(
        &waiting,
        "<script>
        ga('create', 'UA-1', 'auto'); ga('send', 'pageview'); ga.getAll().forEach(it => it.get('name'));
        gtag('event', 'x'); dataLayer.push({ event: 'x' }); _gaq.push(['_trackPageview']);
        googletag.cmd.push(() => 0); adsbygoogle.push({});
        fbq('track', 'PageView'); fbq.apply(null, ['track', 'x']); _fbq.push(['track', 'x']);
        FB.init({ appId: 1 }); FB.Event.subscribe('edge.create', () => 0); FB.XFBML.parse();
        hj('event', 'x'); VWO.push(['track']); _vwo_code.finish(); if (_vwo_code.finished()) 0;
        lintrk('track', { conversion_id: 1 }); _linkedin_data_partner_ids.push('1');
        twq('event', 'x'); twttr.ready(() => 0); twttr.widgets.load().then(() => 0);
        ttq.track('x'); ttq.instance('y').track('x'); pintrk('track'); snaptr('track'); rdt('track', 'x');
        uetq.push('event', 'x', {}); clarity('set', 'x', 'y'); _paq.push(['trackPageView']); _mtm.push({});
        _hsq.push(['trackPageView']); adroll.track('pageView'); Intercom('boot', {}); drift.on('ready', () => 0);
        zE('messenger', 'open'); $zopim(() => 0); $zopim.livechat.window.show(); $crisp.push(['do', 'x']);
        Tawk_API.onLoad = () => 0; Tawk_API.toggle(); LiveChatWidget.on('ready', () => 0);
        mixpanel.track('x'); mixpanel.people.set({}); amplitude.getInstance().logEvent('x'); posthog.capture('x');
        heap.track('x'); analytics.track('x'); analytics.user().id(); _satellite.track('x'); optimizely.push({});
        criteo_q.push({}); _uxa.push(['x']); _learnq.push(['track']); klaviyo.push(['x']);
        DY.recommendationContext = { type: 'HOME' }; DY.API('event', {});
        YT.ready(() => 0); const player = new YT.Player('x', {}); player.playVideo(); YT.PlayerState.PLAYING;
        const film = new Vimeo.Player('y'); film.on('play', () => 0); film.getDuration().then(() => 0);
        IN.init(); grecaptcha.ready(() => 0); grecaptcha.execute('k').then(() => 0); Calendly.initPopupWidget({});
        const map = new google.maps.Map(document.body, {}); map.setCenter(new google.maps.LatLng(1, 2));
        google.maps.event.addDomListener(window, 'load', () => 0); for (const it of google.maps.all()) it;
        _cio.identify({}); woopra.track(); _sva.showSurvey(); obApi('track', 'x'); _tfa.push({}); qp('track', 'x');
        ym(1, 'hit'); `${ym}${FB.x}`; ran.push('end');
        </script>",
    );
    assert_eq!(ran(&visitor, 1), ["end"]);
    assert!(
        visitor.run("return typeof plausible") == "undefined",
        "nobody whom the page does not ask"
    );
}

/// What the vendors' scripts were told, in order, once it is so much.
fn got(visitor: &Chromium, count: usize) -> serde_json::Value {
    eventually("calls at the vendors", || {
        let got = visitor.run("return got");
        (got.as_array().expect("a list").len() >= count).then_some(got)
    })
}

#[test]
fn the_calls_reach_the_vendor_once_its_script_has_come() {
    // As vendors have it: a queue unless there is one, or nothing at all if there is something.
    let hotjar = "(function (h) { h.hj = h.hj || function () { (h.hj.q = h.hj.q || []).push(arguments) }; \
        const a = document.createElement('script'); a.src = '{vendor}/hotjar.js'; document.head.append(a) })(window); \
        hj('from snippet')";
    let facebook = "!function (f) { if (f.fbq) return; const n = f.fbq = function () { \
        n.callMethod ? n.callMethod(...arguments) : n.queue.push(arguments) }; n.queue = []; \
        const a = document.createElement('script'); a.src = '{vendor}/fbevents.js'; document.head.append(a) }(window); \
        fbq('init', 1)";
    let waiting = inline("hotjar", hotjar)
        + &inline("facebook-pixel", facebook)
        + &from("facebook-embeds", "sdk");
    let (site, visitor) = visit(
        &waiting,
        "<script>hj('early'); fbq('track', 'Early'); FB.init({ appId: 7 }); \
            FB.ui.open('door').then(answer => got.push(answer)); \
            document.addEventListener('late', () => fbq('track', 'Late'))</script>",
    );
    assert_eq!(site.asked(), [""; 0]);
    choose(&visitor, "choice=accept-all");
    let mut all = got(&visitor, 6);
    visitor.run("document.dispatchEvent(new Event('late'))");
    let of = |vendor: &str, all: &serde_json::Value| -> Vec<String> {
        let calls = all.as_array().expect("a list").iter();
        let calls = calls.map(|call| call.as_str().expect("text").to_owned());
        calls.filter(|call| call.starts_with(vendor)).collect()
    };
    assert_eq!(of("hj", &all), ["hj early", "hj from snippet"]);
    assert_eq!(of("fbq", &all), ["fbq init,1", "fbq track,Early"]);
    assert_eq!(of("FB", &all), ["FB 7"]);
    assert_eq!(of("open", &all), ["open door"]);
    all = got(&visitor, 7);
    assert_eq!(
        of("fbq track,Late", &all).len(),
        1,
        "the real function hears the rest"
    );
}

#[test]
fn events_for_google_follow_the_configuration_that_waited_with_them() {
    let snippet = "window.dataLayer = window.dataLayer || []; function gtag() { dataLayer.push(arguments) } \
        gtag('js', 1); gtag('config', 'G-1')";
    let waiting = from("google-analytics", "gtag") + &inline("google-analytics", snippet);
    let (_site, visitor) = visit(&waiting, "<script>gtag('event', 'early')</script>");
    choose(&visitor, "choice=accept-all");
    ran(&visitor, 1);
    visitor.run("gtag('event', 'late')");
    assert_eq!(
        visitor.run("return dataLayer.map(call => [...call].slice(0, 2))"),
        json!([
            ["js", 1],
            ["config", "G-1"],
            ["event", "early"],
            ["event", "late"]
        ])
    );
}

#[test]
fn what_cannot_be_made_again_is_made_by_a_new_page() {
    let site = Gated::open(|_, granted| {
        if granted.contains("media") {
            page("", "<p id=new>new</p>")
        } else {
            page(
                &inline("youtube", ""),
                "<script>new YT.Player('x')</script>",
            )
        }
    });
    let visitor = Chromium::start();
    visitor.go(&site.url("/"));
    choose(&visitor, "choice=accept-all");
    eventually("a new page", || visitor.has("#new").then_some(()));
}

#[test]
fn a_page_is_seen_though_its_tester_waits() {
    const CASES: [(&str, &str); 4] = [
        (
            "vwo",
            "<style id=_vis_opt_path_hides>body { opacity: 0 !important; filter: none }</style>",
        ),
        (
            "vwo",
            "<script>const s = document.createElement('style'); s.textContent = \
             'body{visibility:hidden!important;}'; document.head.append(s)</script>",
        ),
        (
            "kameleoon",
            "<style>* { visibility: hidden !important; background-image: none !important; }</style>",
        ),
        (
            "google-analytics",
            "<style>.async-hide { opacity: 0 !important }</style>\
             <script>document.documentElement.className += ' async-hide'</script>",
        ),
    ];
    let site = Gated::open(|path, _| {
        let number: usize = path.trim_start_matches('/').parse().unwrap_or_default();
        let (vendor, hiding) = CASES[number / 2 % CASES.len()];
        let waiting = inline(vendor, "");
        let head = match number % 2 {
            0 => waiting + hiding,
            _ => hiding.to_owned() + &waiting,
        };
        page(&head, "<p>seen</p><style>p { opacity: .5 }</style>")
    });
    let visitor = Chromium::start();
    for number in 0..2 * CASES.len() {
        visitor.go(&site.url(&format!("/{number}")));
        let look = "const of = it => getComputedStyle(it); return [of(document.documentElement).opacity, \
            of(document.body).opacity, of(document.body).visibility, of(document.querySelector('p')).opacity]";
        let seen = json!(["1", "1", "visible", "0.5"]);
        assert_eq!(visitor.run(look), seen, "{number}: {:?}", CASES[number / 2]);
    }
}

#[test]
fn google_hears_of_the_consent_before_its_container_runs_and_of_each_change() {
    let site = Gated::open(|_, _| {
        let tag = script_tag("analytics").replace("<script", "<script data-privet-consent-mode");
        let container = "<script>window.first = dataLayer.length</script>";
        ("", format!("<!doctype html>{tag}{container}<p>x</p>"))
    });
    let visitor = Chromium::start();
    visitor.go(&site.url("/"));
    assert_eq!(visitor.run("return first"), 2);
    let denied = json!({
        "ad_storage": "denied", "ad_user_data": "denied", "ad_personalization": "denied",
        "analytics_storage": "granted", "functionality_storage": "denied",
        "personalization_storage": "denied", "security_storage": "granted", "wait_for_update": 500,
    });
    let calls = "return dataLayer.map(call => [...call])";
    let before = json!([
        ["consent", "default", denied],
        ["set", "ads_data_redaction", true]
    ]);
    assert_eq!(visitor.run(calls), before);
    choose(&visitor, "choice=save&purpose=analytics&purpose=marketing");
    visitor.run("dispatchEvent(new Event('focus'))");
    let after = eventually("an update", || {
        let calls = visitor.run(calls);
        (calls.as_array().expect("a list").len() > 2).then_some(calls)
    });
    assert_eq!(after[2][1], "update");
    assert_eq!(after[2][2]["ad_user_data"], "granted");
    assert_eq!(after[2][2]["functionality_storage"], "denied");
    assert_eq!(after[3], json!(["set", "ads_data_redaction", false]));
}
