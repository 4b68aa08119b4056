//! What the demonstration website promises: links that lead somewhere, cookies that tempt.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed test may panic"
)]

use std::collections::BTreeSet;

use super::*;

fn get(path: &str) -> Response<Bytes> {
    respond(&Method::GET, path, &|_| Vec::new())
}

fn text(response: &Response<Bytes>) -> &str {
    std::str::from_utf8(response.body()).unwrap()
}

/// The values of `href`, `src` and `action` in a page.
fn links(html: &str) -> BTreeSet<String> {
    ["href=\"", "src=\"", "action=\""]
        .into_iter()
        .flat_map(|attribute| html.split(attribute).skip(1))
        .filter_map(|rest| rest.split('"').next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut seen = BTreeSet::new();
    let mut waiting = vec!["/".to_owned(), "/no-such-page".to_owned()];
    while let Some(link) = waiting.pop() {
        // What the shop has other companies do.
        let is_theirs = link.starts_with("https://www.googletagmanager.com/")
            || link.starts_with("https://www.youtube.com/embed/");
        if link == "/.privet/" || is_theirs || !seen.insert(link.clone()) {
            continue;
        }
        if let Some(anchor) = link.strip_prefix('#') {
            let pages = [get("/"), get("/cart")];
            let id = format!("id=\"{anchor}\"");
            assert!(pages.iter().any(|page| text(page).contains(&id)), "{link}");
            continue;
        }
        assert!(link.starts_with('/'), "{link} leads away");
        let response = if link.contains('?') {
            respond(&Method::POST, &link, &|_| vec!["cart=wren.1".to_owned()])
        } else {
            respond(&Method::GET, &link, &|_| vec!["cart=wren.1".to_owned()])
        };
        let expected = match link.as_str() {
            "/no-such-page" => 404,
            changes if changes.contains('?') => 303,
            _ => 200,
        };
        assert_eq!(response.status(), expected, "{link}");
        if response.headers()[CONTENT_TYPE] == HTML {
            assert!(text(&response).contains("href=\"/.privet/\""), "{link}");
            waiting.extend(links(text(&response)));
        }
    }
    assert!(seen.len() >= 16, "the crawl found {seen:?}");
}

#[test]
fn every_page_sets_the_cookies_of_the_shop_and_of_the_trackers() {
    let names = [
        "sid",
        "cart",
        "csrf",
        "theme",
        "lang",
        "_ga",
        "_gid",
        "_ga_7QK2M9XW4T",
        "_gcl_au",
        "_hjSessionUser_3141592",
        "_hjSession_3141592",
        "_vwo_uuid",
        "_vwo_uuid_v2",
        "_vis_opt_s",
        "__adroll_fpc",
        "__ar_v4",
        "_fbp",
        "li_fat_id",
        "bcookie",
        "UserMatchHistory",
        "VISITOR_INFO1_LIVE",
        "YSC",
        "_ttp",
        "_uetsid",
        "_uetvid",
        "_clck",
        "_pin_unauth",
    ];
    for path in ["/", "/about", "/cart", "/products/bittern", "/nowhere"] {
        let response = get(path);
        let set: Vec<&str> = response
            .headers()
            .get_all(SET_COOKIE)
            .iter()
            .filter_map(|value| value.to_str().unwrap().split('=').next())
            .collect();
        for name in names {
            assert!(set.contains(&name), "{path} sets {name}");
        }
    }
    assert!(!get("/assets/shop.css").headers().contains_key(SET_COOKIE));
}

#[test]
fn a_head_tells_what_its_get_would() {
    for path in ["/", "/assets/hero.svg", "/nowhere"] {
        let (head, get) = (respond(&Method::HEAD, path, &|_| Vec::new()), get(path));
        assert_eq!(
            (head.status(), head.headers()),
            (get.status(), get.headers()),
            "{path}"
        );
        assert!(head.body().is_empty() && !get.body().is_empty(), "{path}");
        let length = get.headers()[CONTENT_LENGTH].to_str().unwrap();
        assert_eq!(length, get.body().len().to_string(), "{path}");
    }
}

#[test]
fn the_cart_travels_in_its_cookie() {
    let response = respond(&Method::POST, "/cart?add=wren", &|name| match name {
        "cookie" => vec!["sid=1".to_owned(), "cart=wren.1_lapwing.2".to_owned()],
        _ => Vec::new(),
    });
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(response.headers()[LOCATION], "/cart");
    let set: Vec<_> = response.headers().get_all(SET_COOKIE).iter().collect();
    assert!(
        set[0]
            .to_str()
            .unwrap()
            .starts_with("cart=wren.2_lapwing.2;")
    );
}

#[test]
fn what_it_does_not_understand_it_refuses() {
    for (method, path, expected) in [
        (Method::POST, "/cart?add=owl", 422),
        (Method::POST, "/cart", 422),
        (Method::POST, "/", 405),
        (Method::DELETE, "/cart", 405),
        (Method::GET, "/products/", 404),
        (Method::GET, "/products/wren/x", 404),
        (Method::GET, "", 404),
        (Method::GET, "/cart?add=wren", 200),
    ] {
        let response = respond(&method, path, &|_| Vec::new());
        assert_eq!(response.status(), expected, "{method} {path}");
    }
}

#[test]
fn nothing_of_a_request_becomes_markup() {
    let hostile = "<svg onload=x>\"'&</svg>".to_owned();
    for path in ["/", "/cart", "/<svg onload=x>", "/products/<svg onload=x>"] {
        let response = respond(&Method::GET, path, &|_| vec![hostile.clone()]);
        assert!(!text(&response).contains("<svg onload"), "{path}");
    }
}

#[test]
fn the_home_page_shows_what_arrived() {
    let response = respond(&Method::GET, "/?a=b", &|name| match name {
        "cookie" => vec!["_ga=GA1.1.secret".to_owned()],
        "x-forwarded-for" => vec!["192.0.2.0".to_owned()],
        "x-privet-consent" => vec!["functional".to_owned()],
        _ => Vec::new(),
    });
    let html = text(&response);
    for shown in [
        "<code>_ga</code>",
        "<code>192.0.2.0</code>",
        "<code>functional</code>",
    ] {
        assert!(html.contains(shown), "{shown}");
    }
    assert!(!html.contains("secret"));
}
