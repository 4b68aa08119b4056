//! The third parties that a page names, for the operator's inventory: hosts, whose they are, and whether
//! what names them was made inert.

use std::collections::BTreeMap;

use super::{
    judge::Judge,
    url::{Reference, cleaned},
};
use crate::privacy::catalogue::VendorId;

/// Most hosts of one page that are told of.
const MOST: usize = 100;

/// What a page names of one host.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SeenHost {
    /// Whose it is, if anybody claims it.
    pub vendor: Option<VendorId>,
    /// Whether an element that names it was made inert.
    pub gated: bool,
}

/// By host, lower case. Nothing is allocated before the first one.
#[derive(Clone, Debug, Default)]
pub struct SeenHosts(BTreeMap<String, SeenHost>);

impl SeenHosts {
    /// Takes note of `url`, an attribute's value that a browser would fetch, if it is somebody else's.
    pub(super) fn note(&mut self, judge: &Judge<'_>, url: &[u8], gated: bool) {
        let Some((host, vendor)) = third_party(judge, url) else {
            return;
        };
        if let Some(seen) = self.0.get_mut(&host) {
            seen.gated |= gated;
        } else if self.0.len() < MOST {
            self.0.insert(host, SeenHost { vendor, gated });
        }
    }

    /// Adds what is in a page within this one.
    pub(super) fn extend(&mut self, other: Self) {
        for (host, seen) in other.0 {
            if self.0.len() < MOST {
                self.0.entry(host).or_insert(seen).gated |= seen.gated;
            }
        }
    }

    /// Each host, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, SeenHost)> {
        self.0.iter().map(|(host, seen)| (host.as_str(), *seen))
    }
}

/// The host of a URL of somebody else, and whose it is.
fn third_party(judge: &Judge<'_>, url: &[u8]) -> Option<(String, Option<VendorId>)> {
    let url = url.trim_ascii_start();
    let is_absolute = url.starts_with(b"//")
        || url
            .get(..4)
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"http"));
    if !is_absolute {
        return None;
    }
    let url = cleaned(url);
    let Reference::Absolute(location) = judge.base.read(&url) else {
        return None;
    };
    let host = location.host.as_ref();
    if host == judge.host || judge.policy.is_own_host(host) {
        return None;
    }
    let claim = judge.policy.catalogue().hosts();
    let claim = claim.find(host, &location.target());
    Some((host.to_owned(), claim.map(|claim| claim.vendor)))
}
