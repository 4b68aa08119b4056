//! Applying a page's content coding again, at a level that costs little: pages are made for one
//! visitor, so each is encoded once for one reader.

use std::fmt;

use compression_codecs::{
    BrotliEncoder, EncodeV2, ZlibEncoder, ZstdEncoder,
    brotli::params::EncoderParams,
    core::{
        Level,
        util::{PartialBuffer, WriteBuffer},
    },
    flate::params::FlateEncoderParams,
    zstd::params::CParameter,
};
use flate2::Compression;

use super::gzip::{Compressor, Gzip};
use crate::privacy::ContentCoding;

/// By how much the output grows at a time, bytes.
const ROOM: usize = 8 * 1024;
/// Levels and windows. A page of 98 KB became, in 0.7, 1.5 and 0.3 ms, 0.26, 0.23 and 0.25 of its size;
/// higher levels cost twice the time for a twentieth less.
const FLATE_LEVEL: u32 = 2;
const BROTLI_LEVEL: i32 = 3;
const BROTLI_WINDOW: i32 = 18;
const ZSTD_LEVEL: i32 = 1;
const ZSTD_WINDOW: u32 = 17;

/// A coding being applied.
pub(super) enum Encoder {
    /// What websites are asked for.
    Gzip(Gzip),
    /// What some send unasked; the codec takes mebibytes.
    Other(Codec),
}

/// A codec of one page.
pub(super) struct Codec {
    codec: Box<dyn EncodeV2>,
    /// Whether it holds something that a flush would bring out.
    holds: bool,
}

impl Encoder {
    pub(super) fn new(coding: ContentCoding, compressor: &Compressor) -> Self {
        let flate = FlateEncoderParams::from(Compression::new(FLATE_LEVEL));
        let codec: Box<dyn EncodeV2> = match coding {
            ContentCoding::Gzip => return Self::Gzip(Gzip::new(compressor.clone())),
            ContentCoding::Deflate => Box::new(ZlibEncoder::new(flate)),
            ContentCoding::Brotli => Box::new(BrotliEncoder::new(
                EncoderParams::default()
                    .quality(Level::Precise(BROTLI_LEVEL))
                    .window_size(BROTLI_WINDOW),
            )),
            ContentCoding::Zstd => {
                let window = CParameter::window_log(ZSTD_WINDOW);
                Box::new(ZstdEncoder::new_with_params(ZSTD_LEVEL, &[window]))
            }
        };
        Self::Other(Codec {
            codec,
            holds: false,
        })
    }

    /// Encodes `plain`; appends what comes of it.
    pub(super) fn encode(&mut self, plain: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::Gzip(gzip) => gzip.encode(plain, out),
            Self::Other(codec) => codec.encode(plain, out),
        }
    }

    /// Appends all that was encoded and is not out yet, for a reader that waits.
    pub(super) fn flush(&mut self, out: &mut Vec<u8>) {
        match self {
            Self::Gzip(gzip) => gzip.flush(out),
            Self::Other(codec) => codec.flush(out),
        }
    }

    /// Appends the end of the content.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        match self {
            Self::Gzip(gzip) => gzip.finish(out),
            Self::Other(codec) => codec.finish(out),
        }
    }
}

impl Codec {
    fn encode(&mut self, plain: &[u8], out: &mut Vec<u8>) {
        let mut input = PartialBuffer::new(plain);
        while !input.unwritten().is_empty() {
            self.holds = true;
            if append(out, |output| self.codec.encode(&mut input, output)).is_none() {
                return;
            }
        }
    }

    fn flush(&mut self, out: &mut Vec<u8>) {
        while self.holds {
            self.holds = append(out, |output| self.codec.flush(output)) == Some(false);
        }
    }

    fn finish(&mut self, out: &mut Vec<u8>) {
        while append(out, |output| self.codec.finish(output)) == Some(false) {}
    }
}

/// Runs `step` on room behind `out`. `None` if it failed, which encoders do only after their end.
fn append<T>(
    out: &mut Vec<u8>,
    step: impl FnOnce(&mut WriteBuffer<'_>) -> std::io::Result<T>,
) -> Option<T> {
    let before = out.len();
    out.resize(before + ROOM, 0);
    let (_, room) = out.split_at_mut(before);
    let mut output = WriteBuffer::new_initialized(room);
    let result = step(&mut output);
    let written = output.written_len();
    out.truncate(before + written);
    result.ok()
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder").finish_non_exhaustive()
    }
}
