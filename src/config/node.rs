//! Reads a document's values; notes each mistake with its place and key path, and goes on.
//!
//! A reader returns `None` where it noted a mistake or the key is absent; the caller takes its
//! default and carries on, so that one run finds every mistake. Nothing here knows a key by name.

use std::{borrow::Cow, ops::RangeInclusive};

use super::{
    document::{Kind, Value},
    environment::{Environment, expand},
    mistake::{nearest, quoted},
    problem::{Finding, Findings, Problem},
    section::{Keys, Section},
    source::{Place, Sources},
};

/// What reading needs besides the document.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) findings: &'a Findings,
    pub(super) environment: Environment<'a>,
    pub(super) sources: &'a Sources,
}

/// A value with its key path.
#[derive(Clone)]
pub(super) struct Node<'a> {
    pub(super) value: &'a Value,
    pub(super) path: String,
    pub(super) context: Context<'a>,
}

impl<'a> Node<'a> {
    /// Notes what is wrong with the value.
    pub(super) fn report(&self, problem: Problem) {
        let finding = Finding {
            place: Some(self.value.place),
            key: self.path.clone(),
            problem,
        };
        self.context.findings.add(finding);
    }

    fn mismatch(&self, wanted: &str, expected: &str) {
        let found = self.value.kind.name();
        self.report(Problem::error(format!("is {found}, not {wanted}")).expecting(expected));
    }

    /// The string, variables replaced. `expected` says what it should hold.
    pub(super) fn text(&self, expected: &str) -> Option<Cow<'a, str>> {
        let Kind::String(written) = &self.value.kind else {
            self.mismatch("a string", expected);
            return None;
        };
        match expand(written, self.context.environment) {
            Ok(text) => match text.chars().find(|character| character.is_control()) {
                None => Some(text),
                Some(control) => {
                    let code = u32::from(control);
                    self.report(Problem::error(format!(
                        "holds the control character U+{code:04X}"
                    )));
                    None
                }
            },
            Err(problem) => {
                self.report(problem);
                None
            }
        }
    }

    /// What `parse` makes of the string. A problem's message follows the quoted value.
    pub(super) fn parsed<T>(
        &self,
        expected: &str,
        parse: impl FnOnce(&str) -> Result<T, Problem>,
    ) -> Option<T> {
        let text = self.text(expected)?;
        match parse(&text) {
            Ok(value) => Some(value),
            Err(problem) => {
                let problem = problem.or_expecting(expected);
                self.report(match (text, &self.value.kind) {
                    // What came from the environment may be secret; what is written is not.
                    (Cow::Owned(_), Kind::String(written)) => problem.about(written).meant(None),
                    (text, _) => problem.about(&text),
                });
                None
            }
        }
    }

    /// One of the named choices.
    pub(super) fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Option<T> {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        self.parsed(&one_of(&names), |text| {
            let found = choices
                .iter()
                .find(|(name, _)| *name == text)
                .map(|(_, value)| *value);
            found.ok_or_else(|| {
                Problem::error("is not a choice").meant(nearest(text, names.iter().copied()))
            })
        })
    }

    pub(super) fn boolean(&self) -> Option<bool> {
        if let Kind::Boolean(boolean) = self.value.kind {
            return Some(boolean);
        }
        self.mismatch("a boolean", "true or false, without quotes");
        None
    }

    /// A whole number of `range`.
    pub(super) fn integer(&self, range: RangeInclusive<i64>) -> Option<i64> {
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        let Kind::Integer(integer) = self.value.kind else {
            self.mismatch("an integer", &expected);
            return None;
        };
        let within = integer.filter(|integer| range.contains(integer));
        if within.is_none() {
            let written =
                integer.map_or_else(|| "the number".to_owned(), |integer| integer.to_string());
            self.report(Problem::error(format!("{written} is out of range")).expecting(expected));
        }
        within
    }

    /// The items of an array.
    pub(super) fn items(&self, expected: &str) -> Option<Vec<Self>> {
        let Kind::Array(items) = &self.value.kind else {
            self.mismatch("an array", expected);
            return None;
        };
        let item = |(index, value)| Self {
            value,
            path: format!("{}[{index}]", self.path),
            context: self.context,
        };
        Some(items.iter().enumerate().map(item).collect())
    }

    /// Whether the value is an array without items.
    pub(super) fn is_empty(&self) -> bool {
        matches!(&self.value.kind, Kind::Array(items) if items.is_empty())
    }

    /// The value of `key`, if this is a table that has it; notes nothing.
    pub(super) fn child(&self, key: &str) -> Option<Self> {
        let Kind::Table(table) = &self.value.kind else {
            return None;
        };
        Section::new(self.clone(), table).get(key)
    }

    /// The items, none if this is no array; notes nothing.
    pub(super) fn quiet_items(&self) -> Vec<Self> {
        let is_array = matches!(self.value.kind, Kind::Array(_));
        is_array
            .then(|| self.items(""))
            .flatten()
            .unwrap_or_default()
    }

    /// The string, if this is one whose variables are known; notes nothing.
    pub(super) fn quiet_text(&self) -> Option<Cow<'a, str>> {
        match &self.value.kind {
            Kind::String(written) => expand(written, self.context.environment).ok(),
            _ => None,
        }
    }

    /// What `read` makes of the items; an item listed twice is a mistake.
    pub(super) fn list<T: PartialEq>(
        &self,
        expected: &str,
        mut read: impl FnMut(&Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        let mut list = Vec::new();
        for item in self.items(expected)? {
            match read(&item) {
                Some(value) if list.contains(&value) => {
                    item.report(Problem::error("is listed twice"));
                }
                Some(value) => list.push(value),
                None => {}
            }
        }
        Some(list)
    }

    /// A [`list`](Self::list) that must not be empty.
    pub(super) fn full_list<T: PartialEq>(
        &self,
        expected: &str,
        read: impl FnMut(&Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        if self.is_empty() {
            self.report(Problem::error("is empty").expecting(format!("at least one: {expected}")));
            return None;
        }
        self.list(expected, read).filter(|list| !list.is_empty())
    }

    /// Whether the value is an array.
    pub(super) fn is_array(&self) -> bool {
        matches!(self.value.kind, Kind::Array(_))
    }

    /// What a table holds whose keys are names of the operator's, in the order of the file.
    pub(super) fn entries(&self, expected: &str) -> Option<Vec<Entry<'a, 'a>>> {
        let Kind::Table(table) = &self.value.kind else {
            self.mismatch("a table", expected);
            return None;
        };
        let section = Section::new(self.clone(), table);
        let entry = |entry: &'a super::document::Entry| Entry {
            name: &entry.key,
            place: entry.key_place,
            node: Self {
                value: &entry.value,
                path: section.path_of(&entry.key),
                context: self.context,
            },
        };
        Some(table.entries.iter().map(entry).collect())
    }

    /// The table, once each key that is none of `keys` is noted.
    pub(super) fn section(self, keys: &Keys) -> Option<Section<'a>> {
        let Kind::Table(table) = &self.value.kind else {
            self.mismatch(
                "a table",
                &format!("a table with the keys: {}", keys.allowed.join(", ")),
            );
            return None;
        };
        let section = Section::new(self, table);
        section.check_keys(keys);
        Some(section)
    }

    /// The tables of an array of tables such as `[[site]]`.
    pub(super) fn sections(&self, keys: &Keys) -> Vec<Section<'a>> {
        let header = format!(
            "an array of tables, each beginning with [[{}]]",
            unindexed(&self.path)
        );
        let items = self.items(&header).unwrap_or_default();
        items
            .into_iter()
            .filter_map(|item| item.section(keys))
            .collect()
    }
}

/// A name of the operator's and its value.
pub(super) struct Entry<'n, 'a> {
    pub(super) name: &'n str,
    place: Place,
    pub(super) node: Node<'a>,
}

impl Entry<'_, '_> {
    /// Notes what is wrong with the name.
    pub(super) fn report_key(&self, problem: Problem) {
        let finding = Finding {
            place: Some(self.place),
            key: self.node.path.clone(),
            problem,
        };
        self.node.context.findings.add(finding);
    }
}

/// `site[0].x` as it stands in a header: `site.x`.
fn unindexed(path: &str) -> String {
    let mut inside = false;
    path.chars()
        .filter(|character| {
            inside = (inside || *character == '[') && *character != ']';
            !inside && *character != ']'
        })
        .collect()
}

/// `one of: "a", "b"`.
pub(super) fn one_of(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    format!("one of: {}", names.join(", "))
}
