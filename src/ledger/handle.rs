//! What workers hold of the ledger: a way to its thread.

use std::{
    fmt, io,
    sync::{
        Arc, Mutex,
        mpsc::{SyncSender, sync_channel},
    },
    thread::JoinHandle,
    time::Duration,
};

use tokio::{sync::oneshot, time::timeout};

use super::{
    store::{Pending, StoreError, draw_salt, random},
    writer::{Order, Writer},
};
use crate::{
    config::options,
    metrics::LedgerMetrics,
    privacy::ledger::{ConsentId, Record, Rendering, Sealed, Statement},
    statistics::{Hour, Rows},
};

/// Orders that may wait for the thread. At a thousand choices a second that is some seconds' worth.
const QUEUE: usize = 8192;

/// How long the answer to a choice waits for its record. Longer than the thread needs to find that
/// the store fails, and to put the record into the backlog.
const PATIENCE: Duration = Duration::from_secs(3);

/// The store can't be asked now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Unavailable;

/// See the module. Dropping the last one ends the thread, once it has done what was ordered.
pub(crate) struct Ledger {
    orders: SyncSender<Order>,
    metrics: Arc<LedgerMetrics>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Ledger {
    /// Opens the store and starts its thread.
    ///
    /// # Errors
    /// If a file can't be opened or made.
    pub(crate) fn open(
        options: &options::Ledger,
        metrics: Arc<LedgerMetrics>,
    ) -> Result<Self, StoreError> {
        let (orders, inbox) = sync_channel(QUEUE);
        let (opened, result) = sync_channel(1);
        let (options, counted, own) = (options.clone(), Arc::clone(&metrics), orders.clone());
        // What asks a database blocks, so that it can't be done where a runtime drives this.
        let run = move || match Writer::new(&options, counted, inbox, own) {
            Ok(writer) => {
                // Whoever opens it waits for this.
                let _ = opened.send(Ok(()));
                writer.run();
            }
            Err(error) => drop(opened.send(Err(error))),
        };
        let builder = std::thread::Builder::new().name("ledger".to_owned());
        let thread = builder.spawn(run)?;
        let ended = |_| io::Error::other("the ledger's thread ended by a panic");
        result.recv().map_err(ended)??;
        Ok(Self {
            orders,
            metrics,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// A name for a visitor's records.
    pub(crate) fn draw_id() -> ConsentId {
        ConsentId::new(random())
    }

    /// Keeps the record of a choice. Once it returns, the record is on disk, unless neither the store
    /// nor the backlog took it in time: the choice holds all the same, and it is counted.
    pub(crate) async fn record(&self, record: Record, rendering: Option<Arc<Rendering>>) {
        let statement = Statement::Consent(Box::new(record));
        let pending = Pending {
            sealed: Sealed::new(draw_salt(), statement),
            rendering,
        };
        let (done, kept) = oneshot::channel();
        if self.orders.try_send(Order::Append(pending, done)).is_err() {
            self.metrics.lost(1);
            return;
        }
        if timeout(PATIENCE, kept).await.is_err() {
            self.metrics.unconfirmed();
        }
    }

    /// A visitor's records, as a JSON export.
    pub(crate) async fn export(&self, id: ConsentId) -> Result<String, Unavailable> {
        self.ask(|reply| Order::Export(id, reply)).await
    }

    /// Erases a visitor's records; returns how many there were.
    pub(crate) async fn erase(&self, id: ConsentId) -> Result<u64, Unavailable> {
        self.ask(|reply| Order::Erase(id, 0, reply)).await
    }

    /// Adds to the statistics; they are on disk once it returns.
    pub(crate) async fn count(&self, rows: Rows) -> Result<(), Unavailable> {
        self.ask(|reply| Order::Count(rows, reply)).await
    }

    /// Adds to the statistics before the thread ends, if there is room to order it.
    pub(crate) fn count_last(&self, rows: Rows) {
        let (reply, _) = oneshot::channel();
        let _ = self.orders.try_send(Order::Count(rows, reply));
    }

    /// The statistics since an hour.
    pub(crate) async fn statistics(&self, since: Hour) -> Result<Rows, Unavailable> {
        self.ask(|reply| Order::Statistics(since, reply)).await
    }

    async fn ask<T>(
        &self,
        order: impl FnOnce(oneshot::Sender<Result<T, Unavailable>>) -> Order,
    ) -> Result<T, Unavailable> {
        let (reply, answer) = oneshot::channel();
        self.orders
            .try_send(order(reply))
            .map_err(|_| Unavailable)?;
        let answer = timeout(PATIENCE, answer).await;
        answer.map_err(|_| Unavailable)?.map_err(|_| Unavailable)?
    }

    /// Keeps records for so long from now on.
    pub(crate) fn retain(&self, retention: Duration) {
        // A thread that is gone keeps nothing.
        let _ = self.orders.send(Order::Retain(retention));
    }

    /// Waits until all that was ordered is done.
    pub(crate) fn close(&self) -> io::Result<()> {
        let mut thread = self
            .thread
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let Some(thread) = thread.take() else {
            return Ok(());
        };
        // If it is gone already, joining tells why.
        let _ = self.orders.send(Order::End);
        thread
            .join()
            .map_err(|_| io::Error::other("the ledger's thread ended by a panic"))
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        // Without room for it, the thread is asked to end by nobody; the process is about to.
        let _ = self.orders.try_send(Order::End);
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger").finish_non_exhaustive()
    }
}
