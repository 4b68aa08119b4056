//! A request as a line of the access log: one JSON object, or Apache's combined format.
//!
//! Written by hand into the worker's buffer, since it happens once a request. The order of the keys
//! is part of the contract; what is not known is `null`. Every text has a bound, and the bounds
//! together keep a line below [`MAX_LINE`], so that a pipe takes it whole.

use std::{
    fmt,
    io::Write,
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use http::Version;

use super::{
    access::AccessEntry,
    escape::{Escape, Field},
    redact::{self, Piece},
    timestamp::{Timestamp, decimal},
    user_agent::{LastUserAgent, UserAgent},
};
use crate::{config::options::LogFormat, privacy::MinimisedAddr};

/// The bytes of the longest line, its end included: a page, which is what a pipe takes at once.
pub(crate) const MAX_LINE: usize = 4096;

const METHOD_LIMIT: usize = 64;
const NAME_LIMIT: usize = 260;
const PATH_LIMIT: usize = 2048;
const ORIGIN_LIMIT: usize = 280;
const TLS_LIMIT: usize = 16;
const REQUEST_ID_LIMIT: usize = 64;

/// Makes lines. Each worker has its own, for what it remembers.
pub(crate) struct Formatter {
    format: LogFormat,
    query: Vec<String>,
    timestamp: Timestamp,
    user_agent: LastUserAgent,
}

impl Formatter {
    /// Lines in `format`; values of the parameters `query` may be seen.
    pub(crate) fn new(format: LogFormat, query: Vec<String>) -> Self {
        Self {
            format,
            query,
            timestamp: Timestamp::new(format),
            user_agent: LastUserAgent::default(),
        }
    }

    /// Appends the line of `entry`, its end included.
    pub(crate) fn write(&mut self, entry: &AccessEntry<'_>, out: &mut Vec<u8>) {
        out.reserve(MAX_LINE);
        match self.format {
            LogFormat::Json => self.json(entry, out),
            LogFormat::Combined => self.combined(entry, out),
        }
    }

    fn json(&mut self, entry: &AccessEntry<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"time\":\"");
        self.timestamp.write(entry.time, out);
        out.extend_from_slice(b"\",\"client\":\"");
        client(entry.client, out);
        string(
            out,
            b"\",\"method\":\"",
            redact::method(entry.method),
            METHOD_LIMIT,
        );
        string(
            out,
            b"\",\"host\":\"",
            entry.host.unwrap_or("-"),
            NAME_LIMIT,
        );
        out.extend_from_slice(b"\",\"path\":\"");
        self.path(entry, Escape::Json, out);
        number(out, b"\",\"status\":", entry.status.into());
        number(out, b",\"bytes\":", entry.bytes);
        out.extend_from_slice(b",\"duration_ms\":");
        milliseconds(out, entry.duration);
        optional(out, b",\"upstream\":", entry.upstream, NAME_LIMIT);
        out.extend_from_slice(b",\"upstream_ms\":");
        match entry.upstream_duration {
            Some(duration) => milliseconds(out, duration),
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(b",\"protocol\":\"");
        out.extend_from_slice(json_protocol(entry.protocol));
        optional(out, b"\",\"tls\":", entry.tls, TLS_LIMIT);
        string(
            out,
            b",\"request_id\":\"",
            entry.request_id,
            REQUEST_ID_LIMIT,
        );
        out.extend_from_slice(b"\",\"referer\":");
        quoted_or(out, b"null", |out| referer(entry, Escape::Json, out));
        out.extend_from_slice(b",\"user_agent\":");
        quoted_or(out, b"null", |out| self.user_agent(entry, out));
        number(
            out,
            b",\"cookies_stripped\":",
            entry.cookies_stripped.into(),
        );
        number(
            out,
            b",\"set_cookies_stripped\":",
            entry.set_cookies_stripped.into(),
        );
        number(out, b",\"elements_gated\":", entry.elements_gated.into());
        out.extend_from_slice(b"}\n");
    }

    /// `client - - [time] "request" status bytes "referer" "user agent"`.
    fn combined(&mut self, entry: &AccessEntry<'_>, out: &mut Vec<u8>) {
        client(entry.client, out);
        out.extend_from_slice(b" - - [");
        self.timestamp.write(entry.time, out);
        out.extend_from_slice(b"] \"");
        Field::new(out, Escape::Combined, METHOD_LIMIT)
            .text(redact::method(entry.method).as_bytes());
        out.push(b' ');
        self.path(entry, Escape::Combined, out);
        out.push(b' ');
        out.extend_from_slice(combined_protocol(entry.protocol));
        number(out, b"\" ", entry.status.into());
        number(out, b" ", entry.bytes);
        out.push(b' ');
        quoted_or(out, b"\"-\"", |out| referer(entry, Escape::Combined, out));
        out.push(b' ');
        quoted_or(out, b"\"-\"", |out| self.user_agent(entry, out));
        out.push(b'\n');
    }

    fn path(&self, entry: &AccessEntry<'_>, escape: Escape, out: &mut Vec<u8>) {
        let mut field = Field::new(out, escape, PATH_LIMIT);
        redact::target(entry.target.as_bytes(), &self.query, &mut |piece| {
            show(&piece, &mut field)
        });
    }

    fn user_agent(&mut self, entry: &AccessEntry<'_>, out: &mut Vec<u8>) -> bool {
        let Some(field) = entry.user_agent else {
            return false;
        };
        let UserAgent { family, major } = self.user_agent.of(field);
        out.extend_from_slice(family.as_bytes());
        if let Some(major) = major {
            number(out, b"/", major.into());
        }
        true
    }
}

impl fmt::Debug for Formatter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Formatter")
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}

fn referer(entry: &AccessEntry<'_>, escape: Escape, out: &mut Vec<u8>) -> bool {
    let Some(referer) = entry.referer else {
        return false;
    };
    let mut field = Field::new(out, escape, ORIGIN_LIMIT);
    redact::origin(referer, &mut |piece| show(&piece, &mut field))
}

fn show(piece: &Piece<'_>, field: &mut Field<'_>) {
    match piece {
        Piece::Shown(text) => field.text(text),
        Piece::Hidden => field.omission(),
    }
}

/// A quoted text, or `absent` if `write` says that there is none.
fn quoted_or(out: &mut Vec<u8>, absent: &[u8], write: impl FnOnce(&mut Vec<u8>) -> bool) {
    let start = out.len();
    out.push(b'"');
    if write(out) {
        out.push(b'"');
    } else {
        out.truncate(start);
        out.extend_from_slice(absent);
    }
}

/// A key with the opening quote, and a text; the next key closes the quote.
fn string(out: &mut Vec<u8>, key: &[u8], text: &str, limit: usize) {
    out.extend_from_slice(key);
    Field::new(out, Escape::Json, limit).text(text.as_bytes());
}

fn optional(out: &mut Vec<u8>, key: &[u8], text: Option<&str>, limit: usize) {
    out.extend_from_slice(key);
    quoted_or(out, b"null", |out| {
        let text = text.map(|text| Field::new(out, Escape::Json, limit).text(text.as_bytes()));
        text.is_some()
    });
}

fn number(out: &mut Vec<u8>, key: &[u8], number: u64) {
    out.extend_from_slice(key);
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Milliseconds with three decimals.
fn milliseconds(out: &mut Vec<u8>, duration: Duration) {
    let microseconds = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    let [tenths, hundredths, thousandths] = decimal((microseconds % 1000) as u32);
    number(out, b"", microseconds / 1000);
    out.extend_from_slice(&[b'.', tenths, hundredths, thousandths]);
}

fn client(client: Option<MinimisedAddr>, out: &mut Vec<u8>) {
    match client {
        Some(MinimisedAddr::Truncated(IpAddr::V4(address))) => ipv4(address, out),
        // Writing to a vector does not fail.
        Some(address) => drop(write!(out, "{address}")),
        None => out.push(b'-'),
    }
}

fn ipv4(address: Ipv4Addr, out: &mut Vec<u8>) {
    let [first, rest @ ..] = address.octets();
    number(out, b"", first.into());
    for octet in rest {
        number(out, b".", octet.into());
    }
}

fn json_protocol(version: Version) -> &'static [u8] {
    match version {
        Version::HTTP_09 => b"HTTP/0.9",
        Version::HTTP_10 => b"HTTP/1.0",
        Version::HTTP_2 => b"HTTP/2",
        Version::HTTP_3 => b"HTTP/3",
        _ => b"HTTP/1.1",
    }
}

/// As nginx spells them, which readers of the combined format expect.
fn combined_protocol(version: Version) -> &'static [u8] {
    match version {
        Version::HTTP_2 => b"HTTP/2.0",
        Version::HTTP_3 => b"HTTP/3.0",
        other => json_protocol(other),
    }
}

#[cfg(test)]
#[path = "format_tests.rs"]
mod tests;
