//! Vendors' loaders in inline scripts, by the parts of them that the catalogue names.
//!
//! A pattern's parts must stand in the script in their order; between them may be anything. All parts
//! of all patterns are searched for at once, so that the cost depends on the script's length only.

use aho_corasick::AhoCorasick;
use memchr::memmem;
use std::borrow::Cow;

use crate::privacy::catalogue::VendorId;

/// The snippets of all vendors.
#[derive(Debug, Default)]
pub(in crate::privacy) struct SnippetTable {
    /// Finds every part; `None` if there is none.
    automaton: Option<AhoCorasick>,
    /// For each part that the automaton knows, the patterns that have it, each with the part's place.
    uses: Vec<Vec<(usize, usize)>>,
    patterns: Vec<Pattern>,
}

#[derive(Debug)]
struct Pattern {
    vendor: VendorId,
    parts: usize,
}

/// What was met of each snippet: how many of its parts, and where in the script the last of them ended.
#[derive(Debug, Default)]
pub(in crate::privacy) struct Met(Vec<(usize, usize)>);

impl SnippetTable {
    /// Compiles vendors' snippets.
    pub(in crate::privacy) fn new<'a>(
        snippets: impl IntoIterator<Item = (VendorId, &'a str)>,
    ) -> Self {
        let mut known: Vec<&str> = Vec::new();
        let mut places = std::collections::HashMap::new();
        let mut uses: Vec<Vec<(usize, usize)>> = Vec::new();
        let mut patterns = Vec::new();
        for (vendor, snippet) in snippets {
            let mut parts = 0;
            for part in snippet.split('*').filter(|part| !part.is_empty()) {
                let place = *places.entry(part).or_insert_with(|| {
                    known.push(part);
                    uses.push(Vec::new());
                    known.len() - 1
                });
                if let Some(of_part) = uses.get_mut(place) {
                    of_part.push((patterns.len(), parts));
                }
                parts += 1;
            }
            patterns.push(Pattern { vendor, parts });
        }
        Self {
            automaton: AhoCorasick::new(&known).ok().filter(|_| !known.is_empty()),
            uses,
            patterns,
        }
    }

    /// The first vendor whose snippet `script` (see [`plain`]) holds and whom `is_wanted` wants.
    pub(in crate::privacy) fn find(
        &self,
        script: &[u8],
        is_wanted: impl FnMut(VendorId) -> bool,
    ) -> Option<VendorId> {
        self.find_on(&mut Met::default(), script, is_wanted)
    }

    /// The same in the next part of a script, of which `met` knows what was met before.
    pub(in crate::privacy) fn find_on(
        &self,
        met: &mut Met,
        script: &[u8],
        mut is_wanted: impl FnMut(VendorId) -> bool,
    ) -> Option<VendorId> {
        met.0.iter_mut().for_each(|(_, end)| *end = 0);
        for part in self.automaton.as_ref()?.find_overlapping_iter(script) {
            if met.0.is_empty() {
                met.0.resize(self.patterns.len(), (0, 0));
            }
            let uses = self.uses.get(part.pattern().as_usize());
            for (pattern, place) in uses.into_iter().flatten() {
                let (Some(progress), Some(known)) =
                    (met.0.get_mut(*pattern), self.patterns.get(*pattern))
                else {
                    continue;
                };
                if progress.0 == *place && progress.1 <= part.start() {
                    *progress = (place + 1, part.end());
                    if progress.0 == known.parts && is_wanted(known.vendor) {
                        return Some(known.vendor);
                    }
                }
            }
        }
        None
    }
}

/// A script with the slashes of its strings written plainly: `\/`, `\u002F` and `\x2F` are `/`.
pub(super) fn plain(script: &[u8]) -> Cow<'_, [u8]> {
    let escapes = [&b"/"[..], b"u002f", b"u002F", b"x2f", b"x2F"];
    let is_escaped = memmem::find(script, b"\\/").is_some()
        || memmem::find(script, b"\\u002").is_some()
        || memmem::find(script, b"\\x2").is_some();
    if !is_escaped {
        return Cow::Borrowed(script);
    }
    let mut out = Vec::with_capacity(script.len());
    let mut rest = script;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let (before, from) = rest.split_at(at);
        out.extend_from_slice(before);
        let behind = from.get(1..).unwrap_or_default();
        let escape = escapes
            .iter()
            .find_map(|escape| behind.strip_prefix(*escape));
        out.push(if escape.is_some() { b'/' } else { b'\\' });
        rest = escape.unwrap_or(behind);
    }
    out.extend_from_slice(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(script: &str) -> Option<u16> {
        let snippets = [
            "connect.social.example/*fbevents.js",
            "_heatSettings*static.heat.example",
            "tags.example/gtm.js",
            "aab*aab*ab",
            "tags.example",
        ];
        let table = SnippetTable::new((0..).map(VendorId).zip(snippets));
        let found = table.find(&plain(script.as_bytes()), |vendor| vendor.0 != 4);
        found.map(|vendor| vendor.0)
    }

    #[test]
    fn a_loader_is_known_by_its_parts_in_their_order() {
        for (script, expected) in [
            (
                "t.src='https://connect.social.example/en_US/fbevents.js'",
                Some(0),
            ),
            (
                r#"t.src="https:\/\/connect.social.example\/en_US\u002Ffbevents.js""#,
                Some(0),
            ),
            ("fbevents.js connect.social.example/", None),
            (
                "h._heatSettings={a:1};r.src='//static.heat.example/c/heat-'",
                Some(1),
            ),
            ("h._heatSettings={a:1}", None),
            ("'//www.tags.example/gtm.js?id='", Some(2)),
            ("'//www.tags.example/ns.html'", None),
            ("aabaab", None),
            ("aabaabab", Some(3)),
            ("", None),
        ] {
            assert_eq!(find(script), expected, "{script}");
        }
    }
}
