//! The real binary: what each command says, where, and with which exit code.
#![allow(
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed test may panic"
)]

mod catalogue_files;
mod check;
mod config;
mod explain;
mod gateway;
mod ledger;
mod platforms;
mod program;
mod third_parties;
mod usage;
mod vendors;
