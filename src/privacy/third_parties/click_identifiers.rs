//! Click identifiers: what advertisers add to links so that the website's pages know the click, and
//! the person who made it. Found in URLs, and taken out of them byte for byte.

use super::query::{Parameter, parameters};
use crate::privacy::{
    catalogue::VendorId,
    patterns::{Layer, PatternTable},
};

/// The click identifiers of all vendors, compiled.
#[derive(Debug)]
pub(in crate::privacy) struct ClickIdentifiers {
    names: PatternTable<Named>,
    values: Vec<Box<[u8]>>,
}

#[derive(Clone, Copy, Debug)]
struct Named {
    vendor: VendorId,
    /// Where among `values` the pattern of its values is.
    value: Option<usize>,
}

impl ClickIdentifiers {
    /// Compiles names of parameters, with `*` for any run of characters, each perhaps with `=` and a
    /// pattern of values behind it: `?` for one letter or digit, a last `*` for any more of them.
    pub(in crate::privacy) fn new<'a>(
        entries: impl IntoIterator<Item = (Layer, &'a str, VendorId)>,
    ) -> Self {
        let mut values: Vec<Box<[u8]>> = Vec::new();
        let named = entries.into_iter().map(|(layer, entry, vendor)| {
            let (name, value) = match entry.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (entry, None),
            };
            let value = value.map(|value| {
                values.push(value.as_bytes().into());
                values.len() - 1
            });
            (layer, name, Named { vendor, value })
        });
        Self {
            names: PatternTable::new(named),
            values,
        }
    }

    /// Whose click identifiers are in `url`, each with the bytes that it is written in.
    pub(in crate::privacy) fn found<'a>(
        &self,
        url: &'a str,
    ) -> impl Iterator<Item = (VendorId, &'a str)> {
        parameters(split(url).1)
            .filter_map(|parameter| Some((self.vendor(&parameter)?, parameter.written)))
    }

    /// `url` without the click identifiers of vendors that are `refused`, the rest byte for byte; a
    /// `?` that is left alone goes too. `None` if there are none.
    pub(in crate::privacy) fn without(
        &self,
        url: &str,
        refused: impl Fn(VendorId) -> bool,
    ) -> Option<String> {
        memchr::memchr(b'?', url.as_bytes()).filter(|_| !self.names.is_empty())?;
        let (before, query, after) = split(url);
        let goes = |parameter: &Parameter<'_>| self.vendor(parameter).is_some_and(&refused);
        if !parameters(query).any(|parameter| goes(&parameter)) {
            return None;
        }
        let mut out = String::with_capacity(url.len());
        out.push_str(before);
        let mut mark = '?';
        let stays = parameters(query).filter(|parameter| !goes(parameter));
        for parameter in stays {
            out.push(mark);
            out.push_str(parameter.written);
            mark = '&';
        }
        if out.len() == before.len() + 1 {
            out.pop();
        }
        out.push_str(after);
        Some(out)
    }

    fn vendor(&self, parameter: &Parameter<'_>) -> Option<VendorId> {
        let named = self.names.find(&parameter.name)?;
        let fits = match named.value {
            Some(at) => fits(self.values.get(at)?, &parameter.value()),
            None => true,
        };
        fits.then_some(named.vendor)
    }
}

/// What stands before the `?` of `url`, the query, and what stands behind it.
fn split(url: &str) -> (&str, &str, &str) {
    let end = url.find('#').unwrap_or(url.len());
    let (whole, fragment) = url.split_at_checked(end).unwrap_or((url, ""));
    let (before, query) = whole.split_once('?').unwrap_or((whole, ""));
    (before, query, fragment)
}

/// Whether `value` is as `pattern` says.
fn fits(pattern: &[u8], value: &[u8]) -> bool {
    match (pattern, value) {
        ([b'*'], rest) => rest.iter().all(u8::is_ascii_alphanumeric),
        ([wanted, pattern @ ..], [byte, value @ ..]) => {
            let same = match wanted {
                b'?' => byte.is_ascii_alphanumeric(),
                literal => literal == byte,
            };
            same && fits(pattern, value)
        }
        (pattern, value) => pattern.is_empty() && value.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADS: VendorId = VendorId(1);
    const MAIL: VendorId = VendorId(2);

    fn identifiers() -> ClickIdentifiers {
        ClickIdentifiers::new(
            [
                ("gclid", ADS),
                ("hsa_*", ADS),
                ("_gl", ADS),
                ("__s=??????*", MAIL),
                ("mc_eid", MAIL),
            ]
            .map(|(entry, vendor)| (Layer::BuiltIn, entry, vendor)),
        )
    }

    #[test]
    fn what_is_refused_goes_and_the_rest_stays_byte_for_byte() {
        let identifiers = identifiers();
        for (url, expected) in [
            ("/?gclid=1", "/"),
            ("/?gclid", "/"),
            ("/a?x=1&gclid=EAIaIQ&y=2", "/a?x=1&y=2"),
            ("/a?gclid=1&gclid=2&hsa_acc=3&x", "/a?x"),
            ("/a?%67clid=1&x=%20+&&=&;", "/a?x=%20+&&=&;"),
            ("/a?_gl=1*abc*_ga*MTI", "/a"),
            ("/a?gclid=1&", "/a"),
            ("/a?&gclid=1&", "/a?&"),
            ("/a?__s=abc123&b", "/a?b"),
            ("/a?__s=abc1234&__s=abc", "/a?__s=abc"),
            (
                "https://x.example/a?gclid=1#top?x",
                "https://x.example/a#top?x",
            ),
            ("/a?b?gclid=1&gclid=2", "/a?b?gclid=1"),
        ] {
            let left = identifiers.without(url, |_| true);
            assert_eq!(left.as_deref(), Some(expected), "{url}");
        }
    }

    #[test]
    fn what_only_looks_like_one_stays() {
        let identifiers = identifiers();
        for url in [
            "/",
            "/?",
            "/gclid=1",
            "/a?GCLID=1",
            "/a?x;gclid=1",
            "/a?xgclid=1",
            "/a?gclid2=1",
            "/a?%2567clid=1",
            "/a?__s=abc12",
            "/a?__s=abc-123",
            "/a?__s",
            "/a#?gclid=1",
            "/a?x=gclid=1",
        ] {
            assert_eq!(identifiers.without(url, |_| true), None, "{url}");
        }
    }

    #[test]
    fn consent_to_one_vendor_keeps_its_identifiers_only() {
        let identifiers = identifiers();
        let url = "/?gclid=1&mc_eid=2";
        let left = identifiers.without(url, |vendor| vendor == ADS);
        assert_eq!(left.as_deref(), Some("/?mc_eid=2"));
        assert_eq!(identifiers.without(url, |_| false), None);
        let found: Vec<_> = identifiers.found(url).collect();
        assert_eq!(found, [(ADS, "gclid=1"), (MAIL, "mc_eid=2")]);
    }

    proptest::proptest! {
        #[test]
        fn nothing_but_whole_parameters_is_taken(url in "/[a-z]{0,2}[?&=#a-z%6_g]{0,30}(gclid=[a-z]{0,2})?") {
            let identifiers = identifiers();
            if let Some(left) = identifiers.without(&url, |_| true) {
                proptest::prop_assert!(left.len() < url.len());
                proptest::prop_assert_eq!(identifiers.without(&left, |_| true), None);
            }
        }
    }
}
