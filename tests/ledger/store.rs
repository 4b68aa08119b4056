//! A store for a gateway, and what the commands say of it.

use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::NamedTempFile;

use crate::gateway::{Gateway, process::site};

/// A configuration with that store, before nobody: only privet's own pages are asked for.
pub(crate) fn config(store: &str, more: &str) -> String {
    format!(
        "{}[ledger]\nstore = \"{store}\"\n{more}\n",
        site(&["http://127.0.0.1:9"])
    )
}

/// What a command said.
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// `privet ledger …`, with the configuration of `gateway`.
pub(crate) fn ledger(gateway: &Gateway, arguments: &[&str]) -> Said {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(env!("CARGO_BIN_EXE_privet"))
        .arg("--config")
        .arg(gateway.config_path())
        .arg("ledger")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("privet runs");
    Said {
        code: status.code(),
        out: String::from_utf8(stdout).expect("text"),
        err: String::from_utf8(stderr).expect("text"),
    }
}

/// What it says when all is well.
pub(crate) fn fine(gateway: &Gateway, arguments: &[&str]) -> String {
    let said = ledger(gateway, arguments);
    assert_eq!(
        said.code,
        Some(0),
        "{arguments:?}: {}{}",
        said.out,
        said.err
    );
    said.out
}

/// The whole ledger.
pub(crate) fn export(gateway: &Gateway) -> Value {
    serde_json::from_str(&fine(gateway, &["export"])).expect("JSON")
}

/// The records of choices in an export, in order.
pub(crate) fn records(export: &Value) -> Vec<&Value> {
    let entries = export["entries"].as_array().expect("entries").iter();
    let records = entries.map(|entry| &entry["record"]);
    records
        .filter(|record| record["kind"] == "consent")
        .collect()
}

/// What `verify` makes of a text: exit code, and what it says.
pub(crate) fn verify(gateway: &Gateway, export: &str, more: &[&str]) -> (Option<i32>, String) {
    let file = NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), export).expect("written");
    let path = file.path().to_str().expect("UTF-8");
    let said = ledger(gateway, &[&["verify", path], more].concat());
    (said.code, said.out + &said.err)
}

/// That the ledger as it stands is whole.
pub(crate) fn assert_whole(gateway: &Gateway) {
    for format in ["json", "csv"] {
        let text = fine(gateway, &["export", "--format", format]);
        let (code, said) = verify(gateway, &text, &[]);
        assert_eq!(code, Some(0), "{format}: {said}\n{text}");
    }
}
