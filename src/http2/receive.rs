//! From bytes to frames to events (RFC 9113 §4, §6.1).

use bytes::{Buf, BytesMut};

use super::{
    block::without_padding,
    connection::{Connection, Event},
    frame::{END_STREAM, FrameHead, HEAD, Kind, MOST_PAYLOAD, Reason},
    stream::ENOUGH,
};

impl Connection {
    /// Takes the next event off `input`; `None` if it takes more bytes. An error ends the
    /// connection.
    ///
    /// A call reads one frame at most beyond what makes no event, so that a caller can see after
    /// each of them whether there are too many.
    pub(crate) fn receive(&mut self, input: &mut BytesMut) -> Result<Received, Reason> {
        if !self.has_begun && !self.begin(input)? {
            return Ok(Received::NeedMore);
        }
        let Some(head) = FrameHead::parse(input) else {
            return Ok(Received::NeedMore);
        };
        if head.length > MOST_PAYLOAD {
            return Err(Reason::FrameSize);
        }
        self.is_in_order(head)?;
        let end = HEAD + head.length;
        if input.len() < end {
            return Ok(Received::NeedMore);
        }
        self.count(head);
        let event = if head.kind == Kind::Data {
            input.advance(HEAD);
            let payload = input.split_to(head.length);
            self.on_data(head, payload)?
        } else {
            let event = self.on_frame(head, input.get(HEAD..end).unwrap_or_default())?;
            input.advance(end);
            event
        };
        Ok(event.map_or(Received::Frame, Received::Event))
    }

    /// How long the frame is that `input` begins with, if that is known yet.
    pub(crate) fn expected(&self, input: &[u8]) -> usize {
        let head = FrameHead::parse(input).filter(|_| self.has_begun);
        head.map_or(HEAD, |head| HEAD + head.length)
    }

    /// The first frame is SETTINGS (RFC 9113 §3.4), and nothing comes between a block's parts
    /// (§6.10).
    fn is_in_order(&self, head: FrameHead) -> Result<(), Reason> {
        let fits = match &self.block {
            Some(block) => head.kind == Kind::Continuation && head.stream == block.stream,
            None => head.kind != Kind::Continuation && (self.has_settings || is_settings(head)),
        };
        fits.then_some(()).ok_or(Reason::Protocol)
    }

    /// A few bytes of these cost the receiver far more than the sender (CVE-2019-9512 to 9518,
    /// CVE-2023-44487, CVE-2024-27316; RFC 9113 §10.5).
    fn count(&mut self, head: FrameHead) {
        match head.kind {
            Kind::Data if head.length > 0 || head.has(END_STREAM) => {}
            // Bounded by the number of streams.
            Kind::Headers => {}
            Kind::WindowUpdate => self.updates += 1,
            _ => self.costs += 1,
        }
    }

    fn on_frame(&mut self, head: FrameHead, payload: &[u8]) -> Result<Option<Event>, Reason> {
        match head.kind {
            Kind::Headers => self.on_headers(head, payload),
            Kind::Continuation => self.on_continuation(head, payload),
            Kind::Settings => self.on_settings(head, payload),
            Kind::Ping => self.on_ping(head, payload),
            Kind::WindowUpdate => self.on_window_update(head, payload),
            Kind::Reset => self.on_reset(head, payload),
            Kind::Priority => self.on_priority(head, payload).map(|()| None),
            Kind::GoAway => Self::on_go_away(head, payload).map(|()| None),
            // A client can't push (RFC 9113 §8.4).
            Kind::Push => Err(Reason::Protocol),
            Kind::Data | Kind::Unknown => Ok(None),
        }
    }

    fn on_data(&mut self, head: FrameHead, mut payload: BytesMut) -> Result<Option<Event>, Reason> {
        let id = head.stream;
        self.is_known_to_flow(head)?;
        let size = payload.len();
        let length = without_padding(head, &payload)?.len();
        let padding = size - length;
        let Some(stream) = self.find(id) else {
            return Ok(self.on_stray_data(id, size));
        };
        if stream.has_ended {
            self.give_back(size);
            return Ok(Some(self.violated(id, Reason::StreamClosed)));
        }
        stream.receive_window -= i64::try_from(size).unwrap_or(i64::MAX);
        let expected = stream.expected.map(|left| left.checked_sub(length as u64));
        let ends = head.has(END_STREAM);
        let reason = match expected {
            _ if stream.receive_window < 0 => Some(Reason::FlowControl),
            Some(None) => Some(Reason::Protocol),
            Some(Some(1..)) if ends => Some(Reason::Protocol),
            _ => None,
        };
        if let Some(reason) = reason {
            self.give_back(size);
            return Ok(Some(self.violated(id, reason)));
        }
        stream.expected = expected.flatten();
        let discarded = stream.discarded.as_mut().map(|discarded| {
            *discarded += length;
            *discarded
        });
        let returned = match discarded {
            // Nothing is given back any more, so that no more can come than the window has left.
            Some(ENOUGH..) => None,
            Some(_) => stream.give_back(size),
            None => {
                if padding > 0 {
                    payload.advance(1);
                    payload.truncate(length);
                }
                stream.append(payload);
                stream.give_back(padding)
            }
        };
        let is_enough = discarded >= Some(ENOUGH) && stream.is_answered;
        if let Some(increment) = returned.filter(|_| !ends) {
            super::frame::write_window_update(id, increment, &mut self.output);
        }
        self.give_back(if discarded.is_some() { size } else { padding });
        if ends {
            return Ok(Some(self.on_end(id)));
        }
        if is_enough {
            self.reset(id, Reason::No);
        }
        Ok((discarded.is_none() && length > 0).then_some(Event::Content(id)))
    }

    fn is_known_to_flow(&mut self, head: FrameHead) -> Result<(), Reason> {
        self.is_known(head.stream)?;
        self.charge(head.length)
    }

    /// Content of a stream that is closed (RFC 9113 §5.1).
    fn on_stray_data(&mut self, id: u32, size: usize) -> Option<Event> {
        self.give_back(size);
        let is_late = self.reset.contains(&id) || self.farewell.is_some_and(|last| id > last);
        if !is_late {
            self.costs += 1;
            self.refuse(id, Reason::StreamClosed);
        }
        None
    }
}

/// What a call brought.
#[derive(Debug)]
pub(crate) enum Received {
    Event(Event),
    /// A frame that makes no event.
    Frame,
    NeedMore,
}

fn is_settings(head: FrameHead) -> bool {
    head.kind == Kind::Settings && !head.has(super::frame::ACK)
}
