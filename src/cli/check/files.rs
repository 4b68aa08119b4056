//! What the files of `[catalogue] files` bring, and what they take away.

use std::sync::Arc;

use crate::{
    cli::layout::{counted, listed},
    config::Config,
    privacy::{Catalogue, Demoted},
    serve::Compiled,
};

/// Names that a sentence gives before it counts the rest.
const NAMED: usize = 12;

/// How many cookies of how many vendors each file lists.
pub(super) fn listed_by(catalogue: &Catalogue) -> impl Iterator<Item = String> {
    catalogue.files().map(|(path, vendors, cookies)| {
        format!(
            "{} lists {} of {}.",
            path.display(),
            counted(cookies, "cookie name"),
            counted(vendors, "vendor")
        )
    })
}

/// Cookies that were necessary without a file, and pass only with consent now. Public lists call
/// sessions and the answers to consent platforms functional; a website without them is broken.
pub(super) fn demoted(
    config: &Config,
    catalogue: &Arc<Catalogue>,
    built_in: &Catalogue,
) -> Vec<String> {
    let sites = Compiled::new(config, catalogue, None, 1).sites;
    let kept = |name: &[u8]| sites.iter().all(|site| site.policy.keeps(name));
    let mut demoted = catalogue.demoted(built_in);
    demoted.retain(|cookie| !kept(&cookie.name));
    let of = |file| demoted.iter().filter(move |cookie| cookie.file == file);
    let sentences = catalogue.files().filter_map(|(file, ..)| {
        let names: Vec<String> = of(file).map(named).collect();
        let shown = names.get(..NAMED).unwrap_or(&names);
        let names_shown = match names.len() - shown.len() {
            0 => listed(shown, "and"),
            more => format!("{} and {more} more", shown.join(", ")),
        };
        (!names.is_empty()).then(|| {
            format!(
                "Cookies that the built-in catalogue calls necessary: {} lists {names_shown} for purposes \
                 that need consent. Name those that the website needs in cookies.keep.",
                file.display(),
            )
        })
    });
    sentences.collect()
}

fn named(cookie: &Demoted<'_>) -> String {
    let name = String::from_utf8_lossy(&cookie.name);
    format!("{name} ({})", cookie.purpose)
}
