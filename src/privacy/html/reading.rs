//! Reading of one piece of a page: what begins where, and where it ends (13.2.5).
//!
//! Each function reads one thing, and says whether there is more to read; if it can't be told yet
//! what comes, reading goes on there with the next piece.

use std::mem;

use memchr::{memchr, memchr2, memmem};

use super::{
    comment::{Comment, Stop as CommentStop},
    raw_text::{Match, RawText, Stop as RawStop, is_end_tag, literal},
    rewriter::{PageHandler, Rewriter, State, Syntax, TooLong},
    tag_scan::{Scanned, ends_tag_name},
    tree::{Section, local_name},
};

/// The longest processing instruction that names a style sheet, bytes: each piece of it is looked at again.
const LONGEST_INSTRUCTION: usize = 4096;

/// Reading of one piece of input.
pub(super) struct Pass<'p, H> {
    pub(super) rewriter: &'p mut Rewriter,
    pub(super) input: &'p [u8],
    /// Up to here, all is in `out`.
    pub(super) sent: usize,
    pub(super) handler: &'p mut H,
    pub(super) out: &'p mut Vec<u8>,
}

impl<'p, H: PageHandler> Pass<'p, H> {
    pub(super) fn rest(&self) -> &'p [u8] {
        self.input.get(self.rewriter.at..).unwrap_or_default()
    }

    /// Reads one thing; false when the input is used up.
    pub(super) fn step(&mut self) -> Result<bool, TooLong> {
        // Most of a page is text and tags in turn: one way through for both.
        if matches!(self.rewriter.state, State::Text) && !self.text() {
            return Ok(false);
        }
        if matches!(self.rewriter.state, State::Tag) {
            return self.tag();
        }
        Ok(match self.rewriter.state {
            State::Text | State::Tag => true,
            State::Comment(comment) => self.comment(comment),
            State::Until(end) => self.until(end),
            State::RawText(raw_text) => self.raw_text(raw_text),
        })
    }

    /// The input is used up: sends what waits for nothing.
    pub(super) fn pause(&mut self) -> Result<(), TooLong> {
        let Rewriter {
            state, at, tag_at, ..
        } = *self.rewriter;
        if state == State::Tag && self.input.len() - tag_at > self.rewriter.longest_tag() {
            return Err(TooLong);
        }
        self.show_parts();
        if self.rewriter.held.is_none() {
            self.send_to(if state == State::Tag { tag_at } else { at });
        }
        Ok(())
    }

    fn text(&mut self) -> bool {
        self.skim();
        let begin = self.rewriter.at;
        let found = memchr(b'<', self.rest());
        self.rewriter.at = found.map_or(self.input.len(), |found| begin + found);
        if self.rewriter.tree.wants_text() && begin < self.input.len() {
            let text = self.input.get(begin..self.rewriter.at).unwrap_or_default();
            self.rewriter.tree.text(text);
        }
        if found.is_none() {
            return false;
        }
        if let Some(markup) = self.rewriter.held.and_then(|held| held.markup) {
            return self.less_than_in_held(markup.name);
        }
        self.less_than()
    }

    /// At a `<` in a held element whose content is read as markup. No script or style needs a tag: what
    /// would begin one is text when it is sent.
    fn less_than_in_held(&mut self, name: &str) -> bool {
        let is_xml = self.rewriter.syntax == Syntax::Xml;
        match (self.rest().get(1), ends_markup(self.rest(), name, is_xml)) {
            (None, _) | (_, Match::Unfinished) => return false,
            (_, Match::Yes) => {
                self.release();
                self.begin_tag(true);
            }
            (Some(b'!' | b'?'), _) => return self.less_than(),
            _ => self.rewriter.at += 1,
        }
        true
    }

    /// At a `<` in text.
    fn less_than(&mut self) -> bool {
        let is_xml = self.rewriter.syntax == Syntax::Xml;
        let at = self.rewriter.at;
        match (self.rest().get(1).copied(), self.rest().get(2).copied()) {
            (None, _) | (Some(b'/'), None) => return false,
            (Some(b'/'), Some(byte)) if begins_name(byte, is_xml) => self.begin_tag(true),
            (Some(b'/'), Some(b'>')) => self.rewriter.at += 3,
            (Some(b'/'), Some(_)) => self.begin_until(2, b">"),
            (Some(b'?'), _) if is_xml && self.rewriter.held.is_none() => return self.instruction(),
            (Some(b'?'), _) => self.begin_until(2, if is_xml { b"?>" } else { b">" }),
            (Some(b'!'), _) => return self.declaration(),
            (Some(byte), _) if begins_name(byte, is_xml) => self.begin_tag(false),
            (Some(_), _) => {
                self.rewriter.tree.text(b"<");
                self.rewriter.at = at + 1;
            }
        }
        true
    }

    fn begin_tag(&mut self, is_end: bool) {
        self.rewriter.tag_at = self.rewriter.at;
        self.rewriter.scan.begin(is_end);
        self.rewriter.state = State::Tag;
    }

    fn begin_until(&mut self, skip: usize, end: &'static [u8]) {
        self.rewriter.at += skip;
        self.rewriter.state = State::Until(end);
    }

    /// At a processing instruction of XML.
    fn instruction(&mut self) -> bool {
        let rest = self.rest();
        match literal(rest, b"<?xml-stylesheet") {
            Match::Unfinished => return false,
            Match::No => {
                self.begin_until(2, b"?>");
                return true;
            }
            Match::Yes => {}
        }
        let most = rest.get(..LONGEST_INSTRUCTION).unwrap_or(rest);
        let Some(end) = memmem::find(most, b"?>") else {
            if most.len() < LONGEST_INSTRUCTION {
                return false;
            }
            self.escape_less_than();
            return true;
        };
        let at = self.rewriter.at;
        self.rewriter.at = at + end + 2;
        let text = rest.get(2..end).unwrap_or_default();
        if !self.handler.instruction(text) {
            self.send_to(at);
            self.sent = self.rewriter.at;
        }
        true
    }

    /// At `<!`.
    fn declaration(&mut self) -> bool {
        const CDATA: &[u8] = b"<![CDATA[";
        let is_xml = self.rewriter.syntax == Syntax::Xml;
        let rest = self.rest();
        match (literal(rest, b"<!--"), literal(rest, CDATA)) {
            (Match::Yes, _) => {
                self.rewriter.at += 4;
                self.rewriter.state = State::Comment(Comment::default());
            }
            (Match::Unfinished, _) | (_, Match::Unfinished) => return false,
            (_, Match::Yes) => match self.rewriter.tree.section() {
                // Browsers that look ahead for what to fetch take no notice of sections.
                Section::Cdata if !is_xml && self.rewriter.held.is_none() => {
                    self.escape_less_than();
                }
                Section::Cdata => self.begin_until(CDATA.len(), b"]]>"),
                Section::Comment => self.begin_until(2, b">"),
                Section::Unknown => self.escape_less_than(),
            },
            _ if !is_xml => self.begin_until(2, b">"),
            // Only an entity could bring elements, and only its declaration follows here.
            _ => match literal(rest, b"<!DOCTYPE") {
                Match::Yes => self.rewriter.at += 2,
                Match::Unfinished => return false,
                Match::No => self.escape_less_than(),
            },
        }
        true
    }

    fn comment(&mut self, mut comment: Comment) -> bool {
        let Rewriter { syntax, at, .. } = *self.rewriter;
        let in_noscript = self.rewriter.tree.in_noscript();
        let stop = comment.read(self.input, at, syntax, in_noscript);
        self.rewriter.state = State::Comment(comment);
        match stop {
            None => {
                self.rewriter.at = self.input.len();
                false
            }
            Some(CommentStop::End(end)) => {
                self.rewriter.at = end;
                self.rewriter.state = State::Text;
                true
            }
            Some(CommentStop::LessThan(at)) => {
                self.rewriter.at = at;
                self.noscript_may_end(b"-->")
            }
        }
    }

    fn until(&mut self, end: &'static [u8]) -> bool {
        let first = end.first().copied().unwrap_or(b'>');
        let in_noscript = self.rewriter.tree.in_noscript();
        let found = if in_noscript {
            memchr2(first, b'<', self.rest())
        } else {
            memchr(first, self.rest())
        };
        let Some(found) = found else {
            self.rewriter.at = self.input.len();
            return false;
        };
        self.rewriter.at += found;
        if in_noscript && self.rest().starts_with(b"<") {
            return self.noscript_may_end(end);
        }
        match literal(self.rest(), end) {
            Match::Unfinished => return false,
            Match::No => self.rewriter.at += 1,
            Match::Yes => {
                self.rewriter.at += end.len();
                self.rewriter.state = State::Text;
            }
        }
        true
    }

    /// At a `<` in `noscript` and in something that `closing` ends: browsers that run scripts end
    /// `noscript` here if it is its end tag.
    fn noscript_may_end(&mut self, closing: &[u8]) -> bool {
        match is_end_tag(self.rest(), "noscript") {
            Match::Unfinished => return false,
            Match::No => self.rewriter.at += 1,
            Match::Yes => {
                self.release();
                self.send_to(self.rewriter.at);
                self.out.extend_from_slice(closing);
                self.rewriter.state = State::Text;
            }
        }
        true
    }

    fn raw_text(&mut self, mut raw_text: RawText) -> bool {
        let stop = raw_text.read(self.input, self.rewriter.at);
        self.rewriter.state = State::RawText(raw_text);
        match stop {
            RawStop::Unfinished(at) => {
                self.rewriter.at = at;
                return false;
            }
            RawStop::EndTag(at) => {
                self.rewriter.at = at;
                self.release();
                self.begin_tag(true);
                self.rewriter.ends_raw_text = true;
            }
            RawStop::LessThan(at) => {
                self.rewriter.at = at;
                if self.rewriter.tree.in_noscript() {
                    match is_end_tag(self.rest(), "noscript") {
                        Match::Unfinished => return false,
                        Match::Yes => {
                            self.close_raw_text(raw_text);
                            return true;
                        }
                        Match::No => {}
                    }
                }
                if self.escapes(raw_text) && self.rewriter.held.is_none() {
                    self.escape_less_than();
                } else {
                    self.rewriter.at = at + 1;
                }
            }
        }
        true
    }

    /// Whether browsers may take the element's text for markup.
    pub(super) fn escapes(&self, raw_text: RawText) -> bool {
        raw_text.name != "script" && self.rewriter.tree.in_select()
    }

    /// At the end tag of `noscript` in an element in it whose content is text.
    fn close_raw_text(&mut self, raw_text: RawText) {
        self.release();
        self.send_to(self.rewriter.at);
        if !mem::take(&mut self.rewriter.is_removing) {
            let parts = [raw_text.closes_comment(), "</", raw_text.name, ">"];
            parts
                .iter()
                .for_each(|part| self.out.extend_from_slice(part.as_bytes()));
        }
        self.out.append(&mut self.rewriter.after);
        self.rewriter.state = State::Text;
    }

    fn tag(&mut self) -> Result<bool, TooLong> {
        let at = self.rewriter.tag_at;
        let rest = self.input.get(at..).unwrap_or_default();
        let length = match self.rewriter.scan.scan(rest) {
            Scanned::Unfinished => {
                self.rewriter.at = self.input.len();
                return Ok(false);
            }
            Scanned::Whole(length) if length <= self.rewriter.longest_tag() => length,
            Scanned::Whole(_) | Scanned::TooMany => return Err(TooLong),
        };
        let bytes = rest.get(..length).unwrap_or_default();
        self.rewriter.at = at + length;
        self.rewriter.state = State::Text;
        self.rewriter.edits.clear();
        if self.rewriter.scan.is_end {
            self.end_tag(bytes);
        } else {
            self.start_tag(bytes);
        }
        Ok(true)
    }
}

/// Whether a tag, or what is ignored in the place of one, begins here.
pub(super) fn begins_tag(input: &[u8], is_xml: bool) -> bool {
    match input {
        [b'<', b'/', _, ..] => true,
        [b'<', byte, ..] => begins_name(*byte, is_xml),
        _ => false,
    }
}

/// Whether the end tag of the element `name`, in XML with any prefix, is at the beginning of `input`.
fn ends_markup(input: &[u8], name: &str, is_xml: bool) -> Match {
    let Some(rest) = input.strip_prefix(b"</").filter(|_| is_xml) else {
        return is_end_tag(input, name);
    };
    let length = rest.iter().position(|byte| ends_tag_name(*byte));
    match length.and_then(|length| rest.get(..length)) {
        Some(found) if local_name(found).eq_ignore_ascii_case(name.as_bytes()) => Match::Yes,
        Some(_) => Match::No,
        // Prefixes are short.
        None if rest.len() > 64 => Match::No,
        None => Match::Unfinished,
    }
}

/// Whether a tag's name can begin so.
const fn begins_name(byte: u8, is_xml: bool) -> bool {
    byte.is_ascii_alphabetic() || is_xml && (byte >= 0x80 || byte == b'_' || byte == b':')
}
