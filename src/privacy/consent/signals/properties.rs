//! What holds for every platform that stores its answer under one or more cookies of its own:
//! whatever arrives, nothing panics, and nothing that is not a whole answer grants anything.

use proptest::{collection::vec, prelude::*};

use super::platform::testing::{granted, outcome};
use super::{Outcome, PlatformId};

/// For each platform the cookies of an answer that grants something.
const GRANTING: &[(&str, &str)] = &[
    (
        "onetrust",
        "OptanonAlertBoxClosed=2026-06-01T09:30:00.000Z; OptanonConsent=isGpcEnabled=0&groups=C0001%3A1%2CC0002%3A1%2CC0003%3A0%2CC0004%3A1",
    ),
    (
        "cookiebot",
        "CookieConsent={stamp:%27a==%27%2Cnecessary:true%2Cstatistics:true%2Cmarketing:true%2Cmethod:%27explicit%27}",
    ),
    (
        "cookieyes",
        "cookieyes-consent=consentid:a,consent:yes,action:yes,necessary:yes,functional:no,analytics:yes,advertisement:yes",
    ),
    (
        "cookie-law-info",
        "viewed_cookie_policy=yes; cookielawinfo-checkbox-analytics=yes; cookielawinfo-checkbox-advertisement=no",
    ),
    (
        "complianz",
        "cmplz_banner-status=dismissed; cmplz_statistics=allow; cmplz_marketing=deny; cmplz_consented_services=%7B%22youtube%22%3Atrue%7D",
    ),
    (
        "borlabs",
        "borlabs-cookie=%7B%22consents%22%3A%7B%22statistics%22%3A%5B%22matomo%22%5D%2C%22marketing%22%3A%5B%5D%7D%7D",
    ),
    (
        "didomi",
        "didomi_token=eyJwdXJwb3NlcyI6eyJlbmFibGVkIjpbIm1hcmtldF9yZXNlYXJjaCJdLCJkaXNhYmxlZCI6WyJjcmVhdGVfYWRzX3Byb2ZpbGUiXX19",
    ),
    (
        "iubenda",
        "_iub_cs-123=%7B%22purposes%22%3A%7B%221%22%3Atrue%2C%224%22%3Atrue%2C%225%22%3Afalse%7D%7D",
    ),
    (
        "trustarc",
        "notice_preferences=2:; notice_gdpr_prefs=0,1,2:; cmapi_cookie_privacy=permit 1,2,3",
    ),
    (
        "civic",
        r#"CookieControl={"optionalCookies":{"analytics":"accepted","marketing":"revoked"},"interactedWith":true}"#,
    ),
    (
        "axeptio",
        r#"axeptio_cookies={"$$completed":true,"a":true,"b":false}; axeptio_authorized_vendors=,a,"#,
    ),
    (
        "tcf",
        "euconsent-v2=CQgYw8AQgYw8AEsACBENCWFgAP_gAAAAABpf__wBQAAgAKAC2AvN__4AAAAA.P__wBQAAgAKAC2AvN__4",
    ),
    (
        "cookiescript",
        r#"CookieScriptConsent={"action":"accept","categories":"[\"performance\",\"targeting\"]"}"#,
    ),
    (
        "klaro",
        "klaro=%7B%22matomo%22%3Atrue%2C%22youtube%22%3Afalse%7D",
    ),
    ("orejime", r#"orejime={"analytics":true,"ads":false}"#),
    ("tarteaucitron", "tarteaucitron=!gtag=true!youtube=false"),
    (
        "vanilla-cookieconsent",
        r#"cc_cookie={"categories":["necessary","analytics"],"revision":0,"consentId":"i"}"#,
    ),
    ("cookieconsent", "cookieconsent_status=allow"),
    ("cookie-notice", "cookie_notice_accepted=true"),
    (
        "moove",
        r#"moove_gdpr_popup={"strict":"1","thirdparty":"1","advanced":"0"}"#,
    ),
    (
        "drupal",
        r#"cookie-agreed-categories=["analytics"]; cookie-agreed=2"#,
    ),
    (
        "mirror",
        "privet_mirror=source=usercentrics&time=1795460000&granted=analytics.marketing&refused=media",
    ),
];

/// The purposes and the names that are granted.
fn grants(name: &str, cookies: &str) -> Vec<String> {
    let purposes = granted(name, cookies).unwrap_or_default();
    let mut grants: Vec<String> = purposes.split(',').map(str::to_owned).collect();
    if let Outcome::Answered(answers) = outcome(name, cookies) {
        let yes = answers.list.into_iter().filter(|answer| answer.granted);
        grants.extend(yes.map(|answer| answer.name.into_owned()));
    }
    grants.retain(|grant| !grant.is_empty());
    grants
}

#[test]
fn a_part_of_an_answer_grants_nothing_more_than_the_whole() {
    for (name, whole) in GRANTING {
        let most = grants(name, whole);
        assert!(!most.is_empty(), "{name}");
        for (end, _) in whole.char_indices() {
            let (part, _) = whole.split_at(end);
            for grant in grants(name, part) {
                assert!(most.contains(&grant), "{name}: {part} grants {grant}");
            }
        }
    }
}

#[test]
fn cookies_that_are_too_long_grant_nothing() {
    for (name, whole) in GRANTING {
        // The filling goes where a value ends, so that it is the value's.
        let padded = whole.replace("; ", &format!("{}; ", " x".repeat(3000)));
        let padded = format!("{padded}{}", " x".repeat(3000));
        assert_eq!(grants(name, &padded), Vec::<String>::new(), "{name}");
    }
}

proptest! {
    #[test]
    fn any_values_grant_nothing(bytes in vec(0x20_u8..0x7f, 0..200)) {
        let value = String::from_utf8(bytes).expect("ASCII").replace(';', "");
        for platform in PlatformId::all() {
            let names = platform.cookies().iter();
            let cookies = names.map(|cookie| format!("{}={value}", cookie.replace('*', "1")));
            let cookies = cookies.collect::<Vec<_>>().join("; ");
            prop_assert_eq!(grants(platform.name(), &cookies), Vec::<String>::new());
        }
    }

    #[test]
    fn any_change_is_read_without_panic(at in 0..10_000_usize, byte in 0x20_u8..0x7f) {
        for (name, whole) in GRANTING {
            let mut changed = whole.as_bytes().to_vec();
            let place = at % changed.len();
            if let Some(changed) = changed.get_mut(place) {
                *changed = byte;
            }
            let _ = outcome(name, &String::from_utf8(changed).expect("ASCII"));
        }
    }
}
