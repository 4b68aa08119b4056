//! What `privet run` says once it serves: where to look, what goes where, how to stop.

use std::net::SocketAddr;

use super::layout::{Text, listed};
use crate::{
    config::options::{Config, HostPattern, Server, Upstream},
    privacy::Mode,
    server::Serving,
};

/// The greeting.
pub(super) fn greeting(serving: &Serving<'_>) -> String {
    let config = serving.config;
    let mut text = Text::default();
    text.title(&format!("privet {} is serving", env!("CARGO_PKG_VERSION")));
    let start = start(config);
    let mut rows = vec![
        [start.clone(), "where to look".to_owned()],
        [
            format!("{start}.privet/"),
            "the privacy centre: what visitors see and choose".to_owned(),
        ],
    ];
    rows.extend(
        config
            .listen
            .http
            .first()
            .map(|address| [url("http", *address), "redirects to https".to_owned()]),
    );
    rows.extend(config.admin.map(|address| {
        let metrics = format!("{}metrics", url("http", address));
        [metrics, "for operators".to_owned()]
    }));
    text.rows(&rows);
    text.line("");
    let rows: Vec<[String; 3]> = config
        .sites
        .iter()
        .map(|site| {
            [
                hosts(&site.hosts),
                upstream(&site.upstream),
                mode(site.mode).to_owned(),
            ]
        })
        .collect();
    text.rows(&rows);
    let warnings = warnings(serving);
    if !warnings.is_empty() {
        text.line("");
    }
    for warning in warnings {
        text.note(&format!("Warning: {warning}"));
    }
    text.line("");
    text.note("Ctrl-C or SIGTERM stops, SIGHUP or \"privet reload\" reloads.");
    text.line("");
    text.into_string()
}

/// Where a browser on this machine would begin.
fn start(config: &Config) -> String {
    let Some(address) = config.listen.https.first() else {
        return String::new();
    };
    let takes_any = config
        .sites
        .iter()
        .any(|site| site.hosts.iter().any(|host| host_is(host, *address)));
    let named = config.hosts().into_iter().find_map(|host| match host {
        HostPattern::Exact(name) => Some(name),
        HostPattern::Subdomains(_) | HostPattern::Any => None,
    });
    match named {
        Some(name) if !takes_any => match config.listen.public_https_port {
            443 => format!("https://{name}/"),
            port => format!("https://{name}:{port}/"),
        },
        _ => url("https", *address),
    }
}

/// Whether a site that claims `host` answers to what [`url`] calls `address`.
fn host_is(host: &HostPattern, address: SocketAddr) -> bool {
    match host {
        HostPattern::Exact(name) => *name == name_of(address),
        HostPattern::Subdomains(_) => false,
        HostPattern::Any => true,
    }
}

/// `address` as a URL; one that stands for every address as `localhost`.
pub(super) fn url(scheme: &str, address: SocketAddr) -> String {
    let host = name_of(address);
    match (scheme, address.port()) {
        ("https", 443) | ("http", 80) => format!("{scheme}://{host}/"),
        (_, port) => format!("{scheme}://{host}:{port}/"),
    }
}

fn name_of(address: SocketAddr) -> String {
    match address {
        _ if address.ip().is_unspecified() => "localhost".to_owned(),
        SocketAddr::V4(v4) => v4.ip().to_string(),
        SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
    }
}

/// A site's hosts.
pub(super) fn hosts(hosts: &[HostPattern]) -> String {
    match hosts {
        [HostPattern::Any] => "any host".to_owned(),
        hosts => {
            let names: Vec<String> = hosts.iter().map(ToString::to_string).collect();
            names.join(", ")
        }
    }
}

/// Where a site's requests go.
pub(super) fn upstream(upstream: &Upstream) -> String {
    match upstream {
        Upstream::Demo => "the bundled demonstration website".to_owned(),
        Upstream::Servers(servers) => {
            let urls: Vec<String> = servers.iter().map(server).collect();
            listed(&urls, "and")
        }
    }
}

/// A web server as a URL.
pub(super) fn server(server: &Server) -> String {
    let scheme = if server.tls { "https" } else { "http" };
    if server.host.contains(':') {
        format!("{scheme}://[{}]:{}", server.host, server.port)
    } else {
        format!("{scheme}://{}:{}", server.host, server.port)
    }
}

const fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Enforce => "enforced",
        Mode::Observe => "observed: cookies are counted, none is changed",
    }
}

fn warnings(serving: &Serving<'_>) -> Vec<String> {
    let mut warnings = Vec::new();
    if serving.self_signed {
        warnings.push(
            "no certificate is configured, so one was made and self-signed for this run; browsers \
             will warn of it."
                .to_owned(),
        );
    } else if !serving.uncovered.is_empty() {
        let names: Vec<String> = serving.uncovered.iter().map(ToString::to_string).collect();
        warnings.push(format!(
            "no certificate covers {}: TLS is refused for names that no certificate holds.",
            listed(&names, "or")
        ));
    }
    warnings
}
