//! The names of choices, in both directions: what `resolve` accepts is what `write` writes.

use crate::{
    config::options::{LogFormat, LogLevel, TlsVersion},
    privacy::{
        AddressMethod, ContentPolicy, Embeds, Mode, OnFailure, PlatformId, SameSiteDefault, Signal,
        SiteData, UnknownCookies, UnknownHosts,
    },
};

/// Names of `mode`.
pub(super) const MODES: &[(&str, Mode)] = &[("enforce", Mode::Enforce), ("observe", Mode::Observe)];

/// Names of `client_ip.method`.
pub(super) const ADDRESS_METHODS: &[(&str, AddressMethod)] = &[
    ("truncate", AddressMethod::Truncate),
    ("pseudonym", AddressMethod::Pseudonym),
    ("remove", AddressMethod::Remove),
];

/// `consent.signals` where the file says nothing.
pub(super) fn default_signals() -> impl Iterator<Item = Signal> {
    let platforms = PlatformId::all().map(Signal::Platform);
    [Signal::Privet].into_iter().chain(platforms)
}

/// Every signal that `consent.signals` may name.
pub(super) fn signals() -> impl Iterator<Item = Signal> {
    default_signals().chain([Signal::Gpc, Signal::Dnt])
}

/// What `consent.clear_site_data` may list.
pub(super) const SITE_DATA: &[SiteData] = &[
    SiteData::Cache,
    SiteData::Storage,
    SiteData::ExecutionContexts,
];

/// Names of `cookies.unknown`.
pub(super) const UNKNOWN_COOKIES: &[(&str, UnknownCookies)] = &[
    ("keep", UnknownCookies::Keep),
    ("session", UnknownCookies::Session),
    ("strip", UnknownCookies::Strip),
];

/// Names of `cookies.same_site`.
pub(super) const SAME_SITE: &[(&str, SameSiteDefault)] = &[
    ("lax", SameSiteDefault::Lax),
    ("strict", SameSiteDefault::Strict),
    ("none", SameSiteDefault::None),
    ("leave", SameSiteDefault::Leave),
];

/// Names of `third_parties.embeds`.
pub(super) const EMBEDS: &[(&str, Embeds)] = &[
    ("click", Embeds::Click),
    ("remove", Embeds::Remove),
    ("leave", Embeds::Leave),
];

/// Names of `third_parties.unknown_hosts`.
pub(super) const UNKNOWN_HOSTS: &[(&str, UnknownHosts)] =
    &[("leave", UnknownHosts::Leave), ("gate", UnknownHosts::Gate)];

/// Names of `third_parties.csp`.
pub(super) const CONTENT_POLICIES: &[(&str, ContentPolicy)] = &[
    ("off", ContentPolicy::Off),
    ("report", ContentPolicy::Report),
    ("enforce", ContentPolicy::Enforce),
];

/// Names of `third_parties.fail`.
pub(super) const ON_FAILURE: &[(&str, OnFailure)] =
    &[("closed", OnFailure::Closed), ("open", OnFailure::Open)];

/// Names of `tls.min_version`.
pub(super) const TLS_VERSIONS: &[(&str, TlsVersion)] =
    &[("1.2", TlsVersion::V1_2), ("1.3", TlsVersion::V1_3)];

/// Names of `log.level`.
pub(super) const LOG_LEVELS: &[(&str, LogLevel)] = &[
    ("error", LogLevel::Error),
    ("warn", LogLevel::Warn),
    ("info", LogLevel::Info),
    ("debug", LogLevel::Debug),
    ("trace", LogLevel::Trace),
];

/// Names of `log.format`.
pub(super) const LOG_FORMATS: &[(&str, LogFormat)] =
    &[("json", LogFormat::Json), ("combined", LogFormat::Combined)];

/// The name of `value`. Each table names every choice; a test writes and reads them all.
fn name<T: PartialEq>(names: &[(&'static str, T)], value: &T) -> &'static str {
    names
        .iter()
        .find(|(_, named)| named == value)
        .map_or("", |(name, _)| name)
}

pub(in crate::config) fn mode(value: Mode) -> &'static str {
    name(MODES, &value)
}

pub(in crate::config) fn address_method(value: AddressMethod) -> &'static str {
    name(ADDRESS_METHODS, &value)
}

pub(in crate::config) fn unknown_cookies(value: UnknownCookies) -> &'static str {
    name(UNKNOWN_COOKIES, &value)
}

pub(in crate::config) fn same_site(value: SameSiteDefault) -> &'static str {
    name(SAME_SITE, &value)
}

pub(in crate::config) fn embeds(value: Embeds) -> &'static str {
    name(EMBEDS, &value)
}

pub(in crate::config) fn unknown_hosts(value: UnknownHosts) -> &'static str {
    name(UNKNOWN_HOSTS, &value)
}

pub(in crate::config) fn content_policy(value: ContentPolicy) -> &'static str {
    name(CONTENT_POLICIES, &value)
}

pub(in crate::config) fn on_failure(value: OnFailure) -> &'static str {
    name(ON_FAILURE, &value)
}

pub(in crate::config) fn tls_version(value: TlsVersion) -> &'static str {
    name(TLS_VERSIONS, &value)
}

pub(in crate::config) fn log_level(value: LogLevel) -> &'static str {
    name(LOG_LEVELS, &value)
}

pub(in crate::config) fn log_format(value: LogFormat) -> &'static str {
    name(LOG_FORMATS, &value)
}
