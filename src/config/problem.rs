//! What is wrong and where, as it is found; sorted and put into words once everything is read.

use std::cell::RefCell;

use super::{
    mistake::{Mistake, Severity, quoted},
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
    syntax: bool,
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
            syntax: false,
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

    /// The file is no TOML there.
    pub(super) fn syntax(what: &str) -> Self {
        Self {
            syntax: true,
            ..Self::error(format!("not TOML: {what}"))
        }
    }

    /// Something that the contract names and this version does not do.
    pub(super) fn not_yet() -> Self {
        Self::error("not supported yet")
    }

    /// The value, as it is written, before the message.
    pub(super) fn about(self, written: &str) -> Self {
        let value = if self.conceal {
            "the value".to_owned()
        } else {
            quoted(written)
        };
        Self {
            message: format!("{value} {}", self.message),
            ..self
        }
    }

    /// Whether the configuration can't be used with it.
    pub(super) fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// What is allowed.
    pub(super) fn expecting(self, expected: impl Into<String>) -> Self {
        Self {
            expected: Some(expected.into()),
            ..self
        }
    }

    /// What is allowed, if nothing more precise was said.
    pub(super) fn or_expecting(self, expected: &str) -> Self {
        match &self.expected {
            None if !expected.is_empty() => self.expecting(expected),
            _ => self,
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
pub(super) struct Findings {
    findings: RefCell<Vec<Finding>>,
    /// In files that are no part of the document, such as lists of cookies.
    elsewhere: RefCell<Vec<Mistake>>,
}

impl Findings {
    pub(super) fn add(&self, finding: Finding) {
        self.findings.borrow_mut().push(finding);
    }

    /// Adds what is wrong in a file that is no part of the document.
    pub(super) fn add_elsewhere(&self, mistakes: Vec<Mistake>) {
        self.elsewhere.borrow_mut().extend(mistakes);
    }

    /// The mistakes in the order of the files, those in `damaged` places left out; then those
    /// elsewhere.
    pub(super) fn into_mistakes(self, sources: &Sources, damaged: &[Place]) -> Vec<Mistake> {
        let mut findings = self.findings.into_inner();
        findings.retain(|finding| {
            let readable = finding
                .place
                .is_none_or(|place| !damaged.iter().any(|damage| damage.touches(place)));
            let absence = finding.problem.absence && !damaged.is_empty();
            finding.problem.syntax || (readable && !absence)
        });
        findings.sort_by_key(|finding| finding.place);
        findings
            .into_iter()
            .map(|finding| mistake(finding, sources))
            .chain(self.elsewhere.into_inner())
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
