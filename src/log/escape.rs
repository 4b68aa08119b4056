//! Text of strangers in a line of the log: bounded, and unable to end the line, the field, or to
//! steer the terminal that shows it (log injection, CWE-117).
//!
//! JSON: RFC 8259 §7, all but printable ASCII as `\u…`, which disarms control and direction
//! characters too; bytes that are no UTF-8 as U+FFFD. Combined: `\xHH`, as nginx does.

/// What stands for what is left out. Ours, so it is written as it is.
const OMISSION: &[u8] = "…".as_bytes();

/// How a character that can't stand for itself is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Escape {
    /// As JSON strings do.
    Json,
    /// As nginx does in its combined format. The space is escaped too: it parts the request line.
    Combined,
}

/// A field that is being written, of a bounded length.
pub(super) struct Field<'a> {
    out: &'a mut Vec<u8>,
    end: usize,
    escape: Escape,
    is_cut: bool,
}

impl<'a> Field<'a> {
    /// A field of at most `limit` bytes at the end of `out`, an omission sign after it included.
    pub(super) fn new(out: &'a mut Vec<u8>, escape: Escape, limit: usize) -> Self {
        let end = out.len() + limit.saturating_sub(OMISSION.len());
        Self {
            out,
            end,
            escape,
            is_cut: false,
        }
    }

    /// Appends text of strangers.
    pub(super) fn text(&mut self, text: &[u8]) {
        if self.is_cut {
            return;
        }
        if self.out.len() + text.len() <= self.end && is_plain(text, self.escape) {
            self.out.extend_from_slice(text);
            return;
        }
        match self.escape {
            Escape::Json => self.json(text),
            Escape::Combined => self.combined(text),
        }
    }

    /// Appends the sign that something was left out.
    pub(super) fn omission(&mut self) {
        self.unit(OMISSION);
    }

    fn json(&mut self, text: &[u8]) {
        for chunk in text.utf8_chunks() {
            for character in chunk.valid().chars() {
                match character {
                    '"' => self.unit(b"\\\""),
                    '\\' => self.unit(b"\\\\"),
                    ' '..='~' => self.unit(&[character as u8]),
                    _ => self.json_escape(character),
                }
            }
            if !chunk.invalid().is_empty() {
                self.json_escape(char::REPLACEMENT_CHARACTER);
            }
            if self.is_cut {
                return;
            }
        }
    }

    fn json_escape(&mut self, character: char) {
        let mut units = [0; 2];
        let mut escaped = [0; 12];
        let mut length = 0;
        for unit in character.encode_utf16(&mut units) {
            let [high, low] = unit.to_be_bytes();
            let [a, b] = hexadecimal(high);
            let [c, d] = hexadecimal(low);
            if let Some(room) = escaped.get_mut(length..length + 6) {
                room.copy_from_slice(&[b'\\', b'u', a, b, c, d]);
                length += 6;
            }
        }
        self.unit(escaped.get(..length).unwrap_or_default());
    }

    fn combined(&mut self, text: &[u8]) {
        for byte in text {
            if is_plain_byte(*byte, Escape::Combined) {
                self.unit(&[*byte]);
            } else {
                let [high, low] = hexadecimal(*byte);
                self.unit(&[b'\\', b'x', high, low]);
            }
            if self.is_cut {
                return;
            }
        }
    }

    /// Appends what must not be torn, or ends the field.
    fn unit(&mut self, unit: &[u8]) {
        if self.is_cut {
            return;
        }
        if self.out.len() + unit.len() > self.end {
            self.is_cut = true;
            self.out.extend_from_slice(OMISSION);
            return;
        }
        self.out.extend_from_slice(unit);
    }
}

/// Whether all of `text` stands for itself. Blocks without an early exit, so that the compiler
/// compares many bytes at once.
fn is_plain(text: &[u8], escape: Escape) -> bool {
    text.chunks(32).all(|block| {
        let all = |plain, byte: &u8| plain & is_plain_byte(*byte, escape);
        block.iter().fold(true, all)
    })
}

fn is_plain_byte(byte: u8, escape: Escape) -> bool {
    let first = match escape {
        Escape::Json => b' ',
        Escape::Combined => b'!',
    };
    (byte >= first) & (byte < 0x7f) & (byte != b'"') & (byte != b'\\')
}

fn hexadecimal(byte: u8) -> [u8; 2] {
    let digit = |value: u8| {
        if value < 10 {
            b'0' + value
        } else {
            b'a' + value - 10
        }
    };
    [digit(byte >> 4), digit(byte & 15)]
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed test may panic"
)]
mod tests {
    use super::*;

    fn escaped(text: &[u8], escape: Escape, limit: usize) -> String {
        let mut out = Vec::new();
        Field::new(&mut out, escape, limit).text(text);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_could_steer_a_reader_is_escaped() {
        for (text, json, combined) in [
            (b"/a b".as_slice(), "/a b", "/a\\x20b"),
            (b"\"\\", "\\\"\\\\", "\\x22\\x5c"),
            (
                b"\r\n\x1b[31m\x7f",
                "\\u000d\\u000a\\u001b[31m\\u007f",
                "\\x0d\\x0a\\x1b[31m\\x7f",
            ),
            (
                "é\u{202e}".as_bytes(),
                "\\u00e9\\u202e",
                "\\xc3\\xa9\\xe2\\x80\\xae",
            ),
            ("😀".as_bytes(), "\\ud83d\\ude00", "\\xf0\\x9f\\x98\\x80"),
            (b"a\xffb", "a\\ufffdb", "a\\xffb"),
        ] {
            assert_eq!(escaped(text, Escape::Json, 100), json, "{text:?}");
            assert_eq!(escaped(text, Escape::Combined, 100), combined, "{text:?}");
        }
    }

    #[test]
    fn a_field_never_outgrows_its_limit_and_tears_no_escape() {
        for text in [&b"abcdefgh".repeat(9)[..], &b"\xff\"\n".repeat(9)] {
            for limit in 3..60 {
                for escape in [Escape::Json, Escape::Combined] {
                    let field = escaped(text, escape, limit);
                    assert!(field.len() <= limit, "{field}");
                    if escape == Escape::Json {
                        serde_json::from_str::<String>(&format!("\"{field}\"")).unwrap();
                    }
                }
            }
        }
    }
}
