//! What one worker saw of third parties, by website, host and vendor.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{known::KnownHosts, pattern::path_pattern, visits::Visits};

/// Most hosts of a website that are told apart.
const HOSTS: usize = 1000;
/// Most pages that are remembered of a host.
const PAGES: usize = 8;
/// Most reports that a worker takes in a second.
const REPORTS: u32 = 100;

/// How a third party was noticed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Evidence<'a> {
    /// A page names it; `gated` if that was made inert.
    Page {
        /// Whether it was made inert.
        gated: bool,
        /// The page's path; its pattern is kept of the first one.
        path: &'a str,
    },
    /// A browser reported it.
    Report {
        /// The kind of request, as in `img-src`.
        directive: &'static str,
        /// Where the page is, shortened.
        page: &'a str,
    },
}

/// A worker's view. Its lock is taken by others only when the operator asks.
#[derive(Default)]
pub(crate) struct Sightings {
    sites: Mutex<Sites>,
    known: Arc<KnownHosts>,
    visits: Visits,
}

/// By the website's name.
pub(super) type Sites = BTreeMap<String, Site>;

/// What was seen of one website's third parties.
#[derive(Clone, Debug, Default)]
pub(super) struct Site {
    hosts: HashMap<String, Vec<(Option<String>, Sighting)>>,
    /// Sightings of hosts beyond the bound.
    pub(super) others: u64,
    second: i64,
    reports: u32,
}

/// What was seen of one host.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Sighting {
    pub(super) in_pages: u64,
    pub(super) gated: u64,
    pub(super) reports: u64,
    pub(super) directives: BTreeSet<&'static str>,
    pub(super) pages: BTreeSet<String>,
    /// On which pages it was seen first.
    pub(super) pattern: String,
    /// Seconds since 1970.
    pub(super) first: i64,
    /// Seconds since 1970.
    pub(super) last: i64,
}

impl Sightings {
    /// Nothing seen yet; new hosts go to `known`.
    pub(super) fn new(known: Arc<KnownHosts>) -> Self {
        Self {
            sites: Mutex::default(),
            known,
            visits: Visits::default(),
        }
    }

    /// What this worker saw of visits and choices.
    pub(crate) fn visits(&self) -> &Visits {
        &self.visits
    }

    /// The hosts that any worker has seen.
    pub(crate) fn known(&self) -> &KnownHosts {
        &self.known
    }

    /// Notes that pages of `site` contact `host`, lower case, of the vendor of that name. `now` is in
    /// seconds since 1970.
    pub(crate) fn note(
        &self,
        site: &str,
        host: &str,
        vendor: Option<&str>,
        evidence: Evidence<'_>,
        now: i64,
    ) {
        let mut sites = self.lock();
        if !sites.contains_key(site) {
            sites.insert(site.to_owned(), Site::default());
        }
        let is_new = sites
            .get_mut(site)
            .is_some_and(|site| site.note(host, vendor, evidence, now));
        drop(sites);
        if is_new {
            let reported = matches!(evidence, Evidence::Report { .. });
            self.known.add(site, host, vendor, reported);
        }
    }

    /// Whether another request with reports is taken in this second.
    pub(crate) fn takes_reports(&self, site: &str, now: i64) -> bool {
        let mut sites = self.lock();
        let site = sites.entry(site.to_owned()).or_default();
        if site.second != now {
            (site.second, site.reports) = (now, 0);
        }
        site.reports = site.reports.saturating_add(1);
        site.reports <= REPORTS
    }

    /// Adds what was seen to `all`.
    pub(super) fn add_to(&self, all: &mut Sites) {
        for (name, site) in self.lock().iter() {
            all.entry(name.clone()).or_default().merge(site);
        }
    }

    /// No invariant spans a panic here: a poisoned lock is as good as any.
    fn lock(&self) -> MutexGuard<'_, Sites> {
        self.sites.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Sightings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sightings").finish_non_exhaustive()
    }
}

impl Site {
    /// Says whether the host was not known.
    fn note(&mut self, host: &str, vendor: Option<&str>, evidence: Evidence<'_>, now: i64) -> bool {
        let found = self.hosts.get_mut(host).and_then(|owners| {
            let mut owners = owners.iter_mut();
            owners.find(|(owner, _)| owner.as_deref() == vendor)
        });
        if let Some((_, sighting)) = found {
            sighting.add(evidence, now);
            return false;
        }
        let Some(owners) = self.room_for(host) else {
            return false;
        };
        let mut sighting = Sighting {
            first: now,
            ..Sighting::default()
        };
        sighting.add(evidence, now);
        owners.push((vendor.map(str::to_owned), sighting));
        true
    }

    /// The owners of a host; `None`, and counted, if there are too many.
    fn room_for(&mut self, host: &str) -> Option<&mut Vec<(Option<String>, Sighting)>> {
        if self.hosts.len() >= HOSTS && !self.hosts.contains_key(host) {
            self.others += 1;
            return None;
        }
        Some(self.hosts.entry(host.to_owned()).or_default())
    }

    fn merge(&mut self, other: &Self) {
        self.others += other.others;
        for (host, owners) in &other.hosts {
            for (vendor, sighting) in owners {
                let Some(own) = self.room_for(host) else {
                    continue;
                };
                match own.iter_mut().find(|(owner, _)| owner == vendor) {
                    Some((_, own)) => own.merge(sighting),
                    None => own.push((vendor.clone(), sighting.clone())),
                }
            }
        }
    }

    /// Hosts, their vendors' names and what was seen, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>, &Sighting)> {
        self.hosts.iter().flat_map(|(host, owners)| {
            let owners = owners.iter();
            owners.map(move |(vendor, sighting)| (host.as_str(), vendor.as_deref(), sighting))
        })
    }
}

impl Sighting {
    fn add(&mut self, evidence: Evidence<'_>, now: i64) {
        self.last = now;
        match evidence {
            Evidence::Page { gated, path } => {
                self.in_pages += 1;
                self.gated += u64::from(gated);
                if self.pattern.is_empty() {
                    self.pattern = path_pattern(path);
                }
            }
            Evidence::Report { directive, page } => {
                self.reports += 1;
                if self.pattern.is_empty() {
                    self.pattern = path_pattern(page);
                }
                self.directives.insert(directive);
                if self.pages.len() < PAGES && !self.pages.contains(page) {
                    self.pages.insert(page.to_owned());
                }
            }
        }
    }

    fn merge(&mut self, other: &Self) {
        self.in_pages += other.in_pages;
        self.gated += other.gated;
        self.reports += other.reports;
        self.directives.extend(&other.directives);
        for page in &other.pages {
            if self.pages.len() < PAGES {
                self.pages.insert(page.clone());
            }
        }
        if other.first < self.first {
            self.pattern.clone_from(&other.pattern);
        }
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a failed test may panic")]
mod tests {
    use super::*;

    #[test]
    fn hosts_beyond_the_bound_are_counted_together() {
        let sightings = Sightings::default();
        for number in 0..HOSTS + 5 {
            let host = format!("h{number}.example");
            sightings.note(
                "a.example",
                &host,
                None,
                Evidence::Page {
                    gated: false,
                    path: "/",
                },
                7,
            );
        }
        let mut all = Sites::new();
        sightings.add_to(&mut all);
        sightings.add_to(&mut all);
        let site = all.get("a.example").expect("a site");
        assert_eq!((site.hosts.len(), site.others), (HOSTS, 10));
        assert!(site.iter().all(|(_, _, sighting)| sighting.in_pages == 2));
    }

    #[test]
    fn one_host_can_be_of_two_vendors() {
        let sightings = Sightings::default();
        let report = |page| Evidence::Report {
            directive: "img-src",
            page,
        };
        sightings.note(
            "s",
            "h.example",
            Some("A"),
            Evidence::Page {
                gated: true,
                path: "/",
            },
            9,
        );
        sightings.note("s", "h.example", Some("B"), report("/b"), 5);
        sightings.note("s", "h.example", Some("B"), report("/c"), 12);
        let mut all = Sites::new();
        sightings.add_to(&mut all);
        let mut seen: Vec<_> = all["s"].iter().collect();
        seen.sort_by_key(|(_, vendor, _)| vendor.map(str::to_owned));
        assert_eq!(
            (seen[0].2.gated, seen[0].2.in_pages, seen[0].2.reports),
            (1, 1, 0)
        );
        assert_eq!(
            (seen[1].2.reports, seen[1].2.first, seen[1].2.last),
            (2, 5, 12)
        );
        assert_eq!(seen[1].2.pages.len(), 2);
    }

    #[test]
    fn a_flood_of_reports_is_let_by() {
        let sightings = Sightings::default();
        let taken = (0..500).filter(|_| sightings.takes_reports("s", 3)).count();
        assert_eq!(taken, REPORTS as usize);
        assert!(
            sightings.takes_reports("s", 4),
            "the next second is another one"
        );
    }
}
