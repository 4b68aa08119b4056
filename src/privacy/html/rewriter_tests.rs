//! What the rewriter must do to single pages, at every split of their bytes.

use proptest::prelude::*;

use super::{test_pages::*, *};

/// Checks what becomes of each page.
fn becomes(syntax: Syntax, cases: &[(&str, &str)]) {
    for (page, expected) in cases {
        for holds in [false, true] {
            let out = at_every_split(syntax, page.as_bytes(), || Gate { holds });
            assert_eq!(text(&out), *expected, "of {page}, held: {holds}");
        }
    }
}

#[test]
fn attributes_are_found_as_browsers_find_them() {
    becomes(
        Syntax::Html,
        &[
            ("<img src=a>", "<img data-privet-src=a>"),
            ("<IMG\n SRC = 'a>'>", "<IMG\n data-privet-SRC = 'a>'>"),
            ("<img/src=a/>", "<img/data-privet-src=a/>"),
            (
                "<img alt=\"<img src=b>\"src=a>",
                "<img alt=\"<img src=b>\"data-privet-src=a>",
            ),
            (
                "<img src=a SRC=b>",
                "<img data-privet-src=a data-privet-SRC=b>",
            ),
            ("<img =src=a src=b>", "<img =src=a data-privet-src=b>"),
            (
                "<img a\"b='src=c' src>",
                "<img a\"b='src=c' data-privet-src>",
            ),
            ("<img src=a", "<img src=a"),
            ("a < b <1 </ src=a> </>", "a < b <1 </ src=a> </>"),
            ("<img\0src=a>", "<img\0src=a>"),
        ],
    );
}

#[test]
fn comments_end_where_browsers_end_them() {
    becomes(
        Syntax::Html,
        &[
            ("<!--><img src=a>-->", "<!--><img data-privet-src=a>-->"),
            ("<!---><img src=a>", "<!---><img data-privet-src=a>"),
            (
                "<!--!><img src=a>--><img src=a>",
                "<!--!><img src=a>--><img data-privet-src=a>",
            ),
            ("<!--a--!><img src=a>", "<!--a--!><img data-privet-src=a>"),
            (
                "<!-- <!-- --><img src=a>",
                "<!-- <!-- --><img data-privet-src=a>",
            ),
            ("<!a'><img src=a>", "<!a'><img data-privet-src=a>"),
            ("<?a><img src=a>?>", "<?a><img data-privet-src=a>?>"),
            (
                "<![CDATA[><img src=a>]]>",
                "<![CDATA[><img data-privet-src=a>]]>",
            ),
            (
                "<svg><![CDATA[><image href=a>]]><image href=a>",
                "<svg>&lt;![CDATA[><image data-privet-href=a>]]><image data-privet-href=a>",
            ),
        ],
    );
}

#[test]
fn text_of_elements_is_left_alone() {
    becomes(
        Syntax::Html,
        &[
            (
                "<title><img src=a></titl></TITLE\n><img src=a>",
                "<title><img src=a></titl></TITLE\n><img data-privet-src=a>",
            ),
            (
                "<script>'<img src=a>'</script ><img src=a>",
                "<script>'<img src=a>'</script ><img data-privet-src=a>",
            ),
            (
                "<script><!--<script></script><img src=a></script><img src=a>",
                "<script><!--<script></script><img src=a></script><img data-privet-src=a>",
            ),
            (
                "<script><!--<script>--></script><img src=a>",
                "<script><!--<script>--></script><img data-privet-src=a>",
            ),
            (
                "<script><!--></script><img src=a>",
                "<script><!--></script><img data-privet-src=a>",
            ),
            (
                "<style></style src='</style>'><img src=a>",
                "<style></style src='</style>'><img data-privet-src=a>",
            ),
            (
                "<iframe><img src=a></iframe>",
                "<iframe><img src=a></iframe>",
            ),
            (
                "<svg><title><img src=a></title>",
                "<svg><title><img data-privet-src=a></title>",
            ),
            (
                "<plaintext><img src=a>",
                "<plaintext><img data-privet-src=a>",
            ),
        ],
    );
}

#[test]
fn what_is_open_at_the_end_of_noscript_is_closed() {
    becomes(
        Syntax::Html,
        &[
            (
                "<noscript><img src=a></noscript>",
                "<noscript><img data-privet-src=a></noscript>",
            ),
            (
                "<noscript><!--</noscript><img src=a>-->",
                "<noscript><!----></noscript><img data-privet-src=a>-->",
            ),
            (
                "<noscript><style></noscript><img src=a>",
                "<noscript><style></style></noscript><img data-privet-src=a>",
            ),
            (
                "<noscript><script><!--<script></noscript >",
                "<noscript><script><!--<script>--></script></noscript >",
            ),
            ("<noscript><?a</noscript>", "<noscript><?a></noscript>"),
            (
                "<noscript><svg><g><![CDATA[</noscript>",
                "<noscript><svg><g>&lt;![CDATA[</g></svg></noscript>",
            ),
            (
                "<noscript><a b='</noscript>' src=a>",
                "<noscript><a b='&lt;/noscript>' data-privet-src=a>",
            ),
            (
                "<noscript><a b='</noscript>",
                "<noscript><a b='&lt;/noscript>",
            ),
        ],
    );
}

#[test]
fn no_browser_reads_text_where_another_reads_markup() {
    becomes(
        Syntax::Html,
        &[
            (
                "<select><style><a></select></style>",
                "<select><style>&lt;a>&lt;/select></style>",
            ),
            (
                "<div><svg><g></div><style><a>",
                "<div><svg><g></div><span></span><style><a>",
            ),
            (
                "<div><svg><g></div><div><style><a>",
                "<div><svg><g></div><div><style><a>",
            ),
            (
                "<div><svg></div><![CDATA[<img src=a>",
                "<div><svg></div>&lt;![CDATA[<img data-privet-src=a>",
            ),
            ("x<frameset src=a>", "x"),
            (
                "<frameset><script><frame src=a>",
                "<frameset><script><frame data-privet-src=a>",
            ),
            (
                "<template><col><style></template>",
                "<template><style></template>",
            ),
            (
                "<template><table><col><style></template>",
                "<template><table><col><style></template>",
            ),
        ],
    );
}

#[test]
fn xhtml_is_read_as_xml() {
    becomes(
        Syntax::Xml,
        &[
            (
                "<script src='a'/><img src='a'/>",
                "<script data-privet-src='a'/><img data-privet-src='a'/>",
            ),
            (
                "<style><![CDATA[<img src='a'/>]]></style>",
                "<style><![CDATA[<img src='a'/>]]></style>",
            ),
            (
                "<!--><img src='a'/>--><h:img src='a'/>",
                "<!--><img src='a'/>--><h:img data-privet-src='a'/>",
            ),
            (
                "<?a <img src='a'/> > ?><img src='a'/>",
                "<?a <img src='a'/> > ?><img data-privet-src='a'/>",
            ),
        ],
    );
}

#[test]
fn entities_of_xhtml_bring_no_elements() {
    let page = b"<!DOCTYPE html SYSTEM 'a' [<!ENTITY x \"<img src='b'/>\">]><p>&x;</p>";
    let out = at_every_split(Syntax::Xml, page, Gate::default);
    let expected = "<!DOCTYPE html SYSTEM 'a' [&lt;!ENTITY x \"<img data-privet-src='b'/>\">]>\
        <p>&x;</p>";
    assert_eq!(text(&out), expected);
}

#[test]
fn a_byte_order_mark_is_no_text() {
    let page = "\u{feff}<frameset><frame src=a>";
    let out = rewrite(page.as_bytes(), &mut Gate::default());
    assert_eq!(text(&out), "\u{feff}<frameset><frame data-privet-src=a>");
}

#[test]
fn a_page_goes_out_as_it_comes_in() {
    let mut rewriter = Rewriter::new(Syntax::Html, LIMIT);
    let mut out = Vec::new();
    let sent = [
        ("some te", "some te"),
        ("xt <di", "some text "),
        ("v>", "some text <div>"),
        ("<!-- com", "some text <div><!-- com"),
        ("--><style>a</st", "some text <div><!-- com--><style>a"),
        (
            "></style>",
            "some text <div><!-- com--><style>a</st></style>",
        ),
    ];
    for (piece, expected) in sent {
        rewriter
            .write(piece.as_bytes(), &mut Collector::default(), &mut out)
            .expect("short tags");
        assert_eq!(text(&out), expected);
    }
}

#[test]
fn a_tag_longer_than_the_limit_is_an_error() {
    // Sixteen times as long as what is held back otherwise.
    let long = "longer than that ".repeat(16);
    let page = format!("<p>text that is longer</p><p title='{long}'>");
    let page = page.as_bytes();
    let bytes: Vec<&[u8]> = page.chunks(1).collect();
    let whole: Vec<&[u8]> = vec![page];
    for pieces in [bytes, whole] {
        let out = rewrite_pieces(Syntax::Html, 10, &pieces, &mut Collector::default());
        assert_eq!(out, Err(TooLong));
        let out = rewrite_pieces(Syntax::Html, 28, &pieces, &mut Collector::default());
        assert_eq!(out.as_deref(), Ok(page));
    }
    let attributes = format!("<p {}>", "a ".repeat(2000));
    let out = rewrite_pieces(
        Syntax::Html,
        LIMIT,
        &[attributes.as_bytes()],
        &mut Collector::default(),
    );
    assert_eq!(out, Err(TooLong));
}

#[test]
fn a_script_may_be_put_only_where_it_runs() {
    struct Places(Vec<(String, bool)>);
    impl PageHandler for Places {
        fn start_tag(&mut self, tag: &mut StartTag<'_>) -> Content {
            self.0.push((text(tag.name()), tag.place().takes_script()));
            Content::Pass
        }
        fn held(&mut self, _: &mut StartTag<'_>, content: &[u8], _: bool) -> Part {
            Part::kept(content)
        }
        fn end_tag(&mut self, _: &mut EndTag<'_>) {}
        fn end(&mut self, _: &mut Vec<u8>) {}
    }
    let page = b"<head><link><noscript><img></noscript><template><img></template><select><option>\
        </select><svg><image></svg><table><colgroup><col></table><picture><source>";
    let mut places = Places(Vec::new());
    rewrite(page, &mut places);
    let not: Vec<_> = places
        .0
        .iter()
        .filter(|(_, takes)| !takes)
        .map(|(name, _)| name)
        .collect();
    assert_eq!(
        not,
        [
            "noscript", "img", "template", "img", "select", "option", "svg", "image", "colgroup",
            "col"
        ]
    );
}

/// Bytes that are likely to mean something, and others.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let likely = prop::sample::select(&b"<>/!-='\" abdscript\0\x81\xff&"[..]);
    prop::collection::vec(prop_oneof![4 => likely, 1 => any::<u8>()], 0..200)
}

proptest! {
    #[test]
    fn a_page_without_edits_passes_byte_for_byte(page in bytes(), at in any::<prop::sample::Index>()) {
        let (before, after) = page.split_at(at.index(page.len() + 1));
        for holds in [false, true] {
            let mut handler = Collector { holds, ..Collector::default() };
            let out = rewrite_pieces(Syntax::Html, LIMIT, &[before, after], &mut handler);
            prop_assert_eq!(out.as_deref(), Ok(&page[..]));
        }
    }
}
