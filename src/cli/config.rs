//! `privet config`: the configuration in force.

use super::{outcome::Outcome, source::Source};
use crate::config::to_toml;

/// The configuration as TOML, defaults filled in.
pub(super) fn config(source: &Source, anonymise: bool) -> Outcome {
    match source.load() {
        Ok(loaded) => Outcome::fine(to_toml(&loaded.config, anonymise)),
        Err(outcome) => outcome,
    }
}
