//! What of a head decides how its message is framed and what becomes of the connection
//! (RFC 9112 §6.3, §9.3). Refused where two readers could differ.

use http::{HeaderName, Version, header};

use super::head::HeadError;
use crate::privacy::Content;
use crate::privacy::FieldValue;

/// What of a head decides about the message and the connection, noted as its lines go by.
#[derive(Default)]
pub(super) struct Marks {
    host: Option<FieldValue>,
    length: Option<FieldValue>,
    coding: Option<FieldValue>,
    expectation: Option<FieldValue>,
    /// More than one line of a kind that may come once.
    hosts: bool,
    lengths: bool,
    codings: bool,
    expectations: bool,
    upgrade: bool,
    upgrades_to_http: bool,
    /// Options of `Connection`.
    closes: bool,
    keeps_alive: bool,
    asks_upgrade: bool,
}

impl Marks {
    /// Takes note of a line.
    pub(super) fn note(&mut self, name: &HeaderName, value: &FieldValue) {
        match *name {
            header::HOST => self.hosts |= self.host.replace(value.clone()).is_some(),
            header::CONTENT_LENGTH => self.lengths |= self.length.replace(value.clone()).is_some(),
            header::TRANSFER_ENCODING => {
                self.codings |= self.coding.replace(value.clone()).is_some();
            }
            header::EXPECT => {
                self.expectations |= self.expectation.replace(value.clone()).is_some();
            }
            header::UPGRADE => {
                self.upgrade = true;
                self.upgrades_to_http |= names_http(value.as_bytes());
            }
            header::CONNECTION => {
                for option in value.as_bytes().split(|byte| *byte == b',') {
                    let option = option.trim_ascii();
                    self.closes |= option.eq_ignore_ascii_case(b"close");
                    self.keeps_alive |= option.eq_ignore_ascii_case(b"keep-alive");
                    self.asks_upgrade |= option.eq_ignore_ascii_case(b"upgrade");
                }
            }
            _ => {}
        }
    }

    /// Exactly one `Host` line; HTTP/1.0 may go without (RFC 9112 §3.2).
    pub(super) fn host(&self, version: Version) -> Result<Option<FieldValue>, HeadError> {
        match &self.host {
            Some(host) if !self.hosts => Ok(Some(host.clone())),
            None if version == Version::HTTP_10 => Ok(None),
            _ => Err(HeadError::Authority),
        }
    }

    /// Whether the head says how its content is framed.
    pub(super) fn frames_content(&self) -> bool {
        self.coding.is_some() || self.length.is_some()
    }

    /// How the content is framed (RFC 9112 §6.3), refused where two readers could differ.
    pub(super) fn content(&self, version: Version) -> Result<Content, HeadError> {
        if self.lengths || self.codings {
            return Err(HeadError::Framing);
        }
        match (&self.coding, &self.length) {
            (Some(_), Some(_)) => Err(HeadError::Framing),
            (Some(_), None) if version == Version::HTTP_10 => Err(HeadError::Framing),
            (Some(coding), None) => chunked_only(coding.as_bytes()),
            (None, None) => Ok(Content::None),
            (None, Some(length)) => match decimal(length.as_bytes()).ok_or(HeadError::Framing)? {
                0 => Ok(Content::None),
                length => Ok(Content::Length(length)),
            },
        }
    }

    /// Whether the connection can be used again (RFC 9112 §9.3).
    pub(super) fn keeps(&self, version: Version) -> bool {
        !self.closes && (version == Version::HTTP_11 || self.keeps_alive)
    }

    /// Through a tunnel of HTTP requests would pass unread: cookies, addresses and all.
    pub(super) fn upgrades(&self) -> bool {
        self.asks_upgrade && self.upgrade && !self.upgrades_to_http
    }

    pub(super) fn expects_continue(&self) -> Result<bool, HeadError> {
        match &self.expectation {
            None => Ok(false),
            Some(line)
                if !self.expectations && line.as_bytes().eq_ignore_ascii_case(b"100-continue") =>
            {
                Ok(true)
            }
            Some(_) => Err(HeadError::Expectation),
        }
    }
}

/// Whether `Upgrade` lists HTTP in clear text, as `h2c` or by its name.
fn names_http(protocols: &[u8]) -> bool {
    let mut protocols = protocols.to_ascii_lowercase();
    protocols.retain(|byte| !byte.is_ascii_whitespace());
    let mut protocols = protocols.split(|byte| *byte == b',');
    protocols.any(|protocol| protocol == b"h2c" || protocol.starts_with(b"http/"))
}

fn chunked_only(coding: &[u8]) -> Result<Content, HeadError> {
    let last = coding
        .rsplit(|byte| *byte == b',')
        .next()
        .unwrap_or_default();
    if coding.eq_ignore_ascii_case(b"chunked") {
        Ok(Content::Chunked)
    } else if last.trim_ascii().eq_ignore_ascii_case(b"chunked") {
        Err(HeadError::Coding)
    } else {
        Err(HeadError::Framing)
    }
}

/// A length: digits only, no sign, no list.
fn decimal(text: &[u8]) -> Option<u64> {
    if text.is_empty() || text.len() > 19 || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(
        text.iter()
            .fold(0, |number, digit| number * 10 + u64::from(digit - b'0')),
    )
}
