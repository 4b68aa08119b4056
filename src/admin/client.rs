//! Asking a running gateway: for `privet reload` and `privet healthcheck`.

use std::{
    fmt, io,
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    time::Duration,
};

const CONNECT: Duration = Duration::from_secs(3);
const ANSWER: Duration = Duration::from_secs(60);
/// Longer answers are cut off.
const ANSWER_LIMIT: u64 = 1024 * 1024;

/// What the gateway answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AdminAnswer {
    /// Status code.
    pub status: u16,
    /// Text.
    pub text: String,
}

/// No answer could be had.
#[derive(Debug)]
pub struct AdminError {
    address: SocketAddr,
    source: io::Error,
}

impl fmt::Display for AdminError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "no answer from a running privet at {}: {}",
            self.address, self.source
        )
    }
}

impl std::error::Error for AdminError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// Sends one request to the admin listener at `address`.
///
/// # Errors
/// Nobody answers there, or no HTTP.
pub fn ask(address: SocketAddr, method: &str, path: &str) -> Result<AdminAnswer, AdminError> {
    let target = reachable(address);
    let error = |source| AdminError {
        address: target,
        source,
    };
    let exchange = || -> io::Result<AdminAnswer> {
        let mut stream = TcpStream::connect_timeout(&target, CONNECT)?;
        stream.set_read_timeout(Some(ANSWER))?;
        stream.set_write_timeout(Some(ANSWER))?;
        let request =
            format!("{method} {path} HTTP/1.1\r\nHost: {target}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        stream.take(ANSWER_LIMIT).read_to_end(&mut answer)?;
        parse(&String::from_utf8_lossy(&answer)).ok_or_else(|| io::ErrorKind::InvalidData.into())
    };
    exchange().map_err(error)
}

fn parse(answer: &str) -> Option<AdminAnswer> {
    let (head, text) = answer.split_once("\r\n\r\n")?;
    let status = head
        .strip_prefix("HTTP/1.1 ")?
        .split(' ')
        .next()?
        .parse()
        .ok()?;
    Some(AdminAnswer {
        status,
        text: text.to_owned(),
    })
}

/// A listener on every address is asked on loopback.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
