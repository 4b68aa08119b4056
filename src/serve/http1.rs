//! An HTTP/1.1 connection of a visitor, from its first request to its last (RFC 9112 §9).

use std::{
    cell::RefCell,
    future::poll_fn,
    pin::{Pin, pin},
    rc::Rc,
    task::Poll,
};

use http::Version;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::{Instant, timeout},
};

use super::{
    arrival::{Arrival, await_head},
    exchange::{IncomingRequest, exchange, refuse_head},
    refusal::Refusal,
    respond::{Facts, LINGER_TIME, linger, respond},
    response::ClientResponse,
    snapshot::Compiled,
    tunnel::tunnel,
    visitor::Visitor,
    wire::{SharedWire, Wire, WireContent, WritePace},
};
use crate::{
    config::options::Limits,
    http1::{Decoder, RequestHead, parse_request},
    privacy::Content,
};

/// How a connection goes on after a response.
pub(super) enum Next {
    Request,
    Close,
    /// Without TLS's `close_notify`: what was sent must not pass for whole.
    Cut,
    Tunnel(Box<ClientResponse>),
}

/// Serves every request of a connection.
pub(crate) async fn serve_http1<S>(stream: S, visitor: Rc<Visitor>)
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
{
    let wire = Rc::new(RefCell::new(Wire::new(stream)));
    let mut fresh = true;
    loop {
        let snapshot = visitor.worker.snapshot();
        let Compiled {
            head_limits,
            limits,
            ..
        } = &*snapshot.compiled;
        let arrival = await_head(&wire, &visitor, *head_limits, limits, fresh).await;
        fresh = false;
        let started = Instant::now();
        let head = match arrival {
            Arrival::Nothing => break,
            Arrival::Refused(refusal) => Err(refusal),
            Arrival::Head(head) => parse_request(&head, *head_limits).map_err(Refusal::Head),
        };
        let pace = write_pace(limits);
        drop(snapshot);
        let next = match head {
            Ok(head) => Box::pin(serve_request(&wire, &visitor, head, started, pace)).await,
            Err(refusal) => {
                let response = refuse_head(&visitor, refusal, Version::HTTP_11, started);
                Box::pin(send_and_close(&wire, &visitor, response, pace)).await;
                return;
            }
        };
        match next {
            Next::Request => wire.borrow_mut().rest(),
            Next::Close => break,
            Next::Cut => return,
            Next::Tunnel(response) => {
                Box::pin(tunnel(wire, *response, &visitor)).await;
                return;
            }
        }
    }
    close(&wire).await;
}

/// Ends the stream, politely but not for long.
pub(super) async fn close<S: AsyncRead + AsyncWrite + Unpin>(wire: &SharedWire<S>) {
    let shutdown = poll_fn(|cx| Pin::new(&mut wire.borrow_mut().stream).poll_shutdown(cx));
    let _ = timeout(LINGER_TIME, shutdown).await;
}

/// Writes a last response and closes.
pub(super) async fn send_and_close<S: AsyncRead + AsyncWrite + Unpin>(
    wire: &SharedWire<S>,
    visitor: &Visitor,
    response: ClientResponse,
    pace: WritePace,
) {
    let facts = Facts {
        version: Version::HTTP_11,
        to_head: false,
        keep_alive: false,
    };
    respond(wire, visitor, response, facts, pace).await;
    close(wire).await;
    wire.borrow_mut().decoder = Decoder::UntilClose;
    linger(wire).await;
}

pub(super) fn write_pace(limits: &Limits) -> WritePace {
    WritePace {
        timeout: limits.write_timeout,
        least: limits
            .min_rate
            .saturating_mul(limits.write_timeout.as_secs().max(1)),
    }
}

async fn serve_request<S>(
    wire: &SharedWire<S>,
    visitor: &Rc<Visitor>,
    head: RequestHead,
    started: Instant,
    pace: WritePace,
) -> Next
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
{
    let facts = Facts {
        version: head.version,
        to_head: head.method == http::Method::HEAD,
        keep_alive: head.keep_alive,
    };
    {
        let mut wire = wire.borrow_mut();
        wire.decoder = Decoder::new(head.content);
        wire.continue_due = head.expects_continue && head.content != Content::None;
    }
    let content = (head.content != Content::None)
        .then(|| Box::pin(WireContent(Rc::clone(wire))) as crate::upstream::BoxContent);
    let request = IncomingRequest {
        method: head.method,
        target: head.target,
        authority: head.authority,
        version: head.version,
        fields: head.fields,
        framing: head.content,
        content,
        upgrade: head.upgrade,
        started,
    };
    // Its room is free for the response's way once it ends.
    let response = {
        let mut exchange = pin!(exchange(Rc::clone(visitor), request));
        poll_fn(|cx| {
            if let Poll::Ready(response) = exchange.as_mut().poll(cx) {
                return Poll::Ready(Some(response));
            }
            wire.borrow_mut().poll_gone(cx).map(|()| None)
        })
        .await
    };
    match response {
        Some(response) => respond(wire, visitor, response, facts, pace).await,
        // Dropping the exchange cancelled the website's request.
        None => Next::Close,
    }
}
