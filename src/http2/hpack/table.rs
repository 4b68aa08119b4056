//! The tables that lines are looked up in: the static one (RFC 7541 Appendix A), and the dynamic
//! one of lines that the client sent before (§2.3.2).

use std::collections::VecDeque;

use http::{HeaderName, Method, header, uri::PathAndQuery};

use super::super::field::{Field, Name};
use crate::privacy::FieldValue;

/// What each line of a table or list costs besides its bytes (RFC 7541 §4.1, RFC 9113 §6.5.2).
pub(super) const OVERHEAD: usize = 32;

/// The names from index 15 on.
static NAMES: [HeaderName; 47] = [
    header::ACCEPT_CHARSET,
    header::ACCEPT_ENCODING,
    header::ACCEPT_LANGUAGE,
    header::ACCEPT_RANGES,
    header::ACCEPT,
    header::ACCESS_CONTROL_ALLOW_ORIGIN,
    header::AGE,
    header::ALLOW,
    header::AUTHORIZATION,
    header::CACHE_CONTROL,
    header::CONTENT_DISPOSITION,
    header::CONTENT_ENCODING,
    header::CONTENT_LANGUAGE,
    header::CONTENT_LENGTH,
    header::CONTENT_LOCATION,
    header::CONTENT_RANGE,
    header::CONTENT_TYPE,
    header::COOKIE,
    header::DATE,
    header::ETAG,
    header::EXPECT,
    header::EXPIRES,
    header::FROM,
    header::HOST,
    header::IF_MATCH,
    header::IF_MODIFIED_SINCE,
    header::IF_NONE_MATCH,
    header::IF_RANGE,
    header::IF_UNMODIFIED_SINCE,
    header::LAST_MODIFIED,
    header::LINK,
    header::LOCATION,
    header::MAX_FORWARDS,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::RANGE,
    header::REFERER,
    header::REFRESH,
    header::RETRY_AFTER,
    header::SERVER,
    header::SET_COOKIE,
    header::STRICT_TRANSPORT_SECURITY,
    header::TRANSFER_ENCODING,
    header::USER_AGENT,
    header::VARY,
    header::VIA,
    header::WWW_AUTHENTICATE,
];

/// Where the names above begin, and where the dynamic table does.
const FIRST_NAME: usize = 15;
pub(super) const FIRST_DYNAMIC: usize = 62;

/// The index of a name in the static table; 0 if it has none. For responses, so without the names
/// that only requests have.
pub(super) fn index_of(name: &HeaderName) -> usize {
    match name.as_str() {
        "accept-ranges" => 18,
        "access-control-allow-origin" => 20,
        "age" => 21,
        "allow" => 22,
        "cache-control" => 24,
        "content-disposition" => 25,
        "content-encoding" => 26,
        "content-language" => 27,
        "content-length" => 28,
        "content-location" => 29,
        "content-range" => 30,
        "content-type" => 31,
        "date" => 33,
        "etag" => 34,
        "expires" => 36,
        "last-modified" => 44,
        "link" => 45,
        "location" => 46,
        "proxy-authenticate" => 48,
        "refresh" => 52,
        "retry-after" => 53,
        "server" => 54,
        "set-cookie" => 55,
        "strict-transport-security" => 56,
        "vary" => 59,
        "via" => 60,
        "www-authenticate" => 61,
        _ => 0,
    }
}

/// A line of the dynamic table. The name is kept apart, because a line can be flawed by its value
/// alone and still lend its name.
struct Entry {
    name: Name,
    name_length: usize,
    field: Field,
    size: usize,
}

/// The lines that a block can refer to.
pub(super) struct Table {
    entries: VecDeque<Entry>,
    size: usize,
    most: usize,
}

impl Table {
    /// An empty one.
    pub(super) fn new(most: usize) -> Self {
        Self {
            entries: VecDeque::new(),
            size: 0,
            most,
        }
    }

    /// Changes the size (RFC 7541 §4.3).
    pub(super) fn resize(&mut self, most: usize) {
        self.most = most;
        self.evict(0);
    }

    /// The line at an index, with its size.
    pub(super) fn field(&self, index: usize) -> Option<(Field, usize)> {
        match index.checked_sub(FIRST_DYNAMIC) {
            None => static_field(index),
            Some(index) => {
                let entry = self.entries.get(index)?;
                Some((entry.field.clone(), entry.size))
            }
        }
    }

    /// The name of the line at an index, with its length.
    pub(super) fn name(&self, index: usize) -> Option<(Name, usize)> {
        match index.checked_sub(FIRST_DYNAMIC) {
            None => static_name(index),
            Some(index) => {
                let entry = self.entries.get(index)?;
                Some((entry.name.clone(), entry.name_length))
            }
        }
    }

    /// Adds a line of that size, whose name has that length (RFC 7541 §4.4).
    pub(super) fn add(&mut self, (name, name_length): (Name, usize), field: Field, size: usize) {
        if size > self.most {
            self.entries.clear();
            self.size = 0;
            return;
        }
        self.evict(size);
        self.size += size;
        self.entries.push_front(Entry {
            name,
            name_length,
            field,
            size,
        });
    }

    fn evict(&mut self, more: usize) {
        while self.size + more > self.most {
            match self.entries.pop_back() {
                Some(entry) => self.size -= entry.size,
                None => self.size = 0,
            }
            if self.entries.is_empty() {
                break;
            }
        }
    }

    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.size
    }
}

fn static_name(index: usize) -> Option<(Name, usize)> {
    Some(match index {
        1 => (Name::Authority, 10),
        2 | 3 => (Name::Method, 7),
        4 | 5 => (Name::Path, 5),
        6 | 7 => (Name::Scheme, 7),
        8..=14 => (Name::Flawed, 7),
        _ => {
            let name = NAMES.get(index.checked_sub(FIRST_NAME)?)?;
            (Name::Field(name.clone()), name.as_str().len())
        }
    })
}

fn static_field(index: usize) -> Option<(Field, usize)> {
    let (name, length) = static_name(index)?;
    let (field, value) = match (index, name) {
        (2, _) => (Field::Method(Method::GET), 3),
        (3, _) => (Field::Method(Method::POST), 4),
        (4, _) => (Field::Path(PathAndQuery::from_static("/")), 1),
        (5, _) => (Field::Path(PathAndQuery::from_static("/index.html")), 11),
        (6 | 7, _) => (Field::Scheme, 5),
        (16, Name::Field(name)) => {
            let value = "gzip, deflate";
            let field = Field::Line(name, FieldValue::from_static(value));
            (field, value.len())
        }
        (_, name) => (Field::parse(&name, b""), 0),
    };
    Some((field, length + value + OVERHEAD))
}
