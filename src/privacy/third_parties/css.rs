//! The URLs in CSS that a browser would fetch, and where they stand (CSS Syntax §4, CSS Values §4.5).
//!
//! Those are `url(…)` quoted or not, the strings of `@import`, `src(…)`, `image-set(…)` and `image(…)`;
//! escapes are undone in names and URLs, comments and other strings passed over. A namespace is no address.

use std::borrow::Cow;

use super::{
    css_escape::{escape, unescaped},
    srcset::is_space,
};

/// Calls `found` with each URL and the place of its first byte in `css`.
pub(super) fn urls(css: &[u8], mut found: impl FnMut(usize, &[u8])) {
    Style::default().read(css, true, |url| found(url.at, &url.text));
}

/// A URL in CSS.
#[derive(Debug)]
pub(super) struct Url<'a> {
    /// The place of its first byte.
    pub(super) at: usize,
    /// With escapes undone.
    pub(super) text: Cow<'a, [u8]>,
}

/// Where reading of a style stands that comes in parts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Style {
    /// For each open bracket, the innermost lowest, whether a string in it is a URL; of more than 64 the
    /// outermost are forgotten.
    brackets: u64,
    expected: Expected,
    within: Within,
}

/// What would come next, behind white space and comments.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Expected {
    #[default]
    Anything,
    /// Behind `@import`.
    Import,
    /// Behind `url(`, where no comment can stand.
    Url,
}

/// What is open: something longer than a part.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Within {
    #[default]
    Nothing,
    Comment,
    /// A string that this quote ends.
    Text(u8),
    /// `url(` without quotes.
    Url,
    /// `@namespace`
    Namespace,
}

impl Style {
    /// Calls `found` with each URL in the next part; tells how much of it is done with, bytes. Unless it is
    /// the last, the rest must come again with what follows. Of a URL longer than a part only the
    /// beginning is found.
    pub(super) fn read(
        &mut self,
        css: &[u8],
        is_last: bool,
        mut found: impl FnMut(Url<'_>),
    ) -> usize {
        let mut scanner = Scanner {
            css,
            at: 0,
            state: *self,
            is_cut: false,
        };
        if !scanner.leave() {
            return css.len() - if is_last { 0 } else { scanner.unclear() };
        }
        loop {
            let is_there = scanner.approach();
            *self = scanner.state;
            if !is_there {
                // A name may go on.
                let name = css.iter().rev().take_while(|byte| is_name(**byte));
                let name = name.take(LONGEST_NAME).count();
                return css.len() - if is_last { 0 } else { name };
            }
            let (begin, url) = scanner.token();
            let is_unfinished = scanner.is_cut && !is_last;
            if is_unfinished && begin > 0 {
                return begin;
            }
            url.into_iter().for_each(&mut found);
            *self = scanner.state;
            if is_unfinished {
                return css.len() - scanner.unclear();
            }
        }
    }
}

/// No name of interest is longer, escapes included; the walk back to its beginning must not be, for pages
/// of brackets and letters.
const LONGEST_NAME: usize = 20;

struct Scanner<'a> {
    css: &'a [u8],
    /// The next byte.
    at: usize,
    state: Style,
    /// Whether the text ended where more was looked for.
    is_cut: bool,
}

impl<'a> Scanner<'a> {
    /// Goes to the end of what is open; false if it isn't there.
    fn leave(&mut self) -> bool {
        match self.state.within {
            Within::Nothing => {}
            Within::Comment => self.end_of_comment(),
            Within::Text(quote) => {
                self.end_of_string(quote);
            }
            Within::Url => self.end_of_url(),
            Within::Namespace => self.end_of_namespace(),
        }
        !self.is_cut
    }

    /// How many of the last bytes mean something only with what follows.
    fn unclear(&self) -> usize {
        let last = |wanted: u8| {
            self.css
                .iter()
                .rev()
                .take_while(move |byte| **byte == wanted)
        };
        match self.state.within {
            Within::Comment => last(b'*').take(1).count(),
            Within::Text(_) | Within::Url => last(b'\\').count() % 2,
            Within::Nothing | Within::Namespace => 0,
        }
    }

    /// Goes to the next byte that may mean something.
    fn approach(&mut self) -> bool {
        if self.state.expected == Expected::Url {
            return self.at < self.css.len();
        }
        let is_of_interest =
            |byte: &u8| matches!(byte, b'"' | b'\'' | b'/' | b'(' | b')' | b'\\' | b'@');
        let rest = self.rest();
        let length = rest.iter().position(is_of_interest);
        let skipped = rest.get(..length.unwrap_or(rest.len()));
        if !skipped
            .unwrap_or_default()
            .iter()
            .all(|byte| is_space(*byte))
        {
            self.state.expected = Expected::Anything;
        }
        self.at += length.unwrap_or(rest.len());
        length.is_some()
    }

    /// Reads what begins with the next byte: where it begins, with a name before that, and a URL in it.
    fn token(&mut self) -> (usize, Option<Url<'a>>) {
        let at = self.at;
        let expected = std::mem::take(&mut self.state.expected);
        if expected == Expected::Url {
            return (at, self.behind_bracket());
        }
        let byte = self.peek();
        self.at += 1;
        match byte {
            Some(quote @ (b'"' | b'\'')) => {
                let url = self.string(quote);
                let is_url = expected == Expected::Import || self.state.brackets & 1 == 1;
                (at, Some(url).filter(|_| is_url))
            }
            Some(b'/') => {
                if self.peek() == Some(b'*') {
                    self.state.expected = expected;
                    self.at += 1;
                    self.end_of_comment();
                }
                (at, None)
            }
            Some(b'(') => {
                let name = self.name_before(at);
                (at - name.len(), self.open(name))
            }
            Some(b')') => {
                self.state.brackets >>= 1;
                (at, None)
            }
            Some(b'\\') => self.escaped_name(),
            _ => {
                self.at_rule();
                (at, None)
            }
        }
    }

    fn peek(&mut self) -> Option<u8> {
        let byte = self.css.get(self.at).copied();
        self.is_cut |= byte.is_none();
        byte
    }

    fn rest(&self) -> &'a [u8] {
        self.css.get(self.at..).unwrap_or_default()
    }

    /// Goes behind the end that `find` finds in what follows, or to the end of all: then that is open.
    fn skip_to(&mut self, end: Option<usize>, open: Within) {
        self.is_cut |= end.is_none();
        self.state.within = end.map_or(open, |_| Within::Nothing);
        self.at = end.map_or(self.css.len(), |end| self.at + end);
    }

    fn end_of_comment(&mut self) {
        let end = memchr::memmem::find(self.rest(), b"*/");
        self.skip_to(end.map(|end| end + 2), Within::Comment);
    }

    fn end_of_namespace(&mut self) {
        let end = memchr::memchr2(b';', b'{', self.rest());
        self.skip_to(end, Within::Namespace);
    }

    fn space(&mut self) {
        while self.peek().is_some_and(is_space) {
            self.at += 1;
        }
    }

    /// Goes behind the end of a string; tells where its text ends.
    fn end_of_string(&mut self, quote: u8) -> usize {
        self.state.within = Within::Text(quote);
        while let Some(byte) = self.peek() {
            match byte {
                b'\\' if self.rest().starts_with(b"\\\r\n") => self.at += 3,
                b'\\' => self.at += 2,
                b'\n' | b'\r' | 0xc => {
                    self.state.within = Within::Nothing;
                    return self.at;
                }
                byte if byte == quote => {
                    self.state.within = Within::Nothing;
                    self.at += 1;
                    return self.at - 1;
                }
                _ => self.at += 1,
            }
        }
        self.at = self.css.len();
        self.at
    }

    /// Reads a string whose quote was just read.
    fn string(&mut self, quote: u8) -> Url<'a> {
        let at = self.at;
        let end = self.end_of_string(quote);
        let text = self.css.get(at..end).unwrap_or_default();
        Url {
            at,
            text: unescaped(text),
        }
    }

    /// The name that ends at `end`.
    fn name_before(&self, end: usize) -> &'a [u8] {
        let before = self.css.get(..end).unwrap_or_default();
        let length = before.iter().rev().take_while(|byte| is_name(**byte));
        let start = before.len() - length.take(LONGEST_NAME).count();
        before.get(start..).unwrap_or_default()
    }

    /// Goes into the function of that name, whose bracket was just read.
    fn open(&mut self, name: &[u8]) -> Option<Url<'a>> {
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        if is("url") {
            return self.behind_bracket();
        }
        let holds_urls = ["src", "image-set", "-webkit-image-set", "image"];
        let holds_urls = holds_urls.into_iter().any(is);
        self.state.brackets = self.state.brackets << 1 | u64::from(holds_urls);
        None
    }

    /// Reads what stands behind `url(`, up to its bracket if there are no quotes.
    fn behind_bracket(&mut self) -> Option<Url<'a>> {
        self.space();
        let at = self.at;
        match self.peek() {
            None => {
                self.state.expected = Expected::Url;
                None
            }
            Some(b'"' | b'\'') => {
                self.state.brackets = self.state.brackets << 1 | 1;
                None
            }
            Some(_) => {
                self.end_of_url();
                let end = self.at.min(self.css.len());
                let text = self.css.get(at..end).unwrap_or_default();
                let is_ended = self.state.within == Within::Nothing;
                let text = text.strip_suffix(b")").filter(|_| is_ended).unwrap_or(text);
                Some(Url {
                    at,
                    text: unescaped(text.trim_ascii_end()),
                })
            }
        }
    }

    /// Goes behind the bracket of `url(`.
    fn end_of_url(&mut self) {
        self.state.within = Within::Url;
        while let Some(byte) = self.peek() {
            match byte {
                b')' => {
                    self.at += 1;
                    self.state.within = Within::Nothing;
                    return;
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at = self.css.len();
    }

    /// Reads a name in which a backslash, just read, escapes something.
    fn escaped_name(&mut self) -> (usize, Option<Url<'a>>) {
        let escape = self.at - 1;
        let begin = escape - self.name_before(escape).len();
        self.at = escape;
        self.name();
        let name = self.css.get(begin..self.at).unwrap_or_default();
        let name = unescaped(name);
        let before = begin.checked_sub(1);
        if let Some(at) = before.filter(|at| self.css.get(*at) == Some(&b'@')) {
            self.rule(&name);
            (at, None)
        } else if self.peek() == Some(b'(') {
            self.at += 1;
            (begin, self.open(&name))
        } else {
            (begin, None)
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
            self.state.expected = Expected::Import;
        } else if name.eq_ignore_ascii_case(b"namespace") {
            self.end_of_namespace();
        }
    }
}

const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | 0x80..)
}

#[cfg(test)]
#[path = "css_tests.rs"]
mod tests;
