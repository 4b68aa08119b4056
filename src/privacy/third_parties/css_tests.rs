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
        ("a{b:'broken\rc:url(d)}'", &["d"]),
        ("a{b:'broken\u{c}c:url(d)}'", &["d"]),
        ("a{b:'whole\\\r\n';c:url(d)}", &["d"]),
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

/// `css` with `!` before each URL, read in parts of that length.
fn marked(css: &str, length: usize) -> String {
    let (mut style, mut rest, mut out) = (Style::default(), css.as_bytes(), Vec::new());
    loop {
        let (part, _) = rest.split_at(length.min(rest.len()));
        let is_last = part.len() == rest.len();
        let mut places = Vec::new();
        let done = style.read(part, is_last, |url| places.push(url.at));
        let (done, behind) = rest.split_at(if done == 0 { part.len() } else { done });
        for (at, byte) in done.iter().enumerate() {
            out.extend(places.contains(&at).then_some(b'!'));
            out.push(*byte);
        }
        if is_last {
            return String::from_utf8(out).expect("text");
        }
        rest = behind;
    }
}

#[test]
fn a_style_is_read_in_parts_as_it_is_read_whole() {
    let css = "@import /* '*/ \"//v/1\";@namespace '//n';a{b:url( //v/2 ),u\\72l( '//v/3' )}\
        /* url(c) */@\\69mport\n'//v/4';d{e:image-set('//v/5' 1x, \"\\\"//v/6\")}'\\''url(//v/7)";
    let whole = marked(css, usize::MAX);
    assert_eq!(whole.matches('!').count(), 7, "{whole}");
    for length in 24..css.len() {
        assert_eq!(marked(css, length), whole, "in parts of {length}");
    }
}

#[test]
fn what_is_longer_than_a_part_is_judged_by_its_beginning() {
    let long = "x".repeat(200);
    for (css, expected) in [
        (
            format!("a{{b:url(//v/{long}),url(//v/c)}}"),
            "a{b:url(!//v/…),url(!//v/c)}",
        ),
        (
            format!("a{{b:url('//v/{long}\\''),url(c)}}"),
            "a{b:url('!//v/…\\''),url(!c)}",
        ),
        (format!("/*'{long}*/a{{b:url(c)}}"), "/*'…*/a{b:url(!c)}"),
        (format!("@import /*{long}*/ '//v'"), "@import /*…*/ '!//v'"),
        (
            format!("a{{b:url({} '//v')}}", " ".repeat(200)),
            "a{b:url(… '!//v')}",
        ),
        (format!("a{{b:'{long}';c:url(d)}}"), "a{b:'…';c:url(!d)}"),
    ] {
        for length in 30..100 {
            let found = marked(&css, length)
                .replace(&long, "…")
                .replace(&" ".repeat(200), "…");
            assert_eq!(found, expected, "in parts of {length}");
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_read_alike_in_parts(css in "[a(){}'\"/*@:;u \nrl69]{0,80}", length in 24..80_usize) {
        prop_assert_eq!(marked(&css, length), marked(&css, usize::MAX));
    }

    #[test]
    fn any_text_is_read_to_its_end_and_places_lie_within(css in "[a(){}'\"\\\\/*@:;u \nrl69]{0,60}") {
        urls(css.as_bytes(), |at, _| assert!(at <= css.len()));
    }
}
