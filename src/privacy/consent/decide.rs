//! From signals to a decision for each purpose and vendor.
//!
//! Not asked counts as refused where consent is needed (ePrivacy Art. 5(3), GDPR Art. 4(11)).
//! `Sec-GPC: 1` beats an older stored yes until the visitor, told of the conflict, says yes again;
//! the withdrawn yes is taken out of the stored choice, so that the signal's absence later never
//! brings it back.

use super::{
    super::{
        catalogue::{Catalogue, Claim, VendorId},
        field_lines::FieldLines,
        purpose::{Purpose, Purposes},
        rules::{ConsentRules, Signal},
    },
    choice::Choice,
    signals,
};

/// Who says what a visitor consented to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ConsentSource {
    /// The visitor's choice, in privet's own cookie.
    Choice,
    /// `Sec-GPC`.
    GlobalPrivacyControl,
    /// `DNT`.
    DoNotTrack,
    /// Nobody: the operator's default.
    Default,
}

impl ConsentSource {
    /// The name in `GET /.privet/consent`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Choice => "privet",
            Self::GlobalPrivacyControl => "gpc",
            Self::DoNotTrack => "dnt",
            Self::Default => "default",
        }
    }
}

/// Where consent to a purpose stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    /// Yes.
    Granted,
    /// No.
    Refused,
    /// Nobody answered; counts as no.
    NotAsked,
}

impl State {
    /// The name in `GET /.privet/consent`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Refused => "refused",
            Self::NotAsked => "not-asked",
        }
    }
}

/// What this visitor consented to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Consent {
    granted: Purposes,
    refused: Purposes,
    vendors: Vec<(VendorId, bool)>,
    source: ConsentSource,
    gpc: bool,
    withdrawal: Option<Choice>,
    unreadable: bool,
}

impl Consent {
    /// Reads every signal of a request. `now` is in seconds since 1970.
    pub fn read(
        fields: &FieldLines,
        rules: &ConsentRules,
        catalogue: &Catalogue,
        now: i64,
    ) -> Self {
        let mut consent = Self {
            granted: Purposes::NONE,
            refused: Purposes::NONE,
            vendors: Vec::new(),
            source: ConsentSource::Default,
            gpc: false,
            withdrawal: None,
            unreadable: false,
        };
        let mut stored = None;
        for signal in &rules.signals {
            match signal {
                Signal::Privet => {
                    let (choice, unreadable) =
                        signals::stored_choice(fields, rules, catalogue, now);
                    consent.unreadable = unreadable;
                    if let Some(choice) = choice {
                        consent.answer(choice.granted, choice.refused, ConsentSource::Choice);
                        consent.vendors.clone_from(&choice.vendors);
                        stored = Some(choice);
                    }
                }
                Signal::Gpc => {
                    consent.gpc = signals::global_privacy_control(fields);
                    if consent.gpc {
                        let source = ConsentSource::GlobalPrivacyControl;
                        consent.answer(Purposes::NONE, rules.gpc, source);
                    }
                }
                Signal::Dnt => {
                    if signals::do_not_track(fields) {
                        consent.answer(Purposes::NONE, rules.dnt, ConsentSource::DoNotTrack);
                    }
                }
            }
        }
        if consent.gpc
            && let Some(choice) = stored.filter(|choice| !choice.told_of_gpc)
        {
            consent.withdraw(choice, rules.gpc, catalogue);
        }
        let unanswered = rules.default.difference(consent.refused);
        consent.granted = consent.granted.union(unanswered).union(Purposes::NECESSARY);
        consent
    }

    /// What holds right after `choice` was made.
    pub fn chosen(choice: &Choice, rules: &ConsentRules, gpc: bool) -> Self {
        let unanswered = rules.default.difference(choice.refused);
        Self {
            granted: choice.granted.union(unanswered).union(Purposes::NECESSARY),
            refused: choice.refused,
            vendors: choice.vendors.clone(),
            source: ConsentSource::Choice,
            gpc,
            withdrawal: None,
            unreadable: false,
        }
    }

    /// The first signal with an answer decides for each purpose.
    fn answer(&mut self, granted: Purposes, refused: Purposes, source: ConsentSource) {
        let answered = self.granted.union(self.refused);
        if answered.is_empty() && !granted.union(refused).is_empty() {
            self.source = source;
        }
        self.granted = self.granted.union(granted.difference(answered));
        self.refused = self.refused.union(refused.difference(answered));
    }

    /// Takes `purposes` out of a stored yes.
    fn withdraw(&mut self, mut choice: Choice, purposes: Purposes, catalogue: &Catalogue) {
        let withdrawn = choice.granted.intersection(purposes);
        let keeps = |(id, yes): &(VendorId, bool)| {
            let purpose = catalogue.vendor(*id).map(|vendor| vendor.purpose);
            !yes || !purpose.is_some_and(|purpose| purposes.contains(purpose))
        };
        if withdrawn.is_empty() && choice.vendors.iter().all(keeps) {
            return;
        }
        choice.granted = choice.granted.difference(withdrawn);
        choice.refused = choice.refused.union(withdrawn);
        choice.vendors.retain(keeps);
        self.granted = self.granted.difference(withdrawn);
        self.refused = self.refused.union(withdrawn);
        self.vendors.clone_from(&choice.vendors);
        self.source = ConsentSource::GlobalPrivacyControl;
        self.withdrawal = Some(choice);
    }

    /// Whether what the catalogue says of a cookie may pass.
    pub fn allows(&self, claim: Claim) -> bool {
        self.allows_vendor(claim.vendor, claim.purpose)
    }

    /// Whether `vendor` may do what it does for `purpose`.
    pub fn allows_vendor(&self, vendor: VendorId, purpose: Purpose) -> bool {
        purpose == Purpose::Necessary
            || self
                .vendor_answer(vendor)
                .unwrap_or_else(|| self.granted.contains(purpose))
    }

    /// The visitor's own answer for `vendor`, where it differs from the purpose's.
    pub fn vendor_answer(&self, vendor: VendorId) -> Option<bool> {
        self.vendors
            .iter()
            .find(|(id, _)| *id == vendor)
            .map(|(_, yes)| *yes)
    }

    /// Vendors with an answer of their own.
    pub fn vendors(&self) -> &[(VendorId, bool)] {
        &self.vendors
    }

    /// Purposes that may be served, `necessary` among them.
    pub fn granted(&self) -> Purposes {
        self.granted
    }

    /// Where consent to `purpose` stands.
    pub fn state(&self, purpose: Purpose) -> State {
        if self.granted.contains(purpose) {
            State::Granted
        } else if self.refused.contains(purpose) {
            State::Refused
        } else {
            State::NotAsked
        }
    }

    /// Who decided.
    pub fn source(&self) -> ConsentSource {
        self.source
    }

    /// Whether the browser sends `Sec-GPC: 1` and the operator honours it.
    pub fn gpc(&self) -> bool {
        self.gpc
    }

    /// The stored choice after `Sec-GPC` took a yes out of it; it is to be stored again.
    pub fn withdrawal(&self) -> Option<&Choice> {
        self.withdrawal.as_ref()
    }

    /// Whether the browser sent a `privet_consent` that could not be read or no longer holds.
    pub fn unreadable(&self) -> bool {
        self.unreadable
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
