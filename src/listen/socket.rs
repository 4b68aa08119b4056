//! Listening sockets: one for each worker and address, so that the kernel spreads connections and
//! no worker wakes another (`SO_REUSEPORT`).

use std::{
    fmt, io,
    net::{SocketAddr, TcpListener},
};

use socket2::{Domain, Protocol, Socket, Type};

/// Connections that wait to be accepted.
const BACKLOG: i32 = 4096;

/// What a socket is for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Door {
    /// Websites, over TLS.
    Https,
    /// Redirects.
    Http,
}

/// A socket that can't be listened on.
#[derive(Debug)]
pub(crate) struct SocketError {
    address: SocketAddr,
    source: io::Error,
}

impl fmt::Display for SocketError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.address;
        match self.source.kind() {
            io::ErrorKind::AddrInUse => {
                write!(f, "can't listen on {address}: another program does")
            }
            io::ErrorKind::PermissionDenied => write!(
                f,
                "can't listen on {address}: not permitted; ports below 1024 need CAP_NET_BIND_SERVICE"
            ),
            io::ErrorKind::AddrNotAvailable => {
                write!(
                    f,
                    "can't listen on {address}: this machine has no such address"
                )
            }
            _ => write!(f, "can't listen on {address}: {}", self.source),
        }
    }
}

impl std::error::Error for SocketError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// One socket for each of `workers`, all on `address`.
pub(crate) fn bind(address: SocketAddr, workers: usize) -> Result<Vec<TcpListener>, SocketError> {
    let error = |source| SocketError { address, source };
    // SO_REUSEPORT would let a second privet of the same user join in silently; a plain bind first
    // finds that out.
    drop(bound(address, false).map_err(error)?);
    (0..workers)
        .map(|_| {
            let socket = bound(address, true)?;
            socket.listen(BACKLOG)?;
            Ok(socket.into())
        })
        .collect::<io::Result<_>>()
        .map_err(error)
}

/// A socket on `address` that nobody can connect to before it [`listen`](Socket::listen)s.
pub(crate) fn reserve(address: SocketAddr) -> Result<Socket, SocketError> {
    bound(address, false).map_err(|source| SocketError { address, source })
}

fn bound(address: SocketAddr, shared: bool) -> io::Result<Socket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    if shared {
        socket.set_reuse_port(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}
