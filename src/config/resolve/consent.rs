//! `[consent]`: which signals are asked, what holds before any choice, how long a choice holds.
//!
//! GDPR Art. 6(1)(a) and 7; ePrivacy Art. 5(3).

use super::{
    bounds::{DAY, SECOND, seconds_within},
    names::{SITE_DATA, default_signals, signals},
    platform::{KnownVendors, platforms},
};
use crate::{
    config::{
        mistake::nearest,
        node::{Node, one_of},
        problem::Problem,
        section::{Keys, Section},
    },
    privacy::{ConsentRules, Purpose, Purposes, Signal, SiteData},
};

pub(super) const KEYS: Keys = Keys {
    allowed: &[
        "signals",
        "default",
        "gpc",
        "dnt",
        "policy_version",
        "lifetime",
        "banner",
        "clear_site_data",
        "platform",
    ],
    later: &[],
    top_level: &[],
};

pub(super) fn default() -> ConsentRules {
    ConsentRules {
        signals: default_signals().collect(),
        platforms: Vec::new(),
        default: Purposes::NECESSARY,
        gpc: Purposes::NONE.with(Purpose::Marketing),
        dnt: Purposes::NONE
            .with(Purpose::Analytics)
            .with(Purpose::Marketing),
        policy_version: "1".to_owned(),
        lifetime: DAY * 180,
        banner: true,
        clear_site_data: Vec::new(),
    }
}

/// The rules; `base` where the section says nothing.
pub(super) fn consent(
    section: Option<&Section<'_>>,
    base: &ConsentRules,
    known: &KnownVendors<'_>,
) -> ConsentRules {
    let get = |key: &str| section.and_then(|section| section.get(key));
    let asked = get("signals").and_then(|node| node.full_list("a list of signals", signal));
    let default = get("default").and_then(|node| purposes(&node, |_, _| true));
    if let Some(node) =
        get("default").filter(|_| default.is_some_and(|set| set.contains(Purpose::Marketing)))
    {
        let problem = Problem::warning(
            "grants marketing before any choice, which consent under GDPR Art. 7 does not cover",
        );
        node.report(
            problem.expecting("[\"necessary\"], unless no law of the visitors' asks for consent"),
        );
    }
    let refused = |key| get(key).and_then(|node| purposes(&node, can_be_refused));
    let version = get("policy_version").and_then(|node| node.parsed(VERSION, version));
    // Browsers keep no cookie for longer, so no choice could hold for longer.
    let lifetime = get("lifetime").and_then(|node| seconds_within(&node, SECOND, DAY * 400));
    let clear = get("clear_site_data")
        .and_then(|node| node.list("a list, such as [\"cache\", \"storage\"]", site_data));
    ConsentRules {
        signals: asked.unwrap_or_else(|| base.signals.clone()),
        platforms: platforms(get("platform").as_ref(), &base.platforms, known),
        default: default.map_or(base.default, |set| set.union(Purposes::NECESSARY)),
        gpc: refused("gpc").unwrap_or(base.gpc),
        dnt: refused("dnt").unwrap_or(base.dnt),
        policy_version: version.unwrap_or_else(|| base.policy_version.clone()),
        lifetime: lifetime.unwrap_or(base.lifetime),
        banner: get("banner")
            .and_then(|node| node.boolean())
            .unwrap_or(base.banner),
        clear_site_data: clear.unwrap_or_else(|| base.clear_site_data.clone()),
    }
}

fn signal(node: &Node<'_>) -> Option<Signal> {
    let names: Vec<&str> = signals().map(Signal::name).collect();
    node.parsed(&one_of(&names), |text| {
        signals()
            .find(|signal| signal.name() == text)
            .ok_or_else(|| {
                Problem::error("is not a signal").meant(nearest(text, names.iter().copied()))
            })
    })
}

/// One kind of data. `Clear-Site-Data` can't leave a cookie out, so with `"cookies"` it would take
/// the choice itself and the visitor's session.
fn site_data(node: &Node<'_>) -> Option<SiteData> {
    let names: Vec<&str> = SITE_DATA.iter().map(|data| data.name()).collect();
    node.parsed(&one_of(&names), |text| {
        let found = SITE_DATA.iter().find(|data| data.name() == text);
        found.copied().ok_or_else(|| match text {
            "cookies" => Problem::error(
                "would sign the visitor out and clear the choice itself; cookies.evict expires the \
                 refused ones",
            ),
            _ => Problem::error("is no data that browsers clear")
                .meant(nearest(text, names.iter().copied())),
        })
    })
}

/// One purpose.
pub(super) fn purpose(node: &Node<'_>) -> Option<Purpose> {
    let names = Purpose::ALL.map(Purpose::name);
    node.parsed(&one_of(&names), |text| {
        Purpose::from_name(text)
            .ok_or_else(|| Problem::error("is not a purpose").meant(nearest(text, names)))
    })
}

fn purposes(node: &Node<'_>, check: fn(&Node<'_>, Purpose) -> bool) -> Option<Purposes> {
    let list = node.list("a list of purposes", |item| {
        purpose(item).filter(|purpose| check(item, *purpose))
    });
    list.map(Purposes::from_iter)
}

fn can_be_refused(node: &Node<'_>, purpose: Purpose) -> bool {
    if purpose == Purpose::Necessary {
        node.report(Problem::error(
            "\"necessary\" needs no consent, so it can't be refused",
        ));
    }
    purpose != Purpose::Necessary
}

const VERSION: &str = "1 to 64 of the characters A-Z a-z 0-9 . _ -";

fn version(text: &str) -> Result<String, Problem> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if (1..=64).contains(&text.len()) && text.bytes().all(fits) {
        return Ok(text.to_owned());
    }
    Err(Problem::error("is not a version"))
}
