//! `[ledger]`: where records of consent are kept, and for how long.

use std::path::{Path, absolute};

use super::bounds::{DAY, LONG, duration_within};
use crate::config::{
    mistake::nearest,
    node::Node,
    options::{Ledger, LedgerStore},
    postgres_url::PostgresUrl,
    problem::Problem,
    section::{Keys, Section},
};

pub(super) const KEYS: Keys = Keys {
    allowed: &["store", "retention"],
    later: &[],
    top_level: &[],
};

/// The default file, in the folder of the configuration file.
const FILE: &str = "privet.db";
/// The default place for what waits for a database, in that folder.
const BACKLOG: &str = "privet-ledger.backlog";
const EXPECTED: &str =
    "\"sqlite:FILE\", such as \"sqlite:privet.db\", \"postgres://USER@HOST/DATABASE\" or \"off\"";

/// The section; `None` for `store = "off"`. `folder` is that of the configuration file.
pub(super) fn ledger(section: Option<&Section<'_>>, folder: &Path) -> Option<Ledger> {
    let get = |key: &str| section.and_then(|section| section.get(key));
    let retention = get("retention").and_then(|node| duration_within(&node, DAY, LONG));
    let file = || absolute(folder.join(FILE)).ok().map(LedgerStore::Sqlite);
    let store = match get("store") {
        None => file(),
        // A mistake is noted; what stands in for it is never used.
        Some(node) => store(&node).unwrap_or_else(file),
    };
    Some(Ledger {
        store: store?,
        retention: retention.unwrap_or(DAY * 365 * 5),
    })
}

fn store(node: &Node<'_>) -> Option<Option<LedgerStore>> {
    let folder = node.context.sources.folder(node.value.place);
    node.parsed(EXPECTED, |text| {
        if text == "off" {
            return Ok(None);
        }
        if text.starts_with("postgres:") || text.starts_with("postgresql:") {
            let url = Box::new(PostgresUrl::parse(text).map_err(Problem::error)?);
            let backlog =
                absolute(folder.join(BACKLOG)).map_err(|_| Problem::error("is no path"))?;
            return Ok(Some(LedgerStore::Postgres { url, backlog }));
        }
        let Some(path) = text.strip_prefix("sqlite:") else {
            let meant = nearest(text, ["off", "sqlite:privet.db"]);
            return Err(Problem::error("is not a store").meant(meant));
        };
        if path.is_empty() || path.ends_with('/') || path.starts_with(':') {
            return Err(Problem::error("names no file"));
        }
        let path = absolute(folder.join(path)).map_err(|_| Problem::error("is no path"))?;
        if path.is_dir() {
            return Err(Problem::error("is a directory").expecting("the path of a file in it"));
        }
        match path.parent() {
            Some(parent) if !parent.is_dir() => {
                Err(Problem::error("is in a directory that does not exist"))
            }
            _ => Ok(Some(LedgerStore::Sqlite(path))),
        }
    })
}
