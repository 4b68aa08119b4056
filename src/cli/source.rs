//! Which configuration a command is about.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use super::outcome::Outcome;
use crate::{
    config::{Config, Loaded, Report, admin_listener, for_upstream, load},
    server::Origin,
};

const DEFAULT_FILE: &str = "proxy.toml";

/// `--config`, or its absence.
#[derive(Debug)]
pub(super) struct Source(Option<PathBuf>);

impl Source {
    /// The file that `--config` names.
    pub(super) fn new(given: Option<PathBuf>) -> Self {
        Self(given)
    }

    /// Whether `--config` was given.
    pub(super) fn is_given(&self) -> bool {
        self.0.is_some()
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        self.0.as_deref().unwrap_or_else(|| Path::new(DEFAULT_FILE))
    }

    /// The file, as the gateway reads it.
    pub(super) fn origin(&self) -> Origin {
        Origin::File(self.path().to_owned())
    }

    /// Reads it.
    pub(super) fn load(&self) -> Result<Loaded, Outcome> {
        load(self.path(), &environment).map_err(Outcome::wrong)
    }

    /// Reads it; the defaults, and false, where none was given and none is there.
    pub(super) fn load_or_default(&self) -> Result<(Config, bool), Outcome> {
        if self.is_missing() {
            let loaded = defaults().map_err(Outcome::wrong)?;
            return Ok((loaded.config, false));
        }
        Ok((self.load()?.config, true))
    }

    /// Where the gateway that runs with it listens for its operator; `None` for nowhere.
    pub(super) fn admin(&self) -> Result<Option<SocketAddr>, Report> {
        if self.is_missing() {
            Ok(defaults()?.config.admin)
        } else {
            admin_listener(self.path(), &environment)
        }
    }

    /// Whether no file was given, and there is none by default: as with `privet run --upstream`.
    fn is_missing(&self) -> bool {
        self.0.is_none() && !Path::new(DEFAULT_FILE).exists()
    }
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn defaults() -> Result<Loaded, Report> {
    for_upstream("demo", None, None, None)
}
