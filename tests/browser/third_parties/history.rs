//! Frames on the way back: of a page in its history Chromium shows each frame where it was, found by
//! its name or its place, whatever the page says now.

use serde_json::{Value, json};

use super::{site::BEHIND, visitor::Visitor};
use crate::gateway::eventually;

/// Without the cache from which Chromium takes whole pages back.
pub(super) const ANEW: &[&str] = &["--disable-features=BackForwardCache"];

const PAGE: &str = "history/page";

/// A page of that name, if it is of here.
pub(super) fn answer(name: &str) -> Option<&'static [u8]> {
    match name.strip_prefix("history/")? {
        "page" => Some(
            b"<!doctype html><title>page</title>\
            <iframe src=https://www.youtube.com/embed/one></iframe>\
            <iframe src=/history/own></iframe>\
            <iframe name=player src=https://www.youtube.com/embed/two></iframe>\
            <iframe src=/history/own></iframe>\
            <iframe srcdoc='<iframe src=https://www.youtube.com/embed/three></iframe>'></iframe>\
            <object data=https://www.youtube.com/embed/four type=text/html></object>\
            <embed src=https://www.youtube.com/embed/five type=text/html>\
            <p id=end>end",
        ),
        "own" => Some(
            b"<!doctype html><title>own</title><iframe src=https://www.youtube.com/embed/own></iframe>",
        ),
        _ => None,
    }
}

#[test]
fn the_way_back_after_a_withdrawal_shows_no_frame_where_it_was() {
    for arguments in [&[], ANEW] {
        let visitor = Visitor::arrive_by(arguments, "");
        comes_back_without_vendors(&visitor);
    }
}

#[test]
fn where_embeds_are_removed_no_other_frame_takes_their_place_on_the_way_back() {
    let remove = "[site.third_parties]\nembeds = \"remove\"";
    for arguments in [&[], ANEW] {
        let visitor = Visitor::arrive_by(arguments, remove);
        comes_back_without_vendors(&visitor);
    }
}

#[test]
fn a_frame_that_was_shown_once_is_not_shown_on_the_way_back() {
    let visitor = Visitor::arrive_by(ANEW, "");
    visitor.visit(BEHIND, "youtube-embed");
    visitor.browser.enter("iframe");
    visitor.browser.click("a[href*='/embed/dQw4w9WgXcQ']");
    visitor.browser.leave();
    eventually("the film", || visitor.world.contacts().into_iter().next());
    visitor.settle();
    visitor.visit(BEHIND, "nothing");
    comes_back(&visitor, "youtube-embed");
    assert_eq!(visitor.world.contacts(), []);
}

fn comes_back_without_vendors(visitor: &Visitor) {
    visitor.grant(&["media"]);
    let granted = visitor.visit(BEHIND, PAGE);
    let contacts = granted.contacts.iter();
    let frames = contacts.map(|it| it.target.as_str());
    let mut frames: Vec<&str> = frames.filter(|it| it.starts_with("/embed/")).collect();
    frames.sort_unstable();
    let all = ["five", "four", "one", "own", "own", "three", "two"];
    assert_eq!(frames, all.map(|name| format!("/embed/{name}")));

    visitor.browser.go(&format!("https://{BEHIND}/.privet/"));
    visitor.browser.follow("button[value=reject-all]");
    comes_back(visitor, PAGE);
    let names = visitor.browser.run(
        "return [...document.querySelectorAll('iframe, embed, object')].map(it => it.outerHTML)",
    );
    assert_eq!(visitor.world.contacts(), [], "{names}");
}

/// Goes back to the page, where it was left, and waits for what it does.
fn comes_back(visitor: &Visitor, page: &str) {
    visitor.settle();
    visitor.world.forget();
    let browser = &visitor.browser;
    let history = browser.devtools("Page.getNavigationHistory", &json!({}));
    let entries = history["entries"].as_array().expect("a list").iter();
    let is_page = |entry: &&Value| entry["url"].as_str().is_some_and(|url| url.ends_with(page));
    let entry = entries.rev().find(is_page).expect("the page")["id"].clone();
    browser.devtools("Page.navigateToHistoryEntry", &json!({ "entryId": entry }));
    eventually("the page", || {
        browser.address().ends_with(page).then_some(())
    });
    visitor.settle();
}
