//! Whether html5ever, which knows nothing of this reader, finds the same tags.

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

proptest! {
    #[test]
    fn html5ever_finds_nothing_that_was_not_gated(
        page in nasty_page(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        holds in any::<bool>(),
    ) {
        let page = page.concat();
        let page = page.as_bytes();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(page.len() + 1)).collect();
        cuts.extend([0, page.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|cut| &page[cut[0]..cut[1]]).collect();
        prop_assert_eq!(fault(&pieces, holds), None);
    }
}
