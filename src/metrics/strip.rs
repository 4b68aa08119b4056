//! Cookies and elements of pages that did not pass, by site, vendor, purpose and direction.
//!
//! A [`StripTable`] belongs to one configuration and has an array of counters for each worker. When
//! a reload replaces it, its numbers are folded into [`StripHistory`] once nobody can count in it any
//! more: what a scrape shows never falls.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use super::kind::{Direction, Kind};
use crate::privacy::Purpose;

/// Stands for the vendor and the purpose of what nobody claims.
const UNKNOWN: &str = "unknown";

/// A worker's counters for one configuration.
#[repr(align(128))]
pub(crate) struct StripCounters {
    vendors: usize,
    /// By site, then vendor, the unknown one last, then direction.
    counts: Box<[AtomicU64]>,
}

impl StripCounters {
    fn new(sites: usize, vendors: usize) -> Self {
        let length = sites * (vendors + 1) * Direction::ALL.len();
        Self {
            vendors,
            counts: (0..length).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// Counts what did not pass; `vendor` is `None` if nobody claims it. Numbers are places
    /// in the lists that the table was made with.
    pub(crate) fn count(&self, site: usize, vendor: Option<usize>, direction: Direction) {
        let vendor = vendor.map_or(self.vendors, |vendor| vendor.min(self.vendors));
        if let Some(count) = self.counts.get(self.place(site, vendor, direction)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn place(&self, site: usize, vendor: usize, direction: Direction) -> usize {
        (site * (self.vendors + 1) + vendor) * Direction::ALL.len() + direction as usize
    }

    fn get(&self, site: usize, vendor: usize, direction: Direction) -> u64 {
        let count = self.counts.get(self.place(site, vendor, direction));
        count.map_or(0, |count| count.load(Ordering::Relaxed))
    }
}

impl fmt::Debug for StripCounters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StripCounters")
            .field("vendors", &self.vendors)
            .finish_non_exhaustive()
    }
}

/// The counters of one configuration.
#[derive(Debug)]
pub(crate) struct StripTable {
    sites: Vec<String>,
    vendors: Vec<(String, Purpose)>,
    workers: Vec<Arc<StripCounters>>,
    /// For whoever asks as a worker that there isn't.
    spare: Arc<StripCounters>,
}

impl StripTable {
    /// Counters for `workers` workers. A site's name is its first host pattern.
    pub(crate) fn new(sites: Vec<String>, vendors: Vec<(String, Purpose)>, workers: usize) -> Self {
        let counters = || Arc::new(StripCounters::new(sites.len(), vendors.len()));
        Self {
            workers: (0..workers).map(|_| counters()).collect(),
            spare: counters(),
            sites,
            vendors,
        }
    }

    /// The counters of a worker.
    pub(crate) fn worker(&self, worker: usize) -> Arc<StripCounters> {
        Arc::clone(self.workers.get(worker).unwrap_or(&self.spare))
    }

    /// Whether the website has asked to set a cookie of that vendor that was refused.
    pub(crate) fn was_set(&self, site: usize, vendor: usize) -> bool {
        let mut counters = self.workers.iter().chain([&self.spare]);
        counters.any(|counters| counters.get(site, vendor, Direction::Response) > 0)
    }

    /// Adds what was counted to `totals`.
    fn add_to(&self, totals: &mut Totals) {
        let unknown = (self.vendors.len(), UNKNOWN, UNKNOWN);
        let known = self.vendors.iter().enumerate();
        let known = known.map(|(number, (name, purpose))| (number, name.as_str(), purpose.name()));
        for (vendor, name, purpose) in known.chain([unknown]) {
            for (site, host) in self.sites.iter().enumerate() {
                for direction in Direction::ALL {
                    let counters = self.workers.iter().chain([&self.spare]);
                    let sum: u64 = counters
                        .map(|counters| counters.get(site, vendor, *direction))
                        .sum();
                    if sum > 0 {
                        let labels = Labels {
                            site: host.clone(),
                            vendor: name.to_owned(),
                            purpose,
                            direction: direction.label(),
                        };
                        *totals.entry(labels).or_default() += sum;
                    }
                }
            }
        }
    }

    /// Whether nobody but the caller can count here any more.
    fn is_abandoned(self: &mut Arc<Self>) -> bool {
        // `get_mut`, unlike `strong_count`, sees all that was counted before the others let go.
        Arc::get_mut(self).is_some_and(|table| {
            let mut counters = table.workers.iter_mut().chain([&mut table.spare]);
            counters.all(|counters| Arc::get_mut(counters).is_some())
        })
    }
}

/// What a number of cookies or elements belongs to.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Labels {
    pub(super) site: String,
    pub(super) vendor: String,
    pub(super) purpose: &'static str,
    pub(super) direction: &'static str,
}

/// Numbers by what they belong to.
pub(super) type Totals = BTreeMap<Labels, u64>;

/// The tables of all configurations since the start.
#[derive(Debug, Default)]
pub(super) struct StripHistory {
    past: Totals,
    tables: Vec<Arc<StripTable>>,
}

impl StripHistory {
    /// Takes in the table of a new configuration.
    pub(super) fn install(&mut self, table: Arc<StripTable>) {
        self.fold();
        if !self.tables.iter().any(|known| Arc::ptr_eq(known, &table)) {
            self.tables.push(table);
        }
    }

    /// All that was counted since the start.
    pub(super) fn totals(&mut self) -> Totals {
        self.fold();
        let mut totals = self.past.clone();
        self.tables
            .iter()
            .for_each(|table| table.add_to(&mut totals));
        totals
    }

    fn fold(&mut self) {
        let past = &mut self.past;
        self.tables.retain_mut(|table| {
            let is_abandoned = table.is_abandoned();
            if is_abandoned {
                table.add_to(past);
            }
            !is_abandoned
        });
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed test may panic")]
mod tests {
    use super::*;

    fn table(vendors: &[(&str, Purpose)]) -> Arc<StripTable> {
        let vendors = vendors
            .iter()
            .map(|(name, purpose)| ((*name).to_owned(), *purpose));
        let sites = vec!["a.example".into(), "b.example".into()];
        Arc::new(StripTable::new(sites, vendors.collect(), 2))
    }

    fn of(totals: &Totals, site: &str, vendor: &str, direction: &str) -> u64 {
        let found = totals.iter().filter(|(labels, _)| {
            (
                labels.site.as_str(),
                labels.vendor.as_str(),
                labels.direction,
            ) == (site, vendor, direction)
        });
        found.map(|(_, count)| count).sum()
    }

    #[test]
    fn workers_are_added_up_by_label() {
        let table = table(&[("Metrics", Purpose::Analytics), ("Ads", Purpose::Marketing)]);
        let mut history = StripHistory::default();
        history.install(Arc::clone(&table));
        for worker in 0..3 {
            table.worker(worker).count(1, Some(1), Direction::Request);
            table.worker(worker).count(1, None, Direction::Response);
        }
        table.worker(0).count(9, Some(0), Direction::Request);
        let totals = history.totals();
        assert_eq!(of(&totals, "b.example", "Ads", "request"), 3);
        assert_eq!(of(&totals, "b.example", "unknown", "response"), 3);
        assert_eq!(
            totals.len(),
            2,
            "no rows of zero, no row of a site that isn't: {totals:?}"
        );
    }

    #[test]
    fn what_a_website_sets_is_known_of_that_website_only() {
        let table = table(&[("Metrics", Purpose::Analytics), ("Ads", Purpose::Marketing)]);
        table.worker(1).count(1, Some(0), Direction::Response);
        table.worker(0).count(1, Some(1), Direction::Request);
        assert!(table.was_set(1, 0));
        assert!(!table.was_set(0, 0), "another website");
        assert!(!table.was_set(1, 1), "only a visitor sent it");
    }

    #[test]
    fn counts_survive_reloads_and_the_memory_of_old_tables_does_not() {
        let mut history = StripHistory::default();
        let first = table(&[("Metrics", Purpose::Analytics)]);
        let worker = first.worker(0);
        history.install(Arc::clone(&first));
        worker.count(0, Some(0), Direction::Request);
        drop(first);
        history.install(table(&[
            ("Ads", Purpose::Marketing),
            ("Metrics", Purpose::Analytics),
        ]));
        // A request that began before the reload still counts.
        worker.count(0, Some(0), Direction::Request);
        assert_eq!(of(&history.totals(), "a.example", "Metrics", "request"), 2);
        drop(worker);
        let second = table(&[("Metrics", Purpose::Analytics)]);
        history.install(Arc::clone(&second));
        second.worker(1).count(0, Some(0), Direction::Request);
        assert_eq!(of(&history.totals(), "a.example", "Metrics", "request"), 3);
        assert_eq!(history.tables.len(), 1, "abandoned tables are folded");
        history.install(second);
        assert_eq!(of(&history.totals(), "a.example", "Metrics", "request"), 3);
    }
}
