//! The way through a page: pieces in, tags to the handler, edited bytes out.
//!
//! All bytes but those of a tag, of a held element and of a few that can't be told yet go out in
//! the call in which they come. What is kept is read on where reading stopped, never again.

use std::mem;

use super::{
    comment::Comment,
    markup_text::MarkupText,
    raw_text::RawText,
    reading::Pass,
    sending::escape_end_of_noscript,
    tag::{Edits, EndTag, StartTag},
    tag_scan::TagScan,
    tree::{Namespace, Tree},
    words::Word,
};

/// How a page is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// `text/html`
    Html,
    /// `application/xhtml+xml`
    Xml,
}

/// What is wanted of an element's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// It passes.
    Pass,
    /// It is shown to [`PageHandler::held`], where it is text: in HTML, `script`, `style`, `title`,
    /// `textarea`, `xmp`, `iframe`, `noembed`, `noframes`; in SVG and XML, `script` and `style`, in
    /// which no tag is left.
    Hold,
}

/// What becomes of a part of a held element's content.
#[derive(Debug, PartialEq, Eq)]
pub struct Part {
    /// How much of it is done with, bytes. The rest is shown again, with what follows; of the last part
    /// nothing is.
    pub done: usize,
    /// What stands in its place, if it isn't sent as it came.
    pub replaced: Option<Vec<u8>>,
}

impl Part {
    /// Done with as it is.
    pub const fn kept(content: &[u8]) -> Self {
        Self {
            done: content.len(),
            replaced: None,
        }
    }
}

/// What edits a page.
pub trait PageHandler {
    /// A start tag.
    fn start_tag(&mut self, tag: &mut StartTag<'_>) -> Content;
    /// An element that was asked for with [`Content::Hold`]. The tag is the one that
    /// [`Self::start_tag`] saw, with the edits made there; `content` is as it is written, but the text of
    /// it where that is markup. If not `is_last`, it is a beginning as long as the limit allows.
    fn held(&mut self, tag: &mut StartTag<'_>, content: &[u8], is_last: bool) -> Part;
    /// More of that element, whose tag is out. What is appended to `after` comes behind the element.
    fn held_further(&mut self, content: &[u8], _is_last: bool, _after: &mut Vec<u8>) -> Part {
        Part::kept(content)
    }
    /// An end tag.
    fn end_tag(&mut self, tag: &mut EndTag<'_>);
    /// A processing instruction of XML that names a style sheet: what is between `<?` and `?>`. Whether it
    /// stays.
    fn instruction(&mut self, _text: &[u8]) -> bool {
        true
    }
    /// The end of the page, when all of it is in `out`.
    fn end(&mut self, out: &mut Vec<u8>);

    /// Whether now, of tags in HTML, only those must be shown that `minds_element` or
    /// `minds_attribute` asks for, and no end tags; also none without attributes whose name has one or
    /// two letters.
    fn may_skim(&self) -> bool {
        false
    }
    /// Whether start tags of that element must be shown.
    fn minds_element(&self, _element: Word) -> bool {
        true
    }
    /// Whether start tags of that element with that attribute must be shown, its name and value as they
    /// are written; the value is empty where there is none.
    fn minds_attribute(&self, _element: Word, _name: &[u8], _value: &[u8]) -> bool {
        true
    }
}

/// How many times as long a tag may be as what is held back otherwise: pictures and states of
/// applications are written into attributes.
const LONG_TAGS: usize = 16;

/// A tag is longer than the limit, or has more than a thousand attributes. The rest of the page
/// can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

/// What is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Text,
    /// A tag, from `tag_at` on.
    Tag,
    Comment(Comment),
    /// Something that ends with these bytes.
    Until(&'static [u8]),
    RawText(RawText),
}

/// An element that waits for its end, from `sent` on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    /// Of its start tag; none when that is out.
    pub(super) length: Option<usize>,
    pub(super) namespace: Namespace,
    /// In SVG and XML, where its content is read as markup.
    pub(super) markup: Option<MarkupText>,
}

/// One page on its way.
#[derive(Debug)]
pub struct Rewriter {
    pub(super) syntax: Syntax,
    pub(super) limit: usize,
    pub(super) state: State,
    pub(super) scan: TagScan,
    pub(super) tree: Tree,
    pub(super) edits: Edits,
    pub(super) held: Option<Held>,
    /// Markup for behind the end tag of the element whose text is being read.
    pub(super) after: Vec<u8>,
    /// That element is taken out.
    pub(super) is_removing: bool,
    /// The tag being read ends such an element.
    pub(super) ends_raw_text: bool,
    /// Input that is not sent yet, and how far it is read.
    pub(super) kept: Vec<u8>,
    pub(super) at: usize,
    pub(super) tag_at: usize,
}

impl Rewriter {
    /// Begins a page. `limit`: bytes of one part of a held element, at most; a tag may have sixteen
    /// times as many.
    pub fn new(syntax: Syntax, limit: usize) -> Self {
        Self {
            syntax,
            limit,
            state: State::Text,
            scan: TagScan::default(),
            tree: Tree::new(syntax),
            edits: Edits::default(),
            held: None,
            after: Vec::new(),
            is_removing: false,
            ends_raw_text: false,
            kept: Vec::new(),
            at: 0,
            tag_at: 0,
        }
    }

    pub(super) const fn longest_tag(&self) -> usize {
        self.limit.saturating_mul(LONG_TAGS)
    }

    /// Takes a piece of the page and appends what can be sent now. After an error nothing more may
    /// be written.
    pub fn write<H: PageHandler>(
        &mut self,
        piece: &[u8],
        handler: &mut H,
        out: &mut Vec<u8>,
    ) -> Result<(), TooLong> {
        if self.kept.is_empty() {
            let (sent, read) = self.read(piece, handler, out);
            self.kept
                .extend_from_slice(piece.get(sent..).unwrap_or_default());
            read
        } else {
            let mut input = mem::take(&mut self.kept);
            input.extend_from_slice(piece);
            let (sent, read) = self.read(&input, handler, out);
            input.drain(..sent);
            self.kept = input;
            read
        }
    }

    /// After an error: appends what was not sent of all that was written, as it came.
    pub fn release(&mut self, out: &mut Vec<u8>) {
        out.append(&mut self.kept);
    }

    /// The page is over: appends the rest.
    pub fn end<H: PageHandler>(
        &mut self,
        handler: &mut H,
        out: &mut Vec<u8>,
    ) -> Result<(), TooLong> {
        let input = mem::take(&mut self.kept);
        let mut pass = self.pass(&input, handler, out);
        pass.rewriter.at = input.len();
        pass.release();
        if pass.rewriter.state == State::Tag && pass.rewriter.tree.in_noscript() {
            let at = pass.rewriter.tag_at;
            let tag = input.get(at..).unwrap_or_default();
            pass.send_to(at);
            escape_end_of_noscript(tag, pass.out);
            pass.sent = input.len();
        }
        pass.send_to(input.len());
        handler.end(out);
        Ok(())
    }

    /// Reads on; tells how much of the input is done with.
    fn read<H: PageHandler>(
        &mut self,
        input: &[u8],
        handler: &mut H,
        out: &mut Vec<u8>,
    ) -> (usize, Result<(), TooLong>) {
        let mut pass = self.pass(input, handler, out);
        let read = loop {
            match pass.step() {
                Ok(true) => {}
                Ok(false) => break pass.pause(),
                Err(too_long) => break Err(too_long),
            }
        };
        let sent = pass.sent;
        self.at = self.at.saturating_sub(sent);
        self.tag_at = self.tag_at.saturating_sub(sent);
        (sent, read)
    }

    fn pass<'p, H>(
        &'p mut self,
        input: &'p [u8],
        handler: &'p mut H,
        out: &'p mut Vec<u8>,
    ) -> Pass<'p, H> {
        Pass {
            rewriter: self,
            input,
            sent: 0,
            handler,
            out,
        }
    }
}
