//! The content of an HTTP/2 request, and what of it nobody wants once the answer is complete.
//!
//! A stream may be reset then (RFC 9113 §8.1). Yet a client that hears of the reset before it has
//! sent what it was about to send can take the whole exchange for failed, as curl 7.88 does. So
//! what is on its way is read for a moment, and only then is the stream reset.

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame};
use hyper::body::Incoming;
use tokio::{sync::oneshot, task::spawn_local, time::timeout};

use crate::upstream::ContentFailure;

/// For how long the rest is read.
const PATIENCE: Duration = Duration::from_secs(1);
/// How much of it is read, bytes.
const ENOUGH: usize = 64 * 1024;

/// A stream's content. Dropped before its end, it leaves the rest to a task of its own.
pub(super) struct StreamContent {
    content: Option<Incoming>,
    leftover: Option<oneshot::Sender<Incoming>>,
}

impl StreamContent {
    pub(super) fn new(content: Incoming) -> Self {
        let (leftover, unread) = oneshot::channel();
        // Begun here because no task can be while everything is dropped at shutdown.
        spawn_local(async move {
            if let Ok(content) = unread.await {
                let _ = timeout(PATIENCE, discard(content)).await;
            }
        });
        Self {
            content: Some(content),
            leftover: Some(leftover),
        }
    }
}

impl Drop for StreamContent {
    fn drop(&mut self) {
        let content = self
            .content
            .take()
            .filter(|content| !content.is_end_stream());
        if let (Some(content), Some(leftover)) = (content, self.leftover.take()) {
            let _ = leftover.send(content);
        }
    }
}

async fn discard(mut content: Incoming) {
    let mut read = 0;
    while read < ENOUGH {
        match poll_fn(|cx| Pin::new(&mut content).poll_frame(cx)).await {
            Some(Ok(frame)) => read += frame.data_ref().map_or(0, Bytes::len),
            Some(Err(_)) | None => return,
        }
    }
}

impl Body for StreamContent {
    type Data = Bytes;
    type Error = ContentFailure;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ContentFailure>>> {
        let Some(content) = &mut self.content else {
            return Poll::Ready(None);
        };
        let frame = ready!(Pin::new(content).poll_frame(cx));
        Poll::Ready(frame.map(|frame| frame.map_err(|_| ContentFailure::Gone)))
    }
}
