//! The built-in catalogue against `tests/data/cookies*.tsv`: cookie names as browsers send
//! them, with the vendor and the purpose that each must be found to have; `-` for nobody's.
#![allow(clippy::indexing_slicing, reason = "a failed test may panic")]

use privet::{
    config::vendors_from_catalogue,
    privacy::{BUILT_IN_CATALOGUE, Catalogue, SERVICE_ALIASES, slug},
};

const COOKIES: &str = concat!(
    include_str!("data/cookies.tsv"),
    include_str!("data/cookies-analytics.tsv"),
    include_str!("data/cookies-marketing.tsv"),
    include_str!("data/cookies-necessary.tsv"),
);

fn catalogue() -> Catalogue {
    let built_in = vendors_from_catalogue(BUILT_IN_CATALOGUE)
        .unwrap_or_else(|report| panic!("the built-in catalogue: {report}"));
    Catalogue::new(built_in, Vec::new())
}

/// Name, vendor, purpose.
fn cookies() -> Vec<[&'static str; 3]> {
    let row = |line: &'static str| {
        let cells: Vec<&str> = line.split('\t').collect();
        <[&str; 3]>::try_from(cells).unwrap_or_else(|_| panic!("three cells, not: {line}"))
    };
    COOKIES.lines().map(row).collect()
}

#[test]
fn each_known_cookie_belongs_to_its_vendor_and_purpose() {
    let catalogue = catalogue();
    let cookies = cookies();
    assert!(cookies.len() >= 3_700, "{} names only", cookies.len());
    let wrong: Vec<String> = cookies
        .iter()
        .filter_map(|[name, vendor, purpose]| {
            let found = catalogue.cookie(name.as_bytes()).and_then(|claim| {
                let vendor = catalogue.vendor(claim.vendor)?;
                Some((vendor.name.as_str(), claim.purpose.name()))
            });
            let found = found.unwrap_or(("-", "-"));
            (found != (vendor, purpose))
                .then(|| format!("{name}: {vendor}, {purpose}; found {found:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_claim_can_be_explained_by_a_pattern_of_its_vendor() {
    let catalogue = catalogue();
    for [name, vendor, _] in cookies() {
        if let Some(claim) = catalogue.cookie(name.as_bytes()) {
            let claiming = catalogue.claiming_pattern(claim.vendor, name);
            let pattern = claiming.map(|(pattern, _)| pattern);
            assert!(pattern.is_some(), "{name} of {vendor}");
            let vendor = catalogue.vendor(claim.vendor).expect("a vendor");
            let lifetime = vendor
                .cookies
                .iter()
                .find(|cookie| Some(cookie.name.as_str()) == pattern)
                .and_then(|cookie| cookie.max_lifetime);
            let promised = claim.max_lifetime.map(u64::from);
            assert_eq!(
                lifetime.map(|lifetime| lifetime.as_secs()),
                promised,
                "{name}"
            );
        }
    }
}

#[test]
fn every_vendor_can_be_named_in_a_choice() {
    let catalogue = catalogue();
    for (id, vendor) in catalogue.iter() {
        assert_eq!(
            catalogue.by_slug(&slug(&vendor.name)),
            Some(id),
            "{}",
            vendor.name
        );
    }
}

#[test]
fn each_service_of_a_consent_platform_stands_for_a_vendor() {
    let catalogue = catalogue();
    assert!(SERVICE_ALIASES.len() >= 80, "{}", SERVICE_ALIASES.len());
    for (key, vendor) in SERVICE_ALIASES {
        assert!(catalogue.by_slug(vendor).is_some(), "{key}: {vendor}");
        assert_eq!(slug(key), *key, "never found");
        assert!(catalogue.by_slug(key).is_none(), "{key} is a vendor itself");
    }
}

#[test]
fn every_pattern_can_be_looked_up_by_its_beginning_or_its_end() {
    for (_, vendor) in catalogue().iter() {
        for cookie in &vendor.cookies {
            let is_wild = |end: Option<char>| matches!(end, Some('*' | '#'));
            let name = cookie.name.as_str();
            let both = is_wild(name.chars().next()) && is_wild(name.chars().next_back());
            assert!(!both, "{name} of {} costs every look-up time", vendor.name);
        }
    }
}
