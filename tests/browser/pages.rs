//! Whether privet's own pages and the shop's can be read and used: on a phone, zoomed, in the
//! dark, and by those who don't see them.

use serde_json::{Value, json};

use crate::{chromium::Chromium, shop::Shop};

const PAGES: [&str; 7] = [
    "/",
    "/products/lapwing",
    "/about",
    "/cart",
    "/nowhere",
    "/.privet/",
    "/.privet/nothing",
];

/// Fills the privacy centre: cookies with names that are hard to break, and a mixed answer.
fn fill(shop: &Shop, visitor: &Chromium) {
    visitor.go(&shop.url("/"));
    let long = "x".repeat(200);
    visitor.run(&format!("document.cookie = '_ga_{long}=1; path=/'"));
    visitor.run(&format!("document.cookie = '{long}=1; path=/'"));
    visitor.go(&shop.url("/.privet/"));
    visitor.click("input[value=analytics]");
    visitor.follow("button[value=save]");
}

/// Opens what is folded, so that it is measured too.
fn open_details(visitor: &Chromium) {
    visitor.run("document.querySelectorAll('details').forEach(details => details.open = true)");
}

/// What of the page is wider than the window, by CSS class or element name.
pub(crate) fn overflow(visitor: &Chromium) -> Value {
    visitor.run(
        "const width = document.documentElement.clientWidth; \
         return [...document.body.querySelectorAll('*:not(.hidden, .skip, svg *)')] \
            .filter(element => element.getBoundingClientRect().right > width + 1) \
            .map(element => element.localName + '.' + element.className)",
    )
}

#[test]
fn nothing_sticks_out_on_a_phone_or_zoomed() {
    let (shop, visitor) = (Shop::open(), Chromium::start());
    fill(&shop, &visitor);
    // 1280 pixels at 200% and at 400% leave 640 and 320 (WCAG 2.2, 1.4.10).
    for (width, mobile) in [(375, true), (640, false), (320, false)] {
        visitor.resize(width, 812, mobile);
        for path in PAGES {
            visitor.go(&shop.url(path));
            open_details(&visitor);
            assert_eq!(overflow(&visitor), json!([]), "{path} at {width}");
        }
    }
}

/// Text whose contrast with what is behind it is too low (WCAG 2.2, 1.4.3), with the contrast.
pub(crate) fn pale(visitor: &Chromium) -> Value {
    visitor.run(
        "const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true }); \
         const rgba = color => { context.clearRect(0, 0, 1, 1); context.fillStyle = color; \
            context.fillRect(0, 0, 1, 1); return context.getImageData(0, 0, 1, 1).data; }; \
         const light = color => { const [r, g, b] = [...color].slice(0, 3).map(value => value / 255) \
            .map(value => value <= .04045 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4); \
            return .2126 * r + .7152 * g + .0722 * b; }; \
         const behind = element => { for (; element; element = element.parentElement) { \
            const color = rgba(getComputedStyle(element).backgroundColor); \
            if (color[3] === 255) return color; } return rgba('white'); }; \
         return [...document.body.querySelectorAll('*:not(svg, svg *)')] \
            .filter(element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim())) \
            .map(element => { const style = getComputedStyle(element); \
                const pair = [light(rgba(style.color)), light(behind(element))].sort((a, b) => b - a); \
                const contrast = (pair[0] + .05) / (pair[1] + .05); \
                const size = parseFloat(style.fontSize); \
                const large = size >= 24 || size >= 18.66 && style.fontWeight >= 700; \
                return contrast < (large ? 3 : 4.5) \
                    ? element.localName + '.' + element.className + ' ' + contrast.toFixed(2) : null; }) \
            .filter(found => found)",
    )
}

#[test]
fn text_stands_out_in_the_light_and_in_the_dark() {
    let (shop, visitor) = (Shop::open(), Chromium::start());
    fill(&shop, &visitor);
    for scheme in ["light", "dark"] {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        visitor.devtools(
            "Emulation.setEmulatedMedia",
            &json!({ "features": features }),
        );
        for path in PAGES {
            visitor.go(&shop.url(path));
            open_details(&visitor);
            assert_eq!(pale(&visitor), json!([]), "{path}, {scheme}");
            let dark = "return matchMedia('(prefers-color-scheme: dark)').matches && \
                        getComputedStyle(document.body).backgroundColor";
            let dark = visitor.run(dark);
            assert_eq!(dark != false, scheme == "dark", "{path}");
            assert_ne!(dark, "rgb(255, 255, 255)", "{path}");
        }
    }
}

/// What a screen reader would miss on the page.
pub(crate) fn missing(visitor: &Chromium) -> Value {
    visitor.run(
        "const wrong = []; \
         const need = (is, what) => { if (!is) wrong.push(what); }; \
         need(document.documentElement.lang, 'language'); \
         need(document.title, 'title'); \
         need(document.querySelectorAll('main').length === 1, 'one main'); \
         need(document.querySelectorAll('h1').length === 1, 'one h1'); \
         let level = 0; \
         for (const heading of document.querySelectorAll('h1, h2, h3, h4')) { \
            const next = Number(heading.localName[1]); \
            need(next <= level + 1, heading.textContent + ' skips a level'); level = next; } \
         for (const image of document.querySelectorAll('img')) need(image.hasAttribute('alt'), image.src); \
         for (const input of document.querySelectorAll('input:not([type=hidden])')) \
            need(input.labels.length && input.labels[0].textContent.trim(), 'a label for ' + input.value); \
         for (const control of document.querySelectorAll('button, a, summary')) { \
            need(control.textContent.trim() || control.querySelector('[alt]:not([alt=\"\"])'), 'a name for ' + control.outerHTML); \
            const box = control.getBoundingClientRect(); \
            const inline = /^(inline|none)$/.test(getComputedStyle(control).display); \
            need(inline || box.height >= 24 || control.matches('.skip'), 'room for a finger: ' + control.textContent); } \
         const ids = [...document.querySelectorAll('[id]')].map(element => element.id); \
         need(new Set(ids).size === ids.length, 'ids only once'); \
         for (const element of document.querySelectorAll('[aria-labelledby], [aria-describedby]')) \
            need(ids.includes(element.getAttribute('aria-labelledby') || element.getAttribute('aria-describedby')), \
                'what describes ' + element.outerHTML.slice(0, 60)); \
         for (const cell of document.querySelectorAll('th')) need(cell.scope, 'scope of ' + cell.textContent); \
         return wrong",
    )
}

#[test]
fn pages_make_sense_to_those_who_do_not_see_them() {
    let (shop, visitor) = (Shop::open(), Chromium::start());
    fill(&shop, &visitor);
    for path in PAGES {
        visitor.go(&shop.url(path));
        open_details(&visitor);
        assert_eq!(missing(&visitor), json!([]), "{path}");
    }
}

#[test]
fn whoever_has_only_a_keyboard_sees_where_they_are() {
    let (shop, visitor) = (Shop::open(), Chromium::start());
    fill(&shop, &visitor);
    for path in ["/", "/.privet/"] {
        visitor.go(&shop.url(path));
        open_details(&visitor);
        let outlines = visitor.run(
            "return [...document.querySelectorAll('a, button, input:not([type=hidden]), summary')] \
                .filter(control => { control.focus({ focusVisible: true }); \
                    const style = getComputedStyle(control); \
                    return document.activeElement !== control || style.outlineStyle === 'none' \
                        || parseFloat(style.outlineWidth) < 2; }) \
                .map(control => control.textContent)",
        );
        assert_eq!(outlines, json!([]), "{path}");
    }
}

#[test]
fn refusing_takes_exactly_what_accepting_takes() {
    let (shop, visitor) = (Shop::open(), Chromium::start());
    visitor.go(&shop.url("/"));
    for width in [1280, 375] {
        visitor.resize(width, 812, false);
        visitor.go(&shop.url("/.privet/"));
        assert!(
            !visitor.has("input:checked"),
            "nothing is ticked before it is granted"
        );
        let look = |choice: &str| {
            visitor.run(&format!(
                "const button = document.querySelector('button[value={choice}]'); \
                 const style = getComputedStyle(button); const box = button.getBoundingClientRect(); \
                 return [style.color, style.backgroundColor, style.borderColor, style.fontSize, \
                    style.fontWeight, Math.round(box.width), box.height, box.top, box.bottom < innerHeight]"
            ))
        };
        assert_eq!(look("accept-all"), look("reject-all"));
        assert_eq!(look("reject-all")[8], true, "seen without scrolling");
    }
}

#[test]
fn the_privacy_centre_names_the_companies_before_anything_is_granted() {
    let (shop, visitor) = (Shop::open(), Chromium::start());
    visitor.go(&shop.url("/"));
    visitor.go(&shop.url("/.privet/"));
    open_details(&visitor);
    let form = visitor.text(".purposes");
    for company in [
        "Google Analytics",
        "Hotjar",
        "VWO",
        "AdRoll",
        "Facebook Pixel",
        "LinkedIn Insight Tag",
        "TikTok Pixel",
        "YouTube",
        "Example Metrics",
        "Netherlands",
        "Malta",
    ] {
        assert!(form.contains(company), "{company} in {form}");
    }
    assert!(
        !form.contains("Matomo"),
        "nobody whom the shop does not ask"
    );
    // A visitor of another website on the same gateway is told nothing of this one's.
    visitor.go(&shop.at("down.test", "/.privet/"));
    open_details(&visitor);
    assert!(!visitor.text(".purposes").contains("Hotjar"));
}

#[test]
fn the_way_back_leads_back() {
    let (shop, visitor) = (Shop::open(), Chromium::start());
    for (path, expected) in [
        ("/.privet/", "/"),
        ("/.privet/?return_to=/cart", "/cart"),
        ("/.privet/?return_to=%2Fcart%3Fx%3D1", "/cart?x=1"),
        ("/.privet/?return_to=https://evil.test/", "/"),
        ("/.privet/?return_to=//evil.test/", "/"),
    ] {
        visitor.go(&shop.url(path));
        visitor.follow("a.back");
        assert_eq!(visitor.address(), shop.url(expected), "{path}");
    }
    visitor.go(&shop.url("/.privet/?return_to=/cart"));
    visitor.follow("button[value=reject-all]");
    assert_eq!(visitor.address(), shop.url("/cart"));
}

#[test]
fn errors_tell_the_visitor_what_happened() {
    let (shop, visitor) = (Shop::open(), Chromium::start());
    for (host, status, words) in [
        ("stranger.test", "421", "This website is not here"),
        ("down.test", "502", "The website is not available"),
    ] {
        visitor.go(&shop.at(host, "/"));
        assert_eq!(visitor.text(".status"), status);
        assert_eq!(visitor.text("h1"), words);
        assert_eq!(missing(&visitor), json!([]), "{host}");
        assert_eq!(overflow(&visitor), json!([]), "{host}");
    }
}

#[test]
fn the_console_has_nothing_to_complain_of() {
    let (shop, visitor) = (Shop::open(), Chromium::start());
    visitor.go(&shop.url("/.privet/"));
    visitor.follow("button[value=accept-all]");
    for path in ["/", "/products/wren", "/about", "/cart", "/.privet/"] {
        visitor.go(&shop.url(path));
    }
    let complaints: Vec<String> = visitor
        .console()
        .into_iter()
        // Each version of Chromium knows other features.
        .filter(|line| !line.contains("Permissions-Policy"))
        .collect();
    assert!(complaints.is_empty(), "{complaints:#?}");
    // A page that does break its policy is complained of, so that silence means something.
    visitor.go(&shop.url("/.privet/"));
    visitor.run(
        "document.body.append(Object.assign(document.createElement('img'), { src: '/x.png' }))",
    );
    crate::gateway::eventually("a complaint", || {
        let complaints = visitor.console();
        complaints
            .iter()
            .any(|line| line.contains("Content Security Policy"))
            .then_some(())
    });
}
