//! What one worker counts: plain atomic numbers that nobody else writes.
//!
//! Relaxed additions to a cache line that stays with its core. The methods take closed sets, never
//! text, so the hot path formats nothing and labels stay bounded.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use http::Version;

use super::kind::{Handshake, Malformed, UnreadablePage, UpstreamFailure};
use crate::inventory::Sightings;

/// The upper bounds of the duration buckets, in microseconds; a last bucket has none.
pub(super) const BOUNDS: [u64; 15] = [
    1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
    5_000_000, 10_000_000, 30_000_000, 60_000_000,
];
/// Classes of status codes, `1xx` first.
pub(super) const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
/// Protocols requests come by.
pub(super) const PROTOCOLS: [&str; 2] = ["http1", "http2"];

/// A worker's counters.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct WorkerMetrics {
    pub(super) requests: [[Count; PROTOCOLS.len()]; CLASSES.len()],
    pub(super) durations: [Count; BOUNDS.len() + 1],
    pub(super) duration_sum: Count,
    pub(super) connections_opened: Count,
    pub(super) connections_closed: Count,
    pub(super) handshakes: [Count; 5],
    pub(super) upstream_errors: [Count; 6],
    pub(super) upstream_retries: Count,
    pub(super) endpoints_ejected: Count,
    pub(super) malformed: [Count; 13],
    pub(super) unreadable_pages: [Count; 6],
    pub(super) address_fields_removed: Count,
    third_parties: Arc<Sightings>,
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(super) struct Count(AtomicU64);

impl Count {
    /// Adds to it.
    pub(super) fn add(&self, number: u64) {
        self.0.fetch_add(number, Ordering::Relaxed);
    }

    /// The number.
    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

fn add_to(counts: &[Count], number: usize) {
    if let Some(count) = counts.get(number) {
        count.add(1);
    }
}

impl WorkerMetrics {
    /// Counters at zero, beside what this worker sees of third parties.
    pub(super) fn new(third_parties: Arc<Sightings>) -> Self {
        Self {
            third_parties,
            ..Self::default()
        }
    }

    /// What this worker sees of third parties.
    pub(crate) fn third_parties(&self) -> &Sightings {
        &self.third_parties
    }

    /// A request was answered, after `duration`.
    pub(crate) fn request(&self, status: u16, protocol: Version, duration: Duration) {
        let class = usize::from(status / 100).clamp(1, CLASSES.len()) - 1;
        if let Some(counts) = self.requests.get(class) {
            add_to(counts, usize::from(protocol == Version::HTTP_2));
        }
        let microseconds = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        // Most requests are fast: the first bounds answer.
        let bucket = BOUNDS.iter().position(|bound| microseconds <= *bound);
        add_to(&self.durations, bucket.unwrap_or(BOUNDS.len()));
        self.duration_sum.add(microseconds);
    }

    /// A visitor's connection was accepted.
    pub(crate) fn connection_opened(&self) {
        self.connections_opened.add(1);
    }

    /// A visitor's connection ended.
    pub(crate) fn connection_closed(&self) {
        self.connections_closed.add(1);
    }

    /// A TLS handshake ended.
    pub(crate) fn tls_handshake(&self, result: Handshake) {
        add_to(&self.handshakes, result.number());
    }

    /// An exchange with a website failed.
    pub(crate) fn upstream_error(&self, failure: UpstreamFailure) {
        add_to(&self.upstream_errors, failure as usize);
    }

    /// A request was sent once more, to this or another server.
    pub(crate) fn upstream_retry(&self) {
        self.upstream_retries.add(1);
    }

    /// A server gets no requests for a while, for its failures.
    pub(crate) fn endpoint_ejected(&self) {
        self.endpoints_ejected.add(1);
    }

    /// Input that is not well-formed was refused.
    pub(crate) fn malformed(&self, kind: Malformed) {
        add_to(&self.malformed, kind as usize);
    }

    /// A page could not be read.
    pub(crate) fn unreadable_page(&self, reason: UnreadablePage) {
        add_to(&self.unreadable_pages, reason as usize);
    }

    /// Fields that could carry the client's address were removed from a request.
    pub(crate) fn address_fields_removed(&self, fields: u32) {
        if fields > 0 {
            self.address_fields_removed.add(fields.into());
        }
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a failed test may panic")]
mod tests {
    use super::{super::kind::Kind, *};

    #[test]
    fn there_is_a_counter_for_each_kind() {
        let metrics = WorkerMetrics::default();
        assert_eq!(metrics.handshakes.len(), Handshake::ALL.len());
        assert_eq!(metrics.upstream_errors.len(), UpstreamFailure::ALL.len());
        assert_eq!(metrics.malformed.len(), Malformed::ALL.len());
        assert_eq!(metrics.unreadable_pages.len(), UnreadablePage::ALL.len());
        for (number, handshake) in Handshake::ALL.iter().enumerate() {
            assert_eq!(handshake.number(), number, "{handshake:?}");
        }
        for (number, kind) in Malformed::ALL.iter().enumerate() {
            assert_eq!(*kind as usize, number, "{kind:?}");
        }
    }

    #[test]
    fn a_request_falls_into_its_class_and_bucket() {
        for (status, class) in [
            (100, 0),
            (200, 1),
            (304, 2),
            (499, 3),
            (503, 4),
            (0, 0),
            (999, 4),
        ] {
            let metrics = WorkerMetrics::default();
            metrics.request(status, Version::HTTP_2, Duration::ZERO);
            assert_eq!(metrics.requests[class][1].get(), 1, "{status}");
        }
        for (microseconds, bucket) in [
            (0, 0),
            (1000, 0),
            (1001, 1),
            (60_000_000, 14),
            (u64::MAX, 15),
        ] {
            let metrics = WorkerMetrics::default();
            metrics.request(200, Version::HTTP_11, Duration::from_micros(microseconds));
            assert_eq!(metrics.durations[bucket].get(), 1, "{microseconds}");
            assert_eq!(metrics.duration_sum.get(), microseconds);
        }
    }

    #[test]
    fn workers_share_no_cache_line() {
        assert_eq!(align_of::<WorkerMetrics>(), 128);
    }
}
