//! Starting is the easy part: reloads and shutdowns under load, and what the operator is told.

mod admin;
mod drain;
mod load;
mod reload;
