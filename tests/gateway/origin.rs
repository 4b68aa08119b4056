//! A website of which each byte is up to the test, and which keeps each byte that it got.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned, crypto::aws_lc_rs, pki_types::PrivatePkcs8KeyDer,
};
use socket2::SockRef;

use super::{
    PATIENCE, eventually,
    message::{Chunked, Head, Input},
};

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Which connection brought it, counted from 0.
    pub(crate) connection: usize,
    pub(crate) head: Head,
    /// As it was on the wire, chunk sizes and all.
    pub(crate) raw_body: Vec<u8>,
    /// Decoded.
    pub(crate) body: Vec<u8>,
    pub(crate) trailers: Vec<(String, String)>,
}

impl Request {
    /// `GET`.
    pub(crate) fn method(&self) -> &str {
        self.head.start.split(' ').next().unwrap_or_default()
    }

    /// `/path?query`.
    pub(crate) fn target(&self) -> &str {
        self.head.start.split(' ').nth(1).unwrap_or_default()
    }
}

/// How a connection goes on after an exchange.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Next {
    /// Another request may come.
    Request,
    /// Politely, with a FIN.
    Close,
    /// With a RST.
    Reset,
}

trait Stream: Read + Write + Send {}
impl<S: Read + Write + Send> Stream for S {}

/// One request being answered.
pub(crate) struct Exchange<'a> {
    input: &'a mut Input<Box<dyn Stream>>,
    /// The bare connection.
    pub(crate) tcp: &'a TcpStream,
    shared: &'a Shared,
    /// What is known of the request; its body once it was read.
    pub(crate) request: Request,
    read: bool,
}

impl Exchange<'_> {
    /// Reads the body to its end, which makes the request a complete one.
    pub(crate) fn read_body(&mut self) -> io::Result<()> {
        if self.read {
            return Ok(());
        }
        self.take_body()
            .inspect_err(|error| self.shared.note_broken(error))?;
        self.read = true;
        let request = self.request.clone();
        self.shared.requests.lock().expect("requests").push(request);
        Ok(())
    }

    fn take_body(&mut self) -> io::Result<()> {
        if self.request.head.is_chunked()? {
            let Chunked {
                raw,
                data,
                trailers,
            } = self.input.chunked()?;
            self.request.raw_body = raw;
            self.request.body = data;
            self.request.trailers = trailers;
        } else if let Some(length) = self.request.head.length()? {
            self.request.body = self.input.exact(length)?;
            self.request.raw_body.clone_from(&self.request.body);
        }
        Ok(())
    }

    /// Sends bytes. Errors are not the origin's business.
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.try_send(bytes);
    }

    /// Sends bytes.
    pub(crate) fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.input.stream.write_all(bytes.as_ref())?;
        self.input.stream.flush()
    }

    /// Reads raw bytes, as a tunnel does; 0 at the end.
    pub(crate) fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.input.ahead.is_empty() {
            return self.input.stream.read(room);
        }
        let count = room.len().min(self.input.ahead.len());
        let bytes: Vec<u8> = self.input.ahead.drain(..count).collect();
        room[..count].copy_from_slice(&bytes);
        Ok(count)
    }

    /// Sends nothing and waits until the other side ends the connection.
    pub(crate) fn hold(&mut self) -> Next {
        let mut room = [0; 4096];
        while self.read(&mut room).is_ok_and(|count| count > 0) {}
        self.shared.cancelled.fetch_add(1, SeqCst);
        Next::Close
    }
}

/// Opens once, for everybody who waits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Latch(Arc<(Mutex<bool>, Condvar)>);

impl Latch {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn open(&self) {
        *self.0.0.lock().expect("latch") = true;
        self.0.1.notify_all();
    }

    /// Waits for it, but no longer than tests wait.
    pub(crate) fn wait(&self) {
        let open = self.0.0.lock().expect("latch");
        let wait = self.0.1.wait_timeout_while(open, PATIENCE, |open| !*open);
        assert!(*wait.expect("latch").0, "the latch was never opened");
    }
}

#[derive(Debug, Default)]
struct Shared {
    connections: AtomicUsize,
    started: AtomicUsize,
    cancelled: AtomicUsize,
    ended: AtomicBool,
    requests: Mutex<Vec<Request>>,
    broken: Mutex<Vec<String>>,
    open: Mutex<Vec<TcpStream>>,
}

/// See the module. Each connection has a thread.
#[derive(Debug)]
pub(crate) struct Origin {
    address: SocketAddr,
    certificate: Option<String>,
    shared: Arc<Shared>,
}

type Script = dyn Fn(&mut Exchange<'_>) -> Next + Send + Sync;

impl Origin {
    /// Reads each request to its end and answers with what `answer` makes of it.
    pub(crate) fn answering<B: AsRef<[u8]>>(
        answer: impl Fn(&Request) -> B + Send + Sync + 'static,
    ) -> Self {
        Self::scripted(move |exchange| {
            if exchange.read_body().is_err() {
                return Next::Close;
            }
            let bytes = answer(&exchange.request);
            exchange.send(bytes);
            Next::Request
        })
    }

    /// Answers `200` with the text `hello`.
    pub(crate) fn hello() -> Self {
        Self::answering(|_| "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
    }

    /// Calls `script` once a head has come; all else is up to it.
    pub(crate) fn scripted(
        script: impl Fn(&mut Exchange<'_>) -> Next + Send + Sync + 'static,
    ) -> Self {
        Self::listen(None, None, Arc::new(script))
    }

    /// The same over TLS, with a self-signed certificate for `name`.
    pub(crate) fn scripted_tls(
        name: &str,
        script: impl Fn(&mut Exchange<'_>) -> Next + Send + Sync + 'static,
    ) -> Self {
        let made = rcgen::generate_simple_self_signed([name.to_owned()]).expect("a certificate");
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key.into())
            .expect("a key");
        let pem = made.cert.pem();
        Self::listen(Some(Arc::new(config)), Some(pem), Arc::new(script))
    }

    fn listen(
        tls: Option<Arc<ServerConfig>>,
        certificate: Option<String>,
        script: Arc<Script>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let origin = Self {
            address: listener.local_addr().expect("an address"),
            certificate,
            shared: Arc::default(),
        };
        let shared = Arc::clone(&origin.shared);
        thread::spawn(move || {
            while let Ok((tcp, _)) = listener.accept() {
                if shared.ended.load(SeqCst) {
                    return;
                }
                let number = shared.connections.fetch_add(1, SeqCst);
                let kept = tcp.try_clone().expect("a descriptor");
                shared.open.lock().expect("open").push(kept);
                let (shared, script) = (Arc::clone(&shared), Arc::clone(&script));
                let tls = tls.clone();
                thread::spawn(move || serve(&tcp, tls, number, &shared, script.as_ref()));
            }
        });
        origin
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> String {
        let scheme = if self.certificate.is_some() {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{}", self.address)
    }

    /// The certificate as PEM, for who is to trust it.
    pub(crate) fn certificate(&self) -> &str {
        self.certificate.as_deref().expect("an origin over TLS")
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many connections were made.
    pub(crate) fn connections(&self) -> usize {
        self.shared.connections.load(SeqCst)
    }

    /// How many heads came, whether or not their bodies did.
    pub(crate) fn started(&self) -> usize {
        self.shared.started.load(SeqCst)
    }

    /// How many requests on [`Exchange::hold`] were given up by the other side.
    pub(crate) fn cancelled(&self) -> usize {
        self.shared.cancelled.load(SeqCst)
    }

    /// Every complete request, in the order of their ends.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().expect("requests").clone()
    }

    /// The only request.
    pub(crate) fn only_request(&self) -> Request {
        let mut requests = self.requests();
        assert_eq!(requests.len(), 1, "{requests:#?}");
        requests.remove(0)
    }

    /// Waits until so many requests are complete.
    pub(crate) fn wait_requests(&self, count: usize) -> Vec<Request> {
        eventually("requests at the origin", || {
            Some(self.requests()).filter(|requests| requests.len() >= count)
        })
    }

    /// What came that is no well-formed request, and bodies that ended early.
    pub(crate) fn broken(&self) -> Vec<String> {
        self.shared.broken.lock().expect("broken").clone()
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        self.shared.ended.store(true, SeqCst);
        // Wakes the accept loop.
        let _ = TcpStream::connect(self.address);
        for tcp in self.shared.open.lock().expect("open").drain(..) {
            let _ = tcp.shutdown(Shutdown::Both);
        }
    }
}

fn serve(
    tcp: &TcpStream,
    tls: Option<Arc<ServerConfig>>,
    number: usize,
    shared: &Shared,
    script: &Script,
) {
    let _ = tcp.set_nodelay(true);
    let stream = tcp.try_clone().expect("a descriptor");
    let stream: Box<dyn Stream> = match tls {
        None => Box::new(stream),
        Some(config) => {
            let session = ServerConnection::new(config).expect("a session");
            Box::new(StreamOwned::new(session, stream))
        }
    };
    let mut input = Input::new(stream);
    let next = loop {
        let head = match input.head() {
            Ok(Some(head)) => head,
            Ok(None) => break Next::Close,
            Err(error) => {
                shared.note_broken(&error);
                break Next::Close;
            }
        };
        shared.started.fetch_add(1, SeqCst);
        let request = Request {
            connection: number,
            head,
            raw_body: Vec::new(),
            body: Vec::new(),
            trailers: Vec::new(),
        };
        let mut exchange = Exchange {
            input: &mut input,
            tcp,
            shared,
            request,
            read: false,
        };
        match script(&mut exchange) {
            Next::Request => {
                if exchange.read_body().is_err() {
                    break Next::Close;
                }
            }
            end => break end,
        }
    };
    if next == Next::Reset {
        let _ = SockRef::from(tcp).set_linger(Some(Duration::ZERO));
        // A socket is reset only with its last descriptor.
        let mut open = shared.open.lock().expect("open");
        let peer = tcp.peer_addr().ok();
        open.retain(|kept| kept.peer_addr().ok() != peer);
    } else {
        let _ = tcp.shutdown(Shutdown::Both);
    }
}

impl Shared {
    fn note_broken(&self, error: &io::Error) {
        self.broken.lock().expect("broken").push(error.to_string());
    }
}
