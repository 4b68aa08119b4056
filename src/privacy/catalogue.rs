//! Whose cookie, host or path this is: the vendors in force, compiled for look-up.
//!
//! The built-in catalogue and the operator's `[[vendor]]` entries become one table; an operator's
//! vendor replaces the built-in one of the same name, and its patterns win over built-in ones.
//! Look-ups cost the same however many vendors there are.

use std::{collections::HashMap, time::Duration};

use super::{
    patterns::{Layer, PatternTable, pattern_matches},
    purpose::Purpose,
    rules::Vendor,
};

/// A vendor's place in the catalogue in force. Ids hold for one configuration only.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct VendorId(pub(crate) u16);

/// What the catalogue says of a cookie.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Claim {
    /// Whose it is.
    pub vendor: VendorId,
    /// What it is for.
    pub purpose: Purpose,
    /// The longest life that the vendor promises, in seconds.
    pub max_lifetime: Option<u32>,
}

/// The vendors in force.
#[derive(Debug)]
pub struct Catalogue {
    vendors: Vec<Vendor>,
    slugs: HashMap<String, VendorId>,
    cookies: PatternTable<Claim>,
    paths: PatternTable<VendorId>,
    /// Where the operator's begin.
    first_own: usize,
}

impl Catalogue {
    /// Compiles the operator's vendors over the built-in ones.
    ///
    /// At most 65,535 vendors; those beyond are left out.
    pub fn new(built_in: Vec<Vendor>, operator: Vec<Vendor>) -> Self {
        let replaced = |vendor: &Vendor| {
            operator
                .iter()
                .any(|own| slug(&own.name) == slug(&vendor.name))
        };
        let mut vendors: Vec<(Layer, Vendor)> = built_in
            .into_iter()
            .filter(|vendor| !replaced(vendor))
            .map(|vendor| (Layer::BuiltIn, vendor))
            .collect();
        let first_own = vendors.len();
        let own = operator.into_iter();
        vendors.extend(own.map(|vendor| (Layer::Operator, vendor)));
        vendors.truncate(usize::from(u16::MAX));
        let ids = || (0..u16::MAX).map(VendorId);
        let cookies = PatternTable::new(ids().zip(&vendors).flat_map(|(id, (layer, vendor))| {
            vendor.cookies.iter().map(move |cookie| {
                let max_lifetime = cookie.max_lifetime.map(whole_seconds);
                let claim = Claim {
                    vendor: id,
                    purpose: vendor.purpose,
                    max_lifetime,
                };
                (*layer, cookie.name.as_str(), claim)
            })
        }));
        let paths = PatternTable::new(ids().zip(&vendors).flat_map(|(id, (layer, vendor))| {
            vendor
                .paths
                .iter()
                .map(move |path| (*layer, path.as_str(), id))
        }));
        let slugs = ids()
            .zip(&vendors)
            .map(|(id, (_, vendor))| (slug(&vendor.name), id))
            .collect();
        let vendors = vendors.into_iter().map(|(_, vendor)| vendor).collect();
        Self {
            vendors,
            slugs,
            cookies,
            paths,
            first_own,
        }
    }

    /// Whose cookie `name` is; `None` if no vendor claims it.
    pub fn cookie(&self, name: &[u8]) -> Option<Claim> {
        self.cookies.find(name)
    }

    /// Which vendor the website serves under `path` (without query).
    pub fn path(&self, path: &str) -> Option<VendorId> {
        if self.paths.is_empty() {
            None
        } else {
            self.paths.find(path.as_bytes())
        }
    }

    /// Which vendor's `host` it is, with the pattern that says so. For explanations, not for the hot path.
    pub fn host(&self, host: &str) -> Option<(VendorId, &str)> {
        let claims = |pattern: &str| match pattern.strip_prefix("*.") {
            Some(parent) => host
                .strip_suffix(parent)
                .is_some_and(|rest| rest.ends_with('.')),
            None => pattern == host,
        };
        let found = self.iter().filter_map(|(id, vendor)| {
            let pattern = vendor.hosts.iter().find(|pattern| claims(pattern))?;
            Some((id, pattern.as_str()))
        });
        found.max_by_key(|(_, pattern)| pattern.len())
    }

    /// The pattern by which `vendor` claims the cookie `name`. For explanations.
    pub fn claiming_pattern(&self, vendor: VendorId, name: &str) -> Option<&str> {
        let patterns = self
            .vendor(vendor)?
            .cookies
            .iter()
            .map(|cookie| cookie.name.as_str());
        patterns
            .filter(|pattern| pattern_matches(pattern, name.as_bytes()))
            .max_by_key(|pattern| (!pattern.contains(['*', '#']), pattern.len()))
    }

    /// The vendor of that id.
    pub fn vendor(&self, id: VendorId) -> Option<&Vendor> {
        self.vendors.get(usize::from(id.0))
    }

    /// The vendor whose name has that [`slug`].
    pub fn by_slug(&self, slug: &str) -> Option<VendorId> {
        self.slugs.get(slug).copied()
    }

    /// The operator's own vendors.
    pub fn operators(&self) -> impl Iterator<Item = VendorId> {
        self.iter().map(|(id, _)| id).skip(self.first_own)
    }

    /// All vendors in force, the operator's last.
    pub fn iter(&self) -> impl Iterator<Item = (VendorId, &Vendor)> {
        (0..u16::MAX).map(VendorId).zip(&self.vendors)
    }
}

/// A vendor's name as it stands in cookies and form fields: lower case, words joined by `-`.
pub fn slug(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for byte in name.chars() {
        if byte.is_alphanumeric() {
            slug.extend(byte.to_lowercase().filter(char::is_ascii_alphanumeric));
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// A lifetime in whole seconds, as cookies express it.
pub(super) fn whole_seconds(lifetime: Duration) -> u32 {
    u32::try_from(lifetime.as_secs()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::rules::VendorCookie;

    fn vendor(name: &str, purpose: Purpose, cookie: &str) -> Vendor {
        Vendor {
            name: name.to_owned(),
            purpose,
            country: None,
            iab_vendor: None,
            cookies: vec![VendorCookie {
                name: cookie.to_owned(),
                max_lifetime: Some(Duration::from_secs(60)),
            }],
            hosts: vec!["*.example.net".to_owned(), "a.example.net".to_owned()],
            paths: vec!["/stats/*".to_owned()],
            policy: None,
        }
    }

    #[test]
    fn the_operators_vendor_replaces_the_built_in_one_of_its_name() {
        let catalogue = Catalogue::new(
            vec![
                vendor("Metrics One", Purpose::Marketing, "m1"),
                vendor("B", Purpose::Media, "b*"),
            ],
            vec![vendor("metrics  one", Purpose::Analytics, "bee")],
        );
        assert_eq!(catalogue.cookie(b"m1"), None);
        let claim = catalogue.cookie(b"bee").expect("claimed");
        assert_eq!(
            (claim.purpose, claim.max_lifetime),
            (Purpose::Analytics, Some(60))
        );
        assert_eq!(
            catalogue.cookie(b"bear").map(|claim| claim.purpose),
            Some(Purpose::Media)
        );
        assert_eq!(catalogue.by_slug("metrics-one"), Some(claim.vendor));
        assert_eq!(catalogue.path("/stats/a.js"), Some(claim.vendor));
        assert_eq!(catalogue.path("/statistics"), None);
        assert_eq!(
            catalogue.host("x.example.net").map(|(_, pattern)| pattern),
            Some("*.example.net")
        );
        assert_eq!(catalogue.host("example.net"), None);
    }

    #[test]
    fn slugs_are_plain() {
        for (name, expected) in [
            ("Google Analytics", "google-analytics"),
            ("X (Twitter) ads", "x-twitter-ads"),
            ("Piwik PRO!", "piwik-pro"),
            ("Café", "caf"),
        ] {
            assert_eq!(slug(name), expected);
        }
    }
}
