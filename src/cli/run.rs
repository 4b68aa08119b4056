//! `privet run`: serves until a signal ends it.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use super::{greeting::greeting, outcome::Outcome};
use crate::server::{self, Origin, StartError};

/// Serves the websites of `origin`.
pub(super) fn run(origin: Origin) -> ExitCode {
    let loaded = match origin.load() {
        Ok(loaded) => loaded,
        Err(report) => return Outcome::wrong(report).end(),
    };
    let greet = |serving: &server::Serving<'_>| {
        // Standard output belongs to the access log. A closed standard error is no reason not to
        // serve.
        let _ = io::stderr().write_all(greeting(serving).as_bytes());
    };
    match server::run(origin, loaded, greet) {
        Ok(()) => ExitCode::SUCCESS,
        Err(StartError::Config(report)) => Outcome::wrong(report).end(),
        Err(error) => Outcome::failed(error).end(),
    }
}
