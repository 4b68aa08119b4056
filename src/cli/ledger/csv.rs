//! Reading a CSV export, a line at a time.

use std::io::BufRead;

use super::verify::Failure;
use crate::{
    config::csv::Records,
    privacy::ledger::{Claims, CsvColumns, Digest, Selection, Verdict, Verifier},
};

/// The longest line that is read, in bytes.
const LONGEST: u64 = 4 * 1024 * 1024;

/// Reads the whole and verifies it.
pub(super) fn read(
    mut reader: impl BufRead,
    root: Option<Digest>,
) -> Result<(Claims, Verdict), Failure> {
    let header = next(&mut reader)?.unwrap_or_default();
    let columns = cells(&header, CsvColumns::new);
    let columns =
        columns.ok_or_else(|| malformed("its first line is not the header of an export"))?;
    let mut claims = Claims {
        selection: Selection::All,
        head: (0, Digest::ZERO),
        roots: None,
    };
    let mut verifier = Verifier::new(root);
    let mut line_number = 1;
    while let Some(line) = next(&mut reader)? {
        line_number += 1;
        let row = cells(&line, |cells| columns.read(cells));
        let (entry, link, claimed) = row.ok_or_else(|| {
            malformed(&format!(
                "line {line_number} is no entry that privet writes"
            ))
        })?;
        if line_number == 2 {
            claims = claimed;
        } else if claims != claimed {
            return Err(malformed(&format!(
                "line {line_number} is of another export"
            )));
        }
        verifier.entry(&entry, link)?;
    }
    let verdict = verifier.finish(&claims)?;
    Ok((claims, verdict))
}

fn malformed(what: &str) -> Failure {
    Failure::Malformed(what.to_owned())
}

/// The next line; the fields of exports hold no line ends.
fn next(reader: &mut impl BufRead) -> Result<Option<String>, Failure> {
    let mut line = Vec::new();
    let length = std::io::Read::take(&mut *reader, LONGEST).read_until(b'\n', &mut line)?;
    let text = String::from_utf8(line).map_err(|_| malformed("it is not UTF-8"))?;
    Ok((length > 0).then_some(text))
}

/// What `read` makes of the fields of a line.
fn cells<T>(line: &str, read: impl FnOnce(&[&str]) -> Option<T>) -> Option<T> {
    let fields = Records::new(line).next()?.ok()?;
    let cells: Vec<&str> = fields.iter().map(|field| field.text.as_ref()).collect();
    read(&cells)
}
