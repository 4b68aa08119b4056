//! Running privet in a folder of its own.

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

/// One site, the bundled one.
pub(crate) const DEMO: &str = "[[site]]\nhosts = [\"*\"]\nupstream = \"demo\"\n";

/// A folder to run privet in.
pub(crate) struct Folder(TempDir);

/// What privet said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Folder {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    /// One with `text` as `proxy.toml`.
    pub(crate) fn with(text: &str) -> Self {
        let folder = Self::new();
        folder.write("proxy.toml", text);
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).expect("written");
    }

    /// privet, about to run here.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_privet"));
        command
            .args(arguments)
            .current_dir(self.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs privet to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        let Output {
            status,
            stdout,
            stderr,
        } = self.command(arguments).output().expect("privet runs");
        Said {
            code: status.code(),
            out: String::from_utf8(stdout).expect("text"),
            err: String::from_utf8(stderr).expect("text"),
        }
    }

    /// What privet says on standard output when all is well.
    pub(crate) fn fine(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert_eq!(said.code, Some(0), "{arguments:?}: {said:?}");
        said.out
    }
}

/// The text with every run of white space as one space, so that wrapping doesn't matter.
pub(crate) fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The line of `text` whose first word is `name`, its columns one space apart.
pub(crate) fn row(text: &str, name: &str) -> String {
    let mut lines = text.lines();
    let found = lines.find(|line| line.split_whitespace().next() == Some(name));
    unwrapped(found.unwrap_or_else(|| panic!("no row {name} in:\n{text}")))
}

/// The lines under the title that begins with `title`.
pub(crate) fn section<'t>(text: &'t str, title: &str) -> &'t str {
    let start = text
        .find(&format!("\n{title}"))
        .unwrap_or_else(|| panic!("no section {title:?} in:\n{text}"));
    let body = &text[start + 1..];
    body.split("\n\n").next().unwrap_or(body)
}
