//! Which server of a group gets a request, and over which connection.
//!
//! Round robin; a server that fails three times in a row rests for ten seconds, unless all do.
//! A request that never reached a server may go to the next one. An idempotent request without
//! content is sent once more where a pooled connection turned out closed before any answer
//! (RFC 9110 §9.2.2); others never.

use std::{
    cell::{Cell, RefCell},
    fmt,
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use http::Method;
use rustls::ClientConfig;
use tokio::time::{Instant, timeout};

use super::{
    body::UpstreamBody,
    connection::exchange,
    error::{ExchangeError, UpstreamError},
    stream::Stream,
    transport::{BoxContent, Transport},
};
use crate::{
    config::options::{Limits, Server},
    http1::ResponseHead,
    privacy::OriginRequest,
};

/// Failures in a row after which a server rests.
const FAILURES: u32 = 3;
/// How long it rests.
const REST: Duration = Duration::from_secs(10);

/// Time limits of one exchange.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SendContext {
    pub(crate) connect_timeout: Duration,
    pub(crate) first_byte_timeout: Duration,
    pub(crate) read_timeout: Duration,
}

impl From<&Limits> for SendContext {
    fn from(limits: &Limits) -> Self {
        Self {
            connect_timeout: limits.connect_timeout,
            first_byte_timeout: limits.first_byte_timeout,
            read_timeout: limits.read_timeout,
        }
    }
}

/// One web server, with this worker's idle connections to it.
pub(crate) struct Endpoint {
    server: Server,
    label: String,
    origin: String,
    trust: Option<Arc<ClientConfig>>,
    idle: RefCell<Vec<Idle>>,
    pool_size: usize,
    pool_timeout: Duration,
    failures: Cell<u32>,
    resting_until: Cell<Option<Instant>>,
}

struct Idle {
    transport: Box<Transport>,
    since: Instant,
}

impl Endpoint {
    /// A server without connections yet. `trust` is needed for `https://`.
    pub(crate) fn new(server: Server, trust: Option<Arc<ClientConfig>>, limits: &Limits) -> Self {
        let host = if server.host.contains(':') {
            format!("[{}]", server.host)
        } else {
            server.host.clone()
        };
        let (scheme, default) = if server.tls {
            ("https", 443)
        } else {
            ("http", 80)
        };
        let label = format!("{host}:{}", server.port);
        let origin = if server.port == default {
            format!("{scheme}://{host}")
        } else {
            format!("{scheme}://{label}")
        };
        Self {
            server,
            label,
            origin,
            trust,
            idle: RefCell::default(),
            pool_size: limits.pool_size,
            pool_timeout: limits.pool_timeout,
            failures: Cell::new(0),
            resting_until: Cell::new(None),
        }
    }

    /// `host:port`, for the log.
    pub(crate) fn label(&self) -> &str {
        &self.label
    }

    /// `scheme://authority`, as the website might name itself in `Location`.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Closes connections that idled too long.
    pub(crate) fn sweep(&self, now: Instant) {
        self.idle
            .borrow_mut()
            .retain(|idle| now.duration_since(idle.since) < self.pool_timeout);
    }

    pub(super) fn give_back(&self, mut transport: Box<Transport>) {
        let mut idle = self.idle.borrow_mut();
        if idle.len() < self.pool_size {
            transport.rest();
            idle.push(Idle {
                transport,
                since: Instant::now(),
            });
        }
    }

    /// The connection used last, which is the likeliest to be open still.
    fn take_idle(&self, now: Instant) -> Option<Box<Transport>> {
        let mut idle = self.idle.borrow_mut();
        while let Some(Idle { transport, since }) = idle.pop() {
            if now.duration_since(since) < self.pool_timeout && !transport.stream.is_spoilt() {
                return Some(transport);
            }
        }
        None
    }

    async fn connect(&self, context: SendContext) -> Result<Box<Transport>, UpstreamError> {
        let stream = Stream::connect(&self.server, self.trust.as_ref());
        let stream = match timeout(context.connect_timeout, stream).await {
            Ok(stream) => stream?,
            Err(_) => return Err(UpstreamError::ConnectTimeout),
        };
        Ok(Box::new(Transport::new(stream)))
    }

    fn rests(&self, now: Instant) -> bool {
        self.resting_until.get().is_some_and(|until| until > now)
    }

    /// Notes how an exchange went; true if the server was sent to rest by it.
    fn note(&self, error: Option<UpstreamError>) -> bool {
        match error {
            None | Some(UpstreamError::Aborted) => {
                self.failures.set(0);
                self.resting_until.set(None);
                false
            }
            Some(_) => {
                self.failures.set(self.failures.get() + 1);
                let tired = self.failures.get() >= FAILURES;
                if tired {
                    self.failures.set(0);
                    self.resting_until.set(Some(Instant::now() + REST));
                }
                tired
            }
        }
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("label", &self.label)
            .finish_non_exhaustive()
    }
}

/// A group of servers, as one worker sees it.
#[derive(Debug)]
pub(crate) struct Upstream {
    endpoints: Vec<Rc<Endpoint>>,
    next: Cell<usize>,
}

/// A website's answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) head: ResponseHead,
    pub(crate) body: UpstreamBody,
}

/// How an answer came about, for log and metrics; complete also where there is none.
#[derive(Debug, Default)]
pub(crate) struct SendReport {
    /// The server asked last.
    pub(crate) endpoint: Option<Rc<Endpoint>>,
    /// Whether the request was sent a second time.
    pub(crate) retried: bool,
    /// Failures on the way, also those that another server made good.
    pub(crate) errors: Vec<UpstreamError>,
    /// How many servers were sent to rest.
    pub(crate) ejected: u32,
}

impl Upstream {
    /// A group of at least one server.
    pub(crate) fn new(endpoints: Vec<Rc<Endpoint>>) -> Self {
        Self {
            endpoints,
            next: Cell::new(0),
        }
    }

    /// Sends `request` to one server of the group.
    pub(crate) async fn send(
        &self,
        request: &OriginRequest,
        mut content: Option<BoxContent>,
        context: SendContext,
        now: Instant,
        report: &mut SendReport,
    ) -> Result<Answer, ExchangeError> {
        let mut failure = UpstreamError::Connect;
        for endpoint in self.in_turn(now) {
            report.endpoint = Some(Rc::clone(&endpoint));
            if !request.is_upgrade()
                && let Some(transport) = endpoint.take_idle(now)
            {
                let repeatable = content.is_none() && is_idempotent(request.method());
                match exchange(transport, request, content.take(), context, now).await {
                    Ok((head, body)) => return Ok(endpoint_answer(endpoint, head, body)),
                    Err(failed) => {
                        let closed = ExchangeError::Upstream(UpstreamError::Closed);
                        if !repeatable || failed.answered || failed.error != closed {
                            return Err(report.fail(&endpoint, failed.error));
                        }
                        report.retried = true;
                    }
                }
            }
            // Rare and large: boxed, so that the usual way stays small.
            let transport = match Box::pin(endpoint.connect(context)).await {
                Ok(transport) => transport,
                Err(error) => {
                    failure = error;
                    report.fail(&endpoint, error.into());
                    continue;
                }
            };
            return match exchange(transport, request, content.take(), context, Instant::now()).await
            {
                Ok((head, body)) => Ok(endpoint_answer(endpoint, head, body)),
                Err(failed) => Err(report.fail(&endpoint, failed.error)),
            };
        }
        Err(failure.into())
    }

    /// The servers in the order in which they are to be tried: the next in turn first, those that
    /// rest only if all do.
    fn in_turn(&self, now: Instant) -> impl Iterator<Item = Rc<Endpoint>> + use<'_> {
        let count = self.endpoints.len().max(1);
        let start = self.next.get();
        self.next.set((start + 1) % count);
        let all_rest = self.endpoints.iter().all(|endpoint| endpoint.rests(now));
        let order = self
            .endpoints
            .iter()
            .cycle()
            .skip(start)
            .take(self.endpoints.len());
        order
            .filter(move |endpoint| all_rest || !endpoint.rests(now))
            .map(Rc::clone)
    }
}

impl SendReport {
    fn fail(&mut self, endpoint: &Endpoint, error: ExchangeError) -> ExchangeError {
        if let ExchangeError::Upstream(error) = error {
            self.errors.push(error);
            self.ejected += u32::from(endpoint.note(Some(error)));
        }
        error
    }
}

fn endpoint_answer(endpoint: Rc<Endpoint>, head: ResponseHead, body: UpstreamBody) -> Answer {
    endpoint.note(None);
    let body = body.at_home(endpoint, head.status);
    Answer { head, body }
}

/// RFC 9110 §9.2.2.
fn is_idempotent(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::PUT | Method::DELETE
    )
}
