//! The static Huffman code (RFC 7541 §5.2, Appendix B), for decoding. privet itself sends strings
//! as they are: what repeats is indexed, and the rest is not worth the time.
//!
//! The code is canonical: codes of one length follow one another in the order of their symbols, so
//! the lengths alone say everything, and the tables are computed when privet is built.

use super::decode::BlockError;

/// Each byte's code length; that of the end of string is 30.
const LENGTHS: [u8; 256] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28,
    28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5,
    5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6,
    6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22,
    23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22,
    21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20,
    22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19,
    21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22,
    22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
];

/// The longest code.
const LONGEST: usize = 30;

/// Codes of at most eight bits, by the eight bits that begin with them: symbol and length; a
/// length of 0 where a longer code begins.
const SHORT: [(u8, u8); 256] = short();
/// All codes, by their lengths.
const BY_LENGTH: Canon = canon();

struct Canon {
    /// Symbols in the order of their codes.
    symbols: [u8; 256],
    /// For each length its first code, how many codes it has, and where their symbols begin.
    lengths: [(u32, u32, u32); LONGEST + 1],
}

#[expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "computed when privet is built: a mistake does not compile"
)]
const fn canon() -> Canon {
    let mut canon = Canon {
        symbols: [0; 256],
        lengths: [(0, 0, 0); LONGEST + 1],
    };
    let (mut code, mut place) = (0_u32, 0_u32);
    let mut length = 1;
    while length <= LONGEST {
        code <<= 1;
        let (first, start) = (code, place);
        let mut symbol = 0;
        while symbol < 256 {
            if LENGTHS[symbol] as usize == length {
                canon.symbols[place as usize] = symbol as u8;
                code += 1;
                place += 1;
            }
            symbol += 1;
        }
        canon.lengths[length] = (first, place - start, start);
        length += 1;
    }
    canon
}

#[expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "computed when privet is built: a mistake does not compile"
)]
const fn short() -> [(u8, u8); 256] {
    let mut table = [(0, 0); 256];
    let mut length = 1;
    while length <= 8 {
        let (first, count, start) = BY_LENGTH.lengths[length];
        let mut number = 0;
        while number < count {
            let symbol = BY_LENGTH.symbols[(start + number) as usize];
            let low = (first + number) << (8 - length);
            let mut fill = 0;
            while fill < 1 << (8 - length) {
                table[(low + fill) as usize] = (symbol, length as u8);
                fill += 1;
            }
            number += 1;
        }
        length += 1;
    }
    table
}

/// Bits that were read and not yet understood.
#[derive(Clone, Copy)]
struct Bits {
    bits: u64,
    count: u32,
}

impl Bits {
    /// The next eight bits; those that are not there count as ones, as padding does.
    fn next_eight(self) -> usize {
        let next = if self.count >= 8 {
            self.bits >> (self.count - 8)
        } else {
            self.bits << (8 - self.count) | (0xff >> self.count)
        };
        usize::from(next.to_le_bytes()[0])
    }

    /// The symbol of a code of nine bits or more, and its length; `None` if it goes on.
    fn long(self) -> Result<Option<(u8, u32)>, BlockError> {
        let longest = u32::try_from(LONGEST).unwrap_or_default();
        for length in 9..=longest.min(self.count) {
            let code = self.bits >> (self.count - length) & ((1 << length) - 1);
            let (first, count, start) = BY_LENGTH
                .lengths
                .get(usize::try_from(length).unwrap_or_default())
                .copied()
                .unwrap_or_default();
            let number = code.checked_sub(u64::from(first));
            if let Some(number) = number.filter(|number| *number < u64::from(count)) {
                let place = usize::try_from(u64::from(start) + number).unwrap_or_default();
                let symbol = BY_LENGTH.symbols.get(place).copied();
                return Ok(symbol.map(|symbol| (symbol, length)));
            }
        }
        // Thirty bits that are no code are the end of the string, which must not come.
        if self.count >= longest {
            return Err(BlockError);
        }
        Ok(None)
    }
}

/// Decodes `input` behind what is in `out`.
pub(super) fn decode(input: &[u8], out: &mut Vec<u8>) -> Result<(), BlockError> {
    out.reserve(input.len() * 8 / 5);
    let mut bits = Bits { bits: 0, count: 0 };
    for byte in input {
        bits.bits = bits.bits << 8 | u64::from(*byte);
        bits.count += 8;
        while bits.count >= 8 {
            let (symbol, length) = SHORT.get(bits.next_eight()).copied().unwrap_or_default();
            if length > 0 {
                out.push(symbol);
                bits.count -= u32::from(length);
            } else if let Some((symbol, length)) = bits.long()? {
                out.push(symbol);
                bits.count -= length;
            } else {
                break;
            }
        }
    }
    loop {
        let (symbol, length) = SHORT.get(bits.next_eight()).copied().unwrap_or_default();
        let length = u32::from(length);
        if length == 0 || length > bits.count {
            break;
        }
        out.push(symbol);
        bits.count -= length;
    }
    // Padding is less than a byte, and all ones.
    let ones = (1 << bits.count.min(8)) - 1;
    if bits.count > 7 || bits.bits & ones != ones {
        return Err(BlockError);
    }
    Ok(())
}

/// Encodes; for tests of what clients send.
#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a failed test may panic")]
pub(super) fn encode(text: &[u8]) -> Vec<u8> {
    let mut bits = String::new();
    for byte in text {
        let length = usize::from(LENGTHS[usize::from(*byte)]);
        let (first, _, start) = BY_LENGTH.lengths[length];
        let start = usize::try_from(start).expect("small");
        let mut symbols = BY_LENGTH.symbols[start..].iter();
        let number = symbols.position(|symbol| symbol == byte).expect("a symbol");
        let code = usize::try_from(first).expect("small") + number;
        bits.push_str(&format!("{code:0length$b}"));
    }
    while !bits.len().is_multiple_of(8) {
        bits.push('1');
    }
    let bytes = bits.as_bytes().chunks(8);
    let byte = |bits: &[u8]| u8::from_str_radix(std::str::from_utf8(bits).expect("text"), 2);
    bytes.map(|bits| byte(bits).expect("bits")).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_byte_survives() {
        for byte in 0..=255 {
            for text in [vec![byte], vec![byte; 5], vec![byte, b'a', byte, 0xff]] {
                let mut out = Vec::new();
                assert_eq!(decode(&encode(&text), &mut out), Ok(()), "{text:?}");
                assert_eq!(out, text);
            }
        }
    }

    #[test]
    fn padding_is_short_and_all_ones() {
        let decoded = |bytes: &[u8]| {
            let mut out = Vec::new();
            decode(bytes, &mut out).map(|()| out)
        };
        assert_eq!(decoded(&[0x1f]), Ok(b"a".to_vec()));
        for bad in [
            [0x18].as_slice(),
            &[0x1f, 0xff],
            &[0xff],
            &[0xff; 2],
            &[0xff; 4],
            &[0xff; 9],
            &[0x1f, 0xff, 0xff, 0xff, 0xff],
        ] {
            assert_eq!(decoded(bad), Err(BlockError), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_survives(text: Vec<u8>) {
            let mut out = Vec::new();
            prop_assert_eq!(decode(&encode(&text), &mut out), Ok(()));
            prop_assert_eq!(out, text);
        }

        #[test]
        fn any_bytes_are_decoded_without_panic(bytes: Vec<u8>) {
            let mut out = Vec::new();
            let _ = decode(&bytes, &mut out);
            prop_assert!(out.len() <= bytes.len() * 8 / 5);
        }
    }
}
