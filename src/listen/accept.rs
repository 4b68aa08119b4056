//! The accept loop of one worker, and the number of connections that it lets in.

use std::{
    cell::{Cell, RefCell},
    fmt, io,
    net::SocketAddr,
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use rustls::ServerConfig;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Notify,
    time::{sleep, timeout},
};

use super::{
    connection::{serve_http, serve_https},
    socket::{Door, turn_newcomers_away},
};
use crate::{privacy::ClientAddr, serve::Worker, tls::CertificateResolver};

/// How long to wait where the process has no descriptor left.
const EXHAUSTED: Duration = Duration::from_millis(100);
/// A round trip to nearly anywhere: how long a TCP handshake that has begun may take to its end.
const ROUND_TRIP: Duration = Duration::from_millis(200);

/// What every connection of a worker passes on its way in.
pub(crate) struct Gate {
    pub(super) worker: Rc<Worker>,
    pub(super) resolver: Arc<CertificateResolver>,
    tls: RefCell<Arc<ServerConfig>>,
    open: Cell<usize>,
    listening: Cell<usize>,
    limit: Cell<usize>,
    closed: Notify,
}

impl Gate {
    /// A gate that lets `limit` connections in at a time.
    pub(crate) fn new(
        worker: Rc<Worker>,
        tls: Arc<ServerConfig>,
        resolver: Arc<CertificateResolver>,
        limit: usize,
    ) -> Self {
        Self {
            worker,
            resolver,
            tls: RefCell::new(tls),
            open: Cell::new(0),
            listening: Cell::new(0),
            limit: Cell::new(limit),
            closed: Notify::new(),
        }
    }

    /// Uses other TLS parameters and another limit for connections from now on.
    pub(crate) fn configure(&self, tls: Arc<ServerConfig>, limit: usize) {
        self.tls.replace(tls);
        self.limit.set(limit);
        self.closed.notify_waiters();
    }

    /// TLS parameters in force.
    pub(super) fn tls(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.tls.borrow())
    }

    /// Returns once every accept loop has ended and every connection has closed.
    pub(crate) async fn emptied(&self) {
        while self.open.get() + self.listening.get() > 0 {
            self.closed.notified().await;
        }
    }

    async fn room(&self) {
        while self.open.get() >= self.limit.get() {
            self.closed.notified().await;
        }
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate")
            .field("open", &self.open)
            .finish_non_exhaustive()
    }
}

/// One connection that was let in; dropping it makes room for another.
pub(super) struct Admitted(Rc<Gate>);

impl Admitted {
    fn new(gate: &Rc<Gate>) -> Self {
        gate.open.set(gate.open.get() + 1);
        gate.worker.metrics().connection_opened();
        Self(Rc::clone(gate))
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.0.open.set(self.0.open.get().saturating_sub(1));
        self.0.worker.metrics().connection_closed();
        self.0.closed.notify_waiters();
        self.0.closed.notify_one();
    }
}

/// A running accept loop.
#[derive(Debug)]
pub(crate) struct Listening {
    stop: Rc<Notify>,
}

impl Listening {
    /// Starts accepting on this thread.
    pub(crate) fn start(
        gate: &Rc<Gate>,
        door: Door,
        listener: std::net::TcpListener,
    ) -> io::Result<Self> {
        let listener = TcpListener::from_std(listener)?;
        gate.listening.set(gate.listening.get() + 1);
        let stop = Rc::new(Notify::new());
        let (gate, stopped) = (Rc::clone(gate), Rc::clone(&stop));
        tokio::task::spawn_local(async move {
            tokio::select! {
                () = accept_forever(&gate, door, &listener) => {}
                () = stopped.notified() => {}
                () = gate.worker.drained() => {}
            }
            let_the_rest_in(&gate, door, listener).await;
            gate.listening.set(gate.listening.get().saturating_sub(1));
            gate.closed.notify_one();
        });
        Ok(Self { stop })
    }

    /// Stops accepting; connections go on.
    pub(crate) fn stop(&self) {
        self.stop.notify_one();
    }
}

async fn accept_forever(gate: &Rc<Gate>, door: Door, listener: &TcpListener) {
    loop {
        gate.room().await;
        match listener.accept().await {
            Ok((stream, peer)) => admit(gate, door, stream, peer),
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!("can't accept connections: {}", error.kind());
                sleep(EXHAUSTED).await;
            }
        }
    }
}

/// Lets in who waits already, or is about to: whom the kernel has answered would be reset with the
/// socket.
async fn let_the_rest_in(gate: &Rc<Gate>, door: Door, listener: TcpListener) {
    turn_newcomers_away(&listener);
    let _ = timeout(ROUND_TRIP, accept_forever(gate, door, &listener)).await;
    // Not through the runtime, which knows only of those who came before its last look.
    let Ok(listener) = listener.into_std() else {
        return;
    };
    loop {
        match listener.accept() {
            Ok((stream, peer)) => {
                if stream.set_nonblocking(true).is_ok()
                    && let Ok(stream) = TcpStream::from_std(stream)
                {
                    admit(gate, door, stream, peer);
                }
            }
            Err(error) if is_of_one_connection(&error) => {}
            // Nobody waits any more.
            Err(_) => return,
        }
    }
}

fn admit(gate: &Rc<Gate>, door: Door, stream: TcpStream, peer: SocketAddr) {
    // From here on the peer is an address that can't be printed.
    let peer = ClientAddr::from(peer.ip());
    let admitted = Admitted::new(gate);
    let gate = Rc::clone(gate);
    if stream.set_nodelay(true).is_err() {
        return;
    }
    tokio::task::spawn_local(async move {
        match door {
            Door::Https => serve_https(&gate, stream, peer).await,
            Door::Http => serve_http(&gate, stream, peer).await,
        }
        drop(admitted);
    });
}

/// The connection, not the socket, failed before it was accepted.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}
