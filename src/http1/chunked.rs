//! The chunked transfer coding (RFC 9112 §7.1), read strictly.
//!
//! Sizes are bare hexadecimal digits, lines end in CRLF, extensions are dropped and bounded, the
//! trailer section is bounded.

use bytes::BytesMut;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::content::{ContentError, Decoded};

/// A chunk-size line with its extensions, bytes.
const SIZE_LINE_LIMIT: usize = 1024;
/// A trailer section, bytes and lines.
const TRAILER_LIMIT: usize = 8 * 1024;
const TRAILER_FIELDS: usize = 32;

/// Where in the coding the reader is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Chunked {
    Size,
    Data(u64),
    DataEnd,
    Trailers,
    Done,
}

impl Chunked {
    pub(super) fn decode(&mut self, input: &mut BytesMut) -> Result<Decoded, ContentError> {
        loop {
            match self {
                Self::Size => {
                    let Some(line) = line(input, SIZE_LINE_LIMIT)? else {
                        return Ok(Decoded::NeedMore);
                    };
                    *self = match chunk_size(&line).ok_or(ContentError::Malformed)? {
                        0 => Self::Trailers,
                        size => Self::Data(size),
                    };
                }
                Self::Data(left) => {
                    if input.is_empty() {
                        return Ok(Decoded::NeedMore);
                    }
                    let size = usize::try_from(*left)
                        .unwrap_or(usize::MAX)
                        .min(input.len());
                    let data = input.split_to(size).freeze();
                    *left -= size as u64;
                    if *left == 0 {
                        *self = Self::DataEnd;
                    }
                    return Ok(Decoded::Data(data));
                }
                Self::DataEnd => match input.as_ref() {
                    [b'\r', b'\n', ..] => {
                        let _ = input.split_to(2);
                        *self = Self::Size;
                    }
                    [] | [b'\r'] => return Ok(Decoded::NeedMore),
                    _ => return Err(ContentError::Malformed),
                },
                Self::Trailers => return self.trailers(input),
                Self::Done => return Ok(Decoded::End),
            }
        }
    }

    fn trailers(&mut self, input: &mut BytesMut) -> Result<Decoded, ContentError> {
        if input.starts_with(b"\r\n") {
            let _ = input.split_to(2);
            *self = Self::Done;
            return Ok(Decoded::End);
        }
        let mut boundary = super::head::HeadBoundary::default();
        let end = boundary.find(input).map_err(|_| ContentError::Malformed)?;
        let Some(end) = end.filter(|end| *end <= TRAILER_LIMIT) else {
            let too_large = end.is_some() || input.len() > TRAILER_LIMIT;
            return if too_large {
                Err(ContentError::TooLarge)
            } else {
                Ok(Decoded::NeedMore)
            };
        };
        let section = input.split_to(end).freeze();
        let mut room = [httparse::EMPTY_HEADER; TRAILER_FIELDS];
        let parsed = httparse::parse_headers(&section, &mut room);
        let Ok(httparse::Status::Complete((_, lines))) = parsed else {
            return Err(ContentError::Malformed);
        };
        let mut fields = HeaderMap::with_capacity(lines.len());
        for line in lines {
            let name = HeaderName::from_bytes(line.name.as_bytes());
            let value = HeaderValue::from_maybe_shared(section.slice_ref(line.value));
            let (Ok(name), Ok(value)) = (name, value) else {
                return Err(ContentError::Malformed);
            };
            fields.append(name, value);
        }
        // Not before: after a section that is none, nobody knows where the next message begins.
        *self = Self::Done;
        Ok(Decoded::Trailers(fields))
    }
}

/// The next CRLF-terminated line, without its end.
fn line(input: &mut BytesMut, limit: usize) -> Result<Option<BytesMut>, ContentError> {
    let Some(end) = memchr::memchr(b'\n', input) else {
        return if input.len() > limit {
            Err(ContentError::TooLarge)
        } else {
            Ok(None)
        };
    };
    if end > limit {
        return Err(ContentError::TooLarge);
    }
    let mut line = input.split_to(end + 1);
    match line.as_ref() {
        [.., b'\r', b'\n'] => {
            line.truncate(end - 1);
            Ok(Some(line))
        }
        _ => Err(ContentError::Malformed),
    }
}

/// `1*HEXDIG`, then nothing or an extension (RFC 9112 §7.1.1).
fn chunk_size(line: &[u8]) -> Option<u64> {
    let digits = line
        .iter()
        .take_while(|byte| byte.is_ascii_hexdigit())
        .count();
    let (size, extension) = line.split_at_checked(digits)?;
    if !(1..=15).contains(&digits) {
        return None;
    }
    let blank = extension
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count();
    if !matches!(extension.get(blank), None | Some(b';')) || (blank > 0 && extension.len() == blank)
    {
        return None;
    }
    // A CR inside an extension ends the line for some readers.
    if extension.contains(&b'\r') {
        return None;
    }
    u64::from_str_radix(std::str::from_utf8(size).ok()?, 16).ok()
}
