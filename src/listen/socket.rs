//! Listening sockets: one for each worker and address, so that the kernel spreads connections and
//! no worker wakes another (`SO_REUSEPORT`).

use std::{
    fmt, io,
    net::{SocketAddr, TcpListener},
    os::fd::AsFd,
};

use socket2::{Domain, Protocol, SockFilter, SockRef, Socket, Type};

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

/// Has the kernel overlook whoever asks for a connection from now on, so that nobody is let in
/// between the last accept and the end of the socket, only to be reset. They ask again within a
/// second, and are refused or find another listener.
pub(super) fn turn_newcomers_away(listener: &impl AsFd) {
    /// `BPF_LD | BPF_B | BPF_ABS`.
    const LOAD_BYTE: u16 = 0x30;
    /// `BPF_JMP | BPF_JSET | BPF_K`.
    const JUMP_IF_SET: u16 = 0x45;
    /// `BPF_RET | BPF_K`.
    const RETURN: u16 = 0x06;
    // Classic BPF, whose packet begins with the TCP header (RFC 9293 §3.1): a segment with SYN among
    // the flags in byte 13 is dropped, any other passes.
    let drop_syn = [
        SockFilter::new(LOAD_BYTE, 0, 0, 13),
        SockFilter::new(JUMP_IF_SET, 0, 1, 0x02),
        SockFilter::new(RETURN, 0, 0, 0),
        SockFilter::new(RETURN, 0, 0, u32::MAX),
    ];
    // Where the kernel takes no filter, the moment without one is very short.
    let _ = SockRef::from(listener).attach_filter(&drop_syn);
}
