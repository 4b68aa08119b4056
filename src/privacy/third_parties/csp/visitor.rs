//! From the catalogue, this visitor's consent and what is known of a website to privet's own policy.

use super::compose::Parties;
use crate::privacy::{
    catalogue::{Catalogue, Origin, VendorId},
    consent::Consent,
    policy::Policy,
    purpose::Purpose,
    rules::Vendor,
    third_parties::{Embeds, UnknownHosts},
};

/// A host that a website's pages were seen to contact.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KnownHost {
    /// The host, lower case.
    pub host: String,
    /// The vendor's name, if the catalogue knew one.
    pub vendor: Option<String>,
}

impl Policy {
    /// The `Content-Security-Policy` that keeps this visitor's browser from vendors without consent;
    /// `None` if there is none to keep it from. It is long and takes about a millisecond: to be kept.
    ///
    /// `own` are the website's hosts, as `[[site]] hosts` has them, and `known` what its pages
    /// contact. A host that no vendor claims is admitted once it is known.
    pub fn content_policy(
        &self,
        consent: &Consent,
        own: &[String],
        known: &[KnownHost],
    ) -> Option<String> {
        let catalogue = self.catalogue();
        let is_allowed = |id: VendorId| self.allows_vendor(id, consent);
        let (allowed, refused): (Vec<_>, Vec<_>) =
            catalogue.iter().partition(|(id, _)| is_allowed(*id));
        let leaves_unknown = self.third_parties().unknown_hosts == UnknownHosts::Leave
            || consent.granted().contains(Purpose::Marketing);
        if leaves_unknown && refused.is_empty() {
            return None;
        }
        let domains = own_domains(own);
        let own = domains.iter().map(String::as_str);
        let owned = known.iter().map(|known| (known, owner(known, catalogue)));
        let owned: Vec<_> = owned.collect();
        let (seen, kept_out): (Vec<_>, Vec<_>) = owned
            .into_iter()
            .partition(|(_, vendor)| vendor.map_or(leaves_unknown, is_allowed));
        // An operator names a vendor because the website has to do with it.
        let is_present = |id: VendorId| {
            seen.iter().any(|(_, vendor)| *vendor == Some(id))
                || catalogue.origin(id) == Some(Origin::Operator)
        };
        let (present, absent): (Vec<_>, Vec<_>) =
            allowed.into_iter().partition(|(id, _)| is_present(*id));
        let is_necessary = |vendor: &Vendor| vendor.purpose == Purpose::Necessary;
        let (necessary, others): (Vec<_>, Vec<_>) = absent
            .into_iter()
            .partition(|(_, vendor)| is_necessary(vendor));
        let framed = kept_out.iter().filter_map(|(_, vendor)| *vendor);
        let framed = framed.filter(|vendor| self.shows_by_click(*vendor));
        let framed = framed.filter_map(|vendor| catalogue.vendor(vendor));
        let parties = Parties {
            framed: framed.flat_map(hosts).collect(),
            always: self
                .third_parties()
                .csp_hosts
                .iter()
                .map(String::as_str)
                .collect(),
            present: own
                .chain(seen.iter().map(|(known, _)| known.host.as_str()))
                .chain(present.into_iter().flat_map(|(_, vendor)| hosts(vendor)))
                .collect(),
            absent: necessary
                .into_iter()
                .chain(others)
                .flat_map(|(_, vendor)| hosts(vendor))
                .collect(),
            refused: refused
                .into_iter()
                .flat_map(|(_, vendor)| hosts(vendor))
                .collect(),
        };
        Some(parties.policy())
    }
}

impl Policy {
    /// Whether a placeholder offers to show the vendor's embeds once.
    fn shows_by_click(&self, vendor: VendorId) -> bool {
        let purpose = self.catalogue().vendor(vendor).map(|vendor| vendor.purpose);
        let is_embed = matches!(purpose, Some(Purpose::Media | Purpose::Functional));
        is_embed && self.third_parties().embeds == Embeds::Click
    }
}

fn hosts(vendor: &Vendor) -> impl Iterator<Item = &str> {
    vendor.hosts.iter().map(String::as_str)
}

/// Whose a known host is by the catalogue in force, which may be another than when it was seen.
fn owner(known: &KnownHost, catalogue: &Catalogue) -> Option<VendorId> {
    let by_name = known.vendor.as_deref();
    let by_name = by_name.and_then(|name| catalogue.by_slug(&crate::privacy::slug(name)));
    by_name.or_else(|| catalogue.host(&known.host, "/").map(|(id, _)| id))
}

/// The website's hosts and all of its registrable domains (public suffix list).
fn own_domains(own: &[String]) -> Vec<String> {
    let mut domains = own.to_vec();
    for host in own {
        let name = host.strip_prefix("*.").unwrap_or(host);
        let is_address = name
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
        if let Some(domain) = psl::domain_str(name).filter(|_| !is_address) {
            domains.extend([domain.to_owned(), format!("*.{domain}")]);
        }
    }
    domains
}
