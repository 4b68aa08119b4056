//! A table of the document: which keys it may have, and their values.
//!
//! A key that nobody knows is never ignored: a mistyped privacy rule would fail open.

use std::fmt::Write as _;

use super::{
    document::{Table, Value},
    mistake::{nearest, shown},
    node::{Context, Node},
    problem::{Finding, Problem},
};

/// The keys of a table.
pub(super) struct Keys {
    /// Those that have a meaning here.
    pub(super) allowed: &'static [&'static str],
    /// Those that will have one in a later version.
    pub(super) later: &'static [&'static str],
    /// Those that have one in the section of the same name at the top level only.
    pub(super) top_level: &'static [&'static str],
}

/// A table whose keys are all known.
pub(super) struct Section<'a> {
    pub(super) node: Node<'a>,
    table: &'a Table,
}

impl<'a> Section<'a> {
    pub(super) fn new(node: Node<'a>, table: &'a Table) -> Self {
        Self { node, table }
    }

    /// The root of a document, as a section without a path.
    pub(super) fn root(value: &'a Value, context: Context<'a>, keys: &Keys) -> Option<Self> {
        Node {
            value,
            path: String::new(),
            context,
        }
        .section(keys)
    }

    /// Notes each key that is none of `keys`.
    pub(super) fn check_keys(&self, keys: &Keys) {
        for entry in &self.table.entries {
            let key = entry.key.as_str();
            let problem = if keys.allowed.contains(&key) {
                continue;
            } else if keys.later.contains(&key) {
                Problem::not_yet()
            } else if keys.top_level.contains(&key) {
                Problem::error("holds for the whole gateway, not for one site")
                    .expecting("it at the top level of the file")
            } else {
                let known = keys
                    .allowed
                    .iter()
                    .chain(keys.top_level)
                    .chain(keys.later)
                    .copied();
                let allowed = keys.allowed.join(", ");
                Problem::error("unknown key")
                    .expecting(format!("one of: {allowed}"))
                    .meant(nearest(key, known))
            };
            let path = self.path_of(key);
            let finding = Finding {
                place: Some(entry.key_place),
                key: path,
                problem,
            };
            self.node.context.findings.add(finding);
        }
    }

    pub(super) fn path_of(&self, key: &str) -> String {
        let bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        let mut path = self.node.path.clone();
        if !path.is_empty() {
            path.push('.');
        }
        if !key.is_empty() && key.bytes().all(bare) {
            path.push_str(key);
        } else {
            // Writing to a string can't fail.
            let _ = write!(path, "\"{}\"", shown(key));
        }
        path
    }

    /// The value of `key`, if it is there.
    pub(super) fn get(&self, key: &str) -> Option<Node<'a>> {
        let entry = self.table.entries.iter().find(|entry| entry.key == key)?;
        Some(Node {
            value: &entry.value,
            path: self.path_of(key),
            context: self.node.context,
        })
    }

    /// The value of `key`; its absence is a mistake.
    pub(super) fn required(&self, key: &str, expected: &str) -> Option<Node<'a>> {
        let node = self.get(key);
        if node.is_none() {
            let problem = Problem::absence("is missing").expecting(expected);
            let finding = Finding {
                place: Some(self.node.value.place),
                key: self.path_of(key),
                problem,
            };
            self.node.context.findings.add(finding);
        }
        node
    }
}
