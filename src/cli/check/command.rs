//! The command: the parts in their order.

use std::sync::Arc;

use super::{gaps, gateway, site};
use crate::{
    cli::{
        greeting::{hosts, upstream},
        layout::Text,
        outcome::Outcome,
        source::Source,
    },
    config::{
        Config, Loaded, Report, catalogue,
        options::{self, Site, Upstream},
    },
    ledger::probe,
    privacy::{Catalogue, Policy},
    serve::vendor_behind,
    tls::{CertificateResolver, Certificates, server_config},
};

/// Checks the configuration.
pub(in crate::cli) fn check(source: &Source) -> Outcome {
    let Loaded { config, warnings } = match source.load() {
        Ok(loaded) => loaded,
        Err(outcome) => return outcome,
    };
    let text = match promises(source, &config) {
        Ok(text) => text,
        Err(reason) => return Outcome::wrong(reason),
    };
    if warnings.is_empty() {
        Outcome::fine(text)
    } else {
        let mistakes = warnings;
        Outcome::fine(text).noting(format!("{}\n", Report { mistakes }))
    }
}

fn promises(source: &Source, config: &Config) -> Result<String, String> {
    let certificates =
        Certificates::load(&config.tls, &config.hosts()).map_err(|error| error.to_string())?;
    let resolver = Arc::new(CertificateResolver::new(certificates.clone()));
    server_config(&config.tls, resolver).map_err(|error| error.to_string())?;
    let catalogue = Arc::new(catalogue(config).map_err(|report| report.to_string())?);
    if let Some(options::Ledger { store, .. }) = &config.ledger {
        probe(store).map_err(|error| format!("{store}: {error} (ledger.store)"))?;
    }
    let mut text = Text::default();
    text.line(&format!("{}: no mistakes.", source.path().display()));
    text.title("Promised for every website");
    for sentence in gateway::promises(config, &catalogue) {
        text.item(&sentence);
    }
    for sites in alike(&config.sites) {
        text.title(&title(&sites, config.sites.len()));
        for site in &sites {
            text.item(&route(site, &catalogue));
        }
        if let Some(site) = sites.first() {
            let policy = Policy::new(site.policy_rules(), None, Arc::clone(&catalogue));
            for sentence in site::promises(site, &policy, &config.vendors) {
                text.item(&sentence);
            }
        }
    }
    text.title("Not covered");
    for sentence in gaps::gateway(config, &certificates) {
        text.item(&sentence);
    }
    for sites in alike(&config.sites) {
        let of = if sites.len() == config.sites.len() {
            String::new()
        } else {
            let names: Vec<String> = sites.iter().map(|site| hosts(&site.hosts)).collect();
            format!("{}: ", names.join("; "))
        };
        if let Some(site) = sites.first() {
            for sentence in gaps::site(site) {
                text.item(&format!("{of}{sentence}"));
            }
        }
    }
    for sentence in gaps::ALWAYS {
        text.item(sentence);
    }
    Ok(text.into_string())
}

/// Sites whose rules are the same, together.
fn alike(sites: &[Site]) -> Vec<Vec<&Site>> {
    let same = |a: &Site, b: &Site| {
        (a.mode, a.address) == (b.mode, b.address)
            && a.consent == b.consent
            && a.cookies == b.cookies
            && a.headers == b.headers
            && a.third_parties == b.third_parties
    };
    let mut groups: Vec<Vec<&Site>> = Vec::new();
    for site in sites {
        let group = groups
            .iter_mut()
            .find(|group| group.first().is_some_and(|first| same(first, site)));
        match group {
            Some(group) => group.push(site),
            None => groups.push(vec![site]),
        }
    }
    groups
}

fn title(sites: &[&Site], all: usize) -> String {
    let names: Vec<String> = sites.iter().map(|site| hosts(&site.hosts)).collect();
    match (sites.len(), all) {
        (1, 1) => "Promised for the website".to_owned(),
        (some, all) if some == all => "Promised for each of the websites".to_owned(),
        _ => format!("Promised for {}", names.join("; ")),
    }
}

fn route(site: &Site, catalogue: &Catalogue) -> String {
    let turns = match &site.upstream {
        Upstream::Servers(servers) if servers.len() > 1 => ", in turn",
        Upstream::Servers(_) | Upstream::Demo => "",
    };
    let behind = vendor_behind(&site.upstream, catalogue).and_then(|id| catalogue.vendor(id));
    let behind = behind.map_or(String::new(), |vendor| {
        format!(
            " That is a host of {}: without consent to it privet answers.",
            vendor.name
        )
    });
    format!(
        "Requests for {} go to {}{turns}.{behind}",
        hosts(&site.hosts),
        upstream(&site.upstream)
    )
}
