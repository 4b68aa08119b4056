//! Heads and chunks as bytes on their way out. Every name and value comes out of a checked type, so
//! no line can be split here.

use http::{HeaderMap, HeaderName, StatusCode, Version};

use crate::privacy::{Content, FieldLines, OriginRequest};

/// The end of chunked content without trailers.
pub(crate) const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// Writes a website's request head.
pub(crate) fn write_request_head(request: &OriginRequest, out: &mut Vec<u8>) {
    out.extend_from_slice(request.method().as_str().as_bytes());
    out.push(b' ');
    out.extend_from_slice(request.target().as_str().as_bytes());
    out.extend_from_slice(b" HTTP/1.1\r\n");
    for (name, value) in request.fields().iter() {
        write_field(name, value.as_bytes(), out);
    }
    match request.content() {
        // A method that usually has content says that there is none (RFC 9110 §8.6).
        Content::None if matches!(request.method().as_str(), "POST" | "PUT" | "PATCH") => {
            write_length(0, out);
        }
        Content::None => {}
        Content::Length(length) => write_length(length, out),
        Content::Chunked => out.extend_from_slice(b"transfer-encoding: chunked\r\n"),
    }
    out.extend_from_slice(b"\r\n");
}

/// A visitor's response head.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head<'a> {
    pub(crate) status: StatusCode,
    /// Without a connection-specific field.
    pub(crate) fields: &'a FieldLines,
    /// Field lines that are written already, each with its end.
    pub(crate) more: &'a [u8],
    /// What `Connection` says, if anything.
    pub(crate) connection: Option<&'a [u8]>,
    pub(crate) chunked: bool,
}

/// Writes a visitor's response head.
pub(crate) fn write_response_head(version: Version, head: &Head<'_>, out: &mut Vec<u8>) {
    let Head {
        status,
        fields,
        more,
        connection,
        chunked,
    } = *head;
    // An HTTP/1.0 visitor gets the version that privet speaks (RFC 9110 §6.2), framed so that it
    // understands: never chunked.
    debug_assert!(!chunked || version == Version::HTTP_11);
    out.extend_from_slice(b"HTTP/1.1 ");
    out.extend_from_slice(status.as_str().as_bytes());
    out.push(b' ');
    out.extend_from_slice(status.canonical_reason().unwrap_or_default().as_bytes());
    out.extend_from_slice(b"\r\n");
    for (name, value) in fields.iter() {
        write_field(name, value.as_bytes(), out);
    }
    out.extend_from_slice(more);
    if chunked {
        out.extend_from_slice(b"transfer-encoding: chunked\r\n");
    }
    if let Some(connection) = connection {
        out.extend_from_slice(b"connection: ");
        out.extend_from_slice(connection);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"\r\n");
}

/// Writes the line before a chunk's data.
pub(crate) fn write_chunk_size(size: usize, out: &mut Vec<u8>) {
    let start = (size | 1).leading_zeros() / 4;
    for nibble in (0..usize::BITS / 4 - start).rev() {
        let digit = u8::try_from(size >> (nibble * 4) & 0xf).unwrap_or_default();
        out.push(if digit < 10 {
            b'0' + digit
        } else {
            b'a' + digit - 10
        });
    }
    out.extend_from_slice(b"\r\n");
}

/// Writes the last chunk with a trailer section.
pub(crate) fn write_trailers(trailers: &HeaderMap, out: &mut Vec<u8>) {
    out.extend_from_slice(b"0\r\n");
    for (name, value) in trailers {
        write_field(name, value.as_bytes(), out);
    }
    out.extend_from_slice(b"\r\n");
}

fn write_field(name: &HeaderName, value: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(name.as_str().as_bytes());
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

fn write_length(length: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(b"content-length: ");
    out.extend_from_slice(itoa::Buffer::new().format(length).as_bytes());
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunk_sizes_are_plain_hexadecimal() {
        for (size, expected) in [(0, "0"), (1, "1"), (15, "f"), (16, "10"), (0xa5f0, "a5f0")] {
            let mut out = Vec::new();
            write_chunk_size(size, &mut out);
            assert_eq!(out, format!("{expected}\r\n").as_bytes());
        }
    }
}
