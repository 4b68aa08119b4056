//! Comma-separated values (RFC 4180), read so that each field is known by its place in the text.
//!
//! A mistake must be shown at its line and column. The usual readers say where a record begins at
//! most, and take a quote that is never closed, or text after a closing one, for what was meant; here
//! both are mistakes. Lines may end with CRLF or LF; empty lines are skipped.

use std::{borrow::Cow, ops::Range};

/// Fields of a line; a text of nothing but commas would take fifty times its size.
const FIELD_LIMIT: usize = 256;

/// One field.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Field<'t> {
    /// What it holds, without its quotes.
    pub(crate) text: Cow<'t, str>,
    /// Where, with its quotes.
    pub(crate) place: Range<usize>,
}

/// Why a text is no CSV, and where; what follows is not read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Malformed {
    pub(crate) what: &'static str,
    pub(crate) place: Range<usize>,
}

/// The records of a text, one after the other.
#[derive(Debug)]
pub(crate) struct Records<'t> {
    text: &'t str,
    at: usize,
}

/// What stands after a field.
#[derive(Eq, PartialEq)]
enum Next {
    Field,
    Record,
}

impl<'t> Records<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn record(&mut self) -> Result<Vec<Field<'t>>, Malformed> {
        let mut fields = Vec::new();
        loop {
            let start = self.at;
            let (text, length) = match self.rest().strip_prefix('"') {
                Some(inside) => self.quoted(inside)?,
                None => self.bare(),
            };
            self.at += length;
            let place = start..self.at;
            if fields.len() == FIELD_LIMIT {
                let what = "is one field too many";
                return Err(Malformed { what, place });
            }
            fields.push(Field { text, place });
            if self.separator()? == Next::Record {
                return Ok(fields);
            }
        }
    }

    /// The field without quotes that begins here, and its length in the file.
    fn bare(&self) -> (Cow<'t, str>, usize) {
        let rest = self.rest();
        let end = rest.find([',', '\n']).unwrap_or(rest.len());
        let (text, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let is_last = !after.starts_with(',');
        let text = text.strip_suffix('\r').filter(|_| is_last).unwrap_or(text);
        (Cow::Borrowed(text), text.len())
    }

    /// The field whose text after the opening quote begins with `inside`, and its length in the file.
    fn quoted(&self, inside: &'t str) -> Result<(Cow<'t, str>, usize), Malformed> {
        let mut end = 0;
        let mut doubled = false;
        loop {
            let after = inside.get(end..).unwrap_or_default();
            let Some(quote) = after.find('"') else {
                return Err(Malformed {
                    what: "begins with a quote that is never closed",
                    place: self.at..self.at + 1,
                });
            };
            end += quote;
            if !after.get(quote + 1..).unwrap_or_default().starts_with('"') {
                break;
            }
            doubled = true;
            end += 2;
        }
        let text = inside.get(..end).unwrap_or_default();
        let text = if doubled {
            Cow::Owned(text.replace("\"\"", "\""))
        } else {
            Cow::Borrowed(text)
        };
        Ok((text, end + 2))
    }

    /// Reads on to the next field.
    fn separator(&mut self) -> Result<Next, Malformed> {
        let rest = self.rest();
        let (next, length) = if rest.starts_with(',') {
            (Next::Field, 1)
        } else if rest.starts_with('\n') {
            (Next::Record, 1)
        } else if rest.starts_with("\r\n") {
            (Next::Record, 2)
        } else if rest.is_empty() || rest == "\r" {
            (Next::Record, rest.len())
        } else {
            let end = rest.find([',', '\n']).unwrap_or(rest.len());
            return Err(Malformed {
                what: "stands after a closing quote",
                place: self.at..self.at + end,
            });
        };
        self.at += length;
        Ok(next)
    }
}

impl<'t> Iterator for Records<'t> {
    type Item = Result<Vec<Field<'t>>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let blank = self.rest().len() - self.rest().trim_start_matches(['\r', '\n']).len();
        self.at += blank;
        if self.rest().is_empty() {
            return None;
        }
        let record = self.record();
        if record.is_err() {
            self.at = self.text.len();
        }
        Some(record)
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::string_slice,
    reason = "a failed test may panic"
)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str) -> Vec<Vec<String>> {
        let records = Records::new(text).map(Result::unwrap);
        records
            .map(|record| {
                record
                    .into_iter()
                    .map(|field| field.text.into_owned())
                    .collect()
            })
            .collect()
    }

    #[test]
    fn fields_are_read_whatever_is_in_them() {
        for (text, expected) in [
            ("", &[][..]),
            ("\r\n\n", &[]),
            ("a,b", &[&["a", "b"][..]]),
            ("a,b\r\nc,d\r\n", &[&["a", "b"], &["c", "d"]]),
            ("a,b\n\nc,d\n", &[&["a", "b"], &["c", "d"]]),
            (",\n", &[&["", ""]]),
            ("a,", &[&["a", ""]]),
            ("\"a,b\",c", &[&["a,b", "c"]]),
            ("\"a\r\nb\",c\r\n", &[&["a\r\nb", "c"]]),
            ("\"say \"\"hi\"\"\",\"\"\n", &[&["say \"hi\"", ""]]),
            ("a\"b,c\r\n", &[&["a\"b", "c"]]),
            ("a,\"b\"\r", &[&["a", "b"]]),
            ("a\r,b", &[&["a\r", "b"]]),
        ] {
            assert_eq!(texts(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_malformed_is_known_by_its_place() {
        for (text, what, place) in [
            ("a\nb,\"c\nd", "never closed", "\"c\nd"),
            ("a,\"b\"c,d\n", "after a closing quote", "c,d\n"),
            (&",".repeat(300), "too many", &",".repeat(300 - FIELD_LIMIT)),
        ] {
            let mut records = Records::new(text);
            let malformed = records.find_map(Result::err).unwrap();
            assert!(malformed.what.contains(what), "{text:?}: {malformed:?}");
            assert_eq!(&text[malformed.place.start..], place, "{text:?}");
            assert_eq!(records.next(), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            records in proptest::collection::vec(
                proptest::collection::vec("[a,\"\r\né ]{0,4}", 2..4),
                0..5,
            ),
        ) {
            let mut text = String::new();
            for record in &records {
                let quoted = |field: &String| format!("\"{}\"", field.replace('"', "\"\""));
                let fields: Vec<String> = record.iter().map(quoted).collect();
                text.push_str(&fields.join(","));
                text.push_str("\r\n");
            }
            prop_assert_eq!(texts(&text), records);
        }

        #[test]
        fn places_are_those_of_the_text(text in "[a,\"\r\né]{0,12}") {
            let mut at = 0;
            for record in Records::new(&text) {
                let fields = record.unwrap_or_default();
                for Field { text: field, place } in fields {
                    prop_assert!(place.start >= at);
                    at = place.end;
                    let written = &text[place];
                    prop_assert!(written.starts_with('"') || written == field);
                }
            }
        }
    }
}
