//! `privet explain` on the cookies of consent platforms: how each is read, word by word.

use crate::program::{Folder, row, section};

const SITE: &str = r#"
[consent.platform.onetrust]
categories = { C0015 = ["marketing", "media"] }
[[site]]
hosts = ["*"]
upstream = "http://127.0.0.1:9"
"#;

fn explain(cookies: &str) -> String {
    let url = "https://www.example.com/";
    Folder::with(SITE).fine(&["explain", url, "--cookie", cookies])
}

#[test]
fn the_platform_that_decided_is_named_and_its_words_are_told() {
    let told = explain(
        "_ga=hidden-1; OptanonAlertBoxClosed=2026-06-01T09:30:00.000Z; \
         OptanonConsent=groups=C0001:1,C0002:1,C0003:0,C0015:1,hotjar:0,V2STACK42:1; \
         cookieconsent_status=deny",
    );
    let consent = section(&told, "Consent");
    for (purpose, expected) in [
        (
            "functional",
            "functional refused the visitor's answer to onetrust",
        ),
        (
            "analytics",
            "analytics granted the visitor's answer to onetrust",
        ),
        ("media", "media granted the visitor's answer to onetrust"),
        (
            "Hotjar",
            "Hotjar refused the visitor's answer for this vendor",
        ),
    ] {
        assert_eq!(row(consent, purpose), expected);
    }
    let platforms = section(&told, "Consent platforms, as consent.signals asks them");
    for (word, expected) in [
        ("onetrust:", "onetrust: answered"),
        ("C0002", "C0002 granted analytics"),
        ("C0003", "C0003 refused functional"),
        ("C0015", "C0015 granted marketing, media"),
        ("hotjar", "hotjar refused the vendor Hotjar"),
        ("V2STACK42", "V2STACK42 granted stands for nothing here"),
        ("cookieconsent:", "cookieconsent: answered"),
    ] {
        assert_eq!(row(platforms, word), expected);
    }
    assert!(
        platforms.contains("[consent.platform.onetrust]"),
        "{platforms}"
    );
    assert!(!told.contains("hidden"), "{told}");
}

#[test]
fn what_is_no_answer_is_told_with_its_reason() {
    let told = explain("OptanonConsent=groups=C0002:1; euconsent-v2=CAA; __gpp=DBABTA~1YYN");
    let platforms = section(&told, "Consent platforms, as consent.signals asks them");
    for expected in [
        "onetrust: no answer (the banner has not been closed)",
        "tcf: unreadable (",
        "gpp: answered",
    ] {
        assert!(platforms.contains(expected), "{expected}: {platforms}");
    }
    assert_eq!(
        row(section(&told, "Consent"), "marketing"),
        "marketing refused the visitor's answer to gpp"
    );
}

#[test]
fn numbers_of_the_tcf_tell_what_needs_them() {
    let told = explain(
        "euconsent-v2=CQgYw8AQgYw8AEsACBENCWFgAPvgAAAAABpf__wBQAAgAKAC2AvN__4AAAAA.P__wBQAAgAKAC2AvN__4",
    );
    let platforms = section(&told, "Consent platforms, as consent.signals asks them");
    assert_eq!(row(platforms, "6"), "6 refused needed for media");
    assert_eq!(
        row(platforms, "1"),
        "1 granted needed for functional, analytics, marketing, media"
    );
}
