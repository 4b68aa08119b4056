//! upstream.

pub mod trust;
