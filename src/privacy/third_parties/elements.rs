//! Which attributes of which elements make a browser fetch, and how their values name URLs.
//!
//! HTML §4 and SVG 2 for what browsers do, and the attributes from which widely used lazy loaders make
//! the others. Links (`a[href]`) fetch nothing before somebody follows them.

use crate::privacy::html::{Word, word};

/// How an attribute's value names URLs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fetch {
    /// One URL.
    Url,
    /// The URL of a script.
    Script,
    /// The URL of a page or document that is shown in a frame of this one.
    Embed,
    /// The URL that a form is sent to.
    Action,
    /// The URL of a link, which is fetched for some relations only.
    Link,
    /// URLs parted by white space or commas.
    Urls,
    /// Image candidates.
    Candidates,
    /// CSS.
    Style,
    /// CSS, of which only `url(…)` is of interest.
    Paint,
    /// What a lazy loader takes for a URL, candidates or CSS.
    Lazy,
    /// The time and URL of a refresh.
    Refresh,
    /// A page.
    Page,
    /// A script that runs at an event.
    Handler,
}

impl Fetch {
    /// Whether a value is one URL of a third party that the operator should know of.
    pub(super) const fn is_told_of(self) -> bool {
        matches!(self, Self::Url | Self::Script | Self::Embed | Self::Lazy)
    }

    /// Whether a value may name URLs of several parties that can't come apart.
    pub(super) const fn may_name_several(self) -> bool {
        matches!(
            self,
            Self::Urls | Self::Candidates | Self::Paint | Self::Lazy | Self::Handler
        )
    }
}

/// Elements for which it matters which one it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Element {
    Script,
    Style,
    Link,
    Meta,
    Base,
    Frame,
    Iframe,
    Object,
    Embed,
    Param,
    Form,
    Image,
    Media,
    Input,
    Button,
    /// `a` and `area`.
    Anchor,
    /// `html`.
    Root,
    /// Any other of SVG or MathML.
    Foreign,
    /// Whatever else; also elements that scripts define, whose `href` or `to` are links.
    Other,
}

/// The longest name in the tables.
const LONGEST: usize = 24;

/// A name in lower case, if it is short enough to be in the tables.
pub(super) struct Lower([u8; LONGEST], usize);

impl Lower {
    pub(super) fn new(name: &[u8]) -> Option<Self> {
        let mut lower = [0; LONGEST];
        let place = lower.get_mut(..name.len())?;
        for (to, from) in place.iter_mut().zip(name) {
            *to = from.to_ascii_lowercase();
        }
        Some(Self(lower, name.len()))
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.get(..self.1).unwrap_or_default()
    }
}

impl Element {
    /// The element of that name, in HTML or not.
    pub(super) fn of(name: &[u8], is_html: bool) -> Self {
        match Self::named(name) {
            Self::Other if !is_html => Self::Foreign,
            element => element,
        }
    }

    fn named(name: &[u8]) -> Self {
        Self::of_word(word(name))
    }

    /// The HTML element of that name.
    pub(super) fn of_word(name: Word) -> Self {
        let known = ELEMENTS.iter().find(|(known, _)| *known == name);
        known.map_or(Self::Other, |(_, element)| *element)
    }
}

const ELEMENTS: [(Word, Element); 22] = [
    (word(b"script"), Element::Script),
    (word(b"style"), Element::Style),
    (word(b"link"), Element::Link),
    (word(b"meta"), Element::Meta),
    (word(b"base"), Element::Base),
    (word(b"frame"), Element::Frame),
    (word(b"iframe"), Element::Iframe),
    (word(b"object"), Element::Object),
    (word(b"embed"), Element::Embed),
    (word(b"param"), Element::Param),
    (word(b"form"), Element::Form),
    (word(b"img"), Element::Image),
    (word(b"image"), Element::Image),
    (word(b"source"), Element::Media),
    (word(b"video"), Element::Media),
    (word(b"audio"), Element::Media),
    (word(b"track"), Element::Media),
    (word(b"input"), Element::Input),
    (word(b"button"), Element::Button),
    (word(b"a"), Element::Anchor),
    (word(b"area"), Element::Anchor),
    (word(b"html"), Element::Root),
];

/// Whether a name may be in the table of [`fetch`]: most are not, by their length and first byte.
#[inline]
pub(super) fn may_fetch(name: &[u8]) -> bool {
    let Some(first) = name.first() else {
        return false;
    };
    let length = name.len();
    match first | 0x20 {
        b'b' => length >= 2,
        b't' => length == 2,
        b's' => length >= 3,
        b'c' => length == 4 || length > 5,
        b'h' => length == 4,
        b'd' | b'f' | b'm' | b'p' => length >= 4,
        b'o' | b'v' => length > 4,
        b'a' | b'l' => length > 5,
        b'x' => length == 10,
        b'i' => length == 11,
        _ => false,
    }
}

/// What the attribute `name` of `element` fetches, if anything.
pub(super) fn fetch(element: Element, name: &[u8]) -> Option<Fetch> {
    let name = Lower::new(name)?;
    let name = name.as_bytes();
    Some(match (name, element) {
        (b"src", Element::Script) => Fetch::Script,
        (b"src", Element::Iframe | Element::Frame | Element::Embed) => Fetch::Embed,
        // `portal`, `fencedframe` and whatever comes.
        (b"src", _) => Fetch::Url,
        (b"srcset" | b"imagesrcset", _) => Fetch::Candidates,
        (b"href", Element::Anchor) => return None,
        (b"href" | b"xlink:href", Element::Script) => Fetch::Script,
        (b"href", Element::Link) => Fetch::Link,
        (b"href" | b"xlink:href", Element::Foreign | Element::Image) => Fetch::Url,
        (b"data", Element::Object) => Fetch::Embed,
        (b"classid" | b"codebase", Element::Object) => Fetch::Url,
        (b"value", Element::Param) => Fetch::Url,
        (b"action", Element::Form) | (b"formaction", _) => Fetch::Action,
        (b"content", Element::Meta) => Fetch::Refresh,
        (b"srcdoc", Element::Iframe) => Fetch::Page,
        (b"manifest", Element::Root) => Fetch::Url,
        (b"ping" | b"attributionsrc" | b"archive", _) => Fetch::Urls,
        (b"poster" | b"background" | b"lowsrc" | b"dynsrc" | b"code" | b"lazysrc", _) => Fetch::Url,
        (b"to" | b"from" | b"by" | b"values", Element::Foreign) => Fetch::Urls,
        (b"style", _) => Fetch::Style,
        (
            b"fill" | b"stroke" | b"filter" | b"mask" | b"clip-path" | b"marker" | b"marker-start"
            | b"marker-mid" | b"marker-end" | b"cursor",
            Element::Foreign | Element::Image,
        ) => Fetch::Paint,
        (
            b"data-src"
            | b"data-srcset"
            | b"data-lazy-src"
            | b"data-lazy-srcset"
            | b"data-litespeed-src"
            | b"data-lazy"
            | b"data-original"
            | b"data-original-set"
            | b"data-bg"
            | b"data-bgset"
            | b"data-background"
            | b"data-background-image"
            | b"data-lazy-background"
            | b"data-iframe-src"
            | b"data-video-src"
            | b"data-lazyload"
            | b"data-lazysrc"
            | b"data-cfsrc"
            | b"data-ezsrc"
            | b"data-opt-src"
            | b"data-wpfc-original-src"
            | b"data-pagespeed-lazy-src"
            | b"data-splide-lazy"
            | b"data-ll-src"
            | b"data-orig-src"
            | b"data-poster"
            | b"data-rocket-src"
            | b"data-flickity-lazyload"
            | b"data-image-src",
            _,
        ) => Fetch::Lazy,
        (name, _) if is_handler(name) => Fetch::Handler,
        _ => return None,
    })
}

fn is_handler(name: &[u8]) -> bool {
    name.len() > 4 && name.starts_with(b"on")
}

/// Relations by which a link fetches, or opens a connection (HTML §4.6.8).
const FETCHING_RELATIONS: &[&str] = &[
    "stylesheet",
    "icon",
    "apple-touch-icon",
    "apple-touch-icon-precomposed",
    "apple-touch-startup-image",
    "mask-icon",
    "fluid-icon",
    "manifest",
    "preload",
    "modulepreload",
    "prefetch",
    "prerender",
    "next",
    "preconnect",
    "dns-prefetch",
    "expect",
    "compression-dictionary",
    "import",
    "subresource",
];

/// Whether a link of that `rel` fetches.
pub(super) fn link_fetches(rel: &[u8]) -> bool {
    let relations = rel.split(|byte| byte.is_ascii_whitespace());
    relations.into_iter().any(|relation| {
        let mut fetching = FETCHING_RELATIONS.iter();
        fetching.any(|fetching| relation.eq_ignore_ascii_case(fetching.as_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attribute_that_fetches_is_let_through_by_the_quick_look() {
        let elements = [
            Element::Script,
            Element::Link,
            Element::Base,
            Element::Iframe,
            Element::Object,
            Element::Param,
            Element::Form,
            Element::Meta,
            Element::Root,
            Element::Foreign,
            Element::Image,
        ];
        for name in [
            "src",
            "SRCSET",
            "imagesrcset",
            "href",
            "xlink:href",
            "data",
            "classid",
            "codebase",
            "value",
            "action",
            "formaction",
            "content",
            "srcdoc",
            "manifest",
            "ping",
            "attributionsrc",
            "archive",
            "poster",
            "background",
            "lowsrc",
            "dynsrc",
            "code",
            "lazysrc",
            "to",
            "from",
            "by",
            "values",
            "style",
            "fill",
            "stroke",
            "filter",
            "mask",
            "clip-path",
            "marker-start",
            "cursor",
            "data-src",
            "data-background-image",
            "onload",
            "onPageShow",
        ] {
            let fetches = elements
                .iter()
                .any(|element| fetch(*element, name.as_bytes()).is_some());
            assert!(fetches, "{name}");
            assert!(may_fetch(name.as_bytes()), "{name}");
        }
        for name in [
            "class",
            "id",
            "alt",
            "type",
            "rel",
            "width",
            "height",
            "role",
            "aria-label",
        ] {
            let fetches = elements
                .iter()
                .any(|element| fetch(*element, name.as_bytes()).is_some());
            assert!(!fetches, "{name}");
        }
    }

    #[test]
    fn links_fetch_for_some_relations_only() {
        for (rel, expected) in [
            ("stylesheet", true),
            ("alternate Stylesheet", true),
            ("shortcut\nicon", true),
            ("DNS-prefetch", true),
            ("canonical", false),
            ("noopener me", false),
            ("", false),
        ] {
            assert_eq!(link_fetches(rel.as_bytes()), expected, "{rel}");
        }
    }
}
