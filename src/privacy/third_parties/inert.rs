//! How an element is made inert, so that `privet.js` can bring it back.
//!
//! An attribute that would be fetched gets another name, `data-privet-…`, and keeps its value; the
//! element tells whose it is in `data-privet-vendor`. A script also gets a type that no browser runs. In CSS a
//! prefix turns the URL into one that is not fetched. A visible embed gets the address of a placeholder.

use super::{
    elements::{Element, Fetch},
    embed::{self, Fate},
    judge::slug_of,
    progress::Progress,
};
use crate::privacy::{
    html::{Attribute, StartTag, Syntax, decode_entities},
    policy::{Policy, Stripped},
};

/// What stands before the names of attributes that would be fetched.
pub(super) const PREFIX: &str = "data-privet-";
/// The attribute that says whose an element is: slugs, parted by spaces.
const VENDOR: &str = "data-privet-vendor";

/// An attribute that would be fetched from somebody refused.
#[derive(Clone, Debug)]
pub(super) struct Finding<'t> {
    pub(super) attribute: Attribute<'t>,
    pub(super) fetch: Fetch,
    pub(super) whose: Stripped,
    /// What the value becomes, where its name can stay.
    pub(super) value: Option<Vec<u8>>,
}

impl Finding<'_> {
    /// Whether it is what an embed of that element shows.
    fn is_embed(&self, element: Element) -> bool {
        self.fetch == Fetch::Embed || (self.fetch == Fetch::Lazy && element == Element::Iframe)
    }
}

/// The findings without embeds that the operator leaves as they are.
pub(super) fn without_left<'t>(
    policy: &Policy,
    tag: &StartTag<'_>,
    element: Element,
    findings: &[Finding<'t>],
) -> Vec<Finding<'t>> {
    let is_left = |finding: &&Finding<'_>| {
        finding.is_embed(element) && embed::fate(policy, finding.whose, tag) == Fate::Left
    };
    findings
        .iter()
        .filter(|finding| !is_left(finding))
        .cloned()
        .collect()
}

/// Makes the element inert.
pub(super) fn make(
    page: &mut Progress,
    policy: &Policy,
    tag: &mut StartTag<'_>,
    element: Element,
    findings: &[Finding<'_>],
) {
    let embed = findings.iter().find(|finding| finding.is_embed(element));
    let fate = embed.map_or(Fate::Gated, |embed| embed::fate(policy, embed.whose, tag));
    // In XML, and in an object, content would stay behind.
    let can_go = element != Element::Object && page.context.syntax == Syntax::Html;
    if fate == Fate::Removed && can_go {
        tag.remove_element();
        page.has_lost_frames = true;
        return;
    }
    for finding in findings {
        match &finding.value {
            Some(value) => tag.set_value(&finding.attribute, value),
            None => tag.prefix(&finding.attribute, PREFIX),
        }
        if finding.fetch == Fetch::Action {
            let name = if element == Element::Form {
                "action"
            } else {
                "formaction"
            };
            tag.add(name, &format!("{}/.privet/", page.origin()));
        }
    }
    if element == Element::Script {
        make_script(tag);
    }
    if embed.is_some() {
        name_frame(page, tag);
    }
    if let Some(embed) = embed.filter(|_| fate == Fate::Replaced) {
        place_holder(page, policy, tag, element, embed);
    }
    let whose: Vec<Stripped> = findings.iter().map(|finding| finding.whose).collect();
    name_vendors(policy, tag, &whose);
}

/// Gives a frame a name of its own, for the life of this page. Browsers that go back in their history
/// find frames by their names, or else by their places, and show in them what was there, whatever the
/// page says now.
fn name_frame(page: &mut Progress, tag: &mut StartTag<'_>) {
    if let Some(name) = tag.attribute("name") {
        tag.prefix(&name, PREFIX);
    }
    tag.add("name", &page.frame_name());
}

/// Where frames were taken out: names one behind them that the website gave no name, so that nothing is
/// shown in it that was shown in one of those.
pub(super) fn name_moved_frame(page: &mut Progress, tag: &mut StartTag<'_>, element: Element) {
    let is_frame = matches!(
        element,
        Element::Iframe | Element::Frame | Element::Object | Element::Embed
    );
    if page.has_lost_frames && is_frame && tag.attribute("name").is_none() {
        tag.add("name", &page.frame_name());
    }
}

/// Gives a script a type that no browser runs.
pub(super) fn make_script(tag: &mut StartTag<'_>) {
    if let Some(kind) = tag.attribute("type") {
        tag.prefix(&kind, PREFIX);
    }
    tag.add("type", "text/plain");
}

/// Tells whose the element is.
pub(super) fn name_vendors(policy: &Policy, tag: &mut StartTag<'_>, whose: &[Stripped]) {
    let mut slugs: Vec<String> = Vec::new();
    for slug in whose.iter().map(|whose| slug_of(policy, *whose)) {
        if !slugs.contains(&slug) {
            slugs.push(slug);
        }
    }
    tag.add(VENDOR, &slugs.join(" "));
}

fn place_holder(
    page: &Progress,
    policy: &Policy,
    tag: &mut StartTag<'_>,
    element: Element,
    embed: &Finding<'_>,
) {
    let url = decode_entities(embed.attribute.value.unwrap_or_default());
    let slug = slug_of(policy, embed.whose);
    let Some(address) = embed::placeholder(&slug, &url, page.base(), &page.origin()) else {
        return;
    };
    let name = if element == Element::Object {
        "data"
    } else {
        "src"
    };
    // What a lazy loader would replace.
    if embed.fetch == Fetch::Lazy
        && let Some(shown) = tag.attribute(name)
    {
        tag.prefix(&shown, PREFIX);
    }
    tag.add(name, &address);
    if matches!(element, Element::Object | Element::Embed) {
        if let Some(kind) = tag.attribute("type") {
            tag.prefix(&kind, PREFIX);
        }
        tag.add("type", "text/html");
    }
}

/// Text as it stands in an attribute's value, in whatever quotes.
pub(super) fn escaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 8);
    for byte in text {
        match byte {
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'"' => out.extend_from_slice(b"&quot;"),
            b'\'' => out.extend_from_slice(b"&#39;"),
            other => out.push(*other),
        }
    }
    out
}
