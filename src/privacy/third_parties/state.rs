//! The state that frameworks write into pages as a script: data that only looks like code, whatever it
//! mentions; without it the page does not come alive.
//!
//! Statements that assign or push such state are passed over, each to its end; what follows is code like
//! any other. A statement that could load something by itself, or that isn't plain strings, numbers and
//! brackets, is no state.

use super::loading;

/// What such statements begin with.
const STATES: [&[u8]; 12] = [
    b"self.__next_f.push(",
    b"(self.__next_f=",
    b"__NEXT_DATA__",
    b"window.__NUXT__",
    b"window.__INITIAL_STATE__",
    b"window.__PRELOADED_STATE__",
    b"window.__APOLLO_STATE__",
    b"window.__remixContext",
    b"window.__reactRouterContext",
    b"window.__staticRouterHydrationData",
    b"window.__sveltekit",
    b"window.___gatsby",
];

/// How much text without strings is looked at together, bytes.
const LONGEST_RUN: usize = 4096;

/// Where reading of state stands, in a script that is read in parts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum State {
    /// Before a statement.
    #[default]
    Before,
    Within(Statement),
    /// What comes is code.
    Over,
}

/// What of a statement is open.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Statement {
    brackets: usize,
    /// The quote that ends the string.
    quote: Option<u8>,
    /// Whether it could end here: behind a bracket or a string.
    may_end: bool,
}

impl State {
    /// How much of the part of a script is state. What stands behind it is code, unless all but a few
    /// bytes are state: then more of it may come.
    pub(super) fn read(&mut self, script: &[u8], is_last: bool) -> usize {
        let mut at = 0;
        loop {
            let rest = script.get(at..).unwrap_or_default();
            match self {
                Self::Over => return at,
                Self::Before => {
                    let is_between = |byte: &u8| byte.is_ascii_whitespace() || *byte == b';';
                    let space = rest.iter().take_while(|byte| is_between(byte)).count();
                    let statement = rest.get(space..).unwrap_or_default();
                    if !is_last && STATES.iter().any(|state| state.starts_with(statement)) {
                        return at;
                    }
                    let is_state = STATES.iter().any(|state| statement.starts_with(state));
                    at += if is_state { space } else { 0 };
                    *self = if is_state {
                        Self::Within(Statement::default())
                    } else {
                        Self::Over
                    };
                }
                Self::Within(statement) => match statement.read(rest, is_last) {
                    Read::End(length) => {
                        at += length;
                        *self = Self::Before;
                    }
                    Read::More(length) => return at + length,
                    Read::NoState => {
                        *self = Self::Over;
                        return at;
                    }
                },
            }
        }
    }

    /// Whether what comes is code.
    pub(super) const fn is_over(self) -> bool {
        matches!(self, Self::Over)
    }
}

enum Read {
    /// It ends there.
    End(usize),
    /// It is read that far.
    More(usize),
    NoState,
}

impl Statement {
    fn read(&mut self, text: &[u8], is_last: bool) -> Read {
        let mut at = 0;
        loop {
            let rest = text.get(at..).unwrap_or_default();
            if let Some(quote) = self.quote {
                let Some(length) = string(rest, quote) else {
                    let slashes = rest.iter().rev().take_while(|byte| **byte == b'\\');
                    return match is_last {
                        true => Read::NoState,
                        false => Read::More(text.len() - slashes.count() % 2),
                    };
                };
                at += length;
                self.quote = None;
                self.may_end = true;
                continue;
            }
            let before = *self;
            let (length, is_end) = self.run(rest);
            let run = rest.get(..length).unwrap_or_default();
            if !is_data(run) {
                return Read::NoState;
            }
            at += length;
            if is_end {
                return Read::End(at);
            }
            if let Some(quote) = text.get(at) {
                self.quote = Some(*quote);
                at += 1;
                continue;
            }
            return match is_last {
                true if self.brackets > 0 => Read::NoState,
                true => Read::End(at),
                // A word may be cut here.
                false if length <= LONGEST_RUN => {
                    *self = before;
                    Read::More(at - length)
                }
                false => Read::More(at),
            };
        }
    }

    /// The length of what comes before a string or the statement's end, and whether that is there.
    fn run(&mut self, text: &[u8]) -> (usize, bool) {
        for (at, byte) in text.iter().enumerate() {
            match byte {
                b'"' | b'\'' => return (at, false),
                b'{' | b'[' | b'(' => self.brackets += 1,
                b'}' | b']' | b')' => {
                    self.brackets = self.brackets.saturating_sub(1);
                    self.may_end = true;
                    continue;
                }
                b';' if self.brackets == 0 => return (at + 1, true),
                b'\n' if self.brackets == 0 && self.may_end => return (at + 1, true),
                byte if byte.is_ascii_whitespace() => continue,
                _ => {}
            }
            self.may_end = false;
        }
        (text.len(), false)
    }
}

/// The length of a string's rest, with its quote.
fn string(text: &[u8], quote: u8) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr2(quote, b'\\', text.get(at..)?)?;
        if text.get(at) == Some(&quote) {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// Whether text outside of strings is that of data: it loads nothing, and has no templates, patterns or
/// comments, which could hold quotes.
fn is_data(run: &[u8]) -> bool {
    let is_strange = |at: usize| {
        let is_quotient = at
            .checked_sub(1)
            .and_then(|before| run.get(before))
            .is_some_and(u8::is_ascii_digit);
        run.get(at) == Some(&b'`') || !is_quotient
    };
    !memchr::memchr2_iter(b'`', b'/', run).any(is_strange) && !loading::loads(run)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What of a script is code, read in parts of that length.
    fn code(script: &str, length: usize) -> String {
        let (mut state, mut rest) = (State::default(), script.as_bytes());
        loop {
            let (part, _) = rest.split_at(length.min(rest.len()));
            let is_last = part.len() == rest.len();
            let (_, behind) = rest.split_at(state.read(part, is_last));
            if state.is_over() || is_last {
                return String::from_utf8_lossy(behind).into_owned();
            }
            rest = behind;
        }
    }

    #[test]
    fn state_is_passed_over_and_what_follows_is_code() {
        for (script, expected) in [
            ("window.__INITIAL_STATE__={a:\"x;}\\\"\"};go()", "go()"),
            (
                "window.__INITIAL_STATE__ = {a:1}\n(function(){})()",
                "(function(){})()",
            ),
            (
                "window.__NUXT__=(function(a,b){return {c:[a,1/0]}}('x',null));",
                "",
            ),
            ("self.__next_f.push([1,\"createElement 'tags'\"])", ""),
            (
                "(self.__next_f=self.__next_f||[]).push([0]);self.__next_f.push([2,null])",
                "",
            ),
            (
                "window.__NUXT__={};window.__NUXT__.config={a:{}};b()",
                "b()",
            ),
            ("window.__APOLLO_STATE__=\n {\"a\":'b'}\n", ""),
            ("go();window.__NUXT__={}", "go();window.__NUXT__={}"),
            ("window.__NUXT__=fetch('x')", "window.__NUXT__=fetch('x')"),
            (
                "window.__NUXT__={a:/'/};go('')",
                "window.__NUXT__={a:/'/};go('')",
            ),
            (
                "window.__NUXT__={a:`'`};go('')",
                "window.__NUXT__={a:`'`};go('')",
            ),
            ("window.__NUXT__={a:'", "window.__NUXT__={a:'"),
        ] {
            assert_eq!(code(script, usize::MAX), expected, "{script}");
        }
    }

    #[test]
    fn state_longer_than_a_part_is_read_to_its_end() {
        let script = format!(
            "window.__INITIAL_STATE__={{a:[{}]}};go()",
            "\"a\\\"}];\",".repeat(5000)
        );
        for length in [64, 1000, 4096, 9999] {
            assert_eq!(code(&script, length), "go()", "in parts of {length}");
        }
    }
}
