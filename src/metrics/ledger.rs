//! What the consent ledger's thread counts.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::worker::Count;

/// Records of choices, by where they ended up, and how the store is.
#[derive(Debug, Default)]
pub(crate) struct LedgerMetrics {
    pub(super) stored: Count,
    pub(super) queued: Count,
    pub(super) lost: Count,
    pub(super) unconfirmed: Count,
    pub(super) backlog: AtomicU64,
    /// Whether there is a ledger at all.
    pub(super) in_use: AtomicBool,
    up: AtomicBool,
}

impl LedgerMetrics {
    /// So many records are in the store.
    pub(crate) fn stored(&self, records: u64) {
        self.stored.add(records);
    }

    /// So many records went to the backlog.
    pub(crate) fn queued(&self, records: u64) {
        self.queued.add(records);
    }

    /// So many records are nowhere.
    pub(crate) fn lost(&self, records: u64) {
        self.lost.add(records);
    }

    /// A choice was answered before its record was known to be on disk.
    pub(crate) fn unconfirmed(&self) {
        self.unconfirmed.add(1);
    }

    /// So many records wait in the backlog.
    pub(crate) fn backlog(&self, records: u64) {
        self.backlog.store(records, Ordering::Relaxed);
    }

    /// Whether the store takes records.
    pub(crate) fn up(&self, is_up: bool) {
        self.in_use.store(true, Ordering::Relaxed);
        self.up.store(is_up, Ordering::Relaxed);
    }

    /// What was last told.
    pub(crate) fn is_up(&self) -> bool {
        self.up.load(Ordering::Relaxed)
    }
}
