//! The privacy centre's forms, notices and safety.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed test may panic"
)]

use super::*;
use crate::privacy::purpose::Purpose;
use crate::privacy::{
    State,
    centre::{PurposeView, RecordView},
};

fn view() -> CentreView<'static> {
    CentreView {
        host: "shop.example",
        policy_version: "2026-11",
        purposes: Purpose::ALL
            .map(|purpose| PurposeView {
                purpose,
                state: State::NotAsked,
                vendors: Vec::new(),
            })
            .into(),
        cookies: Vec::new(),
        source: None,
        gpc: false,
        gpc_conflict: false,
        return_to: Some("/cart?x=1"),
        saved: false,
        erased: false,
        shown: None,
        record: RecordView::NotKept,
    }
}

#[test]
fn the_forms_send_what_the_contract_names() {
    let html = page(&view());
    assert_eq!(html.matches(r#"<form "#).count(), 2);
    assert_eq!(
        html.matches(r#"method="post" action="/.privet/consent""#)
            .count(),
        2
    );
    assert_eq!(
        html.matches(r#"name="return_to" value="/cart?x=1""#)
            .count(),
        2
    );
    for choice in ["accept-all", "reject-all", "save"] {
        let button = format!(r#"<button name="choice" value="{choice}">"#);
        assert_eq!(html.matches(&button).count(), 1, "{choice}");
    }
    for purpose in ["functional", "analytics", "marketing", "media"] {
        let tick = format!(r#"name="purpose" value="{purpose}""#);
        assert_eq!(html.matches(&tick).count(), 1, "{purpose}");
    }
    assert!(!html.contains(r#"value="necessary""#));
    assert!(
        !html.contains(" checked"),
        "nothing is ticked before it is granted"
    );
}

#[test]
fn enter_in_a_box_saves_and_does_not_answer_for_the_visitor() {
    let html = page(&view());
    let with_boxes = html
        .split("<form ")
        .find(|form| form.contains("checkbox"))
        .unwrap();
    let first = with_boxes.split("<button").nth(1).unwrap();
    assert!(first.starts_with(r#" name="choice" value="save""#));
}

#[test]
fn notices_appear_when_there_is_something_to_say() {
    let plain = page(&view());
    for (name, changed, words) in [
        (
            "saved",
            CentreView {
                saved: true,
                ..view()
            },
            "Saved.",
        ),
        (
            "gpc",
            CentreView {
                gpc: true,
                ..view()
            },
            "Opt-out request honoured",
        ),
        (
            "conflict",
            CentreView {
                gpc: true,
                gpc_conflict: true,
                ..view()
            },
            "that yes is set aside",
        ),
        (
            "source",
            CentreView {
                source: Some("your choice here"),
                ..view()
            },
            "your choice here",
        ),
    ] {
        assert!(page(&changed).contains(words), "{name}");
        assert!(!plain.contains(words), "{name} is not said without reason");
    }
}

#[test]
fn the_way_back_leads_to_the_website_even_if_the_visitor_came_from_nowhere() {
    let html = page(&CentreView {
        return_to: None,
        ..view()
    });
    assert!(html.contains(r#"<a class="back" href="/">"#));
    let saved = r#"name="return_to" value="/.privet/?saved""#;
    assert_eq!(html.matches(saved).count(), 2, "a choice shows its effect");
}

#[test]
fn only_local_paths_are_returned_to() {
    for (return_to, expected) in [
        ("/", "/"),
        ("/a?b=c#d", "/a?b=c#d"),
        ("", "/"),
        ("a", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("javascript:alert(1)", "/"),
    ] {
        assert_eq!(local_path(return_to), expected, "{return_to:?}");
    }
}

#[test]
fn no_text_of_a_stranger_becomes_markup() {
    let hostile = "/<script>\"'&";
    let html = page(&CentreView {
        host: hostile,
        policy_version: hostile,
        source: Some(hostile),
        gpc: true,
        gpc_conflict: true,
        return_to: Some(hostile),
        ..view()
    });
    assert!(!html.contains("<script"));
    assert!(html.contains("href=\"/&lt;script&gt;&quot;&#39;&amp;\""));
}

#[test]
fn the_page_needs_neither_scripts_nor_inline_style() {
    let html = page(&view());
    for forbidden in [
        "<script", "<style", " style=", " onclick", "http://", "https://",
    ] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn the_style_sheet_touches_nothing_but_privets_own_pages() {
    let blocks = STYLE.split('{').collect::<Vec<_>>();
    // What stands before a brace, after the end of a rule, of an at-rule's head or of a comment.
    let heads = blocks[..blocks.len() - 1].iter();
    let heads = heads.filter_map(|block| block.rsplit(['}', '/']).next());
    let selectors = heads.filter(|head| !head.trim().starts_with("@media"));
    let mut seen = 0;
    for part in selectors.flat_map(|list| list.split(',')).map(str::trim) {
        assert!(part.starts_with(".privet"), "{part:?}");
        seen += 1;
    }
    assert!(seen > 50, "the sheet was read");
}
