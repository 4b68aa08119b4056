//! stub
use crate::privacy::Purpose;
use std::sync::Arc;
#[derive(Debug, Default)]
pub struct WorkerMetrics;
#[derive(Debug, Clone, Copy)]
pub enum Direction {
    Request,
    Response,
}
#[derive(Debug, Clone, Copy)]
pub enum Malformed {
    RequestLine,
    Header,
    Framing,
    TooLargeHead,
    TooLongUrl,
    TooLargeBody,
    Authority,
    ProxyHeader,
    Http2,
    Tls,
    Timeout,
    Forwarded,
}
#[derive(Debug, Clone, Copy)]
pub enum Handshake {
    Ok { tls13: bool },
    Failed,
    Timeout,
    UnknownName,
}
impl WorkerMetrics {
    pub fn request(&self, _: u16, _: http::Version, _: std::time::Duration) {}
    pub fn connection_opened(&self) {}
    pub fn connection_closed(&self) {}
    pub fn handshake(&self, _: Handshake) {}
    pub fn malformed(&self, _: Malformed) {}
    pub fn upstream_error(&self, _: crate::upstream::UpstreamError) {}
    pub fn upstream_retried(&self) {}
    pub fn endpoint_ejected(&self) {}
    pub fn address_fields_removed(&self, _: u32) {}
}
#[derive(Debug)]
pub struct StripTable;
#[derive(Debug)]
pub struct StripCounters;
impl StripTable {
    pub fn new(_: Vec<String>, _: Vec<(String, Purpose)>, _: usize) -> Self {
        Self
    }
    pub fn worker(&self, _: usize) -> Arc<StripCounters> {
        Arc::new(StripCounters)
    }
}
impl StripCounters {
    pub fn count(&self, _: usize, _: Option<usize>, _: Direction) {}
}
#[derive(Debug)]
pub struct Metrics;
impl Metrics {
    pub fn new(_: usize) -> Self {
        Self
    }
    pub fn worker(&self, _: usize) -> Arc<WorkerMetrics> {
        Arc::default()
    }
    pub fn install(&self, _: Arc<StripTable>) {}
    pub fn encode(&self) -> String {
        "# EOF\n".into()
    }
    pub fn reloaded(&self, _: bool) {}
    pub fn watch_dropped_lines(&self, _: Arc<std::sync::atomic::AtomicU64>) {}
}
