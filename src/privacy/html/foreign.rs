//! Whether a tag is read as HTML, SVG or MathML (13.2.6.5), without the whole tree.
//!
//! Kept is the stack of open elements from the outermost `svg` or `math` on, as long as every
//! browser must have the same. After anything whose effect depends on the rest of the page, or on
//! the age of the browser, only that is known: the current element may be foreign. The start tags
//! that leave foreign content end that doubt; so does the empty `span` of [`SETTLE`].

use super::{
    entities::decode_entities,
    tag::RawTag,
    tree::Namespace,
    words::{self, Word, is_void, leaves_foreign, word},
};

/// Brings every browser out of SVG and MathML, and changes nothing where it is in HTML.
pub(super) const SETTLE: &[u8] = b"<span></span>";

/// The deepest stack that is kept, in elements, and the longest name on it, in bytes.
const DEEPEST: usize = 256;
const LONGEST_NAME: usize = 32;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Svg,
    MathMl,
    /// `annotation-xml` that isn't HTML: only `svg` in it is read as in HTML.
    Annotation,
    /// Foreign itself, with start tags in it read as HTML.
    HtmlInside,
    /// The same but for two elements of MathML.
    MathText,
    Html,
}

impl Kind {
    const fn is_html_inside(self) -> bool {
        matches!(self, Self::HtmlInside | Self::MathText | Self::Html)
    }
}

#[derive(Clone, Copy, Debug)]
struct Open {
    kind: Kind,
    /// Where its name begins in `names`.
    name: usize,
}

/// How a start tag is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    Html,
    /// As HTML, if [`SETTLE`] stands before it.
    HtmlSettled,
    Foreign(Namespace),
    /// As one or the other; it makes no difference to what follows.
    Either,
}

/// The open elements since the outermost `svg` or `math`.
#[derive(Debug, Default)]
pub(super) struct Foreign {
    open: Vec<Open>,
    names: Vec<u8>,
    /// With an empty stack: the current element may be foreign.
    is_unsettled: bool,
    /// Elements that bring HTML into foreign content may be open below the stack.
    is_deep: bool,
}

impl Foreign {
    /// Whether everything is HTML for sure, so that tags other than `svg` and `math` have no effect.
    pub(super) fn is_out(&self) -> bool {
        self.open.is_empty() && !self.is_unsettled && !self.is_deep
    }

    pub(super) fn may_be_foreign(&self) -> bool {
        self.is_unsettled || !self.open.is_empty()
    }

    /// Whether `<![CDATA[` opens a section; None if browsers differ.
    pub(super) fn has_sections(&self) -> Option<bool> {
        match self.open.last() {
            Some(open) if open.kind == Kind::Html => Some(false),
            Some(open) if open.kind.is_html_inside() => None,
            Some(_) => Some(true),
            None => (!self.is_unsettled && !self.is_deep).then_some(false),
        }
    }

    /// A start tag. `in_select`: older browsers ignore all this but scripts.
    pub(super) fn start(&mut self, tag: RawTag<'_>, in_select: bool) -> Reading {
        let word = word(tag.name);
        let reading = match self.open.last().map(|open| open.kind) {
            None if self.is_unsettled => self.unsettled(tag, word),
            None if self.is_deep && is_math_in_text(tag.name) => {
                self.is_unsettled = true;
                Reading::Either
            }
            None | Some(Kind::HtmlInside | Kind::Html) => Reading::Html,
            Some(Kind::MathText) if is_math_in_text(tag.name) => self.foreign(tag, Kind::MathMl),
            Some(Kind::MathText) => Reading::Html,
            Some(Kind::Annotation) if word == words::SVG => Reading::Html,
            Some(_) if leaves(tag) => {
                self.break_out();
                Reading::Html
            }
            Some(_) if in_select && word == words::SCRIPT => {
                self.break_out();
                Reading::HtmlSettled
            }
            Some(kind) => self.foreign(tag, kind),
        };
        if matches!(reading, Reading::Html | Reading::HtmlSettled) {
            self.html(tag, word);
        }
        match (reading, word) {
            (Reading::Html, words::SVG) => Reading::Foreign(Namespace::Svg),
            (Reading::Html, words::MATH) => Reading::Foreign(Namespace::MathMl),
            _ => reading,
        }
    }

    fn unsettled(&mut self, tag: RawTag<'_>, word: Word) -> Reading {
        if leaves(tag) {
            self.is_unsettled = false;
            Reading::Html
        } else if matters_where(tag.name, word) {
            self.is_unsettled = false;
            Reading::HtmlSettled
        } else {
            Reading::Either
        }
    }

    /// A start tag in SVG or MathML.
    fn foreign(&mut self, tag: RawTag<'_>, parent: Kind) -> Reading {
        let is_svg = parent == Kind::Svg;
        if !tag.is_self_closing {
            let kind = match word(tag.name) {
                words::DESC | words::TITLE if is_svg => Kind::HtmlInside,
                _ if is_svg && tag.name.eq_ignore_ascii_case(b"foreignobject") => Kind::HtmlInside,
                _ if is_svg => Kind::Svg,
                words::MI | words::MO | words::MN | words::MS | words::MTEXT => Kind::MathText,
                _ if tag.name.eq_ignore_ascii_case(b"annotation-xml") => annotation(tag),
                _ => Kind::MathMl,
            };
            self.push(tag.name, kind);
        }
        Reading::Foreign(if is_svg {
            Namespace::Svg
        } else {
            Namespace::MathMl
        })
    }

    /// A start tag that is read as HTML.
    fn html(&mut self, tag: RawTag<'_>, word: Word) {
        match word {
            words::SVG if !tag.is_self_closing => self.push(tag.name, Kind::Svg),
            words::MATH if !tag.is_self_closing => self.push(tag.name, Kind::MathMl),
            words::SVG | words::MATH => {}
            _ if self.open.is_empty() || is_void(word) || is_raw(word) => {}
            // Elements that are in no other's way when they nest well; of others, HTML may close
            // some unasked.
            _ if nests(word)
                && !(matches!(word, words::P | words::DIV) && self.has_paragraph()) =>
            {
                self.push(tag.name, Kind::Html);
            }
            _ => self.lose_track(false),
        }
    }

    fn has_paragraph(&self) -> bool {
        let html = self
            .open
            .iter()
            .rev()
            .take_while(|open| open.kind == Kind::Html);
        html.into_iter()
            .any(|open| word(self.name(open)) == words::P)
    }

    /// An end tag.
    pub(super) fn end(&mut self, name: &[u8]) {
        match self.open.last().map(|open| open.kind) {
            None => self.is_unsettled |= self.is_deep && !leaves_foreign(name),
            Some(Kind::Html) => match self.matching(1, name) {
                Some(index) => self.truncate(index),
                None => self.lose_track(true),
            },
            Some(_) => match self.matching(usize::MAX, name) {
                Some(index) => self.truncate(index),
                None => self.lose_track(true),
            },
        }
    }

    /// The nearest open element of that name, of the topmost `most` and not below HTML.
    fn matching(&self, most: usize, name: &[u8]) -> Option<usize> {
        let open = self.open.iter().enumerate().rev().take(most);
        for (index, element) in open {
            if element.kind == Kind::Html && most > 1 {
                return None;
            }
            if self.name(element).eq_ignore_ascii_case(name) {
                return Some(index);
            }
        }
        None
    }

    /// The end tags of all open elements, innermost first; then none is open.
    pub(super) fn close_all(&mut self, out: &mut Vec<u8>) {
        while let Some(open) = self.open.pop() {
            out.extend_from_slice(b"</");
            out.extend_from_slice(self.name(&open));
            out.push(b'>');
            self.names.truncate(open.name);
        }
    }

    fn name(&self, open: &Open) -> &[u8] {
        let names = self.names.get(open.name..).unwrap_or_default();
        let end = names.iter().position(|byte| *byte == b'>');
        end.and_then(|end| names.get(..end)).unwrap_or_default()
    }

    fn push(&mut self, name: &[u8], kind: Kind) {
        if self.open.len() == DEEPEST || name.len() > LONGEST_NAME {
            return self.lose_track(kind != Kind::Html);
        }
        self.open.push(Open {
            kind,
            name: self.names.len(),
        });
        self.names.extend_from_slice(name);
        self.names.push(b'>');
    }

    fn truncate(&mut self, length: usize) {
        if let Some(open) = self.open.get(length) {
            self.names.truncate(open.name);
        }
        self.open.truncate(length);
    }

    /// A start tag that leaves foreign content came.
    fn break_out(&mut self) {
        let inside = self
            .open
            .iter()
            .rposition(|open| open.kind.is_html_inside());
        self.truncate(inside.map_or(0, |index| index + 1));
    }

    fn lose_track(&mut self, is_unsettled: bool) {
        self.is_deep |= self.open.iter().any(|open| open.kind.is_html_inside());
        self.is_unsettled = is_unsettled;
        self.truncate(0);
    }
}

fn leaves(tag: RawTag<'_>) -> bool {
    leaves_foreign(tag.name)
        || word(tag.name) == words::FONT
            && ["color", "face", "size"].iter().any(|name| tag.has(name))
}

fn is_math_in_text(name: &[u8]) -> bool {
    word(name) == words::MGLYPH || name.eq_ignore_ascii_case(b"malignmark")
}

/// `annotation-xml` says itself whether its content is HTML.
fn annotation(tag: RawTag<'_>) -> Kind {
    let encoding = decode_entities(tag.value("encoding").unwrap_or_default());
    let is_html = ["text/html", "application/xhtml+xml"]
        .iter()
        .any(|html| encoding.eq_ignore_ascii_case(html.as_bytes()));
    if is_html {
        Kind::HtmlInside
    } else {
        Kind::Annotation
    }
}

fn nests(name: Word) -> bool {
    const WORDS: &[Word] = &[
        words::DIV,
        words::P,
        word(b"span"),
        word(b"b"),
        word(b"i"),
        word(b"em"),
        word(b"strong"),
        word(b"small"),
        word(b"code"),
        word(b"sub"),
        word(b"sup"),
    ];
    WORDS.contains(&name)
}

fn is_raw(name: Word) -> bool {
    super::tree::raw_text(name).is_some()
}

/// Elements that mean another thing to what follows in foreign content than in HTML.
fn matters_where(name: &[u8], word: Word) -> bool {
    let matters = matches!(
        word,
        words::SVG
            | words::MATH
            | words::DESC
            | words::MI
            | words::MO
            | words::MN
            | words::MS
            | words::MTEXT
    );
    matters
        || is_raw(word)
        || name.eq_ignore_ascii_case(b"foreignobject")
        || name.eq_ignore_ascii_case(b"annotation-xml")
}
