//! An entry as a row of a CSV export (RFC 4180): a column for each field, so that spreadsheets show it,
//! and all that `verify` needs.
//!
//! Each row repeats what the export says of itself, so that a row is a row and nothing else. A host is
//! a stranger's word: what a spreadsheet would take for a formula has an apostrophe before it.

use serde_json::{Map, Value, json};

use super::{
    chain::{Entry, Link, Opened, Salt},
    date::Day,
    digest::Digest,
    statement::Statement,
    verify::{Claims, Selection},
};

/// The header.
pub const COLUMNS: [&str; 23] = [
    "number",
    "day",
    "kind",
    "time",
    "id",
    "host",
    "source",
    "policy_version",
    "texts_version",
    "language",
    "purposes_granted",
    "purposes_refused",
    "vendors_granted",
    "vendors_refused",
    "rendering",
    "affected",
    "salt",
    "commitment",
    "previous",
    "link",
    "selection",
    "head_number",
    "head_link",
];

/// What the column `kind` says of an entry without content.
const ERASED: &str = "erased";

/// The row of `entry`, with its line end.
pub fn csv_row(entry: &Entry, claims: &Claims) -> String {
    let link = &entry.link;
    let salt = entry.opened.as_ref().map(|opened| opened.salt.to_string());
    let record = entry
        .opened
        .as_ref()
        .map(|opened| opened.statement.to_json());
    let record = record.as_ref();
    let text = |key: &str| {
        let value = record.and_then(|record| record.get(key));
        value.and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let list = |key: &str| record.and_then(|record| record.get(key)?.as_array());
    let names = |key: &str| {
        let names = list(key).into_iter().flatten().filter_map(Value::as_str);
        names.collect::<Vec<_>>().join(" ")
    };
    let array = |key: &str| {
        let items = list(key).filter(|items| !items.is_empty());
        items
            .map(|items| Value::from(items.clone()).to_string())
            .unwrap_or_default()
    };
    let cell = |column: &str| match column {
        "number" => link.number.to_string(),
        "day" => link.day.to_string(),
        "kind" if record.is_none() => ERASED.to_owned(),
        "purposes_granted" | "purposes_refused" => names(column),
        "vendors_granted" | "vendors_refused" => array(column),
        "affected" => affected(record),
        "salt" => salt.clone().unwrap_or_default(),
        "commitment" => link.commitment.to_string(),
        "previous" => link.previous.to_string(),
        "link" => link.digest().to_string(),
        "selection" => claims.selection.to_string(),
        "head_number" => claims.head.0.to_string(),
        "head_link" => claims.head.1.to_string(),
        column => text(column),
    };
    let cells: Vec<String> = COLUMNS.iter().map(|column| quoted(&cell(column))).collect();
    cells.join(",") + "\r\n"
}

/// The entries that an erasure or a pruning is about.
fn affected(record: Option<&Value>) -> String {
    let Some(record) = record else {
        return String::new();
    };
    match (
        record.get("erased"),
        record.get("through"),
        record.get("link"),
    ) {
        (Some(Value::Array(numbers)), ..) => {
            let numbers: Vec<String> = numbers.iter().map(Value::to_string).collect();
            numbers.join(" ")
        }
        (_, Some(through), Some(Value::String(link))) => format!("{through} {link}"),
        _ => String::new(),
    }
}

fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']);
    let cell = if formula {
        format!("'{cell}")
    } else {
        cell.to_owned()
    };
    if cell.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}

/// Where each column stands in a file.
#[derive(Clone, Debug)]
pub struct CsvColumns([usize; COLUMNS.len()]);

impl CsvColumns {
    /// From the file's header; `None` if a column is missing.
    pub fn new(header: &[&str]) -> Option<Self> {
        let mut places = [0; COLUMNS.len()];
        for (place, name) in places.iter_mut().zip(COLUMNS) {
            *place = header.iter().position(|column| *column == name)?;
        }
        Some(Self(places))
    }

    /// The entry that a row says, the link that it claims, and what the export says of itself.
    pub fn read(&self, row: &[&str]) -> Option<(Entry, Digest, Claims)> {
        let cell = |column: &str| {
            let place = COLUMNS.iter().position(|name| *name == column)?;
            let cell = *row.get(*self.0.get(place)?)?;
            Some(cell.strip_prefix('\'').unwrap_or(cell))
        };
        let digest = |column| Digest::parse(cell(column)?);
        let link = Link {
            number: cell("number")?.parse().ok()?,
            day: Day::parse(cell("day")?)?,
            previous: digest("previous")?,
            commitment: digest("commitment")?,
        };
        let opened = match cell("kind")? {
            ERASED => None,
            kind => Some(Opened {
                salt: Salt::parse(cell("salt")?)?,
                statement: Statement::from_json(&statement(kind, cell)?)?,
            }),
        };
        let claims = Claims {
            selection: Selection::parse(cell("selection")?)?,
            head: (cell("head_number")?.parse().ok()?, digest("head_link")?),
            roots: None,
        };
        Some((Entry { link, opened }, digest("link")?, claims))
    }
}

/// The object that the cells of a row stand for.
fn statement<'a>(kind: &str, cell: impl Fn(&str) -> Option<&'a str>) -> Option<Value> {
    let time = cell("time")?;
    match kind {
        "erasure" => {
            let numbers = cell("affected")?.split_ascii_whitespace().map(str::parse);
            let numbers: Vec<u64> = numbers.collect::<Result<_, _>>().ok()?;
            Some(json!({ "kind": kind, "time": time, "erased": numbers }))
        }
        "pruning" => {
            let (through, link) = cell("affected")?.split_once(' ')?;
            let through: u64 = through.parse().ok()?;
            Some(json!({ "kind": kind, "time": time, "through": through, "link": link }))
        }
        _ => {
            let mut fields = Map::new();
            for column in [
                "kind",
                "time",
                "id",
                "host",
                "source",
                "policy_version",
                "texts_version",
                "language",
            ] {
                fields.insert(column.to_owned(), cell(column)?.into());
            }
            for column in ["purposes_granted", "purposes_refused"] {
                let names: Value = cell(column)?.split_ascii_whitespace().collect();
                fields.insert(column.to_owned(), names);
            }
            for column in ["vendors_granted", "vendors_refused"] {
                let array = match cell(column)? {
                    "" => json!([]),
                    text => serde_json::from_str(text).ok()?,
                };
                fields.insert(column.to_owned(), array);
            }
            let rendering = Some(cell("rendering")?).filter(|digest| !digest.is_empty());
            fields.insert("rendering".to_owned(), rendering.into());
            Some(Value::Object(fields))
        }
    }
}
