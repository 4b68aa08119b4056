//! Field blocks: from HEADERS and CONTINUATION to a request or its trailers (RFC 9113 §4.3, §6.2,
//! §6.10).
//!
//! Every block is decoded, also those of requests that are refused, as the compression's state is
//! the connection's. One that is continued beyond all measure ends the connection instead
//! (CVE-2024-27316).

use super::{
    connection::{Connection, Event},
    frame::{END_HEADERS, END_STREAM, FrameHead, MOST_PAYLOAD, PADDED, PRIORITY, Reason},
    request::{Flaw, Section},
    stream::Stream,
};

/// A block whose end has not come.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) stream: u32,
    ends: bool,
    bytes: Vec<u8>,
}

/// Takes padding off (RFC 9113 §6.1); an error where there is more of it than payload.
pub(super) fn without_padding(head: FrameHead, payload: &[u8]) -> Result<&[u8], Reason> {
    if !head.has(PADDED) {
        return Ok(payload);
    }
    let (length, rest) = payload.split_first().ok_or(Reason::FrameSize)?;
    let size = rest.len().checked_sub(usize::from(*length));
    size.and_then(|size| rest.get(..size))
        .ok_or(Reason::Protocol)
}

impl Connection {
    pub(super) fn on_headers(
        &mut self,
        head: FrameHead,
        payload: &[u8],
    ) -> Result<Option<Event>, Reason> {
        if head.stream.is_multiple_of(2) {
            return Err(Reason::Protocol);
        }
        let mut fragment = without_padding(head, payload)?;
        if head.has(PRIORITY) {
            let (_, rest) = fragment.split_at_checked(5).ok_or(Reason::FrameSize)?;
            fragment = rest;
        }
        let ends = head.has(END_STREAM);
        if head.has(END_HEADERS) {
            return self.on_block(head.stream, ends, fragment);
        }
        self.block = Some(Block {
            stream: head.stream,
            ends,
            bytes: fragment.to_vec(),
        });
        Ok(None)
    }

    pub(super) fn on_continuation(
        &mut self,
        head: FrameHead,
        payload: &[u8],
    ) -> Result<Option<Event>, Reason> {
        let mut block = self.block.take().ok_or(Reason::Protocol)?;
        // A block is hardly larger than what it says; one frame more tells a large one from an
        // endless one.
        if block.bytes.len() + payload.len() > self.bounds.head.size + MOST_PAYLOAD {
            return Err(Reason::EnhanceYourCalm);
        }
        block.bytes.extend_from_slice(payload);
        if !head.has(END_HEADERS) {
            self.block = Some(block);
            return Ok(None);
        }
        self.on_block(block.stream, block.ends, &block.bytes)
    }

    fn on_block(&mut self, id: u32, ends: bool, block: &[u8]) -> Result<Option<Event>, Reason> {
        let mut section = Section::new(self.bounds.head);
        self.decoder
            .decode(block, |field, size| section.take(field, size))
            .map_err(|_| Reason::Compression)?;
        if id > self.last {
            self.last = id;
            return Ok(self.on_request(id, ends, section));
        }
        if self.holds(id) {
            return Ok(self.on_trailers(id, ends, section));
        }
        self.costs += 1;
        if self.reset.contains(&id) || self.farewell.is_some_and(|last| id > last) {
            return Ok(None);
        }
        // Numbers rise (RFC 9113 §5.1.1).
        Err(Reason::StreamClosed)
    }

    fn on_request(&mut self, id: u32, ends: bool, section: Section) -> Option<Event> {
        if self.farewell.is_some_and(|last| id > last) {
            return None;
        }
        let most = usize::try_from(self.bounds.streams).unwrap_or(usize::MAX);
        if self.streams.len() >= most {
            self.costs += 1;
            self.refuse(id, Reason::RefusedStream);
            return None;
        }
        let to_head = section.is_to_head();
        let head = section.into_head(ends);
        if matches!(head, Err(Flaw::Malformed)) {
            self.costs += 1;
            self.refuse(id, Reason::Protocol);
            return None;
        }
        let length = head.as_ref().map_or(None, |head| head.length);
        let window = self.first_send_window;
        self.streams.push(Stream::new(id, window, length, ends));
        Some(match head {
            Ok(head) => Event::Request {
                stream: id,
                head: Box::new(head),
                ended: ends,
            },
            Err(Flaw::Refused(error)) => Event::Refused {
                stream: id,
                error,
                to_head,
            },
            Err(Flaw::Malformed) => return None,
        })
    }

    fn on_trailers(&mut self, id: u32, ends: bool, section: Section) -> Option<Event> {
        let stream = self.find(id)?;
        if stream.has_ended {
            return Some(self.violated(id, Reason::StreamClosed));
        }
        let is_short = stream.expected.is_some_and(|expected| expected > 0);
        let trailers = section.into_trailers();
        let Some(trailers) = trailers.filter(|_| ends && !is_short) else {
            return Some(self.violated(id, Reason::Protocol));
        };
        if stream.discarded.is_none() && !trailers.is_empty() {
            stream.trailers = Some(Box::new(trailers));
        }
        Some(self.on_end(id))
    }

    /// Notes that the client's side of a stream is complete.
    pub(super) fn on_end(&mut self, id: u32) -> Event {
        if let Some(stream) = self.find(id) {
            stream.has_ended = true;
            if stream.is_answered {
                self.forget(id);
            }
        }
        Event::Content(id)
    }

    /// Resets a stream that the client made a mess of.
    pub(super) fn violated(&mut self, id: u32, reason: Reason) -> Event {
        self.costs += 1;
        self.reset(id, reason);
        Event::Reset(id)
    }
}
