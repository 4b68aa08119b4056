//! Writing a response to an HTTP/1.1 visitor, as fast as the visitor takes it and the website gives
//! it.

use std::{future::poll_fn, task::Poll, time::Duration};

use bytes::Bytes;
use http::{StatusCode, Version, header};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};

use super::{
    body::{BodyError, ResponseBody},
    http1::{Next, close},
    response::ClientResponse,
    visitor::Visitor,
    wire::{SharedWire, Wire, WritePace, write_all},
};
use crate::http1::{
    Decoded, Decoder, Head, LAST_CHUNK, write_chunk_size, write_response_head, write_trailers,
};

/// Content up to this size is copied behind the head, so that both leave in one write.
const COPY_LIMIT: usize = 16 * 1024;
/// What is read and dropped of an upload that nobody wants any more, bytes and time.
const LINGER_SIZE: usize = 256 * 1024;
pub(super) const LINGER_TIME: Duration = Duration::from_secs(2);

/// What of a request decides how its response is framed.
#[derive(Clone, Copy)]
pub(super) struct Facts {
    pub(super) version: Version,
    pub(super) to_head: bool,
    pub(super) keep_alive: bool,
}

/// Writes a response, as fast as the visitor takes it and the website gives it.
pub(super) async fn respond<S: AsyncRead + AsyncWrite + Unpin>(
    wire: &SharedWire<S>,
    visitor: &Visitor,
    mut response: ClientResponse,
    facts: Facts,
    pace: WritePace,
) -> Next {
    let status = response.status;
    if status == StatusCode::SWITCHING_PROTOCOLS {
        return Next::Tunnel(Box::new(response));
    }
    let bodiless =
        facts.to_head || status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED;
    let framing = Framing::of(&mut response, facts, bodiless);
    if !response.fields.contains(&header::DATE) {
        response.fields.push(header::DATE, visitor.worker.date());
    }
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
    let ClientResponse {
        fields,
        evictions,
        mut body,
        ..
    } = response;
    let chunked = framing == Framing::Chunked;
    {
        let mut wire = wire.borrow_mut();
        // `100 Continue` is not to come any more.
        wire.continue_due = false;
        wire.output.reserve(1024);
        let output = &mut wire.output;
        let evictions = evictions
            .as_ref()
            .map(|cookies| cookies.evictions.written());
        let head = Head {
            status,
            fields: &fields,
            more: evictions.unwrap_or_default(),
            connection,
            chunked,
        };
        write_response_head(facts.version, &head, output);
    }
    drop(fields);
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
            wire.borrow_mut().decoder = Decoder::UntilClose;
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
    fn of(response: &mut ClientResponse, facts: Facts, bodiless: bool) -> Self {
        if bodiless {
            return Self::Length;
        }
        match response.body.length() {
            Some(length) => {
                // The website's own is this one: its content was framed by it.
                if !response.fields.contains(&header::CONTENT_LENGTH) {
                    response.fields.push(header::CONTENT_LENGTH, length.into());
                }
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
) -> std::io::Result<Option<Result<http_body::Frame<Bytes>, BodyError>>> {
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
pub(super) async fn linger<S: AsyncRead + AsyncWrite + Unpin>(wire: &SharedWire<S>) -> bool {
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
                Err(_) => return Poll::Ready(false),
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
