//! The command: a table, or an answer for each name.

use std::sync::Arc;

use super::{lookup::Lookup, table::table};
use crate::{
    cli::{layout::Text, outcome::Outcome, source::Source},
    config::catalogue,
    serve::Compiled,
};

/// Shows the vendors in force, or what each of `names` is.
pub(in crate::cli) fn vendors(source: &Source, names: &[String]) -> Outcome {
    let (config, from_file) = match source.load_or_default() {
        Ok(loaded) => loaded,
        Err(outcome) => return outcome,
    };
    let catalogue = match catalogue(&config) {
        Ok(catalogue) => Arc::new(catalogue),
        Err(report) => return Outcome::failed(report),
    };
    if names.is_empty() {
        return Outcome::fine(table(&catalogue, config.vendors.len()));
    }
    let compiled = Compiled::new(&config, &catalogue, None, None, 1);
    let lookup = Lookup {
        catalogue: &catalogue,
        sites: &compiled.sites,
    };
    let mut text = Text::default();
    for name in names {
        lookup.tell(name, &mut text);
    }
    if !from_file {
        text.title("(There is no proxy.toml here: built-in vendors and defaults.)");
    }
    Outcome::fine(text.into_string())
}
