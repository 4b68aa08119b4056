//! The place of one exchange within its connection; used again by another stream when it ends.

use std::{future::Future, pin::Pin, sync::Arc, task::Waker};

use tokio::time::Instant;

use super::{
    answer::Answer,
    signal::{Signal, Signals},
};
use crate::serve::response::ClientResponse;

/// An exchange that has not been answered.
pub(super) type Exchange = Pin<Box<dyn Future<Output = ClientResponse>>>;

/// What a place is used for.
pub(super) enum Work {
    Nothing,
    /// The response is awaited.
    Exchange(Exchange),
    /// The response is on its way.
    Answer(Answer),
}

/// See the module.
pub(super) struct Slot {
    pub(super) stream: u32,
    pub(super) work: Work,
    /// Whether the request is a `HEAD`.
    pub(super) to_head: bool,
    /// Since when something of the response has been waiting for the visitor's windows.
    pub(super) stalled: Option<Instant>,
    /// What the visitor took since then, bytes.
    pub(super) taken: u64,
    /// Whether it is in the queue.
    pub(super) queued: bool,
    pub(super) signal: Arc<Signal>,
    pub(super) waker: Waker,
}

impl Slot {
    pub(super) fn new(place: usize, signals: &Arc<Signals>) -> Self {
        let signal = Signal::new(place, signals);
        Self {
            stream: 0,
            work: Work::Nothing,
            to_head: false,
            stalled: None,
            taken: 0,
            queued: false,
            waker: Arc::clone(&signal).into(),
            signal,
        }
    }

    pub(super) fn is_free(&self) -> bool {
        matches!(self.work, Work::Nothing)
    }

    /// Whether it is that stream's.
    pub(super) fn is_of(&self, stream: u32) -> bool {
        self.stream == stream && !self.is_free()
    }
}
