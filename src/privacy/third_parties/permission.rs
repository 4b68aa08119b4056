//! What a site's rules say of third parties: whether a vendor may be met, and whether pages have to
//! be read for that.

use super::{ContentPolicy, ThirdPartyRules, UnknownHosts, judge::UNKNOWN, may_need_mirror};
use crate::privacy::{
    catalogue::VendorId,
    consent::Consent,
    policy::Policy,
    purpose::{Purpose, Purposes},
    validators::ConsentTag,
};

impl Policy {
    /// Whether this visitor's browser may have to do with `vendor`.
    ///
    /// Never with one outside the allowed countries. A tag manager loads whatever the operator put
    /// into it, so consent to its own purpose says too little: every purpose must be granted, or the
    /// visitor must have answered for the tag manager itself. One that honours Google consent mode
    /// is told what is granted, and needs consent to what it could be for.
    pub fn allows_vendor(&self, vendor: VendorId, consent: &Consent) -> bool {
        let Some(found) = self.catalogue().vendor(vendor) else {
            return false;
        };
        let needs_all = found.marks.tag_manager
            && found.purpose != Purpose::Necessary
            && consent.vendor_answer(vendor).is_none();
        let granted = consent.granted();
        let consents = if !needs_all {
            consent.allows_vendor(vendor, found.purpose)
        } else if self.third_parties.consent_mode {
            granted.contains(Purpose::Analytics) || granted.contains(Purpose::Marketing)
        } else {
            granted == Purposes::ALL
        };
        consents && !self.is_elsewhere(vendor)
    }

    /// Whether an element may come alive that names those vendors by their slugs, parted by spaces: all
    /// of them have to be allowed. Whom nobody knows may not.
    pub fn allows_slugs(&self, slugs: &str, consent: &Consent) -> bool {
        let allows = |name: &str| match self.catalogue().by_slug(name) {
            Some(vendor) => self.allows_vendor(vendor, consent),
            None => name == UNKNOWN && self.allows_unknown(consent),
        };
        !self.enforces() || slugs.split(' ').all(allows)
    }

    /// Whether this visitor's browser may have to do with third parties that no vendor claims.
    pub(super) fn allows_unknown(&self, consent: &Consent) -> bool {
        self.third_parties.unknown_hosts == UnknownHosts::Leave
            || consent.granted().contains(Purpose::UNKNOWN_HOSTS)
    }

    /// Whether `vendor` sits outside the allowed countries, and is refused whatever the consent.
    pub fn is_elsewhere(&self, vendor: VendorId) -> bool {
        self.elsewhere.get(usize::from(vendor.0)) == Some(&true)
    }

    /// Whether pages for that consent have to be read: somebody could be refused, or a consent platform's
    /// answer has to be made readable.
    pub fn gates(&self, consent: &Consent) -> bool {
        let refuses = consent.granted() != Purposes::ALL
            || consent.vendors().iter().any(|(_, granted)| !granted)
            || self.third_parties.allowed_countries.is_some();
        self.third_parties.gate && (refuses || may_need_mirror(self, consent))
    }

    /// Whether the website claims `host`, which is not claimed where it answers to any.
    pub(in crate::privacy) fn is_own_host(&self, host: &str) -> bool {
        self.hosts.iter().any(|own| match own.strip_prefix("*.") {
            Some(parent) => host
                .strip_suffix(parent)
                .is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
            None => own == host,
        })
    }

    /// Whether pages are made anew for each visitor's consent.
    pub fn rewrites_pages(&self) -> bool {
        self.third_parties.gate && self.enforces()
    }

    /// Whether what pages, or the fields beside them, say depends on the visitor's consent.
    pub fn binds_pages(&self) -> bool {
        let has_policy = self.third_parties.content_policy != ContentPolicy::Off;
        self.rewrites_pages() || (has_policy && self.enforces())
    }

    /// The name of everything that decides what is done to a page for `consent`.
    pub fn consent_tag(&self, consent: &Consent) -> ConsentTag {
        ConsentTag::new(self.fingerprint, consent)
    }

    /// `[third_parties]`.
    pub fn third_parties(&self) -> &ThirdPartyRules {
        &self.third_parties
    }
}
