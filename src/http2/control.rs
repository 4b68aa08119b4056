//! Frames that say something of a connection or a stream: SETTINGS, PING, WINDOW_UPDATE,
//! RST_STREAM, PRIORITY, GOAWAY (RFC 9113 §6.3–6.9).

use super::{
    connection::{Connection, Event, FAREWELL},
    frame::{self, ACK, FrameHead, MOST_WINDOW, Reason},
};

const HEADER_TABLE_SIZE: u16 = 1;
const ENABLE_PUSH: u16 = 2;
const INITIAL_WINDOW_SIZE: u16 = 4;
const MAX_FRAME_SIZE: u16 = 5;

impl Connection {
    pub(super) fn on_settings(
        &mut self,
        head: FrameHead,
        payload: &[u8],
    ) -> Result<Option<Event>, Reason> {
        if head.stream != 0 {
            return Err(Reason::Protocol);
        }
        if head.has(ACK) {
            return payload.is_empty().then_some(None).ok_or(Reason::FrameSize);
        }
        let (settings, rest) = payload.as_chunks::<6>();
        if !rest.is_empty() {
            return Err(Reason::FrameSize);
        }
        let mut widened = false;
        for [a, b, c, d, e, f] in settings {
            let value = u32::from_be_bytes([*c, *d, *e, *f]);
            match u16::from_be_bytes([*a, *b]) {
                HEADER_TABLE_SIZE => {
                    let size = usize::try_from(value).unwrap_or(usize::MAX);
                    self.encoder.allow(size);
                }
                ENABLE_PUSH if value > 1 => return Err(Reason::Protocol),
                INITIAL_WINDOW_SIZE => widened |= self.on_first_window(i64::from(value))?,
                // privet never sends more than the least that may be allowed.
                MAX_FRAME_SIZE if !(16_384..=16_777_215).contains(&value) => {
                    return Err(Reason::Protocol);
                }
                _ => {}
            }
        }
        self.has_settings = true;
        frame::write_settings_ack(&mut self.output);
        Ok(widened.then_some(Event::Windows))
    }

    /// Changes what may be sent on each stream (RFC 9113 §6.9.2); true if it became more.
    fn on_first_window(&mut self, size: i64) -> Result<bool, Reason> {
        if size > MOST_WINDOW {
            return Err(Reason::FlowControl);
        }
        let change = size - self.first_send_window;
        self.first_send_window = size;
        for stream in &mut self.streams {
            stream.send_window += change;
            if stream.send_window > MOST_WINDOW {
                return Err(Reason::FlowControl);
            }
        }
        Ok(change > 0)
    }

    pub(super) fn on_ping(
        &mut self,
        head: FrameHead,
        payload: &[u8],
    ) -> Result<Option<Event>, Reason> {
        if head.stream != 0 {
            return Err(Reason::Protocol);
        }
        let payload: [u8; 8] = payload.try_into().map_err(|_| Reason::FrameSize)?;
        if head.has(ACK) {
            return Ok((payload == FAREWELL).then_some(Event::Farewell));
        }
        frame::write_ping(ACK, payload, &mut self.output);
        Ok(None)
    }

    pub(super) fn on_window_update(
        &mut self,
        head: FrameHead,
        payload: &[u8],
    ) -> Result<Option<Event>, Reason> {
        let increment: [u8; 4] = payload.try_into().map_err(|_| Reason::FrameSize)?;
        let increment = i64::from(u32::from_be_bytes(increment) & 0x7fff_ffff);
        let id = head.stream;
        if id == 0 {
            if increment == 0 {
                return Err(Reason::Protocol);
            }
            let was_shut = self.send_window <= 0;
            self.send_window += increment;
            if self.send_window > MOST_WINDOW {
                return Err(Reason::FlowControl);
            }
            return Ok(was_shut.then_some(Event::Windows));
        }
        self.is_known(id)?;
        let Some(stream) = self.find(id) else {
            return Ok(None);
        };
        if increment == 0 {
            return Ok(Some(self.violated(id, Reason::Protocol)));
        }
        stream.send_window += increment;
        if stream.send_window > MOST_WINDOW {
            return Ok(Some(self.violated(id, Reason::FlowControl)));
        }
        Ok(Some(Event::Window(id)))
    }

    pub(super) fn on_reset(
        &mut self,
        head: FrameHead,
        payload: &[u8],
    ) -> Result<Option<Event>, Reason> {
        if payload.len() != 4 {
            return Err(Reason::FrameSize);
        }
        let id = head.stream;
        self.is_known(id)?;
        if !self.holds(id) {
            return Ok(None);
        }
        self.forget(id);
        Ok(Some(Event::Reset(id)))
    }

    pub(super) fn on_priority(&mut self, head: FrameHead, payload: &[u8]) -> Result<(), Reason> {
        if head.stream == 0 {
            return Err(Reason::Protocol);
        }
        if payload.len() != 5 {
            // An error of the stream's (RFC 9113 §6.3), if it is one.
            if self.holds(head.stream) {
                return Err(Reason::FrameSize);
            }
        }
        Ok(())
    }

    /// The client takes no more responses to requests that it has not made: there are none, as
    /// privet pushes nothing.
    pub(super) fn on_go_away(head: FrameHead, payload: &[u8]) -> Result<(), Reason> {
        match (head.stream, payload.len()) {
            (0, 8..) => Ok(()),
            (0, _) => Err(Reason::FrameSize),
            _ => Err(Reason::Protocol),
        }
    }

    /// Whether a stream with that number has begun; an error if not, or if it can't (RFC 9113
    /// §5.1).
    pub(super) fn is_known(&self, id: u32) -> Result<(), Reason> {
        let known = id <= self.last && !id.is_multiple_of(2);
        known.then_some(()).ok_or(Reason::Protocol)
    }
}
