//! Inline scripts that load from a vendor without being one of its known snippets.
//!
//! That a script names a vendor's address says nothing yet: configurations, texts and lists of
//! links do. It loads from there if code that fetches or inserts stands close to the address, and the
//! address is not just where a visitor would go by a link.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use memchr::memmem;

/// How far from an address the code that loads it may stand, bytes.
const NEAR: usize = 1024;
/// The same in long scripts: those are applications, whose parts have little to do with each other.
const NEAR_IN_LONG: usize = 256;

/// How much of an address behind its host is looked at, bytes.
const LONGEST_TARGET: usize = 512;

/// What code that fetches, or inserts an element that does, is written with.
const LOADING: &[&str] = &[
    "createElement",
    "appendChild",
    "insertBefore",
    "insertAdjacent",
    "replaceWith",
    "document.write",
    "new Image",
    "new Audio",
    "FontFace(",
    ".src",
    ".attr(",
    ".append(",
    ".prepend(",
    ".after(",
    ".before(",
    ".html(",
    ".css(",
    ".cssText",
    "backgroundImage",
    "setProperty(",
    "replaceSync(",
    "insertRule(",
    "{src:",
    ".innerHTML",
    ".outerHTML",
    "setAttribute(",
    "import(",
    "import\"",
    "import'",
    "import \"",
    "import '",
    "from\"",
    "from'",
    "from \"",
    "from '",
    "importScripts",
    "fetch(",
    "fetch (",
    "fetch`",
    "sendBeacon",
    "XMLHttpRequest",
    "EventSource(",
    "WebSocket(",
    "Worker(",
    "getScript",
    "loadScript",
    "getJSON(",
    "$.ajax",
    "$.get(",
    "$.post(",
    "jQuery.ajax",
    "jQuery.get(",
    "jQuery.post(",
    "require([",
    "axios",
];

static LOADERS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(LOADING).ok());

/// An address that a script names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Address<'a> {
    /// Where it stands, bytes from the start.
    at: usize,
    /// The host as it is written.
    pub(super) host: &'a [u8],
    /// Path and query as far as they are written; perhaps nothing.
    pub(super) target: &'a [u8],
    /// Whether it is written with `//`.
    pub(super) is_full: bool,
}

/// Where visitors are sent to share something, or to look at a map, a calendar or a song: hosts, and how
/// their paths begin.
const SHARED: &[(&[u8], &[&[u8]])] = &[
    (b"api.whatsapp.com", &[b"/send"]),
    (b"web.whatsapp.com", &[b"/send"]),
    (
        b"www.google.com",
        &[
            b"/maps/dir",
            b"/maps/search",
            b"/maps/place",
            b"/search",
            b"/calendar/render",
        ],
    ),
    (b"maps.google.com", &[b"/?", b"?"]),
    (b"calendar.google.com", &[b"/calendar/render"]),
    (
        b"open.spotify.com",
        &[
            b"/show",
            b"/track",
            b"/album",
            b"/artist",
            b"/playlist",
            b"/episode",
        ],
    ),
];

/// Whether code fetches, or inserts an element that does.
pub(super) fn loads(code: &[u8]) -> bool {
    let loaders = LOADERS.as_ref();
    loaders.is_none_or(|loaders| loaders.is_match(code))
}

/// What `judge` makes of the first address in `script` that is loaded from. `judge` says what it wants of an
/// address, and whether a path of that host was asked for in particular.
pub(super) fn find<T>(
    script: &[u8],
    is_long: bool,
    mut judge: impl FnMut(&Address<'_>) -> Option<(T, bool)>,
) -> Option<T> {
    let near = if is_long { NEAR_IN_LONG } else { NEAR };
    let mut loading: Option<Vec<usize>> = None;
    addresses(script).find_map(|address| {
        let (judged, by_path) = judge(&address)?;
        if is_shared(&address) || !by_path && is_link(&address) {
            return None;
        }
        let places = loading.get_or_insert_with(|| places_of_loading(script));
        let next = places.partition_point(|place| *place < address.at);
        let around = [next.checked_sub(1), Some(next)];
        let mut around = around.into_iter().flatten().filter_map(|at| places.get(at));
        around
            .any(|place| place.abs_diff(address.at) <= near)
            .then_some(judged)
    })
}

fn places_of_loading(script: &[u8]) -> Vec<usize> {
    let loaders = LOADERS.as_ref();
    let found = loaders
        .into_iter()
        .flat_map(|loaders| loaders.find_iter(script));
    found.map(|found| found.start()).collect()
}

/// Whether it is known for links alone.
fn is_shared(address: &Address<'_>) -> bool {
    SHARED.iter().any(|(host, paths)| {
        let leads = |path: &&[u8]| address.target.starts_with(path);
        address.host.eq_ignore_ascii_case(host) && paths.iter().any(leads)
    })
}

/// Whether a visitor would go there by a link: the front of a website, and no part of it that is made to
/// be loaded.
fn is_link(address: &Address<'_>) -> bool {
    let labels = address.host.split(|byte| *byte == b'.').count();
    let first = address.host.split(|byte| *byte == b'.').next();
    let is_front = labels <= 2 || matches!(first, Some(b"www" | b"m" | b"web"));
    let path = address.target.split(|byte| *byte == b'?').next();
    let holds = |part: &[u8]| memmem::find(address.target, part).is_some();
    let is_loaded =
        path.is_some_and(|path| path.ends_with(b".js")) || holds(b"/embed") || holds(b"/player");
    is_front && !is_loaded
}

/// An address without the name of a user before its host.
fn behind_user(address: &[u8]) -> &[u8] {
    let is_name =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':');
    let length = address
        .iter()
        .take(64)
        .take_while(|byte| is_name(byte))
        .count();
    match address.get(length..) {
        Some([b'@', host @ ..]) => host,
        _ => address,
    }
}

/// Every address that is written with `//` before it, or alone in a string; also `'.v.example/x'`, which is
/// to be put behind a label.
fn addresses(script: &[u8]) -> impl Iterator<Item = Address<'_>> {
    let behind_slashes = memmem::find_iter(script, b"//").map(|at| at + 2);
    let quotes = memchr::memchr3_iter(b'"', b'\'', b'`', script).map(|at| at + 1);
    let places = behind_slashes
        .map(|at| (at, false))
        .chain(quotes.map(|at| (at, true)));
    places.filter_map(move |(at, is_quoted)| {
        let text = script.get(at..)?;
        let text = if is_quoted { text } else { behind_user(text) };
        let text = text
            .strip_prefix(b".")
            .filter(|_| is_quoted)
            .unwrap_or(text);
        let is_host =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        // No name is longer.
        let length = text
            .iter()
            .take(255)
            .take_while(|byte| is_host(byte))
            .count();
        let (host, rest) = text.split_at_checked(length)?;
        let ends_well = matches!(
            rest.first(),
            None | Some(b'/' | b'?' | b'"' | b'\'' | b'`' | b':')
        );
        if memchr::memchr(b'.', host).is_none() || (is_quoted && !ends_well) {
            return None;
        }
        let is_end = |byte: &u8| {
            byte.is_ascii_whitespace()
                || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'\\' | b')' | b'#')
        };
        let longest = rest.len().min(LONGEST_TARGET);
        let end = rest.iter().take(longest).position(is_end);
        Some(Address {
            at,
            host: host.strip_suffix(b".").unwrap_or(host),
            is_full: !is_quoted,
            target: rest.get(..end.unwrap_or(longest))?,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_loaded(script: &str, is_long: bool) -> bool {
        let vendors: [&[u8]; 4] = [
            b"api.whatsapp.com",
            b"www.social.example",
            b"cdn.heat.example",
            b"www.heat.example",
        ];
        let found = find(script.as_bytes(), is_long, |address| {
            let by_path = address.target.starts_with(b"/tr");
            vendors.contains(&address.host).then_some(((), by_path))
        });
        found.is_some()
    }

    #[test]
    fn an_address_counts_where_code_loads_it() {
        for script in [
            "var s=document.createElement('script');s.src='https://cdn.heat.example/x.js'",
            "new Image().src='https://www.social.example/tr?id=1'",
            "document.write('<script src=\"//www.heat.example/x.js?a\"><\\/script>')",
            "fetch(`https://cdn.heat.example/collect`)",
            "import 'https://cdn.heat.example/x.mjs'",
            "var h='cdn.heat.example';n=new Image;n.src='https://'+h+'/x'",
            "e.src='https://www.social.example/embed/1'",
            "$('body').append('<img src=\"https://cdn.heat.example/p\">')",
            "$('#v').html('<iframe src=\"https://www.social.example/embed/1\">')",
            "$('#v').attr('src', 'https://cdn.heat.example/v')",
            "$.getJSON('https://cdn.heat.example/api')",
            "e.style.backgroundImage='url(https://cdn.heat.example/i)'",
            "new FontFace('a', 'url(https://cdn.heat.example/f)').load()",
            "sheet.replaceSync('a{background:url(https://cdn.heat.example/i)}')",
            "new Audio('https://cdn.heat.example/a')",
            "e.src  = 'https://user@cdn.heat.example/x'",
            "e.srcset='https://cdn.heat.example./x 2x'",
        ] {
            assert!(is_loaded(script, false), "{script}");
            assert!(is_loaded(script, true), "{script}");
        }
        let far = " ".repeat(NEAR_IN_LONG);
        let apart = format!("fetch('/x');{far}var u='https://cdn.heat.example/x.js'");
        assert!(is_loaded(&apart, false) && !is_loaded(&apart, true));
        let far = " ".repeat(NEAR);
        for script in [
            "var config={heat:'https://cdn.heat.example/x.js'}",
            "var links=['https://www.social.example/acme'];document.createElement('a')",
            "a.href='https://api.whatsapp.com/send?phone=1';body.appendChild(a)",
            "// see https://www.heat.example/docs for fetch()",
            "// fetch(x) from cdn.heat.example",
            "fetch('/x?u=cdn.heat.example.evil.test')",
            &format!("fetch('/x');{far}var u='https://cdn.heat.example/x.js'"),
        ] {
            assert!(!is_loaded(script, false), "{script}");
        }
    }
}
