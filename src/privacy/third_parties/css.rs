//! The URLs in CSS that a browser would fetch, and where they stand (CSS Syntax §4, CSS Values §4.5).
//!
//! Those are `url(…)` quoted or not, the strings of `@import`, `src(…)`, `image-set(…)` and `image(…)`;
//! escapes are undone in names and URLs, comments and other strings passed over. A namespace is no address.

use std::borrow::Cow;

use super::srcset::is_space;

/// Calls `found` with each URL and the place of its first byte in `css`.
pub(super) fn urls(css: &[u8], found: impl FnMut(usize, &[u8])) {
    Scanner {
        css,
        at: 0,
        brackets: 0,
        found,
    }
    .scan();
}

struct Scanner<'a, F> {
    css: &'a [u8],
    /// The next byte.
    at: usize,
    /// For each open bracket, the innermost lowest, whether a string in it is a URL; of more than 64 the
    /// outermost are forgotten.
    brackets: u64,
    found: F,
}

impl<'a, F: FnMut(usize, &[u8])> Scanner<'a, F> {
    fn scan(&mut self) {
        while let Some(byte) = self.next_of_interest() {
            match byte {
                b'"' | b'\'' => {
                    let (start, url) = self.string(byte);
                    if self.brackets & 1 == 1 {
                        (self.found)(start, &url);
                    }
                }
                b'/' => self.comment(),
                b'(' => self.open(self.name_before()),
                b')' => self.brackets >>= 1,
                b'\\' => self.escaped_name(),
                _ => self.at_rule(),
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.css.get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.css.get(self.at..).unwrap_or_default()
    }

    /// Goes behind the next byte that may mean something, and tells it.
    fn next_of_interest(&mut self) -> Option<u8> {
        let is_of_interest =
            |byte: &u8| matches!(byte, b'"' | b'\'' | b'/' | b'(' | b')' | b'\\' | b'@');
        let skipped = self.rest().iter().position(is_of_interest)?;
        let byte = self.css.get(self.at + skipped).copied();
        self.at += skipped + 1;
        byte
    }

    /// Passes a comment over, if the slash just read begins one.
    fn comment(&mut self) {
        if self.peek() == Some(b'*') {
            let end = memchr::memmem::find(self.rest().get(1..).unwrap_or_default(), b"*/");
            self.at = end.map_or(self.css.len(), |end| self.at + end + 3);
        }
    }

    fn space(&mut self) {
        while self.peek().is_some_and(is_space) {
            self.at += 1;
        }
    }

    fn space_and_comments(&mut self) {
        loop {
            self.space();
            if !self.rest().starts_with(b"/*") {
                return;
            }
            self.at += 1;
            self.comment();
        }
    }

    /// Reads a string whose quote was just read: where its text begins, and the text.
    fn string(&mut self, quote: u8) -> (usize, Cow<'a, [u8]>) {
        let start = self.at;
        let mut end = None;
        while let Some(byte) = self.peek() {
            match byte {
                b'\\' => self.at += 1,
                b'\n' => break,
                byte if byte == quote => {
                    end = Some(self.at);
                    self.at += 1;
                    break;
                }
                _ => {}
            }
            self.at += 1;
        }
        self.at = self.at.min(self.css.len());
        let text = self.css.get(start..end.unwrap_or(self.at));
        (start, unescaped(text.unwrap_or_default()))
    }

    /// The name that ends where the bracket just read stands.
    fn name_before(&self) -> &'a [u8] {
        let before = self.css.get(..self.at - 1).unwrap_or_default();
        let length = before.iter().rev().take_while(|byte| is_name(**byte));
        // No name of interest is longer; the walk back must not be, for pages of brackets and letters.
        let start = before.len() - length.take(20).count();
        before.get(start..).unwrap_or_default()
    }

    /// Goes into the function of that name, whose bracket was just read.
    fn open(&mut self, name: &[u8]) {
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        if is("url") {
            let start = self.at;
            self.space();
            if !matches!(self.peek(), Some(b'"' | b'\'')) {
                return self.unquoted();
            }
            self.at = start;
        }
        let holds_urls = ["url", "src", "image-set", "-webkit-image-set", "image"];
        let holds_urls = holds_urls.into_iter().any(is);
        self.brackets = self.brackets << 1 | u64::from(holds_urls);
    }

    /// Reads the rest of `url(`, up to its bracket.
    fn unquoted(&mut self) {
        let start = self.at;
        while let Some(byte) = self.peek() {
            match byte {
                b')' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at = self.at.min(self.css.len());
        let url = self.css.get(start..self.at).unwrap_or_default();
        self.at += 1;
        (self.found)(start, &unescaped(url.trim_ascii_end()));
    }

    /// Reads a name in which a backslash, just read, escapes something.
    fn escaped_name(&mut self) {
        let start = self.at - 1;
        let before = self.css.get(..start).unwrap_or_default();
        let begun = before.iter().rev().take_while(|byte| is_name(**byte));
        let begun = begun.take(20).count();
        self.at = start;
        self.name();
        let name = self.css.get(start - begun..self.at).unwrap_or_default();
        let name = unescaped(name);
        let at_rule = before.len().checked_sub(begun + 1);
        if at_rule.and_then(|at| before.get(at)) == Some(&b'@') {
            self.rule(&name);
        } else if self.peek() == Some(b'(') {
            self.at += 1;
            self.open(&name);
        }
    }

    /// Goes behind a name, escapes in it included.
    fn name(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b'\\' => self.at += escape(self.rest().get(1..).unwrap_or_default()).1 + 1,
                byte if is_name(byte) => self.at += 1,
                _ => break,
            }
        }
        self.at = self.at.min(self.css.len());
    }

    /// Reads the name behind `@`; one with an escape is read when that is met.
    fn at_rule(&mut self) {
        let length = self
            .rest()
            .iter()
            .take_while(|byte| is_name(**byte))
            .count();
        let name = self.rest().get(..length).unwrap_or_default();
        self.at += length;
        if self.peek() != Some(b'\\') {
            self.rule(name);
        }
    }

    fn rule(&mut self, name: &[u8]) {
        if name.eq_ignore_ascii_case(b"import") {
            self.space_and_comments();
            if let Some(quote @ (b'"' | b'\'')) = self.peek() {
                self.at += 1;
                let (start, url) = self.string(quote);
                (self.found)(start, &url);
            }
        } else if name.eq_ignore_ascii_case(b"namespace") {
            let end = memchr::memchr2(b';', b'{', self.rest());
            self.at = end.map_or(self.css.len(), |end| self.at + end);
        }
    }
}

const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | 0x80..)
}

/// `text` with its escapes undone.
fn unescaped(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\\', text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let (before, from) = rest.split_at(at);
        out.extend_from_slice(before);
        let behind = from.get(1..).unwrap_or_default();
        let (character, length) = escape(behind);
        if let Some(character) = character {
            let mut bytes = [0; 4];
            out.extend_from_slice(character.encode_utf8(&mut bytes).as_bytes());
            rest = behind.get(length..).unwrap_or_default();
        } else if length > 0 {
            // A newline within a string.
            rest = behind.get(length..).unwrap_or_default();
        } else {
            // The byte itself, perhaps the first of several.
            out.extend(behind.first());
            rest = behind.get(1..).unwrap_or_default();
        }
    }
    out.extend_from_slice(rest);
    Cow::Owned(out)
}

/// What stands behind a backslash: the character whose code it is and the code's length, or the length of
/// a newline, or nothing: then the next byte is meant.
fn escape(text: &[u8]) -> (Option<char>, usize) {
    let digits = text
        .iter()
        .take(6)
        .take_while(|byte| byte.is_ascii_hexdigit());
    let length = digits.count();
    let digits = text
        .get(..length)
        .and_then(|digits| std::str::from_utf8(digits).ok());
    let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let behind = text.get(length..).unwrap_or_default();
    let space = match behind {
        [b'\r', b'\n', ..] => 2,
        [byte, ..] if is_space(*byte) && (length > 0 || *byte != b' ' && *byte != b'\t') => 1,
        _ => 0,
    };
    let character = code.map(|code| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
    (character, length + space)
}

#[cfg(test)]
#[path = "css_tests.rs"]
mod tests;
