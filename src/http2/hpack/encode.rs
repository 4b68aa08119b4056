//! Writing field blocks (RFC 7541 §6).
//!
//! Lines that most responses of a website repeat word by word are indexed, so that they cost a byte
//! from the second time on. All others are written as they are: a value that comes once gains
//! nothing, and one that is secret must not share a table with one that a stranger can choose
//! (RFC 7541 §7.1).

use std::collections::VecDeque;

use http::{HeaderName, StatusCode, header};

use super::{
    integer,
    table::{FIRST_DYNAMIC, OVERHEAD, index_of},
};
use crate::privacy::FieldValue;

/// What the table may hold, bytes; what both sides begin with (RFC 9113 §6.5.2).
const TABLE_SIZE: usize = 4096;
/// The longest value that is indexed.
const LONGEST: usize = 512;

/// Encodes the blocks of one connection, in order.
pub(in super::super) struct Encoder {
    /// The newest first.
    entries: VecDeque<(HeaderName, Box<[u8]>)>,
    size: usize,
    most: usize,
    /// The least size since the last block, if it is still to be announced that it changed.
    announced: Option<usize>,
    /// Where the next line is looked for first: responses resemble one another.
    next: usize,
}

impl Encoder {
    pub(in super::super) fn new() -> Self {
        Self {
            entries: VecDeque::new(),
            size: 0,
            most: TABLE_SIZE,
            announced: None,
            next: 0,
        }
    }

    /// Keeps to what the client's `SETTINGS_HEADER_TABLE_SIZE` allows.
    pub(in super::super) fn allow(&mut self, size: usize) {
        let size = size.min(TABLE_SIZE);
        if size == self.most {
            return;
        }
        self.most = size;
        let least = self.announced.unwrap_or(self.most).min(self.most);
        self.announced = Some(least);
        self.evict(0);
    }

    /// Begins a block. A change of the table's size comes first (RFC 7541 §4.2).
    pub(in super::super) fn begin(&mut self, out: &mut Vec<u8>) {
        if let Some(least) = self.announced.take() {
            if least < self.most {
                integer::write(least, 5, 0x20, out);
            }
            integer::write(self.most, 5, 0x20, out);
        }
        self.next = self.entries.len().saturating_sub(1);
    }

    /// Writes `:status`.
    pub(in super::super) fn status(status: StatusCode, out: &mut Vec<u8>) {
        let index = match status.as_u16() {
            200 => 8,
            204 => 9,
            206 => 10,
            304 => 11,
            400 => 12,
            404 => 13,
            500 => 14,
            _ => {
                out.extend_from_slice(&[0x08, 3]);
                out.extend_from_slice(status.as_str().as_bytes());
                return;
            }
        };
        out.push(0x80 | index);
    }

    /// Writes a line.
    pub(in super::super) fn line(
        &mut self,
        name: &HeaderName,
        value: &FieldValue,
        out: &mut Vec<u8>,
    ) {
        let value = value.as_bytes();
        if !is_steady(name) || value.len() > LONGEST {
            // Never to be indexed by anybody on its way, if it is a cookie (RFC 7541 §7.1.3).
            let kind = if *name == header::SET_COOKIE { 0x10 } else { 0 };
            return literal(name, value, 4, kind, out);
        }
        if let Some(place) = self.find(name, value) {
            self.next = place.checked_sub(1).unwrap_or(self.entries.len() - 1);
            integer::write(FIRST_DYNAMIC + place, 7, 0x80, out);
            return;
        }
        let size = name.as_str().len() + value.len() + OVERHEAD;
        if size > self.most / 2 {
            return literal(name, value, 4, 0, out);
        }
        literal(name, value, 6, 0x40, out);
        self.evict(size);
        self.size += size;
        self.entries.push_front((name.clone(), value.into()));
    }

    fn find(&self, name: &HeaderName, value: &[u8]) -> Option<usize> {
        let is_it = |entry: &(HeaderName, Box<[u8]>)| entry.0 == *name && *entry.1 == *value;
        if self.entries.get(self.next).is_some_and(is_it) {
            return Some(self.next);
        }
        self.entries.iter().position(is_it)
    }

    fn evict(&mut self, more: usize) {
        while self.size + more > self.most
            && let Some((name, value)) = self.entries.pop_back()
        {
            self.size -= name.as_str().len() + value.len() + OVERHEAD;
        }
    }
}

/// Whether a field mostly says the same in all responses, and nothing that is secret.
fn is_steady(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "accept-ranges"
            | "access-control-allow-origin"
            | "cache-control"
            | "content-encoding"
            | "content-language"
            | "content-type"
            | "cross-origin-embedder-policy"
            | "cross-origin-opener-policy"
            | "cross-origin-resource-policy"
            | "permissions-policy"
            | "referrer-policy"
            | "server"
            | "strict-transport-security"
            | "vary"
            | "x-content-type-options"
            | "x-frame-options"
            | "x-xss-protection"
    )
}

/// Writes a line in full, behind the bits of `kind`.
fn literal(name: &HeaderName, value: &[u8], prefix: u32, kind: u8, out: &mut Vec<u8>) {
    let index = index_of(name);
    integer::write(index, prefix, kind, out);
    if index == 0 {
        string(name.as_str().as_bytes(), out);
    }
    string(value, out);
}

fn string(text: &[u8], out: &mut Vec<u8>) {
    integer::write(text.len(), 7, 0, out);
    out.extend_from_slice(text);
}
