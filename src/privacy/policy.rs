//! A site's rules, compiled: what each request and response is measured against.

use std::{collections::HashSet, fmt, sync::Arc};

use http::HeaderName;

use super::{
    catalogue::{Catalogue, Claim, VendorId, slug, whole_seconds},
    consent::{CONSENT_COOKIE, Consent, ConsentPolicy, MIRROR_COOKIE},
    cookies::{CAPPED_COOKIE, Lifetime, Upgrade},
    patterns::{Layer, PatternTable},
    purpose::{Purpose, Purposes},
    rules::{
        AddressRule, ConsentRules, HeaderRules, Mode, PolicyRules, SameSiteDefault, SiteData,
        UnknownCookies,
    },
    third_parties::{DisguisedCookies, ThirdPartyRules, is_allowed},
    validators::fingerprint,
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
    /// Never while observing.
    pub(super) cap_script_set: bool,
    /// `Clear-Site-Data` for a withdrawal; never while observing.
    clear_site_data: Option<FieldValue>,
    keep: PatternTable<()>,
    keep_attributes: HashSet<Vec<u8>>,
    unknown: UnknownCookies,
    pub(super) secure: bool,
    pub(super) same_site: SameSiteDefault,
    max_lifetime: u32,
    /// A bit for each length, up to 63, that a hidden field's name has: nearly every field is known
    /// not to be hidden by that alone.
    hidden_lengths: u64,
    /// `X-Privet-Consent` for each set of purposes, by the set's bits.
    consent_values: Vec<(Purposes, FieldValue)>,
    pub(super) third_parties: ThirdPartyRules,
    /// What its pages are made by, in a number.
    pub(super) fingerprint: u64,
    /// For each vendor whether it sits outside the allowed countries; empty where all are allowed.
    pub(super) elsewhere: Box<[bool]>,
    /// What was learnt of cookies on this website.
    disguised: DisguisedCookies,
    /// As [`PolicyRules`] has them.
    pub(super) hosts: Vec<String>,
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
    pub fn new(rules: PolicyRules, hsts: Option<FieldValue>, catalogue: Arc<Catalogue>) -> Self {
        let PolicyRules {
            hosts,
            mode,
            address,
            consent,
            cookies,
            headers,
            third_parties,
        } = rules;
        let keep = cookies
            .keep
            .iter()
            .map(|pattern| (Layer::Operator, pattern.as_str(), ()));
        let enforces = mode == Mode::Enforce;
        let version = option_env!("CARGO_PKG_VERSION");
        let fingerprint = fingerprint(&(version, &third_parties, catalogue.fingerprint()));
        let elsewhere = third_parties.allowed_countries.as_deref().map(|allowed| {
            let vendors = catalogue.iter();
            let elsewhere = vendors.map(|(_, vendor)| !is_allowed(vendor, allowed));
            elsewhere.collect()
        });
        Self {
            mode,
            address,
            clear_site_data: site_data_value(&consent.clear_site_data).filter(|_| enforces),
            consent: ConsentPolicy::new(consent, catalogue),
            hidden_lengths: headers
                .hide
                .iter()
                .fold(0, |bits, name| bits | 1 << name.as_str().len().min(63)),
            headers,
            hsts,
            evict: cookies.evict,
            cap_script_set: cookies.cap_script_set && enforces,
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
            fingerprint,
            third_parties,
            elsewhere: elsewhere.unwrap_or_default(),
            disguised: DisguisedCookies::default(),
            hosts,
        }
    }

    /// Whether a cookie of that claim may pass. Necessary ones stay between visitor and website,
    /// wherever the vendor sits.
    fn allows_cookie(&self, claim: Claim, consent: &Consent) -> bool {
        claim.purpose == Purpose::Necessary
            || (consent.allows(claim) && !self.is_elsewhere(claim.vendor))
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
        self.judged(name, consent).0
    }

    /// The same, with the vendor whose cookie it is, if one claims it.
    pub fn judged(&self, name: &[u8], consent: &Consent) -> (Verdict, Option<VendorId>) {
        if self.keeps(name) {
            return (Verdict::Kept(None), None);
        }
        let judge = |vendor, is_allowed, life| {
            let verdict = if is_allowed {
                Verdict::Kept(life)
            } else {
                Verdict::Stripped(Stripped(Some(vendor)))
            };
            (verdict, Some(vendor))
        };
        match self.catalogue().cookie(name) {
            Some(claim) => {
                let is_allowed = self.allows_cookie(claim, consent);
                judge(claim.vendor, is_allowed, claim.max_lifetime)
            }
            None if is_own_cookie(name) => (Verdict::Kept(None), None),
            None => match self.disguised.vendor(name) {
                Some(vendor) => judge(vendor, self.allows_vendor(vendor, consent), None),
                None => (self.of_nobody(), None),
            },
        }
    }

    /// What becomes of a cookie that no vendor claims.
    const fn of_nobody(&self) -> Verdict {
        match self.unknown {
            UnknownCookies::Keep => Verdict::Kept(None),
            UnknownCookies::Session => Verdict::KeptForSession,
            UnknownCookies::Strip => Verdict::Stripped(Stripped(None)),
        }
    }

    /// Notes that a response set the cookie `name`, one to a request of a vendor in disguise or, if
    /// there is none, one of the website's own. Cookies that somebody knows are told by their names.
    pub(super) fn note_setter(&self, name: &[u8], vendor: Option<VendorId>) {
        if self.keeps(name) || is_own_cookie(name) || self.catalogue().cookie(name).is_some() {
            return;
        }
        match vendor {
            Some(vendor) => self.disguised.learn(name, vendor),
            None => self.disguised.disown(name),
        }
    }

    /// The vendor in disguise that was seen to set the cookie `name`.
    pub fn disguised_setter(&self, name: &[u8]) -> Option<VendorId> {
        self.disguised.vendor(name)
    }

    /// Changes whenever a cookie was learnt to be a vendor's.
    pub(super) fn learnt(&self) -> usize {
        self.disguised.version()
    }

    /// Takes over what was learnt of cookies under `before`, this website's rules until now.
    pub(crate) fn take_over(&self, before: &Self) {
        self.disguised.take_over(&before.disguised, |vendor| {
            let vendor = before.catalogue().vendor(vendor)?;
            self.catalogue().by_slug(&slug(&vendor.name))
        });
    }

    /// `url` without the click identifiers of vendors that this visitor did not consent to, the rest
    /// byte for byte; `None` if nothing is to be taken from it.
    pub(super) fn without_click_identifiers(&self, url: &str, consent: &Consent) -> Option<String> {
        if !self.third_parties.strip_click_identifiers || !self.enforces() {
            return None;
        }
        let refused = |vendor| !self.allows_vendor(vendor, consent);
        self.catalogue().without_click_identifiers(url, refused)
    }

    /// The click identifiers in `url` that are taken from it, each with its vendor. For
    /// explanations.
    pub fn click_identifiers<'a>(
        &self,
        url: &'a str,
        consent: &Consent,
    ) -> Vec<(VendorId, &'a str)> {
        let strips = self.third_parties.strip_click_identifiers;
        let found = self.catalogue().click_identifiers(url);
        found
            .filter(|(vendor, _)| strips && !self.allows_vendor(*vendor, consent))
            .collect()
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

    /// The life, in seconds, with which a script's cookie `name` may be set again; `None` if nobody
    /// promises one, or it is to be left alone.
    pub(super) fn life_anew(&self, name: &[u8], consent: &Consent) -> Option<u32> {
        let claim = self.catalogue().cookie(name)?;
        let may = claim.purpose != Purpose::Necessary
            && self.allows_cookie(claim, consent)
            && !self.keeps(name)
            && !self.keep_attributes.contains(name);
        let promised = claim.max_lifetime.filter(|_| may)?;
        Some(promised.min(self.max_lifetime))
    }

    /// `Clear-Site-Data` for an answer that takes a consent back.
    pub fn clear_site_data(&self) -> Option<&FieldValue> {
        self.clear_site_data.as_ref()
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

/// Whether a cookie is one of privet's own: the choice, its copy from another platform, and what
/// says that lifetimes were capped today.
pub fn is_own_cookie(name: &[u8]) -> bool {
    let own = [CONSENT_COOKIE, MIRROR_COOKIE, CAPPED_COOKIE];
    own.iter().any(|own| name == own.as_bytes())
}

/// Quoted strings, as the W3C's Clear Site Data §3.1 has them.
fn site_data_value(data: &[SiteData]) -> Option<FieldValue> {
    let quoted: Vec<String> = data
        .iter()
        .map(|data| format!("\"{}\"", data.name()))
        .collect();
    FieldValue::try_from(quoted.join(", "))
        .ok()
        .filter(|value| !value.is_empty())
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
