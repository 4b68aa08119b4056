//! Tests of which URLs are found in CSS.

use proptest::prelude::*;

use super::*;

fn found(css: &str) -> Vec<String> {
    let mut found = Vec::new();
    urls(css.as_bytes(), |_, url| {
        found.push(String::from_utf8_lossy(url).into_owned());
    });
    found
}

#[test]
fn each_url_that_would_be_fetched_is_found() {
    for (css, expected) in [
        ("a{background:url(//v/a.png)}", &["//v/a.png"][..]),
        ("a{background:URL( '//v/a.png' )}", &["//v/a.png"]),
        (
            "a{background:url(\t//v/a.png \n) no-repeat,url(b)}",
            &["//v/a.png", "b"],
        ),
        ("@import '//v/a.css' screen;", &["//v/a.css"]),
        ("@IMPORT/* x */url(\"//v/a.css\");", &["//v/a.css"]),
        ("@import/**/\"//v/a.css\"", &["//v/a.css"]),
        ("@\\69mport '//v/a.css';@im\\port 'b'", &["//v/a.css", "b"]),
        (
            "a{b:\\75rl(//v/a)}c{d:u\\72 l('//v/b')}",
            &["//v/a", "//v/b"],
        ),
        ("a{b:url(\\68ttps://v/a)}", &["https://v/a"]),
        ("a{b:url('\\68 ttps:\\\n//v\\'x')}", &["https://v'x"]),
        ("a{b:url(//v\\)x)}", &["//v)x"]),
        (
            "a{b:image-set('a.png' 1x type('image/png'),\"b.png\" 2x)}",
            &["a.png", "b.png"],
        ),
        (
            "a{b:-webkit-image-set(url(a) 1x)}c{d:src('e')}",
            &["a", "e"],
        ),
        ("a{content:'url(//v)'}", &[]),
        ("/* url(//v) */ a{content:\"/*\";b:url(c)}", &["c"]),
        ("a{b:url(//v/*x*/y)}", &["//v/*x*/y"]),
        ("@namespace x url(//v);@namespace '//v';a{b:url(c)}", &["c"]),
        (
            "@font-face{src:local('x'),url(a.woff2)format('woff2')}",
            &["a.woff2"],
        ),
        ("a{b:'broken\nc:url(d)}", &["d"]),
        ("a{b:url(unended", &["unended"]),
        ("a{b:url('unended", &["unended"]),
        ("a{--x:url(//v)}", &["//v"]),
        ("a{b:curl(//v);c:attr(x)}", &[]),
        ("\\", &[]),
        ("a\\", &[]),
    ] {
        assert_eq!(found(css), expected, "{css}");
    }
}

#[test]
fn a_prefix_put_where_a_url_begins_makes_all_of_it_one_that_is_not_fetched() {
    for (css, expected) in [
        ("a{b:url( //v )}", "a{b:url( data:,//v )}"),
        ("@import '\\2f /v';", "@import 'data:,\\2f /v';"),
    ] {
        let mut out = css.to_owned();
        urls(css.as_bytes(), |at, _| out.insert_str(at, "data:,"));
        assert_eq!(out, expected);
        assert!(found(&out).iter().all(|url| url.starts_with("data:,")));
    }
}

proptest! {
    #[test]
    fn any_text_is_read_to_its_end_and_places_lie_within(css in "[a(){}'\"\\\\/*@:;u \nrl69]{0,60}") {
        urls(css.as_bytes(), |at, _| assert!(at <= css.len()));
    }
}
