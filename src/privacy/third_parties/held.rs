//! Inline scripts and styles at the gate: judged as a whole where the page's memory allows, or else part
//! by part.
//!
//! What is refused in a later part finds the start tag sent. A style needs none: its URLs tell whose they
//! are. A script is ended where it stands, such that no browser runs any of it, and an empty script behind
//! it lets `privet.js` ask for the page anew once its vendor may come.

use super::{
    css,
    elements::Element,
    gate::{Gating, element, script_kind},
    inert,
    insert::Urgency,
    judge::{Script, slug_of},
    refused,
    script_kind::ScriptKind,
};
use crate::privacy::{
    html::{Part, StartTag},
    policy::Stripped,
};

/// How much of a script is read again with what follows, bytes: what is close together is seen together.
const OVERLAP: usize = 16 * 1024;

/// Ends a script so that it is none, wherever in it that stands: `-->` ends a comment of the markup, the new
/// line one of the script's, a string or a pattern, and `@` ends no program; what spans lines stays open.
const ENDING: &[u8] = b"-->\n@";

/// An element whose first part was read.
#[derive(Debug)]
pub(super) struct Held {
    content: Content,
    in_noscript: bool,
    /// Whether it was told of already.
    is_told: bool,
}

#[derive(Debug)]
enum Content {
    Style(css::Style),
    Script(Script),
    /// JSON that tells where modules are.
    Addresses,
    /// It is inert, or nothing more is wanted of it.
    Passing,
    /// It was ended.
    Ended,
}

impl Gating<'_> {
    /// The first part of a script or style.
    pub(super) fn first_part(
        &mut self,
        tag: &mut StartTag<'_>,
        content: &[u8],
        is_last: bool,
    ) -> Part {
        let mut held = Held {
            content: match (element(tag), script_kind(tag)) {
                (Element::Style, _) => Content::Style(css::Style::default()),
                (_, ScriptKind::Addresses) => Content::Addresses,
                _ => Content::Script(Script::default()),
            },
            in_noscript: tag.place().noscript,
            is_told: false,
        };
        let (mut part, whose) = self.judged(&mut held.content, content, is_last);
        let is_style = matches!(held.content, Content::Style(_));
        if let Some(first) = whose.first() {
            self.page.count(*first);
            held.is_told = true;
            if self.page.context.applies {
                self.page.is_changed = true;
                let whose = if is_style {
                    whose
                } else {
                    inert::make_script(tag);
                    held.content = Content::Passing;
                    let kind = script_kind(tag);
                    refused::all(&self.judge(), *first, |judge| match kind {
                        ScriptKind::Addresses => judge.addresses(content),
                        _ => {
                            judge
                                .script_part(&mut Script::default(), content, 0, is_last)
                                .1
                        }
                    })
                };
                inert::name_vendors(self.policy, tag, &whose);
                self.want(urgency(is_style), tag);
            }
        } else if !is_style
            && self.asks_consent_mode()
            && (!is_last || self.judge().holds_container(content))
        {
            self.want(Urgency::Blocking, tag);
        }
        if !self.page.context.applies {
            part.replaced = None;
        }
        self.page.held = (!is_last).then_some(held);
        part
    }

    /// A further part.
    pub(super) fn further_part(
        &mut self,
        content: &[u8],
        is_last: bool,
        after: &mut Vec<u8>,
    ) -> Part {
        let Some(mut held) = self.page.held.take() else {
            return Part::kept(content);
        };
        let (mut part, whose) = self.judged(&mut held.content, content, is_last);
        let is_style = matches!(held.content, Content::Style(_));
        if let Some(first) = whose.first() {
            if !held.is_told {
                self.page.count(*first);
            }
            held.is_told = true;
            if self.page.context.applies {
                self.page.is_changed = true;
                if !is_style {
                    part = Part {
                        replaced: Some(ENDING.to_vec()),
                        ..Part::kept(content)
                    };
                    after.extend_from_slice(self.asks_anew(*first).as_bytes());
                    held.content = Content::Ended;
                }
                self.ask(urgency(is_style), held.in_noscript);
            }
        }
        if !self.page.context.applies {
            part.replaced = None;
        }
        self.page.held = (!is_last).then_some(held);
        part
    }

    /// What becomes of a part, and whose is refused in it.
    fn judged(&self, held: &mut Content, content: &[u8], is_last: bool) -> (Part, Vec<Stripped>) {
        let judge = self.judge();
        let overlap = if is_last {
            0
        } else {
            OVERLAP.min(content.len() / 4)
        };
        let (done, whose) = match held {
            Content::Style(style) => {
                let (done, restyled) = judge.restyled_part(style, content, is_last);
                let (css, whose) = restyled.unzip();
                let part = Part {
                    done,
                    replaced: css,
                };
                return (part, whose.unwrap_or_default());
            }
            Content::Script(script) => judge.script_part(script, content, overlap, is_last),
            Content::Addresses => (content.len() - overlap, judge.addresses(content)),
            Content::Passing => (content.len(), None),
            Content::Ended => {
                let part = Part {
                    replaced: Some(Vec::new()),
                    ..Part::kept(content)
                };
                return (part, Vec::new());
            }
        };
        let part = Part {
            done,
            replaced: None,
        };
        (part, whose.into_iter().collect())
    }

    /// An empty script that stands for one that was ended.
    fn asks_anew(&self, whose: Stripped) -> String {
        format!(
            "<script type=\"text/plain\" data-privet-vendor=\"{}\" data-privet-reload=\"\"></script>",
            slug_of(self.policy, whose)
        )
    }
}

const fn urgency(is_style: bool) -> Urgency {
    if is_style {
        Urgency::Deferred
    } else {
        Urgency::Blocking
    }
}
