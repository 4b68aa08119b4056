//! Integers with a prefix (RFC 7541 §5.1).

use super::decode::BlockError;

/// Bytes behind the prefix that are read: enough for any length that a block can have.
const MOST_BYTES: u32 = 4;

/// Reads an integer whose prefix has so many bits.
pub(super) fn read(input: &mut &[u8], prefix: u32) -> Result<usize, BlockError> {
    let (first, mut rest) = input.split_first().ok_or(BlockError)?;
    let most = (1_usize << prefix) - 1;
    let mut value = usize::from(*first) & most;
    if value == most {
        let mut shift = 0;
        loop {
            let (byte, behind) = rest.split_first().ok_or(BlockError)?;
            rest = behind;
            value += usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
            shift += 7;
            if shift >= MOST_BYTES * 7 {
                return Err(BlockError);
            }
        }
    }
    *input = rest;
    Ok(value)
}

/// Writes an integer behind the bits of `first`.
pub(super) fn write(value: usize, prefix: u32, first: u8, out: &mut Vec<u8>) {
    let most = (1_usize << prefix) - 1;
    if value < most {
        out.push(first | low_bits(value));
        return;
    }
    out.push(first | low_bits(most));
    let mut rest = value - most;
    while rest >= 0x80 {
        out.push(0x80 | low_bits(rest & 0x7f));
        rest >>= 7;
    }
    out.push(low_bits(rest));
}

/// A number that is known to fit a byte.
fn low_bits(value: usize) -> u8 {
    u8::try_from(value & 0xff).unwrap_or_default()
}
