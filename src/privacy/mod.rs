//! What may be known of a visitor, and what may pass: every privacy decision, pure.
//!
//! Bytes, fields, time and keys come in as arguments; nothing here reads a clock, a file, a socket
//! or a random source, and nothing here uses another room. [`minimise_request`] is the only maker
//! of [`OriginRequest`], and `upstream` sends nothing else.
//!
//! In the order of the flow: [`TrustedProxies`] tells whose request it is, [`Consent`] what the
//! visitor said, [`Policy`] what the operator said, [`Catalogue`] whose cookie it is.

mod address;
mod address_fields;
mod catalogue;
pub mod centre;
mod charset_label;
mod client_ip;
mod consent;
mod content_coding;
mod cookies;
mod destination;
mod field_lines;
mod field_value;
mod fields;
pub mod html;
pub mod ledger;
mod page_type;
mod pattern;
mod patterns;
mod policy;
mod purpose;
mod relocate;
mod request;
mod response;
mod roster;
mod rules;
mod third_parties;
mod validators;

/// The vendors that privet knows, as TOML in the form of `[[vendor]]`.
pub const BUILT_IN_CATALOGUE: &str = concat!(
    include_str!("catalogue.toml"),
    include_str!("catalogue/analytics.toml"),
    include_str!("catalogue/functional.toml"),
    include_str!("catalogue/marketing.toml"),
    include_str!("catalogue/media.toml"),
    include_str!("catalogue/necessary.toml"),
);

pub use address::{ClientAddr, MinimisedAddr, PseudonymKey, PseudonymReader};
pub use catalogue::{Catalogue, Claim, Origin, VendorId, slug};
pub use charset_label::{PRESCANNED, declared_charset};
pub use client_ip::{Derived, TrustedProxies};
pub use consent::{
    Answer, Answers, CONSENT_COOKIE, Choice, Consent, ConsentPolicy, ConsentSource, MIRROR_COOKIE,
    Outcome, PlatformId, PlatformReading, SERVICE_ALIASES, State, consent_id,
};
pub use content_coding::{ContentCoding, UnknownCoding};
pub use cookies::{
    CAPPED_COOKIE, CookieDecision, CookieMemory, CookiePair, Evictions, Reissues, cookie_name,
    evictions, imf_fixdate, pairs, request_pairs,
};
pub use destination::Destination;
pub use field_lines::FieldLines;
pub use field_value::{FieldValue, InvalidFieldValue};
pub(crate) use fields::is_connection_specific;
pub use fields::{Removal, removal};
pub use html::Syntax;
pub use page_type::PageType;
pub(crate) use pattern::exactly;
pub use policy::{Policy, Stripped, Verdict, is_own_cookie};
pub use purpose::{Purpose, Purposes};
pub use request::{
    ClientRequest, Content, OriginRequest, minimise_request, minimise_response_trailers,
    minimise_trailers,
};
pub use response::{ResponseContext, add_reissues, add_security_fields, minimise_response};
pub use rules::{
    AddressMethod, AddressRule, ConsentRules, CookieList, CookieRules, HeaderRules, Mode,
    PlatformRules, PolicyRules, SameSiteDefault, Signal, SiteData, UnknownCookies, Vendor,
    VendorCookie, VendorMarks,
};
pub use third_parties::{
    AdequacyDecision, AllowedCountry, ContentPolicy, Embeds, KnownHost, OnFailure, Own,
    PageContext, PageGate, SeenHosts, ThirdPartyRules, TransferBasis, UnknownHosts, Unreadable,
    Violation, admit_own, admitting, gate_page, nonce, policy_hosts, transfer_basis, violations,
};
pub use validators::{ConsentTag, bind_to_consent, drop_digests};
