//! `[consent.platform.NAME]`: what a consent platform's words mean on a website that renamed things.

use super::{consent::purpose, cookies};
use crate::{
    config::{
        load::built_in_vendors,
        mistake::nearest,
        node::{Entry, Node, one_of},
        problem::Problem,
        section::{Keys, Section},
    },
    privacy::{CookieList, PlatformId, PlatformRules, Purpose, Purposes, Vendor, slug},
};

const KEYS: Keys = Keys {
    allowed: &["cookie", "categories", "vendors"],
    later: &[],
    top_level: &[],
};

/// Of platforms that store TC strings, which name numbers instead of categories.
const TC_STRING_KEYS: Keys = Keys {
    allowed: &["cookie", "purposes"],
    later: &[],
    top_level: &[],
};

/// The vendors that a service can stand for: the operator's, listed ones and built-in ones, which are only
/// read where a file names one.
pub(super) struct KnownVendors<'a> {
    own: &'a [Vendor],
    files: &'a [CookieList],
}

impl<'a> KnownVendors<'a> {
    pub(super) fn new(own: &'a [Vendor], files: &'a [CookieList]) -> Self {
        Self { own, files }
    }

    fn all(&self) -> impl Iterator<Item = &str> {
        let built_in = built_in_vendors().as_ref().map_or(&[][..], Vec::as_slice);
        let listed = self.files.iter().flat_map(|file| &file.vendors);
        let vendors = self.own.iter().chain(listed).chain(built_in);
        vendors.map(|vendor| vendor.name.as_str())
    }
}

/// How each platform is read: what the section says over `base`.
pub(super) fn platforms(
    node: Option<&Node<'_>>,
    base: &[PlatformRules],
    known: &KnownVendors<'_>,
) -> Vec<PlatformRules> {
    let mut platforms = base.to_vec();
    let expected = "tables such as [consent.platform.onetrust]";
    let Some(entries) = node.and_then(|node| node.entries(expected)) else {
        return platforms;
    };
    for entry in entries {
        let Some(platform) = PlatformId::from_name(entry.name) else {
            let names: Vec<&str> = PlatformId::all().map(PlatformId::name).collect();
            let problem = Problem::error("is not a consent platform").about(entry.name);
            entry.report_key(
                problem
                    .expecting(one_of(&names))
                    .meant(nearest(entry.name, names.iter().copied())),
            );
            continue;
        };
        let before = platforms
            .iter()
            .position(|rules| rules.platform == platform);
        let mut rules = before.map_or_else(
            || PlatformRules::new(platform),
            |place| platforms.remove(place),
        );
        let keys = if rules.numbers.is_empty() {
            &KEYS
        } else {
            &TC_STRING_KEYS
        };
        if let Some(section) = entry.node.section(keys) {
            read(&section, &mut rules, known);
        }
        platforms.push(rules);
    }
    platforms
}

fn read(section: &Section<'_>, rules: &mut PlatformRules, known: &KnownVendors<'_>) {
    if let Some(node) = section.get("cookie") {
        rules.cookie = cookies::exact(&node).or_else(|| rules.cookie.take());
    }
    if let Some(node) = section.get("categories") {
        rules.categories = categories(&node);
    }
    if let Some(node) = section.get("vendors") {
        rules.vendors = vendors(&node, known);
    }
    if let Some(entries) = section
        .get("purposes")
        .and_then(|node| node.entries("a table such as { analytics = [1, 8, 9] }"))
    {
        for entry in entries {
            let names = Purpose::ALL.map(Purpose::name);
            let Some(purpose) = Purpose::from_name(entry.name) else {
                let problem = Problem::error("is not a purpose").about(entry.name);
                entry.report_key(
                    problem
                        .expecting(one_of(&names))
                        .meant(nearest(entry.name, names)),
                );
                continue;
            };
            if purpose == Purpose::Necessary {
                entry.report_key(Problem::error("\"necessary\" needs no consent"));
                continue;
            }
            let number = |node: &Node<'_>| {
                let number = node.integer(1..=24)?;
                u8::try_from(number).ok()
            };
            let expected = "numbers of TCF purposes, such as [1, 8, 9]";
            if let Some(numbers) = entry.node.full_list(expected, number) {
                rules.numbers.retain(|(known, _)| *known != purpose);
                rules.numbers.push((purpose, numbers));
                rules.numbers.sort_by_key(|(purpose, _)| *purpose);
            }
        }
    }
}

/// Groups or services, each with the purpose or purposes that it stands for.
fn categories(node: &Node<'_>) -> Vec<(String, Purposes)> {
    let entries = node.entries("a table such as { C0002 = \"analytics\" }");
    let entry = |entry: Entry<'_, '_>| {
        let purposes = if entry.node.is_array() {
            let list = entry.node.full_list("a list of purposes", purpose)?;
            list.into_iter().collect()
        } else {
            Purposes::NONE.with(purpose(&entry.node)?)
        };
        Some((entry.name.to_owned(), purposes))
    };
    entries.into_iter().flatten().filter_map(entry).collect()
}

/// Services, each with the vendor that it stands for.
fn vendors(node: &Node<'_>, known: &KnownVendors<'_>) -> Vec<(String, String)> {
    let entries = node.entries("a table such as { hotjar = \"Hotjar\" }");
    let entry = |entry: Entry<'_, '_>| {
        let expected = "the name of a vendor; \"privet vendors\" lists them";
        let vendor = entry.node.parsed(expected, |text| {
            let wanted = slug(text);
            let mut all = known.all();
            all.find(|name| slug(name) == wanted).map_or_else(
                || {
                    let problem = Problem::error("is not a vendor that privet knows");
                    Err(problem.meant(nearest(text, known.all())))
                },
                |name| Ok(name.to_owned()),
            )
        });
        Some((entry.name.to_owned(), vendor?))
    };
    entries.into_iter().flatten().filter_map(entry).collect()
}
