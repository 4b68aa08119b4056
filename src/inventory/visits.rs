//! What one worker saw of visits: page loads with their opt-out signals, choices, and the names of
//! cookies. Numbers and names by website; nothing of a visitor.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::privacy::{Purpose, Purposes};

/// Most names of cookies that are told apart on one website.
const NAMES: usize = 300;

/// What is counted of a website's visits, by the purpose that it is about.
pub(crate) type Counts = BTreeMap<(&'static str, Option<Purpose>), u64>;

/// See the module. Its lock is taken by others only when the numbers are gathered.
#[derive(Default)]
pub(crate) struct Visits(Mutex<HashMap<String, Site>>);

/// Those of one website.
#[derive(Clone, Debug, Default)]
pub(crate) struct Site {
    pub(crate) counts: Counts,
    pub(crate) cookies: HashMap<(String, Option<String>), Cookie>,
}

/// How a cookie was seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cookie {
    /// In how many page loads and answers.
    pub(crate) count: u64,
    /// How many of them are the website's own answers.
    pub(crate) set: u64,
    /// Seconds since 1970.
    pub(crate) first: i64,
    /// Seconds since 1970.
    pub(crate) last: i64,
    /// Where it was seen first.
    pub(crate) pattern: String,
}

impl Visits {
    /// A page was asked for, with or without those signals.
    pub(crate) fn page(&self, site: &str, gpc: bool, dnt: bool) {
        self.with(site, |site| {
            site.add("pages", None);
            if gpc {
                site.add("gpc", None);
            }
            if dnt {
                site.add("dnt", None);
            }
        });
    }

    /// Somebody chose.
    pub(crate) fn choice(&self, site: &str, granted: Purposes, refused: Purposes) {
        let asked = Purposes::ALL.difference(Purposes::NECESSARY);
        let kind = match granted.intersection(asked) {
            none if none.is_empty() => "rejected_all",
            all if all == asked => "accepted_all",
            _ => "chose_some",
        };
        self.with(site, |site| {
            site.add(kind, None);
            for purpose in asked.iter() {
                if granted.contains(purpose) {
                    site.add("granted", Some(purpose));
                } else if refused.contains(purpose) {
                    site.add("refused", Some(purpose));
                }
            }
        });
    }

    /// A cookie of that pattern came with a page load or, if `is_set`, with the website's answer to
    /// `path`. `now` is in seconds since 1970.
    pub(crate) fn cookie(
        &self,
        site: &str,
        name: String,
        vendor: Option<&str>,
        (path, is_set): (&dyn Fn() -> String, bool),
        now: i64,
    ) {
        let key = (name, vendor.map(str::to_owned));
        self.with(site, |site| {
            let is_full = site.cookies.len() >= NAMES;
            if is_full && !site.cookies.contains_key(&key) {
                return;
            }
            let cookie = site.cookies.entry(key).or_insert_with(|| Cookie {
                first: now,
                pattern: path(),
                ..Cookie::default()
            });
            cookie.count += 1;
            cookie.set += u64::from(is_set);
            cookie.last = now;
        });
    }

    /// What was seen so far, by website.
    pub(crate) fn seen(&self) -> HashMap<String, Site> {
        self.lock().clone()
    }

    fn with(&self, name: &str, act: impl FnOnce(&mut Site)) {
        let mut sites = self.lock();
        match sites.get_mut(name) {
            Some(site) => act(site),
            None => act(sites.entry(name.to_owned()).or_default()),
        }
    }

    /// No invariant spans a panic here: a poisoned lock is as good as any.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Site>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Visits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visits").finish_non_exhaustive()
    }
}

impl Site {
    fn add(&mut self, kind: &'static str, purpose: Option<Purpose>) {
        *self.counts.entry((kind, purpose)).or_default() += 1;
    }
}
