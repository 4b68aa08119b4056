//! One exchange over one connection: the request out, the response's head in, both at once, so that
//! a website may answer while the visitor still uploads.

use std::{
    future::poll_fn,
    task::{Context, Poll},
};

use http::StatusCode;
use tokio::time::Instant;

use super::{
    balance::SendContext,
    body::UpstreamBody,
    error::{ExchangeError, UpstreamError},
    transport::{BoxContent, Transport, Upload},
};
use crate::{
    http1::{HeadBoundary, ResponseHead, parse_response, write_request_head},
    privacy::{Content, OriginRequest},
};

/// A website's response head, bytes.
const HEAD_LIMIT: usize = 128 * 1024;
/// Interim responses before the final one.
const INTERIM_LIMIT: u32 = 16;

/// What is known while a head is awaited.
struct Exchange<'a> {
    transport: &'a mut Transport,
    upload: Option<Upload>,
    boundary: HeadBoundary,
    interim: u32,
    to_head: bool,
    to_upgrade: bool,
    context: SendContext,
}

/// A failed exchange, and whether a byte of an answer had come.
pub(super) struct Failed {
    pub(super) error: ExchangeError,
    pub(super) answered: bool,
}

/// Sends `request` and awaits the head of the answer. The connection comes back inside the body.
pub(super) async fn exchange(
    mut transport: Box<Transport>,
    request: &OriginRequest,
    content: Option<BoxContent>,
    context: SendContext,
    now: Instant,
) -> Result<(ResponseHead, UpstreamBody), Failed> {
    write_request_head(request, &mut transport.output);
    transport.timer.set(now, context.first_byte_timeout);
    let chunked = request.content() == Content::Chunked;
    let mut exchange = Exchange {
        transport: &mut transport,
        upload: content.map(|content| Upload::new(content, chunked)),
        boundary: HeadBoundary::default(),
        interim: 0,
        to_head: request.method() == http::Method::HEAD,
        to_upgrade: request.is_upgrade(),
        context,
    };
    let head = poll_fn(|cx| exchange.poll_head(cx)).await;
    let upload = exchange.upload.take();
    let answered = exchange.interim > 0;
    match head {
        Ok(head) => {
            let body = UpstreamBody::new(transport, upload, &head, context);
            Ok((head, body))
        }
        Err(error) => Err(Failed {
            error,
            answered: answered || !transport.input.is_empty(),
        }),
    }
}

impl Exchange<'_> {
    fn poll_head(&mut self, cx: &mut Context<'_>) -> Poll<Result<ResponseHead, ExchangeError>> {
        let sent = match self.poll_send(cx) {
            Poll::Ready(Err(ExchangeError::Upstream(UpstreamError::Closed))) => {
                // It may have answered before it closed.
                self.upload = None;
                true
            }
            Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            Poll::Ready(Ok(())) => true,
            Poll::Pending => false,
        };
        loop {
            if let Some(head) = self.take_head()? {
                return Poll::Ready(Ok(head));
            }
            match self.transport.poll_fill_head(cx) {
                Poll::Ready(Ok(1..)) => {}
                Poll::Ready(Ok(0) | Err(_)) => {
                    return Poll::Ready(Err(UpstreamError::Closed.into()));
                }
                Poll::Pending => break,
            }
        }
        if sent && self.transport.timer.poll_due(cx).is_ready() {
            return Poll::Ready(Err(UpstreamError::Timeout.into()));
        }
        Poll::Pending
    }

    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), ExchangeError>> {
        match &mut self.upload {
            Some(upload) => {
                let timeout = self.context.first_byte_timeout;
                let sent = upload.poll(cx, self.transport, timeout);
                if let Poll::Ready(Ok(())) = sent {
                    self.upload = None;
                }
                sent
            }
            None => self
                .transport
                .poll_flush(cx)
                .map_err(|_| UpstreamError::Closed.into()),
        }
    }

    /// The final response's head, if it is complete; interim ones before it are dropped.
    fn take_head(&mut self) -> Result<Option<ResponseHead>, ExchangeError> {
        loop {
            let input = &mut self.transport.input;
            let end = self
                .boundary
                .find(input)
                .map_err(|_| UpstreamError::Protocol)?;
            // One read may bring more than the limit, and the end with it.
            if end.unwrap_or(input.len()) > HEAD_LIMIT {
                return Err(UpstreamError::Protocol.into());
            }
            let Some(end) = end else {
                return Ok(None);
            };
            let head = input.split_to(end).freeze();
            self.boundary = HeadBoundary::default();
            let head = parse_response(&head, self.to_head).map_err(|_| UpstreamError::Protocol)?;
            if head.status == StatusCode::SWITCHING_PROTOCOLS && !self.to_upgrade {
                // Nobody asked for a tunnel, and through one bytes would pass unread.
                return Err(UpstreamError::Protocol.into());
            }
            if !head.status.is_informational() || head.status == StatusCode::SWITCHING_PROTOCOLS {
                return Ok(Some(head));
            }
            self.interim += 1;
            if self.interim > INTERIM_LIMIT {
                return Err(UpstreamError::Protocol.into());
            }
        }
    }
}
