//! HTTP/2 frame by frame (RFC 9113), for what no decent client would send.

use std::{io, net::SocketAddr};

use super::{Client, Tls, client::is_timeout};

pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const PRIORITY: u8 = 2;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PING: u8 = 6;
pub(crate) const GOAWAY: u8 = 7;
pub(crate) const WINDOW_UPDATE: u8 = 8;
pub(crate) const CONTINUATION: u8 = 9;

pub(crate) const END_STREAM: u8 = 1;
pub(crate) const ACK: u8 = 1;
pub(crate) const END_HEADERS: u8 = 4;

/// A frame.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Frame {
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) stream: u32,
    pub(crate) payload: Vec<u8>,
}

impl Frame {
    /// As bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let length = u32::try_from(self.payload.len())
            .expect("a length")
            .to_be_bytes();
        let mut bytes = length[1..].to_vec();
        bytes.extend([self.kind, self.flags]);
        bytes.extend(self.stream.to_be_bytes());
        bytes.extend_from_slice(&self.payload);
        bytes
    }
}

/// A frame's bytes.
pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: impl Into<Vec<u8>>) -> Vec<u8> {
    let payload = payload.into();
    Frame {
        kind,
        flags,
        stream,
        payload,
    }
    .bytes()
}

/// Field lines as literals that are not indexed (RFC 7541 §6.2.2), so that any bytes go.
pub(crate) fn block(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in fields {
        block.push(0);
        for text in [name, value] {
            // Each character is one byte, so that a test can write any.
            let bytes: Vec<u8> = text.chars().map(|char| char as u8).collect();
            push_length(bytes.len(), &mut block);
            block.extend(bytes);
        }
    }
    block
}

/// An integer with a prefix of seven bits (RFC 7541 §5.1).
fn push_length(length: usize, out: &mut Vec<u8>) {
    if length < 127 {
        out.push(length as u8);
        return;
    }
    out.push(127);
    let mut rest = length - 127;
    while rest >= 128 {
        out.push((rest % 128) as u8 | 128);
        rest /= 128;
    }
    out.push(rest as u8);
}

/// The pseudo-fields of a `GET`, with `more` behind them.
pub(crate) fn get<'a>(path: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        (":method", "GET"),
        (":scheme", "https"),
        (":authority", "www.example.com"),
        (":path", path),
    ];
    fields.extend_from_slice(more);
    fields
}

/// How a stream ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    /// With a response: its status and content.
    Answered(u16, Vec<u8>),
    /// `RST_STREAM` with this code; the content before it.
    Reset(u32, Vec<u8>),
    /// `GOAWAY`, or the connection ended.
    Gone,
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Frames {
    pub(crate) client: Client,
}

impl Frames {
    /// Connects and sends the preface with those settings.
    pub(crate) fn connect(address: SocketAddr, settings: &[(u16, u32)]) -> Self {
        let client = Client::with(address, &Tls::h2()).expect("a handshake");
        assert_eq!(client.alpn().as_deref(), Some("h2"));
        let mut frames = Self { client };
        let mut payload = Vec::new();
        for (id, value) in settings {
            payload.extend(id.to_be_bytes());
            payload.extend(value.to_be_bytes());
        }
        frames.client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        frames.send(SETTINGS, 0, 0, payload);
        frames
    }

    /// Sends a frame.
    pub(crate) fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: impl Into<Vec<u8>>) {
        self.client.send(frame(kind, flags, stream, payload));
    }

    /// Sends a whole head.
    pub(crate) fn headers(&mut self, stream: u32, ends: bool, fields: &[(&str, &str)]) {
        let flags = END_HEADERS | if ends { END_STREAM } else { 0 };
        self.send(HEADERS, flags, stream, block(fields));
    }

    /// The next frame; `None` once the connection has ended. Settings and pings are acknowledged.
    pub(crate) fn next(&mut self) -> Option<Frame> {
        let frame = self.read().unwrap_or_else(|error| {
            assert!(!is_timeout(&error), "no frame came");
            None
        })?;
        match frame.kind {
            SETTINGS if frame.flags & ACK == 0 => self.send(SETTINGS, ACK, 0, []),
            PING if frame.flags & ACK == 0 => self.send(PING, ACK, 0, frame.payload.as_slice()),
            _ => {}
        }
        Some(frame)
    }

    fn read(&mut self) -> io::Result<Option<Frame>> {
        let head = match self.client.input.exact(9) {
            Ok(head) => head,
            Err(error) if is_timeout(&error) => return Err(error),
            Err(_) => return Ok(None),
        };
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let length = usize::try_from(length).expect("a length");
        Ok(Some(Frame {
            kind: head[3],
            flags: head[4],
            stream: u32::from_be_bytes([head[5] & 0x7f, head[6], head[7], head[8]]),
            payload: self.client.input.exact(length)?,
        }))
    }

    /// Reads frames until that stream, or the connection, ends.
    pub(crate) fn outcome(&mut self, stream: u32) -> Outcome {
        let (mut status, mut content) = (None, Vec::new());
        while let Some(frame) = self.next() {
            let code = |at: usize| {
                let bytes = frame.payload.get(at..at + 4);
                bytes.map_or(0, |code| {
                    u32::from_be_bytes(code.try_into().expect("four bytes"))
                })
            };
            match frame.kind {
                GOAWAY if code(4) != 0 => return Outcome::Gone,
                RST_STREAM if frame.stream == stream => return Outcome::Reset(code(0), content),
                HEADERS if frame.stream == stream => {
                    status = status.or_else(|| status_of(&frame.payload));
                }
                DATA if frame.stream == stream => content.extend_from_slice(&frame.payload),
                _ => continue,
            }
            if frame.flags & END_STREAM != 0 && frame.stream == stream {
                return Outcome::Answered(status.expect("a status"), content);
            }
        }
        Outcome::Gone
    }
}

/// The status that a block begins with (RFC 9113 §8.3.2); `None` for a trailer section.
pub(crate) fn status_of(block: &[u8]) -> Option<u16> {
    // A change of the table's size may come first.
    let start = block.iter().position(|byte| byte & 0xe0 != 0x20)?;
    let block = &block[start..];
    let known = [200, 204, 206, 304, 400, 404, 500];
    match block[0] {
        indexed @ 0x88..=0x8e => Some(known[usize::from(indexed - 0x88)]),
        // A literal whose name is entry 8: not Huffman-coded, or in two bytes with it.
        0x08 | 0x18 | 0x48 => match block.get(1..)? {
            [3, digits @ ..] => std::str::from_utf8(digits.get(..3)?).ok()?.parse().ok(),
            [coded, bytes @ ..] if coded & 0x80 != 0 => huffman_number(bytes),
            _ => None,
        },
        _ => None,
    }
}

/// Three digits in the code of RFC 7541 appendix B.
fn huffman_number(bytes: &[u8]) -> Option<u16> {
    let bits: Vec<u8> = bytes
        .iter()
        .take(3)
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1))
        .collect();
    let (mut at, mut number) = (0, 0);
    for _ in 0..3 {
        let take = |count: usize| {
            let bits = bits.get(at..at + count)?;
            Some(
                bits.iter()
                    .fold(0_u16, |code, bit| code << 1 | u16::from(*bit)),
            )
        };
        let digit = match take(5)? {
            short @ 0..=2 => {
                at += 5;
                short
            }
            _ => {
                let long = take(6)?;
                at += 6;
                long.checked_sub(0x19)? + 3
            }
        };
        number = number * 10 + digit;
    }
    Some(number)
}
