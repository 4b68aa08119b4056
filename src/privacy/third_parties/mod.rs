//! Third parties: whose a URL, an inline script or a request is, and whether this visitor's browser
//! may have to do with them.

mod click_identifiers;
mod countries;
mod csp;
mod disguise;
mod disguised_cookies;
mod fields;
mod gate;
mod payloads;
mod query;
mod rules;

pub use countries::{AdequacyDecision, TransferBasis, transfer_basis};

pub use csp::{KnownHost, Own, Violation, admit_own, admitting, nonce, policy_hosts, violations};
pub use gate::{PageContext, PageGate, Syntax, Unreadable};
pub use rules::{AllowedCountry, ContentPolicy, Embeds, OnFailure, ThirdPartyRules, UnknownHosts};

pub(super) use click_identifiers::ClickIdentifiers;
pub(super) use countries::is_allowed;
pub(super) use disguise::Disguises;
pub(super) use disguised_cookies::DisguisedCookies;
pub(super) use payloads::Payloads;
