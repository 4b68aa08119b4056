//! The third parties that all workers saw, for the operator.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    known::KnownHosts,
    sightings::{Sightings, Sites},
};
use crate::{
    privacy::Catalogue,
    statistics::{self, COOKIE, HOST, Hour, Key, Name, Totals},
};

/// Stands for the vendor and the purpose of hosts that nobody claims.
const UNKNOWN: &str = "unknown";

/// Numbers of reports by website, vendor and purpose.
pub(crate) type Reports = BTreeMap<(String, String, &'static str), u64>;

/// What each worker saw.
pub(crate) struct Inventory {
    workers: Vec<Arc<Sightings>>,
    catalogue: Mutex<Option<Arc<Catalogue>>>,
}

impl Inventory {
    /// Nothing seen yet by so many workers.
    pub(crate) fn new(workers: usize) -> Self {
        let known = Arc::new(KnownHosts::default());
        let sightings = || Arc::new(Sightings::new(Arc::clone(&known)));
        Self {
            workers: (0..workers).map(|_| sightings()).collect(),
            catalogue: Mutex::default(),
        }
    }

    /// A worker's view. For a worker that there isn't, one that nobody reads.
    pub(crate) fn worker(&self, worker: usize) -> Arc<Sightings> {
        self.workers.get(worker).map(Arc::clone).unwrap_or_default()
    }

    /// Tells vendors by this catalogue from now on.
    pub(crate) fn install(&self, catalogue: Arc<Catalogue>) {
        let mut current = self
            .catalogue
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *current = Some(catalogue);
    }

    /// All third parties that were seen since the start, as JSON.
    pub(crate) fn json(&self) -> String {
        super::json::written(&self.sites(), self.catalogue().as_deref())
    }

    /// Browsers' reports, by website, vendor and purpose.
    pub(crate) fn reports(&self) -> Reports {
        let catalogue = self.catalogue();
        let mut reports = Reports::new();
        for (name, site) in &self.sites() {
            for (_, vendor, sighting) in site.iter().filter(|(.., seen)| seen.reports > 0) {
                let found = vendor.and_then(|name| catalogue.as_ref()?.named(name));
                let purpose = found.map_or(UNKNOWN, |vendor| vendor.purpose.name());
                let vendor = vendor.unwrap_or(UNKNOWN).to_owned();
                *reports.entry((name.clone(), vendor, purpose)).or_default() += sighting.reports;
            }
        }
        reports
    }

    /// The catalogue in force.
    pub(crate) fn catalogue(&self) -> Option<Arc<Catalogue>> {
        let catalogue = self.catalogue.lock();
        catalogue.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds what the statistics want to know.
    pub(crate) fn add_to(&self, totals: &mut Totals) {
        for (site, seen) in &self.sites() {
            for (host, vendor, sighting) in seen.iter() {
                let sighting = statistics::Sighting {
                    first: Hour::of(sighting.first).day(),
                    last: Hour::of(sighting.last).day(),
                    count: sighting.in_pages + sighting.reports,
                    set: sighting.in_pages,
                    pattern: sighting.pattern.clone(),
                };
                see(totals, site, (HOST, host, vendor), &sighting);
            }
        }
        for worker in &self.workers {
            for (site, seen) in worker.visits().seen() {
                for ((kind, purpose), count) in seen.counts {
                    let key = Key {
                        site: site.clone(),
                        vendor: String::new(),
                        purpose: purpose.map_or("", |purpose| purpose.name()).to_owned(),
                        kind: kind.to_owned(),
                    };
                    *totals.counts.entry(key).or_default() += count;
                }
                for ((name, vendor), cookie) in &seen.cookies {
                    let sighting = statistics::Sighting {
                        first: Hour::of(cookie.first).day(),
                        last: Hour::of(cookie.last).day(),
                        count: cookie.count,
                        set: cookie.set,
                        pattern: cookie.pattern.clone(),
                    };
                    see(totals, &site, (COOKIE, name, vendor.as_deref()), &sighting);
                }
            }
        }
    }

    fn sites(&self) -> Sites {
        let mut sites = Sites::new();
        self.workers
            .iter()
            .for_each(|worker| worker.add_to(&mut sites));
        sites
    }
}

fn see(
    totals: &mut Totals,
    site: &str,
    (what, name, vendor): (&str, &str, Option<&str>),
    sighting: &statistics::Sighting,
) {
    let name = Name {
        site: site.to_owned(),
        what: what.to_owned(),
        name: name.to_owned(),
        vendor: vendor.unwrap_or_default().to_owned(),
    };
    match totals.sightings.get_mut(&name) {
        Some(known) => known.merge(sighting),
        None => drop(totals.sightings.insert(name, sighting.clone())),
    }
}

impl fmt::Debug for Inventory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inventory").finish_non_exhaustive()
    }
}
