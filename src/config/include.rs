//! Reads a configuration file and those that its `include` names, and merges them to one document.
//!
//! Arrays of tables (`[[site]]`, `[[vendor]]`, `[[tls.certificate]]`) are appended, tables are
//! merged, and a value that two files set is a mistake: which one would hold depends on an order
//! that nobody reads. A file that includes itself, however far around, is a mistake too.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    document::{self, Entry, Kind, Table, Value},
    environment::Environment,
    mistake::quoted,
    node::{Context, Node},
    problem::{Finding, Findings, Problem},
    source::{Place, Sources, read, reason},
};

/// The merged files.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) root: Value,
    pub(super) sources: Sources,
    pub(super) damaged: Vec<Place>,
}

/// Arrays of tables that each file may add to.
const APPENDED: &[&str] = &["site", "vendor", "tls.certificate"];

const EXPECTED: &str = "paths of files, such as \"sites/*.toml\"";

/// Reads `text`, the text of the file `name`, and what it includes.
pub(super) fn read_all(
    name: &Path,
    text: String,
    environment: Environment<'_>,
    findings: &Findings,
) -> Document {
    let mut reading = Reading {
        sources: Sources::default(),
        damaged: Vec::new(),
        open: Vec::new(),
        done: Vec::new(),
        environment,
        findings,
    };
    let table = reading.file(name, text);
    let root = Value {
        place: Place {
            file: 0,
            start: 0,
            end: 0,
        },
        kind: Kind::Table(table),
    };
    Document {
        root,
        sources: reading.sources,
        damaged: reading.damaged,
    }
}

struct Reading<'a> {
    sources: Sources,
    damaged: Vec<Place>,
    /// Files on the way from the first to the present one.
    open: Vec<PathBuf>,
    /// All files that were read.
    done: Vec<PathBuf>,
    environment: Environment<'a>,
    findings: &'a Findings,
}

impl Reading<'_> {
    fn file(&mut self, name: &Path, text: String) -> Table {
        let identity = fs::canonicalize(name).unwrap_or_else(|_| name.to_owned());
        let parsed = document::parse(self.sources.next(), &text, self.findings);
        self.sources.add(name, text);
        self.damaged.extend(parsed.damaged);
        let mut table = parsed.root;
        self.open.push(identity.clone());
        self.done.push(identity);
        if let Some(index) = table
            .entries
            .iter()
            .position(|entry| entry.key == "include")
        {
            let entry = table.entries.remove(index);
            self.include(&entry, &mut table);
        }
        self.open.pop();
        table
    }

    /// Merges what `entry`, an `include = […]`, names into `table`.
    fn include(&mut self, entry: &Entry, table: &mut Table) {
        let sources = std::mem::take(&mut self.sources);
        let context = Context {
            findings: self.findings,
            environment: self.environment,
            sources: &sources,
        };
        let node = Node {
            value: &entry.value,
            path: entry.key.clone(),
            context,
        };
        let folder = sources.folder(entry.value.place).to_owned();
        let wanted = node.full_list(EXPECTED, |item| {
            let paths = item.parsed(EXPECTED, |text| files(&folder, text))?;
            Some((item.value.place, item.path.clone(), paths))
        });
        self.sources = sources;
        for (place, path, files) in wanted.unwrap_or_default() {
            for file in files {
                match self.included(&file) {
                    Ok(added) => self.merge(table, added, ""),
                    Err(Some(problem)) => {
                        self.findings.add(Finding {
                            place: Some(place),
                            key: path.clone(),
                            problem,
                        });
                    }
                    Err(None) => {}
                }
            }
        }
    }

    /// The table of the file at `path`; `None` in the error if its mistake is noted already.
    fn included(&mut self, path: &Path) -> Result<Table, Option<Problem>> {
        let shown = quoted(&path.display().to_string());
        let identity = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if self.open.contains(&identity) {
            return Err(Some(Problem::error(format!("{shown} includes itself"))));
        }
        if self.done.contains(&identity) {
            return Err(Some(Problem::error(format!("{shown} is included twice"))));
        }
        let bytes = read(path).map_err(|error| {
            Some(Problem::error(format!(
                "{shown} can't be read: {}",
                reason(&error)
            )))
        })?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok(self.file(path, text)),
            Err(_) => Err(Some(Problem::error(format!("{shown} is not UTF-8")))),
        }
    }

    fn merge(&self, table: &mut Table, added: Table, path: &str) {
        for entry in added.entries {
            let path = if path.is_empty() {
                entry.key.clone()
            } else {
                format!("{path}.{}", entry.key)
            };
            let Some(present) = table
                .entries
                .iter_mut()
                .find(|present| present.key == entry.key)
            else {
                table.entries.push(entry);
                continue;
            };
            match (&mut present.value.kind, entry.value.kind) {
                (Kind::Table(present), Kind::Table(added)) => self.merge(present, added, &path),
                (Kind::Array(present), Kind::Array(added)) if APPENDED.contains(&path.as_str()) => {
                    present.extend(added);
                }
                _ => {
                    let first = self.sources.line_name(present.key_place);
                    let problem = Problem::error(format!("is set in {first} already"))
                        .expecting("each value in one file only");
                    self.findings.add(Finding {
                        place: Some(entry.key_place),
                        key: path,
                        problem,
                    });
                }
            }
        }
    }
}

/// The files that `pattern` names, in order of their names.
fn files(folder: &Path, pattern: &str) -> Result<Vec<PathBuf>, Problem> {
    let path = folder.join(pattern);
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let parent = path.parent().unwrap_or_else(|| Path::new(""));
    if pattern.is_empty() || name.is_empty() {
        return Err(Problem::error("names no file"));
    }
    if Path::new(pattern)
        .parent()
        .is_some_and(|parent| parent.to_string_lossy().contains('*'))
    {
        return Err(Problem::error("has \"*\" before its last part")
            .expecting("\"*\" in the file's name only, such as \"sites/*.toml\""));
    }
    if !name.contains('*') {
        return Ok(vec![path]);
    }
    let listed = if parent == Path::new("") {
        Path::new(".")
    } else {
        parent
    };
    let entries = match fs::read_dir(listed) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            return Err(Problem::error(format!(
                "can't be listed: {}",
                reason(&error)
            )));
        }
    };
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|entry| matches(name, entry) && (!entry.starts_with('.') || name.starts_with('.')))
        .map(|entry| parent.join(entry))
        .filter(|path| !path.is_dir())
        .collect();
    found.sort();
    Ok(found)
}

/// Whether `name` matches `pattern`, where `*` stands for any run of characters.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((before, after)) => name.strip_prefix(before).is_some_and(|rest| {
            rest.char_indices()
                .map(|(index, _)| index)
                .chain([rest.len()])
                .any(|index| rest.get(index..).is_some_and(|rest| matches(after, rest)))
        }),
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed test may panic"
)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_run_of_characters() {
        for (pattern, name, expected) in [
            ("*.toml", "shop.toml", true),
            ("*.toml", "shop.toml.orig", false),
            ("site-*-*.toml", "site-a-b.toml", true),
            ("site-*-*.toml", "site-a.toml", false),
            ("*", "anything", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
