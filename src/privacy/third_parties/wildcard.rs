//! A pattern of paths in which `*` stands for any run of bytes, matched in time linear in the text.

use memchr::memmem;

/// The literal parts of a pattern, in their order.
#[derive(Clone, Debug)]
pub(super) struct Wildcard {
    parts: Box<[Box<[u8]>]>,
}

impl Wildcard {
    pub(super) fn new(pattern: &str) -> Self {
        let parts = pattern.split('*').map(|part| part.as_bytes().into());
        Self {
            parts: parts.collect(),
        }
    }

    /// How many bytes it fixes.
    pub(super) fn literal(&self) -> usize {
        self.parts.iter().map(|part| part.len()).sum()
    }

    /// Whether it stands for all of `text`. Each part is taken where it first stands: with no other
    /// wildcard than `*`, nothing later could be a better place.
    pub(super) fn matches(&self, text: &[u8]) -> bool {
        let Some((first, rest)) = self.parts.split_first() else {
            return text.is_empty();
        };
        let Some((last, middle)) = rest.split_last() else {
            return text == first.as_ref();
        };
        let Some(mut text) = text.strip_prefix(first.as_ref()) else {
            return false;
        };
        for part in middle {
            let behind = memmem::find(text, part).and_then(|at| text.get(at + part.len()..));
            let Some(behind) = behind else {
                return false;
            };
            text = behind;
        }
        text.ends_with(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_run() {
        for (pattern, text, expected) in [
            ("/a", "/a", true),
            ("/a", "/ab", false),
            ("/a*", "/a", true),
            ("/a*", "/ab", true),
            ("/*/b*c", "/a/bxc", true),
            ("/*/b*c", "/a/bxcd", false),
            ("*ab*b", "abb", true),
            ("*ab*b", "ab", false),
            ("/x?*id=G-*", "/x?l=y&id=G-1", true),
        ] {
            let matches = Wildcard::new(pattern).matches(text.as_bytes());
            assert_eq!(matches, expected, "{pattern} {text}");
        }
    }
}
