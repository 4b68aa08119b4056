//! Third parties: whose a URL, an inline script or a request is, and whether this visitor's browser
//! may have to do with them.

mod csp;
mod fields;
mod rules;

pub use csp::{KnownHost, Own, Violation, admitting, nonce, violations};
pub use fields::without_refused;
pub use rules::{AllowedCountry, ContentPolicy, Embeds, OnFailure, ThirdPartyRules, UnknownHosts};
