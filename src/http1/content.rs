//! Content of a message as it arrives, by the framing that its head declared.

use bytes::{Bytes, BytesMut};
use http::HeaderMap;

use super::{chunked::Chunked, head::ResponseContent};
use crate::privacy::Content;

/// Reads content out of a connection's input.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Decoder {
    /// So many bytes are left.
    Length(u64),
    /// The chunked coding.
    Chunked(ChunkedDecoder),
    /// Everything until the sender closes; responses only.
    UntilClose,
}

/// The state of a chunked reader.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct ChunkedDecoder(Chunked);

/// What a step found.
#[derive(Debug)]
pub(crate) enum Decoded {
    Data(Bytes),
    Trailers(HeaderMap),
    End,
    NeedMore,
}

/// Why content can't be read on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ContentError {
    /// The chunked coding is broken.
    Malformed,
    /// A chunk's extensions or the trailer section exceed their bound.
    TooLarge,
}

impl Decoder {
    /// For a request.
    pub(crate) fn new(content: Content) -> Self {
        match content {
            Content::None => Self::Length(0),
            Content::Length(length) => Self::Length(length),
            Content::Chunked => Self::Chunked(ChunkedDecoder(Chunked::Size)),
        }
    }

    /// For a response.
    pub(crate) fn for_response(content: ResponseContent) -> Self {
        match content {
            ResponseContent::Framed(content) => Self::new(content),
            ResponseContent::UntilClose => Self::UntilClose,
        }
    }

    /// Takes the next piece of content out of `input`.
    pub(crate) fn decode(&mut self, input: &mut BytesMut) -> Result<Decoded, ContentError> {
        match self {
            Self::Length(0) => Ok(Decoded::End),
            Self::Length(_) | Self::UntilClose if input.is_empty() => Ok(Decoded::NeedMore),
            Self::Length(left) => {
                let size = usize::try_from(*left)
                    .unwrap_or(usize::MAX)
                    .min(input.len());
                *left -= size as u64;
                Ok(Decoded::Data(input.split_to(size).freeze()))
            }
            Self::Chunked(ChunkedDecoder(chunked)) => chunked.decode(input),
            Self::UntilClose => Ok(Decoded::Data(input.split().freeze())),
        }
    }

    /// Whether all content has been read.
    pub(crate) fn is_done(&self) -> bool {
        matches!(
            self,
            Self::Length(0) | Self::Chunked(ChunkedDecoder(Chunked::Done))
        )
    }

    /// How many bytes are certain to come, at most `most`.
    pub(crate) fn expected(&self, most: usize) -> usize {
        match self {
            Self::Length(left) => usize::try_from(*left).unwrap_or(most).min(most),
            Self::Chunked(ChunkedDecoder(Chunked::Data(left))) => {
                usize::try_from(*left).unwrap_or(most).min(most)
            }
            Self::Chunked(_) => 0,
            Self::UntilClose => most,
        }
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a failed test may panic")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Everything that `pieces`, arriving one by one, decode to.
    fn decode(
        content: Content,
        pieces: &[&[u8]],
    ) -> (Vec<u8>, Option<HeaderMap>, Result<bool, ContentError>) {
        let mut decoder = Decoder::new(content);
        let (mut input, mut data, mut trailers) = (BytesMut::new(), Vec::new(), None);
        for piece in pieces {
            input.extend_from_slice(piece);
            loop {
                match decoder.decode(&mut input) {
                    Ok(Decoded::Data(bytes)) => data.extend_from_slice(&bytes),
                    Ok(Decoded::Trailers(fields)) => trailers = Some(fields),
                    Ok(Decoded::End) => return (data, trailers, Ok(true)),
                    Ok(Decoded::NeedMore) => break,
                    Err(error) => return (data, trailers, Err(error)),
                }
            }
        }
        (data, trailers, Ok(decoder.is_done()))
    }

    #[test]
    fn chunks_are_read_however_they_are_cut() {
        let wire = b"4;x=\"y\"\r\nWiki\r\n00a \t;z\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n";
        for cut in 0..wire.len() {
            let (data, trailers, end) = decode(Content::Chunked, &[&wire[..cut], &wire[cut..]]);
            assert_eq!(data, b"Wiki0123456789", "cut at {cut}");
            assert_eq!(trailers.expect("trailers")["x-sum"], "1", "cut at {cut}");
            assert_eq!(end, Ok(true), "cut at {cut}");
        }
    }

    #[test]
    fn broken_chunks_are_refused() {
        for wire in [
            "\r\n",
            "x\r\n",
            "-1\r\n",
            "+1\r\na\r\n",
            "0x1\r\na\r\n",
            " 1\r\na\r\n",
            "1 \r\na\r\n",
            "1\na\r\n",
            "1\r\nab\r\n",
            "1\r\na\n",
            "fffffffffffffffff\r\n",
            "1;\rx\r\na\r\n",
            "0\r\nbroken\r\n\r\n",
            "0\r\n\n",
            "1;a\nb\r\n",
        ] {
            let (_, _, end) = decode(Content::Chunked, &[wire.as_bytes()]);
            assert_eq!(end, Err(ContentError::Malformed), "{wire:?}");
        }
    }

    #[test]
    fn extensions_and_trailers_are_bounded() {
        let line = [b"1;".as_slice(), &[b'a'; 2000]].concat();
        assert_eq!(
            decode(Content::Chunked, &[&line]).2,
            Err(ContentError::TooLarge)
        );
        let trailers = [b"0\r\nA: ".as_slice(), &[b'a'; 9000]].concat();
        assert_eq!(
            decode(Content::Chunked, &[&trailers]).2,
            Err(ContentError::TooLarge)
        );
    }

    #[test]
    fn a_length_is_read_to_its_end_and_no_further() {
        assert_eq!(decode(Content::Length(3), &[b"ab", b"cd"]).0, b"abc");
        assert_eq!(decode(Content::Length(3), &[b"ab"]).2, Ok(false));
    }

    proptest! {
        #[test]
        fn any_bytes_are_decoded_without_panic(wire: Vec<u8>, cut in 0_usize..64) {
            let cut = cut.min(wire.len());
            let whole = decode(Content::Chunked, &[&wire]);
            let pieces = decode(Content::Chunked, &[&wire[..cut], &wire[cut..]]);
            prop_assert_eq!(whole, pieces);
        }
    }
}
