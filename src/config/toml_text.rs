//! TOML as text: tables, keys and values in the form in which [`super::write`] gives them back.

use std::{
    fmt::{Display, Write as _},
    path::Path,
    time::Duration,
};

use super::quantity::write_duration;

/// A TOML text in the making.
#[derive(Default)]
pub(super) struct Toml {
    text: String,
}

// Writing to a string can't fail.
impl Toml {
    pub(super) fn into_text(self) -> String {
        self.text
    }

    pub(super) fn comment(&mut self, text: &str) {
        let _ = writeln!(self.text, "# {text}");
    }

    pub(super) fn header(&mut self, header: &str) {
        let gap = if self.text.is_empty() { "" } else { "\n" };
        let _ = writeln!(self.text, "{gap}{header}");
    }

    pub(super) fn value(&mut self, key: &str, value: impl Display) {
        let _ = writeln!(self.text, "{key} = {value}");
    }
}

/// `text` as a TOML basic string that names no variable.
pub(super) fn string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.replace("${", "$${").chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            _ if character.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(character));
            }
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

pub(super) fn list(items: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let items: Vec<String> = items
        .into_iter()
        .map(|item| string(item.as_ref()))
        .collect();
    format!("[{}]", items.join(", "))
}

pub(super) fn duration(duration: Duration) -> String {
    string(&write_duration(duration))
}

pub(super) fn path(path: &Path) -> String {
    string(&path.to_string_lossy())
}
