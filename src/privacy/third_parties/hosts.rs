//! Whose host, or path of a host, a URL names: every vendor's `hosts`, compiled.
//!
//! A look-up costs a search in a hash table for each label of the name, however many vendors there are.
//! The operator's vendors win over all others, then the pattern whose path fixes more, then the exact
//! host over a wildcard, then the longer wildcard.

use std::collections::HashMap;

use super::wildcard::Wildcard;
use crate::privacy::catalogue::VendorId;

/// The longest name that DNS has (RFC 1035 §2.3.4), with the root's dot.
const LONGEST_NAME: usize = 254;

/// The hosts of all vendors.
#[derive(Debug, Default)]
pub(in crate::privacy) struct HostTable {
    exact: HashMap<Box<str>, Vec<HostClaim>>,
    /// By what stands behind `*.`.
    below: HashMap<Box<str>, Vec<HostClaim>>,
}

/// One entry of a vendor's `hosts`.
#[derive(Debug)]
pub(in crate::privacy) struct HostClaim {
    /// Whose it is.
    pub(in crate::privacy) vendor: VendorId,
    /// Which of the vendor's hosts it is.
    pub(in crate::privacy) place: usize,
    /// Whether the operator wrote it.
    pub(in crate::privacy) is_operators: bool,
    path: Option<PathPattern>,
}

#[derive(Debug)]
struct PathPattern {
    pattern: Wildcard,
    has_query: bool,
}

impl HostClaim {
    /// What beats another claim on the same name: the higher one.
    fn rank(&self) -> (bool, usize) {
        let fixed = self.path.as_ref().map(|path| path.pattern.literal());
        (self.is_operators, fixed.unwrap_or(0))
    }

    /// Whether only some paths of the host are claimed.
    pub(in crate::privacy) fn has_path(&self) -> bool {
        self.path.is_some()
    }

    fn holds(&self, target: &[u8]) -> bool {
        self.path.as_ref().is_none_or(|path| {
            let end = memchr::memchr(b'?', target).filter(|_| !path.has_query);
            let text = target.get(..end.unwrap_or(target.len()));
            text.is_some_and(|text| path.pattern.matches(text))
        })
    }
}

impl HostTable {
    /// Compiles the hosts of vendors, each with whether the operator wrote it. Of two claims alike the
    /// first one wins.
    pub(in crate::privacy) fn new<'a>(
        vendors: impl IntoIterator<Item = (VendorId, bool, &'a [String])>,
    ) -> Self {
        let mut table = Self::default();
        for (vendor, is_operators, hosts) in vendors {
            for (place, host) in hosts.iter().enumerate() {
                table.add(host, vendor, is_operators, place);
            }
        }
        for claims in table.exact.values_mut().chain(table.below.values_mut()) {
            claims.sort_by_key(|claim| std::cmp::Reverse(claim.rank()));
        }
        table
    }

    fn add(&mut self, host: &str, vendor: VendorId, is_operators: bool, place: usize) {
        let path = host.find('/').unwrap_or(host.len());
        let (name, path) = host.split_at_checked(path).unwrap_or((host, ""));
        let (names, name) = match name.strip_prefix("*.") {
            Some(parent) => (&mut self.below, parent),
            None => (&mut self.exact, name),
        };
        let path = Some(path).filter(|path| !path.is_empty());
        names.entry(name.into()).or_default().push(HostClaim {
            vendor,
            place,
            is_operators,
            path: path.map(|path| PathPattern {
                pattern: Wildcard::new(path),
                has_query: path.contains('?'),
            }),
        });
    }

    /// Who claims `target` (path and query) of `host` (lower case, without the root's dot).
    pub(in crate::privacy) fn find(&self, host: &str, target: &[u8]) -> Option<&HostClaim> {
        let mut best: Option<&HostClaim> = None;
        self.each(host, |claims| {
            let claim = claims.iter().find(|claim| claim.holds(target));
            if let Some(claim) = claim
                && best.is_none_or(|best| claim.rank() > best.rank())
            {
                best = Some(claim);
            }
        });
        best
    }

    /// Whether the operator gave some vendor a path of `host`, or all of it.
    pub(in crate::privacy) fn is_given(&self, host: &str) -> bool {
        let mut is_given = false;
        self.each(host, |claims| {
            // The operator's stand first.
            is_given |= claims.first().is_some_and(|claim| claim.is_operators);
        });
        is_given
    }

    /// Calls `visit` with the claims on the name itself, then with those on the names that it is below, the
    /// longest first.
    fn each<'a>(&'a self, host: &str, mut visit: impl FnMut(&'a [HostClaim])) {
        if host.len() > LONGEST_NAME {
            return;
        }
        if let Some(claims) = self.exact.get(host) {
            visit(claims);
        }
        let mut rest = host;
        while let Some((_, parent)) = rest.split_once('.') {
            if let Some(claims) = self.below.get(parent) {
                visit(claims);
            }
            rest = parent;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_claim_wins_and_the_operators_over_all() {
        let hosts = |hosts: &[&str]| hosts.iter().map(|host| (*host).to_owned()).collect();
        let vendors: [(bool, Vec<String>); 6] = [
            (false, hosts(&["*.social.example", "social.example"])),
            (
                false,
                hosts(&["www.social.example/tr*", "*.social.example/plugins/*"]),
            ),
            (false, hosts(&["cdn.social.example"])),
            (
                false,
                hosts(&["www.tags.example/js?*id=G-*", "www.tags.example/js"]),
            ),
            (
                false,
                hosts(&["www.tags.example/js?*id=AW-*", "social.example"]),
            ),
            (true, hosts(&["*.example/own/*", "metrics.shop.test"])),
        ];
        let ids = (0..).map(VendorId);
        let table = HostTable::new(
            ids.zip(&vendors)
                .map(|(id, (operators, hosts))| (id, *operators, hosts.as_slice())),
        );
        for (host, target, expected) in [
            ("social.example", "/", Some(0)),
            ("m.social.example", "/", Some(0)),
            ("www.social.example", "/tr?id=1", Some(1)),
            ("www.social.example", "/x/tr", Some(0)),
            ("de.social.example", "/plugins/like.php", Some(1)),
            ("cdn.social.example", "/plugin", Some(2)),
            ("a.cdn.social.example", "/", Some(0)),
            ("www.tags.example", "/js?l=x&id=G-1", Some(3)),
            ("www.tags.example", "/js?id=AW-1", Some(4)),
            ("www.tags.example", "/js?id=X", Some(3)),
            ("www.tags.example", "/jsx", None),
            ("www.social.example", "/own/tr", Some(5)),
            ("metrics.shop.test", "/", Some(5)),
            ("antisocial.example", "/", None),
            ("example", "/own/", None),
            ("", "/", None),
        ] {
            let found = table.find(host, target.as_bytes());
            assert_eq!(
                found.map(|claim| claim.vendor.0),
                expected,
                "{host}{target}"
            );
        }
        assert!(table.is_given("metrics.shop.test") && table.is_given("x.example"));
        assert!(!table.is_given("shop.test"));
    }
}
