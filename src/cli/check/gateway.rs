//! What holds for every website: TLS, redirects, whose word is taken, what is logged.

use std::net::SocketAddr;

use super::files;
use crate::{
    cli::layout::{counted, listed},
    config::{
        Config,
        options::{AccessLog, HostPattern, Hsts, Ledger, LogFormat, Tls, TlsVersion},
        write_duration,
    },
    privacy::Catalogue,
};

/// In sentences.
pub(super) fn promises(config: &Config, catalogue: &Catalogue) -> Vec<String> {
    let mut sentences = vec![served(config), redirected(config)];
    if !config.hosts().contains(&HostPattern::Any) {
        sentences.push("Requests for a host that no site names are refused (421).".to_owned());
    }
    sentences.extend(config.tls.hsts.map(hsts));
    sentences.extend(certificates(&config.tls));
    sentences.push(client(config));
    sentences.push(
        "Websites receive one client address at most, minimised, in X-Forwarded-For; every \
         other field that can carry or forge one is removed."
            .to_owned(),
    );
    sentences.push(log(config));
    sentences.extend(config.ledger.as_ref().map(ledger));
    sentences.extend(config.admin.map(|address| {
        format!("Metrics, health and \"privet reload\" are answered on {address} only.")
    }));
    sentences.push(vendors(config, catalogue));
    sentences.extend(files::listed_by(catalogue));
    sentences
}

fn addresses(addresses: &[SocketAddr]) -> String {
    let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    listed(&addresses, "and")
}

fn served(config: &Config) -> String {
    let versions = match config.tls.min_version {
        TlsVersion::V1_2 => "TLS 1.2 or 1.3",
        TlsVersion::V1_3 => "TLS 1.3",
    };
    format!(
        "Websites are served over {versions} only, on {}.",
        addresses(&config.listen.https)
    )
}

fn redirected(config: &Config) -> String {
    if config.listen.http.is_empty() {
        return "There is no plain listener: nothing answers to http://.".to_owned();
    }
    format!(
        "Plain requests on {} are redirected to https, port {}, and never reach a website.",
        addresses(&config.listen.http),
        config.listen.public_https_port
    )
}

fn hsts(hsts: Hsts) -> String {
    if hsts.max_age.is_zero() {
        return "Browsers are told to forget that they were to use https only (HSTS, max_age 0)."
            .to_owned();
    }
    let mut sentence = format!(
        "Browsers are told to use https only for {} (HSTS)",
        write_duration(hsts.max_age)
    );
    if hsts.include_subdomains {
        sentence.push_str(", for every subdomain too");
    }
    if hsts.preload {
        sentence.push_str(", and that their makers may build it in");
    }
    sentence + "."
}

fn certificates(tls: &Tls) -> Option<String> {
    let count = tls.certificates.len();
    let are = if count == 1 { "is" } else { "are" };
    (count > 0).then(|| {
        format!(
            "{} from files {are} chosen by the name that the visitor asks for, and read again when \
             the files change.",
            counted(count, "certificate")
        )
    })
}

fn client(config: &Config) -> String {
    let client_ip = &config.client_ip;
    if client_ip.trusted_proxies.is_empty() {
        return "No proxy is trusted: the client is who connects, whatever its fields say."
            .to_owned();
    }
    let nets: Vec<String> = client_ip
        .trusted_proxies
        .iter()
        .map(ToString::to_string)
        .collect();
    let fields: Vec<&str> = client_ip
        .headers
        .iter()
        .map(http::HeaderName::as_str)
        .collect();
    let header = if config.listen.proxy_protocol {
        " A PROXY protocol header is required on every connection, and taken from them only."
    } else {
        ""
    };
    format!(
        "The client's address is taken from {} where {} says it; from anybody else such fields are \
         not believed.{header}",
        listed(&fields, "or"),
        listed(&nets, "or"),
    )
}

fn log(config: &Config) -> String {
    let log = &config.log;
    let format = match log.format {
        LogFormat::Json => "JSON",
        LogFormat::Combined => "the combined format",
    };
    let place = match &log.access {
        AccessLog::Off => return "No access log is written.".to_owned(),
        AccessLog::Stdout => "to standard output".to_owned(),
        AccessLog::File(path) => format!("to {}", path.display()),
    };
    let values = if log.query.is_empty() {
        "no query value".to_owned()
    } else {
        format!("no query value but those of {}", listed(&log.query, "and"))
    };
    let rotated = match &log.access {
        AccessLog::File(_) => format!(
            " Rotated files beside it are deleted after {}.",
            write_duration(log.retention)
        ),
        AccessLog::Stdout | AccessLog::Off => String::new(),
    };
    format!(
        "The access log goes {place} in {format}: the minimised address, no cookie value, no \
         credential and {values}.{rotated}"
    )
}

fn ledger(ledger: &Ledger) -> String {
    format!(
        "Each choice on privet's own pages is recorded in {} before it is answered, for {}: when, what \
         was asked and answered, and a random id, but no address.",
        ledger.store,
        write_duration(ledger.retention)
    )
}

fn vendors(config: &Config, catalogue: &Catalogue) -> String {
    let cookies: usize = catalogue
        .iter()
        .map(|(_, vendor)| vendor.cookies.len())
        .sum();
    let own = match config.vendors.len() {
        0 => String::new(),
        count => format!(", {count} of them from [[vendor]]"),
    };
    format!(
        "{} with {} are known{own}.",
        counted(catalogue.iter().count(), "vendor"),
        counted(cookies, "cookie name")
    )
}
