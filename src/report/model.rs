//! What the report says, before it is drawn.

use std::collections::BTreeMap;

use super::number::Number;
use crate::{
    privacy::{Catalogue, Purpose, TransferBasis, centre::country, ledger::Day, transfer_basis},
    statistics::{Basis, COOKIE, Gathered, HOST, Hour, Name, Rows, Sighting},
};

/// The longest time that a report can cover: as long as numbers are kept.
pub(crate) const MOST_DAYS: i64 = 400;
/// Up to so many days, time is shown by the hour.
const BY_HOUR: i64 = 2;

/// What became of cookies and elements: kind, title, explanation.
pub(super) const KINDS: [(&str, &str, &str); 6] = [
    (
        "request",
        "Stripped from requests",
        "cookies that browsers sent and the website never saw",
    ),
    (
        "response",
        "Stripped from responses",
        "cookies that the website set and browsers never got",
    ),
    (
        "page",
        "Gated in pages",
        "scripts, pixels and embeds made inert until consent",
    ),
    (
        "evicted",
        "Evicted",
        "refused cookies that browsers were told to forget",
    ),
    (
        "sent",
        "Passed to the website",
        "vendors' cookies, with consent or necessary",
    ),
    (
        "set",
        "Passed to browsers",
        "vendors' cookies that the website set",
    ),
];

/// See the module.
#[derive(Debug)]
pub(crate) struct Report {
    pub(super) days: i64,
    pub(super) since: Hour,
    pub(super) now: Hour,
    pub(super) basis: Basis,
    pub(super) sites: Vec<String>,
    /// By place in [`KINDS`].
    pub(super) series: [Vec<u64>; KINDS.len()],
    pub(super) by_hour: bool,
    pub(super) vendors: Vec<VendorRow>,
    pub(super) purposes: Vec<(Purpose, u64, u64)>,
    /// Everything accepted, some, nothing.
    pub(super) choices: [u64; 3],
    pub(super) pages: u64,
    pub(super) gpc: u64,
    pub(super) dnt: u64,
    pub(super) countries: Vec<CountryRow>,
    /// Hosts that pages name, the newest first.
    pub(super) hosts: Vec<Seen>,
    /// Cookies, the newest first.
    pub(super) cookies: Vec<Seen>,
    pub(super) retention_runs: u64,
    pub(super) records_pruned: u64,
    pub(super) last_retention: Option<Hour>,
}

/// A name with when and how it was seen.
pub(super) type Seen = (Name, Sighting);

/// A vendor on one website.
#[derive(Debug)]
pub(super) struct VendorRow {
    pub(super) site: String,
    pub(super) vendor: String,
    /// A purpose's name, or `unknown`.
    pub(super) purpose: String,
    pub(super) country: Option<String>,
    /// By place in [`KINDS`].
    pub(super) counts: [u64; KINDS.len()],
}

/// A country in which vendors sit whose hosts pages name.
#[derive(Debug)]
pub(super) struct CountryRow {
    /// ISO 3166-1 code; empty if nobody knows.
    pub(super) code: String,
    pub(super) name: String,
    pub(super) basis: String,
    pub(super) vendors: Vec<String>,
    pub(super) hosts: usize,
}

impl Report {
    /// What was gathered of the last `days` days.
    pub(crate) fn new(gathered: &Gathered, days: i64) -> Self {
        let rows = &gathered.rows;
        let sum = |kind: &str| sum(rows, kind);
        let catalogue = gathered.catalogue.as_deref();
        let by_hour = days <= BY_HOUR;
        let mut sites: Vec<String> = rows
            .counts
            .keys()
            .map(|(_, key)| key.site.clone())
            .collect();
        sites.extend(rows.sightings.keys().map(|name| name.site.clone()));
        sites.sort();
        sites.dedup();
        sites.retain(|site| !site.is_empty());
        Self {
            days,
            since: gathered.since,
            now: gathered.now,
            basis: gathered.basis,
            sites,
            series: KINDS.map(|(kind, ..)| series(rows, kind, gathered.now, days, by_hour)),
            by_hour,
            vendors: vendors(rows, catalogue),
            purposes: purposes(rows),
            choices: ["accepted_all", "chose_some", "rejected_all"].map(sum),
            pages: sum("pages"),
            gpc: sum("gpc"),
            dnt: sum("dnt"),
            countries: countries(rows, catalogue),
            hosts: names(rows, HOST),
            cookies: names(rows, COOKIE),
            retention_runs: sum("retention_runs"),
            records_pruned: sum("records_pruned"),
            last_retention: last(rows, "retention_runs"),
        }
    }

    /// All of a kind, by its place in [`KINDS`].
    pub(super) fn total(&self, place: usize) -> Number {
        Number(
            self.series
                .get(place)
                .map_or(0, |series| series.iter().sum()),
        )
    }

    /// The name of the point of time at `place` of the series.
    pub(super) fn time(&self, place: usize) -> String {
        let length = self.series.first().map_or(0, Vec::len);
        let back = i64::try_from(length.saturating_sub(place + 1)).unwrap_or_default();
        if self.by_hour {
            let hour = Hour(self.now.0 - back);
            format!("{} {:02}:00", day(hour.day()), hour.0.rem_euclid(24))
        } else {
            day(self.now.day() - back)
        }
    }
}

/// A day as `2026-11-24`.
pub(crate) fn day(day: i64) -> String {
    Day(i32::try_from(day).unwrap_or_default()).to_string()
}

fn sum(rows: &Rows, kind: &str) -> u64 {
    let counts = rows.counts.iter().filter(|((_, key), _)| key.kind == kind);
    counts.map(|(_, count)| count).sum()
}

fn last(rows: &Rows, kind: &str) -> Option<Hour> {
    let mut counts = rows.counts.keys().rev();
    counts
        .find(|(_, key)| key.kind == kind)
        .map(|(hour, _)| *hour)
}

/// A number for each day or hour, the present one last.
fn series(rows: &Rows, kind: &str, now: Hour, days: i64, by_hour: bool) -> Vec<u64> {
    let length = if by_hour { days * 24 } else { days };
    let mut series = vec![0; usize::try_from(length).unwrap_or_default()];
    for ((hour, key), count) in &rows.counts {
        let back = if by_hour {
            now.0 - hour.0
        } else {
            now.day() - hour.day()
        };
        let place = usize::try_from(length - 1 - back);
        if key.kind == kind
            && let Ok(place) = place
            && let Some(point) = series.get_mut(place)
        {
            *point += count;
        }
    }
    series
}

/// By purpose, then by how much there is.
fn vendors(rows: &Rows, catalogue: Option<&Catalogue>) -> Vec<VendorRow> {
    let mut found: BTreeMap<(&str, &str), VendorRow> = BTreeMap::new();
    for ((_, key), count) in &rows.counts {
        let Some(place) = KINDS.iter().position(|(kind, ..)| *kind == key.kind) else {
            continue;
        };
        let row = found.entry((&key.vendor, &key.site)).or_insert_with(|| {
            let vendor = catalogue.and_then(|catalogue| catalogue.named(&key.vendor));
            VendorRow {
                site: key.site.clone(),
                vendor: key.vendor.clone(),
                purpose: key.purpose.clone(),
                country: vendor.and_then(|vendor| vendor.country.clone()),
                counts: [0; KINDS.len()],
            }
        });
        if let Some(sum) = row.counts.get_mut(place) {
            *sum += count;
        }
    }
    let mut vendors: Vec<VendorRow> = found.into_values().collect();
    let place = |row: &VendorRow| {
        Purpose::from_name(&row.purpose).map_or(usize::MAX, |found| {
            Purpose::ALL
                .iter()
                .position(|purpose| *purpose == found)
                .unwrap_or(usize::MAX)
        })
    };
    vendors.sort_by_key(|row| {
        (
            place(row),
            std::cmp::Reverse(row.counts.iter().sum::<u64>()),
        )
    });
    vendors
}

fn purposes(rows: &Rows) -> Vec<(Purpose, u64, u64)> {
    let of = |kind: &str, purpose: Purpose| {
        let counts = rows.counts.iter();
        let counts =
            counts.filter(|((_, key), _)| key.kind == kind && key.purpose == purpose.name());
        counts.map(|(_, count)| count).sum::<u64>()
    };
    let purposes = Purpose::ALL.into_iter();
    let rows = purposes.map(|purpose| (purpose, of("granted", purpose), of("refused", purpose)));
    rows.filter(|(purpose, ..)| *purpose != Purpose::Necessary)
        .collect()
}

/// The countries of the vendors whose hosts pages name, with the most hosts first.
fn countries(rows: &Rows, catalogue: Option<&Catalogue>) -> Vec<CountryRow> {
    let mut found: BTreeMap<String, CountryRow> = BTreeMap::new();
    for name in rows.sightings.keys().filter(|name| name.what == HOST) {
        let vendor = catalogue.and_then(|catalogue| catalogue.named(&name.vendor));
        let code = vendor
            .and_then(|vendor| vendor.country.clone())
            .unwrap_or_default();
        let basis = vendor.and_then(transfer_basis);
        let key = format!("{code}{}", basis.is_some());
        let row = found.entry(key).or_insert_with(|| CountryRow {
            name: if code.is_empty() {
                "Not known".to_owned()
            } else {
                country::name(&code).to_owned()
            },
            basis: basis_in_words(basis, !code.is_empty()),
            code,
            vendors: Vec::new(),
            hosts: 0,
        });
        row.hosts += 1;
        if !name.vendor.is_empty() && !row.vendors.contains(&name.vendor) {
            row.vendors.push(name.vendor.clone());
        }
    }
    let mut countries: Vec<CountryRow> = found.into_values().collect();
    countries.sort_by_key(|row| (row.code.is_empty(), std::cmp::Reverse(row.hosts)));
    countries
}

/// Why data may go to where a vendor sits.
pub(crate) fn basis_in_words(basis: Option<TransferBasis>, is_known: bool) -> String {
    match basis {
        Some(TransferBasis::Eea) => "within the EEA".to_owned(),
        Some(TransferBasis::Adequacy(decision)) => {
            format!("adequacy decision {} of {}", decision.number, decision.date)
        }
        None if is_known => "none known: needs safeguards (GDPR Art. 46)".to_owned(),
        None => "not known".to_owned(),
    }
}

/// Names of one sort, those that were seen last for the first time before others.
fn names(rows: &Rows, what: &str) -> Vec<Seen> {
    let names = rows.sightings.iter().filter(|(name, _)| name.what == what);
    let mut names: Vec<_> = names
        .map(|(name, seen)| (name.clone(), seen.clone()))
        .collect();
    names.sort_by_key(|(name, seen)| (std::cmp::Reverse(seen.first), name.name.clone()));
    names
}
