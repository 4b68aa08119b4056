//! Which third parties the websites' pages contact: found in pages as they pass, and in browsers'
//! reports. Hosts, counts and days; nothing of a visitor.
//!
//! Each worker counts in its own [`Sightings`]. What one finds for the first time becomes known to
//! all ([`KnownHosts`]), since policies are made from it; [`Inventory`] adds up for the operator.

mod hub;
mod json;
mod known;
mod pattern;
mod sightings;
mod visits;

pub(crate) use hub::Inventory;
pub(crate) use known::KnownHosts;
pub(crate) use pattern::{name_pattern, path_pattern};
pub(crate) use sightings::{Evidence, Sightings};
