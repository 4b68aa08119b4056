//! One worker thread: a runtime of its own, its listeners, its connections.

use std::{
    cell::RefCell,
    collections::HashMap,
    io,
    net::{SocketAddr, TcpListener},
    rc::Rc,
    sync::Arc,
    thread::{Builder, JoinHandle},
    time::Duration,
};

use rustls::ServerConfig;
use tokio::{
    runtime,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::spawn_local,
    time::{interval, timeout},
};

use crate::{
    listen::{Door, Gate, Listening},
    log::LineWriter,
    metrics::WorkerMetrics,
    serve::{Compiled, PseudonymKeys, Worker},
    tls::CertificateResolver,
};

/// Between two rounds of housekeeping.
const SWEEP: Duration = Duration::from_secs(5);

/// What a worker begins with.
pub(super) struct Start {
    pub(super) index: usize,
    pub(super) metrics: Arc<WorkerMetrics>,
    pub(super) keys: Arc<PseudonymKeys>,
    pub(super) resolver: Arc<CertificateResolver>,
    pub(super) settings: Settings,
    pub(super) log: LineWriter,
}

/// What a reload may change for a worker.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) compiled: Arc<Compiled>,
    pub(super) tls: Arc<ServerConfig>,
    pub(super) connections: usize,
    /// Sockets to listen on from now on.
    pub(super) opened: Vec<(Door, SocketAddr, TcpListener)>,
    /// Those to listen on no longer.
    pub(super) closed: Vec<(Door, SocketAddr)>,
}

/// What a worker is told while it runs.
pub(super) enum Command {
    Configure(Box<Settings>, Box<LineWriter>),
    Drain(Duration),
}

/// A started worker.
#[derive(Debug)]
pub(super) struct Handle {
    pub(super) commands: UnboundedSender<Command>,
    pub(super) thread: JoinHandle<()>,
}

/// Starts a worker thread.
pub(super) fn start(begin: Start) -> io::Result<Handle> {
    let (commands, inbox) = unbounded_channel();
    let thread = Builder::new()
        .name(format!("worker-{}", begin.index))
        .spawn(move || {
            let runtime = runtime::Builder::new_current_thread()
                .enable_all()
                .build_local(runtime::LocalOptions::default());
            match runtime {
                Ok(runtime) => runtime.block_on(work(begin, inbox)),
                Err(error) => tracing::error!("worker can't start: {}", error.kind()),
            }
        })?;
    Ok(Handle { commands, thread })
}

async fn work(begin: Start, mut inbox: UnboundedReceiver<Command>) {
    let Start {
        index,
        metrics,
        keys,
        resolver,
        settings,
        log,
    } = begin;
    let compiled = Arc::clone(&settings.compiled);
    let worker = Rc::new(Worker::new(index, compiled, metrics, log, keys));
    let tls = Arc::clone(&settings.tls);
    let gate = Rc::new(Gate::new(
        Rc::clone(&worker),
        tls,
        resolver,
        settings.connections,
    ));
    let listeners = Listeners::default();
    listeners.change(&gate, settings.opened, &settings.closed);
    let sweeper = Rc::clone(&worker);
    spawn_local(async move {
        let mut ticks = interval(SWEEP);
        loop {
            ticks.tick().await;
            sweeper.sweep();
        }
    });
    while let Some(command) = inbox.recv().await {
        match command {
            Command::Configure(settings, log) => {
                worker.configure(settings.compiled, *log);
                gate.configure(settings.tls, settings.connections);
                listeners.change(&gate, settings.opened, &settings.closed);
            }
            Command::Drain(limit) => {
                worker.drain();
                if timeout(limit, gate.emptied()).await.is_err() {
                    tracing::warn!("some requests did not finish in time and were ended");
                }
                return;
            }
        }
    }
}

#[derive(Default)]
struct Listeners(RefCell<HashMap<(Door, SocketAddr), Listening>>);

impl Listeners {
    fn change(
        &self,
        gate: &Rc<Gate>,
        opened: Vec<(Door, SocketAddr, TcpListener)>,
        closed: &[(Door, SocketAddr)],
    ) {
        let mut running = self.0.borrow_mut();
        for key in closed {
            if let Some(listening) = running.remove(key) {
                listening.stop();
            }
        }
        for (door, address, socket) in opened {
            match Listening::start(gate, door, socket) {
                Ok(listening) => {
                    running.insert((door, address), listening);
                }
                Err(error) => tracing::error!("can't listen on {address}: {}", error.kind()),
            }
        }
    }
}
