//! Exports of the ledger, as JSON and CSV.
//!
//! A JSON export is one object: what it says of itself, then the entries, one a line, then what
//! visitors were shown. All of it is as of one moment.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::store::{Result, Store, StoreError, Survey, Wanted};
use crate::privacy::ledger::{
    COLUMNS, Claims, ConsentId, Entry, Selection, Timestamp, csv_row, entry_to_json,
};

/// What a JSON export calls itself.
pub(crate) const FORMAT: &str = "privet-ledger-1";

/// Entries of one visitor that they get at once.
const MOST_OF_VISITOR: u64 = 1000;

fn claims(wanted: Wanted, survey: Survey) -> Claims {
    let (selection, roots) = match wanted {
        Wanted::All => (Selection::All, Some(survey.roots)),
        Wanted::Since(day) => (Selection::Since(day), Some(survey.roots)),
        Wanted::Visitor(_) => (Selection::Visitor, None),
    };
    Claims {
        selection,
        head: (survey.head.number, survey.head.link),
        roots,
    }
}

/// Writes a JSON export.
pub(crate) fn write_json(
    store: &mut dyn Store,
    wanted: Wanted,
    most: u64,
    now: Timestamp,
    out: &mut dyn Write,
) -> Result<()> {
    // Both of them write, one after the other.
    let out = std::cell::RefCell::new(out);
    let mut separator = "\n";
    store.scan(
        wanted,
        most,
        &mut |survey| {
            Ok(begin(
                &claims(wanted, survey),
                now,
                &mut **out.borrow_mut(),
            )?)
        },
        &mut |entry: Entry| {
            write!(out.borrow_mut(), "{separator}{}", entry_to_json(&entry))?;
            separator = ",\n";
            Ok(())
        },
    )?;
    let out = out.into_inner();
    write!(out, "\n],\n\"renderings\": [")?;
    if !matches!(wanted, Wanted::Visitor(_)) {
        let mut separator = "\n";
        store.renderings(&mut |rendering| {
            let digest = rendering.digest().to_string();
            let rendering = json!({ "digest": digest, "content": rendering.content() });
            write!(out, "{separator}{rendering}")?;
            separator = ",\n";
            Ok(())
        })?;
    }
    Ok(write!(out, "\n]}}\n")?)
}

fn begin(claims: &Claims, now: Timestamp, out: &mut dyn Write) -> io::Result<()> {
    let (number, link) = &claims.head;
    let head = json!({ "number": number, "link": link.to_string() });
    let roots = claims.roots.iter().flatten();
    let roots =
        roots.map(|(day, link)| json!({ "day": day.to_string(), "link": link.to_string() }));
    let roots = claims.roots.is_some().then(|| roots.collect::<Vec<_>>());
    let selection = Value::from(claims.selection.to_string());
    let (format, exported) = (Value::from(FORMAT), Value::from(now.to_string()));
    write!(
        out,
        "{{\"format\": {format},\n\"exported\": {exported},\n\"selection\": {selection},\n\
         \"head\": {head},\n\"roots\": {},\n\"entries\": [",
        Value::from(roots)
    )
}

/// Writes a CSV export.
pub(crate) fn write_csv(
    store: &mut dyn Store,
    wanted: Wanted,
    most: u64,
    out: &mut dyn Write,
) -> Result<()> {
    writeln!(out, "{}\r", COLUMNS.join(","))?;
    let claimed = std::cell::OnceCell::new();
    store.scan(
        wanted,
        most,
        &mut |survey| {
            // It is told once.
            let _ = claimed.set(claims(wanted, survey));
            Ok(())
        },
        &mut |entry| match claimed.get() {
            Some(claims) => Ok(out.write_all(csv_row(&entry, claims).as_bytes())?),
            None => Err(StoreError::Unreadable(entry.link.number)),
        },
    )
}

/// What a visitor gets of their own records.
pub(super) fn visitor_export(
    store: &mut dyn Store,
    id: ConsentId,
    now: Timestamp,
) -> Result<String> {
    let mut out = Vec::new();
    write_json(store, Wanted::Visitor(id), MOST_OF_VISITOR, now, &mut out)?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}
