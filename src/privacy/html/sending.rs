//! Sending of what was read: tags with their edits, held elements, and the changes that make
//! browsers agree.

use std::mem;

use memchr::{memchr, memmem};

use super::{
    foreign::SETTLE,
    raw_text::{Match, is_end_tag},
    reading::{Pass, begins_tag},
    rewriter::{Content, Held, PageHandler, Rewriter, State, Syntax},
    tag::{EndTag, RawTag, StartTag},
    tree::Namespace,
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
        self.release(false);
        let at = self.rewriter.at;
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
        let in_markup = if is_markup && !raw.is_self_closing {
            ["script", "style"].into_iter().find(|name| tag.is(name))
        } else {
            None
        };
        if start.must_settle {
            self.send_to(tag_at);
            self.out.extend_from_slice(SETTLE);
        }
        if let Some(raw_text) = start.raw_text {
            self.rewriter.state = State::RawText(raw_text);
        }
        if content == Content::Hold && (start.raw_text.is_some() || in_markup.is_some()) {
            self.send_to(tag_at);
            let length = bytes.len();
            self.rewriter.held = Some(Held {
                length,
                namespace,
                in_markup,
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
        if ends_raw_text && !self.rewriter.after.is_empty() {
            self.send_to(at + bytes.len());
            self.out.append(&mut self.rewriter.after);
        }
    }

    /// Shows the held element, if there is one, to the handler, and sends what there is of it.
    pub(super) fn release(&mut self, is_complete: bool) {
        let Some(held) = self.rewriter.held.take() else {
            return;
        };
        let (at, begin) = (self.rewriter.at, self.sent);
        let whole = self.input.get(begin..at).unwrap_or_default();
        let (bytes, content) = whole.split_at_checked(held.length).unwrap_or_default();
        let most = self.rewriter.limit.saturating_sub(held.length);
        let (shown, rest) = content.split_at_checked(most).unwrap_or((content, b""));
        let Rewriter {
            scan,
            edits,
            syntax,
            tree,
            ..
        } = &mut *self.rewriter;
        let namespace = held.namespace;
        let raw = RawTag::new(bytes, scan);
        let mut tag = StartTag {
            raw,
            edits,
            syntax: *syntax,
            namespace,
            tree,
        };
        let replaced = self
            .handler
            .held(&mut tag, shown, is_complete && rest.is_empty());
        self.send_tag(begin, bytes);
        self.send_to(begin + held.length);
        self.after_start_tag();
        self.sent = at;
        if !self.rewriter.is_removing {
            for part in [replaced.as_deref().unwrap_or(shown), rest] {
                if held.in_markup == Some("style") {
                    self.send_style(part);
                } else {
                    self.send_content(part);
                }
            }
        }
    }

    /// Sends content of a held style that is read as markup: no tag is left in it.
    fn send_style(&mut self, content: &[u8]) {
        let is_xml = self.rewriter.syntax == Syntax::Xml;
        let mut rest = content;
        while let Some(at) = memchr(b'<', rest) {
            let (before, from) = rest.split_at(at);
            self.out.extend_from_slice(before);
            if from.starts_with(b"<![CDATA[") {
                let end = memmem::find(from, b"]]>").unwrap_or(from.len());
                let (section, behind) = from.split_at(end);
                self.out.extend_from_slice(section);
                rest = behind;
                continue;
            }
            let is_tag = begins_tag(from, is_xml) || matches!(from, [b'<'] | [b'<', b'/']);
            self.out
                .extend_from_slice(if is_tag { b"&lt;" } else { b"<" });
            rest = from.get(1..).unwrap_or_default();
        }
        self.out.extend_from_slice(rest);
    }

    /// Sends content of a held element.
    fn send_content(&mut self, content: &[u8]) {
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
