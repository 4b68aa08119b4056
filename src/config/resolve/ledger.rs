//! `[ledger]`: records of consent. Only `store = "off"` yet; anything else is refused, because an
//! operator who asks for records must not find out later that there are none.

use super::bounds::{DAY, LONG, duration_within};
use crate::config::{
    mistake::nearest,
    problem::Problem,
    section::{Keys, Section},
};

pub(super) const KEYS: Keys = Keys {
    allowed: &["store", "retention"],
    later: &[],
    top_level: &[],
};

/// Notes what is asked for and not done.
pub(super) fn check(section: Option<&Section<'_>>) {
    let get = |key: &str| section.and_then(|section| section.get(key));
    let store = get("store").and_then(|node| {
        node.parsed("\"off\"", |text| match text {
            "off" => Ok(()),
            _ if text.starts_with("sqlite:")
                || text.starts_with("postgres:")
                || text.starts_with("postgresql:") =>
            {
                Err(Problem::error("is not supported yet"))
            }
            _ => Err(Problem::error("is not a store").meant(nearest(text, ["off"]))),
        })
    });
    let Some(node) = get("retention") else {
        return;
    };
    if get("store").is_none() {
        node.report(Problem::not_yet().expecting("no retention, while store can only be \"off\""));
    } else if store.is_some() {
        duration_within(&node, DAY, LONG);
    }
}
