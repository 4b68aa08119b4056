//! Awaiting a request's head on an HTTP/1.1 connection, for no longer than is decent.

use std::{future::poll_fn, pin::pin, task::Poll};

use bytes::{Bytes, BytesMut};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::Instant,
};

use super::{refusal::Refusal, visitor::Visitor, wire::SharedWire};
use crate::{
    config::options::Limits,
    http1::{HeadBoundary, HeadError, HeadLimits},
};

/// What arrived where a request was awaited.
pub(super) enum Arrival {
    Head(Bytes),
    Refused(Refusal),
    Nothing,
}

/// Awaits the next request's head: idle for so long, then incomplete for so long.
pub(super) async fn await_head<S: AsyncRead + AsyncWrite + Unpin>(
    wire: &SharedWire<S>,
    visitor: &Visitor,
    head_limits: HeadLimits,
    limits: &Limits,
) -> Arrival {
    let mut boundary = HeadBoundary::default();
    let mut idle = wire.borrow().input.is_empty();
    let first = if idle {
        limits.idle_timeout
    } else {
        limits.header_timeout
    };
    wire.borrow_mut().timer.set(Instant::now(), first);
    let mut drained = pin!(visitor.worker.drained());
    poll_fn(|cx| {
        let mut wire = wire.borrow_mut();
        loop {
            skip_empty_lines(&mut wire.input);
            match boundary.find(&wire.input) {
                Ok(Some(end)) if end <= head_limits.size => {
                    return Poll::Ready(Arrival::Head(wire.input.split_to(end).freeze()));
                }
                Ok(None) if wire.input.len() <= head_limits.size => {}
                Ok(_) => {
                    let error = if boundary.has_start_line() {
                        HeadError::TooLarge
                    } else {
                        HeadError::TargetTooLong
                    };
                    return Poll::Ready(Arrival::Refused(Refusal::Head(error)));
                }
                Err(error) => return Poll::Ready(Arrival::Refused(Refusal::Head(error))),
            }
            match wire.poll_fill(cx) {
                Poll::Ready(Ok(1..)) => {}
                Poll::Ready(Ok(0) | Err(_)) => return Poll::Ready(Arrival::Nothing),
                Poll::Pending => break,
            }
        }
        if idle && !wire.input.is_empty() {
            idle = false;
            wire.timer.set(Instant::now(), limits.header_timeout);
        }
        if wire.timer.poll_due(cx).is_ready() {
            let refused = Arrival::Refused(Refusal::HeadTimeout);
            return Poll::Ready(if idle { Arrival::Nothing } else { refused });
        }
        if idle && drained.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Arrival::Nothing);
        }
        Poll::Pending
    })
    .await
}

/// Empty lines before a request line are ignored (RFC 9112 §2.2).
fn skip_empty_lines(input: &mut BytesMut) {
    while input.starts_with(b"\r\n") {
        let _ = input.split_to(2);
    }
}
