//! A visitor's choice, and the cookie `privet_consent` that carries it.
//!
//! The value is readable text:
//! `policy=2026-11&time=1795460000&granted=analytics.media&refused=marketing&vendors=hotjar:no`.
//! `gpc=told` says that the choice was made while the browser sent `Sec-GPC: 1`, so that the
//! visitor knew of the conflict; `gpc=refused` that nobody chose, and the signal's refusal is all
//! that is stored. Anything that doesn't parse is no answer.
//!
//! Where records of consent are kept, `id=` and the name of this visitor's records stand last. It is not
//! needed to honour the choice, and cut off before the website sees the cookie.

use std::time::Duration;

use cookie::{Cookie, SameSite};

use super::super::{
    catalogue::{Catalogue, VendorId, slug, whole_seconds},
    purpose::{Purpose, Purposes},
    rules::ConsentRules,
};
use super::{
    decide::ConsentSource,
    policy::ConsentPolicy,
    signals::{Reading, stored_choice},
};
use crate::privacy::{field_lines::FieldLines, field_value::FieldValue, ledger::ConsentId};

/// The name of the cookie that carries the choice.
pub const CONSENT_COOKIE: &str = "privet_consent";

/// Clocks of browsers and servers differ by no more than this, in seconds.
const CLOCK_SKEW: i64 = 86_400;

/// What a visitor answered, and when.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Choice {
    /// When, in seconds since 1970.
    pub time: i64,
    /// Purposes said yes to.
    pub granted: Purposes,
    /// Purposes said no to.
    pub refused: Purposes,
    /// Vendors said yes (`true`) or no to, apart from their purpose.
    pub vendors: Vec<(VendorId, bool)>,
    /// Whether the visitor was told that their browser sends an opt-out.
    pub told_of_gpc: bool,
    /// Whether nobody chose: `Sec-GPC` took a yes out of another platform's answer.
    pub is_opt_out: bool,
    /// Under which name it is recorded.
    pub id: Option<ConsentId>,
}

/// What stands before the id.
const ID: &str = "&id=";

/// A cookie pair without the id that it may hold.
pub(in crate::privacy) fn without_id(pair: &[u8]) -> &[u8] {
    let at = memchr::memmem::find(pair, ID.as_bytes());
    at.and_then(|at| pair.get(..at)).unwrap_or(pair)
}

/// The id in a cookie's value, whether or not the choice still holds.
pub(super) fn id_of(value: &[u8]) -> Option<ConsentId> {
    let text = std::str::from_utf8(value).ok()?;
    ConsentId::parse(text.rsplit_once(ID)?.1)
}

impl Choice {
    /// Yes to `granted`, no to every other purpose that needs consent.
    pub fn new(granted: Purposes, told_of_gpc: bool, now: i64) -> Self {
        let asked = Purposes::ALL.difference(Purposes::NECESSARY);
        Self {
            time: now,
            granted: granted.intersection(asked),
            refused: asked.difference(granted),
            vendors: Vec::new(),
            told_of_gpc,
            is_opt_out: false,
            id: None,
        }
    }

    /// Nothing chosen yet; what `Sec-GPC` refuses is to be added.
    pub(super) fn opt_out(now: i64) -> Self {
        Self {
            time: now,
            granted: Purposes::NONE,
            refused: Purposes::NONE,
            vendors: Vec::new(),
            told_of_gpc: false,
            is_opt_out: true,
            id: None,
        }
    }

    /// The choice that a request's cookies hold, if it still holds. `now` is in seconds since 1970.
    pub fn stored(fields: &FieldLines, policy: &ConsentPolicy, now: i64) -> Option<Self> {
        stored_choice(fields, policy, now).0
    }

    /// The `Set-Cookie` line that takes a stored choice out of the browser.
    pub fn expiring() -> Option<FieldValue> {
        FieldValue::try_from(cookie(String::new(), 0).to_string()).ok()
    }

    /// Who made it.
    pub(super) fn source(&self) -> ConsentSource {
        if self.is_opt_out {
            ConsentSource::GlobalPrivacyControl
        } else {
            ConsentSource::Choice
        }
    }

    /// What it says.
    pub(super) fn reading(&self) -> Reading {
        Reading {
            granted: self.granted,
            refused: self.refused,
            vendors: self.vendors.clone(),
        }
    }

    /// Reads a cookie's value. `None` if it is malformed, for another version of the policy, or
    /// too old.
    pub(super) fn read(
        value: &[u8],
        rules: &ConsentRules,
        catalogue: &Catalogue,
        now: i64,
    ) -> Option<Self> {
        let text = std::str::from_utf8(value)
            .ok()
            .filter(|text| text.len() <= 4096)?;
        let mut choice = Self {
            time: i64::MIN,
            granted: Purposes::NONE,
            refused: Purposes::NONE,
            vendors: Vec::new(),
            told_of_gpc: false,
            is_opt_out: false,
            id: None,
        };
        let mut policy = None;
        for pair in text.split('&') {
            match pair.split_once('=')? {
                ("policy", version) => policy = Some(version),
                ("time", time) => choice.time = time.parse().ok()?,
                ("granted", names) => choice.granted = purposes(names)?,
                ("refused", names) => choice.refused = purposes(names)?,
                ("vendors", list) => choice.vendors = vendors(list, catalogue)?,
                ("gpc", "told") => choice.told_of_gpc = true,
                ("gpc", "refused") => choice.is_opt_out = true,
                ("id", id) => choice.id = Some(ConsentId::parse(id)?),
                _ => return None,
            }
        }
        // A purpose that stands on both sides was not granted.
        choice.granted = choice.granted.difference(choice.refused);
        let lifetime = i64::from(whole_seconds(rules.lifetime));
        let age = now.checked_sub(choice.time)?;
        let current = policy == Some(rules.policy_version.as_str());
        (current && age < lifetime && age > -CLOCK_SKEW).then_some(choice)
    }

    /// What is left where a browser holds two choices: only what both grant.
    pub(super) fn agreeing_with(mut self, other: &Self) -> Self {
        self.time = self.time.min(other.time);
        self.granted = self.granted.intersection(other.granted);
        self.refused = self.refused.union(other.refused);
        self.vendors
            .retain(|(vendor, yes)| !yes || other.vendors.contains(&(*vendor, true)));
        let refused = other.vendors.iter().filter(|(_, yes)| !yes);
        self.vendors.extend(refused.copied());
        self.told_of_gpc &= other.told_of_gpc;
        self.is_opt_out &= other.is_opt_out;
        self.id = self.id.filter(|id| other.id == Some(*id));
        self
    }

    /// The `Set-Cookie` line that stores the choice until it has lasted for `rules.lifetime`.
    pub fn set_cookie(
        &self,
        rules: &ConsentRules,
        catalogue: &Catalogue,
        now: i64,
    ) -> Option<FieldValue> {
        let mut value = format!(
            "policy={}&time={}&granted={}&refused={}",
            rules.policy_version,
            self.time,
            names(self.granted),
            names(self.refused),
        );
        let mut separator = "&vendors=";
        for (id, yes) in &self.vendors {
            if let Some(vendor) = catalogue.vendor(*id) {
                let answer = if *yes { "yes" } else { "no" };
                value.extend([separator, &slug(&vendor.name), ":", answer]);
                separator = ".";
            }
        }
        if self.told_of_gpc {
            value.push_str("&gpc=told");
        } else if self.is_opt_out {
            value.push_str("&gpc=refused");
        }
        if let Some(id) = self.id {
            value.push_str(ID);
            value.push_str(&id.to_string());
        }
        let age = u64::try_from(now.saturating_sub(self.time)).unwrap_or(0);
        let left = rules.lifetime.saturating_sub(Duration::from_secs(age));
        FieldValue::try_from(cookie(value, whole_seconds(left)).to_string()).ok()
    }
}

/// `max_age` is in seconds.
fn cookie(value: String, max_age: u32) -> Cookie<'static> {
    Cookie::build((CONSENT_COOKIE, value))
        .path("/")
        .secure(true)
        .same_site(SameSite::Lax)
        .max_age(time::Duration::seconds(i64::from(max_age)))
        .build()
}

fn names(purposes: Purposes) -> String {
    purposes
        .iter()
        .map(Purpose::name)
        .collect::<Vec<_>>()
        .join(".")
}

fn purposes(names: &str) -> Option<Purposes> {
    let names = names.split('.').filter(|name| !name.is_empty());
    names.map(Purpose::from_name).collect()
}

/// Vendors that the catalogue no longer knows are dropped; the rest of the answer stands.
fn vendors(list: &str, catalogue: &Catalogue) -> Option<Vec<(VendorId, bool)>> {
    let mut vendors = Vec::new();
    for item in list.split('.').filter(|item| !item.is_empty()) {
        let (slug, answer) = item.split_once(':')?;
        let yes = match answer {
            "yes" => true,
            "no" => false,
            _ => return None,
        };
        vendors.extend(catalogue.by_slug(slug).map(|vendor| (vendor, yes)));
    }
    Some(vendors)
}
