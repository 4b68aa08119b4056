//! Every URL that a browser would fetch for a page, found by html5ever and by a reading of the
//! HTML standard that shares nothing with privet's own.

use html5ever::{
    ParseOpts, parse_document, tendril::TendrilSink as _, tree_builder::TreeBuilderOpts,
};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use url::Url;

use crate::{css, data};

/// A URL and where it stands.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Fetch {
    pub(crate) url: Url,
    /// `img src`.
    pub(crate) place: String,
}

/// Elements and attributes whose value is one URL that is fetched, followed on submission or
/// called on a click.
const ATTRIBUTES: &[(&str, &str)] = &[
    ("img", "src"),
    ("source", "src"),
    ("video", "src"),
    ("video", "poster"),
    ("audio", "src"),
    ("track", "src"),
    ("input", "src"),
    ("iframe", "src"),
    ("frame", "src"),
    ("embed", "src"),
    ("object", "data"),
    ("body", "background"),
    ("table", "background"),
    ("td", "background"),
    ("th", "background"),
    ("form", "action"),
    ("button", "formaction"),
    ("input", "formaction"),
    ("image", "href"),
    ("use", "href"),
    ("feImage", "href"),
];

/// Lists of candidates, as in `srcset`.
const CANDIDATES: &[(&str, &str)] = &[
    ("img", "srcset"),
    ("source", "srcset"),
    ("link", "imagesrcset"),
];

/// What scripts that load lazily put into `src` or `srcset`.
const LAZY: &[&str] = &[
    "data-src",
    "data-lazy-src",
    "data-srcset",
    "data-lazy-srcset",
];

/// Places whose URL is completed when it is needed, not when it is parsed.
const LATE: &[&str] = &["action", "ping", "data-", "refresh"];

/// Kinds of links that are fetched or connected to.
const LINKS: &[&str] = &[
    "stylesheet",
    "icon",
    "apple-touch-icon",
    "mask-icon",
    "preload",
    "prefetch",
    "modulepreload",
    "preconnect",
    "dns-prefetch",
    "prerender",
    "manifest",
];

/// Attributes of SVG that may hold `url()`.
const PRESENTATION: &[&str] = &[
    "fill",
    "stroke",
    "filter",
    "mask",
    "clip-path",
    "cursor",
    "marker-start",
    "marker-mid",
    "marker-end",
];

/// Every fetch of a page at `address`, for a browser that runs scripts or does not.
pub(crate) fn fetches(page: &str, address: &Url, scripting: bool) -> Vec<Fetch> {
    let options = ParseOpts {
        tree_builder: TreeBuilderOpts {
            scripting_enabled: scripting,
            ..TreeBuilderOpts::default()
        },
        ..ParseOpts::default()
    };
    let dom = parse_document(RcDom::default(), options).one(page);
    let mut walk = Walk {
        base: address.clone(),
        last_base: base(&dom.document, address).unwrap_or_else(|| address.clone()),
        scripting,
        is_inert: false,
        fetches: Vec::new(),
    };
    walk.node(&dom.document);
    walk.fetches
}

/// Every fetch of either kind of browser.
pub(crate) fn all_fetches(page: &str, address: &Url) -> Vec<Fetch> {
    let mut all = fetches(page, address, true);
    all.extend(fetches(page, address, false));
    all
}

/// The URL of the first `base` with `href`.
fn base(node: &Handle, address: &Url) -> Option<Url> {
    if let Some(href) = element(node, "base").and_then(|()| attribute(node, "href")) {
        return Some(address.join(&href).unwrap_or_else(|_| address.clone()));
    }
    let children = node.children.borrow();
    children.iter().find_map(|child| base(child, address))
}

fn element(node: &Handle, wanted: &str) -> Option<()> {
    match &node.data {
        NodeData::Element { name, .. } if &*name.local == wanted => Some(()),
        _ => None,
    }
}

fn attribute(node: &Handle, wanted: &str) -> Option<String> {
    let NodeData::Element { attrs, .. } = &node.data else {
        return None;
    };
    let attributes = attrs.borrow();
    let found = attributes.iter().find(|it| &*it.name.local == wanted)?;
    Some(found.value.to_string())
}

fn text(node: &Handle) -> String {
    let children = node.children.borrow();
    let texts = children.iter().filter_map(|child| match &child.data {
        NodeData::Text { contents } => Some(contents.borrow().to_string()),
        _ => None,
    });
    texts.collect()
}

struct Walk {
    /// For what is fetched as soon as it is parsed: a `base` behind it comes too late.
    base: Url,
    /// For what is fetched later.
    last_base: Url,
    scripting: bool,
    /// Within a template.
    is_inert: bool,
    fetches: Vec<Fetch>,
}

impl Walk {
    fn add(&mut self, url: &str, place: &str) {
        // The base of a `data:` document is of no use for relative URLs.
        let mut bases = vec![&self.base];
        if self.is_inert || LATE.iter().any(|late| place.contains(late)) {
            bases.push(&self.last_base);
        }
        for base in bases {
            if let Ok(url) = base.join(&two_slashes(url)) {
                let held = data::fetches_in(&url, place, self.scripting);
                self.fetches.extend(held);
                let place = place.to_owned();
                self.fetches.push(Fetch { url, place });
            }
        }
    }

    fn style(&mut self, text: &str, place: &str) {
        for url in css::urls(text) {
            self.add(&url, place);
        }
    }

    fn node(&mut self, node: &Handle) {
        if let NodeData::Element {
            name,
            attrs,
            template_contents,
            ..
        } = &node.data
        {
            let is_svg = &*name.ns == "http://www.w3.org/2000/svg";
            let name = name.local.to_string();
            // Elsewhere they are names like any other.
            let is_unknown = matches!(&*name, "image" | "use" | "feImage") && !is_svg;
            for attribute in attrs.borrow().iter() {
                if is_unknown || !is_svg && PRESENTATION.contains(&&*attribute.name.local) {
                    continue;
                }
                self.attribute(&name, &attribute.name.local, &attribute.value);
            }
            self.special(&name, node);
            if let Some(contents) = &*template_contents.borrow() {
                let before = std::mem::replace(&mut self.is_inert, true);
                self.node(contents);
                self.is_inert = before;
            }
            if name == "base" && !self.is_inert && attribute(node, "href").is_some() {
                self.base = self.last_base.clone();
            }
        }
        for child in node.children.borrow().iter() {
            self.node(child);
        }
    }

    fn attribute(&mut self, element: &str, name: &str, value: &str) {
        let place = format!("{element} {name}");
        if ATTRIBUTES.contains(&(element, name)) {
            self.add(value, &place);
        } else if CANDIDATES.contains(&(element, name)) || LAZY.contains(&name) {
            for url in candidates(value) {
                self.add(&url, &place);
            }
        } else if name == "style" || PRESENTATION.contains(&name) {
            self.style(value, &place);
        } else if name == "ping" && matches!(element, "a" | "area") {
            for url in value.split_ascii_whitespace() {
                self.add(url, &place);
            }
        } else if (element, name) == ("iframe", "srcdoc") {
            let inner = fetches(value, &self.base, self.scripting);
            self.fetches.extend(inner);
        }
    }

    /// What depends on more than one attribute, or on the content.
    fn special(&mut self, name: &str, node: &Handle) {
        match name {
            "script" => self.script(node),
            "style" => self.style(&text(node), "style"),
            "link" => {
                let kinds = attribute(node, "rel").unwrap_or_default().to_lowercase();
                let is_fetched = kinds.split_ascii_whitespace().any(|it| LINKS.contains(&it));
                if let Some(href) = attribute(node, "href").filter(|_| is_fetched) {
                    self.add(&href, &format!("link {kinds}"));
                }
            }
            "meta" => {
                let is_refresh = attribute(node, "http-equiv")
                    .is_some_and(|kind| kind.eq_ignore_ascii_case("refresh"));
                let content = attribute(node, "content").filter(|_| is_refresh);
                if let Some(url) = content.as_deref().and_then(refresh) {
                    self.add(&url, "meta refresh");
                }
            }
            _ => {}
        }
    }

    fn script(&mut self, node: &Handle) {
        let kind = attribute(node, "type").or_else(|| {
            let language = attribute(node, "language").filter(|it| !it.is_empty());
            language.map(|language| format!("text/{language}"))
        });
        let kind = kind.unwrap_or_default().to_ascii_lowercase();
        match kind.trim_matches([' ', '\t', '\n', '\r', '\x0C']) {
            "importmap" | "speculationrules" => {
                if let Ok(rules) = serde_json::from_str(&text(node)) {
                    self.strings(&rules, &kind);
                }
            }
            kind if runs(kind) => {
                for name in ["src", "href"] {
                    if let Some(url) = attribute(node, name) {
                        self.add(&url, &format!("script {name}"));
                    }
                }
            }
            _ => {}
        }
    }

    /// The strings of import maps and speculation rules that may be URLs.
    fn strings(&mut self, value: &serde_json::Value, place: &str) {
        match value {
            serde_json::Value::String(url) => self.add(url, place),
            serde_json::Value::Array(list) => list.iter().for_each(|it| self.strings(it, place)),
            serde_json::Value::Object(map) => map.values().for_each(|it| self.strings(it, place)),
            _ => {}
        }
    }
}

/// A URL that begins with more than two slashes names a host as with two ("special authority ignore
/// slashes state" of the URL standard); the `url` crate does not know.
fn two_slashes(url: &str) -> String {
    let is_blank = |character: char| character <= ' ';
    let url: String = url.trim_matches(is_blank).replace(['\t', '\n', '\r'], "");
    let host = url.trim_start_matches(['/', '\\']);
    match url.len() - host.len() {
        3.. => format!("//{host}"),
        _ => url,
    }
}

/// Whether a script of this type runs: the JavaScript types of the MIME standard, and modules.
fn runs(kind: &str) -> bool {
    let subtype = kind
        .strip_prefix("text/")
        .or_else(|| kind.strip_prefix("application/"));
    let is_javascript = subtype.is_some_and(|subtype| {
        let known = [
            "javascript",
            "ecmascript",
            "x-javascript",
            "x-ecmascript",
            "jscript",
            "livescript",
        ];
        known.contains(&subtype) || subtype.starts_with("javascript1.")
    });
    kind.is_empty() || kind == "module" || is_javascript
}

/// The URLs of a list of image candidates, by the HTML standard's "parse a srcset attribute".
fn candidates(list: &str) -> Vec<String> {
    let is_space = |character: char| " \t\n\r\x0C".contains(character);
    let mut rest = list;
    let mut urls = Vec::new();
    loop {
        rest = rest.trim_start_matches(|it| is_space(it) || it == ',');
        if rest.is_empty() {
            return urls;
        }
        let (url, after) = rest.split_at(rest.find(is_space).unwrap_or(rest.len()));
        urls.push(url.trim_end_matches(',').to_owned());
        rest = after;
        if !url.ends_with(',') {
            // Descriptors: up to the next comma outside of parentheses.
            let mut depth = 0;
            let end = rest.find(|character| match character {
                '(' => {
                    depth = 1;
                    false
                }
                ')' => {
                    depth = 0;
                    false
                }
                ',' => depth == 0,
                _ => false,
            });
            rest = &rest[end.unwrap_or(rest.len())..];
        }
    }
}

/// The URL of a refresh, by the HTML standard's "shared declarative refresh steps".
fn refresh(content: &str) -> Option<String> {
    let is_space = |character: char| " \t\n\r\x0C".contains(character);
    let rest = content.trim_start_matches(is_space);
    let after = rest.trim_start_matches(|it: char| it.is_ascii_digit() || it == '.');
    if after.len() == rest.len() {
        return None;
    }
    let rest = after.trim_start_matches(is_space);
    let rest = rest.strip_prefix([';', ',']).unwrap_or(rest);
    let mut rest = rest.trim_start_matches(is_space);
    if rest
        .get(..3)
        .is_some_and(|it| it.eq_ignore_ascii_case("url"))
    {
        let after = rest[3..].trim_start_matches(is_space);
        if let Some(value) = after.strip_prefix('=') {
            rest = value.trim_start_matches(is_space);
        }
    }
    let quote = rest.chars().next().filter(|it| matches!(it, '"' | '\''));
    let url = match quote {
        Some(quote) => rest[1..].split(quote).next().unwrap_or_default(),
        None => rest,
    };
    Some(url.to_owned()).filter(|url| !url.is_empty())
}
