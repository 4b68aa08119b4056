//! Compression of field sections (RFC 7541). What a stranger sends is decoded with a table of
//! bounded size; what privet sends is compressed only where that could tell nobody a secret.

mod decode;
mod encode;
mod huffman;
mod integer;
mod table;

pub(super) use decode::Decoder;
pub(super) use encode::Encoder;

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a failed test may panic")]
#[path = "hpack_tests.rs"]
mod tests;
