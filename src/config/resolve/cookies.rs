//! `[cookies]`: what becomes of cookies that no vendor claims, and of every cookie's attributes.

use super::{
    bounds::{DAY, LONG, SECOND, seconds_within},
    names::{SAME_SITE, UNKNOWN_COOKIES},
};
use crate::{
    config::{
        node::Node,
        problem::Problem,
        section::{Keys, Section},
    },
    privacy::{CookieRules, SameSiteDefault, UnknownCookies},
};

pub(super) const KEYS: Keys = Keys {
    allowed: &[
        "unknown",
        "secure",
        "same_site",
        "keep_same_site",
        "max_lifetime",
        "keep",
        "evict",
        "cap_script_set",
    ],
    later: &[],
    top_level: &[],
};

const NAMES: &str = "a list of cookie names, such as [\"sid\", \"cart_*\"]";
const PATTERN: &str =
    "a cookie name, where \"*\" stands for any characters and \"#\" for digits, such as \"_xm_*\"";

pub(super) fn default() -> CookieRules {
    CookieRules {
        unknown: UnknownCookies::Keep,
        secure: true,
        same_site: SameSiteDefault::Lax,
        keep_same_site: Vec::new(),
        max_lifetime: DAY * 400,
        keep: Vec::new(),
        evict: true,
        cap_script_set: false,
    }
}

/// The rules; `base` where the section says nothing.
pub(super) fn cookies(section: Option<&Section<'_>>, base: &CookieRules) -> CookieRules {
    let get = |key: &str| section.and_then(|section| section.get(key));
    let keep = get("keep").and_then(|node| node.list(NAMES, pattern));
    let keep_same_site =
        get("keep_same_site").and_then(|node| node.list("a list of cookie names", exact));
    let rules = CookieRules {
        unknown: get("unknown")
            .and_then(|node| node.choice(UNKNOWN_COOKIES))
            .unwrap_or(base.unknown),
        secure: get("secure")
            .and_then(|node| node.boolean())
            .unwrap_or(base.secure),
        same_site: get("same_site")
            .and_then(|node| node.choice(SAME_SITE))
            .unwrap_or(base.same_site),
        keep_same_site: keep_same_site.unwrap_or_else(|| base.keep_same_site.clone()),
        max_lifetime: get("max_lifetime")
            .and_then(|node| seconds_within(&node, SECOND, LONG))
            .unwrap_or(base.max_lifetime),
        keep: keep.unwrap_or_else(|| base.keep.clone()),
        evict: get("evict")
            .and_then(|node| node.boolean())
            .unwrap_or(base.evict),
        cap_script_set: get("cap_script_set")
            .and_then(|node| node.boolean())
            .unwrap_or(base.cap_script_set),
    };
    // RFC 6265bis §4.1.2.7: browsers refuse such cookies altogether.
    if rules.same_site == SameSiteDefault::None
        && !rules.secure
        && let Some(node) = get("same_site").or_else(|| get("secure"))
    {
        let problem = Problem::error(
            "same_site = \"none\" with secure = false makes cookies that browsers refuse",
        );
        node.report(problem.expecting("secure = true, or another same_site"));
    }
    rules
}

/// The name of one cookie. A cookie may really be named `a*`, but nobody who writes it here means
/// that.
pub(super) fn exact(node: &Node<'_>) -> Option<String> {
    let name = pattern(node)?;
    if !name.contains(['*', '#']) {
        return Some(name);
    }
    let problem = Problem::error("names one cookie, so \"*\" and \"#\" can't stand in it");
    node.report(problem.expecting("the cookie's whole name, such as \"sid\""));
    None
}

/// A pattern of cookie names.
pub(super) fn pattern(node: &Node<'_>) -> Option<String> {
    node.parsed(PATTERN, |text| {
        let wildcards = text
            .bytes()
            .filter(|byte| matches!(byte, b'*' | b'#'))
            .count();
        if text.is_empty() {
            Err(Problem::error("is empty"))
        } else if let Some(character) = text.chars().find(|character| !is_token(*character)) {
            Err(Problem::error(format!(
                "holds {character:?}, which no cookie name can"
            )))
        } else if wildcards == text.len() {
            Err(Problem::error("would match every cookie"))
        } else {
            Ok(text.to_owned())
        }
    })
}

/// RFC 9110 §5.6.2.
fn is_token(character: char) -> bool {
    character.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(character)
}
