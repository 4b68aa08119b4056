//! `/.privet/consent`: what it tells, which forms it takes, and where it leads.

use serde_json::{Value, json};

use crate::{
    gateway::{Client, Gateway, Http2, Response, http2},
    visit::{last, stored, website},
};

fn told(response: &Response) -> Value {
    assert_eq!(response.get("content-type"), Some("application/json"));
    assert_eq!(response.get("cache-control"), Some("no-store"));
    serde_json::from_slice(&response.body).expect("JSON")
}

fn purposes(functional: &str, analytics: &str, marketing: &str, media: &str) -> Value {
    json!({
        "necessary": "granted",
        "functional": functional,
        "analytics": analytics,
        "marketing": marketing,
        "media": media,
    })
}

#[test]
fn a_choice_is_taken_stored_and_told() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "[consent]\npolicy_version = \"2026-11\"\n");
    let mut client = Client::connect(gateway.https());
    let (yes, no, open) = ("granted", "refused", "not-asked");
    let expected = |purposes: &Value, vendors: Value, source: &str| json!({"purposes": purposes, "vendors": vendors, "source": source, "policy_version": "2026-11"});
    let before = told(&client.visit("/.privet/consent", &[]));
    let nothing = purposes(open, open, open, open);
    assert_eq!(before, expected(&nothing, json!({}), "default"));
    for (form, purposes, vendors, granted) in [
        (
            "choice=accept-all",
            purposes(yes, yes, yes, yes),
            json!({}),
            Some("functional,analytics,marketing,media"),
        ),
        (
            "choice=reject-all",
            purposes(no, no, no, no),
            json!({}),
            None,
        ),
        (
            "choice=save&purpose=analytics&purpose=media",
            purposes(no, yes, no, yes),
            json!({}),
            Some("analytics,media"),
        ),
        (
            "choice=save&purpose=analytics&vendor=facebook-pixel&vendor=hotjar",
            purposes(no, yes, no, no),
            json!({"Facebook Pixel": "granted"}),
            Some("analytics"),
        ),
        ("choice=save", purposes(no, no, no, no), json!({}), None),
        (
            "purpose=necessary&unknown=x&choice=save&&=&%",
            purposes(no, no, no, no),
            json!({}),
            None,
        ),
    ] {
        let answer = client.choose(form, &[("Accept", "application/json")]);
        assert_eq!(answer.status, 200, "{form}");
        assert_eq!(
            told(&answer),
            expected(&purposes, vendors.clone(), "privet"),
            "{form}"
        );
        let pair = stored(&answer, "privet_consent").expect("a choice");
        let cookie = [("Cookie", pair.as_str())];
        let again = told(&client.visit("/.privet/consent", &cookie));
        assert_eq!(again, expected(&purposes, vendors, "privet"), "{form}");
        client.visit("/", &cookie);
        let granted: Vec<&str> = granted.into_iter().collect();
        assert_eq!(last(&origin, "x-privet-consent"), granted, "{form}");
    }
}

#[test]
fn the_cookie_is_readable_text_and_only_names_its_record() {
    let origin = website(&[]);
    let more = "[consent]\npolicy_version = \"2026-11\"\nlifetime = \"10 days\"\n";
    let gateway = Gateway::before(&origin, more);
    let before = crate::visit::now();
    let form = "choice=save&purpose=media&vendor=Hotjar";
    let answer = Client::connect(gateway.https()).choose(form, &[]);
    let time: i64 = {
        let line = answer.get("set-cookie").expect("one line");
        let (_, rest) = line.split_once("&time=").expect("a time");
        rest.split('&')
            .next()
            .and_then(|time| time.parse().ok())
            .expect("a number")
    };
    assert!((before..=crate::visit::now()).contains(&time), "{time}");
    let line = format!(
        "privet_consent=policy=2026-11&time={time}&granted=media\
         &refused=functional.analytics.marketing&vendors=hotjar:yes&id="
    );
    let rest = answer
        .get("set-cookie")
        .expect("one line")
        .strip_prefix(line.as_str());
    let (id, attributes) = rest
        .and_then(|rest| rest.split_once("; "))
        .expect("exactly that");
    let is_hexadecimal = id.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(id.len() == 32 && is_hexadecimal, "{id}");
    let mut attributes: Vec<&str> = attributes.split("; ").collect();
    attributes.sort_unstable();
    assert_eq!(
        attributes,
        ["Max-Age=864000", "Path=/", "SameSite=Lax", "Secure"]
    );
}

#[test]
fn a_choice_leads_back_to_a_path_of_this_website_only() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    let own = "/.privet/";
    for (return_to, expected) in [
        ("return_to=/", "/"),
        (
            "return_to=%2Fshop%3Fpage%3D2%26a%3Db%23top",
            "/shop?page=2&a=b#top",
        ),
        ("return_to=/a//b", "/a//b"),
        ("x=1", own),
        ("return_to=", own),
        ("return_to=//evil.example", own),
        ("return_to=%2F%2Fevil.example", own),
        ("return_to=/%5Cevil.example", own),
        ("return_to=%5C%5Cevil.example", own),
        ("return_to=https://evil.example/", own),
        ("return_to=https%3A%2F%2Fevil.example%2F", own),
        ("return_to=javascript:alert(1)", own),
        ("return_to=evil.example", own),
        ("return_to=/%09/evil.example", own),
        ("return_to=%20/a", own),
        ("return_to=/a%0D%0ASet-Cookie:%20x=1", own),
        ("return_to=/a%0ASet-Cookie:%20x=1", own),
        ("return_to=/%00", own),
        ("return_to=/%C3%A9", own),
        // The first one counts.
        ("return_to=//evil.example&return_to=/a", own),
    ] {
        let answer = client.choose(&format!("choice=reject-all&{return_to}"), &[]);
        assert_eq!(answer.status, 303, "{return_to}");
        assert_eq!(answer.get("location"), Some(expected), "{return_to}");
        assert_eq!(answer.head.all("set-cookie").len(), 1, "{return_to}");
        assert_eq!(answer.get("cache-control"), Some("no-store"));
    }
}

#[test]
fn a_choice_from_another_website_changes_nothing() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    for (fields, status) in [
        (&[("Sec-Fetch-Site", "cross-site")][..], 403),
        (&[("Sec-Fetch-Site", "same-site")], 403),
        (&[("Sec-Fetch-Site", "none")], 403),
        (&[("Sec-Fetch-Site", "")], 403),
        (
            &[
                ("Sec-Fetch-Site", "cross-site"),
                ("Origin", "https://www.example.com"),
            ],
            403,
        ),
        (&[("Origin", "https://evil.example")], 403),
        (&[("Origin", "null")], 403),
        (&[("Origin", "http://www.example.com")], 403),
        (&[("Origin", "https://www.example.com:444")], 403),
        (&[("Origin", "https://www.example.com.evil.example")], 403),
        (&[("Sec-Fetch-Site", "same-origin")], 303),
        (&[("Origin", "https://www.example.com")], 303),
        (
            &[
                ("Sec-Fetch-Site", "same-origin"),
                // As browsers write it where the page asks for no referrer.
                ("Origin", "null"),
            ],
            303,
        ),
        // A browser too old for either of these tells where a form was at least; programs do not.
        (&[("Referer", "https://www.example.com/.privet/")], 303),
        (&[("Referer", "https://www.example.com.evil.example/")], 403),
        (&[("Referer", "https://evil.example/")], 403),
        (
            &[
                ("Origin", "https://evil.example"),
                ("Referer", "https://www.example.com/"),
            ],
            403,
        ),
        (
            &[("User-Agent", "Mozilla/5.0 (Windows NT 6.1; Trident/7.0)")],
            403,
        ),
        (
            &[
                ("User-Agent", "Mozilla/5.0 (Windows NT 6.1; Trident/7.0)"),
                ("Referer", "https://www.example.com/.privet/"),
            ],
            303,
        ),
        (&[("User-Agent", "curl/8.5.0")], 303),
        (&[], 303),
    ] {
        // A form that nobody reads ends the connection.
        let mut client = Client::connect(gateway.https());
        let answer = client.choose("choice=accept-all", fields);
        assert_eq!(answer.status, status, "{fields:?}");
        let set = answer.head.all("set-cookie").len();
        assert_eq!(set, usize::from(status == 303), "{fields:?}");
    }
}

#[test]
fn what_is_no_choice_changes_nothing() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    let large = format!("choice=accept-all&x={}", "x".repeat(33 * 1024));
    for (content_type, form, status) in [
        ("application/json", "{\"choice\":\"accept-all\"}", 400),
        ("multipart/form-data; boundary=x", "--x--", 400),
        ("text/plain", "choice=accept-all", 400),
        ("", "choice=accept-all", 400),
        ("application/x-www-form-urlencoded", "", 400),
        ("application/x-www-form-urlencoded", "choice=", 400),
        ("application/x-www-form-urlencoded", "choice=yes", 400),
        (
            "application/x-www-form-urlencoded",
            "Choice=accept-all",
            400,
        ),
        (
            "application/x-www-form-urlencoded",
            "choice=reject-all2",
            400,
        ),
        (
            "application/x-www-form-urlencoded",
            "choice=save&purpose=all",
            400,
        ),
        (
            "application/x-www-form-urlencoded",
            "choice=save&vendor=nobody",
            400,
        ),
        (
            "application/x-www-form-urlencoded",
            "choice=save&purpose=\u{ff}%ff",
            400,
        ),
        ("application/x-www-form-urlencoded", &large, 413),
        (
            "Application/X-WWW-Form-Urlencoded; charset=UTF-8",
            "choice=accept-all",
            303,
        ),
    ] {
        // Some of these answers end the connection.
        let mut client = Client::connect(gateway.https());
        let fields = [("Content-Type", content_type)];
        let answer = client.ask("POST", "/.privet/consent", &fields, form);
        let shown = &form[..form.len().min(40)];
        assert_eq!(answer.status, status, "{content_type} {shown}");
        let set = answer.head.all("set-cookie").len();
        assert_eq!(set, usize::from(status == 303), "{content_type} {shown}");
    }
    let client = Http2::connect(gateway.https());
    let request = http2::request("POST", "/.privet/consent", http2::full(large));
    assert_eq!(
        client.send(request).answer().status(),
        413,
        "without a length"
    );
}

#[test]
fn a_choice_is_taken_over_http2() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    let client = Http2::connect(gateway.https());
    let content = http2::full("choice=accept-all&return_to=/a");
    let mut request = http2::request("POST", "/.privet/consent", content);
    let fields = request.headers_mut();
    fields.insert(
        "origin",
        "https://www.example.com".parse().expect("a value"),
    );
    let answer = client.send(request).answer();
    assert_eq!((answer.status(), answer.get("location")), (303, Some("/a")));
    let set = answer.get("set-cookie").expect("a choice");
    assert!(
        set.contains("granted=functional.analytics.marketing.media"),
        "{set}"
    );
}

#[test]
fn other_methods_are_refused_by_name() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"] {
        for (path, allowed) in [
            ("/.privet/consent", "GET, HEAD, POST"),
            ("/.privet/", "GET, HEAD"),
            ("/.well-known/gpc.json", "GET, HEAD"),
        ] {
            let answer = client.ask(method, path, &[], "");
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.get("allow"), Some(allowed), "{method} {path}");
        }
    }
    let answer = client.ask("HEAD", "/.privet/consent", &[], "");
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    assert_eq!(origin.started(), 0);
}

#[test]
fn withdrawing_expires_what_the_browser_holds_in_the_same_answer() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    let accepted = client.choose("choice=accept-all", &[("Cookie", "_ga=1; _fbp=2; a=3")]);
    assert_eq!(
        accepted.head.all("set-cookie").len(),
        1,
        "nothing is refused"
    );
    let consent = stored(&accepted, "privet_consent").expect("a choice");
    let cookie = format!("_ga=1; _fbp=2; a=3; {consent}");
    let saved = client.choose("choice=save&purpose=analytics", &[("Cookie", &cookie)]);
    let lines = saved.head.all("set-cookie");
    assert_eq!(
        lines[1..],
        [
            "_fbp=; Path=/; Max-Age=0; Secure",
            "_fbp=; Path=/; Max-Age=0; Secure; Domain=www.example.com",
            "_fbp=; Path=/; Max-Age=0; Secure; Domain=example.com",
        ]
    );
    let rejected = client.choose("choice=reject-all", &[("Cookie", &cookie)]);
    let lines = rejected.head.all("set-cookie").join("\n");
    assert!(
        lines.contains("_ga=;") && lines.contains("_fbp=;"),
        "{lines}"
    );
    assert!(!lines.contains("\na="), "{lines}");
}
