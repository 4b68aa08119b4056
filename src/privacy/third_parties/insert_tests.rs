//! Tests of embeds and of privet's own scripts in pages.

use super::{
    test_pages::{context, gated, policy},
    *,
};
use crate::privacy::purpose::Purpose;

const TUBE: &str = "https://www.tube.example/embed/a?b=1&c#d";

/// What becomes of a page that is shown as a document.
fn shown(granted: &[Purpose], rules: ThirdPartyRules, page: &str) -> String {
    let policy = policy(granted, rules);
    let context = PageContext {
        is_document: true,
        nonce: Some("n\"".into()),
        ..context(&policy)
    };
    gated(&policy, &context, page).0
}

/// The same without the attributes of privet's script that are alike everywhere.
fn refused(page: &str) -> String {
    let attributes = " nonce=\"n&quot;\" data-privet-granted=\"\"";
    shown(&[], ThirdPartyRules::default(), page).replace(attributes, "")
}

fn embeds(embeds: Embeds, page: &str) -> String {
    let rules = ThirdPartyRules {
        embeds,
        ..ThirdPartyRules::default()
    };
    let policy = policy(&[], rules);
    gated(&policy, &context(&policy), page).0
}

#[test]
fn a_placeholder_stands_in_for_an_embed() {
    let address = "/.privet/embed?vendor=tube&#38;url=https%3A%2F%2Fwww.tube.example%2Fembed%2Fa%3Fb%3D1%26c%23d";
    for (page, expected) in [
        (
            format!("<iframe width=560 src=\"{TUBE}\" allowfullscreen></iframe>"),
            format!(
                "<iframe name=\"privet-f-1\" data-privet-vendor=\"tube\" src=\"{address}\" width=560 data-privet-src=\"{TUBE}\" allowfullscreen></iframe>"
            ),
        ),
        (
            format!("<iframe data-src='{TUBE}' src=about:blank></iframe>"),
            format!(
                "<iframe name=\"privet-f-1\" data-privet-vendor=\"tube\" src=\"{address}\" data-privet-data-src='{TUBE}' data-privet-src=about:blank></iframe>"
            ),
        ),
        (
            format!("<object type=x data='{TUBE}'>a</object>"),
            format!(
                "<object name=\"privet-f-1\" data-privet-vendor=\"tube\" data=\"{address}\" type=\"text/html\" data-privet-type=x data-privet-data='{TUBE}'>a</object>"
            ),
        ),
        (
            format!("<embed src='{TUBE}'>"),
            format!(
                "<embed name=\"privet-f-1\" data-privet-vendor=\"tube\" src=\"{address}\" type=\"text/html\" data-privet-src='{TUBE}'>"
            ),
        ),
    ] {
        let out = embeds(Embeds::Click, &page);
        let sorted = |tag: &str| {
            let mut parts: Vec<String> = tag.split([' ', '>']).map(str::to_owned).collect();
            parts.sort();
            parts
        };
        assert_eq!(sorted(&out), sorted(&expected), "{out}");
    }
}

#[test]
fn what_nobody_sees_gets_no_placeholder() {
    for attributes in [
        "width=0",
        "height=\"1\"",
        "width='1px'",
        "hidden",
        "style=\"border:0; DISPLAY : none !important\"",
        "style='visibility:hidden'",
    ] {
        let out = embeds(
            Embeds::Click,
            &format!("<iframe {attributes} src=\"{TUBE}\"></iframe>"),
        );
        assert_eq!(
            out,
            format!(
                "<iframe name=\"privet-f-1\" data-privet-vendor=\"tube\" {attributes} data-privet-src=\"{TUBE}\"></iframe>"
            )
        );
    }
    let pixel = "<iframe src=https://www.social.example/tr></iframe>";
    assert_eq!(
        embeds(Embeds::Click, pixel),
        "<iframe name=\"privet-f-1\" data-privet-vendor=\"social-pixel\" data-privet-src=https://www.social.example/tr></iframe>"
    );
}

#[test]
fn embeds_are_left_or_taken_out_as_the_operator_wants() {
    let page = format!(
        "<p><iframe src=\"{TUBE}\">x</iframe><embed src=\"{TUBE}\"><img src=//a.tubeimg.example/>"
    );
    assert_eq!(
        embeds(Embeds::Leave, &page),
        page.replace(
            "<img src",
            "<img data-privet-vendor=\"tube\" data-privet-src"
        )
    );
    assert_eq!(
        embeds(Embeds::Remove, &page),
        "<p><img data-privet-vendor=\"tube\" data-privet-src=//a.tubeimg.example/>"
    );
}

#[test]
fn each_inert_frame_has_a_name_of_its_own() {
    let frame = format!("<iframe name=player src={TUBE}></iframe>");
    let page =
        format!("{frame}<iframe src=/own></iframe><iframe srcdoc='{frame}'></iframe>{frame}");
    let out = embeds(Embeds::Click, &page);
    for name in ["privet-f-1\"", "privet-f-2&quot;", "privet-f-3\""] {
        assert_eq!(out.matches(name).count(), 1, "{name}: {out}");
    }
    assert_eq!(out.matches("data-privet-name=player").count(), 3, "{out}");
    assert!(out.contains("<iframe src=/own>"), "{out}");
}

#[test]
fn frames_behind_one_that_was_taken_out_are_found_by_name() {
    let page = format!(
        "<iframe src=/a></iframe><iframe src={TUBE}></iframe><iframe src=/b></iframe><iframe name=c></iframe>"
    );
    assert_eq!(
        embeds(Embeds::Remove, &page),
        "<iframe src=/a></iframe><iframe name=\"privet-f-1\" src=/b></iframe><iframe name=c></iframe>"
    );
}

#[test]
fn privets_script_stands_before_the_first_element_that_needs_it() {
    const DEFERRED: &str = "<script src=\"/.privet/privet.js\" defer=\"\"></script>";
    const BLOCKING: &str = "<script src=\"/.privet/privet.js\"></script>";
    let heat = |tag: &str| tag.replace("//", "data-privet-vendor=\"heat\" data-privet-src=//");
    for (page, expected) in [
        ("<p>a</p>", "<p>a</p>".to_owned()),
        (
            "<p>a<img //static.heat.example/><img //static.heat.example/>",
            format!("<p>a{DEFERRED}<img //static.heat.example/><img //static.heat.example/>"),
        ),
        (
            "<title>a</title><script //static.heat.example/></script><img //static.heat.example/>",
            format!(
                "<title>a</title>{BLOCKING}<script //static.heat.example/></script><img //static.heat.example/>"
            ),
        ),
        (
            "<img //static.heat.example/><script //static.heat.example/></script>",
            format!(
                "{DEFERRED}<img //static.heat.example/>{BLOCKING}<script //static.heat.example/></script>"
            ),
        ),
        (
            "<template><img //static.heat.example/></template><p>b",
            format!("<template><img //static.heat.example/></template>{DEFERRED}<p>b"),
        ),
        (
            "<noscript><img //static.heat.example/></noscript><p>b",
            "<noscript><img //static.heat.example/></noscript><p>b".to_owned(),
        ),
        (
            "<body><template><img //static.heat.example/></template></body>",
            format!("<body><template><img //static.heat.example/></template>{DEFERRED}</body>"),
        ),
        (
            "<body><template><img //static.heat.example/></template>a",
            format!("<body><template><img //static.heat.example/></template>a{DEFERRED}"),
        ),
    ] {
        let page = page.replace(" //", " src=//");
        let expected = heat(&expected);
        let out = refused(&page).replace(" type=\"text/plain\"", "");
        assert_eq!(out, expected, "{page}");
    }
}

#[test]
fn privets_script_tells_what_is_granted() {
    let rules = ThirdPartyRules {
        consent_mode: true,
        ..ThirdPartyRules::default()
    };
    let granted = [Purpose::Media, Purpose::Analytics];
    let out = shown(
        &granted,
        rules,
        "<base href=//cdn.example.com/><img src=//www.social.example/tr>",
    );
    assert!(
        out.contains(
            "<script src=\"https://www.example.com/.privet/privet.js\" defer=\"\" nonce=\"n&quot;\" \
             data-privet-granted=\"analytics media\" data-privet-consent-mode=\"\"></script>"
        ),
        "{out}"
    );
}

#[test]
fn the_mirror_follows_platforms_that_keep_answers_to_the_browser() {
    let platform = "<script src=\"https://app.usercentrics.eu/loader.js\"></script>";
    let mirror = "<script src=\"/.privet/mirror.js\" defer=\"\" nonce=\"n&quot;\"></script>";
    assert_eq!(
        refused(&format!("{platform}{platform}")),
        format!("{mirror}{platform}{platform}")
    );
    let fragment = embeds(Embeds::Click, platform);
    assert_eq!(fragment, platform);
}

#[test]
fn pages_are_read_while_anybody_could_be_refused_or_heard() {
    use Purpose::{Analytics, Functional, Marketing, Media};
    for (granted, gate, expected) in [
        (&[][..], true, true),
        (&[], false, false),
        (&[Functional, Analytics, Marketing], true, true),
        // The mirror may still hear a no.
        (&[Functional, Analytics, Marketing, Media], true, true),
    ] {
        let rules = ThirdPartyRules {
            gate,
            ..ThirdPartyRules::default()
        };
        let policy = policy(granted, rules);
        let consent = &context(&policy).cookies.consent;
        assert_eq!(policy.gates(consent), expected, "{granted:?}");
    }
}
