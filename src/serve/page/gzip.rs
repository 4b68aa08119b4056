//! Gzip (RFC 1952) of pages as they stream by, in parts that know nothing of each other, so that one
//! compressor serves all pages of a worker.
//!
//! A compressor takes a third of a mebibyte; a page that waits for its website should not hold one. What is lost
//! is that text repeated from one part to the next is written again: a few hundredths of the size.

use std::{cell::RefCell, fmt, rc::Rc};

use flate2::{Compress, Compression, Crc, FlushCompress};

/// Text is compressed when so much of it is there, or when it must go out.
const PART: usize = 32 * 1024;
/// Higher levels cost twice the time for a twentieth less.
const LEVEL: u32 = 2;
/// No name, no time, by no system (RFC 1952 §2.3).
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
/// The last block, an empty one (RFC 1951 §3.2.6).
const END: [u8; 2] = [3, 0];

/// One worker's compressor; made when first needed.
#[derive(Clone, Default)]
pub(in crate::serve) struct Compressor(Rc<RefCell<Option<Compress>>>);

impl Compressor {
    /// Appends `part` as blocks that end at a byte, none of which is the last.
    fn compress(&self, part: &[u8], out: &mut Vec<u8>) {
        let mut compress = self.0.borrow_mut();
        let compress =
            compress.get_or_insert_with(|| Compress::new(Compression::new(LEVEL), false));
        compress.reset();
        let mut rest = part;
        loop {
            out.reserve(rest.len() / 2 + 64);
            let before = compress.total_in();
            // Only a compressor that was ended fails.
            let _ = compress.compress_vec(rest, out, FlushCompress::Sync);
            let taken = usize::try_from(compress.total_in() - before);
            rest = rest.get(taken.unwrap_or(rest.len())..).unwrap_or_default();
            // With room left, all is written.
            if rest.is_empty() && out.len() < out.capacity() {
                return;
            }
        }
    }
}

impl fmt::Debug for Compressor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compressor").finish_non_exhaustive()
    }
}

/// One page being encoded.
pub(super) struct Gzip {
    compressor: Compressor,
    /// Text that waits.
    part: Vec<u8>,
    crc: Crc,
    is_begun: bool,
}

impl Gzip {
    pub(super) fn new(compressor: Compressor) -> Self {
        Self {
            compressor,
            part: Vec::new(),
            crc: Crc::new(),
            is_begun: false,
        }
    }

    /// Takes `plain`; appends what comes of it.
    pub(super) fn encode(&mut self, plain: &[u8], out: &mut Vec<u8>) {
        self.crc.update(plain);
        self.part.extend_from_slice(plain);
        if self.part.len() >= PART {
            self.flush(out);
        }
    }

    /// Appends all that was taken and is not out yet.
    pub(super) fn flush(&mut self, out: &mut Vec<u8>) {
        if !std::mem::replace(&mut self.is_begun, true) {
            out.extend_from_slice(&HEAD);
        }
        if !self.part.is_empty() {
            self.compressor.compress(&self.part, out);
            // What waits for more text holds no room for it.
            self.part = Vec::new();
        }
    }

    /// Appends the end.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        self.flush(out);
        out.extend_from_slice(&END);
        out.extend_from_slice(&self.crc.sum().to_le_bytes());
        out.extend_from_slice(&self.crc.amount().to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;

    use super::*;

    fn encoded(pieces: &[&[u8]], flushes: bool) -> Vec<u8> {
        let mut gzip = Gzip::new(Compressor::default());
        let mut out = Vec::new();
        for piece in pieces {
            gzip.encode(piece, &mut out);
            if flushes {
                gzip.flush(&mut out);
            }
        }
        gzip.finish(&mut out);
        out
    }

    #[test]
    fn what_is_encoded_is_read_again_however_it_comes() {
        let text: Vec<u8> = (0..200_000_u32)
            .flat_map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes())
            .collect();
        for length in [
            0,
            1,
            1000,
            PART - 1,
            PART,
            PART + 1,
            3 * PART + 7,
            text.len(),
        ] {
            let text = text.get(..length).expect("so much text");
            for (size, flushes) in [(1 << 20, false), (5000, true), (PART, false)] {
                let pieces: Vec<&[u8]> = text.chunks(size).collect();
                let mut read = Vec::new();
                GzDecoder::new(&*encoded(&pieces, flushes))
                    .read_to_end(&mut read)
                    .expect("gzip");
                assert!(read == text, "{length} bytes in pieces of {size}");
            }
        }
    }

    #[test]
    fn pages_share_a_compressor_and_nothing_else() {
        let compressor = Compressor::default();
        let (mut one, mut other) = (Gzip::new(compressor.clone()), Gzip::new(compressor));
        let (mut first, mut second) = (Vec::new(), Vec::new());
        let (secret, text) = (b"a secret of one visitor".repeat(9), b"text".repeat(9));
        for _ in 0..3 {
            one.encode(&secret, &mut first);
            one.flush(&mut first);
            other.encode(&text, &mut second);
            other.flush(&mut second);
        }
        other.finish(&mut second);
        let pieces = [&*text; 3];
        assert_eq!(second, encoded(&pieces, true));
    }
}
