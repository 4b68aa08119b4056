//! Websites that ask by a consent platform of their own: its cookies decide, whatever it is.

use crate::{
    gateway::{Client, Gateway},
    visit::{choice, last, stored, website},
};

const GPC: (&str, &str) = ("Sec-GPC", "1");
const CLOSED: &str = "OptanonAlertBoxClosed=2026-06-01T09:30:00.000Z";

/// What the website is told of somebody with those cookies.
fn told(client: &mut Client, origin: &crate::gateway::Origin, cookies: &str) -> String {
    client.visit("/", &[("Cookie", cookies)]);
    last(origin, "x-privet-consent").concat()
}

fn onetrust(groups: &str) -> String {
    format!("{CLOSED}; OptanonConsent=isGpcEnabled=0&groups={groups}")
}

#[test]
fn the_answer_of_whichever_platform_asked_decides() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    let everything = "functional,analytics,marketing,media";
    for (cookies, expected) in [
        // The TC string of a visitor who said yes to all; policy version 5, with disclosed vendors.
        (
            "euconsent-v2=CQgYw8AQgYw8AEsACBENCWFgAP_gAAAAABpf__wBQAAgAKAC2AvN__4AAAAA.P__wBQAAgAKAC2AvN__4",
            everything,
        ),
        ("__gpp=DBABTA~1YYN", ""),
        ("OptanonConsent=groups=C0002%3A1%2CC0004%3A1", ""),
        (
            "CookieConsent={stamp:%27a==%27%2Cnecessary:true%2Cpreferences:false%2Cstatistics:true%2Cmarketing:false%2Cmethod:%27explicit%27%2Cver:1}",
            "analytics",
        ),
        (
            "CookieConsent={stamp:%27-1%27%2Cnecessary:true%2Cpreferences:true%2Cstatistics:true%2Cmarketing:true%2Cmethod:%27implied%27%2Cver:1}",
            "",
        ),
        (
            "cookieyes-consent=consentid:a,consent:yes,action:yes,necessary:yes,functional:no,analytics:yes,performance:no,advertisement:no,other:no",
            "analytics",
        ),
        (
            "cmplz_banner-status=dismissed; cmplz_preferences=allow; cmplz_statistics=allow; cmplz_marketing=deny",
            "functional,analytics",
        ),
        (
            "borlabs-cookie=%7B%22consents%22%3A%7B%22essential%22%3A%5B%5D%2C%22external-media%22%3A%5B%22youtube%22%5D%7D%7D",
            "media",
        ),
        (
            r#"CookieControl={"optionalCookies":{"analytics":"accepted"},"interactedWith":true}"#,
            "analytics",
        ),
        ("cookieconsent_status=dismiss", ""),
        ("cookieconsent_status=allow", everything),
        ("cookie_notice_accepted=false", ""),
        (
            "moove_gdpr_popup=%7B%22strict%22%3A%221%22%2C%22thirdparty%22%3A%221%22%2C%22advanced%22%3A%220%22%7D",
            "analytics",
        ),
    ] {
        assert_eq!(told(&mut client, &origin, cookies), expected, "{cookies}");
        assert_eq!(
            last(&origin, "cookie"),
            [cookies],
            "it passes byte for byte"
        );
    }
}

#[test]
fn privets_own_answer_comes_before_a_platforms() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    let both = format!(
        "{}; {}",
        onetrust("C0002:1,C0004:1"),
        choice("media", "functional.analytics.marketing", 5)
    );
    assert_eq!(told(&mut client, &origin, &both), "media");
    let state = client.visit(
        "/.privet/consent",
        &[("Cookie", &onetrust("C0002:1,C0004:0"))],
    );
    let state = state.text();
    assert!(
        state.contains(
            "\"analytics\":\"granted\",\"marketing\":\"refused\",\"media\":\"not-asked\""
        ),
        "{state}"
    );
    assert!(state.contains("\"source\":\"onetrust\""), "{state}");
}

#[test]
fn each_request_of_a_connection_is_judged_by_its_own_cookies() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    for (groups, expected) in [
        ("C0002:1,C0004:1", "analytics,marketing"),
        ("C0002:1,C0004:1", "analytics,marketing"),
        ("C0002:0,C0004:0", ""),
        ("C0002:1,C0004:0", "analytics"),
        ("C0002:1,C0004:", ""),
    ] {
        let cookies = format!("_ga=1; _fbp=2; {}", onetrust(groups));
        assert_eq!(told(&mut client, &origin, &cookies), expected, "{groups}");
        let kept = last(&origin, "cookie").concat();
        assert_eq!(
            kept.contains("_ga="),
            expected.contains("analytics"),
            "{kept}"
        );
        assert_eq!(
            kept.contains("_fbp="),
            expected.contains("marketing"),
            "{kept}"
        );
    }
    let kind = "privet_malformed_input_total{kind=\"consent\"}";
    assert!(
        (gateway.metric(kind) - 1.0).abs() < 0.5,
        "the last one was counted"
    );
}

#[test]
fn an_operator_says_what_a_platforms_words_stand_for() {
    let origin = website(&[]);
    let more = "[site.consent.platform.onetrust]\ncookie = \"MyConsent\"\n\
        categories = { C0002 = \"functional\", ads = [\"marketing\", \"media\"] }\n\
        vendors = { hj = \"Hotjar\" }\n\
        [site.consent.platform.tcf]\npurposes = { analytics = [1] }\n";
    let gateway = Gateway::before(&origin, more);
    let mut client = Client::connect(gateway.https());
    let renamed = |groups: &str| onetrust(groups).replace("OptanonConsent", "MyConsent");
    let cookies = format!("_hjSession_1=a; _ga=1; {}", renamed("C0002:1,ads:1,hj:1"));
    assert_eq!(
        told(&mut client, &origin, &cookies),
        "functional,marketing,media"
    );
    assert_eq!(
        last(&origin, "cookie"),
        [cookies.replace("_ga=1; ", "")],
        "the vendor's own yes"
    );
    assert_eq!(
        told(&mut client, &origin, &onetrust("C0002:1")),
        "",
        "the usual name is not read"
    );
    assert_eq!(
        told(&mut client, &origin, &renamed("C0002:1")),
        "functional",
        "all of several"
    );
}

#[test]
fn gpc_takes_a_platforms_yes_back_for_good() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    let yes = onetrust("C0002:1,C0004:1");
    let beaten = client.visit("/", &[("Cookie", &yes), GPC]);
    assert_eq!(last(&origin, "x-privet-consent"), ["analytics"]);
    let kept = stored(&beaten, "privet_consent").expect("the refusal is stored");
    assert!(
        kept.ends_with("&granted=&refused=marketing&gpc=refused"),
        "{kept}"
    );
    let both = format!("{yes}; {kept}");
    assert_eq!(
        told(&mut client, &origin, &both),
        "analytics",
        "without the signal"
    );
    let state = client
        .visit("/.privet/consent", &[("Cookie", &both)])
        .text();
    assert!(state.contains("\"source\":\"gpc\""), "{state}");
    let told_of_it = client.choose("choice=accept-all", &[("Cookie", &both), GPC]);
    let again = stored(&told_of_it, "privet_consent").expect("a choice");
    assert!(again.contains("&gpc=told&id="), "{again}");
}

#[test]
fn the_mirror_script_is_served_and_what_it_stores_is_read() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    let script = client.visit("/.privet/mirror.js", &[]);
    assert_eq!(
        script.get("content-type"),
        Some("text/javascript; charset=utf-8")
    );
    assert!(script.text().contains("privet_mirror"));
    let now = crate::visit::now();
    let cookie = format!(
        "privet_mirror=source=usercentrics&time={now}&granted=analytics&refused=functional.marketing"
    );
    assert_eq!(told(&mut client, &origin, &cookie), "analytics");
}
