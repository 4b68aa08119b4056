//! Gathers what workers counted, once a minute and whenever somebody asks, and reads what was kept.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::sync::Mutex;

use super::{
    rows::{Hour, Rows},
    totals::Totals,
};
use crate::{ledger::Ledger, metrics::Metrics, privacy::Catalogue};

/// Between two rounds.
const ROUND: Duration = Duration::from_secs(60);

/// See the module.
#[derive(Debug)]
pub(crate) struct Collector {
    metrics: Arc<Metrics>,
    ledger: Option<Arc<Ledger>>,
    started: Hour,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// What the store has taken.
    stored: Totals,
    /// What is in `own`.
    taken: Totals,
    /// The numbers since the start.
    own: Rows,
}

/// What a report is made of.
#[derive(Debug)]
pub(crate) struct Gathered {
    pub(crate) rows: Rows,
    /// Since when there are numbers.
    pub(crate) since: Hour,
    pub(crate) now: Hour,
    pub(crate) basis: Basis,
    pub(crate) catalogue: Option<Arc<Catalogue>>,
}

/// Where the numbers come from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Basis {
    /// The store.
    Store,
    /// Memory, because there is no store: since the start.
    Memory,
    /// Memory, because the store does not answer.
    StoreDown,
}

impl Collector {
    /// Gathers from `metrics`, and keeps what it gathers in `ledger`.
    pub(crate) fn new(metrics: Arc<Metrics>, ledger: Option<Arc<Ledger>>) -> Self {
        Self {
            metrics,
            ledger,
            started: Hour::of(now()),
            state: Mutex::default(),
        }
    }

    /// For good, a round a minute.
    pub(crate) async fn run(&self) {
        let mut rounds = tokio::time::interval(ROUND);
        loop {
            rounds.tick().await;
            let mut state = self.state.lock().await;
            self.gather(&mut state).await;
        }
    }

    /// Gathers and hands to the store what is new. What it does not take goes with the next round.
    async fn gather(&self, state: &mut State) {
        let hour = Hour::of(now());
        let totals = self.metrics.totals();
        let new = totals.since(&state.taken, hour);
        state.own.add(&new, hour);
        if let Some(ledger) = &self.ledger {
            let new = totals.since(&state.stored, hour);
            if new.is_empty() || ledger.count(new).await.is_ok() {
                state.stored = totals.clone();
            }
        }
        state.taken = totals;
    }

    /// Hands the last numbers to the store, before it is closed. Nobody may be counting any more.
    pub(crate) fn finish(&self) {
        if let (Some(ledger), Ok(state)) = (&self.ledger, self.state.try_lock()) {
            let new = self.metrics.totals().since(&state.stored, Hour::of(now()));
            ledger.count_last(new);
        }
    }

    /// Everything that is known of the last `days` days.
    pub(crate) async fn gathered(&self, days: i64) -> Gathered {
        let mut state = self.state.lock().await;
        self.gather(&mut state).await;
        let now = Hour::of(now());
        let from = Hour((now.day() + 1 - days) * 24);
        let stored = match &self.ledger {
            Some(ledger) => ledger.statistics(from).await.ok(),
            None => None,
        };
        let basis = match (&stored, &self.ledger) {
            (Some(_), _) => Basis::Store,
            (None, Some(_)) => Basis::StoreDown,
            (None, None) => Basis::Memory,
        };
        let rows = stored.unwrap_or_else(|| {
            let mut rows = state.own.clone();
            rows.counts.retain(|(hour, _), _| *hour >= from);
            rows
        });
        let since = match basis {
            Basis::Store => rows.since().unwrap_or(self.started).min(self.started),
            Basis::Memory | Basis::StoreDown => self.started,
        };
        Gathered {
            rows,
            since: since.max(from),
            now,
            basis,
            catalogue: self.metrics.inventory().catalogue(),
        }
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    i64::try_from(since.unwrap_or_default().as_secs()).unwrap_or_default()
}
