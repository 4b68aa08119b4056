//! The `Cookie` field as bytes: split into pairs, filtered, never reserialised.
//!
//! RFC 6265bis §5.8.3 lets a client send several field lines (HTTP/2 crumbs, RFC 9113 §8.2.3);
//! towards the website they become one. A kept pair passes byte for byte, in order. Consent
//! cookies hold quotes, commas, braces and spaces, so the only separator is `;`.

use http::header;

use super::set_cookie::cookie_name;
use crate::privacy::{field_lines::FieldLines, field_value::FieldValue};

/// One `name=value` of a `Cookie` field. A pair without `=` has an empty name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CookiePair<'a> {
    /// Name, white space trimmed.
    pub name: &'a [u8],
    /// Value, white space trimmed.
    pub value: &'a [u8],
    /// The whole pair as it was sent, white space around it trimmed.
    pub bytes: &'a [u8],
}

impl<'a> CookiePair<'a> {
    /// The name that the cookie is judged by.
    ///
    /// Servers differ in what they make of odd spellings; this is what the most lenient of them
    /// take for the name.
    pub fn judged_name(&self) -> &'a [u8] {
        judged_name(if self.name.is_empty() {
            cookie_name(self.value)
        } else {
            self.name
        })
    }
}

/// A name without what lenient servers take off it: quotes, and white space beyond ASCII's
/// (U+0085, U+00A0) in Latin-1 or UTF-8.
pub(crate) fn judged_name(mut name: &[u8]) -> &[u8] {
    while let [b'"' | 0x85 | 0xa0 | 0xc2 | b' ' | b'\t', rest @ ..]
    | [rest @ .., b'"' | 0x85 | 0xa0 | 0xc2 | b' ' | b'\t'] = name
    {
        name = rest;
    }
    name
}

/// The pairs of one field line.
pub fn pairs(line: &[u8]) -> impl Iterator<Item = CookiePair<'_>> {
    Pairs { rest: Some(line) }.filter(|pair| !pair.bytes.is_empty())
}

/// The pairs of every `Cookie` line of a request.
pub fn request_pairs(fields: &FieldLines) -> impl Iterator<Item = CookiePair<'_>> {
    fields
        .get_all(&header::COOKIE)
        .flat_map(|line| pairs(line.as_bytes()))
}

struct Pairs<'a> {
    rest: Option<&'a [u8]>,
}

impl<'a> Iterator for Pairs<'a> {
    type Item = CookiePair<'a>;

    fn next(&mut self) -> Option<CookiePair<'a>> {
        let rest = self.rest?;
        let end = memchr::memchr(b';', rest).unwrap_or(rest.len());
        let (bytes, after) = rest.split_at(end);
        self.rest = after.get(1..);
        let bytes = trim(bytes);
        let (name, value) = match memchr::memchr(b'=', bytes) {
            Some(equals) => {
                let (name, value) = bytes.split_at(equals);
                (trim(name), trim(value.get(1..).unwrap_or_default()))
            }
            None => (&[][..], bytes),
        };
        Some(CookiePair { name, value, bytes })
    }
}

/// Spaces and tabs around a piece, as RFC 6265bis §5.6 trims them.
pub(super) fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

/// What passes of a pair.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kept {
    /// All of it.
    Whole,
    /// So many bytes of its beginning.
    Beginning(usize),
    /// Nothing.
    Nothing,
}

impl From<bool> for Kept {
    fn from(whole: bool) -> Self {
        if whole { Self::Whole } else { Self::Nothing }
    }
}

/// The one line for the website that holds what `keep` lets pass of every pair; `None` if nothing.
///
/// A single line of which nothing is removed is passed on without a copy.
pub(crate) fn filter(
    fields: &FieldLines,
    mut keep: impl FnMut(&CookiePair<'_>) -> Kept,
) -> Option<FieldValue> {
    let mut lines = fields.get_all(&header::COOKIE);
    let first = lines.next()?;
    let more: Option<usize> = lines.map(|line| line.len() + 2).reduce(|a, b| a + b);
    let size = first.len() + more.unwrap_or_default();
    let mut kept: Vec<u8> = Vec::with_capacity(size);
    let mut removed = false;
    for pair in request_pairs(fields) {
        let bytes = match keep(&pair) {
            Kept::Whole => pair.bytes,
            Kept::Beginning(length) => pair.bytes.get(..length).unwrap_or_default(),
            Kept::Nothing => &[],
        };
        removed |= bytes.len() < pair.bytes.len();
        if bytes.is_empty() {
            continue;
        }
        if !kept.is_empty() {
            kept.extend_from_slice(b"; ");
        }
        kept.extend_from_slice(bytes);
    }
    if more.is_none() && !removed {
        return Some(first.clone());
    }
    if kept.is_empty() {
        return None;
    }
    // Every byte came out of a valid field value, so this can't fail; losing the cookies would
    // be the private failure.
    FieldValue::from_shared(bytes::Bytes::from(kept)).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fields(lines: &[&[u8]]) -> FieldLines {
        let mut fields = FieldLines::default();
        for line in lines {
            fields.push(
                header::COOKIE,
                FieldValue::from_bytes(line).expect("a value"),
            );
        }
        fields
    }

    #[test]
    fn pairs_are_split_as_browsers_mean_them() {
        let line = b" a=1;b = \"x, y\" ; noequals; =v;c={x:%27;; d=";
        let found: Vec<(&[u8], &[u8], &[u8])> = pairs(line)
            .map(|pair| (pair.name, pair.value, pair.bytes))
            .collect();
        let expected: [(&[u8], &[u8], &[u8]); 6] = [
            (b"a", b"1", b"a=1"),
            (b"b", b"\"x, y\"", b"b = \"x, y\""),
            (b"", b"noequals", b"noequals"),
            (b"", b"v", b"=v"),
            (b"c", b"{x:%27", b"c={x:%27"),
            (b"d", b"", b"d="),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn an_untouched_line_passes_byte_for_byte() {
        let line = b"a=1;  b=2 ;;c";
        let kept = filter(&fields(&[line]), |_| Kept::Whole).expect("kept");
        assert_eq!(kept.as_bytes(), line);
    }

    #[test]
    fn crumbs_become_one_line_and_removed_pairs_leave_no_trace() {
        let fields = fields(&[b"a=1", b"_ga=2; b=3", b"_gid=4"]);
        let kept = filter(&fields, |pair| (!pair.name.starts_with(b"_g")).into()).expect("kept");
        assert_eq!(kept.as_bytes(), b"a=1; b=3");
        assert_eq!(filter(&fields, |_| Kept::Nothing), None);
        let kept = filter(&fields, |_| Kept::Beginning(2)).expect("kept");
        assert_eq!(kept.as_bytes(), b"a=; _g; b=; _g");
    }

    proptest! {
        #[test]
        fn any_bytes_are_split_into_pieces_of_themselves_in_order(line: Vec<u8>) {
            let mut rest = line.as_slice();
            for pair in pairs(&line) {
                prop_assert!(!pair.bytes.is_empty() && !pair.bytes.contains(&b';'));
                let start = memchr::memmem::find(rest, pair.bytes);
                prop_assert!(start.is_some(), "a piece that is none: {:?}", pair.bytes);
                rest = rest.get(start.unwrap_or_default() + pair.bytes.len()..).unwrap_or_default();
            }
        }

        #[test]
        fn filtering_keeps_bytes_and_order(
            lines in proptest::collection::vec("[ -~\t\u{80}-\u{ff}]{0,60}", 1..4),
            remove in "[a-z_]{1}",
        ) {
            let latin: Vec<Vec<u8>> =
                lines.iter().map(|line| line.chars().map(|c| c as u8).collect()).collect();
            let latin: Vec<&[u8]> = latin.iter().map(Vec::as_slice).collect();
            prop_assume!(latin.iter().all(|line| FieldValue::from_bytes(line).is_ok()));
            let fields = fields(&latin);
            let keep = |pair: &CookiePair<'_>| !pair.name.starts_with(remove.as_bytes());
            let expected: Vec<Vec<u8>> =
                request_pairs(&fields).filter(keep).map(|pair| pair.bytes.to_vec()).collect();
            let kept = filter(&fields, |pair| keep(pair).into());
            let got: Vec<Vec<u8>> = kept
                .iter()
                .flat_map(|line| pairs(line.as_bytes()).map(|pair| pair.bytes.to_vec()))
                .collect();
            prop_assert_eq!(got, expected);
        }
    }
}
