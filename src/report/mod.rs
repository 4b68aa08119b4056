//! The privacy report at `/` of the admin listener: what privet stripped, gated, evicted and let pass,
//! over time and by vendor, how visitors chose, and what appeared for the first time.
//!
//! Aggregates only; a number below ten shows as "<10", because it may be about one person. Pure: what was
//! gathered goes in, a page or JSON comes out.

mod chart;
mod html;
mod json;
mod model;
mod number;
mod tables;

pub(crate) use html::html;
pub(crate) use json::json;
pub(crate) use model::{MOST_DAYS, Report, basis_in_words, day};
