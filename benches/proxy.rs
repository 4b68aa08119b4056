//! What a request through the whole gateway takes: the program itself, in front of a web server
//! in this process, asked over a kept-alive TLS connection.
//!
//! `cargo bench --bench proxy`. The web server and the client share the machine with the gateway,
//! so compare numbers of one machine only.

use std::{
    fmt, fs,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, pki_types::ServerName};

const PATIENCE: Duration = Duration::from_secs(30);
const TRACKED: &str = "Cookie: sid=0123456789abcdef; theme=dark; _ga=GA1.2.1234567890.1700000000; \
    _gid=GA1.2.987654321.1700000001; _fbp=fb.1.1700000000000.1234567890; \
    _hjSessionUser_123456=eyJpZCI6ImFiYyJ9; _gcl_au=1.1.1234567890.1700000000\r\n";

/// A running gateway, ended with the benchmark.
struct Gateway {
    process: Child,
    address: SocketAddr,
    trust: Arc<ClientConfig>,
    /// Its configuration and certificate.
    _folder: tempfile::TempDir,
}

impl Gateway {
    fn start(origin: SocketAddr) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let trust = certificate(folder.path());
        let address = free_address();
        let config = format!(
            "[listen]\nhttps = [\"{address}\"]\nhttp = []\n\
             [[tls.certificate]]\ncert = \"cert.pem\"\nkey = \"key.pem\"\n\
             [log]\naccess = \"access.log\"\n[admin]\nlisten = \"off\"\n\
             [[site]]\nhosts = [\"localhost\"]\nupstream = \"http://{origin}\"\n"
        );
        let file = folder.path().join("proxy.toml");
        fs::write(&file, config).expect("a configuration");
        let process = Command::new(env!("CARGO_BIN_EXE_privet"))
            .args([Path::new("run"), Path::new("--config"), &file])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program");
        let gateway = Self {
            process,
            address,
            trust,
            _folder: folder,
        };
        gateway.await_ready();
        gateway
    }

    fn await_ready(&self) {
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(self.address).is_err() {
            assert!(Instant::now() < deadline, "the gateway does not listen");
            thread::sleep(Duration::from_millis(10));
        }
    }

    fn connect(&self) -> Connection {
        let name = ServerName::try_from("localhost").expect("a name");
        let session = ClientConnection::new(Arc::clone(&self.trust), name).expect("a session");
        let socket = TcpStream::connect(self.address).expect("a connection");
        socket.set_nodelay(true).expect("no delay");
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        Connection {
            stream: StreamOwned::new(session, socket),
            input: Vec::new(),
        }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A client's connection that is used again and again.
struct Connection {
    stream: StreamOwned<ClientConnection, TcpStream>,
    input: Vec<u8>,
}

impl Connection {
    /// Asks for `path` and reads the whole answer; returns the size of its content.
    fn get(&mut self, path: impl fmt::Display, fields: &str) -> usize {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n");
        self.stream
            .write_all(request.as_bytes())
            .expect("a request sent");
        self.input.clear();
        let (head, length) = loop {
            self.fill();
            if let Some(end) = head_end(&self.input) {
                break (end, content_length(self.input.get(..end).expect("a head")));
            }
        };
        assert!(
            self.input.starts_with(b"HTTP/1.1 200 "),
            "{}",
            self.input.escape_ascii()
        );
        while self.input.len() < head + length {
            self.fill();
        }
        length
    }

    fn fill(&mut self) {
        let mut room = [0; 64 * 1024];
        let count = self.stream.read(&mut room).expect("an answer");
        assert!(count > 0, "the gateway closed the connection");
        self.input
            .extend_from_slice(room.get(..count).expect("what was read"));
    }
}

fn head_end(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    Some(end + 4)
}

fn content_length(head: &[u8]) -> usize {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let line = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"));
    line.expect("a length")
        .trim()
        .parse()
        .expect("a number of bytes")
}

/// Makes a certificate for `localhost` in `folder`, and a client that trusts it.
fn certificate(folder: &Path) -> Arc<ClientConfig> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    fs::write(folder.join("cert.pem"), made.cert.pem()).expect("a file");
    fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).expect("a file");
    let mut roots = RootCertStore::empty();
    roots
        .add(made.cert.der().clone())
        .expect("a trusted certificate");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("protocol versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(client)
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("its address")
}

/// A web server with answers of a fixed size, that sets cookies as many do.
fn origin() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("its address");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || serve(stream));
        }
    });
    address
}

/// Answers `GET /SIZE` with so many bytes, until the gateway hangs up.
fn serve(mut stream: TcpStream) {
    let mut input = Vec::new();
    let mut room = [0; 16 * 1024];
    if stream.set_nodelay(true).is_err() {
        return;
    }
    while let Ok(count @ 1..) = stream.read(&mut room) {
        input.extend_from_slice(room.get(..count).unwrap_or_default());
        let Some(end) = head_end(&input) else {
            continue;
        };
        let head = String::from_utf8_lossy(input.get(..end).unwrap_or_default()).into_owned();
        input.drain(..end);
        let target = head.split(' ').nth(1).unwrap_or_default();
        let size: usize = target.trim_start_matches('/').parse().unwrap_or(0);
        let mut answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {size}\r\n\
             Set-Cookie: sid=abc; Path=/; HttpOnly\r\nSet-Cookie: _ga=GA1.2.3.4; Path=/\r\n\r\n"
        )
        .into_bytes();
        answer.resize(answer.len() + size, b'x');
        if stream.write_all(&answer).is_err() {
            return;
        }
    }
}

fn requests(bench: &mut Criterion) {
    let gateway = Gateway::start(origin());
    let mut group = bench.benchmark_group("proxy");
    for (name, size, fields) in [
        ("200 B", 200, ""),
        ("200 B, tracked visitor", 200, TRACKED),
        ("10 KiB", 10 * 1024, ""),
        ("1 MiB", 1024 * 1024, ""),
    ] {
        let mut connection = gateway.connect();
        assert_eq!(connection.get(format_args!("/{size}"), fields), size);
        group.throughput(Throughput::Bytes(size as u64));
        group.bench_function(name, |bench| {
            bench.iter(|| connection.get(format_args!("/{size}"), fields));
        });
    }
    group.finish();
    bench.bench_function("proxy/handshake and 200 B", |bench| {
        bench.iter(|| gateway.connect().get("/200", ""));
    });
}

criterion_group!(benches, requests);
criterion_main!(benches);
