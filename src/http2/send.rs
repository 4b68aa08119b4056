//! Responses on their way out (RFC 9113 §8.1): a head, content as far as the windows let it, and
//! the end. All streams write into one output, which leaves as one.

use http::{HeaderMap, HeaderName, StatusCode, header};

use super::{
    connection::Connection,
    frame::{self, END_HEADERS, END_STREAM, HEAD, Kind, MOST_PAYLOAD},
    hpack::Encoder,
};
use crate::privacy::{FieldLines, FieldValue, is_connection_specific};

/// A response's head.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ResponseLines<'a> {
    pub(crate) status: StatusCode,
    pub(crate) fields: &'a FieldLines,
    /// Values of `Set-Cookie` lines that follow.
    pub(crate) cookies: &'a [FieldValue],
}

impl Connection {
    /// Writes a response's head; `ends` says that nothing follows it.
    pub(crate) fn respond(&mut self, id: u32, response: &ResponseLines<'_>, ends: bool) {
        let fields = response.fields.iter();
        let cookies = response.cookies.iter();
        let cookies = cookies.map(|value| (&header::SET_COOKIE, value));
        let status = Some(response.status);
        self.write_block(id, status, fields.chain(cookies), ends);
    }

    /// Writes a trailer section, and ends the response with it.
    pub(crate) fn send_trailers(&mut self, id: u32, trailers: &HeaderMap) {
        let lines = FieldLines::from(trailers.clone());
        self.write_block(id, None, lines.iter(), true);
    }

    fn write_block<'a>(
        &mut self,
        id: u32,
        status: Option<StatusCode>,
        lines: impl Iterator<Item = (&'a HeaderName, &'a FieldValue)>,
        ends: bool,
    ) {
        if !self.holds(id) {
            return;
        }
        let out = &mut self.output;
        out.reserve(512);
        let start = out.len();
        out.extend_from_slice(&[0; HEAD]);
        self.encoder.begin(out);
        if let Some(status) = status {
            Encoder::status(status, out);
        }
        for (name, value) in lines {
            if !is_connection_specific(name) {
                self.encoder.line(name, value, out);
            }
        }
        seal(id, start, if ends { END_STREAM } else { 0 }, out);
        if ends {
            self.on_answered(id);
        }
    }

    /// How many bytes of content a stream may send now.
    pub(crate) fn sendable(&mut self, id: u32) -> usize {
        let whole = self.send_window;
        let window = self.find(id).map_or(0, |stream| stream.send_window);
        usize::try_from(window.min(whole)).unwrap_or_default()
    }

    /// Writes content, which is no more than may be sent now.
    pub(crate) fn send_content(&mut self, id: u32, mut content: &[u8], ends: bool) {
        let size = i64::try_from(content.len()).unwrap_or(i64::MAX);
        debug_assert!(content.len() <= self.sendable(id) || content.is_empty());
        let Some(stream) = self.find(id) else {
            return;
        };
        stream.send_window -= size;
        self.send_window -= size;
        loop {
            let size = content.len().min(MOST_PAYLOAD);
            let (piece, rest) = content.split_at_checked(size).unwrap_or((content, &[]));
            content = rest;
            let flags = if ends && content.is_empty() {
                END_STREAM
            } else {
                0
            };
            let head = frame::head(Kind::Data, flags, id, piece.len());
            self.output.reserve(HEAD + piece.len());
            self.output.extend_from_slice(&head);
            self.output.extend_from_slice(piece);
            if content.is_empty() {
                break;
            }
        }
        if ends {
            self.on_answered(id);
        }
    }

    fn on_answered(&mut self, id: u32) {
        if let Some(stream) = self.find(id) {
            stream.is_answered = true;
            if stream.has_ended {
                self.forget(id);
            }
        }
    }
}

/// Writes the frame heads of a block that begins behind the room for its first one.
fn seal(id: u32, start: usize, flags: u8, out: &mut Vec<u8>) {
    let length = out.len() - start - HEAD;
    if length <= MOST_PAYLOAD {
        let head = frame::head(Kind::Headers, flags | END_HEADERS, id, length);
        if let Some(room) = out.get_mut(start..start + HEAD) {
            room.copy_from_slice(&head);
        }
        return;
    }
    let block = out.split_off(start + HEAD);
    out.truncate(start);
    let count = block.chunks(MOST_PAYLOAD).len();
    for (number, piece) in block.chunks(MOST_PAYLOAD).enumerate() {
        let last = if number + 1 == count { END_HEADERS } else { 0 };
        let (kind, flags) = match number {
            0 => (Kind::Headers, flags | last),
            _ => (Kind::Continuation, last),
        };
        out.extend_from_slice(&frame::head(kind, flags, id, piece.len()));
        out.extend_from_slice(piece);
    }
}
