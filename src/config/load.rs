//! From a file, a text or the command line to a [`Config`], or to everything that is wrong.

use std::{net::SocketAddr, path::Path, sync::OnceLock};

use super::{
    environment::Environment,
    include::{Document, read_all},
    mistake::{Mistake, Report, Severity},
    node::Context,
    options::Config,
    problem::{Finding, Findings, Problem},
    resolve,
    source::{Place, Sources, read, reason},
};
use crate::privacy::{BUILT_IN_CATALOGUE, Catalogue, Vendor};

/// A configuration without errors.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What is in force.
    pub config: Config,
    /// What the operator should know about it.
    pub warnings: Vec<Mistake>,
}

/// Reads the configuration file at `path` and those that it includes.
///
/// # Errors
/// Everything that is wrong, warnings too, in the order of the files.
pub fn load(path: &Path, environment: Environment<'_>) -> Result<Loaded, Report> {
    parse(&text_of(path)?, path, environment)
}

fn text_of(path: &Path) -> Result<String, Report> {
    let bytes = read(path).map_err(|error| {
        let problem = Problem::error(format!("can't be read: {}", reason(&error))).expecting(
            "a configuration file here or after --config; \"privet run --upstream URL\" needs none",
        );
        let findings = Findings::default();
        findings.add(Finding {
            place: None,
            key: path.display().to_string(),
            problem,
        });
        Report {
            mistakes: findings.into_mistakes(&Sources::default(), &[]),
        }
    })?;
    String::from_utf8(bytes).map_err(|error| not_utf8(path, &error))
}

/// Where the gateway that runs with the file at `path` listens for its operator; `None` for
/// nowhere. Mistakes elsewhere in the file don't matter, so that a gateway can be asked while its
/// next configuration is being written.
///
/// # Errors
/// What is wrong with `[admin]`, or that the file can't be read.
pub fn admin_listener(
    path: &Path,
    environment: Environment<'_>,
) -> Result<Option<SocketAddr>, Report> {
    let text = text_of(path)?;
    let (listener, mut mistakes) = compile(&text, path, environment, resolve::admin);
    mistakes
        .retain(|mistake| mistake.severity == Severity::Error && mistake.key.starts_with("admin"));
    match listener {
        Some(listener) if mistakes.is_empty() => Ok(listener),
        _ => Err(Report { mistakes }),
    }
}

fn not_utf8(path: &Path, error: &std::string::FromUtf8Error) -> Report {
    let (mut sources, findings) = (Sources::default(), Findings::default());
    let start = error.utf8_error().valid_up_to();
    let file = sources.add(path, String::from_utf8_lossy(error.as_bytes()).into_owned());
    let problem = Problem::syntax("not UTF-8").expecting("text in UTF-8");
    findings.add(Finding {
        place: Some(Place {
            file,
            start,
            end: start,
        }),
        key: String::new(),
        problem,
    });
    Report {
        mistakes: findings.into_mistakes(&sources, &[]),
    }
}

/// Reads `text` as the configuration file `name`. Relative paths start from the folder of `name`.
///
/// # Errors
/// Everything that is wrong, warnings too, in the order of the files.
pub fn parse(text: &str, name: &Path, environment: Environment<'_>) -> Result<Loaded, Report> {
    let (config, mistakes) = compile(text, name, environment, resolve::config);
    match config {
        Some(config)
            if mistakes
                .iter()
                .all(|mistake| mistake.severity == Severity::Warning) =>
        {
            Ok(Loaded {
                config,
                warnings: mistakes,
            })
        }
        _ => Err(Report { mistakes }),
    }
}

/// The vendors of a catalogue: TOML that holds `[[vendor]]` tables and nothing else.
///
/// # Errors
/// Everything that is wrong.
pub fn vendors_from_catalogue(text: &str) -> Result<Vec<Vendor>, Report> {
    let nothing = |_: &str| None;
    let (vendors, mistakes) = compile(
        text,
        Path::new("catalogue.toml"),
        &nothing,
        resolve::catalogue,
    );
    match vendors {
        Some(vendors)
            if mistakes
                .iter()
                .all(|mistake| mistake.severity == Severity::Warning) =>
        {
            Ok(vendors)
        }
        _ => Err(Report { mistakes }),
    }
}

/// The vendors in force: the built-in ones, those of files over them, and the operator's over both.
///
/// # Errors
/// What is wrong with the built-in catalogue.
pub(crate) fn catalogue(config: &Config) -> Result<Catalogue, Report> {
    let built_in = built_in_vendors().as_ref().map_err(Clone::clone)?;
    Ok(Catalogue::with_files(
        built_in.clone(),
        &config.catalogue_files,
        config.vendors.clone(),
    ))
}

/// The vendors that are compiled into the program, read once.
pub(super) fn built_in_vendors() -> &'static Result<Vec<Vendor>, Report> {
    static VENDORS: OnceLock<Result<Vec<Vendor>, Report>> = OnceLock::new();
    VENDORS.get_or_init(|| vendors_from_catalogue(BUILT_IN_CATALOGUE))
}

fn compile<T>(
    text: &str,
    name: &Path,
    environment: Environment<'_>,
    resolve: impl FnOnce(&super::document::Value, Context<'_>) -> Option<T>,
) -> (Option<T>, Vec<Mistake>) {
    let findings = Findings::default();
    let Document {
        root,
        sources,
        damaged,
    } = read_all(name, text.to_owned(), environment, &findings);
    let context = Context {
        findings: &findings,
        environment,
        sources: &sources,
    };
    let compiled = resolve(&root, context);
    (compiled, findings.into_mistakes(&sources, &damaged))
}

/// The configuration of `privet run --upstream URL [--https ADDR] [--http ADDR] [--admin ADDR]`: one
/// website, all defaults.
///
/// # Errors
/// Everything that is wrong with the flags, each mistake naming its flag as key.
pub fn for_upstream(
    url: &str,
    https: Option<&str>,
    http: Option<&str>,
    admin: Option<&str>,
) -> Result<Loaded, Report> {
    let mut text = String::from("[listen]\n");
    for (key, address) in [("https", https), ("http", http)] {
        if let Some(address) = address {
            text.push_str(&format!(
                "{key} = [{}]\n",
                super::toml_text::string(address)
            ));
        }
    }
    if let Some(address) = admin {
        text.push_str(&format!(
            "[admin]\nlisten = {}\n",
            super::toml_text::string(address)
        ));
    }
    text.push_str(&format!(
        "[[site]]\nhosts = [\"*\"]\nupstream = {}\n",
        super::toml_text::string(url)
    ));
    let loaded = parse(&text, Path::new(""), &|_| None);
    let flagged = |mut mistakes: Vec<Mistake>| {
        for mistake in &mut mistakes {
            mistake.key = flag(&mistake.key).to_owned();
            (mistake.file, mistake.position) = (String::new(), None);
        }
        mistakes
    };
    match loaded {
        Ok(Loaded { config, warnings }) => Ok(Loaded {
            config,
            warnings: flagged(warnings),
        }),
        Err(report) => Err(Report {
            mistakes: flagged(report.mistakes),
        }),
    }
}

fn flag(key: &str) -> &'static str {
    match key {
        _ if key.starts_with("listen.https") => "--https",
        _ if key.starts_with("listen.http") => "--http",
        _ if key.starts_with("admin") => "--admin",
        _ => "--upstream",
    }
}
