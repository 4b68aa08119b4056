//! Frames as bytes (RFC 9113 §4, §6): their heads, and those that privet sends whole.

/// The client's connection preface (RFC 9113 §3.4).
pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// The length of a frame's head.
pub(super) const HEAD: usize = 9;
/// The largest payload that either side may send: nobody needs more than the least maximum that
/// the protocol allows (RFC 9113 §4.2).
pub(super) const MOST_PAYLOAD: usize = 16_384;
/// The largest flow-control window (RFC 9113 §6.9.1).
pub(super) const MOST_WINDOW: i64 = 0x7fff_ffff;

pub(super) const END_STREAM: u8 = 0x1;
pub(super) const ACK: u8 = 0x1;
pub(super) const END_HEADERS: u8 = 0x4;
pub(super) const PADDED: u8 = 0x8;
pub(super) const PRIORITY: u8 = 0x20;

/// What a frame is (RFC 9113 §6).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Data,
    Headers,
    Priority,
    Reset,
    Settings,
    Push,
    Ping,
    GoAway,
    WindowUpdate,
    Continuation,
    Unknown,
}

impl Kind {
    const fn of(code: u8) -> Self {
        match code {
            0 => Self::Data,
            1 => Self::Headers,
            2 => Self::Priority,
            3 => Self::Reset,
            4 => Self::Settings,
            5 => Self::Push,
            6 => Self::Ping,
            7 => Self::GoAway,
            8 => Self::WindowUpdate,
            9 => Self::Continuation,
            _ => Self::Unknown,
        }
    }

    const fn code(self) -> u8 {
        match self {
            Self::Data => 0,
            Self::Headers => 1,
            Self::Priority => 2,
            Self::Reset => 3,
            Self::Settings => 4,
            Self::Push => 5,
            Self::Ping => 6,
            Self::GoAway => 7,
            Self::WindowUpdate => 8,
            Self::Continuation => 9,
            Self::Unknown => u8::MAX,
        }
    }
}

/// Why a stream or a connection ends (RFC 9113 §7).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Reason {
    No,
    Protocol,
    Internal,
    FlowControl,
    StreamClosed,
    FrameSize,
    RefusedStream,
    Cancel,
    Compression,
    EnhanceYourCalm,
}

impl Reason {
    const fn code(self) -> u32 {
        match self {
            Self::No => 0,
            Self::Protocol => 1,
            Self::Internal => 2,
            Self::FlowControl => 3,
            Self::StreamClosed => 5,
            Self::FrameSize => 6,
            Self::RefusedStream => 7,
            Self::Cancel => 8,
            Self::Compression => 9,
            Self::EnhanceYourCalm => 11,
        }
    }
}

/// A frame's head (RFC 9113 §4.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct FrameHead {
    pub(super) length: usize,
    pub(super) kind: Kind,
    pub(super) flags: u8,
    pub(super) stream: u32,
}

impl FrameHead {
    /// The head that `bytes` begin with, if all of it is there.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let [high, middle, low, kind, flags, a, b, c, d] = *bytes.first_chunk::<HEAD>()?;
        Some(Self {
            length: usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low),
            kind: Kind::of(kind),
            flags,
            stream: u32::from_be_bytes([a, b, c, d]) & 0x7fff_ffff,
        })
    }

    /// Whether a flag is set.
    pub(super) const fn has(self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// The bytes of a head. A length is never above `MOST_PAYLOAD`.
pub(super) fn head(kind: Kind, flags: u8, stream: u32, length: usize) -> [u8; HEAD] {
    debug_assert!(length <= MOST_PAYLOAD);
    let [_, high, middle, low] = u32::try_from(length).unwrap_or_default().to_be_bytes();
    let [a, b, c, d] = stream.to_be_bytes();
    [high, middle, low, kind.code(), flags, a, b, c, d]
}

fn write(kind: Kind, flags: u8, stream: u32, payload: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&head(kind, flags, stream, payload.len()));
    out.extend_from_slice(payload);
}

pub(super) fn write_reset(stream: u32, reason: Reason, out: &mut Vec<u8>) {
    write(Kind::Reset, 0, stream, &reason.code().to_be_bytes(), out);
}

pub(super) fn write_window_update(stream: u32, increment: u32, out: &mut Vec<u8>) {
    write(Kind::WindowUpdate, 0, stream, &increment.to_be_bytes(), out);
}

pub(super) fn write_ping(flags: u8, payload: [u8; 8], out: &mut Vec<u8>) {
    write(Kind::Ping, flags, 0, &payload, out);
}

pub(super) fn write_go_away(last: u32, reason: Reason, out: &mut Vec<u8>) {
    let [a, b, c, d] = last.to_be_bytes();
    let [e, f, g, h] = reason.code().to_be_bytes();
    write(Kind::GoAway, 0, 0, &[a, b, c, d, e, f, g, h], out);
}

pub(super) fn write_settings_ack(out: &mut Vec<u8>) {
    write(Kind::Settings, ACK, 0, &[], out);
}

pub(super) fn write_settings(settings: &[(u16, u32)], out: &mut Vec<u8>) {
    out.extend_from_slice(&head(Kind::Settings, 0, 0, settings.len() * 6));
    for (name, value) in settings {
        out.extend_from_slice(&name.to_be_bytes());
        out.extend_from_slice(&value.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_as_it_was_written() {
        for code in 0..=10 {
            let bytes = head(Kind::of(code), 0x25, 0x7fff_fffe, 16_383);
            let expected = FrameHead {
                length: 16_383,
                kind: Kind::of(code),
                flags: 0x25,
                stream: 0x7fff_fffe,
            };
            assert_eq!(FrameHead::parse(&bytes), Some(expected), "kind {code}");
            assert_eq!(FrameHead::parse(bytes.split_last().expect("bytes").1), None);
        }
    }
}
