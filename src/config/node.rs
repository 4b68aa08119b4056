//! Reads a document's values; notes each mistake with its place and key path, and goes on.
//!
//! A reader returns `None` where it noted a mistake or the key is absent; the caller takes its
//! default and carries on, so that one run finds every mistake. Nothing here knows a key by name.

use std::{borrow::Cow, cell::RefCell, fmt::Write as _, ops::RangeInclusive};

use super::{
    document::{Kind, Table, Value},
    environment::{Environment, expand},
    mistake::{Mistake, Severity, nearest, quoted, shown},
    source::{Place, Sources},
};

/// What is wrong with a value, before it is known where it stands.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    severity: Severity,
    message: String,
    expected: Option<String>,
    nearest: Option<String>,
    conceal: bool,
    absence: bool,
}

impl Problem {
    pub(super) fn error(message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            message: message.into(),
            expected: None,
            nearest: None,
            conceal: false,
            absence: false,
        }
    }

    pub(super) fn warning(message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(message)
        }
    }

    /// Something is not there: not worth a word where part of the file can't be read.
    pub(super) fn absence(message: impl Into<String>) -> Self {
        Self {
            absence: true,
            ..Self::error(message)
        }
    }

    /// Something that the contract names and this version does not do.
    pub(super) fn not_yet() -> Self {
        Self::error("not supported yet")
    }

    /// What is allowed.
    pub(super) fn expecting(self, expected: impl Into<String>) -> Self {
        Self {
            expected: Some(expected.into()),
            ..self
        }
    }

    /// What was probably meant.
    pub(super) fn meant(self, nearest: Option<&str>) -> Self {
        Self {
            nearest: nearest.map(quoted),
            ..self
        }
    }

    /// The value may hold a password: neither it nor its line is shown.
    pub(super) fn concealed(self) -> Self {
        Self {
            conceal: true,
            ..self
        }
    }
}

/// A problem and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    /// Where; `None` for a file that can't be read.
    pub(super) place: Option<Place>,
    /// Key path; for a file that can't be read, its name.
    pub(super) key: String,
    /// What.
    pub(super) problem: Problem,
}

/// All findings so far.
#[derive(Debug, Default)]
pub(super) struct Findings(RefCell<Vec<Finding>>);

impl Findings {
    pub(super) fn add(&self, finding: Finding) {
        self.0.borrow_mut().push(finding);
    }

    /// The mistakes in the order of the files, those in `damaged` places left out.
    pub(super) fn into_mistakes(self, sources: &Sources, damaged: &[Place]) -> Vec<Mistake> {
        let mut findings = self.0.into_inner();
        findings.retain(|finding| {
            let readable = finding
                .place
                .is_none_or(|place| !damaged.iter().any(|damage| damage.touches(place)));
            finding.key.is_empty() || (readable && (damaged.is_empty() || !finding.problem.absence))
        });
        findings.sort_by_key(|finding| finding.place);
        findings
            .into_iter()
            .map(|finding| mistake(finding, sources))
            .collect()
    }
}

fn mistake(finding: Finding, sources: &Sources) -> Mistake {
    let Finding {
        place,
        key,
        problem,
    } = finding;
    let (file, key) = match place {
        Some(place) => (
            sources.get(place.file).map(|source| source.name.clone()),
            key,
        ),
        None => (Some(key), String::new()),
    };
    Mistake {
        severity: problem.severity,
        file: file.unwrap_or_default(),
        position: place.and_then(|place| sources.position(place, problem.conceal)),
        key,
        message: problem.message,
        expected: problem.expected,
        nearest: problem.nearest,
    }
}

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

    /// Notes a problem of the value that is `text`, quoting it.
    fn report_about(&self, text: &Cow<'_, str>, problem: Problem) {
        let message = match (problem.conceal, text, &self.value.kind) {
            (true, ..) => format!("the value {}", problem.message),
            // What came from the environment may be secret; what is written is not.
            (false, Cow::Owned(_), Kind::String(written)) => {
                return self.report(Problem {
                    message: format!("{} {}", quoted(written), problem.message),
                    nearest: None,
                    ..problem
                });
            }
            (false, text, _) => format!("{} {}", quoted(text), problem.message),
        };
        self.report(Problem { message, ..problem });
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
            Err(mut problem) => {
                if problem.expected.is_none() && !expected.is_empty() {
                    problem = problem.expecting(expected);
                }
                self.report_about(&text, problem);
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
        Section {
            node: self.clone(),
            table,
        }
        .get(key)
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

    /// The table, once each key that is none of `keys` is noted.
    pub(super) fn section(self, keys: &Keys) -> Option<Section<'a>> {
        let Kind::Table(table) = &self.value.kind else {
            self.mismatch(
                "a table",
                &format!("a table with the keys: {}", keys.allowed.join(", ")),
            );
            return None;
        };
        let section = Section { node: self, table };
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

impl<'a> Section<'a> {
    /// The root of a document, as a section without a path.
    pub(super) fn root(value: &'a Value, context: Context<'a>, keys: &Keys) -> Option<Self> {
        Node {
            value,
            path: String::new(),
            context,
        }
        .section(keys)
    }

    fn check_keys(&self, keys: &Keys) {
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

    fn path_of(&self, key: &str) -> String {
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

/// `one of: "a", "b"`.
pub(super) fn one_of(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    format!("one of: {}", names.join(", "))
}
