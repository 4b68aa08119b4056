//! A well-behaved HTTP/2 client: hyper's, on a thread of its own, so that tests need not be async.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, mpsc},
    task::{Context, Poll},
    thread,
};

use bytes::Bytes;
use http::{HeaderMap, Request, response::Parts};
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use hyper::{body::Incoming, client::conn::http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{
    net::TcpStream,
    runtime::{Builder, Handle},
    sync::{mpsc::UnboundedReceiver, mpsc::UnboundedSender, mpsc::unbounded_channel, oneshot},
};
use tokio_rustls::TlsConnector;

use super::{PATIENCE, Tls};

/// Content that is sent piece by piece; it ends when its sender is dropped.
pub(crate) struct Pieces(UnboundedReceiver<Frame<Bytes>>);

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|frame| frame.map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_closed() && self.0.is_empty()
    }
}

/// No content.
pub(crate) fn empty() -> Pieces {
    pieces().1
}

/// All content at once.
pub(crate) fn full(content: impl Into<Bytes>) -> Pieces {
    let (sender, pieces) = pieces();
    let _ = sender.send(Frame::data(content.into()));
    pieces
}

/// Content that comes from the sender.
pub(crate) fn pieces() -> (UnboundedSender<Frame<Bytes>>, Pieces) {
    let (sender, receiver) = unbounded_channel();
    (sender, Pieces(receiver))
}

/// A response as far as it came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) head: Parts,
    pub(crate) body: Vec<u8>,
    pub(crate) trailers: Option<HeaderMap>,
    /// Why it broke off, if it did.
    pub(crate) broken: Option<hyper::Error>,
}

impl Answer {
    pub(crate) fn status(&self) -> u16 {
        self.head.status.as_u16()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A field's only value.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let values = self.head.headers.get_all(name);
        assert!(values.iter().count() < 2, "{name} came more than once");
        values.iter().next().and_then(|value| value.to_str().ok())
    }
}

/// A response that is on its way.
#[derive(Debug)]
pub(crate) struct Pending(mpsc::Receiver<Result<Answer, hyper::Error>>);

impl Pending {
    /// The response, or why there is none.
    pub(crate) fn result(self) -> Result<Answer, hyper::Error> {
        self.0.recv_timeout(PATIENCE).expect("an answer in time")
    }

    /// The response.
    pub(crate) fn answer(self) -> Answer {
        self.result().expect("an answer")
    }
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Http2 {
    sender: http2::SendRequest<Pieces>,
    runtime: Handle,
    _end: oneshot::Sender<()>,
}

impl Http2 {
    /// Connects over TLS.
    pub(crate) fn connect(address: SocketAddr) -> Self {
        Self::try_connect(address).expect("a connection")
    }

    /// The same, where the other side may end it.
    pub(crate) fn try_connect(address: SocketAddr) -> Option<Self> {
        let (connected, connection) = mpsc::channel();
        let (end, ended) = oneshot::channel::<()>();
        thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build();
            let runtime = runtime.expect("a runtime");
            runtime.block_on(async {
                let Ok(sender) = begin(address).await else {
                    return;
                };
                let _ = connected.send((sender, Handle::current()));
                let _ = ended.await;
            });
        });
        match connection.recv_timeout(PATIENCE) {
            Ok((sender, runtime)) => Some(Self {
                sender,
                runtime,
                _end: end,
            }),
            Err(mpsc::RecvTimeoutError::Disconnected) => None,
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("no connection in time"),
        }
    }

    /// Sends a request; its response is collected while the test goes on.
    pub(crate) fn send(&self, request: Request<Pieces>) -> Pending {
        let mut sender = self.sender.clone();
        let (done, pending) = mpsc::channel();
        self.runtime.spawn(async move {
            let result = match sender.ready().await {
                Ok(()) => sender.send_request(request).await,
                Err(error) => Err(error),
            };
            let answer = match result {
                Ok(response) => Ok(collect(response).await),
                Err(error) => Err(error),
            };
            let _ = done.send(answer);
        });
        Pending(pending)
    }

    /// Sends a `GET`.
    pub(crate) fn send_get(&self, path: &str) -> Pending {
        self.send(request("GET", path, empty()))
    }

    /// A `GET` and its response.
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send_get(path).answer()
    }
}

/// Connects, and drives the connection in the background.
async fn begin(address: SocketAddr) -> io::Result<http2::SendRequest<Pieces>> {
    let tls = Tls::h2();
    let tcp = TcpStream::connect(address).await?;
    let connector = TlsConnector::from(Arc::clone(&tls.config()));
    let stream = connector.connect(tls.name(), tcp).await?;
    let stream = TokioIo::new(stream);
    let (sender, connection) = http2::handshake(TokioExecutor::new(), stream)
        .await
        .map_err(io::Error::other)?;
    tokio::spawn(connection);
    Ok(sender)
}

/// A request for `https://www.example.com`.
pub(crate) fn request(method: &str, path: &str, content: Pieces) -> Request<Pieces> {
    Request::builder()
        .method(method)
        .uri(format!("https://www.example.com{path}"))
        .body(content)
        .expect("a request")
}

async fn collect(response: http::Response<Incoming>) -> Answer {
    let (head, mut content) = response.into_parts();
    let mut answer = Answer {
        head,
        body: Vec::new(),
        trailers: None,
        broken: None,
    };
    while let Some(frame) = content.frame().await {
        match frame.map(Frame::into_data) {
            Ok(Ok(data)) => answer.body.extend_from_slice(&data),
            Ok(Err(frame)) => answer.trailers = frame.into_trailers().ok(),
            Err(error) => {
                answer.broken = Some(error);
                break;
            }
        }
    }
    answer
}
