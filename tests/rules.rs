//! The rules of this repository that no compiler knows: which room may do what, and what a file
//! may look like.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The longest file, in lines.
const LONGEST: usize = 400;
/// Files that may be longer, each for as long as it is.
const LONGER: &[&str] = &[];

/// What `privacy` can't name: runtimes, clocks, files, sockets, randomness, the environment, logs.
const IMPURE: &[&str] = &[
    "tokio",
    "rand",
    "getrandom",
    "SystemTime",
    "Instant",
    "UNIX_EPOCH",
    "fs",
    "io",
    "env",
    "process",
    "thread",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "UnixStream",
    "UnixListener",
    "ToSocketAddrs",
    "rustix",
    "socket2",
    "tracing",
    "println",
    "eprintln",
];

/// Names of files that say nothing of what is in them.
const DRAWERS: &[&str] = &["util", "utils", "helper", "helpers", "common", "misc"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below `folder` of the repository, by its path in it.
fn files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path
                .file_name()
                .and_then(|name| name.to_str())
                .expect("a name");
            // Built, or somebody's own.
            if name == "target" || (name.starts_with('.') && name != ".ci") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(root()).expect("inside").to_owned());
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "{folder} is empty");
    found
}

/// Every Rust file of the repository below `folder`, with its text.
fn sources(folder: &str) -> Vec<(String, String)> {
    let files = files(folder).into_iter();
    let rust = files.filter(|path| path.extension().is_some_and(|ending| ending == "rs"));
    rust.map(|path| (path.display().to_string(), read(&path)))
        .collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(root().join(path)).expect("a text file")
}

/// `src`, `tests` and `benches`.
fn all_sources() -> Vec<(String, String)> {
    ["src", "tests", "benches"]
        .into_iter()
        .flat_map(sources)
        .collect()
}

/// The identifiers of a text, without those in comments and strings.
fn identifiers(text: &str) -> BTreeSet<&str> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| {
            // Strings are at odd places between quotes; escaped quotes are rare and do no harm.
            let outside = line.split('"').step_by(2);
            outside.flat_map(|code| {
                code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .filter(|word| !word.is_empty())
            })
        })
        .collect()
}

fn impurities(text: &str) -> Vec<&str> {
    let identifiers = identifiers(text);
    let named = IMPURE.iter().filter(|name| identifiers.contains(*name));
    named.copied().collect()
}

#[test]
fn privacy_reads_no_clock_file_socket_or_random_source() {
    assert_eq!(
        impurities("use std::{fs, time::Instant};\n// tokio\nlet x = \"env\";"),
        ["Instant", "fs"],
        "the rule sees what it is to see"
    );
    for (path, text) in sources("src/privacy") {
        assert_eq!(impurities(&text), [""; 0], "{path}");
    }
}

#[test]
fn http2_is_bytes_in_and_bytes_out() {
    for (path, text) in sources("src/http2") {
        assert_eq!(impurities(&text), [""; 0], "{path}");
    }
}

#[test]
fn privacy_uses_no_other_room() {
    for (path, text) in sources("src/privacy") {
        let foreign: Vec<&str> = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .flat_map(|line| line.split("crate::").skip(1))
            .filter(|rest| !rest.starts_with("privacy"))
            .collect();
        assert_eq!(foreign, [""; 0], "{path}");
    }
}

#[test]
fn only_privacy_makes_what_a_website_gets() {
    let home = "src/privacy/request.rs";
    let text = read(Path::new(home));
    let (before, after) = text
        .split_once("pub struct OriginRequest {")
        .expect("the type");
    let (fields, _) = after.split_once('}').expect("its end");
    assert!(!fields.contains("pub"), "its fields are private: {fields}");
    let attributes = before.rsplit("\n\n").next().expect("what stands before it");
    assert!(
        attributes.contains("#[derive(Debug)]") && attributes.matches("derive").count() == 1,
        "nothing derived makes one: {attributes}"
    );
    assert!(
        !text.contains(" for OriginRequest"),
        "no trait makes one from something else"
    );
    assert_eq!(
        text.matches("OriginRequest {").count(),
        3,
        "the type, its methods, and one place that makes it"
    );
    for (path, text) in sources("src").iter().filter(|(path, _)| path != home) {
        assert!(!text.contains("OriginRequest {"), "{path}");
        assert!(!text.contains(" for OriginRequest"), "{path}");
    }
}

#[test]
fn an_address_of_a_visitor_has_no_form_for_others() {
    for (path, text) in sources("src") {
        for form in ["Display", "Serialize", "ToString", "LowerHex", "Deref"] {
            assert!(
                !text.contains(&format!("{form} for ClientAddr")),
                "{path}: {form}"
            );
        }
    }
    let text = read(Path::new("src/privacy/address.rs"));
    let (before, after) = text.split_once("pub struct ClientAddr(").expect("the type");
    assert!(after.starts_with("IpAddr);"), "what it holds is private");
    let derived = before.rsplit("#[derive(").next().expect("its derives");
    assert_eq!(
        derived.trim(),
        "Clone, Copy, Eq, PartialEq)]",
        "Debug is written by hand"
    );
}

#[test]
fn mod_rs_holds_no_logic() {
    for (path, text) in sources("src") {
        if path.ends_with("mod.rs") || path == "src/lib.rs" {
            let identifiers = identifiers(&text);
            for word in ["fn", "impl", "struct", "enum", "macro_rules"] {
                assert!(!identifiers.contains(word), "{path}: {word}");
            }
        }
    }
}

#[test]
fn every_file_begins_with_what_it_is_for() {
    for (path, text) in all_sources() {
        assert!(text.starts_with("//! "), "{path}");
    }
}

#[test]
fn no_file_is_too_long_to_read_at_once() {
    for (path, text) in all_sources() {
        let lines = text.lines().count();
        let is_long = lines > LONGEST;
        let may_be_long = LONGER.contains(&path.as_str());
        assert_eq!(
            is_long, may_be_long,
            "{path} has {lines} lines: split it, or take it off the list of longer ones"
        );
    }
}

#[test]
fn nothing_is_unsafe() {
    assert!(read(Path::new("Cargo.toml")).contains("unsafe_code = \"forbid\""));
    for (path, text) in all_sources() {
        assert!(!identifiers(&text).contains("unsafe"), "{path}");
    }
}

#[test]
fn no_file_or_folder_is_a_drawer() {
    for folder in ["src", "tests", "benches"] {
        for path in files(folder) {
            for part in path.iter().filter_map(|part| part.to_str()) {
                let stem = part.split('.').next().unwrap_or(part);
                assert!(!DRAWERS.contains(&stem), "{}", path.display());
            }
        }
    }
}

#[test]
fn no_file_knows_the_machine_it_was_written_on() {
    let home = std::env::var("HOME").unwrap_or_default();
    let mut places: Vec<String> = ["home", "root", "Users", "tmp"]
        .map(|name| format!("/{name}/"))
        .to_vec();
    places.push(root().display().to_string());
    if home.len() > 1 {
        places.push(format!("{home}/"));
    }
    for path in files(".") {
        let Ok(text) = fs::read_to_string(root().join(&path)) else {
            continue;
        };
        for place in &places {
            assert!(!text.contains(place), "{}: {place}", path.display());
        }
    }
}
