//! `[log]`: where the logs go, and what a line may hold.

use std::path::absolute;

use super::{
    bounds::{DAY, SECOND, duration_within},
    names::{LOG_FORMATS, LOG_LEVELS},
};
use crate::config::{
    mistake::nearest,
    node::Node,
    options::{AccessLog, Log, LogFormat, LogLevel},
    problem::Problem,
    section::{Keys, Section},
};

pub(super) const KEYS: Keys = Keys {
    allowed: &["level", "access", "format", "query", "retention"],
    later: &[],
    top_level: &[],
};

/// The section.
pub(super) fn log(section: Option<&Section<'_>>) -> Log {
    let get = |key: &str| section.and_then(|section| section.get(key));
    let retention = get("retention").and_then(|node| duration_within(&node, SECOND, DAY * 3650));
    Log {
        level: get("level")
            .and_then(|node| node.choice(LOG_LEVELS))
            .unwrap_or(LogLevel::Info),
        access: get("access")
            .and_then(|node| access(&node))
            .unwrap_or(AccessLog::Stdout),
        format: get("format")
            .and_then(|node| node.choice(LOG_FORMATS))
            .unwrap_or(LogFormat::Json),
        query: get("query")
            .and_then(|node| node.list("a list of query parameters' names", parameter))
            .unwrap_or_default(),
        retention: retention.unwrap_or(DAY * 30),
    }
}

fn access(node: &Node<'_>) -> Option<AccessLog> {
    let folder = node.context.sources.folder(node.value.place);
    node.parsed(
        "\"stdout\", \"off\" or the path of a file, such as \"access.log\"",
        |text| {
            match text {
                "stdout" => return Ok(AccessLog::Stdout),
                "off" => return Ok(AccessLog::Off),
                "" => return Err(Problem::error("is empty")),
                "stderr" => {
                    return Err(
                        Problem::error("is where privet's own log goes").meant(Some("stdout"))
                    );
                }
                _ => {}
            }
            if !text.contains(['/', '.'])
                && let Some(meant) = nearest(text, ["stdout", "off"])
            {
                return Err(Problem::error("looks like a misspelling")
                    .expecting(format!(
                        "\"stdout\", \"off\", or \"./{text}\" for a file of that name"
                    ))
                    .meant(Some(meant)));
            }
            let path = absolute(folder.join(text)).map_err(|_| Problem::error("is no path"))?;
            if text.ends_with('/') || path.is_dir() {
                return Err(Problem::error("is a directory").expecting("the path of a file in it"));
            }
            match path.parent() {
                Some(parent) if !parent.as_os_str().is_empty() && !parent.is_dir() => {
                    Err(Problem::error("is in a directory that does not exist"))
                }
                _ => Ok(AccessLog::File(path)),
            }
        },
    )
}

fn parameter(node: &Node<'_>) -> Option<String> {
    node.parsed("the name of a query parameter, such as \"page\"", |text| {
        if text.is_empty() || text.contains(['=', '&', '?', '#', '*', ' ']) {
            return Err(Problem::error("is not the name of a query parameter"));
        }
        Ok(text.to_owned())
    })
}
