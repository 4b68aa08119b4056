//! The thread that owns the store: it writes what waits together, falls back on the backlog, brings the
//! store back, and prunes.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, SyncSender},
    },
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use tokio::sync::oneshot;

use super::{
    backlog::Backlog,
    export::visitor_export,
    handle::Unavailable,
    open::open,
    store::{Pending, Result, Store, StoreError},
};
use crate::{
    config::options::{self, LedgerStore},
    metrics::LedgerMetrics,
    privacy::ledger::{ConsentId, Day, Head, Timestamp},
    statistics::{Hour, Rows},
};

/// Records that one transaction takes.
const BATCH: usize = 1024;
/// How long the store may take for one transaction; visitors wait a little longer than that.
const PATIENCE: Duration = Duration::from_millis(2500);
/// How often the thread looks after what is due when nothing is ordered.
const TICK: Duration = Duration::from_secs(1);
/// Between two attempts to bring the store back.
const RETRY: Duration = Duration::from_secs(1);
/// Between two rounds of pruning.
const PRUNE: Duration = Duration::from_secs(24 * 3600);

/// What the thread can be told.
pub(super) enum Order {
    /// To keep a record, and to tell when it is on disk.
    Append(Pending, oneshot::Sender<()>),
    /// To export a visitor's records.
    Export(
        ConsentId,
        oneshot::Sender<std::result::Result<String, Unavailable>>,
    ),
    /// To erase a visitor's records, of which so many are erased.
    Erase(
        ConsentId,
        u64,
        oneshot::Sender<std::result::Result<u64, Unavailable>>,
    ),
    /// To add to the statistics, and to tell whether the store took them.
    Count(Rows, oneshot::Sender<std::result::Result<(), Unavailable>>),
    /// To tell the statistics since an hour.
    Statistics(
        Hour,
        oneshot::Sender<std::result::Result<Rows, Unavailable>>,
    ),
    /// For how long records are kept.
    Retain(Duration),
    /// An attempt to bring the store back has ended.
    Opened(Result<Box<dyn Store>>),
    /// To end, once everything before is done.
    End,
}

/// See the module.
pub(super) struct Writer {
    options: LedgerStore,
    retention: Duration,
    metrics: Arc<LedgerMetrics>,
    inbox: Receiver<Order>,
    /// For who brings the store back.
    orders: SyncSender<Order>,
    /// `None` while it fails.
    store: Option<Box<dyn Store>>,
    backlog: Backlog,
    next_prune: Instant,
    /// The last entry known to be written, for each day's root.
    head: Head,
}

impl Writer {
    /// Opens the files. A store that is elsewhere may come later.
    pub(super) fn new(
        options: &options::Ledger,
        metrics: Arc<LedgerMetrics>,
        inbox: Receiver<Order>,
        orders: SyncSender<Order>,
    ) -> Result<Self> {
        let store = match open(&options.store, PATIENCE) {
            Err(error) if error.is_passing() => {
                tracing::error!("the ledger's store fails, records wait in the backlog: {error}");
                None
            }
            opened => Some(opened?),
        };
        let backlog = Backlog::open(&options.store.backlog())?;
        metrics.up(store.is_some());
        let mut writer = Self {
            options: options.store.clone(),
            retention: options.retention,
            metrics,
            inbox,
            orders,
            store,
            backlog,
            next_prune: Instant::now(),
            head: Head::START,
        };
        if writer.store.is_some() {
            writer.catch_up();
        } else {
            writer.bring_back();
        }
        Ok(writer)
    }

    /// Until it is told to end.
    pub(super) fn run(mut self) {
        loop {
            let mut waiting = Vec::new();
            let mut order = match self.inbox.recv_timeout(TICK) {
                Ok(order) => Some(order),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            while let Some(next) = order {
                match next {
                    Order::Append(pending, done) => waiting.push((pending, done)),
                    other => {
                        self.keep(&mut waiting);
                        if self.obey(other).is_break() {
                            return;
                        }
                    }
                }
                order = (waiting.len() < BATCH)
                    .then(|| self.inbox.try_recv().ok())
                    .flatten();
            }
            self.keep(&mut waiting);
            self.prune();
        }
    }

    fn obey(&mut self, order: Order) -> std::ops::ControlFlow<()> {
        match order {
            Order::Append(pending, done) => self.keep(&mut vec![(pending, done)]),
            Order::Export(id, reply) => {
                let exported = self.with_store(|store| visitor_export(store, id, now()));
                // Whoever asked may have gone away.
                let _ = reply.send(exported.ok_or(Unavailable));
            }
            Order::Erase(id, before, reply) => {
                match self.with_store(|store| store.erase(id, now())) {
                    Some(0) => drop(reply.send(Ok(before))),
                    // The rest stands in the queue behind choices that were made meanwhile; in a full
                    // queue it is dropped, and whoever waits hears that it failed.
                    Some(erased) => {
                        let rest = Order::Erase(id, before + erased, reply);
                        drop(self.orders.try_send(rest));
                    }
                    None => drop(reply.send(Err(Unavailable))),
                }
            }
            Order::Count(rows, reply) => {
                let counted = self.with_store(|store| store.count(&rows, Hour::of(now().0)));
                let _ = reply.send(counted.ok_or(Unavailable));
            }
            Order::Statistics(since, reply) => {
                let found = self.with_store(|store| store.statistics(since));
                let _ = reply.send(found.ok_or(Unavailable));
            }
            Order::Retain(retention) => {
                self.retention = retention;
                self.next_prune = Instant::now();
            }
            Order::Opened(Ok(store)) => {
                self.store = Some(store);
                self.catch_up();
            }
            Order::Opened(Err(_)) => self.bring_back(),
            Order::End => return std::ops::ControlFlow::Break(()),
        }
        std::ops::ControlFlow::Continue(())
    }

    /// Writes records to the store, or else to the backlog, and tells those who wait.
    fn keep(&mut self, waiting: &mut Vec<(Pending, oneshot::Sender<()>)>) {
        if waiting.is_empty() {
            return;
        }
        let (batch, done): (Vec<Pending>, Vec<_>) = waiting.drain(..).unzip();
        let count = batch.len() as u64;
        let today = Day::of(now());
        let stored = self.with_store(|store| store.append(&batch, today));
        match stored {
            Some(head) => {
                self.metrics.stored(count);
                self.note(head);
            }
            None => match self.backlog.append(&batch) {
                Ok(()) => self.metrics.queued(count),
                Err(error) => {
                    self.metrics.lost(count);
                    tracing::error!(
                        records = count,
                        "consent records are lost, the backlog can't take them: {error}"
                    );
                }
            },
        }
        self.metrics.backlog(self.backlog.len());
        for done in done {
            // The visitor may have gone away.
            let _ = done.send(());
        }
    }

    /// Asks the store; one that fails is out of use until it is back.
    fn with_store<T>(&mut self, ask: impl FnOnce(&mut dyn Store) -> Result<T>) -> Option<T> {
        let store = self.store.as_deref_mut()?;
        match ask(store) {
            Ok(answer) => Some(answer),
            // The store is well; it is the entry that isn't.
            Err(error @ StoreError::Unreadable(_)) => {
                tracing::error!("the ledger's store can't do what it should: {error}");
                None
            }
            Err(error) => {
                tracing::error!("the ledger's store fails, records wait in the backlog: {error}");
                self.fail();
                None
            }
        }
    }

    fn fail(&mut self) {
        self.store = None;
        self.metrics.up(false);
        self.bring_back();
    }

    /// Opens the store again after a while, on a thread of its own: that may take long.
    fn bring_back(&self) {
        let (options, orders) = (self.options.clone(), self.orders.clone());
        let attempt = move || {
            thread::sleep(RETRY);
            // The writer may have ended.
            let _ = orders.send(Order::Opened(open(&options, PATIENCE)));
        };
        let builder = thread::Builder::new().name("ledger-open".to_owned());
        if let Err(error) = builder.spawn(attempt) {
            tracing::error!("the ledger's store stays out of use: {error}");
        }
    }

    /// Writes what waits in the backlog to the store that was just opened.
    fn catch_up(&mut self) {
        let Some(store) = self.store.as_deref_mut() else {
            return;
        };
        let today = Day::of(now());
        let mut head = Head::START;
        let drained = self.backlog.drain(|waiting: &[Pending]| -> Result<()> {
            for batch in waiting.chunks(BATCH) {
                store.append(batch, today)?;
            }
            head = store.append(&[], today)?;
            Ok(())
        });
        match drained {
            Ok(0) if self.metrics.is_up() => {}
            Ok(records) => {
                self.metrics.stored(records);
                self.metrics.up(true);
                tracing::info!(
                    records,
                    "the ledger's store is in use; what waited is written"
                );
            }
            // It was told when it failed first.
            Err(_) => self.fail(),
        }
        self.note(head);
        self.metrics.backlog(self.backlog.len());
    }

    /// Logs the root of a day once the next one begins: a root that is kept elsewhere proves later
    /// that nothing before it was changed.
    fn note(&mut self, head: Head) {
        if head.number == 0 {
            return;
        }
        let before = std::mem::replace(&mut self.head, head);
        if before.number > 0 && before.day < head.day {
            tracing::info!(day = %before.day, entries = before.number, root = %before.link, "consent ledger");
        }
    }

    fn prune(&mut self) {
        let due = Instant::now();
        if due < self.next_prune || self.store.is_none() {
            return;
        }
        let now = now();
        let oldest = oldest_kept(now, self.retention);
        let pruned = self.with_store(|store| store.prune(oldest, now));
        if let Some(pruned) = pruned {
            let rows = Rows::of_retention(Hour::of(now.0), pruned);
            // The report can do without.
            let _ = self.with_store(|store| store.count(&rows, Hour::of(now.0)));
        }
        match pruned {
            Some(0) | None => self.next_prune = due + PRUNE,
            // There may be more, once those who wait are served.
            Some(pruned) => tracing::info!(
                entries = pruned,
                "consent records pruned, their retention is over"
            ),
        }
    }
}

/// The first day whose records are kept.
pub(crate) fn oldest_kept(now: Timestamp, retention: Duration) -> Day {
    let seconds = i64::try_from(retention.as_secs()).unwrap_or(i64::MAX);
    Day::of(Timestamp(now.0.saturating_sub(seconds)))
}

/// The time.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp(i64::try_from(since.as_secs()).unwrap_or_default())
}
