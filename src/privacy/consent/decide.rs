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
    policy::{ConsentPolicy, Reader},
    signals::{self, Outcome, PlatformId, Reading},
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
    /// A consent platform.
    Platform(PlatformId),
    /// Nobody: the operator's default.
    Default,
}

impl ConsentSource {
    /// The name in `GET /.privet/consent`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Choice => "privet",
            Self::GlobalPrivacyControl => "gpc",
            Self::DoNotTrack => "dnt",
            Self::Platform(platform) => platform.name(),
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
    /// Who decided on which purposes, in the order in which they were asked.
    sources: Vec<(ConsentSource, Purposes)>,
    gpc: bool,
    withdrawal: Option<Choice>,
    unreadable: bool,
}

impl Consent {
    /// Reads every signal of a request. `now` is in seconds since 1970.
    pub fn read(fields: &FieldLines, policy: &ConsentPolicy, now: i64) -> Self {
        let mut consent = Self {
            granted: Purposes::NONE,
            refused: Purposes::NONE,
            vendors: Vec::new(),
            sources: Vec::new(),
            gpc: false,
            withdrawal: None,
            unreadable: false,
        };
        let jar = policy.jar(fields);
        let mut stored = None;
        for reader in &policy.readers {
            match reader {
                Reader::Privet => {
                    let (choice, unreadable) = signals::stored_choice(fields, policy, now);
                    consent.unreadable |= unreadable;
                    if let Some(choice) = choice {
                        let reading = choice.reading();
                        consent.answer(&reading, choice.source(), policy.catalogue());
                        stored = Some(choice);
                    }
                }
                Reader::Gpc => {
                    consent.gpc = signals::global_privacy_control(fields);
                    if consent.gpc {
                        let refused = Reading::refusing(policy.rules().gpc);
                        let source = ConsentSource::GlobalPrivacyControl;
                        consent.answer(&refused, source, policy.catalogue());
                    }
                }
                Reader::Dnt => {
                    if signals::do_not_track(fields) {
                        let refused = Reading::refusing(policy.rules().dnt);
                        let source = ConsentSource::DoNotTrack;
                        consent.answer(&refused, source, policy.catalogue());
                    }
                }
                Reader::Platform(reader) if !jar.is_empty() => match reader.read(&jar, now) {
                    Outcome::Answered(answers) => {
                        let reading = reader.mapping.apply(&answers, policy.catalogue());
                        let source = ConsentSource::Platform(reader.platform);
                        consent.answer(&reading, source, policy.catalogue());
                    }
                    Outcome::Unreadable(_) => consent.unreadable = true,
                    Outcome::Absent | Outcome::Unanswered(_) => {}
                },
                Reader::Platform(_) => {}
            }
        }
        if consent.gpc && stored.as_ref().is_none_or(|choice| !choice.told_of_gpc) {
            consent.withdraw(stored, policy, now);
        }
        let unanswered = policy.rules().default.difference(consent.refused);
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
            sources: vec![(ConsentSource::Choice, choice.granted.union(choice.refused))],
            gpc,
            withdrawal: None,
            unreadable: false,
        }
    }

    /// The first signal with an answer decides for each purpose, and for its vendors.
    fn answer(&mut self, reading: &Reading, source: ConsentSource, catalogue: &Catalogue) {
        let answered = self.granted.union(self.refused);
        let granted = reading.granted.difference(answered);
        let refused = reading.refused.difference(answered);
        let before = self.vendors.len();
        for (id, yes) in &reading.vendors {
            let purpose = catalogue.vendor(*id).map(|vendor| vendor.purpose);
            if purpose.is_some_and(|purpose| !answered.contains(purpose))
                && self.vendor_answer(*id).is_none()
            {
                self.vendors.push((*id, *yes));
            }
        }
        if !granted.union(refused).is_empty() || self.vendors.len() > before {
            self.sources.push((source, granted.union(refused)));
        }
        self.granted = self.granted.union(granted);
        self.refused = self.refused.union(refused);
    }

    /// Takes what `Sec-GPC` refuses out of a stored yes, privet's own or a platform's; what is left
    /// is to be stored, so that the signal's absence later brings nothing back.
    fn withdraw(&mut self, stored: Option<Choice>, policy: &ConsentPolicy, now: i64) {
        let purposes = policy.rules().gpc;
        let withdrawn = self.granted.intersection(purposes);
        let keeps = |(id, yes): &(VendorId, bool)| {
            let purpose = policy.catalogue().vendor(*id).map(|vendor| vendor.purpose);
            !yes || !purpose.is_some_and(|purpose| purposes.contains(purpose))
        };
        if withdrawn.is_empty() && self.vendors.iter().all(keeps) {
            return;
        }
        self.granted = self.granted.difference(withdrawn);
        self.refused = self.refused.union(withdrawn);
        self.vendors.retain(keeps);
        for (_, decided) in &mut self.sources {
            *decided = decided.difference(withdrawn);
        }
        let source = ConsentSource::GlobalPrivacyControl;
        self.sources.insert(0, (source, withdrawn));
        let mut choice = stored.unwrap_or_else(|| Choice::opt_out(now));
        choice.granted = choice.granted.difference(purposes);
        choice.refused = choice.refused.union(purposes);
        choice.vendors.retain(keeps);
        self.withdrawal = policy
            .rules()
            .signals
            .contains(&Signal::Privet)
            .then_some(choice);
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

    /// The visitor's stored choice with a yes to `vendors` besides, and what holds then. All other
    /// answers stay as they are, and what nobody asked stays open.
    pub fn adding(
        &self,
        vendors: &[VendorId],
        fields: &FieldLines,
        policy: &ConsentPolicy,
        now: i64,
    ) -> (Choice, Self) {
        let stored = || signals::stored_choice(fields, policy, now).0;
        let choice = self.withdrawal.clone().or_else(stored);
        let mut choice = choice.unwrap_or_else(|| Choice::opt_out(now));
        choice.is_opt_out = false;
        let mut consent = self.clone();
        for answers in [&mut choice.vendors, &mut consent.vendors] {
            answers.retain(|(id, _)| !vendors.contains(id));
            answers.extend(vendors.iter().map(|id| (*id, true)));
        }
        (choice, consent)
    }

    /// Supposes a yes to `vendor`, or to whatever purpose stands for those that nobody knows.
    pub(in crate::privacy) fn suppose(&mut self, vendor: Option<VendorId>) {
        match vendor {
            Some(vendor) => {
                self.vendors.retain(|(id, _)| *id != vendor);
                self.vendors.push((vendor, true));
            }
            None => self.granted = self.granted.with(Purpose::UNKNOWN_HOSTS),
        }
    }

    /// Whether it grants less than `before` did: to a purpose, or to a vendor.
    pub fn takes_back(&self, before: &Self, catalogue: &Catalogue) -> bool {
        let allowed = |consent: &Self, id| {
            let vendor = catalogue.vendor(id);
            vendor.is_some_and(|vendor| consent.allows_vendor(id, vendor.purpose))
        };
        let answered = before.vendors.iter().chain(&self.vendors);
        !before.granted.difference(self.granted).is_empty()
            || answered
                .map(|(id, _)| *id)
                .any(|id| allowed(before, id) && !allowed(self, id))
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

    /// Who decided first.
    pub fn source(&self) -> ConsentSource {
        let first = self.sources.first();
        first.map_or(ConsentSource::Default, |(source, _)| *source)
    }

    /// Who decided on `purpose`.
    pub fn source_of(&self, purpose: Purpose) -> ConsentSource {
        let mut sources = self.sources.iter();
        let decided = sources.find(|(_, purposes)| purposes.contains(purpose));
        decided.map_or(ConsentSource::Default, |(source, _)| *source)
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
