//! A field's value (RFC 9110 §5.5) as bytes that can stand in a field line: shared, not copied, and
//! checked at the speed of memory.
//!
//! `http::HeaderValue` promises the same, but looks at one byte after the other; a gateway makes
//! some thirty values for each request.

use std::{fmt, str::Utf8Error};

use bytes::Bytes;
use http::HeaderValue;

/// See the module. Its `Debug` shows the length only: values hold cookies and credentials.
#[derive(Clone, Eq, PartialEq)]
pub struct FieldValue(Bytes);

/// Bytes that can't stand in a field line: control characters other than a tab.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct InvalidFieldValue;

impl FieldValue {
    /// A value that is known when the program is built.
    ///
    /// # Panics
    /// If it can't stand in a field line.
    pub const fn from_static(text: &'static str) -> Self {
        let mut rest = text.as_bytes();
        while let [byte, after @ ..] = rest {
            assert!(is_allowed(*byte), "not a field value");
            rest = after;
        }
        Self(Bytes::from_static(text.as_bytes()))
    }

    /// The bytes as a value, without a copy.
    ///
    /// # Errors
    /// If they can't stand in a field line.
    pub fn from_shared(bytes: Bytes) -> Result<Self, InvalidFieldValue> {
        // Every byte is looked at, so that many can be at once.
        if bytes.iter().fold(true, |all, byte| all & is_allowed(*byte)) {
            Ok(Self(bytes))
        } else {
            Err(InvalidFieldValue)
        }
    }

    /// The value of a field line of `head`, without a copy and without another look: what httparse
    /// takes for a value can stand in a field line.
    pub(crate) fn of_line(head: &Bytes, line: &httparse::Header<'_>) -> Self {
        Self(head.slice_ref(line.value))
    }

    /// A copy of the bytes as a value.
    ///
    /// # Errors
    /// If they can't stand in a field line.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidFieldValue> {
        Self::from_shared(Bytes::copy_from_slice(bytes))
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The value as text.
    ///
    /// # Errors
    /// If it is not UTF-8.
    pub fn to_str(&self) -> Result<&str, Utf8Error> {
        std::str::from_utf8(&self.0)
    }

    /// How many bytes it has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// RFC 9110 §5.5: visible characters, spaces and tabs, and what is beyond ASCII.
const fn is_allowed(byte: u8) -> bool {
    (byte >= b' ') & (byte != 0x7f) | (byte == b'\t')
}

impl TryFrom<String> for FieldValue {
    type Error = InvalidFieldValue;

    fn try_from(text: String) -> Result<Self, InvalidFieldValue> {
        Self::from_shared(Bytes::from(text))
    }
}

impl TryFrom<&str> for FieldValue {
    type Error = InvalidFieldValue;

    fn try_from(text: &str) -> Result<Self, InvalidFieldValue> {
        Self::from_bytes(text.as_bytes())
    }
}

impl From<u64> for FieldValue {
    fn from(number: u64) -> Self {
        let mut text = itoa::Buffer::new();
        Self(Bytes::copy_from_slice(text.format(number).as_bytes()))
    }
}

impl From<&HeaderValue> for FieldValue {
    fn from(value: &HeaderValue) -> Self {
        Self(Bytes::copy_from_slice(value.as_bytes()))
    }
}

impl TryFrom<FieldValue> for HeaderValue {
    type Error = http::header::InvalidHeaderValue;

    fn try_from(value: FieldValue) -> Result<Self, Self::Error> {
        Self::from_maybe_shared(value.0)
    }
}

impl PartialEq<str> for FieldValue {
    fn eq(&self, text: &str) -> bool {
        self.0 == text.as_bytes()
    }
}

impl PartialEq<&str> for FieldValue {
    fn eq(&self, text: &&str) -> bool {
        self.0 == text.as_bytes()
    }
}

impl PartialEq<FieldValue> for &str {
    fn eq(&self, value: &FieldValue) -> bool {
        value == self
    }
}

impl fmt::Debug for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FieldValue({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_stand_in_a_field_line_is_what_http_takes() {
        for byte in 0..=u8::MAX {
            for value in [vec![byte], [&[b'a'; 40][..], &[byte], b"b"].concat()] {
                let ours = FieldValue::from_bytes(&value);
                assert_eq!(
                    ours.is_ok(),
                    HeaderValue::from_bytes(&value).is_ok(),
                    "{byte}"
                );
                assert!(ours.is_err() || ours.expect("a value").as_bytes() == value);
            }
        }
    }

    #[test]
    fn what_httparse_takes_for_a_value_is_one() {
        for byte in 0..=u8::MAX {
            let head = Bytes::from([b"a: b", &[byte][..], b"c\r\n\r\n"].concat());
            let mut room = [httparse::EMPTY_HEADER; 2];
            if let Ok(httparse::Status::Complete((_, lines))) =
                httparse::parse_headers(&head, &mut room)
            {
                for line in lines {
                    let value = FieldValue::of_line(&head, line);
                    assert_eq!(
                        FieldValue::from_bytes(value.as_bytes()),
                        Ok(value),
                        "{byte}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_value_is_not_shown() {
        let value = FieldValue::from_static("secret");
        assert_eq!(format!("{value:?}"), "FieldValue(6 bytes)");
        assert_eq!(FieldValue::from(70), "70");
    }
}
