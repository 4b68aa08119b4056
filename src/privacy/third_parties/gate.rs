//! The gate: what it knows of a page, and what it does at each tag.
//!
//! [`Judge`] tells whose something is, `inert` what becomes of a refused element, `own_scripts` and `insert` which scripts
//! of privet's own a page needs.

use std::borrow::Cow;

use super::{
    elements::{Element, Fetch, fetch, may_fetch},
    inert::{self, Finding},
    insert::Urgency,
    judge::{Judge, looks_at_own},
    page::PageContext,
    progress::Progress,
    refused,
    script_kind::ScriptKind,
    srcset,
    url::cleaned,
};
use crate::privacy::{
    html::{
        Attribute, Content, EndTag, Namespace, PageHandler, Rewriter, StartTag, Syntax, Word,
        decode_entities, word,
    },
    policy::{Policy, Stripped},
};

/// How deep pages in attributes of pages are read.
const DEEPEST: u8 = 2;

/// The gate at work on one piece of a page.
#[derive(Debug)]
pub(super) struct Gating<'a> {
    pub(super) page: &'a mut Progress,
    pub(super) policy: &'a Policy,
}

impl<'a> Gating<'a> {
    pub(super) fn new(page: &'a mut Progress, policy: &'a Policy) -> Self {
        if page.looks_at_own.is_none() {
            page.looks_at_own = Some(looks_at_own(policy, &page.context.host, page.base()));
        }
        Self { page, policy }
    }

    pub(super) fn judge(&self) -> Judge<'_> {
        Judge {
            policy: self.policy,
            consent: &self.page.context.cookies.consent,
            host: &self.page.context.host,
            base: self.page.base(),
            looks_at_own: self.page.looks_at_own.unwrap_or(true),
        }
    }

    /// Takes note of `<base href>`, the first of which counts.
    fn note_base(&mut self, tag: &mut StartTag<'_>) {
        let href = tag.attribute("href").and_then(|attribute| attribute.value);
        let Some(href) = href.filter(|_| self.page.base.is_none()) else {
            return;
        };
        let href = decode_entities(href);
        // What was put into the page before it would be asked of the vendor.
        if self.page.is_changed
            && let Some(whose) = self.judge().url(&href)
        {
            self.refuse_base(tag, whose);
            return;
        }
        let base = self.page.url.based(&cleaned(&href));
        self.page.looks_at_own = Some(looks_at_own(self.policy, &self.page.context.host, &base));
        self.page.base = Some(base);
    }

    fn refuse_base(&mut self, tag: &mut StartTag<'_>, whose: Stripped) {
        self.page.count(whose);
        if let Some(href) = tag.attribute("href").filter(|_| self.page.context.applies) {
            self.page.is_changed = true;
            tag.prefix(&href, inert::PREFIX);
            inert::name_vendors(self.policy, tag, &[whose]);
        }
    }

    /// Every attribute of the tag that would be fetched from somebody refused.
    fn findings<'t>(&mut self, tag: &mut StartTag<'t>, element: Element) -> Vec<Finding<'t>> {
        let mut findings = Vec::new();
        for attribute in tag.attributes() {
            if !may_fetch(attribute.name) {
                continue;
            }
            let (Some(fetch), Some(raw)) = (fetch(element, attribute.name), attribute.value) else {
                continue;
            };
            let found = match fetch {
                Fetch::Style => self.style_attribute(raw),
                Fetch::Page => {
                    self.nested_page(tag, &attribute, raw);
                    None
                }
                _ => refused::attribute(&self.judge(), tag, fetch, raw).map(|whose| (whose, None)),
            };
            if fetch.is_told_of() || (fetch == Fetch::Link && found.is_some()) {
                self.note_seen(raw, found.is_some());
            }
            let Some((whose, value)) = found else {
                continue;
            };
            let all = match fetch.may_name_several() {
                true => refused::all(&self.judge(), whose, |judge| {
                    refused::attribute(judge, tag, fetch, raw)
                }),
                false => vec![whose],
            };
            findings.extend(all.into_iter().map(|whose| Finding {
                attribute,
                fetch,
                whose,
                value: value.clone(),
            }));
        }
        findings
    }

    /// Whose a `style` attribute fetches from, and its value without that.
    fn style_attribute(&self, raw: &[u8]) -> Option<(Stripped, Option<Vec<u8>>)> {
        if !may_hold_url(raw) {
            return None;
        }
        let value = decode_entities(raw);
        let (css, whose) = self.judge().restyled(&value)?;
        let css = match value {
            Cow::Borrowed(_) => css,
            Cow::Owned(_) => inert::escaped(&css),
        };
        Some((whose.first().copied()?, Some(css)))
    }

    /// Takes note of a third party at `url`.
    fn note_seen(&mut self, url: &[u8], gated: bool) {
        let mut seen = std::mem::take(&mut self.page.seen);
        let gated = gated && self.page.context.applies;
        seen.note(&self.judge(), &decode_entities(url), gated);
        self.page.seen = seen;
    }

    /// Gates the page in a frame's attribute.
    fn nested_page(&mut self, tag: &mut StartTag<'_>, attribute: &Attribute<'_>, raw: &[u8]) {
        if self.page.depth == DEEPEST {
            return;
        }
        let mut nested = Progress::new(PageContext {
            syntax: Syntax::Html,
            ..self.page.context.clone()
        });
        nested.base.clone_from(&self.page.base);
        nested.depth = self.page.depth + 1;
        nested.frames = self.page.frames;
        let mut gating = Gating::new(&mut nested, self.policy);
        let mut rewriter = Rewriter::new(Syntax::Html, self.page.context.memory);
        let mut page = Vec::new();
        let is_read = rewriter
            .write(&decode_entities(raw), &mut gating, &mut page)
            .and_then(|()| rewriter.end(&mut gating, &mut page));
        self.page.frames = nested.frames;
        self.page.seen.extend(std::mem::take(&mut nested.seen));
        // Of what can't be read only the beginning is shown.
        if nested.is_changed || is_read.is_err() {
            tag.set_value(attribute, &inert::escaped(&page));
            self.page.is_changed = true;
        }
        nested
            .gated
            .into_iter()
            .for_each(|whose| self.page.count(whose));
    }

    /// Makes the element inert.
    fn refuse(&mut self, tag: &mut StartTag<'_>, element: Element, findings: &[Finding<'_>]) {
        let findings = inert::without_left(self.policy, tag, element, findings);
        let Some(first) = findings.first() else {
            return;
        };
        self.page.count(first.whose);
        if !self.page.context.applies {
            return;
        }
        self.page.is_changed = true;
        inert::make(self.page, self.policy, tag, element, &findings);
        let urgency = match element {
            Element::Script => Urgency::Blocking,
            _ => Urgency::Deferred,
        };
        self.want(urgency, tag);
    }
}

impl PageHandler for Gating<'_> {
    fn start_tag(&mut self, tag: &mut StartTag<'_>) -> Content {
        self.insert_wanted(tag);
        let element = element(tag);
        let kind = (element == Element::Script).then(|| script_kind(tag));
        match element {
            Element::Base => {
                self.note_base(tag);
                return Content::Pass;
            }
            // Nothing is fetched for it.
            Element::Script if kind == Some(ScriptKind::Data) => return Content::Pass,
            _ => {}
        }
        let findings = self.findings(tag, element);
        if findings.is_empty() {
            inert::name_moved_frame(self.page, tag, element);
        } else {
            self.refuse(tag, element, &findings);
        }
        match element {
            Element::Script => match tag.attribute("src") {
                Some(source) if findings.is_empty() => {
                    self.accompany(tag, source.value.unwrap_or_default());
                    Content::Pass
                }
                Some(_) => Content::Pass,
                None => Content::Hold,
            },
            Element::Style => Content::Hold,
            _ => Content::Pass,
        }
    }

    fn held(
        &mut self,
        tag: &mut StartTag<'_>,
        content: &[u8],
        _is_complete: bool,
    ) -> Option<Vec<u8>> {
        if element(tag) == Element::Style {
            return self.held_style(tag, content);
        }
        let judge = self.judge();
        // In SVG and XML character references stand for characters in it.
        let content = if self.is_markup(tag) {
            decode_entities(content)
        } else {
            Cow::Borrowed(content)
        };
        let kind = script_kind(tag);
        let find = |judge: &Judge<'_>| match kind {
            ScriptKind::Addresses => judge.addresses(&content),
            _ => judge.script(&content),
        };
        if let Some(whose) = find(&judge) {
            let all = refused::all(&judge, whose, find);
            self.page.count(whose);
            if self.page.context.applies {
                self.page.is_changed = true;
                inert::make_script(tag);
                inert::name_vendors(self.policy, tag, &all);
                self.want(Urgency::Blocking, tag);
            }
        } else if self.asks_consent_mode() && judge.holds_container(&content) {
            self.want(Urgency::Blocking, tag);
        }
        None
    }

    fn end_tag(&mut self, tag: &mut EndTag<'_>) {
        if let Some(urgency) = self.page.wanted
            && tag.is("body")
        {
            tag.insert_before(self.script(urgency).as_bytes());
            self.page.wanted = None;
            self.page.inserted = Some(urgency);
        }
    }

    fn may_skim(&self) -> bool {
        self.page.wanted.is_none()
    }

    fn minds_element(&self, element: Word) -> bool {
        element == word(b"base")
    }

    fn minds_attribute(&self, element: Word, name: &[u8], value: &[u8]) -> bool {
        // The most frequent of all: a link.
        let is_link = element == word(b"a") && name.eq_ignore_ascii_case(b"href");
        if is_link || !may_fetch(name) {
            return false;
        }
        let has_reference = || memchr::memchr(b'&', value).is_some();
        match fetch(Element::of_word(element), name) {
            None => false,
            Some(Fetch::Url | Fetch::Action) => {
                has_reference() || self.judge().may_be_others(value)
            }
            Some(Fetch::Candidates) => {
                has_reference() || srcset::urls(value).any(|url| self.judge().may_be_others(url))
            }
            Some(Fetch::Style) => may_hold_url(value),
            Some(_) => true,
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        // Nothing may follow the root of XML.
        if let Some(urgency) = self.page.wanted.take()
            && self.page.context.syntax == Syntax::Html
        {
            out.extend_from_slice(self.script(urgency).as_bytes());
        }
    }
}

impl Gating<'_> {
    fn held_style(&mut self, tag: &mut StartTag<'_>, content: &[u8]) -> Option<Vec<u8>> {
        let (css, whose) = self.restyled(tag, content)?;
        self.page.count(whose.first().copied()?);
        if !self.page.context.applies {
            return None;
        }
        self.page.is_changed = true;
        inert::name_vendors(self.policy, tag, &whose);
        self.want(Urgency::Deferred, tag);
        Some(css)
    }
}

impl Gating<'_> {
    /// Whether a script's or style's content is markup.
    fn is_markup(&self, tag: &StartTag<'_>) -> bool {
        tag.namespace() != Namespace::Html || self.page.context.syntax == Syntax::Xml
    }

    /// A style element's CSS with what is refused made inert. In SVG and XML character references stand for
    /// characters in it.
    fn restyled(&self, tag: &StartTag<'_>, content: &[u8]) -> Option<(Vec<u8>, Vec<Stripped>)> {
        let plain = self.judge().restyled(content);
        if plain.is_some() || !self.is_markup(tag) || memchr::memchr(b'&', content).is_none() {
            return plain;
        }
        let (css, whose) = self.judge().restyled(&decode_entities(content))?;
        Some((inert::escaped(&css), whose))
    }
}

/// Whether a `style` attribute may fetch: every function has a bracket.
fn may_hold_url(style: &[u8]) -> bool {
    memchr::memchr2(b'(', b'&', style).is_some()
}

fn element(tag: &StartTag<'_>) -> Element {
    // A prefix in XML says what the namespace says.
    let local = tag.name().rsplit(|byte| *byte == b':').next();
    Element::of(
        local.unwrap_or_default(),
        tag.namespace() == Namespace::Html,
    )
}

fn script_kind(tag: &StartTag<'_>) -> ScriptKind {
    let kind = tag.attribute("type").and_then(|attribute| attribute.value);
    ScriptKind::of(kind.map(decode_entities).as_deref())
}
