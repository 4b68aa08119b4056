//! Finds the end of elements whose content is text: `script`, `style`, `title` and their like
//! (13.2.5.9 to 13.2.5.31).

use memchr::{memchr, memchr2};

use super::tag_scan::ends_tag_name;

/// The text of such an element on its way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RawText {
    /// The element, in lower case.
    pub(super) name: &'static str,
    script: Script,
}

/// How far a script is in comments of the kind that hid scripts from browsers that knew none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Script {
    /// Or another element.
    Plain,
    /// After `<!--`.
    Escaped,
    /// After `<script` in there: an end tag doesn't end the element.
    DoubleEscaped,
}

/// Whether `</name` is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match {
    Yes,
    No,
    /// The input ends too early to tell.
    Unfinished,
}

/// Where reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// At the `<` of the element's end tag.
    EndTag(usize),
    /// At another `<`; to go on, call again from one further.
    LessThan(usize),
    /// All is read up to here; what follows can't be told yet.
    Unfinished(usize),
}

impl RawText {
    pub(super) const fn of(name: &'static str) -> Self {
        let script = Script::Plain;
        Self { name, script }
    }

    /// What must stand before an end tag so that it ends this element.
    pub(super) const fn closes_comment(&self) -> &'static str {
        match self.script {
            Script::Plain => "",
            Script::Escaped | Script::DoubleEscaped => "-->",
        }
    }

    /// Reads on from `at`.
    pub(super) fn read(&mut self, input: &[u8], mut at: usize) -> Stop {
        loop {
            let rest = input.get(at..).unwrap_or_default();
            let next = match self.script {
                Script::Plain => memchr(b'<', rest),
                Script::Escaped | Script::DoubleEscaped => memchr2(b'<', b'-', rest),
            };
            let Some(next) = next else {
                return Stop::Unfinished(input.len());
            };
            at += next;
            let rest = input.get(at..).unwrap_or_default();
            if !rest.starts_with(b"-") {
                return self.less_than(rest, at);
            }
            match literal(rest, b"-->") {
                Match::Unfinished => return Stop::Unfinished(at),
                Match::Yes => self.script = Script::Plain,
                Match::No => {}
            }
            at += 1;
        }
    }

    fn less_than(&mut self, rest: &[u8], at: usize) -> Stop {
        let end = opens(rest, b"</", self.name);
        let (script, opening) = match self.script {
            Script::Plain if self.name == "script" => (Script::Escaped, literal(rest, b"<!--")),
            Script::Escaped => (Script::DoubleEscaped, opens(rest, b"<", self.name)),
            Script::DoubleEscaped => (Script::Escaped, end),
            Script::Plain => (Script::Plain, Match::No),
        };
        match (end, opening) {
            (Match::Unfinished, _) | (_, Match::Unfinished) => Stop::Unfinished(at),
            (Match::Yes, _) if self.script != Script::DoubleEscaped => Stop::EndTag(at),
            (_, Match::Yes) => {
                self.script = script;
                Stop::LessThan(at)
            }
            _ => Stop::LessThan(at),
        }
    }
}

/// Whether `</name` and the end of a name are at the beginning of `input`.
pub(super) fn is_end_tag(input: &[u8], name: &str) -> Match {
    opens(input, b"</", name)
}

fn opens(input: &[u8], opening: &[u8], name: &str) -> Match {
    let Some(rest) = input.strip_prefix(opening) else {
        return literal(input, opening);
    };
    match rest.split_at_checked(name.len()) {
        Some((found, after)) if found.eq_ignore_ascii_case(name.as_bytes()) => {
            match after.first() {
                Some(byte) if ends_tag_name(*byte) => Match::Yes,
                Some(_) => Match::No,
                None => Match::Unfinished,
            }
        }
        Some(_) => Match::No,
        None => match name.as_bytes().get(..rest.len()) {
            Some(begin) if begin.eq_ignore_ascii_case(rest) => Match::Unfinished,
            _ => Match::No,
        },
    }
}

/// Whether `input` begins with `text`.
pub(super) fn literal(input: &[u8], text: &[u8]) -> Match {
    if input.starts_with(text) {
        Match::Yes
    } else if text.starts_with(input) {
        Match::Unfinished
    } else {
        Match::No
    }
}
