//! What one worker thread holds: everything a request needs, nothing of it shared with another
//! thread but what is read-only or its own counter.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::rand;
use tokio::sync::Notify;

use super::{
    keys::PseudonymKeys,
    snapshot::{Compiled, Endpoints, Snapshot},
};
use crate::privacy::FieldValue;
use crate::{
    log::{AccessEntry, LineWriter},
    metrics::WorkerMetrics,
    privacy::imf_fixdate,
};

/// See the module.
#[derive(Debug)]
pub(crate) struct Worker {
    index: usize,
    snapshot: RefCell<Rc<Snapshot>>,
    endpoints: Endpoints,
    metrics: Arc<WorkerMetrics>,
    log: RefCell<LineWriter>,
    keys: Arc<PseudonymKeys>,
    ids: RefCell<RandomPool>,
    /// `Date`, with its second.
    date: RefCell<(i64, FieldValue)>,
    draining: Cell<bool>,
    drain: Notify,
}

impl Worker {
    /// A worker that serves `compiled`.
    pub(crate) fn new(
        index: usize,
        compiled: Arc<Compiled>,
        metrics: Arc<WorkerMetrics>,
        log: LineWriter,
        keys: Arc<PseudonymKeys>,
    ) -> Self {
        let endpoints = Endpoints::default();
        let snapshot = RefCell::new(Rc::new(Snapshot::new(compiled, &endpoints, index)));
        Self {
            index,
            snapshot,
            endpoints,
            metrics,
            log: RefCell::new(log),
            keys,
            ids: RefCell::new(RandomPool::new()),
            date: RefCell::new((0, FieldValue::from_static(""))),
            draining: Cell::new(false),
            drain: Notify::new(),
        }
    }

    /// The configuration in force.
    pub(crate) fn snapshot(&self) -> Rc<Snapshot> {
        Rc::clone(&self.snapshot.borrow())
    }

    /// Puts another configuration in force for requests that begin from now on.
    pub(crate) fn configure(&self, compiled: Arc<Compiled>, log: LineWriter) {
        let snapshot = Snapshot::new(compiled, &self.endpoints, self.index);
        self.snapshot.replace(Rc::new(snapshot));
        self.log.replace(log);
    }

    /// This worker's counters.
    pub(crate) fn metrics(&self) -> &WorkerMetrics {
        &self.metrics
    }

    /// Writes a line of the access log; never waits.
    pub(crate) fn log(&self, entry: &AccessEntry<'_>) {
        self.log.borrow_mut().log(entry);
    }

    /// Keys for pseudonyms.
    pub(super) fn keys(&self) -> &PseudonymKeys {
        &self.keys
    }

    /// A name for a request: 128 random bits in hexadecimal.
    pub(super) fn request_id(&self) -> FieldValue {
        self.ids.borrow_mut().hexadecimal()
    }

    /// The time, as responses tell it (RFC 9110 §6.6.1).
    pub(super) fn date(&self) -> FieldValue {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0));
        let (second, date) = &mut *self.date.borrow_mut();
        if *second != now
            && let Ok(text) = FieldValue::try_from(imf_fixdate(now))
        {
            (*second, *date) = (now, text);
        }
        date.clone()
    }

    /// Housekeeping, every few seconds.
    pub(crate) fn sweep(&self) {
        self.endpoints.sweep(tokio::time::Instant::now());
    }

    /// Lets connections end once their running requests are answered.
    pub(crate) fn drain(&self) {
        self.draining.set(true);
        self.drain.notify_waiters();
    }

    /// Whether connections are to end.
    pub(crate) fn is_draining(&self) -> bool {
        self.draining.get()
    }

    /// Returns once connections are to end.
    pub(crate) async fn drained(&self) {
        let notified = self.drain.notified();
        if !self.is_draining() {
            notified.await;
        }
    }
}

/// Random bytes of the operating system's quality, drawn in bulk.
#[derive(Debug)]
struct RandomPool {
    bytes: [u8; 1024],
    used: usize,
}

impl RandomPool {
    fn new() -> Self {
        Self {
            bytes: [0; 1024],
            used: 1024,
        }
    }

    fn hexadecimal(&mut self) -> FieldValue {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        if self.used + 16 > self.bytes.len() {
            // aws-lc's generator fails only where the operating system has none; a repeated id is
            // a lesser harm than no answer.
            let _ = rand::fill(&mut self.bytes);
            self.used = 0;
        }
        let random = self
            .bytes
            .get(self.used..self.used + 16)
            .unwrap_or_default();
        let mut text = Vec::with_capacity(32);
        for byte in random {
            text.extend(DIGITS.get(usize::from(byte >> 4)));
            text.extend(DIGITS.get(usize::from(byte & 15)));
        }
        self.used += 16;
        FieldValue::from_shared(bytes::Bytes::from(text)).unwrap_or(FieldValue::from_static("-"))
    }
}
