//! What a handler's edits do to a page, at every split of its bytes.

use super::{test_pages::*, *};

#[derive(Debug, Default)]
struct Editor;

impl PageHandler for Editor {
    fn start_tag(&mut self, tag: &mut StartTag<'_>) -> Content {
        if tag.is("iframe") {
            tag.remove_element();
        } else if tag.is("wbr") {
            tag.remove();
        } else if tag.is("img") {
            tag.insert_before(b"<i>");
            tag.insert_after(b"</i>");
            tag.add("a", "\"<&");
            tag.add("b", "c");
        } else if tag.is("script") {
            if tag.namespace() == Namespace::Html {
                tag.insert_after(b"<hr>");
            }
            return Content::Hold;
        }
        for name in ["src", "alt"] {
            if let Some(attribute) = tag.attribute(name) {
                tag.set_value(&attribute, b"1\"2'");
            }
        }
        Content::Pass
    }

    fn held(&mut self, tag: &mut StartTag<'_>, content: &[u8], is_last: bool) -> Part {
        tag.add("held", &is_last.to_string());
        Part {
            replaced: (content == b"x").then(|| b"y<b>".to_vec()),
            ..Part::kept(content)
        }
    }

    fn end_tag(&mut self, tag: &mut EndTag<'_>) {
        if tag.is("body") {
            tag.insert_before(b"<hr>");
        }
        if tag.is("wbr") {
            tag.remove();
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"!");
    }
}

#[test]
fn edits_touch_only_what_they_name() {
    let cases = [
        ("<p>a</p>", "<p>a</p>!"),
        ("<img/>", "<i><img a=\"&#34;&#60;&#38;\" b=\"c\"/></i>!"),
        ("<p src>", "<p src=\"1&#34;2'\">!"),
        ("<p src=>", "<p src=\"1&#34;2'\">!"),
        ("<p src=a/ >", "<p src=\"1&#34;2'\" >!"),
        (
            "<p alt='a' src=\"b\">",
            "<p alt='1\"2&#39;' src=\"1&#34;2'\">!",
        ),
        ("a<iframe src=a><b></b></iframe >b", "ab!"),
        ("a<wbr>b</wbr></BODY>", "ab<hr></BODY>!"),
        (
            "<script>x</script>",
            "<script held=\"true\">y<b></script><hr>!",
        ),
        (
            "<script>xy</script>",
            "<script held=\"true\">xy</script><hr>!",
        ),
        ("<script>x", "<script held=\"true\">y<b>!"),
        (
            "<svg><script>x</script>",
            "<svg><script held=\"true\">y&lt;b&gt;</script>!",
        ),
        (
            "<svg><script>x<g></g></script>",
            "<svg><script held=\"true\">x&lt;g>&lt;/g></script>!",
        ),
    ];
    for (page, expected) in cases {
        let out = at_every_split(Syntax::Html, page.as_bytes(), || Editor);
        assert_eq!(text(&out), expected, "of {page}");
    }
}
