//! What this visitor's browser may contact: whose a URL, a style or an inline script is, and whether
//! the visitor consented to that vendor.

use std::borrow::Cow;

use super::{
    css,
    data_url::{DataUrl, Kind},
    host::decoded,
    loading,
    nested::DEEPEST,
    snippets, srcset,
    state::State,
    url::{Base, Location, Reference, cleaned, is_plainly_relative},
};
use crate::privacy::{
    catalogue::{VendorId, slug},
    consent::Consent,
    policy::{Policy, Stripped},
};

/// The slug of third parties that no vendor claims.
pub(super) const UNKNOWN: &str = "unknown";

/// Longer scripts are applications, bytes.
const LONG: usize = 16 * 1024;

/// What is known of a script that is read in parts.
#[derive(Debug, Default)]
pub(super) struct Script {
    state: State,
    met: snippets::Met,
    is_long: bool,
}

/// CSS, and whose URLs were made inert in it.
pub(super) type Restyled = (Vec<u8>, Vec<Stripped>);

/// Decides for one page and visitor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judge<'a> {
    pub(super) policy: &'a Policy,
    pub(super) consent: &'a Consent,
    /// The host that the visitor asked.
    pub(super) host: &'a str,
    /// What relative URLs are completed from.
    pub(super) base: &'a Base,
    /// Whether a path of the base's host may be a vendor's; mostly not.
    pub(super) looks_at_own: bool,
    /// In how many `data:` URLs and pages in pages it is.
    pub(super) depth: u8,
}

/// Whether URLs that are relative to `base` have to be looked at, on a page of `host`.
pub(super) fn looks_at_own(policy: &Policy, host: &str, base: &Base) -> bool {
    let catalogue = policy.catalogue();
    base.host() != host || catalogue.hosts().is_given(host) || catalogue.has_paths()
}

/// The slug by which an element tells whose it is.
pub(super) fn slug_of(policy: &Policy, whose: Stripped) -> String {
    let vendor = whose.0.and_then(|vendor| policy.catalogue().vendor(vendor));
    vendor.map_or_else(|| UNKNOWN.to_owned(), |vendor| slug(&vendor.name))
}

impl Judge<'_> {
    /// Whose `url`, an attribute's value, is, if this visitor's browser may not contact them.
    pub(super) fn url(&self, url: &[u8]) -> Option<Stripped> {
        if self.is_plainly_own(url) {
            return None;
        }
        let url = cleaned(url);
        match self.base.read(&url) {
            Reference::Absolute(location) => self.location(&location),
            Reference::Relative(relative) if self.looks_at_own => {
                self.location(&self.base.join(relative))
            }
            // Browsers decode it before they run it.
            Reference::Script(script) => self.script(&decoded(script)),
            Reference::Data(text) => {
                let url = DataUrl::read(text)?;
                if url.kind != Kind::Other && url.is_disguised() {
                    return Some(Stripped(None));
                }
                match url.kind {
                    Kind::Style => self.deeper(|judge| judge.style(&url.content())),
                    Kind::Script => self.deeper(|judge| judge.script(&url.content())),
                    Kind::Page(_) | Kind::Other => None,
                }
            }
            Reference::Relative(_) | Reference::Nowhere => None,
        }
    }

    /// Whether a URL may lead to anybody but the website.
    pub(super) fn may_be_others(&self, url: &[u8]) -> bool {
        if self.is_plainly_own(url) {
            return false;
        }
        match self.base.read(&cleaned(url)) {
            Reference::Absolute(location) => self.looks_at_own || location.host != self.host,
            Reference::Relative(_) => self.looks_at_own,
            Reference::Script(_) | Reference::Data(_) | Reference::Nowhere => true,
        }
    }

    /// What is found in what an URL itself holds.
    fn deeper(&self, find: impl FnOnce(&Judge<'_>) -> Option<Stripped>) -> Option<Stripped> {
        if self.depth >= DEEPEST {
            return Some(Stripped(None));
        }
        find(&Judge {
            depth: self.depth + 1,
            base: &self.base.opaque(),
            ..*self
        })
    }

    /// Whether an attribute's value surely leads to the website, at a glance.
    pub(super) fn is_plainly_own(&self, url: &[u8]) -> bool {
        !self.looks_at_own && is_plainly_relative(url)
    }

    /// The same of a script: one that the website serves for a vendor under its own name would come empty,
    /// and could not be brought back.
    pub(super) fn script_url(&self, url: &[u8]) -> Option<Stripped> {
        let careful = Self {
            looks_at_own: true,
            ..*self
        };
        let cleaned = cleaned(url);
        match self.base.read(&cleaned) {
            // Browsers run it, whatever its type.
            Reference::Data(text) => {
                let url = DataUrl::read(text)?;
                if url.is_disguised() {
                    return Some(Stripped(None));
                }
                self.deeper(|judge| judge.script(&url.content()))
            }
            _ => careful.url(url),
        }
    }

    fn location(&self, location: &Location<'_>) -> Option<Stripped> {
        if location.host == self.host && !self.looks_at_own {
            return None;
        }
        self.target(&location.host, &location.target())
    }

    /// The vendor of an allowed script that is a tag manager's container, whose tags ask Google's consent mode.
    pub(super) fn is_container(&self, url: &[u8]) -> bool {
        let url = cleaned(url);
        let Reference::Absolute(location) = self.base.read(&url) else {
            return false;
        };
        let claim = self.policy.catalogue().hosts();
        let claim = claim.find(&location.host, &location.target());
        claim.is_some_and(|claim| self.is_tag_manager(claim.vendor))
    }

    fn is_tag_manager(&self, vendor: VendorId) -> bool {
        let vendor = self.policy.catalogue().vendor(vendor);
        vendor.is_some_and(|vendor| vendor.marks.tag_manager)
    }

    /// Whether a script that may run holds a tag manager's snippet.
    pub(super) fn holds_container(&self, script: &[u8]) -> bool {
        let snippets = self.policy.catalogue().snippets();
        let script = snippets::plain(script);
        snippets
            .find(&script, |vendor| self.is_tag_manager(vendor))
            .is_some()
    }

    /// Decides on `target` (path and query) of `host`.
    fn target(&self, host: &str, target: &[u8]) -> Option<Stripped> {
        let catalogue = self.policy.catalogue();
        let is_own = host == self.host || self.policy.is_own_host(host);
        let claim = catalogue.hosts().find(host, target);
        let vendor = match claim {
            // What is built in does not know that the host is the website's own.
            Some(claim) if claim.is_operators || !is_own => Some(claim.vendor),
            _ if is_own => self.in_disguise(target),
            _ => None,
        };
        match vendor {
            Some(vendor) => self.refuses(vendor).then_some(Stripped(Some(vendor))),
            None => (!is_own && self.refuses_unknown()).then_some(Stripped(None)),
        }
    }

    /// The vendor that the website serves under its own name at `target`.
    fn in_disguise(&self, target: &[u8]) -> Option<VendorId> {
        let target = std::str::from_utf8(target).ok()?;
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        let catalogue = self.policy.catalogue();
        let vendor = catalogue.path(path);
        vendor.or_else(|| catalogue.disguise(path, query))
    }

    fn refuses(&self, vendor: VendorId) -> bool {
        !self.policy.allows_vendor(vendor, self.consent)
    }

    fn refuses_unknown(&self) -> bool {
        !self.policy.allows_unknown(self.consent)
    }

    /// The first refused of several URLs, parted by white space, commas or semicolons.
    pub(super) fn urls(&self, urls: &[u8]) -> Option<Stripped> {
        let is_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b';');
        urls.split(is_end).find_map(|url| self.url(url))
    }

    /// The first refused of image candidates.
    pub(super) fn candidates(&self, srcset: &[u8]) -> Option<Stripped> {
        srcset::urls(srcset).find_map(|url| self.url(url))
    }

    /// What lazy loaders take for a URL, for candidates or for CSS.
    pub(super) fn lazy(&self, value: &[u8]) -> Option<Stripped> {
        if memchr::memchr(b'(', value).is_some() {
            self.style(value)
        } else {
            self.url(value).or_else(|| self.candidates(value))
        }
    }

    /// The first refused URL in CSS.
    pub(super) fn style(&self, css: &[u8]) -> Option<Stripped> {
        let mut refused = None;
        css::urls(css, |_, url| refused = refused.or_else(|| self.url(url)));
        refused
    }

    /// CSS with every refused URL behind `data:,privet:SLUG:`, with whose they are; `None` if there is none.
    pub(super) fn restyled(&self, css: &[u8]) -> Option<Restyled> {
        let (_, restyled) = self.restyled_part(&mut css::Style::default(), css, true);
        restyled
    }

    /// The same of a part of a style, and how much of it is done with, see [`css::Style::read`].
    pub(super) fn restyled_part(
        &self,
        style: &mut css::Style,
        css: &[u8],
        is_last: bool,
    ) -> (usize, Option<Restyled>) {
        let mut out = Vec::new();
        let mut copied = 0;
        let mut whose = Vec::new();
        let done = style.read(css, is_last, |url| {
            if let Some(refused) = self.url(&url.text) {
                out.extend_from_slice(css.get(copied..url.at).unwrap_or_default());
                let prefix = format!("data:,privet:{}:", slug_of(self.policy, refused));
                out.extend_from_slice(prefix.as_bytes());
                copied = url.at;
                whose.push(refused);
            }
        });
        if whose.is_empty() {
            return (done, None);
        }
        out.extend_from_slice(css.get(copied..done).unwrap_or_default());
        (done, Some((out, whose)))
    }

    /// Whose loader an inline script, an event handler or a `javascript:` URL is, if they are refused.
    pub(super) fn script(&self, script: &[u8]) -> Option<Stripped> {
        self.script_part(&mut Script::default(), script, 0, true).1
    }

    /// The same of the next part of a script, and how much of it is done with: all but `overlap` bytes,
    /// which must come again with what follows.
    pub(super) fn script_part(
        &self,
        script: &mut Script,
        part: &[u8],
        overlap: usize,
        is_last: bool,
    ) -> (usize, Option<Stripped>) {
        let state = script.state.read(part, is_last);
        if !script.state.is_over() {
            return (state, None);
        }
        script.is_long |= !is_last || part.len() > LONG;
        let done = state.max(part.len() - overlap);
        let code = snippets::plain(part.get(state..).unwrap_or_default());
        let snippets = self.policy.catalogue().snippets();
        let found = snippets.find_on(&mut script.met, &code, |vendor| self.refuses(vendor));
        let whose = match found {
            Some(vendor) => Some(Stripped(Some(vendor))),
            None => self.loaded(&code, script.is_long),
        };
        (done, whose)
    }

    /// Whose address code loads from, if they are refused.
    fn loaded(&self, code: &[u8], is_long: bool) -> Option<Stripped> {
        loading::find(code, is_long, |address| {
            let host = std::str::from_utf8(address.host).ok()?;
            let host = if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
                Cow::Owned(host.to_ascii_lowercase())
            } else {
                Cow::Borrowed(host)
            };
            let is_own = host == self.host || self.policy.is_own_host(&host);
            let hosts = self.policy.catalogue().hosts();
            let Some(claim) = hosts.find(&host, address.target) else {
                let is_unknown = address.is_full && !is_own && !is_name_only(&host);
                let is_refused = is_unknown && self.refuses_unknown();
                return is_refused.then_some((Stripped(None), false));
            };
            let is_refused = (claim.is_operators || !is_own) && self.refuses(claim.vendor);
            is_refused.then_some((Stripped(Some(claim.vendor)), claim.has_path()))
        })
    }

    /// The first refused URL in JSON that tells a browser where modules are, or what to fetch soon.
    pub(super) fn addresses(&self, json: &[u8]) -> Option<Stripped> {
        let json = snippets::plain(json);
        // What stands between strings is no URL.
        json.split(|byte| *byte == b'"').find_map(|text| {
            let quoted = [b"\"", text, b"\""].concat();
            let unescaped = memchr::memchr(b'\\', text)
                .and_then(|_| serde_json::from_slice::<String>(&quoted).ok());
            self.url(unescaped.as_deref().map_or(text, str::as_bytes))
        })
    }
}

/// Hosts of names of markup, which nobody fetches.
fn is_name_only(host: &str) -> bool {
    matches!(host, "www.w3.org" | "schema.org" | "ogp.me" | "purl.org")
}
