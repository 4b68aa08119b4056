//! Tests of what becomes of inline scripts and styles, whole and in parts.

use super::{
    test_pages::{context, gated, policy},
    *,
};
use crate::privacy::policy::Policy;

/// What becomes of `page` for a visitor who consented to nothing.
fn refused(page: &str) -> String {
    let policy = policy(&[], ThirdPartyRules::default());
    gated(&policy, &context(&policy), page).0
}

/// A context in which elements are read in parts of that many bytes.
fn in_parts(policy: &Policy, memory: usize) -> PageContext {
    PageContext {
        memory,
        is_document: true,
        ..context(policy)
    }
}

#[test]
fn a_style_longer_than_the_memory_is_gated_to_its_end() {
    let policy = policy(&[], ThirdPartyRules::default());
    let rules = "a{b:c}".repeat(100);
    let page = format!("<style>{rules}@font-face{{src:url(//static.heat.example/f)}}</style><p>x");
    let (out, told) = gated(&policy, &in_parts(&policy, 200), &page);
    assert!(
        out.contains("url(data:,privet:heat://static.heat.example/f)"),
        "{out}"
    );
    assert!(
        out.contains("</style><script src=\"/.privet/privet.js\" defer"),
        "{out}"
    );
    assert_eq!(told.len(), 1);
}

#[test]
fn a_script_longer_than_the_memory_is_ended_where_a_vendor_is_found() {
    let policy = policy(&[], ThirdPartyRules::default());
    let code = "go();".repeat(100);
    let loader = "_heat={};load('//static.heat.example/c/')";
    let page = format!("<script>{code}{loader};{code}</script><p>x");
    let (out, told) = gated(&policy, &in_parts(&policy, 200), &page);
    let (script, behind) = out.split_once("</script>").expect("an end");
    assert!(!script.contains("static.heat.example"), "{out}");
    assert!(script.ends_with("-->\n@"), "{out}");
    assert!(
        behind.starts_with(
            "<script type=\"text/plain\" data-privet-vendor=\"heat\" data-privet-reload=\"\"></script>\
             <script src=\"/.privet/privet.js\""
        ),
        "{out}"
    );
    assert_eq!(told.len(), 1);
    let rest = format!("{loader};{code}</script><p>x");
    let page = format!("<script>{rest}");
    let (out, _) = gated(&policy, &in_parts(&policy, 200), &page);
    assert!(out.ends_with(&rest), "{out}");
    assert!(
        out.contains("<script type=\"text/plain\" data-privet-vendor=\"heat\">_heat"),
        "{out}"
    );
    let page = format!("<script>{code}</script><style>{code}</style>");
    assert_eq!(gated(&policy, &in_parts(&policy, 200), &page).0, page);
}

#[test]
fn code_behind_a_pages_state_is_judged() {
    let state = "window.__INITIAL_STATE__={a:'//tags.example/gtm.js createElement'}";
    let page = format!("<script>{state};go()</script>");
    assert_eq!(refused(&page), page);
    let out = refused(&format!(
        "<script>{state};(function(d){{d.createElement('script').src='//www.tags.example/gtm.js'}})(document)</script>"
    ));
    assert!(out.starts_with("<script type=\"text/plain\""), "{out}");
}

#[test]
fn scripts_and_styles_of_pictures_are_read_as_the_text_they_are() {
    for content in [
        "var a='<b>';new Image().src='//static.heat.example/x'",
        "new Image().src='//static.hea<!-- ' -->t.example/x'",
        "new Image().src='//static.hea<b/>t.example/x'+<![CDATA[new Image().src='//static.heat.example/x']]>",
        "<!-- <![CDATA[ -->new Image().src='//static.heat&period;example/x'",
    ] {
        let out = refused(&format!("<svg><script>{content}</script></svg>"));
        assert!(out.contains("<script type=\"text/plain\""), "{out}");
    }
    for (page, expected) in [
        (
            "<svg><style><!-- ' -->a{b:url(//static.heat.example/x)}</style></svg>",
            "<svg><style data-privet-vendor=\"heat\">a{b:url(data:,privet:heat://static.heat.example/x)}</style></svg>",
        ),
        (
            "<svg><style>a{b:url(//static.heat.example/x)}c{d:&#117;rl(//static.heat.example/y)}</style></svg>",
            "<svg><style data-privet-vendor=\"heat\">a{b:url(data:,privet:heat://static.heat.example/x)}c{d:url(data:,privet:heat://static.heat.example/y)}</style></svg>",
        ),
        (
            "<svg><style><!-- <![CDATA[ --><img src=//static.heat.example/x>]]></style></svg>",
            "<svg><style><!-- <![CDATA[ -->&lt;img src=//static.heat.example/x>]]></style></svg>",
        ),
    ] {
        assert_eq!(refused(page), expected, "{page}");
    }
}
