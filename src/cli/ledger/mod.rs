//! `privet ledger`: records of consent, for whoever has to prove, show or erase them.

mod command;
mod csv;
mod json;
mod verify;

pub(super) use command::ledger;
