//! One stream: what of its request has come, what may still come, and what may be sent
//! (RFC 9113 §5.1, §5.2). Streams that are closed are forgotten.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use http::HeaderMap;

/// How much of a request's content privet takes before somebody reads it, bytes: enough for an
/// upload at full speed over a continent.
pub(super) const WINDOW: u32 = 256 * 1024;
/// How much content that nobody wants any more is read before its stream is reset, bytes.
pub(super) const ENOUGH: usize = 64 * 1024;
/// Content up to this size is copied out of what was read, so that a few bytes don't keep a large
/// buffer.
const COPY_LIMIT: usize = 2 * 1024;
/// Copied content is gathered in pieces of this size, bytes.
const PIECE: usize = 16 * 1024;

/// A stream that is not closed.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) id: u32,
    /// What may be sent; less than nothing after a change of the client's settings.
    pub(super) send_window: i64,
    /// What the client may still send, and what of it was read and not given back yet.
    pub(super) receive_window: i64,
    pub(super) unreturned: u32,
    /// What came and was not read yet.
    content: VecDeque<BytesMut>,
    pub(super) trailers: Option<Box<HeaderMap>>,
    /// What is still to come by the request's `Content-Length`.
    pub(super) expected: Option<u64>,
    /// Whether the client's side is complete, and privet's.
    pub(super) has_ended: bool,
    pub(super) is_answered: bool,
    /// What came of content that nobody wants.
    pub(super) discarded: Option<usize>,
}

/// What is there of a request's content.
#[derive(Debug)]
pub(crate) enum Taken {
    Data(Bytes),
    Trailers(HeaderMap),
    End,
    /// Nothing yet.
    Nothing,
    /// Nor will anything come: the stream is no more.
    Gone,
}

impl Stream {
    pub(super) fn new(id: u32, send_window: i64, expected: Option<u64>, has_ended: bool) -> Self {
        Self {
            id,
            send_window,
            receive_window: i64::from(WINDOW),
            unreturned: 0,
            content: VecDeque::new(),
            trailers: None,
            expected,
            has_ended,
            is_answered: false,
            discarded: None,
        }
    }

    /// Takes content in.
    pub(super) fn append(&mut self, data: BytesMut) {
        if data.len() > COPY_LIMIT {
            return self.content.push_back(data);
        }
        match self.content.back_mut() {
            Some(last) if last.len() + data.len() <= PIECE => last.extend_from_slice(&data),
            _ if data.is_empty() => {}
            _ => self.content.push_back(BytesMut::from(&*data)),
        }
    }

    /// Drops what came, and returns how much it was.
    pub(super) fn clear(&mut self) -> usize {
        self.trailers = None;
        self.content.drain(..).map(|piece| piece.len()).sum()
    }

    /// Hands out what there is.
    pub(super) fn take(&mut self) -> Taken {
        if let Some(piece) = self.content.pop_front() {
            return Taken::Data(piece.freeze());
        }
        match self.trailers.take() {
            Some(trailers) => Taken::Trailers(*trailers),
            None if self.has_ended => Taken::End,
            None => Taken::Nothing,
        }
    }

    /// Notes that so much was read, and returns what is to be given back of the window now: in
    /// large portions, and nothing where nothing more comes.
    pub(super) fn give_back(&mut self, size: usize) -> Option<u32> {
        self.unreturned += u32::try_from(size).unwrap_or(u32::MAX);
        if self.has_ended || self.unreturned < WINDOW / 2 {
            return None;
        }
        let increment = std::mem::take(&mut self.unreturned);
        self.receive_window += i64::from(increment);
        Some(increment)
    }
}
