//! Third parties: whose a URL, an inline script or a request is, and whether this visitor's browser
//! may have to do with them.
//!
//! [`PageGate`] makes the elements of a page inert that belong to refused vendors. In the order of its
//! flow: `elements` tells what of an element makes a browser fetch; `srcset`, `css` and `refresh` find
//! the URLs in it; `url`, `data_url` and `host` read them, `nested` pages in them; `hosts`, `snippets` and
//! `loading` know whose they are; `judge` decides, `refused` on whole attributes, and of long scripts and
//! styles part by part in `held`; `inert` and `embed` say what becomes of the element, `insert` and
//! `own_scripts` which scripts of privet's own the page needs.

mod click_identifiers;
mod countries;
mod csp;
mod css;
mod css_escape;
mod data_url;
mod disguise;
mod disguised_cookies;
mod elements;
mod embed;
mod fields;
mod gate;
mod held;
mod host;
mod hosts;
mod inert;
mod insert;
mod judge;
mod loading;
mod nested;
mod own_scripts;
mod page;
mod payloads;
mod permission;
mod progress;
mod query;
mod refresh;
mod refused;
mod rules;
mod script_kind;
mod seen;
mod snippets;
mod srcset;
mod state;
mod url;
mod wildcard;

pub use countries::{AdequacyDecision, TransferBasis, transfer_basis};

pub use csp::{KnownHost, Own, Violation, admit_own, admitting, nonce, policy_hosts, violations};

pub(super) use click_identifiers::ClickIdentifiers;
pub(super) use countries::is_allowed;
pub(super) use disguise::Disguises;
pub(super) use disguised_cookies::DisguisedCookies;
pub(super) use payloads::Payloads;
#[cfg(test)]
mod gate_tests;
#[cfg(test)]
mod held_tests;
#[cfg(test)]
mod insert_tests;
#[cfg(test)]
mod nested_tests;
#[cfg(test)]
mod test_pages;

pub(super) use hosts::HostTable;
pub(super) use insert::may_need_mirror;
pub use page::{PageContext, PageGate, Unreadable, gate_page};
pub use rules::{AllowedCountry, ContentPolicy, Embeds, OnFailure, ThirdPartyRules, UnknownHosts};
pub use seen::SeenHosts;
pub(super) use snippets::SnippetTable;
