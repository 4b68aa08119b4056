//! The rows of the statistics: numbers by hour, and names with when they were seen.

use std::collections::BTreeMap;

/// An hour, counted from 1970 in UTC.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Hour(pub(crate) i64);

/// Hours for which numbers are kept: 400 days, so that two years can be compared.
const KEPT: i64 = 400 * 24;
/// Rows that are held in memory.
const MOST: usize = 100_000;

impl Hour {
    /// That of a moment, in seconds since 1970.
    pub(crate) fn of(seconds: i64) -> Self {
        Self(seconds.div_euclid(3600))
    }

    /// The day, counted from 1970.
    pub(crate) fn day(self) -> i64 {
        self.0.div_euclid(24)
    }

    /// The first one that is still kept.
    pub(crate) fn oldest_kept(self) -> Self {
        Self(self.0 - KEPT)
    }
}

/// What a number belongs to; what does not apply is empty.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Key {
    /// The website's name.
    pub(crate) site: String,
    /// The vendor's name, or `unknown`.
    pub(crate) vendor: String,
    /// The purpose's name, or `unknown`.
    pub(crate) purpose: String,
    /// What is counted.
    pub(crate) kind: String,
}

/// Kinds of names.
pub(crate) const COOKIE: &str = "cookie";
pub(crate) const HOST: &str = "host";

/// Something with a name that was seen.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Name {
    /// The website's name.
    pub(crate) site: String,
    /// [`COOKIE`] or [`HOST`].
    pub(crate) what: String,
    /// A cookie's name as a pattern, or a host.
    pub(crate) name: String,
    /// Whose it is; empty if nobody claims it.
    pub(crate) vendor: String,
}

/// When and how it was seen.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Sighting {
    /// Days, counted from 1970: when somebody visited is nobody's business.
    pub(crate) first: i64,
    pub(crate) last: i64,
    /// How often.
    pub(crate) count: u64,
    /// How often by the website's own doing.
    pub(crate) set: u64,
    /// The pattern of the path of the page where it was seen first.
    pub(crate) pattern: String,
}

impl Sighting {
    /// Takes in what was seen elsewhere or later.
    pub(crate) fn merge(&mut self, other: &Self) {
        if other.first < self.first {
            self.pattern.clone_from(&other.pattern);
        }
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.count += other.count;
        self.set += other.set;
    }
}

/// Numbers by hour, and names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    pub(crate) counts: BTreeMap<(Hour, Key), u64>,
    pub(crate) sightings: BTreeMap<Name, Sighting>,
}

impl Rows {
    /// Whether there is nothing to tell.
    pub(crate) fn is_empty(&self) -> bool {
        self.counts.is_empty() && self.sightings.is_empty()
    }

    /// What a run of retention did: how many records of consent it deleted.
    pub(crate) fn of_retention(hour: Hour, pruned: u64) -> Self {
        let key = |kind: &str| Key {
            site: String::new(),
            vendor: String::new(),
            purpose: String::new(),
            kind: kind.to_owned(),
        };
        let counts = [(key("retention_runs"), 1), (key("records_pruned"), pruned)];
        let counts = counts.into_iter().filter(|(_, count)| *count > 0);
        Self {
            counts: counts.map(|(key, count)| ((hour, key), count)).collect(),
            sightings: BTreeMap::new(),
        }
    }

    /// Takes in others, and forgets those that are older than is kept at `now`.
    pub(crate) fn add(&mut self, others: &Self, now: Hour) {
        for (key, count) in &others.counts {
            *self.counts.entry(key.clone()).or_default() += count;
        }
        for (name, sighting) in &others.sightings {
            self.see(name.clone(), sighting);
        }
        let oldest = now.oldest_kept();
        while self.counts.len() > MOST
            || self
                .counts
                .first_key_value()
                .is_some_and(|((hour, _), _)| *hour < oldest)
        {
            self.counts.pop_first();
        }
    }

    /// Takes in one name.
    pub(crate) fn see(&mut self, name: Name, sighting: &Sighting) {
        if let Some(known) = self.sightings.get_mut(&name) {
            known.merge(sighting);
        } else if self.sightings.len() < MOST {
            self.sightings.insert(name, sighting.clone());
        }
    }

    /// Since when there are numbers.
    pub(crate) fn since(&self) -> Option<Hour> {
        self.counts.first_key_value().map(|((hour, _), _)| *hour)
    }
}
