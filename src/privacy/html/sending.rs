//! Sending of what was read: tags with their edits, held elements, and the changes that make
//! browsers agree.

use std::{borrow::Cow, mem, ops::Range};

use memchr::memchr;

use super::{
    foreign::SETTLE,
    markup_text::{AHEAD, MarkupText},
    raw_text::{Match, is_end_tag},
    reading::Pass,
    rewriter::{Content, Held, PageHandler, Part, Rewriter, State, Syntax},
    tag::{EndTag, RawTag, StartTag},
    tree::{Namespace, Section},
};

impl<H: PageHandler> Pass<'_, H> {
    /// Appends the input up to there, as it is.
    pub(super) fn send_to(&mut self, end: usize) {
        if !self.rewriter.is_removing {
            let part = self.input.get(self.sent..end).unwrap_or_default();
            self.out.extend_from_slice(part);
        }
        self.sent = self.sent.max(end);
    }

    /// Makes the `<` that is read next text to everybody.
    pub(super) fn escape_less_than(&mut self) {
        let at = self.rewriter.at;
        if self.rewriter.held.is_some() {
            self.rewriter.at = at + 1;
            return;
        }
        self.send_to(at);
        if !self.rewriter.is_removing {
            self.out.extend_from_slice(b"&lt;");
        }
        self.rewriter.at = at + 1;
        self.sent = at + 1;
    }

    pub(super) fn start_tag(&mut self, bytes: &[u8]) {
        let Rewriter {
            tree,
            scan,
            edits,
            syntax,
            tag_at,
            ..
        } = &mut *self.rewriter;
        let (syntax, tag_at) = (*syntax, *tag_at);
        let raw = RawTag::new(bytes, scan);
        let start = tree.start(raw);
        let namespace = start.namespace;
        let mut tag = StartTag {
            raw,
            edits,
            syntax,
            namespace,
            tree,
        };
        let content = if start.must_go {
            tag.remove();
            Content::Pass
        } else {
            self.handler.start_tag(&mut tag)
        };
        let is_markup = syntax == Syntax::Xml || namespace != Namespace::Html;
        let markup = ["script", "style"]
            .into_iter()
            .find(|name| is_markup && !raw.is_self_closing && tag.is(name))
            .map(|name| MarkupText::new(name, syntax, tree.section() == Section::Cdata));
        if start.must_settle {
            self.send_to(tag_at);
            self.out.extend_from_slice(SETTLE);
        }
        if let Some(raw_text) = start.raw_text {
            self.rewriter.state = State::RawText(raw_text);
        }
        if content == Content::Hold && (start.raw_text.is_some() || markup.is_some()) {
            self.send_to(tag_at);
            self.rewriter.held = Some(Held {
                length: Some(bytes.len()),
                namespace,
                markup,
            });
        } else {
            self.send_tag(tag_at, bytes);
            self.after_start_tag();
        }
    }

    /// What was asked for behind the start tag that was sent last.
    fn after_start_tag(&mut self) {
        let Rewriter {
            state,
            edits,
            after,
            is_removing,
            ..
        } = &mut *self.rewriter;
        if !edits.is_made {
            return;
        }
        if let State::RawText(_) = state {
            after.append(&mut edits.after);
            *is_removing = edits.is_element_removed;
        } else {
            self.out.append(&mut edits.after);
        }
    }

    /// Sends the tag at `at` with its edits; without any it waits for the next bytes to go.
    fn send_tag(&mut self, at: usize, bytes: &[u8]) {
        let in_noscript = self.rewriter.tree.in_noscript();
        if !(self.rewriter.edits.is_made || in_noscript && holds_end_of_noscript(bytes)) {
            return;
        }
        self.send_to(at);
        self.sent = at + bytes.len();
        if in_noscript {
            let mut edited = Vec::with_capacity(bytes.len());
            self.rewriter.edits.write(bytes, &mut edited);
            escape_end_of_noscript(&edited, self.out);
        } else {
            self.rewriter.edits.write(bytes, self.out);
        }
    }

    pub(super) fn end_tag(&mut self, bytes: &[u8]) {
        let at = self.rewriter.tag_at;
        let ends_raw_text = mem::take(&mut self.rewriter.ends_raw_text);
        if mem::take(&mut self.rewriter.is_removing) {
            self.sent = at + bytes.len();
        } else {
            let name = bytes
                .get(2..self.rewriter.scan.name_end)
                .unwrap_or_default();
            if !ends_raw_text {
                if self.rewriter.tree.ends_noscript(name) {
                    self.send_to(at);
                    self.rewriter.tree.close_foreign(self.out);
                }
                self.rewriter.tree.end(name);
            }
            let Rewriter { scan, edits, .. } = &mut *self.rewriter;
            self.handler.end_tag(&mut EndTag {
                raw: RawTag::new(bytes, scan),
                edits,
            });
            self.send_tag(at, bytes);
        }
        if !self.rewriter.after.is_empty() {
            self.send_to(at + bytes.len());
            self.out.append(&mut self.rewriter.after);
        }
    }

    /// Shows the held element, if there is one, to the handler, and sends what there is of it.
    pub(super) fn release(&mut self) {
        self.show_parts();
        if let Some(held) = self.rewriter.held.take() {
            self.show(held, self.rewriter.at, true);
        }
    }

    /// Shows of a held element what is more than may be held back. Where the parts end doesn't depend on
    /// the pieces in which the page comes.
    pub(super) fn show_parts(&mut self) {
        while let Some(held) = self.rewriter.held {
            let end = self.sent + held.length.unwrap_or(0).max(self.rewriter.limit);
            let ahead = if held.markup.is_some() { AHEAD } else { 0 };
            if self.rewriter.at <= end + ahead {
                return;
            }
            let held = self.show(held, end, false);
            self.rewriter.held = Some(held);
        }
    }

    /// Shows the part of a held element up to `end`, and sends it as far as it is done with.
    fn show(&mut self, mut held: Held, end: usize, is_last: bool) -> Held {
        let tag_at = self.sent;
        let begin = tag_at + held.length.unwrap_or(0);
        let input = self.input.get(..self.rewriter.at).unwrap_or_default();
        let (text, end) = match held.markup {
            Some(markup) => {
                let (text, end) = markup.read(input, begin, end);
                (Cow::Owned(text), end)
            }
            None => (
                Cow::Borrowed(input.get(begin..end).unwrap_or_default()),
                end,
            ),
        };
        let part = match held.length.take() {
            Some(length) => self.show_first(held, length, &text, is_last),
            None => {
                let after = &mut self.rewriter.after;
                let part = self.handler.held_further(&text, is_last, after);
                // It must come to an end.
                let done = if part.done == 0 {
                    text.len()
                } else {
                    part.done
                };
                Part { done, ..part }
            }
        };
        let done = match held.markup {
            _ if is_last || part.done >= text.len() => end,
            Some(markup) => markup.written(input, begin, end, part.done),
            None => begin + part.done,
        };
        self.sent = done;
        if !self.rewriter.is_removing {
            self.send_content(&mut held, begin..done, part.replaced.as_deref());
        }
        held
    }

    fn show_first(&mut self, held: Held, length: usize, content: &[u8], is_last: bool) -> Part {
        let begin = self.sent;
        let bytes = self.input.get(begin..begin + length).unwrap_or_default();
        let Rewriter {
            scan,
            edits,
            syntax,
            tree,
            ..
        } = &mut *self.rewriter;
        let mut tag = StartTag {
            raw: RawTag::new(bytes, scan),
            edits,
            syntax: *syntax,
            namespace: held.namespace,
            tree,
        };
        let part = self.handler.held(&mut tag, content, is_last);
        self.send_tag(begin, bytes);
        self.send_to(begin + length);
        self.after_start_tag();
        part
    }

    /// Sends content of a held element, or what stands in its place.
    fn send_content(&mut self, held: &mut Held, place: Range<usize>, replaced: Option<&[u8]>) {
        let input = self.input.get(..self.rewriter.at).unwrap_or_default();
        let Range { start, end } = place;
        match (&mut held.markup, replaced) {
            (Some(markup), None) => markup.send(input, start, end, self.out),
            (Some(markup), Some(text)) => markup.replace(input, start, end, text, self.out),
            (None, replaced) => {
                let content = input.get(start..end).unwrap_or_default();
                self.send_text(replaced.unwrap_or(content));
            }
        }
    }

    /// Sends content that is text.
    fn send_text(&mut self, content: &[u8]) {
        match self.rewriter.state {
            State::RawText(raw_text) if self.escapes(raw_text) => {
                for byte in content {
                    match byte {
                        b'<' => self.out.extend_from_slice(b"&lt;"),
                        byte => self.out.push(*byte),
                    }
                }
            }
            _ => self.out.extend_from_slice(content),
        }
    }
}

/// Where `</noscript` begins, from `from` on.
fn end_of_noscript(tag: &[u8], mut from: usize) -> Option<usize> {
    loop {
        from += memchr(b'<', tag.get(from..)?)?;
        if is_end_tag(tag.get(from..)?, "noscript") == Match::Yes {
            return Some(from);
        }
        from += 1;
    }
}

fn holds_end_of_noscript(tag: &[u8]) -> bool {
    end_of_noscript(tag, 1).is_some()
}

/// Appends a tag in `noscript` so that browsers that read it as text don't find an end of
/// `noscript` in it.
pub(super) fn escape_end_of_noscript(tag: &[u8], out: &mut Vec<u8>) {
    let mut sent = 0;
    while let Some(at) = end_of_noscript(tag, sent + 1) {
        out.extend_from_slice(tag.get(sent..at).unwrap_or_default());
        out.extend_from_slice(b"&lt;");
        sent = at + 1;
    }
    out.extend_from_slice(tag.get(sent..).unwrap_or_default());
}
