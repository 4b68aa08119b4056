//! What was seen of vendors and cookies on one website, from the store's rows or a running gateway's
//! report.
//!
//! Anybody can send a request with any cookie. What the website itself does counts at once: what it
//! sets and what its pages name. What only browsers bring counts from ten times on.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::statistics::{COOKIE, Rows};

const LEAST: u64 = 10;

/// What one website does by itself, as kinds of the statistics, and what browsers bring.
const OWN: [&str; 3] = ["response", "page", "set"];
const BROUGHT: [&str; 2] = ["request", "sent"];

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    /// Names of vendors.
    pub(super) vendors: BTreeSet<String>,
    /// Patterns of cookies, each with its vendor's name; empty if nobody claims it.
    pub(super) cookies: BTreeSet<(String, String)>,
    /// The day since which was looked, where that is known.
    pub(crate) since: Option<String>,
}

impl Evidence {
    /// From the rows of the store.
    pub(crate) fn of_rows(rows: &Rows, site: &str) -> Self {
        let mut evidence = Self::default();
        let mut brought = std::collections::BTreeMap::<&str, u64>::new();
        for ((_, key), count) in rows.counts.iter().filter(|((_, key), _)| key.site == site) {
            if OWN.contains(&key.kind.as_str()) {
                evidence.vendor(&key.vendor);
            } else if BROUGHT.contains(&key.kind.as_str()) {
                *brought.entry(&key.vendor).or_default() += count;
            }
        }
        for (vendor, _) in brought.iter().filter(|(_, count)| **count >= LEAST) {
            evidence.vendor(vendor);
        }
        for (name, seen) in rows.sightings.iter().filter(|(name, _)| name.site == site) {
            if seen.set > 0 || seen.count >= LEAST {
                evidence.name(name.what == COOKIE, &name.name, &name.vendor);
            }
        }
        let days = rows.since().map(crate::statistics::Hour::day);
        let days = days
            .into_iter()
            .chain(rows.sightings.values().map(|seen| seen.first));
        evidence.since = days.min().map(crate::report::day);
        evidence
    }

    /// From `/report.json` of a running gateway; `None` if it is none.
    pub(crate) fn of_report(report: &str, site: &str) -> Option<Self> {
        let report: Value = serde_json::from_str(report).ok()?;
        let mut evidence = Self {
            since: Some(report.get("since")?.as_str()?.to_owned()),
            ..Self::default()
        };
        let of_site = |list: &str| {
            let list = report.get(list)?.as_array()?.iter();
            let rows = list.filter(|row| row.get("site").and_then(Value::as_str) == Some(site));
            Some(rows.collect::<Vec<_>>())
        };
        let text = |row: &Value, key: &str| {
            row.get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        for row in of_site("vendors")? {
            let is = |kind: &&str, least: u64| match row.get(*kind) {
                Some(Value::Number(number)) => number.as_u64() >= Some(least),
                // Fewer than ten, and not none.
                Some(Value::String(_)) => least < LEAST,
                _ => false,
            };
            if OWN.iter().any(|kind| is(kind, 1)) || BROUGHT.iter().any(|kind| is(kind, LEAST)) {
                evidence.vendor(&text(row, "vendor"));
            }
        }
        for (list, is_cookie) in [("cookies", true), ("hosts", false)] {
            for row in of_site(list)? {
                let by_website = row.get("by_website") == Some(&Value::Bool(true));
                if by_website || row.get("count").is_some_and(Value::is_number) {
                    evidence.name(is_cookie, &text(row, "name"), &text(row, "vendor"));
                }
            }
        }
        Some(evidence)
    }

    fn vendor(&mut self, name: &str) {
        if !name.is_empty() && name != "unknown" {
            self.vendors.insert(name.to_owned());
        }
    }

    fn name(&mut self, is_cookie: bool, name: &str, vendor: &str) {
        self.vendor(vendor);
        if is_cookie {
            self.cookies.insert((name.to_owned(), vendor.to_owned()));
        }
    }
}
