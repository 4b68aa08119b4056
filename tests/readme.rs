//! What is written for operators holds: the README names every key and every limit's default, its
//! example is sound, and the `proxy.toml` beside it says what holds anyway.

use std::{fs, path::Path};

use privet::config::{Config, parse, to_toml};

fn text(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect("a text file")
}

fn config(text: &str) -> Config {
    parse(text, Path::new("proxy.toml"), &|_| None)
        .map(|loaded| loaded.config)
        .unwrap_or_else(|report| panic!("{report}"))
}

fn defaults() -> Config {
    config("[[site]]\nhosts = [\"*\"]\nupstream = \"demo\"\n")
}

/// The sections that the configuration in force is written with, each with its keys and values.
fn written() -> Vec<(String, String, String)> {
    let mut section = String::new();
    let mut keys = Vec::new();
    for line in to_toml(&defaults(), false).lines() {
        if let Some(header) = line.strip_prefix('[') {
            section = header.trim_matches(['[', ']']).to_owned();
        } else if let Some((key, value)) = line.split_once(" = ") {
            keys.push((section.clone(), key.to_owned(), value.to_owned()));
        }
    }
    keys
}

#[test]
fn the_readme_names_every_key() {
    let readme = text("README.md");
    let keys = written();
    assert!(
        keys.len() > 50,
        "the defaults are all written out: {keys:?}"
    );
    for (section, key, _) in keys {
        let named = readme
            .lines()
            .any(|line| line.starts_with("| ") && line.contains(&format!("`{key}`")));
        assert!(named, "{section}.{key}");
    }
}

#[test]
fn the_readme_gives_every_limit_with_its_default() {
    let readme = text("README.md");
    let limits: Vec<_> = written()
        .into_iter()
        .filter(|(section, ..)| section == "limits")
        .collect();
    assert_eq!(limits.len(), 23, "{limits:?}");
    for (_, key, value) in limits {
        let row = readme
            .lines()
            .find(|line| line.starts_with(&format!("| `{key}` | ")))
            .unwrap_or_else(|| panic!("no row for {key}"));
        let default = row.rsplit(" | ").next().expect("a last column");
        assert!(
            default.contains(&format!("`{value}`")),
            "{key}: {value}, {row}"
        );
    }
}

#[test]
fn the_example_of_the_readme_is_sound() {
    let readme = text("README.md");
    let (_, after) = readme.split_once("```toml\n").expect("an example");
    let (example, _) = after.split_once("\n```").expect("its end");
    // Files that are not here.
    let absent = ["[[tls.certificate]]", "cert ", "key ", "access "];
    let lines = example
        .lines()
        .filter(|line| !absent.iter().any(|start| line.starts_with(start)));
    let config = config(&lines.collect::<Vec<_>>().join("\n"));
    assert_eq!((config.sites.len(), config.vendors.len()), (1, 1));
}

#[test]
fn the_first_configuration_says_what_holds_anyway() {
    assert_eq!(config(&text("proxy.toml")), defaults());
}
