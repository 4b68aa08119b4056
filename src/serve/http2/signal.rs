//! Which exchanges of a connection can go on. Each has a waker of its own; all of them wake the
//! connection's one task, which then polls just those.

use std::{
    mem,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Wake, Waker},
};

/// The places of exchanges that can go on.
#[derive(Debug, Default)]
pub(super) struct Signals(Mutex<Pending>);

#[derive(Debug, Default)]
struct Pending {
    places: Vec<usize>,
    task: Option<Waker>,
}

impl Signals {
    /// Whom to wake from now on.
    pub(super) fn watch(&self, task: &Waker) {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !pending.task.as_ref().is_some_and(|old| old.will_wake(task)) {
            pending.task = Some(task.clone());
        }
    }

    /// Takes the places that were signalled, in order, in exchange for an empty list.
    pub(super) fn take(&self, places: &mut Vec<usize>) {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        mem::swap(places, &mut pending.places);
    }
}

/// The signal of one place.
#[derive(Debug)]
pub(super) struct Signal {
    place: usize,
    given: AtomicBool,
    signals: Arc<Signals>,
}

impl Signal {
    pub(super) fn new(place: usize, signals: &Arc<Signals>) -> Arc<Self> {
        Arc::new(Self {
            place,
            given: AtomicBool::new(false),
            signals: Arc::clone(signals),
        })
    }

    /// Makes it ready to be given again.
    pub(super) fn reset(&self) {
        self.given.store(false, Ordering::Release);
    }
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.given.swap(true, Ordering::AcqRel) {
            return;
        }
        let pending = &self.signals.0;
        let mut pending = pending.lock().unwrap_or_else(PoisonError::into_inner);
        pending.places.push(self.place);
        if let Some(task) = &pending.task {
            task.wake_by_ref();
        }
    }
}
