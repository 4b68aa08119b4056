//! `privet explain`: a request that nobody sends, taken through the functions that serve real ones,
//! and what each of them decides, with the reason and the key that would change it.
//!
//! `arguments` reads what the visitor would send, `command` rehearses it, `why` has the reasons,
//! and `show` puts all on the page, with `cookies`, `wire`, `page` and `logged`. Values of cookies and credentials are not shown.

mod arguments;
mod command;
mod cookies;
mod logged;
mod page;
mod platforms;
mod show;
mod why;
mod wire;

pub(super) use arguments::{Url, cookie, header, purposes, set_cookie};
pub(super) use command::explain;
pub(super) use why::{layer, source};
