//! A deadline that is cheap to move: a connection arms one timer and lets it ring early rather
//! than cancel and set it anew for each request.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

/// See the module.
#[derive(Debug)]
pub(crate) struct Timer {
    due: Instant,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Timer {
    /// A timer that is due now, until it is set.
    pub(crate) fn new() -> Self {
        Self {
            due: Instant::now(),
            sleep: None,
        }
    }

    /// Makes it due in `after` from `now`.
    pub(crate) fn set(&mut self, now: Instant, after: Duration) {
        self.due = now + after;
    }

    /// Ready once it is due. Costs a registration only where the armed timer rings too late.
    pub(crate) fn poll_due(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let due = self.due;
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(due)));
        if due < sleep.deadline() {
            sleep.as_mut().reset(due);
        }
        loop {
            if sleep.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            if sleep.deadline() >= due {
                return Poll::Ready(());
            }
            sleep.as_mut().reset(due);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_moved_deadline_rings_when_it_is_due_and_no_sooner() {
        let start = Instant::now();
        let mut timer = Timer::new();
        timer.set(start, Duration::from_secs(5));
        assert!(
            poll_fn(|cx| Poll::Ready(timer.poll_due(cx)))
                .await
                .is_pending()
        );
        timer.set(start, Duration::from_secs(60));
        poll_fn(|cx| timer.poll_due(cx)).await;
        assert_eq!(start.elapsed().as_secs(), 60, "later than armed");
        timer.set(Instant::now(), Duration::from_secs(70));
        assert!(
            poll_fn(|cx| Poll::Ready(timer.poll_due(cx)))
                .await
                .is_pending()
        );
        timer.set(Instant::now(), Duration::from_secs(3));
        poll_fn(|cx| timer.poll_due(cx)).await;
        assert_eq!(start.elapsed().as_secs(), 63, "earlier than armed");
    }
}
