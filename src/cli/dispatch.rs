//! From the command line to a command, and its exit code.

use std::process::ExitCode;

use clap::{CommandFactory, Parser, error::ErrorKind};

use super::{
    arguments::{Arguments, Command, RunArguments},
    check, config, explain, healthcheck, ledger,
    outcome::Outcome,
    reload, run,
    source::Source,
    vendors,
};
use crate::server::Origin;

/// The whole program.
pub fn main() -> ExitCode {
    match Arguments::try_parse() {
        Ok(arguments) => dispatch(arguments),
        Err(error) => usage(&error),
    }
}

fn dispatch(arguments: Arguments) -> ExitCode {
    let source = Source::new(arguments.config);
    let outcome = match arguments.command {
        None => return run::run(source.origin()),
        Some(Command::Run(arguments)) => match origin(arguments, &source) {
            Ok(origin) => return run::run(origin),
            Err(error) => return usage(&error),
        },
        Some(Command::Check) => check::check(&source),
        Some(Command::Reload(arguments)) => reload::reload(&source, arguments.admin),
        Some(Command::Healthcheck(arguments)) => healthcheck::healthcheck(&source, arguments.admin),
        Some(Command::Explain(arguments)) => explain::explain(&source, &arguments),
        Some(Command::Vendors { names }) => vendors::vendors(&source, &names),
        Some(Command::Config { anonymise }) => config::config(&source, anonymise),
        Some(Command::Declaration(_)) => later("declaration"),
        Some(Command::Ledger(command)) => ledger::ledger(&source, &command),
    };
    outcome.end()
}

fn origin(arguments: RunArguments, source: &Source) -> Result<Origin, clap::Error> {
    let Some(upstream) = arguments.upstream else {
        return Ok(source.origin());
    };
    if source.is_given() {
        let message = "--upstream serves one website with all defaults, --config a file: give one";
        return Err(Arguments::command().error(ErrorKind::ArgumentConflict, message));
    }
    Ok(Origin::Arguments {
        upstream,
        https: arguments.https,
        http: arguments.http,
        admin: arguments.admin,
    })
}

/// Help and version are no mistakes: clap knows.
fn usage(error: &clap::Error) -> ExitCode {
    // Nobody is left to be told that nobody listens.
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

fn later(command: &str) -> Outcome {
    Outcome::wrong(format!("privet {command}: not supported yet"))
}
