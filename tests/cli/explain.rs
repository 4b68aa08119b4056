//! `privet explain`: what would happen, and why.

use crate::program::{DEMO, Folder, row, section, unwrapped};

const SITE: &str = r#"
[client_ip]
trusted_proxies = ["10.0.0.0/8"]
[cookies]
keep = ["_gid"]
[[site]]
hosts = ["www.example.com"]
upstream = "http://127.0.0.1:9"
[[site]]
hosts = ["watched.example.com"]
upstream = "http://127.0.0.1:9"
mode = "observe"
[[vendor]]
name = "Example Metrics"
purpose = "analytics"
cookies = [{ name = "_xm_*", max_lifetime = "30 days" }]
paths = ["/stats/xm/*"]
"#;

const URL: &str = "https://www.example.com/cart?id=secret-query";

fn explain(arguments: &[&str]) -> String {
    let all = [&["explain"][..], arguments].concat();
    Folder::with(SITE).fine(&all)
}

#[test]
fn a_refused_cookie_is_stripped_and_expired_and_the_others_travel() {
    let told = explain(&[
        URL,
        "--cookie",
        "_ga=hidden-1; cart=hidden-2",
        "--cookie",
        "_gid",
        "--cookie",
        "_xm_1",
        "--cookie",
        "mine=hidden-3",
    ]);
    let cookies = section(&told, "Cookies of the request");
    for (name, expected) in [
        (
            "_ga",
            "_ga stripped, expired analytics not granted Google Analytics, \"_ga\"",
        ),
        (
            "cart",
            "cart passes necessary Language and layout, \"cart*\"",
        ),
        ("_gid", "_gid passes necessary by cookies.keep"),
        (
            "_xm_1",
            "_xm_1 stripped, expired analytics not granted Example Metrics of [[vendor]], \"_xm_*\"",
        ),
        (
            "mine",
            "mine passes unknown no vendor; cookies.unknown is \"keep\"",
        ),
    ] {
        assert_eq!(row(cookies, name), expected);
    }
    let website = section(&told, "The website receives");
    assert_eq!(row(website, "cookie:"), "cookie: cart=…; _gid=…; mine=…");
    let browser = section(&told, "The browser receives");
    for line in [
        "set-cookie: _ga=; Path=/; Max-Age=0; Secure\n",
        "set-cookie: _ga=; Path=/; Max-Age=0; Secure; Domain=example.com\n",
        "set-cookie: _xm_1=; Path=/; Max-Age=0; Secure\n",
        "cache-control: private\n",
    ] {
        assert!(browser.contains(line), "{line}: {browser}");
    }
    assert!(!browser.contains("mine="), "{browser}");
    assert!(!told.contains("hidden"), "{told}");
    assert!(told.contains("\"cookies_stripped\":2,"), "{told}");
}

#[test]
fn a_consent_lets_cookies_pass_and_says_whose_choice_it_was() {
    let told = explain(&[
        URL,
        "--cookie",
        "_ga",
        "--cookie",
        "_fbp",
        "--consent",
        "analytics",
    ]);
    let consent = section(&told, "Consent");
    assert_eq!(
        row(consent, "analytics"),
        "analytics granted the visitor's choice, in privet_consent"
    );
    assert!(row(consent, "marketing").starts_with("marketing refused the visitor's choice"));
    let cookies = section(&told, "Cookies of the request");
    assert!(row(cookies, "_ga").starts_with("_ga passes analytics granted"));
    assert!(row(cookies, "_fbp").starts_with("_fbp stripped, expired marketing refused"));
    let website = section(&told, "The website receives");
    assert_eq!(
        row(website, "x-privet-consent:"),
        "x-privet-consent: analytics"
    );
}

#[test]
fn a_scripts_cookie_is_set_again_where_lifetimes_are_capped() {
    let folder = Folder::with(&SITE.replace("[cookies]\n", "[cookies]\ncap_script_set = true\n"));
    let explain = |cookies: &[&str]| {
        let all = ["explain", URL, "--consent", "analytics"];
        folder.fine(&[&all[..], cookies].concat())
    };
    let cookie = [
        "--cookie",
        "_xm_1=hidden",
        "--cookie",
        "_ga",
        "--cookie",
        "_fbp",
    ];
    let told = explain(&cookie);
    let cookies = section(&told, "Cookies of the request");
    assert!(row(cookies, "_xm_1").starts_with("_xm_1 passes, set again analytics granted"));
    assert!(row(cookies, "_fbp").starts_with("_fbp stripped, expired"));
    let browser = section(&told, "The browser receives");
    assert!(
        browser.contains("; Path=/; Max-Age=2592000; Expires="),
        "{browser}"
    );
    assert!(browser.contains("set-cookie: privet_capped="), "{browser}");
    assert!(!told.contains("hidden"), "{told}");
    let told = explain(&["--cookie", "_xm_1", "--cookie", "privet_capped"]);
    let cookies = section(&told, "Cookies of the request");
    assert!(
        row(cookies, "_xm_1").starts_with("_xm_1 passes analytics"),
        "{cookies}"
    );
    let own = row(cookies, "privet_capped");
    assert_eq!(own, "privet_capped stays here necessary privet's own");
}

#[test]
fn global_privacy_control_beats_an_older_yes() {
    let told = explain(&[URL, "--gpc", "--consent", "all", "--cookie", "_fbp"]);
    let consent = unwrapped(section(&told, "Consent"));
    assert!(
        consent.contains("marketing refused Sec-GPC: 1 beats"),
        "{consent}"
    );
    assert!(
        consent.contains("analytics granted the visitor's choice"),
        "{consent}"
    );
    assert!(row(section(&told, "Cookies of the request"), "_fbp").contains("stripped"));
    assert!(section(&told, "The browser receives").contains("set-cookie: privet_consent=…;"));

    let alone = explain(&[URL, "--gpc"]);
    let consent = section(&alone, "Consent");
    assert_eq!(
        row(consent, "marketing"),
        "marketing refused Sec-GPC: 1; consent.gpc"
    );
    assert!(row(consent, "analytics").starts_with("analytics not-asked nobody answered"));
    let dnt = explain(&[URL, "--header", "DNT: 1"]);
    assert_eq!(
        row(section(&dnt, "Consent"), "analytics"),
        "analytics refused DNT: 1; consent.dnt"
    );
}

#[test]
fn set_cookie_lines_are_dropped_upgraded_or_left_alone() {
    let told = explain(&[
        URL,
        "--set-cookie",
        "_fbp=hidden; Path=/",
        "--set-cookie",
        "mine=hidden; Max-Age=99999999; Odd=1",
        "--set-cookie",
        "cart=hidden; Secure; SameSite=None",
        "--set-cookie",
        "privet_consent=granted",
    ]);
    let cookies = unwrapped(section(&told, "Cookies of the website's answer"));
    for expected in [
        "_fbp dropped marketing not granted Facebook Pixel",
        "-Max-Age=99999999 +Max-Age=34560000 +Secure +SameSite=Lax",
        "cart passes necessary",
        "privet_consent dropped not a choice",
    ] {
        assert!(cookies.contains(expected), "{expected}: {cookies}");
    }
    let browser = section(&told, "The browser receives");
    for line in [
        "set-cookie: mine=…; Max-Age=34560000; Odd=1; Secure; SameSite=Lax\n",
        "set-cookie: cart=…; Secure; SameSite=None\n",
    ] {
        assert!(browser.contains(line), "{line}: {browser}");
    }
    assert!(
        !browser.contains("_fbp") && !browser.contains("privet_consent"),
        "{browser}"
    );
    assert!(!told.contains("hidden"), "{told}");
    assert!(told.contains("\"set_cookies_stripped\":1,"), "{told}");
}

#[test]
fn observing_judges_and_changes_nothing() {
    let told = explain(&[
        "https://watched.example.com/",
        "--cookie",
        "_ga",
        "--set-cookie",
        "_fbp=1; Path=/",
    ]);
    assert!(told.contains("mode \"observe\""), "{told}");
    assert!(row(section(&told, "Cookies of the request"), "_ga").contains("would be stripped"));
    assert_eq!(
        row(section(&told, "The website receives"), "cookie:"),
        "cookie: _ga=…"
    );
    assert!(
        row(section(&told, "Cookies of the website's answer"), "_fbp").contains("would be dropped")
    );
    let browser = section(&told, "The browser receives");
    assert!(
        browser.contains("set-cookie: _fbp=…; Path=/\n"),
        "{browser}"
    );
    assert!(!browser.contains("_ga"), "{browser}");
}

#[test]
fn an_address_is_believed_from_a_trusted_proxy_only_and_never_shown_in_full() {
    let chain = "X-Forwarded-For: 192.0.2.1, 198.51.100.77, 10.0.0.3";
    let extra = ["--header", chain, "--header", "X-Real-IP: 198.51.100.77"];
    let spelled = [
        "--header",
        "X-Note: it is 198.51.100.77",
        "--header",
        "X-Other: 1",
    ];
    let trusted = [&[URL, "--peer", "10.0.0.9"], &extra[..], &spelled].concat();
    let told = explain(&trusted);
    assert!(
        row(&told, "client").contains("from x-forwarded-for of a trusted proxy"),
        "{told}"
    );
    let website = section(&told, "The website receives");
    assert_eq!(
        row(website, "x-forwarded-for:"),
        "x-forwarded-for: 198.51.100.0"
    );
    assert!(
        website.contains("x-other: 1") && !website.contains("x-real-ip"),
        "{website}"
    );
    let removed = section(&told, "Fields removed");
    assert!(row(removed, "x-real-ip").contains("can carry or forge an address"));
    assert!(row(removed, "x-note").contains("spells the client's address out"));
    assert!(told.contains("\"client\":\"198.51.100.0\""), "{told}");
    assert!(
        !told.contains("198.51.100.77") && !told.contains("192.0.2.1"),
        "{told}"
    );

    let told = explain(&[&[URL, "--peer", "203.0.113.200"], &extra[..]].concat());
    assert!(
        unwrapped(&told).contains("not in client_ip.trusted_proxies"),
        "{told}"
    );
    let website = section(&told, "The website receives");
    assert_eq!(
        row(website, "x-forwarded-for:"),
        "x-forwarded-for: 203.0.113.0"
    );
}

#[test]
fn an_unknown_host_is_misdirected_and_plain_http_redirected() {
    let told = explain(&["https://nobody.example/"]);
    assert!(
        told.contains("421 Misdirected Request: no [[site]] answers"),
        "{told}"
    );
    assert!(!told.contains("The website receives"), "{told}");
    let told = explain(&["http://www.example.com/"]);
    assert!(
        unwrapped(&told).contains("redirect (308) to https, port 8443"),
        "{told}"
    );
    let told = explain(&[URL, "--header", "Transfer-Encoding: gzip"]);
    assert!(
        told.contains("400 Bad Request") && !told.contains("The website receives"),
        "{told}"
    );
}

#[test]
fn a_vendors_path_is_answered_by_privet_until_the_visitor_consents() {
    let url = "https://www.example.com/stats/xm/a.js?id=1";
    let told = explain(&[url]);
    let answer = unwrapped(section(&told, "Answered by privet"));
    assert!(
        answer.contains("200 OK: the path is among those of Example Metrics"),
        "{answer}"
    );
    assert!(answer.contains("analytics not granted"), "{answer}");
    assert!(!told.contains("The website receives"), "{told}");
    let told = explain(&[url, "--header", "Sec-Fetch-Dest: empty"]);
    assert!(
        section(&told, "Answered by privet").contains("204 No Content"),
        "{told}"
    );
    let told = explain(&["https://www.example.com/stats/xm/page"]);
    assert!(
        section(&told, "Answered by privet").contains("403 Forbidden"),
        "{told}"
    );
    let told = explain(&[url, "--consent", "analytics"]);
    assert!(
        section(&told, "The website receives").contains("GET /stats/xm/a.js?id=1"),
        "{told}"
    );
    let told = explain(&["https://www.example.com/.privet/"]);
    assert!(
        section(&told, "Answered by privet").contains("the privacy centre"),
        "{told}"
    );
}

#[test]
fn the_logged_line_is_the_real_one() {
    let told = explain(&[
        URL,
        "--header",
        "Referer: https://other.example/private?q=1",
        "--header",
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        "--header",
        "Authorization: Basic c2VjcmV0",
    ]);
    let log = section(&told, "Access log");
    let line = log
        .lines()
        .find(|line| line.trim().starts_with('{'))
        .expect("a line");
    let line: serde_json::Value = serde_json::from_str(line.trim()).expect("JSON");
    assert_eq!(line["path"], "/cart?id=…");
    assert_eq!(line["referer"], "https://other.example");
    assert_eq!(line["user_agent"], "Firefox/128");
    assert!(!told.contains("c2VjcmV0"), "{told}");
}

#[test]
fn the_bundled_website_answers_with_its_own_cookies() {
    let told = Folder::with(DEMO).fine(&["explain", "https://localhost:8443/"]);
    let cookies = section(&told, "Cookies of the website's answer");
    assert!(row(cookies, "sid").starts_with("sid upgraded necessary"));
    assert!(row(cookies, "_fbp").starts_with("_fbp dropped marketing not granted"));
}

#[test]
fn a_page_is_shown_by_whom_it_would_be_gated_and_why() {
    let folder = Folder::with(SITE);
    let page = folder.path().join("page.html");
    let html = "<!doctype html><script src=https://static.hotjar.com/c/hotjar-1.js></script>\
        <iframe src=https://www.youtube.com/embed/1></iframe><img src=https://img.youtube.com/2>";
    std::fs::write(&page, html).expect("a file");
    let page = page.to_str().expect("text");
    let told = folder.fine(&["explain", URL, "--page", page]);
    for line in [
        "Hotjar 1 element gated: analytics not granted",
        "YouTube 2 elements gated: media not granted",
        "/.privet/privet.js is put into it.",
    ] {
        assert!(unwrapped(&told).contains(line), "{line}: {told}");
    }
    let told = folder.fine(&["explain", URL, "--page", page, "--consent", "media"]);
    assert!(!told.contains("YouTube"), "{told}");
    let told = folder.fine(&["explain", URL, "--page", page, "--consent", "all"]);
    assert!(unwrapped(&told).contains("It passes as it is"), "{told}");
    let watched = URL.replace("www.", "watched.");
    let told = folder.fine(&["explain", &watched, "--page", page]);
    assert!(
        unwrapped(&told).contains("would be gated by mode"),
        "{told}"
    );
}
