//! The text that browsers make of content that is markup: of `script` and `style` in SVG and XML they
//! take the text in it, with references and sections resolved and comments left out.
//!
//! A tag in there would end that reading, or begin an element in the midst of a script: no `<` begins one
//! when it is sent. Content is read in parts; what is open at the end of one goes on in the next.

use std::borrow::Cow;

use memchr::{memchr2, memmem};

use super::{
    comment::{Comment, Stop},
    entities::reference_in_text,
    reading::begins_tag,
    rewriter::Syntax,
};

/// How much behind a part's end must be known, bytes: the longest of what may be cut there.
pub(super) const AHEAD: usize = 64;

const SECTION: &[u8] = b"<![CDATA[";
const END_OF_SECTION: &[u8] = b"]]>";

/// Where reading stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    Text,
    Section,
    Comment(Comment),
    /// Something that ends with these bytes.
    Until(&'static [u8]),
}

/// Content of such an element.
#[derive(Clone, Copy, Debug)]
pub(super) struct MarkupText {
    /// The element, without a prefix.
    pub(super) name: &'static str,
    syntax: Syntax,
    /// Whether `<![CDATA[` begins a section.
    has_sections: bool,
    within: Within,
}

enum Piece<'a> {
    /// Text as it is written.
    Text(&'a [u8]),
    /// A `<` that would begin a tag.
    LessThan,
    /// What a character reference stands for.
    Reference(Cow<'static, str>),
    /// A delimiter, or a comment.
    Silent,
}

impl Piece<'_> {
    fn text(&self) -> &[u8] {
        match self {
            Self::Text(text) => text,
            Self::LessThan => b"<",
            Self::Reference(text) => text.as_bytes(),
            Self::Silent => b"",
        }
    }
}

impl MarkupText {
    pub(super) const fn new(name: &'static str, syntax: Syntax, has_sections: bool) -> Self {
        Self {
            name,
            syntax,
            has_sections,
            within: Within::Text,
        }
    }

    /// The text of the part of `input` from `at` up to `end`, and where what was read for it ends: a bit
    /// behind `end` where something else would be cut.
    pub(super) fn read(mut self, input: &[u8], mut at: usize, end: usize) -> (Vec<u8>, usize) {
        let mut text = Vec::with_capacity(end.saturating_sub(at));
        while at < end {
            let (next, piece) = self.piece(input, at, end);
            text.extend_from_slice(piece.text());
            at = next;
        }
        (text, at)
    }

    /// Where the first `length` bytes of that text end in `input`.
    pub(super) fn written(
        mut self,
        input: &[u8],
        mut at: usize,
        end: usize,
        length: usize,
    ) -> usize {
        let mut left = length;
        while at < end && left > 0 {
            let (next, piece) = self.piece(input, at, end);
            let of_piece = piece.text().len();
            if of_piece > left {
                let is_divisible = matches!(piece, Piece::Text(_));
                return if is_divisible { at + left } else { at };
            }
            left -= of_piece;
            at = next;
        }
        at
    }

    /// Appends the part from `at` up to `end` so that no tag is in it.
    pub(super) fn send(&mut self, input: &[u8], mut at: usize, end: usize, out: &mut Vec<u8>) {
        while at < end {
            let (next, piece) = self.piece(input, at, end);
            match piece {
                Piece::LessThan => out.extend_from_slice(b"&lt;"),
                _ => out.extend_from_slice(input.get(at..next).unwrap_or_default()),
            }
            at = next;
        }
    }

    /// Appends `text` instead of that part.
    pub(super) fn replace(
        &mut self,
        input: &[u8],
        mut at: usize,
        end: usize,
        text: &[u8],
        out: &mut Vec<u8>,
    ) {
        out.extend_from_slice(match self.within {
            Within::Text => b"",
            Within::Section => END_OF_SECTION,
            Within::Comment(_) => b"-->",
            Within::Until(closing) => closing,
        });
        for byte in text {
            match byte {
                b'&' => out.extend_from_slice(b"&amp;"),
                b'<' => out.extend_from_slice(b"&lt;"),
                b'>' => out.extend_from_slice(b"&gt;"),
                other => out.push(*other),
            }
        }
        while at < end {
            at = self.piece(input, at, end).0;
        }
        out.extend_from_slice(match self.within {
            Within::Text => b"",
            Within::Section => SECTION,
            Within::Comment(comment) => comment.opening(),
            Within::Until(_) => b"<?x ",
        });
    }

    /// Reads one thing at `at`; tells where the next begins.
    fn piece<'a>(&mut self, input: &'a [u8], at: usize, end: usize) -> (usize, Piece<'a>) {
        let find = |text: &[u8]| {
            let most = input.len().min(end + text.len() - 1);
            let found = memmem::find(input.get(at..most).unwrap_or_default(), text);
            found.map(|found| at + found)
        };
        match self.within {
            Within::Text => self.text(input, at, end),
            Within::Section => match find(END_OF_SECTION) {
                Some(found) if found == at => {
                    self.within = Within::Text;
                    (at + END_OF_SECTION.len(), Piece::Silent)
                }
                found => {
                    let next = found.unwrap_or(end);
                    let text = input.get(at..next).unwrap_or_default();
                    (next, Piece::Text(text))
                }
            },
            Within::Comment(mut comment) => {
                let part = input.get(..end).unwrap_or(input);
                match comment.read(part, at, self.syntax, false) {
                    Some(Stop::End(next) | Stop::LessThan(next)) => {
                        self.within = Within::Text;
                        (next, Piece::Silent)
                    }
                    None => {
                        self.within = Within::Comment(comment);
                        (end, Piece::Silent)
                    }
                }
            }
            Within::Until(closing) => match find(closing) {
                Some(found) => {
                    self.within = Within::Text;
                    (found + closing.len(), Piece::Silent)
                }
                None => (end, Piece::Silent),
            },
        }
    }

    fn text<'a>(&mut self, input: &'a [u8], at: usize, end: usize) -> (usize, Piece<'a>) {
        let rest = input.get(at..).unwrap_or_default();
        let first = rest.get(..1).unwrap_or_default();
        match first {
            b"<" => self.less_than(rest, at),
            b"&" => match reference_in_text(rest.get(1..).unwrap_or_default()) {
                Some((text, behind)) => (input.len() - behind.len(), Piece::Reference(text)),
                None => (at + 1, Piece::Text(first)),
            },
            _ => {
                let run = input.get(at..end).unwrap_or_default();
                let run = memchr2(b'<', b'&', run)
                    .and_then(|length| run.get(..length))
                    .unwrap_or(run);
                (at + run.len(), Piece::Text(run))
            }
        }
    }

    fn less_than<'a>(&mut self, rest: &'a [u8], at: usize) -> (usize, Piece<'a>) {
        let is_xml = self.syntax == Syntax::Xml;
        let (within, length) = match rest {
            _ if rest.starts_with(b"<!--") => (Within::Comment(Comment::default()), 4),
            _ if rest.starts_with(SECTION) && self.has_sections => (Within::Section, SECTION.len()),
            [b'<', b'?', ..] => (Within::Until(if is_xml { b"?>" } else { b">" }), 2),
            [b'<', b'!', ..] if !is_xml && !rest.starts_with(SECTION) => (Within::Until(b">"), 2),
            [b'<', b'!', ..] | [b'<'] => return (at + 1, Piece::LessThan),
            _ if begins_tag(rest, is_xml) || rest.starts_with(b"</") => {
                return (at + 1, Piece::LessThan);
            }
            _ => return (at + 1, Piece::Text(rest.get(..1).unwrap_or_default())),
        };
        self.within = within;
        (at + length, Piece::Silent)
    }
}
