//! Which website a request is for: its authority (RFC 9110 §4.3), and the table of sites. Pure.

mod authority;
mod table;

pub(crate) use authority::Authority;
pub(crate) use table::SiteTable;
