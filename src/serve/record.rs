//! What happened to one request, gathered on its way and written down when its response ends:
//! a line of the access log and a few counters.

use std::{
    rc::Rc,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use http::{Method, StatusCode, Version, uri::PathAndQuery};
use tokio::time::Instant;

use super::{body::BodyError, worker::Worker};
use crate::privacy::FieldValue;
use crate::{
    log::AccessEntry,
    metrics::{UnreadablePage, UpstreamFailure},
    privacy::MinimisedAddr,
    upstream::{Endpoint, ExchangeError, UpstreamError},
};

/// The visitor went away before there was an answer: nginx's number for it.
const CLIENT_CLOSED_REQUEST: u16 = 499;

/// See the module.
pub(super) struct Record {
    pub(super) worker: Rc<Worker>,
    pub(super) time: SystemTime,
    pub(super) started: Instant,
    pub(super) client: Option<MinimisedAddr>,
    pub(super) method: Option<Method>,
    pub(super) site: Option<Arc<str>>,
    pub(super) target: Option<PathAndQuery>,
    pub(super) status: Option<StatusCode>,
    pub(super) bytes: u64,
    pub(super) upstream: Option<Rc<Endpoint>>,
    pub(super) upstream_duration: Option<Duration>,
    pub(super) version: Version,
    pub(super) tls: Option<&'static str>,
    pub(super) request_id: FieldValue,
    pub(super) referer: Option<FieldValue>,
    pub(super) user_agent: Option<FieldValue>,
    pub(super) cookies_stripped: u32,
    pub(super) set_cookies_stripped: u32,
    pub(super) elements_gated: u32,
}

impl Record {
    /// A record of a request of which nothing is known yet.
    pub(super) fn new(worker: Rc<Worker>, version: Version, started: Instant) -> Self {
        let request_id = worker.request_id();
        Self {
            worker,
            time: SystemTime::now(),
            started,
            client: None,
            method: None,
            site: None,
            target: None,
            status: None,
            bytes: 0,
            upstream: None,
            upstream_duration: None,
            version,
            tls: None,
            request_id,
            referer: None,
            user_agent: None,
            cookies_stripped: 0,
            set_cookies_stripped: 0,
            elements_gated: 0,
        }
    }

    /// When the request began, in seconds since 1970.
    pub(super) fn now(&self) -> i64 {
        let since = self
            .time
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        i64::try_from(since).unwrap_or(i64::MAX)
    }

    /// Notes how many elements of a page were gated so far, and why it could not be read on.
    pub(super) fn note_page(&mut self, gated: usize, failure: Option<UnreadablePage>) {
        self.elements_gated = u32::try_from(gated).unwrap_or(u32::MAX);
        if let Some(reason) = failure {
            self.unreadable_page(reason);
        }
    }

    /// Notes that a page could not be read.
    pub(super) fn unreadable_page(&self, reason: UnreadablePage) {
        self.worker.metrics().unreadable_page(reason);
        tracing::warn!(
            request_id = self.request_id.to_str().unwrap_or_default(),
            upstream = self.upstream.as_ref().map(|endpoint| endpoint.label()),
            "page can't be read: {reason}"
        );
    }

    /// Notes that the content broke off.
    pub(super) fn broken_off(&self, error: BodyError) {
        if let BodyError::Exchange(ExchangeError::Upstream(error)) = error {
            self.worker.metrics().upstream_error(failure_kind(error));
            tracing::warn!(
                request_id = self.request_id.to_str().unwrap_or_default(),
                upstream = self.upstream.as_ref().map(|endpoint| endpoint.label()),
                "website's response ended early: {error}"
            );
        }
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let duration = self.started.elapsed();
        let status = self
            .status
            .map_or(CLIENT_CLOSED_REQUEST, |status| status.as_u16());
        self.worker
            .metrics()
            .request(status, self.version, duration);
        self.worker.log(&AccessEntry {
            time: self.time,
            client: self.client,
            method: self.method.as_ref().map_or("-", Method::as_str),
            host: self.site.as_deref(),
            target: self.target.as_ref().map_or("-", PathAndQuery::as_str),
            status,
            bytes: self.bytes,
            duration,
            upstream: self.upstream.as_ref().map(|endpoint| endpoint.label()),
            upstream_duration: self.upstream_duration,
            protocol: self.version,
            tls: self.tls,
            request_id: self.request_id.to_str().unwrap_or_default(),
            referer: self.referer.as_ref().map(FieldValue::as_bytes),
            user_agent: self.user_agent.as_ref().map(FieldValue::as_bytes),
            cookies_stripped: self.cookies_stripped,
            set_cookies_stripped: self.set_cookies_stripped,
            elements_gated: self.elements_gated,
        });
    }
}

/// The kind under which a failure is counted.
pub(super) const fn failure_kind(error: UpstreamError) -> UpstreamFailure {
    match error {
        UpstreamError::Connect => UpstreamFailure::Connect,
        UpstreamError::ConnectTimeout | UpstreamError::Timeout => UpstreamFailure::Timeout,
        UpstreamError::Tls => UpstreamFailure::Tls,
        UpstreamError::Closed => UpstreamFailure::Closed,
        UpstreamError::Protocol => UpstreamFailure::Protocol,
        UpstreamError::Aborted => UpstreamFailure::Aborted,
    }
}
