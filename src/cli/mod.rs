//! The command line: what an operator can ask of privet, one file for each command.
//!
//! A command is a function from its arguments to an `Outcome`, the text and the
//! exit code; only `run` goes on for longer. Exit codes: 0 fine, 1 failed while running, 2 wrong
//! usage or configuration.

mod arguments;
mod check;
mod config;
mod dispatch;
mod explain;
mod greeting;
mod healthcheck;
mod layout;
mod ledger;
mod outcome;
mod reload;
mod run;
mod source;
mod vendors;

pub use dispatch::main;
