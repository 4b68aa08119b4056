//! The gate: what it knows of a page, and what it does at each tag.
//!
//! [`Judge`] tells whose something is, `inert` what becomes of a refused element, `own_scripts` and
//! `insert` which scripts of privet's own a page needs.

use std::borrow::Cow;

use super::{
    elements::{Element, Fetch, fetch, may_fetch},
    inert::{self, Finding},
    insert::Urgency,
    judge::{Judge, looks_at_own},
    progress::Progress,
    refused,
    script_kind::ScriptKind,
    srcset,
    url::cleaned,
};
use crate::privacy::{
    html::{
        Content, EndTag, Namespace, PageHandler, Part, StartTag, Syntax, Word, decode_entities,
        word,
    },
    policy::{Policy, Stripped},
};

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
            depth: self.page.depth,
        }
    }

    /// Takes note of `<base href>`, the first of which counts. One that counts for some browsers only, or
    /// for none, is put out of the way.
    fn note_base(&mut self, tag: &mut StartTag<'_>) {
        let place = tag.place();
        let is_certain = tag.namespace() == Namespace::Html && !place.template && !place.noscript;
        if let Some(href) = tag.attribute("href").filter(|_| !is_certain) {
            if self.page.context.applies {
                self.page.is_changed = true;
                tag.prefix(&href, inert::PREFIX);
            }
            return;
        }
        let href = tag.attribute("href").and_then(|attribute| attribute.value);
        let Some(href) = href.filter(|_| !self.page.has_base) else {
            return;
        };
        let href = decode_entities(href);
        // What stands in the page before it, or was put there, would be asked of the vendor.
        if (self.page.is_changed || !place.head)
            && let Some(whose) = self.judge().url(&href)
        {
            self.refuse_base(tag, whose);
            return;
        }
        let base = self.page.base().based(&cleaned(&href));
        self.page.looks_at_own = Some(looks_at_own(self.policy, &self.page.context.host, &base));
        self.page.base = Some(base);
        self.page.has_base = true;
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
            let name = match self.page.context.syntax {
                Syntax::Html => attribute.name,
                // Whatever prefix the names of links have.
                Syntax::Xml => local(attribute.name),
            };
            if !may_fetch(name) {
                continue;
            }
            let (Some(fetch), Some(raw)) = (fetch(element, name), attribute.value) else {
                continue;
            };
            let found = match fetch {
                Fetch::Style => self.style_attribute(raw),
                Fetch::Page => self
                    .nested_page(tag, &attribute, raw)
                    .map(|whose| (whose, None)),
                _ => refused::attribute(&self.judge(), tag, fetch, raw)
                    .or_else(|| self.document(tag, fetch, raw))
                    .map(|whose| (whose, None)),
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

    fn held(&mut self, tag: &mut StartTag<'_>, content: &[u8], is_last: bool) -> Part {
        self.first_part(tag, content, is_last)
    }

    fn held_further(&mut self, content: &[u8], is_last: bool, after: &mut Vec<u8>) -> Part {
        self.further_part(content, is_last, after)
    }

    fn instruction(&mut self, text: &[u8]) -> bool {
        let Some(whose) =
            stylesheet(text).and_then(|href| self.judge().url(&decode_entities(href)))
        else {
            return true;
        };
        self.page.count(whose);
        self.page.is_changed |= self.page.context.applies;
        !self.page.context.applies
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

/// The address of a style sheet that a processing instruction of XML names (xml-stylesheet §3).
fn stylesheet(instruction: &[u8]) -> Option<&[u8]> {
    let mut rest = instruction.strip_prefix(b"xml-stylesheet")?;
    loop {
        let (name, behind) = rest.split_at_checked(memchr::memchr(b'=', rest)?)?;
        let behind = behind.get(1..)?.trim_ascii_start();
        let (quote, behind) = behind.split_first()?;
        let (value, behind) = behind.split_at_checked(memchr::memchr(*quote, behind)?)?;
        if name.trim_ascii() == b"href" {
            return Some(value);
        }
        rest = behind.get(1..)?;
    }
}

/// Whether a `style` attribute may fetch: every function has a bracket.
fn may_hold_url(style: &[u8]) -> bool {
    memchr::memchr2(b'(', b'&', style).is_some()
}

pub(super) fn element(tag: &StartTag<'_>) -> Element {
    // A prefix in XML says what the namespace says.
    Element::of(local(tag.name()), tag.namespace() == Namespace::Html)
}

/// A name without its prefix.
fn local(name: &[u8]) -> &[u8] {
    let local = name.rsplit(|byte| *byte == b':').next();
    local.unwrap_or_default()
}

pub(super) fn script_kind(tag: &StartTag<'_>) -> ScriptKind {
    let kind = tag.attribute("type").and_then(|attribute| attribute.value);
    ScriptKind::of(kind.map(decode_entities).as_deref())
}
