//! `[third_parties]`: what the operator decided about other companies in the website's pages.

/// `[third_parties]`. Plain data, made by `config::resolve`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ThirdPartyRules {
    /// Whether scripts, pixels, embeds and preloads without consent are made inert.
    pub gate: bool,
    /// What becomes of embeds without consent.
    pub embeds: Embeds,
    /// What becomes of third parties that no vendor claims.
    pub unknown_hosts: UnknownHosts,
    /// Where vendors may have their seat; `None` for anywhere. Others are refused whatever the
    /// consent.
    pub allowed_countries: Option<Vec<AllowedCountry>>,
    /// The `Content-Security-Policy` that privet sends.
    pub content_policy: ContentPolicy,
    /// Hosts that the enforced policy always lets pages contact: `cdn.example.net`, `*.example.net`.
    pub csp_hosts: Vec<String>,
    /// Whether tag managers honour Google consent mode, so that they may run with consent to some
    /// purposes only.
    pub consent_mode: bool,
    /// Whether click identifiers of vendors without consent are taken from requests.
    pub strip_click_identifiers: bool,
    /// What becomes of the rest of a page that can't be read.
    pub on_failure: OnFailure,
}

impl Default for ThirdPartyRules {
    fn default() -> Self {
        Self {
            gate: true,
            embeds: Embeds::Click,
            unknown_hosts: UnknownHosts::Leave,
            allowed_countries: None,
            content_policy: ContentPolicy::Off,
            csp_hosts: Vec::new(),
            consent_mode: false,
            strip_click_identifiers: true,
            on_failure: OnFailure::Closed,
        }
    }
}

/// `third_parties.embeds`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Embeds {
    /// A placeholder with a button stands in.
    Click,
    /// They are taken out of the page.
    Remove,
    /// They are left as they are.
    Leave,
}

/// `third_parties.unknown_hosts`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum UnknownHosts {
    /// Pages may contact them.
    Leave,
    /// They are gated as marketing is.
    Gate,
}

/// One entry of `third_parties.allowed_countries`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum AllowedCountry {
    /// `"EEA"`: the European Economic Area.
    Eea,
    /// `"adequate"`: countries, and vendors in the US, with a decision under GDPR Art. 45.
    Adequate,
    /// A country, ISO 3166-1 alpha-2.
    Country(String),
}

/// `third_parties.csp`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ContentPolicy {
    /// None is sent.
    Off,
    /// One that only makes browsers report.
    Report,
    /// One that browsers enforce.
    Enforce,
}

/// `third_parties.fail`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OnFailure {
    /// The rest of the page is not sent.
    Closed,
    /// The rest of the page is sent as it is.
    Open,
}
