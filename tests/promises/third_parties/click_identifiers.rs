//! Click identifiers reach the website only with consent to their vendor; the rest of a URL passes
//! byte for byte.

use crate::{
    gateway::{Client, Gateway, process::site},
    visit::{choice, last, website},
};

const VENDORS: &str = r#"
[[vendor]]
name = "Example Ads"
purpose = "marketing"
parameters = ["xmclid", "xm_*", "__x=??????*"]

[[vendor]]
name = "Example Metrics"
purpose = "analytics"
parameters = ["xmid"]
"#;

#[test]
fn the_website_gets_no_click_identifier_without_consent() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, VENDORS);
    let mut client = Client::connect(gateway.https());
    let target =
        "/p%41th;a?b=%20+&xmclid=1&&xmid=2&c&%78m_a=3&__x=abc123&__x=ab#".trim_end_matches('#');
    let marketing = choice("marketing", "analytics", 5);
    for (cookie, expected) in [
        (None, "/p%41th;a?b=%20+&&c&__x=ab"),
        (
            Some(("Cookie", marketing.as_str())),
            "/p%41th;a?b=%20+&xmclid=1&&c&%78m_a=3&__x=abc123&__x=ab",
        ),
    ] {
        let referer = format!("https://www.example.com{target}");
        let mut fields = vec![("Referer", referer.as_str())];
        fields.extend(cookie);
        client.visit(target, &fields);
        let requests = origin.requests();
        assert_eq!(requests.last().unwrap().target(), expected);
        let left = format!("https://www.example.com{expected}");
        assert_eq!(last(&origin, "referer"), [left]);
    }
    client.get("/?xmclid=1");
    assert_eq!(origin.requests().last().unwrap().target(), "/");
}

#[test]
fn the_operator_can_let_them_pass() {
    let origin = website(&[]);
    let site = site(&[&origin.url()]);
    for more in [
        "mode = \"observe\"\n",
        "[third_parties]\nstrip_click_identifiers = false\n",
    ] {
        let gateway = Gateway::start(&format!("{more}{site}{VENDORS}"));
        let mut client = Client::connect(gateway.https());
        client.get("/?xmclid=1");
        assert_eq!(origin.requests().last().unwrap().target(), "/?xmclid=1");
    }
}
