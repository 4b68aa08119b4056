//! One field line of a section as what it means (RFC 9113 §8.2, §8.3). It is judged once, when it
//! is first read: the dynamic table holds the outcome, so a line that a client sends again by its
//! index costs a reference.

use bytes::Bytes;
use http::{HeaderName, Method, header, uri::PathAndQuery};

use crate::privacy::FieldValue;
use crate::privacy::is_connection_specific;

/// The name of a line.
#[derive(Clone, Debug)]
pub(super) enum Name {
    Authority,
    Method,
    Path,
    Scheme,
    Field(HeaderName),
    /// A name that no request's field has.
    Flawed,
}

impl Name {
    /// Reads a name. Upper-case letters are a flaw (RFC 9113 §8.2.1).
    pub(super) fn parse(name: &[u8]) -> Self {
        match name {
            b":authority" => Self::Authority,
            b":method" => Self::Method,
            b":path" => Self::Path,
            b":scheme" => Self::Scheme,
            name => HeaderName::from_lowercase(name).map_or(Self::Flawed, Self::Field),
        }
    }
}

/// A line.
#[derive(Clone)]
pub(super) enum Field {
    Authority(FieldValue),
    Method(Method),
    Path(PathAndQuery),
    /// `http` or `https`: nobody asks which.
    Scheme,
    Line(HeaderName, FieldValue),
    /// A target that HTTP/1.1 can't say.
    Target,
    /// A target beyond what any limit allows.
    LongTarget,
    /// What makes a message malformed (RFC 9113 §8.1.1).
    Flawed,
}

impl Field {
    /// Reads the line of that name with that value.
    pub(super) fn parse(name: &Name, value: &[u8]) -> Self {
        match name {
            Name::Authority => text(value).map_or(Self::Flawed, Self::Authority),
            Name::Method => Method::from_bytes(value).map_or(Self::Flawed, Self::Method),
            Name::Path => target(value),
            Name::Scheme => {
                let known = value.eq_ignore_ascii_case(b"https");
                if known || value.eq_ignore_ascii_case(b"http") {
                    Self::Scheme
                } else {
                    Self::Flawed
                }
            }
            Name::Field(name) if is_forbidden(name, value) => Self::Flawed,
            Name::Field(name) if *name == header::COOKIE => {
                // White space round a crumb says nothing: crumbs are joined by some (§8.2.3).
                text(value.trim_ascii())
                    .map_or(Self::Flawed, |value| Self::Line(name.clone(), value))
            }
            Name::Field(name) => {
                text(value).map_or(Self::Flawed, |value| Self::Line(name.clone(), value))
            }
            Name::Flawed => Self::Flawed,
        }
    }
}

/// Fields that belong to HTTP/1.1's connections (RFC 9113 §8.2.2).
fn is_forbidden(name: &HeaderName, value: &[u8]) -> bool {
    is_connection_specific(name)
        && !(*name == header::TE && value.eq_ignore_ascii_case(b"trailers"))
}

/// A value without control characters, and without white space round it (RFC 9113 §8.2.1).
fn text(value: &[u8]) -> Option<FieldValue> {
    let (first, last) = (value.first(), value.last());
    if matches!(first, Some(b' ' | b'\t')) || matches!(last, Some(b' ' | b'\t')) {
        return None;
    }
    FieldValue::from_shared(Bytes::copy_from_slice(value)).ok()
}

/// A target in origin form, or `*` (RFC 9113 §8.3.1).
fn target(value: &[u8]) -> Field {
    /// Beyond this `http` takes no target, and no limit can be set higher.
    const LONGEST: usize = 65_534;
    if value.is_empty() {
        return Field::Flawed;
    }
    if value.len() > LONGEST {
        return Field::LongTarget;
    }
    if value != b"*" && !value.starts_with(b"/") || memchr::memchr(b'#', value).is_some() {
        return Field::Target;
    }
    PathAndQuery::from_maybe_shared(Bytes::copy_from_slice(value))
        .map_or(Field::Target, Field::Path)
}
