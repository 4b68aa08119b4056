//! Responses that an HTTP/2 visitor does not take.
//!
//! While a stream's window is closed, nobody asks its response for more, so no time limit of the
//! response itself runs: a visitor could hold a website's connections for as long as it likes
//! (CVE-2019-9517). So a connection's responses are looked at from outside.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    fmt,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, sleep};

use super::body::ResponseBody;
use crate::upstream::{ContentFailure, ExchangeError};

/// The responses on their way over one connection that hold something of a website's.
#[derive(Debug, Default)]
pub(super) struct Untaken {
    responses: RefCell<HashMap<u64, Rc<Taking>>>,
    next: Cell<u64>,
}

/// One response; without content once its visitor had its time.
struct Taking {
    body: RefCell<Option<ResponseBody>>,
    /// Since when a piece has been waiting for the visitor; `None` while the website is waited for.
    since: Cell<Option<Instant>>,
}

impl Untaken {
    /// Lets go of what was left untaken for `limit`. Returns once nothing at all moves any more:
    /// `running` says whether requests without a response are in progress.
    pub(super) async fn watch(&self, limit: Duration, running: impl Fn() -> bool) {
        loop {
            sleep(limit).await;
            let now = Instant::now();
            let (mut stalled, mut moving) = (false, running());
            for taking in self.responses.borrow().values() {
                if taking.since.get().is_some_and(|since| since + limit <= now) {
                    stalled = true;
                    taking.body.take();
                } else {
                    moving = true;
                }
            }
            if stalled && !moving {
                return;
            }
        }
    }
}

/// A response that is watched while it is on its way.
pub(super) struct WatchedBody {
    taking: Rc<Taking>,
    watch: Option<(Rc<Untaken>, u64)>,
}

impl WatchedBody {
    /// Watches `body`, if it holds something of a website's.
    pub(super) fn new(body: ResponseBody, untaken: &Rc<Untaken>) -> Self {
        let watched = body.holds_connection();
        let taking = Rc::new(Taking {
            body: RefCell::new(Some(body)),
            since: Cell::new(watched.then(Instant::now)),
        });
        let watch = watched.then(|| {
            let number = untaken.next.get();
            untaken.next.set(number + 1);
            let mut responses = untaken.responses.borrow_mut();
            responses.insert(number, Rc::clone(&taking));
            (Rc::clone(untaken), number)
        });
        Self { taking, watch }
    }
}

impl Drop for WatchedBody {
    fn drop(&mut self) {
        if let Some((untaken, number)) = &self.watch {
            untaken.responses.borrow_mut().remove(number);
        }
    }
}

impl Body for WatchedBody {
    type Data = Bytes;
    type Error = ExchangeError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ExchangeError>>> {
        let mut body = self.taking.body.borrow_mut();
        let Some(body) = body.as_mut() else {
            return Poll::Ready(Some(Err(ExchangeError::Content(ContentFailure::Timeout))));
        };
        let frame = body.poll_next(cx);
        if self.watch.is_some() {
            self.taking.since.set(frame.is_ready().then(Instant::now));
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        let body = self.taking.body.borrow();
        body.as_ref().is_some_and(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let body = self.taking.body.borrow();
        body.as_ref()
            .map_or_else(SizeHint::default, Body::size_hint)
    }
}

impl fmt::Debug for Taking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Taking")
            .field("since", &self.since)
            .finish_non_exhaustive()
    }
}
