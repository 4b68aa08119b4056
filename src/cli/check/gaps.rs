//! What the configuration, or this version, does not cover.

use super::{site::names, third_parties};
use crate::{
    cli::{greeting::server, layout::listed},
    config::{
        Config,
        options::{AccessLog, HostPattern, LedgerStore, Server, Site, Upstream},
        write_duration,
    },
    privacy::{AddressMethod, Mode, PlatformId, Purposes, Signal},
    tls::Certificates,
};

/// Whatever the configuration says.
pub(super) const ALWAYS: &[&str] = &[
    "Cookies that scripts set in the browser: refused ones don't reach the website, but between two \
     requests a script can set and read them.",
    "Other storage in the browser (localStorage, IndexedDB, caches), and what the website does with \
     what it receives.",
];

/// Of the gateway as a whole.
pub(super) fn gateway(config: &Config, certificates: &Certificates) -> Vec<String> {
    let mut sentences = Vec::new();
    let hosts = config.hosts();
    let uncovered = certificates.uncovered(&hosts);
    if certificates.is_self_signed() {
        sentences.push(
            "Trust: no certificate is configured, so each start makes a self-signed one, and browsers \
             warn of it."
                .to_owned(),
        );
    } else if !uncovered.is_empty() {
        let names: Vec<String> = uncovered.iter().map(ToString::to_string).collect();
        sentences.push(format!(
            "Certificates: none covers {}; TLS is refused for names that no certificate holds.",
            listed(&names, "or")
        ));
    }
    if !certificates.is_self_signed() && hosts.contains(&HostPattern::Any) {
        sentences.push(
            "Certificates: a site takes any host, but TLS is refused for names that no certificate \
             holds."
                .to_owned(),
        );
    }
    if config.tls.hsts.is_none() {
        sentences.push(
            "First visits: HSTS is off, so browsers may try http:// first each time.".to_owned(),
        );
    }
    sentences.extend(plain_upstreams(config));
    if let AccessLog::Stdout = config.log.access {
        sentences.push(format!(
            "How long standard output is kept: log.retention ({}) is for a log in a file; whoever \
             collects the lines must delete them.",
            write_duration(config.log.retention)
        ));
    }
    sentences.push(match &config.ledger {
        None => "Consent records: ledger.store is \"off\", so a choice is in the visitor's browser only."
            .to_owned(),
        Some(_) => "Choices in a consent platform of the website's own: that platform records them, not \
                    privet."
            .to_owned(),
    });
    if let Some(LedgerStore::Postgres { url, .. }) =
        config.ledger.as_ref().map(|ledger| &ledger.store)
        && url.is_remote()
        && !url.is_encrypted()
    {
        sentences.push(
            "The way to the database of consent records: it is not encrypted (sslmode=verify-full is)."
                .to_owned(),
        );
    }
    if config.admin.is_none() {
        sentences.push(
            "Metrics and health: admin.listen is \"off\", so \"privet reload\" and \"privet \
             healthcheck\" can't ask; SIGHUP reloads."
                .to_owned(),
        );
    }
    sentences
}

fn plain_upstreams(config: &Config) -> Option<String> {
    let elsewhere = |server: &&Server| {
        let local = server.host == "localhost"
            || server
                .host
                .parse::<std::net::IpAddr>()
                .is_ok_and(|ip| ip.is_loopback());
        !server.tls && !local
    };
    let mut plain: Vec<String> = Vec::new();
    for site in &config.sites {
        if let Upstream::Servers(servers) = &site.upstream {
            for url in servers.iter().filter(elsewhere).map(server) {
                if !plain.contains(&url) {
                    plain.push(url);
                }
            }
        }
    }
    (!plain.is_empty())
        .then(|| format!("The way to {}: it is not encrypted.", listed(&plain, "and")))
}

/// Of a site's rules.
pub(super) fn site(site: &Site) -> Vec<String> {
    let mut sentences = Vec::new();
    if site.mode == Mode::Observe {
        sentences.push(
            "Cookies and pages: mode is \"observe\", so what would be refused is counted, and \
             everything passes unchanged."
                .to_owned(),
        );
    } else {
        sentences.extend(cookies(site));
        sentences.extend(consent(site));
        sentences.extend(third_parties::gaps(&site.third_parties));
    }
    if site.address.method == AddressMethod::Truncate && site.address.ipv4_prefix == 32 {
        sentences.push("Addresses: ipv4_prefix is 32, so IPv4 addresses pass in full.".to_owned());
    }
    sentences
}

fn cookies(site: &Site) -> Vec<String> {
    let rules = &site.cookies;
    let mut sentences = Vec::new();
    if !rules.keep_same_site.is_empty() {
        sentences.push(format!(
            "Attributes of {}: left as the website sets them, lifetime too (keep_same_site).",
            listed(&rules.keep_same_site, "and")
        ));
    }
    if !rules.evict {
        sentences.push(
            "Refused cookies in browsers: evict is false, so they stay there until they run out; the \
             website does not receive them."
                .to_owned(),
        );
    }
    if !rules.secure {
        sentences.push(
            "Secure: cookies.secure is false, so cookies keep what the website says.".to_owned(),
        );
    }
    sentences
}

fn consent(site: &Site) -> Vec<String> {
    let rules = &site.consent;
    let mut sentences = Vec::new();
    let granted = rules.default.difference(Purposes::NECESSARY);
    if !granted.is_empty() {
        sentences.push(format!(
            "Consent to {}: granted before anybody was asked, by consent.default.",
            names(granted, "and")
        ));
    }
    let reads = |signal| rules.signals.contains(&signal);
    if !reads(Signal::Privet) {
        sentences.push(
            "Choices on /.privet/: consent.signals does not name \"privet\", so they are not read."
                .to_owned(),
        );
    }
    let mirror = PlatformId::from_name("mirror").map(Signal::Platform);
    if mirror.is_some_and(reads) {
        sentences.push(
            "Platforms that keep the choice in the browser (Usercentrics, Osano, Sourcepoint, Termly, \
             Google consent mode): read only where pages include /.privet/mirror.js, and from the \
             second page on."
                .to_owned(),
        );
    }
    if rules.gpc.is_empty() {
        sentences.push("Global Privacy Control: Sec-GPC refuses nothing here.".to_owned());
    }
    if rules.banner && reads(Signal::Privet) {
        sentences.push(
            "Asking: this version shows no banner; the website must link to /.privet/ for visitors \
             to choose."
                .to_owned(),
        );
    }
    sentences
}
