//! A visitor's choice, and the cookie `privet_consent` that carries it.
//!
//! The value is readable text and holds no identifier:
//! `policy=2026-11&time=1795460000&granted=analytics.media&refused=marketing&vendors=hotjar:no`.
//! `gpc=told` says that the choice was made while the browser sent `Sec-GPC: 1`, so that the
//! visitor knew of the conflict; `gpc=refused` that nobody chose, and the signal's refusal is all
//! that is stored. Anything that doesn't parse is no answer.

use std::time::Duration;

use cookie::{Cookie, SameSite};

use super::super::{
    catalogue::{Catalogue, VendorId, slug, whole_seconds},
    purpose::{Purpose, Purposes},
    rules::ConsentRules,
};
use super::{decide::ConsentSource, signals::Reading};
use crate::privacy::field_value::FieldValue;

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
        }
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
        let age = u64::try_from(now.saturating_sub(self.time)).unwrap_or(0);
        let left = rules.lifetime.saturating_sub(Duration::from_secs(age));
        let cookie = Cookie::build((CONSENT_COOKIE, value))
            .path("/")
            .secure(true)
            .same_site(SameSite::Lax)
            .max_age(time::Duration::seconds(i64::from(whole_seconds(left))));
        FieldValue::try_from(cookie.to_string()).ok()
    }
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
