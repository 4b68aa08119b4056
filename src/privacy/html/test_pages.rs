//! What the tests of the rewriter share: handlers, and pages in pieces.

use std::collections::BTreeSet;

use super::*;

/// Changes nothing, and notes each tag.
#[derive(Debug, Default)]
pub(super) struct Collector {
    pub(super) tags: Vec<String>,
    /// Start tags with the names of their attributes.
    pub(super) attributes: BTreeSet<(String, BTreeSet<String>)>,
    pub(super) holds: bool,
    pub(super) held: Vec<(String, String, bool)>,
}

pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl PageHandler for Collector {
    fn start_tag(&mut self, tag: &mut StartTag<'_>) -> Content {
        let name = text(tag.name()).to_ascii_lowercase();
        let attributes = tag
            .attributes()
            .map(|attribute| text(attribute.name).to_ascii_lowercase());
        self.attributes.insert((name.clone(), attributes.collect()));
        self.tags.push(name);
        if self.holds {
            Content::Hold
        } else {
            Content::Pass
        }
    }

    fn held(&mut self, tag: &mut StartTag<'_>, content: &[u8], is_last: bool) -> Part {
        self.held.push((text(tag.name()), text(content), is_last));
        Part::kept(content)
    }

    fn held_further(&mut self, content: &[u8], is_last: bool, _: &mut Vec<u8>) -> Part {
        self.held.push((String::new(), text(content), is_last));
        Part {
            done: content.len().min(5),
            ..Part::kept(content)
        }
    }

    fn end_tag(&mut self, tag: &mut EndTag<'_>) {
        self.tags
            .push(format!("/{}", text(tag.name()).to_ascii_lowercase()));
    }

    fn end(&mut self, _: &mut Vec<u8>) {}
}

/// The attributes that browsers fetch, here.
pub(super) const FETCHED: &[&str] = &["src", "href", "data", "poster"];

/// Puts `data-privet-` before every attribute that is fetched.
#[derive(Debug, Default)]
pub(super) struct Gate {
    pub(super) holds: bool,
}

impl PageHandler for Gate {
    fn start_tag(&mut self, tag: &mut StartTag<'_>) -> Content {
        for attribute in tag.attributes() {
            if FETCHED.iter().any(|name| attribute.is(name)) {
                tag.prefix(&attribute, "data-privet-");
            }
        }
        if self.holds {
            Content::Hold
        } else {
            Content::Pass
        }
    }

    fn held(&mut self, _: &mut StartTag<'_>, content: &[u8], _: bool) -> Part {
        Part::kept(content)
    }

    fn end_tag(&mut self, _: &mut EndTag<'_>) {}

    fn end(&mut self, _: &mut Vec<u8>) {}

    // Holding or not, each page is read; so it is with and without the short way.
    fn may_skim(&self) -> bool {
        !self.holds
    }

    fn minds_element(&self, _: Word) -> bool {
        false
    }

    fn minds_attribute(&self, _: Word, name: &[u8], _: &[u8]) -> bool {
        FETCHED
            .iter()
            .any(|fetched| name.eq_ignore_ascii_case(fetched.as_bytes()))
    }
}

/// Runs a page through in these pieces.
pub(super) fn rewrite_pieces<H: PageHandler>(
    syntax: Syntax,
    limit: usize,
    pieces: &[&[u8]],
    handler: &mut H,
) -> Result<Vec<u8>, TooLong> {
    let mut rewriter = Rewriter::new(syntax, limit);
    let mut out = Vec::new();
    for piece in pieces {
        rewriter.write(piece, handler, &mut out)?;
    }
    rewriter.end(handler, &mut out)?;
    Ok(out)
}

pub(super) fn rewrite<H: PageHandler>(page: &[u8], handler: &mut H) -> Vec<u8> {
    rewrite_pieces(Syntax::Html, 64 * 1024, &[page], handler).expect("short tags")
}

/// Bytes of a tag.
pub(super) const LIMIT: usize = 64 * 1024;

/// Rewrites a page whole, in bytes, and in every two pieces; the result must be the same.
pub(super) fn at_every_split<H: PageHandler>(
    syntax: Syntax,
    page: &[u8],
    handler: impl Fn() -> H,
) -> Vec<u8> {
    let whole = rewrite_pieces(syntax, LIMIT, &[page], &mut handler()).expect("short tags");
    let bytes: Vec<&[u8]> = page.chunks(1).collect();
    let mut splits = vec![bytes];
    splits.extend((0..page.len()).map(|at| <[_; 2]>::from(page.split_at(at)).to_vec()));
    for pieces in splits {
        let out = rewrite_pieces(syntax, LIMIT, &pieces, &mut handler()).expect("short tags");
        assert_eq!(text(&out), text(&whole), "in pieces {pieces:?}");
    }
    whole
}
