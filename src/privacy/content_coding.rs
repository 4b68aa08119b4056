//! Content codings (RFC 9110 §8.4): which of them privet can undo, and requests that ask for no
//! others, so that every page can be read on its way back.

use http::header;

use super::{field_lines::FieldLines, field_value::FieldValue};

/// A content coding that privet undoes and applies.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ContentCoding {
    /// RFC 1952.
    Gzip,
    /// RFC 1950; some servers send RFC 1951 without the wrapping.
    Deflate,
    /// RFC 7932.
    Brotli,
    /// RFC 8878, windows up to 8 MiB (RFC 9659).
    Zstd,
}

/// Names that are no coding's, and that websites send over content in none.
const IGNORED: [&[u8]; 4] = [b"none", b"utf-8", b"utf8", b"binary"];

/// A coding that privet can't undo.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct UnknownCoding;

impl ContentCoding {
    /// The coding of that name, in any case.
    fn named(name: &[u8]) -> Option<Self> {
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        match name.len() {
            2 if is("br") => Some(Self::Brotli),
            4 if is("gzip") => Some(Self::Gzip),
            4 if is("zstd") => Some(Self::Zstd),
            // RFC 9110 §8.4.1.3.
            6 if is("x-gzip") => Some(Self::Gzip),
            7 if is("deflate") => Some(Self::Deflate),
            _ => None,
        }
    }

    /// The codings of a message's content, in the order in which they were applied.
    ///
    /// # Errors
    /// If one of them can't be undone.
    pub fn applied(fields: &FieldLines) -> Result<Vec<Self>, UnknownCoding> {
        let names = fields
            .get_all(&header::CONTENT_ENCODING)
            .flat_map(|line| line.as_bytes().split(|byte| *byte == b','))
            .map(<[u8]>::trim_ascii)
            .filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case(b"identity"))
            .collect::<Vec<_>>();
        // Websites switch a server's compression off by `none`, which browsers take for nothing.
        if let [only] = *names
            && IGNORED
                .iter()
                .any(|ignored| only.eq_ignore_ascii_case(ignored))
        {
            return Ok(Vec::new());
        }
        let codings = names.into_iter().map(Self::named);
        codings.map(|coding| coding.ok_or(UnknownCoding)).collect()
    }

    /// Whether a request's `Accept-Encoding` names it, with a weight that is not zero.
    pub fn is_accepted(self, request: &FieldLines) -> bool {
        let lines = request.get_all(&header::ACCEPT_ENCODING);
        let mut elements = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
        elements.any(|element| {
            let (name, is_refused) = weighed(element);
            Self::named(name) == Some(self) && !is_refused
        })
    }

    /// The name in `Content-Encoding`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }
}

/// Whether a parameter is a weight of zero (RFC 9110 §12.4.2).
fn refuses(weight: &[u8]) -> bool {
    let value = weight
        .strip_prefix(b"q=")
        .or_else(|| weight.strip_prefix(b"Q="));
    value.is_some_and(|value| value.iter().all(|byte| matches!(byte, b'0' | b'.')))
}

/// Whether an element of `Accept-Encoding` asks for nothing that privet can't undo. `*` asks for
/// anything, unless its weight is zero.
fn is_readable(element: &[u8]) -> bool {
    let (name, is_refused) = weighed(element);
    match name {
        b"*" => is_refused,
        _ => {
            name.is_empty()
                || name.eq_ignore_ascii_case(b"identity")
                || ContentCoding::named(name).is_some()
        }
    }
}

/// The name in an element of `Accept-Encoding`, and whether its weight is zero.
fn weighed(element: &[u8]) -> (&[u8], bool) {
    let mut parts = element.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
    let name = parts.next().unwrap_or_default();
    (name, parts.any(refuses))
}

/// What to ask for in the place of lines of `Accept-Encoding` where a page will be decoded, gated and
/// encoded again: gzip, whose codecs take little memory for each page; `None` if the visitor doesn't take
/// it.
pub(super) fn page_coding<'a>(
    mut lines: impl Iterator<Item = &'a FieldValue>,
) -> Option<FieldValue> {
    let gzip = lines.find_map(|line| {
        let mut elements = line.as_bytes().split(|byte| *byte == b',');
        elements.find(|element| {
            let (name, is_refused) = weighed(element);
            ContentCoding::named(name) == Some(ContentCoding::Gzip) && !is_refused
        })
    })?;
    FieldValue::from_bytes(gzip.trim_ascii()).ok()
}

/// What is left of a line of `Accept-Encoding`, byte for byte, without codings that can't be undone;
/// `None` if nothing has to go.
pub(super) fn readable_codings(line: &FieldValue) -> Option<FieldValue> {
    let elements = || line.as_bytes().split(|byte| *byte == b',');
    if elements().all(is_readable) {
        return None;
    }
    let kept: Vec<&[u8]> = elements().filter(|element| is_readable(element)).collect();
    let kept = kept.join(&b","[..]);
    match kept.trim_ascii() {
        // An empty line would say the same, but not to every server.
        b"" => Some(FieldValue::from_static("identity")),
        kept => FieldValue::from_bytes(kept).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_asks_only_for_what_can_be_undone() {
        for (sent, forwarded) in [
            ("gzip, deflate, br, zstd", None),
            ("", None),
            ("GZIP;q=0.5,x-gzip , identity;q=0", None),
            ("*;q=0", None),
            (
                "gzip, deflate, br, zstd, dcb, dcz",
                Some("gzip, deflate, br, zstd"),
            ),
            ("dcb, gzip;q=0.8,compress,br", Some("gzip;q=0.8,br")),
            ("br ;q=0.1 , *", Some("br ;q=0.1")),
            ("*", Some("identity")),
            ("*;q=0.01", Some("identity")),
            ("compress", Some("identity")),
        ] {
            let line = FieldValue::from_static(sent);
            let readable = readable_codings(&line);
            let readable = readable.as_ref().map(|line| line.to_str().expect("text"));
            assert_eq!(readable, forwarded, "{sent}");
        }
    }

    #[test]
    fn a_page_that_will_be_gated_is_asked_for_in_gzip() {
        for (sent, asked) in [
            (&["gzip, deflate, br, zstd"][..], Some("gzip")),
            (&["br, GZip;q=0.8 "], Some("GZip;q=0.8")),
            (&["br", "x-gzip"], Some("x-gzip")),
            (&["br, gzip;q=0"], None),
            (&["*"], None),
            (&[], None),
        ] {
            let lines: Vec<_> = sent
                .iter()
                .map(|line| FieldValue::from_static(line))
                .collect();
            let coding = page_coding(lines.iter());
            let coding = coding.as_ref().map(|line| line.to_str().expect("text"));
            assert_eq!(coding, asked, "{sent:?}");
        }
    }

    #[test]
    fn what_was_applied_is_told_in_its_order() {
        let of = |lines: &[&'static str]| {
            let lines = lines.iter().map(|line| FieldValue::from_static(line));
            let fields = lines.map(|line| (header::CONTENT_ENCODING, line)).collect();
            ContentCoding::applied(&fields)
        };
        assert_eq!(of(&[]), Ok(vec![]));
        assert_eq!(of(&["identity"]), Ok(vec![]));
        assert_eq!(of(&["X-GZIP"]), Ok(vec![ContentCoding::Gzip]));
        assert_eq!(
            of(&["deflate, br", "zstd"]),
            Ok(vec![
                ContentCoding::Deflate,
                ContentCoding::Brotli,
                ContentCoding::Zstd
            ])
        );
        assert_eq!(of(&["dcb"]), Err(UnknownCoding));
        assert_eq!(of(&["gzip, none"]), Err(UnknownCoding));
        assert_eq!(of(&["None"]), Ok(vec![]));
    }
}
