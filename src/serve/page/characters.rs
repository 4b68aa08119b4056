//! A page's character encoding, as browsers find it: byte order mark, label in `Content-Type`, label
//! in the page (WHATWG Encoding §6.1, HTML §13.2.3).
//!
//! In nearly every encoding all that is markup is ASCII, and a page is rewritten as the bytes that it
//! is. UTF-16 and ISO-2022-JP are made UTF-8, with a byte order mark, which for browsers beats every
//! label.

use encoding_rs::{CoderResult, Decoder, Encoding, ISO_2022_JP, REPLACEMENT};

use crate::privacy::{PRESCANNED, Syntax, declared_charset};

/// The byte order mark of UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";
/// Text is made UTF-8 in pieces of that size, bytes.
const ROOM: usize = 8 * 1024;

/// The page's label came after what it is the label of had been sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct LateLabel;

/// See the module.
pub(super) enum Characters {
    /// The first bytes may be a byte order mark.
    Beginning {
        label: Option<Vec<u8>>,
        syntax: Syntax,
        first: Vec<u8>,
    },
    /// No label yet: the beginning of the page, in which one may come.
    Unlabelled(Vec<u8>),
    /// Markup is ASCII.
    Ascii,
    /// Text is made UTF-8.
    Transcoded(Box<Decoder>),
}

impl Characters {
    /// Those of a page with that label in `Content-Type`.
    pub(super) fn new(label: Option<Vec<u8>>, syntax: Syntax) -> Self {
        Self::Beginning {
            label,
            syntax,
            first: Vec::new(),
        }
    }

    /// Whether the text is made UTF-8, as far as is known.
    pub(super) fn are_transcoded(&self) -> bool {
        match self {
            Self::Transcoded(_) => true,
            Self::Beginning { label, .. } => is_labelled_otherwise(label.as_deref()),
            Self::Unlabelled(_) | Self::Ascii => false,
        }
    }

    /// Hands `piece` on to `sink` as text whose markup is ASCII.
    pub(super) fn pass<E: From<LateLabel>>(
        &mut self,
        piece: &[u8],
        is_last: bool,
        sink: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            Self::Beginning {
                label,
                syntax,
                first,
            } => {
                let mut first = std::mem::take(first);
                let beginning = if first.is_empty() {
                    piece
                } else {
                    first.extend_from_slice(piece);
                    &first
                };
                if may_be_mark(beginning) && !is_last {
                    let first = beginning.to_vec();
                    *self = Self::Beginning {
                        label: label.take(),
                        syntax: *syntax,
                        first,
                    };
                    return Ok(());
                }
                *self = Self::of(label.take(), *syntax, beginning);
                if let Self::Transcoded(_) = self {
                    sink(MARK)?;
                }
                return self.pass(beginning, is_last, sink);
            }
            Self::Unlabelled(beginning) => {
                let room = PRESCANNED.saturating_sub(beginning.len());
                beginning.extend_from_slice(piece.get(..room).unwrap_or(piece));
                if beginning.len() >= PRESCANNED || is_last {
                    let label = declared_charset(beginning);
                    if label.is_some_and(|label| is_shifted(&label)) {
                        return Err(LateLabel.into());
                    }
                    *self = Self::Ascii;
                }
            }
            Self::Ascii => {}
            Self::Transcoded(decoder) => return transcode(decoder, piece, is_last, sink),
        }
        if piece.is_empty() {
            Ok(())
        } else {
            sink(piece)
        }
    }

    /// What a page's first bytes and its label say.
    fn of(label: Option<Vec<u8>>, syntax: Syntax, first: &[u8]) -> Self {
        if let Some((encoding, _)) = Encoding::for_bom(first) {
            return Self::in_encoding(encoding);
        }
        if let Some(encoding) = label.and_then(|label| Encoding::for_label(&label)) {
            return Self::in_encoding(encoding);
        }
        match declared_charset(first) {
            _ if syntax == Syntax::Xml => Self::Ascii,
            // In a page, UTF-16 is a mistake for UTF-8: its reader has just read ASCII.
            Some(label) if is_shifted(&label) => Self::in_encoding(ISO_2022_JP),
            Some(_) => Self::Ascii,
            None if first.len() >= PRESCANNED => Self::Ascii,
            None => Self::Unlabelled(Vec::new()),
        }
    }

    fn in_encoding(encoding: &'static Encoding) -> Self {
        // Of what only replaces text, browsers show nothing.
        if encoding.is_ascii_compatible() || encoding == REPLACEMENT {
            Self::Ascii
        } else {
            Self::Transcoded(Box::new(encoding.new_decoder_with_bom_removal()))
        }
    }
}

fn is_labelled_otherwise(label: Option<&[u8]>) -> bool {
    label
        .and_then(Encoding::for_label)
        .is_some_and(|encoding| !encoding.is_ascii_compatible() && encoding != REPLACEMENT)
}

fn is_shifted(label: &[u8]) -> bool {
    Encoding::for_label(label) == Some(ISO_2022_JP)
}

/// Whether more bytes could make a byte order mark of these.
fn may_be_mark(first: &[u8]) -> bool {
    let begins = |mark: &[u8]| first.len() < mark.len() && mark.starts_with(first);
    begins(MARK) || begins(b"\xfe\xff") || begins(b"\xff\xfe")
}

fn transcode<E>(
    decoder: &mut Decoder,
    mut piece: &[u8],
    is_last: bool,
    sink: &mut impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let mut text = [0; ROOM];
    loop {
        let (result, read, written, _) = decoder.decode_to_utf8(piece, &mut text, is_last);
        if written > 0 {
            sink(text.get(..written).unwrap_or_default())?;
        }
        piece = piece.get(read..).unwrap_or_default();
        if result == CoderResult::InputEmpty {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What passes when `page` comes in pieces of that size.
    fn pass(page: &[u8], label: Option<&str>, size: usize) -> Result<Vec<u8>, LateLabel> {
        let label = label.map(|label| label.as_bytes().to_vec());
        let mut characters = Characters::new(label, Syntax::Html);
        let mut out = Vec::new();
        let mut sink = |text: &[u8]| {
            out.extend_from_slice(text);
            Ok(())
        };
        for piece in page.chunks(size) {
            characters.pass(piece, false, &mut sink)?;
        }
        characters.pass(b"", true, &mut sink)?;
        Ok(out)
    }

    fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(order).collect()
    }

    #[test]
    fn what_is_not_ascii_becomes_utf_8_however_it_is_cut() {
        let text = "<p title=\"a\">Größe \u{1f600} 日本</p>";
        let expected = [MARK, text.as_bytes()].concat();
        let little = utf16(text, u16::to_le_bytes);
        let big = utf16(text, u16::to_be_bytes);
        for size in [1, 2, 3, 7, 1000] {
            let labelled = pass(&little, Some("utf-16"), size).expect("text");
            assert!(labelled == expected, "{size}");
            let labelled = pass(&big, Some("UTF-16BE"), size).expect("text");
            assert!(labelled == expected, "{size}");
            for marked in [
                [b"\xff\xfe", &*little].concat(),
                [b"\xfe\xff", &*big].concat(),
            ] {
                let marked = pass(&marked, Some("utf-8"), size).expect("text");
                assert!(marked == expected, "the mark beats the label: {size}");
            }
        }
        let shifted = b"<p>\x1b$B<j\x1b(B</p>";
        let expected = [MARK, "<p>手</p>".as_bytes()].concat();
        assert_eq!(pass(shifted, Some("csISO2022JP"), 2), Ok(expected));
    }

    #[test]
    fn what_is_ascii_passes_byte_for_byte() {
        for (page, label) in [
            (&b"\xef\xbb\xbf<p>\xff"[..], None),
            (b"<meta charset=utf-16><p>\xff", None),
            (b"<meta charset=shift_jis><p>\x83\x5c", None),
            (b"\xff", Some("gb18030")),
            (b"\xfe", Some("hz-gb-2312")),
            (b"\x1b$B<j", Some("unheard-of")),
            (b"\xef\xbb", None),
            (b"", Some("utf-8")),
        ] {
            for size in [1, 2, 1000] {
                assert_eq!(pass(page, label, size).as_deref(), Ok(page), "{size}");
            }
        }
    }

    #[test]
    fn a_label_in_the_page_counts_while_nothing_was_sent() {
        let page = b"<meta charset=iso-2022-jp>\x1b$B<j\x1b(B";
        let text = pass(page, None, 1000).expect("text");
        assert!(text.starts_with(MARK) && text.ends_with("手".as_bytes()));
        assert_eq!(pass(page, None, 3), Err(LateLabel));
        assert_eq!(pass(page, Some("utf-8"), 3).as_deref(), Ok(&page[..]));
    }

    #[test]
    fn all_that_is_transcoded_is_said_to_be() {
        for (label, transcoded) in [("utf-16le", true), ("utf-8", false), ("iso-2022-kr", false)] {
            let characters = Characters::new(Some(label.as_bytes().to_vec()), Syntax::Html);
            assert_eq!(characters.are_transcoded(), transcoded, "{label}");
        }
    }
}
