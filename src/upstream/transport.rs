//! Bytes to and from one website: what is still to be written, what was read, and the request's
//! content that is on its way.

use std::{
    io,
    mem::MaybeUninit,
    pin::{Pin, pin},
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Buf, Bytes, BytesMut};
use http_body::Body;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf},
    time::Instant,
};

use super::{
    error::{ContentFailure, ExchangeError, UpstreamError},
    stream::Stream,
    timer::Timer,
};
use crate::http1::{LAST_CHUNK, write_chunk_size, write_trailers};

/// A request's content as it comes from the visitor.
pub(crate) type BoxContent = Pin<Box<dyn Body<Data = Bytes, Error = ContentFailure>>>;

/// Content up to this size is copied behind the head, so that both leave in one write.
const COPY_LIMIT: usize = 8 * 1024;

/// Room for one read of a small answer, and of a large one, bytes.
const SMALL_ROOM: usize = 8 * 1024;
const LARGE_ROOM: usize = 16 * 1024;

/// One connection to a website.
#[derive(Debug)]
pub(crate) struct Transport {
    pub(super) stream: Stream,
    pub(super) input: BytesMut,
    pub(super) output: Vec<u8>,
    written: usize,
    piece: Bytes,
    /// What the last read of an answer's beginning brought, bytes.
    last_read: usize,
    pub(super) timer: Timer,
}

impl Transport {
    pub(super) fn new(stream: Stream) -> Self {
        Self {
            stream,
            input: BytesMut::new(),
            output: Vec::new(),
            written: 0,
            piece: Bytes::new(),
            last_read: 0,
            timer: Timer::new(),
        }
    }

    /// Reads what is there of an answer's beginning; 0 at the end.
    ///
    /// Most answers are small: they are read onto the stack, and the buffer is made as large as
    /// they are. A connection whose last answer was large reads into a large buffer at once.
    pub(super) fn poll_fill_head(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let count = if self.last_read > SMALL_ROOM / 2 {
            ready!(self.poll_fill(cx, LARGE_ROOM))?
        } else {
            let mut room = [const { MaybeUninit::<u8>::uninit() }; SMALL_ROOM];
            let mut room = ReadBuf::uninit(&mut room);
            ready!(Pin::new(&mut self.stream).poll_read(cx, &mut room))?;
            self.input.extend_from_slice(room.filled());
            room.filled().len()
        };
        self.last_read = count;
        Poll::Ready(Ok(count))
    }

    /// Reads what is there; 0 at the end.
    pub(super) fn poll_fill(
        &mut self,
        cx: &mut Context<'_>,
        room: usize,
    ) -> Poll<io::Result<usize>> {
        self.input.reserve(room);
        pin!(self.stream.read_buf(&mut self.input)).poll(cx)
    }

    /// Writes what is to be written. Ready once all of it left.
    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest @ [_, ..]) = self.output.get(self.written..) {
            match ready!(Pin::new(&mut self.stream).poll_write(cx, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                count => self.written += count,
            }
        }
        self.output.clear();
        self.written = 0;
        while !self.piece.is_empty() {
            match ready!(Pin::new(&mut self.stream).poll_write(cx, &self.piece))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                count => self.piece.advance(count),
            }
        }
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    /// Gives back large buffers before the connection idles.
    pub(super) fn rest(&mut self) {
        const KEPT: usize = 16 * 1024;
        if self.input.capacity() > KEPT {
            self.input = BytesMut::new();
        }
        if self.output.capacity() > KEPT {
            self.output = Vec::new();
        }
        self.piece = Bytes::new();
    }
}

/// A request's content on its way to the website.
pub(super) struct Upload {
    content: BoxContent,
    chunked: bool,
    read: bool,
}

impl Upload {
    pub(super) fn new(content: BoxContent, chunked: bool) -> Self {
        Self {
            content,
            chunked,
            read: false,
        }
    }

    /// Ready once everything was written. While the website takes nothing, `timeout` runs; while
    /// the visitor sends nothing, the content's own time limit does.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        transport: &mut Transport,
        timeout: Duration,
    ) -> Poll<Result<(), ExchangeError>> {
        loop {
            let flushed = transport.poll_flush(cx);
            let Poll::Ready(flushed) = flushed else {
                return match transport.timer.poll_due(cx) {
                    Poll::Ready(()) => Poll::Ready(Err(UpstreamError::Timeout.into())),
                    Poll::Pending => Poll::Pending,
                };
            };
            flushed.map_err(|_| UpstreamError::Closed)?;
            transport.timer.set(Instant::now(), timeout);
            if self.read {
                return Poll::Ready(Ok(()));
            }
            let frame = ready!(self.content.as_mut().poll_frame(cx));
            match frame.transpose().map_err(ExchangeError::Content)? {
                Some(frame) => self.append(frame, transport),
                None => {
                    self.read = true;
                    if self.chunked {
                        transport.output.extend_from_slice(LAST_CHUNK);
                    }
                }
            }
        }
    }

    fn append(&mut self, frame: http_body::Frame<Bytes>, transport: &mut Transport) {
        let data = match frame.into_data() {
            Ok(data) => data,
            Err(frame) => {
                if let (true, Ok(trailers)) = (self.chunked, frame.into_trailers()) {
                    write_trailers(&trailers, &mut transport.output);
                    self.read = true;
                }
                return;
            }
        };
        if data.is_empty() {
            return;
        }
        if self.chunked {
            write_chunk_size(data.len(), &mut transport.output);
        }
        if data.len() <= COPY_LIMIT || self.chunked {
            transport.output.extend_from_slice(&data);
        } else {
            transport.piece = data;
        }
        if self.chunked {
            transport.output.extend_from_slice(b"\r\n");
        }
    }
}
