//! `[third_parties]`: scripts, pixels and embeds of other companies in the website's pages.

use super::{
    names::{CONTENT_POLICIES, EMBEDS, ON_FAILURE, UNKNOWN_HOSTS},
    vendor::country_code,
};
use crate::{
    config::{
        node::Node,
        problem::Problem,
        section::{Keys, Section},
    },
    privacy::{AllowedCountry, ThirdPartyRules},
};

pub(super) const KEYS: Keys = Keys {
    allowed: &[
        "gate",
        "embeds",
        "unknown_hosts",
        "allowed_countries",
        "csp",
        "csp_hosts",
        "consent_mode",
        "strip_click_identifiers",
        "fail",
    ],
    later: &[],
    top_level: &[],
};

const COUNTRIES: &str = "\"EEA\", \"adequate\" or two capital letters (ISO 3166-1), such as [\"EEA\", \"adequate\", \"US\"]";

/// The rules; `base` where the section says nothing.
pub(super) fn third_parties(
    section: Option<&Section<'_>>,
    base: &ThirdPartyRules,
) -> ThirdPartyRules {
    let get = |key: &str| section.and_then(|section| section.get(key));
    let flag = |key: &str, base: bool| get(key).and_then(|node| node.boolean()).unwrap_or(base);
    let allowed_countries = get("allowed_countries").map(|node| countries(&node));
    let csp_hosts =
        get("csp_hosts").and_then(|node| node.list("a list of hosts", super::vendor::plain_host));
    ThirdPartyRules {
        gate: flag("gate", base.gate),
        embeds: get("embeds")
            .and_then(|node| node.choice(EMBEDS))
            .unwrap_or(base.embeds),
        unknown_hosts: get("unknown_hosts")
            .and_then(|node| node.choice(UNKNOWN_HOSTS))
            .unwrap_or(base.unknown_hosts),
        allowed_countries: allowed_countries.unwrap_or_else(|| base.allowed_countries.clone()),
        content_policy: get("csp")
            .and_then(|node| node.choice(CONTENT_POLICIES))
            .unwrap_or(base.content_policy),
        csp_hosts: csp_hosts.unwrap_or_else(|| base.csp_hosts.clone()),
        consent_mode: flag("consent_mode", base.consent_mode),
        strip_click_identifiers: flag("strip_click_identifiers", base.strip_click_identifiers),
        on_failure: get("fail")
            .and_then(|node| node.choice(ON_FAILURE))
            .unwrap_or(base.on_failure),
    }
}

/// A list, or `"any"`, which undoes for one site what the file says for all.
fn countries(node: &Node<'_>) -> Option<Vec<AllowedCountry>> {
    if node.quiet_text().is_some_and(|text| text == "any") {
        return None;
    }
    let expected = "\"any\", or a list such as [\"EEA\", \"adequate\"]";
    if node.is_empty() {
        let problem = Problem::error("is empty: every vendor would be refused");
        node.report(problem.expecting(expected));
    }
    Some(node.list(expected, country).unwrap_or_default())
}

fn country(node: &Node<'_>) -> Option<AllowedCountry> {
    node.parsed(COUNTRIES, |text| match text {
        "EEA" => Ok(AllowedCountry::Eea),
        "adequate" => Ok(AllowedCountry::Adequate),
        "EU" => Err(Problem::error("is not a country code").meant(Some("EEA"))),
        code => country_code(code).map(AllowedCountry::Country),
    })
}
