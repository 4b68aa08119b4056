//! The built-in catalogue against tables of what browsers and pages hold, each row with the vendor (`-` for
//! nobody) that must be found: `tests/data/cookies*.tsv` (names of cookies), `hosts.tsv` (URLs of third
//! parties), `snippets.tsv` (inline scripts, shortened) and `disguises.tsv` (requests on the website's own host).
//!
//! What is looked up by marks is read here once more, slowly and plainly, from the rules at the top of
//! `catalogue.toml`.
#![allow(clippy::indexing_slicing, reason = "a failed test may panic")]

use std::collections::HashMap;

use privet::{
    config::vendors_from_catalogue,
    privacy::{BUILT_IN_CATALOGUE, Catalogue, SERVICE_ALIASES, Vendor, VendorMarks, slug},
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

/// The rows of a table, with `N` cells each.
fn rows<const N: usize>(table: &'static str) -> Vec<[&'static str; N]> {
    let row = |line: &'static str| {
        let cells: Vec<&str> = line.split('\t').collect();
        <[&str; N]>::try_from(cells).unwrap_or_else(|_| panic!("{N} cells, not: {line}"))
    };
    table.lines().map(row).collect()
}

/// Name, vendor, purpose.
fn cookies() -> Vec<[&'static str; 3]> {
    rows(COOKIES)
}

/// Whether `text` is what `pattern` says, `*` being any run of characters.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((literal, rest)) => text.strip_prefix(literal).is_some_and(|text| {
            (0..=text.len())
                .filter_map(|from| text.get(from..))
                .any(|text| matches(rest, text))
        }),
    }
}

/// How well one entry of `hosts` claims a URL; `None` if not at all.
fn host_rank(pattern: &str, host: &str, target: &str) -> Option<(usize, bool, usize)> {
    let (name, path) = pattern.split_at(pattern.find('/').unwrap_or(pattern.len()));
    let is_host = match name.strip_prefix('*') {
        Some(parent) => host.ends_with(parent),
        None => host == name,
    };
    let path_only = target.split('?').next().unwrap_or(target);
    let compared = if path.contains('?') {
        target
    } else {
        path_only
    };
    let is_path = path.is_empty() || matches(path, compared);
    let literal = path.chars().filter(|char| *char != '*').count();
    (is_host && is_path).then_some((literal, !name.starts_with('*'), name.len()))
}

/// Whose `url` is.
fn third_party<'a>(catalogue: &'a Catalogue, url: &str) -> Option<&'a Vendor> {
    let rest = url.strip_prefix("https://").expect("an https URL");
    let (host, target) = rest.split_at(rest.find('/').expect("a path"));
    let ranked = catalogue.iter().flat_map(|(_, vendor)| {
        let ranks = vendor.hosts.iter();
        ranks.filter_map(move |pattern| Some((host_rank(pattern, host, target)?, vendor)))
    });
    ranked
        .max_by_key(|(rank, _)| *rank)
        .map(|(_, vendor)| vendor)
}

/// Whether the parts of `snippet` stand in `script`, in their order.
fn holds(script: &str, snippet: &str) -> bool {
    let parts = &mut snippet.split('*');
    let end = parts.try_fold(script, |rest, part| Some(rest.split_once(part)?.1));
    end.is_some()
}

/// The names of the vendors whose marks of one kind say so, joined; `-` if none.
fn whose(
    catalogue: &Catalogue,
    kind: fn(&VendorMarks) -> &[String],
    says_so: impl Fn(&str) -> bool,
) -> String {
    let vendors = catalogue.iter().filter(|(_, vendor)| {
        let mut marks = kind(&vendor.marks).iter();
        marks.any(|mark| says_so(mark))
    });
    let names: Vec<&str> = vendors.map(|(_, vendor)| vendor.name.as_str()).collect();
    if names.is_empty() {
        "-".to_owned()
    } else {
        names.join(", ")
    }
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

#[test]
fn each_third_party_belongs_to_its_vendor_and_purpose() {
    let catalogue = catalogue();
    let urls: Vec<[&str; 3]> = rows(include_str!("data/hosts.tsv"));
    assert!(urls.len() >= 500, "{} URLs only", urls.len());
    for [url, vendor, purpose] in urls {
        let found = third_party(&catalogue, url);
        let found = found.map(|vendor| (vendor.name.as_str(), vendor.purpose.name()));
        assert_eq!(found.unwrap_or(("-", "-")), (vendor, purpose), "{url}");
    }
}

#[test]
fn a_loader_is_told_from_a_call() {
    let catalogue = catalogue();
    for [vendor, script] in rows(include_str!("data/snippets.tsv")) {
        let plain = script.replace("\\/", "/");
        let found = whose(
            &catalogue,
            |marks| &marks.snippets,
            |part| holds(&plain, part),
        );
        assert_eq!(found, vendor, "{script}");
    }
}

#[test]
fn a_disguise_is_told_from_an_ordinary_request() {
    let catalogue = catalogue();
    for [target, vendor] in rows(include_str!("data/disguises.tsv")) {
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        let found = catalogue.disguise(path, query);
        let found = found.and_then(|id| catalogue.vendor(id));
        assert_eq!(found.map_or("-", |found| &found.name), vendor, "{target}");
    }
}

#[test]
fn no_two_vendors_share_a_host_snippet_disguise_or_parameter() {
    let catalogue = catalogue();
    let mut first = HashMap::new();
    for (_, vendor) in catalogue.iter() {
        let marks = &vendor.marks;
        let kinds = [
            ("host", &vendor.hosts),
            ("snippet", &marks.snippets),
            ("disguise", &marks.disguises),
            ("payload", &marks.payloads),
            ("parameter", &marks.parameters),
        ];
        for (kind, claim) in kinds
            .into_iter()
            .flat_map(|(kind, claims)| claims.iter().map(move |claim| (kind, claim.as_str())))
        {
            let earlier = first.insert((kind, claim), vendor.name.as_str());
            assert_eq!(earlier, None, "{kind} {claim} of {}", vendor.name);
        }
    }
}

#[test]
fn every_snippet_has_a_part_that_does_not_stand_in_scripts_by_chance() {
    for (_, vendor) in catalogue().iter() {
        for snippet in &vendor.marks.snippets {
            let longest = snippet.split('*').map(str::len).max().unwrap_or(0);
            assert!(longest >= 7, "{snippet} of {}", vendor.name);
        }
    }
}

#[test]
fn click_identifiers_go_and_what_websites_need_stays() {
    let catalogue = catalogue();
    let whose = |name: &str| {
        whose(
            &catalogue,
            |marks| &marks.parameters,
            |mark| matches(mark, name),
        )
    };
    for (name, vendor) in [
        ("gclid", "Google Ads and DoubleClick"),
        ("gbraid", "Google Ads and DoubleClick"),
        ("wbraid", "Google Ads and DoubleClick"),
        ("dclid", "Google Ads and DoubleClick"),
        ("_gl", "Google Analytics"),
        ("fbclid", "Facebook Pixel"),
        ("igsh", "Instagram"),
        ("msclkid", "Microsoft Advertising"),
        ("ttclid", "TikTok Pixel"),
        ("twclid", "X Ads"),
        ("li_fat_id", "LinkedIn Insight Tag"),
        ("epik", "Pinterest Tag"),
        ("ScCid", "Snapchat Pixel"),
        ("rdt_cid", "Reddit Pixel"),
        ("_hsenc", "HubSpot advertising"),
        ("__hstc", "HubSpot analytics"),
        ("mc_eid", "Mailchimp"),
        ("mkt_tok", "Marketo Engage"),
        ("vero_id", "Vero"),
        ("oly_enc_id", "Omeda Olytics"),
        ("_kx", "Klaviyo"),
        ("ml_subscriber_hash", "Mailerlite"),
        ("bsft_clkid", "Blueshift"),
        ("yclid", "Yandex Ads"),
        ("irclickid", "impact.com"),
        ("awc", "Awin"),
        ("tduid", "Tradedoubler"),
        ("cjevent", "CJ Affiliate"),
        ("_branch_match_id", "Branch"),
        ("pk_vid", "Matomo"),
    ] {
        assert_eq!(whose(name), vendor, "{name}");
    }
    for name in [
        "state",
        "code",
        "nonce",
        "token",
        "sig",
        "signature",
        "Signature",
        "X-Amz-Signature",
        "Expires",
        "h",
        "hash",
        "redirect_uri",
        "ref",
        "s",
        "t",
        "id",
        "q",
        "p",
        "page",
        "si",
        "pp",
        "ref_src",
        "feature",
        "__s",
        "utm_source",
        "utm_campaign",
        "utm_id",
        "hsa_acc",
        "mtm_campaign",
        "mc_cid",
        "xtor",
        "spm",
        "wt_mc",
        "trk",
        "GCLID",
        "gclid2",
        "fbclid[]",
    ] {
        assert_eq!(whose(name), "-", "{name}");
    }
}

#[test]
fn tag_managers_are_as_strict_as_what_they_load() {
    let catalogue = catalogue();
    let managers = catalogue
        .iter()
        .filter(|(_, vendor)| vendor.marks.tag_manager);
    let names: Vec<&str> = managers.map(|(_, vendor)| vendor.name.as_str()).collect();
    for name in [
        "Google Tag Manager",
        "Tealium",
        "Adobe Launch",
        "Commanders Act",
        "Stape",
    ] {
        assert!(names.contains(&name), "{name}");
    }
    assert!(!names.contains(&"Google Analytics"));
}

#[test]
fn only_companies_with_a_source_are_called_certified() {
    for (_, vendor) in catalogue().iter() {
        let has_source = vendor.name == "AdRoll"
            || ["Google", "YouTube", "reCAPTCHA", "Firebase"]
                .iter()
                .any(|name| vendor.name.starts_with(name));
        let expected = has_source.then_some("2026-11");
        assert_eq!(
            vendor.marks.adequate.as_deref(),
            expected,
            "{}",
            vendor.name
        );
    }
}
