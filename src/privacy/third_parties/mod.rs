//! Third parties: whose a URL, an inline script or a request is, and whether this visitor's browser
//! may have to do with them.

#![allow(dead_code, reason = "the gate that uses them comes next")]

mod css;
mod elements;
mod host;
mod hosts;
mod loading;
mod refresh;
mod rules;
mod script_kind;
mod snippets;
mod srcset;
mod url;
mod wildcard;

pub(super) use hosts::HostTable;
pub use rules::{AllowedCountry, ContentPolicy, Embeds, OnFailure, ThirdPartyRules, UnknownHosts};
pub(super) use snippets::SnippetTable;
