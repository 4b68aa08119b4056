//! HTTP/1.1 messages as bytes (RFC 9112), for both sides: visitors and websites. Pure.
//!
//! privet speaks HTTP/1.1 itself, so that ambiguous framing is refused rather than repaired, a
//! connection holds no buffer while it idles, and a kept field is copied once on its way. Parsing
//! of lines is httparse's; what may frame a message is decided here.

mod chunked;
mod content;
mod head;
mod marks;
mod write;

pub(crate) use content::{ContentError, Decoded, Decoder};
pub(crate) use head::{
    HeadBoundary, HeadError, HeadLimits, RequestHead, ResponseContent, ResponseHead,
    is_refused_method, parse_request, parse_response,
};
pub(crate) use write::{
    Head, LAST_CHUNK, write_chunk_size, write_request_head, write_response_head, write_trailers,
};
