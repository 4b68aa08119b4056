//! listen.

pub mod proxy_protocol;
