//! What becomes of a request's cookies, under the consent that they and the browser carry.

use http::header;

use super::{
    eviction::{EvictionWriter, Evictions},
    pairs::{Kept, filter, request_pairs},
    reissue::{CAPPED_COOKIE, Reissues, is_navigation},
};
use crate::privacy::{
    catalogue::VendorId,
    consent::{CONSENT_COOKIE, Consent, without_id},
    field_lines::FieldLines,
    field_value::FieldValue,
    policy::{Policy, Stripped, Verdict},
};

/// See the module.
#[derive(Debug)]
pub struct CookieDecision {
    /// What this visitor consented to.
    pub consent: Consent,
    /// The line for the website, if any cookie passes.
    pub(in crate::privacy) line: Option<FieldValue>,
    /// Cookies that were refused, one entry each.
    pub stripped: Vec<Stripped>,
    /// Vendors whose cookies pass, one entry each.
    pub kept: Vec<VendorId>,
    /// What expires them.
    pub evictions: Evictions,
    /// What sets others again with the lifetime promised for them.
    pub reissues: Reissues,
}

impl CookieDecision {
    /// Decides on the cookies of a request for `host`. `now` is in seconds since 1970.
    pub fn new(fields: &FieldLines, host: &str, policy: &Policy, now: i64) -> Self {
        let consent = Consent::read(fields, policy.consent(), now);
        let mut decision = Self {
            consent,
            line: None,
            stripped: Vec::new(),
            kept: Vec::new(),
            evictions: Evictions::default(),
            reissues: Reissues::default(),
        };
        if fields.contains(&header::COOKIE) {
            decision.decide(fields, host, policy);
        }
        if policy.cap_script_set && is_navigation(fields) {
            decision.reissues = Reissues::new(fields, host, policy, &decision.consent, now);
        }
        decision
    }

    fn decide(&mut self, fields: &FieldLines, host: &str, policy: &Policy) {
        let enforces = policy.enforces();
        let mut evictions = EvictionWriter::new(host);
        let Self {
            consent,
            stripped,
            kept,
            ..
        } = self;
        self.line = filter(fields, |pair| {
            let name = pair.judged_name();
            let (verdict, vendor) = policy.judged(name, consent);
            if let (Verdict::Kept(_), Some(vendor)) = (verdict, vendor) {
                kept.push(vendor);
            }
            match verdict {
                Verdict::Stripped(whose) => {
                    if stripped.capacity() == 0 {
                        stripped.reserve(8);
                    }
                    stripped.push(whose);
                    if enforces && policy.evict {
                        evictions.expire(name);
                    }
                    (!enforces).into()
                }
                // What privet remembers for itself is nothing to the website.
                Verdict::Kept(_) if pair.name == CAPPED_COOKIE.as_bytes() => (!enforces).into(),
                // Its id opens the visitor's records.
                Verdict::Kept(_) if name == CONSENT_COOKIE.as_bytes() => {
                    Kept::Beginning(without_id(pair.bytes).len())
                }
                Verdict::Kept(_) | Verdict::KeptForSession => Kept::Whole,
            }
        });
        self.evictions = evictions.finish();
    }
}

/// What expires every cookie of a request that `consent` refuses, if the operator wants that.
pub fn evictions(fields: &FieldLines, host: &str, policy: &Policy, consent: &Consent) -> Evictions {
    let mut evictions = EvictionWriter::new(host);
    if policy.enforces() && policy.evict {
        for pair in request_pairs(fields) {
            let name = pair.judged_name();
            if let Verdict::Stripped(_) = policy.verdict(name, consent) {
                evictions.expire(name);
            }
        }
    }
    evictions.finish()
}
