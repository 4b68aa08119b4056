//! The visitor's address: found as the operator says, minimised, and in nothing else that leaves.

mod fields;
mod method;
mod proxies;
mod proxy_protocol;
