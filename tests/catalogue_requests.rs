//! The built-in catalogue against requests to a website: what is a vendor's in URLs and in contents,
//! and what every website needs.

use privet::{
    config::vendors_from_catalogue,
    privacy::{BUILT_IN_CATALOGUE, Catalogue},
};

/// Parameters of sign-in, payment, signed and shared links, search and paging, as websites use
/// them; and campaign labels, which tell of no person.
const NEVER: &[&str] = &[
    "state=8f3a",
    "code=4%2F0Ab",
    "nonce=n-0S6",
    "token=eyJh",
    "sig=Zm9v",
    "signature=Zm9v",
    "Signature=Zm9v~",
    "X-Amz-Signature=ab12",
    "X-Amz-Credential=AKIA",
    "X-Amz-Date=20261124T000000Z",
    "Expires=1795460000",
    "h=1",
    "hash=ab12",
    "redirect_uri=https%3A%2F%2Fapp.example%2Fcb",
    "ref=main",
    "s=shoes",
    "t=42",
    "id=G-7",
    "q=gclid",
    "p=2",
    "page=2",
    "session_state=1",
    "id_token=eyJh",
    "access_token=ya29",
    "client_id=1.apps",
    "scope=openid",
    "response_type=code",
    "SAMLResponse=PHNh",
    "RelayState=x",
    "ticket=ST-1",
    "key=1",
    "lang=en",
    "sort=price",
    "size=4",
    "color=red",
    "utm_source=news",
    "utm_medium=email",
    "utm_campaign=x",
    "utm_content=y",
    "__s=portal",
    "__s",
    "session_id=cs_test",
    "payment_intent=pi_1",
    "paymentId=1",
    "PayerID=1",
    "orderId=7",
    "email=x",
    "v=2",
    "w=640",
    "dpr=2",
    "fields=a",
    "filter=a",
    "cursor=b",
    "limit=5",
];

fn catalogue() -> Catalogue {
    let built_in = vendors_from_catalogue(BUILT_IN_CATALOGUE)
        .unwrap_or_else(|report| panic!("the built-in catalogue: {report}"));
    Catalogue::new(built_in, Vec::new())
}

#[test]
fn no_click_identifier_is_a_parameter_that_websites_need() {
    let catalogue = catalogue();
    let url = format!("/?{}", NEVER.join("&"));
    let taken: Vec<&str> = catalogue
        .click_identifiers(&url)
        .map(|(_, parameter)| parameter)
        .collect();
    assert_eq!(taken, [""; 0]);
}

#[test]
fn a_collectors_payload_is_told_from_an_ordinary_form() {
    let catalogue = catalogue();
    for (content, vendor) in [
        ("action_name=x&idsite=3&rec=1&r=2", "Matomo"),
        (
            "id=1&ev=PageView&dl=x&fbp=fb.1.1700000000000.1",
            "Facebook Pixel",
        ),
        (r#"{"token":"phc_a","distinct_id":"1"}"#, "PostHog"),
        (
            r#"{"n":"pageview","v":25,"u":"https://x.example/","d":"x.example","r":null}"#,
            "Plausible",
        ),
        (r#"{"type":"event","payload":{"website":"1"}}"#, "Umami"),
        (r#"{"anonymousId":"1","writeKey":"k"}"#, "Segment"),
        (
            r#"{"schema":"iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4"}"#,
            "Snowplow",
        ),
        ("{\"dsn\":\"https://k@x\",\"sent_at\":\"2026\"}\n", "Sentry"),
        ("name=Anna&city=Bern&rec=1", "-"),
        (r#"{"n":"Anna","u":"https://x.example","d":"2026"}"#, "-"),
        (
            r#"{"type":"event","title":"Summer party","website":"https://x.example"}"#,
            "-",
        ),
        ("q=idsite=1&rec=1", "-"),
        (
            r#"{"text":"call matomo.php?idsite=1&rec=1, \"phc_a\" and \"distinct_id\""}"#,
            "-",
        ),
        ("content=a+fbp=fb.1.2+and+ev=PageView", "-"),
        (r#"{"type":"event","date":"2026-11-24"}"#, "-"),
        ("", "-"),
    ] {
        let found = catalogue.payload(content.as_bytes());
        let found = found.and_then(|id| catalogue.vendor(id));
        assert_eq!(found.map_or("-", |found| &found.name), vendor, "{content}");
    }
}
