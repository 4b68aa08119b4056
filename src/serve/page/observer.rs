//! Tells the inventory of the third parties that a page named.

use std::rc::Rc;

use http::uri::PathAndQuery;

use crate::{
    inventory::Evidence,
    privacy::SeenHosts,
    serve::{snapshot::Site, worker::Worker},
};

/// Of one page.
pub(super) struct Observer {
    pub(super) worker: Rc<Worker>,
    pub(super) target: PathAndQuery,
    /// When the page was asked for, seconds since 1970.
    pub(super) now: i64,
}

impl Observer {
    /// Notes each of `seen` in the name of `site`.
    pub(super) fn note(&self, site: &Site, seen: &SeenHosts) {
        let sightings = self.worker.metrics().third_parties();
        for (host, seen) in seen.iter() {
            let vendor = seen
                .vendor
                .and_then(|id| site.policy.catalogue().vendor(id));
            let vendor = vendor.map(|vendor| vendor.name.as_str());
            let evidence = Evidence::Page {
                gated: seen.gated,
                path: self.target.path(),
            };
            sightings.note(&site.name, host, vendor, evidence, self.now);
        }
    }
}
