//! Tags as a handler sees them, and the edits that it makes.

use std::ops::Range;

use super::{
    rewriter::Syntax,
    tag_scan::{Span, TagScan},
    tree::{Namespace, Place, Tree, local_name},
};

/// A tag as it was scanned.
#[derive(Clone, Copy, Debug)]
pub(super) struct RawTag<'a> {
    /// From `<` to `>`.
    pub(super) bytes: &'a [u8],
    pub(super) name: &'a [u8],
    pub(super) is_self_closing: bool,
    attributes: &'a [Span],
}

impl<'a> RawTag<'a> {
    pub(super) fn new(bytes: &'a [u8], scan: &'a TagScan) -> Self {
        let begin = if scan.is_end { 2 } else { 1 };
        Self {
            bytes,
            name: bytes.get(begin..scan.name_end).unwrap_or_default(),
            is_self_closing: scan.is_self_closing,
            attributes: &scan.attributes,
        }
    }

    fn at(&self, (begin, end): (u32, u32)) -> &'a [u8] {
        self.bytes
            .get(begin as usize..end as usize)
            .unwrap_or_default()
    }

    fn attributes(self) -> impl Iterator<Item = Attribute<'a>> {
        self.attributes.iter().map(move |span| Attribute {
            name: self.at(span.name),
            value: span.value.map(|value| self.at(value)),
            span: *span,
        })
    }

    fn attribute(self, name: &str) -> Option<Attribute<'a>> {
        self.attributes()
            .find(|attribute| attribute.name.eq_ignore_ascii_case(name.as_bytes()))
    }

    pub(super) fn has(self, name: &str) -> bool {
        self.attribute(name).is_some()
    }

    pub(super) fn value(self, name: &str) -> Option<&'a [u8]> {
        self.attribute(name)?.value
    }
}

/// An attribute of a tag, as it is written.
#[derive(Clone, Copy, Debug)]
pub struct Attribute<'a> {
    /// In the page's case.
    pub name: &'a [u8],
    /// Without quotes, with character references as they are; None without `=`.
    pub value: Option<&'a [u8]>,
    span: Span,
}

impl Attribute<'_> {
    /// Whether it has that name, given in lower case.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }
}

/// What a handler wants changed at one tag. Used again for each.
#[derive(Debug, Default)]
pub(super) struct Edits {
    pub(super) is_made: bool,
    /// What goes from the tag, and the part of `text` that comes instead.
    replaced: Vec<(u32, u32, Range<usize>)>,
    text: Vec<u8>,
    before: Vec<u8>,
    pub(super) after: Vec<u8>,
    pub(super) is_removed: bool,
    pub(super) is_element_removed: bool,
}

impl Edits {
    pub(super) fn clear(&mut self) {
        if !self.is_made {
            return;
        }
        self.is_made = false;
        self.replaced.clear();
        self.text.clear();
        self.before.clear();
        self.after.clear();
        self.is_removed = false;
        self.is_element_removed = false;
    }

    fn replace(&mut self, (begin, end): (u32, u32), parts: &[&[u8]]) {
        let text = self.text.len();
        parts
            .iter()
            .for_each(|part| self.text.extend_from_slice(part));
        self.replaced.push((begin, end, text..self.text.len()));
        self.is_made = true;
    }

    /// Writes what is before the tag, and the tag; what is behind it is the caller's.
    pub(super) fn write(&mut self, tag: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(&self.before);
        if self.is_removed {
            return;
        }
        // Stable: what is added behind the tag's name stays in the order in which it was added.
        self.replaced.sort_by_key(|(begin, ..)| *begin);
        let mut written = 0;
        for (begin, end, text) in &self.replaced {
            out.extend_from_slice(tag.get(written..*begin as usize).unwrap_or_default());
            out.extend_from_slice(self.text.get(text.clone()).unwrap_or_default());
            written = *end as usize;
        }
        out.extend_from_slice(tag.get(written..).unwrap_or_default());
    }
}

/// A start tag.
#[derive(Debug)]
pub struct StartTag<'a> {
    pub(super) raw: RawTag<'a>,
    pub(super) edits: &'a mut Edits,
    pub(super) syntax: Syntax,
    pub(super) namespace: Namespace,
    pub(super) tree: &'a Tree,
}

impl<'a> StartTag<'a> {
    /// As written, with a prefix in XML.
    pub fn name(&self) -> &'a [u8] {
        self.raw.name
    }

    /// Whether it begins that element, given in lower case. In HTML, `image` is another name of
    /// `img`; in XML, prefixes aren't looked at, and neither is case, which XHTML gives a meaning
    /// but that no browser fetches for.
    pub fn is(&self, name: &str) -> bool {
        let local = match self.syntax {
            Syntax::Html => self.raw.name,
            Syntax::Xml => local_name(self.raw.name),
        };
        local.eq_ignore_ascii_case(name.as_bytes())
            || name == "img"
                && local.eq_ignore_ascii_case(b"image")
                && !matches!(self.namespace, Namespace::Svg | Namespace::MathMl)
    }

    /// What kind of element it begins.
    pub const fn namespace(&self) -> Namespace {
        self.namespace
    }

    /// Where in the page it stands.
    pub fn place(&self) -> Place {
        self.tree.place()
    }

    /// All attributes in order. Of several with one name, browsers take the first.
    pub fn attributes(&self) -> impl Iterator<Item = Attribute<'a>> + use<'a> {
        self.raw.attributes()
    }

    /// The attribute of that name, given in lower case: the first, which is the one that counts.
    pub fn attribute(&self, name: &str) -> Option<Attribute<'a>> {
        self.raw.attribute(name)
    }

    /// Puts `prefix` before the name of an attribute of this tag, and of all others of that name,
    /// since the next one would count instead. In XML it stands behind the prefix that the name has, which is
    /// declared somewhere. Nothing else of the attribute changes.
    pub fn prefix(&mut self, attribute: &Attribute<'_>, prefix: &str) {
        let declared = match self.syntax {
            Syntax::Html => 0,
            Syntax::Xml => attribute.name.len() - local_name(attribute.name).len(),
        } as u32;
        let place = |attribute: &Attribute<'_>| attribute.span.name.0 + declared;
        let begin = place(attribute);
        if self
            .edits
            .replaced
            .iter()
            .any(|(at, end, _)| *at == begin && *end == begin)
        {
            return;
        }
        for other in self.raw.attributes() {
            if other.name.eq_ignore_ascii_case(attribute.name) {
                let at = place(&other);
                self.edits.replace((at, at), &[prefix.as_bytes()]);
            }
        }
    }

    /// Gives an attribute of this tag another value, with character references where they are due;
    /// only a quote that would end it is escaped here. Quotes are added where there were none.
    pub fn set_value(&mut self, attribute: &Attribute<'_>, value: &[u8]) {
        let Span {
            name,
            value: old,
            is_quoted,
        } = attribute.span;
        let span = old.unwrap_or((name.1, name.1));
        let opening = match old {
            None => "=\"",
            Some(_) if is_quoted => "",
            Some(_) => "\"",
        };
        let closing = if is_quoted { "" } else { "\"" };
        let quote = match (span.0 as usize)
            .checked_sub(1)
            .and_then(|at| self.raw.bytes.get(at))
        {
            Some(b'\'') if is_quoted => b'\'',
            _ => b'"',
        };
        let value = escape(value, |byte| byte == quote);
        self.edits
            .replace(span, &[opening.as_bytes(), &value, closing.as_bytes()]);
    }

    /// Adds an attribute right behind the tag's name, so that it beats one of that name that is
    /// there. The value is text and gets escaped.
    pub fn add(&mut self, name: &str, value: &str) {
        let value = escape(value.as_bytes(), |byte| {
            matches!(byte, b'&' | b'"' | b'<' | b'>')
        });
        let at = self.raw.name.len() as u32 + 1;
        self.edits
            .replace((at, at), &[b" ", name.as_bytes(), b"=\"", &value, b"\""]);
    }

    /// Puts markup before the tag, behind what was put there before.
    pub fn insert_before(&mut self, markup: &[u8]) {
        self.edits.before.extend_from_slice(markup);
        self.edits.is_made = true;
    }

    /// Puts markup behind the tag; for an element whose content is text (`script`), behind its end
    /// tag.
    pub fn insert_after(&mut self, markup: &[u8]) {
        self.edits.after.extend_from_slice(markup);
        self.edits.is_made = true;
    }

    /// Takes the tag out.
    pub fn remove(&mut self) {
        self.edits.is_removed = true;
        self.edits.is_made = true;
    }

    /// Takes the tag out, and of an element whose content is text (`script`, `iframe`) also its
    /// content and its end tag.
    pub fn remove_element(&mut self) {
        self.edits.is_element_removed = true;
        self.remove();
    }
}

/// An end tag.
#[derive(Debug)]
pub struct EndTag<'a> {
    pub(super) raw: RawTag<'a>,
    pub(super) edits: &'a mut Edits,
}

impl<'a> EndTag<'a> {
    /// As written.
    pub fn name(&self) -> &'a [u8] {
        self.raw.name
    }

    /// Whether it ends that element, given in lower case.
    pub fn is(&self, name: &str) -> bool {
        self.raw.name.eq_ignore_ascii_case(name.as_bytes())
    }

    /// Puts markup before the tag, behind what was put there before.
    pub fn insert_before(&mut self, markup: &[u8]) {
        self.edits.before.extend_from_slice(markup);
        self.edits.is_made = true;
    }

    /// Takes the tag out.
    pub fn remove(&mut self) {
        self.edits.is_removed = true;
        self.edits.is_made = true;
    }
}

/// Writes some bytes as character references.
fn escape(text: &[u8], must: impl Fn(u8) -> bool) -> Vec<u8> {
    let mut escaped = Vec::with_capacity(text.len());
    for byte in text {
        if must(*byte) {
            escaped.extend_from_slice(format!("&#{byte};").as_bytes());
        } else {
            escaped.push(*byte);
        }
    }
    escaped
}
