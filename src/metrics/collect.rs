//! The numbers as metric families: their names, help texts, types and labels.

use std::{fmt, sync::atomic::Ordering};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric, NoLabelSet},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
};

use super::{
    hub::Counters,
    kind::{Direction, Handshake, Kind, Malformed, ReloadResult, UnreadablePage, UpstreamFailure},
    strip::Labels,
    worker::{BOUNDS, CLASSES, Count, PROTOCOLS, WorkerMetrics},
};

impl Collector for Counters {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let mut families = Families {
            counters: self,
            encoder: &mut encoder,
        };
        families.requests()?;
        families.durations()?;
        families.connections()?;
        families.upstream()?;
        families.privacy()?;
        families.ledger()?;
        families.operation()
    }
}

/// Writes families of metrics one after the other.
struct Families<'a, 'b> {
    counters: &'a Counters,
    encoder: &'a mut DescriptorEncoder<'b>,
}

impl Families<'_, '_> {
    fn requests(&mut self) -> fmt::Result {
        let classes = CLASSES.iter().enumerate();
        let rows = classes.flat_map(|(class, status)| {
            PROTOCOLS.iter().enumerate().map(move |(number, protocol)| {
                let labels = [("status", *status), ("protocol", *protocol)];
                (labels, class, number)
            })
        });
        let rows: Vec<_> = rows
            .map(|(labels, class, protocol)| {
                let of = |worker: &WorkerMetrics| number(worker.requests.get(class)?, protocol);
                (labels, self.sum(of))
            })
            .collect();
        self.family("requests", "Requests answered", &rows)
    }

    fn durations(&mut self) -> fmt::Result {
        let bounds = BOUNDS
            .iter()
            .map(|bound| *bound as f64 / 1e6)
            .chain([f64::INFINITY]);
        let buckets: Vec<(f64, u64)> = bounds
            .enumerate()
            .map(|(bucket, bound)| (bound, self.sum(|worker| number(&worker.durations, bucket))))
            .collect();
        let count = buckets.iter().map(|(_, count)| count).sum();
        let sum = self.sum(|worker| Some(worker.duration_sum.get())) as f64 / 1e6;
        let help = "Time from a request's first byte to its response's last, in seconds";
        self.encoder
            .encode_descriptor(
                "request_duration_seconds",
                help,
                None,
                MetricType::Histogram,
            )?
            .encode_histogram::<NoLabelSet>(sum, count, &buckets, None)
    }

    fn connections(&mut self) -> fmt::Result {
        let opened = self.sum(|worker| Some(worker.connections_opened.get()));
        let closed = self.sum(|worker| Some(worker.connections_closed.get()));
        let open = opened.saturating_sub(closed);
        self.gauge(
            "connections_open",
            "Visitors' connections that are open",
            open,
        )?;
        self.counter("connections", "Visitors' connections accepted", opened)?;
        let rows = Handshake::ALL.iter().map(|result| {
            let labels = [
                ("result", result.label()),
                ("version", result.version_label()),
            ];
            (
                labels,
                self.sum(|worker| number(&worker.handshakes, result.number())),
            )
        });
        let rows: Vec<_> = rows.collect();
        self.family("tls_handshakes", "TLS handshakes with visitors", &rows)?;
        let rows = self.kinds::<Malformed>(|worker| &worker.malformed);
        self.family(
            "malformed_input",
            "Input of visitors that was refused",
            &rows,
        )
    }

    fn upstream(&mut self) -> fmt::Result {
        let rows = self.kinds::<UpstreamFailure>(|worker| &worker.upstream_errors);
        self.family("upstream_errors", "Failed exchanges with websites", &rows)?;
        let retries = self.sum(|worker| Some(worker.upstream_retries.get()));
        self.counter(
            "upstream_retries",
            "Requests sent to a website once more",
            retries,
        )?;
        let ejected = self.sum(|worker| Some(worker.endpoints_ejected.get()));
        self.counter(
            "endpoints_ejected",
            "Times a server was taken out of use",
            ejected,
        )
    }

    fn privacy(&mut self) -> fmt::Result {
        let stripped = self.counters.stripped();
        let of = |labels: &Labels| {
            let (site, vendor) = (labels.site.clone(), labels.vendor.clone());
            [
                ("site", site),
                ("vendor", vendor),
                ("purpose", labels.purpose.to_owned()),
            ]
        };
        let (elements, cookies): (Vec<_>, Vec<_>) = stripped
            .iter()
            .partition(|(labels, _)| labels.direction == Direction::Page.label());
        let rows = cookies.into_iter().map(|(labels, count)| {
            let [site, vendor, purpose] = of(labels);
            let direction = ("direction", labels.direction.to_owned());
            ([site, vendor, purpose, direction], *count)
        });
        let help = "Cookies that were not let through";
        self.family("cookies_stripped", help, &rows.collect::<Vec<_>>())?;
        let rows = elements
            .into_iter()
            .map(|(labels, count)| (of(labels), *count));
        let help = "Elements of pages that were made inert";
        self.family("elements_gated", help, &rows.collect::<Vec<_>>())?;
        let rows = UnreadablePage::ALL
            .iter()
            .enumerate()
            .map(|(place, reason)| {
                let count = self.sum(|worker| number(&worker.unreadable_pages, place));
                ([("reason", reason.label())], count)
            });
        let rows: Vec<_> = rows.collect();
        self.family("pages_unreadable", "Pages that could not be read", &rows)?;
        let reports = self.counters.inventory.reports();
        let rows = reports.iter().map(|((site, vendor, purpose), count)| {
            let labels = [
                ("site", site.as_str()),
                ("vendor", vendor.as_str()),
                ("purpose", purpose),
            ];
            (labels, *count)
        });
        let rows: Vec<_> = rows.collect();
        let help = "Browsers' reports of third parties that the policy stopped, or would have";
        self.family("third_party_reports", help, &rows)?;
        let removed = self.sum(|worker| Some(worker.address_fields_removed.get()));
        let help = "Fields removed because they can carry a client's address";
        self.counter("address_fields_removed", help, removed)
    }

    fn ledger(&mut self) -> fmt::Result {
        let ledger = &self.counters.ledger;
        let rows = [
            ([("result", "stored")], ledger.stored.get()),
            ([("result", "queued")], ledger.queued.get()),
            ([("result", "lost")], ledger.lost.get()),
        ];
        let help = "Records of consent, by where they went; queued ones are stored later";
        self.family("ledger_records", help, &rows)?;
        let help = "Choices answered before their record was known to be on disk";
        self.counter("ledger_unconfirmed", help, ledger.unconfirmed.get())?;
        let backlog = ledger.backlog.load(Ordering::Relaxed);
        let help = "Records of consent that wait for the store";
        self.gauge("ledger_backlog_records", help, backlog)?;
        if !ledger.in_use.load(Ordering::Relaxed) {
            return Ok(());
        }
        let help = "Whether the store of consent records takes them";
        self.gauge("ledger_up", help, ledger.is_up().into())
    }

    fn operation(&mut self) -> fmt::Result {
        let counters = self.counters;
        let help = "Lines of the access log lost to a slow or full target";
        self.counter("access_log_lines_dropped", help, counters.lost_lines())?;
        let rows = ReloadResult::ALL.iter().map(|result| {
            let count = number(&counters.reloads, *result as usize);
            ([("result", result.label())], count.unwrap_or_default())
        });
        self.family(
            "reloads",
            "Reloads of the configuration",
            &rows.collect::<Vec<_>>(),
        )?;
        let succeeded = counters.last_reload_succeeded.load(Ordering::Relaxed);
        let help = "Whether the configuration in force is the newest one given";
        self.gauge("last_reload_success", help, succeeded.into())?;
        let time = counters.last_reload_success.load(Ordering::Relaxed);
        let help = "When the configuration in force was loaded, in seconds since 1970";
        self.gauge("last_reload_success_timestamp_seconds", help, time)
    }

    fn kinds<K: Kind>(
        &self,
        of: impl Fn(&WorkerMetrics) -> &[Count],
    ) -> Vec<([(&'static str, &'static str); 1], u64)> {
        let rows = K::ALL.iter().enumerate().map(|(place, kind)| {
            let count = self.sum(|worker| number(of(worker), place));
            ([("kind", kind.label())], count)
        });
        rows.collect()
    }

    fn sum(&self, of: impl Fn(&WorkerMetrics) -> Option<u64>) -> u64 {
        self.counters
            .workers
            .iter()
            .filter_map(|worker| of(worker))
            .sum()
    }

    fn counter(&mut self, name: &str, help: &str, count: u64) -> fmt::Result {
        let encoder = self
            .encoder
            .encode_descriptor(name, help, None, MetricType::Counter)?;
        ConstCounter::new(count).encode(encoder)
    }

    fn gauge(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        let encoder = self
            .encoder
            .encode_descriptor(name, help, None, MetricType::Gauge)?;
        ConstGauge::new(value).encode(encoder)
    }

    fn family<L: EncodeLabelSet>(
        &mut self,
        name: &str,
        help: &str,
        rows: &[(L, u64)],
    ) -> fmt::Result {
        let mut encoder = self
            .encoder
            .encode_descriptor(name, help, None, MetricType::Counter)?;
        for (labels, count) in rows {
            ConstCounter::new(*count).encode(encoder.encode_family(labels)?)?;
        }
        Ok(())
    }
}

fn number(counts: &[Count], place: usize) -> Option<u64> {
    counts.get(place).map(Count::get)
}
