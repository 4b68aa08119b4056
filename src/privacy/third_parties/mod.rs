//! Third parties: whose a URL, an inline script or a request is, and whether this visitor's browser
//! may have to do with them.

mod gate;
mod rules;

pub use gate::{PageContext, PageGate, Syntax, Unreadable};
pub use rules::{AllowedCountry, ContentPolicy, Embeds, OnFailure, ThirdPartyRules, UnknownHosts};
