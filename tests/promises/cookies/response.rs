//! The website's `Set-Cookie` fields: refused ones go, others are brought up to the rules and not
//! otherwise touched.

use crate::{
    gateway::{Client, Gateway, Http2, http2},
    visit::{choice, website},
};

const RULES: &str = r#"
[cookies]
max_lifetime = "60 days"
keep = ["_gid", "cart_*"]
keep_same_site = ["legacy"]
[[vendor]]
name = "Example Metrics"
purpose = "analytics"
cookies = [{ name = "_xm_*", max_lifetime = "30 days" }, { name = "_xl" }]
"#;

/// A `Set-Cookie` value, and what is left of it where analytics are granted and marketing is not.
const VALUES: &[(&str, Option<&str>)] = &[
    (
        "sid=1; Path=/; HttpOnly",
        Some("sid=1; Path=/; HttpOnly; Secure; SameSite=Lax"),
    ),
    // The vendor's promise, and then that of the operator.
    (
        "_xm_a=1; Max-Age=99999999",
        Some("_xm_a=1; Max-Age=2592000; Secure; SameSite=Lax"),
    ),
    (
        "_xm_b=1; Max-Age=60",
        Some("_xm_b=1; Max-Age=60; Secure; SameSite=Lax"),
    ),
    (
        "_xl=1; Max-Age=99999999",
        Some("_xl=1; Max-Age=5184000; Secure; SameSite=Lax"),
    ),
    (
        "own=1; max-age=99999999999999999999",
        Some("own=1; max-age=5184000; Secure; SameSite=Lax"),
    ),
    // What privet does not know stays, and so do quotes, commas and "=".
    (
        "own=\"a, b\"=c; Priority=High; foo=bar; Partitioned;secure; samesite=none",
        Some("own=\"a, b\"=c; Priority=High; foo=bar; Partitioned;secure; samesite=none"),
    ),
    (
        "__Host-t=1; Path=/; Secure",
        Some("__Host-t=1; Path=/; Secure; SameSite=Lax"),
    ),
    (
        "__Secure-t=1; Secure; SameSite=Strict",
        Some("__Secure-t=1; Secure; SameSite=Strict"),
    ),
    // The operator's word beats the catalogue's.
    (
        "_gid=1; Max-Age=99999999",
        Some("_gid=1; Max-Age=5184000; Secure; SameSite=Lax"),
    ),
    ("cart_1=x", Some("cart_1=x; Secure; SameSite=Lax")),
    (
        "legacy=1; Max-Age=99999999; Path=/a",
        Some("legacy=1; Max-Age=99999999; Path=/a"),
    ),
    (
        "gone=; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        Some("gone=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure; SameSite=Lax"),
    ),
    ("own=\u{e9}", Some("own=\u{e9}; Secure; SameSite=Lax")),
    ("noequals", Some("noequals; Secure; SameSite=Lax")),
    ("_fbp=1; Path=/", None),
    (" _fbp =1", None),
    // A browser sends a nameless cookie back without its first "=": these would arrive as `_fbp=1`
    // and as a choice.
    ("=_fbp=1", None),
    (" = _fbp=1", None),
    ("=privet_consent=policy=1&time=1&granted=marketing", None),
    ("privet_consent=policy=1&time=1&granted=marketing", None),
    (" privet_consent =x", None),
];

fn expected() -> Vec<&'static str> {
    VALUES
        .iter()
        .filter_map(|(_, expected)| *expected)
        .collect()
}

#[test]
fn refused_cookies_are_not_set_and_others_are_upgraded() {
    let lines: Vec<String> = VALUES
        .iter()
        .map(|(value, _)| format!("Set-Cookie: {value}"))
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let bytes: Vec<u8> = format!(
        "HTTP/1.1 200 OK\r\n{}\r\nContent-Length: 5\r\n\r\nhello",
        lines.join("\r\n")
    )
    .chars()
    .map(|char| char as u8)
    .collect();
    let origin = crate::gateway::Origin::answering(move |_| bytes.clone());
    let gateway = Gateway::before(&origin, RULES);
    let consent = choice("analytics", "marketing", 5);
    let mut client = Client::connect(gateway.https());
    let response = client.visit("/", &[("Cookie", &consent)]);
    assert_eq!(response.head.all("set-cookie"), expected());

    let mut request = http2::request("GET", "/", http2::empty());
    let cookie = consent.parse().expect("a value");
    request.headers_mut().insert("cookie", cookie);
    let answer = Http2::connect(gateway.https()).send(request).answer();
    let lines = answer.head.headers.get_all("set-cookie").iter();
    let lines: Vec<String> = lines
        .map(|line| {
            line.as_bytes()
                .iter()
                .map(|byte| char::from(*byte))
                .collect()
        })
        .collect();
    assert_eq!(lines, expected());
}

#[test]
fn a_date_that_is_too_far_is_brought_near() {
    let origin = website(&[
        "Set-Cookie: a=1; Expires=Fri, 01 Jan 2100 00:00:00 GMT; Path=/",
        "Set-Cookie: _ga=1; expires=Friday, 01-Jan-60 00:00:00 GMT",
        "Set-Cookie: never=1; Expires=never",
    ]);
    let more = "[cookies]\nmax_lifetime = \"2 seconds\"\n";
    let gateway = Gateway::before(&origin, more);
    let consent = choice("analytics", "", 5);
    let mut client = Client::connect(gateway.https());
    let before = crate::visit::now();
    let response = client.visit("/", &[("Cookie", &consent)]);
    let after = crate::visit::now();
    // Whatever the second is in which privet looked at the clock.
    let near: Vec<String> = (before..=after).map(|now| httpdate(now + 2)).collect();
    let lines = response.head.all("set-cookie");
    assert_eq!(lines.len(), 3, "{lines:?}");
    for (line, begin, end) in [
        (lines[0], "a=1; Expires=", "; Path=/; Secure; SameSite=Lax"),
        (lines[1], "_ga=1; expires=", "; Secure; SameSite=Lax"),
    ] {
        let date = line
            .strip_prefix(begin)
            .and_then(|rest| rest.strip_suffix(end));
        assert!(near.iter().any(|near| date == Some(near)), "{line}");
    }
    assert_eq!(lines[2], "never=1; Expires=never; Secure; SameSite=Lax");
}

#[test]
fn no_line_outlives_what_the_catalogue_promises_of_adroll_and_hotjar() {
    let far = "Fri, 01 Jan 2100 00:00:00 GMT";
    let origin = website(&[
        "Set-Cookie: __adroll_fpc=1; Max-Age=34560000; Path=/",
        "Set-Cookie: _hjSessionUser_123=1; Max-Age=34560000; Path=/",
        "Set-Cookie: __ar_v4=1; Max-Age=60; Expires=Fri, 01 Jan 2100 00:00:00 GMT",
        "Set-Cookie: __ar_v4=2; Max-Age=+34560000; Max-Age=34560000; max-age=\"34560000\"",
        "Set-Cookie: __ar_v4=3; Expires=01 Jan 21000 00:00:00 GMT",
        "Set-Cookie: __ar_v4=4",
        "Set-Cookie: __ar_v4=5; Max-Age=7776000",
    ]);
    let gateway = Gateway::before(&origin, "");
    let consent = choice("analytics.marketing", "", 5);
    let mut client = Client::connect(gateway.https());
    let before = crate::visit::now();
    let response = client.visit("/", &[("Cookie", &consent)]);
    let after = crate::visit::now();
    let mut lines: Vec<String> = response
        .head
        .all("set-cookie")
        .into_iter()
        .map(|line| {
            let attributes = line.strip_suffix("; Secure; SameSite=Lax");
            attributes.expect("both at the end").to_owned()
        })
        .collect();
    let dated = lines.remove(2);
    let date = dated
        .strip_prefix("__ar_v4=1; Max-Age=60; Expires=")
        .expect("both");
    let in_90_days = |now: i64| httpdate(now + 90 * 86_400);
    assert_ne!(date, far);
    assert!(
        (before..=after).any(|now| in_90_days(now) == date),
        "{date}"
    );
    let expected = [
        "__adroll_fpc=1; Max-Age=7776000; Path=/",
        "_hjSessionUser_123=1; Max-Age=31536000; Path=/",
        "__ar_v4=2; Max-Age=7776000",
        "__ar_v4=3",
        "__ar_v4=4",
        "__ar_v4=5; Max-Age=7776000",
    ];
    assert_eq!(lines, expected);
}

fn httpdate(seconds: i64) -> String {
    let date = time::OffsetDateTime::from_unix_timestamp(seconds).expect("a time");
    let weekday = date.weekday().to_string();
    let month = date.month().to_string();
    format!(
        "{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
        &weekday[..3],
        date.day(),
        &month[..3],
        date.year(),
        date.hour(),
        date.minute(),
        date.second()
    )
}
