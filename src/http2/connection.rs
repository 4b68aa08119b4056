//! The state of a connection: its streams, its windows, and how it ends.
//!
//! It keeps nothing for streams that are closed but the numbers of a few that privet itself reset,
//! since frames of those may be on their way (RFC 9113 §5.1).

use std::collections::VecDeque;

use bytes::BytesMut;

use super::{
    block::Block,
    frame::{self, PREFACE, Reason},
    hpack::{Decoder, Encoder},
    request::RequestHead,
    stream::{ENOUGH, Stream, Taken, WINDOW},
};
use crate::http1::{HeadError, HeadLimits};

/// How much content of all requests together privet takes before somebody reads it, bytes.
const CONNECTION_WINDOW: u32 = 1024 * 1024;
/// What either side may send before it hears of another window (RFC 9113 §6.9.2).
const FIRST_WINDOW: u32 = 65_535;
/// How many streams that privet reset are remembered.
const REMEMBERED: usize = 64;
/// Written bytes that justify one WINDOW_UPDATE.
const WINDOW_SHARE: u64 = 1024;

const MAX_CONCURRENT_STREAMS: u16 = 3;
const INITIAL_WINDOW_SIZE: u16 = 4;
const MAX_HEADER_LIST_SIZE: u16 = 6;
/// RFC 9218 §2.1.
const NO_RFC7540_PRIORITIES: u16 = 9;

/// Pings of privet's own, by what they are for.
pub(super) const FAREWELL: [u8; 8] = *b"farewell";
const PRESENCE: [u8; 8] = *b"presence";

/// What a client may make of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Streams at a time.
    pub(crate) streams: u32,
    /// Each field section.
    pub(crate) head: HeadLimits,
}

/// What came.
#[derive(Debug)]
pub(crate) enum Event {
    /// A request; its content follows unless it has ended.
    Request {
        stream: u32,
        head: Box<RequestHead>,
        ended: bool,
    },
    /// A request that is to be answered with an error.
    Refused {
        stream: u32,
        error: HeadError,
        to_head: bool,
    },
    /// More content of a stream, its trailers, or its end.
    Content(u32),
    /// The stream is no more.
    Reset(u32),
    /// More may be sent on a stream.
    Window(u32),
    /// More may be sent on all streams.
    Windows,
    /// The client knows that the connection is about to end.
    Farewell,
}

/// See the module.
pub(crate) struct Connection {
    pub(super) bounds: Bounds,
    /// Whether the client's preface has come.
    pub(super) has_begun: bool,
    pub(super) has_settings: bool,
    pub(super) decoder: Decoder,
    pub(super) encoder: Encoder,
    /// By their numbers, which rise.
    pub(super) streams: Vec<Stream>,
    /// The highest number so far.
    pub(super) last: u32,
    /// The highest that is still served, once the connection is to end.
    pub(super) farewell: Option<u32>,
    pub(super) reset: VecDeque<u32>,
    /// The field block whose end has not come.
    pub(super) block: Option<Block>,
    pub(super) send_window: i64,
    pub(super) first_send_window: i64,
    receive_window: i64,
    unreturned: u32,
    /// Frames that cost more than who sends them, and WINDOW_UPDATEs.
    pub(super) costs: u64,
    pub(super) updates: u64,
    written: u64,
    /// What is to be written.
    pub(crate) output: Vec<u8>,
}

impl Connection {
    /// A connection whose output begins with privet's settings.
    pub(crate) fn new(bounds: Bounds) -> Self {
        let mut output = Vec::new();
        let list = u32::try_from(bounds.head.size).unwrap_or(u32::MAX);
        let settings = [
            (MAX_CONCURRENT_STREAMS, bounds.streams),
            (INITIAL_WINDOW_SIZE, WINDOW),
            (MAX_HEADER_LIST_SIZE, list),
            (NO_RFC7540_PRIORITIES, 1),
        ];
        frame::write_settings(&settings, &mut output);
        frame::write_window_update(0, CONNECTION_WINDOW - FIRST_WINDOW, &mut output);
        Self {
            bounds,
            has_begun: false,
            has_settings: false,
            decoder: Decoder::new(),
            encoder: Encoder::new(),
            streams: Vec::new(),
            last: 0,
            farewell: None,
            reset: VecDeque::new(),
            block: None,
            send_window: i64::from(FIRST_WINDOW),
            first_send_window: i64::from(FIRST_WINDOW),
            receive_window: i64::from(CONNECTION_WINDOW),
            unreturned: 0,
            costs: 0,
            updates: 0,
            written: 0,
            output,
        }
    }

    /// Takes the client's preface off `input`; true once it has come.
    pub(super) fn begin(&mut self, input: &mut BytesMut) -> Result<bool, Reason> {
        let known = input.len().min(PREFACE.len());
        if input.get(..known) != PREFACE.get(..known) {
            return Err(Reason::Protocol);
        }
        self.has_begun = known == PREFACE.len();
        if self.has_begun {
            let _ = input.split_to(known);
        }
        Ok(self.has_begun)
    }

    /// Whether nothing is in progress.
    pub(crate) fn is_idle(&self) -> bool {
        self.streams.is_empty()
    }

    /// Whether a request or its beginning waits for more bytes than have come of it. `input` is
    /// what was received and not understood.
    pub(crate) fn is_halfway(&self, input: &[u8]) -> bool {
        self.block.is_some()
            || input
                .get(3)
                .map_or(!input.is_empty(), |kind| !self.has_begun || *kind != 0)
    }

    /// Whether more came than `most` frames that cost more than who sends them.
    pub(crate) fn is_flooded(&self, most: u32) -> bool {
        let justified = self.written / WINDOW_SHARE;
        self.costs + self.updates.saturating_sub(justified) > u64::from(most)
    }

    /// Counts anew: a period is over.
    pub(crate) fn forgive(&mut self) {
        (self.costs, self.updates, self.written) = (0, 0, 0);
    }

    /// Notes that so much of the output was written.
    pub(crate) fn note_written(&mut self, size: usize) {
        self.written += size as u64;
    }

    pub(super) fn find(&mut self, id: u32) -> Option<&mut Stream> {
        let place = self.streams.binary_search_by_key(&id, |stream| stream.id);
        self.streams.get_mut(place.ok()?)
    }

    /// Whether the stream is not closed.
    pub(crate) fn holds(&self, id: u32) -> bool {
        let place = self.streams.binary_search_by_key(&id, |stream| stream.id);
        place.is_ok()
    }

    /// Hands out what is there of a request's content, and lets the client send as much again.
    pub(crate) fn take_content(&mut self, id: u32) -> Taken {
        let Some(stream) = self.find(id) else {
            return Taken::Gone;
        };
        let taken = stream.take();
        if let Taken::Data(data) = &taken {
            let size = data.len();
            if let Some(increment) = stream.give_back(size) {
                frame::write_window_update(id, increment, &mut self.output);
            }
            self.give_back(size);
        }
        taken
    }

    /// Nobody wants the rest of a request's content.
    pub(crate) fn discard(&mut self, id: u32) {
        let Some(stream) = self.find(id).filter(|stream| stream.discarded.is_none()) else {
            return;
        };
        stream.discarded = Some(0);
        let size = stream.clear();
        let increment = stream.give_back(size);
        if let Some(increment) = increment {
            frame::write_window_update(id, increment, &mut self.output);
        }
        self.give_back(size);
    }

    /// The response is complete. True if more of the request's content may come, which is read for
    /// a while.
    pub(crate) fn leave_over(&mut self, id: u32) -> bool {
        self.discard(id);
        let discarded = self.find(id).map(|stream| stream.discarded);
        if discarded >= Some(Some(ENOUGH)) {
            self.reset(id, Reason::No);
        }
        self.holds(id)
    }

    /// Resets a stream, if it is not closed.
    pub(crate) fn reset(&mut self, id: u32, reason: Reason) {
        if self.holds(id) {
            self.refuse(id, reason);
            self.forget(id);
        }
    }

    /// Tells the client that a stream is none, and remembers that.
    pub(super) fn refuse(&mut self, id: u32, reason: Reason) {
        frame::write_reset(id, reason, &mut self.output);
        if self.reset.len() >= REMEMBERED {
            self.reset.pop_front();
        }
        self.reset.push_back(id);
    }

    /// Drops a stream and what it holds.
    pub(super) fn forget(&mut self, id: u32) {
        let place = self.streams.binary_search_by_key(&id, |stream| stream.id);
        if let Ok(place) = place {
            let size = self.streams.remove(place).clear();
            self.give_back(size);
        }
    }

    /// Charges what came to the connection's window.
    pub(super) fn charge(&mut self, size: usize) -> Result<(), Reason> {
        self.receive_window -= i64::try_from(size).unwrap_or(i64::MAX);
        (self.receive_window >= 0)
            .then_some(())
            .ok_or(Reason::FlowControl)
    }

    /// Lets the client send so much again.
    pub(super) fn give_back(&mut self, size: usize) {
        self.unreturned += u32::try_from(size).unwrap_or_default();
        if self.unreturned >= CONNECTION_WINDOW / 2 {
            let increment = std::mem::take(&mut self.unreturned);
            self.receive_window += i64::from(increment);
            frame::write_window_update(0, increment, &mut self.output);
        }
    }

    /// Asks for a sign of life.
    pub(crate) fn ask_presence(&mut self) {
        frame::write_ping(0, PRESENCE, &mut self.output);
    }

    /// Announces the end. What the client has sent by the time it hears of it is still served
    /// (RFC 9113 §6.8).
    pub(crate) fn announce_end(&mut self) {
        frame::write_go_away(0x7fff_ffff, Reason::No, &mut self.output);
        frame::write_ping(0, FAREWELL, &mut self.output);
    }

    /// Takes no further request.
    pub(crate) fn end(&mut self) {
        if self.farewell.is_none() {
            self.farewell = Some(self.last);
            frame::write_go_away(self.last, Reason::No, &mut self.output);
        }
    }

    /// Whether no further request is taken.
    pub(crate) fn is_ending(&self) -> bool {
        self.farewell.is_some()
    }

    /// Says why the connection ends at once.
    pub(crate) fn fail(&mut self, reason: Reason) {
        frame::write_go_away(self.last, reason, &mut self.output);
    }

    /// Gives back what an idle connection needs not.
    pub(crate) fn rest(&mut self) {
        /// Small buffers stay: the next request mostly comes soon.
        const KEPT: usize = 2 * 1024;
        if self.output.is_empty() && self.output.capacity() > KEPT {
            self.output = Vec::new();
        }
        if self.streams.is_empty() && self.streams.capacity() > 8 {
            self.streams = Vec::new();
        }
        self.decoder.rest();
    }
}
