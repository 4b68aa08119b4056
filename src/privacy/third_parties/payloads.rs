//! Collectors' payloads: a vendor's beacon under a path that nobody can foresee is known by what it
//! holds.

use memchr::memmem::Finder;

use crate::privacy::{catalogue::VendorId, patterns::Layer};

/// The payloads of all vendors, compiled.
#[derive(Debug)]
pub(in crate::privacy) struct Payloads(Vec<(Box<[Finder<'static>]>, VendorId)>);

impl Payloads {
    /// Compiles entries such as `idsite=*rec=1`: parts, with `*` between them, that must all be
    /// there, in any order. They are parts of what a program sends, not of a text that speaks of it: one
    /// that begins with `{` begins the payload, one with a quote no quotation in a string, one with a letter
    /// a parameter.
    pub(in crate::privacy) fn new<'a>(
        entries: impl IntoIterator<Item = (Layer, &'a str, VendorId)>,
    ) -> Self {
        let mut entries: Vec<_> = entries.into_iter().collect();
        entries.sort_by_key(|(layer, ..)| std::cmp::Reverse(*layer));
        let compiled = entries.into_iter().map(|(_, entry, vendor)| {
            let parts = entry.split('*').filter(|part| !part.is_empty());
            let parts = parts.map(|part| Finder::new(part.as_bytes()).into_owned());
            (parts.collect(), vendor)
        });
        Self(compiled.collect())
    }

    /// Whether there is nothing to find.
    pub(in crate::privacy) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whose payload begins with `content`.
    pub(in crate::privacy) fn find(&self, content: &[u8]) -> Option<VendorId> {
        let has = |part: &Finder<'_>| {
            let mut places = part.find_iter(content);
            places.any(|at| is_in_place(part.needle(), content.get(..at).unwrap_or_default()))
        };
        let found = self.0.iter().find(|(parts, _)| parts.iter().all(has));
        found.map(|(_, vendor)| *vendor)
    }
}

/// Whether a part behind `before` is one of a payload.
fn is_in_place(part: &[u8], before: &[u8]) -> bool {
    match part.first() {
        Some(b'{') => before.trim_ascii() == b"" || before.trim_ascii() == b"[",
        Some(b'"') => !before.ends_with(b"\\"),
        Some(byte) if byte.is_ascii_alphanumeric() => {
            before.is_empty() || before.ends_with(b"&") || before.ends_with(b"\"?")
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_known_by_all_of_its_parts_in_any_order() {
        let payloads = Payloads::new([
            (Layer::BuiltIn, "idsite=*rec=1", VendorId(1)),
            (
                Layer::BuiltIn,
                "\"api_key\":\"phc_*\"distinct_id\"",
                VendorId(2),
            ),
            (Layer::Operator, "idsite=7*rec=1", VendorId(3)),
            (Layer::BuiltIn, "{\"n\":\"", VendorId(4)),
        ]);
        for (content, expected) in [
            ("action_name=x&idsite=3&rec=1&r=2", Some(1)),
            ("rec=1&idsite=3", Some(1)),
            ("rec=1&idsite=7", Some(3)),
            ("{\"distinct_id\":1,\"api_key\":\"phc_a\"}", Some(2)),
            ("idsite=3", None),
            ("{\"api_key\":\"phc_a\"}", None),
            ("{\"requests\":[\"?idsite=3&rec=1\"]}", Some(1)),
            ("q=idsite=3&rec=1", None),
            ("{\"text\":\"call matomo.php?idsite=3&rec=1\"}", None),
            ("text=matomo.php?idsite=3%26rec=1", None),
            (
                "{\"text\":\"say \\\"api_key\\\":\\\"phc_a\\\" and \\\"distinct_id\\\"\"}",
                None,
            ),
            (" {\"n\":\"view\"}", Some(4)),
            ("{\"a\":{\"n\":\"view\"}}", None),
            ("", None),
        ] {
            let found = payloads.find(content.as_bytes());
            assert_eq!(found, expected.map(VendorId), "{content}");
        }
    }
}
