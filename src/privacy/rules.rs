//! What the operator decided about privacy: the rules that every other file here obeys.
//!
//! Plain data, made by `config::resolve` once nothing in `proxy.toml` is wrong, and by tests.
//! Holds no matchers: [`super::Catalogue`] and [`super::Policy`] compile them.

use std::{path::PathBuf, time::Duration};

use super::{
    consent::PlatformId,
    purpose::{Purpose, Purposes},
    third_parties::ThirdPartyRules,
};
use crate::privacy::field_value::FieldValue;

/// All rules of one site.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PolicyRules {
    /// The website's hosts: `www.example.com`, `*.example.com`, `*`.
    pub hosts: Vec<String>,
    /// Whether decisions on cookies and pages are carried out.
    pub mode: Mode,
    /// The rest of `[client_ip]`.
    pub address: AddressRule,
    /// `[consent]`.
    pub consent: ConsentRules,
    /// `[cookies]`.
    pub cookies: CookieRules,
    /// `[headers]`.
    pub headers: HeaderRules,
    /// `[third_parties]`.
    pub third_parties: ThirdPartyRules,
}

/// The rest of `[client_ip]`: how an address is minimised.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct AddressRule {
    /// What becomes of the address.
    pub method: AddressMethod,
    /// Bits of an IPv4 address that `truncate` keeps, 0 to 32.
    pub ipv4_prefix: u8,
    /// Bits of an IPv6 address that `truncate` keeps, 0 to 64.
    pub ipv6_prefix: u8,
    /// How long a pseudonym stays the same.
    pub pseudonym_rotation: Duration,
}

/// `client_ip.method`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum AddressMethod {
    /// Keep the first bits only.
    Truncate,
    /// A keyed pseudonym that changes with the rotation.
    Pseudonym,
    /// Nothing at all.
    Remove,
}

/// `mode`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// Carry decisions out.
    Enforce,
    /// Count and report what would be done to cookies and pages, change nothing of them.
    Observe,
}

/// `[consent]`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConsentRules {
    /// Signals in the order in which they are asked; the first that holds an answer decides.
    pub signals: Vec<Signal>,
    /// How consent platforms are read, where the operator says more than the default; one for each.
    pub platforms: Vec<PlatformRules>,
    /// Purposes granted before any choice; always holds `necessary`.
    pub default: Purposes,
    /// Purposes that `Sec-GPC: 1` refuses.
    pub gpc: Purposes,
    /// Purposes that `DNT: 1` refuses.
    pub dnt: Purposes,
    /// Version of the policy: 1 to 64 of `A-Z a-z 0-9 . _ -`.
    pub policy_version: String,
    /// How long a choice holds.
    pub lifetime: Duration,
    /// Accepted for later; the banner is not built yet.
    pub banner: bool,
    /// What browsers are told to clear when a consent is taken back.
    pub clear_site_data: Vec<SiteData>,
}

/// A kind of data that a website keeps in a browser (W3C, Clear Site Data §3.1), of those that can
/// be cleared with the choice still standing: not the cookies.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SiteData {
    /// What the browser cached.
    Cache,
    /// localStorage, IndexedDB, service workers and the like.
    Storage,
    /// Pages that are open are loaded again.
    ExecutionContexts,
}

impl SiteData {
    /// The name in the field, and in `consent.clear_site_data`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cache => "cache",
            Self::Storage => "storage",
            Self::ExecutionContexts => "executionContexts",
        }
    }
}

impl ConsentRules {
    /// Every signal that is asked, in order. What the browser says of itself comes last where
    /// `signals` gives it no place; what it refuses is up to `gpc` and `dnt`.
    pub fn asked(&self) -> Vec<Signal> {
        let browser = [Signal::Gpc, Signal::Dnt].into_iter();
        let last = browser.filter(|signal| !self.signals.contains(signal));
        self.signals.iter().copied().chain(last).collect()
    }
}

/// A way in which a visitor tells what they chose.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Signal {
    /// privet's own cookie, `privet_consent`.
    Privet,
    /// `Sec-GPC` (Global Privacy Control).
    Gpc,
    /// `DNT` (Do Not Track).
    Dnt,
    /// The cookies of a consent platform.
    Platform(PlatformId),
}

impl Signal {
    /// The name in `consent.signals`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Privet => "privet",
            Self::Gpc => "gpc",
            Self::Dnt => "dnt",
            Self::Platform(platform) => platform.name(),
        }
    }
}

/// `[consent.platform.NAME]`: what a platform's words mean on this website.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PlatformRules {
    /// Which platform.
    pub platform: PlatformId,
    /// What the website calls the platform's main cookie; `None` for its usual name.
    pub cookie: Option<String>,
    /// Purposes of groups or services, over the platform's own; of several for one purpose all
    /// must be granted.
    pub categories: Vec<(String, Purposes)>,
    /// Vendors of services, by the vendor's name.
    pub vendors: Vec<(String, String)>,
    /// Numbers of the TCF purposes (1 to 24) that a purpose needs, all of them; empty for platforms
    /// other than the TCF.
    pub numbers: Vec<(Purpose, Vec<u8>)>,
}

impl PlatformRules {
    /// The platform's own words.
    pub fn new(platform: PlatformId) -> Self {
        let numbers: &[(Purpose, &[u8])] = if matches!(platform.name(), "tcf" | "gpp") {
            &[
                (Purpose::Functional, &[1, 11]),
                (Purpose::Analytics, &[1, 8, 9]),
                (Purpose::Marketing, &[1, 3, 4, 7]),
                (Purpose::Media, &[1, 6]),
            ]
        } else {
            &[]
        };
        Self {
            platform,
            cookie: None,
            categories: Vec::new(),
            vendors: Vec::new(),
            numbers: numbers
                .iter()
                .map(|(purpose, numbers)| (*purpose, numbers.to_vec()))
                .collect(),
        }
    }
}

/// `[cookies]`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CookieRules {
    /// What becomes of cookies that no vendor claims.
    pub unknown: UnknownCookies,
    /// Whether every cookie gets `Secure`.
    pub secure: bool,
    /// `SameSite` for cookies whose website says none.
    pub same_site: SameSiteDefault,
    /// Cookie names whose attributes stay as the website set them.
    pub keep_same_site: Vec<String>,
    /// Longest life of any cookie.
    pub max_lifetime: Duration,
    /// Name patterns that are necessary, whatever the catalogue says.
    pub keep: Vec<String>,
    /// Whether refused cookies that the browser still holds are expired.
    pub evict: bool,
    /// Whether cookies that scripts set are set again with the lifetime promised for them.
    pub cap_script_set: bool,
}

/// `cookies.unknown`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum UnknownCookies {
    /// They pass.
    Keep,
    /// They pass, and live no longer than the browser's session.
    Session,
    /// They are removed.
    Strip,
}

/// `cookies.same_site`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SameSiteDefault {
    /// `SameSite=Lax`.
    Lax,
    /// `SameSite=Strict`.
    Strict,
    /// `SameSite=None`.
    None,
    /// Nothing is added.
    Leave,
}

/// `[headers]`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HeaderRules {
    /// `Referrer-Policy` where the website sends none; `None` for `"leave"`.
    pub referrer_policy: Option<FieldValue>,
    /// `Permissions-Policy` where the website sends none; `None` for `"leave"`.
    pub permissions_policy: Option<FieldValue>,
    /// Response fields that are never passed on, lower case.
    pub hide: Vec<http::HeaderName>,
}

/// A `[[vendor]]`, from the file or from the built-in catalogue (same form).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Vendor {
    /// Name, unique without regard to case; replaces the built-in entry of that name.
    pub name: String,
    /// What its cookies are for.
    pub purpose: Purpose,
    /// Country of its seat, ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// IAB Global Vendor List id.
    pub iab_vendor: Option<u16>,
    /// Cookies it sets on the website's own domain.
    pub cookies: Vec<VendorCookie>,
    /// Its hosts: exact, or `*.example.net`, each perhaps with a pattern of paths behind it:
    /// `www.example.net/maps/*`.
    pub hosts: Vec<String>,
    /// Paths under which this website serves it: exact, or with `*` as the last character.
    pub paths: Vec<String>,
    /// Its privacy policy.
    pub policy: Option<String>,
    /// By what else it is known.
    pub marks: VendorMarks,
}

/// By what a vendor is known in pages and requests, beside its cookies, hosts and paths.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct VendorMarks {
    /// Parts of its inline scripts, in their order, with `*` between them.
    pub snippets: Vec<String>,
    /// Its requests on the website's own hosts: a pattern of paths and, behind `?`, query parameters
    /// that must all be there: `*/g/collect?tid=G-*&cid=*`.
    pub disguises: Vec<String>,
    /// Parts of what it is sent, with `*` between them, in any order, by which content that goes to
    /// any path of the website is the vendor's: `idsite=*rec=1`.
    pub payloads: Vec<String>,
    /// Its click identifiers in the website's URLs: names of query parameters, with `*` for any
    /// characters, each perhaps with `=` and a pattern of values: `?` for a letter or digit, a last `*`
    /// for any more of them.
    pub parameters: Vec<String>,
    /// Whether it loads others, whichever the operator put into its container.
    pub tag_manager: bool,
    /// When it was last seen on the list of the EU-US Data Privacy Framework, as `2026-11`.
    pub adequate: Option<String>,
}

/// One cookie of a vendor.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VendorCookie {
    /// Name pattern: `*` stands for any run of characters, `#` for one digit or more, unless a `\`
    /// stands before it.
    pub name: String,
    /// Longest life that the vendor promises.
    pub max_lifetime: Option<Duration>,
}

/// A file of `[catalogue] files`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CookieList {
    /// Where it is.
    pub path: PathBuf,
    /// Its vendors, each with one purpose: what a platform has for another purpose is another one
    /// of the same name.
    pub vendors: Vec<Vendor>,
}
