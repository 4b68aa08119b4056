//! A TOML file as a tree of values with their places, and what in it is no TOML.
//!
//! The parser recovers from a syntax error and goes on, so the rest of the file is checked too.
//! What it makes of a damaged value is a guess: [`Parsed::damaged`] says where, and mistakes found
//! there are not shown. Keys stand in the order of the file.

use std::ops::Range;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    problem::{Finding, Findings, Problem},
    source::Place,
};

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Value {
    /// Where. For a table with a header, the header.
    pub(super) place: Place,
    /// What.
    pub(super) kind: Kind,
}

/// What a value is.
#[derive(Debug)]
pub(super) enum Kind {
    Array(Vec<Value>),
    Boolean(bool),
    Datetime,
    Float,
    /// `None` beyond 64 bits.
    Integer(Option<i64>),
    String(String),
    Table(Table),
}

/// A table's keys in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) entries: Vec<Entry>,
}

/// A key and its value.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_place: Place,
    pub(super) value: Value,
}

impl Kind {
    /// The type's name with its article, as a sentence wants it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Array(_) => "an array",
            Self::Boolean(_) => "a boolean",
            Self::Datetime => "a date",
            Self::Float => "a decimal number",
            Self::Integer(_) => "an integer",
            Self::String(_) => "a string",
            Self::Table(_) => "a table",
        }
    }
}

/// A file's root table, and what of it can't be relied on.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) root: Table,
    pub(super) damaged: Vec<Place>,
}

/// Reads `text`, the text of file number `file`; notes what is no TOML.
pub(super) fn parse(file: usize, text: &str, findings: &Findings) -> Parsed {
    let (root, errors) = DeTable::parse_recoverable(text);
    let root = table(file, root.get_ref());
    let mut damaged: Vec<Place> = Vec::new();
    // What is not closed explains the stumbles inside it.
    let mut errors: Vec<(Range<usize>, String)> = errors
        .into_iter()
        .map(|error| (error.span().unwrap_or_default(), error.message().to_owned()))
        .collect();
    errors.sort_by_key(|(span, message)| (!message.starts_with("unclosed"), span.start));
    for (span, message) in errors {
        let at = Place::new(file, &span);
        let region = region(&root, at, text, &message);
        // One slip in an array or a line makes the parser stumble on each part that follows.
        if damaged
            .iter()
            .any(|earlier| earlier.touches(region) || earlier.touches(at))
        {
            continue;
        }
        let place = if message.starts_with("unclosed") && region.start < at.start {
            region
        } else {
            at
        };
        let key = value_around(&root, at, "")
            .map(|(key, _)| key)
            .unwrap_or_default();
        findings.add(Finding {
            place: Some(place),
            key,
            problem: syntax_problem(&message),
        });
        damaged.push(region);
    }
    Parsed { root, damaged }
}

/// "invalid basic string, expected `"`" as message and expectation.
fn syntax_problem(message: &str) -> Problem {
    let (what, expected) = match message.split_once(", expected ") {
        Some((what, expected)) => (what, Some(expected)),
        None => (message, None),
    };
    let problem = Problem::syntax(what);
    match expected {
        Some(expected) => problem.expecting(expected),
        None => problem,
    }
}

/// The part of the file that an error at `at` makes a guess: the value it is in, and the rest of
/// its line. After a header that is not closed, everything up to the next header.
fn region(root: &Table, at: Place, text: &str, message: &str) -> Place {
    let offset = text.floor_char_boundary(at.start);
    let (before, after) = text.split_at_checked(offset).unwrap_or((text, ""));
    let line_start = before.rfind('\n').map_or(0, |index| index + 1);
    let ending = if message.contains("table") {
        "\n["
    } else {
        "\n"
    };
    let line_end = offset + after.find(ending).unwrap_or(after.len());
    let value = value_around(root, at, "").map(|(_, place)| place);
    Place {
        file: at.file,
        start: value.map_or(line_start, |value| value.start),
        end: value.map_or(line_end, |value| value.end.max(line_end)),
    }
}

/// Key path and place of the value, not a table with a header, that holds `at`.
fn value_around(table: &Table, at: Place, path: &str) -> Option<(String, Place)> {
    let inside = |place: Place| at.start >= place.start && at.end <= place.end;
    table.entries.iter().find_map(|entry| {
        let path = if path.is_empty() {
            entry.key.clone()
        } else {
            format!("{path}.{}", entry.key)
        };
        match &entry.value.kind {
            // A table with a header reaches no further than the header.
            Kind::Table(table) => value_around(table, at, &path),
            Kind::Array(items) if !inside(entry.value.place) => {
                items
                    .iter()
                    .enumerate()
                    .find_map(|(index, item)| match &item.kind {
                        Kind::Table(table) => value_around(table, at, &format!("{path}[{index}]")),
                        _ => None,
                    })
            }
            _ if inside(entry.value.place) => Some((path, entry.value.place)),
            _ => None,
        }
    })
}

fn table(file: usize, table: &DeTable<'_>) -> Table {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value_)| Entry {
            key: key.get_ref().to_string(),
            key_place: Place::new(file, &key.span()),
            value: value(file, value_),
        })
        .collect();
    entries.sort_by_key(|entry| entry.key_place);
    Table { entries }
}

fn value(file: usize, value_: &Spanned<DeValue<'_>>) -> Value {
    let kind = match value_.get_ref() {
        DeValue::Array(items) => Kind::Array(items.iter().map(|item| value(file, item)).collect()),
        DeValue::Boolean(boolean) => Kind::Boolean(*boolean),
        DeValue::Datetime(_) => Kind::Datetime,
        DeValue::Float(_) => Kind::Float,
        DeValue::Integer(integer) => {
            Kind::Integer(i64::from_str_radix(integer.as_str(), integer.radix()).ok())
        }
        DeValue::String(string) => Kind::String(string.to_string()),
        DeValue::Table(entries) => Kind::Table(table(file, entries)),
    };
    Value {
        place: Place::new(file, &value_.span()),
        kind,
    }
}
