//! A visitor's content on its way in: bounded in size and time, its trailers minimised, whatever
//! protocol brought it.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame};
use tokio::time::Instant;

use crate::{
    config::options::Limits,
    privacy::{ClientAddr, minimise_trailers},
    upstream::{BoxContent, ContentFailure, Timer},
};

/// See the module.
pub(super) struct BoundedContent {
    inner: BoxContent,
    client: ClientAddr,
    left: u64,
    timeout: Duration,
    least: u64,
    timer: Timer,
    waiting: bool,
    arrived: u64,
}

impl BoundedContent {
    pub(super) fn new(inner: BoxContent, client: ClientAddr, limits: &Limits) -> Self {
        Self {
            inner,
            client,
            left: limits.body_size.unwrap_or(u64::MAX),
            timeout: limits.body_timeout,
            least: limits
                .min_rate
                .saturating_mul(limits.body_timeout.as_secs().max(1)),
            timer: Timer::new(),
            waiting: false,
            arrived: 0,
        }
    }

    /// Whether the visitor has been silent, or nearly so, for a whole period of waiting.
    fn poll_slowness(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.waiting {
            self.waiting = true;
            self.arrived = 0;
            self.timer.set(Instant::now(), self.timeout);
        }
        ready!(self.timer.poll_due(cx));
        if self.arrived < self.least {
            return Poll::Ready(());
        }
        self.arrived = 0;
        self.timer.set(Instant::now(), self.timeout);
        self.timer.poll_due(cx)
    }
}

impl Body for BoundedContent {
    type Data = Bytes;
    type Error = ContentFailure;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ContentFailure>>> {
        let Poll::Ready(frame) = self.inner.as_mut().poll_frame(cx) else {
            return match self.poll_slowness(cx) {
                Poll::Ready(()) => Poll::Ready(Some(Err(ContentFailure::Timeout))),
                Poll::Pending => Poll::Pending,
            };
        };
        let frame = match frame {
            Some(Ok(frame)) => frame,
            end => return Poll::Ready(end),
        };
        let size = frame.data_ref().map_or(0, Bytes::len) as u64;
        self.arrived += size;
        // A period of waiting ends when enough came in it; a trickle goes on being measured.
        self.waiting &= self.arrived < self.least;
        match self.left.checked_sub(size) {
            Some(left) => self.left = left,
            None => return Poll::Ready(Some(Err(ContentFailure::TooLarge))),
        }
        match frame.into_trailers() {
            Ok(mut trailers) => {
                minimise_trailers(&mut trailers, self.client);
                Poll::Ready(Some(Ok(Frame::trailers(trailers))))
            }
            Err(frame) => Poll::Ready(Some(Ok(frame))),
        }
    }
}
