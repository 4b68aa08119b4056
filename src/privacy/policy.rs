//! A site's rules, compiled: what each request and response is measured against.

use std::{collections::HashSet, fmt, sync::Arc};

use http::HeaderName;

use super::{
    catalogue::{Catalogue, VendorId, whole_seconds},
    consent::{CONSENT_COOKIE, Consent, ConsentPolicy},
    cookies::{Lifetime, Upgrade},
    patterns::{Layer, PatternTable},
    purpose::{Purpose, Purposes},
    rules::{
        AddressRule, ConsentRules, CookieRules, HeaderRules, Mode, SameSiteDefault, UnknownCookies,
    },
};
use crate::privacy::field_value::FieldValue;

/// Everything about one site's privacy that a request needs.
pub struct Policy {
    pub(super) mode: Mode,
    pub(super) address: AddressRule,
    pub(super) consent: ConsentPolicy,
    pub(super) headers: HeaderRules,
    pub(super) hsts: Option<FieldValue>,
    pub(super) evict: bool,
    keep: PatternTable<()>,
    keep_attributes: HashSet<Vec<u8>>,
    unknown: UnknownCookies,
    secure: bool,
    same_site: SameSiteDefault,
    max_lifetime: u32,
    /// A bit for each length, up to 63, that a hidden field's name has: nearly every field is known
    /// not to be hidden by that alone.
    hidden_lengths: u64,
    /// `X-Privet-Consent` for each set of purposes, by the set's bits.
    consent_values: Vec<(Purposes, FieldValue)>,
}

/// What becomes of a cookie.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// It passes; its vendor, if one claims it, promises this life at most, in seconds.
    Kept(Option<u32>),
    /// It passes, and lives no longer than the session.
    KeptForSession,
    /// It does not pass.
    Stripped(Stripped),
}

/// Whose cookie was removed; `None` if nobody claims it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Stripped(pub Option<VendorId>);

impl Policy {
    /// Compiles a site's rules. `hsts` is the value of `Strict-Transport-Security`.
    pub fn new(
        mode: Mode,
        address: AddressRule,
        consent: ConsentRules,
        cookies: CookieRules,
        headers: HeaderRules,
        hsts: Option<FieldValue>,
        catalogue: Arc<Catalogue>,
    ) -> Self {
        let keep = cookies
            .keep
            .iter()
            .map(|pattern| (Layer::Operator, pattern.as_str(), ()));
        Self {
            mode,
            address,
            consent: ConsentPolicy::new(consent, catalogue),
            hidden_lengths: headers
                .hide
                .iter()
                .fold(0, |bits, name| bits | 1 << name.as_str().len().min(63)),
            headers,
            hsts,
            evict: cookies.evict,
            keep: PatternTable::new(keep),
            keep_attributes: cookies
                .keep_same_site
                .into_iter()
                .map(String::into_bytes)
                .collect(),
            unknown: cookies.unknown,
            secure: cookies.secure,
            same_site: cookies.same_site,
            max_lifetime: whole_seconds(cookies.max_lifetime),
            consent_values: consent_values(),
        }
    }

    /// The vendors in force.
    pub fn catalogue(&self) -> &Catalogue {
        self.consent.catalogue()
    }

    /// How consent is read.
    pub fn consent(&self) -> &ConsentPolicy {
        &self.consent
    }

    /// `[consent]`.
    pub fn consent_rules(&self) -> &ConsentRules {
        self.consent.rules()
    }

    /// How addresses are minimised.
    pub fn address_rule(&self) -> &AddressRule {
        &self.address
    }

    /// Whether decisions on cookies are carried out.
    pub fn enforces(&self) -> bool {
        self.mode == Mode::Enforce
    }

    /// Whether the operator called the cookie necessary, by `cookies.keep`.
    pub fn keeps(&self, name: &[u8]) -> bool {
        !self.keep.is_empty() && self.keep.find(name).is_some()
    }

    /// What becomes of the cookie `name` for this visitor.
    pub fn verdict(&self, name: &[u8], consent: &Consent) -> Verdict {
        if self.keeps(name) {
            return Verdict::Kept(None);
        }
        match self.catalogue().cookie(name) {
            Some(claim) if consent.allows(claim) => Verdict::Kept(claim.max_lifetime),
            Some(claim) => Verdict::Stripped(Stripped(Some(claim.vendor))),
            None if name == CONSENT_COOKIE.as_bytes() => Verdict::Kept(None),
            None => match self.unknown {
                UnknownCookies::Keep => Verdict::Kept(None),
                UnknownCookies::Session => Verdict::KeptForSession,
                UnknownCookies::Strip => Verdict::Stripped(Stripped(None)),
            },
        }
    }

    /// The attributes that a cookie of that verdict must have; `None` to leave them alone.
    pub(super) fn upgrade(&self, name: &[u8], verdict: Verdict) -> Option<Upgrade> {
        let lifetime = match verdict {
            Verdict::Kept(promised) => {
                Lifetime::AtMost(promised.unwrap_or(u32::MAX).min(self.max_lifetime))
            }
            Verdict::KeptForSession => Lifetime::Session,
            Verdict::Stripped(_) => return None,
        };
        if !self.keep_attributes.is_empty() && self.keep_attributes.contains(name) {
            return None;
        }
        Some(Upgrade {
            secure: self.secure,
            same_site: self.same_site,
            lifetime,
        })
    }

    /// The longest life, in seconds, of a cookie that is promised `promised`; `None` where neither
    /// its vendor nor the operator bounds it.
    pub fn longest_life(&self, name: &[u8], promised: Option<u32>) -> Option<u32> {
        if !self.enforces() || self.keep_attributes.contains(name) {
            return promised;
        }
        Some(promised.unwrap_or(u32::MAX).min(self.max_lifetime))
    }

    /// `X-Privet-Consent`; `None` if nothing beyond the necessary is granted.
    pub(super) fn consent_value(&self, granted: Purposes) -> Option<FieldValue> {
        let granted = granted.difference(Purposes::NECESSARY);
        let found = self
            .consent_values
            .iter()
            .find(|(purposes, _)| *purposes == granted);
        found.map(|(_, value)| value.clone())
    }

    /// Whether a response field is on the operator's list of those never passed on.
    pub(super) fn hides(&self, name: &HeaderName) -> bool {
        let length = name.as_str().len().min(63);
        self.hidden_lengths >> length & 1 == 1 && self.headers.hide.contains(name)
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy")
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}

/// The value for each set of purposes that isn't empty.
fn consent_values() -> Vec<(Purposes, FieldValue)> {
    let asked: Vec<Purpose> = Purposes::ALL
        .difference(Purposes::NECESSARY)
        .iter()
        .collect();
    (1_u32..1 << asked.len())
        .filter_map(|bits| {
            let chosen = (0..).zip(&asked).filter(|(bit, _)| bits >> bit & 1 == 1);
            let chosen: Vec<Purpose> = chosen.map(|(_, purpose)| *purpose).collect();
            let names: Vec<&str> = chosen.iter().map(|purpose| purpose.name()).collect();
            let value = FieldValue::try_from(names.join(",")).ok()?;
            Some((chosen.into_iter().collect(), value))
        })
        .collect()
}
