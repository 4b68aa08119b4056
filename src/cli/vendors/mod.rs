//! `privet vendors`: the catalogue in force, and whose a cookie, host or path is.

mod command;
mod lookup;
mod table;

pub(super) use command::vendors;
