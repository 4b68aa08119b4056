//! Undoing a page's content codings, a step at a time, so that no visitor's or website's small
//! content can hold the thread with what it expands to.

use std::fmt;

use bytes::{Buf as _, Bytes};
use compression_codecs::{
    BrotliDecoder, DecodeV2, DeflateDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder,
    core::util::{PartialBuffer, WriteBuffer},
    zstd::params::DParameter,
};

use crate::privacy::ContentCoding;

/// The largest window of Zstandard, as a power of two: 8 MiB (RFC 9659 §3).
const ZSTD_WINDOW: u32 = 23;
/// What passes from one coding to the next at a time, bytes.
const BETWEEN: usize = 8 * 1024;
/// How many codings may lie over each other.
pub(super) const MOST_LAYERS: usize = 4;

/// Content that isn't what its coding says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Broken;

/// One coding being undone.
pub(super) struct Layer {
    coding: ContentCoding,
    /// `None` until the first byte tells which form of `deflate` it is.
    codec: Option<Box<dyn DecodeV2>>,
    /// What came and was not decoded yet.
    input: Bytes,
    state: State,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    /// Nothing came yet.
    Untouched,
    Decoding,
    /// The last output filled the room: there may be more without more input.
    Full,
    /// A member of the content has ended; what follows may be another one.
    Ended,
    /// What follows the content is nobody's: browsers ignore it too.
    Trailing,
}

impl Layer {
    pub(super) fn new(coding: ContentCoding) -> Self {
        let codec: Option<Box<dyn DecodeV2>> = match coding {
            ContentCoding::Gzip => Some(Box::new(GzipDecoder::new())),
            ContentCoding::Deflate => None,
            ContentCoding::Brotli => Some(Box::new(BrotliDecoder::new())),
            ContentCoding::Zstd => {
                let window = DParameter::window_log_max(ZSTD_WINDOW);
                Some(Box::new(ZstdDecoder::new_with_params(&[window])))
            }
        };
        Self {
            coding,
            codec,
            input: Bytes::new(),
            state: State::Untouched,
        }
    }

    /// Whether the content is whole, nothing more being to come.
    pub(super) fn is_whole(&mut self) -> bool {
        match self.state {
            State::Untouched | State::Ended | State::Trailing => true,
            // The last bits may have been read before there was room for what they say.
            State::Decoding | State::Full => self.codec.as_mut().is_some_and(|codec| {
                let nothing = &mut WriteBuffer::new_initialized(&mut []);
                codec.finish(nothing).unwrap_or(false)
            }),
        }
    }

    /// Whether this can say more without more input.
    fn is_full(&self) -> bool {
        self.state == State::Full
    }

    /// Decodes into `room`; returns how much of it was written.
    fn decode(&mut self, room: &mut [u8]) -> Result<usize, Broken> {
        if self.state == State::Ended && !self.input.is_empty() {
            self.begin_member()?;
        }
        match self.state {
            State::Trailing => self.input.clear(),
            State::Ended => return Ok(0),
            _ => {}
        }
        if self.input.is_empty() && !self.is_full() {
            return Ok(0);
        }
        let first = self.input.first().copied();
        let codec = self.codec.get_or_insert_with(|| deflate(first));
        let mut output = WriteBuffer::new_initialized(room);
        let is_flate = matches!(self.coding, ContentCoding::Gzip | ContentCoding::Deflate);
        let mut used = 0;
        let ended = if is_flate && self.input.is_empty() {
            // It takes no empty input for what it still holds.
            codec.flush(&mut output).map_err(|_| Broken)?;
            false
        } else {
            let mut input = PartialBuffer::new(&*self.input);
            let ended = codec.decode(&mut input, &mut output);
            used = input.written_len();
            ended.map_err(|_| Broken)?
        };
        let written = output.written_len();
        if used == 0 && written == 0 && !ended && !self.input.is_empty() {
            return Err(Broken);
        }
        self.input.advance(used);
        self.state = match (ended, output.has_no_spare_space()) {
            (true, _) => State::Ended,
            (false, true) => State::Full,
            (false, false) => State::Decoding,
        };
        Ok(written)
    }

    /// More content after its end: another member, or nothing of meaning.
    fn begin_member(&mut self) -> Result<(), Broken> {
        let begins_so = |magic: &[u8]| {
            let length = magic.len().min(self.input.len());
            self.input.get(..length) == magic.get(..length)
        };
        let is_member = match self.coding {
            ContentCoding::Gzip => begins_so(b"\x1f\x8b"),
            ContentCoding::Zstd => begins_so(b"\x28\xb5\x2f\xfd"),
            ContentCoding::Brotli | ContentCoding::Deflate => false,
        };
        match &mut self.codec {
            Some(codec) if is_member => {
                codec.reinit().map_err(|_| Broken)?;
                self.state = State::Decoding;
            }
            _ => self.state = State::Trailing,
        }
        Ok(())
    }
}

/// RFC 1950 begins with a byte whose low half is 8, which no block of RFC 1951 that any encoder
/// makes begins with: it would be a stored one with bits set that encoders leave zero.
fn deflate(first: Option<u8>) -> Box<dyn DecodeV2> {
    match first {
        Some(first) if first & 0x0f == 8 => Box::new(ZlibDecoder::new()),
        _ => Box::new(DeflateDecoder::new()),
    }
}

/// Decodes from `source` through all layers, the one applied last first, into `room`. 0 written means
/// that more of the source is needed.
pub(super) fn decode(
    layers: &mut [Layer],
    source: &mut Bytes,
    room: &mut [u8],
) -> Result<usize, Broken> {
    let Some((outermost, before)) = layers.split_first_mut() else {
        let size = source.len().min(room.len());
        let (filled, _) = room.split_at_mut(size);
        source.copy_to_slice(filled);
        return Ok(size);
    };
    loop {
        if outermost.input.is_empty() && !outermost.is_full() {
            outermost.input = if before.is_empty() {
                std::mem::take(source)
            } else {
                let mut between = vec![0; BETWEEN];
                let size = decode(before, source, &mut between)?;
                between.truncate(size);
                between.into()
            };
            if outermost.input.is_empty() {
                return Ok(0);
            }
        }
        let written = outermost.decode(room)?;
        if written > 0 {
            return Ok(written);
        }
    }
}

impl fmt::Debug for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layer")
            .field("coding", &self.coding)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
