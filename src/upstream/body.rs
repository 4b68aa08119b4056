//! The content of a website's response, read as fast as the visitor takes it; at its end the
//! connection goes back to the pool.

use std::{
    fmt,
    rc::Rc,
    task::{Context, Poll},
};

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http_body::Frame;
use tokio::time::Instant;

use super::{
    balance::{Endpoint, SendContext},
    error::{ExchangeError, UpstreamError},
    stream::Stream,
    transport::{Transport, Upload},
};
use crate::http1::{Decoded, Decoder, ResponseContent, ResponseHead};

/// One read of content, bytes: enough to make system calls rare, small enough for many downloads.
const READ_SIZE: usize = 32 * 1024;
/// A read where the length is unknown.
const UNKNOWN_SIZE: usize = 16 * 1024;

/// See the module.
pub(crate) struct UpstreamBody {
    transport: Option<Box<Transport>>,
    upload: Option<Upload>,
    decoder: Decoder,
    keep_alive: bool,
    context: SendContext,
    home: Option<Rc<Endpoint>>,
    /// Whether the time limit runs because nothing came.
    waiting: bool,
}

impl UpstreamBody {
    pub(super) fn new(
        transport: Box<Transport>,
        upload: Option<Upload>,
        head: &ResponseHead,
        context: SendContext,
    ) -> Self {
        let upgraded = head.status == StatusCode::SWITCHING_PROTOCOLS;
        Self {
            transport: Some(transport),
            upload,
            decoder: Decoder::for_response(head.content),
            keep_alive: head.keep_alive && head.content != ResponseContent::UntilClose && !upgraded,
            context,
            home: None,
            waiting: false,
        }
    }

    /// Where the connection goes back to.
    pub(super) fn at_home(mut self, endpoint: Rc<Endpoint>, status: StatusCode) -> Self {
        self.home = Some(endpoint);
        if self.decoder.is_done() && status != StatusCode::SWITCHING_PROTOCOLS {
            self.finish();
        }
        self
    }

    /// Whether there is nothing to read.
    pub(crate) fn is_empty(&self) -> bool {
        self.decoder.is_done()
    }

    /// How many bytes are to come, if that is known.
    pub(crate) fn length(&self) -> Option<u64> {
        match self.decoder {
            Decoder::Length(left) => Some(left),
            Decoder::Chunked(_) | Decoder::UntilClose => None,
        }
    }

    /// The stream behind a `101 Switching Protocols`, with what was read of it already.
    pub(crate) fn into_tunnel(mut self) -> Option<(Stream, BytesMut)> {
        let transport = self.transport.take()?;
        let Transport { stream, input, .. } = *transport;
        Some((stream, input))
    }

    /// The next piece of content. After an error there is none.
    pub(crate) fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ExchangeError>>> {
        if self.transport.is_none() {
            return Poll::Ready(None);
        }
        let frame = self.poll_decode(cx);
        match &frame {
            Poll::Ready(None) => self.finish(),
            Poll::Ready(Some(Err(_))) => self.transport = None,
            // A reader that knows the length needs not ask for the end; and nothing comes after a
            // trailer section.
            Poll::Ready(Some(Ok(_))) if self.decoder.is_done() => self.finish(),
            _ => {}
        }
        frame
    }

    fn poll_decode(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ExchangeError>>> {
        self.poll_upload(cx);
        let Some(transport) = &mut self.transport else {
            return Poll::Ready(None);
        };
        loop {
            match self.decoder.decode(&mut transport.input) {
                Err(_) => return Poll::Ready(Some(Err(UpstreamError::Protocol.into()))),
                Ok(Decoded::End) => return Poll::Ready(None),
                Ok(Decoded::Data(data)) => return Poll::Ready(Some(Ok(Frame::data(data)))),
                Ok(Decoded::Trailers(trailers)) => {
                    return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
                }
                Ok(Decoded::NeedMore) => {}
            }
            let room = match self.decoder.expected(READ_SIZE) {
                0 => UNKNOWN_SIZE,
                expected => expected,
            };
            match transport.poll_fill(cx, room) {
                Poll::Ready(Ok(1..)) => self.waiting = false,
                Poll::Ready(Ok(0)) if matches!(self.decoder, Decoder::UntilClose) => {
                    return Poll::Ready(None);
                }
                Poll::Ready(Ok(0) | Err(_)) => {
                    return Poll::Ready(Some(Err(UpstreamError::Aborted.into())));
                }
                Poll::Pending => {
                    if !self.waiting {
                        self.waiting = true;
                        transport
                            .timer
                            .set(Instant::now(), self.context.read_timeout);
                    }
                    return match transport.timer.poll_due(cx) {
                        Poll::Ready(()) => Poll::Ready(Some(Err(UpstreamError::Timeout.into()))),
                        Poll::Pending => Poll::Pending,
                    };
                }
            }
        }
    }

    /// Goes on with what the visitor still sends. A failure of it only costs the connection.
    fn poll_upload(&mut self, cx: &mut Context<'_>) {
        let (Some(upload), Some(transport)) = (&mut self.upload, &mut self.transport) else {
            return;
        };
        match upload.poll(cx, transport, self.context.first_byte_timeout) {
            Poll::Pending => {}
            Poll::Ready(Ok(())) => self.upload = None,
            Poll::Ready(Err(_)) => {
                self.upload = None;
                self.keep_alive = false;
            }
        }
    }

    fn finish(&mut self) {
        let Some(transport) = self.transport.take() else {
            return;
        };
        let reusable = self.keep_alive && self.upload.is_none() && transport.input.is_empty();
        if let (true, Some(home)) = (reusable, &self.home) {
            home.give_back(transport);
        }
    }
}

impl fmt::Debug for UpstreamBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpstreamBody")
            .field("decoder", &self.decoder)
            .finish_non_exhaustive()
    }
}
