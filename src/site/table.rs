//! Hosts to sites: exact names first, then the longest wildcard, then `*`.

use std::collections::HashMap;

use crate::config::options::HostPattern;

/// Finds a site's index by host.
#[derive(Clone, Debug, Default)]
pub(crate) struct SiteTable {
    exact: HashMap<String, usize>,
    subdomains: HashMap<String, usize>,
    any: Option<usize>,
}

impl SiteTable {
    /// The table of all sites' hosts, which must not repeat.
    pub(crate) fn new<'a>(sites: impl IntoIterator<Item = &'a [HostPattern]>) -> Self {
        let mut table = Self::default();
        for (index, hosts) in sites.into_iter().enumerate() {
            for host in hosts {
                match host {
                    HostPattern::Exact(name) => {
                        table.exact.insert(name.clone(), index);
                    }
                    HostPattern::Subdomains(parent) => {
                        table.subdomains.insert(parent.clone(), index);
                    }
                    HostPattern::Any => table.any = Some(index),
                }
            }
        }
        table
    }

    /// The site for `host`, lower case.
    pub(crate) fn find(&self, host: &str) -> Option<usize> {
        if let Some(index) = self.exact.get(host) {
            return Some(*index);
        }
        if !self.subdomains.is_empty() {
            let mut rest = host;
            while let Some((_, parent)) = rest.split_once('.') {
                if let Some(index) = self.subdomains.get(parent) {
                    return Some(*index);
                }
                rest = parent;
            }
        }
        self.any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_host_wins() {
        let exact = |name: &str| HostPattern::Exact(name.to_owned());
        let below = |name: &str| HostPattern::Subdomains(name.to_owned());
        let sites = [
            vec![exact("www.example.com"), exact("example.com")],
            vec![below("example.com")],
            vec![below("shop.example.com")],
        ];
        let table = SiteTable::new(sites.iter().map(Vec::as_slice));
        for (host, expected) in [
            ("www.example.com", Some(0)),
            ("example.com", Some(0)),
            ("a.example.com", Some(1)),
            ("a.b.example.com", Some(1)),
            ("a.shop.example.com", Some(2)),
            ("shop.example.com", Some(1)),
            ("example.org", None),
        ] {
            assert_eq!(table.find(host), expected, "{host}");
        }
        let any = [vec![HostPattern::Any]];
        assert_eq!(
            SiteTable::new(any.iter().map(Vec::as_slice)).find("x"),
            Some(0)
        );
    }
}
