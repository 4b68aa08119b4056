//! Tests of what becomes of elements of refused vendors, each page read in every two pieces.

use super::{
    test_pages::{context, gated, policy},
    *,
};
use crate::privacy::{html::Syntax, purpose::Purpose};

/// What becomes of `page` for a visitor who consented to nothing.
fn refused(page: &str) -> String {
    let policy = policy(&[], ThirdPartyRules::default());
    gated(&policy, &context(&policy), page).0
}

#[track_caller]
fn assert_all(cases: &[(&str, &str)]) {
    for (page, expected) in cases {
        assert_eq!(refused(page), *expected, "{page}");
    }
}

#[track_caller]
fn assert_untouched(pages: &[&str]) {
    for page in pages {
        assert_eq!(refused(page), *page);
    }
}

#[test]
fn scripts_of_refused_vendors_do_not_run() {
    assert_all(&[
        (
            r#"<script async src="https://static.heat.example/x.js?a=1&b" id=x></script>"#,
            r#"<script type="text/plain" data-privet-vendor="heat" async data-privet-src="https://static.heat.example/x.js?a=1&b" id=x></script>"#,
        ),
        (
            "<SCRIPT TYPE=module SRC=//static.heat.example/x.mjs></SCRIPT>",
            r#"<SCRIPT type="text/plain" data-privet-vendor="heat" data-privet-TYPE=module data-privet-SRC=//static.heat.example/x.mjs></SCRIPT>"#,
        ),
        (
            "<script>_heat={};load('https:\\/\\/static.heat.example/c/')</script>",
            "<script type=\"text/plain\" data-privet-vendor=\"heat\">_heat={};load('https:\\/\\/static.heat.example/c/')</script>",
        ),
        (
            "<script>document.write('<script src=\"//connect.social.example/en/events.js\"><\\/script>')</script>",
            "<script type=\"text/plain\" data-privet-vendor=\"social-pixel\">document.write('<script src=\"//connect.social.example/en/events.js\"><\\/script>')</script>",
        ),
        (
            r#"<script type="importmap">{"imports":{"x":"https:\/\/static.heat.example/x.mjs"}}</script>"#,
            r#"<script type="text/plain" data-privet-vendor="heat" data-privet-type="importmap">{"imports":{"x":"https:\/\/static.heat.example/x.mjs"}}</script>"#,
        ),
        (
            r#"<script type="importmap">{"imports":{"x":"\u0068ttps://static.heat.example/x.mjs"}}</script>"#,
            r#"<script type="text/plain" data-privet-vendor="heat" data-privet-type="importmap">{"imports":{"x":"\u0068ttps://static.heat.example/x.mjs"}}</script>"#,
        ),
        (
            "<script src=\"/m/collect.js?tid=H-1\"></script><script src=\"/m/collect.js\"></script>",
            "<script type=\"text/plain\" data-privet-vendor=\"heat\" data-privet-src=\"/m/collect.js?tid=H-1\"></script><script src=\"/m/collect.js\"></script>",
        ),
        (
            r#"<svg><script xlink:href="https://static.heat.example/x.js"/></svg>"#,
            r#"<svg><script type="text/plain" data-privet-vendor="heat" data-privet-xlink:href="https://static.heat.example/x.js"/></svg>"#,
        ),
    ]);
}

#[test]
fn pages_without_refused_vendors_pass_byte_for_byte() {
    assert_untouched(&[
        "",
        "<!doctype html><html><head><title>a</title></head><body class=\"x\"><p>b<a href=\"/c\">d</a>",
        "<script src=/x.js></script><script>var a='<b>'</script>",
        r#"<script src="https://cdn.other.example/lib.js"></script><img src=https://www.example.com/x.png>"#,
        r#"<a href="https://www.social.example/acme">us</a><area href=//www.tube.example/embed/1>"#,
        r#"<link rel=canonical href="https://www.social.example/acme"><link rel="me" href=//social.example/a>"#,
        r#"<meta property="og:video" content="https://www.tube.example/embed/1">"#,
        "<blockquote cite=https://www.social.example/x>q</blockquote>",
        r#"<script type="application/ld+json">{"sameAs":["https://www.social.example/acme"]}</script>"#,
        r#"<script type="text/plain" data-cookieconsent="statistics" src="https://static.heat.example/x.js"></script>"#,
        "<script>heat('event','x');social('track','y');dataLayer.push({a:1})</script>",
        "<script>window.__NUXT__={embed:'https://www.tube.example/embed/1',code:'createElement'}</script>",
        "<script>self.__next_f.push([1,\"tags.example/gtm.js createElement\"])</script>",
        "<p>Use https://static.heat.example/x.js</p><!-- <script src=//static.heat.example/x.js></script> -->",
        "<textarea><script src=//static.heat.example/x.js></script></textarea>",
        "<button onclick=\"heat('event')\" data-href=https://www.social.example/x>a</button>",
        "<style>a{background:url(/x.png)} b{content:'//static.heat.example'}</style><p style=\"color:red\">",
        "<script src=https://app.usercentrics.eu/loader.js></script>",
        "<shop-link href=https://www.social.example/acme to=//social.example/acme></shop-link>",
    ]);
}

#[test]
fn every_way_in_which_an_element_fetches_is_gated() {
    let url = "https://static.heat.example/x";
    for (before, name, after) in [
        ("<img ", "src", ">"),
        ("<image ", "src", ">"),
        ("<video ", "poster", ">"),
        ("<video ", "src", ">"),
        ("<picture><source ", "srcset", ">"),
        ("<audio><track ", "src", ">"),
        ("<input type=image ", "src", ">"),
        ("<link rel=preload ", "href", ">"),
        ("<link rel='alternate StyleSheet' ", "href", ">"),
        ("<link rel=dns-prefetch ", "href", ">"),
        ("<link rel=preload as=image ", "imagesrcset", ">"),
        ("<embed ", "src", ">"),
        ("<frame ", "src", ">"),
        ("<iframe ", "src", "></iframe>"),
        ("<object ", "data", "></object>"),
        ("<object ", "codebase", "></object>"),
        ("<object><param name=movie ", "value", "></object>"),
        ("<applet ", "code", ">"),
        ("<body ", "background", ">"),
        ("<table><tr><td ", "background", ">"),
        ("<html ", "manifest", ">"),
        ("<a href=/ ", "ping", ">"),
        ("<img ", "attributionsrc", ">"),
        ("<svg><image ", "href", "/></svg>"),
        ("<svg><use ", "xlink:href", "/></svg>"),
        ("<svg><feImage ", "href", "/></svg>"),
        ("<svg><set attributeName=href ", "to", "/></svg>"),
        ("<fencedframe ", "src", ">"),
        ("<img ", "data-src", ">"),
        ("<div ", "data-bg", "></div>"),
        ("<iframe ", "data-lazy-src", "></iframe>"),
        ("<noscript><img ", "src", "></noscript>"),
        ("<template><img ", "src", "></template>"),
    ] {
        let page = format!("{before}{name}=\"{url}\"{after}");
        let out = refused(&page);
        assert!(
            out.contains(&format!(" data-privet-{name}=\"{url}\"")),
            "{page}: {out}"
        );
        assert!(
            out.contains(" data-privet-vendor=\"heat\""),
            "{page}: {out}"
        );
        let own = format!("{before}{name}=\"/x\"{after}");
        assert_eq!(refused(&own), own);
    }
}

#[test]
fn values_are_read_as_browsers_read_them() {
    for value in [
        "//static.heat.example/x",
        "HTTPS://STATIC.HEAT.EXAMPLE/x",
        " \n//static.heat.example/x",
        "ht&#116;ps&colon;//static.heat.example/x",
        "/&#x2f;static.heat.example/x",
        "/&Tab;/static.heat.example/x",
        "//static.heat.example./x",
        "\\\\static.heat.example\\x",
        "//me@static.heat.example:443/x",
        "//static%2eheat.example/x",
        "http:static.heat.example/x",
    ] {
        let out = refused(&format!("<img src=\"{value}\">"));
        assert!(
            out.contains(&format!("data-privet-src=\"{value}\"")),
            "{value}: {out}"
        );
    }
    assert_all(&[
        (
            "<img src=//static.heat.example/x/>",
            "<img data-privet-vendor=\"heat\" data-privet-src=//static.heat.example/x/>",
        ),
        (
            "<img src='a' src='//static.heat.example/x'>",
            "<img data-privet-vendor=\"heat\" data-privet-src='a' data-privet-src='//static.heat.example/x'>",
        ),
        (
            "<img srcset=\"/a.png 1x, //static.heat.example/b.png 2x\" src=/a.png>",
            "<img data-privet-vendor=\"heat\" data-privet-srcset=\"/a.png 1x, //static.heat.example/b.png 2x\" src=/a.png>",
        ),
        (
            "<meta http-equiv=Refresh content=\"5; URL='//www.social.example/tr'\">",
            "<meta data-privet-vendor=\"social-pixel\" http-equiv=Refresh data-privet-content=\"5; URL='//www.social.example/tr'\">",
        ),
    ]);
}

#[test]
fn relative_urls_follow_the_first_base() {
    assert_all(&[
        (
            "<base href=//static.heat.example/a/><base href=/><img src=b><img src=/c>",
            "<base href=//static.heat.example/a/><base href=/><img data-privet-vendor=\"heat\" data-privet-src=b><img data-privet-vendor=\"heat\" data-privet-src=/c>",
        ),
        (
            "<base target=_top><base href=x/><img src=b>",
            "<base target=_top><base href=x/><img src=b>",
        ),
        (
            "<form action=x><base href=//static.heat.example/>",
            "<form action=x><base data-privet-vendor=\"heat\" data-privet-href=//static.heat.example/>",
        ),
        (
            "<base href=https://static.heat.example/><form action=x>",
            "<base href=https://static.heat.example/><form action=\"https://www.example.com/.privet/\" data-privet-vendor=\"heat\" data-privet-action=x>",
        ),
    ]);
}

#[test]
fn a_base_that_no_browser_or_not_every_one_heeds_changes_nothing() {
    for (open, close) in [
        ("<svg>", "</svg>"),
        ("<template>", "</template>"),
        ("<noscript>", "</noscript>"),
    ] {
        let base = "<base href=https://static.heat.example/>";
        let out = refused(&format!("{open}<base href=/>{close}{base}<img src=x>"));
        assert!(out.contains("<base data-privet-href=/>"), "{out}");
        assert!(
            out.contains("data-privet-href=https://static.heat.example/"),
            "{out}"
        );
    }
}

#[test]
fn forms_are_sent_to_the_privacy_page_instead() {
    assert_all(&[
        (
            "<form action=https://in.heat.example/subscribe method=post>",
            "<form action=\"/.privet/\" data-privet-vendor=\"heat\" data-privet-action=https://in.heat.example/subscribe method=post>",
        ),
        (
            "<button formaction=//in.heat.example>",
            "<button formaction=\"/.privet/\" data-privet-vendor=\"heat\" data-privet-formaction=//in.heat.example>",
        ),
    ]);
}

#[test]
fn urls_in_css_are_made_such_that_nothing_is_fetched() {
    assert_all(&[
        (
            "<style>@import '//a.fonts.example/x';b{background:url(/c),url( \"https://static.heat.example/d\" )}</style>",
            "<style data-privet-vendor=\"fonts heat\">@import 'data:,privet:fonts://a.fonts.example/x';b{background:url(/c),url( \"data:,privet:heat:https://static.heat.example/d\" )}</style>",
        ),
        (
            "<p style=\"background:url(//static.heat.example/x)\">",
            "<p data-privet-vendor=\"heat\" style=\"background:url(data:,privet:heat://static.heat.example/x)\">",
        ),
        (
            "<p style='background:url(&quot;//static.heat.example/x?a&amp;b&quot;)'>",
            "<p data-privet-vendor=\"heat\" style='background:url(&quot;data:,privet:heat://static.heat.example/x?a&amp;b&quot;)'>",
        ),
        (
            "<svg><rect fill=\"url(//static.heat.example/x#y)\"/></svg>",
            "<svg><rect data-privet-vendor=\"heat\" data-privet-fill=\"url(//static.heat.example/x#y)\"/></svg>",
        ),
    ]);
}

#[test]
fn handlers_and_addresses_that_load_are_gated_and_calls_are_not() {
    assert_all(&[
        (
            "<body onload=\"new Image().src='//static.heat.example/p'\">",
            "<body data-privet-vendor=\"heat\" data-privet-onload=\"new Image().src='//static.heat.example/p'\">",
        ),
        (
            "<iframe src=\"javascript:document.write('<script src=//static.heat.example/x.js>')\"></iframe>",
            "<iframe name=\"privet-f-1\" data-privet-vendor=\"heat\" data-privet-src=\"javascript:document.write('<script src=//static.heat.example/x.js>')\"></iframe>",
        ),
    ]);
}

#[test]
fn a_page_in_an_attribute_is_gated_as_well() {
    assert_all(&[
        (
            "<iframe srcdoc=\"<img src='//static.heat.example/x?a&amp;amp;b'>\"></iframe>",
            "<iframe srcdoc=\"&lt;img data-privet-vendor=&quot;heat&quot; data-privet-src=&#39;//static.heat.example/x?a&amp;amp;b&#39;>\"></iframe>",
        ),
        (
            "<iframe srcdoc=\"<img src='/x?a&amp;amp;b'>\"></iframe>",
            "<iframe srcdoc=\"<img src='/x?a&amp;amp;b'>\"></iframe>",
        ),
    ]);
}

#[test]
fn each_vendor_obeys_the_consent_to_its_purpose() {
    let page = "<img src=//static.heat.example/a><img src=//www.social.example/tr?b><script src=https://a.fonts.example/></script>";
    for (granted, expected) in [
        (&[][..], vec!["heat", "social-pixel", "fonts"]),
        (&[Purpose::Analytics], vec!["social-pixel", "fonts"]),
        (&[Purpose::Marketing, Purpose::Functional], vec!["heat"]),
        (
            &[Purpose::Analytics, Purpose::Marketing, Purpose::Functional],
            vec![],
        ),
    ] {
        let policy = policy(granted, ThirdPartyRules::default());
        let (out, told) = gated(&policy, &context(&policy), page);
        let slugs: Vec<&str> = out
            .split("data-privet-vendor=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert_eq!(slugs, expected);
        assert_eq!(told.len(), expected.len());
        assert_eq!(out == page, expected.is_empty());
    }
}

#[test]
fn own_hosts_are_no_third_parties_unless_the_operator_says_so() {
    let rules = ThirdPartyRules {
        unknown_hosts: UnknownHosts::Gate,
        ..ThirdPartyRules::default()
    };
    let policy = policy(&[], rules);
    let context = context(&policy);
    for (url, expected) in [
        ("/x", None),
        ("https://www.example.com/x", None),
        ("https://cdn.example.com/x", None),
        ("https://stats.example.com/x", Some("own")),
        ("https://example.com/x", Some("unknown")),
        ("https://cdn.other.example/x", Some("unknown")),
    ] {
        let (out, _) = gated(&policy, &context, &format!("<img src={url}>"));
        let expected = match expected {
            Some(slug) => format!("<img data-privet-vendor=\"{slug}\" data-privet-src={url}>"),
            None => format!("<img src={url}>"),
        };
        assert_eq!(out, expected);
    }
}

#[test]
fn while_observing_elements_are_counted_and_nothing_changes() {
    let policy = policy(&[], ThirdPartyRules::default());
    let context = PageContext {
        applies: false,
        is_document: true,
        ..context(&policy)
    };
    let page = "<img src=//static.heat.example/a><script>_heat=1;x='static.heat.example'</script><style>a{b:url(//a.fonts.example)}</style>";
    let (out, told) = gated(&policy, &context, page);
    assert_eq!((out.as_str(), told.len()), (page, 3));
}

#[test]
fn what_is_too_long_to_be_read_is_told() {
    let policy = policy(&[], ThirdPartyRules::default());
    let context = PageContext {
        memory: 100,
        ..context(&policy)
    };
    let page = format!("<p><img alt=\"{}\">", "x".repeat(2000));
    assert_eq!(
        gate_page(&policy, context, page.as_bytes()),
        Err(Unreadable)
    );
}

#[test]
fn xhtml_stays_well_formed() {
    let policy = policy(&[], ThirdPartyRules::default());
    let context = PageContext {
        syntax: Syntax::Xml,
        is_document: true,
        ..context(&policy)
    };
    let page = "<html><body><script src=\"//static.heat.example/x.js?a&amp;b\"/></body></html>";
    let (out, _) = gated(&policy, &context, page);
    assert_eq!(
        out,
        "<html><body><script src=\"/.privet/privet.js\" data-privet-granted=\"\"></script>\
         <script type=\"text/plain\" data-privet-vendor=\"heat\" data-privet-src=\"//static.heat.example/x.js?a&amp;b\"/></body></html>"
    );
}

#[test]
fn links_of_xml_are_known_by_any_prefix() {
    let policy = policy(&[], ThirdPartyRules::default());
    let context = PageContext {
        syntax: Syntax::Xml,
        ..context(&policy)
    };
    for prefix in ["xlink", "x"] {
        let page = format!("<s:image {prefix}:href='//static.heat.example/x'/>");
        let (out, _) = gated(&policy, &context, &page);
        let expected = format!(
            "<s:image data-privet-vendor=\"heat\" {prefix}:data-privet-href='//static.heat.example/x'/>"
        );
        assert_eq!(out, expected);
    }
}
