//! Third parties: whose a URL, an inline script or a request is, and whether this visitor's browser
//! may have to do with them.

mod rules;

pub use rules::{AllowedCountry, ContentPolicy, Embeds, OnFailure, ThirdPartyRules, UnknownHosts};
