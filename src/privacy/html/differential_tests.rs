//! Whether html5ever, which knows nothing of this reader, finds the same tags.

use std::collections::BTreeSet;

use html5ever::{ParseOpts, parse_document, tendril::TendrilSink, tree_builder::TreeBuilderOpts};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use proptest::prelude::*;

use super::{test_pages::*, *};

fn parse(page: &[u8], scripting_enabled: bool) -> RcDom {
    let tree_builder = TreeBuilderOpts {
        scripting_enabled,
        ..TreeBuilderOpts::default()
    };
    let options = ParseOpts {
        tree_builder,
        ..ParseOpts::default()
    };
    let page = String::from_utf8_lossy(page).into_owned();
    parse_document(RcDom::default(), options).one(page)
}

/// Every element's name and attributes.
fn elements(node: &Handle, found: &mut Vec<(String, Vec<(String, String)>)>) {
    let mut nodes = vec![node.clone()];
    while let Some(node) = nodes.pop() {
        if let NodeData::Element {
            name,
            attrs,
            template_contents,
            ..
        } = &node.data
        {
            let attributes = attrs.borrow();
            let attributes = attributes.iter().map(|attribute| {
                (
                    attribute.name.local.to_string(),
                    attribute.value.to_string(),
                )
            });
            found.push((name.local.to_string(), attributes.collect()));
            if let Some(contents) = &*template_contents.borrow() {
                nodes.push(contents.clone());
            }
        }
        nodes.extend(node.children.borrow().iter().cloned());
    }
}

/// Elements of `page` with an attribute that is fetched.
fn fetched(page: &[u8], scripting: bool) -> Vec<String> {
    let dom = parse(page, scripting);
    let mut found = Vec::new();
    elements(&dom.document, &mut found);
    let fetched = found.into_iter().filter(|(_, attributes)| {
        attributes
            .iter()
            .any(|(name, _)| FETCHED.contains(&name.as_str()))
    });
    fetched.map(|element| format!("{element:?}")).collect()
}

/// What is wrong with the gated form of a page, if anything is.
fn fault(pieces: &[&[u8]], holds: bool) -> Option<String> {
    let mut gate = Gate { holds };
    let out = rewrite_pieces(Syntax::Html, 64 * 1024, pieces, &mut gate).ok()?;
    for scripting in [true, false] {
        let fetched = fetched(&out, scripting);
        if !fetched.is_empty() {
            return Some(format!(
                "scripting {scripting}: {fetched:?}\n out: {}",
                text(&out)
            ));
        }
    }
    None
}

/// Elements with attributes that html5ever finds and the rewriter didn't show.
fn unseen(page: &[u8]) -> Vec<String> {
    let mut collector = Collector::default();
    let out = rewrite(page, &mut collector);
    let mut unseen = Vec::new();
    for scripting in [true, false] {
        let mut found = Vec::new();
        elements(&parse(&out, scripting).document, &mut found);
        for (name, attributes) in found {
            // In `noscript`, a `<` is also escaped where it belongs to a name.
            let as_written = |name: &str| name.to_ascii_lowercase().replace("&lt;", "<");
            let name = as_written(&name);
            let names = attributes.iter().map(|(name, _)| as_written(name));
            let names: BTreeSet<String> = names.collect();
            // Later tags of these two give their attributes to the first.
            if names.is_empty() || name == "html" || name == "body" {
                continue;
            }
            let also = if name == "img" { "image" } else { &name };
            let is_seen = [name.as_str(), also].into_iter().any(|name| {
                collector
                    .attributes
                    .contains(&(name.to_owned(), names.clone()))
            });
            if !is_seen {
                unseen.push(format!(
                    "scripting {scripting}: {name} {names:?} of {}",
                    text(&out)
                ));
            }
        }
    }
    unseen
}

/// Pages that once were read in two ways, or whose kind is known for it.
const PAGES: &[&str] = &[
    "<math><mtext><tr><mglyph><style><noscript a='</noscript>' src=1>",
    "<svg></p><style><a id=\"</style><img src=1>\">",
    "<form><math><mtext></form><form><mglyph><style></math><img src=1>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--><img src=1>\">",
    "<svg><desc><p></desc><style><img src=1></style>",
    "<noscript><p title=\"</noscript><img src=1>\">",
    "<noscript><style></noscript><img src=1></style>",
    "<noscript><!-- </noscript><img src=1> --></noscript>",
    "<noscript><svg><style></noscript><img src=1></style><![CDATA[<img src=1>]]>",
    "<select><style></select><img src=1></style>",
    "<select><iframe></select><img src=1></iframe>",
    "<select><xmp><script></xmp><img src=1></script>",
    "<select><svg><script><img src=1></script><![CDATA[</select><img src=1>]]>",
    "<select><template></select></template><style></select><img src=1></style>",
    "<frameset><style><frame src=1></style>",
    "<frameset><script><!--<frame src=1></script>--><frame src=1>",
    "<frameset><<textarea><frame src=1>",
    "<math><annotation-xml encoding='text/html'><svg><img src=1></annotation-xml><![CDATA[<svg><desc><img src=1>",
    "x<frameset><style><frame src=1></style><img src=1>",
    "<template><col><style></template><img src=1></style>",
    "<template></caption><col><script></template><img src=1></script>",
    "<table><svg><g></table><style><img src=1></style>",
    "<table><td><svg><foreignObject></td><title><img src=1></title>",
    "<svg><foreignObject><b></foreignObject><style><img src=1></style>",
    "<svg><foreignObject><p><div></foreignObject><![CDATA[<img src=1>]]>",
    "<math><annotation-xml encoding=text&sol;html><style><img src=1></style>",
    "<math><annotation-xml><svg><style><image src=1></style>",
    "<svg><font color=1><style><img src=1></style>",
    "<plaintext><img src=1>",
    "<title><img src=1></title ><textarea></textarea/><img src=1>",
    "<script><!--<script></script><img src=1>--></script><img src=1>",
    "<!--><img src=1>--><!---><img src=1>--><!--!><img src=1>-->",
    "<image src=1><img src=1 src=2><img/src=1><img a='b'src=1><img =src=1 src=1>",
];

const NASTY: &[&str] = &[
    "<img src=1>",
    "<img src='1'>",
    "<IMG\nSRC = \"1\" alt>",
    "<img/src=1/>",
    "<img alt='>' src=1>",
    "<img a=\"<img src=1>\">",
    "<a\"b>",
    "<a b='\"'c src=1>",
    "<img src=1 src=2 =src=3>",
    "<!--",
    "-->",
    "<!-->",
    "<!--->",
    "--!>",
    "<!-- <!-- ",
    "<!",
    "<?",
    "</ ",
    "</>",
    "<!x",
    ">",
    "<!DOCTYPE html>",
    "<!doctype html PUBLIC \"a>b\">",
    "<![CDATA[",
    "]]>",
    "]]",
    "<!-",
    "-",
    "<title>",
    "</title>",
    "<textarea>",
    "</textarea>",
    "<style>",
    "</style>",
    "<xmp>",
    "</xmp>",
    "<iframe src=1>",
    "</iframe>",
    "<noembed>",
    "</noembed>",
    "<noframes>",
    "</noframes>",
    "<script>",
    "</script>",
    "<script src=1>",
    "<script/>",
    "</script src=1>",
    "<!--<script>",
    "</script\n",
    "<SCRIPT>",
    "</sCript>",
    "<plaintext>",
    "</plaintext>",
    "<noscript>",
    "</noscript>",
    "<noscript a='</noscript>' src=1>",
    "</noscript/>",
    "<div title='</noscript><img src=1>'>",
    "<div title='",
    "<div title=\"",
    "'>",
    "\">",
    "'",
    "\"",
    "<svg>",
    "</svg>",
    "<svg/>",
    "<math>",
    "</math>",
    "<g>",
    "</g>",
    "<path/>",
    "<foreignObject>",
    "</foreignObject>",
    "<desc>",
    "</desc>",
    "<svg><title>",
    "<svg><style>",
    "<svg><script>",
    "<svg><desc>",
    "<svg><foreignObject><div>",
    "<math><mtext>",
    "<math><annotation-xml>",
    "<math><annotation-xml encoding='text/html'>",
    "<annotation-xml encoding='te&#x78;t/html'>",
    "</annotation-xml>",
    "<mi>",
    "</mi>",
    "<mtext>",
    "</mtext>",
    "<mglyph>",
    "<malignmark>",
    "</mglyph>",
    "<font>",
    "<font color=1>",
    "</font>",
    "<p>",
    "</p>",
    "</br>",
    "<br>",
    "<div>",
    "</div>",
    "<span>",
    "</span>",
    "<b>",
    "</b>",
    "<a href=1>",
    "</a>",
    "<form>",
    "</form>",
    "<image src=1>",
    "<image href=1/>",
    "<use href=1>",
    "<ul><li>",
    "</ul>",
    "<h1>",
    "</h1>",
    "<button>",
    "</button>",
    "<select>",
    "</select>",
    "<option>",
    "</option>",
    "<optgroup>",
    "<hr>",
    "<input src=1>",
    "<template>",
    "</template>",
    "<table>",
    "</table>",
    "<tr>",
    "<td>",
    "</td>",
    "</tr>",
    "<caption>",
    "</caption>",
    "<colgroup>",
    "</colgroup>",
    "<col>",
    "<tbody>",
    "<frameset>",
    "</frameset>",
    "<frame src=1>",
    "<html>",
    "</html>",
    "<head>",
    "</head>",
    "<body>",
    "</body>",
    "<link href=1>",
    "<meta>",
    "<base href=1>",
    "<object data=1>",
    "</object>",
    "<video poster=1 src=1>",
    "</video>",
    "<embed src=1>",
    "<applet>",
    "<marquee>",
    "</marquee>",
    "<nobr>",
    "<keygen>",
    "<ruby><rt>",
    "<dd>",
    "<menu>",
    "<listing>",
    "<pre>",
    "</pre>",
    " ",
    "x",
    "&lt;",
    "&",
    "\0",
    "\u{e9}",
    "\u{feff}",
    "/",
    "=",
    "<",
    "</",
    "<d",
    "a='",
    "--",
    "]",
];

fn nasty_page() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(NASTY), 1..24)
}

#[test]
fn pages_that_were_read_in_two_ways_are_read_in_one() {
    for page in PAGES {
        let page = page.as_bytes();
        let pieces: Vec<&[u8]> = page.chunks(1).collect();
        for holds in [false, true] {
            assert_eq!(fault(&pieces, holds), None, "of {}", text(page));
            for at in 0..page.len() {
                let (before, after) = page.split_at(at);
                assert_eq!(fault(&[before, after], holds), None, "of {}", text(page));
            }
        }
        assert_eq!(unseen(page), [""; 0], "of {}", text(page));
    }
}

proptest! {
    #[test]
    fn html5ever_finds_nothing_that_was_not_shown(page in nasty_page()) {
        let page = page.concat().replace('\0', "").replace("&lt;", "");
        prop_assert_eq!(unseen(page.as_bytes()), [""; 0]);
    }

    #[test]
    fn html5ever_finds_nothing_that_was_not_gated(
        page in nasty_page(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        holds in any::<bool>(),
    ) {
        let page = page.concat();
        let mut rest = page.as_bytes();
        let mut pieces = Vec::new();
        for cut in cuts {
            let (piece, after) = rest.split_at(cut.index(rest.len() + 1));
            pieces.push(piece);
            rest = after;
        }
        pieces.push(rest);
        prop_assert_eq!(fault(&pieces, holds), None);
    }
}
