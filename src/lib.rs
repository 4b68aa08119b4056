//! privet is a reverse proxy that makes a website's privacy policy true on the wire: it ends TLS,
//! lets through only the cookies that this visitor consented to, and shows websites and logs no
//! more of a visitor's address than they need.
//!
//! # A request's way through the house
//!
//! It goes down the house, and its response comes back up. Each step is one function with an input
//! and an output type of its own:
//!
//! ```text
//! listen ─ tls ─ http1 or http2 ─ site ─ client address ─ consent ─ minimise_request ─ upstream
//!    ClientAddr   IncomingRequest   Site   ClientAddr       Consent   OriginRequest        │
//!                                                                                          ▼
//!    visitor ◄── ClientResponse ◄── minimise_response ◄──── ResponseHead, UpstreamBody ── website
//!                      └─ AccessEntry ─ log, metrics
//! ```
//!
//! `serve::exchange` is that way, read downwards; HTTP/1.1 and HTTP/2 meet there. What privet
//! answers itself (`/.privet/`, refused vendors' paths, errors) branches off there too.
//!
//! # The rooms
//!
//! | room | what it does |
//! |---|---|
//! | [`cli`] | the commands: what is asked, what is said, with which exit code |
//! | [`config`] | `proxy.toml`: every mistake at once, or the compiled truth |
//! | [`server`] | start, worker threads, signals, reload, shutdown; the only room that knows all others |
//! | `listen` | sockets, PROXY protocol, how many connections at a time |
//! | `tls` | certificates by name, handshakes, tickets |
//! | `http1` | heads and content of HTTP/1.1, parsed and written; pure |
//! | `http2` | frames, streams and field compression of HTTP/2: bytes in, events and bytes out; pure |
//! | `site` | from an authority to a website; pure |
//! | [`serve`] | one request's way, protocols on the visitor's side, privet's own pages |
//! | [`privacy`] | every decision about address, consent, cookies and fields; pure |
//! | `upstream` | pooled connections to web servers, which of them is asked, retries |
//! | `log` | access log and operational log, with what is personal left out |
//! | `ledger` | records of consent: one thread, its store and its backlog |
//! | `inventory` | which third parties pages contact, found in them and in browsers' reports |
//! | `metrics` | counters of each worker, as OpenMetrics text |
//! | [`admin`] | health, readiness, metrics and reload for operators, and the client of that |
//! | [`demo`] | the bundled website that shows all this |
//!
//! Every worker thread has its own runtime, listeners, connections and counters. A request shares
//! nothing with other threads but the read-only snapshot that it began with.
//!
//! # What the types promise
//!
//! - **A website gets only what was minimised.** `upstream` sends an [`OriginRequest`] and nothing
//!   else, and only [`minimise_request`] makes one.
//! - **A full address can't be shown.** [`ClientAddr`] has no `Display` and a `Debug` that says
//!   nothing; logs and fields take a [`MinimisedAddr`].
//! - **`privacy` is pure.** Time, keys and bytes come in as arguments, so that any decision can be
//!   tested, fuzzed and repeated.
//! - **A [`Config`] has no mistakes.** Only `config::resolve` makes one, after every check.
//!
//! [`Config`]: config::Config
//! [`ClientAddr`]: privacy::ClientAddr
//! [`MinimisedAddr`]: privacy::MinimisedAddr
//! [`OriginRequest`]: privacy::OriginRequest
//! [`minimise_request`]: privacy::minimise_request

pub mod admin;
pub mod cli;
pub mod config;
pub mod demo;
mod http1;
mod http2;
mod inventory;
mod ledger;
mod listen;
mod log;
mod metrics;
pub mod privacy;
pub mod serve;
pub mod server;
mod site;
mod tls;
mod upstream;
