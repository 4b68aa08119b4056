//! Field sections of requests: what makes a head, and what makes it malformed (RFC 9113 §8.1.1,
//! §8.3.1). Cookie crumbs (§8.2.3) stay lines of their own.

use http::{HeaderMap, Method, header, uri::PathAndQuery};

use super::field::Field;
use crate::privacy::FieldValue;
use crate::{
    http1::{HeadError, HeadLimits},
    privacy::FieldLines,
};

/// The lines that a request usually has.
const USUAL_LINES: usize = 16;

/// A request's head.
#[derive(Debug)]
pub(crate) struct RequestHead {
    pub(crate) method: Method,
    /// In origin form, or `*`.
    pub(crate) target: PathAndQuery,
    /// `:authority`, or else `Host`.
    pub(crate) authority: Option<FieldValue>,
    /// Without `Host`.
    pub(crate) fields: FieldLines,
    /// What `Content-Length` says.
    pub(crate) length: Option<u64>,
}

/// Why a field section makes no message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Flaw {
    /// The message is malformed: its stream is reset.
    Malformed,
    /// It is understood, and answered with an error.
    Refused(HeadError),
}

/// Gathers a section's lines.
pub(super) struct Section {
    limits: HeadLimits,
    method: Option<Method>,
    target: Option<Field>,
    has_scheme: bool,
    authority: Option<FieldValue>,
    host: Option<FieldValue>,
    length: Option<u64>,
    fields: FieldLines,
    size: usize,
    is_malformed: bool,
    /// Two `Host` lines.
    is_ambiguous: bool,
    /// Whether a line that is no pseudo-field has come.
    has_lines: bool,
}

impl Section {
    pub(super) fn new(limits: HeadLimits) -> Self {
        Self {
            limits,
            method: None,
            target: None,
            has_scheme: false,
            authority: None,
            host: None,
            length: None,
            fields: FieldLines::default(),
            size: 0,
            is_malformed: false,
            is_ambiguous: false,
            has_lines: false,
        }
    }

    /// Takes the next line. Beyond the limits nothing more is kept.
    pub(super) fn take(&mut self, field: Field, size: usize) {
        self.size = self.size.saturating_add(size);
        if self.size > self.limits.size {
            return;
        }
        let again = match field {
            Field::Line(name, value) => return self.take_line(name, value),
            Field::Method(method) => self.method.replace(method).is_some(),
            Field::Scheme => std::mem::replace(&mut self.has_scheme, true),
            Field::Authority(authority) => self.authority.replace(authority).is_some(),
            Field::Path(_) | Field::Target | Field::LongTarget => {
                self.target.replace(field).is_some()
            }
            Field::Flawed => true,
        };
        self.is_malformed |= again || self.has_lines;
    }

    fn take_line(&mut self, name: http::HeaderName, value: FieldValue) {
        if !self.has_lines {
            self.has_lines = true;
            self.fields = FieldLines::with_capacity(USUAL_LINES);
        }
        if name == header::HOST {
            self.is_ambiguous |= self.host.replace(value).is_some();
            return;
        }
        if name == header::CONTENT_LENGTH {
            let length = decimal(value.as_bytes());
            self.is_malformed |= length.is_none() || self.length.is_some();
            self.length = length;
        }
        // One more than allowed tells that there are too many.
        if self.fields.len() <= self.limits.fields {
            self.fields.push(name, value);
        }
    }

    /// Whether it is a `HEAD`'s.
    pub(super) fn is_to_head(&self) -> bool {
        self.method.as_ref() == Some(&Method::HEAD)
    }

    /// The head of a request, whose stream may end with it.
    pub(super) fn into_head(self, ends: bool) -> Result<RequestHead, Flaw> {
        let refused = |error| Err(Flaw::Refused(error));
        if self.is_malformed {
            return Err(Flaw::Malformed);
        }
        if self.size > self.limits.size {
            return refused(HeadError::TooLarge);
        }
        let method = self.method.ok_or(Flaw::Malformed)?;
        if method == Method::CONNECT || method == Method::TRACE {
            return refused(HeadError::Method);
        }
        let target = match self.target.ok_or(Flaw::Malformed)? {
            Field::Path(target) => target,
            Field::LongTarget => return refused(HeadError::TargetTooLong),
            _ => return refused(HeadError::Target),
        };
        if !self.has_scheme || ends && self.length.is_some_and(|length| length > 0) {
            return Err(Flaw::Malformed);
        }
        if target.as_str() == "*" && method != Method::OPTIONS {
            return refused(HeadError::Target);
        }
        if target.as_str().len() > self.limits.target {
            return refused(HeadError::TargetTooLong);
        }
        if self.fields.len() > self.limits.fields {
            return refused(HeadError::TooManyFields);
        }
        // Two readers could take it for two websites' (RFC 9113 §8.3.1).
        let differ = |host: &FieldValue, authority: &FieldValue| {
            !host.as_bytes().eq_ignore_ascii_case(authority.as_bytes())
        };
        let authority = match (self.authority, self.host) {
            (Some(authority), Some(host)) if differ(&host, &authority) => {
                return refused(HeadError::Authority);
            }
            _ if self.is_ambiguous => return refused(HeadError::Authority),
            (Some(authority), _) => Some(authority),
            (None, host) => host,
        };
        Ok(RequestHead {
            method,
            target,
            authority,
            fields: self.fields,
            length: self.length,
        })
    }

    /// A trailer section, which has no pseudo-fields (RFC 9113 §8.1); `None` if it is malformed or
    /// too large.
    pub(super) fn into_trailers(self) -> Option<HeaderMap> {
        let has_pseudo = self.method.is_some()
            || self.target.is_some()
            || self.authority.is_some()
            || self.has_scheme;
        let is_large = self.size > self.limits.size || self.fields.len() > self.limits.fields;
        if self.is_malformed || has_pseudo || is_large {
            return None;
        }
        Some(self.fields.into())
    }
}

/// A length: digits only, no sign, no list (RFC 9110 §8.6).
fn decimal(text: &[u8]) -> Option<u64> {
    if text.is_empty() || text.len() > 19 || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digits = text.iter();
    Some(digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
}
