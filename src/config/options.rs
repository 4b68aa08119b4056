//! The validated configuration: what `proxy.toml` means once nothing in it is wrong.
//!
//! Only `config::resolve` makes these values, so holding a [`Config`] is the proof that every
//! check passed. What concerns privacy is in [`crate::privacy`]; the rest is here, plain data that
//! the shell's rooms compile into sockets, matchers and tables.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use ipnet::IpNet;

use super::postgres_url::PostgresUrl;

use crate::privacy::{
    AddressRule, ConsentRules, CookieList, CookieRules, HeaderRules, Mode, PolicyRules,
    ThirdPartyRules, Vendor,
};

/// Everything that `proxy.toml` says, defaults filled in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Config {
    /// Sockets to listen on.
    pub listen: Listen,
    /// Certificates and protocol versions.
    pub tls: Tls,
    /// How a visitor's address is found.
    pub client_ip: ClientIp,
    /// Bounds on what a stranger can send or hold open.
    pub limits: Limits,
    /// Access and operational log.
    pub log: Log,
    /// Records of consent; `None` for `"off"`.
    pub ledger: Option<Ledger>,
    /// The operator's listener; `None` for `"off"`.
    pub admin: Option<SocketAddr>,
    /// The websites, in the order of the file; at least one.
    pub sites: Vec<Site>,
    /// `[catalogue] files`: lists of cookies, later ones over earlier ones; paths already joined to
    /// the folder of the configuration file.
    pub catalogue_files: Vec<CookieList>,
    /// The operator's own vendors, in the order of the file.
    pub vendors: Vec<Vendor>,
}

impl Config {
    /// Every host that a site claims, in the order of the file.
    pub fn hosts(&self) -> Vec<HostPattern> {
        self.sites
            .iter()
            .flat_map(|site| site.hosts.iter().cloned())
            .collect()
    }
}

/// `[listen]`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Listen {
    /// Where the websites are served over TLS; at least one.
    pub https: Vec<SocketAddr>,
    /// Where plain requests are redirected; may be empty.
    pub http: Vec<SocketAddr>,
    /// The port that redirects name.
    pub public_https_port: u16,
    /// Whether a PROXY protocol header is required on every connection.
    pub proxy_protocol: bool,
}

/// `[tls]`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Tls {
    /// Oldest protocol version that is spoken.
    pub min_version: TlsVersion,
    /// `Strict-Transport-Security`; `None` for `"off"`.
    pub hsts: Option<Hsts>,
    /// Certificates from files; empty: a self-signed one is made for this run.
    pub certificates: Vec<CertificateFiles>,
}

/// A TLS protocol version.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TlsVersion {
    /// TLS 1.2 (RFC 5246) and above.
    V1_2,
    /// TLS 1.3 (RFC 8446) and above.
    V1_3,
}

/// RFC 6797 §6.1.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Hsts {
    /// How long browsers remember it.
    pub max_age: Duration,
    /// Whether subdomains are meant too.
    pub include_subdomains: bool,
    /// Whether browsers may build it in.
    pub preload: bool,
}

/// `[[tls.certificate]]`: PEM files, paths already joined to the folder of the configuration file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CertificateFiles {
    /// The chain, leaf first.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// `[client_ip]`, as far as it concerns the connection. How the address is shortened is
/// [`Site::address`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClientIp {
    /// Peers whose word about the client is taken. Empty: nobody's.
    pub trusted_proxies: Vec<IpNet>,
    /// Fields read from them, lower case, in order of preference.
    pub headers: Vec<http::HeaderName>,
}

/// `[limits]`. Every field has a default, documented in the README.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Limits {
    /// `handshake_timeout`, 10 s: TLS handshake, from accept.
    pub handshake_timeout: Duration,
    /// `header_timeout`, 10 s: request line and fields, from their first byte.
    pub header_timeout: Duration,
    /// `idle_timeout`, 75 s: a kept-alive connection between requests.
    pub idle_timeout: Duration,
    /// `body_timeout`, 30 s: between two pieces of a request's content.
    pub body_timeout: Duration,
    /// `write_timeout`, 60 s: a visitor that takes nothing of the response.
    pub write_timeout: Duration,
    /// `min_rate`, 128 B: bytes a second below which a request's or response's content is slow enough to be ended,
    /// judged over `body_timeout` and `write_timeout`.
    pub min_rate: u64,
    /// `connect_timeout`, 3 s: TCP and TLS connection to a website.
    pub connect_timeout: Duration,
    /// `first_byte_timeout`, 60 s: from the request's end to the response's first byte.
    pub first_byte_timeout: Duration,
    /// `read_timeout`, 60 s: between two pieces of a website's response.
    pub read_timeout: Duration,
    /// `tunnel_timeout`, 1 hour: an upgraded connection in which nothing moves.
    pub tunnel_timeout: Duration,
    /// `drain_delay`, 500 ms: at shutdown, how long `/readyz` says no before connections are refused,
    /// so that a balancer gets to know. Without `[admin]` there is nobody to tell, and no delay.
    pub drain_delay: Duration,
    /// `drain_timeout`, 30 s: how long running requests may finish at shutdown.
    pub drain_timeout: Duration,
    /// `header_size`, 32 KiB: request line and fields together, bytes.
    pub header_size: usize,
    /// `header_fields`, 100: field lines.
    pub header_fields: usize,
    /// `url_size`, 16 KiB: request target, bytes.
    pub url_size: usize,
    /// `body_size`, "off": a request's content, bytes; `None` for no limit.
    pub body_size: Option<u64>,
    /// `connections`, "auto": visitors' connections at a time; `None` for as many as the descriptor limit
    /// allows.
    pub connections: Option<usize>,
    /// `pool_size`, 256: idle connections kept to each upstream, by each worker.
    pub pool_size: usize,
    /// `pool_timeout`, 60 s: how long an idle connection to an upstream is kept.
    pub pool_timeout: Duration,
    /// `page_memory`, 64 KiB: how much of a page is held back while it is rewritten, bytes; a tag may have
    /// sixteen times as many.
    pub page_memory: usize,
    /// `page_size`, 64 MiB: how long a page may be once its content coding is undone, bytes.
    pub page_size: u64,
    /// `http2_streams`, 100: concurrent requests on one HTTP/2 connection.
    pub http2_streams: u32,
    /// `http2_control_frames`, 1000: HTTP/2 PING, SETTINGS, RST_STREAM, PRIORITY, WINDOW_UPDATE-without-data, CONTINUATION and
    /// empty frames that a connection may send within ten seconds.
    pub http2_control_frames: u32,
}

/// `[log]`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Log {
    /// Operational log: `error`, `warn`, `info`, `debug` or `trace`.
    pub level: LogLevel,
    /// Where the access log goes.
    pub access: AccessLog,
    /// How a line of it looks.
    pub format: LogFormat,
    /// Query parameters whose values may be logged.
    pub query: Vec<String>,
    /// Age at which rotated access log files beside the current one are deleted.
    pub retention: Duration,
}

/// `log.level`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LogLevel {
    /// Only what failed.
    Error,
    /// And what is odd.
    Warn,
    /// And what an operator wants to know.
    Info,
    /// And how requests went.
    Debug,
    /// Everything.
    Trace,
}

/// `log.access`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum AccessLog {
    /// Standard output.
    Stdout,
    /// None.
    Off,
    /// A file, reopened on SIGUSR1.
    File(PathBuf),
}

/// `log.format`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// Apache's combined format.
    Combined,
}

/// `[ledger]`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ledger {
    /// Where records are kept.
    pub store: LedgerStore,
    /// For how long.
    pub retention: Duration,
}

/// `ledger.store`, unless it is `"off"`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum LedgerStore {
    /// An SQLite file, its path already joined to the folder of the configuration file.
    Sqlite(PathBuf),
    /// A PostgreSQL database.
    Postgres {
        /// Where, and as whom.
        url: Box<PostgresUrl>,
        /// The file in which records wait while the database fails.
        backlog: PathBuf,
    },
}

impl std::fmt::Display for LedgerStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres { url, .. } => url.fmt(f),
        }
    }
}

impl LedgerStore {
    /// The file in which records wait while the store fails.
    pub fn backlog(&self) -> PathBuf {
        match self {
            Self::Sqlite(path) => {
                let mut name = path.clone().into_os_string();
                name.push("-backlog");
                name.into()
            }
            Self::Postgres { backlog, .. } => backlog.clone(),
        }
    }
}

/// A `[[site]]` with the privacy rules that hold for it (the top level's, where it says nothing).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Site {
    /// The hosts it answers to; at least one.
    pub hosts: Vec<HostPattern>,
    /// Where its requests go.
    pub upstream: Upstream,
    /// Whether decisions on cookies are carried out.
    pub mode: Mode,
    /// How addresses are minimised.
    pub address: AddressRule,
    /// `[consent]`.
    pub consent: ConsentRules,
    /// `[cookies]`.
    pub cookies: CookieRules,
    /// `[headers]`.
    pub headers: HeaderRules,
    /// `[third_parties]`.
    pub third_parties: ThirdPartyRules,
}

impl Site {
    /// Its privacy rules.
    pub fn policy_rules(&self) -> PolicyRules {
        PolicyRules {
            hosts: self.hosts.iter().map(ToString::to_string).collect(),
            mode: self.mode,
            address: self.address,
            consent: self.consent.clone(),
            cookies: self.cookies.clone(),
            headers: self.headers.clone(),
            third_parties: self.third_parties.clone(),
        }
    }
}

/// A host name as a site claims it, lower case, without port, IPv6 in brackets.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum HostPattern {
    /// This host only.
    Exact(String),
    /// `*.example.org`: any name below `example.org` (held without the `*.`), not itself.
    Subdomains(String),
    /// `*`.
    Any,
}

/// Where a site's requests go.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Upstream {
    /// The bundled demonstration website, answered in this process.
    Demo,
    /// Web servers, at least one, used in turn.
    Servers(Vec<Server>),
}

/// One web server.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Server {
    /// Whether it is spoken to over TLS, its certificate verified.
    pub tls: bool,
    /// Host name, or IP address (IPv6 without brackets).
    pub host: String,
    /// Port, the scheme's default filled in.
    pub port: u16,
}

impl std::fmt::Display for HostPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exact(host) => f.write_str(host),
            Self::Subdomains(parent) => write!(f, "*.{parent}"),
            Self::Any => f.write_str("*"),
        }
    }
}
