//! Vendors under the website's own name: which of its requests are really theirs.
//!
//! A tag gateway or an analytics proxy can live under any path, so a path alone seldom tells. Its
//! query does: a mark is a parameter with a pattern of values, and an entry needs all of its marks,
//! in any order (two at least, or a path of its own, as one alone also occurs in ordinary URLs).

use super::query::parameters;
use crate::privacy::{
    catalogue::VendorId,
    pattern::{Piece, exactly, matches, pieces},
    patterns::{Layer, PatternTable},
};

/// The disguises of all vendors, compiled.
///
/// A look-up walks the path and each parameter's name through a [`PatternTable`] once; only requests
/// with a known mark are looked at more closely, at a cost that the number of entries bounds.
#[derive(Debug)]
pub(in crate::privacy) struct Disguises {
    /// Entries that are a path only.
    paths: PatternTable<VendorId>,
    /// For the name of each mark its place among `marks`.
    names: PatternTable<usize>,
    /// The marks of each name: the pattern of values, and the mark's number.
    marks: Vec<Vec<(Box<[Piece]>, usize)>>,
    /// How many marks there are.
    count: usize,
    /// Entries with marks, the operator's first.
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    path: Box<[Piece]>,
    /// Numbers of the marks that must all be there.
    marks: Box<[usize]>,
    vendor: VendorId,
}

impl Disguises {
    /// Compiles entries such as `*/g/collect?tid=G-*&cid=*`: a pattern of paths and, behind `?`, the
    /// names of parameters with patterns of their values.
    pub(in crate::privacy) fn new<'a>(
        entries: impl IntoIterator<Item = (Layer, &'a str, VendorId)>,
    ) -> Self {
        let (marked, paths): (Vec<_>, Vec<_>) = entries
            .into_iter()
            .partition(|(_, entry, _)| entry.contains('?'));
        let mut compiled = Self {
            paths: PatternTable::new(paths),
            names: PatternTable::new([]),
            marks: Vec::new(),
            count: 0,
            entries: Vec::new(),
        };
        let mut names: Vec<String> = Vec::new();
        let mut marked = marked;
        // Between entries that all match, those of more marks know better.
        marked.sort_by_key(|(layer, entry, _)| {
            (
                std::cmp::Reverse(*layer),
                std::cmp::Reverse(entry.matches('&').count()),
            )
        });
        for (_, entry, vendor) in marked {
            let (path, query) = entry.split_once('?').unwrap_or((entry, ""));
            let marks = query.split('&').map(|mark| {
                let (name, value) = mark.split_once('=').unwrap_or((mark, "*"));
                let of_name = names.iter().position(|known| known == name);
                let of_name = of_name.unwrap_or_else(|| {
                    names.push(name.to_owned());
                    compiled.marks.push(Vec::new());
                    names.len() - 1
                });
                compiled.mark(of_name, pieces(value).into())
            });
            let marks: Vec<usize> = marks.collect();
            compiled.entries.push(Entry {
                path: pieces(path).into(),
                marks: marks.into(),
                vendor,
            });
        }
        let names: Vec<String> = names.iter().map(|name| exactly(name)).collect();
        let names = (0..).zip(&names);
        compiled.names =
            PatternTable::new(names.map(|(at, name)| (Layer::BuiltIn, name.as_str(), at)));
        compiled
    }

    /// The number of the mark of that name and those values.
    fn mark(&mut self, of_name: usize, value: Box<[Piece]>) -> usize {
        let count = self.count;
        let Some(marks) = self.marks.get_mut(of_name) else {
            return count;
        };
        if let Some((_, number)) = marks.iter().find(|(known, _)| *known == value) {
            return *number;
        }
        marks.push((value, count));
        self.count += 1;
        count
    }

    /// Whose request one for `path` with `query` is.
    pub(in crate::privacy) fn find(&self, path: &str, query: Option<&str>) -> Option<VendorId> {
        let by_path = || {
            let paths = Some(&self.paths).filter(|paths| !paths.is_empty());
            paths?.find(path.as_bytes())
        };
        let marked = query.filter(|query| !query.is_empty() && !self.entries.is_empty());
        marked
            .and_then(|query| self.marked(path, query))
            .or_else(by_path)
    }

    fn marked(&self, path: &str, query: &str) -> Option<VendorId> {
        let mut seen = Seen::default();
        for parameter in parameters(query) {
            let Some(marks) = self.names.find(&parameter.name) else {
                continue;
            };
            let value = parameter.value();
            for (pattern, number) in self.marks.get(marks)? {
                if matches(pattern, &value) {
                    seen.add(*number, self.count);
                }
            }
        }
        if seen.is_empty() {
            return None;
        }
        let mut entries = self.entries.iter();
        let found = entries.find(|entry| {
            entry.marks.iter().all(|mark| seen.has(*mark)) && matches(&entry.path, path.as_bytes())
        });
        found.map(|entry| entry.vendor)
    }
}

/// Which marks a request has, a bit for each; nothing is allocated before the first.
#[derive(Default)]
struct Seen(Vec<u64>);

impl Seen {
    fn add(&mut self, number: usize, count: usize) {
        if self.0.is_empty() {
            self.0.resize(count.div_ceil(64), 0);
        }
        if let Some(bits) = self.0.get_mut(number / 64) {
            *bits |= 1 << (number % 64);
        }
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn has(&self, number: usize) -> bool {
        let bits = self.0.get(number / 64);
        bits.is_some_and(|bits| bits >> (number % 64) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANALYTICS: VendorId = VendorId(1);
    const ADS: VendorId = VendorId(2);
    const MATOMO: VendorId = VendorId(3);
    const OWN: VendorId = VendorId(4);

    fn disguises() -> Disguises {
        Disguises::new([
            (Layer::BuiltIn, "*/g/collect?tid=G-*&cid=*", ANALYTICS),
            (Layer::BuiltIn, "*/gtag/js?id=G-*", ANALYTICS),
            (Layer::BuiltIn, "*/gtag/js?id=AW-*", ADS),
            (Layer::BuiltIn, "*?id=G-*&s=/g/collect*", ANALYTICS),
            (Layer::BuiltIn, "*?idsite=#&rec=1", MATOMO),
            (Layer::BuiltIn, "/_vercel/insights/*", ANALYTICS),
            (Layer::Operator, "/own/*?tid=G-*&cid=*", OWN),
        ])
    }

    fn find(disguises: &Disguises, target: &str) -> Option<VendorId> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        disguises.find(path, target.contains('?').then_some(query))
    }

    #[test]
    fn a_request_is_a_vendors_by_all_marks_in_any_order() {
        let disguises = disguises();
        for (target, expected) in [
            ("/metrics/g/collect?v=2&tid=G-1&cid=1.2", Some(ANALYTICS)),
            ("/metrics/g/collect?cid=1.2&v=2&tid=G-1", Some(ANALYTICS)),
            ("/g/collect?t%69d=G%2D1&cid", Some(ANALYTICS)),
            ("/own/g/collect?tid=G-1&cid=1", Some(OWN)),
            ("/metrics/gtag/js?id=G-1", Some(ANALYTICS)),
            ("/metrics/gtag/js?l=x&id=AW-1", Some(ADS)),
            (
                "/x/measurement.php?id=G-1&s=%2Fg%2Fcollect&v=2",
                Some(ANALYTICS),
            ),
            ("/piwik.php?action_name=x&idsite=3&rec=1", Some(MATOMO)),
            ("/_vercel/insights/view?x=1", Some(ANALYTICS)),
            ("/_vercel/insights/view", Some(ANALYTICS)),
        ] {
            assert_eq!(find(&disguises, target), expected, "{target}");
        }
    }

    #[test]
    fn one_mark_alone_is_nobodys() {
        let disguises = disguises();
        for target in [
            "/",
            "/?",
            "/metrics/g/collect",
            "/metrics/g/collect?v=2&tid=G-1",
            "/metrics/g/collect?cid=1",
            "/metrics/g/collects?tid=G-1&cid=1",
            "/metrics/g/collect?tid=UA-1&cid=1",
            "/metrics/g/collect?TID=G-1&cid=1",
            "/gtag/js?id=5",
            "/shop?id=G-1&s=shoes",
            "/shop?id=5",
            "/piwik.php?idsite=x&rec=1",
            "/?idsite=1&rec=11",
            "/vercel/insights/",
        ] {
            assert_eq!(find(&disguises, target), None, "{target}");
        }
    }

    #[test]
    fn no_entries_find_nothing() {
        let none = Disguises::new([]);
        assert_eq!(find(&none, "/g/collect?tid=G-1&cid=1"), None);
    }

    proptest::proptest! {
        #[test]
        fn other_parameters_change_nothing(
            before in "([a-c]{0,2}=?[a-z0-9]{0,3}&){0,3}", after in "(&[a-c]{0,2}=?[a-z0-9]{0,3}){0,3}",
        ) {
            let target = format!("/m/g/collect?{before}cid=1&tid=G-1{after}");
            proptest::prop_assert_eq!(find(&disguises(), &target), Some(ANALYTICS));
        }
    }
}
