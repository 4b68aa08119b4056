//! Tests of what becomes of pages, scripts and styles that URLs and attributes hold.

use super::{
    test_pages::{context, gated, policy},
    *,
};
use crate::privacy::html::Syntax;

/// What becomes of `page` for a visitor who consented to nothing.
fn refused(syntax: Syntax, page: &str) -> String {
    let policy = policy(&[], ThirdPartyRules::default());
    let context = PageContext {
        syntax,
        ..context(&policy)
    };
    gated(&policy, &context, page).0
}

#[test]
fn what_a_data_url_holds_is_judged_like_what_is_fetched() {
    let url = "https://static.heat.example/x";
    for (before, name, value) in [
        (
            "<iframe ",
            "src",
            format!("data:text/html,<script src='{url}'></script>"),
        ),
        (
            "<iframe ",
            "src",
            format!("data:text/html;charset=utf-8,%3Cimg%20src={url}%3E"),
        ),
        (
            "<iframe ",
            "src",
            "DATA:text/html;base64,PGltZyBzcmM9aHR0cHM6Ly9zdGF0aWMuaGVhdC5leGFtcGxlL3g+".to_owned(),
        ),
        (
            "<iframe ",
            "data-src",
            format!("data:text/html,<img src={url}>"),
        ),
        (
            "<frame ",
            "src",
            format!("data:text/html,<style>@import '{url}'</style>"),
        ),
        (
            "<embed ",
            "src",
            format!("data:image/svg+xml,<svg><image href='{url}'/></svg>"),
        ),
        (
            "<object ",
            "data",
            format!("data:application/xhtml+xml,<img src='{url}'/>"),
        ),
        (
            "<script ",
            "src",
            format!("data:text/javascript,new Image().src='{url}'"),
        ),
        (
            "<script ",
            "src",
            "data:text/javascript;base64,bmV3IEltYWdlKCkuc3JjPScvL3N0YXRpYy5oZWF0LmV4YW1wbGUvYSc="
                .to_owned(),
        ),
        (
            "<script ",
            "src",
            "data:,fetch('//static.heat.example/x')".to_owned(),
        ),
        (
            "<link rel=stylesheet ",
            "href",
            format!("data:text/css,@import '{url}'"),
        ),
        (
            "<iframe ",
            "src",
            "data:text/html,<img src=https:static.heat.example/x>".to_owned(),
        ),
        (
            "<link rel=modulepreload ",
            "href",
            format!("data:text/javascript,import '{url}.js'"),
        ),
        (
            "<iframe ",
            "src",
            "javascript:new%20Image().src='//static.h%65at.example/x'".to_owned(),
        ),
    ] {
        let out = refused(Syntax::Html, &format!("{before}{name}=\"{value}\">"));
        assert!(
            out.contains(&format!(" data-privet-{name}=\"{value}\"")),
            "{out}"
        );
        assert!(out.contains("data-privet-vendor=\"heat\""), "{out}");
        if !value.contains("base64") {
            let own = format!(
                "{before}{name}=\"{}\">",
                value.replace("heat", "other").replace("h%65at", "other")
            );
            assert_eq!(refused(Syntax::Html, &own), own);
        }
    }
    for (page, expected) in [
        (
            "<style>@import url(\"data:text/css,@import 'https://static.heat.example/x'\")</style>",
            "<style data-privet-vendor=\"heat\">@import url(\"data:,privet:heat:data:text/css,@import 'https://static.heat.example/x'\")</style>",
        ),
        (
            "<img src=\"data:image/svg+xml,<image href='//static.heat.example/x'/>\">",
            "<img src=\"data:image/svg+xml,<image href='//static.heat.example/x'/>\">",
        ),
    ] {
        assert_eq!(refused(Syntax::Html, page), expected);
    }
}

#[test]
fn what_is_too_deep_to_be_read_is_refused() {
    let escaped = |page: &str| page.replace('&', "&amp;").replace('"', "&quot;");
    let within = |page: &str| format!("<iframe srcdoc=\"{}\"></iframe>", escaped(page));
    let image = "<img src=//static.heat.example/x>";
    let two = refused(Syntax::Html, &within(&within(image)));
    assert!(two.contains("data-privet-src"), "{two}");
    let based = "<base href=/>".to_owned()
        + &within(&format!(
            "<base href=//static.heat.example/>{}",
            "<img src=x>"
        ));
    let out = refused(Syntax::Html, &based);
    assert!(out.contains("data-privet-src=x"), "{out}");
    let three = refused(Syntax::Html, &within(&within(&within(image))));
    assert!(three.contains("data-privet-srcdoc"), "{three}");
    let text = within(&within(&within("text")));
    assert_eq!(refused(Syntax::Html, &text), text);
    let style = (0..3).fold("a{}".to_owned(), |css, _| {
        let css = css.replace('%', "%25").replace('\'', "%27");
        format!("@import 'data:text/css,{css}'")
    });
    let out = refused(Syntax::Html, &format!("<style>{style}</style>"));
    assert!(out.contains("data-privet-vendor=\"unknown\""), "{out}");
}

#[test]
fn style_sheets_of_xml_are_gated() {
    for (page, expected) in [
        (
            "<?xml version='1.0'?><?xml-stylesheet type='text/css' href='https://static.heat.example/x&#46;css'?><html/>",
            "<?xml version='1.0'?><html/>",
        ),
        (
            "<?xml-stylesheet href=\"/x.css\"?><html/>",
            "<?xml-stylesheet href=\"/x.css\"?><html/>",
        ),
        (
            "<?xml-stylesheet x?><?xml-stylesheet",
            "<?xml-stylesheet x?><?xml-stylesheet",
        ),
    ] {
        assert_eq!(refused(Syntax::Xml, page), expected);
    }
}
