//! Which form a client gets, and that no form lets a stranger's text become markup.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed test may panic"
)]

use super::*;

#[test]
fn the_form_follows_accept() {
    use Form::{Html, Json, Text};
    for (accept, expected) in [
        (None, Text),
        (Some(""), Text),
        (Some("*/*"), Text),
        (
            Some("text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"),
            Html,
        ),
        (Some("application/xhtml+xml"), Html),
        (Some("TEXT/HTML ; Q=0.5"), Html),
        (Some("application/json"), Json),
        (Some("application/json, text/plain, */*"), Json),
        (Some("application/vnd.api+json"), Json),
        (
            Some("application/problem+JSON;q=0.9, text/html;q=0.8"),
            Json,
        ),
        (Some("text/html;q=0.8, application/json;q=0.9"), Json),
        (Some("text/html, application/json"), Html),
        (Some("text/plain"), Text),
        (Some("text/*"), Text),
        (Some("text/*, text/plain;q=0.1"), Html),
        (Some("application/*"), Json),
        (Some("image/avif,image/webp,*/*;q=0.8"), Text),
        (Some("text/html;q=0, */*"), Text),
        (Some("*/*, application/json"), Json),
        (Some("text/html;level=1;q=0.3, text/plain;q=0.4"), Text),
        (Some("text/html;q=1.001, application/json;q=0.1"), Json),
        (Some("text/html;q=0.0001"), Text),
        (Some("text/html;q=+1"), Text),
        (Some("text/html;q=1.000"), Html),
        (Some("image/png"), Text),
        (Some("text/html;q=0"), Text),
        (Some(",;,q=1,/,\u{fffd}"), Text),
    ] {
        assert_eq!(preferred(accept), expected, "{accept:?}");
    }
}

#[test]
fn every_form_tells_what_happened() {
    for form in Form::ALL {
        let id = Some("01JD-7F");
        let page = error_page(form, StatusCode::BAD_GATEWAY, "No answer", "Try again.", id);
        for expected in ["502", "No answer", "Try again.", "01JD-7F"] {
            assert!(page.contains(expected), "{form:?}: {expected}");
        }
        let page = error_page(
            form,
            StatusCode::BAD_GATEWAY,
            "No answer",
            "Try again.",
            None,
        );
        assert!(
            !page.contains("quote") && !page.contains("request"),
            "{form:?}"
        );
    }
}

#[test]
fn hostile_text_stays_text() {
    let hostile = "</title><script>\"\\\u{1}'&";
    let page = html(StatusCode::NOT_FOUND, hostile, hostile, Some(hostile));
    assert!(!page.contains("<script") && !page.contains('\u{1}'));
    let page = json(StatusCode::NOT_FOUND, hostile, hostile, Some(hostile));
    assert!(!page.contains('<'));
    let value: serde_json::Value = serde_json::from_str(&page).unwrap();
    for member in ["title", "detail", "request_id"] {
        assert_eq!(value[member], hostile, "{member}");
    }
    assert_eq!(value["status"], 404);
}

#[test]
fn the_page_asks_for_nothing_else() {
    let page = html(StatusCode::NOT_FOUND, "Not found", "", None);
    for forbidden in ["src=", "href=", "url(", "@import", "<script"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
}
