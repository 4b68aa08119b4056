//! Passes over tags that mean nothing: neither to how the page is read on, nor to the handler.
//!
//! Most tags of a page are such. They are found out here in one look, without being taken down; what
//! can't be told in one look is left to the usual way, from its `<` on.

use memchr::memchr;

use super::{
    reading::Pass,
    rewriter::PageHandler,
    tag_scan::{ends_attribute_name, ends_tag_name, is_space},
    tree,
    words::Word,
};

/// A tag with more attributes is looked at properly.
const MOST_ATTRIBUTES: usize = 64;
/// So far, one byte after the other is faster than a search, whose result the next step would wait for.
const NEAR: usize = 16;

impl<H: PageHandler> Pass<'_, H> {
    /// In text: goes on to the first tag that may mean something.
    pub(super) fn skim(&mut self) {
        if !(self.rewriter.held.is_none()
            && self.rewriter.tree.is_plain()
            && self.handler.may_skim())
        {
            return;
        }
        let mut passed = false;
        let mut rest = self.rest();
        loop {
            let Some((_, tag)) = find(b'<', rest).and_then(|at| rest.split_at_checked(at)) else {
                rest = b"";
                break;
            };
            rest = tag;
            let Some(behind) = behind_short_tag(tag).or_else(|| self.behind_plain_tag(tag)) else {
                break;
            };
            rest = behind;
            passed = true;
        }
        if passed {
            self.rewriter.tree.pass_plain_tags();
        }
        self.rewriter.at = self.input.len() - rest.len();
    }

    /// At a `<`: what follows the tag that it begins, if that means nothing.
    fn behind_plain_tag<'t>(&self, tag: &'t [u8]) -> Option<&'t [u8]> {
        let (is_end, named) = match tag {
            [b'<', b'/', rest @ ..] => (true, rest),
            [b'<', rest @ ..] => (false, rest),
            _ => return None,
        };
        if !named.first()?.is_ascii_alphabetic() {
            return None;
        }
        let (word, mut rest) = tag_name(named)?;
        if self.matters(is_end, word) {
            return None;
        }
        for _ in 0..MOST_ATTRIBUTES {
            let (name, value, behind) = attribute(rest)?;
            rest = behind;
            if name.is_empty() {
                let length = tag.len() - rest.len();
                return (length <= self.rewriter.longest_tag()).then_some(rest);
            }
            if !is_end && self.handler.minds_attribute(word, name, value) {
                return None;
            }
        }
        None
    }

    #[inline]
    fn matters(&self, is_end: bool, word: Word) -> bool {
        if is_end {
            tree::end_matters(word)
        } else {
            tree::start_matters(word) || self.handler.minds_element(word)
        }
    }
}

/// What follows a tag whose name has one or two letters, and that has no attributes: none of these means
/// anything.
#[inline]
fn behind_short_tag(tag: &[u8]) -> Option<&[u8]> {
    match tag {
        [b'<', first, b'>', behind @ ..] | [b'<', b'/', first, b'>', behind @ ..]
            if first.is_ascii_alphabetic() =>
        {
            Some(behind)
        }
        [b'<', first, second, b'>', behind @ ..]
        | [b'<', b'/', first, second, b'>', behind @ ..]
            if first.is_ascii_alphabetic() && second.is_ascii_alphanumeric() =>
        {
            Some(behind)
        }
        _ => None,
    }
}

/// Reads a tag's name, of which the first letter is there: the name packed, and what follows.
#[inline]
fn tag_name(named: &[u8]) -> Option<(Word, &[u8])> {
    let mut word: Word = 0;
    for (length, byte) in named.iter().enumerate() {
        if ends_tag_name(*byte) {
            let word = if length > 8 { 0 } else { word };
            return Some((word, named.get(length..)?));
        }
        word = word << 8 | Word::from(*byte | 0x20);
    }
    None
}

/// Reads the next attribute of a tag: its name, its value, and what follows it; with no name, what follows
/// the tag.
#[inline]
fn attribute(mut rest: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    loop {
        match rest.split_first()? {
            (b'>', behind) => return Some((b"", b"", behind)),
            (byte, behind) if *byte == b'/' || is_space(*byte) => rest = behind,
            _ => break,
        }
    }
    // A first `=` belongs to the name.
    let behind = rest.get(1..)?;
    let length = behind.iter().position(|byte| ends_attribute_name(*byte))?;
    let (name, behind) = rest.split_at_checked(length + 1)?;
    let behind = trim(behind);
    match behind.split_first()? {
        (b'=', behind) => {
            let (value, behind) = value(trim(behind))?;
            Some((name, value, behind))
        }
        _ => Some((name, b"", behind)),
    }
}

/// Reads an attribute's value: it, and what follows.
#[inline]
fn value(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    match rest.split_first()? {
        (quote @ (b'"' | b'\''), text) => {
            let (value, behind) = text.split_at_checked(find(*quote, text)?)?;
            Some((value, behind.get(1..)?))
        }
        (b'>', _) => Some((b"", rest)),
        _ => {
            let is_end = |byte: &u8| *byte == b'>' || is_space(*byte);
            rest.split_at_checked(rest.iter().position(is_end)?)
        }
    }
}

#[inline]
fn trim(mut text: &[u8]) -> &[u8] {
    while let Some((byte, behind)) = text.split_first()
        && is_space(*byte)
    {
        text = behind;
    }
    text
}

/// Where the first such byte is.
#[inline]
fn find(wanted: u8, text: &[u8]) -> Option<usize> {
    let near = text.get(..NEAR).unwrap_or(text);
    if let Some(at) = near.iter().position(|byte| *byte == wanted) {
        return Some(at);
    }
    let far = text.get(near.len()..)?;
    memchr(wanted, far).map(|at| near.len() + at)
}
