//! Whose cookie, host or path this is: the vendors in force, compiled for look-up.
//!
//! The built-in catalogue, the lists in the operator's files and the operator's `[[vendor]]` entries
//! become one table. An operator's vendor replaces others of the same name; its patterns win over
//! those of files, those of a later file over those of an earlier one, and these over built-in ones.
//! Look-ups cost the same however many vendors there are.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    patterns::{Layer, PatternTable, match_rank},
    purpose::Purpose,
    roster::{Member, roster},
    rules::{CookieList, Vendor},
    third_parties::{ClickIdentifiers, Disguises, HostTable, Payloads, SnippetTable},
    validators::fingerprint,
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

/// Where a vendor or one of its cookies comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Origin<'a> {
    /// The catalogue that is built into privet.
    BuiltIn,
    /// A file of `[catalogue] files`.
    File(&'a Path),
    /// `[[vendor]]`.
    Operator,
}

/// The vendors in force.
#[derive(Debug)]
pub struct Catalogue {
    members: Vec<Member>,
    files: Vec<PathBuf>,
    slugs: HashMap<String, VendorId>,
    cookies: PatternTable<Claim>,
    paths: PatternTable<VendorId>,
    disguises: Disguises,
    payloads: Payloads,
    click_identifiers: ClickIdentifiers,
    hosts: HostTable,
    snippets: SnippetTable,
    /// Where the operator's begin.
    first_own: usize,
    /// What it says, in a number.
    fingerprint: u64,
}

impl Catalogue {
    /// Compiles the operator's vendors over the built-in ones.
    ///
    /// At most 65,535 vendors; those beyond are left out.
    pub fn new(built_in: Vec<Vendor>, operator: Vec<Vendor>) -> Self {
        Self::with_files(built_in, &[], operator)
    }

    /// Compiles the operator's vendors over those of `files`, and these over the built-in ones.
    ///
    /// At most 65,535 vendors; those beyond are left out.
    pub fn with_files(built_in: Vec<Vendor>, files: &[CookieList], operator: Vec<Vendor>) -> Self {
        let own = operator.len();
        let mut members = roster(built_in, files, operator);
        let first_own = members.len() - own;
        members.truncate(usize::from(u16::MAX));
        let ids = || (0..u16::MAX).map(VendorId);
        let cookies = PatternTable::new(ids().zip(&members).flat_map(|(id, member)| {
            let cookies = member.vendor.cookies.iter().zip(&member.cookies);
            cookies.map(move |(cookie, layer)| {
                let claim = Claim {
                    vendor: id,
                    purpose: member.vendor.purpose,
                    max_lifetime: cookie.max_lifetime.map(whole_seconds),
                };
                (*layer, cookie.name.as_str(), claim)
            })
        }));
        let paths = PatternTable::new(marks_of(&members, |vendor| &vendor.paths));
        let disguises = Disguises::new(marks_of(&members, |vendor| &vendor.marks.disguises));
        let payloads = Payloads::new(marks_of(&members, |vendor| &vendor.marks.payloads));
        let click_identifiers =
            ClickIdentifiers::new(marks_of(&members, |vendor| &vendor.marks.parameters));
        let hosts = HostTable::new(ids().zip(&members).map(|(id, member)| {
            let is_operators = member.layer == Layer::Operator;
            (id, is_operators, member.vendor.hosts.as_slice())
        }));
        let snippets = SnippetTable::new(ids().zip(&members).flat_map(|(id, member)| {
            let snippets = member.vendor.marks.snippets.iter();
            snippets.map(move |snippet| (id, snippet.as_str()))
        }));
        let slugs = ids()
            .zip(&members)
            .map(|(id, member)| (slug(&member.vendor.name), id))
            .collect();
        let vendors: Vec<&Vendor> = members.iter().map(|member| &member.vendor).collect();
        let fingerprint = fingerprint(&vendors);
        Self {
            members,
            files: files.iter().map(|file| file.path.clone()).collect(),
            slugs,
            cookies,
            paths,
            disguises,
            payloads,
            click_identifiers,
            hosts,
            snippets,
            first_own,
            fingerprint,
        }
    }

    /// A number for what it says: another catalogue has another one.
    pub(super) fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// Whose cookie `name` is; `None` if no vendor claims it.
    pub fn cookie(&self, name: &[u8]) -> Option<Claim> {
        self.cookies.find(name)
    }

    /// Which vendor the website serves under `path` (without query), by a vendor's `paths`.
    pub fn path(&self, path: &str) -> Option<VendorId> {
        if self.paths.is_empty() {
            None
        } else {
            self.paths.find(path.as_bytes())
        }
    }

    /// Which vendor's request one to the website for `path` with `query` is, by a vendor's
    /// `disguises`.
    pub fn disguise(&self, path: &str, query: Option<&str>) -> Option<VendorId> {
        self.disguises.find(path, query)
    }

    /// Whether some vendor's `payloads` are known.
    pub fn knows_payloads(&self) -> bool {
        !self.payloads.is_empty()
    }

    /// Which vendor's payload begins with `content`, by a vendor's `payloads`.
    pub fn payload(&self, content: &[u8]) -> Option<VendorId> {
        self.payloads.find(content)
    }

    /// Whose click identifiers are in `url`, by a vendor's `parameters`, each as it is written.
    pub fn click_identifiers<'a>(&self, url: &'a str) -> impl Iterator<Item = (VendorId, &'a str)> {
        self.click_identifiers.found(url)
    }

    /// `url` without the click identifiers of vendors that are `refused`, the rest byte for byte;
    /// `None` if there are none.
    pub(super) fn without_click_identifiers(
        &self,
        url: &str,
        refused: impl Fn(VendorId) -> bool,
    ) -> Option<String> {
        self.click_identifiers.without(url, refused)
    }

    /// Which vendor's `target` (path and query) of `host` (lower case) it is, with the pattern that says
    /// so.
    pub fn host(&self, host: &str, target: &str) -> Option<(VendorId, &str)> {
        let claim = self.hosts.find(host, target.as_bytes())?;
        let pattern = self.vendor(claim.vendor)?.hosts.get(claim.place)?;
        Some((claim.vendor, pattern))
    }

    /// Whether the website serves any vendor under its own name.
    pub(super) fn has_paths(&self) -> bool {
        !self.paths.is_empty()
    }

    /// Whose hosts are whose.
    pub(super) fn hosts(&self) -> &HostTable {
        &self.hosts
    }

    /// Whose inline scripts are whose.
    pub(super) fn snippets(&self) -> &SnippetTable {
        &self.snippets
    }

    /// The pattern by which `vendor` claims the cookie `name`, and where that comes from. For
    /// explanations.
    pub fn claiming_pattern(&self, vendor: VendorId, name: &str) -> Option<(&str, Origin<'_>)> {
        let member = self.member(vendor)?;
        let claims = member.vendor.cookies.iter().zip(&member.cookies);
        let claims = claims.filter_map(|(cookie, layer)| {
            let rank = match_rank(*layer, &cookie.name, name.as_bytes())?;
            Some((rank, cookie.name.as_str(), *layer))
        });
        let (_, pattern, layer) = claims.rev().max_by_key(|(rank, ..)| *rank)?;
        Some((pattern, self.origin_of(layer)))
    }

    /// Where `vendor` comes from.
    pub fn origin(&self, vendor: VendorId) -> Option<Origin<'_>> {
        Some(self.origin_of(self.member(vendor)?.layer))
    }

    /// The files that list cookies of `vendor`.
    pub fn files_of(&self, vendor: VendorId) -> impl Iterator<Item = &Path> {
        let member = self.member(vendor);
        let listed =
            move |layer: &Layer| member.is_some_and(|member| member.cookies.contains(layer));
        self.file_layers()
            .filter(move |(layer, _)| listed(layer))
            .map(|(_, path)| path)
    }

    /// Each file, with the number of vendors that it lists cookies of, and of those cookies.
    pub fn files(&self) -> impl Iterator<Item = (&Path, usize, usize)> {
        self.file_layers().map(|(layer, path)| {
            let of = |member: &Member| member.cookies.iter().filter(|of| **of == layer).count();
            let counts = self.members.iter().map(of).filter(|count| *count > 0);
            let (vendors, cookies) =
                counts.fold((0, 0), |(vendors, sum), count| (vendors + 1, sum + count));
            (path, vendors, cookies)
        })
    }

    fn member(&self, id: VendorId) -> Option<&Member> {
        self.members.get(usize::from(id.0))
    }

    fn file_layers(&self) -> impl Iterator<Item = (Layer, &Path)> {
        (0..=u16::MAX)
            .map(Layer::File)
            .zip(self.files.iter().map(PathBuf::as_path))
    }

    fn origin_of(&self, layer: Layer) -> Origin<'_> {
        match layer {
            Layer::BuiltIn => Origin::BuiltIn,
            Layer::File(number) => Origin::File(
                self.files
                    .get(usize::from(number))
                    .map_or_else(|| Path::new(""), PathBuf::as_path),
            ),
            Layer::Operator => Origin::Operator,
        }
    }

    /// The vendor of that id.
    pub fn vendor(&self, id: VendorId) -> Option<&Vendor> {
        self.member(id).map(|member| &member.vendor)
    }

    /// The vendor whose name has that [`slug`].
    pub fn by_slug(&self, slug: &str) -> Option<VendorId> {
        self.slugs.get(slug).copied()
    }

    /// The vendor of that name, or one of the same [`slug`].
    pub fn named(&self, name: &str) -> Option<&Vendor> {
        self.vendor(self.by_slug(&slug(name))?)
    }

    /// The operator's own vendors.
    pub fn operators(&self) -> impl Iterator<Item = VendorId> {
        self.iter().map(|(id, _)| id).skip(self.first_own)
    }

    /// All vendors in force, the operator's last.
    pub fn iter(&self) -> impl Iterator<Item = (VendorId, &Vendor)> {
        let vendors = self.members.iter().map(|member| &member.vendor);
        (0..u16::MAX).map(VendorId).zip(vendors)
    }
}

/// Each vendor's entries of one kind, as they are compiled.
fn marks_of<'a>(
    members: &'a [Member],
    entries: impl Fn(&'a Vendor) -> &'a [String],
) -> impl Iterator<Item = (Layer, &'a str, VendorId)> {
    let members = (0..u16::MAX).map(VendorId).zip(members);
    members.flat_map(move |(id, member)| {
        let entries = entries(&member.vendor).iter();
        entries.map(move |entry| (member.layer, entry.as_str(), id))
    })
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
            marks: Default::default(),
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
            catalogue
                .host("x.example.net", "/")
                .map(|(_, pattern)| pattern),
            Some("*.example.net")
        );
        assert_eq!(catalogue.host("example.net", "/"), None);
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
