//! Third parties: whose a URL, an inline script or a request is, and whether this visitor's browser
//! may have to do with them.

mod csp;
mod fields;
mod rules;

pub use csp::{KnownHost, Own, Violation, admit_own, admitting, nonce, policy_hosts, violations};
pub use rules::{AllowedCountry, ContentPolicy, Embeds, OnFailure, ThirdPartyRules, UnknownHosts};
