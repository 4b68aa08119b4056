//! Heads of messages: where one ends, what it says, and how it frames the content.
//!
//! Strict where leniency would let two readers see two messages in one (RFC 9112 §2.2, §5.1,
//! §6.3): a bare LF, `Transfer-Encoding` together with `Content-Length`, two lengths, any coding
//! but `chunked`, two `Host` lines.

use std::mem::MaybeUninit;

use bytes::Bytes;
use http::{HeaderName, Method, StatusCode, Version, uri::PathAndQuery};

use super::marks::Marks;
use crate::privacy::{Content, FieldLines, FieldValue};

/// Bounds on a head.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct HeadLimits {
    /// Start line and fields together, bytes.
    pub(crate) size: usize,
    /// Field lines.
    pub(crate) fields: usize,
    /// Request target, bytes.
    pub(crate) target: usize,
}

/// Why a head is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum HeadError {
    /// The start line is none.
    StartLine,
    /// The protocol version is not 1.0 or 1.1.
    Version,
    /// A field line is malformed, folded, or ends in a bare LF.
    Field,
    /// The framing is ambiguous or malformed.
    Framing,
    /// A transfer coding other than `chunked`.
    Coding,
    /// The target is malformed.
    Target,
    /// The authority is missing, doubled or malformed.
    Authority,
    /// `CONNECT` or `TRACE`.
    Method,
    /// An expectation other than `100-continue`.
    Expectation,
    /// More bytes than allowed.
    TooLarge,
    /// More field lines than allowed.
    TooManyFields,
    /// A longer target than allowed.
    TargetTooLong,
}

/// Finds the end of a head in bytes that arrive bit by bit, looking at each byte once.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct HeadBoundary {
    line_start: usize,
    scanned: usize,
}

impl HeadBoundary {
    /// The length of the head that `bytes` begin with, its empty line included; `None` if it goes
    /// on. `bytes` are those of the last call with more behind them.
    pub(crate) fn find(&mut self, bytes: &[u8]) -> Result<Option<usize>, HeadError> {
        let begin = self.scanned;
        let rest = bytes.get(begin..).unwrap_or_default();
        for offset in memchr::memchr_iter(b'\n', rest) {
            let end = begin + offset;
            match bytes.get(self.line_start..end) {
                Some([b'\r']) => return Ok(Some(end + 1)),
                Some([.., b'\r']) => {}
                // A bare LF ends a line for some readers and not for others.
                _ => return Err(HeadError::Field),
            }
            self.scanned = end + 1;
            self.line_start = self.scanned;
        }
        self.scanned = bytes.len();
        Ok(None)
    }

    /// Whether the first line is complete.
    pub(crate) fn has_start_line(&self) -> bool {
        self.line_start > 0
    }
}

/// A request's head.
#[derive(Debug)]
pub(crate) struct RequestHead {
    pub(crate) method: Method,
    /// In origin form, or `*`.
    pub(crate) target: PathAndQuery,
    /// The authority: that of an absolute target, else of `Host`; `None` for HTTP/1.0 without.
    pub(crate) authority: Option<FieldValue>,
    pub(crate) version: Version,
    pub(crate) fields: FieldLines,
    pub(crate) content: Content,
    /// Whether the connection can be used again.
    pub(crate) keep_alive: bool,
    /// Whether the visitor waits for `100 Continue`.
    pub(crate) expects_continue: bool,
    /// Whether it asks for another protocol.
    pub(crate) upgrade: bool,
}

/// A response's head.
#[derive(Debug)]
pub(crate) struct ResponseHead {
    pub(crate) status: StatusCode,
    pub(crate) fields: FieldLines,
    pub(crate) content: ResponseContent,
    pub(crate) keep_alive: bool,
}

/// How a response's content is framed (RFC 9112 §6.3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ResponseContent {
    Framed(Content),
    UntilClose,
}

/// Field lines that httparse has room for; the limit can't be set higher.
const FIELD_ROOM: usize = 256;

/// Parses a complete request head.
pub(crate) fn parse_request(head: &Bytes, limits: HeadLimits) -> Result<RequestHead, HeadError> {
    let mut room = [const { MaybeUninit::uninit() }; FIELD_ROOM];
    let fields = room
        .get_mut(..limits.fields.min(FIELD_ROOM))
        .unwrap_or_default();
    let mut parsed = httparse::Request::new(&mut []);
    parsed
        .parse_with_uninit_headers(head, fields)
        .map_err(head_error)?;
    let method = Method::from_bytes(parsed.method.unwrap_or_default().as_bytes())
        .map_err(|_| HeadError::StartLine)?;
    if is_refused_method(&method) {
        return Err(HeadError::Method);
    }
    let version = if parsed.version == Some(1) {
        Version::HTTP_11
    } else {
        Version::HTTP_10
    };
    let target = parsed.path.unwrap_or_default();
    if target.len() > limits.target {
        return Err(HeadError::TargetTooLong);
    }
    let (authority, target) = split_target(head, &method, target)?;
    let (fields, marks) = field_map(head, parsed.headers, 0)?;
    let content = marks.content(version)?;
    let host = marks.host(version)?;
    Ok(RequestHead {
        authority: authority.or(host),
        expects_continue: marks.expects_continue()? && version == Version::HTTP_11,
        upgrade: marks.upgrades() && version == Version::HTTP_11,
        method,
        target,
        version,
        content,
        keep_alive: marks.keeps(version),
        fields,
    })
}

/// Whether a method is one that no proxy for websites passes on: `CONNECT` would open a way to
/// elsewhere, `TRACE` tells scripts what they may not read. Methods are case-sensitive (RFC 9110
/// §9.1), but not to every web server.
pub(crate) fn is_refused_method(method: &Method) -> bool {
    let is = |name: &str| method.as_str().eq_ignore_ascii_case(name);
    is("CONNECT") || is("TRACE")
}

/// Parses a complete response head. `to_head` says that the request was a `HEAD`.
pub(crate) fn parse_response(head: &Bytes, to_head: bool) -> Result<ResponseHead, HeadError> {
    let mut room = [const { MaybeUninit::uninit() }; FIELD_ROOM];
    let mut parsed = httparse::Response::new(&mut []);
    httparse::ParserConfig::default()
        .parse_response_with_uninit_headers(&mut parsed, head, &mut room)
        .map_err(head_error)?;
    let status = parsed
        .code
        .and_then(|code| StatusCode::from_u16(code).ok())
        .ok_or(HeadError::StartLine)?;
    let version = if parsed.version == Some(1) {
        Version::HTTP_11
    } else {
        Version::HTTP_10
    };
    let (fields, marks) = field_map(head, parsed.headers, OWN_FIELDS)?;
    let bodiless = to_head
        || status.is_informational()
        || status == StatusCode::NO_CONTENT
        || status == StatusCode::NOT_MODIFIED;
    let content = if bodiless {
        ResponseContent::Framed(Content::None)
    } else if marks.frames_content() {
        ResponseContent::Framed(marks.content(version)?)
    } else {
        ResponseContent::UntilClose
    };
    Ok(ResponseHead {
        status,
        fields,
        content,
        keep_alive: marks.keeps(version),
    })
}

fn head_error(error: httparse::Error) -> HeadError {
    match error {
        httparse::Error::Version => HeadError::Version,
        httparse::Error::TooManyHeaders => HeadError::TooManyFields,
        httparse::Error::HeaderName | httparse::Error::HeaderValue => HeadError::Field,
        httparse::Error::NewLine | httparse::Error::Status | httparse::Error::Token => {
            HeadError::StartLine
        }
    }
}

/// The lines that privet adds to a response.
const OWN_FIELDS: usize = 5;

/// The lines as types, with room for `more`.
fn field_map(
    head: &Bytes,
    lines: &[httparse::Header<'_>],
    more: usize,
) -> Result<(FieldLines, Marks), HeadError> {
    let mut fields = FieldLines::with_capacity(lines.len() + more);
    let mut marks = Marks::default();
    for line in lines {
        let name = field_name(line.name.as_bytes())?;
        // A value is a slice of the head: no copy.
        let value = FieldValue::of_line(head, line);
        marks.note(&name, &value);
        fields.push(name, value);
    }
    Ok((fields, marks))
}

/// A field's name. Those that every browser sends, and that `http` does not know, need no memory of
/// their own.
fn field_name(name: &[u8]) -> Result<HeaderName, HeadError> {
    static USUAL: [HeaderName; 10] = [
        HeaderName::from_static("keep-alive"),
        HeaderName::from_static("priority"),
        HeaderName::from_static("sec-ch-ua"),
        HeaderName::from_static("sec-ch-ua-mobile"),
        HeaderName::from_static("sec-ch-ua-platform"),
        HeaderName::from_static("sec-fetch-dest"),
        HeaderName::from_static("sec-fetch-mode"),
        HeaderName::from_static("sec-fetch-site"),
        HeaderName::from_static("sec-fetch-user"),
        HeaderName::from_static("sec-gpc"),
    ];
    if let [b'S' | b's' | b'p' | b'P' | b'k' | b'K', ..] = name {
        let is_this = |usual: &&HeaderName| usual.as_str().as_bytes().eq_ignore_ascii_case(name);
        if let Some(usual) = USUAL.iter().find(is_this) {
            return Ok(usual.clone());
        }
    }
    HeaderName::from_bytes(name).map_err(|_| HeadError::Field)
}

/// Splits a target into an authority (absolute form only) and its origin form (RFC 9112 §3.2).
fn split_target(
    head: &Bytes,
    method: &Method,
    target: &str,
) -> Result<(Option<FieldValue>, PathAndQuery), HeadError> {
    if target == "*" {
        let ok = *method == Method::OPTIONS;
        return ok
            .then(|| (None, PathAndQuery::from_static("*")))
            .ok_or(HeadError::Target);
    }
    if target.contains('#') {
        return Err(HeadError::Target);
    }
    if target.starts_with('/') {
        return Ok((None, origin_form(head, target)?));
    }
    let rest = strip_scheme(target).ok_or(HeadError::Target)?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end).ok_or(HeadError::Target)?;
    let authority = FieldValue::try_from(authority).map_err(|_| HeadError::Authority)?;
    let path = match path {
        "" if *method == Method::OPTIONS => PathAndQuery::from_static("*"),
        "" => PathAndQuery::from_static("/"),
        query if query.starts_with('?') => {
            PathAndQuery::try_from(format!("/{query}")).map_err(|_| HeadError::Target)?
        }
        path => origin_form(head, path)?,
    };
    Ok((Some(authority), path))
}

fn origin_form(head: &Bytes, target: &str) -> Result<PathAndQuery, HeadError> {
    PathAndQuery::from_maybe_shared(head.slice_ref(target.as_bytes()))
        .map_err(|_| HeadError::Target)
}

fn strip_scheme(target: &str) -> Option<&str> {
    ["http://", "https://"].into_iter().find_map(|scheme| {
        let (start, rest) = target.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    })
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a failed test may panic")]
#[path = "head_tests.rs"]
mod tests;
