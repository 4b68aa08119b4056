//! The hosts that pages of each website are known to contact, for policies that admit them.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::privacy::KnownHost;

/// Most hosts of a website that its own pages teach, and most that reports do: anybody can send
/// reports, and those must not take the room of the others.
const FROM_PAGES: usize = 256;
const FROM_REPORTS: usize = 64;

/// See the module. Read at every page, written when a host is new.
#[derive(Debug, Default)]
pub(crate) struct KnownHosts {
    generation: AtomicU64,
    sites: RwLock<HashMap<String, Site>>,
}

#[derive(Debug, Default)]
struct Site {
    hosts: Arc<Vec<KnownHost>>,
    from_pages: usize,
    from_reports: usize,
}

impl KnownHosts {
    /// Changes whenever a host is added, of whatever website.
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Those of a website.
    pub(crate) fn of(&self, site: &str) -> Arc<Vec<KnownHost>> {
        let sites = self.sites.read().unwrap_or_else(PoisonError::into_inner);
        sites
            .get(site)
            .map(|site| Arc::clone(&site.hosts))
            .unwrap_or_default()
    }

    /// Adds a host, or hosts below a domain as in `*.example.net`, that the website itself names.
    pub(crate) fn learn(&self, site: &str, host: &str) {
        self.add(site, host, None, false);
    }

    /// Adds a host, unless it is known or there are too many.
    pub(super) fn add(&self, site: &str, host: &str, vendor: Option<&str>, reported: bool) {
        let mut sites = self.sites.write().unwrap_or_else(PoisonError::into_inner);
        let site = sites.entry(site.to_owned()).or_default();
        let (count, most) = if reported {
            (&mut site.from_reports, FROM_REPORTS)
        } else {
            (&mut site.from_pages, FROM_PAGES)
        };
        if *count >= most || site.hosts.iter().any(|known| known.host == host) {
            return;
        }
        *count += 1;
        Arc::make_mut(&mut site.hosts).push(KnownHost {
            host: host.to_owned(),
            vendor: vendor.map(str::to_owned),
        });
        self.generation.fetch_add(1, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_do_not_take_the_room_of_pages() {
        let known = KnownHosts::default();
        for number in 0..1000 {
            known.add("a.example", &format!("r{number}.example"), None, true);
        }
        known.add("a.example", "cdn.example", Some("A"), false);
        let hosts = known.of("a.example");
        assert_eq!(hosts.len(), FROM_REPORTS + 1);
        assert_eq!(
            hosts.last().map(|known| known.host.as_str()),
            Some("cdn.example")
        );
        let before = known.generation();
        known.add("a.example", "cdn.example", None, false);
        assert_eq!(known.generation(), before, "nothing new");
        assert!(known.of("b.example").is_empty());
    }
}
