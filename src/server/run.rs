//! Starting, and the main thread's life: it answers the admin listener and signals, and leaves
//! requests to the workers.

use std::{
    fmt, io,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    runtime,
    signal::unix::{Signal, SignalKind, signal},
    sync::mpsc,
    task::spawn_blocking,
};

use super::{
    limits::{connections_per_worker, descriptors, workers},
    reload::{Gateway, Reload},
    worker::Command,
};
use crate::{
    admin::{self, Admin},
    config::{Config, Loaded, Report, options::HostPattern},
    listen::reserve,
    log::operational,
    tls::Certificates,
};

/// How often certificate files are looked at.
const CERTIFICATE_CHECK: Duration = Duration::from_secs(10);

/// Where the configuration comes from, and comes from again at a reload.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A file.
    File(PathBuf),
    /// `--upstream URL [--https ADDR] [--http ADDR] [--admin ADDR]`; a reload makes the same of it.
    Arguments {
        /// `--upstream`.
        upstream: String,
        /// `--https`.
        https: Option<String>,
        /// `--http`.
        http: Option<String>,
        /// `--admin`.
        admin: Option<String>,
    },
}

impl Origin {
    /// Reads and validates the configuration.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn load(&self) -> Result<Loaded, Report> {
        match self {
            Self::File(path) => crate::config::load(path, &|name| std::env::var(name).ok()),
            Self::Arguments {
                upstream,
                https,
                http,
                admin,
            } => crate::config::for_upstream(
                upstream,
                https.as_deref(),
                http.as_deref(),
                admin.as_deref(),
            ),
        }
    }
}

/// Why the gateway can't start or go on: what an operator can act on.
#[derive(Debug)]
pub enum StartError {
    /// The configuration has mistakes.
    Config(Report),
    /// The configuration is sound and yet can't be put in force.
    Setup(String),
    /// The operating system refuses something.
    System(io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(report) => report.fmt(f),
            Self::Setup(reason) => f.write_str(reason),
            Self::System(error) => write!(f, "can't start: {error}"),
        }
    }
}

impl std::error::Error for StartError {}

impl From<io::Error> for StartError {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

/// What is being served, for a greeting.
#[derive(Debug)]
pub struct Serving<'a> {
    /// The configuration in force.
    pub config: &'a Config,
    /// Whether the certificate was made for this run.
    pub self_signed: bool,
    /// Hosts that no certificate covers.
    pub uncovered: Vec<HostPattern>,
}

impl<'a> Serving<'a> {
    fn new(config: &'a Config, certificates: &Certificates) -> Self {
        let hosts = config.hosts();
        Self {
            config,
            self_signed: certificates.is_self_signed(),
            uncovered: certificates
                .uncovered(&hosts)
                .into_iter()
                .cloned()
                .collect(),
        }
    }
}

/// Serves until a signal ends it. `greet` is called once websites are being served.
///
/// # Errors
/// What kept it from starting.
pub fn run(
    origin: Origin,
    loaded: Loaded,
    greet: impl FnOnce(&Serving<'_>),
) -> Result<(), StartError> {
    let begun = Instant::now();
    let level = operational::init(loaded.config.log.level)
        .map_err(|error| StartError::Setup(error.to_string()))?;
    operational::install_panic_hook();
    for warning in &loaded.warnings {
        tracing::warn!("{warning}");
    }
    let workers = workers();
    let descriptors = descriptors();
    let connections =
        connections_per_worker(loaded.config.limits.connections, descriptors, workers);
    let config = loaded.config;
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let served = runtime.block_on(async {
        let mut signals = Signals::new()?;
        // Reserved first, so that a taken port stops privet before any website is served; opened
        // last, so that who is answered there knows that websites are served.
        let reserved = config.admin.map(reserve).transpose();
        let reserved =
            reserved.map_err(|error| StartError::Setup(format!("{error} (admin.listen)")))?;
        let gateway = Gateway::start(&config, workers, connections)?;
        let (requests, inbox) = mpsc::channel(1);
        let admin = Arc::new(Admin::new(gateway.metrics(), requests));
        if let Some(socket) = reserved {
            tokio::spawn(admin::serve(admin::listen(socket)?, Arc::clone(&admin)));
        }
        tracing::info!(
            workers,
            start_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            "serving {} {}",
            config.sites.len(),
            if config.sites.len() == 1 {
                "website"
            } else {
                "websites"
            },
        );
        greet(&Serving::new(&config, &gateway.certificates()));
        let mut reload = Reload {
            gateway,
            origin,
            config,
            level,
            descriptors,
            certificate_error: None,
        };
        match live(&mut reload, &mut signals, inbox, &admin).await {
            Ending::Drained => shut_down(reload, &mut signals, &admin).await,
            Ending::AtOnce => {
                tracing::warn!("SIGQUIT: ending at once");
                reload.gateway.finish();
            }
        }
        Ok(())
    });
    // Who ends at once does not wait for the threads that wait for workers.
    runtime.shutdown_background();
    served
}

/// How it is to end.
enum Ending {
    /// After the running requests.
    Drained,
    /// Now.
    AtOnce,
}

/// Until a signal asks to end.
async fn live(
    reload: &mut Reload,
    signals: &mut Signals,
    mut inbox: mpsc::Receiver<admin::ReloadRequest>,
    admin: &Admin,
) -> Ending {
    let mut checks = tokio::time::interval(CERTIFICATE_CHECK);
    loop {
        tokio::select! {
            _ = checks.tick() => reload.renew_certificates(),
            _ = signals.terminate.recv() => return Ending::Drained,
            _ = signals.interrupt.recv() => return Ending::Drained,
            _ = signals.quit.recv() => return Ending::AtOnce,
            _ = signals.hangup.recv() => {
                admin.note_reload(&reload.apply());
            }
            _ = signals.user1.recv() => reload.gateway.reopen_log(),
            // Without a handler it would end the process.
            _ = signals.user2.recv() => {
                tracing::warn!("SIGUSR2: another binary can't take over yet; nothing changed");
            }
            Some(request) = inbox.recv() => {
                let verdict = reload.apply();
                admin.note_reload(&verdict);
                // Whoever asked may have gone away.
                let _ = request.send(verdict);
            }
        }
    }
}

/// Lets running requests finish; a second signal ends at once.
async fn shut_down(mut reload: Reload, signals: &mut Signals, admin: &Admin) {
    let limits = &reload.config.limits;
    let limit = limits.drain_timeout;
    admin.drain();
    if reload.config.admin.is_some() {
        tokio::select! {
            () = tokio::time::sleep(limits.drain_delay) => {}
            () = signals.end() => return reload.gateway.finish(),
        }
    }
    tracing::info!("draining: no new connections; running requests may finish within {limit:?}");
    let workers = std::mem::take(&mut reload.gateway.workers);
    for worker in &workers {
        // A worker that is gone needs not be told.
        let _ = worker.commands.send(Command::Drain(limit));
    }
    let joined = spawn_blocking(move || {
        for worker in workers {
            if worker.thread.join().is_err() {
                tracing::error!("a worker ended by a panic");
            }
        }
    });
    tokio::select! {
        _ = joined => {}
        () = signals.end() => tracing::warn!("second signal: ending at once"),
    }
    reload.gateway.finish();
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    quit: Signal,
    hangup: Signal,
    user1: Signal,
    user2: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            hangup: signal(SignalKind::hangup())?,
            user1: signal(SignalKind::user_defined1())?,
            user2: signal(SignalKind::user_defined2())?,
        })
    }

    /// Awaits a signal that asks to end.
    async fn end(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            _ = self.quit.recv() => {}
        }
    }
}
