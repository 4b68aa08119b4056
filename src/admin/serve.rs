//! `/`, `/report.json`, `/healthz`, `/readyz`, `/metrics`, `/third-parties` and `POST /reload`.
//!
//! A web page in the operator's browser can send requests to loopback too: so only an IP address
//! or `localhost` is answered as authority (against DNS rebinding), and a reload is not taken from
//! a page (`Origin`, `Sec-Fetch-Site`).

use std::{
    io,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, SystemTime},
};

use bytes::{Bytes, BytesMut};
use http::{Method, header};
use socket2::Socket;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc, oneshot},
    time::timeout,
};

use crate::{
    http1::{HeadBoundary, HeadLimits, RequestHead, parse_request},
    metrics::{Metrics, ReloadResult},
    report::{self, Report},
    site::Authority,
    statistics::Collector,
};

const LIMITS: HeadLimits = HeadLimits {
    size: 16 * 1024,
    fields: 64,
    target: 1024,
};
/// Connections that wait to be accepted.
const BACKLOG: i32 = 64;
/// Connections at a time, and how long one may take.
const CONNECTIONS: usize = 64;
const PATIENCE: Duration = Duration::from_secs(30);

/// Where the verdict on a reload is to go.
pub(crate) type ReloadRequest = oneshot::Sender<Result<(), String>>;

/// What the listener tells.
#[derive(Debug)]
pub(crate) struct Admin {
    metrics: Arc<Metrics>,
    collector: Arc<Collector>,
    draining: AtomicBool,
    reloads: mpsc::Sender<ReloadRequest>,
}

impl Admin {
    /// Tells `metrics` and what `collector` gathers, and passes reloads on to `reloads`.
    pub(crate) fn new(
        metrics: Arc<Metrics>,
        collector: Arc<Collector>,
        reloads: mpsc::Sender<ReloadRequest>,
    ) -> Self {
        Self {
            metrics,
            collector,
            draining: AtomicBool::new(false),
            reloads,
        }
    }

    /// Is not ready any more.
    pub(crate) fn drain(&self) {
        self.draining.store(true, Relaxed);
    }

    /// Counts a reload.
    pub(crate) fn note_reload(&self, verdict: &Result<(), String>) {
        let result = if verdict.is_ok() {
            ReloadResult::Ok
        } else {
            ReloadResult::Failed
        };
        self.metrics.reloaded(result, SystemTime::now());
    }
}

/// Opens the listener on a reserved address.
pub(crate) fn listen(socket: Socket) -> io::Result<TcpListener> {
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// Serves for good.
pub(crate) async fn serve(listener: TcpListener, admin: Arc<Admin>) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else {
            return;
        };
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let admin = Arc::clone(&admin);
        tokio::spawn(async move {
            // Whoever is slower than that gets nothing.
            let _ = timeout(PATIENCE, converse(stream, &admin)).await;
            drop(permit);
        });
    }
}

/// An answer: status line, media type, content.
struct Answer(&'static str, &'static str, String);

const HTML: &str = "text/html; charset=utf-8";
/// The report holds its own style sheet, and nothing else may come into an answer.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
const TEXT: &str = "text/plain; charset=utf-8";

async fn converse(mut stream: TcpStream, admin: &Admin) -> io::Result<()> {
    let mut input = BytesMut::new();
    let mut boundary = HeadBoundary::default();
    let head: Option<Bytes> = loop {
        match boundary.find(&input) {
            Ok(Some(end)) => break Some(input.split_to(end).freeze()),
            Ok(None) if input.len() <= LIMITS.size => {}
            _ => break None,
        }
        if stream.read_buf(&mut input).await? == 0 {
            return Ok(());
        }
    };
    let head = head.and_then(|head| parse_request(&head, LIMITS).ok());
    let (answer, to_head) = match &head {
        Some(head) => (answer(head, admin).await, head.method == Method::HEAD),
        None => (
            Answer("400 Bad Request", TEXT, "malformed request\n".to_owned()),
            false,
        ),
    };
    let Answer(status, media_type, content) = answer;
    let length = content.len();
    let mut response = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\n\
         cache-control: no-store\r\nx-content-type-options: nosniff\r\n\
         content-security-policy: {POLICY}\r\n\
         connection: close\r\n\r\n"
    );
    if !to_head {
        response.push_str(&content);
    }
    stream.write_all(response.as_bytes()).await?;
    stream.shutdown().await
}

async fn answer(head: &RequestHead, admin: &Admin) -> Answer {
    if !names_this_machine(head) {
        return Answer(
            "421 Misdirected Request",
            TEXT,
            "use an IP address or localhost\n".to_owned(),
        );
    }
    let read = matches!(head.method, Method::GET | Method::HEAD);
    match head.target.path() {
        "/" if read => report(head, admin, HTML, report::html).await,
        "/report.json" if read => report(head, admin, "application/json", report::json).await,
        "/healthz" if read => Answer("200 OK", TEXT, "ok\n".to_owned()),
        "/readyz" if read && admin.draining.load(Relaxed) => {
            Answer("503 Service Unavailable", TEXT, "draining\n".to_owned())
        }
        "/readyz" if read => Answer("200 OK", TEXT, "ready\n".to_owned()),
        "/metrics" if read => Answer(
            "200 OK",
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
            admin.metrics.encode(),
        ),
        "/third-parties" if read => Answer(
            "200 OK",
            "application/json",
            admin.metrics.inventory().json(),
        ),
        "/reload" if head.method == Method::POST => reload(head, admin).await,
        "/" | "/report.json" | "/healthz" | "/readyz" | "/metrics" | "/third-parties"
        | "/reload" => Answer(
            "405 Method Not Allowed",
            TEXT,
            "GET, or POST for /reload\n".to_owned(),
        ),
        _ => Answer(
            "404 Not Found",
            TEXT,
            "/ /report.json /healthz /readyz /metrics /third-parties, POST /reload\n".to_owned(),
        ),
    }
}

/// The privacy report of the last days, `?days=…` or 30.
async fn report(
    head: &RequestHead,
    admin: &Admin,
    media_type: &'static str,
    written: impl Fn(&Report) -> String,
) -> Answer {
    let query = head.target.query().unwrap_or_default();
    let days = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("days=")?.parse().ok());
    let days = days.unwrap_or(30).clamp(1, report::MOST_DAYS);
    let gathered = admin.collector.gathered(days).await;
    let report = Report::new(&gathered, days);
    Answer("200 OK", media_type, written(&report))
}

async fn reload(head: &RequestHead, admin: &Admin) -> Answer {
    if head.fields.contains(&header::ORIGIN) || head.fields.contains("sec-fetch-site") {
        return Answer("403 Forbidden", TEXT, "not from a web page\n".to_owned());
    }
    let (ask, verdict) = oneshot::channel();
    let verdict = match admin.reloads.send(ask).await {
        Ok(()) => verdict.await.ok(),
        Err(_) => None,
    };
    match verdict {
        Some(Ok(())) => Answer("200 OK", TEXT, "reloaded\n".to_owned()),
        Some(Err(reasons)) => Answer("409 Conflict", TEXT, format!("{reasons}\n")),
        None => Answer("503 Service Unavailable", TEXT, "draining\n".to_owned()),
    }
}

fn names_this_machine(head: &RequestHead) -> bool {
    let authority = head
        .authority
        .as_ref()
        .and_then(|text| Authority::parse(text.as_bytes()));
    authority.is_some_and(|authority| {
        let host = authority.host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || host.parse::<IpAddr>().is_ok()
    })
}
