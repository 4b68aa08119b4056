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
///
/// A gateway that is to end closes connections that idle between requests, whose visitors can ask
/// elsewhere. Whoever has just been let in and is `fresh` still gets an answer, if the request comes
/// as soon as a head has to.
pub(super) async fn await_head<S: AsyncRead + AsyncWrite + Unpin>(
    wire: &SharedWire<S>,
    visitor: &Visitor,
    head_limits: HeadLimits,
    limits: &Limits,
    fresh: bool,
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
    let mut hurried = false;
    poll_fn(|cx| {
        let mut wire = wire.borrow_mut();
        loop {
            if let Some(arrival) = take_head(&mut boundary, &mut wire.input, head_limits) {
                return Poll::Ready(arrival);
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
        if idle && !hurried && drained.as_mut().poll(cx).is_ready() {
            if !fresh {
                return Poll::Ready(Arrival::Nothing);
            }
            hurried = true;
            wire.timer.set(Instant::now(), limits.header_timeout);
        }
        if wire.timer.poll_due(cx).is_ready() {
            let refused = Arrival::Refused(Refusal::HeadTimeout);
            return Poll::Ready(if idle { Arrival::Nothing } else { refused });
        }
        Poll::Pending
    })
    .await
}

/// The head, once all of it is there, or why it is refused.
fn take_head(
    boundary: &mut HeadBoundary,
    input: &mut BytesMut,
    limits: HeadLimits,
) -> Option<Arrival> {
    skip_empty_lines(input);
    let error = match boundary.find(input) {
        Ok(Some(end)) if end <= limits.size => {
            return Some(Arrival::Head(input.split_to(end).freeze()));
        }
        Ok(None) if input.len() <= limits.size => return None,
        Ok(_) if boundary.has_start_line() => HeadError::TooLarge,
        Ok(_) => HeadError::TargetTooLong,
        Err(error) => error,
    };
    Some(Arrival::Refused(Refusal::Head(error)))
}

/// Empty lines before a request line are ignored (RFC 9112 §2.2).
fn skip_empty_lines(input: &mut BytesMut) {
    while input.starts_with(b"\r\n") {
        let _ = input.split_to(2);
    }
}
