//! A visitor's HTTP/1.1 connection as bytes: what was read, what is to be written, and how long
//! each may take. It holds no buffer while it idles.

use std::{
    cell::RefCell,
    future::poll_fn,
    io,
    mem::MaybeUninit,
    pin::{Pin, pin},
    rc::Rc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf},
    time::Instant,
};

use crate::{
    http1::{ContentError, Decoded, Decoder},
    upstream::{ContentFailure, Timer},
};

/// One read of a head, bytes; also how much of a next, pipelined request is read ahead.
const HEAD_ROOM: usize = 4 * 1024;
/// One read of content, bytes.
const CONTENT_ROOM: usize = 32 * 1024;

/// See the module.
#[derive(Debug)]
pub(super) struct Wire<S> {
    pub(super) stream: S,
    pub(super) input: BytesMut,
    pub(super) output: Vec<u8>,
    /// Reads the content of the request in progress.
    pub(super) decoder: Decoder,
    /// Whether the visitor waits for `100 Continue` before it sends content.
    pub(super) continue_due: bool,
    pub(super) timer: Timer,
}

/// A connection that its response and its request's content both hold.
pub(super) type SharedWire<S> = Rc<RefCell<Wire<S>>>;

/// Bounds on what a visitor may take to accept a response.
#[derive(Clone, Copy, Debug)]
pub(super) struct WritePace {
    pub(super) timeout: Duration,
    /// Bytes that must be taken within `timeout` while some are waiting.
    pub(super) least: u64,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub(super) fn new(stream: S) -> Self {
        Self {
            stream,
            input: BytesMut::new(),
            output: Vec::new(),
            decoder: Decoder::Length(0),
            continue_due: false,
            timer: Timer::new(),
        }
    }

    /// Reads into the input what is there; 0 at the end. The buffer is made once bytes are there.
    pub(super) fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut room = [const { MaybeUninit::<u8>::uninit() }; HEAD_ROOM];
        let mut room = ReadBuf::uninit(&mut room);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut room))?;
        self.input.extend_from_slice(room.filled());
        Poll::Ready(Ok(room.filled().len()))
    }

    fn poll_fill_content(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let room = self.decoder.expected(CONTENT_ROOM).max(HEAD_ROOM);
        self.input.reserve(room);
        pin!(self.stream.read_buf(&mut self.input)).poll(cx)
    }

    /// Ready once the visitor has gone away. Reads ahead a little, and only once the request in
    /// progress is complete.
    pub(super) fn poll_gone(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while self.decoder.is_done() && self.input.len() < HEAD_ROOM {
            match ready!(self.poll_fill(cx)) {
                Ok(1..) => {}
                Ok(0) | Err(_) => return Poll::Ready(()),
            }
        }
        Poll::Pending
    }

    /// The next piece of the request's content.
    fn poll_content(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ContentFailure>>> {
        loop {
            match self.decoder.decode(&mut self.input) {
                Ok(Decoded::End) => return Poll::Ready(None),
                Ok(Decoded::Data(data)) => return Poll::Ready(Some(Ok(Frame::data(data)))),
                Ok(Decoded::Trailers(trailers)) => {
                    return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
                }
                Ok(Decoded::NeedMore) => {}
                Err(ContentError::Malformed) => {
                    return Poll::Ready(Some(Err(ContentFailure::Malformed)));
                }
                Err(ContentError::TooLarge) => {
                    return Poll::Ready(Some(Err(ContentFailure::TooLarge)));
                }
            }
            if self.continue_due {
                self.continue_due = false;
                self.output
                    .extend_from_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
            }
            if !self.output.is_empty() {
                // Only the few bytes above can be waiting here, so no bound on time is needed
                // beyond that of the content itself.
                let flushed = ready!(self.poll_write_output(cx)).and_then(|()| Ok(()));
                if flushed.is_err() {
                    return Poll::Ready(Some(Err(ContentFailure::Gone)));
                }
            }
            match ready!(self.poll_fill_content(cx)) {
                Ok(1..) => {}
                Ok(0) | Err(_) => return Poll::Ready(Some(Err(ContentFailure::Gone))),
            }
        }
    }

    fn poll_write_output(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut written = 0;
        while let Some(rest @ [_, ..]) = self.output.get(written..) {
            match Pin::new(&mut self.stream).poll_write(cx, rest) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(count)) => written += count,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => {
                    self.output.drain(..written);
                    return Poll::Pending;
                }
            }
        }
        self.output.clear();
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    /// Gives back what an idle connection needs not. Small buffers stay: the next request mostly
    /// comes soon and fits them.
    pub(super) fn rest(&mut self) {
        const KEPT: usize = 2 * 1024;
        if self.output.capacity() > KEPT {
            self.output = Vec::new();
        }
        if self.input.is_empty() && self.input.capacity() > KEPT {
            self.input = BytesMut::new();
        }
    }
}

/// Writes the output and then `piece`, and flushes both.
pub(super) async fn write_all<S: AsyncRead + AsyncWrite + Unpin>(
    wire: &SharedWire<S>,
    piece: &[u8],
    pace: WritePace,
) -> io::Result<()> {
    let mut output = std::mem::take(&mut wire.borrow_mut().output);
    let (mut rest, mut next) = (output.as_slice(), Some(piece));
    let mut window: Option<u64> = None;
    let written = poll_fn(|cx| {
        let mut wire = wire.borrow_mut();
        loop {
            let step = if rest.is_empty() {
                match next.take() {
                    Some(piece) => {
                        rest = piece;
                        continue;
                    }
                    None => Pin::new(&mut wire.stream).poll_flush(cx).map_ok(|()| 0),
                }
            } else {
                Pin::new(&mut wire.stream).poll_write(cx, rest)
            };
            match step {
                Poll::Ready(Ok(0)) if rest.is_empty() => return Poll::Ready(Ok(())),
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(count)) => {
                    rest = rest.get(count..).unwrap_or_default();
                    window = window.map(|taken| taken + count as u64);
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return poll_pace(&mut wire.timer, &mut window, pace, cx),
            }
        }
    })
    .await;
    output.clear();
    let mut wire = wire.borrow_mut();
    if wire.output.capacity() == 0 && output.capacity() <= CONTENT_ROOM {
        wire.output = output;
    }
    written
}

/// Ready, with an error, once a visitor took too little for a whole period.
pub(super) fn poll_pace(
    timer: &mut Timer,
    window: &mut Option<u64>,
    pace: WritePace,
    cx: &mut Context<'_>,
) -> Poll<io::Result<()>> {
    if window.is_none() {
        *window = Some(0);
        timer.set(Instant::now(), pace.timeout);
    }
    loop {
        ready!(timer.poll_due(cx));
        if window.is_none_or(|taken| taken < pace.least) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        *window = Some(0);
        timer.set(Instant::now(), pace.timeout);
    }
}

/// The content of the request in progress, as the exchange reads it.
pub(super) struct WireContent<S>(pub(super) SharedWire<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> Body for WireContent<S> {
    type Data = Bytes;
    type Error = ContentFailure;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ContentFailure>>> {
        self.0.borrow_mut().poll_content(cx)
    }
}
