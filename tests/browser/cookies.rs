//! Which cookies a browser keeps, before, after and without a choice.

use std::collections::BTreeSet;

use serde_json::json;

use crate::{
    chromium::Chromium,
    gateway::eventually,
    shop::{Shop, expected, expected_after_choice},
};

const ALL: [&str; 4] = ["functional", "analytics", "marketing", "media"];

/// Visits each kind of page.
fn stroll(shop: &Shop, visitor: &Chromium) {
    for path in ["/", "/products/wren", "/about", "/cart", "/nowhere", "/"] {
        visitor.go(&shop.url(path));
    }
}

/// The names of the cookies that reached the website, as its home page shows them.
fn arrived(visitor: &Chromium) -> BTreeSet<String> {
    let names = visitor.run(
        "return [...document.querySelectorAll('.received .names code')].map(name => name.textContent)",
    );
    let names = names.as_array().expect("a list").iter();
    names
        .map(|name| name.as_str().expect("a name").to_owned())
        .collect()
}

#[test]
fn without_a_choice_only_necessary_cookies_are_kept() {
    let (shop, visitor) = (Shop::open(), Chromium::start());
    stroll(&shop, &visitor);
    assert_eq!(visitor.cookie_names(), expected(&[]));
    let everywhere: BTreeSet<String> = visitor.every_cookie().into_keys().collect();
    assert_eq!(everywhere, expected(&[]), "for no other path or domain");
    assert_eq!(arrived(&visitor), expected(&[]));
    for (name, cookie) in visitor.cookies() {
        assert_eq!(cookie["secure"], true, "{name}");
        assert_eq!(cookie["sameSite"], "Lax", "{name}");
    }
}

#[test]
fn all_cookies_come_with_consent_and_go_with_it() {
    let (shop, visitor) = (Shop::open(), Chromium::start());
    visitor.go(&shop.url("/"));
    shop.choose(&visitor, "accept-all");
    stroll(&shop, &visitor);
    assert_eq!(visitor.cookie_names(), expected_after_choice(&ALL));
    assert_eq!(arrived(&visitor), expected_after_choice(&ALL));
    let year = 366.0 * 86_400.0 + 35.0 * 86_400.0;
    let now = visitor.run("return Date.now() / 1000");
    for (name, cookie) in visitor.cookies() {
        let expiry = cookie["expiry"].as_f64().unwrap_or_default();
        let left = expiry - now.as_f64().expect("a number");
        assert!(left <= year, "{name} would live for {left} s");
    }

    // The answer to the form itself expires them: nothing but privet's own page was seen since.
    shop.choose(&visitor, "reject-all");
    assert!(visitor.address().contains("/.privet/"));
    assert_eq!(visitor.cookie_names(), expected_after_choice(&[]));
    stroll(&shop, &visitor);
    assert_eq!(visitor.cookie_names(), expected_after_choice(&[]));
    assert_eq!(arrived(&visitor), expected_after_choice(&[]));
}

#[test]
fn a_purpose_is_granted_alone() {
    let (shop, visitor) = (Shop::open(), Chromium::start());
    visitor.go(&shop.url("/.privet/"));
    visitor.click("input[name=purpose][value=analytics]");
    visitor.follow("button[value=save]");
    stroll(&shop, &visitor);
    assert_eq!(
        visitor.cookie_names(),
        expected_after_choice(&["analytics"])
    );

    visitor.go(&shop.url("/.privet/"));
    let ticked = "input[name=purpose][value=analytics]:checked";
    assert!(visitor.has(ticked), "the page shows what was chosen");
    visitor.click("input[name=purpose][value=analytics]");
    visitor.click("input[name=purpose][value=media]");
    visitor.follow("button[value=save]");
    stroll(&shop, &visitor);
    assert_eq!(visitor.cookie_names(), expected_after_choice(&["media"]));
}

#[test]
fn a_company_is_granted_alone() {
    let (shop, visitor) = (Shop::open(), Chromium::start());
    // The shop has shown whom it works with once a page of it was seen.
    visitor.go(&shop.url("/"));
    visitor.go(&shop.url("/.privet/"));
    let hotjar = "input[name=vendor][value=hotjar]";
    visitor.click("li:has(input[value=analytics]) summary");
    visitor.click(hotjar);
    visitor.follow("button[value=save]");
    assert!(visitor.has(&format!("{hotjar}:checked")));
    assert!(!visitor.has("input[value=analytics]:checked"));
    stroll(&shop, &visitor);
    let mut names = expected_after_choice(&[]);
    names.extend(["_hjSessionUser_3141592", "_hjSession_3141592"].map(str::to_owned));
    assert_eq!(visitor.cookie_names(), names);
    assert_eq!(arrived(&visitor), names);
}

#[test]
fn cookies_of_scripts_do_not_reach_the_website_and_are_expired() {
    let (shop, visitor) = (Shop::open(), Chromium::start());
    visitor.go(&shop.at("www.shop.test", "/about"));
    visitor.run(
        "document.cookie = '_ga=GA1.1.1; path=/; max-age=99999'; \
         document.cookie = '_fbp=fb.1.2.3; path=/; domain=shop.test; max-age=99999; secure'; \
         document.cookie = '_hjid=4; path=/; domain=www.shop.test; max-age=99999'; \
         document.cookie = 'mine=5; path=/; max-age=99999'",
    );
    let set = ["_fbp", "_ga", "_hjid", "mine"];
    assert!(
        set.iter().all(|name| visitor.cookies().contains_key(*name)),
        "the browser took them"
    );
    visitor.go(&shop.at("www.shop.test", "/"));
    let mut names = expected(&[]);
    names.insert("mine".to_owned());
    assert_eq!(arrived(&visitor), names, "what the website got");
    let everywhere: BTreeSet<String> = visitor.every_cookie().into_keys().collect();
    assert_eq!(everywhere, names, "what the browser still holds");
}

#[test]
fn another_website_cannot_choose_for_the_visitor() {
    let (shop, visitor) = (Shop::open(), Chromium::start());
    visitor.go(&shop.at("down.test", "/"));
    let action = shop.url("/.privet/consent");
    visitor.run(&format!(
        "const form = document.createElement('form'); form.method = 'post'; form.action = '{action}'; \
         form.innerHTML = '<button name=choice value=accept-all>Win a bell</button>'; \
         document.body.append(form)"
    ));
    visitor.follow("button[value=accept-all]");
    assert!(visitor.text("h1").contains("did not come from here"));
    visitor.go(&shop.url("/"));
    assert_eq!(visitor.cookie_names(), expected(&[]));
}

#[test]
fn a_visitor_without_scripts_buys_refuses_and_accepts() {
    let (shop, visitor) = (Shop::open(), Chromium::start());
    let parameters = json!({ "value": true });
    visitor.devtools("Emulation.setScriptExecutionDisabled", &parameters);
    visitor.go("data:text/html,<title>off</title><script>document.title='on'</script>");
    assert_eq!(visitor.run("return document.title"), "off");

    visitor.go(&shop.url("/products/bittern"));
    visitor.follow("form button");
    assert!(visitor.text(".cart").contains("Bittern"));
    shop.choose(&visitor, "accept-all");
    visitor.go(&shop.url("/cart"));
    assert_eq!(visitor.cookie_names(), expected_after_choice(&ALL));
    shop.choose(&visitor, "reject-all");
    assert!(visitor.text("[role=status]").contains("Saved"));
    visitor.go(&shop.url("/cart"));
    assert_eq!(visitor.cookie_names(), expected_after_choice(&[]));
    assert!(visitor.text(".cart").contains("Bittern"), "the cart stays");
}

#[test]
fn a_vendor_under_the_websites_own_name_is_asked_only_with_consent() {
    let (shop, visitor) = (Shop::open(), Chromium::start());
    visitor.go(&shop.url("/about"));
    let load = "const script = document.createElement('script'); script.src = '/stats/xm/m.js'; \
                script.onload = () => document.body.dataset.script = 'loaded'; \
                script.onerror = () => document.body.dataset.script = 'failed'; \
                document.head.append(script)";
    visitor.run(load);
    let outcome = |state: &str| {
        eventually(state, || {
            visitor.has(&format!("[data-script={state}]")).then_some(())
        })
    };
    outcome("loaded");
    visitor.go(&shop.url("/stats/xm/page"));
    assert!(visitor.text("h1").contains("Not without your consent"));
    shop.choose(&visitor, "accept-all");
    visitor.go(&shop.url("/about"));
    visitor.run(load);
    // The shop has no such script: its own answer is the sign that it was asked.
    outcome("failed");
}
