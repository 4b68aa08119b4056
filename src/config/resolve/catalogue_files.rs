//! `[catalogue]`: lists of cookies in files of their own, such as the Open Cookie Database.

use std::path::{Path, absolute};

use super::cookie_list;
use crate::{
    config::{
        mistake::quoted,
        node::Node,
        problem::{Finding, Findings, Problem},
        section::{Keys, Section},
        source::{Place, Sources, read, reason},
    },
    privacy::{BUILT_IN_CATALOGUE, CookieList, Vendor},
};

pub(super) const KEYS: Keys = Keys {
    allowed: &["files"],
    later: &[],
    top_level: &[],
};

const FILES: &str = "a list of CSV files, such as [\"cookies.csv\"]";

/// Vendors that have a number.
const VENDOR_LIMIT: usize = u16::MAX as usize;

/// The lists of all files; `own` is the number of `[[vendor]]` tables.
pub(super) fn files(section: Option<&Section<'_>>, own: usize) -> Vec<CookieList> {
    let mut known = own + built_in();
    let node = section.and_then(|section| section.get("files"));
    let lists = node.and_then(|node| {
        node.list(FILES, |item| {
            let list = file(item)?;
            known += list.vendors.len();
            if known > VENDOR_LIMIT {
                let problem = Problem::error(format!(
                    "{} makes {known} vendors with those before it, [[vendor]] and the built-in ones",
                    quoted(&list.path.display().to_string())
                ));
                item.report(problem.expecting(format!("at most {VENDOR_LIMIT} in all")));
            }
            Some(list)
        })
    });
    lists.unwrap_or_default()
}

fn built_in() -> usize {
    let lines = BUILT_IN_CATALOGUE.lines();
    lines.filter(|line| line.trim() == "[[vendor]]").count()
}

fn file(node: &Node<'_>) -> Option<CookieList> {
    let folder = node.context.sources.folder(node.value.place);
    let (name, path) = node.parsed("the path of a CSV file", |text| {
        let name = folder.join(text);
        let path = absolute(&name).map_err(|_| Problem::error("is no path"));
        match text {
            "" => Err(Problem::error("is empty")),
            _ => Ok((name, path?)),
        }
    })?;
    match read(&name) {
        Ok(bytes) => Some(CookieList {
            vendors: vendors(&name, bytes, node.context.findings),
            path,
        }),
        Err(error) => {
            let shown = quoted(&name.display().to_string());
            let problem = format!("{shown} can't be read: {}", reason(&error));
            node.report(Problem::error(problem).expecting("the path of a CSV file"));
            None
        }
    }
}

/// The vendors that the file `name` lists; its mistakes are added to `all`.
fn vendors(name: &Path, bytes: Vec<u8>, all: &Findings) -> Vec<Vendor> {
    let (mut sources, findings) = (Sources::default(), Findings::default());
    let vendors = match String::from_utf8(bytes) {
        Ok(text) => {
            // A byte order mark; spreadsheets write one.
            let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
            sources.add(name, text.to_owned());
            cookie_list::vendors(text, &findings)
        }
        Err(error) => {
            let start = error.utf8_error().valid_up_to();
            sources.add(name, String::from_utf8_lossy(error.as_bytes()).into_owned());
            let place = Place::new(0, &(start..start));
            findings.add(Finding {
                place: Some(place),
                key: String::new(),
                problem: Problem::error("not UTF-8").expecting("CSV, as text in UTF-8"),
            });
            Vec::new()
        }
    };
    all.add_elsewhere(findings.into_mistakes(&sources, &[]));
    vendors
}
