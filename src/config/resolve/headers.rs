//! `[headers]`: response fields that are added where the website says nothing, and those that are
//! never passed on.

use http::HeaderName;

use crate::privacy::FieldValue;
use crate::{
    config::{
        mistake::nearest,
        node::{Node, one_of},
        problem::Problem,
        section::{Keys, Section},
    },
    privacy::HeaderRules,
};

pub(super) const KEYS: Keys = Keys {
    allowed: &["referrer_policy", "permissions_policy", "hide"],
    later: &[],
    top_level: &[],
};

/// Advertising interfaces of browsers, all off.
const PERMISSIONS: &str = "browsing-topics=(), attribution-reporting=(), join-ad-interest-group=(), \
    run-ad-auction=(), private-state-token-issuance=(), private-state-token-redemption=()";

/// Fields that tell attackers and nobody else what the website runs on.
const HIDDEN: &[&str] = &[
    "server",
    "x-powered-by",
    "x-aspnet-version",
    "x-aspnetmvc-version",
    "x-generator",
    "x-runtime",
    "x-served-by",
    "x-backend",
    "x-backend-server",
    "x-upstream",
    "x-upstream-addr",
    "x-varnish",
    "x-real-server",
];

/// Fields without which a response means something else or protects less.
const NEEDED: &[&str] = &[
    "cache-control",
    "connection",
    "content-disposition",
    "content-encoding",
    "content-length",
    "content-range",
    "content-security-policy",
    "content-type",
    "date",
    "etag",
    "last-modified",
    "location",
    "set-cookie",
    "strict-transport-security",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "vary",
    "www-authenticate",
    "x-content-type-options",
    "x-frame-options",
];

/// W3C Referrer Policy §3.
const REFERRER_POLICIES: &[&str] = &[
    "no-referrer",
    "no-referrer-when-downgrade",
    "origin",
    "origin-when-cross-origin",
    "same-origin",
    "strict-origin",
    "strict-origin-when-cross-origin",
    "unsafe-url",
];

pub(super) fn default() -> HeaderRules {
    HeaderRules {
        referrer_policy: Some(FieldValue::from_static("strict-origin-when-cross-origin")),
        permissions_policy: Some(FieldValue::from_static(PERMISSIONS)),
        hide: HIDDEN
            .iter()
            .map(|name| HeaderName::from_static(name))
            .collect(),
    }
}

/// The rules; `base` where the section says nothing.
pub(super) fn headers(section: Option<&Section<'_>>, base: &HeaderRules) -> HeaderRules {
    let get = |key: &str| section.and_then(|section| section.get(key));
    let referrer = get("referrer_policy").and_then(|node| referrer_policy(&node));
    let permissions = get("permissions_policy").and_then(|node| permissions_policy(&node));
    HeaderRules {
        referrer_policy: referrer.unwrap_or_else(|| base.referrer_policy.clone()),
        permissions_policy: permissions.unwrap_or_else(|| base.permissions_policy.clone()),
        hide: get("hide")
            .and_then(|node| hide(&node))
            .unwrap_or_else(|| base.hide.clone()),
    }
}

/// `Some(None)` for `"leave"`.
fn referrer_policy(node: &Node<'_>) -> Option<Option<FieldValue>> {
    let names: Vec<&str> = REFERRER_POLICIES
        .iter()
        .chain(&["leave"])
        .copied()
        .collect();
    let value = node.parsed(&one_of(&names), |text| {
        if text == "leave" {
            return Ok(None);
        }
        // Of a list, browsers take the last that they know.
        let known = |policy: &str| REFERRER_POLICIES.contains(&policy.trim());
        if !text.split(',').all(known) {
            return Err(Problem::error("is not a referrer policy")
                .meant(nearest(text, names.iter().copied())));
        }
        field_value(text).map(Some)
    })?;
    let last = value
        .as_ref()
        .and_then(|value| value.to_str().ok()?.rsplit(',').next().map(str::trim));
    if matches!(last, Some("unsafe-url" | "no-referrer-when-downgrade")) {
        let problem = Problem::warning("tells third parties the full address of every page");
        node.report(problem.expecting("\"strict-origin-when-cross-origin\" or a stricter one"));
    }
    Some(value)
}

/// `Some(None)` for `"leave"`.
fn permissions_policy(node: &Node<'_>) -> Option<Option<FieldValue>> {
    let expected = "features with their allow-lists, such as \"browsing-topics=()\", or \"leave\"";
    node.parsed(expected, |text| {
        if text == "leave" {
            return Ok(None);
        }
        if !text.contains('=') {
            return Err(
                Problem::error("is not a permissions policy").meant(nearest(text, ["leave"]))
            );
        }
        field_value(text).map(Some)
    })
}

fn field_value(text: &str) -> Result<FieldValue, Problem> {
    let value = FieldValue::try_from(text).ok().filter(|_| text.is_ascii());
    value.ok_or_else(|| Problem::error("holds characters that no field can"))
}

fn hide(node: &Node<'_>) -> Option<Vec<HeaderName>> {
    node.list("a list of field names", |item| {
        item.parsed(FIELD_NAME, |text| match parse_name(text)? {
            name if NEEDED.contains(&name.as_str()) => Err(Problem::error(
                "can't be hidden: responses would break or be less safe",
            )),
            name => Ok(name),
        })
    })
}

/// A list of field names.
pub(super) fn field_names(node: &Node<'_>) -> Option<Vec<HeaderName>> {
    node.list("a list of field names", |item| {
        item.parsed(FIELD_NAME, parse_name)
    })
}

const FIELD_NAME: &str = "the name of a field, such as \"X-Powered-By\"";

fn parse_name(text: &str) -> Result<HeaderName, Problem> {
    HeaderName::from_bytes(text.as_bytes())
        .map_err(|_| Problem::error("is not the name of a field"))
}
