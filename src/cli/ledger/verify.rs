//! `privet ledger verify`: an export proven whole and unaltered, or why not.

use std::{
    fmt,
    fs::File,
    io::{self, BufRead, BufReader},
    path::Path,
};

use super::{csv, json};
use crate::{
    cli::outcome::Outcome,
    privacy::ledger::{Claims, Digest, Fault, Selection, Verdict},
};

/// Why an export proves nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// It can't be read at all.
    Unreadable(io::Error),
    /// It is no export, or one that was damaged.
    Malformed(String),
    /// It was altered.
    Fault(Fault),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => error.fmt(f),
            Self::Malformed(what) => write!(f, "not proven: {what}"),
            Self::Fault(fault) => write!(f, "not proven: {fault}"),
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error)
    }
}

/// Reads the file and says what it proves.
pub(super) fn verify(file: &Path, root: Option<Digest>) -> Outcome {
    match read(file, root) {
        Ok((claims, verdict)) => Outcome::fine(words(&claims, &verdict)),
        Err(failure) => Outcome::failed(format!("{}: {failure}", file.display())),
    }
}

fn read(file: &Path, root: Option<Digest>) -> Result<(Claims, Verdict), Failure> {
    let mut reader = BufReader::new(File::open(file)?);
    let is_json = reader.fill_buf()?.trim_ascii_start().starts_with(b"{");
    if is_json {
        json::read(reader, root)
    } else {
        csv::read(reader, root)
    }
}

fn words(claims: &Claims, verdict: &Verdict) -> String {
    let mut text = String::new();
    let mut line = |sentence: String| text.extend([sentence.as_str(), "\n"]);
    let Some((first, last)) = verdict.numbers else {
        return match claims.selection {
            Selection::All => "whole: there are no entries\n".to_owned(),
            _ => "there are no entries of this selection\n".to_owned(),
        };
    };
    let (entries, consents, erased) = (verdict.entries, verdict.consents, verdict.erased);
    match claims.selection {
        Selection::All => line(format!("whole and unaltered: entries {first} to {last}")),
        Selection::Since(day) => line(format!(
            "unaltered, and whole since {day}: entries {first} to {last}; what came before is not in it"
        )),
        Selection::Visitor => line(format!(
            "unaltered: {entries} entries of one visitor, {first} to {last}; a selection can't show that \
             it is all"
        )),
    }
    line(format!("choices   {consents}"));
    if erased > 0 {
        line(format!("erased    {erased}, as the chain says"));
    }
    if first > 1 && claims.selection == Selection::All {
        line(format!(
            "pruned    entries up to {}, as the chain says",
            first - 1
        ));
    }
    line(format!("days      {}", verdict.days));
    line(format!("last link {}", verdict.head));
    line(match verdict.root {
        Some(number) => format!("root      is the link of entry {number}: nothing up to there was made anew"),
        None => "root      none given: a chain made anew from its beginning could not be told from this one"
            .to_owned(),
    });
    text
}
