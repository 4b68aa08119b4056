//! Cookies that scripts set are set again with the life promised for them, once a day.

use crate::{
    gateway::{Client, Gateway, Http2, Response, http2, process::site},
    visit::{choice, last, now, website},
};

const ON: &str = "[cookies]\ncap_script_set = true\n";
const PAGE: (&str, &str) = ("Sec-Fetch-Dest", "document");
const CAPPED: &str = "privet_capped=1; Path=/; Max-Age=86400; Secure; HttpOnly; SameSite=Lax";

/// What a browser sends whose visitor consented to marketing.
fn cookies(more: &str) -> String {
    format!("{more}; {}", choice("marketing", "analytics", 5))
}

/// The response's lines, each date as `…`, after a look at whether it fits the `Max-Age` before it.
fn lines(response: &Response) -> Vec<String> {
    let undated = |line: &str| {
        let Some((begin, rest)) = line.split_once("; Expires=") else {
            return line.to_owned();
        };
        let (date, end) = rest.split_once("; ").expect("more attributes");
        let (_, life) = begin.split_once("; Max-Age=").expect("both");
        let life: i64 = life.parse().expect("a number");
        let format = time::format_description::well_known::Rfc2822;
        let date = date.replace("GMT", "+0000");
        let date = time::OffsetDateTime::parse(&date, &format).expect("a date");
        let off = date.unix_timestamp() - now() - life;
        assert!((-20..=0).contains(&off), "{line}: off by {off} s");
        format!("{begin}; Expires=…; {end}")
    };
    let lines = response.head.all("set-cookie");
    lines.into_iter().map(undated).collect()
}

#[test]
fn a_scripts_cookie_is_set_again_with_the_promised_life_once_a_day() {
    let origin = website(&[
        "Content-Type: text/plain",
        "Set-Cookie: sid=1; Secure; SameSite=Lax",
        "Cache-Control: max-age=60",
    ]);
    let gateway = Gateway::before(&origin, ON);
    let mut client = Client::connect(gateway.https());
    // AdRoll promises 90 days, Facebook's pixel too; nobody promises anything of `mine`.
    let sent = cookies("__adroll_fpc=\"a,b\"=c; __ar_v4=1; mine=2; _ga=3");
    let response = client.visit("/", &[PAGE, ("Cookie", &sent)]);
    let mut expected = vec!["sid=1; Secure; SameSite=Lax".to_owned()];
    for pair in ["__adroll_fpc=\"a,b\"=c", "__ar_v4=1"] {
        let (name, _) = pair.split_once('=').expect("a pair");
        expected.push(format!("{name}=; Path=/; Max-Age=0; Secure"));
        expected.push(format!(
            "{name}=; Path=/; Max-Age=0; Secure; Domain=www.example.com"
        ));
        expected.push(format!(
            "{pair}; Path=/; Max-Age=7776000; Expires=…; Secure; SameSite=Lax; Domain=example.com"
        ));
    }
    expected.push(CAPPED.to_owned());
    for domain in ["", "; Domain=www.example.com", "; Domain=example.com"] {
        expected.push(format!("_ga=; Path=/; Max-Age=0; Secure{domain}"));
    }
    assert_eq!(lines(&response), expected);
    assert_eq!(
        response.head.all("cache-control"),
        ["max-age=60", "private"]
    );

    let again = cookies("__ar_v4=1; privet_capped=1");
    let response = client.visit("/", &[PAGE, ("Cookie", &again)]);
    assert_eq!(lines(&response), ["sid=1; Secure; SameSite=Lax"]);
    assert_eq!(response.head.all("cache-control"), ["max-age=60"]);
    let seen = last(&origin, "cookie");
    assert_eq!(
        seen,
        [again.replace("; privet_capped=1", "")],
        "it stays here"
    );
}

#[test]
fn only_pages_set_cookies_again_and_only_what_the_website_does_not() {
    let origin = website(&["Set-Cookie: __ar_v4=new; Max-Age=99999999; Secure; SameSite=Lax"]);
    let gateway = Gateway::before(&origin, ON);
    let mut client = Client::connect(gateway.https());
    let own = "__ar_v4=new; Max-Age=7776000; Secure; SameSite=Lax";
    let sent = cookies("__ar_v4=old");
    let response = client.visit("/", &[PAGE, ("Cookie", &sent)]);
    assert_eq!(lines(&response), [own]);
    let sent = cookies("_fbp=1");
    for (destination, count) in [("image", 1), ("script", 1), ("empty", 1), ("document", 5)] {
        let fields = [("Sec-Fetch-Dest", destination), ("Cookie", sent.as_str())];
        let response = client.visit("/", &fields);
        assert_eq!(lines(&response).len(), count, "{destination}");
    }
    let response = client.visit("/", &[("Cookie", &sent)]);
    assert_eq!(lines(&response).len(), 5, "a browser that does not say");
}

#[test]
fn nothing_is_set_again_without_the_operators_and_the_visitors_wish() {
    let origin = website(&[]);
    let at = site(&[&origin.url()]);
    let configs = [
        ("the default", at.clone()),
        ("observing", format!("mode = \"observe\"\n{ON}{at}")),
        (
            "another site's",
            format!("{ON}{at}[site.cookies]\ncap_script_set = false\n"),
        ),
        ("kept", format!("{ON}keep = [\"_fbp\"]\n{at}")),
        (
            "left alone",
            format!("{ON}keep_same_site = [\"_fbp\"]\n{at}"),
        ),
    ];
    for (name, config) in configs {
        let gateway = Gateway::start(&config);
        let mut client = Client::connect(gateway.https());
        let response = client.visit("/", &[PAGE, ("Cookie", &cookies("_fbp=1"))]);
        assert_eq!(lines(&response), [""; 0], "{name}");
    }
    let gateway = Gateway::before(&origin, ON);
    let mut client = Client::connect(gateway.https());
    let refused = format!("_fbp=1; {}", choice("", "marketing", 5));
    let response = client.visit("/", &[PAGE, ("Cookie", &refused)]);
    let lines = lines(&response);
    assert!(
        lines.iter().all(|line| line.contains("Max-Age=0")),
        "{lines:?}"
    );
}

#[test]
fn over_http2_and_on_a_host_without_parents_it_is_the_same() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, ON);
    let mut request = http2::request("GET", "/", http2::empty());
    let fields = request.headers_mut();
    fields.insert("cookie", cookies("_fbp=1").parse().expect("a value"));
    let answer = Http2::connect(gateway.https()).send(request).answer();
    let lines: Vec<&str> = answer
        .head
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|line| line.to_str().expect("text"))
        .collect();
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert!(lines[2].starts_with("_fbp=1; Path=/; Max-Age=7776000; Expires="));
    assert!(lines[2].ends_with("; Domain=example.com"), "{lines:?}");
    assert_eq!(lines[3], CAPPED);

    let mut client = Client::connect(gateway.https());
    let sent = cookies("_fbp=1");
    let fields = [("Host", "127.0.0.1"), PAGE, ("Cookie", sent.as_str())];
    let expected = "_fbp=1; Path=/; Max-Age=7776000; Expires=…; Secure; SameSite=Lax";
    assert_eq!(self::lines(&client.visit("/", &fields)), [expected, CAPPED]);
}

#[test]
fn a_website_can_not_put_it_off() {
    let origin = website(&["Set-Cookie: privet_capped=1", "Set-Cookie: privet_mirror=x"]);
    let gateway = Gateway::before(&origin, "[cookies]\nunknown = \"strip\"\n");
    let mut client = Client::connect(gateway.https());
    let sent = [("Cookie", "privet_capped=1; privet_mirror=x; other=1")];
    let response = client.visit("/", &sent);
    let lines = lines(&response);
    assert_eq!(lines[0], "privet_mirror=x; Secure; SameSite=Lax");
    assert!(
        lines[1..].iter().all(|line| line.starts_with("other=;")),
        "{lines:?}"
    );
    assert_eq!(last(&origin, "cookie"), ["privet_mirror=x"]);
    assert_eq!(gateway.wait_log_lines(1)[0]["cookies_stripped"], 1);
}
