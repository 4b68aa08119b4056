//! What a command says, and how it ended.

use std::{
    fmt::Display,
    io::{self, Write},
    process::ExitCode,
};

/// How a command ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Exit {
    Fine = 0,
    Failed = 1,
    Wrong = 2,
}

/// A command's answer.
#[derive(Debug)]
pub(super) struct Outcome {
    exit: Exit,
    out: String,
    err: String,
}

impl Outcome {
    /// It went well; `out` is what was asked for.
    pub(super) fn fine(out: impl Into<String>) -> Self {
        Self {
            exit: Exit::Fine,
            out: out.into(),
            err: String::new(),
        }
    }

    /// It failed, and why, in one line.
    pub(super) fn failed(reason: impl Display) -> Self {
        Self {
            exit: Exit::Failed,
            out: String::new(),
            err: format!("privet: {reason}\n"),
        }
    }

    /// Usage or configuration are wrong; `report` says all of it.
    pub(super) fn wrong(report: impl Display) -> Self {
        Self {
            exit: Exit::Wrong,
            out: String::new(),
            err: format!("{}\n", report.to_string().trim_end()),
        }
    }

    /// With something to know on standard error.
    pub(super) fn noting(mut self, note: impl Display) -> Self {
        self.err = format!("{}\n{}", note.to_string().trim_end(), self.err);
        self
    }

    /// Says it.
    pub(super) fn end(self) -> ExitCode {
        // Nobody is left to be told that nobody listens.
        let _ = io::stderr().write_all(self.err.as_bytes());
        let mut out = io::stdout().lock();
        let _ = out
            .write_all(self.out.as_bytes())
            .and_then(|()| out.flush());
        ExitCode::from(self.exit as u8)
    }
}
