//! An HTTP/2 connection of a visitor (RFC 9113), spoken by hyper. Each stream becomes the same kind
//! of request that HTTP/1.1 yields.

use std::{convert::Infallible, future::Future, pin::pin, rc::Rc, time::Duration};

use http::{Request, Response, Version, header, uri::PathAndQuery};
use http_body::Body as _;
use hyper::{body::Incoming, rt::Executor, server::conn::http2::Builder, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::Notify,
    time::{Instant, timeout},
};

use super::{
    body::ResponseBody,
    exchange::{IncomingRequest, exchange, refuse_head},
    frames::FrameMeter,
    leftover::StreamContent,
    refusal::Refusal,
    untaken::{Untaken, WatchedBody},
    visitor::Visitor,
};
use crate::{
    http1::HeadError,
    metrics::Malformed,
    privacy::{Content, FieldLines, FieldValue},
    upstream::BoxContent,
};

/// Flow-control windows: enough for one upload at full speed over a continent, and bounded for a
/// connection whatever the number of its streams.
const STREAM_WINDOW: u32 = 256 * 1024;
const CONNECTION_WINDOW: u32 = 1024 * 1024;
/// What hyper may hold of one stream's response, bytes.
const SEND_BUFFER: usize = 64 * 1024;

/// Serves every request of a connection.
pub(crate) async fn serve_http2<S>(stream: S, visitor: Rc<Visitor>)
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
{
    let snapshot = visitor.worker.snapshot();
    let limits = &snapshot.compiled.limits;
    let mut builder = Builder::new(LocalExecutor);
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.http2_streams)
        .max_header_list_size(u32::try_from(limits.header_size).unwrap_or(u32::MAX))
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(SEND_BUFFER)
        .max_pending_accept_reset_streams(20)
        .max_local_error_reset_streams(128)
        .keep_alive_interval(limits.idle_timeout)
        .keep_alive_timeout(Duration::from_secs(20));
    let (idle, first) = (limits.idle_timeout, limits.header_timeout);
    let stalled = limits.write_timeout;
    let meter = FrameMeter::new(stream, limits.http2_control_frames, stalled);
    let activity = Rc::new(Activity::new());
    let untaken = Rc::new(Untaken::default());
    drop(snapshot);
    let service = {
        let (visitor, activity) = (Rc::clone(&visitor), Rc::clone(&activity));
        let untaken = Rc::clone(&untaken);
        service_fn(move |request| {
            let running = activity.begin();
            let answered = serve_request(request, Rc::clone(&visitor));
            let untaken = Rc::clone(&untaken);
            async move {
                let response = answered.await;
                drop(running);
                Ok::<_, Infallible>(response.map(|body| WatchedBody::new(body, &untaken)))
            }
        })
    };
    let mut connection = pin!(builder.serve_connection(TokioIo::new(meter), service));
    let served = async {
        tokio::select! {
            served = connection.as_mut() => return served,
            () = activity.idle(idle) => {}
            () = activity.done_here(visitor.worker.drained(), first) => {}
        }
        connection.as_mut().graceful_shutdown();
        connection.await
    };
    let served = tokio::select! {
        served = served => served,
        () = untaken.watch(stalled, || activity.running.get() > 0) => return,
    };
    if served.is_err_and(|error| !error.is_closed() && !error.is_canceled()) {
        visitor.worker.metrics().malformed(Malformed::Http2);
    }
}

async fn serve_request(request: Request<Incoming>, visitor: Rc<Visitor>) -> Response<ResponseBody> {
    let started = Instant::now();
    let (mut parts, content) = request.into_parts();
    let length = parts
        .headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok().and_then(|length| length.parse().ok()));
    let framing = if content.is_end_stream() {
        Content::None
    } else {
        length.map_or(Content::Chunked, Content::Length)
    };
    let authority = authority(&parts);
    let target = parts.uri.path_and_query().cloned();
    let mut fields = FieldLines::from(std::mem::take(&mut parts.headers));
    fields.remove(&header::HOST);
    let request = IncomingRequest {
        method: parts.method,
        target: target.unwrap_or(PathAndQuery::from_static("/")),
        authority: authority.clone().ok().flatten(),
        version: Version::HTTP_2,
        fields,
        framing,
        content: (framing != Content::None)
            .then(|| Box::pin(StreamContent::new(content)) as BoxContent),
        upgrade: false,
        started,
    };
    let snapshot = visitor.worker.snapshot();
    let limits = snapshot.compiled.head_limits;
    let refusal = if request.method == http::Method::CONNECT
        || request.method == http::Method::TRACE
    {
        Some(HeadError::Method)
    } else if !is_origin_form(&request) {
        Some(HeadError::Target)
    } else if request.target.as_str().len() > limits.target {
        Some(HeadError::TargetTooLong)
    } else if request.fields.len() > limits.fields {
        Some(HeadError::TooManyFields)
    } else if authority.is_err() || request.fields.get_all(&header::CONTENT_LENGTH).count() > 1 {
        Some(HeadError::Authority)
    } else {
        None
    };
    match refusal {
        None => Box::pin(exchange(visitor, request)).await.into(),
        Some(error) => refuse_head(&visitor, Refusal::Head(error), Version::HTTP_2, started).into(),
    }
}

/// Whether the target can stand in an HTTP/1.1 request line (RFC 9113 §8.3.1).
fn is_origin_form(request: &IncomingRequest) -> bool {
    match request.target.as_str() {
        "*" => request.method == http::Method::OPTIONS,
        target => target.starts_with('/'),
    }
}

/// The authority; an error if `:authority` and `Host` name two (RFC 9113 §8.3.1).
fn authority(parts: &http::request::Parts) -> Result<Option<FieldValue>, HeadError> {
    let mut lines = parts.headers.get_all(header::HOST).into_iter();
    let host = lines.next();
    if lines.next().is_some() {
        return Err(HeadError::Authority);
    }
    match parts.uri.authority() {
        None => Ok(host.map(FieldValue::from)),
        Some(authority) => {
            let authority = authority.as_str();
            if host.is_some_and(|host| !host.as_bytes().eq_ignore_ascii_case(authority.as_bytes()))
            {
                return Err(HeadError::Authority);
            }
            FieldValue::try_from(authority)
                .map(Some)
                .map_err(|_| HeadError::Authority)
        }
    }
}

/// Runs streams on the worker's own thread.
#[derive(Clone, Copy, Debug)]
struct LocalExecutor;

impl<F: Future<Output = ()> + 'static> Executor<F> for LocalExecutor {
    fn execute(&self, future: F) {
        tokio::task::spawn_local(future);
    }
}

/// Whether a connection has requests in progress, and since when it has none.
struct Activity {
    running: std::cell::Cell<usize>,
    last: std::cell::Cell<Instant>,
    used: std::cell::Cell<bool>,
    first: Notify,
}

impl Activity {
    fn new() -> Self {
        Self {
            running: std::cell::Cell::new(0),
            last: std::cell::Cell::new(Instant::now()),
            used: std::cell::Cell::new(false),
            first: Notify::new(),
        }
    }

    fn begin(self: &Rc<Self>) -> Running {
        self.running.set(self.running.get() + 1);
        if !self.used.replace(true) {
            self.first.notify_one();
        }
        Running(Rc::clone(self))
    }

    /// Returns once the gateway is to end, and whoever has just been let in has had the time for a
    /// first request, as over HTTP/1.1.
    async fn done_here(&self, drained: impl Future<Output = ()>, patience: Duration) {
        drained.await;
        if !self.used.get() {
            let _ = timeout(patience, self.first.notified()).await;
        }
    }

    /// Returns once there has been no request for so long.
    async fn idle(&self, limit: Duration) {
        loop {
            tokio::time::sleep_until(self.last.get() + limit).await;
            if self.running.get() == 0 && self.last.get() + limit <= Instant::now() {
                return;
            }
            if self.running.get() > 0 {
                self.last.set(Instant::now());
            }
        }
    }
}

struct Running(Rc<Activity>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.set(self.0.running.get().saturating_sub(1));
        self.0.last.set(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_connection_idles_from_the_end_of_its_last_request() {
        let activity = Rc::new(Activity::new());
        let running = activity.begin();
        let start = Instant::now();
        let ends = async {
            tokio::time::sleep(Duration::from_secs(100)).await;
            drop(running);
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = activity.idle(Duration::from_secs(75)) => {}
            () = ends => {}
        }
        assert!(
            start.elapsed() >= Duration::from_secs(175),
            "{:?}",
            start.elapsed()
        );
    }
}
