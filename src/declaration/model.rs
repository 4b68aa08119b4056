//! What is declared, before it is written.

use std::time::Duration;

use super::evidence::Evidence;
use crate::{
    privacy::{
        CAPPED_COOKIE, CONSENT_COOKIE, Catalogue, Policy, PolicyRules, Purpose, Vendor, VendorId,
        transfer_basis,
    },
    report::basis_in_words,
};

/// Unknown cookies that are listed.
const MOST_UNKNOWN: usize = 200;

/// See the module.
#[derive(Debug)]
pub(crate) struct Declaration {
    /// The website's host; `None` for any.
    pub(super) site: Option<String>,
    pub(super) since: Option<String>,
    pub(super) purposes: Vec<(Purpose, Vec<Party>)>,
    /// Patterns of cookies that nobody claims.
    pub(super) unknown: Vec<String>,
}

/// Somebody who sets cookies or is named by pages.
#[derive(Debug)]
pub(super) struct Party {
    /// The vendor's name; `None` for the website itself.
    pub(super) name: Option<String>,
    /// ISO 3166-1 code of its seat.
    pub(super) country: Option<String>,
    /// What allows data to go there.
    pub(super) transfer: Option<String>,
    /// Its privacy policy.
    pub(super) policy: Option<String>,
    pub(super) cookies: Vec<Cookie>,
}

/// A cookie or a pattern of several.
#[derive(Debug)]
pub(super) struct Cookie {
    pub(super) name: String,
    /// The longest that it is kept: zero until the browser closes, `None` if nobody bounds it.
    pub(super) lifetime: Option<Duration>,
}

impl Declaration {
    /// That of the website with `policy`, made from `rules`.
    pub(crate) fn new(
        name: &str,
        policy: &Policy,
        rules: &PolicyRules,
        evidence: Evidence,
    ) -> Self {
        let catalogue = policy.catalogue();
        let operators: Vec<VendorId> = catalogue.operators().collect();
        let vendors = catalogue.iter().filter(|(id, vendor)| {
            operators.contains(id) || evidence.vendors.contains(&vendor.name)
        });
        let vendors: Vec<(VendorId, &Vendor)> = vendors.collect();
        let purposes = Purpose::ALL.into_iter().map(|purpose| {
            let own = (purpose == Purpose::Necessary).then(|| website(rules));
            let others = vendors
                .iter()
                .filter(|(_, vendor)| vendor.purpose == purpose);
            let others =
                others.map(|(id, vendor)| party(policy, (*id, vendor), &evidence, &operators));
            (purpose, own.into_iter().chain(others).collect::<Vec<_>>())
        });
        let purposes = purposes
            .filter(|(_, parties)| !parties.is_empty())
            .collect();
        let unknown = evidence
            .cookies
            .iter()
            .filter(|(name, vendor)| vendor.is_empty() && is_unclaimed(catalogue, policy, name));
        Self {
            site: Some(name).filter(|name| *name != "*").map(str::to_owned),
            purposes,
            unknown: unknown
                .map(|(name, _)| name.clone())
                .take(MOST_UNKNOWN)
                .collect(),
            since: evidence.since,
        }
    }

    /// How many vendors are declared.
    pub(crate) fn vendors(&self) -> usize {
        let parties = self.purposes.iter().flat_map(|(_, parties)| parties);
        parties.filter(|party| party.name.is_some()).count()
    }

    /// How many cookies nobody claims.
    pub(crate) fn unknown(&self) -> usize {
        self.unknown.len()
    }
}

/// What was seen before the operator said whose it is, is somebody's now.
fn is_unclaimed(catalogue: &Catalogue, policy: &Policy, name: &str) -> bool {
    !policy.keeps(name.as_bytes()) && catalogue.cookie(name.as_bytes()).is_none()
}

/// The website itself: what the operator keeps as necessary, and privet's own.
fn website(rules: &PolicyRules) -> Party {
    let cookie = |name: &str, lifetime| Cookie {
        name: name.to_owned(),
        lifetime,
    };
    let mut cookies = vec![cookie(CONSENT_COOKIE, Some(rules.consent.lifetime))];
    if rules.cookies.cap_script_set {
        cookies.push(cookie(CAPPED_COOKIE, Some(Duration::from_secs(86_400))));
    }
    let longest = rules.cookies.max_lifetime;
    cookies.extend(
        rules
            .cookies
            .keep
            .iter()
            .map(|name| cookie(name, Some(longest))),
    );
    Party {
        name: None,
        country: None,
        transfer: None,
        policy: None,
        cookies,
    }
}

/// A vendor with those of its cookies that were seen; all of them where the operator listed them.
fn party(
    policy: &Policy,
    (id, vendor): (VendorId, &Vendor),
    evidence: &Evidence,
    operators: &[VendorId],
) -> Party {
    let is_seen = |name: &str| {
        let seen = evidence.cookies.iter();
        operators.contains(&id)
            || seen
                .clone()
                .any(|(seen, whose)| *seen == *name && *whose == vendor.name)
    };
    let cookies = vendor.cookies.iter().filter(|cookie| is_seen(&cookie.name));
    let cookies = cookies.map(|cookie| {
        let promised = cookie
            .max_lifetime
            .map(|life| u32::try_from(life.as_secs()).unwrap_or(u32::MAX));
        let longest = policy.longest_life(cookie.name.as_bytes(), promised);
        Cookie {
            name: cookie.name.clone(),
            lifetime: longest.map(|seconds| Duration::from_secs(seconds.into())),
        }
    });
    Party {
        name: Some(vendor.name.clone()),
        country: vendor.country.clone(),
        transfer: Some(basis_in_words(
            transfer_basis(vendor),
            vendor.country.is_some(),
        )),
        policy: vendor.policy.clone(),
        cookies: cookies.collect(),
    }
}
