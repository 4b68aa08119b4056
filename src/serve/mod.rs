//! serve.

pub mod page;
