//! Cookies as bytes (RFC 6265bis): the pairs of a request, the lines of a response, their dates,
//! and the expiry of what the browser should no longer hold. Nothing is reserialised.

mod date;
mod decision;
mod eviction;
mod lifetime;
mod memory;
mod pairs;
mod reissue;
mod set_cookie;

pub use date::imf_fixdate;
pub use decision::{CookieDecision, evictions};
pub use eviction::Evictions;
pub use memory::CookieMemory;
pub use pairs::{CookiePair, pairs, request_pairs};
pub use reissue::{CAPPED_COOKIE, Reissues};
pub use set_cookie::cookie_name;

pub(super) use lifetime::Lifetime;
pub(super) use pairs::judged_name;
pub(super) use set_cookie::{Upgrade, upgraded};
