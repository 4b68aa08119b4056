//! What is shown of held elements, whole and in parts.

use super::{test_pages::*, *};

#[test]
fn a_held_element_longer_than_the_limit_is_shown_in_parts() {
    let page = b"<script>0123456789abcdefghijklmn</script><p>";
    let bytes: Vec<&[u8]> = page.chunks(1).collect();
    for pieces in [bytes, vec![&page[..]]] {
        let mut handler = Collector {
            holds: true,
            ..Collector::default()
        };
        let out = rewrite_pieces(Syntax::Html, 12, &pieces, &mut handler);
        assert_eq!(out.as_deref(), Ok(&page[..]));
        let parts = [
            ("script", "0123", false),
            ("", "456789abcdef", false),
            ("", "9abcdefghijk", false),
            ("", "efghijklmn", true),
        ];
        let parts = parts.map(|(tag, part, is_last)| (tag.to_owned(), part.to_owned(), is_last));
        assert_eq!(handler.held, parts);
        assert_eq!(handler.tags, ["script", "/script", "p"]);
    }
}

#[test]
fn content_that_is_markup_is_shown_as_the_text_that_it_is() {
    for (syntax, page, shown) in [
        (
            Syntax::Html,
            "<svg><style>a&lt;&#x62;<!-- ' --><![CDATA[<c>&]]>d&ampe&amp</style>",
            "a<b<c>&d&e&",
        ),
        (
            Syntax::Html,
            "<svg><script>a<?b>c<!d>e < f</script>",
            "ace < f",
        ),
        (
            Syntax::Xml,
            "<x:script>a<!-- <![CDATA[ -->b<?c ]]> ?>d<![CDATA[</script>]]></x:script >",
            "abd</script>",
        ),
    ] {
        let mut handler = Collector {
            holds: true,
            ..Collector::default()
        };
        let out = rewrite_pieces(syntax, LIMIT, &[page.as_bytes()], &mut handler);
        assert_eq!(out.as_deref(), Ok(page.as_bytes()));
        let held: Vec<&str> = handler
            .held
            .iter()
            .map(|(_, text, _)| text.as_str())
            .collect();
        assert_eq!(held, [shown], "{page}");
    }
}

#[test]
fn markup_longer_than_the_limit_is_shown_in_parts() {
    let content = "a<!-- b -->&lt;<![CDATA[ c ]]>".repeat(20);
    let page = format!("<svg><script>{content}</script>");
    let text = "a< c ".repeat(20);
    for pieces in [vec![page.as_bytes()], page.as_bytes().chunks(1).collect()] {
        let mut handler = Collector {
            holds: true,
            ..Collector::default()
        };
        let out = rewrite_pieces(Syntax::Html, 40, &pieces, &mut handler);
        assert_eq!(out.as_deref(), Ok(page.as_bytes()));
        let mut parts = handler.held.iter();
        let mut shown = parts.next().expect("a part").1.clone();
        // Of each part but the last five bytes are done with.
        let mut done = shown.len();
        for (_, part, is_last) in parts {
            shown.truncate(done);
            shown.push_str(part);
            done += if *is_last {
                part.len()
            } else {
                part.len().min(5)
            };
        }
        assert_eq!(shown, text);
    }
}
