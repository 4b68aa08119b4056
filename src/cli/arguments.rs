//! What can be written on the command line, and its help.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use clap::{Args, Parser, Subcommand, ValueEnum};
use http::HeaderName;

use super::explain::{Url, cookie, header, purposes, set_cookie};
use crate::privacy::FieldValue;
use crate::privacy::Purposes;
use crate::privacy::ledger::{ConsentId, Day, Digest};

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
    /// Export, verify, erase and prune records of consent
    #[command(subcommand)]
    Ledger(LedgerCommand),
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

/// What can be done with records of consent.
#[derive(Debug, Subcommand)]
pub(super) enum LedgerCommand {
    /// Print the records, with what proves them
    Export {
        /// One object with what visitors were shown, or a table
        #[arg(long, value_enum, default_value_t = ExportFormat::Json)]
        format: ExportFormat,
        /// Only what was written since that day (UTC)
        #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, conflicts_with = "id")]
        since: Option<Day>,
        /// Only one visitor's, by the id in their cookie privet_consent
        #[arg(long, value_name = "ID", value_parser = consent_id)]
        id: Option<ConsentId>,
    },
    /// Prove an export whole and unaltered, from nothing but itself
    ///
    /// Exit code 0 if it is, 1 with the reason if it is not. Only a root that was noted elsewhere proves
    /// that the whole chain was not made anew: the gateway logs one for each day, and an export lists
    /// them.
    Verify {
        /// A file that "privet ledger export" has written
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// A link or daily root that was noted earlier: it must be one of the export
        #[arg(long, value_name = "HEX", value_parser = digest)]
        root: Option<Digest>,
    },
    /// Erase one visitor's records, by the id in their cookie privet_consent
    Erase {
        /// Whose
        #[arg(long, value_name = "ID", value_parser = consent_id)]
        id: ConsentId,
    },
    /// Delete records whose retention is over; the running gateway does so daily
    Prune,
}

/// How an export is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum ExportFormat {
    /// A table (RFC 4180)
    Csv,
    /// One object, an entry a line
    Json,
}

fn day(text: &str) -> Result<Day, &'static str> {
    Day::parse(text).ok_or("not a day such as 2026-11-24")
}

fn consent_id(text: &str) -> Result<ConsentId, &'static str> {
    ConsentId::parse(text).ok_or("not an id: 32 hexadecimal digits in lower case")
}

fn digest(text: &str) -> Result<Digest, &'static str> {
    Digest::parse(text).ok_or("not a root: 64 hexadecimal digits in lower case")
}

#[derive(Args, Debug)]
pub(super) struct LaterArguments {
    #[arg(hide = true, trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<std::ffi::OsString>,
}
