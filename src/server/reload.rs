//! A configuration put in force: at start, and again without a dropped connection.
//!
//! All or nothing: everything that can fail (files, certificates, sockets) is done before the
//! first worker is told.

use std::{collections::HashSet, net::SocketAddr, sync::Arc};

use rustls::{ClientConfig, ServerConfig};

use super::{
    limits::connections_per_worker,
    run::{Origin, StartError},
    worker::{Command, Handle, Settings, Start, start},
};
use crate::{
    config::{
        catalogue,
        options::{Config, Log, Upstream},
    },
    ledger::Ledger,
    listen::{Door, bind},
    log::{AccessLog, operational},
    metrics::Metrics,
    serve::{Compiled, PseudonymKeys},
    tls::{CertificateResolver, Certificates, server_config, server_config_after},
    upstream::client_config,
};

/// Why a reload was refused; the running configuration stays.
pub(crate) type Verdict = Result<(), String>;

/// The running parts that the main thread holds.
pub(super) struct Gateway {
    pub(super) workers: Vec<Handle>,
    pub(super) log: AccessLog,
    metrics: Arc<Metrics>,
    resolver: Arc<CertificateResolver>,
    tls: Arc<ServerConfig>,
    compiled: Arc<Compiled>,
    ledger: Option<Arc<Ledger>>,
}

/// What a reload needs.
pub(super) struct Reload {
    pub(super) gateway: Gateway,
    pub(super) origin: Origin,
    pub(super) config: Config,
    pub(super) level: operational::LevelHandle,
    pub(super) descriptors: u64,
    /// Why changed certificate files can't be used, if they can't; told once.
    pub(super) certificate_error: Option<String>,
}

type Sockets = Vec<(Door, SocketAddr, Vec<std::net::TcpListener>)>;

impl Gateway {
    /// Starts the workers.
    pub(super) fn start(
        config: &Config,
        workers: usize,
        connections: usize,
    ) -> Result<Self, StartError> {
        let setup = |error: &dyn std::fmt::Display| StartError::Setup(error.to_string());
        let metrics = Arc::new(Metrics::new(workers));
        let ledger = open_ledger(config, &metrics).map_err(StartError::Setup)?;
        let compiled = compile(config, ledger.clone(), workers).map_err(|error| setup(&error))?;
        metrics.install(Arc::clone(&compiled.strip_table));
        metrics.inventory().install(Arc::clone(&compiled.catalogue));
        let certificates =
            Certificates::load(&config.tls, &config.hosts()).map_err(|error| setup(&error))?;
        let resolver = Arc::new(CertificateResolver::new(certificates));
        let tls =
            server_config(&config.tls, Arc::clone(&resolver)).map_err(|error| setup(&error))?;
        let log = AccessLog::open(&config.log)
            .map_err(|error| StartError::Setup(format!("can't open the access log: {error}")))?;
        if let Some(lines) = log.dropped_counter() {
            metrics.watch_lost_lines(lines);
        }
        let sockets = open(&doors(config), workers).map_err(StartError::Setup)?;
        let keys = Arc::new(PseudonymKeys::default());
        let mut handles = Vec::with_capacity(workers);
        for (index, opened) in share(sockets, workers).into_iter().enumerate() {
            let tls = Arc::clone(&tls);
            let compiled = Arc::clone(&compiled);
            handles.push(start(Start {
                index,
                metrics: metrics.worker(index),
                keys: Arc::clone(&keys),
                resolver: Arc::clone(&resolver),
                settings: Settings {
                    compiled,
                    tls,
                    connections,
                    opened,
                    closed: Vec::new(),
                },
                log: log.line_writer(),
            })?);
        }
        Ok(Self {
            workers: handles,
            log,
            metrics,
            resolver,
            tls,
            compiled,
            ledger,
        })
    }

    /// Writes what the logs and the ledger still hold.
    pub(super) fn finish(&self) {
        if !self.log.flush() {
            tracing::warn!("the access log could not be written to its end in time");
        }
        if let Some(ledger) = &self.ledger
            && let Err(error) = ledger.close()
        {
            tracing::error!("{error}");
        }
    }

    /// The certificates in force.
    pub(super) fn certificates(&self) -> Arc<Certificates> {
        self.resolver.current()
    }

    pub(super) fn metrics(&self) -> Arc<Metrics> {
        Arc::clone(&self.metrics)
    }

    /// Takes over `options`, and `log` if they name another target; returns what it replaces.
    fn change_log(&mut self, log: Option<AccessLog>, options: &Log) -> Option<AccessLog> {
        match log {
            Some(log) => {
                if let Some(lines) = log.dropped_counter() {
                    self.metrics.watch_lost_lines(lines);
                }
                Some(std::mem::replace(&mut self.log, log))
            }
            None => {
                // The target is the same, so this can't be refused.
                let _ = self.log.reconfigure(options);
                None
            }
        }
    }

    /// Opens the access log's file anew, after something moved it away.
    pub(super) fn reopen_log(&self) {
        match self.log.reopen() {
            Ok(()) => tracing::info!("access log reopened"),
            Err(error) => tracing::error!("can't reopen the access log: {error}"),
        }
    }
}

impl Reload {
    /// Reads the configuration again and puts it in force, or says why not and changes nothing.
    pub(super) fn apply(&mut self) -> Verdict {
        let verdict = self.try_apply();
        match &verdict {
            Ok(()) => tracing::info!("configuration reloaded"),
            Err(reasons) => tracing::error!("reload refused, nothing changed:\n{reasons}"),
        }
        verdict
    }

    /// Takes over certificate files that have changed, and a new self-signed certificate before the
    /// old one runs out. Files that are no good leave the old ones in force.
    pub(super) fn renew_certificates(&mut self) {
        let current = self.gateway.resolver.current();
        if !current.is_stale() {
            return;
        }
        match current.reload(&self.config.tls, &self.config.hosts()) {
            Ok(certificates) => {
                self.gateway.resolver.replace(certificates);
                self.certificate_error = None;
                tracing::info!("certificates renewed");
            }
            Err(error) => {
                let error = error.to_string();
                if self.certificate_error.as_ref() != Some(&error) {
                    tracing::error!("changed certificate files are not used: {error}");
                }
                self.certificate_error = Some(error);
            }
        }
    }

    fn try_apply(&mut self) -> Verdict {
        let loaded = self.origin.load().map_err(|report| report.to_string())?;
        for warning in &loaded.warnings {
            tracing::warn!("{warning}");
        }
        let config = loaded.config;
        let gateway = &mut self.gateway;
        let workers = gateway.workers.len();
        if config.admin != self.config.admin {
            return Err("admin.listen can't change while privet runs; restart it".to_owned());
        }
        let store = |config: &Config| config.ledger.as_ref().map(|ledger| ledger.store.clone());
        if store(&config) != store(&self.config) {
            return Err("ledger.store can't change while privet runs; restart it".to_owned());
        }
        let compiled = compile(&config, gateway.ledger.clone(), workers)?;
        let certificates = gateway
            .resolver
            .current()
            .reload(&config.tls, &config.hosts())
            .map_err(|error| error.to_string())?;
        let next_tls =
            server_config_after(&gateway.tls, &config.tls, Arc::clone(&gateway.resolver))
                .map_err(|error| error.to_string())?;
        let log = if config.log.access == self.config.log.access {
            None
        } else {
            let log = AccessLog::open(&config.log);
            Some(log.map_err(|error| format!("can't open the access log: {error}"))?)
        };
        let (before, after) = (doors(&self.config), doors(&config));
        let added: Vec<_> = after.difference(&before).copied().collect();
        let closed: Vec<_> = before.difference(&after).copied().collect();
        let opened = share(open(&added.into_iter().collect(), workers)?, workers);

        // Nothing can fail any more.
        compiled.take_over(&gateway.compiled);
        gateway.compiled = Arc::clone(&compiled);
        if let (Some(ledger), Some(options)) = (&gateway.ledger, &config.ledger) {
            ledger.retain(options.retention);
        }
        let old_log = gateway.change_log(log, &config.log);
        gateway.resolver.replace(certificates);
        gateway.tls.clone_from(&next_tls);
        gateway.metrics.install(Arc::clone(&compiled.strip_table));
        let inventory = gateway.metrics.inventory();
        inventory.install(Arc::clone(&compiled.catalogue));
        let connections =
            connections_per_worker(config.limits.connections, self.descriptors, workers);
        for (worker, opened) in gateway.workers.iter().zip(opened) {
            let settings = Settings {
                compiled: Arc::clone(&compiled),
                tls: Arc::clone(&next_tls),
                connections,
                opened,
                closed: closed.clone(),
            };
            let writer = Box::new(gateway.log.line_writer());
            // A worker that ended by a panic serves nothing that could change.
            let _ = worker
                .commands
                .send(Command::Configure(Box::new(settings), writer));
        }
        // What is logged from now on goes to the new log.
        drop(old_log);
        self.level.set(config.log.level);
        self.config = config;
        Ok(())
    }
}

fn open_ledger(config: &Config, metrics: &Metrics) -> Result<Option<Arc<Ledger>>, String> {
    let Some(options) = &config.ledger else {
        return Ok(None);
    };
    let opened = Ledger::open(options, metrics.ledger());
    let ledger = opened.map_err(|error| format!("{}: {error} (ledger.store)", options.store))?;
    Ok(Some(Arc::new(ledger)))
}

fn compile(
    config: &Config,
    ledger: Option<Arc<Ledger>>,
    workers: usize,
) -> Result<Arc<Compiled>, String> {
    let catalogue = catalogue(config).map_err(|report| report.to_string())?;
    let catalogue = Arc::new(catalogue);
    let trust = trust(config)?;
    Ok(Arc::new(Compiled::new(
        config, &catalogue, trust, ledger, workers,
    )))
}

/// Trust anchors, only where a website is spoken to over TLS.
fn trust(config: &Config) -> Result<Option<Arc<ClientConfig>>, String> {
    let needed = config.sites.iter().any(|site| match &site.upstream {
        Upstream::Demo => false,
        Upstream::Servers(servers) => servers.iter().any(|server| server.tls),
    });
    needed
        .then(client_config)
        .transpose()
        .map_err(|error| error.to_string())
}

fn doors(config: &Config) -> HashSet<(Door, SocketAddr)> {
    let https = config
        .listen
        .https
        .iter()
        .map(|address| (Door::Https, *address));
    let http = config
        .listen
        .http
        .iter()
        .map(|address| (Door::Http, *address));
    https.chain(http).collect()
}

fn open(doors: &HashSet<(Door, SocketAddr)>, workers: usize) -> Result<Sockets, String> {
    doors
        .iter()
        .map(|(door, address)| {
            let sockets = bind(*address, workers).map_err(|error| error.to_string())?;
            Ok((*door, *address, sockets))
        })
        .collect()
}

/// One socket of each address for each worker.
fn share(sockets: Sockets, workers: usize) -> Vec<Vec<(Door, SocketAddr, std::net::TcpListener)>> {
    let mut shares: Vec<Vec<_>> = (0..workers).map(|_| Vec::new()).collect();
    for (door, address, sockets) in sockets {
        for (share, socket) in shares.iter_mut().zip(sockets) {
            share.push((door, address, socket));
        }
    }
    shares
}
