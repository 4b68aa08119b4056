//! All numbers in one place: workers' counters, stripped cookies, reloads, lost log lines.
//!
//! Locks are taken only when a configuration comes, a log is opened or somebody scrapes.

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use prometheus_client::{encoding::text, metrics::info::Info, registry::Registry};

use super::{
    kind::ReloadResult,
    ledger::LedgerMetrics,
    strip::{StripHistory, StripTable, Totals},
    worker::{Count, WorkerMetrics},
};
use crate::inventory::Inventory;

/// The metrics of a process.
pub(crate) struct Metrics {
    counters: Arc<Counters>,
    registry: Registry,
}

/// What a scrape reads.
#[derive(Debug)]
pub(super) struct Counters {
    pub(super) workers: Vec<Arc<WorkerMetrics>>,
    pub(super) inventory: Inventory,
    pub(super) ledger: Arc<LedgerMetrics>,
    pub(super) reloads: [Count; 2],
    pub(super) last_reload_succeeded: AtomicBool,
    /// Seconds since 1970.
    pub(super) last_reload_success: AtomicU64,
    strips: Mutex<StripHistory>,
    lost_lines: Mutex<LostLines>,
}

/// Lines that access logs lost, the present ones and those that reloads have replaced.
#[derive(Debug, Default)]
struct LostLines {
    past: u64,
    logs: Vec<Arc<AtomicU64>>,
}

impl Metrics {
    /// Metrics for `workers` workers. The configuration they start with counts as loaded now.
    pub(crate) fn new(workers: usize) -> Self {
        let inventory = Inventory::new(workers);
        let counters = Arc::new(Counters {
            workers: (0..workers)
                .map(|worker| Arc::new(WorkerMetrics::new(inventory.worker(worker))))
                .collect(),
            inventory,
            ledger: Arc::default(),
            reloads: Default::default(),
            last_reload_succeeded: AtomicBool::new(true),
            last_reload_success: AtomicU64::new(seconds(SystemTime::now())),
            strips: Mutex::default(),
            lost_lines: Mutex::default(),
        });
        let mut registry = Registry::with_prefix("privet");
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The version that runs", build);
        registry.register_collector(Box::new(Arc::clone(&counters)));
        Self { counters, registry }
    }

    /// A worker's counters. For a worker that there isn't, ones that nobody reads.
    pub(crate) fn worker(&self, worker: usize) -> Arc<WorkerMetrics> {
        self.counters
            .workers
            .get(worker)
            .map(Arc::clone)
            .unwrap_or_default()
    }

    /// The third parties that were seen.
    pub(crate) fn inventory(&self) -> &Inventory {
        &self.counters.inventory
    }

    /// The consent ledger's counters.
    pub(crate) fn ledger(&self) -> Arc<LedgerMetrics> {
        Arc::clone(&self.counters.ledger)
    }

    /// Takes in the counters of a new configuration.
    pub(crate) fn install(&self, table: Arc<StripTable>) {
        lock(&self.counters.strips).install(table);
    }

    /// Takes in the count of lines that a new access log loses.
    pub(crate) fn watch_lost_lines(&self, lines: Arc<AtomicU64>) {
        let mut lost = lock(&self.counters.lost_lines);
        lost.fold();
        if !lost.logs.iter().any(|known| Arc::ptr_eq(known, &lines)) {
            lost.logs.push(lines);
        }
    }

    /// A reload ended.
    pub(crate) fn reloaded(&self, result: ReloadResult, now: SystemTime) {
        let counters = &self.counters;
        if let Some(count) = counters.reloads.get(result as usize) {
            count.add(1);
        }
        let succeeded = result == ReloadResult::Ok;
        counters
            .last_reload_succeeded
            .store(succeeded, Ordering::Relaxed);
        if succeeded {
            counters
                .last_reload_success
                .store(seconds(now), Ordering::Relaxed);
        }
    }

    /// Everything, as OpenMetrics text (`application/openmetrics-text; version=1.0.0`).
    pub(crate) fn encode(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = text::encode(&mut text, &self.registry);
        text
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Counters {
    /// Cookies stripped since the start.
    pub(super) fn stripped(&self) -> Totals {
        lock(&self.strips).totals()
    }

    /// Lines of access logs lost since the start.
    pub(super) fn lost_lines(&self) -> u64 {
        let mut lost = lock(&self.lost_lines);
        lost.fold();
        let present = lost.logs.iter().map(|lines| lines.load(Ordering::Relaxed));
        lost.past + present.sum::<u64>()
    }
}

impl LostLines {
    /// Keeps the numbers of logs that are gone.
    fn fold(&mut self) {
        let past = &mut self.past;
        self.logs.retain_mut(|lines| match Arc::get_mut(lines) {
            Some(lines) => {
                *past += *lines.get_mut();
                false
            }
            None => true,
        });
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs()
}

/// No invariant spans a panic here: a poisoned lock is as good as any.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::Version;

    use super::*;
    use crate::{
        metrics::{Direction, Handshake, Malformed, TlsVersion, UpstreamFailure},
        privacy::Purpose,
    };

    fn value(text: &str, series: &str) -> Option<u64> {
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        line.and_then(|value| value.parse().ok())
    }

    #[test]
    fn a_scrape_adds_the_workers_up() {
        let metrics = Metrics::new(2);
        for worker in 0..2 {
            let worker = metrics.worker(worker);
            worker.request(204, Version::HTTP_2, Duration::from_millis(3));
            worker.request(502, Version::HTTP_11, Duration::from_secs(90));
            worker.connection_opened();
            worker.connection_opened();
            worker.connection_closed();
            worker.tls_handshake(Handshake::Ok(TlsVersion::Tls13));
            worker.tls_handshake(Handshake::UnknownName);
            worker.upstream_error(UpstreamFailure::Aborted);
            worker.upstream_retry();
            worker.endpoint_ejected();
            worker.malformed(Malformed::Forwarded);
            worker.address_fields_removed(3);
        }
        metrics.reloaded(ReloadResult::Ok, UNIX_EPOCH + Duration::from_secs(77));
        metrics.reloaded(ReloadResult::Failed, UNIX_EPOCH + Duration::from_secs(99));
        let text = metrics.encode();
        for (series, expected) in [
            (
                "privet_requests_total{status=\"2xx\",protocol=\"http2\"}",
                2,
            ),
            (
                "privet_requests_total{status=\"5xx\",protocol=\"http1\"}",
                2,
            ),
            (
                "privet_requests_total{status=\"1xx\",protocol=\"http1\"}",
                0,
            ),
            ("privet_request_duration_seconds_count", 4),
            ("privet_request_duration_seconds_bucket{le=\"0.0025\"}", 0),
            ("privet_request_duration_seconds_bucket{le=\"0.005\"}", 2),
            ("privet_request_duration_seconds_bucket{le=\"60.0\"}", 2),
            ("privet_request_duration_seconds_bucket{le=\"+Inf\"}", 4),
            ("privet_connections_open", 2),
            ("privet_connections_total", 4),
            (
                "privet_tls_handshakes_total{result=\"ok\",version=\"1.3\"}",
                2,
            ),
            (
                "privet_tls_handshakes_total{result=\"unknown_name\",version=\"unknown\"}",
                2,
            ),
            ("privet_upstream_errors_total{kind=\"aborted\"}", 2),
            ("privet_upstream_retries_total", 2),
            ("privet_endpoints_ejected_total", 2),
            ("privet_malformed_input_total{kind=\"forwarded\"}", 2),
            ("privet_address_fields_removed_total", 6),
            ("privet_access_log_lines_dropped_total", 0),
            ("privet_reloads_total{result=\"ok\"}", 1),
            ("privet_reloads_total{result=\"failed\"}", 1),
            ("privet_last_reload_success", 0),
            ("privet_last_reload_success_timestamp_seconds", 77),
            (
                concat!(
                    "privet_build_info{version=\"",
                    env!("CARGO_PKG_VERSION"),
                    "\"}"
                ),
                1,
            ),
        ] {
            assert_eq!(value(&text, series), Some(expected), "{series} in\n{text}");
        }
        assert!(text.ends_with("# EOF\n"));
        assert!(
            text.contains("privet_request_duration_seconds_sum 180.006\n"),
            "{text}"
        );
    }

    #[test]
    fn a_scrape_never_falls_when_configuration_and_log_change() {
        let metrics = Metrics::new(1);
        let series = "privet_cookies_stripped_total{site=\"*.example.com\",vendor=\"A \\\"B\\\"\",\
                      purpose=\"marketing\",direction=\"response\"}";
        let lost = "privet_access_log_lines_dropped_total";
        for round in 1..=3 {
            let vendors = vec![("A \"B\"".into(), Purpose::Marketing)];
            let table = Arc::new(StripTable::new(vec!["*.example.com".into()], vendors, 1));
            metrics.install(Arc::clone(&table));
            table.worker(0).count(0, Some(0), Direction::Response);
            let lines = Arc::new(AtomicU64::new(10));
            metrics.watch_lost_lines(Arc::clone(&lines));
            for in_use in [true, false] {
                let text = metrics.encode();
                assert_eq!(
                    value(&text, series),
                    Some(round),
                    "in use: {in_use}\n{text}"
                );
                assert_eq!(value(&text, lost), Some(10 * round), "in use: {in_use}");
            }
        }
    }

    #[test]
    fn each_name_is_declared_once_and_has_the_prefix() {
        let text = Metrics::new(1).encode();
        let mut names: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("# TYPE "))
            .collect();
        assert!(
            names.iter().all(|name| name.starts_with("privet_")),
            "{names:?}"
        );
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
