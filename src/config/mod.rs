//! config.

pub mod options;
