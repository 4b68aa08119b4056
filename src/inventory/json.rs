//! The inventory as JSON: websites, the third parties of each, and their hosts.
//!
//! `{"sites":[{"site":"www.example.com","third_parties":[{"vendor":"Hotjar","purpose":"analytics",
//! "country":"MT","hosts":[{"host":"static.hotjar.com","in_pages":3,"gated":2,"reports":1,
//! "directives":["script-src-elem"],"pages":["/blog/…"],"first_seen":"2026-11-24",
//! "last_seen":"2026-11-24"}]}],"others":0}]}`; `vendor`, `purpose` and `country` are `null` where
//! nobody is known.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::sightings::{Sighting, Site, Sites};
use crate::privacy::Catalogue;

/// The whole inventory; vendors' purposes and countries are those of `catalogue`.
pub(super) fn written(sites: &Sites, catalogue: Option<&Catalogue>) -> String {
    let sites = sites.iter().map(|(name, site)| {
        json!({
            "site": name,
            "third_parties": third_parties(site, catalogue),
            "others": site.others,
        })
    });
    json!({ "sites": sites.collect::<Vec<_>>() }).to_string() + "\n"
}

/// By vendor, those whom nobody knows last.
fn third_parties(site: &Site, catalogue: Option<&Catalogue>) -> Vec<Value> {
    let mut vendors: BTreeMap<(bool, String), BTreeMap<&str, &Sighting>> = BTreeMap::new();
    for (host, vendor, sighting) in site.iter() {
        let vendor = vendor.unwrap_or_default().to_owned();
        let hosts = vendors.entry((vendor.is_empty(), vendor)).or_default();
        hosts.insert(host, sighting);
    }
    let vendors = vendors.into_iter().map(|((_, name), hosts)| {
        let found = catalogue.and_then(|catalogue| catalogue.named(&name));
        json!({
            "vendor": (!name.is_empty()).then_some(&name),
            "purpose": found.map(|vendor| vendor.purpose.name()),
            "country": found.and_then(|vendor| vendor.country.as_deref()),
            "hosts": hosts.iter().map(|(host, sighting)| written_host(host, sighting)).collect::<Vec<_>>(),
        })
    });
    vendors.collect()
}

fn written_host(host: &str, sighting: &Sighting) -> Value {
    json!({
        "host": host,
        "in_pages": sighting.in_pages,
        "gated": sighting.gated,
        "reports": sighting.reports,
        "directives": sighting.directives,
        "pages": sighting.pages,
        "first_seen": day(sighting.first),
        "last_seen": day(sighting.last),
    })
}

/// Days, not seconds: when somebody visited is nobody's business.
fn day(seconds: i64) -> String {
    let date = OffsetDateTime::from_unix_timestamp(seconds);
    let date = date.unwrap_or(OffsetDateTime::UNIX_EPOCH).date();
    let (year, month, day) = date.to_calendar_date();
    format!("{year:04}-{:02}-{day:02}", u8::from(month))
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a failed test may panic")]
mod tests {
    use super::*;
    use crate::inventory::{Evidence, Sightings};

    #[test]
    fn third_parties_are_grouped_by_vendor() {
        let sightings = Sightings::default();
        let page = Evidence::Page {
            gated: true,
            path: "/",
        };
        sightings.note("a.example", "b.cdn.example", None, page, 86_400);
        sightings.note("a.example", "s.hotjar.com", Some("Hotjar"), page, 86_400);
        sightings.note("a.example", "a.hotjar.com", Some("Hotjar"), page, 86_400);
        let mut sites = Sites::new();
        sightings.add_to(&mut sites);
        let written: Value = serde_json::from_str(&written(&sites, None)).expect("JSON");
        let parties = &written["sites"][0]["third_parties"];
        assert_eq!(parties[0]["vendor"], "Hotjar");
        assert_eq!(parties[0]["hosts"][0]["host"], "a.hotjar.com");
        assert_eq!(parties[0]["hosts"][1]["gated"], 1);
        assert_eq!(parties[1]["vendor"], Value::Null);
        assert_eq!(parties[1]["hosts"][0]["first_seen"], "1970-01-02");
    }
}
