//! `privet check`: every mistake of a configuration or, where there is none, what it promises and
//! what it does not cover.
//!
//! Each sentence is true of what the other rooms do: who changes that changes it here.

mod command;
mod files;
mod gaps;
mod gateway;
mod site;
mod third_parties;

pub(super) use command::check;
