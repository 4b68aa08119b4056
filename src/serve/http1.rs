//! An HTTP/1.1 connection of a visitor, from its first request to its last (RFC 9112 §9).

use std::{
    cell::RefCell,
    future::poll_fn,
    pin::{Pin, pin},
    rc::Rc,
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use http::{Response, StatusCode, Version, header};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::{Instant, timeout},
};

use super::{
    body::ResponseBody,
    exchange::{IncomingRequest, exchange, refuse_head},
    refusal::Refusal,
    tunnel::tunnel,
    visitor::Visitor,
    wire::{SharedWire, Wire, WireContent, WritePace, write_all},
};
use crate::{
    config::options::Limits,
    http1::{
        Decoded, Decoder, HeadBoundary, HeadError, HeadLimits, LAST_CHUNK, RequestHead,
        parse_request, write_chunk_size, write_response_head, write_trailers,
    },
    privacy::Content,
};

/// Content up to this size is copied behind the head, so that both leave in one write.
const COPY_LIMIT: usize = 16 * 1024;
/// What is read and dropped of an upload that nobody wants any more, bytes and time.
const LINGER_SIZE: usize = 256 * 1024;
const LINGER_TIME: Duration = Duration::from_secs(2);

/// How a connection goes on after a response.
enum Next {
    Request,
    Close,
    /// Without TLS's `close_notify`: what was sent must not pass for whole.
    Cut,
    Tunnel(Box<Response<ResponseBody>>),
}

/// What arrived where a request was awaited.
pub(super) enum Arrival {
    Head(Bytes),
    Refused(Refusal),
    Nothing,
}

/// Serves every request of a connection.
pub(crate) async fn serve_http1<S>(stream: S, visitor: Rc<Visitor>)
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
{
    let wire = Rc::new(RefCell::new(Wire::new(stream)));
    loop {
        let snapshot = visitor.worker.snapshot();
        let compiled = &snapshot.compiled;
        let arrival = await_head(&wire, &visitor, compiled.head_limits, &compiled.limits).await;
        let started = Instant::now();
        let head = match arrival {
            Arrival::Nothing => break,
            Arrival::Refused(refusal) => Err(refusal),
            Arrival::Head(head) => {
                parse_request(&head, compiled.head_limits).map_err(Refusal::Head)
            }
        };
        let pace = write_pace(&compiled.limits);
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
    response: Response<ResponseBody>,
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
fn skip_empty_lines(input: &mut bytes::BytesMut) {
    while input.starts_with(b"\r\n") {
        let _ = input.split_to(2);
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
    let mut exchange = pin!(exchange(Rc::clone(visitor), request));
    let response = poll_fn(|cx| {
        if let Poll::Ready(response) = exchange.as_mut().poll(cx) {
            return Poll::Ready(Some(response));
        }
        wire.borrow_mut().poll_gone(cx).map(|()| None)
    })
    .await;
    match response {
        Some(response) => respond(wire, visitor, response, facts, pace).await,
        // Dropping the exchange cancels the website's request.
        None => Next::Close,
    }
}

/// What of a request decides how its response is framed.
#[derive(Clone, Copy)]
struct Facts {
    version: Version,
    to_head: bool,
    keep_alive: bool,
}

/// Writes a response, as fast as the visitor takes it and the website gives it.
async fn respond<S: AsyncRead + AsyncWrite + Unpin>(
    wire: &SharedWire<S>,
    visitor: &Visitor,
    mut response: Response<ResponseBody>,
    facts: Facts,
    pace: WritePace,
) -> Next {
    let status = response.status();
    if status == StatusCode::SWITCHING_PROTOCOLS {
        return Next::Tunnel(Box::new(response));
    }
    let bodiless =
        facts.to_head || status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED;
    let framing = Framing::of(&mut response, facts, bodiless);
    // An error while content is still to come is not worth waiting for the rest of it.
    let abandoned = status.is_client_error() && !wire.borrow().decoder.is_done();
    let mut keep = facts.keep_alive
        && framing != Framing::UntilClose
        && !abandoned
        && !visitor.worker.is_draining();
    let connection: Option<&[u8]> = match (keep, facts.version) {
        (false, _) => Some(b"close"),
        (true, Version::HTTP_10) => Some(b"keep-alive"),
        (true, _) => None,
    };
    let (parts, mut body) = response.into_parts();
    let chunked = framing == Framing::Chunked;
    {
        let mut wire = wire.borrow_mut();
        // `100 Continue` is not to come any more.
        wire.continue_due = false;
        wire.output.reserve(1024);
        let output = &mut wire.output;
        write_response_head(
            facts.version,
            parts.status,
            &parts.headers,
            connection,
            chunked,
            output,
        );
    }
    drop(parts);
    if write_content(wire, &mut body, chunked, bodiless, pace)
        .await
        .is_err()
    {
        return Next::Cut;
    }
    drop(body);
    if !wire.borrow().decoder.is_done() {
        keep = keep && linger(wire).await;
        if !keep {
            // Told first, so that a visitor that reads to the end of the response closes too.
            close(wire).await;
            linger(wire).await;
        }
    }
    if keep { Next::Request } else { Next::Close }
}

/// How a response's content is framed.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Framing {
    Length,
    Chunked,
    UntilClose,
}

impl Framing {
    fn of(response: &mut Response<ResponseBody>, facts: Facts, bodiless: bool) -> Self {
        if bodiless {
            if response.status() == StatusCode::NO_CONTENT {
                response.headers_mut().remove(header::CONTENT_LENGTH);
            }
            return Self::Length;
        }
        match response.body().length() {
            Some(length) => {
                response
                    .headers_mut()
                    .insert(header::CONTENT_LENGTH, length.into());
                Self::Length
            }
            None if facts.version == Version::HTTP_11 => Self::Chunked,
            None => Self::UntilClose,
        }
    }
}

async fn write_content<S: AsyncRead + AsyncWrite + Unpin>(
    wire: &SharedWire<S>,
    body: &mut ResponseBody,
    chunked: bool,
    bodiless: bool,
    pace: WritePace,
) -> std::io::Result<()> {
    loop {
        if bodiless {
            return write_all(wire, &[], pace).await;
        }
        let frame = match poll_fn(|cx| Poll::Ready(body.poll_next(cx))).await {
            Poll::Ready(frame) => frame,
            Poll::Pending => {
                // Nothing more just now: what there is goes out at once.
                if !wire.borrow().output.is_empty() {
                    write_all(wire, &[], pace).await?;
                }
                next_frame(wire, body).await?
            }
        };
        let frame = frame.transpose().map_err(std::io::Error::other)?;
        let Some(frame) = frame else {
            if chunked {
                wire.borrow_mut().output.extend_from_slice(LAST_CHUNK);
            }
            return write_all(wire, &[], pace).await;
        };
        match frame.into_data() {
            Ok(data) if data.is_empty() => {}
            Ok(data) => write_data(wire, data, chunked, pace).await?,
            Err(frame) => {
                if let (true, Ok(trailers)) = (chunked, frame.into_trailers()) {
                    write_trailers(&trailers, &mut wire.borrow_mut().output);
                    return write_all(wire, &[], pace).await;
                }
            }
        }
    }
}

async fn write_data<S: AsyncRead + AsyncWrite + Unpin>(
    wire: &SharedWire<S>,
    data: Bytes,
    chunked: bool,
    pace: WritePace,
) -> std::io::Result<()> {
    let waiting = {
        let output = &mut wire.borrow_mut().output;
        if chunked {
            write_chunk_size(data.len(), output);
        }
        output.len()
    };
    if waiting + data.len() <= COPY_LIMIT {
        wire.borrow_mut().output.extend_from_slice(&data);
    } else {
        write_all(wire, &data, pace).await?;
    }
    if chunked {
        wire.borrow_mut().output.extend_from_slice(b"\r\n");
    }
    Ok(())
}

/// The next piece of the response; an error if the visitor goes away before it comes.
async fn next_frame<S: AsyncRead + AsyncWrite + Unpin>(
    wire: &SharedWire<S>,
    body: &mut ResponseBody,
) -> std::io::Result<Option<Result<http_body::Frame<Bytes>, crate::upstream::ExchangeError>>> {
    poll_fn(|cx| {
        if let Poll::Ready(frame) = body.poll_next(cx) {
            return Poll::Ready(Ok(frame));
        }
        let gone = wire.borrow_mut().poll_gone(cx);
        gone.map(|()| Err(std::io::ErrorKind::ConnectionReset.into()))
    })
    .await
}

/// Reads and drops what is left of an upload, so that the visitor gets to read the response
/// instead of a reset. True if all of it came.
async fn linger<S: AsyncRead + AsyncWrite + Unpin>(wire: &SharedWire<S>) -> bool {
    let mut dropped = 0;
    let drop_rest = poll_fn(|cx| {
        let mut wire = wire.borrow_mut();
        let Wire { decoder, input, .. } = &mut *wire;
        loop {
            match decoder.decode(input) {
                Ok(Decoded::Data(_) | Decoded::Trailers(_)) => {}
                Ok(Decoded::End) => return Poll::Ready(true),
                Ok(Decoded::NeedMore) => break,
                // Nobody knows where another request would begin.
                Err(_) => {
                    *decoder = Decoder::UntilClose;
                    return Poll::Ready(false);
                }
            }
        }
        match wire.poll_fill(cx) {
            Poll::Ready(Ok(count @ 1..)) if dropped < LINGER_SIZE => {
                dropped += count;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Poll::Ready(_) => Poll::Ready(false),
            Poll::Pending => Poll::Pending,
        }
    });
    timeout(LINGER_TIME, drop_rest).await.unwrap_or(false)
}
