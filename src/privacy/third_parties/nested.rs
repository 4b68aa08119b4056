//! Pages within pages: in a frame's `srcdoc`, which is gated like the page itself, and in `data:` URLs that
//! frames show, of which only is asked whether anything in them would be gated.

use super::{
    data_url::{DataUrl, Kind},
    elements::Fetch,
    gate::Gating,
    inert,
    page::PageContext,
    progress::Progress,
    url::{Base, Reference, cleaned},
};
use crate::privacy::{
    html::{Attribute, Rewriter, StartTag, Syntax, TooLong, decode_entities},
    policy::Stripped,
};

/// How deep pages, scripts and styles in attributes of pages are read; deeper ones are taken for somebody's
/// whom nobody knows.
pub(super) const DEEPEST: u8 = 2;

impl Gating<'_> {
    /// Gates the page in a frame's attribute. If it is too deep to be read, and no plain text, it is refused.
    pub(super) fn nested_page(
        &mut self,
        tag: &mut StartTag<'_>,
        attribute: &Attribute<'_>,
        raw: &[u8],
    ) -> Option<Stripped> {
        if self.page.depth == DEEPEST {
            return memchr::memchr2(b'<', b'&', raw).map(|_| Stripped(None));
        }
        let base = self.page.base.clone();
        let (nested, page, is_read) = self.gated(&decode_entities(raw), Syntax::Html, base);
        // Of what can't be read only the beginning is shown.
        if nested.is_changed || is_read.is_err() {
            tag.set_value(attribute, &inert::escaped(&page));
            self.page.is_changed = true;
        }
        self.page.frames = nested.frames;
        self.page.seen.extend(nested.seen);
        nested
            .gated
            .into_iter()
            .for_each(|whose| self.page.count(whose));
        None
    }

    /// The first who is refused in the page that a `data:` URL holds, in an attribute that a frame shows.
    pub(super) fn document(
        &self,
        tag: &StartTag<'_>,
        fetch: Fetch,
        raw: &[u8],
    ) -> Option<Stripped> {
        let is_shown = fetch == Fetch::Embed || fetch == Fetch::Lazy && tag.is("iframe");
        if !is_shown {
            return None;
        }
        let value = decode_entities(raw);
        let url = cleaned(&value);
        let Reference::Data(text) = self.page.base().read(&url) else {
            return None;
        };
        let url = DataUrl::read(text)?;
        let Kind::Page(syntax) = url.kind else {
            return None;
        };
        if self.page.depth == DEEPEST {
            return Some(Stripped(None));
        }
        let base = Some(self.page.base().opaque());
        let (nested, _, is_read) = self.gated(&url.content(), syntax, base);
        let first = nested.gated.first().copied();
        first.or_else(|| is_read.is_err().then_some(Stripped(None)))
    }

    /// What the gate knows of a page behind it, and the page then.
    fn gated(
        &self,
        page: &[u8],
        syntax: Syntax,
        base: Option<Base>,
    ) -> (Progress, Vec<u8>, Result<(), TooLong>) {
        let mut nested = Progress::new(PageContext {
            syntax,
            ..self.page.context.clone()
        });
        nested.base = base;
        nested.depth = self.page.depth + 1;
        nested.frames = self.page.frames;
        let mut gating = Gating::new(&mut nested, self.policy);
        let mut rewriter = Rewriter::new(syntax, self.page.context.memory);
        let mut out = Vec::new();
        let is_read = rewriter
            .write(page, &mut gating, &mut out)
            .and_then(|()| rewriter.end(&mut gating, &mut out));
        (nested, out, is_read)
    }
}
