//! The gate: what it knows of a page, and what it does at each tag.
//!
//! [`Judge`] tells whose something is, `inert` what becomes of a refused element, `insert` which scripts
//! of privet's own a page needs.

use std::borrow::Cow;

use super::{
    elements::{Element, Fetch, ScriptKind, fetch, link_fetches, may_fetch},
    inert::{self, Finding},
    insert::{self, Urgency},
    judge::{Judge, looks_at_own},
    page::PageContext,
    refresh,
    url::{Base, cleaned},
};
use crate::privacy::{
    html::{
        Attribute, Content, EndTag, Namespace, PageHandler, Rewriter, StartTag, Syntax,
        decode_entities,
    },
    policy::{Policy, Stripped},
    purpose::Purposes,
};

/// How many elements are told of; a page may have any number.
const MOST_TOLD: usize = 10_000;
/// How deep pages in attributes of pages are read.
const DEEPEST: u8 = 2;

/// What the gate knows of a page so far.
#[derive(Debug)]
pub(super) struct Gate {
    pub(super) context: PageContext,
    /// The page's own URL.
    page: Base,
    /// What relative URLs are completed from, once `<base>` says so.
    base: Option<Base>,
    /// See [`looks_at_own`]; `None` until that is known.
    looks_at_own: Option<bool>,
    /// The script that is in the page.
    inserted: Option<Urgency>,
    /// The script that waits for a place.
    wanted: Option<Urgency>,
    has_mirror: bool,
    is_changed: bool,
    gated: Vec<Stripped>,
    depth: u8,
}

impl Gate {
    pub(super) fn new(context: PageContext) -> Self {
        let page = Base::new(context.base.as_bytes());
        Self {
            page: page.unwrap_or_else(|| Base::of_host(&context.host)),
            context,
            base: None,
            looks_at_own: None,
            inserted: None,
            wanted: None,
            has_mirror: false,
            is_changed: false,
            gated: Vec::new(),
            depth: 0,
        }
    }

    pub(super) fn is_changed(&self) -> bool {
        self.is_changed
    }

    pub(super) fn gated(&self) -> &[Stripped] {
        &self.gated
    }

    pub(super) fn base(&self) -> &Base {
        self.base.as_ref().unwrap_or(&self.page)
    }

    /// What stands before privet's own paths.
    pub(super) fn origin(&self) -> String {
        insert::own_origin(&self.page, self.base())
    }

    fn count(&mut self, whose: Stripped) {
        if self.gated.len() < MOST_TOLD {
            self.gated.push(whose);
        }
    }
}

/// The gate at work on one piece of a page.
#[derive(Debug)]
pub(super) struct Gating<'a> {
    gate: &'a mut Gate,
    policy: &'a Policy,
}

impl<'a> Gating<'a> {
    pub(super) fn new(gate: &'a mut Gate, policy: &'a Policy) -> Self {
        if gate.looks_at_own.is_none() {
            gate.looks_at_own = Some(looks_at_own(policy, &gate.context.host, gate.base()));
        }
        Self { gate, policy }
    }

    fn judge(&self) -> Judge<'_> {
        Judge {
            policy: self.policy,
            consent: &self.gate.context.cookies.consent,
            host: &self.gate.context.host,
            base: self.gate.base(),
            looks_at_own: self.gate.looks_at_own.unwrap_or(true),
        }
    }

    /// Takes note of `<base href>`, the first of which counts.
    fn note_base(&mut self, tag: &StartTag<'_>) {
        let href = tag.attribute("href").and_then(|attribute| attribute.value);
        let Some(href) = href.filter(|_| self.gate.base.is_none()) else {
            return;
        };
        let href = decode_entities(href);
        let base = self.gate.page.based(&cleaned(&href));
        self.gate.looks_at_own = Some(looks_at_own(self.policy, &self.gate.context.host, &base));
        self.gate.base = Some(base);
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
                _ => self.refused(tag, fetch, raw).map(|whose| (whose, None)),
            };
            if let Some((whose, value)) = found {
                findings.push(Finding {
                    attribute,
                    fetch,
                    whose,
                    value,
                });
            }
        }
        findings
    }

    /// Whose an attribute's value is, if they are refused.
    fn refused(&self, tag: &StartTag<'_>, fetch: Fetch, raw: &[u8]) -> Option<Stripped> {
        let judge = self.judge();
        let value = decode_entities(raw);
        match fetch {
            Fetch::Url | Fetch::Script | Fetch::Embed | Fetch::Action => judge.url(&value),
            Fetch::Link => judge.url(&value).filter(|_| {
                let rel = tag.attribute("rel").and_then(|attribute| attribute.value);
                rel.is_some_and(|rel| link_fetches(&decode_entities(rel)))
            }),
            Fetch::Urls => judge.urls(&value),
            Fetch::Candidates => judge.candidates(&value),
            Fetch::Paint => judge.style(&value),
            Fetch::Lazy => judge.lazy(&value),
            Fetch::Refresh => {
                let kind = tag.attribute("http-equiv")?.value?;
                let is_refresh = decode_entities(kind).eq_ignore_ascii_case(b"refresh");
                judge.url(refresh::url(&value).filter(|_| is_refresh)?)
            }
            Fetch::Handler => judge.script(&value),
            Fetch::Page | Fetch::Style => None,
        }
    }

    /// Whose a `style` attribute fetches from, and its value without that.
    fn style_attribute(&self, raw: &[u8]) -> Option<(Stripped, Option<Vec<u8>>)> {
        // Every function has a bracket.
        memchr::memchr2(b'(', b'&', raw)?;
        let value = decode_entities(raw);
        let (css, whose) = self.judge().restyled(&value)?;
        let css = match value {
            Cow::Borrowed(_) => css,
            Cow::Owned(_) => inert::escaped(&css),
        };
        Some((whose.first().copied()?, Some(css)))
    }

    /// Gates the page in a frame's attribute.
    fn nested_page(&mut self, tag: &mut StartTag<'_>, attribute: &Attribute<'_>, raw: &[u8]) {
        if self.gate.depth == DEEPEST {
            return;
        }
        let mut nested = Gate::new(PageContext {
            syntax: Syntax::Html,
            ..self.gate.context.clone()
        });
        nested.base.clone_from(&self.gate.base);
        nested.depth = self.gate.depth + 1;
        let mut gating = Gating::new(&mut nested, self.policy);
        let mut rewriter = Rewriter::new(Syntax::Html, self.gate.context.memory);
        let mut page = Vec::new();
        let is_read = rewriter
            .write(&decode_entities(raw), &mut gating, &mut page)
            .and_then(|()| rewriter.end(&mut gating, &mut page));
        // Of what can't be read only the beginning is shown.
        if nested.is_changed || is_read.is_err() {
            tag.set_value(attribute, &inert::escaped(&page));
            self.gate.is_changed = true;
        }
        nested
            .gated
            .into_iter()
            .for_each(|whose| self.gate.count(whose));
    }

    /// Puts `privet.js` before this tag if it waits for a place and this is one.
    fn insert_wanted(&mut self, tag: &mut StartTag<'_>) {
        let Some(urgency) = self.gate.wanted else {
            return;
        };
        let begins_page = ["html", "head", "body"]
            .into_iter()
            .any(|name| tag.is(name));
        if tag.place().takes_script() && !begins_page {
            tag.insert_before(self.script(urgency).as_bytes());
            self.gate.wanted = None;
            self.gate.inserted = Some(urgency);
        }
    }

    fn script(&self, urgency: Urgency) -> String {
        insert::script(
            &self.gate.context,
            self.policy,
            &self.gate.origin(),
            urgency,
        )
    }

    /// Asks for `privet.js` before this tag, or as soon as there is a place. Loaded deferred, it comes too
    /// late for the scripts that follow: then it is put in once more; it runs once.
    fn want(&mut self, urgency: Urgency, tag: &mut StartTag<'_>) {
        let gate = &mut *self.gate;
        // Browsers without scripts read what is in `noscript`.
        let is_of_use = gate.context.is_document && gate.context.applies && !tag.place().noscript;
        if is_of_use && gate.inserted < Some(urgency) {
            gate.wanted = gate.wanted.max(Some(urgency));
            gate.is_changed = true;
            self.insert_wanted(tag);
        }
    }

    /// Makes the element inert.
    fn refuse(&mut self, tag: &mut StartTag<'_>, element: Element, findings: &[Finding<'_>]) {
        let findings = inert::without_left(self.policy, tag, element, findings);
        let Some(first) = findings.first() else {
            return;
        };
        self.gate.count(first.whose);
        if !self.gate.context.applies {
            return;
        }
        self.gate.is_changed = true;
        inert::make(self.gate, self.policy, tag, element, &findings);
        let urgency = match element {
            Element::Script => Urgency::Blocking,
            _ => Urgency::Deferred,
        };
        self.want(urgency, tag);
    }

    /// What a script that may run needs beside it.
    fn accompany(&mut self, tag: &mut StartTag<'_>, url: &[u8]) {
        let url = decode_entities(url);
        if self.asks_consent_mode() && self.judge().is_container(&url) {
            self.want(Urgency::Blocking, tag);
        }
        let gate = &mut *self.gate;
        let may = gate.context.is_document && gate.context.applies && tag.place().takes_script();
        if may
            && !gate.has_mirror
            && insert::is_mirrored(gate.base(), &url)
            && insert::asks_mirror(self.policy)
        {
            tag.insert_before(insert::mirror(&gate.context, &gate.origin()).as_bytes());
            gate.has_mirror = true;
            gate.is_changed = true;
        }
    }

    /// Whether tag managers run here on their word that they honour what Google's consent mode says.
    fn asks_consent_mode(&self) -> bool {
        self.policy.third_parties().consent_mode
            && self.gate.context.cookies.consent.granted() != Purposes::ALL
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
        if !findings.is_empty() {
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
        let whose = match script_kind(tag) {
            ScriptKind::Addresses => judge.addresses(content),
            _ => judge.script(content),
        };
        if let Some(whose) = whose {
            self.gate.count(whose);
            if self.gate.context.applies {
                self.gate.is_changed = true;
                inert::make_script(tag);
                inert::name_vendors(self.policy, tag, &[whose]);
                self.want(Urgency::Blocking, tag);
            }
        } else if self.asks_consent_mode() && judge.holds_container(content) {
            self.want(Urgency::Blocking, tag);
        }
        None
    }

    fn end_tag(&mut self, tag: &mut EndTag<'_>) {
        if let Some(urgency) = self.gate.wanted
            && tag.is("body")
        {
            tag.insert_before(self.script(urgency).as_bytes());
            self.gate.wanted = None;
            self.gate.inserted = Some(urgency);
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        // Nothing may follow the root of XML.
        if let Some(urgency) = self.gate.wanted.take()
            && self.gate.context.syntax == Syntax::Html
        {
            out.extend_from_slice(self.script(urgency).as_bytes());
        }
    }
}

impl Gating<'_> {
    fn held_style(&mut self, tag: &mut StartTag<'_>, content: &[u8]) -> Option<Vec<u8>> {
        let (css, whose) = self.judge().restyled(content)?;
        self.gate.count(whose.first().copied()?);
        if !self.gate.context.applies {
            return None;
        }
        self.gate.is_changed = true;
        inert::name_vendors(self.policy, tag, &whose);
        self.want(Urgency::Deferred, tag);
        Some(css)
    }
}

fn element(tag: &StartTag<'_>) -> Element {
    let name = tag.name();
    // A prefix in XML says what the namespace says.
    let local = memchr::memrchr(b':', name).and_then(|at| name.get(at + 1..));
    Element::of(local.unwrap_or(name), tag.namespace() == Namespace::Html)
}

fn script_kind(tag: &StartTag<'_>) -> ScriptKind {
    let kind = tag.attribute("type").and_then(|attribute| attribute.value);
    ScriptKind::of(kind.map(decode_entities).as_deref())
}
