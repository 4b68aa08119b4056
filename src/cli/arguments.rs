//! What can be written on the command line, and its help.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use clap::{Args, Parser, Subcommand};
use http::HeaderName;

use super::explain::{Url, cookie, header, purposes, set_cookie};
use crate::privacy::FieldValue;
use crate::privacy::Purposes;

/// The privacy hedge in front of a website
///
/// privet stands between visitors and a website. It serves the website over TLS, lets no
/// tracker's cookie pass without the visitor's consent, and minimises addresses before
/// anybody else sees them.
#[derive(Debug, Parser)]
#[command(
    name = "privet",
    version,
    verbatim_doc_comment,
    after_help = "Without a command, privet runs.\n\
                  Exit codes: 0 fine, 1 failed while running, 2 wrong usage or configuration.\n\
                  Signals: SIGTERM and SIGINT finish running requests and end, a second one ends at\n\
                  once; SIGHUP reloads configuration and certificates; SIGUSR1 reopens the access log."
)]
pub(super) struct Arguments {
    /// The configuration [default: proxy.toml]
    #[arg(short, long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Serve the websites of a configuration, or one website with all defaults
    Run(RunArguments),
    /// Report every mistake of a configuration, or say what it promises and what not
    Check,
    /// Put the changed configuration and certificates in force, or say why not
    ///
    /// Asks the running gateway over its admin listener and waits for its verdict: exit code 0, or
    /// 2 with the reasons; then nothing has changed.
    Reload(AdminArguments),
    /// Say by the exit code whether the running gateway is ready
    Healthcheck(AdminArguments),
    /// Show what would happen to a request, and why
    ///
    /// A dry run: nothing is sent to anybody. Cookies are shown by name, never with their values.
    Explain(Box<ExplainArguments>),
    /// Show the vendors in force, or whose a cookie, host or URL is and what it is for
    Vendors {
        /// Cookie names, vendors, hosts or URLs
        #[arg(value_name = "NAME")]
        names: Vec<String>,
    },
    /// Print the configuration in force, defaults filled in
    Config {
        /// Mask trusted proxies and upstream hosts, so that it can be shown to others
        #[arg(long)]
        anonymise: bool,
    },
    /// The cookie declaration for a privacy policy (not supported yet)
    Declaration(LaterArguments),
    /// Consent records (not supported yet)
    Ledger(LaterArguments),
}

#[derive(Args, Debug)]
pub(super) struct RunArguments {
    /// Serve this website with all defaults; no file is read
    #[arg(long, value_name = "URL")]
    pub(super) upstream: Option<String>,
    /// Where to serve it over TLS [default: 0.0.0.0:8443]
    #[arg(long, value_name = "ADDR", requires = "upstream")]
    pub(super) https: Option<String>,
    /// Where to redirect to https [default: 0.0.0.0:8080]
    #[arg(long, value_name = "ADDR", requires = "upstream")]
    pub(super) http: Option<String>,
    /// Where to answer operators, or "off" [default: 127.0.0.1:9180]
    #[arg(long, value_name = "ADDR", requires = "upstream")]
    pub(super) admin: Option<String>,
}

#[derive(Args, Debug)]
pub(super) struct AdminArguments {
    /// The admin listener, if not that of the configuration [default: 127.0.0.1:9180]
    #[arg(long, value_name = "ADDR")]
    pub(super) admin: Option<SocketAddr>,
}

#[derive(Args, Debug)]
pub(super) struct ExplainArguments {
    /// What a visitor asks for
    pub(super) url: Url,
    /// A cookie that the browser sends; may be repeated, the value may be left out
    #[arg(long = "cookie", value_name = "NAME=VALUE", value_parser = cookie)]
    pub(super) cookies: Vec<FieldValue>,
    /// A Set-Cookie field that the website answers with; may be repeated
    #[arg(long = "set-cookie", value_name = "LINE", value_parser = set_cookie)]
    pub(super) set_cookies: Vec<FieldValue>,
    /// The browser sends Sec-GPC: 1
    #[arg(long)]
    pub(super) gpc: bool,
    /// The visitor chose these purposes on the privacy centre: a list, "all" or "none"
    #[arg(long, value_name = "PURPOSES", value_parser = purposes)]
    pub(super) consent: Option<Purposes>,
    /// Who connects [default: an example address]
    #[arg(long, value_name = "IP")]
    pub(super) peer: Option<IpAddr>,
    /// A file with the HTML that the website answers with: shows what of it would be gated
    #[arg(long, value_name = "FILE")]
    pub(super) page: Option<PathBuf>,
    /// Another request field; may be repeated
    #[arg(long = "header", short = 'H', value_name = "NAME: VALUE", value_parser = header)]
    pub(super) fields: Vec<(HeaderName, FieldValue)>,
}

#[derive(Args, Debug)]
pub(super) struct LaterArguments {
    #[arg(hide = true, trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<std::ffi::OsString>,
}
